//! The Secrets that a record is kept in: a parent, which names the parts of the record in their order, and the parts.
//!
//! The parent is that of an `ApplySet`
//! ([KEP-3659](https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune)). A part is
//! named by the hash of what is in it and never changes, so a parent and its parts always fit: what is half written is
//! not named by any parent yet.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::object::{Digest, base64_decode, base64_encode};
use crate::plan::{Record, SetId};

/// The type of the parent.
const PARENT: &str = "fleetwright.dev/record";
/// The type of a part.
const SHARD: &str = "fleetwright.dev/record-shard";
/// The label that makes a Secret the parent of a set.
const ID: &str = "applyset.kubernetes.io/id";
/// The annotation that says which program keeps the set.
const TOOLING: &str = "applyset.kubernetes.io/tooling";
/// The annotation that names the kinds of the set, as `Deployment.apps`.
const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
/// The annotation that names the namespaces of the set, but for that of the parent.
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";
/// The label of the parts, with the id of the set as its value. They are no members of the set.
pub(super) const SHARD_OF: &str = "fleetwright.dev/record-shard-of";

/// The most bytes of a part. A Secret may have 1 MiB.
const MAX_SHARD: usize = 900 << 10;

/// The most parts that are read.
const MAX_SHARDS: usize = 1000;

/// A part of a record.
#[derive(Debug)]
pub(super) struct Shard {
    /// The name of its Secret.
    pub name: String,
    /// The Secret.
    pub secret: Value,
}

/// What the parent says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parent {
    /// The `resourceVersion` of the Secret.
    pub version: String,
    /// What it names.
    pub content: Content,
}

/// What a parent names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// The digest of the whole.
    pub digest: Digest,
    /// The names of the parts, in their order.
    pub shards: Vec<String>,
}

/// Why a Secret is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadSecret {
    /// It belongs to something else.
    #[error("{0}")]
    NotOurs(String),
    /// It belongs to the same cluster under another name.
    #[error("{0}")]
    Renamed(String),
    /// Something of it is missing or wrong.
    #[error("{0}")]
    Damaged(String),
}

fn damaged(what: &str) -> BadSecret {
    BadSecret::Damaged(what.to_owned())
}

/// The parts of a record, one at least, and what its parent names.
pub(super) fn shards(set: &SetId, bytes: &[u8]) -> (Vec<Shard>, Content) {
    let shards: Vec<Shard> = match bytes.is_empty() {
        true => vec![shard(set, bytes)],
        false => bytes.chunks(MAX_SHARD).map(|part| shard(set, part)).collect(),
    };
    let names = shards.iter().map(|shard| shard.name.clone()).collect();
    (shards, Content { digest: Digest::of_bytes(bytes), shards: names })
}

fn shard(set: &SetId, part: &[u8]) -> Shard {
    let name = shard_name(set, part);
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": *set.namespace,
            "labels": { SHARD_OF: set.as_str() },
        },
        "type": SHARD,
        "immutable": true,
        "data": { "part": base64_encode(part) },
    });
    Shard { name, secret }
}

fn shard_name(set: &SetId, part: &[u8]) -> String {
    format!("{}.{}", set.name, Digest::of_bytes(part))
}

/// The parent of a record with this content; `before` is the `resourceVersion` of the one that it replaces.
pub(super) fn parent(set: &SetId, record: &Record, content: &Content, before: Option<&str>) -> Value {
    let kinds: BTreeSet<String> = record
        .inventory
        .keys()
        .map(|object| match &*object.group {
            "" => object.kind.to_string(),
            group => format!("{}.{group}", object.kind),
        })
        .collect();
    let namespaces = record.inventory.keys().filter_map(|object| object.namespace.as_deref());
    let namespaces: BTreeSet<&str> = namespaces.filter(|name| *name != &*set.namespace).collect();
    let mut metadata = Map::from_iter([
        ("name".to_owned(), json!(set.name)),
        ("namespace".to_owned(), json!(*set.namespace)),
        ("labels".to_owned(), json!({ ID: set.as_str() })),
        (
            "annotations".to_owned(),
            json!({
                TOOLING: format!("fleetwright/{}", env!("CARGO_PKG_VERSION")),
                GROUP_KINDS: kinds.into_iter().collect::<Vec<_>>().join(","),
                NAMESPACES: namespaces.into_iter().collect::<Vec<_>>().join(","),
            }),
        ),
    ]);
    metadata.extend(before.map(|version| ("resourceVersion".to_owned(), json!(version))));
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": PARENT,
        "data": {
            "digest": base64_encode(content.digest.to_string().as_bytes()),
            "shards": base64_encode(content.shards.join("\n").as_bytes()),
        },
    })
}

