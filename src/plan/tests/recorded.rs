//! What is stored of what was applied.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn a_record_is_read_as_it_was_written() {
    let mut record = Record::new("shop", "prod-a", "u", [7; 32]);
    let rendered = config("x", json!({"a": "1"}));
    let reference = object(rendered.clone()).reference().clone();
    let digest = Digest::of(&rendered);
    record.inventory.insert(
        reference,
        Entry {
            api_version: "v1".to_owned(),
            unit: "component.a".to_owned(),
            uid: Some("1".to_owned()),
            applied: Some(Applied { rendered: digest, owned: digest, admission: digest }),
            secrets: BTreeSet::from([vec!["data".to_owned()]]),
        },
    );
    record.releases.push(Release {
        digest,
        tool: "0.1.0".to_owned(),
        commit: None,
        dirty: true,
        at: "2026-11-22T00:00:00Z".parse().unwrap(),
        by: "tests".to_owned(),
        rollout: None,
        ready: None,
        verified: false,
        written: 0,
        covers: BTreeSet::new(),
        broken_glass: None,
        objects: Some(Arc::from([Kept {
            body: rendered,
            secrets: BTreeSet::from([vec!["data".to_owned(), "a".to_owned()]]),
        }])),
    });
    let bytes = record.to_bytes().unwrap();
    assert!(Record::from_bytes(&bytes).unwrap() == record);
    assert_eq!(format!("{record:?}"), r#"Record("shop" on "prod-a" u, 1 objects, 1 releases)"#);
    for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        assert!(Record::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
}
