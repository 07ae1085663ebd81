//! How values meet, and what is told where they cannot.

mod applied;

use std::sync::Arc;

use super::*;
use crate::diagnostic::SourceMap;
use crate::source::Sources;

const BASE: &str = r#"
fleet "shop" {}
cluster "prod-a" {
  labels = { env = "prod", zone = "a" }
}
cluster "prod-b" {
  labels = { env = "prod", zone = "b" }
}
cluster "dev-1" {
  labels = { env = "dev" }
}
"#;

/// Resolves `text` beside three clusters; each problem as `CODE line:column message [clusters]`.
fn resolved_with(text: &str, given: &[(&str, &str)]) -> (Resolved, String) {
    let files = [
        ("fleet/base.hcl", BASE),
        ("fleet/x.hcl", text),
        ("templates/x.yaml", "a: 1"),
        ("templates/service/y.yaml", ""),
    ];
    let sources = Sources::memory(files).unwrap();
    let mut map = SourceMap::default();
    let (fleet, mut problems) =
        crate::fleet::parse(&sources, &crate::source::RelPath::parse("fleet").unwrap(), &mut map);
    let given: Vec<Given> = given
        .iter()
        .map(|(name, value)| {
            let file = map.add(format!("--var {name}"), *value);
            Given {
                name: Arc::from(*name),
                value: GivenValue::Text(Arc::from(*value)),
                from: GivenFrom::CommandLine,
                span: crate::diagnostic::Span::new(file, 0..value.len()),
            }
        })
        .collect();
    let version = semver::Version::new(0, 1, 0);
    let (resolved, found) =
        resolve(&fleet.expect("the outline is sound"), &given, &sources, &version, 2, &mut map);
    problems.append(found);
    let told = problems.folded().into_iter().map(|problem| {
        let at = problem.labels.first().map_or("-".to_owned(), |label| {
            let position = map.position(label.at);
            format!("{}:{}", position.line, position.column)
        });
        let clusters: Vec<&str> = problem.clusters.iter().map(|name| &**name).collect();
        let clusters = if clusters.is_empty() { String::new() } else { format!(" [{}]", clusters.join(" ")) };
        let help = problem.help.map_or(String::new(), |help| format!("\n    help: {help}"));
        format!("{} {at} {}{clusters}{help}", problem.code, problem.message)
    });
    let told = told.collect::<Vec<_>>().join("\n");
    (resolved, told)
}

fn told(text: &str) -> String {
    resolved_with(text, &[]).1
}

fn setting<'a>(fleet: &'a Resolved, cluster: &str, unit: &str, path: &str) -> Option<&'a Setting> {
    let cluster = fleet.clusters.iter().find(|found| &*found.name == cluster)?;
    let unit = cluster.units.iter().find(|found| found.name.to_string() == unit)?;
    unit.settings.at(path.split('.'))
}

fn shown(fleet: &Resolved, cluster: &str, unit: &str, path: &str) -> String {
    match setting(fleet, cluster, unit, path) {
        None => "absent".to_owned(),
        Some(setting) => setting.to_value().shown(),
    }
}

#[test]
fn later_steps_win_and_remember_what_they_replaced() {
    let (fleet, problems) = resolved_with(
        r#"
profile "all" {
  values = { level = 1, deep = { kept = true, list = [1, 2] } }
}
profile "prod" {
  match    = "env=prod"
  replaces = ["all"]
  values   = { level = 2 }
}
component "x" {
  namespace = "x"
  templates = ["x"]
  values    = { level = 3, deep = { list = [3] } }
  override "a" {
    match  = "zone=a"
    values = { level = 5 }
  }
}
override "four" {
  match  = "env=prod"
  units  = "name=x"
  values = { level = 4 }
}
"#,
        &[],
    );
    assert_eq!(problems, "");
    assert_eq!(shown(&fleet, "prod-a", "x", "values.level"), "5");
    assert_eq!(shown(&fleet, "prod-b", "x", "values.level"), "4");
    assert_eq!(shown(&fleet, "dev-1", "x", "values.level"), "3");
    assert_eq!(shown(&fleet, "dev-1", "x", "values.deep.kept"), "true");
    assert_eq!(shown(&fleet, "dev-1", "x", "values.deep.list"), "a list of 1");
    let mut history = Vec::new();
    let mut at = setting(&fleet, "prod-a", "x", "values.level");
    while let Some(Setting::Leaf(leaf)) = at {
        history.push(format!("{} by {}", leaf.value.shown(), leaf.site));
        at = leaf.replaced.as_deref();
    }
    assert_eq!(
        history,
        [
            "5 by override \"a\" of component \"x\"",
            "4 by override \"four\"",
            "3 by component \"x\"",
            "2 by profile \"prod\"",
            "1 by profile \"all\"",
        ]
    );
}

