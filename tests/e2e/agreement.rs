//! What `validate` says of an object and what a real API server says of it, over many objects that were made wrong.

mod fleet;
mod forms;
mod judge;
pub mod mend;
mod mutate;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fleet::PROJECTS;
use crate::harness::crds;
use crate::harness::dry_run::Judge;
use crate::harness::programs::say;
use crate::harness::{Cluster, Lab, Spec, block_on, eventually};
use fleet::Fleet;
use judge::{Verdict, judge};
use mutate::Mutation;

/// One changed object, and what both said.
struct Case {
    kind: String,
    mutation: Mutation,
    server: Verdict,
    ours: Option<String>,
}

#[test]
fn validate_agrees_with_the_server() {
    let cluster = Lab::shared().start([Spec::bare("agreement")]).remove(0);
    let (bases, cases) = block_on(judged(&cluster));
    let kinds: BTreeSet<&String> = cases.iter().map(|case| &case.kind).collect();
    let refused: Vec<&Case> = cases.iter().filter(|case| case.server != Verdict::Taken).collect();
    let for_schema: Vec<&&Case> =
        refused.iter().filter(|case| matches!(case.server, Verdict::Schema(_))).collect();
    let missed = |cases: &[&&Case]| cases.iter().filter(|case| case.ours.is_none()).count();
    let wrongly: Vec<&Case> =
        cases.iter().filter(|case| case.server == Verdict::Taken && case.ours.is_some()).collect();
    let all: Vec<&&Case> = refused.iter().collect();
    let mut report = format!(
        "{} mutations of {bases} objects of {} kinds: the server refuses {}, {} of them for their schema; \
         validate misses {} of those and {} in all, and refuses {} that the server takes",
        cases.len(),
        kinds.len(),
        refused.len(),
        for_schema.len(),
        missed(&for_schema),
        missed(&all),
        wrongly.len(),
    );
    for case in refused.iter().filter(|case| case.ours.is_none()) {
        report += &format!("\n  missed: {} {}: {}", case.kind, case.mutation.what, case.server.cause());
    }
    for case in &wrongly {
        let ours = case.ours.as_deref().unwrap_or_default();
        report += &format!("\n  wrongly refused: {} {}: {ours}", case.kind, case.mutation.what);
    }
    say(&report);
    assert!(cases.len() >= 300 && kinds.len() >= 40, "{report}");
    assert!(wrongly.is_empty(), "{report}");
    assert!(missed(&for_schema) * 50 <= for_schema.len(), "{report}");
}

/// What the server refuses of [`forms`] and `validate` does not.
const LEFT_TO_THE_SERVER: [&str; 6] = [
    // An address is only read as far as plain ones go.
    r#"{"spec":{"email":"a b@c"}}"#,
    // The labels of an embedded object are a map of strings to the schema.
    r#"{"spec":{"embedded":{"apiVersion":"v1","kind":"X","metadata":{"labels":{"a b":"c d"}}}}}"#,
    // The server refuses null where the `enum` of what may be null names it.
    r#"{"spec":{"nullable-enum":null}}"#,
    // `isURL` is Kubernetes' own addition to CEL.
    r#"{"spec":{"rules":{"u":"nourl"}}}"#,
    // The server makes an integer of the step where the number is one, and that is 0.
    r#"{"spec":{"step":1}}"#,
    // Escapes in the host.
    r#"{"spec":{"uri":"http://%41/"}}"#,
];

/// A field of a map of which nothing is said: server-side apply takes it, and the server stores nothing of it.
const LOST: &str = "/spec/empty/a";

#[test]
fn validate_agrees_with_the_server_on_what_no_project_uses() {
    let cluster = Lab::shared().start([Spec::bare("forms")]).remove(0);
    let (missed, wrongly, differently) = block_on(async {
        let definition = forms::definition();
        cluster.define(std::slice::from_ref(&definition)).await;
        let client = cluster.client().await;
        eventually("the OpenAPI document has the kind", async || {
            let request =
                http::Request::get("/openapi/v3/apis/forms.example.com/v1").body(Vec::new()).unwrap();
            client
                .request_text(request)
                .await
                .ok()
                .filter(|text| text.contains("com.example.forms.v1.Form"))
                .map(drop)
        })
        .await;
        let server = Judge::of(&cluster).await;
        let mut fleet = Fleet::new(&cluster);
        fleet.add(2, &definition);
        let mut verdicts = Vec::new();
        for object in forms::custom().iter().chain(&forms::built_in()) {
            // The definition is the recorded one on one cluster, and that of the fleet on the other.
            let files = (fleet.add(1, object), fleet.add(2, object));
            verdicts.push((files, shown(object), judge(&server, object, LOST).await));
        }
        let findings = fleet.validate();
        let mut differently = Vec::new();
        for ((recorded, own), object, _) in &verdicts {
            if findings.contains_key(recorded) != findings.contains_key(own) {
                differently.push(format!("{object}: {:?} {:?}", findings.get(recorded), findings.get(own)));
            }
        }
        let (mut missed, mut wrongly) = (Vec::new(), Vec::new());
        for ((file, _), object, server) in verdicts {
            match (server, findings.get(&file)) {
                (Verdict::Taken, Some(ours)) => wrongly.push(format!("{object}: {ours}")),
                (Verdict::Schema(cause) | Verdict::Validation(cause), None) => {
                    if !LEFT_TO_THE_SERVER.contains(&object.as_str()) {
                        say(&format!("missed: {object}: {cause}"));
                    }
                    missed.push(object);
                }
                (Verdict::Taken, None) | (Verdict::Schema(_) | Verdict::Validation(_), Some(_)) => {}
            }
        }
        (missed, wrongly, differently)
    });
    assert_eq!(wrongly, Vec::<String>::new(), "the server takes these");
    assert_eq!(differently, Vec::<String>::new(), "these depend on where the definition is from");
    assert_eq!(missed, LEFT_TO_THE_SERVER);
}

/// An object without its name, as a line.
fn shown(object: &Value) -> String {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    fields.retain(|key, _| key != "metadata" && key != "apiVersion" && key != "kind");
    format!("{object}")
}

async fn judged(cluster: &Cluster) -> (usize, Vec<Case>) {
    cluster.install(&PROJECTS).await;
    let server = Judge::of(cluster).await;
    let mut bases = BTreeMap::new();
    for object in crds::manifests().into_iter().chain(Fleet::example()) {
        if let Some((name, mended)) = mend::accepted(&server, object).await {
            bases.entry(name).or_insert(mended);
        }
    }
    let mut fleet = Fleet::new(cluster);
    let mut cases = Vec::new();
    for (name, base) in &bases {
        fleet.add(0, base);
        for (number, mutation) in mutate::all(name, base).into_iter().enumerate() {
            let file = fleet.add(number + 1, &mutation.object);
            let verdict = judge(&server, &mutation.object, &mutation.path).await;
            cases.push((file, name, mutation, verdict));
        }
    }
    let findings = fleet.validate();
    let of_bases: Vec<&String> = fleet.bases().filter_map(|file| findings.get(file)).collect();
    assert_eq!(of_bases, Vec::<&String>::new(), "the server takes these as they are");
    let cases = cases.into_iter().map(|(file, name, mutation, server)| {
        let kind = name.split(" named ").next().unwrap_or(name).to_owned();
        Case { kind, mutation, server, ours: findings.get(&file).cloned() }
    });
    (bases.len(), cases.collect())
}
