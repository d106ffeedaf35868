//! Small own workbooks, good and bad.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use rust_xlsxwriter::Workbook as Writer;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use super::*;

/// A workbook of sheets, each a name and rows of cells; an empty cell is not written.
pub(crate) fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut writer = Writer::new();
    for (name, rows) in sheets {
        let sheet = writer.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(rows.iter()) {
            for (column, text) in (0..).zip(cells.iter()).filter(|(_, text)| !text.is_empty()) {
                sheet.write_string(row, column, *text).unwrap();
            }
        }
    }
    writer.save_to_buffer().unwrap()
}

/// An archive of the given parts.
fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const ROOT: &str = r#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>"#;
const RELATED: &str = r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="s.xml"/>
<Relationship Id="b" Type="x/sharedStrings" Target="/xl/t.xml"/></Relationships>"#;
const STRINGS: &str = "<sst uniqueCount='99999999999999'><si><t>one</t></si>\
    <si><r><t>t</t></r><r><t>wo</t></r><rPh><t>no</t></rPh></si></sst>";

/// The parts of a workbook with one sheet `S`, some of them others.
fn with<'a>(others: &[(&'a str, &'a str)]) -> Vec<u8> {
    let parts = [
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATED),
        ("xl/t.xml", STRINGS),
        ("xl/s.xml", "<worksheet/>"),
    ];
    let is_other = |name: &str| others.iter().any(|(other, _)| *other == name);
    let kept = parts.into_iter().filter(|(name, _)| !is_other(name));
    let parts: Vec<_> = kept.chain(others.iter().copied()).collect();
    archive(&parts)
}

fn rows(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    with(&[("xl/s.xml", &sheet)])
}

fn cells(bytes: &[u8]) -> Vec<(String, String)> {
    let sheets = read(bytes).unwrap();
    let cells = sheets.iter().flat_map(Sheet::cells);
    cells
        .map(|(place, text)| (place.to_string(), text.to_owned()))
        .collect()
}

fn error(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

fn pair(place: &str, text: &str) -> (String, String) {
    (place.to_owned(), text.to_owned())
}

#[test]
fn sheets_and_cells_are_read_exactly() {
    let rows: &[&[&str]] = &[&["a ", "", "ä\nö"], &[], &["", " "]];
    let bytes = workbook(&[("Erstes", rows), ("Leer", &[])]);
    let sheets = read(&bytes).unwrap();
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Erstes", "Leer"]);
    let first = &sheets[0];
    assert_eq!((first.cell(1, 1), first.cell(1, 2)), ("a ", ""));
    assert_eq!((first.cell(1, 3), first.cell(3, 2)), ("ä\nö", " "));
    assert_eq!(first.rows(), [1, 3]);
    assert_eq!(first.row(1).count(), 2);
    assert_eq!(sheets[1].rows(), Vec::<u32>::new());
}

#[test]
fn numbers_results_and_shared_texts_are_text() {
    let bytes = rows(
        "<row><c t='s'><v>1</v></c><c r='C1'><v>2023</v></c><c t='inlineStr'><is><t>in</t></is></c></row>\
         <row r='4'><c t='str'><f>A1</f><v>two</v></c><c t='b'><v>1</v></c><c t='e'><v>#REF!</v></c>\
         <c/><c t='s'/></row><row><c t='s'><v>0</v></c></row>",
    );
    let expected = [
        pair("A1", "two"),
        pair("C1", "2023"),
        pair("D1", "in"),
        pair("A4", "two"),
        pair("B4", "1"),
        pair("C4", "#REF!"),
        pair("A5", "one"),
    ];
    assert_eq!(cells(&bytes), expected);
}

/// Days are numbers with a format; Excel turns `12/2026` into the first of the month while it is typed.
#[test]
fn days_are_as_exact_as_they_are_shown() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd'/>\
        <numFmt numFmtId='165' formatCode='mmm\\ yy'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>\
        <cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/><xf/></cellXfs></styleSheet>";
    let related = RELATED.replace(
        "</Relationships>",
        "<Relationship Id='c' Type='x/styles' Target='y.xml'/></Relationships>",
    );
    let sheet = "<worksheet><sheetData><row><c><v>46387</v></c><c s='0'><v>46387</v></c>\
        <c s='1'><v>46387</v></c><c s='2'><v>46387.5</v></c><c s='3' t='n'><v>46357</v></c><c s='4'><v>5</v></c>\
        <c s='9'><v>5</v></c><c s='1'><v>-5</v></c><c s='1' t='str'><v>46387</v></c><c s='1'/>\
        </row></sheetData></worksheet>";
    let book = |system: &str| {
        let properties = format!("<workbookPr {system}/><sheets>");
        let book = BOOK.replace("<sheets>", &properties);
        with(&[
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", &related),
            ("xl/y.xml", styles),
            ("xl/s.xml", sheet),
        ])
    };
    let found = |bytes: &[u8]| -> Vec<(String, Kind)> {
        let cells = read(bytes).unwrap().remove(0).into_cells();
        cells.map(|(_, cell)| (cell.text, cell.kind)).collect()
    };
    let expected = [
        ("46387", Kind::Number),
        ("46387", Kind::Number),
        ("2026-12-31", Kind::Day),
        ("2026-12-31", Kind::Day),
        ("2026-12", Kind::Day),
        ("5", Kind::Number),
        ("5", Kind::Number),
        ("-5", Kind::Number),
        ("46387", Kind::Text),
    ];
    let expected = expected.map(|(text, kind)| (text.to_owned(), kind));
    assert_eq!(found(&book("")), expected);
    assert_eq!(found(&book("date1904='0'")), expected);
    assert_eq!(found(&book("date1904='1'"))[2].0, "2031-01-01");
}

