//! The blanks before each token of a text: indentation, columns, and single ones.

use std::ops::Range;

use super::blanks::is_blank_between;
use super::token::{Kind, Token, columns};

/// How far each level is indented.
const INDENT: usize = 2;

/// The widest cell that others are brought into one column with. One of a whole file's length would be repeated as blanks
/// in each line beside it.
const WIDEST: usize = 1000;

/// The tokens of a line in up to three cells, by their indices.
struct Line {
    /// What is neither of the others.
    lead: Range<usize>,
    /// From the `=` of an argument that begins and ends in this line.
    assign: Range<usize>,
    /// The comment that the line ends with, unless it is all of the line.
    comment: Range<usize>,
}

/// Sets the blanks before each token.
pub fn lay_out(tokens: &mut [Token<'_>]) {
    let lines = lines(tokens);
    indent(tokens, &lines);
    for line in &lines {
        separate(&mut tokens[line.lead.clone()]);
        if let Some(equals) = tokens.get_mut(line.assign.start).filter(|_| !line.assign.is_empty()) {
            equals.blanks = 1;
        }
        separate(&mut tokens[line.assign.clone()]);
    }
    // What stands in one column goes before what stands after it.
    align(tokens, &lines, |line| (line.lead.clone(), line.assign.clone()));
    align(tokens, &lines, |line| (line.lead.start..line.assign.end, line.comment.clone()));
}

fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.ends_line() || at + 1 == tokens.len() {
            lines.push(cells(tokens, start..at + 1));
            start = at + 1;
        }
    }
    lines
}

fn cells(tokens: &[Token<'_>], line: Range<usize>) -> Line {
    let ends_with_comment =
        line.len() > 1 && tokens.get(line.end - 1).is_some_and(|token| token.kind == Kind::Comment);
    let comment = if ends_with_comment { line.end - 1..line.end } else { line.end..line.end };
    let code = line.start..comment.start;
    let within = tokens.get(code.clone()).unwrap_or_default();
    let equals = within.iter().skip(1).position(|token| token.kind == Kind::Equal).map(|at| at + 1);
    // Where brackets stay open the value goes on, and is aligned with nothing.
    let assign = equals.filter(|at| depth(within.get(*at..).unwrap_or_default()) == 0);
    let assign = assign.map_or(code.end, |at| code.start + at);
    Line { lead: code.start..assign, assign: assign..code.end, comment }
}

fn depth(tokens: &[Token<'_>]) -> isize {
    tokens.iter().map(|token| token.kind.depth()).sum()
}

/// Sets the blanks that each line begins with.
///
/// A line that opens more than it closes is one level, however many brackets it opens, and ends when as many are
/// closed: so `foo({` and `})` indent what is between them once.
fn indent(tokens: &mut [Token<'_>], lines: &[Line]) {
    let mut levels: Vec<usize> = Vec::new();
    for line in lines {
        let Some(first) = tokens.get(line.lead.start).filter(|_| !line.lead.is_empty()) else { continue };
        if first.kind == Kind::Newline {
            tokens[line.lead.start].blanks = 0;
            continue;
        }
        let lead = tokens.get(line.lead.clone()).unwrap_or_default();
        // What stands in a heredoc does not indent what is outside of it.
        let heredoc = lead.iter().position(|token| token.kind == Kind::OpenHeredoc);
        let lead = heredoc.and_then(|at| lead.get(..at)).unwrap_or(lead);
        let opened = depth(lead) + depth(tokens.get(line.assign.clone()).unwrap_or_default());
        if opened < 0 {
            close(&mut levels, opened.unsigned_abs());
        }
        tokens[line.lead.start].blanks = INDENT * levels.len();
        if opened > 0 {
            levels.push(opened.unsigned_abs());
        }
    }
}

/// Takes away the levels that this many closed brackets end.
fn close(levels: &mut Vec<usize>, mut closed: usize) {
    while let Some(level) = levels.last_mut().filter(|_| closed > 0) {
        if closed < *level {
            *level -= closed;
            return;
        }
        closed -= *level;
        levels.pop();
    }
}

/// Sets the blanks between the tokens of a cell.
fn separate(cell: &mut [Token<'_>]) {
    let mut before = None;
    for at in 1..cell.len() {
        let (left, right) = cell.split_at_mut(at);
        if let (Some(token), Some(after)) = (left.last(), right.first_mut()) {
            after.blanks = usize::from(is_blank_between(before, token, after.kind));
            before = Some(token.kind);
        }
    }
}

/// Brings one cell of consecutive lines into one column: that after the longest of what stands before it.
/// `parts` gives the tokens before the cell, and the cell.
fn align(tokens: &mut [Token<'_>], lines: &[Line], parts: impl Fn(&Line) -> (Range<usize>, Range<usize>)) {
    for run in lines.chunk_by(|a, b| parts(a).1.is_empty() == parts(b).1.is_empty()) {
        let width =
            |line: &Line, tokens: &[Token<'_>]| columns(tokens.get(parts(line).0).unwrap_or_default());
        let widths: Vec<usize> = run.iter().map(|line| width(line, tokens)).collect();
        let widest = widths.iter().copied().filter(|width| *width <= WIDEST).max().unwrap_or(0);
        for (line, width) in run.iter().zip(widths) {
            let cell = parts(line).1;
            if let Some(first) = tokens.get_mut(cell.start).filter(|_| !cell.is_empty()) {
                first.blanks = widest.saturating_sub(width) + 1;
            }
        }
    }
}
