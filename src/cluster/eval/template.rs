//! String and heredoc templates.

use hcl_edit::template::{
    Directive, Element, ForDirective, HeredocTemplate, IfDirective, Interpolation, StringTemplate, Strip,
    Template,
};

use super::limit::Text;
use super::operation::found_at;
use super::{Evaluator, codes, convert};
use crate::cluster::{Kind, Value};
use crate::diagnostic::{Diagnostic, Span};
use crate::fleet::strips;

/// The text of a template so far.
#[derive(Default)]
struct Output {
    text: Text,
    sensitive: bool,
}

/// How a template meets what stands around it.
#[derive(Clone, Copy)]
struct Edges {
    /// A `~` strips a line at most: the scanner of HCL gives the lines of a heredoc one by one.
    per_line: bool,
    /// The marker before it ends with `~}`.
    strip_start: bool,
    /// The marker after it begins with `${~` or `%{~`.
    strip_end: bool,
}

impl<'a> Evaluator<'a> {
    pub(super) fn string_template(&mut self, template: &'a StringTemplate, span: Span) -> Option<Value> {
        // A sole interpolation is no template: its value keeps its type.
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.evaluate(&only.expr);
        }
        self.rendered(template, false, span)
    }

    pub(super) fn heredoc(&mut self, heredoc: &'a HeredocTemplate, span: Span) -> Option<Value> {
        self.rendered(&heredoc.template, true, span)
    }

    fn rendered(&mut self, template: &'a Template, per_line: bool, span: Span) -> Option<Value> {
        let mut output = Output::default();
        self.elements(template, Edges { per_line, strip_start: false, strip_end: false }, &mut output, span)?;
        let text = Kind::String(output.text.into_string().into());
        Some(Value::new(text).at(span).marked(output.sensitive))
    }

    fn elements(
        &mut self,
        template: &'a Template,
        edges: Edges,
        output: &mut Output,
        span: Span,
    ) -> Option<()> {
        let mut complete = true;
        let mut elements = template.iter().peekable();
        let mut strip_start = edges.strip_start;
        while let Some(element) = elements.next() {
            let strip_end = elements.peek().map_or(edges.strip_end, |next| strips(next).0);
            let done = match element {
                Element::Literal(text) => {
                    let mut text = text.value().as_str();
                    let head;
                    if strip_start {
                        head = without_start(text, edges.per_line);
                        text = &head;
                    }
                    if strip_end {
                        text = without_end(text, edges.per_line);
                    }
                    self.push(text, output, span)
                }
                Element::Interpolation(interpolation) => self.interpolation(interpolation, output, span),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => self.if_directive(directive, edges.per_line, output, span),
                    Directive::For(directive) => self.for_directive(directive, edges.per_line, output, span),
                },
            };
            complete &= done.is_some();
            strip_start = strips(element).1;
        }
        complete.then_some(())
    }

    fn push(&mut self, text: &str, output: &mut Output, span: Span) -> Option<()> {
        let pushed = self.budget.charge_text(text).and_then(|()| output.text.push(text));
        self.within(pushed, span)
    }

    fn interpolation(
        &mut self,
        interpolation: &'a Interpolation,
        output: &mut Output,
        span: Span,
    ) -> Option<()> {
        let value = self.evaluate(&interpolation.expr)?;
        output.sensitive |= value.sensitive;
        if let Some(text) = convert::text(&value) {
            return self.push(&text, output, span);
        }
        let problem = Diagnostic::error(
            codes::INTERPOLATION,
            format!("{} has no text to put into a string", value.type_name()),
        )
        .at(self.span(&interpolation.expr), found_at(&value));
        self.report(match value.kind {
            Kind::Null => problem.help("say what stands there instead: `x == null ? \"\" : x`"),
            Kind::List(_) => problem.help("use `join(\", \", …)` or `jsonencode(…)`"),
            _ => problem.help("use `jsonencode(…)`, or one of its elements"),
        })
    }

    fn if_directive(
        &mut self,
        directive: &'a IfDirective,
        per_line: bool,
        output: &mut Output,
        span: Span,
    ) -> Option<()> {
        let (first, last) = (&directive.if_expr, &directive.endif_expr);
        let condition = self.evaluate(&first.cond_expr)?;
        output.sensitive |= condition.sensitive;
        let chosen = self.condition(&condition, &first.cond_expr)?;
        match (&directive.else_expr, chosen) {
            (second, true) => {
                let next = second.as_ref().map_or(last.strip, |second| second.strip);
                self.elements(&first.template, between(per_line, first.strip, next), output, span)
            }
            (Some(second), false) => {
                self.elements(&second.template, between(per_line, second.strip, last.strip), output, span)
            }
            (None, false) => Some(()),
        }
    }

    fn for_directive(
        &mut self,
        directive: &'a ForDirective,
        per_line: bool,
        output: &mut Output,
        span: Span,
    ) -> Option<()> {
        let intro = &directive.for_expr;
        let collection = self.evaluate(&intro.collection_expr)?;
        output.sensitive |= collection.sensitive;
        let edges = between(per_line, intro.strip, directive.endfor_expr.strip);
        for (key, value) in self.rounds(&collection, &intro.collection_expr)? {
            let taken = self.budget.charge(1);
            self.within(taken, span)?;
            let outer = self.bound.len();
            if let Some(name) = &intro.key_var {
                self.bound.push((name.as_str(), key));
            }
            self.bound.push((intro.value_var.as_str(), value));
            let done = self.elements(&intro.template, edges, output, span);
            self.bound.truncate(outer);
            done?;
        }
        Some(())
    }
}

fn between(per_line: bool, before: Strip, after: Strip) -> Edges {
    Edges { per_line, strip_start: before.strip_end(), strip_end: after.strip_start() }
}

/// The text without white space at its start; in a heredoc no further than its first line.
fn without_start(text: &str, per_line: bool) -> String {
    let first = if per_line { text.find('\n').map_or(text.len(), |newline| newline + 1) } else { text.len() };
    let (line, rest) = text.split_at(first);
    [line.trim_start(), rest].concat()
}

/// The text without white space at its end; in a heredoc no further than its last line.
fn without_end(text: &str, per_line: bool) -> &str {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let last = if per_line { body.rfind('\n').map_or(0, |newline| newline + 1) } else { 0 };
    let (before, line) = text.split_at(last);
    text.get(..before.len() + line.trim_end().len()).unwrap_or(text)
}
