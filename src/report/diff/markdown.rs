//! A diff as a comment on a pull request: Markdown of limited length.
//!
//! A summary comes first, then what is not known and what stands in the way, then a section for each object. What does
//! not fit is counted, the largest sections first; nothing is cut in the middle.

use std::collections::BTreeMap;

use super::counts::{Counts, summary};
use super::entry::{Entry, Verb};
use super::lines::{Form, Sign, form};
use super::quote::{cell, code, fence, html};
use super::words::{self, Word, Words, aim, path, title};
use super::{Diff, Known};
use crate::diff::{Clusters, FieldChange};
use crate::plan::Judged;
use crate::report::severity::count;

/// The most bytes. GitHub takes 65,536 characters, and there are never more characters than bytes, however they are
/// counted.
const LIMIT: usize = 65_000;

/// The most lines of one fence.
const MAX_LINES: usize = 400;

/// The diff as Markdown of at most 65,000 bytes.
pub fn markdown(diff: &Diff<'_>) -> String {
    within(diff, LIMIT)
}

/// What is to be read where nothing could be compared: these problems, as the text tells them. What does not fit is
/// counted.
pub fn stopped(against: &str, problems: &str) -> String {
    let mut text =
        format!("### fleetwright diff against {}\n\n**nothing could be compared**\n\n", code(against));
    // The marks of the fence, and the last line.
    let mut room = LIMIT.saturating_sub(text.len() + 4096);
    let mut lines: Vec<String> = Vec::new();
    let mut left_out = 0;
    for line in problems.lines() {
        match room.checked_sub(line.len() + 1) {
            Some(rest) if left_out == 0 => {
                room = rest;
                lines.push(line.to_owned());
            }
            Some(_) | None => left_out += 1,
        }
    }
    text.push_str(&fence("text", &lines));
    if left_out > 0 {
        text.push_str(&format!("\n\nand {left_out} more lines"));
    }
    text.push('\n');
    text
}

