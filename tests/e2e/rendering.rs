//! A fleet as the library renders it, for tests that do by themselves what commands do with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use fleetwright::cluster::{Resolved, resolve};
use fleetwright::diagnostic::{Diagnostics, SourceMap};
use fleetwright::fleet::parse;
use fleetwright::live::Identities;
use fleetwright::plan::{SetId, Wanted, WantedObject};
use fleetwright::render::{Options, Rendered, Scopes, render};
use fleetwright::schema::Folder;
use fleetwright::source::{RelPath, Sources};

/// All clusters of a fleet, rendered.
pub struct Rendering {
    pub fleet: Resolved,
    rendered: Rendered,
}

impl Rendering {
    /// The fleet in the folder `fleet` below this root.
    pub fn of(root: &Path) -> Self {
        let sources = Sources::folder(root).unwrap();
        let folder = RelPath::parse("fleet").unwrap();
        let mut map = SourceMap::default();
        let fleet = resolved(&sources, &mut map);
        let mut folder = Folder::new(&sources, folder.join("schemas").unwrap());
        let scopes: BTreeMap<Arc<str>, Scopes> = fleet
            .clusters
            .iter()
            .filter_map(|cluster| Some((cluster.name.clone(), folder.schemas(&cluster.name).ok()?.scopes())))
            .collect();
        let options = Options { scopes, threads: 2, ..Options::default() };
        let (rendered, problems) = render(&fleet, &sources, &mut map, &options);
        no_error(&problems);
        Self { fleet, rendered }
    }

    /// What a cluster is to hold.
    pub fn wanted(&self, cluster: &str) -> Wanted<'_> {
        let rendered = self.rendered.clusters().iter().find(|one| **one.name() == *cluster).unwrap();
        let objects = rendered.units().iter().flat_map(|unit| {
            unit.objects().iter().map(|object| WantedObject {
                object: object.object(),
                secrets: object.secrets(),
                unit: unit.address(),
                origin: None,
            })
        });
        Wanted::new(rendered.name(), self.set(), objects)
    }

    /// The set that its objects belong to on each cluster.
    pub fn set(&self) -> SetId {
        SetId::of(&self.fleet.name, &self.fleet.state_namespace)
    }

    /// What the fleet says its clusters are.
    pub fn identities(&self) -> Identities {
        Identities::of(&self.fleet.clusters)
    }
}

/// What a fleet says that pins one cluster and nothing else.
pub fn pinned(cluster: &str, uid: &str) -> Identities {
    let text = format!("fleet \"loose\" {{}}\ncluster \"{cluster}\" {{\n  uid = \"{uid}\"\n}}\n");
    let path = RelPath::parse("fleet/fleet.hcl").unwrap();
    let sources = Sources::Memory(BTreeMap::from([(path, Arc::from(text.into_bytes()))]));
    Identities::of(&resolved(&sources, &mut SourceMap::default()).clusters)
}

fn resolved(sources: &Sources, map: &mut SourceMap) -> Resolved {
    let (fleet, problems) = parse(sources, &RelPath::parse("fleet").unwrap(), map);
    no_error(&problems);
    let version = env!("CARGO_PKG_VERSION").parse().unwrap();
    let (resolved, problems) = resolve(&fleet.unwrap(), &[], sources, &version, 1, map);
    no_error(&problems);
    resolved
}

fn no_error(problems: &Diagnostics) {
    let told: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
    assert!(!problems.has_errors(), "{told:#?}");
}
