//! What people and programs are told of an apply.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;

use super::{Tree, event, json, summary};
use crate::apply::{End, Ended, Event, ObjectEnd, Outcome, Step};
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::object::ObjectRef;
use crate::plan::{Action, Change, Judged, Plan};
use crate::report::text::Style;

fn object(kind: &str, name: &str) -> ObjectRef {
    ObjectRef {
        group: Arc::from("apps"),
        kind: Arc::from(kind),
        namespace: Some(Arc::from("shop")),
        name: Arc::from(name),
    }
}

fn unit() -> Option<Arc<str>> {
    Some(Arc::from("service.web"))
}

fn ended(name: &str, end: ObjectEnd) -> Event {
    Event::Object { object: object("Deployment", name), unit: unit(), end }
}

/// Everything that can happen.
fn everything() -> Vec<Event> {
    let why = || Arc::from("the server answered 422:\nspec.x: Invalid\u{1b}[2J");
    vec![
        Event::Waiting { holder: "run abc by me@laptop".to_owned() },
        Event::Locked { run: Arc::from("5f3k") },
        Event::Begun(Step::Recording),
        Event::Begun(Step::Writing { objects: 1 }),
        Event::Begun(Step::Readying { objects: 1 }),
        Event::Begun(Step::Readying { objects: 2 }),
        Event::Begun(Step::Settling(Duration::from_secs(5))),
        Event::Begun(Step::Deleting { objects: 3 }),
        Event::Writing { object: object("Deployment", "web"), unit: unit() },
        Event::NotReady {
            object: object("Deployment", "web"),
            unit: unit(),
            why: Arc::from("1 of 3 replicas are available"),
        },
        ended("web", ObjectEnd::Created),
        ended("web", ObjectEnd::Failed(why())),
        Event::Object { object: object("Job", "old"), unit: None, end: ObjectEnd::Deleted },
        Event::Warning("the webhook\u{202e} is slow".to_owned()),
        Event::Stopping,
    ]
}

#[test]
fn what_happens_is_a_line_each() {
    let lines = everything().iter().filter_map(|one| event::line("prod-a", one)).collect::<Vec<_>>();
    assert_snapshot!(lines.join("\n"), @r"
    prod-a: waiting for the lock, held by run abc by me@laptop
    prod-a: locked by this run, 5f3k
    prod-a: recording what is to be done
    prod-a: writing 1 object
    prod-a: waiting until 1 object is ready
    prod-a: waiting until 2 objects are ready
    prod-a: giving proxies 5s to learn of what was written
    prod-a: deleting 3 objects
    prod-a: waiting for shop/Deployment/web (service.web): 1 of 3 replicas are available
    prod-a: created shop/Deployment/web (service.web)
    prod-a: failed shop/Deployment/web (service.web): the server answered 422:\nspec.x: Invalid\x1b[2J
    prod-a: deleted shop/Job/old
    prod-a: warning: the webhook\u{202e} is slow
    prod-a: stopping: nothing new is begun, what is under way ends
    ");
}

#[test]
fn what_happens_is_a_json_object_per_line() {
    let line = |event| json::Line::print("prod-a", "2026-11-22T10:00:00Z".to_owned(), event).unwrap();
    let lines: String = everything().iter().map(line).collect();
    assert_eq!(lines.lines().count(), everything().len());
    assert_snapshot!(lines, @r#"
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"waiting","holder":"run abc by me@laptop"}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"locked","run":"5f3k"}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"recording"}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"writing","objects":1}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"readying","objects":1}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"readying","objects":2}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"settling","milliseconds":5000}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"deleting","objects":3}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"begun","object":{"group":"apps","kind":"Deployment","namespace":"shop","name":"web","unit":"service.web"}}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"not-ready","object":{"group":"apps","kind":"Deployment","namespace":"shop","name":"web","unit":"service.web"},"reason":"1 of 3 replicas are available"}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"object","object":{"group":"apps","kind":"Deployment","namespace":"shop","name":"web","unit":"service.web"},"state":"created","reason":null}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"object","object":{"group":"apps","kind":"Deployment","namespace":"shop","name":"web","unit":"service.web"},"state":"failed","reason":"the server answered 422:\nspec.x: Invalid\u001b[2J"}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"object","object":{"group":"apps","kind":"Job","namespace":"shop","name":"old","unit":null},"state":"deleted","reason":null}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"warning","message":"the webhook\u202e is slow"}}
    {"version":1,"time":"2026-11-22T10:00:00Z","cluster":"prod-a","event":{"type":"stopping"}}
    "#);
}

