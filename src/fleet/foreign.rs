//! Files in a fleet folder that are something else.

use hcl_edit::Span as _;
use hcl_edit::structure::Structure;

use super::codes;
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Span};
use crate::source::RelPath;

/// Blocks that Terraform knows and the fleet language does not.
const TERRAFORM: [&str; 7] = ["resource", "data", "provider", "module", "terraform", "check", "import"];

/// The structures without the blocks of Terraform, which are told once for the file.
pub fn without_terraform(
    structures: Vec<Structure>,
    file: FileId,
    problems: &mut Diagnostics,
) -> Vec<Structure> {
    let (terraform, rest): (Vec<_>, Vec<_>) = structures.into_iter().partition(|structure| {
        structure.as_block().is_some_and(|block| TERRAFORM.contains(&block.ident.as_str()))
    });
    let mut found = terraform.iter().filter_map(Structure::as_block);
    if let Some(first) = found.next() {
        let message = format!("a fleet file has no block `{}`", first.ident.as_str());
        let mut problem = Diagnostic::error(codes::UNKNOWN_BLOCK, message)
            .at(Span::new(file, first.ident.span().unwrap_or(0..0)), "a block of Terraform")
            .note("this looks like a Terraform file; fleetwright reads its own language");
        let more = found.count();
        if more > 0 {
            problem = problem.note(format!("and {more} more of its blocks in this file"));
        }
        problems
            .push(problem.help(
                "move it out of the fleet folder; the blocks of a fleet are listed in fleet/README.md",
            ));
    }
    rest
}

/// Warns of files that were surely meant to be read, and are not because of how their names end.
pub fn not_read(files: &[RelPath], problems: &mut Diagnostics) {
    for path in files {
        let lower = path.as_str().to_lowercase();
        let (what, help) = if lower.ends_with(".hcl.json") {
            ("HCL in JSON syntax", "write it in HCL's native syntax, in a *.hcl file")
        } else if lower.ends_with(".hcl") && !path.as_str().ends_with(".hcl") {
            ("no *.hcl file", "end its name in small letters: .hcl")
        } else {
            continue;
        };
        let message = format!("{} is {what}: it is not read", path.as_str().escape_debug());
        problems.push(Diagnostic::warning(codes::NOT_READ, message).help(help));
    }
}

/// The problem of a folder without a cluster: what is there instead, as far as it can be told.
pub fn no_clusters(folder: &RelPath, files: &[RelPath], first: Option<FileId>) -> Diagnostic {
    let mut problem = Diagnostic::error(codes::NOTHING_DEFINED, format!("{folder}: no clusters defined"))
        .help("add `cluster \"NAME\" { context = \"…\" }`, or begin with `fleetwright init`");
    if let Some(first) = first {
        return problem.at(Span::new(first, 0..0), "no `cluster` block in this folder");
    }
    let ending = |ending: &'static str| files.iter().find(move |path| path.as_str().ends_with(ending));
    problem = problem.note("there is no *.hcl file below it");
    match (ending(".tf"), ending(".hcl.json").or_else(|| ending(".tf.json"))) {
        (Some(terraform), _) => problem.note(format!("{terraform} is a Terraform file; it is not read")),
        (None, Some(json)) => {
            problem.note(format!("{json} is HCL in JSON syntax; only the native syntax is read"))
        }
        (None, None) => problem,
    }
}
