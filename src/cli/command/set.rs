//! `set`: edit a literal of the fleet in place.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::Run;
use crate::cli::consequence::State;
use crate::cli::console::Console;
use crate::cli::rewrite::{Original, RewriteError, write};
use crate::cli::settings::Set;
use crate::cli::status::ExitStatus;
use crate::cli::{codes, locate};
use crate::diagnostic::{Diagnostic, Severity, SourceMap, Span, suggest};
use crate::fleet::{Address, Assignment, EditError, Edited, keep_secrets, names, set};
use crate::report::edited;
use crate::source::{MAX_FILE_BYTES, RelPath, Sources};

/// A file of the fleet, and what is set in it.
struct Text<'a> {
    read: Arc<str>,
    now: String,
    set: Vec<&'a Assignment>,
}

/// What was set, what follows, and how many errors there were before.
struct Done {
    lines: String,
    old: usize,
}

/// Sets what was asked for, and prints what was there, what is there now, and what is rendered otherwise.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Set, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let (Done { lines, old }, status) = match run.set(settings) {
        Ok(done) => (done, ExitStatus::Done),
        Err(status) => (Done { lines: String::new(), old: 0 }, status),
    };
    run.fold();
    console.print(&run.sources.secrets().hide(&lines))?;
    console.tell_diagnostics(&run.problems, &run.sources)?;
    match old {
        0 => {}
        1 => console
            .tell_line("the fleet has an error that was there before: `fleetwright validate` tells it")?,
        many => console.tell_line(&format!(
            "the fleet has {many} errors that were there before: `fleetwright validate` tells them"
        ))?,
    }
    if settings.dry_run && status == ExitStatus::Done {
        console.tell_line("nothing was written: --dry-run")?;
    }
    Ok(status)
}

impl Run {
    fn set(&mut self, settings: &Set) -> Result<Done, ExitStatus> {
        if settings.fleet.revision.is_some() {
            return Err(self.wrong(
                Diagnostic::error(
                    codes::USAGE,
                    "`set` edits the fleet as it is on disk; `--rev` reads another",
                )
                .help("leave `--rev` out"),
            ));
        }
        let (address, assignments) = self.assignments(settings)?;
        let (sources, folder) =
            locate::locate(settings.fleet.dir.as_deref(), None).map_err(|problem| self.wrong(*problem))?;
        let Sources::Folder(root) = &sources else { return Err(ExitStatus::Wrong) };
        let given = self.given(&settings.fleet);
        // The places of the values that were given are in it.
        let map = self.sources.clone();
        let threads = settings.fleet.threads;
        let before = State::of(sources.clone(), &folder, &given, threads, &mut self.sources);
        if !before.is_read {
            self.problems.append(before.problems);
            return Err(ExitStatus::Wrong);
        }
        let mut texts = self.texts(&sources, &folder)?;
        let mut edits = Vec::new();
        for assignment in &assignments {
            match self.edit(settings, &address, assignment, &mut texts) {
                Ok(edit) => edits.push((assignment, edit)),
                Err(status) => {
                    // What stands in a file that is no HCL is not found.
                    if texts.values().any(|text| names(&text.now).is_empty()) {
                        self.problems.append(before.problems.advisory());
                    }
                    return Err(status);
                }
            }
        }
        if edits.iter().any(|(assignment, (_, edit))| unmasks(&address, assignment, edit)) {
            let message = format!("{address} is no longer sensitive: its value will be shown");
            self.problems
                .push(Diagnostic::warning(codes::EDIT, message).help("renew the secret, if it is one"));
        }
        let changed = || texts.iter().filter(|(_, text)| *text.now != *text.read);
        let edited = changed().map(|(path, text)| (path.clone(), text.now.clone()));
        let edited = sources.clone().edited(edited);
        let mut done = Done { lines: String::new(), old: 0 };
        let mut follows = String::new();
        if changed().next().is_some() {
            let mut map = map;
            let after = State::of(edited, &folder, &given, threads, &mut map);
            self.stays_right(&after, &before, map)?;
            follows = edited::reach(after.reach(&before).as_ref());
            done.old = after.errors();
            if !settings.dry_run {
                write_all(root, &address, changed()).map_err(|error| {
                    self.problems.push(error.diagnostic("the value, in the block that is named"));
                    error.status()
                })?;
            }
        }
        let lines = edits.iter().map(|(assignment, (path, edit))| {
            // What was set after it in the same file may have moved its line.
            let now = texts.get(path).and_then(|text| set(&text.now, &address, assignment).ok());
            let line = now.map_or(edit.line, |now| now.line);
            edited::line(path.as_str(), line, &assignment.path.to_string(), edit)
        });
        done.lines = lines.chain([follows]).collect();
        Ok(done)
    }

