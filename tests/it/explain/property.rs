//! Over the example fleet: a field is another where a literal is another that `explain` names for it, and stays where one
//! is another that it does not name.
//!
//! The literals are looked for and changed here in the text of the files, and all of it is read, resolved and rendered
//! anew, without anything of `explain`. Of the values that are tried only the selectors are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::Range;

use fleetwright::cluster::{self, Resolved};
use fleetwright::diagnostic::{Diagnostic, Diagnostics, Severity, SourceMap};
use fleetwright::explain::{Ground, explain};
use fleetwright::fleet::{self, Fleet};
use fleetwright::parallel;
use fleetwright::render::{self, Options, Rendered};
use fleetwright::source::{RelPath, Sources};
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::Attribute;
use hcl_edit::visit::{self, Visit};
use serde_json::Value;

use crate::example;

/// A literal of the fleet: the file, its bytes there, and the argument or key that it is given to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Literal {
    file: String,
    start: usize,
    end: usize,
    name: String,
}

/// A field of an object of a cluster.
type Field = (String, Vec<String>);

/// All fields that hold a value, of all objects of a cluster.
type Fields = BTreeMap<Field, Value>;

/// Literals, as file and bytes, by cluster and field.
type Named = BTreeMap<(String, Field), BTreeSet<(String, usize, usize)>>;

/// The files of a fleet, and what they come to.
struct Read {
    fleet: Fleet,
    sources: Sources,
    map: SourceMap,
    resolved: Resolved,
}

fn files() -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        example::fleet().into_iter().map(|(name, text)| (format!("fleet/{name}"), text)).collect();
    for (name, text) in example::files(&example::root().join("templates")) {
        files.insert(format!("templates/{name}"), String::from_utf8(text).unwrap());
    }
    files
}

/// The fleet as resolved; `None` if it is wrong.
fn read(files: &BTreeMap<String, String>) -> Option<Read> {
    read_with_problems(files).filter(|(_, problems)| !problems.stop()).map(|(read, _)| read)
}

/// What of the fleet can be resolved, and what is wrong with the rest; `None` if it is not well formed.
fn read_with_problems(files: &BTreeMap<String, String>) -> Option<(Read, Diagnostics)> {
    let sources = Sources::memory(files.iter().map(|(path, text)| (path, text.as_str()))).unwrap();
    let mut map = SourceMap::default();
    let (fleet, problems) = fleet::parse(&sources, &RelPath::parse("fleet").unwrap(), &mut map);
    let fleet = fleet.filter(|_| !problems.has_errors())?;
    let (resolved, problems) = cluster::resolve(&fleet, &[], &sources, &version(), 1, &mut map);
    Some((Read { fleet, sources, map, resolved }, problems))
}

/// The files without what no object follows from; `None` if they are not well formed.
fn without_rollouts_and_outputs(files: &BTreeMap<String, String>) -> Option<BTreeMap<String, String>> {
    let mut left = files.clone();
    for (_, text) in left.iter_mut().filter(|(file, _)| file.ends_with(".hcl")) {
        let body = parse_body(text).ok()?;
        let blocks =
            body.blocks().filter(|block| ["rollout", "gate", "output"].contains(&block.ident.as_str()));
        let spans: Vec<Range<usize>> = blocks.filter_map(|block| block.span()).collect();
        spans.into_iter().rev().for_each(|span| text.replace_range(span, ""));
    }
    Some(left)
}

/// The units that something is wrong with, as `service.web`; `None` if something else is that a unit could follow from.
/// `units`: the names of all.
fn wrong_units(problems: &Diagnostics, units: &[String]) -> Option<BTreeSet<String>> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    // A `remove` that finds nothing any more takes nothing away.
    let errors = errors.filter(|problem| problem.code.to_string() != "C022");
    let unit = |problem: &Diagnostic| {
        let about = problem.object.as_deref()?.split('[').next()?.replace(" \"", ".").replace('"', "");
        let name = about.strip_prefix("component.").or_else(|| about.strip_prefix("service."))?;
        units.iter().any(|unit| unit == name).then_some(about)
    };
    errors.map(unit).collect()
}

