//! Rows of one kind by key; each change goes to the journal as it is made.

use std::collections::BTreeMap;

use crate::journal::{self, Journal};
use crate::model::Row;

/// Rows of one kind by key.
pub(crate) struct Table<R> {
    pub(crate) rows: BTreeMap<String, R>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
        }
    }
}

impl<R: Row> Table<R> {
    pub(crate) fn get(&self, key: &str) -> Option<&R> {
        self.rows.get(key)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn put(&mut self, journal: &Journal, row: R) {
        journal.put(&row);
        self.rows.insert(row.key(), row);
    }

    pub(crate) fn take_back(&mut self, value: serde_json::Value) -> Result<(), serde_json::Error> {
        let row: R = serde_json::from_value(value)?;
        self.rows.insert(row.key(), row);
        Ok(())
    }

    pub(crate) fn lines(&self, lines: &mut Vec<String>) {
        lines.extend(self.rows.values().map(journal::line_of));
    }
}
