use chrono::NaiveDate;

use super::*;
use crate::domain::fault::CellFault;
use crate::domain::programme::{EntryFlag, PostKind};

const FILES: [&str; 3] = [
    include_str!("../../../programmes/stuttgart.json"),
    include_str!("../../../programmes/offenburg.json"),
    include_str!("../../../programmes/konstanz.json"),
];

/// The smallest table that says something, with one more row.
fn table(row: &str) -> String {
    [
        "Satzart;Programm;Schlüssel;Titel;Zeitraum;Brutto oder netto;Vertraulichkeit;Jahre;Position;Gruppe;Art;Haushaltsstelle;Jahr;Betrag;Organisationseinheit;Quelle Datei;Quelle Zeile;Quelle Wortlaut",
        "Institution;;musterstadt;;;;;;;;;;;;;;;",
        "Programm;;P1;Paket;2026;brutto;intern;2026, 2027;;;;;;;;;;",
        "Gruppe;P1;G;Netze;;;;;;;;;;;;;;",
        "Haushaltsstelle;;L1;Firewall;;;;;1.a;G;investiv;;;;;paper.txt;7;Firewall",
        row,
    ]
    .join("\r\n")
}

fn amount(cents: &str, unit: &str) -> String {
    table(&format!(
        "Betrag;;;;;;;;;;Ansatz;L1;2026;{cents};{unit};paper.txt;8;{cents}"
    ))
}

fn faults(table: &str) -> Vec<(String, String)> {
    let faults = read(table.as_bytes()).unwrap_err();
    let place = |fault: CellFault| (fault.pointer, fault.code);
    faults.into_iter().map(place).collect()
}

#[test]
fn a_file_that_is_written_as_a_table_is_read_as_the_same_file() {
    for text in FILES {
        let file: ProgrammeFile = serde_json::from_str(text).unwrap();
        let written = write(&file, Vec::new()).unwrap();
        let json = |file: &ProgrammeFile| serde_json::to_value(file).unwrap();
        assert_eq!(json(&read(&written).unwrap().file), json(&file));
        // Whatever the order of the rows, as long as those of one kind keep theirs.
        let text = String::from_utf8(written).unwrap();
        let mut lines: Vec<&str> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
        lines[1..].sort_by_key(|line| line.split(';').next().unwrap().len());
        assert_eq!(
            json(&read(lines.join("\r\n").as_bytes()).unwrap().file),
            json(&file)
        );
    }
}

#[test]
fn an_amount_keeps_its_cents_and_its_place() {
    let file = read(amount("1.994.000,01 €", "").as_bytes()).unwrap().file;
    let line = &file.programmes[0].lines[0];
    assert_eq!(line.amounts[0].cents, 199_400_001);
    assert_eq!(line.amounts[0].source.line, 8);
    assert_eq!(line.amounts[0].source.text, "1.994.000,01 €");
    assert_eq!(line.amounts[0].flag, None);
    assert!(file.programmes[0].posts.is_empty());
}

#[test]
fn posts_that_ran_into_an_amount_become_posts_of_its_line() {
    let file = read(amount("444.0001xEG14", "IT").as_bytes()).unwrap().file;
    let programme = &file.programmes[0];
    let amount = &programme.lines[0].amounts[0];
    assert_eq!(
        (amount.cents, amount.flag),
        (44_400_000, Some(EntryFlag::OcrSplit))
    );
    let post = &programme.posts[0];
    assert_eq!((post.hundredths, post.kind), (100, PostKind::Post));
    assert_eq!(post.grade.as_deref(), Some("EG14"));
    assert_eq!(
        (post.org_unit.as_str(), post.line.as_deref()),
        ("IT", Some("L1"))
    );
    assert_eq!(post.source.text, "444.0001xEG14");
    let missing = (
        "/rows/6/Organisationseinheit".to_owned(),
        "required".to_owned(),
    );
    assert_eq!(faults(&self::amount("444.0001xEG14", "")), [missing]);
}

