//! `external`: the program of Terraform's data source of that name.
//!
//! The protocol: <https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external>.

mod answer;
mod facts;
mod query;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use self::answer::{Answer, map};
use self::query::{Asked, Query};
use super::Run;
use crate::cli::console::Console;
use crate::cli::selection::{Clusters, Words, select_by};
use crate::cli::settings::{Fleet, Selection};
use crate::cli::status::ExitStatus;
use crate::cli::{codes, pipeline};
use crate::cluster::{Cluster, Kind, Prepared, Resolved, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, one_of, suggest};
use crate::parallel;
use crate::plan::release;
use crate::report::{json, line, text};

/// What `cluster` means every cluster by.
const EVERY: &str = "*";

/// Answers the query on stdin.
///
/// # Errors
/// If stdout or stderr cannot be written, also where nobody reads what is written: then it was not answered.
pub fn run(mut settings: Fleet, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    match run.answer(&mut settings) {
        Some(answer) => {
            console.answer(&json::print(&answer)?)?;
            Ok(ExitStatus::Done)
        }
        None => {
            run.fold();
            console.tell(&told(&run, console))?;
            let is_machine = run.problems.iter().any(|problem| problem.code == codes::MACHINE);
            Ok(if is_machine { ExitStatus::Machine } else { ExitStatus::Wrong })
        }
    }
}

/// One line that says what is wrong, then all of it. Terraform shows both in a box, whatever its width.
fn told(run: &Run, console: &Console) -> String {
    let errors: Vec<&Diagnostic> =
        run.problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    let first = errors.first().map(|first| line::of(first, &run.sources)).unwrap_or_default();
    let more = match errors.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    format!("{first}{more}\n\n{}", text::diagnostics(&run.problems, &run.sources, console.err))
}

/// The clusters that a query is about.
enum About {
    /// One, by its name.
    One(usize),
    /// These, by their numbers.
    All(Vec<usize>),
}

impl About {
    fn numbers(&self) -> &[usize] {
        match self {
            Self::One(number) => std::slice::from_ref(number),
            Self::All(numbers) => numbers,
        }
    }
}

impl Run {
    /// The answer; `None` if a problem is an error.
    fn answer(&mut self, settings: &mut Fleet) -> Option<Answer> {
        let answered = self.answered(settings);
        let answered = answered.map_err(|problems| self.problems.append(problems)).ok();
        // What built-in checks find is for `validate`.
        self.problems = std::mem::take(&mut self.problems).advisory();
        self.fold();
        let mut answer = answered.filter(|_| !self.problems.has_errors())?;
        let lines = self.problems.iter().map(|problem| line::of(problem, &self.sources));
        answer.warnings(&lines.collect::<Vec<_>>());
        Some(answer)
    }

    /// # Errors
    /// If the query asks for what there is not; with nothing more to tell if the fleet cannot be read.
    fn answered(&mut self, settings: &mut Fleet) -> Result<Answer, Diagnostics> {
        let query = Query::read(settings.variables.stdin_is_terminal, &mut self.sources)?;
        stdin_and_folder(settings, &query)?;
        let mut given = self.given(settings);
        given.extend(query.variables.iter().cloned());
        let read = self.read(settings).ok_or_else(Diagnostics::new)?;
        let prepared = read.prepare(&given, &mut self.sources, &mut self.problems);
        let prepared = prepared.ok_or_else(Diagnostics::new)?;
        let fleet = prepared.outline();
        let about = self.about(&query, fleet)?;
        let mut answer = Answer::new();
        match (&query.output, &query.unit) {
            (Some(_), Some(unit)) => {
                let told = Diagnostic::error(codes::QUERY, "the query asks for an output and for a unit");
                return Err(told.at(unit.at, "this unit").help("ask for one of them").into());
            }
            (Some(asked), None) => {
                let value = output(asked, about.as_ref(), fleet)?;
                answer.add(&asked.text, &value).map_err(|problem| problem.at(asked.at, ""))?;
            }
            (None, Some(asked)) => {
                let about = about.unwrap_or_else(|| About::All((0..fleet.clusters.len()).collect()));
                let units = self.units(asked, &about, &prepared, settings.threads.get())?;
                add(&mut answer, "unit", &about, units)?;
            }
            (None, None) => match &about {
                Some(about) => {
                    let clusters = about.numbers().iter().filter_map(|number| fleet.clusters.get(*number));
                    let facts = clusters.map(|one| (Arc::clone(&one.name), facts::of_cluster(one)));
                    add(&mut answer, "cluster", about, facts.collect())?;
                }
                None if query.release.is_some() => {}
                None => self.outputs(fleet, &mut answer)?,
            },
        }
        if let Some(asked) = &query.release {
            let clusters = Clusters::Only(released(asked, fleet)?);
            let (sources, problems) = (&mut self.sources, &mut self.problems);
            let rendered = pipeline::each(
                &read,
                &prepared,
                &clusters,
                settings.threads,
                sources,
                problems,
                |rendered| rendered,
            );
            let rendered = rendered.ok_or_else(Diagnostics::new)?.into_made();
            answer.release(release(&rendered).to_string());
        }
        Ok(answer)
    }

