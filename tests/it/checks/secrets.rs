//! What is secret in an object is in no finding.

use super::shop::{FLEET, SHOP};
use crate::program::Place;

#[test]
fn a_secret_is_in_no_finding() {
    let secret = "hunter2-3f9c";
    let fleet = format!(
        "variable \"token\" {{\n  sensitive = true\n  default = \"{secret}\"\n}}\n{}",
        FLEET.replace("BLOCK", "  values = { token = var.token }\n")
    );
    let shop = SHOP
        .replace("registry.example.com/web:1.0", "\"{{ values.token }}:latest\"")
        .replace("  selector: {app: web}\n", "  selector: {app: \"{{ values.token }}\"}\n");
    let place = Place::with(&[("fleet/fleet.hcl", &fleet), ("templates/shop.yaml", &shop)]);
    for format in ["text", "json"] {
        let run = place.run(&["validate", "-o", format]);
        assert_eq!(run.status, Some(2));
        assert!(run.stdout.contains("the image (sensitive) of container"), "{}", run.stdout);
        assert!(run.stdout.contains("none has the labels (sensitive)"), "{}", run.stdout);
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{}", run.stdout);
    }
}
