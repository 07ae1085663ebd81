//! The indentation that `<<-` takes away.
//!
//! hcl-edit takes it away while it parses, but counts wrong: it leaves the bodies of directives as they are,
//! and eats text where a line without indentation follows an interpolation. Here it is counted anew, as HCL
//! counts: line by line over the whole template, markers and bodies of directives included.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use hcl_edit::template::{Directive, Element, HeredocTemplate, Strip, Template};
use hcl_edit::visit_mut::{VisitMut, visit_heredoc_template_mut};

/// Takes the indentation of every `<<-` heredoc in `body` away as HCL does. `text` is what `body` was parsed
/// from. To be called once, right after parsing.
pub fn flush_heredocs(body: &mut Body, text: &str) {
    Flush { text }.visit_body_mut(body);
}

struct Flush<'t> {
    text: &'t str,
}

impl VisitMut for Flush<'_> {
    fn visit_heredoc_template_mut(&mut self, heredoc: &mut HeredocTemplate) {
        let source = heredoc.span().and_then(|span| self.text.get(span));
        if let Some(rest) = source.and_then(|source| source.strip_prefix("<<-"))
            && let Ok(Expression::HeredocTemplate(raw)) = format!("<<{rest}").parse()
        {
            let mut lines = Lines { at_start: true, least: usize::MAX, literals: Vec::new() };
            lines.template(&raw.template, false, false);
            let indent = if lines.least == usize::MAX { 0 } else { lines.least };
            let mut literals = lines.literals.iter().map(|lines| dedented(lines, indent));
            replace(&mut heredoc.template, &mut literals);
            heredoc.set_indent(indent);
        }
        visit_heredoc_template_mut(self, heredoc);
    }
}

/// The literal text of a template in the order written, that inside directives too.
struct Lines {
    /// Whether the next thing stands at the start of a line.
    at_start: bool,
    /// The least indentation of what stands at the start of a line.
    least: usize,
    /// For each literal its lines, and whether the indentation of each is to go.
    literals: Vec<Vec<(String, bool)>>,
}

impl Lines {
    fn template(&mut self, template: &Template, strip_start: bool, strip_end: bool) {
        let mut elements = template.iter().peekable();
        let mut strip_start = strip_start;
        while let Some(element) = elements.next() {
            match element {
                Element::Literal(text) => {
                    let strip_end = elements.peek().map_or(strip_end, |next| strips(next).0);
                    self.literal(text.value(), strip_start, strip_end);
                }
                Element::Interpolation(_) => self.marker(),
                Element::Directive(directive) => self.directive(directive),
            }
            strip_start = strips(element).1;
        }
    }

    fn directive(&mut self, directive: &Directive) {
        self.marker();
        match directive {
            Directive::If(directive) => {
                let (first, last) = (&directive.if_expr, directive.endif_expr.strip);
                let next = directive.else_expr.as_ref().map_or(last, |second| second.strip);
                self.body(&first.template, first.strip, next);
                if let Some(second) = &directive.else_expr {
                    self.marker();
                    self.body(&second.template, second.strip, last);
                }
            }
            Directive::For(directive) => {
                let first = &directive.for_expr;
                self.body(&first.template, first.strip, directive.endfor_expr.strip);
            }
        }
        self.marker();
    }

    fn body(&mut self, template: &Template, before: Strip, after: Strip) {
        self.template(template, before.strip_end(), after.strip_start());
    }

    fn marker(&mut self) {
        if self.at_start {
            self.at_start = false;
            self.least = 0;
        }
    }

    /// A line that a `~` strips counts as what is left of it: HCL strips before it looks at indentation.
    fn literal(&mut self, text: &str, strip_start: bool, strip_end: bool) {
        let count = text.split_inclusive('\n').count();
        let mut lines = Vec::with_capacity(count);
        for (index, whole) in text.split_inclusive('\n').enumerate() {
            let line = if strip_start && index == 0 { whole.trim_start() } else { whole };
            let line = if strip_end && index + 1 == count { line.trim_end() } else { line };
            let blank = line.ends_with('\n') && line.trim_start().is_empty();
            let counts = self.at_start && !blank;
            if counts {
                self.least = self.least.min(line.chars().take_while(|c| c.is_whitespace()).count());
            }
            lines.push((whole.to_owned(), counts));
            self.at_start = line.ends_with('\n');
        }
        self.literals.push(lines);
    }
}

/// The lines again, without the indentation where it is to go.
fn dedented(lines: &[(String, bool)], indent: usize) -> String {
    let kept = lines.iter().flat_map(|(line, counts)| line.chars().skip(if *counts { indent } else { 0 }));
    kept.collect()
}

/// Gives each literal of a template its new text, in the order written.
fn replace(template: &mut Template, literals: &mut impl Iterator<Item = String>) {
    for element in template {
        match element {
            Element::Literal(text) => {
                if let Some(literal) = literals.next() {
                    *text.value_mut() = literal;
                }
            }
            Element::Interpolation(_) => {}
            Element::Directive(directive) => match &mut **directive {
                Directive::If(directive) => {
                    replace(&mut directive.if_expr.template, literals);
                    if let Some(second) = &mut directive.else_expr {
                        replace(&mut second.template, literals);
                    }
                }
                Directive::For(directive) => replace(&mut directive.for_expr.template, literals),
            },
        }
    }
}

/// Whether an element strips what stands before it, and what stands after it.
pub fn strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(interpolation) => {
            (interpolation.strip.strip_start(), interpolation.strip.strip_end())
        }
        Element::Directive(directive) => match &**directive {
            Directive::If(directive) => {
                (directive.if_expr.strip.strip_start(), directive.endif_expr.strip.strip_end())
            }
            Directive::For(directive) => {
                (directive.for_expr.strip.strip_start(), directive.endfor_expr.strip.strip_end())
            }
        },
    }
}
