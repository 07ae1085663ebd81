//! The tree that YAML text is read into.

use std::ops::Range;

use serde_json::{Map, Number, Value};

/// All documents of a text, and its scalar tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The documents that hold anything; one of nothing but comments is left out.
    pub documents: Vec<Document>,
    /// Every scalar token of the text, keys too, in the order they stand.
    pub scalars: Vec<Scalar>,
    /// Whether an alias (`*name`) stands anywhere, so that one scalar can be several values.
    pub has_aliases: bool,
}

/// One document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it holds.
    pub root: Node,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its bytes in the text, quotes or block header with body included. A value that came by an alias
    /// has the place of the alias; what lies in it has the place where it was written.
    pub span: Range<usize>,
}

/// What a value is, to the API server.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A finite number that is the double nearest to what was written, and prints as the same decimal.
    Float(f64),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A map: no key twice, in the order written; what `<<` merged in comes last.
    Map(Vec<Entry>),
}

/// One key of a map, with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Its bytes in the text.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// One scalar token of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Its bytes: quotes included, of a block scalar the header and the body. Empty where the value was
    /// left out (`key:`).
    pub span: Range<usize>,
    /// How it is written.
    pub style: Style,
    /// Whether it is the key of a map.
    pub is_key: bool,
    /// Whether it stands inside `[…]` or `{…}`.
    pub in_flow: bool,
    /// Whether a tag such as `!!str` stands before it, so that its text does not decide its type.
    pub is_tagged: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Node {
    /// What it is, as messages say it: `a string`, `a list`, …
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a bool",
            NodeKind::Int(_) | NodeKind::Float(_) => "a number",
            NodeKind::String(_) => "a string",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            NodeKind::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }
}

/// The value without its places. Recursion is bounded by [`super::MAX_DEPTH`], which [`super::read()`] holds.
pub fn to_json(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Null => Value::Null,
        NodeKind::Bool(value) => Value::Bool(*value),
        NodeKind::Int(number) => Value::Number(Number::from(*number)),
        // `read` refuses what is not finite.
        NodeKind::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        NodeKind::String(text) => Value::String(text.clone()),
        NodeKind::List(items) => Value::Array(items.iter().map(to_json).collect()),
        NodeKind::Map(entries) => Value::Object(
            entries.iter().map(|entry| (entry.key.clone(), to_json(&entry.value))).collect::<Map<_, _>>(),
        ),
    }
}
