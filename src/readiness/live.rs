//! A live object, as the rules read it: whatever is not as it should be reads as not there.

use jiff::Timestamp;
use serde_json::Value;

/// A live object.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a>(pub &'a Value);

/// A condition of a status
/// ([conventions](https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties)).
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// Its type.
    pub name: &'a str,
    /// `True`, `False` or `Unknown`.
    pub status: &'a str,
    reason: &'a str,
    message: &'a str,
    turned: &'a str,
}

impl Condition<'_> {
    /// Whether it is `True`.
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// Whether it is `False`.
    pub fn is_false(&self) -> bool {
        self.status == "False"
    }

    /// When its status turned to what it is, if it says so.
    pub fn turned(&self) -> Option<Timestamp> {
        self.turned.parse().ok()
    }

    /// Whether it has this reason.
    pub fn is_for(&self, reason: &str) -> bool {
        self.reason == reason
    }

    /// `Ready is False: NoSecret: there is no secret "x"`.
    pub fn told(&self) -> String {
        let mut told = format!("{} is {}", self.name, self.status);
        for part in [self.reason, self.message].into_iter().filter(|part| !part.is_empty()) {
            told.push_str(": ");
            told.push_str(&one_line(part));
        }
        told
    }
}

impl<'a> Live<'a> {
    /// The text at a JSON pointer.
    pub fn text(&self, at: &str) -> Option<&'a str> {
        self.0.pointer(at)?.as_str()
    }

    /// The number at a JSON pointer; 0 if there is none, as the zero that a controller leaves out.
    pub fn number(&self, at: &str) -> i64 {
        self.number_or(at, 0)
    }

    /// The number at a JSON pointer, or else another.
    pub fn number_or(&self, at: &str, other: i64) -> i64 {
        self.0.pointer(at).and_then(Value::as_i64).unwrap_or(other)
    }

    /// The moment at a JSON pointer.
    pub fn moment(&self, at: &str) -> Option<Timestamp> {
        self.text(at)?.parse().ok()
    }

    /// The items of the list at a JSON pointer.
    pub fn items(&self, at: &str) -> &'a [Value] {
        self.0.pointer(at).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The group of its kind.
    pub fn group(&self) -> &'a str {
        self.text("/apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group)
    }

    /// Its kind.
    pub fn kind(&self) -> &'a str {
        self.text("/kind").unwrap_or_default()
    }

    /// Its generation; kinds such as HorizontalPodAutoscaler count none.
    pub fn generation(&self) -> Option<i64> {
        self.0.pointer("/metadata/generation")?.as_i64()
    }

    /// The generation that its controller has seen, if it says so.
    pub fn observed(&self) -> Option<i64> {
        self.0.pointer("/status/observedGeneration")?.as_i64()
    }

    /// Its conditions, but those that were made for an older generation.
    pub fn conditions(&self) -> impl Iterator<Item = Condition<'a>> {
        self.conditions_at("/status/conditions")
    }

    /// The conditions at a JSON pointer, but those that were made for an older generation.
    pub fn conditions_at(&self, at: &str) -> impl Iterator<Item = Condition<'a>> {
        let generation = self.generation();
        let is_current = move |condition: &&Value| {
            condition
                .get("observedGeneration")
                .and_then(Value::as_i64)
                .is_none_or(|seen| generation.is_none_or(|generation| seen >= generation))
        };
        self.items(at).iter().filter(is_current).map(|condition| {
            let part = |name| condition.get(name).and_then(Value::as_str).unwrap_or_default();
            Condition {
                name: part("type"),
                status: part("status"),
                reason: part("reason"),
                message: part("message"),
                turned: part("lastTransitionTime"),
            }
        })
    }

    /// The condition of this type.
    pub fn condition(&self, name: &str) -> Option<Condition<'a>> {
        self.conditions().find(|condition| condition.name == name)
    }
}

/// The longest message of a server that is repeated, in characters.
const LONGEST: usize = 300;

/// A message on one line, cut short where nobody would read on.
pub fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}
