//! Lists, maps and `for`: what makes a collection.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::{Array, Expression, ForExpr, Object, ObjectKey};

use super::operation::found_at;
use super::{Evaluator, codes, convert, limit};
use crate::cluster::{Kind, Number, Value};
use crate::diagnostic::{Diagnostic, Span};

/// One round of a `for`: the key (index or name) and the element, with the marks of the collection.
pub(super) type Round = (Value, Value);

impl<'a> Evaluator<'a> {
    pub(super) fn list(&mut self, array: &'a Array, span: Span) -> Option<Value> {
        let count = limit::elements(array.len());
        let mut items = Vec::with_capacity(self.within(count, span)?);
        let mut complete = true;
        for item in array {
            match self.evaluate(item) {
                Some(item) => items.push(item),
                None => complete = false,
            }
        }
        complete.then(|| Value::new(Kind::List(Arc::new(items))).at(span))
    }

    pub(super) fn map(&mut self, object: &'a Object, span: Span) -> Option<Value> {
        let count = limit::elements(object.len());
        let mut entries: Vec<(Arc<str>, Span, Value)> = Vec::with_capacity(self.within(count, span)?);
        let mut complete = true;
        for (key, value) in object {
            let key_span = self.span(key);
            let key = match key {
                ObjectKey::Ident(name) => Some((Arc::from(name.as_str()), false)),
                ObjectKey::Expression(key) => self.computed_key(key, key_span),
            };
            match (key, self.evaluate(value.expr())) {
                (Some((_, true)), _) => {
                    complete = false;
                    self.problems.push(secret_key(key_span));
                }
                (Some((key, false)), Some(value)) => entries.push((key, key_span, value)),
                _ => complete = false,
            }
        }
        entries.sort_by(|(a, at_a, _), (b, at_b, _)| (a, at_a).cmp(&(b, at_b)));
        for pair in entries.windows(2) {
            if let [(key, first, _), (again, second, _)] = pair
                && key == again
            {
                complete = false;
                let shown = key.escape_debug();
                self.problems.push(
                    Diagnostic::error(
                        codes::DUPLICATE_KEY,
                        format!("the key `{shown}` stands twice in this map"),
                    )
                    .at(*second, "again here")
                    .at(*first, "first here")
                    .help("keep one of the two"),
                );
            }
        }
        let entries: BTreeMap<_, _> = entries.into_iter().map(|(key, _, value)| (key, value)).collect();
        complete.then(|| Value::new(Kind::Map(Arc::new(entries))).at(span))
    }

    /// A key that is not an identifier, and whether it is secret.
    fn computed_key(&mut self, key: &'a Expression, span: Span) -> Option<(Arc<str>, bool)> {
        match key {
            // As in Terraform, a word is a name here, even if it has a meaning elsewhere.
            Expression::Null(_) => Some((Arc::from("null"), false)),
            Expression::Traversal(_) => self.report(
                Diagnostic::error(codes::KEY, "a reference as a key stands in parentheses")
                    .at(span, "")
                    .help("write `(…) = value`, or put the key in quotes if a string is meant"),
            ),
            _ => {
                let value = self.evaluate(key)?;
                self.key_text(&value, span).map(|text| (text, value.sensitive))
            }
        }
    }

    /// A value as the key of a map.
    fn key_text(&mut self, value: &Value, span: Span) -> Option<Arc<str>> {
        if let Some(text) = convert::text(value) {
            return Some(text);
        }
        let problem = format!("a key is a string, not {}", value.type_name());
        let help = "put the key in quotes, or give a string";
        self.report(Diagnostic::error(codes::KEY, problem).at(span, found_at(value)).help(help))
    }

