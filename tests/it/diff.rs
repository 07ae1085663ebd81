//! `diff` without a network: against a git revision, and against what `render --out` wrote.

use insta::assert_snapshot;

use crate::program::{Outcome, Place};
use crate::repository::commit;

/// A component that renders a ConfigMap on both clusters, with a value that differs on one.
const FLEET: &str = r#"
fleet "demo" {
  templates = "templates"
}
variable "token" {
  type      = string
  sensitive = true
  default   = "hunter2-of-the-default"
}
cluster "prod-a" {
  labels = { env = "prod" }
}
cluster "prod-b" {
  labels = { env = "prod" }
}
component "web" {
  namespace = "web"
  templates = ["web.yaml"]
  values    = { color = "red", replicas = 2, token = var.token }
  override "b" {
    match  = "name=prod-b"
    values = { replicas = 3 }
  }
}
"#;

const TEMPLATE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  color: {{ values.color }}
  replicas: {{ values.replicas | quote }}
  token: {{ values.token | quote }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: page
data:
  index.html: |
    <html>
    <h1>{{ values.color }}</h1>
    </html>
";

fn place() -> Place {
    let place = Place::with(&[("fleet/fleet.hcl", FLEET), ("fleet/templates/web.yaml", TEMPLATE)]);
    commit(&place);
    place
}

impl Place {
    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replace(from, to));
    }

    fn against(&self, what: &str, more: &[&str]) -> Outcome {
        self.run(&[&["diff", "--against", what], more].concat())
    }
}

#[test]
fn what_is_as_it_was_is_no_difference() {
    let place = place();
    place.run(&["render", "--out", "rendered"]).done();
    for against in ["git:HEAD", "git:main"] {
        let (stdout, _) = place.against(against, &[]).done();
        assert_eq!(stdout, "no differences on 2 clusters; 4 unchanged\n", "{against}");
    }
    place.run(&["render", "--out", "shown", "--show-sensitive"]).done();
    let (stdout, _) = place.against("dir:shown", &[]).done();
    assert_eq!(stdout, "no differences on 2 clusters; 4 unchanged\n");
}

