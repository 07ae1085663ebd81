//! `external`: the protocol of Terraform's data source, and what comes back.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};

use crate::program::{Outcome, Place, outcome};
use crate::repository::commit;

const FLEET: &str = r#"fleet "shop" {
  templates = "."
}

variable "domain" {
  type    = string
  default = "example.com"
}
variable "token" {
  type      = string
  default   = "hunter2"
  sensitive = true
}

cluster "dev-1" {
  labels = { env = "dev" }
  values = { weight = 0 }
}
cluster "prod-a" {
  labels  = { env = "prod" }
  context = "prod-a-admin"
  values  = { weight = 75 }
}
cluster "prod-b" {
  labels  = { env = "prod" }
  values  = { weight = 25 }
  retired = true
}
cluster "prod-c" {
  labels = { env = "prod" }
  values = { weight = 25 }
}

output "domain" {
  value = var.domain
}
output "count" {
  value = length(clusters)
}
output "ratio" {
  value = 0.250
}
output "is_live" {
  value = true
}
output "nothing" {
  value = null
}
output "zones" {
  value = ["a", "<b>"]
}
output "weights" {
  value = { for c in clusters : c.name => c.values.weight }
}
output "hosts" {
  value = { for c in clusters : c.name => "${c.name}.${var.domain}" if !c.retired }
}
output "token" {
  value     = { key = var.token }
  sensitive = true
}

component "base" {
  namespace = "base"
  manifests = ["base.yaml"]
  values    = { size = 3, key = var.token, nested = { key = "k-${var.token}", open = true } }
}

rollout "prod" {
  match = "env=prod"
  stage "canary" {
    clusters = ["prod-a"]
  }
  stage "rest" {
    clusters = ["prod-b", "prod-c"]
  }
}
"#;

const BASE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: base\ndata:\n  a: one\n";

fn place() -> Place {
    Place::with(&[("fleet/fleet.hcl", FLEET), ("fleet/base.yaml", BASE)])
}

fn ask(place: &Place, query: &[u8]) -> Outcome {
    place.run_with_stdin(&["external"], query)
}

/// What is answered but the version; every value must be a string, and nothing may be on stderr.
fn answered(place: &Place, query: &Value) -> Value {
    let (stdout, stderr) = ask(place, query.to_string().as_bytes()).done();
    assert_eq!(stderr, "", "{query}");
    assert!(!stdout.contains("hunter2"), "{stdout}");
    let mut answer: Value = serde_json::from_str(&stdout).unwrap();
    let entries = answer.as_object_mut().unwrap();
    assert!(entries.values().all(Value::is_string), "{stdout}");
    assert_eq!(entries.remove("version"), Some(env!("CARGO_PKG_VERSION").into()));
    answer
}

/// The first line on stderr of a query that is refused; the rest tells it again, and more.
fn refused(place: &Place, query: &[u8]) -> String {
    let stderr = ask(place, query).refused(2);
    assert!(!stderr.contains('\u{1b}') && !stderr.contains("hunter2"), "{stderr}");
    let (first, rest) = stderr.split_once("\n\n").unwrap();
    assert!(!first.contains('\n') && rest.contains("= help: "), "{stderr}");
    first.to_owned()
}

