//! Operators and the conditional.

use hcl_edit::expr::{BinaryOp, BinaryOperator, Conditional, Expression, UnaryOp, UnaryOperator};

use super::{Evaluator, arithmetic, codes, inexact};
use crate::cluster::{Kind, Number, NumberError, Value};
use crate::diagnostic::{Diagnostic, Span};

/// What can be said of a branch's type without choosing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Bool,
    Number,
    String,
    List,
    Map,
}

impl Shape {
    fn of(value: &Value) -> Option<Self> {
        match value.kind {
            Kind::Null => None,
            Kind::Bool(_) => Some(Self::Bool),
            Kind::Number(_) => Some(Self::Number),
            Kind::String(_) => Some(Self::String),
            Kind::List(_) => Some(Self::List),
            Kind::Map(_) => Some(Self::Map),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }

    /// Whether one setting can be either: Terraform makes a string of both if one is a string.
    fn meets(self, other: Self) -> bool {
        let scalar = |shape| matches!(shape, Self::Bool | Self::Number | Self::String);
        self == other || (scalar(self) && scalar(other) && (self == Self::String || other == Self::String))
    }
}

impl<'a> Evaluator<'a> {
    pub(super) fn unary(&mut self, op: &'a UnaryOp, span: Span) -> Option<Value> {
        let operand = self.evaluate(&op.expr)?;
        let kind = match op.operator.value() {
            UnaryOperator::Not => Kind::Bool(!self.bool_operand(&operand, "!", &op.expr)?),
            UnaryOperator::Neg => {
                let number = self.number_operand(&operand, "-", &op.expr)?;
                self.exact(arithmetic::negate(number), span)?
            }
        };
        Some(Value::new(kind).at(span).marked(operand.sensitive))
    }

    pub(super) fn binary(&mut self, op: &'a BinaryOp, span: Span) -> Option<Value> {
        let operator = *op.operator.value();
        if let BinaryOperator::And | BinaryOperator::Or = operator {
            return self.logical(op, operator, span);
        }
        let (left, right) = (self.evaluate(&op.lhs_expr), self.evaluate(&op.rhs_expr));
        let (left, right) = (left?, right?);
        let kind = match operator {
            BinaryOperator::Eq | BinaryOperator::NotEq => {
                let walked = self.budget.charge_value(&left).and_then(|()| self.budget.charge_value(&right));
                self.within(walked, span)?;
                Kind::Bool((left == right) == (operator == BinaryOperator::Eq))
            }
            _ => {
                let symbol = operator.as_str();
                let numbers = (
                    self.number_operand(&left, symbol, &op.lhs_expr),
                    self.number_operand(&right, symbol, &op.rhs_expr),
                );
                self.arithmetic(operator, numbers.0?, numbers.1?, span)?
            }
        };
        let sensitive = left.is_sensitive() || right.is_sensitive();
        Some(Value::new(kind).at(span).marked(sensitive))
    }

    /// `&&` and `||`: the right side only if the left one leaves it open.
    fn logical(&mut self, op: &'a BinaryOp, operator: BinaryOperator, span: Span) -> Option<Value> {
        let left = self.evaluate(&op.lhs_expr)?;
        let decided = operator == BinaryOperator::Or;
        if self.bool_operand(&left, operator.as_str(), &op.lhs_expr)? == decided {
            return Some(Value::new(Kind::Bool(decided)).at(span).marked(left.sensitive));
        }
        let right = self.evaluate(&op.rhs_expr)?;
        let flag = self.bool_operand(&right, operator.as_str(), &op.rhs_expr)?;
        Some(Value::new(Kind::Bool(flag)).at(span).marked(left.sensitive || right.sensitive))
    }

    fn arithmetic(&mut self, operator: BinaryOperator, a: Number, b: Number, span: Span) -> Option<Kind> {
        let result = match operator {
            BinaryOperator::Less => return Some(Kind::Bool(a < b)),
            BinaryOperator::LessEq => return Some(Kind::Bool(a <= b)),
            BinaryOperator::Greater => return Some(Kind::Bool(a > b)),
            BinaryOperator::GreaterEq => return Some(Kind::Bool(a >= b)),
            BinaryOperator::Eq => return Some(Kind::Bool(a == b)),
            BinaryOperator::NotEq => return Some(Kind::Bool(a != b)),
            BinaryOperator::And | BinaryOperator::Or => return None,
            BinaryOperator::Plus => arithmetic::add(a, b),
            BinaryOperator::Minus => arithmetic::subtract(a, b),
            BinaryOperator::Mul => arithmetic::multiply(a, b),
            BinaryOperator::Div => arithmetic::divide(a, b),
            BinaryOperator::Mod => arithmetic::remainder(a, b),
        };
        self.exact(result, span)
    }

    fn exact(&mut self, result: Result<Number, NumberError>, span: Span) -> Option<Kind> {
        match result {
            Ok(number) => Some(Kind::Number(number)),
            Err(error) => self.report(inexact(codes::ARITHMETIC, "the result", error).at(span, "")),
        }
    }

