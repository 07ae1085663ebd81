//! What many renderings of one template share: the tree that their text is read into, with holes for the values
//! spliced in.
//!
//! A text is read in full once for each skeleton. After that the values go into the holes of a tree that is already
//! there, as long as each is inert: whatever stands in its place reads as that very text, and ends nothing. A text with
//! any other value is read in full each time, and so is one in which something is wrong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use serde_json::Value;

use super::cut::Cut;
use super::hollow::{Hollow, Part, number};
use super::text::Text;
use crate::diagnostic::Span;
use crate::yaml::{self, Node, NodeKind, Plain, Scalar, Stream, Style};

/// How many bytes the frames may have that are kept, of all templates together. What is read of one takes some times
/// as much.
const MOST_BYTES: usize = 16 << 20;

/// How many of them may differ in nothing but values that are no holes.
const MOST_ALIKE: usize = 16;

/// The documents of one frame. They may hold what is secret, so none of this is printed.
struct Skeleton {
    /// Values that must be these: they are keys, comments, or written in a way that others could not be.
    fixed: Vec<(usize, Box<str>)>,
    documents: Vec<Document>,
}

/// One document that an object is made of.
struct Document {
    /// The template line that it begins on, if it is known.
    origin: Option<Span>,
    /// What it reads as, with null in place of each scalar with holes.
    whole: Value,
    /// Those scalars, if there are any.
    holes: Option<Holes>,
}

/// Where in a value the scalars with holes are.
enum Holes {
    /// It is one: an integer.
    Number(usize),
    /// It is one: a string.
    Text(Hollow),
    /// In these items of a list, or under these keys of a map in its own order; ascending.
    Within(Vec<(usize, Self)>),
}

/// The skeletons of a fleet's templates.
#[derive(Default)]
pub(super) struct Skeletons(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    /// Of all frames together.
    bytes: usize,
    /// By the number of the template and by the frame.
    of_templates: BTreeMap<usize, BTreeMap<Box<[u8]>, Vec<Skeleton>>>,
}

impl Kept {
    /// The skeletons with the frame of a text.
    fn alike(&self, template: usize, cut: &Cut<'_>) -> &[Skeleton] {
        let of_template = self.of_templates.get(&template);
        of_template.and_then(|frames| frames.get(cut.frame.as_slice())).map_or(&[], Vec::as_slice)
    }

    /// Whether a skeleton of this text is not there yet, and there is room for one.
    fn takes(&self, template: usize, cut: &Cut<'_>) -> bool {
        let alike = self.alike(template, cut);
        self.bytes + cut.frame.len() <= MOST_BYTES
            && alike.len() < MOST_ALIKE
            && !alike.iter().any(|skeleton| skeleton.is_of(cut))
    }
}

/// The values of the documents, each with the line it begins on.
pub(super) type Filled = Vec<(Value, Option<Span>)>;

impl Skeletons {
    /// What the text reads as, if a text like it was read before and its values are inert.
    pub(super) fn fill(&self, template: usize, cut: &Cut<'_>) -> Option<Filled> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.alike(template, cut).iter().find(|skeleton| skeleton.is_of(cut))?.fill(&cut.values)
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
            let frames = kept.of_templates.entry(template).or_default();
            frames.entry(cut.frame.as_slice().into()).or_default().push(skeleton);
        }
    }
}

impl Skeleton {
    fn is_of(&self, cut: &Cut<'_>) -> bool {
        let is_same =
            |(hole, value): &(usize, Box<str>)| cut.values.get(*hole).is_some_and(|found| *found == &**value);
        self.fixed.iter().all(is_same)
    }

    fn fill(&self, values: &[&str]) -> Option<Filled> {
        let fill = |document: &Document| {
            let mut whole = document.whole.clone();
            if let Some(holes) = &document.holes {
                holes.fill(&mut whole, values)?;
            }
            Some((whole, document.origin))
        };
        self.documents.iter().map(fill).collect()
    }
}

impl Holes {
    /// Fills them; `None` if one of the values does not fit.
    fn fill(&self, whole: &mut Value, values: &[&str]) -> Option<()> {
        match (self, whole) {
            (Self::Number(hole), whole) => *whole = number(values.get(*hole)?)?,
            (Self::Text(hollow), whole) => *whole = Value::String(hollow.fill(values)?),
            (Self::Within(inner), Value::Array(items)) => {
                for (index, holes) in inner {
                    holes.fill(items.get_mut(*index)?, values)?;
                }
            }
            (Self::Within(inner), Value::Object(entries)) => {
                let mut entries = entries.values_mut();
                let mut next = 0;
                for (index, holes) in inner {
                    holes.fill(entries.nth(index.checked_sub(next)?)?, values)?;
                    next = index + 1;
                }
            }
            (Self::Within(_), _) => return None,
        }
        Some(())
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
        let documents = documents.iter().map(|(node, origin)| {
            let mut whole = yaml::to_json(node);
            Document { origin: *origin, holes: holes(node, &mut whole, &mut hollow), whole }
        });
        let documents = documents.collect();
        let skeleton = Skeleton { documents, fixed };
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

/// The holes that lie in a node; `value` is what it reads as. Recursion is bounded by [`yaml::MAX_DEPTH`].
fn holes(node: &Node, value: &mut Value, hollow: &mut BTreeMap<usize, Hollow>) -> Option<Holes> {
    hollow.range(node.span.clone()).next()?;
    let inner: Vec<(usize, Holes)> = match (&node.kind, value) {
        (NodeKind::List(nodes), Value::Array(items)) => {
            let items = nodes.iter().zip(items).enumerate();
            items.filter_map(|(index, (node, item))| Some((index, holes(node, item, hollow)?))).collect()
        }
        (NodeKind::Map(nodes), Value::Object(entries)) => {
            let entry = |(index, (key, value)): (usize, (&String, &mut Value))| {
                let entry = nodes.iter().find(|entry| entry.key == *key)?;
                Some((index, holes(&entry.value, value, hollow)?))
            };
            entries.iter_mut().enumerate().filter_map(entry).collect()
        }
        (kind, value) => {
            let of_scalar = hollow.remove(&node.span.start)?;
            *value = Value::Null;
            return Some(match (kind, of_scalar.parts.as_slice()) {
                (NodeKind::Int(_), [Part::Hole(hole)]) => Holes::Number(*hole),
                _ => Holes::Text(of_scalar),
            });
        }
    };
    Some(Holes::Within(inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::marker::{CLOSE, INERT, INERT_END, OPEN};

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
        skeletons.learn(0, &Cut::of(first.as_bytes()).unwrap(), &text, &stream, &documents);
        match Cut::of(second.as_bytes()).and_then(|cut| skeletons.fill(0, &cut)) {
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
            ("a: «10%» => a: «25%»", r#"{"a":"25%"}"#),
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
