//! Servers as child processes: started, waited for, asked, stopped or killed.

use crate::Failure;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A running child. Dropping it kills it.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command` with its log going to the file `log`; standard output is thrown away.
    pub(crate) fn spawn(command: &mut Command, log: &Path) -> Result<Running, Failure> {
        Self::start(command.stdout(Stdio::null()), log)
    }

    /// Starts `command` and waits for the line of JSON with `"ready":true` on its standard output
    /// (`--print-json`). Gives the line and how long it took.
    pub(crate) fn spawn_until_ready(
        command: &mut Command,
        log: &Path,
        patience: Duration,
    ) -> Result<(Running, Value, Duration), Failure> {
        let began = Instant::now();
        let mut running = Self::start(command.stdout(Stdio::piped()), log)?;
        let output = running
            .child
            .stdout
            .take()
            .ok_or("the child has no standard output")?;
        let (sender, lines) = mpsc::channel();
        // Reads on after the ready line, or the child would stand still on a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
        while let Some(rest) = patience.checked_sub(began.elapsed()) {
            match lines.recv_timeout(rest) {
                Ok(line) => {
                    let told = serde_json::from_str::<Value>(&line).unwrap_or_default();
                    if told["ready"] == true {
                        return Ok((running, told, began.elapsed()));
                    }
                }
                Err(_) => break,
            }
        }
        let state = match running.child.try_wait() {
            Ok(Some(status)) => format!("ended with {status} before it was ready"),
            _ => format!("was not ready within {} s", patience.as_secs()),
        };
        Err(format!(
            "`{}` {state}\n{}",
            line_of(command),
            running.tail()
        ))
    }

    fn start(command: &mut Command, log: &Path) -> Result<Running, Failure> {
        let file = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stderr(file)
            .spawn()
            .map_err(|error| format!("`{}` could not be started: {error}", line_of(command)))?;
        Ok(Running {
            child,
            log: log.to_path_buf(),
        })
    }

    /// Waits until `is_up` says yes; fails when the child ends or the time is over.
    pub(crate) fn wait_until(
        &mut self,
        patience: Duration,
        mut is_up: impl FnMut() -> bool,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended with {status}\n{}", self.tail()));
            }
            if is_up() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(format!(
            "it was not up within {} s\n{}",
            patience.as_secs(),
            self.tail()
        ))
    }

    /// Asks the child to stop (`signal` as kill(1) names it) and gives how it ended.
    pub(crate) fn stop(&mut self, signal: &str, patience: Duration) -> Result<ExitStatus, Failure> {
        let pid = self.child.id().to_string();
        crate::workspace::output(Command::new("kill").args(["-s", signal, &pid]))?;
        let began = Instant::now();
        while began.elapsed() < patience {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => return Err(format!("waiting for process {pid}: {error}")),
            }
        }
        Err(format!(
            "it did not stop within {} s\n{}",
            patience.as_secs(),
            self.tail()
        ))
    }

    /// Waits until the child ends by itself.
    pub(crate) fn wait_for_end(&mut self, patience: Duration) -> Result<(), Failure> {
        let began = Instant::now();
        while began.elapsed() < patience {
            match self.child.try_wait() {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(error) => return Err(error.to_string()),
            }
        }
        Err(format!(
            "it was still running after {} s\n{}",
            patience.as_secs(),
            self.tail()
        ))
    }

    /// SIGKILL, and waits for the end.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// The most memory the child ever held, in KiB.
    pub(crate) fn peak_memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// The last lines of its log.
    pub(crate) fn tail(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        let last = &lines[lines.len().saturating_sub(20)..];
        if last.is_empty() {
            "(its log is empty)".to_owned()
        } else {
            last.join("\n")
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that nobody listens on. Somebody else may take it before it is used: unlikely, and then
/// the server says so.
pub(crate) fn free_port() -> Result<u16, Failure> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_ready_line_is_found_among_others_and_the_child_can_be_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"echo starting; echo '{"ready":true,"web":"http://h"}'; exec sleep 60"#;
        let (mut running, told, _) = Running::spawn_until_ready(
            &mut shell(script),
            &folder.path().join("log"),
            Duration::from_secs(10),
        )
        .unwrap();
        assert_eq!(told["web"], "http://h");
        let status = running.stop("TERM", Duration::from_secs(10)).unwrap();
        assert!(!status.success());
    }

    #[test]
    fn a_child_that_dies_early_is_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let failure = Running::spawn_until_ready(
            &mut shell("echo 'port is taken' >&2; exit 3"),
            &folder.path().join("log"),
            Duration::from_secs(10),
        )
        .err()
        .unwrap();
        assert!(failure.contains("port is taken"), "{failure}");
    }
}
