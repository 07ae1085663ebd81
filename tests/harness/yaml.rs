//! The YAML that Kubernetes reads: `sigs.k8s.io/yaml`, asked through `lab yaml`.

use serde_json::Value;

use super::asked::Asked;
use super::programs;

/// What `sigs.k8s.io/yaml` makes of a text.
#[derive(Debug)]
pub enum Answer {
    /// The value; its maps are `{"map": {…}}` and its numbers `{"number": "TEXT"}`.
    Read(Value),
    /// Why it is refused, and what kubectl, which lets a key stand twice, reads all the same.
    Refused(String, Option<Value>),
}

/// A running `lab yaml`.
pub struct Yaml(Asked);

impl Yaml {
    pub fn start() -> Self {
        Self(Asked::start(programs::lab(), "yaml"))
    }

    pub fn read(&mut self, text: &str) -> Answer {
        let mut answer = self.0.ask(text);
        match answer.get("error").and_then(Value::as_str).map(str::to_owned) {
            Some(error) => Answer::Refused(error, answer.get_mut("lax").map(Value::take)),
            None => Answer::Read(answer["ok"].take()),
        }
    }
}
