//! From a document of a server to objects held to it.

use serde_json::{Value, json};

use super::check::check;
use super::kind::GroupVersionKind;
use super::node::Node;
use super::openapi::reduce;
use super::read::{Dialect, node};
use super::record::{Index, file_name, is_package, record};
use super::set::{Known, Package, Schemas};
use super::{Problem, Violation};
use crate::object::{Object, Scope};

/// What a server would publish about one kind of each sort.
fn document() -> Value {
    let operations = |kind: &str| {
        let gvk = json!({ "group": "example.com", "version": "v1", "kind": kind });
        json!({ "post": { "x-kubernetes-group-version-kind": gvk } })
    };
    let patched = json!({ "patch": {} });
    let gvk = |kind: &str| json!([{ "group": "example.com", "version": "v1", "kind": kind }]);
    json!({
        "paths": {
            "/apis/example.com/v1/namespaces/{namespace}/shops": operations("Shop"),
            "/apis/example.com/v1/namespaces/{namespace}/shops/{name}": patched,
            "/apis/example.com/v1/streets": operations("Street"),
            "/apis/example.com/v1/streets/{name}": patched,
            "/apis/example.com/v1/reviews": operations("Review"),
        },
        "components": { "schemas": {
            "com.example.v1.Shop": {
                "type": "object", "description": "a shop", "x-kubernetes-group-version-kind": gvk("Shop"),
                "properties": {
                    "apiVersion": { "type": "string" }, "kind": { "type": "string" },
                    "metadata": { "allOf": [{ "$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }], "default": {} },
                    "spec": { "$ref": "#/components/schemas/com.example.v1.ShopSpec" },
                    "status": { "type": "object", "properties": { "open": { "type": "boolean" } } },
                },
            },
            "com.example.v1.ShopSpec": {
                "type": "object", "required": ["size", "color"],
                "properties": {
                    "size": { "type": "integer", "format": "int32", "minimum": 1, "maximum": 9 },
                    "color": { "type": "string", "enum": ["red", "blue"], "default": "red" },
                    "name": { "type": "string", "pattern": "^[a-z]+$", "maxLength": 5 },
                    "port": { "x-kubernetes-int-or-string": true, "anyOf": [{ "type": "integer" }, { "type": "string" }] },
                    "doors": { "type": "array", "items": {
                        "type": "object", "required": ["name"],
                        "properties": { "name": { "type": "string" }, "side": { "type": "string", "default": "N" } },
                    }, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "side"] },
                    "tags": { "type": "array", "items": { "type": "string" }, "x-kubernetes-list-type": "set" },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                    "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                    "note": { "type": "string", "nullable": true },
                    "by": {
                        "type": "object", "properties": { "foot": { "type": "boolean" }, "car": { "type": "boolean" } },
                        "oneOf": [{ "required": ["foot"] }, { "required": ["car"] }],
                    },
                    "range": {
                        "type": "object", "properties": { "from": { "type": "integer" }, "to": { "type": "integer" } },
                        "x-kubernetes-validations": [{ "rule": "!has(self.to) || self.from < self.to", "message": "from lies before to" }],
                    },
                },
            },
            "com.example.v1.Street": { "type": "object", "x-kubernetes-group-version-kind": gvk("Street") },
            "com.example.v1.Review": { "type": "object", "x-kubernetes-group-version-kind": gvk("Review") },
            "com.example.v1.Unused": { "type": "object" },
            "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" }, "namespace": { "type": "string" },
                    "labels": { "type": "object", "additionalProperties": { "type": "string", "default": "" } },
                    "managedFields": { "type": "array", "items": { "type": "object" } },
                },
            },
        } },
    })
}

/// What was recorded and read again.
fn recorded() -> Schemas {
    let record = record("v1.36.3", &[reduce(&document())], vec!["metrics.example.com/v1".to_owned()]);
    let index = Index::read(&record.index.write()).unwrap();
    assert_eq!(index, record.index);
    let packages = index.packages.iter().map(|(package, file)| {
        let text = &record.packages[file];
        assert_eq!(&file_name(package, text), file);
        assert!(is_package(file));
        (package.clone(), Package::read(package, text).unwrap().into())
    });
    let packages = packages.collect();
    Schemas::new(index.into(), packages)
}

