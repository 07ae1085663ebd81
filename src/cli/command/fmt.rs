//! `fmt`: lay the fleet's files out.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Run;
use crate::cli::console::Console;
use crate::cli::rewrite::{Original, write};
use crate::cli::settings::{Fmt, Laid};
use crate::cli::status::ExitStatus;
use crate::cli::{codes, locate};
use crate::diagnostic::Diagnostic;
use crate::fleet::{check_syntax, format, masked_file, open_variables};
use crate::report::unified::unified;
use crate::source::{self, MAX_FILE_BYTES, RelPath, Sources, find_root};

/// What stdin is called.
const STDIN: &str = "<stdin>";

/// One file below a root.
struct Found {
    root: PathBuf,
    path: RelPath,
}

/// A file that is not laid out.
struct Change {
    path: RelPath,
    original: Original,
    after: String,
}

/// Lays the files out, and prints which of them changed.
///
/// # Errors
/// If stdin cannot be read, or stdout or stderr not be written.
pub fn run(settings: &Fmt, console: &Console) -> io::Result<ExitStatus> {
    let mut run = Run::default();
    let status = match &settings.what {
        Laid::Stdin => run.stdin(settings, console)?,
        Laid::Fleet(folder) => {
            let found = run.fleet(folder.as_deref());
            run.lay_out(settings, found, console)?
        }
        Laid::Paths(paths) => {
            let here = Path::new(".").canonicalize().ok();
            let found = paths.iter().flat_map(|path| run.named(path, here.as_deref())).collect();
            run.lay_out(settings, found, console)?
        }
    };
    run.fold();
    console.tell_diagnostics(&run.problems, &run.sources)?;
    Ok(if run.problems.has_errors() && status != ExitStatus::Machine {
        status.and(ExitStatus::Wrong)
    } else {
        status
    })
}

impl Run {
    fn fleet(&mut self, named: Option<&Path>) -> Vec<Found> {
        match locate::locate(named, None) {
            Ok((Sources::Folder(root), folder)) => self.below(&root, &folder),
            // Without a revision it is a folder.
            Ok(_) => Vec::new(),
            Err(problem) => {
                self.problems.push(*problem);
                Vec::new()
            }
        }
    }

    /// The files that a path of the command line names.
    fn named(&mut self, path: &Path, here: Option<&Path>) -> Vec<Found> {
        let found = if path.is_dir() { find_root(path).map(|found| (found, None)) } else { file(path, here) };
        match found {
            Ok(((root, folder), None)) => {
                let (found, problems) = (self.below(&root, &folder), self.problems.has_errors());
                if found.is_empty() && !problems {
                    let message =
                        format!("no *.hcl file below {}: there is nothing to lay out", path.display());
                    let help = "templates and manifests are not laid out; name files or folders of HCL";
                    self.problems.push(Diagnostic::warning(codes::NO_SUCH_FILE, message).help(help));
                }
                found
            }
            Ok(((root, _), Some(path))) => vec![Found { root, path }],
            Err(error) => {
                let help = "name files, or folders with *.hcl files below them";
                let message = error.to_string();
                self.problems.push(Diagnostic::error(codes::NO_SUCH_FILE, message).help(help));
                Vec::new()
            }
        }
    }

    fn below(&mut self, root: &Path, folder: &RelPath) -> Vec<Found> {
        let listed = Sources::folder(root).and_then(|sources| sources.list(folder));
        match listed {
            Ok(files) => files
                .into_iter()
                .filter(|path| path.as_str().ends_with(".hcl"))
                .map(|path| Found { root: root.to_owned(), path })
                .collect(),
            Err(error) => {
                self.problems.push(Diagnostic::error(codes::NO_SUCH_FILE, error.to_string()));
                Vec::new()
            }
        }
    }

