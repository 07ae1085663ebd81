//! Who is asked, as messages say it.

use std::fmt;
use std::sync::Arc;

use super::kubeconfig::{Access, Validity};

/// A cluster of the fleet, and the way to its API server. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The cluster of the fleet.
    pub cluster: Arc<str>,
    /// The context of the kubeconfig.
    pub context: String,
    /// The address of the server.
    pub server: String,
    /// Its host and port.
    pub host: String,
    /// The user of the kubeconfig.
    pub user: String,
    /// Whom that user acts as.
    pub acts_as: Option<String>,
    /// From when until when the certificate holds that the user has in the kubeconfig, if it has one.
    pub certificate: Option<Validity>,
    /// Whether the connection is encrypted.
    pub is_tls: bool,
}

impl Target {
    /// The way that a context leads.
    pub fn new(cluster: impl Into<Arc<str>>, access: &Access) -> Self {
        let (address, certificate) = (&access.server.address, &access.user.certificate);
        let certificate = certificate.as_ref();
        Self {
            cluster: cluster.into(),
            context: access.context.clone(),
            server: address.to_string().trim_end_matches('/').to_owned(),
            host: address.authority().map_or(String::new(), ToString::to_string),
            user: access.user.name.clone(),
            acts_as: access.user.impersonation.user.clone(),
            certificate: certificate.and_then(|certificate| Validity::of_chain(&certificate.chain)),
            is_tls: access.server.is_tls(),
        }
    }
}

#[cfg(test)]
impl Target {
    /// The one that the tests of this room ask.
    pub fn of_tests() -> Arc<Self> {
        Arc::new(Self {
            cluster: Arc::from("prod-a"),
            context: "c".to_owned(),
            server: "https://example.com".to_owned(),
            host: "example.com".to_owned(),
            user: "u".to_owned(),
            acts_as: None,
            certificate: None,
            is_tls: true,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { context, server, user, .. } = self;
        write!(
            f,
            "context \"{}\", server {server}, user \"{}\"",
            context.escape_debug(),
            user.escape_debug()
        )?;
        match &self.acts_as {
            Some(other) => write!(f, " acting as \"{}\"", other.escape_debug()),
            None => Ok(()),
        }
    }
}