#[test]
fn a_file_with_two_parts_of_a_kind_is_read_the_same_way_every_time() {
    let more: String = (0..9)
        .map(|n| format!("<Relationship Id='c{n}' Type='x/sharedStrings' Target='none{n}.xml'/>"))
        .collect();
    let related = RELATED.replace("</Relationships>", &format!("{more}</Relationships>"));
    let row = "<worksheet><sheetData><row><c t='s'><v>0</v></c></row></sheetData></worksheet>";
    let bytes = with(&[("xl/_rels/workbook.xml.rels", &related), ("xl/s.xml", row)]);
    for _ in 0..9 {
        assert_eq!(cells(&bytes), [pair("A1", "one")]);
    }
}

#[test]
fn faults_of_cells_have_their_place() {
    let cases = [
        (
            "<row><c t='s'><v>7</v></c></row>",
            "A1: there is no shared text `7`",
        ),
        (
            "<row><c t='z'><v>7</v></c></row>",
            "A1: type `z` is not known",
        ),
        (
            "<row><c/><c r='1B'/></row>",
            "B1: `1B` is no cell of a sheet",
        ),
        ("<row r='x'/>", "A1: `x` is no row of a sheet"),
        (
            "<row r='1048577'><c/></row>",
            "A1048577: the cell lies outside of any sheet",
        ),
        (
            "<row><c r='B2'><v>1</v></c><c r='B2'><v>1</v></c></row>",
            "B2: the cell occurs twice",
        ),
    ];
    for (xml, expected) in cases {
        assert_eq!(error(&rows(xml)), format!("sheet `S`, cell {expected}"));
    }
}

#[test]
fn other_files_are_no_workbooks() {
    let docx = ROOT.replace("xl/workbook.xml", "word/document.xml");
    let xlsb = ROOT.replace("workbook.xml", "workbook.bin");
    let cases = [
        (b"%PDF".to_vec(), "not a zip archive"),
        (Vec::new(), "not a zip archive"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(),
            "an OLE file, so an old xls or protected by a password",
        ),
        (
            archive(&[("a", "b")]),
            "a zip archive without an office document",
        ),
        (
            archive(&[("_rels/.rels", &docx), ("word/document.xml", "<document/>")]),
            "its main part is a `document`",
        ),
        (
            archive(&[("_rels/.rels", &xlsb)]),
            "its main part `xl/workbook.bin` is binary",
        ),
    ];
    for (bytes, reason) in cases {
        assert_eq!(error(&bytes), format!("not an xlsx workbook: {reason}"));
    }
}

#[test]
fn broken_workbooks_are_refused_with_the_part() {
    let external = RELATED.replace(
        "Target=\"s.xml\"",
        "TargetMode='External' Target='http://x/'",
    );
    let twice = BOOK.replace("</sheets>", "<sheet name='S' r:id='a'/></sheets>");
    let related = "xl/_rels/workbook.xml.rels";
    let cases = [
        (
            with(&[("xl/s.xml", "<a>")]),
            "part `xl/s.xml`: not well-formed XML",
        ),
        (
            with(&[(
                "xl/s.xml",
                "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
            )]),
            "part `xl/s.xml`: not well-formed XML",
        ),
        (
            with(&[(related, "<Relationships/>")]),
            "sheet `S`: the workbook does not say",
        ),
        (
            with(&[(related, &external)]),
            "sheet `S`: it lies outside of the file",
        ),
        (
            with(&[("xl/workbook.xml", &twice)]),
            "sheet `S`: another sheet has the same name",
        ),
        (
            with(&[(related, &RELATED.replace("s.xml", "u.xml"))]),
            "part `xl/u.xml` is missing",
        ),
        (
            with(&[("XL/S.xml", "<a/>")]),
            "the archive holds two parts of the same name",
        ),
    ];
    for (bytes, expected) in cases {
        let error = error(&bytes);
        assert!(error.starts_with(expected), "{error}");
    }
}

