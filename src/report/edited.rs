//! What `set` says of a value that it set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// The most names of clusters or units that a line has.
const MOST_NAMES: usize = 8;

/// Lines: which units render something else, and where. `None` where that is not known.
pub fn reach(reach: Option<&BTreeMap<BTreeSet<Arc<str>>, BTreeSet<String>>>) -> String {
    match reach {
        None => "what it changes is not known: the templates cannot be read\n".to_owned(),
        Some(reach) if reach.is_empty() => "changes nothing that is rendered\n".to_owned(),
        Some(reach) => {
            let line = |(clusters, units): (&BTreeSet<Arc<str>>, &BTreeSet<String>)| {
                let (units, clusters) =
                    (some(units.iter().map(String::as_str)), some(clusters.iter().map(|name| &**name)));
                format!("changes {units} on {clusters}\n")
            };
            reach.iter().map(line).collect()
        }
    }
}

/// The first names, and how many there are beside them.
fn some<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown: Vec<_> = names.take(MOST_NAMES).map(one_line).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", shown.join(", "))
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