fn version() -> semver::Version {
    semver::Version::parse(env!("CARGO_PKG_VERSION")).unwrap()
}

/// What these clusters render to; `None` if not all of it does.
fn rendered(read: &mut Read, clusters: &[&str]) -> Option<Rendered> {
    let (rendered, problems) = rendered_with_problems(read, clusters);
    (!problems.has_errors()).then_some(rendered)
}

fn rendered_with_problems(read: &mut Read, clusters: &[&str]) -> (Rendered, Diagnostics) {
    let clusters = Some(clusters.iter().map(|name| (*name).into()).collect());
    let options = Options { clusters, threads: 2, ..Options::default() };
    render::render(&read.resolved, &read.sources, &mut read.map, &options)
}

/// The unit of each object, as `service.web`.
fn owners(rendered: &Rendered) -> BTreeMap<String, String> {
    let units = rendered.clusters().iter().flat_map(|cluster| cluster.units());
    let owned = units.flat_map(|unit| {
        let unit_name = unit.address().split('[').next().unwrap();
        let objects = unit.objects().iter().map(|object| object.object().reference().to_string());
        objects.map(move |object| (object, unit_name.to_owned()))
    });
    owned.collect()
}

/// The fields by cluster.
fn fields(rendered: &Rendered) -> BTreeMap<String, Fields> {
    let clusters = rendered.clusters().iter();
    let of_cluster = clusters.map(|cluster| {
        let mut found = Fields::new();
        for object in cluster.units().iter().flat_map(|unit| unit.objects()) {
            let name = object.object().reference().to_string();
            assert!(object.secrets().is_empty(), "{name}: fields of what is secret are not compared here");
            let body = Value::Object(object.object().body().clone());
            flatten(&body, &mut Vec::new(), &mut |path, value| {
                found.insert((name.clone(), path.to_vec()), value.clone());
            });
        }
        (cluster.name().to_string(), found)
    });
    of_cluster.collect()
}

fn flatten(value: &Value, path: &mut Vec<String>, found: &mut impl FnMut(&[String], &Value)) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    if below.is_empty() {
        found(path, value);
    }
    for (key, value) in below {
        path.push(key);
        flatten(value, path, found);
        path.pop();
    }
}

/// Every literal of the fleet's files.
fn literals(files: &BTreeMap<String, String>) -> Vec<Literal> {
    let mut found = Vec::new();
    for (file, text) in files.iter().filter(|(file, _)| file.ends_with(".hcl")) {
        let mut walk = Walk { names: Vec::new(), found: Vec::new() };
        walk.visit_body(&parse_body(text).unwrap());
        let of_file = walk.found.into_iter();
        found.extend(of_file.map(|(name, Range { start, end })| Literal {
            file: file.clone(),
            start,
            end,
            name,
        }));
    }
    found
}

struct Walk {
    names: Vec<String>,
    found: Vec<(String, Range<usize>)>,
}

impl Visit for Walk {
    fn visit_attr(&mut self, node: &Attribute) {
        self.names.push(node.key.as_str().to_owned());
        visit::visit_attr(self, node);
        self.names.pop();
    }

    fn visit_object_item(&mut self, key: &hcl_edit::expr::ObjectKey, value: &hcl_edit::expr::ObjectValue) {
        self.names.push(match key {
            hcl_edit::expr::ObjectKey::Ident(name) => name.as_str().to_owned(),
            hcl_edit::expr::ObjectKey::Expression(key) => key.as_str().unwrap_or_default().to_owned(),
        });
        visit::visit_object_item(self, key, value);
        self.names.pop();
    }

    // A key that is written out is a name.
    fn visit_object_key(&mut self, node: &hcl_edit::expr::ObjectKey) {
        if !matches!(node, hcl_edit::expr::ObjectKey::Expression(Expression::String(_))) {
            visit::visit_object_key(self, node);
        }
    }

    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {
                self.found.push((self.names.last().unwrap().clone(), node.span().unwrap()));
            }
            _ => visit::visit_expr(self, node),
        }
    }

    fn visit_literal(&mut self, node: &hcl_edit::Spanned<String>) {
        self.found.push((self.names.last().unwrap().clone(), node.span().unwrap()));
    }
}

