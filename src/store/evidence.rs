//! Evidence for measures: what it is and where it lies, not the files themselves.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::Db;
use super::schema::measure_evidence;
use super::types::stored;
use crate::domain::measure::{Confidentiality, EvidenceKind};
use crate::error::{Code, Error, Result};

/// A piece of evidence.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = measure_evidence)]
pub struct Evidence {
    /// Id.
    pub id: String,
    /// Measure.
    pub measure_id: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Title.
    pub title: String,
    /// Where it lies.
    pub location: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Option<Vec<u8>>,
    /// Of which day it is.
    pub dated_on: NaiveDate,
    /// Last day on which it holds.
    pub valid_until: Option<NaiveDate>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// User id.
    pub added_by: Option<String>,
    /// When (UTC).
    pub added_at: NaiveDateTime,
    /// User id of whoever withdrew it.
    pub withdrawn_by: Option<String>,
    /// When (UTC).
    pub withdrawn_at: Option<NaiveDateTime>,
    /// Why.
    pub withdrawn_reason: Option<String>,
}

/// Adds a piece of evidence.
pub fn insert(db: &mut Db, evidence: &Evidence) -> Result<()> {
    diesel::insert_into(measure_evidence::table)
        .values(evidence)
        .execute(db)?;
    Ok(())
}

/// Evidence of a measure in the order it was added, as far as it is of one of `classes`.
pub fn of_measure(
    db: &mut Db,
    measure_id: &str,
    classes: &[Confidentiality],
) -> Result<Vec<Evidence>> {
    Ok(measure_evidence::table
        .filter(measure_evidence::measure_id.eq(measure_id))
        .filter(measure_evidence::confidentiality.eq_any(classes))
        .order(measure_evidence::id)
        .load(db)?)
}

/// How many pieces of evidence a measure has.
pub fn count(db: &mut Db, measure_id: &str) -> Result<i64> {
    Ok(measure_evidence::table
        .filter(measure_evidence::measure_id.eq(measure_id))
        .count()
        .get_result(db)?)
}

/// Marks a piece of evidence as withdrawn.
///
/// # Errors
/// `not_found` for one that is not there or was withdrawn before
pub fn withdraw(
    db: &mut Db,
    now: DateTime<Utc>,
    measure_id: &str,
    id: &str,
    by: &str,
    reason: &str,
) -> Result<()> {
    let there = measure_evidence::table
        .find(id)
        .filter(measure_evidence::measure_id.eq(measure_id))
        .filter(measure_evidence::withdrawn_at.is_null());
    let changed = diesel::update(there)
        .set((
            measure_evidence::withdrawn_at.eq(stored(now)),
            measure_evidence::withdrawn_by.eq(by),
            measure_evidence::withdrawn_reason.eq(reason),
        ))
        .execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::NotFound))
    }
}

/// Whether there is a piece of evidence for a measure that holds on a day.
pub fn any_valid(db: &mut Db, measure_id: &str, today: NaiveDate) -> Result<bool> {
    let valid = measure_evidence::table
        .filter(measure_evidence::measure_id.eq(measure_id))
        .filter(measure_evidence::withdrawn_at.is_null())
        .filter(
            measure_evidence::valid_until
                .is_null()
                .or(measure_evidence::valid_until.ge(today)),
        )
        .select(measure_evidence::id);
    let found: Option<String> = valid.first(db).optional()?;
    Ok(found.is_some())
}
