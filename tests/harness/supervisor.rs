//! The supervisor: a running `lab serve`, which runs the clusters and outlives nobody.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::programs;

/// A running `lab serve`. It takes a line of JSON per request and answers in any order.
pub struct Supervisor {
    child: Child,
    /// Its end is the supervisor's; when this process dies, the kernel closes it.
    requests: Mutex<Option<ChildStdin>>,
    waiting: Arc<Mutex<BTreeMap<u64, Sender<Value>>>>,
    next: AtomicU64,
    /// Where it writes; it removes this folder itself.
    pub folder: PathBuf,
}

impl Supervisor {
    pub fn start() -> Self {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let runs = programs::target().join("run");
        std::fs::create_dir_all(&runs).unwrap();
        sweep(&runs);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = runs.join(format!("{}-{number}", std::process::id()));
        let mut child = Command::new(programs::lab())
            .arg("serve")
            .arg(&folder)
            // What ends the group of the tests is not to end it before it has cleaned up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = Mutex::new(child.stdin.take());
        let answers = BufReader::new(child.stdout.take().unwrap());
        let waiting: Arc<Mutex<BTreeMap<u64, Sender<Value>>>> = Arc::default();
        let asked = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for line in answers.lines().map_while(Result::ok) {
                let answer: Value = serde_json::from_str(&line).unwrap();
                let sender = answer["id"].as_u64().and_then(|id| asked.lock().unwrap().remove(&id));
                // Who asked may have given up.
                drop(sender.map(|sender| sender.send(answer)));
            }
            // It has ended: without their senders, those who wait learn it.
            asked.lock().unwrap().clear();
        });
        Self { child, requests, waiting, next: AtomicU64::new(1), folder }
    }

    /// Asks for one thing and waits for the answer; panics with its error.
    pub fn ask(&self, what: &str, details: Value) -> Value {
        self.try_ask(what, details).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// Asks for one thing and waits for the answer.
    ///
    /// # Errors
    ///
    /// What the lab says is wrong.
    pub fn try_ask(&self, what: &str, details: Value) -> Result<Value, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = channel();
        self.waiting.lock().unwrap().insert(id, sender);
        let mut line = serde_json::json!({ "id": id, what: details }).to_string();
        line.push('\n');
        // It takes no request, or gives no answer, only when it has ended.
        let sent = self.requests.lock().unwrap().as_mut().unwrap().write_all(line.as_bytes());
        let mut answer = sent
            .map_err(|problem| format!("lab serve has ended: {problem}"))
            .and_then(|()| answer.recv().map_err(|_| "lab serve has ended".to_owned()))?;
        match answer.get("error").and_then(Value::as_str) {
            Some(problem) => Err(problem.to_owned()),
            None => Ok(answer["ok"].take()),
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.requests.lock().map(|mut requests| requests.take()));
        let ended = self.child.wait().unwrap();
        // It may have been killed, by a test or by a machine without memory.
        programs::remove(&self.folder);
        let fine = ended.success() || ended.signal().is_some() || std::thread::panicking();
        assert!(fine, "lab serve failed: {ended}");
    }
}

/// Removes what runs left behind whose test process and supervisor were both killed.
fn sweep(runs: &Path) {
    for folder in std::fs::read_dir(runs).unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let process = name.split('-').next().unwrap();
        let processes = Path::new("/proc");
        if processes.join("self").exists() && !processes.join(process).exists() {
            programs::remove(&folder);
        }
    }
}
