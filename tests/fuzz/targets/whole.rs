//! A fleet in memory, from its files to what is printed of it.

#![allow(dead_code, reason = "each target uses a part of it")]

use std::collections::BTreeMap;

use fleetwright::cluster::Resolved;
use fleetwright::diagnostic::{Diagnostics, SourceMap, Span};
use fleetwright::render::{Options, Show, Templates};
use fleetwright::report::text::{Style, diagnostics};
use fleetwright::report::{ClusterBlocks, github, json, sarif};
use fleetwright::source::{RelPath, Sources};
use fleetwright::validate::{Context, Recorded};
use fleetwright::{cluster, fleet, schema, validate, yaml};

/// Files by their paths.
pub type Files = Vec<(String, Vec<u8>)>;

/// What came of a fleet.
#[derive(PartialEq)]
pub struct Whole {
    /// What each cluster renders, secrets masked.
    pub texts: BTreeMap<String, String>,
    /// All that is wrong, as text.
    pub told: String,
}

/// Whether a template may go on until a limit ends it. A million turns are nothing that a person waits for, and more than
/// ten seconds here, where each is counted and watched.
pub fn may_use_up_a_budget(template: &[u8]) -> bool {
    let is_number = |three: &[u8]| three.iter().all(u8::is_ascii_digit);
    template.windows(5).any(|word| word == b"range") && template.windows(3).any(is_number)
}

/// Everything that `validate` does with a fleet of these files; nothing where a path is none.
pub fn run(files: Files, threads: usize) -> Option<Whole> {
    let folder = RelPath::parse("fleet").ok()?;
    let sources = Sources::memory(files).ok()?;
    let mut map = SourceMap::default();
    let (parsed, mut problems) = fleet::parse(&sources, &folder, &mut map);
    let (mut texts, mut blocks) = (BTreeMap::new(), ClusterBlocks::new());
    if let Some(parsed) = parsed {
        let version = semver::Version::new(1, 0, 0);
        let (resolved, found) = cluster::resolve(&parsed, &[], &sources, &version, threads, &mut map);
        problems.append(found);
        blocks.extend(resolved.clusters.iter().map(|cluster| (cluster.name.clone(), cluster.span)));
        texts = rendered(&resolved, &sources, threads, &mut map, &mut problems);
    }
    let told = print(&problems.folded(), &map, &blocks);
    Some(Whole { texts, told })
}

/// The clusters, rendered and held to what is known of them.
fn rendered(
    fleet: &Resolved,
    sources: &Sources,
    threads: usize,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> BTreeMap<String, String> {
    let Ok(folder) = RelPath::parse("fleet/schemas") else { return BTreeMap::new() };
    let mut folder = schema::Folder::new(sources, fleet.schemas.clone().unwrap_or(folder));
    let recorded: BTreeMap<_, _> = fleet
        .clusters
        .iter()
        .map(|cluster| {
            let (span, kubernetes) = (cluster.span, cluster.kubernetes.clone());
            let schemas = folder.schemas(&cluster.name);
            (cluster.name.clone(), Recorded { span, kubernetes, schemas })
        })
        .collect();
    let (templates, found) = Templates::load(fleet, &fleet.named(), sources, map);
    problems.append(found);
    let Some(templates) = templates else { return BTreeMap::new() };
    let renderer = match templates.renderer(fleet) {
        Ok(renderer) => renderer,
        Err(unfit) => {
            problems.append(unfit);
            return BTreeMap::new();
        }
    };
    let context = Context { excuses: &fleet.excuses, clusters: fleet.clusters.len(), recorded: &recorded };
    let options = Options { threads, ..Options::default() };
    let made = renderer.each(
        &options,
        |number| fleet.clusters.get(number),
        |cluster, rendered, found| {
            let places = templates.places(fleet, cluster);
            let place: &validate::Place<'_> =
                &|cluster, unit, object, path| places.of(cluster, unit, object, path);
            let part = validate::cluster(&rendered, cluster, &context, place);
            let mut text = String::new();
            for object in rendered.units().iter().flat_map(|unit| unit.objects()) {
                text.push_str("---\n");
                text.push_str(&yaml::emit(&object.printable(Show::Masked).into_owned().into_value()));
            }
            (cluster.name.to_string(), text, part, found)
        },
    );
    let (mut texts, mut parts) = (BTreeMap::new(), Vec::new());
    for (name, text, part, found) in made {
        assert!(yaml::read(&text).is_ok(), "{name} renders what is no YAML:\n{text}");
        texts.insert(name, text);
        parts.push(part);
        problems.append(found);
    }
    let whole = !problems.has_errors();
    problems.append(validate::conclude((), parts, templates.unused(), &context, whole).findings);
    texts
}

/// The problems in every form that they are printed in; the text. Each of their places lies in a file.
pub fn print(problems: &Diagnostics, map: &SourceMap, blocks: &ClusterBlocks) -> String {
    for problem in problems.iter() {
        for label in &problem.labels {
            assert!(lies_in_its_file(label.at, map), "{}: {:?} lies in no file", problem.message, label.at);
        }
        if let Some(excerpt) = &problem.rendered {
            let characters = excerpt.text.chars().count();
            let at = (excerpt.line, excerpt.column, excerpt.width);
            assert!(at.0 >= 1 && at.1 >= 1 && at.2 >= 1, "{}: {at:?}", problem.message);
            assert!(at.1 <= characters + 1, "{}: {at:?} lies behind {:?}", problem.message, excerpt.text);
        }
    }
    let text = diagnostics(problems, map, Style::default());
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "a control character is printed: {text:?}"
    );
    let narrow = diagnostics(problems, map, Style { color: true, width: 40 });
    let findings = json::print(&json::Findings::of(problems, &[], map));
    let log = json::print(&sarif::Log::of(problems, map, blocks, "1.0.0"));
    let annotated = github::annotations(problems, map, blocks, &text);
    assert!(
        findings.is_ok() && log.is_ok() && annotated.len() >= text.len() && narrow.len() >= text.len() / 4
    );
    text
}

fn lies_in_its_file(at: Span, map: &SourceMap) -> bool {
    map.file(at.file).is_some_and(|file| file.text().get(at.range()).is_some())
}

/// A text as HCL writes it.
pub fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Nothing is to be interpolated.
            '$' | '%' | '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
