//! `cargo xtask test`: the steps, in the order in which they tell most for their time.

use crate::postgres::Cluster;
use crate::tools::{self, Tool};
use crate::webdriver::Driver;
use crate::{
    Failure, demo, dependencies, kill, licences, openapi, readers, scratch, totals, workspace,
};
use std::time::{Duration, Instant};

/// Which steps to run. Without options: all of them.
#[derive(clap::Args)]
pub(crate) struct Selection {
    /// Runs this step alone (may be given several times).
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Leaves this step out (may be given several times).
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// Names the steps and what each one shows.
    #[arg(long)]
    list: bool,
}

struct Step {
    name: &'static str,
    shows: &'static str,
    needs: &'static [Tool],
    run: fn() -> Result<(), Failure>,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        shows: "the sources are formatted",
        needs: &[],
        run: || workspace::run(workspace::cargo().args(["fmt", "--all", "--check"])),
    },
    Step {
        name: "licences",
        shows: "every dependency is permissive, from crates.io and not banned (deny.toml)",
        needs: &[],
        run: licences::check,
    },
    Step {
        name: "dependencies",
        shows: "no package declares a dependency that its sources never name",
        needs: &[],
        run: dependencies::check,
    },
    Step {
        name: "clippy",
        shows: "no warning in any target with any feature",
        needs: &[tools::COMPILER],
        run: clippy,
    },
    Step {
        name: "doc",
        shows: "the documentation builds without a warning",
        needs: &[tools::COMPILER],
        run: doc,
    },
    Step {
        name: "sqlite",
        shows: "all tests, on SQLite",
        needs: &[
            tools::COMPILER,
            tools::PDFTOTEXT,
            tools::QPDF,
            tools::PYTHON,
        ],
        run: sqlite,
    },
    Step {
        name: "doctest",
        shows: "the examples in the documentation",
        needs: &[tools::COMPILER],
        run: doctest,
    },
    Step {
        name: "totals",
        shows: "the totals of 20,000 random orders equal an independent implementation's",
        needs: &[tools::COMPILER, tools::PYTHON],
        run: || totals::compare(&totals::Amount::SOME),
    },
    Step {
        name: "openapi",
        shows: "deploy/openapi.json is what the binary says",
        needs: &[tools::COMPILER],
        run: openapi::compare,
    },
    Step {
        name: "postgres",
        shows: "the tests of store and product again, on PostgreSQL",
        needs: &[
            tools::COMPILER,
            tools::INITDB,
            tools::PDFTOTEXT,
            tools::QPDF,
        ],
        run: postgres,
    },
    Step {
        name: "browser",
        shows: "the whole flow, clicked in Chromium",
        needs: &[tools::COMPILER, tools::CHROMIUM, tools::CHROMEDRIVER],
        run: browser,
    },
    Step {
        name: "demo",
        shows: "the release build starts from nothing, takes an order, stops and goes on",
        needs: &[tools::COMPILER],
        run: demo::check,
    },
    Step {
        name: "kill",
        shows: "killed at every step and at random 200 times, no number is used twice and nothing is lost",
        needs: &[tools::COMPILER],
        run: || kill::run(&kill::Effort::default()),
    },
];

/// Runs the chosen steps and stops at the first that fails.
pub(crate) fn run(selection: &Selection) -> Result<(), Failure> {
    let chosen = choose(selection)?;
    if selection.list {
        for step in chosen {
            println!("{:<13} {}", step.name, step.shows);
        }
        return Ok(());
    }
    tools::provide(chosen.iter().flat_map(|step| step.needs))?;

    let start = Instant::now();
    let mut times = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        println!(
            "\n== {} ({}/{}): {}",
            step.name,
            index + 1,
            chosen.len(),
            step.shows
        );
        let began = Instant::now();
        (step.run)().map_err(|failure| {
            format!(
                "step `{0}` failed after {1}: {failure}\nagain with: cargo xtask test --only {0}",
                step.name,
                seconds(began.elapsed())
            )
        })?;
        println!("== {} ok, {}", step.name, seconds(began.elapsed()));
        times.push((step.name, began.elapsed()));
    }
    println!();
    for (name, time) in times {
        println!("{name:<13} {:>8}", seconds(time));
    }
    println!(
        "{:<13} {:>8}\nxtask: everything holds",
        "together",
        seconds(start.elapsed())
    );
    Ok(())
}

fn choose(selection: &Selection) -> Result<Vec<&'static Step>, Failure> {
    for name in selection.only.iter().chain(&selection.skip) {
        if !STEPS.iter().any(|step| step.name == name) {
            let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            return Err(format!("there is no step `{name}`: {}", known.join(", ")));
        }
    }
    let named = |list: &[String], step: &Step| list.iter().any(|name| name == step.name);
    let wanted = |step: &&Step| {
        (selection.only.is_empty() || named(&selection.only, step)) && !named(&selection.skip, step)
    };
    Ok(STEPS.iter().filter(wanted).collect())
}

