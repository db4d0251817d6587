//! The codes of stores: rows know a store by its id, shops know it by its code.

use crate::problem::Problem;
use fapiao_domain::ids::StoreId;
use fapiao_usecases::{ports::Ports, records::Store};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Stores change a few times a year; an answer may be this old.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// All stores, remembered for a few seconds.
#[derive(Default)]
pub(crate) struct StoreCodes(Mutex<Option<(Instant, Arc<Stores>)>>);

/// The stores at one moment.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    codes: HashMap<StoreId, String>,
    ids: HashMap<String, StoreId>,
}

impl Stores {
    fn of(stores: Vec<Store>) -> Stores {
        let mut of = Stores::default();
        for store in stores {
            of.ids.insert(store.code.clone(), store.id.clone());
            of.codes.insert(store.id, store.code);
        }
        of
    }

    /// The code of a store; its id when the store is newer than this memory.
    pub(crate) fn code(&self, id: &StoreId) -> String {
        self.codes
            .get(id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }

    /// The store of a code.
    pub(crate) fn id(&self, code: &str) -> Option<&StoreId> {
        self.ids.get(code)
    }
}

impl StoreCodes {
    /// All stores; read again when `wanted` is a code that isn't known yet.
    ///
    /// # Errors
    /// 503 when the database doesn't answer.
    pub(crate) async fn all(&self, ports: &Ports, wanted: &str) -> Result<Arc<Stores>, Problem> {
        if let Some(known) = self.remembered()
            && (wanted.is_empty() || known.id(wanted).is_some())
        {
            return Ok(known);
        }
        let stores = Arc::new(Stores::of(ports.store.stores().await?));
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *memory = Some((Instant::now(), Arc::clone(&stores)));
        Ok(stores)
    }

    fn remembered(&self) -> Option<Arc<Stores>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, stores) = memory.as_ref()?;
        (at.elapsed() < FRESH_FOR).then(|| Arc::clone(stores))
    }
}