#[test]
fn blocks_of_one_step_may_agree_and_may_not_disagree() {
    insta::assert_snapshot!(told(
        r#"
profile "a" {
  values = { same = 1, other = { x = 1 }, mine = 1 }
}
profile "b" {
  match  = "env=prod"
  values = { same = 1, other = 2, mine = 2 }
}
"#
    ), @r#"
    C002 3:32 profile "a" and profile "b" disagree about `values.other` [prod-a prod-b]
        help: say which one wins with `replaces = ["b"]` in the other, or make their `match` disjoint
    C002 3:50 profile "a" and profile "b" disagree about `values.mine` [prod-a prod-b]
        help: say which one wins with `replaces = ["b"]` in the other, or make their `match` disjoint
    "#);
}

#[test]
fn what_is_wrong_is_told_once_with_its_line() {
    insta::assert_snapshot!(told(
        r#"
profile "a" {
  match    = "env in prod"
  replaces = ["b", "c"]
}
profile "b" {
  replaces = ["a"]
}
locals {
  x = local.y
  y = "${local.z}"
  z = local.x
  w = 1
}
component "one" {
  templates  = ["y", "x"]
  depends_on = ["tow"]
  namespace  = "One"
  values     = { a = var.nothing, b = cluster.lables }
}
component "two" {
  templates  = ["x"]
  depends_on = ["three"]
  optional   = "yes"
}
component "three" {
  templates  = ["x"]
  depends_on = ["two"]
  for_each   = [1]
}
"#
    ), @r#"
    C001 3:14 `match` takes a label selector such as "env in (prod,staging)"; found the string "env in prod"
        help: give `match` a label selector such as "env in (prod,staging)"
    C003 4:15 profile "a" replaces itself, through one other
        help: take out one of these references
    C004 4:20 there is no profile "c"
        help: did you mean "b"?
    C003 10:7 local "x" refers to itself, through 2 others
        help: take out one of these references
    C009 16:17 there is no template "y" below templates [dev-1 prod-a prod-b]
        help: there are service, service/y.yaml or x.yaml
    C004 17:17 there is no unit "tow"
        help: did you mean "two"?
    C001 18:16 `namespace` takes a DNS label; found the string "One" [dev-1 prod-a prod-b]
        help: use at most 63 lower-case letters, digits and `-`, first and last a letter or digit (RFC 1123)
    C103 19:26 there is no variable `nothing` [dev-1 prod-a prod-b]
        help: declare it: variable "nothing" { … }
    C103 19:47 `cluster` has no `lables` [dev-1 prod-a prod-b]
        help: did you mean `labels`?
    C001 24:16 `optional` takes true or false; found the string "yes" [dev-1 prod-a prod-b]
        help: give `optional` true or false
    C003 28:17 unit "three" depends on itself, through one other
        help: take out one of these references
    C015 29:16 `for_each` takes a map, or strings
        help: write toset(["a", "b"])
    C020 13:3 local "w" is used nowhere
        help: take it out
    "#);
}

const SERVICE: &str = r#"
service "web" {
  namespace = "web"
  image     = "registry.example.com/web:1"
  replicas  = 2
  requests  = { cpu = "100m", memory = "64Mi" }
  limits    = { cpu = null, memory = "64Mi" }
  port "http" {
    number = 8080
  }
  probe "readiness" {
    path = "/"
    port = "http"
  }
  probe "liveness" {
    grpc = "http"
  }
}
"#;

#[test]
fn a_service_is_complete_for_its_templates() {
    let (fleet, problems) = resolved_with(SERVICE, &[]);
    assert_eq!(problems, "");
    for (path, expected) in [
        ("workload", "\"deployment\""),
        ("disruption.max_unavailable", "\"25%\""),
        ("disruption.min_available", "null"),
        ("autoscale", "null"),
        ("expose", "a map of 0"),
        ("access.from", "a list of 0"),
        ("port.http.protocol", "\"TCP\""),
        ("probe.startup", "null"),
        ("probe.readiness.failures", "null"),
        ("limits.cpu", "null"),
        ("command", "a list of 0"),
        ("security.read_only_root", "true"),
        ("security.capabilities", "a list of 0"),
    ] {
        assert_eq!(shown(&fleet, "dev-1", "web", path), expected, "{path}");
    }
}

#[test]
fn what_was_taken_away_is_remembered() {
    let (fleet, problems) = resolved_with(
        r#"
component "x" {
  namespace = "x"
  templates = ["x"]
  values    = { level = 1, other = 1 }
  override "a" {
    match  = "zone=a"
    remove = ["values.level"]
    values = { level = 2 }
  }
  override "b" {
    match  = "zone=b"
    remove = ["values.level"]
  }
}
"#,
        &[],
    );
    assert_eq!(problems, "");
    let Some(Setting::Leaf(leaf)) = setting(&fleet, "prod-a", "x", "values.level") else { panic!("no leaf") };
    assert_eq!(leaf.replaced.as_deref().map(|was| was.to_value().shown()).as_deref(), Some("1"));
    assert_eq!(shown(&fleet, "prod-b", "x", "values.level"), "absent");
    let Some(Setting::Map(values)) = setting(&fleet, "prod-b", "x", "values") else { panic!("no map") };
    let gone = values.removed.get("level").unwrap();
    assert_eq!(
        format!("{} by {}", gone.was.to_value().shown(), gone.site),
        "1 by override \"b\" of component \"x\""
    );
}

#[test]
fn what_replaces_a_default_remembers_it() {
    let text = SERVICE.replace(
        "  replicas  = 2\n",
        "  replicas = 2\n  workload = \"daemonset\"\n  disruption {\n    min_available = 1\n  }\n",
    );
    let (fleet, problems) = resolved_with(&text, &[]);
    assert_eq!(problems, "");
    assert_eq!(shown(&fleet, "dev-1", "web", "disruption.max_unavailable"), "null");
    let Some(Setting::Leaf(leaf)) = setting(&fleet, "dev-1", "web", "workload") else { panic!("no leaf") };
    let replaced = leaf.replaced.as_deref().unwrap();
    assert_eq!(
        format!("{} by {}", replaced.to_value().shown(), replaced.site()),
        "\"deployment\" by the default"
    );
}

#[test]
fn a_service_says_what_the_well_known_mistakes_are_about() {
    insta::assert_snapshot!(told(
        r#"
service "web" {
  replicas = "3"
  limits   = { memory = "64Mi" }
  requests = { memory = "128Mi" }
  port "http" {
    number = 80800
  }
  autoscale {
    min = 5
    max = 2
  }
  probe "readiness" {
    port = "htpp"
  }
  storage "data" {
    size  = "10Gi"
    mount = "/data"
  }
  expose "public" {
    hosts   = ["Shop.example.com"]
    gateway = "ingres"
  }
  access = { from = ["wbe"], egres = [] }
  fault {
    delay   = "5"
    percent = 200
  }
  security {
    run_as_user = 0
  }
}
"#
    ), @r#"
    C010 2:9 service "web": no image [dev-1 prod-a prod-b]
        help: add `image = "…"`
    C010 2:9 service "web": no liveness probe [dev-1 prod-a prod-b]
        help: add `probe "liveness"`, or `excuse "liveness" { reason = "…" }`
    C010 3:14 service "web": `replicas` and `autoscale` exclude each other [dev-1 prod-a prod-b]
        help: take one away: `remove = ["autoscale"]` or `remove = ["replicas"]` in an override
    C001 3:14 `replicas` takes a whole number, 0 to 100000; found the string "3" [dev-1 prod-a prod-b]
        help: write the number without quotes
    C010 4:14 service "web": `limits.cpu` is not set [dev-1 prod-a prod-b]
        help: add `cpu` to `limits`, or say `cpu = null` for none
    C010 5:14 service "web": `requests.cpu` is not set [dev-1 prod-a prod-b]
        help: add `cpu` to `requests`, or `excuse "requests" { reason = "…" }`
    C010 5:25 service "web": `requests.memory` 128Mi is more than `limits.memory` 64Mi [dev-1 prod-a prod-b]
        help: raise the limit, or ask for less
    C001 7:14 `port.http.number` takes a whole number, 1 to 65535; found the number 80800 [dev-1 prod-a prod-b]
        help: give `port.http.number` a whole number, 1 to 65535
    C010 9:3 service "web": `autoscale` does not say by what [dev-1 prod-a prod-b]
        help: add `cpu = 70`, a `metric` block or a `trigger` block
    C010 10:11 service "web": `autoscale.min` 5 is more than `autoscale.max` 2 [dev-1 prod-a prod-b]
        help: make the lower bound the lower one
    C004 14:12 there is no port "htpp" [dev-1 prod-a prod-b]
        help: did you mean "http"?
    C010 16:3 service "web": `storage` belongs to a StatefulSet [dev-1 prod-a prod-b]
        help: set `workload = "statefulset"`: the pods of a Deployment would share one volume, or lose it
    C001 21:16 `expose.public.hosts[0]` takes a host name; found the string "Shop.example.com" [dev-1 prod-a prod-b]
        help: use at most 253 lower-case letters, digits, `-` and `.`, first and last of each part a letter or digit (RFC 1123)
    C001 24:38 `access` has no key `egres` [dev-1 prod-a prod-b]
        help: did you mean `egress`?
    C010 25:3 service "web": faults are injected in production [prod-a prod-b]
        help: keep it to staging with an override, or `excuse "fault" { reason = "…" }`
    C001 26:15 `fault.delay` takes a duration such as "90s"; found the string "5" [dev-1 prod-a prod-b]
        help: give `fault.delay` a duration such as "90s"
    C001 27:15 `fault.percent` takes a number, 0 to 100; found the number 200 [dev-1 prod-a prod-b]
        help: give `fault.percent` a number, 0 to 100
    C010 29:3 service "web": `security` is loosened without a reason [dev-1 prod-a prod-b]
        help: add `reason = "…"` to the block
    "#);
}

#[test]
fn overrides_merge_blocks_by_argument_and_take_away_by_path() {
    let (fleet, problems) = resolved_with(
        &format!(
            r#"{SERVICE}
service "api" {{
  namespace = "api"
  image     = "api:1"
  requests  = {{ cpu = "1", memory = "1Gi" }}
  limits    = {{ cpu = "1", memory = "1Gi" }}
  autoscale {{
    min = 4
    max = 8
    cpu = 70
  }}
  excuse "readiness" {{
    reason = "it has none"
  }}
  excuse "liveness" {{
    reason = "it has none"
  }}
  override "dev" {{
    match  = "env=dev"
    remove = ["autoscale"]
    replicas = 1
  }}
}}
override "small" {{
  match = "zone=a"
  units = "kind=service,name notin (web)"
  autoscale {{
    min = 1
  }}
}}
"#
        ),
        &[],
    );
    assert_eq!(problems, "");
    assert_eq!(shown(&fleet, "prod-a", "api", "autoscale.min"), "1");
    assert_eq!(shown(&fleet, "prod-a", "api", "autoscale.cpu"), "70");
    assert_eq!(shown(&fleet, "prod-b", "api", "autoscale.min"), "4");
    assert_eq!(shown(&fleet, "dev-1", "api", "autoscale"), "null");
    assert_eq!(shown(&fleet, "dev-1", "api", "replicas"), "1");
}

#[test]
fn a_remove_is_wrong_where_it_takes_nothing_and_where_it_may_not() {
    let text = |path: &str| {
        format!(
            "component \"x\" {{\n  namespace = \"x\"\n  templates = [\"x\"]\n  values = {{ level = 1 }}\n}}\n\
             override \"o\" {{\n  match = \"env=dev\"\n  remove = [\"{path}\"]\n}}\n"
        )
    };
    assert_eq!(told(&text("values.level")), "");
    assert!(told(&text("values.lvl")).starts_with("C022 8:13 `remove` of `values.lvl` takes nothing away"));
    assert!(told(&text("namespace")).starts_with("C008 8:13 `namespace` cannot be taken away here"));
}

#[test]
fn variables_are_converted_validated_and_kept_secret() {
    let text = r#"
variable "image" {
  type = string
}
variable "count" {
  type = number
  default = "3"
  validation {
    condition     = var.count < 3
    error_message = "at most 2, not ${var.count}"
  }
}
variable "token" {
  sensitive = true
  default   = "hunter2"
}
output "token" {
  value = "x-${var.token}"
}
output "image" {
  value = [var.image, var.count]
}
"#;
    insta::assert_snapshot!(resolved_with(text, &[("iamge", "x")]).1, @r#"
    C005 2:10 variable "image" has no value
        help: give one with --var image=…, --var-file or FLEETWRIGHT_VAR_image, or add a `default`
    C006 5:10 variable "count" is not valid: at most 2, not 3
        help: give another value for "count"
    C016 18:11 output "token" holds a secret and does not say so
        help: add `sensitive = true`, or keep the secret out of it
    C005 1:1 there is no variable "iamge"
        help: did you mean "image"?
    "#);
    let (fleet, problems) = resolved_with(text, &[("image", "on"), ("count", "2"), ("count", "1")]);
    insta::assert_snapshot!(problems, @r#"
    C016 18:11 output "token" holds a secret and does not say so
        help: add `sensitive = true`, or keep the secret out of it
    "#);
    let image = fleet.outputs.get("image").unwrap();
    assert_eq!(
        image.value.kind,
        Kind::List(Arc::new(vec![Value::string("on"), Value::new(Kind::Number(1.into()))]))
    );
    assert_eq!(fleet.outputs.get("token").unwrap().value.shown(), "(sensitive)");
}

#[test]
fn units_can_be_repeated() {
    let (fleet, problems) = resolved_with(
        r#"
locals {
  teams = { red = 1, blue = 2 }
}
component "team" {
  for_each  = local.teams
  namespace = "team-${each.key}"
  templates = ["x"]
  values    = { quota = each.value, where = "${cluster.name}-${local.zone}" }
}
locals {
  zone = try(cluster.labels.zone, "none")
}
"#,
        &[],
    );
    assert_eq!(problems, "");
    assert_eq!(shown(&fleet, "prod-a", "team[red]", "values.quota"), "1");
    assert_eq!(shown(&fleet, "dev-1", "team[blue]", "values.where"), "\"dev-1-none\"");
}

#[test]
fn outputs_see_all_clusters() {
    let (fleet, problems) = resolved_with(
        r#"
profile "p" {
  match  = "env=prod"
  values = { weight = 10 + length(clusters), name = upper(cluster.name) }
}
output "weights" {
  value = { for c in clusters : c.name => c.values.weight if c.labels.env == "prod" }
}
"#,
        &[],
    );
    assert_eq!(problems, "");
    let Kind::Map(weights) = &fleet.outputs.get("weights").unwrap().value.kind else { panic!("no map") };
    let weights: Vec<String> =
        weights.iter().map(|(name, weight)| format!("{name}={}", weight.shown())).collect();
    assert_eq!(weights, ["prod-a=13", "prod-b=13"]);
}

#[test]
fn rollouts_place_every_cluster_once() {
    insta::assert_snapshot!(told(
        r#"
gate "errors" {
  prometheus  = "http://prometheus.${cluster.name}:9090"
  query       = "up"
  interval    = "30s"
  min_samples = 100
  settle      = "1m"
}
rollout "prod" {
  match = "env=prod"
  stage "canary" {
    clusters = ["prod-a", "prod-x"]
    soak     = "10m"
    gates    = ["errors", "erors"]
  }
  stage "again" {
    clusters = ["prod-a"]
  }
  freeze "x" {
    from  = "2026-11-26T00:00:00Z"
    until = "2026-11-25T00:00:00Z"
  }
  freeze "y" {
    cron     = "0 25 * * *"
    duration = "8h"
    timezone = "Europe/Berln"
  }
  limits {
    changed_percent = 140
  }
}
rollout "all" {
  stage "all" {
    match = "env"
  }
}
rollout "none" {
  match = "env=none"
}
"#
    ), @r#"
    C012 4:17 gate "errors": it has no threshold: everything would pass [prod-a prod-b]
        help: add `max`, `min` or `compare`
    C011 9:9 clusters "prod-a", "prod-b" are in two rollouts: rollout "all" and rollout "prod"
        help: make their `match` disjoint: a cluster is in at most one rollout
    C004 12:27 there is no cluster "prod-x"
        help: did you mean "prod-a"?
    C012 14:17 stage "canary" of rollout "prod" soaks for 600s, and gate "errors" needs 3060s to say anything
        help: soak longer, or ask for fewer samples
    C004 14:27 there is no gate "erors"
        help: did you mean "errors"?
    C011 17:17 rollout "prod" lists cluster "prod-a" twice
        help: keep it in one stage
    C013 21:13 freeze "x": it ends before it begins
        help: set `until` to a later moment than `from`
    C013 24:16 freeze "y": no cron line: component error: number out of bounds.
        help: write five fields: minute, hour, day of the month, month, day of the week
    C013 26:16 freeze "y": there is no time zone "Europe/Berln"
        help: write a name of the IANA database, such as "Europe/Berlin"
    C001 29:23 `changed_percent` takes a whole number, 0 to 100; found the number 140
        help: give `changed_percent` a whole number, 0 to 100
    C011 33:9 rollout "all" has no canary: its only stage holds all clusters
        help: begin with a stage that holds one cluster
    C011 38:11 rollout "none" matches no cluster
        help: widen the selector, or take the rollout out
    "#);
}

#[test]
fn moved_units_and_excuses_lead_somewhere() {
    insta::assert_snapshot!(told(&format!(
        r#"{SERVICE}
moved {{
  from = service.web
  to   = component.site
}}
moved {{
  from = "web"
  to   = service.web
}}
excuse "requests" {{
  reason = "none"
}}
excuse "probes" {{
  reason = "none"
}}
"#
    )), @r#"
    C018 21:10 service.web was moved and still exists
        help: take the `moved` block out, or give the new unit another name
    C018 22:10 there is no component.site to move to
        help: take service.web
    C018 25:10 `from` is no address of a unit
        help: write it without quotes: `from = service.old-name`
    C004 31:8 there is no check "probes"
        help: the checks: requests, limits, readiness, liveness, fault, autoscale, disruption, image-latest, privileged, host-namespaces, service-account, besteffort and 12 more
    "#);
}

#[test]
fn what_matches_nothing_is_told() {
    insta::assert_snapshot!(told(&format!(
        r#"{SERVICE}
profile "a" {{
  match = "evn=prod"
}}
component "b" {{
  match     = "env=test"
  templates = ["x"]
}}
component "c" {{
  match     = "env=prod"
  templates = ["x"]
  override "dev" {{
    match    = "env=dev"
    optional = true
  }}
}}
override "d" {{
  units    = "teir=web"
  optional = true
}}
"#
    )), @r#"
    C020 21:11 profile "a" matches no cluster
        help: did you mean the label `env`?
    C020 24:15 component "b" matches no cluster
        help: mend the selector, or take the block out
    C020 31:16 override "dev" matches no cluster that its unit is on
        help: mend the selector, or take the block out
    C020 36:14 override "d" matches no unit
        help: mend the selector, or take the block out
    "#);
}
