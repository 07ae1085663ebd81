//! One unit on one cluster: its templates and manifests rendered, read and patched, and its secrets found.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::context::Shared;
use super::convert::{Variant, is_sensitive};
use super::cut::Cut;
use super::document::{Found, Lesson, Reading, filled};
use super::engine::Engine;
use super::failure;
use super::library::Template;
use super::manifest::Manifests;
use super::patch;
use super::secret::Hidden;
use super::skeleton::Skeletons;
use super::text::Text;
use crate::cluster::{Cluster, FileRef, Resolved, Unit};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::object::{FieldPath, Object};

/// What every unit of a fleet is rendered with.
pub(super) struct Workshop<'a> {
    engine: &'a Engine,
    manifests: &'a Manifests,
    real: Shared,
    /// The same with other values in place of the secret ones.
    others: [Shared; 2],
    /// Whether the values of a cluster, which every template sees, hold a secret.
    shared_secrets: bool,
    /// What texts that were read before look like.
    skeletons: Skeletons,
}

/// An object of a unit, before the cluster as a whole is looked at.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// The object, without a default namespace.
    pub object: Object,
    /// The template line that its document began on.
    pub origin: Span,
    /// Its secret fields.
    pub secrets: BTreeSet<FieldPath>,
    /// At most so many bytes are its JSON.
    pub most_bytes: usize,
}

impl<'a> Workshop<'a> {
    /// For a fleet. What its clusters' values cannot be turned into is reported.
    pub(super) fn of(fleet: &Resolved, engine: &'a Engine, manifests: &'a Manifests) -> (Self, Diagnostics) {
        let (real, problems) = Shared::of(fleet, Variant::Real);
        let (first, _) = Shared::of(fleet, Variant::First);
        let (second, _) = Shared::of(fleet, Variant::Second);
        let shared_secrets = fleet.clusters.iter().any(|cluster| is_sensitive(&cluster.values));
        (
            Self {
                engine,
                manifests,
                real,
                others: [first, second],
                shared_secrets,
                skeletons: Skeletons::default(),
            },
            problems,
        )
    }

    /// The objects of a unit on the cluster with this number. Every error names the cluster.
    pub(super) fn unit(
        &self,
        fleet: &Resolved,
        number: usize,
        cluster: &Cluster,
        unit: &Unit,
    ) -> (Vec<Made>, Diagnostics) {
        let secret = self.shared_secrets || is_sensitive(&unit.settings);
        let hidden = if secret {
            let values = fleet.clusters.iter().map(|cluster| &cluster.values);
            Hidden::of(&values.chain([&unit.settings]).collect::<Vec<_>>())
        } else {
            Hidden::default()
        };
        let place = Place { number, cluster, unit, hidden: &hidden, secret };
        let (objects, mut problems) = self.objects(&place, Variant::Real);
        if objects.is_empty() && problems.is_empty() && !unit.optional {
            problems.push(nothing(unit));
        }
        let mut made: Vec<Made> = objects
            .into_iter()
            .map(|Found { object, origin }| Made {
                secrets: of_kind(&object),
                // Here all of it was just made; later it has to be fetched from memory.
                most_bytes: object.most_bytes(),
                object,
                origin,
            })
            .collect();
        if secret && !problems.is_empty() {
            // What is secret in these is not known, so nothing further may tell of them.
            made.clear();
        } else if secret {
            let mut refused = BTreeMap::new();
            for variant in [Variant::First, Variant::Second] {
                let (others, failed) = self.objects(&place, variant);
                compare(&mut made, &others, failed.is_empty(), &hidden, &mut refused);
            }
            let mut number = 0..made.len();
            made.retain(|_| number.next().is_none_or(|number| !refused.contains_key(&number)));
            problems.append(refused.into_values().collect());
        }
        let named = problems.into_iter().map(|problem| {
            let about = problem.object.clone().unwrap_or_else(|| unit.address());
            problem.on(cluster.name.clone()).about(about)
        });
        (made, named.collect())
    }

    fn objects(&self, place: &Place<'_>, variant: Variant) -> (Vec<Found>, Diagnostics) {
        let Place { number, cluster, unit, hidden, .. } = *place;
        let shared = self.shared(variant);
        let (context, mut problems) = shared.unit(number, cluster, unit, variant);
        let mut objects = Vec::new();
        let name = format!("{}/{} (rendered)", cluster.name, unit.name.file_stem());
        for file in &unit.templates {
            let Some((number, template)) = self.engine.template(&file.path) else {
                problems.push(not_loaded(file, unit));
                continue;
            };
            match self.engine.marked(template, &context) {
                Ok(marked) => {
                    let cut = Cut::of(&marked);
                    let known = cut.as_ref().and_then(|cut| self.skeletons.fill(number, cut));
                    if let Some(found) = known.and_then(|values| filled(values, unit)) {
                        objects.extend(found);
                        continue;
                    }
                    let text = self.engine.text(&marked);
                    let what = "rendered text";
                    let lesson =
                        cut.as_ref().map(|cut| Lesson { skeletons: &self.skeletons, template: number, cut });
                    let mut reading =
                        Reading { text: &text, name: &name, what, unit, hidden, other: None, lesson };
                    let (found, failed) = reading.objects();
                    if failed.is_empty() || variant != Variant::Real || !place.secret {
                        objects.extend(found);
                        problems.append(failed);
                    } else {
                        // Told again, so that no line shows what a secret became.
                        let other = self.other_text(place, file);
                        reading.other = Some(other.as_ref());
                        problems.append(reading.objects().1);
                    }
                }
                Err(failed) => {
                    let mut told = failure::tell(self.engine, template, &context, &failed, hidden);
                    if place.secret && variant == Variant::Real {
                        told = failure::discreet(told, self.other_failure(place, template).as_ref());
                    }
                    problems.push(told);
                }
            }
        }
        for file in &unit.manifests {
            let Some(text) = self.manifests.get(&file.path) else {
                problems.push(not_loaded(file, unit));
                continue;
            };
            let (name, what) = (file.path.as_str(), "the manifest");
            let reading = Reading { text, name, what, unit, hidden, other: None, lesson: None };
            let (found, failed) = reading.objects();
            objects.extend(found);
            problems.append(failed);
        }
        if !problems.is_empty() {
            return (objects, problems);
        }
        patch::apply(unit, variant, objects, hidden)
    }

