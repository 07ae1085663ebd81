//! What is compared with what: the texts and numbers that a name is held to, in expressions and in templates. Where a field
//! depends on a comparison alone, it changes only with another value that has to do with that.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{BinaryOp, BinaryOperator, Conditional, Expression, FuncCall};
use hcl_edit::visit::{self, Visit};

use crate::cluster::references;
use crate::diagnostic::FileId;

/// What stands beside what.
#[derive(Debug, Default)]
pub struct Meetings {
    /// The literals that a name is held to, by the last part of the name.
    literals: BTreeMap<String, BTreeSet<String>>,
    /// The names that are held to a literal.
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Meetings {
    /// Adds those of an expression.
    pub fn add(&mut self, expression: &Expression, file: FileId) {
        Walk { meetings: self, file }.visit_expr(expression);
    }

    /// Adds those of a template's text.
    pub fn add_template(&mut self, text: &str) {
        for code in codes(text) {
            for (name, literal) in in_code(code) {
                self.meet(&name, &literal);
            }
        }
    }

    /// The literals that a name is held to.
    pub fn of_name(&self, name: &str) -> impl Iterator<Item = &str> {
        self.literals.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The names that are held to a literal.
    pub fn of_literal(&self, literal: &str) -> impl Iterator<Item = &str> {
        self.names.get(literal).into_iter().flatten().map(String::as_str)
    }

    fn meet(&mut self, name: &str, literal: &str) {
        self.literals.entry(name.to_owned()).or_default().insert(literal.to_owned());
        self.names.entry(literal.to_owned()).or_default().insert(name.to_owned());
    }

    fn meet_all(&mut self, of: &[&Expression], file: FileId) {
        let mut literals = Literals(Vec::new());
        of.iter().for_each(|one| literals.visit_expr(one));
        if literals.0.is_empty() {
            return;
        }
        for reference in of.iter().flat_map(|one| references(one, file)) {
            let name = reference.parts().pop().map(str::to_owned).unwrap_or_default();
            literals.0.iter().for_each(|literal| self.meet(&name, literal));
        }
    }
}

struct Walk<'a> {
    meetings: &'a mut Meetings,
    file: FileId,
}

impl Visit for Walk<'_> {
    fn visit_binary_op(&mut self, node: &BinaryOp) {
        let is_comparison = !matches!(
            node.operator.value(),
            BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Mul
                | BinaryOperator::Div
                | BinaryOperator::Mod
                | BinaryOperator::And
                | BinaryOperator::Or
        );
        if is_comparison {
            self.meetings.meet_all(&[&node.lhs_expr, &node.rhs_expr], self.file);
        }
        visit::visit_binary_op(self, node);
    }

    fn visit_conditional(&mut self, node: &Conditional) {
        self.meetings.meet_all(&[&node.cond_expr], self.file);
        visit::visit_conditional(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        self.meetings.meet_all(&node.args.iter().collect::<Vec<_>>(), self.file);
        visit::visit_func_call(self, node);
    }
}

/// The strings and numbers of an expression.
struct Literals(Vec<String>);

impl Visit for Literals {
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::String(text) => self.0.push(text.value().clone()),
            Expression::Number(number) => self.0.push(number.value().to_string()),
            other => visit::visit_expr(self, other),
        }
    }
}

/// The code of a template: what stands between `{{` and `}}`, `{%` and `%}`.
fn codes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        let (open, behind) = rest.split_at(at).1.split_at(2);
        let close = match open {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let (code, after) = behind.split_once(close).unwrap_or((behind, ""));
        if open != "{#" {
            found.push(code);
        }
        rest = after;
    }
    found
}

/// Whether the code of a template refers to a name.
pub fn refers(text: &str, name: &str) -> bool {
    let is_word = |code: &str, at: usize| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(|c| is_part(c) && c != '.')
    };
    codes(text).into_iter().any(|code| code.match_indices(name).any(|(at, _)| is_word(code, at)))
}

