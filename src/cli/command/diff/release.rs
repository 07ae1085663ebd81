//! What is rendered now, against a release of the clusters' records.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::codes;
use crate::diagnostic::{Diagnostic, one_of};
use crate::object::{Object, ObjectRef};
use crate::plan::{self, Change, Kept, Record, Release, WantedObject};
use crate::validate::Validated;

/// The changes from a release of a cluster's record to what is rendered for it. `digest` is the beginning of the
/// release's digest; it is at least as long as a person takes to be sure.
///
/// # Errors
/// If the record has no such release, or several, or keeps no objects of it.
pub fn changes(
    cluster: &Arc<str>,
    record: Option<&Record>,
    digest: &str,
    after: &Validated,
) -> Result<Vec<Change>, Box<Diagnostic>> {
    let rendered = after.rendered().clusters().iter().find(|one| one.name() == cluster);
    between(cluster, record, digest, rendered.into_iter().flat_map(WantedObject::all))
}

fn between<'r>(
    cluster: &Arc<str>,
    record: Option<&Record>,
    digest: &str,
    after: impl IntoIterator<Item = WantedObject<'r>>,
) -> Result<Vec<Change>, Box<Diagnostic>> {
    let releases = record.map(|record| record.releases.as_slice()).unwrap_or_default();
    let named: Vec<&Release> =
        releases.iter().filter(|release| release.digest.to_string().starts_with(digest)).collect();
    let with_objects = releases.iter().filter(|release| release.objects.is_some());
    let with_objects: Vec<String> = with_objects.map(|release| release.digest.short()).collect();
    let wrong = |message: String| {
        let problem = Diagnostic::error(codes::AGAINST, message).on(Arc::clone(cluster));
        let problem = match with_objects.is_empty() {
            true => problem.note("its record keeps the objects of no release"),
            false => problem.note(format!(
                "its record keeps the objects of {}",
                one_of(with_objects.iter().map(String::as_str))
            )),
        };
        Box::new(problem.help(format!("`fleetwright history --cluster {cluster}` lists its releases")))
    };
    let (release, record) = match (named.as_slice(), record) {
        ([release], Some(record)) => (*release, record),
        ([], _) | (_, None) => {
            return Err(wrong(format!("the record of cluster \"{cluster}\" knows no release {digest}")));
        }
        ([..], Some(_)) => {
            return Err(wrong(format!(
                "the record of cluster \"{cluster}\" knows several releases {digest}…"
            )));
        }
    };
    let Some(kept) = &release.objects else {
        let message = format!(
            "the record of cluster \"{cluster}\" keeps no objects of release {}",
            release.digest.short()
        );
        return Err(wrong(message));
    };
    let objects: Result<Vec<Object>, _> =
        kept.iter().map(|kept| Object::from_value(kept.body.clone())).collect();
    let objects = objects.map_err(|error| {
        wrong(format!("an object of release {} is none: {error}", release.digest.short()))
    })?;
    let after: Vec<WantedObject<'_>> = after.into_iter().collect();
    let units: BTreeMap<&ObjectRef, &str> = after.iter().map(|one| (one.reference(), one.unit)).collect();
    // What was secret then stays so, whatever is said of it by now.
    let before = objects.iter().zip(kept.iter()).map(|(object, Kept { secrets, body: _ })| {
        let entry = record.inventory.get(object.reference());
        let unit = entry.map(|entry| entry.unit.as_str());
        let unit = unit.or_else(|| units.get(object.reference()).copied()).unwrap_or_default();
        WantedObject { object, secrets, unit, origin: None }
    });
    Ok(plan::between(before, after))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::diff::Shown;
    use crate::object::{Digest, FieldPath};

    fn object(value: &str) -> serde_json::Value {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "shop" },
            "data": { "key": value },
        })
    }

    #[test]
    fn inv08_what_was_secret_in_a_release_stays_so() {
        let kept = |secrets: BTreeSet<FieldPath>| {
            let release = Release {
                digest: Digest::of_bytes(b"then"),
                tool: String::new(),
                commit: None,
                dirty: false,
                at: "2026-11-22T00:00:00Z".parse().unwrap(),
                by: String::new(),
                rollout: None,
                ready: None,
                verified: false,
                written: 0,
                covers: BTreeSet::new(),
                broken_glass: None,
                objects: Some(Arc::from([Kept { body: object("planted"), secrets }])),
            };
            let mut record = Record::new("shop", "prod-a", "u", [0; 32]);
            record.releases.push(release);
            // As it is stored and read.
            Record::from_bytes(&record.to_bytes().unwrap()).unwrap()
        };
        let shown = |record: &Record| {
            let now = Object::from_value(object("plain")).unwrap();
            let none = BTreeSet::new();
            let after = [WantedObject { object: &now, secrets: &none, unit: "component.a", origin: None }];
            let changes = between(&Arc::from("prod-a"), Some(record), "", after).unwrap();
            changes
                .iter()
                .flat_map(|change| &change.fields)
                .map(|field| field.before.clone())
                .collect::<Vec<_>>()
        };
        let path = vec!["data".to_owned(), "key".to_owned()];
        assert_eq!(shown(&kept(BTreeSet::from([path]))), [Shown::Hidden]);
        assert_eq!(shown(&kept(BTreeSet::new())), [Shown::Value(json!("planted"))]);
    }
}
