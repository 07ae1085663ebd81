//! The way to one API server.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use super::asked::Asked;
use super::clock::Clock;
use super::codes;
use super::credentials::{Credentials, First};
use super::failure::Failure;
use super::identity::Uid;
use super::kubeconfig::{Access, Certificate, Credential, Server};
use super::line::Lines;
use super::lock::Fence;
use super::notice::{Event, Notice, Tell};
use super::pause::Pause;
use super::proxy::Proxies;
use super::target::Target;
use super::unknown::{Reason, Unknown};
use crate::diagnostic::Diagnostic;
use crate::object::base64_encode;

/// How a connection is made, as far as the kubeconfig does not say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long the server may be silent: while connecting, before it answers, and between parts of an answer.
    pub patience: Duration,
    /// Whether a certificate that the kubeconfig says not to check may go unchecked.
    pub allow_insecure: bool,
    /// Whether stdin is a terminal, which a credential plugin may use.
    pub stdin_is_terminal: bool,
    /// The proxies of the environment.
    pub proxies: Proxies,
}

/// A client of one server.
pub(super) struct Channel {
    pub lines: Lines,
    /// Which cluster it is, once that is proven.
    pub uid: OnceLock<Uid>,
    pub credentials: Credentials,
    /// How long the server may be silent.
    pub patience: Duration,
    pub target: Arc<Target>,
    /// The warnings that were told.
    pub told: Mutex<BTreeSet<String>>,
    pub pause: Pause,
    pub clock: Clock,
    /// Whether the fleet pins which cluster it leads to; without, nothing is written.
    pub is_pinned: bool,
    /// The names of the fleet's clusters, once it is proven which one this is.
    pub clusters: BTreeSet<Arc<str>>,
    /// The locks that nothing of the fleet may be written without.
    pub fences: Mutex<Vec<Fence>>,
    tell: Tell,
}

impl Channel {
    /// Prepares the way. Runs the credential plugin if the user has one; sends nothing to the server.
    pub async fn open(
        target: Arc<Target>,
        access: &Access,
        settings: &Settings,
        tell: Tell,
    ) -> Result<Self, Failure> {
        let notice = |event| tell(Notice { cluster: target.cluster.clone(), event });
        if access.server.is_exposed() {
            if !settings.allow_insecure {
                return Err(Failure::Refused(Box::new(unchecked(&target, access))));
            }
            notice(Event::Insecure);
        }
        let proxy = match &access.server.proxy {
            Some(proxy) => Some(proxy.clone()),
            None => settings.proxies.towards(&access.server.address).map_err(Failure::Wrong)?,
        };
        let First { credentials, certificate, said } =
            Credentials::get(&access.user.credential, settings.stdin_is_terminal).await.map_err(|error| {
                Failure::Unknown(Box::new(Unknown::new(
                    &target,
                    &Asked::get("/"),
                    Reason::Credentials(Box::new(error)),
                )))
            })?;
        said.into_iter().for_each(notice);
        let certificate = certificate.or_else(|| access.user.certificate.clone());
        let config = config(&access.server, certificate.as_ref(), access, proxy, settings.patience);
        // Each client would renew such credentials for itself, and a server may take the same token once.
        let one_by_one = matches!(access.user.credential, Credential::Oidc(_));
        let lines = Lines::new(config, one_by_one)
            .map_err(|error| Failure::Wrong(Box::new(unusable(&target, access, &error))))?;
        let (told, pause, clock) = (Mutex::default(), Pause::default(), Clock::default());
        let (patience, is_pinned, fences) = (settings.patience, false, Mutex::default());
        let (uid, clusters) = (OnceLock::new(), BTreeSet::new());
        Ok(Self {
            lines,
            uid,
            credentials,
            patience,
            target,
            told,
            pause,
            clock,
            is_pinned,
            clusters,
            fences,
            tell,
        })
    }

    pub fn notice(&self, event: Event) {
        (self.tell)(Notice { cluster: self.target.cluster.clone(), event });
    }
}

fn config(
    server: &Server,
    certificate: Option<&Certificate>,
    access: &Access,
    proxy: Option<http::Uri>,
    patience: Duration,
) -> kube::Config {
    let mut config = kube::Config::new(server.address.clone());
    config.root_cert = server.authorities.clone();
    config.accept_invalid_certs = server.insecure;
    config.tls_server_name = server.tls_server_name.clone();
    config.disable_compression = server.disable_compression;
    config.proxy_url = proxy;
    config.connect_timeout = Some(patience);
    config.write_timeout = Some(patience);
    // Silent tries are not wanted: see `Channel::send`. The read time-out is there too.
    config.default_retry = false;
    let user = &mut config.auth_info;
    if let Some(Certificate { chain, key }) = certificate {
        user.client_certificate_data = Some(base64_encode(chain));
        user.client_key_data = Some(base64_encode(key).into());
    }
    let impersonation = &access.user.impersonation;
    user.impersonate = impersonation.user.clone();
    user.impersonate_uid = impersonation.uid.clone();
    if !impersonation.groups.is_empty() {
        user.impersonate_groups = Some(impersonation.groups.clone());
    }
    if !impersonation.extra.is_empty() {
        user.impersonate_user_extra = Some(impersonation.extra.iter().cloned().collect());
    }
    if let Credential::Oidc(settings) = &access.user.credential {
        user.auth_provider = Some(kube::config::AuthProviderConfig {
            name: "oidc".to_owned(),
            config: settings.iter().cloned().collect(),
            ..kube::config::AuthProviderConfig::default()
        });
    }
    config
}

fn unchecked(target: &Target, access: &Access) -> Diagnostic {
    let cluster = &target.cluster;
    let (what, mend) = match target.is_tls {
        true => (
            "the certificate of the server would not be checked",
            "give the server its `certificate-authority`",
        ),
        false => ("the connection would not be encrypted", "use https"),
    };
    Diagnostic::error(codes::INSECURE, format!("cluster \"{cluster}\": {what}"))
        .at(access.places.insecure, "anybody could answer in the server's place, with any UID")
        .on(cluster.clone())
        .note(target.to_string())
        .help(format!("{mend}; to connect all the same: --allow-insecure-tls {cluster}"))
}

/// That no client can be made: the certificate and the key do not fit, mostly.
fn unusable(target: &Arc<Target>, access: &Access, error: &kube::Error) -> Diagnostic {
    let (at, what) = match error {
        kube::Error::RustlsTls(_) | kube::Error::InferKubeconfig(_) => {
            (access.places.certificate, "the client's certificate and key cannot be used together")
        }
        _ => (access.places.server, "no connection can be made as the kubeconfig says"),
    };
    let causes = Unknown::transport(target, &Asked::get("/"), error).causes.join(": ");
    let problem = Diagnostic::error(codes::CERTIFICATE, what).at(at, "").on(target.cluster.clone());
    let problem = problem.note(target.to_string());
    let problem = if causes.is_empty() { problem } else { problem.note(format!("cause: {causes}")) };
    problem.help("let the tool that wrote the user into the kubeconfig write it anew")
}
