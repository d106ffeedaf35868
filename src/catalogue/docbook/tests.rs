//! Small own samples, one for each oddity of the official file.

mod mutations;
mod official;
mod refusals;
mod texts;

use super::*;
use crate::domain::catalogue::{ImplementationOrder, Level};

/// A book with one layer `XYZ`, whose modules are given, and a row for `XYZ.1` and `XYZ.2`.
/// The facts of a document alone: they do not depend on its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    facts: Vec<Fact>,
    warnings: Vec<String>,
}

fn facts(xml: &str) -> Result<Reading, DocbookError> {
    let document = xml::parse(xml)?;
    let reader = Reader::read(xml::book(&document)?)?;
    Ok(Reading {
        facts: reader.facts,
        warnings: reader.warnings.into_lines(),
    })
}

fn book(modules: &str) -> String {
    let rows = ["XYZ.1 Turm", "XYZ.2 Tor"].map(|module| {
        let target = "Netz<emphasis>typ</emphasis>";
        format!("<tr><td><para>{module}</para></td><td>R2</td><td>{target}</td></tr>")
    });
    book_with(&rows.concat(), modules)
}

fn book_with(rows: &str, modules: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<book xmlns="http://docbook.org/ns/docbook" version="5.0"><info><title>Probe</title></info>
<chapter><title>Neues in der Probe</title><para>Die Edition 2023 folgt der Edition 2022.</para></chapter>
<chapter><title>Schichtenmodell und Modellierung</title><section><title>Tabelle</title>
<informaltable><thead><tr><td>Baustein</td><td>Reihenfolge</td><td>Typ</td></tr></thead>
<tbody>{rows}</tbody></informaltable></section></chapter>
<chapter><title>Rollen</title><section><title>Wache</title></section></chapter>
<chapter><title>XYZ Burg</title>{modules}</chapter></book>"#
    )
}

const ROLES: &str = "<informaltable><tbody><tr><td>Grundsätzlich zuständig</td><td>Vogt</td></tr>\
    </tbody></informaltable>";

fn module(heading: &str, table: &str, levels: &str) -> String {
    format!(
        "\n<section><title>{heading}</title><section><title>Anforderungen</title>{table}{levels}\
         </section></section>"
    )
}

fn level(heading: &str, requirements: &[&str]) -> String {
    let sections: Vec<String> = requirements
        .iter()
        .map(|title| format!("\n<section><title>{title}</title><para>Text MUSS.</para></section>"))
        .collect();
    let sections = sections.concat();
    format!("\n<section><title>{heading}</title>{sections}</section>")
}

/// A book with the module `XYZ.1` and the given basic requirements.
fn basic(requirements: &[&str]) -> String {
    let levels = level("Basis-Anforderungen", requirements);
    book(&module("XYZ.1 Turm", ROLES, &levels))
}

/// Warnings besides those about modelled modules that a sample leaves out.
fn warnings(reading: &Reading) -> Vec<&str> {
    let lines = reading.warnings.iter().map(String::as_str);
    lines
        .filter(|line| !line.ends_with("is no module of the book"))
        .collect()
}