fn kind(text: &str) -> GroupVersionKind {
    GroupVersionKind::parse(text).unwrap()
}

fn told(schemas: &Schemas, node: &Node, built_in: bool, body: &Value) -> Vec<String> {
    let violations = check(schemas, node, built_in, body.as_object().unwrap());
    let line = |Violation { path, problem }: &Violation| match problem {
        Problem::Unknown { near, .. } => {
            format!("{}: unknown, near {}", path.join("."), near.as_deref().unwrap_or("nothing"))
        }
        Problem::Type { expected, found } => format!("{}: {expected}, not {found}", path.join(".")),
        Problem::Missing => format!("{}: missing", path.join(".")),
        Problem::Unfinished => "unfinished".to_owned(),
        Problem::Value(what) | Problem::Combination(what) | Problem::Rule(what) => {
            format!("{}: {what}", path.join("."))
        }
        Problem::Twice(how) => format!("{}: twice, {how}", path.join(".")),
    };
    violations.iter().map(line).collect()
}

fn shop(spec: Value) -> Vec<String> {
    let schemas = recorded();
    let Known::Schema { node, built_in, .. } = schemas.known(&kind("example.com/v1 Shop")) else {
        panic!("the kind was recorded")
    };
    let body =
        json!({ "apiVersion": "example.com/v1", "kind": "Shop", "metadata": { "name": "x" }, "spec": spec });
    told(&schemas, node, built_in, &body)
}

#[test]
fn a_record_holds_the_kinds_that_can_be_applied_and_no_more() {
    let reduced = reduce(&document());
    let kinds: Vec<String> =
        reduced.kinds.iter().map(|(kind, served)| format!("{kind} {:?}", served.scope)).collect();
    assert_eq!(kinds, ["example.com/v1 Shop Namespaced", "example.com/v1 Street Cluster"]);
    let definitions: Vec<&str> = reduced.definitions.keys().map(String::as_str).collect();
    assert_eq!(
        definitions,
        [
            "com.example.v1.Shop",
            "com.example.v1.ShopSpec",
            "com.example.v1.Street",
            "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
        ]
    );
    let shop = &reduced.definitions["com.example.v1.Shop"];
    assert_eq!(shop.get("description"), None);
    assert_eq!(shop["properties"]["status"], json!({ "x-kubernetes-preserve-unknown-fields": true }));
}

