//! What a paper attaches to a programme: its parent, conditions and duties.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::Programme;
use crate::domain::duty::Recurrence;
use crate::domain::measure::{Confidentiality, Precision};
use crate::domain::programme_file as file;
use crate::error::Result;
use crate::store::db::{Db, both};
use crate::store::schema::{programme_conditions, programme_duties, programmes};
use crate::store::types::{from_json, to_json};
use crate::store::{new_id, position};

/// A duty as it is stored.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Key within the programme.
    pub key: String,
    /// What is to be done.
    pub text: String,
    /// First date.
    pub due_on: Option<NaiveDate>,
    /// How exactly it is known.
    pub precision: Option<Precision>,
    /// How often it comes.
    pub recurrence: Recurrence,
    /// Last day on which it may come again.
    pub until_on: Option<NaiveDate>,
    /// Somebody has to decide when.
    pub needs_decision: bool,
    /// Where it stands.
    pub source: file::Source,
}

/// Keys of the parent and of the parts of a programme that the reader sees, the parent first.
pub fn relatives(
    db: &mut Db,
    institution_id: &str,
    programme: &Programme,
    classes: &[Confidentiality],
) -> Result<(Option<String>, Vec<String>)> {
    let rows: Vec<(String, String)> = programmes::table
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::confidentiality.eq_any(classes))
        .filter(
            programmes::parent_id
                .eq(&programme.id)
                .or(programmes::id.nullable().eq(programme.parent_id.as_deref())),
        )
        .order(programmes::key)
        .select((programmes::id, programmes::key))
        .load(db)?;
    let (parents, parts): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|(id, _)| Some(id) == programme.parent_id.as_ref());
    let keys = |rows: Vec<(String, String)>| rows.into_iter().map(|(_, key)| key);
    Ok((keys(parents).next(), keys(parts).collect()))
}

/// Conditions of a programme in order.
pub fn conditions(db: &mut Db, programme_id: &str) -> Result<Vec<file::Condition>> {
    let rows: Vec<(String, String)> = programme_conditions::table
        .filter(programme_conditions::programme_id.eq(programme_id))
        .order(programme_conditions::position)
        .select((programme_conditions::text, programme_conditions::source))
        .load(db)?;
    let condition = |(text, source): (String, String)| {
        Ok(file::Condition {
            text,
            source: from_json(&source)?,
        })
    };
    rows.into_iter().map(condition).collect()
}

/// Duties of a programme in order.
pub fn duties(db: &mut Db, programme_id: &str) -> Result<Vec<Duty>> {
    type Stored = (
        String,
        String,
        Option<NaiveDate>,
        Option<Precision>,
        Recurrence,
        Option<NaiveDate>,
        bool,
        String,
    );
    let rows: Vec<Stored> = programme_duties::table
        .filter(programme_duties::programme_id.eq(programme_id))
        .order(programme_duties::position)
        .select((
            programme_duties::key,
            programme_duties::text,
            programme_duties::due_on,
            programme_duties::due_precision,
            programme_duties::recurrence,
            programme_duties::until_on,
            programme_duties::needs_decision,
            programme_duties::source,
        ))
        .load(db)?;
    rows.into_iter()
        .map(
            |(key, text, due_on, precision, recurrence, until_on, needs_decision, source)| {
                Ok(Duty {
                    key,
                    text,
                    due_on,
                    precision,
                    recurrence,
                    until_on,
                    needs_decision,
                    source: from_json(&source)?,
                })
            },
        )
        .collect()
}

/// Stores conditions and duties of a checked file.
pub(super) fn insert(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    programme: &file::Programme,
) -> Result<()> {
    let mut conditions = Vec::new();
    for (index, condition) in programme.conditions.iter().enumerate() {
        conditions.push((
            programme_conditions::id.eq(new_id(now)),
            programme_conditions::programme_id.eq(programme_id),
            programme_conditions::text.eq(&condition.text),
            programme_conditions::position.eq(position(index)?),
            programme_conditions::source.eq(to_json(&condition.source)?),
        ));
    }
    let mut duties = Vec::new();
    for (index, duty) in programme.duties.iter().enumerate() {
        duties.push((
            programme_duties::id.eq(new_id(now)),
            programme_duties::programme_id.eq(programme_id),
            programme_duties::key.eq(&duty.key),
            programme_duties::text.eq(&duty.text),
            programme_duties::due_on.eq(duty.due_on),
            programme_duties::due_precision.eq(duty.precision),
            programme_duties::recurrence.eq(duty.recurrence),
            programme_duties::until_on.eq(duty.until_on),
            programme_duties::needs_decision.eq(duty.needs_decision),
            programme_duties::position.eq(position(index)?),
            programme_duties::source.eq(to_json(&duty.source)?),
        ));
    }
    both!(db, c => {
        for rows in conditions.chunks(1000) {
            diesel::insert_into(programme_conditions::table).values(rows).execute(c)?;
        }
        for rows in duties.chunks(1000) {
            diesel::insert_into(programme_duties::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}