#[test]
fn what_is_masked_in_a_folder_is_not_known_to_be_the_same() {
    let place = place();
    place.run(&["render", "--out", "rendered"]).done();
    let outcome = place.against("dir:rendered", &["--exit-zero"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(3), ""));
    assert_snapshot!(outcome.stdout, @"
    ? cluster prod-a: known in part: 1 secret value masked in the folder: not known whether changed
    ? cluster prod-b: known in part: 1 secret value masked in the folder: not known whether changed

    2 clusters: not all could be compared; 4 unchanged; 2 clusters known in part
    ");
}

#[test]
fn what_changes_is_told_once_for_all_clusters() {
    let place = place();
    place.edit("fleet/fleet.hcl", "color = \"red\", replicas = 2", "color = \"blue\", replicas = 4");
    let outcome = place.against("git:HEAD", &[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), ""));
    assert_snapshot!(outcome.stdout, @r#"
    ~ ConfigMap/page in web  component.web  on both clusters
        data["index.html"]: |
            <html>
          - <h1>red</h1>
          + <h1>blue</h1>
            </html>

    ~ ConfigMap/web in web  component.web  on both clusters
        data.color  red → blue
      only on prod-a:
        data.replicas  "2" → "4"

    2 clusters: 4 to change
    "#);
    assert_eq!(place.against("git:HEAD", &["--exit-zero"]).status, Some(0));
    let one = place.against("git:HEAD", &["--cluster", "prod-b"]);
    assert_snapshot!(one.stdout, @r#"
    ~ ConfigMap/page in web  component.web  on prod-b
        data["index.html"]: |
            <html>
          - <h1>red</h1>
          + <h1>blue</h1>
            </html>

    ~ ConfigMap/web in web  component.web  on prod-b
        data.color  red → blue

    1 cluster: 2 to change
    "#);
    assert_snapshot!(place.against("git:HEAD", &["-o", "markdown"]).stdout, @r#"
    ### fleetwright diff against `git:HEAD`

    **2 clusters: 4 to change**

    | cluster | change |
    |---|--:|
    | `prod-a` | 2 |
    | `prod-b` | 2 |

    <details><summary>change <code>ConfigMap/page in web</code> on both clusters</summary>

    ```diff
      data["index.html"]: |
        <html>
    -   <h1>red</h1>
    +   <h1>blue</h1>
        </html>
    ```

    </details>

    <details><summary>change <code>ConfigMap/web in web</code> on both clusters</summary>

    ```diff
    - data.color: red
    + data.color: blue
    ```

    only on `prod-a`:

    ```diff
    - data.replicas: "2"
    + data.replicas: "4"
    ```

    </details>
    "#);
    let json: serde_json::Value =
        serde_json::from_str(&place.against("git:HEAD", &["-o", "json"]).stdout).unwrap();
    assert_eq!(json["complete"], true);
    assert_eq!(json["counts"]["update"], 4);
}

#[test]
fn s01_a_secret_that_changes_is_not_shown() {
    let place = place();
    place.run(&["render", "--out", "shown", "--show-sensitive"]).done();
    let other = ["--var", "token=hunter2-of-the-command-line"];
    place.edit("fleet/fleet.hcl", "hunter2-of-the-default", "hunter2-of-another");
    let outcome = place.against("git:HEAD", &[]);
    assert_eq!(outcome.status, Some(1));
    assert_snapshot!(outcome.stdout, @"
    ~ ConfigMap/web in web  component.web  on both clusters
        data.token  (sensitive) → (sensitive, another value)

    2 clusters: 2 to change; 2 unchanged
    ");
    assert_eq!(place.against("dir:shown", &[]), outcome);
    place.edit("fleet/fleet.hcl", "hunter2-of-another", "hunter2-of-the-default");
    // Both sides are given the same.
    assert_eq!(place.against("git:HEAD", &other).status, Some(0));
    assert_eq!(place.against("dir:shown", &other).status, Some(1));
}

#[test]
fn clusters_and_units_come_and_go() {
    let place = place();
    place.edit("fleet/fleet.hcl", "cluster \"prod-b\" {", "cluster \"prod-c\" {");
    place.edit(
        "fleet/fleet.hcl",
        "  override \"b\" {\n    match  = \"name=prod-b\"\n    values = { replicas = 3 }\n  }\n",
        "",
    );
    let outcome = place.against("git:HEAD", &[]);
    assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
    assert_snapshot!(outcome.stdout, @r#"
    - ConfigMap/web in web  component.web  on prod-b

    + ConfigMap/web in web  component.web  on prod-c
        + data:
        +   color: red
        +   replicas: "2"
        +   token: (sensitive)

    - ConfigMap/page in web  component.web  on prod-b

    + ConfigMap/page in web  component.web  on prod-c
        + data:
        +   index.html: |
        +     <html>
        +     <h1>red</h1>
        +     </html>

    3 clusters: 2 to create, 2 to delete; 2 unchanged
    "#);
    // One that is new has nothing to be compared with.
    let new = place.against("git:HEAD", &["--cluster", "prod-c"]);
    assert!(new.stdout.ends_with("\n1 cluster: 2 to create\n"), "{}", new.stdout);
}

#[test]
fn a_revision_that_does_not_render_is_told() {
    let place = place();
    place.edit("fleet/templates/web.yaml", "values.color", "values.colour");
    commit(&place);
    place.edit("fleet/templates/web.yaml", "values.colour", "values.color");
    assert_snapshot!(place.against("git:HEAD", &[]).refused(2), @r#"
    error[X027]: the fleet does not render in the revision "HEAD"
     |
     = help: compare with a revision that renders

    error[T020]: `values` has no `colour`
     --> HEAD:fleet/templates/web.yaml:6:20
      |
    6 |   color: {{ values.colour }}
      |                    ^^^^^^
      |
      = clusters: prod-a, prod-b
      = object: component.web
      = help: did you mean `values.color`?

    2 errors
    "#);
    assert_eq!(place.against("git:HEAD~1", &[]).status, Some(0));
    assert_snapshot!(place.against("git:elsewhere", &[]).refused(2), @r#"
    error[X006]: the repository has no revision "elsewhere"
     |
     = help: give a branch, a tag or a commit; the branches are main

    1 error
    "#);
}

#[test]
fn a_folder_that_is_none_of_ours_is_told() {
    let place = place();
    assert_snapshot!(place.against("dir:nowhere", &[]).refused(2), @"
    error[X027]: nowhere: no such file or folder
     |
     = help: give the folder that `fleetwright render --out` wrote

    1 error
    ");
    place.write("folder/prod-a/web.yaml", "a: [\n");
    place.write("folder/prod-b/web.yaml", "a: b\n");
    assert_snapshot!(place.against("dir:folder", &[]).refused(2), @"
    error[X027]: folder/prod-a/web.yaml: a `[` or `{` that is never closed
     |
     = help: write the folder anew with `fleetwright render --out`

    error[X027]: folder/prod-b/web.yaml: it holds something that is no object: apiVersion is missing
     |
     = help: write the folder anew with `fleetwright render --out`

    2 errors
    ");
}

#[test]
fn what_is_about_live_clusters_is_for_them() {
    let place = place();
    assert_snapshot!(place.against("git:HEAD", &["--exact"]).refused(2), @"
    error[X007]: --exact is about live clusters; --against names something else
     |
     = help: leave --exact out, or --against

    1 error
    ");
    assert_snapshot!(place.against("dir:x", &["--save", "plan"]).refused(2), @"
    error[X007]: --save is about live clusters; --against names something else
     |
     = help: leave --save out, or --against

    1 error
    ");
    assert_snapshot!(place.against("tag:x", &[]).refused(2), @r#"
    error[X007]: `--against` cannot be "tag:x": it takes `live`, `git:REV`, `dir:PATH` or `release:DIGEST`
     |
     = help: `fleetwright diff --help` tells what it takes

    1 error
    "#);
    assert_snapshot!(place.against("git:", &[]).refused(2), @r#"
    error[X007]: `--against` cannot be "git:": something must stand behind the colon, as in `git:origin/main` or `dir:rendered`
     |
     = help: `fleetwright diff --help` tells what it takes

    1 error
    "#);
}

#[test]
fn s15_an_offline_diff_runs_no_program_of_a_kubeconfig() {
    let place = place();
    let ran = place.path().join("ran");
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:1'}}}}]\n\
         users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: ['{}']}}}}}}]\n\
         contexts: [{{name: prod-a, context: {{cluster: c, user: u}}}}]\ncurrent-context: prod-a\n",
        ran.display()
    );
    place.write("kubeconfig", &kubeconfig);
    for arguments in [
        &["diff", "--against", "git:HEAD"][..],
        &["render", "--out", "rendered", "--show-sensitive"],
        &["diff", "--against", "dir:rendered"],
        &["validate"],
    ] {
        let output = place
            .command(arguments)
            .env("KUBECONFIG", "kubeconfig")
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
    assert!(!ran.exists());
}

#[test]
fn a_comment_says_that_nothing_could_be_compared() {
    let place = place();
    place.edit("fleet/templates/web.yaml", "values.color", "values.```<b>@someone");
    let outcome = place.against("git:HEAD", &["-o", "markdown"]);
    assert_eq!(outcome.status, Some(2));
    assert_snapshot!(outcome.stdout, @"
    ### fleetwright diff against `git:HEAD`

    **nothing could be compared**

    ````text
    error[T003]: found string where a name is expected
     --> fleet/templates/web.yaml:6:20
      |
    6 |   color: {{ values.```<b>@someone }}
      |                    ^^
      |
      = help: see templates/README.md for what a template may hold; literal braces stand in `{% raw %} … {% endraw %}`

    1 error
    ````
    ");
}

#[test]
fn f48_one_name_in_two_groups_is_two_objects() {
    let place = place();
    let service = |group: &str, value: &str| {
        format!(
            "apiVersion: {group}v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  externalName: {value}\n"
        )
    };
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
        metadata:\n  name: services.serving.example.com\nspec:\n  group: serving.example.com\n  scope: Namespaced\n  \
        names:\n    kind: Service\n    plural: services\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
        schema:\n      openAPIV3Schema:\n        type: object\n        x-kubernetes-preserve-unknown-fields: true\n";
    let both = |a: &str, b: &str| {
        format!("{}---\n{}---\n{definition}", service("", a), service("serving.example.com/", b))
    };
    place.write("fleet/templates/web.yaml", &both("a.example.com", "a.example.com"));
    commit(&place);
    place.write("fleet/templates/web.yaml", &both("a.example.com", "b.example.com"));
    let outcome = place.against("git:HEAD", &["--cluster", "prod-a"]);
    assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
    assert_snapshot!(outcome.stdout, @"
    ~ Service.serving.example.com/web in web  component.web  on prod-a
        spec.externalName  a.example.com → b.example.com

    1 cluster: 1 to change; 2 unchanged
    ");
    place.write("fleet/templates/web.yaml", &format!("{}---\n{definition}", service("", "a.example.com")));
    assert_snapshot!(place.against("git:HEAD", &["--cluster", "prod-a"]).stdout, @"
    - Service.serving.example.com/web in web  component.web  on prod-a

    1 cluster: 1 to delete; 2 unchanged
    ");
}
