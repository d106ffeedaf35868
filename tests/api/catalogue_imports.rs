//! Importing official files, reading what they brought, and comparing editions.

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::store::schema;

use crate::support::{Answer, Client, TestApp, official_files, skipped, workbook};

const CATALOG: &str = include_str!("../samples/catalog.json");
const KOMPENDIUM: &str = include_str!("../samples/kompendium.xml");

/// A cross table of the sample, and a checklist of its module.
const CROSS_TABLE: &[&[&str]] = &[
    &["XYZ.1", "Name", "CIA", "G 0.1", "G 0.2"],
    &["XYZ.1.A1", "Zugbrücke", "CA", "X"],
    &["XYZ.1.A2", "Schlüssel"],
    &["XYZ.1.A10", "Fackeln", "", "X", "X"],
];
const CHECKLIST: &[&[&str]] = &[
    &["", "Baustein: XYZ.1 Turm"],
    &["", "Kompendium: 1402"],
    &["", "ID-Anforderung", "Titel", "Inhalt", "Typ", "Umsetzung"],
    &[
        "",
        "XYZ.1.A1",
        "Zugbrücke prüfen",
        "Die Zugbrücke MUSS geprüft werden.",
        "Basis",
    ],
    &["", "XYZ.1.A1", "Zugbrücke prüfen", "Zweimal.", "Basis"],
    &[
        "",
        "XYZ.1.A10",
        "Fackeln löschen",
        "Fackeln MÜSSEN gelöscht werden.",
        "Basis",
    ],
];

