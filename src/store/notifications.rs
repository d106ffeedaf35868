//! Mails of the outbox as those see them who look after them, and what could not be delivered.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::Db;
use super::outbox::{Channel, MailKind};
use super::schema::{outbox, users};
use super::types::stored;
use crate::domain::delivery::DeliveryState;
use crate::error::{Code, Error, Result};

/// Which mails.
#[derive(Debug, Clone, Default)]
pub struct NotificationFilter {
    /// In one of these states.
    pub states: Vec<DeliveryState>,
    /// Of one of these kinds.
    pub kinds: Vec<MailKind>,
}

/// A mail.
#[derive(Debug, Clone, Queryable)]
pub struct Notification {
    /// Id in the outbox; sorts by time.
    pub id: String,
    /// What it is.
    pub kind: MailKind,
    /// Identifies the occurrence.
    pub occurrence_key: String,
    /// Day of the run.
    pub day: NaiveDate,
    /// Address.
    pub email: String,
    /// `pending`, `sent`, `failed`, `obsolete`.
    pub state: String,
    /// Attempts.
    pub attempts: i32,
    /// Next attempt (UTC), of one that is pending.
    pub next_attempt_at: NaiveDateTime,
    /// Last reply of the mail server, or why it could not be reached.
    pub last_reply: Option<String>,
    /// An attempt may have arrived although no reply came back.
    pub handed_over: bool,
    /// When it was planned (UTC).
    pub planned_at: NaiveDateTime,
    /// When it was sent or given up (UTC).
    pub finished_at: Option<NaiveDateTime>,
    /// When it was reported that it was given up (UTC).
    pub reported_at: Option<NaiveDateTime>,
}

type Columns = (
    outbox::id,
    outbox::kind,
    outbox::occurrence_key,
    outbox::day,
    users::email,
    outbox::state,
    outbox::attempts,
    outbox::next_attempt_at,
    outbox::last_reply,
    outbox::handed_over,
    outbox::planned_at,
    outbox::finished_at,
    outbox::reported_at,
);

/// The columns of [`Notification`].
const COLUMNS: Columns = (
    outbox::id,
    outbox::kind,
    outbox::occurrence_key,
    outbox::day,
    users::email,
    outbox::state,
    outbox::attempts,
    outbox::next_attempt_at,
    outbox::last_reply,
    outbox::handed_over,
    outbox::planned_at,
    outbox::finished_at,
    outbox::reported_at,
);

