//! From a setting to the lines behind it: the line that set it, what that refers to, and what it replaced.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::line::{Line, Role, holds, place_of};
use super::written::{Written, entry, given_to, holding_argument, joined};
use crate::cluster::{Cluster, Given, Reference, Setting, Unit, references};
use crate::diagnostic::Span;
use crate::fleet::Fleet;

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
        self.set(root, keys, &Name { above: None, keys, shown }, Role::Set, DEEPEST)
    }

    /// The same for a value of the cluster.
    pub fn value(&self, keys: &[Arc<str>], shown: &str) -> Option<Line> {
        let name = Name { above: Some("values"), keys, shown };
        self.set(&self.cluster.values, keys, &name, Role::Set, DEEPEST)
    }

    fn set(
        &self,
        root: &Setting,
        keys: &[Arc<str>],
        name: &Name<'_>,
        role: Role,
        depth: usize,
    ) -> Option<Line> {
        let setting = root.at(keys.iter().map(|key| &**key))?;
        let mut line = self.site(setting, name, role, depth);
        if let Setting::Leaf(leaf) = setting {
            line.replaced.extend(leaf.replaced.iter().flat_map(|before| self.history(before, name)));
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

    fn site(&self, setting: &Setting, name: &Name<'_>, role: Role, depth: usize) -> Line {
        let site = setting.site();
        let role = if site.span.is_none() { Role::Default } else { role };
        let mut line = Line::new(role, site.span, &site.block, name.shown);
        line.value = setting.leaf().map(|value| value.shown());
        if let Some((written, expression)) = site.span.and_then(|span| name.given(self.written, span)) {
            line.at = Some(place_of(written, expression));
            self.fill(&mut line, written, expression, depth);
        }
        line
    }

    /// What was in force before, the latest first.
    fn history(&self, before: &Setting, name: &Name<'_>) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut next = Some(before);
        while let Some(setting) = next {
            let site = setting.site();
            let given = site.span.and_then(|span| name.given(self.written, span));
            let at = given.map(|(written, expression)| place_of(written, expression)).or(site.span);
            let mut line = Line::new(Role::Replaced, at, &site.block, name.shown);
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
        holding_argument(self.written, at)
    }

    /// Adds the literals of an expression, and what it refers to.
    fn fill(&self, line: &mut Line, written: &Written<'_>, expression: &Expression, depth: usize) {
        let around = place_of(written, expression);
        line.literals.extend(self.literals.iter().filter(|literal| holds(around, **literal)));
        if depth == 0 {
            return;
        }
        let all = references(expression, around.file);
        let mut seen: Vec<Vec<&str>> = Vec::new();
        for parts in all.iter().map(Reference::parts) {
            if !seen.contains(&parts) {
                line.from.extend(self.referred(&parts, depth - 1).into_iter().filter(Line::counts));
                seen.push(parts);
            }
        }
    }

    fn referred(&self, parts: &[&str], depth: usize) -> Vec<Line> {
        match parts {
            ["local", name, ..] => {
                let local = self.fleet.locals.get(*name).and_then(|local| self.holding(local.span));
                local.map(|written| self.argument(written, depth)).unwrap_or_default()
            }
            ["var", name, ..] => self.variable(name, depth),
            ["cluster", "values", keys @ ..] => {
                let values = &self.cluster.values;
                let keys: Vec<Arc<str>> = keys.iter().map(|key| Arc::from(*key)).collect();
                let leaves = super::input::leaves_of(values).into_iter();
                let below = leaves.filter(|(path, ..)| path.starts_with(&keys) || keys.starts_with(path));
                below
                    .filter_map(|(path, shown, _)| {
                        let name =
                            Name { above: Some("values"), keys: &path, shown: &format!("values.{shown}") };
                        self.set(values, &path, &name, Role::From, depth)
                    })
                    .collect()
            }
            ["cluster", name @ ("context" | "labels" | "retired"), ..] => {
                self.of_block("cluster", &self.cluster.name, name, depth)
            }
            ["each", ..] => self.of_block(self.unit.kind.as_str(), &self.unit.name.name, "for_each", depth),
            ["fleet", "description"] => {
                self.of_block("fleet", self.fleet.settings.name(), "description", depth)
            }
            _ => Vec::new(),
        }
    }

    fn of_block(&self, kind: &str, name: &str, argument: &str, depth: usize) -> Vec<Line> {
        let found = self.block_argument(kind, name, argument);
        found.map(|written| self.argument(written, depth)).unwrap_or_default()
    }

    fn block_argument(&self, kind: &str, name: &str, argument: &str) -> Option<&Written<'_>> {
        let title = format!("{kind} \"{name}\"");
        self.written.iter().find(|written| *written.block == *title && written.path == argument)
    }

    /// Lines for what depends on an argument: one for each entry that holds such a literal, and one for the rest.
    fn argument(&self, written: &Written<'_>, depth: usize) -> Vec<Line> {
        let expression = &written.argument.expression;
        let mut whole = Line::new(Role::From, Some(written.argument.span), &written.block, &written.path);
        self.fill(&mut whole, written, expression, depth);
        let mut lines: Vec<Line> = Vec::new();
        for literal in &whole.literals {
            let (path, expression) = entry(written, *literal);
            if lines.iter().all(|line| line.path != path) {
                let mut line =
                    Line::new(Role::From, Some(place_of(written, expression)), &written.block, &path);
                self.fill(&mut line, written, expression, depth);
                lines.push(line);
            }
        }
        let is_told = |line: &Line| lines.iter().any(|other| other.from.contains(line));
        let (literals, from) = (std::mem::take(&mut whole.literals), std::mem::take(&mut whole.from));
        whole.from = from.into_iter().filter(|line| !is_told(line)).collect();
        if !whole.from.is_empty() || literals.is_empty() {
            lines.push(whole);
        }
        lines
    }

    fn variable(&self, name: &str, depth: usize) -> Vec<Line> {
        let default = self.block_argument("variable", name, "default");
        let given = self.given.iter().rfind(|given| *given.name == *name);
        match given {
            Some(given) if self.variables.contains(name) => {
                let mut line = Line::new(Role::Given, Some(given.span), &format!("variable \"{name}\""), "");
                line.variable = Some(Arc::clone(&given.name));
                line.replaced.extend(default.map(|default| {
                    Line::new(Role::Replaced, Some(default.argument.span), &default.block, "default")
                }));
                vec![line]
            }
            Some(_) => Vec::new(),
            None => default.map(|default| self.argument(default, depth)).unwrap_or_default(),
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
                let mut line = Line::new(Role::Set, Some(place_of(written, expression)), block, &path);
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
            let at = place_of(written, expression);
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
        names.iter().flat_map(|name| self.variable(name, 0)).collect()
    }
}

/// A setting, and how it is named.
struct Name<'a> {
    /// The key that its root has in a block.
    above: Option<&'a str>,
    /// The keys below the root.
    keys: &'a [Arc<str>],
    /// Its path as it may be shown.
    shown: &'a str,
}

impl Name<'_> {
    /// The argument that holds a place, and the expression in it that this setting is given.
    fn given<'w>(&self, written: &'w [Written<'w>], at: Span) -> Option<(&'w Written<'w>, &'w Expression)> {
        let keys: Vec<&str> = self.above.into_iter().chain(self.keys.iter().map(|key| &**key)).collect();
        let found = holding_argument(written, at)?;
        Some((found, given_to(found, &keys)))
    }
}

/// The line that set a setting: where its expression stands in the argument that the setting remembers.
pub fn set_at(written: &[Written<'_>], setting: &Setting, keys: &[Arc<str>]) -> Option<Span> {
    let at = setting.site().span?;
    let name = Name { above: None, keys, shown: "" };
    let given = name.given(written, at).map(|(found, expression)| place_of(found, expression));
    Some(given.unwrap_or(at))
}
