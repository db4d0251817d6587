//! The kill test: the release binary dies by SIGKILL at every step of the pipeline and at random under load; then our
//! ledger and the sandboxes' own must agree.

mod load;
mod proof;

use crate::{
    Failure,
    process::{Running, free_port},
    workspace,
};
use load::{Buyers, Target};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

const READY_WITHIN: Duration = Duration::from_secs(30);
/// Everything that was begun must be finished this long after the last kill.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// Jobs whose beginning and end are killed at, in the order of the pipeline.
const STEPS: [&str; 6] = [
    "handle_push",
    "draft_invoice",
    "issue_invoice",
    "poll_receipt",
    "render_invoice",
    "deliver_card",
];

/// Calls to the outside that are killed at while they are under way: sandbox, path or service.
const CALLS: [(&str, &str); 8] = [
    ("wechat", "/cgi-bin/stable_token"),
    ("wechat", "/card/invoice/getauthurl"),
    ("wechat", "/card/invoice/getauthdata"),
    ("wechat", "/card/invoice/platform/setpdf"),
    ("wechat", "/card/invoice/insert"),
    ("tax", "QDFPSC"),
    ("tax", "CXQDFPSCJG"),
    ("tax", "QDFPPLFM"),
];

/// How hard to try.
#[derive(clap::Args)]
pub(crate) struct Effort {
    /// Random kills under load.
    #[arg(long, default_value_t = 200)]
    random: u32,
    /// Seed of the pauses between them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep the data folder and say where it is.
    #[arg(long)]
    keep: bool,
}

impl Default for Effort {
    fn default() -> Effort {
        Effort {
            random: 200,
            seed: 1,
            keep: false,
        }
    }
}

pub(crate) fn run(effort: &Effort) -> Result<(), Failure> {
    let binary = workspace::release_binary()?;
    let folder = tempfile::tempdir().map_err(|error| format!("temporary folder: {error}"))?;
    let outcome = Arena::open(binary, folder.path()).and_then(|arena| arena.fight(effort));
    if effort.keep {
        println!("the data is kept in {}", folder.keep().display());
    }
    outcome
}

struct Arena {
    binary: PathBuf,
    data: PathBuf,
    logs: PathBuf,
    ports: [u16; 3],
    api_key: String,
    sandboxes: Running,
}

impl Arena {
    fn open(binary: PathBuf, folder: &Path) -> Result<Arena, Failure> {
        let ports = [free_port()?, free_port()?, free_port()?];
        let data = folder.join("data");
        let log = folder.join("sandboxes.log");
        let mut command = demo(&binary, &data, ports, "sandboxes");
        let (sandboxes, told, _) = Running::spawn_until_ready(&mut command, &log, READY_WITHIN)?;
        let api_key = told["api_key"]
            .as_str()
            .ok_or("the ready line has no api_key")?
            .to_owned();
        Ok(Arena {
            binary,
            data,
            logs: folder.to_owned(),
            ports,
            api_key,
            sandboxes,
        })
    }

    fn target(&self) -> Target {
        let address = |port| format!("http://127.0.0.1:{port}");
        Target {
            web: address(self.ports[0]),
            wechat: address(self.ports[1]),
            tax: address(self.ports[2]),
            api_key: self.api_key.clone(),
        }
    }

    fn start(&self) -> Result<Running, Failure> {
        let mut command = demo(&self.binary, &self.data, self.ports, "product");
        command.env("FAPIAO_LOG__FILTER", "error");
        Ok(
            Running::spawn_until_ready(&mut command, &self.logs.join("product.log"), READY_WITHIN)?
                .0,
        )
    }

    /// It may die before it is ready: jobs are waiting from the run before.
    fn start_doomed(&self, step: &str) -> Result<Running, Failure> {
        let mut command = demo(&self.binary, &self.data, self.ports, "product");
        command
            .env("FAPIAO_LOG__FILTER", "error")
            .env("FAPIAO_TEST_KILL_AT", step);
        Running::spawn(&mut command, &self.logs.join("product.log"))
    }

    fn fight(mut self, effort: &Effort) -> Result<(), Failure> {
        let target = self.target();
        let buyers = Buyers::start(&target, 4);
        let began = Instant::now();
        let mut kills = 0_u32;
        for step in STEPS {
            for moment in ["claimed", "done"] {
                let mut product = self.start_doomed(&format!("{moment}:{step}"))?;
                // It kills itself; a step that is not reached is a fault of this test.
                product
                    .wait_for_end(Duration::from_secs(60))
                    .map_err(|error| format!("{moment}:{step}: {error}"))?;
                kills += 1;
            }
        }
        println!(
            "killed at the beginning and end of {} kinds of job, {:.1} s",
            STEPS.len(),
            began.elapsed().as_secs_f64()
        );
        for (sandbox, call) in CALLS {
            for lost in [false, true] {
                let mut product = self.start()?;
                target.order_trouble(sandbox, call, lost)?;
                std::thread::sleep(Duration::from_millis(500));
                product.kill();
                target.clear_trouble()?;
                kills += 1;
            }
        }
        println!(
            "killed during {} calls, asked and answered, {:.1} s",
            CALLS.len(),
            began.elapsed().as_secs_f64()
        );
        let mut pauses = Pauses(effort.seed);
        for _ in 0..effort.random {
            let mut product = self.start()?;
            std::thread::sleep(pauses.next());
            product.kill();
            kills += 1;
        }
        println!("{kills} kills, {:.1} s", began.elapsed().as_secs_f64());
        let mut product = self.start()?;
        let done = buyers.stop();
        proof::settle(&target, &done, SETTLED_WITHIN)?;
        product.stop("INT", Duration::from_secs(15))?;
        proof::compare(&target, &done, &self.data)?;
        proof::verify(&self.binary, &self.data)?;
        self.sandboxes.stop("INT", Duration::from_secs(15))?;
        println!(
            "{} orders, {} authorised: no number twice, none lost, one card each",
            done.orders.len(),
            done.authorised()
        );
        Ok(())
    }
}

fn demo(binary: &Path, data: &Path, ports: [u16; 3], side: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .args(["demo", "--print-json", "--only", side])
        .arg("--data")
        .arg(data);
    for (flag, port) in ["--listen", "--sandbox", "--tax"].into_iter().zip(ports) {
        command.arg(flag).arg(format!("127.0.0.1:{port}"));
    }
    command
}

/// 50 to 650 ms, different each time and the same for a seed.
struct Pauses(u64);

impl Pauses {
    fn next(&mut self) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(50 + (self.0 >> 33) % 600)
    }
}
