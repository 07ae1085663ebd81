//! Looking at objects again: one of them, those of the set, and the pods of a workload.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::channel::Channel;
use super::connection::Proven;
use super::list::Listing;
use super::request::Request;
use super::status::Status;
use super::unknown::Unknown;
use crate::object::{ObjectRef, PART_OF};
use crate::plan::{Live, Served, SetId};

impl Proven {
    /// One object, in a version that it is served in; `None` if the server itself says that it is not there.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn object(
        &self,
        api_version: &str,
        served: &Served,
        object: &ObjectRef,
    ) -> Result<Option<Live>, Unknown> {
        self.channel.one(api_version, served, object).await
    }

    /// All objects of a kind that carry the label of the set, as they are listed.
    ///
    /// # Errors
    /// If they cannot be read to the last.
    pub async fn members(
        &self,
        group: &Arc<str>,
        kind: &Arc<str>,
        served: &Served,
        set: &SetId,
    ) -> Result<BTreeMap<ObjectRef, Live>, Unknown> {
        let listing = Listing::new(&served.api_version, &served.plural)
            .labelled(&format!("{PART_OF}={}", set.as_str()));
        let read = |item: Value| member(item, group, kind, &served.api_version).map(Some);
        Ok(self.channel.list(&listing, read).await?.into_iter().collect())
    }

    /// The pods of a namespace that a label selector matches.
    ///
    /// # Errors
    /// If they cannot be read to the last.
    pub async fn pods(&self, namespace: &str, selector: &str) -> Result<Vec<Value>, Unknown> {
        let listing = Listing::within("v1", namespace, "pods").labelled(selector);
        self.channel.list(&listing, |item| Ok(Some(item))).await
    }
}

fn member(
    item: Value,
    group: &Arc<str>,
    kind: &Arc<str>,
    api_version: &str,
) -> Result<(ObjectRef, Live), String> {
    let Value::Object(mut body) = item else { return Err("one of its items is no object".to_owned()) };
    // Items do not name them: the list does.
    body.entry("apiVersion").or_insert_with(|| Value::from(api_version));
    body.entry("kind").or_insert_with(|| Value::from(&**kind));
    let object = Value::Object(body);
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("/metadata/name").ok_or("one of its items has no name")?;
    let reference = ObjectRef {
        group: Arc::clone(group),
        kind: Arc::clone(kind),
        namespace: text("/metadata/namespace").map(Arc::from),
        name: Arc::from(name),
    };
    Ok((reference, Live { object }))
}

impl Channel {
    /// One object; `None` if the server itself says that there is none of this name.
    pub(super) async fn one(
        &self,
        api_version: &str,
        served: &Served,
        object: &ObjectRef,
    ) -> Result<Option<Live>, Unknown> {
        let request = Request::object(api_version, served, object);
        let answer = self.send(&request).await?;
        let is_about = |status: Status| status.reason == "NotFound" && status.name == *object.name;
        match answer.code {
            200 => {
                let found: Option<Value> = serde_json::from_str(&answer.text).ok();
                let is = |path: &str, text: &str| {
                    found.as_ref().and_then(|found| found.pointer(path)?.as_str()) == Some(text)
                };
                let is_it = is("/kind", &object.kind) && is("/metadata/name", &object.name);
                found
                    .clone()
                    .filter(|_| is_it)
                    .map(|object| Some(Live { object }))
                    .ok_or_else(|| self.unreadable(&request.asked(), format!("it is not {object}")))
            }
            404 if Status::read(&answer.text).is_some_and(is_about) => Ok(None),
            _ => Err(self.failed(&request, &answer)),
        }
    }
}
