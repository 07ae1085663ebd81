//! Literals that a sensitive variable is compared with: whoever reads one may have read the variable.

use std::collections::BTreeSet;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, Traversal, TraversalOperator};
use hcl_edit::structure::Structure;
use hcl_edit::visit::{self, Visit};

use super::block::Block;
use crate::diagnostic::{FileId, SourceMap, Span};

/// A literal, and the variables that it is compared with.
#[derive(Debug)]
pub struct Compared {
    at: Span,
    variables: BTreeSet<String>,
}

/// The literals of a file that variables are compared with by `==` and `!=`.
pub fn compared(structures: &[Structure], file: FileId) -> Vec<Compared> {
    let mut walk = Walk { file, found: Vec::new() };
    structures.iter().for_each(|structure| walk.visit_structure(structure));
    walk.found
}

/// Keeps those secret that a sensitive variable is compared with.
pub fn keep_secret<'a>(found: &[Compared], variables: impl Iterator<Item = &'a Block>, map: &mut SourceMap) {
    let is_open = |value: &Expression| matches!(value, Expression::Bool(flag) if !*flag.value());
    let is_sensitive =
        |block: &&Block| block.arg("sensitive").is_some_and(|argument| !is_open(&argument.expression));
    let sensitive: BTreeSet<&str> = variables.filter(is_sensitive).map(Block::name).collect();
    for one in found.iter().filter(|one| one.variables.iter().any(|name| sensitive.contains(&**name))) {
        let text = map.text(one.at).trim_matches('"').to_owned();
        map.keep_secret(&text);
        map.hide(one.at);
    }
}

struct Walk {
    file: FileId,
    found: Vec<Compared>,
}

impl Walk {
    fn side(&mut self, with: &Expression, literals: &Expression) {
        let mut variables = Variables(BTreeSet::new());
        variables.visit_expr(with);
        if variables.0.is_empty() {
            return;
        }
        let mut places = Literals(Vec::new());
        places.visit_expr(literals);
        let found = places
            .0
            .into_iter()
            .map(|at| Compared { at: Span::new(self.file, at), variables: variables.0.clone() });
        self.found.extend(found);
    }
}

impl Visit for Walk {
    fn visit_binary_op(&mut self, node: &BinaryOp) {
        if matches!(node.operator.value(), BinaryOperator::Eq | BinaryOperator::NotEq) {
            self.side(&node.lhs_expr, &node.rhs_expr);
            self.side(&node.rhs_expr, &node.lhs_expr);
        }
        visit::visit_binary_op(self, node);
    }
}

/// The names of the variables that an expression refers to.
struct Variables(BTreeSet<String>);

impl Visit for Variables {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let (Expression::Variable(root), Some(step)) = (&node.expr, node.operators.first())
            && root.as_str() == "var"
            && let TraversalOperator::GetAttr(name) = step.value()
        {
            self.0.insert(name.as_str().to_owned());
        }
        visit::visit_traversal(self, node);
    }
}

/// Where the strings and numbers of an expression stand.
struct Literals(Vec<Range<usize>>);

impl Visit for Literals {
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::String(_) | Expression::Number(_) => self.0.extend(node.span()),
            other => visit::visit_expr(self, other),
        }
    }
}
