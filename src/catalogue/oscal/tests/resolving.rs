//! Profile resolution on own samples.

use super::super::profile::{Hash, Rlink, Source};
use super::*;

/// A profile that uses every phase.
pub(super) fn profile() -> Value {
    json!({ "profile": {
        "uuid": uuid(100), "metadata": metadata("1.1.3"),
        "imports": [{ "href": format!("#{}", uuid(1)), "include-controls": [
            { "with-ids": ["A.1.1"], "with-child-controls": "yes" }] }],
        "merge": { "as-is": true },
        "modify": {
            "set-parameters": [{ "param-id": "a.1.1-p1", "values": ["18 Uhr"] }],
            "alters": [{ "control-id": "A.1.1", "adds": [
                { "position": "after", "by-id": "A.1.1_stm",
                  "parts": [{ "id": "A.1.1_own", "name": "guidance", "prose": "Eigenes." }] }] }]
        },
        "back-matter": { "resources": [{ "uuid": uuid(1), "title": "Muster" }] }
    } })
}

/// Resolves a profile that imports the sample catalog.
fn resolved(imports: Value, merge: Value, modify: Value) -> (Document, Vec<String>) {
    let mut value = profile();
    value["profile"]["imports"] = imports;
    value["profile"]["merge"] = merge;
    value["profile"]["modify"] = modify;
    let catalog = of(&catalog());
    let find = |_: &ImportRef| {
        Some(Source {
            document: &catalog,
            bytes: None,
            by_name: false,
        })
    };
    let resolution = resolve(&of(&value), &find, &stamp()).unwrap();
    (resolution.catalog, resolution.warnings)
}

fn href() -> String {
    format!("#{}", uuid(1))
}

/// Ids as a tree: groups in square, nested controls in round brackets.
fn outline(content: &Value) -> String {
    let mut text = Vec::new();
    for control in content["controls"].as_array().into_iter().flatten() {
        let below = outline(control);
        let id = control["id"].as_str().unwrap();
        text.push(if below.is_empty() {
            id.to_owned()
        } else {
            format!("{id}({below})")
        });
    }
    for group in content["groups"].as_array().into_iter().flatten() {
        let name = group["id"].as_str().or(group["title"].as_str()).unwrap();
        text.push(format!("{name}[{}]", outline(group)));
    }
    text.join(" ")
}

fn picked(import: Value, merge: Value) -> String {
    let mut import = import;
    import["href"] = json!(href());
    let (catalog, _) = resolved(json!([import]), merge, json!({}));
    outline(catalog.tree().content())
}

#[test]
fn imports_select_controls() {
    let as_is = || json!({ "as-is": true });
    for (import, expected) in [
        (
            json!({ "include-all": {} }),
            "A[A.1[A.1.1(A.1.1.1) A.1.2 A.1.10]] B[B.1]",
        ),
        (json!({}), "A[A.1[A.1.1(A.1.1.1) A.1.2 A.1.10]] B[B.1]"),
        (
            json!({ "include-controls": [{ "with-ids": ["A.1.1"] }] }),
            "A[A.1[A.1.1]]",
        ),
        (
            json!({ "include-controls": [{ "with-ids": ["A.1.1"], "with-child-controls": "yes" }] }),
            "A[A.1[A.1.1(A.1.1.1)]]",
        ),
        // Its parent is not selected: it moves up.
        (
            json!({ "include-controls": [{ "with-ids": ["A.1.1.1"] }] }),
            "A[A.1[A.1.1.1]]",
        ),
        (
            json!({ "include-controls": [{ "matching": [{ "pattern": "A.1.1*" }] }] }),
            "A[A.1[A.1.1(A.1.1.1) A.1.10]]",
        ),
        (
            json!({ "include-all": {}, "exclude-controls": [{ "with-ids": ["A.1.1", "B.1"] }] }),
            "A[A.1[A.1.1.1 A.1.2 A.1.10]]",
        ),
        (
            json!({ "include-all": {}, "exclude-controls": [
                { "with-ids": ["A.1.1"], "with-child-controls": "yes" }] }),
            "A[A.1[A.1.2 A.1.10]] B[B.1]",
        ),
    ] {
        assert_eq!(picked(import.clone(), as_is()), expected, "{import}");
    }
}

