//! Our PDF engine beside others, in turns on one core: the same 200 invoices, everybody warm, fonts read once.
//!
//! Ours starts from the invoice (layout and QR included), the others from the finished draw list, which is the easier
//! task. Before anything is measured each route's first document is read: all strings by `pdftotext`, and its picture
//! beside that of naive printpdf. A quick wrong document is no figure.

use crate::{Failure, readers, tools, workspace};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Turns of each route.
const ROUNDS: usize = 5;

/// An engine in a process of its own.
struct Route {
    name: &'static str,
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    /// Seconds a document, of each turn.
    turns: Vec<f64>,
    bytes: f64,
    peak_mib: f64,
    strings: (usize, usize),
    differing: f64,
}

/// Measures and prints a table for 5 and 100 lines.
pub(super) fn measure(ours: &Path) -> Result<(), Failure> {
    tools::provide([&tools::PDFTOTEXT, &tools::PYTHON])?;
    let target = workspace::target().join("peers");
    let manifest = workspace::root().join("benches/pdf-peers/Cargo.toml");
    workspace::run(
        workspace::cargo()
            .args(["build", "--locked", "--release", "--manifest-path"])
            .arg(manifest)
            .env("CARGO_TARGET_DIR", &target),
    )?;
    let python = readers::provide()?;
    for lines in ["5", "100"] {
        let folder = target.join(format!("lists-{lines}"));
        workspace::run(Command::new(ours).arg("lists").arg(&folder).arg(lines))?;
        let mut own = one_core(ours);
        own.args(["route", lines]);
        let program = |name: &str| {
            let mut command = one_core(&target.join("release").join(name));
            command.arg(&folder);
            command
        };
        let mut typst = one_core(&python);
        typst
            .arg(workspace::root().join("benches/pdf-peers/typst_route.py"))
            .arg(&folder);
        let mut routes = Vec::new();
        for (name, command) in [
            ("fapiao-pdf", own),
            ("printpdf, naive", program("peer-naive")),
            ("krilla, draw_glyphs", program("peer-krilla")),
            ("typst", typst),
        ] {
            routes.push(Route::start(name, command)?);
        }
        check(&mut routes, &folder)?;
        for round in 0..=ROUNDS {
            for route in &mut routes {
                let (seconds, bytes) = route.batch()?;
                // The first turn warms up.
                if round > 0 {
                    route.turns.push(seconds);
                    route.bytes = bytes;
                }
            }
        }
        for route in &mut routes {
            route.peak_mib = route.peak();
            let _ = route.process.kill();
            let _ = route.process.wait();
        }
        print(lines, &routes);
    }
    Ok(())
}

fn one_core(program: &Path) -> Command {
    if tools::find("taskset").is_some() {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        return command;
    }
    Command::new(program)
}

impl Route {
    fn start(name: &'static str, mut command: Command) -> Result<Route, Failure> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} could not be started: {error}"))?;
        let lost = || format!("{name} has no pipes");
        let to = process.stdin.take().ok_or_else(lost)?;
        let from = BufReader::new(process.stdout.take().ok_or_else(lost)?);
        Ok(Route {
            name,
            process,
            to,
            from,
            turns: Vec::new(),
            bytes: 0.0,
            peak_mib: 0.0,
            strings: (0, 0),
            differing: 0.0,
        })
    }

    fn say(&mut self, words: &str) -> Result<String, Failure> {
        let mut answer = String::new();
        writeln!(self.to, "{words}")
            .and_then(|()| self.to.flush())
            .and_then(|()| self.from.read_line(&mut answer))
            .map_err(|error| format!("{}: {error}", self.name))?;
        if answer.is_empty() {
            return Err(format!("{} stopped", self.name));
        }
        Ok(answer.trim().to_owned())
    }

    /// Seconds and bytes of a document.
    fn batch(&mut self) -> Result<(f64, f64), Failure> {
        let answer = self.say("batch")?;
        let numbers: Vec<f64> = answer
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers[..] {
            [seconds, count, bytes] => Ok((seconds / count, bytes / count)),
            _ => Err(format!("{} answered {answer}", self.name)),
        }
    }

    fn peak(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        number.unwrap_or_default() / 1024.0
    }

    fn median(&self) -> f64 {
        let mut turns = self.turns.clone();
        turns.sort_by(f64::total_cmp);
        turns.get(turns.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Reads every route's first document.
fn check(routes: &mut [Route], folder: &Path) -> Result<(), Failure> {
    let list = std::fs::read_to_string(folder.join("000.draw"))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let strings: Vec<String> = list
        .lines()
        .filter(|line| line.starts_with("text\t"))
        .filter_map(|line| line.rsplit('\t').next())
        .map(dense)
        .collect();
    let mut pictures: Vec<Vec<u8>> = Vec::new();
    for (place, route) in routes.iter_mut().enumerate() {
        let file = folder.join(format!("route-{place}.pdf"));
        route.say(&format!("write {}", file.display()))?;
        let text = workspace::output(
            Command::new("pdftotext")
                .arg("-raw")
                .args([&file, &PathBuf::from("-")]),
        )?;
        let text = dense(&text);
        let found = strings
            .iter()
            .filter(|string| text.contains(string.as_str()))
            .count();
        route.strings = (found, strings.len());
        let picture = folder.join(format!("route-{place}"));
        workspace::output(
            Command::new("pdftoppm")
                .args(["-r", "96", "-gray", "-singlefile"])
                .args([&file, &picture]),
        )?;
        let picture = picture.with_extension("pgm");
        pictures.push(std::fs::read(&picture).map_err(|error| error.to_string())?);
    }
    // The second route is the naive one.
    let reference = pictures[1].clone();
    for (route, picture) in routes.iter_mut().zip(pictures) {
        let differing = picture
            .iter()
            .zip(&reference)
            .filter(|(one, other)| one.abs_diff(**other) > 32)
            .count();
        route.differing = if picture.len() == reference.len() {
            differing as f64 / reference.len() as f64
        } else {
            1.0
        };
    }
    let own = &routes[0];
    if own.strings.0 < own.strings.1 || own.differing > 0.0005 {
        return Err(format!(
            "our document is wrong: {} of {} strings, {:.3} % of the dots differ from naive printpdf's",
            own.strings.0,
            own.strings.1,
            own.differing * 100.0
        ));
    }
    Ok(())
}

fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

fn print(lines: &str, routes: &[Route]) {
    println!("\n{lines} lines, issued form, 200 invoices, one core, median of {ROUNDS} turns\n");
    println!(
        "| route | docs/s | slowest to quickest turn | x naive | bytes/doc | peak MiB | strings | dots that differ |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let naive = routes.get(1).map_or(f64::NAN, Route::median);
    for route in routes {
        let median = route.median();
        let quickest = route.turns.iter().copied().fold(f64::INFINITY, f64::min);
        let slowest = route.turns.iter().copied().fold(0.0, f64::max);
        println!(
            "| {} | {:.0} | {:.0}–{:.0} | {:.2} | {:.0} | {:.0} | {}/{} | {:.3} % |",
            route.name,
            1.0 / median,
            1.0 / slowest,
            1.0 / quickest,
            naive / median,
            route.bytes,
            route.peak_mib,
            route.strings.0,
            route.strings.1,
            route.differing * 100.0
        );
    }
}
