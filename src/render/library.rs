//! The templates of a fleet: read, checked and cut.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::Tera;

use super::codes;
use super::marker;
use super::syntax;
use super::template::Outline;
use crate::cluster::Named;
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, SourceMap, Span};
use crate::source::{RelPath, Sources};

/// One template.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// Its path below the template root: the name that `include` gives.
    pub name: String,
    /// Its file.
    pub path: RelPath,
    /// Its text in the source map.
    pub file: FileId,
    /// The text, lines ended by `\n`.
    pub text: Arc<str>,
    /// What it holds.
    pub outline: Outline,
}

/// All templates below the root, and those that units name elsewhere; sorted by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Library {
    templates: Vec<Template>,
    by_name: BTreeMap<String, usize>,
    by_path: BTreeMap<RelPath, usize>,
}

impl Library {
    /// Reads and parses the templates. Every one that is at fault has its error.
    pub(super) fn load(
        root: &RelPath,
        named: &Named,
        sources: &Sources,
        map: &mut SourceMap,
        parser: &Tera,
    ) -> (Self, Diagnostics) {
        let mut problems = Diagnostics::new();
        let mut library = Self::default();
        for (path, named_at) in paths(root, named, sources, &mut problems) {
            let text = match sources.read(&path) {
                Ok(text) => text,
                Err(error) => {
                    problems.push(unreadable(&error, named_at));
                    continue;
                }
            };
            let shown = sources.shown(&path);
            let (file, text) = match lines(&text) {
                Ok(text) => (map.add_file(path.as_str(), shown, text.clone()), text),
                Err((offset, found)) => {
                    let file = map.add_file(path.as_str(), shown, text.clone());
                    problems.push(character(file, offset, found));
                    continue;
                }
            };
            let name = path.below(root).unwrap_or(path.as_str()).to_owned();
            if let Some(problem) = syntax::check(parser, &name, file, &text) {
                problems.push(problem);
                continue;
            }
            let outline = Outline::of(&text);
            library.by_name.insert(name.clone(), library.templates.len());
            library.by_path.insert(path.clone(), library.templates.len());
            library.templates.push(Template { name, path, file, text, outline });
        }
        (library, problems)
    }

    /// All of them.
    pub(super) fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// The number of the template with this name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The number of the template in this file.
    pub(super) fn in_file(&self, path: &RelPath) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The template with this number.
    pub(super) fn get(&self, number: usize) -> Option<&Template> {
        self.templates.get(number)
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

/// The files to read, and which expression names them, if one does.
fn paths(
    root: &RelPath,
    named: &Named,
    sources: &Sources,
    problems: &mut Diagnostics,
) -> BTreeMap<RelPath, Option<Span>> {
    let mut found = named.templates.clone();
    if !found.is_empty() && sources.exists(root) {
        match sources.list(root) {
            Ok(below) => {
                for path in below.into_iter().filter(is_template) {
                    found.entry(path).or_insert(None);
                }
            }
            Err(error) => problems.push(unreadable(&error, None)),
        }
    }
    found
}

fn is_template(path: &RelPath) -> bool {
    let name = path.file_name();
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A file that cannot be read.
pub(super) fn unreadable(error: &crate::source::Error, named_at: Option<Span>) -> Diagnostic {
    let help = error.next_step().unwrap_or(
        "templates and manifests are files of the repository; look at the path, or at what stands there",
    );
    let diagnostic = Diagnostic::error(codes::UNREADABLE, error.to_string()).help(help);
    match named_at {
        Some(span) => diagnostic.at(span, "named here"),
        None => diagnostic,
    }
}

/// The text with `\n` as the end of every line, or the first character that may not stand in it.
pub(super) fn lines(text: &Arc<str>) -> Result<Arc<str>, (usize, char)> {
    let mut chars = text.char_indices().peekable();
    let mut carriage_returns = false;
    while let Some((offset, found)) = chars.next() {
        match found {
            '\n' | '\t' => {}
            '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => carriage_returns = true,
            found if found.is_control() || found == '\u{feff}' || marker::RESERVED.contains(&found) => {
                return Err((offset, found));
            }
            _ => {}
        }
    }
    Ok(if carriage_returns { Arc::from(text.replace("\r\n", "\n")) } else { text.clone() })
}

/// A character that may not stand in a template or manifest.
pub(super) fn character(file: FileId, offset: usize, found: char) -> Diagnostic {
    let message = format!("the character U+{:04X} at byte {offset} may not stand here", u32::from(found));
    Diagnostic::error(codes::CHARACTER, message)
        .at(Span::new(file, offset..offset + found.len_utf8()), "")
        .help("take it out; in a string that needs it, write it as an escape in the fleet and use `| quote`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_made_one_and_strange_characters_found() {
        let lines = |text: &str| lines(&Arc::from(text)).map(|text| text.to_string());
        assert_eq!(lines("a\r\nb\tü\n"), Ok("a\nb\tü\n".to_owned()));
        assert_eq!(lines("a\rb"), Err((1, '\r')));
        assert_eq!(lines("ab\0"), Err((2, '\0')));
        assert_eq!(lines("\u{85}"), Err((0, '\u{85}')));
        assert_eq!(lines("x\u{feff}"), Err((1, '\u{feff}')));
        assert_eq!(lines("x\u{fdd3}"), Err((1, '\u{fdd3}')));
    }
}
