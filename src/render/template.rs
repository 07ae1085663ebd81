//! A template as the engine loads it: markers, strictness and limits written in, and a way back to the
//! places of the text as it stands in its file.

use std::ops::Range;

use super::expression::Scan;
use super::marker;
use super::piece::{Code, Piece, pieces};

/// Put where a loop, template or component begins: counts the steps and the bytes of a rendering.
pub(super) const STEP: &str = "__step";
/// Put first among the filters of a `set` block: takes the markers out of what it captured.
pub(super) const CAPTURED: &str = "__captured";

/// Text inserted into a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Before which byte of the template.
    at: usize,
    /// What is inserted.
    text: String,
}

impl Edit {
    /// `text` before the byte `at`.
    pub(super) fn new(at: usize, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }
}

/// What kind of thing a template names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UseKind {
    /// `| name`
    Filter,
    /// `is name`
    Test,
    /// `name(…)`
    Function,
    /// A variable that is not available.
    Variable,
    /// `{% include "name" %}`
    Include,
    /// `{% extends "name" %}`
    Extends,
    /// `<name …>`
    Component,
}

/// One thing that a template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// What kind.
    pub kind: UseKind,
    /// The name.
    pub name: String,
    /// Where.
    pub range: Range<usize>,
}

/// A component that a template defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub range: Range<usize>,
    /// What its body names.
    pub uses: Vec<Use>,
}

/// What a template holds, and what is to be inserted.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    /// What it names outside of components.
    pub uses: Vec<Use>,
    /// The components it defines.
    pub components: Vec<Definition>,
    /// Strictness and limits.
    code: Vec<Edit>,
    /// What gets a marker before it: the rest of a line, or `{{ … }}`.
    marks: Vec<Range<usize>>,
}

/// A template ready to be loaded.
#[derive(Clone, Debug)]
pub(super) struct Instrumented {
    /// Its text with everything inserted.
    pub text: String,
    /// Where something was inserted, and how many bytes; ascending.
    inserted: Vec<(usize, usize)>,
}

impl Instrumented {
    /// The byte of the template as written that a byte of the instrumented text is; `Err` with the byte
    /// before which it was inserted, if it was.
    pub(super) fn original(&self, offset: usize) -> Result<usize, usize> {
        let mut shift = 0;
        for (at, length) in &self.inserted {
            let start = at + shift;
            if offset < start {
                break;
            }
            if offset < start + length {
                return Err(*at);
            }
            shift += length;
        }
        Ok(offset.saturating_sub(shift))
    }
}

impl Outline {
    /// The outline of a template that Tera has parsed.
    pub(super) fn of(text: &str) -> Self {
        let mut outline = Self::default();
        let cut = pieces(text);
        let mut marked = usize::MAX;
        let mut line = 0;
        let mut counted = 0;
        let mut loops: Vec<(usize, usize)> = Vec::new();
        let mut component: Option<Definition> = None;
        let extends =
            cut.iter().any(|piece| matches!(piece, Piece::Tag(code) if word(text, code, 0) == "extends"));
        if !extends {
            outline.code.push(Edit::new(0, format!("{{{{ {} | {STEP} }}}}", text.len())));
        }
        for piece in &cut {
            match piece {
                Piece::Text(range) | Piece::Raw(range) => {
                    for (offset, byte) in text.bytes().enumerate().take(range.end).skip(range.start) {
                        line += newlines(text, counted..offset);
                        counted = offset;
                        if !byte.is_ascii_whitespace() && marked != line {
                            marked = line;
                            outline.marks.push(offset..line_end(text, offset));
                        }
                    }
                }
                Piece::Output(code) => {
                    line += newlines(text, counted..code.range.start);
                    counted = code.range.start;
                    if !code.trims_before {
                        marked = line;
                        outline.marks.push(code.range.clone());
                    }
                    let uses = component.as_mut().map_or(&mut outline.uses, |component| &mut component.uses);
                    Scan::new(text, code, 0, &mut outline.code, uses).output();
                }
                Piece::Tag(code) => {
                    outline.tag(text, code, &mut component, &mut loops);
                }
            }
        }
        outline
    }

