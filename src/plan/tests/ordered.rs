//! In which order a plan is carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::cluster::Applying;

/// Units with what they come after, and what is done to their objects.
#[derive(Clone, Default)]
struct Fleet {
    units: BTreeMap<String, Applying>,
    objects: Vec<(String, Object, Action)>,
    live: Vec<Value>,
    /// Whether an earlier run has not ended.
    resumed: bool,
}

fn made(kind: (&str, &str), name: &str, rest: Value) -> Value {
    let version = if kind.0.is_empty() { "v1".to_owned() } else { format!("{}/v1", kind.0) };
    let mut object =
        json!({"apiVersion": version, "kind": kind.1, "metadata": {"name": name, "namespace": "a"}});
    let Value::Object(rest) = rest else { panic!() };
    object.as_object_mut().unwrap().extend(rest);
    object
}

fn istio(kind: &str, name: &str, spec: Value) -> Value {
    made(("networking.istio.io", kind), name, json!({ "spec": spec }))
}

fn rule(name: &str, subsets: &[&str]) -> Value {
    let subsets: Vec<Value> =
        subsets.iter().map(|name| json!({"name": name, "labels": {"v": name}})).collect();
    istio("DestinationRule", name, json!({"host": name, "subsets": subsets}))
}

fn routes(name: &str, host: &str) -> Value {
    istio(
        "VirtualService",
        name,
        json!({"hosts": [host], "http": [{"route": [{"destination": {"host": host}}]}]}),
    )
}

fn deployment(name: &str, mounts: &str) -> Value {
    let volumes = json!([{"name": "v", "configMap": {"name": mounts}}]);
    made(("apps", "Deployment"), name, json!({"spec": {"template": {"spec": {"volumes": volumes}}}}))
}

fn plain(kind: (&str, &str), name: &str) -> Value {
    made(kind, name, json!({}))
}

impl Fleet {
    fn unit(mut self, address: &str, depends_on: &[&str]) -> Self {
        let depends_on = depends_on.iter().map(|name| Arc::from(*name)).collect();
        self.units.insert(address.to_owned(), Applying { depends_on, ..Applying::default() });
        self
    }

    fn with(mut self, unit: &str, action: Action, value: &Value) -> Self {
        self.objects.push((unit.to_owned(), object(value.clone()), action));
        self
    }

    fn creates(self, unit: &str, value: &Value) -> Self {
        self.with(unit, Action::Create, value)
    }

    /// It is there so, and becomes so.
    fn updates(mut self, unit: &str, live: &Value, rendered: &Value) -> Self {
        self.live.push(live.clone());
        self.with(unit, Action::Update, rendered)
    }

    /// It is there as it is to be.
    fn holds(mut self, unit: &str, live: &Value) -> Self {
        self.live.push(live.clone());
        self.with(unit, Action::Unchanged, live)
    }

    /// An earlier run has not ended.
    fn resumed(self) -> Self {
        Self { resumed: true, ..self }
    }

    fn deletes(mut self, unit: &str, live: &Value) -> Self {
        self.live.push(live.clone());
        self.with(unit, Action::Delete, live)
    }

    fn steps(&self) -> (Plan, Steps) {
        let secrets = BTreeSet::new();
        let wanted = self.objects.iter().filter(|(_, _, action)| *action != Action::Delete);
        let wanted =
            wanted.map(|(unit, object, _)| WantedObject { object, secrets: &secrets, unit, origin: None });
        let mut wanted = Wanted::new(&Arc::from("prod-a"), set(), wanted);
        wanted.units = self.units.iter().map(|(address, applying)| (address.as_str(), applying)).collect();
        let mut state = Scene::new().state;
        if let (true, Ok(Some(record)), Ok(admission)) =
            (self.resumed, &mut state.record, &mut state.admission)
        {
            let release = Digest::of(&json!(1));
            let (id, by) = ("r".to_owned(), "somebody@there".to_owned());
            record.run = Some(Run { id, by, release, at: jiff::Timestamp::UNIX_EPOCH, phase: Phase::Failed });
            let name = "virtualservices.networking.istio.io".to_owned();
            admission.definitions.insert(name, "1".to_owned());
        }
        for value in &self.live {
            let reference = object(value.clone()).reference().clone();
            let served = Served {
                api_version: Arc::from("v1"),
                versions: Vec::new(),
                plural: Arc::from("x"),
                namespaced: true,
            };
            let key = (reference.group.clone(), reference.kind.clone());
            let kind = state.kinds.entry(key).or_insert(Kind::Listed { served, objects: BTreeMap::new() });
            let Kind::Listed { objects, .. } = kind else { panic!() };
            objects.insert(reference, Live { object: value.clone() });
        }
        let changes = self.objects.iter().map(|(unit, object, action)| Change {
            object: object.reference().clone(),
            api_version: Arc::from(object.api_version()),
            unit: Some(Arc::from(unit.as_str())),
            action: action.clone(),
            fields: Vec::new(),
            conflicts: Vec::new(),
            judged: Judged::Server,
        });
        let plan = Plan { cluster: Arc::from("prod-a"), changes: changes.collect(), unread: Vec::new() };
        let steps = steps(&plan, &wanted, &state);
        (plan, steps)
    }

