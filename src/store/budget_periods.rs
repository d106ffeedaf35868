//! Budget periods and the years that they cover.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::{Db, both};
use super::schema::{budget_period_years, budget_periods};
use super::types::stored;
use crate::domain::budget_period::State;
use crate::error::{Code, Error, Result};

/// A budget period as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = budget_periods)]
pub struct BudgetPeriod {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// First year.
    pub first_year: i32,
    /// Last year: the same or the next.
    pub last_year: i32,
    /// Where the budget stands.
    pub state: State,
    /// Remark.
    pub note: Option<String>,
    /// Counts changes, from 1.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

/// Budget periods of an institution by their years.
pub fn all(db: &mut Db, institution_id: &str) -> Result<Vec<BudgetPeriod>> {
    Ok(budget_periods::table
        .filter(budget_periods::institution_id.eq(institution_id))
        .order((budget_periods::first_year, budget_periods::id))
        .load(db)?)
}

/// A budget period of an institution by its id.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, institution_id: &str, id: &str) -> Result<BudgetPeriod> {
    budget_periods::table
        .find(id)
        .filter(budget_periods::institution_id.eq(institution_id))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Years of an institution whose budget is provisional.
pub fn provisional_years(db: &mut Db, institution_id: &str) -> Result<Vec<i32>> {
    Ok(budget_period_years::table
        .inner_join(budget_periods::table)
        .filter(budget_period_years::institution_id.eq(institution_id))
        .filter(budget_periods::state.eq(State::Provisional))
        .order(budget_period_years::year)
        .select(budget_period_years::year)
        .load(db)?)
}

/// Years within a span that a budget of the institution covers, other than this one.
pub fn covered(db: &mut Db, period: &BudgetPeriod) -> Result<Vec<i32>> {
    Ok(budget_period_years::table
        .filter(budget_period_years::institution_id.eq(&period.institution_id))
        .filter(budget_period_years::year.between(period.first_year, period.last_year))
        .filter(budget_period_years::period_id.ne(&period.id))
        .order(budget_period_years::year)
        .select(budget_period_years::year)
        .load(db)?)
}

/// Adds a budget period with its years.
///
/// # Errors
/// `already_exists` for a year that somebody else was faster with
pub fn insert(db: &mut Db, period: &BudgetPeriod) -> Result<()> {
    diesel::insert_into(budget_periods::table)
        .values(period)
        .execute(db)?;
    insert_years(db, period)
}

/// Stores a changed budget period over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster; `already_exists` for a year that has another budget by now
pub fn replace(db: &mut Db, now: DateTime<Utc>, period: &mut BudgetPeriod) -> Result<()> {
    let seen = period.version;
    period.version = seen.saturating_add(1);
    period.updated_at = stored(now);
    let row = budget_periods::table
        .find(&period.id)
        .filter(budget_periods::version.eq(seen));
    let changed = diesel::update(row)
        .set((
            budget_periods::first_year.eq(period.first_year),
            budget_periods::last_year.eq(period.last_year),
            budget_periods::state.eq(period.state),
            budget_periods::note.eq(period.note.as_deref()),
            budget_periods::version.eq(period.version),
            budget_periods::updated_at.eq(period.updated_at),
        ))
        .execute(db)?;
    if changed != 1 {
        return Err(Error::new(Code::Stale));
    }
    delete_years(db, &period.id)?;
    insert_years(db, period)
}

/// Deletes a budget period over the version that was seen.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn delete(db: &mut Db, period: &BudgetPeriod) -> Result<()> {
    delete_years(db, &period.id)?;
    let row = budget_periods::table
        .find(&period.id)
        .filter(budget_periods::version.eq(period.version));
    if diesel::delete(row).execute(db)? == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}

fn insert_years(db: &mut Db, period: &BudgetPeriod) -> Result<()> {
    let year = |year| {
        (
            budget_period_years::institution_id.eq(&period.institution_id),
            budget_period_years::year.eq(year),
            budget_period_years::period_id.eq(&period.id),
        )
    };
    let years: Vec<_> = (period.first_year..=period.last_year).map(year).collect();
    both!(db, c => {
        diesel::insert_into(budget_period_years::table).values(&years).execute(c)?;
    });
    Ok(())
}

fn delete_years(db: &mut Db, period_id: &str) -> Result<()> {
    let years = budget_period_years::table.filter(budget_period_years::period_id.eq(period_id));
    diesel::delete(years).execute(db)?;
    Ok(())
}
