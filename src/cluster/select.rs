//! Selectors: which clusters and units a block is about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::eval::Scope;
use super::graph::{Graph, order, reach};
use super::layer::argument_value;
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::fleet::schema::Type;
use crate::fleet::{Block, shown};
use crate::object::Selector;

/// Labels by key, the implicit ones among them.
pub type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// The value of an argument that names or selects something. A secret is refused: names are read by
/// everybody.
pub fn fixed(block: &Block, name: &str, scope: &Scope, problems: &mut Diagnostics) -> Option<Value> {
    let argument = block.arg(name)?;
    let ty = block.schema.arg(name).map_or(Type::Any, |schema| schema.ty);
    let value = argument_value(argument, &ty, name, &block.title(), scope, problems)?;
    if value.is_sensitive() {
        problems.push(no_secret(name, &block.title(), argument.span));
        return None;
    }
    Some(value)
}

/// The error for a secret where everybody can read it.
pub fn no_secret(name: &str, block: &str, at: Span) -> Diagnostic {
    Diagnostic::error(codes::SENSITIVE, format!("`{name}` of {block} holds a secret"))
        .at(at, "a sensitive variable has a part in this")
        .help("this can be read by everybody: keep secrets out of it")
}

/// A string argument that is the same for all clusters.
pub fn fixed_text(block: &Block, name: &str, scope: &Scope, problems: &mut Diagnostics) -> Option<Arc<str>> {
    match fixed(block, name, scope, problems)?.kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}

/// The strings of a list argument, each with its place.
pub fn fixed_names(
    block: &Block,
    name: &str,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> Vec<(Arc<str>, Span)> {
    let at = block.arg(name).map_or(block.header, |argument| argument.span);
    match fixed(block, name, scope, problems).map(|value| value.kind) {
        Some(Kind::List(items)) => items.iter().filter_map(|item| named(item, at)).collect(),
        _ => Vec::new(),
    }
}

fn named(value: &Value, at: Span) -> Option<(Arc<str>, Span)> {
    match &value.kind {
        Kind::String(text) => Some((text.clone(), value.span.unwrap_or(at))),
        _ => None,
    }
}

/// Which labels a block is about.
#[derive(Clone, Debug)]
pub enum Match {
    /// All: it has no selector.
    All,
    /// Those that the selector matches.
    Some(Box<Selector>),
    /// Unknown: the selector has a problem that is told. It matches nothing.
    Failed,
}

impl Match {
    /// The selector in the argument `name` of a block.
    pub fn read(block: &Block, name: &str, scope: &Scope, problems: &mut Diagnostics) -> Self {
        if block.arg(name).is_none() {
            return Self::All;
        }
        match fixed_text(block, name, scope, problems).and_then(|text| Selector::parse(&text).ok()) {
            Some(selector) => Self::Some(Box::new(selector)),
            None => Self::Failed,
        }
    }

    /// Whether it is about something with these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        match self {
            Self::All => true,
            Self::Some(selector) => selector.matches(labels),
            Self::Failed => false,
        }
    }
}

/// The warning for a block that is about nothing. `labels` are those of everything it could be about: a key
/// in its selector that none of them has is most likely a slip.
pub fn about_nothing<'l>(
    block: &Block,
    matching: &[&Match],
    what: &str,
    labels: impl Iterator<Item = &'l Labels>,
) -> Diagnostic {
    let known: BTreeSet<&str> = labels.flat_map(|labels| labels.keys().map(|key| &**key)).collect();
    let keys = matching.iter().flat_map(|matching| match matching {
        Match::Some(selector) => selector.keys().collect(),
        Match::All | Match::Failed => Vec::new(),
    });
    let strange: Vec<&str> = keys.filter(|key| !known.contains(key)).collect();
    let at =
        ["match", "units"].into_iter().find_map(|name| block.arg(name)).map_or(block.place(), |arg| arg.span);
    let mut problem = Diagnostic::warning(codes::UNUSED, format!("{} matches no {what}", block.title()));
    problem = problem.at(at, "by this selector");
    for key in &strange {
        problem = problem.note(format!("nothing has the label `{}`", key.escape_debug()));
    }
    let near = strange.first().and_then(|key| suggest(key, known.iter().copied()));
    match near {
        Some(near) => problem.help(format!("did you mean the label `{near}`?")),
        None => problem.help("mend the selector, or take the block out"),
    }
}

/// What each block of a step may replace, through others too. Unknown names and cycles are told.
pub fn replacing(
    blocks: &[&Block],
    what: &str,
    scope: &Scope,
    problems: &mut Diagnostics,
) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
    let names: BTreeSet<&str> = blocks.iter().map(|block| block.name()).collect();
    let mut graph = Graph::new();
    for block in blocks {
        let mut uses = fixed_names(block, "replaces", scope, problems);
        uses.retain(|(name, span)| {
            let known = names.contains(&**name);
            if !known {
                let others = names.iter().copied().filter(|other| *other != block.name());
                problems.push(unknown(what, name, *span, others));
            }
            known
        });
        graph.insert(Arc::from(block.name()), uses);
    }
    let (_, cycles) = order(&graph);
    for cycle in cycles {
        problems.push(cycle.problem(codes::CYCLE, what, "replaces"));
    }
    reach(&graph)
}

/// The error for a name that refers to nothing.
pub fn unknown<'a>(
    what: &str,
    found: &str,
    at: Span,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let found = shown(found);
    let problem = Diagnostic::error(codes::UNKNOWN_NAME, format!("there is no {what} \"{found}\""))
        .at(at, format!("no such {what}"));
    match suggest(&found, names.clone()) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None if names.clone().next().is_none() => {
            problem.help(format!("there is none to name here: take it out, or define {what} \"{found}\""))
        }
        None => problem.help(format!("take {}", one_of(names))),
    }
}
