//! What came of changing a cluster, for people.

use std::time::Duration;

use super::event::seconds;
use super::{is_bad, is_done, name, said};
use crate::apply::{End, Ended, ObjectEnd, Outcome};
use crate::report::diff::Paint;
use crate::report::escape::one_line;
use crate::report::text::Style;

/// How many objects came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Made.
    pub created: usize,
    /// Changed.
    pub changed: usize,
    /// Taken over.
    pub adopted: usize,
    /// Deleted and made again.
    pub replaced: usize,
    /// As they were to be already.
    pub unchanged: usize,
    /// Deleted.
    pub deleted: usize,
    /// Written, and not ready.
    pub not_ready: usize,
    /// Not written.
    pub failed: usize,
    /// Deleted to be made again, and not made again.
    pub missing: usize,
    /// Of which it is not known whether they were written.
    pub unknown: usize,
    /// Not reached.
    pub untouched: usize,
}

impl Counts {
    /// Counts the objects of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        let mut counts = Self { unchanged: outcome.unchanged, ..Self::default() };
        for one in &outcome.objects {
            let place = match one.end {
                ObjectEnd::Created => &mut counts.created,
                ObjectEnd::Changed => &mut counts.changed,
                ObjectEnd::Adopted => &mut counts.adopted,
                ObjectEnd::Replaced => &mut counts.replaced,
                ObjectEnd::Deleted => &mut counts.deleted,
                ObjectEnd::Written | ObjectEnd::Unready(_) => &mut counts.not_ready,
                ObjectEnd::Failed(_) => &mut counts.failed,
                ObjectEnd::Missing(_) => &mut counts.missing,
                ObjectEnd::Unknown(_) => &mut counts.unknown,
                ObjectEnd::Untouched => &mut counts.untouched,
            };
            *place += 1;
        }
        counts
    }

    /// `created 3, changed 1, unchanged 42, deleted 0`; what is rarer only where there is some.
    fn text(&self) -> String {
        let always = [
            (self.created, "created"),
            (self.changed, "changed"),
            (self.unchanged, "unchanged"),
            (self.deleted, "deleted"),
        ];
        let seldom = [
            (self.adopted, "taken over"),
            (self.replaced, "replaced"),
            (self.not_ready, "not ready"),
            (self.failed, "failed"),
            (self.missing, "missing"),
            (self.unknown, "unknown"),
            (self.untouched, "not reached"),
        ];
        let seldom = seldom.into_iter().filter(|(number, _)| *number > 0);
        let parts = always.into_iter().chain(seldom).map(|(number, what)| format!("{what} {number}"));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// What came of it: where not all was done, the state of every object, in the order of the plan; then one line that
/// counts them.
pub fn text(cluster: &str, outcome: &Outcome, took: Duration, style: Style) -> String {
    let mut text = String::new();
    if matches!(outcome.end, End::Partial | End::Stopped) {
        for one in &outcome.objects {
            text.push_str(&line(one, style));
        }
        text.push('\n');
    }
    let cluster = one_line(cluster);
    let how = match outcome.end {
        End::Done => "",
        End::Refused => {
            let refused = format!("refused: nothing was written on \"{cluster}\"");
            return Paint::Bold.on(&refused, style.color) + "\n";
        }
        End::Partial => "not finished: ",
        End::Stopped => "stopped: ",
    };
    let counted = format!("{how}{} on \"{cluster}\" in {}", Counts::of(outcome).text(), seconds(took));
    text.push_str(&Paint::Bold.on(&counted, style.color));
    text.push('\n');
    text
}

fn line(one: &Ended, style: Style) -> String {
    let (what, why) = said(&one.end);
    let paint = match () {
        () if is_bad(&one.end) => Paint::Red,
        () if is_done(&one.end) => Paint::Green,
        () => Paint::Yellow,
    };
    let name = name(&one.object, one.unit.as_deref());
    let why = why.map(|why| format!(": {}", one_line(why))).unwrap_or_default();
    format!("  {}  {name}{why}\n", paint.on(&format!("{what:<23}"), style.color))
}
