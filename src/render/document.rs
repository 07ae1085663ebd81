//! Rendered text to objects: every document, lists taken apart, and what is wrong with them.

use std::ops::Range;

use super::block::{self, Misplaced};
use super::codes;
use super::cut::Cut;
use super::forbidden;
use super::secret::Hidden;
use super::skeleton::{Filled, Skeletons};
use super::splice::{self, Harm};
use super::text::Text;
use crate::cluster::{Kind, Setting, Unit, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Span, suggest};
use crate::object::{MASK, Malformed, Object};
use crate::yaml::{self, ErrorKind, Node, NodeKind, Stream};

/// An object, and the template line that its document began on.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The object as rendered: without a default namespace.
    pub object: Object,
    /// Where it comes from; the unit's block where that is not known.
    pub origin: Span,
}

/// Text to be read, and what its errors need to know.
pub(super) struct Reading<'a> {
    /// The text.
    pub text: &'a Text,
    /// What the text is called in an excerpt, such as `prod-a/storefront (rendered)`.
    pub name: &'a str,
    /// What it is, as messages say it: `rendered text` or `the manifest`.
    pub what: &'static str,
    /// The unit it belongs to.
    pub unit: &'a Unit,
    /// What no message may show.
    pub hidden: &'a Hidden,
    /// The same text rendered with other values in place of the secret ones, if there are any: a line that
    /// differs is not shown. `Some(None)` if that rendering failed.
    pub other: Option<Option<&'a Text>>,
    /// Where to keep what it reads as, if nothing is wrong with it.
    pub lesson: Option<Lesson<'a>>,
}

/// A text that others may be like.
pub(super) struct Lesson<'a> {
    /// Where to keep it.
    pub skeletons: &'a Skeletons,
    /// The number of the template that printed it.
    pub template: usize,
    /// The text, taken apart.
    pub cut: &'a Cut<'a>,
}

/// The objects that a skeleton gave for a unit; `None` where one of them is no object, or carries what it may not:
/// read in full, the text tells what is wrong.
pub(super) fn filled(values: Filled, unit: &Unit) -> Option<Vec<Found>> {
    let object = |(value, origin): (_, Option<Span>)| {
        let object = forbidden::tidied(Object::from_value(value).ok()?);
        let origin = origin.unwrap_or(unit.span);
        forbidden::check(&object).is_empty().then_some(Found { object, origin })
    };
    values.into_iter().map(object).collect()
}

