//! Sums of effective entries, added up by the database: a programme may have millions of them.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::domain::budget::authority::Unused;
use crate::domain::budget::ceiling::GroupSum;
use crate::domain::budget::{EntryState, EntryType, Figures};
use crate::domain::programme::EntryFlag;
use crate::error::Result;
use crate::store::db::Db;
use crate::store::expressions::sum_of_cents;
use crate::store::schema::{budget_entries, budget_lines};

/// What ceilings of a programme are compared with, from one year to another.
pub fn group_sums(
    db: &mut Db,
    programme_id: &str,
    from_year: i32,
    to_year: i32,
) -> Result<Vec<GroupSum>> {
    let authorising = EntryType::ALL.iter().filter(|known| known.authorises());
    let rows: Vec<(String, i32, EntryType, i64)> = budget_entries::table
        .inner_join(budget_lines::table)
        .filter(budget_lines::programme_id.eq(programme_id))
        .filter(budget_entries::year.between(from_year, to_year))
        .filter(budget_entries::entry_type.eq_any(authorising))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_lines::group_id,
            budget_entries::year,
            budget_entries::entry_type,
        ))
        .select((
            budget_lines::group_id,
            budget_entries::year,
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    let sum = |(group, year, entry_type, cents)| GroupSum {
        group,
        year,
        entry_type,
        cents,
    };
    Ok(rows.into_iter().map(sum).collect())
}

/// Figures of these lines in these years; what has no entries is not there.
pub fn line_figures(
    db: &mut Db,
    lines: &[&str],
    years: &[i32],
) -> Result<HashMap<(String, i32), Figures>> {
    let rows: Vec<(String, i32, EntryType, i64)> = budget_entries::table
        .filter(budget_entries::line_id.eq_any(lines))
        .filter(budget_entries::year.eq_any(years))
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
    let mut figures: HashMap<(String, i32), Figures> = HashMap::new();
    for (line, year, entry_type, cents) in rows {
        figures
            .entry((line, year))
            .or_default()
            .add(entry_type, cents)?;
    }
    Ok(figures)
}

/// Figures of a line in every year that has entries.
pub fn years_of_line(db: &mut Db, line_id: &str) -> Result<BTreeMap<i32, Figures>> {
    let rows: Vec<(i32, EntryType, i64)> = budget_entries::table
        .filter(budget_entries::line_id.eq(line_id))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((budget_entries::year, budget_entries::entry_type))
        .select((
            budget_entries::year,
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    let mut figures: BTreeMap<i32, Figures> = BTreeMap::new();
    for (year, entry_type, cents) in rows {
        figures.entry(year).or_default().add(entry_type, cents)?;
    }
    Ok(figures)
}

/// Authority of a programme and its lines for these years of payment that no commitment has taken yet.
pub fn unused_authorities(db: &mut Db, programme_id: &str, pay_years: &[i32]) -> Result<Unused> {
    let rows: Vec<(Option<String>, i32, EntryType, i64)> = budget_entries::table
        .filter(budget_entries::programme_id.eq(programme_id))
        .filter(budget_entries::pay_year.eq_any(pay_years))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::line_id,
            budget_entries::pay_year,
            budget_entries::entry_type,
        ))
        .select((
            budget_entries::line_id,
            budget_entries::pay_year.assume_not_null(),
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    let mut unused = Unused::default();
    for (line, pay_year, entry_type, cents) in rows {
        let cents = match entry_type {
            EntryType::AuthorityUse => cents.checked_neg().unwrap_or(i64::MIN),
            _ => cents,
        };
        unused.add(line.as_deref(), pay_year, cents)?;
    }
    Ok(unused)
}

/// What a paper's table prints of a line: year, type, flag, cents.
pub type PaperSum = (String, i32, EntryType, Option<EntryFlag>, i64);

/// Sums of the types that plan tables show, of all lines of a programme, by year.
pub fn by_paper(db: &mut Db, programme_id: &str) -> Result<Vec<PaperSum>> {
    let shown = EntryType::ALL.iter().filter(|known| known.in_plan());
    let rows = budget_entries::table
        .filter(budget_entries::programme_id.eq(programme_id))
        .filter(budget_entries::entry_type.eq_any(shown))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::line_id,
            budget_entries::year,
            budget_entries::entry_type,
            budget_entries::flag,
        ))
        .order((
            budget_entries::line_id,
            budget_entries::year,
            budget_entries::entry_type,
            budget_entries::flag,
        ))
        .select((
            budget_entries::line_id.assume_not_null(),
            budget_entries::year,
            budget_entries::entry_type,
            budget_entries::flag,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    Ok(rows)
}

/// Sums of the types that are wanted, of these programmes by id, year, type and flag.
pub fn by_programme(
    db: &mut Db,
    programme_ids: &[&str],
    wanted: fn(EntryType) -> bool,
) -> Result<Vec<PaperSum>> {
    let wanted = EntryType::ALL.iter().filter(|known| wanted(**known));
    let rows = budget_entries::table
        .filter(budget_entries::programme_id.eq_any(programme_ids))
        .filter(budget_entries::entry_type.eq_any(wanted))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::programme_id,
            budget_entries::year,
            budget_entries::entry_type,
            budget_entries::flag,
        ))
        .select((
            budget_entries::programme_id,
            budget_entries::year,
            budget_entries::entry_type,
            budget_entries::flag,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    Ok(rows)
}
