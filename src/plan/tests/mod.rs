//! What is decided, from states made by hand.

mod decided;
mod ordered;
mod permitted;
mod planned;
mod pruned;
mod recorded;
mod rejected;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::cluster::Applying;
use crate::diagnostic::Diagnostic;
use crate::object::{Digest, FieldPath, Named, Object, ObjectRef};

const SECRET: &str = "hunter2-in-a-test";

/// One cluster: what is rendered, recorded and there.
struct Scene {
    rendered: Vec<(Object, BTreeSet<FieldPath>)>,
    state: LiveState,
    previews: BTreeMap<ObjectRef, Preview>,
    exact: bool,
    applying: Applying,
    deletes: Vec<Named>,
}

fn set() -> SetId {
    SetId::of("shop", &Arc::from("fleetwright"))
}

fn unread(why: &str) -> Unread {
    Unread { why: why.to_owned(), problem: Box::new(Diagnostic::error(super::codes::UNREAD, why)) }
}

fn object(value: Value) -> Object {
    Object::from_value(value).unwrap()
}

fn config(name: &str, data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "a"}, "data": data})
}

/// A rendered object as it is when fleetwright has applied it.
fn applied(rendered: &Value, uid: &str) -> Value {
    let mut live = rendered.clone();
    live["metadata"]["uid"] = json!(uid);
    live["metadata"]["labels"][PART_OF] = json!(set().as_str());
    let data: serde_json::Map<String, Value> = rendered["data"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| (format!("f:{key}"), json!({})))
        .collect();
    live["metadata"]["managedFields"] = json!([{
        "manager": "fleetwright", "operation": "Apply", "apiVersion": "v1",
        "fieldsV1": {"f:data": data, "f:metadata": {"f:labels": {format!("f:{PART_OF}"): {}}}},
    }]);
    live
}

