//! Tests of the room as a whole: a small fleet by hand, rendered, and told in a compact text.

mod limits;
mod objects;
mod places;
mod same;
mod secrets;
mod skeleton;
mod strict;
mod yaml;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use crate::cluster::{
    Branch, Cluster, Excuses, FileRef, Kind, Leaf, Number, Resolved, Setting, Site, Step, Unit, UnitKind,
    UnitName, Value,
};
use crate::diagnostic::{Diagnostics, FileId, SourceMap, Span};
use crate::render::{Options, Rendered, Show, render};
use crate::source::{RelPath, Sources};
use crate::yaml::emit;

/// One cluster `prod-a`, one component `web` in the namespace `web`, and its files.
pub(super) struct Fleet {
    files: Vec<(String, Vec<u8>)>,
    /// Lines of `path = JSON`; a `!` before a path makes the value sensitive.
    settings: String,
    kind: UnitKind,
    namespace: Option<&'static str>,
    optional: bool,
    clusters: Vec<&'static str>,
    units: Vec<&'static str>,
    manifests: Vec<&'static str>,
    threads: usize,
}

impl Fleet {
    /// With one template, `templates/web/a.yaml`.
    pub(super) fn new(template: &str) -> Self {
        Self {
            files: vec![("templates/web/a.yaml".to_owned(), template.as_bytes().to_vec())],
            settings: String::new(),
            kind: UnitKind::Component,
            namespace: Some("web"),
            optional: false,
            clusters: vec!["prod-a"],
            units: vec!["web"],
            manifests: Vec::new(),
            threads: 1,
        }
    }

    pub(super) fn file(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), text.into()));
        self
    }

    pub(super) fn manifest(mut self, path: &'static str, text: &str) -> Self {
        self.manifests.push(path);
        self.file(path, text)
    }

    /// Lines of `path = JSON`.
    pub(super) fn set(mut self, settings: &str) -> Self {
        self.settings = settings.to_owned();
        self
    }

    pub(super) fn service(mut self) -> Self {
        self.kind = UnitKind::Service;
        self
    }

    pub(super) fn namespace(mut self, namespace: Option<&'static str>) -> Self {
        self.namespace = namespace;
        self
    }

    pub(super) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(super) fn clusters(mut self, clusters: &[&'static str]) -> Self {
        self.clusters = clusters.to_vec();
        self
    }

    pub(super) fn units(mut self, units: &[&'static str]) -> Self {
        self.units = units.to_vec();
        self
    }

    pub(super) fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    pub(super) fn run(&self) -> (Rendered, Diagnostics, SourceMap) {
        let (fleet, sources, mut map) = self.resolved();
        let options = Options { threads: self.threads, ..Options::default() };
        let (rendered, problems) = render(&fleet, &sources, &mut map, &options);
        (rendered, problems, map)
    }

    pub(super) fn resolved(&self) -> (Resolved, Sources, SourceMap) {
        let mut map = SourceMap::default();
        let file = map.add("fleet/fleet.hcl", self.settings.as_str());
        let settings = settings(&self.settings, file);
        let values = |name: &str| {
            let own = settings.get("clusters").and_then(|clusters| clusters.get(name)).cloned();
            own.unwrap_or_else(|| branch(BTreeMap::new(), None))
        };
        let path = |path: &str| RelPath::parse(path).unwrap();
        let reference = |text: &str| FileRef { path: path(text), span: None };
        let own = |(name, _): &(&String, &Vec<u8>)| name.starts_with("templates/web/");
        let templates: Vec<FileRef> = self
            .files
            .iter()
            .map(|(name, text)| (name, text))
            .filter(own)
            .map(|(name, _)| reference(name))
            .collect();
        let unit = |name: &&'static str| Unit {
            applying: Arc::default(),
            kind: self.kind,
            name: UnitName { name: Arc::from(*name), key: None },
            span: Span::new(file, 0..0),
            labels: [(Arc::from("tier"), Arc::from("web"))].into(),
            namespace: self.namespace.map(Arc::from),
            templates: templates.clone(),
            manifests: self.manifests.iter().map(|name| reference(name)).collect(),
            depends_on: Vec::new(),
            optional: self.optional,
            settings: settings.clone(),
        };
        let cluster = |name: &&'static str| Cluster {
            name: Arc::from(*name),
            span: Span::new(file, 0..0),
            labels: [("name", *name), ("region", "eu-west-1")]
                .map(|(k, v)| (Arc::from(k), Arc::from(v)))
                .into(),
            context: None,
            uid: None,
            kubernetes: None,
            retired: false,
            values: values(name),
            units: self.units.iter().map(unit).collect(),
        };
        let fleet = Resolved {
            name: Arc::from("shop"),
            description: None,
            templates: path("templates"),
            schemas: None,
            state_namespace: Arc::from("fleetwright"),
            clusters: self.clusters.iter().map(cluster).collect(),
            outputs: BTreeMap::new(),
            moved: Vec::new(),
            rollouts: Vec::new(),
            excuses: Excuses::default(),
        };
        let sources = Sources::memory(self.files.clone()).unwrap();
        (fleet, sources, map)
    }

    /// The objects as printed, each after its origin; nothing may be wrong.
    pub(super) fn objects(&self, show: Show) -> String {
        let (rendered, problems, map) = self.run();
        assert!(problems.is_empty(), "{}", told(problems, &map));
        let mut out = String::new();
        for cluster in rendered.clusters() {
            assert!(cluster.is_complete());
            for object in cluster.units().iter().flat_map(|unit| unit.objects()) {
                writeln!(out, "# {}", map.locate(object.origin())).unwrap();
                out.push_str(&emit(&object.printable(show).into_owned().into_value()));
            }
        }
        out
    }

    /// The `data` of the one `ConfigMap` rendered, as JSON.
    pub(super) fn data(&self) -> String {
        let (rendered, problems, map) = self.run();
        assert!(problems.is_empty(), "{}", told(problems, &map));
        let object = &rendered.clusters()[0].units()[0].objects()[0];
        object.object().get(&["data"]).map(ToString::to_string).unwrap_or_default()
    }

    /// What is wrong, in compact text.
    pub(super) fn problems(&self) -> String {
        let (rendered, problems, map) = self.run();
        assert!(rendered.clusters().iter().all(|cluster| !cluster.is_complete()));
        told(problems, &map)
    }
}