    fn lay_out(&mut self, settings: &Fmt, found: Vec<Found>, console: &Console) -> io::Result<ExitStatus> {
        let mut seen = BTreeSet::new();
        let mut status = ExitStatus::Done;
        let (mut changes, mut open) = (Vec::new(), BTreeSet::new());
        for Found { root, path } in found {
            match self.change(&root, &path, &mut open) {
                // Several names may lead to one file.
                Ok(Some(change)) if seen.insert(change.original.file.clone()) => changes.push(change),
                Ok(_) => {}
                Err(other) => status = status.and(other),
            }
        }
        let mut shown = String::new();
        for Change { path, original, after } in &changes {
            match settings.diff {
                true => shown.push_str(&self.difference(path.as_str(), &original.text, after, &open)),
                false => shown.push_str(&format!("{path}\n")),
            }
        }
        if settings.check {
            status = if changes.is_empty() { status } else { status.and(ExitStatus::Differences) };
        } else {
            let changes: Vec<_> = changes.into_iter().map(|change| (change.original, change.after)).collect();
            if let Err(error) = write(&changes) {
                self.problems.push(error.diagnostic("lay out the file that the link leads to"));
                return Ok(status.and(error.status()));
            }
        }
        console.print(&shown)?;
        Ok(status)
    }

    /// What laying a file out changes. Adds the variables in it that are not sensitive to `open`.
    fn change(
        &mut self,
        root: &Path,
        path: &RelPath,
        open: &mut BTreeSet<String>,
    ) -> Result<Option<Change>, ExitStatus> {
        let sources = Sources::Folder(root.to_owned());
        let file =
            check_syntax(&sources, path, &mut self.sources, &mut self.problems).ok_or(ExitStatus::Wrong)?;
        let read = self.sources.file(file).map_or("", |file| file.text());
        open.append(&mut open_variables(read));
        let original = Original::open(root, path, read).map_err(|error| {
            self.problems.push(error.diagnostic("lay out the file that the link leads to"));
            error.status()
        })?;
        match format(&original.text) {
            Ok(after) if after == original.text => Ok(None),
            Ok(after) => Ok(Some(Change { path: path.clone(), original, after })),
            Err(error) => {
                Err(self.wrong(Diagnostic::error(codes::EDIT, format!("{path}: {error}")).help(NUMBERS)))
            }
        }
    }

    /// What changes in a text, without its secrets.
    fn difference(&self, path: &str, before: &str, after: &str, open: &BTreeSet<String>) -> String {
        self.sources.secrets().hide(&unified(path, &masked_file(before, open), &masked_file(after, open)))
    }

    /// Lays stdin out onto stdout.
    fn stdin(&mut self, settings: &Fmt, console: &Console) -> io::Result<ExitStatus> {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let text = String::from_utf8(bytes.clone()).unwrap_or_default();
        let sources = RelPath::parse(STDIN).map_err(source::Error::from);
        let sources = sources.and_then(|path| Ok((Sources::memory([(STDIN, bytes)])?, path)));
        let (sources, path) = sources.map_err(io::Error::other)?;
        if check_syntax(&sources, &path, &mut self.sources, &mut self.problems).is_none() {
            return Ok(ExitStatus::Wrong);
        }
        let after = match format(&text) {
            Ok(after) => after,
            Err(error) => {
                return Ok(
                    self.wrong(Diagnostic::error(codes::EDIT, format!("{STDIN}: {error}")).help(NUMBERS))
                );
            }
        };
        let is_laid_out = after == text;
        console.print(&match (settings.diff, settings.check) {
            (true, _) => self.difference(STDIN, &text, &after, &open_variables(&text)),
            (false, true) if is_laid_out => String::new(),
            (false, true) => format!("{STDIN}\n"),
            (false, false) => after,
        })?;
        Ok(if settings.check && !is_laid_out { ExitStatus::Differences } else { ExitStatus::Done })
    }
}

/// What to do about the one text that is known to change its meaning.
const NUMBERS: &str = "take the blanks beside a point between two digits away";

/// The root of a file, and its path below that. `here` is the working directory.
fn file(path: &Path, here: Option<&Path>) -> Result<((PathBuf, RelPath), Option<RelPath>), source::Error> {
    let not_found = || source::Error::NotFound { path: path.display().to_string() };
    if path.symlink_metadata().is_err() {
        return Err(not_found());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(not_found)?;
    let (root, folder) = find_root(folder)?;
    let inside = root.join(folder.as_str());
    // In no repository: below the working directory, so that its name is the one that was given.
    let here = here.filter(|here| inside.starts_with(here));
    let root = if root.join(".git").exists() { root } else { here.unwrap_or(&inside).to_owned() };
    let below = inside.strip_prefix(&root).ok().and_then(Path::to_str).ok_or_else(not_found)?;
    let folder = RelPath::parse(below)?;
    let path = folder.join(name)?;
    Ok(((root, folder), Some(path)))
}