impl Scene {
    /// Nothing is rendered; nothing is there but the kinds.
    fn new() -> Self {
        let kind = |group: &str, kind: &str, plural: &str, namespaced| {
            let api_version: Arc<str> =
                Arc::from(if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") });
            let served = Served {
                versions: vec![api_version.clone()],
                api_version,
                plural: Arc::from(plural),
                namespaced,
            };
            ((Arc::from(group), Arc::from(kind)), Kind::Listed { served, objects: BTreeMap::new() })
        };
        let kinds = [
            kind("", "ConfigMap", "configmaps", true),
            kind("", "Namespace", "namespaces", false),
            kind("", "Secret", "secrets", true),
            kind("", "PersistentVolumeClaim", "persistentvolumeclaims", true),
            kind("apps", "Deployment", "deployments", true),
            kind("security.istio.io", "PeerAuthentication", "peerauthentications", true),
            kind(
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration",
                "validatingwebhookconfigurations",
                false,
            ),
            kind("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false),
        ];
        let state = LiveState {
            uid: "u".to_owned(),
            record: Ok(Some(Record::new("shop", "prod-a", "u", [7; 32]))),
            kinds: kinds.into(),
            admission: Ok(Admission::default()),
        };
        Self {
            rendered: Vec::new(),
            state,
            previews: BTreeMap::new(),
            exact: false,
            applying: Applying::default(),
            deletes: Vec::new(),
        }
    }

    fn render(mut self, value: &Value) -> Self {
        self.rendered.push((object(value.clone()), BTreeSet::new()));
        self
    }

    fn live(mut self, value: &Value) -> Self {
        let reference = object(value.clone()).reference().clone();
        match self.state.kinds.get_mut(&(reference.group.clone(), reference.kind.clone())) {
            Some(Kind::Listed { objects, .. }) => objects.insert(reference, Live { object: value.clone() }),
            other => panic!("{other:?}"),
        };
        self
    }

    /// Records that `rendered` was applied and `live` returned.
    fn record(mut self, rendered: &Value, live: &Value) -> Self {
        let rendered = object(rendered.clone());
        let secrets = BTreeSet::new();
        let wanted = WantedObject { object: &rendered, secrets: &secrets, unit: "component.a", origin: None };
        let Some(Kind::Listed { served, .. }) = self.state.kind(rendered.reference()) else { panic!() };
        let live = Live { object: live.clone() };
        let entry = Entry::applied(&wanted, &live, served, self.state.admission.as_ref().ok());
        if let Ok(Some(record)) = &mut self.state.record {
            record.inventory.insert(rendered.reference().clone(), entry);
        }
        self
    }

    fn preview(mut self, value: &Value, preview: Preview) -> Self {
        self.previews.insert(object(value.clone()).reference().clone(), preview);
        self
    }

    fn rejects(
        self,
        value: &Value,
        code: u16,
        reason: &str,
        message: &str,
        causes: &[(&str, &str, &str)],
    ) -> Self {
        let cause = |(field, reason, message): &(&str, &str, &str)| Cause {
            field: (*field).to_owned(),
            reason: (*reason).to_owned(),
            message: (*message).to_owned(),
        };
        let causes = causes.iter().map(cause).collect();
        let rejection = Rejection { code, reason: reason.to_owned(), message: message.to_owned(), causes };
        self.preview(value, Preview::Rejected(rejection))
    }

    fn with(mut self, edit: impl FnOnce(&mut Self)) -> Self {
        edit(&mut self);
        self
    }

    fn unread(self, kind: (&str, &str)) -> Self {
        self.with(|scene| {
            scene
                .state
                .kinds
                .insert((kind.0.into(), kind.1.into()), Kind::Unread(unread("the server answered 503")));
        })
    }

    /// What is wanted, and what is decided.
    fn decided<T>(&self, tell: impl FnOnce(&Wanted<'_>, &Plan) -> T) -> T {
        let objects = self.rendered.iter().map(|(object, secrets)| WantedObject {
            object,
            secrets,
            unit: "component.a",
            origin: None,
        });
        let mut wanted = Wanted::new(&Arc::from("prod-a"), set(), objects);
        wanted.units.insert("component.a", &self.applying);
        wanted.deletes.clone_from(&self.deletes);
        let plan = build(&wanted, &self.state, &self.previews, None);
        tell(&wanted, &plan)
    }

    /// What stands in the way: a line for each part of each problem.
    fn blocked(&self, permit: &Permit) -> String {
        let mut told = String::new();
        self.decided(|wanted, plan| {
            for problem in plan.blockers(wanted, &self.state, permit).iter() {
                let Diagnostic { severity, code, message, notes, help, .. } = problem;
                writeln!(told, "{severity:?} {code}: {message}").unwrap();
                notes.iter().for_each(|note| writeln!(told, "  {note}").unwrap());
                help.iter().for_each(|help| writeln!(told, "  help: {help}").unwrap());
            }
        });
        assert!(!told.contains(SECRET), "{told}");
        told
    }

    /// What is asked, and what is decided: a line each.
    fn told(&self) -> String {
        let mut told = String::new();
        self.decided(|wanted, plan| {
            for ask in asks(wanted, &self.state, self.exact) {
                writeln!(told, "ask {}", ask.object).unwrap();
            }
            for change in &plan.changes {
                writeln!(told, "{}: {:?} {:?}", change.object, change.action, change.judged).unwrap();
                for field in &change.fields {
                    writeln!(told, "  {}: {:?} → {:?}", field.path, field.before, field.after).unwrap();
                }
                for conflict in &change.conflicts {
                    let Conflict { path, manager, held: _, theirs, ours } = conflict;
                    writeln!(told, "  conflict with {manager}: {path}: {theirs:?} → {ours:?}").unwrap();
                }
            }
            if !plan.is_complete() {
                let why: Vec<&str> = plan.unread.iter().map(|unread| unread.why.as_str()).collect();
                writeln!(told, "incomplete: {}", why.join(", ")).unwrap();
            }
        });
        assert!(!told.contains(SECRET), "{told}");
        told
    }
}
