//! Small own samples, one for each oddity, and the official files.

use std::collections::BTreeMap;

use super::*;
use crate::catalogue::facts;
use crate::catalogue::testdata::official;
use crate::catalogue::workbook::tests::workbook;
use crate::domain::catalogue::Fact;

const TITLE: &[&str] = &["", "Baustein: XYZ.1 Turm  und Tor"];
const HEAD: &[&str] = &["", "ID-Anforderung", "Titel", "Inhalt", "Typ", "Umsetzung"];

type Rows<'a> = &'a [&'a [&'a str]];

fn sheet(rows: Rows<'_>) -> Vec<u8> {
    let head: Rows<'_> = &[TITLE, &["", "Kompendium: 2023", "", "", "", "", "Ja"], HEAD];
    workbook(&[("S", &[head, rows].concat())])
}

fn error(rows: Rows<'_>) -> String {
    read(&sheet(rows)).unwrap_err().to_string()
}

#[test]
fn sub_requirements_are_read_in_order() {
    let list = read(&sheet(&[
        &["", "XYZ.1.A1", "Zinnen", "Sie MÜSSEN zählen.", "Basis"],
        &[],
        &[
            "",
            "XYZ.1.A1",
            "Zinnen",
            " Sie  SOLLTEN:\r\n\r\n- zählen ",
            "Basis",
        ],
        &["", "XYZ.1.A3", "Tor", "Es SOLLTE.", "Standard"],
        &["", "XYZ.1.A2", "Turm", "Er SOLLTE.", "Hoch"],
    ]))
    .unwrap();
    assert_eq!((&*list.module, &*list.title), ("XYZ.1", "Turm und Tor"));
    assert_eq!(list.edition.as_deref(), Some("2023"));
    let found = list.sub_requirements.iter();
    let found: Vec<_> = found
        .map(|s| (&*s.requirement, s.number, &*s.title, s.level, &*s.text))
        .collect();
    let expected = [
        ("XYZ.1.A1", 1, "Zinnen", Level::Basic, "Sie MÜSSEN zählen."),
        (
            "XYZ.1.A1",
            2,
            "Zinnen",
            Level::Basic,
            "Sie SOLLTEN:\n- zählen",
        ),
        ("XYZ.1.A3", 1, "Tor", Level::Standard, "Es SOLLTE."),
        ("XYZ.1.A2", 1, "Turm", Level::Elevated, "Er SOLLTE."),
    ];
    assert_eq!(found, expected);
    assert_eq!(list.warnings, [""; 0]);
}

#[test]
fn every_oddity_is_told_with_its_place() {
    let list = read(&sheet(&[
        &["", "XYZ.1A1", "Zinnen", "Eins.", "Basis", "Ja"],
        &["", "XYZ.2.A1", "Zinnen", "Fremd.", "Basis"],
        &["", "XYZ.1.A2", "Turm", "Eins.", "Basis"],
        &["", "XYZ.1.A1", "Zinne", "Eins.", "Standard"],
    ]))
    .unwrap();
    let ids: Vec<_> = list
        .sub_requirements
        .iter()
        .map(|s| (&*s.requirement, s.number))
        .collect();
    assert_eq!(ids, [("XYZ.1.A1", 1), ("XYZ.1.A2", 1), ("XYZ.1.A1", 2)]);
    let expected = [
        "sheet `S`, cell B4: `XYZ.1A1` is read as XYZ.1.A1",
        "sheet `S`, cell B5: `XYZ.2.A1` is of another module: left out",
        "sheet `S`, cell B7: XYZ.1.A1 has another title before",
        "sheet `S`, cell B7: XYZ.1.A1 has another level before",
        "sheet `S`, cell B7: XYZ.1.A1 is torn apart by other rows",
        "sheet `S`, cell B7: XYZ.1.A1 has the same text before",
        "sheet `S`: 1 cells with answers are not read",
    ];
    assert_eq!(list.warnings, expected);
}

#[test]
fn incomplete_rows_and_other_workbooks_are_refused() {
    let cases: [(&[&str], &str); 4] = [
        (
            &["", "XYZ.A1", "T", "X", "Basis"],
            "cell B4: `XYZ.A1` is no requirement",
        ),
        (
            &["", "XYZ.1.A1", "T", "X", "Bass"],
            "cell E4: `Bass` is no level",
        ),
        (
            &["", "XYZ.1.A1", " ", "X", "Basis"],
            "cell C4: the cell is empty",
        ),
        (
            &["", "XYZ.1.A1", "T", "", "Basis"],
            "cell D4: the cell is empty",
        ),
    ];
    for (row, expected) in cases {
        assert_eq!(error(&[row]), format!("sheet `S`, {expected}"));
    }
    let refused = |sheets: &[(&str, Rows<'_>)]| read(&workbook(sheets)).unwrap_err();
    assert_eq!(refused(&[("S", &[TITLE])]), ChecklistError::NoChecklist);
    let sheet = "S".to_owned();
    assert_eq!(
        refused(&[("S", &[HEAD])]),
        ChecklistError::NoModule { sheet }
    );
    let sheet = "T".to_owned();
    let two: &[(&str, Rows<'_>)] = &[("S", &[TITLE, HEAD]), ("T", &[TITLE, HEAD])];
    assert_eq!(refused(two), ChecklistError::Several { sheet });
    assert!(matches!(read(b"no"), Err(ChecklistError::Workbook(_))));
}

/// Id, title and level of the requirements of a module, as the facts have them.
fn requirements_of(module: &str) -> BTreeMap<String, (String, Level)> {
    let facts = facts::parse(facts::GS_2023).unwrap();
    let start = format!("{module}.A");
    let found = facts.into_iter().filter_map(|fact| match fact {
        Fact::Requirement {
            id, title, level, ..
        } if id.starts_with(&start) => Some((id, (title, level))),
        _ => None,
    });
    found.collect()
}

#[test]
fn the_official_checklists_have_the_requirements_of_the_facts() {
    let modules = [
        ("ISMS.1", "Sicherheitsmanagement", 17, 85, 0),
        ("NET.3.2", "Firewall", 32, 112, 0),
        ("OPS.2.3", "Nutzung von Outsourcing", 25, 107, 3),
    ];
    for (module, title, requirements, sub_requirements, warnings) in modules {
        let path = format!("bsi-kompendium-2023/checklisten/Checkliste_{module}.xlsx");
        let Some(bytes) = official(&path) else {
            continue;
        };
        let list = read(&bytes).unwrap();
        assert_eq!((&*list.module, &*list.title), (module, title));
        assert_eq!(list.edition.as_deref(), Some("2023"));
        assert_eq!(list.sub_requirements.len(), sub_requirements);
        assert_eq!(list.warnings.len(), warnings, "{:#?}", list.warnings);
        let found = list.sub_requirements.into_iter();
        let found: BTreeMap<_, _> = found.map(|s| (s.requirement, (s.title, s.level))).collect();
        assert_eq!(found, requirements_of(module));
        assert_eq!(found.len(), requirements);
        assert_eq!(found.contains_key("OPS.2.3.A22"), module == "OPS.2.3");
    }
}
