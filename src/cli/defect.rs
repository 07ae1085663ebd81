//! What is said when fleetwright itself is wrong.

use std::fmt::Display;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use super::status::ExitStatus;

/// Where defects are reported.
const TRACKER: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");

/// Runs `work`; a panic in it becomes one line on stderr and status 7.
///
/// The line names the place in the source and nothing else: what the panic wanted to say may hold a value of
/// the fleet.
pub fn guard(work: impl FnOnce() -> ExitStatus) -> ExitStatus {
    set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        // With stderr gone there is nobody left to tell; the status still says it.
        drop(std::io::stderr().lock().write_all(line(&place).as_bytes()));
    }));
    // Nothing that `work` shares is looked at after it failed.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(ExitStatus::Machine)
}

fn line(place: impl Display) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("fleetwright: a defect: version {version}, {place}; please report it at {TRACKER}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s34_a_panic_names_its_place_and_no_value() {
        let old = std::panic::take_hook();
        let status = guard(|| panic!("hunter2"));
        set_hook(old);
        assert_eq!(status, ExitStatus::Machine);
        assert_eq!(
            line("src/a.rs:1:2"),
            "fleetwright: a defect: version 0.1.0, src/a.rs:1:2; please report it at \
             https://github.com/fleetwright/fleetwright/issues\n"
        );
    }
}
