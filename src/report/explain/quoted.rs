//! Pieces of source text, as one line shows them: short, without secrets.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{FileId, SourceMap, Span};
use crate::object::MASK;
use crate::report::escape::one_line;

/// The longest piece, in characters.
const LONGEST: usize = 100;

/// Source text as it may be shown.
pub struct Quoted<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    visible: RefCell<BTreeMap<FileId, String>>,
}

impl<'a> Quoted<'a> {
    /// Of these texts.
    pub fn new(sources: &'a SourceMap) -> Self {
        Self { sources, visible: RefCell::default() }
    }

    /// The text of a span: its first line, with `…` for more.
    pub fn span(&self, span: Span) -> String {
        self.piece(span.file, |text| text.get(span.range()).unwrap_or_default().to_owned())
    }

    /// The line that a span begins on.
    pub fn line(&self, span: Span) -> String {
        self.piece(span.file, |text| {
            let start = (span.start as usize).min(text.len());
            let begin = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            text.get(begin..).and_then(|rest| rest.lines().next()).unwrap_or_default().to_owned()
        })
    }

    /// The same for a line that gives a secret field: its key alone, unless it takes the value from elsewhere.
    pub fn secret_line(&self, span: Span) -> String {
        let line = self.line(span);
        let is_reference = line.contains("{{") && !line.contains(['"', '\'', '`']);
        match line.split_once(':') {
            _ if is_reference => line,
            Some((key, _)) => format!("{key}: {MASK}"),
            None => MASK.to_owned(),
        }
    }

    /// A value without secrets.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.sources.secrets().hide(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), self.value(item))).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn piece(&self, file: FileId, cut: impl Fn(&str) -> String) -> String {
        let mut visible = self.visible.borrow_mut();
        let text = cut(visible.entry(file).or_insert_with(|| self.sources.visible(file)));
        if !text.is_empty() && text.chars().all(|c| c == '*' || c == '\n') {
            return MASK.to_owned();
        }
        let text = self.sources.secrets().hide(&text);
        short(&one_line_of(&text))
    }

    /// `FILE:LINE`, or the name of what is no file.
    pub fn place(&self, span: Span) -> String {
        let Some(file) = self.sources.file(span.file) else { return "?".to_owned() };
        let path = one_line(file.path()).into_owned();
        match file.below_root() {
            Some(_) => format!("{path}:{}", self.sources.position(span).line),
            None => path,
        }
    }
}

/// The first line of a text, with `…` for more.
fn one_line_of(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    let more = if lines.next().is_some() { " …" } else { "" };
    format!("{}{more}", one_line(first.trim_end()))
}

/// A text, cut where it is too long for a line.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
