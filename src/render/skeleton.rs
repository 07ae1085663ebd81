//! What many renderings of one template share: the tree that their text is read into, with holes for the values
//! spliced in.
//!
//! A text is read in full once for each skeleton. After that the values go into the holes of a tree that is already
//! there, as long as each is inert: whatever stands in its place reads as that very text, and ends nothing. A text with
//! any other value is read in full each time, and so is one in which something is wrong.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use serde_json::{Map, Value};

use super::marker::{CLOSE, INERT, INERT_END, OPEN};
use super::text::Text;
use crate::diagnostic::Span;
use crate::yaml::{self, Node, NodeKind, Plain, Scalar, Stream, Style};

/// How many bytes the frames may have that are kept, of all templates together. What is read of one takes some times
/// as much.
const MOST_BYTES: usize = 16 << 20;

/// How many of them may differ in nothing but values that are no holes.
const MOST_ALIKE: usize = 16;

/// A marked text taken apart: what the template printed, and the values spliced in.
pub(super) struct Cut<'a> {
    /// The text with a mark in place of each value; its line markers are still in it.
    frame: String,
    digest: u64,
    values: Vec<&'a str>,
}

/// The documents of one frame. They may hold what is secret, so none of this is printed.
struct Skeleton {
    frame: Box<str>,
    /// Values that must be these: they are keys, comments, or written in a way that others could not be.
    fixed: Vec<(usize, Box<str>)>,
    documents: Vec<Document>,
}

/// One document that an object is made of.
pub(super) struct Document {
    /// The template line that it begins on, if it is known.
    pub origin: Option<Span>,
    tree: Tree,
}

/// A value with holes.
enum Tree {
    /// Without any.
    Whole(Value),
    /// An integer that is one.
    Number(usize),
    /// A string with some.
    Text(Hollow),
    /// A list.
    List(Vec<Tree>),
    /// A map.
    Map(Vec<(String, Tree)>),
}

/// A string with holes.
struct Hollow {
    style: Style,
    in_flow: bool,
    parts: Vec<Part>,
}

enum Part {
    Text(Box<str>),
    Hole(usize),
}

/// The skeletons of a fleet's templates, by the number of the template and the digest of the frame.
#[derive(Default)]
pub(super) struct Skeletons(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    /// Of all frames together.
    bytes: usize,
    by_frame: BTreeMap<(usize, u64), Vec<Skeleton>>,
}

impl Kept {
    /// Whether a skeleton of this text is not there yet, and there is room for one.
    fn takes(&self, template: usize, cut: &Cut<'_>) -> bool {
        let alike = self.by_frame.get(&(template, cut.digest)).map_or(&[][..], Vec::as_slice);
        self.bytes + cut.frame.len() <= MOST_BYTES
            && alike.len() < MOST_ALIKE
            && !alike.iter().any(|skeleton| skeleton.is_of(cut))
    }
}

/// The values of the documents, each with the line it begins on.
pub(super) type Filled = Vec<(Value, Option<Span>)>;

impl<'a> Cut<'a> {
    /// Takes a text apart; `None` for one in which values lie within values.
    pub(super) fn of(marked: &'a str) -> Option<Self> {
        let mut frame = String::with_capacity(marked.len());
        let mut values = Vec::new();
        let mut rest = marked;
        let mark = |c: char| matches!(c, OPEN | CLOSE | INERT | INERT_END);
        while let Some(start) = find(rest, mark) {
            let (before, from) = rest.split_at(start);
            let mut chars = from.chars();
            let opened = chars.next()?;
            let from = chars.as_str();
            let end = find(from, mark)?;
            let (value, from) = from.split_at(end);
            let mut chars = from.chars();
            match (opened, chars.next()?) {
                (OPEN, CLOSE) | (INERT, INERT_END) => {}
                _ => return None,
            }
            frame.push_str(before);
            frame.push(opened);
            values.push(value);
            rest = chars.as_str();
        }
        frame.push_str(rest);
        let mut hasher = DefaultHasher::new();
        hasher.write(frame.as_bytes());
        Some(Self { digest: hasher.finish(), frame, values })
    }
}

/// Where the first of some marks stands in a text.
fn find(text: &str, is_mark: impl Fn(char) -> bool) -> Option<usize> {
    let mut from = 0;
    // All marks begin with this byte in UTF-8; most characters do not.
    while let Some(offset) = text.as_bytes().get(from..)?.iter().position(|byte| *byte == 0xef) {
        let at = from + offset;
        let mark = text.get(at..)?.chars().next()?;
        if is_mark(mark) {
            return Some(at);
        }
        from = at + mark.len_utf8();
    }
    None
}

