//! A finding of a check, and what becomes of it: told with its place, or excused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Place;
use super::field::Field;
use crate::cluster::{Cluster, Excuse, Excuses, Failing, Unit, Used};
use crate::diagnostic::{Check, Diagnostic, Diagnostics, Severity, Span};
use crate::object::ObjectRef;
use crate::render::RenderedCluster;

/// Labels of a cluster or unit.
type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// What a check found in a field of an object.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    check: &'static Check,
    severity: Severity,
    at: Field<'a>,
    message: String,
    label: String,
    others: Vec<(Field<'a>, String)>,
    notes: Vec<String>,
    help: String,
}

impl<'a> Finding<'a> {
    /// A finding at a field of an object. The message begins in lower case, does not name the cluster, and shows
    /// values by [`Field::shown`] alone.
    pub fn new(check: &'static Check, at: &Field<'a>, message: impl Into<String>) -> Self {
        Self {
            check,
            severity: check.severity,
            at: *at,
            message: message.into(),
            label: String::new(),
            others: Vec::new(),
            notes: Vec::new(),
            help: check.mend.to_owned(),
        }
    }

    /// What found it.
    pub fn check(&self) -> &'static Check {
        self.check
    }

    /// The field.
    pub fn at(&self) -> &Field<'a> {
        &self.at
    }

    /// The same, only worth a look.
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same, an error.
    pub fn error(mut self) -> Self {
        self.severity = Severity::Error;
        self
    }

    /// What to say at the line that rendered the field.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Another field that has a part in it, and what to say there.
    pub fn also(mut self, at: &Field<'a>, text: impl Into<String>) -> Self {
        self.others.push((*at, text.into()));
        self
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The next step, in place of the one of the check.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// An excuse that was needed, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excused {
    /// The id of the check.
    pub check: &'static str,
    /// Why.
    pub reason: Arc<str>,
    /// The label of its block.
    pub at: Span,
    /// The clusters it was needed on.
    pub clusters: BTreeSet<Arc<str>>,
    /// How many units it excused, those of each cluster counted.
    pub units: usize,
    /// How many objects it excused, those of each cluster counted; 0 where it excused settings alone.
    pub objects: usize,
}

/// Objects by cluster.
type Objects = BTreeSet<(Arc<str>, ObjectRef)>;

/// What the excuses of a fleet were needed for.
#[derive(Debug, Default)]
pub struct Uses {
    units: BTreeMap<Span, Used>,
    objects: BTreeMap<Span, Objects>,
    /// The places in the `objects` of an excuse that were needed.
    patterns: BTreeMap<Span, BTreeSet<usize>>,
}

impl Uses {
    /// What the settings of services needed.
    pub fn of_settings<'e>(excuses: impl Iterator<Item = &'e Excuse>) -> Self {
        let used = excuses.filter(|excuse| !excuse.settings.is_empty());
        Self {
            units: used.map(|excuse| (excuse.at, excuse.settings.clone())).collect(),
            objects: BTreeMap::new(),
            patterns: BTreeMap::new(),
        }
    }

    /// The findings that some of the objects of an excuse needed none.
    pub fn unused_patterns(&self, excuse: &Excuse) -> Vec<Diagnostic> {
        let used = self.patterns.get(&excuse.at);
        used.map(|used| excuse.unused_patterns(used).collect()).unwrap_or_default()
    }

    /// What the excuse was needed for, if it was.
    pub fn of(&self, excuse: &Excuse) -> Option<Excused> {
        let units = self.units.get(&excuse.at)?;
        Some(Excused {
            check: excuse.check,
            reason: excuse.reason.clone(),
            at: excuse.at,
            clusters: units.iter().map(|(cluster, _)| cluster.clone()).collect(),
            units: units.len(),
            objects: self.objects.get(&excuse.at).map_or(0, BTreeSet::len),
        })
    }

    /// Adds what they were needed for on other clusters.
    pub fn merge(&mut self, other: Self) {
        for (excuse, units) in other.units {
            self.units.entry(excuse).or_default().extend(units);
        }
        for (excuse, objects) in other.objects {
            self.objects.entry(excuse).or_default().extend(objects);
        }
        for (excuse, patterns) in other.patterns {
            self.patterns.entry(excuse).or_default().extend(patterns);
        }
    }

    fn note(&mut self, excuse: &Excuse, cluster: &Arc<str>, unit: Arc<str>, object: &ObjectRef) {
        self.units.entry(excuse.at).or_default().insert((cluster.clone(), unit));
        self.objects.entry(excuse.at).or_default().insert((cluster.clone(), object.clone()));
    }
}

