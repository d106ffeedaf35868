//! A row of a table of measures: what its cells say, and what is wrong with them.

pub(super) mod cells;

use chrono::NaiveDate;

use super::value::{self, Words};
use super::{Cell, Code, Columns, Fault, Field, Headed, Record};
use crate::domain::measure::{
    Confidentiality, EstimateQuality, Origin, Precision, Relevance, Status,
};
use crate::domain::postponement::FixedBy;
use cells::Cells;

/// What a file says of a field: `None` nothing, for it has no such column; `Some(None)` that it is empty.
pub type Given<T> = Option<Option<T>>;

/// A measure as a file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Number of the row as a spreadsheet program shows it, from 1.
    pub number: u32,
    /// Reference, `M-2022-0007`.
    pub reference: Given<String>,
    /// Key that the institution or another program gave it.
    pub external_key: Given<String>,
    /// Title; never empty.
    pub title: Option<String>,
    /// Title for the public.
    pub title_public: Given<String>,
    /// Description; may be empty.
    pub description: Option<String>,
    /// Where it stands.
    pub status: Given<Status>,
    /// 1 (highest) to 4.
    pub priority: Given<i32>,
    /// Address of whoever brought it up.
    pub initiator: Given<String>,
    /// In which capacity.
    pub initiator_role: Given<String>,
    /// Address of whoever is responsible.
    pub owner: Given<String>,
    /// Address of whoever stands in for them.
    pub deputy: Given<String>,
    /// Address of whoever is to check it.
    pub verifier: Given<String>,
    /// Organisational unit.
    pub org_unit: Given<String>,
    /// Planned start.
    pub start_planned: Given<NaiveDate>,
    /// Last day of the period in which it is due.
    pub due: Given<NaiveDate>,
    /// How exactly that is known; given without a column of its own where the date is a period (`Q2 2026`).
    /// A day that says no precision leaves it open.
    pub due_precision: Given<Precision>,
    /// Due, in the words of its source.
    pub due_text: Given<String>,
    /// What fixed that date.
    pub due_fixed_by: Given<FixedBy>,
    /// First binding due date.
    pub due_original: Given<NaiveDate>,
    /// Money that is needed once, in cents.
    pub once_material_cents: Given<i64>,
    /// Work that is needed once, in tenths of a person's day.
    pub once_staff_tenth_days: Given<i32>,
    /// Money that is needed every year, in cents.
    pub yearly_material_cents: Given<i64>,
    /// Work that is needed every year, in tenths of a person's day.
    pub yearly_staff_tenth_days: Given<i32>,
    /// How well the cost is known.
    pub estimate_quality: Given<EstimateQuality>,
    /// Budget lines that pay for it; all of them.
    pub budget_lines: Option<Vec<String>>,
    /// Why it needs no budget.
    pub no_budget_reason: Given<String>,
    /// Requirements or modules that it contributes to; all of them.
    pub fulfils: Option<Vec<String>>,
    /// Requirements or modules that it has to observe; all of them.
    pub applies: Option<Vec<String>>,
    /// Why no module fits.
    pub no_module_reason: Given<String>,
    /// Keys of target objects that it protects; all of them.
    pub target_objects: Option<Vec<String>>,
    /// References of measures that it needs; all of them.
    pub requires: Option<Vec<String>>,
    /// Programme key.
    pub programme: Given<String>,
    /// Confidentiality class.
    pub confidentiality: Given<Confidentiality>,
    /// What brought it about.
    pub origin: Given<Origin>,
    /// How near to information security it is.
    pub relevance: Given<Relevance>,
    /// 0 to 100.
    pub progress_percent: Given<i32>,
    /// What stays open, and why.
    pub residual_risk: Given<String>,
    /// It is more than one measure and has to be split; an empty cell says that it is not.
    pub needs_split: Option<bool>,
    /// When it was approved.
    pub approved_on: Given<NaiveDate>,
    /// Day on which the work was reported done.
    pub completed_on: Given<NaiveDate>,
    /// When it was checked.
    pub verified_on: Given<NaiveDate>,
    /// Remark.
    pub note: Given<String>,
    /// Version that the file was made from.
    pub version: Given<i32>,
    /// Why something is changed.
    pub reason: Given<String>,
}