    fn bool_operand(&mut self, value: &Value, operator: &str, expr: &Expression) -> Option<bool> {
        match value.kind {
            Kind::Bool(flag) => Some(flag),
            _ => self.bad_operand(
                value,
                operator,
                "bools",
                "a comparison such as `x == \"on\"` gives a bool",
                expr,
            ),
        }
    }

    fn number_operand(&mut self, value: &Value, operator: &str, expr: &Expression) -> Option<Number> {
        match value.kind {
            Kind::Number(number) => Some(number),
            _ => {
                self.bad_operand(value, operator, "numbers", "`tonumber()` makes a number of a string", expr)
            }
        }
    }

    fn bad_operand<T>(
        &mut self,
        value: &Value,
        operator: &str,
        takes: &str,
        help: &str,
        expr: &Expression,
    ) -> Option<T> {
        let found = value.type_name();
        let problem = Diagnostic::error(codes::OPERAND, format!("`{operator}` takes {takes}, not {found}"))
            .at(self.span(expr), found_at(value));
        self.report(match (&value.kind, takes) {
            (Kind::String(_), _) | (Kind::Number(_), "bools") => problem.help(help),
            (Kind::Null, _) => problem.help("give it a value, or ask first: `x == null ? … : …`"),
            _ => problem.help(format!("only {takes} can stand here")),
        })
    }

    pub(super) fn conditional(&mut self, conditional: &'a Conditional, span: Span) -> Option<Value> {
        let condition = self.evaluate(&conditional.cond_expr)?;
        let chosen = self.condition(&condition, &conditional.cond_expr)?;
        let (taken, left) = if chosen {
            (&conditional.true_expr, &conditional.false_expr)
        } else {
            (&conditional.false_expr, &conditional.true_expr)
        };
        let value = self.evaluate(taken)?;
        if let (Some(given), Some(other)) = (Shape::of(&value), self.shape(left))
            && !given.meets(other)
        {
            return self.report(
                Diagnostic::error(
                    codes::BRANCHES,
                    format!("one branch is {}, the other {}", given.name(), other.name()),
                )
                .at(self.span(taken), given.name())
                .at(self.span(left), other.name())
                .help("give both branches the same type, or write `null` for one of them"),
            );
        }
        Some(value.at(span).marked(condition.sensitive))
    }

    /// The bool behind a condition, or a problem that says what stands there instead.
    pub(super) fn condition(&mut self, value: &Value, expr: &Expression) -> Option<bool> {
        match value.kind {
            Kind::Bool(flag) => Some(flag),
            _ => self.report(
                Diagnostic::error(
                    codes::CONDITION,
                    format!("a condition is true or false, not {}", value.type_name()),
                )
                .at(self.span(expr), found_at(value))
                .help("compare it, as in `x != null` or `x == \"on\"`"),
            ),
        }
    }

    /// What the type of the branch not taken obviously is; it is not evaluated unless it is a mere reference.
    fn shape(&mut self, expr: &'a Expression) -> Option<Shape> {
        match expr {
            Expression::Bool(_) => Some(Shape::Bool),
            Expression::Number(_) => Some(Shape::Number),
            Expression::String(_) | Expression::HeredocTemplate(_) => Some(Shape::String),
            Expression::StringTemplate(template) if template.len() > 1 => Some(Shape::String),
            Expression::Array(_) => Some(Shape::List),
            Expression::Object(_) => Some(Shape::Map),
            Expression::ForExpr(for_expr) if for_expr.key_expr.is_some() => Some(Shape::Map),
            Expression::ForExpr(_) => Some(Shape::List),
            Expression::Parenthesis(inner) => self.shape(inner.inner()),
            Expression::Variable(_) => self.quiet_shape(expr),
            Expression::Traversal(traversal) if matches!(traversal.expr, Expression::Variable(_)) => {
                self.quiet_shape(expr)
            }
            Expression::UnaryOp(op) => Some(match op.operator.value() {
                UnaryOperator::Not => Shape::Bool,
                UnaryOperator::Neg => Shape::Number,
            }),
            Expression::BinaryOp(op) => Some(match op.operator.value() {
                BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Mul
                | BinaryOperator::Div
                | BinaryOperator::Mod => Shape::Number,
                BinaryOperator::Eq
                | BinaryOperator::NotEq
                | BinaryOperator::Less
                | BinaryOperator::LessEq
                | BinaryOperator::Greater
                | BinaryOperator::GreaterEq
                | BinaryOperator::And
                | BinaryOperator::Or => Shape::Bool,
            }),
            Expression::Conditional(inner) => {
                self.shape(&inner.true_expr).or_else(|| self.shape(&inner.false_expr))
            }
            Expression::Null(_)
            | Expression::StringTemplate(_)
            | Expression::FuncCall(_)
            | Expression::Traversal(_) => None,
        }
    }

    fn quiet_shape(&mut self, expr: &'a Expression) -> Option<Shape> {
        self.attempt(expr).ok().as_ref().and_then(Shape::of)
    }
}

/// The value under the caret, if that says more than its type. Nothing of a list or map: to know whether it
/// holds a secret it would have to be walked, and nobody has charged for that.
pub(super) fn found_at(value: &Value) -> String {
    match value.kind {
        Kind::Null | Kind::List(_) | Kind::Map(_) => String::new(),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => format!("this is {}", value.shown()),
    }
}
