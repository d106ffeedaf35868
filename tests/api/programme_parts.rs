//! What a paper attaches to a programme: parent, conditions, reporting duties (DOMAIN §1.1–1.4).

use serde_json::{Value, json};

use crate::support::TestApp;

async fn programme(app: &TestApp, who: &str, slug: &str, key: &str) -> Value {
    let client = app.sign_in(&format!("{who}@{slug}.example")).await;
    let path = format!("institutions/{slug}/programmes/{key}");
    client.get(&path).await.ok(200)
}

fn source() -> Value {
    json!({ "file": "probe.txt", "line": 1, "text": "Probe" })
}

fn file(programmes: &[Value]) -> Value {
    let whole = |more: &Value| {
        let mut all = json!({ "key": "T-1", "title": "Probe", "period": "2023", "amount_basis": "gross", "confidentiality": "internal", "years": [2023] });
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all
    };
    let programmes: Vec<Value> = programmes.iter().map(whole).collect();
    json!({ "format": "zinne-programme/1", "institution": "offenburg", "programmes": programmes })
}

const IMPORT: &str = "institutions/offenburg/programmes";

both_engines! {
    async fn the_duties_of_the_papers(app) {
        let mut found = Vec::new();
        for (slug, key) in [("stuttgart", "STG-2018-SM"), ("offenburg", "OG-2021-DIG"), ("offenburg", "OG-2021-FB9"), ("konstanz", "KN-2017-DO")] {
            let programme = programme(app, "isb", slug, key).await;
            assert!(!programme["conditions"].as_array().unwrap().is_empty(), "{key}");
            for record in programme["duties"].as_array().unwrap().iter().chain(programme["conditions"].as_array().unwrap()) {
                assert!(record["source"]["line"].as_i64().unwrap() > 0, "{record}");
            }
            for duty in programme["duties"].as_array().unwrap() {
                let dates: Vec<&str> = duty["due_dates"].as_array().unwrap().iter().map(|day| day.as_str().unwrap()).collect();
                found.push((duty["key"].as_str().unwrap().to_owned(), dates.join(" "), duty["recurrence"].as_str().unwrap().to_owned()));
            }
            if key == "STG-2018-SM" {
                let open = &programme["duties"][1];
                assert_eq!((&open["key"], &open["due_on"], &open["needs_decision"]), (&json!("DL-STG-2"), &Value::Null, &json!(true)));
                assert_eq!(programme["duties"][0]["precision"], "season");
                assert_eq!(programme["conditions"][0]["source"], json!({ "file": "002_067e0005f98e86ad.txt", "line": 22, "text": "Das Gesamtbudget von 2 Mio. EUR je Haushaltsjahr ist einzuhalten." }));
            }
        }
        let twelve = (2018..=2023).map(|year| format!("{year}-06-30 {year}-12-31")).collect::<Vec<_>>().join(" ");
        let expected = [
            ("DL-STG-1", "2018-10-31", "yearly"), ("DL-STG-2", "", "once"), ("DL-STG-3", "2019-12-31", "once"), ("DL-STG-4", "2018-12-31 2019-12-31", "yearly"),
            ("DL-OG-1", "2021-12-31", "once"), ("DL-OG-2", "2021-12-31", "once"), ("DL-OG-3", "2022-01-01", "once"), ("DL-OG-4", "2024-12-31", "once"),
            ("DL-OG-2", "2021-12-31", "once"), ("DL-KN-1", "2017-12-31", "once"), ("DL-KN-2", "2018-03-31", "once"), ("DL-KN-3", twelve.as_str(), "half_yearly"),
        ];
        assert_eq!(found, expected.map(|(key, dates, recurrence)| (key.to_owned(), dates.to_owned(), recurrence.to_owned())));
        // The council sees what a public paper says.
        let public = programme(app, "rat", "konstanz", "KN-2017-DO").await;
        assert_eq!(public["duties"].as_array().unwrap().len(), 3);
    }

    async fn a_programme_has_a_parent_and_parts(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let parts = [
            json!({ "key": "T-1" }), json!({ "key": "T-2", "parent": "T-1" }), json!({ "key": "T-3", "parent": "T-2" }),
            json!({ "key": "T-4", "parent": "T-1", "confidentiality": "confidential" }),
        ];
        finance.post(IMPORT, file(&parts)).await.ok(201);
        finance.post(IMPORT, file(&[json!({ "key": "T-5", "parent": "T-1" })])).await.ok(201);
        let of = async |who: &str, key: &str| {
            let programme = programme(app, who, "offenburg", key).await;
            (programme["parent"].clone(), programme["parts"].clone())
        };
        assert_eq!(of("isb", "T-1").await, (Value::Null, json!(["T-2", "T-4", "T-5"])));
        assert_eq!(of("netz", "T-1").await, (Value::Null, json!(["T-2", "T-5"])));
        assert_eq!(of("isb", "T-2").await, (json!("T-1"), json!(["T-3"])));
        assert_eq!(of("isb", "OG-2021-DIG").await, (Value::Null, json!([])));
        for (parts, pointer, code) in [
            (vec![json!({ "key": "U-1", "parent": "U-9" })], "/programmes/0/parent", "unknown_reference"),
            (vec![json!({ "key": "U-1", "parent": "STG-2018-SM" })], "/programmes/0/parent", "unknown_reference"),
            (vec![json!({ "key": "U-1", "parent": "U-1" })], "/programmes/0/parent", "inconsistent"),
            (vec![json!({ "key": "U-1", "parent": "U-2" }), json!({ "key": "U-2", "parent": "U-1" })], "/programmes/0/parent", "inconsistent"),
            (vec![json!({ "key": "U-1", "parent": "\u{0}" })], "/programmes/0/parent", "control_characters"),
        ] {
            let problem = finance.post(IMPORT, file(&parts)).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!(code)), "{parts:?}");
        }
    }

    async fn faulty_duties_have_their_places(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let duty = |more: &Value| {
            let mut all = json!({ "key": "D", "text": "Berichten", "due_on": "2023-06-30", "precision": "half", "recurrence": "half_yearly", "source": source() });
            for (name, value) in more.as_object().unwrap() {
                all[name] = value.clone();
            }
            all
        };
        for (change, pointer, code) in [
            (json!({ "text": " " }), "/text", "required"), (json!({ "key": "" }), "/key", "required"),
            (json!({ "due_on": "2023-06-29" }), "/due_on", "not_period_end"), (json!({ "due_on": "0023-06-30" }), "/due_on", "out_of_range"),
            (json!({ "due_on": null, "precision": null }), "/due_on", "required"), (json!({ "due_on": null }), "/precision", "inconsistent"),
            (json!({ "precision": null }), "/precision", "inconsistent"), (json!({ "until_on": "2023-06-29" }), "/until_on", "inconsistent"),
            (json!({ "recurrence": "once", "until_on": "2024-06-30" }), "/until_on", "inconsistent"),
            (json!({ "source": { "file": "", "line": 1, "text": "" } }), "/source/file", "required"),
        ] {
            let problem = finance.post(IMPORT, file(&[json!({ "duties": [duty(&change)] })])).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(format!("/programmes/0/duties/0{pointer}")), &json!(code)), "{change}: {problem}");
        }
        let twice = file(&[json!({ "duties": [duty(&json!({})), duty(&json!({}))] })]);
        let problem = finance.post(IMPORT, twice).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/programmes/0/duties/1/key");
        finance.post(IMPORT, file(&[json!({ "duties": [duty(&json!({ "recurrence": "jeden Tag" }))] })])).await.problem(400, "malformed");
        let problem = finance.post(IMPORT, file(&[json!({ "conditions": [{ "text": "", "source": source() }] })])).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/programmes/0/conditions/0/text");
        let many = vec![json!({ "text": "x", "source": source() }); 1001];
        finance.post(IMPORT, file(&[json!({ "conditions": many })])).await.problem(422, "invalid");
        finance.post(IMPORT, file(&[json!({ "duties": [duty(&json!({})), duty(&json!({ "key": "E", "due_on": null, "precision": null, "needs_decision": true }))] })])).await.ok(201);
    }
}

/// Every record of the shipped files stands in its paper, word for word.
#[test]
fn sources_are_verbatim() {
    let papers = crate::support::official_files().join("../sources");
    if !papers.is_dir() {
        crate::support::skipped(&format!("{} is missing", papers.display()));
        return;
    }
    let mut found = 0;
    for slug in ["stuttgart", "offenburg", "konstanz"] {
        let path = format!("{}/programmes/{slug}.json", env!("CARGO_MANIFEST_DIR"));
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let mut open = vec![&file];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(fields) => open.extend(fields.values()),
                Value::Array(items) => open.extend(items),
                _ => {}
            }
            let (Some(name), Some(line), Some(text)) = (
                value["file"].as_str(),
                value["line"].as_u64(),
                value["text"].as_str(),
            ) else {
                continue;
            };
            let paper = std::fs::read_to_string(papers.join(name)).unwrap();
            let line = paper
                .split('\n')
                .nth(usize::try_from(line - 1).unwrap())
                .unwrap();
            assert!(line.contains(text), "{slug}: {value}");
            found += 1;
        }
    }
    assert!(found > 150, "{found}");
}
