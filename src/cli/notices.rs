//! What happens on the way to the servers while a cluster is looked at and changed, and where it is told.
//!
//! It is told by whatever task of the run meets it. While locks are held that must not wait for a reader of stderr, so
//! from then on it goes to the [screen], as everything else does.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::LogFormat;
use super::console::Console;
use super::screen::{self, Teller};
use super::{clock, codes};
use crate::apply;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Event, Notice, Tell};

/// Where notices go.
#[derive(Clone)]
pub struct Notices(Arc<Inner>);

struct Inner {
    console: Console,
    log: LogFormat,
    way: Mutex<Way>,
}

/// Where they go for now.
enum Way {
    /// What servers warn of is kept until somebody is to agree to what it is about; the rest is told.
    Kept(Vec<Notice>),
    /// All is told.
    Told,
    /// All is shown, for as long as there is a screen.
    Shown(Teller),
}

impl Notices {
    /// None so far.
    pub fn new(console: Console, log: LogFormat) -> Self {
        Self(Arc::new(Inner { console, log, way: Mutex::new(Way::Kept(Vec::new())) }))
    }

    /// What takes them as they come.
    pub fn tell(&self) -> Tell {
        let inner = Arc::clone(&self.0);
        Arc::new(move |notice| inner.take(notice))
    }

    /// What servers have warned of; from now on it is told as it comes.
    pub fn warnings(&self) -> Diagnostics {
        match mem::replace(&mut *self.0.way(), Way::Told) {
            Way::Kept(kept) => kept.iter().map(warning).collect(),
            Way::Told | Way::Shown(_) => Diagnostics::new(),
        }
    }

    /// From now on they go to the screen.
    pub fn show_on(&self, screen: Teller) {
        *self.0.way() = Way::Shown(screen);
    }
}

impl Inner {
    fn way(&self) -> std::sync::MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, notice: Notice) {
        let screen = match &mut *self.way() {
            Way::Kept(kept) if matches!(notice.event, Event::Warning(_)) => return kept.push(notice),
            Way::Kept(_) | Way::Told => None,
            Way::Shown(screen) => Some(screen.clone()),
        };
        let cluster = Arc::clone(&notice.cluster);
        let event = apply::Event::Notice { text: notice.to_string(), cluster };
        // A screen that was closed takes nothing any more.
        let is_shown = screen.is_some_and(|screen| screen.try_tell(event.clone()));
        let line =
            if is_shown { None } else { screen::line(&event, self.log, &notice.cluster, clock::now()) };
        match line.map(|line| self.console.tell_line(&line)) {
            // With stderr gone there is nobody to tell; what was asked for goes on.
            None | Some(Ok(()) | Err(_)) => {}
        }
    }
}

fn warning(notice: &Notice) -> Diagnostic {
    let message = match &notice.event {
        Event::Warning(text) => format!("the server warns: {text}"),
        Event::Retry { .. } | Event::Leftover { .. } | Event::Plugin(_) | Event::Insecure => {
            notice.to_string()
        }
    };
    Diagnostic::warning(codes::SERVER_WARNS, message).on(Arc::clone(&notice.cluster))
}
