//! What alarms need beside the figures of lines: entries that are looked at one by one, ceilings, authorities, printed
//! totals and measures, each of all programmes in sight in one statement.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::report::{LineFilter, matching};
use crate::domain::budget::ceiling::Ceiling;
use crate::domain::budget::{EntryState, EntryType, InterimReason};
use crate::domain::measure::{Confidentiality, Status};
use crate::domain::printed_total::{Precision, PrintedTotal};
use crate::domain::programme::ResolutionOutcome;
use crate::error::Result;
use crate::store::db::Db;
use crate::store::expressions::{is_word, sum_of_cents, within};
use crate::store::schema::{
    budget_entries, budget_groups, budget_lines, budget_period_years, ceilings, measure_details,
    measures, printed_totals, programmes, resolutions,
};
use crate::store::sight::Sight;
use crate::store::types::from_json;

/// Over- or extra-plan money that does not count yet.
#[derive(Debug, Clone, Queryable)]
pub struct Draft {
    /// Id of the entry.
    pub id: String,
    /// Line.
    pub line_id: String,
    /// Budget year.
    pub year: i32,
    /// Type.
    pub entry_type: EntryType,
    /// Cents.
    pub cents: i64,
    /// Day of the booking.
    pub booked_on: NaiveDate,
    /// What covers it.
    pub cover: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What came of the resolution that it names.
    pub outcome: Option<ResolutionOutcome>,
}

/// Drafts of the lines in sight that were neither completed nor taken back.
pub fn drafts(db: &mut Db, sight: &Sight<'_>, filter: &LineFilter) -> Result<Vec<Draft>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let later = diesel::alias!(budget_entries as later);
    let id = budget_entries::id.nullable();
    let taken_back = later.filter(later.field(budget_entries::reverses).eq(id));
    let completed = later.filter(later.field(budget_entries::completes).eq(id));
    let rows = budget_entries::table
        .left_join(resolutions::table)
        .filter(is_word(budget_entries::state, "'draft'"))
        .filter(budget_entries::reverses.is_null())
        .filter(within(budget_entries::line_id.assume_not_null(), lines))
        .filter(not(exists(taken_back)))
        .filter(not(exists(completed)))
        .select((
            budget_entries::id,
            budget_entries::line_id.assume_not_null(),
            budget_entries::year,
            budget_entries::entry_type,
            budget_entries::cents,
            budget_entries::booked_on,
            budget_entries::cover,
            budget_entries::reason,
            resolutions::outcome.nullable(),
        ))
        .load(db)?;
    Ok(rows)
}

/// Money that was ordered while the budget of its year was provisional.
#[derive(Debug, Clone, Queryable)]
pub struct Interim {
    /// Id of the entry.
    pub id: String,
    /// Line.
    pub line_id: String,
    /// Budget year.
    pub year: i32,
    /// Cents.
    pub cents: i64,
    /// Day of the booking.
    pub booked_on: NaiveDate,
    /// Why it was allowed.
    pub interim_reason: InterimReason,
}

/// Such orders of the lines in sight that were not taken back.
pub fn interims(db: &mut Db, sight: &Sight<'_>, filter: &LineFilter) -> Result<Vec<Interim>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let later = diesel::alias!(budget_entries as later);
    let id = budget_entries::id.nullable();
    let taken_back = later.filter(later.field(budget_entries::reverses).eq(id));
    let rows = budget_entries::table
        .filter(budget_entries::interim_reason.is_not_null())
        .filter(within(budget_entries::line_id.assume_not_null(), lines))
        .filter(not(exists(taken_back)))
        .select((
            budget_entries::id,
            budget_entries::line_id.assume_not_null(),
            budget_entries::year,
            budget_entries::cents,
            budget_entries::booked_on,
            budget_entries::interim_reason.assume_not_null(),
        ))
        .load(db)?;
    Ok(rows)
}

