//! `schema fetch` on real API servers: what it asks for, what it writes, and what it says of what it cannot read.

use insta::assert_snapshot;

use crate::harness::{Cluster, Fault, Lab, Proxy, Rule};
use crate::program::{Outcome, Place, outcome};
use crate::reach::{ADMIN, config, fleet, said, seen, server, through, token};

fn fetch(place: &Place, arguments: &[&str]) -> Outcome {
    let mut command = place.command(&[&["schema", "fetch", "--cluster", "prod-a"], arguments].concat());
    outcome(command.env("KUBECONFIG", "config").output().unwrap())
}

fn written(place: &Place) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(place.path().join("fleet/schemas")) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What was read counted: the number of kinds and files is the server's affair.
fn counted(outcome: &Outcome, cluster: &Cluster, url: &str) -> String {
    let text = said(outcome, cluster, url);
    let words = text.split(' ').collect::<Vec<_>>();
    let number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty();
    let shown: Vec<&str> = words
        .iter()
        .enumerate()
        .map(|(at, word)| match words.get(at + 1) {
            Some(next) if number(word) && (next.starts_with("kinds") || next.starts_with("files")) => "N",
            _ => word,
        })
        .collect();
    shown.join(" ")
}

#[test]
fn what_is_recorded_once_is_as_recorded_the_second_time() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = through(&proxy, cluster, &format!("uid = \"{}\"", cluster.uid));
    let first = fetch(&place, &[]);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    assert_snapshot!(counted(&first, cluster, &proxy.url), @"prod-a: Kubernetes v1.36.3, N kinds: N files written");
    let requests = seen(&proxy);
    assert_eq!(requests[0], "GET /api/v1/namespaces/kube-system 200");
    assert!(requests.iter().all(|request| request.starts_with("GET ")), "{requests:#?}");
    let files = written(&place);
    assert!(files.contains(&"prod-a.json".to_owned()) && files.len() > 20, "{files:?}");
    let again = fetch(&place, &[]);
    assert_snapshot!(counted(&again, cluster, &proxy.url), @"prod-a: Kubernetes v1.36.3, N kinds: as recorded before");
    assert_eq!(written(&place), files);
}

#[test]
fn a_document_that_cannot_be_read_is_unknown_and_its_kinds_are_not_checked() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = through(&proxy, cluster, &format!("uid = \"{}\"", cluster.uid));
    proxy.add(Rule::new(Fault::status(403)).path("/openapi/v3/apis/apps/v1"));
    let outcome = fetch(&place, &[]);
    assert_eq!(outcome.status, Some(3), "{}", outcome.stdout);
    assert_snapshot!(counted(&outcome, cluster, &proxy.url), @r#"
    prod-a: Kubernetes v1.36.3, N kinds, 1 of its API versions unread: N files written
    error[L024]: cluster "prod-a" cannot be read: the user may not read this (403 Forbidden): forbidden: the proxy says so
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /openapi/v3/apis/apps/v1
     = help: bind the user to a Role or ClusterRole that lets it `get` this

    1 error
    "#);
    place.write("fleet/unit.hcl", "component \"c\" {\n  manifests = [\"c.yaml\"]\n}\n");
    place.write(
        "fleet/c.yaml",
        "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"c\", \"namespace\": \"c\"}}\n",
    );
    let validated = place.run(&["validate"]);
    assert_snapshot!(validated.stdout, @r#"
    warning[V021]: 1 kind could not be checked: nothing is recorded of it
     --> fleet/fleet.hcl:4:9
      |
    4 | cluster "prod-a" {
      |         ^^^^^^^^
      |
      = cluster: prod-a
      = note: not checked: apps/v1 Deployment
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:9:9
      |
    9 | cluster "prod-b" {}
      |         ^^^^^^^^
      |
      = cluster: prod-b
      = note: not checked: apps/v1 Deployment
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    2 warnings
    "#);
}

#[test]
fn f67_another_cluster_is_asked_nothing_and_nothing_is_written() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = through(&proxy, cluster, "uid = \"00000000-0000-4000-8000-000000000000\"");
    let outcome = fetch(&place, &[]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(4), ""), "{}", outcome.stderr);
    assert_eq!(seen(&proxy), ["GET /api/v1/namespaces/kube-system 200"]);
    assert_eq!(written(&place), Vec::<String>::new());
}

