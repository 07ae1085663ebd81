//! What was rendered, as a stream of YAML documents or as JSON.

use std::sync::Arc;

use serde::Serialize;

use super::escape::one_line;
use super::json::{self, Finding, VERSION};
use super::severity::Summary;
use crate::diagnostic::{Diagnostics, SourceMap};

/// The YAML of one unit on one cluster: what its file under `render --out` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The cluster.
    pub cluster: Arc<str>,
    /// The unit as messages name it, such as `service.storefront`.
    pub unit: String,
    /// The name of its file, such as `storefront.yaml`.
    pub file: String,
    /// Its documents, separated by `---` lines, with a line break at the end.
    pub text: String,
    /// Whether a value in it is secret, shown or masked.
    pub has_secrets: bool,
    /// Whether `text` shows one.
    pub shows_secrets: bool,
}

impl Manifest {
    /// `CLUSTER/FILE`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.cluster, self.file)
    }
}

/// One stream of YAML documents, each unit introduced by a comment that names its file.
pub fn stream(manifests: &[Manifest]) -> String {
    let mut text = String::with_capacity(manifests.iter().map(|one| one.text.len() + 64).sum());
    for (index, manifest) in manifests.iter().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        text.push_str("# ");
        text.push_str(&one_line(&manifest.path()));
        text.push('\n');
        text.push_str(&manifest.text);
        if !manifest.text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// What `render -o json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Render {
    /// Always 1.
    pub version: u32,
    /// The clusters in order of name; empty if a finding is an error, or if files were asked for.
    pub clusters: Vec<Cluster>,
    /// With `--out` or `--check`: the files that differ, or differed before they were written.
    pub files: Vec<FileChange>,
    /// What there is to say about it: errors first, then by file and line.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// What it renders, in order of file name.
    pub units: Vec<Unit>,
}

/// One unit of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unit {
    /// The unit, such as `service.storefront`.
    pub name: String,
    /// The file it has under `render --out`, such as `prod-a/storefront.yaml`.
    pub file: String,
    /// Its objects in the order in which they are applied.
    pub objects: Vec<serde_json::Value>,
}

/// A file under `render --out` that is not as rendered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileChange {
    /// The file below the folder.
    pub path: String,
    /// What is different.
    pub change: Change,
    /// The first line that differs, from 1, of a changed file.
    pub line: Option<usize>,
    /// That line on disk; null where there is none or the file holds a secret.
    pub before: Option<String>,
    /// That line as rendered; null where there is none or the file holds a secret.
    pub after: Option<String>,
}

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Change {
    /// It is not there yet.
    Added,
    /// Its content is another.
    Changed,
    /// It is no longer rendered.
    Stale,
}

impl Change {
    /// The word of the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Stale => "stale",
        }
    }
}

impl Render {
    /// Only what there is to say.
    pub fn findings(list: &Diagnostics, sources: &SourceMap) -> Self {
        Self {
            version: VERSION,
            clusters: Vec::new(),
            files: Vec::new(),
            findings: json::findings(list, sources),
            summary: Summary::of(list),
        }
    }
}

/// The files that differ, one to a line; under a changed one the first line that differs.
pub fn changes(files: &[FileChange]) -> String {
    let mut text = String::new();
    for file in files {
        text.push_str(&format!("{:<7} {}\n", file.change.as_str(), one_line(&file.path)));
        let Some(line) = file.line else { continue };
        text.push_str(&format!("        from line {line}\n"));
        for (sign, content) in [('-', &file.before), ('+', &file.after)] {
            if let Some(content) = content {
                text.push_str(&format!("        {sign} {}\n", one_line(content)));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(file: &str, text: &str) -> Manifest {
        Manifest {
            cluster: "prod-a".into(),
            unit: format!("component.{file}"),
            file: format!("{file}.yaml"),
            text: text.into(),
            has_secrets: false,
            shows_secrets: false,
        }
    }

    #[test]
    fn a_stream_separates_documents_and_names_files() {
        assert_eq!(stream(&[]), "");
        assert_eq!(
            stream(&[manifest("a", "kind: A\n---\nkind: B\n"), manifest("b\n", "kind: C")]),
            "# prod-a/a.yaml\nkind: A\n---\nkind: B\n---\n# prod-a/b\\n.yaml\nkind: C\n"
        );
    }

    #[test]
    fn a_change_shows_its_first_line_and_nothing_that_moves_a_cursor() {
        let change = |change, line, before: Option<&str>, after: Option<&str>| FileChange {
            path: "prod-a/a.yaml".into(),
            change,
            line,
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let text = changes(&[
            change(Change::Added, None, None, None),
            change(Change::Changed, Some(3), Some("a: 1\u{1b}"), Some("a: 2")),
            change(Change::Changed, Some(4), None, None),
            change(Change::Stale, None, None, None),
        ]);
        insta::assert_snapshot!(text, @r#"
        added   prod-a/a.yaml
        changed prod-a/a.yaml
                from line 3
                - a: 1\x1b
                + a: 2
        changed prod-a/a.yaml
                from line 4
        stale   prod-a/a.yaml
        "#);
    }
}
