//! The log, held against what the standard and GitHub require of it.

use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::diagnostic::{Diagnostic, Excerpt, Severity, Span, check};
use crate::report::{CODE, json};

fn sources() -> (SourceMap, Span, Span) {
    let mut sources = SourceMap::default();
    let file = sources.add_file("fleet/ä b.hcl", "main:fleet/ä b.hcl", "fleet \"é\" {\n  x = 1\n}\n");
    let given = sources.add("--var image", "hunter2");
    sources.keep_secret("hunter2");
    (sources, Span::new(file, 15..16), Span::new(given, 0..7))
}

fn log(list: &Diagnostics, sources: &SourceMap, limits: Limits) -> Value {
    let log = Log::within(list, sources, &ClusterBlocks::new(), "1.2.3", limits);
    let value = serde_json::to_value(&log).unwrap();
    required(&value);
    value
}

/// What SARIF 2.1.0 requires, and GitHub beyond it.
fn required(log: &Value) {
    let text = |value: &Value| assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{value}");
    assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&Value::from("2.1.0"), 1));
    text(&log["$schema"]);
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    [&driver["name"], &driver["semanticVersion"], &driver["informationUri"]].into_iter().for_each(text);
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    for rule in driver["rules"].as_array().unwrap() {
        for part in ["shortDescription", "fullDescription", "help"] {
            text(&rule[part]["text"]);
        }
        text(&rule["id"]);
        level(&rule["defaultConfiguration"]["level"]);
    }
    for notification in run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap_or(&Vec::new())
    {
        text(&notification["message"]["text"]);
        level(&notification["level"]);
    }
    let bases = run["originalUriBaseIds"].as_object().unwrap();
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        text(&result["message"]["text"]);
        level(&result["level"]);
        let rule = &driver["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(fingerprints.insert(result["partialFingerprints"].to_string()), "{result}");
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1);
        let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
        for (id, location) in locations.iter().chain(&related).enumerate() {
            assert_eq!(location["id"].as_u64().unwrap_or_default(), id as u64);
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.starts_with('/') && uri.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':'));
            assert!(bases.contains_key(place["artifactLocation"]["uriBaseId"].as_str().unwrap()));
            let region = &place["region"];
            let number = |name: &str| region[name].as_u64().unwrap();
            let start = (number("startLine"), number("startColumn"));
            assert!(start >= (1, 1) && start <= (number("endLine"), number("endColumn")), "{region}");
        }
    }
}

fn level(value: &Value) {
    assert!(["error", "warning"].contains(&value.as_str().unwrap()), "{value}");
}

