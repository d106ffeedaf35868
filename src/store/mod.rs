//! The database: the only place that knows diesel.
//!
//! Functions take an open transaction, which only [`Store::read`] and [`Store::write`] give. What belongs
//! to an institution is asked for with the institution.

pub mod absences;
pub mod audit;
pub mod budget;
pub mod budget_periods;
pub mod calendar_feeds;
pub mod catalogues;
pub mod comments;
pub mod db;
pub mod deadlines;
pub mod evidence;
mod expressions;
pub mod filters;
pub mod finance;
pub mod idempotency;
pub mod institutions;
pub mod measures;
pub mod notifications;
pub mod occurrences;
pub mod outbox;
pub mod postponements;
pub mod posts;
pub mod programmes;
pub mod requirement_checks;
pub mod resolutions;
pub mod schema;
pub mod sessions;
pub mod sight;
pub mod target_objects;
pub mod types;
pub mod users;
pub mod webhooks;

pub use db::{Db, Limits, Store, Target};

use std::sync::Mutex;

use crate::error::{Error, Result};

/// Counts the ids of one instant, so that they sort in the order in which they were made.
static CONTEXT: Mutex<uuid::ContextV7> = Mutex::new(uuid::ContextV7::new());

/// A new id: UUIDv7, so that ids sort by the time of `now`.
pub fn new_id(now: chrono::DateTime<chrono::Utc>) -> String {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let time = uuid::Timestamp::from_unix(&CONTEXT, seconds, now.timestamp_subsec_nanos());
    uuid::Uuid::new_v7(time).to_string()
}

/// An index as it is stored in a `position` column.
pub fn position(index: usize) -> Result<i32> {
    i32::try_from(index).map_err(|cause| Error::internal("too many rows for a position", cause))
}
