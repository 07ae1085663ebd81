//! `init`: a small fleet that works, to start from.

mod files;

use std::io;
use std::path::{Path, PathBuf};

use super::codes;
use super::console::Console;
use super::out::{self, Error};
use super::settings::Init;
use super::status::ExitStatus;
use crate::diagnostic::{Diagnostic, SourceMap};
use files::FILES;

/// The most files that are listed as being in the way.
const MOST_LISTED: usize = 10;

/// Writes the fleet and says how to go on.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(settings: &Init, console: &Console) -> io::Result<ExitStatus> {
    let dir = &settings.dir;
    let (diagnostic, status) = match in_the_way(dir) {
        Err(error) => (error.diagnostic(), error.status()),
        Ok(present) if !present.is_empty() => (exists(&present), ExitStatus::Wrong),
        Ok(_) => match write(dir) {
            Err(error) => {
                let note = "files that were written before stay; remove them to start again";
                (error.diagnostic().note(note), error.status())
            }
            Ok(()) => {
                console.tell_line(&next_steps(dir))?;
                return Ok(ExitStatus::Done);
            }
        },
    };
    console.tell_diagnostics(&diagnostic.into(), &SourceMap::default())?;
    Ok(status)
}

/// The files that are there already. A link or a file where a folder is needed is an error.
fn in_the_way(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut present = Vec::new();
    for (path, _) in FILES {
        let mut at = dir.to_owned();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            if parts.peek().is_none() {
                if out::look(&at)? != out::Found::Nothing {
                    present.push(at.clone());
                }
            } else if !out::real_folder(&at)? {
                break;
            }
        }
    }
    Ok(present)
}

fn exists(present: &[PathBuf]) -> Diagnostic {
    let count = present.len();
    let files = if count == 1 { "a file is" } else { &format!("{count} files are") };
    let message = format!("{files} there already; nothing was written");
    let mut problem =
        Diagnostic::error(codes::INIT_EXISTS, message).help("give another folder: fleetwright init DIR");
    for path in present.iter().take(MOST_LISTED) {
        problem = problem.note(path.display().to_string());
    }
    match count.saturating_sub(MOST_LISTED) {
        0 => problem,
        more => problem.note(format!("and {more} more")),
    }
}

fn write(dir: &Path) -> Result<(), Error> {
    for (path, text) in FILES {
        let path = dir.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io("make this folder", folder))?;
        }
        out::new_file(&path, text.as_bytes())?;
    }
    Ok(())
}

fn next_steps(dir: &Path) -> String {
    let cd = if dir == Path::new(".") { String::new() } else { format!("  cd {}\n", dir.display()) };
    format!(
        "{}: {} files written. Next:\n{cd}  fleetwright validate\n  fleetwright render\n  fleetwright render --out rendered",
        dir.display(),
        FILES.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RelPath;

    #[test]
    fn every_file_has_a_path_of_its_own_and_text() {
        let mut paths: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        for (path, text) in FILES {
            assert_eq!(RelPath::parse(path).unwrap().as_str(), *path);
            assert!(text.ends_with('\n') && text.len() > 1, "{path}");
        }
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), FILES.len());
    }

    #[test]
    fn every_template_of_a_service_is_written() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["templates/service", "templates/_lib"] {
            for entry in root.join(folder).read_dir().unwrap() {
                let path = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
                assert!(FILES.iter().any(|(listed, _)| *listed == path), "{path} is not in the list");
            }
        }
    }

    #[test]
    fn nothing_is_written_where_something_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(in_the_way(folder.path()).unwrap(), Vec::<PathBuf>::new());
        write(folder.path()).unwrap();
        assert_eq!(in_the_way(folder.path()).unwrap().len(), FILES.len());

        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("fleet")).unwrap();
        assert!(matches!(in_the_way(folder.path()), Err(Error::Link(_))));
    }
}
