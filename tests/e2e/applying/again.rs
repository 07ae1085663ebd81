//! The same command again: it writes nothing, and a diff after it finds nothing.

use crate::harness::Lab;

use super::scene::{Scene, config_map, deployment, full};

#[test]
fn what_was_applied_is_not_written_again() {
    let cluster = Lab::extended();
    let scene = Scene::rendering(cluster, &[config_map("one", "1"), config_map("two", "2")]);
    let first = scene.apply(&[]);
    assert_eq!(first.status, Some(0), "{}{}", first.stdout, first.stderr);
    assert_ne!(scene.writes(), Vec::<String>::new());
    let diff = scene.diff(&[]);
    assert_eq!((diff.status, diff.stdout.as_str()), (Some(0), "no differences on 1 cluster; 2 unchanged\n"));
    let before = scene.writes().len();
    let second = scene.apply(&[]);
    assert_eq!(second.status, Some(0), "{}{}", second.stdout, second.stderr);
    assert_eq!(scene.writes().len(), before, "{:?}", scene.writes());
    let leases = scene.proxy.requests().iter().filter(|request| request.resource == "leases").count();
    let third = scene.apply(&[]);
    assert_eq!(third.status, Some(0));
    assert_eq!(scene.proxy.requests().iter().filter(|request| request.resource == "leases").count(), leases);
}

#[test]
fn a_deployment_is_waited_for() {
    let scene = Scene::rendering(full(), &[deployment("web", "registry.example.com/web:1", "")]);
    let first = scene.apply(&["--stable-for", "1s"]);
    assert_eq!(first.status, Some(0), "{}{}", first.stdout, first.stderr);
    let live = scene.live(&deployment("web", "", "")).unwrap();
    assert_eq!(live["status"]["availableReplicas"], 1);
}
