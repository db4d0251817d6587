//! The state file: one JSON line per changed row, appended by a thread of its own, last line
//! wins. A start reads it and writes it anew without the superseded lines.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::model::Row;

/// Hands lines to the writer; a sandbox without a state file has none and does no work.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    to_writer: Option<Sender<Entry>>,
}

enum Entry {
    Line(String),
    Media {
        path: PathBuf,
        bytes: Bytes,
    },
    Flush(SyncSender<()>),
    /// The world begins anew: drop all lines so far.
    Truncate,
    Stop,
}

/// A line read back: the kind of row and its value.
#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) k: String,
    pub(crate) v: Value,
}

/// The writing thread, to be stopped at the end.
pub(crate) struct Writer {
    to_writer: Sender<Entry>,
    thread: Option<JoinHandle<()>>,
}

/// Reads the lines of a state file; a torn last line is left out.
pub(crate) fn read_lines(path: &Path) -> std::io::Result<Vec<Line>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(why),
    };
    let mut lines = Vec::new();
    for (index, line) in BufReader::new(file).split(b'\n').enumerate() {
        let line = line?;
        match serde_json::from_slice::<Line>(&line) {
            Ok(parsed) => lines.push(parsed),
            Err(_) if line.is_empty() => {}
            Err(why) => tracing::warn!(
                "Left out line {} of the state file {}: {why}",
                index + 1,
                path.display()
            ),
        }
    }
    Ok(lines)
}

/// Replaces the state file by `lines` and starts to append.
pub(crate) fn open(path: &Path, lines: &[String]) -> std::io::Result<(Journal, Writer)> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::create_dir_all(media_folder(path))?;
    let fresh = path.with_extension("compacting");
    let mut file = BufWriter::new(File::create(&fresh)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    let file = file
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    let (to_writer, entries) = channel();
    let thread = std::thread::Builder::new()
        .name("sandbox-journal".to_owned())
        .spawn(move || write(file, &entries))?;
    let journal = Journal {
        to_writer: Some(to_writer.clone()),
    };
    Ok((
        journal,
        Writer {
            to_writer,
            thread: Some(thread),
        },
    ))
}

/// Where PDF files lie.
pub(crate) fn media_folder(state_file: &Path) -> PathBuf {
    let mut name = state_file.as_os_str().to_owned();
    name.push(".media");
    PathBuf::from(name)
}

/// One line for a row.
pub(crate) fn line_of<R: Row>(row: &R) -> String {
    let value = serde_json::to_string(row).expect("rows have string keys only");
    format!(r#"{{"k":"{}","v":{value}}}"#, R::KIND)
}

impl Journal {
    pub(crate) fn put<R: Row>(&self, row: &R) {
        if let Some(to_writer) = &self.to_writer {
            // A stopped writer is the end of the process: nothing left to tell.
            let _ = to_writer.send(Entry::Line(line_of(row)));
        }
    }

    pub(crate) fn put_media(&self, path: PathBuf, bytes: Bytes) {
        if let Some(to_writer) = &self.to_writer {
            let _ = to_writer.send(Entry::Media { path, bytes });
        }
    }

    pub(crate) fn truncate(&self) {
        if let Some(to_writer) = &self.to_writer {
            let _ = to_writer.send(Entry::Truncate);
        }
    }

    /// Waits until everything said so far is in the hands of the operating system.
    pub(crate) fn flush(&self) {
        if let Some(to_writer) = &self.to_writer {
            let (done, wait) = sync_channel(1);
            if to_writer.send(Entry::Flush(done)).is_ok() {
                let _ = wait.recv();
            }
        }
    }
}

impl Writer {
    /// Writes what is left, syncs and ends the thread.
    pub(crate) fn stop(mut self) {
        let _ = self.to_writer.send(Entry::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(file: File, entries: &Receiver<Entry>) {
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut waiting = Vec::new();
    while let Ok(first) = entries.recv() {
        let mut next = Some(first);
        let mut stop = false;
        while let Some(entry) = next {
            let written = match entry {
                Entry::Line(line) => writeln!(file, "{line}"),
                Entry::Media { path, bytes } => std::fs::write(&path, &bytes),
                Entry::Truncate => file.flush().and_then(|()| {
                    use std::io::Seek;
                    file.get_mut().set_len(0)?;
                    file.get_mut().rewind()
                }),
                Entry::Flush(done) => {
                    waiting.push(done);
                    Ok(())
                }
                Entry::Stop => {
                    stop = true;
                    Ok(())
                }
            };
            if let Err(why) = written {
                tracing::error!("The sandbox could not write its state: {why}");
            }
            next = entries.try_recv().ok();
        }
        if let Err(why) = file.flush() {
            tracing::error!("The sandbox could not write its state: {why}");
        }
        for done in waiting.drain(..) {
            let _ = done.send(());
        }
        if stop {
            break;
        }
    }
    if let Err(why) = file.get_ref().sync_all() {
        tracing::error!("The sandbox could not sync its state: {why}");
    }
}
