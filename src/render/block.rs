//! What is spliced in over several lines: all of them must stay below the place where the first is spliced in.
//!
//! Lines that are indented too little are often YAML all the same, of another meaning: `{{ m | to_yaml }}`
//! below `labels:` would put the first key into the labels and the others at the top of the object.

use std::ops::Range;

use super::text::Text;

/// Several lines that do not stay where they belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misplaced {
    /// All of them, by bytes of the rendered text.
    pub at: Range<usize>,
    /// Whether they are a text, not a map or list.
    pub is_text: bool,
    /// The first line that stands too far left, without its indentation.
    pub line: Range<usize>,
    /// The column of that line, from 1.
    pub column: usize,
    /// The least column it may have, from 1.
    pub least: usize,
    /// The filters that move it there.
    pub filters: String,
}

/// All of them in a text.
pub(super) fn misplaced(text: &Text) -> Vec<Misplaced> {
    let blocks = text.blocks.iter().map(|at| (at, false));
    let texts = text.splices.iter().map(|at| (at, true));
    blocks.chain(texts).filter_map(|(at, is_text)| look(&text.text, at, is_text)).collect()
}

fn look(text: &str, at: &Range<usize>, is_text: bool) -> Option<Misplaced> {
    let value = text.get(at.clone()).filter(|value| value.contains('\n'))?;
    let (above, before) = text.get(..at.start)?.rsplit_once('\n').unwrap_or(("", text.get(..at.start)?));
    let key = key_column(before);
    let (least, filter) = if before.trim().is_empty() {
        let column = before.len();
        // Then the first line is at fault, too, and YAML says so.
        let above = above.lines().last().unwrap_or("");
        if value.starts_with('\n') || opens_block(above) && column <= key_column(above) {
            return None;
        }
        (column, format!("indent(width={column})"))
    } else if is_text {
        return None;
    } else if opens_block(before) {
        // A list may stand in the column of its key.
        let is_list = value.trim_start().starts_with("- ");
        (
            if is_list && value.starts_with('\n') { key } else { key + 1 },
            format!("nindent(width={})", key + 2),
        )
    } else if value.starts_with('\n') {
        return None;
    } else {
        let column = before.chars().count();
        (column, format!("indent(width={column})"))
    };
    let filters = if is_text { filter } else { format!("to_yaml | {filter}") };
    let mut start = at.start;
    for line in value.split('\n') {
        let column = line.len() - line.trim_start_matches(' ').len();
        // The line that it begins on has its indentation from the template.
        if start > at.start && column < line.len() && column < least {
            let line = start + column..start + line.len();
            let (column, least) = (column + 1, least + 1);
            return Some(Misplaced { at: at.clone(), is_text, line, column, least, filters });
        }
        start += line.len() + 1;
    }
    None
}

/// Whether what belongs to the key of a line stands on the next lines.
fn opens_block(line: &str) -> bool {
    let line = line.trim_end();
    line.ends_with(':') || line.trim_end_matches(['-', '+']).ends_with(['|', '>'])
}

/// Where the key of a line stands, behind the dashes of the lists that it begins.
fn key_column(line: &str) -> usize {
    let mut rest = line.trim_start_matches(' ');
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start_matches(' ');
    }
    line.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::marker::{BLOCK, BLOCK_END, CLOSE, OPEN};

    /// What is said of the block between `«` and `»`.
    fn told(marked: &str) -> Option<(usize, usize, String)> {
        let marked = marked.replace('«', &BLOCK.to_string()).replace('»', &BLOCK_END.to_string());
        let found = misplaced(&Text::of(&marked, |_| None));
        found.first().map(|found| (found.column, found.least, found.filters.clone()))
    }

    #[test]
    fn blocks_stay_below_their_place() {
        for text in [
            "«a: 1\nb: 2»",
            "x:\n  «a: 1\n  b: 2»",
            "x:«\n  a: 1\n\n  b: 2»",
            "x:\n  y:«\n  - a\n  - b»",
            "- «a: 1\n  b: 2»",
            "- x:«\n    a: 1»\n",
            "x: |«\n  a: 1»\n",
            "«\na: 1»",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn texts_stay_in_their_block() {
        let told = |marked: &str| {
            let marked = marked.replace('«', &OPEN.to_string()).replace('»', &CLOSE.to_string());
            misplaced(&Text::of(&marked, |_| None)).first().map(|found| found.filters.clone())
        };
        for text in ["x: |\n  «a\n  b»", "«a\nb»", "x: «a\nb»", "x:\n  y: |-\n «a\nb»"] {
            assert_eq!(told(text), None, "{text}");
        }
        assert_eq!(told("x: |\n  «a\nb»").as_deref(), Some("indent(width=2)"));
    }

    #[test]
    fn blocks_that_leave_it_are_found() {
        for (text, column, least, filter) in [
            ("x:\n  «a: 1\nb: 2»", 1, 3, "indent(width=2)"),
            ("x: «a: 1\nb: 2»", 1, 2, "nindent(width=2)"),
            ("x:\n  y:«\n  a: 1»", 3, 4, "nindent(width=4)"),
            ("x:\n  y:«\n- a\n- b»", 1, 3, "nindent(width=4)"),
            ("- x:«\n  a: 1»", 3, 4, "nindent(width=4)"),
            ("- «a: 1\nb: 2»", 1, 3, "indent(width=2)"),
        ] {
            assert_eq!(told(text), Some((column, least, format!("to_yaml | {filter}"))), "{text}");
        }
    }
}
