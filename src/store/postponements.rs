//! Requests for new due dates (DOMAIN §5.4).

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::db::{Db, MultiBackend};
use super::measures::Measure;
use super::schema::{measures, postponements};
use super::sight::{Sight, seen_by};
use crate::domain::measure::Precision;
use crate::domain::postponement::{Cause, State, Tier};
use crate::error::{Code, Error, Result};

/// A request as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = postponements)]
pub struct Postponement {
    /// Id; ids sort by the time of the request.
    pub id: String,
    /// Measure.
    pub measure_id: String,
    /// The date that held when it was made.
    pub from_day: NaiveDate,
    /// The date that is asked for.
    pub to_day: NaiveDate,
    /// How exactly that is known.
    pub to_precision: Precision,
    /// Why, as a word.
    pub cause: Cause,
    /// Why, in a sentence.
    pub reason: String,
    /// Who has to decide: as judged when it was made, and again when it was decided.
    pub tier: Tier,
    /// User id of whoever asked.
    pub requested_by: String,
    /// When (UTC).
    pub requested_at: NaiveDateTime,
    /// What became of it.
    pub state: State,
    /// User id of whoever decided or took it back.
    pub decided_by: Option<String>,
    /// When (UTC).
    pub decided_at: Option<NaiveDateTime>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Days by which the old date had been missed when the new one was approved.
    pub days_overdue: Option<i32>,
}

/// Adds a request.
///
/// # Errors
/// `already_exists` when one waits already
pub fn insert(db: &mut Db, postponement: &Postponement) -> Result<()> {
    diesel::insert_into(postponements::table)
        .values(postponement)
        .execute(db)?;
    Ok(())
}

/// Stores what became of a request that was waiting.
///
/// # Errors
/// `stale` when somebody else was faster.
pub fn close(db: &mut Db, closed: &Postponement) -> Result<()> {
    let waiting = postponements::table
        .find(&closed.id)
        .filter(postponements::state.eq(State::Pending));
    let changed = diesel::update(waiting)
        .set((
            postponements::state.eq(closed.state),
            postponements::tier.eq(closed.tier),
            postponements::decided_by.eq(closed.decided_by.as_deref()),
            postponements::decided_at.eq(closed.decided_at),
            postponements::decision_reason.eq(closed.decision_reason.as_deref()),
            postponements::days_overdue.eq(closed.days_overdue),
        ))
        .execute(db)?;
    if changed != 1 {
        return Err(Error::new(Code::Stale));
    }
    Ok(())
}

/// A request of a measure.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, measure_id: &str, id: &str) -> Result<Postponement> {
    Ok(postponements::table
        .find(id)
        .filter(postponements::measure_id.eq(measure_id))
        .first(db)?)
}

/// Whether a request for a new date of a measure waits.
pub fn any_pending(db: &mut Db, measure_id: &str) -> Result<bool> {
    let waiting = postponements::table
        .filter(postponements::measure_id.eq(measure_id))
        .filter(postponements::state.eq(State::Pending))
        .select(postponements::id);
    let found: Option<String> = waiting.first(db).optional()?;
    Ok(found.is_some())
}

/// Measure and id of every request of these measures that was approved.
pub fn approved(db: &mut Db, measure_ids: &[&str]) -> Result<Vec<(String, String)>> {
    Ok(postponements::table
        .filter(postponements::measure_id.eq_any(measure_ids))
        .filter(postponements::state.eq(State::Approved))
        .select((postponements::measure_id, postponements::id))
        .load(db)?)
}

/// Requests of the measures that a reader sees, with the measure, newest first: of one measure or of all, in
/// one of these states or in any, below `before` (exclusive).
pub fn page(
    db: &mut Db,
    sight: &Sight<'_>,
    measure_id: Option<&str>,
    states: &[State],
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<(Postponement, Measure)>> {
    let mut query = postponements::table
        .inner_join(measures::table)
        .filter(seen_by(sight))
        .select((postponements::all_columns, measures::all_columns))
        .order(postponements::id.desc())
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if let Some(measure_id) = measure_id {
        query = query.filter(postponements::measure_id.eq(measure_id));
    }
    if !states.is_empty() {
        query = query.filter(postponements::state.eq_any(states));
    }
    if let Some(before) = before {
        query = query.filter(postponements::id.lt(before));
    }
    Ok(query.load(db)?)
}

/// Requests that were made or decided since `from`, newest first.
pub fn since(
    db: &mut Db,
    sight: &Sight<'_>,
    from: NaiveDateTime,
    limit: i64,
) -> Result<Vec<(Postponement, Measure)>> {
    Ok(postponements::table
        .inner_join(measures::table)
        .filter(seen_by(sight))
        .filter(
            postponements::requested_at
                .ge(from)
                .or(postponements::decided_at.ge(from)),
        )
        .select((postponements::all_columns, measures::all_columns))
        .order(postponements::id.desc())
        .limit(limit)
        .load(db)?)
}
