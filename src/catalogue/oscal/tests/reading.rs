//! Reading: limits, models, versions, defects.

use super::*;

fn refused(bytes: &[u8]) -> String {
    read(bytes, &Limits::default()).unwrap_err().to_string()
}

fn defects(value: &Value) -> Vec<(String, String)> {
    let bytes = serde_json::to_vec(value).unwrap();
    let (_, defects) = read_with_defects(&bytes, &Limits::default()).unwrap();
    let list = defects.list.into_iter();
    list.map(|defect| (defect.pointer, defect.what)).collect()
}

#[test]
fn limits_are_kept() {
    let limits = Limits {
        bytes: 40,
        depth: 3,
        values: 5,
    };
    let error = |text: &str| read(text.as_bytes(), &limits).unwrap_err();
    assert!(matches!(
        error(&" ".repeat(41)),
        OscalError::TooLarge {
            bytes: 41,
            limit: 40
        }
    ));
    assert_eq!(
        error("\n[[[[]]]]"),
        OscalError::TooDeep { line: 2, limit: 3 }
    );
    assert_eq!(error("[1,2,3,4,5,6,7]"), OscalError::TooMany { limit: 5 });
    // What stands in a text is neither depth nor value.
    assert!(matches!(
        error(r#"{"a":"[[[[\",,,,,,,"}"#),
        OscalError::NotOscal { .. }
    ));
    assert!(refused("[".repeat(100_000).as_bytes()).contains("64 levels"));
}

#[test]
fn what_is_no_oscal_is_refused_with_a_reason() {
    for (text, part) in [
        ("", "line 1, column 0"),
        ("{\n  \"catalog\": x }", "line 2, column 14"),
        ("[]", "holds no object"),
        ("{}", "is empty"),
        (r#"{"book":{}}"#, "`book` is no OSCAL model"),
        (r#"{"catalog":{},"profile":{}}"#, "more than one root"),
        (
            r#"{"system-security-plan":{}}"#,
            "an OSCAL `system-security-plan`",
        ),
        (r#"{"catalog":{}}"#, "version `` is not supported"),
        (
            r#"{"catalog":{"metadata":{"oscal-version":"1.0.4"}}}"#,
            "`1.0.4`",
        ),
        (
            r#"{"catalog":{"metadata":{"oscal-version":"1.3.0"}}}"#,
            "`1.3.0`",
        ),
        (
            r#"{"catalog":{"metadata":{"oscal-version":"1.1."}}}"#,
            "`1.1.`",
        ),
        (r#"{"catalog":{"a":1,"a":2}}"#, "key `a` twice"),
        ("{\"catalog\": \"\u{1}\"}", "line 1"),
    ] {
        let found = refused(text.as_bytes());
        assert!(found.contains(part), "{text}: {found}");
    }
    assert!(refused(b"\xff\xfe").contains("line 1"));
    for version in ["1.1.0", "1.1.3", "1.2.0-rc1", "1.2.0-rc.1", "1.2.12"] {
        let mut value = catalog();
        value["catalog"]["metadata"]["oscal-version"] = json!(version);
        assert_eq!(of(&value).tree().oscal_version(), version);
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    bytes.extend(serde_json::to_vec(&catalog()).unwrap());
    assert!(matches!(document(&bytes), Document::Catalog(_)));
}

#[test]
fn every_defect_has_its_place() {
    let mut value = catalog();
    value["$schema"] = json!("a b");
    let content = &mut value["catalog"];
    content["uuid"] = json!("no");
    content["x/y~z"] = json!(1);
    content["metadata"]["last-modified"] = json!("2026-02-30T00:00:00Z");
    content["metadata"]
        .as_object_mut()
        .unwrap()
        .shift_remove("version");
    content["groups"][1]["controls"][0]["title"] = json!(7);
    content["groups"][1]["controls"][0]["params"] = json!([]);
    content["groups"][1]["controls"][0]["id"] = json!("A.1.1");
    let found = defects(&value);
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(
        places,
        [
            "/$schema",
            "/catalog/uuid",
            "/catalog/metadata/last-modified",
            "/catalog/metadata",
            "/catalog/groups/1/controls/0/id",
            "/catalog/groups/1/controls/0/title",
            "/catalog/groups/1/controls/0/params",
            "/catalog/x~1y~0z",
        ]
    );
    assert_eq!(found[3].1, "`version` is missing in the metadata");
    assert_eq!(found[4].1, "`A.1.1` is given a second time");
    assert_eq!(found[5].1, "is a number, not a text");
    let error = read(&serde_json::to_vec(&value).unwrap(), &Limits::default()).unwrap_err();
    let OscalError::Defects(list) = error else {
        panic!("{error}");
    };
    assert_eq!((list.total, list.list.len()), (8, 8));
}

#[test]
fn the_list_of_defects_is_capped() {
    let mut value = catalog();
    let many: Vec<Value> = (0..500).map(|_| json!({})).collect();
    value["catalog"]["controls"] = json!(many);
    let bytes = serde_json::to_vec(&value).unwrap();
    let (document, defects) = read_with_defects(&bytes, &Limits::default()).unwrap();
    assert_eq!((defects.total, defects.list.len()), (1000, Defects::CAP));
    // Faulty or not, all of it is kept and can be looked at.
    assert_eq!(document.tree().whole(), &value);
    assert_eq!(document.catalogue().unwrap().controls.len(), 505);
}

#[test]
fn versions_differ_where_the_schemas_do() {
    let mut value = catalog();
    let group = &mut value["catalog"]["groups"][0];
    group["controls"] = json!([{ "id": "Z", "title": "zwei\nZeilen" }]);
    assert_eq!(defects(&value), []);
    value["catalog"]["metadata"]["oscal-version"] = json!("1.2.0");
    let places: Vec<String> = defects(&value)
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    assert_eq!(
        places,
        ["/catalog/groups/0/controls/0/title", "/catalog/groups/0"]
    );

    let mut value = super::rules::mapping();
    value["mapping-collection"]["metadata"]["oscal-version"] = json!("1.1.3");
    let found = defects(&value);
    assert_eq!(found[0].0, "/mapping-collection/metadata/oscal-version");
}
