//! Running a credential plugin: with a time limit, without our stdin unless a person sits there, and without
//! ever printing what it was given or gave.

use std::fmt;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::kubeconfig::{Certificate, Plugin, Prompt};
use super::notice::{legible, seconds};
use crate::diagnostic::Secrets;
use crate::yaml;

/// How long is waited for the streams of a plugin that has ended: something that it started may hold them.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The most bytes that are read of either stream.
const MAX_OUTPUT: usize = 1 << 20;

/// The shortest word of an answer that nobody understands that may be a token, in bytes.
const SHORTEST_WORD: usize = 16;

/// What the name of an argument that is a secret holds.
const SECRET_NAMES: [&str; 5] = ["secret", "password", "token", "key", "credential"];

/// The most lines of its stderr that are shown.
const LINES: usize = 20;

/// What a plugin gave.
pub(super) struct Issued {
    pub token: Option<String>,
    pub certificate: Option<Certificate>,
    /// What it wrote to stderr, without secrets.
    pub said: Vec<String>,
}

/// Why there are no credentials. Holds nothing of stdout, where the token stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginError {
    /// It could not be started.
    Start {
        /// The program.
        command: String,
        /// What the system says.
        error: String,
        /// What the kubeconfig says to do about it.
        hint: Option<String>,
    },
    /// It must ask a person, and nobody is there.
    NeedsTerminal {
        /// The program.
        command: String,
    },
    /// It did not end in time.
    Timeout {
        /// The program.
        command: String,
        /// How long it was waited for.
        patience: Duration,
        /// The last lines of its stderr.
        said: Vec<String>,
    },
    /// It ended with a failure.
    Failed {
        /// The program.
        command: String,
        /// How it ended.
        ended: String,
        /// The last lines of its stderr.
        said: Vec<String>,
    },
    /// What it gave is none.
    Answer {
        /// The program.
        command: String,
        /// What is wrong with it.
        what: String,
        /// The last lines of its stderr.
        said: Vec<String>,
    },
    /// The file of the token cannot be read.
    TokenFile {
        /// The file.
        path: String,
        /// Why.
        error: String,
    },
    /// The OIDC provider gave none.
    Provider,
}

impl fmt::Display for PluginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { command, error, .. } => {
                write!(f, "the credential plugin {command} cannot be started: {error}")
            }
            Self::NeedsTerminal { command } => {
                write!(f, "the credential plugin {command} wants to ask a person, and stdin is no terminal")
            }
            Self::Timeout { command, patience, .. } => {
                write!(f, "the credential plugin {command} did not end within {}", seconds(*patience))
            }
            Self::Failed { command, ended, .. } => {
                write!(f, "the credential plugin {command} failed: {ended}")
            }
            Self::Answer { command, what, .. } => {
                write!(f, "the credential plugin {command} gave no credentials: {what}")
            }
            Self::TokenFile { path, error } => write!(f, "the token file {path} cannot be read: {error}"),
            Self::Provider => f.write_str("the OpenID Connect provider gave no token"),
        }
    }
}

impl PluginError {
    /// What it said, a line each.
    pub(super) fn notes(&self) -> Vec<String> {
        match self {
            Self::Timeout { said, .. } | Self::Failed { said, .. } | Self::Answer { said, .. } => {
                said.iter().map(|line| format!("it said: {line}")).collect()
            }
            Self::Start { hint: Some(hint), .. } => {
                vec![format!("the kubeconfig says: {}", legible(hint))]
            }
            Self::Start { .. } | Self::NeedsTerminal { .. } | Self::TokenFile { .. } | Self::Provider => {
                Vec::new()
            }
        }
    }

