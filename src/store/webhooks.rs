//! Endpoints of webhooks, and the calls to them that stand in the outbox.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::{Db, both};
use super::outbox::{self, Channel};
use super::schema::{institutions, measures, outbox as calls, webhook_endpoints as endpoints};
use super::types::{from_json, stored};
use crate::domain::measure::Status;
use crate::domain::webhook::{EventType, SwitchedOffWhy, TOLD};
use crate::error::{Code, Error, Result};

/// Calls that are put into the outbox with one statement.
const CHUNK: usize = 1000;

/// An endpoint as it is stored.
#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = endpoints)]
pub struct Endpoint {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Where it is; path and query may hold a secret.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Events that it wants, as JSON.
    pub events: String,
    /// Signs its calls.
    pub secret: String,
    /// The secret before.
    pub previous_secret: Option<String>,
    /// Until when (UTC) the secret before signs as well.
    pub previous_valid_until: Option<NaiveDateTime>,
    /// It is called.
    pub active: bool,
    /// Since when (UTC) it has answered nothing well.
    pub failing_since: Option<NaiveDateTime>,
    /// When (UTC) the service switched it off.
    pub switched_off_at: Option<NaiveDateTime>,
    /// Why.
    pub switched_off_why: Option<SwitchedOffWhy>,
    /// When (UTC) ISB and administration were told.
    pub reported_at: Option<NaiveDateTime>,
    /// Counts changes, from 1.
    pub version: i32,
    /// User id of whoever made it.
    pub created_by: String,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

impl std::fmt::Debug for Endpoint {
    /// Leaves out what is secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("id", &self.id)
            .field("institution_id", &self.institution_id)
            .field("active", &self.active)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Endpoints of an institution, the oldest first.
pub fn all(db: &mut Db, institution_id: &str) -> Result<Vec<Endpoint>> {
    let rows = endpoints::table
        .filter(endpoints::institution_id.eq(institution_id))
        .order(endpoints::id)
        .load(db)?;
    Ok(rows)
}

/// One of them.
///
/// # Errors
/// `not_found`, also for another institution's
pub fn get(db: &mut Db, institution_id: &str, id: &str) -> Result<Endpoint> {
    endpoints::table
        .filter(endpoints::institution_id.eq(institution_id))
        .filter(endpoints::id.eq(id))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// How many an institution has.
pub fn count(db: &mut Db, institution_id: &str) -> Result<i64> {
    let number = endpoints::table
        .filter(endpoints::institution_id.eq(institution_id))
        .count()
        .get_result(db)?;
    Ok(number)
}

/// Adds one.
pub fn insert(db: &mut Db, endpoint: &Endpoint) -> Result<()> {
    diesel::insert_into(endpoints::table)
        .values(endpoint)
        .execute(db)?;
    Ok(())
}

/// Writes one over the version before it.
///
/// # Errors
/// `stale` when somebody was faster
pub fn replace(db: &mut Db, endpoint: &Endpoint) -> Result<()> {
    let before = endpoints::table
        .filter(endpoints::id.eq(&endpoint.id))
        .filter(endpoints::version.eq(endpoint.version - 1));
    let written = diesel::update(before)
        .set((
            endpoints::url.eq(&endpoint.url),
            endpoints::description.eq(&endpoint.description),
            endpoints::events.eq(&endpoint.events),
            endpoints::secret.eq(&endpoint.secret),
            endpoints::previous_secret.eq(&endpoint.previous_secret),
            endpoints::previous_valid_until.eq(endpoint.previous_valid_until),
            endpoints::active.eq(endpoint.active),
            endpoints::failing_since.eq(endpoint.failing_since),
            endpoints::switched_off_at.eq(endpoint.switched_off_at),
            endpoints::switched_off_why.eq(endpoint.switched_off_why),
            endpoints::reported_at.eq(endpoint.reported_at),
            endpoints::version.eq(endpoint.version),
            endpoints::updated_at.eq(endpoint.updated_at),
        ))
        .execute(db)?;
    if written == 0 {
        return Err(Error::new(Code::Stale));
    }
    Ok(())
}

/// Deletes one in the version that was read, with its calls. Gives how many calls that were.
///
/// # Errors
/// `stale` when somebody was faster
pub fn delete(db: &mut Db, endpoint: &Endpoint) -> Result<usize> {
    let of_endpoint = calls::table.filter(calls::endpoint_id.eq(&endpoint.id));
    let gone = diesel::delete(of_endpoint).execute(db)?;
    let this = endpoints::table
        .filter(endpoints::id.eq(&endpoint.id))
        .filter(endpoints::version.eq(endpoint.version));
    if diesel::delete(this).execute(db)? == 0 {
        return Err(Error::new(Code::Stale));
    }
    Ok(gone)
}

/// Ids of active endpoints that want an event.
///
/// # Errors
/// `internal` when a column does not hold what was stored
pub fn listeners(db: &mut Db, institution_id: &str, event: EventType) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = endpoints::table
        .filter(endpoints::institution_id.eq(institution_id))
        .filter(endpoints::active.eq(true))
        .order(endpoints::id)
        .select((endpoints::id, endpoints::events))
        .load(db)?;
    let mut found = Vec::new();
    for (id, events) in rows {
        let events: Vec<EventType> = from_json(&events)?;
        if events.contains(&event) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Slugs and ids of institutions that have an active endpoint.
pub fn listening_institutions(db: &mut Db) -> Result<Vec<(String, String)>> {
    let rows = endpoints::table
        .inner_join(institutions::table)
        .filter(endpoints::active.eq(true))
        .order(institutions::slug)
        .select((institutions::slug, institutions::id))
        .distinct()
        .load(db)?;
    Ok(rows)
}

/// A call for the outbox.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// Whom.
    pub endpoint_id: String,
    /// Identifies the occurrence at this endpoint.
    pub occurrence_key: String,
    /// The body, as it is sent.
    pub payload: String,
}

/// What [`enqueue`] writes, as one statement for many rows wants it: without columns that a default might stand for.
#[derive(Insertable)]
#[diesel(table_name = calls, treat_none_as_default_value = false)]
struct Row<'a> {
    id: String,
    institution_id: &'a str,
    occurrence_key: &'a str,
    channel: &'static str,
    endpoint_id: &'a str,
    kind: &'static str,
    day: NaiveDate,
    payload: &'a str,
    state: &'static str,
    attempts: i32,
    next_attempt_at: NaiveDateTime,
    planned_at: NaiveDateTime,
}

/// Puts calls into the outbox; those that are there already are not put there twice. Gives how many are new.
pub fn enqueue(
    db: &mut Db,
    now: DateTime<Utc>,
    ready: DateTime<Utc>,
    institution_id: &str,
    day: NaiveDate,
    new: &[NewCall],
) -> Result<usize> {
    let mut added = 0;
    for chunk in new.chunks(CHUNK) {
        let rows: Vec<Row<'_>> = chunk
            .iter()
            .map(|call| Row {
                id: super::new_id(now),
                institution_id,
                occurrence_key: &call.occurrence_key,
                channel: Channel::Webhook.as_str(),
                endpoint_id: &call.endpoint_id,
                kind: "event",
                day,
                payload: &call.payload,
                state: "pending",
                attempts: 0,
                next_attempt_at: stored(ready),
                planned_at: stored(now),
            })
            .collect();
        added += both!(db, c => {
            diesel::insert_into(calls::table).values(&rows).on_conflict_do_nothing().execute(c)
        })?;
    }
    Ok(added)
}

/// A call that this process may make now.
#[derive(Clone, Queryable)]
pub struct LeasedCall {
    /// Id in the outbox, and of the message.
    pub id: String,
    /// The body.
    pub payload: String,
    /// Attempts before this one.
    pub attempts: i32,
    /// Slug of the institution.
    pub institution: String,
    /// Id of the endpoint.
    pub endpoint_id: String,
    /// Where it is.
    pub url: String,
    /// Signs.
    pub secret: String,
    /// Signs as well.
    pub previous_secret: Option<String>,
    /// Until then (UTC).
    pub previous_valid_until: Option<NaiveDateTime>,
    /// Is called at all.
    pub active: bool,
    /// Since when (UTC) it has answered nothing well.
    pub failing_since: Option<NaiveDateTime>,
}

/// Takes up to `limit` calls that are due for this process until `until`.
pub fn lease(
    db: &mut Db,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    owner: &str,
    limit: i64,
) -> Result<Vec<LeasedCall>> {
    let won = outbox::claim(db, Channel::Webhook, now, until, owner, limit)?;
    if won.is_empty() {
        return Ok(Vec::new());
    }
    let rows = calls::table
        .inner_join(endpoints::table)
        .inner_join(institutions::table)
        .filter(calls::id.eq_any(&won))
        .order(calls::id)
        .select((
            calls::id,
            calls::payload,
            calls::attempts - 1,
            institutions::slug,
            endpoints::id,
            endpoints::url,
            endpoints::secret,
            endpoints::previous_secret,
            endpoints::previous_valid_until,
            endpoints::active,
            endpoints::failing_since,
        ))
        .load(db)?;
    Ok(rows)
}

/// Notes that an endpoint has answered well again.
pub fn note_answer(db: &mut Db, now: DateTime<Utc>, id: &str) -> Result<()> {
    let failing = endpoints::table
        .find(id)
        .filter(endpoints::failing_since.is_not_null());
    diesel::update(failing)
        .set((
            endpoints::failing_since.eq(None::<NaiveDateTime>),
            endpoints::version.eq(endpoints::version + 1),
            endpoints::updated_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(())
}

/// Notes that an endpoint has not, and lets its other calls wait until `until`: it is no use to try them one by one.
pub fn note_failure(
    db: &mut Db,
    now: DateTime<Utc>,
    machine: DateTime<Utc>,
    id: &str,
    until: DateTime<Utc>,
) -> Result<()> {
    let fine = endpoints::table
        .find(id)
        .filter(endpoints::failing_since.is_null());
    diesel::update(fine)
        .set((
            endpoints::failing_since.eq(stored(machine)),
            endpoints::version.eq(endpoints::version + 1),
            endpoints::updated_at.eq(stored(now)),
        ))
        .execute(db)?;
    let waiting = calls::table
        .filter(calls::endpoint_id.eq(id))
        .filter(calls::state.eq("pending"))
        .filter(calls::leased_until.is_null())
        .filter(calls::next_attempt_at.lt(stored(until)));
    diesel::update(waiting)
        .set(calls::next_attempt_at.eq(stored(until)))
        .execute(db)?;
    Ok(())
}

/// Switches an endpoint off. `false` when it was off.
pub fn switch_off(db: &mut Db, now: DateTime<Utc>, id: &str, why: SwitchedOffWhy) -> Result<bool> {
    let active = endpoints::table.find(id).filter(endpoints::active.eq(true));
    let switched = diesel::update(active)
        .set((
            endpoints::active.eq(false),
            endpoints::switched_off_at.eq(stored(now)),
            endpoints::switched_off_why.eq(why),
            endpoints::reported_at.eq(None::<NaiveDateTime>),
            endpoints::version.eq(endpoints::version + 1),
            endpoints::updated_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(switched == 1)
}

/// Ids of institutions with endpoints that the service has switched off and nobody was told of.
pub fn institutions_to_report(db: &mut Db) -> Result<Vec<String>> {
    let found = endpoints::table
        .filter(endpoints::switched_off_at.is_not_null())
        .filter(endpoints::reported_at.is_null())
        .select(endpoints::institution_id)
        .distinct()
        .load(db)?;
    Ok(found)
}

/// Ids of endpoints of an institution that the service has switched off and nobody was told of.
pub fn to_report(db: &mut Db, institution_id: &str) -> Result<Vec<String>> {
    let found = endpoints::table
        .filter(endpoints::institution_id.eq(institution_id))
        .filter(endpoints::switched_off_at.is_not_null())
        .filter(endpoints::reported_at.is_null())
        .order(endpoints::id)
        .select(endpoints::id)
        .load(db)?;
    Ok(found)
}

/// Notes that it was told that endpoints were switched off.
pub fn note_reported(db: &mut Db, now: DateTime<Utc>, ids: &[String]) -> Result<()> {
    diesel::update(endpoints::table.filter(endpoints::id.eq_any(ids)))
        .set(endpoints::reported_at.eq(stored(now)))
        .execute(db)?;
    Ok(())
}

/// Those of these endpoints that are still switched off by the service.
pub fn switched_off(db: &mut Db, institution_id: &str, ids: &[String]) -> Result<Vec<Endpoint>> {
    let found = endpoints::table
        .filter(endpoints::institution_id.eq(institution_id))
        .filter(endpoints::id.eq_any(ids))
        .filter(endpoints::switched_off_at.is_not_null())
        .order(endpoints::id)
        .load(db)?;
    Ok(found)
}

/// A call as whoever looks after an endpoint sees it.
#[derive(Debug, Clone, Queryable)]
pub struct Delivery {
    /// Id in the outbox, and of the message; sorts by time.
    pub id: String,
    /// The body.
    pub payload: String,
    /// `pending`, `sent`, `failed`, `obsolete`.
    pub state: String,
    /// Attempts.
    pub attempts: i32,
    /// Next attempt (UTC), of one that is pending.
    pub next_attempt_at: NaiveDateTime,
    /// Last answer, or why none came.
    pub last_reply: Option<String>,
    /// An attempt may have arrived although no answer came back.
    pub handed_over: bool,
    /// When it was put there (UTC).
    pub planned_at: NaiveDateTime,
    /// When it was answered well or given up (UTC).
    pub finished_at: Option<NaiveDateTime>,
}

/// The columns of [`Delivery`].
const DELIVERY: (
    calls::id,
    calls::payload,
    calls::state,
    calls::attempts,
    calls::next_attempt_at,
    calls::last_reply,
    calls::handed_over,
    calls::planned_at,
    calls::finished_at,
) = (
    calls::id,
    calls::payload,
    calls::state,
    calls::attempts,
    calls::next_attempt_at,
    calls::last_reply,
    calls::handed_over,
    calls::planned_at,
    calls::finished_at,
);

/// Calls of an endpoint, newest first, below `before` (exclusive).
pub fn deliveries(
    db: &mut Db,
    endpoint_id: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let mut query = calls::table
        .filter(calls::endpoint_id.eq(endpoint_id))
        .order(calls::id.desc())
        .limit(limit)
        .select(DELIVERY)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(calls::id.lt(before));
    }
    Ok(query.load(db)?)
}

/// One of them.
///
/// # Errors
/// `not_found`, also for another endpoint's
pub fn delivery(db: &mut Db, endpoint_id: &str, id: &str) -> Result<Delivery> {
    calls::table
        .filter(calls::endpoint_id.eq(endpoint_id))
        .filter(calls::id.eq(id))
        .select(DELIVERY)
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// The one with this occurrence.
///
/// # Errors
/// `not_found`
pub fn delivery_by_key(db: &mut Db, occurrence_key: &str) -> Result<Delivery> {
    calls::table
        .filter(calls::occurrence_key.eq(occurrence_key))
        .select(DELIVERY)
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// A measure that is overdue.
#[derive(Debug, Clone, Queryable)]
pub struct OverdueMeasure {
    /// Id.
    pub id: String,
    /// Number.
    pub reference: String,
    /// Status.
    pub status: Status,
    /// Due date; never absent here.
    pub due: Option<NaiveDate>,
}

/// Measures of an institution that are overdue on a day and of which webhooks tell, by id above `after`.
pub fn overdue_measures(
    db: &mut Db,
    institution_id: &str,
    today: NaiveDate,
    after: &str,
    limit: i64,
) -> Result<Vec<OverdueMeasure>> {
    let running: Vec<Status> = Status::running().collect();
    let rows = measures::table
        .filter(measures::institution_id.eq(institution_id))
        .filter(measures::status.eq_any(running))
        .filter(measures::due_current.lt(today))
        .filter(measures::confidentiality.eq_any(TOLD))
        .filter(measures::id.gt(after))
        .order(measures::id)
        .limit(limit)
        .select((
            measures::id,
            measures::reference,
            measures::status,
            measures::due_current,
        ))
        .load(db)?;
    Ok(rows)
}
