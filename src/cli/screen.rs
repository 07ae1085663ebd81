//! What is shown on stderr while a cluster is changed: a tree on a terminal, else a line for each thing that happens.
//!
//! It is shown by a thread of its own: a reader of stderr that pauses must not hold back the renewal of a lock. One that
//! has gone away stops nothing. While a tree is drawn nothing else may write to stderr: what a connection has to tell
//! goes by a [`Voice`](super::voice::Voice).

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clock;
use super::console::Console;
use super::environment::Terminal;
use crate::apply::Event;
use crate::plan::Plan;
use crate::report::apply::{Tree, event, json};
use crate::report::printable;

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A tree that is drawn again and again.
    Tree,
    /// A line for each event.
    Lines,
    /// A JSON object per line.
    Json,
}

/// How long the end of the process may be held back by taking the tree away.
const LAST_WORD: Duration = Duration::from_millis(200);

/// What is shown.
enum Message {
    Event(Event),
    /// A line of something else.
    Line(String),
    /// Nothing more is shown. Whoever waits for that is told.
    End(Option<SyncSender<()>>),
}

/// Where events are sent to.
#[derive(Clone)]
pub struct Teller(Sender<Message>);

/// What shows them.
pub struct Screen {
    sender: Sender<Message>,
    thread: JoinHandle<()>,
}

impl Teller {
    /// Shows an event. Never waits.
    pub fn tell(&self, event: Event) {
        match self.0.send(Message::Event(event)) {
            // With the screen gone there is nobody to tell; what was asked for goes on.
            Ok(()) | Err(_) => {}
        }
    }

    /// Shows a line of something else. Never waits.
    pub fn say(&self, line: String) {
        match self.0.send(Message::Line(line)) {
            Ok(()) | Err(_) => {}
        }
    }

    /// Takes the tree away, if stderr takes that at once: the process is about to end.
    pub fn end(&self) {
        let (done, is_done) = sync_channel(1);
        match self.0.send(Message::End(Some(done))) {
            Ok(()) => match is_done.recv_timeout(LAST_WORD) {
                Ok(()) | Err(_) => {}
            },
            Err(_) => {}
        }
    }
}

impl Screen {
    /// Begins to show what happens to the cluster of a plan.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn open(plan: &Plan, look: Look, console: Console) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let cluster = plan.cluster.to_string();
        let tree = Tree::of(plan);
        let show = move || match look {
            Look::Tree => draw(&cluster, tree, &receiver, console),
            Look::Lines => print(&receiver, console, |event| event::line(&cluster, event)),
            Look::Json => print(&receiver, console, |event| {
                let line = json::Line::print(&cluster, clock::now().to_string(), event);
                line.ok().map(|line| line.trim_end().to_owned())
            }),
        };
        let thread = thread::Builder::new().name("screen".to_owned()).spawn(show)?;
        Ok(Self { sender, thread })
    }

    /// Where events are sent to.
    pub fn teller(&self) -> Teller {
        Teller(self.sender.clone())
    }

    /// Shows what was sent so far, and takes the tree away.
    pub fn close(self) {
        match self.sender.send(Message::End(None)) {
            Ok(()) | Err(_) => {}
        }
        match self.thread.join() {
            // What it could not show any more is in the outcome.
            Ok(()) | Err(_) => {}
        }
    }
}

/// Shows what comes until its end, and then takes away what is to go.
fn each(receiver: &Receiver<Message>, mut show: impl FnMut(Shown), take_away: impl FnOnce()) {
    let mut waits = None;
    for message in receiver {
        match message {
            Message::Event(event) => show(Shown::Event(event)),
            Message::Line(line) => show(Shown::Line(line)),
            Message::End(who) => {
                waits = who;
                break;
            }
        }
    }
    take_away();
    match waits.map(|who| who.send(())) {
        // Who waited may have given up.
        None | Some(Ok(()) | Err(_)) => {}
    }
}

/// What there is to show.
enum Shown {
    Event(Event),
    Line(String),
}

fn print(receiver: &Receiver<Message>, console: Console, line: impl Fn(&Event) -> Option<String>) {
    let show = |shown| {
        let line = match shown {
            Shown::Event(event) => line(&event),
            Shown::Line(line) => Some(line),
        };
        match line.map(|line| console.tell_line(&line)) {
            // The rest is not read by anybody; it is taken off the channel all the same.
            None | Some(Ok(()) | Err(_)) => {}
        }
    };
    each(receiver, show, || {});
}

/// What is worth to stay above the tree.
fn stays(event: &Event) -> bool {
    use crate::apply::ObjectEnd;
    match event {
        Event::Warning(_) | Event::Stopping => true,
        Event::Object { end, .. } => {
            matches!(end, ObjectEnd::Failed(_) | ObjectEnd::Unready(_) | ObjectEnd::Unknown(_))
        }
        Event::Waiting { .. }
        | Event::Locked { .. }
        | Event::Begun(_)
        | Event::Writing { .. }
        | Event::NotReady { .. } => false,
    }
}

fn draw(cluster: &str, mut tree: Tree, receiver: &Receiver<Message>, console: Console) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // The template is a constant; were it wrong, indicatif's own look would do.
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let show = |shown| {
        match shown {
            Shown::Event(event) => {
                if let Some(line) = event::line(cluster, &event).filter(|_| stays(&event)) {
                    bar.println(line);
                }
                tree.on(&event);
            }
            Shown::Line(line) => bar.println(printable(&line)),
        }
        let (columns, rows) = Terminal::size().unwrap_or((console.err.width, usize::MAX));
        bar.set_message(tree.block(columns, rows));
        bar.tick();
    };
    each(receiver, show, || bar.finish_and_clear());
}