/// Other texts in place of one, those that a person would write first.
fn others(text: &str, name: &str, all: &[(String, String)]) -> Vec<String> {
    let bump = |at: usize, by: u8| -> String {
        let byte = text.as_bytes()[at];
        let (first, last) = match byte {
            b'0'..=b'9' => (b'0', b'9'),
            b'a'..=b'z' => (b'a', b'z'),
            _ => (b'A', b'Z'),
        };
        let next = char::from(first + (byte - first + by) % (last - first + 1));
        format!("{}{next}{}", &text[..at], &text[at + 1..])
    };
    let places = |kind: fn(&char) -> bool| -> Vec<usize> {
        text.char_indices().filter(|(_, c)| kind(c)).map(|(at, _)| at).collect()
    };
    let mut others = Vec::new();
    match text {
        "true" => others.push("false".to_owned()),
        "false" => others.push("true".to_owned()),
        "null" => others.extend(["7", "\"y7\"", "false"].map(str::to_owned)),
        _ => {
            if let Ok(number) = text.parse::<i64>() {
                let others_of = [
                    number + 3,
                    number - 2,
                    number * 3,
                    number + 1,
                    number - 1,
                    number / 2,
                    1,
                    2,
                    3,
                    50,
                    90,
                    0,
                ];
                others.extend(others_of.map(|number| number.to_string()));
            }
            // What is measured: `90s`, `512Mi`.
            let inner = text.trim_matches('"');
            let (number, unit) = inner.split_at(inner.bytes().take_while(u8::is_ascii_digit).count());
            if let Ok(number) = number.parse::<i64>()
                && (1..=3).contains(&unit.len())
            {
                let others_of = [number + 1, 1, 2, number * 3, number / 2];
                others.extend(others_of.map(|number| format!("\"{number}{unit}\"")));
            }
            // What an escape begins with is no letter of the text.
            let is_text = |at: &usize| *at == 0 || text.as_bytes()[*at - 1] != b'\\';
            let digits: Vec<usize> = places(char::is_ascii_digit).into_iter().filter(is_text).collect();
            let letters: Vec<usize> = places(char::is_ascii_alphabetic).into_iter().filter(is_text).collect();
            others.extend(digits.last().map(|at| bump(*at, 1)));
            others.extend(letters.last().map(|at| bump(*at, 2)));
            others.extend(letters.first().map(|at| bump(*at, 1)));
            others.extend(digits.first().map(|at| bump(*at, 1)));
            if digits.is_empty() && letters.is_empty() {
                others.push(match text.strip_suffix('"') {
                    Some(start) if text.len() > 1 => format!("{start}y\""),
                    _ => format!("{text}y"),
                });
            }
            // What stands elsewhere in the same place, and names of what there is.
            if text.starts_with('"') {
                others.extend(all.iter().filter(|(other, _)| other == name).map(|(_, text)| text.clone()));
                others.extend(
                    ["\"job\"", "\"daemonset\"", "\"hard\"", "\"off\"", "\"UDP\""].map(str::to_owned),
                );
            }
        }
    }
    let mut seen = BTreeSet::new();
    others.into_iter().filter(|other| other != text && seen.insert(other.clone())).take(MOST_OTHERS).collect()
}

/// How many other values are thought of.
const MOST_OTHERS: usize = 200;

/// How many other values of a literal are looked at, at least; more where a field that it is named for has not changed yet.
const LOOKED_AT: usize = 2;

/// What was compared.
#[derive(Debug, Default)]
struct Counts {
    /// Literals for which another value was found that the fleet takes.
    literals: usize,
    /// Literals for which none was found.
    skipped: usize,
    /// Fields that `explain` spoke of.
    fields: usize,
    /// Pairs of a field and a literal that it depends on.
    dependences: usize,
    /// Pairs of a field and a literal that it does not depend on.
    independences: usize,
}

