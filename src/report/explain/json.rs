//! Where the fields of an object come from, as JSON.

use serde::Serialize;

use super::quoted::Quoted;
use crate::diagnostic::{Diagnostics, SourceMap, Span};
use crate::explain::{self, Effect, Explained};
use crate::report::json::{Finding, Place, VERSION, findings};
use crate::report::severity::Summary;

/// What `explain -o json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// Always 1.
    pub version: u32,
    /// The object; null if there is none to explain.
    pub explained: Option<Object>,
    /// What there is to tell.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object {
    /// The cluster.
    pub cluster: String,
    /// The unit that renders it, such as `service.backend-a`.
    pub unit: String,
    /// The version of its API, such as `apps/v1`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace; null for an object of the whole cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The fields that were asked for, each a scalar or an empty list or map.
    pub fields: Vec<Field>,
    /// The lines without which the object would not be there under its name.
    pub decided_by: Vec<Line>,
    /// The lines with literals in whose place no other value would do, so that nothing is known of them.
    pub untried: Vec<Line>,
    /// How many literals beyond the limit might have a part, and were not tried.
    pub beyond: usize,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Field {
    /// Its path, as `explain` takes it.
    pub path: String,
    /// The keys that lead to it; those of lists as numbers from 0.
    pub keys: Vec<String>,
    /// Its value; masked if it is secret.
    pub value: serde_json::Value,
    /// Whether it is secret.
    pub sensitive: bool,
    /// The line of the template, manifest or patch that gives it; null if that is not known.
    pub given_by: Option<GivenBy>,
    /// The lines that set what the template makes it of.
    pub set_by: Vec<Line>,
    /// Further lines that it depends on: what decides which line counts, or whether the field is there.
    pub decided_by: Vec<Line>,
    /// Every literal of the fleet that it depends on, beside those that the object as a whole depends on.
    pub literals: Vec<Literal>,
}

/// The line that gives a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GivenBy {
    /// What it belongs to.
    pub kind: Giver,
    /// Where.
    pub place: Place,
    /// The text of the line.
    pub text: String,
}

/// What gives fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Giver {
    /// A template.
    Template,
    /// A manifest.
    Manifest,
    /// A `patch` of the fleet.
    Patch,
}

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Literal {
    /// Where.
    pub place: Place,
    /// What becomes of the field if it is another.
    pub then: Then,
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Then {
    /// It has another value.
    Changed,
    /// It is gone.
    Gone,
}

/// A line of the fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// What it does.
    pub role: Role,
    /// Where; null for a default of the language.
    pub place: Option<Place>,
    /// The block, such as `override "small"`; empty for a default of the language.
    pub block: String,
    /// What it sets in the block, such as `autoscale.min`; empty where the block's label is meant.
    pub path: String,
    /// The text of the expression: its first line, without secrets; null for a default of the language.
    pub text: Option<String>,
    /// The value that came of it, in short, where that is known.
    pub value: Option<String>,
    /// The literals in it that the field depends on.
    pub literals: Vec<Place>,
    /// What it refers to, as far as the field depends on it.
    pub from: Vec<Line>,
    /// What it replaced, the latest first.
    pub replaced: Vec<Line>,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Role {
    /// It sets what the template sees.
    Set,
    /// Nobody sets it: the language says so.
    Default,
    /// It gives a value to a line above.
    From,
    /// It was given from outside of the fleet: `--var`, `--var-file` or the environment.
    Given,
    /// It was in force before another line replaced it.
    Replaced,
    /// It was taken away here.
    Removed,
    /// It decides what is there, or which line counts.
    Decides,
}

impl Document {
    /// The document.
    pub fn of(explained: Option<&Explained>, problems: &Diagnostics, sources: &SourceMap) -> Self {
        let quoted = Quoted::new(sources);
        Self {
            version: VERSION,
            explained: explained.map(|explained| Object::of(explained, &quoted)),
            findings: findings(problems, sources),
            summary: Summary::of(problems),
        }
    }
}

impl Object {
    fn of(explained: &Explained, quoted: &Quoted<'_>) -> Self {
        let reference = &explained.object;
        let lines = |lines: &[explain::Line]| lines.iter().map(|line| Line::of(line, quoted)).collect();
        Self {
            cluster: explained.cluster.to_string(),
            unit: explained.unit.clone(),
            api_version: explained.api_version.clone(),
            kind: reference.kind.to_string(),
            namespace: reference.namespace.as_deref().map(str::to_owned),
            name: reference.name.to_string(),
            fields: explained.fields.iter().map(|field| Field::of(field, quoted)).collect(),
            decided_by: lines(&explained.decided_by),
            untried: lines(&explained.untried),
            beyond: explained.beyond,
        }
    }
}

impl Field {
    fn of(field: &explain::Field, quoted: &Quoted<'_>) -> Self {
        let place = |span: Span| Place::of(span, quoted.sources);
        let literal = |(at, effect): (&Span, &Effect)| Literal {
            place: place(*at),
            then: match effect {
                Effect::Changed => Then::Changed,
                Effect::Gone => Then::Gone,
            },
        };
        Self {
            path: field.shown.clone(),
            keys: field.path.clone(),
            value: quoted.value(&field.value),
            sensitive: field.is_secret,
            given_by: field.given_by.map(|(kind, at)| GivenBy {
                kind: match kind {
                    explain::Giver::Template => Giver::Template,
                    explain::Giver::Manifest => Giver::Manifest,
                    explain::Giver::Patch => Giver::Patch,
                },
                place: place(at),
                text: if field.is_secret { quoted.secret_line(at) } else { quoted.line(at) },
            }),
            set_by: field.set_by.iter().map(|line| Line::of(line, quoted)).collect(),
            decided_by: field.decided_by.iter().map(|line| Line::of(line, quoted)).collect(),
            literals: field.literals.iter().map(literal).collect(),
        }
    }
}

impl Line {
    fn of(line: &explain::Line, quoted: &Quoted<'_>) -> Self {
        let lines = |lines: &[explain::Line]| lines.iter().map(|line| Self::of(line, quoted)).collect();
        Self {
            role: match line.role {
                explain::Role::Set => Role::Set,
                explain::Role::Default => Role::Default,
                explain::Role::From => Role::From,
                explain::Role::Given => Role::Given,
                explain::Role::Replaced => Role::Replaced,
                explain::Role::Removed => Role::Removed,
                explain::Role::Decides => Role::Decides,
            },
            place: line.at.map(|at| Place::of(at, quoted.sources)),
            block: line.block.clone(),
            path: line.path.clone(),
            text: line.at.map(|at| quoted.span(at)),
            value: line.value.as_ref().map(|value| quoted.sources.secrets().hide(value)),
            literals: line.literals.iter().map(|at| Place::of(*at, quoted.sources)).collect(),
            from: lines(&line.from),
            replaced: lines(&line.replaced),
        }
    }
}
