//! The outline of a file: where its top-level structures begin and end, found without parsing them.
//!
//! The parser stops at the first syntax error of a file. The outline lets each structure be parsed alone, so
//! that one mistake does not hide the next, and it knows which bracket was left open.

mod scan;

use std::collections::BTreeMap;
use std::ops::Range;

/// What an outline found.
#[derive(Debug, Default)]
pub struct Outline {
    /// The top-level structures, in order.
    pub items: Vec<Range<usize>>,
    /// The brackets, quotes, heredocs and comments that nothing closes, or that the wrong thing closes.
    pub unclosed: Vec<Unclosed>,
    /// Each `name =`: the offset of the bracket it stands in, and the range of the name.
    assignments: Vec<(Option<usize>, Range<usize>)>,
}

/// Something left open.
#[derive(Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// What opens it.
    pub opener: Range<usize>,
    /// What stood where its end was expected; `None` at the end of the file.
    pub found: Option<Range<usize>>,
    /// The word that ends it, where that is no bracket: `endif`, `endfor`.
    pub end: Option<&'static str>,
}

impl Unclosed {
    fn new(opener: Range<usize>, found: Option<Range<usize>>) -> Self {
        Self { opener, found, end: None }
    }
}

impl Outline {
    /// The assignments of an item to a name that is set in the same bracket before, each after the first one
    /// to that name.
    pub fn repeated(&self, text: &str, item: &Range<usize>) -> Vec<(Range<usize>, Range<usize>)> {
        let mut first: BTreeMap<(Option<usize>, &str), &Range<usize>> = BTreeMap::new();
        let mut repeated = Vec::new();
        for (within, name) in self.assignments.iter().filter(|(_, name)| item.contains(&name.start)) {
            let key = (*within, text.get(name.clone()).unwrap_or(""));
            match first.get(&key) {
                Some(first) => repeated.push(((*first).clone(), name.clone())),
                None => {
                    first.insert(key, name);
                }
            }
        }
        repeated
    }
}

/// The outline of a text. Never fails: what cannot be understood ends in `unclosed`.
pub fn outline(text: &str) -> Outline {
    let plain = scan::scan(text, false);
    let open_to_the_end =
        |open: &Unclosed| open.found.is_none() && text.get(open.opener.clone()) == Some("{");
    if plain.unclosed.last().is_some_and(open_to_the_end) {
        // Brackets alone would blame the outermost block; people indent what they close.
        let indented = scan::scan(text, true);
        if !indented.unclosed.iter().any(open_to_the_end) {
            return indented;
        }
    }
    plain
}

#[cfg(test)]
mod tests;
