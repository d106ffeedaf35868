//! Tables as files: CSV and XLSX as German offices write and read them.
//!
//! A file of measures becomes [`Record`]s ([`csv`], [`xlsx`]), a record becomes a [`Row`] by the headings of its
//! columns ([`columns`], [`value`]), and back ([`Writer`]); one of the finance system becomes [`postings`]. What is wrong with a file is a [`Fault`]
//! with the cell it is in. What a row means for the ledger is not known here.

pub mod columns;
pub mod csv;
pub mod fault;
pub mod grid;
pub mod guard;
pub mod postings;
pub mod programme;
pub mod row;
pub mod value;
pub mod xlsx;

use std::io::{self, BufRead, Write};

use chrono::NaiveDate;

pub use columns::{Columns, Field, Headed};
pub use fault::{Code, Fault};
pub use grid::Grid;
pub use row::{Given, Row, Rows, rows};

use crate::domain::text_enum;

text_enum! {
    /// Kind of a file.
    Format {
        /// Text with separators, for any program.
        Csv = "csv",
        /// Workbook of Excel and its like.
        Xlsx = "xlsx",
    }
}

impl Format {
    /// What a file is by its first bytes; what is no workbook is read as text.
    pub fn of(bytes: &[u8]) -> Format {
        // An archive, or an old workbook: the reader of workbooks says what is wrong with the latter.
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
            Format::Xlsx
        } else {
            Format::Csv
        }
    }

    /// Media type, for `Content-Type`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A row of a file, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Number of the row as a spreadsheet program shows it, from 1.
    pub row: u32,
    /// What stands in its cells, from column A; those at the end may be left out.
    pub cells: Vec<String>,
}

impl Record {
    /// Whether nothing stands in it that could be seen.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// What is written into a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, guarded where a program would take it for a formula ([`guard`]).
    Text(String),
    /// A number that a program can count with.
    Number(i32),
    /// A number with decimals, counted in units of the last of them.
    Amount {
        /// How many.
        units: i64,
        /// Decimals.
        decimals: u8,
    },
    /// Cents, shown as euros.
    Euro(i64),
    /// A day that a program can sort by.
    Day(NaiveDate),
}

/// The most that is read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows, blank ones and the headings too.
    pub rows: u32,
    /// Cells of a row.
    pub columns: usize,
    /// Bytes of a cell.
    pub cell: usize,
}

impl Default for Limits {
    /// Twice the measures of a large town, twice the columns that there are, and room for the longest
    /// description (10,000 characters) in any script.
    fn default() -> Self {
        Limits {
            rows: 100_000,
            columns: 100,
            cell: 64 * 1024,
        }
    }
}

/// The records of a file of either kind, one by one.
pub enum Records<R> {
    /// From text.
    Csv(csv::Reader<R>),
    /// From a workbook.
    Xlsx(xlsx::Reader),
}

impl<'a> Records<&'a [u8]> {
    /// Opens a file by what it is, whatever it is called.
    ///
    /// # Errors
    /// A file that cannot be read at all.
    pub fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, Fault> {
        match Format::of(bytes) {
            Format::Csv => csv::Reader::new(bytes, limits).map(Records::Csv),
            Format::Xlsx => xlsx::Reader::new(bytes, limits).map(Records::Xlsx),
        }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Records::Csv(reader) => reader.next(),
            Records::Xlsx(reader) => reader.next(),
        }
    }
}

/// Writes a table of any kind, row by row.
pub struct Table<W: Write> {
    file: File<W>,
}

enum File<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Xlsx(Box<xlsx::Writer>, W),
}

impl<W: Write + Send> Table<W> {
    /// Starts a table with these columns; the name is that of the sheet in a workbook, which grows in a temporary file and
    /// goes out at the end.
    ///
    /// # Errors
    /// Where the output or the temporary file cannot be written.
    pub fn new(
        format: Format,
        out: W,
        name: &str,
        columns: &[xlsx::Column<'_>],
    ) -> io::Result<Self> {
        let file = match format {
            Format::Csv => {
                let mut file = csv::Writer::new(out)?;
                let headings = columns.iter().map(|column| column.heading.to_owned());
                file.write(&headings.map(Cell::Text).collect::<Vec<_>>())?;
                File::Csv(Box::new(file))
            }
            Format::Xlsx => File::Xlsx(Box::new(xlsx::Writer::new(name, columns)?), out),
        };
        Ok(Table { file })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Where the output cannot be written, or a text is longer than a workbook takes (32,767 characters).
    pub fn write(&mut self, cells: &[Cell]) -> io::Result<()> {
        match &mut self.file {
            File::Csv(file) => file.write(cells),
            File::Xlsx(file, _) => file.write(cells),
        }
    }

    /// Ends the table and gives the output back.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.file {
            File::Csv(file) => file.finish(),
            File::Xlsx(file, mut out) => {
                file.finish(&mut out)?;
                Ok(out)
            }
        }
    }
}

/// Writes a table of measures, row by row.
pub struct Writer<W: Write> {
    fields: Vec<Field>,
    table: Table<W>,
}

impl<W: Write + Send> Writer<W> {
    /// Starts a table with these columns.
    ///
    /// # Errors
    /// Where the output or the temporary file cannot be written.
    pub fn new(format: Format, out: W, fields: &[Field]) -> io::Result<Self> {
        let columns: Vec<xlsx::Column<'_>> = fields.iter().map(|f| f.column()).collect();
        Ok(Writer {
            fields: fields.to_vec(),
            table: Table::new(format, out, "Maßnahmen", &columns)?,
        })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Where the output cannot be written, or a text is longer than a workbook takes (32,767 characters).
    pub fn write(&mut self, row: &Row) -> io::Result<()> {
        let cells: Vec<Cell> = self.fields.iter().map(|field| row.cell(*field)).collect();
        self.table.write(&cells)
    }

    /// Ends the table and gives the output back.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.table.finish()
    }
}

#[cfg(test)]
mod tests;
