//! Durations as Go and Prometheus write them.

use std::time::Duration;

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// A number without a unit.
    #[error("no unit; write ms, s, m, h or d after the number")]
    NoUnit,
    /// Not a duration at all.
    #[error("not a duration; write numbers with their units, such as 90s or 1h30m")]
    Syntax,
    /// More than a hundred years.
    #[error("longer than 36500d")]
    TooLong,
}

/// The longest duration, in milliseconds: a hundred years.
const LONGEST: u64 = 36_500 * 24 * 3_600_000;

/// A duration such as `90s`, `1h30m`, `250ms` or `28d`: whole numbers, each with its unit, after
/// [`time.ParseDuration`](https://pkg.go.dev/time#ParseDuration) and the days of Prometheus.
///
/// # Errors
/// If it is none, or longer than a hundred years.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        if digits == 0 {
            return Err(DurationError::Syntax);
        }
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, after) = after.split_at(letters);
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "" if after.is_empty() => return Err(DurationError::NoUnit),
            _ => return Err(DurationError::Syntax),
        };
        let number: u64 = number.parse().map_err(|_| DurationError::TooLong)?;
        total = number
            .checked_mul(milliseconds)
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= LONGEST)
            .ok_or(DurationError::TooLong)?;
        rest = after;
    }
    if text.is_empty() { Err(DurationError::Syntax) } else { Ok(Duration::from_millis(total)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("28d"), Ok(Duration::from_secs(28 * 86400)));
        assert_eq!(parse("36500d"), Ok(Duration::from_millis(LONGEST)));
        assert_eq!(parse("36501d"), Err(DurationError::TooLong));
        assert_eq!(parse("99999999999999999999s"), Err(DurationError::TooLong));
        assert_eq!(parse("5"), Err(DurationError::NoUnit));
        for no_duration in ["", "s", "-5s", "1.5h", "5 s", "5x", "½s"] {
            assert_eq!(parse(no_duration), Err(DurationError::Syntax), "{no_duration}");
        }
    }
}
