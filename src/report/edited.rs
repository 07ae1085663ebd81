//! What `set` says of a value that it set.

use super::escape::one_line;
use crate::fleet::Edited;

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 200;

/// A line: where, what it was, and what it is; neither where it is a secret.
pub fn line(path: &str, line: usize, field: &str, edited: &Edited) -> String {
    let shown = |value: &str| match edited.is_secret {
        true => "(sensitive)".to_owned(),
        false => short(value),
    };
    let what = match &edited.before {
        _ if !edited.is_changed() => "unchanged".to_owned(),
        Some(before) => format!("{} -> {}", shown(before), shown(&edited.after)),
        None => format!("added {}", shown(&edited.after)),
    };
    format!("{}:{line}: {}: {what}\n", one_line(path), one_line(field))
}

fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let value = if value.contains('\n') { line.as_str() } else { value };
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", one_line(value.get(..end).unwrap_or_default())),
        None => one_line(value).into_owned(),
    }
}

/// A word as a shell takes it.
pub fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,…".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
