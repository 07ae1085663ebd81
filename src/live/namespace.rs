//! The namespace that the record and the lock are kept in.

use super::codes;
use super::connection::Proven;
use super::failure::Failure;
use super::request::{MAX_OBJECT, Request};
use super::status::Status;
use crate::diagnostic::Diagnostic;
use crate::plan::SetId;

impl Proven {
    /// Makes the namespace of the record, if it is not there; `true` if it was made.
    ///
    /// # Errors
    /// If it is not there and cannot be made: told with what an administrator can do about it; or if that is not known.
    pub async fn make_namespace(&self, set: &SetId) -> Result<bool, Failure> {
        let name = &*set.namespace;
        let look = Request::get(&format!("/api/v1/namespaces/{name}"), MAX_OBJECT);
        let there = self.channel.send(&look).await?;
        let is_missing = |text: &str| Status::read(text).is_some_and(|status| status.reason == "NotFound");
        match there.code {
            200 if is_ending(&there.text) => return Err(self.ending(set)),
            200 => return Ok(false),
            404 if is_missing(&there.text) => {}
            // Who may not look may still work in it: then the lock tells.
            403 => return Ok(false),
            _ => return Err(self.channel.failed(&look, &there).into()),
        }
        self.pinned("make a namespace on")?;
        let request = Request::create_namespace(name);
        let answer = self.channel.send(&request).await?;
        match answer.code {
            200 | 201 => Ok(true),
            // A try before made it, whose answer was lost; or else somebody did.
            409 => Ok(answer.tries > 1),
            403 => Err(self.forbidden(set)),
            _ => Err(self.channel.failed(&request, &answer).into()),
        }
    }

    /// That the namespace is being deleted, and takes nothing new.
    fn ending(&self, set: &SetId) -> Failure {
        let (cluster, name) = (&self.target().cluster, &set.namespace);
        let message = format!("on cluster \"{cluster}\" the namespace {name} of the record is being deleted");
        let context = self.target().context.escape_debug();
        let problem = Diagnostic::error(codes::NO_NAMESPACE, message)
            .on(cluster.clone())
            .note(self.target().to_string())
            .note("with it goes what is known of what was applied: nothing is deleted after that, and all is to be adopted again")
            .help(format!(
                "wait until it is gone; what holds it is in its conditions: kubectl --context '{context}' get namespace {name} -o yaml"
            ));
        Failure::Refused(Box::new(problem))
    }

    /// That the user may not make the namespace, and what is needed to go on.
    fn forbidden(&self, set: &SetId) -> Failure {
        let (cluster, name) = (&self.target().cluster, &set.namespace);
        let message = format!(
            "cluster \"{cluster}\" has no namespace {name} for the record, and the user may not make it"
        );
        let context = self.target().context.escape_debug();
        let problem = Diagnostic::error(codes::NO_NAMESPACE, message)
            .on(cluster.clone())
            .note(self.target().to_string())
            .note("in it the user needs a Role: get, list, create, update, delete on secrets; get, create, update on leases.coordination.k8s.io")
            .help(format!(
                "let somebody who may make it: kubectl --context '{context}' create namespace {name}, and bind the user to that Role there"
            ));
        Failure::Refused(Box::new(problem))
    }

    /// That something is written only to a cluster that is proven to be the one.
    pub(super) fn pinned(&self, what: &str) -> Result<(), Failure> {
        if self.is_pinned() {
            return Ok(());
        }
        let cluster = &self.target().cluster;
        let message = format!("to {what} cluster \"{cluster}\", its UID must be pinned");
        let problem = Diagnostic::error(codes::NOT_PINNED, message)
            .on(cluster.clone())
            .note(format!("the UID of its kube-system is {}", self.uid()))
            .help(format!("pin it with `fleetwright trust --cluster {cluster}`"));
        Err(Failure::Refused(Box::new(problem)))
    }
}

/// Whether a namespace is being deleted.
fn is_ending(text: &str) -> bool {
    let namespace: Option<serde_json::Value> = serde_json::from_str(text).ok();
    namespace.is_some_and(|namespace| namespace.pointer("/metadata/deletionTimestamp").is_some())
}
