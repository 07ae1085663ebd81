//! A text with values in it: what one cluster renders is the same whether another cluster's was read before it, or not.
//!
//! The first four lines are two values of one cluster, and two of the other; then a line with a number of each. The rest
//! goes below an object: `$v` and `$w` stand for the values, `$n` for the number, `$q` for a value between quotes, `$m`
//! for a map.

use fleetwright::cluster;
use fleetwright::diagnostic::{Diagnostics, SourceMap};
use fleetwright::fleet;
use fleetwright::render::{Options, RenderedCluster, Show, Templates};
use fleetwright::source::{RelPath, Sources};

use super::whole;

const HEAD: &str = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: a\n";

const HOLES: [(&str, &str); 5] = [
    ("$v", "{{ cluster.values.v }}"),
    ("$w", "{{ cluster.values.w }}"),
    ("$n", "{{ cluster.values.n }}"),
    ("$q", "{{ cluster.values.v | quote }}"),
    ("$m", "{{ cluster.values.m | to_yaml | nindent(width=4) }}"),
];

/// What one cluster renders, each object with the place it comes from, and the codes of what is wrong with it.
type Made = (Vec<(String, serde_json::Value)>, Vec<&'static str>);

fn made(rendered: &RenderedCluster, found: &Diagnostics, map: &SourceMap) -> Made {
    let objects = rendered.units().iter().flat_map(|unit| unit.objects());
    let objects = objects
        .map(|object| (map.locate(object.origin()), object.printable(Show::Full).into_owned().into_value()));
    let mut codes: Vec<_> = found.iter().map(|one| one.code.as_str()).collect();
    codes.sort_unstable();
    (objects.collect(), codes)
}

fn check(values: [&str; 5], body: &str) -> Option<()> {
    if ["{{", "{%", "{#"].iter().any(|opened| body.contains(opened)) {
        return None;
    }
    let [v, w, v2, w2, numbers] = values;
    let (n, n2) = numbers.split_once(' ')?;
    let (n, n2) = (n.parse::<i64>().ok()?, n2.parse::<i64>().ok()?);
    let template = HOLES.iter().fold(format!("{HEAD}{body}"), |text, (hole, code)| text.replace(hole, code));
    let mut text =
        "fleet \"fuzz\" {}\ncomponent \"web\" {\n  namespace = \"web\"\n  templates = [\"web\"]\n}\n"
            .to_owned();
    for (name, v, w, n) in [("prod-a", v, w, n), ("prod-b", v2, w2, n2)] {
        let (v, w) = (whole::quoted(&v.replace("\\n", "\n")), whole::quoted(&w.replace("\\n", "\n")));
        text.push_str(&format!(
            "cluster \"{name}\" {{\n  values = {{ v = {v}, w = {w}, n = {n}, m = {{ k = {v}, l = [{w}] }} }}\n}}\n"
        ));
    }
    let files = [("fleet/fleet.hcl", text), ("templates/web/a.yaml", template)];
    let sources = Sources::memory(files).ok()?;
    let mut map = SourceMap::default();
    let (parsed, _) = fleet::parse(&sources, &RelPath::parse("fleet").ok()?, &mut map);
    let version = semver::Version::new(1, 0, 0);
    let (resolved, _) = cluster::resolve(&parsed?, &[], &sources, &version, 1, &mut map);
    let (templates, _) = Templates::load(&resolved, &resolved.named(), &sources, &mut map);
    let templates = templates?;
    let run = |names: &[&str]| {
        let clusters = names.iter().map(|name| (*name).into()).collect();
        let options = Options { clusters: Some(clusters), threads: 1, ..Options::default() };
        let renderer = templates.renderer(&resolved).ok()?;
        let complete = |number: usize| resolved.clusters.get(number);
        renderer.each(&options, complete, |_, rendered, found| made(&rendered, &found, &map)).pop()
    };
    assert_eq!(run(&["prod-a", "prod-b"]), run(&["prod-b"]));
    Some(())
}

/// Holds what is to hold for any input.
pub fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parts: Vec<&str> = text.splitn(6, '\n').collect();
    if let [v, w, v2, w2, numbers, body] = parts[..] {
        check([v, w, v2, w2, numbers], body);
    }
}