fn clippy() -> Result<(), Failure> {
    let what = ["--locked", "--workspace", "--all-targets", "--all-features"];
    let deny = ["--", "-D", "warnings"];
    workspace::run(workspace::cargo().arg("clippy").args(what).args(deny))
}

fn doc() -> Result<(), Failure> {
    let what = ["--locked", "--workspace", "--all-features", "--no-deps"];
    workspace::run(
        workspace::cargo()
            .arg("doc")
            .args(what)
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn doctest() -> Result<(), Failure> {
    let what = ["--locked", "--workspace", "--all-features", "--doc"];
    workspace::run(workspace::cargo().arg("test").args(what))
}

fn sqlite() -> Result<(), Failure> {
    let python = readers::provide()?;
    Tests::of(&["--workspace"])
        .with("FAPIAO_TEST_READERS", &python.to_string_lossy())
        .run()
}

fn postgres() -> Result<(), Failure> {
    let cluster = Cluster::start()?;
    let what = ["--package", "fapiao-store", "--package", "fapiao-server"];
    Tests::of(&what)
        .with("FAPIAO_TEST_DATABASE_URL", cluster.url())
        .run()
}

fn browser() -> Result<(), Failure> {
    let driver = Driver::start()?;
    Tests::of(&["--package", "fapiao-server", "--test", "e2e"])
        .named("browser::")
        .with("FAPIAO_TEST_WEBDRIVER", driver.url())
        .run()
}

/// A run of tests: with cargo-nextest where it is installed, else with cargo.
struct Tests {
    selection: Vec<&'static str>,
    filter: Option<&'static str>,
    environment: Vec<(&'static str, String)>,
}

impl Tests {
    fn of(selection: &[&'static str]) -> Tests {
        Tests {
            selection: selection.to_vec(),
            filter: None,
            environment: Vec::new(),
        }
    }

    /// Only tests whose path contains `filter`; there must be at least one.
    fn named(mut self, filter: &'static str) -> Tests {
        self.filter = Some(filter);
        self
    }

    fn with(mut self, name: &'static str, value: &str) -> Tests {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn run(&self) -> Result<(), Failure> {
        if tools::find("cargo-nextest").is_some() {
            // A run without a single test fails by itself. What fails is tried once more and then named FLAKY: on a
            // machine that stalls, one of thousands may have waited in vain. Such a test is still one to mend.
            let run = ["nextest", "run", "--no-fail-fast", "--retries", "1"];
            return workspace::run(&mut self.command(&run));
        }
        if self.filter.is_some() {
            let list = workspace::output(self.command(&["test"]).args(["--", "--list"]))?;
            if !list.lines().any(|line| line.ends_with(": test")) {
                return Err(format!(
                    "no test is named `{}`",
                    self.filter.unwrap_or_default()
                ));
            }
        }
        // Documentation examples are a step of their own.
        let targets = ["--lib", "--bins", "--tests"];
        let mut command = self.command(&["test", "--no-fail-fast"]);
        if !self.selection.contains(&"--test") {
            command.args(targets);
        }
        workspace::run(&mut command)
    }

    fn command(&self, verb: &[&str]) -> std::process::Command {
        let mut command = workspace::cargo();
        // What is left of another run must not decide what this one tests.
        command
            .env_remove("FAPIAO_TEST_DATABASE_URL")
            .env_remove("FAPIAO_TEST_WEBDRIVER")
            .env("TMPDIR", scratch::folder());
        command
            .args(verb)
            .args(["--locked", "--all-features"])
            .args(&self.selection);
        command.args(self.filter);
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: &[&str], skip: &[&str]) -> Result<Vec<&'static str>, Failure> {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        let selection = Selection {
            only: owned(only),
            skip: owned(skip),
            list: false,
        };
        Ok(choose(&selection)?.iter().map(|step| step.name).collect())
    }

    #[test]
    fn all_steps_run_unless_some_are_named() {
        assert_eq!(names(&[], &[]).unwrap().len(), STEPS.len());
        assert_eq!(names(&["doc", "fmt"], &[]).unwrap(), ["fmt", "doc"]);
        assert!(!names(&[], &["demo"]).unwrap().contains(&"demo"));
    }

    #[test]
    fn a_mistyped_step_is_an_error_and_not_an_empty_run() {
        let failure = names(&["clipy"], &[]).unwrap_err();
        assert!(
            failure.contains("clipy") && failure.contains("clippy"),
            "{failure}"
        );
    }
}
