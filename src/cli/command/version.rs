//! `version`: which fleetwright this is.

use std::io;

use super::print_json;
use crate::cli::args::Format;
use crate::cli::console::Console;
use crate::cli::status::ExitStatus;
use crate::report;

/// Prints the version.
///
/// # Errors
/// If stdout cannot be written.
pub fn run(format: Format, console: &Console) -> io::Result<ExitStatus> {
    let document = report::version::Version::new(env!("CARGO_PKG_VERSION"));
    match format {
        Format::Text => console.print(&format!("fleetwright {}\n", document.fleetwright))?,
        Format::Json => print_json(&document, console)?,
    }
    Ok(ExitStatus::Done)
}
