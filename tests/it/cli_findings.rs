//! `validate -o sarif` and `-o github`: findings where a code host shows them.

use insta::assert_snapshot;

use crate::program::Place;

/// A fleet in a folder of its repository, with two mistakes; one quotes what Actions would take for a command.
fn place() -> Place {
    let fleet = "fleet \"demo\" {}\n\ncluster \"prod-a\" {}\n\ncomponents \"##[error]\" {}\n";
    let more = "cluster \"prod-a\" {}\n";
    Place::with(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("deploy/fleet/fleet.hcl", fleet),
        ("deploy/fleet/more.hcl", more),
    ])
}

#[test]
fn annotations_name_files_from_the_root_of_the_repository() {
    let outcome = place().run(&["validate", "--fleet", "deploy/fleet", "-o", "github"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(2), ""));
    assert_snapshot!(outcome.stdout, @r###"
    ::group::2 errors as annotations
    ::error file=deploy/fleet/fleet.hcl,line=5,endLine=5,col=1,endColumn=10,title=fleetwright F006::a fleet file has no block `components`%0Ahelp: did you mean the block `component`?
    ::error file=deploy/fleet/more.hcl,line=1,endLine=1,col=9,endColumn=16,title=fleetwright F009::cluster "prod-a" is defined twice%0Ahelp: the names of clusters are unique in a fleet: rename one of the two%0Afirst here: deploy/fleet/fleet.hcl:3:9
    ::endgroup::
    ::stop-commands::1430557fdfb8b666f7c2b884515fbb9b361387f51dfed0abf5762b832cf9e74d
    error[F006]: a fleet file has no block `components`
     --> deploy/fleet/fleet.hcl:5:1
      |
    5 | components "##[error]" {}
      | ^^^^^^^^^^ unknown
      |
      = help: did you mean the block `component`?

    error[F009]: cluster "prod-a" is defined twice
     --> deploy/fleet/more.hcl:1:9
      |
    1 | cluster "prod-a" {}
      |         ^^^^^^^^ again here
      |
     ::: deploy/fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {}
      |         -------- first here
      |
      = help: the names of clusters are unique in a fleet: rename one of the two

    2 errors
    ::1430557fdfb8b666f7c2b884515fbb9b361387f51dfed0abf5762b832cf9e74d::
    "###);
}

#[test]
fn a_log_names_files_from_the_root_of_the_repository_wherever_it_is_made() {
    let place = place();
    let outcome = place.run(&["validate", "--fleet", "deploy/fleet", "-o", "sarif"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(2), ""));
    assert_snapshot!(outcome.stdout, @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "fleetwright",
              "semanticVersion": "0.1.0",
              "informationUri": "https://github.com/fleetwright/fleetwright",
              "rules": [
                {
                  "id": "F006",
                  "shortDescription": {
                    "text": "A block that does not exist here."
                  },
                  "fullDescription": {
                    "text": "A block that does not exist here."
                  },
                  "help": {
                    "text": "The message of each result says how to mend it."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  }
                },
                {
                  "id": "F009",
                  "shortDescription": {
                    "text": "The same name or block twice."
                  },
                  "fullDescription": {
                    "text": "The same name or block twice."
                  },
                  "help": {
                    "text": "The message of each result says how to mend it."
                  },
                  "defaultConfiguration": {
                    "level": "error"
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
              "ruleId": "F006",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "a fleet file has no block `components`\nhelp: did you mean the block `component`?"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy/fleet/fleet.hcl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 5,
                      "startColumn": 1,
                      "endLine": 5,
                      "endColumn": 11
                    }
                  },
                  "message": {
                    "text": "unknown"
                  }
                }
              ],
              "partialFingerprints": {
                "fleetwrightFinding/v1": "3408866e4b211f1a9344231e2444c40f:1"
              }
            },
            {
              "ruleId": "F009",
              "ruleIndex": 1,
              "level": "error",
              "message": {
                "text": "cluster \"prod-a\" is defined twice\nhelp: the names of clusters are unique in a fleet: rename one of the two"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy/fleet/more.hcl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 9,
                      "endLine": 1,
                      "endColumn": 17
                    }
                  },
                  "message": {
                    "text": "again here"
                  }
                }
              ],
              "relatedLocations": [
                {
                  "id": 1,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "deploy/fleet/fleet.hcl",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 3,
                      "startColumn": 9,
                      "endLine": 3,
                      "endColumn": 17
                    }
                  },
                  "message": {
                    "text": "first here"
                  }
                }
              ],
              "partialFingerprints": {
                "fleetwrightFinding/v1": "15fec2a2c0e46723c0accb1350a5bea1:1"
              }
            }
          ]
        }
      ]
    }
    "#);
    let mut inside = place.command(&["validate", "-o", "sarif"]);
    let inside = inside.current_dir(place.path().join("deploy")).output().unwrap();
    assert_eq!(String::from_utf8(inside.stdout).unwrap(), outcome.stdout);
}

#[test]
fn all_formats_tell_the_same() {
    let place = Place::fleet();
    place.write("fleet/x.hcl", "component \"x\" {\n  manifests = [\"x.yaml\"]\n}\n");
    let run = |format: &str| place.run(&["validate", "-o", format]).stdout;
    let json = |format: &str| serde_json::from_str::<serde_json::Value>(&run(format)).unwrap();
    let findings = json("json")["findings"].as_array().unwrap().clone();
    let log = json("sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let codes = |list: &[serde_json::Value], name: &str| -> Vec<String> {
        list.iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(results, "ruleId"), codes(&findings, "code"));
    let github = run("github");
    let titles = github.lines().filter_map(|line| line.split_once("title=fleetwright ")?.1.split_once("::"));
    assert_eq!(titles.map(|(code, _)| code).collect::<Vec<_>>(), codes(&findings, "code"));
    assert!(!findings.is_empty() && github.contains(&run("text")));
}

#[test]
fn what_a_log_cannot_place_is_told_beside_it() {
    let place = Place::empty();
    let outcome = place.run(&["validate", "-o", "sarif"]);
    assert_eq!(outcome.status, Some(2));
    assert_snapshot!(outcome.stderr, @"
    error[X001]: no fleet found
    note: looked for the folder ./fleet, and for *.hcl files in the working directory
    help: name the folder with --fleet DIR, or make a fleet with `fleetwright init`
    ");
    let log: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    let shown = place.run(&["validate", "-o", "github"]).stdout;
    assert_snapshot!(shown.lines().nth(1).unwrap_or_default(), @"::error title=fleetwright X001::no fleet found%0Anote: looked for the folder ./fleet, and for *.hcl files in the working directory%0Ahelp: name the folder with --fleet DIR, or make a fleet with `fleetwright init`");
}

#[test]
fn each_command_takes_its_own_formats() {
    let place = Place::fleet();
    assert_snapshot!(place.run(&["validate", "-o", "sarf"]).refused(2), @r#"
    error[X007]: `--output` takes text, json, sarif or github; found "sarf"
     |
     = help: did you mean `sarif`?

    1 error
    "#);
    assert_snapshot!(place.run(&["render", "-o", "sarif"]).refused(2), @r#"
    error[X007]: `--output` takes text or json; found "sarif"
     |
     = help: `fleetwright render --help` tells what it takes

    1 error
    "#);
}
