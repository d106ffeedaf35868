//! Shares of lines between the measures that they pay for.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::budget::allocation::{Fixed, Share, Sharer};
use crate::domain::measure::{Confidentiality, Status};
use crate::error::{Code, Error, Result};
use crate::store::db::{Db, both};
use crate::store::schema::{budget_lines, line_allocations, measure_lines, measures, programmes};
use crate::store::sight::Sight;

/// A measure that a line pays for.
#[derive(Debug, Clone, Queryable)]
pub struct Payee {
    /// Line.
    pub line_id: String,
    /// Id.
    pub id: String,
    /// Number by which references sort.
    pub number: i64,
    /// Reference.
    pub reference: String,
    /// Title.
    pub title: String,
    /// Unit.
    pub org_unit: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Class.
    pub confidentiality: Confidentiality,
    /// User ids of whoever is responsible, stands in or is to check it.
    pub concerned: (Option<String>, Option<String>, Option<String>),
}

impl Payee {
    /// Whether the reader sees it.
    pub fn is_seen(&self, sight: &Sight<'_>) -> bool {
        let (owner, deputy, verifier) = &self.concerned;
        let concerned = [owner.as_deref(), deputy.as_deref(), verifier.as_deref()];
        sight.sees(self.confidentiality, &concerned)
    }

    /// Whether the reader sees it, and is concerned with it where only their own are asked for.
    pub fn concerns(&self, sight: &Sight<'_>, own: Option<&[String]>) -> bool {
        let unit = self.org_unit.as_ref();
        sight.concerns(own, self.confidentiality, &self.concerned, unit)
    }

    /// As the rules of shares see it.
    pub fn sharer(&self) -> Sharer {
        Sharer {
            id: self.id.clone(),
            number: self.number,
            counts: self.counts(),
        }
    }

    /// Whether it still has a share: it was neither rejected nor replaced.
    pub const fn counts(&self) -> bool {
        !matches!(self.status, Status::Rejected | Status::Replaced)
    }
}

type PayeeColumns = (
    measure_lines::line_id,
    measures::id,
    measures::reference_seq,
    measures::reference,
    measures::title,
    measures::org_unit,
    measures::status,
    measures::confidentiality,
    (
        measures::owner_id,
        measures::deputy_id,
        measures::verifier_id,
    ),
);

/// The columns of [`Payee`], of lines with their measures.
pub(super) const PAYEE: PayeeColumns = (
    measure_lines::line_id,
    measures::id,
    measures::reference_seq,
    measures::reference,
    measures::title,
    measures::org_unit,
    measures::status,
    measures::confidentiality,
    (
        measures::owner_id,
        measures::deputy_id,
        measures::verifier_id,
    ),
);

/// A share as it is stored: line, measure, year (0: every year without its own), basis points, cents.
pub(super) type Row = (String, String, i32, Option<i64>, Option<i64>);

/// The columns of [`Row`].
pub(super) const ROW: (
    line_allocations::line_id,
    line_allocations::measure_id,
    line_allocations::year,
    line_allocations::share_bp,
    line_allocations::cents,
) = (
    line_allocations::line_id,
    line_allocations::measure_id,
    line_allocations::year,
    line_allocations::share_bp,
    line_allocations::cents,
);

/// Shares by line.
pub(super) fn by_line(rows: Vec<Row>) -> HashMap<String, Vec<Fixed>> {
    let mut found: HashMap<String, Vec<Fixed>> = HashMap::new();
    for (line, measure, year, share_bp, cents) in rows {
        let share = match (share_bp, cents) {
            (Some(share), _) => Share::BasisPoints(share),
            (None, cents) => Share::Cents(cents.unwrap_or_default()),
        };
        found.entry(line).or_default().push(Fixed {
            measure,
            year: Some(year).filter(|year| *year != 0),
            share,
        });
    }
    found
}

/// The measures that these lines pay for, by reference.
pub fn payees(db: &mut Db, line_ids: &[&str]) -> Result<Vec<Payee>> {
    Ok(measure_lines::table
        .inner_join(measures::table)
        .filter(measure_lines::line_id.eq_any(line_ids))
        .order((measures::reference_seq, measure_lines::line_id))
        .select(PAYEE)
        .load(db)?)
}

/// What is fixed of these lines, in the order of measures and years.
pub fn fixed(db: &mut Db, line_ids: &[&str]) -> Result<HashMap<String, Vec<Fixed>>> {
    let rows: Vec<Row> = line_allocations::table
        .inner_join(measures::table)
        .filter(line_allocations::line_id.eq_any(line_ids))
        .order((measures::reference_seq, line_allocations::year))
        .select(ROW)
        .load(db)?;
    Ok(by_line(rows))
}

/// The lines of which something is fixed for one of these measures.
pub fn lines_fixed_for(db: &mut Db, measure_ids: &[&str]) -> Result<Vec<String>> {
    Ok(line_allocations::table
        .filter(line_allocations::measure_id.eq_any(measure_ids))
        .select(line_allocations::line_id)
        .distinct()
        .order(line_allocations::line_id)
        .load(db)?)
}

/// Names of lines: key of the programme and of the line, `OG-2021-DIG:OG-K1`.
pub fn line_names(db: &mut Db, line_ids: &[&str]) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String, String)> = budget_lines::table
        .inner_join(programmes::table)
        .filter(budget_lines::id.eq_any(line_ids))
        .select((budget_lines::id, programmes::key, budget_lines::key))
        .load(db)?;
    let name = |(id, programme, line)| (id, format!("{programme}:{line}"));
    Ok(rows.into_iter().map(name).collect())
}

/// How often the allocations of a line were changed, from 1.
pub fn version(db: &mut Db, line_id: &str) -> Result<i32> {
    let row = budget_lines::table.find(line_id);
    Ok(row.select(budget_lines::allocations_version).first(db)?)
}

/// Replaces what is fixed of a line, over the version that was seen.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn replace(db: &mut Db, line_id: &str, seen: i32, all: &[Fixed]) -> Result<()> {
    let row = budget_lines::table
        .find(line_id)
        .filter(budget_lines::allocations_version.eq(seen));
    let next = budget_lines::allocations_version.eq(seen.saturating_add(1));
    if diesel::update(row).set(next).execute(db)? != 1 {
        return Err(Error::new(Code::Stale));
    }
    let of_line = line_allocations::table.filter(line_allocations::line_id.eq(line_id));
    diesel::delete(of_line).execute(db)?;
    let row = |one: &Fixed| {
        let (share_bp, cents) = match one.share {
            Share::BasisPoints(share) => (Some(share), None),
            Share::Cents(cents) => (None, Some(cents)),
        };
        (
            line_allocations::line_id.eq(line_id.to_owned()),
            line_allocations::measure_id.eq(one.measure.clone()),
            line_allocations::year.eq(one.year.unwrap_or(0)),
            line_allocations::share_bp.eq(share_bp),
            line_allocations::cents.eq(cents),
        )
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    both!(db, c => {
        for rows in rows.chunks(1000) {
            diesel::insert_into(line_allocations::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}
