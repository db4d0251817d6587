//! The state file: one fact a line, appended before it is applied.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::state::Fact;

/// An open state file.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens or creates the file (and its folder) and hands every fact in it to `each`. A last line that was cut
    /// short by a crash is dropped; any other unreadable line is an error.
    pub(crate) fn open(path: &Path, mut each: impl FnMut(Fact)) -> std::io::Result<Journal> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let mut whole: u64 = 0;
        let mut reader = BufReader::new((&file).take(u64::MAX));
        let mut line = String::new();
        loop {
            line.clear();
            let read = reader.read_line(&mut line)?;
            if read == 0 || !line.ends_with('\n') {
                break;
            }
            let fact = serde_json::from_str(&line).map_err(|why| {
                std::io::Error::other(format!(
                    "{} is no state file at byte {whole}: {why}",
                    path.display()
                ))
            })?;
            each(fact);
            whole += read as u64;
        }
        drop(reader);
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Journal { file })
    }

    /// Writes facts with one call, so that a killed process leaves whole lines behind.
    pub(crate) fn append(&mut self, facts: &[Fact]) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        for fact in facts {
            serde_json::to_writer(&mut bytes, fact)?;
            bytes.push(b'\n');
        }
        self.file.write_all(&bytes)
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> std::io::Result<()> {
        self.file.set_len(0)
    }

    pub(crate) fn sync(&self) -> std::io::Result<()> {
        self.file.sync_all()
    }
}
