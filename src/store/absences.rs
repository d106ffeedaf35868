//! Who stands in for whom while they are away (DOMAIN REM-11).

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text};

use super::db::{Db, MultiBackend};
use super::expressions::row_before;
use super::schema::{absences, memberships, users};
use crate::error::{Code, Error, Result};

/// An absence as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = absences)]
pub struct Absence {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Whoever is away.
    pub user_id: String,
    /// Whoever stands in.
    pub deputy_id: String,
    /// First day.
    pub from_day: NaiveDate,
    /// Last day.
    pub until_day: NaiveDate,
    /// User id of whoever entered it.
    pub entered_by: String,
    /// When (UTC).
    pub entered_at: NaiveDateTime,
}

/// Everybody who is away on a day and whoever stands in for them, if they still can: user ids, in one statement.
pub fn on(db: &mut Db, institution_id: &str, day: NaiveDate) -> Result<Vec<(String, String)>> {
    let can_act = memberships::table
        .inner_join(users::table)
        .filter(memberships::institution_id.eq(absences::institution_id))
        .filter(memberships::user_id.eq(absences::deputy_id))
        .filter(users::active.eq(true));
    Ok(absences::table
        .filter(absences::institution_id.eq(institution_id))
        .filter(absences::until_day.ge(day))
        .filter(absences::from_day.le(day))
        .filter(diesel::dsl::exists(can_act))
        .order(absences::id)
        .select((absences::user_id, absences::deputy_id))
        .load(db)?)
}

/// Absences, the latest first, those before a place first: of everybody, or those in which somebody has a part.
pub fn page(
    db: &mut Db,
    institution_id: &str,
    of: Option<&str>,
    before: Option<(NaiveDate, &str)>,
    limit: i64,
) -> Result<Vec<Absence>> {
    let mut query = absences::table
        .filter(absences::institution_id.eq(institution_id))
        .order((absences::until_day.desc(), absences::id.desc()))
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if let Some(user_id) = of {
        query = query.filter(
            absences::user_id
                .eq(user_id)
                .or(absences::deputy_id.eq(user_id)),
        );
    }
    if let Some((day, id)) = before {
        query = query.filter(row_before(
            (absences::until_day, absences::id),
            (day.into_sql::<Date>(), id.into_sql::<Text>()),
        ));
    }
    Ok(query.load(db)?)
}

/// One of them.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, institution_id: &str, id: &str) -> Result<Absence> {
    absences::table
        .find(id)
        .filter(absences::institution_id.eq(institution_id))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Whether somebody is away on any of these days.
pub fn overlaps(
    db: &mut Db,
    institution_id: &str,
    user_id: &str,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<bool> {
    let found: Option<String> = absences::table
        .filter(absences::institution_id.eq(institution_id))
        .filter(absences::user_id.eq(user_id))
        .filter(absences::until_day.ge(from))
        .filter(absences::from_day.le(until))
        .select(absences::id)
        .first(db)
        .optional()?;
    Ok(found.is_some())
}

/// Adds one.
pub fn insert(db: &mut Db, absence: &Absence) -> Result<()> {
    diesel::insert_into(absences::table)
        .values(absence)
        .execute(db)?;
    Ok(())
}

/// Deletes one.
///
/// # Errors
/// `not_found` when somebody was faster
pub fn delete(db: &mut Db, id: &str) -> Result<()> {
    if diesel::delete(absences::table.find(id)).execute(db)? == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::NotFound))
    }
}
