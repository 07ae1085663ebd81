//! The pattern that text must match.

use std::fmt;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// The most bytes that a compiled pattern may take: `regex`'s own limit, said out loud since a recorded schema
/// is somebody else's text.
const MAX_COMPILED: usize = 10 << 20;

/// A pattern in the syntax of Go's `regexp`, compiled when it is first asked.
#[derive(Clone)]
pub struct Pattern {
    text: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The pattern with this text.
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    /// The text of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether some part of `text` matches; `None` if that cannot be told, because the pattern is none that
    /// is understood here.
    pub fn matches(&self, text: &str) -> Option<bool> {
        self.regex().map(|regex| regex.is_match(text))
    }

    /// The first part of `text` that matches, or nothing of it; `None` as with [`Pattern::matches`].
    pub fn find(&self, text: &str) -> Option<String> {
        self.regex().map(|regex| regex.find(text).map_or("", |found| found.as_str()).to_owned())
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref()
    }
}

/// Go's `\d`, `\w` and `\s` are ASCII, and so are `regex`'s where it does without Unicode. A pattern with `.` or
/// a negated class could then match half a character, which it refuses to do.
fn compile(text: &str) -> Option<Regex> {
    let build = |unicode| RegexBuilder::new(text).unicode(unicode).size_limit(MAX_COMPILED).build().ok();
    build(false).or_else(|| build(true))
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_go() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).matches(text);
        assert_eq!(matches(r"^[a-z]\d$", "a1"), Some(true));
        assert_eq!(matches(r"^\d$", "\u{661}"), Some(false), "an Arabic digit");
        assert_eq!(matches("^.$", "\u{e9}"), Some(true));
        assert_eq!(matches("b", "abc"), Some(true), "not anchored");
        assert_eq!(matches("(?=a)", "a"), None, "look-ahead is not of Go's");
    }
}
