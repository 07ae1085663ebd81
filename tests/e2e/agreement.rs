//! What `validate` says of an object and what a real API server says of it, over many objects that were made wrong.

mod fleet;
mod judge;
mod mend;
mod mutate;

use std::collections::{BTreeMap, BTreeSet};

use crate::fleet::PROJECTS;
use crate::harness::crds;
use crate::harness::dry_run::Judge;
use crate::harness::programs::say;
use crate::harness::{Cluster, Lab, Spec, block_on};
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
