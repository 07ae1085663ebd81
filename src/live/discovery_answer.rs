//! The answers of discovery, in either form.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What `/api` or `/apis` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// All kinds of each group.
    Aggregated(BTreeMap<String, Versions>),
    /// The versions of each group, as `apps/v1`, the preferred one first.
    Names(BTreeMap<String, Vec<Arc<str>>>),
}

/// The versions of a group, as `apps/v1`, the preferred one first, with their kinds; `None` where the server does not
/// know those at present.
pub(super) type Versions = Vec<(Arc<str>, Option<Vec<Resource>>)>;

/// How a kind is served in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// The kind.
    pub kind: String,
    /// Its name in paths.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether there is a list of its objects; of what is only asked and answered there is none.
    pub listed: bool,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    kind: String,
}

/// `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2`.
#[derive(Deserialize)]
struct Aggregated {
    items: Vec<AggregatedGroup>,
}

#[derive(Deserialize)]
struct AggregatedGroup {
    metadata: Metadata,
    #[serde(default)]
    versions: Vec<AggregatedVersion>,
}

#[derive(Deserialize)]
struct Metadata {
    /// Empty for the core group.
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedVersion {
    version: String,
    #[serde(default)]
    resources: Vec<AggregatedResource>,
    freshness: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: Option<Named>,
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

/// `APIVersions`: those of the core group.
#[derive(Deserialize)]
struct CoreVersions {
    versions: Vec<Arc<str>>,
}

/// `APIGroupList`.
#[derive(Deserialize)]
struct GroupList {
    groups: Vec<NamedGroup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedGroup {
    name: String,
    versions: Vec<GroupVersion>,
    preferred_version: Option<GroupVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupVersion {
    group_version: Arc<str>,
}

/// `APIResourceList`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceList {
    group_version: String,
    resources: Vec<NamedResource>,
}

#[derive(Deserialize)]
struct NamedResource {
    name: String,
    namespaced: bool,
    kind: String,
    #[serde(default)]
    verbs: Vec<String>,
}

/// The verb without which nothing is known of a kind's objects.
const LIST: &str = "list";

impl Root {
    /// What an answer says.
    pub fn read(text: &str) -> Result<Self, String> {
        let Named { kind } = parse(text)?;
        let root = match kind.as_str() {
            "APIGroupDiscoveryList" => {
                let Aggregated { items } = parse(text)?;
                Self::Aggregated(items.into_iter().map(AggregatedGroup::read).collect())
            }
            "APIVersions" => {
                let CoreVersions { versions } = parse(text)?;
                Self::Names(BTreeMap::from([(String::new(), versions)]))
            }
            "APIGroupList" => {
                let GroupList { groups } = parse(text)?;
                Self::Names(groups.into_iter().map(NamedGroup::read).collect())
            }
            _ => return Err("it is no list of API groups".to_owned()),
        };
        let is_empty = match &root {
            Self::Aggregated(groups) => groups.is_empty(),
            Self::Names(groups) => groups.is_empty(),
        };
        // Every server has some; one that starts may not know them yet.
        if is_empty { Err("there is no API group in it".to_owned()) } else { Ok(root) }
    }
}

impl Resource {
    /// The kinds that the document of one version names.
    pub fn read(text: &str, version: &str) -> Result<Vec<Self>, String> {
        let Named { kind } = parse(text)?;
        if kind != "APIResourceList" {
            return Err("it is no list of kinds".to_owned());
        }
        let ResourceList { group_version, resources } = parse(text)?;
        if group_version != version {
            return Err(format!("it is not about {version}"));
        }
        // Of `deployments/scale` the objects are the deployments.
        let resources = resources.into_iter().filter(|resource| !resource.name.contains('/'));
        Ok(resources.map(NamedResource::read).collect())
    }
}

impl NamedResource {
    fn read(self) -> Resource {
        let Self { name, namespaced, kind, verbs } = self;
        Resource { kind, plural: name, namespaced, listed: verbs.iter().any(|verb| verb == LIST) }
    }
}

impl AggregatedGroup {
    fn read(self) -> (String, Versions) {
        let Self { metadata: Metadata { name }, versions } = self;
        let version = |AggregatedVersion { version, resources, freshness }| {
            let api_version: Arc<str> = match name.as_str() {
                "" => Arc::from(version),
                group => Arc::from(format!("{group}/{version}")),
            };
            let is_current = freshness.is_none_or(|freshness| freshness == "Current");
            let kinds = resources.into_iter().filter_map(AggregatedResource::read);
            (api_version, is_current.then(|| kinds.collect()))
        };
        let versions = versions.into_iter().map(version).collect();
        (name, versions)
    }
}

impl AggregatedResource {
    /// `None` if it has no kind, as what has nothing but subresources.
    fn read(self) -> Option<Resource> {
        let Self { resource, response_kind, scope, verbs } = self;
        let Named { kind } = response_kind?;
        let listed = verbs.iter().any(|verb| verb == LIST);
        Some(Resource { kind, plural: resource, namespaced: scope == "Namespaced", listed })
    }
}

impl NamedGroup {
    fn read(self) -> (String, Vec<Arc<str>>) {
        let Self { name, versions, preferred_version } = self;
        let preferred = preferred_version.map(|version| version.group_version);
        let mut versions: Vec<Arc<str>> = versions.into_iter().map(|version| version.group_version).collect();
        versions.sort_by_key(|version| Some(version) != preferred.as_ref());
        (name, versions)
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => format!("it is not in a form that is known: {error}"),
        _ => format!("it is no JSON: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn root(text: &str) -> String {
        let of = |kinds: &Option<Vec<Resource>>| match kinds {
            Some(kinds) => kinds.iter().map(shown).collect::<Vec<_>>().join(" "),
            None => "unknown".to_owned(),
        };
        match Root::read(text) {
            Ok(Root::Aggregated(groups)) => groups
                .values()
                .flatten()
                .map(|(version, kinds)| format!("{version}: {}\n", of(kinds)))
                .collect(),
            Ok(Root::Names(groups)) => groups
                .iter()
                .map(|(group, versions)| format!("\"{group}\": {}\n", versions.join(" ")))
                .collect(),
            Err(what) => what,
        }
    }

    fn shown(resource: &Resource) -> String {
        let Resource { kind, plural, namespaced, listed } = resource;
        let scope = if *namespaced { "" } else { "!" };
        let listed = if *listed { "" } else { "?" };
        format!("{kind}={scope}{plural}{listed}")
    }

    #[test]
    fn an_aggregated_answer_names_every_kind() {
        let text = r#"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
            {"metadata":{"name":"apps","creationTimestamp":null},"versions":[
                {"version":"v1","freshness":"Current","resources":[
                    {"resource":"deployments","responseKind":{"group":"apps","version":"v1","kind":"Deployment"},
                     "scope":"Namespaced","verbs":["get","list"],
                     "subresources":[{"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"},"verbs":["get"]}]},
                    {"resource":"only-below","responseKind":null,"scope":"Namespaced","verbs":[]}]},
                {"version":"v1beta1","freshness":"Stale"}]},
            {"metadata":{"creationTimestamp":null},"versions":[{"version":"v1","resources":[
                {"resource":"nodes","responseKind":{"group":"","version":"v1","kind":"Node"},"scope":"Cluster","verbs":["list"]},
                {"resource":"bindings","responseKind":{"group":"","version":"v1","kind":"Binding"},"scope":"Namespaced","verbs":["create"]}]}]}]}"#;
        assert_snapshot!(root(text), @"
        v1: Node=!nodes Binding=bindings?
        apps/v1: Deployment=deployments
        apps/v1beta1: unknown
        ");
    }

    #[test]
    fn names_of_groups_come_with_the_preferred_version_first() {
        let text = r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"autoscaling",
            "versions":[{"groupVersion":"autoscaling/v1","version":"v1"},{"groupVersion":"autoscaling/v2","version":"v2"}],
            "preferredVersion":{"groupVersion":"autoscaling/v2","version":"v2"}}]}"#;
        assert_snapshot!(root(text), @r#""autoscaling": autoscaling/v2 autoscaling/v1"#);
        assert_snapshot!(root(r#"{"kind":"APIVersions","versions":["v1"]}"#), @r#""": v1"#);
    }

    #[test]
    fn what_is_no_discovery_is_none() {
        assert_snapshot!(root(""), @"it is no JSON: EOF while parsing a value at line 1 column 0");
        assert_snapshot!(root("{}"), @"it is no list of API groups");
        assert_snapshot!(root(r#"{"kind":"APIGroupList","groups":[]}"#), @"there is no API group in it");
        assert_snapshot!(root(r#"{"kind":"APIGroupDiscoveryList","items":[]}"#), @"there is no API group in it");
        assert_snapshot!(root(r#"{"kind":"APIGroupDiscoveryList"}"#), @"it is not in a form that is known: missing field `items` at line 1 column 32");
        assert_snapshot!(root(r#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[{"resource":1}]}]}]}"#), @"it is not in a form that is known: invalid type: integer `1`, expected a string at line 1 column 110");
    }

    #[test]
    fn a_document_is_read_if_it_is_about_the_version() {
        let text = r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1","resources":[
            {"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment","verbs":["list"]},
            {"name":"deployments/scale","singularName":"","namespaced":true,"group":"autoscaling","kind":"Scale","verbs":["get"]},
            {"name":"reviews","singularName":"","namespaced":false,"kind":"Review","verbs":["create"]}]}"#;
        let read = |version| match Resource::read(text, version) {
            Ok(resources) => resources.iter().map(shown).collect::<Vec<_>>().join(" "),
            Err(what) => what,
        };
        assert_eq!(read("apps/v1"), "Deployment=deployments Review=!reviews?");
        assert_eq!(read("apps/v2"), "it is not about apps/v2");
    }
}
