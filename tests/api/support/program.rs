//! The program itself: started as its users start it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A command line of the program, without the settings of whoever runs the tests.
pub fn zinne(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zinne"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZINNE_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What a finished run left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command line to its end.
#[track_caller]
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let ran = Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    for sign in ["panicked", "RUST_BACKTRACE", "stack backtrace"] {
        assert!(
            !ran.err.contains(sign) && !ran.out.contains(sign),
            "{ran:?}"
        );
    }
    ran
}

/// A started program whose lines (of standard output or of standard error) can be waited for; killed with it.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    pub seen: Vec<String>,
}

/// Which stream is read line by line; the other one goes nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

impl Running {
    pub fn start(mut command: Command, stream: Stream) -> Running {
        let (out, err) = match stream {
            Stream::Out => (Stdio::piped(), Stdio::null()),
            Stream::Err => (Stdio::null(), Stdio::piped()),
        };
        let mut child = command.stdout(out).stderr(err).spawn().unwrap();
        let source: Box<dyn std::io::Read + Send> = match stream {
            Stream::Out => Box::new(child.stdout.take().unwrap()),
            Stream::Err => Box::new(child.stderr.take().unwrap()),
        };
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(source).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Running {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// Waits for a line that holds `text`; fails when the program ends or is silent for too long.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no line with `{text}` in time: {:#?}", self.seen)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("ended without `{text}`: {:#?}", self.seen)
                }
            }
        }
    }

    /// Processor time so far, in ticks (as a rule a hundredth of a second).
    pub fn processor_ticks(&self) -> u64 {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(path).unwrap();
        // The name in brackets may hold blanks; behind it the times in user mode and in the kernel are fields 12 and 13.
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let times = fields.split_whitespace().skip(11).take(2);
        times.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// The signal that asks to stop.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(
            // The shell's own: a slim Debian has no program of that name.
            Command::new("sh")
                .args(["-c", &format!("kill -s TERM {pid}")])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end.
    #[track_caller]
    pub fn ended_within(&mut self, limit: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < limit, "still running after {limit:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An address in a line such as `… address=127.0.0.1:43785 …`.
pub fn address_in(line: &str) -> String {
    let at = line
        .find("127.0.0.1:")
        .unwrap_or_else(|| panic!("no address: {line}"));
    let rest = &line[at..];
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'))
        .unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').to_owned()
}

/// Writes a file below a folder; gives its path.
pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
