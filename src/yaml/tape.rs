//! The events of a text, one after the other, before aliases are followed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};

use super::error::{Error, ErrorKind};
use super::node::{Scalar, Style};
use super::read::MAX_DEPTH;
use super::syntax::{explain, is_tab};

/// What a text holds: every node in the order it begins, each list and map before what is in it.
#[derive(Default)]
pub(super) struct Tape<'a> {
    pub items: Vec<Item<'a>>,
    /// Where each document's root is in `items`.
    pub roots: Vec<usize>,
    pub scalars: Vec<Scalar>,
}

/// One node.
pub(super) struct Item<'a> {
    pub kind: ItemKind<'a>,
    pub tag: Option<Tag>,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// The index after it and all that is in it.
    pub end: usize,
}

pub(super) enum ItemKind<'a> {
    Scalar { text: Cow<'a, str>, style: Style },
    List,
    Map,
    Alias { target: usize },
}

/// The tags of YAML's core.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Str,
    Int,
    Bool,
    Null,
    Float,
    List,
    Map,
}

impl Tag {
    const ALL: [Self; 7] = [Self::Str, Self::Int, Self::Bool, Self::Null, Self::Float, Self::List, Self::Map];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Str => "!!str",
            Self::Int => "!!int",
            Self::Bool => "!!bool",
            Self::Null => "!!null",
            Self::Float => "!!float",
            Self::List => "!!seq",
            Self::Map => "!!map",
        }
    }
}

/// A list or map that has begun and not ended.
struct Open {
    item: usize,
    in_flow: bool,
    /// Of a map: whether a key comes next.
    key_next: Option<bool>,
}

struct Recorder<'a> {
    text: &'a str,
    tape: Tape<'a>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, usize>,
    /// The byte after the last token.
    last: usize,
}

/// Reads the events of a text.
pub(super) fn record(text: &str) -> Result<Tape<'_>, Error> {
    let mut options = Options::default();
    options.disallow_directives = true;
    options.emit_anchor_events = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    options.set_emit_comments(false);
    let mut recorder =
        Recorder { text, tape: Tape::default(), open: Vec::new(), anchors: BTreeMap::new(), last: 0 };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| recorder.refused(&error))?;
        let at = span.byte_range().unwrap_or(recorder.last..recorder.last);
        let tag = || span.tag_span().and_then(|tag| tag.byte_range()).unwrap_or(at.clone());
        recorder.take(event, at.clone(), tag)?;
    }
    Ok(recorder.tape)
}

