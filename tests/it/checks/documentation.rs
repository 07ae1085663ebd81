//! The table of checks in `fleet/README.md` is the one of the program.

use std::fs;

use fleetwright::diagnostic::{CHECKS, Severity};

use crate::example;

#[test]
fn the_table_of_the_reference_is_the_one_of_the_program() {
    let page = fs::read_to_string(example::root().join("fleet/README.md")).unwrap();
    let row = |check: &fleetwright::diagnostic::Check| {
        let severity = match check.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("| `{}` | {} | {severity} | {} | {} |", check.id, check.code, check.finds, check.mend)
    };
    let table: Vec<String> = CHECKS.into_iter().map(row).collect();
    let written: Vec<&str> = page.lines().filter(|line| line.contains("` | V1")).collect();
    assert_eq!(written, table);
}

/// Each check has a test here that names it.
#[test]
fn each_check_is_tested() {
    let folder = example::root().join("tests/it/checks");
    let texts: String =
        example::files(&folder).into_values().map(|text| String::from_utf8(text).unwrap()).collect();
    for check in CHECKS {
        assert!(texts.contains(&format!("check: \"{}\"", check.id)), "{} is not tested", check.id);
    }
}
