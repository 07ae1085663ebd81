//! `trust` on real API servers: what it writes, and what it refuses.

use insta::assert_snapshot;

use crate::harness::{Cluster, Lab, Proxy};
use crate::reach::{ADMIN, config, fleet, said, seen, server, through, token, trust};

const OTHER: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn trust_pins_what_answers_and_nothing_else_changes() {
    let cluster = Lab::bare();
    let place = fleet("labels  = { env = \"prod\" } # why");
    config(&place, &server(&place, cluster, &cluster.url), &token(cluster, ADMIN));
    let before = place.read("fleet/fleet.hcl");
    let first = trust(&place, &[]);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    assert_snapshot!(said(&first, cluster, &cluster.url), @r#"
    cluster     prod-a
    context     c
    server      https://HOST
    user        u
    kubernetes  v1.36.3
    uid         UID
    fleet/fleet.hcl: cluster "prod-a" is pinned to it now; commit that
    "#);
    let pinned = format!("  context = \"c\"\n  uid     = \"{}\"\n", cluster.uid);
    assert_eq!(place.read("fleet/fleet.hcl"), before.replace("  context = \"c\"\n", &pinned));
    place.run(&["validate"]).done();

    let again = trust(&place, &[]);
    assert_eq!(
        (again.status, place.read("fleet/fleet.hcl")),
        (Some(0), before.replace("  context = \"c\"\n", &pinned))
    );
    assert_snapshot!(again.stderr, @r#"cluster "prod-a" is pinned to it already"#);
    let json = trust(&place, &["-o", "json"]);
    assert_snapshot!(said(&json, cluster, &cluster.url), @r#"
    {
      "version": 1,
      "found": {
        "cluster": "prod-a",
        "context": "c",
        "server": "https://HOST",
        "user": "u",
        "kubernetes": "v1.36.3",
        "uid": "UID"
      },
      "outcome": "already-pinned",
      "findings": [],
      "summary": {
        "errors": 0,
        "warnings": 0
      }
    }
    "#);
}

#[test]
fn b72_nobody_is_asked_where_nobody_is() {
    let cluster = Lab::bare();
    let place = fleet("");
    config(&place, &server(&place, cluster, &cluster.url), &token(cluster, ADMIN));
    let before = place.read("fleet/fleet.hcl");
    let mut command = place.command(&["trust", "--cluster", "prod-a"]);
    let outcome = crate::program::outcome(command.env("KUBECONFIG", "config").output().unwrap());
    assert_eq!((outcome.status, place.read("fleet/fleet.hcl")), (Some(2), before));
    assert_snapshot!(said(&outcome, cluster, &cluster.url), @"
    cluster     prod-a
    context     c
    server      https://HOST
    user        u
    kubernetes  v1.36.3
    uid         UID
    error[X018]: nobody can be asked: stdin is no terminal
     |
     = cluster: prod-a
     = note: the UID that would be pinned is UID
     = help: give --yes if that is the cluster that is meant

    1 error
    ");
}

#[test]
fn f67_f69_a_server_with_another_uid_is_asked_nothing_else() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    let place = through(&proxy, cluster, &format!("uid = \"{OTHER}\""));
    let before = place.read("fleet/fleet.hcl");
    let refused = trust(&place, &[]);
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(4), ""), "{}", refused.stderr);
    assert_snapshot!(said(&refused, cluster, &proxy.url), @r#"
    error[L030]: cluster "prod-a" is not the one that answers
     --> fleet/fleet.hcl:4:9
      |
    4 | cluster "prod-a" {
      |         ^^^^^^^^ defined here
      |
      = cluster: prod-a
      = note: pinned is the UID 00000000-0000-4000-8000-000000000000, found was UID
      = note: context "c", server https://HOST, user "u"
      = note: nothing was sent but the question for its UID
      = help: if the cluster was built anew: fleetwright trust --cluster prod-a --replace 00000000-0000-4000-8000-000000000000

    1 error
    "#);
    assert_eq!(seen(&proxy), ["GET /api/v1/namespaces/kube-system 200"]);

    let wrong = trust(&place, &["--replace", &cluster.uid]);
    assert_eq!(wrong.status, Some(4));
    assert_snapshot!(said(&wrong, cluster, &proxy.url), @r#"
    error[X019]: `--replace` does not name the UID that is pinned for cluster "prod-a"
     --> fleet/fleet.hcl:4:9
      |
    4 | cluster "prod-a" {
      |         ^^^^^^^^ pinned is 00000000-0000-4000-8000-000000000000
      |
      = cluster: prod-a
      = help: leave `--replace` out to see what answers; give it the UID that is to go

    1 error
    "#);
    assert_eq!(seen(&proxy).len(), 1, "asked although `--replace` was wrong");
    assert_eq!(place.read("fleet/fleet.hcl"), before);

    let replaced = trust(&place, &["--replace", OTHER]);
    assert_eq!(replaced.status, Some(0), "{}", replaced.stderr);
    assert_eq!(place.read("fleet/fleet.hcl"), before.replace(OTHER, &cluster.uid));
}

#[test]
fn f68_two_clusters_of_the_fleet_are_never_one() {
    let cluster = Lab::bare();
    let proxy = Proxy::before(cluster);
    for lines in ["", "uid = \"00000000-0000-4000-8000-000000000000\""] {
        let place = through(&proxy, cluster, lines);
        let text = place.read("fleet/fleet.hcl");
        let text = text.replace("\"prod-b\" {}", &format!("\"prod-b\" {{\n  uid = \"{}\"\n}}", cluster.uid));
        place.write("fleet/fleet.hcl", &text);
        let refused = trust(&place, &[]);
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(4), ""), "{}", refused.stderr);
        match lines {
            "" => assert_snapshot!(said(&refused, cluster, &proxy.url), @r#"
            error[L031]: clusters "prod-b" and "prod-a" of the fleet are one cluster
             --> fleet/fleet.hcl:4:9
              |
            4 | cluster "prod-a" {
              |         ^^^^^^^^ this one
            ...
            9 | cluster "prod-b" {
              |         -------- and this one
              |
              = cluster: prod-a
              = note: both have the UID UID
              = note: context "c", server https://HOST, user "u"
              = help: give each cluster a context of its own, or take one of the two out

            1 error
            "#),
            _ => assert_snapshot!(said(&refused, cluster, &proxy.url), @r#"
            error[L030]: cluster "prod-a" is not the one that answers
             --> fleet/fleet.hcl:4:9
              |
            4 | cluster "prod-a" {
              |         ^^^^^^^^ defined here
              |
              = cluster: prod-a
              = note: pinned is the UID 00000000-0000-4000-8000-000000000000, found was UID
              = note: context "c", server https://HOST, user "u"
              = note: nothing was sent but the question for its UID
              = note: what answers is the fleet's cluster "prod-b"
              = help: give cluster "prod-a" its own context, or map it with --context prod-a=CONTEXT

            1 error
            "#),
        }
        assert_eq!(place.read("fleet/fleet.hcl"), text);
    }
    assert_eq!(seen(&proxy), ["GET /api/v1/namespaces/kube-system 200"; 2]);
}

#[test]
fn f70_a_user_who_may_not_ask_learns_what_is_missing() {
    let cluster = Lab::bare();
    let place = fleet("");
    config(&place, &server(&place, cluster, &cluster.url), &token(cluster, Cluster::POWERLESS));
    let outcome = trust(&place, &[]);
    assert_eq!(outcome.status, Some(3));
    assert_snapshot!(said(&outcome, cluster, &cluster.url), @r#"
    error[L024]: cluster "prod-a" cannot be read: the user may not read this (403 Forbidden): namespaces "kube-system" is forbidden: User "powerless" cannot get resource "namespaces" in API group "" in the namespace "kube-system"
     |
     = cluster: prod-a
     = note: context "c", server https://HOST, user "u"
     = note: asked for GET /api/v1/namespaces/kube-system
     = help: bind the user to a Role or ClusterRole that lets it `get` this

    1 error
    "#);
}