    pub(super) fn for_expr(&mut self, for_expr: &'a ForExpr, span: Span) -> Option<Value> {
        let intro = &for_expr.intro;
        let collection = self.evaluate(&intro.collection_expr)?;
        let rounds = self.rounds(&collection, &intro.collection_expr)?;
        let mut made = Made { sensitive: collection.sensitive, ..Made::default() };
        for round in rounds {
            let outer = self.bound.len();
            if let Some(name) = &intro.key_var {
                self.bound.push((name.as_str(), round.0));
            }
            self.bound.push((intro.value_var.as_str(), round.1));
            // The same expression would fail the same way on every round: the first is enough.
            let done = self.round(for_expr, &mut made, span);
            self.bound.truncate(outer);
            done?;
        }
        let kind = if for_expr.key_expr.is_none() {
            Kind::List(Arc::new(made.items))
        } else if for_expr.grouping {
            let groups = made
                .groups
                .into_iter()
                .map(|(key, items)| (key, Value::new(Kind::List(Arc::new(items))).at(span)));
            Kind::Map(Arc::new(groups.collect()))
        } else {
            Kind::Map(Arc::new(made.entries))
        };
        Some(Value::new(kind).at(span).marked(made.sensitive))
    }

    fn round(&mut self, for_expr: &'a ForExpr, made: &mut Made, span: Span) -> Option<()> {
        if let Some(filter) = &for_expr.cond {
            let wanted = self.evaluate(&filter.expr)?;
            made.sensitive |= wanted.sensitive;
            if !self.condition(&wanted, &filter.expr)? {
                return Some(());
            }
        }
        let Some(key_expr) = &for_expr.key_expr else {
            let value = self.evaluate(&for_expr.value_expr)?;
            made.items.push(value);
            return Some(());
        };
        let (key, value) = (self.evaluate(key_expr), self.evaluate(&for_expr.value_expr));
        let (key, value) = (key?, value?);
        if key.sensitive && !made.sensitive {
            return self.report(secret_key(self.span(key_expr)));
        }
        let name = self.key_text(&key, self.span(key_expr))?;
        if for_expr.grouping {
            made.groups.entry(name).or_default().push(value);
        } else if made.entries.insert(name, value).is_some() {
            let problem =
                Diagnostic::error(codes::DUPLICATE_KEY, format!("two elements give the key {}", key.shown()))
                    .at(self.span(key_expr), "")
                    .at(span, "in this `for`")
                    .help("make the key unique, or group the values of one key in a list: `=> value...`");
            return self.report(problem);
        }
        Some(())
    }

    /// What a `for` goes over.
    pub(super) fn rounds(&mut self, collection: &Value, expr: &Expression) -> Option<Vec<Round>> {
        let sensitive = collection.sensitive;
        match &collection.kind {
            Kind::List(items) => Some(
                (0..)
                    .zip(items.iter())
                    .map(|(index, item)| {
                        (
                            Value::new(Kind::Number(Number::from(index))).marked(sensitive),
                            item.clone().marked(sensitive),
                        )
                    })
                    .collect(),
            ),
            Kind::Map(entries) => Some(
                entries
                    .iter()
                    .map(|(key, entry)| {
                        (Value::string(key.clone()).marked(sensitive), entry.clone().marked(sensitive))
                    })
                    .collect(),
            ),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => self.report(
                Diagnostic::error(
                    codes::NOT_ITERABLE,
                    format!("`for` goes over a list or a map, not {}", collection.type_name()),
                )
                .at(self.span(expr), found_at(collection))
                .help(match collection.kind {
                    Kind::Null => "give it a value, or `coalesce(x, [])` where it may be missing",
                    Kind::Number(_) => "`range(n)` is the list that counts to `n`",
                    Kind::String(_) => "`split(\",\", x)` makes a list of a string",
                    _ => "write a list: `[…]`",
                }),
            ),
        }
    }
}

/// What a `for` has made so far.
#[derive(Default)]
struct Made {
    sensitive: bool,
    items: Vec<Value>,
    entries: BTreeMap<Arc<str>, Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
}

/// Keys show in messages, and become the names of settings. Those of a map that is secret as a whole may be
/// keys again.
fn secret_key(at: Span) -> Diagnostic {
    Diagnostic::error(codes::KEY, "a secret is the key of a map")
        .at(at, "a sensitive variable has a part in this")
        .help("keys can be read by everybody: keep secrets in values")
}
