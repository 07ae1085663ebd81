//! One named entry of a kubeconfig, and its fields as the types that they should have.

use super::super::codes;
use super::file::File;
use crate::diagnostic::{Code, Diagnostic, FileId, Span, suggest};
use crate::yaml::{Node, NodeKind};

/// The three lists of a kubeconfig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `clusters`, each with a `cluster`.
    Clusters,
    /// `users`, each with a `user`.
    Users,
    /// `contexts`, each with a `context`.
    Contexts,
}

impl Section {
    fn list(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Users => "users",
            Self::Contexts => "contexts",
        }
    }

    fn body(self) -> &'static str {
        match self {
            Self::Clusters => "cluster",
            Self::Users => "user",
            Self::Contexts => "context",
        }
    }
}

/// A named entry: a cluster, a user or a context.
#[derive(Clone)]
pub struct Entry {
    /// Which of the files it stands in.
    pub file: usize,
    /// Where its name stands.
    pub at: Span,
    /// The places of entries of the same name that do not count.
    pub shadows: Vec<String>,
    section: Section,
    name: String,
    /// `None` where nothing is said of it.
    body: Option<Node>,
    id: FileId,
}

/// The entries of one list of a file, by name.
///
/// # Errors
/// If it is no list of named maps, or a name is there twice; kubectl refuses such a file too.
pub fn named(file: &File, index: usize, section: Section) -> Result<Vec<(String, Entry)>, Box<Diagnostic>> {
    let mut found: Vec<(String, Entry)> = Vec::new();
    let Some(list) = file.root.as_ref().and_then(|root| root.get(section.list())) else { return Ok(found) };
    let (shown, key) = (file.shown(), section.list());
    let wrong = |node: &Node, expected: &str, what: &str| {
        Box::new(
            Diagnostic::error(
                codes::FORM,
                format!("{shown}: {what} must be {expected}; found {}", node.type_name()),
            )
            .at(Span::new(file.id, node.span.clone()), expected.to_owned())
            .help(format!("write `{key}` as kubectl does: a list of `name` and `{}`", section.body())),
        )
    };
    let items = match &list.kind {
        NodeKind::List(items) => items,
        NodeKind::Null => return Ok(found),
        NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::String(_)
        | NodeKind::Map(_) => {
            return Err(wrong(list, "a list", &format!("`{key}`")));
        }
    };
    for (number, item) in items.iter().enumerate() {
        let what = format!("`{key}[{number}]`");
        if !matches!(item.kind, NodeKind::Map(_)) {
            return Err(wrong(item, "a map", &what));
        }
        let Some(Node { kind: NodeKind::String(name), span }) = item.get("name") else {
            let name = item.get("name").unwrap_or(item);
            return Err(Box::new(
                Diagnostic::error(codes::FORM, format!("{shown}: {what} has no `name`"))
                    .at(Span::new(file.id, name.span.start..name.span.start + 1), "a string is expected")
                    .help("give it the name that contexts call it by, in quotes if it looks like a number"),
            ));
        };
        let at = Span::new(file.id, span.clone());
        if let Some((_, first)) = found.iter().find(|(other, _)| other == name) {
            return Err(Box::new(
                Diagnostic::error(
                    codes::FORM,
                    format!("{shown}: two entries of `{key}` are named \"{}\"", name.escape_debug()),
                )
                .at(at, "again here")
                .at(first.at, "first here")
                .help("keep one of the two"),
            ));
        }
        let body = match item.get(section.body()) {
            None => None,
            Some(Node { kind: NodeKind::Null, .. }) => None,
            Some(body @ Node { kind: NodeKind::Map(_), .. }) => Some(body.clone()),
            Some(other) => return Err(wrong(other, "a map", &format!("{what}.{}", section.body()))),
        };
        let entry =
            Entry { file: index, at, shadows: Vec::new(), section, name: name.clone(), body, id: file.id };
        found.push((name.clone(), entry));
    }
    Ok(found)
}

impl Entry {
    /// Where it stands, in a few words.
    pub fn shown(&self, files: &[File], last: &File) -> String {
        files.get(self.file).unwrap_or(last).shown()
    }

    /// Its fields.
    pub fn fields(&self) -> Fields<'_> {
        Fields {
            path: format!("{}[{}].{}", self.section.list(), self.name.escape_debug(), self.section.body()),
            node: self.body.as_ref(),
            id: self.id,
            at: self.at,
            shadows: &self.shadows,
        }
    }
}

/// The fields of a map, and the path that leads to it.
#[derive(Clone)]
pub struct Fields<'a> {
    /// As in `clusters[prod].cluster`.
    pub path: String,
    node: Option<&'a Node>,
    id: FileId,
    /// Where it is named, for what is missing in it.
    at: Span,
    shadows: &'a [String],
}

/// A text and where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// What it says; not empty.
    pub text: String,
    /// Where it stands.
    pub at: Span,
}

