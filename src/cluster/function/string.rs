//! Functions over strings. What is counted as a character is what a reader sees as one: a grapheme cluster (UAX #29).

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use super::arguments::{Arguments, Failure, flag, list, string};
use super::{Function, Reads, format, pattern};
use crate::cluster::eval::limit::{self, Text};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chomp", &["text"], Reads::Everything, chomp),
    Function::new("endswith", &["text", "suffix"], Reads::Everything, endswith),
    Function::new("format", &["format"], Reads::Everything, format::format).rest("values"),
    Function::new("formatlist", &["format"], Reads::Everything, format::formatlist).rest("values"),
    Function::new("indent", &["spaces", "text"], Reads::Everything, indent),
    Function::new("join", &["separator", "list"], Reads::Everything, join).rest("lists"),
    Function::new("lower", &["text"], Reads::Everything, lower),
    Function::new("replace", &["text", "substring", "replacement"], Reads::Everything, replace)
        .costing(pattern::STEPS),
    Function::new("split", &["separator", "text"], Reads::Everything, split),
    Function::new("startswith", &["text", "prefix"], Reads::Everything, startswith),
    Function::new("strcontains", &["text", "substring"], Reads::Everything, strcontains),
    Function::new("strrev", &["text"], Reads::Everything, strrev),
    Function::new("substr", &["text", "offset", "length"], Reads::Everything, substr),
    Function::new("title", &["text"], Reads::Everything, title),
    Function::new("trim", &["text", "characters"], Reads::Everything, trim),
    Function::new("trimprefix", &["text", "prefix"], Reads::Everything, trimprefix),
    Function::new("trimspace", &["text"], Reads::Everything, trimspace),
    Function::new("trimsuffix", &["text", "suffix"], Reads::Everything, trimsuffix),
    Function::new("upper", &["text"], Reads::Everything, upper),
];

/// Without line breaks at the end.
fn chomp(arguments: &Arguments) -> Result<Value, Failure> {
    string(arguments.text(0)?.trim_end_matches(['\r', '\n']))
}

fn startswith(arguments: &Arguments) -> Result<Value, Failure> {
    flag(arguments.text(0)?.starts_with(&*arguments.text(1)?))
}

fn endswith(arguments: &Arguments) -> Result<Value, Failure> {
    flag(arguments.text(0)?.ends_with(&*arguments.text(1)?))
}

fn strcontains(arguments: &Arguments) -> Result<Value, Failure> {
    flag(arguments.text(0)?.contains(&*arguments.text(1)?))
}

/// Spaces before every line but the first.
fn indent(arguments: &Arguments) -> Result<Value, Failure> {
    let (spaces, source) = (arguments.count(0)?, arguments.text(1)?);
    let mut text = Text::default();
    for (index, line) in source.split_inclusive('\n').enumerate() {
        if index > 0 {
            text.repeat(" ", spaces)?;
        }
        text.push(line)?;
    }
    if source.ends_with('\n') {
        text.repeat(" ", spaces)?;
    }
    string(text.into_string())
}

fn join(arguments: &Arguments) -> Result<Value, Failure> {
    let separator = arguments.text(0)?;
    let mut text = Text::default();
    let mut first = true;
    for index in 1..arguments.len() {
        for item in arguments.texts(index)? {
            if !first {
                text.push(&separator)?;
            }
            first = false;
            text.push(&item)?;
        }
    }
    string(text.into_string())
}

/// The parts between separators; the code points, for an empty separator.
fn split(arguments: &Arguments) -> Result<Value, Failure> {
    let (separator, text) = (arguments.text(0)?, arguments.text(1)?);
    let mut parts = Vec::new();
    if separator.is_empty() {
        for c in text.chars() {
            limit::elements(parts.len() + 1)?;
            parts.push(Value::string(c.to_string()));
        }
    } else {
        for part in text.split(&*separator) {
            limit::elements(parts.len() + 1)?;
            parts.push(Value::string(part));
        }
    }
    list(parts)
}

/// Every occurrence of a substring replaced, or every match of a pattern between slashes.
fn replace(arguments: &Arguments) -> Result<Value, Failure> {
    let (source, substring, replacement) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    if let Some(pattern) = substring.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        let pattern = pattern::compiled(pattern, arguments, 1)?;
        return string(pattern::replace(&pattern, &source, &replacement)?);
    }
    let mut text = Text::default();
    let mut end = 0;
    for (start, found) in source.match_indices(&*substring) {
        text.push(source.get(end..start).unwrap_or(""))?;
        text.push(&replacement)?;
        end = start + found.len();
    }
    text.push(source.get(end..).unwrap_or(""))?;
    string(text.into_string())
}

/// `length` characters from `offset`; a negative offset counts from the end, a negative length means the rest.
fn substr(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let (offset, length) = (arguments.whole(1)?, arguments.whole(2)?);
    let skipped = match usize::try_from(offset) {
        Ok(offset) => offset,
        Err(_) => {
            let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            source.graphemes(true).count().saturating_sub(back)
        }
    };
    let taken = usize::try_from(length).unwrap_or(usize::MAX);
    string(source.graphemes(true).skip(skipped).take(taken).collect::<String>())
}

fn strrev(arguments: &Arguments) -> Result<Value, Failure> {
    string(arguments.text(0)?.graphemes(true).rev().collect::<String>())
}

/// Letter by letter: `İ` becomes `i` without the dot above that Unicode keeps, as in Terraform.
fn lower(arguments: &Arguments) -> Result<Value, Failure> {
    cased(arguments, |c| c.to_lowercase().next().unwrap_or(c))
}

/// A letter that has no single capital, such as `ß`, stays, as in Terraform.
fn upper(arguments: &Arguments) -> Result<Value, Failure> {
    cased(arguments, capital)
}

fn cased(arguments: &Arguments, case: fn(char) -> char) -> Result<Value, Failure> {
    string(arguments.text(0)?.chars().map(case).collect::<String>())
}

fn capital(c: char) -> char {
    single(c, c.to_uppercase())
}

/// The one character that `c` becomes, or `c` where it would become several.
fn single(c: char, mut becomes: impl Iterator<Item = char>) -> char {
    match (becomes.next(), becomes.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// A capital at the start of every word.
fn title(arguments: &Arguments) -> Result<Value, Failure> {
    let mut text = Text::default();
    let mut in_word = false;
    for c in arguments.text(0)?.chars() {
        text.push_char(if in_word { c } else { capital(c) })?;
        in_word = if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { !c.is_whitespace() };
    }
    string(text.into_string())
}

fn trim(arguments: &Arguments) -> Result<Value, Failure> {
    let characters: BTreeSet<char> = arguments.text(1)?.chars().collect();
    string(arguments.text(0)?.trim_matches(|c| characters.contains(&c)))
}

fn trimprefix(arguments: &Arguments) -> Result<Value, Failure> {
    let (text, prefix) = (arguments.text(0)?, arguments.text(1)?);
    string(text.strip_prefix(&*prefix).unwrap_or(&text))
}

fn trimsuffix(arguments: &Arguments) -> Result<Value, Failure> {
    let (text, suffix) = (arguments.text(0)?, arguments.text(1)?);
    string(text.strip_suffix(&*suffix).unwrap_or(&text))
}

fn trimspace(arguments: &Arguments) -> Result<Value, Failure> {
    string(arguments.text(0)?.trim())
}
