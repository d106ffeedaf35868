//! Tables of measures that are brought in: all of a file or nothing of it.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::change::{Changes, Writing, changes};
use super::create::{add, blank};
use super::names::Names;
use super::table::{faults, field_of, patch_of, shown};
use super::update::change;
use super::{By, Scope, sight};
use crate::actions::Entry;
use crate::app::App;
use crate::domain::access::{Action, MeasureFacts, Resource};
use crate::domain::fault::{self, CellFault, FaultCode, MOST_FAULTS};
use crate::domain::measure::Confidentiality;
use crate::domain::measure_state::State;
use crate::domain::text_enum;
use crate::error::{Code, Error, Result};
use crate::sheet::{self, Columns, Field, Limits, Records, Row, Rows};
use crate::store::measures::{Dossier, Sight};
use crate::store::{Db, institutions, measures};

/// Rows that are looked up together.
const CHUNK: usize = 200;
/// Rows whose difference is told.
const MOST_DIFFERENCES: usize = 1000;

text_enum! {
    /// What a row of a table does.
    RowAction {
        /// Adds a measure.
        Create = "create",
        /// Changes a measure.
        Update = "update",
        /// Says what is there already.
        Unchanged = "unchanged",
    }
}

/// What a row of a table changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowDifference {
    /// Number of the row as a spreadsheet shows it.
    #[schema(example = 17)]
    pub row: u32,
    /// Reference of the measure; null for one that is not there yet.
    #[schema(example = "M-2022-0007")]
    pub reference: Option<String>,
    /// Key that the institution or another program gave it.
    pub external_key: Option<String>,
    /// What the row does.
    pub action: RowAction,
    /// Fields that differ, each with its `old` and its `new` value.
    #[schema(value_type = Object, example = json!({ "priority": { "old": 2, "new": 1 } }))]
    pub changes: Changes,
}

/// What a table has changed, or would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportReport {
    /// Nothing was stored.
    pub dry_run: bool,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Rows of the file, without the headings and blank ones.
    pub rows: usize,
    /// New measures.
    pub created: usize,
    /// Changed measures.
    pub updated: usize,
    /// Rows that say what is there already.
    pub unchanged: usize,
    /// The rows in their order, at most 1,000; of more those first that change something.
    pub differences: Vec<RowDifference>,
    /// Rows that are not among them.
    pub differences_left_out: usize,
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
    scope.require(app, Action::MeasureImport, &Resource::Institution)?;
    Ok(scope)
}

/// Brings a table in. Each row is the measure of its reference, else the one of its external key, else a new one. Any
/// fault undoes all of it, and so does a dry run, which tells what would change.
///
/// # Errors
/// `invalid` with every faulty cell, `not_found`, `forbidden`, `session_ended`
pub fn import(
    app: &App,
    by: By<'_>,
    institution: &str,
    bytes: &[u8],
    dry_run: bool,
) -> Result<ImportReport> {
    // A workbook takes its time to read, and only those may cause that who may import.
    may_import(app, by, institution)?;
    let sha256 = hex::encode(Sha256::digest(bytes));
    let table = open(bytes)?;
    let now = app.clock.now();
    let mut tried = None;
    let kept = app.store.write(|db| {
        let scope = enter(db, app, by, institution)?;
        // Two files at once: the second one finds what the first one has left.
        institutions::lock(db, &scope.institution.id)?;
        let names = &mut Names::default();
        let writing = Writing {
            app,
            scope: &scope,
            now,
            names,
        };
        let done = Import::new(db, writing, table.columns().clone())?.run(db, table)?;
        let report = done.report(dry_run, sha256);
        if report.created + report.updated > 0 {
            let entry = Entry {
                action: Action::MeasureImport,
                entity_kind: "institution",
                entity_id: &scope.institution.id,
                reason: None,
                details: json!({
                    "sha256": report.sha256, "rows": report.rows, "created": report.created, "updated": report.updated,
                }),
            };
            scope.record(db, now, &entry)?;
        }
        tried = Some(report);
        // An error is what undoes a transaction.
        if dry_run {
            Err(Error::bug("a dry run"))
        } else {
            Ok(())
        }
    });
    match (tried, kept) {
        (Some(report), kept) if dry_run || kept.is_ok() => Ok(report),
        (_, Err(error)) => Err(error),
        (None, Ok(())) => Err(Error::bug("an import without a report")),
        (Some(report), Ok(())) => Ok(report),
    }
}