/// Compares what `explain` says of the objects of these units on these clusters with what these literals do.
fn hold(
    files: &BTreeMap<String, String>,
    units: &dyn Fn(&str, &str) -> bool,
    clusters: &[&str],
    wanted: &dyn Fn(usize, bool) -> bool,
) -> Counts {
    let mut base = read(files).unwrap();
    let before = rendered(&mut base, clusters).unwrap();
    let named = named(&base, &before, units);
    let owners = owners(&before);
    let before = fields(&before);
    let literals = literals(files);
    let selector = |argument: &str, name: &str| {
        [format!("\"name={name}\""), format!("\"name!={name}\"")].map(|text| (argument.to_owned(), text))
    };
    let mut texts: Vec<(String, String)> = clusters.iter().flat_map(|name| selector("match", name)).collect();
    let units_named: Vec<String> = base.fleet.units.iter().map(|block| block.name().to_owned()).collect();
    texts.extend(units_named.iter().flat_map(|name| selector("units", name)));
    texts.extend(units_named.iter().map(|name| ("gateway".to_owned(), format!("\"{name}\""))));
    let written = literals
        .iter()
        .map(|literal| (literal.name.clone(), files[&literal.file][literal.start..literal.end].to_owned()));
    texts.extend(written.filter(|(_, text)| text.starts_with('"')));
    let mut counts = Counts { fields: named.len(), ..Counts::default() };
    let mut wrong: BTreeMap<String, Vec<&(String, Field)>> = BTreeMap::new();
    let place = |literal: &Literal| (literal.file.clone(), literal.start, literal.end);
    let is_named = |literal: &Literal| named.values().any(|literals| literals.contains(&place(literal)));
    let asked = literals.iter().enumerate();
    let asked = asked.filter(|(number, literal)| wanted(*number, is_named(literal)));
    let asked: Vec<&Literal> = asked.map(|(_, literal)| literal).collect();
    // The fields that have another value now, or none.
    let differing = |after: &BTreeMap<String, Fields>| {
        let mut changed = BTreeSet::new();
        for (cluster, fields) in &before {
            let now = after.get(cluster);
            let gone =
                fields.iter().filter(|(field, value)| now.and_then(|now| now.get(*field)) != Some(*value));
            changed.extend(gone.map(|(field, _)| (cluster.clone(), field.clone())));
        }
        changed
    };
    // With how many other values the fleet renders, and all that changes.
    let try_out = |literal: &&Literal| {
        let (at, text) = (place(literal), &files[&literal.file]);
        let written = &text[literal.start..literal.end];
        let edited = |other: &str, end: usize| {
            let mut files = files.clone();
            let edited = format!("{}{other}{}", &text[..literal.start], &text[end..]);
            files.insert(literal.file.clone(), edited);
            files
        };
        // What changes with other text in its place.
        let with = |other: &str, end: usize| -> Option<BTreeSet<(String, Field)>> {
            Some(differing(&fields(&rendered(&mut read(&edited(other, end))?, clusters)?)))
        };
        // The same where other units become wrong by it, and nothing else does: to `explain` those do not matter.
        let with_wrong = |other: &str| -> Option<BTreeSet<(String, Field)>> {
            let edited = without_rollouts_and_outputs(&edited(other, literal.end))?;
            let (mut read, mut problems) = read_with_problems(&edited)?;
            let (rendered, found) = rendered_with_problems(&mut read, clusters);
            problems.append(found);
            let wrong = wrong_units(&problems, &units_named)?;
            let mut changed = differing(&fields(&rendered));
            changed.retain(|(_, (object, _))| !wrong.contains(&owners[object]));
            Some(changed)
        };
        let (mut changed, mut valid) = (BTreeSet::new(), 0);
        // Every field it is named for is to be seen changing once.
        let is_named = |field: &(String, Field)| named.get(field).is_some_and(|names| names.contains(&at));
        let unseen = |changed: &BTreeSet<(String, Field)>| {
            named.iter().any(|(field, names)| names.contains(&at) && !changed.contains(field))
        };
        for other in others(written, &literal.name, &texts) {
            let Some(now) = with(&other, literal.end) else { continue };
            valid += 1;
            changed.extend(now);
            if valid >= LOOKED_AT && !unseen(&changed) {
                break;
            }
        }
        // An item of a list that is counted: what changes with one item less is what it is named for.
        if unseen(&changed) {
            let rest = &text[literal.end..];
            let comma = rest.len() - rest.trim_start_matches([' ', ',']).len();
            let less = with("", literal.end + comma).unwrap_or_default();
            valid += usize::from(!less.is_empty());
            changed.extend(less.into_iter().filter(is_named));
        }
        for other in others(written, &literal.name, &texts) {
            if !unseen(&changed) {
                break;
            }
            changed.extend(with_wrong(&other).into_iter().flatten().filter(is_named));
        }
        (valid, changed)
    };
    let tried = parallel::map(2, &asked, try_out);
    for (literal, (valid, changed)) in asked.iter().zip(tried) {
        let (at, text) = (place(literal), &files[&literal.file]);
        let written = &text[literal.start..literal.end];
        if valid == 0 {
            counts.skipped += 1;
            continue;
        }
        counts.literals += 1;
        for (field, literals) in &named {
            let (is_named, is_changed) = (literals.contains(&at), changed.contains(field));
            match is_named {
                true => counts.dependences += 1,
                false => counts.independences += 1,
            }
            if is_named != is_changed {
                let line = text[..literal.start].lines().count();
                let how =
                    if is_named { "named for fields that stay" } else { "not named for fields that change" };
                let what = format!("{}:{line}: {written} is {how}", literal.file);
                wrong.entry(what).or_default().push(field);
            }
        }
    }
    let told = wrong.iter().map(|(what, fields)| format!("{what}: {} such as {:?}", fields.len(), fields[0]));
    assert!(wrong.is_empty(), "{counts:?}\n{}", told.collect::<Vec<_>>().join("\n"));
    counts
}

