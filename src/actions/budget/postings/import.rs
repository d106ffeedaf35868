//! A file of the finance system: all of it or nothing, and no posting twice.

use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::taking::{RowResult, Taking};
use crate::actions::{By, Entry as Event, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{CellFault, Faults, MOST_FAULTS};
use crate::error::{Code, Error, Result};
use crate::sheet::postings::{Postings, postings};
use crate::sheet::{Limits, Records};
use crate::store::types::stored;
use crate::store::{Db, finance, institutions, new_id};

/// How a file is taken.
#[derive(Debug, Clone)]
pub struct Order {
    /// Name of the finance system: ids of postings are its own.
    pub source: String,
    /// Nothing is stored.
    pub dry_run: bool,
    /// Postings without a line are kept until somebody assigns them, instead of refusing the file.
    pub keep_unmatched: bool,
    /// What the amounts of the file are to sum to, in cents.
    pub control_cents: Option<i64>,
    /// How many rows the file is to have.
    pub control_count: Option<u32>,
}

/// What a file has brought, or would bring.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostingsReport {
    /// Nothing was stored.
    pub dry_run: bool,
    /// Name of the finance system.
    #[schema(example = "SAP")]
    pub source: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Rows of the file, without the headings and blank ones.
    pub rows: usize,
    /// Rows that were booked.
    pub booked: usize,
    /// Rows that wait for a line.
    pub unmatched: usize,
    /// Rows that were reported before.
    pub unchanged: usize,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// What all rows report as paid, in cents.
    #[schema(example = 12_345_678)]
    pub actual_cents: i64,
    /// What all rows report as ordered, in cents.
    #[schema(example = 0)]
    pub commitment_cents: i64,
    /// The rows in their order, at most 1,000; of more, first those without a line, then those that were booked.
    pub results: Vec<RowResult>,
    /// Rows that are not among them.
    pub results_left_out: usize,
}

/// Whether the caller may import at all, asked before a file is taken from them.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn may_import(app: &App, by: By<'_>, institution: &str) -> Result<()> {
    app.store
        .read(|db| enter(db, app, by, institution).map(drop))
}

fn enter(db: &mut Db, app: &App, by: By<'_>, institution: &str) -> Result<Scope> {
    let scope = Scope::enter(db, app.clock.now(), by, institution)?;
    scope.require(app, Action::PostingImport, &Resource::Institution)?;
    Ok(scope)
}

/// Books what a file reports. A posting that was reported before is left as it is, if it says the same. Any fault undoes
/// all of it, and so does a dry run.
///
/// # Errors
/// `invalid` with every faulty cell, `control_mismatch`, `blocked_funds`, `commitment_without_authority`,
/// `authority_not_investive`, `sum_out_of_range`, `not_found`, `forbidden`, `session_ended`
pub fn import(
    app: &App,
    by: By<'_>,
    institution: &str,
    bytes: &[u8],
    order: &Order,
) -> Result<PostingsReport> {
    check(order)?;
    // A workbook takes its time to read, and only those may cause that who may import.
    may_import(app, by, institution)?;
    let now = app.clock.now();
    let sha256 = hex::encode(Sha256::digest(bytes));
    let mut tried = None;
    let kept = app.store.write(|db| {
        let scope = enter(db, app, by, institution)?;
        let table = open(bytes, berlin_day(now))?;
        // Two files at once: the second one finds what the first one has left.
        institutions::lock(db, &scope.institution.id)?;
        let mut noted = finance::Import {
            id: new_id(now),
            institution_id: scope.institution.id.clone(),
            source_system: order.source.clone(),
            sha256: sha256.clone(),
            row_count: 0,
            actual_cents: 0,
            commitment_cents: 0,
            control_cents: order.control_cents,
            imported_at: stored(now),
            imported_by: scope.actor.id().map(str::to_owned),
        };
        finance::insert_import(db, &noted)?;
        let taking = Taking::new(db, app, &scope, now, order, &noted.id, &table)?;
        let report = taking.run(db, table)?.report(order, &sha256);
        check_controls(order, &report)?;
        if report.booked + report.unmatched > 0 {
            noted.row_count = i32::try_from(report.rows)
                .map_err(|cause| Error::internal("rows of a file", cause))?;
            noted.actual_cents = report.actual_cents;
            noted.commitment_cents = report.commitment_cents;
            finance::complete_import(db, &noted)?;
            record(db, &scope, now, &noted, &report)?;
        } else {
            finance::forget_import(db, &noted.id)?;
        }
        tried = Some(report);
        // An error is what undoes a transaction.
        if order.dry_run {
            Err(Error::bug("a dry run"))
        } else {
            Ok(())
        }
    });
    match (tried, kept) {
        (Some(report), kept) if order.dry_run || kept.is_ok() => Ok(report),
        (_, Err(error)) => Err(error),
        (_, Ok(())) => Err(Error::bug("an import without a report")),
    }
}

fn check(order: &Order) -> Result<()> {
    let mut faults = Faults::new();
    faults.text("?source", &order.source, 1, 40);
    faults
        .finish()
        .map_err(|faults| Error::new(Code::Malformed).faults(faults))
}

fn open(bytes: &[u8], today: chrono::NaiveDate) -> Result<Postings<Records<&[u8]>>> {
    let records = Records::open(bytes, Limits::default()).map_err(|fault| vec![fault]);
    let table = records.and_then(|records| postings(records, today));
    table.map_err(|faults| {
        let cells = faults.into_iter().map(CellFault::from);
        Error::new(Code::Invalid).cells(cells.take(MOST_FAULTS).collect())
    })
}

/// What was announced and what the file holds have to be the same: otherwise a part of it is missing.
fn check_controls(order: &Order, report: &PostingsReport) -> Result<()> {
    let cents = crate::domain::programme::sum([report.actual_cents, report.commitment_cents])?;
    let other_sum = order.control_cents.is_some_and(|control| control != cents);
    let rows = u32::try_from(report.rows).unwrap_or(u32::MAX);
    let other_count = order.control_count.is_some_and(|control| control != rows);
    if !other_sum && !other_count {
        return Ok(());
    }
    let error = Error::with(Code::ControlMismatch, "file_rows", rows);
    let error = error.arg("file_cents", cents);
    let error = error.arg("stated_rows", order.control_count.unwrap_or(rows));
    Err(error.arg("stated_cents", order.control_cents.unwrap_or(cents)))
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: chrono::DateTime<chrono::Utc>,
    noted: &finance::Import,
    report: &PostingsReport,
) -> Result<()> {
    let event = Event {
        action: Action::PostingImport,
        entity_kind: "institution",
        entity_id: &scope.institution.id,
        reason: None,
        details: json!({
            "import": noted.id, "source": report.source, "sha256": report.sha256, "rows": report.rows,
            "booked": report.booked, "unmatched": report.unmatched, "unchanged": report.unchanged,
            "actual_cents": report.actual_cents, "commitment_cents": report.commitment_cents,
            "control_cents": noted.control_cents,
        }),
    };
    scope.record(db, now, &event)
}
