//! XLSX: the first sheet of a workbook.

use std::collections::btree_map;
use std::io::{self, Write};
use std::iter::Peekable;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::guard::protect;
use super::value::decimal;
use super::{Cell, Code, Fault, Limits, Record};
use crate::catalogue::workbook::{self, Kind, Place, WorkbookError, plain_number};

/// Gives the rows of the first sheet that hold something. The sheet is read as a whole, within the
/// limits of workbooks.
pub struct Reader {
    cells: Peekable<btree_map::IntoIter<Place, workbook::Cell>>,
    limits: Limits,
    done: bool,
}

impl Reader {
    /// Reads the first sheet.
    ///
    /// # Errors
    /// What is no workbook, is damaged or goes past a limit.
    pub fn new(bytes: &[u8], limits: Limits) -> Result<Self, Fault> {
        let within = workbook::Limits::TABLE;
        let mut book = workbook::Workbook::open_within(bytes, within).map_err(unreadable)?;
        let sheet = book.sheets().next().transpose().map_err(unreadable)?;
        let cells = sheet.map(workbook::Sheet::into_cells).unwrap_or_default();
        Ok(Reader {
            cells: cells.peekable(),
            limits,
            done: false,
        })
    }

    fn record(&mut self, row: u32) -> Result<Record, Fault> {
        if row > self.limits.rows {
            let fault = Fault::of_row(row, Code::TooManyRows);
            return Err(fault.arg("max", self.limits.rows));
        }
        let mut cells = Vec::new();
        while let Some((place, cell)) = self.cells.next_if(|(place, _)| place.row == row) {
            let index = usize::try_from(place.column)
                .unwrap_or(usize::MAX)
                .saturating_sub(1);
            if index >= self.limits.columns {
                let fault = Fault::of_cell(row, index, Code::TooManyColumns);
                return Err(fault.arg("max", self.limits.columns));
            }
            if cell.text.len() > self.limits.cell {
                let fault = Fault::of_cell(row, index, Code::CellTooLarge);
                return Err(fault.arg("max", self.limits.cell));
            }
            cells.resize(index, String::new());
            cells.push(text_of(cell));
        }
        Ok(Record { row, cells })
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let row = self.cells.peek()?.0.row;
        let record = self.record(row);
        self.done = record.is_err();
        Some(record)
    }
}

/// Numbers get the decimal comma that CSV has too: `1.234` would be more than a thousand.
fn text_of(cell: workbook::Cell) -> String {
    match cell.kind {
        Kind::Number => match plain_number(&cell.text) {
            Some(plain) => plain.replace('.', ","),
            None => cell.text,
        },
        Kind::Text | Kind::Day => cell.text,
    }
}

fn unreadable(error: WorkbookError) -> Fault {
    let fault = match &error {
        WorkbookError::Cell { place, .. } => Fault {
            column: Some(place.column),
            ..Fault::of_row(place.row, Code::Unreadable)
        },
        _ => Fault::of_file(Code::Unreadable),
    };
    fault.arg("value", error)
}

/// A column of a workbook that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// Heading.
    pub heading: &'a str,
    /// What its cells are.
    pub form: Form,
    /// Width in characters.
    pub width: u32,
}

/// How a program treats what somebody types into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As text: `1/2` stays what it is.
    Text,
    /// As a number.
    Number,
    /// As a number with so many decimals.
    Amount {
        /// One or two.
        decimals: u8,
    },
    /// As euros and cents, with the sign of the currency.
    Euro,
    /// As a day.
    Day,
}

/// Writes one sheet, row by row into a temporary file: memory does not grow with the table.
pub struct Writer {
    book: Workbook,
    columns: u16,
    rows: u32,
    formats: Formats,
}

/// How the cells of a column are shown.
struct Formats {
    text: Format,
    day: Format,
    tenths: Format,
    money: Format,
    euros: Format,
}

impl Formats {
    fn new() -> Self {
        let format = |code| Format::new().set_num_format(code);
        Formats {
            text: format("@"),
            day: format("dd.mm.yyyy"),
            tenths: format("#,##0.0"),
            money: format("#,##0.00"),
            euros: format("#,##0.00 €"),
        }
    }

    fn of(&self, form: Form) -> Option<&Format> {
        match form {
            Form::Text => Some(&self.text),
            Form::Day => Some(&self.day),
            Form::Number => None,
            Form::Euro => Some(&self.euros),
            Form::Amount { decimals: 1 } => Some(&self.tenths),
            Form::Amount { .. } => Some(&self.money),
        }
    }
}

impl Writer {
    /// Starts a sheet: headings that stay in sight, columns that can be filtered.
    ///
    /// # Errors
    /// Where the temporary file cannot be written.
    pub fn new(name: &str, columns: &[Column<'_>]) -> io::Result<Self> {
        Self::start(name, columns).map_err(io_error)
    }

    fn start(name: &str, columns: &[Column<'_>]) -> Result<Self, XlsxError> {
        let formats = Formats::new();
        let bold = Format::new().set_bold();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        let mut count: u16 = 0;
        for (at, column) in (0..).zip(columns) {
            if let Some(format) = formats.of(column.form) {
                sheet.set_column_format(at, format)?;
            }
            sheet.set_column_width(at, column.width)?;
            count = count.saturating_add(1);
        }
        for (at, column) in (0..).zip(columns) {
            sheet.write_string_with_format(0, at, column.heading, &bold)?;
        }
        Ok(Writer {
            book,
            columns: count,
            rows: 1,
            formats,
        })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Where the temporary file cannot be written, or a text is longer than a workbook takes
    /// (32,767 characters).
    pub fn write(&mut self, cells: &[Cell]) -> io::Result<()> {
        let row = self.rows;
        let sheet = self.book.worksheet_from_index(0).map_err(io_error)?;
        for (column, cell) in (0..).zip(cells) {
            write_cell(sheet, row, column, cell, &self.formats).map_err(io_error)?;
        }
        self.rows = row.saturating_add(1);
        Ok(())
    }

    /// Ends the workbook and writes it.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn finish(mut self, out: impl Write + Send) -> io::Result<()> {
        self.end(out).map_err(io_error)
    }

    fn end(&mut self, out: impl Write + Send) -> Result<(), XlsxError> {
        if let Some(last) = self.columns.checked_sub(1) {
            let sheet = self.book.worksheet_from_index(0)?;
            sheet.autofilter(0, 0, self.rows.saturating_sub(1), last)?;
        }
        self.book.save_to_writer(out)
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        // An empty text would still be a cell.
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, protect(text), &formats.text)?;
        }
        Cell::Number(number) => {
            sheet.write_number(row, column, *number)?;
        }
        Cell::Amount { units, decimals } => {
            let form = Form::Amount {
                decimals: *decimals,
            };
            write_units(sheet, (row, column), (*units, *decimals), formats.of(form))?;
        }
        Cell::Euro(cents) => {
            write_units(sheet, (row, column), (*cents, 2), formats.of(Form::Euro))?;
        }
        Cell::Day(day) => {
            sheet.write_date_with_format(row, column, day, &formats.day)?;
        }
    }
    Ok(())
}

fn write_units(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    (units, decimals): (i64, u8),
    format: Option<&Format>,
) -> Result<(), XlsxError> {
    // The nearest number to the text: a workbook holds no others, and writes its shortest text.
    let number: f64 = decimal(units, decimals, '.').parse().unwrap_or_default();
    match format {
        Some(format) => sheet.write_number_with_format(row, column, number, format)?,
        None => sheet.write_number(row, column, number)?,
    };
    Ok(())
}

fn io_error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests;
