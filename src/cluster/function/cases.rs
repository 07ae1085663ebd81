//! The table of cases of the functions, in `cases/*.txt`: read by the tests here, and by those that ask Terraform's
//! own libraries.
//!
//! A case is an expression on a line of its own and, on indented lines below, what it gives: `= JSON`, or `! message`
//! for a call that is refused; `sensitive`, if the result is; and `terraform = JSON -- why` or `terraform ! -- why`
//! where Terraform gives something else.

#![allow(dead_code, reason = "each of the two test binaries reads a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A value, as JSON.
    Value(String),
    /// An error; what it says, if that is told.
    Error(String),
}

/// What Terraform gives in its place, and why that is not what is given here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it gives.
    pub gives: Gives,
    /// Why.
    pub why: String,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The expression: a call.
    pub call: String,
    /// What it gives; `None` if the table does not say yet.
    pub gives: Option<Gives>,
    /// Whether the result is sensitive.
    pub sensitive: bool,
    /// Where Terraform differs.
    pub terraform: Option<Difference>,
}

impl Case {
    /// The name of the function that it is about.
    pub fn function(&self) -> &str {
        self.call.split('(').next().unwrap_or("")
    }
}

/// The folder of the tables, below that of the package.
pub const FOLDER: &str = "src/cluster/function/cases";

/// The tables: the file of each, and what stands in it.
pub fn tables() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(file).unwrap())).collect()
}

/// The cases of one table.
pub fn read(table: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(verdict) = line.strip_prefix("  ") else {
            cases.push(Case { call: line.to_owned(), gives: None, sensitive: false, terraform: None });
            continue;
        };
        let case = cases.last_mut().unwrap_or_else(|| panic!("{line:?} stands below no call"));
        if verdict == "sensitive" {
            case.sensitive = true;
        } else if let Some(differs) = verdict.strip_prefix("terraform ") {
            let (gives, why) =
                differs.rsplit_once("-- ").unwrap_or_else(|| panic!("{line:?} says no reason"));
            case.terraform = Some(Difference { gives: gives_of(gives.trim_end()), why: why.to_owned() });
        } else {
            case.gives = Some(gives_of(verdict));
        }
    }
    cases
}

fn gives_of(text: &str) -> Gives {
    match text.split_at(1) {
        ("=", value) => Gives::Value(value.trim_start().to_owned()),
        ("!", message) => Gives::Error(message.trim_start().to_owned()),
        _ => panic!("{text:?} begins with neither `=` nor `!`"),
    }
}
