//! Windows in which a rollout changes nothing: checked as far as a definition can be.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::codes;
use super::eval::Scope;
use super::select::fixed_text;
use super::service::CRON_HELP;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::fleet::Block;

/// A time in which nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Its name.
    pub name: Arc<str>,
    /// When.
    pub window: Window,
    /// Why, as the fleet says.
    pub reason: Option<Arc<str>>,
    /// The label of its block.
    pub span: Span,
}

/// When a freeze is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// Once.
    Once {
        /// Its first moment.
        from: Timestamp,
        /// The first moment after it.
        until: Timestamp,
    },
    /// Again and again.
    Cron {
        /// The cron line that each begins at.
        line: String,
        /// How long each lasts.
        duration: Duration,
        /// The time zone of the line.
        zone: TimeZone,
    },
}

/// The most windows in a row that are followed to say when a freeze ends.
const LONGEST_ROW: usize = 400;

impl Freeze {
    /// Whether nothing is changed at a moment: until when. Windows that follow each other without a gap are told as one, as
    /// far as a year of days goes.
    pub fn covers(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.window {
            Window::Once { from, until } => (*from <= now && now < *until).then_some(*until),
            Window::Cron { line, duration, zone } => {
                let cron = croner::Cron::from_str(line).ok()?;
                let now_there = now.to_zoned(zone.clone());
                let mut begins = cron.find_previous_occurrence(&now_there, true).ok()?;
                let mut until = begins.timestamp().checked_add(*duration).ok()?;
                if until <= now {
                    return None;
                }
                for _ in 0..LONGEST_ROW {
                    match cron.find_next_occurrence(&begins, false) {
                        Ok(next) if next.timestamp() <= until => begins = next,
                        Ok(_) | Err(_) => break,
                    }
                    until = begins.timestamp().checked_add(*duration).unwrap_or(until);
                }
                Some(until)
            }
        }
    }
}

/// A `freeze`; tells what is wrong with it: it is either `from` and `until`, or `cron` and `duration`.
pub fn read(block: &Block, scope: &Scope, problems: &mut Diagnostics) -> Option<Freeze> {
    let before = problems.len();
    let mut text = |name: &str| fixed_text(block, name, scope, problems);
    let (from, until) = (text("from"), text("until"));
    let (cron, duration) = (text("cron"), text("duration"));
    let (timezone, reason) = (text("timezone"), text("reason"));
    if problems.len() > before {
        return None;
    }
    let span = |name: &str| block.arg(name).map_or(block.place(), |argument| argument.span);
    let mut tell = |message: String, at: &str, help: &str| {
        problems.push(
            Diagnostic::error(codes::FREEZE, format!("{}: {message}", block.title()))
                .at(span(at), "here")
                .help(help),
        );
    };
    let window = match (from, until, cron, duration) {
        (Some(from), Some(until), None, None) => {
            if timezone.is_some() {
                let help = "leave `timezone` out; `from` and `until` carry their own";
                tell("`timezone` belongs to `cron`".into(), "timezone", help);
            }
            let (from, until) = (Timestamp::from_str(&from).ok()?, Timestamp::from_str(&until).ok()?);
            if from >= until {
                tell("it ends before it begins".into(), "until", "set `until` to a later moment than `from`");
            }
            Window::Once { from, until }
        }
        (None, None, Some(cron), Some(duration)) => {
            if let Some(reason) = bad_cron(&cron) {
                tell(format!("no cron line: {reason}"), "cron", CRON_HELP);
            }
            let duration = super::duration::parse(&duration).unwrap_or_default();
            if duration.is_zero() {
                tell("it lasts no time".into(), "duration", "give a duration such as \"8h\"");
            }
            let zone = match timezone.as_deref().map(TimeZone::get) {
                None => TimeZone::UTC,
                Some(Ok(zone)) => zone,
                Some(Err(_)) => {
                    let name = timezone.unwrap_or_default();
                    let message = format!("there is no time zone \"{}\"", name.escape_debug());
                    let help = "write a name of the IANA database, such as \"Europe/Berlin\"";
                    tell(message, "timezone", help);
                    return None;
                }
            };
            Window::Cron { line: cron.to_string(), duration, zone }
        }
        (_, _, _, _) => {
            tell(
                "it takes `from` and `until`, or `cron` and `duration`".into(),
                "reason",
                "write both arguments of one of the two forms, and none of the other",
            );
            return None;
        }
    };
    (problems.len() == before).then(|| Freeze {
        name: Arc::from(block.name()),
        window,
        reason,
        span: block.place(),
    })
}

