//! What of deadlines has been said to whom, or left out for something higher (DOMAIN REM-8, REM-9); of which alarms somebody
//! was told.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::{Db, both};
use super::schema::alarm_occurrences;
use super::schema::reminder_occurrences::{self, dsl};
use crate::domain::reminder::plan::{Said, SaidOnce};
use crate::error::Result;

/// Rows that one statement adds: SQLite binds at most 32,766 values, and there are eight in a row.
const AT_ONCE: usize = 2000;

/// One thing that is said from now on, or left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOccurrence {
    /// Names it for ever.
    pub key: String,
    /// Of which deadline.
    pub deadline_id: String,
    /// About which due date.
    pub due: NaiveDate,
    /// Code of the stage.
    pub code: String,
    /// User id of whom.
    pub recipient_id: String,
    /// The mail that carries it; without one it is left out.
    pub outbox_id: Option<String>,
}

/// As one statement for many rows wants it: without columns that a default might stand for.
#[derive(Insertable)]
#[diesel(table_name = reminder_occurrences, treat_none_as_default_value = false)]
struct Row<'a> {
    occurrence_key: &'a str,
    institution_id: &'a str,
    deadline_id: &'a str,
    due_on: NaiveDate,
    code: &'a str,
    recipient_id: &'a str,
    day: NaiveDate,
    outbox_id: Option<&'a str>,
}

/// What has been said of some deadlines, in one statement.
pub fn said(db: &mut Db, deadline_ids: &[&str]) -> Result<Said> {
    let rows: Vec<(String, NaiveDate, String, String)> = reminder_occurrences::table
        .filter(dsl::deadline_id.eq_any(deadline_ids))
        .select((dsl::deadline_id, dsl::due_on, dsl::recipient_id, dsl::code))
        .load(db)?;
    let mut said = Said::default();
    for (deadline_id, due, recipient, code) in rows {
        said.add(
            deadline_id,
            SaidOnce {
                due,
                recipient,
                code,
            },
        );
    }
    Ok(said)
}

/// Adds what is said on a day. What is there already stays as it is: an occurrence never is there twice.
pub fn add(
    db: &mut Db,
    institution_id: &str,
    day: NaiveDate,
    occurrences: &[NewOccurrence],
) -> Result<()> {
    for some in occurrences.chunks(AT_ONCE) {
        let rows: Vec<Row<'_>> = some
            .iter()
            .map(|new| Row {
                occurrence_key: &new.key,
                institution_id,
                deadline_id: &new.deadline_id,
                due_on: new.due,
                code: &new.code,
                recipient_id: &new.recipient_id,
                day,
                outbox_id: new.outbox_id.as_deref(),
            })
            .collect();
        both!(db, c => diesel::insert_into(reminder_occurrences::table).values(&rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// One thing that a mail says.
#[derive(Debug, Clone, Queryable)]
pub struct Carried {
    /// Names it for ever.
    pub key: String,
    /// Of which deadline.
    pub deadline_id: String,
    /// About which due date.
    pub due: NaiveDate,
    /// Code of the stage.
    pub code: String,
    /// User id of whom.
    pub recipient_id: String,
}

/// What a mail says.
pub fn of_mail(db: &mut Db, outbox_id: &str) -> Result<Vec<Carried>> {
    Ok(reminder_occurrences::table
        .filter(dsl::outbox_id.eq(outbox_id))
        .order(dsl::occurrence_key)
        .select((
            dsl::occurrence_key,
            dsl::deadline_id,
            dsl::due_on,
            dsl::code,
            dsl::recipient_id,
        ))
        .load(db)?)
}

/// Forgets what was planned and does not hold any more before it was ever sent: should it hold again, it is said again.
pub fn forget(db: &mut Db, keys: &[&str]) -> Result<()> {
    for keys in keys.chunks(AT_ONCE) {
        diesel::delete(reminder_occurrences::table.filter(dsl::occurrence_key.eq_any(keys)))
            .execute(db)?;
    }
    Ok(())
}

/// An alarm that somebody is told of: its key, and the mail that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlarm {
    /// Names the alarm at its place, for its reader, for ever.
    pub key: String,
    /// The mail.
    pub outbox_id: String,
}

#[derive(Insertable)]
#[diesel(table_name = alarm_occurrences)]
struct AlarmRow<'a> {
    occurrence_key: &'a str,
    institution_id: &'a str,
    recipient_id: &'a str,
    day: NaiveDate,
    outbox_id: &'a str,
}

/// Those of some keys of alarms that were told.
pub fn told_alarms(db: &mut Db, keys: &[&str]) -> Result<HashSet<String>> {
    let mut told = HashSet::new();
    for keys in keys.chunks(AT_ONCE) {
        let rows: Vec<String> = alarm_occurrences::table
            .filter(alarm_occurrences::occurrence_key.eq_any(keys))
            .select(alarm_occurrences::occurrence_key)
            .load(db)?;
        told.extend(rows);
    }
    Ok(told)
}

/// Adds of which alarms somebody is told on a day.
pub fn add_alarms(
    db: &mut Db,
    institution_id: &str,
    recipient_id: &str,
    day: NaiveDate,
    alarms: &[NewAlarm],
) -> Result<()> {
    for some in alarms.chunks(AT_ONCE) {
        let rows: Vec<AlarmRow<'_>> = some
            .iter()
            .map(|new| AlarmRow {
                occurrence_key: &new.key,
                institution_id,
                recipient_id,
                day,
                outbox_id: &new.outbox_id,
            })
            .collect();
        both!(db, c => diesel::insert_into(alarm_occurrences::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// Keys of the alarms that a mail tells of.
pub fn alarms_of_mail(db: &mut Db, outbox_id: &str) -> Result<HashSet<String>> {
    let keys: Vec<String> = alarm_occurrences::table
        .filter(alarm_occurrences::outbox_id.eq(outbox_id))
        .select(alarm_occurrences::occurrence_key)
        .load(db)?;
    Ok(keys.into_iter().collect())
}

/// Forgets alarms that were over before they were ever told: should they be there again, they are told.
pub fn forget_alarms(db: &mut Db, keys: &[&str]) -> Result<()> {
    for keys in keys.chunks(AT_ONCE) {
        diesel::delete(
            alarm_occurrences::table.filter(alarm_occurrences::occurrence_key.eq_any(keys)),
        )
        .execute(db)?;
    }
    Ok(())
}