    pub(super) fn next_step(&self) -> String {
        match self {
            Self::Start { .. } => "install it, or mend `exec.command` in the kubeconfig".to_owned(),
            Self::NeedsTerminal { .. } => {
                "run it where somebody can answer, or use a user that needs nobody".to_owned()
            }
            Self::Timeout { command, .. } | Self::Failed { command, .. } | Self::Answer { command, .. } => {
                format!("run {command} by hand as the kubeconfig has it; log in again if it says so")
            }
            Self::TokenFile { .. } => "check `tokenFile` of the user in the kubeconfig".to_owned(),
            Self::Provider => "log in again; `exec` with kubelogin does so by itself".to_owned(),
        }
    }
}

/// How long a plugin may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// One that asks nobody.
    pub alone: Duration,
    /// One that asks a person.
    pub with_people: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { alone: Duration::from_secs(60), with_people: Duration::from_secs(600) }
    }
}

/// Runs a plugin.
pub(super) async fn run(
    plugin: &Plugin,
    stdin_is_terminal: bool,
    patience: Patience,
) -> Result<Issued, PluginError> {
    let shown = plugin.command.to_string_lossy().escape_debug().to_string();
    let asks = match plugin.prompt {
        Prompt::Never => false,
        Prompt::IfAvailable => stdin_is_terminal,
        Prompt::Always if stdin_is_terminal => true,
        Prompt::Always => return Err(PluginError::NeedsTerminal { command: shown }),
    };
    let mut child = start(plugin, asks).map_err(|error| PluginError::Start {
        command: shown.clone(),
        error: error.to_string(),
        hint: plugin.install_hint.clone(),
    })?;
    let stdout = child.stdout.take().map(Words::of);
    let stderr = child.stderr.take().map(Words::of);
    let patience = if asks { patience.with_people } else { patience.alone };
    let mut secrets = Secrets::default();
    plugin.env.iter().for_each(|(_, value)| secrets.add(value));
    secret_arguments(&plugin.args).for_each(|value| secrets.add(value));
    let ended = match timeout(patience, child.wait()).await {
        Ok(ended) => ended,
        Err(_) => {
            end(&mut child, asks).await;
            let deadline = Instant::now() + LAST_WORDS;
            hold_back(&Words::last(stdout, deadline).await, &mut secrets);
            let said = said(&Words::last(stderr, deadline).await, &secrets);
            return Err(PluginError::Timeout { command: shown, patience, said });
        }
    };
    let deadline = Instant::now() + LAST_WORDS;
    let (stdout, stderr) = (Words::last(stdout, deadline).await, Words::last(stderr, deadline).await);
    hold_back(&stdout, &mut secrets);
    let answer = understood(&stdout, plugin.api_version);
    let said = said(&stderr, &secrets);
    match ended {
        Ok(status) if status.success() => match answer {
            Ok(issued) => Ok(Issued { said, ..issued }),
            Err(what) => Err(PluginError::Answer { command: shown, what, said }),
        },
        Ok(status) => Err(PluginError::Failed { command: shown, ended: how(status), said }),
        Err(error) => Err(PluginError::Failed { command: shown, ended: error.to_string(), said }),
    }
}