/// What is wrong with a cron line of five fields, if anything.
pub fn bad_cron(line: &str) -> Option<String> {
    let fields = line.split_whitespace().count();
    if fields != 5 {
        return Some(format!("it has {fields} fields; it takes five"));
    }
    croner::Cron::from_str(line).err().map(|error| error.to_string().to_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::{SourceMap, Span};

    fn freeze(window: Window) -> Freeze {
        let file = SourceMap::default().add("f".to_owned(), "f");
        Freeze { name: "f".into(), window, reason: None, span: Span::new(file, 0..1) }
    }

    fn cron(line: &str, hours: u64, zone: &str) -> Freeze {
        let duration = Duration::from_secs(hours * 3600);
        freeze(Window::Cron { line: line.to_owned(), duration, zone: TimeZone::get(zone).unwrap() })
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn until(freeze: &Freeze, now: &str) -> String {
        freeze.covers(at(now)).map_or("open".to_owned(), |until| until.to_string())
    }

    #[test]
    fn a_window_begins_with_its_first_moment_and_ends_before_its_last() {
        let once =
            freeze(Window::Once { from: at("2026-11-26T00:00:00Z"), until: at("2026-11-30T00:00:00Z") });
        let weekend = cron("0 18 * * 5", 62, "UTC");
        for (window, now, expected) in [
            (&once, "2026-11-25T23:59:59Z", "open"),
            (&once, "2026-11-26T00:00:00Z", "2026-11-30T00:00:00Z"),
            (&once, "2026-11-29T23:59:59Z", "2026-11-30T00:00:00Z"),
            (&once, "2026-11-30T00:00:00Z", "open"),
            (&weekend, "2026-03-06T17:59:59Z", "open"),
            (&weekend, "2026-03-06T18:00:00Z", "2026-03-09T08:00:00Z"),
            (&weekend, "2026-03-09T07:59:59Z", "2026-03-09T08:00:00Z"),
            (&weekend, "2026-03-09T08:00:00Z", "open"),
        ] {
            assert_eq!(until(window, now), expected, "{now}");
        }
    }

    #[test]
    fn windows_without_a_gap_are_one() {
        let nights = cron("0 18 * * 1-4", 24, "UTC");
        assert_eq!(until(&nights, "2026-03-02T19:00:00Z"), "2026-03-06T18:00:00Z", "Monday to Friday");
        let always = cron("0 0 * * *", 24, "UTC");
        assert_eq!(until(&always, "2026-03-02T19:00:00Z"), "2027-04-07T00:00:00Z", "not followed for ever");
        assert_eq!(until(&cron("0 0 30 2 *", 24, "UTC"), "2026-03-02T19:00:00Z"), "open", "never");
    }

    #[test]
    fn a_window_begins_by_the_clock_of_its_zone() {
        let night = cron("30 2 * * *", 1, "Europe/Berlin");
        for (now, expected) in [
            ("2026-01-15T01:29:00Z", "open"),
            ("2026-01-15T01:30:00Z", "2026-01-15T02:30:00Z"),
            ("2026-07-15T00:30:00Z", "2026-07-15T01:30:00Z"),
            ("2026-07-15T01:30:00Z", "open"),
        ] {
            assert_eq!(until(&night, now), expected, "{now}");
        }
        // 29 March: the clock goes from 2 to 3, and there is no 2:30; the window is not left out.
        let covered = (0..24 * 4).filter(|quarter| {
            let now = at("2026-03-28T23:00:00Z") + jiff::SignedDuration::from_mins(quarter * 15);
            night.covers(now).is_some()
        });
        assert_eq!(covered.count(), 4);
        // 25 October: there are two 2:30; the window is there once at least.
        let covered = (0..24 * 4).filter(|quarter| {
            let now = at("2026-10-24T22:00:00Z") + jiff::SignedDuration::from_mins(quarter * 15);
            night.covers(now).is_some()
        });
        assert!([4, 8].contains(&covered.count()));
    }

    proptest! {
        /// A frozen moment is in a window that began no longer ago than it lasts, and its end is not before it.
        #[test]
        fn a_daily_window_covers_what_it_says(minute in 0_i64..500_000, hour in 0_u32..24, lasts in 1_u64..24) {
            let window = cron(&format!("0 {hour} * * *"), lasts, "UTC");
            let now = at("2026-01-01T00:00:00Z") + jiff::SignedDuration::from_mins(minute);
            let into = (minute - i64::from(hour) * 60).rem_euclid(24 * 60);
            let inside = into < i64::try_from(lasts).unwrap() * 60;
            prop_assert_eq!(window.covers(now).is_some(), inside);
            if let Some(until) = window.covers(now) {
                prop_assert_eq!((until - now).total(jiff::Unit::Minute).unwrap() as i64, i64::try_from(lasts).unwrap() * 60 - into);
            }
        }

        /// No moment and no line panics.
        #[test]
        fn any_line_at_any_moment(line in "[0-9*/,L#W?-]{1,3}( [0-9*/,L#W?-]{1,3}){4}", second in -377_705_023_201_i64..=253_402_207_200) {
            if bad_cron(&line).is_none() {
                cron(&line, 8, "America/New_York").covers(Timestamp::from_second(second).unwrap());
            }
        }
    }
}