fn outcome(end: End, objects: &[(&str, ObjectEnd)]) -> Outcome {
    let objects = objects.iter().map(|(name, end)| Ended {
        object: object("Deployment", name),
        unit: unit(),
        end: end.clone(),
    });
    Outcome { end, objects: objects.collect(), unchanged: 42, problems: Diagnostics::new() }
}

/// Every end that an object can come to.
fn ends() -> Vec<(&'static str, ObjectEnd)> {
    let why = || Arc::from("why");
    vec![
        ("a", ObjectEnd::Created),
        ("b", ObjectEnd::Changed),
        ("c", ObjectEnd::Adopted),
        ("d", ObjectEnd::Replaced),
        ("e", ObjectEnd::Deleted),
        ("f", ObjectEnd::Written),
        ("g", ObjectEnd::Unready(why())),
        ("h", ObjectEnd::Failed(why())),
        ("m", ObjectEnd::Missing(why())),
        ("i", ObjectEnd::Unknown(why())),
        ("j", ObjectEnd::Untouched),
    ]
}

#[test]
fn a_run_that_did_all_is_counted() {
    let all = outcome(End::Done, &[("a", ObjectEnd::Created), ("b", ObjectEnd::Changed)]);
    let text = |time| summary::text("prod-a", &all, Duration::from_secs(time), Style::default());
    assert_snapshot!(text(12), @r#"created 1, changed 1, unchanged 42, deleted 0 on "prod-a" in 12s"#);
    assert_snapshot!([59, 60, 61, 3600, 3660].map(text).concat(), @r#"
    created 1, changed 1, unchanged 42, deleted 0 on "prod-a" in 59s
    created 1, changed 1, unchanged 42, deleted 0 on "prod-a" in 1m
    created 1, changed 1, unchanged 42, deleted 0 on "prod-a" in 1m1s
    created 1, changed 1, unchanged 42, deleted 0 on "prod-a" in 1h
    created 1, changed 1, unchanged 42, deleted 0 on "prod-a" in 1h1m
    "#);
}

#[test]
fn a_run_that_did_not_tells_the_state_of_every_object() {
    let some = outcome(End::Partial, &ends());
    assert_snapshot!(summary::text("prod-a", &some, Duration::from_secs(5), Style::default()), @r#"
      created                  shop/Deployment/a (service.web)
      changed                  shop/Deployment/b (service.web)
      taken over               shop/Deployment/c (service.web)
      replaced                 shop/Deployment/d (service.web)
      deleted                  shop/Deployment/e (service.web)
      written, not ready yet   shop/Deployment/f (service.web)
      not ready                shop/Deployment/g (service.web): why
      failed                   shop/Deployment/h (service.web): why
      deleted, not made again  shop/Deployment/m (service.web): why
      unknown whether written  shop/Deployment/i (service.web): why
      not reached              shop/Deployment/j (service.web)

    not finished: created 1, changed 1, unchanged 42, deleted 1, taken over 1, replaced 1, not ready 2, failed 1, missing 1, unknown 1, not reached 1 on "prod-a" in 5s
    "#);
    let stopped = outcome(End::Stopped, &[("a", ObjectEnd::Untouched)]);
    assert_snapshot!(summary::text("prod-a", &stopped, Duration::ZERO, Style::default()), @r#"
      not reached              shop/Deployment/a (service.web)

    stopped: created 0, changed 0, unchanged 42, deleted 0, not reached 1 on "prod-a" in 0s
    "#);
    let refused = outcome(End::Refused, &[]);
    assert_snapshot!(summary::text("prod-a", &refused, Duration::ZERO, Style::default()), @r#"refused: nothing was written on "prod-a""#);
}

#[test]
fn the_document_of_a_run_tells_every_object_and_how_it_ended() {
    let (problems, sources) = (Diagnostics::new(), SourceMap::default());
    let about = json::About {
        cluster: Some("prod-a"),
        release: Some("1f0c".to_owned()),
        commit: Some("abc"),
        dirty: true,
        plan: None,
        next: Some("fleetwright apply --cluster prod-a"),
    };
    let some = outcome(End::Partial, &[("a", ObjectEnd::Created), ("b", ObjectEnd::Failed(Arc::from("no")))]);
    let document = json::Document::of(about, Some(&some), &problems, &sources);
    assert_snapshot!(crate::report::json::print(&document).unwrap(), @r#"
    {
      "version": 1,
      "end": "partial",
      "cluster": "prod-a",
      "release": "1f0c",
      "commit": "abc",
      "dirty": true,
      "plan": null,
      "objects": [
        {
          "object": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "shop",
            "name": "a",
            "unit": "service.web"
          },
          "state": "created",
          "reason": null
        },
        {
          "object": {
            "group": "apps",
            "kind": "Deployment",
            "namespace": "shop",
            "name": "b",
            "unit": "service.web"
          },
          "state": "failed",
          "reason": "no"
        }
      ],
      "counts": {
        "created": 1,
        "changed": 0,
        "adopted": 0,
        "replaced": 0,
        "unchanged": 42,
        "deleted": 0,
        "notReady": 0,
        "failed": 1,
        "missing": 0,
        "unknown": 0,
        "untouched": 0
      },
      "next": "fleetwright apply --cluster prod-a",
      "findings": [],
      "summary": {
        "errors": 0,
        "warnings": 0
      }
    }
    "#);
    let nothing = json::Document::of(json::About::default(), None, &problems, &sources);
    assert_eq!((nothing.end, nothing.objects.len()), (json::End::Refused, 0));
}

fn plan(objects: usize) -> Plan {
    let change = |number: usize| Change {
        object: object("Deployment", &format!("web-{number:02}")),
        api_version: Arc::from("apps/v1"),
        unit: Some(Arc::from(format!("service.web-{:02}", number / 2))),
        action: Action::Create,
        fields: Vec::new(),
        conflicts: Vec::new(),
        judged: Judged::Server,
    };
    let changes = (0..objects).map(change).collect();
    Plan { cluster: Arc::from("prod-a"), changes, unread: Vec::new() }
}

fn on(tree: &mut Tree, number: usize, end: ObjectEnd) {
    let unit = Some(Arc::from(format!("service.web-{:02}", number / 2)));
    tree.on(&Event::Object { object: object("Deployment", &format!("web-{number:02}")), unit, end });
}

#[test]
fn a_tree_shows_what_is_under_way_below_its_unit() {
    let mut tree = Tree::of(&plan(4));
    assert_snapshot!(tree.block(80, 50), @"
    prod-a: beginning
      service.web-00  0/2
      service.web-01  0/2
    ");
    tree.on(&Event::Begun(Step::Writing { objects: 4 }));
    for number in 0..3 {
        on(&mut tree, number, ObjectEnd::Written);
    }
    let waits = Event::NotReady {
        object: object("Deployment", "web-00"),
        unit: Some(Arc::from("service.web-00")),
        why: Arc::from("1 of 3 replicas\nare available"),
    };
    tree.on(&waits);
    on(&mut tree, 2, ObjectEnd::Created);
    on(&mut tree, 3, ObjectEnd::Failed(Arc::from("\u{1b}[2Jno")));
    assert_snapshot!(tree.block(80, 50), @r"
    prod-a: writing 4 objects
      service.web-00  0/2
        shop/Deployment/web-00  1 of 3 replicas\nare available
        shop/Deployment/web-01  written
      service.web-01  1/2
        shop/Deployment/web-03  failed: \x1b[2Jno
    ");
    assert_snapshot!(tree.block(30, 50), @"
    prod-a: writing 4 objects
      service.web-00  0/2
        shop/Deployment/web-00  1 
        shop/Deployment/web-01  wr
      service.web-01  1/2
        shop/Deployment/web-03  fa
    ");
}

#[test]
fn a_tree_is_never_higher_than_a_terminal() {
    let mut tree = Tree::of(&plan(60));
    assert_eq!(tree.block(80, 50).lines().count(), 16);
    for number in 0..60 {
        on(&mut tree, number, ObjectEnd::Written);
    }
    assert_eq!(tree.block(80, 50).lines().count(), 16);
    for number in 0..58 {
        on(&mut tree, number, ObjectEnd::Created);
    }
    assert_snapshot!(tree.block(80, 50), @"
    prod-a: beginning
      29 units are done
      service.web-29  0/2
        shop/Deployment/web-58  written
        shop/Deployment/web-59  written
    ");
}
