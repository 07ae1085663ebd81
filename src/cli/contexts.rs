//! Which kubeconfig context a cluster is reached by.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::Arc;

use super::codes;
use super::settings::Connect;
use crate::cluster::{Cluster, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, one_of, suggest};

/// The contexts of a fleet's clusters, by cluster.
#[derive(Debug, PartialEq, Eq)]
pub struct Contexts {
    by_cluster: BTreeMap<Arc<str>, Arc<str>>,
    /// Warnings: what looks like a slip.
    pub doubts: Diagnostics,
}

impl Contexts {
    /// Those of the fleet, `FLEETWRIGHT_CONTEXTS` over them, and `--context` over both. The environment may be
    /// that of several fleets: what it says of clusters that this one does not have is left alone.
    ///
    /// # Errors
    /// What is no pair, or names no cluster of the fleet, or gives two clusters one context.
    pub fn new(settings: &Connect, clusters: &[Cluster]) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::new();
        let mut contexts: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for cluster in clusters {
            contexts.extend(cluster.context.clone().map(|context| (cluster.name.clone(), context)));
        }
        let known =
            |name: &str| clusters.iter().find(|cluster| *cluster.name == *name).map(|found| &found.name);
        let mut strangers: Vec<&str> = Vec::new();
        let mut given: BTreeMap<&str, &str> = BTreeMap::new();
        let two = |whose: &str, name: &str, one: &str, other: &str| {
            let (one, other) = (shown(one), shown(other));
            let message = format!("{whose} gives cluster \"{name}\" two contexts: {one} and {other}");
            Diagnostic::error(codes::CONTEXTS, message).help("give one")
        };
        match settings.environment.as_deref().map(OsStr::to_str) {
            None => {}
            Some(None) => problems.push(
                Diagnostic::error(codes::CONTEXTS, "FLEETWRIGHT_CONTEXTS is not UTF-8")
                    .help("write cluster=context, with commas between the pairs"),
            ),
            Some(Some(text)) => {
                for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
                    match split(pair) {
                        Some((name, context)) => match known(name) {
                            Some(cluster) => {
                                let other = given.insert(name, context).filter(|other| *other != context);
                                if let Some(other) = other {
                                    problems.push(two("FLEETWRIGHT_CONTEXTS", name, other, context));
                                }
                                contexts.insert(cluster.clone(), Arc::from(context));
                            }
                            None => strangers.push(name),
                        },
                        None => problems.push(no_pair("FLEETWRIGHT_CONTEXTS holds", pair)),
                    }
                }
            }
        }
        let named: Vec<&str> = given.keys().copied().collect();
        given.clear();
        for pair in &settings.contexts {
            let Some((name, context)) = split(pair) else {
                problems.push(no_pair("--context is", pair));
                continue;
            };
            let Some(cluster) = known(name) else {
                problems.push(unknown("--context", name, clusters));
                continue;
            };
            if let Some(other) = given.insert(name, context).filter(|other| *other != context) {
                problems.push(two("--context", name, other, context));
            }
            contexts.insert(cluster.clone(), Arc::from(context));
        }
        for name in &settings.allow_insecure_tls {
            if known(name).is_none() {
                problems.push(unknown("--allow-insecure-tls", name, clusters));
            }
        }
        told_apart(&contexts, &mut problems);
        // A cluster that is named is no slip's.
        let is_free = |name: &&str| !named.contains(name) && !given.contains_key(name);
        let free: Vec<&str> = clusters.iter().map(|cluster| &*cluster.name).filter(is_free).collect();
        let mut doubts = Diagnostics::new();
        for name in strangers {
            if let Some(near) = suggest(name, free.iter().copied()) {
                let message = format!("FLEETWRIGHT_CONTEXTS: the fleet has no cluster {}", shown(name));
                let doubt = Diagnostic::warning(codes::CONTEXTS, message);
                doubts.push(
                    doubt.help(format!("did you mean `{near}`? if it is of another fleet, all is well")),
                );
            }
        }
        if problems.is_empty() {
            return Ok(Self { by_cluster: contexts, doubts });
        }
        problems.append(doubts);
        Err(problems)
    }

    /// The context of a cluster.
    ///
    /// # Errors
    /// If none is known.
    pub fn of(&self, cluster: &Cluster) -> Result<&str, Box<Diagnostic>> {
        let name = &cluster.name;
        self.by_cluster.get(name).map(|context| &**context).ok_or_else(|| {
            Box::new(
                Diagnostic::error(
                    codes::NO_CONTEXT,
                    format!("it is not known how to reach cluster \"{name}\""),
                )
                .at(cluster.span, "has no `context`")
                .note("the current context of the kubeconfig is never used")
                .help(format!("add `context = \"…\"` to it, or give --context {name}=CONTEXT")),
            )
        })
    }
}

/// `CLUSTER=CONTEXT`; a context may hold an equals sign.
fn split(pair: &str) -> Option<(&str, &str)> {
    let (name, context) = pair.split_once('=')?;
    let (name, context) = (name.trim(), context.trim());
    (!name.is_empty() && !context.is_empty()).then_some((name, context))
}

fn shown(text: &str) -> String {
    Value::string(text).shown()
}

fn no_pair(whose: &str, pair: &str) -> Diagnostic {
    Diagnostic::error(codes::CONTEXTS, format!("{whose} {}, which is no pair", shown(pair)))
        .help("write CLUSTER=CONTEXT, as in prod-a=laptop-a")
}

fn unknown(flag: &str, name: &str, clusters: &[Cluster]) -> Diagnostic {
    let names = || clusters.iter().map(|cluster| &*cluster.name);
    let problem =
        Diagnostic::error(codes::CONTEXTS, format!("{flag}: the fleet has no cluster {}", shown(name)));
    match suggest(name, names()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("the clusters are {}", one_of(names()))),
    }
}

/// Two clusters of one context would be one cluster.
fn told_apart(contexts: &BTreeMap<Arc<str>, Arc<str>>, problems: &mut Diagnostics) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for (cluster, context) in contexts {
        if let Some(other) = first.insert(context, cluster) {
            problems.push(
                Diagnostic::error(
                    codes::CONTEXTS,
                    format!(
                        "clusters \"{other}\" and \"{cluster}\" would be reached by one context, {}",
                        shown(context)
                    ),
                )
                .note("both would be the same cluster")
                .help("map each cluster to a context of its own"),
            );
        }
    }
}