/// An archive of parts that each have 4 MB when inflated.
fn many_times_the_same(parts: usize) -> Vec<u8> {
    let text: String = (0..100_000_u64)
        .map(|n| format!("{:044b}", n * 7919))
        .collect();
    let one = archive(&[("0", &text[..4_000_000])]);
    let mut one = ZipArchive::new(Cursor::new(one)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in 0..parts {
        let part = one.by_index_raw(0).unwrap();
        writer.raw_copy_file_rename(part, name.to_string()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A file that is large only when inflated is refused before it is.
#[test]
fn bombs_are_refused_at_once() {
    let zeros = "0".repeat(4_000_000);
    let many: Vec<String> = (0..2_001).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    let cases = [
        (
            with(&[("xl/s.xml", &zeros)]),
            "part `xl/s.xml` is compressed more than 200 times",
        ),
        (
            with(&[("x", &"0".repeat(5_000_000))]),
            "part `x` is larger than 4194304 bytes",
        ),
        (archive(&many), "the archive holds more than 2000 parts"),
        (
            many_times_the_same(17),
            "the parts are larger than 67108864 bytes together",
        ),
        (
            vec![b'P'; 20 * 1024 * 1024 + 1],
            "the file is larger than 20971520 bytes",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(error(&bytes), expected);
    }
}

/// The directory says a few bytes, the stream holds millions.
#[test]
fn a_directory_that_lies_about_a_size_is_found_out() {
    let zeros = "0".repeat(4_000_000);
    let mut bytes = with(&[("xl/s.xml", &zeros)]);
    let size = 4_000_000_u32.to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..at + 4] == size)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let error = error(&bytes);
    assert!(error.starts_with("part `xl/s.xml`: "), "{error}");
}

/// What announces much and holds little sets no memory aside; what shares one text many times is
/// counted each time; attributes beyond count do not keep the parser busy.
#[test]
fn work_and_memory_are_bounded() {
    let long = format!("<sst><si><t>{}</t></si></sst>", "ab cd e".repeat(1_000));
    let shared: String = "<c t='s'><v>0</v></c>".repeat(3_000);
    let many: String = "<row><c><v>1</v></c></row>".repeat(100_000);
    let sheet = |rows: &str| format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let tag: String = (0..200_000).map(|n| format!(" a{n}=''")).collect();
    let mut strict = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let book: String = (0..3)
        .map(|n| format!("<sheet name='{n}' r:id='a'/>"))
        .collect();
    let book = format!("<workbook xmlns:r='r'><sheets>{book}</sheets></workbook>");
    for (name, text) in [
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", RELATED),
        ("xl/t.xml", STRINGS),
        ("xl/s.xml", &sheet(&many)),
    ] {
        strict.start_file(name, stored).unwrap();
        strict.write_all(text.as_bytes()).unwrap();
    }
    let cases = [
        (
            with(&[
                ("xl/t.xml", &long),
                ("xl/s.xml", &sheet(&format!("<row>{shared}</row>"))),
            ]),
            "the workbook holds too much text before this cell ends",
        ),
        (
            strict.finish().unwrap().into_inner(),
            "the workbook holds too many cells before this one",
        ),
        (
            with(&[("xl/s.xml", &format!("<a{tag}/>"))]),
            "part `xl/s.xml`: more than 1000 `=` after one `<`",
        ),
    ];
    for (bytes, expected) in cases {
        let error = error(&bytes);
        assert!(error.ends_with(expected), "{error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = read(&bytes);
        let _ = read(&[b"PK\x03\x04".to_vec(), bytes].concat());
    }

    /// Bytes of the archive itself: headers, directory, streams.
    #[test]
    fn a_mutated_archive_is_read_or_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = workbook(&[("S", &[&["a", "b"], &["c"]])]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read(&bytes);
    }

    /// Bytes of a part, in an archive that is whole: what the XML says.
    #[test]
    fn a_mutated_part_is_read_or_refused(
        part in 0..5_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[ -~]|[\\PC]"), 1..6),
    ) {
        let sheet = "<worksheet><sheetData><row r='2'><c r='B2' t='s'><v>1</v></c>\
            <c t='inlineStr'><is><t>a_x000D_</t></is></c></row></sheetData></worksheet>";
        let mut parts = [
            ("_rels/.rels", ROOT.to_owned()),
            ("xl/workbook.xml", BOOK.to_owned()),
            ("xl/_rels/workbook.xml.rels", RELATED.to_owned()),
            ("xl/t.xml", STRINGS.to_owned()),
            ("xl/s.xml", sheet.to_owned()),
        ];
        for (at, text) in changes {
            let mut letters: Vec<char> = parts[part].1.chars().collect();
            let at = at.index(letters.len());
            letters.splice(at..=at, text.chars());
            parts[part].1 = letters.into_iter().collect();
        }
        let parts = parts.each_ref().map(|(name, text)| (*name, text.as_str()));
        let _ = read(&archive(&parts));
    }
}
