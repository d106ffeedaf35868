//! The audit trail: append-only, in the same transaction as what it records.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::Db;
use super::schema::audit_events;
use super::types::stored;
use crate::domain::access::Actor;
use crate::error::Result;

/// What is to be recorded.
#[derive(Debug)]
pub struct Event<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Institution it belongs to, if any.
    pub institution_id: Option<&'a str>,
    /// Who.
    pub actor: Who<'a>,
    /// `measure.status_changed`
    pub action: &'a str,
    /// `measure`
    pub entity_kind: &'a str,
    /// Id of it.
    pub entity_id: &'a str,
    /// Reason in the words of whoever did it.
    pub reason: Option<&'a str>,
    /// Old and new values, or other facts.
    pub details: serde_json::Value,
    /// Request that caused it.
    pub request_id: Option<&'a str>,
}

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// A known actor.
    Actor(&'a Actor),
    /// A user that is known, though not (any more) signed in.
    User(&'a str),
    /// Somebody at the sign-in.
    Anonymous,
}

/// A recorded event.
#[derive(Debug, Queryable)]
pub struct Recorded {
    /// Place in the trail.
    pub seq: i64,
    /// When (UTC).
    pub at: NaiveDateTime,
    /// `user`, `operator`, `service`, `anonymous`.
    pub actor_kind: String,
    /// User id.
    pub actor_id: Option<String>,
    /// `measure.status_changed`
    pub action: String,
    /// `measure`
    pub entity_kind: String,
    /// Id of it.
    pub entity_id: String,
    /// Reason.
    pub reason: Option<String>,
    /// JSON.
    pub details: String,
    /// Request.
    pub request_id: Option<String>,
}

/// The columns of [`Recorded`].
const RECORDED: (
    audit_events::seq,
    audit_events::at,
    audit_events::actor_kind,
    audit_events::actor_id,
    audit_events::action,
    audit_events::entity_kind,
    audit_events::entity_id,
    audit_events::reason,
    audit_events::details,
    audit_events::request_id,
) = (
    audit_events::seq,
    audit_events::at,
    audit_events::actor_kind,
    audit_events::actor_id,
    audit_events::action,
    audit_events::entity_kind,
    audit_events::entity_id,
    audit_events::reason,
    audit_events::details,
    audit_events::request_id,
);

/// Appends an event.
pub fn append(db: &mut Db, event: &Event<'_>) -> Result<()> {
    let (kind, id) = match event.actor {
        Who::Actor(actor) => (actor.kind(), actor.id()),
        Who::User(id) => ("user", Some(id)),
        Who::Anonymous => ("anonymous", None),
    };
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::at.eq(stored(event.at)),
            audit_events::institution_id.eq(event.institution_id),
            audit_events::actor_kind.eq(kind),
            audit_events::actor_id.eq(id),
            audit_events::action.eq(event.action),
            audit_events::entity_kind.eq(event.entity_kind),
            audit_events::entity_id.eq(event.entity_id),
            audit_events::reason.eq(event.reason),
            audit_events::details.eq(event.details.to_string()),
            audit_events::request_id.eq(event.request_id),
        ))
        .execute(db)?;
    Ok(())
}

/// The trail of an institution, newest first, below `before` (exclusive).
pub fn page(
    db: &mut Db,
    institution_id: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Recorded>> {
    let rows = audit_events::table
        .filter(audit_events::institution_id.eq(institution_id))
        .filter(audit_events::seq.lt(before.unwrap_or(i64::MAX)))
        .order(audit_events::seq.desc())
        .limit(limit)
        .select(RECORDED)
        .load(db)?;
    Ok(rows)
}

/// Events of one thing, newest first, below `before` (exclusive).
pub fn of_entity(
    db: &mut Db,
    entity_kind: &str,
    entity_id: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Recorded>> {
    let rows = audit_events::table
        .filter(audit_events::entity_kind.eq(entity_kind))
        .filter(audit_events::entity_id.eq(entity_id))
        .filter(audit_events::seq.lt(before.unwrap_or(i64::MAX)))
        .order(audit_events::seq.desc())
        .limit(limit)
        .select(RECORDED)
        .load(db)?;
    Ok(rows)
}

/// Events of one thing that changed a field, newest first.
pub fn of_entity_changing(
    db: &mut Db,
    entity_kind: &str,
    entity_id: &str,
    field: &str,
) -> Result<Vec<Recorded>> {
    let rows = audit_events::table
        .filter(audit_events::entity_kind.eq(entity_kind))
        .filter(audit_events::entity_id.eq(entity_id))
        .filter(audit_events::details.like(format!("%\"{field}\":%")))
        .order(audit_events::seq.desc())
        .select(RECORDED)
        .load(db)?;
    Ok(rows)
}

/// Events of one thing after an instant (UTC), newest first.
pub fn of_entity_after(
    db: &mut Db,
    entity_kind: &str,
    entity_id: &str,
    after: NaiveDateTime,
) -> Result<Vec<Recorded>> {
    let rows = audit_events::table
        .filter(audit_events::entity_kind.eq(entity_kind))
        .filter(audit_events::entity_id.eq(entity_id))
        .filter(audit_events::at.gt(after))
        .order(audit_events::seq.desc())
        .select(RECORDED)
        .load(db)?;
    Ok(rows)
}

/// Whoever caused the last event of a sort on a thing, if it was a person.
pub fn last_actor(
    db: &mut Db,
    entity_kind: &str,
    entity_id: &str,
    action: &str,
) -> Result<Option<String>> {
    let found: Option<Option<String>> = audit_events::table
        .filter(audit_events::entity_kind.eq(entity_kind))
        .filter(audit_events::entity_id.eq(entity_id))
        .filter(audit_events::action.eq(action))
        .order(audit_events::seq.desc())
        .select(audit_events::actor_id)
        .first(db)
        .optional()?;
    Ok(found.flatten())
}

/// Everybody who caused an event of one of these sorts on a thing.
pub fn actors(
    db: &mut Db,
    entity_kind: &str,
    entity_id: &str,
    actions: &[&str],
) -> Result<Vec<String>> {
    let found: Vec<Option<String>> = audit_events::table
        .filter(audit_events::entity_kind.eq(entity_kind))
        .filter(audit_events::entity_id.eq(entity_id))
        .filter(audit_events::action.eq_any(actions))
        .select(audit_events::actor_id)
        .distinct()
        .load(db)?;
    Ok(found.into_iter().flatten().collect())
}
