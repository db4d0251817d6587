//! The sandbox over real HTTP, seen from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../src/pdf_samples.rs"]
mod pdf_samples;

mod calls;
mod control;
mod credentials;
mod faults;
mod files;
mod inbox;
mod insert;
mod insert_limits;
mod languages;
mod pages;
mod persistence;
mod pushes;
mod refusals;
mod reimburse;
mod scene;
mod titles;
