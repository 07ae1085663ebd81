//! `man`: the manual, made from the same texts as `--help`.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::args::Arguments;
use crate::cli::console::Console;
use crate::cli::out::{self, Error};
use crate::cli::status::ExitStatus;
use crate::diagnostic::SourceMap;

/// The mode of a page, as far as the umask allows.
const MODE: u32 = 0o644;

/// Prints the page of the whole program, or writes the pages of all commands into a folder.
///
/// # Errors
/// If stdout or stderr cannot be written.
pub fn run(folder: Option<&Path>, console: &Console) -> io::Result<ExitStatus> {
    let pages = pages()?;
    let Some(folder) = folder else {
        if let Some((_, page)) = pages.first() {
            console.print(page)?;
        }
        return Ok(ExitStatus::Done);
    };
    match write(folder, &pages) {
        Ok(()) => {
            console.tell_line(&format!("{}: {} pages written", folder.display(), pages.len()))?;
            Ok(ExitStatus::Done)
        }
        Err(error) => {
            console.tell_diagnostics(&error.diagnostic().into(), &SourceMap::default())?;
            Ok(error.status())
        }
    }
}

/// Name and text of each page, that of the whole program first.
fn pages() -> io::Result<Vec<(String, String)>> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let mut pages = vec![page(&program)?];
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        pages.push(page(command)?);
    }
    Ok(pages)
}

fn page(command: &clap::Command) -> io::Result<(String, String)> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text)?;
    Ok((format!("{name}.1"), String::from_utf8_lossy(&text).into_owned()))
}

fn write(folder: &Path, pages: &[(String, String)]) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(Error::io("make this folder", folder))?;
    for (name, page) in pages {
        out::replace(folder, name, page.as_bytes(), MODE)?;
    }
    Ok(())
}
