//! What a diff says of faults: none ends in "no differences", and the other cluster is always shown.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::pair::{Pair, a, b, config_map, doubtful, said};
use crate::harness::{Does, Fault, Manager, Rule, Webhook, block_on};
use crate::program::Outcome;
use crate::reach::ADMIN;

fn web() -> Vec<Value> {
    vec![config_map("web", json!({"color": "red"}))]
}

impl Pair {
    /// What a diff comes to when requests to `a` meet this. That `b` is known is seen here.
    fn meets(&self, rule: Rule) -> Outcome {
        self.proxy.clear();
        self.proxy.add(rule);
        let outcome = self.diff(&["--request-timeout", "3s"]);
        self.proxy.clear();
        self.shows_b(&outcome);
        outcome
    }

    fn shows_b(&self, outcome: &Outcome) {
        let shown = outcome
            .stdout
            .lines()
            .any(|line| line.starts_with("+ ConfigMap/web in here") && line.contains('b'));
        assert!(shown, "{}\n{}", outcome.stdout, outcome.stderr);
        assert!(!outcome.stdout.contains("no differences"), "{}", outcome.stdout);
    }

    /// The same, of which something stays unknown.
    fn unknown(&self, rule: Rule) -> String {
        let outcome = self.meets(rule);
        assert_eq!(outcome.status, Some(3), "{}\n{}", outcome.stdout, outcome.stderr);
        said(&outcome)
    }
}

fn list(fault: Fault) -> Rule {
    Rule::new(fault).verb("list").kind("v1", "ConfigMap")
}

fn dry_run(fault: Fault) -> Rule {
    Rule::new(fault).verb("patch").kind("v1", "ConfigMap").dry_run(true)
}

#[test]
fn f01_f03_f04_what_passes_is_tried_again_in_view() {
    let pair = Pair::rendering(&web());
    for (row, rule) in [
        ("F01", list(Fault::status(429).header("Retry-After", "1"))),
        ("F03", dry_run(Fault::status(500))),
        ("F04", list(Fault::status(503))),
        ("F04", dry_run(Fault::status(504))),
        ("F06", dry_run(Fault::ResetAfter)),
        ("F07", list(Fault::Truncate(20))),
        ("F21", dry_run(Fault::status(500))),
    ] {
        let outcome = pair.meets(rule.times(1));
        assert_eq!(outcome.status, Some(1), "{row}: {}", outcome.stderr);
        assert!(
            outcome.stdout.starts_with("+ ConfigMap/web in here  component.web  on both clusters"),
            "{row}: {}",
            outcome.stdout
        );
        assert!(outcome.stderr.contains("; try 2 of 3 in "), "{row}: {}", outcome.stderr);
    }
}

