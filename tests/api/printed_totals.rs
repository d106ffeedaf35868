//! Totals that the council papers print, beside what they should sum (T1, DOMAIN SEED-R3).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const SEED: &str = "../domain/seeds_budget.json";

/// The figures that were read from the papers independently of the programme files; said loudly where they are missing.
fn seed() -> Option<Value> {
    let path = crate::support::official_files().join(SEED);
    let Ok(text) = std::fs::read(&path) else {
        crate::support::skipped(&format!("{} is missing", path.display()));
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

fn slug(institution: &str) -> &'static str {
    match institution {
        "Landeshauptstadt Stuttgart" => "stuttgart",
        "Stadt Offenburg" => "offenburg",
        "Landkreis Konstanz" => "konstanz",
        other => panic!("{other}"),
    }
}

/// The programme, or a part of it.
async fn of(app: &TestApp, who: &str, slug: &str, path: &str) -> Value {
    let client = app.sign_in(&format!("{who}@{slug}.example")).await;
    let path = format!("institutions/{slug}/programmes/{path}");
    client.get(&path).await.ok(200)
}

fn named<'a>(totals: &'a Value, name: &str) -> &'a Value {
    let mut found = totals
        .as_array()
        .unwrap()
        .iter()
        .filter(|total| total["name"] == name);
    let total = found.next().unwrap_or_else(|| panic!("no total {name}"));
    assert!(found.next().is_none(), "{name} twice");
    total
}

/// A file of finance with one programme of two groups.
fn file(programme: Value) -> Value {
    let source = json!({ "file": "probe.txt", "line": 1, "text": "Probe" });
    let line = |key: &str, group: &str, cents: i64| {
        let amount =
            json!({ "year": 2023, "type": "appropriation", "cents": cents, "source": source });
        json!({ "key": key, "position": key, "group": group, "title": key, "kind": "mixed", "amounts": [amount], "source": source })
    };
    let mut all = json!({
        "key": "T-1", "title": "Probe", "period": "2023", "amount_basis": "gross", "confidentiality": "internal", "years": [2023],
        "groups": [{ "key": "A", "title": "A" }, { "key": "B", "title": "B" }],
        "lines": [line("a", "A", 100_000_000), line("b", "B", 2_300)],
    });
    let (Value::Object(all), Value::Object(more)) = (&mut all, programme) else {
        unreachable!()
    };
    all.extend(more);
    json!({ "format": "zinne-programme/1", "institution": "offenburg", "programmes": [all] })
}

fn total(more: Value) -> Value {
    let mut total = json!({ "name": "Summe", "cents": 1, "source": { "file": "probe.txt", "line": 1, "text": "1" } });
    let (Value::Object(all), Value::Object(more)) = (&mut total, more) else {
        unreachable!()
    };
    all.extend(more);
    total
}

async fn import(client: &Client<'_>, programme: Value) -> crate::support::Answer {
    client
        .post("institutions/offenburg/programmes", file(programme))
        .await
}