impl<'a> Fields<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.and_then(|node| node.get(key)).filter(|node| node.kind != NodeKind::Null)
    }

    /// Whether something is said of a key.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Where a key's value stands, or else the name of the entry.
    pub fn place(&self, key: &str) -> Span {
        self.get(key).map_or(self.at, |node| Span::new(self.id, node.span.clone()))
    }

    /// A string; `None` if it is missing or empty, which is the same to kubectl.
    ///
    /// # Errors
    /// If it is something else.
    pub fn text(&self, key: &str) -> Result<Option<Text>, Box<Diagnostic>> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { kind: NodeKind::String(text), .. }) if text.is_empty() => Ok(None),
            Some(Node { kind: NodeKind::String(text), span }) => {
                Ok(Some(Text { text: text.clone(), at: Span::new(self.id, span.clone()) }))
            }
            Some(node) => Err(self.wrong_type(key, node, "a string")),
        }
    }

    /// `true` or `false`; `false` if it is missing.
    ///
    /// # Errors
    /// If it is something else.
    pub fn flag(&self, key: &str) -> Result<bool, Box<Diagnostic>> {
        match self.get(key) {
            None => Ok(false),
            Some(Node { kind: NodeKind::Bool(flag), .. }) => Ok(*flag),
            Some(node) => Err(self.wrong_type(key, node, "true or false")),
        }
    }

    /// A list of strings; empty if it is missing.
    ///
    /// # Errors
    /// If it is something else.
    pub fn texts(&self, key: &str) -> Result<Vec<String>, Box<Diagnostic>> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let NodeKind::List(items) = &node.kind else {
            return Err(self.wrong_type(key, node, "a list of strings"));
        };
        let text = |item: &Node| match &item.kind {
            NodeKind::String(text) => Ok(text.clone()),
            _ => Err(self.wrong_type(key, item, "a list of strings")),
        };
        items.iter().map(text).collect()
    }

    /// The names of a map and its lists of strings.
    ///
    /// # Errors
    /// If it is something else.
    pub fn map_of_texts(&self, key: &str) -> Result<Vec<(String, Vec<String>)>, Box<Diagnostic>> {
        let Some(map) = self.map(key)? else { return Ok(Vec::new()) };
        let names: Vec<&str> = match map.node.map(|node| &node.kind) {
            Some(NodeKind::Map(entries)) => entries.iter().map(|entry| entry.key.as_str()).collect(),
            _ => Vec::new(),
        };
        names.into_iter().map(|name| Ok((name.to_owned(), map.texts(name)?))).collect()
    }

    /// The names and values of a map of strings.
    ///
    /// # Errors
    /// If it is something else.
    pub fn map_of_text(&self, key: &str) -> Result<Vec<(String, String)>, Box<Diagnostic>> {
        let Some(map) = self.map(key)? else { return Ok(Vec::new()) };
        let names: Vec<&str> = match map.node.map(|node| &node.kind) {
            Some(NodeKind::Map(entries)) => entries.iter().map(|entry| entry.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let value = |name: &str| -> Result<String, Box<Diagnostic>> {
            Ok(map.text(name)?.map_or(String::new(), |text| text.text))
        };
        names.into_iter().map(|name| Ok((name.to_owned(), value(name)?))).collect()
    }

    /// A map.
    ///
    /// # Errors
    /// If it is something else.
    pub fn map(&self, key: &str) -> Result<Option<Self>, Box<Diagnostic>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        if !matches!(node.kind, NodeKind::Map(_)) {
            return Err(self.wrong_type(key, node, "a map"));
        }
        Ok(Some(Fields {
            path: format!("{}.{key}", self.path),
            node: Some(node),
            at: self.place(key),
            ..*self
        }))
    }

    /// A list of maps.
    ///
    /// # Errors
    /// If it is something else.
    pub fn maps(&self, key: &str) -> Result<Vec<Self>, Box<Diagnostic>> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let NodeKind::List(items) = &node.kind else {
            return Err(self.wrong_type(key, node, "a list of maps"));
        };
        let one = |(number, item): (usize, &'a Node)| match item.kind {
            NodeKind::Map(_) => Ok(Fields {
                path: format!("{}.{key}[{number}]", self.path),
                node: Some(item),
                at: Span::new(self.id, item.span.clone()),
                ..*self
            }),
            _ => Err(self.wrong_type(key, item, "a list of maps")),
        };
        items.iter().enumerate().map(one).collect()
    }

    /// The value of a key as JSON, whatever it is.
    pub fn json(&self, key: &str) -> Option<serde_json::Value> {
        self.get(key).map(crate::yaml::to_json)
    }

    /// A problem with the value of a key.
    pub fn problem(&self, code: Code, key: &str, what: &str) -> Diagnostic {
        let problem =
            Diagnostic::error(code, format!("`{}.{key}` {what}", self.path)).at(self.place(key), "");
        self.shadows.iter().fold(problem, |problem, shadow| {
            problem.note(format!(
                "{shadow} has an entry of this name too; the first file counts, as with kubectl"
            ))
        })
    }

    /// That a key is missing, and which of those that are there may be meant.
    pub fn missing(&self, code: Code, key: &str, what: &str) -> Diagnostic {
        let names: Vec<&str> = match self.node.map(|node| &node.kind) {
            Some(NodeKind::Map(entries)) => entries.iter().map(|entry| entry.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let problem = self.problem(code, key, "is missing");
        match suggest(key, names.into_iter().filter(|name| *name != key)) {
            Some(near) => {
                problem.help(format!("did you mean `{key}` where `{}` stands?", near.escape_debug()))
            }
            None => problem.help(what.to_owned()),
        }
    }

    fn wrong_type(&self, key: &str, node: &Node, expected: &str) -> Box<Diagnostic> {
        let help = match node.kind {
            NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::Bool(_) if expected == "a string" => {
                "put it between quotes"
            }
            _ => "write it as kubectl does",
        };
        Box::new(
            Diagnostic::error(
                codes::FORM,
                format!("`{}.{key}` must be {expected}; found {}", self.path, node.type_name()),
            )
            .at(Span::new(self.id, node.span.clone()), expected)
            .help(help),
        )
    }
}
