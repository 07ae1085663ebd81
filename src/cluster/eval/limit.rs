//! The limits of evaluation, so that no expression can exhaust memory, time or stack.

use std::fmt;

use crate::cluster::{Kind, Value};

/// Steps that one expression may take: one for each sub-expression evaluated, each element and each
/// [`BYTES_PER_STEP`] of text that is read or made.
pub const MAX_STEPS: u64 = 2_000_000;
/// Bytes of text that cost one step. With [`MAX_STEPS`] it caps the text that one expression makes at 64 MiB.
pub const BYTES_PER_STEP: usize = 32;
/// Elements of one list or map.
pub const MAX_ELEMENTS: usize = 100_000;
/// Bytes of one string.
pub const MAX_STRING: usize = 1024 * 1024;
/// Lists and maps inside each other in one value; walks over values are recursive.
pub const MAX_DEPTH: usize = 100;
/// Splats (`[*]`) in one traversal: each is a recursion that the parser does not cap.
pub const MAX_SPLATS: usize = 8;

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// [`MAX_STEPS`].
    Steps,
    /// [`MAX_ELEMENTS`].
    Elements,
    /// [`MAX_STRING`].
    Text,
    /// [`MAX_DEPTH`].
    Depth,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps => write!(f, "more than {MAX_STEPS} steps"),
            Self::Elements => write!(f, "more than {MAX_ELEMENTS} elements in one list or map"),
            Self::Text => write!(f, "more than {MAX_STRING} bytes in one string"),
            Self::Depth => write!(f, "more than {MAX_DEPTH} lists and maps inside each other"),
        }
    }
}

/// What is left of [`MAX_STEPS`].
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    spent: bool,
}

impl Budget {
    /// The whole of it.
    pub(super) fn new() -> Self {
        Self { left: MAX_STEPS, spent: false }
    }

    /// Whether more was asked for than there was. Stays so: `try` cannot go on after it.
    pub(super) fn is_spent(&self) -> bool {
        self.spent
    }

    /// Takes `steps`, or all if they are more than there were.
    pub(super) fn charge(&mut self, steps: u64) -> Result<(), Limit> {
        if self.spent || steps > self.left {
            self.spent = true;
            return Err(Limit::Steps);
        }
        self.left -= steps;
        Ok(())
    }

    /// Takes the steps for text of this length.
    pub(super) fn charge_text(&mut self, text: &str) -> Result<(), Limit> {
        self.charge((text.len() / BYTES_PER_STEP) as u64)
    }

    /// Takes a step for everything in `value`, however often it is shared, and refuses what is too deep.
    /// Whoever walks over a value calls this first: an expression can share one list in so many places
    /// that it would never be walked to the end.
    pub(super) fn charge_value(&mut self, value: &Value) -> Result<(), Limit> {
        self.charge_nested(value, 0)
    }

    fn charge_nested(&mut self, value: &Value, depth: usize) -> Result<(), Limit> {
        if depth > MAX_DEPTH {
            return Err(Limit::Depth);
        }
        match &value.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => self.charge(1),
            Kind::String(text) => {
                self.charge(1)?;
                self.charge_text(text)
            }
            Kind::List(items) => {
                self.charge(1)?;
                items.iter().try_for_each(|item| self.charge_nested(item, depth + 1))
            }
            Kind::Map(entries) => {
                self.charge(1)?;
                entries.iter().try_for_each(|(key, entry)| {
                    self.charge_text(key)?;
                    self.charge_nested(entry, depth + 1)
                })
            }
        }
    }
}

/// Text that stops growing at [`MAX_STRING`].
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Adds to it.
    ///
    /// # Errors
    /// If it would grow too long; it is then left as it was.
    pub(crate) fn push(&mut self, more: &str) -> Result<(), Limit> {
        if self.0.len() + more.len() > MAX_STRING {
            return Err(Limit::Text);
        }
        self.0.push_str(more);
        Ok(())
    }

    /// Adds a text several times.
    ///
    /// # Errors
    /// As [`Text::push`].
    pub(crate) fn repeat(&mut self, more: &str, times: usize) -> Result<(), Limit> {
        if more.len().saturating_mul(times).saturating_add(self.0.len()) > MAX_STRING {
            return Err(Limit::Text);
        }
        self.0.extend(std::iter::repeat_n(more, times));
        Ok(())
    }

    /// Adds one character.
    ///
    /// # Errors
    /// As [`Text::push`].
    pub(crate) fn push_char(&mut self, more: char) -> Result<(), Limit> {
        self.push(more.encode_utf8(&mut [0; 4]))
    }

    /// The text.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// `count`, if one list or map may have as many elements.
///
/// # Errors
/// If it may not.
pub(crate) fn elements(count: usize) -> Result<usize, Limit> {
    if count > MAX_ELEMENTS { Err(Limit::Elements) } else { Ok(count) }
}

/// Whether one function may take so many steps. What it reads and makes is charged besides.
///
/// # Errors
/// If it may not.
pub(crate) fn steps(count: usize) -> Result<(), Limit> {
    if count as u64 > MAX_STEPS { Err(Limit::Steps) } else { Ok(()) }
}

/// Whether one function may read or make so many bytes of text.
///
/// # Errors
/// If it may not.
pub(crate) fn text(bytes: usize) -> Result<(), Limit> {
    steps(bytes / BYTES_PER_STEP)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn nested(depth: usize) -> Value {
        (0..depth).fold(Value::new(Kind::Null), |inner, _| Value::new(Kind::List(Arc::new(vec![inner]))))
    }

    #[test]
    fn each_limit_lets_itself_pass_and_nothing_more() {
        let mut text = Text::default();
        assert_eq!(text.repeat("a", MAX_STRING - 1), Ok(()));
        assert_eq!(text.push("a"), Ok(()));
        assert_eq!(text.push("a"), Err(Limit::Text));
        assert_eq!(text.into_string().len(), MAX_STRING);
        assert_eq!(Text::default().repeat("ab", usize::MAX), Err(Limit::Text));

        assert_eq!(elements(MAX_ELEMENTS - 1), Ok(MAX_ELEMENTS - 1));
        assert_eq!(elements(MAX_ELEMENTS), Ok(MAX_ELEMENTS));
        assert_eq!(elements(MAX_ELEMENTS + 1), Err(Limit::Elements));

        assert_eq!(Budget::new().charge_value(&nested(MAX_DEPTH - 1)), Ok(()));
        assert_eq!(Budget::new().charge_value(&nested(MAX_DEPTH)), Ok(()));
        assert_eq!(Budget::new().charge_value(&nested(MAX_DEPTH + 1)), Err(Limit::Depth));

        assert_eq!(Budget::new().charge(MAX_STEPS - 1), Ok(()));
        assert_eq!(Budget::new().charge(MAX_STEPS), Ok(()));
        let mut spent = Budget::new();
        assert_eq!(spent.charge(MAX_STEPS + 1), Err(Limit::Steps));
        assert!(spent.is_spent());
        assert_eq!(spent.charge(1), Err(Limit::Steps));
    }

    #[test]
    fn a_value_shared_a_billion_times_is_not_walked() {
        let laughs = (0..40).fold(Value::new(Kind::Null), |inner, _| {
            Value::new(Kind::List(Arc::new(vec![inner.clone(), inner])))
        });
        assert_eq!(Budget::new().charge_value(&laughs), Err(Limit::Steps));
    }
}