#[test]
fn an_index_of_another_version_or_with_more_in_it_is_refused() {
    let text = record("v1.36.3", &[reduce(&document())], Vec::new()).index.write();
    for (from, to, expected) in [
        ("\"version\": 1", "\"version\": 2", "its format has version 2, and this build reads version 1"),
        (
            "\"version\": 1",
            "\"version\": 1, \"more\": 1",
            "it is not what `schema fetch` writes: unknown field `more`",
        ),
        ("example.com/v1 Shop", "Shop", "it is not what `schema fetch` writes: \"Shop\" is no kind"),
        ("{", "", "it is not what `schema fetch` writes: "),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        let error = Index::read(&changed).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn what_a_server_takes_is_taken() {
    for spec in [
        json!({ "size": 1 }),
        json!({ "size": 9.0, "color": "blue", "name": "abcde", "port": "http" }),
        json!({ "size": 2, "port": 80, "note": null, "color": null }),
        json!({ "size": 2, "doors": [{ "name": "a" }, { "name": "a", "side": "S" }], "tags": ["a", "b"] }),
        json!({ "size": 2, "labels": { "any": "text" }, "free": { "any": [1, {}] }, "by": { "foot": true } }),
        json!({ "size": 2, "range": { "from": 1, "to": 2 } }),
        json!({ "size": 2, "range": { "from": 1 } }),
    ] {
        assert_eq!(shop(spec.clone()), [""; 0], "{spec}");
    }
}

#[test]
fn what_a_server_refuses_is_told() {
    for (spec, expected) in [
        (json!({}), "spec.size: missing"),
        (json!({ "size": null }), "spec.size: a whole number, not null"),
        (json!({ "size": "1" }), "spec.size: a whole number, not a string"),
        (json!({ "size": 1.5 }), "spec.size: a whole number, not a number with a point"),
        (json!({ "size": 10 }), "spec.size: from 1 to 9"),
        (json!({ "size": 1, "sise": 1 }), "spec.sise: unknown, near size"),
        (json!({ "size": 1, "zebra": 1 }), "spec.zebra: unknown, near nothing"),
        (json!({ "size": 1, "color": "green" }), "spec.color: red or blue"),
        (json!({ "size": 1, "name": "a1" }), "spec.name: text that matches ^[a-z]+$"),
        (json!({ "size": 1, "name": "abcdef" }), "spec.name: at most 5 characters"),
        (json!({ "size": 1, "port": true }), "spec.port: a whole number or a string, not a bool"),
        (json!({ "size": 1, "doors": {} }), "spec.doors: a list, not a map"),
        (json!({ "size": 1, "doors": [{ "side": "N" }] }), "spec.doors.0.name: missing"),
        (
            json!({ "size": 1, "doors": [{ "name": "a" }, { "name": "a", "side": "N" }] }),
            "spec.doors.1: twice, with the same `name` and `side`",
        ),
        (json!({ "size": 1, "tags": ["a", "a"] }), "spec.tags.1: twice, that are equal"),
        (json!({ "size": 1, "labels": { "a": 1 } }), "spec.labels.a: a string, not a number"),
        (json!({ "size": 1, "by": {} }), "spec.by: one of foot, car"),
        (json!({ "size": 1, "by": { "foot": true, "car": true } }), "spec.by: one of foot, car"),
        (json!({ "size": 1, "range": { "from": 2, "to": 1 } }), "spec.range: from lies before to"),
    ] {
        assert_eq!(shop(spec.clone()), [expected], "{spec}");
    }
}

#[test]
fn built_in_kinds_are_decoded_as_go_decodes_them() {
    let schema = json!({ "type": "object", "required": ["must"], "properties": {
        "must": { "type": "string" },
        "count": { "type": "integer", "format": "int32" },
        "cpu": { "$ref": "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity" },
        "at": { "type": "string", "format": "date-time" },
        "raw": { "type": "object" },
        "mode": { "type": "string", "enum": ["A", "B"] },
    } });
    let node = node(&schema, Dialect::BuiltIn);
    let schemas = Schemas::default();
    for (body, expected) in [
        (json!({ "must": "", "count": null, "cpu": 0.5, "raw": { "x": 1 }, "mode": "" }), vec![]),
        (
            json!({ "must": "", "count": 1.0 }),
            vec!["count: a whole number, without a point, not a number with a point"],
        ),
        (
            json!({ "must": "", "count": 2_147_483_648_i64 }),
            vec!["count: a whole number from -2147483648 to 2147483647"],
        ),
        (json!({ "must": "", "cpu": "1,5" }), vec!["cpu: a quantity such as 500m, 1.5 or 2Gi"]),
        (json!({ "must": "", "cpu": true }), vec!["cpu: a quantity, not a bool"]),
        (
            json!({ "must": "", "at": "yesterday" }),
            vec!["at: a moment as RFC 3339 has it, such as 2026-01-31T08:00:00Z"],
        ),
        (json!({ "must": null }), vec!["must: missing"]),
        (json!({ "must": "", "mode": "C" }), vec!["mode: A or B"]),
    ] {
        assert_eq!(told(&schemas, &node, true, &body), expected, "{body}");
    }
}

#[test]
fn a_kind_is_known_elsewhere_nowhere_or_not_recorded() {
    let schemas = recorded();
    let names = |kinds: &[GroupVersionKind]| kinds.iter().map(ToString::to_string).collect::<Vec<_>>();
    match schemas.known(&kind("example.com/v2 Shop")) {
        Known::Elsewhere(kinds) => assert_eq!(names(&kinds), ["example.com/v1 Shop"]),
        other => panic!("{other:?}"),
    }
    match schemas.known(&kind("v1 Shop")) {
        Known::Elsewhere(kinds) => assert_eq!(names(&kinds), ["example.com/v1 Shop"]),
        other => panic!("{other:?}"),
    }
    match schemas.known(&kind("example.com/v1 Shopp")) {
        Known::Nowhere(kinds) => assert_eq!(names(&kinds), ["example.com/v1 Shop"]),
        other => panic!("{other:?}"),
    }
    assert!(matches!(schemas.known(&kind("metrics.example.com/v1 Pod")), Known::Unrecorded));
    assert!(matches!(Schemas::default().known(&kind("v1 Pod")), Known::Unrecorded));
}

#[test]
fn a_definition_that_the_fleet_renders_goes_before_the_recorded_one() {
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "shops.example.com" },
        "spec": {
            "group": "example.com", "names": { "kind": "Shop", "plural": "shops" }, "scope": "Cluster",
            "versions": [
                { "name": "v2", "served": true, "schema": { "openAPIV3Schema": {
                    "type": "object", "properties": { "spec": { "type": "object", "properties": { "a": { "type": "string" } } } },
                } } },
                { "name": "v1", "served": false },
            ],
        },
    });
    let mut schemas = recorded();
    schemas.define(&Object::from_value(definition).unwrap());
    let Known::Schema { node, built_in, scope } = schemas.known(&kind("example.com/v2 Shop")) else {
        panic!("the fleet defines it")
    };
    assert_eq!((built_in, scope), (false, Scope::Cluster));
    let body = json!({ "apiVersion": "example.com/v2", "kind": "Shop", "metadata": { "name": "x", "nam": 1 }, "spec": { "b": 1 } });
    assert_eq!(
        told(&schemas, node, built_in, &body),
        ["metadata.nam: unknown, near name", "spec.b: unknown, near a"]
    );
    assert!(matches!(schemas.known(&kind("example.com/v1 Shop")), Known::Elsewhere(_)));
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let text = r##"{"A": {"$ref": "#/components/schemas/x.y.A"}}"##;
    let packages = [("x.y".to_owned(), Package::read("x.y", text).unwrap().into())].into();
    let index =
        Index::read(r#"{"version": 1, "kubernetes": "v1.36.0", "kinds": {}, "packages": {}}"#).unwrap();
    let schemas = Schemas::new(index.into(), packages);
    let node = node(
        &json!({ "type": "object", "properties": { "a": { "$ref": "#/components/schemas/x.y.A" } } }),
        Dialect::Custom,
    );
    assert_eq!(told(&schemas, &node, false, &json!({ "a": { "b": 1 } })), [""; 0]);
}