#[test]
fn merging_gives_a_structure() {
    let all = || json!({ "include-all": {} });
    assert_eq!(
        picked(all(), json!({ "flat": {} })),
        "A.1.1(A.1.1.1) A.1.2 A.1.10 B.1"
    );
    assert_eq!(
        picked(all(), json!({ "as-is": false })),
        "A.1.1(A.1.1.1) A.1.2 A.1.10 B.1"
    );
    let custom = json!({ "custom": {
        "groups": [
            { "title": "Eins", "insert-controls": [
                { "order": "descending", "include-controls": [{ "matching": [{ "pattern": "A.1.?" }, { "pattern": "A.1.1?" }] }] }] },
            { "title": "Zwei", "groups": [{ "title": "Tief", "insert-controls": [
                { "include-controls": [{ "with-ids": ["A.1.1"], "with-child-controls": "yes" }] }] }] }],
        "insert-controls": [{ "include-controls": [{ "with-ids": ["B.1"] }] }] } });
    assert_eq!(
        picked(all(), custom),
        // A.1.1 has its place; what is below it has none yet.
        "B.1 Eins[A.1.10 A.1.2 A.1.1] Zwei[Tief[A.1.1.1]]"
    );
    let all_in = json!({ "custom": { "insert-controls": [
        { "include-all": {}, "exclude-controls": [{ "with-ids": ["A.1.2"] }] }] } });
    assert_eq!(picked(all(), all_in), "A.1.1(A.1.1.1) A.1.10 B.1");
}

#[test]
fn controls_without_a_place_are_told() {
    let import = json!([{ "href": href(), "include-all": {} }]);
    let merge = json!({ "custom": { "insert-controls": [
        { "include-controls": [{ "with-ids": ["B.1"] }] }] } });
    let (_, warnings) = resolved(import, merge, json!({}));
    assert_eq!(
        warnings,
        ["4 selected control(s) have no place in the structure: `A.1.1`"]
    );
}

#[test]
fn controls_selected_twice_come_together_as_asked() {
    let imports = json!([
        { "href": href(), "include-controls": [{ "with-ids": ["A.1.1", "A.1.2"] }] },
        { "href": href(), "include-controls": [{ "with-ids": ["A.1.1", "A.1.1.1", "B.1"] }] }]);
    let merged = |method: &str| {
        let merge = json!({ "as-is": true, "combine": { "method": method } });
        let (catalog, warnings) = resolved(imports.clone(), merge, json!({}));
        (outline(catalog.tree().content()), warnings.len())
    };
    assert_eq!(
        merged("keep"),
        ("A[A.1[A.1.1 A.1.2 A.1.1(A.1.1.1)]] B[B.1]".to_owned(), 1)
    );
    assert_eq!(
        merged("use-first"),
        ("A[A.1[A.1.1 A.1.2 A.1.1.1]] B[B.1]".to_owned(), 0)
    );
    assert_eq!(
        merged("merge"),
        ("A[A.1[A.1.1 A.1.2 A.1.1.1]] B[B.1]".to_owned(), 0)
    );
}

#[test]
fn parameters_are_set_and_loose_ones_follow_their_use() {
    let import = |id: &str| json!([{ "href": href(), "include-controls": [{ "with-ids": [id] }] }]);
    let modify = json!({ "set-parameters": [
        { "param-id": "a.1.1-p2", "values": ["nachts"], "label": "Wann" },
        { "param-id": "none", "values": ["x"] }] });
    let (catalog, warnings) = resolved(import("A.1.1"), json!({ "as-is": true }), modify);
    assert_eq!(
        warnings,
        ["parameter `none` is to be modified, but is not there"]
    );
    let view = catalog.catalogue().unwrap();
    assert_eq!(
        view.controls[0].statement,
        "[Stelle] SOLLTE [nachts] schließen."
    );
    let param = &view.controls[0].params[1];
    assert_eq!(param.label.as_deref(), Some("Wann"));
    assert_eq!(param.choices, Vec::<String>::new());
    assert_eq!(catalog.tree().content()["params"][0]["id"], "org");
    assert!(validate(catalog.tree()).is_empty());
    // Nothing of B.1 names a parameter.
    let (catalog, _) = resolved(import("B.1"), json!({ "as-is": true }), json!({}));
    assert!(catalog.tree().content().get("params").is_none());
}