#[test]
fn what_is_wrong_is_said_with_its_cell() {
    for (table, place, code) in [
        (
            amount("9.223.372.036.854.775.807", ""),
            "/rows/6/Betrag",
            "too_large",
        ),
        (amount("1.99.000", ""), "/rows/6/Betrag", "not_a_number"),
        (amount("ca. 5 Mio.", ""), "/rows/6/Betrag", "not_a_number"),
        (amount("0,001", ""), "/rows/6/Betrag", "too_many_decimals"),
        (
            table("Betrag;;;;;;;;;;Ansatz;L1;2026;;;paper.txt;8;5"),
            "/rows/6/Betrag",
            "required",
        ),
        (
            amount("5", "IT"),
            "/rows/6/Organisationseinheit",
            "not_of_record",
        ),
        (
            table("Betrag;;;;;;;;;;Ansatz;L2;2026;5;;paper.txt;8;5"),
            "/rows/6/Haushaltsstelle",
            "unknown_row",
        ),
        (
            table("Betrag;P2;;;;;;;;;Ansatz;L1;2026;5;;paper.txt;8;5"),
            "/rows/6/Haushaltsstelle",
            "unknown_row",
        ),
        (
            table("Gruppe;P2;H;Neu;;;;;;;;;;;;;;"),
            "/rows/6/Programm",
            "unknown_row",
        ),
        (
            table("Betrag;;;;;;;;;;Geschenk;L1;2026;5;;paper.txt;8;5"),
            "/rows/6/Art",
            "unknown_word",
        ),
        (
            table("Betrag;;;;;;;;;;Ansatz;L1;zwanzig;5;;paper.txt;8;5"),
            "/rows/6/Jahr",
            "not_a_number",
        ),
        (
            table("Wunsch;;;;;;;;;;;;;;;;;"),
            "/rows/6/Satzart",
            "unknown_word",
        ),
        (table(";;;Neu;;;;;;;;;;;;;;"), "/rows/6/Satzart", "required"),
        (
            table("Gruppe;;H;Neu;2026;;;;;;;;;;;;;"),
            "/rows/6/Zeitraum",
            "not_of_record",
        ),
        (
            table("Gruppe;;H;Neu;;;;;;;;;;;;;;;zu viel"),
            "/rows/6/S",
            "no_heading",
        ),
        (
            table("Institution;;anderswo;;;;;;;;;;;;;;;"),
            "/rows/6",
            "second_record",
        ),
        (table("\"Gruppe"), "/rows/6/A", "unclosed_quote"),
        (
            "Satzart;Wert\nInstitution;x".to_owned(),
            "/rows/1/B",
            "unknown_heading",
        ),
        (
            "Satzart;Titel;titel\n".to_owned(),
            "/rows/1/C",
            "duplicate_heading",
        ),
        ("Titel\nx".to_owned(), "/rows/1", "missing_heading"),
        (
            "Satzart;Schlüssel;Titel\nGruppe;G;Netze".to_owned(),
            "/rows/2/Programm",
            "required",
        ),
        ("Satzart;Programm\n".to_owned(), "", "missing_record"),
        (String::new(), "", "no_rows"),
    ] {
        assert_eq!(
            faults(&table),
            [(place.to_owned(), code.to_owned())],
            "{table}"
        );
    }
}

#[test]
fn a_pointer_of_the_file_is_a_place_of_the_table() {
    let places = read(amount("5", "").as_bytes()).unwrap().places;
    for (pointer, place) in [
        ("/programmes/0/lines/0/amounts/0/cents", "/rows/6/Betrag"),
        (
            "/programmes/0/lines/0/amounts/0/source/line",
            "/rows/6/Quelle Zeile",
        ),
        ("/programmes/0/lines/0/amounts/0", "/rows/6"),
        ("/programmes/0/lines/0/key", "/rows/5/Schlüssel"),
        ("/programmes/0/years/1", "/rows/3/Jahre"),
        ("/institution", "/rows/2/Schlüssel"),
    ] {
        assert_eq!(places.of(pointer), place);
    }
}

#[test]
fn every_column_has_its_place_in_the_schema() {
    let schema: Value = serde_json::from_str(include_str!(
        "../../../programmes/programme-file.schema.json"
    ))
    .unwrap();
    for record in Record::ALL
        .iter()
        .filter(|record| **record != Record::Institution)
    {
        let properties = &schema["$defs"][record.as_str()]["properties"];
        let mut of_form: Vec<&str> = record
            .columns()
            .map(|column| column.path.split('/').next().unwrap())
            .collect();
        of_form.dedup();
        let lists: Vec<&str> = Record::ALL
            .iter()
            .filter_map(|of_it| match of_it.place() {
                Place::Of(owner, _, list) if owner == *record => Some(list),
                Place::OfProgramme(list) if *record == Record::Programme => Some(list),
                _ => None,
            })
            .collect();
        let mut known: Vec<&str> = properties
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        known.retain(|name| !lists.contains(name));
        known.sort_unstable();
        of_form.sort_unstable();
        assert_eq!(of_form, known, "{record}");
    }
}

#[test]
fn days_and_posts_are_read_as_germans_write_them() {
    let text = "Satzart;Schlüssel;Titel;Zeitraum;Brutto oder netto;Vertraulichkeit;Jahre;Doppelhaushalte;Organisationseinheit;Stellen;Art;Beginn;Quelle Datei;Quelle Zeile;Quelle Wortlaut\n\
        Institution;musterstadt\n\
        Programm;P1;Paket;2026;netto;öffentlich;2026, 2027;2026/2027\n\
        Stelle;;;;;;;;IT;2,5;befristet;01.09.2026;paper.txt;3;2,5";
    let file = read(text.as_bytes()).unwrap().file;
    let programme = &file.programmes[0];
    assert_eq!(programme.double_budgets, [[2026, 2027]]);
    assert_eq!(programme.posts[0].hundredths, 250);
    assert_eq!(
        programme.posts[0].starts_on,
        NaiveDate::from_ymd_opt(2026, 9, 1)
    );
}
