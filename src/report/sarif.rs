//! Problems as a SARIF log, for code hosts that show findings beside the code.
//!
//! SARIF 2.1.0 (OASIS Standard, 27 March 2020); what a code host needs of it after GitHub's pages "SARIF support
//! for code scanning" and "SARIF results exceed limits".

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::json::{Label, Level, Place};
use super::placed::{ClusterBlocks, Placed};
use super::rules;
use super::severity::count;
use crate::diagnostic::{CHECKS, Check, Diagnostics, SourceMap};

/// The schema of SARIF 2.1.0.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths are relative to: the root of the repository. Where that is on a machine is no part of a log.
const ROOT: &str = "%SRCROOT%";

/// How much a log may hold.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Results.
    results: usize,
    /// Related places of one result.
    related: usize,
    /// Bytes of all messages.
    text: usize,
}

/// GitHub refuses a log with more than 25,000 results, with more than 1,000 places of one result (and shows 100),
/// or of more than 10 MB compressed: messages may not compress at all, while the rest of a result takes less than
/// 100 bytes. Of what it takes it shows 5,000, the worst first.
const LIMITS: Limits = Limits { results: 25_000, related: 99, text: 7_000_000 };

/// A log: what `validate -o sarif` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    results: Vec<Outcome>,
}

#[derive(Clone, Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
}

#[derive(Clone, Debug, Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Clone, Debug, Serialize)]
struct Notification {
    level: Level,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<Descriptor>,
}

#[derive(Clone, Debug, Serialize)]
struct Descriptor {
    id: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Base {
    description: Message,
}

#[derive(Clone, Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: Level,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprint,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    /// Only related locations have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// What makes a result the same as one of an earlier log, whatever line it has moved to.
///
/// Not under the name `primaryLocationLineHash`: GitHub's upload action works that one out itself, from the line,
/// and warns of every value that is not its own.
#[derive(Clone, Debug, Serialize)]
struct Fingerprint {
    #[serde(rename = "fleetwrightFinding/v1")]
    finding: String,
}

impl Log {
    /// The problems in the order given, the worst first; `clusters` are the blocks of the clusters, `version` that
    /// of fleetwright. A problem that cannot be placed in a file, and the number of those that do not fit, are
    /// notifications of the run.
    pub fn of(
        list: &Diagnostics,
        sources: &SourceMap,
        clusters: &ClusterBlocks,
        version: &'static str,
    ) -> Self {
        Self::within(list, sources, clusters, version, LIMITS)
    }

    /// What the notifications say: code hosts do not show them. Several lines each.
    pub fn notifications(&self) -> impl Iterator<Item = String> {
        let [run] = &self.runs;
        let [invocation] = &run.invocations;
        invocation.tool_execution_notifications.iter().map(|one| {
            let code = one.descriptor.as_ref().map(|code| format!("[{}]", code.id)).unwrap_or_default();
            format!("{}{code}: {}", one.level.as_str(), one.message.text)
        })
    }

