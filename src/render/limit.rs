//! What one rendering may use: output, steps and the size of what it holds in memory.
//!
//! Tera has no limits of its own on loops, captures and strings, and its functions see no state of ours, so
//! the count of the rendering at work is kept per thread and begun anew for each template.

use std::cell::Cell;
use std::io;

use tera::Value;

/// The most bytes that one template may print for one unit. An API server refuses objects of 1.5 MiB.
pub(super) const MAX_OUTPUT: usize = 16 << 20;
/// The most bytes of literal text and values that one rendering may go through, captures included.
pub(super) const MAX_WORK: usize = 64 << 20;
/// The most turns of loops, components and comprehensions in one rendering.
pub(super) const MAX_STEPS: usize = 1_000_000;
/// The longest string that a name may be bound to, or that `replace` and `join` may make, in bytes.
pub(super) const MAX_STRING: usize = 1 << 20;
/// The most elements, at all depths, of what a name may be bound to.
pub(super) const MAX_ELEMENTS: usize = 100_000;
/// How deep lists and maps may be nested.
pub(super) const MAX_DEPTH: usize = 64;
/// The most elements that `range` makes.
pub(super) const MAX_RANGE: i64 = 100_000;
/// The most templates and components that may stand inside each other.
pub(super) const MAX_NESTING: usize = 16;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// Begins the count for a rendering on this thread.
pub(super) fn begin() {
    STEPS.set(0);
    WORK.set(0);
}

/// Counts a step and the bytes of literal text it may print; says which limit that broke.
pub(super) fn step(bytes: usize) -> Result<(), String> {
    STEPS.set(STEPS.get().saturating_add(1));
    WORK.set(WORK.get().saturating_add(bytes));
    if STEPS.get() > MAX_STEPS {
        return Err(format!("more than {MAX_STEPS} turns of loops and components"));
    }
    if WORK.get() > MAX_WORK {
        return Err(format!("more than {} MiB of text in one rendering", MAX_WORK >> 20));
    }
    Ok(())
}

/// Counts the bytes of a value.
pub(super) fn work(bytes: usize) -> io::Result<()> {
    WORK.set(WORK.get().saturating_add(bytes));
    if WORK.get() > MAX_WORK { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
}

/// Holds that a value may be bound to a name; says which limit it breaks.
pub(super) fn bound(value: &Value) -> Result<(), String> {
    let mut left = MAX_ELEMENTS;
    measure(value, 0, &mut left)
}

fn measure(value: &Value, depth: usize, left: &mut usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("a value nested more than {MAX_DEPTH} levels deep"));
    }
    *left = left.checked_sub(1).ok_or_else(|| format!("a value of more than {MAX_ELEMENTS} elements"))?;
    if value.as_str().is_some_and(|text| text.len() > MAX_STRING) {
        return Err(format!("a string of more than {} MiB", MAX_STRING >> 20));
    }
    if let Some(items) = value.as_array() {
        return items.iter().try_for_each(|item| measure(item, depth + 1, left));
    }
    match value.as_map() {
        Some(map) => map.values().try_for_each(|item| measure(item, depth + 1, left)),
        None => Ok(()),
    }
}

/// A buffer that takes at most [`MAX_OUTPUT`] bytes.
#[derive(Debug, Default)]
pub(super) struct Capped {
    /// What was written.
    pub bytes: Vec<u8>,
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn each_limit_holds_at_its_edge() {
        begin();
        for _ in 0..MAX_STEPS {
            step(0).unwrap();
        }
        assert_eq!(step(0).unwrap_err(), "more than 1000000 turns of loops and components");
        begin();
        step(MAX_WORK).unwrap();
        assert_eq!(step(1).unwrap_err(), "more than 64 MiB of text in one rendering");
        begin();
        work(MAX_WORK).unwrap();
        assert!(work(1).is_err());

        let list = |length: usize| Value::from(vec![Value::from(1); length]);
        bound(&list(MAX_ELEMENTS - 1)).unwrap();
        assert_eq!(bound(&list(MAX_ELEMENTS)).unwrap_err(), "a value of more than 100000 elements");
        bound(&Value::from("x".repeat(MAX_STRING))).unwrap();
        assert_eq!(
            bound(&Value::from("x".repeat(MAX_STRING + 1))).unwrap_err(),
            "a string of more than 1 MiB"
        );
        let nested = |depth: usize| (0..depth).fold(Value::from(1), |value, _| Value::from(vec![value]));
        bound(&nested(MAX_DEPTH)).unwrap();
        assert_eq!(bound(&nested(MAX_DEPTH + 1)).unwrap_err(), "a value nested more than 64 levels deep");

        let mut capped = Capped { bytes: vec![b'x'; MAX_OUTPUT - 1] };
        capped.write_all(b"x").unwrap();
        assert!(capped.write_all(b"x").is_err());
    }
}
