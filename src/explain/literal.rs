//! The literals of an expression: found, and replaced by others.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::visit::{self, Visit};
use hcl_edit::visit_mut::{self, VisitMut};
use hcl_edit::{Number, Spanned};

use crate::diagnostic::Span;
use crate::fleet::{Argument, Scalar, scalar};

/// A literal of an argument: a number, a string, `true`, `false`, `null`, or the text between two `${…}`. Keys of maps
/// are names, and no literals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The argument that it stands in.
    pub argument: Span,
    /// Which one of its literals it is.
    pub number: usize,
    /// Where it stands.
    pub at: Span,
    /// The list that it is an item of.
    pub list: Option<Span>,
    /// What it says.
    pub scalar: Scalar,
}

/// The literals of an argument, in the order in which they stand.
pub fn literals(argument: &Argument) -> Vec<Literal> {
    let mut walk = Walk { number: 0, found: Vec::new(), put: None };
    walk.visit_expr_mut(&mut argument.expression.clone());
    let mut lists = Lists(Vec::new());
    lists.visit_expr(&argument.expression);
    let place = |range: Range<usize>| Span::new(argument.span.file, range);
    let found = walk.found.into_iter().enumerate().map(|(number, (range, scalar))| {
        let list = lists.0.iter().find(|(item, _)| Some(item) == range.as_ref());
        Literal {
            argument: argument.span,
            number,
            list: list.map(|(_, list)| place(list.clone())),
            at: range.map_or(argument.span, place),
            scalar,
        }
    });
    found.collect()
}

/// The scalar items of lists: where each stands, and its list.
struct Lists(Vec<(Range<usize>, Range<usize>)>);

impl Visit for Lists {
    fn visit_expr(&mut self, node: &Expression) {
        if let (Expression::Array(items), Some(list)) = (node, node.span()) {
            let places = items.iter().filter_map(Expression::span);
            self.0.extend(places.map(|item| (item, list.clone())));
        }
        visit::visit_expr(self, node);
    }
}

/// The expression without the item of a list that stands there.
pub fn without(expression: &Expression, at: Span) -> Expression {
    let mut changed = expression.clone();
    Without(at.range()).visit_expr_mut(&mut changed);
    changed
}

struct Without(Range<usize>);

impl VisitMut for Without {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        if let Expression::Array(items) = node {
            let index = items.iter().position(|item| item.span().as_ref() == Some(&self.0));
            index.map(|index| items.remove(index));
        }
        visit_mut::visit_expr_mut(self, node);
    }
}

/// The expression with another scalar in place of the literal with this number.
pub fn with_other(expression: &Expression, number: usize, scalar: &Scalar) -> Expression {
    let mut changed = expression.clone();
    Walk { number: 0, found: Vec::new(), put: Some((number, scalar)) }.visit_expr_mut(&mut changed);
    changed
}

/// Visits the literals in their order.
struct Walk<'a> {
    number: usize,
    found: Vec<(Option<Range<usize>>, Scalar)>,
    put: Option<(usize, &'a Scalar)>,
}

impl<'a> Walk<'a> {
    /// What is to stand here instead, if anything is.
    fn next(&mut self, at: Option<Range<usize>>, scalar: Scalar) -> Option<&'a Scalar> {
        self.found.push((at, scalar));
        self.number += 1;
        self.put.filter(|(number, _)| number + 1 == self.number).map(|(_, scalar)| scalar)
    }
}

impl VisitMut for Walk<'_> {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        let Some(scalar) = scalar(node) else { return visit_mut::visit_expr_mut(self, node) };
        if let Some(put) = self.next(node.span(), scalar) {
            *node = expression(put);
        }
    }

    fn visit_literal_mut(&mut self, node: &mut Spanned<String>) {
        let put = self.next(node.span(), Scalar::Part(node.value().clone()));
        if let Some(Scalar::Part(text) | Scalar::String(text)) = put {
            text.clone_into(node.value_mut());
        }
    }
}

fn expression(scalar: &Scalar) -> Expression {
    match scalar {
        Scalar::Null => Expression::null(),
        Scalar::Bool(flag) => Expression::from(*flag),
        Scalar::Number(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Expression::from(whole),
            (Err(_), Ok(decimal)) => {
                Number::from_f64(decimal).map_or_else(Expression::null, Expression::from)
            }
            (Err(_), Err(_)) => Expression::null(),
        },
        Scalar::String(text) | Scalar::Part(text) => Expression::from(text.clone()),
    }
}