impl Skeletons {
    /// What the text reads as, if a text like it was read before and its values are inert.
    pub(super) fn fill(&self, template: usize, cut: &Cut<'_>) -> Option<Filled> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let alike = kept.by_frame.get(&(template, cut.digest))?;
        alike.iter().find(|skeleton| skeleton.is_of(cut))?.fill(&cut.values)
    }

    /// Keeps what a text was read into without anything being wrong. `documents` are the nodes that objects are made
    /// of, each with the line it begins on.
    pub(super) fn learn(
        &self,
        template: usize,
        cut: &Cut<'_>,
        text: &Text,
        stream: &Stream,
        documents: &[(&Node, Option<Span>)],
    ) {
        if !self.0.read().unwrap_or_else(PoisonError::into_inner).takes(template, cut) {
            return;
        }
        let Some(skeleton) = Reader::new(text, stream).skeleton(cut, documents) else { return };
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have read the same in the meantime.
        if kept.takes(template, cut) {
            kept.bytes += cut.frame.len();
            kept.by_frame.entry((template, cut.digest)).or_default().push(skeleton);
        }
    }
}

impl Skeleton {
    fn is_of(&self, cut: &Cut<'_>) -> bool {
        *self.frame == *cut.frame
            && self
                .fixed
                .iter()
                .all(|(hole, value)| cut.values.get(*hole).is_some_and(|found| *found == &**value))
    }

    fn fill(&self, values: &[&str]) -> Option<Filled> {
        self.documents.iter().map(|document| Some((document.tree.fill(values)?, document.origin))).collect()
    }
}

impl Tree {
    fn fill(&self, values: &[&str]) -> Option<Value> {
        Some(match self {
            Self::Whole(value) => value.clone(),
            Self::Number(hole) => number(values.get(*hole)?)?,
            Self::Text(hollow) => Value::String(hollow.fill(values)?),
            Self::List(items) => {
                Value::Array(items.iter().map(|item| item.fill(values)).collect::<Option<Vec<_>>>()?)
            }
            Self::Map(entries) => {
                let mut map = Map::new();
                for (key, tree) in entries {
                    map.insert(key.clone(), tree.fill(values)?);
                }
                Value::Object(map)
            }
        })
    }
}

/// An integer as it is printed.
fn number(text: &str) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then(|| Value::from(number))
}

impl Hollow {
    fn fill(&self, values: &[&str]) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Hole(hole) => {
                    let value = values.get(*hole)?;
                    if !self.takes(value, text.is_empty()) {
                        return None;
                    }
                    text.push_str(value);
                }
            }
        }
        let is_mark =
            |mark: &str| text.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let is_text = yaml::plain(&text) == Plain::String && !is_mark("---") && !is_mark("...");
        (self.style != Style::Plain || is_text).then_some(text)
    }

    /// Whether a value in this place reads as itself, whatever stands around it.
    fn takes(&self, value: &str, is_first: bool) -> bool {
        let bytes = value.as_bytes();
        match self.style {
            Style::DoubleQuoted => {
                bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte))
            }
            Style::SingleQuoted => bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\''),
            Style::Plain => {
                let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
                let inert = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/@+=".contains(byte);
                // Between two others neither ends a scalar in a block.
                let between = |pair: &[u8]| match pair {
                    [b':', next] => *next != b' ',
                    _ => true,
                };
                let begins =
                    if is_first { first.is_ascii_alphanumeric() || *first == b'/' } else { inert(first) };
                begins
                    && inert(last)
                    && bytes.iter().all(|byte| inert(byte) || !self.in_flow && matches!(byte, b':' | b' '))
                    && bytes.windows(2).all(between)
            }
            Style::Literal | Style::Folded => false,
        }
    }
}

/// A text that was read.
struct Reader<'a> {
    text: &'a Text,
    /// The values in the order they stand.
    values: Vec<&'a Range<usize>>,
    stream: &'a Stream,
}

impl<'a> Reader<'a> {
    fn new(text: &'a Text, stream: &'a Stream) -> Self {
        let mut values: Vec<&Range<usize>> = text.splices.iter().chain(&text.inert).collect();
        values.sort_by_key(|value| (value.start, value.end));
        Self { text, values, stream }
    }

