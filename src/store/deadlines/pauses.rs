//! Pauses of deadlines.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::error::Result;
use crate::store::db::Db;
use crate::store::schema::deadline_pauses;
use crate::store::types::stored;

/// A pause as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = deadline_pauses)]
pub struct Pause {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Id of the deadline.
    pub deadline_id: String,
    /// The date that rests.
    pub due_on: NaiveDate,
    /// Day on which it was paused.
    pub from_day: NaiveDate,
    /// Last day of the pause.
    pub until_day: NaiveDate,
    /// Why.
    pub reason: String,
    /// User id.
    pub paused_by: Option<String>,
    /// When (UTC).
    pub paused_at: NaiveDateTime,
    /// When it was lifted (UTC).
    pub lifted_at: Option<NaiveDateTime>,
}

/// The last days of pauses that hold today, by deadline and date, in one statement.
pub fn active(
    db: &mut Db,
    deadline_ids: &[&str],
    today: NaiveDate,
) -> Result<HashMap<(String, NaiveDate), NaiveDate>> {
    let rows: Vec<((String, NaiveDate), NaiveDate)> = deadline_pauses::table
        .filter(deadline_pauses::deadline_id.eq_any(deadline_ids))
        .filter(deadline_pauses::until_day.ge(today))
        .filter(deadline_pauses::lifted_at.is_null())
        .select((
            (deadline_pauses::deadline_id, deadline_pauses::due_on),
            deadline_pauses::until_day,
        ))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// All pauses of one date of a deadline, the oldest first.
pub fn of(db: &mut Db, deadline_id: &str, due_on: NaiveDate) -> Result<Vec<Pause>> {
    Ok(deadline_pauses::table
        .filter(deadline_pauses::deadline_id.eq(deadline_id))
        .filter(deadline_pauses::due_on.eq(due_on))
        .order(deadline_pauses::id)
        .load(db)?)
}

/// Adds a pause.
pub fn insert(db: &mut Db, pause: &Pause) -> Result<()> {
    diesel::insert_into(deadline_pauses::table)
        .values(pause)
        .execute(db)?;
    Ok(())
}

/// Ends a pause before its time.
pub fn lift(db: &mut Db, now: DateTime<Utc>, id: &str) -> Result<()> {
    diesel::update(deadline_pauses::table.find(id))
        .set(deadline_pauses::lifted_at.eq(stored(now)))
        .execute(db)?;
    Ok(())
}
