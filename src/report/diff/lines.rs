//! A field that differs, as lines.

use serde_json::Value;
use similar::{DiffTag, group_diff_ops};

use crate::diff::{FieldChange, Shown, edits};
use crate::object::MASK;
use crate::report::escape::one_line;
use crate::report::severity::count;
use crate::yaml;

/// How many lines that stay are shown before and after one that differs.
const CONTEXT: usize = 3;

/// The most lines that one value takes.
const MAX_LINES: usize = 240;

/// The most characters of one line.
const MAX_COLUMNS: usize = 400;

/// How many characters that both sides share are shown beside where they differ, if all are too long to be shown.
const MAX_SHARED: usize = 40;

/// How a field is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// What it was and what it is to be, on one line each; none where there is nothing.
    Short(Option<String>, Option<String>),
    /// In lines.
    Long {
        /// Whether they are those of a text, not of YAML.
        is_text: bool,
        /// The lines.
        lines: Vec<Line>,
    },
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub sign: Sign,
    /// Without line breaks and deceptive characters.
    pub text: String,
}

/// Which side a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Both.
    Same,
    /// What was there.
    Removed,
    /// What is to be there.
    Added,
    /// Neither: it says how much is not shown.
    Note,
}

/// How a change of a field is shown. What is cut is counted.
pub(super) fn form(change: &FieldChange) -> Form {
    match (&change.before, &change.after) {
        (Shown::Absent, Shown::Value(value)) => one_sided(value, Sign::Added),
        (Shown::Value(value), Shown::Absent) => one_sided(value, Sign::Removed),
        (Shown::Value(before), Shown::Value(after)) => two_sided(before, after),
        (Shown::Hidden, Shown::Hidden) => short(Some(MASK), Some("(sensitive, another value)")),
        (before, after) => Form::Short(beside_hidden(before), beside_hidden(after)),
    }
}

/// One side of a change in which at least one is hidden.
fn beside_hidden(side: &Shown) -> Option<String> {
    match side {
        Shown::Absent => None,
        Shown::Hidden => Some(MASK.to_owned()),
        Shown::Value(value) => Some(cut(&flow(value))),
    }
}

fn short(before: Option<&str>, after: Option<&str>) -> Form {
    Form::Short(before.map(str::to_owned), after.map(str::to_owned))
}

fn one_sided(value: &Value, sign: Sign) -> Form {
    if is_short(value) {
        let text = Some(cut(&flow(value)));
        return match sign {
            Sign::Removed => Form::Short(text, None),
            Sign::Added | Sign::Same | Sign::Note => Form::Short(None, text),
        };
    }
    let (is_text, lines) = match value {
        Value::String(text) => (true, text_lines(text)),
        value => (false, yaml_lines(value)),
    };
    let lines = lines.iter().map(|text| line(sign, text)).collect();
    Form::Long { is_text, lines: cut_lines(lines) }
}

fn two_sided(before: &Value, after: &Value) -> Form {
    let (a, b) = (flow(before), flow(after));
    let fits = |text: &str| text.chars().nth(MAX_COLUMNS / 4).is_none();
    if is_short(before) && is_short(after) || are_lists(before, after) && fits(&a) && fits(&b) {
        let (a, b) = cut_pair(&a, &b);
        return Form::Short(Some(a), Some(b));
    }
    let (is_text, lines) = match (before, after) {
        (Value::String(a), Value::String(b)) => (true, compared(&text_lines(a), &text_lines(b))),
        _ => (false, compared(&yaml_lines(before), &yaml_lines(after))),
    };
    Form::Long { is_text, lines: cut_lines(lines) }
}

/// Whether a value needs no lines of its own.
fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim_end_matches('\n').contains('\n'),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether both are lists of short values, such as the names of items that changed places.
fn are_lists(before: &Value, after: &Value) -> bool {
    let is_list = |value: &Value| match value {
        Value::Array(items) => items.iter().all(|item| match item {
            Value::Object(map) => map.values().all(is_short),
            item => is_short(item),
        }),
        _ => false,
    };
    is_list(before) && is_list(after)
}

/// A value on one line, as YAML has it.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => yaml::scalar(text).into_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inner).collect::<Vec<_>>().join(", "))
        }
        other => inner(other),
    }
}

