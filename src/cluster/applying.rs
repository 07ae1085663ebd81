//! How the objects of a unit are to be applied, as far as the unit says.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::select::no_secret;
use super::setting::Setting;
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::object::{BadName, Named, ObjectRef, ReadyWhen, TakeOver, kind_and_group};

/// How the objects of a unit are to be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applying {
    /// The units it comes after, by block name: their objects are ready before its own are written.
    pub depends_on: Vec<Arc<str>>,
    /// The fields that may be taken from another manager.
    pub take_over: Vec<TakeOver>,
    /// The objects that may be deleted and made again where an immutable field changes.
    pub replace: Vec<Named>,
    /// When an object of a kind without a known condition is ready, by kind: `Widget`, or `Widget.example.com`.
    pub ready_when: BTreeMap<Arc<str>, ReadyWhen>,
}

impl Applying {
    /// When objects of the kind of this one are ready, if the unit says so: what it says with the group counts before what
    /// it says without.
    pub fn ready_when(&self, object: &ObjectRef) -> Option<&ReadyWhen> {
        let full = format!("{}.{}", object.kind, object.group);
        self.ready_when.get(full.as_str()).or_else(|| self.ready_when.get(&object.kind))
    }

    /// What the settings of a unit say of how it is applied. `title` names the unit, `at` is its place. What has the wrong
    /// type is told elsewhere.
    pub(super) fn read(
        settings: &Setting,
        depends_on: &[Arc<str>],
        title: &str,
        at: Span,
        problems: &mut Diagnostics,
    ) -> Self {
        let unit = Place { title, at };
        let take_over =
            unit.list("take_over", settings, problems, |text| TakeOver::parse(text).map_err(Mistake::Field));
        let replace = unit.list("replace", settings, problems, |text| {
            let named = Named::parse(text).map_err(Mistake::Object)?;
            if NEVER_REPLACED.contains(&&*named.kind) {
                Err(Mistake::Replaced(named.kind))
            } else {
                Ok(named)
            }
        });
        Self {
            depends_on: depends_on.to_vec(),
            take_over,
            replace,
            ready_when: unit.ready_when(settings, problems),
        }
    }
}

/// The kinds that nothing is deleted of to make it again: what they hold goes with them.
const NEVER_REPLACED: [&str; 4] =
    ["CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim"];

/// The unit whose settings are read.
#[derive(Clone, Copy)]
struct Place<'a> {
    title: &'a str,
    at: Span,
}

/// What is wrong with a text.
enum Mistake {
    Object(BadName),
    Field(BadName),
    Replaced(Arc<str>),
}

impl Place<'_> {
    fn list<T>(
        self,
        name: &str,
        settings: &Setting,
        problems: &mut Diagnostics,
        parse: impl Fn(&str) -> Result<T, Mistake>,
    ) -> Vec<T> {
        let Some(setting) = settings.get(name) else { return Vec::new() };
        let around = setting.site().span.unwrap_or(self.at);
        let Some(value) = setting.leaf() else { return Vec::new() };
        if value.is_sensitive() {
            problems.push(no_secret(name, self.title, around));
            return Vec::new();
        }
        let Kind::List(items) = &value.kind else { return Vec::new() };
        let mut read = Vec::with_capacity(items.len());
        for (item, text) in items.iter().filter_map(|item| Some((item, item.as_str()?))) {
            match parse(text) {
                Ok(one) => read.push(one),
                Err(mistake) => {
                    let at = item.span.unwrap_or(around);
                    problems.push(mistake.told(text, self.title).at(at, format!("in `{name}`")));
                }
            }
        }
        read
    }

    fn ready_when(self, settings: &Setting, problems: &mut Diagnostics) -> BTreeMap<Arc<str>, ReadyWhen> {
        let mut read = BTreeMap::new();
        let Some(setting) = settings.get("ready_when") else { return read };
        let around = setting.site().span.unwrap_or(self.at);
        for (kind, said) in setting.entries() {
            let at = said.site().span.unwrap_or(around);
            if said.leaf().is_some_and(Value::is_sensitive) {
                problems.push(no_secret("ready_when", self.title, at));
                continue;
            }
            let Some(text) = said.as_str() else { continue };
            match (kind_and_group(kind), ReadyWhen::parse(text)) {
                (Err(bad), _) => problems.push(
                    self.wrong(
                        &format!("\"{}\" names no kind: {bad}", kind.escape_debug()),
                        at,
                        "of this kind",
                    )
                    .help("write the kind, and its group where two have it: \"Widget.example.com\""),
                ),
                (Ok((kind, group)), _) if is_fixed(kind, group) => problems.push(
                    self.wrong(&format!("a {kind} is ready by a rule of its own"), at, "said here")
                        .note("others wait for it, so that no fleet changes that rule")
                        .help("take it out of `ready_when`"),
                ),
                (Ok(_), Err(bad)) => problems.push(
                    self.wrong(
                        &format!("\"{}\" does not say when it is ready: {bad}", text.escape_debug()),
                        at,
                        "here",
                    )
                    .help(
                        "write \"create\", \"condition=Ready\" or \"jsonpath={.status.phase}=Bound\", as for \
                             `kubectl wait --for`",
                    ),
                ),
                (Ok(_), Ok(when)) => {
                    read.insert(Arc::from(kind), when);
                }
            }
        }
        read
    }

    fn wrong(self, message: &str, at: Span, label: &str) -> Diagnostic {
        Diagnostic::error(codes::APPLYING, format!("{}: `ready_when`: {message}", self.title)).at(at, label)
    }
}

/// Whether a kind is ready by a rule that no fleet changes; without a group, whether one of that name is.
fn is_fixed(kind: &str, group: Option<&str>) -> bool {
    const GROUPS: [&str; 4] = ["", "apps", "apiextensions.k8s.io", "apiregistration.k8s.io"];
    match group {
        Some(group) => ReadyWhen::is_fixed(group, kind),
        None => GROUPS.iter().any(|group| ReadyWhen::is_fixed(group, kind)),
    }
}

impl Mistake {
    fn told(self, text: &str, title: &str) -> Diagnostic {
        let text = text.escape_debug();
        match self {
            Self::Object(bad) => {
                Diagnostic::error(codes::APPLYING, format!("{title}: \"{text}\" names no object: {bad}"))
                    .help("write \"Deployment/shop\", or with its namespace \"web/Deployment/shop\"")
            }
            Self::Field(bad) => {
                Diagnostic::error(codes::APPLYING, format!("{title}: \"{text}\" names no field of an object: {bad}"))
                    .help("write \"Deployment/shop:spec.replicas\"; `fleetwright diff` prints it where a field is taken")
            }
            Self::Replaced(kind) => {
                Diagnostic::error(codes::APPLYING, format!("{title}: a {kind} is never deleted to be made again"))
                    .note("what it holds would go with it")
                    .help("take it out of `replace`; make one under another name, and move what is in it")
            }
        }
    }
}
