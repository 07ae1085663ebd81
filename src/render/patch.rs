//! `patch`: what a unit changes in the objects it renders.

use serde_json::to_value;
use tera::value::Key;

use super::codes;
use super::convert::{Convert, Known, Variant};
use super::document::Found;
use super::forbidden;
use super::secret::Hidden;
use crate::cluster::{Setting, Unit};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};

/// The objects with the unit's patches merged in. A patch that names none of them, or cannot be merged, is
/// an error; its object stays as it was.
pub(super) fn apply(
    unit: &Unit,
    variant: Variant,
    objects: Vec<Found>,
    hidden: &Hidden,
) -> (Vec<Found>, Diagnostics) {
    let Some(patches) = unit.settings.get("patch") else { return (objects, Diagnostics::new()) };
    let known = Known::default();
    let mut convert = Convert::new(variant, &known);
    let given = convert.setting(patches).into_map().unwrap_or_default();
    let mut problems = std::mem::take(&mut convert.problems);
    for name in given.keys().filter_map(Key::as_str) {
        if !objects.iter().any(|found| names(name, found)) {
            problems.push(no_object(name, patches, &objects, hidden));
        }
    }
    let mut patched = Vec::with_capacity(objects.len());
    for found in objects {
        let mut found = found;
        for (name, patch) in given.iter().filter_map(|(name, patch)| Some((name.as_str()?, patch))) {
            if !names(name, &found) {
                continue;
            }
            match merged(&found, patch) {
                Ok(object) => {
                    for forbidden in forbidden::check(&object) {
                        let keys: Vec<&str> = forbidden.path.iter().map(String::as_str).collect();
                        problems.push(
                            Diagnostic::error(forbidden.code, hidden.hide(&forbidden.message))
                                .at(place(patches, name, &keys, unit), "")
                                .about(hidden.hide(&found.object.reference().short()))
                                .help("take it out of the patch"),
                        );
                    }
                    found.object = object;
                }
                Err((path, message)) => {
                    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                    problems.push(
                        Diagnostic::error(codes::PATCH, hidden.hide(&message))
                            .at(place(patches, name, &keys, unit), "")
                            .about(hidden.hide(&found.object.reference().short()))
                            .help("a patch has the shape of the object, with only what changes in it"),
                    );
                }
            }
        }
        patched.push(found);
    }
    (patched, problems)
}

fn merged(found: &Found, patch: &tera::Value) -> Result<crate::object::Object, (Vec<String>, String)> {
    let patch = to_value(patch).map_err(|error| (Vec::new(), error.to_string()))?;
    found
        .object
        .clone()
        .merged(&patch)
        .map_err(|error| (error.path().into_iter().map(str::to_owned).collect(), error.to_string()))
}

/// Whether a patch of this name is for the object: `KIND/NAME`.
fn names(name: &str, found: &Found) -> bool {
    name.split_once('/') == Some((found.object.kind(), found.object.name()))
}

fn no_object(name: &str, patches: &Setting, objects: &[Found], hidden: &Hidden) -> Diagnostic {
    let shown = objects.iter().map(|found| hidden.hide(&found.object.reference().short()));
    let mut known: Vec<String> = shown.collect();
    known.sort();
    known.dedup();
    let message = format!("the patch \"{}\" names no object that this unit renders", name.escape_debug());
    let diagnostic = Diagnostic::error(codes::PATCH_TARGET, hidden.hide(&message));
    let diagnostic = match patches.get(name).or(Some(patches)).and_then(|setting| setting.site().span) {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    };
    match suggest(name, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
        None => diagnostic
            .note(format!("it renders {}", one_of(known.iter().map(String::as_str))))
            .help("name the object as KIND/NAME"),
    }
}

/// The line of the patch that gives the field at `path` of the object of this name; none if none does. Items of
/// lists are told apart by what they hold, not by where they stand: there it is the line of the list.
pub(super) fn gives(patches: &Setting, name: &str, path: &[&str]) -> Option<Span> {
    let mut setting = patches.get(name)?;
    for key in path {
        if setting.leaf().is_some() {
            break;
        }
        setting = setting.get(key)?;
    }
    setting.leaf()?.span.or(setting.site().span)
}

/// The line of the patch that sets the field at `path`, or the deepest above it.
fn place(patches: &Setting, name: &str, path: &[&str], unit: &Unit) -> Span {
    let mut setting = patches;
    let mut span = patches.site().span;
    for key in std::iter::once(&name).chain(path) {
        let Some(below) = setting.get(key) else { break };
        span = below.leaf().and_then(|value| value.span).or(below.site().span).or(span);
        setting = below;
    }
    span.unwrap_or(unit.span)
}
