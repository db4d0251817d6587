#![doc = include_str!("../README.md")]

mod api;
mod app;
mod authorisation;
mod calls;
mod clock;
mod config;
mod control;
mod crypto;
mod faults;
mod fields;
mod ids;
mod journal;
mod media;
mod model;
mod pages;
mod pay;
mod pdf;
#[cfg(test)]
mod pdf_samples;
mod phrases;
mod push;
mod quota;
mod refusal;
mod routes;
mod server;
mod table;
mod world;

pub use config::{
    AccountConfig, AccountKind, ClassicMapping, CommercialConfig, ConfigError, DigitalBillingCode,
    PayMerchantConfig, PushConfig, PushFormat, PushMode, SandboxConfig, Settings,
};
pub use server::{Running, Sandbox, StartError};
