//! The evaluator: an expression and the names it sees → a value, or problems with a caret.
//!
//! The semantics are Terraform's, with these differences, each on purpose: numbers are exact; operators and
//! conditions take no string for a number or bool; a key that stands twice is an error; `&&`, `||` and the
//! conditional evaluate only what they need.

pub(super) mod arithmetic;
mod call;
pub(super) mod codes;
mod construct;
pub(super) mod convert;
pub(super) mod limit;
mod operation;
mod reference;
mod scope;
mod template;
mod traversal;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use hcl_edit::expr::Expression;

pub use reference::{Reference, references};
pub use scope::{Absent, Scope};

use super::number::{Number, NumberError};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Span};
use limit::{Budget, Limit};

/// The value of `expr`, which stands in `file`, with the names in `scope`.
///
/// Every value in the result has the span of what gave it: a literal its own, a reference that of what it
/// refers to, an operation or call that of the whole expression. What a sensitive value has a part in is
/// sensitive.
///
/// `None` means that at least one problem was reported, here or (for a name that [`Scope::set_failed`]
/// knows) earlier. Independent problems are all reported.
pub fn evaluate(expr: &Expression, file: FileId, scope: &Scope, problems: &mut Diagnostics) -> Option<Value> {
    let mut evaluator =
        Evaluator { file, scope, bound: Vec::new(), problems: Diagnostics::new(), budget: Budget::new() };
    let value = evaluator.evaluate(expr);
    let value = value.and_then(|value| {
        let walked = evaluator.budget.charge_value(&value);
        evaluator.within(walked, evaluator.span(expr)).map(|()| value)
    });
    problems.append(evaluator.problems);
    value
}

/// One run of [`evaluate`].
struct Evaluator<'a> {
    file: FileId,
    scope: &'a Scope,
    /// What the `for`s around the current expression bind, innermost last.
    bound: Vec<(&'a str, Value)>,
    problems: Diagnostics,
    budget: Budget,
}

impl<'a> Evaluator<'a> {
    fn evaluate(&mut self, expr: &'a Expression) -> Option<Value> {
        let span = self.span(expr);
        let taken = self.budget.charge(1);
        self.within(taken, span)?;
        match expr {
            Expression::Null(_) => Some(Value::new(Kind::Null).at(span)),
            Expression::Bool(flag) => Some(Value::new(Kind::Bool(*flag.value())).at(span)),
            Expression::Number(number) => {
                let text = match number.as_repr() {
                    Some(text) => text.to_string(),
                    None => number.value().to_string(),
                };
                self.number(&text, span)
            }
            Expression::String(text) => self.string(Arc::from(text.value().as_str()), span),
            Expression::Array(array) => self.list(array, span),
            Expression::Object(object) => self.map(object, span),
            Expression::StringTemplate(template) => self.string_template(template, span),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, span),
            Expression::Parenthesis(inner) => self.evaluate(inner.inner()),
            Expression::Variable(variable) => self.root(variable.as_str(), span),
            Expression::Conditional(conditional) => self.conditional(conditional, span),
            Expression::FuncCall(call) => self.call(call, span),
            Expression::Traversal(traversal) => self.traversal(traversal, span),
            Expression::UnaryOp(op) => self.unary(op, span),
            Expression::BinaryOp(op) => self.binary(op, span),
            Expression::ForExpr(for_expr) => self.for_expr(for_expr, span),
        }
    }

    /// Evaluates without reporting: the value or its problems, which may be none at all if they are already
    /// known.
    fn attempt(&mut self, expr: &'a Expression) -> Result<Value, Diagnostics> {
        let outer = std::mem::take(&mut self.problems);
        let value = self.evaluate(expr);
        let problems = std::mem::replace(&mut self.problems, outer);
        value.ok_or(problems)
    }

    fn number(&mut self, text: &str, span: Span) -> Option<Value> {
        let spelled: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        match Number::parse(&spelled) {
            Ok(number) => Some(Value::new(Kind::Number(number)).at(span)),
            Err(error) => self.report(inexact(codes::NUMBER, "this number", error).at(span, "")),
        }
    }

    fn string(&mut self, text: Arc<str>, span: Span) -> Option<Value> {
        if text.len() > limit::MAX_STRING {
            return self.within(Err(Limit::Text), span);
        }
        let taken = self.budget.charge_text(&text);
        self.within(taken, span)?;
        Some(Value::new(Kind::String(text)).at(span))
    }

    /// The place of an expression or a part of one.
    fn span(&self, part: &impl hcl_edit::Span) -> Span {
        Span::new(self.file, part.span().unwrap_or(0..0))
    }

    /// Reports a problem; there is no value then.
    fn report<T>(&mut self, problem: Diagnostic) -> Option<T> {
        self.problems.push(problem);
        None
    }

    /// The result, unless a limit was reached. That is reported once.
    fn within<T>(&mut self, result: Result<T, Limit>, span: Span) -> Option<T> {
        match result {
            Ok(result) => Some(result),
            Err(Limit::Steps) if self.problems.iter().any(|problem| problem.code == codes::LIMIT) => None,
            Err(limit) => self.report(
                Diagnostic::error(codes::LIMIT, format!("this expression needs {limit}"))
                    .at(span, "")
                    .help("make it smaller, or split it over several `locals`"),
            ),
        }
    }
}

/// Why a number is not exact, about `what`.
fn inexact(code: crate::diagnostic::Code, what: &str, error: NumberError) -> Diagnostic {
    let problem = match error {
        NumberError::DivisionByZero => {
            let help = "ask before dividing: `n == 0 ? 0 : x / n`";
            return Diagnostic::error(code, error.to_string()).help(help);
        }
        NumberError::Digits => Diagnostic::error(code, format!("{what} has {error}")),
        NumberError::Range => Diagnostic::error(code, format!("{what} is {error}")),
        NumberError::Syntax => Diagnostic::error(code, format!("{what} is {error}")),
    };
    problem.help("numbers are exact here; a larger one can be kept as a string, in quotes")
}
