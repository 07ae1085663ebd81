//! A diagnostic, and the list that a run collects.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::Check;
use super::code::Code;
use super::secrets::Secrets;
use super::span::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The fleet cannot be used as it is.
    Error,
    /// Worth a look; nothing stops.
    Warning,
}

/// The longest text of a diagnostic, in characters: it may repeat what somebody wrote, which may be a
/// megabyte.
const LONGEST: usize = 1000;

/// The text, cut short where nobody would read on.
fn short(text: impl Into<String>) -> String {
    let mut text = text.into();
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A place in text and what to say there. The first label of a diagnostic is the primary one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub at: Span,
    /// What stands there, in a few words; may be empty.
    pub text: String,
}

/// A place in text that no file holds: what a template rendered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// What was rendered, such as `prod-a/storefront (rendered)`.
    pub name: String,
    /// Line of the rendered text, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters to underline, at least 1.
    pub width: usize,
    /// The text of that line, without its line break and without secrets.
    pub text: String,
    /// What to say under it; may be empty.
    pub label: String,
}

/// A field of a rendered object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// The unit that rendered the object, such as `service.backend-a`.
    pub unit: String,
    /// The keys that lead to the field in the object; those of lists as numbers from 0.
    pub path: Vec<String>,
}

/// One problem: what was found, what is allowed, where, for which clusters, and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// The id of the check that found it, where an `excuse` can name it. Such a finding stops nothing but
    /// `validate`.
    pub check: Option<&'static str>,
    /// What is wrong, in one line, starting in lower case, without a full stop.
    pub message: String,
    /// Places; the first is the primary one.
    pub labels: Vec<Label>,
    /// The rendered line, where the problem shows only in rendered text.
    pub rendered: Option<Excerpt>,
    /// The clusters it was found on; empty where it does not depend on the cluster.
    pub clusters: BTreeSet<Arc<str>>,
    /// The object or unit it is about, such as `Deployment/backend-a` or `service.backend-a`.
    pub object: Option<String>,
    /// The field of that object that it is about, for those who look up where it comes from. It is not printed.
    pub field: Option<Field>,
    /// Further facts, a line each.
    pub notes: Vec<String>,
    /// The next step.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            check: None,
            message: short(message),
            labels: Vec::new(),
            rendered: None,
            clusters: BTreeSet::new(),
            object: None,
            field: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// What a check found.
    pub fn checked(check: &'static Check, severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, check: Some(check.id), ..Self::error(check.code, message) }
    }

    /// Adds a place. The first one added is the primary one.
    pub fn at(mut self, at: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { at, text: short(text) });
        self
    }

    /// Sets the place in rendered text.
    pub fn rendered(mut self, excerpt: Excerpt) -> Self {
        self.rendered = Some(excerpt);
        self
    }

    /// Names a cluster it was found on.
    pub fn on(mut self, cluster: impl Into<Arc<str>>) -> Self {
        self.clusters.insert(cluster.into());
        self
    }

    /// Names the object or unit it is about.
    pub fn about(mut self, object: impl Into<String>) -> Self {
        self.object = Some(short(object));
        self
    }

    /// Names the field of the object that it is about.
    pub fn of(mut self, unit: impl Into<String>, path: Vec<String>) -> Self {
        self.field = Some(Field { unit: unit.into(), path });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(short(note));
        self
    }

    /// Sets the next step.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(short(help));
        self
    }

    /// The same without these secrets in any of its texts.
    pub fn without(&self, secrets: &Secrets) -> Self {
        let hide = |text: &String| secrets.hide(text);
        Self {
            code: self.code,
            severity: self.severity,
            check: self.check,
            message: hide(&self.message),
            labels: self.labels.iter().map(|label| Label { at: label.at, text: hide(&label.text) }).collect(),
            rendered: self.rendered.as_ref().map(|excerpt| Excerpt {
                name: hide(&excerpt.name),
                text: hide(&excerpt.text),
                label: hide(&excerpt.label),
                ..excerpt.clone()
            }),
            clusters: self.clusters.clone(),
            object: self.object.as_ref().map(hide),
            field: self.field.clone(),
            notes: self.notes.iter().map(hide).collect(),
            help: self.help.as_ref().map(hide),
        }
    }

    /// What folding compares: everything but the clusters, the field and the rendered line.
    fn same_problem(&self, other: &Self) -> bool {
        self.code == other.code
            && self.severity == other.severity
            && self.check == other.check
            && self.message == other.message
            && self.labels == other.labels
            && self.object == other.object
            && self.notes == other.notes
            && self.help == other.help
    }
}

/// The problems of a run, in no particular order until [`Diagnostics::folded`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Names a cluster that every one of them was found on.
    pub fn on(self, cluster: &Arc<str>) -> Self {
        self.0.into_iter().map(|diagnostic| diagnostic.on(Arc::clone(cluster))).collect()
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether one of them is an error that is no finding of a check: nothing may be rendered then.
    pub fn stop(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error && diagnostic.check.is_none())
    }

    /// The same with every finding of a check as a warning.
    pub fn advisory(self) -> Self {
        let lowered = self.0.into_iter().map(|diagnostic| match diagnostic.check {
            Some(_) => Diagnostic { severity: Severity::Warning, ..diagnostic },
            None => diagnostic,
        });
        lowered.collect()
    }

    /// All of them, to be added to.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.0.iter_mut()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// The same with every warning as an error.
    pub fn strict(self) -> Self {
        self.0.into_iter().map(|diagnostic| Diagnostic { severity: Severity::Error, ..diagnostic }).collect()
    }

    /// Sorted by severity, file, position, code and message; the same problem on several clusters once,
    /// with all of them named.
    pub fn folded(mut self) -> Self {
        self.0.sort_by(|a, b| {
            (a.severity, &a.labels, a.code, &a.message, &a.object, &a.clusters, &a.rendered).cmp(&(
                b.severity,
                &b.labels,
                b.code,
                &b.message,
                &b.object,
                &b.clusters,
                &b.rendered,
            ))
        });
        let mut folded: Vec<Diagnostic> = Vec::with_capacity(self.0.len());
        for diagnostic in self.0 {
            match folded.last_mut() {
                Some(last) if last.same_problem(&diagnostic) => {
                    last.clusters.extend(diagnostic.clusters);
                }
                _ => folded.push(diagnostic),
            }
        }
        Self(folded)
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Box<Diagnostic>> for Diagnostics {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self(vec![*diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
