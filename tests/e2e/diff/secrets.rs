//! Secrets on live clusters: whatever a diff is asked, none of them reaches its output or its plan.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use fleetwright::object::base64_encode;
use fleetwright::plan::Saved;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::pair::{Pair, a, config_map, said};
use crate::applied::{apply_and_record, connect};
use crate::harness::{Fault, Rule, block_on};
use crate::program::{PLANTED, outcome};
use crate::reach::ADMIN;
use crate::rendering::Rendering;

/// Planted: every form of it would be found by [`Pair::diff`].
const SECRET: &str = "hunter2-é\"on the cluster";

fn secret(more: Value) -> Value {
    let mut secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "here"}});
    secret.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    secret
}

impl Pair {
    /// Applies what is rendered to `a`, and records it.
    fn apply(&self) {
        let rendering = Rendering::of(self.place.path());
        let wanted = rendering.wanted("a");
        block_on(async {
            let proven = connect(&a().kubeconfig, &a().name, "a", &rendering.identities()).await;
            apply_and_record(a(), &proven, &wanted, "shop").await;
        });
    }

    /// Every format, and the plan: none shows a planted secret. What the text says.
    fn scanned(&self) -> String {
        let only = ["--cluster", "a"];
        for more in [&["-o", "json"][..], &["-o", "markdown"], &["--exact"], &["--save", "plan.json"]] {
            let outcome = self.diff(&[&only, more].concat());
            assert!(matches!(outcome.status, Some(0 | 1 | 4)), "{more:?}: {}", outcome.stderr);
        }
        self.named(&self.place.read("plan.json"));
        said(&self.diff(&only))
    }
}

#[test]
fn s01_a_live_secret_that_the_fleet_does_not_set_is_not_shown() {
    let labelled =
        |value: &str| secret(json!({"metadata": {"name": "s", "namespace": "here", "labels": {"x": value}}}));
    let pair = Pair::rendering(&[labelled("1")]);
    pair.apply();
    block_on(async {
        let someone = pair.someone("kubectl-edit").await;
        let data = json!({"data": {"password": base64_encode(SECRET.as_bytes())}});
        someone.edit(&pair.here(&labelled("1")), &data).await;
    });
    pair.render(&[labelled("2")]);
    assert_snapshot!(pair.scanned(), @r#"
    ~ Secret/s in here  component.web  on a
        metadata.labels.x  "1" → "2"

    1 cluster: 1 to change
    "#);
}

#[test]
fn s01_a_secret_that_the_fleet_sets_otherwise_is_not_shown() {
    let with = |text: &str| secret(json!({"stringData": {"password": text, "user": "u"}}));
    let pair = Pair::rendering(&[with(SECRET)]);
    pair.apply();
    pair.render(&[with("hunter2 is the next")]);
    assert_snapshot!(pair.scanned(), @"
    ~ Secret/s in here  component.web  on a
        data.password  (sensitive) → (sensitive, another value)

    1 cluster: 1 to change
    ");
    // Not there at all: it would be created.
    let new = Pair::rendering(&[with(SECRET)]);
    assert_snapshot!(new.scanned(), @"
    + Secret/s in here  component.web  on a
        + stringData:
        +   password: (sensitive)
        +   user: (sensitive)

    1 cluster: 1 to create
    ");
}

#[test]
fn s02_what_kubectl_applied_last_is_not_shown() {
    let annotated = |text: &str, color: &str| {
        let key = "kubectl.kubernetes.io/last-applied-configuration";
        let mut object = config_map("web", json!({"color": color}));
        object["metadata"]["annotations"] = json!({key: text});
        object
    };
    let whole = json!({"kind": "Secret", "data": {"password": SECRET}}).to_string();
    let broken = format!("{{\"data\": \"{SECRET}");
    // On the live side, on the desired side, on both.
    let plain = config_map("web", json!({"color": "red"}));
    let pair = Pair::rendering(std::slice::from_ref(&plain));
    pair.apply();
    let mut told = vec![];
    for text in [&whole, &broken] {
        block_on(async {
            let someone = pair.someone("kubectl").await;
            someone.edit(&pair.here(&plain), &json!({"metadata": annotated(text, "").get("metadata").unwrap()["annotations"].as_object().map(|map| json!({"annotations": map})).unwrap()})).await;
        });
        pair.render(&[config_map("web", json!({"color": "blue"}))]);
        told.push(pair.scanned());
        pair.render(&[annotated("hunter2", "blue")]);
        told.push(pair.scanned());
    }
    assert_snapshot!(told.join("\n---\n"), @r#"
    ~ ConfigMap/web in here  component.web  on a
        data.color  red → blue

    1 cluster: 1 to change

    ---
    ~ ConfigMap/web in here  component.web  on a
        data.color  red → blue
        metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]  (sensitive) → (sensitive, another value)
        conflict: kubectl owns metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]: (sensitive) → (sensitive, another value)
          take it over with take_over = ["here/ConfigMap/web:metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]"] in its unit

    1 cluster: 1 to change, 1 conflict

    ---
    ~ ConfigMap/web in here  component.web  on a
        data.color  red → blue

    1 cluster: 1 to change

    ---
    ~ ConfigMap/web in here  component.web  on a
        data.color  red → blue
        metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]  (sensitive) → (sensitive, another value)
        conflict: kubectl owns metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]: (sensitive) → (sensitive, another value)
          take it over with take_over = ["here/ConfigMap/web:metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]"] in its unit

    1 cluster: 1 to change, 1 conflict
    "#);
}

