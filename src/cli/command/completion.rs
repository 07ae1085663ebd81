//! `completion`: the script of a shell.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::args::Arguments;
use crate::cli::console::Console;
use crate::cli::status::ExitStatus;

/// Prints the script.
///
/// # Errors
/// If stdout cannot be written.
pub fn run(shell: Shell, console: &Console) -> io::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "fleetwright", &mut script);
    console.print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Done)
}
