//! An expression of a template: what it names, and where strictness is written into it.
//!
//! Tera lets an undefined name pass as false in a condition, as empty in `~` and as nothing in an argument.
//! A fleet cannot afford that, so every path of names inside an expression is followed by a filter that
//! refuses undefined, unless it is asked about (`is defined`), given a default, or optional (`?.`).

use std::ops::Range;

use super::piece::Code;
use super::template::{Edit, Use, UseKind};
use super::token::{Token, TokenKind};

/// Put after a path: refuses undefined.
pub(super) const DEFINED: &str = "__defined";
/// Put around what `{{ … }}` prints: refuses what has no text of its own.
pub(super) const PRINTED: &str = "__printed";
/// In place of [`PRINTED`] around what `to_yaml` made: marks it.
pub(super) const BLOCK: &str = "__block";
/// Put around what is bound to a name: refuses what is too large or too deep.
pub(super) const BOUND: &str = "__bound";
/// Put around each element of a list comprehension: counts it.
pub(super) const COUNTED: &str = "__counted";

/// Words that are neither names nor functions where an operand is expected.
const LITERALS: [&str; 7] = ["true", "True", "false", "False", "none", "None", "null"];
/// Filters that are there for undefined values.
const LENIENT: [&str; 2] = ["default", "required"];

/// Goes through the tokens of one `{{ … }}` or `{% … %}`.
pub(super) struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    edits: &'a mut Vec<Edit>,
    uses: &'a mut Vec<Use>,
}

impl<'a> Scan<'a> {
    /// A scan of `code`, which begins at its token number `at`.
    pub(super) fn new(
        text: &'a str,
        code: &'a Code,
        at: usize,
        edits: &'a mut Vec<Edit>,
        uses: &'a mut Vec<Use>,
    ) -> Self {
        Self { text, tokens: &code.tokens, at, edits, uses }
    }

    /// What `{{ … }}` holds.
    pub(super) fn output(mut self) {
        let Some(range) = self.rest() else { return };
        if self.is("<") {
            self.component();
            return;
        }
        if self.path_end(self.at).is_some_and(|(end, _)| end == self.tokens.len())
            && !self.is_literal(self.at)
        {
            self.context_dump(self.at);
            self.subscripts(self.tokens.len());
        } else {
            self.expression();
        }
        let is_yaml =
            self.uses.iter().any(|used| used.name == "to_yaml" && range.contains(&used.range.start));
        self.wrap(range, if is_yaml { BLOCK } else { PRINTED });
    }

    /// A condition, or what a loop goes over: the rest of the tag.
    pub(super) fn condition(mut self) {
        self.expression();
    }

    /// What `set` binds: the rest of the tag.
    pub(super) fn binding(mut self) {
        let Some(range) = self.rest() else { return };
        self.expression();
        self.wrap(range, BOUND);
    }

    /// The filters of a `set` block or a filter section: `| a | b(c=d)`, or without the first `|`.
    pub(super) fn filters(mut self) {
        if !self.is("|") {
            self.filter();
        }
        self.after_operand();
    }

