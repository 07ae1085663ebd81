//! Names, attributes, indices and splats.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::repr::Decorated;

use super::operation::found_at;
use super::scope::Absent;
use super::{Evaluator, codes, convert, limit};
use crate::cluster::{Kind, Number, Value};
use crate::diagnostic::{Diagnostic, Span, one_of, suggest};

/// One step of a traversal.
type Step = Decorated<TraversalOperator>;

/// Where a step stands, for messages: the whole traversal and how many of its steps come before.
#[derive(Clone, Copy)]
struct Site<'a> {
    traversal: &'a Traversal,
    step: usize,
}

impl Site<'_> {
    /// The root, if the traversal begins with a name.
    fn root(self) -> Option<&'static str> {
        match &self.traversal.expr {
            Expression::Variable(root) if self.step == 0 => match root.as_str() {
                "var" => Some("variable"),
                "local" => Some("local"),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the step is about, as written: `` `cluster.labels` ``, or a description.
    fn subject(self) -> String {
        let Expression::Variable(root) = &self.traversal.expr else { return "this value".to_owned() };
        let mut path = root.as_str().to_owned();
        for step in self.traversal.operators.iter().take(self.step) {
            match step.value() {
                TraversalOperator::GetAttr(name) => {
                    path.push('.');
                    path.push_str(name.as_str());
                }
                TraversalOperator::LegacyIndex(index) => {
                    path.push('.');
                    path.push_str(&index.value().to_string());
                }
                TraversalOperator::Index(Expression::String(key)) => {
                    path.push_str("[\"");
                    path.extend(key.value().escape_debug());
                    path.push_str("\"]");
                }
                TraversalOperator::Index(_) => path.push_str("[…]"),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => path.push_str("[*]"),
            }
        }
        format!("`{path}`")
    }
}

impl<'a> Evaluator<'a> {
    /// The value of a name that stands alone.
    pub(super) fn root(&mut self, name: &str, span: Span) -> Option<Value> {
        self.named(name, None, span).map(|value| placed(value, span))
    }

    /// The value of a name; nothing, and no problem, if `then` or anything of it failed earlier.
    fn named(&mut self, name: &str, then: Option<&str>, span: Span) -> Option<Value> {
        if let Some((_, value)) = self.bound.iter().rev().find(|(bound, _)| *bound == name) {
            return Some(value.clone());
        }
        if self.scope.has_failed(name, then) {
            return None;
        }
        if let Some(value) = self.scope.get(name) {
            return Some(value.clone());
        }
        if let Some(Absent { why, help }) = self.scope.why_absent(name) {
            let message = format!("`{name}` is not known here: {why}");
            return self.report(Diagnostic::error(codes::NOT_HERE, message).at(span, "").help(help));
        }
        let names = || self.bound.iter().map(|(name, _)| *name).chain(self.scope.names());
        let problem = Diagnostic::error(codes::UNKNOWN_NAME, format!("nothing is called `{name}` here"))
            .at(span, "")
            .note(format!("the names here are {}", quoted(names())))
            .help(match suggest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("if a string is meant, write \"{name}\" in quotes"),
            });
        self.report(problem)
    }

    pub(super) fn traversal(&mut self, traversal: &'a Traversal, span: Span) -> Option<Value> {
        let start = match &traversal.expr {
            Expression::Variable(root) => {
                let then = match traversal.operators.first().map(Decorated::value) {
                    Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
                    Some(TraversalOperator::Index(Expression::String(name))) => Some(name.value().as_str()),
                    _ => None,
                };
                self.named(root.as_str(), then, self.span(root))?
            }
            other => self.evaluate(other)?,
        };
        let splats = traversal.operators.iter().filter(|step| is_splat(step)).count();
        if splats > limit::MAX_SPLATS {
            let max = limit::MAX_SPLATS;
            return self.report(
                Diagnostic::error(codes::LIMIT, format!("more than {max} splats in one traversal"))
                    .at(span, "")
                    .help("use `flatten` or a `for` expression"),
            );
        }
        let steps = traversal.operators.len();
        self.walk(start, Site { traversal, step: 0 }, steps, span).map(|value| placed(value, span))
    }

    /// Goes from `value` through the steps of the traversal from `site` up to `end`.
    fn walk(&mut self, mut value: Value, site: Site<'a>, end: usize, span: Span) -> Option<Value> {
        let steps: &'a [Step] = &site.traversal.operators;
        let mut site = site;
        while let Some(step) = steps.get(site.step).filter(|_| site.step < end) {
            let taken = self.budget.charge(1);
            self.within(taken, span)?;
            value = match step.value() {
                TraversalOperator::GetAttr(name) => {
                    self.attribute(&value, name.as_str(), self.span(name), site)?
                }
                TraversalOperator::Index(index) => {
                    let key = self.evaluate(index)?;
                    self.element(&value, &key, self.span(index), site)?
                }
                TraversalOperator::LegacyIndex(index) => {
                    let at = self.span(index);
                    let index = i64::try_from(*index.value()).unwrap_or(i64::MAX);
                    let key = Value::new(Kind::Number(Number::from(index)));
                    self.element(&value, &key, at, site)?
                }
                TraversalOperator::FullSplat(_) => {
                    let inner = Site { step: site.step + 1, ..site };
                    site.step = end;
                    self.splat(value, inner, end, span)?
                }
                TraversalOperator::AttrSplat(_) => {
                    // `a.*.b[0]` is the first of all `b`, `a[*].b[0]` the first `b` of each.
                    let inner = Site { step: site.step + 1, ..site };
                    let attributes = steps.iter().skip(inner.step).take_while(|step| {
                        matches!(
                            step.value(),
                            TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
                        )
                    });
                    let inner_end = (inner.step + attributes.count()).min(end);
                    site.step = inner_end;
                    value = self.splat(value, inner, inner_end, span)?;
                    continue;
                }
            };
            site.step += 1;
        }
        Some(value)
    }

    /// The steps from `site` to `end` for each element. What is no list counts as one element, null as none.
    fn splat(&mut self, value: Value, site: Site<'a>, end: usize, span: Span) -> Option<Value> {
        let sensitive = value.sensitive;
        let results: Option<Vec<Value>> = match &value.kind {
            Kind::Null => Some(Vec::new()),
            Kind::List(items) => {
                items.iter().map(|item| self.walk(item.clone().marked(sensitive), site, end, span)).collect()
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Map(_) => {
                self.walk(value, site, end, span).map(|only| vec![only])
            }
        };
        Some(Value::new(Kind::List(Arc::new(results?))).at(span).marked(sensitive))
    }

    fn attribute(&mut self, of: &Value, name: &str, at: Span, site: Site<'_>) -> Option<Value> {
        match &of.kind {
            Kind::Map(entries) => match entries.get(name) {
                Some(value) => Some(value.clone().marked(of.sensitive)),
                None => self.missing(of.sensitive, entries, name, at, site),
            },
            Kind::Null => self.nothing_in(of, &format!("attribute `{name}`"), at, site),
            Kind::List(_) => {
                let problem = Diagnostic::error(
                    codes::NO_ELEMENTS,
                    format!("{} is a list and has no attribute `{name}`", site.subject()),
                )
                .at(at, "")
                .help(format!("`[*].{name}` is that attribute of each element, `[0].{name}` of the first"));
                self.report(problem)
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                self.nothing_in(of, &format!("attribute `{name}`"), at, site)
            }
        }
    }

    fn element(&mut self, of: &Value, key: &Value, at: Span, site: Site<'_>) -> Option<Value> {
        let sensitive = of.sensitive || key.sensitive;
        match &of.kind {
            Kind::List(items) => {
                let Some(number) = convert::number(key) else {
                    let problem = Diagnostic::error(
                        codes::INDEX_TYPE,
                        format!("the index of a list is a whole number, not {}", key.type_name()),
                    );
                    let help = "write a whole number, such as `[0]`";
                    return self.report(problem.at(at, found_at(key)).help(help));
                };
                let item = usize::try_from(number.as_i64().unwrap_or(-1)).ok().and_then(|n| items.get(n));
                match item {
                    Some(item) => Some(item.clone().marked(sensitive)),
                    None => self.report(out_of_range(items.len(), key, number, of.sensitive, at, site)),
                }
            }
            Kind::Map(entries) => match convert::text(key) {
                Some(name) => match entries.get(&name) {
                    Some(value) => Some(value.clone().marked(sensitive)),
                    None => self.missing(sensitive, entries, &name, at, site),
                },
                None => self.report(
                    Diagnostic::error(
                        codes::INDEX_TYPE,
                        format!("the key of a map is a string, not {}", key.type_name()),
                    )
                    .at(at, found_at(key))
                    .help("write the key in quotes: `[\"name\"]`"),
                ),
            },
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                self.nothing_in(of, "elements", at, site)
            }
        }
    }

    fn nothing_in<T>(&mut self, of: &Value, wanted: &str, at: Span, site: Site<'_>) -> Option<T> {
        let problem = Diagnostic::error(
            codes::NO_ELEMENTS,
            format!("{} is {} and has no {wanted}", site.subject(), of.type_name()),
        );
        let problem = match of.span {
            Some(span) if span != at => problem.at(at, "").at(span, "this is the value"),
            _ => problem.at(at, ""),
        };
        self.report(match of.kind {
            Kind::Null => problem.help("give it a value, or use `try(…, null)` where it may be missing"),
            _ => problem.help("only a map has attributes, and only a list or a map has elements"),
        })
    }

    /// The problem of a key that a map does not have. The keys of a secret map are not listed.
    fn missing<T>(
        &mut self,
        secret: bool,
        entries: &BTreeMap<Arc<str>, Value>,
        name: &str,
        at: Span,
        site: Site<'_>,
    ) -> Option<T> {
        let root = match &site.traversal.expr {
            Expression::Variable(root) if site.step == 0 => root.as_str(),
            _ => "",
        };
        let is_bound = self.bound.iter().any(|(bound, _)| *bound == root);
        if let Some(Absent { why, help }) = self.scope.why_absent_name(root, name).filter(|_| !is_bound) {
            let message = format!("`{root}.{name}` is not known here: {why}");
            return self.report(Diagnostic::error(codes::NOT_HERE, message).at(at, "").help(help));
        }
        let shown = if secret { "(sensitive)".to_owned() } else { format!("`{}`", name.escape_debug()) };
        let message = match site.root() {
            Some(kind) => format!("there is no {kind} {shown}"),
            None => format!("{} has no {shown}", site.subject()),
        };
        let mut problem = Diagnostic::error(codes::UNKNOWN_KEY, message)
            .at(at, "")
            .help("use `try(…, null)` or `lookup()` where it may be missing");
        if !secret {
            let names = || entries.keys().map(|key| &**key);
            problem = problem.note(match entries.len() {
                0 => "there are none at all".to_owned(),
                1 => format!("there is {}", quoted(names())),
                _ => format!("there are {}", quoted(names())),
            });
            problem = match (suggest(name, names()), site.root()) {
                (Some(near), _) => problem.help(format!("did you mean `{}`?", near.escape_debug())),
                (None, Some("variable")) => {
                    problem.help(format!("declare it: variable {shown} {{ … }}").replace('`', "\""))
                }
                (None, Some(_)) => problem.help("give it a value in a `locals` block"),
                (None, None) => problem,
            };
        }
        self.report(problem)
    }
}