    /// `None` if not all of the text follows from its frame and its values.
    fn skeleton(&self, cut: &Cut<'_>, documents: &[(&Node, Option<Span>)]) -> Option<Skeleton> {
        if self.stream.has_aliases || self.values.len() != cut.values.len() {
            return None;
        }
        // By the byte where its scalar begins.
        let mut hollow: BTreeMap<usize, Hollow> = BTreeMap::new();
        let mut fixed = Vec::new();
        for (hole, at) in self.values.iter().enumerate() {
            match self.around(at).filter(|scalar| self.is_open(scalar)) {
                // How far right a block of lines stands depends on what stands before it.
                Some(_) if self.text.blocks.iter().any(|block| self.is_before(at, block)) => return None,
                Some(scalar) => {
                    hollow.entry(scalar.span.start).or_insert_with(|| self.hollow(scalar));
                }
                None => fixed.push((hole, Box::from(*cut.values.get(hole)?))),
            }
        }
        let documents = documents
            .iter()
            .map(|(node, origin)| Document { origin: *origin, tree: tree(node, &mut hollow) })
            .collect();
        let skeleton = Skeleton { frame: cut.frame.as_str().into(), documents, fixed };
        hollow.is_empty().then_some(skeleton)
    }

    /// The scalar that a value lies in.
    fn around(&self, at: &Range<usize>) -> Option<&Scalar> {
        let next = self.stream.scalars.partition_point(|scalar| scalar.span.start <= at.start);
        let scalar = self.stream.scalars.get(next.checked_sub(1)?)?;
        (at.end <= scalar.span.end && !at.is_empty()).then_some(scalar)
    }

    /// Whether a value stands before a block of lines on the line where that begins.
    fn is_before(&self, value: &Range<usize>, block: &Range<usize>) -> bool {
        let between = self.text.text.get(value.end..block.start);
        between.is_some_and(|between| !between.contains('\n'))
    }

    /// The values that begin in a scalar, each with its number.
    fn values(&self, scalar: &Scalar) -> impl Iterator<Item = (usize, &Range<usize>)> {
        let first = self.values.partition_point(|value| value.start < scalar.span.start);
        let inside = self.values.iter().enumerate().skip(first);
        inside.map(|(hole, value)| (hole, *value)).take_while(|(_, value)| value.start < scalar.span.end)
    }

    /// Whether another value could stand in this scalar: its text is what is written, and it is no key.
    fn is_open(&self, scalar: &Scalar) -> bool {
        let written = self.text.text.get(scalar.span.clone()).unwrap_or("\n");
        let as_it_is = match scalar.style {
            // Any other plain scalar than a text or a number alone is what it is.
            Style::Plain if yaml::plain(written) == Plain::String => !written.contains('\n'),
            Style::Plain => {
                number(written).is_some() && self.values(scalar).all(|(_, value)| *value == scalar.span)
            }
            Style::DoubleQuoted => !written.contains(['\n', '\\']),
            Style::SingleQuoted => {
                !written.contains('\n') && written.bytes().filter(|byte| *byte == b'\'').count() == 2
            }
            Style::Literal | Style::Folded => false,
        };
        let inner = inner(scalar);
        let is_inside =
            |value: &Range<usize>| inner.start <= value.start && value.end <= inner.end && !value.is_empty();
        as_it_is
            && !scalar.is_key
            && !scalar.is_tagged
            && self.values(scalar).all(|(_, value)| is_inside(value))
    }

    fn hollow(&self, scalar: &Scalar) -> Hollow {
        let Range { start: mut at, end } = inner(scalar);
        let mut parts = Vec::new();
        let literal = |range: Range<usize>, parts: &mut Vec<Part>| {
            let text = self.text.text.get(range).unwrap_or("");
            if !text.is_empty() {
                parts.push(Part::Text(text.into()));
            }
        };
        for (hole, value) in self.values(scalar) {
            literal(at..value.start, &mut parts);
            parts.push(Part::Hole(hole));
            at = value.end;
        }
        literal(at..end, &mut parts);
        Hollow { style: scalar.style, in_flow: scalar.in_flow, parts }
    }
}

/// A scalar without its quotes.
fn inner(scalar: &Scalar) -> Range<usize> {
    let quotes = usize::from(scalar.style != Style::Plain);
    scalar.span.start + quotes..scalar.span.end.saturating_sub(quotes)
}

