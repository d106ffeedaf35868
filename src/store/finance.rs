//! What the finance system has reported, and which lines its accounts belong to (DOMAIN BUD-17).

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::budget::{LINE_FACTS, LineFacts};
use super::db::{Db, MultiBackend, both};
use super::schema::{budget_lines, finance_imports, finance_postings, programmes};
use crate::domain::budget::reported::{MatchedBy, ReportedKind};
use crate::domain::measure::Confidentiality;
use crate::error::{Code, Error, Result};

mod balances;
mod rules;

pub use balances::{
    Balance, Dated, Waiting, balances, imported_balances, last_import, reported_months, waiting,
};

pub use rules::{Rule, count_rules, delete_rule, insert_rule, rule, rules};

/// A file that was taken.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = finance_imports)]
pub struct Import {
    /// Id; ids sort in the order of the imports.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Name of the finance system.
    pub source_system: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Rows, without the headings and blank ones.
    pub row_count: i32,
    /// Sum of what it reports as paid, in cents.
    pub actual_cents: i64,
    /// Sum of what it reports as ordered, in cents.
    pub commitment_cents: i64,
    /// Sum in cents that was stated with it.
    pub control_cents: Option<i64>,
    /// When (UTC).
    pub imported_at: NaiveDateTime,
    /// User id of whoever brought it.
    pub imported_by: Option<String>,
}

/// A posting as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = finance_postings)]
pub struct Posting {
    /// Id; ids sort in the order in which postings came.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// File that it came with.
    pub import_id: String,
    /// Name of the finance system.
    pub source_system: String,
    /// Id there.
    pub posting_id: String,
    /// Row of the file, from 1.
    pub row_number: i32,
    /// What it reports.
    pub kind: ReportedKind,
    /// Day of the posting.
    pub posted_on: NaiveDate,
    /// Month of that day, `202303`.
    pub month: i32,
    /// Budget year.
    pub year: i32,
    /// Account.
    pub account: Option<String>,
    /// Signed cents, never 0.
    pub cents: i64,
    /// What it is for.
    pub text: String,
    /// Line that it was booked on.
    pub line_id: Option<String>,
    /// Entry that books it; none while nobody knows its line.
    pub entry_id: Option<String>,
    /// How the line was found.
    pub matched_by: Option<MatchedBy>,
}

/// A posting with the keys of its programme and line.
pub type NamedPosting = (Posting, Option<(String, String)>);

/// A line that postings may mean.
#[derive(Debug, Clone, Queryable)]
pub struct AccountLine {
    /// What booking has to know of it.
    pub facts: LineFacts,
    /// Id and key of its programme.
    pub programme: (String, String),
    /// Profit centre.
    pub profit_centre: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Investment order.
    pub investment_order: Option<String>,
}

/// Lines of an institution's programmes in these classes, in the order of their keys.
pub fn lines(
    db: &mut Db,
    institution_id: &str,
    classes: &[Confidentiality],
) -> Result<Vec<AccountLine>> {
    let rows = budget_lines::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::confidentiality.eq_any(classes))
        .order((programmes::key, budget_lines::key))
        .select((
            LINE_FACTS,
            (programmes::id, programmes::key),
            budget_lines::profit_centre,
            budget_lines::account,
            budget_lines::investment_order,
        ))
        .load(db)?;
    Ok(rows)
}

/// Notes a file before its postings.
pub fn insert_import(db: &mut Db, import: &Import) -> Result<()> {
    diesel::insert_into(finance_imports::table)
        .values(import)
        .execute(db)?;
    Ok(())
}

/// Notes what a file held once all of it was read.
pub fn complete_import(db: &mut Db, import: &Import) -> Result<()> {
    diesel::update(finance_imports::table.find(&import.id))
        .set((
            finance_imports::row_count.eq(import.row_count),
            finance_imports::actual_cents.eq(import.actual_cents),
            finance_imports::commitment_cents.eq(import.commitment_cents),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes back the note of a file that brought nothing new.
pub fn forget_import(db: &mut Db, id: &str) -> Result<()> {
    diesel::delete(finance_imports::table.find(id)).execute(db)?;
    Ok(())
}

/// Postings of a finance system by these ids of its own.
pub fn by_posting_id(
    db: &mut Db,
    institution_id: &str,
    source: &str,
    ids: &[&str],
) -> Result<HashMap<String, Posting>> {
    let rows: Vec<Posting> = finance_postings::table
        .filter(finance_postings::institution_id.eq(institution_id))
        .filter(finance_postings::source_system.eq(source))
        .filter(finance_postings::posting_id.eq_any(ids))
        .load(db)?;
    let by_id = |posting: Posting| (posting.posting_id.clone(), posting);
    Ok(rows.into_iter().map(by_id).collect())
}

/// Adds postings.
///
/// # Errors
/// `already_exists` for one that is there
pub fn insert(db: &mut Db, postings: &[Posting]) -> Result<()> {
    both!(db, c => {
        for postings in postings.chunks(500) {
            diesel::insert_into(finance_postings::table).values(postings).execute(c)?;
        }
    });
    Ok(())
}

/// Says which line a posting belongs to and which entry books it, unless somebody has done so already.
///
/// # Errors
/// `posting_booked`
pub fn assign(db: &mut Db, id: &str, line_id: &str, entry_id: &str) -> Result<()> {
    let waiting = finance_postings::table
        .filter(finance_postings::id.eq(id))
        .filter(finance_postings::entry_id.is_null());
    let written = diesel::update(waiting)
        .set((
            finance_postings::line_id.eq(line_id),
            finance_postings::entry_id.eq(entry_id),
            finance_postings::matched_by.eq(MatchedBy::Person),
        ))
        .execute(db)?;
    if written == 0 {
        return Err(Error::new(Code::PostingBooked));
    }
    Ok(())
}

/// Which postings.
#[derive(Debug, Default, Clone)]
pub struct PostingFilter {
    /// Whether they are booked; all if none.
    pub booked: Option<bool>,
    /// Name of the finance system.
    pub source: Option<String>,
    /// Month, `202303`.
    pub month: Option<i32>,
}

/// Postings of an institution, newest first, beyond `before` (exclusive).
pub fn page(
    db: &mut Db,
    institution_id: &str,
    filter: &PostingFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<NamedPosting>> {
    let mut query = finance_postings::table
        .left_join(budget_lines::table.inner_join(programmes::table))
        .filter(finance_postings::institution_id.eq(institution_id))
        .select((
            finance_postings::all_columns,
            (programmes::key, budget_lines::key).nullable(),
        ))
        .order(finance_postings::id.desc())
        .limit(limit)
        .into_boxed::<MultiBackend>();
    query = match filter.booked {
        None => query,
        Some(true) => query.filter(finance_postings::entry_id.is_not_null()),
        Some(false) => query.filter(finance_postings::entry_id.is_null()),
    };
    if let Some(source) = &filter.source {
        query = query.filter(finance_postings::source_system.eq(source));
    }
    if let Some(month) = filter.month {
        query = query.filter(finance_postings::month.eq(month));
    }
    if let Some(before) = before {
        query = query.filter(finance_postings::id.lt(before));
    }
    Ok(query.load(db)?)
}

/// One posting of an institution.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, institution_id: &str, id: &str) -> Result<NamedPosting> {
    finance_postings::table
        .left_join(budget_lines::table.inner_join(programmes::table))
        .filter(finance_postings::institution_id.eq(institution_id))
        .filter(finance_postings::id.eq(id))
        .select((
            finance_postings::all_columns,
            (programmes::key, budget_lines::key).nullable(),
        ))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}
