//! Which expressions are literals: those that say the same wherever they stand.

use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::template::{Element, Template};

/// What a literal says that holds no other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    String(String),
    /// The text between two `${…}` of a string.
    Part(String),
}

/// What an expression says that is a number, a string, `true`, `false` or `null`.
pub fn scalar(expression: &Expression) -> Option<Scalar> {
    match expression {
        Expression::Null(_) => Some(Scalar::Null),
        Expression::Bool(flag) => Some(Scalar::Bool(*flag.value())),
        Expression::Number(number) => {
            let text = match number.as_repr() {
                Some(text) => text.to_string(),
                None => number.value().to_string(),
            };
            Some(Scalar::Number(text.chars().filter(|c| !c.is_whitespace()).collect()))
        }
        Expression::String(text) => Some(Scalar::String(text.value().clone())),
        _ => None,
    }
}

/// Whether an expression is a string, number, bool or `null`, or a list or map of nothing but those.
pub fn is_literal(expression: &Expression) -> bool {
    match expression {
        Expression::Array(list) => list.iter().all(is_literal),
        Expression::Object(map) => {
            map.iter().all(|(key, value)| key_text(key).is_some() && is_literal(value.expr()))
        }
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => text(expression).is_some(),
        _ => scalar(expression).is_some() || is_number(expression),
    }
}

/// Whether an expression is a number, with its sign.
pub fn is_number(expression: &Expression) -> bool {
    match expression {
        Expression::Number(_) => true,
        Expression::UnaryOp(signed) => {
            *signed.operator.value() == UnaryOperator::Neg && matches!(signed.expr, Expression::Number(_))
        }
        _ => false,
    }
}

/// The text of a literal string, in quotes or in a heredoc.
pub fn text(expression: &Expression) -> Option<String> {
    let template: &Template = match expression {
        Expression::String(text) => return Some(text.to_string()),
        Expression::StringTemplate(template) => template,
        Expression::HeredocTemplate(heredoc) => &heredoc.template,
        _ => return None,
    };
    let literal = |element: &Element| match element {
        Element::Literal(text) => Some(text.to_string()),
        Element::Interpolation(_) | Element::Directive(_) => None,
    };
    template.iter().map(literal).collect()
}

/// The key of a map, unless it is computed.
pub fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.as_str()),
        // A bare word is parsed as a reference in some places.
        ObjectKey::Expression(Expression::Variable(word)) => Some(word.as_str()),
        ObjectKey::Expression(_) => None,
    }
}

/// Whether two literals are the same value.
pub fn same(a: &Expression, b: &Expression) -> bool {
    match (a, b) {
        (Expression::Array(a), Expression::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Expression::Object(a), Expression::Object(b)) => {
            let is_in = |key: &ObjectKey, value: &Expression| {
                b.iter().any(|(other, there)| key_text(other) == key_text(key) && same(value, there.expr()))
            };
            a.len() == b.len() && a.iter().all(|(key, value)| is_in(key, value.expr()))
        }
        _ => match (text(a), text(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

/// The steps of a plain reference such as `var.images.web`.
pub fn reference(expression: &Expression) -> Option<Vec<String>> {
    let Expression::Traversal(traversal) = expression else { return None };
    let Expression::Variable(root) = &traversal.expr else { return None };
    let step = |operator: &TraversalOperator| match operator {
        TraversalOperator::GetAttr(name) => Some(name.as_str().to_owned()),
        TraversalOperator::Index(Expression::String(key)) => Some(key.to_string()),
        TraversalOperator::Index(_)
        | TraversalOperator::AttrSplat(_)
        | TraversalOperator::FullSplat(_)
        | TraversalOperator::LegacyIndex(_) => None,
    };
    let steps = traversal.operators.iter().map(|operator| step(operator.value()));
    std::iter::once(Some(root.as_str().to_owned())).chain(steps).collect()
}
