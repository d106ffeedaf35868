//! Duties of programmes, and which of their dates were met.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{Ask, Completion};
use crate::domain::duty::Recurrence;
use crate::domain::measure::Confidentiality;
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::schema::{deadline_completions, programme_duties, programmes};

/// A duty with a date.
#[derive(Debug, Clone, Queryable)]
pub struct DutyRow {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Key of the programme.
    pub programme: String,
    /// Class of the programme.
    pub confidentiality: Confidentiality,
    /// When the programme came in (UTC).
    pub imported_at: NaiveDateTime,
    /// Key within the programme.
    pub key: String,
    /// What is to be done.
    pub text: String,
    /// First date.
    pub due_on: NaiveDate,
    /// How often it comes.
    pub recurrence: Recurrence,
    /// Last day on which it may come again.
    pub until_on: Option<NaiveDate>,
}

/// Id of a duty, and a date of it that was met.
pub type MetDate = (String, NaiveDate);

/// Duties with a date and the dates of each that were met, in two statements. A paper names a handful of them, so they are
/// read as a whole; which of their dates are asked for is for the caller to say.
pub fn duties(db: &mut Db, ask: &Ask<'_>) -> Result<(Vec<DutyRow>, Vec<MetDate>)> {
    let mut query = programme_duties::table
        .inner_join(programmes::table)
        .filter(programme_duties::due_on.is_not_null())
        .order(programme_duties::id)
        .select((
            programme_duties::id,
            programmes::institution_id,
            programmes::key,
            programmes::confidentiality,
            programmes::imported_at,
            programme_duties::key,
            programme_duties::text,
            programme_duties::due_on.assume_not_null(),
            programme_duties::recurrence,
            programme_duties::until_on,
        ))
        .into_boxed::<MultiBackend>();
    if let Some(id) = ask.institution_id {
        query = query.filter(programmes::institution_id.eq(id));
    }
    if let Some(ids) = ask.ids {
        query = query.filter(programme_duties::id.eq_any(ids));
    }
    if let Some(reader) = ask.reader {
        let sight = &reader.measures;
        query = query
            .filter(programmes::institution_id.eq(sight.institution_id))
            .filter(programmes::confidentiality.eq_any(&sight.visibility.programmes));
    }
    let found: Vec<DutyRow> = query.load(db)?;
    let ids: Vec<&str> = found.iter().map(|duty| duty.id.as_str()).collect();
    let met = deadline_completions::table
        .filter(deadline_completions::duty_id.eq_any(&ids))
        .select((
            deadline_completions::duty_id.assume_not_null(),
            deadline_completions::due_on,
        ))
        .load(db)?;
    Ok((found, met))
}

/// Notes that a date of a duty was met.
///
/// # Errors
/// `already_exists` for one that was met before
pub fn complete_duty(db: &mut Db, duty_id: &str, completion: &Completion) -> Result<()> {
    diesel::insert_into(deadline_completions::table)
        .values((completion, deadline_completions::duty_id.eq(duty_id)))
        .execute(db)?;
    Ok(())
}
