//! zinne, the security-measure ledger of German municipalities.
//!
//! Imports run one way: `http, jobs, cli → actions → {store, auth, mail, webhook, sheet, ics, catalogue} → domain`;
//! [`app`] wires. `docs/ARCHITECTURE.md` walks through it.

pub mod actions;
pub mod app;
pub mod auth;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod http;
pub mod ics;
pub mod jobs;
pub mod json;
pub mod mail;
pub mod private;
pub mod sheet;
pub mod store;
pub mod texts;
pub mod webhook;