#[test]
fn s03_a_server_that_repeats_a_secret_is_not_repeated() {
    let pair = Pair::rendering(&[secret(json!({"data": {"password": base64_encode(SECRET.as_bytes())}}))]);
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "code": 422,
        "message": format!("Secret \"s\" is invalid: data[password]: Invalid value: {SECRET:?}: no"),
        "details": {"causes": [{
            "field": "data[password]", "reason": "FieldValueInvalid", "message": format!("Invalid value: {SECRET:?}: no {SECRET}"),
        }]},
    });
    pair.proxy.add(Rule::new(Fault::answer(422, "application/json", &status.to_string())).verb("patch"));
    let outcome = pair.diff(&["--cluster", "a"]);
    assert_eq!(outcome.status, Some(4), "{}", outcome.stderr);
    assert_snapshot!(said(&outcome), @"
    ! Secret/s in here  component.web  on a
        refused: the server answered 422: data: FieldValueInvalid

    1 cluster: 1 refused
    ");
}

#[test]
fn s07_what_others_wrote_into_objects_moves_no_cursor() {
    let pair = Pair::rendering(&[config_map("web", json!({"color": "red"}))]);
    pair.apply();
    let evil = "\u{1b}]0;owned\u{7}\u{9b}31m\r\u{8}\u{202e}txt\u{200b}";
    block_on(async {
        let someone = pair.someone("kubectl-edit").await;
        let patch = json!({"data": {"color": evil}});
        someone.edit(&pair.here(&config_map("web", json!({}))), &patch).await;
    });
    for arguments in [&[][..], &["-o", "markdown"], &["-o", "json"], &["--color", "never"]] {
        let output = pair.command(&[&["--cluster", "a"], arguments].concat()).output().unwrap();
        let outcome = outcome(output);
        assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
        for text in [&outcome.stdout, &outcome.stderr] {
            let is_bad = |c: &char| (c.is_control() && *c != '\n') || "\u{202e}\u{200b}".contains(*c);
            assert_eq!(text.chars().find(is_bad), None, "{arguments:?}: {text:?}");
        }
    }
}

