//! Text to documents.

use std::collections::BTreeMap;
use std::ops::Range;

use super::characters::first_forbidden;
use super::error::{Error, ErrorKind};
use super::node::{Document, Entry, Node, NodeKind, Stream, Style};
use super::plain::{Plain, plain};
use super::tape::{Item, ItemKind, Tag, Tape, record};

/// How deep lists and maps may be nested, aliases followed. The deepest schema of a CRD has about 40.
pub const MAX_DEPTH: usize = 100;

/// How many values the aliases of one text may stand for.
pub const MAX_ALIAS_NODES: usize = 100_000;

/// Reads all documents of a text.
///
/// # Errors
/// The first thing in the text that is no YAML, or that the API server could not hold.
pub fn read(text: &str) -> Result<Stream, Error> {
    if let Some((at, character)) = first_forbidden(text) {
        let kind = ErrorKind::Character { character };
        return Err(Error { kind, at: at..at + character.len_utf8(), also: None });
    }
    let tape = record(text)?;
    let mut builder = Builder { text, tape: &tape, expanded: 0, alias: None };
    let mut documents = Vec::with_capacity(tape.roots.len());
    for root in &tape.roots {
        let empty = tape.items.get(*root).is_some_and(|item| item.is_left_out());
        if !empty {
            documents.push(Document { root: builder.node(*root, 0)? });
        }
    }
    let has_aliases = tape.items.iter().any(|item| matches!(item.kind, ItemKind::Alias { .. }));
    Ok(Stream { documents, scalars: tape.scalars, has_aliases })
}

impl Item<'_> {
    /// Whether nothing stands there.
    fn is_left_out(&self) -> bool {
        self.span.is_empty() && self.tag.is_none() && matches!(self.kind, ItemKind::Scalar { .. })
    }

    fn is_merge(&self) -> bool {
        self.tag.is_none()
            && matches!(&self.kind, ItemKind::Scalar { text, style: Style::Plain } if text == "<<")
    }
}

/// Makes the tree out of the tape, aliases followed. It recurses at most [`MAX_DEPTH`] deep.
struct Builder<'t, 'a> {
    text: &'a str,
    tape: &'t Tape<'a>,
    /// How many values aliases have stood for so far.
    expanded: usize,
    /// The outermost alias that is being followed.
    alias: Option<Range<usize>>,
}

impl<'t, 'a> Builder<'t, 'a> {
    fn item(&self, index: usize) -> Result<&'t Item<'a>, Error> {
        // The tape is whole once it was recorded without an error.
        self.tape.items.get(index).ok_or_else(|| {
            let end = self.text.len();
            let kind = ErrorKind::Syntax { message: "the text ends in the middle", hint: "" };
            Error { kind, at: end..end, also: None }
        })
    }

    fn node(&mut self, index: usize, depth: usize) -> Result<Node, Error> {
        let item = self.item(index)?;
        if let Some(alias) = &self.alias {
            self.expanded += 1;
            if self.expanded > MAX_ALIAS_NODES {
                return Err(Error { kind: ErrorKind::Aliases, at: alias.clone(), also: None });
            }
        }
        let deep = |kind| Error { kind, at: self.alias.clone().unwrap_or(item.span.clone()), also: None };
        let kind = match &item.kind {
            ItemKind::Scalar { text, style } => self.scalar(item, text, *style)?,
            ItemKind::Alias { target } => {
                let outermost = self.alias.is_none();
                if outermost {
                    self.alias = Some(item.span.clone());
                }
                let node = self.node(*target, depth)?;
                if outermost {
                    self.alias = None;
                }
                node.kind
            }
            ItemKind::List | ItemKind::Map if depth >= MAX_DEPTH => return Err(deep(ErrorKind::Depth)),
            ItemKind::List => {
                self.tagged(item, Tag::List, "a list")?;
                let mut items = Vec::new();
                for child in Children::of(self.tape, index) {
                    items.push(self.node(child, depth + 1)?);
                }
                NodeKind::List(items)
            }
            ItemKind::Map => {
                self.tagged(item, Tag::Map, "a map")?;
                NodeKind::Map(self.entries(index, depth)?)
            }
        };
        Ok(Node { kind, span: item.span.clone() })
    }

    fn tagged(&self, item: &Item<'_>, own: Tag, found: &str) -> Result<(), Error> {
        match item.tag {
            Some(tag) if tag != own => Err(mismatch(item, tag, found)),
            _ => Ok(()),
        }
    }

    fn scalar(&self, item: &Item<'_>, text: &str, style: Style) -> Result<NodeKind, Error> {
        let refused = |refusal| Error {
            kind: ErrorKind::Value { text: text.to_owned(), refusal },
            at: item.span.clone(),
            also: None,
        };
        let Some(tag) = item.tag else {
            return Ok(match if style == Style::Plain { plain(text) } else { Plain::String } {
                Plain::Null => NodeKind::Null,
                Plain::Bool(value) => NodeKind::Bool(value),
                Plain::Int(value) => NodeKind::Int(value),
                Plain::Float(value) => NodeKind::Float(value),
                Plain::String => NodeKind::String(text.to_owned()),
                Plain::Refused(refusal) => return Err(refused(refusal)),
            });
        };
        // A tag has its text read as if it stood without quotes; go-yaml does so too.
        match (tag, plain(text)) {
            (Tag::Str, _) => Ok(NodeKind::String(text.to_owned())),
            (Tag::Null, Plain::Null) => Ok(NodeKind::Null),
            (Tag::Bool, Plain::Bool(value)) => Ok(NodeKind::Bool(value)),
            (Tag::Int | Tag::Float, Plain::Refused(refusal)) => Err(refused(refusal)),
            (Tag::Int | Tag::Float, Plain::Int(value)) => Ok(NodeKind::Int(value)),
            (Tag::Float, Plain::Float(value)) => Ok(NodeKind::Float(value)),
            (tag, _) => Err(mismatch(item, tag, text)),
        }
    }