fn out_of_range(
    length: usize,
    key: &Value,
    number: Number,
    secret: bool,
    at: Span,
    site: Site<'_>,
) -> Diagnostic {
    if number.as_i64().is_none() {
        let message = format!("the index of a list is a whole number, not {}", key.shown());
        return Diagnostic::error(codes::INDEX_TYPE, message)
            .at(at, "")
            .help("`floor()` makes a whole number");
    }
    let index = key.shown();
    let (subject, last) = (site.subject(), length.saturating_sub(1));
    let message = match length {
        _ if secret => format!("index {index} is out of range"),
        0 => format!("index {index} is out of range: {subject} is empty"),
        1 => format!("index {index} is out of range: {subject} has one element, with index 0"),
        _ => format!("index {index} is out of range: {subject} has {length} elements, from 0 to {last}"),
    };
    Diagnostic::error(codes::INDEX_RANGE, message)
        .at(at, "")
        .help("the first element has index 0; use `try(…, null)` where it may be missing")
}

fn is_splat(step: &Step) -> bool {
    matches!(step.value(), TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
}

/// The value at its own place or, if it comes from no file, at `span`.
fn placed(value: Value, span: Span) -> Value {
    if value.span.is_none() { value.at(span) } else { value }
}

fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{}`", name.escape_debug())).collect();
    one_of(quoted.iter().map(String::as_str)).replace("` or `", "` and `")
}