#[test]
fn s10_s13_s14_a_plan_is_a_file_of_its_own_for_its_owner_alone() {
    let pair = Pair::rendering(&[config_map("web", json!({"color": "red"}))]);
    let save = |path: &str| pair.diff(&["--cluster", "a", "--save", path]);
    // Whatever the umask.
    let mut open = std::process::Command::new("sh");
    open.args([
        "-c",
        "umask 000 && exec \"$0\" diff --cluster a --save plan.json",
        env!("CARGO_BIN_EXE_fleetwright"),
    ]);
    open.env("KUBECONFIG", "config").current_dir(pair.place.path());
    assert_eq!(open.output().unwrap().status.code(), Some(1));
    let mode = |path: &str| fs::metadata(pair.place.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("plan.json"), 0o600);
    let first = pair.place.read("plan.json");
    // Written anew as a whole; nothing else is left in the folder.
    assert_eq!(save("plan.json").status, Some(1));
    let names: Vec<String> = fs::read_dir(pair.place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(names, [""; 0]);
    // A link is not followed.
    pair.place.write("profile", "mine\n");
    symlink("profile", pair.place.path().join("link.json")).unwrap();
    let refused = save("link.json");
    assert_eq!((refused.status, pair.place.read("profile").as_str()), (Some(2), "mine\n"));
    assert_snapshot!(refused.stderr, @r#"
    error[X020]: link.json: is a link; links are not followed when writing
     |
     = help: give the plan a path of its own

    warning[V021]: no schemas are recorded: 1 kind could not be checked
     --> fleet/fleet.hcl:5:9
      |
    5 | cluster "a" {
      |         ^^^
      |
      = cluster: a
      = note: not checked: v1 ConfigMap
      = help: record them: `fleetwright schema fetch`, or for one cluster with `--cluster NAME`

    1 error, 1 warning
    "#);
    fs::create_dir(pair.place.path().join("folder")).unwrap();
    assert_eq!(save("folder").status, Some(2));
    assert_eq!(save("nowhere/plan.json").status, Some(7));
    assert!(Saved::read(&first).is_ok());
}

#[test]
fn s30_a_plan_that_was_changed_is_none() {
    let pair = Pair::rendering(&[
        secret(json!({"stringData": {"password": SECRET}})),
        config_map("web", json!({"color": "red"})),
    ]);
    pair.apply();
    pair.render(&[
        secret(json!({"stringData": {"password": "hunter2 the second"}})),
        config_map("web", json!({"color": "blue"})),
    ]);
    assert_eq!(pair.diff(&["--cluster", "a", "--save", "plan.json"]).status, Some(1));
    let text = pair.place.read("plan.json");
    for form in PLANTED {
        assert!(!text.contains(form), "{text}");
    }
    // Neither the secret nor a hash of it that anybody could make.
    let unkeyed = fleetwright::object::Digest::of_bytes(SECRET.as_bytes()).to_string();
    assert!(!text.contains(&unkeyed[..16]));
    let saved = Saved::read(&text).unwrap();
    assert_eq!(saved.clusters.len(), 1);
    assert_eq!(saved.clusters[0].salt, None);
    assert!(saved.clusters[0].is_sealed([7; 32]).unwrap());
    assert!(!saved.clusters[0].is_sealed([8; 32]).unwrap());
    for (from, to) in [
        ("\"name\": \"a\"", "\"name\": \"b\""),
        ("\"update\"", "\"delete\""),
        ("\"version\": 1", "\"version\": 2"),
    ] {
        assert!(text.contains(from), "{text}");
        assert!(Saved::read(&text.replacen(from, to, 1)).is_err(), "{from}");
    }
    assert!(Saved::read(&text[..text.len() / 2]).is_err());
}

#[test]
fn s29_what_carries_our_label_and_is_not_ours_stays() {
    let pair = Pair::rendering(&[config_map("web", json!({"color": "red"})), config_map("old", json!({}))]);
    pair.apply();
    block_on(async {
        let someone = pair.someone("operator").await;
        let set = Rendering::of(pair.place.path()).set();
        // An operator copies labels to what it makes.
        let mut copied = config_map("copied", json!({}));
        copied["metadata"]["labels"] = json!({fleetwright::plan::PART_OF: set.as_str()});
        someone.apply(&pair.here(&copied)).await;
        // What we made has an owner now.
        let owner = someone.get(&pair.here(&copied)).await.unwrap()["metadata"]["uid"].clone();
        let owned = json!({"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "copied", "uid": owner}]}});
        someone.edit(&pair.here(&config_map("old", json!({}))), &owned).await;
    });
    pair.render(&[config_map("web", json!({"color": "red"}))]);
    let outcome = pair.diff(&["--cluster", "a"]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
    assert_snapshot!(said(&outcome), @"
    = ConfigMap/old in here  component.web  on a
        no longer rendered, kept: it belongs to ConfigMap/copied

    = ConfigMap/copied in here  on a
        left alone: it carries the label of this fleet, and is neither rendered nor recorded

    no differences on 1 cluster; 1 unchanged, 1 kept, 1 astray
    ");
}

#[test]
fn s05_no_token_is_printed_whatever_goes_wrong() {
    let pair = Pair::rendering(&[config_map("web", json!({"color": "red"}))]);
    let token = &a().tokens[ADMIN];
    let status = |code| {
        Fault::answer(
            code,
            "application/json",
            &json!({"kind": "Status", "message": format!("Bearer {token} is no good")}).to_string(),
        )
    };
    for code in [400, 401, 403, 404, 422, 500] {
        pair.proxy.clear();
        pair.proxy.add(Rule::new(status(code)).kind("v1", "ConfigMap"));
        // The scanner of the scene looks for tokens.
        let outcome = pair.diff(&["--cluster", "a"]);
        assert_eq!(outcome.status, Some(3), "{code}: {}", outcome.stdout);
    }
}
