//! Tera, with the templates of a fleet: strict, limited, and telling where every line comes from.

use std::io::Write;

use tera::{Context, Error, Tera};

use super::codes;
use super::fault;
use super::filter;
use super::guard;
use super::library::{Library, Template};
use super::limit::{self, Capped};
use super::marker;
use super::reference;
use super::template::Instrumented;
use super::text::Text;
use crate::cluster::Named;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap, Span};
use crate::source::{RelPath, Sources};

/// All templates, ready to render.
pub(super) struct Engine {
    tera: Tera,
    library: Library,
    /// By the number of the template.
    instrumented: Vec<Instrumented>,
    /// What each line marker stands for.
    lines: Vec<Span>,
}

/// A rendering that failed.
pub(super) struct Failure {
    /// Tera's error.
    pub error: Error,
    /// Where the last line that was written comes from.
    pub last: Option<Span>,
}

impl Engine {
    /// Reads, checks and loads all templates below the root of a fleet, and those that its units name. Where one is at fault, there is no engine.
    pub(super) fn load(
        root: &RelPath,
        named: &Named,
        sources: &Sources,
        map: &mut SourceMap,
    ) -> (Option<Self>, Diagnostics) {
        let mut tera = Tera::default();
        filter::register(&mut tera);
        guard::register(&mut tera);
        let (library, mut problems) = Library::load(root, named, sources, map, &tera);
        if problems.is_empty() {
            problems.append(reference::check(&library));
        }
        if !problems.is_empty() {
            return (None, problems);
        }
        let mut engine = Self { tera, library, instrumented: Vec::new(), lines: Vec::new() };
        match engine.instrument() {
            Ok(()) => (Some(engine), problems),
            Err(problem) => (None, (*problem).into()),
        }
    }

    fn instrument(&mut self) -> Result<(), Box<Diagnostic>> {
        for template in self.library.templates() {
            let first = self.lines.len();
            let marks = template.outline.marks().iter();
            self.lines.extend(marks.map(|at| Span::new(template.file, at.clone())));
            self.instrumented.push(template.outline.instrument(&template.text, first));
        }
        if self.lines.len() > marker::MAX_LINES {
            let message = format!("the templates have more than {} lines", marker::MAX_LINES);
            return Err(Box::new(Diagnostic::error(codes::LIMIT, message).help("split the fleet")));
        }
        self.tera.autoescape_on([""]);
        self.tera.set_escape_fn(mark);
        let loaded = {
            let named = self.library.templates().iter().zip(&self.instrumented);
            self.tera.add_raw_templates(named.map(|(template, text)| (&template.name, &text.text)))
        };
        loaded.map_err(|error| Box::new(self.refused(&error)))
    }

    /// What is left to go wrong when every template parses and every name is known.
    fn refused(&self, error: &Error) -> Diagnostic {
        let message = match fault::report(error) {
            Some(report) => fault::worded(report.message()),
            None => fault::worded(error.to_string().lines().next().unwrap_or("the templates do not fit")),
        };
        let diagnostic = Diagnostic::error(codes::LOAD, message);
        match fault::report(error)
            .and_then(|report| self.place(report.filename(), report.span().range.clone()))
        {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        }
    }

    /// The templates.
    pub(super) fn library(&self) -> &Library {
        &self.library
    }

    /// The template in this file, and its number.
    pub(super) fn template(&self, path: &RelPath) -> Option<(usize, &Template)> {
        let number = self.library.in_file(path)?;
        Some((number, self.library.get(number)?))
    }

    /// Renders one template.
    ///
    /// # Errors
    /// Whatever an expression does, and the limits of [`limit`].
    pub(super) fn render(&self, template: &Template, context: &Context) -> Result<Text, Box<Failure>> {
        self.marked(template, context).map(|marked| self.text(&marked))
    }

    /// Renders one template; its text has all markers in it.
    ///
    /// # Errors
    /// As [`Engine::render`].
    pub(super) fn marked(&self, template: &Template, context: &Context) -> Result<Vec<u8>, Box<Failure>> {
        limit::begin();
        let mut out = Capped::default();
        let rendered = self.tera.render_to(&template.name, context, &mut out);
        match rendered {
            Ok(()) => Ok(out.bytes),
            Err(error) => Err(Box::new(Failure { error, last: self.text(&out.bytes).last_line() })),
        }
    }

    /// Marked text without its markers.
    pub(super) fn text(&self, marked: &[u8]) -> Text {
        // Tera writes whole strings, so only a write that was cut short could break a character.
        Text::of(&String::from_utf8_lossy(marked), |line| self.lines.get(line).copied())
    }

    /// The place of a range of an instrumented template in its file.
    pub(super) fn place(&self, name: &str, range: std::ops::Range<usize>) -> Option<Span> {
        let number = self.library.named(name)?;
        let template = self.library.get(number)?;
        let instrumented = self.instrumented.get(number)?;
        // An inserted filter stands right after what it is about.
        let start = match instrumented.original(range.start) {
            Ok(start) => start,
            Err(at) => {
                template.text.get(..at)?.trim_end().char_indices().next_back().map_or(at, |(start, _)| start)
            }
        };
        // The last byte inside, so that what was inserted right after is left out.
        let last =
            instrumented.original(range.end.saturating_sub(1)).unwrap_or_else(|at| at.saturating_sub(1));
        let last = last.max(start);
        let end = template
            .text
            .get(last..)
            .and_then(|rest| rest.chars().next())
            .map_or(last, |c| last + c.len_utf8());
        Some(Span::new(template.file, start..end))
    }
}

/// Puts a spliced value between marks.
fn mark(value: &str, out: &mut dyn Write) -> std::io::Result<()> {
    limit::work(value.len())?;
    let mut bytes = [0; 4];
    out.write_all(marker::OPEN.encode_utf8(&mut bytes).as_bytes())?;
    match marker::find(value) {
        Some(_) => out.write_all(marker::clean(value).as_bytes())?,
        None => out.write_all(value.as_bytes())?,
    }
    out.write_all(marker::CLOSE.encode_utf8(&mut bytes).as_bytes())
}