/// Takes the findings on one cluster: each becomes a diagnostic, unless it is excused.
pub struct Findings<'a> {
    excuses: &'a Excuses,
    place: &'a Place<'a>,
    rendered: &'a RenderedCluster,
    cluster: &'a Cluster,
    /// The units of the cluster by address, each with its labels.
    units: BTreeMap<String, (&'a Unit, Labels)>,
    told: Diagnostics,
    once: BTreeSet<String>,
    uses: &'a mut Uses,
}

impl<'a> Findings<'a> {
    /// None yet, on this cluster.
    pub fn new(
        excuses: &'a Excuses,
        place: &'a Place<'a>,
        cluster: &'a Cluster,
        rendered: &'a RenderedCluster,
        uses: &'a mut Uses,
    ) -> Self {
        let units = cluster.units.iter().map(|unit| (unit.address(), (unit, unit.all_labels()))).collect();
        Self {
            excuses,
            place,
            rendered,
            cluster,
            units,
            told: Diagnostics::new(),
            once: BTreeSet::new(),
            uses,
        }
    }

    /// What was told.
    pub fn told(self) -> Diagnostics {
        self.told
    }

    /// Tells a finding, or notes that it is excused.
    pub fn tell(&mut self, finding: Finding<'_>) {
        if !self.excuse(&finding) {
            self.push(finding);
        }
    }

    /// The same, unless one under this key was told on the cluster.
    pub fn tell_once(&mut self, key: &str, finding: Finding<'_>) {
        if !self.excuse(&finding) && self.once.insert(key.to_owned()) {
            self.push(finding);
        }
    }

    fn push(&mut self, finding: Finding<'_>) {
        let Finding { check, severity, at, message, label, others, notes, help } = finding;
        let entry = at.entry();
        let object = entry.object();
        let (place, label) = self.place(&at, label);
        let mut told = Diagnostic::checked(check, severity, message).at(place, label);
        for (other, text) in others {
            let (place, text) = self.place(&other, text);
            told = told.at(place, text);
        }
        let unit = entry.rendered.unit();
        if told.labels.iter().all(|label| label.at != unit) {
            told = told.at(unit, "rendered by this unit");
        }
        for note in notes {
            told = told.note(note);
        }
        let told = told.of(entry.unit.address(), at.keys());
        let excuse = format!("{help}, or say why not: `excuse \"{}\" {{ reason = \"…\" }}`", check.id);
        self.told
            .push(told.about(object.reference().to_string()).on(self.rendered.name().clone()).help(excuse));
    }

    /// The line that rendered a field, and what to say there; the line that rendered the object where that of the
    /// field is not known.
    fn place(&self, at: &Field<'_>, text: String) -> (Span, String) {
        let (entry, keys) = (at.entry(), at.keys());
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        match (self.place)(self.rendered, entry.unit, entry.rendered, &keys) {
            Some(place) => (place, text),
            None => (entry.rendered.origin(), "rendered from here".to_owned()),
        }
    }

    /// Whether it is excused: an excuse on any of its objects is one. Every excuse that is about it is used.
    fn excuse(&mut self, finding: &Finding<'_>) -> bool {
        let fields = std::iter::once(&finding.at).chain(finding.others.iter().map(|(field, _)| field));
        // Each counts for one object of a finding, the first that it is about.
        let mut used = BTreeSet::new();
        for entry in fields.map(Field::entry) {
            let Some((unit, labels)) = self.units.get(entry.unit.address()) else { continue };
            let object = entry.object().reference();
            let failing = Failing {
                check: finding.check.id,
                cluster: &self.cluster.labels,
                unit: &unit.name.name,
                labels,
                object: Some(object),
            };
            for excuse in self.excuses.about(failing) {
                self.uses.patterns.entry(excuse.at).or_default().extend(excuse.patterns_of(object));
                if used.insert(excuse.at) {
                    self.uses.note(excuse, self.rendered.name(), unit.name.name.clone(), object);
                }
            }
        }
        !used.is_empty()
    }
}
