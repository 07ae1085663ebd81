//! Excuses: checks that somebody has said, with a reason, do not hold for a unit or object.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::eval::Scope;
use super::select::{Labels, Match, fixed_names, fixed_text};
use crate::diagnostic::{CHECKS, Check, Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::fleet::{Block, Fleet};
use crate::object::ObjectRef;

/// The excuses of a fleet.
#[derive(Clone, Debug, Default)]
pub struct Excuses(Vec<Excuse>);

/// An `excuse` block.
#[derive(Clone, Debug)]
pub struct Excuse {
    /// The id of the check.
    pub check: &'static str,
    /// The label of its block.
    pub at: Span,
    /// Why.
    pub reason: Arc<str>,
    /// The units whose settings it excused, by cluster.
    pub settings: Used,
    /// The unit it stands in; `None` at the top level.
    unit: Option<Arc<str>>,
    clusters: Match,
    units: Match,
    /// The objects it is about; `None` for all, and for the settings of a service.
    objects: Option<Vec<Pattern>>,
}

/// Units by cluster, each as its cluster's name and its block's.
pub type Used = BTreeSet<(Arc<str>, Arc<str>)>;

/// What a check failed on.
#[derive(Clone, Copy, Debug)]
pub struct Failing<'a> {
    /// The id of the check.
    pub check: &'a str,
    /// The labels of the cluster, with the implicit ones.
    pub cluster: &'a Labels,
    /// The name of the unit's block.
    pub unit: &'a str,
    /// The labels of the unit, with the implicit ones.
    pub labels: &'a Labels,
    /// The object; `None` for the settings of a service.
    pub object: Option<&'a ObjectRef>,
}

impl Excuses {
    /// The excuses of a fleet; those for a check that does not exist are told.
    pub(super) fn new(fleet: &Fleet, scope: &Scope, problems: &mut Diagnostics) -> Self {
        let mut all = Vec::new();
        let own = fleet
            .units
            .iter()
            .flat_map(|unit| unit.blocks_of("excuse").map(move |block| (Some(unit), block)));
        for (unit, block) in fleet.excuses.iter().map(|block| (None, block)).chain(own) {
            let reason = fixed_text(block, "reason", scope, problems);
            if reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
                problems.push(no_reason(block));
            }
            let objects = block.arg("objects").map(|_| patterns(block, scope, problems));
            let Some(check) = Check::of(block.name()) else {
                problems.push(no_check(block));
                continue;
            };
            all.push(Excuse {
                check: check.id,
                at: block.place(),
                reason: reason.unwrap_or_else(|| Arc::from("")),
                settings: Used::new(),
                unit: unit.map(|unit| Arc::from(unit.name())),
                clusters: Match::read(block, "match", scope, problems),
                units: Match::read(block, "units", scope, problems),
                objects,
            });
        }
        Self(all)
    }

    /// The same, each with the units whose settings it excused, by the place of its block.
    pub(super) fn used(mut self, mut used: BTreeMap<Span, Used>) -> Self {
        for excuse in &mut self.0 {
            excuse.settings = used.remove(&excuse.at).unwrap_or_default();
        }
        self
    }

    /// All of them, those of the top level first.
    pub fn iter(&self) -> impl Iterator<Item = &Excuse> {
        self.0.iter()
    }

    /// Those that are about what failed.
    pub fn about<'a>(&'a self, failing: Failing<'a>) -> impl Iterator<Item = &'a Excuse> {
        self.0.iter().filter(move |excuse| excuse.is_about(failing))
    }
}

impl Excuse {
    /// The finding that it excuses nothing.
    pub fn unused(&self) -> Diagnostic {
        Diagnostic::warning(codes::EXCUSE, format!("excuse \"{}\" excuses nothing", self.check))
            .at(self.at, "nothing that it is about fails this check")
            .help("take it out")
    }

    /// The finding that some of the objects it names need no excuse: those at the places that are not among these.
    pub fn unused_patterns<'a>(&'a self, used: &'a BTreeSet<usize>) -> impl Iterator<Item = Diagnostic> + 'a {
        let patterns = self.objects.iter().flatten().enumerate();
        patterns.filter(|(place, _)| !used.contains(place)).map(|(_, pattern)| {
            let message =
                format!("excuse \"{}\" excuses nothing of \"{}\"", self.check, pattern.text.escape_debug());
            Diagnostic::warning(codes::EXCUSE, message)
                .at(pattern.at, "nothing that it is about fails this check")
                .help("take it out of `objects`")
        })
    }

    /// The places in `objects` of what names an object.
    pub fn patterns_of(&self, object: &ObjectRef) -> impl Iterator<Item = usize> {
        let patterns = self.objects.iter().flatten().enumerate();
        patterns.filter(|(_, pattern)| pattern.matches(object)).map(|(place, _)| place)
    }