#[test]
fn answers_that_are_none_are_told_and_nothing_is_written() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    for fault in [
        Fault::answer(200, "text/html", "<html>please log in</html>"),
        Fault::answer(200, "application/json", "{}"),
        Fault::Truncate(10),
        Fault::status(403),
    ] {
        let place = through(&proxy, cluster, &format!("uid = \"{}\"", cluster.uid));
        proxy.clear();
        proxy.add(Rule::new(fault.clone()).path("/openapi/v3"));
        let outcome = fetch(&place, &["--request-timeout", "2s"]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(3), ""), "{fault:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("GET /openapi/v3"), "{fault:?}: {}", outcome.stderr);
        assert_eq!(written(&place), Vec::<String>::new(), "{fault:?}");
    }
    proxy.clear();
}

#[test]
fn one_cluster_that_is_down_stops_no_other() {
    let cluster = Lab::bare();
    let place = fleet("");
    let text = place.read("fleet/fleet.hcl");
    place.write("fleet/fleet.hcl", &text.replace("\"prod-b\" {}", "\"prod-b\" {\n  context = \"down\"\n}"));
    config(&place, &server(&place, cluster, &cluster.url), &token(cluster, ADMIN));
    let down = "apiVersion: v1\nkind: Config\nclusters: [{name: down, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                contexts: [{name: down, context: {cluster: down, user: down}}]\n\
                users: [{name: down, user: {token: x}}]\n";
    place.write("down", down);
    let mut command = place.command(&["schema", "fetch"]);
    let outcome = outcome(command.env("KUBECONFIG", "config:down").output().unwrap());
    assert_eq!(outcome.status, Some(3), "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("prod-a: Kubernetes v1.36.3, "), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("prod-b"), "{}", outcome.stderr);
    let indexes: Vec<String> = written(&place).into_iter().filter(|file| file.starts_with("prod-")).collect();
    assert_eq!(indexes, ["prod-a.json"]);
}

#[test]
fn what_cannot_be_read_stays_as_recorded_before() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = through(&proxy, cluster, &format!("uid = \"{}\"", cluster.uid));
    assert_eq!(fetch(&place, &[]).status, Some(0));
    let (files, index) = (written(&place), place.read("fleet/schemas/prod-a.json"));
    for version in ["api/v1", "apis/batch/v1"] {
        proxy.add(Rule::new(Fault::status(403)).path(&format!("/openapi/v3/{version}")));
    }
    let outcome = fetch(&place, &[]);
    assert_eq!(outcome.status, Some(3), "{}", outcome.stdout);
    assert_snapshot!(counted(&outcome, cluster, &proxy.url), @r#"
    prod-a: Kubernetes v1.36.3, N kinds, 2 of its API versions kept as recorded before: as recorded before
    error[L024]: 2 requests to cluster "prod-a" failed: the user may not read this (403 Forbidden): forbidden: the proxy says so
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /openapi/v3/apis/batch/v1, GET /openapi/v3/api/v1
     = help: bind the user to a Role or ClusterRole that lets it `get` this

    1 error
    "#);
    assert_eq!((written(&place), place.read("fleet/schemas/prod-a.json")), (files, index));
}

#[test]
fn a_server_that_falls_silent_is_given_up_and_nothing_is_written() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = through(&proxy, cluster, &format!("uid = \"{}\"", cluster.uid));
    assert_eq!(fetch(&place, &[]).status, Some(0));
    let index = place.read("fleet/schemas/prod-a.json");
    proxy.add(Rule::new(Fault::Stall).path("/openapi/v3/*"));
    let before = seen(&proxy).len();
    let outcome = fetch(&place, &["--request-timeout", "2s"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(3), ""), "{}", outcome.stderr);
    let errors: Vec<&str> = outcome.stderr.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("not asked for any more: GET /openapi/v3/apis/"), "{}", outcome.stderr);
    // The version, the list, and no more documents than are asked for side by side; on connections that are made anew,
    // each time who answers.
    let asked = proxy.requests().split_off(before).into_iter();
    let asked = asked.filter(|request| request.name != "kube-system").count();
    assert!(asked <= 2 + 8 + 2, "{asked}");
    assert_eq!(place.read("fleet/schemas/prod-a.json"), index);
}

#[test]
fn a_folder_that_is_none_is_the_fault_of_the_fleet() {
    let cluster = Lab::bare();
    let place = fleet("");
    config(&place, &server(&place, cluster, &cluster.url), &token(cluster, ADMIN));
    place.write("fleet/schemas/prod-a.json", "{\"name\": \"prod-a\"}\n");
    let outcome = fetch(&place, &[]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("was not written by fleetwright"), "{}", outcome.stderr);
    assert_eq!(written(&place), ["prod-a.json"]);
}
