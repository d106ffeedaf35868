//! Tables of postings as finance systems put them out.

use chrono::{Datelike, NaiveDate};

use super::columns::Spec;
use super::row::cells::Cells;
use super::row::{headed, is_blank};
use super::value::{self, Parsed, ValueFault};
use super::xlsx::Form;
use super::{Code, Columns, Fault, Headed, Record};
use crate::domain::budget::posting::{MAX_CENTS, YEARS};
use crate::domain::budget::reported::{MAX_ACCOUNT, MAX_ID, MAX_TEXT, Reported, ReportedKind};
use crate::domain::text_enum;

text_enum! {
    /// A column.
    Field {
        /// Id in the finance system.
        PostingId = "posting_id",
        /// Day of the posting.
        Date = "date",
        /// Budget year, where it is not that of the day.
        Year = "year",
        /// Account.
        Account = "account",
        /// Euros.
        Amount = "amount",
        /// What it is for.
        Text = "text",
        /// Ist or Obligo; Ist where nothing is said.
        Kind = "kind",
        /// Key of the programme.
        Programme = "programme",
        /// Key of the line.
        Line = "line",
    }
}

impl Headed for Field {
    const COLUMNS: &'static [Field] = Field::ALL;
    const NEEDED: &'static [&'static [Field]] = &[
        &[Field::PostingId],
        &[Field::Date],
        &[Field::Amount],
        &[Field::Account, Field::Line],
    ];

    fn spec(self) -> Spec {
        let (heading, others, form, max): (_, &'static [&'static str], _, _) = match self {
            Field::PostingId => (
                "Buchungsnummer",
                &["Buchungs-ID", "Belegnummer", "Beleg-Nr.", "Posting ID"],
                Form::Text,
                MAX_ID,
            ),
            Field::Date => ("Buchungsdatum", &["Datum", "Posting date"], Form::Day, 100),
            Field::Year => ("Haushaltsjahr", &["Jahr", "Budget year"], Form::Number, 100),
            Field::Account => (
                "Konto",
                &[
                    "Kontierung",
                    "Sachkonto",
                    "Kostenstelle",
                    "Profitcenter",
                    "Investitionsauftrag",
                ],
                Form::Text,
                MAX_ACCOUNT,
            ),
            Field::Amount => ("Betrag", &["Betrag in EUR"], Form::Euro, 100),
            Field::Text => (
                "Text",
                &["Buchungstext", "Verwendungszweck"],
                Form::Text,
                MAX_TEXT,
            ),
            Field::Kind => ("Art", &["Buchungsart"], Form::Text, 100),
            Field::Programme => ("Programm", &["Maßnahmenpaket"], Form::Text, 100),
            Field::Line => ("Haushaltszeile", &["Zeile", "Budget line"], Form::Text, 100),
        };
        Spec {
            heading,
            others,
            form,
            width: 18,
            max,
        }
    }
}

/// A posting with the number of its row as a spreadsheet program shows it, from 1.
pub type Numbered = (u32, Reported);

/// Reads the headings, then gives the postings one by one. Blank rows are left out.
///
/// # Errors
/// A file without headings, and all that is wrong with them.
pub fn postings<I>(records: I, today: NaiveDate) -> Result<Postings<I>, Vec<Fault>>
where
    I: Iterator<Item = Result<Record, Fault>>,
{
    let (columns, records) = headed(records)?;
    Ok(Postings {
        columns,
        records,
        today,
    })
}

/// The postings of a table, each one or everything that is wrong with its cells.
pub struct Postings<I> {
    columns: Columns<Field>,
    records: I,
    today: NaiveDate,
}

impl<I> Postings<I> {
    /// The columns of the file.
    pub fn columns(&self) -> &Columns<Field> {
        &self.columns
    }
}

impl<I: Iterator<Item = Result<Record, Fault>>> Iterator for Postings<I> {
    type Item = Result<Numbered, Vec<Fault>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.records.find(|record| !is_blank(record))? {
            Ok(record) => Some(read(&self.columns, &record, self.today)),
            Err(fault) => Some(Err(vec![fault])),
        }
    }
}

fn read(
    columns: &Columns<Field>,
    record: &Record,
    today: NaiveDate,
) -> Result<Numbered, Vec<Fault>> {
    let mut cells = Cells::of(columns, record);
    cells.check_width();
    let posting_id = cells.name(Field::PostingId);
    let posting_id = cells.required(Field::PostingId, posting_id);
    let date = cells.get(Field::Date, |cell| posted(cell, today));
    let date = cells.required(Field::Date, date);
    let cents = cells.get(Field::Amount, amount);
    let cents = cells.required(Field::Amount, cents);
    let year = cells.get(Field::Year, |cell| {
        value::integer(cell, *YEARS.start(), *YEARS.end())
    });
    let account = cells.name(Field::Account).flatten();
    let line = cells.name(Field::Line).flatten();
    let programme = cells.name(Field::Programme).flatten();
    let text = cells.name(Field::Text).flatten();
    let kind = cells.get(Field::Kind, value::word::<ReportedKind>);
    cells.finish()?;
    let (Some(posting_id), Some(posted_on), Some(cents)) = (posting_id, date, cents) else {
        return Err(vec![Fault::of_row(record.row, Code::Required)]);
    };
    let posting = Reported {
        posting_id,
        kind: kind.flatten().unwrap_or(ReportedKind::Actual),
        posted_on,
        year: year.flatten().unwrap_or(posted_on.year()),
        account,
        programme,
        line,
        cents,
        text: text.unwrap_or_default(),
    };
    Ok((record.row, posting))
}

/// A day of a budget year that there can be, and not one that is still to come.
fn posted(cell: &str, today: NaiveDate) -> Parsed<NaiveDate> {
    let day = value::day(cell)?;
    if YEARS.contains(&day.year()) && day <= today {
        return Ok(day);
    }
    let fault = ValueFault::new(Code::OutOfRange);
    let fault = fault.arg("min", format!("01.01.{}", YEARS.start()));
    Err(fault.arg("max", today.format("%d.%m.%Y")))
}

/// An amount as the ledger takes it: something, and not more than every client reads exactly.
fn amount(cell: &str) -> Parsed<i64> {
    let cents = value::cents(cell)?;
    if cents == 0 {
        return Err(ValueFault::new(Code::Zero));
    }
    if (-MAX_CENTS..=MAX_CENTS).contains(&cents) {
        return Ok(cents);
    }
    let euros = |cents| value::decimal(cents, 2, ',');
    let fault = ValueFault::new(Code::OutOfRange).arg("min", euros(-MAX_CENTS));
    Err(fault.arg("max", euros(MAX_CENTS)))
}

#[cfg(test)]
mod tests;
