//! A rendering that failed, told with its place, the names that exist near it, and no secrets.

use tera::Context;

use super::codes;
use super::engine::{Engine, Failure};
use super::fault::{self, Fault};
use super::library::Template;
use super::limit;
use super::secret::Hidden;
use super::undefined;
use crate::diagnostic::{Diagnostic, Span};

/// The diagnostic of a failure whose words depend on a secret: `told` is the failure with another value in
/// its place, if that fails too.
pub(super) fn discreet(diagnostic: Diagnostic, told: Option<&Diagnostic>) -> Diagnostic {
    let same = |told: &Diagnostic| {
        (&told.message, &told.notes, &told.help) == (&diagnostic.message, &diagnostic.notes, &diagnostic.help)
    };
    if told.is_some_and(same) {
        return diagnostic;
    }
    Diagnostic {
        message: "this fails on a sensitive value; what it says of it is not shown".to_owned(),
        notes: Vec::new(),
        help: Some("look at the value that the variable was given".to_owned()),
        ..diagnostic
    }
}

/// The diagnostic of a failure.
pub(super) fn tell(
    engine: &Engine,
    template: &Template,
    context: &Context,
    failure: &Failure,
    hidden: &Hidden,
) -> Diagnostic {
    let error = &failure.error;
    if fault::is_quota(error) {
        return over(failure.last);
    }
    let Some(report) = fault::report(error) else {
        let message = fault::worded(error.to_string().lines().next().unwrap_or(""));
        return at(Diagnostic::error(codes::EXPRESSION, hidden.hide(&message)), failure.last);
    };
    let place = engine.place(report.filename(), report.span().range.clone());
    let origin = engine.library().named(report.filename()).and_then(|number| engine.library().get(number));
    let text = origin.map_or(&*template.text, |template| &*template.text);
    let diagnostic = match (fault::told(report.message()), place) {
        (Some(told), Some(place)) if told.fault == Fault::Undefined => name(text, place, context, &[]),
        (Some(told), place) => {
            let place = place.map(|place| Span::new(place.file, undefined::whole(text, place.range())));
            let diagnostic = Diagnostic::error(told.fault.code(), hidden.hide(&told.message)).help(told.help);
            at(diagnostic, place.or(failure.last))
        }
        (None, Some(place)) if is_undefined(report.message()) => {
            name(text, place, context, &listed(report.message()))
        }
        (None, place) => {
            let message = hidden.hide(&fault::worded(report.message()));
            let place = place.map(|place| Span::new(place.file, undefined::whole(text, place.range())));
            at(Diagnostic::error(codes::EXPRESSION, message), place.or(failure.last))
                .help("look at what this is given: `| to_json` prints any value")
        }
    };
    calls(error, engine).into_iter().fold(diagnostic, |diagnostic, span| diagnostic.at(span, "used here"))
}

fn at(diagnostic: Diagnostic, place: Option<Span>) -> Diagnostic {
    match place {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    }
}

fn name(text: &str, place: Span, context: &Context, listed: &[&str]) -> Diagnostic {
    let (diagnostic, range) = undefined::tell(text, place.range(), context, listed);
    diagnostic.at(Span::new(place.file, range), "")
}

fn over(last: Option<Span>) -> Diagnostic {
    let message = format!("the template prints more than {} MiB", limit::MAX_OUTPUT >> 20);
    at(Diagnostic::error(codes::LIMIT, message), last).help("look at the loop around this line")
}

/// Whether Tera's words say that a name is not defined.
fn is_undefined(message: &str) -> bool {
    let begins = ["Variable `", "Field `"].iter().any(|start| message.starts_with(start));
    (begins && message.contains("` is not defined"))
        || message.starts_with("Tried to render a variable that is undefined")
        || message.starts_with("Cannot index into an undefined value")
}

/// The names that Tera lists at the end of its message.
fn listed(message: &str) -> Vec<&str> {
    let list = message.split_once("Available fields: ").or(message.split_once("Available variables: "));
    list.map(|(_, names)| names.split(", ").collect()).unwrap_or_default()
}

/// The places that include or call the template at fault, innermost first. Tera tells them only in print.
fn calls(error: &tera::Error, engine: &Engine) -> Vec<Span> {
    let printed = error.to_string();
    let calls = printed.lines().filter_map(|line| line.strip_prefix("note: called from "));
    calls
        .filter_map(|place| {
            let mut parts = place.rsplitn(3, ':');
            let (_, line, name) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?);
            let template = engine.library().get(engine.library().named(name)?)?;
            // What was inserted holds no line breaks, so the line is right, and the column is not.
            let start: usize =
                template.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
            let rest = template.text.get(start..)?;
            let text = rest.lines().next()?;
            let lead = text.len() - text.trim_start().len();
            Some(Span::new(template.file, start + lead..start + text.trim_end().len().max(lead)))
        })
        .collect()
}