/// By cluster and field, the literals that `explain` names: file and bytes.
fn named(read: &Read, rendered: &Rendered, units: &dyn Fn(&str, &str) -> bool) -> Named {
    let version = version();
    let ground = Ground {
        fleet: &read.fleet,
        given: &[],
        sources: &read.sources,
        map: &read.map,
        version: &version,
        resolved: &read.resolved,
        rendered,
        threads: 2,
    };
    let mut named = Named::new();
    for cluster in rendered.clusters() {
        for unit in cluster.units().iter().filter(|unit| units(cluster.name(), unit.address())) {
            let objects: Vec<_> = unit.objects().iter().collect();
            for explained in explain(&ground, cluster, unit, &objects).unwrap() {
                let name = explained.object.to_string();
                for field in &explained.fields {
                    let spans = field.literals.keys().chain(&explained.literals);
                    let places = spans.map(|span| {
                        let file = read.map.file(span.file).unwrap().below_root().unwrap().to_owned();
                        (file, span.range().start, span.range().end)
                    });
                    let key = (cluster.name().to_string(), (name.clone(), field.path.clone()));
                    named.insert(key, places.collect());
                }
            }
        }
    }
    named
}

/// One cluster of each environment and layer.
fn clusters() -> Vec<String> {
    let read = read(&files()).unwrap();
    let mut found: BTreeMap<(String, String), String> = BTreeMap::new();
    for cluster in read.resolved.clusters.iter().filter(|cluster| !cluster.retired) {
        let label = |key: &str| cluster.labels.get(key).map(|label| label.to_string()).unwrap_or_default();
        found.entry((label("env"), label("layer"))).or_insert_with(|| cluster.name.to_string());
    }
    found.into_values().collect()
}

/// The units of a cluster that together render every kind of object that it has, the fewest that are found at once.
fn of_every_kind(files: &BTreeMap<String, String>, cluster: &str) -> BTreeSet<String> {
    let rendered = rendered(&mut read(files).unwrap(), &[cluster]).unwrap();
    let kinds = |unit: &render::RenderedUnit| -> BTreeSet<String> {
        unit.objects().iter().map(|object| object.object().reference().kind.to_string()).collect()
    };
    let of_cluster = rendered.clusters().iter().flat_map(|cluster| cluster.units());
    let units: BTreeMap<&str, BTreeSet<String>> =
        of_cluster.map(|unit| (unit.address(), kinds(unit))).collect();
    let mut left: BTreeSet<&String> = units.values().flatten().collect();
    let mut chosen = BTreeSet::new();
    while !left.is_empty() {
        let new = |kinds: &BTreeSet<String>| kinds.iter().filter(|kind| left.contains(kind)).count();
        let (unit, kinds) = units.iter().max_by_key(|(_, kinds)| new(kinds)).unwrap();
        left.retain(|kind| !kinds.contains(*kind));
        chosen.insert((*unit).to_owned());
    }
    chosen
}

