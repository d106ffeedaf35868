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
mod alarms;
mod allocations;
mod auth;
mod bad_input;
mod budget;
mod budget_periods;
mod budget_postings;
mod budget_reconciliation;
mod budget_report;
mod budget_views;
mod catalogue;
mod catalogue_imports;
mod checks;
mod cli;
mod comments;
mod consolidation;
mod dashboard;
mod deadlines;
mod demo;
mod duties;
mod filters;
mod fuzz;
mod history;
mod kill;
mod layers;
mod life;
mod list_counts;
mod lists;
mod measures;
mod openapi;
mod order;
mod outage;
mod policies;
mod postponements;
mod posts;
mod printed_totals;
mod programme_parts;
mod programmes;
mod reminders;
mod resolutions;
mod schema_parity;
mod sheets;
mod smtp;
mod target_objects;
mod undelivered;
mod webhooks;
