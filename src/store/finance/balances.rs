//! Sums of a month: what the books say of it, and what the finance system reported for it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::Import;
use crate::domain::budget::reported::ReportedKind;
use crate::domain::budget::{EntryState, EntryType};
use crate::domain::measure::Confidentiality;
use crate::error::Result;
use crate::store::db::Db;
use crate::store::expressions::sum_of_cents;
use crate::store::schema::{
    budget_entries, budget_lines, finance_imports, finance_postings, programmes, users,
};
use crate::store::users::Account;

/// Which days.
#[derive(Debug, Clone, Copy)]
pub enum Dated {
    /// Before this one.
    Before(NaiveDate),
    /// From the first one to the day before the second one.
    Within(NaiveDate, NaiveDate),
    /// From this one.
    From(NaiveDate),
}

/// Sum of effective entries: line, type, cents.
pub type Balance = (String, EntryType, i64);

const REPORTED: [EntryType; 4] = [
    EntryType::Commitment,
    EntryType::CommitmentRelease,
    EntryType::Actual,
    EntryType::ActualReversal,
];

/// What is paid and ordered in a budget year by line and type, of an institution's programmes in these classes.
pub fn balances(
    db: &mut Db,
    institution_id: &str,
    classes: &[Confidentiality],
    year: i32,
    dated: Dated,
) -> Result<Vec<Balance>> {
    let of = budget_lines::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::confidentiality.eq_any(classes))
        .select(budget_lines::id);
    let (from, to) = bounds(dated);
    let rows = budget_entries::table
        .filter(budget_entries::line_id.assume_not_null().eq_any(of))
        .filter(budget_entries::year.eq(year))
        .filter(budget_entries::entry_type.eq_any(REPORTED))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .filter(budget_entries::booked_on.ge(from))
        .filter(budget_entries::booked_on.lt(to))
        .group_by((budget_entries::line_id, budget_entries::entry_type))
        .select((
            budget_entries::line_id.assume_not_null(),
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// The part of [`balances`] that was reported.
pub fn imported_balances(
    db: &mut Db,
    institution_id: &str,
    classes: &[Confidentiality],
    year: i32,
    month: i32,
) -> Result<Vec<(String, ReportedKind, i64)>> {
    let of = budget_lines::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::confidentiality.eq_any(classes))
        .select(budget_lines::id);
    let rows = finance_postings::table
        .filter(finance_postings::institution_id.eq(institution_id))
        .filter(finance_postings::month.eq(month))
        .filter(finance_postings::year.eq(year))
        .filter(finance_postings::line_id.assume_not_null().eq_any(of))
        .filter(finance_postings::entry_id.is_not_null())
        .group_by((finance_postings::line_id, finance_postings::kind))
        .select((
            finance_postings::line_id.assume_not_null(),
            finance_postings::kind,
            sum_of_cents(finance_postings::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// Postings of a kind that wait for a line.
#[derive(Debug, Clone, Queryable)]
pub struct Waiting {
    /// What they report.
    pub kind: ReportedKind,
    /// How many.
    pub count: i64,
    /// Their sum in cents.
    pub cents: i64,
}

/// Postings of a budget year, up to a month, that wait for a line.
pub fn waiting(
    db: &mut Db,
    institution_id: &str,
    year: i32,
    up_to_month: i32,
) -> Result<Vec<Waiting>> {
    let rows = finance_postings::table
        .filter(finance_postings::institution_id.eq(institution_id))
        .filter(finance_postings::entry_id.is_null())
        .filter(finance_postings::year.eq(year))
        .filter(finance_postings::month.le(up_to_month))
        .group_by(finance_postings::kind)
        .order(finance_postings::kind)
        .select((
            finance_postings::kind,
            diesel::dsl::count_star(),
            sum_of_cents(finance_postings::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// Months, from one to another, of which something was reported.
pub fn reported_months(
    db: &mut Db,
    institution_id: &str,
    from: i32,
    to: i32,
) -> Result<BTreeSet<i32>> {
    let rows: Vec<i32> = finance_postings::table
        .filter(finance_postings::institution_id.eq(institution_id))
        .filter(finance_postings::month.between(from, to))
        .select(finance_postings::month)
        .distinct()
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// The file that came last, with whoever brought it.
pub fn last_import(db: &mut Db, institution_id: &str) -> Result<Option<(Import, Option<Account>)>> {
    let row = finance_imports::table
        .left_join(users::table)
        .filter(finance_imports::institution_id.eq(institution_id))
        .order(finance_imports::id.desc())
        .select((
            finance_imports::all_columns,
            (users::email, users::display_name).nullable(),
        ))
        .first(db)
        .optional()?;
    Ok(row)
}

fn bounds(dated: Dated) -> (NaiveDate, NaiveDate) {
    // Wider than any day that can be booked (years 1900 to 2199).
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    match dated {
        Dated::Before(day) => (first, day),
        Dated::Within(from, to) => (from, to),
        Dated::From(day) => (day, last),
    }
}
