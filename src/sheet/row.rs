//! A row of a table of measures: what its cells say, and what is wrong with them.

use chrono::NaiveDate;

use super::guard::unprotect;
use super::value::{self, Parsed, Period, Words};
use super::{Cell, Code, Columns, Fault, Field, Record};
use crate::domain::calendar::is_period_end;
use crate::domain::measure::{Confidentiality, Origin, Precision, Relevance, Status};
use crate::domain::programme_file::MAX_LINKS;

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
    /// Address of whoever is responsible.
    pub owner: Given<String>,
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
    /// Requirements or modules that it contributes to; all of them.
    pub fulfils: Option<Vec<String>>,
    /// Requirements or modules that it has to observe; all of them.
    pub applies: Option<Vec<String>>,
    /// Programme key.
    pub programme: Given<String>,
    /// Confidentiality class.
    pub confidentiality: Given<Confidentiality>,
    /// What brought it about.
    pub origin: Given<Origin>,
    /// How near to information security it is.
    pub relevance: Given<Relevance>,
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
pub fn rows<I>(mut records: I) -> Result<Rows<I>, Vec<Fault>>
where
    I: Iterator<Item = Result<Record, Fault>>,
{
    let head = records.find(|record| !is_blank(record));
    let head = head.ok_or_else(|| vec![Fault::of_file(Code::NoRows)])?;
    let columns = Columns::read(&head.map_err(|fault| vec![fault])?)?;
    Ok(Rows { columns, records })
}

fn is_blank(record: &Result<Record, Fault>) -> bool {
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
        let mut cells = Cells {
            columns,
            record,
            faults: Vec::new(),
        };
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
            owner: cells.name(Field::Owner),
            org_unit: cells.name(Field::OrgUnit),
            start_planned: cells.get(Field::StartPlanned, value::day),
            due,
            due_precision,
            due_text: cells.text(Field::DueText),
            fulfils: cells.ids(Field::Fulfils),
            applies: cells.ids(Field::Applies),
            programme: cells.name(Field::Programme),
            confidentiality: cells.word(Field::Confidentiality),
            origin: cells.word(Field::Origin),
            relevance: cells.word(Field::Relevance),
            note: cells.text(Field::Note),
            version: cells.get(Field::Version, |cell| value::integer(cell, 1, i32::MAX)),
            reason: cells.text(Field::Reason),
        };
        if cells.faults.is_empty() {
            Ok(row)
        } else {
            cells.faults.sort_by_key(|fault| fault.column);
            Err(cells.faults)
        }
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
            Field::Owner => text(&self.owner),
            Field::OrgUnit => text(&self.org_unit),
            Field::StartPlanned => day(self.start_planned),
            Field::Due => day(self.due),
            Field::DuePrecision => word(self.due_precision),
            Field::DueText => text(&self.due_text),
            Field::Fulfils => list(self.fulfils.as_deref()),
            Field::Applies => list(self.applies.as_deref()),
            Field::Programme => text(&self.programme),
            Field::Confidentiality => word(self.confidentiality),
            Field::Origin => word(self.origin),
            Field::Relevance => word(self.relevance),
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

fn day(day: Given<NaiveDate>) -> Cell {
    day.flatten().map_or(Cell::Empty, Cell::Day)
}

fn list(ids: Option<&[String]>) -> Cell {
    ids.map_or(Cell::Empty, |ids| Cell::Text(ids.join(", ")))
}

/// The cells of a row while they are read.
struct Cells<'a> {
    columns: &'a Columns,
    record: &'a Record,
    faults: Vec<Fault>,
}