    fn within(
        list: &Diagnostics,
        sources: &SourceMap,
        clusters: &ClusterBlocks,
        version: &'static str,
        limits: Limits,
    ) -> Self {
        let problems = Placed::all(list, sources, clusters);
        let rules = rules_of(&problems);
        let indexes: BTreeMap<&str, usize> = rules.iter().map(|rule| rule.id).zip(0..).collect();
        let (mut results, mut notifications) = (Vec::new(), Vec::new());
        let (mut seen, mut bytes, mut left_out) = (BTreeMap::new(), 0, 0);
        for problem in &problems {
            let Some(at) = &problem.at else {
                notifications.push(Notification::of(problem));
                continue;
            };
            let rule_index = indexes.get(problem.code).copied().unwrap_or_default();
            let fingerprint = Fingerprint::of(problem, at, &mut seen);
            let result = Outcome::of(problem, at, rule_index, fingerprint, limits.related);
            bytes += result.bytes();
            // Once one does not fit, none does: what is left out is the least bad.
            if results.len() < limits.results && bytes <= limits.text {
                results.push(result);
            } else {
                left_out += 1;
            }
        }
        let execution_successful = !notifications.iter().any(|one| one.level == Level::Error);
        if left_out > 0 {
            notifications.push(Notification::left_out(left_out));
        }
        let root = Base { description: Message::new("The root of the repository.") };
        let driver = Driver {
            name: "fleetwright",
            semantic_version: version,
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules,
        };
        let run = Run {
            tool: Tool { driver },
            invocations: [Invocation { execution_successful, tool_execution_notifications: notifications }],
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            column_kind: "unicodeCodePoints",
            results,
        };
        Self { schema: SCHEMA, version: "2.1.0", runs: [run] }
    }
}

/// One rule for each code that occurs, sorted.
fn rules_of(problems: &[Placed]) -> Vec<Rule> {
    let mut rules: BTreeMap<&str, Rule> = BTreeMap::new();
    for problem in problems {
        let rule = rules.entry(problem.code).or_insert_with(|| Rule::of(problem));
        if problem.level == Level::Error {
            rule.default_configuration.level = Level::Error;
        }
    }
    rules.into_values().collect()
}

impl Rule {
    fn of(problem: &Placed) -> Self {
        let check = CHECKS.iter().find(|check| Some(check.id) == problem.check);
        let meaning = check.map_or_else(|| rules::meaning(problem.code), |check| check.finds);
        let help = match check {
            None => "The message of each result says how to mend it.".to_owned(),
            Some(Check { id, mend, .. }) => {
                format!("{mend}; where it is meant to be so, say why in the fleet: `excuse \"{id}\"`")
            }
        };
        Self {
            id: problem.code,
            name: problem.check,
            short_description: Message::new(meaning),
            full_description: Message::new(meaning),
            help: Message::new(help),
            default_configuration: Configuration { level: problem.level },
        }
    }
}

impl Notification {
    fn of(problem: &Placed) -> Self {
        Self {
            level: problem.level,
            message: Message::new(problem.text()),
            descriptor: Some(Descriptor { id: problem.code }),
        }
    }

    fn left_out(number: usize) -> Self {
        let results = count(number, "result");
        Self {
            level: Level::Warning,
            message: Message::new(format!(
                "{results} left out, which a code host would not take; `fleetwright validate -o json` has all"
            )),
            descriptor: None,
        }
    }
}

impl Outcome {
    fn of(problem: &Placed, at: &Label, rule_index: usize, fingerprint: Fingerprint, related: usize) -> Self {
        let mut text = problem.text();
        let more = problem.related.len().saturating_sub(related);
        if more > 0 {
            text.push_str(&format!("\nnote: {} not listed", count(more, "more place")));
        }
        let related = problem.related.iter().take(related).zip(1..);
        Self {
            rule_id: problem.code,
            rule_index,
            level: problem.level,
            message: Message::new(text),
            locations: [Location::of(at, None)],
            related_locations: related.map(|(label, id)| Location::of(label, Some(id))).collect(),
            partial_fingerprints: fingerprint,
        }
    }

    /// The bytes of what may be different in every result.
    fn bytes(&self) -> usize {
        let locations = self.locations.iter().chain(&self.related_locations);
        let of_locations = locations.map(|location| {
            let text = location.message.as_ref().map_or(0, |message| message.text.len());
            text + location.physical_location.artifact_location.uri.len()
        });
        self.message.text.len() + of_locations.sum::<usize>()
    }
}

impl Location {
    fn of(label: &Label, id: Option<usize>) -> Self {
        let Place { file, line, column, end_line, end_column } = &label.place;
        Self {
            id,
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(file), uri_base_id: ROOT },
                region: Region {
                    start_line: *line,
                    start_column: *column,
                    end_line: *end_line,
                    end_column: *end_column,
                },
            },
            message: (!label.text.is_empty()).then(|| Message::new(&label.text)),
        }
    }
}

impl Message {
    /// A text in which nothing is a link: `[text](target)` is one in SARIF (section 3.11.6), and what stands in a
    /// fleet is not for linking.
    fn new(text: impl AsRef<str>) -> Self {
        Self { text: text.as_ref().replace("](", "] (") }
    }
}

impl Fingerprint {
    /// Of what the problem is and what it is about; `seen` counts those that are alike.
    fn of(problem: &Placed, at: &Label, seen: &mut BTreeMap<String, usize>) -> Self {
        let object = problem.object.as_deref().unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [problem.code, &at.place.file, object, &problem.message] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        // Half of the digest is far more than 25,000 results need.
        let digest: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let nth = seen.entry(digest.clone()).or_default();
        *nth += 1;
        Self { finding: format!("{digest}:{nth}") }
    }
}

/// A path as a relative URI reference (RFC 3986, section 4.2): `./` before a first part that holds a colon is not
/// needed, as colons are percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests;