/// Cents that covers moved, unless they were taken back: pair, line, year, cents.
pub fn covers(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
) -> Result<Vec<(String, String, i32, i64)>> {
    let lines = budget_lines::table
        .inner_join(programmes::table)
        .filter(matching(sight, filter))
        .select(budget_lines::id);
    let later = diesel::alias!(budget_entries as later);
    let id = budget_entries::id.nullable();
    let taken_back = later.filter(later.field(budget_entries::reverses).eq(id));
    let rows: Vec<(Option<String>, String, i32, i64)> = budget_entries::table
        .filter(is_word(budget_entries::entry_type, "'cover'"))
        .filter(budget_entries::reverses.is_null())
        .filter(not(exists(taken_back)))
        .filter(within(budget_entries::line_id.assume_not_null(), lines))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::pair_id,
            budget_entries::line_id,
            budget_entries::year,
        ))
        .select((
            budget_entries::pair_id,
            budget_entries::line_id.assume_not_null(),
            budget_entries::year,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    let row =
        |(pair, line, year, cents): (Option<String>, _, _, _)| Some((pair?, line, year, cents));
    Ok(rows.into_iter().filter_map(row).collect())
}

/// Ceilings of the programmes in sight, each with programme, key of the group and place.
pub fn all_ceilings(
    db: &mut Db,
    sight: &Sight<'_>,
) -> Result<Vec<(String, Option<String>, Ceiling)>> {
    type Row = (
        String,
        Option<String>,
        i32,
        i32,
        i64,
        bool,
        bool,
        Option<String>,
    );
    let rows: Vec<Row> = ceilings::table
        .inner_join(programmes::table)
        .left_join(budget_groups::table)
        .filter(programmes::institution_id.eq(sight.institution_id))
        .filter(programmes::confidentiality.eq_any(&sight.visibility.programmes))
        .select((
            programmes::key,
            ceilings::group_id,
            ceilings::from_year,
            ceilings::to_year,
            ceilings::cents,
            ceilings::hard,
            ceilings::counts_carry_overs,
            budget_groups::key.nullable(),
        ))
        .load(db)?;
    let ceiling = |(programme, group, from_year, to_year, cents, hard, counts_carry_overs, key)| {
        let ceiling = Ceiling {
            group,
            from_year,
            to_year,
            cents,
            hard,
            counts_carry_overs,
        };
        (programme, key, ceiling)
    };
    Ok(rows.into_iter().map(ceiling).collect())
}

/// Ids of programme and line (none: of the programme as a whole), year of payment, type, cents.
pub type AuthoritySum = (String, Option<String>, i32, EntryType, i64);

/// Authorities and their use of the programmes in sight.
pub fn authorities(db: &mut Db, sight: &Sight<'_>) -> Result<Vec<AuthoritySum>> {
    let rows = budget_entries::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(sight.institution_id))
        .filter(programmes::confidentiality.eq_any(&sight.visibility.programmes))
        .filter(budget_entries::pay_year.is_not_null())
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::programme_id,
            budget_entries::line_id,
            budget_entries::pay_year,
            budget_entries::entry_type,
        ))
        .select((
            budget_entries::programme_id,
            budget_entries::line_id,
            budget_entries::pay_year.assume_not_null(),
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// Printed totals of the programmes in sight, by the key of the programme; what they sum of other programmes is not in it.
pub fn all_printed_totals(db: &mut Db, sight: &Sight<'_>) -> Result<Vec<(String, PrintedTotal)>> {
    type Row = (
        String,
        String,
        String,
        String,
        i64,
        Precision,
        String,
        String,
    );
    let rows: Vec<Row> = printed_totals::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(sight.institution_id))
        .filter(programmes::confidentiality.eq_any(&sight.visibility.programmes))
        .order((programmes::key, printed_totals::position))
        .select((
            programmes::key,
            printed_totals::name,
            printed_totals::group_keys,
            printed_totals::years,
            printed_totals::cents,
            printed_totals::precision,
            printed_totals::programme_keys,
            printed_totals::parts,
        ))
        .load(db)?;
    let total = |(programme, name, groups, years, cents, precision, programmes, parts): Row| {
        let total = PrintedTotal {
            name,
            groups: from_json(&groups)?,
            programmes: from_json(&programmes)?,
            of_programmes: Vec::new(),
            parts: from_json(&parts)?,
            years: from_json(&years)?,
            cents,
            precision: Some(precision),
        };
        Ok((programme, total))
    };
    rows.into_iter().map(total).collect()
}

/// What a measure costs and how far it is.
#[derive(Debug, Clone, Queryable)]
pub struct Costs {
    /// Id.
    pub id: String,
    /// Reference.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// When it is due.
    pub due: Option<NaiveDate>,
    /// Cents once.
    pub once: Option<i64>,
    /// Cents every year.
    pub yearly: Option<i64>,
    /// Tenths of a day every year.
    pub yearly_staff: Option<i32>,
    /// Why it needs no budget.
    pub no_budget_reason: Option<String>,
    /// Key and class of the programme that it belongs to.
    pub programme: Option<(String, Confidentiality)>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Unit.
    pub org_unit: Option<String>,
    /// User ids of whoever is responsible, stands in or is to check it.
    pub concerned: (Option<String>, Option<String>, Option<String>),
}

impl Costs {
    /// Whether the reader sees the measure, and is concerned with it where only their own are asked for (`own`: the units
    /// that they are head of).
    pub fn concerns(&self, sight: &Sight<'_>, own: Option<&[String]>) -> bool {
        let unit = self.org_unit.as_ref();
        sight.concerns(own, self.confidentiality, &self.concerned, unit)
    }
}

/// Ids that one statement names; of more measures all are read.
const NAMED: usize = 1000;

/// What the measures of the institution cost, by id.
pub fn costs(db: &mut Db, institution_id: &str) -> Result<HashMap<String, Costs>> {
    let rows = read_costs(db, institution_id, None)?;
    Ok(rows.into_iter().map(|one| (one.id.clone(), one)).collect())
}

/// What some measures of the institution cost.
pub fn costs_of(db: &mut Db, institution_id: &str, ids: &[&str]) -> Result<Vec<Costs>> {
    let mut rows = read_costs(db, institution_id, (ids.len() <= NAMED).then_some(ids))?;
    let wanted: HashSet<&str> = ids.iter().copied().collect();
    rows.retain(|costs| wanted.contains(costs.id.as_str()));
    Ok(rows)
}

fn read_costs(db: &mut Db, institution_id: &str, ids: Option<&[&str]>) -> Result<Vec<Costs>> {
    let mut query = measures::table
        .inner_join(measure_details::table)
        .left_join(programmes::table)
        .filter(measures::institution_id.eq(institution_id))
        .select((
            measures::id,
            measures::reference,
            measures::status,
            measures::due_current,
            measure_details::once_material_cents,
            measure_details::yearly_material_cents,
            measure_details::yearly_staff_tenth_days,
            measure_details::no_budget_reason,
            (programmes::key, programmes::confidentiality).nullable(),
            measures::confidentiality,
            measures::org_unit,
            (
                measures::owner_id,
                measures::deputy_id,
                measures::verifier_id,
            ),
        ))
        .into_boxed();
    if let Some(ids) = ids {
        query = query.filter(measures::id.eq_any(ids));
    }
    Ok(query.load(db)?)
}

/// The last year of an institution that has a budget.
pub fn last_budget_year(db: &mut Db, institution_id: &str) -> Result<Option<i32>> {
    let years = budget_period_years::table
        .filter(budget_period_years::institution_id.eq(institution_id))
        .select(diesel::dsl::max(budget_period_years::year));
    Ok(years.first(db)?)
}
