//! `set` through the binary; what is written where is tested beside its code.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::program::Place;

const FLEET: &str = r#"fleet "demo" {
  templates = "."
}

variable "image" {
  default = "registry.example.com/web:1.0.0" # bumped by a bot
}

variable "token" {
  default   = "hunter2"
  sensitive = true
}

variable "given" {
  type = string
}

locals {
  domain = "example.com"
  hosts  = ["a.${local.domain}"]
  sizes  = { small = 1 }
}

cluster "prod-a" {
  labels = { env = "prod" }
  values = {
    weight = 25   # of a hundred
    sizes  = local.sizes.small
    image  = var.image
    hosts  = local.hosts
    token  = var.token
    given  = var.given
    both   = "${var.image}!"
  }
}

cluster "prod-b" {}

component "base" {
  manifests = ["base.yaml"]

  override "x" {
    match  = "env=prod"
    values = { a = 1 }
  }
}
"#;

fn place() -> Place {
    let place = Place::fleet();
    place.write("fleet/fleet.hcl", FLEET);
    place
}

/// `set` with a value for the variable that has none.
fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["set", "--var", "given=x"], more].concat()
}

/// What is printed; the lines of the file that changed.
fn set(place: &Place, more: &[&str]) -> String {
    let before = place.read("fleet/fleet.hcl");
    let (stdout, stderr) = place.run(&arguments(more)).done();
    let after = place.read("fleet/fleet.hcl");
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("-{line}\n"));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+{line}\n"));
    let changed: String = gone.chain(come).collect();
    format!("{stdout}{stderr}{changed}")
}

