//! All objects of a kind, page by page.

use std::time::Duration;

use serde_json::Value;

use super::asked::{Asked, Verb};
use super::channel::Channel;
use super::exchange::Answer;
use super::notice::Event;
use super::path;
use super::request::{JSON, METADATA, METADATA_VERSION, Request, secrets};
use super::unknown::{Reason, Unknown};

/// How many objects a page has at first.
const PAGE: usize = 500;

/// How many bytes a page may have. Of a kind with larger ones, smaller pages are asked for; a single object is smaller,
/// as etcd takes none of more than 1.5 MiB.
const MAX_PAGE: usize = 8 << 20;

/// The most pages of a list that are read: a server that always knows another one would be asked for ever.
const MAX_PAGES: usize = 20_000;

/// How often a list is begun that expires before its end.
const BEGINNINGS: u32 = 2;

/// What is listed.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    path: String,
    selector: Option<String>,
    /// The `apiVersion` of the list.
    api_version: String,
    accept: &'static str,
}

/// The start of a list, or what follows a page.
type Token = Option<String>;

impl Listing {
    /// All objects of a kind, in the version that is named.
    pub fn new(api_version: &str, plural: &str) -> Self {
        Self {
            path: path::collection(api_version, None, plural),
            selector: None,
            api_version: api_version.to_owned(),
            accept: JSON,
        }
    }

    /// The Secrets of a namespace with this label.
    pub fn secrets(namespace: &str, label: &str, value: &str) -> Self {
        let selector = Some(format!("{label}={value}"));
        Self { path: secrets(namespace), selector, ..Self::new("v1", "secrets") }
    }

    /// The objects of a kind in one namespace.
    pub fn within(api_version: &str, namespace: &str, plural: &str) -> Self {
        Self {
            path: path::collection(api_version, Some(namespace), plural),
            ..Self::new(api_version, plural)
        }
    }

    /// Those of them that a label selector matches.
    pub fn labelled(self, selector: &str) -> Self {
        Self { selector: Some(selector.to_owned()), ..self }
    }

    /// Their metadata alone.
    pub fn of_metadata(self) -> Self {
        Self { api_version: METADATA_VERSION.to_owned(), accept: METADATA, ..self }
    }

    /// What is asked, as messages say it.
    pub fn asked(&self) -> Asked {
        Asked { verb: Verb::List, path: self.path.clone() }
    }

    fn request(&self, limit: usize, from: Option<&str>) -> Request {
        let limit = limit.to_string();
        let mut parameters = vec![("limit", limit.as_str())];
        parameters.extend(self.selector.as_deref().map(|selector| ("labelSelector", selector)));
        parameters.extend(from.map(|from| ("continue", from)));
        // Without a resourceVersion: the answer is then the newest state, whichever server gives it.
        Request::page(&self.path, &parameters, MAX_PAGE).accepting(self.accept)
    }
}

