//! What is compared, how lists are matched, and what is hidden.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::left_out::normalised;
use super::*;
use crate::object::{FieldPath, MASK, ObjectRef};

fn object(kind: &str) -> ObjectRef {
    ObjectRef { group: "".into(), kind: kind.into(), namespace: None, name: "a".into() }
}

fn nothing() -> Hidden {
    Hidden::of(&object("ConfigMap"), [])
}

fn paths(paths: &[&[&str]]) -> Vec<FieldPath> {
    paths.iter().map(|path| path.iter().map(|step| (*step).to_owned()).collect()).collect()
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Absent => "–".to_owned(),
        Shown::Value(value) => value.to_string(),
        Shown::Hidden => "hidden".to_owned(),
    }
}

/// `PATH: BEFORE → AFTER`, a line for each change.
fn lines(before: &Value, after: &Value, hidden: &Hidden) -> Vec<String> {
    compare(Some(before), Some(after), hidden)
        .iter()
        .map(|change| format!("{}: {} → {}", change.path, shown(&change.before), shown(&change.after)))
        .collect()
}

fn spec(before: Value, after: Value) -> Vec<String> {
    lines(&json!({ "s": before }), &json!({ "s": after }), &nothing())
}

#[test]
fn what_servers_and_fleetwright_write_is_left_out_and_nothing_else() {
    let before = json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "labels": {"x": "y"}}});
    let after = json!({
        "apiVersion": "v2", "kind": "B", "status": {"ready": true},
        "metadata": {
            "name": "b", "namespace": "c", "uid": "1", "resourceVersion": "2", "generation": 3, "selfLink": "/",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "managedFields": [{"manager": "x"}],
            "labels": {"x": "y", "applyset.kubernetes.io/part-of": "applyset-x-v1"},
            "annotations": {"fleetwright.dev/at": "now"},
        },
    });
    assert_eq!(lines(&before, &after, &nothing()), [""; 0]);
    let bare = json!({"kind": "A"});
    let ours = json!({"metadata": {"name": "a", "labels": {"applyset.kubernetes.io/part-of": "x"}}});
    assert_eq!(lines(&bare, &ours, &nothing()), [""; 0]);

    let others = json!({
        "spec": {"status": 1, "metadata": {"name": "x", "uid": "y"}},
        "metadata": {
            "finalizers": ["a"], "deletionTimestamp": "x", "ownerReferences": [], "generateName": "a-",
            "labels": {"fleetwright.dev/x": "y"}, "annotations": {"applyset.kubernetes.io/part-of": "x"},
        },
    });
    let created = compare(Some(&json!({})), Some(&others), &nothing());
    let keys: Vec<String> = created.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(keys, ["metadata", "spec"]);
    assert_eq!(normalised(&others), others);
    // A map that is empty of itself is a value.
    assert_eq!(
        lines(&json!({"metadata": {"labels": {}, "x": 1}}), &json!({"metadata": {"x": 1}}), &nothing()),
        ["metadata.labels: {} → –"]
    );
}