    fn tag(
        &mut self,
        text: &str,
        code: &Code,
        component: &mut Option<Definition>,
        loops: &mut Vec<(usize, usize)>,
    ) {
        let uses = component.as_mut().map_or(&mut self.uses, |component| &mut component.uses);
        let scan = |at: usize, edits, uses| Scan::new(text, code, at, edits, uses);
        match word(text, code, 0) {
            "if" | "elif" => scan(1, &mut self.code, uses).condition(),
            "for" => {
                let into = (1..code.tokens.len()).find(|at| word(text, code, *at) == "in");
                scan(into.map_or(code.tokens.len(), |at| at + 1), &mut self.code, uses).condition();
                loops.push((self.code.len(), code.range.end));
                self.step(code, 0);
            }
            "endfor" => {
                if let Some((edit, start)) = loops.pop()
                    && let Some(edit) = self.code.get_mut(edit)
                {
                    let body = code.range.start.saturating_sub(start);
                    edit.text = edit.text.replacen(" 0 |", &format!(" {body} |"), 1);
                }
            }
            "set" | "set_global" if word(text, code, 2) == "=" => {
                scan(3, &mut self.code, uses).binding();
            }
            "set" | "set_global" => {
                if let Some(name) = code.tokens.get(1) {
                    self.code.push(Edit::new(name.range.end, format!(" | {CAPTURED}")));
                }
                if code.tokens.len() > 2 {
                    scan(2, &mut self.code, uses).filters();
                }
            }
            "filter" => scan(1, &mut self.code, uses).filters(),
            "include" => uses.extend(named(text, code, UseKind::Include)),
            "extends" => uses.extend(named(text, code, UseKind::Extends)),
            "component" => {
                let end = (1..code.tokens.len()).find(|at| word(text, code, *at) == "(").unwrap_or(1);
                if let (Some(first), Some(last)) =
                    (code.tokens.get(1), code.tokens.get(end.saturating_sub(1)))
                {
                    let range = first.range.start..last.range.end;
                    let name = text.get(range.clone()).unwrap_or("").to_owned();
                    *component = Some(Definition { name, range, uses: Vec::new() });
                }
                self.step(code, text.len());
            }
            "endcomponent" => self.components.extend(component.take()),
            "<" => scan(0, &mut self.code, uses).call(),
            _ => {}
        }
    }

    /// Counts a step where a tag ends, without a trace in the output.
    fn step(&mut self, code: &Code, bytes: usize) {
        let dash = if code.trims_after { "-" } else { "" };
        self.code.push(Edit::new(code.range.end, format!("{{{{ {bytes} | {STEP} {dash}}}}}")));
    }

    /// What the markers stand for, in their order.
    pub(super) fn marks(&self) -> &[Range<usize>] {
        &self.marks
    }

    /// The template with everything inserted; its markers are numbered from `first`.
    pub(super) fn instrument(&self, text: &str, first: usize) -> Instrumented {
        let marks = self.marks.iter().enumerate();
        let marks = marks.map(|(index, at)| Edit::new(at.start, marker::line(first + index)));
        // Sorting is stable: what belongs to the end of a piece comes before what belongs to the next.
        let mut edits: Vec<Edit> = self.code.iter().cloned().chain(marks).collect();
        edits.sort_by_key(|edit| edit.at);
        let mut done = 0;
        let mut out = String::with_capacity(text.len() * 2);
        let mut inserted = Vec::with_capacity(edits.len());
        for edit in edits {
            out.push_str(text.get(done..edit.at).unwrap_or(""));
            out.push_str(&edit.text);
            inserted.push((edit.at, edit.text.len()));
            done = edit.at;
        }
        out.push_str(text.get(done..).unwrap_or(""));
        Instrumented { text: out, inserted }
    }
}

/// The end of the line that holds the byte at `offset`, without white space.
fn line_end(text: &str, offset: usize) -> usize {
    let line = text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or("");
    offset + line.trim_end().len()
}

fn newlines(text: &str, range: Range<usize>) -> usize {
    text.as_bytes().get(range).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

fn word<'a>(text: &'a str, code: &Code, at: usize) -> &'a str {
    code.tokens.get(at).and_then(|token| text.get(token.range.clone())).unwrap_or("")
}

/// The name that `include` or `extends` gives.
fn named(text: &str, code: &Code, kind: UseKind) -> Option<Use> {
    let token = code.tokens.get(1)?;
    let range = token.range.start + 1..token.range.end.saturating_sub(1);
    Some(Use { kind, name: text.get(range.clone())?.to_owned(), range })
}
