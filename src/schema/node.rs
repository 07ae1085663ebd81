//! One schema: what a value must be.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::cross::Cross;
use super::pattern::Pattern;
use super::rule::Rule;

/// What a value must be: the part of an OpenAPI v3 schema that API servers hold objects to, which are the
/// *structural schemas* of the page on CustomResourceDefinitions, and the few forms that the built-in kinds
/// add to them.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Its type.
    pub shape: Shape,
    /// Whether the schema names a type. In a branch of `anyOf` and the like it need not, and then a value of
    /// another type than `shape` is none of its concern.
    pub typed: bool,
    /// Whether `null` is a value of its own.
    pub nullable: bool,
    /// What the server fills in where nothing is given.
    pub default: Option<Value>,
    /// What the value must be beyond its type.
    pub limits: Option<Box<Limits>>,
    /// What several schemas say about it.
    pub logic: Option<Box<Logic>>,
    /// CEL rules: `x-kubernetes-validations`.
    pub rules: Vec<Rule>,
    /// What its fields owe to each other, in a built-in kind.
    pub cross: Option<Cross>,
}

/// The type of a value.
#[derive(Clone, Debug, Default)]
pub enum Shape {
    /// Anything at all.
    #[default]
    Any,
    /// What the definition of this name says.
    Reference(Arc<str>),
    /// A map.
    Map(Fields),
    /// A list.
    List {
        /// What each item must be.
        items: Option<Box<Node>>,
        /// Which items are the same.
        identity: Identity,
    },
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A whole number or text: `x-kubernetes-int-or-string`.
    IntOrString,
    /// A quantity of a built-in kind, which takes numbers as well.
    Quantity,
}

/// The keys of a map.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The keys that are known.
    pub properties: BTreeMap<Box<str>, Node>,
    /// The keys that are not.
    pub rest: Rest,
    /// The keys that must be there.
    pub required: Vec<Box<str>>,
    /// Whether it is an object of its own: `x-kubernetes-embedded-resource`.
    pub embedded: bool,
}

/// What becomes of the keys of a map that are not properties.
#[derive(Clone, Debug, Default)]
pub enum Rest {
    /// Strict validation refuses them.
    #[default]
    Refused,
    /// They may hold anything.
    Anything,
    /// Each holds such a value.
    Each(Box<Node>),
}

/// Which items of a list are the same one, so that none may stand twice: `x-kubernetes-list-type`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// `atomic`, or not said.
    #[default]
    None,
    /// `set`: equal items.
    Set,
    /// `map`: items with the same values at these keys.
    Keys(Vec<Box<str>>),
}

/// What a value must be beyond its type. Numbers are compared as the server does, in double precision.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// The least number, and whether it is itself excluded.
    pub minimum: Option<(f64, bool)>,
    /// The greatest number, and whether it is itself excluded.
    pub maximum: Option<(f64, bool)>,
    /// What a number is a multiple of.
    pub multiple_of: Option<f64>,
    /// The fewest characters.
    pub min_length: Option<u64>,
    /// The most characters.
    pub max_length: Option<u64>,
    /// What text must match.
    pub pattern: Option<Pattern>,
    /// A named form of text or number, such as `date-time`.
    pub format: Option<Box<str>>,
    /// The values that there are.
    pub one_of: Vec<Value>,
    /// The fewest items.
    pub min_items: Option<u64>,
    /// The most items.
    pub max_items: Option<u64>,
    /// The fewest keys.
    pub min_properties: Option<u64>,
    /// The most keys.
    pub max_properties: Option<u64>,
}

/// Schemas of which all, some, one or none must hold.
#[derive(Clone, Debug, Default)]
pub struct Logic {
    /// Each of them.
    pub all_of: Vec<Node>,
    /// At least one of them.
    pub any_of: Vec<Node>,
    /// Exactly one of them.
    pub one_of: Vec<Node>,
    /// Not this one.
    pub not: Option<Node>,
}