fn open(bytes: &[u8]) -> Result<Rows<Records<&[u8]>>> {
    let records = Records::open(bytes, Limits::default()).map_err(|fault| vec![fault]);
    records.and_then(sheet::rows).map_err(|faults| {
        let cells = faults.into_iter().map(CellFault::from);
        invalid(cells.take(MOST_FAULTS).collect())
    })
}

fn invalid(cells: Vec<CellFault>) -> Error {
    Error::new(Code::Invalid).cells(cells)
}

/// Ids of the measures that the caller sees, as they were before the file.
struct Ledger {
    by_reference: HashMap<String, String>,
    by_key: HashMap<String, String>,
}

impl Ledger {
    fn read(db: &mut Db, sight: &Sight<'_>) -> Result<Ledger> {
        let all = measures::keys(db, sight)?;
        let keys = all.iter();
        let keys = keys.filter_map(|one| Some((one.external_key.clone()?, one.id.clone())));
        Ok(Ledger {
            by_key: keys.collect(),
            by_reference: all.into_iter().map(|one| (one.reference, one.id)).collect(),
        })
    }
}

/// Which measure a row is about.
enum About {
    Known(String),
    New,
}

/// An import while it runs.
struct Import<'a> {
    writing: Writing<'a>,
    columns: Columns,
    ledger: Ledger,
    /// Address of whoever imports: they bring new measures up, unless the file names somebody.
    me: String,
    /// Rows that a measure or a key stood in first.
    taken: HashMap<String, u32>,
    /// Classes and units of which new measures may be created.
    permitted: HashSet<(Confidentiality, Option<String>)>,
    faults: Vec<CellFault>,
    changed: Vec<RowDifference>,
    /// Rows without a change.
    same: Vec<RowDifference>,
    created: usize,
    updated: usize,
    unchanged: usize,
}

impl<'a> Import<'a> {
    fn new(db: &mut Db, writing: Writing<'a>, columns: Columns) -> Result<Self> {
        let scope = writing.scope;
        let ledger = Ledger::read(db, &sight(writing.app, scope)?)?;
        Ok(Import {
            me: writing.email_of(db, &scope.person()?.id)?,
            writing,
            columns,
            ledger,
            taken: HashMap::new(),
            permitted: HashSet::new(),
            faults: Vec::new(),
            changed: Vec::new(),
            same: Vec::new(),
            created: 0,
            updated: 0,
            unchanged: 0,
        })
    }

    /// Takes all rows, some hundred at a time: memory does not grow with the file.
    fn run(mut self, db: &mut Db, table: Rows<Records<&[u8]>>) -> Result<Self> {
        let mut chunk = Vec::with_capacity(CHUNK);
        for row in table {
            match row {
                Ok(row) => chunk.push(row),
                Err(faults) => self.faults.extend(faults.into_iter().map(CellFault::from)),
            }
            if chunk.len() == CHUNK {
                self.take(db, std::mem::take(&mut chunk))?;
            }
            if self.faults.len() >= MOST_FAULTS {
                break;
            }
        }
        self.take(db, chunk)?;
        if self.faults.is_empty() {
            return Ok(self);
        }
        self.faults.truncate(MOST_FAULTS);
        Err(invalid(self.faults))
    }

    fn take(&mut self, db: &mut Db, rows: Vec<Row>) -> Result<()> {
        let found: Vec<(Row, About)> = rows
            .into_iter()
            .filter_map(|row| self.about(&row).map(|about| (row, about)))
            .collect();
        let mut dossiers = self.dossiers(db, &found)?;
        self.read_names(db, &found)?;
        for (row, about) in found {
            let done = match about {
                About::New => self.create(db, &row),
                About::Known(id) => match dossiers.remove(&id) {
                    Some(dossier) => self.update(db, &row, dossier),
                    None => Err(Error::bug("a measure that was just there")),
                },
            };
            if let Err(error) = done {
                self.refuse(&row, error)?;
            }
        }
        Ok(())
    }

