//! Diagnostics as a terminal shows them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};

use super::escape::{one_line, printable};
use super::severity::{Summary, count};
use super::window::{Mark, Window, windows};
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, FileId, Severity, SourceMap};

/// The most errors, and the most warnings, that are shown in full.
pub const MOST_SHOWN: usize = 20;

/// The most clusters that one diagnostic names.
const MOST_CLUSTERS: usize = 8;

/// The widths that text is fitted into, in columns; a narrower terminal wraps.
const WIDTHS: RangeInclusive<usize> = 40..=400;

/// How text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colour. Without it the text holds no control character but the line break.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// Where there is no terminal.
impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: annotate_snippets::renderer::DEFAULT_TERM_WIDTH }
    }
}

/// The diagnostics in the order given, [`MOST_SHOWN`] of each severity, and a line that counts all of them.
/// Empty for none. Hidden ranges of the sources are shown as asterisks.
pub fn diagnostics(list: &Diagnostics, sources: &SourceMap, style: Style) -> String {
    if list.is_empty() {
        return String::new();
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let mut page = Page {
        sources,
        visible: BTreeMap::new(),
        renderer: renderer.term_width(style.width.clamp(*WIDTHS.start(), *WIDTHS.end())),
        text: String::new(),
    };
    for severity in [Severity::Error, Severity::Warning] {
        let of_this = || list.iter().filter(|one| one.severity == severity);
        for diagnostic in of_this().take(MOST_SHOWN) {
            page.add(diagnostic);
        }
        let more = of_this().count().saturating_sub(MOST_SHOWN);
        if more > 0 {
            let noun = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            page.text.push_str(&format!("and {} not shown\n\n", count(more, &format!("more {noun}"))));
        }
    }
    page.text.push_str(&format!("{}\n", Summary::of(list)));
    page.text
}

/// What was printed so far, and the files it quotes from.
struct Page<'a> {
    sources: &'a SourceMap,
    visible: BTreeMap<FileId, String>,
    renderer: Renderer,
    text: String,
}

impl Page<'_> {
    fn add(&mut self, diagnostic: &Diagnostic) {
        let diagnostic = &diagnostic.without(self.sources.secrets());
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level
            .primary_title(printable(&diagnostic.message).into_owned())
            .id(diagnostic.code.as_str().to_owned());
        let mut elements: Vec<Element<'_>> = Vec::new();
        let quotes = self.quotes(diagnostic);
        elements.extend(quotes.iter().map(|quote| Element::from(quote.snippet())));
        if let Some(excerpt) = &diagnostic.rendered {
            elements.push(rendered(excerpt, diagnostic.labels.is_empty()).into());
        }
        let mut fact = |name: &'static str, text: &str| {
            elements.push(Level::NOTE.with_name(name).message(printable(text).into_owned()).into());
        };
        if !diagnostic.clusters.is_empty() {
            let name = if diagnostic.clusters.len() == 1 { "cluster" } else { "clusters" };
            fact(name, &clusters(diagnostic));
        }
        if let Some(object) = &diagnostic.object {
            fact("object", object);
        }
        for note in &diagnostic.notes {
            fact("note", note);
        }
        if let Some(help) = &diagnostic.help {
            elements.push(Level::HELP.message(printable(help).into_owned()).into());
        }
        let group: Group<'_> = title.elements(elements);
        let text = self.renderer.render(&[group]);
        self.text.push_str(&match (quotes.first(), diagnostic.labels.first()) {
            (Some(quote), Some(label)) => {
                quote.with_true_column(text, self.sources.position(label.at).column)
            }
            _ => text,
        });
        self.text.push_str("\n\n");
    }

    /// The lines of all labels, those of the primary one first, file by file.
    fn quotes(&mut self, diagnostic: &Diagnostic) -> Vec<Quote> {
        let mut files: Vec<(FileId, Vec<Mark>)> = Vec::new();
        for (index, label) in diagnostic.labels.iter().enumerate() {
            let mark = Mark {
                range: label.at.range(),
                label: printable(&label.text).into_owned(),
                primary: index == 0,
            };
            match files.iter_mut().find(|(file, _)| *file == label.at.file) {
                Some((_, marks)) => marks.push(mark),
                None => files.push((label.at.file, vec![mark])),
            }
        }
        let mut quotes = Vec::new();
        for (file, marks) in files {
            let text = self.visible.entry(file).or_insert_with(|| self.sources.visible(file));
            let path = one_line(self.sources.file(file).map_or("?", |file| file.path()));
            for window in windows(text, marks) {
                quotes.push(Quote { path: path.clone().into_owned(), window });
            }
        }
        quotes
    }
}

/// Lines quoted from one file.
struct Quote {
    path: String,
    window: Window,
}

impl Quote {
    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        Snippet::source(&*self.window.text).path(&*self.path).line_start(self.window.first_line).annotations(
            self.window.marks.iter().map(|mark| {
                let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                let label = (!mark.label.is_empty()).then_some(&*mark.label);
                kind.span(mark.range.clone()).label(label)
            }),
        )
    }

    /// Escapes, tabs and cut lines shift the column that `annotate-snippets` counts; a person who jumps to
    /// the place needs `column`, that of the primary label in its file.
    fn with_true_column(&self, text: String, column: usize) -> String {
        let Some(mark) = self.window.marks.iter().find(|mark| mark.primary) else { return text };
        let before = &self.window.text[..mark.range.start];
        let line = self.window.first_line + before.matches('\n').count();
        let counted = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        if counted == column {
            return text;
        }
        let path = &self.path;
        text.replacen(&format!("{path}:{line}:{counted}"), &format!("{path}:{line}:{column}"), 1)
    }
}

/// The rendered line, as a file of its own.
fn rendered(excerpt: &Excerpt, primary: bool) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let nth = |count: usize| excerpt.text.char_indices().nth(count).map_or(excerpt.text.len(), |(at, _)| at);
    let start = nth(excerpt.column.saturating_sub(1));
    let end = nth(excerpt.column.saturating_sub(1).saturating_add(excerpt.width.max(1)));
    let mark = Mark { range: start..end, label: printable(&excerpt.label).into_owned(), primary };
    let one_line_of_text = excerpt.text.replace('\n', " ");
    let (text, marks) = windows(&one_line_of_text, vec![mark])
        .into_iter()
        .next()
        .map_or_else(Default::default, |Window { text, marks, .. }| (text, marks));
    Snippet::source(text)
        .path(one_line(&excerpt.name).into_owned())
        .line_start(excerpt.line.max(1))
        .annotations(marks.into_iter().map(|mark| {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(mark.range).label((!mark.label.is_empty()).then_some(mark.label))
        }))
}

/// `prod-a, prod-b and 28 more`.
pub(super) fn clusters(diagnostic: &Diagnostic) -> String {
    let names: Vec<_> =
        diagnostic.clusters.iter().take(MOST_CLUSTERS).map(|name| one_line(name).into_owned()).collect();
    match diagnostic.clusters.len().saturating_sub(MOST_CLUSTERS) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests;
