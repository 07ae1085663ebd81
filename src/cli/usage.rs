//! What is wrong with a command line, told like every other problem.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::args::Arguments;
use super::codes;
use crate::cluster::Value;
use crate::diagnostic::{Diagnostic, one_of};

/// The problem that clap found. `arguments` are those of the process, the program's name first: clap does not
/// say before or after what its argument stood.
pub fn diagnostic(error: &clap::Error, arguments: &[OsString]) -> Diagnostic {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    let name = argument.split(' ').next().unwrap_or("");
    let command = named(arguments);
    let manual = match &command {
        Some(command) => format!("`fleetwright {} --help` tells what it takes", command.get_name()),
        None => "`fleetwright --help` lists the commands".to_owned(),
    };
    let wrong = |message: String| Diagnostic::error(codes::USAGE, message);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let found = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let help = match found.as_str() {
                // The same command again is how to go on.
                "resume" | "continue" => "`fleetwright apply` goes on with what a run had begun".to_owned(),
                _ => near(error, ContextKind::SuggestedSubcommand).unwrap_or(manual),
            };
            wrong(format!("there is no command {}", shown(&found))).help(help)
        }
        ErrorKind::UnknownArgument if command.is_none() => {
            let help = "the command comes first, as in `fleetwright render --cluster prod-a`";
            wrong(format!("unexpected argument {} before the command", shown(&argument))).help(help)
        }
        ErrorKind::UnknownArgument => {
            let help = near(error, ContextKind::SuggestedArg)
                .or_else(|| dashed_value(&argument, arguments, command.as_ref()))
                .or_else(|| bare_name(&argument, command.as_ref()))
                .unwrap_or(manual);
            wrong(format!("unexpected argument {}", shown(&argument))).help(help)
        }
        ErrorKind::ArgumentConflict if text(error, ContextKind::PriorArg).as_ref() == Some(&argument) => {
            wrong(format!("`{name}` is given twice")).help("give it once")
        }
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg).unwrap_or_default();
            let other = other.split(' ').next().unwrap_or("").to_owned();
            wrong(format!("`{name}` and `{other}` cannot be given together"))
                .help(format!("leave out `{name}` or `{other}`"))
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = texts(error, ContextKind::InvalidArg);
            let missing: Vec<String> = missing.iter().map(|one| format!("`{one}`")).collect();
            let usage = match error.get(ContextKind::Usage) {
                Some(ContextValue::StyledStr(usage)) => usage.to_string(),
                _ => String::new(),
            };
            let help = match usage.trim_start_matches("Usage:").trim() {
                "" => manual,
                usage => format!("write `{usage}`"),
            };
            wrong(format!("{} is missing", missing.join(" and "))).help(help)
        }
        ErrorKind::InvalidValue => {
            let allowed = texts(error, ContextKind::ValidValue);
            let allowed = one_of(allowed.iter().map(String::as_str));
            match (value.is_empty(), allowed.as_str()) {
                (true, "none") => wrong(format!("`{name}` needs a value"))
                    .help(dashed_value(&argument, arguments, command.as_ref()).unwrap_or(manual)),
                (true, _) => wrong(format!("`{name}` needs a value")).help(format!("give {allowed}")),
                (false, _) => wrong(format!("`{name}` takes {allowed}; found {}", shown(&value)))
                    .help(near(error, ContextKind::SuggestedValue).unwrap_or(manual)),
            }
        }
        ErrorKind::ValueValidation => {
            let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            wrong(format!("`{name}` cannot be {}{reason}", shown(&value))).help(manual)
        }
        ErrorKind::TooManyValues => wrong(format!("`{name}` takes no value; found {}", shown(&value)))
            .help(format!("write `{name}` alone")),
        ErrorKind::InvalidUtf8 => {
            let found = arguments.iter().find(|argument| argument.to_str().is_none());
            let found = found.map(|found| shown(&found.to_string_lossy())).unwrap_or_default();
            wrong(format!("the argument {found} is not UTF-8")).help("only paths may be anything but UTF-8")
        }
        kind => {
            let message = kind.as_str().unwrap_or("the command line cannot be read");
            wrong(message.to_lowercase()).help(manual)
        }
    }
}

/// Whether what is wrong is to be told as JSON on stdout, as far as arguments tell that could not be read. Who runs
/// `external` reads nothing but an answer there.
pub fn wants_json(arguments: &[OsString]) -> bool {
    let mut before = "";
    let is_asked = arguments.get(1).is_some_and(|command| command == "external");
    !is_asked
        && arguments.iter().any(|argument| {
            let found = argument.to_str().unwrap_or("");
            let json = matches!(found, "-ojson" | "-o=json" | "--output=json" | "--log-format=json")
                || (found == "json" && matches!(before, "-o" | "--output" | "--log-format"));
            before = found;
            json
        })
}

/// A value in quotes, escaped, and not longer than a message can be.
fn shown(text: &str) -> String {
    Value::string(text).shown()
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    }
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn near(error: &clap::Error, kind: ContextKind) -> Option<String> {
    texts(error, kind).first().map(|near| format!("did you mean `{near}`?"))
}

/// The command that the first argument names.
fn named(arguments: &[OsString]) -> Option<Command> {
    let name = arguments.get(1)?.to_str()?;
    let mut program = Arguments::command();
    program.build();
    program.find_subcommand(name).cloned()
}

/// `--select -x`: the value of an option that begins with a dash.
fn dashed_value(argument: &str, arguments: &[OsString], command: Option<&Command>) -> Option<String> {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    pairs.filter_map(|(before, found)| Some((before.to_str()?, found.to_str()?))).find_map(
        |(before, found)| {
            let name = before.strip_prefix("--")?;
            let takes_value = command?.get_opts().any(|option| option.get_long() == Some(name));
            let is_it = before == argument.split(' ').next()? || found.starts_with(argument);
            let looks_like_an_option = found.starts_with('-') && found != "-";
            (takes_value && is_it && looks_like_an_option)
                .then(|| format!("a value that begins with a dash is written as {before}={}", shown(found)))
        },
    )
}

/// `render prod-a`: a name without `--cluster`.
fn bare_name(argument: &str, command: Option<&Command>) -> Option<String> {
    let takes_clusters = command?.get_opts().any(|option| option.get_long() == Some("cluster"));
    (takes_clusters && !argument.starts_with('-') && !argument.is_empty())
        .then(|| format!("to choose a cluster, write --cluster {}", shown(argument)))
}
