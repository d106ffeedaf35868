//! Views and comparisons on own samples.

use std::cmp::Ordering;

use super::super::catalogue::Link;
use super::super::diff::Pair;
use super::*;

#[test]
fn a_catalog_is_flat_in_the_order_of_the_document() {
    let catalogue = of(&catalog()).catalogue().unwrap();
    let groups: Vec<_> = catalogue
        .groups
        .iter()
        .map(|g| (g.id.as_deref().unwrap(), g.parent))
        .collect();
    assert_eq!(groups, [("A", None), ("A.1", Some(0)), ("B", None)]);
    let controls: Vec<_> = catalogue
        .controls
        .iter()
        .map(|c| (c.id.as_str(), c.group, c.parent, c.position))
        .collect();
    assert_eq!(
        controls,
        [
            ("A.1.1", Some(1), None, 0),
            ("A.1.1.1", Some(1), Some(0), 1),
            ("A.1.2", Some(1), None, 2),
            ("A.1.10", Some(1), None, 3),
            ("B.1", Some(2), None, 4),
        ]
    );
}

#[test]
fn a_control_has_its_texts_levels_and_links() {
    let catalogue = of(&catalog()).catalogue().unwrap();
    let control = &catalogue.controls[0];
    assert_eq!(
        control.statement,
        "[Stelle] SOLLTE [abends; um [Uhrzeit]] schließen."
    );
    assert_eq!(control.guidance, "Auch im Winter.");
    assert_eq!(control.alt_identifier.as_deref(), Some("k-11"));
    assert_eq!(control.modal_verb.as_deref(), Some("SOLLTE"));
    assert_eq!(control.sec_level.as_deref(), Some("normal-SdT"));
    assert_eq!(control.effort_level, Some(2));
    assert_eq!(control.action_word.as_deref(), Some("schließen"));
    assert_eq!(control.target_object_categories, ["Standorte", "Räume"]);
    assert_eq!(control.tags, ["Bau", "Tür"]);
    assert_eq!(
        control.links,
        [Link {
            rel: Some("required".to_owned()),
            href: "#A.1.2".to_owned(),
            fragment: Some("A.1.2".to_owned())
        }]
    );
    assert_eq!(control.required().collect::<Vec<_>>(), ["A.1.2"]);
    assert!(!control.withdrawn && catalogue.controls[2].withdrawn);
}

#[test]
fn a_property_of_a_foreign_namespace_is_not_ours() {
    let mut value = catalog();
    let control = "/catalog/groups/0/groups/0/controls/0/props/1";
    value.pointer_mut(control).unwrap()["ns"] = json!("https://other.example/ns");
    let catalogue = of(&value).catalogue().unwrap();
    assert_eq!(catalogue.controls[0].sec_level, None);
}

#[test]
fn parts_below_a_statement_are_lines() {
    let mut value = catalog();
    value["catalog"]["groups"][1]["controls"][0]["parts"] = json!([
        { "name": "statement", "prose": "Das Dach", "parts": [
            { "name": "item", "prose": "ist dicht;", "props": [{ "name": "label", "value": "a." }] },
            { "name": "item", "props": [{ "name": "label", "value": "b." }], "parts": [
                { "name": "item", "prose": "trägt {{insert:param,org}} {{ x }} {{ insert: param, none }}." }] }] }
    ]);
    let catalogue = of(&value).catalogue().unwrap();
    let statement = &catalogue.controls[4].statement;
    assert_eq!(
        statement,
        "Das Dach\n  a. ist dicht;\n    trägt [Stelle] {{ x }} [none]."
    );
}

#[test]
fn parameters_cannot_blow_a_text_up() {
    let long = "x".repeat(1 << 20);
    let prose = "{{ insert: param, org }}".repeat(1_000);
    let mut value = catalog();
    value["catalog"]["params"][0]["values"] = json!([long]);
    value["catalog"]["groups"][1]["controls"][0]["parts"] =
        json!([{ "name": "statement", "prose": prose }]);
    let catalogue = of(&value).catalogue().unwrap();
    assert!(catalogue.controls[4].statement.len() < 20 << 20);
}

#[test]
fn ids_are_ordered_as_people_count() {
    let mut ids = [
        "A10", "A2", "A.1.10", "A.1.9", "B1", "A02", "A2", "A", "", "A2a", "Ä1",
    ];
    ids.sort_by(|a, b| order::compare(a, b));
    assert_eq!(
        ids,
        [
            "", "A", "A02", "A2", "A2", "A2a", "A10", "A.1.9", "A.1.10", "B1", "Ä1"
        ]
    );
    assert_eq!(order::compare("A2", "A02"), Ordering::Greater);
    let huge = "9".repeat(40);
    assert_eq!(order::compare(&huge, &format!("1{huge}")), Ordering::Less);
}

#[test]
fn editions_differ_by_key() {
    let old = of(&catalog()).catalogue().unwrap();
    let mut value = catalog();
    let controls = &mut value["catalog"]["groups"][0]["groups"][0]["controls"];
    controls[0]["id"] = json!("A.1.5");
    controls[0]["props"][1]["value"] = json!("erhöht");
    controls[0]["controls"][0]["title"] = json!("Dreifach");
    controls[2]["id"] = json!("A.1.11");
    let new = of(&value).catalogue().unwrap();
    let found = diff(&old, &new);
    let pair = |old: &str, new: &str| Pair {
        old: old.to_owned(),
        new: new.to_owned(),
    };
    // Without a key an id is all there is: a new id is a new control.
    assert_eq!(found.added, ["A.1.11"]);
    assert_eq!(found.removed, ["A.1.10"]);
    assert_eq!(found.renamed, [pair("A.1.1", "A.1.5")]);
    assert_eq!(found.text_changed, [pair("A.1.1.1", "A.1.1.1")]);
    assert_eq!(found.level_changed, [pair("A.1.1", "A.1.5")]);
    assert_eq!(diff(&old, &old), Diff::default());
}

#[test]
fn a_component_definition_shows_what_is_implemented() {
    let value = json!({ "component-definition": {
        "uuid": uuid(1), "metadata": metadata("1.1.3"),
        "components": [{ "uuid": uuid(2), "type": "policy", "title": "Schließordnung",
            "description": "Regelt Türen.",
            "control-implementations": [{ "uuid": uuid(3), "source": "#x", "description": "Alle",
                "implemented-requirements": [{ "uuid": uuid(4), "control-id": "A.1.1",
                    "description": "Abends", "set-parameters": [
                        { "param-id": "a.1.1-p1", "values": ["18 Uhr"] }],
                    "statements": [{ "uuid": uuid(5), "statement-id": "A.1.1_stm",
                        "description": "Der Hausmeister" }] }] }] }] } });
    let view = of(&value).component_definition().unwrap();
    let requirement = &view.components[0].implementations[0].requirements[0];
    assert_eq!(requirement.control_id, "A.1.1");
    assert_eq!(requirement.set_parameters[0].values, ["18 Uhr"]);
    assert_eq!(requirement.statements[0].statement_id, "A.1.1_stm");
}