    /// What was asked for on the command line.
    fn assignments(&mut self, settings: &Set) -> Result<(Address, Vec<Assignment>), ExitStatus> {
        let mut wrong = |error: EditError| {
            let problem = Diagnostic::error(codes::USAGE, error.to_string());
            self.problems.push(match error.help {
                Some(help) => problem.help(help),
                None => problem,
            });
        };
        let address = Address::parse(&settings.block).map_err(&mut wrong).ok();
        let mut assignments: Vec<Assignment> = Vec::new();
        for text in &settings.assignments {
            if let Ok(assignment) = Assignment::parse(text).map_err(&mut wrong) {
                assignments.push(assignment);
            }
        }
        self.read_stdin(&mut assignments);
        let twice = assignments
            .iter()
            .enumerate()
            .find(|(at, one)| assignments.iter().take(*at).any(|other| other.path == one.path));
        if let Some((_, twice)) = twice {
            let message = format!("`{}` is set twice", twice.path);
            self.problems.push(Diagnostic::error(codes::USAGE, message).help("give it once"));
        }
        match address {
            Some(address) if !self.problems.has_errors() => Ok((address, assignments)),
            _ => Err(ExitStatus::Wrong),
        }
    }

    /// Puts what stdin says in the place of a `-`. Nothing of it is shown.
    fn read_stdin(&mut self, assignments: &mut [Assignment]) {
        let mut from = assignments.iter_mut().filter(|assignment| assignment.value == "-");
        let Some(assignment) = from.next() else { return };
        if from.next().is_some() {
            let message = "two values are `-`, and there is one stdin";
            self.problems.push(Diagnostic::error(codes::USAGE, message).help("set one of them at a time"));
            return;
        }
        let mut text = String::new();
        let read = io::stdin().lock().take(MAX_FILE_BYTES).read_to_string(&mut text);
        if let Err(error) = read {
            let message = format!("stdin cannot be read as text: {error}");
            let help = "`PATH=-` takes the value from stdin";
            self.problems.push(Diagnostic::error(codes::USAGE, message).help(help));
            return;
        }
        let value = text.strip_suffix('\n').unwrap_or(&text);
        assignment.value = value.strip_suffix('\r').unwrap_or(value).to_owned();
        assignment.is_secret = true;
        self.sources.keep_secret(&assignment.value);
    }

    fn texts<'a>(
        &mut self,
        sources: &Sources,
        folder: &RelPath,
    ) -> Result<BTreeMap<RelPath, Text<'a>>, ExitStatus> {
        let unreadable = |error: crate::source::Error| Diagnostic::error(codes::EDIT, error.to_string());
        let files = sources.list(folder).map_err(|error| self.wrong(unreadable(error)))?;
        let mut texts = BTreeMap::new();
        for path in files.into_iter().filter(|path| path.as_str().ends_with(".hcl")) {
            let read = sources.read(&path).map_err(|error| self.wrong(unreadable(error)))?;
            texts.insert(path, Text { now: read.to_string(), read, set: Vec::new() });
        }
        Ok(texts)
    }

    /// Sets one value in the text of the file that has its block.
    fn edit<'a>(
        &mut self,
        settings: &Set,
        address: &Address,
        assignment: &'a Assignment,
        texts: &mut BTreeMap<RelPath, Text<'a>>,
    ) -> Result<(RelPath, Edited), ExitStatus> {
        let wanted = wanted(address, assignment);
        let Some(path) = holder(texts, &wanted) else {
            return Err(self.wrong(no_block(address, &wanted, texts)));
        };
        let text = texts.get_mut(&path).ok_or(ExitStatus::Wrong)?;
        match set(&text.now, address, assignment) {
            Ok(edited) => {
                text.now.clone_from(&edited.text);
                text.set.push(assignment);
                Ok((path, edited))
            }
            Err(error) => {
                let now = text.now.clone();
                let step =
                    error.reference.as_ref().and_then(|steps| instead(settings, steps, assignment, texts));
                let problem = self.told(&path, &now, &error, step);
                Err(self.wrong(problem))
            }
        }
    }

    fn told(&mut self, path: &RelPath, now: &str, error: &EditError, step: Option<String>) -> Diagnostic {
        let mut problem = Diagnostic::error(codes::EDIT, error.to_string());
        if let Some((at, says)) = &error.at {
            let read = self
                .sources
                .at_path(path.as_str())
                .filter(|id| self.sources.file(*id).is_some_and(|file| file.text() == now));
            let file = read.unwrap_or_else(|| {
                let file = self.sources.add_file(path.as_str(), path.as_str(), now);
                keep_secrets(file, now, &mut self.sources);
                file
            });
            problem = problem.at(Span::new(file, at.clone()), *says);
        }
        match step.or_else(|| error.help.clone()) {
            Some(help) => problem.help(help),
            None => problem.help("edit the file; only a literal can be set"),
        }
    }

    /// Tells what is wrong with the fleet after the edit, and was not before. `map` has the texts after it.
    fn stays_right(&mut self, after: &State, before: &State, map: SourceMap) -> Result<(), ExitStatus> {
        let mut new = after.new_problems(before);
        if new.is_empty() {
            return Ok(());
        }
        let is_wrong = new.stop();
        for one in new.iter_mut().filter(|one| one.severity == Severity::Error && one.check.is_none()) {
            *one = one.clone().note("the fleet would be wrong; nothing was written");
        }
        self.sources = map;
        self.problems.append(new.advisory());
        if is_wrong { Err(ExitStatus::Wrong) } else { Ok(()) }
    }
}

