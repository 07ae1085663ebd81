//! Mistakes in a kubeconfig, and in how clusters are mapped to its contexts.

use std::process::Command;

use insta::assert_snapshot;

use super::score::{Case, score, sound, unseen};
use crate::program::{Outcome, Place, outcome};

/// A kubeconfig without a mistake; nothing listens at its server.
const GOOD: &str = "\
apiVersion: v1
kind: Config
clusters:
- name: one
  cluster:
    server: https://127.0.0.1:1
contexts:
- name: prod-a
  context:
    cluster: one
    user: me
users:
- name: me
  user:
    token: hunter2-3f9c
";

/// `trust` in the place of the `render` that the score runs, with the file `config`.
fn trust(place: &Place, arguments: &[&str]) -> Command {
    trust_with("config", place, arguments)
}

fn trust_with(kubeconfig: &str, place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&["trust", "--cluster", "prod-a", "--yes"]);
    command.env("KUBECONFIG", kubeconfig).env("FLEETWRIGHT_CONTEXTS", "prod-a=prod-a");
    if arguments.contains(&"json") {
        command.args(["-o", "json"]);
    }
    command
}

/// What is told about a kubeconfig, or else about the cluster that it does not have; all of the eight points.
fn told(config: &str, code: &str, at: Option<&str>, says: &[&str]) -> String {
    let place = at.map_or("fleet/fleet.hcl:3:9".to_owned(), |at| format!("config:{at}"));
    let files = [("config", config)];
    let case = Case {
        files: &files,
        code,
        place: Some(&place),
        says,
        alone: true,
        command: trust,
        ..Case::default()
    };
    let score = score(&case);
    assert_eq!(score.missing, [""; 0], "{}", score.text);
    score.text
}

fn run(place: &Place, kubeconfig: &str) -> Outcome {
    outcome(trust_with(kubeconfig, place, &[]).output().unwrap())
}

