//! Signals while a cluster is changed: the first ends it in order, the second at once.
//!
//! They are waited for on a thread of their own, so that the second is heard whatever the run is busy with.

use std::io;
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::thread;

use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::status::ExitStatus;
use crate::apply::Stop;

/// What signals say.
pub struct Signals {
    /// Whether one came.
    pub stop: Stop,
    first: Arc<OnceLock<ExitStatus>>,
}

impl Signals {
    /// Listens from now on to SIGINT, SIGTERM and SIGHUP. `on_first` is called when one comes, on another thread, before
    /// [`Signals::stop`] is set; the next one ends the process, after `on_second`.
    ///
    /// # Errors
    /// If the system gives no thread, or does not let signals be listened to.
    pub fn listen(
        on_first: impl Fn() + Send + 'static,
        on_second: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (stopping, stop) = watch::channel(false);
        let first = Arc::new(OnceLock::new());
        let (ready, is_ready) = mpsc::channel();
        let came = Arc::clone(&first);
        let listen = move || {
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return tell(&ready, Err(error)),
            };
            runtime.block_on(async {
                let mut signals = match Listeners::new() {
                    Ok(signals) => signals,
                    Err(error) => return tell(&ready, Err(error)),
                };
                tell(&ready, Ok(()));
                let status = signals.next().await;
                let status = *came.get_or_init(|| status);
                on_first();
                stopping.send_replace(true);
                // The record says what was begun: nothing is lost.
                signals.next().await;
                on_second();
                exit(status);
            });
        };
        thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        match is_ready.recv() {
            Ok(result) => result?,
            Err(_) => return Err(io::Error::other("signals cannot be listened to")),
        }
        Ok(Self { stop, first })
    }

    /// How a run ends that a signal stopped.
    pub fn status(&self) -> Option<ExitStatus> {
        self.first.get().copied()
    }
}

fn tell(ready: &mpsc::Sender<io::Result<()>>, result: io::Result<()>) {
    match ready.send(result) {
        // Nobody waits for it any more.
        Ok(()) | Err(_) => {}
    }
}

#[expect(clippy::disallowed_methods, clippy::exit, reason = "a second signal ends the process at once")]
fn exit(status: ExitStatus) -> ! {
    std::process::exit(i32::from(status as u8))
}

struct Listeners([(Signal, ExitStatus); 3]);

impl Listeners {
    fn new() -> io::Result<Self> {
        Ok(Self([
            (signal(SignalKind::interrupt())?, ExitStatus::Interrupted),
            (signal(SignalKind::terminate())?, ExitStatus::Terminated),
            (signal(SignalKind::hangup())?, ExitStatus::Terminated),
        ]))
    }

    /// The exit status of the next signal that comes.
    async fn next(&mut self) -> ExitStatus {
        std::future::poll_fn(|context| {
            for (signal, status) in &mut self.0 {
                if let Poll::Ready(Some(())) = signal.poll_recv(context) {
                    return Poll::Ready(*status);
                }
            }
            Poll::Pending
        })
        .await
    }
}
