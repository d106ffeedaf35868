//! Filters that people keep for themselves.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::db::Db;
use super::schema::saved_filters;
use crate::error::{Code, Error, Result};

/// A filter as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = saved_filters)]
pub struct SavedFilter {
    /// Id.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// Institution.
    pub institution_id: String,
    /// Name.
    pub name: String,
    /// How names are compared.
    pub name_key: String,
    /// Query string of a list.
    pub query: String,
    /// Counts changes, from 1.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

/// Whose filters, and of which institution; none can be asked for without.
#[derive(Debug, Clone, Copy)]
pub struct Keeper<'a> {
    /// The person.
    pub user_id: &'a str,
    /// The institution.
    pub institution_id: &'a str,
}

/// Filters that somebody keeps, by name.
pub fn all(db: &mut Db, keeper: Keeper<'_>) -> Result<Vec<SavedFilter>> {
    let rows = saved_filters::table
        .filter(saved_filters::user_id.eq(keeper.user_id))
        .filter(saved_filters::institution_id.eq(keeper.institution_id))
        .order((saved_filters::name_key, saved_filters::id))
        .load(db)?;
    Ok(rows)
}

/// One of them.
///
/// # Errors
/// `not_found`, also for somebody else's
pub fn get(db: &mut Db, keeper: Keeper<'_>, id: &str) -> Result<SavedFilter> {
    saved_filters::table
        .filter(saved_filters::user_id.eq(keeper.user_id))
        .filter(saved_filters::institution_id.eq(keeper.institution_id))
        .filter(saved_filters::id.eq(id))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// How many somebody keeps.
pub fn count(db: &mut Db, keeper: Keeper<'_>) -> Result<i64> {
    let number = saved_filters::table
        .filter(saved_filters::user_id.eq(keeper.user_id))
        .filter(saved_filters::institution_id.eq(keeper.institution_id))
        .count()
        .get_result(db)?;
    Ok(number)
}

/// Adds one.
///
/// # Errors
/// `already_exists` where its name is taken
pub fn insert(db: &mut Db, filter: &SavedFilter) -> Result<()> {
    diesel::insert_into(saved_filters::table)
        .values(filter)
        .execute(db)?;
    Ok(())
}

/// Writes one over the version before it.
///
/// # Errors
/// `stale` when somebody was faster, `already_exists` where its name is taken
pub fn replace(db: &mut Db, filter: &SavedFilter) -> Result<()> {
    let before = saved_filters::table
        .filter(saved_filters::id.eq(&filter.id))
        .filter(saved_filters::version.eq(filter.version - 1));
    let written = diesel::update(before)
        .set((
            saved_filters::name.eq(&filter.name),
            saved_filters::name_key.eq(&filter.name_key),
            saved_filters::query.eq(&filter.query),
            saved_filters::version.eq(filter.version),
            saved_filters::updated_at.eq(filter.updated_at),
        ))
        .execute(db)?;
    if written == 0 {
        return Err(Error::new(Code::Stale));
    }
    Ok(())
}

/// Deletes one in the version that was read.
///
/// # Errors
/// `stale` when somebody was faster
pub fn delete(db: &mut Db, filter: &SavedFilter) -> Result<()> {
    let this = saved_filters::table
        .filter(saved_filters::id.eq(&filter.id))
        .filter(saved_filters::version.eq(filter.version));
    if diesel::delete(this).execute(db)? == 0 {
        return Err(Error::new(Code::Stale));
    }
    Ok(())
}
