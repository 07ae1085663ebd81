//! Lines to one server: HTTP/1.1 connections, each used for one request at a time. An address may change hands in the
//! middle of a run, and each new connection is made wherever it leads by then: so none is made unless somebody said so,
//! who sees to it that the first that goes by it is the question who answers.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kube::client::ClientBuilder;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How often a line that is about to be free is waited for before another is made.
const YIELDS: u32 = 3;

/// The lines to one server.
pub(super) struct Lines {
    config: kube::Config,
    free: Mutex<Vec<Line>>,
    /// How many may be in use at a time.
    limit: Semaphore,
}

/// A line in use, and the right to use one.
pub(super) type Taken<'l> = (Line, Option<SemaphorePermit<'l>>);

/// A client that has at most one connection.
pub(super) struct Line {
    pub client: kube::Client,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// A connection may be made.
    may_connect: AtomicBool,
    /// There is a connection.
    is_connected: AtomicBool,
    /// A connection was made that may not be used, and was given up before anything went by it.
    was_refused: AtomicBool,
    /// What is still to be done after requests.
    pending: AtomicUsize,
}

impl Lines {
    /// Lines as the configuration says; `one_by_one` if never more than one may be in use. The first is made, to see
    /// whether that can be done; nothing is sent.
    pub fn new(config: kube::Config, one_by_one: bool) -> kube::Result<Self> {
        let limit = Semaphore::new(if one_by_one { 1 } else { Semaphore::MAX_PERMITS });
        let lines = Self { config, free: Mutex::default(), limit };
        lines.give(lines.line()?);
        Ok(lines)
    }

    fn line(&self) -> kube::Result<Line> {
        let state = Arc::<State>::default();
        let builder = ClientBuilder::try_from((self.config.clone(), Gate(Arc::clone(&state))))?;
        Ok(Line { client: builder.build(), state })
    }

    /// A line that is free, or a new one.
    pub async fn take(&self) -> kube::Result<Taken<'_>> {
        // It is never closed.
        let permit = self.limit.acquire().await.ok();
        for _ in 0..YIELDS {
            match self.quiet() {
                Ok(Some(line)) => return Ok((line, permit)),
                Ok(None) => tokio::task::yield_now().await,
                Err(NoneFree) => break,
            }
        }
        let line = self.quiet().ok().flatten().map_or_else(|| self.line(), Ok)?;
        Ok((line, permit))
    }

    /// One of the free lines on which nothing is left to be done, if there is any.
    fn quiet(&self) -> Result<Option<Line>, NoneFree> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.is_empty() {
            return Err(NoneFree);
        }
        let place = free.iter().rposition(|line| line.state.pending.load(Ordering::SeqCst) == 0);
        Ok(place.map(|place| free.swap_remove(place)))
    }

    /// Gives a line back by which an answer came in full.
    pub fn give(&self, line: Line) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// That no line is free.
struct NoneFree;

impl Line {
    /// Whether what is sent next goes by the connection that there is.
    pub fn is_connected(&self) -> bool {
        self.state.is_connected.load(Ordering::SeqCst)
    }

    /// Waits until the connection can take the next request; it is about to.
    pub async fn rests(&self) {
        while self.state.pending.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets what is sent next make a connection.
    pub fn let_connect(&self) {
        self.state.was_refused.store(false, Ordering::SeqCst);
        self.state.may_connect.store(true, Ordering::SeqCst);
    }

    /// Whether what was sent last was not sent, since the connection that it needed may not be used.
    pub fn was_refused(&self) -> bool {
        self.state.was_refused.swap(false, Ordering::SeqCst)
    }
}

/// What runs what a client does behind a request. The client hands over each new connection, and what waits until one can
/// take the next request; it is used in such a way that these are all.
#[derive(Clone)]
struct Gate(Arc<State>);

impl hyper::rt::Executor<Pin<Box<dyn Future<Output = ()> + Send>>> for Gate {
    fn execute(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let state = Arc::clone(&self.0);
        if state.may_connect.swap(false, Ordering::SeqCst) {
            state.is_connected.store(true, Ordering::SeqCst);
            let connected = Connected(state);
            drop(tokio::spawn(async move {
                work.await;
                drop(connected);
            }));
        } else if state.is_connected.load(Ordering::SeqCst) {
            state.pending.fetch_add(1, Ordering::SeqCst);
            let pending = Pending(state);
            drop(tokio::spawn(async move {
                work.await;
                drop(pending);
            }));
        } else {
            // A connection without what drives it carries nothing.
            state.was_refused.store(true, Ordering::SeqCst);
        }
    }
}

/// Tells at its end that a connection has ended.
struct Connected(Arc<State>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.is_connected.store(false, Ordering::SeqCst);
    }
}

/// Tells at its end that nothing is left to be done.
struct Pending(Arc<State>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::SeqCst);
    }
}
