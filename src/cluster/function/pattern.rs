//! Regular expressions: RE2's syntax as Go has it. One match takes time in proportion to the text; how much all of them
//! take has a limit.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};
use regex_syntax::ast::{self, Ast, Visitor};

use super::arguments::{Arguments, Failure, list, map};
use super::{Function, Reads};
use crate::cluster::eval::limit::{self, Limit, Text};
use crate::cluster::value::{Kind, Value};

/// What it costs to compile a pattern.
pub(super) const STEPS: u64 = 100;
/// The most bytes that a compiled pattern may take.
const MAX_COMPILED: usize = 256 * 1024;
/// Groups inside each other: parser and compiler are recursive.
const MAX_DEPTH: u32 = 50;
/// The most that Go lets something repeat.
const MAX_REPEAT: u32 = 1000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", &["pattern", "text"], Reads::Everything, find).costing(STEPS),
    Function::new("regexall", &["pattern", "text"], Reads::Everything, find_all).costing(STEPS),
];

/// What the first match gives.
fn find(arguments: &Arguments) -> Result<Value, Failure> {
    let (pattern, text) = (pattern(arguments)?, arguments.text(1)?);
    match pattern.captures(&text) {
        Some(found) => captured(&pattern, &found),
        None => Err(arguments
            .failure(1, "must have a part that the pattern matches")
            .with_help("use `regexall()` if there may be none, or ask first with `can(regex(…))`")),
    }
}

/// What each match gives, from left to right, none over another.
fn find_all(arguments: &Arguments) -> Result<Value, Failure> {
    let (pattern, text) = (pattern(arguments)?, arguments.text(1)?);
    let mut all = Vec::new();
    let mut work = Work::default();
    for found in pattern.captures_iter(&text) {
        limit::elements(all.len() + 1)?;
        work.match_at(found.get(0).map_or(0, |whole| whole.start()), &text)?;
        all.push(captured(&pattern, &found)?);
    }
    list(all)
}

/// The text of a pattern without groups; a list of what its groups matched, or a map if they have names. A group
/// that had no part in the match is null.
fn captured(pattern: &Regex, found: &Captures) -> Result<Value, Failure> {
    let part = |index| match found.get(index) {
        Some(part) => Value::string(part.as_str()),
        None => Value::new(Kind::Null),
    };
    let groups = (1..).zip(pattern.capture_names().skip(1));
    match pattern.capture_names().nth(1) {
        None => Ok(part(0)),
        Some(None) => list(groups.map(|(index, _)| part(index)).collect()),
        Some(Some(_)) => {
            let named = groups.filter_map(|(index, name)| Some((Arc::from(name?), part(index))));
            map(named.collect::<BTreeMap<_, _>>())
        }
    }
}

/// The pattern in the first argument, of which all groups have names or none.
fn pattern(arguments: &Arguments) -> Result<Regex, Failure> {
    let pattern = compiled(&arguments.text(0)?, arguments, 0)?;
    let mut named = pattern.capture_names().skip(1).map(|name| name.is_some());
    let first = named.next();
    if named.any(|named| Some(named) != first) {
        return Err(arguments
            .failure(0, "must have names for all of its groups, or for none")
            .with_help("`(?:…)` groups without capturing"));
    }
    Ok(pattern)
}

/// `source` with every match replaced; `$1`, `${1}` and `${name}` in the replacement stand for what a group matched.
pub(super) fn replace(pattern: &Regex, source: &str, replacement: &str) -> Result<String, Failure> {
    let parts = parts(replacement);
    let mut text = Text::default();
    let mut end = 0;
    let mut work = Work::default();
    for found in pattern.captures_iter(source) {
        let Some(whole) = found.get(0) else { continue };
        work.match_at(whole.start(), source)?;
        text.push(source.get(end..whole.start()).unwrap_or(""))?;
        for part in &parts {
            text.push(match part {
                Part::Text(text) => text,
                Part::Number(group) => found.get(*group).map_or("", |group| group.as_str()),
                Part::Name(group) => found.name(group).map_or("", |group| group.as_str()),
            })?;
        }
        end = whole.end();
    }
    text.push(source.get(end..).unwrap_or(""))?;
    Ok(text.into_string())
}

