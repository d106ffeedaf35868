//! What finance systems put out, and what is wrong with it.

use proptest::prelude::*;

use super::*;
use crate::sheet::{Limits, Records};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 6, 1).unwrap()
}

fn open(text: &str) -> Result<Vec<Result<Numbered, Vec<Fault>>>, Vec<Fault>> {
    let records = Records::open(text.as_bytes(), Limits::default()).map_err(|fault| vec![fault])?;
    Ok(postings(records, today())?.collect())
}

/// Cell and code of each fault of a row with these cells.
fn faults(cells: &str) -> Vec<(String, Code)> {
    let text =
        format!("Buchungsnummer;Buchungsdatum;Haushaltsjahr;Konto;Betrag;Text;Art\n{cells}\n");
    let rows = open(&text).unwrap();
    let faults = rows.into_iter().filter_map(Result::err).flatten();
    faults
        .map(|fault| (fault.cell().unwrap_or_default(), fault.code))
        .collect()
}

#[test]
fn rows_as_finance_systems_write_them() {
    let text = "\u{FEFF}Beleg-Nr.;Datum;Profitcenter;Betrag in EUR;Buchungstext;Art;Haushaltszeile;Programm;Jahr\r\n\
                4711;31.03.2023;1007410;1.234,56;\"Rechnung; \"\"Netz\"\"\";Ist;;;\r\n\
                ;;;;;;;;\r\n\
                4712;2023-04-01;'=7.104000;-0,01 €;;Bestellung;OG-K2;OG-2021-DIG;2024\r\n\
                4713;1.4.23;;12,50-;x\r\n";
    let rows: Vec<Numbered> = open(text)
        .unwrap()
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let day = |m, d| NaiveDate::from_ymd_opt(2023, m, d).unwrap();
    let posting = |id: &str, kind, posted_on: NaiveDate, cents, text: &str| Reported {
        posting_id: id.to_owned(),
        kind,
        posted_on,
        year: 2023,
        account: None,
        programme: None,
        line: None,
        cents,
        text: text.to_owned(),
    };
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        (
            2,
            Reported {
                account: some("1007410"),
                ..posting(
                    "4711",
                    ReportedKind::Actual,
                    day(3, 31),
                    123_456,
                    "Rechnung; \"Netz\"",
                )
            },
        ),
        (
            4,
            Reported {
                year: 2024,
                account: some("=7.104000"),
                programme: some("OG-2021-DIG"),
                line: some("OG-K2"),
                ..posting("4712", ReportedKind::Commitment, day(4, 1), -1, "")
            },
        ),
        (
            5,
            posting("4713", ReportedKind::Actual, day(4, 1), -1_250, "x"),
        ),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn headings_that_have_to_be_there() {
    for (head, codes) in [
        ("Buchungsnummer;Datum;Betrag;Konto", vec![]),
        ("posting_id;date;amount;line", vec![]),
        ("Buchungsnummer;Datum;Betrag", vec![Code::MissingHeading]),
        (
            "Datum;Konto",
            vec![Code::MissingHeading, Code::MissingHeading],
        ),
        (
            "Buchungsnummer;Datum;Betrag;Konto;Sachkonto",
            vec![Code::DuplicateHeading],
        ),
        (
            "Buchungsnummer;Datum;Betrag;Konto;Steuer",
            vec![Code::UnknownHeading],
        ),
        ("", vec![Code::NoRows]),
    ] {
        let found = open(head).err().unwrap_or_default();
        let found: Vec<Code> = found.iter().map(|fault| fault.code).collect();
        assert_eq!(found, codes, "{head}");
    }
}

#[test]
fn no_heading_means_two_columns() {
    for field in Field::ALL {
        let spec = field.spec();
        for name in spec.others.iter().chain([&spec.heading, &field.as_str()]) {
            assert_eq!(
                super::super::columns::by_heading(name),
                Some(*field),
                "{name}"
            );
        }
    }
}

#[test]
fn places_of_faults() {
    for (cells, cell, code) in [
        (";1.1.2023;;1;1", "A2", Code::Required),
        ("1;;;1;1", "B2", Code::Required),
        ("1;1.1.2023;;1;", "E2", Code::Required),
        ("1;1.1.2023;;1", "E2", Code::Required),
        ("1;31.02.2023;;1;1", "B2", Code::NoSuchDay),
        ("1;03/2023;;1;1", "B2", Code::NotADay),
        ("1;02.06.2023;;1;1", "B2", Code::OutOfRange),
        ("1;31.12.1989;;1;1", "B2", Code::OutOfRange),
        ("1;1.1.2023;1989;1;1", "C2", Code::OutOfRange),
        ("1;1.1.2023;2101;1;1", "C2", Code::OutOfRange),
        ("1;1.1.2023;x;1;1", "C2", Code::NotANumber),
        ("1;1.1.2023;;1;0,00", "E2", Code::Zero),
        ("1;1.1.2023;;1;zwei", "E2", Code::NotANumber),
        ("1;1.1.2023;;1;444.0001xEG14", "E2", Code::NotANumber),
        ("1;1.1.2023;;1;0,001", "E2", Code::TooManyDecimals),
        (
            "1;1.1.2023;;1;9.223.372.036.854.775.807",
            "E2",
            Code::TooLarge,
        ),
        (
            "1;1.1.2023;;1;92.233.720.368.547.758,07",
            "E2",
            Code::OutOfRange,
        ),
        (
            "1;1.1.2023;;1;-90.071.992.547.409,92",
            "E2",
            Code::OutOfRange,
        ),
        ("1;1.1.2023;;1;1;x;Geld", "G2", Code::UnknownWord),
        ("1;1.1.2023;;1;1;x;Ist;y", "H2", Code::NoHeading),
        ("1;1.1.2023;;1;1;a\u{0}b", "F2", Code::ControlCharacters),
    ] {
        assert_eq!(faults(cells), [(cell.to_owned(), code)], "{cells}");
    }
    assert_eq!(faults("1;1.1.2023;;1;90.071.992.547.409,91"), []);
    assert_eq!(faults(&format!("{};1.1.2023;;1;1", "x".repeat(100))), []);
    let long = faults(&format!("{};1.1.2023;;1;1", "x".repeat(101)));
    assert_eq!(long, [("A2".to_owned(), Code::TooLong)]);
    // All that is wrong with a row at once.
    assert_eq!(faults(";x;;1;y").len(), 3);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*|[0-9;.,\"\n x-]{0,60}") {
        let _ = open(&format!("Buchungsnummer;Datum;Betrag;Konto\n{text}"));
        let _ = open(&text);
    }
}
