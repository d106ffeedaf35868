//! A programme file as a table: for papers that somebody types into a spreadsheet.
//!
//! One row per record, in any order; the first column says what a row is ([`form`]). Everything else is as in the JSON
//! form, which the rows are put together to. An amount that a scan ran together with posts (`444.0001xEG14`) becomes
//! an amount and the posts, flagged (DOMAIN SEED-R2).

mod form;
mod kind;
mod read;

use std::io;

use serde_json::{Map, Value};

pub use read::{Places, Table, read};

use super::Cell;
use super::csv;
use crate::domain::programme_file::ProgrammeFile;
use crate::sheet::value::Words as _;
use form::{Column, PROGRAMME, Place, RECORD, Record, headings};

/// Writes a programme file as CSV.
///
/// # Errors
/// Where the output cannot be written.
pub fn write<W: io::Write>(file: &ProgrammeFile, out: W) -> io::Result<W> {
    let headings = headings();
    let mut writer = csv::Writer::new(out)?;
    let first = headings.iter().map(|heading| Cell::Text((*heading).into()));
    writer.write(&first.collect::<Vec<_>>())?;
    let whole = serde_json::to_value(file)?;
    let mut rows = Rows {
        headings: &headings,
        writer,
    };
    rows.of_file(&whole)?;
    rows.writer.finish()
}

struct Rows<'a, W: io::Write> {
    headings: &'a [&'static str],
    writer: csv::Writer<W>,
}

impl<W: io::Write> Rows<'_, W> {
    fn of_file(&mut self, file: &Value) -> io::Result<()> {
        self.row(Record::Institution, file, &[])?;
        for record in [Record::Paper, Record::Resolution, Record::Programme] {
            for of_it in list(file, record) {
                self.row(record, of_it, &[])?;
            }
        }
        for programme in list(file, Record::Programme) {
            self.of_programme(programme)?;
        }
        Ok(())
    }

    fn of_programme(&mut self, programme: &Value) -> io::Result<()> {
        let key = [(PROGRAMME, text(programme, Record::Programme.name()))];
        for record in Record::ALL.iter().copied() {
            match record.place() {
                Place::OfProgramme(_) => {
                    for of_it in list(programme, record) {
                        self.row(record, of_it, &key)?;
                    }
                }
                Place::Of(owner, heading, _) => {
                    for owning in list(programme, owner) {
                        let belongs = [key[0], (heading, text(owning, owner.name()))];
                        for of_it in list(owning, record) {
                            self.row(record, of_it, &belongs)?;
                        }
                    }
                }
                Place::File | Place::OfFile(_) => {}
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        record: Record,
        value: &Value,
        belongs: &[(&'static str, &str)],
    ) -> io::Result<()> {
        let cells = self.headings.iter().map(|heading| {
            let to = belongs.iter().find(|(column, _)| column == heading);
            let own = record.columns().find(|column| column.heading == *heading);
            match (to, own) {
                _ if *heading == RECORD => Cell::Text(record.german().to_owned()),
                (Some((_, key)), _) => Cell::Text((*key).to_owned()),
                (None, Some(column)) => column.kind.write(at(value, column)),
                (None, None) => Cell::Empty,
            }
        });
        self.writer.write(&cells.collect::<Vec<_>>())
    }
}

/// What stands at a column's place in the JSON of a record.
fn at<'a>(record: &'a Value, column: &Column) -> &'a Value {
    let found = column
        .path
        .split('/')
        .try_fold(record, |value, name| value.get(name));
    found.unwrap_or(&Value::Null)
}

/// The records of a kind within what they belong to.
fn list(owner: &Value, record: Record) -> &[Value] {
    let (Place::OfFile(name) | Place::OfProgramme(name) | Place::Of(_, _, name)) = record.place()
    else {
        return &[];
    };
    let found = owner.get(name).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Puts a value at a place of a record, `source/line` one level down.
fn put(record: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('/') {
        None => {
            record.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let within = record
                .entry(outer)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(within) = within {
                within.insert(inner.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
