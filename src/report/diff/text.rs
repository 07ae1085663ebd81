//! A diff as a terminal shows it.

use std::collections::BTreeMap;

use super::counts::summary;
use super::entry::{Entry, Part, Verb};
use super::lines::{Form, Line, Sign, form};
use super::paint::Paint;
use super::words::{self, path, title};
use super::{Diff, Known};
use crate::diff::{Clusters, FieldChange, Shown};
use crate::object::ObjectRef;
use crate::plan::Judged;
use crate::report::escape::one_line;
use crate::report::severity;
use crate::report::text::Style;

/// The most names of objects that one list shows.
const MOST_NAMED: usize = 20;

/// The longest path that others are aligned with, in characters.
const MAX_ALIGNED: usize = 64;

/// The diff as text, with a summary in its last line. What is cut out of a long value is counted.
pub fn text(diff: &Diff<'_>, style: Style) -> String {
    let mut page = Page { text: String::new(), all: diff.names(), style, is_apart: true };
    let is_unknown = |entry: &&Entry<'_>| entry.verb == Verb::Unknown;
    for entry in diff.entries.iter().filter(|entry| entry.verb != Verb::Unchanged && !is_unknown(entry)) {
        page.entry(entry);
    }
    page.unknown(diff.entries.iter().filter(is_unknown));
    page.approximate(&diff.entries);
    page.clusters(diff);
    page.apart();
    page.line(&Paint::Bold.on(&summary(diff), style.color));
    page.text
}

/// What was printed so far.
struct Page {
    text: String,
    all: Clusters,
    style: Style,
    /// Whether nothing stands right above.
    is_apart: bool,
}