    /// The clusters that the query names; `None` if it names none.
    fn about(&mut self, query: &Query, fleet: &Resolved) -> Result<Option<About>, Diagnostics> {
        if query.cluster.is_none() && query.select.is_none() {
            return Ok(None);
        }
        let pattern = query.cluster.as_ref().map(|asked| &asked.text).filter(|text| *text != EVERY);
        let selection = Selection {
            clusters: pattern.into_iter().cloned().collect(),
            labels: query.select.as_ref().map(|asked| asked.text.clone()),
        };
        let chosen = select_by(Words::KEYS, &selection, &fleet.clusters, &mut self.sources);
        let chosen = chosen.map_err(|problems| placed(problems, query))?;
        let clusters = fleet.clusters.iter().enumerate();
        let chosen: Vec<usize> =
            clusters.filter(|(_, one)| chosen.contains(&one.name)).map(|(number, _)| number).collect();
        let is_name = |name: &String| !name.contains('*');
        Ok(Some(match (chosen.as_slice(), pattern.is_some_and(is_name)) {
            ([only], true) => About::One(*only),
            _ => About::All(chosen),
        }))
    }

    /// A unit on each of the clusters that have it.
    fn units(
        &mut self,
        asked: &Asked,
        about: &About,
        prepared: &Prepared<'_>,
        threads: usize,
    ) -> Result<Vec<(Arc<str>, Value)>, Diagnostics> {
        let clusters = parallel::map(threads, about.numbers(), |number| prepared.cluster(*number));
        let (mut found, mut names) = (Vec::new(), BTreeSet::new());
        for (cluster, _, problems) in clusters.into_iter().flatten() {
            self.problems.append(problems);
            for unit in &cluster.units {
                let address = unit.address();
                if address == asked.text {
                    let mut left_out = Vec::new();
                    found.push((Arc::clone(&cluster.name), facts::of_unit(unit, &mut left_out)));
                    for path in left_out {
                        let message = format!("the setting {path} of {address} is sensitive and is left out");
                        let told =
                            Diagnostic::warning(codes::LEFT_OUT, message).on(Arc::clone(&cluster.name));
                        self.problems.push(told.at(unit.span, "of this unit"));
                    }
                }
                names.insert(address);
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        let shown = Value::string(asked.text.as_str()).shown();
        let told = Diagnostic::error(codes::NOT_THERE, format!("none of these clusters has a unit {shown}"));
        Err(named(told.at(asked.at, ""), &asked.text, names.iter().map(String::as_str)).into())
    }

    /// All outputs but those that are sensitive.
    fn outputs(&mut self, fleet: &Resolved, answer: &mut Answer) -> Result<(), Diagnostics> {
        for (name, output) in &fleet.outputs {
            if output.value.is_sensitive() {
                let message = format!("the output \"{name}\" is sensitive and is left out");
                let told = Diagnostic::warning(codes::LEFT_OUT, message).at(output.span, "this one");
                self.problems.push(told.help("what Terraform is told lies in its state, in clear"));
                continue;
            }
            answer.add(name, &output.value).map_err(|problem| problem.at(output.span, "this one"))?;
        }
        Ok(())
    }
}

/// Problems with what was chosen, at the place of it in the query where they have none.
fn placed(problems: Diagnostics, query: &Query) -> Diagnostics {
    let at = query.cluster.as_ref().or(query.select.as_ref()).map(|asked| asked.at);
    let placed = problems.into_iter().map(|problem| match at {
        Some(at) if problem.labels.is_empty() => problem.at(at, ""),
        _ => problem,
    });
    placed.collect()
}

/// Holds that stdin is the query's alone, and takes the folder of the fleet from it.
fn stdin_and_folder(settings: &mut Fleet, query: &Query) -> Result<(), Box<Diagnostic>> {
    if settings.variables.files.iter().any(|file| file.as_os_str() == "-") {
        let told = Diagnostic::error(codes::QUERY, "`--var-file -` reads stdin, which is the query here");
        return Err(Box::new(told.help("name a file, or give the variables in the query: `var.NAME`")));
    }
    match (&query.fleet, &settings.dir) {
        (Some(asked), Some(_)) => {
            let told = Diagnostic::error(
                codes::QUERY,
                "the folder of the fleet is named by the query and by --fleet",
            );
            Err(Box::new(told.at(asked.at, "").help("name it once")))
        }
        (Some(asked), None) => {
            settings.dir = Some(PathBuf::from(&asked.text));
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

/// The value of an output, or what it says of the clusters.
fn output(asked: &Asked, about: Option<&About>, fleet: &Resolved) -> Result<Value, Box<Diagnostic>> {
    let shown = Value::string(asked.text.as_str()).shown();
    let Some(output) = fleet.outputs.get(asked.text.as_str()) else {
        let told = Diagnostic::error(codes::NOT_THERE, format!("the fleet has no output {shown}"));
        let names = fleet.outputs.keys().map(|name| &**name);
        return Err(Box::new(named(told.at(asked.at, ""), &asked.text, names)));
    };
    if output.value.is_sensitive() {
        let told = Diagnostic::error(codes::SENSITIVE_ANSWER, format!("the output {shown} is sensitive"));
        let told =
            told.at(output.span, "this one").note("what Terraform is told lies in its state, in clear");
        return Err(Box::new(told.help("let Terraform read the secret from where it is kept")));
    }
    let Some(about) = about else { return Ok(output.value.clone()) };
    let Kind::Map(entries) = &output.value.kind else {
        let message = format!("the output {shown} is {}, not a map by cluster", output.value.type_name());
        let told = Diagnostic::error(codes::NOT_THERE, message).at(output.span, "this one");
        return Err(Box::new(told.help("leave `cluster` and `select` out of the query")));
    };
    let names = about.numbers().iter().filter_map(|number| fleet.clusters.get(*number)).map(|one| &one.name);
    match about {
        About::One(_) => names.clone().find_map(|name| entries.get(name)).cloned().ok_or_else(|| {
            let cluster = names.clone().next().map_or("", |name| name);
            let message = format!("the output {shown} says nothing of the cluster \"{cluster}\"");
            let told = Diagnostic::error(codes::NOT_THERE, message).at(output.span, "this one");
            Box::new(told.help(match entries.is_empty() {
                true => "it is empty".to_owned(),
                false => format!("its keys are {}", one_of(entries.keys().map(|key| &**key))),
            }))
        }),
        About::All(_) => {
            Ok(map(names.filter_map(|name| Some((Arc::clone(name), entries.get(name)?.clone())))))
        }
    }
}

/// The clusters of a release: those of a rollout, or one that is in none.
fn released(asked: &Asked, fleet: &Resolved) -> Result<BTreeSet<Arc<str>>, Box<Diagnostic>> {
    if let Some(rollout) = fleet.rollouts.iter().find(|rollout| *rollout.name == asked.text) {
        return Ok(rollout.clusters.iter().cloned().collect());
    }
    let alone =
        |cluster: &&Cluster| !fleet.rollouts.iter().any(|rollout| rollout.clusters.contains(&cluster.name));
    let mut alone = fleet.clusters.iter().filter(alone).map(|cluster| &cluster.name);
    if let Some(cluster) = alone.clone().find(|name| ***name == *asked.text) {
        return Ok([Arc::clone(cluster)].into());
    }
    let shown = Value::string(asked.text.as_str()).shown();
    let message = format!("there is no rollout {shown}, nor a cluster of this name that is in none");
    let names: Vec<&str> = fleet
        .rollouts
        .iter()
        .map(|rollout| &*rollout.name)
        .chain(alone.by_ref().map(|name| &**name))
        .collect();
    Err(Box::new(named(
        Diagnostic::error(codes::NOT_THERE, message).at(asked.at, ""),
        &asked.text,
        names.into_iter(),
    )))
}

/// Adds what is said of one cluster, or of several by their names.
fn add(
    answer: &mut Answer,
    what: &str,
    about: &About,
    mut facts: Vec<(Arc<str>, Value)>,
) -> Result<(), Box<Diagnostic>> {
    match (about, facts.pop()) {
        (About::One(_), Some((_, fact))) => answer.add(what, &fact),
        (_, last) => answer.add(&format!("{what}s"), &map(facts.into_iter().chain(last))),
    }
}

/// The problem with the names that there are.
fn named<'a>(told: Diagnostic, found: &str, names: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    match suggest(found, names.clone()) {
        Some(near) => told.help(format!("did you mean `{near}`?")),
        None if names.clone().next().is_none() => told.help("there is none"),
        None => told.help(format!("there is {}", one_of(names))),
    }
}
