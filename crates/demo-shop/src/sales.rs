//! What was sold since the shop opened.

use crate::api::Totals;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A sample shop forgets; a real one has a database.
const REMEMBERED: usize = 10_000;

/// A purchase that fapiao knows.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    pub(crate) order_no: String,
    pub(crate) totals: Totals,
    pub(crate) delivery_id: String,
    pub(crate) page_url: String,
}

/// The purchases by their key.
#[derive(Debug, Default)]
pub(crate) struct Sales(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    by_key: HashMap<String, Sale>,
    oldest_first: VecDeque<String>,
}

impl Sales {
    /// Remembers a purchase; the same one again changes nothing.
    pub(crate) fn add(&self, key: &str, sale: Sale) {
        let mut all = self.lock();
        if all.by_key.contains_key(key) {
            return;
        }
        all.by_key.insert(key.to_owned(), sale);
        all.oldest_first.push_back(key.to_owned());
        if REMEMBERED < all.oldest_first.len()
            && let Some(oldest) = all.oldest_first.pop_front()
        {
            all.by_key.remove(&oldest);
        }
    }

    /// The purchase of this key.
    pub(crate) fn find(&self, key: &str) -> Option<Sale> {
        self.lock().by_key.get(key).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        // Nothing between two statements here can panic and leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