/// The files with nothing in them but one cluster and these units; of the others only their names are left.
fn reduced(
    files: &BTreeMap<String, String>,
    cluster: &str,
    units: &BTreeSet<String>,
) -> BTreeMap<String, String> {
    let mut left = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| file.ends_with(".hcl")) {
        let body = parse_body(text).unwrap();
        let mut reduced = String::new();
        for structure in &body {
            let block = structure.as_block().unwrap();
            let label = block.labels.first().map(|label| label.as_str()).unwrap_or_default();
            let kind = block.ident.as_str();
            let outline = || {
                let mut outline = format!("component \"{label}\" {{\n  optional = true\n");
                for name in ["match", "namespace"] {
                    let argument = block.body.get_attribute(name).map(|argument| argument.span().unwrap());
                    argument.into_iter().for_each(|at| outline.push_str(&format!("  {}\n", &text[at])));
                }
                format!("{outline}}}\n")
            };
            match kind {
                "cluster" if label != cluster => {}
                "output" | "gate" | "rollout" | "moved" => {}
                // On one cluster alone there may be nothing to take away.
                "override" if block.body.has_attribute("remove") => {}
                "component" | "service" if !units.contains(&format!("{kind}.{label}")) => {
                    reduced.push_str(&outline());
                }
                _ => reduced.push_str(&format!("{}\n", &text[block.span().unwrap()])),
            }
        }
        left.insert(file.clone(), reduced);
    }
    let fleet: String = left.values().cloned().collect();
    for (file, text) in files.iter().filter(|(file, _)| !file.ends_with(".hcl")) {
        let below = file.strip_prefix("templates/").unwrap();
        let folder = below.split_once('/').map_or(below, |(folder, _)| folder);
        if folder == "service" || folder.starts_with('_') || fleet.contains(&format!("\"{folder}")) {
            left.insert(file.clone(), text.clone());
        }
    }
    left
}

/// A sample, the same on every run: units that render every kind of object, and some of the literals.
#[test]
fn a_field_changes_with_the_literals_that_are_named_for_it_and_with_no_other() {
    let (files, cluster) = (files(), "prod-a");
    let units = of_every_kind(&files, cluster);
    let files = reduced(&files, cluster, &units);
    let counts = hold(&files, &|_, unit| units.contains(unit), &[cluster], &|number, is_named| {
        // More of those that are named for anything than of those that are not.
        number % if is_named { 12 } else { 36 } == 0
    });
    assert!(counts.fields > 1000 && counts.dependences > 50 && counts.independences > 10_000, "{counts:?}");
    assert!(counts.literals > 2 * counts.skipped, "most literals were not tried: {counts:?}");
}

/// Every literal, every field of every object, on one cluster of each environment.
#[test]
fn every_field_changes_with_the_literals_that_are_named_for_it_and_with_no_other() {
    if !is_soak() {
        return;
    }
    let clusters = clusters();
    let clusters: Vec<&str> = clusters.iter().map(String::as_str).collect();
    let counts = hold(&files(), &|_, _| true, &clusters, &|_, _| true);
    assert!(counts.literals > 2 * counts.skipped, "most literals were not tried: {counts:?}");
    tell(&format!("{clusters:?}: {counts:?}"));
}

#[expect(clippy::explicit_write, reason = "eprintln! is what the test runner keeps")]
fn tell(text: &str) {
    writeln!(std::io::stderr(), "{text}").unwrap();
}

#[expect(clippy::disallowed_methods, reason = "how a person says that a test may take long")]
fn is_soak() -> bool {
    std::env::var_os("FLEETWRIGHT_SOAK").is_some_and(|value| value == "1")
}
