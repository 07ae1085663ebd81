//! Who asks: the credentials of a user, and whom it acts as.

use std::path::PathBuf;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::super::codes;
use super::File;
use super::access::{Server, bytes, certificates};
use super::entry::{Fields, Text};
use crate::diagnostic::{Diagnostic, Span, suggest};
use crate::object::base64_encode;

/// A user as the kubeconfig has it.
#[derive(Clone, Debug)]
pub struct User {
    /// The name of its entry.
    pub name: String,
    /// The certificate of the client and its key, in PEM.
    pub certificate: Option<Certificate>,
    /// What it shows besides.
    pub credential: Credential,
    /// Whom it acts as.
    pub impersonation: Impersonation,
}

/// The certificate of a client.
#[derive(Clone)]
pub struct Certificate {
    /// The chain, in PEM.
    pub chain: Vec<u8>,
    /// The key, in PEM.
    pub key: Vec<u8>,
}

/// Without the key.
impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}

/// What a user shows of itself besides a certificate. Where several are given, the order is kubectl's.
#[derive(Clone)]
pub enum Credential {
    /// Nothing.
    None,
    /// A token.
    Token(String),
    /// A token in a file, which may be written anew at any time.
    TokenFile(PathBuf),
    /// A name and a password.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: String,
    },
    /// What a program says.
    Plugin(Box<Plugin>),
    /// What an OIDC provider says; the settings of `auth-provider`.
    Oidc(Vec<(String, String)>),
}

/// Without the secrets.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Token(_) => "Token",
            Self::TokenFile(_) => "TokenFile",
            Self::Basic { .. } => "Basic",
            Self::Plugin(_) => "Plugin",
            Self::Oidc(_) => "Oidc",
        })
    }
}

/// A program that gives credentials
/// ([client-go credential plugins](https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins)).
#[derive(Clone)]
pub struct Plugin {
    /// The version that it speaks: `client.authentication.k8s.io/v1` or `…/v1beta1`.
    pub api_version: &'static str,
    /// The program: a path, or a name to be looked for in PATH.
    pub command: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables that it gets beside those of this process.
    pub env: Vec<(String, String)>,
    /// Whether it may ask the person in front.
    pub prompt: Prompt,
    /// What to tell if the program is not there.
    pub install_hint: Option<String>,
    /// What it is told of the cluster, if it is.
    pub cluster: Option<Value>,
    /// Where its command stands in the kubeconfig.
    pub at: Span,
}

/// Whether a plugin may use stdin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// It never does.
    Never,
    /// It does if stdin is a terminal.
    IfAvailable,
    /// It must.
    Always,
}

/// Whom to act as ([user impersonation](https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impersonation {
    /// The user.
    pub user: Option<String>,
    /// Its UID.
    pub uid: Option<String>,
    /// Its groups.
    pub groups: Vec<String>,
    /// What else is known of it.
    pub extra: Vec<(String, Vec<String>)>,
}

/// A user, and where its certificate stands.
pub(super) struct Read {
    pub user: User,
    pub certificate_at: Span,
}

/// Reads a user. Where the connection is not encrypted, no credentials are read, as with kubectl.
pub(super) fn read(
    name: String,
    fields: &Fields<'_>,
    file: &File,
    cluster: &Fields<'_>,
    server: &Server,
) -> Result<Read, Box<Diagnostic>> {
    let impersonation = impersonation(fields)?;
    if !server.is_tls() {
        let user = User { name, certificate: None, credential: Credential::None, impersonation };
        return Ok(Read { user, certificate_at: fields.place("client-certificate") });
    }
    let (certificate_key, chain) = bytes(fields, file, "client-certificate", codes::CERTIFICATE)?;
    let (key_key, key) = bytes(fields, file, "client-key", codes::CERTIFICATE)?;
    let lonely = |key: &str, other: &str| {
        Err(Box::new(
            fields
                .problem(codes::CERTIFICATE, key, &format!("stands without `{other}`"))
                .help(format!("add `{other}` or `{other}-data`: a certificate needs its key")),
        ))
    };
    let certificate = match (chain, key) {
        (None, None) => None,
        (Some(_), None) => return lonely(certificate_key, "client-key"),
        (None, Some(_)) => return lonely(key_key, "client-certificate"),
        (Some(chain), Some(key)) => {
            certificates(fields, certificate_key, &chain)?;
            if PrivateKeyDer::from_pem_slice(&key).is_err() {
                return Err(Box::new(
                    fields
                        .problem(codes::CERTIFICATE, key_key, "holds no private key in PEM")
                        .help("it must be a key of PKCS #8, PKCS #1 or SEC 1, not encrypted"),
                ));
            }
            Some(Certificate { chain, key })
        }
    };
    let certificate_at = fields.place(certificate_key);
    let credential = credential(fields, file, cluster, server)?;
    Ok(Read { user: User { name, certificate, credential, impersonation }, certificate_at })
}