impl Cells<'_> {
    /// Something in a column without a heading belongs to nothing.
    fn check_width(&mut self) {
        for (index, cell) in self.record.cells.iter().enumerate() {
            if !cell.trim().is_empty() && self.columns.heading(index).is_none() {
                self.faults
                    .push(Fault::of_cell(self.record.row, index, Code::NoHeading));
            }
        }
    }

    /// The text of a cell, if there is such a column. Programs leave out empty cells at the end of a row.
    fn raw(&self, field: Field) -> Option<&str> {
        let index = self.columns.index(field)?;
        let cell = self.record.cells.get(index).map_or("", String::as_str);
        Some(unprotect(cell))
    }

    fn fault(&mut self, field: Field, fault: value::ValueFault) {
        let index = self.columns.index(field).unwrap_or_default();
        self.faults.push(Fault {
            heading: self.columns.heading(index).map(str::to_owned),
            args: fault.args,
            ..Fault::of_cell(self.record.row, index, fault.code)
        });
    }

    /// A value; a cell with blanks only is empty.
    fn get<T>(&mut self, field: Field, parse: impl Fn(&str) -> Parsed<T>) -> Given<T> {
        let cell = self.raw(field)?;
        if cell.trim().is_empty() {
            return Some(None);
        }
        match parse(cell) {
            Ok(value) => Some(Some(value)),
            Err(fault) => {
                self.fault(field, fault);
                None
            }
        }
    }

    /// A name or a key: blanks around it do not count.
    fn name(&mut self, field: Field) -> Given<String> {
        self.get(field, |cell| value::text(cell.trim(), field.max()))
    }

    /// Text that is kept as it is, blanks too: an export that nobody has touched changes nothing.
    fn text(&mut self, field: Field) -> Given<String> {
        let cell = self.raw(field)?;
        if cell.is_empty() {
            return Some(None);
        }
        match value::text(cell, field.max()) {
            Ok(text) => Some(Some(text)),
            Err(fault) => {
                self.fault(field, fault);
                None
            }
        }
    }

    fn title(&mut self) -> Option<String> {
        let title = self.text(Field::Title)?;
        let title = title.filter(|title| !title.trim().is_empty());
        if title.is_none() {
            self.fault(Field::Title, value::ValueFault::new(Code::Required));
        }
        title
    }

    fn word<T: Words>(&mut self, field: Field) -> Given<T> {
        self.get(field, value::word)
    }

    fn ids(&mut self, field: Field) -> Option<Vec<String>> {
        let ids = self.get(field, |cell| value::ids(cell, MAX_LINKS));
        ids.map(Option::unwrap_or_default)
    }

    /// The due date and its precision, which have to fit each other.
    fn due(&mut self) -> (Given<NaiveDate>, Given<Precision>) {
        let faults = self.faults.len();
        let due = self.get(Field::Due, value::period);
        let precision = self.word(Field::DuePrecision);
        if self.faults.len() > faults {
            return (None, None);
        }
        match (due, precision) {
            (Some(None), Some(Some(_))) => {
                let fault = value::ValueFault::new(Code::PrecisionWithoutDue);
                self.fault(Field::DuePrecision, fault);
            }
            (Some(Some(due)), Some(Some(precision))) => self.check_precision(due, precision),
            _ => {}
        }
        // A period says its precision, a day says nothing: it may be the last one of a quarter.
        let implied = due.flatten().map(|due| due.precision);
        let implied = implied.filter(|precision| *precision != Precision::Day);
        let precision = match (precision, implied) {
            (None | Some(None), Some(implied)) => Some(Some(implied)),
            (precision, _) => precision,
        };
        (due.map(|due| due.map(|due| due.last)), precision)
    }

    fn check_precision(&mut self, due: Period, precision: Precision) {
        if due.precision != Precision::Day && due.precision != precision {
            let fault = value::ValueFault::new(Code::OtherPrecision)
                .arg("given", due.precision.german())
                .arg("precision", precision.german());
            self.fault(Field::DuePrecision, fault);
        } else if !is_period_end(due.last, precision) {
            let fault = value::ValueFault::new(Code::NotPeriodEnd);
            self.fault(Field::Due, fault.arg("precision", precision));
        }
    }
}