/// A `ConfigMap` whose data is `lines`, each indented by two.
pub(super) fn config_map(lines: &str) -> String {
    let data: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n{data}")
}

/// Diagnostics in compact text, folded.
pub(super) fn told(problems: Diagnostics, map: &SourceMap) -> String {
    let mut out = String::new();
    for problem in problems.folded() {
        writeln!(out, "{}: {}", problem.code, problem.message).unwrap();
        for label in &problem.labels {
            let text = map.text(label.at).replace('\n', "⏎");
            write!(out, " --> {} `{text}`", map.locate(label.at)).unwrap();
            writeln!(out, "{}{}", if label.text.is_empty() { "" } else { " " }, label.text).unwrap();
        }
        if let Some(rendered) = &problem.rendered {
            let (line, column, width) = (rendered.line, rendered.column, rendered.width);
            writeln!(out, " ==> {}:{line}:{column}+{width} `{}`", rendered.name, rendered.text).unwrap();
        }
        let clusters: Vec<&str> = problem.clusters.iter().map(|name| &**name).collect();
        if let Some(about) = &problem.object {
            writeln!(out, " on {}: {about}", clusters.join(", ")).unwrap();
        }
        problem.notes.iter().for_each(|note| writeln!(out, " note: {note}").unwrap());
        problem.help.iter().for_each(|help| writeln!(out, " help: {help}").unwrap());
    }
    out
}

fn site(span: Option<Span>) -> Site {
    Site { span, step: Step::Unit, block: Arc::from("component \"web\"") }
}

fn branch(entries: BTreeMap<Arc<str>, Setting>, span: Option<Span>) -> Setting {
    Setting::Map(Arc::new(Branch {
        entries,
        sensitive: false,
        removed: BTreeMap::new(),
        site: site(span),
        replaced: None,
    }))
}

/// Settings from lines of `path = JSON`; each value has the place of its JSON.
fn settings(text: &str, file: FileId) -> Setting {
    let mut root = branch(BTreeMap::new(), None);
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if let Some((path, json)) = line.split_once(" = ") {
            let start = offset + path.len() + 3;
            let span = Span::new(file, start..start + json.trim_end().len());
            let sensitive = path.trim_start().starts_with('!');
            let value = value(&serde_json::from_str(json).unwrap(), span).marked(sensitive);
            let leaf = Setting::Leaf(Leaf { value, site: site(Some(span)), replaced: None });
            let keys: Vec<&str> = path.trim().trim_start_matches('!').split('.').collect();
            insert(&mut root, &keys, leaf);
        }
        offset += line.len();
    }
    root
}

fn insert(setting: &mut Setting, keys: &[&str], leaf: Setting) {
    let Setting::Map(branch_) = setting else { panic!("a leaf stands above {keys:?}") };
    let branch_ = Arc::make_mut(branch_);
    match keys {
        [] => panic!("no key"),
        [last] => drop(branch_.entries.insert(Arc::from(*last), leaf)),
        [first, rest @ ..] => {
            let below =
                branch_.entries.entry(Arc::from(*first)).or_insert_with(|| branch(BTreeMap::new(), None));
            insert(below, rest, leaf);
        }
    }
}

fn value(json: &serde_json::Value, span: Span) -> Value {
    let kind = match json {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(flag) => Kind::Bool(*flag),
        serde_json::Value::Number(number) => Kind::Number(Number::parse(&number.to_string()).unwrap()),
        serde_json::Value::String(text) => Kind::String(Arc::from(text.as_str())),
        serde_json::Value::Array(items) => {
            Kind::List(Arc::new(items.iter().map(|item| value(item, span)).collect()))
        }
        serde_json::Value::Object(map) => Kind::Map(Arc::new(
            map.iter().map(|(key, item)| (Arc::from(key.as_str()), value(item, span))).collect(),
        )),
    };
    Value::new(kind).at(span)
}
