//! What views of money and measures are made of.

use std::collections::HashMap;

use diesel::prelude::*;

use super::LINE_FACTS;
use super::LineFacts;
use super::report::matching;
use crate::domain::budget::coverage::PaidMeasure;
use crate::domain::measure::{Relevance, Status};
use crate::error::Result;
use crate::store::budget::LineFilter;
use crate::store::db::Db;
use crate::store::expressions::within;
use crate::store::schema::{budget_lines, measure_details, measure_lines, measures, programmes};
use crate::store::sight::{Sight, seen_by};

/// What booking has to know of the lines in sight, by id.
pub fn facts_in_sight(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
) -> Result<HashMap<String, LineFacts>> {
    let rows: Vec<LineFacts> = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(LINE_FACTS)
        .load(db)?;
    let by_id = |line: LineFacts| (line.id.clone(), line);
    Ok(rows.into_iter().map(by_id).collect())
}

/// The measures in sight that lines in sight pay for, by line.
pub fn paid_measures(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
) -> Result<HashMap<String, Vec<PaidMeasure>>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let rows: Vec<(String, Status, Relevance, bool)> = measure_lines::table
        .inner_join(measures::table.inner_join(measure_details::table))
        .filter(seen_by(sight))
        .filter(within(measure_lines::line_id, lines))
        .select((
            measure_lines::line_id,
            measures::status,
            measures::relevance,
            measure_details::needs_split,
        ))
        .load(db)?;
    let mut by_line: HashMap<String, Vec<PaidMeasure>> = HashMap::new();
    for (line, status, relevance, needs_split) in rows {
        by_line.entry(line).or_default().push(PaidMeasure {
            status,
            relevance,
            needs_split,
        });
    }
    Ok(by_line)
}

/// A measure and what it needs.
#[derive(Debug, Clone, Queryable)]
pub struct Needing {
    /// Id.
    pub id: String,
    /// Reference.
    pub reference: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Its unit.
    pub org_unit: Option<String>,
    /// Money that is needed once, in cents.
    pub once_cents: Option<i64>,
    /// Money that is needed every year, in cents.
    pub yearly_cents: Option<i64>,
    /// Why it needs no budget.
    pub no_budget_reason: Option<String>,
}

/// Measures in sight in one of these statuses, by reference.
pub fn needing(db: &mut Db, sight: &Sight<'_>, statuses: &[Status]) -> Result<Vec<Needing>> {
    let rows = measures::table
        .inner_join(measure_details::table)
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(statuses))
        .order(measures::reference_seq)
        .select((
            measures::id,
            measures::reference,
            measures::title,
            measures::status,
            measures::org_unit,
            measure_details::once_material_cents,
            measure_details::yearly_material_cents,
            measure_details::no_budget_reason,
        ))
        .load(db)?;
    Ok(rows)
}

/// Lines of the measures in sight in one of these statuses: measure, line.
pub fn lines_of_measures(
    db: &mut Db,
    sight: &Sight<'_>,
    statuses: &[Status],
) -> Result<Vec<(String, String)>> {
    let rows = measure_lines::table
        .inner_join(measures::table)
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(statuses))
        .order((measures::reference_seq, measure_lines::line_id))
        .select((measure_lines::measure_id, measure_lines::line_id))
        .load(db)?;
    Ok(rows)
}
