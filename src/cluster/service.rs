//! What a service must say, and what of it goes together.

use std::collections::BTreeMap;

use super::codes;
use super::select::{Labels, no_secret, unknown};
use super::setting::Setting;
use super::unit::{Unit, UnitKind};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::fleet::Block;
use crate::object::Quantity;

/// The longest name of a port, in bytes: `IANA_SVC_NAME`, RFC 6335 section 5.1.
const PORT_NAME: usize = 15;

/// Tells what is missing in the settings of a service, or does not go together. `excused` says whether a
/// check is excused; it is asked only where the check fails.
pub fn check(
    settings: &Setting,
    block: &Block,
    cluster: &Labels,
    excused: &mut dyn FnMut(&str) -> bool,
    problems: &mut Diagnostics,
) {
    let secrets = secret_names(settings);
    if !secrets.is_empty() {
        for (path, span) in secrets {
            problems.push(no_secret(&path, &block.title(), span.unwrap_or(block.place())));
        }
        return;
    }
    let mut service = Service { settings, block, cluster, excused, problems };
    service.image();
    service.amounts();
    service.scaling();
    service.ports();
    service.probes();
    service.storage();
    service.exposure();
    service.environment();
    service.schedule();
    service.exceptions();
}

/// The settings that name something, or whose values are told, and that hold a secret.
fn secret_names(settings: &Setting) -> Vec<(String, Option<Span>)> {
    fn collect<'s>(setting: &'s Setting, path: &mut Vec<&'s str>, found: &mut Vec<(String, Option<Span>)>) {
        match setting {
            Setting::Leaf(leaf) if leaf.value.is_sensitive() => found.push((path.join("."), leaf.site.span)),
            Setting::Leaf(_) => {}
            Setting::Map(branch) if branch.sensitive => found.push((path.join("."), branch.site.span)),
            Setting::Map(branch) => {
                for (key, inner) in &branch.entries {
                    path.push(key);
                    collect(inner, path, found);
                    path.pop();
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut look = |path: &[&'static str], setting: Option<&Setting>| {
        setting.into_iter().for_each(|setting| collect(setting, &mut path.to_vec(), &mut found));
    };
    for name in ["requests", "limits", "replicas", "port", "expose", "schedule", "workload"] {
        look(&[name], settings.get(name));
    }
    for path in [["access", "from"], ["autoscale", "min"], ["autoscale", "max"]] {
        look(&path, settings.at(path));
    }
    for kind in ["startup", "readiness", "liveness"] {
        for key in ["port", "grpc"] {
            look(&["probe", kind, key], settings.at(["probe", kind, key]));
        }
    }
    found
}

struct Service<'a> {
    settings: &'a Setting,
    block: &'a Block,
    cluster: &'a Labels,
    excused: &'a mut dyn FnMut(&str) -> bool,
    problems: &'a mut Diagnostics,
}

impl Service<'_> {
    fn text(&self, path: &[&str]) -> Option<&str> {
        self.settings.at(path.iter().copied()).and_then(Setting::as_str)
    }

    fn given(&self, path: &[&str]) -> bool {
        is_given(self.settings.at(path.iter().copied()))
    }

    fn tell(&mut self, message: String, at: Option<Span>, label: &str, help: &str) {
        let at = at.unwrap_or(self.block.place());
        self.problems.push(
            Diagnostic::error(codes::SERVICE, format!("{}: {message}", self.block.title()))
                .at(at, label)
                .help(help),
        );
    }

    fn span(&self, path: &[&str]) -> Option<Span> {
        self.settings.at(path.iter().copied()).and_then(|setting| setting.site().span)
    }

    fn image(&mut self) {
        if !self.given(&["image"]) {
            self.tell(
                "no image".into(),
                None,
                "no `image` here, nor in what overrides it",
                "add `image = \"…\"`",
            );
        }
    }

    fn amounts(&mut self) {
        let mut amounts: BTreeMap<(&str, &str), Quantity> = BTreeMap::new();
        for (what, key) in
            [("requests", "cpu"), ("requests", "memory"), ("limits", "cpu"), ("limits", "memory")]
        {
            if self.settings.get(what).is_some_and(|setting| setting.leaf().is_some()) {
                // No map: that is told.
                continue;
            }
            let setting = self.settings.at([what, key]);
            let said = match setting.and_then(Setting::leaf) {
                // No limit on CPU is a choice that many make; it has to be said out loud.
                Some(value) if value.kind == Kind::Null => (what, key) == ("limits", "cpu"),
                Some(_) => true,
                None => false,
            };
            if let Some(Ok(amount)) = setting.and_then(Setting::as_str).map(Quantity::parse) {
                amounts.insert((what, key), amount);
            }
            if !said && !(self.excused)(what) {
                let span = self.span(&[what]);
                let help = match (what, key) {
                    ("limits", "cpu") => "add `cpu` to `limits`, or say `cpu = null` for none".to_owned(),
                    _ => format!("add `{key}` to `{what}`, or `excuse \"{what}\" {{ reason = \"…\" }}`"),
                };
                self.tell(format!("`{what}.{key}` is not set"), span, &format!("no `{key}`"), &help);
            }
        }
        for key in ["cpu", "memory"] {
            if let (Some(request), Some(limit)) =
                (amounts.get(&("requests", key)), amounts.get(&("limits", key)))
                && request > limit
            {
                self.tell(
                    format!("`requests.{key}` {request} is more than `limits.{key}` {limit}"),
                    self.span(&["requests", key]),
                    "requested here",
                    "raise the limit, or ask for less",
                );
            }
        }
    }

    fn scaling(&mut self) {
        let scaled = self.given(&["autoscale"]);
        if scaled && self.given(&["replicas"]) {
            let (replicas, autoscale) = (self.span(&["replicas"]), self.span(&["autoscale"]));
            let mut problem = Diagnostic::error(
                codes::SERVICE,
                format!("{}: `replicas` and `autoscale` exclude each other", self.block.title()),
            )
            .help("take one away: `remove = [\"autoscale\"]` or `remove = [\"replicas\"]` in an override");
            for (span, text) in [(replicas, "a fixed number here"), (autoscale, "scaled here")] {
                problem = problem.at(span.unwrap_or(self.block.place()), text);
            }
            self.problems.push(problem);
        }
        if !scaled {
            return;
        }
        let number = |key| self.settings.at(["autoscale", key]).and_then(Setting::leaf).and_then(whole);
        let (min, max) = (number("min"), number("max"));
        let at = self.span(&["autoscale"]);
        match (min, max) {
            (Some(min), Some(max)) if min > max => self.tell(
                format!("`autoscale.min` {min} is more than `autoscale.max` {max}"),
                self.span(&["autoscale", "min"]),
                "set here",
                "make the lower bound the lower one",
            ),
            (Some(_), Some(_)) => {}
            // One of the wrong type is told already.
            _ if ["min", "max"].iter().all(|key| self.given(&["autoscale", *key])) => {}
            _ => self.tell(
                "`autoscale` needs `min` and `max`".into(),
                at,
                "one of them is missing",
                "add both bounds",
            ),
        }
        let by = ["cpu", "metric", "trigger"].into_iter().any(|by| self.given(&["autoscale", by]));
        if !by {
            self.tell(
                "`autoscale` does not say by what".into(),
                at,
                "no `cpu`, `metric` or `trigger`",
                "add `cpu = 70`, a `metric` block or a `trigger` block",
            );
        }
        let zero_without_trigger = min == Some(0) && !self.given(&["autoscale", "trigger"]);
        if zero_without_trigger {
            self.tell(
                "`autoscale.min` 0 needs a `trigger`".into(),
                self.span(&["autoscale", "min"]),
                "a HorizontalPodAutoscaler does not scale to zero",
                "set `min` to at least 1, or scale by a `trigger`",
            );
        }
    }

    fn ports(&mut self) {
        let mut numbers: BTreeMap<(i64, String), String> = BTreeMap::new();
        let ports: Vec<(String, Option<i64>, String, Option<Span>)> = self
            .settings
            .get("port")
            .into_iter()
            .flat_map(Setting::entries)
            .map(|(name, port)| {
                let number = port.get("number").and_then(Setting::leaf).and_then(whole);
                let protocol = port.get("protocol").and_then(Setting::as_str).unwrap_or("TCP").to_owned();
                (name.to_owned(), number, protocol, port.site().span)
            })
            .collect();
        for (name, number, protocol, span) in ports {
            if name.len() > PORT_NAME
                || !name.contains(|c: char| c.is_ascii_lowercase())
                || name.contains("--")
            {
                self.tell(
                    format!("port name \"{name}\" is not allowed"),
                    span,
                    "this name",
                    "a port name has at most 15 characters, at least one letter, and no `--` (RFC 6335)",
                );
            }
            let Some(number) = number else { continue };
            if let Some(first) = numbers.insert((number, protocol.clone()), name.clone()) {
                self.tell(
                    format!("ports \"{first}\" and \"{name}\" are both {protocol} {number}"),
                    span,
                    "the same number",
                    "give one of them another number",
                );
            }
        }
    }

    /// A port may be given by number; a name must be that of a `port` block.
    fn known_port(&mut self, setting: &Setting) {
        let Some(name) = setting.as_str() else { return };
        if self.settings.at(["port", name]).is_some() {
            return;
        }
        let ports = self.settings.get("port").into_iter().flat_map(Setting::entries);
        let names: Vec<&str> = ports.map(|(name, _)| name).collect();
        let at = setting.site().span.unwrap_or(self.block.place());
        let problem = unknown("port", name, at, names.iter().copied());
        self.problems.push(problem.about(self.block.title()));
    }

    fn probes(&mut self) {
        let runs_to_an_end = matches!(self.text(&["workload"]), Some("job" | "cronjob"));
        for kind in ["startup", "readiness", "liveness"] {
            let Some(probe) = self.settings.at(["probe", kind]).filter(|probe| is_given(Some(probe))) else {
                let wanted = kind != "startup" && !runs_to_an_end;
                if wanted && !(self.excused)(kind) {
                    self.tell(
                        format!("no {kind} probe"),
                        None,
                        "no such `probe` block",
                        &format!("add `probe \"{kind}\"`, or `excuse \"{kind}\" {{ reason = \"…\" }}`"),
                    );
                }
                continue;
            };
            let ways = ["path", "command", "grpc"].into_iter().filter(|way| is_given(probe.get(way))).count();
            let bare_port = ways == 0 && is_given(probe.get("port"));
            if ways != 1 && !bare_port {
                self.tell(
                    format!("the {kind} probe says {}", if ways == 0 { "nothing" } else { "several things" }),
                    probe.site().span,
                    "one of `path` with `port`, `port` alone, `command` or `grpc`",
                    "keep one way to probe",
                );
            }
            if is_given(probe.get("path")) && !is_given(probe.get("port")) {
                self.tell(
                    format!("the {kind} probe has a `path` and no `port`"),
                    probe.site().span,
                    "no `port` here",
                    "add `port = \"NAME\"`",
                );
            }
            for key in ["port", "grpc"] {
                if let Some(port) = probe.get(key).filter(|port| is_given(Some(port))) {
                    self.known_port(port);
                }
            }
        }
    }

    fn storage(&mut self) {
        if self.given(&["storage"]) && self.text(&["workload"]) != Some("statefulset") {
            self.tell(
                "`storage` belongs to a StatefulSet".into(),
                self.span(&["storage"]),
                "asked for here",
                "set `workload = \"statefulset\"`: the pods of a Deployment would share one volume, or lose it",
            );
        }
        let mode = ["max_unavailable", "min_available"].map(|key| self.given(&["disruption", key]));
        if mode == [true, true] {
            self.tell(
                "`disruption` has both `max_unavailable` and `min_available`".into(),
                self.span(&["disruption"]),
                "one of the two",
                "a PodDisruptionBudget takes one; take the other away with `remove`",
            );
        }
    }

    fn exposure(&mut self) {
        let exposed: Vec<(String, &Setting)> = self
            .settings
            .get("expose")
            .into_iter()
            .flat_map(Setting::entries)
            .map(|(name, expose)| (name.to_owned(), expose))
            .collect();
        let ports = self.settings.get("port").map_or(0, |ports| ports.entries().count());
        for (name, expose) in exposed {
            for key in ["hosts", "gateway"] {
                if !is_given(expose.get(key)) {
                    self.tell(
                        format!("`expose.{name}` needs `{key}`"),
                        expose.site().span,
                        &format!("no `{key}` here"),
                        &format!("add `{key}`"),
                    );
                }
            }
            match expose.get("port").filter(|port| is_given(Some(port))) {
                Some(port) => self.known_port(port),
                None if ports == 1 => {}
                None => self.tell(
                    format!("`expose.{name}` does not say which port, and there are {ports}"),
                    expose.site().span,
                    "no `port` here",
                    "add `port = \"NAME\"`",
                ),
            }
        }
    }

    fn environment(&mut self) {
        let secrets: Vec<(String, Option<Span>)> = self
            .settings
            .get("env")
            .into_iter()
            .flat_map(Setting::entries)
            .filter_map(|(name, value)| {
                let Kind::Map(source) = &value.leaf()?.kind else { return None };
                let secret = source.get("secret")?;
                let text = secret.as_str()?;
                let fine =
                    text.split_once('/').is_some_and(|(store, key)| !store.is_empty() && !key.is_empty());
                (!fine).then(|| (name.to_owned(), secret.span.or(value.site().span)))
            })
            .collect();
        for (name, span) in secrets {
            self.tell(
                format!("`env.{name}` names no secret"),
                span,
                "expected \"store/key\"",
                "write the secret store, a slash, and the key in it",
            );
        }
    }

    fn schedule(&mut self) {
        let cron = self.text(&["workload"]) == Some("cronjob");
        match (cron, self.text(&["schedule"])) {
            (true, None) => self.tell(
                "a cronjob needs a `schedule`".into(),
                self.span(&["workload"]),
                "a cronjob here",
                "add `schedule = \"0 3 * * *\"`",
            ),
            (false, Some(_)) => self.tell(
                "`schedule` belongs to a cronjob".into(),
                self.span(&["schedule"]),
                "set here",
                "set `workload = \"cronjob\"`, or take the schedule out",
            ),
            (true, Some(line)) => {
                if let Some(reason) = super::freeze::bad_cron(line) {
                    let at = self.span(&["schedule"]);
                    self.tell(format!("the schedule is no cron line: {reason}"), at, "this line", CRON_HELP);
                }
            }
            (false, None) => {}
        }
    }

    fn exceptions(&mut self) {
        let leaf = |key| self.settings.at(["security", key]).and_then(Setting::leaf);
        let writable = leaf("read_only_root").is_some_and(|value| value.kind == Kind::Bool(false));
        let root = leaf("run_as_user").and_then(whole) == Some(0);
        let capable = matches!(leaf("capabilities").map(|value| &value.kind), Some(Kind::List(items)) if !items.is_empty());
        if (writable || root || capable) && !self.given(&["security", "reason"]) {
            self.tell(
                "`security` is loosened without a reason".into(),
                self.span(&["security"]),
                "a writable root, user 0 or capabilities",
                "add `reason = \"…\"` to the block",
            );
        }
        let production = self.cluster.get("env").is_some_and(|env| &**env == "prod");
        if self.given(&["fault"]) && production && !(self.excused)("fault") {
            self.tell(
                "faults are injected in production".into(),
                self.span(&["fault"]),
                "on clusters with env=prod",
                "keep it to staging with an override, or `excuse \"fault\" { reason = \"…\" }`",
            );
        }
        let canary = ["image", "weight"].map(|key| self.given(&["split", "canary", key]));
        if self.given(&["split"]) && canary != [true, true] {
            self.tell(
                "`split` needs a `canary` with `image` and `weight`".into(),
                self.span(&["split"]),
                "one of them is missing",
                "write `canary { image = \"…\"  weight = 10 }` inside it",
            );
        }
    }
}

/// What a cron line looks like.
pub const CRON_HELP: &str = "write five fields: minute, hour, day of the month, month, day of the week";

fn whole(value: &Value) -> Option<i64> {
    match &value.kind {
        Kind::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// Whether a setting says something: not `null`, not an empty list or map.
fn is_given(setting: Option<&Setting>) -> bool {
    match setting {
        None => false,
        Some(Setting::Map(branch)) => !branch.entries.is_empty(),
        Some(Setting::Leaf(leaf)) => match &leaf.value.kind {
            Kind::Null => false,
            Kind::List(items) => !items.is_empty(),
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Map(_) => true,
        },
    }
}

/// Tells the names of other units that the services of one cluster use and that do not exist. A caller that is
/// not on this cluster is no mistake; a gateway that is not, is.
pub fn references<'n>(
    units: &[Unit],
    exists: &dyn Fn(&str) -> bool,
    names: impl Iterator<Item = &'n str> + Clone,
    problems: &mut Diagnostics,
) {
    for unit in units.iter().filter(|unit| unit.kind == UnitKind::Service) {
        if let Some(Value { kind: Kind::List(from), span, .. }) =
            unit.settings.at(["access", "from"]).and_then(Setting::leaf)
        {
            for item in from.iter() {
                if let Some(name) = item.as_str().filter(|name| !exists(name)) {
                    let at = item.span.or(*span).unwrap_or(unit.span);
                    problems.push(unknown("unit", name, at, names.clone()).about(unit.address()));
                }
            }
        }
        for (_, expose) in unit.settings.get("expose").into_iter().flat_map(Setting::entries) {
            let Some(gateway) = expose.get("gateway") else { continue };
            let Some(name) = gateway.as_str() else { continue };
            let at = gateway.site().span.unwrap_or(unit.span);
            if !exists(name) {
                problems.push(unknown("unit", name, at, names.clone()).about(unit.address()));
            } else if !units.iter().any(|other| *other.name.name == *name) {
                problems.push(
                    Diagnostic::error(
                        codes::UNKNOWN_NAME,
                        format!("gateway \"{name}\" is not on this cluster"),
                    )
                    .at(at, "exposed through it here")
                    .about(unit.address())
                    .help(format!("widen the `match` of \"{name}\", or take the exposure away here")),
                );
            }
        }
    }
}
