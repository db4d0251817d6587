//! What all handlers share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::clock::Clock;
use crate::media::MediaStore;
use crate::model::{Push, PushOutcome, Sender};
use crate::world::World;

pub(crate) struct App {
    world: Mutex<World>,
    pub(crate) clock: Clock,
    pub(crate) media: MediaStore,
    /// Begins every URL handed out; no slash at the end.
    pub(crate) base: String,
    pub(crate) to_pusher: UnboundedSender<u64>,
    pub(crate) http: reqwest::Client,
    /// Begins the address a short code leads to.
    pub(crate) short_links: Option<String>,
}

impl App {
    pub(crate) fn new(
        world: World,
        media: MediaStore,
        base: String,
        to_pusher: UnboundedSender<u64>,
        http: reqwest::Client,
        short_links: Option<String>,
    ) -> Self {
        let clock = Clock::default();
        clock.set_ahead(world.meta.clock_ahead_secs);
        Self {
            world: Mutex::new(world),
            clock,
            media,
            base,
            to_pusher,
            http,
            short_links,
        }
    }

    /// The world, for a short while. A handler that panicked leaves it usable.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Writes an event down and sends it on its way to the account that receives the events of
    /// `appid`; gives the numbers of the pushes made (two when a fault doubles it).
    pub(crate) fn emit(
        &self,
        world: &mut World,
        appid: &str,
        s_pappid: Option<&str>,
        event: &Event,
    ) -> Vec<u64> {
        let receiver = world.receiver_of(appid, s_pappid);
        let from = match &event.buyer {
            Sender::Buyer(buyer) => world.openid(buyer, &receiver),
            Sender::Openid(openid) => openid.clone(),
        };
        let has_address = world
            .accounts
            .get(&receiver)
            .is_some_and(|account| account.config.push.is_some());
        let fault = world.fault_for_push(&event.name);
        let outcome = match (has_address, fault.lost) {
            (false, _) => PushOutcome::Undeliverable,
            (true, true) => PushOutcome::Lost,
            (true, false) => PushOutcome::Pending,
        };
        let first = world.take_push_id();
        let push = Push {
            id: first,
            appid: receiver,
            event: event.name.clone(),
            from,
            created_at: self.now(),
            members: event.members.clone(),
            outcome,
            attempts: Vec::new(),
            copy_of: None,
            wait_ms: fault.late_ms,
        };
        let mut ids = vec![first];
        if fault.doubled && outcome == PushOutcome::Pending {
            let second = world.take_push_id();
            world.save_push(Push {
                id: second,
                copy_of: Some(first),
                ..push.clone()
            });
            ids.push(second);
        }
        world.save_push(push);
        if outcome == PushOutcome::Pending {
            for id in &ids {
                // The pusher ends with the server; what is pending then goes out after a restart.
                let _ = self.to_pusher.send(*id);
            }
        }
        ids
    }
}

/// An event before it is known who receives it.
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) buyer: Sender,
    pub(crate) members: Vec<(String, Value)>,
}

impl Event {
    pub(crate) fn new(name: &str, buyer: &str) -> Self {
        Self {
            name: name.to_owned(),
            buyer: Sender::Buyer(buyer.to_owned()),
            members: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn with(mut self, member: &str, value: &str) -> Self {
        self.members.push((member.to_owned(), json!(value)));
        self
    }
}

impl World {
    /// The account whose push address gets the events of `appid`: itself, the account it is bound
    /// to, or for an unbound open-platform app the platform the order went to.
    fn receiver_of(&self, appid: &str, s_pappid: Option<&str>) -> String {
        let Some(account) = self.accounts.get(appid) else {
            return appid.to_owned();
        };
        if let Some(bound) = &account.config.events_to {
            return bound.clone();
        }
        if account.config.kind != crate::config::AccountKind::Open {
            return appid.to_owned();
        }
        s_pappid
            .and_then(|id| self.platform(id))
            .map_or_else(|| appid.to_owned(), |platform| platform.appid().to_owned())
    }
}