/// Reads the headings, then gives the rows one by one. Blank rows are left out.
///
/// # Errors
/// A file without headings, and all that is wrong with them.
pub fn rows<I>(records: I) -> Result<Rows<I>, Vec<Fault>>
where
    I: Iterator<Item = Result<Record, Fault>>,
{
    let (columns, records) = headed(records)?;
    Ok(Rows { columns, records })
}

/// Reads the headings of any kind of table, in the first row that is not blank.
///
/// # Errors
/// A file without headings, and all that is wrong with them.
pub fn headed<I, F: Headed>(mut records: I) -> Result<(Columns<F>, I), Vec<Fault>>
where
    I: Iterator<Item = Result<Record, Fault>>,
{
    let head = records.find(|record| !is_blank(record));
    let head = head.ok_or_else(|| vec![Fault::of_file(Code::NoRows)])?;
    let columns = Columns::read(&head.map_err(|fault| vec![fault])?)?;
    Ok((columns, records))
}

pub(super) fn is_blank(record: &Result<Record, Fault>) -> bool {
    record.as_ref().is_ok_and(Record::is_blank)
}

/// The rows of a table, each a [`Row`] or everything that is wrong with its cells.
pub struct Rows<I> {
    columns: Columns,
    records: I,
}

impl<I> Rows<I> {
    /// The columns of the file.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}

impl<I: Iterator<Item = Result<Record, Fault>>> Iterator for Rows<I> {
    type Item = Result<Row, Vec<Fault>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.records.find(|record| !is_blank(record))? {
            Ok(record) => Some(Row::read(&self.columns, &record)),
            Err(fault) => Some(Err(vec![fault])),
        }
    }
}

impl Row {
    /// Reads a row by the columns of its file.
    ///
    /// # Errors
    /// All that is wrong with its cells.
    pub fn read(columns: &Columns, record: &Record) -> Result<Row, Vec<Fault>> {
        let mut cells = Cells::of(columns, record);
        cells.check_width();
        let (due, due_precision) = cells.due();
        let row = Row {
            number: record.row,
            reference: cells.name(Field::Reference),
            external_key: cells.name(Field::ExternalKey),
            title: cells.title(),
            title_public: cells.text(Field::TitlePublic),
            description: cells
                .text(Field::Description)
                .map(Option::unwrap_or_default),
            status: cells.word(Field::Status),
            priority: cells.get(Field::Priority, |cell| value::integer(cell, 1, 4)),
            initiator: cells.name(Field::Initiator),
            initiator_role: cells.name(Field::InitiatorRole),
            owner: cells.name(Field::Owner),
            deputy: cells.name(Field::Deputy),
            verifier: cells.name(Field::Verifier),
            org_unit: cells.name(Field::OrgUnit),
            start_planned: cells.get(Field::StartPlanned, value::day),
            due,
            due_precision,
            due_text: cells.text(Field::DueText),
            due_fixed_by: cells.word(Field::DueFixedBy),
            due_original: cells.get(Field::DueOriginal, value::day),
            once_material_cents: cells.money(Field::OnceMaterial),
            once_staff_tenth_days: cells.days(Field::OnceStaff),
            yearly_material_cents: cells.money(Field::YearlyMaterial),
            yearly_staff_tenth_days: cells.days(Field::YearlyStaff),
            estimate_quality: cells.word(Field::EstimateQuality),
            budget_lines: cells.ids(Field::BudgetLines),
            no_budget_reason: cells.name(Field::NoBudgetReason),
            fulfils: cells.ids(Field::Fulfils),
            applies: cells.ids(Field::Applies),
            no_module_reason: cells.name(Field::NoModuleReason),
            target_objects: cells.ids(Field::TargetObjects),
            requires: cells.ids(Field::Requires),
            programme: cells.name(Field::Programme),
            confidentiality: cells.word(Field::Confidentiality),
            origin: cells.word(Field::Origin),
            relevance: cells.word(Field::Relevance),
            progress_percent: cells.get(Field::ProgressPercent, value::percent),
            residual_risk: cells.name(Field::ResidualRisk),
            needs_split: cells
                .get(Field::NeedsSplit, value::yes_or_no)
                .map(Option::unwrap_or_default),
            approved_on: cells.get(Field::ApprovedOn, value::day),
            completed_on: cells.get(Field::CompletedOn, value::day),
            verified_on: cells.get(Field::VerifiedOn, value::day),
            note: cells.text(Field::Note),
            version: cells.get(Field::Version, |cell| value::integer(cell, 1, i32::MAX)),
            reason: cells.text(Field::Reason),
        };
        cells.finish().map(|()| row)
    }

