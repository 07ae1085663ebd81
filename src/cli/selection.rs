//! Which clusters a command is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::codes;
use super::settings::Selection;
use crate::cluster::{Cluster, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap, Span, one_of, suggest};
use crate::object::Selector;

/// The clusters that were chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clusters {
    /// All of the fleet.
    All,
    /// These.
    Only(BTreeSet<Arc<str>>),
}

impl Clusters {
    /// Whether a cluster is one of them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }

    /// Their names; `None` for all of the fleet.
    pub fn named(&self) -> Option<BTreeSet<Arc<str>>> {
        match self {
            Self::All => None,
            Self::Only(names) => Some(names.clone()),
        }
    }
}

/// What the two ways to choose are called where they were given.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    cluster: &'static str,
    select: &'static str,
    /// What the text of the selector is called as a source.
    source: &'static str,
    /// What to do to mean every cluster.
    every: &'static str,
}

impl Words {
    /// The flags of a command line.
    pub const FLAGS: Self = Self {
        cluster: "--cluster",
        select: "--select",
        source: "--select",
        every: "leave --cluster out to mean every cluster",
    };
    /// The keys of a query.
    pub const KEYS: Self =
        Self { cluster: "`cluster`", select: "`select`", source: "select", every: "`*` means every cluster" };
}

/// The clusters that `--cluster` and `--select` both leave.
///
/// # Errors
/// Everything that names nothing, or that is no selector; and if nothing is left.
pub fn select(
    selection: &Selection,
    clusters: &[Cluster],
    sources: &mut SourceMap,
) -> Result<Clusters, Diagnostics> {
    select_by(Words::FLAGS, selection, clusters, sources)
}

