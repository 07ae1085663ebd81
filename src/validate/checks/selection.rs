//! Label selectors as objects write them: which labels they match.

use std::collections::BTreeMap;

use crate::validate::field::Field;

/// The labels of an object or pod template.
pub type Labels<'a> = BTreeMap<&'a str, &'a str>;

/// Label keys that controllers and the mesh set on pods when they make them. What asks for one of these cannot be
/// judged by the template, and counts as met.
const SET_LATER: [&str; 17] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "security.istio.io/tlsMode",
    "service.istio.io/canonical-name",
    "statefulset.kubernetes.io/pod-name",
    "topology.istio.io/cluster",
    "topology.istio.io/network",
    "topology.istio.io/subzone",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];

/// A selector, as far as it can be judged.
#[derive(Clone, Debug, Default)]
pub struct Selection<'a> {
    /// Labels that must have these values.
    pub equal: Labels<'a>,
    conditions: Vec<(&'a str, Condition<'a>)>,
}

#[derive(Clone, Debug)]
enum Condition<'a> {
    In(Vec<&'a str>),
    NotIn(Vec<&'a str>),
    Exists,
    Absent,
}

impl<'a> Selection<'a> {
    /// A map of labels, as in `spec.selector` of a Service.
    pub fn of_labels(labels: &Field<'a>) -> Self {
        Self { equal: labels.pairs().collect(), conditions: Vec::new() }
    }

    /// A LabelSelector: `matchLabels` and `matchExpressions`.
    pub fn of_selector(selector: &Field<'a>) -> Self {
        let equal = selector.get("matchLabels").map(|labels| labels.pairs().collect()).unwrap_or_default();
        let condition = |expression: Field<'a>| {
            let values = || expression.list(&["values"]).iter().filter_map(Field::text).collect();
            let condition = match expression.text_at(&["operator"])? {
                "In" => Condition::In(values()),
                "NotIn" => Condition::NotIn(values()),
                "Exists" => Condition::Exists,
                "DoesNotExist" => Condition::Absent,
                _ => return None,
            };
            Some((expression.text_at(&["key"])?, condition))
        };
        let conditions = selector.list(&["matchExpressions"]).into_iter().filter_map(condition).collect();
        Self { equal, conditions }
    }

    /// Both at once.
    pub fn and(mut self, labels: &Field<'a>) -> Self {
        self.equal.extend(labels.pairs());
        self
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.conditions.is_empty()
    }

    /// Whether labels meet it.
    pub fn matches(&self, labels: &Labels<'_>) -> bool {
        let equal = self.equal.iter().all(|(key, value)| labels.get(key) == Some(value) || is_set_later(key));
        equal
            && self.conditions.iter().all(|(key, condition)| {
                let value = labels.get(key);
                match condition {
                    _ if is_set_later(key) => true,
                    Condition::In(values) => value.is_some_and(|value| values.contains(value)),
                    Condition::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                    Condition::Exists => value.is_some(),
                    Condition::Absent => value.is_none(),
                }
            })
    }

    /// A label that everything it matches has, as far as that can be told from templates.
    pub fn sure(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.equal.iter().filter(|(key, _)| !is_set_later(key)).map(|(key, value)| (*key, *value))
    }
}

fn is_set_later(key: &str) -> bool {
    SET_LATER.contains(&key)
}
