//! A pause that a server asks for: until it is over, nothing is sent to it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Until when nothing is sent.
#[derive(Default)]
pub(super) struct Pause(Mutex<Option<Instant>>);

impl Pause {
    /// Begins one, or makes the one that there is longer.
    pub fn begin(&self, wait: Duration) {
        let end = Instant::now() + wait;
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(current.map_or(end, |other| other.max(end)));
    }

    /// Returns when there is none. Each request makes it longer a few times at most, so it ends.
    pub async fn over(&self) {
        while let Some(end) = self.end() {
            sleep_until(end).await;
        }
    }

    fn end(&self) -> Option<Instant> {
        let current = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        current.filter(|end| *end > Instant::now())
    }
}
