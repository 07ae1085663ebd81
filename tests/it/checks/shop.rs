//! A small shop in which no check finds anything, and what they find after an edit.

use std::fmt::Write;

use serde_json::Value;

use crate::program::Place;

/// One cluster of production, and one component; `BLOCK` stands in the component.
pub const FLEET: &str = "fleet \"demo\" {}

cluster \"prod-a\" {
  labels = { env = \"prod\" }
}

component \"shop\" {
  namespace = \"shop\"
  templates = [\"shop.yaml\"]
BLOCK}
";

/// A namespace, and a workload with everything that it should have.
pub const SHOP: &str = r#"apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web, track: stable}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: registry.example.com/web:1.0
          ports:
            - {name: http, containerPort: 8080}
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 64Mi}
          readinessProbe:
            httpGet: {path: /ready, port: http}
          livenessProbe:
            httpGet: {path: /live, port: http}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
"#;

/// Texts to replace, each by another. The first must be there once.
pub type Edits<'a> = &'a [(&'a str, &'a str)];

/// A check, and edits that make mistakes it must find.
#[derive(Default)]
pub struct Case<'a> {
    /// The id of the check.
    pub check: &'a str,
    /// Other checks that the mistakes break too.
    pub besides: &'a [&'a str],
    /// Documents beside those of the shop; nothing is wrong with them.
    pub added: &'a str,
    /// The mistakes, one by one.
    pub mistakes: &'a [Edits<'a>],
}

/// What `validate -o json` says about the shop with these documents, as a document.
pub fn validate(fleet: &str, shop: &str) -> Value {
    let place = Place::with(&[("fleet/fleet.hcl", fleet), ("templates/shop.yaml", shop)]);
    let run = place.run(&["validate", "-o", "json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr))
}

/// The findings of checks in a document; nothing else may be wrong. That no schema speaks of a kind is no matter.
pub fn findings(document: &Value) -> Vec<&Value> {
    let all = document["findings"].as_array().unwrap().iter();
    let of_checks: Vec<&Value> = all.filter(|finding| finding["code"] != "V017").collect();
    for finding in &of_checks {
        assert!(finding["check"].is_string() || finding["code"] == "C019", "{finding:#}");
    }
    of_checks
}

/// A finding on a line or three: code, check, severity, object and message; places with the line that is there;
/// note and help.
pub fn shown(finding: &Value, shop: &str) -> String {
    let text = |name: &str| finding[name].as_str().unwrap_or_default();
    let mut shown = format!(
        "{} {} {} {}\n  {}\n",
        text("code"),
        text("check"),
        text("severity"),
        text("object"),
        text("message")
    );
    for label in finding["labels"].as_array().unwrap() {
        let place = &label["place"];
        if place["file"] == "templates/shop.yaml" {
            let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
            let line = shop.lines().nth(line - 1).unwrap().trim();
            writeln!(shown, "  at `{line}`: {}", label["text"].as_str().unwrap()).unwrap();
        }
    }
    for note in finding["notes"].as_array().unwrap() {
        writeln!(shown, "  note: {}", note.as_str().unwrap()).unwrap();
    }
    let help = text("help").split(", or say why not: ").next().unwrap();
    writeln!(shown, "  help: {help}").unwrap();
    shown
}

fn edited(shop: &str, edits: Edits<'_>) -> String {
    edits.iter().fold(shop.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` must be there once");
        text.replacen(from, to, 1)
    })
}

/// The shop with the documents of a case.
pub fn with(added: &str) -> String {
    match added.is_empty() {
        true => SHOP.to_owned(),
        false => format!("{SHOP}---\n{added}"),
    }
}

/// Runs the three fleets of a case: the right one, and each mistake with and without an excuse. What is found for
/// the mistakes, one after the other.
pub fn told(case: &Case<'_>) -> String {
    let sound = with(case.added);
    let right = validate(&FLEET.replace("BLOCK", ""), &sound);
    assert_eq!(findings(&right), Vec::<&Value>::new(), "the right fleet");
    let mut told = Vec::new();
    for edits in case.mistakes {
        let shop = edited(&sound, edits);
        let mistake = validate(&FLEET.replace("BLOCK", ""), &shop);
        let found = findings(&mistake);
        for finding in &found {
            let check = finding["check"].as_str().unwrap();
            assert!(check == case.check || case.besides.contains(&check), "{finding:#}");
        }
        let own = found.iter().filter(|finding| finding["check"] == case.check);
        let own: String = own.map(|finding| shown(finding, &shop)).collect();
        assert!(!own.is_empty(), "nothing was found after {edits:?}");
        told.push(own);
        let ids = std::iter::once(&case.check).chain(case.besides);
        let blocks: String =
            ids.map(|id| format!("  excuse \"{id}\" {{\n    reason = \"a test\"\n  }}\n")).collect();
        let excused = validate(&FLEET.replace("BLOCK", &blocks), &shop);
        let left: Vec<&Value> =
            findings(&excused).into_iter().filter(|finding| finding["code"] != "C019").collect();
        assert_eq!(left, Vec::<&Value>::new(), "the excused fleet");
        let used = excused["excuses"].as_array().unwrap();
        let used = used.iter().find(|one| one["check"] == case.check);
        let used = used.unwrap_or_else(|| panic!("the excuse was not used: {excused:#}"));
        assert_eq!(
            (&used["reason"], used["objects"].as_u64()),
            (&Value::from("a test"), Some(objects(&found, case.check)))
        );
    }
    told.join("\n")
}

/// What is found in the shop with these documents and edits, and with this in its component.
pub fn found(block: &str, added: &str, edits: Edits<'_>) -> String {
    let shop = edited(&with(added), edits);
    let document = validate(&FLEET.replace("BLOCK", block), &shop);
    findings(&document).into_iter().map(|finding| shown(finding, &shop)).collect()
}

/// How many objects the findings of a check are about.
fn objects(found: &[&Value], check: &str) -> u64 {
    let own = found.iter().filter(|finding| finding["check"] == check);
    let objects: std::collections::BTreeSet<&str> =
        own.map(|finding| finding["object"].as_str().unwrap()).collect();
    objects.len() as u64
}
