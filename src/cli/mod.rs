//! Arguments to settings, settings to one command, a command to an exit status.

mod args;
mod asking;
mod clock;
mod codes;
mod command;
mod connect;
mod consequence;
mod console;
mod contexts;
mod defect;
mod environment;
mod init;
mod inputs;
mod locate;
mod notices;
mod out;
mod pipeline;
mod progress;
mod rewrite;
mod runtime;
mod schemas;
mod screen;
mod selection;
mod settings;
mod signals;
mod status;
mod usage;

use std::ffi::OsString;
use std::io;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Arguments, When};
use console::Console;
use settings::Settings;

use crate::diagnostic::{Diagnostics, SourceMap};
use crate::report::{self, json, manifest};

pub use environment::{Environment, Terminal, arguments_of_process};
pub use status::ExitStatus;

/// Runs one command line, the program's name first. Writes to stdout and stderr; never panics, never exits.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
    terminal: Terminal,
) -> ExitStatus {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    defect::guard(move || {
        dispatch(arguments, environment, terminal)
            .unwrap_or_else(|error| unwritable(&error, environment, terminal))
    })
}

/// # Errors
/// If stdout or stderr cannot be written.
fn dispatch(
    arguments: Vec<OsString>,
    environment: &Environment,
    terminal: Terminal,
) -> io::Result<ExitStatus> {
    let arguments = match Arguments::try_parse_from(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            return unparsed(&error, &arguments, Console::new(When::Auto, environment, terminal));
        }
    };
    let (settings, console) = Settings::new(arguments, environment, terminal);
    match settings {
        Settings::Render(settings) => command::render::run(&settings, &console),
        Settings::Validate(settings) => command::validate::run(&settings, &console),
        Settings::Explain(settings) => command::explain::run(&settings, &console),
        Settings::Diff(settings) => command::diff::run(&settings, &console),
        Settings::Apply(settings) => command::apply::run(&settings, &console),
        Settings::Status(settings) => command::status::run(&settings, &console),
        Settings::History(settings) => command::history::run(&settings, &console),
        Settings::Unlock(settings) => command::unlock::run(&settings, &console),
        Settings::External(settings) => command::external::run(settings, &console),
        Settings::Fmt(settings) => command::fmt::run(&settings, &console),
        Settings::Set(settings) => command::set::run(&settings, &console),
        Settings::SchemaFetch(settings) => command::schema::run(&settings, &console),
        Settings::Trust(settings) => command::trust::run(&settings, &console),
        Settings::Init(settings) => init::run(&settings, &console),
        Settings::Completion(shell) => command::completion::run(shell, &console),
        Settings::Man(folder) => command::man::run(folder.as_deref(), &console),
        Settings::Version(format) => command::version::run(format, &console),
    }
}

/// Help and the version on stdout; everything else is a mistake, told as any other.
fn unparsed(error: &clap::Error, arguments: &[OsString], console: Console) -> io::Result<ExitStatus> {
    let text = error.render();
    let shown = |color: bool| if color { text.ansi().to_string() } else { text.to_string() };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            console.print(&shown(console.out.color))?;
            Ok(ExitStatus::Done)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            console.tell(&shown(console.err.color))?;
            Ok(ExitStatus::Wrong)
        }
        _ => {
            let problems = Diagnostics::from(usage::diagnostic(error, arguments));
            match usage::wants_json(arguments) {
                true => console.print(&findings(&problems, arguments)?)?,
                false => console.tell_diagnostics(&problems, &SourceMap::default())?,
            }
            Ok(ExitStatus::Wrong)
        }
    }
}

/// The problems in the form in which the command that was meant prints them.
///
/// # Errors
/// If they cannot be written as JSON, which does not happen to strings.
fn findings(problems: &Diagnostics, arguments: &[OsString]) -> io::Result<String> {
    let sources = SourceMap::default();
    let command = arguments.get(1).and_then(|command| command.to_str()).unwrap_or_default();
    Ok(match command {
        "render" => json::print(&manifest::Render::findings(problems, &sources))?,
        "explain" => json::print(&report::explain::json::Document::of(None, problems, &sources))?,
        "diff" => {
            let nothing = report::diff::Diff::of("live", Vec::new());
            json::print(&report::diff::json::Document::of(&nothing, problems, &sources))?
        }
        "apply" => {
            let about = report::apply::json::About::default();
            json::print(&report::apply::json::Document::of(about, None, problems, &sources))?
        }
        "status" => json::print(&report::status::Status::new(Vec::new(), problems, &sources))?,
        "history" => json::print(&report::history::History::new(None, None, problems, &sources))?,
        _ => json::print(&json::Findings::of(problems, &[], &sources))?,
    })
}

fn unwritable(error: &io::Error, environment: &Environment, terminal: Terminal) -> ExitStatus {
    let console = Console::new(When::Auto, environment, terminal);
    let told = console.tell(&format!("fleetwright: cannot write the output: {error}\n"));
    match told {
        // With both streams gone the status is all that is left.
        Ok(()) | Err(_) => ExitStatus::Machine,
    }
}
