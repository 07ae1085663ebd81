//! `explain`: where the fields of an object come from.

use std::io;

use super::{Run, print_json};
use crate::cli::args::Format;
use crate::cli::codes;
use crate::cli::console::Console;
use crate::cli::pipeline::{self, Loaded};
use crate::cli::selection::Clusters;
use crate::cli::settings::Explain;
use crate::cli::status::ExitStatus;
use crate::cluster::{Given, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, one_of, suggest};
use crate::explain::path::{BadPath, find};
use crate::explain::{Explained, Ground, explain};
use crate::object::{Named, Object};
use crate::render::{Rendered, RenderedCluster, RenderedObject, RenderedUnit, Show};
use crate::report::explain::{json::Document, text};

/// Prints the explanation.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Explain, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let explained = run.explain(settings);
    run.fold();
    let status = if explained.is_some() { ExitStatus::Done } else { ExitStatus::Wrong };
    match (settings.format, explained) {
        (Format::Json, explained) => {
            print_json(&Document::of(explained.as_ref(), &run.problems, &run.sources), console)?;
        }
        (Format::Text, Some(explained)) => {
            // What else there is to tell of the fleet is for `validate`.
            console.print(&text::explained(
                &explained,
                settings.path.is_some(),
                &run.sources,
                console.out,
            ))?;
            match errors(&run.problems) {
                0 => {}
                1 => {
                    console.tell_line("the fleet has an error elsewhere: `fleetwright validate` tells it")?
                }
                many => console.tell_line(&format!(
                    "the fleet has {many} errors elsewhere: `fleetwright validate` tells them"
                ))?,
            }
        }
        (Format::Text, None) => console.tell_diagnostics(&run.problems, &run.sources)?,
    }
    Ok(status)
}

/// How many errors there are that are no findings of checks.
fn errors(problems: &Diagnostics) -> usize {
    problems.iter().filter(|one| one.severity == Severity::Error && one.check.is_none()).count()
}

/// An object, and who rendered it.
type Place<'a> = (&'a RenderedCluster, &'a RenderedUnit, &'a RenderedObject);

impl Run {
    /// What is to be said; `None` if a problem is an error.
    fn explain(&mut self, settings: &Explain) -> Option<Explained> {
        let given = self.given(&settings.fleet);
        let loaded = self.load_at(&settings.fleet, settings.fleet.revision.as_deref(), &given)?;
        let clusters = match &settings.cluster {
            Some(pattern) => {
                let cluster = self.one_cluster("explain", pattern, &loaded).ok()?;
                Clusters::Only([cluster.name].into())
            }
            None => Clusters::All,
        };
        let threads = settings.fleet.threads;
        let outcome =
            pipeline::render(&loaded, &clusters, threads, &mut self.sources, &mut self.problems, &|| {});
        let explained = match outcome.validated {
            Some(validated) => self.explained(settings, &loaded, &given, validated.rendered()),
            // What is wrong with other units says nothing of this one.
            None => {
                let mut again = Diagnostics::new();
                let rendered =
                    pipeline::unchecked(&loaded, &clusters, threads, &mut self.sources, &mut again);
                self.explained(settings, &loaded, &given, &rendered)
            }
        };
        self.problems = std::mem::take(&mut self.problems).advisory();
        match explained {
            Ok(explained) => explained,
            // The mistake may be why it is not there.
            Err(_) if self.problems.has_errors() => None,
            Err(problem) => {
                // The rest is for `validate`: it has nothing to do with this.
                self.problems = (*problem).into();
                None
            }
        }
    }

    fn explained(
        &mut self,
        settings: &Explain,
        loaded: &Loaded,
        given: &[Given],
        rendered: &Rendered,
    ) -> Result<Option<Explained>, Box<Diagnostic>> {
        let (cluster, unit, object) = the_object(settings, rendered)?;
        let keys = settings.path.as_deref().map(|path| field(path, object)).transpose()?;
        let Some(version) = pipeline::version(&mut self.problems) else { return Ok(None) };
        let ground = Ground {
            fleet: &loaded.fleet,
            given,
            sources: &loaded.sources,
            map: &self.sources,
            version: &version,
            resolved: &loaded.resolved,
            rendered,
            threads: settings.fleet.threads.get(),
        };
        let explained = explain(&ground, cluster, unit, &[object]).and_then(|all| all.into_iter().next());
        explained.iter().for_each(|explained| explained.kept.keep(&mut self.sources));
        Ok(explained.map(|mut explained| {
            let keys = keys.unwrap_or_default();
            explained.fields.retain(|field| field.path.starts_with(&keys) || keys.starts_with(&field.path));
            explained
        }))
    }
}

