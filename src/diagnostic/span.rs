//! Places in source text.

use std::ops::Range;
use std::sync::Arc;

use super::secrets::Secrets;

/// One file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in one file. Offsets are those of the text as the [`SourceMap`] holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `range` in `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The bytes it covers.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place as a person counts it: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text that spans point into.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: Arc<str>,
    /// The path from the root, of a file below it.
    below: Option<Arc<str>>,
    text: Arc<str>,
    /// The offset at which each line begins.
    lines: Arc<[usize]>,
}

impl SourceFile {
    /// The path as a person would type it from the root, or a description such as `--var image`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path from the root, without a revision before it; `None` for what is no file of the root, such as
    /// `--var image`.
    pub fn below_root(&self) -> Option<&str> {
        self.below.as_deref()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, to be held while others are added.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }
}

/// Every text that was read, so that a [`Span`] can be shown.
///
/// Holds at most 2^32 files of less than 4 GiB each; `source` caps both far below.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    hidden: Vec<Span>,
    secrets: Secrets,
}

impl SourceMap {
    /// Adds a text that is no file of the root, such as the value of a `--var`, and returns its id.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(path.into(), None, text.into())
    }

    /// Adds the text of a file of the root: `below` is its path from there, `shown` what a person reads.
    pub fn add_file(
        &mut self,
        below: impl Into<Arc<str>>,
        shown: impl Into<Arc<str>>,
        text: impl Into<Arc<str>>,
    ) -> FileId {
        self.push(shown.into(), Some(below.into()), text.into())
    }

    fn push(&mut self, path: Arc<str>, below: Option<Arc<str>>, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let lines =
            std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect();
        self.files.push(SourceFile { path, below, text, lines });
        id
    }

    /// The first file of the root that was added.
    pub fn first_file(&self) -> Option<FileId> {
        let first = self.files.iter().position(|file| file.below.is_some())?;
        u32::try_from(first).ok().map(FileId)
    }

    /// The file of the root at this path, if it was added.
    pub fn at_path(&self, below: &str) -> Option<FileId> {
        let at = self.files.iter().position(|file| file.below.as_deref() == Some(below))?;
        u32::try_from(at).ok().map(FileId)
    }

    /// The file with this id, if it belongs to this map.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Marks a range as secret: [`SourceMap::visible`] shows asterisks in its place.
    pub fn hide(&mut self, span: Span) {
        self.hidden.push(span);
    }

    /// Marks a text as secret: nothing that is printed may show it, wherever it comes from.
    pub fn keep_secret(&mut self, text: &str) {
        self.secrets.add(text);
    }

    /// The texts that are secret.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The text of a file with every hidden range overwritten by `*`, byte for byte, so that offsets
    /// still hold. Line breaks stay.
    pub fn visible(&self, id: FileId) -> String {
        let Some(file) = self.file(id) else { return String::new() };
        let mut bytes = file.text.as_bytes().to_vec();
        for span in self.hidden.iter().filter(|span| span.file == id) {
            let end = (span.end as usize).min(bytes.len());
            let start = (span.start as usize).min(end);
            for byte in &mut bytes[start..end] {
                if *byte != b'\n' {
                    *byte = b'*';
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The text that a span covers; empty if it does not belong to this map.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).and_then(|file| file.text.get(span.range())).unwrap_or("")
    }

    /// Line and column of the first byte of a span.
    pub fn position(&self, span: Span) -> Position {
        let Some(file) = self.file(span.file) else { return Position { line: 1, column: 1 } };
        let mut start = (span.start as usize).min(file.text.len());
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        let line = file.lines.partition_point(|begin| *begin <= start);
        let begin = file.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = file.text.get(begin..start).map_or(1, |before| before.chars().count() + 1);
        Position { line: line.max(1), column }
    }

    /// `path:line:column` of a span.
    pub fn locate(&self, span: Span) -> String {
        let Position { line, column } = self.position(span);
        let path = self.file(span.file).map_or("?", SourceFile::path);
        format!("{path}:{line}:{column}")
    }
}
