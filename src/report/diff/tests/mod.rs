//! A diff with everything in it, and what holds of every format.

mod document;
mod everything;
mod look;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::diff::{Hidden, Path, Shown, Step, compare};
use crate::object::ObjectRef;
use crate::plan::{Conflict, Held, Judged};
use crate::report::text::Style;

/// `NAMESPACE/KIND/NAME`, or `KIND/NAME`.
fn object(name: &str) -> ObjectRef {
    let parts: Vec<&str> = name.split('/').collect();
    let (namespace, kind, name) = match parts.as_slice() {
        [kind, name] => (None, kind, name),
        [namespace, kind, name] => (Some(Arc::from(*namespace)), kind, name),
        _ => panic!("{name} names no object"),
    };
    let group = if *kind == "Deployment" { "apps" } else { "" };
    ObjectRef { group: group.into(), kind: (*kind).into(), namespace, name: (*name).into() }
}

/// A change with the fields that differ between two bodies.
fn change(name: &str, action: Action, before: Option<Value>, after: Option<Value>) -> Change {
    let object = object(name);
    Change {
        api_version: if &*object.group == "apps" { "apps/v1".into() } else { "v1".into() },
        unit: Some(format!("service.{}", object.name).into()),
        fields: compare(before.as_ref(), after.as_ref(), &Hidden::of(&object, [])),
        action,
        conflicts: Vec::new(),
        judged: Judged::Server,
        object,
    }
}

fn deployment(image: &str, replicas: u32, env: Value) -> Value {
    json!({
        "metadata": {"labels": {"app.kubernetes.io/name": "backend-a"}},
        "spec": {
            "replicas": replicas,
            "template": {"spec": {"containers": [{"name": "app", "image": image, "env": env}]}},
        },
    })
}

fn config(pool: u32, last: &str) -> Value {
    let lines = (1..=30).map(|number| match number {
        12 => format!("pool_size = {pool}\n"),
        number => format!("option_{number} = true\n"),
    });
    json!({"data": {"app.conf": lines.collect::<String>() + last, "mode": "fast"}})
}

fn with_conflict(mut change: Change) -> Change {
    let key = |name: &str| Step::Key(name.to_owned());
    change.conflicts.push(Conflict {
        path: Path(vec![key("spec"), key("replicas")]),
        manager: "kubectl-edit".to_owned(),
        held: Held::Object,
        theirs: Shown::Value(json!(7)),
        ours: Shown::Value(json!(3)),
    });
    change
}

const IMAGES: [&str; 2] =
    ["registry.example.com/shop/backend-a:2.3.1", "registry.example.com/shop/backend-a:2.4.0"];

