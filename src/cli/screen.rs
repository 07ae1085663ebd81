//! What is shown on stderr while a cluster is changed: a tree on a terminal, else a line for each thing that happens.
//!
//! It is shown by a thread of its own: a reader of stderr that pauses must not hold back the renewal of a lock. One that
//! has gone away stops nothing. While a tree is drawn nothing else may write to stderr: what a connection has to tell
//! goes by [`Notices`](super::notices::Notices).

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::args::LogFormat;
use super::clock;
use super::console::Console;
use super::environment::Terminal;
use crate::apply::Event;
use crate::plan::Plan;
use crate::report::apply::{Tree, event, json};

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
        // With the screen gone there is nobody to tell; what was asked for goes on.
        self.try_tell(event);
    }

    /// The same; whether there is still a screen.
    pub fn try_tell(&self, event: Event) -> bool {
        self.0.send(Message::Event(event)).is_ok()
    }

    /// Takes the tree away, if stderr takes that at once: the process is about to end.
    pub fn end(&self) {
        let (done, is_done) = sync_channel(1);
        if self.0.send(Message::End(Some(done))).is_ok() {
            match is_done.recv_timeout(LAST_WORD) {
                Ok(()) | Err(_) => {}
            }
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
            Look::Lines => {
                print(&receiver, console, |event| line(event, LogFormat::Text, &cluster, clock::now()))
            }
            Look::Json => {
                print(&receiver, console, |event| line(event, LogFormat::Json, &cluster, clock::now()))
            }
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

/// An event as a line without its end; `None` where there is nothing to tell. `now` is by this machine's clock.
pub fn line(event: &Event, log: LogFormat, cluster: &str, now: Timestamp) -> Option<String> {
    match log {
        LogFormat::Text => event::line(cluster, event),
        LogFormat::Json => {
            let line = json::Line::print(cluster, now.to_string(), event);
            line.ok().map(|line| line.trim_end().to_owned())
        }
    }
}

/// Shows what comes until its end, and then takes away what is to go.
fn each(receiver: &Receiver<Message>, mut show: impl FnMut(Event), take_away: impl FnOnce()) {
    let mut waits = None;
    for message in receiver {
        match message {
            Message::Event(event) => show(event),
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

fn print(receiver: &Receiver<Message>, console: Console, line: impl Fn(&Event) -> Option<String>) {
    let show = |event| match line(&event).map(|line| console.tell_line(&line)) {
        // The rest is not read by anybody; it is taken off the channel all the same.
        None | Some(Ok(()) | Err(_)) => {}
    };
    each(receiver, show, || {});
}

/// What is worth to stay above the tree.
fn stays(event: &Event) -> bool {
    use crate::apply::ObjectEnd;
    match event {
        Event::Warning(_) | Event::Notice { .. } | Event::Stopping => true,
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
    let show = |event: Event| {
        if let Some(line) = event::line(cluster, &event).filter(|_| stays(&event)) {
            bar.println(line);
        }
        tree.on(&event);
        let (columns, rows) = Terminal::size().unwrap_or((console.err.width, usize::MAX));
        bar.set_message(tree.block(columns, rows));
        bar.tick();
    };
    each(receiver, show, || bar.finish_and_clear());
}
