//! Everything that a plan needs to know of a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::admission;
use super::channel::Channel;
use super::connection::{Proven, SIDE_BY_SIDE};
use super::discovery::{Discovery, Found};
use super::failure::Failure;
use super::list::Listing;
use super::side_by_side::side_by_side;
use super::unknown::{Reason, Unknown};
use crate::object::ObjectRef;
use crate::plan::{Admission, Kind, Live, LiveState, PART_OF, Record, Served, Unread, Wanted};

/// A group and a kind.
type GroupKind = (Arc<str>, Arc<str>);

/// What of a list is kept: what is wanted or recorded, and what carries our label.
struct Kept {
    set: String,
    /// What is wanted or recorded; of what is wanted the version.
    objects: BTreeMap<ObjectRef, Option<String>>,
}

/// One list of a kind.
#[derive(Clone)]
struct List {
    kind: GroupKind,
    served: Served,
    /// Whether only what is wanted in its version is kept, as the rest is kept of another list.
    is_further: bool,
}

impl Proven {
    /// What is there in the cluster, as far as it can be read: the record, every kind that is wanted or recorded, and
    /// what the server does to objects on their way in. A part that cannot be read is unread and stops no other.
    ///
    /// # Errors
    /// If the record is there and is not one of this fleet and cluster.
    pub async fn state(&self, wanted: &Wanted<'_>, fleet: &str) -> Result<LiveState, Failure> {
        let record = match self.record(&wanted.set, fleet).await {
            Ok(stored) => Ok(stored.map(|stored| stored.record)),
            Err(Failure::Unknown(unknown)) => Err(unread(&unknown)),
            Err(refused) => return Err(refused),
        };
        let recorded = record.as_ref().ok().and_then(Option::as_ref);
        let versions = versions(wanted, recorded);
        let groups: BTreeSet<Arc<str>> = versions.keys().map(|(group, _)| Arc::clone(group)).collect();
        let mut needed = groups.clone();
        needed.insert(Arc::from(admission::GROUP));
        let discovery = Arc::new(self.channel.discovery(&needed).await);
        let mut beside = JoinSet::new();
        let (channel, known) = (Arc::clone(&self.channel), Arc::clone(&discovery));
        beside.spawn(async move { channel.admission(&known, &groups).await });
        let kinds = self.kinds(&discovery, versions, kept(wanted, recorded)).await;
        let admission: Option<Result<Admission, Unread>> = match beside.join_next().await {
            Some(Ok(admission)) => Some(admission),
            // A task that panicked has been told.
            Some(Err(_)) | None => None,
        };
        let lost = || {
            let unknown =
                Unknown::new(&self.channel.target, &super::asked::Asked::get("/version"), Reason::Other);
            Err(unread(&unknown))
        };
        let admission = admission.unwrap_or_else(lost);
        Ok(LiveState { uid: self.uid().to_string(), record, kinds, admission })
    }

    /// What the server does to objects on their way in, alone.
    ///
    /// # Errors
    /// If a part of it cannot be read.
    pub async fn admission(&self, wanted: &Wanted<'_>) -> Result<Admission, Unread> {
        let groups = versions(wanted, None).into_keys().map(|(group, _)| group).collect();
        let discovery = self.channel.discovery(&BTreeSet::from([Arc::from(admission::GROUP)])).await;
        self.channel.admission(&discovery, &groups).await
    }

