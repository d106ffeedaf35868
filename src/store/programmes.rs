//! Programmes with resolutions, groups, lines, entries, ceilings, posts and printed totals.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::budget;
use super::db::Db;
use super::resolutions::Resolution;
use super::schema::{
    budget_groups, budget_lines, measure_lines, measures, programmes, resolutions,
};
use super::types::from_json;
use crate::domain::budget::EntryType;
use crate::domain::measure::Confidentiality;
use crate::domain::plan;
use crate::domain::programme::{AmountBasis, EntryFlag, LineKind};
use crate::error::{Code, Error, Result};

mod duties;
mod insert;
mod totals;

pub use duties::{Duty, conditions, duties, relatives};
pub use insert::{Origin, Stored, insert, insert_resolutions};
pub use totals::of_posts as post_totals;

/// A programme.
#[derive(Debug, Clone, Queryable)]
pub struct Programme {
    /// Id.
    pub id: String,
    /// Key within the institution.
    pub key: String,
    /// Title.
    pub title: String,
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// Budget period in words.
    pub period: String,
    /// With or without tax.
    pub amount_basis: AmountBasis,
    /// Class.
    pub confidentiality: Confidentiality,
    resolution_id: Option<String>,
    years: String,
    double_budgets: String,
    /// When it was imported (UTC).
    pub imported_at: NaiveDateTime,
    parent_id: Option<String>,
}

impl Programme {
    /// Budget years in order.
    ///
    /// # Errors
    /// `internal` when the column does not hold what was stored.
    pub fn years(&self) -> Result<Vec<i32>> {
        from_json(&self.years)
    }

    /// Pairs of years that one budget covers.
    ///
    /// # Errors
    /// `internal` when the column does not hold what was stored.
    pub fn double_budgets(&self) -> Result<Vec<[i32; 2]>> {
        from_json(&self.double_budgets)
    }
}

/// Columns of a programme without its institution.
type ProgrammeColumns = (
    programmes::id,
    programmes::key,
    programmes::title,
    programmes::title_public,
    programmes::period,
    programmes::amount_basis,
    programmes::confidentiality,
    programmes::resolution_id,
    programmes::years,
    programmes::double_budgets,
    programmes::imported_at,
    programmes::parent_id,
);
const COLUMNS: ProgrammeColumns = (
    programmes::id,
    programmes::key,
    programmes::title,
    programmes::title_public,
    programmes::period,
    programmes::amount_basis,
    programmes::confidentiality,
    programmes::resolution_id,
    programmes::years,
    programmes::double_budgets,
    programmes::imported_at,
    programmes::parent_id,
);

/// Programmes of an institution by key.
pub fn all(db: &mut Db, institution_id: &str) -> Result<Vec<Programme>> {
    let rows = programmes::table
        .filter(programmes::institution_id.eq(institution_id))
        .order(programmes::key)
        .select(COLUMNS)
        .load(db)?;
    Ok(rows)
}

/// One programme of an institution by key.
///
/// # Errors
/// `not_found`
pub fn by_key(db: &mut Db, institution_id: &str, key: &str) -> Result<Programme> {
    // PostgreSQL refuses to compare with what it cannot store.
    if key.contains('\0') {
        return Err(Error::new(Code::NotFound));
    }
    programmes::table
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::key.eq(key))
        .select(COLUMNS)
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// The sitting that decides a programme.
pub fn resolution(db: &mut Db, programme: &Programme) -> Result<Option<Resolution>> {
    let Some(id) = &programme.resolution_id else {
        return Ok(None);
    };
    Ok(resolutions::table.find(id).first(db).optional()?)
}

