//! What Terraform asks for.

use std::collections::BTreeMap;
use std::io::{self, Read};

use crate::cli::codes;
use crate::cli::inputs::json::{self, ErrorKind};
use crate::cli::inputs::variable;
use crate::cluster::{Given, GivenFrom, Kind, Value};
use crate::diagnostic::{Diagnostic, SourceMap, Span, one_of, suggest};

/// The longest query that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The keys of a query, but for `var.NAME`.
const KEYS: [&str; 6] = ["output", "cluster", "select", "unit", "release", "fleet"];

/// What the key of a variable begins with.
const VARIABLE: &str = "var.";

/// What the query is called in messages.
const NAME: &str = "query";

/// A text of the query, and where it stands there.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub at: Span,
}

/// What is asked for.
#[derive(Debug)]
pub enum What {
    /// All outputs.
    Outputs,
    /// The output of this name.
    Output(Asked),
    /// The unit of this address.
    Unit(Asked),
    /// The clusters themselves.
    Clusters,
    /// Nothing but a release.
    Nothing,
}

/// A query.
#[derive(Debug)]
pub struct Query {
    /// What it asks for.
    pub what: What,
    /// The name of a cluster, or a pattern.
    pub cluster: Option<Asked>,
    /// A label selector.
    pub select: Option<Asked>,
    /// The name of a rollout, or of a cluster that is in none, whose release is asked for.
    pub release: Option<Asked>,
    /// The folder of the fleet.
    pub fleet: Option<Asked>,
    /// Values of variables.
    pub variables: Vec<Given>,
}

impl Query {
    /// Reads stdin to its end, and the query that it is.
    ///
    /// # Errors
    /// If it is not one JSON object of strings, each under a key that is known. Nothing of a text that is none is shown:
    /// it may hold a secret.
    pub fn read(stdin_is_terminal: bool, sources: &mut SourceMap) -> Result<Self, Box<Diagnostic>> {
        if stdin_is_terminal {
            let message = "stdin is a terminal: a query is expected there, as Terraform sends it";
            return Err(unread(message, "try it by hand: `echo '{}' | fleetwright external`"));
        }
        let text = stdin()?;
        let file = sources.add(NAME, text.as_str());
        let whole = Span::new(file, 0..text.len());
        let value = json::parse(&text, file).map_err(|error| {
            sources.hide(whole);
            let told = Diagnostic::error(codes::QUERY, format!("the query is no JSON: {error}"));
            let told = told.at(Span::new(file, error.at), "");
            Box::new(match (error.kind, error.first) {
                (ErrorKind::Duplicate, Some(first)) => {
                    told.at(Span::new(file, first), "the first").help("give each key once")
                }
                (_, _) => told.help(OBJECT),
            })
        })?;
        let Kind::Map(entries) = &value.kind else {
            sources.hide(whole);
            let message = format!("the query is {}, not an object", value.type_name());
            return Err(Box::new(Diagnostic::error(codes::QUERY, message).at(whole, "").help(OBJECT)));
        };
        // Before anything is told: what belongs to no other key may be a secret.
        for (_, value) in entries.iter().filter(|(key, _)| !KEYS.contains(&key.as_ref())) {
            sources.hide(value.span.unwrap_or(whole));
        }
        let (mut asked, mut variables) = (BTreeMap::new(), Vec::new());
        for (key, value) in entries.iter() {
            let at = value.span.unwrap_or(whole);
            let text = text_of(key, value, at)?;
            match key.strip_prefix(VARIABLE).filter(|name| !name.is_empty()) {
                Some(name) => variables.push(variable(name, GivenFrom::Terraform, VARIABLE, text, sources)),
                None => drop(asked.insert(known(key, text, at)?, Asked { text: text.to_owned(), at })),
            }
        }
        let [output, cluster, select, unit, release, fleet] = KEYS.map(|key| asked.remove(key));
        let what = match (output, unit) {
            (Some(_), Some(unit)) => {
                let told = Diagnostic::error(codes::QUERY, "the query asks for an output and for a unit");
                return Err(Box::new(told.at(unit.at, "this unit").help("ask for one of them")));
            }
            (Some(output), None) => What::Output(output),
            (None, Some(unit)) => What::Unit(unit),
            (None, None) if cluster.is_some() || select.is_some() => What::Clusters,
            (None, None) if release.is_some() => What::Nothing,
            (None, None) => What::Outputs,
        };
        Ok(Self { what, cluster, select, release, fleet, variables })
    }
}

/// The text of a value of the query.
fn text_of<'v>(key: &str, value: &'v Value, at: Span) -> Result<&'v str, Box<Diagnostic>> {
    let help = match &value.kind {
        Kind::String(text) => return Ok(text),
        Kind::Null => "leave the key out",
        Kind::List(_) | Kind::Map(_) => "write it as JSON in a string: `jsonencode(…)`",
        Kind::Bool(_) | Kind::Number(_) => "write it between quotes",
    };
    let message =
        format!("the query's {} is {}, not a string", Value::string(key).shown(), value.type_name());
    Err(Box::new(Diagnostic::error(codes::QUERY, message).at(at, "").help(help)))
}

/// The key that this is, if it is known and says something.
fn known(key: &str, text: &str, at: Span) -> Result<&'static str, Box<Diagnostic>> {
    let shown = Value::string(key).shown();
    let Some(known) = KEYS.into_iter().find(|known| *known == key) else {
        let told = Diagnostic::error(codes::QUERY, format!("the query's key {shown} is not known"));
        let told = told.at(at, "the value of that key");
        let all = || KEYS.into_iter().chain(["var.NAME"]);
        return Err(Box::new(match suggest(key, all()) {
            Some(near) => told.help(format!("did you mean `{near}`? The keys are {}", one_of(all()))),
            None => told.help(format!("the keys are {}", one_of(all()))),
        }));
    };
    if text.trim().is_empty() {
        let told = Diagnostic::error(codes::QUERY, format!("the query's {shown} is empty")).at(at, "");
        return Err(Box::new(told.help("leave the key out, or give it a value")));
    }
    Ok(known)
}

const OBJECT: &str = "give one JSON object of strings: `{\"output\": \"hosts\"}`, or `{}` for all outputs";

/// All of stdin. What is too long is read to its end too: whoever writes it is not cut off.
fn stdin() -> Result<String, Box<Diagnostic>> {
    let mut stdin = io::stdin().lock();
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    let read = (&mut stdin).take(limit).read_to_end(&mut bytes);
    let rest = read.and_then(|_| io::copy(&mut stdin, &mut io::sink()));
    rest.map_err(|error| {
        Box::new(Diagnostic::error(codes::MACHINE, format!("stdin cannot be read: {error}")).help(OBJECT))
    })?;
    if bytes.len() > MAX_BYTES {
        let message = format!("the query is longer than {MAX_BYTES} bytes");
        return Err(unread(&message, "give large values in a file of variables: --var-file"));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(unread("stdin is empty: a query is expected there, as Terraform sends it", OBJECT));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unread(&format!("the query is not UTF-8 from byte {at} on"), OBJECT)
    })
}

fn unread(message: &str, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::QUERY, message).help(help))
}
