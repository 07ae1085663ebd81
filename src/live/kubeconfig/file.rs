//! One file of a kubeconfig.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::super::codes;
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span};
use crate::yaml::{self, ErrorKind, Node, NodeKind};

/// The largest kubeconfig, and the largest file that one names, in bytes.
pub const MAX_BYTES: u64 = 4 << 20;

/// A file that was read.
pub struct File {
    /// As it was named.
    path: PathBuf,
    /// Its text in the map of sources.
    pub id: FileId,
    /// What it holds; `None` if it is empty.
    pub root: Option<Node>,
}

impl File {
    /// The path as messages show it.
    pub fn shown(&self) -> String {
        self.path.to_string_lossy().escape_debug().to_string()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// A path that it names, as seen from the folder that it lies in.
    pub fn resolve(&self, path: &str) -> PathBuf {
        match self.path.parent() {
            Some(folder) => folder.join(path),
            None => PathBuf::from(path),
        }
    }
}

/// Reads a kubeconfig; `None` if there is no such file.
///
/// # Errors
/// If it cannot be read, is not YAML, or is not a `Config` of version `v1`.
pub fn read(path: &Path, map: &mut SourceMap) -> Result<Option<File>, Box<Diagnostic>> {
    let shown = path.to_string_lossy().escape_debug().to_string();
    let bytes = match bytes(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Box::new(
                Diagnostic::error(
                    codes::UNREADABLE,
                    format!("the kubeconfig {shown} cannot be read: {error}"),
                )
                .help("make it a file that this user can read, or take it out of KUBECONFIG"),
            ));
        }
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Box::new(
            Diagnostic::error(codes::UNREADABLE, format!("the kubeconfig {shown} is not UTF-8"))
                .help("save it as UTF-8"),
        ));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let id = map.add(shown.as_str(), text);
    let stream = yaml::read(text).map_err(|error| {
        hide_all(id, text, map);
        Box::new(
            Diagnostic::error(codes::SYNTAX, format!("{shown} is not YAML: {}", without_values(&error.kind)))
                .at(Span::new(id, error.at), "here")
                .help("mend this line; what is not a key is hidden here"),
        )
    })?;
    let mut documents = stream.documents.into_iter().map(|document| document.root);
    let root = documents.next().filter(|root| root.kind != NodeKind::Null);
    if let Some(second) = documents.next() {
        return Err(Box::new(
            Diagnostic::error(
                codes::FORM,
                format!("{shown} holds several YAML documents; a kubeconfig is one"),
            )
            .at(start(id, &second), "the second one")
            .help("put it into a file of its own, and both into KUBECONFIG"),
        ));
    }
    if let Some(root) = &root {
        hide_secrets(id, root, map);
        is_config(id, root, &shown)?;
    }
    Ok(Some(File { path: path.to_owned(), id, root }))
}

/// The bytes of a regular file, or of a pipe that is already open (`<(vault read …)`).
///
/// # Errors
/// What the system says; if it is no file, or too large.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let kind = fs::metadata(path)?.file_type();
    // To open any other pipe waits for somebody to write to it.
    if kind.is_fifo() && !path.starts_with("/dev/fd") && !path.starts_with("/proc/self/fd") {
        return Err(io::Error::other("it is a named pipe, not a file"));
    }
    if kind.is_dir() {
        return Err(io::Error::other("it is a folder, not a file"));
    }
    if kind.is_socket() || kind.is_block_device() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it is larger than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

fn is_config(id: FileId, root: &Node, shown: &str) -> Result<(), Box<Diagnostic>> {
    if !matches!(root.kind, NodeKind::Map(_)) {
        return Err(Box::new(
            Diagnostic::error(codes::FORM, format!("{shown} is {}, not a kubeconfig", root.type_name()))
                .at(start(id, root), "expected a map with `clusters`, `users` and `contexts`")
                .help("point KUBECONFIG to the right file"),
        ));
    }
    for (key, expected) in [("kind", "Config"), ("apiVersion", "v1")] {
        let Some(found) = root.get(key) else { continue };
        let is_right = match &found.kind {
            NodeKind::String(text) => text == expected || text.is_empty(),
            NodeKind::Null => true,
            NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::List(_)
            | NodeKind::Map(_) => false,
        };
        if !is_right {
            return Err(Box::new(
                Diagnostic::error(
                    codes::FORM,
                    format!("{shown} is no kubeconfig: `{key}` is not `{expected}`"),
                )
                .at(Span::new(id, found.span.clone()), format!("a kubeconfig has `{key}: {expected}`"))
                .help("point KUBECONFIG to the right file"),
            ));
        }
    }
    Ok(())
}

/// The first byte of a node: it may be the whole file.
fn start(id: FileId, node: &Node) -> Span {
    Span::new(id, node.span.start..node.span.start + 1)
}

/// What is wrong, without the text of a scalar, which may be a secret.
fn without_values(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Key { found, .. } => format!("{found} as a key"),
        ErrorKind::Value { .. } => "a value that cannot be held exactly".to_owned(),
        ErrorKind::TagMismatch { tag, .. } => format!("a value that is not what the tag {tag} says"),
        other => other.to_string(),
    }
}

/// Hides everything but the keys in a text whose structure is not known.
fn hide_all(id: FileId, text: &str, map: &mut SourceMap) {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let shown = match content.find(": ") {
            Some(colon) => colon + 1,
            None if content.ends_with(':') => content.len(),
            None => 0,
        };
        map.hide(Span::new(id, offset + shown..offset + content.len()));
        offset += line.len();
    }
}

/// The keys whose values everybody may read; all others are hidden.
const OPEN: [&str; 19] = [
    "apiVersion",
    "as",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "cluster",
    "command",
    "current-context",
    "disable-compression",
    "insecure-skip-tls-verify",
    "interactiveMode",
    "kind",
    "name",
    "namespace",
    "provideClusterInfo",
    "server",
    "tls-server-name",
    "tokenFile",
    "user",
];

/// The keys whose values no message may show, whichever way it came by them.
const SECRET: [&str; 4] = ["token", "password", "client-key-data", "value"];

/// The depth is bounded by [`yaml::MAX_DEPTH`], which reading holds.
fn hide_secrets(id: FileId, node: &Node, map: &mut SourceMap) {
    let NodeKind::Map(entries) = &node.kind else {
        if let NodeKind::List(items) = &node.kind {
            items.iter().for_each(|item| hide_secrets(id, item, map));
        }
        return;
    };
    for entry in entries {
        let key = entry.key.as_str();
        match &entry.value.kind {
            NodeKind::Map(_) => hide_secrets(id, &entry.value, map),
            NodeKind::List(items) if items.iter().any(|item| matches!(item.kind, NodeKind::Map(_))) => {
                hide_secrets(id, &entry.value, map);
            }
            NodeKind::String(text) => {
                let in_an_address = matches!(key, "server" | "proxy-url") && !text.contains('@');
                if !(in_an_address || key != "server" && OPEN.contains(&key)) {
                    map.hide(Span::new(id, entry.value.span.clone()));
                }
                if SECRET.contains(&key) {
                    map.keep_secret(text);
                }
            }
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::List(_)
                if OPEN.contains(&key) => {}
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::List(_) => {
                map.hide(Span::new(id, entry.value.span.clone()));
            }
        }
    }
}
