//! A terminal to run a program on, and what it shows.

use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A program that runs on a terminal of its own.
pub struct Terminal {
    pub child: Child,
    columns: usize,
    rows: usize,
    written: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// What a terminal shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// Every line, those above the screen too, without the blanks at their ends and without the empty ones at the end.
    pub lines: Vec<String>,
    /// Where the cursor is: its line of those, from 0, and its column.
    pub cursor: (usize, usize),
    /// Whether it can be seen.
    pub has_cursor: bool,
}

impl Terminal {
    /// Starts a program with stdout and stderr on a terminal of this size.
    pub fn start(mut command: Command, columns: u16, rows: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let path = ptsname(&master, Vec::new()).unwrap();
        let path = std::ffi::OsStr::from_bytes(path.as_bytes());
        let flags = i32::try_from(OpenptFlags::NOCTTY.bits()).unwrap();
        let slave = File::options().read(true).write(true).custom_flags(flags).open(path).unwrap();
        tcsetwinsize(&slave, size).unwrap();
        command.env("TERM", "xterm-256color");
        command.stdout(slave.try_clone().unwrap()).stderr(slave);
        let child = command.spawn().unwrap();
        // The last hands on the program's side are its own.
        drop(command);
        let written: Arc<Mutex<Vec<u8>>> = Arc::default();
        let kept = Arc::clone(&written);
        let reader = std::thread::spawn(move || {
            let (mut master, mut bytes) = (File::from(master), [0; 4096]);
            // Once nobody is at the other side, reading fails.
            while let Ok(length @ 1..) = master.read(&mut bytes) {
                kept.lock().unwrap().extend_from_slice(&bytes[..length]);
            }
        });
        Self { child, columns: columns.into(), rows: rows.into(), written, reader }
    }

    /// What it shows now.
    pub fn shown(&self) -> Shown {
        Screen::of(&self.written.lock().unwrap(), self.columns, self.rows)
    }

    /// What it shows when the program has ended, and all that was written to it.
    pub fn ended(mut self) -> (ExitStatus, Shown, String) {
        let status = self.child.wait().unwrap();
        self.reader.join().unwrap();
        let written = self.written.lock().unwrap();
        let text = String::from_utf8(written.clone()).unwrap();
        (status, Screen::of(&written, self.columns, self.rows), text)
    }
}

/// As much of a terminal as programs that draw lines need; it panics at what it does not know.
struct Screen {
    columns: usize,
    rows: usize,
    /// All lines there were; the last `rows` of them can be reached.
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    has_cursor: bool,
}

impl Screen {
    fn of(bytes: &[u8], columns: usize, rows: usize) -> Shown {
        let mut screen = Self { columns, rows, lines: vec![Vec::new()], row: 0, column: 0, has_cursor: true };
        let text = String::from_utf8_lossy(bytes);
        let mut text = text.chars();
        while let Some(character) = text.next() {
            match character {
                '\r' => screen.column = 0,
                '\n' => screen.down(1, true),
                '\u{1b}' => {
                    assert_eq!(text.next().unwrap_or('['), '[', "{:?}", text.as_str());
                    let rest = text.as_str();
                    // What is cut off is still to come.
                    let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic()) else { break };
                    screen.escape(&rest[..end], rest.as_bytes()[end]);
                    text = rest[end + 1..].chars();
                }
                control if control.is_control() => panic!("{control:?} is not known"),
                shown => screen.put(shown),
            }
        }
        let mut lines: Vec<String> =
            screen.lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Shown { lines, cursor: (screen.row, screen.column), has_cursor: screen.has_cursor }
    }

    fn top(&self) -> usize {
        self.lines.len().saturating_sub(self.rows)
    }

    fn down(&mut self, by: usize, scrolls: bool) {
        let bottom = self.top() + self.rows - 1;
        self.row = if scrolls { self.row + by } else { (self.row + by).min(bottom) };
        while self.lines.len() <= self.row {
            self.lines.push(Vec::new());
        }
    }

    fn put(&mut self, character: char) {
        // A full line goes on below only when there is more.
        if self.column == self.columns {
            self.column = 0;
            self.down(1, true);
        }
        let line = &mut self.lines[self.row];
        while line.len() <= self.column {
            line.push(' ');
        }
        line[self.column] = character;
        self.column += 1;
    }

    fn escape(&mut self, parameters: &str, command: u8) {
        let number = parameters.parse().unwrap_or(1);
        match command {
            b'A' => self.row = self.row.saturating_sub(number).max(self.top()),
            b'B' => self.down(number, false),
            b'C' => self.column = (self.column + number).min(self.columns - 1),
            b'D' => self.column = self.column.saturating_sub(number),
            b'G' => self.column = number - 1,
            b'K' if parameters == "2" => self.lines[self.row].clear(),
            b'K' if parameters.is_empty() || parameters == "0" => self.lines[self.row].truncate(self.column),
            b'J' if parameters.is_empty() || parameters == "0" => {
                self.lines[self.row].truncate(self.column);
                self.lines.truncate(self.row + 1);
            }
            // Colours.
            b'm' => {}
            b'h' | b'l' if parameters == "?25" => self.has_cursor = command == b'h',
            other => panic!("ESC [ {parameters} {} is not known", char::from(other)),
        }
    }
}

#[test]
fn a_terminal_shows_what_is_written_to_it() {
    let shown = |text: &str| Screen::of(text.as_bytes(), 5, 3);
    assert_eq!(shown("one\r\ntwo\r\n").lines, ["one", "two"]);
    assert_eq!(shown("onetwo").lines, ["onetw", "o"]);
    assert_eq!(shown("onetw\r\no").lines, ["onetw", "o"]);
    assert_eq!(shown("one\u{1b}[31m\r\ntwo\u{1b}[1A\u{1b}[2K\rX").lines, ["X", "two"]);
    // What is above the screen cannot be reached.
    assert_eq!(shown("1\r\n2\r\n3\r\n4\u{1b}[9A\rX").lines, ["1", "X", "3", "4"]);
    let hidden = shown("a\u{1b}[?25l");
    assert_eq!((hidden.has_cursor, hidden.cursor), (false, (0, 1)));
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "test -t 1 && test -t 2 && stty size <&1 && echo x >&2"]);
    let (status, shown, _) = Terminal::start(command, 70, 20).ended();
    assert!(status.success());
    assert_eq!(shown.lines, ["20 70", "x"]);
}
