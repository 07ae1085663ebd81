//! What the command line names: a block, a path in it, and a value.

use std::fmt;

use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Structure};

use super::EditError;
use super::place::attribute;
use crate::diagnostic::{one_of, suggest};
use crate::fleet::schema::{BlockSchema, ROOT};
use crate::fleet::secret_name::names_secret;
use crate::fleet::shown;

/// A block at the top of a file: `service/storefront`, `locals`.
#[derive(Clone, Debug)]
pub struct Address {
    schema: &'static BlockSchema,
    name: Option<String>,
}

impl Address {
    /// What the text names: `KIND/NAME` or `KIND.NAME`, `fleet`, `locals` or `local`.
    ///
    /// # Errors
    /// If there is no such kind of block, or its name is missing or one too many.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let (kind, name) = match text.split_once(['/', '.']) {
            Some((kind, name)) => (kind, Some(name).filter(|name| !name.is_empty())),
            None => (text, None),
        };
        let kind = if kind == "local" { "locals" } else { kind };
        let Some(nested) = ROOT.block(kind) else {
            let kinds = || ROOT.blocks().map(|nested| nested.schema.name);
            let error = EditError::new(format!("a fleet has no block `{}`", shown(kind)));
            return Err(error.help(match suggest(kind, kinds()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("name a block as KIND/NAME; KIND is {}", one_of(kinds())),
            }));
        };
        match (nested.schema.label, name) {
            (None, Some(name)) => {
                let error = EditError::new(format!("`{kind}` has no name"));
                Err(error.help(format!("write `{kind} {}=VALUE`", shown(name))))
            }
            // There is only one of it.
            (Some(_), None) if kind != "fleet" => {
                Err(EditError::new(format!("which `{kind}`?")).help(format!("name it: {kind}/NAME")))
            }
            (Some(_) | None, name) => Ok(Self { schema: nested.schema, name: name.map(str::to_owned) }),
        }
    }

    /// The block of this name.
    pub fn named(kind: &str, name: &str) -> Result<Self, EditError> {
        Self::parse(&format!("{kind}/{name}"))
    }

    /// What may stand in it.
    pub fn schema(&self) -> &'static BlockSchema {
        self.schema
    }

    /// How the file has it: `service "storefront"`.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{} \"{}\"", self.schema.name, shown(name)),
            None => self.schema.name.to_owned(),
        }
    }

    /// Whether this block is the one. Of several `locals` it is the one that sets the first step of the path.
    pub fn is(&self, block: &Block, path: &FieldPath) -> bool {
        let labels = block.labels.as_slice();
        let is_named = match (&self.name, self.schema.label) {
            (Some(name), _) => matches!(labels, [only] if only.as_str() == name),
            (None, Some(_)) => true,
            (None, None) => labels.is_empty(),
        };
        let sets = || path.steps().first().is_some_and(|first| attribute(block, first).is_some());
        block.ident.as_str() == self.schema.name && is_named && (!self.schema.open || sets())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}/{name}", self.schema.name),
            None => f.write_str(self.schema.name),
        }
    }
}

/// The names of all blocks of a text, as [`Address`] has them; for `locals` those of what they set, behind a `/`.
/// Empty for a text that does not parse.
pub fn names(text: &str) -> Vec<String> {
    let Ok(body) = parse_body(text.strip_prefix('\u{feff}').unwrap_or(text)) else { return Vec::new() };
    let mut names = Vec::new();
    for block in body.iter().filter_map(Structure::as_block) {
        let kind = block.ident.as_str();
        match block.labels.as_slice() {
            [only] => names.push(format!("{kind}/{}", only.as_str())),
            _ if kind == "locals" => {
                let set = block.body.iter().filter_map(Structure::as_attribute);
                names.extend(set.map(|attribute| format!("{kind}/{}", attribute.key.as_str())));
            }
            _ => {}
        }
    }
    names
}

/// The steps from a block to a value: nested blocks with their labels, arguments, keys of maps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Its steps; there is at least one.
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// Whether its last step is the name of a secret, such as `DB_PASSWORD`.
    pub fn names_secret(&self) -> bool {
        self.0.last().is_some_and(|name| names_secret(name))
    }

    /// The path up to a step, without it.
    pub fn before(&self, step: usize) -> Self {
        Self(self.0.iter().take(step).cloned().collect())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            match step.contains(['.', '=', '"']) || step.is_empty() {
                true => write!(f, "{dot}\"{}\"", shown(step))?,
                false => write!(f, "{dot}{}", shown(step))?,
            }
        }
        Ok(())
    }
}

/// `PATH=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Where.
    pub path: FieldPath,
    /// What, as it was given.
    pub value: String,
    /// Whether neither it nor what it replaces may be shown.
    pub is_secret: bool,
}

impl Assignment {
    /// What the text says: steps with dots between them, those with a dot in double quotes, and after the first `=`
    /// the value.
    ///
    /// # Errors
    /// If there is no `=`, or the path before it is empty or not well-formed.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let wrong = |what: &str| {
            EditError::new(format!("\"{}\" is not PATH=VALUE: {what}", shown(text)))
                .help("write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels.\"a.b/c\"=x'")
        };
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (step, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or_else(|| wrong("a quote is not closed"))?,
                None => rest.split_at(rest.find(['.', '=', '"']).unwrap_or(rest.len())),
            };
            if step.is_empty() {
                return Err(wrong("a step of the path is empty"));
            }
            steps.push(step.to_owned());
            match (after.strip_prefix('='), after.strip_prefix('.')) {
                (Some(value), _) => {
                    let (path, value) = (FieldPath(steps), value.to_owned());
                    return Ok(Self { path, value, is_secret: false });
                }
                (None, Some(next)) => rest = next,
                (None, None) if after.is_empty() => return Err(wrong("there is no `=`")),
                (None, None) => return Err(wrong("a quote stands within a step")),
            }
        }
    }

    /// A value for an argument of the block itself.
    pub fn argument(name: &str, value: &str) -> Self {
        Self { path: FieldPath(vec![name.to_owned()]), value: value.to_owned(), is_secret: false }
    }

    /// A value for this path; `None` if it has no step.
    pub fn at(steps: &[String], value: &str) -> Option<Self> {
        let path = FieldPath(steps.to_vec());
        (!steps.is_empty()).then(|| Self { path, value: value.to_owned(), is_secret: false })
    }
}
