//! How long a program takes, and how much memory.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How often the memory of a program is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// Whether a program is on PATH.
pub fn is_there(program: &str) -> bool {
    Command::new(program)
        .arg("version")
        .arg("--client")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command several times, each of which must succeed, and prints what the fastest took.
pub fn fastest(name: &str, count: usize, runs: usize, mut command: impl FnMut() -> Command) -> Duration {
    let (mut time, mut memory) = (Duration::MAX, 0);
    let folder = TempDir::new().unwrap();
    for _ in 0..runs {
        // To files: a pipe that nobody reads holds the program back.
        let (out, err) = (folder.path().join("out"), folder.path().join("err"));
        let mut command = command();
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        #[expect(clippy::disallowed_methods, reason = "this measures")]
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let peak = watch(&mut child);
        time = time.min(begun.elapsed());
        memory = memory.max(peak);
        let status = child.wait().unwrap();
        let (out, err) = (fs::read_to_string(out).unwrap(), fs::read_to_string(err).unwrap());
        assert!(status.success(), "{name}: {status}\n{out}{err}");
    }
    let speed = f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64();
    println!(
        "{name}: {count} objects in {:.2} s, {speed:.0} objects/s, {} MB at its peak",
        time.as_secs_f64(),
        memory / 1024
    );
    time
}

/// Waits for the end of a program; the most memory it had, in kB.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
        std::thread::sleep(LOOK);
    }
    peak
}