    /// The live objects of these kinds.
    async fn kinds(
        &self,
        discovery: &Discovery,
        versions: BTreeMap<GroupKind, Vec<String>>,
        kept: Arc<Kept>,
    ) -> BTreeMap<GroupKind, Kind> {
        let mut kinds = BTreeMap::new();
        let mut failed: Vec<(GroupKind, Unknown)> = Vec::new();
        let mut lists: Vec<List> = Vec::new();
        for (kind, versions) in versions {
            let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
            match discovery.find(&kind.0, &kind.1, &versions) {
                Found::Served(served) => {
                    // Fields have other names in other versions: each object is read in the one it is wanted in.
                    let further = kept.versions(&kind).into_iter().filter_map(|wanted| {
                        let is_it = |version: &&Arc<str>| ***version == *wanted;
                        let api_version = served.versions.iter().find(is_it).cloned()?;
                        Some(Served { api_version, ..served.clone() })
                    });
                    let further: Vec<Served> =
                        further.filter(|one| one.api_version != served.api_version).collect();
                    lists.push(List { kind: kind.clone(), served, is_further: false });
                    let list = |served| List { kind: kind.clone(), served, is_further: true };
                    lists.extend(further.into_iter().map(list));
                }
                Found::NotServed => {
                    kinds.insert(kind, Kind::NotServed);
                }
                Found::Unlisted => failed.push((kind.clone(), self.channel.unlisted(&kind.1))),
                Found::Unread(unknown) => failed.push((kind, unknown)),
            }
        }
        let ask = |list: List| {
            let (channel, kept) = (Arc::clone(&self.channel), Arc::clone(&kept));
            async move { channel.objects(&list, &kept).await }
        };
        let asked = |list: &List| listing(&list.served).asked();
        let target = &self.channel.target;
        let answers =
            side_by_side(target, lists.clone(), SIDE_BY_SIDE, asked, ask, |_, objects| Ok(objects)).await;
        for (List { kind, served, .. }, found) in lists.into_iter().zip(answers) {
            match (found, kinds.get_mut(&kind)) {
                (Ok(found), Some(Kind::Listed { objects, .. })) => objects.extend(found),
                (Ok(objects), _) => {
                    kinds.insert(kind, Kind::Listed { served, objects });
                }
                (Err(unknown), _) => failed.push((kind, unknown)),
            }
        }
        let (failed, unknowns): (Vec<GroupKind>, Vec<Unknown>) = failed.into_iter().unzip();
        let unread = Unknown::unread(&unknowns).into_iter().map(Kind::Unread);
        kinds.extend(failed.into_iter().zip(unread));
        kinds
    }
}

impl Channel {
    async fn objects(&self, list: &List, kept: &Kept) -> Result<BTreeMap<ObjectRef, Live>, Unknown> {
        let read = |item| kept.read(list, item);
        Ok(self.list(&listing(&list.served), read).await?.into_iter().collect())
    }
}

fn listing(served: &Served) -> Listing {
    Listing::new(&served.api_version, &served.plural)
}

fn unread(unknown: &Unknown) -> Unread {
    Unread { why: unknown.phrase(), problem: Box::new(unknown.diagnostic()) }
}

/// The kinds that are wanted or recorded, each with the versions to read it in, the best first.
fn versions(wanted: &Wanted<'_>, recorded: Option<&Record>) -> BTreeMap<GroupKind, Vec<String>> {
    let mut versions: BTreeMap<GroupKind, Vec<String>> = BTreeMap::new();
    let of_wanted = wanted.objects.iter().map(|(reference, one)| (reference, one.object.api_version()));
    let inventory = recorded.into_iter().flat_map(|record| &record.inventory);
    let of_recorded = inventory.map(|(reference, entry)| (reference, entry.api_version.as_str()));
    for (reference, version) in of_wanted.chain(of_recorded) {
        let kind = (Arc::clone(&reference.group), Arc::clone(&reference.kind));
        let versions = versions.entry(kind).or_default();
        if !versions.iter().any(|other| other == version) {
            versions.push(version.to_owned());
        }
    }
    versions
}

fn kept(wanted: &Wanted<'_>, recorded: Option<&Record>) -> Arc<Kept> {
    let recorded = recorded.into_iter().flat_map(|record| record.inventory.keys());
    let mut objects: BTreeMap<ObjectRef, Option<String>> =
        recorded.map(|reference| (reference.clone(), None)).collect();
    objects.extend(
        wanted
            .objects
            .iter()
            .map(|(reference, one)| (reference.clone(), Some(one.object.api_version().to_owned()))),
    );
    Arc::new(Kept { set: wanted.set.as_str().to_owned(), objects })
}

