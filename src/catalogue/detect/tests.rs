//! Small own samples, and the official files.

use proptest::prelude::*;

use super::*;
use crate::catalogue::facts;
use crate::catalogue::testdata::official;
use crate::catalogue::workbook::tests::workbook;

fn unknown(bytes: &[u8]) -> String {
    match kind(bytes) {
        Kind::Unknown { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn xml_is_known_by_its_first_element() {
    let book = "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- <a> -->\n<d:book\n xmlns:d='http://docbook.org/ns/docbook'><";
    assert_eq!(kind(book.as_bytes()), Kind::Docbook);
    let cases = [
        (
            "<book/>",
            "XML whose first element `book` is not a DocBook 5 book",
        ),
        (
            "<svg>",
            "XML whose first element `svg` is not a DocBook 5 book",
        ),
        (
            "<!DOCTYPE book><book/>",
            "XML with a document type declaration",
        ),
        ("<?xml", "XML without an element"),
        ("<!-- ", "XML without an element"),
        ("<book", "XML without an element"),
    ];
    for (text, reason) in cases {
        assert_eq!(unknown(text.as_bytes()), reason);
    }
}

#[test]
fn json_is_known_by_a_key_at_its_root() {
    for model in OscalModel::ALL {
        let text = format!(r#" {{"$schema":"x","a":[{{"catalog":1}}],"{model}":{{"uuid":"#);
        assert_eq!(kind(text.as_bytes()), Kind::Oscal(*model));
    }
    let fact = r#"{"kind":"edition","key":"k","title":"T","edition":"1"}"#;
    assert_eq!(kind(format!("\n{fact}\n{{}}\n").as_bytes()), Kind::Facts);
    assert_eq!(kind(facts::GS_2023.as_bytes()), Kind::Facts);
    let nothing = "JSON without a key of OSCAL or of facts at its root";
    assert_eq!(unknown(br#"{"kind":"layer"}"#), nothing);
    assert_eq!(unknown(br#"{"kind":{"a":1}}"#), nothing);
    assert_eq!(unknown(br#"{"a":{"catalog":{}}}"#), nothing);
    assert!(unknown(br#"{"a":"#).starts_with("not JSON: "));
}

#[test]
fn workbooks_are_known_by_a_sheet() {
    let notes: (&str, &[&[&str]]) = ("Notizen", &[&["Wort"]]);
    let table: (&str, &[&[&str]]) = ("T", &[&["XYZ.1", "G 0.2"]]);
    let head: &[&str] = &["ID-Anforderung", "Titel", "Inhalt", "Typ"];
    let list: (&str, &[&[&str]]) = ("L", &[head]);
    assert_eq!(kind(&workbook(&[notes, table])), Kind::CrossTable);
    assert_eq!(kind(&workbook(&[notes, list])), Kind::Checklist);
    let neither = "an xlsx workbook with neither a cross table nor a checklist";
    assert_eq!(unknown(&workbook(&[notes])), neither);
    assert!(unknown(b"PK\x03\x04").starts_with("the archive is damaged: "));
}

#[test]
fn anything_else_is_unknown() {
    assert_eq!(unknown(b" \n"), "the file is empty");
    for bytes in [&b"%PDF-1.7"[..], b"[1]", b"\xFF\xFE<\0", b"id;title"] {
        let neither = "neither XML nor a JSON object nor an xlsx workbook";
        assert_eq!(unknown(bytes), neither);
    }
}

#[test]
fn the_official_files_are_recognised_at_once() {
    let gspp = "bsi-gspp/2026-07-30";
    let mapping = format!(
        "{gspp}/control_layer/Mappings/IT-GS2023-zu-GSpp/ITGS-to-GS++-mapping_collection.json"
    );
    let sources = format!("{gspp}/control_layer/Grundschutz++/sources");
    let kernel = format!("{sources}/catalogs/Kernel/BSI-Stand-der-Technik-Kernel-catalog.json");
    let profile = format!("{sources}/profiles/Grundschutz++-profile.json");
    let component = format!(
        "{gspp}/implementation_layer/Netzarchitektur/Netzarchitektur-component_definition.json"
    );
    let checklist = "bsi-kompendium-2023/checklisten/Checkliste_OPS.2.3.xlsx";
    let files = [
        ("bsi-kompendium-2023/XML_Kompendium_2023.xml", Kind::Docbook),
        ("bsi-kompendium-2023/krt2023_Excel.xlsx", Kind::CrossTable),
        (checklist, Kind::Checklist),
        (&mapping, Kind::Oscal(OscalModel::MappingCollection)),
        (&kernel, Kind::Oscal(OscalModel::Catalog)),
        (&profile, Kind::Oscal(OscalModel::Profile)),
        (&component, Kind::Oscal(OscalModel::ComponentDefinition)),
    ];
    for (path, expected) in files {
        let Some(bytes) = official(path) else {
            continue;
        };
        assert_eq!(kind(&bytes), expected, "{path}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_of_some_kind(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = kind(&bytes);
        for start in [&b"<"[..], b"{\"", b"PK\x03\x04", b"{\"kind\":", b"<!--"] {
            let _ = kind(&[start, &bytes].concat());
        }
    }
}
