//! The two streams that a run writes to: data on stdout, messages on stderr.

use std::io::{self, BufRead, Read, Write};

use crate::diagnostic::{Diagnostics, SourceMap};
use crate::report::printable;
use crate::report::text::{self, Style};

/// The longest answer to a question that is read, in bytes.
const LONGEST_ANSWER: u64 = 256;

/// Where a run writes, and how it is to look there.
///
/// A reader that has gone away (`| head`) is no error: what it did not want to read is not written, and the
/// exit status stays what it would have been.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// The look of stdout.
    pub out: Style,
    /// The look of stderr.
    pub err: Style,
}

impl Console {
    /// Writes data to stdout.
    ///
    /// # Errors
    /// If the stream cannot be written, for another reason than that its reader has gone.
    pub fn print(&self, text: &str) -> io::Result<()> {
        written(io::stdout().lock(), text)
    }

    /// Writes to stdout what somebody has asked for and waits for.
    ///
    /// # Errors
    /// If the stream cannot be written, also where its reader has gone: it was not told then.
    pub fn answer(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
    }

    /// Writes a message to stderr.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn tell(&self, text: &str) -> io::Result<()> {
        written(io::stderr().lock(), text)
    }

    /// Writes one line to stderr, with everything that could move a cursor written out.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn tell_line(&self, line: &str) -> io::Result<()> {
        self.tell(&format!("{}\n", printable(line)))
    }

    /// Asks the person at the terminal: the answer, without the blanks around it. Empty at the end of stdin.
    ///
    /// # Errors
    /// If the question cannot be written, or nothing can be read.
    pub fn ask(&self, question: &str) -> io::Result<String> {
        self.tell(question)?;
        let mut answer = String::new();
        io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// Writes diagnostics to stderr.
    ///
    /// # Errors
    /// As [`Console::print`].
    pub fn tell_diagnostics(&self, list: &Diagnostics, sources: &SourceMap) -> io::Result<()> {
        self.tell(&text::diagnostics(list, sources, self.err))
    }
}

fn written(mut stream: impl Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
