//! Who may look: the role that `templates/fleetwright` renders lets a member of its group diff, and write nothing.

use std::path::Path;

use serde_json::{Value, json};

use super::pair::{Pair, a, config_map};
use crate::harness::client::client;
use crate::harness::{Manager, block_on, eventually};
use crate::reach::ADMIN;
use crate::rendering::Rendering;

/// The templates as they are in the repository.
const TEMPLATES: [&str; 3] = ["_lib/labels.yaml", "fleetwright/_rules.yaml", "fleetwright/diff.yaml"];

impl Pair {
    /// Gives this group the role; the objects of it.
    async fn admit(&self, group: &str, dry_run: bool) -> Vec<Value> {
        let name = format!("look-{}", self.namespace);
        let fleet = self.place.read("fleet/fleet.hcl");
        let component = format!(
            "component \"{name}\" {{\n  namespace = \"{}\"\n  templates = [\"fleetwright/diff.yaml\"]\n  \
             values = {{ diff = {{ groups = [\"{group}\"], dry_run = {dry_run} }} }}\n}}\n",
            self.namespace
        );
        for template in TEMPLATES {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(template);
            self.place.write(&format!("fleet/templates/{template}"), &std::fs::read_to_string(path).unwrap());
        }
        self.place.write("fleet/fleet.hcl", &format!("{fleet}{component}"));
        let rendering = Rendering::of(self.place.path());
        let wanted = rendering.wanted("a");
        let objects = wanted.objects.iter().filter(|(_, object)| object.unit.ends_with(&name));
        let objects: Vec<Value> =
            objects.map(|(_, object)| Value::Object(object.object.body().clone())).collect();
        let lab = self.someone("lab").await;
        for object in &objects {
            lab.apply(object).await;
        }
        self.place.write("fleet/fleet.hcl", &fleet);
        self.reach(&self.proxy.url, &format!("token: {}\nas: ci\nas-groups: ['{group}']", a().tokens[ADMIN]));
        objects
    }
}

#[test]
fn who_may_look_gets_exact_diffs_and_writes_nothing() {
    let red = config_map("web", json!({"color": "red"}));
    let pair = Pair::rendering(std::slice::from_ref(&red));
    block_on(async {
        let kubectl = pair.someone("kubectl").await;
        kubectl.apply(&pair.here(&config_map("web", json!({"color": "blue"})))).await;
        let group = format!("look:{}", pair.namespace);
        let objects = pair.admit(&group, true).await;
        let member = client(&pair.place.path().join("config"), "a").await;
        let member = Manager::new("ci", &member).await;
        let web = pair.here(&red);
        // A policy is not in force at once.
        let probe = pair.here(&config_map("probe", json!({})));
        let denied =
            eventually("the policy is in force", async || member.try_apply(&probe, true).await.err()).await;
        assert_eq!(denied.code, 422, "{}", denied.message);
        assert!(denied.message.ends_with("may ask for a dry run and for nothing more"), "{}", denied.message);
        let outcome = pair.diff(&["--cluster", "a"]);
        assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("blue → red"), "{}", outcome.stdout);
        assert!(!outcome.stdout.contains("approximate"), "{}", outcome.stdout);
        // Nor can they make anything, or take away what holds them.
        let new = pair.here(&config_map("new", json!({})));
        assert!(member.try_apply(&new, false).await.is_err());
        for object in &objects {
            assert!(member.try_apply(object, true).await.is_err(), "{object}");
        }
        let still = kubectl.get(&web).await.unwrap();
        assert_eq!(still["data"]["color"], "blue");
        for object in objects.iter().rev() {
            pair.someone("lab").await.delete(object).await;
        }
    });
}

#[test]
fn who_may_only_read_gets_approximate_diffs() {
    let red = config_map("web", json!({"color": "red"}));
    let pair = Pair::rendering(std::slice::from_ref(&red));
    block_on(async {
        let kubectl = pair.someone("kubectl").await;
        kubectl.apply(&pair.here(&config_map("web", json!({"color": "blue"})))).await;
        let objects = pair.admit(&format!("read:{}", pair.namespace), false).await;
        assert!(objects.iter().all(|object| object["kind"] != "ValidatingAdmissionPolicy"));
        let outcome = pair.diff(&["--cluster", "a"]);
        assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("blue → red"), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("  (approximate)\n"), "{}", outcome.stdout);
        for object in objects.iter().rev() {
            pair.someone("lab").await.delete(object).await;
        }
    });
}