#[test]
fn f03_f04_f07_f09_f14_f17_f21_f28_what_stays_is_unknown() {
    let pair = Pair::rendering(&web());
    let html = || Fault::answer(200, "text/html", "<html>log in</html>");
    let told = [
        ("F04", list(Fault::status(503))),
        ("F07", list(Fault::Truncate(20))),
        ("F09", list(Fault::Stall)),
        ("F09", list(Fault::StallBody(20))),
        ("F14", list(Fault::status(401))),
        ("F17", list(Fault::status(403))),
        ("F28", list(Fault::status(500))),
        ("a portal", list(html())),
        ("F03", dry_run(Fault::status(500))),
        ("F09", dry_run(Fault::Stall)),
        ("F14", dry_run(Fault::status(401))),
        ("a portal", dry_run(html())),
        ("F44", Rule::new(Fault::status(503)).path("/api")),
        ("the record", Rule::new(Fault::status(403)).verb("get").kind("v1", "Secret")),
    ]
    .map(|(row, rule)| format!("## {row}\n{}", doubtful(&pair.unknown(rule))));
    assert_snapshot!(told.join("\n"), @r#"
    ## F04
    ? unknown on a: the server answered 503: the server is currently unable to handle the request
    ? cluster a: known in part: the server answered 503: the server is currently unable to handle the request
    error[L028]: cluster "a" cannot be read: the server answered 503: the server is currently unable to handle the request
    ## F07
    ? unknown on a: HOST-A broke the connection off in the middle of its answer
    ? cluster a: known in part: HOST-A broke the connection off in the middle of its answer
    error[L026]: cluster "a" cannot be read: HOST-A broke the connection off in the middle of its answer
    ## F09
    ? unknown on a: HOST-A did not answer within 3s
    ? cluster a: known in part: HOST-A did not answer within 3s
    error[L025]: cluster "a" cannot be read: HOST-A did not answer within 3s
    ## F09
    ? unknown on a: HOST-A did not answer within 3s
    ? cluster a: known in part: HOST-A did not answer within 3s
    error[L025]: cluster "a" cannot be read: HOST-A did not answer within 3s
    ## F14
    ? unknown on a: the server does not know the user (401 Unauthorized)
    ? cluster a: known in part: the server does not know the user (401 Unauthorized)
    error[L023]: cluster "a" cannot be read: the server does not know the user (401 Unauthorized)
    ## F17
    ? unknown on a: the user may not read this (403 Forbidden): forbidden: the proxy says so
    ? cluster a: known in part: the user may not read this (403 Forbidden): forbidden: the proxy says so
    error[L024]: cluster "a" cannot be read: the user may not read this (403 Forbidden): forbidden: the proxy says so
    ## F28
    ? unknown on a: the server answered 500: Internal error occurred: the proxy says so
    ? cluster a: known in part: the server answered 500: Internal error occurred: the proxy says so
    error[L028]: cluster "a" cannot be read: the server answered 500: Internal error occurred: the proxy says so
    ## a portal
    ? unknown on a: the answer of HOST-A is none of an API server: it is no JSON: expected value at line 1 column 1
    ? cluster a: known in part: the answer of HOST-A is none of an API server: it is no JSON: expected value at line 1 column 1
    error[L027]: cluster "a" cannot be read: the answer of HOST-A is none of an API server: it is no JSON: expected value at line 1 column 1
    ## F03
    ? unknown on a: the server answered 500: Internal error occurred: the proxy says so
    ? cluster a: known in part: the server answered 500: Internal error occurred: the proxy says so
    error[L028]: cluster "a" cannot be read: the server answered 500: Internal error occurred: the proxy says so
    ## F09
    ? unknown on a: HOST-A did not answer within 3s
    ? cluster a: known in part: HOST-A did not answer within 3s
    error[L025]: cluster "a" cannot be read: HOST-A did not answer within 3s
    ## F14
    ? unknown on a: the server does not know the user (401 Unauthorized)
    ? cluster a: known in part: the server does not know the user (401 Unauthorized)
    error[L023]: cluster "a" cannot be read: the server does not know the user (401 Unauthorized)
    ## a portal
    ? unknown on a: the answer of HOST-A is none of an API server: it is no JSON: expected value at line 1 column 1
    ? cluster a: known in part: the answer of HOST-A is none of an API server: it is no JSON: expected value at line 1 column 1
    error[L027]: cluster "a" cannot be read: the answer of HOST-A is none of an API server: it is no JSON: expected value at line 1 column 1
    ## F44
    ? unknown on a: the server answered 503: the server is currently unable to handle the request
    ? cluster a: known in part: the server answered 503: the server is currently unable to handle the request
    error[L028]: cluster "a" cannot be read: the server answered 503: the server is currently unable to handle the request
    ## the record
    ? cluster a: known in part: the record: the user may not read this (403 Forbidden): forbidden: the proxy says so
    error[L024]: cluster "a" cannot be read: the user may not read this (403 Forbidden): forbidden: the proxy says so
    "#);
}

#[test]
fn f05_f12_f70_a_cluster_that_cannot_be_reached_is_unknown_and_the_other_is_shown() {
    let pair = Pair::rendering(&web());
    let token = format!("token: {}", a().tokens[ADMIN]);
    let unknown = || {
        let outcome = pair.diff(&["--request-timeout", "3s"]);
        assert_eq!(outcome.status, Some(3), "{}", outcome.stderr);
        pair.shows_b(&outcome);
        said(&outcome)
    };
    pair.reach("https://127.0.0.1:1", &token);
    let refused = unknown();
    // The certificate of another authority.
    pair.reach(&b().url, &token);
    let foreign = unknown();
    pair.reach(&pair.proxy.url, "token: nobody");
    let nobody = unknown();
    pair.reach(&pair.proxy.url, &format!("token: {}", a().tokens["powerless"]));
    let powerless = unknown();
    assert_snapshot!([refused, foreign, nobody, powerless].join("\n---\n"), @r#"
    + ConfigMap/web in here  component.web  on b
        + data:
        +   color: red

    ? cluster a: unknown: 127.0.0.1:1 refuses the connection

    2 clusters: 1 to create; 1 cluster unknown
    error[L020]: cluster "a" cannot be read: 127.0.0.1:1 refuses the connection
    ---
    + ConfigMap/web in here  component.web  on b
        + data:
        +   color: red

    ? cluster a: unknown: no secure connection to HOST-B

    2 clusters: 1 to create; 1 cluster unknown
    error[L021]: cluster "a" cannot be read: no secure connection to HOST-B
    ---
    + ConfigMap/web in here  component.web  on b
        + data:
        +   color: red

    ? cluster a: unknown: the server does not know the user (401 Unauthorized)

    2 clusters: 1 to create; 1 cluster unknown
    error[L023]: cluster "a" cannot be read: the server does not know the user (401 Unauthorized)
    ---
    + ConfigMap/web in here  component.web  on b
        + data:
        +   color: red

    ? cluster a: unknown: the user may not read this (403 Forbidden): namespaces "kube-system" is forbidden: User "powerless" cannot get resource "namespaces" in API group "" in the namespace "kube-system"

    2 clusters: 1 to create; 1 cluster unknown
    error[L024]: cluster "a" cannot be read: the user may not read this (403 Forbidden): namespaces "kube-system" is forbidden: User "powerless" cannot get resource "namespaces" in API group "" in the namespace "kube-system"
    "#);
}

#[test]
fn f67_f68_another_cluster_is_refused_and_the_other_is_shown() {
    let pair = Pair::rendering(&web());
    let text = pair.place.read("fleet/fleet.hcl");
    pair.place.write("fleet/fleet.hcl", &text.replace(&a().uid, "7f0f6a3e-0000-4000-8000-000000000001"));
    let outcome = pair.diff(&[]);
    assert_eq!(outcome.status, Some(4), "{}", outcome.stderr);
    pair.shows_b(&outcome);
    let seen = pair.proxy.requests();
    assert_eq!(
        seen.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(),
        ["/api/v1/namespaces/kube-system"]
    );
    assert_snapshot!(said(&outcome), @r#"
    + ConfigMap/web in here  component.web  on b
        + data:
        +   color: red

    ! cluster a: refused: cluster "a" is not the one that answers

    2 clusters: 1 to create; 1 cluster refused
    error[L030]: cluster "a" is not the one that answers
    "#);
    // Two entries for one cluster.
    let twice = [a(), b()]
        .iter()
        .fold(text, |text, cluster| text.replace(&format!("  uid = \"{}\"\n", cluster.uid), ""));
    pair.place.write("fleet/fleet.hcl", &twice);
    let config = pair.place.read("config").replace("{cluster: b, user: b}", "{cluster: a, user: a}");
    pair.place.write("config", &config);
    let outcome = pair.diff(&[]);
    assert_eq!(outcome.status, Some(4), "{}{}", outcome.stdout, outcome.stderr);
    assert!(!outcome.stdout.contains("no differences"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("error[L031]: "), "{}", outcome.stderr);
}

#[test]
fn f44_a_group_that_nobody_needs_may_be_missing() {
    let pair = Pair::rendering(&web());
    let outcome = pair.meets(Rule::new(Fault::status(503)).path("/apis"));
    assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
}

#[test]
fn f16_who_may_not_patch_sees_an_approximation() {
    let pair = Pair::rendering(&web());
    block_on(async {
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": pair.namespace},
            "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]});
        let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": {"name": pair.namespace},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": pair.namespace},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "powerless"}]});
        let lab = pair.someone("lab").await;
        lab.apply(&role).await;
        lab.apply(&binding).await;
        let there = config_map("there", json!({"color": "blue"}));
        pair.someone("kubectl").await.apply(&pair.here(&there)).await;
        pair.render(&[web().remove(0), config_map("there", json!({"color": "red"}))]);
        pair.reach(&pair.proxy.url, &format!("token: {}", a().tokens["powerless"]));
        let outcome = pair.diff(&[]);
        assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
        pair.shows_b(&outcome);
        assert_snapshot!(said(&outcome), @r#"
        ~ ConfigMap/there in here  component.web  on a  (approximate)
            taken over: it was not made by fleetwright
            data.color  blue → red
            conflict: kubectl owns data.color: blue → red
              take it over with take_over = ["here/ConfigMap/there:data.color"] in its unit

        + ConfigMap/there in here  component.web  on b
            + data:
            +   color: red

        + ConfigMap/web in here  component.web  on both clusters  (approximate)
            + data:
            +   color: red

        approximate for 2 objects on a: the user may not ask for a dry run, which takes the right to patch

        2 clusters: 3 to create, 1 to take over, 1 conflict; 2 approximate
        "#);
        lab.delete(&binding).await;
    });
}

