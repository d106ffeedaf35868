//! Files as they come, good and bad.

use std::io::{BufReader, Read};

use proptest::prelude::*;

use super::*;
use crate::sheet::guard::unprotect;

fn read(bytes: &[u8]) -> Result<Vec<Record>, Fault> {
    Reader::new(bytes, Limits::default())?.collect()
}

fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    read(bytes).unwrap().into_iter().map(|r| r.cells).collect()
}

#[test]
fn files_as_offices_write_them() {
    let expected = [["Kennung", "Titel"], ["M-1", "Prüfung"]];
    for text in [
        "Kennung;Titel\r\nM-1;Prüfung\r\n",
        "Kennung;Titel\nM-1;Prüfung",
        "Kennung;Titel\rM-1;Prüfung\r",
        "\u{FEFF}Kennung;Titel\r\nM-1;Prüfung\r\n",
        "Kennung,Titel\nM-1,Prüfung\n",
        "Kennung\tTitel\nM-1\tPrüfung\n",
        "\"Kennung\";\"Titel\"\r\n\"M-1\";\"Prüfung\"\r\n",
        "sep=;\r\nKennung;Titel\r\nM-1;Prüfung\r\n",
        "\u{FEFF}sep=,\nKennung,Titel\nM-1,Prüfung\n",
        "sep=\t\nKennung\tTitel\nM-1\tPrüfung\n",
    ] {
        assert_eq!(cells(text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn separators_are_told_by_the_headings() {
    for (head, expected) in [
        ("a;b,c;d", b';'),
        ("\"a;b;c\",d", b','),
        ("\"a;b\nc;d;e\",f", b','),
        ("a\tb", b'\t'),
        ("a;b,c", b';'),
        ("a", b';'),
        ("", b';'),
    ] {
        let reader = Reader::new(head.as_bytes(), Limits::default()).unwrap();
        assert_eq!(reader.separator, expected, "{head:?}");
    }
}

#[test]
fn quotes_breaks_and_blank_rows() {
    let text = "a;b\r\n\"x;\"\"y\"\"\";\"1\r\n2\n3\"\r\n\r\n;\r\n19\" Gestell;\"\"\n\"letzte\"";
    let rows = read(text.as_bytes()).unwrap();
    let expected: [(u32, &[&str]); 6] = [
        (1, &["a", "b"]),
        (2, &["x;\"y\"", "1\r\n2\n3"]),
        (3, &[""]),
        (4, &["", ""]),
        (5, &["19\" Gestell", ""]),
        (6, &["letzte"]),
    ];
    for (record, (row, cells)) in rows.iter().zip(expected) {
        assert_eq!(
            (record.row, record.cells.as_slice()),
            (
                row,
                &cells.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
            )
        );
    }
    assert_eq!(rows.len(), 6);
    assert_eq!(read(b"").unwrap(), []);
    assert_eq!(read(MARK).unwrap(), []);
}

/// A file, and cell, row and code of the fault in it.
type Case<'a> = (&'a [u8], Option<&'a str>, Option<u32>, Code);

#[test]
fn malformed_files_are_refused_with_the_place() {
    let limits = Limits {
        rows: 3,
        columns: 2,
        cell: 10,
    };
    let cases: &[Case<'_>] = &[
        (
            b"a;b\n1;\"2\n3;4\n",
            Some("B2"),
            Some(2),
            Code::UnclosedQuote,
        ),
        (
            b"a;b\n\"1\"x;2\n",
            Some("A2"),
            Some(2),
            Code::TextAfterQuote,
        ),
        // An open quote meets the next cell with quotes.
        (
            b"a;b\n1;\"2\n3;\"4\"\n",
            Some("B2"),
            Some(2),
            Code::TextAfterQuote,
        ),
        (b"a;b\n1;M\xFCller\n", Some("B2"), Some(2), Code::NotUtf8),
        (b"\xFF\xFEa\0;\0b\0\n\0", None, None, Code::Utf16),
        (b"\xFE\xFF\0a\0;\0b\0\n", None, None, Code::Utf16),
        (b"a;b\n1;2;3\n", None, Some(2), Code::TooManyColumns),
        (b"a\n2\n3\n4\n", None, Some(4), Code::TooManyRows),
        (
            b"a;b\n1;12345678901",
            Some("B2"),
            Some(2),
            Code::CellTooLarge,
        ),
        (
            b"a;b\n1;\"1234567890\n",
            Some("B2"),
            Some(2),
            Code::CellTooLarge,
        ),
    ];
    for (bytes, cell, row, code) in cases.iter().copied() {
        let read = Reader::new(bytes, limits).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let fault = read.unwrap_err();
        let found = (fault.cell(), fault.row, fault.code);
        assert_eq!(found, (cell.map(str::to_owned), row, code), "{bytes:?}");
    }
}

#[test]
fn nothing_follows_a_fault() {
    let mut reader = Reader::new(&b"a\n\"b\"c\nd\n"[..], Limits::default()).unwrap();
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

/// Gives the same row again and again; knows how much of it has been taken.
struct Endless {
    row: &'static [u8],
    taken: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        for (to, from) in buffer
            .iter_mut()
            .zip(self.row.iter().cycle().skip(self.taken % self.row.len()))
        {
            *to = *from;
            written += 1;
        }
        self.taken += written;
        Ok(written)
    }
}

#[test]
fn rows_are_read_as_they_are_asked_for() {
    let row = b"M-1;\"Ein\nTitel\";3\r\n";
    let endless = BufReader::new(Endless { row, taken: 0 });
    let mut reader = Reader::new(endless, Limits::default()).unwrap();
    for number in 1..=10_000 {
        let record = reader.next().unwrap().unwrap();
        assert_eq!((record.row, record.cells.len()), (number, 3));
    }
    let (_, input) = reader.input.get_ref();
    let taken = input.get_ref().taken;
    let needed = 10_000 * row.len();
    assert!(
        (needed - row.len()..=needed + 16 * 1024).contains(&taken),
        "{taken}"
    );
}

#[test]
fn an_open_quote_is_not_kept_in_memory() {
    let endless = BufReader::new(Endless {
        row: b"\"a\"\"",
        taken: 0,
    });
    let mut reader = Reader::new(endless, Limits::default()).unwrap();
    let fault = reader.find_map(Result::err).unwrap();
    assert_eq!(fault.code, Code::TextAfterQuote);
    let endless = BufReader::new(Endless {
        row: b"a\"\"",
        taken: 0,
    });
    let opened = (&b"\""[..]).chain(endless);
    let fault = Reader::new(opened, Limits::default())
        .unwrap()
        .find_map(Result::err)
        .unwrap();
    assert_eq!(fault.code, Code::CellTooLarge);
}

#[test]
fn what_is_written() {
    let mut writer = Writer::new(Vec::new()).unwrap();
    let day = "2026-12-31".parse().unwrap();
    let row = [
        Cell::Text("=1;\"2\"\n".to_owned()),
        Cell::Number(-5),
        Cell::Day(day),
        Cell::Empty,
        Cell::Text("ä".to_owned()),
    ];
    writer.write(&row).unwrap();
    writer.write(&[Cell::Empty]).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(
        text,
        "\u{FEFF}\"'=1;\"\"2\"\"\n\";-5;31.12.2026;;ä\r\n\"\"\r\n"
    );
}

proptest! {
    #[test]
    fn any_text_comes_back(rows in prop::collection::vec(prop::collection::vec("[;,\t\"'=\r\n]{0,3}\\PC{0,5}|\\PC*|[\0-\u{FF}]{0,6}", 1..5), 1..5)) {
        let mut writer = Writer::new(Vec::new()).unwrap();
        // The headings tell the separator.
        let heads: Vec<Cell> = (0..4).map(|n| Cell::Text(format!("Spalte {n}"))).collect();
        writer.write(&heads).unwrap();
        for row in &rows {
            writer.write(&row.iter().cloned().map(Cell::Text).collect::<Vec<_>>()).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let read = cells(&bytes);
        let back: Vec<Vec<&str>> = read[1..].iter().map(|row| row.iter().map(|cell| unprotect(cell)).collect()).collect();
        prop_assert_eq!(back, rows);
        // A second opinion.
        let mut other = ::csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(&bytes[MARK.len()..]);
        let other: Vec<Vec<String>> = other.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(&read[1..], other);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b';'), Just(b'\n')], 0..200)) {
        let _ = read(&bytes);
    }
}
