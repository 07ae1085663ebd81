//! From the text of a file to its parsed structures; every syntax error of the file at once.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::Expression;
use hcl_edit::parser::{parse_body, parse_expr};
use hcl_edit::structure::Structure;

use super::block::shown;
use super::codes;
use super::format::{secrets, secrets_of_broken};
use super::heredoc::flush_heredocs;
use super::outline::{Outline, Unclosed, outline};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, SourceFile, SourceMap, Span};

/// The structures of a file. Those with a syntax error are left out and told to `problems`.
/// What is secret in it is kept so from here on.
pub fn read(file: FileId, map: &mut SourceMap, problems: &mut Diagnostics) -> Vec<Structure> {
    let text = map.file(file).map_or_else(|| Arc::from(""), SourceFile::shared);
    let text = &*text;
    if let Some(problem) = forbidden_character(file, text) {
        hide_broken(file, text, map);
        problems.push(problem);
        return Vec::new();
    }
    if let Ok(mut body) = parse_body(text) {
        keep_secrets(file, text, map);
        flush_heredocs(&mut body, text);
        return body.into_iter().collect();
    }
    hide_broken(file, text, map);
    if let Some((what, at, help)) = another_language(text) {
        problems.push(
            Diagnostic::error(codes::SYNTAX, format!("this file is {what}, not HCL"))
                .at(Span::new(file, at), "an HCL file begins with a block or an argument")
                .help(help),
        );
        return Vec::new();
    }
    let outline = outline(text);
    let mut found = Vec::new();
    let mut sound = text.as_bytes().to_vec();
    for item in &outline.items {
        let Some(error) = text.get(item.clone()).and_then(|alone| parse_body(&format!("{alone}\n")).err())
        else {
            continue;
        };
        let open: Vec<_> = outline.unclosed.iter().filter(|open| item.contains(&open.opener.start)).collect();
        if open.is_empty() {
            let offset = item.start + error.location().offset();
            found.extend(syntax_errors(file, text, &outline, item, offset, error.message()));
        }
        found.extend(open.into_iter().map(|open| not_closed(file, text, open)));
        // Blanked out rather than cut out, so that every offset stays that of the file.
        sound[item.clone()].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    let sound = String::from_utf8_lossy(&sound);
    let parsed = parse_body(&sound);
    if found.is_empty() {
        // An unclosed comment belongs to no structure.
        found.extend(outline.unclosed.iter().map(|open| not_closed(file, text, open)));
    }
    let structures = match parsed {
        Ok(mut body) => {
            flush_heredocs(&mut body, &sound);
            body.into_iter().collect()
        }
        // The parts parse alone and the whole does not: two structures define the same name.
        Err(error) => {
            let (whole, offset) = (0..text.len(), error.location().offset());
            found.extend(syntax_errors(file, text, &outline, &whole, offset, error.message()));
            Vec::new()
        }
    };
    found.into_iter().for_each(|problem| problems.push(problem));
    structures
}

/// Hides what is secret in a text that parses, and keeps its literals from being told, as they are written and as what
/// they say.
pub fn keep_secrets(file: FileId, text: &str, map: &mut SourceMap) {
    for secret in secrets(text) {
        for literal in secret.literals.into_iter().filter_map(|at| text.get(at)) {
            map.keep_secret(literal.trim_end_matches('\n'));
            if let Ok(Expression::String(said)) = parse_expr(&format!("\"{literal}\"")) {
                map.keep_secret(said.value());
            }
        }
        map.hide(Span::new(file, secret.at));
    }
}

fn hide_broken(file: FileId, text: &str, map: &mut SourceMap) {
    secrets_of_broken(text).into_iter().for_each(|at| map.hide(Span::new(file, at)));
}

/// What a text is that is not HCL at all, its first sign, and what to do.
fn another_language(text: &str) -> Option<(&'static str, Range<usize>, &'static str)> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"');
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let blank = line.len() - line.trim_start().len();
        let content = line.trim();
        let at = start + blank;
        start += line.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let table = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let section =
            table.is_some_and(|name| name.starts_with(char::is_alphabetic) && name.chars().all(is_word));
        let (key, value) = content.split_once(':').unwrap_or(("", "x"));
        let yaml =
            !key.is_empty() && key.chars().all(is_word) && (value.is_empty() || value.starts_with(' '));
        return if content.starts_with('{') || content.starts_with('[') && !section {
            Some(("JSON", at..at + 1, "write the fleet in HCL's own syntax; the JSON form is not read"))
        } else if section {
            Some(("TOML", at..at + content.len(), "write the fleet in HCL: `cluster \"NAME\" { … }`"))
        } else if yaml || content == "---" {
            let end = at + if yaml { key.len() + 1 } else { content.len() };
            Some((
                "YAML",
                at..end,
                "name manifests in the `manifests` of a component; the fleet itself is HCL",
            ))
        } else {
            None
        };
    }
    None
}