    fn is_about(&self, failing: Failing<'_>) -> bool {
        let object = match (&self.objects, failing.object) {
            (None, _) => true,
            (Some(patterns), Some(object)) => patterns.iter().any(|pattern| pattern.matches(object)),
            (Some(_), None) => false,
        };
        object
            && self.check == failing.check
            && self.unit.as_deref().is_none_or(|name| name == failing.unit)
            && self.units.matches(failing.labels)
            && self.clusters.matches(failing.cluster)
    }
}

/// Objects by kind, namespace and name: `Kind/name`, or `Kind/namespace/name`; a `*` stands for any text
/// within a part.
#[derive(Clone, Debug)]
struct Pattern {
    text: Arc<str>,
    at: Span,
    kind: Arc<str>,
    namespace: Option<Arc<str>>,
    name: Arc<str>,
}

impl Pattern {
    fn parse(text: &Arc<str>, at: Span) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let (kind, namespace, name) = match parts.as_slice() {
            [kind, name] => (*kind, None, *name),
            [kind, namespace, name] => (*kind, Some(Arc::from(*namespace)), *name),
            _ => return None,
        };
        Some(Self { text: text.clone(), at, kind: Arc::from(kind), namespace, name: Arc::from(name) })
    }

    fn matches(&self, object: &ObjectRef) -> bool {
        let namespace = match (&self.namespace, &object.namespace) {
            (None, _) => true,
            (Some(pattern), Some(namespace)) => glob(pattern, namespace),
            (Some(_), None) => false,
        };
        namespace && glob(&self.kind, &object.kind) && glob(&self.name, &object.name)
    }
}

/// Whether a text is what the pattern says, `*` standing for any text. Each part between two stars is looked
/// for once, from where the last one ended.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut text) = text.strip_prefix(first).and_then(|text| text.strip_suffix(last)) else {
        return false;
    };
    for part in middle.split('*') {
        match text.split_once(part) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    true
}

fn patterns(block: &Block, scope: &Scope, problems: &mut Diagnostics) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for (text, at) in fixed_names(block, "objects", scope, problems) {
        match Pattern::parse(&text, at) {
            Some(pattern) => patterns.push(pattern),
            None => problems.push(
                Diagnostic::error(codes::TYPE, format!("\"{}\" names no objects", text.escape_debug()))
                    .at(at, "in `objects` of this excuse")
                    .help("write Kind/name or Kind/namespace/name; a * stands for any text in a part"),
            ),
        }
    }
    patterns
}

fn no_reason(block: &Block) -> Diagnostic {
    let at = block.arg("reason").map_or(block.place(), |reason| reason.span);
    let message = format!("excuse \"{}\" gives no reason", block.name().escape_debug());
    Diagnostic::error(codes::TYPE, message).at(at, "blank").help("say why the check does not hold here")
}

fn no_check(block: &Block) -> Diagnostic {
    let problem = Diagnostic::error(
        codes::UNKNOWN_NAME,
        format!("there is no check \"{}\"", block.name().escape_debug()),
    )
    .at(block.place(), "no such check");
    let ids = || CHECKS.iter().map(|check| check.id);
    match suggest(block.name(), ids()) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None => problem.help(format!("the checks: {}", one_of(ids()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        let table = [
            ("web", "web", true),
            ("web", "web-2", false),
            ("*", "", true),
            ("*", "web", true),
            ("web-*", "web-2", true),
            ("web-*", "web", false),
            ("*-web", "a-web", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a**c", "ac", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn objects_are_named_by_kind_namespace_and_name() {
        let object = |namespace: Option<&str>| ObjectRef {
            group: Arc::from("apps"),
            kind: Arc::from("Deployment"),
            namespace: namespace.map(Arc::from),
            name: Arc::from("web"),
        };
        let at = Span::new(crate::diagnostic::SourceMap::default().add("fleet.hcl", ""), 0..0);
        let matches = |text: &str, namespace| {
            Pattern::parse(&Arc::from(text), at).map(|one| one.matches(&object(namespace)))
        };
        assert_eq!(matches("Deployment/web", Some("shop")), Some(true));
        assert_eq!(matches("Deployment/shop/w*", Some("shop")), Some(true));
        assert_eq!(matches("Deployment/other/web", Some("shop")), Some(false));
        assert_eq!(matches("Deployment/*/web", None), Some(false));
        assert_eq!(matches("Service/web", Some("shop")), Some(false));
        for text in ["Deployment", "Deployment/", "/web", "a/b/c/d", ""] {
            assert_eq!(matches(text, None), None, "{text}");
        }
    }
}