/// Id, title, level word, roles, withdrawn of a requirement.
type Summary = (String, String, &'static str, String, bool);

/// What the requirements of a reading hold.
fn summary(reading: &Reading) -> Vec<Summary> {
    let rows = reading.facts.iter().filter_map(|fact| match fact {
        Fact::Requirement {
            id,
            title,
            level,
            roles,
            withdrawn,
            ..
        } => Some((
            id.clone(),
            title.clone(),
            level.as_str(),
            roles.join(" | "),
            *withdrawn,
        )),
        _ => None,
    });
    rows.collect()
}

fn ids(xml: &str) -> Vec<String> {
    let reading = facts(xml).unwrap();
    summary(&reading).into_iter().map(|row| row.0).collect()
}

/// The one requirement of a book made from the heading alone.
fn only(heading: &str) -> Summary {
    let reading = facts(&basic(&[heading])).unwrap();
    assert_eq!(summary(&reading).len(), 1);
    summary(&reading).remove(0)
}

fn row(id: &str, title: &str, level: &'static str, roles: &str, withdrawn: bool) -> Summary {
    (id.into(), title.into(), level, roles.into(), withdrawn)
}

#[test]
fn reads_edition_layer_module_and_requirement() {
    let reading = facts(&basic(&["XYZ.1.A1 Zinnen zählen (B)"])).unwrap();
    assert_eq!(
        reading.facts,
        [
            Fact::Edition {
                key: "gs-2023".into(),
                title: "IT-Grundschutz-Kompendium Edition 2023".into(),
                edition: "2023".into(),
            },
            Fact::Layer {
                id: "XYZ".into(),
                title: "Burg".into(),
            },
            Fact::Module {
                id: "XYZ.1".into(),
                title: "Turm".into(),
                order: ImplementationOrder::R2,
                target_type: "Netztyp".into(),
                responsible: Some("Vogt".into()),
                further: vec![],
            },
            Fact::Requirement {
                id: "XYZ.1.A1".into(),
                title: "Zinnen zählen".into(),
                level: Level::Basic,
                roles: vec![],
                withdrawn: false,
                threats: vec![],
            },
        ]
    );
    assert_eq!(
        reading.warnings,
        ["`XYZ.2` of the modelling table is no module of the book"]
    );
}

#[test]
fn an_edition_that_is_not_named_is_a_warning() {
    let xml = basic(&["XYZ.1.A1 Zinnen (B)"]).replace("Neues in", "Altes in");
    let reading = facts(&xml).unwrap();
    assert_eq!(
        warnings(&reading),
        ["2:1: the book does not name its edition: read as 2023"]
    );
}

#[test]
fn the_title_of_the_book_names_the_edition_first() {
    let xml = basic(&[]).replace("<title>Probe<", "<title>Probe, Edition 2022<");
    let Fact::Edition { key, edition, .. } = &facts(&xml).unwrap().facts[0] else {
        panic!("no edition");
    };
    assert_eq!((key.as_str(), edition.as_str()), ("gs-2022", "2022"));
}

#[test]
fn an_id_without_its_last_dot_is_normalised_and_reported() {
    let reading = facts(&basic(&["XYZ.1A22 Zinnen zählen (B)"])).unwrap();
    let found = summary(&reading).remove(0);
    assert_eq!(found, row("XYZ.1.A22", "Zinnen zählen", "basic", "", false));
    assert_eq!(
        warnings(&reading),
        ["11:1: requirement `XYZ.1A22` is read as XYZ.1.A22"]
    );
}

#[test]
fn spaces_and_line_breaks_around_a_heading_are_trimmed() {
    let expected = row("XYZ.1.A1", "Zinnen zählen", "basic", "Vogt", false);
    assert_eq!(only("XYZ.1.A1 Zinnen zählen (B) [Vogt] "), expected);
    assert_eq!(
        only("\nXYZ.1.A1<?linebreak?>Zinnen\n <emphasis>zählen</emphasis> (B)[ Vogt ]\u{a0}"),
        expected
    );
}

#[test]
fn a_mark_may_stand_before_or_after_the_roles_or_be_missing() {
    let expected = row("XYZ.1.A1", "Zinnen zählen", "basic", "Vogt", false);
    assert_eq!(only("XYZ.1.A1 Zinnen zählen [Vogt] (B)"), expected);
    assert_eq!(only("XYZ.1.A1 Zinnen zählen [Vogt]"), expected);
}

#[test]
fn parentheses_and_brackets_of_the_title_stay() {
    let found = only("XYZ.1.A1 Bau [alt] der Zinnen (ZIN) (B) [Vogt]");
    assert_eq!(
        found,
        row(
            "XYZ.1.A1",
            "Bau [alt] der Zinnen (ZIN)",
            "basic",
            "Vogt",
            false
        )
    );
}

#[test]
fn a_comma_inside_parentheses_parts_no_role() {
    let found = only("XYZ.1.A1 Zinnen (B) [Vogt, Wache (Tag, Nacht), Amt]");
    assert_eq!(found.3, "Vogt | Wache (Tag, Nacht) | Amt");
}

#[test]
fn withdrawn_requirements_keep_number_and_level() {
    let found = only("XYZ.1.A7 ENTFALLEN (B) ");
    assert_eq!(found, row("XYZ.1.A7", "ENTFALLEN", "basic", "", true));
    assert!(!only("XYZ.1.A7 Was entfallen kann (B)").4);
}

#[test]
fn the_level_comes_from_the_section_in_singular_plural_or_numbered() {
    let levels = [
        level("Basis-Anforderung", &["XYZ.1.A1 Eins (B)"]),
        level("3.2 Standard-Anforderungen", &["XYZ.1.A2 Zwei (S)"]),
        level(
            "Anforderungen bei erhöhtem Schutzbedarf ",
            &["XYZ.1.A3 Drei (H)"],
        ),
    ];
    let reading = facts(&book(&module("XYZ.1 Turm", ROLES, &levels.concat()))).unwrap();
    let found: Vec<_> = summary(&reading).into_iter().map(|row| row.2).collect();
    assert_eq!(found, ["basic", "standard", "elevated"]);
    assert!(warnings(&reading).is_empty());
}

#[test]
fn a_mark_of_another_level_is_reported_and_the_section_wins() {
    let reading = facts(&basic(&["XYZ.1.A1 Zinnen (H)"])).unwrap();
    assert_eq!(summary(&reading)[0].2, "basic");
    assert_eq!(
        warnings(&reading),
        ["11:1: requirement XYZ.1.A1 has the mark of another level than basic"]
    );
}

#[test]
fn empty_level_sections_are_no_fault() {
    let levels = level("Basis-Anforderungen", &[]) + &level("Standard-Anforderungen", &[]);
    let reading = facts(&book(&module("XYZ.1 Turm", ROLES, &levels))).unwrap();
    assert!(summary(&reading).is_empty());
    assert!(warnings(&reading).is_empty());
}

#[test]
fn requirements_stay_in_the_order_of_the_document() {
    let xml = basic(&[
        "XYZ.1.A10 Zehn (B)",
        "XYZ.1.A32 Mehr (B)",
        "XYZ.1.A2 Zwei (B)",
    ]);
    assert_eq!(ids(&xml), ["XYZ.1.A10", "XYZ.1.A32", "XYZ.1.A2"]);
}

#[test]
fn files_with_crlf_and_a_byte_order_mark_give_the_same() {
    let xml = basic(&["XYZ.1.A1 Zinnen\nzählen (B)"]);
    let crlf = format!("\u{feff}{}", xml.replace('\n', "\r\n"));
    assert_eq!(facts(&crlf).unwrap(), facts(&xml).unwrap());
}

#[test]
fn role_tables_are_read_by_their_labels() {
    let header = "<thead><tr><td>Zuständigkeit</td><td>Rolle</td></tr></thead>";
    let responsible = "<tr><td><para>Grundsätzlich zuständig</para></td><td>Vogt (V)</td></tr>";
    let further = "<tr><td>Weitere Zuständigkeiten</td><td>Wache (Tag, Nacht), Amt</td></tr>";
    let none = "<tr><td>Weitere Zuständigkeiten</td><td>Keine</td></tr>";
    let empty = "<informaltable><colgroup><col/></colgroup></informaltable>";
    let cases = [
        (format!("{header}{responsible}{further}"), 2),
        (format!("<tbody>{responsible}{further}</tbody>"), 2),
        (format!("{header}<tbody>{responsible}{none}</tbody>"), 0),
    ];
    for (rows, count) in cases {
        let table = format!("{empty}<informaltable>{rows}</informaltable>");
        let reading = facts(&book(&module("XYZ.1 Turm", &table, ""))).unwrap();
        let Fact::Module {
            responsible,
            further,
            ..
        } = &reading.facts[2]
        else {
            panic!("no module");
        };
        assert_eq!(responsible.as_deref(), Some("Vogt (V)"));
        assert_eq!(further.len(), count, "{further:?}");
        assert!(warnings(&reading).is_empty());
    }
}

#[test]
fn a_module_without_roles_is_reported() {
    let reading = facts(&book(&module("XYZ.1 Turm", "", ""))).unwrap();
    assert_eq!(
        warnings(&reading),
        ["9:1: module XYZ.1 names no responsible role"]
    );
}

#[test]
fn the_heading_of_a_module_wins_over_the_modelling_table() {
    let reading = facts(&book(&module("XYZ.1 Türmchen", ROLES, ""))).unwrap();
    assert!(matches!(&reading.facts[2], Fact::Module { title, .. } if title == "Türmchen"));
    assert_eq!(
        warnings(&reading),
        ["9:1: module XYZ.1 is `Türmchen` here and `Turm` in the modelling table"]
    );
}

#[test]
fn a_foreign_id_never_takes_the_place_of_the_real_one() {
    let foreign = level(
        "Basis-Anforderungen",
        &["XYZ.1.A5 Falsch (B)", "XYZ.2.A6 Recht (B)"],
    );
    let real = level("Basis-Anforderungen", &["XYZ.1.A5 Echt (B)"]);
    let wrong = module("XYZ.2 Tor", ROLES, &foreign);
    let right = module("XYZ.1 Turm", ROLES, &real);
    for modules in [format!("{right}{wrong}"), format!("{wrong}{right}")] {
        let reading = facts(&book(&modules)).unwrap();
        let mut found = summary(&reading);
        found.sort();
        assert_eq!(found[0].1, "Echt");
        assert_eq!(found.len(), 2);
        let lines = warnings(&reading);
        assert_eq!(lines.len(), 1);
        let text = "requirement XYZ.1.A5 in module XYZ.2 repeats an id: left out";
        assert!(lines[0].ends_with(text), "{lines:?}");
    }
}

#[test]
fn a_foreign_id_that_nothing_else_bears_is_kept_and_reported() {
    let reading = facts(&basic(&["XYZ.9.A1 Fremd (B)"])).unwrap();
    assert_eq!(summary(&reading)[0].0, "XYZ.9.A1");
    assert_eq!(
        warnings(&reading),
        ["11:1: requirement XYZ.9.A1 stands in module XYZ.1"]
    );
}

#[test]
fn of_two_equal_ids_in_a_module_the_first_stays() {
    let reading = facts(&basic(&["XYZ.1.A1 Eins (B)", "XYZ.1.A1 Zwei (B)"])).unwrap();
    let found = summary(&reading);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1, "Eins");
    assert_eq!(warnings(&reading).len(), 1);
}

