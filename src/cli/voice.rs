//! Where connections tell what happens on the way: on the screen while there is one, else on stderr.

use std::sync::{Arc, Mutex, PoisonError};

use super::connect;
use super::console::Console;
use super::screen::{Screen, Teller};
use crate::live::{Notice, Tell};

/// Where connections tell what happens on the way. A clone is the same.
#[derive(Clone)]
pub struct Voice {
    screen: Arc<Mutex<Option<Teller>>>,
    console: Console,
}

impl Voice {
    /// One that speaks to stderr for now.
    pub fn new(console: Console) -> Self {
        Self { screen: Arc::default(), console }
    }

    /// From now on it speaks to this screen; or to stderr again.
    pub fn speaks_to(&self, screen: Option<&Screen>) {
        let mut place = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        *place = screen.map(Screen::teller);
    }

    /// Tells a notice.
    pub fn tell(&self, notice: &Notice) {
        let Some(line) = connect::line(notice, self.console) else { return };
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        match &*screen {
            Some(screen) => screen.say(line),
            None => match self.console.tell_line(&line) {
                // With stderr gone there is nobody to tell; what was asked for goes on.
                Ok(()) | Err(_) => {}
            },
        }
    }

    /// The same as a connection takes it.
    pub fn as_tell(&self) -> Tell {
        let voice = self.clone();
        Arc::new(move |notice: Notice| voice.tell(&notice))
    }
}