impl<'a> Recorder<'a> {
    fn take(
        &mut self,
        event: Event<'a>,
        at: Range<usize>,
        tag_at: impl Fn() -> Range<usize>,
    ) -> Result<(), Error> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag, at, tag_at),
            Event::SequenceStart(style, anchor, tag) => {
                let tag = tag.map(|tag| self.tag(&tag, tag_at())).transpose()?;
                self.begin(ItemKind::List, style, anchor, tag, at)
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = tag.map(|tag| self.tag(&tag, tag_at())).transpose()?;
                self.begin(ItemKind::Map, style, anchor, tag, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end(at);
                Ok(())
            }
            Event::Alias(anchor) => {
                let name = || self.text.get(at.start + 1..at.end).unwrap_or_default().to_owned();
                let Some(target) = self.anchors.get(&anchor).copied() else {
                    return Err(error(ErrorKind::UnknownAnchor { name: name() }, at));
                };
                if self.open.iter().any(|open| open.item == target) {
                    return Err(error(ErrorKind::SelfReference { name: name() }, at));
                }
                self.last = at.end;
                self.push(ItemKind::Alias { target }, None, at);
                Ok(())
            }
            Event::DocumentStart(..) => {
                self.last = self.last.max(at.end);
                self.anchors.clear();
                Ok(())
            }
            // go-yaml ends a name at any other character, and reads `&a:b` as the text `:b`.
            Event::Anchor(_, name)
                if name.contains(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))) =>
            {
                let message = "an anchor with other characters than letters, digits, `_` and `-`";
                let hint = "rename it, or quote a text that begins with `&`";
                Err(error(ErrorKind::Syntax { message, hint }, at))
            }
            // Its place is before the node that came last.
            Event::Anchor(..) => Ok(()),
            // Starts and ends; events for comments and unknown aliases are off.
            _ => {
                self.last = self.last.max(at.end);
                Ok(())
            }
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'a, granit_parser::Tag>>,
        at: Range<usize>,
        tag_at: impl Fn() -> Range<usize>,
    ) -> Result<(), Error> {
        let tag = tag.map(|tag| self.tag(&tag, tag_at())).transpose()?;
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        // The parser gives a value that was left out as `~` without a place.
        let text = if at.is_empty() && style == Style::Plain { Cow::Borrowed("") } else { text };
        let at_margin =
            at.start.checked_sub(1).and_then(|before| self.text.as_bytes().get(before)) == Some(&b'\n');
        let is_block = matches!(style, Style::Literal | Style::Folded);
        if is_block && self.open.is_empty() && at_margin && !text.trim_matches('\n').is_empty() {
            let message = "the text of a block that is not indented, which readers of YAML disagree on";
            let hint = "indent it by two blanks";
            return Err(error(ErrorKind::Syntax { message, hint }, at.start..at.start));
        }
        let span = match style {
            Style::Literal | Style::Folded => block_header(self.text, self.last, at.start)..at.end,
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => at,
        };
        let is_key = self.open.last().is_some_and(|open| open.key_next == Some(true));
        let in_flow = self.open.last().is_some_and(|open| open.in_flow);
        self.tape.scalars.push(Scalar {
            span: span.clone(),
            style,
            is_key,
            in_flow,
            is_tagged: tag.is_some(),
        });
        self.last = span.end;
        if in_flow && style == Style::Plain {
            self.readers_agree(&span, is_key)?;
        }
        let index = self.push(ItemKind::Scalar { text, style }, tag, span);
        if anchor != 0 {
            self.anchors.insert(anchor, index);
        }
        Ok(())
    }

    /// Refuses plain scalars in brackets that go-yaml splits elsewhere than YAML 1.2 does: `{a:}` and
    /// `[a:,b]`, where it takes the colon for a part of the text, and `[?a]`, where it sees a key.
    fn readers_agree(&self, scalar: &Range<usize>, is_key: bool) -> Result<(), Error> {
        let bytes = self.text.as_bytes();
        let (message, hint, at) = if bytes.get(scalar.start) == Some(&b'?') && !scalar.is_empty() {
            let message = "a text between brackets that begins with `?`, which readers of YAML disagree on";
            (message, "quote the text", scalar.start)
        } else if let (true, Some([b':', b',' | b'[' | b']' | b'{' | b'}', ..])) =
            (is_key, bytes.get(scalar.end..))
        {
            let message = "a `:` right before a comma or bracket, which readers of YAML disagree on";
            (message, "write a blank after the colon, or quote the text", scalar.end)
        } else {
            return Ok(());
        };
        Err(error(ErrorKind::Syntax { message, hint }, at..at + 1))
    }

    fn begin(
        &mut self,
        kind: ItemKind<'a>,
        style: StructureStyle,
        anchor: usize,
        tag: Option<Tag>,
        at: Range<usize>,
    ) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(error(ErrorKind::Depth, at));
        }
        let mut at = at;
        if style == StructureStyle::Block && self.open.last().is_some_and(|open| open.key_next.is_some()) {
            // Of a list in the column of its key, the parser gives the place behind the first dash.
            let before = self.text.get(..at.start).unwrap_or_default().trim_end_matches([' ', '\t']);
            if let (ItemKind::List, Some(before)) = (&kind, before.strip_suffix('-')) {
                at.start = before.len();
            }
        }
        let key_next = matches!(kind, ItemKind::Map).then_some(true);
        let in_flow = style == StructureStyle::Flow || self.open.last().is_some_and(|open| open.in_flow);
        self.last = at.end;
        let item = self.push(kind, tag, at);
        if anchor != 0 {
            self.anchors.insert(anchor, item);
        }
        self.open.push(Open { item, in_flow, key_next });
        Ok(())
    }

    fn end(&mut self, at: Range<usize>) {
        let after = self.tape.items.len();
        let Some(open) = self.open.pop() else { return };
        // The end of a block is found at the next token; what it holds ends before.
        let end = if at.is_empty() { self.last } else { at.end };
        self.last = end;
        if let Some(item) = self.tape.items.get_mut(open.item) {
            item.end = after;
            item.span.end = end.max(item.span.end);
        }
    }

    fn push(&mut self, kind: ItemKind<'a>, tag: Option<Tag>, span: Range<usize>) -> usize {
        let index = self.tape.items.len();
        match self.open.last_mut() {
            Some(open) => open.key_next = open.key_next.map(|key_next| !key_next),
            None => self.tape.roots.push(index),
        }
        self.tape.items.push(Item { kind, tag, span, end: index + 1 });
        index
    }

    fn tag(&self, tag: &granit_parser::Tag, at: Range<usize>) -> Result<Tag, Error> {
        let name = (tag.handle(), tag.suffix());
        let core = Tag::ALL.into_iter().find(|core| {
            let short = core.as_str().trim_start_matches('!');
            match name {
                ("", verbatim) => verbatim.strip_prefix("tag:yaml.org,2002:") == Some(short),
                (handle, suffix) => handle == "tag:yaml.org,2002:" && suffix == short,
            }
        });
        core.ok_or_else(|| {
            let written = self.text.get(at.clone()).unwrap_or_default().to_owned();
            error(ErrorKind::Tag { tag: written }, at)
        })
    }

    fn refused(&self, refused: &ScanError) -> Error {
        use granit_parser::ErrorKind as Scan;
        let start = refused.marker().byte_offset().unwrap_or(self.last).min(self.text.len());
        let before = self.text.get(..start).unwrap_or_default();
        let rest = self.text.get(start..).unwrap_or_default();
        let width = rest.chars().next().map_or(0, char::len_utf8);
        match refused.kind() {
            Scan::UnknownAnchor => {
                let ends = |c: char| c.is_whitespace() || ",[]{}".contains(c);
                let alias = rest.find(ends).and_then(|end| rest.get(..end)).unwrap_or(rest);
                let name = alias.strip_prefix('*').unwrap_or(alias).to_owned();
                error(ErrorKind::UnknownAnchor { name }, start..start + alias.len())
            }
            // The parser points behind the tab.
            kind if before.ends_with('\t') => error(explain(kind), start - 1..start),
            // Of a tab below a plain scalar it gives the end of the scalar.
            kind if is_tab(kind) && !rest.starts_with('\t') => {
                let at = rest.find('\t').map_or(start, |offset| start + offset);
                error(explain(kind), at..(at + 1).min(self.text.len()))
            }
            kind => error(explain(kind), start..start + width),
        }
    }
}

/// Where the `|` or `>` of a block scalar stands: the first thing after the last token that is no blank,
/// indicator, property or comment. The parser gives the place of the body alone.
fn block_header(text: &str, after: usize, body: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = after;
    while let Some(byte) = bytes.get(at).filter(|_| at <= body) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'|' | b'>' => return at,
            b'#' => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            b'!' | b'&' => rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len()),
            _ => 1,
        };
    }
    body
}

fn error(kind: ErrorKind, at: Range<usize>) -> Error {
    Error { kind, at, also: None }
}