/// Mails of an institution, newest first, below `before` (exclusive).
pub fn page(
    db: &mut Db,
    institution_id: &str,
    filter: &NotificationFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Notification>> {
    let mut query = outbox::table
        .inner_join(users::table)
        .filter(outbox::institution_id.eq(institution_id))
        .filter(outbox::channel.eq(Channel::Mail))
        .order(outbox::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .into_boxed();
    if !filter.states.is_empty() {
        let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        query = query.filter(outbox::state.eq_any(states));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(outbox::kind.eq_any(&filter.kinds));
    }
    if let Some(before) = before {
        query = query.filter(outbox::id.lt(before));
    }
    Ok(query.load(db)?)
}

/// One of them.
///
/// # Errors
/// `not_found`, also for another institution's
pub fn get(db: &mut Db, institution_id: &str, id: &str) -> Result<Notification> {
    outbox::table
        .inner_join(users::table)
        .filter(outbox::institution_id.eq(institution_id))
        .filter(outbox::id.eq(id))
        .select(COLUMNS)
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// User ids of those in an institution whose last mail was refused for good: until one arrives, mail does not reach them.
pub fn bouncing(db: &mut Db, institution_id: &str) -> Result<Vec<String>> {
    let later = diesel::alias!(outbox as later);
    let settled_later = later
        .filter(
            later
                .field(outbox::recipient_id)
                .eq(outbox::recipient_id.nullable()),
        )
        .filter(
            later
                .field(outbox::institution_id)
                .eq(outbox::institution_id),
        )
        .filter(later.field(outbox::id).gt(outbox::id))
        .filter(later.field(outbox::state).eq_any(["sent", "failed"]));
    let found: Vec<Option<String>> = outbox::table
        .filter(outbox::institution_id.eq(institution_id))
        .filter(outbox::state.eq("failed"))
        .filter(outbox::channel.eq(Channel::Mail))
        .filter(outbox::refused.eq(true))
        .filter(diesel::dsl::not(diesel::dsl::exists(settled_later)))
        .order(outbox::recipient_id)
        .select(outbox::recipient_id)
        .load(db)?;
    Ok(found.into_iter().flatten().collect())
}

/// Ids of institutions with mails that were given up and not reported. Reports themselves are not reported.
pub fn institutions_to_report(db: &mut Db) -> Result<HashSet<String>> {
    let found: Vec<String> = outbox::table
        .filter(outbox::state.eq("failed"))
        .filter(outbox::channel.eq(Channel::Mail))
        .filter(outbox::kind.ne(MailKind::Undelivered))
        .filter(outbox::reported_at.is_null())
        .select(outbox::institution_id)
        .distinct()
        .load(db)?;
    Ok(found.into_iter().collect())
}

/// Ids of mails of an institution that were given up and not reported, the oldest first.
pub fn to_report(db: &mut Db, institution_id: &str, limit: i64) -> Result<Vec<String>> {
    let found = outbox::table
        .filter(outbox::institution_id.eq(institution_id))
        .filter(outbox::state.eq("failed"))
        .filter(outbox::channel.eq(Channel::Mail))
        .filter(outbox::kind.ne(MailKind::Undelivered))
        .filter(outbox::reported_at.is_null())
        .order(outbox::id)
        .limit(limit)
        .select(outbox::id)
        .load(db)?;
    Ok(found)
}

/// Notes that mails were reported.
pub fn note_reported(db: &mut Db, now: DateTime<Utc>, ids: &[String]) -> Result<()> {
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
        .set(outbox::reported_at.eq(stored(now)))
        .execute(db)?;
    Ok(())
}

/// The mails of an institution that were given up, as [`GivenUp`] wants them.
macro_rules! of_failed {
    ($institution_id:expr) => {
        outbox::table
            .inner_join(users::table)
            .filter(outbox::institution_id.eq($institution_id))
            .filter(outbox::state.eq("failed"))
            .select((
                outbox::occurrence_key,
                outbox::kind,
                outbox::day,
                users::email,
                users::display_name,
                outbox::attempts,
                outbox::last_reply,
            ))
    };
}

/// A mail that was given up.
#[derive(Debug, Clone, Queryable)]
pub struct GivenUp {
    /// Identifies the occurrence.
    pub occurrence_key: String,
    /// What it is.
    pub kind: MailKind,
    /// Day of the run.
    pub day: NaiveDate,
    /// Address.
    pub email: String,
    /// Name of the recipient.
    pub display_name: String,
    /// Attempts.
    pub attempts: i32,
    /// Last reply of the mail server, or why it could not be reached.
    pub last_reply: Option<String>,
}

/// Those of these mails that are still given up, the oldest first.
pub fn given_up(db: &mut Db, institution_id: &str, ids: &[String]) -> Result<Vec<GivenUp>> {
    let found = of_failed!(institution_id)
        .filter(outbox::id.eq_any(ids))
        .order(outbox::id)
        .load(db)?;
    Ok(found)
}

/// Mails of an institution that were given up since `from`, newest first.
pub fn given_up_since(
    db: &mut Db,
    institution_id: &str,
    from: NaiveDateTime,
    limit: i64,
) -> Result<Vec<GivenUp>> {
    let found = of_failed!(institution_id)
        .filter(outbox::finished_at.ge(from))
        .order(outbox::id.desc())
        .limit(limit)
        .load(db)?;
    Ok(found)
}