/// As [`select`], where they have other names.
///
/// # Errors
/// As [`select`].
pub fn select_by(
    words: Words,
    selection: &Selection,
    clusters: &[Cluster],
    sources: &mut SourceMap,
) -> Result<Clusters, Diagnostics> {
    if selection.clusters.is_empty() && selection.labels.is_none() {
        return Ok(Clusters::All);
    }
    let mut problems = Diagnostics::new();
    let mut chosen: BTreeSet<Arc<str>> = BTreeSet::new();
    if selection.clusters.is_empty() {
        chosen.extend(clusters.iter().map(|cluster| cluster.name.clone()));
    }
    for pattern in &selection.clusters {
        match named(words, pattern, clusters) {
            Ok(names) => chosen.extend(names),
            Err(problem) => problems.push(*problem),
        }
    }
    if let Some(text) = &selection.labels {
        match Selector::parse(text) {
            // What a script passes whose variable is not set.
            Ok(_) if text.trim().is_empty() => problems.push(
                Diagnostic::error(
                    codes::EVERY_CLUSTER,
                    format!("{} is empty, which chooses every cluster", words.select),
                )
                .help(format!("leave {} out to mean every cluster", words.select)),
            ),
            Ok(selector) => {
                let matching = |name: &Arc<str>| {
                    clusters.iter().any(|one| one.name == *name && selector.matches(&one.labels))
                };
                chosen.retain(matching);
            }
            Err(error) => {
                let file = sources.add(words.source, text.as_str());
                problems.push(
                    Diagnostic::error(
                        codes::SELECTOR,
                        format!("{} is no label selector: {error}", words.select),
                    )
                    .at(Span::new(file, error.at), "")
                    .help("write it as in kubectl: `env=prod,zone!=eu-west-1a,tier in (web,api)`"),
                );
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if chosen.is_empty() {
        return Err(nothing_left(words, clusters).into());
    }
    Ok(Clusters::Only(chosen))
}

fn named(words: Words, pattern: &str, clusters: &[Cluster]) -> Result<Vec<Arc<str>>, Box<Diagnostic>> {
    let flag = words.cluster;
    // Never longer than a message can be.
    let shown = Value::string(pattern).shown();
    if !pattern.is_empty() && pattern.chars().all(|c| c == '*') {
        return Err(Box::new(
            Diagnostic::error(codes::EVERY_CLUSTER, format!("{flag} {shown} chooses nothing in particular"))
                .help(words.every),
        ));
    }
    let names = clusters.iter().map(|cluster| &cluster.name);
    let found: Vec<Arc<str>> = names.clone().filter(|name| matches(pattern, name)).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let all = || clusters.iter().map(|cluster| &*cluster.name);
    let message = if pattern.contains('*') {
        format!("{flag} {shown} matches no cluster of the fleet")
    } else {
        format!("the fleet has no cluster {shown}")
    };
    let problem = Diagnostic::error(codes::NO_SUCH_CLUSTER, message);
    Err(Box::new(match suggest(pattern, all()) {
        _ if pattern == "all" => problem.help(words.every),
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("the clusters are {}", one_of(all()))),
    }))
}

fn nothing_left(words: Words, clusters: &[Cluster]) -> Diagnostic {
    let problem = Diagnostic::error(codes::NOTHING_SELECTED, "no cluster is left to work on");
    let pairs: BTreeSet<String> = clusters
        .iter()
        .flat_map(|cluster| cluster.labels.iter().map(|(key, value)| format!("{key}={value}")))
        .collect();
    problem
        .note(format!("labels of the fleet's clusters: {}", one_of(pairs.iter().map(String::as_str))))
        .help(format!("loosen {} or {}", words.select, words.cluster))
}

/// Whether a name fits a pattern in which `*` stands for any number of characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    // The last part must end the name; each part before it is taken at its first place.
    let last = parts.pop().unwrap_or("");
    for part in parts {
        match name.split_once(part) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cluster::{Branch, Setting, Site, Step};

    fn fleet() -> (Vec<Cluster>, SourceMap) {
        let mut sources = SourceMap::default();
        let file = sources.add("fleet.hcl", "cluster");
        let cluster = |(name, env): (&str, &str)| Cluster {
            name: name.into(),
            span: Span::new(file, 0..7),
            labels: BTreeMap::from([("env".into(), env.into())]),
            context: None,
            uid: None,
            kubernetes: None,
            retired: false,
            values: Setting::Map(Arc::new(Branch::empty(Site {
                span: None,
                step: Step::Default,
                block: "".into(),
            }))),
            units: Vec::new(),
        };
        let names = [("dev-a", "dev"), ("prod-a", "prod"), ("prod-b", "prod")];
        (names.into_iter().map(cluster).collect(), sources)
    }

    fn chosen(patterns: &[&str], labels: Option<&str>) -> String {
        let (clusters, mut sources) = fleet();
        let selection = Selection {
            clusters: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
            labels: labels.map(str::to_owned),
        };
        match select(&selection, &clusters, &mut sources) {
            Ok(Clusters::All) => "all".to_owned(),
            Ok(Clusters::Only(names)) => names.iter().cloned().collect::<Vec<_>>().join(" "),
            Err(problems) => problems
                .iter()
                .map(|one| format!("{}: {}; {}", one.code, one.message, one.help.as_deref().unwrap_or("")))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    #[test]
    fn names_patterns_and_labels_choose() {
        assert_eq!(chosen(&[], None), "all");
        assert_eq!(chosen(&["prod-b", "dev-a"], None), "dev-a prod-b");
        assert_eq!(chosen(&["prod-*"], None), "prod-a prod-b");
        assert_eq!(chosen(&["*-a"], Some("env=prod")), "prod-a");
        assert_eq!(chosen(&[], Some("env!=prod")), "dev-a");
    }

    #[test]
    fn b68_what_chooses_nothing_is_refused() {
        assert_eq!(
            chosen(&["prdo-a"], None),
            "X002: the fleet has no cluster \"prdo-a\"; did you mean `prod-a`?"
        );
        assert_eq!(
            chosen(&["eu*"], None),
            "X002: --cluster \"eu*\" matches no cluster of the fleet; the clusters are dev-a, prod-a or prod-b"
        );
        assert_eq!(
            chosen(&["", "*"], None),
            "X002: the fleet has no cluster \"\"; the clusters are dev-a, prod-a or prod-b\n\
             X003: --cluster \"*\" chooses nothing in particular; leave --cluster out to mean every cluster"
        );
        assert_eq!(
            chosen(&["dev-a"], Some("env=prod")),
            "X005: no cluster is left to work on; loosen --select or --cluster"
        );
        assert!(chosen(&[], Some("env in (")).starts_with("X004: --select is no label selector: "));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, fits) in [
            ("a*", "a", true),
            ("*a", "a", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*b*", "abc", true),
            ("ab", "abc", false),
            ("é*", "éa", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
