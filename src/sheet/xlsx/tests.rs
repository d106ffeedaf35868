//! Workbooks written here and by others.

use std::io::Cursor;

use proptest::prelude::*;
use rust_xlsxwriter::ExcelDateTime;

use super::*;
use crate::sheet::guard::unprotect;

const COLUMNS: [Column; 3] = [
    Column {
        heading: "Text",
        form: Form::Text,
        width: 20,
    },
    Column {
        heading: "Zahl",
        form: Form::Number,
        width: 8,
    },
    Column {
        heading: "Tag",
        form: Form::Day,
        width: 12,
    },
];

fn written(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut writer = Writer::new("Tabelle", &COLUMNS).unwrap();
    for row in rows {
        writer.write(row).unwrap();
    }
    let mut bytes = Vec::new();
    writer.finish(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Vec<Record> {
    let reader = Reader::new(bytes, Limits::default()).unwrap();
    reader.collect::<Result<_, _>>().unwrap()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

#[test]
fn what_is_written_is_read() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let rows = [
        vec![text("=1+1"), Cell::Number(-5), Cell::Day(day("2026-12-31"))],
        vec![Cell::Empty, Cell::Empty, Cell::Day(day("1900-01-01"))],
        vec![Cell::Empty],
        vec![
            text(" ä\r\n_x000D_"),
            Cell::Number(0),
            Cell::Day(day("2199-12-31")),
        ],
    ];
    let bytes = written(&rows);
    let expected: [(u32, &[&str]); 4] = [
        (1, &["Text", "Zahl", "Tag"]),
        (2, &["'=1+1", "-5", "2026-12-31"]),
        (3, &["", "", "1900-01-01"]),
        (5, &[" ä\r\n_x000D_", "0", "2199-12-31"]),
    ];
    let found = read(&bytes);
    let found: Vec<(u32, Vec<&str>)> = found
        .iter()
        .map(|record| {
            (
                record.row,
                record.cells.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(found, expected.map(|(row, cells)| (row, cells.to_vec())));
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    for expected in [
        "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>",
        "<autoFilter ref=\"A1:C5\"/>",
        "<v>46387</v>",
    ] {
        assert!(sheet.contains(expected), "{expected}: {sheet}");
    }
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert!(part(&bytes, "xl/styles.xml").contains("dd.mm.yyyy"));
}

#[test]
fn workbooks_of_others() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let month = Format::new().set_num_format("mmm yy");
    let day = Format::new().set_num_format("dd/mm/yy");
    let date = ExcelDateTime::from_ymd(2026, 12, 1).unwrap();
    sheet.write(0, 0, "Titel").unwrap();
    sheet.write(2, 1, 1234.5).unwrap();
    sheet.write(2, 2, 46387).unwrap();
    sheet.write_with_format(2, 3, &date, &month).unwrap();
    sheet.write_with_format(2, 4, &date, &day).unwrap();
    sheet.write(2, 5, true).unwrap();
    book.add_worksheet().write(0, 0, "nicht gemeint").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let expected = [
        (1, vec!["Titel"]),
        (3, vec!["", "1234,5", "46387", "2026-12", "2026-12-01", "1"]),
    ];
    let records = read(&bytes);
    let found: Vec<(u32, Vec<&str>)> = records
        .iter()
        .map(|record| {
            (
                record.row,
                record.cells.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    assert_eq!(found, expected);
}

/// A file, and cell, row and code of the fault in it.
type Case<'a> = (&'a [u8], Option<&'a str>, Option<u32>, Code);

#[test]
fn malformed_files_are_refused_with_the_place() {
    let limits = Limits {
        rows: 3,
        columns: 3,
        cell: 10,
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    let long = written(&[vec![text("12345678901")]]);
    let wide = written(&[vec![Cell::Empty, Cell::Empty, Cell::Empty, text("a")]]);
    let deep = written(&[vec![text("a")], vec![text("a")], vec![text("a")]]);
    let cases: &[Case<'_>] = &[
        (b"\xD0\xCF\x11\xE0", None, None, Code::Unreadable),
        (b"PK\x03\x04", None, None, Code::Unreadable),
        (&long, Some("A2"), Some(2), Code::CellTooLarge),
        (&wide, Some("D2"), Some(2), Code::TooManyColumns),
        (&deep, None, Some(4), Code::TooManyRows),
    ];
    for (bytes, cell, row, code) in cases.iter().copied() {
        let read = Reader::new(bytes, limits).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let fault = read.unwrap_err();
        let found = (fault.cell(), fault.row, fault.code);
        assert_eq!(found, (cell.map(str::to_owned), row, code));
    }
}

#[test]
fn a_text_that_no_workbook_takes_is_an_error() {
    let mut writer = Writer::new("Tabelle", &COLUMNS).unwrap();
    assert!(writer.write(&[Cell::Text("x".repeat(32_767))]).is_ok());
    assert!(writer.write(&[Cell::Text("x".repeat(32_768))]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_comes_back(texts in prop::collection::vec("[\"'=\r\n\t<&]{0,3}\\PC{0,5}|(_x0041|_x|_|4){0,5}_|[\u{1}-\u{FF}\u{FFFE}\u{FFFF}]{0,6}|[^\0]*", 1..6)) {
        let rows: Vec<Vec<Cell>> = texts.iter().cloned().map(|text| vec![Cell::Text(text)]).collect();
        let found = read(&written(&rows));
        for (row, text) in (2..).zip(&texts) {
            let record = found.iter().find(|record| record.row == row);
            let cell = record.map_or("", |record| record.cells[0].as_str());
            prop_assert_eq!(unprotect(cell), text);
        }
    }
}
