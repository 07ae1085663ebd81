//! Where the fields of an object come from, as a terminal shows it.

use super::quoted::{Quoted, short};
use crate::diagnostic::{SourceMap, Span};
use crate::explain::{Explained, Field, Giver, Line, Role};
use crate::object::MASK;
use crate::report::diff::paint::Paint;
use crate::report::escape::{one_line, printable};
use crate::report::text::Style;

/// The most fields that are shown in full; of more each has a line or two.
const MOST_IN_FULL: usize = 4;

/// The explanation. `asked`: whether somebody asked for a field, and not for all of the object.
pub fn explained(explained: &Explained, asked: bool, sources: &SourceMap, style: Style) -> String {
    let page = Page { quoted: Quoted::new(sources), color: style.color };
    let Explained { object, cluster, unit, unit_at, fields, .. } = explained;
    let head = format!("{object} on {cluster}, rendered by {unit}");
    let at = page.quoted.place(*unit_at);
    let mut text = format!("{} ({at})\n", Paint::Bold.on(&one_line(&head), page.color));
    if asked && fields.len() <= MOST_IN_FULL {
        for field in fields {
            text.push('\n');
            text.push_str(&page.full(field));
        }
    } else {
        text.push('\n');
        fields.iter().for_each(|field| text.push_str(&page.brief(field)));
    }
    let mut rows = Vec::new();
    page.rows(&explained.decided_by, 1, &mut rows);
    text.push_str(&page.table("the object is there, under this name, because of", &rows));
    let told = fields.iter().flat_map(|field| field.set_by.iter().chain(&field.decided_by));
    let told: Vec<&Line> = told.chain(&explained.decided_by).collect();
    // The others are in the JSON.
    let untried = explained.untried.iter().filter_map(|line| line.at).filter(|at| refers(&told, *at));
    let untried: Vec<String> = untried.map(|at| page.quoted.place(at)).collect();
    if !untried.is_empty() {
        let title = "not known, since the fleet takes none of the other values that were tried there";
        text.push_str(&format!("\n{title}\n  {}\n", untried.join(", ")));
    }
    if explained.beyond > 0 {
        let what = "more literals could have a part, and were not tried: the unit has too many";
        text.push_str(&format!("\n{} {what}\n", explained.beyond));
    }
    text
}

/// Whether a place lies in one of the lines, or in what they refer to.
fn refers(lines: &[&Line], at: Span) -> bool {
    let mut waiting = lines.to_vec();
    while let Some(line) = waiting.pop() {
        let is_inside = |outer: Span| outer.file == at.file && outer.start <= at.start && at.end <= outer.end;
        if line.at.is_some_and(is_inside) {
            return true;
        }
        waiting.extend(line.from.iter().chain(&line.replaced));
    }
    false
}

struct Page<'a> {
    quoted: Quoted<'a>,
    color: bool,
}

/// A line of a table: what it does, where it stands, what it says.
struct Row {
    depth: usize,
    role: &'static str,
    place: String,
    text: String,
}

impl Page<'_> {
    fn title(&self, field: &Field) -> String {
        let value = match field.is_secret {
            true => MASK.to_owned(),
            false => self.quoted.sources.secrets().hide(&field.value.to_string()),
        };
        let value = short(&one_line(&value));
        format!("{} = {value}\n", Paint::Cyan.on(&one_line(&field.shown), self.color))
    }

    /// A field with everything behind it.
    fn full(&self, field: &Field) -> String {
        let mut rows = Vec::new();
        if let Some((giver, at)) = field.given_by {
            let role = match giver {
                Giver::Template => "template",
                Giver::Manifest => "manifest",
                Giver::Patch => "patch",
            };
            let text = if field.is_secret { self.quoted.secret_line(at) } else { self.quoted.line(at) };
            rows.push(Row { depth: 1, role, place: self.quoted.place(at), text });
        }
        self.rows(&field.set_by, 1, &mut rows);
        self.rows(&field.decided_by, 1, &mut rows);
        format!("{}{}", self.title(field), self.aligned(&rows))
    }

    /// A field with the places alone.
    fn brief(&self, field: &Field) -> String {
        // The line of a patch is told as the one that sets the value.
        let given_by = field.given_by.filter(|(giver, _)| *giver != Giver::Patch);
        let template = given_by.map(|(_, at)| self.quoted.place(at));
        let set = field.set_by.iter().map(|line| match line.at {
            Some(at) => format!("{} {}", self.quoted.place(at), one_line(&line.block)),
            None => "a default".to_owned(),
        });
        let places: Vec<String> = template.into_iter().chain(set).collect();
        let places = if places.is_empty() { String::new() } else { format!("    {}\n", places.join(", ")) };
        format!("{}{}", self.title(field), Paint::Dim.on(&places, self.color))
    }

    fn rows(&self, lines: &[Line], depth: usize, rows: &mut Vec<Row>) {
        for line in lines {
            let role = match line.role {
                Role::Set | Role::Default => "set by",
                Role::From => "from",
                Role::Given => "given",
                Role::Replaced => "instead of",
                Role::Removed => "removed by",
                Role::Decides => "decided by",
            };
            let place = line.at.map_or_else(|| "–".to_owned(), |at| self.quoted.place(at));
            rows.push(Row { depth, role, place, text: self.line(line) });
            self.rows(&line.from, depth + 1, rows);
            self.rows(&line.replaced, depth, rows);
        }
    }

    /// What a line of the fleet says.
    fn line(&self, line: &Line) -> String {
        let (block, path) = (one_line(&line.block), one_line(&line.path));
        let value = line.value.as_ref().map(|value| self.quoted.sources.secrets().hide(value));
        let Some(at) = line.at else {
            return format!("default of the language: {path} = {}", value.unwrap_or_default());
        };
        let written = self.quoted.span(at);
        match (line.role, value) {
            (Role::Given, _) => format!("{block}: {written}"),
            _ if path.is_empty() => block.into_owned(),
            (_, Some(value))
                if value != written && !value.starts_with("a list") && !value.starts_with("a map") =>
            {
                format!("{block}: {path} = {value}, from {written}")
            }
            _ => format!("{block}: {path} = {written}"),
        }
    }

    fn table(&self, title: &str, rows: &[Row]) -> String {
        if rows.is_empty() { String::new() } else { format!("\n{title}\n{}", self.aligned(rows)) }
    }

    fn aligned(&self, rows: &[Row]) -> String {
        let wide = |text: &str| text.chars().count();
        let roles = rows.iter().map(|row| 2 * row.depth + wide(row.role)).max().unwrap_or(0);
        let places = rows.iter().map(|row| wide(&row.place)).max().unwrap_or(0);
        let mut text = String::new();
        let mut before = (0, "");
        for row in rows {
            // Said once for lines that do the same.
            let role =
                if (row.depth, row.role) == before && row.role == "decided by" { "" } else { row.role };
            before = (row.depth, row.role);
            let role = format!("{}{role}", "  ".repeat(row.depth));
            let role = format!("{role}{}", " ".repeat(roles.saturating_sub(wide(&role))));
            let place = format!("{}{}", row.place, " ".repeat(places.saturating_sub(wide(&row.place))));
            let line = format!("{}  {}  {}", Paint::Dim.on(&role, self.color), place, printable(&row.text));
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}
