//! Windows in which a rollout changes nothing: checked as far as a definition can be.

use std::str::FromStr;

use super::codes;
use super::eval::Scope;
use super::select::fixed_text;
use super::service::CRON_HELP;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fleet::Block;

/// Tells what is wrong with a `freeze`: it is either `from` and `until`, or `cron` and `duration`.
pub fn check(block: &Block, scope: &Scope, problems: &mut Diagnostics) {
    let before = problems.len();
    let mut text = |name: &str| fixed_text(block, name, scope, problems);
    let (from, until) = (text("from"), text("until"));
    let (cron, duration) = (text("cron"), text("duration"));
    let timezone = text("timezone");
    if problems.len() > before {
        return;
    }
    let span = |name: &str| block.arg(name).map_or(block.place(), |argument| argument.span);
    let mut tell = |message: String, at: &str, help: &str| {
        problems.push(
            Diagnostic::error(codes::FREEZE, format!("{}: {message}", block.title()))
                .at(span(at), "here")
                .help(help),
        );
    };
    match (&from, &until, &cron, &duration) {
        (Some(from), Some(until), None, None) => {
            let moment = |text: &str| jiff::Timestamp::from_str(text).ok();
            if let (Some(from), Some(until)) = (moment(from), moment(until))
                && from >= until
            {
                tell("it ends before it begins".into(), "until", "set `until` to a later moment than `from`");
            }
            if timezone.is_some() {
                let help = "leave `timezone` out; `from` and `until` carry their own";
                tell("`timezone` belongs to `cron`".into(), "timezone", help);
            }
        }
        (None, None, Some(cron), Some(duration)) => {
            if let Some(reason) = bad_cron(cron) {
                tell(format!("no cron line: {reason}"), "cron", CRON_HELP);
            }
            if super::duration::parse(duration).is_ok_and(|duration| duration.is_zero()) {
                tell("it lasts no time".into(), "duration", "give a duration such as \"8h\"");
            }
            if let Some(zone) = timezone
                && jiff::tz::TimeZone::get(&zone).is_err()
            {
                let message = format!("there is no time zone \"{}\"", zone.escape_debug());
                tell(message, "timezone", "write a name of the IANA database, such as \"Europe/Berlin\"");
            }
        }
        _ => tell(
            "it takes `from` and `until`, or `cron` and `duration`".into(),
            "reason",
            "write both arguments of one of the two forms, and none of the other",
        ),
    }
}

/// What is wrong with a cron line of five fields, if anything.
pub fn bad_cron(line: &str) -> Option<String> {
    let fields = line.split_whitespace().count();
    if fields != 5 {
        return Some(format!("it has {fields} fields; it takes five"));
    }
    croner::Cron::from_str(line).err().map(|error| error.to_string().to_lowercase())
}
