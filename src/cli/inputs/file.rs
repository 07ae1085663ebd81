//! A file of variables, or stdin: read with a limit, then told apart.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::Arc;

use super::{codes, hcl, json};
use crate::cluster::{Given, GivenFrom, GivenValue, Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, SourceMap, Span};

/// The largest file of variables, in bytes.
pub const MAX_BYTES: u64 = 16 << 20;

/// The variables of a file, by name; nothing where there is a problem.
pub fn read(
    path: &Path,
    stdin_is_terminal: bool,
    sources: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Vec<Given> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let bytes = if is_stdin { stdin(stdin_is_terminal) } else { file(path) };
    let text = match bytes.and_then(|bytes| decode(bytes, is_stdin)) {
        Ok(text) => text,
        Err(reason) => {
            problems.push(
                Diagnostic::error(codes::VARIABLES_UNREADABLE, format!("{name}: {}", reason.what))
                    .help(reason.help),
            );
            return Vec::new();
        }
    };
    let file = sources.add(name.as_str(), text.as_str());
    let is_json =
        path.extension().is_some_and(|end| end == "json") || text.trim_start().starts_with(['{', '[']);
    if is_json {
        from_json(&name, file, &text, sources, problems)
    } else {
        hcl::read(file, sources, problems)
    }
}

/// Why a file of variables was not read.
struct Reason {
    what: String,
    help: &'static str,
}

fn reason(what: impl Into<String>, help: &'static str) -> Reason {
    Reason { what: what.into(), help }
}

fn refused(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::NotFound => reason("no such file", "name a file of variables, or `-` for stdin"),
        io::ErrorKind::PermissionDenied => {
            reason("permission denied", "make it readable for you, or name another file")
        }
        _ => reason(error.to_string(), "name a file of variables, or `-` for stdin"),
    }
}

fn stdin(is_terminal: bool) -> Result<Vec<u8>, Reason> {
    if is_terminal {
        return Err(reason(
            "stdin is a terminal",
            "pipe the variables in: `terraform output -json | fleetwright … --var-file -`",
        ));
    }
    limited(io::stdin().lock())
}

fn file(path: &Path) -> Result<Vec<u8>, Reason> {
    let kind = fs::metadata(path).map_err(|error| refused(&error))?.file_type();
    // A shell's `<(command)` is an open pipe below /dev/fd; any other pipe may have no writer and hang.
    let open_pipe = kind.is_fifo() && path.starts_with("/dev/fd");
    if !kind.is_file() && !open_pipe {
        let what = if kind.is_dir() { "a folder" } else { "not a regular file" };
        return Err(reason(what, "name a file of variables, or `-` for stdin"));
    }
    limited(fs::File::open(path).map_err(|error| refused(&error))?)
}

fn limited(stream: impl Read) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    stream.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| refused(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let what = format!("more than {MAX_BYTES} bytes");
        return Err(reason(what, "give only the variables that the fleet declares"));
    }
    Ok(bytes)
}

fn decode(bytes: Vec<u8>, is_stdin: bool) -> Result<String, Reason> {
    if is_stdin && bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(reason("nothing came in", "check the command before the pipe"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        reason(format!("not UTF-8 from byte {at} on"), "save it as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

fn from_json(
    name: &str,
    file: FileId,
    text: &str,
    sources: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Vec<Given> {
    let value = match json::parse(text, file) {
        Ok(value) => value,
        Err(error) => {
            // A file of variables may hold secrets, and one that is broken cannot tell which.
            sources.hide(Span::new(file, 0..text.len()));
            let at = error.at.start;
            let mut problem =
                Diagnostic::error(codes::VARIABLES_SYNTAX, format!("{name}: {} at byte {at}", error.kind))
                    .at(Span::new(file, error.at), "")
                    .note("the text is hidden, since it may hold secrets")
                    .help("give one JSON object whose members are variables");
            if let Some(first) = error.first {
                problem = problem.at(Span::new(file, first), "first here");
            }
            problems.push(problem);
            return Vec::new();
        }
    };
    let Kind::Map(members) = &value.kind else {
        let found = value.type_name();
        sources.hide(Span::new(file, 0..text.len()));
        problems.push(
            Diagnostic::error(codes::VARIABLES_CONTENT, format!("{name}: expected an object, found {found}"))
                .at(value.span.unwrap_or(Span::new(file, 0..0)), "")
                .note("the text is hidden, since it may hold secrets")
                .help("give one JSON object whose members are variables"),
        );
        return Vec::new();
    };
    let outputs: Option<Vec<(Arc<str>, Value)>> =
        members.iter().map(|(name, member)| Some((name.clone(), terraform_output(member)?))).collect();
    let variables = outputs
        .unwrap_or_else(|| members.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
    let whole = Span::new(file, 0..text.len());
    let given = variables.into_iter().map(|(name, value)| {
        let span = value.span.unwrap_or(whole);
        if value.sensitive {
            sources.hide(span);
        }
        Given { name, value: GivenValue::Value(value), from: GivenFrom::File, span }
    });
    given.collect()
}

/// The value of a member of `terraform output -json`: `{"sensitive": false, "type": "string", "value": …}`.
fn terraform_output(member: &Value) -> Option<Value> {
    let Kind::Map(parts) = &member.kind else { return None };
    let Kind::Bool(sensitive) = parts.get("sensitive")?.kind else { return None };
    let known = parts.keys().all(|key| matches!(&**key, "sensitive" | "type" | "value"));
    known.then_some(())?;
    Some(parts.get("value")?.clone().marked(sensitive))
}