/// A Secret, as the server gives it.
struct Secret(Value);

impl Secret {
    fn read(text: &str, name: &str) -> Option<Self> {
        let secret: Value = serde_json::from_str(text).ok()?;
        let secret = Self(secret);
        let is_it = secret.text("/kind") == Some("Secret") && secret.text("/metadata/name") == Some(name);
        is_it.then_some(secret)
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.pointer(path)?.as_str()
    }

    /// The value of a label or annotation.
    fn entry(&self, field: &str, key: &str) -> Option<&str> {
        self.0.pointer("/metadata")?.get(field)?.get(key)?.as_str()
    }

    fn data(&self, key: &str) -> Option<Vec<u8>> {
        base64_decode(self.0.get("data")?.get(key)?.as_str()?)
    }
}

/// What the parent of a set says; `None` if the text is not that Secret at all.
pub(super) fn read_parent(text: &str, set: &SetId) -> Option<Result<Parent, BadSecret>> {
    let secret = Secret::read(text, &set.name)?;
    let version = secret.text("/metadata/resourceVersion")?.to_owned();
    Some(content(&secret, set).map(|content| Parent { version, content }))
}

fn content(secret: &Secret, set: &SetId) -> Result<Content, BadSecret> {
    let not_ours = |what: String| Err(BadSecret::NotOurs(what));
    match secret.entry("labels", ID) {
        Some(id) if id == set.as_str() => {}
        Some(id) => return not_ours(format!("its label {ID} is \"{}\"", id.escape_debug())),
        None => return not_ours(format!("it has no label {ID}")),
    }
    match secret.entry("annotations", TOOLING) {
        Some(tool) if tool.starts_with("fleetwright/") => {}
        Some(tool) => return not_ours(format!("\"{}\" keeps it", tool.escape_debug())),
        None => return not_ours(format!("it has no annotation {TOOLING}")),
    }
    if secret.text("/type") != Some(PARENT) {
        return not_ours(format!("its type is not {PARENT}"));
    }
    let text = |key| secret.data(key).and_then(|bytes| String::from_utf8(bytes).ok());
    let digest = text("digest").and_then(|digest| Digest::parse(&digest));
    let digest = digest.ok_or_else(|| damaged("its digest is missing, or is none"))?;
    let shards = text("shards").ok_or_else(|| damaged("the names of its parts are missing"))?;
    let shards: Vec<String> = shards.split('\n').map(str::to_owned).collect();
    let is_name = |name: &String| {
        let hash = name.strip_prefix(&set.name).and_then(|rest| rest.strip_prefix('.'));
        hash.is_some_and(|hash| Digest::parse(hash).is_some_and(|digest| digest.to_string() == hash))
    };
    if shards.len() > MAX_SHARDS || !shards.iter().all(is_name) {
        return Err(damaged("the names of its parts are none"));
    }
    Ok(Content { digest, shards })
}

/// What is in a part; `None` if the text is not that Secret at all.
pub(super) fn read_shard(text: &str, name: &str, set: &SetId) -> Option<Result<Vec<u8>, BadSecret>> {
    let secret = Secret::read(text, name)?;
    let part = secret.data("part").filter(|part| shard_name(set, part) == name);
    Some(part.ok_or_else(|| BadSecret::Damaged(format!("the Secret {name} does not hold what it did"))))
}

