//! The real binary, run in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::recorded;

/// A folder to run in; nothing above it is a repository.
pub struct Place(TempDir);

/// Every form in which a planted secret would be found: all of them begin with `hunter2`, in any case, as it stands or
/// in base64 at each of its three offsets.
pub const PLANTED: [&str; 6] = ["hunter2", "HUNTER2", "aHVudGVyM", "SFVOVEVSM", "h1bnRlcj", "odW50ZXIy"];

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::empty();
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    /// Two clusters, and one component that renders a Namespace on each.
    pub fn fleet() -> Self {
        Self::with(&[
            (
                "fleet/fleet.hcl",
                "fleet \"demo\" {\n  templates = \".\"\n}\n\n\
                 cluster \"prod-a\" {\n  labels = { env = \"prod\" }\n}\n\n\
                 cluster \"prod-b\" {\n  labels = { env = \"prod\" }\n}\n\n\
                 component \"base\" {\n  manifests = [\"base.yaml\"]\n}\n",
            ),
            (
                "fleet/base.yaml",
                "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"base\"}}\n",
            ),
        ])
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file. For the clusters that a file of the fleet defines, schemas that take anything are recorded
    /// with it: what a run says of schemas is the point of few tests.
    pub fn write(&self, path: &str, text: &str) {
        let written = self.path().join(path);
        fs::create_dir_all(written.parent().unwrap()).unwrap();
        fs::write(written, text).unwrap();
        if path.starts_with("fleet/") && path.ends_with(".hcl") {
            recorded::anything(&self.path().join("fleet"), text);
        }
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// The program with an empty environment, stdin closed.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwright"));
        command.env_clear().current_dir(self.path()).args(arguments).stdin(Stdio::null());
        command
    }

    /// The program as a user whom modes of files bind: root is not. Makes the place readable for all.
    pub fn unprivileged<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        const NOBODY: u32 = 65534;
        let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        if !is_root {
            return self.command(arguments);
        }
        fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755)).unwrap();
        // The folder of the build may be one that only root enters.
        let copy = self.path().join(".fleetwright-copy");
        if !copy.exists() {
            // Not a copy where it can be helped: a file that a test writes while another one forks is busy.
            let program = env!("CARGO_BIN_EXE_fleetwright");
            if fs::hard_link(program, &copy).is_err() {
                fs::copy(program, &copy).unwrap();
            }
        }
        let mut command = Command::new(copy);
        command.env_clear().current_dir(self.path()).args(arguments).stdin(Stdio::null());
        command.uid(NOBODY).gid(NOBODY);
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        self.scanned(arguments, outcome(self.command(arguments).output().unwrap()))
    }

    /// Asserts that nothing that came of a run shows a planted secret, unless that was asked for: neither what it
    /// printed nor a plan that it saved.
    fn scanned<S: AsRef<OsStr>>(&self, arguments: &[S], outcome: Outcome) -> Outcome {
        let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
        if arguments.iter().any(|argument| *argument == "--show-sensitive") {
            return outcome;
        }
        let saved =
            arguments.windows(2).find(|pair| pair[0] == "--save").map(|pair| self.path().join(pair[1]));
        let saved = saved.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        for (name, text) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr), ("the plan", &saved)] {
            for form in PLANTED {
                assert!(!text.contains(form), "{arguments:?} shows {form} on {name}:\n{text}");
            }
        }
        outcome
    }

    pub fn run_with_stdin<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> Outcome {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A program that has seen enough closes the pipe, which is not an error of the test.
        let writer = std::thread::spawn(move || stdin.write_all(&input).is_ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        self.scanned(arguments, outcome(output))
    }
}

/// What a finished process came to; both streams are UTF-8.
pub fn outcome(output: std::process::Output) -> Outcome {
    Outcome {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Outcome {
    /// Asserts the status and that stdout is empty; returns stderr.
    pub fn refused(self, status: i32) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (Some(status), ""), "{}", self.stderr);
        self.stderr
    }

    /// Asserts status 0; returns stdout and stderr.
    pub fn done(self) -> (String, String) {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        (self.stdout, self.stderr)
    }
}
