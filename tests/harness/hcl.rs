//! HCL's own code: `hclwrite` and `hclsyntax`, asked through `hcl layout`.

use serde_json::Value;

use super::asked::Asked;
use super::programs;

/// A running `hcl layout`.
pub struct Hcl(Asked);

/// What HCL's own code makes of a text.
#[derive(Debug)]
pub struct Layout {
    /// The text as hclwrite lays it out.
    pub formatted: String,
    /// Whether it parses.
    pub parses: bool,
}

impl Hcl {
    pub fn start() -> Self {
        Self(Asked::start(programs::hcl(), "layout"))
    }

    pub fn lay_out(&mut self, text: &str) -> Layout {
        let answer = self.0.ask(text);
        let formatted = answer["formatted"].as_str().unwrap().to_owned();
        Layout { formatted, parses: answer.get("error").and_then(Value::as_str).is_none() }
    }
}