impl Reading<'_> {
    /// The objects of the text. Every document that is none has its error; where the text is no YAML, there
    /// is one error and no object.
    pub(super) fn objects(&self) -> (Vec<Found>, Diagnostics) {
        let mut problems: Diagnostics =
            block::misplaced(self.text).iter().map(|found| self.misplaced(found)).collect();
        if !problems.is_empty() {
            return (Vec::new(), problems);
        }
        let stream = match yaml::read(&self.text.text) {
            Ok(stream) => stream,
            Err(error) => return (Vec::new(), self.no_yaml(&error).into()),
        };
        for harmful in splice::check(self.text, &stream) {
            problems.push(self.harm(&harmful));
        }
        if !problems.is_empty() {
            return (Vec::new(), problems);
        }
        (self.read(&stream, &mut problems), problems)
    }

    fn read(&self, stream: &Stream, problems: &mut Diagnostics) -> Vec<Found> {
        let mut nodes = Vec::new();
        for document in &stream.documents {
            expand(&document.root, &mut nodes);
        }
        let mut found = Vec::with_capacity(nodes.len());
        for node in &nodes {
            match Object::from_value(yaml::to_json(node)) {
                Ok(object) => {
                    let object = forbidden::tidied(object);
                    let carried = forbidden::check(&object);
                    for forbidden in &carried {
                        let keys: Vec<&str> = forbidden.path.iter().map(String::as_str).collect();
                        let diagnostic =
                            Diagnostic::error(forbidden.code, self.hidden.hide(&forbidden.message))
                                .about(self.hidden.hide(&object.reference().short()))
                                .help(forbidden.help);
                        problems.push(self.placed(diagnostic, &place(node, &keys), ""));
                    }
                    if carried.is_empty() {
                        let origin = self.text.origin(node.span.start).unwrap_or(self.unit.span);
                        found.push(Found { object, origin });
                    }
                }
                Err(malformed) => problems.push(self.malformed(node, &malformed)),
            }
        }
        if let Some(Lesson { skeletons, template, cut }) =
            self.lesson.as_ref().filter(|_| problems.is_empty())
        {
            let documents: Vec<_> =
                nodes.iter().map(|node| (*node, self.text.origin(node.span.start))).collect();
            skeletons.learn(*template, cut, self.text, stream, &documents);
        }
        found
    }

    fn no_yaml(&self, error: &yaml::Error) -> Diagnostic {
        let kind = match &error.kind {
            // These have no text of the line in them.
            kind @ (ErrorKind::Syntax { .. } | ErrorKind::Depth | ErrorKind::Aliases) => kind.to_string(),
            _ if self.is_masked(&error.at) => "a sensitive value does not fit here".to_owned(),
            kind => self.hidden.hide(&kind.to_string()),
        };
        let message = format!("{} is no YAML: {kind}", self.what);
        let diagnostic = self.placed(Diagnostic::error(codes::YAML, message), &error.at, "");
        let diagnostic = match error.also.as_ref().and_then(|also| self.text.origin(also.start)) {
            Some(also) if diagnostic.labels.first().is_none_or(|first| first.at != also) => {
                let label = match error.kind {
                    ErrorKind::DuplicateKey { .. } | ErrorKind::MergeOver { .. } => "first given here",
                    _ => "opened here",
                };
                diagnostic.at(also, label)
            }
            _ => diagnostic,
        };
        // A value that ends just before the error is the likely cause.
        let splice = self.text.splices.iter().rfind(|splice| splice.start <= error.at.start);
        let near = splice.filter(|splice| {
            let between = self.text.text.get(splice.end.min(error.at.start)..error.at.start).unwrap_or("");
            !between.trim().contains('\n')
        });
        let Some(splice) = near else { return diagnostic.help(error.kind.hint()) };
        let diagnostic = self.value_set(diagnostic, splice);
        let value = self.text.text.get(splice.clone()).unwrap_or("");
        let is_later_line = value.find('\n').is_some_and(|newline| splice.start + newline < error.at.start);
        match error.kind {
            ErrorKind::DuplicateKey { .. } | ErrorKind::MergeOver { .. } => {
                diagnostic.help(error.kind.hint())
            }
            _ if value.contains('\n') && !is_later_line => diagnostic.help(error.kind.hint()),
            _ => diagnostic.help(QUOTE),
        }
    }

    fn misplaced(&self, found: &Misplaced) -> Diagnostic {
        let what = if found.is_text { "a text of several lines" } else { "a map or list" };
        let message = format!(
            "{what} is spliced in with too little indentation: a line of it begins in column {}, and must begin in column {} or later",
            found.column, found.least
        );
        let diagnostic = Diagnostic::error(codes::STRUCTURE, message);
        let diagnostic = match self.text.origin(found.at.start) {
            Some(span) => diagnostic.at(span, "spliced in here"),
            None => diagnostic.at(self.unit.span, "rendered by this unit"),
        };
        self.value_set(diagnostic, &found.at)
            .rendered(self.excerpt(&found.line))
            .help(format!("write `| {}` in the template", found.filters))
    }

    fn harm(&self, harmful: &splice::Harmful) -> Diagnostic {
        let value = self.text.text.get(harmful.at.clone()).unwrap_or("");
        let masked = self.hidden.is_in(value) || self.is_masked(&harmful.at);
        let shown = if masked { MASK.to_owned() } else { Value::string(value).shown() };
        let (diagnostic, label) = match &harmful.harm {
            Harm::Type(what) => {
                let message = format!("the value {shown} is a string, but makes this scalar {what}");
                (Diagnostic::error(codes::TYPE, message).help(QUOTE), "needs quotes")
            }
            Harm::Structure(how) => {
                let message = format!("the value {shown} changes the YAML around it: {how}");
                (Diagnostic::error(codes::STRUCTURE, message).help(YAML), "spliced in here")
            }
        };
        self.value_set(self.placed(diagnostic, &harmful.at, label), &harmful.at)
    }

    /// Whether the line is not shown, since a secret reaches it.
    fn is_masked(&self, at: &Range<usize>) -> bool {
        self.excerpt(at).text == MASK
    }

    fn malformed(&self, node: &Node, malformed: &Malformed) -> Diagnostic {
        let mut path = malformed.path();
        let message = if self.is_masked(&place(node, &path)) {
            format!("{} is not what it must be: {MASK}", path.join("."))
        } else {
            self.hidden.hide(&malformed.to_string())
        };
        let mut diagnostic = Diagnostic::error(codes::MALFORMED, message);
        let text = |keys: &[&str]| {
            keys.iter().try_fold(node, |node, key| node.get(key)).and_then(|node| match &node.kind {
                NodeKind::String(text) => Some(text.as_str()),
                _ => None,
            })
        };
        let named = (text(&["kind"]), text(&["metadata", "name"]));
        if let (Some(kind), Some(name)) = named
            && !name.is_empty()
            && !self.is_masked(&place(node, &["metadata", "name"]))
        {
            let about = format!("{}/{}", shortened(kind), shortened(name));
            diagnostic = diagnostic.about(self.hidden.hide(&about));
        }
        let near = misspelled(node, malformed);
        let help = match (&near, malformed) {
            (Some((near, key)), _) => format!("did you mean `{key}` in place of `{}`?", near.escape_debug()),
            (None, Malformed::Type { expected: "a string", found: "a number" | "a bool", .. }) => {
                "put it between quotes; a value of the fleet is quoted by `| quote`".to_owned()
            }
            (None, Malformed::Name { invalid, .. }) => invalid.next_step(),
            (None, Malformed::List { .. }) => {
                "give it `items`, a list of objects, or write each object as a document".to_owned()
            }
            (None, _) => {
                "an object has apiVersion, kind and metadata.name; documents are parted by `---`".to_owned()
            }
        };
        if let (Some((near, _)), Some(last)) = (&near, path.last_mut()) {
            *last = near;
        }
        self.placed(diagnostic, &place(node, &path), "").help(help)
    }

    /// The diagnostic with its template line and its rendered line.
    fn placed(&self, diagnostic: Diagnostic, at: &Range<usize>, label: &str) -> Diagnostic {
        let diagnostic = match self.text.origin(at.start) {
            Some(span) => diagnostic.at(span, label),
            None => diagnostic.at(self.unit.span, "rendered by this unit"),
        };
        diagnostic.rendered(self.excerpt(at))
    }

    fn excerpt(&self, at: &Range<usize>) -> Excerpt {
        let excerpt = self.text.excerpt(self.name, at, "");
        let same = match &self.other {
            None => true,
            Some(None) => false,
            Some(Some(other)) => other.line(excerpt.line) == Some(excerpt.text.as_str()),
        };
        if same { excerpt } else { Excerpt { text: MASK.to_owned(), column: 1, width: 1, ..excerpt } }
    }

    /// Labels the line of the fleet that set a spliced value, if it can be told.
    fn value_set(&self, diagnostic: Diagnostic, splice: &Range<usize>) -> Diagnostic {
        let value = self.text.text.get(splice.clone()).unwrap_or("");
        match span_of(&self.unit.settings, value) {
            Some(span) if !value.is_empty() => diagnostic.at(span, "the value is set here"),
            _ => diagnostic,
        }
    }
}

