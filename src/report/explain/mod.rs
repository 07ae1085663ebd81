//! Where the fields of an object come from, as text and JSON.

pub mod json;
mod quoted;
pub mod text;