fn start(plugin: &Plugin, asks: bool) -> io::Result<Child> {
    let mut spec = json!({ "interactive": asks });
    if let (Some(cluster), Value::Object(spec)) = (&plugin.cluster, &mut spec) {
        spec.insert("cluster".to_owned(), cluster.clone());
    }
    let info = json!({ "apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec });
    let mut command = Command::new(&plugin.command);
    command
        .args(&plugin.args)
        .envs(plugin.env.iter().map(|(name, value)| (name, value)))
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if asks {
        command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
    } else {
        // A group of its own, so that all of it can be ended; one that asks must stay in that of the terminal.
        command.stdin(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    }
    command.spawn()
}

/// Ends a plugin, with what it started if it has a group of its own. If that fails, it ended by itself.
async fn end(child: &mut Child, asks: bool) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let (Some(pid), false) = (pid, asks) {
        match kill_process_group(pid, Signal::KILL) {
            Ok(()) | Err(_) => {}
        }
    }
    match child.kill().await {
        Ok(()) | Err(_) => {}
    }
}

/// What a stream said so far, and the task that listens.
struct Words {
    heard: Arc<Mutex<Vec<u8>>>,
    listening: JoinHandle<()>,
}

impl Words {
    fn of(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let heard = Arc::default();
        let listening = tokio::spawn(listen(stream, Arc::clone(&heard)));
        Self { heard, listening }
    }

    /// Everything that was said when the stream ends, or by then: what the plugin started may hold it open.
    async fn last(words: Option<Self>, deadline: Instant) -> Vec<u8> {
        let Some(Self { heard, mut listening }) = words else { return Vec::new() };
        if timeout_at(deadline, &mut listening).await.is_err() {
            listening.abort();
        }
        std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps the first bytes of a stream; the rest is read and dropped, so that its writer is not held up.
async fn listen(mut stream: impl AsyncRead + Unpin, heard: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = vec![0; 8192];
    while let Ok(count) = stream.read(&mut chunk).await
        && count > 0
    {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MAX_OUTPUT.saturating_sub(heard.len());
        heard.extend(chunk.iter().take(count.min(room)));
    }
}

/// Notes as secret what a plugin printed where its credentials stand, understood or not: all strings of a
/// `status`, and each word of what is neither JSON nor YAML.
fn hold_back(stdout: &[u8], secrets: &mut Secrets) {
    let text = String::from_utf8_lossy(stdout);
    let answer = yaml::read(&text).ok().and_then(|stream| stream.documents.into_iter().next());
    let answer = answer.map(|document| yaml::to_json(&document.root));
    match answer.as_ref().and_then(|answer| answer.get("status")).and_then(Value::as_object) {
        Some(status) => status.values().filter_map(Value::as_str).for_each(|secret| secrets.add(secret)),
        None => text
            .split(|character: char| character.is_whitespace() || "\"',:{}".contains(character))
            .filter(|word| word.len() >= SHORTEST_WORD)
            .for_each(|word| secrets.add(word)),
    }
}

/// The values of arguments whose names say that they are secret: after the `=`, or the argument after the flag.
fn secret_arguments(args: &[String]) -> impl Iterator<Item = &str> {
    let after = args.iter().skip(1).map(Some).chain([None]);
    args.iter().zip(after).filter_map(|(arg, next)| {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (arg.as_str(), next.map(String::as_str).filter(|_| arg.starts_with('-'))),
        };
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let name = name.to_ascii_lowercase();
        let is_secret = is_name && SECRET_NAMES.iter().any(|word| name.contains(word));
        // A switch is no secret, and its words are in many messages.
        value.filter(|value| is_secret && !matches!(*value, "true" | "false"))
    })
}

fn said(bytes: &[u8], secrets: &Secrets) -> Vec<String> {
    let text = secrets.hide(&String::from_utf8_lossy(bytes));
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(LINES);
    lines.iter().skip(first).map(|line| legible(line)).collect()
}

fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("it exited with status {code}"),
        None => "it was ended by a signal".to_owned(),
    }
}

/// The credentials in what a plugin printed; it may be JSON or YAML. What is wrong is said without a value.
fn understood(stdout: &[u8], api_version: &str) -> Result<Issued, String> {
    let text = std::str::from_utf8(stdout).map_err(|_| "its output is not UTF-8".to_owned())?;
    if text.trim().is_empty() {
        return Err("it printed nothing".to_owned());
    }
    let stream = yaml::read(text).map_err(|_| "its output is neither JSON nor YAML".to_owned())?;
    let Some(document) = stream.documents.first() else { return Err("it printed nothing".to_owned()) };
    let answer = yaml::to_json(&document.root);
    let field = |path: &str| answer.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    if field("/kind") != Some("ExecCredential") {
        return Err("its output is no ExecCredential".to_owned());
    }
    if field("/apiVersion") != Some(api_version) {
        return Err(format!("it does not speak {api_version}, which the kubeconfig asks for"));
    }
    let token = field("/status/token").map(str::to_owned);
    let certificate = match (field("/status/clientCertificateData"), field("/status/clientKeyData")) {
        (None, None) => None,
        (Some(chain), Some(key)) => {
            Some(Certificate { chain: chain.as_bytes().to_vec(), key: key.as_bytes().to_vec() })
        }
        (Some(_), None) | (None, Some(_)) => {
            return Err("it gave a certificate without its key, or a key without its certificate".to_owned());
        }
    };
    if token.is_none() && certificate.is_none() {
        return Err("there is neither a token nor a certificate in its `status`".to_owned());
    }
    Ok(Issued { token, certificate, said: Vec::new() })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::diagnostic::{SourceMap, Span};

    const V1: &str = "client.authentication.k8s.io/v1";

    /// What a shell script gives as a plugin.
    fn ran(script: &str, prompt: Prompt) -> Result<Issued, PluginError> {
        ran_within(script, prompt, Patience::default())
    }

    fn ran_within(script: &str, prompt: Prompt, patience: Patience) -> Result<Issued, PluginError> {
        ran_with(&["-c", script], prompt, patience)
    }

    fn ran_with(args: &[&str], prompt: Prompt, patience: Patience) -> Result<Issued, PluginError> {
        let at = Span::new(SourceMap::default().add("config", ""), 0..0);
        let plugin = Plugin {
            api_version: V1,
            command: PathBuf::from("sh"),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            env: vec![("PASSWORD".to_owned(), "hunter2".to_owned())],
            prompt,
            install_hint: None,
            cluster: None,
            at,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&plugin, false, patience))
    }

    fn credential(status: &str) -> String {
        format!("echo '{{\"apiVersion\": \"{V1}\", \"kind\": \"ExecCredential\", \"status\": {{{status}}}}}'")
    }

    fn failed(script: &str) -> (String, Vec<String>) {
        match ran(script, Prompt::IfAvailable) {
            Ok(_) => panic!("it gave credentials"),
            Err(error) => (error.to_string(), error.notes()),
        }
    }

    #[test]
    fn a_token_is_hidden_though_its_answer_is_not_taken() {
        let told = |answer: &str| failed(&format!("echo 'token=s3cret-token-0123' >&2; echo '{answer}'")).1;
        let hidden = ["it said: token=(sensitive)"];
        let other_version = "{\"apiVersion\": \"client.authentication.k8s.io/v1beta1\", \
             \"kind\": \"ExecCredential\", \"status\": {\"token\": \"s3cret-token-0123\"}}";
        assert_eq!(told(other_version), hidden);
        assert_eq!(told("{\"token\": \"s3cret-token-0123\"}"), hidden);
        assert_eq!(told("{\"status\": {\"token\": \"s3cret-token-0123\""), hidden);
        assert_eq!(told("s3cret-token-0123"), hidden);
    }

    #[test]
    fn s15b_a_plugin_that_repeats_its_arguments_shows_no_secret_among_them() {
        let args = [
            "--oidc-client-id=shop",
            "--oidc-client-secret=s3cret-a",
            "--password",
            "s3cret-b",
            "CLIENT_TOKEN=s3cret-c",
            "--use-token=true",
            "token",
            "get-it",
        ];
        let script = ["-c", "echo \"$@\" >&2; exit 1", "sh"];
        let error = ran_with(&[&script[..], &args].concat(), Prompt::Never, Patience::default());
        assert_eq!(
            error.map(|_| ()).unwrap_err().notes(),
            ["it said: --oidc-client-id=shop --oidc-client-secret=(sensitive) --password (sensitive) \
              CLIENT_TOKEN=(sensitive) --use-token=true token get-it"]
        );
    }

    #[test]
    fn a_token_or_a_certificate_is_taken() {
        let issued = ran(&credential("\"token\": \"t0ken\""), Prompt::Never).unwrap();
        assert_eq!((issued.token.as_deref(), issued.certificate.is_none()), (Some("t0ken"), true));
        let issued =
            ran(&credential("\"clientCertificateData\": \"c\", \"clientKeyData\": \"k\""), Prompt::Never);
        let certificate = issued.unwrap().certificate.unwrap();
        assert_eq!((certificate.chain, certificate.key), (b"c".to_vec(), b"k".to_vec()));
        let yaml = format!("printf 'apiVersion: {V1}\\nkind: ExecCredential\\nstatus: {{token: yml}}\\n'");
        assert_eq!(ran(&yaml, Prompt::Never).unwrap().token.as_deref(), Some("yml"));
    }

    #[test]
    fn it_is_told_what_it_is_for_and_has_no_stdin() {
        let script = format!(
            "read line; echo \"$line|$KUBERNETES_EXEC_INFO\" >&2; {}",
            credential("\"token\": \"t0ken\"")
        );
        let said = ran(&script, Prompt::IfAvailable).unwrap().said;
        let info =
            format!(r#"|{{"apiVersion":"{V1}","kind":"ExecCredential","spec":{{"interactive":false}}}}"#);
        assert_eq!(said, [info]);
    }

    #[test]
    fn s15b_what_a_plugin_says_is_shown_without_secrets_and_escapes() {
        let script = format!(
            "{}; echo t0ken hunter2 >&2; printf '\\033[2J' >&2; exit 1",
            credential("\"token\": \"t0ken\"")
        );
        let (error, notes) = failed(&script);
        assert_eq!(error, "the credential plugin sh failed: it exited with status 1");
        assert_eq!(notes, ["it said: (sensitive) (sensitive)", "it said: \\u{1b}[2J"]);
    }

    #[test]
    fn s15b_what_is_no_credential_is_told_without_its_text() {
        for (script, what) in [
            ("true".to_owned(), "it printed nothing"),
            ("echo t0ken".to_owned(), "its output is no ExecCredential"),
            ("echo '{'".to_owned(), "its output is neither JSON nor YAML"),
            ("printf '\\377'".to_owned(), "its output is not UTF-8"),
            (credential(""), "there is neither a token nor a certificate in its `status`"),
            (
                credential("\"clientKeyData\": \"k\""),
                "it gave a certificate without its key, or a key without its certificate",
            ),
            (
                credential("\"token\": \"t\"").replace("/v1", "/v1beta1"),
                "it does not speak client.authentication.k8s.io/v1, which the kubeconfig asks for",
            ),
        ] {
            assert_eq!(failed(&script).0, format!("the credential plugin sh gave no credentials: {what}"));
        }
    }

    #[test]
    fn one_that_must_ask_is_not_run_where_nobody_is() {
        let error = ran("exit 9", Prompt::Always).map(|_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the credential plugin sh wants to ask a person, and stdin is no terminal"
        );
    }

    #[test]
    fn s15b_what_it_left_behind_does_not_hold_its_streams() {
        // The sleeper keeps both streams open for longer than is waited for them.
        let script = format!("sleep 4 & {}", credential("\"token\": \"t0ken\""));
        assert_eq!(ran(&script, Prompt::Never).unwrap().token.as_deref(), Some("t0ken"));
    }

    #[test]
    fn s15b_one_that_does_not_end_is_ended_with_what_it_started() {
        let patience = Patience { alone: Duration::from_millis(500), ..Patience::default() };
        let error =
            ran_within("sleep 1000 & echo $! >&2; wait", Prompt::Never, patience).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "the credential plugin sh did not end within 500ms");
        let notes = error.notes();
        let sleeper = notes[0].strip_prefix("it said: ").unwrap();
        // What is ended stays in the table until its parent has looked, and on a busy machine it takes a while to end.
        let state = || std::fs::read_to_string(format!("/proc/{sleeper}/stat")).unwrap_or_default();
        let has_ended = || state().is_empty() || state().contains(") Z ");
        for _ in 0..500 {
            if has_ended() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{}", state());
    }
}