#[test]
fn everything_a_diagnostic_says_is_there() {
    let (sources, here, given) = sources();
    let list: Diagnostics = [
        Diagnostic::error(CODE, "unknown \u{202e} attribute [x](http://y)")
            .at(here, "here")
            .at(given, "")
            .at(Span { start: 6, end: 22, ..here }, "in this block")
            .on("prod-b")
            .on("prod-a")
            .about("service \"a\"")
            .note("a fact of hunter2")
            .help("take it away")
            .rendered(Excerpt {
                name: "prod-a/a".into(),
                line: 1,
                column: 2,
                width: 3,
                text: "  t".into(),
                label: "l".into(),
            }),
        Diagnostic::checked(&check::LIMITS, Severity::Warning, "no memory limit"),
    ]
    .into_iter()
    .collect();
    let log = Log::of(&list, &sources, &ClusterBlocks::new(), "1.2.3");
    required(&serde_json::to_value(&log).unwrap());
    assert_snapshot!(json::print(&log).unwrap(), @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "fleetwright",
              "semanticVersion": "1.2.3",
              "informationUri": "https://github.com/fleetwright/fleetwright",
              "rules": [
                {
                  "id": "R001",
                  "shortDescription": {
                    "text": "A mistake on the command line or in what it names."
                  },
                  "fullDescription": {
                    "text": "A mistake on the command line or in what it names."
                  },
                  "help": {
                    "text": "The message of each result says how to mend it."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  }
                },
                {
                  "id": "V102",
                  "name": "limits",
                  "shortDescription": {
                    "text": "a container without a memory limit"
                  },
                  "fullDescription": {
                    "text": "a container without a memory limit"
                  },
                  "help": {
                    "text": "set `limits`; a CPU limit may be missing; where it is meant to be so, say why in the fleet: `excuse \"limits\"`"
                  },
                  "defaultConfiguration": {
                    "level": "warning"
                  }
                }
              ]
            }
          },
          "invocations": [
            {
              "executionSuccessful": true
            }
          ],
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "The root of the repository."
              }
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "R001",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "unknown \\u{202e} attribute [x] (http://y)\nin: --var image:1:1\nnote: a fact of (sensitive)\nrendered: prod-a/a:1:2: t\nclusters: prod-a, prod-b\nobject: service \"a\"\nhelp: take it away"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "fleet/%C3%A4%20b.hcl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 2,
                      "startColumn": 3,
                      "endLine": 2,
                      "endColumn": 4
                    }
                  },
                  "message": {
                    "text": "here"
                  }
                }
              ],
              "relatedLocations": [
                {
                  "id": 1,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "fleet/%C3%A4%20b.hcl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 7,
                      "endLine": 3,
                      "endColumn": 2
                    }
                  },
                  "message": {
                    "text": "in this block"
                  }
                }
              ],
              "partialFingerprints": {
                "fleetwrightFinding/v1": "86067165aa0842cf82aa6e965a85587c:1"
              }
            },
            {
              "ruleId": "V102",
              "ruleIndex": 1,
              "level": "warning",
              "message": {
                "text": "no memory limit"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "fleet/%C3%A4%20b.hcl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 1,
                      "endLine": 1,
                      "endColumn": 1
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "fleetwrightFinding/v1": "292ad68c28cc8441b9b61db0863b47fb:1"
              }
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn what_is_nowhere_is_a_notification_and_told() {
    let list: Diagnostics =
        [Diagnostic::error(CODE, "no fleet found").help("make one"), Diagnostic::warning(CODE, "a doubt")]
            .into_iter()
            .collect();
    let log = Log::of(&list, &SourceMap::default(), &ClusterBlocks::new(), "1.2.3");
    let told: Vec<String> = log.notifications().collect();
    assert_eq!(told, ["error[R001]: no fleet found\nhelp: make one", "warning[R001]: a doubt"]);
    let value = serde_json::to_value(&log).unwrap();
    required(&value);
    assert_eq!(value["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert_eq!(value["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn what_does_not_fit_is_counted() {
    let (sources, here, _) = sources();
    let problem = |n: usize| Diagnostic::error(CODE, format!("{n:04}")).at(here, "");
    let list: Diagnostics = (0..10).map(problem).collect();
    let of_one = 4 + uri("fleet/ä b.hcl").len();
    for (results, text, fit) in
        [(10, 10 * of_one, 10), (9, 1000, 9), (10, 10 * of_one - 1, 9), (10, 9 * of_one, 9), (0, 1000, 0)]
    {
        let log = log(&list, &sources, Limits { results, related: 1, text });
        let run = &log["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), fit);
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], true);
        let said =
            invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap_or_default();
        let (word, left) = said.split_once(' ').map_or(("0", ""), |(number, rest)| (number, rest));
        assert_eq!(word, (10 - fit).to_string());
        assert_eq!(left.contains("left out"), fit < 10, "{said}");
    }
    let many = (0..4).fold(problem(0), |problem, _| problem.at(here, "too"));
    let log = log(&many.into(), &sources, Limits { related: 3, ..LIMITS });
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 3);
    assert_eq!(result["message"]["text"], "0000\nnote: 1 more place not listed");
}

#[test]
fn a_result_is_the_same_when_its_line_has_moved_and_another_when_it_is_about_something_else() {
    let fingerprint = |text: &str, line: &str, about: &str| {
        let mut sources = SourceMap::default();
        let at = Span::new(sources.add_file("fleet/a.hcl", "fleet/a.hcl", line), line.len() - 1..line.len());
        let list = Diagnostic::error(CODE, text).at(at, "").about(about).into();
        log(&list, &sources, LIMITS)["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    let first = fingerprint("wrong", "x", "a");
    assert_eq!(first, fingerprint("wrong", "\n\n  x", "a"));
    assert_ne!(first, fingerprint("wrong", "x", "b"));
    assert_ne!(first, fingerprint("bad", "x", "a"));
}

#[test]
fn paths_are_relative_references() {
    for (path, shown) in [
        ("deploy/fleet/a.hcl", "deploy/fleet/a.hcl"),
        ("a b/%2e.hcl", "a%20b/%252e.hcl"),
        ("c:/ä#?.hcl", "c%3A/%C3%A4%23%3F.hcl"),
    ] {
        assert_eq!(uri(path), shown);
    }
}