impl Kept {
    /// The versions in which something of a kind is wanted.
    fn versions(&self, kind: &GroupKind) -> BTreeSet<&str> {
        let of_kind =
            self.objects.iter().filter(|(object, _)| (&object.group, &object.kind) == (&kind.0, &kind.1));
        of_kind.filter_map(|(_, version)| version.as_deref()).collect()
    }

    /// An item of a list, if it is to be kept. Items do not name their version and kind: the list does.
    fn read(&self, list: &List, item: Value) -> Result<Option<(ObjectRef, Live)>, String> {
        let List { kind, served, is_further } = list;
        let Value::Object(mut body) = item else { return Err("one of its items is no object".to_owned()) };
        for (key, expected) in [("apiVersion", &served.api_version), ("kind", &kind.1)] {
            let found = body.entry(key).or_insert_with(|| Value::from(&**expected));
            if found.as_str() != Some(expected) {
                return Err(format!("one of its items is no {} {}", served.api_version, kind.1));
            }
        }
        let object = Value::Object(body);
        let text = |path: &str| object.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
        let name = text("/metadata/name").ok_or("one of its items has no name")?;
        let namespace = text("/metadata/namespace");
        if namespace.is_some() != served.namespaced {
            return Err(format!("its item {name} is not in a namespace, or must not be"));
        }
        let reference = ObjectRef {
            group: Arc::clone(&kind.0),
            kind: Arc::clone(&kind.1),
            namespace: namespace.map(Arc::from),
            name: Arc::from(name),
        };
        let live = Live { object };
        let version = self.objects.get(&reference);
        let is_kept = match is_further {
            false => version.is_some() || live.label(PART_OF) == Some(&*self.set),
            true => version.and_then(Option::as_deref) == Some(&*served.api_version),
        };
        Ok(is_kept.then_some((reference, live)))
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::object::Object;
    use crate::plan::{Entry, SetId, WantedObject};

    fn object(api_version: &str, name: &str) -> Object {
        let metadata = json!({ "name": name, "namespace": "shop" });
        Object::from_value(json!({ "apiVersion": api_version, "kind": "Thing", "metadata": metadata }))
            .unwrap()
    }

    fn entry(api_version: &str) -> Entry {
        Entry {
            api_version: api_version.to_owned(),
            unit: "service.a".to_owned(),
            uid: None,
            applied: None,
            secrets: BTreeSet::new(),
        }
    }

    #[test]
    fn a_kind_is_read_as_it_is_wanted_and_else_as_it_was_recorded() {
        let objects = [object("a/v2", "x"), object("a/v3", "y"), object("a/v2", "z")];
        let secrets = BTreeSet::new();
        let wanted = objects.iter().map(|object| WantedObject {
            object,
            secrets: &secrets,
            unit: "service.a",
            origin: None,
        });
        let set = SetId::of("shop", &Arc::from("state"));
        let wanted = Wanted::new(&Arc::from("prod-a"), set, wanted);
        let mut record = Record::new("shop", "prod-a", "u", [0; 32]);
        record.inventory.insert(object("a/v1", "x").reference().clone(), entry("a/v1"));
        record.inventory.insert(object("b/v1", "x").reference().clone(), entry("b/v1"));
        let shown = |recorded: Option<&Record>| {
            let versions = versions(&wanted, recorded).into_iter();
            versions
                .map(|((group, _), versions)| format!("{group}: {}\n", versions.join(" ")))
                .collect::<String>()
        };
        assert_snapshot!(shown(None), @"a: a/v2 a/v3");
        assert_snapshot!(shown(Some(&record)), @"
        a: a/v2 a/v3 a/v1
        b: b/v1
        ");
    }

    #[test]
    fn what_is_wanted_recorded_or_labelled_is_kept_of_a_list() {
        let list = |version: &str, namespaced: bool, is_further: bool| List {
            kind: (Arc::from("a"), Arc::from("Thing")),
            served: Served {
                api_version: Arc::from(version),
                versions: vec![Arc::from("a/v1"), Arc::from("a/v2")],
                plural: Arc::from("things"),
                namespaced,
            },
            is_further,
        };
        let of = |version: Option<&str>, name: &str| {
            (object("a/v1", name).reference().clone(), version.map(str::to_owned))
        };
        let objects = [of(Some("a/v2"), "wanted"), of(Some("a/v1"), "other"), of(None, "recorded")];
        let kept = Kept { set: "ours".to_owned(), objects: BTreeMap::from(objects) };
        let read_of = |list: &List, item: Value| match kept.read(list, item) {
            Ok(Some((reference, live))) => format!("{reference} {}", live.object),
            Ok(None) => "not kept".to_owned(),
            Err(what) => what,
        };
        let read = |namespaced: bool, item: Value| read_of(&list("a/v1", namespaced, false), item);
        let further = |metadata: Value| read_of(&list("a/v2", true, true), json!({ "metadata": metadata }));
        assert_snapshot!(further(json!({ "name": "wanted", "namespace": "shop" })), @r#"shop/Thing/wanted {"apiVersion":"a/v2","kind":"Thing","metadata":{"name":"wanted","namespace":"shop"}}"#);
        assert_snapshot!(further(json!({ "name": "other", "namespace": "shop" })), @"not kept");
        assert_snapshot!(further(json!({ "name": "recorded", "namespace": "shop" })), @"not kept");
        assert_snapshot!(further(json!({ "name": "a", "namespace": "b", "labels": { PART_OF: "ours" } })), @"not kept");
        let item = |metadata: Value| json!({ "metadata": metadata });
        assert_snapshot!(read(true, item(json!({ "name": "wanted", "namespace": "shop" }))), @r#"shop/Thing/wanted {"apiVersion":"a/v1","kind":"Thing","metadata":{"name":"wanted","namespace":"shop"}}"#);
        assert_snapshot!(read(true, item(json!({ "name": "recorded", "namespace": "shop" }))), @r#"shop/Thing/recorded {"apiVersion":"a/v1","kind":"Thing","metadata":{"name":"recorded","namespace":"shop"}}"#);
        assert_snapshot!(read(true, item(json!({ "name": "wanted", "namespace": "other" }))), @"not kept");
        assert_snapshot!(read(true, item(json!({ "name": "a", "namespace": "b", "labels": { PART_OF: "theirs" } }))), @"not kept");
        assert_snapshot!(read(true, item(json!({ "name": "a", "namespace": "b", "labels": { PART_OF: "ours" } }))), @r#"b/Thing/a {"apiVersion":"a/v1","kind":"Thing","metadata":{"labels":{"applyset.kubernetes.io/part-of":"ours"},"name":"a","namespace":"b"}}"#);
        assert_snapshot!(read(false, item(json!({ "name": "a", "labels": { PART_OF: "ours" } }))), @r#"Thing/a {"apiVersion":"a/v1","kind":"Thing","metadata":{"labels":{"applyset.kubernetes.io/part-of":"ours"},"name":"a"}}"#);
        assert_snapshot!(read(false, item(json!({ "name": "a", "namespace": "b" }))), @"its item a is not in a namespace, or must not be");
        assert_snapshot!(read(true, item(json!({ "name": "a", "namespace": "" }))), @"its item a is not in a namespace, or must not be");
        assert_snapshot!(read(true, item(json!({ "name": "", "namespace": "b" }))), @"one of its items has no name");
        assert_snapshot!(read(true, item(json!({ "name": 1, "namespace": "b" }))), @"one of its items has no name");
        assert_snapshot!(read(true, json!({ "metadata": null })), @"one of its items has no name");
        assert_snapshot!(read(true, json!(null)), @"one of its items is no object");
        assert_snapshot!(read(true, json!({ "kind": "Other", "metadata": { "name": "a", "namespace": "b" } })), @"one of its items is no a/v1 Thing");
        assert_snapshot!(read(true, json!({ "apiVersion": 1, "metadata": { "name": "a", "namespace": "b" } })), @"one of its items is no a/v1 Thing");
    }
}
