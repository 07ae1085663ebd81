//! The change of a text in the unified format, as `diff -u` and git print it.

use similar::{DiffOp, DiffTag, group_diff_ops};

use super::escape::printable;
use crate::diff::edits;

/// How many lines are shown around a change.
const CONTEXT: usize = 3;

/// What leads from one text of a file to another, in hunks; nothing where they are the same. What could deceive a
/// reader is written out.
pub fn unified(path: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    if old == new {
        return String::new();
    }
    let path = printable(path);
    let mut text = format!("--- {path}\n+++ {path}\n");
    for hunk in group_diff_ops(edits(&old, &new), CONTEXT) {
        let starts = hunk.first().map(|op| (op.old_range().start, op.new_range().start)).unwrap_or_default();
        let ends = hunk.last().map(|op| (op.old_range().end, op.new_range().end)).unwrap_or_default();
        let (from, to) = (span(starts.0, ends.0), span(starts.1, ends.1));
        text.push_str(&format!("@@ -{from} +{to} @@\n"));
        hunk.iter().for_each(|op| lines(&mut text, op, &old, &new));
    }
    text
}

/// The first line from 1 and how many, where that is not one; from 0 where there is none.
fn span(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

fn lines(text: &mut String, op: &DiffOp, old: &[&str], new: &[&str]) {
    let mut push = |sign: char, lines: &[&str]| {
        for line in lines {
            let content = line.strip_suffix('\n').unwrap_or(line);
            text.push_str(&format!("{sign}{}\n", printable(content)));
            if content.len() == line.len() {
                text.push_str("\\ No newline at end of file\n");
            }
        }
    };
    match op.tag() {
        DiffTag::Equal => push(' ', old.get(op.old_range()).unwrap_or_default()),
        DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
            push('-', old.get(op.old_range()).unwrap_or_default());
            push('+', new.get(op.new_range()).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_in_hunks() {
        assert_eq!(unified("x", "a\nb\n", "a\nb\n"), "");
        let before: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let after = before.replace("2\n3\n", "2\n\tthree\n").replace("19\n20\n", "19\n20");
        insta::assert_snapshot!(unified("fleet/a.hcl", &before, &after), @r"
        --- fleet/a.hcl
        +++ fleet/a.hcl
        @@ -1,6 +1,6 @@
         1
         2
        -3
        +\tthree
         4
         5
         6
        @@ -17,4 +17,4 @@
         17
         18
         19
        -20
        +20
        \ No newline at end of file
        ");
    }
}