#[test]
fn a_repeated_module_is_left_out_and_reported() {
    let one = module("XYZ.1 Turm", ROLES, "");
    let reading = facts(&book(&format!("{one}{one}"))).unwrap();
    assert_eq!(reading.facts.len(), 3);
    let lines = warnings(&reading);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("`XYZ.1` repeats an id: left out"));
}

#[test]
fn sections_that_nothing_is_read_from_are_reported() {
    let levels = level("Basis-Anforderungen", &["XYZ1.A1 Vertippt (B)"]);
    let modules = module("XYZ.1 Turm", ROLES, &levels) + &module("XYY.2 Tor", ROLES, "");
    let reading = facts(&book(&modules)).unwrap();
    let lines = warnings(&reading);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with("section `XYY.2 Tor` is no module: left out"));
    assert!(lines[1].ends_with("section `XYZ1.A1 Vertippt (B)` is no requirement: left out"));
}

#[test]
fn many_warnings_are_counted() {
    let headings: Vec<String> = (0..300).map(|n| format!("XYZ.1A{n} Titel (B)")).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let reading = facts(&basic(&headings)).unwrap();
    assert_eq!(summary(&reading).len(), 300);
    assert_eq!(reading.warnings.len(), 201);
    assert_eq!(reading.warnings[200], "and 101 more");
}

#[test]
fn of_two_rows_of_a_module_the_first_stays() {
    let rows = ["R1", "R3"]
        .map(|order| format!("<tr><td>XYZ.1 Turm</td><td>{order}</td><td>Netz</td></tr>"));
    let reading = facts(&book_with(&rows.concat(), &module("XYZ.1 Turm", ROLES, ""))).unwrap();
    assert!(matches!(
        &reading.facts[2],
        Fact::Module { order, .. } if *order == ImplementationOrder::R1
    ));
    assert_eq!(
        warnings(&reading),
        ["6:60: module XYZ.1 is modelled twice: first row read"]
    );
}