#[test]
fn an_object_on_one_side_is_one_change() {
    let body = json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}, "data": {"x": "y"}});
    for (before, after, text) in
        [(None, Some(&body), r#"–|{"data":{"x":"y"}}"#), (Some(&body), None, r#"{"data":{"x":"y"}}|–"#)]
    {
        let changes = compare(before, after, &nothing());
        let [change] = changes.as_slice() else { panic!("{}", changes.len()) };
        assert_eq!(change.path.to_string(), "");
        assert_eq!(format!("{}|{}", shown(&change.before), shown(&change.after)), text);
    }
    assert_eq!(compare(None, None, &nothing()), []);
}

#[test]
fn maps_are_compared_key_by_key() {
    for (before, after, expected) in [
        (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), vec![]),
        (json!({"a": {"b": {"c": 1}}}), json!({"a": {"b": {"c": 2}}}), vec!["s.a.b.c: 1 → 2"]),
        (json!({}), json!({"a": {"b": 1, "c": [2]}}), vec![r#"s.a: – → {"b":1,"c":[2]}"#]),
        (json!({"a": null}), json!({}), vec!["s.a: null → –"]),
        (json!({"a": 1}), json!({"a": 1.0}), vec!["s.a: 1 → 1.0"]),
        (json!({"a": "1"}), json!({"a": 1}), vec![r#"s.a: "1" → 1"#]),
        (json!({"a": {"b": 1}}), json!({"a": [1]}), vec![r#"s.a: {"b":1} → [1]"#]),
        (json!({"a.b/c": 1}), json!({"a.b/c": 2}), vec![r#"s["a.b/c"]: 1 → 2"#]),
    ] {
        assert_eq!(spec(before, after), expected);
    }
}

#[test]
fn items_are_matched_by_what_names_them() {
    let port = |port: u16, protocol: &str, name: &str| json!({"containerPort": port, "protocol": protocol, "x": name});
    for (before, after, expected) in [
        (
            json!([{"name": "a", "image": "1"}, {"name": "b"}]),
            json!([{"name": "a", "image": "2"}, {"name": "b"}]),
            vec!["s[name=a].image: \"1\" → \"2\""],
        ),
        (
            json!([{"name": "a"}]),
            json!([{"name": "b", "x": 1}, {"name": "a"}]),
            vec![r#"s[name=b]: – → {"name":"b","x":1}"#],
        ),
        (
            json!([{"name": "a", "x": 1}, {"name": "b"}, {"name": "c"}]),
            json!([{"name": "b"}, {"name": "a", "x": 2}]),
            vec![
                "s[name=a].x: 1 → 2",
                r#"s[name=c]: {"name":"c"} → –"#,
                r#"s[order]: ["a","b","c"] → ["b","a"]"#,
            ],
        ),
        (
            json!([port(53, "UDP", "a"), port(53, "TCP", "a")]),
            json!([port(53, "UDP", "b"), port(53, "TCP", "a")]),
            vec![r#"s[containerPort=53,protocol=UDP].x: "a" → "b""#],
        ),
        (
            json!([port(53, "UDP", "a"), port(53, "TCP", "a")]),
            json!([port(53, "TCP", "a"), port(53, "UDP", "a")]),
            vec![concat!(
                r#"s[order]: [{"containerPort":53,"protocol":"UDP"},{"containerPort":53,"protocol":"TCP"}] → "#,
                r#"[{"containerPort":53,"protocol":"TCP"},{"containerPort":53,"protocol":"UDP"}]"#
            )],
        ),
        // The same value under a name twice, and none: what counts is the place.
        (
            json!([{"name": "a"}, {"name": "a"}]),
            json!([{"name": "a"}, {"name": "a"}, {"name": "a"}]),
            vec![r#"s[2]: – → {"name":"a"}"#],
        ),
        (json!([{"x": 1}, {"x": 2}]), json!([{"x": 0}, {"x": 1}, {"x": 2}]), vec![r#"s[0]: – → {"x":0}"#]),
        (json!([{"x": 1}, {"x": 2}]), json!([{"x": 2}]), vec![r#"s[0]: {"x":1} → –"#]),
        (
            json!([{"name": 1}]),
            json!([{"name": "1"}]),
            vec![r#"s[name=1]: {"name":1} → –"#, r#"s[name="1"]: – → {"name":"1"}"#],
        ),
        (json!([]), json!([{"name": "a"}]), vec![r#"s: [] → [{"name":"a"}]"#]),
        (json!([[1, 2], [3]]), json!([[1, 2], [4]]), vec!["s[1][=3]: 3 → –", "s[1][=4]: – → 4"]),
    ] {
        assert_eq!(spec(before, after), expected);
    }
}

#[test]
fn scalars_are_members_where_their_order_is_kept() {
    for (before, after, expected) in [
        (json!(["a", "b"]), json!(["a", "c/d"]), vec![r#"s[=b]: "b" → –"#, r#"s[="c/d"]: – → "c/d""#]),
        (json!(["a", "b", "c"]), json!(["c", "a"]), vec![r#"s: ["a","b","c"] → ["c","a"]"#]),
        (json!(["a", "a"]), json!(["a"]), vec![r#"s[1]: "a" → –"#]),
        (json!(["a", 1, {"b": 1}]), json!(["a", 2, {"b": 1}]), vec!["s[1]: 1 → 2"]),
    ] {
        assert_eq!(spec(before, after), expected);
    }
    let args = |args: Value| json!({ "args": args });
    let changes =
        lines(&args(json!(["-l", "1", "-p", "2"])), &args(json!(["-v", "-l", "1", "-p", "3"])), &nothing());
    assert_eq!(changes, [r#"args[0]: – → "-v""#, r#"args[4]: "2" → "3""#]);
}

#[test]
fn s01_values_of_secrets_are_hidden_and_their_keys_are_not() {
    let hidden = Hidden::of(&object("Secret"), []);
    let secret = |data: Value| json!({"data": data, "type": "Opaque"});
    for (before, after, expected) in [
        (
            json!({"a": "aHVudGVyMg==", "b": "eA==", "c": "eQ=="}),
            json!({"a": "cGFzcw==", "b": "eA==", "d": "eA=="}),
            vec!["data.a: hidden → hidden", "data.c: hidden → –", "data.d: – → hidden"],
        ),
        (json!({"a": {"hunter2": "x"}}), json!({"a": {"hunter3": "x"}}), vec!["data.a: hidden → hidden"]),
        (json!("hunter2"), json!(["hunter2"]), vec![r#"data: hidden → ["(sensitive)"]"#]),
        (json!(["hunter2"]), json!(["hunter3"]), vec!["data[0]: hidden → hidden"]),
        (json!(null), json!({"a": "x"}), vec![r#"data: hidden → {"a":"(sensitive)"}"#]),
    ] {
        assert_eq!(lines(&secret(before), &secret(after), &hidden), expected);
    }
    let created = compare(None, Some(&json!({"stringData": {"a": "hunter2"}, "type": "x"})), &hidden);
    assert_eq!(created[0].after, Shown::Value(json!({"stringData": {"a": MASK}, "type": "x"})));
    assert!(hidden.is_secret() && !nothing().is_secret());
    // Only the Secret of the core group is one.
    let other = ObjectRef { group: "example.com".into(), ..object("Secret") };
    assert_eq!(
        lines(&secret(json!({"a": 1})), &secret(json!({"a": 2})), &Hidden::of(&other, [])),
        ["data.a: 1 → 2"]
    );
}

#[test]
fn s02_what_kubectl_repeats_is_hidden_whatever_its_form() {
    const NAME: &str = "kubectl.kubernetes.io/last-applied-configuration";
    let with = |value: &Value| json!({"metadata": {"annotations": {NAME: value, "x": "y"}}});
    for value in [
        json!("{\"data\":{\"a\":\"hunter2\"}}"),
        json!("{hunter2"),
        json!({"hunter2": 1}),
        json!(["hunter2"]),
    ] {
        let path = format!("metadata.annotations[\"{NAME}\"]");
        let without = json!({"metadata": {"annotations": {"x": "y"}}});
        assert_eq!(lines(&with(&value), &without, &nothing()), [format!("{path}: hidden → –")]);
        assert_eq!(lines(&without, &with(&value), &nothing()), [format!("{path}: – → hidden")]);
        assert_eq!(
            lines(&with(&value), &with(&json!("x")), &nothing()),
            [format!("{path}: hidden → hidden")]
        );
        let created = compare(None, Some(&with(&value)), &nothing());
        assert_eq!(created[0].after, Shown::Value(with(&json!(MASK))));
    }
    let text = json!({"metadata": {"annotations": "hunter2"}});
    assert_eq!(lines(&text, &json!({}), &nothing()), [r#"metadata: {"annotations":"(sensitive)"} → –"#]);
}

#[test]
fn secret_paths_fit_objects_whose_lists_differ() {
    let hidden = Hidden::of(
        &object("A"),
        &paths(&[
            &["spec", "env", "1", "value"],
            &["spec", "map"],
            &["spec", "hosts", "0"],
            &["spec", "n", "0", "name"],
        ]),
    );
    let env = |items: Value| json!({"spec": {"env": items}});
    // The item stands elsewhere in the live object; and the item that names the secret is not the first.
    assert_eq!(
        lines(
            &env(json!([{"name": "P", "value": "hunter2"}])),
            &env(json!([{"name": "L", "value": "x"}, {"name": "P", "value": "hunter3"}])),
            &hidden
        ),
        [
            "spec.env[name=P].value: hidden → hidden",
            r#"spec.env[name=L]: – → {"name":"L","value":"(sensitive)"}"#
        ]
    );
    let spec = |spec: Value| json!({ "spec": spec });
    for (before, after, expected) in [
        (json!({"map": {"a": {"hunter2": 1}}}), json!({"map": {"a": 1}}), vec!["spec.map: hidden → hidden"]),
        // Another form than the one that was rendered.
        (json!({"env": "hunter2"}), json!({"env": []}), vec!["spec.env: hidden → []"]),
        (json!({"env": ["hunter2"]}), json!({"env": ["x", "hunter2"]}), vec!["spec.env[0]: – → hidden"]),
        (
            json!({"hosts": ["hunter2", "x"]}),
            json!({"hosts": ["hunter3", "x"]}),
            vec!["spec.hosts[0]: hidden → hidden"],
        ),
        // What is hidden names no item.
        (
            json!({"n": [{"name": "hunter2", "x": 1}]}),
            json!({"n": [{"name": "hunter3", "x": 2}]}),
            vec!["spec.n[0].name: hidden → hidden", "spec.n[0].x: 1 → 2"],
        ),
    ] {
        assert_eq!(lines(&spec(before), &spec(after), &hidden), expected);
    }
    let whole = Hidden::of(&object("A"), &paths(&[&[]]));
    assert_eq!(lines(&spec(json!(1)), &spec(json!(2)), &whole), [": hidden → hidden"]);
}

#[test]
fn a_value_and_a_path_from_elsewhere_are_masked_alike() {
    let hidden = Hidden::of(&object("A"), &paths(&[&["a", "0"], &["b", "0", "name"], &["c", "d"]]));
    let key = |name: &str| Step::Key(name.to_owned());
    let item = || Step::Item(vec![("name".to_owned(), json!("hunter2")), ("x".to_owned(), json!(1))]);
    for (path, value, path_text, text) in [
        (vec![key("a"), Step::Member(json!("hunter2"))], json!("hunter2"), r#"a[="(sensitive)"]"#, "hidden"),
        (vec![key("b"), item(), key("x")], json!(1), r#"b[name="(sensitive)",x=1].x"#, "1"),
        (
            vec![key("b"), item(), key("name")],
            json!("hunter2"),
            r#"b[name="(sensitive)",x=1].name"#,
            "hidden",
        ),
        (vec![key("c")], json!({"d": 1, "e": 2}), "c", r#"{"d":"(sensitive)","e":2}"#),
        (vec![key("c"), key("d"), key("e")], json!(1), "c.d.e", "hidden"),
    ] {
        let path = Path(path);
        assert_eq!(hidden.path(&path).to_string(), path_text);
        assert_eq!(shown(&hidden.show(&path, Some(&value))), text);
        assert_eq!(hidden.show(&path, None), Shown::Absent);
    }
}

#[test]
fn what_is_nested_too_deeply_is_one_hidden_change() {
    let nested = |depth: usize, value: Value| (0..depth).fold(value, |value, _| json!({ "a": value }));
    let (a, b) = (nested(1000, json!(1)), nested(1000, json!(2)));
    let changes = compare(Some(&a), Some(&b), &nothing());
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].path.0.len(), hidden::MAX_DEPTH);
    assert!(!shown(&changes[0].after).contains('2'));
    assert!(shown(&compare(None, Some(&b), &nothing())[0].after).contains(MASK));
}

/// Values with few keys and few scalars, so that two of them have much in common.
fn values() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        (0..3u8).prop_map(|n| json!(n)),
        "[ab]".prop_map(Value::from),
        Just(json!(1.0)),
    ];
    let key = prop_oneof![
        "[ab]",
        Just("name".to_owned()),
        Just("port".to_owned()),
        Just("protocol".to_owned()),
        Just("args".to_owned()),
        Just("status".to_owned()),
        Just("metadata".to_owned()),
        Just("labels".to_owned()),
        Just("applyset.kubernetes.io/part-of".to_owned()),
    ];
    scalar.prop_recursive(4, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// A value, and one that it may have become.
fn pairs() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        (values(), values()),
        // The same lists in another order.
        prop::collection::vec(values(), 0..5)
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
            .prop_map(|(a, b)| (json!({ "s": a }), json!({ "s": b }))),
        Just(["a", "b", "c"])
            .prop_shuffle()
            .prop_map(|items| (json!({"s": ["a", "b", "c"]}), json!({ "s": items }))),
        prop::collection::btree_map("[a-d]", 0..2u8, 0..4)
            .prop_map(|names| names.iter().map(|(name, x)| json!({"name": name, "x": x})).collect::<Vec<_>>())
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
            .prop_map(|(a, b)| (json!({ "s": a }), json!({ "s": b }))),
    ]
}

/// A text that stands for a secret in the properties below.
const PLANTED: &str = "hunter2";

/// The value with the secret at every scalar that the path leads to.
fn plant(value: &mut Value, path: &[String]) {
    match (path.split_first(), value) {
        (None, value) => *value = json!({ PLANTED: [PLANTED] }),
        (Some((first, rest)), Value::Object(map)) => {
            map.get_mut(first).into_iter().for_each(|value| plant(value, rest));
        }
        (Some((first, rest)), Value::Array(items)) if first.parse::<usize>().is_ok() => {
            items.iter_mut().for_each(|item| plant(item, rest));
        }
        (Some(_), value) => *value = json!(PLANTED),
    }
}

proptest! {
    #[test]
    fn nothing_differs_exactly_if_all_is_the_same((before, after) in pairs()) {
        let same = normalised(&before) == normalised(&after);
        let changes = compare(Some(&before), Some(&after), &nothing());
        prop_assert_eq!(changes.is_empty(), same, "{} → {}", before, after);
        for change in &changes {
            prop_assert!(change.before != change.after || change.before == Shown::Hidden);
        }
    }

    #[test]
    fn hiding_hides_no_change_and_shows_no_secret(
        (mut before, mut after) in pairs(),
        path in prop::collection::vec(prop_oneof!["[ab0-2]", Just("s".to_owned()), Just("name".to_owned())], 1..4),
    ) {
        let hidden = Hidden::of(&object("A"), [&path]);
        let open = compare(Some(&before), Some(&after), &nothing());
        prop_assert_eq!(compare(Some(&before), Some(&after), &hidden).is_empty(), open.is_empty());
        plant(&mut before, &path);
        plant(&mut after, &path);
        for (before, after) in [(Some(&before), Some(&after)), (None, Some(&after)), (Some(&before), None)] {
            for change in compare(before, after, &hidden) {
                let text = format!("{} {} {}", change.path, shown(&change.before), shown(&change.after));
                prop_assert!(!text.contains(PLANTED), "{}", text);
            }
        }
    }
}