/// Everything the plan table is made of, in a constant number of statements.
pub fn plan(
    db: &mut Db,
    programme: &Programme,
    visible: &super::measures::Sight<'_>,
) -> Result<plan::Plan> {
    let groups: Vec<(String, String, String)> = budget_groups::table
        .filter(budget_groups::programme_id.eq(&programme.id))
        .order(budget_groups::position)
        .select((budget_groups::id, budget_groups::key, budget_groups::title))
        .load(db)?;
    type LineRow = (
        String,
        String,
        String,
        String,
        String,
        LineKind,
        bool,
        Option<String>,
    );
    let lines: Vec<LineRow> = budget_lines::table
        .filter(budget_lines::programme_id.eq(&programme.id))
        .order(budget_lines::position)
        .select((
            budget_lines::id,
            budget_lines::group_id,
            budget_lines::key,
            budget_lines::printed_position,
            budget_lines::title,
            budget_lines::kind,
            budget_lines::early_contract,
            budget_lines::note,
        ))
        .load(db)?;
    let mut entries = entries_by_line(db, programme)?;
    let mut measures = measures_by_line(db, programme, visible)?;
    let mut table: Vec<(String, String, Vec<plan::PlanLine>)> = Vec::with_capacity(groups.len());
    for (group_id, group_key, group_title) in groups {
        let of_group = lines.iter().filter(|line| line.1 == group_id);
        let lines = of_group.map(|(id, _, key, printed, title, kind, early_contract, note)| {
            plan::PlanLine {
                key: key.clone(),
                position: printed.clone(),
                title: title.clone(),
                kind: *kind,
                early_contract: *early_contract,
                note: note.clone(),
                entries: entries.remove(id).unwrap_or_default(),
                total_cents: 0,
                measures: measures.remove(id).unwrap_or_default(),
            }
        });
        table.push((group_key, group_title, lines.collect()));
    }
    let ceilings = ceilings_of(db, &programme.id)?;
    let printed = totals::money(
        db,
        visible.institution_id,
        &programme.id,
        &visible.visibility.programmes,
    )?;
    plan::table(
        programme.years()?,
        table,
        &programme.double_budgets()?,
        ceilings,
        printed,
    )
    .map_err(Error::from)
}

fn entries_by_line(
    db: &mut Db,
    programme: &Programme,
) -> Result<HashMap<String, Vec<plan::PlanEntry>>> {
    let mut entries: HashMap<String, Vec<plan::PlanEntry>> = HashMap::new();
    for (line, year, entry_type, flag, cents) in budget::by_paper(db, &programme.id)? {
        // What was taken back altogether is not in the table.
        if cents == 0 {
            continue;
        }
        entries.entry(line).or_default().push(plan::PlanEntry {
            year,
            entry_type,
            cents,
            flag,
        });
    }
    Ok(entries)
}

/// References of the measures that each line pays for, as far as the reader may see them.
fn measures_by_line(
    db: &mut Db,
    programme: &Programme,
    sight: &super::measures::Sight<'_>,
) -> Result<HashMap<String, Vec<String>>> {
    let rows: Vec<(String, String)> = measure_lines::table
        .inner_join(budget_lines::table)
        .inner_join(measures::table)
        .filter(budget_lines::programme_id.eq(&programme.id))
        .filter(super::measures::seen_by(sight))
        .order(measures::reference_seq)
        .select((measure_lines::line_id, measures::reference))
        .load(db)?;
    let mut references: HashMap<String, Vec<String>> = HashMap::new();
    for (line, reference) in rows {
        references.entry(line).or_default().push(reference);
    }
    Ok(references)
}

fn ceilings_of(db: &mut Db, programme_id: &str) -> Result<Vec<plan::CeilingUse>> {
    let ceilings = budget::ceilings(db, programme_id)?;
    let from_year = ceilings.iter().map(|(ceiling, _)| ceiling.from_year).min();
    let to_year = ceilings.iter().map(|(ceiling, _)| ceiling.to_year).max();
    let (Some(from_year), Some(to_year)) = (from_year, to_year) else {
        return Ok(Vec::new());
    };
    let sums = budget::group_sums(db, programme_id, from_year, to_year)?;
    let ceilings = ceilings.into_iter();
    let uses = ceilings.map(|(ceiling, key)| plan::CeilingUse::new(&ceiling, key, &sums));
    Ok(uses.collect::<Result<_, _>>()?)
}

/// Money of a programme in one year.
#[derive(Debug)]
pub struct YearSum {
    /// Programme key.
    pub programme: String,
    /// Year.
    pub year: i32,
    /// Type of entry.
    pub entry_type: EntryType,
    /// Whether the paper contradicts itself about these entries.
    pub in_conflict: bool,
    /// Cents.
    pub cents: i64,
}

/// What is authorised and what the financial plan says per programme, year and type of entry, for all programmes of an institution at once.
pub fn budget_by_year(db: &mut Db, institution_id: &str) -> Result<Vec<YearSum>> {
    let of_institution = all(db, institution_id)?;
    let ids: Vec<&str> = of_institution.iter().map(|one| one.id.as_str()).collect();
    let keys: HashMap<&str, &str> = of_institution
        .iter()
        .map(|one| (one.id.as_str(), one.key.as_str()))
        .collect();
    let sums = budget::by_programme(db, &ids, |known| {
        known.authorises() || known == EntryType::FinancialPlan
    })?;
    let sum = |(id, year, entry_type, flag, cents): (String, _, _, _, _)| {
        Some(YearSum {
            programme: (*keys.get(id.as_str())?).to_owned(),
            year,
            entry_type,
            in_conflict: flag == Some(EntryFlag::Conflict),
            cents,
        })
    };
    Ok(sums.into_iter().filter_map(sum).collect())
}
