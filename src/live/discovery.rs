//! Discovery: which kinds a server serves, in which versions and under which names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::asked::Asked;
use super::channel::Channel;
use super::connection::SIDE_BY_SIDE;
use super::discovery_answer::{Resource, Root, Versions};
use super::path;
use super::request::{MAX_ANSWER, Request};
use super::side_by_side::side_by_side;
use super::unknown::{Reason, Unknown};
use crate::plan::Served;

/// All kinds in two answers
/// ([aggregated discovery](https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery)); of a
/// server that does not know that form, the names of the groups.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                          application/json";

/// Which kinds a server serves.
pub(super) struct Discovery {
    core: Result<Groups, Unknown>,
    named: Result<Groups, Unknown>,
}

/// The versions of each group, the preferred one first.
type Groups = BTreeMap<String, Vec<Version>>;

/// One version of a group.
struct Version {
    /// As `apps/v1`.
    api_version: Arc<str>,
    kinds: Result<Vec<Resource>, Unknown>,
}

/// What is known of a kind.
pub(super) enum Found {
    /// How it is served.
    Served(Served),
    /// It is served, but of its objects there is no list.
    Unlisted,
    /// There is no such kind.
    NotServed,
    /// Nothing.
    Unread(Unknown),
}

impl Channel {
    /// Asks for the kinds of all groups; where there are no aggregated answers, of those groups that are needed.
    pub async fn discovery(self: &Arc<Self>, needed: &BTreeSet<Arc<str>>) -> Discovery {
        Discovery { core: self.root("/api", needed).await, named: self.root("/apis", needed).await }
    }

    async fn root(self: &Arc<Self>, root: &str, needed: &BTreeSet<Arc<str>>) -> Result<Groups, Unknown> {
        let request = Request::get(root, MAX_ANSWER).accepting(AGGREGATED);
        let asked = request.asked();
        let text = self.text(&request).await?;
        match Root::read(&text).map_err(|what| self.unreadable(&asked, what))? {
            Root::Aggregated(groups) => {
                let stale =
                    |version: &str| Unknown::new(&self.target, &asked, Reason::Stale(version.to_owned()));
                let version = |(api_version, kinds): (Arc<str>, Option<Vec<Resource>>)| {
                    let kinds = kinds.ok_or_else(|| stale(&api_version));
                    Version { api_version, kinds }
                };
                let versions = |versions: Versions| versions.into_iter().map(version).collect();
                Ok(groups.into_iter().map(|(group, found)| (group, versions(found))).collect())
            }
            Root::Names(groups) => {
                let groups = groups.into_iter().filter(|(group, _)| needed.contains(group.as_str()));
                Ok(self.documents(groups.collect()).await)
            }
        }
    }

    /// Asks for each version of these groups.
    async fn documents(self: &Arc<Self>, groups: BTreeMap<String, Vec<Arc<str>>>) -> Groups {
        let versions: Vec<(&str, &Arc<str>)> = groups
            .iter()
            .flat_map(|(group, versions)| versions.iter().map(|version| (group.as_str(), version)))
            .collect();
        let request = |version: &str| Request::get(&path::version(version), MAX_ANSWER);
        let requests: Vec<Request> = versions.iter().map(|(_, version)| request(version)).collect();
        let ask = |request: Request| {
            let channel = Arc::clone(self);
            async move { channel.text(&request).await }
        };
        let read = |index: usize, text: String| {
            let version = versions.get(index).map_or("", |(_, version)| version);
            let unreadable = |what| self.unreadable(&Asked::get(&path::version(version)), what);
            Resource::read(&text, version).map_err(unreadable)
        };
        let answers = side_by_side(&self.target, requests, SIDE_BY_SIDE, Request::asked, ask, read).await;
        let mut found = Groups::new();
        for ((group, api_version), kinds) in versions.iter().zip(answers) {
            let version = Version { api_version: Arc::clone(api_version), kinds };
            found.entry((*group).to_owned()).or_default().push(version);
        }
        found
    }
}

