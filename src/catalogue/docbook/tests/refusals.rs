//! What is refused, and with which words.

use super::*;

fn refusal(xml: &str) -> String {
    facts(xml).unwrap_err().to_string()
}

#[test]
fn refuses_what_is_not_xml() {
    let text = "not well-formed XML: expected `b` tag, not `a` at 1:7";
    assert_eq!(refusal("<a><b></a>"), text);
    assert!(refusal("").starts_with("not well-formed XML: "));
}

#[test]
fn refuses_a_dtd_with_its_entities() {
    let xml = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><a>&b;</a>";
    assert_eq!(refusal(xml), "a document type declaration is not allowed");
}

#[test]
fn refuses_another_kind_of_document() {
    let text = "1:1: the document is a `book`, not a DocBook 5 book";
    assert_eq!(refusal("<book/>"), text);
}

#[test]
fn refuses_deep_nesting() {
    let xml = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    assert_eq!(
        refusal(&xml),
        "1:193: elements are nested more than 64 deep"
    );
}

/// The XML parser compares each attribute with each other, and an id grows with each of its numbers.
#[test]
fn refuses_what_would_take_hours() {
    let attributes: String = (0..1_000_000).map(|n| format!(" a{n}=\"\"")).collect();
    let error = facts(&format!("<book{attributes}/>")).unwrap_err();
    assert!(error.to_string().contains("1000 attributes"), "{error}");
    let id = ".1".repeat(2_000_000);
    let title = format!("<section><title>AB{id} T</title></section>");
    assert!(
        facts(&format!(
            "<book xmlns=\"http://docbook.org/ns/docbook\">{title}</book>"
        ))
        .is_err()
    );
}

#[test]
fn refuses_too_many_nodes() {
    let xml = format!("<a>{}</a>", "<b/>".repeat(500_000));
    assert_eq!(refusal(&xml), "more than 500000 XML nodes");
}

#[test]
fn refuses_a_book_without_modelling_table() {
    assert_eq!(
        refusal(&book_with("", &module("XYZ.1 Turm", ROLES, ""))),
        "no chapter about modelling holds a table of modules"
    );
}

#[test]
fn refuses_a_book_without_layers() {
    assert_eq!(refusal(&book("")), "no chapter holds modules");
}

#[test]
fn refuses_a_module_that_is_not_modelled() {
    assert_eq!(
        refusal(&book(&module("XYZ.3 Graben", ROLES, ""))),
        "9:1: module XYZ.3 is not in the modelling table"
    );
}

#[test]
fn refuses_rows_that_are_short_or_have_an_unknown_order() {
    let modules = module("XYZ.1 Turm", ROLES, "");
    let cases = [
        (
            "<td>XYZ.1 Turm</td>",
            "6:8: the row of `XYZ.1 Turm` in the modelling table lacks its order",
        ),
        (
            "<td>XYZ.1 Turm</td><td>R1</td><td> </td>",
            "6:8: the row of `XYZ.1 Turm` in the modelling table lacks its type of target object",
        ),
        (
            "<td>XYZ.1 Turm</td><td>R4</td><td>Netz</td>",
            "6:8: order of module XYZ.1: `R4` is not one of R1, R2, R3",
        ),
    ];
    for (cells, text) in cases {
        assert_eq!(
            refusal(&book_with(&format!("<tr>{cells}</tr>"), &modules)),
            text
        );
    }
}

#[test]
fn refuses_requirements_without_level_or_title() {
    let levels = level("Anderes", &["XYZ.1.A1 Zinnen (B)"]);
    let xml = book(&module("XYZ.1 Turm", ROLES, &levels));
    assert_eq!(
        refusal(&xml),
        "11:1: requirement XYZ.1.A1 stands in no section that gives its level"
    );
    let text = "11:1: requirement XYZ.1.A1 has no title";
    assert_eq!(refusal(&basic(&["XYZ.1.A1 (B)"])), text);
}
