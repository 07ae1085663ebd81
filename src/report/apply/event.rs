//! A line for each thing that happens, for where no terminal shows a tree.

use std::time::Duration;

use super::{name, said};
use crate::apply::{Event, Step};
use crate::report::escape::one_line;
use crate::report::severity::count;

/// What happened on a cluster, as one line without its end; `None` where the line of the same object's end says it.
pub fn line(cluster: &str, event: &Event) -> Option<String> {
    let what = match event {
        Event::Writing { .. } => return None,
        // It names its cluster itself.
        Event::Notice { text, cluster: _ } => return Some(one_line(text).into_owned()),
        Event::Waiting { holder } => format!("waiting for the lock, held by {}", one_line(holder)),
        Event::Locked { run } => format!("locked by this run, {}", one_line(run)),
        Event::Begun(begun) => step(begun),
        Event::Object { object, unit, end } => match said(end) {
            (what, None) => format!("{what} {}", name(object, unit.as_deref())),
            (what, Some(why)) => format!("{what} {}: {}", name(object, unit.as_deref()), one_line(why)),
        },
        Event::NotReady { object, unit, why } => {
            format!("waiting for {}: {}", name(object, unit.as_deref()), one_line(why))
        }
        Event::Warning(text) => format!("warning: {}", one_line(text)),
        Event::Stopping => "stopping: nothing new is begun, what is under way ends".to_owned(),
    };
    Some(format!("{}: {what}", one_line(cluster)))
}

/// A step that begins, in a phrase.
pub(super) fn step(step: &Step) -> String {
    match step {
        Step::Recording => "recording what is to be done".to_owned(),
        Step::Writing { objects } => format!("writing {}", count(*objects, "object")),
        Step::Readying { objects } => format!("waiting until {} are ready", count(*objects, "object"))
            .replace("1 object are", "1 object is"),
        Step::Settling(time) => {
            format!("giving proxies {} to learn of what was written", seconds(*time))
        }
        Step::Deleting { objects } => format!("deleting {}", count(*objects, "object")),
    }
}

/// A time as people say it: `12s`, `3m20s`, `1h5m`.
pub(super) fn seconds(time: Duration) -> String {
    let all = time.as_secs();
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    match (hours, minutes, seconds) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, 0, _) => format!("{hours}h"),
        (hours, minutes, _) => format!("{hours}h{minutes}m"),
    }
}
