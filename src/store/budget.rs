//! The ledger: entries that are appended and never changed, and what they are checked against.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::db::{Db, MultiBackend, both};
use super::schema::{
    budget_entries, budget_groups, budget_lines, ceilings, programmes, resolutions, users,
};
use super::users::Account;
use crate::domain::budget::ceiling::Ceiling;
use crate::domain::budget::cover::Mover;
use crate::domain::budget::{EntryState, EntryType, InterimReason, Line};
use crate::domain::programme::{EntryFlag, LineKind, ResolutionKind, ResolutionOutcome};
use crate::error::{Error, Result};

pub mod alarms;
pub mod allocations;
mod report;
mod sums;
mod views;

pub use allocations::Payee;
pub use report::{
    LineFilter, ReportLine, fixed_shares, paid_for, report_lines, sums_of_all_years, sums_of_year,
};
pub use sums::{
    by_paper, by_programme, group_sums, line_figures, unused_authorities, years_of_line,
};
pub use views::{Needing, facts_in_sight, lines_of_measures, needing, paid_measures};

/// An entry as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = budget_entries)]
pub struct Entry {
    /// Id; ids of one programme sort in the order of the bookings.
    pub id: String,
    /// Programme.
    pub programme_id: String,
    /// Line; none of an authority of the programme as a whole.
    pub line_id: Option<String>,
    /// Budget year; of a commitment the year of payment, of an authority the year of the grant.
    pub year: i32,
    /// Type.
    pub entry_type: EntryType,
    /// Whether it counts.
    pub state: EntryState,
    /// Signed cents.
    pub cents: i64,
    /// Year of payment of an authority.
    pub pay_year: Option<i32>,
    /// Day of the booking.
    pub booked_on: NaiveDate,
    /// When it came in (UTC).
    pub booked_at: NaiveDateTime,
    /// User id of whoever booked it.
    pub booked_by: Option<String>,
    /// Resolution that it rests on.
    pub resolution_id: Option<String>,
    /// The same for entries that stand and fall together.
    pub pair_id: Option<String>,
    /// Entry that it takes back.
    pub reverses: Option<String>,
    /// Draft that it completes.
    pub completes: Option<String>,
    /// What covers it.
    pub cover: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What has to be known about it.
    pub flag: Option<EntryFlag>,
    /// Where it stands in a paper, as JSON.
    pub source: Option<String>,
    /// Why it was ordered while the budget was provisional.
    pub interim_reason: Option<InterimReason>,
}

/// An entry with the names of what it points to: line, resolution, whoever booked it.
pub type NamedEntry = (
    Entry,
    Option<String>,
    Option<NamedResolution>,
    Option<Account>,
);

/// Key and outcome of a resolution that an entry names.
pub type NamedResolution = (String, ResolutionOutcome);

/// What postings have to know of a line.
#[derive(Debug, Clone, Queryable)]
pub struct LineFacts {
    /// Id.
    pub id: String,
    /// Key within the programme.
    pub key: String,
    /// Group.
    pub group_id: String,
    /// What it pays for.
    pub kind: LineKind,
    /// Deckungskreis.
    pub cover_group: Option<String>,
    /// Deckungsvermerk.
    pub cover_note: Option<String>,
    /// Übertragbar.
    pub transferable: bool,
}

impl LineFacts {
    /// As the checks of amounts see it.
    pub fn line(&self) -> Line<'_> {
        Line {
            id: &self.id,
            key: &self.key,
            group_id: &self.group_id,
            kind: self.kind,
        }
    }

    /// As the checks of transfers see it.
    pub fn mover(&self) -> Mover<'_> {
        Mover {
            key: &self.key,
            kind: self.kind,
            cover_group: self.cover_group.as_deref(),
            cover_note: self.cover_note.as_deref(),
            transferable: self.transferable,
        }
    }
}

/// Lets no other transaction book on a programme until this one is over, so that what was checked still holds when it
/// is written.
pub fn lock(db: &mut Db, programme_id: &str) -> Result<()> {
    match db {
        Db::Pg(conn) => {
            let row = programmes::table.find(programme_id).select(programmes::id);
            row.for_no_key_update().first::<String>(conn)?;
        }
        // A writing transaction is the only one there is.
        Db::Sqlite(_) => {}
    }
    Ok(())
}