#[test]
fn values_are_set_in_place() {
    let place = place();
    let all = [
        set(&place, &["cluster/prod-a", "values.weight=0", "labels.env=staging"]),
        set(&place, &["cluster.prod-a", "values.weight=0"]),
        set(&place, &["variable/image", "default=registry.example.com/web:1.1.0"]),
        set(&place, &["variable/token", "default=hunter22"]),
        set(&place, &["locals", "domain=example.org", "sizes.small=2"]),
        set(&place, &["component/base", "override.x.values.a=-2", "override.x.match=env in (prod)"]),
        set(&place, &["--dry-run", "fleet", "templates=../fleet"]),
        set(&place, &["fleet", "description=a $${b} \"c\""]),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    fleet/fleet.hcl:27: values.weight: 25 -> 0
    fleet/fleet.hcl:25: labels.env: "prod" -> "staging"
    changes nothing that is rendered
    warning[C020]: override "x" matches no cluster that its unit is on
      --> fleet/fleet.hcl:43:14
       |
    43 |     match  = "env=prod"
       |              ^^^^^^^^^^ by this selector
       |
       = object: component "base"
       = help: mend the selector, or take the block out

    1 warning
    -  labels = { env = "prod" }
    -    weight = 25   # of a hundred
    +  labels = { env = "staging" }
    +    weight = 0   # of a hundred

    fleet/fleet.hcl:27: values.weight: unchanged

    fleet/fleet.hcl:6: default: "registry.example.com/web:1.0.0" -> "registry.example.com/web:1.1.0"
    changes nothing that is rendered
    -  default = "registry.example.com/web:1.0.0" # bumped by a bot
    +  default = "registry.example.com/web:1.1.0" # bumped by a bot

    fleet/fleet.hcl:10: default: (sensitive) -> (sensitive)
    changes nothing that is rendered
    -  default   = "hunter2"
    +  default   = "hunter22"

    fleet/fleet.hcl:19: domain: "example.com" -> "example.org"
    fleet/fleet.hcl:21: sizes.small: 1 -> 2
    changes nothing that is rendered
    -  domain = "example.com"
    -  sizes  = { small = 1 }
    +  domain = "example.org"
    +  sizes  = { small = 2 }

    fleet/fleet.hcl:44: override.x.values.a: 1 -> -2
    fleet/fleet.hcl:43: override.x.match: "env=prod" -> "env in (prod)"
    changes nothing that is rendered
    -    match  = "env=prod"
    -    values = { a = 1 }
    +    match  = "env in (prod)"
    +    values = { a = -2 }

    fleet/fleet.hcl:2: templates: "." -> "../fleet"
    changes nothing that is rendered
    nothing was written: --dry-run

    fleet/fleet.hcl:3: description: added "a $$${b} \"c\""
    changes nothing that is rendered
    +  description = "a $$${b} \"c\""
    "#);
    // Set again, nothing is written: not even the time of the file changes.
    let file = place.path().join("fleet/fleet.hcl");
    let time = || fs::metadata(&file).unwrap().modified().unwrap();
    let before = time();
    set(&place, &["cluster/prod-a", "values.weight=0"]);
    assert_eq!(time(), before);
}

#[test]
fn what_is_added_moves_the_lines_after_it() {
    let place = place();
    assert_snapshot!(set(&place, &["cluster/prod-a", "values.weight=1", "context=a", "values.new=true"]), @r#"
    fleet/fleet.hcl:28: values.weight: 25 -> 1
    fleet/fleet.hcl:26: context: added "a"
    fleet/fleet.hcl:35: values.new: added true
    changes nothing that is rendered
    -    weight = 25   # of a hundred
    +  context = "a"
    +    weight = 1   # of a hundred
    +    new    = true
    "#);
}

#[test]
fn an_expression_is_shown_with_what_sets_it_instead() {
    let place = place();
    let told = |assignment: &str| place.run(&arguments(&["cluster/prod-a", assignment])).refused(2);
    let all = ["image", "sizes", "hosts", "token", "given", "both"]
        .map(|name| told(&format!("values.{name}=it's 1")));
    assert_snapshot!(all.join("\n"), @r#"
    error[X026]: `values.image` is the expression `var.image`, not a literal
      --> fleet/fleet.hcl:29:14
       |
    29 |     image  = var.image
       |              ^^^^^^^^^ this stands there
       |
       = help: set that: fleetwright set variable/image 'default=it'\''s 1'

    1 error

    error[X026]: `values.sizes` is the expression `local.sizes.small`, not a literal
      --> fleet/fleet.hcl:28:14
       |
    28 |     sizes  = local.sizes.small
       |              ^^^^^^^^^^^^^^^^^ this stands there
       |
       = help: edit the file; only a literal can be set

    1 error

    error[X026]: `values.hosts` is the expression `local.hosts`, not a literal
      --> fleet/fleet.hcl:30:14
       |
    30 |     hosts  = local.hosts
       |              ^^^^^^^^^^^ this stands there
       |
       = help: edit the file; only a literal can be set

    1 error

    error[X026]: `values.token` is the expression `var.token`, not a literal
      --> fleet/fleet.hcl:31:14
       |
    31 |     token  = var.token
       |              ^^^^^^^^^ this stands there
       |
       = help: set that: fleetwright set variable/token default=…

    1 error

    error[X026]: `values.given` is the expression `var.given`, not a literal
      --> fleet/fleet.hcl:32:14
       |
    32 |     given  = var.given
       |              ^^^^^^^^^ this stands there
       |
       = help: edit the file; only a literal can be set

    1 error

    error[X026]: `values.both` is the expression `"${var.image}!"`, not a literal
      --> fleet/fleet.hcl:33:14
       |
    33 |     both   = "${var.image}!"
       |              ^^^^^^^^^^^^^^^ this stands there
       |
       = help: edit the file; only a literal can be set

    1 error
    "#);
    let told = place.run(&arguments(&["--fleet", "fleet", "cluster/prod-a", "values.sizes=5"])).refused(2);
    assert!(told.contains("set that: fleetwright set --fleet fleet locals sizes.small=5\n"), "{told}");
    assert_eq!(place.read("fleet/fleet.hcl"), FLEET);
    // The command that is given does it.
    assert_snapshot!(set(&place, &["variable/image", "default=it's 1"]), @r#"
    fleet/fleet.hcl:6: default: "registry.example.com/web:1.0.0" -> "it's 1"
    changes nothing that is rendered
    -  default = "registry.example.com/web:1.0.0" # bumped by a bot
    +  default = "it's 1" # bumped by a bot
    "#);
}

#[test]
fn maps_that_are_not_there_are_made() {
    let place = place();
    assert_snapshot!(set(&place, &["cluster/prod-b", "values.ingress.weight=0"]), @r#"
    fleet/fleet.hcl:38: values.ingress.weight: added 0
    changes nothing that is rendered
    -cluster "prod-b" {}
    +cluster "prod-b" {
    +  values = { ingress = { weight = 0 } }
    "#);
    assert_snapshot!(set(&place, &["cluster/prod-a", "values.a.\"b.c\".d=x"]), @r#"
    fleet/fleet.hcl:34: values.a."b.c".d: added "x"
    changes nothing that is rendered
    +    a      = { "b.c" = { d = "x" } }
    "#);
    assert_eq!(place.run(&["set", "cluster/prod-b", "values.ingress.weight=1"]).status, Some(0));
    let told = place.run(&["set", "cluster/prod-b", "valeus.ingress.weight=1"]).refused(2);
    assert!(told.contains("did you mean `values`?"), "{told}");
}

#[test]
fn what_is_not_there_is_told() {
    let place = place();
    let told = |arguments_: &[&str]| place.run(&arguments(arguments_)).refused(2);
    let all = [
        told(&["cluster/prod-x", "uid=1"]),
        told(&["locals", "domian=x"]),
        told(&["locals", "elsewhere=x"]),
        told(&["cluster/prod-b", "labels.env.x=y"]),
        told(&["cluster/prod-a", "lables.env=x"]),
        told(&["clster/prod-a", "labels.env", "a=1", "a=2"]),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    error[X026]: the fleet has no cluster "prod-x"
     |
     = help: did you mean cluster/prod-a?

    1 error

    error[X026]: no `locals` block sets `domian`
     |
     = help: did you mean `domain`?

    1 error

    error[X026]: no `locals` block sets `elsewhere`
     |
     = help: write it into a `locals` block first

    1 error

    error[X026]: `labels.env` has no part `x`
     |
     = help: give the whole value: labels.env=VALUE

    1 error

    error[X026]: cluster has no argument or block `lables`
      --> fleet/fleet.hcl:24:1
       |
    24 | cluster "prod-a" {
       | ^^^^^^^ this block
       |
       = help: did you mean `labels`?

    1 error

    error[X007]: "labels.env" is not PATH=VALUE: there is no `=`
     |
     = help: write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'

    error[X007]: `a` is set twice
     |
     = help: give it once

    error[X007]: a fleet has no block `clster`
     |
     = help: did you mean `cluster`?

    3 errors
    "#);
    assert_eq!(place.read("fleet/fleet.hcl"), FLEET);
    assert!(place.run(&["set", "fleet"]).refused(2).contains("PATH=VALUE"));
}

#[test]
fn an_edit_that_makes_the_fleet_wrong_is_not_written() {
    let place = place();
    let told = |block: &str, assignment: &str| place.run(&arguments(&[block, assignment])).refused(2);
    assert_snapshot!(told("cluster/prod-a", "uid=no-uuid"), @r#"
    error[C001]: `uid` takes a UUID; found the string "no-uuid"
      --> fleet/fleet.hcl:26:12
       |
    26 |   uid    = "no-uuid"
       |            ^^^^^^^^^ a UUID has 8-4-4-4-12 hex digits
       |
       = object: cluster "prod-a"
       = note: the fleet would be wrong; nothing was written
       = help: take what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints for this cluster

    1 error
    "#);
    assert_snapshot!(told("component/base", "override.x.match=env in ("), @r#"
    error[C001]: `match` takes a label selector such as "env in (prod,staging)"; found the string "env in ("
      --> fleet/fleet.hcl:43:14
       |
    43 |     match  = "env in ("
       |              ^^^^^^^^^^ found the end, expected a value, ',' or ')'
       |
       = object: override "x"
       = note: the fleet would be wrong; nothing was written
       = help: give `match` a label selector such as "env in (prod,staging)"

    1 error
    "#);
    assert_eq!(place.read("fleet/fleet.hcl"), FLEET);
    // One that was wrong before can be mended, one mistake after the other.
    let wrong = FLEET.replace("{ env = \"prod\" }", "{ env = \"not a label\" }\n  uid    = \"x\"");
    place.write("fleet/fleet.hcl", &wrong);
    place.run(&arguments(&["cluster/prod-a", "labels.env=prod"])).done();
    place.run(&arguments(&["cluster/prod-a", "uid=7f0f6a3e-0000-4000-8000-000000000001"])).done();
    place.run(&["validate", "--var", "given=x"]).done();
}

#[test]
fn line_ends_marks_modes_and_links_stay() {
    let place = Place::fleet();
    let text = "\u{feff}fleet \"demo\" {\r\n  templates = \".\"\r\n}\r\ncluster \"prod-a\" {\r\n}\r\ncluster \"prod-b\" {}\r\ncomponent \"base\" {\r\n  manifests = [\"base.yaml\"]\r\n}";
    place.write("other/real.hcl", text);
    fs::remove_file(place.path().join("fleet/fleet.hcl")).unwrap();
    symlink("../other/real.hcl", place.path().join("fleet/fleet.hcl")).unwrap();
    place.run(&["set", "cluster/prod-a", "context=a"]).done();
    let expected = text.replace("cluster \"prod-a\" {\r\n", "cluster \"prod-a\" {\r\n  context = \"a\"\r\n");
    assert_eq!(place.read("other/real.hcl"), expected);
    assert!(fs::symlink_metadata(place.path().join("fleet/fleet.hcl")).unwrap().is_symlink());

    let outside = Place::with(&[("x.hcl", "cluster \"out\" {\n}\n")]);
    symlink(outside.path().join("x.hcl"), place.path().join("fleet/out.hcl")).unwrap();
    place.run(&["set", "cluster/out", "context=a"]).refused(2);
    assert_eq!(outside.read("x.hcl"), "cluster \"out\" {\n}\n");
}

#[test]
fn a_revision_cannot_be_edited() {
    let place = place();
    assert_snapshot!(place.run(&["set", "--rev", "HEAD", "fleet", "templates=x"]).refused(2), @"
    error[X007]: `set` edits the fleet as it is on disk; `--rev` reads another
     |
     = help: leave `--rev` out

    1 error
    ");
}

/// A fleet with a template on three clusters.
fn rendering(more: &str) -> Place {
    let fleet = format!(
        r#"fleet "demo" {{
  templates = "../templates"
}}
locals {{
  size = 3
}}
cluster "a" {{}}
cluster "b" {{}}
cluster "old" {{
  values = {{ size = 1 }}
}}
profile "all" {{
  values = {{ size = local.size }}
}}
component "app" {{
  namespace = "web"
  templates = ["app.yaml"]
}}
component "other" {{
  namespace = "web"
  templates = ["other.yaml"]
  match     = "name!=b"
}}
{more}"#
    );
    let config = |name: &str, value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: {{{{ {value} | quote }}}}\n"
        )
    };
    Place::with(&[
        ("fleet/fleet.hcl", &fleet),
        (
            "templates/app.yaml",
            &config("app", "values.size")
                .replace("data:", "{% if values.size < 1 %}{{ values.nothing }}{% endif %}data:"),
        ),
        ("templates/other.yaml", &config("other", "values.size")),
        ("templates/broken.yaml", &config("broken", "values.nothing")),
    ])
}

#[test]
fn what_an_edit_reaches_is_told() {
    let place = rendering("");
    let told = |arguments: &[&str]| place.run(&[&["set", "--dry-run"], arguments].concat()).done();
    let all = [
        told(&["locals", "size=4"]),
        told(&["cluster/old", "values.size=2"]),
        told(&["component/other", "match=name=b"]),
        told(&["cluster/a", "context=a"]),
        told(&["locals", "size=3"]),
    ];
    assert_snapshot!(all.map(|(out, err)| out + &err).join("\n"), @r#"
    fleet/fleet.hcl:5: size: 3 -> 4
    changes component.other on a
    changes component.app on a, b
    nothing was written: --dry-run

    fleet/fleet.hcl:10: values.size: 1 -> 2
    changes component.app, component.other on old
    nothing was written: --dry-run

    fleet/fleet.hcl:22: match: "name!=b" -> "name=b"
    changes component.other on a, b, old
    nothing was written: --dry-run

    fleet/fleet.hcl:8: context: added "a"
    changes nothing that is rendered
    nothing was written: --dry-run

    fleet/fleet.hcl:5: size: unchanged
    nothing was written: --dry-run
    "#);
}

#[test]
fn an_edit_that_cannot_be_rendered_is_not_written() {
    let place = rendering("");
    let before = place.read("fleet/fleet.hcl");
    assert_snapshot!(place.run(&["set", "locals", "size=0"]).refused(2), @"
    error[T020]: `values` has no `nothing`
     --> templates/app.yaml:3:39
      |
    3 | meta{% if values.size < 1 %}{{ values.nothing }}{% endif %}data:
      |                                       ^^^^^^^
      |
      = clusters: a, b
      = object: component.app
      = note: `values` has size
      = note: the fleet would be wrong; nothing was written
      = help: set it in the fleet; where it may be missing, ask with `is defined` or add `| default(value=…)`

    1 error
    ");
    assert_snapshot!(place.run(&["set", "component/app", "templates=[\"broken.yaml\"]"]).refused(2), @"
    error[T020]: `values` has no `nothing`
     --> templates/broken.yaml:6:16
      |
    6 |   a: {{ values.nothing | quote }}
      |                ^^^^^^^
      |
      = clusters: a, b, old
      = object: component.app
      = note: `values` has size
      = note: the fleet would be wrong; nothing was written
      = help: set it in the fleet; where it may be missing, ask with `is defined` or add `| default(value=…)`

    1 error
    ");
    assert_eq!(place.read("fleet/fleet.hcl"), before);
}

#[test]
fn what_was_wrong_before_is_told_apart() {
    let place =
        rendering("component \"broken\" {\n  namespace = \"web\"\n  templates = [\"broken.yaml\"]\n}\n");
    let (out, told) = place.run(&["set", "locals", "size=4"]).done();
    assert_snapshot!(out + &told, @"
    fleet/fleet.hcl:5: size: 3 -> 4
    changes component.other on a
    changes component.app on a, b
    the fleet has an error that was there before: `fleetwright validate` tells it
    ");
    // What is found in addition is told.
    let (out, told) = place.run(&["set", "component/other", "match=name=nowhere"]).done();
    assert_snapshot!(out + &told, @r#"
    fleet/fleet.hcl:22: match: "name!=b" -> "name=nowhere"
    changes component.other on a, old
    warning[C020]: component "other" matches no cluster
      --> fleet/fleet.hcl:22:15
       |
    22 |   match     = "name=nowhere"
       |               ^^^^^^^^^^^^^^ by this selector
       |
       = help: mend the selector, or take the block out

    1 warning
    the fleet has an error that was there before: `fleetwright validate` tells it
    "#);
}
