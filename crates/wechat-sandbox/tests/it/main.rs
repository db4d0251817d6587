//! The sandbox over real HTTP, seen from outside.

#[path = "../../src/pdf_samples.rs"]
mod pdf_samples;

mod calls;
mod control;
mod credentials;
mod faults;
mod helpers;
mod insert;
mod pages;
mod persistence;
mod pushes;
mod reimburse;