    fn shared(&self, variant: Variant) -> &Shared {
        let [first, second] = &self.others;
        match variant {
            Variant::Real => &self.real,
            Variant::First => first,
            Variant::Second => second,
        }
    }

    fn other_failure(&self, place: &Place<'_>, template: &Template) -> Option<Diagnostic> {
        let variant = Variant::First;
        let (context, _) = self.shared(variant).unit(place.number, place.cluster, place.unit, variant);
        let failed = self.engine.render(template, &context).err()?;
        Some(failure::tell(self.engine, template, &context, &failed, place.hidden))
    }

    fn other_text(&self, place: &Place<'_>, file: &FileRef) -> Option<Text> {
        let variant = Variant::First;
        let (context, _) = self.shared(variant).unit(place.number, place.cluster, place.unit, variant);
        let (_, template) = self.engine.template(&file.path)?;
        self.engine.render(template, &context).ok()
    }
}

/// A unit on a cluster.
struct Place<'a> {
    number: usize,
    cluster: &'a Cluster,
    unit: &'a Unit,
    hidden: &'a Hidden,
    /// Whether the unit sees anything secret.
    secret: bool,
}

fn nothing(unit: &Unit) -> Diagnostic {
    Diagnostic::error(codes::EMPTY, format!("{} rendered nothing", unit.address()))
        .at(unit.span, "")
        .help("say `optional = true` if that is meant, or exclude the cluster with `match`")
}

/// A file whose own error was reported when it was read, or which the resolver named wrongly.
fn not_loaded(file: &FileRef, unit: &Unit) -> Diagnostic {
    let message = format!("{} was not loaded", file.path.as_str().escape_debug());
    Diagnostic::error(codes::UNREADABLE, message).at(file.span.unwrap_or(unit.span), "")
}

/// What is secret in an object for its kind: everything that a Secret holds.
fn of_kind(object: &Object) -> BTreeSet<FieldPath> {
    if object.kind() != "Secret" || !object.group().is_empty() {
        return BTreeSet::new();
    }
    let fields = ["data", "stringData"].into_iter().filter(|field| object.get(&[field]).is_some());
    fields.map(|field| vec![field.to_owned()]).collect()
}

/// Marks what differs from another rendering. Where the objects do not correspond, the secret has changed
/// the structure: all of it is marked. An object whose name or keys cannot be kept secret is refused, by its
/// number.
fn compare(
    made: &mut [Made],
    others: &[Found],
    complete: bool,
    hidden: &Hidden,
    refused: &mut BTreeMap<usize, Diagnostic>,
) {
    let corresponds = complete && made.len() == others.len();
    for (number, made) in made.iter_mut().enumerate() {
        let what = match others.get(number).filter(|_| corresponds) {
            None if shows(&made.object, hidden) => Some("name or a key"),
            None => {
                made.secrets = [Vec::new()].into();
                None
            }
            Some(Found { object: other, .. })
                if made.object.reference() != other.reference()
                    || made.object.api_version() != other.api_version() =>
            {
                Some("apiVersion, kind, name or namespace")
            }
            Some(Found { object: other, .. }) if !made.object.same_keys(other) => Some("keys of a map"),
            Some(Found { object: other, .. }) => {
                made.secrets.extend(made.object.differences(other));
                None
            }
        };
        if let Some(what) = what {
            refused.entry(number).or_insert_with(|| secret_name(made, what, hidden));
        }
    }
}

/// Whether a secret stands in what a mask of the whole object keeps.
fn shows(object: &Object, hidden: &Hidden) -> bool {
    let metadata = object.get(&["metadata"]).and_then(|metadata| metadata.as_object());
    let mut keys = object.body().keys().chain(metadata.into_iter().flatten().map(|(key, _)| key));
    hidden.is_in(&object.reference().to_string())
        || hidden.is_in(object.api_version())
        || keys.any(|key| hidden.is_in(key))
}

fn secret_name(made: &Made, what: &str, hidden: &Hidden) -> Diagnostic {
    let message = format!("a sensitive value reaches the {what} of an object, which cannot be kept secret");
    Diagnostic::error(codes::SECRET_NAME, message)
        .at(made.origin, "")
        .about(hidden.hide(made.object.kind()))
        .help("name objects, and the keys in them, by what is not secret")
}
