//! The example fleet on real servers.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diff::shop::copied;
use crate::example;
use crate::harness::crds::objects_in;
use crate::harness::dry_run::{Judge, Verdict, Way};
use crate::harness::{Crds, Lab, Spec, block_on};

/// The projects whose kinds the example fleet renders.
pub const PROJECTS: [Crds; 7] = [
    Crds::Istio,
    Crds::PrometheusOperator,
    Crds::Keda,
    Crds::ExternalSecrets,
    Crds::VerticalPodAutoscaler,
    Crds::Karpenter,
    Crds::KarpenterAws,
];

#[test]
fn every_object_of_every_cluster_is_accepted_by_a_real_server() {
    let place = copied(&[]);
    place.run(&["render", "--out", "rendered"]).done();
    let (clusters, objects) = accepted("fleet", &place.path().join("rendered"));
    assert!(clusters == 11 && objects > 300, "{clusters} clusters, {objects} objects");
}

/// The settings of templates that the example does without.
#[test]
fn every_object_of_the_small_fleet_is_accepted_by_a_real_server() {
    let place = example::small();
    place.run(&["render", "--out", "rendered"]).done();
    let (clusters, objects) = accepted("small", &place.path().join("rendered"));
    assert!(clusters == 1 && objects > 50, "{clusters} clusters, {objects} objects");
}

/// Asks a server of its own for each object of each cluster; how many of both there were.
fn accepted(name: &str, rendered: &Path) -> (usize, usize) {
    let cluster = Lab::shared().start([Spec::bare(name)]).remove(0);
    block_on(async {
        cluster.install(&PROJECTS).await;
        let judge = Judge::of(&cluster).await;
        let mut clusters = 0;
        let mut sent = BTreeSet::new();
        for folder in std::fs::read_dir(rendered).unwrap().map(|entry| entry.unwrap().path()) {
            if !folder.is_dir() {
                continue;
            }
            clusters += 1;
            let objects = objects_in(&folder);
            assert!(objects.len() > 10, "{} has {} objects", folder.display(), objects.len());
            judge.make_namespaces(&objects).await;
            for object in objects {
                // Clusters are alike: what is the same object to the byte gets the same answer.
                if !sent.insert(object.to_string()) {
                    continue;
                }
                for way in [Way::Apply, Way::Create] {
                    let verdict = judge.ask(way, &object).await;
                    let there = object["kind"] == "Namespace" && way == Way::Create;
                    match verdict {
                        Verdict::Accepted { warnings, .. } => {
                            assert!(warnings.is_empty(), "{warnings:?}\n{object}")
                        }
                        Verdict::Refused { code: 409, .. } if there => {}
                        other => panic!("{}: {way:?}: {other:?}\n{object}", folder.display()),
                    }
                }
            }
        }
        (clusters, sent.len())
    })
}