/// What a template compares: with `==` and the like, and with `in` and a list.
const SIGNS: [&str; 7] = ["==", "!=", ">=", "<=", ">", "<", " in "];

/// The names and literals that stand beside each other in the code of a template.
fn in_code(code: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for sign in SIGNS {
        for (at, _) in code.match_indices(sign) {
            let (before, after) =
                (code.get(..at).unwrap_or_default(), code.get(at + sign.len()..).unwrap_or_default());
            let names = [last_name(before), first_name(after)];
            let literals: Vec<String> =
                literals_after(after).into_iter().chain(literal_before(before)).collect();
            for name in names.into_iter().flatten() {
                found.extend(literals.iter().map(|literal| (name.clone(), literal.clone())));
            }
        }
    }
    found
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// The last part of the path that ends here.
fn last_name(code: &str) -> Option<String> {
    let path = code.trim_end().rsplit(|c| !is_part(c)).next()?;
    name_of(path)
}

/// The last part of the path that begins here.
fn first_name(code: &str) -> Option<String> {
    let path = code.trim_start().split(|c| !is_part(c)).next()?;
    name_of(path)
}

fn name_of(path: &str) -> Option<String> {
    let name = path.rsplit('.').next()?;
    name.starts_with(|c: char| c.is_alphabetic() || c == '_').then(|| name.to_owned())
}

/// The literal that begins here, or those of the list that does.
fn literals_after(code: &str) -> Vec<String> {
    let code = code.trim_start();
    if let Some(list) = code.strip_prefix('[') {
        let items = list.split(']').next().unwrap_or_default().split(',');
        return items.filter_map(literal).collect();
    }
    literal(code).into_iter().collect()
}

/// The literal that this begins with.
fn literal(code: &str) -> Option<String> {
    let code = code.trim_start();
    match code.chars().next()? {
        quote @ ('"' | '\'' | '`') => code.get(1..)?.split_once(quote).map(|(text, _)| text.to_owned()),
        '0'..='9' => code.split(|c: char| !c.is_ascii_digit() && c != '.').next().map(str::to_owned),
        _ => None,
    }
}

/// The literal that this ends with.
fn literal_before(code: &str) -> Option<String> {
    let code = code.trim_end();
    let quote = code.chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    code.get(..code.len() - 1)?.rsplit_once(quote).map(|(_, text)| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_is_held_to_is_found() {
        let mut meetings = Meetings::default();
        let file = crate::diagnostic::SourceMap::default().add("test", "");
        for text in [
            "var.tier == \"gold\" ? 1 : 2",
            "3 < local.sizes.small && x",
            "contains([\"a\", \"b\"], cluster.labels.env)",
            "\"${length(local.list) > 4 ? \"y\" : \"n\"}\"",
            "local.sum + 7",
        ] {
            meetings.add(&text.parse().unwrap(), file);
        }
        for text in [
            "{% if values.mode == \"fast\" and 'slow' != unit.speed %}x{% endif %}",
            "a: {{ 1 if service.kind in [\"job\", \"cron\"] else 2 }}\n== \"text\"",
            "{%- if values.n>=10 %}",
        ] {
            meetings.add_template(text);
        }
        let shown: Vec<String> = meetings
            .literals
            .iter()
            .map(|(name, literals)| {
                format!("{name}: {}", literals.iter().cloned().collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "env: a b",
                "kind: cron job",
                "list: 4",
                "mode: fast",
                "n: 10",
                "small: 3",
                "speed: slow",
                "tier: gold"
            ]
        );
        for (text, refers_to_it) in [
            ("{# clusters #}a: {{ cluster.clusters }} clusters {{ clusters_of }}", false),
            ("{% for one in clusters %}{% endfor %}", true),
            ("{{ x }}{{ clusters.0.name }}", true),
            ("{{ clusters", true),
        ] {
            assert_eq!(refers(text, "clusters"), refers_to_it, "{text}");
        }
        assert_eq!(meetings.of_literal("slow").collect::<Vec<_>>(), ["speed"]);
    }
}
