//! Evidence for measures: what it is and where it lies, not the files themselves.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::Db;
use super::schema::measure_evidence;
use crate::error::Result;

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
