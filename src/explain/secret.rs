//! What may not be told of a secret field: what it is, and the literals that it is made of.

use std::fmt;

use serde_json::Value;

use super::line::{Line, holds};
use super::literal::literals;
use super::written::Written;
use crate::diagnostic::{SourceMap, Span};
use crate::fleet::Scalar;
use crate::object::MASK;

/// Places and texts that may not be shown.
#[derive(Clone, Default)]
pub struct Kept {
    places: Vec<Span>,
    texts: Vec<String>,
}

impl Kept {
    /// Keeps them from being shown with the texts of this map.
    pub fn keep(&self, map: &mut SourceMap) {
        self.places.iter().for_each(|at| map.hide(*at));
        self.texts.iter().for_each(|text| map.keep_secret(text));
    }

    /// Adds what a secret field is.
    pub fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add_text(text),
            Value::Number(number) => self.add_text(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Object(map) => map.values().for_each(|item| self.add_value(item)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Adds the literals of the lines that set a secret field, and takes the values from these lines.
    pub fn add_lines(&mut self, lines: &mut [Line], written: &[Written<'_>]) {
        for line in lines {
            line.value = line.value.as_ref().map(|_| MASK.to_owned());
            if let Some(around) = line.at {
                let holding = written.iter().filter(|one| holds(one.argument.span, around));
                let inside = holding.flat_map(|one| literals(one.argument));
                for literal in inside.filter(|literal| holds(around, literal.at)) {
                    match &literal.scalar {
                        Scalar::Number(text) | Scalar::String(text) | Scalar::Part(text) => {
                            self.add_text(text);
                            self.places.push(literal.at);
                        }
                        Scalar::Null | Scalar::Bool(_) => {}
                    }
                }
            }
            self.add_lines(&mut line.from, written);
            self.add_lines(&mut line.replaced, written);
        }
    }

    fn add_text(&mut self, text: &str) {
        // Words that are on every page, and say nothing.
        if !["true", "false", "null"].contains(&text) {
            self.texts.push(text.to_owned());
        }
    }
}

/// Without the texts.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({}, {})", self.places.len(), self.texts.len())
    }
}