fn credential(
    fields: &Fields<'_>,
    file: &File,
    cluster: &Fields<'_>,
    server: &Server,
) -> Result<Credential, Box<Diagnostic>> {
    let token = fields.text("token")?;
    let (username, password) = (fields.text("username")?, fields.text("password")?);
    if let (Some(_), true) = (&token, username.is_some() || password.is_some()) {
        return Err(Box::new(
            fields
                .problem(codes::USER, "token", "and a user name or password are both given")
                .help("keep one of the two; kubectl refuses both together too"),
        ));
    }
    let header = |key: &str, text: &str| match http::HeaderValue::from_str(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Box::new(
            fields
                .problem(codes::USER, key, "holds a line break or another character that no token has")
                .help("write it on one line"),
        )),
    };
    if let Some(Text { text, .. }) = token {
        header("token", &text)?;
        return Ok(Credential::Token(text));
    }
    if let Some(Text { text: username, .. }) = username {
        let password = password.map_or(String::new(), |text| text.text);
        return Ok(Credential::Basic { username, password });
    }
    if password.is_some() {
        return Err(Box::new(
            fields.problem(codes::USER, "password", "stands without `username`").help("add `username`"),
        ));
    }
    if let Some(Text { text, .. }) = fields.text("tokenFile")? {
        let path = file.resolve(&text);
        if let Err(error) = super::file::bytes(&path) {
            let shown = path.to_string_lossy().escape_debug().to_string();
            return Err(Box::new(
                fields
                    .problem(codes::USER, "tokenFile", &format!("cannot be read: {shown}: {error}"))
                    .help("a relative path is seen from the folder of the kubeconfig that it stands in"),
            ));
        }
        return Ok(Credential::TokenFile(path));
    }
    let (exec, provider) = (fields.map("exec")?, fields.map("auth-provider")?);
    match (exec, provider) {
        (None, None) => Ok(Credential::None),
        (Some(_), Some(_)) => Err(Box::new(
            fields
                .problem(codes::USER, "auth-provider", "and `exec` are both given")
                .help("keep one of the two; kubectl refuses both together too"),
        )),
        (Some(exec), None) => plugin(&exec, file, cluster, server),
        (None, Some(provider)) => match provider.text("name")? {
            Some(Text { text, .. }) if text == "oidc" => {
                Ok(Credential::Oidc(provider.map_of_text("config")?))
            }
            _ => Err(Box::new(
                provider
                    .problem(codes::USER, "name", "is not one that kubectl still has; it has `oidc`")
                    .help("use an `exec` plugin, such as gke-gcloud-auth-plugin or kubelogin"),
            )),
        },
    }
}

/// The versions that are spoken, and how a plugin of the first may be asked.
const API_VERSIONS: [&str; 2] = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

fn plugin(
    exec: &Fields<'_>,
    file: &File,
    cluster: &Fields<'_>,
    server: &Server,
) -> Result<Credential, Box<Diagnostic>> {
    let Some(Text { text: version, .. }) = exec.text("apiVersion")? else {
        let help = format!("add `apiVersion: {}`, which the plugin must speak", API_VERSIONS[0]);
        return Err(Box::new(exec.missing(codes::PLUGIN, "apiVersion", &help)));
    };
    let Some(api_version) = API_VERSIONS.into_iter().find(|known| *known == version) else {
        let what = format!(
            "is \"{}\"; allowed are {} and {}",
            version.escape_debug(),
            API_VERSIONS[0],
            API_VERSIONS[1]
        );
        let problem = exec.problem(codes::PLUGIN, "apiVersion", &what);
        return Err(Box::new(match suggest(&version, API_VERSIONS) {
            Some(near) if !version.ends_with("v1alpha1") => problem.help(format!("did you mean `{near}`?")),
            _ => problem.help(
                "let the plugin's own tool write the kubeconfig anew; v1alpha1 went with Kubernetes 1.24",
            ),
        }));
    };
    let Some(Text { text: command, .. }) = exec.text("command")? else {
        return Err(Box::new(exec.missing(
            codes::PLUGIN,
            "command",
            "add the program that gives the credentials",
        )));
    };
    // As kubectl: a name is looked for in PATH, a path is seen from the folder of the kubeconfig.
    let command = if command.contains('/') { file.resolve(&command) } else { PathBuf::from(command) };
    let mut env = Vec::new();
    for variable in exec.maps("env")? {
        let Some(Text { text: name, .. }) = variable.text("name")? else {
            return Err(Box::new(variable.missing(codes::PLUGIN, "name", "name the variable")));
        };
        if name.contains(['=', '\0']) {
            return Err(Box::new(
                variable
                    .problem(codes::PLUGIN, "name", "has a character that no variable's name has")
                    .help("take the `=` or NUL away"),
            ));
        }
        env.push((name, variable.text("value")?.map_or(String::new(), |text| text.text)));
    }
    let plugin = Plugin {
        api_version,
        command,
        args: exec.texts("args")?,
        env,
        prompt: prompt(exec, api_version)?,
        install_hint: exec.text("installHint")?.map(|text| text.text),
        cluster: if exec.flag("provideClusterInfo")? { Some(told_of(cluster, server)?) } else { None },
        at: exec.place("command"),
    };
    Ok(Credential::Plugin(Box::new(plugin)))
}