const QUOTE: &str = "put `| quote` after the value in the template";
const YAML: &str =
    "put `| quote` after the value in the template, or `| to_yaml` for what is more than one line";

/// The objects in a node: itself, or what a `List` in it holds, at any depth. The reader of YAML bounds it.
pub(super) fn expand<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    let kind = node.get("kind").map(|kind| &kind.kind);
    let items = node.get("items").map(|items| &items.kind);
    match (kind, items) {
        (Some(NodeKind::String(kind)), Some(NodeKind::List(items))) if kind.ends_with("List") => {
            items.iter().for_each(|item| expand(item, found));
        }
        _ => found.push(node),
    }
}

/// The key that the last of these leads to, or the deepest that is there.
pub(super) fn place(node: &Node, path: &[&str]) -> Range<usize> {
    let (mut node, mut at) = (node, node.span.start..node.span.start);
    for key in path {
        match &node.kind {
            NodeKind::Map(entries) => {
                let Some(entry) = entries.iter().find(|entry| entry.key == *key) else { break };
                at = entry.key_span.clone();
                node = &entry.value;
            }
            NodeKind::List(items) => {
                let Some(item) = key.parse().ok().and_then(|index: usize| items.get(index)) else { break };
                at = item.span.clone();
                node = item;
            }
            _ => break,
        }
    }
    at
}

/// The key that stands in place of the one that is missing, and the missing one.
fn misspelled<'a>(node: &'a Node, malformed: &'a Malformed) -> Option<(&'a str, &'a str)> {
    let Malformed::Missing { path } = malformed else { return None };
    let (missing, parents) = path.split_last()?;
    let parent = parents.iter().try_fold(node, |node, key| node.get(key))?;
    let NodeKind::Map(entries) = &parent.kind else { return None };
    let others = entries.iter().map(|entry| entry.key.as_str()).filter(|key| !KEYS.contains(key));
    Some((suggest(missing, others)?, missing))
}

/// Keys that are no slip for another.
const KEYS: [&str; 8] = ["apiVersion", "kind", "metadata", "spec", "data", "items", "name", "namespace"];

/// The start of a text, escaped: names that are too long are told elsewhere.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let more = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("{}{more}", text.chars().take(LONGEST).collect::<String>().escape_debug())
}

/// Where a string of exactly this text is set.
fn span_of(setting: &Setting, text: &str) -> Option<Span> {
    fn in_value(value: &Value, text: &str) -> Option<Span> {
        match &value.kind {
            Kind::String(found) if &**found == text => value.span,
            Kind::List(items) => items.iter().find_map(|item| in_value(item, text)),
            Kind::Map(entries) => entries.values().find_map(|item| in_value(item, text)),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
        }
    }
    match setting {
        Setting::Leaf(leaf) => in_value(&leaf.value, text),
        Setting::Map(branch) => branch.entries.values().find_map(|entry| span_of(entry, text)),
    }
}
