//! The stable code of a diagnostic, such as `F005`.

use std::fmt;

/// A stable code: one letter for the room that reports it, and three digits.
///
/// `S` source, `F` fleet (as written), `C` cluster (as resolved), `T` templates, `Y` rendered YAML,
/// `O` rendered objects, `V` findings of `validate`, `L` API servers, `X` the command line. A code is never reused;
/// `tests/it/house.rs` holds that no two constants share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The code with this text.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The text, as printed between brackets.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
