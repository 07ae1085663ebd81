//! What a request shows of its sender, and getting it anew when a server no longer takes it.

use std::sync::{Mutex, PoisonError};

use http::HeaderValue;

use super::kubeconfig::{Certificate, Credential, Plugin};
use super::notice::Event;
use super::plugin::{self, Patience, PluginError};
use crate::diagnostic::Secrets;
use crate::object::base64_encode;

/// The credentials of one connection. OIDC and certificates are kube's affair.
pub(super) struct Credentials {
    source: Source,
    current: Mutex<Current>,
    /// Held by whoever gets new ones: many are refused at the same moment, and a plugin may ask a person.
    renewal: tokio::sync::Mutex<()>,
    stdin_is_terminal: bool,
}

enum Source {
    /// Never gets new ones.
    Fixed,
    File(std::path::PathBuf),
    Plugin(Box<Plugin>),
}

/// Which of the credentials that were got one after the other a request showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Issue(usize);

#[derive(Default)]
struct Current {
    issue: Issue,
    header: Option<HeaderValue>,
    secrets: Secrets,
}

/// The credentials that were got first.
pub(super) struct First {
    pub credentials: Credentials,
    /// The certificate, if that is what a plugin gave.
    pub certificate: Option<Certificate>,
    /// What is to be told.
    pub said: Vec<Event>,
}

impl Credentials {
    /// Gets the first credentials: reads the file or runs the plugin.
    pub async fn get(credential: &Credential, stdin_is_terminal: bool) -> Result<First, PluginError> {
        let source = match credential {
            Credential::None | Credential::Token(_) | Credential::Basic { .. } | Credential::Oidc(_) => {
                Source::Fixed
            }
            Credential::TokenFile(path) => Source::File(path.clone()),
            Credential::Plugin(plugin) => Source::Plugin(plugin.clone()),
        };
        let (current, renewal) = (Mutex::default(), tokio::sync::Mutex::default());
        let mut credentials = Self { source, current, renewal, stdin_is_terminal };
        match credential {
            Credential::None => {}
            // Reading the kubeconfig made sure that a header can hold it.
            Credential::Token(token) => {
                credentials.show(&format!("Bearer {token}"), &[token]);
            }
            Credential::Basic { username, password } => {
                let pair = base64_encode(format!("{username}:{password}").as_bytes());
                credentials.show(&format!("Basic {pair}"), &[&pair, password]);
            }
            Credential::Oidc(settings) => {
                let secrets =
                    settings.iter().filter(|(key, _)| key.contains("token") || key.contains("secret"));
                let secrets: Vec<&str> = secrets.map(|(_, value)| value.as_str()).collect();
                credentials.keep(&secrets);
            }
            Credential::TokenFile(_) | Credential::Plugin(_) => {
                let (certificate, said) = credentials.issue().await?;
                // Connections are made with the certificate that there was first.
                if credentials.header().is_none() {
                    credentials.source = Source::Fixed;
                }
                return Ok(First { credentials, certificate, said });
            }
        }
        Ok(First { credentials, certificate: None, said: Vec::new() })
    }

    /// Whether there may be others than those that were refused.
    pub fn can_be_renewed(&self) -> bool {
        match self.source {
            Source::Fixed => false,
            Source::File(_) | Source::Plugin(_) => true,
        }
    }

    /// Which are shown now.
    pub fn shown(&self) -> Issue {
        self.current().issue
    }

    /// Gets new ones from where the first came, unless somebody has done so since these were `shown`; what is to be told.
    pub async fn renew(&self, shown: Issue) -> Result<Vec<Event>, PluginError> {
        let _renewal = self.renewal.lock().await;
        if self.shown() != shown {
            return Ok(Vec::new());
        }
        let (_, said) = self.issue().await?;
        self.current().issue.0 += 1;
        Ok(said)
    }

    async fn issue(&self) -> Result<(Option<Certificate>, Vec<Event>), PluginError> {
        match &self.source {
            Source::Fixed => Ok((None, Vec::new())),
            Source::File(path) => {
                let shown = || path.to_string_lossy().escape_debug().to_string();
                let failed = |error: String| PluginError::TokenFile { path: shown(), error };
                let bytes = super::kubeconfig::bytes(path).map_err(|error| failed(error.to_string()))?;
                let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
                let token = text.trim();
                if token.is_empty() {
                    return Err(failed("it is empty".to_owned()));
                }
                if !self.show(&format!("Bearer {token}"), &[token]) {
                    return Err(failed("it holds more than a token".to_owned()));
                }
                Ok((None, Vec::new()))
            }
            Source::Plugin(plugin) => {
                let issued = plugin::run(plugin, self.stdin_is_terminal, Patience::default()).await?;
                if let Some(token) = &issued.token
                    && !self.show(&format!("Bearer {token}"), &[token])
                {
                    let command = plugin.command.to_string_lossy().escape_debug().to_string();
                    let what = "its token holds a character that no token has".to_owned();
                    return Err(PluginError::Answer { command, what, said: Vec::new() });
                }
                Ok((issued.certificate, issued.said.into_iter().map(Event::Plugin).collect()))
            }
        }
    }

    /// The header that shows them.
    pub fn header(&self) -> Option<HeaderValue> {
        self.current().header.clone()
    }

    /// A text without any of them.
    pub fn hide(&self, text: &str) -> String {
        self.current().secrets.hide(text)
    }

    /// Shows `value` from now on; `false` if it is none that a header can hold.
    fn show(&self, value: &str, secrets: &[&str]) -> bool {
        let Ok(mut header) = HeaderValue::from_str(value) else { return false };
        header.set_sensitive(true);
        self.keep(secrets);
        self.current().header = Some(header);
        true
    }

    fn keep(&self, secrets: &[&str]) {
        let mut current = self.current();
        secrets.iter().for_each(|secret| current.secrets.add(secret));
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