/// Appends entries.
pub fn insert(db: &mut Db, entries: &[Entry]) -> Result<()> {
    both!(db, c => {
        for entries in entries.chunks(500) {
            diesel::insert_into(budget_entries::table).values(entries).execute(c)?;
        }
    });
    Ok(())
}

/// The columns of [`LineFacts`].
pub(super) const LINE_FACTS: (
    budget_lines::id,
    budget_lines::key,
    budget_lines::group_id,
    budget_lines::kind,
    budget_lines::cover_group,
    budget_lines::cover_note,
    budget_lines::transferable,
) = (
    budget_lines::id,
    budget_lines::key,
    budget_lines::group_id,
    budget_lines::kind,
    budget_lines::cover_group,
    budget_lines::cover_note,
    budget_lines::transferable,
);

/// Lines of a programme by these keys.
pub fn lines_by_key(
    db: &mut Db,
    programme_id: &str,
    keys: &[&str],
) -> Result<HashMap<String, LineFacts>> {
    // PostgreSQL refuses to compare with what it cannot store.
    let keys = keys.iter().filter(|key| !key.contains('\0'));
    let rows: Vec<LineFacts> = budget_lines::table
        .filter(budget_lines::programme_id.eq(programme_id))
        .filter(budget_lines::key.eq_any(keys))
        .select(LINE_FACTS)
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|line| (line.key.clone(), line))
        .collect())
}

/// Lines by id.
pub fn lines_by_id(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, LineFacts>> {
    let rows: Vec<LineFacts> = budget_lines::table
        .filter(budget_lines::id.eq_any(ids))
        .select(LINE_FACTS)
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|line| (line.id.clone(), line))
        .collect())
}

/// A resolution as far as entries that name it have to know it.
#[derive(Debug, Clone, Queryable)]
pub struct ResolutionFacts {
    /// Key.
    pub key: String,
    /// Id.
    pub id: String,
    /// What the sitting was for.
    pub kind: ResolutionKind,
    /// What came of it.
    pub outcome: ResolutionOutcome,
}

/// Resolutions of an institution by these keys.
pub fn resolutions_by_key(
    db: &mut Db,
    institution_id: &str,
    keys: &[&str],
) -> Result<HashMap<String, ResolutionFacts>> {
    let keys = keys.iter().filter(|key| !key.contains('\0'));
    let rows: Vec<ResolutionFacts> = resolutions::table
        .filter(resolutions::institution_id.eq(institution_id))
        .filter(resolutions::key.eq_any(keys))
        .select((
            resolutions::key,
            resolutions::id,
            resolutions::kind,
            resolutions::outcome,
        ))
        .load(db)?;
    let by_key = |facts: ResolutionFacts| (facts.key.clone(), facts);
    Ok(rows.into_iter().map(by_key).collect())
}

/// What came of a resolution.
pub fn outcome(db: &mut Db, resolution_id: &str) -> Result<ResolutionOutcome> {
    let row = resolutions::table.find(resolution_id);
    Ok(row.select(resolutions::outcome).first(db)?)
}

/// These entries of a programme, with everything that belongs to the same pairs.
pub fn with_pairs(db: &mut Db, programme_id: &str, ids: &[&str]) -> Result<Vec<Entry>> {
    let ids: Vec<&str> = ids
        .iter()
        .copied()
        .filter(|id| !id.contains('\0'))
        .collect();
    let of_programme = budget_entries::table.filter(budget_entries::programme_id.eq(programme_id));
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let named: Vec<Entry> = of_programme
        .filter(budget_entries::id.eq_any(ids))
        .load(db)?;
    let pairs: Vec<String> = named
        .iter()
        .filter_map(|entry| entry.pair_id.clone())
        .collect();
    let paired: Vec<Entry> = of_programme
        .filter(budget_entries::pair_id.eq_any(pairs))
        .load(db)?;
    for entry in named.into_iter().chain(paired) {
        entries.insert(entry.id.clone(), entry);
    }
    Ok(entries.into_values().collect())
}

