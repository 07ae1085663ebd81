//! The functions of the fleet language against the libraries that Terraform takes its own from, by the same table of
//! cases as the tests beside the functions.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use crate::harness::programs;

#[path = "../../src/cluster/function/cases.rs"]
mod cases;

use cases::{Case, Gives};

/// What the libraries make of an expression.
#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    value: Value,
    error: Option<String>,
    unknown: Option<String>,
}

fn ask(expressions: &[&str]) -> Vec<Answer> {
    let mut child =
        Command::new(programs::hcl()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let asked = serde_json::to_vec(expressions).unwrap();
    child.stdin.take().unwrap().write_all(&asked).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Functions that are Terraform's own, in no package that can be imported. What the table says of them was asked of
/// `terraform console` 1.11.4.
const NOT_IN_LIBRARIES: [&str; 23] = [
    "alltrue",
    "anytrue",
    "base64sha256",
    "base64sha512",
    "basename",
    "dirname",
    "endswith",
    "index",
    "issensitive",
    "length",
    "lookup",
    "matchkeys",
    "nonsensitive",
    "one",
    "replace",
    "sensitive",
    "startswith",
    "strcontains",
    "sum",
    "textdecodebase64",
    "textencodebase64",
    "timecmp",
    "transpose",
];

#[test]
fn every_case_is_what_terraform_s_libraries_give() {
    let cases: Vec<Case> = cases::tables().iter().flat_map(|(_, table)| cases::read(table)).collect();
    let calls: Vec<&str> = cases.iter().map(|case| case.call.as_str()).collect();
    let mut unknown = BTreeSet::new();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (case, answer) in cases.iter().zip(ask(&calls)) {
        if let Some(name) = answer.unknown {
            unknown.insert(name);
            continue;
        }
        compared += 1;
        let ours = case.gives.as_ref().unwrap();
        let said = case.terraform.as_ref().map_or(ours, |terraform| &terraform.gives);
        let agrees = match (said, &answer.error) {
            (Gives::Value(said), None) => serde_json::from_str::<Value>(said).unwrap() == answer.value,
            (Gives::Error(_), Some(_)) => true,
            _ => false,
        };
        if !agrees {
            wrong.push(format!(
                "{}\n  the table: {said:?}\n  the libraries: {:?} {:?}",
                case.call, answer.value, answer.error
            ));
        }
        // A difference that is none any more.
        if case.terraform.as_ref().is_some_and(|terraform| terraform.gives == *ours) {
            wrong.push(format!("{}: the table tells a difference that is none", case.call));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(unknown.iter().map(String::as_str).collect::<Vec<_>>(), NOT_IN_LIBRARIES);
    assert!(compared > 500, "only {compared} cases compared");
}
