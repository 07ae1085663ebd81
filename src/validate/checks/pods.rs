//! The pods that an object makes: their template and containers.

use super::selection::Labels;
use crate::validate::field::{Entry, Field};

/// A pod template, or a Pod.
#[derive(Clone, Debug)]
pub struct Pods<'a> {
    /// What makes the pods.
    pub entry: Entry<'a>,
    /// Their labels.
    pub labels: Labels<'a>,
    /// Their `spec`.
    pub spec: Field<'a>,
    /// Whether they run until they are stopped.
    pub run_on: bool,
    /// Whether a number of replicas says how many there are.
    pub scalable: bool,
}

/// A container of a pod.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// Its entry in the list.
    pub field: Field<'a>,
    /// Whether it is an init container that ends before the others start.
    pub ends: bool,
    /// Whether it is an init container of any sort, sidecars included.
    pub init: bool,
}

/// Kinds with a pod template: group, kind, the way to the template, whether the pods run on, and whether the kind
/// has replicas.
const TEMPLATES: [(&str, &str, &[&str], bool, bool); 10] = [
    ("apps", "Deployment", &["spec", "template"], true, true),
    ("apps", "StatefulSet", &["spec", "template"], true, true),
    ("apps", "ReplicaSet", &["spec", "template"], true, true),
    ("apps", "DaemonSet", &["spec", "template"], true, false),
    ("", "ReplicationController", &["spec", "template"], true, true),
    ("", "Pod", &[], true, false),
    ("batch", "Job", &["spec", "template"], false, false),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"], false, false),
    ("keda.sh", "ScaledJob", &["spec", "jobTargetRef", "template"], false, false),
    ("argoproj.io", "Rollout", &["spec", "template"], true, true),
];

/// The keys that lead to the pod template in an object of a kind; none if it is not known to make pods.
pub fn template(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    TEMPLATES.iter().find(|known| (known.0, known.1) == (group, kind)).map(|known| known.2)
}

impl<'a> Pods<'a> {
    /// The pods that an object makes, if it is of a kind that makes them.
    pub fn of(entry: Entry<'a>) -> Option<Self> {
        let object = entry.object();
        let (_, _, path, run_on, scalable) =
            TEMPLATES.iter().find(|known| known.0 == object.group() && known.1 == object.kind())?;
        let template = entry.root().at(path)?;
        let spec = template.get("spec")?;
        let labels = template.at(&["metadata", "labels"]).map(|labels| labels.pairs().collect());
        let ends = matches!(spec.text_at(&["restartPolicy"]), Some("Never" | "OnFailure"));
        Some(Self {
            entry,
            labels: labels.unwrap_or_default(),
            spec,
            run_on: *run_on && !ends,
            scalable: *scalable,
        })
    }

    /// The containers, those that end first.
    pub fn containers(&self) -> Vec<Container<'a>> {
        let init = self.spec.list(&["initContainers"]).into_iter().map(|field| {
            let ends = field.text_at(&["restartPolicy"]) != Some("Always");
            Container { field, ends, init: true }
        });
        let main = self.spec.list(&["containers"]).into_iter();
        init.chain(main.map(|field| Container { field, ends: false, init: false })).collect()
    }

    /// `spec.replicas`, if the kind has it.
    pub fn replicas(&self) -> Option<Field<'a>> {
        self.scalable.then(|| self.entry.at(&["spec", "replicas"])).flatten()
    }
}

impl Container<'_> {
    /// `container "web"` or `init container "web"`, as messages name it.
    pub fn title(&self) -> String {
        let what = if self.init { "init container" } else { "container" };
        match self.field.get("name") {
            Some(name) => format!("{what} {}", name.shown()),
            None => format!("{what} {}", self.field.path()),
        }
    }
}