fn prompt(exec: &Fields<'_>, api_version: &str) -> Result<Prompt, Box<Diagnostic>> {
    match exec.text("interactiveMode")? {
        None if api_version == API_VERSIONS[0] => {
            let help = "add `interactiveMode: IfAvailable`, which v1 of the plugins demands";
            Err(Box::new(exec.missing(codes::PLUGIN, "interactiveMode", help)))
        }
        None => Ok(Prompt::IfAvailable),
        Some(Text { text, .. }) => match text.as_str() {
            "Never" => Ok(Prompt::Never),
            "IfAvailable" => Ok(Prompt::IfAvailable),
            "Always" => Ok(Prompt::Always),
            _ => {
                let what =
                    format!("is \"{}\"; allowed are Never, IfAvailable and Always", text.escape_debug());
                let problem = exec.problem(codes::PLUGIN, "interactiveMode", &what);
                Err(Box::new(match suggest(&text, ["Never", "IfAvailable", "Always"]) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("write `interactiveMode: IfAvailable`"),
                }))
            }
        },
    }
}

/// What `provideClusterInfo` asks for: `Cluster` of client.authentication.k8s.io/v1.
fn told_of(cluster: &Fields<'_>, server: &Server) -> Result<Value, Box<Diagnostic>> {
    let mut told = json!({ "server": server.address.to_string() });
    let mut set = |key: &str, value: Value| {
        if let Value::Object(map) = &mut told {
            map.insert(key.to_owned(), value);
        }
    };
    if let Some(name) = &server.tls_server_name {
        set("tls-server-name", json!(name));
    }
    if server.insecure {
        set("insecure-skip-tls-verify", json!(true));
    }
    if let Some(proxy) = cluster.text("proxy-url")? {
        set("proxy-url", json!(proxy.text));
    }
    if server.disable_compression {
        set("disable-compression", json!(true));
    }
    if let Some(authorities) = &server.authorities {
        set("certificate-authority-data", json!(base64_encode(pem(authorities).as_bytes())));
    }
    for extension in cluster.maps("extensions")? {
        let is_for_plugins =
            extension.text("name")?.is_some_and(|name| name.text == "client.authentication.k8s.io/exec");
        if let (true, Some(value)) = (is_for_plugins, extension.json("extension")) {
            set("config", value);
        }
    }
    Ok(told)
}

fn pem(certificates: &[Vec<u8>]) -> String {
    let one = |der: &Vec<u8>| {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64_encode(der))
    };
    certificates.iter().map(one).collect()
}

fn impersonation(fields: &Fields<'_>) -> Result<Impersonation, Box<Diagnostic>> {
    let found = Impersonation {
        user: fields.text("as")?.map(|text| text.text),
        uid: fields.text("as-uid")?.map(|text| text.text),
        groups: fields.texts("as-groups")?,
        extra: fields.map_of_texts("as-user-extra")?,
    };
    // An empty name would send no header at all, and the user would act as itself (CVE-2026-23990).
    if fields.has("as") && found.user.is_none() {
        return Err(Box::new(
            fields.problem(codes::USER, "as", "is empty").help("name the user to act as, or take `as` away"),
        ));
    }
    for key in ["as-uid", "as-groups", "as-user-extra"] {
        if fields.has(key) && found.user.is_none() {
            return Err(Box::new(
                fields
                    .problem(codes::USER, key, "stands without `as`")
                    .help("name the user to act as in `as`"),
            ));
        }
    }
    if found.groups.iter().any(String::is_empty) {
        return Err(Box::new(
            fields.problem(codes::USER, "as-groups", "holds an empty name").help("take it away"),
        ));
    }
    Ok(found)
}
