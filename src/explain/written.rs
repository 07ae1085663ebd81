//! Every argument of a fleet, and how a person names where it stands.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::literal::literals;
use super::other::Pool;
use crate::diagnostic::Span;
use crate::fleet::{Argument, Block, Fleet, Scalar, key_text};

/// An argument as written.
#[derive(Clone, Debug)]
pub struct Written<'a> {
    /// The argument.
    pub argument: &'a Argument,
    /// Its block: `override "small"`, or `local`.
    pub block: Arc<str>,
    /// The way to it in its block: `autoscale.min`.
    pub path: String,
}

/// Every argument of every block.
pub fn all(fleet: &Fleet) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    let kinds = [
        &fleet.variables,
        &fleet.outputs,
        &fleet.clusters,
        &fleet.profiles,
        &fleet.units,
        &fleet.overrides,
        &fleet.excuses,
        &fleet.gates,
        &fleet.rollouts,
        &fleet.moved,
    ];
    for block in std::iter::once(&fleet.settings).chain(kinds.into_iter().flatten()) {
        within(block, &Arc::from(block.title()), "", &mut found);
    }
    let local: Arc<str> = Arc::from("local");
    found.extend(fleet.locals.iter().map(|(name, argument)| Written {
        argument,
        block: Arc::clone(&local),
        path: name.to_string(),
    }));
    found
}

fn within<'a>(block: &'a Block, title: &Arc<str>, path: &str, found: &mut Vec<Written<'a>>) {
    found.extend(block.args.values().map(|argument| Written {
        argument,
        block: Arc::clone(title),
        path: joined(path, &argument.name.text),
    }));
    for nested in &block.blocks {
        match nested.schema.name {
            "override" | "excuse" => {
                let title = Arc::from(format!("{} of {title}", nested.title()));
                within(nested, &title, "", found);
            }
            kind => {
                let path = joined(path, kind);
                let path = if nested.name().is_empty() { path } else { joined(&path, nested.name()) };
                within(nested, title, &path, found);
            }
        }
    }
}

/// A path with one more key.
pub fn joined(path: &str, key: &str) -> String {
    match (path.is_empty(), crate::explain::path::is_plain(key)) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[\"{}\"]", key.escape_debug()),
    }
}

/// What a fleet says where, as texts that may stand for each other.
pub fn pool(fleet: &Fleet, written: &[Written<'_>]) -> Pool {
    let mut pool = Pool::new();
    for one in written {
        pool.meetings.add(&one.argument.expression, one.argument.span.file);
        for literal in literals(one.argument) {
            let name = name_at(one, literal.at);
            match &literal.scalar {
                Scalar::String(text) => {
                    pool.add(&name, text);
                    literal.list.into_iter().for_each(|list| pool.add_item(list, text));
                }
                Scalar::Number(text) => pool.add_number(&name, text),
                Scalar::Null | Scalar::Bool(_) | Scalar::Part(_) => {}
            }
        }
    }
    let mut waiting: Vec<&Block> = [&fleet.units, &fleet.clusters].into_iter().flatten().collect();
    while let Some(block) = waiting.pop() {
        if !block.name().is_empty() {
            // Units of both kinds are named in the same places.
            let kind = if block.schema.name == "component" { "service" } else { block.schema.name };
            pool.add_label(kind, block.name());
        }
        waiting.extend(&block.blocks);
    }
    pool
}

/// The name that expressions have for what is given at a place: the last key of the path to it, or the variable.
pub fn name_at(written: &Written<'_>, at: Span) -> String {
    let (path, _) = entry(written, at);
    let variable = written.block.strip_prefix("variable \"").filter(|_| path == "default");
    variable.map_or_else(|| last(&path), |label| label.trim_end_matches('"')).to_owned()
}

fn last(path: &str) -> &str {
    let last = path.rsplit('.').next().unwrap_or(path);
    last.split('[').next().unwrap_or(last)
}

/// The entry of a written-out map or list that holds a place: its path, and the expression it is given.
pub fn entry<'a>(written: &Written<'a>, at: Span) -> (String, &'a Expression) {
    let (mut path, mut expression) = (written.path.clone(), &written.argument.expression);
    while let Some((key, inner)) = holding(expression, at) {
        path = match expression {
            Expression::Array(_) => format!("{path}[{key}]"),
            _ => joined(&path, &key),
        };
        expression = inner;
    }
    (path, expression)
}

fn holding(expression: &Expression, at: Span) -> Option<(String, &Expression)> {
    let is_inside = |inner: &Expression| {
        inner.span().is_some_and(|range| range.start <= at.start as usize && at.end as usize <= range.end)
    };
    match expression {
        Expression::Object(object) => {
            let (key, value) = object.iter().find(|(_, value)| is_inside(value.expr()))?;
            Some((key_text(key)?.to_owned(), value.expr()))
        }
        Expression::Array(items) => {
            let (index, item) = items.iter().enumerate().find(|(_, item)| is_inside(item))?;
            Some((index.to_string(), item))
        }
        _ => None,
    }
}

/// The expression that an argument gives to the setting at these keys: an entry of a written-out map, as deep as that goes.
/// The keys are those of a unit; a profile sets what is below `service` for all services.
pub fn given_to<'a>(written: &Written<'a>, keys: &[&str]) -> &'a Expression {
    let path = written.path.strip_prefix("service.").unwrap_or(&written.path);
    let mut above = String::new();
    let mut rest = keys.iter();
    while above != path {
        let Some(key) = rest.next() else { return &written.argument.expression };
        above = joined(&above, key);
    }
    let mut expression = &written.argument.expression;
    for key in rest {
        let Expression::Object(object) = expression else { break };
        let found = object.iter().find(|(name, _)| key_text(name) == Some(*key));
        let Some((_, value)) = found else { break };
        expression = value.expr();
    }
    expression
}

/// The argument that holds a place.
pub fn holding_argument<'w, 'a>(written: &'w [Written<'a>], at: Span) -> Option<&'w Written<'a>> {
    written.iter().find(|written| {
        let outer = written.argument.span;
        outer.file == at.file && outer.start <= at.start && at.end <= outer.end
    })
}

/// Replaces the expression of the argument that stands at `at`; the old one, if there is such an argument.
pub fn put(fleet: &mut Fleet, at: Span, expression: Expression) -> Option<Expression> {
    let argument = find(fleet, at)?;
    Some(std::mem::replace(&mut argument.expression, expression))
}

fn find(fleet: &mut Fleet, at: Span) -> Option<&mut Argument> {
    let mut waiting: Vec<&mut Block> = vec![&mut fleet.settings];
    let kinds = [
        &mut fleet.variables,
        &mut fleet.outputs,
        &mut fleet.clusters,
        &mut fleet.profiles,
        &mut fleet.units,
        &mut fleet.overrides,
        &mut fleet.excuses,
        &mut fleet.gates,
        &mut fleet.rollouts,
        &mut fleet.moved,
    ];
    waiting.extend(kinds.into_iter().flatten());
    if let Some(local) = fleet.locals.values_mut().find(|argument| argument.span == at) {
        return Some(local);
    }
    while let Some(block) = waiting.pop() {
        if let Some(argument) = block.args.values_mut().find(|argument| argument.span == at) {
            return Some(argument);
        }
        waiting.extend(&mut block.blocks);
    }
    None
}