#[test]
fn branches_that_lead_back_or_double_end() {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/x.y.{name}") });
    let mut written = serde_json::Map::new();
    let back = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true,
        "allOf": [reference("Back"), { "required": ["b"] }] });
    written.insert("Back".to_owned(), back);
    for number in 0..40 {
        let next = reference(&format!("D{}", number + 1));
        let twice = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
            "b": { "anyOf": [next, next] } } });
        written.insert(format!("D{number}"), twice);
    }
    let text = Value::Object(written).to_string();
    let packages = [("x.y".to_owned(), Package::read("x.y", &text).unwrap().into())].into();
    let index =
        Index::read(r#"{"version": 1, "kubernetes": "v1.36.0", "kinds": {}, "packages": {}}"#).unwrap();
    let schemas = Schemas::new(index.into(), packages);
    let of = |name: &str| {
        node(&json!({ "type": "object", "properties": { "a": reference(name) } }), Dialect::Custom)
    };
    let missing = told(&schemas, &of("Back"), false, &json!({ "a": {} }));
    assert_eq!(missing.first().map(String::as_str), Some("a.b: missing"));
    let deep = (0..40).fold(json!(1), |value, _| json!({ "b": value }));
    assert_eq!(told(&schemas, &of("D0"), false, &json!({ "a": deep })), ["unfinished"]);
}