    /// A component call with a body: `<name attribute={value}>`.
    pub(super) fn call(mut self) {
        self.component();
    }

    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|token| self.text.get(token.range.clone())).unwrap_or("")
    }

    fn is(&self, word: &str) -> bool {
        self.word(self.at) == word
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn is_literal(&self, at: usize) -> bool {
        LITERALS.contains(&self.word(at))
    }

    fn rest(&self) -> Option<Range<usize>> {
        Some(self.tokens.get(self.at)?.range.start..self.tokens.last()?.range.end)
    }

    fn wrap(&mut self, range: Range<usize>, filter: &str) {
        self.edits.push(Edit::new(range.start, "("));
        self.edits.push(Edit::new(range.end, format!(") | {filter}")));
    }

    fn note(&mut self, kind: UseKind, at: usize) {
        if let Some(token) = self.tokens.get(at) {
            let name = self.word(at).to_owned();
            self.uses.push(Use { kind, name, range: token.range.clone() });
        }
    }

    fn context_dump(&mut self, at: usize) {
        if self.word(at) == "__tera_context" {
            self.note(UseKind::Variable, at);
        }
    }

    /// A whole expression, with the commas in it.
    fn expression(&mut self) {
        self.operands(false);
    }

    /// Operands and operators up to a closing bracket that was not opened here, or the end; past the next
    /// comma if `one` says so.
    fn operands(&mut self, one: bool) {
        while self.at < self.tokens.len() {
            match self.word(self.at) {
                ")" | "]" | "}" => return,
                "," if one => {
                    self.at += 1;
                    return;
                }
                "for" => {
                    while self.at < self.tokens.len() && !self.is("in") {
                        self.at += 1;
                    }
                    self.at += 1;
                }
                "and" | "or" | "not" | "in" | "if" | "else" => self.at += 1,
                "(" | "{" => self.bracket(),
                "[" => self.list(),
                "<" if self.begins_operand() => self.component(),
                _ => match self.kind(self.at) {
                    Some(TokenKind::Word) => self.operand(),
                    Some(TokenKind::Text | TokenKind::Number) => {
                        self.at += 1;
                        self.after_operand();
                    }
                    Some(TokenKind::Sign) | None => self.at += 1,
                },
            }
        }
    }

    /// Whether the token here can only be the start of an operand: `<` is a component call then.
    fn begins_operand(&self) -> bool {
        let Some(before) = self.at.checked_sub(1) else { return true };
        match self.kind(before) {
            Some(TokenKind::Sign) => !matches!(self.word(before), ")" | "]" | "}"),
            Some(TokenKind::Word) => matches!(self.word(before), "and" | "or" | "not" | "in" | "if" | "else"),
            Some(TokenKind::Text | TokenKind::Number) => false,
            None => true,
        }
    }

    /// `( … )` or `{ … }`, and what follows it.
    fn bracket(&mut self) {
        self.at += 1;
        self.expression();
        self.at += 1;
        self.after_operand();
    }

    /// A list, a list comprehension or a subscript of what is no path.
    fn list(&mut self) {
        let first = self.at + 1;
        self.at = first;
        let mut comprehension = None;
        let mut depth = 0_usize;
        for at in first..self.tokens.len() {
            match self.word(at) {
                "(" | "[" | "{" | "?[" => depth += 1,
                ")" | "]" | "}" => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => break,
                },
                "for" if depth == 0 => {
                    comprehension = Some(at);
                    break;
                }
                _ => {}
            }
        }
        self.expression();
        self.at += 1;
        if let Some(end) = comprehension
            && let (Some(from), Some(to)) = (self.tokens.get(first), self.tokens.get(end.saturating_sub(1)))
        {
            self.wrap(from.range.start..to.range.end, COUNTED);
        }
        self.after_operand();
    }

    /// A literal word, a function call or a path of names.
    fn operand(&mut self) {
        let start = self.at;
        if self.is_literal(start) {
            self.at += 1;
        } else if self.word(start + 1) == "(" {
            self.note(UseKind::Function, start);
            self.at += 1;
            self.arguments(false);
        } else {
            self.path(false);
            return;
        }
        self.after_operand();
    }

    /// A path of names and subscripts. `lenient`: undefined is allowed here.
    fn path(&mut self, lenient: bool) {
        let start = self.at;
        let Some((end, optional)) = self.path_end(start) else {
            self.at += 1;
            return;
        };
        self.context_dump(start);
        self.subscripts(end);
        let asked = self.word(end) == "is"
            && matches!(
                (self.word(end + 1), self.word(end + 2)),
                ("defined" | "undefined", _) | ("not", "defined" | "undefined")
            );
        let given = self.word(end) == "|" && LENIENT.contains(&self.word(end + 1));
        let is_loop = self.word(start) == "loop";
        if !(optional || asked || given || lenient || is_loop)
            && let Some(last) = end.checked_sub(1).and_then(|last| self.tokens.get(last))
        {
            self.edits.push(Edit::new(last.range.end, format!(" | {DEFINED}")));
        }
        self.after_operand();
    }

    /// The token after the path that begins here, and whether a part of it is optional.
    fn path_end(&self, start: usize) -> Option<(usize, bool)> {
        if self.kind(start) != Some(TokenKind::Word) {
            return None;
        }
        let (mut at, mut optional) = (start + 1, false);
        loop {
            match self.word(at) {
                sign @ ("." | "?.") => {
                    optional |= sign == "?.";
                    at += 2;
                }
                sign @ ("[" | "?[") => {
                    optional |= sign == "?[";
                    at = self.closing(at)? + 1;
                }
                _ => return (at <= self.tokens.len()).then_some((at, optional)),
            }
        }
    }

    /// The bracket that closes the one here.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            match self.word(at) {
                "(" | "[" | "{" | "?[" => depth += 1,
                ")" | "]" | "}" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The expressions inside the subscripts of a path, up to the token `end`.
    fn subscripts(&mut self, end: usize) {
        while self.at < end {
            let opens = matches!(self.word(self.at), "[" | "?[");
            self.at += 1;
            if opens {
                self.expression();
            }
        }
        self.at = end;
    }

    /// Filters, tests and subscripts that follow an operand.
    fn after_operand(&mut self) {
        loop {
            match self.word(self.at) {
                "|" => {
                    self.at += 1;
                    self.filter();
                }
                "is" => {
                    self.at += 1;
                    if self.is("not") {
                        self.at += 1;
                    }
                    self.note(UseKind::Test, self.at);
                    self.at += 1;
                    if self.is("(") {
                        self.arguments(false);
                    }
                }
                "[" => self.list(),
                _ => return,
            }
        }
    }

    /// The name of a filter, and its arguments.
    fn filter(&mut self) {
        self.note(UseKind::Filter, self.at);
        let lenient = LENIENT.contains(&self.word(self.at));
        self.at += 1;
        if self.is("(") {
            self.arguments(lenient);
        }
    }

    /// `( name=expression, … )`. `lenient`: an argument that is only a path may be undefined.
    fn arguments(&mut self, lenient: bool) {
        self.at += 1;
        while self.at < self.tokens.len() && !self.is(")") {
            if self.word(self.at + 1) == "=" {
                self.at += 2;
                let alone =
                    self.path_end(self.at).is_some_and(|(end, _)| matches!(self.word(end), ")" | ","));
                if lenient && alone && !self.is_literal(self.at) {
                    self.path(true);
                }
            }
            self.operands(true);
        }
        self.at += 1;
    }

    /// `<name attribute="text" other={expression} {...more} />`, or with `>` in place of `/>`.
    fn component(&mut self) {
        self.at += 1;
        let start = self.at;
        while self.word(self.at + 1) == "." {
            self.at += 2;
        }
        if let (Some(first), Some(last)) = (self.tokens.get(start), self.tokens.get(self.at)) {
            let range = first.range.start..last.range.end;
            let name = self.text.get(range.clone()).unwrap_or("").to_owned();
            self.uses.push(Use { kind: UseKind::Component, name, range });
        }
        self.at += 1;
        while self.at < self.tokens.len() {
            match self.word(self.at) {
                "{" => {
                    self.at += 1;
                    if self.is("...") {
                        self.at += 1;
                        self.expression();
                    } else if let Some(from) = self.tokens.get(self.at) {
                        let from = from.range.start;
                        self.expression();
                        if let Some(to) = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)) {
                            self.wrap(from..to.range.end, BOUND);
                        }
                    }
                    self.at += 1;
                }
                ">" => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }
}
