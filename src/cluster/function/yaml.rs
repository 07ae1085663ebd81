//! YAML: read as everywhere in a fleet, written as Terraform writes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arguments::{Arguments, Failure, list, map, string};
use super::{Function, Reads};
use crate::cluster::eval::limit::{Limit, Text};
use crate::cluster::number::Number;
use crate::cluster::value::{Kind, Value};
use crate::yaml::{self, Node, NodeKind};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", &["text"], Reads::Everything, yamldecode),
    Function::new("yamlencode", &["value"], Reads::Everything, yamlencode),
];

/// The value of the one document in a text.
fn yamldecode(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let stream = yaml::read(&source).map_err(|error| {
        let line = source.get(..error.at.start).unwrap_or("").matches('\n').count() + 1;
        // The message may show a part of the text.
        let secret = arguments.any(0).is_ok_and(Value::is_sensitive);
        let problem = if secret { String::new() } else { format!(": {error}") };
        arguments.failure(0, &format!("must be YAML{problem} (line {line})")).with_help(error.kind.hint())
    })?;
    match stream.documents.as_slice() {
        [document] => value_of(&document.root),
        documents => {
            Err(arguments.failure(0, &format!("must have one YAML document, not {}", documents.len())))
        }
    }
}

/// Recursive: the reader refuses what is deeper than [`yaml::MAX_DEPTH`].
fn value_of(node: &Node) -> Result<Value, Failure> {
    Ok(Value::new(match &node.kind {
        NodeKind::Null => Kind::Null,
        NodeKind::Bool(flag) => Kind::Bool(*flag),
        NodeKind::Int(number) => Kind::Number(Number::from(*number)),
        NodeKind::Float(number) => Kind::Number(Number::parse(&number.to_string())?),
        NodeKind::String(text) => Kind::String(text.as_str().into()),
        NodeKind::List(items) => return list(items.iter().map(value_of).collect::<Result<_, _>>()?),
        NodeKind::Map(entries) => {
            let entries =
                entries.iter().map(|entry| Ok((entry.key.as_str().into(), value_of(&entry.value)?)));
            return map(entries.collect::<Result<BTreeMap<Arc<str>, Value>, Failure>>()?);
        }
    }))
}

/// The value in YAML's block style, strings in quotes.
fn yamlencode(arguments: &Arguments) -> Result<Value, Failure> {
    let mut emitter = Emitter { text: Text::default(), column: 0, blank: true, indenting: true };
    let value = arguments.any(0)?;
    emitter.value(value, 0, Place::Root)?;
    emitter.line(0)?;
    // After a scalar without quotes and with nothing around it, libyaml says that the document ends.
    if let Kind::Null | Kind::Bool(_) | Kind::Number(_) = value.kind {
        emitter.put("...\n")?;
    }
    string(emitter.text.into_string())
}

/// The widest line that a string in quotes is not folded in.
const WIDTH: usize = 80;
/// The longest key, in bytes, that stands before its colon on one line.
const LONGEST_KEY: usize = 128;

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    /// The value of a key, or a key with a `?` of its own.
    Entry,
    /// A key before its colon.
    SimpleKey,
}

/// Writes as libyaml does in the port that Terraform uses (go-cty-yaml): the same line breaks for the same value.
struct Emitter {
    text: Text,
    /// Characters on this line.
    column: usize,
    /// Whether a space or nothing was written last.
    blank: bool,
    /// Whether this line has only spaces, `-`, `?` and `:` of an indentation yet.
    indenting: bool,
}