#[test]
fn what_the_schema_says_of_the_whole_object_holds() {
    let schema = json!({ "type": "object", "properties": { "spec": { "type": "object" }, "data": { "type": "object" } },
        "oneOf": [{ "required": ["spec"] }, { "required": ["data"] }] });
    let node = node(&schema, Dialect::Custom);
    let told = |body: Value| told(&Schemas::default(), &node, false, &body).len();
    assert_eq!(
        (told(json!({ "spec": {} })), told(json!({})), told(json!({ "spec": {}, "data": {} }))),
        (0, 1, 1)
    );
}

#[test]
fn forms_and_steps_are_those_of_servers() {
    let schema = json!({ "type": "object", "properties": {
        "own": { "type": "string", "format": "ip" }, "step": { "type": "number", "multipleOf": 0.1 },
    } });
    let node = node(&schema, Dialect::Custom);
    let told = |body: Value| told(&Schemas::default(), &node, false, &body);
    assert_eq!(told(json!({ "own": "no address", "step": 0.3 })), [""; 0]);
    assert_eq!(told(json!({ "step": 0.35 })).len(), 1);
}

#[test]
fn a_definition_that_is_called_by_a_path_is_not_recorded() {
    let gvk = json!({ "group": "example.com", "version": "v1", "kind": "Shop" });
    let document = json!({
        "paths": {
            "/apis/example.com/v1/shops": { "post": { "x-kubernetes-group-version-kind": gvk } },
            "/apis/example.com/v1/shops/{name}": { "patch": {} },
        },
        "components": { "schemas": { "../../x.Shop": {
            "type": "object", "x-kubernetes-group-version-kind": [gvk],
        } } },
    });
    let reduced = super::reduce(&document);
    assert_eq!((reduced.kinds.len(), reduced.definitions.len()), (1, 0));
}

#[test]
fn rules_see_defaults_and_say_nothing_where_they_cannot_be_told() {
    let schemas = Schemas::default();
    let rule = |rule: &str, body: Value| {
        let schema = json!({ "type": "object", "properties": { "spec": {
            "type": "object",
            "properties": {
                "mode": { "type": "string", "default": "on" }, "namespace": { "type": "string" },
                "a-b": { "type": "integer" }, "list": { "type": "array", "items": { "type": "integer" } },
            },
            "x-kubernetes-validations": [{ "rule": rule, "message": "no" }],
        } } });
        told(&schemas, &node(&schema, Dialect::Custom), false, &json!({ "spec": body })).len()
    };
    assert_eq!(rule("self.mode == 'on'", json!({})), 0, "the default is there");
    assert_eq!(rule("self.mode == 'on'", json!({ "mode": "off" })), 1);
    assert_eq!(
        rule("self.__namespace__ == 'x' && self.a__dash__b == 1", json!({ "namespace": "x", "a-b": 1 })),
        0
    );
    assert_eq!(rule("self.mode.find('[a-z]+') == 'of'", json!({ "mode": "12of" })), 0);
    assert_eq!(rule("self.mode.find('[a-z]+') == 'of'", json!({ "mode": "12on" })), 1);
    assert_eq!(rule("self == oldSelf", json!({})), 0, "about a change");
    assert_eq!(rule("duration(self.mode) > duration('1s')", json!({})), 0, "a function that is not known");
    assert_eq!(rule("this is no rule", json!({})), 0);
    assert_eq!(rule("self.nothing > 1", json!({})), 0, "an error decides nothing");
    let many: Vec<i64> = (0..200).collect();
    let nested = "self.list.all(a, self.list.all(b, self.list.all(c, a + b + c < 0)))";
    assert_eq!(rule(nested, json!({ "list": [1] })), 1);
    assert_eq!(rule(nested, json!({ "list": many })), 0, "too many steps");
    assert_eq!(rule(&format!("{}false", "!".repeat(2000)), json!({})), 1, "read as one");
    assert_eq!(rule(&format!("self{} == 1", ".a".repeat(1000)), json!({})), 0);
    assert_eq!(rule(&format!("1{} == 1", "+1".repeat(1000)), json!({})), 1);
    assert_eq!(rule(&format!("{}1{}", "[".repeat(1000), "]".repeat(1000)), json!({})), 0);
    assert_eq!(rule(&format!("{}true{}", "(".repeat(1000), ")".repeat(1000)), json!({})), 0);
}