both_engines! {
    async fn all_28_printed_totals_come_out(app) {
        let Some(seed) = seed() else { return };
        let mut compared = 0;
        for programme in seed["programmes"].as_array().unwrap() {
            let slug = slug(programme["institution"].as_str().unwrap());
            let key = programme["id"].as_str().unwrap();
            let plan = of(app, "kaemmerei", slug, &format!("{key}/plan")).await;
            for printed in programme["printed"].as_array().unwrap() {
                let total = named(&plan["printed_totals"], printed["name"].as_str().unwrap());
                assert_eq!(total["printed_cents"], printed["printed_cents"], "{printed}");
                assert_eq!(total["computed_cents"], printed["computed_cents"], "{printed}");
                assert_eq!((&total["difference_cents"], &total["verdict"], &total["precision"]), (&json!(0), &json!("exact"), &json!("exact")), "{printed}");
                // A split is of parts, which know no years.
                if printed["selector"] != json!(["split"]) {
                    let years: Vec<String> = total["years"].as_array().unwrap().iter().map(ToString::to_string).collect();
                    assert_eq!(json!(years), printed["years"], "{printed}");
                }
                compared += 1;
            }
        }
        assert_eq!(compared, 28);
        // The split of Stuttgart is what the seed says it is.
        let plan = of(app, "isb", "stuttgart", "STG-2018-SM/plan").await;
        let split = &seed["programmes"][0]["cost_split"];
        for (name, year) in [("Summen Finanzielle Auswirkungen 2018", "2018"), ("Summen Finanzielle Auswirkungen 2019 ff", "2019")] {
            let parts: Vec<&Value> = named(&plan["printed_totals"], name)["parts"].as_array().unwrap().iter().map(|part| &part["cents"]).collect();
            let expected: Vec<&Value> = split.as_array().unwrap().iter().map(|part| &part["amounts_cents"][year]).collect();
            assert_eq!(parts, expected);
        }
    }

    async fn the_headlines_with_their_verdicts(app) {
        let plan = of(app, "isb", "offenburg", "OG-2021-DIG/plan").await;
        let verdicts: BTreeMap<&str, (i64, i64, &str)> = plan["printed_totals"].as_array().unwrap()[17..].iter().map(|total| {
            let cents = |name: &str| total[name].as_i64().unwrap();
            (total["name"].as_str().unwrap(), (cents("printed_cents"), cents("difference_cents"), total["verdict"].as_str().unwrap()))
        }).collect();
        assert_eq!(verdicts, BTreeMap::from([
            ("Gesamtkosten der Maßnahme (brutto)", (1_169_800_000, 0, "exact")),
            ("Jährliche Belastungen (Folgekosten)", (224_950_000, 0, "exact")),
            // The text says "in 2022/23" and has added 2021.
            ("Aufwand für die Digitalisierung in 2022/23 (Text)", (683_500_000, 72_100_000, "differs")),
            ("Aufwand für die Digitalisierung in 2024/25 (Text)", (486_300_000, 0, "exact")),
            ("Aufwand einschließlich Personal 2021 und 2022/23 (Text)", (947_000_000, -20_000, "rounded")),
            ("Zusätzlich zu finanzieren (Text)", (1_420_000_000, -4_300_000, "rounded")),
        ]));
        // Five years against six: both sums are there, the difference is the sixth year, neither is chosen.
        let plan = of(app, "isb", "konstanz", "KN-2017-DO/plan").await;
        let total = &plan["printed_totals"][0];
        assert_eq!((&total["printed_cents"], &total["computed_cents"], &total["verdict"]), (&json!(450_000_000), &json!(540_000_000), &json!("differs")));
        assert_eq!((&total["difference_cents"], &plan["conflict_cents"]), (&json!(-90_000_000), &json!(90_000_000)));
    }

    async fn printed_numbers_of_posts(app) {
        let mut found = Vec::new();
        for (slug, key) in [("offenburg", "OG-2021-DIG"), ("offenburg", "OG-2021-FB9"), ("konstanz", "KN-2017-DO")] {
            let programme = of(app, "kaemmerei", slug, key).await;
            for total in programme["post_totals"].as_array().unwrap() {
                assert_eq!((&total["verdict"], &total["difference_hundredths"]), (&json!("exact"), &json!(0)), "{total}");
                assert_eq!(total["printed_hundredths"], total["computed_hundredths"]);
                found.push((total["printed_hundredths"].as_i64().unwrap(), total["early"].as_bool().unwrap(), total["programmes"].as_array().unwrap().len()));
            }
        }
        assert_eq!(found, [(2190, false, 1), (2550, false, 2), (800, true, 1), (360, false, 1), (850, false, 1)]);
        // What is entered by hand later stands in no paper, and does not make one wrong.
        let finance = app.sign_in("kaemmerei@konstanz.example").await;
        let post = json!({ "programme": "KN-2017-DO", "org_unit": "IT", "kind": "post", "hundredths": 100 });
        finance.post("institutions/konstanz/posts", post).await.ok(201);
        let programme = of(app, "kaemmerei", "konstanz", "KN-2017-DO").await;
        assert_eq!((&programme["posts_hundredths"], &programme["post_totals"][0]["verdict"]), (&json!(950), &json!("exact")));
    }

    async fn a_total_tells_nothing_of_what_is_out_of_sight(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let both = ["T-1", "T-2"];
        let mut file = file(json!({
            "printed_totals": [total(json!({ "programmes": both, "years": [2023], "cents": 100_002_300 })), total(json!({ "name": "eigene", "groups": ["B"], "years": [2023] }))],
            "post_totals": [{ "name": "Stellen", "programmes": both, "hundredths": 3, "source": { "file": "probe.txt", "line": 1, "text": "3" } }],
        }));
        let mut secret = file["programmes"][0].clone();
        for (name, value) in [("key", json!("T-2")), ("confidentiality", json!("confidential")), ("lines", json!([])), ("printed_totals", json!([])), ("post_totals", json!([]))] {
            secret[name] = value;
        }
        file["programmes"].as_array_mut().unwrap().push(secret);
        finance.post("institutions/offenburg/programmes", file).await.ok(201);
        for (who, totals, posts) in [("kaemmerei", 2, 1), ("isb", 2, 1), ("netz", 1, 0)] {
            let plan = of(app, who, "offenburg", "T-1/plan").await;
            assert_eq!(plan["printed_totals"].as_array().unwrap().len(), totals, "{who}");
            let programme = of(app, who, "offenburg", "T-1").await;
            assert_eq!(programme["post_totals"].as_array().unwrap().len(), posts, "{who}");
        }
    }

    async fn faulty_totals_have_their_places(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let part = |cents: i64| json!({ "name": "Teil", "cents": cents, "source": { "file": "probe.txt", "line": 1, "text": "1" } });
        for (change, pointer, code) in [
            (json!({}), "/groups", "required"),
            (json!({ "groups": ["A"] }), "/years", "required"),
            (json!({ "groups": ["C"], "years": [2023] }), "/groups/0", "unknown_reference"),
            (json!({ "groups": ["A", "A"], "years": [2023] }), "/groups", "duplicate"),
            (json!({ "groups": ["A"], "years": [2024] }), "/years", "unknown_reference"),
            (json!({ "groups": ["A"], "programmes": ["T-1"], "years": [2023] }), "", "inconsistent"),
            (json!({ "programmes": ["T-9"], "years": [2023] }), "/programmes/0", "unknown_reference"),
            (json!({ "programmes": ["T-1"] }), "/years", "required"),
            (json!({ "programmes": vec!["T-1"; 101], "years": [2023] }), "/programmes", "too_long"),
            (json!({ "parts": [part(1)], "years": [2023] }), "/years", "inconsistent"),
            (json!({ "parts": [part(i64::MAX), part(1)] }), "/cents", "out_of_range"),
            (json!({ "parts": [part(-1)], "cents": i64::MAX }), "/cents", "out_of_range"),
        ] {
            let answer = import(&finance, json!({ "printed_totals": [total(change.clone())] })).await;
            let problem = answer.problem(422, "invalid");
            let at = format!("/programmes/0/printed_totals/0{pointer}");
            assert!(problem["errors"].as_array().unwrap().iter().any(|error| error["pointer"] == at && error["code"] == code), "{change}: {problem}");
        }
        import(&finance, json!({ "printed_totals": [total(json!({ "groups": ["A"], "years": [2023], "precision": "about" }))] })).await.problem(400, "malformed");
        let posts = json!({ "name": "Stellen", "hundredths": -1, "source": { "file": "probe.txt", "line": 1, "text": "1" } });
        let problem = import(&finance, json!({ "post_totals": [posts] })).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/programmes/0/post_totals/0/hundredths");
        // A paper that is wrong is imported as it is.
        import(&finance, json!({ "printed_totals": [total(json!({ "groups": ["A"], "years": [2023], "precision": "thousand", "cents": 99_950_000 }))] })).await.ok(201);
        let plan = of(app, "kaemmerei", "offenburg", "T-1/plan").await;
        assert_eq!((&plan["printed_totals"][0]["verdict"], &plan["printed_totals"][0]["difference_cents"]), (&json!("rounded"), &json!(-50_000)));
    }
}
