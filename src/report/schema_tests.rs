//! The published schemas are those of the types.

use std::path::Path;

use schemars::{JsonSchema, schema_for};

/// Compares, or writes where `FLEETWRIGHT_BLESS` is set while the tests are built.
fn check<T: JsonSchema>(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/schema").join(name);
    let schema = serde_json::to_string_pretty(&schema_for!(T)).unwrap() + "\n";
    if option_env!("FLEETWRIGHT_BLESS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(published == schema, "{name} is not the schema of the type; bless it with FLEETWRIGHT_BLESS=1");
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    check::<super::apply::json::Document>("apply.json");
    check::<super::apply::json::Line>("apply-event.json");
    check::<super::diff::json::Document>("diff.json");
    check::<super::explain::json::Document>("explain.json");
    check::<super::fetched::Fetch>("fetch.json");
    check::<super::json::Findings>("findings.json");
    check::<super::history::History>("history.json");
    check::<super::manifest::Render>("render.json");
    check::<super::status::Status>("status.json");
    check::<super::trust::Trust>("trust.json");
    check::<super::version::Version>("version.json");
}