/// A cross table with the pairs that Edition 2023 has, and goals that it has not.
fn all_pairs_and_own_goals(app: &TestApp) -> Vec<u8> {
    let pairs = app.app.store.read(|db| {
        let built_in = schema::catalogues::table
            .filter(schema::catalogues::key.eq("gs-2023"))
            .select(schema::catalogues::id);
        let pairs: Vec<(String, String)> = schema::catalogue_requirement_threats::table
            .filter(schema::catalogue_requirement_threats::catalogue_id.eq_any(built_in))
            .order((
                schema::catalogue_requirement_threats::requirement_id,
                schema::catalogue_requirement_threats::threat_id,
            ))
            .select((
                schema::catalogue_requirement_threats::requirement_id,
                schema::catalogue_requirement_threats::threat_id,
            ))
            .load(db)?;
        Ok(pairs)
    });
    let threats: Vec<String> = (1..=47).map(|number| format!("G 0.{number}")).collect();
    let mut by_requirement: std::collections::BTreeMap<String, Vec<&str>> =
        std::collections::BTreeMap::new();
    let pairs = pairs.unwrap();
    for (requirement, threat) in &pairs {
        by_requirement
            .entry(requirement.clone())
            .or_default()
            .push(threat);
    }
    let mut rows: Vec<Vec<String>> = vec![
        ["ISMS.1", "Name", "CIA"]
            .iter()
            .map(|text| (*text).to_owned())
            .chain(threats.iter().cloned())
            .collect(),
    ];
    for (requirement, marked) in by_requirement {
        let marks = threats.iter().map(|threat| {
            if marked.contains(&threat.as_str()) {
                "X".to_owned()
            } else {
                String::new()
            }
        });
        rows.push(
            [requirement, "n".to_owned(), "CIA".to_owned()]
                .into_iter()
                .chain(marks)
                .collect(),
        );
    }
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    workbook(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// From three requirements of Edition 2023 to the sample; the mapping names an id that is older than the sample.
fn mapping() -> String {
    let map = |number: u32, relationship: &str, source: &str, target: &str, uuid: u32| {
        json!({
            "uuid": format!("3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0d{number:02}"), "relationship": relationship,
            "sources": [{ "type": "statement", "id-ref": source }],
            "targets": [{ "type": "control", "id-ref": target, "props": [{ "name": "oscal_uuid", "value": format!("8a5c2a3e-1f3d-4c55-8c68-1f2f6d8e7a{uuid:02}") }] }],
        })
    };
    let maps = [
        map(11, "subset-of", "NET.1.1.A4-UA.1", "TOR.9", 1),
        map(12, "no-relationship", "NET.1.1.A4-UA.2", "TOR.2", 3),
        map(13, "equal-to", "ISMS.1.A4-UA.1", "TOR.2", 3),
        map(14, "equivalent-to", "ISMS.1.A4-UA.2", "TOR.2", 3),
        map(15, "equal-to", "ISMS.1.A1-UA.1", "TOR.5", 77),
    ];
    json!({ "mapping-collection": {
        "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0d01",
        "metadata": { "title": "Probe", "last-modified": "2026-05-03T08:00:00+02:00", "version": "1", "oscal-version": "1.2.1" },
        "provenance": { "method": "human", "matching-rationale": "semantic", "status": "draft", "mapping-description": "Probe" },
        "mappings": [{
            "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0d02",
            "source-resource": { "type": "catalog", "href": "alt.json" },
            "target-resource": { "type": "catalog", "href": "neu.json" },
            "maps": maps,
        }],
    }})
    .to_string()
}

async fn import(client: &Client<'_>, file: impl AsRef<[u8]>) -> Answer {
    client
        .send_bytes(
            Method::POST,
            "catalogues",
            &[("content-type", "application/octet-stream")],
            Some(file.as_ref().to_vec()),
        )
        .await
}

fn rows(app: &TestApp) -> [i64; 5] {
    let counts = app.app.store.read(|db| {
        Ok([
            schema::catalogues::table.count().get_result(db)?,
            schema::catalogue_sources::table.count().get_result(db)?,
            schema::catalogue_texts::table.count().get_result(db)?,
            schema::catalogue_controls::table.count().get_result(db)?,
            schema::audit_events::table
                .filter(schema::audit_events::action.eq("catalogue.imported"))
                .count()
                .get_result(db)?,
        ])
    });
    counts.unwrap()
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

both_engines! {
    async fn a_kompendium_is_read_with_its_texts(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let report = import(&isb, KOMPENDIUM).await.ok(201);
        assert_eq!((&report["kind"], &report["catalogue"], &report["edition"]), (&json!("kompendium"), &json!("gs-1402"), &json!("1402")));
        assert_eq!(report["counts"]["all"], json!({ "modules": 1, "basic": 3, "standard": 0, "elevated": 0, "active": 3, "withdrawn": 0 }));
        assert_eq!((&report["counts"]["threats"], &report["counts"]["roles"]), (&json!(2), &json!(1)));
        assert!(!report["warnings"].as_array().unwrap().is_empty(), "a glossary is missing: {report}");
        let base = "catalogues/gs-1402";
        let one = isb.get(&format!("{base}/requirements/XYZ.1.A1")).await.ok(200);
        assert_eq!((&one["text"], &one["level"]), (&json!("Die Zugbrücke MUSS geprüft werden."), &json!("basic")));
        let module = isb.get(&format!("{base}/modules/XYZ.1")).await.ok(200);
        assert!(module["sections"].as_array().unwrap().contains(&json!({ "heading": "Einleitung", "text": "Ein Turm ist hoch." })), "{module}");
        let threats = isb.get(&format!("{base}/threats")).await.ok(200);
        assert_eq!(threats["items"], json!([
            { "id": "G 0.1", "title": "Feuer", "requirements": 0 }, { "id": "G 0.2", "title": "Wasser", "requirements": 0 },
        ]));
        let overview = isb.get(base).await.ok(200);
        assert_eq!(overview["sources"][0]["sha256"], report["sha256"]);
        assert_eq!((&overview["series"], &overview["model"]), (&json!("gs"), &json!("kompendium")));
    }

    async fn a_cross_table_is_joined_by_ids_and_only_once(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, KOMPENDIUM).await.ok(201);
        let table = workbook(CROSS_TABLE);
        let report = import(&isb, &table).await.ok(201);
        assert_eq!((&report["kind"], &report["catalogue"]), (&json!("cross_table"), &json!("gs-1402")));
        assert_eq!(report["counts"], json!({ "requirements": 3, "threats": 2, "pairs": 3, "protection_goals": 1 }));
        assert_eq!(report["warnings"], json!([
            "XYZ.1.A1 is basic and has marks of C, I and A", "XYZ.1.A2 counters no threat",
        ]));
        let base = "catalogues/gs-1402";
        let threats = isb.get(&format!("{base}/threats")).await.ok(200);
        assert_eq!(threats["items"], json!([
            { "id": "G 0.1", "title": "Feuer", "requirements": 2 }, { "id": "G 0.2", "title": "Wasser", "requirements": 1 },
        ]));
        assert_eq!(ids(&isb.get(&format!("{base}/requirements?threat=G%200.2")).await.ok(200)), ["XYZ.1.A10"]);
        let one = isb.get(&format!("{base}/requirements/XYZ.1.A1")).await.ok(200);
        assert_eq!(one["threats"], json!(["G 0.1"]));
        assert_eq!(one["goals"], json!({ "confidentiality": true, "integrity": false, "availability": true }));
        let before = rows(app);
        assert_eq!(import(&isb, &table).await.ok(200)["already_there"], true);
        // Another table for the same catalogue does not change it, nor does one that fits no catalogue.
        let mut other = CROSS_TABLE.to_vec();
        other[2] = &["XYZ.1.A2", "Schlüssel", "", "X"];
        let refused = import(&isb, workbook(&other)).await.problem(422, "invalid");
        let reasons: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|fault| fault["detail"].as_str().unwrap()).collect();
        assert_eq!(reasons.len(), 2, "{refused}");
        assert!(reasons[0].contains("gs-2023: XYZ.1.A1 and 2 more ids are not in it"), "{refused}");
        assert!(reasons[1].contains("gs-1402: 1 pairs differ"), "{refused}");
        other[2] = &["XYZ.1.A3", "fehlt", "", "X"];
        import(&isb, workbook(&other)).await.problem(422, "invalid");
        let forged: &[&[&str]] = &[&["ISMS.1", "G 0.1"], &["ISMS.1.A1", "X"]];
        let refused = import(&isb, workbook(forged)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("gs-2023: 5889 pairs differ"), "{refused}");
        // The right pairs with goals of somebody's own: the catalogue that all see gets nothing of anybody's making.
        let refused = import(&isb, all_pairs_and_own_goals(app)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("gs-2023: all institutions see it"), "{refused}");
        assert_eq!(rows(app), before);
        assert!(import(&isb, workbook(&[&["Wort", "Zahl"], &["a", "b"]])).await.problem(422, "invalid").to_string().contains("neither a cross table nor a checklist"));
    }

    async fn a_checklist_brings_sentences_in_order(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, KOMPENDIUM).await.ok(201);
        let list = workbook(CHECKLIST);
        let report = import(&isb, &list).await.ok(201);
        assert_eq!((&report["kind"], &report["catalogue"]), (&json!("checklist"), &json!("gs-1402")));
        assert_eq!(report["counts"], json!({ "module": "XYZ.1", "requirements": 2, "sub_requirements": 3 }));
        assert_eq!(report["warnings"], json!(["XYZ.1.A2 has no sentence"]));
        let one = isb.get("catalogues/gs-1402/requirements/XYZ.1.A1").await.ok(200);
        assert_eq!(one["sentences"], json!(["Die Zugbrücke MUSS geprüft werden.", "Zweimal."]));
        let before = rows(app);
        assert_eq!(import(&isb, &list).await.ok(200)["already_there"], true);
        let mut other = CHECKLIST.to_vec();
        other[4] = &["", "XYZ.1.A1", "Zugbrücke prüfen", "Dreimal.", "Basis"];
        let refused = import(&isb, workbook(&other)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("gs-1402: it has other sentences of XYZ.1"), "{refused}");
        other[1] = &["", "Kompendium: 1403"];
        let refused = import(&isb, workbook(&other)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("gs-1402: it is of another edition"), "{refused}");
        // Into the catalogue that all share goes what stands in its texts, and it has none yet.
        let forged: &[&[&str]] = &[
            &["", "Baustein: ISMS.1 Sicherheitsmanagement"], &["", "Kompendium: 2023"], CHECKLIST[2],
            &["", "ISMS.1.A1", "Übernahme der Gesamtverantwortung für Informationssicherheit durch die Leitung", "Nichts.", "Basis"],
        ];
        let refused = import(&isb, workbook(forged)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("gs-2023: all institutions see it"), "{refused}");
        let none: &[&[&str]] = &[&["", "Baustein: ISMS.1 Sicherheitsmanagement"], &["", "Kompendium: 2023"], CHECKLIST[2]];
        import(&isb, workbook(none)).await.problem(422, "invalid");
        assert_eq!(rows(app), before);
    }

    async fn nobody_adds_to_what_somebody_else_brought(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let other = app.sign_in("isb@stuttgart.example").await;
        import(&isb, KOMPENDIUM).await.ok(201);
        let before = rows(app);
        for file in [workbook(CROSS_TABLE), workbook(CHECKLIST)] {
            let refused = import(&other, file).await.problem(422, "invalid");
            assert!(refused.to_string().contains("gs-1402: all institutions see it"), "{refused}");
        }
        assert_eq!(rows(app), before);
        // What says every requirement's whole text in sentences adds nothing of its own.
        let whole: Vec<&[&str]> = CHECKLIST.iter().copied().filter(|row| row.get(3) != Some(&"Zweimal.")).collect();
        let refused = import(&other, workbook(&whole)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("all institutions see it"), "one requirement is missing: {refused}");
        let mut whole = whole;
        whole.push(&["", "XYZ.1.A2", "Schlüssel zählen", "Gezählt wird auch", "Basis"]);
        let refused = import(&other, workbook(&whole)).await.problem(422, "invalid");
        assert!(refused.to_string().contains("all institutions see it"), "a part of a text: {refused}");
        whole.push(&["", "XYZ.1.A2", "Schlüssel zählen", "an der Zugbrücke.", "Basis"]);
        import(&other, workbook(&whole)).await.ok(201);
        // A mapping of somebody else says nothing, unless it is asked for by its hash.
        import(&isb, CATALOG).await.ok(201);
        let sha256 = import(&isb, mapping()).await.ok(201)["sha256"].as_str().unwrap().to_owned();
        let path = "catalogues/gs-2023/migration?to=burgordnung-2026-05-01";
        assert_eq!(isb.get(path).await.ok(200)["mapping_sha256"], sha256.as_str());
        other.get(path).await.problem(404, "not_found");
        assert_eq!(other.get(&format!("{path}&mapping={sha256}")).await.ok(200)["counts"]["mapped_requirements"], 2);
        for wrong in ["", "xx", &"0".repeat(64)] {
            other.get(&format!("{path}&mapping={wrong}")).await.problem(404, "not_found");
        }
        // Nor does somebody else's file get in the way of a profile by its name.
        let profile = |uuid: u32| json!({ "profile": {
            "uuid": format!("3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0e{uuid:02}"),
            "metadata": { "title": "Torordnung", "last-modified": "2026-05-02T08:00:00+02:00", "version": "1", "oscal-version": "1.1.3" },
            "imports": [{ "href": "Burg_catalog.json", "include-controls": [{ "with-ids": ["TOR.1"] }] }],
        }}).to_string();
        let named = async |client: &Client<'_>, file: String| client.send(Method::POST, "catalogues?file_name=Burg_catalog.json", &[], Some(file)).await;
        named(&other, CATALOG.replace("2026-05-01", "2026-07-01")).await.ok(201);
        import(&isb, profile(1)).await.problem(422, "invalid");
        // A name can be added to a file that came without one, by whoever brought it.
        named(&other, CATALOG.to_owned()).await.ok(200);
        import(&isb, profile(1)).await.problem(422, "invalid");
        named(&isb, CATALOG.to_owned()).await.ok(200);
        let report = import(&isb, profile(1)).await.ok(201);
        assert!(report["warnings"][0].as_str().unwrap().contains("by its file name alone"), "{report}");
    }

    async fn the_catalogue_that_comes_along_is_completed_by_a_newer_program(app) {
        use zinne::actions::catalogue::ensure_built_in;
        let isb = app.sign_in("isb@offenburg.example").await;
        let whole = isb.get("catalogues/gs-2023/threats").await.ok(200);
        let pairs: i64 = whole["items"].as_array().unwrap().iter().map(|threat| threat["requirements"].as_i64().unwrap()).sum();
        assert_eq!((whole["items"].as_array().unwrap().len(), pairs), (47, 5888));
        let sources = isb.get("catalogues/gs-2023").await.ok(200)["sources"].clone();
        assert_eq!((sources.as_array().unwrap().len(), &sources[0]["kind"]), (1, &json!("facts")));
        assert_eq!((&sources[0]["counts"]["threats"], &sources[0]["counts"]["pairs"]), (&json!(47), &json!(5888)));
        assert!(!ensure_built_in(&app.app).unwrap());
        let older = app.app.store.write(|db| {
            diesel::delete(schema::catalogue_sources::table).execute(db)?;
            diesel::delete(schema::catalogue_requirement_threats::table).execute(db)?;
            diesel::delete(schema::catalogue_threats::table).execute(db)?;
            Ok(())
        });
        older.unwrap();
        assert!(ensure_built_in(&app.app).unwrap());
        assert_eq!(isb.get("catalogues/gs-2023/threats").await.ok(200), whole);
        assert!(!ensure_built_in(&app.app).unwrap());
    }

    async fn a_search_ranks_ids_before_titles_before_texts(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, KOMPENDIUM).await.ok(201);
        let found = async |query: &str| {
            let page = isb.get(&format!("catalogues/gs-1402/requirements?{query}")).await.ok(200);
            ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(found("").await, ["XYZ.1.A1", "XYZ.1.A2", "XYZ.1.A10"]);
        assert_eq!(found("q=zugbruecke").await, ["XYZ.1.A1", "XYZ.1.A2"]);
        assert_eq!(found("q=ZUGBR%C3%9CCKE").await, ["XYZ.1.A1", "XYZ.1.A2"]);
        assert_eq!(found("q=xyz.1.a1").await, ["XYZ.1.A1", "XYZ.1.A10"]);
        assert_eq!(found("q=xyz.1.a10").await, ["XYZ.1.A10"]);
        assert_eq!(found("role=Wache").await, ["XYZ.1.A10"]);
        assert_eq!(found("role=Vogt").await, ["XYZ.1.A1", "XYZ.1.A2"], "the module's, where the requirement names none");
        assert_eq!(found("role=V%25").await, Vec::<String>::new());
        assert_eq!(found("threat=G%200.1").await, Vec::<String>::new());
        let mut path = "catalogues/gs-1402/requirements?q=zugbruecke&limit=1".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = isb.get(&path).await.ok(200);
            seen.extend(ids(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("catalogues/gs-1402/requirements?q=zugbruecke&limit=1&cursor={next}");
        }
        assert_eq!(seen, ["XYZ.1.A1", "XYZ.1.A2"]);
    }

    async fn the_same_bytes_change_nothing_and_another_print_is_another_version(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, KOMPENDIUM).await.ok(201);
        let before = rows(app);
        let again = import(&isb, KOMPENDIUM).await.ok(200);
        assert_eq!(again["already_there"], true);
        assert_eq!(rows(app), before);
        // Line ends are no difference; a text is.
        let crlf = import(&isb, &KOMPENDIUM.replace('\n', "\r\n")).await.ok(201);
        assert_eq!(crlf["catalogue"], "gs-1402");
        let other = import(&isb, &KOMPENDIUM.replace("Fackeln MÜSSEN", "Alle Fackeln MÜSSEN")).await.ok(201);
        let key = other["catalogue"].as_str().unwrap();
        assert!(key.starts_with("gs-1402-") && key.len() == 16, "{key}");
        let diff = isb.get(&format!("catalogues/gs-1402/diff/{key}")).await.ok(200);
        let changed = json!([{ "old": "XYZ.1.A10", "new": "XYZ.1.A10" }]);
        assert_eq!(diff, json!({ "added": [], "removed": [], "renamed": [], "text_changed": changed, "level_changed": [] }));
        let level = KOMPENDIUM.replace("Basis-Anforderungen", "Standard-Anforderungen").replace("(B)", "(S)");
        let level = import(&isb, &level).await.ok(201);
        let diff = isb.get(&format!("catalogues/gs-1402/diff/{}", level["catalogue"].as_str().unwrap())).await.ok(200);
        assert_eq!(diff["level_changed"].as_array().unwrap().len(), 3);
    }

    async fn an_oscal_catalogue_is_read_with_groups_and_nested_controls(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let report = import(&isb, CATALOG).await.ok(201);
        assert_eq!(report["kind"], "oscal_catalog");
        assert_eq!(report["catalogue"], "burgordnung-2026-05-01");
        assert_eq!(report["counts"]["controls"], 3);
        assert_eq!((&report["counts"]["top_level"], &report["counts"]["nested"]), (&json!(2), &json!(1)));
        let base = "catalogues/burgordnung-2026-05-01";
        let groups = isb.get(&format!("{base}/groups")).await.ok(200);
        assert_eq!(groups["items"], json!([{ "id": "TOR", "parent": null, "title": "Tore" }]));
        let controls = isb.get(&format!("{base}/controls")).await.ok(200);
        assert_eq!(ids(&controls), ["TOR.1", "TOR.1.1", "TOR.2"]);
        let nested = isb.get(&format!("{base}/controls/TOR.1.1")).await.ok(200);
        assert_eq!((&nested["parent"], &nested["statement"]), (&json!("TOR.1"), &json!("Die Riegel werden geprüft.")));
        assert_eq!(ids(&isb.get(&format!("{base}/controls?q=GEPRUEFT")).await.ok(200)), ["TOR.1.1"]);
        isb.get(&format!("{base}/controls/TOR.9")).await.problem(404, "not_found");
        // A later edition that numbers anew: joined by the key that survives.
        let later = CATALOG.replace("2026-05-01", "2026-06-01").replace("\"TOR.2\"", "\"TOR.7\"")
            .replace("TOR.2_smt", "TOR.7_smt").replace("eine Wache", "stets eine Wache");
        let later = import(&isb, &later).await.ok(201);
        let diff = isb.get(&format!("{base}/diff/{}", later["catalogue"].as_str().unwrap())).await.ok(200);
        let pair = json!([{ "old": "TOR.2", "new": "TOR.7" }]);
        assert_eq!((&diff["renamed"], &diff["text_changed"]), (&pair, &pair));
        assert_eq!((&diff["added"], &diff["removed"]), (&json!([]), &json!([])));
        isb.get(&format!("{base}/diff/gs-2023")).await.problem(422, "invalid");
    }

    async fn a_faulty_file_is_refused_with_its_places_and_nothing_is_stored(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let before = rows(app);
        let broken = CATALOG.replace("\"title\": \"Tore\"", "\"titel\": \"Tore\"").replace("8a5c2a3e-1f3d-4c55-8c68-1f2f6d8e7a01", "8a5c 2a3e");
        let refused = import(&isb, &broken).await.problem(422, "invalid");
        let places: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert!(places.contains(&"/catalog/groups/0/titel") || places.contains(&"/catalog/groups/0"), "{refused}");
        for (what, file) in [
            ("nothing", String::new()), ("no file of ours", "hello".to_owned()), ("half an xml", KOMPENDIUM[..900].to_owned()),
            ("another xml", "<html><body/></html>".to_owned()), ("half a json", CATALOG[..400].to_owned()), ("another json", "{}".to_owned()),
            ("entities", "<!DOCTYPE b [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<book>&x;</book>".to_owned()),
            ("deep", format!("{{\"catalog\":{}", "[".repeat(100_000))),
            ("an unknown version", CATALOG.replace("1.1.3", "2.0.0")),
            ("a plan", CATALOG.replacen("catalog", "assessment-plan", 1)),
        ] {
            let refused = import(&isb, &file).await.problem(422, "invalid");
            assert!(!refused.to_string().contains("root:"), "{what}");
        }
        assert_eq!(rows(app), before);
        // On purpose it may come in; what is wrong with it is kept.
        let answer = isb.send(Method::POST, "catalogues?accept_defects=true", &[], Some(broken)).await.ok(201);
        assert!(!answer["defects"].as_array().unwrap().is_empty());
    }

    async fn what_no_index_can_hold_is_refused(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let before = rows(app);
        let long = "x".repeat(4_000);
        for (what, file) in [
            ("a NUL", CATALOG.replace("Tor schließen", "Tor\\u0000schließen")),
            ("a long key", CATALOG.replace("8a5c2a3e-1f3d-4c55-8c68-1f2f6d8e7a01", &long)),
            ("a long id", CATALOG.replace("\"TOR.2\"", &format!("\"{long}\""))),
            ("a long group", CATALOG.replace("\"TOR\"", &format!("\"{long}\""))),
            ("a long version", CATALOG.replace("1.1.3", &"9".repeat(100_000))),
        ] {
            let refused = import(&isb, &file).await;
            assert!(refused.text.len() < 3_000, "{what}: {} bytes", refused.text.len());
            refused.problem(422, "invalid");
        }
        let many = |kind: &str| vec![json!({ "type": "control", "id-ref": format!("X.1.A1-{kind}") }); 400];
        let mapping = json!({ "mapping-collection": {
            "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c33",
            "metadata": { "title": "Karte", "last-modified": "2026-05-02T08:00:00+02:00", "version": "1", "oscal-version": "1.2.1" },
            "provenance": { "method": "human", "matching-rationale": "semantic", "status": "draft", "mapping-description": "Probe" },
            "mappings": [{
                "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c34",
                "source-resource": { "type": "catalog", "href": "#a" }, "target-resource": { "type": "catalog", "href": "#b" },
                "maps": [{ "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c35", "relationship": "subset-of", "sources": many("s"), "targets": many("t") }],
            }],
        }}).to_string();
        let refused = import(&isb, &mapping).await.problem(422, "invalid");
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("100000 pairs"), "{refused}");
        assert_eq!(rows(app), before);
    }

    async fn ids_are_found_however_they_are_written(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let lower = CATALOG.replace("TOR.", "ac-").replace("Burgordnung", "Kleinschrift");
        let key = import(&isb, &lower).await.ok(201)["catalogue"].as_str().unwrap().to_owned();
        for query in ["ac-1", "AC-1"] {
            let found = isb.get(&format!("catalogues/{key}/controls?q={query}")).await.ok(200);
            assert_eq!(ids(&found), ["ac-1", "ac-1.1"], "{query}");
        }
        import(&isb, KOMPENDIUM).await.ok(201);
        let found = isb.get("catalogues/gs-1402/requirements?role=wache").await.ok(200);
        assert_eq!(ids(&found), Vec::<&str>::new(), "a role is a name, on both engines");
    }

    async fn a_repeated_id_is_left_out_and_said(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let twice = CATALOG.replace("\"TOR.2\"", "\"TOR.1\"").replace("2026-05-01", "2026/05/01");
        import(&isb, &twice).await.problem(422, "invalid");
        let report = isb.send(Method::POST, "catalogues?accept_defects=true", &[], Some(twice)).await.ok(201);
        assert!(report["warnings"][0].as_str().unwrap().starts_with("1 controls repeat"), "{report}");
        let key = report["catalogue"].as_str().unwrap();
        assert_eq!(key, "burgordnung-2026-05-01");
        assert_eq!(ids(&isb.get(&format!("catalogues/{key}/controls")).await.ok(200)), ["TOR.1", "TOR.1.1"]);
    }

    async fn two_at_once_make_one(app) {
        let (one, other) = (app.sign_in("isb@offenburg.example").await, app.sign_in("isb@stuttgart.example").await);
        let (one, other) = futures_util::future::join(import(&one, CATALOG), import(&other, CATALOG)).await;
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201], "{} {}", one.text, other.text);
        assert_eq!(rows(app)[4], 1);
    }

    async fn a_migration_leads_from_a_kompendium_to_oscal(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, CATALOG).await.ok(201);
        isb.get("catalogues/gs-2023/migration?to=gs-2023").await.problem(422, "invalid");
        isb.get("catalogues/burgordnung-2026-05-01/migration?to=burgordnung-2026-05-01").await.problem(422, "invalid");
        isb.get("catalogues/gs-2023/migration?to=burgordnung-2026-05-01").await.problem(404, "not_found");
        isb.get("catalogues/gs-2023/migration?to=,").await.problem(400, "malformed");
    }

    async fn a_profile_takes_its_catalogue_from_what_is_here(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let profile = json!({ "profile": {
            "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c22",
            "metadata": { "title": "Kleine Burgordnung", "last-modified": "2026-05-02T08:00:00+02:00", "version": "1", "oscal-version": "1.1.3" },
            "imports": [{ "href": "urn:uuid:3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c11", "include-controls": [{ "with-ids": ["TOR.2"] }] }],
        }}).to_string();
        let refused = import(&isb, &profile).await.problem(422, "invalid");
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("missing"), "{refused}");
        import(&isb, CATALOG).await.ok(201);
        let report = import(&isb, &profile).await.ok(201);
        assert_eq!(report["kind"], "oscal_profile");
        let controls = isb.get(&format!("catalogues/{}/controls", report["catalogue"].as_str().unwrap())).await.ok(200);
        assert_eq!(ids(&controls), ["TOR.2"]);
    }

    async fn a_profile_of_profiles_takes_each_document_from_what_is_here(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let profile = |uuid: u32, imports: Value| json!({ "profile": {
            "uuid": format!("3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0f{uuid:02}"),
            "metadata": { "title": format!("Ordnung {uuid}"), "last-modified": "2026-05-02T08:00:00+02:00", "version": "1", "oscal-version": "1.1.3" },
            "imports": imports,
        }}).to_string();
        let of = |uuid: &str, id: &str| json!({ "href": format!("urn:uuid:3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0{uuid}"), "include-controls": [{ "with-ids": [id] }] });
        import(&isb, CATALOG).await.ok(201);
        import(&isb, profile(1, json!([of("c11", "TOR.1"), of("c11", "TOR.2")]))).await.ok(201);
        // The first of what is missing is named, whatever comes after it.
        let missing = profile(2, json!([of("f01", "TOR.1"), of("f77", "TOR.2"), of("c11", "TOR.2")]));
        let refused = import(&isb, missing).await.problem(422, "invalid");
        assert!(refused.to_string().contains("0a6d8a1f0f77"), "{refused}");
        let report = import(&isb, profile(3, json!([of("f01", "TOR.2"), of("c11", "TOR.1")]))).await.ok(201);
        assert_eq!(report["counts"]["controls"], 2);
    }

    async fn a_profile_finds_a_file_by_its_name_where_nothing_better_is_said(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let profile = json!({ "profile": {
            "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c23",
            "metadata": { "title": "Torordnung", "last-modified": "2026-05-02T08:00:00+02:00", "version": "1", "oscal-version": "1.1.3" },
            "imports": [{ "href": "#3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c24", "include-controls": [{ "with-ids": ["TOR.1"] }] }],
            "back-matter": { "resources": [{ "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c24", "rlinks": [{ "href": "../Burg_catalog.xml" }, { "href": "../Burg_catalog.json" }] }] },
        }}).to_string();
        let named = async |name: &str, file: &str| {
            isb.send(Method::POST, &format!("catalogues?file_name={name}"), &[], Some(file.to_owned())).await
        };
        named("Berg_catalog.json", CATALOG).await.ok(201);
        import(&isb, &profile).await.problem(422, "invalid");
        named("Burg_catalog.json", &CATALOG.replace("2026-05-01", "2026-06-01")).await.ok(201);
        let report = import(&isb, &profile).await.ok(201);
        let warning = report["warnings"][0].as_str().unwrap();
        assert!(warning.contains("taken by its file name alone"), "{report}");
        assert_eq!(report["counts"]["controls"], 1);
        let overview = isb.get("catalogues/burgordnung-2026-06-01").await.ok(200);
        assert_eq!(overview["sources"][0]["file_name"], "Burg_catalog.json");
        let none = Some(CATALOG.to_owned());
        isb.send(Method::POST, &format!("catalogues?file_name={}", "x".repeat(300)), &[], none).await.problem(400, "malformed");
    }

    async fn what_the_mapping_proposes_the_isb_confirms(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let kernel = "burgordnung-2026-05-01";
        import(&isb, CATALOG).await.ok(201);
        let sha256 = import(&isb, mapping()).await.ok(201)["sha256"].clone();
        // A measure with a link that is mapped, one that is not, and one to a module as a whole.
        let new = json!({ "title": "Geräte verwalten", "origin": "ad_hoc", "priority": 2, "org_unit": "FB DigIT", "owner": "netz@offenburg.example",
            "due": { "day": "2023-06-30" }, "fulfils": ["NET.1.1.A4", "SYS.3.2.2.A3"], "applies": ["NET.1.1"] });
        let created = isb.post("institutions/offenburg/measures", new).await.ok(201);
        let path = format!("institutions/offenburg/measures/{}", created["reference"].as_str().unwrap());
        let proposed = isb.get(&format!("{path}/migration?to={kernel}")).await.ok(200);
        assert_eq!(proposed["mapping_sha256"], sha256);
        let links = proposed["links"].as_array().unwrap();
        assert_eq!(links.iter().map(|link| link["from"].as_str().unwrap()).collect::<Vec<_>>(), ["NET.1.1.A4", "SYS.3.2.2.A3", "NET.1.1"]);
        // Found by its key, not by the id that the mapping names; what was looked at and found unrelated is no proposal.
        assert_eq!(links[0]["relations"], json!([{ "subrequirement": "NET.1.1.A4-UA.1", "relationship": "subset-of", "named": "TOR.9",
            "catalogue": kernel, "control": "TOR.1", "related": true, "covers": false, "linked": false }]));
        assert_eq!((&links[1]["relations"], &links[2]["relations"]), (&json!([]), &json!([])));
        // A person confirms; the old link stays, and so does everything else.
        let confirm = async |client: &Client<'_>, etag: &str, links: Value| {
            let body = json!({ "links": links, "reason": "Abgleich mit dem Netzteam", "mapping_sha256": sha256 }).to_string();
            client.send(Method::POST, &format!("{path}/migration"), &[("if-match", etag)], Some(body)).await
        };
        let one = json!([{ "kind": "fulfils", "from": "NET.1.1.A4", "to": format!("{kernel}:TOR.1") }]);
        for who in ["it-leitung", "netz", "leitung", "revision"] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            confirm(&client, "*", one.clone()).await.problem(403, "forbidden");
        }
        let changed = confirm(&isb, "\"v1\"", one.clone()).await.ok(200);
        let link = &changed["links"][2];
        assert_eq!((&link["catalogue"], &link["edition"], &link["target"], &link["module"], &link["title"]),
            (&json!(kernel), &json!("1"), &json!("TOR.1"), &Value::Null, &json!("Tor schließen")));
        assert_eq!((&link["migrated"]["from"], &link["migrated"]["mapping_sha256"]), (&json!("NET.1.1.A4"), &sha256));
        assert!(link["migrated"]["confirmed_by"].is_string() && link["migrated"]["confirmed_at"].is_string());
        for field in ["title", "status", "owner", "due", "priority", "budget", "created_at", "modules"] {
            assert_eq!(changed[field], created[field], "{field}");
        }
        confirm(&isb, "\"v1\"", one.clone()).await.problem(412, "stale");
        let refused = confirm(&isb, "*", one).await.problem(422, "invalid");
        assert_eq!((&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]), (&json!("/links/0/to"), &json!("duplicate")));
        // By hand, where the mapping says nothing.
        let by_hand = json!([{ "kind": "applies", "from": "NET.1.1", "to": format!("{kernel}:TOR.2") }]);
        let changed = confirm(&isb, "*", by_hand).await.ok(200);
        let link = changed["links"].as_array().unwrap().iter().find(|link| link["target"] == "TOR.2").unwrap();
        assert_eq!((&link["migrated"]["from"], &link["migrated"]["mapping_sha256"]), (&json!("NET.1.1"), &Value::Null));
        let again = isb.get(&format!("{path}/migration?to={kernel}")).await.ok(200);
        assert_eq!(again["links"][0]["relations"][0]["linked"], true);
        for (kind, from, to, pointer, code) in [
            ("fulfils", "NET.1.1", "TOR.2", "/links/0/from", "unknown_reference"),
            ("fulfils", "NET.1.1.A4", "TOR.77", "/links/0/to", "unknown_reference"),
        ] {
            let refused = confirm(&isb, "*", json!([{ "kind": kind, "from": from, "to": format!("{kernel}:{to}") }])).await.problem(422, "invalid");
            assert_eq!((&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]), (&json!(pointer), &json!(code)));
        }
        let refused = confirm(&isb, "*", json!([{ "kind": "fulfils", "from": "NET.1.1.A4", "to": "NET.1.1.A1" }])).await.problem(422, "invalid");
        assert_eq!(refused["errors"][0]["code"], "inconsistent", "a requirement of Edition 2023 is no control");
        confirm(&isb, "*", json!([])).await.problem(422, "invalid");
        // What a link came from outlives other changes; a link to a control can be set and taken away like any other.
        let etag = isb.get(&path).await.header("etag").to_owned();
        let fulfils = json!({ "fulfils": ["NET.1.1.A4", format!("{kernel}:TOR.1"), format!("{kernel}:TOR.1.1")], "note": "neu" });
        let changed = isb.patch(&path, &etag, fulfils).await.ok(200);
        let links = changed["links"].as_array().unwrap();
        assert_eq!(links[1]["migrated"]["from"], "NET.1.1.A4");
        assert_eq!((&links[2]["target"], &links[2]["migrated"]), (&json!("TOR.1.1"), &Value::Null));
        let found = isb.get(&format!("institutions/offenburg/measures?requirement={kernel}:TOR.1.1")).await.ok(200);
        assert_eq!(found["items"][0]["reference"], created["reference"]);
        let found = isb.get("institutions/offenburg/measures?requirement=TOR.1.1").await.ok(200);
        assert_eq!(found["items"], json!([]), "no requirement of Edition 2023");
        isb.patch(&path, "*", json!({ "fulfils": ["keiner:TOR.1"] })).await.problem(422, "invalid");
        let event = isb.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let event = event["items"].as_array().unwrap().iter().find(|event| event["action"] == "measure.migrated").unwrap().clone();
        assert_eq!(event["reason"], "Abgleich mit dem Netzteam");
        assert_eq!(event["details"]["mapping_sha256"], sha256);
    }

    async fn all_imported_files_are_listed(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, CATALOG).await.ok(201);
        import(&isb, mapping()).await.ok(201);
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = isb.get(&format!("catalogue-files?limit=1{cursor}")).await.ok(200);
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let kinds: Vec<(&Value, &Value)> = all.iter().map(|file| (&file["kind"], &file["catalogue"])).collect();
        assert_eq!(kinds, [
            (&json!("facts"), &json!("gs-2023")), (&json!("oscal_catalog"), &json!("burgordnung-2026-05-01")),
            (&json!("oscal_mapping"), &Value::Null),
        ]);
        // What a cursor says is not stored text: U+0000 is refused or finds nothing, on either engine.
        isb.get("catalogue-files?cursor=Ilx1MDAwMCI").await.problem(400, "malformed");
    }

    async fn statuses_propose_and_never_claim_more_than_is_known(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        import(&isb, CATALOG).await.ok(201);
        import(&isb, mapping()).await.ok(201);
        let propose = async |statuses: Value| {
            isb.post("catalogues/gs-2023/migration", json!({ "to": ["burgordnung-2026-05-01"], "statuses": statuses })).await
        };
        let control = |proposals: &Value, id: &str| {
            proposals["controls"].as_array().unwrap().iter().find(|control| control["control"] == id).cloned().unwrap_or_default()
        };
        // T32: what is met is only part of the control.
        let proposals = propose(json!({ "NET.1.1.A4": "yes", "SYS.3.2.2.A3": "yes" })).await.ok(200);
        assert_eq!(control(&proposals, "TOR.1")["status"], "to_check");
        assert_eq!(proposals["unassigned"], json!(["SYS.3.2.2.A3"]));
        assert_eq!(proposals["controls"].as_array().unwrap().len(), 1);
        // Two sentences equal a control: met when both are, or when each says so itself.
        let tor2 = async |statuses: Value| control(&propose(statuses).await.ok(200), "TOR.2");
        let met = tor2(json!({ "ISMS.1.A4": "yes" })).await;
        assert_eq!((&met["status"], &met["carry_measures"]), (&json!("implemented"), &json!(false)));
        assert_eq!(met["sources"].as_array().unwrap().len(), 2);
        let half = tor2(json!({ "ISMS.1.A4-UA.1": "yes" })).await;
        assert_eq!((&half["status"], &half["carry_measures"]), (&json!("not_implemented"), &json!(true)));
        assert_eq!(half["sources"][1]["status"], Value::Null);
        let partly = tor2(json!({ "ISMS.1.A4": "yes", "ISMS.1.A4-UA.2": "partial" })).await;
        assert_eq!(partly["status"], "not_implemented");
        assert_eq!(tor2(json!({ "ISMS.1.A4": "dispensable" })).await["status"], "decide");
        let refused = propose(json!({ "ISMS.1.A4": "yes", "XYZ.9.A9": "no" })).await.problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/statuses/XYZ.9.A9");
        propose(json!({ "ISMS.1.A4": "vielleicht" })).await.problem(400, "malformed");
        isb.post("catalogues/gs-2023/migration", json!({ "to": [], "statuses": {} })).await.problem(400, "malformed");
        isb.post("catalogues/gs-2023/migration", json!({ "to": ["\u{0}"], "statuses": {} })).await.problem(400, "malformed");
    }

    async fn who_may_import(app) {
        for (who, status) in [("isb", 201), ("admin", 200), ("leitung", 403), ("it-leitung", 403), ("netz", 403), ("kaemmerei", 403), ("revision", 403), ("rat", 403)] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let answer = import(&client, CATALOG).await;
            assert_eq!(answer.status.as_u16(), status, "{who}: {}", answer.text);
        }
        let nobody = app.send(Method::POST, "/api/v1/catalogues", &[], Some(CATALOG.to_owned())).await;
        nobody.problem(401, "unauthenticated");
        let events = rows(app)[4];
        assert_eq!(events, 1);
    }

    async fn the_official_files(app) {
        let folder = official_files();
        if !folder.exists() {
            skipped(&format!("{} is missing", folder.display()));
            return;
        }
        let isb = app.sign_in("isb@offenburg.example").await;
        let file = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        // Anybody's file with the right facts is a version of its own; the catalogue of all gets the official texts only.
        let other = file("bsi-kompendium-2023/XML_Kompendium_2023.xml") + "<!-- -->";
        let other = import(&isb, &other).await.ok(201);
        assert!(other["catalogue"].as_str().unwrap().starts_with("gs-2023-"));
        let diff = isb.get(&format!("catalogues/gs-2023/diff/{}", other["catalogue"].as_str().unwrap())).await.ok(200);
        assert_eq!(diff, json!({ "added": [], "removed": [], "renamed": [], "text_changed": [], "level_changed": [] }));
        let report = import(&isb, &file("bsi-kompendium-2023/XML_Kompendium_2023.xml")).await.ok(201);
        assert_eq!(report["catalogue"], "gs-2023", "its facts are those of the catalogue that comes along");
        let all = &report["counts"]["all"];
        assert_eq!(*all, json!({ "modules": 111, "basic": 563, "standard": 867, "elevated": 405, "active": 1835, "withdrawn": 290 }));
        assert_eq!((&report["counts"]["threats"], &report["counts"]["roles"], &report["counts"]["terms"]), (&json!(47), &json!(29), &json!(72)));
        let bytes = |name: &str| std::fs::read(folder.join("bsi-kompendium-2023").join(name)).unwrap();
        let table = import(&isb, bytes("krt2023_Excel.xlsx")).await.ok(201);
        assert_eq!((&table["catalogue"], &table["counts"]["pairs"]), (&json!("gs-2023"), &json!(5888)));
        for (module, requirements, sentences) in [("ISMS.1", 17, 85), ("NET.3.2", 32, 112), ("OPS.2.3", 25, 107)] {
            let list = import(&isb, bytes(&format!("checklisten/Checkliste_{module}.xlsx"))).await.ok(201);
            assert_eq!((&list["catalogue"], &list["counts"]), (&json!("gs-2023"),
                &json!({ "module": module, "requirements": requirements, "sub_requirements": sentences })));
        }
        // Another print with a misnumbered requirement is another version; the real one stays.
        let misprint = file("bsi-kompendium-2023/XML_Kompendium_2023.xml").replace("<title>SYS.1.2.3.A5 ", "<title>SYS.1.2.2.A5 ");
        let misprint = import(&isb, &misprint).await.ok(201);
        assert!(misprint["catalogue"].as_str().unwrap().starts_with("gs-2023-"));
        let new = "bsi-gspp/2026-07-30/control_layer";
        let mut keys = Vec::new();
        for (name, count) in [
            ("Grundschutz++/sources/catalogs/Kernel/BSI-Stand-der-Technik-Kernel-catalog.json", 901),
            ("Grundschutz++/sources/catalogs/Methodik-Grundschutz++/BSI-Methodik-Grundschutz++-catalog.json", 95),
            ("Risikomanagement/BSI-Anforderungen-zum-Risikomanagement-catalog.json", 10),
        ] {
            let report = import(&isb, &file(&format!("{new}/{name}"))).await.ok(201);
            assert_eq!(report["counts"]["controls"], count, "{name}");
            keys.push(report["catalogue"].as_str().unwrap().to_owned());
        }
        let mapping = import(&isb, &file(&format!("{new}/Mappings/IT-GS2023-zu-GSpp/ITGS-to-GS++-mapping_collection.json"))).await.ok(201);
        let counts = &mapping["counts"];
        assert_eq!([&counts["maps"], &counts["sources"], &counts["requirements"], &counts["targets"]], [&json!(1185), &json!(824), &json!(510), &json!(339)]);
        let report = isb.get(&format!("catalogues/gs-2023/migration?to={}", keys.join(","))).await.ok(200);
        let counts = &report["counts"];
        assert_eq!([&counts["right"], &counts["moved"], &counts["gone"]], [&json!(1039), &json!(130), &json!(16)]);
        let entries = report["requirements"].as_array().unwrap();
        assert_eq!(entries.len(), 1835);
        let moved = entries.iter().flat_map(|entry| entry["relations"].as_array().unwrap())
            .find(|relation| relation["named"] == "GC.8.1.1.1").unwrap();
        assert_eq!(moved["control"], "GC.9.1.1.1", "found by its key, not by its id");
        // The profile of June stands for the catalogue that was published with it.
        let june = "bsi-gspp/2026-06-30/Quellkataloge";
        for name in ["Kernel/BSI-Stand-der-Technik-Kernel-catalog.json", "Methodik-Grundschutz++/BSI-Methodik-Grundschutz++-catalog.json", "Risikomanagement/BSI-Anforderungen-zum-Risikomanagement-catalog.json"] {
            import(&isb, &file(&format!("{june}/{name}"))).await.ok(201);
        }
        let resolved = import(&isb, &file(&format!("{june}/Methodik-Grundschutz++/Grundschutz++-profile.json"))).await.ok(201);
        assert_eq!((&resolved["counts"]["controls"], &resolved["counts"]["groups"]), (&json!(989), &json!(159)));
        let published = import(&isb, &file("bsi-gspp/2026-06-30/Anwenderkataloge/Grundschutz++/Grundschutz++-catalog.json")).await.ok(201);
        let (resolved, published) = (resolved["catalogue"].as_str().unwrap(), published["catalogue"].as_str().unwrap());
        let diff = isb.get(&format!("catalogues/{resolved}/diff/{published}")).await.ok(200);
        assert_eq!(diff, json!({ "added": [], "removed": [], "renamed": [], "text_changed": [], "level_changed": [] }));
        let refused = import(&isb, &file(&format!("{new}/Grundschutz++/sources/profiles/Grundschutz++-profile.json"))).await.problem(422, "invalid");
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("Kernel-G0"), "{refused}");
    }
}