#[test]
fn each_query_is_answered_with_strings_alone() {
    let place = place();
    let warnings = "fleet/fleet.hcl:58:8: warning[X044]: the output \"token\" is sensitive and is left out";
    let weights = r#"{"dev-1":0,"prod-a":75,"prod-b":25,"prod-c":25}"#;
    let hosts =
        r#"{"dev-1":"dev-1.example.com","prod-a":"prod-a.example.com","prod-c":"prod-c.example.com"}"#;
    let prod_a = json!({
        "name": "prod-a", "labels": { "env": "prod", "fleet": "shop", "name": "prod-a" },
        "context": "prod-a-admin", "uid": null, "kubernetes": null, "retired": false,
    });
    for (query, expected) in [
        (
            json!({}),
            json!({
                "domain": "example.com", "count": "4", "ratio": "0.250", "is_live": "true",
                "nothing_json": "null", "zones_json": r#"["a","\u003cb\u003e"]"#, "weights_json": weights,
                "hosts_json": hosts, "warnings": warnings,
            }),
        ),
        (json!({ "output": "domain" }), json!({ "domain": "example.com", "warnings": "" })),
        (
            json!({ "output": "domain", "var.domain": "example.net" }),
            json!({ "domain": "example.net", "warnings": "" }),
        ),
        (
            json!({ "output": "weights", "fleet": "fleet" }),
            json!({ "weights_json": weights, "warnings": "" }),
        ),
        (json!({ "output": "weights", "cluster": "prod-a" }), json!({ "weights": "75", "warnings": "" })),
        (
            json!({ "output": "weights", "cluster": "prod-*" }),
            json!({ "weights_json": r#"{"prod-a":75,"prod-b":25,"prod-c":25}"#, "warnings": "" }),
        ),
        (
            json!({ "output": "hosts", "select": "env=prod" }),
            json!({
                "hosts_json": r#"{"prod-a":"prod-a.example.com","prod-c":"prod-c.example.com"}"#,
                "warnings": "",
            }),
        ),
        (
            json!({ "output": "weights", "cluster": "*", "select": "env=dev" }),
            json!({ "weights_json": r#"{"dev-1":0}"#, "warnings": "" }),
        ),
    ] {
        assert_eq!(answered(&place, &query), expected, "{query}");
    }
    let decoded = |query: Value, key: &str| -> Value {
        let answer = answered(&place, &query);
        serde_json::from_str(answer[key].as_str().unwrap()).unwrap()
    };
    assert_eq!(decoded(json!({ "cluster": "prod-a" }), "cluster_json"), prod_a);
    assert_eq!(decoded(json!({ "cluster": "*a" }), "clusters_json"), json!({ "prod-a": prod_a }));
    let every = decoded(json!({ "cluster": "*" }), "clusters_json");
    assert_eq!(
        every.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["dev-1", "prod-a", "prod-b", "prod-c"]
    );
    assert_eq!(every["prod-b"]["retired"], true);
}

#[test]
fn a_unit_is_told_without_what_is_secret_in_it() {
    let place = place();
    let query = json!({ "unit": "component.base", "cluster": "prod-a" });
    let answer = answered(&place, &query);
    let unit: Value = serde_json::from_str(answer["unit_json"].as_str().unwrap()).unwrap();
    assert_eq!(unit["namespace"], "base");
    assert_eq!(unit["settings"]["values"], json!({ "size": 3, "weight": 75, "nested": { "open": true } }));
    let line = |path: &str| {
        format!(
            "fleet/fleet.hcl:63:11: warning[X044]: the setting {path} of component.base is sensitive and is left out (on prod-a)"
        )
    };
    assert_eq!(answer["warnings"], format!("{}\n{}", line("values.key"), line("values.nested.key")));
    // A retired cluster has no units.
    let all = answered(&place, &json!({ "unit": "component.base" }));
    let all: Value = serde_json::from_str(all["units_json"].as_str().unwrap()).unwrap();
    assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), ["dev-1", "prod-a", "prod-c"]);
}

#[test]
fn what_is_secret_as_a_whole_is_left_out_as_a_whole() {
    let place = place();
    let more = "variable \"keys\" {\n  type      = map(string)\n  default   = { a = \"hunter2\" }\n  sensitive = true\n}\n\
                component \"more\" {\n  manifests = [\"base.yaml\"]\n\
                  values    = { map = var.keys, list = [\"open\", var.token], text = \"open\" }\n}\n";
    place.write("fleet/more.hcl", more);
    let answer = answered(&place, &json!({ "unit": "component.more", "cluster": "prod-a" }));
    let unit: Value = serde_json::from_str(answer["unit_json"].as_str().unwrap()).unwrap();
    assert_eq!(unit["settings"]["values"], json!({ "text": "open", "weight": 75 }));
    let warnings = answer["warnings"].as_str().unwrap();
    for path in ["values.list", "values.map"] {
        assert!(
            warnings.contains(&format!("the setting {path} of component.more is sensitive")),
            "{warnings}"
        );
    }
}

#[test]
fn stdin_that_holds_no_query_is_refused_in_one_line() {
    let place = place();
    for (query, expected) in [
        (&b""[..], "error[X041]: stdin is empty: a query is expected there, as Terraform sends it"),
        (b" \n", "error[X041]: stdin is empty: a query is expected there, as Terraform sends it"),
        (b"null", "query:1:1: error[X041]: the query is null, not an object"),
        (b"[]", "query:1:1: error[X041]: the query is a list, not an object"),
        (b"\"hunter2\"", "query:1:1: error[X041]: the query is a string, not an object"),
        (
            b"{\"output\": \"hosts\"",
            "query:1:19: error[X041]: the query is no JSON: expected `,` or `}`, found the end",
        ),
        (b"output=hosts", "query:1:1: error[X041]: the query is no JSON: expected a value, found `o`"),
        (
            b"{\"output\": \"hosts\"} {}",
            "query:1:21: error[X041]: the query is no JSON: expected the end after the first value, found `{`",
        ),
        (
            b"{\"output\": \"hosts\"}hunter2",
            "query:1:20: error[X041]: the query is no JSON: expected the end after the first value, found `h`",
        ),
        (
            b"{\"var.token\": \"hunter2\", \"var.token\": \"b\"}",
            "query:1:26: error[X041]: the query is no JSON: an object has two members of the same name",
        ),
        (b"{\"output\": 7}", "query:1:12: error[X041]: the query's \"output\" is a number, not a string"),
        (b"{\"output\": null}", "query:1:12: error[X041]: the query's \"output\" is null, not a string"),
        (
            b"{\"cluster\": [\"a\"]}",
            "query:1:13: error[X041]: the query's \"cluster\" is a list, not a string",
        ),
        (
            b"{\"var.token\": {\"a\": \"hunter2\"}}",
            "query:1:15: error[X041]: the query's \"var.token\" is a map, not a string",
        ),
        (b"{\"select\": \"\"}", "query:1:12: error[X041]: the query's \"select\" is empty"),
        (b"{\"outptu\": \"hunter2\"}", "query:1:12: error[X041]: the query's key \"outptu\" is not known"),
        (b"{\"var.\": \"hunter2\"}", "query:1:10: error[X041]: the query's key \"var.\" is not known"),
        (b"{\"output\": \"\xff\"}", "error[X041]: the query is not UTF-8 from byte 12 on"),
        (
            b"{\"output\": \"hosts\", \"unit\": \"component.base\"}",
            "query:1:29: error[X041]: the query asks for an output and for a unit",
        ),
    ] {
        assert_eq!(refused(&place, query), expected);
    }
    assert!(ask(&place, b"{\"outptu\": \"x\"}").stderr.contains(
        "did you mean `output`? The keys are output, cluster, select, unit, release, fleet or var.NAME"
    ));
}

#[test]
fn a_query_for_what_is_not_there_names_what_is() {
    let place = place();
    place.write(
        "fleet/more.hcl",
        "output \"by_zone\" {\n  value = { eu = 1, us = 2 }\n}\noutput \"version\" {\n  value = 1\n}\n\
         component \"each\" {\n  for_each  = toset([\"a\"])\n  manifests = [\"base.yaml\"]\n  namespace = each.key\n}\n",
    );
    for (query, expected, help) in [
        (
            json!({ "output": "hsots" }),
            "query:1:11: error[X042]: the fleet has no output \"hsots\"",
            "did you mean `hosts`?",
        ),
        (
            json!({ "output": "zones", "cluster": "prod-a" }),
            "fleet/fleet.hcl:49:8: error[X042]: the output \"zones\" is a list, not a map by cluster",
            "leave `cluster` and `select` out of the query",
        ),
        (
            json!({ "output": "hosts", "cluster": "prod-b" }),
            "fleet/fleet.hcl:55:8: error[X042]: the output \"hosts\" says nothing of the cluster \"prod-b\"",
            "its keys are dev-1, prod-a or prod-c",
        ),
        (
            json!({ "cluster": "prod-z" }),
            "query:1:12: error[X002]: the fleet has no cluster \"prod-z\"",
            "did you mean `prod-a`?",
        ),
        (
            json!({ "cluster": "eu-*" }),
            "query:1:12: error[X002]: `cluster` \"eu-*\" matches no cluster of the fleet",
            "the clusters are dev-1, prod-a, prod-b or prod-c",
        ),
        (
            json!({ "select": "env=" }),
            "query:1:11: error[X005]: no cluster is left to work on",
            "loosen `select` or `cluster`",
        ),
        (
            json!({ "unit": "component.bas" }),
            "query:1:9: error[X042]: none of these clusters has a unit \"component.bas\"",
            "did you mean `component.base`?",
        ),
        (
            json!({ "release": "staging" }),
            "query:1:12: error[X042]: there is no rollout \"staging\"",
            "there is prod or dev-1",
        ),
        (
            json!({ "release": "prod-b" }),
            "query:1:12: error[X042]: the cluster \"prod-b\" gets the releases of the rollout \"prod\"",
            "ask for the release of `prod`",
        ),
        (
            json!({ "output": "by_zone", "cluster": "*" }),
            "fleet/more.hcl:1:8: error[X042]: the keys of the output \"by_zone\" are no clusters: eu or us",
            "leave `cluster` and `select` out of the query",
        ),
        (
            json!({ "cluster": "all" }),
            "query:1:12: error[X002]: the fleet has no cluster \"all\"",
            "`*` means every cluster",
        ),
        (
            json!({ "select": "env in (" }),
            "select:1:9: error[X004]: `select` is no label selector: found the end, expected a value, ',' or ')'",
            "write it as in kubectl: `env=prod,zone!=eu-west-1a,tier in (web,api)`",
        ),
        (
            json!({ "unit": "component.base", "cluster": "prod-b" }),
            "query:1:28: error[X042]: none of these clusters has a unit \"component.base\"",
            "ask for another cluster",
        ),
        (
            json!({ "unit": "component.each" }),
            "query:1:9: error[X042]: none of these clusters has a unit \"component.each\"",
            "it has a unit for each key, as `component.each[a]`",
        ),
        (
            json!({ "output": "version" }),
            "query:1:11: error[X045]: the key `version` of the answer is taken already",
            "give the output another name",
        ),
        (
            json!({ "output": "domain", "var.token": "hunter2" }),
            "var.token:1:1: error[C016]: variable \"token\" is sensitive, and Terraform keeps this in its state, in clear",
            "set FLEETWRIGHT_VAR_token, or name a file with --var-file",
        ),
        (
            json!({ "output": "token" }),
            "fleet/fleet.hcl:58:8: error[X043]: the output \"token\" is sensitive",
            "let Terraform read the secret from where it is kept",
        ),
        (
            json!({ "var.tokne": "hunter2" }),
            "var.tokne:1:1: error[C005]: there is no variable \"tokne\"",
            "did you mean \"token\"?",
        ),
        (
            json!({ "fleet": "elsewhere" }),
            "error[X001]: elsewhere: no such file or folder",
            "name the folder that holds the fleet's *.hcl files with --fleet DIR",
        ),
    ] {
        let query = query.to_string();
        assert_eq!(refused(&place, query.as_bytes()), expected, "{query}");
        let stderr = ask(&place, query.as_bytes()).stderr;
        assert!(stderr.contains(&format!("= help: {help}\n")), "{stderr}");
    }
}

#[test]
fn a_secret_comes_past_terraform_or_not_at_all() {
    let place = place();
    let flag = place.run_with_stdin(&["external", "--var", "token=hunter2"], b"{}").refused(2);
    let expected = "--var token:1:1: error[C016]: variable \"token\" is sensitive, and Terraform keeps this in its state, in clear\n";
    assert!(flag.starts_with(expected) && !flag.contains("hunter2"), "{flag}");
    let open =
        place.run_with_stdin(&["external", "--var", "domain=example.net"], b"{\"output\": \"domain\"}");
    assert!(open.done().0.contains("\"domain\": \"example.net\""));
    place.write("secret.hcl", "token = \"hunter3\"\n");
    let file = place.run_with_stdin(&["external", "--var-file", "secret.hcl"], b"{\"output\": \"domain\"}");
    assert!(!file.done().0.contains("hunter3"));
}

#[test]
fn an_error_in_the_fleet_is_one_line_with_its_place() {
    let place = place();
    place.write("fleet/more.hcl", "output \"x\" {\n  value = local.nothing\n}\n");
    let first = refused(&place, b"{\"output\": \"hosts\"}");
    assert_eq!(first, "fleet/more.hcl:2:17: error[C103]: there is no local `nothing`");
    // Several: the first, and how many more. What the query misses may be missing for that reason.
    let two = "component \"other\" {\n  manifests = [\"base.yaml\"]\n  values    = { a = cluster.labels.nope }\n}\n\
               output \"y\" {\n  value = local.a\n}\n";
    place.write("fleet/more.hcl", two);
    let first = refused(&place, br#"{"unit": "component.other", "cluster": "dev-1"}"#);
    assert_eq!(
        first,
        "fleet/more.hcl:3:36: error[C103]: `cluster.labels` has no `nope` (on dev-1) (and 1 more)"
    );
    let first = refused(&place, br#"{"output": "z"}"#);
    assert_eq!(first, "fleet/more.hcl:6:17: error[C103]: there is no local `a` (and 1 more)");
}

#[test]
fn what_cannot_be_told_of_is_left_out_with_a_warning() {
    let place = place();
    place.write(
        "fleet/more.hcl",
        "output \"version\" {\n  value = 1\n}\noutput \"x\" {\n  value = []\n}\noutput \"x_json\" {\n  value = 2\n}\n",
    );
    let answer = answered(&place, &json!({}));
    assert_eq!((&answer["x_json"], &answer["domain"]), (&json!("[]"), &json!("example.com")));
    let warnings: Vec<&str> = answer["warnings"].as_str().unwrap().lines().collect();
    assert_eq!(
        warnings[1..],
        [
            "fleet/more.hcl:1:8: warning[X045]: the key `version` of the answer is taken already",
            "fleet/more.hcl:7:8: warning[X045]: the key `x_json` of the answer is taken already",
        ]
    );
    assert_eq!(answered(&place, &json!({ "output": "x_json" }))["x_json"], "2");
}

#[test]
fn a_command_line_that_is_wrong_is_told_on_stderr_alone() {
    let place = place();
    for arguments in [["external", "-o", "json"], ["external", "--output=json", "x"]] {
        let stderr = place.run_with_stdin(&arguments, b"{}").refused(2);
        assert!(stderr.starts_with("error[X007]: "), "{stderr}");
    }
}

#[test]
fn a_query_is_read_to_its_end_however_long_it_is() {
    const LONGEST: usize = 1 << 20;
    let place = place();
    let padded = |length: usize| {
        let query = b"{\"output\": \"domain\"}";
        [query.to_vec(), vec![b' '; length - query.len()]].concat()
    };
    ask(&place, &padded(LONGEST)).done();
    let value = "x".repeat(LONGEST - 100);
    let long = json!({ "output": "domain", "var.domain": value });
    assert_eq!(answered(&place, &long)["domain"], value);
    let expected = "error[X041]: the query is longer than 1048576 bytes";
    assert_eq!(refused(&place, &padded(LONGEST + 1)), expected);
    // Whoever writes it is not cut off, even far beyond what a pipe holds.
    let mut child = piped(&place).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&padded(8 * LONGEST)).unwrap();
    assert!(outcome(child.wait_with_output().unwrap()).refused(2).starts_with(expected));
}

fn piped(place: &Place) -> Command {
    let mut command = place.command(&["external"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a shell makes of this line, in which `$0` is the program.
fn shell(place: &Place, line: &str) -> Outcome {
    let mut command = Command::new("/bin/sh");
    command.env_clear().current_dir(place.path()).args(["-c", line, env!("CARGO_BIN_EXE_fleetwright")]);
    outcome(command.output().unwrap())
}

#[test]
fn a_revision_answers_for_what_was_committed() {
    let place = place();
    let first = commit(&place);
    place.write("fleet/fleet.hcl", "broken {");
    for query in [json!({ "output": "count" }), json!({ "output": "count", "fleet": "fleet" })] {
        let query = query.to_string();
        assert!(refused(&place, query.as_bytes()).starts_with("fleet/fleet.hcl:1:"));
        let asked = place.run_with_stdin(&["external", "--rev", &first], query.as_bytes());
        let answer: Value = serde_json::from_str(&asked.done().0).unwrap();
        assert_eq!(answer["count"], "4");
    }
}

#[test]
fn stdin_that_is_closed_or_a_terminal_is_refused() {
    let place = place();
    let stderr = shell(&place, "\"$0\" external <&-").refused(2);
    assert!(stderr.starts_with("error[X041]: stdin is empty: "), "{stderr}");
    let folder = shell(&place, "\"$0\" external < fleet").refused(7);
    assert!(folder.starts_with("error[X030]: stdin cannot be read: "), "{folder}");
    let stderr = outcome(place.command(&["external"]).stdin(terminal()).output().unwrap()).refused(2);
    assert!(stderr.starts_with("error[X041]: stdin is a terminal: "), "{stderr}");
    assert!(stderr.contains("echo '{}' | fleetwright external"), "{stderr}");
    let stderr = place.run_with_stdin(&["external", "--var-file", "-"], b"{}").refused(2);
    assert!(stderr.starts_with("error[X041]: `--var-file -` reads stdin, "), "{stderr}");
    let stderr =
        place.run_with_stdin(&["external", "--fleet", "fleet"], b"{\"fleet\": \"fleet\"}").refused(2);
    assert!(stderr.starts_with("query:1:11: error[X041]: the folder of the fleet is named by "), "{stderr}");
}

/// One end of a terminal; the other stays open as long as the test runs.
fn terminal() -> File {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(&master, Vec::new()).unwrap();
    let flags = i32::try_from(OpenptFlags::NOCTTY.bits()).unwrap();
    let path = std::ffi::OsStr::from_bytes(path.as_bytes());
    let slave = File::options().read(true).write(true).custom_flags(flags).open(path).unwrap();
    std::mem::forget(master);
    slave
}

#[test]
fn an_answer_that_nobody_reads_is_no_success() {
    let place = place();
    let mut child = piped(&place).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert!(stderr.starts_with("fleetwright: cannot write the output: Broken pipe"), "{stderr}");
    assert!(!stderr.contains("panicked") && stderr.lines().count() == 1, "{stderr}");
    let full = shell(&place, "echo '{}' | \"$0\" external > /dev/full").refused(7);
    assert!(full.starts_with("fleetwright: cannot write the output: No space left on device"), "{full}");
}

#[test]
fn the_same_query_has_the_same_bytes_for_an_answer() {
    let place = place();
    let query = b"{\"unit\": \"component.base\", \"release\": \"prod\"}";
    let (first, _) = place.run_with_stdin(&["external", "--threads", "1"], query).done();
    for threads in ["1", "2", "7"] {
        let again = place.run_with_stdin(&["external", "--threads", threads], query).done();
        assert_eq!(again, (first.clone(), String::new()));
    }
}

#[test]
fn a_release_is_another_where_something_rendered_is() {
    let place = place();
    let digest = |rollout: &str| answered(&place, &json!({ "release": rollout }))["release"].clone();
    let (prod, dev) = (digest("prod"), digest("dev-1"));
    assert_eq!(prod.as_str().unwrap().len(), 64);
    assert_ne!(prod, dev);
    place.write("fleet/fleet.hcl", &FLEET.replace("value = length(clusters)", "value = 7 # another"));
    assert_eq!((digest("prod"), digest("dev-1")), (prod.clone(), dev.clone()));
    let only_dev = "override \"dev\" {\n  match  = \"env=dev\"\n  units  = \"name=base\"\n  patch = { \"ConfigMap/base\" = { data = { a = \"two\" } } }\n}\n";
    place.write("fleet/more.hcl", only_dev);
    assert_eq!(digest("prod"), prod);
    assert_ne!(digest("dev-1"), dev);
}