#[test]
fn f18_reads_are_of_the_newest_state() {
    let pair = Pair::rendering(&web());
    assert_eq!(pair.diff(&[]).status, Some(1));
    let requests = pair.proxy.requests();
    assert!(requests.iter().any(|request| request.verb == "list"));
    for request in requests {
        assert!(!request.query.contains("resourceVersion="), "{} {}", request.path, request.query);
        // Nothing but reads and dry runs.
        assert!(request.method == "GET" || request.dry_run, "{} {}", request.method, request.path);
        assert_eq!(request.force, request.method == "PATCH");
    }
}

#[test]
fn f22_a_warning_of_the_server_is_shown_once() {
    let pair = Pair::rendering(&web());
    let answer =
        json!({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {}, "items": []}).to_string();
    let warns =
        Fault::answer(200, "application/json", &answer).header("Warning", "299 - \"v1 ConfigMap is old\"");
    let outcome = pair.meets(list(warns));
    assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("warning of the server").count(), 1, "{}", outcome.stderr);
}

#[test]
fn f23_f24_s07_what_webhooks_do_is_told() {
    let pair = Pair::rendering(&web());
    block_on(async {
        let client = a().client().await;
        let hook = Webhook::of(a(), &Does::Label("mutated", "yes"));
        let configuration = hook.configuration(&pair.namespace, &[("", "configmaps")], &pair.namespace);
        hook.install(&client, &configuration, &pair.here(&config_map("seen", json!({})))).await;
        let mut told = Vec::new();
        for does in [
            Does::Deny("not on \u{1b}[31mFridays\u{202e}".to_owned()),
            Does::DenyDryRun("asked for real only".to_owned()),
        ] {
            hook.becomes(&does);
            let outcome = pair.diff(&[]);
            pair.shows_b(&outcome);
            assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']), "{}", outcome.stdout);
            told.push(format!("{:?}\n{}", outcome.status, said(&outcome)));
        }
        // Nobody is there any longer.
        let address = hook.url.trim_start_matches("https://").split('/').next().unwrap().to_owned();
        drop(hook);
        let outcome = pair.diff(&[]);
        pair.shows_b(&outcome);
        told.push(format!("{:?}\n{}", outcome.status, outcome.stdout.replace(&address, "ADDRESS")));
        Manager::new("lab", &client).await.delete(&configuration).await;
        assert_snapshot!(told.join("\n---\n"), @r#"
        Some(4)
        ! ConfigMap/web in here  component.web  on a
            refused: the server answered 403: admission webhook "here.lab.fleetwright.dev" denied the request: not on \u{1b}[31mFridays\u{202e}

        + ConfigMap/web in here  component.web  on b
            + data:
            +   color: red

        2 clusters: 1 to create, 1 refused

        ---
        Some(4)
        ! ConfigMap/web in here  component.web  on a
            refused: the server answered 403: admission webhook "here.lab.fleetwright.dev" denied the request: asked for real only

        + ConfigMap/web in here  component.web  on b
            + data:
            +   color: red

        2 clusters: 1 to create, 1 refused

        ---
        Some(3)
        + ConfigMap/web in here  component.web  on b
            + data:
            +   color: red

        ? unknown on a: the server answered 500: Internal error occurred: failed calling webhook "here.lab.fleetwright.dev": failed to call webhook: Post "https://ADDRESS/here?timeout=2s": dial tcp ADDRESS: connect: connection refused
            ConfigMap/web in here

        ? cluster a: known in part: the server answered 500: Internal error occurred: failed calling webhook "here.lab.fleetwright.dev": failed to call webhook: Post "https://ADDRESS/here?timeout=2s": dial tcp ADDRESS: connect: connection refused

        2 clusters: 1 to create; 1 unknown; 1 cluster known in part
        "#);
    });
}

#[test]
fn f31_f33_f34_f35_objects_in_the_way_are_told() {
    let pair = Pair::rendering(&web());
    block_on(async {
        let someone = pair.someone("fleetwright").await;
        let mut frozen = config_map("frozen", json!({"color": "blue"}));
        frozen["immutable"] = json!(true);
        someone.apply(&pair.here(&frozen)).await;
        let service = |selector: &str, ip: &str| {
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "ip", "namespace": "here"},
                "spec": {"clusterIP": ip, "selector": {"app": selector}, "ports": [{"port": 80, "protocol": "TCP"}]}})
        };
        someone.apply(&pair.here(&service("a", "10.0.0.77"))).await;
        let mut ending = config_map("ending", json!({"color": "red"}));
        ending["metadata"]["finalizers"] = json!(["example.com/wait"]);
        someone.apply(&pair.here(&ending)).await;
        someone.begin_to_delete(&pair.here(&ending)).await;
        let leaving = a().namespace("leaving").await;
        let gone = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": leaving}});
        someone.begin_to_delete(&gone).await;

        frozen["data"]["color"] = json!("red");
        let mut late = config_map("late", json!({}));
        late["metadata"]["namespace"] = json!(leaving);
        let new = format!("new-{}", pair.namespace);
        let mut inside = config_map("inside", json!({}));
        inside["metadata"]["namespace"] = json!(new);
        let mut nowhere = config_map("nowhere", json!({}));
        nowhere["metadata"]["namespace"] = json!("nowhere");
        pair.render(&[
            web().remove(0),
            frozen,
            service("b", "10.0.0.78"),
            config_map("ending", json!({"color": "red"})),
            late,
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": new}}),
            inside,
            nowhere,
        ]);
        let outcome = pair.diff(&["--cluster", "a"]);
        assert_eq!(outcome.status, Some(4), "{}", outcome.stderr);
        let shown = outcome.stdout.replace(&leaving, "leaving").replace(&new, "new");
        let since = shown
            .split_whitespace()
            .find(|word| word.starts_with("2") && word.ends_with('Z'))
            .map(str::to_owned);
        assert_snapshot!(shown.replace(&since.unwrap(), "SINCE"), @"
        + Namespace/new-here  component.web  on a

        ! ConfigMap/late in leaving  component.web  on a
            refused: the server answered 403: metadata.namespace: namespace leaving is being terminated

        + ConfigMap/inside in new-here  component.web  on a
            not checked by the server: its namespace new-here is created by the same run
            + data: {}

        ! ConfigMap/nowhere in nowhere  component.web  on a
            refused: there is no namespace nowhere, and none is rendered

        ! ConfigMap/ending in here  component.web  on a
            it is being deleted since SINCE

        ! ConfigMap/frozen in here  component.web  on a
            refused: it would have to be deleted and made again, which is for you to do: nothing proves that fleetwright made it: it is not recorded; and the server answered 422: data: FieldValueForbidden
            data.color  (sensitive) → (sensitive, another value)

        + ConfigMap/web in here  component.web  on a
            + data:
            +   color: red

        ! Service/ip in here  component.web  on a
            refused: it would have to be deleted and made again, which is for you to do: nothing proves that fleetwright made it: it is not recorded; and the server answered 422: spec.clusterIPs: FieldValueInvalid
            spec.clusterIP  (sensitive) → (sensitive, another value)
            spec.selector   (sensitive) → (sensitive, another value)

        1 cluster: 3 to create, 4 refused, 1 being deleted
        ");
    });
}

#[test]
fn a_pause_of_the_server_is_waited_for() {
    let pair = Pair::rendering(&web());
    let outcome = pair.meets(list(Fault::Delay(Duration::from_millis(300))));
    assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
}
