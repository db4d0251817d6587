//! The bytes of uploaded PDF files: in memory, and on disk beside the state file, from where
//! they come back when memory is full or after a restart.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use crate::journal::Journal;

#[derive(Default)]
pub(crate) struct MediaStore {
    folder: Option<PathBuf>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bytes: HashMap<String, Bytes>,
    oldest_first: VecDeque<String>,
    total: usize,
}

impl MediaStore {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            held: Mutex::default(),
        }
    }

    /// Keeps a file. With a folder, the oldest files beyond `budget` bytes leave memory once they
    /// are written.
    pub(crate) fn put(&self, id: &str, bytes: Bytes, budget: usize, journal: &Journal) {
        if let Some(path) = self.path(id) {
            journal.put_media(path, bytes.clone());
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.total += bytes.len();
        held.oldest_first.push_back(id.to_owned());
        held.bytes.insert(id.to_owned(), bytes);
        if self.folder.is_none() || held.total <= budget {
            return;
        }
        drop(held);
        journal.flush();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // Down to three quarters, so that the wait for the writer is rare.
        while held.total > budget / 4 * 3 {
            let Some(oldest) = held.oldest_first.pop_front() else {
                break;
            };
            if let Some(gone) = held.bytes.remove(&oldest) {
                held.total -= gone.len();
            }
        }
    }

    /// The file, if it is still there.
    pub(crate) fn get(&self, id: &str) -> Option<Bytes> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = held.bytes.get(id) {
            return Some(bytes.clone());
        }
        drop(held);
        std::fs::read(self.path(id)?).ok().map(Bytes::from)
    }

    pub(crate) fn clear(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Held::default();
    }

    fn path(&self, id: &str) -> Option<PathBuf> {
        self.folder
            .as_ref()
            .map(|folder| folder.join(format!("{id}.pdf")))
    }
}
