//! The `fapiao` binary: command line, settings, wiring, adapters and the worker.

pub mod adapters;
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod housekeeping;
pub mod in_use;
pub mod keeping;
pub mod node;
pub mod proving;
pub mod telemetry;
pub mod wiring;
pub mod worker;
