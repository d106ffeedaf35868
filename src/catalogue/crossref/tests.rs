//! Small own samples, one for each oddity, and the official file.

use super::*;
use crate::catalogue::testdata::official;
use crate::catalogue::workbook::tests::workbook;
use crate::catalogue::{facts, ids};

type Rows<'a> = &'a [&'a [&'a str]];

const HEAD: &[&str] = &["XYZ.1", "Name", "CIA", "G 0.14", "G 0.2"];

fn table(sheets: &[(&str, Rows<'_>)]) -> CrossTable {
    read(&workbook(sheets)).unwrap()
}

fn pairs(table: &CrossTable) -> Vec<(&str, &str)> {
    let pairs = table.pairs.iter();
    pairs
        .map(|pair| (&*pair.requirement, &*pair.threat))
        .collect()
}

#[test]
fn marks_are_joined_by_the_ids_in_the_cells() {
    let table = table(&[
        (
            "eins",
            &[
                HEAD,
                &["XYZ.1.A1", "Zinnen", "", "X", "x"],
                &["XYZ.1.A2", "ENTFALLEN"],
                &["XYZ.1.A10", "Turm", "CA", "", "X"],
            ],
        ),
        ("zwei", &[&["XYZ.2", "G0.2"], &["XYZ.2.A1", " X "]]),
    ]);
    let expected = [
        ("XYZ.1.A1", "G 0.14"),
        ("XYZ.1.A1", "G 0.2"),
        ("XYZ.1.A10", "G 0.2"),
        ("XYZ.2.A1", "G 0.2"),
    ];
    assert_eq!(pairs(&table), expected);
    assert_eq!(
        table.requirements,
        ["XYZ.1.A1", "XYZ.1.A2", "XYZ.1.A10", "XYZ.2.A1"]
    );
    let values = Values {
        requirement: "XYZ.1.A10".into(),
        confidentiality: true,
        integrity: false,
        availability: true,
    };
    assert_eq!(table.values, [values]);
    assert_eq!(table.warnings, [""; 0]);
}

#[test]
fn every_oddity_is_told_with_its_place() {
    let head = &[
        "XYZ.1", "Name", "CIA", "G 0.14", "G 0.2", "G 0.14", "Notiz", "G 0.3",
    ];
    let table = table(&[
        (
            "eins",
            &[
                head,
                &["XYZ.1A1 ", "Zinnen", "CIV", "X", " ", "X"],
                &["nein", "", "", "X"],
                &[" "],
                &["XYZ.1.A2", "Tor", "", "ja", "X", "", "", "X", "Y"],
                &["XYZ.1.A2", "Tor", "", "X"],
                &["XYZ.9.A1", "", "", "X"],
                &["XYZ.2.A1", "", "", "X"],
            ],
        ),
        ("zwei", &[&["XYZ.2", "G 0.2", "G 0.9"], &["XYZ.2.A1", "X"]]),
        ("drei", &[&["XYZ.3", "G 0.2"], &["XYZ.3.A1"]]),
        ("vier", &[&["Notizen"]]),
    ]);
    let expected = [
        ("XYZ.1.A1", "G 0.14"),
        ("XYZ.1.A2", "G 0.2"),
        ("XYZ.1.A2", "G 0.3"),
        ("XYZ.9.A1", "G 0.14"),
        ("XYZ.2.A1", "G 0.2"),
    ];
    assert_eq!(pairs(&table), expected);
    let expected = [
        "sheet `eins`, cell G1: `Notiz` heads no known column: left out",
        "sheet `eins`, cell F1: G 0.14 heads a second column",
        "sheet `eins`, cell A2: `XYZ.1A1 ` is read as XYZ.1.A1",
        "sheet `eins`, cell E2: ` ` is no mark: left out",
        "sheet `eins`, cell F2: G 0.14 is marked a second time",
        "sheet `eins`, cell C2: `CIV` is not made of C, I and A: left out",
        "sheet `eins`, cell A3: `nein` is no requirement: row left out",
        "sheet `eins`, cell D5: `ja` is no mark: left out",
        "sheet `eins`, cell I5: `Y` stands below no threat: left out",
        "sheet `zwei`, cell C1: no mark below G 0.9",
        "sheet `drei`: no mark in the whole sheet",
        "sheet `vier`: no cross table, the first row names no module: left out",
        "sheet `eins`, cell A6: XYZ.1.A2 has another row: this one is left out",
        "sheet `eins`, cell A7: XYZ.9.A1 stands in the sheet of another module",
        "sheet `eins`, cell A8: XYZ.2.A1 has another row: this one is left out",
    ];
    assert_eq!(table.warnings, expected);
}

#[test]
fn other_workbooks_are_refused() {
    let refused = |rows: Rows<'_>| read(&workbook(&[("S", rows)])).unwrap_err().to_string();
    let why = "no sheet of the workbook is a cross table: ";
    assert_eq!(refused(&[]), format!("{why}it is empty"));
    let words: Rows<'_> = &[&["Wort", "G 0.2"]];
    assert_eq!(
        refused(words),
        format!("{why}the first row names no module")
    );
    let no_threat: Rows<'_> = &[&["XYZ.1", "CIA"]];
    assert_eq!(
        refused(no_threat),
        format!("{why}the first row names no threat")
    );
    assert!(matches!(read(b"no"), Err(CrossError::Workbook(_))));
}

const FACTS: &str = r#"{"kind":"edition","key":"k","title":"T","edition":"1"}
{"kind":"threat","id":"G 0.14","title":"Spähen"}
{"kind":"layer","id":"XYZ","title":"L"}
{"kind":"module","id":"XYZ.1","title":"M","order":"R2","target_type":"Netz"}
{"kind":"requirement","id":"XYZ.1.A1","title":"Q","level":"basic"}
{"kind":"requirement","id":"XYZ.1.A2","title":"Q","level":"basic","withdrawn":true}
{"kind":"requirement","id":"XYZ.1.A3","title":"Q","level":"elevated"}
{"kind":"requirement","id":"XYZ.1.A4","title":"Q","level":"standard"}
"#;

#[test]
fn a_table_is_compared_with_a_catalogue() {
    let facts = facts::parse(FACTS).unwrap();
    let table = table(&[(
        "eins",
        &[
            HEAD,
            &["XYZ.1.A1", "", "C"],
            &["XYZ.1.A2", "", "", "X"],
            &["XYZ.1.A3", "", "", "", "X"],
            &["XYZ.1.A5", "", "", "X"],
        ],
    )]);
    let expected = [
        "XYZ.1.A5 is not in the catalogue",
        "XYZ.1.A1 counters no threat",
        "XYZ.1.A1 is basic and has marks of C, I and A",
        "XYZ.1.A2 is withdrawn and has marks",
        "XYZ.1.A3 is elevated and lacks marks of C, I and A",
        "XYZ.1.A4 has no row",
        "G 0.2 is not in the catalogue",
    ];
    assert_eq!(table.compare(&facts), expected);
}

const OFFICIAL: &str = "bsi-kompendium-2023/krt2023_Excel.xlsx";

#[test]
fn the_official_table_has_its_counts_and_oddities() {
    let Some(bytes) = official(OFFICIAL) else {
        return;
    };
    let table = read(&bytes).unwrap();
    assert_eq!((table.pairs.len(), table.values.len()), (5_888, 406));
    assert_eq!(table.requirements.len(), 2_125);
    let mut threats: Vec<&str> = table.pairs.iter().map(|pair| &*pair.threat).collect();
    threats.sort_by_key(|threat| ids::threat(threat));
    threats.dedup();
    let expected: Vec<String> = (1..=47).map(ids::threat_id).collect();
    assert_eq!(threats, expected);

    let of = |end: &str| table.warnings.iter().filter(|w| w.ends_with(end)).count();
    let below = table
        .warnings
        .iter()
        .filter(|w| w.contains("no mark below"));
    assert_eq!(below.count(), 10);
    assert_eq!(of("is no mark: left out"), 1);
    let trailing = table
        .warnings
        .iter()
        .filter(|w| w.contains(" ` is read as "));
    assert_eq!(trailing.count(), 5);
    assert_eq!(table.warnings.len(), 16, "{:#?}", table.warnings);

    let odd = table.compare(&facts::parse(facts::GS_2023).unwrap());
    let expected = [
        "SYS.2.1.A14 is withdrawn and has marks",
        "SYS.2.1.A34 is standard and has marks of C, I and A",
    ];
    assert_eq!(odd, expected);
}
