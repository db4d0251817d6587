//! The back-office: who comes in, and what they see and do. A handler without a permission has no data to show.

mod access;
mod accounts;
mod attachments;
mod audit;
mod buyer_form;
mod cards;
mod checks;
mod cookies;
mod credentials;
mod deliveries;
mod desk;
mod evidence;
mod failure;
mod forms;
mod frame;
mod gateways;
mod home;
mod import;
mod inbox;
mod invoices;
pub(crate) mod job_words;
mod jobs;
mod keys;
mod ledger;
mod listing;
mod masking;
mod months;
mod onboarding;
mod order_new;
mod orders;
mod origin;
mod outlook;
mod papers;
mod partners;
mod payments;
mod pieces;
mod products;
mod push_words;
mod pushes;
mod reconciliation;
mod red;
mod red_correct;
mod red_forms;
pub(crate) mod red_words;
mod reports;
mod rounding;
mod routes;
mod sellers;
mod sign_in;
mod signing;
mod staff;
mod standing;
mod stock;
mod stores;
mod switches;
mod tax_codes;
mod tax_connections;
mod timeline;
mod unified;

pub(crate) use routes::configure;

use actix_web::HttpResponse;
use failure::Failure;

/// What a handler of the back-office gives.
type Answer = Result<HttpResponse, Failure>;
