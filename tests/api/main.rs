//! The one integration-test binary: behaviour through the real server, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "tests fail by panicking"
)]

#[macro_use]
mod support;

mod access;
mod auth;
mod bad_input;
mod catalogue;
mod catalogue_imports;
mod cli;
mod dashboard;
mod demo;
mod duties;
mod fuzz;
mod kill;
mod layers;
mod lists;
mod measures;
mod openapi;
mod outage;
mod policies;
mod programmes;
mod reminders;
mod schema_parity;
mod sheets;
mod smtp;
