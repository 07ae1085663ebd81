//! A line of the fleet, as part of an explanation.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::written::Written;
use crate::diagnostic::Span;

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It sets what the template sees.
    Set,
    /// Nobody sets it: the language says so.
    Default,
    /// It gives a value to a line above.
    From,
    /// It was given from outside of the fleet.
    Given,
    /// It was set here before another line replaced it.
    Replaced,
    /// It was taken away here.
    Removed,
    /// It decides what is there, or which line counts.
    Decides,
}

/// A line of the fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it does.
    pub role: Role,
    /// The expression; none for a default of the language.
    pub at: Option<Span>,
    /// Its block, as a person names it; empty for a default of the language.
    pub block: String,
    /// The variable that was given, where its value comes from outside of the fleet.
    pub variable: Option<Arc<str>>,
    /// What it sets: `autoscale.min`; empty where the block's label is meant.
    pub path: String,
    /// The value that came of it, as it may be shown, where that is known.
    pub value: Option<String>,
    /// The literals in it that the field depends on.
    pub literals: BTreeSet<Span>,
    /// What it refers to, as far as the field depends on it.
    pub from: Vec<Line>,
    /// What it replaced, the latest first.
    pub replaced: Vec<Line>,
}

impl Line {
    /// A line that nothing is known of but this.
    pub fn new(role: Role, at: Option<Span>, block: &str, path: &str) -> Self {
        Self {
            role,
            at,
            block: block.to_owned(),
            variable: None,
            path: path.to_owned(),
            value: None,
            literals: BTreeSet::new(),
            from: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// Its literals and those of what it refers to.
    pub fn add_literals(&self, all: &mut BTreeSet<Span>) {
        all.extend(&self.literals);
        self.from.iter().for_each(|line| line.add_literals(all));
    }

    /// Whether the field depends on anything in it, as far as that was found out.
    pub fn counts(&self) -> bool {
        self.role == Role::Given || !self.literals.is_empty() || !self.from.is_empty()
    }
}

/// Where an expression of an argument stands.
pub fn place_of(written: &Written<'_>, expression: &Expression) -> Span {
    let whole = written.argument.span;
    expression.span().map_or(whole, |range| Span::new(whole.file, range))
}

/// Whether a place lies in another.
pub fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
