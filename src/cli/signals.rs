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
    /// Listens from now on to SIGINT, SIGTERM and SIGHUP, but to none that whoever started this lets it ignore, as `nohup`
    /// does with SIGHUP. `on_first` is called when one comes, on another thread, before [`Signals::stop`] is set; the next
    /// one ends the process, after `on_second`.
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

struct Listeners(Vec<(Signal, ExitStatus)>);

impl Listeners {
    fn new() -> io::Result<Self> {
        // To listen to a signal is to ignore it no longer.
        let ignored = ignored();
        let kinds = [
            (SignalKind::interrupt(), ExitStatus::Interrupted),
            (SignalKind::terminate(), ExitStatus::Terminated),
            (SignalKind::hangup(), ExitStatus::Terminated),
        ];
        let kinds = kinds.into_iter().filter(|(kind, _)| !is_in(ignored, *kind));
        let listeners = kinds.map(|(kind, status)| Ok((signal(kind)?, status)));
        Ok(Self(listeners.collect::<io::Result<_>>()?))
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

/// The signals that this process was started to ignore: bit N-1 is signal N (`SigIgn` of proc(5)). None where the system
/// does not tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

fn is_in(mask: u64, kind: SignalKind) -> bool {
    let bit = u32::try_from(kind.as_raw_value() - 1).ok();
    bit.and_then(|bit| mask.checked_shr(bit)).is_some_and(|mask| mask & 1 == 1)
}