impl Discovery {
    /// How a kind is served: in the first of the versions that are wanted, such as `apps/v1`, else in the one that the
    /// server prefers.
    pub fn find(&self, group: &str, kind: &str, wanted: &[&str]) -> Found {
        let groups = match if group.is_empty() { &self.core } else { &self.named } {
            Ok(groups) => groups,
            Err(unknown) => return Found::Unread(unknown.clone()),
        };
        let Some(versions) = groups.get(group) else { return Found::NotServed };
        let mut unread: Option<&Unknown> = None;
        let mut served: Vec<(&Arc<str>, &Resource)> = Vec::new();
        for version in versions {
            match &version.kinds {
                Ok(kinds) => {
                    let found = kinds.iter().filter(|resource| resource.kind == kind);
                    let found = found.max_by_key(|resource| resource.listed);
                    served.extend(found.map(|resource| (&version.api_version, resource)));
                }
                // In a version that is wanted it may be served all the same.
                Err(unknown) if wanted.contains(&&*version.api_version) => {
                    return Found::Unread(unknown.clone());
                }
                Err(unknown) => unread = unread.or(Some(unknown)),
            }
        }
        let is = |wanted: &&str| served.iter().find(|(version, _)| &***version == *wanted);
        match (wanted.iter().find_map(is).or(served.first()), unread) {
            (Some((_, Resource { listed: false, .. })), _) => Found::Unlisted,
            (Some((api_version, resource)), _) => Found::Served(Served {
                api_version: Arc::clone(api_version),
                versions: served.iter().map(|(version, _)| Arc::clone(version)).collect(),
                plural: Arc::from(resource.plural.as_str()),
                namespaced: resource.namespaced,
            }),
            (None, Some(unknown)) => Found::Unread(unknown.clone()),
            (None, None) => Found::NotServed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::target::Target;

    /// Groups of one kind each, `Thing`: versions with `+` serve it, with `-` do not, with `?` are not known.
    fn discovery(groups: &[(&str, &[&str])]) -> Discovery {
        let thing = Resource {
            kind: "Thing".to_owned(),
            plural: "things".to_owned(),
            namespaced: true,
            listed: true,
        };
        let version = |group: &str, version: &&str| {
            let (name, what) = version.split_at(version.len() - 1);
            let asked = Asked::get("/apis");
            let kinds = match what {
                "+" => Ok(vec![thing.clone()]),
                "-" => Ok(Vec::new()),
                _ => Err(Unknown::new(&Target::of_tests(), &asked, Reason::Stale(format!("{group}/{name}")))),
            };
            Version { api_version: Arc::from(format!("{group}/{name}")), kinds }
        };
        let versions =
            |group: &str, versions: &[&str]| versions.iter().map(|one| version(group, one)).collect();
        let named = groups.iter().map(|(group, all)| ((*group).to_owned(), versions(group, all))).collect();
        let core = Err(Unknown::new(&Target::of_tests(), &Asked::get("/api"), Reason::Broken));
        Discovery { core, named: Ok(named) }
    }

    #[test]
    fn a_kind_is_absent_only_where_everything_is_known() {
        let discovery = discovery(&[
            ("a", &["v2+", "v1+"]),
            ("b", &["v2?", "v1+"]),
            ("c", &["v2?", "v1-"]),
            ("d", &["v1-"]),
        ]);
        for (group, kind, wanted, expected) in [
            ("a", "Thing", &["a/v1"][..], "a/v1 of a/v2 a/v1"),
            ("a", "Thing", &["a/v3", "a/v1"], "a/v1 of a/v2 a/v1"),
            ("a", "Thing", &["a/v3"], "a/v2 of a/v2 a/v1"),
            ("a", "Other", &["a/v1"], "not served"),
            ("b", "Thing", &["b/v1"], "b/v1 of b/v1"),
            ("b", "Thing", &["b/v2"], "the server does not know at present what there is in b/v2"),
            ("b", "Other", &["b/v1"], "the server does not know at present what there is in b/v2"),
            ("c", "Thing", &["c/v1"], "the server does not know at present what there is in c/v2"),
            ("d", "Thing", &["d/v1"], "not served"),
            ("e", "Thing", &["e/v1"], "not served"),
            ("", "Thing", &["v1"], "example.com broke the connection off in the middle of its answer"),
        ] {
            let found = match discovery.find(group, kind, wanted) {
                Found::Served(served) => format!("{} of {}", served.api_version, served.versions.join(" ")),
                Found::Unlisted => "not listed".to_owned(),
                Found::NotServed => "not served".to_owned(),
                Found::Unread(unknown) => unknown.phrase(),
            };
            assert_eq!(found, expected, "{group}/{kind} {wanted:?}");
        }
    }
}
