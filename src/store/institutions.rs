//! Institutions.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::Db;
use super::schema::institutions;
use super::types::{from_json, stored, to_json};
use crate::domain::calendar::WorkCalendar;
use crate::domain::holiday::Land;
use crate::domain::institution::InstitutionKind;
use crate::error::{Error, Result};

/// An institution.
#[derive(Debug, Clone, Queryable)]
pub struct Institution {
    /// Id.
    pub id: String,
    /// Name in paths.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: InstitutionKind,
    closure_days: String,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Where it is.
    pub land: Land,
}

impl Institution {
    /// When it is at work.
    ///
    /// # Errors
    /// `internal` when the column does not hold what was stored.
    pub fn calendar(&self) -> Result<WorkCalendar> {
        let days: Vec<String> = from_json(&self.closure_days)?;
        let days = days.iter().map(|day| {
            day.parse()
                .map_err(|cause: String| Error::internal("closure day", cause))
        });
        Ok(WorkCalendar {
            land: self.land,
            closure_days: days.collect::<Result<_>>()?,
        })
    }
}

/// Adds an institution.
pub fn insert(
    db: &mut Db,
    now: DateTime<Utc>,
    slug: &str,
    name: &str,
    kind: InstitutionKind,
    land: Land,
    closure_days: &[String],
) -> Result<String> {
    let id = super::new_id(now);
    diesel::insert_into(institutions::table)
        .values((
            institutions::id.eq(&id),
            institutions::slug.eq(slug),
            institutions::name.eq(name),
            institutions::kind.eq(kind),
            institutions::land.eq(land),
            institutions::closure_days.eq(to_json(&closure_days)?),
            institutions::created_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(id)
}

/// Makes a second writer of what belongs to an institution as a whole wait until this transaction has ended.
pub fn lock(db: &mut Db, id: &str) -> Result<()> {
    diesel::update(institutions::table.find(id))
        .set(institutions::slug.eq(institutions::slug))
        .execute(db)?;
    Ok(())
}

/// The institution of a slug.
pub fn by_slug(db: &mut Db, slug: &str) -> Result<Option<Institution>> {
    Ok(institutions::table
        .filter(institutions::slug.eq(slug))
        .first(db)
        .optional()?)
}

/// All institutions by slug.
pub fn all(db: &mut Db) -> Result<Vec<Institution>> {
    Ok(institutions::table.order(institutions::slug).load(db)?)
}
