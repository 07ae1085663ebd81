//! Moments by a clock that only goes forward and goes on while the machine sleeps: a lease ends meanwhile, too.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Linux' `CLOCK_MONOTONIC`, which timers go by, stands still while the machine sleeps; that of macOS goes on
/// ([clock_gettime(2)](https://man7.org/linux/man-pages/man2/clock_gettime.2.html)).
#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

/// A moment, of use only beside others of the same process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(Duration);

impl Moment {
    /// Now.
    pub fn now() -> Self {
        let time = clock_gettime(CLOCK);
        let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
        // Neither is ever negative: the clock began at zero.
        Self(Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default()))
    }

    /// The moment so much later.
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }

    /// How long it is past.
    pub fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_follow_each_other() {
        let begun = Moment::now();
        assert!(begun.after(Duration::from_secs(60)) > Moment::now());
        assert!(Moment::now() >= begun);
        assert!(begun.after(Duration::from_secs(60)).elapsed() == Duration::ZERO);
        assert!(Moment(Duration::ZERO).elapsed() > Duration::ZERO);
        assert!(Moment(Duration::MAX).after(Duration::MAX) == Moment(Duration::MAX));
    }

    /// It counts the time that the machine has slept, which the clock of timers does not.
    #[cfg(target_os = "linux")]
    #[test]
    fn f50_the_clock_of_a_lock_counts_sleep() {
        let up = std::fs::read_to_string("/proc/uptime").unwrap();
        let up: f64 = up.split(' ').next().unwrap().parse().unwrap();
        assert!((Moment::now().0.as_secs_f64() - up).abs() < 5.0);
    }
}