/// What stands in a list: a map of scalars as YAML has it, what is deeper as JSON.
fn inner(value: &Value) -> String {
    match value {
        Value::String(text) => yaml::scalar(text).into_owned(),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| match value {
                Value::String(text) => format!("{}: {}", yaml::scalar(key), yaml::scalar(text)),
                other => format!("{}: {other}", yaml::scalar(key)),
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn yaml_lines(value: &Value) -> Vec<String> {
    yaml::emit(value).lines().map(str::to_owned).collect()
}

/// The lines of a text. If its last one does not end with a line break, one that says so comes after it.
fn text_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    match text.ends_with('\n') {
        true => drop(lines.pop()),
        false => lines.push("\\ no line break at the end".to_owned()),
    }
    lines
}

/// The lines that differ, with what stands around them.
fn compared(before: &[String], after: &[String]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut reached = 0;
    let unshown = |lines: &mut Vec<Line>, from: usize, to: usize| {
        if to > from {
            lines.push(note(format!("… {} as before", count(to - from, "line"))));
        }
    };
    for group in group_diff_ops(edits(before, after), CONTEXT) {
        unshown(&mut lines, reached, group.first().map_or(reached, |edit| edit.old_range().start));
        reached = group.last().map_or(reached, |edit| edit.old_range().end);
        for edit in group {
            let old = before.get(edit.old_range()).unwrap_or_default();
            if edit.tag() == DiffTag::Equal {
                lines.extend(old.iter().map(|text| line(Sign::Same, text)));
                continue;
            }
            let new = after.get(edit.new_range()).unwrap_or_default();
            let pairs: Vec<_> = old.iter().zip(new).map(|(old, new)| pair(old, new)).collect();
            let rest = |texts: &[String], sign| -> Vec<Line> {
                texts.iter().skip(pairs.len()).map(|text| line(sign, text)).collect()
            };
            let (old, new) = (rest(old, Sign::Removed), rest(new, Sign::Added));
            lines.extend(pairs.iter().map(|(old, _)| old.clone()).chain(old));
            lines.extend(pairs.into_iter().map(|(_, new)| new).chain(new));
        }
    }
    unshown(&mut lines, reached, before.len());
    lines
}

fn note(text: String) -> Line {
    Line { sign: Sign::Note, text }
}

fn line(sign: Sign, text: &str) -> Line {
    let text = match sign {
        Sign::Removed | Sign::Added => cut(&with_blanks(text)),
        Sign::Same | Sign::Note => cut(text.trim_end_matches(' ')),
    };
    Line { sign, text }
}

/// A line that became another.
fn pair(before: &str, after: &str) -> (Line, Line) {
    let (before, after) = cut_pair(&with_blanks(before), &with_blanks(after));
    (Line { sign: Sign::Removed, text: before }, Line { sign: Sign::Added, text: after })
}

/// A line with the blanks at its end, which nobody would see, written out.
fn with_blanks(text: &str) -> String {
    let seen = text.trim_end_matches(' ');
    format!("{seen}{}", "\\x20".repeat(text.len() - seen.len()))
}

/// At most so many lines: what is cut out of the middle is counted.
fn cut_lines(mut lines: Vec<Line>) -> Vec<Line> {
    if lines.len() > MAX_LINES {
        let end = lines.split_off(lines.len() - MAX_LINES / 4);
        let cut = lines.split_off(MAX_LINES - MAX_LINES / 4 - 1);
        let of = |sign: Sign| cut.iter().filter(|line| line.sign == sign).count();
        let signs = [(of(Sign::Removed), "-"), (of(Sign::Added), "+"), (of(Sign::Same), "as before")];
        let signs = signs.into_iter().filter(|(number, _)| *number > 0);
        let signs: Vec<String> = signs.map(|(number, sign)| format!("{number} {sign}")).collect();
        lines.push(note(format!("… {} not shown ({})", count(cut.len(), "line"), signs.join(", "))));
        lines.extend(end);
    }
    lines
}

/// The text on one line, its middle cut out and counted if it is long.
fn cut(text: &str) -> String {
    let length = text.chars().count();
    if length <= MAX_COLUMNS {
        return one_line(text).into_owned();
    }
    let head: String = text.chars().take(MAX_COLUMNS * 3 / 4).collect();
    let tail: String = text.chars().skip(length - MAX_COLUMNS / 4).collect();
    format!("{}{}{}", one_line(&head), missing(length - MAX_COLUMNS), one_line(&tail))
}

/// Two texts that are not the same, each as [`cut`] has it; where that would hide the difference, what both begin and
/// end with is cut instead. Where they look the same, as only what is written out differs, that is said.
fn cut_pair(before: &str, after: &str) -> (String, String) {
    let is_long = |text: &str| text.chars().nth(MAX_COLUMNS).is_some();
    let (before, after) = match is_long(before) || is_long(after) {
        true => where_they_differ(before, after),
        false => (cut(before), cut(after)),
    };
    let after = if before == after { format!("{after} (another value)") } else { after };
    (before, after)
}

fn where_they_differ(before: &str, after: &str) -> (String, String) {
    let (a, b): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a.iter().skip(start).rev().zip(b.iter().skip(start).rev());
    let end = end.take_while(|(a, b)| a == b).count();
    let (skipped, dropped) = (start.saturating_sub(MAX_SHARED), end.saturating_sub(MAX_SHARED));
    let part = |text: &[char]| {
        let middle: String = text.iter().skip(skipped).take(text.len() - skipped - dropped).collect();
        format!("{}{}{}", missing(skipped), cut(&middle), missing(dropped))
    };
    (part(&a), part(&b))
}

fn missing(characters: usize) -> String {
    match characters {
        0 => String::new(),
        number => format!("…({number} characters)…"),
    }
}
