//! The authority at work: its state, its clock, its faults and its journal under one lock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::TaxSandboxConfig;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::gateway::Nonces;
use crate::journal::Journal;
use crate::party::{GatewayKey, Party, Taxpayer};
use crate::refusal::Refusal;
use crate::state::{Fact, State};

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) faults: Faults,
    journal: Option<Journal>,
}

/// One running authority.
#[derive(Debug)]
pub(crate) struct Authority {
    world: Mutex<World>,
    pub(crate) clock: Clock,
    pub(crate) latency: Duration,
    /// What [`Authority::reset`] returns to.
    parties: Vec<Party>,
    taxpayers: Vec<Taxpayer>,
    gateway_keys: Vec<GatewayKey>,
    /// Those that were used lately at the gateway.
    pub(crate) nonces: Nonces,
    /// Held while the gateway works under a serial, see [`Authority::desk`].
    desk: Mutex<()>,
}

impl World {
    /// Writes facts to the journal, then applies them.
    pub(crate) fn record(&mut self, facts: Vec<Fact>) -> Result<(), Refusal> {
        self.journal(&facts)?;
        for fact in facts {
            self.state.apply(fact);
        }
        Ok(())
    }

    /// Writes facts that are applied already.
    pub(crate) fn journal(&mut self, facts: &[Fact]) -> Result<(), Refusal> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        journal.append(facts).map_err(|why| {
            tracing::error!(error = %why, "The state file could not be written");
            Refusal::access("InternalError", "the state file could not be written")
        })
    }
}

impl Authority {
    /// Reads the state file, then adds what the configuration names and the file does not know.
    pub(crate) fn open(config: &TaxSandboxConfig) -> std::io::Result<Authority> {
        let clock = Clock::default();
        let mut state = State::empty();
        let journal = match &config.state_file {
            None => None,
            Some(path) => Some(Journal::open(path, |fact| {
                if let Fact::Clock { offset } = fact {
                    clock.set_offset(offset);
                }
                state.apply(fact);
            })?),
        };
        let mut world = World {
            state,
            faults: Faults::default(),
            journal,
        };
        let facts = seed(
            &world.state,
            &config.parties,
            &config.taxpayers,
            &config.gateway_keys,
        );
        world.record(facts).map_err(std::io::Error::other)?;
        Ok(Authority {
            world: Mutex::new(world),
            clock,
            latency: config.latency,
            parties: config.parties.clone(),
            taxpayers: config.taxpayers.clone(),
            gateway_keys: config.gateway_keys.clone(),
            nonces: Nonces::default(),
            desk: Mutex::new(()),
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic while holding the lock is answered with 500; the state stays usable.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The gateway's turn: from looking a serial up until it is recorded, nobody else does. In between the world's lock
    /// is taken and given back several times, so it alone would let a repeated serial make a second invoice.
    pub(crate) fn desk(&self) -> MutexGuard<'_, ()> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the configuration, with an empty journal.
    pub(crate) fn reset(&self) -> Result<(), Refusal> {
        let mut world = self.world();
        if let Some(journal) = &mut world.journal {
            journal
                .clear()
                .map_err(|why| Refusal::access("InternalError", why.to_string()))?;
        }
        self.clock.set_offset(0);
        world.faults = Faults::default();
        world.state = State::empty();
        let facts = seed(
            &world.state,
            &self.parties,
            &self.taxpayers,
            &self.gateway_keys,
        );
        world.record(facts)
    }

    /// Puts the journal on disk; called when the server stops.
    pub(crate) fn sync(&self) -> std::io::Result<()> {
        self.world().journal.as_ref().map_or(Ok(()), Journal::sync)
    }
}

fn seed(
    state: &State,
    parties: &[Party],
    taxpayers: &[Taxpayer],
    keys: &[GatewayKey],
) -> Vec<Fact> {
    // Keys follow the configuration; a taxpayer's gate may have been set through the control API.
    let parties = parties.iter().cloned().map(Fact::Party);
    let taxpayers = taxpayers
        .iter()
        .filter(|taxpayer| !state.taxpayers.contains_key(&taxpayer.tax_number))
        .cloned()
        .map(Fact::Taxpayer);
    let keys = keys.iter().cloned().map(Fact::GatewayKey);
    parties.chain(taxpayers).chain(keys).collect()
}