    fn entries(&mut self, map: usize, depth: usize) -> Result<Vec<Entry>, Error> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merge: Option<(Range<usize>, usize)> = None;
        let mut children = Children::of(self.tape, map);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            let item = self.item(key)?;
            if !item.is_merge() {
                let (key, key_span) = (self.key(key)?, item.span.clone());
                entries.push(Entry { key, key_span, value: self.node(value, depth + 1)? });
            } else if let Some((first, _)) = merge {
                return Err(twice("<<", item.span.clone(), first));
            } else {
                merge = Some((item.span.clone(), value));
            }
        }
        if let Some((first, second)) = first_duplicate(&entries) {
            return Err(twice(&second.key, second.key_span.clone(), first.key_span.clone()));
        }
        if let Some((at, sources)) = merge {
            let merged = self.merged(sources, depth)?;
            merge_in(&mut entries, merged, at)?;
        }
        Ok(entries)
    }

    /// What `<<` merges in: of several maps, an earlier one before a later one.
    fn merged(&mut self, sources: usize, depth: usize) -> Result<Vec<Entry>, Error> {
        let node = self.node(sources, depth)?;
        let not_a_map = |node: &Node| Error {
            kind: ErrorKind::Merge { found: node.type_name() },
            at: node.span.clone(),
            also: None,
        };
        match node.kind {
            NodeKind::Map(entries) => Ok(entries),
            NodeKind::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    match item.kind {
                        NodeKind::Map(entries) => all.extend(entries),
                        _ => return Err(not_a_map(&item)),
                    }
                }
                Ok(all)
            }
            _ => Err(not_a_map(&node)),
        }
    }

    /// The key that an item is: a string, or an integer that looks the same as a string.
    fn key(&self, index: usize) -> Result<String, Error> {
        let mut item = self.item(index)?;
        let at = item.span.clone();
        if let ItemKind::Alias { target } = item.kind {
            item = self.item(target)?;
        }
        let found = match &item.kind {
            ItemKind::Scalar { text, style } => match self.scalar(item, text, *style)? {
                NodeKind::String(key) => return Ok(key),
                NodeKind::Int(number) if number.to_string() == **text => {
                    return Ok(text.clone().into_owned());
                }
                NodeKind::Int(_) | NodeKind::Float(_) => "a number",
                NodeKind::Bool(_) => "a bool",
                NodeKind::Null => "null",
                NodeKind::List(_) | NodeKind::Map(_) => "a list or map",
            },
            ItemKind::List => "a list",
            ItemKind::Map => "a map",
            ItemKind::Alias { .. } => "an alias",
        };
        let text = self.text.get(at.clone()).unwrap_or_default().to_owned();
        Err(Error { kind: ErrorKind::Key { found, text }, at, also: None })
    }
}

/// The first key that was given before, and where.
fn first_duplicate(entries: &[Entry]) -> Option<(&Entry, &Entry)> {
    /// Up to here looking at every pair is faster than sorting.
    const FEW: usize = 12;
    if entries.len() <= FEW {
        return entries.iter().enumerate().find_map(|(at, second)| {
            entries.iter().take(at).find(|first| first.key == second.key).map(|first| (first, second))
        });
    }
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let pairs = sorted.iter().zip(sorted.iter().skip(1)).filter(|(first, second)| first.key == second.key);
    pairs.min_by_key(|(_, second)| second.key_span.start).map(|(first, second)| (*first, *second))
}

/// Adds what `<<` at `at` merges in. Keys of the map itself win, then those of the earlier source.
fn merge_in(entries: &mut Vec<Entry>, merged: Vec<Entry>, at: Range<usize>) -> Result<(), Error> {
    let own = entries.len();
    let mut places: BTreeMap<String, usize> =
        entries.iter().enumerate().map(|(place, entry)| (entry.key.clone(), place)).collect();
    for entry in merged {
        let Some(place) = places.get(&entry.key) else {
            places.insert(entry.key.clone(), entries.len());
            entries.push(entry);
            continue;
        };
        // go-yaml has what comes later win, other readers have the map's own key win.
        let before =
            entries.get(*place).filter(|own_entry| *place < own && own_entry.key_span.end <= at.start);
        if let Some(before) = before {
            let also = Some(before.key_span.clone());
            return Err(Error { kind: ErrorKind::MergeOver { key: entry.key }, at, also });
        }
    }
    Ok(())
}

fn mismatch(item: &Item<'_>, tag: Tag, text: &str) -> Error {
    let kind = ErrorKind::TagMismatch { text: text.to_owned(), tag: tag.as_str() };
    Error { kind, at: item.span.clone(), also: None }
}

fn twice(key: &str, at: Range<usize>, first: Range<usize>) -> Error {
    Error { kind: ErrorKind::DuplicateKey { key: key.to_owned() }, at, also: Some(first) }
}

/// The indices of what stands directly in a list or map.
struct Children<'t, 'a> {
    tape: &'t Tape<'a>,
    next: usize,
    end: usize,
}

impl<'t, 'a> Children<'t, 'a> {
    fn of(tape: &'t Tape<'a>, parent: usize) -> Self {
        Self { tape, next: parent + 1, end: tape.items.get(parent).map_or(0, |item| item.end) }
    }
}

impl Iterator for Children<'_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let child = self.next;
        let item = self.tape.items.get(child).filter(|_| child < self.end)?;
        self.next = item.end;
        Some(child)
    }
}
