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
use self::query::{Asked, Query, What};
use super::Run;
use crate::cli::console::Console;
use crate::cli::selection::{Clusters, Words, select_by};
use crate::cli::settings::{Fleet, Selection};
use crate::cli::status::ExitStatus;
use crate::cli::{codes, pipeline};
use crate::cluster::{Cluster, GivenFrom, Kind, Prepared, Resolved, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceMap, one_of, suggest};
use crate::parallel;
use crate::plan::release;
use crate::report::{json, line, text};

/// What `cluster` means every cluster by.
const EVERY: &str = "*";

/// Answers the query on stdin.
///
/// # Errors
/// If stdout or stderr cannot be written, also where nobody reads what is written: then it was not answered.
pub fn run(settings: Fleet, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    match run.answer(settings) {
        Some(answer) => {
            console.answer(&json::print(&answer)?)?;
            Ok(ExitStatus::Done)
        }
        None => {
            let text = text::diagnostics(&run.problems, &run.sources, console.err);
            console.tell(&format!("{}\n\n{text}", headline(&run.problems, &run.sources)))?;
            let is_machine = run.problems.iter().any(|problem| problem.code == codes::MACHINE);
            Ok(if is_machine { ExitStatus::Machine } else { ExitStatus::Wrong })
        }
    }
}

/// What is wrong, in one line: what is wrong with the fleet before what the query misses in it, which may be missing for
/// that reason.
fn headline(problems: &Diagnostics, sources: &SourceMap) -> String {
    let errors: Vec<&Diagnostic> =
        problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    let is_of_fleet = |problem: &&&Diagnostic| {
        let at = problem.labels.first().and_then(|label| sources.file(label.at.file));
        problem.code != codes::NOT_THERE && at.is_some_and(|file| file.below_root().is_some())
    };
    let Some(first) = errors.iter().find(is_of_fleet).or(errors.first()) else { return String::new() };
    let first = line::of(first, sources);
    match errors.len() {
        1 => first,
        count => format!("{first} (and {} more)", count - 1),
    }
}

/// The clusters that a query is about, by their numbers.
enum About {
    /// One, by its name.
    One(usize),
    /// These.
    All(Vec<usize>),
}

impl About {
    fn numbers(&self) -> &[usize] {
        match self {
            Self::One(number) => std::slice::from_ref(number),
            Self::All(numbers) => numbers,
        }
    }

    fn clusters<'f>(&self, fleet: &'f Resolved) -> impl Iterator<Item = &'f Cluster> + Clone {
        self.numbers().iter().filter_map(|number| fleet.clusters.get(*number))
    }
}

