//! Where tests keep what they throw away: in memory, where there is plenty.
//!
//! A thousand small databases that wait for a disk wait for each other, and a test then fails of nothing but waiting.
//! Nothing is proved less: what survives a killed process survives it in memory too, and the step that kills one at every
//! step (`kill`) keeps its files on the disk.

use std::path::{Path, PathBuf};

/// The system's folder in memory.
const SHARED_MEMORY: &str = "/dev/shm";
/// Free room that the folder must have (KiB).
const ROOM: u64 = 4 << 20;
/// Memory that must be free for everybody (KiB).
const MEMORY: u64 = 8 << 20;

/// The folder, where this machine has one with room; else what is usual for temporary files.
pub(crate) fn folder() -> PathBuf {
    let place = Path::new(SHARED_MEMORY);
    if has_room(place) && memory().is_some_and(|free| free >= MEMORY) {
        place.to_path_buf()
    } else {
        std::env::temp_dir()
    }
}

fn has_room(place: &Path) -> bool {
    let writable = tempfile::tempdir_in(place).is_ok();
    let mut command = std::process::Command::new("df");
    command.args(["--output=avail", "-k"]).arg(place);
    let told = command.output();
    writable && told.is_ok_and(|it| room(&String::from_utf8_lossy(&it.stdout)) >= Some(ROOM))
}

/// What `df` says, under its heading.
fn room(told: &str) -> Option<u64> {
    told.lines().nth(1)?.trim().parse().ok()
}

fn memory() -> Option<u64> {
    available(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn available(told: &str) -> Option<u64> {
    let line = told
        .lines()
        .find_map(|it| it.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        assert_eq!(room("   Avail\n25165824\n"), Some(25_165_824));
        assert_eq!(room("df: unknown option\n"), None);
        let told = "MemTotal:       24000000 kB\nMemAvailable:   22000000 kB\n";
        assert_eq!(available(told), Some(22_000_000));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }
}
