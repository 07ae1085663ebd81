//! What a finding stops: `validate`, and nothing else.

use super::shop::{FLEET, SHOP};
use crate::program::Place;

const LATEST: (&str, &str) = ("web:1.0", "web:latest");

#[test]
fn render_warns_and_validate_fails() {
    let shop = SHOP.replace(LATEST.0, LATEST.1);
    let place =
        Place::with(&[("fleet/fleet.hcl", &FLEET.replace("BLOCK", "")), ("templates/shop.yaml", &shop)]);
    let (rendered, told) = place.run(&["render"]).done();
    assert!(rendered.contains("web:latest"), "{rendered}");
    assert!(told.contains("warning[V108]: "), "{told}");
    assert!(!told.contains("error["), "{told}");
    let checked = place.run(&["validate"]);
    assert_eq!(checked.status, Some(2));
    assert!(checked.stdout.contains("error[V108]: "), "{}", checked.stdout);
    assert_eq!(place.run(&["render", "--out", "out"]).status, Some(0));
}

/// BestEffort is an error in production alone, and a fault is one nowhere else.
#[test]
fn production_is_judged_harder() {
    let shop = SHOP
        .replace("requests: {cpu: 100m, memory: 64Mi}", "requests: {}")
        .replace("limits: {memory: 64Mi}", "limits: {}");
    let excused = "  excuse \"requests\" {\n    reason = \"a test\"\n  }\n  excuse \"limits\" {\n    reason = \"a test\"\n  }\n";
    let fleet = FLEET.replace("BLOCK", excused);
    let status = |fleet: &str| {
        Place::with(&[("fleet/fleet.hcl", fleet), ("templates/shop.yaml", &shop)]).run(&["validate"]).status
    };
    assert_eq!(status(&fleet), Some(2));
    assert_eq!(status(&fleet.replace("env = \"prod\"", "env = \"dev\"")), Some(0));
}
