//! `explain`: what it tells, and whether that is so.

mod deciding;
mod fields;
mod findings;
mod mistakes;
mod property;