impl Channel {
    /// What `read` makes of each object of a list; of what it makes `None` of, nothing is kept. A list that cannot be
    /// read to its end, or that has something in it that is no object, is not known at all.
    pub async fn list<T>(
        &self,
        listing: &Listing,
        read: impl Fn(Value) -> Result<Option<T>, String>,
    ) -> Result<Vec<T>, Unknown> {
        let mut beginning = 1;
        loop {
            match self.list_once(listing, &read).await {
                Err(unknown) if is_expired(&unknown) && beginning < BEGINNINGS => {
                    self.notice(Event::Retry {
                        asked: unknown.asked.to_string(),
                        reason: unknown.phrase(),
                        attempt: beginning,
                        attempts: BEGINNINGS,
                        wait: Duration::ZERO,
                    });
                    beginning += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn list_once<T>(
        &self,
        listing: &Listing,
        read: &impl Fn(Value) -> Result<Option<T>, String>,
    ) -> Result<Vec<T>, Unknown> {
        let asked = listing.asked();
        let unreadable = |what: String| self.unreadable(&asked, what);
        let mut kept = Vec::new();
        let mut limit = PAGE;
        let mut from: Token = None;
        for _ in 0..MAX_PAGES {
            let request = listing.request(limit, from.as_deref());
            let answer = match self.send(&request).await {
                Err(unknown) if matches!(unknown.reason, Reason::TooLarge(_)) && limit > 1 => {
                    limit = (limit / 10).max(1);
                    continue;
                }
                answer => answer?,
            };
            let text = match answer {
                Answer { code: 200, text, .. } => text,
                other => return Err(self.failed(&request, &other)),
            };
            let (items, next) = page(&text, &listing.api_version).map_err(unreadable)?;
            for item in items {
                kept.extend(read(item).map_err(unreadable)?);
            }
            match next {
                None => return Ok(kept),
                next if next == from => return Err(unreadable("its pages do not end".to_owned())),
                next => from = next,
            }
        }
        Err(unreadable(format!("it has more than {MAX_PAGES} pages")))
    }
}

/// Whether the rest of a list is no longer there, as it was read too slowly.
fn is_expired(unknown: &Unknown) -> bool {
    matches!(unknown.reason, Reason::Status { code: 410, .. })
}

/// The items of a page, and where the next one begins.
fn page(text: &str, api_version: &str) -> Result<(Vec<Value>, Token), String> {
    let mut page: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let found = page.get("apiVersion").and_then(Value::as_str);
    if found != Some(api_version) || !page.get("metadata").is_some_and(Value::is_object) {
        return Err(format!("it is no list of {api_version}"));
    }
    let next = match page.pointer("/metadata/continue") {
        None => None,
        Some(Value::String(token)) if token.is_empty() => None,
        Some(Value::String(token)) => Some(token.clone()),
        Some(_) => return Err("its `metadata.continue` is no text".to_owned()),
    };
    match page.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => Ok((items, next)),
        // So an empty list of Go may be written.
        Some(Value::Null) if next.is_none() => Ok((Vec::new(), next)),
        Some(_) | None => Err("there are no `items` in it".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_page_is_read_whole_or_not_at_all() {
        let shown = |text: &str| match page(text, "apps/v1") {
            Ok((items, next)) => format!("{} then {}", Value::from(items), next.unwrap_or_default()),
            Err(what) => what,
        };
        assert_snapshot!(shown(r#"{"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{"continue":"x"},"items":[{}]}"#), @"[{}] then x");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{"continue":""},"items":[]}"#), @"[] then ");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{},"items":null}"#), @"[] then ");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{"continue":"x"},"items":null}"#), @"there are no `items` in it");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{}}"#), @"there are no `items` in it");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{},"items":{}}"#), @"there are no `items` in it");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{"continue":1},"items":[]}"#), @"its `metadata.continue` is no text");
        assert_snapshot!(shown(r#"{"apiVersion":"v1","metadata":{},"items":[]}"#), @"it is no list of apps/v1");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","items":[]}"#), @"it is no list of apps/v1");
        assert_snapshot!(shown("[]"), @"it is no list of apps/v1");
        assert_snapshot!(shown(r#"{"apiVersion":"apps/v1","metadata":{},"items":[{}"#), @"it is no JSON: EOF while parsing a list at line 1 column 49");
        let deep = format!(r#"{{"apiVersion":"apps/v1","metadata":{{}},"items":{}"#, "[".repeat(100_000));
        assert_snapshot!(shown(&deep), @"it is no JSON: recursion limit exceeded at line 1 column 173");
    }

    #[test]
    fn pages_are_asked_for_without_a_resource_version() {
        let sent = |listing: &Listing, from| {
            let request = listing.request(500, from).to_http(None).unwrap();
            format!("{} {}", request.method(), request.uri())
        };
        let all = Listing::new("apps/v1", "deployments");
        assert_eq!(sent(&all, None), "GET /apis/apps/v1/deployments?limit=500");
        assert_eq!(sent(&all, Some("a b")), "GET /apis/apps/v1/deployments?limit=500&continue=a%20b");
        assert_eq!(all.asked(), all.request(500, Some("a")).asked());
        let some = Listing::secrets("state", "of", "x");
        assert_eq!(sent(&some, None), "GET /api/v1/namespaces/state/secrets?limit=500&labelSelector=of%3Dx");
    }
}
