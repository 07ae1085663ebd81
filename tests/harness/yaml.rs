//! The YAML that Kubernetes reads: `sigs.k8s.io/yaml`, asked through `lab yaml`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::programs;

/// What `sigs.k8s.io/yaml` makes of a text.
#[derive(Debug)]
pub enum Answer {
    /// The value; its maps are `{"map": {…}}` and its numbers `{"number": "TEXT"}`.
    Read(Value),
    /// Why it is refused, and what kubectl, which lets a key stand twice, reads all the same.
    Refused(String, Option<Value>),
}

/// A running `lab yaml`; it ends when this is dropped.
pub struct Yaml {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Yaml {
    pub fn start() -> Self {
        let mut command = Command::new(programs::lab());
        let mut child = command.arg("yaml").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, requests, answers }
    }

    pub fn read(&mut self, text: &str) -> Answer {
        let requests = self.requests.as_mut().unwrap();
        requests.write_all(&u32::try_from(text.len()).unwrap().to_be_bytes()).unwrap();
        requests.write_all(text.as_bytes()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        match answer.get("error").and_then(Value::as_str).map(str::to_owned) {
            Some(error) => Answer::Refused(error, answer.get_mut("lax").map(Value::take)),
            None => Answer::Read(answer["ok"].take()),
        }
    }
}

impl Drop for Yaml {
    fn drop(&mut self) {
        // Closing its input ends it.
        self.requests = None;
        let ended = self.child.wait();
        assert!(ended.is_ok_and(|status| status.success()) || std::thread::panicking(), "lab yaml failed");
    }
}
