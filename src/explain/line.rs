//! From a setting to the lines behind it: the line that set it, what that refers to, and what it replaced.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::reach::references;
use super::written::{Written, entry, joined};
use crate::cluster::{Cluster, Given, Setting, Unit};
use crate::diagnostic::Span;
use crate::fleet::Fleet;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

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
    fn new(role: Role, at: Option<Span>, block: &str, path: &str) -> Self {
        Self {
            role,
            at,
            block: block.to_owned(),
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
    fn counts(&self) -> bool {
        self.role == Role::Given || !self.literals.is_empty() || !self.from.is_empty()
    }
}

/// What lines are drawn from, for one field.
pub struct Lines<'a> {
    /// The fleet.
    pub fleet: &'a Fleet,
    /// Its arguments.
    pub written: &'a [Written<'a>],
    /// The values given for variables.
    pub given: &'a [Given],
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The unit.
    pub unit: &'a Unit,
    /// The literals that the field depends on.
    pub literals: &'a BTreeSet<Span>,
    /// The given variables that it depends on.
    pub variables: &'a BTreeSet<Arc<str>>,
}

/// How far references are followed.
const DEEPEST: usize = 16;

impl Lines<'_> {
    /// The line that set the setting at a path below a root, with all that is behind it.
    pub fn setting(&self, root: &Setting, keys: &[Arc<str>], shown: &str) -> Option<Line> {
        self.set(root, keys, shown, Role::Set, DEEPEST)
    }

    fn set(&self, root: &Setting, keys: &[Arc<str>], shown: &str, role: Role, depth: usize) -> Option<Line> {
        let setting = root.at(keys.iter().map(|key| &**key))?;
        let mut line = self.site(setting, shown, role, depth);
        if let Setting::Leaf(leaf) = setting {
            line.replaced.extend(leaf.replaced.iter().flat_map(|before| self.history(before, shown)));
        }
        let mut above = root;
        for key in keys {
            if let Setting::Map(branch) = above
                && let Some(removed) = branch.removed.get(key)
            {
                line.replaced.push(Line::new(
                    Role::Removed,
                    removed.site.span,
                    &removed.site.block,
                    "remove",
                ));
            }
            above = above.get(key)?;
        }
        Some(line)
    }

    fn site(&self, setting: &Setting, shown: &str, role: Role, depth: usize) -> Line {
        let site = setting.site();
        let role = if site.span.is_none() { Role::Default } else { role };
        let mut line = Line::new(role, site.span, &site.block, shown);
        line.value = setting.leaf().map(|value| value.shown());
        if let Some((written, at)) = site.span.and_then(|span| Some((self.holding(span)?, span))) {
            let (_, expression) = entry(written, at);
            self.fill(&mut line, written, expression, depth);
        }
        line
    }

    /// What was in force before, the latest first.
    fn history(&self, before: &Setting, shown: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut next = Some(before);
        while let Some(setting) = next {
            let site = setting.site();
            let mut line = Line::new(Role::Replaced, site.span, &site.block, shown);
            line.value = setting.leaf().map(|value| value.shown());
            lines.push(line);
            next = match setting {
                Setting::Leaf(leaf) => leaf.replaced.as_deref(),
                Setting::Map(branch) => branch.replaced.as_deref(),
            };
        }
        lines
    }

    fn holding(&self, at: Span) -> Option<&Written<'_>> {
        self.written.iter().find(|written| holds(written.argument.span, at))
    }

    /// Adds the literals of an expression, and what it refers to.
    fn fill(&self, line: &mut Line, written: &Written<'_>, expression: &Expression, depth: usize) {
        let file = written.argument.span.file;
        let around = expression.span().map_or(written.argument.span, |range| Span::new(file, range));
        line.literals.extend(self.literals.iter().filter(|literal| holds(around, **literal)));
        if depth == 0 {
            return;
        }
        let mut seen: Vec<Vec<String>> = Vec::new();
        for reference in references(expression) {
            if !seen.contains(&reference) {
                line.from.extend(self.referred(&reference, depth - 1).into_iter().filter(Line::counts));
                seen.push(reference);
            }
        }
    }

    fn referred(&self, reference: &[String], depth: usize) -> Vec<Line> {
        let names: Vec<&str> = reference.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["local", name, ..] => {
                let local = self.fleet.locals.get(*name).and_then(|local| self.holding(local.span));
                local.map(|written| self.argument(written, Role::From, depth)).into_iter().collect()
            }
            ["var", name, ..] => self.variable(name, depth).into_iter().collect(),
            ["cluster", "values", keys @ ..] => {
                let values = &self.cluster.values;
                let keys: Vec<Arc<str>> = keys.iter().map(|key| Arc::from(*key)).collect();
                let leaves = super::input::leaves_of(values).into_iter();
                let below = leaves.filter(|(path, ..)| path.starts_with(&keys) || keys.starts_with(path));
                below
                    .filter_map(|(path, shown, _)| {
                        let shown = format!("values.{shown}");
                        self.set(values, &path, &shown, Role::From, depth)
                    })
                    .collect()
            }
            ["cluster", "labels", ..] => self.of_block("cluster", &self.cluster.name, "labels", depth),
            ["each", ..] => self.of_block(self.unit.kind.as_str(), &self.unit.name.name, "for_each", depth),
            ["fleet", "description"] => {
                self.of_block("fleet", self.fleet.settings.name(), "description", depth)
            }
            _ => Vec::new(),
        }
    }

    fn of_block(&self, kind: &str, name: &str, argument: &str, depth: usize) -> Vec<Line> {
        let line =
            self.block_argument(kind, name, argument).map(|found| self.argument(found, Role::From, depth));
        line.into_iter().collect()
    }

    fn block_argument(&self, kind: &str, name: &str, argument: &str) -> Option<&Written<'_>> {
        let title = format!("{kind} \"{name}\"");
        self.written.iter().find(|written| *written.block == *title && written.path == argument)
    }

    /// A line for what depends on an argument, at the entry that all of its literals stand in.
    fn argument(&self, written: &Written<'_>, role: Role, depth: usize) -> Line {
        let inside: Vec<Span> =
            self.literals.iter().filter(|at| holds(written.argument.span, **at)).copied().collect();
        let (path, expression) = narrowed(written, &inside);
        let file = written.argument.span.file;
        let at = expression.span().map_or(written.argument.span, |range| Span::new(file, range));
        let mut line = Line::new(role, Some(at), &written.block, &path);
        self.fill(&mut line, written, expression, depth);
        line
    }

    fn variable(&self, name: &str, depth: usize) -> Option<Line> {
        let default = self.block_argument("variable", name, "default");
        let given = self.given.iter().rfind(|given| *given.name == *name);
        match given {
            Some(given) if self.variables.contains(name) => {
                let mut line = Line::new(Role::Given, Some(given.span), &format!("variable \"{name}\""), "");
                line.replaced.extend(default.map(|default| {
                    Line::new(Role::Replaced, Some(default.argument.span), &default.block, "default")
                }));
                Some(line)
            }
            Some(_) => None,
            None => default.map(|default| self.argument(default, Role::From, depth)),
        }
    }

    /// A line at the label of a block, or at one of its arguments.
    pub fn named(&self, at: Span, block: &str, argument: &str, key: Option<&str>) -> Line {
        let written =
            self.written.iter().find(|written| *written.block == *block && written.path == argument);
        let path = key.map_or_else(|| argument.to_owned(), |key| joined(argument, key));
        let entry = written.and_then(|written| {
            let inside = self.literals.iter().filter(|literal| holds(written.argument.span, **literal));
            inside.map(|literal| (written, entry(written, *literal))).find(|(_, (found, _))| *found == path)
        });
        match (entry, written) {
            (Some((written, (path, expression))), _) => {
                let file = written.argument.span.file;
                let at = expression.span().map_or(written.argument.span, |range| Span::new(file, range));
                let mut line = Line::new(Role::Set, Some(at), block, &path);
                self.fill(&mut line, written, expression, DEEPEST);
                line
            }
            (None, Some(written)) => {
                let mut line = Line::new(Role::Set, Some(written.argument.span), block, &path);
                self.fill(&mut line, written, &written.argument.expression, DEEPEST);
                line
            }
            (None, None) => Line::new(Role::Set, Some(at), block, ""),
        }
    }

    /// Lines for literals that no other line has: what decides.
    pub fn deciding(&self, literals: &BTreeSet<Span>) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for literal in literals {
            let Some(written) = self.holding(*literal) else { continue };
            let (path, expression) = entry(written, *literal);
            let file = written.argument.span.file;
            let at = expression.span().map_or(written.argument.span, |range| Span::new(file, range));
            match lines.iter_mut().find(|line| line.at == Some(at)) {
                Some(line) => drop(line.literals.insert(*literal)),
                None => {
                    let mut line = Line::new(Role::Decides, Some(at), &written.block, &path);
                    line.literals.insert(*literal);
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// Lines for given variables that no other line has.
    pub fn deciding_variables(&self, names: &BTreeSet<Arc<str>>) -> Vec<Line> {
        names.iter().filter_map(|name| self.variable(name, 0)).collect()
    }
}

/// The innermost entry of a written-out map that holds all of these places.
fn narrowed<'a>(written: &Written<'a>, literals: &[Span]) -> (String, &'a Expression) {
    let entries: Vec<(String, &Expression)> = literals.iter().map(|at| entry(written, *at)).collect();
    match entries.first() {
        Some((path, first)) if entries.iter().all(|(other, _)| other == path) => (path.clone(), first),
        _ => (written.path.clone(), &written.argument.expression),
    }
}

/// Whether a place lies in another.
pub fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
