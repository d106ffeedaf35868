//! CSV as German offices have it: `;` or `,` or tab, UTF-8 with or without a mark, quotes, line breaks in cells.
//!
//! Read byte by byte and never more than one row: neither a large file nor a quote that is never closed
//! takes more memory than [`Limits`] say. The `csv` crate writes; it does not read, for it takes a quote
//! in the wrong place for text and would join rows without a word.

use std::io::{self, BufRead, Chain, Cursor, Read as _, Write};

use super::guard::protect;
use super::value::decimal;
use super::{Cell, Code, Fault, Limits, Record};

/// Says that UTF-8 follows; without it Excel reads Windows-1252.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Most bytes of the first line that the separator is looked for in.
const HEAD: u64 = 64 * 1024;

/// Reads the rows of a file one by one.
pub struct Reader<R> {
    input: Chain<Cursor<Vec<u8>>, R>,
    separator: u8,
    limits: Limits,
    /// Number of the last row.
    row: u32,
    /// The last row ended in CR: a LF that follows belongs to it.
    after_cr: bool,
    /// At the end, or at a fault behind which nothing can be told.
    done: bool,
}

/// Where a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// At the start of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// In a cell with quotes.
    Quoted,
    /// Behind a quote that ends the cell, or is the first of two that stand for one.
    Quote,
}

impl<R: BufRead> Reader<R> {
    /// Looks at the first line to see how the file is written.
    ///
    /// # Errors
    /// UTF-16, and a file that cannot be read.
    pub fn new(mut input: R, limits: Limits) -> Result<Self, Fault> {
        let mut head = first_line(&mut input)?;
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            return Err(Fault::of_file(Code::Utf16));
        }
        if head.starts_with(MARK) {
            head.drain(..MARK.len());
        }
        // Some programs say the separator in a line of its own, which Excel does not show.
        let said = said_separator(&head);
        if said.is_some() {
            head = first_line(&mut input)?;
        }
        Ok(Reader {
            separator: said.unwrap_or_else(|| likely_separator(&head)),
            input: Cursor::new(head).chain(input),
            limits,
            row: 0,
            after_cr: false,
            done: false,
        })
    }

    fn byte(&mut self) -> Result<Option<u8>, Fault> {
        let next = self.input.fill_buf().map_err(|error| unreadable(&error))?;
        let byte = next.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }

    /// The first byte of a row.
    fn first_byte(&mut self) -> Result<Option<u8>, Fault> {
        let byte = self.byte()?;
        if std::mem::take(&mut self.after_cr) && byte == Some(b'\n') {
            return self.byte();
        }
        Ok(byte)
    }

    fn record(&mut self) -> Result<Option<Record>, Fault> {
        let mut next = self.first_byte()?;
        if next.is_none() {
            return Ok(None);
        }
        self.row = self.row.saturating_add(1);
        if self.row > self.limits.rows {
            let fault = Fault::of_row(self.row, Code::TooManyRows);
            return Err(fault.arg("max", self.limits.rows));
        }
        let mut cells = Vec::new();
        let mut cell = Vec::new();
        let mut within = Within::Start;
        loop {
            let fault = |code| Fault::of_cell(self.row, cells.len(), code);
            match (within, next) {
                (Within::Quoted, None) => return Err(fault(Code::UnclosedQuote)),
                (Within::Quoted, Some(b'"')) => within = Within::Quote,
                (Within::Quoted, Some(byte)) => cell.push(byte),
                (Within::Start, Some(b'"')) => within = Within::Quoted,
                (Within::Quote, Some(b'"')) => {
                    cell.push(b'"');
                    within = Within::Quoted;
                }
                (_, None | Some(b'\r' | b'\n')) => {
                    self.after_cr = next == Some(b'\r');
                    let row = self.row;
                    self.end_cell(&mut cells, &mut cell)?;
                    return Ok(Some(Record { row, cells }));
                }
                (_, Some(byte)) if byte == self.separator => {
                    self.end_cell(&mut cells, &mut cell)?;
                    within = Within::Start;
                }
                (Within::Quote, Some(_)) => return Err(fault(Code::TextAfterQuote)),
                (Within::Start | Within::Plain, Some(byte)) => {
                    cell.push(byte);
                    within = Within::Plain;
                }
            }
            if cell.len() > self.limits.cell {
                let fault = Fault::of_cell(self.row, cells.len(), Code::CellTooLarge);
                return Err(fault.arg("max", self.limits.cell));
            }
            next = self.byte()?;
        }
    }

    fn end_cell(&self, cells: &mut Vec<String>, cell: &mut Vec<u8>) -> Result<(), Fault> {
        let at = cells.len();
        if at >= self.limits.columns {
            let fault = Fault::of_row(self.row, Code::TooManyColumns);
            return Err(fault.arg("max", self.limits.columns));
        }
        let text = String::from_utf8(std::mem::take(cell));
        cells.push(text.map_err(|_bytes| Fault::of_cell(self.row, at, Code::NotUtf8))?);
        Ok(())
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let record = self.record();
        self.done = !matches!(record, Ok(Some(_)));
        record.transpose()
    }
}

fn unreadable(error: &io::Error) -> Fault {
    Fault::of_file(Code::Unreadable).arg("value", error)
}

/// The first line with its end; one that breaks within quotes goes on.
fn first_line<R: BufRead>(input: &mut R) -> Result<Vec<u8>, Fault> {
    let mut head = Vec::new();
    let mut limited = input.take(HEAD);
    loop {
        let read = limited.read_until(b'\n', &mut head);
        let read = read.map_err(|error| unreadable(&error))?;
        let quotes = head.iter().filter(|byte| **byte == b'"').count();
        if read == 0 || quotes.is_multiple_of(2) {
            return Ok(head);
        }
    }
}

/// The separator that a line `sep=;` names.
fn said_separator(line: &[u8]) -> Option<u8> {
    match line.trim_ascii_end().strip_prefix(b"sep=")? {
        [separator @ (b';' | b',')] => Some(*separator),
        // The tab itself has been taken for the end of the line.
        [] => line.contains(&b'\t').then_some(b'\t'),
        _ => None,
    }
}

/// The separator that stands most often outside of quotes; `;` where none does.
fn likely_separator(line: &[u8]) -> u8 {
    let count = |separator: u8| {
        let pieces = line.split(|byte| *byte == b'"').step_by(2);
        let found = pieces.flatten().filter(|byte| **byte == separator);
        found.count()
    };
    // Of equals the last is the greatest.
    [b'\t', b',', b';']
        .into_iter()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b';')
}

/// Writes rows as Excel in German opens them by a double click: UTF-8 with a mark, `;`, CRLF.
pub struct Writer<W: Write> {
    file: ::csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    /// Starts a file.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(MARK)?;
        let mut builder = ::csv::WriterBuilder::new();
        builder
            .delimiter(b';')
            .terminator(::csv::Terminator::CRLF)
            .flexible(true);
        let file = builder.from_writer(out);
        Ok(Writer { file })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn write(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.file.write_record(cells.iter().map(text_of))?;
        Ok(())
    }

    /// Writes what is still in memory and gives the output back.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.file
            .into_inner()
            .map_err(::csv::IntoInnerError::into_error)
    }
}

fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => protect(text).into_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Amount { units, decimals } => decimal(*units, *decimals, ','),
        Cell::Euro(cents) => decimal(*cents, 2, ','),
        Cell::Day(day) => day.format("%d.%m.%Y").to_string(),
    }
}

#[cfg(test)]
mod tests;
