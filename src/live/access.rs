//! What the user may do, asked before anything is done.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::channel::Channel;
use super::connection::{Proven, SIDE_BY_SIDE};
use super::request::Request;
use super::side_by_side::side_by_side;
use super::unknown::Unknown;

/// Something that the user must be allowed to do: a verb on a kind, in one namespace or in the cluster as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// What, and on which kind.
    pub right: Right,
    /// In which namespace; none for a kind without namespaces, or for all of them.
    pub namespace: Option<Arc<str>>,
}

/// A verb on a kind, as roles name both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The group; empty for the core.
    pub group: Arc<str>,
    /// The kind, as `deployments`.
    pub plural: Arc<str>,
    /// The verb, as `patch`.
    pub verb: &'static str,
}

impl Proven {
    /// Which of these needs are not met, in their order, each once. Each right is first asked for in the whole cluster,
    /// and where that is refused, in each namespace that it is needed in.
    ///
    /// # Errors
    /// If one of the questions cannot be asked.
    pub async fn missing(&self, needs: &[Need]) -> Result<Vec<Need>, Vec<Unknown>> {
        let mut needs = needs.to_vec();
        needs.sort();
        needs.dedup();
        let mut rights: Vec<Need> =
            needs.iter().map(|need| Need { right: need.right.clone(), namespace: None }).collect();
        rights.dedup();
        let refused = self.refused(rights).await?;
        let open = needs.into_iter().filter(|need| refused.iter().any(|right| right.right == need.right));
        let (within, without): (Vec<Need>, Vec<Need>) = open.partition(|need| need.namespace.is_some());
        let mut missing = self.refused(within).await?;
        missing.extend(without);
        missing.sort();
        Ok(missing)
    }

    async fn refused(&self, needs: Vec<Need>) -> Result<Vec<Need>, Vec<Unknown>> {
        let ask = |need: Need| {
            let channel = Arc::clone(&self.channel);
            async move { channel.may(&need).await }
        };
        let asked = |need: &Need| need.request().asked();
        let answers =
            side_by_side(&self.channel.target, needs.clone(), SIDE_BY_SIDE, asked, ask, |_, may| Ok(may))
                .await;
        let mut refused = Vec::new();
        let mut unknown = Vec::new();
        for (need, answer) in needs.into_iter().zip(answers) {
            match answer {
                Ok(true) => {}
                Ok(false) => refused.push(need),
                Err(failed) => unknown.push(failed),
            }
        }
        if unknown.is_empty() { Ok(refused) } else { Err(unknown) }
    }
}

impl Channel {
    async fn may(&self, need: &Need) -> Result<bool, Unknown> {
        let request = need.request();
        let answer = self.send(&request).await?;
        if !matches!(answer.code, 200 | 201) {
            return Err(self.failed(&request, &answer));
        }
        let review: Option<Value> = serde_json::from_str(&answer.text).ok();
        let allowed = review.as_ref().and_then(|review| review.pointer("/status/allowed")?.as_bool());
        allowed.ok_or_else(|| self.unreadable(&request.asked(), "there is no `status.allowed` in it"))
    }
}

impl Need {
    fn request(&self) -> Request {
        let Right { group, plural, verb } = &self.right;
        Request::review(verb, group, plural, self.namespace.as_deref())
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, plural, verb } = self;
        match &**group {
            "" => write!(f, "{verb} {plural}"),
            group => write!(f, "{verb} {plural}.{group}"),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            None => write!(f, "{}", self.right),
            Some(namespace) => write!(f, "{} in namespace {namespace}", self.right),
        }
    }
}