    /// Finds the measure of a row; none where a fault says why.
    fn about(&mut self, row: &Row) -> Option<About> {
        let reference = row.reference.iter().flatten().next();
        let key = row.external_key.iter().flatten().next();
        let by_key = || key.and_then(|key| self.ledger.by_key.get(key));
        let (field, id) = match reference {
            Some(reference) => (Field::Reference, self.ledger.by_reference.get(reference)),
            None => (Field::ExternalKey, by_key()),
        };
        let about = match (reference, id) {
            (Some(reference), None) => {
                let rule = fault::Fault::new("/reference", FaultCode::UnknownReference);
                self.rule(row, rule.arg("value", reference));
                return None;
            }
            (_, Some(id)) => About::Known(id.clone()),
            (None, None) => About::New,
        };
        let name = match (&about, key) {
            (About::Known(id), _) => id.clone(),
            (About::New, Some(key)) => format!("key {key}"),
            (About::New, None) => return Some(about),
        };
        if let Some(first) = self.taken.get(&name) {
            let first = *first;
            let fault = self
                .columns
                .fault(row.number, field, sheet::Code::DuplicateRow);
            self.faults.push(fault.arg("first", first).into());
            return None;
        }
        self.taken.insert(name, row.number);
        Some(about)
    }

    fn dossiers(&self, db: &mut Db, found: &[(Row, About)]) -> Result<HashMap<String, Dossier>> {
        let ids: Vec<&str> = found
            .iter()
            .filter_map(|(_, about)| match about {
                About::Known(id) => Some(id.as_str()),
                About::New => None,
            })
            .collect();
        let rows = measures::by_ids(db, &ids)?;
        let dossiers = measures::dossiers(db, rows)?;
        let by_id = |dossier: Dossier| (dossier.row.measure.id.clone(), dossier);
        Ok(dossiers.into_iter().map(by_id).collect())
    }

    /// What the rows name, in one go.
    fn read_names(&mut self, db: &mut Db, found: &[(Row, About)]) -> Result<()> {
        let rows = found.iter().map(|(row, _)| row);
        let links = rows.clone().flat_map(|row| [&row.fulfils, &row.applies]);
        let (app, scope) = (self.writing.app, self.writing.scope);
        let names = &mut *self.writing.names;
        names.read_targets(db, links.flatten().flatten())?;
        let needed = rows.filter_map(|row| row.requires.as_ref()).flatten();
        names.read_measures(db, &sight(app, scope)?, needed)
    }

    fn create(&mut self, db: &mut Db, row: &Row) -> Result<()> {
        let (app, scope) = (self.writing.app, self.writing.scope);
        let before = blank(scope, self.writing.now).state()?;
        let mut patch = patch_of(row, &before);
        if self.note(row, None) {
            return Ok(());
        }
        patch.check()?;
        if patch.initiator.iter().flatten().next().is_none() {
            patch.initiator = Some(Some(self.me.clone()));
        }
        // Asked before any name is looked up, as for a single measure.
        let after = patch.applied_to(&before);
        let kind = (after.confidentiality, after.org_unit.clone());
        if !self.permitted.contains(&kind) {
            let wanted = MeasureFacts {
                confidentiality: after.confidentiality,
                org_unit: after.org_unit.as_deref(),
                ..MeasureFacts::PROPOSED
            };
            scope.require(app, Action::MeasureCreate, &Resource::Measure(wanted))?;
            self.permitted.insert(kind);
        }
        let measure = add(db, &mut self.writing, &patch)?;
        self.created += 1;
        self.tell(RowDifference {
            row: row.number,
            reference: Some(measure.reference),
            external_key: measure.external_key,
            action: RowAction::Create,
            changes: changes(&before, &after)?,
        });
        Ok(())
    }

