//! The root example on the example fleet: from a plan to a destroy.

use serde_json::{Value, json};

use super::Work;

const SHOP: &str = "modules/examples/shop";

/// Resources that a plan changes, each with what is done and its share before and after.
fn changes(plan: &Value) -> Vec<(String, Value, Value, Value)> {
    let all = plan["resource_changes"].as_array().unwrap().iter();
    let changed = all.filter(|change| change["change"]["actions"] != json!(["no-op"]));
    changed
        .map(|resource| {
            let change = &resource["change"];
            let share = |side: &str| change[side]["input"]["share"].clone();
            let address = resource["address"].as_str().unwrap().to_owned();
            (address, change["actions"].clone(), share("before"), share("after"))
        })
        .collect()
}

fn origin(cluster: &str) -> String {
    format!("terraform_data.origin[\"{cluster}\"]")
}

#[test]
fn weights_go_from_the_fleet_into_the_state_and_nothing_changes_by_itself() {
    let work = Work::example();
    work.init(SHOP);
    work.apply(SHOP);
    let quarters = json!({"prod-a": 25, "prod-b": 25, "prod-c": 25, "prod-d": 25});
    let outputs = work.json(SHOP, &["output", "-json"]);
    assert_eq!(outputs["weights"]["value"], quarters);
    assert_eq!(outputs["shares"]["value"], quarters);
    assert_eq!(outputs["version"]["value"], env!("CARGO_PKG_VERSION"));
    assert_eq!(outputs["access"]["value"]["prod-b"]["zone"], "eu-west-1b");
    let state: Value = serde_json::from_str(&work.place.read(&format!("{SHOP}/terraform.tfstate"))).unwrap();
    let resources = state["resources"].as_array().unwrap().iter();
    let mut read = resources.filter(|resource| resource["mode"] == "data" && resource["name"] == "outputs");
    let result = &read.next().unwrap()["instances"][0]["attributes"]["result"];
    let weights: Value = serde_json::from_str(result["ingress_weights_json"].as_str().unwrap()).unwrap();
    assert_eq!(weights, quarters);

    // 0 is: no changes, neither of resources nor of outputs.
    assert_eq!(work.run(SHOP, &["plan", "-detailed-exitcode", "-no-color"]).status, Some(0));
    let again = work.done(SHOP, &["apply", "-auto-approve", "-no-color"]);
    assert!(again.contains("Resources: 0 added, 0 changed, 0 destroyed."), "{again}");

    work.place.run(&["set", "cluster/prod-a", "values.ingress.weight=0"]).done();
    let plan = work.plan(SHOP);
    let update = || json!(["update"]);
    assert_eq!(
        changes(&plan),
        [
            (origin("prod-a"), update(), json!(25), json!(0)),
            (origin("prod-b"), update(), json!(25), json!(34)),
            (origin("prod-c"), update(), json!(25), json!(33)),
            (origin("prod-d"), update(), json!(25), json!(33)),
        ]
    );
    let outputs = plan["output_changes"].as_object().unwrap().iter();
    let changed = outputs.filter(|(_, change)| change["actions"] != json!(["no-op"]));
    let changed: Vec<(&str, &Value)> = changed.map(|(name, change)| (&**name, &change["after"])).collect();
    assert_eq!(
        changed,
        [
            ("shares", &json!({"prod-a": 0, "prod-b": 34, "prod-c": 33, "prod-d": 33})),
            ("weights", &json!({"prod-a": 0, "prod-b": 25, "prod-c": 25, "prod-d": 25})),
        ]
    );
    work.done(SHOP, &["apply", "-no-color", "plan"]);
    assert_eq!(work.json(SHOP, &["output", "-json", "shares"])["prod-a"], 0);

    let gone = work.done(SHOP, &["destroy", "-auto-approve", "-no-color"]);
    assert!(gone.contains("4 destroyed."), "{gone}");
    let state: Value = serde_json::from_str(&work.place.read(&format!("{SHOP}/terraform.tfstate"))).unwrap();
    assert_eq!((&state["resources"], &state["outputs"]), (&json!([]), &json!({})));
}

#[test]
fn what_is_wrong_with_the_fleet_is_one_line_in_terraforms_message() {
    let work = Work::example();
    work.init(SHOP);
    work.apply(SHOP);
    let before = work.place.read(&format!("{SHOP}/terraform.tfstate"));
    work.place.write("fleet/broken.hcl", "cluster \"prod-e\" {\n  labels = 5\n}\n");
    let problems = work.problems(SHOP, &["plan"]);
    // Both calls would fail with it.
    assert_eq!(problems.len(), 1, "{problems:?}");
    let message = problems[0].split("Error Message: ").nth(1).unwrap_or_else(|| panic!("{problems:?}"));
    let line = message.lines().next().unwrap();
    let said = "fleet/broken.hcl:2:12: error[C001]: `labels` takes a map; found the number 5";
    assert!(line.starts_with(said), "{line}");
    assert_eq!(work.problems(SHOP, &["apply", "-auto-approve"]), problems);
    assert_eq!(work.place.read(&format!("{SHOP}/terraform.tfstate")), before);
}

/// Which command of Terraform runs the program how often; `modules/README.md` says it.
#[test]
fn the_program_runs_twice_for_a_plan_and_not_for_its_apply() {
    let work = Work::example();
    let counted = "program = [\"/bin/sh\", \"-c\", \"echo run >> calls; exec fleetwright external\"]\n";
    work.place.write(&format!("{SHOP}/terraform.tfvars"), counted);
    let calls = || std::fs::read_to_string(work.path(SHOP).join("calls")).unwrap_or_default().lines().count();
    let mut before = 0;
    let mut run = |arguments: &[&str]| {
        work.done(SHOP, arguments);
        let more = calls() - before;
        before += more;
        more
    };
    assert_eq!(run(&["init"]), 0);
    assert_eq!(run(&["validate"]), 0);
    assert_eq!(run(&["plan", "-out=plan"]), 2);
    assert_eq!(run(&["apply", "plan"]), 0);
    assert_eq!(run(&["output", "-json"]), 0);
    assert_eq!(run(&["apply", "-auto-approve"]), 2);
    assert_eq!(run(&["plan", "-refresh=false"]), 2);
    assert_eq!(run(&["apply", "-refresh-only", "-auto-approve"]), 2);
    assert_eq!(run(&["refresh"]), 2);
    assert_eq!(run(&["plan", "-destroy"]), 2);
    assert_eq!(run(&["plan", "-destroy", "-refresh=false"]), 0);
    assert_eq!(run(&["destroy", "-auto-approve"]), 2);
    // What is in the way of a plan is in the way of the end, too, but for those who say that nothing is to be asked.
    assert_eq!(run(&["apply", "-auto-approve"]), 2);
    work.place.write("fleet/broken.hcl", "cluster \"prod-e\" {\n  labels = 5\n}\n");
    work.problems(SHOP, &["destroy", "-auto-approve"]);
    before = calls();
    work.done(SHOP, &["destroy", "-auto-approve", "-refresh=false"]);
    assert_eq!(calls(), before);
    let state: Value = serde_json::from_str(&work.place.read(&format!("{SHOP}/terraform.tfstate"))).unwrap();
    assert_eq!(state["resources"], json!([]));
}