    /// What is written into the cell of a column; reading it gives the same field again.
    pub fn cell(&self, field: Field) -> Cell {
        match field {
            Field::Reference => text(&self.reference),
            Field::ExternalKey => text(&self.external_key),
            Field::Title => plain(self.title.as_ref()),
            Field::TitlePublic => text(&self.title_public),
            Field::Description => plain(self.description.as_ref()),
            Field::Status => word(self.status),
            Field::Priority => number(self.priority),
            Field::Initiator => text(&self.initiator),
            Field::InitiatorRole => text(&self.initiator_role),
            Field::Owner => text(&self.owner),
            Field::Deputy => text(&self.deputy),
            Field::Verifier => text(&self.verifier),
            Field::OrgUnit => text(&self.org_unit),
            Field::StartPlanned => day(self.start_planned),
            Field::Due => day(self.due),
            Field::DuePrecision => word(self.due_precision),
            Field::DueText => text(&self.due_text),
            Field::DueFixedBy => word(self.due_fixed_by),
            Field::DueOriginal => day(self.due_original),
            Field::OnceMaterial => amount(self.once_material_cents, 2),
            Field::OnceStaff => amount(self.once_staff_tenth_days, 1),
            Field::YearlyMaterial => amount(self.yearly_material_cents, 2),
            Field::YearlyStaff => amount(self.yearly_staff_tenth_days, 1),
            Field::EstimateQuality => word(self.estimate_quality),
            Field::BudgetLines => list(self.budget_lines.as_deref()),
            Field::NoBudgetReason => text(&self.no_budget_reason),
            Field::Fulfils => list(self.fulfils.as_deref()),
            Field::Applies => list(self.applies.as_deref()),
            Field::NoModuleReason => text(&self.no_module_reason),
            Field::TargetObjects => list(self.target_objects.as_deref()),
            Field::Requires => list(self.requires.as_deref()),
            Field::Programme => text(&self.programme),
            Field::Confidentiality => word(self.confidentiality),
            Field::Origin => word(self.origin),
            Field::Relevance => word(self.relevance),
            Field::ProgressPercent => number(self.progress_percent),
            Field::ResidualRisk => text(&self.residual_risk),
            Field::NeedsSplit => yes(self.needs_split),
            Field::ApprovedOn => day(self.approved_on),
            Field::CompletedOn => day(self.completed_on),
            Field::VerifiedOn => day(self.verified_on),
            Field::Note => text(&self.note),
            Field::Version => number(self.version),
            Field::Reason => text(&self.reason),
        }
    }
}

fn plain(text: Option<&String>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.clone()))
}

fn text(text: &Given<String>) -> Cell {
    plain(text.as_ref().and_then(Option::as_ref))
}

fn word<T: Words>(word: Given<T>) -> Cell {
    let name = word.flatten().map(Words::german);
    name.map_or(Cell::Empty, |name| Cell::Text(name.to_owned()))
}

fn number(number: Given<i32>) -> Cell {
    number.flatten().map_or(Cell::Empty, Cell::Number)
}

fn amount(units: Given<impl Into<i64>>, decimals: u8) -> Cell {
    units.flatten().map_or(Cell::Empty, |units| Cell::Amount {
        units: units.into(),
        decimals,
    })
}

/// Said where it is so: a column of noes says nothing.
fn yes(flag: Option<bool>) -> Cell {
    if flag.unwrap_or_default() {
        Cell::Text("ja".to_owned())
    } else {
        Cell::Empty
    }
}

fn day(day: Given<NaiveDate>) -> Cell {
    day.flatten().map_or(Cell::Empty, Cell::Day)
}

fn list(ids: Option<&[String]>) -> Cell {
    ids.map_or(Cell::Empty, |ids| Cell::Text(value::joined(ids)))
}
