//! Diagnostics as JSON.

use serde::Serialize;

use super::escape::json_safe;
use super::excuse::Excuse;
use super::severity::Summary;
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Severity, SourceMap, Span};
use crate::validate::Excused;

/// The version of every JSON document that is printed. It grows when a member changes or goes; new members
/// may come without.
pub const VERSION: u32 = 1;

/// What `validate -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Findings {
    /// Always 1.
    pub version: u32,
    /// All of them: errors first, then by file and line.
    pub findings: Vec<Finding>,
    /// How many.
    pub summary: Summary,
    /// The excuses that were needed.
    pub excuses: Vec<Excuse>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// Stable code, such as `F005`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Level,
    /// The id of the check that found it, which an `excuse` names; null where it cannot be excused.
    pub check: Option<&'static str>,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the first of `labels` again, or null where no file is to blame.
    pub place: Option<Place>,
    /// All places with what is to be said there; the first is the primary one.
    pub labels: Vec<Label>,
    /// The rendered line, where the problem shows only in rendered text.
    pub rendered: Option<Rendered>,
    /// The clusters it was found on; empty where it does not depend on the cluster.
    pub clusters: Vec<String>,
    /// The object or unit it is about.
    pub object: Option<String>,
    /// Further facts.
    pub notes: Vec<String>,
    /// The next step.
    pub help: Option<String>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Level {
    /// The fleet cannot be used as it is.
    Error,
    /// Worth a look; nothing stops.
    Warning,
}

impl Level {
    /// The word of the JSON output.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A range of a file. Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The file, from the root of the repository, or a description such as `--var image`.
    pub file: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// One past the last column.
    pub end_column: usize,
}

/// A place and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What stands there; may be empty.
    pub text: String,
}

/// A line of rendered text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rendered {
    /// What was rendered.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters it is about.
    pub width: usize,
    /// The text of the line, without secrets.
    pub text: String,
    /// What is wrong there; may be empty.
    pub label: String,
}

impl Findings {
    /// The diagnostics in the order given, and the excuses.
    pub fn of(list: &Diagnostics, excused: &[Excused], sources: &SourceMap) -> Self {
        Self {
            version: VERSION,
            findings: findings(list, sources),
            summary: Summary::of(list),
            excuses: excused.iter().map(|one| Excuse::of(one, sources)).collect(),
        }
    }
}

/// Every diagnostic, in the order given.
pub(super) fn findings(list: &Diagnostics, sources: &SourceMap) -> Vec<Finding> {
    list.iter().map(|diagnostic| Finding::of(diagnostic, sources)).collect()
}

impl Finding {
    fn of(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let diagnostic = &diagnostic.without(sources.secrets());
        let labels: Vec<Label> = diagnostic
            .labels
            .iter()
            .map(|label| Label { place: Place::of(label.at, sources), text: label.text.clone() })
            .collect();
        Self {
            code: diagnostic.code.as_str(),
            severity: match diagnostic.severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
            },
            check: diagnostic.check,
            message: diagnostic.message.clone(),
            place: labels.first().map(|label| label.place.clone()),
            labels,
            rendered: diagnostic.rendered.as_ref().map(Rendered::of),
            clusters: diagnostic.clusters.iter().map(|name| name.to_string()).collect(),
            object: diagnostic.object.clone(),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
        }
    }
}

impl Place {
    pub(super) fn of(span: Span, sources: &SourceMap) -> Self {
        let start = sources.position(span);
        let end = sources.position(Span { start: span.end.max(span.start), ..span });
        Self {
            file: sources.file(span.file).map_or("?", |file| file.path()).to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl Rendered {
    fn of(excerpt: &Excerpt) -> Self {
        Self {
            name: excerpt.name.clone(),
            line: excerpt.line,
            column: excerpt.column,
            width: excerpt.width,
            text: excerpt.text.clone(),
            label: excerpt.label.clone(),
        }
    }
}

/// A document as text: indented, with a line break at its end, deceptive characters written as `\uXXXX`.
///
/// # Errors
/// If a member cannot be written as JSON; none of the documents of this room has such a one.
pub fn print<T: Serialize>(document: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(json_safe(text))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::report::CODE;

    #[test]
    fn everything_a_diagnostic_says_is_there() {
        let mut sources = SourceMap::default();
        let file = sources.add("fleet/a.hcl", "fleet \"é\" {\n  x = 1\n}\n");
        let list: Diagnostics = Diagnostic::error(CODE, "unknown \u{202e} attribute")
            .at(Span::new(file, 15..16), "here")
            .at(Span::new(file, 6..22), "")
            .on("prod-b")
            .on("prod-a")
            .about("service.a")
            .note("a fact")
            .help("take it away")
            .rendered(Excerpt {
                name: "r".into(),
                line: 1,
                column: 2,
                width: 3,
                text: "t".into(),
                label: "l".into(),
            })
            .into();
        assert_snapshot!(print(&Findings::of(&list, &[], &sources)).unwrap(), @r#"
        {
          "version": 1,
          "findings": [
            {
              "code": "R001",
              "severity": "error",
              "check": null,
              "message": "unknown \u202e attribute",
              "place": {
                "file": "fleet/a.hcl",
                "line": 2,
                "column": 3,
                "endLine": 2,
                "endColumn": 4
              },
              "labels": [
                {
                  "place": {
                    "file": "fleet/a.hcl",
                    "line": 2,
                    "column": 3,
                    "endLine": 2,
                    "endColumn": 4
                  },
                  "text": "here"
                },
                {
                  "place": {
                    "file": "fleet/a.hcl",
                    "line": 1,
                    "column": 7,
                    "endLine": 3,
                    "endColumn": 2
                  },
                  "text": ""
                }
              ],
              "rendered": {
                "name": "r",
                "line": 1,
                "column": 2,
                "width": 3,
                "text": "t",
                "label": "l"
              },
              "clusters": [
                "prod-a",
                "prod-b"
              ],
              "object": "service.a",
              "notes": [
                "a fact"
              ],
              "help": "take it away"
            }
          ],
          "summary": {
            "errors": 1,
            "warnings": 0
          },
          "excuses": []
        }
        "#);
    }
}
