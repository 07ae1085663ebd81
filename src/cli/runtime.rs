//! The one runtime that what waits for servers runs on.

use std::io;
use std::os::unix::net::UnixStream;

use tokio::runtime::Builder;

/// Runs work that waits, on this thread.
///
/// # Errors
/// If the system gives no runtime.
pub fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    // The only provider in the tree. That one is there already is no matter: it is the same.
    match rustls::crypto::ring::default_provider().install_default() {
        Ok(()) | Err(_) => {}
    }
    may_open_files()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // A name that is still being looked up would hold the process back.
    runtime.shutdown_background();
    Ok(done)
}

/// Whether the system lets a runtime have the files that it needs: six, and where it is given none for signals, it
/// panics.
fn may_open_files() -> io::Result<()> {
    const PAIRS: usize = 4;
    let pairs: io::Result<Vec<_>> = (0..PAIRS).map(|_| UnixStream::pair()).collect();
    pairs.map(drop)
}
