//! Secrets on their way to a cluster: whatever an apply comes to, nothing that it says shows one. INV-8.

use fleetwright::object::{Digest, base64_encode};
use serde_json::{Value, json};

use super::random::Random;
use super::scene::{Scene, config_map, quick};
use crate::harness::{Does, Fault, Lab, Rule, Webhook, block_on};
use crate::program::{Outcome, outcome};

fn said(outcome: &Outcome) -> String {
    format!("{}\n{}", outcome.stdout, outcome.stderr)
}

/// Where a value stands in what is rendered: in a Secret as text and as bytes, in an annotation, in a URL, in a custom
/// object, in an argument.
const TEMPLATE: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: password
stringData:
  password: {{ values.token | quote }}
data:
  bytes: {{ values.token | b64encode }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  annotations:
    example.com/token: {{ values.token | quote }}
data:
  url: {{ (\"postgres://shop:\" ~ values.token ~ \"@db:5432/shop\") | quote }}
  plain: {{ values.plain | quote }}
---
apiVersion: GROUP/v1
kind: Gadget
metadata:
  name: one
spec:
  name: {{ values.token | quote }}
";

fn definition(group: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("gadgets.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                    "spec": {"type": "object", "properties": {"name": {"type": "string"}}}
                }}},
            }],
        },
    })
}

/// A scene whose fleet has a secret, which each command is given.
struct Leaky {
    scene: Scene,
    token: String,
    /// Every secret there was so far, in every form that would be found.
    forms: Vec<String>,
}

impl Leaky {
    fn new(random: &mut Random) -> Self {
        let scene = Scene::of(Lab::extended(), "");
        let group = format!("{}.example.com", scene.namespace);
        let units = format!(
            "variable \"token\" {{\n  type = string\n  sensitive = true\n}}\n\
             variable \"plain\" {{\n  type = string\n  default = \"1\"\n}}\n\
             component \"definitions\" {{\n  manifests = [\"definitions.yaml\"]\n}}\n\
             component \"web\" {{\n  namespace = \"here\"\n  templates = [\"web.yaml\"]\n  ready_when = {{ \"Gadget.{group}\" = \"create\" }}\n\
             \x20 values = {{ token = var.token, plain = var.plain }}\n}}\n"
        );
        scene.units(&units);
        scene.manifest("definitions.yaml", &[definition(&group)]);
        scene.place.write("fleet/templates/web.yaml", &TEMPLATE.replace("GROUP", &group));
        let mut leaky = Self { scene, token: String::new(), forms: Vec::new() };
        leaky.renew(random);
        leaky
    }

    /// Another secret from now on.
    fn renew(&mut self, random: &mut Random) {
        const ODD: [&str; 8] = ["\"", "\\", "é", "%", "'", "&", "\u{1f511}", "/+="];
        let mut token = "hunter2".to_owned();
        for _ in 0..4 {
            token += &format!("{}{}", random.below(1000), ODD[usize::try_from(random.below(8)).unwrap()]);
        }
        self.plant(&token);
        self.token = token;
    }

    /// Looks for this from now on, in every form.
    fn plant(&mut self, secret: &str) {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let digest = Digest::of_bytes(secret.as_bytes());
        let escaped = json!(secret).to_string();
        let url: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.forms.extend([
            secret.to_owned(),
            base64_encode(secret.as_bytes()),
            hex(secret.as_bytes()),
            hex(&secret.as_bytes()[..7]),
            escaped.trim_matches('"').to_owned(),
            url[..7 * 3].to_owned(),
            url[..7 * 3].to_lowercase(),
            digest.to_string()[..16].to_owned(),
            base64_encode(digest.as_bytes())[..16].to_owned(),
            hex(Digest::of(&json!(secret)).as_bytes())[..16].to_owned(),
        ]);
    }

    /// Asserts that a text shows no secret.
    fn clean(&self, what: &str, text: &str) {
        self.scene.named(text);
        for form in &self.forms {
            assert!(!text.contains(form.as_str()), "{what} shows {form}:\n{text}");
        }
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.scene.command(arguments);
        let token = format!("token={}", self.token);
        if !matches!(arguments[0], "unlock") {
            command.args(["--var", &token]);
        }
        let outcome = outcome(command.output().unwrap());
        for text in [&outcome.stdout, &outcome.stderr] {
            self.clean(&arguments.join(" "), text);
        }
        outcome
    }

    fn apply(&self, more: &[&str]) -> Outcome {
        self.run(&quick(more))
    }

