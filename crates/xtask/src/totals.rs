//! Totals of random orders against an independent implementation: our example writes them, a Python program with the decimals
//! of its standard library computes all of them again.

use crate::{Failure, workspace};
use std::process::{Command, Stdio};

/// The independent implementation.
const CHECKER: &str = "tests/fixtures/totals.py";

/// How much to compare.
#[derive(clap::Args)]
pub(crate) struct Amount {
    /// How many orders.
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
    /// Where the dice begin; the same seed gives the same orders.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Amount {
    /// What every full check compares.
    pub(crate) const SOME: Amount = Amount {
        count: 20_000,
        seed: 20_261_121,
    };
}

pub(crate) fn compare(amount: &Amount) -> Result<(), Failure> {
    let example = ["--package", "fapiao-usecases", "--example", "totals"];
    workspace::run(workspace::cargo().args(["build", "--locked"]).args(example))?;
    let binary = workspace::target().join("debug/examples/totals");
    let mut writer = Command::new(binary)
        .args([amount.count.to_string(), amount.seed.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the example that makes the orders does not start: {error}"))?;
    let orders = writer.stdout.take().ok_or("the example has no output")?;
    // Not through `workspace::run`, which gives its commands nothing to read.
    let compared = Command::new("python3")
        .arg(workspace::root().join(CHECKER))
        .stdin(Stdio::from(orders))
        .status()
        .map_err(|error| format!("python3 does not start: {error}"))?;
    let made = writer
        .wait()
        .map_err(|error| format!("the example that makes the orders is lost: {error}"))?;
    if !compared.success() {
        return Err(format!("{CHECKER} ended with {compared}"));
    }
    if made.success() {
        Ok(())
    } else {
        Err(format!(
            "the example that makes the orders ended with {made}"
        ))
    }
}
