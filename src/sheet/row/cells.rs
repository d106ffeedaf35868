//! Reading the cells of a row.

use chrono::NaiveDate;

use super::Given;
use crate::domain::calendar::is_period_end;
use crate::domain::measure::{Cost, Precision};
use crate::sheet::guard::unprotect;
use crate::sheet::value::{self, Parsed, Period, Words};
use crate::sheet::{Code, Columns, Fault, Field, Headed, Record};

/// The cells of a row while they are read.
pub(in crate::sheet) struct Cells<'a, F = Field> {
    columns: &'a Columns<F>,
    record: &'a Record,
    faults: Vec<Fault>,
}

impl<'a, F: Headed> Cells<'a, F> {
    pub(in crate::sheet) fn of(columns: &'a Columns<F>, record: &'a Record) -> Self {
        Cells {
            columns,
            record,
            faults: Vec::new(),
        }
    }

    /// All that was wrong, from left to right.
    pub(in crate::sheet) fn finish(mut self) -> Result<(), Vec<Fault>> {
        if self.faults.is_empty() {
            return Ok(());
        }
        self.faults.sort_by_key(|fault| fault.column);
        Err(self.faults)
    }

    /// Something in a column without a heading belongs to nothing.
    pub(in crate::sheet) fn check_width(&mut self) {
        for (index, cell) in self.record.cells.iter().enumerate() {
            if !cell.trim().is_empty() && self.columns.heading(index).is_none() {
                self.faults
                    .push(Fault::of_cell(self.record.row, index, Code::NoHeading));
            }
        }
    }

    /// The text of a cell, if there is such a column. Programs leave out empty cells at the end of a row.
    fn raw(&self, field: F) -> Option<&str> {
        let index = self.columns.index(field)?;
        let cell = self.record.cells.get(index).map_or("", String::as_str);
        Some(unprotect(cell))
    }

    pub(in crate::sheet) fn fault(&mut self, field: F, fault: value::ValueFault) {
        let index = self.columns.index(field).unwrap_or_default();
        self.faults.push(Fault {
            heading: self.columns.heading(index).map(str::to_owned),
            args: fault.args,
            ..Fault::of_cell(self.record.row, index, fault.code)
        });
    }

    /// A value; a cell with blanks only is empty.
    pub(in crate::sheet) fn get<T>(
        &mut self,
        field: F,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Given<T> {
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
    pub(in crate::sheet) fn name(&mut self, field: F) -> Given<String> {
        self.get(field, |cell| value::text(cell.trim(), field.spec().max))
    }

    /// What has to be in a cell of a column that has to be there.
    pub(in crate::sheet) fn required<T>(&mut self, field: F, given: Given<T>) -> Option<T> {
        if matches!(given, Some(None)) {
            self.fault(field, value::ValueFault::new(Code::Required));
        }
        given.flatten()
    }
}

impl Cells<'_> {
    /// Text that is kept as it is, blanks too: an export that nobody has touched changes nothing.
    pub(super) fn text(&mut self, field: Field) -> Given<String> {
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

    pub(super) fn title(&mut self) -> Option<String> {
        let title = self.text(Field::Title)?;
        let title = title.filter(|title| !title.trim().is_empty());
        if title.is_none() {
            self.fault(Field::Title, value::ValueFault::new(Code::Required));
        }
        title
    }

    pub(super) fn word<T: Words>(&mut self, field: Field) -> Given<T> {
        self.get(field, value::word)
    }

    /// Euros, as cents.
    pub(super) fn money(&mut self, field: Field) -> Given<i64> {
        self.get(field, |cell| value::amount(cell, Cost::MAX_CENTS))
    }

    /// Days of a person, as tenths.
    pub(super) fn days(&mut self, field: Field) -> Given<i32> {
        self.get(field, |cell| value::person_days(cell, Cost::MAX_TENTH_DAYS))
    }

    pub(super) fn ids(&mut self, field: Field) -> Option<Vec<String>> {
        let ids = self.get(field, |cell| value::ids(cell, field.entries()));
        ids.map(Option::unwrap_or_default)
    }

    /// The due date and its precision, which have to fit each other.
    pub(super) fn due(&mut self) -> (Given<NaiveDate>, Given<Precision>) {
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
