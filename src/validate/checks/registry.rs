//! The hosts that the mesh knows: Services, ServiceEntries, and the DestinationRules for them.
//!
//! Known: what the fleet renders. A Service in a namespace that the fleet does not render whole
//! ([`Index::knows`]) may be there all the same; any other host must have a ServiceEntry, or the mesh does not
//! route to it. Short names are completed as Istio does:
//! <https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination>.

use std::collections::BTreeMap;

use super::index::{Index, Knows, NETWORKING};
use super::namespace::ALWAYS;
use crate::diagnostic::suggest;
use crate::validate::field::{Entry, Field};

/// The domain that Istio completes short names with, unless the mesh has another.
const DOMAIN: &str = "cluster.local";

/// What a host leads to.
#[derive(Clone, Copy, Debug)]
pub enum Host<'a> {
    /// A rendered Service.
    Service(Entry<'a>),
    /// A host of a rendered ServiceEntry.
    External,
    /// Something that the fleet may not be the only one to render.
    Unknown,
    /// Nothing.
    Missing,
}

/// The hosts of one cluster.
pub struct Registry<'a> {
    external: BTreeMap<&'a str, Vec<Entry<'a>>>,
    rules: BTreeMap<String, Vec<Entry<'a>>>,
}

impl<'a> Registry<'a> {
    /// The hosts that the objects of a cluster make known.
    pub fn new(index: &Index<'a>) -> Self {
        let mut external: BTreeMap<&'a str, Vec<Entry<'a>>> = BTreeMap::new();
        for entry in index.of_kind(NETWORKING, "ServiceEntry") {
            for host in entry.root().list(&["spec", "hosts"]) {
                external.entry(host.text().unwrap_or("")).or_default().push(*entry);
            }
        }
        let mut rules: BTreeMap<String, Vec<Entry<'a>>> = BTreeMap::new();
        for entry in index.of_kind(NETWORKING, "DestinationRule") {
            if let Some(host) = entry.root().text_at(&["spec", "host"]) {
                rules.entry(complete(host, entry.namespace())).or_default().push(*entry);
            }
        }
        Self { external, rules }
    }

    /// What a host leads to, named by an object of this namespace.
    pub fn find(&self, index: &Index<'a>, host: &str, from: &str) -> Host<'a> {
        let host = complete(host, from);
        if let Some((name, namespace)) = service(&host) {
            if let Some(found) = index.get("", "Service", namespace, name) {
                let exported = found.object().annotations().find(|(key, _)| *key == EXPORT_TO);
                let to: Option<Vec<&str>> = exported.map(|(_, to)| to.split(',').map(str::trim).collect());
                return match is_exported(to.as_deref(), namespace, from) {
                    true => Host::Service(found),
                    false => Host::Missing,
                };
            }
            if !matches!(index.knows(namespace), Knows::All) {
                return Host::Unknown;
            }
        }
        match self.is_external(&host, from) {
            true => Host::External,
            false => Host::Missing,
        }
    }

    /// The DestinationRules for a host that hold for an object of this namespace.
    pub fn rules(&self, host: &str, from: &str) -> Vec<Entry<'a>> {
        let host = complete(host, from);
        let mut found: Vec<Entry<'a>> = Vec::new();
        for name in std::iter::once(host.clone()).chain(wildcards(&host)) {
            let rules = self.rules.get(&name).map_or(&[][..], Vec::as_slice);
            found.extend(rules.iter().filter(|rule| exports_to(**rule, from)));
        }
        found
    }

    fn is_external(&self, host: &str, from: &str) -> bool {
        let mut names = std::iter::once(host.to_owned()).chain(wildcards(host));
        names.any(|name| {
            let entries = self.external.get(name.as_str()).map_or(&[][..], Vec::as_slice);
            entries.iter().any(|entry| exports_to(*entry, from))
        })
    }
}

/// The annotation of a Service that says which namespaces see it.
const EXPORT_TO: &str = "networking.istio.io/exportTo";

fn exports_to(entry: Entry<'_>, from: &str) -> bool {
    let to = entry.root().list(&["spec", "exportTo"]);
    let to: Vec<&str> = to.iter().filter_map(Field::text).collect();
    is_exported((!to.is_empty()).then_some(&to), entry.namespace(), from)
}

fn is_exported(to: Option<&[&str]>, namespace: &str, from: &str) -> bool {
    to.is_none_or(|to| {
        to.iter().any(|to| matches!(*to, "*") || *to == from || *to == "." && namespace == from)
    })
}

/// The full name of a host that is named in a namespace, as Istio has it: one without a dot is a Service of it.
pub fn complete(host: &str, namespace: &str) -> String {
    match host.contains(['.', '*']) {
        true => host.to_owned(),
        false => format!("{host}.{namespace}.svc.{DOMAIN}"),
    }
}

/// Name and namespace of the Service that a full name is of.
pub fn service(host: &str) -> Option<(&str, &str)> {
    let (name, rest) = host.split_once('.')?;
    let (namespace, rest) = rest.split_once('.')?;
    rest.starts_with("svc.").then_some((name, namespace))
}

/// The full name that was meant by one with a slip in its namespace or domain.
pub fn meant(index: &Index<'_>, host: &str) -> Option<String> {
    let (name, namespace) = service(host)?;
    let (_, domain) = host.split_once(".svc.")?;
    // A mesh may have another domain, and `clusterset.local` is that of Services of several clusters.
    let is_near =
        domain != DOMAIN && domain.len().abs_diff(DOMAIN.len()) < 2 && suggest(domain, [DOMAIN]).is_some();
    let meant = match matches!(index.knows(namespace), Knows::Nothing) && !ALWAYS.contains(&namespace) {
        true => suggest(namespace, index.of_kind("", "Namespace").iter().map(|one| one.name())),
        false => None,
    };
    (is_near || meant.is_some()).then(|| {
        let domain = if is_near { DOMAIN } else { domain };
        format!("{name}.{}.svc.{domain}", meant.unwrap_or(namespace))
    })
}

/// The longest host, in bytes: RFC 1123. No wildcard stands for a longer text.
const LONGEST: usize = 253;

/// The patterns that stand for a host: `*.b.c`, `*.c` and `*` for `a.b.c`.
pub fn wildcards(host: &str) -> impl Iterator<Item = String> {
    let host = if host.len() > LONGEST { "" } else { host };
    let below = host.match_indices('.').map(|(at, _)| format!("*{}", host.get(at..).unwrap_or("")));
    below.collect::<Vec<_>>().into_iter().chain(std::iter::once("*".to_owned()))
}
