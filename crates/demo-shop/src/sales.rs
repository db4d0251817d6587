//! What was sold since the shop opened.

use crate::api::{Line, Totals};
use crate::basket::Scene;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A sample shop forgets; a real one has a database.
const REMEMBERED: usize = 10_000;

/// A purchase that fapiao knows.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    pub(crate) order_no: String,
    pub(crate) scene: Scene,
    /// The order at fapiao; none until it is paid, where it is paid with WeChat Pay.
    pub(crate) order_id: Option<String>,
    /// Yuan, as text.
    pub(crate) total: String,
    pub(crate) totals: Option<Totals>,
    pub(crate) delivery_id: Option<String>,
    pub(crate) page_url: String,
    /// At WeChat Pay.
    pub(crate) prepay_id: Option<String>,
    /// What was bought, for the order that follows a payment.
    pub(crate) lines: Vec<Line>,
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

    /// Notes what is known since.
    pub(crate) fn change(&self, key: &str, change: impl FnOnce(&mut Sale)) {
        if let Some(sale) = self.lock().by_key.get_mut(key) {
            change(sale);
        }
    }

    /// The purchase of this order number, with its key.
    pub(crate) fn by_number(&self, order_no: &str) -> Option<(String, Sale)> {
        let all = self.lock();
        let found = all
            .by_key
            .iter()
            .find(|(_, sale)| sale.order_no == order_no);
        found.map(|(key, sale)| (key.clone(), sale.clone()))
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