/// A part of what matches are replaced with.
enum Part<'t> {
    Text(&'t str),
    Number(usize),
    Name(&'t str),
}

/// A replacement taken apart by the rules of Go's `Regexp.Expand`: a name is of letters, digits and `_`, as long as it
/// can be, or stands between braces; of digits alone, without a zero before others, it is a number; `$$` is a `$`; any
/// other `$` is itself.
fn parts(replacement: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        if let Some(after) = after.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
        } else if let Some((name, after)) = name(after) {
            let digits = name.bytes().all(|byte| byte.is_ascii_digit());
            let number = name.parse().ok().filter(|_| digits && (name == "0" || !name.starts_with('0')));
            parts.push(number.map_or(Part::Name(name), Part::Number));
            rest = after;
        } else {
            parts.push(Part::Text("$"));
            rest = after;
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// The name of a group that a text behind a `$` begins with, and what comes after it.
fn name(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{').unwrap_or(text);
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let end = inside.find(|c| !is_part(c)).unwrap_or(inside.len());
    let (name, after) = inside.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    match inside.len() == text.len() {
        true => Some((name, after)),
        false => Some((name, after.strip_prefix('}')?)),
    }
}

/// What it takes to find all matches: each may be searched for up to the end of the text.
#[derive(Default)]
struct Work(usize);

impl Work {
    /// The bytes that all searches of one call may go over together.
    const MOST: usize = 256 << 20;

    /// Counts the search that goes on behind a match.
    fn match_at(&mut self, start: usize, text: &str) -> Result<(), Failure> {
        self.0 = self.0.saturating_add(text.len().saturating_sub(start));
        if self.0 > Self::MOST { Err(Failure::from(Limit::Steps)) } else { Ok(()) }
    }
}

/// The compiled pattern, which came with the argument at `index`. It may be secret, so no message shows a part
/// of it.
pub(super) fn compiled(text: &str, arguments: &Arguments, index: usize) -> Result<Regex, Failure> {
    let refuse = |problem: &str| {
        arguments
            .failure(index, &format!("must be a regular expression: {problem}"))
            .with_help("the syntax is that of RE2: https://github.com/google/re2/wiki/Syntax")
    };
    let read = ast::parse::ParserBuilder::new().nest_limit(MAX_DEPTH).build().parse(text);
    let read =
        read.map_err(|error| refuse(&format!("{} (byte {})", error.kind(), error.span().start.offset)))?;
    let go = ast::visit(&read, Go { source: text, text: String::new(), end: 0 })
        .map_err(|(problem, offset)| refuse(&format!("{problem} (byte {offset})")))?;
    RegexBuilder::new(&go).size_limit(MAX_COMPILED).nest_limit(MAX_DEPTH * 2).build().map_err(|error| {
        match error {
            regex::Error::CompiledTooBig(limit) => refuse(&format!("it takes more than {limit} bytes")),
            _ => refuse("it names characters that are not known"),
        }
    })
}

/// Goes over a pattern in the syntax of `regex` and writes one that means what Go takes the text for: `\d`, `\w`,
/// `\s` and `\b` are of ASCII. What Go does not have, or takes for something else, is refused.
struct Go<'t> {
    source: &'t str,
    text: String,
    /// The bytes of `source` that are in `text` already.
    end: usize,
}

type Refused = (&'static str, usize);

impl Go<'_> {
    fn put(&mut self, span: &ast::Span, text: &str) {
        self.text.push_str(self.source.get(self.end..span.start.offset).unwrap_or(""));
        self.text.push_str(text);
        self.end = span.end.offset;
    }

    fn perl(&mut self, class: &ast::ClassPerl) {
        let not = if class.negated { "^" } else { "" };
        let characters = match class.kind {
            ast::ClassPerlKind::Digit => "0-9",
            ast::ClassPerlKind::Space => r"\t\n\f\r\x20",
            ast::ClassPerlKind::Word => "0-9A-Za-z_",
        };
        self.put(&class.span, &format!("[{not}{characters}]"));
    }

    fn literal(literal: &ast::Literal) -> Result<(), Refused> {
        match literal.kind {
            ast::LiteralKind::HexFixed(
                ast::HexLiteralKind::UnicodeShort | ast::HexLiteralKind::UnicodeLong,
            )
            | ast::LiteralKind::HexBrace(
                ast::HexLiteralKind::UnicodeShort | ast::HexLiteralKind::UnicodeLong,
            ) => Err((r"a character is written as `\x{…}`", literal.span.start.offset)),
            _ => Ok(()),
        }
    }

    fn flags(flags: &ast::Flags) -> Result<(), Refused> {
        for item in &flags.items {
            use ast::Flag::{CRLF, IgnoreWhitespace, Unicode};
            if let ast::FlagsItemKind::Flag(IgnoreWhitespace | Unicode | CRLF) = item.kind {
                return Err(("the flags are `i`, `m`, `s` and `U`", item.span.start.offset));
            }
        }
        Ok(())
    }

    fn repetition(&self, repetition: &ast::Repetition) -> Result<(), Refused> {
        let at = repetition.op.span.start.offset;
        if let Ast::Repetition(_) = *repetition.ast {
            return Err(("nothing may be repeated twice; put a group around it", at));
        }
        let ast::RepetitionKind::Range(range) = &repetition.op.kind else { return Ok(()) };
        let (least, most) = match *range {
            ast::RepetitionRange::Exactly(count) => (count, count),
            ast::RepetitionRange::AtLeast(count) => (count, count),
            ast::RepetitionRange::Bounded(least, most) => (least, most),
        };
        let begins = self.source.get(at..).and_then(|rest| rest.strip_prefix('{')).unwrap_or("");
        if !begins.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(("a repetition begins with its least count", at));
        }
        if least.max(most) > MAX_REPEAT {
            return Err(("nothing may be repeated more than 1000 times", at));
        }
        Ok(())
    }
}

impl Visitor for Go<'_> {
    type Output = String;
    type Err = Refused;

    fn finish(mut self) -> Result<String, Refused> {
        self.text.push_str(self.source.get(self.end..).unwrap_or(""));
        Ok(self.text)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Refused> {
        match ast {
            Ast::ClassPerl(class) => self.perl(class),
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::WordBoundary => self.put(&assertion.span, r"(?-u:\b)"),
                ast::AssertionKind::NotWordBoundary => self.put(&assertion.span, r"(?-u:\B)"),
                ast::AssertionKind::WordBoundaryStartAngle => self.put(&assertion.span, "<"),
                ast::AssertionKind::WordBoundaryEndAngle => self.put(&assertion.span, ">"),
                ast::AssertionKind::WordBoundaryStart
                | ast::AssertionKind::WordBoundaryEnd
                | ast::AssertionKind::WordBoundaryStartHalf
                | ast::AssertionKind::WordBoundaryEndHalf => {
                    return Err((r"after `\b` stands no brace", assertion.span.start.offset));
                }
                ast::AssertionKind::StartLine
                | ast::AssertionKind::EndLine
                | ast::AssertionKind::StartText
                | ast::AssertionKind::EndText => {}
            },
            Ast::Literal(literal) => Self::literal(literal)?,
            Ast::Flags(flags) => Self::flags(&flags.flags)?,
            Ast::Group(group) => {
                if let ast::GroupKind::NonCapturing(flags) = &group.kind {
                    Self::flags(flags)?;
                }
            }
            Ast::Repetition(repetition) => self.repetition(repetition)?,
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), Refused> {
        match item {
            ast::ClassSetItem::Perl(class) => self.perl(class),
            ast::ClassSetItem::Literal(literal) => Self::literal(literal)?,
            ast::ClassSetItem::Bracketed(inner) => {
                return Err((r"inside of `[…]` a bracket is written as `\[`", inner.span.start.offset));
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, operation: &ast::ClassSetBinaryOp) -> Result<(), Refused> {
        Err(("inside of `[…]` the second of `&&`, `--` and `~~` needs a `\\`", operation.span.start.offset))
    }
}
