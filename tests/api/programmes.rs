//! Programmes: what the council papers say in figures, and importing them.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::actions::{By, programmes};
use zinne::domain::programme_file::ProgrammeFile;
use zinne::store::schema;

use crate::support::{Answer, Client, TestApp};

const STUTTGART: &str = include_str!("../../programmes/stuttgart.json");
const IMPORT: &str = "institutions/stuttgart/programmes";

async fn plan(client: &Client<'_>, institution: &str, key: &str) -> Value {
    client
        .get(&format!("institutions/{institution}/programmes/{key}/plan"))
        .await
        .ok(200)
}

/// `(year, cents)` of a list of sums.
fn years(sums: &Value) -> Vec<(i64, i64)> {
    sums.as_array()
        .unwrap()
        .iter()
        .map(|sum| {
            (
                sum["year"].as_i64().unwrap(),
                sum["cents"].as_i64().unwrap(),
            )
        })
        .collect()
}

fn line<'a>(plan: &'a Value, key: &str) -> &'a Value {
    let lines = plan["groups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["lines"].as_array().unwrap());
    lines.into_iter().find(|line| line["key"] == key).unwrap()
}

/// Fails unless the table adds up in itself, with so many printed totals that are exact, rounded and wrong.
#[track_caller]
fn adds_up(plan: &Value, verdicts: [usize; 3]) {
    let cents = |value: &Value| value["cents"].as_i64().unwrap();
    for (index, sum) in plan["sums"].as_array().unwrap().iter().enumerate() {
        let of_groups: i64 = plan["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| cents(&group["sums"][index]))
            .sum();
        assert_eq!(cents(sum), of_groups, "{sum}");
    }
    for group in plan["groups"].as_array().unwrap() {
        let of_lines: i64 = group["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["total_cents"].as_i64().unwrap())
            .sum();
        assert_eq!(group["total_cents"], of_lines);
        for line in group["lines"].as_array().unwrap() {
            assert_eq!(
                line["total_cents"],
                line["entries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(cents)
                    .sum::<i64>()
            );
        }
    }
    let totals = plan["printed_totals"].as_array().unwrap();
    let found = ["exact", "rounded", "differs"].map(|verdict| {
        let of_verdict = totals.iter().filter(|total| total["verdict"] == verdict);
        of_verdict.count()
    });
    assert_eq!(found, verdicts);
    for total in totals {
        let number = |name: &str| total[name].as_i64().unwrap();
        let difference = number("printed_cents") - number("computed_cents");
        assert_eq!(number("difference_cents"), difference, "{total}");
        assert_eq!(total["verdict"] == "exact", difference == 0, "{total}");
    }
    assert_eq!(plan["currency"], "EUR");
}

/// A file that finance may import: the package of Stuttgart under other keys, everything proposed.
fn good() -> Value {
    let mut file: Value = serde_json::from_str(STUTTGART).unwrap();
    file["programmes"].as_array_mut().unwrap().truncate(1);
    file["programmes"][0]["key"] = json!("STG-NEU");
    for measure in file["programmes"][0]["measures"].as_array_mut().unwrap() {
        measure["key"] = json!(format!("NEU-{}", measure["key"].as_str().unwrap()));
        measure["status"] = json!("proposed");
        measure.as_object_mut().unwrap().remove("completed_on");
    }
    file
}

/// How much is stored.
fn stored(app: &TestApp) -> Vec<i64> {
    app.app
        .store
        .read(|db| {
            Ok(vec![
                schema::programmes::table.count().get_result(db)?,
                schema::measures::table.count().get_result(db)?,
                schema::resolutions::table.count().get_result(db)?,
                schema::budget_lines::table.count().get_result(db)?,
                schema::measure_links::table.count().get_result(db)?,
                schema::audit_events::table
                    .filter(schema::audit_events::action.eq("programme.imported"))
                    .count()
                    .get_result(db)?,
                schema::measure_counters::table
                    .select(schema::measure_counters::last_number)
                    .load::<i32>(db)?
                    .into_iter()
                    .map(i64::from)
                    .sum(),
            ])
        })
        .unwrap()
}

async fn import(client: &Client<'_>, text: String) -> Answer {
    client
        .send(
            Method::POST,
            IMPORT,
            &[("accept-language", "en")],
            Some(text),
        )
        .await
}

both_engines! {
    async fn the_plan_of_stuttgart(app) {
        let client = app.sign_in("isb@stuttgart.example").await;
        let plan = plan(&client, "stuttgart", "STG-2018-SM").await;
        assert_eq!(years(&plan["sums"]), [(2018, 199_400_000), (2019, 199_000_000)]);
        assert_eq!(plan["total_cents"], 398_400_000);
        let groups: Vec<(&str, i64)> = plan["groups"].as_array().unwrap().iter()
            .map(|group| (group["key"].as_str().unwrap(), group["total_cents"].as_i64().unwrap())).collect();
        assert_eq!(groups, [("1", 88_300_000), ("2", 143_900_000), ("3", 166_200_000)]);
        assert_eq!(plan["ceilings"], json!([
            { "from_year": 2018, "to_year": 2018, "ceiling_cents": 200_000_000, "authorised_cents": 199_400_000, "headroom_cents": 600_000, "hard": true },
            { "from_year": 2018, "to_year": 2019, "ceiling_cents": 400_000_000, "authorised_cents": 398_400_000, "headroom_cents": 1_600_000, "hard": true },
            { "from_year": 2019, "to_year": 2019, "ceiling_cents": 200_000_000, "authorised_cents": 199_000_000, "headroom_cents": 1_000_000, "hard": true },
        ]));
        // The year of two lines was concluded, three amounts were run together with posts in the scan.
        assert_eq!(line(&plan, "STG-1b")["entries"], json!([{ "year": 2019, "type": "appropriation", "cents": 8_000_000, "flag": "inferred" }]));
        assert_eq!(line(&plan, "STG-2a")["entries"][1]["flag"], "ocr_split");
        adds_up(&plan, [4, 0, 0]);
        let programme = client.get("institutions/stuttgart/programmes/STG-2018-SM").await.ok(200);
        assert_eq!(programme["posts_hundredths"], 400);
        assert_eq!(programme["resolution"]["outcome"], "open");
    }

    async fn the_plans_of_offenburg(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let dig = plan(&client, "offenburg", "OG-2021-DIG").await;
        assert_eq!(dig["double_budgets"], json!([{ "years": [2022, 2023], "cents": 420_600_000 }, { "years": [2024, 2025], "cents": 387_300_000 }]));
        assert_eq!(years(&dig["sums"])[0], (2021, 69_100_000));
        assert_eq!(dig["ceilings"], json!([]));
        adds_up(&dig, [20, 2, 1]);
        let fb9 = plan(&client, "offenburg", "OG-2021-FB9").await;
        assert_eq!(fb9["double_budgets"], json!([{ "years": [2022, 2023], "cents": 190_800_000 }, { "years": [2024, 2025], "cents": 99_000_000 }]));
        assert_eq!(years(&fb9["sums"])[0], (2021, 3_000_000));
        adds_up(&fb9, [7, 0, 0]);
        // Gesamtkosten 11.698.000 brutto.
        assert_eq!(dig["total_cents"].as_i64().unwrap() + fb9["total_cents"].as_i64().unwrap(), 1_169_800_000);
        let posts = async |key: &str| {
            let programme = client.get(&format!("institutions/offenburg/programmes/{key}")).await.ok(200);
            assert_eq!(programme["amount_basis"], "gross");
            (programme["posts_hundredths"].as_i64().unwrap(), programme["posts_early_hundredths"].as_i64().unwrap())
        };
        assert_eq!(posts("OG-2021-DIG").await, (2190, 800));
        assert_eq!(posts("OG-2021-FB9").await, (360, 0));
        // The lines of MDM and virus detection are tied to their measures, and these to the modules.
        let mdm = client.reference_of("offenburg", "OG-K1").await;
        assert_eq!(line(&dig, "OG-K1")["measures"], json!([mdm]));
        let measure = client.get(&format!("institutions/offenburg/measures/{mdm}")).await.ok(200);
        assert_eq!(measure["budget"], json!({ "currency": "EUR", "years": [
            { "line": "OG-K1", "year": 2021, "type": "overplan", "cents": 5_500_000 },
            { "line": "OG-K1", "year": 2023, "type": "appropriation", "cents": 5_500_000 },
            { "line": "OG-K1", "year": 2024, "type": "financial_plan", "cents": 4_500_000 },
            { "line": "OG-K1", "year": 2025, "type": "financial_plan", "cents": 4_500_000 },
        ] }));
        let links = measure["links"].as_array().unwrap();
        let of_mdm = links.iter().filter(|link| link["module"] == "SYS.3.2.2" && link["kind"] == "fulfils");
        assert_eq!(of_mdm.count(), 10);
        assert_eq!((links.len(), &links[0]["target"]), (21, &json!("SYS.3.2.2.A1")));
        let virus = client.reference_of("offenburg", "OG-K2").await;
        let measure = client.get(&format!("institutions/offenburg/measures/{virus}")).await.ok(200);
        assert!(measure["modules"].as_array().unwrap().contains(&json!("OPS.1.1.4")));
        let money: Vec<(i64, i64)> = years(&measure["budget"]["years"]);
        assert_eq!(money, [(2023, 3_500_000), (2025, 1_200_000)]);
    }

    async fn the_plan_of_konstanz(app) {
        let client = app.sign_in("kaemmerei@konstanz.example").await;
        let plan = plan(&client, "konstanz", "KN-2017-DO").await;
        assert_eq!(years(&plan["sums"]), (2018..=2023).map(|year| (year, 90_000_000)).collect::<Vec<_>>());
        let entries = line(&plan, "KN-P0")["entries"].as_array().unwrap();
        for entry in entries {
            assert_eq!(entry.get("flag"), (entry["year"] == 2023).then_some(&json!("conflict")), "{entry}");
        }
        adds_up(&plan, [0, 0, 1]);
        // Six years against "5 Jahre": both sums can be read, neither is chosen.
        assert_eq!((&plan["total_cents"], &plan["conflict_cents"]), (&json!(540_000_000), &json!(90_000_000)));
        let programme = client.get("institutions/konstanz/programmes/KN-2017-DO").await.ok(200);
        assert_eq!((&programme["posts_hundredths"], &programme["posts_early_hundredths"]), (&json!(850), &json!(0)));
        assert_eq!(programme["resolution"]["body"], "Kreistag");
    }

    async fn who_sees_programmes(app) {
        for (who, sees, sees_measures) in [
            ("isb", true, true), ("leitung", true, true), ("it-leitung", true, true), ("netz", true, true),
            ("kaemmerei", true, false), ("revision", true, true), ("rat", true, false), ("admin", false, false),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let list = client.get("institutions/offenburg/programmes").await.ok(200);
            let keys: Vec<&str> = list["items"].as_array().unwrap().iter().map(|programme| programme["key"].as_str().unwrap()).collect();
            assert_eq!(keys, if sees { vec!["OG-2021-DIG", "OG-2021-FB9"] } else { vec![] }, "{who}");
            let one = client.get("institutions/offenburg/programmes/OG-2021-DIG").await;
            let table = client.get("institutions/offenburg/programmes/OG-2021-DIG/plan").await;
            if sees {
                one.ok(200);
                let table = table.ok(200);
                let measures = &line(&table, "OG-K1")["measures"];
                assert_eq!(measures.as_array().unwrap().len(), usize::from(sees_measures), "{who}");
            } else {
                one.problem(404, "not_found");
                table.problem(404, "not_found");
            }
            client.get("institutions/offenburg/programmes/STG-2018-SM").await.problem(404, "not_found");
            client.get("institutions/stuttgart/programmes").await.problem(404, "not_found");
        }
    }

    async fn finance_imports_what_is_still_to_be_decided(app) {
        let client = app.sign_in("kaemmerei@stuttgart.example").await;
        let answer = client.post(IMPORT, good()).await;
        let imported = answer.ok(201);
        assert_eq!(answer.header("location"), "/api/v1/institutions/stuttgart/programmes");
        assert_eq!((&imported["programmes"], &imported["lines"]), (&json!(["STG-NEU"]), &json!(8)));
        let measures = imported["measures"].as_array().unwrap();
        assert_eq!((measures.len(), &measures[3]["key"]), (9, &json!("NEU-STG-2a")));
        let isb = app.sign_in("isb@stuttgart.example").await;
        let plan = plan(&isb, "stuttgart", "STG-NEU").await;
        assert_eq!(line(&plan, "STG-2a")["measures"], json!([measures[3]["reference"]]));
        adds_up(&plan, [4, 0, 0]);
        let measure = isb.get(&format!("institutions/stuttgart/measures/{}", measures[3]["reference"].as_str().unwrap())).await.ok(200);
        assert_eq!((&measure["status"], &measure["due"]["original"]), (&json!("proposed"), &json!(null)));
        assert_eq!(measure["sources"][0]["line"], 127);
        // Once is enough.
        let before = stored(app);
        let problem = client.post(IMPORT, good()).await.problem(409, "programme_exists");
        assert!(problem["detail"].as_str().unwrap().contains("STG-NEU"), "{problem}");
        assert_eq!(stored(app), before);
        let events = isb.get("institutions/stuttgart/audit-events?limit=1").await.ok(200);
        assert_eq!(events["items"][0]["action"], "programme.imported");
    }

    async fn steps_of_the_past_are_the_operators_to_import(app) {
        let mut file = good();
        file["programmes"][0]["measures"][0]["status"] = json!("approved");
        let before = stored(app);
        for who in ["kaemmerei", "isb"] {
            let client = app.sign_in(&format!("{who}@stuttgart.example")).await;
            client.post(IMPORT, file.clone()).await.problem(403, "forbidden");
        }
        for who in ["leitung", "it-leitung", "netz", "revision", "admin", "rat"] {
            let client = app.sign_in(&format!("{who}@stuttgart.example")).await;
            client.post(IMPORT, good()).await.problem(403, "forbidden");
        }
        let foreign = app.sign_in("kaemmerei@offenburg.example").await;
        foreign.post(IMPORT, good()).await.problem(404, "not_found");
        assert_eq!(stored(app), before);
        // The operator may, but not with a step that lacks its day, person or date.
        let import = |file: Value| {
            let file: ProgrammeFile = serde_json::from_value(file).unwrap();
            programmes::import(&app.app, By::Operator, "stuttgart", &file, None)
        };
        for (change, pointer) in [
            (json!({ "status": "verified" }), "completed_on"), (json!({ "status": "implemented" }), "completed_on"),
            (json!({ "status": "in_progress", "completed_on": "2022-01-01" }), "completed_on"),
            (json!({ "status": "approved", "owner": null }), "owner"), (json!({ "status": "blocked", "due": null }), "due"),
        ] {
            let mut broken = good();
            let measure = broken["programmes"][0]["measures"][0].as_object_mut().unwrap();
            measure.extend(change.as_object().unwrap().clone());
            let Err(zinne::error::Error::Problem(problem)) = import(broken) else { panic!("{change} was taken") };
            assert_eq!(problem.faults[0].pointer, format!("/programmes/0/measures/0/{pointer}"));
        }
        assert_eq!(stored(app), before);
        assert_eq!(import(file).unwrap().body.measures, 9);
    }

    async fn a_printed_total_that_differs_is_shown_not_mended(app) {
        let client = app.sign_in("kaemmerei@stuttgart.example").await;
        let mut file = good();
        file["programmes"][0]["printed_totals"][0]["cents"] = json!(199_400_001);
        client.post(IMPORT, file).await.ok(201);
        let plan = plan(&client, "stuttgart", "STG-NEU").await;
        let total = &plan["printed_totals"][0];
        assert_eq!((&total["verdict"], &total["printed_cents"], &total["computed_cents"]), (&json!("differs"), &json!(199_400_001), &json!(199_400_000)));
        assert_eq!(plan["printed_totals"][1]["verdict"], "exact");
    }

    async fn broken_files_are_refused_with_place_and_reason(app) {
        type Change = fn(&mut Value);
        let client = app.sign_in("kaemmerei@stuttgart.example").await;
        let before = stored(app);
        // Changes of the file, of its programme, of its first line and of its first measure.
        let file: &[(&str, Change, u16, &str, &str)] = &[
            ("unknown field", |f| f["extra"] = json!(1), 400, "/extra", "unknown_field"),
            ("format", |f| f["format"] = json!("zinne-programme/2"), 422, "/format", "unknown_word"),
            ("no format", |f| drop(f.as_object_mut().unwrap().remove("format")), 400, "", "wrong_type"),
            ("other institution", |f| f["institution"] = json!("offenburg"), 422, "/institution", "inconsistent"),
            ("no programmes", |f| f["programmes"] = json!([]), 422, "/programmes", "required"),
            ("programmes twice", |f| { let p = f["programmes"][0].clone(); f["programmes"].as_array_mut().unwrap().push(p) }, 422, "/programmes/1/key", "duplicate"),
            ("paper twice", |f| { let p = f["papers"][0].clone(); f["papers"].as_array_mut().unwrap().push(p) }, 422, "/papers/3/key", "duplicate"),
            ("paper of year 0", |f| f["papers"][0]["date"] = json!("0000-01-01"), 422, "/papers/0/date", "out_of_range"),
            ("paper with NUL", |f| f["papers"][0]["file"] = json!("a\u{0}"), 422, "/papers/0/file", "control_characters"),
            ("no such day", |f| f["papers"][0]["date"] = json!("2018-02-30"), 400, "/papers/0/date", "wrong_type"),
            ("unknown paper", |f| f["resolutions"][0]["paper"] = json!("1/1"), 422, "/resolutions/0/paper", "unknown_reference"),
            ("another sitting under a known key", |f| f["resolutions"][0]["date"] = json!("2018-06-26"), 422, "/resolutions/0/key", "duplicate"),
            ("unknown outcome", |f| f["resolutions"][0]["outcome"] = json!("maybe"), 400, "/resolutions/0/outcome", "wrong_type"),
            ("source line", |f| f["resolutions"][0]["source"]["line"] = json!(-1), 400, "/resolutions/0/source/line", "wrong_type"),
        ];
        let programme: &[(&str, Change, u16, &str, &str)] = &[
            ("unknown field", |p| p["budget"] = json!(1), 400, "/budget", "unknown_field"),
            ("title", |p| p["title"] = json!(" "), 422, "/title", "required"),
            ("public title with NUL", |p| p["title_public"] = json!("\u{0}"), 422, "/title_public", "control_characters"),
            ("key with NUL", |p| p["key"] = json!("a\u{0}"), 422, "/key", "control_characters"),
            ("unknown resolution", |p| p["resolution"] = json!("x"), 422, "/resolution", "unknown_reference"),
            ("years backwards", |p| p["years"] = json!([2019, 2018]), 422, "/years", "out_of_range"),
            ("year 1989", |p| p["years"] = json!([1989, 2018, 2019]), 422, "/years", "out_of_range"),
            ("year 2101", |p| p["years"] = json!([2018, 2019, 2101]), 422, "/years", "out_of_range"),
            ("year too large", |p| p["years"] = json!([2_147_483_648_i64]), 400, "/years/0", "wrong_type"),
            ("double budget", |p| p["double_budgets"] = json!([[2018, 2020]]), 422, "/double_budgets/0", "inconsistent"),
            ("double budget of one year", |p| p["double_budgets"] = json!([[2018]]), 400, "/double_budgets/0", "wrong_type"),
            ("group twice", |p| p["groups"][1]["key"] = json!("1"), 422, "/groups/1/key", "duplicate"),
            ("group title with NUL", |p| p["groups"][0]["title"] = json!("\u{0}x"), 422, "/groups/0/title", "control_characters"),
            ("line twice", |p| p["lines"][1]["key"] = json!("STG-1a"), 422, "/lines/1/key", "duplicate"),
            ("1.b in 2018", |p| p["lines"][1]["amounts"][0]["year"] = json!(2018), 422, "/ceilings/0", "ceiling_exceeded"),
            ("ceiling backwards", |p| p["ceilings"][2]["to_year"] = json!(2017), 422, "/ceilings/2/to_year", "inconsistent"),
            ("ceiling of nothing", |p| p["ceilings"][2]["cents"] = json!(0), 422, "/ceilings/2/cents", "out_of_range"),
            ("overflow", |p| { p["ceilings"] = json!([]); p["printed_totals"] = json!([]); p["lines"][0]["amounts"][0]["cents"] = json!(i64::MAX) }, 422, "/lines", "out_of_range"),
            ("overflow of a total", |p| p["lines"][0]["amounts"][0]["cents"] = json!(i64::MAX), 422, "/printed_totals/0/cents", "out_of_range"),
            ("total of an unknown group", |p| p["printed_totals"][0]["groups"][0] = json!("9"), 422, "/printed_totals/0/groups/0", "unknown_reference"),
            ("total of an unknown year", |p| p["printed_totals"][0]["years"] = json!([2020]), 422, "/printed_totals/0/years", "unknown_reference"),
            ("total without name", |p| p["printed_totals"][0]["name"] = json!(""), 422, "/printed_totals/0/name", "required"),
            ("no post", |p| p["posts"][0]["hundredths"] = json!(0), 422, "/posts/0/hundredths", "out_of_range"),
            ("more early than at all", |p| p["posts"][0]["early_hundredths"] = json!(201), 422, "/posts/0/early_hundredths", "out_of_range"),
            ("post of an unknown line", |p| p["posts"][0]["line"] = json!("x"), 422, "/posts/0/line", "unknown_reference"),
            ("pay grade with NUL", |p| p["posts"][0]["grade"] = json!("\u{0}"), 422, "/posts/0/grade", "control_characters"),
            ("post of year 0", |p| p["posts"][0]["starts_on"] = json!("0000-12-31"), 422, "/posts/0/starts_on", "out_of_range"),
            ("measure twice", |p| p["measures"][1]["key"] = json!("NEU-STG-1a"), 422, "/measures/1/key", "duplicate"),
            ("measure of another file", |p| p["measures"][1]["key"] = json!("STG-1b"), 422, "/measures/1/key", "duplicate"),
        ];
        let line: &[(&str, Change, u16, &str, &str)] = &[
            ("unknown field", |l| l["gruppe"] = json!("1"), 400, "/gruppe", "unknown_field"),
            ("missing group", |l| drop(l.as_object_mut().unwrap().remove("group")), 400, "", "wrong_type"),
            ("unknown group", |l| l["group"] = json!("4"), 422, "/group", "unknown_reference"),
            ("position with NUL", |l| l["position"] = json!("\u{0}"), 422, "/position", "control_characters"),
            ("note", |l| l["note"] = json!("x".repeat(2001)), 422, "/note", "too_long"),
            ("cents as text", |l| l["amounts"][0]["cents"] = json!("22600000"), 400, "/amounts/0/cents", "wrong_type"),
            ("a fraction", |l| l["amounts"][0]["cents"] = json!(226_000.5), 400, "/amounts/0/cents", "wrong_type"),
            ("too large", |l| l["amounts"][0]["cents"] = json!(9_223_372_036_854_775_808_u64), 400, "/amounts/0/cents", "wrong_type"),
            ("nothing", |l| l["amounts"][0]["cents"] = json!(0), 422, "/amounts/0/cents", "out_of_range"),
            ("negative", |l| l["amounts"][0]["cents"] = json!(-1), 422, "/amounts/0/cents", "out_of_range"),
            ("unknown year", |l| l["amounts"][0]["year"] = json!(2017), 422, "/amounts/0/year", "unknown_reference"),
            ("year twice", |l| l["amounts"][1]["year"] = json!(2018), 422, "/amounts/1/year", "duplicate"),
            ("unknown type", |l| l["amounts"][0]["type"] = json!("actual"), 400, "/amounts/0/type", "wrong_type"),
            ("source with NUL", |l| l["amounts"][0]["source"]["text"] = json!("\u{0}"), 422, "/amounts/0/source/text", "control_characters"),
        ];
        let measure: &[(&str, Change, u16, &str, &str)] = &[
            ("title", |m| m["title"] = json!("x".repeat(301)), 422, "/title", "too_long"),
            ("public title with NUL", |m| m["title_public"] = json!("\u{0}"), 422, "/title_public", "control_characters"),
            ("owner unknown", |m| m["owner"] = json!("niemand@stuttgart.example"), 422, "/owner", "unknown_reference"),
            ("owner from elsewhere", |m| m["owner"] = json!("netz@offenburg.example"), 422, "/owner", "unknown_reference"),
            ("owner without such a role", |m| m["owner"] = json!("kaemmerei@stuttgart.example"), 422, "/owner", "unknown_reference"),
            ("unknown requirement", |m| m["fulfils"] = json!(["ISMS.1.A1", "ISMS.1.A99"]), 422, "/fulfils/1", "unknown_reference"),
            ("withdrawn requirement", |m| m["applies"] = json!(["ORP.1.A5"]), 422, "/applies/0", "withdrawn"),
            ("requirement twice", |m| m["applies"] = json!(["CON.2", "CON.2"]), 422, "/applies/1", "duplicate"),
            ("requirement with NUL", |m| m["applies"] = json!(["\u{0}"]), 422, "/applies/0", "unknown_reference"),
            ("unknown line", |m| m["lines"] = json!(["STG-9"]), 422, "/lines/0", "unknown_reference"),
            ("line twice", |m| m["lines"] = json!(["STG-1a", "STG-1a"]), 422, "/lines/1", "duplicate"),
            ("not the end of the year", |m| m["due"] = json!({ "day": "2019-12-30", "precision": "year", "text": "2019" }), 422, "/due/day", "not_period_end"),
            ("due in the year 9999", |m| m["due"] = json!({ "day": "9999-12-31", "precision": "year", "text": "nie" }), 422, "/due/day", "out_of_range"),
            ("priority", |m| m["priority"] = json!(0), 422, "/priority", "out_of_range"),
            ("proposed and done", |m| m["completed_on"] = json!("2019-12-31"), 422, "/completed_on", "inconsistent"),
            ("start in the year 0", |m| m["start_planned"] = json!("0000-01-01"), 422, "/start_planned", "out_of_range"),
            ("unknown status", |m| m["status"] = json!("done"), 400, "/status", "wrong_type"),
        ];
        for (place, changes) in [("", file), ("/programmes/0", programme), ("/programmes/0/lines/0", line), ("/programmes/0/measures/0", measure)] {
            for (name, change, status, pointer, code) in changes {
                let mut file = good();
                change(file.pointer_mut(place).unwrap());
                let kind = if *status == 400 { "malformed" } else { "invalid" };
                let answer = import(&client, file.to_string()).await;
                assert_eq!(answer.status.as_u16(), *status, "{place} {name}: {}", answer.text);
                let problem = answer.problem(*status, kind);
                let errors = problem["errors"].as_array().unwrap();
                let pointer = format!("{place}{pointer}");
                assert!(errors.iter().any(|error| error["pointer"] == pointer && error["code"] == *code), "{place} {name}: {problem}");
            }
        }
        assert_eq!(stored(app), before);
        let mut over = good();
        over["programmes"][0]["lines"][1]["amounts"][0]["year"] = json!(2018);
        let problem = import(&client, over.to_string()).await.problem(422, "invalid");
        let detail: String = problem["errors"][0]["detail"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
        assert!(detail.contains("7400000"), "{problem}");
        // What is no document at all.
        let text = good().to_string();
        for broken in [
            String::new(), "null".to_owned(), "[]".to_owned(), "{}".to_owned(), text[..text.len() - 1].to_owned(), format!("{text}}}"), format!("{text}{text}"),
            text.replacen("\"format\"", "\"format\":\"zinne-programme/1\",\"format\"", 1),
        ] {
            import(&client, broken).await.problem(400, "malformed");
        }
        let mut large = good();
        large["programmes"][0]["measures"][0]["note"] = json!("x".repeat(2 << 20));
        import(&client, large.to_string()).await.problem(413, "too_large");
        assert_eq!(stored(app), before);
    }
}

/// The figures and links that were taken from the papers independently of the programme files.
#[test]
fn the_files_are_what_was_read_from_the_papers() {
    let folder = crate::support::official_files();
    let seed = |name: &str| -> Option<Value> {
        let path = folder.join("../domain").join(name);
        match std::fs::read(&path) {
            Ok(text) => Some(serde_json::from_slice(&text).unwrap()),
            Err(_) => {
                crate::support::skipped(&format!("{} is missing", path.display()));
                None
            }
        }
    };
    let (Some(budget), Some(mapping)) = (seed("seeds_budget.json"), seed("seeds_mapping.json"))
    else {
        return;
    };
    let mut lines: BTreeMap<String, BTreeMap<i64, i64>> = BTreeMap::new();
    let mut measures: BTreeMap<String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for slug in ["stuttgart", "offenburg", "konstanz"] {
        let path = format!("{}/programmes/{slug}.json", env!("CARGO_MANIFEST_DIR"));
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for programme in file["programmes"].as_array().unwrap() {
            for line in programme["lines"].as_array().unwrap() {
                let amounts = line["amounts"].as_array().unwrap();
                let amounts = amounts
                    .iter()
                    .map(|a| (a["year"].as_i64().unwrap(), a["cents"].as_i64().unwrap()));
                lines.insert(line["key"].as_str().unwrap().to_owned(), amounts.collect());
            }
            for measure in programme["measures"].as_array().unwrap() {
                measures.insert(measure["key"].as_str().unwrap().to_owned(), links(measure));
            }
        }
    }
    let mut expected = BTreeMap::new();
    every_object(&budget, &mut |object| {
        if let (Some(id), Some(amounts)) =
            (object["id"].as_str(), object["amounts_cents"].as_object())
        {
            let amounts = amounts.iter().filter(|(_, cents)| **cents != 0);
            let amounts =
                amounts.map(|(year, cents)| (year.parse().unwrap(), cents.as_i64().unwrap()));
            expected.insert(id.to_owned(), amounts.collect());
        }
    });
    assert_eq!(lines, expected);
    let mut expected = BTreeMap::new();
    every_object(&mapping, &mut |object| {
        if let (Some(id), true) = (object["id"].as_str(), object["fulfils"].is_array()) {
            expected.insert(id.to_owned(), links(object));
        }
    });
    assert_eq!(measures, expected);
}

fn links(measure: &Value) -> [BTreeSet<String>; 2] {
    ["fulfils", "applies"].map(|kind| {
        let ids = measure[kind].as_array().unwrap();
        ids.iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect()
    })
}

fn every_object(value: &Value, look: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(fields) => {
            look(value);
            fields.values().for_each(|field| every_object(field, look));
        }
        Value::Array(items) => items.iter().for_each(|item| every_object(item, look)),
        _ => {}
    }
}