    fn update(&mut self, db: &mut Db, row: &Row, dossier: Dossier) -> Result<()> {
        let (app, scope) = (self.writing.app, self.writing.scope);
        let programmes = app.policy.visibility(scope.person()?).programmes;
        let before = shown(&dossier, &programmes)?;
        let patch = patch_of(row, &before);
        let after = patch.applied_to(&before);
        let differing = changes(&before, &after)?;
        let measure = &dossier.row.measure;
        let difference = RowDifference {
            row: row.number,
            reference: Some(measure.reference.clone()),
            external_key: after.external_key,
            action: if differing.is_empty() {
                RowAction::Unchanged
            } else {
                RowAction::Update
            },
            changes: differing,
        };
        if self.is_stale(row, measure.version, &difference, &before)
            || self.note(row, Some(&before))
        {
            return Ok(());
        }
        // Nobody needs a right to say what is there already: whoever may see it has it from an export.
        if difference.action == RowAction::Unchanged {
            self.unchanged += 1;
        } else {
            patch.check()?;
            change(db, &mut self.writing, dossier, &patch, |_| Ok(()))?;
            self.updated += 1;
        }
        self.tell(difference);
        Ok(())
    }

    /// Whether a row was made from an older version and says something else than there is now.
    fn is_stale(
        &mut self,
        row: &Row,
        version: i32,
        difference: &RowDifference,
        before: &State,
    ) -> bool {
        let Some(seen) = row.version.flatten().filter(|seen| *seen != version) else {
            return false;
        };
        if difference.changes.is_empty() && faults(row, Some(before)).is_empty() {
            return false;
        }
        let fault = self
            .columns
            .fault(row.number, Field::Version, sheet::Code::StaleVersion);
        let fault = fault.arg("value", seen).arg("current", version);
        self.faults.push(fault.into());
        true
    }

    /// Notes what a row may not say; tells whether there was something.
    fn note(&mut self, row: &Row, measure: Option<&State>) -> bool {
        let found = faults(row, measure);
        for (field, code) in &found {
            let fault = self.columns.fault(row.number, *field, *code);
            self.faults.push(fault.into());
        }
        !found.is_empty()
    }

    /// Notes why a row cannot be stored.
    ///
    /// # Errors
    /// What is no fault of the row.
    fn refuse(&mut self, row: &Row, error: Error) -> Result<()> {
        let Error::Problem(problem) = error else {
            return Err(error);
        };
        match problem.code {
            Code::Invalid => problem
                .faults
                .into_iter()
                .for_each(|rule| self.rule(row, rule)),
            Code::Forbidden => {
                let fault = sheet::Fault::of_row(row.number, sheet::Code::NotPermitted);
                self.faults.push(fault.into());
            }
            // Somebody changed it while the file was read.
            Code::Stale => {
                let fault =
                    self.columns
                        .fault(row.number, Field::Version, sheet::Code::StaleVersion);
                self.faults.push(fault.into());
            }
            _ => return Err(Error::Problem(problem)),
        }
        Ok(())
    }

    fn rule(&mut self, row: &Row, rule: fault::Fault) {
        let place = match field_of(&rule.pointer) {
            Some(field) => self.columns.fault(row.number, field, sheet::Code::Required),
            None => sheet::Fault::of_row(row.number, sheet::Code::Required),
        };
        self.faults.push(place.with_rule(rule));
    }

    fn tell(&mut self, difference: RowDifference) {
        let told = match difference.action {
            RowAction::Unchanged => &mut self.same,
            RowAction::Create | RowAction::Update => &mut self.changed,
        };
        if told.len() < MOST_DIFFERENCES {
            told.push(difference);
        }
    }

    fn report(self, dry_run: bool, sha256: String) -> ImportReport {
        let rows = self.created + self.updated + self.unchanged;
        let mut differences = self.changed;
        differences.extend(self.same);
        differences.truncate(MOST_DIFFERENCES);
        differences.sort_by_key(|difference| difference.row);
        if dry_run {
            // The number was taken for a moment only.
            let new = differences
                .iter_mut()
                .filter(|d| d.action == RowAction::Create);
            new.for_each(|difference| difference.reference = None);
        }
        ImportReport {
            dry_run,
            sha256,
            rows,
            created: self.created,
            updated: self.updated,
            unchanged: self.unchanged,
            differences_left_out: rows.saturating_sub(differences.len()),
            differences,
        }
    }
}
