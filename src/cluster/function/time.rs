//! Moments as RFC 3339 writes them, with the offset that was written. No clock is read.

use jiff::SignedDuration;
use jiff::civil::{DateTime, Weekday};

use super::arguments::{Arguments, Failure, number, string};
use super::{Function, Reads};
use crate::cluster::eval::limit::Text;
use crate::cluster::number::Number;
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", &["format", "time"], Reads::Everything, formatdate),
    Function::new("timeadd", &["time", "duration"], Reads::Everything, timeadd),
    Function::new("timecmp", &["time", "other"], Reads::Everything, timecmp),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment: what the clock shows where it is so many minutes ahead of UTC.
#[derive(Clone, Copy)]
struct Moment {
    local: DateTime,
    offset: i64,
}

fn moment(arguments: &Arguments, index: usize) -> Result<Moment, Failure> {
    Moment::parse(&arguments.text(index)?)
        .ok_or_else(|| arguments.failure(index, "must be a time such as \"2026-01-31T09:30:00Z\" (RFC 3339)"))
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_once('T')?;
        let (clock, rest) = rest.split_at_checked(8)?;
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(after) => {
                let zone = after.trim_start_matches(|c: char| c.is_ascii_digit());
                (after.strip_suffix(zone).filter(|fraction| !fraction.is_empty())?, zone)
            }
            None => ("", rest),
        };
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let offset = match zone.split_at_checked(1)? {
            ("Z", "") => 0,
            (sign @ ("+" | "-"), offset) => {
                let [hours, minutes] = numbers(offset, ':', [2, 2])?;
                let ahead = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
                if sign == "-" { -ahead } else { ahead }
            }
            _ => return None,
        };
        let nanoseconds: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
        let small = |number: i64| i8::try_from(number).ok();
        let local = DateTime::new(
            i16::try_from(year).ok()?,
            small(month)?,
            small(day)?,
            small(hour)?,
            small(minute)?,
            small(second)?,
            nanoseconds.parse().ok()?,
        );
        Some(Self { local: local.ok()?, offset })
    }

    /// `+01:00`, with `between` between hours and minutes.
    fn offset(self, between: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }

    fn zone(self) -> String {
        if self.offset == 0 { "Z".to_owned() } else { self.offset(":") }
    }
}

/// The numbers between separators, each of exactly so many digits.
fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

/// −1, 0 or 1: whether the first is before, at or after the second.
fn timecmp(arguments: &Arguments) -> Result<Value, Failure> {
    let in_utc = |moment: Moment| moment.local.checked_sub(SignedDuration::from_mins(moment.offset));
    let (first, second) = (in_utc(moment(arguments, 0)?), in_utc(moment(arguments, 1)?));
    match (first, second) {
        (Ok(first), Ok(second)) => number(Number::from(first.cmp(&second) as i64)),
        _ => Err(Failure::of_call("a time is outside of the years −9999 to 9999")),
    }
}

/// The moment so much later, with the same offset and in whole seconds.
fn timeadd(arguments: &Arguments) -> Result<Value, Failure> {
    let moment = moment(arguments, 0)?;
    let duration = duration(&arguments.text(1)?).ok_or_else(|| {
        arguments.failure(1, "must be a duration such as \"1h30m\" or \"-1.5h\", in h, m, s, ms, us or ns")
    })?;
    let later = moment.local.checked_add(SignedDuration::from_nanos(duration)).ok();
    let later = later
        .filter(|later| later.year() >= 0)
        .ok_or_else(|| Failure::of_call("the result is outside of the years 0 to 9999"))?;
    string(format!("{}{}", later.strftime("%Y-%m-%dT%H:%M:%S"), moment.zone()))
}

/// A duration as Go's `time.ParseDuration` reads it, in nanoseconds.
fn duration(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut rest = unsigned;
    let mut total: i128 = 0;
    while !rest.is_empty() && unsigned != "0" {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let (number, after) = rest.split_at_checked(rest.find(|c| !is_number(c))?)?;
        let (unit, after) = after.split_at_checked(after.find(is_number).unwrap_or(after.len()))?;
        let nanoseconds: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        // No digit beyond these is worth a nanosecond.
        let fraction = fraction.get(..fraction.len().min(18))?;
        let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let part = digits(whole)?.checked_mul(nanoseconds)?;
        total = total.checked_add(part)?.checked_add(digits(fraction)? * nanoseconds / scale)?;
        rest = after;
    }
    let signed = if text.starts_with('-') { -total } else { total };
    i64::try_from(signed).ok().filter(|_| !unsigned.is_empty())
}