fn not_closed(file: FileId, text: &str, unclosed: &Unclosed) -> Diagnostic {
    let opener = text.get(unclosed.opener.clone()).unwrap_or("");
    let what = match opener {
        "\"" => "string",
        "/*" => "comment",
        "${" => "interpolation",
        "%{" if unclosed.end.is_some() => "directive",
        "%{" => "interpolation",
        _ if opener.starts_with("<<") => "heredoc",
        _ => "bracket",
    };
    let close = match opener {
        _ if unclosed.end.is_some() => format!("%{{ {} }}", unclosed.end.unwrap_or_default()),
        "\"" => "\"".to_owned(),
        "/*" => "*/".to_owned(),
        "{" | "${" | "%{" => "}".to_owned(),
        "[" => "]".to_owned(),
        "(" => ")".to_owned(),
        _ => opener.trim_start_matches(['<', '-']).to_owned(),
    };
    let mut problem = Diagnostic::error(codes::UNCLOSED, format!("unclosed {what}"))
        .at(Span::new(file, unclosed.opener.clone()), "opened here")
        .help(match what {
            "heredoc" => format!("end it with a line that holds `{close}` alone"),
            _ => format!("close it with `{close}`"),
        });
    problem = match &unclosed.found {
        Some(found) if found.is_empty() => {
            problem.at(Span::new(file, found.clone()), format!("expected `{close}` before the line ends"))
        }
        Some(found) => problem.at(Span::new(file, found.clone()), format!("expected `{close}` here")),
        None => problem.note("the file ends before it is closed"),
    };
    problem
}

/// What the parser stopped at. Where that is a name set twice, each one of the structure that is.
fn syntax_errors(
    file: FileId,
    text: &str,
    outline: &Outline,
    item: &Range<usize>,
    offset: usize,
    message: &str,
) -> Vec<Diagnostic> {
    let offset = offset.min(text.len());
    let repeated = outline.repeated(text, item);
    if !repeated.iter().any(|(_, second)| second.contains(&offset)) {
        return vec![syntax_error(file, text, offset, message)];
    }
    let set_twice = |(first, second): (Range<usize>, Range<usize>)| {
        let name = shown(text.get(second.clone()).unwrap_or(""));
        Diagnostic::error(codes::DUPLICATE, format!("`{name}` is set twice"))
            .at(Span::new(file, second), "set again here")
            .at(Span::new(file, first), "first set here")
            .help("keep one of the two")
    };
    repeated.into_iter().map(set_twice).collect()
}

fn syntax_error(file: FileId, text: &str, offset: usize, message: &str) -> Diagnostic {
    let found = text[offset..].chars().next();
    let end = found.map_or(offset, |c| offset + c.len_utf8());
    let before = text[..offset].trim_end();
    let number = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    if number > 0 && text[offset..].starts_with(['e', 'E']) {
        let rest = &text[offset + 1..];
        let exponent = rest.find(|c: char| !c.is_ascii_digit() && c != '+').unwrap_or(rest.len());
        return Diagnostic::error(codes::SYNTAX, "syntax error: this number is too large")
            .at(Span::new(file, offset - number..offset + 1 + exponent), "cannot be held exactly")
            .help("numbers go from -2^63 to 2^63-1; a larger one can be kept as a string, in quotes");
    }
    let (message, help) = match (message, found) {
        ("unexpected token", _) => ("unexpected token in this structure".to_owned(), None),
        (message, _) if message.contains("nesting depth") => {
            let allowed = message.split("; expected ").nth(1).unwrap_or("less");
            (
                format!("nested too deeply; allowed: {allowed}"),
                Some("move the inner parts into locals of their own"),
            )
        }
        (message, _) if message.contains("chained binary operators") => {
            let allowed = message.split("; expected ").nth(1).unwrap_or("less");
            (format!("too long an expression; allowed: {allowed}"), Some("split it over several locals"))
        }
        (message, Some('\'')) => (message.to_owned(), Some("strings stand in double quotes")),
        (message, Some(found @ ('“' | '”' | '„' | '‘' | '’'))) => (
            format!("{message}; found {}", described(found)),
            Some("strings stand in straight double quotes: \""),
        ),
        (message, Some(found)) if !found.is_ascii() => {
            let help = "replace it by what is meant; it may look like a blank, or like nothing at all";
            (format!("{message}; found {}", described(found)), Some(help))
        }
        (message, _) => (message.to_owned(), None),
    };
    Diagnostic::error(codes::SYNTAX, format!("syntax error: {message}"))
        .at(Span::new(file, offset..end), "here")
        .help(help.unwrap_or("see the language reference in fleet/README.md"))
}

fn described(c: char) -> String {
    let shown = if c.is_alphanumeric() { format!("'{c}', ") } else { String::new() };
    format!("{shown}U+{:04X}", u32::from(c))
}

/// Characters that a reader cannot see, or that editors disagree about.
fn forbidden_character(file: FileId, text: &str) -> Option<Diagnostic> {
    let (offset, found) = text.char_indices().find(|(_, c)| {
        matches!(
            c,
            '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'..='\u{9f}' | '\u{feff}' | '\u{2028}' | '\u{2029}'
                | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
    })?;
    let what = match found {
        '\r' => "a carriage return without a line feed",
        '\0' => "a NUL character",
        '\u{feff}' => "a byte order mark in the middle of a file",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "a line break that HCL does not know",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a character that reorders the text around it",
        _ => "a control character",
    };
    let byte = offset - text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let help = match found {
        '\0' if text.bytes().filter(|byte| *byte == 0).count() > text.len() / 3 => {
            "the file looks like UTF-16: save it as UTF-8".to_owned()
        }
        '\r' => "end lines with a line feed, or with both".to_owned(),
        _ => format!("remove it; in a string, write it as the escape \\u{:04X}", u32::from(found)),
    };
    Some(
        Diagnostic::error(codes::CHARACTER, format!("{what}: U+{:04X}", u32::from(found)))
            .at(Span::new(file, offset..offset + found.len_utf8()), format!("at byte {byte} of this line"))
            .help(help),
    )
}
