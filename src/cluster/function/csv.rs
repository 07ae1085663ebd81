//! Comma-separated values (RFC 4180), read as strictly as Go does: a library that reads it takes what Terraform refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::str::SplitInclusive;
use std::sync::Arc;

use super::arguments::{Arguments, Failure, list, map};
use super::{Function, Reads};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("csvdecode", &["text"], Reads::Everything, csvdecode)];

/// A map for each line but the first, which has the keys.
fn csvdecode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let mut rows = Rows { lines: source.split_inclusive('\n').peekable(), line: 0 };
    let refuse = |(line, problem): Problem| {
        arguments.failure(0, &format!("must be comma-separated values: {problem} (line {line})"))
    };
    let names =
        rows.next().map_err(refuse)?.ok_or_else(|| arguments.failure(0, "must have a line of names"))?;
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err(refuse((1, "a name stands twice")));
    }
    let names: Vec<Arc<str>> = names.into_iter().map(Arc::from).collect();
    let mut maps = Vec::new();
    while let Some(row) = rows.next().map_err(refuse)? {
        if row.len() != names.len() {
            return Err(refuse((rows.line, "as many values as there are names were expected")));
        }
        let entries = names.iter().cloned().zip(row.into_iter().map(Value::string));
        maps.push(map(entries.collect::<BTreeMap<_, _>>())?);
    }
    list(maps)
}

/// The line, from 1, and what is wrong there.
type Problem = (usize, &'static str);

struct Rows<'t> {
    lines: Peekable<SplitInclusive<'t, char>>,
    line: usize,
}

impl<'t> Rows<'t> {
    /// The next line as it stands and without its end.
    fn read_line(&mut self) -> Option<(&'t str, bool)> {
        let line = self.lines.next()?;
        self.line += 1;
        Some(match line.strip_suffix('\n') {
            Some(text) => (text.strip_suffix('\r').unwrap_or(text), true),
            // The text ends here.
            None => (line.strip_suffix('\r').unwrap_or(line), false),
        })
    }

    /// The fields of the next line that is not empty; a field in quotes may go on over several lines.
    fn next(&mut self) -> Result<Option<Vec<String>>, Problem> {
        let mut rest = loop {
            match self.read_line() {
                None => return Ok(None),
                Some(("", _)) => {}
                Some((line, ends)) => break (line, ends),
            }
        };
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = rest.0.strip_prefix('"') else {
                let (field, after) = rest.0.split_once(',').map_or((rest.0, None), |(f, a)| (f, Some(a)));
                if field.contains('"') {
                    return Err((self.line, "a quote stands inside of a value without quotes"));
                }
                fields.push(field.to_owned());
                match after {
                    Some(after) => rest.0 = after,
                    None => return Ok(Some(fields)),
                }
                continue;
            };
            rest.0 = quoted;
            let mut field = String::new();
            loop {
                let Some((part, after)) = rest.0.split_once('"') else {
                    field.push_str(rest.0);
                    if rest.1 {
                        field.push('\n');
                    }
                    let begun = self.line;
                    rest = self.read_line().ok_or((begun, "a quote is not closed"))?;
                    continue;
                };
                field.push_str(part);
                if let Some(after) = after.strip_prefix('"') {
                    field.push('"');
                    rest.0 = after;
                } else if let Some(after) = after.strip_prefix(',') {
                    fields.push(field);
                    rest.0 = after;
                    break;
                } else if after.is_empty() {
                    fields.push(field);
                    return Ok(Some(fields));
                } else {
                    return Err((self.line, "after the closing quote stands neither a comma nor the end"));
                }
            }
        }
    }
}