#[test]
fn b73_a_kubeconfig_that_is_not_there_is_named() {
    let place = Place::with(&sound());
    assert_snapshot!(run(&place, "config:elsewhere/config").refused(2), @"
    error[L001]: there is no kubeconfig
     |
     = note: config: does not exist
     = note: elsewhere/config: does not exist
     = help: mend KUBECONFIG, which lists no file that exists

    1 error
    ");
    let mut homeless = place.command(&["trust", "--cluster", "prod-a", "--context", "prod-a=prod-a"]);
    assert_snapshot!(outcome(homeless.output().unwrap()).refused(2), @"
    error[L001]: there is no kubeconfig
     |
     = note: neither KUBECONFIG nor HOME is set
     = help: set KUBECONFIG to the file to use

    1 error
    ");
    place.write("home/config", GOOD);
    let home = outcome(homeless.env("HOME", "home").output().unwrap()).refused(2);
    assert_snapshot!(home, @"
    error[L001]: there is no kubeconfig
     |
     = note: home/.kube/config: does not exist
     = help: set KUBECONFIG to the file that has the contexts of the fleet

    1 error
    ");
}

#[test]
fn b73_an_empty_kubeconfig_has_no_context() {
    assert_snapshot!(told("# nothing\n", "L005", None, &["config: empty", "prod-a"]), @r#"
    error[L005]: the kubeconfig has no context "prod-a"
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^ this cluster
      |
      = cluster: prod-a
      = note: config: empty
      = help: set KUBECONFIG to the file that has it, or add it with `kubectl config set-context`

    1 error
    "#);
}

#[test]
fn b73_a_kubeconfig_that_is_not_yaml_is_told_without_its_values() {
    let text =
        told(&GOOD.replace("    user: me", "   - user"), "L003", Some("11:4"), &["config is not YAML"]);
    assert_snapshot!(text, @"
    error[L003]: config is not YAML: expected `key: value` here
      --> config:11:4
       |
    11 | *********
       |    ^ here
       |
       = help: mend this line; what is not a key is hidden here

    1 error
    ");
    let tokens = "users:\n- name: me\n  user:\n    token: [hunter2-3f9c\n";
    assert_snapshot!(told(tokens, "L003", Some("4:12"), &["is never closed"]), @"
    error[L003]: config is not YAML: a `[` or `{` that is never closed
     --> config:4:12
      |
    4 |     token:**************
      |            ^ here
      |
      = help: mend this line; what is not a key is hidden here

    1 error
    ");
}

#[test]
fn b26_b73_a_context_that_is_not_there_is_told_with_those_that_are() {
    let text =
        told(&GOOD.replace("name: prod-a", "name: prod-aa"), "L005", None, &["did you mean \"prod-aa\"?"]);
    assert_snapshot!(text, @r#"
    error[L005]: the kubeconfig has no context "prod-a"
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^ this cluster
      |
      = cluster: prod-a
      = note: config: 1 context
      = help: did you mean "prod-aa"? if it has another name on this machine, give --context CLUSTER=CONTEXT

    1 error
    "#);
    let text = told(&GOOD.replace("name: prod-a", "name: kind"), "L005", None, &["the contexts are kind"]);
    assert_snapshot!(text, @r#"
    error[L005]: the kubeconfig has no context "prod-a"
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^ this cluster
      |
      = cluster: prod-a
      = note: config: 1 context
      = help: the contexts are kind; map one with --context CLUSTER=CONTEXT

    1 error
    "#);
}

#[test]
fn b73_a_context_that_names_nothing_is_told() {
    let text = told(
        &GOOD.replace("user: me\n", "user: you\n"),
        "L006",
        Some("11:11"),
        &["contexts[prod-a].context.user"],
    );
    assert_snapshot!(text, @r#"
    error[L006]: `contexts[prod-a].context.user` names the user "you", which is not there
      --> config:11:11
       |
    11 |     user: you
       |           ^^^
       |
       = cluster: prod-a
       = note: looked for it among the users of config
       = help: add it with `kubectl config set-credentials`

    1 error
    "#);
    let text = told(
        &GOOD.replace("cluster: one", "cluster: ones"),
        "L006",
        Some("10:14"),
        &["did you mean \"one\"?"],
    );
    assert_snapshot!(text, @r#"
    error[L006]: `contexts[prod-a].context.cluster` names the cluster "ones", which is not there
      --> config:10:14
       |
    10 |     cluster: ones
       |              ^^^^
       |
       = cluster: prod-a
       = note: looked for it among the clusters of config
       = help: did you mean "one"?

    1 error
    "#);
    let text = told(
        &GOOD.replace("    cluster: one\n", ""),
        "L006",
        Some("8:9"),
        &["`contexts[prod-a].context.cluster` is missing"],
    );
    assert_snapshot!(text, @"
    error[L006]: `contexts[prod-a].context.cluster` is missing
     --> config:8:9
      |
    8 | - name: prod-a
      |         ^^^^^^
      |
      = cluster: prod-a
      = help: did you mean `cluster` where `user` stands?

    1 error
    ");
}

#[test]
fn b73_a_certificate_authority_that_is_none_is_told() {
    let with = |line: &str| GOOD.replace("    server:", &format!("    {line}\n    server:"));
    let text = told(
        &with("certificate-authority-data: LS0tLS1C*"),
        "L008",
        Some("6:33"),
        &["`clusters[one].cluster.certificate-authority-data` is not base64"],
    );
    assert_snapshot!(text, @"
    error[L008]: `clusters[one].cluster.certificate-authority-data` is not base64
     --> config:6:33
      |
    6 |     certificate-authority-data: *********
      |                                 ^^^^^^^^^
      |
      = cluster: prod-a
      = help: write the file itself as `certificate-authority: PATH`, or its base64: `base64 -w0 FILE`

    1 error
    ");
    told(
        &with("certificate-authority-data: aGVsbG8="),
        "L008",
        Some("6:33"),
        &["holds no certificate in PEM"],
    );
    let broken = "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmFHVnNiRzg9Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K";
    told(&with(broken), "L008", Some("6:33"), &["holds a certificate that cannot be read"]);
    told(
        &with("certificate-authority: ca.crt\n    certificate-authority-data: aGVsbG8="),
        "L008",
        Some("7:33"),
        &["and `certificate-authority` are both given"],
    );
}

#[test]
fn b73_a_relative_path_is_seen_from_the_folder_of_its_kubeconfig() {
    let place = Place::with(&sound());
    place.write(
        "sub/config",
        &GOOD.replace("    server:", "    certificate-authority: pki/ca.crt\n    server:"),
    );
    place.write("pki/ca.crt", "not this one");
    assert_snapshot!(run(&place, "sub/config").refused(2), @"
    error[L008]: `clusters[one].cluster.certificate-authority` names a file that cannot be read: sub/pki/ca.crt: No such file or directory (os error 2)
     --> sub/config:6:28
      |
    6 |     certificate-authority: pki/ca.crt
      |                            ^^^^^^^^^^
      |
      = cluster: prod-a
      = help: a relative path is seen from the folder of the kubeconfig that it stands in

    1 error
    ");
    let text = told(
        &GOOD.replace("token: hunter2-3f9c", "client-certificate: me.crt"),
        "L008",
        Some("15:25"),
        &["users[me].user.client-certificate", "me.crt: No such file or directory"],
    );
    assert_snapshot!(text, @"
    error[L008]: `users[me].user.client-certificate` names a file that cannot be read: me.crt: No such file or directory (os error 2)
      --> config:15:25
       |
    15 |     client-certificate: me.crt
       |                         ^^^^^^
       |
       = cluster: prod-a
       = help: a relative path is seen from the folder of the kubeconfig that it stands in

    1 error
    ");
}

#[test]
fn b73_of_two_files_the_first_counts_for_a_name() {
    let place = Place::with(&sound());
    place.write("first", &GOOD.replace("https://127.0.0.1:1", "127.0.0.1:1"));
    place.write("second", GOOD);
    assert_snapshot!(run(&place, "first:missing:second").refused(2), @"
    error[L007]: `clusters[one].cluster.server` has no scheme
     --> first:6:13
      |
    6 |     server: 127.0.0.1:1
      |             ^^^^^^^^^^^
      |
      = cluster: prod-a
      = note: second has an entry of this name too; the first file counts, as with kubectl
      = help: write server: https://127.0.0.1:1

    1 error
    ");
    let other = run(&place, "second:first");
    assert_eq!(other.status, Some(3), "{}", other.stderr);
    let twice = GOOD.replace("contexts:", "- name: one\n  cluster: {server: 'https://b'}\ncontexts:");
    let text = told(&twice, "L004", Some("7:9"), &["two entries of `clusters` are named \"one\""]);
    assert_snapshot!(text, @r#"
    error[L004]: config: two entries of `clusters` are named "one"
     --> config:7:9
      |
    4 | - name: one
      |         --- first here
    ...
    7 | - name: one
      |         ^^^ again here
      |
      = help: keep one of the two

    1 error
    "#);
}

#[test]
fn b73_a_plugin_that_cannot_be_asked_is_told() {
    let with = |lines: &str| {
        GOOD.replace("token: hunter2-3f9c", &format!("exec:\n      {}", lines.replace('\n', "\n      ")))
    };
    let text = told(
        &with("apiVersion: client.authentication.k8s.io/v1alpha1\ncommand: aws"),
        "L010",
        Some("16:19"),
        &["users[me].user.exec.apiVersion", "client.authentication.k8s.io/v1beta1"],
    );
    assert_snapshot!(text, @r#"
    error[L010]: `users[me].user.exec.apiVersion` is "client.authentication.k8s.io/v1alpha1"; allowed are client.authentication.k8s.io/v1 and client.authentication.k8s.io/v1beta1
      --> config:16:19
       |
    16 |       apiVersion: client.authentication.k8s.io/v1alpha1
       |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = cluster: prod-a
       = help: let the plugin's own tool write the kubeconfig anew; v1alpha1 went with Kubernetes 1.24

    1 error
    "#);
    told(&with("command: aws"), "L010", Some("16:7"), &["`users[me].user.exec.apiVersion` is missing"]);
    let v1 = "apiVersion: client.authentication.k8s.io/v1\n";
    told(&with(&format!("{v1}interactiveMode: Never")), "L010", Some("16:7"), &["exec.command` is missing"]);
    told(&with(&format!("{v1}command: aws")), "L010", Some("16:7"), &["exec.interactiveMode` is missing"]);
    told(
        &with(&format!("{v1}command: aws\ninteractiveMode: Newer")),
        "L010",
        Some("18:24"),
        &["did you mean `Never`?"],
    );
    told(
        &with(&format!("{v1}command: [aws]\ninteractiveMode: Never")),
        "L004",
        Some("17:16"),
        &["must be a string; found a list"],
    );
}

#[test]
fn b73_an_address_that_cannot_be_asked_is_told() {
    let with = |address: &str| GOOD.replace("https://127.0.0.1:1", address);
    let text =
        told(&with("10.0.0.1:6443"), "L007", Some("6:13"), &["`clusters[one].cluster.server` has no scheme"]);
    assert_snapshot!(text, @"
    error[L007]: `clusters[one].cluster.server` has no scheme
     --> config:6:13
      |
    6 |     server: 10.0.0.1:6443
      |             ^^^^^^^^^^^^^
      |
      = cluster: prod-a
      = help: write server: https://10.0.0.1:6443

    1 error
    ");
    told(&with("https://2001:db8::1:6443"), "L007", Some("6:13"), &["has an IPv6 address without brackets"]);
    told(&with("ftp://example.com"), "L007", Some("6:13"), &["begins with ftp://", "https:// or http://"]);
    told(&with("https://"), "L007", Some("6:13"), &["clusters[one].cluster.server"]);
    told(&with("https://me:hunter2-3f9c@example.com"), "L007", Some("6:13"), &["has credentials in it"]);
    told(&with("https://example.com/?a=b"), "L007", Some("6:13"), &["has a query"]);
    told(&with("''"), "L007", Some("6:13"), &["`clusters[one].cluster.server` is missing"]);
    told(
        &GOOD.replace("server:", "serer:"),
        "L007",
        Some("4:9"),
        &["did you mean `server` where `serer` stands?"],
    );
    told(
        &with("https://a\n    proxy-url: socks4://h:1"),
        "L007",
        Some("7:16"),
        &["begins with socks4://", "socks5://"],
    );
    told(
        &with("https://a\n    proxy-url: http://u:hunter2-3f9c@"),
        "L007",
        Some("7:16"),
        &["cluster.proxy-url"],
    );
    told(
        &with("https://a\n    tls-server-name: https://b"),
        "L007",
        Some("7:22"),
        &["is neither a host name nor an IP address"],
    );
}

#[test]
fn b73_credentials_that_contradict_one_another_are_told() {
    let with = |line: &str| GOOD.replace("token: hunter2-3f9c", &line.replace('\n', "\n    "));
    told(
        &with("token: hunter2-3f9c\nusername: me"),
        "L009",
        Some("15:12"),
        &["users[me].user.token", "both given"],
    );
    told(&with("token: \"hunter2-3f9c\\n\""), "L009", Some("15:12"), &["line break"]);
    told(&with("password: hunter2-3f9c"), "L009", Some("15:15"), &["stands without `username`"]);
    told(&with("tokenFile: tok"), "L009", Some("15:16"), &["tok: No such file or directory"]);
    told(&with("client-key-data: aGVsbG8="), "L008", Some("15:22"), &["stands without `client-certificate`"]);
    told(
        &with("auth-provider:\n  name: gcp"),
        "L009",
        Some("16:13"),
        &["auth-provider.name", "it has `oidc`"],
    );
    told(
        &with("token: 12345"),
        "L004",
        Some("15:12"),
        &["must be a string; found a number", "put it between quotes"],
    );
}

#[test]
fn s18_an_empty_identity_is_refused() {
    let with = |line: &str| GOOD.replace("    token:", &format!("    {line}\n    token:"));
    assert_snapshot!(told(&with("as: ''"), "L009", Some("15:9"), &["`users[me].user.as` is empty"]), @"
    error[L009]: `users[me].user.as` is empty
      --> config:15:9
       |
    15 |     as: ''
       |         ^^
       |
       = cluster: prod-a
       = help: name the user to act as, or take `as` away

    1 error
    ");
    told(&with("as-groups: [admins]"), "L009", Some("15:16"), &["stands without `as`"]);
    told(&with("as: you\n    as-groups: ['']"), "L009", Some("16:16"), &["holds an empty name"]);
}

#[test]
fn s17_a_certificate_that_is_not_to_be_checked_is_refused() {
    let place = Place::with(&sound());
    place.write("config", &GOOD.replace("    server:", "    insecure-skip-tls-verify: true\n    server:"));
    let text = run(&place, "config").refused(4);
    assert_eq!(unseen(&text), [""; 0]);
    assert_snapshot!(text, @r#"
    error[L011]: cluster "prod-a": the certificate of the server would not be checked
     --> config:6:31
      |
    6 |     insecure-skip-tls-verify: true
      |                               ^^^^ anybody could answer in the server's place, with any UID
      |
      = cluster: prod-a
      = note: context "prod-a", server https://127.0.0.1:1, user "me"
      = help: give the server its `certificate-authority`; to connect all the same: --allow-insecure-tls prod-a

    1 error
    "#);
    for address in ["http://10.0.0.1", "http://api.example.com"] {
        place.write("config", &GOOD.replace("https://127.0.0.1:1", address));
        let text = run(&place, "config").refused(4);
        assert!(
            text.starts_with("error[L011]: cluster \"prod-a\": the connection would not be encrypted\n"),
            "{text}"
        );
    }
    place.write("config", &GOOD.replace("https:", "http:"));
    run(&place, "config").refused(3);
    place.write("config", &GOOD.replace("    server:", "    insecure-skip-tls-verify: true\n    server:"));
    let mut allowed = trust(&place, &[]);
    let told = outcome(allowed.args(["--allow-insecure-tls", "prod-a"]).output().unwrap()).refused(3);
    assert_snapshot!(told, @r#"
    prod-a: the server's identity is NOT protected: anybody could be answering
    error[L020]: cluster "prod-a" cannot be read: 127.0.0.1:1 refuses the connection
     |
     = cluster: prod-a
     = note: context "prod-a", server https://127.0.0.1:1, user "me"
     = note: asked for GET /api/v1/namespaces/kube-system
     = note: cause: tcp connect error: Connection refused (os error 111)
     = help: check that the server is up and can be reached from here: kubectl --context 'prod-a' version

    1 error
    "#);
}

#[test]
fn b26_f68_two_clusters_are_never_one() {
    let fleet = |name: &str, value: &str| {
        format!(
            "fleet \"demo\" {{}}\n\ncluster \"prod-a\" {{\n  {name} = \"{value}\"\n}}\n\ncluster \"prod-b\" {{\n  {name} = \"{value}\"\n}}\n"
        )
    };
    for (name, value, at) in
        [("uid", "7f0f6a3e-0d3a-4a55-9a54-1f6e0c6c2b11", "8:9"), ("context", "prod", "8:13")]
    {
        let text = fleet(name, value);
        let files = [("fleet/fleet.hcl", text.as_str())];
        let place = format!("fleet/fleet.hcl:{at}");
        let what = format!("clusters \"prod-a\" and \"prod-b\" have one {name}");
        let case = Case {
            files: &files,
            code: "C014",
            place: Some(&place),
            says: &[&what, "first here"],
            ..Case::default()
        };
        let score = score(&case);
        assert_eq!(score.missing, [""; 0], "{}", score.text);
    }
}

#[test]
fn b26_contexts_are_mapped_one_to_one() {
    let place = Place::with(&sound());
    place.write("config", GOOD);
    let run = |arguments: &[&str], contexts: &str| {
        let mut command = place.command(&["trust", "--cluster", "prod-a", "--yes"]);
        command.env("KUBECONFIG", "config").env("FLEETWRIGHT_CONTEXTS", contexts);
        outcome(command.args(arguments).output().unwrap())
    };
    assert_snapshot!(run(&[], "").refused(2), @r#"
    error[X016]: it is not known how to reach cluster "prod-a"
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^ has no `context`
      |
      = note: the current context of the kubeconfig is never used
      = help: add `context = "…"` to it, or give --context prod-a=CONTEXT

    1 error
    "#);
    assert_snapshot!(run(&["--context", "prod-a"], "prod-a,=b").refused(2), @r#"
    error[X015]: --context is "prod-a", which is no pair
     |
     = help: write CLUSTER=CONTEXT, as in prod-a=laptop-a

    error[X015]: FLEETWRIGHT_CONTEXTS holds "=b", which is no pair
     |
     = help: write CLUSTER=CONTEXT, as in prod-a=laptop-a

    error[X015]: FLEETWRIGHT_CONTEXTS holds "prod-a", which is no pair
     |
     = help: write CLUSTER=CONTEXT, as in prod-a=laptop-a

    3 errors
    "#);
    assert_snapshot!(run(&["--context", "prod-x=a", "--context", "prod-a=x", "--context", "prod-a=y"], "").refused(2), @r#"
    error[X015]: --context gives cluster "prod-a" two contexts: "x" and "y"
     |
     = help: give one

    error[X015]: --context: the fleet has no cluster "prod-x"
     |
     = help: did you mean `prod-a`?

    2 errors
    "#);
    assert_snapshot!(run(&["--context", "prod-b=x"], "prod-a=x,another-fleet=z").refused(2), @r#"
    error[X015]: clusters "prod-a" and "prod-b" would be reached by one context, "x"
     |
     = note: both would be the same cluster
     = help: map each cluster to a context of its own

    1 error
    "#);
    assert_snapshot!(run(&[], "prod-a=x,prod-a=y,other=x,other=y").refused(2), @r#"
    error[X015]: FLEETWRIGHT_CONTEXTS gives cluster "prod-a" two contexts: "x" and "y"
     |
     = help: give one

    1 error
    "#);
    // Only a cluster that nobody names can be meant by a slip.
    assert_snapshot!(run(&[], "prd-a=x,prod-b=b,prod-c=c,elsewhere=e").refused(2), @r#"
    error[X016]: it is not known how to reach cluster "prod-a"
     --> fleet/fleet.hcl:3:9
      |
    3 | cluster "prod-a" {
      |         ^^^^^^^^ has no `context`
      |
      = note: the current context of the kubeconfig is never used
      = help: add `context = "…"` to it, or give --context prod-a=CONTEXT

    warning[X015]: FLEETWRIGHT_CONTEXTS: the fleet has no cluster "prd-a"
     |
     = help: did you mean `prod-a`? if it is of another fleet, all is well

    warning[X015]: FLEETWRIGHT_CONTEXTS: the fleet has no cluster "prod-c"
     |
     = help: did you mean `prod-a`? if it is of another fleet, all is well

    1 error, 2 warnings
    "#);
    let told = run(&["--context", "prod-a=prod-a"], "prod-a=elsewhere");
    assert_eq!(told.status, Some(3), "{}", told.stderr);
}

#[test]
fn s15_no_program_of_a_kubeconfig_runs_without_a_connection() {
    let place = Place::with(&sound());
    let exec = "exec:\n      apiVersion: client.authentication.k8s.io/v1\n      interactiveMode: Never\n      command: touch\n      args: [marker]";
    place.write("config", &GOOD.replace("token: hunter2-3f9c", exec));
    for arguments in [&["render"][..], &["validate"], &["trust", "--cluster", "prod-b", "--yes"]] {
        let mut command = place.command(arguments);
        command.env("KUBECONFIG", "config").env("HOME", ".").output().unwrap();
        assert!(!place.path().join("marker").exists(), "{arguments:?}");
    }
    outcome(trust(&place, &[]).output().unwrap()).refused(3);
    assert!(place.path().join("marker").exists());
}
