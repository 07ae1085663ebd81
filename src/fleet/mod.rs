//! The fleet as written: HCL parsed, checked against the language, with the span of every part; and edited in
//! place.

mod block;
mod codes;
mod edit;
mod foreign;
mod heredoc;
mod label;
mod outline;
mod read;
pub mod schema;
mod written;

pub use block::{Argument, Block, Name, shown};
pub use edit::{EditError, set_argument};
pub use heredoc::{flush_heredocs, strips};
pub use written::{Fleet, parse};

#[cfg(test)]
mod tests;
