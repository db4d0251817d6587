//! CPU time of the servers, of the generator, and of everybody else on the machine.

use crate::Failure;
use serde_json::{Map, Value, json};

/// Linux counts CPU time in hundredths of a second on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// Whose time is told apart.
#[derive(Clone, Copy)]
pub(crate) struct Watched {
    pub(crate) product: u32,
    pub(crate) sandboxes: u32,
}

/// Ticks used until now.
pub(crate) struct Usage {
    product: u64,
    sandboxes: u64,
    load: u64,
    machine: u64,
}

impl Usage {
    pub(crate) fn now(watched: Watched) -> Result<Usage, Failure> {
        Ok(Usage {
            product: of_process(&watched.product.to_string())?,
            sandboxes: of_process(&watched.sandboxes.to_string())?,
            load: of_process("self")?,
            machine: of_machine(&read("/proc/stat")?).ok_or("/proc/stat is not understood")?,
        })
    }

    /// `cpu_s`: seconds of each since `before`. `others` is whatever else ran (a database server, a compiler): where it
    /// is large, the figures beside it are too small.
    pub(crate) fn since(&self, before: &Usage) -> Map<String, Value> {
        let seconds = |ticks: u64| ticks as f64 / TICKS_PER_SECOND;
        let product = self.product - before.product;
        let sandboxes = self.sandboxes - before.sandboxes;
        let load = self.load - before.load;
        let machine = self.machine - before.machine;
        let cpu = json!({
            "product": seconds(product),
            "sandboxes": seconds(sandboxes),
            "load": seconds(load),
            "others": seconds(machine.saturating_sub(product + sandboxes + load)),
        });
        Map::from_iter([("cpu_s".to_owned(), cpu)])
    }
}

/// The most memory a process ever held, KiB.
pub(crate) fn most_held_kib(process: u32) -> Result<u64, Failure> {
    let path = format!("/proc/{process}/status");
    let told = read(&path)?;
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| format!("{path} is not understood"))
}

fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

fn of_process(process: &str) -> Result<u64, Failure> {
    let path = format!("/proc/{process}/stat");
    ticks(&read(&path)?).ok_or_else(|| format!("{path} is not understood"))
}

/// User and system time: the 14th and 15th field, counted behind the name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Everything but idling and waiting for the disk.
fn of_machine(stat: &str) -> Option<u64> {
    let fields: Vec<u64> = stat
        .lines()
        .next()?
        .split_whitespace()
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    let [
        user,
        nice,
        system,
        _idle,
        _disk,
        interrupts,
        soft_interrupts,
        ..,
    ] = fields[..]
    else {
        return None;
    };
    Some(user + nice + system + interrupts + soft_interrupts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_counted_behind_the_name() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 9 0 0 0 120 34 0 0 20 0 3 0 55 1 2 3";
        assert_eq!(ticks(stat), Some(154));
        assert_eq!(
            of_machine("cpu  10 1 5 900 40 2 3 7 0 0\ncpu0 1 1"),
            Some(21)
        );
        assert_eq!(of_machine("cpu 1 2"), None);
    }
}
