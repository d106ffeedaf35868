//! The books of a month beside what the finance system reported for it (DOMAIN BUD-17).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::measures::view::OwnerView;
use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::entry::Column;
use crate::domain::budget::reported::{
    Movement, ReportedKind, missing_months, month_bounds, month_number,
};
use crate::domain::programme::sum;
use crate::error::{Error, Result};
use crate::store::finance::{self, Balance, Dated, Import};
use crate::store::users::Account;

/// Which month, and of which budget year: the one that the month is in.
#[derive(Debug, Clone, Copy)]
pub struct MonthAsked {
    /// Budget year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

/// A line in a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthLine {
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: String,
    /// What was paid.
    pub actual: Movement,
    /// What was ordered.
    pub commitment: Movement,
}

/// Postings that wait for a line: of the budget year, up to the end of the month.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UnmatchedView {
    /// How many.
    #[schema(example = 3)]
    pub count: i64,
    /// What they report as paid, in cents.
    #[schema(example = 123_456)]
    pub actual_cents: i64,
    /// What they report as ordered, in cents.
    #[schema(example = 0)]
    pub commitment_cents: i64,
}

/// The file that came last.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastImport {
    /// Id.
    pub id: String,
    /// Name of the finance system.
    #[schema(example = "SAP")]
    pub source: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Rows.
    pub rows: i32,
    /// What it reports as paid, in cents.
    pub actual_cents: i64,
    /// What it reports as ordered, in cents.
    pub commitment_cents: i64,
    /// Sum in cents that was stated with it, and met.
    pub control_cents: Option<i64>,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// Whoever brought it.
    pub imported_by: Option<OwnerView>,
}

impl From<(Import, Option<Account>)> for LastImport {
    fn from((import, account): (Import, Option<Account>)) -> Self {
        LastImport {
            id: import.id,
            source: import.source_system,
            sha256: import.sha256,
            rows: import.row_count,
            actual_cents: import.actual_cents,
            commitment_cents: import.commitment_cents,
            control_cents: import.control_cents,
            imported_at: import.imported_at.and_utc(),
            imported_by: account.as_ref().map(OwnerView::from),
        }
    }
}

/// A month, line by line.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthView {
    /// Budget year.
    #[schema(example = 2023)]
    pub year: i32,
    /// Month of that year, 1 to 12.
    #[schema(example = 3)]
    pub month: u32,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Lines on which anything was paid or ordered in the year, by programme and key.
    pub lines: Vec<MonthLine>,
    /// Sum of what was paid.
    pub actual: Movement,
    /// Sum of what was ordered.
    pub commitment: Movement,
    /// Postings that wait for a line.
    pub unmatched: UnmatchedView,
    /// Months of the year up to this one of which the finance system has reported nothing.
    #[schema(example = json!([2]))]
    pub months_without_import: Vec<u32>,
    /// The file that came last, whatever month it was about.
    pub last_import: Option<LastImport>,
}

/// Sums of a line in cents: before the month, in it, reported of it, after it; paid first, then ordered.
type Sums = [[i64; 4]; 2];

/// The month in question beside what was reported for it.
///
/// # Errors
/// `forbidden`, `not_found`, `sum_out_of_range`, `session_ended`
pub fn reconcile(app: &App, by: By<'_>, institution: &str, asked: MonthAsked) -> Result<MonthView> {
    let MonthAsked { year, month } = asked;
    let bounds = month_bounds(year, month).ok_or_else(|| Error::bug("no such month"))?;
    let number = month_number(year, month);
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::BudgetRead, &Resource::Institution)?;
        let institution_id = &scope.institution.id;
        let classes = app.policy.visibility(scope.person()?).programmes;
        let mut sums: HashMap<String, Sums> = HashMap::new();
        for (place, dated) in [
            (0, Dated::Before(bounds.0)),
            (1, Dated::Within(bounds.0, bounds.1)),
            (3, Dated::From(bounds.1)),
        ] {
            for balance in finance::balances(db, institution_id, &classes, year, dated)? {
                add(&mut sums, place, balance)?;
            }
        }
        let imported = finance::imported_balances(db, institution_id, &classes, year, number)?;
        for (line, kind, cents) in imported {
            add(&mut sums, 2, (line, kind.entry_type(cents), cents))?;
        }
        let mut view = MonthView {
            year,
            month,
            currency: "EUR".to_owned(),
            lines: Vec::new(),
            actual: Movement::default(),
            commitment: Movement::default(),
            unmatched: unmatched(finance::waiting(db, institution_id, year, number)?)?,
            months_without_import: missing_months(
                &finance::reported_months(db, institution_id, month_number(year, 1), number)?,
                year,
                month,
            ),
            last_import: finance::last_import(db, institution_id)?.map(LastImport::from),
        };
        for line in finance::lines(db, institution_id, &classes)? {
            let Some(sums) = sums.remove(&line.facts.id) else {
                continue;
            };
            let [actual, commitment] = sums.map(|[opening, within, imported, later]| {
                Movement::new(opening, within, imported, later)
            });
            let (actual, commitment) = (actual?, commitment?);
            view.actual.add_all(&actual)?;
            view.commitment.add_all(&commitment)?;
            view.lines.push(MonthLine {
                programme: line.programme.1,
                line: line.facts.key,
                actual,
                commitment,
            });
        }
        Ok(view)
    })
}

fn add(sums: &mut HashMap<String, Sums>, place: usize, balance: Balance) -> Result<()> {
    let (line, entry_type, cents) = balance;
    let [actual, commitment] = sums.entry(line).or_default();
    let figure = match entry_type.column() {
        Some(Column::Actual) => actual,
        _ => commitment,
    };
    let figure = figure.get_mut(place);
    let figure = figure.ok_or_else(|| Error::bug("a figure has no place"))?;
    *figure = sum([*figure, cents])?;
    Ok(())
}

fn unmatched(waiting: Vec<finance::Waiting>) -> Result<UnmatchedView> {
    let mut view = UnmatchedView::default();
    for of_kind in waiting {
        view.count = sum([view.count, of_kind.count])?;
        match of_kind.kind {
            ReportedKind::Actual => view.actual_cents = of_kind.cents,
            ReportedKind::Commitment => view.commitment_cents = of_kind.cents,
        }
    }
    Ok(view)
}