impl Run {
    /// The answer; `None` if a problem is an error.
    fn answer(&mut self, settings: Fleet) -> Option<Answer> {
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
    fn answered(&mut self, settings: Fleet) -> Result<Answer, Diagnostics> {
        let query = Query::read(settings.variables.stdin_is_terminal, &mut self.sources)?;
        stdin_is_free(&settings)?;
        let settings = Fleet { dir: folder(&query, settings.dir)?, ..settings };
        let mut given = self.given(&settings);
        // Of the program's arguments Terraform keeps as much as of the query.
        for one in given.iter_mut().filter(|one| one.from == GivenFrom::CommandLine) {
            one.from = GivenFrom::Terraform;
        }
        given.extend(query.variables.iter().cloned());
        let read = self.read(&settings).ok_or_else(Diagnostics::new)?;
        let prepared = read.prepare(&given, &mut self.sources, &mut self.problems);
        let prepared = prepared.ok_or_else(Diagnostics::new)?;
        let mut answer = Answer::new();
        self.facts(&query, &prepared, settings.threads.get(), &mut answer)?;
        if let Some(asked) = &query.release {
            let clusters = Clusters::Only(released(asked, prepared.outline())?);
            let (sources, problems) = (&mut self.sources, &mut self.problems);
            let whole = |rendered| rendered;
            let rendered =
                pipeline::each(&read, &prepared, &clusters, settings.threads, sources, problems, whole);
            let rendered = rendered.ok_or_else(Diagnostics::new)?.into_made();
            answer.release(release(&rendered).to_string());
        }
        Ok(answer)
    }

    /// Adds what the query asks for, but for a release.
    fn facts(
        &mut self,
        query: &Query,
        prepared: &Prepared<'_>,
        threads: usize,
        answer: &mut Answer,
    ) -> Result<(), Diagnostics> {
        let fleet = prepared.outline();
        let about = self.about(query, fleet)?;
        let all = || About::All((0..fleet.clusters.len()).collect());
        match &query.what {
            What::Nothing => {}
            What::Outputs => self.outputs(fleet, answer)?,
            What::Output(asked) => {
                let value = output(asked, about.as_ref(), fleet)?;
                answer.add(&asked.text, &value).map_err(|problem| problem.at(asked.at, ""))?;
            }
            What::Unit(asked) => {
                let about = about.unwrap_or_else(all);
                let units = self.units(asked, &about, prepared, threads)?;
                add(answer, "unit", &about, units)?;
            }
            What::Clusters => {
                let about = about.unwrap_or_else(all);
                let facts = about.clusters(fleet).map(|one| (Arc::clone(&one.name), facts::of_cluster(one)));
                add(answer, "cluster", &about, facts.collect())?;
            }
        }
        Ok(())
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
        let chosen = clusters.filter(|(_, one)| chosen.contains(&one.name)).map(|(number, _)| number);
        let chosen: Vec<usize> = chosen.collect();
        Ok(Some(match (chosen.as_slice(), pattern.is_some_and(|name| !name.contains('*'))) {
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
        if self.problems.has_errors() {
            // What is wrong with it may be why it is not there.
            return Err(Diagnostics::new());
        }
        let shown = Value::string(asked.text.as_str()).shown();
        let told = Diagnostic::error(codes::NOT_THERE, format!("none of these clusters has a unit {shown}"));
        let told = told.at(asked.at, "");
        if about.clusters(prepared.outline()).all(|cluster| cluster.retired) {
            return Err(told.note("a retired cluster has no units").help("ask for another cluster").into());
        }
        let of_each = format!("{}[", asked.text);
        let names = names.iter().map(String::as_str);
        Err(match names.clone().find(|name| name.starts_with(&of_each)) {
            Some(first) => told.help(format!("it has a unit for each key, as `{first}`")),
            None => named(told, &asked.text, names),
        }
        .into())
    }

    /// All outputs that can be told.
    fn outputs(&mut self, fleet: &Resolved, answer: &mut Answer) -> Result<(), Diagnostics> {
        for (name, output) in &fleet.outputs {
            if output.value.is_sensitive() {
                let message = format!("the output \"{name}\" is sensitive and is left out");
                let told = Diagnostic::warning(codes::LEFT_OUT, message).at(output.span, "this one");
                self.problems.push(told.help("what Terraform is told lies in its state, in clear"));
            } else if let Err(taken) = answer.add(name, &output.value) {
                let told = Diagnostic { severity: Severity::Warning, ..*taken };
                self.problems.push(told.at(output.span, "this one").note("it is left out"));
            }
        }
        Ok(())
    }
}

/// Problems with what was chosen, at the place of it in the query where they have none.
fn placed(problems: Diagnostics, query: &Query) -> Diagnostics {
    let place = |problem: Diagnostic| {
        let (first, second) = match problem.code == codes::NOTHING_SELECTED {
            true => (&query.select, &query.cluster),
            false => (&query.cluster, &query.select),
        };
        match first.as_ref().or(second.as_ref()).filter(|_| problem.labels.is_empty()) {
            Some(asked) => problem.at(asked.at, ""),
            None => problem,
        }
    };
    problems.into_iter().map(place).collect()
}

/// Holds that stdin is the query's alone.
fn stdin_is_free(settings: &Fleet) -> Result<(), Box<Diagnostic>> {
    if settings.variables.files.iter().any(|file| file.as_os_str() == "-") {
        let told = Diagnostic::error(codes::QUERY, "`--var-file -` reads stdin, which is the query here");
        return Err(Box::new(told.help("name a file, or give the variables in the query: `var.NAME`")));
    }
    Ok(())
}

/// The folder of the fleet, which the query or `--fleet` names, if one of them does.
fn folder(query: &Query, named: Option<PathBuf>) -> Result<Option<PathBuf>, Box<Diagnostic>> {
    match (&query.fleet, named) {
        (Some(asked), Some(_)) => {
            let message = "the folder of the fleet is named by the query and by --fleet";
            Err(Box::new(Diagnostic::error(codes::QUERY, message).at(asked.at, "").help("name it once")))
        }
        (Some(asked), None) => Ok(Some(PathBuf::from(&asked.text))),
        (None, named) => Ok(named),
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
    let not_there = |message: String, help: String| {
        let told = Diagnostic::error(codes::NOT_THERE, message).at(output.span, "this one");
        Err(Box::new(told.help(help)))
    };
    if output.value.is_sensitive() {
        let told = Diagnostic::error(codes::SENSITIVE_ANSWER, format!("the output {shown} is sensitive"));
        let told =
            told.at(output.span, "this one").note("what Terraform is told lies in its state, in clear");
        return Err(Box::new(told.help("let Terraform read the secret from where it is kept")));
    }
    let Some(about) = about else { return Ok(output.value.clone()) };
    let whole = || "leave `cluster` and `select` out of the query".to_owned();
    let Kind::Map(entries) = &output.value.kind else {
        let found = output.value.type_name();
        return not_there(format!("the output {shown} is {found}, not a map by cluster"), whole());
    };
    let is_by_cluster = fleet.clusters.iter().any(|cluster| entries.contains_key(&cluster.name));
    let keys = one_of(entries.keys().map(|key| &**key));
    if !is_by_cluster && !entries.is_empty() {
        return not_there(format!("the keys of the output {shown} are no clusters: {keys}"), whole());
    }
    let found =
        about.clusters(fleet).filter_map(|cluster| Some((&cluster.name, entries.get(&cluster.name)?)));
    match about {
        About::All(_) => Ok(map(found.map(|(name, entry)| (Arc::clone(name), entry.clone())))),
        About::One(_) => match found.last() {
            Some((_, entry)) => Ok(entry.clone()),
            None => {
                let name = about.clusters(fleet).map(|cluster| &*cluster.name).last().unwrap_or_default();
                let help =
                    if keys.is_empty() { "it is empty".to_owned() } else { format!("its keys are {keys}") };
                not_there(format!("the output {shown} says nothing of the cluster \"{name}\""), help)
            }
        },
    }
}

/// The clusters of a release: those of a rollout, or one that is in none.
fn released(asked: &Asked, fleet: &Resolved) -> Result<BTreeSet<Arc<str>>, Box<Diagnostic>> {
    if let Some(rollout) = fleet.rollouts.iter().find(|rollout| *rollout.name == asked.text) {
        return Ok(rollout.clusters.iter().cloned().collect());
    }
    let of =
        |cluster: &Cluster| fleet.rollouts.iter().find(|rollout| rollout.clusters.contains(&cluster.name));
    let shown = Value::string(asked.text.as_str()).shown();
    let named_so = fleet.clusters.iter().find(|cluster| *cluster.name == asked.text);
    match named_so.map(|cluster| (cluster, of(cluster))) {
        Some((cluster, None)) => Ok([Arc::clone(&cluster.name)].into()),
        Some((_, Some(rollout))) => {
            let message =
                format!("the cluster {shown} gets the releases of the rollout \"{}\"", rollout.name);
            let told = Diagnostic::error(codes::NOT_THERE, message).at(asked.at, "");
            Err(Box::new(told.help(format!("ask for the release of `{}`", rollout.name))))
        }
        None => {
            let alone =
                fleet.clusters.iter().filter(|cluster| of(cluster).is_none()).map(|cluster| &*cluster.name);
            let names = fleet.rollouts.iter().map(|rollout| &*rollout.name).chain(alone);
            let told = Diagnostic::error(codes::NOT_THERE, format!("there is no rollout {shown}"));
            Err(Box::new(named(told.at(asked.at, ""), &asked.text, names)))
        }
    }
}

/// Adds what is said of one cluster, or of several by their names.
fn add(
    answer: &mut Answer,
    what: &str,
    about: &About,
    facts: Vec<(Arc<str>, Value)>,
) -> Result<(), Box<Diagnostic>> {
    match (about, facts.as_slice()) {
        (About::One(_), [(_, fact)]) => answer.add(what, fact),
        (_, _) => answer.add(&format!("{what}s"), &map(facts)),
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
