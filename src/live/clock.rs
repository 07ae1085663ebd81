//! The clock of an API server, as its answers tell it.

use std::sync::{Mutex, PoisonError};

use http::header::{DATE, HeaderMap};
use jiff::Timestamp;

/// What the newest answer said, to the second.
#[derive(Default)]
pub(super) struct Clock(Mutex<Option<Timestamp>>);

impl Clock {
    /// Reads the `Date` of an answer ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1)), if it has one.
    pub fn read(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let Some(date) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else { return };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.timestamp());
    }

    /// What it said.
    pub fn time(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_date_of_the_newest_answer_counts() {
        let clock = Clock::default();
        assert_eq!(clock.time(), None);
        for (date, time) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            ("Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00Z"),
            ("yesterday", "2026-01-01T00:00:00Z"),
        ] {
            let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]);
            clock.read(&headers);
            assert_eq!(clock.time(), Some(time.parse().unwrap()), "{date}");
        }
    }
}
