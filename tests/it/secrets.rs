//! Secrets, through the binary: none of them reaches any output, whatever is done with them.

use std::fs;
use std::path::Path;

use crate::program::{Outcome, PLANTED, Place};
use crate::recorded;

/// The planted secret: no name, no expression, and with characters that every encoding writes in its own way.
const SECRET: &str = "hunter2\"secret/ä";
/// A planted secret that is a word of the language.
const WORD: &str = "hunter2secret";

/// Templates, given as the one of the unit.
fn config_map(lines: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n{lines}\n")
}

/// A fleet with one component; `more` goes into its block.
fn fleet(more: &str) -> String {
    format!(
        "fleet \"shop\" {{}}\n\
         variable \"token\" {{\n  type = string\n  sensitive = true\n}}\n\
         variable \"word\" {{\n  type = string\n  sensitive = true\n}}\n\
         variable \"words\" {{\n  type = map(string)\n  sensitive = true\n  default = {{}}\n}}\n\
         variable \"hosts\" {{\n  type = list(string)\n  sensitive = true\n  default = []\n}}\n\
         variable \"number\" {{\n  type = number\n  sensitive = true\n  default = 1\n}}\n\
         cluster \"prod-a\" {{\n  context = \"prod-a\"\n}}\n{more}"
    )
}

fn component(arguments: &str) -> String {
    let namespace = if arguments.contains("namespace") { "" } else { "  namespace = \"web\"\n" };
    let templates = if arguments.contains("templates") { "" } else { "  templates = [\"web\"]\n" };
    fleet(&format!("component \"web\" {{\n{namespace}{templates}{arguments}\n}}\n"))
}

fn place(fleet: &str, template: &str) -> Place {
    let hosts = format!("hosts = [\"{WORD}\", \"{WORD}:x\"]\n");
    let words = format!("words = {{ {WORD} = \"x\", other = \"{WORD}\" }}\n");
    Place::with(&[
        ("fleet/f.hcl", fleet),
        ("templates/web/a.yaml", template),
        ("overridden.hcl", &format!("token = \"{WORD}-old\"\n{hosts}{words}")),
    ])
}

