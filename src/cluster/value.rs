//! The values of the fleet language.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::number::Number;
use crate::diagnostic::Span;

/// A value, where the literal or expression that gave it stands, and whether it is secret.
///
/// A reference hands on the span of what it refers to: the value of `local.domain` has the span of the
/// literal behind the local. Equality and order compare what the value is, never where it came from.
#[derive(Clone)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Whether a sensitive variable has a part in it. A list or map is marked as a whole only if it was
    /// made as a whole from something secret; ask [`Value::is_sensitive`] for its elements too.
    pub sensitive: bool,
    /// Where it stands.
    pub span: Option<Span>,
}

/// What messages show in place of a secret.
pub const MASKED: &str = "(sensitive)";

/// What a value is. Sets are lists, sorted and without repetition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An exact number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map or object: its keys are strings, in sorted order.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
}

impl Value {
    /// A value without a place.
    pub fn new(kind: Kind) -> Self {
        Self { kind, sensitive: false, span: None }
    }

    /// A string without a place.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::new(Kind::String(text.into()))
    }

    /// The same value, standing at `span`.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same value, secret if `sensitive` says so or it was before.
    pub fn marked(mut self, sensitive: bool) -> Self {
        self.sensitive |= sensitive;
        self
    }

    /// Whether it or anything in it is secret.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
            || match &self.kind {
                Kind::List(items) => items.iter().any(Self::is_sensitive),
                Kind::Map(entries) => entries.values().any(Self::is_sensitive),
                Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
            }
    }

    /// The elements of a list, each secret if the list is as a whole; nothing for anything else.
    pub fn items(&self) -> impl Iterator<Item = Cow<'_, Self>> {
        let items = match &self.kind {
            Kind::List(items) => items.as_slice(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Map(_) => &[],
        };
        items.iter().map(|item| self.part(item))
    }

    /// The entries of a map, each secret if the map is as a whole; nothing for anything else. The keys are
    /// as secret as the map: ask [`Value::shown_key`] before they go into a message.
    pub fn entries(&self) -> impl Iterator<Item = (&Arc<str>, Cow<'_, Self>)> {
        let entries = match &self.kind {
            Kind::Map(entries) => Some(entries),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::List(_) => None,
        };
        entries.into_iter().flat_map(|entries| entries.iter()).map(|(key, item)| (key, self.part(item)))
    }

    fn part<'a>(&self, part: &'a Self) -> Cow<'a, Self> {
        if self.sensitive && !part.sensitive {
            Cow::Owned(part.clone().marked(true))
        } else {
            Cow::Borrowed(part)
        }
    }

    /// A key of this map as a message may show it.
    pub fn shown_key(&self, key: &str) -> String {
        if self.sensitive { MASKED.to_owned() } else { key.escape_debug().to_string() }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, as messages say it: `a string`, `a list`, …
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a bool",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The value as a message may show it: short, on one line, control characters escaped, a secret as
    /// `(sensitive)`.
    pub fn shown(&self) -> String {
        const LONGEST: usize = 60;
        if self.is_sensitive() {
            return MASKED.to_owned();
        }
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Number(number) => number.to_string(),
            Kind::String(text) if text.chars().count() > LONGEST => {
                let start: String = text.chars().take(LONGEST).collect();
                format!("\"{}…\"", start.escape_debug())
            }
            Kind::String(text) => format!("\"{}\"", text.escape_debug()),
            Kind::List(items) => format!("a list of {}", items.len()),
            Kind::Map(entries) => format!("a map of {}", entries.len()),
        }
    }
}

/// Without what is secret in it.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sensitive { f.write_str(MASKED) } else { self.kind.fmt(f) }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.kind.cmp(&other.kind)
    }
}
