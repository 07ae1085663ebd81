//! The lab: a Go program that answers with Kubernetes' own code, built once and asked by the tests.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The binary, built from `tests/lab` at first use and kept under the hash of its sources.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab").join(hash_of(&sources));
    fs::create_dir_all(&folder).unwrap();
    let binary = folder.join("lab");
    // Another test run may be building it right now.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    if !binary.exists() {
        let unfinished = folder.join("unfinished");
        let built = Command::new("go")
            .args(["build", "-trimpath", "-o"])
            .arg(&unfinished)
            .arg(".")
            .current_dir(&sources)
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-mod=readonly")
            .env("GOWORK", "off")
            .status()
            .expect("the tests need Go: https://go.dev/dl");
        assert!(built.success(), "go build in tests/lab failed");
        fs::rename(&unfinished, &binary).unwrap();
    }
    binary
});

fn hash_of(sources: &Path) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.file_name().unwrap().as_encoded_bytes());
        hash.update([0]);
        let text = fs::read(&file).unwrap();
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What `sigs.k8s.io/yaml` makes of a text.
#[derive(Debug)]
#[expect(dead_code, reason = "the reason is there for who reads a failed test")]
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
        let mut child =
            Command::new(&*BINARY).arg("yaml").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
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