/// The same of at most so many bytes, of which the heads of all parts must not take more than a fifth.
fn within(diff: &Diff<'_>, limit: usize) -> String {
    let page = Page { all: diff.names() };
    let mut text = format!("### fleetwright diff against {}\n\n**{}**\n", code(&diff.against), summary(diff));
    // Four parts before the objects, and one after them for what was left out.
    let share = limit / 8;
    text.push_str(&page.table(diff, share));
    text.push_str(&page.unknown(diff, share));
    text.push_str(&page.approximate(diff, share));
    text.push_str(&page.blockers(diff, share));
    let told = diff.entries.iter().filter(|entry| !matches!(entry.verb, Verb::Unknown | Verb::Unchanged));
    let sections: Vec<(&Entry<'_>, String)> = told.map(|entry| (entry, page.section(entry))).collect();
    let room = limit.saturating_sub(text.len() + share);
    let (shown, left_out) = largest_out(sections, room);
    shown.iter().for_each(|section| text.push_str(section));
    if !left_out.is_empty() {
        text.push_str(&not_shown(&left_out, share));
    }
    text
}

/// The sections that fit, in their order, and the objects of those that do not: the largest go first.
fn largest_out<'e, 'a>(
    sections: Vec<(&'e Entry<'a>, String)>,
    room: usize,
) -> (Vec<String>, Vec<&'e Entry<'a>>) {
    let mut by_length: Vec<(usize, usize)> =
        sections.iter().enumerate().map(|(place, (_, text))| (text.len(), place)).collect();
    by_length.sort();
    let mut used = 0;
    let fitting = by_length.iter().take_while(|(length, _)| {
        used += length;
        used <= room
    });
    let fitting: std::collections::BTreeSet<usize> = fitting.map(|(_, place)| *place).collect();
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    for (place, (entry, text)) in sections.into_iter().enumerate() {
        match fitting.contains(&place) {
            true => shown.push(text),
            false => left_out.push(entry),
        }
    }
    (shown, left_out)
}

/// As many of the lines as have room after a head, and how many more there are; nothing for none.
fn listed(head: &str, lines: &[String], room: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let more = |number: usize| format!("\nand {number} more\n");
    let last = more(lines.len()).len();
    let mut text = head.to_owned();
    let mut left_out = 0;
    for line in lines {
        match text.len() + line.len() + 1 + last <= room {
            true => text.push_str(&format!("{line}\n")),
            false => left_out += 1,
        }
    }
    if left_out > 0 {
        text.push_str(&more(left_out));
    }
    text
}

/// `37 more objects not shown here: 30 to change, 7 to create`, with as many of their names as have room.
fn not_shown(entries: &[&Entry<'_>], room: usize) -> String {
    let mut verbs: BTreeMap<Verb, usize> = BTreeMap::new();
    entries.iter().for_each(|entry| *verbs.entry(entry.verb).or_default() += 1);
    let verbs: Vec<String> =
        verbs.into_iter().map(|(verb, count)| format!("{count} {}", aim(verb))).collect();
    let objects = count(entries.len(), "more object");
    let head = format!("\n**{objects} not shown here: {}**\n\n", verbs.join(", "));
    let names: Vec<String> =
        entries.iter().map(|entry| format!("- {}", code(&title(entry.object)))).collect();
    listed(&head, &names, room)
}

/// A phrase, what others said in code.
fn span(words: &Words) -> String {
    let words = words.0.iter().map(|word| match word {
        Word::Own(text) => text.clone(),
        Word::Quoted(text) => code(text),
    });
    words.collect()
}

/// A phrase in HTML.
fn html_span(words: &Words) -> String {
    let words = words.0.iter().map(|word| match word {
        Word::Own(text) => text.clone(),
        Word::Quoted(text) => html(text),
    });
    words.collect()
}

struct Page {
    all: Clusters,
}

impl Page {
    fn on(&self, clusters: &Clusters) -> String {
        span(&words::on(clusters, &self.all))
    }

    /// The numbers of each cluster.
    fn table(&self, diff: &Diff<'_>, room: usize) -> String {
        type Column = (&'static str, fn(&Counts) -> usize);
        let columns: [Column; 13] = [
            ("create", |counts| counts.create),
            ("change", |counts| counts.update),
            ("take over", |counts| counts.adopt),
            ("replace", |counts| counts.replace),
            ("delete", |counts| counts.delete),
            ("refused", |counts| counts.refused),
            ("being deleted", |counts| counts.terminating),
            ("conflicts", |counts| counts.conflicts),
            ("unknown", |counts| counts.unknown),
            ("kept", |counts| counts.kept),
            ("astray", |counts| counts.stray),
            ("approximate", |counts| counts.approximate),
            ("unchanged", |counts| counts.unchanged),
        ];
        let all = diff.counts();
        let columns: Vec<Column> = columns.into_iter().filter(|(_, of)| of(&all) > 0).collect();
        let heads: String = columns.iter().map(|(name, _)| format!(" {name} |")).collect();
        let head = format!("\n| cluster |{heads}\n|---|{}\n", "--:|".repeat(columns.len()));
        let rows: Vec<String> = diff
            .clusters
            .iter()
            .map(|one| {
                let number = |of: fn(&Counts) -> usize| match one.found.known {
                    Known::Completely | Known::Partly(_) => of(&one.counts).to_string(),
                    Known::Unread(_) | Known::Refused(_) => "?".to_owned(),
                };
                let numbers: String = columns.iter().map(|(_, of)| format!(" {} |", number(*of))).collect();
                let part = if let Known::Partly(_) = one.found.known { " (in part)" } else { "" };
                format!("| {}{part} |{numbers}", cell(&one.found.name))
            })
            .collect();
        listed(&head, &rows, room)
    }

    fn unknown(&self, diff: &Diff<'_>, room: usize) -> String {
        let clusters = diff.clusters.iter().flat_map(|one| {
            let name = code(&one.found.name);
            let said = words::known(&one.found.known);
            said.into_iter().map(move |said| format!("- cluster {name}: {}", span(&said)))
        });
        let unknown = diff.entries.iter().filter(|entry| entry.verb == Verb::Unknown);
        let objects = unknown.flat_map(|entry| {
            entry.parts.iter().filter_map(|part| {
                Some(format!(
                    "- {} {}: {}",
                    code(&title(entry.object)),
                    self.on(&part.clusters),
                    code(part.why?)
                ))
            })
        });
        listed("\n#### Not known\n\n", &clusters.chain(objects).collect::<Vec<_>>(), room)
    }

    fn approximate(&self, diff: &Diff<'_>, room: usize) -> String {
        let mut reasons: BTreeMap<&str, Clusters> = BTreeMap::new();
        for part in diff.entries.iter().flat_map(|entry| &entry.parts) {
            if let Some(Judged::Approximately(why) | Judged::Forbidden(why)) = part.judged {
                reasons.entry(why).or_default().extend(part.clusters.iter().cloned());
            }
        }
        let said = reasons.iter().map(|(why, clusters)| format!("- {}: {}", self.on(clusters), code(why)));
        listed("\n#### Approximate, as the server could not be asked\n\n", &said.collect::<Vec<_>>(), room)
    }

    /// What an apply would stop at.
    fn blockers(&self, diff: &Diff<'_>, room: usize) -> String {
        let mut lines = Vec::new();
        for entry in &diff.entries {
            let name = code(&title(entry.object));
            let stops = matches!(entry.verb, Verb::Refused | Verb::Replace | Verb::Terminating);
            for part in &entry.parts {
                let on = self.on(&part.clusters);
                let why =
                    words::part(entry, part).into_iter().filter(|_| stops && part.why.is_some()).take(1);
                let said = why.chain(part.conflicts.iter().map(|found| words::conflict(found)));
                lines.extend(said.map(|said| format!("- {name} {on}: {}", span(&said))));
            }
        }
        listed("\n#### In the way\n\n", &lines, room)
    }

    /// What is to be done to one object.
    fn section(&self, entry: &Entry<'_>) -> String {
        let mut body: Vec<String> = words::entry(entry).iter().map(span).collect();
        for part in &entry.parts {
            let (fields, most) = words::fields(entry, part);
            let said = words::part(entry, part);
            let is_approximate = matches!(part.judged, Some(Judged::Approximately(_) | Judged::Forbidden(_)));
            let has_some =
                !said.is_empty() || !fields.is_empty() || !part.conflicts.is_empty() || is_approximate;
            if part.clusters != entry.clusters && has_some {
                body.push(span(&words::only_on(&part.clusters, most, &self.all).own(":")));
            }
            body.extend(said.iter().map(span));
            body.extend(is_approximate.then(|| "approximate".to_owned()));
            for found in &part.conflicts {
                body.push(span(&words::conflict(found)));
                body.push(span(&words::take_over(entry.object, found)));
            }
            if !fields.is_empty() {
                let lines = fields.iter().flat_map(lines).collect();
                body.push(fence("diff", &cut(lines)));
            }
        }
        let (object, on) = (html(&title(entry.object)), html_span(&words::on(&entry.clusters, &self.all)));
        let head = format!("{} {object} {on}", sign(entry.verb));
        match body.is_empty() {
            true => format!("\n<p>{head}</p>\n"),
            false => format!("\n<details><summary>{head}</summary>\n\n{}\n\n</details>\n", body.join("\n\n")),
        }
    }
}

fn sign(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "change",
        Verb::Adopt => "take over",
        Verb::Replace => "replace",
        Verb::Delete => "delete",
        Verb::Refused => "refused:",
        Verb::Terminating => "being deleted:",
        Verb::Unknown => "unknown:",
        Verb::Keep => "kept:",
        Verb::Stray => "astray:",
        Verb::Unchanged => "unchanged:",
    }
}

/// A field that differs, as lines of a fence.
fn lines(change: &FieldChange) -> Vec<String> {
    let path = path(&change.path);
    let named = |value: String| if path.is_empty() { value } else { format!("{path}: {value}") };
    match form(change) {
        Form::Short(before, after) => {
            let before = before.map(|before| format!("- {}", named(before)));
            before.into_iter().chain(after.map(|after| format!("+ {}", named(after)))).collect()
        }
        Form::Long { is_text, lines } => {
            let (head, indent) = match path.is_empty() {
                true => (None, ""),
                false => (Some(format!("  {path}:{}", if is_text { " |" } else { "" })), "  "),
            };
            let lines = lines.iter().map(|line| {
                let sign = match line.sign {
                    Sign::Same | Sign::Note => "  ",
                    Sign::Removed => "- ",
                    Sign::Added => "+ ",
                };
                format!("{sign}{indent}{}", line.text).trim_end().to_owned()
            });
            head.into_iter().chain(lines).collect()
        }
    }
}

/// At most so many lines: what is cut out of the middle is counted.
fn cut(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MAX_LINES {
        let end = lines.split_off(lines.len() - MAX_LINES / 4);
        let cut = lines.split_off(MAX_LINES - MAX_LINES / 4 - 1);
        lines.push(format!("  … {} not shown", count(cut.len(), "line")));
        lines.extend(end);
    }
    lines
}

#[cfg(test)]
mod tests;