/// Which of these entries were taken back or completed, and by which entry.
pub fn closed(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, String>> {
    type Row = (String, Option<String>, Option<String>);
    let rows: Vec<Row> = budget_entries::table
        .filter(
            budget_entries::reverses
                .eq_any(ids)
                .or(budget_entries::completes.eq_any(ids)),
        )
        .select((
            budget_entries::id,
            budget_entries::reverses,
            budget_entries::completes,
        ))
        .load(db)?;
    let closes = |(id, reverses, completes): Row| Some((reverses.or(completes)?, id));
    Ok(rows.into_iter().filter_map(closes).collect())
}

/// Ceilings of a programme, each with the key of its group.
pub fn ceilings(db: &mut Db, programme_id: &str) -> Result<Vec<(Ceiling, Option<String>)>> {
    type Row = (Option<String>, i32, i32, i64, bool, bool, Option<String>);
    let rows: Vec<Row> = ceilings::table
        .left_join(budget_groups::table)
        .filter(ceilings::programme_id.eq(programme_id))
        .order((ceilings::from_year, ceilings::to_year, ceilings::id))
        .select((
            ceilings::group_id,
            ceilings::from_year,
            ceilings::to_year,
            ceilings::cents,
            ceilings::hard,
            ceilings::counts_carry_overs,
            budget_groups::key.nullable(),
        ))
        .load(db)?;
    let ceiling = |(group, from_year, to_year, cents, hard, counts_carry_overs, key)| {
        let ceiling = Ceiling {
            group,
            from_year,
            to_year,
            cents,
            hard,
            counts_carry_overs,
        };
        (ceiling, key)
    };
    Ok(rows.into_iter().map(ceiling).collect())
}

/// What a list of entries is narrowed down by.
#[derive(Debug, Default, Clone)]
pub struct EntryFilter {
    /// Key of the line.
    pub line: Option<String>,
    /// Budget year.
    pub year: Option<i32>,
    /// One of these types.
    pub entry_type: Vec<EntryType>,
}

/// Entries of a programme with their names, newest first, beyond `before` (exclusive).
pub fn page(
    db: &mut Db,
    programme_id: &str,
    filter: &EntryFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<NamedEntry>> {
    let mut query = budget_entries::table
        .left_join(budget_lines::table)
        .left_join(resolutions::table)
        .left_join(users::table)
        .filter(budget_entries::programme_id.eq(programme_id))
        .select((
            budget_entries::all_columns,
            budget_lines::key.nullable(),
            (resolutions::key, resolutions::outcome).nullable(),
            (users::email, users::display_name).nullable(),
        ))
        .order(budget_entries::id.desc())
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if let Some(line) = &filter.line {
        query = query.filter(budget_lines::key.nullable().eq(line));
    }
    if let Some(year) = filter.year {
        query = query.filter(budget_entries::year.eq(year));
    }
    if !filter.entry_type.is_empty() {
        query = query.filter(budget_entries::entry_type.eq_any(&filter.entry_type));
    }
    if let Some(before) = before {
        query = query.filter(budget_entries::id.lt(before));
    }
    Ok(query.load(db)?)
}

/// Entries by id with their names, in the order of the bookings.
pub fn named(db: &mut Db, ids: &[&str]) -> Result<Vec<NamedEntry>> {
    let rows = budget_entries::table
        .left_join(budget_lines::table)
        .left_join(resolutions::table)
        .left_join(users::table)
        .filter(budget_entries::id.eq_any(ids))
        .select((
            budget_entries::all_columns,
            budget_lines::key.nullable(),
            (resolutions::key, resolutions::outcome).nullable(),
            (users::email, users::display_name).nullable(),
        ))
        .order(budget_entries::id)
        .load(db)?;
    Ok(rows)
}

/// The line of an entry among those that were looked up.
///
/// # Errors
/// `internal` when it is not there
pub fn line_of<'a>(
    lines: &'a HashMap<String, LineFacts>,
    id: Option<&String>,
) -> Result<Option<&'a LineFacts>> {
    let Some(id) = id else { return Ok(None) };
    let line = lines.get(id);
    line.map(Some)
        .ok_or_else(|| Error::bug("an entry has a line that was not looked up"))
}
