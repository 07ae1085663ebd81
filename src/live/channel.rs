//! The way to one API server: every request goes through [`Channel::get`], which has a time limit, a size
//! limit, and few, visible tries.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, LOCATION, RETRY_AFTER, WARNING};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::time::{sleep, timeout};

use super::credentials::{Credentials, First};
use super::failure::Failure;
use super::kubeconfig::{Access, Certificate, Credential, Server};
use super::notice::{Event, Notice, Tell, legible};
use super::proxy::Proxies;
use super::target::Target;
use super::unknown::{Reason, Unknown};
use super::{codes, warning};
use crate::diagnostic::Diagnostic;
use crate::object::base64_encode;

/// How often a read is tried that fails in passing.
pub const ATTEMPTS: u32 = 3;

/// How long is waited before the second try; twice as long before each that follows.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The most bytes of an answer that are read. The largest answers of the largest clusters are below it.
pub const MAX_ANSWER: usize = 64 << 20;

/// How many times the patience with silence a whole answer may take.
const WHOLE_ANSWER: u32 = 10;

/// The longest message of a server that is repeated, in characters.
const LONGEST_MESSAGE: usize = 400;

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
    client: kube::Client,
    credentials: Credentials,
    patience: Duration,
    pub target: Arc<Target>,
    tell: Tell,
    told: Mutex<BTreeSet<String>>,
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
                    "credentials",
                    Reason::Credentials(Box::new(error)),
                )))
            })?;
        said.into_iter().for_each(notice);
        let certificate = certificate.or_else(|| access.user.certificate.clone());
        let config = config(&access.server, certificate.as_ref(), access, proxy, settings.patience);
        let client = kube::Client::try_from(config)
            .map_err(|error| Failure::Wrong(Box::new(unusable(&target, access, &error))))?;
        let told = Mutex::default();
        Ok(Self { client, credentials, patience: settings.patience, target, tell, told })
    }

    /// The body of a GET, as text of at most `limit` bytes. What fails in passing is tried [`ATTEMPTS`] times
    /// in all, each told; credentials that are refused are got anew once.
    pub async fn get(&self, path: &str, limit: usize) -> Result<String, Unknown> {
        let asked = format!("GET {path}");
        let mut attempt = 1;
        let mut renewed = false;
        loop {
            let (failed, wait) = match self.once(path, &asked, limit).await {
                Ok(text) => return Ok(text),
                Err(failed) => failed,
            };
            let refused = matches!(failed.reason, Reason::Status { code: 401, .. });
            if refused && !renewed && self.credentials.can_be_renewed() {
                renewed = true;
                let (_, said) = self.credentials.renew().await.map_err(|error| {
                    Unknown::new(&self.target, &asked, Reason::Credentials(Box::new(error)))
                })?;
                said.into_iter().for_each(|event| self.notice(event));
                continue;
            }
            if attempt >= ATTEMPTS || !failed.is_passing() {
                return Err(failed);
            }
            let wait = wait.unwrap_or(FIRST_WAIT * 2_u32.pow(attempt - 1)).min(LONGEST_WAIT);
            self.notice(Event::Retry {
                asked: asked.clone(),
                reason: failed.phrase(),
                attempt,
                attempts: ATTEMPTS,
                wait,
            });
            attempt += 1;
            sleep(wait).await;
        }
    }

    /// One try; on failure also how long the server asks to wait.
    async fn once(
        &self,
        path: &str,
        asked: &str,
        limit: usize,
    ) -> Result<String, (Unknown, Option<Duration>)> {
        let unknown = |reason| Unknown::new(&self.target, asked, reason);
        let mut request = Request::get(path).header(ACCEPT, "application/json");
        if let Some(header) = self.credentials.header() {
            request = request.header(AUTHORIZATION, header);
        }
        let request = request
            .body(Body::empty())
            .map_err(|error| (Unknown::transport(&self.target, asked, &error), None))?;
        let answer = match timeout(self.patience, self.client.send(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err((self.without_secrets(asked, &error), None)),
            Err(_) => return Err((unknown(Reason::Timeout(self.patience)), None)),
        };
        self.warn(answer.headers());
        let (status, headers) = (answer.status(), answer.headers().clone());
        let whole = self.patience.saturating_mul(WHOLE_ANSWER);
        let bytes = match timeout(whole, self.body(answer, asked, limit)).await {
            Ok(bytes) => bytes.map_err(|unknown| (unknown, None))?,
            Err(_) => return Err((unknown(Reason::Timeout(whole)), None)),
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| (unknown(Reason::Content("it is not UTF-8".to_owned())), None))?;
        if status == StatusCode::OK {
            return Ok(text);
        }
        if let (true, Some(to)) = (status.is_redirection(), headers.get(LOCATION)) {
            let to = String::from_utf8_lossy(to.as_bytes());
            // What follows is for the one who is sent there, and may be a secret.
            let to = to.split(['?', '#']).next().unwrap_or_default();
            return Err((unknown(Reason::Redirect(self.safe(to))), None));
        }
        let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let message = self.safe(&message(&text));
        Err((unknown(Reason::Status { code: status.as_u16(), message }), wait.map(Duration::from_secs)))
    }

    async fn body(&self, answer: Response<Body>, asked: &str, limit: usize) -> Result<Vec<u8>, Unknown> {
        let mut body = answer.into_body();
        let mut bytes = Vec::new();
        loop {
            let frame = match timeout(self.patience, body.frame()).await {
                Ok(None) => return Ok(bytes),
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(self.without_secrets(asked, &error)),
                Err(_) => return Err(Unknown::new(&self.target, asked, Reason::Timeout(self.patience))),
            };
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > limit {
                    return Err(Unknown::new(&self.target, asked, Reason::TooLarge(limit)));
                }
                bytes.extend_from_slice(&data);
            }
        }
    }

    fn without_secrets(&self, asked: &str, error: &kube::Error) -> Unknown {
        let mut unknown = Unknown::transport(&self.target, asked, error);
        unknown.causes.iter_mut().for_each(|cause| *cause = self.credentials.hide(cause));
        unknown
    }

    /// A text of the server, short, on one line and without credentials.
    fn safe(&self, text: &str) -> String {
        legible(&self.credentials.hide(text)).chars().take(LONGEST_MESSAGE).collect()
    }

    /// Tells the warnings of an answer, each once.
    fn warn(&self, headers: &HeaderMap) {
        for value in headers.get_all(WARNING) {
            for text in warning::texts(&String::from_utf8_lossy(value.as_bytes())) {
                let text = self.safe(&text);
                let is_new = self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone());
                if is_new {
                    self.notice(Event::Warning(text));
                }
            }
        }
    }

    fn notice(&self, event: Event) {
        (self.tell)(Notice { cluster: self.target.cluster.clone(), event });
    }
}

/// What an API server says about a failure: the message of its `Status`. Of anything else nothing is repeated.
fn message(body: &str) -> String {
    let status: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let message = status.as_ref().and_then(|status| status.get("message")?.as_str());
    message.unwrap_or("").to_owned()
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
    // Silent tries are not wanted: see `Channel::get`. The read time-out is there too.
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
    let causes = Unknown::transport(target, "", error).causes.join(": ");
    let problem = Diagnostic::error(codes::CERTIFICATE, what).at(at, "").on(target.cluster.clone());
    let problem = problem.note(target.to_string());
    let problem = if causes.is_empty() { problem } else { problem.note(format!("cause: {causes}")) };
    problem.help("let the tool that wrote the user into the kubeconfig write it anew")
}