/// A node with the holes that lie in it. Recursion is bounded by [`yaml::MAX_DEPTH`].
fn tree(node: &Node, hollow: &mut BTreeMap<usize, Hollow>) -> Tree {
    if hollow.range(node.span.clone()).next().is_none() {
        return Tree::Whole(yaml::to_json(node));
    }
    match &node.kind {
        NodeKind::List(items) => Tree::List(items.iter().map(|item| tree(item, hollow)).collect()),
        NodeKind::Map(entries) => {
            Tree::Map(entries.iter().map(|entry| (entry.key.clone(), tree(&entry.value, hollow))).collect())
        }
        NodeKind::String(_) | NodeKind::Null | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) => {
            match hollow.remove(&node.span.start) {
                Some(Hollow { parts, .. }) if matches!(node.kind, NodeKind::Int(_)) => match parts.as_slice()
                {
                    [Part::Hole(hole)] => Tree::Number(*hole),
                    _ => Tree::Whole(yaml::to_json(node)),
                },
                Some(hollow) => Tree::Text(hollow),
                None => Tree::Whole(yaml::to_json(node)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the text after the `=>` reads as, once the one before it was read; values stand between `«` and `»`, those
    /// that are as harmless as the template between `‹` and `›`.
    fn filled(texts: &str) -> String {
        let marks = [("«", OPEN), ("»", CLOSE), ("‹", INERT), ("›", INERT_END)];
        let marked =
            marks.iter().fold(texts.to_owned(), |text, (sign, mark)| text.replace(sign, &mark.to_string()));
        let (first, second) = marked.split_once(" => ").unwrap();
        let skeletons = Skeletons::default();
        let text = Text::of(first, |_| None);
        let stream = yaml::read(&text.text).unwrap();
        let documents: Vec<_> = stream.documents.iter().map(|document| (&document.root, None)).collect();
        skeletons.learn(0, &Cut::of(first).unwrap(), &text, &stream, &documents);
        match Cut::of(second).and_then(|cut| skeletons.fill(0, &cut)) {
            Some(values) => values.iter().map(|(value, _)| value.to_string()).collect(),
            None => "read in full".to_owned(),
        }
    }

    #[test]
    fn inert_values_fill_the_holes_of_a_text() {
        let cases = [
            ("a: «x» => a: «some other»", r#"{"a":"some other"}"#),
            ("a: b«x»:«y» => a: b«c/d»:«1.0»", r#"{"a":"bc/d:1.0"}"#),
            ("a: \"‹x›\" => a: \"‹it's 1.30: #›\"", r#"{"a":"it's 1.30: #"}"#),
            ("a: '«x»' => a: '«\"q\"»'", r#"{"a":"\"q\""}"#),
            ("a: ‹1› => a: ‹-80›", r#"{"a":-80}"#),
            ("a: p-‹1› => a: p-‹80›", r#"{"a":"p-80"}"#),
            ("a: [«x», ‹1›] => a: [«z», ‹2›]", r#"{"a":["z",2]}"#),
            ("«k»: «x» => «k»: «z»", r#"{"k":"z"}"#),
            ("a: |\n  «x»\nb: «x» => a: |\n  «x»\nb: «z»", r#"{"a":"x\n","b":"z"}"#),
            ("a: «x»\n---\n- b: «x» => a: «z»\n---\n- b: «w»", r#"{"a":"z"}[{"b":"w"}]"#),
        ];
        for (texts, value) in cases {
            assert_eq!(filled(texts), value, "{texts}");
        }
    }

    #[test]
    fn everything_else_is_read_in_full() {
        for texts in [
            "a: «x» => b: «x»",
            "a: «x» => a: «1.30»",
            "a: «x» => a: «»",
            "a: «x» => a: «y: z»",
            "a: «x» => a: «y #z»",
            "a: «x» => a: «y »",
            "a: «x» => a: «é»",
            "a: [«x»] => a: [«y, z»]",
            "a: [«x»] => a: [«y z»]",
            "a: \"«x»\" => a: \"«\\»\"",
            "a: '«x»' => a: '«'»'",
            "a: ‹1› => a: ‹01›",
            "a: ‹1› => a: ‹1.5›",
            "«k»: x => «l»: x",
            "a: |\n  «x» => a: |\n  «y»",
            "a: &x «x»\nb: *x => a: &x «y»\nb: *x",
            "a: !!str «x» => a: !!str «y»",
            "a: b # «x» => a: b # «y»",
            "a: «x» => a: «x«y»»",
        ] {
            assert_eq!(filled(texts), "read in full", "{texts}");
        }
    }
}
