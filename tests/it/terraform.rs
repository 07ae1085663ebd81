//! The modules of `modules/`, on a real Terraform or OpenTofu and with the real program.

mod access;
mod fleet;
mod modules;
mod shop;
mod stand_in;
mod unusual;
mod weights;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::example;
use crate::harness::terraform;
use crate::program::{Outcome, PLANTED, Place, outcome};

/// A folder with the modules, and what Terraform keeps of its own.
struct Work {
    place: Place,
}

impl Work {
    /// The modules alone.
    fn modules() -> Self {
        Self::around(Place::empty())
    }

    /// The example fleet and the modules, where they are in the repository.
    fn example() -> Self {
        Self::around(example::copy())
    }

    /// A small fleet of these files, and the modules.
    fn with(files: &[(&str, &str)]) -> Self {
        Self::around(Place::with(files))
    }

    fn around(place: Place) -> Self {
        for (path, text) in example::files(&example::root().join("modules")) {
            // What Terraform left where somebody tried an example.
            if !path.contains(".terraform") && !path.contains(".tfstate") {
                place.write(&format!("modules/{path}"), &String::from_utf8(text).unwrap());
            }
        }
        fs::create_dir(place.path().join("home")).unwrap();
        Self { place }
    }

    fn path(&self, of: &str) -> PathBuf {
        self.place.path().join(of)
    }

    fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        terraform::command(&self.path("home"), &self.path(folder), arguments)
    }

    fn run(&self, folder: &str, arguments: &[&str]) -> Outcome {
        outcome(self.command(folder, arguments).output().unwrap())
    }

    /// stdout of a run that must succeed.
    fn done(&self, folder: &str, arguments: &[&str]) -> String {
        let run = self.run(folder, arguments);
        assert_eq!(run.status, Some(0), "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
        run.stdout
    }

    fn init(&self, folder: &str) {
        self.done(folder, &["init", "-no-color", "-backend=false"]);
    }

    fn apply(&self, folder: &str) {
        self.done(folder, &["apply", "-no-color", "-auto-approve"]);
    }

    fn json(&self, folder: &str, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(folder, arguments)).unwrap()
    }

    /// A plan that must be one, as JSON.
    fn plan(&self, folder: &str) -> Value {
        self.done(folder, &["plan", "-no-color", "-out=plan"]);
        self.json(folder, &["show", "-json", "plan"])
    }

    /// What is wrong, as Terraform would show it in its boxes, one text each and without line breaks of its own.
    fn problems(&self, folder: &str, arguments: &[&str]) -> Vec<String> {
        let run = self.run(folder, &[arguments, &["-json"]].concat());
        assert_eq!(run.status, Some(1), "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
        let lines = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let problems = lines.filter(|line| line["diagnostic"]["severity"] == "error");
        problems.map(|line| line["diagnostic"]["detail"].as_str().unwrap().to_owned()).collect()
    }

    /// Asserts that no file in which Terraform keeps something shows a planted secret.
    fn shows_no_secret(&self, folder: &str) {
        let files = example::files(&self.path(folder));
        assert!(files.contains_key("terraform.tfstate"), "there is no state: {:?}", files.keys());
        for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with(".terraform/providers")) {
            let text = String::from_utf8_lossy(bytes);
            for form in PLANTED {
                assert!(!text.contains(form), "{path} shows {form}:\n{text}");
            }
        }
    }
}