    /// The waves, a line each.
    fn told(&self) -> String {
        let (plan, steps) = self.steps();
        let mut told = String::new();
        let Steps { foundation, writes, deletions, last } = &steps;
        for (name, waves) in
            [("foundation", foundation), ("write", writes), ("delete", deletions), ("last", last)]
        {
            for wave in waves {
                let named = |places: &[usize]| -> Vec<String> {
                    places.iter().map(|place| plan.changes[*place].object.short()).collect()
                };
                let before = match (wave.before, wave.after.as_slice()) {
                    (Before::Nothing, _) => String::new(),
                    (Before::Ready, []) => "(ready) ".to_owned(),
                    (Before::Ready, after) => format!("(ready, {} too) ", named(after).join(", ")),
                    (Before::Settled, _) => "(settled) ".to_owned(),
                };
                let objects = wave.changes.iter().map(|place| {
                    let kept: Vec<&str> = wave
                        .keeps
                        .get(place)
                        .into_iter()
                        .flatten()
                        .filter_map(|kept| kept["name"].as_str())
                        .collect();
                    let kept =
                        if kept.is_empty() { String::new() } else { format!(" keeping {}", kept.join(" ")) };
                    format!("{}{kept}", plan.changes[*place].object.short())
                });
                writeln!(told, "{name} {before}{}", objects.collect::<Vec<_>>().join(", ")).unwrap();
            }
        }
        told
    }
}