#[test]
fn alterations_remove_and_add() {
    let alter = |removes: Value, adds: Value| {
        let import = json!([{ "href": href(), "include-controls": [{ "with-ids": ["A.1.1"] }] }]);
        let mut alter = json!({ "control-id": "A.1.1" });
        for (field, list) in [("removes", removes), ("adds", adds)] {
            if list != json!([]) {
                alter[field] = list;
            }
        }
        let (catalog, warnings) =
            resolved(import, json!({ "flat": {} }), json!({ "alters": [alter] }));
        (catalog.tree().content()["controls"][0].clone(), warnings)
    };
    let names = |list: &Value, field: &str| {
        let items = list[field].as_array().into_iter().flatten();
        let names = items.map(|item| item["name"].as_str().unwrap_or("?").to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    let (control, _) = alter(
        json!([{ "by-name": "tags" }, { "by-item-name": "link" }]),
        json!([]),
    );
    assert_eq!(
        names(&control, "props"),
        "alt-identifier sec_level effort_level"
    );
    assert!(control.get("links").is_none());
    let (control, _) = alter(json!([{ "by-id": "A.1.1_gdn" }]), json!([]));
    assert_eq!(names(&control, "parts"), "statement");
    // All that is given must fit; properties of parts are reached too.
    let (control, warnings) = alter(
        json!([{ "by-name": "tags", "by-item-name": "part" }, { "by-name": "modal_verb" }, {}]),
        json!([]),
    );
    assert_eq!(
        names(&control, "props"),
        "alt-identifier sec_level effort_level tags"
    );
    assert_eq!(
        names(&control["parts"][0], "props"),
        "action_word target_object_categories"
    );
    assert_eq!(warnings.len(), 2);

    let item = |name: &str| json!([{ "name": name, "value": "v" }]);
    let part = |name: &str| json!([{ "name": name }]);
    for (add, props, parts) in [
        (
            json!({ "props": item("n") }),
            "alt-identifier sec_level effort_level tags n",
            "statement guidance",
        ),
        (
            json!({ "position": "starting", "props": item("n") }),
            "n alt-identifier sec_level effort_level tags",
            "statement guidance",
        ),
        (
            json!({ "position": "before", "by-id": "A.1.1_gdn", "parts": part("p") }),
            "alt-identifier sec_level effort_level tags",
            "statement p guidance",
        ),
        (
            json!({ "position": "after", "by-id": "A.1.1_stm", "parts": part("p") }),
            "alt-identifier sec_level effort_level tags",
            "statement p guidance",
        ),
        (
            json!({ "position": "after", "by-id": "A.1.1", "parts": part("p") }),
            "alt-identifier sec_level effort_level tags",
            "statement guidance p",
        ),
        (
            json!({ "by-id": "none", "parts": part("p") }),
            "alt-identifier sec_level effort_level tags",
            "statement guidance",
        ),
    ] {
        let (control, _) = alter(json!([]), json!([add]));
        assert_eq!(names(&control, "props"), props, "{add}");
        assert_eq!(names(&control, "parts"), parts, "{add}");
    }
    let add =
        json!({ "position": "starting", "by-id": "A.1.1_stm", "title": "T", "props": item("n") });
    let (control, _) = alter(json!([]), json!([add]));
    assert_eq!(control["parts"][0]["title"], "T");
    assert!(names(&control["parts"][0], "props").starts_with("n modal_verb"));
}

#[test]
fn more_of_anything_than_is_sensible_is_refused() {
    let limited = |imports: Value, merge: Value, modify: Value| {
        let mut value = profile();
        value["profile"]["imports"] = imports;
        value["profile"]["merge"] = merge;
        value["profile"]["modify"] = modify;
        let catalog = of(&catalog());
        let find = |_: &ImportRef| {
            Some(Source {
                document: &catalog,
                bytes: None,
                by_name: false,
            })
        };
        resolve(&of(&value), &find, &stamp())
            .unwrap_err()
            .to_string()
    };
    let many = |number: usize, item: Value| json!(vec![item; number]);
    let import = || json!({ "href": href(), "include-all": {} });
    let one = || many(1, import());
    let flat = || json!({ "flat": {} });
    let patterns = json!([{ "href": href(), "include-controls": [
        { "matching": many(65, json!({ "pattern": "*" })) }] }]);
    let insertions = many(257, json!({ "include-all": {} }));
    let custom = json!({ "custom": { "insert-controls": insertions } });
    let adds = many(1_001, json!({ "position": "starting", "title": "T" }));
    let alters = json!({ "alters": [{ "control-id": "B.1", "adds": adds }] });
    for (error, part) in [
        (limited(many(33, import()), flat(), json!({})), "32 imports"),
        (limited(patterns, flat(), json!({})), "64 patterns"),
        (limited(one(), custom, json!({})), "256 insertions"),
        (limited(one(), flat(), alters), "1000 changes"),
        (
            limited(one(), json!({ "flat": {}, "as-is": true }), json!({})),
            "only one of",
        ),
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn the_result_has_head_and_back_matter() {
    let catalog = of(&catalog());
    let find = |_: &ImportRef| {
        Some(Source {
            document: &catalog,
            bytes: None,
            by_name: false,
        })
    };
    let mut value = profile();
    value["profile"]["metadata"]["links"] = json!([{ "href": href(), "rel": "reference" }]);
    let result = resolve(&of(&value), &find, &stamp()).unwrap();
    let content = result.catalog.tree().content();
    assert_eq!(content["uuid"], json!(stamp().uuid));
    assert_eq!(
        content["metadata"]["last-modified"],
        json!(stamp().last_modified)
    );
    assert_eq!(content["metadata"]["props"][0]["name"], "resolution-tool");
    assert_eq!(content["metadata"]["links"][0]["rel"], "source-profile");
    // The one that the metadata name; the catalog's own is named by nothing.
    assert_eq!(
        content["back-matter"]["resources"],
        json!([{ "uuid": uuid(1), "title": "Muster" }])
    );
    assert!(validate(result.catalog.tree()).is_empty());
    let view = result.catalog.catalogue().unwrap();
    assert_eq!(
        view.controls[0].statement,
        "[Stelle] SOLLTE [abends; um [18 Uhr]] schließen."
    );
    assert_eq!(view.controls[0].guidance, "Eigenes.\nAuch im Winter.");
}

#[test]
fn profiles_import_profiles_but_not_in_a_circle() {
    let catalog = of(&catalog());
    let inner = |number: u32, target: u32| {
        let mut value = profile();
        value["profile"]["uuid"] = json!(uuid(number));
        value["profile"]["imports"][0]["href"] = json!(format!("#{}", uuid(target)));
        value["profile"]["back-matter"]["resources"][0]["uuid"] = json!(uuid(target));
        of(&value)
    };
    let (outer, middle, circle) = (inner(100, 101), inner(101, 1), inner(101, 100));
    let find = |middle| {
        let (outer, catalog) = (&outer, &catalog);
        move |import: &ImportRef| {
            let documents = [outer, middle, catalog];
            let uuid = import.resource.clone().unwrap();
            let document = documents.into_iter().find(|d| d.tree().uuid() == uuid)?;
            Some(Source {
                document,
                bytes: None,
                by_name: false,
            })
        }
    };
    let result = resolve(&outer, &find(&middle), &stamp()).unwrap();
    assert_eq!(
        outline(result.catalog.tree().content()),
        "A[A.1[A.1.1(A.1.1.1)]]"
    );
    let error = resolve(&outer, &find(&circle), &stamp()).unwrap_err();
    assert_eq!(
        error,
        ResolveError::Circular(vec![uuid(100), uuid(101), uuid(100)])
    );
}

#[test]
fn an_import_is_found_by_hash_or_uuid_and_must_be_the_one_named() {
    let file = serde_json::to_vec(&catalog()).unwrap();
    let mut shelf = Shelf::default();
    shelf.add(document(&file), file.clone(), Some("b.json".to_owned()));
    let with = |algorithm: &str, value: &str| {
        let mut profile = profile();
        profile["profile"]["back-matter"]["resources"][0]["rlinks"] =
            json!([{ "href": "a.json", "hashes": [{ "algorithm": algorithm, "value": value }] }]);
        resolve(&of(&profile), &|import| shelf.find(import), &stamp())
    };
    let sha = <sha2::Sha256 as sha2::Digest>::digest(&file);
    let sha: String = sha.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(
        with("SHA-256", &sha).unwrap().warnings,
        Vec::<String>::new()
    );
    assert!(matches!(
        with("SHA-256", "00"),
        Err(ResolveError::Hash { .. })
    ));
    assert_eq!(with("SHA3-256", "00").unwrap().warnings.len(), 1);

    let mut other = profile();
    other["profile"]["imports"][0]["href"] = json!("a.json");
    let error = resolve(&of(&other), &|import| shelf.find(import), &stamp()).unwrap_err();
    assert!(
        error.to_string().contains("is missing: `a.json`"),
        "{error}"
    );
    // By name, where nothing better is said, and then it is said so.
    for place in [
        "b.json",
        "../catalogs/b.xml",
        "b-min.yaml",
        "https://example.org/x/b.json?raw#top",
    ] {
        other["profile"]["imports"][0]["href"] = json!(place);
        let warnings = resolve(&of(&other), &|import| shelf.find(import), &stamp())
            .unwrap()
            .warnings;
        assert!(
            warnings[0].contains("taken by its file name alone"),
            "{warnings:?}"
        );
    }
    other["profile"]["imports"][0]["href"] = json!(format!("#{}", uuid(77)));
    let error = resolve(&of(&other), &|import| shelf.find(import), &stamp()).unwrap_err();
    assert!(matches!(error, ResolveError::NoResource { .. }));
    let error = resolve(&of(&catalog()), &|import| shelf.find(import), &stamp()).unwrap_err();
    assert_eq!(error, ResolveError::NotAProfile { found: "catalog" });
}

#[test]
fn one_of_several_places_is_enough() {
    let place = |value: &str| Rlink {
        href: "a".to_owned(),
        media_type: None,
        hashes: vec![Hash {
            algorithm: "md5".to_owned(),
            value: value.to_owned(),
        }],
    };
    let import = |rlinks| ImportRef {
        href: "#x".to_owned(),
        resource: None,
        title: None,
        rlinks,
    };
    let empty = "d41d8cd98f00b204e9800998ecf8427e";
    assert_eq!(
        import(vec![place("00"), place(empty)]).agrees_with(b""),
        Some(true)
    );
    assert_eq!(import(vec![place("00")]).agrees_with(b""), Some(false));
    let mut bare = place("00");
    bare.hashes.clear();
    assert_eq!(import(vec![place("00"), bare]).agrees_with(b""), None);
    assert_eq!(import(vec![]).agrees_with(b""), None);
}

/// Each addition goes into the one before it: what grows must stay within every stack.
#[test]
fn additions_do_not_pile_up_without_end() {
    let adds: Vec<Value> = (0..1_000)
        .map(|number| {
            let mut part = json!({ "id": format!("x{}", number + 1), "name": "item" });
            for _ in 0..25 {
                part = json!({ "name": "item", "parts": [part] });
            }
            let target = if number == 0 {
                "A.1.1_stm".to_owned()
            } else {
                format!("x{number}")
            };
            json!({ "position": "ending", "by-id": target, "parts": [part] })
        })
        .collect();
    let import = json!([{ "href": href(), "include-controls": [{ "with-ids": ["A.1.1"] }] }]);
    let alters = json!({ "alters": [{ "control-id": "A.1.1", "adds": adds }] });
    let (catalog, warnings) = resolved(import, json!({ "flat": {} }), alters);
    assert!(catalog.catalogue().is_some());
    assert_eq!(
        warnings.len(),
        201,
        "200 lines and the number of the others"
    );
    assert!(
        warnings
            .iter()
            .all(|warning| warning.chars().count() <= 201)
    );
}

#[test]
fn a_change_is_not_copied_without_end() {
    let props: Vec<Value> = (0..10_000)
        .map(|_| json!({ "name": "a", "value": "b" }))
        .collect();
    let adds = json!([{ "position": "ending", "props": props }]);
    let mut value = profile();
    value["profile"]["modify"] = json!({ "alters": [{ "control-id": "A", "adds": adds }] });
    // Let in with its defects, a file may have as many controls of one id as it likes.
    let controls = vec![json!({ "id": "A", "title": "T" }); 100];
    let catalog = json!({ "catalog": { "uuid": uuid(1), "metadata": metadata("1.1.3"), "controls": controls } });
    let bytes = serde_json::to_vec(&catalog).unwrap();
    let (catalog, _) = read_with_defects(&bytes, &Limits::default()).unwrap();
    value["profile"]["imports"] = json!([{ "href": href() }]);
    let find = |_: &ImportRef| {
        let (document, bytes) = (&catalog, None);
        Some(Source {
            document,
            bytes,
            by_name: false,
        })
    };
    let refused = resolve(&of(&value), &find, &stamp()).unwrap_err();
    assert!(
        refused.to_string().contains("values added by changes"),
        "{refused}"
    );
}

/// Two catalogs with a group of the same id, and the second's text needs a parameter of its group.
#[test]
fn parameters_of_a_group_survive_its_union_with_another() {
    let group = |number: u32, control: &str, parameter: Value| {
        of(
            &json!({ "catalog": { "uuid": uuid(number), "metadata": metadata("1.1.3"), "groups": [
            { "id": "G", "title": "Gruppe", "params": [parameter], "controls": [
                { "id": control, "title": "T", "parts": [
                    { "name": "statement", "prose": format!("um {{{{ insert: param, p{number} }}}}") }] }] }] } }),
        )
    };
    let parameter =
        |number: u32| json!({ "id": format!("p{number}"), "values": [format!("{number} Uhr")] });
    let documents = [group(1, "G.1", parameter(1)), group(2, "G.2", parameter(2))];
    let mut value = profile();
    value["profile"]["imports"] =
        json!([{ "href": format!("#{}", uuid(1)) }, { "href": format!("#{}", uuid(2)) }]);
    value["profile"]["back-matter"] = json!({ "resources": [{ "uuid": uuid(1), "title": "A" }, { "uuid": uuid(2), "title": "B" }] });
    value["profile"].as_object_mut().unwrap().remove("modify");
    let find = |import: &ImportRef| {
        let mut all = documents.iter();
        let document = all.find(|document| import.href.ends_with(document.tree().uuid()))?;
        Some(Source {
            document,
            bytes: None,
            by_name: false,
        })
    };
    let resolution = resolve(&of(&value), &find, &stamp()).unwrap();
    let view = resolution.catalog.catalogue().unwrap();
    let texts: Vec<&str> = view
        .controls
        .iter()
        .map(|control| &*control.statement)
        .collect();
    assert_eq!(texts, ["um [1 Uhr]", "um [2 Uhr]"]);
}

#[test]
fn a_text_that_no_database_can_hold_is_refused() {
    for text in ["Dach\0", "\0"] {
        let mut value = catalog();
        value["catalog"]["metadata"]["title"] = json!(text);
        let bytes = serde_json::to_vec(&value).unwrap();
        let refused = read(&bytes, &Limits::default()).unwrap_err();
        assert!(refused.to_string().contains("U+0000"), "{refused}");
    }
}
