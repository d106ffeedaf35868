//! Deadlines that somebody set.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text};

use super::{Ask, by_day};
use crate::domain::access::Role;
use crate::domain::deadline::{Kind, Rhythm, SetState};
use crate::domain::measure::Confidentiality;
use crate::error::{Code, Error, Result};
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::{is_word, row_after};
use crate::store::schema::{deadline_completions, programmes, set_deadlines};

/// A deadline as it was set.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = set_deadlines, treat_none_as_null = true)]
pub struct SetDeadline {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Year of its reference.
    pub year: i32,
    /// Number within the year.
    pub number: i32,
    /// `F-2026-0003`
    pub reference: String,
    /// What it is about.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// What dates that come again are counted from.
    pub first_on: NaiveDate,
    /// How often it comes.
    pub rhythm: Rhythm,
    /// Last day on which it may come again.
    pub until_on: Option<NaiveDate>,
    /// The date by the rule.
    pub scheduled_on: NaiveDate,
    /// A date that is no working day moves to the next one.
    pub shift_to_next_workday: bool,
    /// The date that counts.
    pub due_on: NaiveDate,
    /// The date that was set first.
    pub due_original: NaiveDate,
    /// Sitting before which a paper has to be handed in.
    pub sitting_on: Option<NaiveDate>,
    /// Whoever answers for it.
    pub owner_id: Option<String>,
    /// Whoever stands in for them.
    pub deputy_id: Option<String>,
    /// The role that answers for it where no person does.
    pub role: Option<Role>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Programme.
    pub programme_id: Option<String>,
    /// Remark.
    pub note: Option<String>,
    /// Whether it still runs.
    pub state: SetState,
    /// Since when its date binds its owner.
    pub bound_since: NaiveDate,
    /// Counts changes, from 1.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

/// A deadline with the key and class of its programme.
#[derive(Debug, Clone, Queryable)]
pub struct SetRow {
    /// The deadline.
    pub deadline: SetDeadline,
    /// Key and class of its programme; whether the reader may know of it is for the caller to ask.
    pub programme: Option<(String, Confidentiality)>,
}

/// Those that run and are of one of these kinds, in the order of their dates.
pub fn set(db: &mut Db, kinds: &[Kind], ask: &Ask<'_>) -> Result<Vec<SetRow>> {
    let mut query = set_deadlines::table
        .left_join(programmes::table)
        .select((
            set_deadlines::all_columns,
            (programmes::key, programmes::confidentiality).nullable(),
        ))
        .into_boxed::<MultiBackend>();
    let mut query = by_day!(query, ask, set_deadlines::due_on, set_deadlines::id)
        .filter(is_word(set_deadlines::state, "'open'"))
        .filter(set_deadlines::kind.eq_any(kinds));
    if let Some(id) = ask.institution_id {
        query = query.filter(set_deadlines::institution_id.eq(id));
    }
    if let Some(reader) = ask.reader {
        let sight = &reader.measures;
        let classes = &reader.deadlines;
        let class = || set_deadlines::confidentiality;
        let money = Kind::ALL.iter().filter(|kind| kind.of_money());
        let of_money = set_deadlines::kind
            .eq_any(money)
            .and(class().eq_any(&classes.money));
        let concerned = set_deadlines::owner_id
            .eq(sight.user_id)
            .or(set_deadlines::deputy_id.eq(sight.user_id));
        let own = concerned.and(class().eq_any(&classes.own));
        query = query
            .filter(set_deadlines::institution_id.eq(sight.institution_id))
            .filter(class().eq_any(&classes.all).or(of_money).or(own));
    }
    if let Some(unit) = ask.org_unit {
        query = query.filter(set_deadlines::org_unit.eq(unit));
    }
    if let Some(answers) = ask.answers {
        let roles: Vec<&str> = answers.roles.iter().map(|role| role.as_str()).collect();
        let by_role = set_deadlines::owner_id
            .is_null()
            .and(set_deadlines::role.eq_any(roles));
        query = query.filter(set_deadlines::owner_id.eq(&answers.user_id).or(by_role));
    }
    Ok(query.load(db)?)
}

/// One that runs.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, institution_id: &str, id: &str) -> Result<SetDeadline> {
    set_deadlines::table
        .find(id)
        .filter(set_deadlines::institution_id.eq(institution_id))
        .filter(set_deadlines::state.eq(SetState::Open))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// How many run.
pub fn count_open(db: &mut Db, institution_id: &str) -> Result<i64> {
    Ok(set_deadlines::table
        .filter(set_deadlines::institution_id.eq(institution_id))
        .filter(set_deadlines::state.eq(SetState::Open))
        .count()
        .get_result(db)?)
}

/// The next number of a year; the caller holds the institution's lock.
pub fn next_number(db: &mut Db, institution_id: &str, year: i32) -> Result<i32> {
    let last: Option<i32> = set_deadlines::table
        .filter(set_deadlines::institution_id.eq(institution_id))
        .filter(set_deadlines::year.eq(year))
        .select(diesel::dsl::max(set_deadlines::number))
        .first(db)?;
    Ok(last.map_or(1, |last| last.saturating_add(1)))
}

/// Adds one.
pub fn insert(db: &mut Db, deadline: &SetDeadline) -> Result<()> {
    diesel::insert_into(set_deadlines::table)
        .values(deadline)
        .execute(db)?;
    Ok(())
}

/// Stores a changed one over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn replace(db: &mut Db, deadline: &mut SetDeadline) -> Result<()> {
    let seen = deadline.version;
    deadline.version = seen.saturating_add(1);
    let row = set_deadlines::table
        .find(&deadline.id)
        .filter(set_deadlines::version.eq(seen));
    if diesel::update(row).set(&*deadline).execute(db)? == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}

/// A date that was met.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = deadline_completions)]
pub struct Completion {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// The date.
    pub due_on: NaiveDate,
    /// When it was met.
    pub completed_on: NaiveDate,
    /// Remark.
    pub note: Option<String>,
    /// User id of whoever says so.
    pub completed_by: Option<String>,
    /// When they said so (UTC).
    pub recorded_at: NaiveDateTime,
}

/// Notes that a date of a deadline was met.
///
/// # Errors
/// `already_exists` for one that was met before
pub fn complete(db: &mut Db, deadline_id: &str, completion: &Completion) -> Result<()> {
    diesel::insert_into(deadline_completions::table)
        .values((
            completion,
            deadline_completions::set_deadline_id.eq(deadline_id),
        ))
        .execute(db)?;
    Ok(())
}

/// The latest dates of a deadline that were met, newest first.
pub fn completions(db: &mut Db, deadline_id: &str, most: i64) -> Result<Vec<Completion>> {
    Ok(deadline_completions::table
        .filter(deadline_completions::set_deadline_id.eq(deadline_id))
        .order(deadline_completions::id.desc())
        .limit(most)
        .select((
            deadline_completions::id,
            deadline_completions::institution_id,
            deadline_completions::due_on,
            deadline_completions::completed_on,
            deadline_completions::note,
            deadline_completions::completed_by,
            deadline_completions::recorded_at,
        ))
        .load(db)?)
}
