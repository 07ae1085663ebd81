//! The fleet as written: HCL parsed, checked against the language, with the span of every part; and edited in
//! place.

mod block;
mod codes;
mod compared;
mod edit;
mod foreign;
mod format;
mod heredoc;
mod label;
mod literal;
mod outline;
mod read;
pub mod schema;
mod secret_name;
mod written;

pub use block::{Argument, Block, Name, shown};
pub use edit::{Address, Assignment, EditError, Edited, names, set};
pub use format::{FormatError, format, masked, masked_file, open_variables};
pub use heredoc::{flush_heredocs, strips};
pub use literal::{Scalar, key_text, scalar};
pub use read::keep_secrets;
pub use written::{Fleet, check_syntax, parse};

#[cfg(test)]
mod tests;