    /// Everything that only reads, in every format.
    fn look(&self) {
        for more in [&[][..], &["-o", "json"], &["-o", "markdown"], &["--exact"], &["--save", "plan.json"]] {
            self.run(&[&["diff", "--cluster", "a"], more].concat());
        }
        // Nothing is saved of what would be refused.
        if self.scene.place.path().join("plan.json").exists() {
            self.clean("the plan", &self.scene.place.read("plan.json"));
        }
        for more in [&[][..], &["-o", "json"]] {
            self.run(&[&["status", "--cluster", "a"], more].concat());
            let history = self.run(&[&["history", "--cluster", "a"], more].concat());
            assert_eq!(history.status, Some(0), "{}", said(&history));
        }
        let history = self.run(&["history", "--cluster", "a", "-o", "json"]);
        let history: Value = serde_json::from_str(&history.stdout).unwrap();
        for release in history["releases"].as_array().unwrap() {
            let against = format!("release:{}", release["digest"].as_str().unwrap());
            for format in ["text", "json", "markdown"] {
                let diff = self.run(&["diff", "--cluster", "a", "--against", &against, "-o", format]);
                assert!(matches!(diff.status, Some(0 | 1 | 2 | 4)), "{}", said(&diff));
            }
        }
    }

    fn edit(&self, kind: &str, name: &str, patch: &Value) {
        let api_version =
            if kind == "Gadget" { format!("{}.example.com/v1", self.scene.namespace) } else { "v1".into() };
        let object = json!({
            "apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": self.scene.namespace},
        });
        block_on(async { self.scene.someone("kubectl-edit").await.edit(&object, patch).await });
    }
}

