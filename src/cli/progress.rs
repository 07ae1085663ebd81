//! How far a run has come, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line on stderr that counts clusters, gone when it is finished. Off a terminal it does nothing.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Over `clusters` clusters, to which something is done (`rendering`); shown only where `visible` says so.
    pub fn new(doing: &str, clusters: usize, visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(clusters as u64), target);
        // The template is a constant; were it wrong, indicatif's own look would do.
        let template = format!("{doing} {{pos}}/{{len}} clusters {{wide_bar}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// One more cluster is done. May be called from any thread.
    pub fn cluster_done(&self) {
        self.0.inc(1);
    }

    /// Takes the line away.
    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}