#[test]
fn units_wait_for_those_they_come_after_and_kinds_for_one_another() {
    let fleet = Fleet::default()
        .unit("component.base", &[])
        .unit("component.each[a.b]", &["base", "elsewhere"])
        .unit("service.web", &["each"])
        .creates("service.web", &deployment("web", "web"))
        .creates("service.web", &plain(("", "ConfigMap"), "web"))
        .creates("component.each[a.b]", &plain(("", "ConfigMap"), "each"))
        .creates("component.base", &plain(("apps", "Deployment"), "base"))
        .creates("component.base", &plain(("", "Service"), "base"))
        .creates(
            "component.base",
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}),
        )
        .creates(
            "service.web",
            &json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.com"}}),
        );
    assert_snapshot!(fleet.told(), @"
    foundation CustomResourceDefinition/things.example.com
    foundation Namespace/a
    write Service/base
    write Deployment/base
    write (ready) ConfigMap/each
    write (ready) ConfigMap/web
    write Deployment/web
    ");
    // Nothing is written that `web` waits for, directly or not.
    let only = Fleet {
        objects: fleet.objects.iter().filter(|(unit, ..)| unit == "service.web").cloned().collect(),
        ..fleet.clone()
    };
    assert_snapshot!(only.told(), @"
    foundation CustomResourceDefinition/things.example.com
    write ConfigMap/web
    write Deployment/web
    ");
    // What lies between is not written.
    let ends = Fleet {
        objects: fleet.objects.iter().filter(|(unit, ..)| unit != "component.each[a.b]").cloned().collect(),
        ..fleet
    };
    assert_snapshot!(ends.told(), @"
    foundation CustomResourceDefinition/things.example.com
    foundation Namespace/a
    write Service/base
    write Deployment/base
    write (ready) ConfigMap/web
    write Deployment/web
    ");
}

#[test]
fn what_a_unit_comes_after_is_ready_before_it_whoever_wrote_it() {
    let job = plain(("batch", "Job"), "migrate");
    let units = Fleet::default()
        .unit("component.base", &[])
        .unit("component.migrate", &["base"])
        .unit("component.other", &[])
        .unit("service.web", &["migrate"]);
    let web = deployment("web", "web");
    let fleet = units
        .clone()
        .holds("component.base", &plain(("", "Service"), "base"))
        .holds("component.migrate", &job)
        .holds("component.other", &plain(("", "Service"), "other"))
        .holds("service.web", &plain(("", "ConfigMap"), "web"))
        .updates("service.web", &web, &web);
    assert_snapshot!(fleet.told(), @"write (ready, Service/base, Job/migrate too) Deployment/web");
    // One part of it is written, and the other is not.
    let partly = units
        .creates("component.migrate", &job)
        .holds("component.migrate", &plain(("", "ConfigMap"), "migrate"))
        .creates("service.web", &web);
    assert_snapshot!(partly.told(), @"
    write Job/migrate
    write (ready, ConfigMap/migrate too) Deployment/web
    ");
}

#[test]
fn what_an_earlier_run_wrote_is_ready_before_what_shuts_others_out() {
    let config = |policy: &str| {
        let webhooks = json!([{"name": "w.example.com", "failurePolicy": policy,
            "clientConfig": {"service": {"name": "hooks", "namespace": "a"}}}]);
        let kind = ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration");
        made(kind, "web", json!({ "webhooks": webhooks }))
    };
    let strict = |mode: &str| {
        let kind = ("security.istio.io", "PeerAuthentication");
        made(kind, "default", json!({"spec": {"mtls": {"mode": mode}}}))
    };
    let there = || {
        Fleet::default()
            .holds("service.hooks", &plain(("", "Service"), "hooks"))
            .holds("service.web", &deployment("web", "web"))
            .holds("service.other", &deployment("other", "other"))
    };
    let told = [
        there().creates("service.web", &config("Fail")),
        there().creates("service.web", &config("Fail")).resumed(),
        there().updates("service.web", &config("Ignore"), &config("Fail")),
        there().creates("service.mesh", &strict("STRICT")).resumed(),
        there().updates("service.mesh", &strict("PERMISSIVE"), &strict("STRICT")).resumed(),
    ];
    assert_snapshot!(told.map(|fleet| fleet.told()).join(""), @"
    write (ready, Service/hooks, Deployment/web too) ValidatingWebhookConfiguration/web
    write (ready, Service/hooks, Deployment/web, Deployment/other too) ValidatingWebhookConfiguration/web
    write (ready, Service/hooks, Deployment/web too) ValidatingWebhookConfiguration/web
    write (ready, Service/hooks, Deployment/web, Deployment/other too) PeerAuthentication/default
    write (ready, Service/hooks, Deployment/web, Deployment/other too) PeerAuthentication/default
    ");
    // What shuts others out already, or lets them in, waits for nobody: it may be what mends them.
    let told = [
        there().updates("service.web", &config("Fail"), &config("Ignore")).resumed(),
        there().updates("service.web", &config("Fail"), &config("Fail")).resumed(),
        there().creates("service.web", &config("Ignore")).resumed(),
        there().updates("service.mesh", &strict("STRICT"), &strict("PERMISSIVE")).resumed(),
    ];
    assert_snapshot!(told.map(|fleet| fleet.told()).join(""), @"
    write ValidatingWebhookConfiguration/web
    write ValidatingWebhookConfiguration/web
    write ValidatingWebhookConfiguration/web
    write PeerAuthentication/default
    ");
}

#[test]
fn f102_proxies_learn_of_what_an_earlier_run_did() {
    let route = routes("web", "web");
    let rules = rule("web", &["v1"]);
    // The route is as it is to be, since the earlier run.
    let gone = Fleet::default().holds("service.web", &route).deletes("service.web", &rules);
    assert_snapshot!(gone.told(), @"delete DestinationRule/web");
    assert_snapshot!(gone.resumed().told(), @"delete (settled) DestinationRule/web");
    let led = Fleet::default().holds("service.web", &rules).creates("service.web", &route);
    assert_snapshot!(led.clone().told(), @"write VirtualService/web");
    assert_snapshot!(led.resumed().told(), @"write (settled) VirtualService/web");
    let less = Fleet::default().holds("service.web", &route).updates(
        "service.web",
        &rule("web", &["v1", "v2"]),
        &rule("web", &["v2"]),
    );
    assert_snapshot!(less.told(), @"write DestinationRule/web");
    assert_snapshot!(less.resumed().told(), @"write (settled) DestinationRule/web");
}

#[test]
fn a_circle_of_units_ends() {
    let fleet = Fleet::default()
        .unit("service.a", &["b"])
        .unit("service.b", &["a"])
        .creates("service.a", &plain(("", "ConfigMap"), "a"))
        .creates("service.b", &plain(("", "ConfigMap"), "b"));
    assert_eq!(fleet.told().lines().count(), 1);
}

#[test]
fn inv15_what_an_object_names_comes_forward_to_it() {
    let fleet = Fleet::default()
        .unit("service.web", &[])
        .unit("component.late", &["web"])
        .creates("service.web", &deployment("web", "shared"))
        .creates("component.late", &plain(("", "ConfigMap"), "shared"))
        .creates("component.late", &plain(("", "ConfigMap"), "own"));
    assert_snapshot!(fleet.told(), @"
    write ConfigMap/shared
    write Deployment/web
    write (ready) ConfigMap/own
    ");
}

#[test]
fn f102_subsets_are_there_before_routes_and_go_after_them() {
    let settled = Fleet::default()
        .creates("service.web", &rule("web", &["v1"]))
        .creates("service.web", &routes("web", "web"));
    assert_snapshot!(settled.told(), @"
    write DestinationRule/web
    write (settled) VirtualService/web
    ");
    let gone = Fleet::default()
        .deletes("service.web", &rule("web", &["v1"]))
        .deletes("service.web", &routes("web", "web"))
        .deletes("service.web", &plain(("apps", "Deployment"), "web"));
    assert_snapshot!(gone.told(), @"
    delete VirtualService/web
    delete (settled) Deployment/web
    delete DestinationRule/web
    ");
    // The routes stay and lead elsewhere.
    let moved = Fleet::default()
        .updates("service.web", &routes("web", "web"), &routes("web", "other"))
        .deletes("service.web", &rule("web", &["v1"]));
    assert_snapshot!(moved.told(), @"
    write VirtualService/web
    delete (settled) DestinationRule/web
    ");
}

#[test]
fn f102_a_subset_goes_after_the_routes_that_used_it() {
    let (old, new) = (rule("web", &["v1", "v2"]), rule("web", &["v2"]));
    let less = || Fleet::default().updates("service.web", &old, &new);
    assert_snapshot!(less().told(), @"write DestinationRule/web");
    let route = routes("web", "web");
    assert_snapshot!(less().updates("service.web", &route, &route).told(), @"
    write VirtualService/web
    write (settled) DestinationRule/web
    ");
    assert_snapshot!(less().deletes("service.web", &route).told(), @"
    delete VirtualService/web
    last (settled) DestinationRule/web
    ");
    // One comes and another goes.
    let other = rule("web", &["v2", "v3"]);
    let fleet = Fleet::default().updates("service.web", &old, &other).updates("service.web", &route, &route);
    assert_snapshot!(fleet.told(), @"
    write DestinationRule/web keeping v1
    write (settled) VirtualService/web
    write (settled) DestinationRule/web
    ");
    let (_, steps) = fleet.steps();
    let body = |wave: &Wave| wave.body(wave.changes[0], other.clone())["spec"]["subsets"].clone();
    let names: Vec<String> = [&steps.writes[0], steps.writes.last().unwrap()]
        .iter()
        .map(|wave| {
            body(wave)
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["name"].as_str().unwrap())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(names, ["v2 v3 v1", "v2 v3"]);
}

#[test]
fn f104_what_shuts_others_out_comes_when_all_else_is_ready() {
    let fleet = Fleet::default()
        .creates(
            "component.mesh",
            &made(
                ("security.istio.io", "PeerAuthentication"),
                "default",
                json!({"spec": {"mtls": {"mode": "STRICT"}}}),
            ),
        )
        .creates("service.web", &plain(("apps", "Deployment"), "web"))
        .creates(
            "service.web",
            &plain(("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"), "web"),
        )
        .creates("service.web", &plain(("apiregistration.k8s.io", "APIService"), "web"));
    assert_snapshot!(fleet.told(), @"
    write Deployment/web
    write (ready) PeerAuthentication/default
    write (ready) ValidatingWebhookConfiguration/web
    write (ready) APIService/web
    ");
    // There is nothing to wait for.
    let alone = Fleet { objects: fleet.objects.iter().take(1).cloned().collect(), ..fleet };
    assert_snapshot!(alone.told(), @"write PeerAuthentication/default");
}

#[test]
fn what_is_deleted_goes_the_other_way_and_namespaces_at_the_end() {
    let fleet = Fleet::default()
        .unit("component.base", &[])
        .unit("service.web", &["base"])
        .deletes("service.web", &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}))
        .deletes("service.web", &plain(("", "ConfigMap"), "shared"))
        .deletes("component.base", &plain(("apps", "Deployment"), "base"))
        .deletes("component.base", &plain(("", "ServiceAccount"), "base"))
        // Its unit is no longer there.
        .deletes("service.gone", &deployment("gone", "shared"));
    assert_snapshot!(fleet.told(), @"
    delete Deployment/base, Deployment/gone
    delete ConfigMap/shared
    delete ServiceAccount/base
    delete Namespace/a
    ");
}

#[test]
fn inv15_every_way_of_naming_an_object_counts() {
    let pod = json!({
        "serviceAccountName": "account", "priorityClassName": "first", "imagePullSecrets": [{"name": "pull"}],
        "volumes": [
            {"name": "1", "secret": {"secretName": "volume"}}, {"name": "2", "persistentVolumeClaim": {"claimName": "claim"}},
            {"name": "3", "projected": {"sources": [{"configMap": {"name": "projected"}}, {"secret": {"name": "source"}}]}},
        ],
        "containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "all"}}, {"secretRef": {"name": "every"}}],
            "env": [{"name": "E", "valueFrom": {"secretKeyRef": {"name": "one", "key": "k"}}}]}],
    });
    let template = json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}});
    let service = |name: &str| json!({"service": {"name": name, "port": {"number": 1}}});
    let table = [
        (
            made(("batch", "CronJob"), "x", template),
            "ConfigMap/all, ConfigMap/projected, PersistentVolumeClaim/claim, Secret/every, Secret/one, Secret/pull, Secret/source, Secret/volume, ServiceAccount/account, PriorityClass/first",
        ),
        (
            made(
                ("autoscaling", "HorizontalPodAutoscaler"),
                "x",
                json!({"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "s"}}}),
            ),
            "StatefulSet/s",
        ),
        (
            made(
                ("keda.sh", "ScaledObject"),
                "x",
                json!({"spec": {"scaleTargetRef": {"name": "d"}, "triggers": [{"authenticationRef": {"name": "t"}}]}}),
            ),
            "Deployment/d, TriggerAuthentication/t",
        ),
        (
            made(
                ("rbac.authorization.k8s.io", "RoleBinding"),
                "x",
                json!({"roleRef": {"kind": "ClusterRole", "name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "s", "namespace": "b"}, {"kind": "User", "name": "u"}]}),
            ),
            "ServiceAccount/s, ClusterRole/r",
        ),
        (
            made(
                ("networking.k8s.io", "Ingress"),
                "x",
                json!({"spec": {"defaultBackend": service("d"), "rules": [{"http": {"paths": [{"backend": service("p")}]}}], "tls": [{"secretName": "t"}]}}),
            ),
            "Secret/t, Service/d, Service/p",
        ),
        (
            made(
                ("gateway.networking.k8s.io", "HTTPRoute"),
                "x",
                json!({"spec": {"parentRefs": [{"name": "g", "namespace": "b"}], "rules": [{"backendRefs": [{"name": "s"}]}]}}),
            ),
            "Service/s, Gateway/g",
        ),
        (
            made(
                ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
                "x",
                json!({"webhooks": [{"clientConfig": {"service": {"name": "s", "namespace": "b"}}}]}),
            ),
            "Service/s",
        ),
        (
            made(
                ("apiregistration.k8s.io", "APIService"),
                "x",
                json!({"spec": {"service": {"name": "s", "namespace": "b"}}}),
            ),
            "Service/s",
        ),
        (made(("apps", "StatefulSet"), "x", json!({"spec": {"serviceName": "s"}})), "Service/s"),
        (made(("example.com", "Thing"), "x", json!({"spec": {"configMap": {"name": "c"}}})), ""),
    ];
    for (value, expected) in table {
        let named = super::super::needs::needs(object(value.clone()).reference(), &value);
        let named: Vec<String> = named
            .iter()
            .map(|need| match need {
                super::super::needs::Need::Object(object) => object.short(),
                super::super::needs::Need::Rules(host) => host.clone(),
            })
            .collect();
        assert_eq!(named.join(", "), expected, "{value}");
    }
}

/// Kinds, each with those of the same name that it names.
const MENU: [(&str, &[usize]); 10] = [
    ("ConfigMap", &[]),
    ("Role", &[]),
    ("Service", &[]),
    ("DestinationRule", &[]),
    ("Gateway", &[]),
    ("Deployment", &[0]),
    ("RoleBinding", &[1]),
    ("VirtualService", &[3, 4]),
    ("HorizontalPodAutoscaler", &[5]),
    ("APIService", &[2]),
];

fn of_menu(kind: usize, name: &str) -> Value {
    const RBAC: &str = "rbac.authorization.k8s.io";
    match MENU[kind].0 {
        "ConfigMap" => plain(("", "ConfigMap"), name),
        "Role" => plain((RBAC, "Role"), name),
        "Service" => plain(("", "Service"), name),
        "DestinationRule" => rule(name, &["v1"]),
        "Gateway" => istio("Gateway", name, json!({})),
        "Deployment" => deployment(name, name),
        "RoleBinding" => {
            made((RBAC, "RoleBinding"), name, json!({"roleRef": {"kind": "Role", "name": name}}))
        }
        "VirtualService" => istio(
            "VirtualService",
            name,
            json!({"gateways": [name], "http": [{"route": [{"destination": {"host": name}}]}]}),
        ),
        "HorizontalPodAutoscaler" => made(
            ("autoscaling", "HorizontalPodAutoscaler"),
            name,
            json!({"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}}}),
        ),
        _ => made(
            ("apiregistration.k8s.io", "APIService"),
            name,
            json!({"spec": {"service": {"name": name, "namespace": "a"}}}),
        ),
    }
}

proptest! {
    #[test]
    fn inv15_nothing_is_there_before_what_it_names_and_nothing_outlives_it(
        objects in prop::collection::btree_map((0..MENU.len(), 0..4usize), (0..5usize, any::<bool>()), 1..40),
        depends in prop::collection::vec((0..5usize, 0..5usize), 0..8),
        seed in any::<u64>(),
    ) {
        let mut fleet = Fleet::default();
        for unit in 0..5usize {
            let names: Vec<String> = depends.iter().filter(|(from, to)| *from == unit && to < from).map(|(_, to)| format!("u{to}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            fleet = fleet.unit(&format!("service.u{unit}"), &names);
        }
        for ((kind, name), (unit, is_gone)) in &objects {
            let value = of_menu(*kind, &format!("n{name}"));
            let unit = format!("service.u{unit}");
            fleet = if *is_gone { fleet.deletes(&unit, &value) } else { fleet.creates(&unit, &value) };
        }
        let (plan, steps) = fleet.steps();
        let wave_of = |waves: &[Wave]| -> BTreeMap<ObjectRef, usize> {
            waves.iter().enumerate().flat_map(|(at, wave)| wave.changes.iter().map(move |place| (at, *place))).map(|(at, place)| (plan.changes[place].object.clone(), at)).collect()
        };
        let (written, deleted) = (wave_of(&steps.writes), wave_of(&steps.deletions));
        let count = |gone: bool| objects.values().filter(|(_, is_gone)| *is_gone == gone).count();
        prop_assert_eq!((written.len(), deleted.len()), (count(false), count(true)));
        let reference = |kind: usize, name: usize| object(of_menu(kind, &format!("n{name}"))).reference().clone();
        for (kind, name) in objects.keys() {
            let this = reference(*kind, *name);
            for other in MENU[*kind].1 {
                let named = reference(*other, *name);
                if let (Some(this), Some(named)) = (written.get(&this), written.get(&named)) {
                    prop_assert!(named < this);
                }
                if let (Some(this), Some(named)) = (deleted.get(&this), deleted.get(&named)) {
                    prop_assert!(this < named);
                }
            }
        }
        // The order in which files and blocks are written means nothing.
        let mut shuffled = fleet.clone();
        let mut random = seed;
        shuffled.objects.sort_by_cached_key(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            random >> 33
        });
        prop_assert_eq!(shuffled.told(), fleet.told());
    }
}
