//! How fast this disk really is: figures of a benchmark mean nothing without it.

use crate::Failure;
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const PAGE_BYTES: usize = 4096;
/// Written round and round: a log that grows would measure allocation as well.
const PAGES: u64 = 1024;

/// Prints the rate under `folder`.
pub(crate) fn report(folder: &Path) -> Result<(), Failure> {
    let rate = syncs_per_second(folder, Duration::from_secs(2))?;
    println!(
        "fdatasync: {rate:.0} writes of 4 KiB per second under {}",
        folder.display()
    );
    Ok(())
}

/// Writes a page and waits for the disk, again and again for `time`.
pub(crate) fn syncs_per_second(folder: &Path, time: Duration) -> Result<f64, Failure> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    let inside = tempfile::tempdir_in(folder).map_err(failed)?;
    let path = inside.path().join("probe");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    let page = [0x5a_u8; PAGE_BYTES];
    for _ in 0..PAGES {
        file.write_all(&page).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;

    let mut count = 0_u32;
    let began = Instant::now();
    while began.elapsed() < time {
        let place = u64::from(count) % PAGES * PAGE_BYTES as u64;
        file.seek(SeekFrom::Start(place)).map_err(failed)?;
        file.write_all(&page).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}
