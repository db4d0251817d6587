//! Every storage port on SQLite, and on PostgreSQL when `FAPIAO_TEST_DATABASE_URL` names an admin database.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod accepting;
mod access;
mod cards;
mod deliveries;
mod falsified;
mod fiscal;
mod harness;
mod inbox;
mod issuing;
mod lists;
mod proof;
mod queue;
mod quota;
mod races;
mod reds;
mod settings;
mod stock;
mod uninvoiced;
mod upkeep;
