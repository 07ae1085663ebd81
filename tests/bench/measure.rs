//! How long a program takes, and how much memory.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// How often the memory of a program is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// Whether a program is on PATH; `asked` is what it answers without doing anything.
pub fn is_there(program: &str, asked: &str) -> bool {
    let mut command = Command::new(program);
    command.args(asked.split(' ')).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What some commands took together.
#[derive(Clone, Copy)]
pub struct Measured {
    /// From the start of the first to the end of the last.
    pub wall: Duration,
    /// Time of the processors, of all of them together.
    pub cpu: Duration,
    /// The most memory that one of them had, in kB.
    pub peak: u64,
}

impl Measured {
    /// Prints what so many objects took.
    pub fn print(&self, name: &str, count: usize) {
        let (wall, cpu) = (self.wall.as_secs_f64(), self.cpu.as_secs_f64());
        let speed = f64::from(u32::try_from(count).unwrap()) / wall;
        println!(
            "{name}: {count} objects in {wall:.2} s, {cpu:.2} s of CPU time, {speed:.0} objects/s, {} MB at its peak",
            self.peak / 1024
        );
    }
}

/// Runs some commands several times, `width` at a time; each must succeed. Of the time and of the CPU time it is the
/// best that counts, of the memory the worst.
pub fn fastest_of(
    name: &str,
    runs: usize,
    width: usize,
    commands: &mut dyn FnMut() -> Vec<Command>,
) -> Measured {
    let mut best = Measured { wall: Duration::MAX, cpu: Duration::MAX, peak: 0 };
    for _ in 0..runs {
        let waiting = Mutex::new(commands().into_iter());
        let total = Mutex::new((Duration::ZERO, 0));
        #[expect(clippy::disallowed_methods, reason = "this measures")]
        let begun = Instant::now();
        thread::scope(|scope| {
            for _ in 0..width {
                scope.spawn(|| {
                    loop {
                        let Some(mut command) = waiting.lock().unwrap().next() else { break };
                        let (cpu, peak) = run(name, &mut command);
                        let mut total = total.lock().unwrap();
                        *total = (total.0 + cpu, total.1.max(peak));
                    }
                });
            }
        });
        let wall = begun.elapsed();
        let (cpu, peak) = total.into_inner().unwrap();
        best = Measured { wall: best.wall.min(wall), cpu: best.cpu.min(cpu), peak: best.peak.max(peak) };
    }
    best
}

/// The CPU time and the peak memory, in kB, of a command that must succeed. What it prints is not wanted.
fn run(name: &str, command: &mut Command) -> (Duration, u64) {
    let err = tempfile::tempfile().unwrap();
    let mut child = command.stderr(err.try_clone().unwrap()).spawn().unwrap();
    let pid = Pid::from_child(&child);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    while waitid(WaitId::Pid(pid), ended).unwrap().is_none() {
        peak = peak.max(memory(&status));
        thread::sleep(LOOK);
    }
    let cpu = cpu_time(child.id());
    let status = child.wait().unwrap();
    assert!(status.success(), "{name}: {status}\n{}", std::io::read_to_string(rewound(err)).unwrap());
    (cpu, peak)
}

fn rewound(mut file: File) -> File {
    std::io::Seek::rewind(&mut file).unwrap();
    file
}

/// What a process that has ended, and is not waited for yet, took of the processors: proc(5), `stat`, 14 and 15.
fn cpu_time(pid: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, after) = text.rsplit_once(") ").unwrap();
    let ticks: u64 = after.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

/// The most memory that a process has had so far, in kB.
fn memory(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// Runs a command several times, each of which must succeed, and prints what the fastest took.
pub fn fastest(name: &str, count: usize, runs: usize, mut command: impl FnMut() -> Command) -> Duration {
    let mut one = || {
        let mut command = command();
        command.stdout(Stdio::null());
        vec![command]
    };
    let best = fastest_of(name, runs, 1, &mut one);
    best.print(name, count);
    best.wall
}