/// The changes of one of the clusters a to d; a is the exception.
fn changes(cluster: &str) -> Vec<Change> {
    let is_a = cluster == "prod-a";
    let mut all = vec![
        change("Namespace/tools", Action::Create, None, Some(json!({"metadata": {"labels": {"team": "x"}}}))),
        Change {
            judged: Judged::Later("the namespace tools is created by the same run".into()),
            ..change(
                "tools/ConfigMap/settings",
                Action::Create,
                None,
                Some(json!({"data": {"zone": cluster, "banner": "one\ntwo\n"}})),
            )
        },
        change("backend/ConfigMap/app", Action::Update, Some(config(10, "end\n")), Some(config(20, "end"))),
        change(
            "backend/Secret/db",
            Action::Update,
            Some(json!({"data": {"password": "aHVudGVyMg==", "user": "eA=="}})),
            Some(json!({"data": {"password": "aHVudGVyMw==", "user": "eA==", "port": "eA=="}})),
        ),
        change(
            "backend/Deployment/backend-a",
            Action::Update,
            Some(deployment(IMAGES[0], 3, json!([{"name": "MODE", "value": "slow"}]))),
            Some(deployment(
                IMAGES[1],
                if is_a { 5 } else { 3 },
                json!([{"name": "MODE", "value": "fast"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": "t"}}}]),
            )),
        ),
        change("backend/Service/cache", Action::Unchanged, None, None),
    ];
    if is_a {
        all.push(with_conflict(change(
            "backend/Deployment/cache",
            Action::Update,
            Some(json!({"spec": {"replicas": 7, "paused": true}})),
            Some(json!({"spec": {"replicas": 3}})),
        )));
        all.push(change(
            "backend/Service/web",
            Action::Replace("spec.clusterIP: field is immutable".into()),
            Some(json!({"spec": {"clusterIP": "10.0.0.1"}})),
            Some(json!({"spec": {"clusterIP": "None"}})),
        ));
        all.push(change(
            "backend/ServiceAccount/web",
            Action::Adopt,
            Some(json!({})),
            Some(json!({"metadata": {"labels": {"team": "x"}}})),
        ));
        all.push(change(
            "backend/Deployment/bad",
            Action::Refused("spec.replicas: must be >= 0".into()),
            None,
            None,
        ));
        all.push(change(
            "Namespace/old",
            Action::Terminating("it is being deleted since 2026-01-01T00:00:00Z".into()),
            None,
            None,
        ));
        all.push(change(
            "backend/PersistentVolumeClaim/data",
            Action::Keep("a PersistentVolumeClaim is only deleted by name".into()),
            None,
            None,
        ));
        all.push(Change { unit: None, ..change("backend/ConfigMap/found", Action::Stray, None, None) });
        all.push(change(
            "backend/Ingress/web",
            Action::Unknown("the user may not read this (403 Forbidden)".into()),
            None,
            None,
        ));
        all.push(Change {
            judged: Judged::Approximately("the user may not ask for a dry run".into()),
            ..change(
                "backend/Role/web",
                Action::Update,
                Some(json!({"rules": []})),
                Some(json!({"rules": [{"verbs": ["get"]}]})),
            )
        });
        all.push(Change {
            judged: Judged::Approximately("the user may not ask for a dry run".into()),
            ..change("backend/Role/other", Action::Unchanged, None, None)
        });
    }
    all.push(change("backend/Deployment/old", Action::Delete, Some(json!({"spec": {"replicas": 1}})), None));
    all.push(change("backend/Service/old", Action::Delete, Some(json!({"spec": {}})), None));
    all
}

/// Everything that a diff can say.
struct Everything(Vec<(Arc<str>, Vec<Change>)>);

impl Everything {
    fn new() -> Self {
        let names = ["prod-a", "prod-b", "prod-c", "prod-d"];
        Self(names.iter().map(|name| (Arc::from(*name), changes(name))).collect())
    }

    fn clusters(&self) -> Vec<ClusterDiff<'_>> {
        self.0.iter().map(|(name, changes)| ClusterDiff::offline(name, changes)).collect()
    }

    fn diff(&self) -> Diff<'_> {
        let mut clusters = self.clusters();
        clusters[0].known = Known::Partly(["the user may not read this (403 Forbidden)".to_owned()].into());
        clusters.push(ClusterDiff::unread(
            &"edge-a".into(),
            "nobody listens at 127.0.0.1:6443 (connection refused)",
        ));
        clusters.push(ClusterDiff::refused(&"edge-b".into(), "its UID is another than the pinned one"));
        Diff::of("live", clusters)
    }
}

#[test]
fn no_differences_are_spoken_of_only_where_all_is_known() {
    let same = [change("ConfigMap/a", Action::Unchanged, None, None)];
    let unknown = [change("ConfigMap/a", Action::Unknown("nobody answers".into()), None, None)];
    let stray = [change("ConfigMap/a", Action::Stray, None, None)];
    let approximately =
        [Change { judged: Judged::Approximately("it may not be asked".into()), ..same[0].clone() }];
    let name: Arc<str> = "prod-a".into();
    let partly = ClusterDiff { known: Known::Partly(BTreeSet::new()), ..ClusterDiff::offline(&name, &same) };
    for (cluster, last) in [
        (ClusterDiff::offline(&name, &same), "no differences on 1 cluster; 1 unchanged"),
        (ClusterDiff::offline(&name, &[]), "no differences on 1 cluster"),
        (ClusterDiff::offline(&name, &stray), "no differences on 1 cluster; 1 astray"),
        (
            ClusterDiff::offline(&name, &approximately),
            "no differences on 1 cluster; 1 unchanged, 1 approximate",
        ),
        (ClusterDiff::offline(&name, &unknown), "1 cluster: not all could be compared; 1 unknown"),
        (partly, "1 cluster: not all could be compared; 1 unchanged; 1 cluster known in part"),
        (ClusterDiff::unread(&name, "x"), "1 cluster: not all could be compared; 1 cluster unknown"),
        (ClusterDiff::refused(&name, "x"), "1 cluster: not all could be compared; 1 cluster refused"),
    ] {
        let diff = Diff::of("live", vec![cluster]);
        let text = text::text(&diff, Style::default());
        assert_eq!(text.lines().last(), Some(last));
        let markdown = markdown::markdown(&diff);
        assert_eq!(markdown.lines().nth(2), Some(&*format!("**{last}**")));
        let document = json::Document::of(&diff, &Diagnostics::default(), &SourceMap::default());
        assert_eq!(document.complete, last.starts_with("no "), "{last}");
    }
}

#[test]
fn s07_no_format_lets_a_control_character_through() {
    let evil = "\u{1b}[2J\u{202e}\u{9b}\r\u{7}\u{200b}`|<b>@x\n```\n";
    let mut all = Vec::new();
    for action in [
        Action::Create,
        Action::Adopt,
        Action::Update,
        Action::Delete,
        Action::Stray,
        Action::Keep(evil.into()),
        Action::Refused(evil.into()),
        Action::Replace(evil.into()),
        Action::Unknown(evil.into()),
        Action::Terminating(evil.into()),
    ] {
        let name = format!("{evil}{}", all.len());
        let object = ObjectRef {
            group: evil.into(),
            kind: evil.into(),
            namespace: Some(evil.into()),
            name: name.into(),
        };
        let body = json!({ evil: [{"name": evil, "x": evil}], "b": evil, "c": {evil: evil}, "d": [evil] });
        let before = (action != Action::Create).then(|| json!({ evil: [{"name": evil, "x": 1}], "d": [1] }));
        for judged in [Judged::Approximately(evil.into()), Judged::Later(evil.into())] {
            let key = Path(vec![Step::Key(evil.into()), Step::Member(json!(evil))]);
            let conflict = Conflict {
                path: key,
                manager: evil.into(),
                held: Held::Object,
                theirs: Shown::Value(json!(evil)),
                ours: Shown::Absent,
            };
            all.push(Change {
                api_version: evil.into(),
                unit: Some(evil.into()),
                action: action.clone(),
                fields: compare(before.as_ref(), Some(&body), &Hidden::of(&object, [])),
                conflicts: vec![conflict],
                judged,
                object: object.clone(),
            });
        }
    }
    let clusters = vec![
        ClusterDiff::offline(&evil.into(), &all),
        ClusterDiff::unread(&format!("{evil}b").into(), evil),
        ClusterDiff::refused(&format!("{evil}c").into(), evil),
        ClusterDiff {
            known: Known::Partly([evil.to_owned()].into()),
            ..ClusterDiff::offline(&"d".into(), &all)
        },
    ];
    let diff = Diff::of(evil, clusters);
    let document = json::Document::of(&diff, &Diagnostics::default(), &SourceMap::default());
    for text in [
        text::text(&diff, Style::default()),
        markdown::markdown(&diff),
        crate::report::json::print(&document).unwrap(),
    ] {
        let found =
            text.chars().find(|c| *c != '\n' && (c.is_control() || ['\u{202e}', '\u{200b}'].contains(c)));
        assert_eq!(found, None, "{text}");
        assert!(text.contains("2J"));
    }
}
