//! Which cluster may be changed when: the canary first, each stage after the one before. Pure: what the clusters'
//! records say goes in, a decision comes out.

mod codes;
mod evidence;
mod next;
mod situation;
mod words;

pub use next::{Next, next};
pub use situation::{Decision, Seen, Situation, Unready, unneeded};

#[cfg(test)]
mod tests;
