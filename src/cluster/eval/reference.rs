//! Which names an expression refers to, without evaluating it.

use std::sync::Arc;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::{Directive, Element, Template};
use hcl_edit::{Decorated, Span as _};

use crate::diagnostic::{FileId, Span};

/// A name that an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The first part: `local` of `local.domain`.
    pub root: Arc<str>,
    /// The second part, if it is known without evaluating: `domain` of `local.domain` and `local["domain"]`.
    pub name: Option<Arc<str>>,
    /// The parts after the second, as far as they are known without evaluating.
    pub rest: Vec<Arc<str>>,
    /// The first two parts.
    pub span: Span,
}

impl Reference {
    /// All parts.
    pub fn parts(&self) -> Vec<&str> {
        std::iter::once(&self.root).chain(&self.name).chain(&self.rest).map(|part| &**part).collect()
    }
}

/// Every `root.name` that `expr` refers to, in the order written; what a `for` binds is no reference.
pub fn references(expr: &Expression, file: FileId) -> Vec<Reference> {
    let mut walk = Walk { file, bound: Vec::new(), found: Vec::new() };
    walk.expression(expr);
    walk.found
}

struct Walk<'a> {
    file: FileId,
    bound: Vec<&'a str>,
    found: Vec<Reference>,
}

impl<'a> Walk<'a> {
    fn expression(&mut self, expr: &'a Expression) {
        match expr {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            Expression::Array(array) => array.iter().for_each(|item| self.expression(item)),
            Expression::Object(object) => {
                for (key, value) in object {
                    match key {
                        ObjectKey::Ident(_) => {}
                        ObjectKey::Expression(key) => self.expression(key),
                    }
                    self.expression(value.expr());
                }
            }
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::Variable(variable) => self.reference(variable.as_str(), &[], variable.span()),
            Expression::Conditional(conditional) => {
                self.expression(&conditional.cond_expr);
                self.expression(&conditional.true_expr);
                self.expression(&conditional.false_expr);
            }
            Expression::FuncCall(call) => call.args.iter().for_each(|arg| self.expression(arg)),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(op) => self.expression(&op.expr),
            Expression::BinaryOp(op) => {
                self.expression(&op.lhs_expr);
                self.expression(&op.rhs_expr);
            }
            Expression::ForExpr(for_expr) => {
                self.expression(&for_expr.intro.collection_expr);
                let outer = self.bound.len();
                self.bound.extend(for_expr.intro.key_var.as_ref().map(|name| name.as_str()));
                self.bound.push(for_expr.intro.value_var.as_str());
                for_expr.key_expr.iter().for_each(|key| self.expression(key));
                self.expression(&for_expr.value_expr);
                for_expr.cond.iter().for_each(|cond| self.expression(&cond.expr));
                self.bound.truncate(outer);
            }
        }
    }

    fn template(&mut self, template: &'a Template) {
        for element in template {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(interpolation) => self.expression(&interpolation.expr),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        self.expression(&directive.if_expr.cond_expr);
                        self.template(&directive.if_expr.template);
                        directive.else_expr.iter().for_each(|branch| self.template(&branch.template));
                    }
                    Directive::For(directive) => {
                        let intro = &directive.for_expr;
                        self.expression(&intro.collection_expr);
                        let outer = self.bound.len();
                        self.bound.extend(intro.key_var.as_ref().map(|name| name.as_str()));
                        self.bound.push(intro.value_var.as_str());
                        self.template(&intro.template);
                        self.bound.truncate(outer);
                    }
                },
            }
        }
    }

    fn traversal(&mut self, traversal: &'a Traversal) {
        if let Expression::Variable(variable) = &traversal.expr {
            let part = |operator: &'a Decorated<TraversalOperator>| match operator.value() {
                TraversalOperator::GetAttr(name) => Some((name.as_str(), operator.span())),
                TraversalOperator::Index(Expression::String(name)) => {
                    Some((name.value().as_str(), operator.span()))
                }
                TraversalOperator::Index(_)
                | TraversalOperator::AttrSplat(_)
                | TraversalOperator::FullSplat(_)
                | TraversalOperator::LegacyIndex(_) => None,
            };
            let parts: Vec<_> = traversal.operators.iter().map_while(part).collect();
            let end = parts.first().and_then(|(_, span)| span.clone());
            let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
            let span = variable.span().map(|root| root.start..end.map_or(root.end, |name| name.end));
            self.reference(variable.as_str(), &names, span);
        } else {
            self.expression(&traversal.expr);
        }
        for operator in &traversal.operators {
            match operator.value() {
                TraversalOperator::Index(index) => self.expression(index),
                TraversalOperator::GetAttr(_)
                | TraversalOperator::LegacyIndex(_)
                | TraversalOperator::AttrSplat(_)
                | TraversalOperator::FullSplat(_) => {}
            }
        }
    }

    fn reference(&mut self, root: &str, names: &[&str], span: Option<std::ops::Range<usize>>) {
        if !self.bound.contains(&root) {
            let span = Span::new(self.file, span.unwrap_or(0..0));
            let mut names = names.iter().map(|name| Arc::from(*name));
            let (name, rest) = (names.next(), names.collect());
            self.found.push(Reference { root: root.into(), name, rest, span });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceMap;

    #[test]
    fn references_are_found_everywhere_but_under_bound_names() {
        let cases: &[(&str, &[&str])] = &[
            ("1", &[]),
            ("local.domain", &["local.domain"]),
            ("local[\"domain\"].x", &["local.domain"]),
            ("local[var.key]", &["local", "var.key"]),
            ("local", &["local"]),
            (
                "{ a = var.a, (var.b) = [var.c], \"${var.d}\" = f(var.e) }",
                &["var.a", "var.b", "var.c", "var.d", "var.e"],
            ),
            ("!(a.b) && -c.d > 1 ? e : f[0]", &["a.b", "c.d", "e", "f"]),
            ("[for c in clusters : c.name if c.x == var.x]", &["clusters", "var.x"]),
            ("{ for k, v in local.m : k => v... }", &["local.m"]),
            ("[[for c in local.l : c], c]", &["local.l", "c"]),
            (
                "\"%{ for x in local.l }${x}${y}%{ endfor }%{ if var.z }a%{ else }${x.y}%{ endif }\"",
                &["local.l", "y", "var.z", "x.y"],
            ),
            ("(local.a).b", &["local.a"]),
            ("local.a[*].b[var.i]", &["local.a", "var.i"]),
        ];
        for (text, expected) in cases {
            let mut map = SourceMap::default();
            let file = map.add("test", *text);
            let found = references(&text.parse().unwrap(), file);
            let shown: Vec<String> = found
                .iter()
                .map(|reference| match &reference.name {
                    Some(name) => format!("{}.{name}", reference.root),
                    None => reference.root.to_string(),
                })
                .collect();
            assert_eq!(&shown, expected, "{text}");
            for reference in &found {
                let covered = map.text(reference.span).replace("[\"", ".").replace("\"]", "");
                let name = reference.name.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
                assert_eq!(covered, format!("{}{name}", reference.root), "{text}");
            }
        }
    }
}