#[test]
fn inv08_nothing_that_an_apply_says_shows_a_secret() {
    let mut random = Random(8);
    let mut leaky = Leaky::new(&mut random);
    leaky.look();
    let first = leaky.apply(&["--log-format", "json"]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    leaky.look();
    // It came where it belongs.
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password", "namespace": "here"}});
    let live = leaky.scene.live(&secret).unwrap();
    assert_eq!(live["data"]["password"], base64_encode(leaky.token.as_bytes()));
    // Another value: by a saved plan.
    leaky.renew(&mut random);
    leaky.look();
    let second = leaky.apply(&["--plan", "plan.json"]);
    assert_eq!(second.status, Some(0), "{}", said(&second));
    leaky.look();
    // Others put theirs in, and it is asked for again.
    let theirs = "hunter2 of theirs";
    leaky.plant(theirs);
    leaky.edit("Secret", "password", &json!({"data": {"password": base64_encode(theirs.as_bytes())}}));
    leaky.edit("ConfigMap", "settings", &json!({"metadata": {"annotations": {"example.com/token": theirs}}}));
    leaky.edit("Gadget", "one", &json!({"spec": {"name": theirs}}));
    leaky.look();
    let refused = leaky.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    leaky.renew(&mut random);
    let stale = leaky.apply(&["--plan", "plan.json"]);
    assert_eq!(stale.status, Some(4), "{}", said(&stale));
    let again = leaky.apply(&[
        "--take-over",
        "Secret/password:data.password",
        "--take-over",
        "ConfigMap/settings:metadata.annotations",
        "--take-over",
        "Gadget/one:spec.name",
    ]);
    assert_eq!(again.status, Some(0), "{}", said(&again));
    leaky.look();
    // It is no longer rendered.
    let rest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rest\n";
    leaky.scene.place.write("fleet/templates/web.yaml", rest);
    leaky.look();
    let gone = leaky.apply(&["--deletions", "3"]);
    assert_eq!(gone.status, Some(0), "{}", said(&gone));
    leaky.look();
}

#[test]
fn inv08_f23_a_server_that_repeats_a_secret_in_the_middle_of_a_run_is_not_repeated() {
    let mut random = Random(9);
    let mut leaky = Leaky::new(&mut random);
    let first = leaky.apply(&[]);
    assert_eq!(first.status, Some(0), "{}", said(&first));
    for (kind, code) in
        [("secrets", 422), ("configmaps", 422), ("gadgets", 403), ("secrets", 500), ("configmaps", 409)]
    {
        leaky.renew(&mut random);
        let message = format!(
            "admission webhook \"a.example.com\" denied the request: {0} is no good, {1} neither",
            leaky.token,
            base64_encode(leaky.token.as_bytes()),
        );
        let causes = json!([{"field": "data[password]", "reason": "FieldValueInvalid", "message": message}]);
        let status = json!({
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "code": code,
            "message": message, "details": {"causes": causes},
        });
        let fault = Fault::answer(code, "application/json", &status.to_string());
        let fault = fault.header("Warning", "299 - \"hunter2 is deprecated\"");
        let group = format!("{}.example.com", leaky.scene.namespace);
        let rule = Rule::new(fault).verb("patch").dry_run(false).namespace(&leaky.scene.namespace);
        let (rule, name) = match kind {
            "secrets" => (rule.kind("v1", "Secret"), "Secret/password"),
            "configmaps" => (rule.kind("v1", "ConfigMap"), "ConfigMap/settings"),
            _ => (rule.kind(&format!("{group}/v1"), "Gadget"), "Gadget"),
        };
        leaky.scene.proxy.add(rule);
        let format = if code == 422 { "json" } else { "text" };
        let failed = leaky.apply(&["--log-format", format]);
        assert_eq!(failed.status, Some(5), "{kind} {code}: {}", said(&failed));
        assert!(failed.stderr.contains(name) || failed.stdout.contains("password"), "{}", said(&failed));
        leaky.look();
        leaky.scene.proxy.clear();
        let mended = leaky.apply(&[]);
        assert_eq!(mended.status, Some(0), "{kind} {code}: {}", said(&mended));
    }
}

/// A workload with a value in an argument; NUMBER is another at each write.
const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    example.com/number: \"NUMBER\"
spec:
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: main
          image: registry.example.com/web:1
          args: [{{ values.token | quote }}]
";

#[test]
fn inv08_f43_a_status_that_repeats_a_secret_is_not_repeated() {
    let mut random = Random(11);
    let leaky = Leaky::new(&mut random);
    let workload = |number: &str| {
        let template = WORKLOAD.replace("NUMBER", number);
        leaky.scene.place.write("fleet/templates/web.yaml", &template);
    };
    workload("0");
    let waits = leaky.apply(&["--ready-timeout", "1s"]);
    assert_eq!(waits.status, Some(5), "{}", said(&waits));
    let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "here"}});
    let web = leaky.scene.here(&web);
    let message = format!("cannot connect to postgres://app:{}@db", leaky.token);
    // Nobody else says anything of it here.
    for (kind, status, reason) in
        [("ReplicaFailure", "True", "FailedCreate"), ("Progressing", "False", "ProgressDeadlineExceeded")]
    {
        let condition = json!({"type": kind, "status": status, "reason": reason, "message": message});
        block_on(async {
            let controller = leaky.scene.someone("controller").await;
            let seen = controller.get(&web).await.unwrap()["metadata"]["generation"].clone();
            let said_of_it = json!({"status": {"observedGeneration": seen, "conditions": [condition]}});
            controller.patch_status(&web, &said_of_it).await;
        });
        for format in ["text", "json"] {
            workload(&format!("{reason}-{format}"));
            let failed = leaky.apply(&["--ready-timeout", "2s", "--log-format", format]);
            assert_eq!(failed.status, Some(5), "{}", said(&failed));
            // It is told all the same, in the lines, the sum and the problem.
            let times = said(&failed).matches("cannot connect to postgres://app:(sensitive)@db").count();
            assert!(times >= 3, "{times}: {}", said(&failed));
        }
    }
}

#[test]
fn inv08_f23_a_webhook_that_repeats_a_secret_is_not_repeated() {
    let mut random = Random(10);
    let leaky = Leaky::new(&mut random);
    let hook = Webhook::of(leaky.scene.cluster, &Does::Deny(format!("no: {}", leaky.token)));
    let namespace = leaky.scene.namespace.clone();
    let configuration =
        hook.configuration(&format!("deny-{namespace}"), &[("", "secrets"), ("", "configmaps")], &namespace);
    let seen = leaky.scene.here(&config_map("seen", ""));
    block_on(async {
        let client = leaky.scene.cluster.client().await;
        hook.install(&client, &configuration, &seen).await;
    });
    let refused = leaky.apply(&[]);
    assert_eq!(refused.status, Some(4), "{}", said(&refused));
    leaky.look();
    block_on(async {
        let client = leaky.scene.cluster.client().await;
        hook.uninstall(&client, &configuration, &seen).await;
    });
    let done = leaky.apply(&[]);
    assert_eq!(done.status, Some(0), "{}", said(&done));
}
