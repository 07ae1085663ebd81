//! All objects of one cluster, as checks look them up.

use std::collections::{BTreeMap, BTreeSet};

use super::maker::Maker;
use super::pods::Pods;
use super::scaler::{self, Scaler};
use super::selection::Selection;
use crate::cluster::Cluster;
use crate::render::RenderedCluster;
use crate::validate::field::{Entry, Field};

/// The group of Istio's traffic kinds.
pub const NETWORKING: &str = "networking.istio.io";

/// The group of Istio's security kinds.
pub const SECURITY: &str = "security.istio.io";

/// The namespace whose Istio configuration holds for the whole mesh, unless the mesh says otherwise.
pub const ROOT_NAMESPACE: &str = "istio-system";

/// How much of what is in a namespace the fleet renders.
#[derive(Clone, Copy, Debug)]
pub enum Knows<'a> {
    /// All of it.
    All,
    /// All of it, unless an object of a kind that nothing is known of makes more.
    Perhaps(Entry<'a>),
    /// Not all: an operator makes more.
    Part,
    /// Maybe nothing: the namespace is somebody else's.
    Nothing,
}

/// All objects of one cluster.
pub struct Index<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    entries: Vec<Entry<'a>>,
    kinds: BTreeMap<(&'a str, &'a str), Vec<Entry<'a>>>,
    /// By name, kind, namespace and group: what differs most comes first.
    names: BTreeMap<(&'a str, &'a str, &'a str, &'a str), Entry<'a>>,
    pods: Vec<Pods<'a>>,
    /// Pods by namespace.
    in_namespace: BTreeMap<&'a str, Vec<usize>>,
    /// Pods by the value and the key of a label, and by namespace.
    labelled: BTreeMap<(&'a str, &'a str, &'a str), Vec<usize>>,
    /// The same in any namespace.
    labelled_anywhere: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    scalers: Vec<Scaler<'a>>,
    /// Scalers by name, kind and namespace of what they scale.
    scaled: BTreeMap<(&'a str, &'a str, &'a str), Vec<usize>>,
    /// Namespaces in which an operator makes pods or Services.
    operated: BTreeSet<&'a str>,
    /// The first object by namespace of which nobody knows whether an operator makes something of it.
    unknown: BTreeMap<&'a str, Entry<'a>>,
}

impl<'a> Index<'a> {
    /// The objects of a cluster.
    pub fn new(cluster: &'a Cluster, rendered: &'a RenderedCluster) -> Self {
        let entries: Vec<Entry<'a>> = rendered
            .units()
            .iter()
            .flat_map(|unit| unit.objects().iter().map(move |rendered| Entry { unit, rendered }))
            .collect();
        let mut index = Self {
            cluster,
            kinds: BTreeMap::new(),
            names: BTreeMap::new(),
            pods: entries.iter().filter_map(|entry| Pods::of(*entry)).collect(),
            in_namespace: BTreeMap::new(),
            labelled: BTreeMap::new(),
            labelled_anywhere: BTreeMap::new(),
            scalers: entries.iter().filter_map(|entry| scaler::of(*entry)).collect(),
            scaled: BTreeMap::new(),
            operated: BTreeSet::new(),
            unknown: BTreeMap::new(),
            entries,
        };
        for entry in &index.entries {
            let object = entry.object();
            let (group, kind) = (object.group(), object.kind());
            index.kinds.entry((group, kind)).or_default().push(*entry);
            index.names.insert((entry.name(), kind, entry.namespace(), group), *entry);
        }
        let makers: BTreeMap<_, _> =
            index.kinds.keys().map(|(group, kind)| ((*kind, *group), Maker::of(group, kind))).collect();
        for entry in &index.entries {
            match makers.get(&(entry.object().kind(), entry.object().group())) {
                None | Some(Maker::No) => {}
                Some(Maker::Yes) => drop(index.operated.insert(entry.namespace())),
                Some(Maker::Perhaps) => drop(index.unknown.entry(entry.namespace()).or_insert(*entry)),
            }
        }
        for (at, pods) in index.pods.iter().enumerate() {
            let namespace = pods.entry.namespace();
            index.in_namespace.entry(namespace).or_default().push(at);
            for (key, value) in &pods.labels {
                index.labelled.entry((value, key, namespace)).or_default().push(at);
                index.labelled_anywhere.entry((value, key)).or_default().push(at);
            }
        }
        for (at, scaler) in index.scalers.iter().enumerate() {
            let target = (scaler.name, scaler.kind, scaler.entry.namespace());
            index.scaled.entry(target).or_default().push(at);
        }
        index
    }

    /// Every object.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The objects of a group and kind, whatever their version.
    pub fn of_kind<'s>(&'s self, group: &'s str, kind: &'s str) -> &'s [Entry<'a>] {
        self.kinds.get(&(group, kind)).map_or(&[], Vec::as_slice)
    }

    /// One object.
    pub fn get(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<Entry<'a>> {
        self.names.get(&(name, kind, namespace, group)).copied()
    }

    /// Everything that makes pods.
    pub fn pods(&self) -> &[Pods<'a>] {
        &self.pods
    }

    /// What a selector matches in a namespace; with `None`, in any.
    pub fn selected(&self, namespace: Option<&str>, selection: &Selection<'_>) -> Vec<&Pods<'a>> {
        let mut candidates = selection.sure().map(|(key, value)| self.with_label(namespace, key, value));
        let least = match candidates.next() {
            Some(first) => {
                candidates.fold(first, |least, other| if other.len() < least.len() { other } else { least })
            }
            None => {
                let all = |at: &usize| self.pods.get(*at);
                return match namespace {
                    Some(namespace) => {
                        let here = self.in_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
                        here.iter().filter_map(all).filter(|pods| selection.matches(&pods.labels)).collect()
                    }
                    None => self.pods.iter().filter(|pods| selection.matches(&pods.labels)).collect(),
                };
            }
        };
        let pods = least.iter().filter_map(|at| self.pods.get(*at));
        pods.filter(|pods| selection.matches(&pods.labels)).collect()
    }

    /// The pods with a label, by their place in the list.
    fn with_label<'s>(&'s self, namespace: Option<&'s str>, key: &'s str, value: &'s str) -> &'s [usize] {
        let found = match namespace {
            Some(namespace) => self.labelled.get(&(value, key, namespace)),
            None => self.labelled_anywhere.get(&(value, key)),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// The pods behind a Service; none for one without a selector.
    pub fn behind(&self, service: Entry<'a>) -> Vec<&Pods<'a>> {
        match service.at(&["spec", "selector"]).filter(Field::is_filled) {
            Some(selector) => self.selected(Some(service.namespace()), &Selection::of_labels(&selector)),
            None => Vec::new(),
        }
    }

    /// Everything that scales something.
    pub fn scalers(&self) -> &[Scaler<'a>] {
        &self.scalers
    }

    /// What scales the object of a kind and name.
    pub fn scalers_of<'s>(&'s self, kind: &'s str, namespace: &'s str, name: &'s str) -> Vec<&'s Scaler<'a>> {
        let found = self.scaled.get(&(name, kind, namespace)).map_or(&[][..], Vec::as_slice);
        found.iter().filter_map(|at| self.scalers.get(*at)).collect()
    }

    /// How many pods there are at least, if that is written down.
    pub fn least(&self, pods: &Pods<'a>) -> Option<i64> {
        if !pods.scalable {
            return None;
        }
        let entry = pods.entry;
        let scalers = self.scalers_of(entry.object().kind(), entry.namespace(), entry.name());
        match scalers.iter().map(|scaler| scaler.least).min() {
            Some(least) => Some(least),
            None => Some(pods.replicas().and_then(|replicas| replicas.number()).unwrap_or(1)),
        }
    }

    /// Whether the fleet renders what is in a namespace: it renders the Namespace or pods in it, and nothing of a
    /// kind whose operator makes pods and Services of its own there. What is missing from any other namespace may
    /// have been made by somebody else.
    pub fn knows(&self, namespace: &str) -> Knows<'a> {
        let ours =
            self.get("", "Namespace", "", namespace).is_some() || self.in_namespace.contains_key(namespace);
        if !ours {
            return Knows::Nothing;
        }
        if self.operated.contains(namespace) {
            return Knows::Part;
        }
        self.unknown.get(namespace).map_or(Knows::All, |maker| Knows::Perhaps(*maker))
    }

    /// Whether the cluster is one of production: it has the label `env=prod`.
    pub fn is_production(&self) -> bool {
        self.cluster.labels.get("env").is_some_and(|env| &**env == "prod")
    }
}