impl Emitter {
    fn put(&mut self, text: &str) -> Result<(), Limit> {
        self.text.push(text)?;
        self.column += text.chars().count();
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Limit> {
        self.text.push("\n")?;
        self.column = 0;
        Ok(())
    }

    /// Goes to the column `indent`, on this line if only indentation stands there.
    fn line(&mut self, indent: usize) -> Result<(), Limit> {
        if !self.indenting || self.column > indent || (self.column == indent && !self.blank) {
            self.end_line()?;
        }
        let missing = indent.saturating_sub(self.column);
        self.text.repeat(" ", missing)?;
        self.column += missing;
        (self.blank, self.indenting) = (true, true);
        Ok(())
    }

    /// One of the marks of YAML, with a space before it.
    fn mark(&mut self, mark: &str, indents: bool) -> Result<(), Limit> {
        if !self.blank {
            self.put(" ")?;
        }
        self.put(mark)?;
        self.blank = false;
        self.indenting &= indents;
        Ok(())
    }

    /// Recursive: what is deeper than [`MAX_DEPTH`](crate::cluster::eval::limit::MAX_DEPTH) was refused before.
    fn value(&mut self, value: &Value, indent: usize, place: Place) -> Result<(), Limit> {
        // What stands at the root is not indented; what is in it, by two more each.
        let inner = if place == Place::Root { indent } else { indent + 2 };
        match &value.kind {
            Kind::Null => self.mark("null", false),
            Kind::Bool(flag) => self.mark(if *flag { "true" } else { "false" }, false),
            Kind::Number(number) => self.mark(&number.as_decimal().normalize().to_string(), false),
            Kind::String(text) => self.string(text, indent + 2, place),
            Kind::List(items) if items.is_empty() => self.mark("[]", false),
            Kind::Map(entries) if entries.is_empty() => self.mark("{}", false),
            Kind::List(items) => {
                let inner = if place == Place::Entry && !self.indenting { indent } else { inner };
                for item in items.iter() {
                    self.line(inner)?;
                    self.mark("-", true)?;
                    self.value(item, inner, Place::Item)?;
                }
                Ok(())
            }
            Kind::Map(entries) => {
                for (key, entry) in entries.iter() {
                    self.line(inner)?;
                    if key.contains(is_break) || key.len() > LONGEST_KEY {
                        self.mark("?", true)?;
                        self.string(key, inner + 2, Place::Entry)?;
                        self.line(inner)?;
                        self.mark(":", true)?;
                    } else {
                        self.string(key, inner + 2, Place::SimpleKey)?;
                        self.put(":")?;
                        (self.blank, self.indenting) = (false, false);
                    }
                    self.value(entry, inner, Place::Entry)?;
                }
                Ok(())
            }
        }
    }

    /// A text of several lines as such, if that is possible; any other in quotes.
    fn string(&mut self, text: &str, indent: usize, place: Place) -> Result<(), Limit> {
        let blank_before_break = text.chars().zip(text.chars().skip(1)).any(|(a, b)| a == ' ' && is_break(b));
        let in_block = text.contains('\n')
            && place != Place::SimpleKey
            && !text.ends_with(' ')
            && !blank_before_break
            && text.chars().all(is_printable);
        if in_block { self.block(text, indent) } else { self.quoted(text, indent, place) }
    }

    fn block(&mut self, text: &str, indent: usize) -> Result<(), Limit> {
        self.mark("|", false)?;
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.put("2")?;
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next().is_none_or(is_break)) {
            (false, _) => self.put("-")?,
            (true, true) => self.put("+")?,
            (true, false) => {}
        }
        self.end_line()?;
        (self.blank, self.indenting) = (true, true);
        let mut breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.text.push_char(c)?;
                self.column = 0;
                (breaks, self.indenting) = (true, true);
            } else {
                if breaks {
                    self.line(indent)?;
                }
                self.put(c.encode_utf8(&mut [0; 4]))?;
                (breaks, self.indenting) = (false, false);
            }
        }
        Ok(())
    }

    fn quoted(&mut self, text: &str, indent: usize, place: Place) -> Result<(), Limit> {
        self.mark("\"", false)?;
        let mut spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            let may_fold = place != Place::SimpleKey && !spaces && self.column > WIDTH && at > 0;
            if c == ' ' && may_fold && next.is_some() {
                self.line(indent)?;
                if next == Some(' ') {
                    self.put("\\")?;
                }
            } else if c == '"' || c == '\\' || is_break(c) || !is_printable(c) {
                self.put(&escaped(c))?;
            } else {
                self.put(c.encode_utf8(&mut [0; 4]))?;
            }
            spaces = c == ' ';
        }
        self.put("\"")?;
        (self.blank, self.indenting) = (false, false);
        Ok(())
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What libyaml takes for printable.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => "0",
        '\u{7}' => "a",
        '\u{8}' => "b",
        '\t' => "t",
        '\n' => "n",
        '\u{b}' => "v",
        '\u{c}' => "f",
        '\r' => "r",
        '\u{1b}' => "e",
        '"' => "\"",
        '\\' => "\\",
        '\u{85}' => "N",
        '\u{a0}' => "_",
        '\u{2028}' => "L",
        '\u{2029}' => "P",
        _ => "",
    };
    match u32::from(c) {
        _ if !short.is_empty() => format!("\\{short}"),
        code @ ..=0xff => format!("\\x{code:02X}"),
        code @ ..=0xffff => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}
