//! A running program that answers questions: a text each, and a line of JSON for it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// `PROGRAM SUBCOMMAND`; it ends when this is dropped.
pub struct Asked {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Asked {
    pub fn start(program: &Path, subcommand: &str) -> Self {
        let mut command = Command::new(program);
        let mut child = command.arg(subcommand).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, requests, answers }
    }

    pub fn ask(&mut self, text: &str) -> Value {
        let requests = self.requests.as_mut().unwrap();
        requests.write_all(&u32::try_from(text.len()).unwrap().to_be_bytes()).unwrap();
        requests.write_all(text.as_bytes()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // Closing its input ends it.
        self.requests = None;
        let ended = self.child.wait();
        assert!(
            ended.is_ok_and(|status| status.success()) || std::thread::panicking(),
            "what was asked failed"
        );
    }
}
