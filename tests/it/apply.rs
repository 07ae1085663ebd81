//! `apply`, `status`, `history` and `unlock` as far as no server is needed: what is refused before one is asked.

use insta::assert_snapshot;

use crate::program::Place;

/// A fleet whose cluster prod-a is pinned.
fn pinned() -> Place {
    let place = Place::fleet();
    let fleet = place.read("fleet/fleet.hcl");
    let uid = "uid = \"7f0f6a3e-0d3a-4a55-9a54-1f6e0c6c2b11\"\n  context = \"nowhere\"";
    place.write(
        "fleet/fleet.hcl",
        &fleet.replacen("labels = { env = \"prod\" }", &format!("labels = {{ env = \"prod\" }}\n  {uid}"), 1),
    );
    place
}

#[test]
fn b78_there_is_nothing_to_resume() {
    let place = Place::fleet();
    assert_snapshot!(place.run(&["resume", "--cluster", "prod-a"]).refused(2), @r#"
    error[X007]: there is no command "resume"
     |
     = help: `fleetwright apply` goes on with what a run had begun

    1 error
    "#);
}

#[test]
fn values_that_cannot_be_meant_are_refused() {
    let place = Place::fleet();
    let told = |arguments: &[&str]| {
        let all = [&["apply", "--cluster", "prod-a"][..], arguments].concat();
        place.run(&all).refused(2).lines().next().unwrap_or_default().to_owned()
    };
    let refused = [
        told(&["--lock-lease", "1s"]),
        told(&["--lock-lease", "11m"]),
        told(&["--ready-timeout", "8d"]),
        told(&["--stable-for", "5"]),
        told(&["--break-glass", " "]),
        told(&["--take-over", "Deployment/web"]),
        told(&["--delete", "web"]),
        told(&["--deletions=-1"]),
        told(&["--plan", "plan.json", "--adopt"]),
        told(&["--plan", "plan.json", "--deletions", "1"]),
    ];
    assert_snapshot!(refused.join("\n"), @r#"
    error[X007]: `--lock-lease` cannot be "1s": it must be between 3s and 10m
    error[X007]: `--lock-lease` cannot be "11m": it must be between 3s and 10m
    error[X007]: `--ready-timeout` cannot be "8d": it must be at most 7d
    error[X007]: `--stable-for` cannot be "5": no unit; write ms, s, m, h or d after the number
    error[X007]: `--break-glass` cannot be " ": say why: it is recorded in the cluster
    error[X007]: `--take-over` cannot be "Deployment/web": it is not OBJECT:PATH
    error[X007]: `--delete` cannot be "web": it is not KIND/NAME or NAMESPACE/KIND/NAME
    error[X007]: `--deletions` cannot be "-1": invalid digit found in string
    error[X007]: `--plan` and `--adopt` cannot be given together
    error[X007]: `--plan` and `--deletions` cannot be given together
    "#);
    assert_snapshot!(place.run(&["apply"]).refused(2), @"
    error[X007]: `--cluster <NAME>` is missing
     |
     = help: write `fleetwright apply --cluster <NAME>`

    1 error
    ");
}

#[test]
fn an_apply_is_about_one_cluster_that_is_pinned() {
    let place = pinned();
    assert_snapshot!(place.run(&["apply", "--cluster", "prod-*", "--yes"]).refused(2), @"
    error[X017]: `apply` is about one cluster, and `--cluster` names several
     |
     = note: it matches prod-a or prod-b
     = help: take them one after the other, and look at each

    1 error
    ");
    assert_snapshot!(place.run(&["apply", "--cluster", "prod-b", "--yes"]).refused(4), @r#"
    error[X031]: cluster "prod-b" is not pinned: nothing would prove which one is changed
      --> fleet/fleet.hcl:11:9
       |
    11 | cluster "prod-b" {
       |         ^^^^^^^^ it has no `uid`
       |
       = cluster: prod-b
       = help: pin it with `fleetwright trust --cluster prod-b`

    1 error
    "#);
}

#[test]
fn f71_a_context_is_never_guessed() {
    let place = pinned();
    place.write("kubeconfig", "apiVersion: v1\nkind: Config\ncurrent-context: other\n");
    let mut command = place.command(&["apply", "--cluster", "prod-a", "--yes"]);
    let output = command.env("KUBECONFIG", place.path().join("kubeconfig")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_snapshot!(told.replace(&place.path().display().to_string(), "DIR"), @r#"
    error[L005]: the kubeconfig has no context "nowhere"
     --> fleet/fleet.hcl:5:9
      |
    5 | cluster "prod-a" {
      |         ^^^^^^^^ this cluster
      |
      = cluster: prod-a
      = note: DIR/kubeconfig: no context of its own
      = help: set KUBECONFIG to the file that has it, or add it with `kubectl config set-context`

    1 error
    "#);
}

#[test]
fn f61_a_plan_that_cannot_be_read_is_told_before_anything_else() {
    let place = pinned();
    place.write("plan.json", "{\"version\": 1}");
    place.write("other.json", "{\"version\": 9}");
    let told = |plan: &str| {
        let outcome = place.run(&["apply", "--cluster", "prod-a", "--yes", "--plan", plan]);
        outcome.refused(2).lines().next().unwrap_or_default().to_owned()
    };
    let refused = [told("nothing.json"), told("fleet"), told("plan.json"), told("other.json")];
    assert_snapshot!(refused.join("\n"), @"
    error[X032]: nothing.json: no such file
    error[X032]: fleet: not a regular file
    error[X032]: plan.json is no plan that can be applied: it is not what `diff --save` writes: missing field `tool` at line 1 column 14
    error[X032]: other.json is no plan that can be applied: its format has version 9, and this build reads version 1
    ");
}

#[test]
fn a_refusal_is_a_document_where_json_is_asked_for() {
    let place = pinned();
    let outcome = place.run(&["apply", "--cluster", "prod-b", "--yes", "--log-format", "json"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(4), ""));
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((&document["end"], &document["findings"][0]["code"]), (&"refused".into(), &"X031".into()));
    let usage = place.run(&["apply", "--log-format", "json"]);
    assert_eq!((usage.status, usage.stderr.as_str()), (Some(2), ""));
    // What cannot be read at all, too, for each command that has one.
    for (arguments, key) in [
        (&["apply", "--log-format", "json"][..], "end"),
        (&["apply", "--log-format=json", "--bogus"], "counts"),
        (&["status", "-o", "json", "--bogus"], "clusters"),
        (&["history", "-ojson"], "releases"),
        (&["diff", "--output", "json", "--bogus"], "complete"),
    ] {
        let usage = place.run(arguments);
        assert_eq!(usage.status, Some(2), "{arguments:?}");
        let document: serde_json::Value = serde_json::from_str(&usage.stdout).unwrap();
        assert!(document.get(key).is_some(), "{arguments:?}: {}", usage.stdout);
        assert_eq!(document["findings"][0]["code"], "X007", "{arguments:?}");
    }
}

#[test]
fn a_release_is_named_by_eight_characters_at_least() {
    let place = Place::fleet();
    for digest in ["1f0c9ab", "1F0C9AB2", "1f0c9abx", ""] {
        let told = place.run(&["diff", "--against", &format!("release:{digest}")]).refused(2);
        assert!(told.starts_with("error[X007]: `--against` cannot be"), "{told}");
    }
}

#[test]
fn unlock_takes_the_id_of_a_run() {
    let place = Place::fleet();
    assert_snapshot!(place.run(&["unlock", "--cluster", "prod-a"]).refused(2), @"
    error[X007]: `<RUN-ID>` is missing
     |
     = help: write `fleetwright unlock --cluster <NAME> <RUN-ID>`

    1 error
    ");
    assert_snapshot!(place.run(&["unlock", "--cluster", "prod-a", "--rollout", "x"]).refused(2), @r#"
    error[X007]: cluster "prod-a" is in no rollout
     --> fleet/fleet.hcl:5:9
      |
    5 | cluster "prod-a" {
      |         ^^^^^^^^ this cluster
      |
      = help: leave `--rollout` out

    1 error
    "#);
}

#[test]
fn inv13_s15_what_is_wrong_is_told_without_a_program_and_without_a_server() {
    let place = pinned();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let ran = place.path().join("ran");
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'https://{}'}}}}]\n\
         users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: ['{}']}}}}}}]\n\
         contexts: [{{name: nowhere, context: {{cluster: c, user: u}}}}]\ncurrent-context: nowhere\n",
        server.local_addr().unwrap(),
        ran.display(),
    );
    place.write("kubeconfig", &kubeconfig);
    // Whatever is called by a name on PATH would be one of these.
    for program in ["git", "kubectl", "helm", "sh", "aws", "less"] {
        place.write(&format!("programs/{program}"), &format!("#!/bin/sh\n: > '{}'\n", ran.display()));
        let path = place.path().join("programs").join(program);
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let wrong = place.read("fleet/fleet.hcl") + "component \"web\" {\n";
    for (arguments, status) in [
        (&["apply", "--help"][..], 0),
        (&["status", "--help"], 0),
        (&["history", "--help"], 0),
        (&["unlock", "--help"], 0),
        (&["render"], 0),
        (&["validate"], 0),
        (&["apply"], 2),
        (&["apply", "--cluster", "prod-x", "--yes"], 2),
        (&["apply", "--cluster", "prod-a", "--plan", "missing.json", "--yes"], 2),
        (&["apply", "--cluster", "prod-a", "--break-glass", " "], 2),
        (&["unlock", "--cluster", "prod-a"], 2),
        (&["history"], 2),
        (&["diff", "--against", "release:12"], 2),
        (&["resume", "--cluster", "prod-a"], 2),
    ] {
        let mut command = place.command(arguments);
        command.env("KUBECONFIG", "kubeconfig");
        let path = format!("{}:/usr/bin:/bin", place.path().join("programs").display());
        let output = command.env("PATH", path).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
    }
    place.write("fleet/fleet.hcl", &wrong);
    for command in ["apply", "history"] {
        let mut command = place.command(&[command, "--cluster", "prod-a"]);
        let output = command.env("KUBECONFIG", "kubeconfig").output().unwrap();
        assert_eq!(output.status.code(), Some(2));
    }
    assert!(!ran.exists());
    assert_eq!(server.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}
