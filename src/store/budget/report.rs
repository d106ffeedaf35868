//! What a budget report is made of: the lines in sight, their sums of a year, and what they pay for.

use diesel::helper_types::InnerJoinQuerySource;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::domain::budget::{EntryState, EntryType};
use crate::domain::programme::LineKind;
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::{sum_of_cents, within};
use crate::store::schema::{
    budget_entries, budget_groups, budget_lines, measure_lines, measures, programmes,
};
use crate::store::sight::{Sight, seen_by};

/// Which lines a report is about.
#[derive(Debug, Default, Clone)]
pub struct LineFilter {
    /// Key of the programme.
    pub programme: Option<String>,
    /// What they pay for.
    pub kind: Option<LineKind>,
    /// Only lines of measures that concern the reader: of these units, or as owner, deputy or verifier.
    pub own: Option<Vec<String>>,
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

/// A measure that a line pays for.
#[derive(Debug, Clone, Queryable)]
pub struct PayingFor {
    /// Line.
    pub line_id: String,
    /// Reference of the measure.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub org_unit: Option<String>,
}

/// What the lines in sight pay for, as far as the reader sees the measures, by reference.
pub fn paying_for(db: &mut Db, sight: &Sight<'_>, filter: &LineFilter) -> Result<Vec<PayingFor>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows = measure_lines::table
        .inner_join(measures::table)
        .filter(seen_by(sight))
        .filter(within(measure_lines::line_id, lines))
        .order(measures::reference_seq)
        .select((
            measure_lines::line_id,
            measures::reference,
            measures::title,
            measures::org_unit,
        ))
        .load(db)?;
    Ok(rows)
}