/// The record that the parts make.
pub(super) fn assemble(content: &Content, parts: &[Vec<u8>]) -> Result<Record, BadSecret> {
    let whole = parts.concat();
    if Digest::of_bytes(&whole) != content.digest {
        return Err(damaged("its parts are not what they were"));
    }
    Record::from_bytes(&whole).map_err(|bad| BadSecret::Damaged(bad.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use insta::assert_snapshot;

    use super::*;
    use crate::object::ObjectRef;
    use crate::plan::Entry;

    fn set() -> SetId {
        SetId::of("shop", &Arc::from("state"))
    }

    fn record() -> Record {
        let mut record = Record::new("shop", "prod-a", "7f0f6a3e-0000-4000-8000-000000000001", [7; 32]);
        for (group, kind, namespace, name) in [
            ("apps", "Deployment", Some("web"), "a"),
            ("apps", "Deployment", Some("api"), "a"),
            ("", "ConfigMap", Some("state"), "a"),
            ("", "Namespace", None, "web"),
        ] {
            let object = ObjectRef {
                group: Arc::from(group),
                kind: Arc::from(kind),
                namespace: namespace.map(Arc::from),
                name: Arc::from(name),
            };
            let entry = Entry {
                api_version: "v1".to_owned(),
                unit: "service.a".to_owned(),
                uid: None,
                applied: None,
                secrets: BTreeSet::new(),
            };
            record.inventory.insert(object, entry);
        }
        record
    }

    /// A Secret as a server gives it back.
    fn kept(secret: &Value) -> Value {
        let mut secret = secret.clone();
        secret["metadata"]["resourceVersion"] = json!("42");
        secret
    }

    #[test]
    fn the_parent_is_that_of_an_apply_set() {
        let (_, content) = shards(&set(), b"record");
        let secret = parent(&set(), &record(), &content, None);
        assert_snapshot!(serde_json::to_string_pretty(&secret).unwrap(), @r#"
        {
          "apiVersion": "v1",
          "data": {
            "digest": "NzBjZTg3MWY4YTNkM2ZiNDQ5YmMzYzNhY2U2NTQ3Y2VmMDJkZmM3NGZmZTQ4ZDkxMjUzMmE3MjRiZmRiZTViOQ==",
            "shards": "ZmxlZXR3cmlnaHQuc2hvcC43MGNlODcxZjhhM2QzZmI0NDliYzNjM2FjZTY1NDdjZWYwMmRmYzc0ZmZlNDhkOTEyNTMyYTcyNGJmZGJlNWI5"
          },
          "kind": "Secret",
          "metadata": {
            "annotations": {
              "applyset.kubernetes.io/additional-namespaces": "api,web",
              "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Deployment.apps,Namespace",
              "applyset.kubernetes.io/tooling": "fleetwright/0.1.0"
            },
            "labels": {
              "applyset.kubernetes.io/id": "applyset-dpqAg6_7un0nEptauBEABDMnYviPQV-3wuT668sH1Yw-v1"
            },
            "name": "fleetwright.shop",
            "namespace": "state"
          },
          "type": "fleetwright.dev/record"
        }
        "#);
        assert_eq!(parent(&set(), &record(), &content, Some("41"))["metadata"]["resourceVersion"], "41");
        let read = read_parent(&kept(&secret).to_string(), &set());
        assert_eq!(read, Some(Ok(Parent { version: "42".to_owned(), content })));
    }

    #[test]
    fn a_record_comes_back_out_of_its_parts() {
        let (record, bytes) = (record(), record().to_bytes().unwrap());
        let (shards, content) = shards(&set(), &bytes);
        let parts: Vec<Vec<u8>> = shards
            .iter()
            .map(|shard| read_shard(&kept(&shard.secret).to_string(), &shard.name, &set()).unwrap().unwrap())
            .collect();
        assert_eq!(assemble(&content, &parts), Ok(record));
    }

    #[test]
    fn no_part_is_larger_than_a_secret_may_be() {
        for (bytes, lengths) in [
            (0, &[0][..]),
            (1, &[1]),
            (MAX_SHARD, &[MAX_SHARD]),
            (2 * MAX_SHARD + 1, &[MAX_SHARD, MAX_SHARD, 1]),
        ] {
            let whole: Vec<u8> = (0..bytes).map(|place| (place % 251) as u8).collect();
            let (shards, content) = shards(&set(), &whole);
            let part = |shard: &Shard| base64_decode(shard.secret["data"]["part"].as_str().unwrap()).unwrap();
            let parts: Vec<Vec<u8>> = shards.iter().map(part).collect();
            assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), lengths);
            assert_eq!(parts.concat(), whole);
            assert_eq!(content.shards, shards.iter().map(|shard| shard.name.clone()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn s29_a_parent_of_something_else_is_none() {
        let (_, content) = shards(&set(), b"record");
        let secret = kept(&parent(&set(), &record(), &content, None));
        let with = |change: &dyn Fn(&mut Value)| {
            let mut secret = secret.clone();
            change(&mut secret);
            match read_parent(&secret.to_string(), &set()) {
                None => "no such Secret".to_owned(),
                Some(Ok(_)) => "read".to_owned(),
                Some(Err(BadSecret::NotOurs(what) | BadSecret::Renamed(what))) => {
                    format!("not ours: {what}")
                }
                Some(Err(BadSecret::Damaged(what))) => format!("damaged: {what}"),
            }
        };
        let text = |text: &str| Value::from(base64_encode(text.as_bytes()));
        assert_snapshot!(with(&|_| ()), @"read");
        assert_snapshot!(with(&|secret| secret["metadata"]["name"] = json!("other")), @"no such Secret");
        assert_snapshot!(with(&|secret| secret["kind"] = json!("ConfigMap")), @"no such Secret");
        assert_snapshot!(with(&|secret| secret["metadata"]["labels"] = json!({})), @"not ours: it has no label applyset.kubernetes.io/id");
        assert_snapshot!(with(&|secret| secret["metadata"]["labels"][ID] = json!("applyset-x-v1")), @r#"not ours: its label applyset.kubernetes.io/id is "applyset-x-v1""#);
        assert_snapshot!(with(&|secret| secret["metadata"]["annotations"] = json!(null)), @"not ours: it has no annotation applyset.kubernetes.io/tooling");
        assert_snapshot!(with(&|secret| secret["metadata"]["annotations"][TOOLING] = json!("kubectl/v1.36\u{1b}")), @r#"not ours: "kubectl/v1.36\u{1b}" keeps it"#);
        assert_snapshot!(with(&|secret| secret["type"] = json!("Opaque")), @"not ours: its type is not fleetwright.dev/record");
        assert_snapshot!(with(&|secret| secret["data"] = json!({})), @"damaged: its digest is missing, or is none");
        assert_snapshot!(with(&|secret| secret["data"]["digest"] = json!("*")), @"damaged: its digest is missing, or is none");
        assert_snapshot!(with(&|secret| secret["data"]["digest"] = text("abc")), @"damaged: its digest is missing, or is none");
        assert_snapshot!(with(&|secret| secret["data"]["shards"] = json!(null)), @"damaged: the names of its parts are missing");
        assert_snapshot!(with(&|secret| secret["data"]["shards"] = text("")), @"damaged: the names of its parts are none");
        assert_snapshot!(with(&|secret| secret["data"]["shards"] = text("fleetwright.shop.abc\nother")), @"damaged: the names of its parts are none");
    }

    #[test]
    fn s30_parts_that_were_changed_are_no_record() {
        let bytes = record().to_bytes().unwrap();
        let (shards, content) = shards(&set(), &bytes);
        let [shard] = shards.as_slice() else { panic!("one part") };
        let read = |secret: &Value| read_shard(&secret.to_string(), &shard.name, &set());
        let mut secret = kept(&shard.secret);
        secret["data"]["part"] = json!(base64_encode(b"other"));
        let changed = format!("the Secret {} does not hold what it did", shard.name);
        assert_eq!(read(&secret), Some(Err(BadSecret::Damaged(changed.clone()))));
        secret["data"] = json!(null);
        assert_eq!(read(&secret), Some(Err(BadSecret::Damaged(changed))));
        secret["metadata"]["name"] = json!("other");
        assert_eq!(read(&secret), None);
        let truncated = vec![bytes[..bytes.len() / 2].to_vec()];
        for parts in [Vec::new(), truncated.clone(), vec![bytes.clone(), bytes.clone()]] {
            assert_eq!(assemble(&content, &parts), Err(damaged("its parts are not what they were")));
        }
        // The same with a digest that fits.
        let content = Content { digest: Digest::of_bytes(&truncated[0]), ..content };
        assert!(matches!(assemble(&content, &truncated), Err(BadSecret::Damaged(_))));
    }
}