/// Whether a value that was hidden is no longer.
fn unmasks(address: &Address, assignment: &Assignment, edit: &Edited) -> bool {
    let is_flag = assignment.path.steps() == ["sensitive"] && address.schema().name == "variable";
    is_flag && edit.is_changed() && edit.after == "false"
}

/// The name that a file must hold, as [`names`] tells it.
fn wanted(address: &Address, assignment: &Assignment) -> String {
    match assignment.path.steps().first() {
        Some(first) if address.schema().open => format!("{address}/{first}"),
        _ => address.to_string(),
    }
}

/// The file that holds a block.
fn holder(texts: &BTreeMap<RelPath, Text<'_>>, wanted: &str) -> Option<RelPath> {
    // There is one `fleet`, whatever its name.
    let is_it = |name: &String| name == wanted || wanted == "fleet" && name.starts_with("fleet/");
    texts.iter().find(|(_, text)| names(&text.now).iter().any(is_it)).map(|(path, _)| path.clone())
}

fn no_block(address: &Address, wanted: &str, texts: &BTreeMap<RelPath, Text<'_>>) -> Diagnostic {
    let all: Vec<String> = texts.values().flat_map(|text| names(&text.now)).collect();
    let shown = wanted.escape_debug();
    let message = match address.schema().open {
        true => format!(
            "no `{address}` block sets `{}`",
            wanted.split_once('/').map_or("", |(_, name)| name).escape_debug()
        ),
        false => format!("the fleet has no {}", address.title()),
    };
    let problem = Diagnostic::error(codes::EDIT, message);
    if let Some((block, name)) = wanted.split_once('/').filter(|_| address.schema().open) {
        // Only the names that such a block sets, without the word that all of them begin with.
        let names = all.iter().filter_map(|other| other.strip_prefix(block)?.strip_prefix('/'));
        return match suggest(name, names) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("write it into a `{block}` block first")),
        };
    }
    match suggest(wanted, all.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean {near}?")),
        None => problem.help(format!(
            "write the block into a file first; {shown} was looked for in all *.hcl files of the fleet"
        )),
    }
}

/// The command that sets what stands where a literal was expected, if a literal stands there in turn.
fn instead(
    settings: &Set,
    steps: &[String],
    assignment: &Assignment,
    texts: &BTreeMap<RelPath, Text<'_>>,
) -> Option<String> {
    let (address, path) = match steps {
        [root, name, rest @ ..] if root == "var" => {
            let address = Address::named("variable", name).ok()?;
            (address, [&["default".to_owned()], rest].concat())
        }
        [root, rest @ ..] if root == "local" => (Address::parse("locals").ok()?, rest.to_vec()),
        _ => return None,
    };
    let there = Assignment::at(&path, &assignment.value)?;
    let file = holder(texts, &wanted(&address, &there))?;
    let edited =
        set(&texts.get(&file)?.now, &address, &there).ok().filter(|edited| edited.before.is_some())?;
    let value = if edited.is_secret || assignment.is_secret { "…" } else { assignment.value.as_str() };
    let fleet = settings
        .fleet
        .dir
        .as_deref()
        .map(Path::display)
        .map(|dir| format!(" --fleet {}", edited::shell(&dir.to_string())));
    let argument = edited::shell(&format!("{}={value}", there.path));
    Some(format!("set that: fleetwright set{} {address} {argument}", fleet.unwrap_or_default()))
}

/// Makes the same edits in the files as they are on disk, and writes them.
fn write_all<'t, 'a: 't>(
    root: &Path,
    address: &Address,
    changed: impl Iterator<Item = (&'t RelPath, &'t Text<'a>)>,
) -> Result<(), RewriteError> {
    let mut changes = Vec::new();
    for (path, text) in changed {
        let original = Original::open(root, path, &text.read)?;
        let mut now = original.text.clone();
        for assignment in &text.set {
            let edited = set(&now, address, assignment);
            now = edited
                .map_err(|error| RewriteError::Edit { path: path.clone(), error: Box::new(error) })?
                .text;
        }
        changes.push((original, now));
    }
    write(&changes)
}