/// The one object that is meant.
fn the_object<'a>(settings: &Explain, rendered: &'a Rendered) -> Result<Place<'a>, Box<Diagnostic>> {
    let all: Vec<Place<'_>> = places(rendered).collect();
    let (unit, text) = match settings.object.split_once('/') {
        Some((unit, rest)) if unit.starts_with("service.") || unit.starts_with("component.") => {
            (Some(unit), rest)
        }
        _ => (None, settings.object.as_str()),
    };
    let shown = Value::string(settings.object.as_str()).shown();
    let wrong = |message: String| Diagnostic::error(codes::OBJECT, message);
    let named = Named::parse(text).map_err(|bad| {
        let help = near(text, &all).unwrap_or_else(|| {
            "name it as KIND/NAME or NAMESPACE/KIND/NAME, as in Deployment/backend-a".to_owned()
        });
        Box::new(wrong(format!("{shown} names no object: {bad}")).help(help))
    })?;
    let of_unit = |place: &&Place<'a>| unit.is_none_or(|unit| place.1.address() == unit);
    let found: Vec<Place<'a>> = all
        .iter()
        .filter(|(_, _, object)| named.matches(object.object().reference()))
        .filter(of_unit)
        .copied()
        .collect();
    let on = || match &settings.cluster {
        Some(_) => rendered.clusters().first().map_or_else(String::new, |one| format!(" on {}", one.name())),
        None => " on any cluster".to_owned(),
    };
    match found.as_slice() {
        [only] => Ok(*only),
        [] => {
            let help =
                near(text, &all).unwrap_or_else(|| "`fleetwright render` prints what there is".to_owned());
            Err(Box::new(wrong(format!("nothing renders {shown}{}", on())).help(help)))
        }
        [(first, ..), rest @ ..] if rest.iter().all(|(cluster, ..)| cluster.name() != first.name()) => {
            let names = found.iter().map(|(cluster, ..)| &**cluster.name());
            Err(Box::new(
                wrong(format!("several clusters render {shown}"))
                    .note(format!("they are {}", one_of(names)))
                    .help(format!("name one: --cluster {}", first.name())),
            ))
        }
        _ => {
            let names: Vec<String> = found.iter().map(|(_, _, object)| full(object.object())).collect();
            Err(Box::new(
                wrong(format!("{shown} names several objects"))
                    .note(format!("there are {}", one_of(names.iter().map(String::as_str))))
                    .help("give its namespace too, and the group of its kind where two have it"),
            ))
        }
    }
}

fn places(rendered: &Rendered) -> impl Iterator<Item = Place<'_>> {
    rendered.clusters().iter().flat_map(|cluster| {
        cluster
            .units()
            .iter()
            .flat_map(move |unit| unit.objects().iter().map(move |object| (cluster, unit, object)))
    })
}

/// An object with its namespace, and with the group of its kind.
fn full(object: &Object) -> String {
    let reference = object.reference();
    let group = if reference.group.is_empty() { String::new() } else { format!(".{}", reference.group) };
    let namespace = reference.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{namespace}{}{group}/{}", reference.kind, reference.name)
}

/// The object that may be meant, as a next step; none if none is near.
fn near(text: &str, all: &[Place<'_>]) -> Option<String> {
    let of_name: std::collections::BTreeSet<String> = all
        .iter()
        .filter(|(_, _, object)| object.object().name() == text.rsplit('/').next().unwrap_or(text))
        .map(|(_, _, object)| object.object().reference().to_string())
        .collect();
    let mut names: Vec<String> = all
        .iter()
        .flat_map(|(_, _, object)| {
            let reference = object.object().reference();
            [reference.short(), reference.to_string()]
        })
        .collect();
    names.sort();
    names.dedup();
    match suggest(text, names.iter().map(String::as_str)) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if of_name.is_empty() => None,
        None => {
            let names = one_of(of_name.iter().map(String::as_str));
            Some(format!("of this name there are {names}"))
        }
    }
}

/// The keys that lead to the field that is meant.
fn field(text: &str, object: &RenderedObject) -> Result<Vec<String>, Box<Diagnostic>> {
    let printable = object.printable(Show::Masked);
    let shown = Value::string(text).shown();
    find(printable.body(), text).map_err(|bad| {
        let wrong = |message: String| Diagnostic::error(codes::FIELD, message).about(full(object.object()));
        Box::new(match bad {
            BadPath::Syntax => wrong(format!("{shown} is no path of a field")).help(
                "write it as in spec.template.spec.containers[name=app].image, keys with dots or slashes as in \
                 metadata.annotations[\"example.com/owner\"]",
            ),
            BadPath::Missing { above, found } => {
                let place = crate::explain::path::shown(printable.body(), &above);
                let at = if place.is_empty() { "the object".to_owned() } else { format!("`{place}`") };
                let problem = wrong(format!("{at} has no {}", Value::string(found.as_str()).shown()));
                let keys = crate::explain::path::keys(printable.body(), &above);
                match suggest(&found, keys.iter().map(String::as_str)) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help(format!("there are {}", one_of(keys.iter().map(String::as_str)))),
                }
            }
        })
    })
}