fn files_below(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Runs every command and scans all that comes out of it. The statuses, in order.
fn scan(what: &str, place: &Place, more: &[&str]) -> Vec<Option<i32>> {
    let (token, word) = (format!("token={SECRET}"), format!("word={WORD}"));
    let mut statuses = Vec::new();
    let before = [
        "render",
        "--out",
        "before",
        "--show-sensitive",
        "--var",
        "token=hunter2 before",
        "--var",
        "word=hunter2",
    ];
    let before = place.run(&[&before, more].concat()).status == Some(0);
    for command in [
        &["validate"][..],
        &["validate", "-o", "json"],
        &["validate", "-o", "sarif"],
        &["validate", "-o", "github"],
        &["render"],
        &["render", "-o", "json"],
        &["render", "--out", "out"],
        &["diff", "--against", "dir:out"],
        &["diff", "--against", "dir:before", "-o", "json"],
        &["diff", "--against", "dir:before", "-o", "markdown"],
    ] {
        let mut arguments = command.to_vec();
        arguments.extend(["--var-file", "overridden.hcl", "--var", &token, "--var", &word]);
        arguments.extend(more);
        let Outcome { status, stdout, stderr } = place.run(&arguments);
        let mut written = String::new();
        files_below(&place.path().join("out"), &mut written);
        for (name, text) in [("stdout", &stdout), ("stderr", &stderr), ("a file", &written)] {
            for form in PLANTED {
                assert!(!text.contains(form), "{what}: {command:?} shows {form} on {name}:\n{text}");
            }
            assert!(!text.contains("not a bug of yours"), "{what}: {text}");
        }
        if command[0] == "diff" {
            // There is something to compare with, if anything renders.
            assert!(
                !before || matches!(status, Some(0 | 1 | 3)) || statuses.contains(&Some(2)),
                "{what}: {status:?} {stderr}"
            );
        } else {
            statuses.push(status);
        }
    }
    statuses
}

const VALUES: &str = "  values = {\n    token = var.token\n    word = var.word\n    words = var.words\n    hosts = var.hosts\n  }";

#[test]
fn a_secret_in_a_template_is_masked_or_refused() {
    let masked = 0;
    let refused = 1;
    let mut wrong = Vec::new();
    for (lines, status) in [
        ("data: { x: {{ values.token | quote }} }", masked),
        ("data: { x: {{ values.word | b64encode }} }", masked),
        ("data: { x: {{ values.word | sha256 }} }", masked),
        ("data: { x: {{ values.word | upper }} }", masked),
        ("data:\n  x: {{ values.words.other }}\n  z: {{ values.hosts | to_json }}", masked),
        ("data:\n  x: {{ values.hosts | join(sep=\",\") }}", masked),
        ("spec: { env: [{ name: A, value: {{ values.word }} }] }", masked),
        ("  annotations: { x: {{ values.token | quote }} }", masked),
        ("  labels: { x: {{ values.word }} }", masked),
        ("  labels: { x: {{ values.token | quote }} }", refused),
        ("  labels: { {{ values.word }}: x }", refused),
        ("  annotations: { {{ values.word }}: x }", refused),
        ("data: { {{ values.word }}: x }", refused),
        ("data: { {{ values.word | upper }}: x }", refused),
        ("spec: [{ a: { {{ values.word }}: x } }]", refused),
        ("data: {{ values.words | to_json }}", refused),
        ("data: { {% for key, value in values.words %}{{ key }}: x, {% endfor %} }", refused),
        ("data: { x: {{ values.token }} }", masked),
        ("data: { x: {{ values.nothing[values.word] }} }", refused),
        ("data: { x: {{ values.word + 1 }} }", refused),
        ("status: { x: {{ values.word }} }", refused),
    ] {
        let place = place(&component(VALUES), &config_map(lines));
        let statuses = scan(lines, &place, &[]);
        // What is refused is so by every command.
        if !statuses.iter().all(|one| (*one == Some(0)) == (status == masked)) {
            wrong.push((lines, statuses));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_secret_name_is_refused() {
    let base = config_map("data: {}");
    for template in [
        base.replace("name: a", "name: {{ values.word }}"),
        base.replace("name: a", "name: a\n  namespace: {{ values.word }}"),
        base.replace("kind: ConfigMap", "kind: {{ values.word }}"),
        base.replace("apiVersion: v1", "apiVersion: {{ values.word }}/v1"),
        format!(
            "{}---\n{}",
            base.replace("name: a", "name: {{ values.word }}"),
            base.replace("name: a", "name: {{ values.word }}")
        ),
        format!(
            "{}{{% if values.word == \"x\" %}}---\n{}{{% endif %}}",
            base.replace("name: a", "name: {{ values.word }}"),
            base
        ),
    ] {
        let two = component(VALUES).replace("component \"web\"", "component \"other\"");
        let two = format!("{}{}", component(VALUES), &two[two.find("component").unwrap_or(0)..]);
        for fleet in [component(VALUES), two] {
            let statuses = scan(&template, &place(&fleet, &template), &[]);
            assert!(statuses.iter().all(|status| *status != Some(0)), "{template}: {statuses:?}");
        }
    }
}

#[test]
fn a_secret_that_the_schema_refuses_is_not_shown() {
    let pod = |container: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - {container}\n")
    };
    let service = |spec: &str| format!("apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec: {spec}\n");
    let definition = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: shops.example.com }\nspec:\n  group: example.com\n  scope: Namespaced\n  names: { kind: Shop, plural: shops }\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            x-kubernetes-validations:\n            - { rule: \"!has(self.ruled) || self.ruled == 'x'\", messageExpression: \"'found ' + self.ruled\" }\n            properties:\n              color: { type: string, enum: [red, blue] }\n              digits: { type: string, pattern: '^[0-9]+$' }\n              short: { type: string, maxLength: 3 }\n              size: { type: integer }\n              ruled: { type: string }\n              tags: { type: array, items: { type: string }, x-kubernetes-list-type: set }\n              hosts: { type: array, items: { type: string }, maxItems: 1 }\n";
    let shop = |spec: &str| {
        format!("apiVersion: example.com/v1\nkind: Shop\nmetadata:\n  name: a\nspec: {spec}\n{definition}")
    };
    for (template, code) in [
        (pod("{ name: a, image: a:1, imagePullPolicy: {{ values.word }} }"), "V013"),
        (pod("{ name: a, image: a:1, resources: { requests: { cpu: {{ values.word }} } } }"), "V013"),
        (pod("{ name: {{ values.token | quote }}, image: a:1 }"), "V013"),
        (pod("{ name: a, image: a:1, tty: {{ values.word }} }"), "V011"),
        (pod("{ name: a, image: a:1, args: {{ values.word }} }"), "V011"),
        (pod("{ name: a, image: a:1, env: {{ values.hosts | to_json }} }"), "V011"),
        (pod("{ name: a, image: a:1, imag: {{ values.word }} }"), "V010"),
        (service("{ type: {{ values.word }}, ports: [{ port: 80 }] }"), "V013"),
        (service("{ ports: [{ port: 80, protocol: {{ values.word }} }] }"), "V013"),
        (shop("{ color: {{ values.word }} }"), "V013"),
        (shop("{ digits: {{ values.token | quote }} }"), "V013"),
        (shop("{ short: {{ values.word }} }"), "V013"),
        (shop("{ size: {{ values.word }} }"), "V011"),
        (shop("{ ruled: {{ values.word }} }"), "V016"),
        (shop("{ tags: [{{ values.word }}, {{ values.word }}] }"), "V014"),
        (shop("{ hosts: {{ values.hosts | to_json }} }"), "V013"),
    ] {
        let place = place(&component(VALUES), &template);
        recorded::real(&place.path().join("fleet"), &["prod-a"]);
        let statuses = scan(&template, &place, &[]);
        assert!(statuses.iter().all(|status| *status == Some(2)), "{template}: {statuses:?}");
        let (token, word) = (format!("token={SECRET}"), format!("word={WORD}"));
        let told = place
            .run(&["render", "--var", &token, "--var", &word, "--var-file", "overridden.hcl"])
            .refused(2);
        assert!(told.contains(&format!("error[{code}]: ")), "{template}: {told}");
    }
}

#[test]
fn a_secret_in_the_fleet_is_refused_or_masked() {
    let service = |lines: &str| fleet(&format!("service \"web\" {{\n  namespace = \"web\"\n{lines}\n}}\n"));
    for fleet in [
        component("  namespace = var.word"),
        component("  templates = [var.word]"),
        component("  manifests = [var.word]"),
        component("  depends_on = [var.word]"),
        component("  labels = { x = var.word }"),
        component("  for_each = toset([var.word])"),
        component("  match = var.token"),
        component("  values = { (var.word) = nope }"),
        component("  patch = { (var.word) = {} }"),
        component("  patch = { \"ConfigMap/a\" = { metadata = { labels = { (var.word) = \"x\" } } } }"),
        component("  values = { m = { (var.word) = \"x\" } }\n  patch = { \"X/x\" = {} }"),
        component("  values = { m = { (var.word) = \"x\" } }\n  override \"o\" {\n    match = keys(cluster.values.m)[0]\n  }"),
        component("  optional = var.token"),
        component("  override \"o\" {\n    replaces = [var.word]\n    remove = [var.word]\n  }"),
        service("  access {\n    from = var.hosts\n    egress = var.hosts\n  }"),
        service("  access {\n    from = [var.word]\n  }"),
        service("  expose \"x\" {\n    gateway = var.word\n    hosts = var.hosts\n    port = var.word\n  }"),
        service("  image = var.token\n  replicas = var.word\n  env = var.words\n  requests = var.words"),
        service("  schedule = var.token\n  workload = var.word"),
        format!("{}rollout \"r\" {{\n  match = \"env=prod\"\n  stage \"s\" {{\n    clusters = [var.word]\n    gates = [var.word]\n  }}\n  freeze {{\n    cron = var.token\n    duration = \"1h\"\n    timezone = var.word\n    reason = \"x\"\n  }}\n}}\n", component("")),
        format!("{}output \"o\" {{\n  value = var.token\n}}\n", component("")),
        component("").replace("  context = \"prod-a\"", "  context = var.word\n  labels = { (var.word) = \"x\" }"),
        component("").replace("type = number", "type = number\n  validation {\n    condition = var.number > 5\n    error_message = \"no ${var.number} hunter\"\n  }"),
        component("").replace("  type = string\n  sensitive = true\n", "  type = string\n  sensitive = nope\n"),
    ] {
        let statuses = scan(&fleet, &place(&fleet, &config_map("data: {}")), &[]);
        assert!(statuses.iter().all(|status| *status != Some(0)), "{fleet}: {statuses:?}");
    }
}

#[test]
fn the_text_of_a_sensitive_variable_is_not_told() {
    let place = place(&component(VALUES), &config_map("data: {}"));
    place.write("bad.hcl", &format!("number = {WORD}\n"));
    place.write("bad.json", &format!("{{\"hosts\": {{\"{WORD}\": 1}}, \"words\": {{\"{WORD}\": [1]}}}}"));
    for more in [
        &["--var", "number=hunter2secret"][..],
        &["--var", "number=\"hunter2secret\""],
        &["--var", "number=hunter2secret", "--var", "number=hunter2again"],
        &["--var", "hosts=[hunter2secret]"],
        &["--var", "hosts=hunter2secret("],
        &["--var", "words={ hunter2secret = [] }"],
        &["--var-file", "bad.hcl"],
        &["--var-file", "bad.json"],
    ] {
        let statuses = scan(&format!("{more:?}"), &place, more);
        assert!(statuses.iter().all(|status| *status != Some(0)), "{more:?}: {statuses:?}");
    }
}

#[test]
fn show_sensitive_shows_it() {
    let place = place(&component(VALUES), &config_map("data: { x: {{ values.word }} }"));
    let word = format!("word={WORD}");
    let arguments = ["render", "--show-sensitive", "--var", "token=x", "--var", &word];
    assert!(place.run(&arguments).done().0.contains(WORD));
}

/// A fleet with secrets that stand in its text, each in another place.
const WRITTEN: &str = r#"fleet "shop" {}
variable "db_password" {
  type = string
  default = "hunter2-DEFAULT"
  sensitive = true
}
variable "keys" {
  type = map(string)
  default = {
    a = "hunter2-KEY"   # hunter2-KEY
    b = <<EOT
hunter2-LINE
EOT
  }
  sensitive = true
}
cluster "prod-a" {
  context = "prod-a"
}
component "web" {
  namespace = "web"
  templates = ["web"]
  values = {
    token   = sensitive("hunter2-CALL")
    api_token = "hunter2-LITERAL"
    enabled = var.db_password == "hunter2-COMPARED" ? "yes" : "no"
  }
}
"#;

const WRITTEN_TEMPLATE: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cfg\nstringData:\n  token: {{ values.token | quote }}\n  api: {{ values.api_token | quote }}\n  fixed: hunter2-TEMPLATE\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cfg\ndata:\n  enabled: {{ values.enabled | quote }}\n  other: {{ values.api_token | length }}x\n";

/// Every run looks for planted secrets in what it prints.
#[test]
fn a_secret_that_is_written_in_the_fleet_is_not_shown_by_fmt() {
    let place = place(WRITTEN, WRITTEN_TEMPLATE);
    for arguments in [&["fmt", "--check", "--diff"][..], &["fmt", "--diff", "--check", "fleet/f.hcl"]] {
        let out = place.run(arguments);
        assert_eq!(out.status, Some(1), "{}", out.stderr);
        assert!(out.stdout.contains("+  default   = \"(sensitive)\"\n"), "{}", out.stdout);
        assert!(out.stdout.contains("sensitive(\"(sensitive)\")"), "{}", out.stdout);
    }
    let out = place.run_with_stdin(&["fmt", "--diff", "-"], WRITTEN.as_bytes());
    assert!(out.stdout.contains("+  default   = \"(sensitive)\"\n"), "{}", out.stdout);
}

#[test]
fn a_secret_in_a_file_that_is_wrong_is_not_shown() {
    let broken = |from: &str, to: &str| {
        assert!(WRITTEN.contains(from), "{from}");
        place(&WRITTEN.replace(from, to), WRITTEN_TEMPLATE)
    };
    for (from, to, code) in [
        (
            "  sensitive = true\n}\nvariable",
            "  sensitive = true\n  default = \"hunter2-AGAIN\"\n}\nvariable",
            "F009",
        ),
        ("\"hunter2-DEFAULT\"", "\"hunter2-DEFAULT", "F003"),
        ("a = \"hunter2-KEY\" ", "a = [\"hunter2-KEY\" ", "F00"),
        ("sensitive(\"hunter2-CALL\")", "sensitive(\"hunter2-CALL\"", "F003"),
        ("sensitive(\"hunter2-CALL\")", "sensitive(\"hunter2-CALL)", "F003"),
        ("\"hunter2-DEFAULT\"", "\"hunter2-DEFAULT\u{7}\"", "F0"),
    ] {
        let place = broken(from, to);
        for arguments in [
            &["validate"][..],
            &["validate", "-o", "json"],
            &["fmt", "--check", "--diff"],
            &["set", "cluster/prod-a", "context=x"],
            &["explain", "Secret/cfg"],
        ] {
            let Outcome { status, stdout, stderr } = place.run(arguments);
            assert!(matches!(status, Some(2)), "{to} {arguments:?}: {status:?}");
            assert!(format!("{stdout}{stderr}").contains(code), "{to} {arguments:?}: {stdout}{stderr}");
        }
    }
}

#[test]
fn a_secret_that_is_written_in_the_fleet_is_not_explained() {
    let place = place(WRITTEN, WRITTEN_TEMPLATE);
    for object in ["Secret/cfg", "ConfigMap/cfg"] {
        for path in [
            None,
            Some("stringData.token"),
            Some("stringData.api"),
            Some("stringData.fixed"),
            Some("data.enabled"),
        ] {
            if path.is_some_and(|path| path.starts_with("data") == object.starts_with("Secret")) {
                continue;
            }
            for format in ["text", "json"] {
                let arguments: Vec<&str> =
                    ["explain", object].into_iter().chain(path).chain(["-o", format]).collect();
                let (out, _) = place.run(&arguments).done();
                assert!(out.contains("(sensitive)"), "{arguments:?}: {out}");
            }
        }
    }
}

#[test]
fn a_secret_that_is_set_is_not_shown() {
    let with_env = format!(
        "{WRITTEN}service \"api\" {{\n  namespace = \"web\"\n  image = \"registry.example.com/api:1\"\n  env = {{\n    PASSWORD = \"hunter2-OLD\"\n  }}\n}}\n"
    );
    let place = place(&with_env, WRITTEN_TEMPLATE);
    let before = place.read("fleet/f.hcl");
    let refused = place.run(&["set", "component/web", "values.token=x"]).refused(2);
    assert!(refused.contains("is the expression `sensitive("), "{refused}");
    let arguments = ["set", "service/api", "env.PASSWORD=hunter2-NEW"];
    assert!(place.run(&arguments).done().0.contains("env.PASSWORD: (sensitive) -> (sensitive)\n"));
    assert!(place.read("fleet/f.hcl").contains("\"hunter2-NEW\""));
    let arguments = ["set", "service/api", "env.HARMLESS=-"];
    let out = place.run_with_stdin(&arguments, b"hunter2-STDIN\n").done().0;
    assert!(out.contains("env.HARMLESS: added (sensitive)\n"), "{out}");
    assert!(place.read("fleet/f.hcl").contains("HARMLESS = \"hunter2-STDIN\"\n"));
    let two = ["set", "service/api", "env.A=-", "env.B=-"];
    assert!(place.run_with_stdin(&two, b"hunter2-STDIN\n").refused(2).contains("there is one stdin"));
    let (told, warned) = place.run(&["set", "variable/db_password", "sensitive=false"]).done();
    assert!(told.contains("sensitive: true -> false\n"), "{told}");
    assert!(warned.contains("no longer sensitive"), "{warned}");
    assert_ne!(place.read("fleet/f.hcl"), before);
}
