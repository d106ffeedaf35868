//! What a budget report is made of: the lines in sight, their sums of a year, and what they pay for.

use std::collections::HashMap;

use diesel::helper_types::InnerJoinQuerySource;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::allocations::{PAYEE, Payee, ROW, Row, by_line};
use crate::domain::budget::allocation::Fixed;
use crate::domain::budget::{EntryState, EntryType};
use crate::domain::programme::LineKind;
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::{sum_of_cents, within};
use crate::store::schema::{
    budget_entries, budget_groups, budget_lines, line_allocations, measure_lines, measures,
    programmes,
};
use crate::store::sight::{Sight, seen_by};

/// Which lines a report is about.
#[derive(Debug, Default, Clone)]
pub struct LineFilter {
    /// Key of the programme.
    pub programme: Option<String>,
    /// Key of the line, within its programme.
    pub line: Option<String>,
    /// What they pay for.
    pub kind: Option<LineKind>,
    /// Only lines of measures that concern the reader: of these units, or as owner, deputy or verifier.
    pub own: Option<Vec<String>>,
    /// Only lines that pay for one of these measures: ids.
    pub pays_for: Option<Vec<String>>,
}

/// A line of a report.
#[derive(Debug, Clone, Queryable)]
pub struct ReportLine {
    /// Id.
    pub id: String,
    /// Key within the programme.
    pub key: String,
    /// Title.
    pub title: String,
    /// What it pays for.
    pub kind: LineKind,
    /// What is left of it may go into the next year.
    pub transferable: bool,
    /// Id of the group.
    pub group_id: String,
    /// Key and title of the group.
    pub group: (String, String),
    /// Key and title of the programme.
    pub programme: (String, String),
}

/// Lines with their programmes.
pub(super) type Source = InnerJoinQuerySource<budget_lines::table, programmes::table>;

/// A condition on [`Source`].
pub(super) type Condition<'a> =
    Box<dyn BoxableExpression<Source, MultiBackend, SqlType = Bool> + 'a>;

pub(super) fn matching<'a>(sight: &'a Sight<'a>, filter: &'a LineFilter) -> Condition<'a> {
    let classes = &sight.visibility.programmes;
    let mut all: Condition<'a> = Box::new(
        programmes::institution_id
            .eq(sight.institution_id)
            .and(programmes::confidentiality.eq_any(classes)),
    );
    if let Some(key) = &filter.programme {
        all = Box::new(all.and(programmes::key.eq(key)));
    }
    if let Some(key) = &filter.line {
        all = Box::new(all.and(budget_lines::key.eq(key)));
    }
    if let Some(kind) = filter.kind {
        all = Box::new(all.and(budget_lines::kind.eq(kind)));
    }
    if let Some(units) = &filter.own {
        let concerned = measures::owner_id
            .eq(sight.user_id)
            .or(measures::deputy_id.eq(sight.user_id))
            .or(measures::verifier_id.eq(sight.user_id))
            .or(measures::org_unit.eq_any(units));
        let own = measure_lines::table
            .inner_join(measures::table)
            .filter(seen_by(sight))
            .filter(concerned)
            .select(measure_lines::line_id);
        all = Box::new(all.and(budget_lines::id.eq_any(own)));
    }
    if let Some(ids) = &filter.pays_for {
        let paying = measure_lines::table
            .filter(measure_lines::measure_id.eq_any(ids))
            .select(measure_lines::line_id);
        all = Box::new(all.and(budget_lines::id.eq_any(paying)));
    }
    all
}

/// The lines in sight, by programme, group and place.
pub fn report_lines(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
) -> Result<Vec<ReportLine>> {
    let ids = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows = budget_lines::table
        .inner_join(programmes::table)
        .inner_join(budget_groups::table)
        .filter(within(budget_lines::id, ids))
        .order((
            programmes::key,
            budget_groups::position,
            budget_lines::position,
        ))
        .select((
            budget_lines::id,
            budget_lines::key,
            budget_lines::title,
            budget_lines::kind,
            budget_lines::transferable,
            budget_lines::group_id,
            (budget_groups::key, budget_groups::title),
            (programmes::key, programmes::title),
        ))
        .load(db)?;
    Ok(rows)
}

/// Sums of the effective entries of a year by line and type, of the lines in sight.
pub fn sums_of_year(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    year: i32,
) -> Result<Vec<(String, EntryType, i64)>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows = budget_entries::table
        .filter(within(budget_entries::line_id.assume_not_null(), lines))
        .filter(budget_entries::year.eq(year))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((budget_entries::line_id, budget_entries::entry_type))
        .select((
            budget_entries::line_id.assume_not_null(),
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// Sums of the effective entries of every year by line, year and type, of the lines in sight.
pub fn sums_of_all_years(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
) -> Result<Vec<(String, i32, EntryType, i64)>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows = budget_entries::table
        .filter(within(budget_entries::line_id.assume_not_null(), lines))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::line_id,
            budget_entries::year,
            budget_entries::entry_type,
        ))
        .select((
            budget_entries::line_id.assume_not_null(),
            budget_entries::year,
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// What the lines in sight pay for, by reference, whether the reader sees the measures or not: the shares of the others
/// depend on them.
pub fn paid_for(db: &mut Db, sight: &Sight<'_>, filter: &LineFilter) -> Result<Vec<Payee>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows = measure_lines::table
        .inner_join(measures::table)
        .filter(within(measure_lines::line_id, lines))
        .order((measures::reference_seq, measure_lines::line_id))
        .select(PAYEE)
        .load(db)?;
    Ok(rows)
}

/// What is fixed of the shares of the lines in sight, by line.
pub fn fixed_shares(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
) -> Result<HashMap<String, Vec<Fixed>>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows: Vec<Row> = line_allocations::table
        .filter(within(line_allocations::line_id, lines))
        .select(ROW)
        .load(db)?;
    Ok(by_line(rows))
}
