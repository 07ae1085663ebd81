//! A problem as a code host shows it: one text, at one place of the repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::escape::{one_line, printable};
use super::json::{Label, Level, Place};
use super::text;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceMap, Span};

/// The block of each cluster, for what is found on a cluster and points at no file.
pub type ClusterBlocks = BTreeMap<Arc<str>, Span>;

/// One problem without secrets, and where it is shown. Files are paths from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its stable code.
    pub code: &'static str,
    /// The id of the check that found it, if a check did.
    pub check: Option<&'static str>,
    /// How bad it is.
    pub level: Level,
    /// The object or unit it is about.
    pub object: Option<String>,
    /// What is wrong, in one line.
    pub message: String,
    /// Everything else there is to say, a line each: where it stands if that is no file of the repository, notes,
    /// the rendered line, clusters, object, help.
    pub facts: Vec<String>,
    /// Where it is shown; `None` where not even the fleet was found.
    pub at: Option<Label>,
    /// Further places.
    pub related: Vec<Label>,
}

impl Placed {
    /// All problems in the order given.
    pub fn all(list: &Diagnostics, sources: &SourceMap, clusters: &ClusterBlocks) -> Vec<Self> {
        list.iter().map(|diagnostic| Self::of(diagnostic, sources, clusters)).collect()
    }

    fn of(diagnostic: &Diagnostic, sources: &SourceMap, clusters: &ClusterBlocks) -> Self {
        let diagnostic = &diagnostic.without(sources.secrets());
        let mut places: Vec<Label> =
            diagnostic.labels.iter().filter_map(|label| place(label.at, &label.text, sources)).collect();
        let at = match places.is_empty() {
            true => anchor(diagnostic, sources, clusters),
            false => Some(places.remove(0)),
        };
        Self {
            code: diagnostic.code.as_str(),
            check: diagnostic.check,
            level: match diagnostic.severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
            },
            object: diagnostic.object.clone(),
            message: printable(&diagnostic.message).into_owned(),
            facts: facts(diagnostic, sources),
            at,
            related: places,
        }
    }

    /// The message, and the facts below it.
    pub fn text(&self) -> String {
        let mut text = self.message.clone();
        for fact in &self.facts {
            text.push('\n');
            text.push_str(fact);
        }
        text
    }
}

/// Where a problem is shown that names no file of the repository: the block of the first cluster it was found
/// on, or the first line of the fleet. A code host shows nothing that stands nowhere.
fn anchor(diagnostic: &Diagnostic, sources: &SourceMap, clusters: &ClusterBlocks) -> Option<Label> {
    let block = diagnostic.clusters.iter().find_map(|name| clusters.get(name)).copied();
    block.and_then(|span| place(span, "", sources)).or_else(|| {
        let first = Span::new(sources.first_file()?, 0..0);
        place(first, "", sources)
    })
}

/// The place in a file of the repository; `None` for any other text. The end of a file is shown on its last line:
/// there is none after it.
fn place(span: Span, text: &str, sources: &SourceMap) -> Option<Label> {
    let file = sources.file(span.file)?;
    let below = file.below_root()?;
    let last = file.text().strip_suffix('\n').map_or(file.text().len(), str::len);
    let span = match span.range().start > last {
        true => Span::new(span.file, last..last),
        false => span,
    };
    let place = Place { file: below.to_owned(), ..Place::of(span, sources) };
    Some(Label { place, text: printable(text).into_owned() })
}

fn facts(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<String> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, text: &str| facts.push(format!("{name}: {}", printable(text)));
    for label in &diagnostic.labels {
        let outside = sources.file(label.at.file).is_none_or(|file| file.below_root().is_none());
        if outside {
            fact("in", &sources.locate(label.at));
        }
    }
    for note in &diagnostic.notes {
        fact("note", note);
    }
    if let Some(excerpt) = &diagnostic.rendered {
        let line = one_line(excerpt.text.trim()).into_owned();
        fact("rendered", &format!("{}:{}:{}: {line}", excerpt.name, excerpt.line, excerpt.column));
    }
    if !diagnostic.clusters.is_empty() {
        let name = if diagnostic.clusters.len() == 1 { "cluster" } else { "clusters" };
        fact(name, &text::clusters(diagnostic));
    }
    if let Some(object) = &diagnostic.object {
        fact("object", object);
    }
    if let Some(help) = &diagnostic.help {
        fact("help", help);
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CODE;

    /// Where each problem is shown, as `FILE:LINE`, and what is said of other places.
    fn check(diagnostic: Diagnostic, shown: Option<&str>, facts: &[&str]) {
        let mut sources = SourceMap::default();
        let given = sources.add("--var image", "x");
        let cluster = sources.add_file("fleet/b.hcl", "main:fleet/b.hcl", "\n\ncluster \"prod-b\" {}\n");
        sources.keep_secret("hunter2");
        let blocks = ClusterBlocks::from([("prod-b".into(), Span::new(cluster, 2..9))]);
        let at = |n| Span::new(if n == 0 { given } else { cluster }, 0..1);
        let labels = std::mem::take(&mut diagnostic.clone().labels);
        let labels = labels
            .into_iter()
            .map(|label| crate::diagnostic::Label { at: at(label.at.start as usize), ..label });
        let diagnostic = Diagnostic { labels: labels.collect(), ..diagnostic };
        let placed = Placed::of(&diagnostic, &sources, &blocks);
        let found = placed.at.map(|label| format!("{}:{}", label.place.file, label.place.line));
        assert_eq!((found.as_deref(), placed.facts.as_slice()), (shown, facts_of(facts).as_slice()));
    }

    fn facts_of(facts: &[&str]) -> Vec<String> {
        facts.iter().map(|fact| (*fact).to_owned()).collect()
    }

    /// A label in the value of a variable (0) or in a file of the repository (1).
    fn label(which: usize) -> Span {
        Span::new(SourceMap::default().add("", ""), which..which)
    }

    #[test]
    fn what_stands_nowhere_is_shown_where_it_can_be_seen() {
        let wrong = || Diagnostic::error(CODE, "wrong");
        check(wrong().at(label(1), ""), Some("fleet/b.hcl:1"), &[]);
        check(wrong().at(label(0), "").at(label(1), ""), Some("fleet/b.hcl:1"), &["in: --var image:1:1"]);
        check(
            wrong().at(label(0), "").on("prod-a").on("prod-b"),
            Some("fleet/b.hcl:3"),
            &["in: --var image:1:1", "clusters: prod-a, prod-b"],
        );
        check(
            wrong().about("x\nhunter2").help("mend\u{202e} it").note("so").on("prod-a"),
            Some("fleet/b.hcl:1"),
            &["note: so", "cluster: prod-a", "object: x\n(sensitive)", "help: mend\\u{202e} it"],
        );
        let nothing = Placed::of(&wrong(), &SourceMap::default(), &ClusterBlocks::new());
        assert_eq!(nothing.at, None);
        assert_eq!(nothing.text(), "wrong");
    }
}