/// The sign of an action, and its colour.
fn sign(verb: Verb) -> (&'static str, Paint) {
    match verb {
        Verb::Create => ("+", Paint::Green),
        Verb::Update | Verb::Adopt => ("~", Paint::Yellow),
        Verb::Delete => ("-", Paint::Red),
        Verb::Replace | Verb::Refused | Verb::Terminating => ("!", Paint::Magenta),
        Verb::Unknown => ("?", Paint::Cyan),
        Verb::Keep | Verb::Stray | Verb::Unchanged => ("=", Paint::Dim),
    }
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.is_apart = false;
    }

    /// An empty line, unless there is one or nothing stands above.
    fn apart(&mut self) {
        if !self.is_apart {
            self.text.push('\n');
            self.is_apart = true;
        }
    }

    fn painted(&self, paint: Paint, text: &str) -> String {
        paint.on(text, self.style.color)
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let (sign, paint) = sign(entry.verb);
        let mut head = self.painted(paint, &format!("{sign} {}", title(entry.object)));
        if let Some(unit) = entry.unit {
            head.push_str(&self.painted(Paint::Dim, &format!("  {}", one_line(unit))));
        }
        head.push_str(&format!("  {}", words::on(&entry.clusters, &self.all).plain()));
        let is_approximate =
            |part: &Part<'_>| matches!(part.judged, Some(Judged::Approximately(_) | Judged::Forbidden(_)));
        if entry.parts.iter().any(is_approximate) {
            head.push_str(&self.painted(Paint::Cyan, "  (approximate)"));
        }
        let body = self.body(entry);
        if !body.is_empty() {
            self.apart();
        }
        self.line(&head);
        if !body.is_empty() {
            body.iter().for_each(|line| self.line(line));
            self.apart();
        }
    }

    fn body(&self, entry: &Entry<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(words::entry(entry).map(|said| format!("    {}", said.plain())));
        for part in &entry.parts {
            let before = lines.len();
            lines.extend(words::part(entry, part).iter().map(|said| format!("    {}", said.plain())));
            let (fields, most) = words::fields(entry, part);
            lines.extend(self.fields(&fields));
            for found in &part.conflicts {
                let told = self.painted(Paint::Magenta, &words::conflict(found).plain());
                lines.push(format!("    {told}"));
                lines.push(format!("      {}", words::take_over(entry.object, found).plain()));
            }
            if part.clusters != entry.clusters && lines.len() > before {
                let said = words::only_on(&part.clusters, most, &self.all).plain();
                lines.insert(before, self.painted(Paint::Bold, &format!("  {said}:")));
            }
        }
        lines
    }

    fn fields(&self, fields: &[FieldChange]) -> Vec<String> {
        let fields = fields.iter().filter(|field| !is_bare(field));
        let forms: Vec<(String, Form)> = fields.map(|field| (path(&field.path), form(field))).collect();
        let width = |path: &str| path.chars().count();
        let aligned = forms.iter().filter(|(path, form)| self.on_one_line(path, form, 0).is_some());
        let aligned = aligned.map(|(path, _)| width(path)).filter(|width| *width <= MAX_ALIGNED).max();
        let mut lines = Vec::new();
        for (path, form) in &forms {
            if let Some(line) = self.on_one_line(path, form, aligned.unwrap_or(0)) {
                lines.push(line);
                continue;
            }
            let (is_text, values) = match form {
                Form::Short(before, after) => {
                    let side = |sign, text: &String| Line { sign, text: text.clone() };
                    let before = before.iter().map(|text| side(Sign::Removed, text));
                    (false, before.chain(after.iter().map(|text| side(Sign::Added, text))).collect())
                }
                Form::Long { is_text, lines } => (*is_text, lines.clone()),
            };
            let indent = if path.is_empty() { "    " } else { "      " };
            if !path.is_empty() {
                lines.push(format!("    {path}:{}", if is_text { " |" } else { "" }));
            }
            lines.extend(values.iter().map(|line| format!("{indent}{}", self.signed(line))));
        }
        lines
    }

    /// `PATH  BEFORE → AFTER`, if it fits.
    fn on_one_line(&self, path: &str, form: &Form, width: usize) -> Option<String> {
        let Form::Short(before, after) = form else { return None };
        let fits = |values: &str| {
            4 + path.chars().count().max(width) + 2 + values.chars().count() <= self.style.width
        };
        let (plain, painted) = match (before, after) {
            (Some(before), Some(after)) => (
                format!("{before} → {after}"),
                format!("{} → {}", self.painted(Paint::Red, before), self.painted(Paint::Green, after)),
            ),
            (None, Some(after)) => {
                let text = format!("+ {after}");
                (text.clone(), self.painted(Paint::Green, &text))
            }
            (Some(before), None) => {
                let text = format!("- {before}");
                (text.clone(), self.painted(Paint::Red, &text))
            }
            (None, None) => return None,
        };
        (!path.is_empty() && fits(&plain)).then(|| format!("    {path:<width$}  {painted}"))
    }

    fn signed(&self, line: &Line) -> String {
        match line.sign {
            Sign::Same => format!("  {}", line.text).trim_end().to_owned(),
            Sign::Removed => self.painted(Paint::Red, format!("- {}", line.text).trim_end()),
            Sign::Added => self.painted(Paint::Green, format!("+ {}", line.text).trim_end()),
            Sign::Note => self.painted(Paint::Dim, &format!("  {}", line.text)),
        }
    }

    /// Objects of which it is not known what would become of them, by reason.
    fn unknown<'e, 'a: 'e>(&mut self, entries: impl Iterator<Item = &'e Entry<'a>>) {
        let mut reasons: BTreeMap<(&Clusters, &str), Vec<&ObjectRef>> = BTreeMap::new();
        for entry in entries {
            for part in &entry.parts {
                if let Some(why) = part.why {
                    reasons.entry((&part.clusters, why)).or_default().push(entry.object);
                }
            }
        }
        for ((clusters, why), objects) in reasons {
            self.apart();
            let on = words::on(clusters, &self.all).plain();
            let head = format!("? unknown {on}: {}", one_line(why));
            self.line(&self.painted(Paint::Cyan, &head));
            for object in objects.iter().take(MOST_NAMED) {
                self.line(&format!("    {}", title(object)));
            }
            if let Some(more @ 1..) = objects.len().checked_sub(MOST_NAMED) {
                self.line(&format!("    and {more} more"));
            }
            self.apart();
        }
    }

    /// Why objects were not judged by the server.
    fn approximate(&mut self, entries: &[Entry<'_>]) {
        let mut reasons: BTreeMap<&str, (Clusters, usize)> = BTreeMap::new();
        for part in entries.iter().flat_map(|entry| &entry.parts) {
            if let Some(Judged::Approximately(why) | Judged::Forbidden(why)) = part.judged {
                let (clusters, count) = reasons.entry(why).or_default();
                clusters.extend(part.clusters.iter().cloned());
                *count += part.clusters.len();
            }
        }
        for (why, (clusters, count)) in reasons {
            self.apart();
            let on = words::on(&clusters, &self.all).plain();
            let objects = severity::count(count, "object");
            let said = format!("approximate for {objects} {on}: {}", one_line(why));
            self.line(&self.painted(Paint::Cyan, &said));
        }
    }

    /// Clusters that are not known, or not completely.
    fn clusters(&mut self, diff: &Diff<'_>) {
        self.apart();
        for one in &diff.clusters {
            let (sign, paint) = match one.found.known {
                Known::Refused(_) => ("!", Paint::Magenta),
                Known::Completely | Known::Partly(_) | Known::Unread(_) => ("?", Paint::Cyan),
            };
            for said in words::known(&one.found.known) {
                let head = format!("{sign} cluster {}: {}", one_line(&one.found.name), said.plain());
                self.line(&self.painted(paint, &head));
            }
        }
    }
}
/// Whether it is an object without anything but its name, as many a Namespace.
fn is_bare(field: &FieldChange) -> bool {
    let is_empty = |side: &Shown| match side {
        Shown::Absent => true,
        Shown::Hidden => false,
        Shown::Value(value) => value.as_object().is_some_and(serde_json::Map::is_empty),
    };
    field.path.0.is_empty() && is_empty(&field.before) && is_empty(&field.after)
}