/// The moment in the words of `format`: letters stand for its parts, `'…'` for itself.
fn formatdate(arguments: &Arguments) -> Result<Value, Failure> {
    let (format, moment) = (arguments.text(0)?, moment(arguments, 1)?);
    let mut text = Text::default();
    let mut rest = &*format;
    while let Some(first) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('\'') {
            rest = literal(quoted, &mut text)?
                .ok_or_else(|| arguments.failure(0, "has a `'` that is not closed"))?;
        } else if first.is_ascii_alphabetic() {
            let after = rest.trim_start_matches(first);
            let count = rest.len() - after.len();
            let part = moment.part(first, count).ok_or_else(|| {
                let message = "has letters that stand for no part of a time";
                arguments.failure(0, message).with_help(
                    "the parts are YYYY, YY, MMMM, MMM, MM, M, DD, D, EEEE, EEE, hh, h, HH, H, AA, aa, mm, m, ss, s, \
                     ZZZZZ, ZZZZ, ZZZ and Z; other letters go between quotes: `'at'`",
                )
            })?;
            text.push(&part)?;
            rest = after;
        } else {
            text.push_char(first)?;
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
    }
    string(text.into_string())
}

/// Adds what stands up to the closing quote, of which two are one; what stands after it, if there is one.
fn literal<'t>(quoted: &'t str, text: &mut Text) -> Result<Option<&'t str>, Failure> {
    if let Some(rest) = quoted.strip_prefix('\'') {
        text.push("'")?;
        return Ok(Some(rest));
    }
    let mut rest = quoted;
    while let Some((part, after)) = rest.split_once('\'') {
        text.push(part)?;
        match after.strip_prefix('\'') {
            Some(after) => {
                text.push("'")?;
                rest = after;
            }
            None => return Ok(Some(after)),
        }
    }
    Ok(None)
}

impl Moment {
    /// The part that a letter, so many times, stands for.
    fn part(self, letter: char, count: usize) -> Option<String> {
        let at = self.local;
        let padded = |number: i16| match count {
            1 => Some(number.to_string()),
            2 => Some(format!("{number:02}")),
            _ => None,
        };
        let named = |name: &str| match count {
            3 => name.get(..3).map(str::to_owned),
            4 => Some(name.to_owned()),
            _ => None,
        };
        let hour = i16::from(at.hour());
        match (letter, count) {
            ('Y', 2) => Some(format!("{:02}", at.year() % 100)),
            ('Y', 4) => Some(format!("{:04}", at.year())),
            ('M', 1 | 2) => padded(at.month().into()),
            ('M', _) => named(MONTHS.get(usize::try_from(at.month()).ok()?.checked_sub(1)?)?),
            ('D', _) => padded(at.day().into()),
            ('E', _) => named(match at.weekday() {
                Weekday::Monday => "Monday",
                Weekday::Tuesday => "Tuesday",
                Weekday::Wednesday => "Wednesday",
                Weekday::Thursday => "Thursday",
                Weekday::Friday => "Friday",
                Weekday::Saturday => "Saturday",
                Weekday::Sunday => "Sunday",
            }),
            ('h', _) => padded(hour),
            ('H', _) => padded((hour + 11) % 12 + 1),
            ('A', 2) => Some(if hour < 12 { "AM" } else { "PM" }.to_owned()),
            ('a', 2) => Some(if hour < 12 { "am" } else { "pm" }.to_owned()),
            ('m', _) => padded(at.minute().into()),
            ('s', _) => padded(at.second().into()),
            ('Z', 1) => Some(self.zone()),
            ('Z', 3) if self.offset == 0 => Some("UTC".to_owned()),
            ('Z', 3 | 4) => Some(self.offset("")),
            ('Z', 5) => Some(self.offset(":")),
            _ => None,
        }
    }
}
