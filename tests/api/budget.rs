//! The ledger of a budget: booking, taking back, moving, and what is refused.

use actix_web::http::Method;
use futures_util::future::join;
use serde_json::{Value, json};
use zinne::actions::users;
use zinne::domain::access::{Grant, Role};

use crate::support::{Answer, Client};

const DIG: &str = "institutions/offenburg/programmes/OG-2021-DIG";
const STG: &str = "institutions/stuttgart/programmes/STG-2018-SM";

/// Posts in English.
async fn english(client: &Client<'_>, path: &str, body: Value) -> Answer {
    let language = [("accept-language", "en")];
    let body = Some(body.to_string());
    client.send(Method::POST, path, &language, body).await
}

/// Books one entry and gives it.
pub async fn book(client: &Client<'_>, programme: &str, entry: Value) -> Value {
    let body = json!({ "entries": [entry] });
    let posted = client.post(&format!("{programme}/entries"), body).await;
    posted.ok(201)["entries"][0].clone()
}

async fn attempt(client: &Client<'_>, programme: &str, entry: Value) -> Answer {
    let body = json!({ "entries": [entry] });
    client.post(&format!("{programme}/entries"), body).await
}

pub fn entry(line: &str, year: i32, entry_type: &str, cents: i64) -> Value {
    json!({ "line": line, "year": year, "type": entry_type, "cents": cents, "reason": "Grund" })
}

/// All entries of a programme that match a filter, newest first.
pub async fn entries(client: &Client<'_>, programme: &str, filter: &str) -> Vec<Value> {
    let path = format!("{programme}/entries?limit=200&{filter}");
    let page = client.get(&path).await.ok(200);
    assert_eq!(page["currency"], "EUR");
    page["items"].as_array().unwrap().clone()
}

/// Authorised, blocked, committed, actual, available of a line.
pub async fn figures(client: &Client<'_>, institution: &str, year: i32, line: &str) -> [i64; 5] {
    let path = format!("institutions/{institution}/budget?year={year}&by=line");
    let report = client.get(&path).await.ok(200);
    let rows = report["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["key"] == line).unwrap();
    ["authorised", "blocked", "committed", "actual", "available"]
        .map(|name| row[format!("{name}_cents")].as_i64().unwrap())
}

async fn totals(client: &Client<'_>, institution: &str, year: i32) -> Value {
    let path = format!("institutions/{institution}/budget?year={year}");
    client.get(&path).await.ok(200)["totals"].clone()
}

/// Says what came of a resolution of Offenburg.
pub async fn decide(finance: &Client<'_>, key: &str, outcome: &str) {
    let page = finance
        .get("institutions/offenburg/resolutions")
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap();
    let id = items.iter().find(|one| one["key"] == key).unwrap()["id"]
        .as_str()
        .unwrap();
    let path = format!("institutions/offenburg/resolutions/{id}");
    finance
        .patch(&path, "*", json!({ "outcome": outcome }))
        .await
        .ok(200);
}

/// A programme file of Offenburg with these lines and ceilings.
pub fn file(key: &str, lines: &[Value], ceilings: &[Value]) -> Value {
    let source = json!({ "file": "probe.txt", "line": 1, "text": "Probe" });
    let mut lines = lines.to_vec();
    let mut ceilings = ceilings.to_vec();
    for (index, line) in lines.iter_mut().enumerate() {
        let line = line.as_object_mut().unwrap();
        line.insert("position".to_owned(), json!(index.to_string()));
        line.insert("title".to_owned(), line["key"].clone());
        line.insert("source".to_owned(), source.clone());
        line.entry("group").or_insert(json!("A"));
        line.entry("amounts").or_insert(json!([]));
    }
    for ceiling in &mut ceilings {
        ceiling["source"] = source.clone();
    }
    json!({
        "format": "zinne-programme/1", "institution": "offenburg", "programmes": [{
            "key": key, "title": key, "period": "2023", "amount_basis": "gross", "confidentiality": "internal",
            "years": [2023, 2024], "groups": [{ "key": "A", "title": "A" }, { "key": "B", "title": "B" }],
            "lines": lines, "ceilings": ceilings,
        }],
    })
}

pub async fn import(finance: &Client<'_>, file: Value) -> String {
    let key = file["programmes"][0]["key"].as_str().unwrap().to_owned();
    let programmes = "institutions/offenburg/programmes";
    finance.post(programmes, file).await.ok(201);
    format!("{programmes}/{key}")
}

both_engines! {
    // T1: what the papers print comes out of the derived figures as well.
    async fn every_year_of_the_papers_is_in_the_budget(app) {
        for (institution, years) in [
            ("stuttgart", vec![(2018, 199_400_000, 199_400_000), (2019, 199_000_000, 199_000_000)]),
            ("offenburg", vec![
                (2021, 69_100_000 + 3_000_000, 69_100_000 + 3_000_000),
                (2022, 62_875_000 + 105_400_000 + 118_300_000, 62_875_000 + 105_400_000 + 118_300_000),
                (2023, 110_525_000 + 141_800_000 + 72_500_000, 110_525_000 + 141_800_000 + 72_500_000),
                // A financial plan authorises nothing.
                (2024, 108_100_000 + 117_500_000 + 49_500_000, 0),
                (2025, 111_300_000 + 50_400_000 + 49_500_000, 0),
            ]),
            ("konstanz", vec![(2018, 90_000_000, 90_000_000), (2023, 90_000_000, 90_000_000)]),
        ] {
            let isb = app.sign_in(&format!("isb@{institution}.example")).await;
            for (year, plan, authorised) in years {
                let expected = json!({
                    "plan_cents": plan, "authorised_cents": authorised, "blocked_cents": 0, "committed_cents": 0,
                    "actual_cents": 0, "available_cents": authorised, "forecast_cents": 0,
                });
                assert_eq!(totals(&isb, institution, year).await, expected, "{institution} {year}");
            }
        }
    }

    // T2
    async fn stuttgart_does_not_move_1b_to_2018(app) {
        let finance = app.sign_in("kaemmerei@stuttgart.example").await;
        let of_1b = entries(&finance, STG, "line=STG-1b").await;
        assert_eq!((of_1b.len(), &of_1b[0]["cents"], &of_1b[0]["flag"]), (1, &json!(8_000_000), &json!("inferred")));
        let all = entries(&finance, STG, "").await.len();
        let moved = |into_2018: i64| {
            let mut new = vec![entry("STG-1b", 2018, "appropriation", into_2018)];
            if into_2018 < 8_000_000 {
                new.push(entry("STG-1b", 2019, "appropriation", 8_000_000 - into_2018));
            }
            json!({ "entries": new, "reverses": [{ "entry": of_1b[0]["id"], "reason": "früher nötig" }] })
        };
        let path = format!("{STG}/entries");
        let problem = finance.post(&path, moved(8_000_000)).await.problem(409, "ceiling_exceeded");
        assert!(problem["detail"].as_str().unwrap().contains("7.400.000 Cent über der Obergrenze"), "{problem}");
        let problem = english(&finance, &path, moved(8_000_000)).await.problem(409, "ceiling_exceeded");
        assert!(problem["detail"].as_str().unwrap().contains("7,400,000 cents above the ceiling"), "{problem}");
        assert_eq!(entries(&finance, STG, "").await.len(), all, "nothing of it is booked");
        // As much as there is room for moves.
        let posted = finance.post(&path, moved(600_000)).await.ok(201);
        let counter = &posted["entries"][0];
        assert_eq!((&counter["cents"], &counter["reverses"]), (&json!(-8_000_000), &of_1b[0]["id"]));
        let plan = finance.get(&format!("{STG}/plan")).await.ok(200);
        assert_eq!(plan["ceilings"][0]["headroom_cents"], 0);
        assert_eq!(plan["total_cents"], 398_400_000);
        let lines = plan["groups"][0]["lines"].as_array().unwrap();
        let shown: Vec<(&Value, &Value)> = lines[1]["entries"].as_array().unwrap().iter().map(|e| (&e["year"], &e["cents"])).collect();
        assert_eq!(shown, [(&json!(2018), &json!(600_000)), (&json!(2019), &json!(7_400_000))]);
        let problem = attempt(&finance, STG, entry("STG-1b", 2018, "supplementary", 1)).await.problem(409, "ceiling_exceeded");
        assert!(problem["detail"].as_str().unwrap().starts_with("Die Buchung liegt 1 Cent über"), "{problem}");
        // Less is always possible, and a cut makes room.
        book(&finance, STG, entry("STG-1b", 2018, "cut", -1)).await;
        book(&finance, STG, entry("STG-1b", 2018, "supplementary", 1)).await;
    }

    // T23
    async fn a_carry_over_leaves_the_sum_of_the_programme(app) {
        let finance = app.sign_in("kaemmerei@stuttgart.example").await;
        let before = [totals(&finance, "stuttgart", 2018).await, totals(&finance, "stuttgart", 2019).await];
        let body = json!({ "line": "STG-2c", "from_year": 2018, "cents": 3_000_000, "reason": "Lieferung erst im Januar" });
        let posted = finance.post(&format!("{STG}/carry-overs"), body).await.ok(201);
        let pair = posted["entries"].as_array().unwrap();
        let shown = |entry: &Value| (entry["type"].clone(), entry["year"].clone(), entry["cents"].clone());
        assert_eq!(shown(&pair[0]), (json!("carry_out"), json!(2018), json!(-3_000_000)));
        assert_eq!(shown(&pair[1]), (json!("carry_in"), json!(2019), json!(3_000_000)));
        assert!(pair[0]["pair"].is_string());
        assert_eq!(pair[0]["pair"], pair[1]["pair"]);
        assert_eq!(figures(&finance, "stuttgart", 2018, "STG-2c").await[0], 17_000_000);
        assert_eq!(figures(&finance, "stuttgart", 2019, "STG-2c").await[0], 23_000_000);
        let after = [totals(&finance, "stuttgart", 2018).await, totals(&finance, "stuttgart", 2019).await];
        let sum = |totals: &[Value; 2]| totals.iter().map(|year| year["authorised_cents"].as_i64().unwrap()).sum::<i64>();
        assert_eq!(sum(&before), sum(&after));
        // It counts against neither ceiling: 2019 has as much room as before, 2018 no more.
        let plan = finance.get(&format!("{STG}/plan")).await.ok(200);
        let room: Vec<&Value> = plan["ceilings"].as_array().unwrap().iter().map(|one| &one["headroom_cents"]).collect();
        assert_eq!(room, [&json!(600_000), &json!(1_600_000), &json!(1_000_000)]);
        // The pair goes back as a whole, whichever half is named.
        let path = format!("{STG}/entries/{}/reverse", pair[1]["id"].as_str().unwrap());
        let back = finance.post(&path, json!({ "reason": "doch geliefert" })).await.ok(201);
        assert_eq!(back["entries"].as_array().unwrap().len(), 2);
        assert_eq!(figures(&finance, "stuttgart", 2018, "STG-2c").await[0], 20_000_000);
        assert_eq!(figures(&finance, "stuttgart", 2019, "STG-2c").await[0], 20_000_000);
    }

    async fn a_ceiling_may_count_carry_overs_and_be_for_a_group(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let source = json!({ "file": "probe.txt", "line": 1, "text": "70" });
        let amounts = |year: i32| json!([{ "year": year, "type": "appropriation", "cents": 70, "source": source }]);
        let lines = [
            json!({ "key": "A1", "kind": "investive", "amounts": amounts(2023) }),
            json!({ "key": "B1", "kind": "investive", "group": "B" }),
        ];
        let ceiling = |group: &str, year: i32, carry_overs: bool| json!({
            "from_year": year, "to_year": year, "cents": 100, "hard": true, "group": group, "counts_carry_overs": carry_overs,
        });
        let programme = import(&finance, file("T-GRUPPE", &lines, &[ceiling("A", 2023, false), ceiling("A", 2024, true)])).await;
        attempt(&finance, &programme, entry("A1", 2023, "appropriation", 31)).await.problem(409, "ceiling_exceeded");
        book(&finance, &programme, entry("B1", 2023, "appropriation", 1_000)).await;
        book(&finance, &programme, entry("A1", 2023, "appropriation", 30)).await;
        book(&finance, &programme, entry("A1", 2024, "appropriation", 90)).await;
        let carry = |cents: i64| json!({ "line": "A1", "from_year": 2023, "cents": cents });
        let path = format!("{programme}/carry-overs");
        finance.post(&path, carry(11)).await.problem(409, "ceiling_exceeded");
        finance.post(&path, carry(10)).await.ok(201);
        let plan = finance.get(&format!("{programme}/plan")).await.ok(200);
        let used: Vec<(&Value, &Value)> = plan["ceilings"].as_array().unwrap().iter().map(|one| (&one["group"], &one["authorised_cents"])).collect();
        assert_eq!(used, [(&json!("A"), &json!(100)), (&json!("A"), &json!(100))]);
        // A file that breaks its own ceiling, or names a group that it does not have, is refused.
        let mut broken = file("T-GRUPPE-2", &lines, &[ceiling("A", 2023, false)]);
        broken["programmes"][0]["ceilings"][0]["cents"] = json!(69);
        let problem = finance.post("institutions/offenburg/programmes", broken.clone()).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/programmes/0/ceilings/0");
        broken["programmes"][0]["ceilings"][0]["group"] = json!("C");
        let problem = finance.post("institutions/offenburg/programmes", broken).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/programmes/0/ceilings/0/group");
    }

    // T22
    async fn money_moves_inside_its_group_and_never_from_investment_to_consumption(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let path = format!("{DIG}/transfers");
        let cover = |from: &str, to: &str| json!({
            "year": 2023, "reason": "Mehrbedarf", "from": [{ "line": from, "cents": 3_000_000 }], "to": [{ "line": to, "cents": 3_000_000 }],
        });
        let problem = finance.post(&path, cover("OG-I9", "OG-K2")).await.problem(409, "cross_kind_transfer");
        assert!(problem["detail"].as_str().unwrap().contains("OG-I9"), "{problem}");
        finance.post(&path, cover("OG-K2", "OG-I9")).await.problem(409, "cross_kind_transfer");
        let posted = finance.post(&path, cover("OG-I9", "OG-I8")).await.ok(201);
        assert_eq!(posted["entries"][0]["cents"], -3_000_000);
        assert_eq!(figures(&finance, "offenburg", 2023, "OG-I9").await[0], 57_700_000);
        assert_eq!(figures(&finance, "offenburg", 2023, "OG-I8").await[0], 9_600_000);
        let lines = [
            json!({ "key": "K1", "kind": "consumptive", "cover_group": "THH 100", "cover_note": "zugunsten von Investitionen" }),
            json!({ "key": "K2", "kind": "consumptive", "cover_group": "THH 100" }),
            json!({ "key": "I1", "kind": "investive", "cover_group": "THH 100" }),
            json!({ "key": "I2", "kind": "investive", "cover_group": "THH 200" }),
        ];
        let programme = import(&finance, file("T-DECKUNG", &lines, &[])).await;
        let path = format!("{programme}/transfers");
        finance.post(&path, cover("K1", "I1")).await.ok(201);
        finance.post(&path, cover("K2", "I1")).await.problem(409, "cross_kind_transfer");
        finance.post(&path, cover("I1", "K1")).await.problem(409, "cross_kind_transfer");
        finance.post(&path, cover("I1", "I2")).await.problem(409, "outside_cover_group");
        let several = json!({
            "year": 2023, "reason": "Mehrbedarf", "from": [{ "line": "K1", "cents": 3 }, { "line": "K2", "cents": 4 }],
            "to": [{ "line": "I1", "cents": 7 }],
        });
        finance.post(&path, several).await.problem(409, "cross_kind_transfer");
        for (change, pointer, code) in [
            (json!({ "to": [{ "line": "K2", "cents": 2_999_999 }] }), "/to", "inconsistent"),
            (json!({ "to": [] }), "/to", "required"),
            (json!({ "to": [{ "line": "X", "cents": 3_000_000 }] }), "/to/0/line", "unknown_reference"),
            (json!({ "year": 0 }), "/year", "out_of_range"),
            (json!({ "reason": " " }), "/reason", "required"),
            (json!({ "resolution": "nie" }), "/resolution", "unknown_reference"),
        ] {
            let mut body = cover("K1", "K2");
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let problem = finance.post(&path, body).await.problem(422, "invalid");
            let errors = problem["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["pointer"] == pointer && error["code"] == code), "{change}: {problem}");
        }
        // Covers of a programme sum to nothing.
        let all = entries(&finance, &programme, "type=cover").await;
        assert_eq!(all.iter().map(|one| one["cents"].as_i64().unwrap()).sum::<i64>(), 0);
        // Consumptive money lapses unless it was declared transferable.
        let carry = |line: &str| json!({ "line": line, "from_year": 2022, "cents": 1 });
        finance.post(&format!("{DIG}/carry-overs"), carry("OG-K1")).await.problem(409, "not_transferable");
        finance.post(&format!("{DIG}/carry-overs"), carry("OG-I1")).await.ok(201);
    }

    // T20
    async fn a_commitment_of_a_later_year_needs_an_authority(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let order = |line: &str, cents: i64| json!({ "line": line, "year": 2022, "type": "commitment", "cents": cents, "booked_on": "2021-12-15" });
        let problem = attempt(&finance, DIG, order("OG-I7", 15_000_000)).await.problem(409, "commitment_without_authority");
        assert!(problem["detail"].as_str().unwrap().contains("15.000.000 Cent"), "{problem}");
        let authority = json!({
            "year": 2021, "type": "commitment_authority", "cents": 110_000_000, "pay_year": 2022, "resolution": "201/21-GR",
            "booked_on": "2021-11-23",
        });
        let authority = book(&finance, DIG, authority).await;
        assert_eq!((&authority["line"], &authority["resolution"]), (&Value::Null, &json!("201/21-GR")));
        // Consumptive lines have none, and nothing of theirs is committed for a later year.
        attempt(&finance, DIG, order("OG-K1", 1)).await.problem(409, "authority_not_investive");
        let of_line = json!({ "line": "OG-K1", "year": 2021, "type": "commitment_authority", "cents": 1, "pay_year": 2022 });
        attempt(&finance, DIG, of_line).await.problem(409, "authority_not_investive");
        let posted = finance.post(&format!("{DIG}/entries"), json!({ "entries": [order("OG-I7", 15_000_000)] })).await.ok(201);
        let (order_entry, used) = (&posted["entries"][0], &posted["entries"][1]);
        assert_eq!((&used["type"], &used["cents"], &used["pay_year"], &used["year"]), (&json!("authority_use"), &json!(15_000_000), &json!(2022), &json!(2021)));
        assert_eq!(order_entry["pair"], used["pair"]);
        assert_eq!(figures(&finance, "offenburg", 2022, "OG-I7").await, [15_000_000, 0, 15_000_000, 0, 0]);
        let problem = attempt(&finance, DIG, order("OG-I1", 95_000_001)).await.problem(409, "commitment_without_authority");
        assert!(problem["detail"].as_str().unwrap().contains(" 1 Cent"), "{problem}");
        // Another year of payment is another authority.
        let of_2023 = json!({ "line": "OG-I7", "year": 2023, "type": "commitment", "cents": 1, "booked_on": "2021-12-15" });
        attempt(&finance, DIG, of_2023).await.problem(409, "commitment_without_authority");
        // What is in use stays; once the order is taken back, with what it used, it can go.
        let reverse = async |entry: &Value| {
            let path = format!("{DIG}/entries/{}/reverse", entry["id"].as_str().unwrap());
            finance.post(&path, json!({ "reason": "entfällt" })).await
        };
        reverse(&authority).await.problem(409, "commitment_without_authority");
        assert_eq!(reverse(order_entry).await.ok(201)["entries"].as_array().unwrap().len(), 2);
        reverse(&authority).await.ok(201);
        attempt(&finance, DIG, order("OG-I7", 1)).await.problem(409, "commitment_without_authority");
        // In its own year a commitment needs none.
        book(&finance, DIG, entry("OG-K2", 2022, "commitment", 1)).await;
    }

    // T21
    async fn money_beyond_the_plan_counts_once_it_is_complete(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let new = json!({ "line": "OG-K2", "year": 2021, "type": "overplan", "cents": 3_000_000, "reason": "unabweisbar" });
        let draft = book(&finance, DIG, new).await;
        assert_eq!((&draft["state"], &draft["missing"]), (&json!("draft"), &json!(["cover", "resolution"])));
        assert_eq!(figures(&finance, "offenburg", 2021, "OG-K2").await, [0; 5]);
        let plan = finance.get(&format!("{DIG}/plan")).await.ok(200);
        assert_eq!(plan["sums"][0]["cents"], 69_100_000);
        let path = format!("{DIG}/entries/{}/complete", draft["id"].as_str().unwrap());
        let problem = finance.post(&path, json!({ "cover": "höhere Gewerbesteuer" })).await.problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/resolution"), &json!("required")));
        // A committee that only prepared the decision decided nothing.
        let body = |resolution: &str| json!({ "cover": "höhere Gewerbesteuer", "resolution": resolution });
        let problem = finance.post(&path, body("201/21-HBA")).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], "inconsistent");
        finance.post(&path, body("nie")).await.problem(422, "invalid");
        // Nor did a council whose decision is still open.
        let problem = finance.post(&path, body("201/21-GR")).await.problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/resolution"), &json!("not_adopted")));
        decide(&finance, "201/21-GR", "adopted").await;
        let posted = finance.post(&path, body("201/21-GR")).await.ok(201);
        let complete = &posted["entries"][0];
        assert_eq!((&complete["state"], &complete["completes"], &complete["reason"]), (&json!("effective"), &draft["id"], &json!("unabweisbar")));
        assert_eq!(figures(&finance, "offenburg", 2021, "OG-K2").await[0], 3_000_000);
        finance.post(&path, body("201/21-GR")).await.problem(409, "entry_closed");
        let path = format!("{DIG}/entries/{}/complete", complete["id"].as_str().unwrap());
        finance.post(&path, body("201/21-GR")).await.problem(409, "not_a_draft");
        let path = format!("{DIG}/entries/{}/reverse", draft["id"].as_str().unwrap());
        finance.post(&path, json!({ "reason": "x" })).await.problem(409, "entry_closed");
        let list = entries(&finance, DIG, "line=OG-K2&year=2021").await;
        assert_eq!(list.len(), 2);
        assert_eq!((&list[1]["id"], &list[1]["closed_by"]), (&draft["id"], &complete["id"]));
        // With everything at once it counts at once.
        let whole = json!({
            "line": "OG-K2", "year": 2021, "type": "extraplan", "cents": 1, "reason": "unabweisbar", "cover": "Gewerbesteuer",
            "resolution": "201/21-GR",
        });
        assert_eq!(book(&finance, DIG, whole).await["state"], "effective");
        // A draft is withdrawn by a counter entry, and then stays what it is.
        let draft = book(&finance, DIG, entry("OG-K2", 2021, "overplan", 5)).await;
        let at = format!("{DIG}/entries/{}", draft["id"].as_str().unwrap());
        assert_eq!(finance.post(&format!("{at}/reverse"), json!({ "reason": "x" })).await.ok(201)["entries"][0]["state"], "draft");
        finance.post(&format!("{at}/complete"), body("201/21-GR")).await.problem(409, "entry_closed");
        assert_eq!(figures(&finance, "offenburg", 2021, "OG-K2").await[0], 3_000_001);
    }

    // BA-7
    async fn money_beyond_the_plan_waits_until_its_resolution_is_adopted(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let new = |entry_type: &str| json!({
            "line": "OG-K2", "year": 2021, "type": entry_type, "cents": 500, "reason": "unabweisbar", "cover": "Gewerbesteuer",
            "resolution": "201/21-GR",
        });
        // Nothing but an adopted decision counts.
        for outcome in ["open", "rejected", "recommended", "noted"] {
            decide(&finance, "201/21-GR", outcome).await;
            for entry_type in ["overplan", "extraplan"] {
                let draft = book(&finance, DIG, new(entry_type)).await;
                assert_eq!((&draft["state"], &draft["missing"]), (&json!("draft"), &json!(["adopted_resolution"])), "{outcome}");
                assert_eq!(draft["resolution"], "201/21-GR");
                let path = format!("{DIG}/entries/{}/complete", draft["id"].as_str().unwrap());
                let problem = finance.post(&path, json!({})).await.problem(422, "invalid");
                assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/resolution"), &json!("not_adopted")));
            }
            assert_eq!(figures(&finance, "offenburg", 2021, "OG-K2").await, [0; 5], "{outcome}");
        }
        // Once it is, the draft lacks nothing but somebody who completes it.
        decide(&finance, "201/21-GR", "adopted").await;
        let drafts = entries(&finance, DIG, "line=OG-K2&year=2021").await;
        assert_eq!((drafts.len(), &drafts[0]["state"], &drafts[0]["missing"]), (8, &json!("draft"), &json!([])));
        let path = format!("{DIG}/entries/{}/complete", drafts[0]["id"].as_str().unwrap());
        assert_eq!(finance.post(&path, json!({})).await.ok(201)["entries"][0]["state"], "effective");
        assert_eq!(figures(&finance, "offenburg", 2021, "OG-K2").await[0], 500);
        assert_eq!(book(&finance, DIG, new("extraplan")).await["state"], "effective");
        assert_eq!(figures(&finance, "offenburg", 2021, "OG-K2").await[0], 1_000);
    }

    async fn blocked_funds_are_refused_and_overspending_is_not(app) {
        app.set_now("2023-06-01T05:00:00Z");
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        book(&finance, DIG, entry("OG-K2", 2023, "block", 500_000)).await;
        assert_eq!(figures(&finance, "offenburg", 2023, "OG-K2").await, [3_500_000, 500_000, 0, 0, 3_000_000]);
        let problem = attempt(&finance, DIG, entry("OG-K2", 2023, "actual", 3_000_001)).await.problem(409, "blocked_funds");
        assert!(problem["detail"].as_str().unwrap().contains("1 Cent der gesperrten Mittel"), "{problem}");
        book(&finance, DIG, entry("OG-K2", 2023, "commitment", 3_000_000)).await;
        // The bill of an order takes nothing more.
        let bill = json!({ "entries": [entry("OG-K2", 2023, "commitment_release", -3_000_000), entry("OG-K2", 2023, "actual", 3_000_000)] });
        finance.post(&format!("{DIG}/entries"), bill).await.ok(201);
        attempt(&finance, DIG, entry("OG-K2", 2023, "commitment", 1)).await.problem(409, "blocked_funds");
        let away = json!({ "year": 2023, "reason": "x", "from": [{ "line": "OG-K2", "cents": 1 }], "to": [{ "line": "OG-K1", "cents": 1 }] });
        finance.post(&format!("{DIG}/transfers"), away).await.problem(409, "blocked_funds");
        book(&finance, DIG, entry("OG-K2", 2023, "release", -500_000)).await;
        book(&finance, DIG, entry("OG-K2", 2023, "actual", 600_000)).await;
        assert_eq!(figures(&finance, "offenburg", 2023, "OG-K2").await, [3_500_000, 0, 0, 3_600_000, -100_000]);
        // Nothing was ever authorised in 2022: a finding (BA-2), no refusal.
        book(&finance, DIG, entry("OG-K2", 2022, "actual", 1)).await;
        assert_eq!(figures(&finance, "offenburg", 2022, "OG-K2").await, [0, 0, 0, 1, -1]);
    }

    async fn an_entry_is_taken_back_once(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let paid = book(&finance, DIG, entry("OG-K2", 2023, "actual", 800_000)).await;
        let path = |id: &Value| format!("{DIG}/entries/{}/reverse", id.as_str().unwrap());
        finance.post(&path(&paid["id"]), json!({ "reason": " " })).await.problem(422, "invalid");
        finance.post(&path(&paid["id"]), json!({})).await.problem(400, "malformed");
        let posted = finance.post(&path(&paid["id"]), json!({ "reason": "doppelt" })).await.ok(201);
        let counter = &posted["entries"][0];
        assert_eq!((&counter["type"], &counter["cents"], &counter["reason"]), (&json!("actual_reversal"), &json!(-800_000), &json!("doppelt")));
        assert_eq!(figures(&finance, "offenburg", 2023, "OG-K2").await[3], 0);
        finance.post(&path(&paid["id"]), json!({ "reason": "doppelt" })).await.problem(409, "entry_closed");
        finance.post(&path(&counter["id"]), json!({ "reason": "doppelt" })).await.problem(409, "entry_closed");
        let list = entries(&finance, DIG, "line=OG-K2&type=actual").await;
        assert_eq!(list[0]["closed_by"], counter["id"]);
        // Entries of another programme are not there.
        let other = "institutions/offenburg/programmes/OG-2021-FB9";
        let foreign = entries(&finance, other, "").await[0]["id"].as_str().unwrap().to_owned();
        for id in [foreign.as_str(), "x", "0190163d-8694-739b-aea5-966c26f8ad91"] {
            finance.post(&format!("{DIG}/entries/{id}/reverse"), json!({ "reason": "x" })).await.problem(404, "not_found");
            finance.post(&format!("{DIG}/entries/{id}/complete"), json!({})).await.problem(404, "not_found");
            let body = json!({ "reverses": [{ "entry": id, "reason": "x" }] });
            let problem = finance.post(&format!("{DIG}/entries"), body).await.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "/reverses/0/entry");
        }
    }

    async fn a_request_is_booked_once_and_leaves_its_amounts(app) {
        let (finance, isb) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let send = async |cents: i64| {
            let body = json!({ "entries": [entry("OG-K2", 2023, "actual", cents), entry("OG-K1", 2023, "actual", 7)] });
            finance.send(Method::POST, &format!("{DIG}/entries"), &[("idempotency-key", "r-1")], Some(body.to_string())).await
        };
        let first = send(100).await;
        let body = first.ok(201);
        let again = send(100).await;
        assert_eq!((again.ok(201), again.header("idempotent-replayed")), (body.clone(), "true"));
        send(101).await.problem(422, "idempotency_key_reused");
        assert_eq!(figures(&finance, "offenburg", 2023, "OG-K2").await[3], 100);
        assert_eq!(body["entries"][0]["booked_by"]["email"], "kaemmerei@offenburg.example");
        assert_eq!(body["entries"][0]["booked_on"], "2022-10-17");
        let events = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200);
        let event = &events["items"][0];
        assert_eq!((&event["action"], &event["reason"]), (&json!("budget.posted"), &json!("Grund")));
        let details = &event["details"];
        assert_eq!(details["programme"], "OG-2021-DIG");
        assert_eq!((&details["entries"][0]["cents"], &details["entries"][1]["line"]), (&json!(100), &json!("OG-K1")));
        // All or nothing.
        let before = entries(&finance, DIG, "").await.len();
        let body = json!({ "entries": [entry("OG-K2", 2023, "actual", 1), entry("NIX", 2023, "actual", 1)] });
        let problem = finance.post(&format!("{DIG}/entries"), body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/entries/1/line");
        assert_eq!(entries(&finance, DIG, "").await.len(), before);
    }

    async fn entries_come_in_pages(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let all = entries(&finance, DIG, "").await;
        let ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 45);
        assert!(ids.is_sorted_by(|one, next| one > next), "newest first");
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = finance.get(&format!("{DIG}/entries?limit=7{cursor}")).await.ok(200);
            found.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            // What is booked meanwhile neither repeats nor hides another.
            book(&finance, DIG, entry("OG-K2", 2023, "forecast", 1)).await;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, ids);
        let of_2021 = entries(&finance, DIG, "year=2021&type=overplan,actual").await;
        assert!(of_2021.iter().all(|one| one["year"] == 2021 && one["type"] == "overplan"));
        assert_eq!(of_2021.len(), 10);
        assert!(of_2021[0]["source"]["file"].as_str().unwrap().ends_with(".txt"));
        for query in ["type=geld", "limit=0", "limit=201", "cursor=x", "year=x", "art=1"] {
            finance.get(&format!("{DIG}/entries?{query}")).await.problem(400, "malformed");
        }
    }

    async fn who_books_and_who_reads(app) {
        let body = json!({ "entries": [entry("OG-K2", 2023, "forecast", 1)] });
        let (path, report) = (format!("{DIG}/entries"), "institutions/offenburg/budget?year=2023&by=line");
        for (who, books, reads, lines) in [
            ("isb", false, true, Some(17)), ("leitung", false, true, Some(17)), ("kaemmerei", true, true, Some(17)),
            ("revision", false, true, Some(17)), ("it-leitung", false, false, Some(17)), ("netz", false, false, Some(4)),
            ("arbeitsplatz", false, false, Some(3)), ("admin", false, false, None), ("rat", false, false, None),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let posted = client.post(&path, body.clone()).await;
            if books { posted.ok(201); } else { posted.problem(403, "forbidden"); }
            let listed = client.get(&path).await;
            if reads { listed.ok(200); } else { listed.problem(403, "forbidden"); }
            let answer = client.get(report).await;
            match lines {
                Some(number) => {
                    let rows = answer.ok(200)["rows"].as_array().unwrap().len();
                    assert_eq!(rows, number, "{who}");
                }
                None => { answer.problem(403, "forbidden"); }
            }
        }
        // The head of one unit sees what its measures are paid from.
        let grant = Grant { role: Role::Head, org_unit: Some("Bauamt".to_owned()) };
        users::set_role(&app.app, "it-leitung@offenburg.example", "offenburg", &grant, true).unwrap();
        let (head, isb) = (app.sign_in("it-leitung@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let own = |report: &Value| report["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(own(&head.get(report).await.ok(200)), ["OG-B2", "OG-I9", "OG-F1", "OG-F2"]);
        let measure = isb.reference_of("offenburg", "OG-I8").await;
        isb.patch(&format!("institutions/offenburg/measures/{measure}"), "*", json!({ "org_unit": "Bauamt" })).await.ok(200);
        assert_eq!(own(&head.get(report).await.ok(200)), ["OG-B2", "OG-I8", "OG-I9", "OG-F1", "OG-F2"]);
        // What belongs to another institution is not there.
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        for path in [
            "institutions/offenburg/programmes/STG-2018-SM/entries", "institutions/stuttgart/programmes/STG-2018-SM/entries",
            "institutions/offenburg/programmes/NIX/transfers",
        ] {
            let body = if path.ends_with("entries") { body.clone() } else {
                json!({ "year": 2023, "reason": "x", "from": [{ "line": "a", "cents": 1 }], "to": [{ "line": "b", "cents": 1 }] })
            };
            finance.post(path, body).await.problem(404, "not_found");
        }
        finance.get("institutions/stuttgart/budget?year=2018").await.problem(404, "not_found");
        // Whoever keeps the ledger of measures decides on no money, whatever other role they are given.
        let grant = Grant { role: Role::Finance, org_unit: None };
        users::set_role(&app.app, "isb@offenburg.example", "offenburg", &grant, true).unwrap();
        app.sign_in("isb@offenburg.example").await.post(&path, body).await.problem(403, "forbidden");
    }

    async fn broken_entries_are_refused_with_their_place(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let before = entries(&finance, DIG, "").await.len();
        for (change, status, pointer, code) in [
            (json!({ "cents": 0 }), 422, "/cents", "out_of_range"),
            (json!({ "cents": -1 }), 422, "/cents", "out_of_range"),
            (json!({ "cents": i64::MAX }), 422, "/cents", "out_of_range"),
            (json!({ "cents": i64::MIN }), 422, "/cents", "out_of_range"),
            (json!({ "cents": 9_007_199_254_740_992_i64 }), 422, "/cents", "out_of_range"),
            (json!({ "cents": 9_223_372_036_854_775_808_u64 }), 400, "/cents", "wrong_type"),
            (json!({ "cents": 1.5 }), 400, "/cents", "wrong_type"),
            (json!({ "cents": "1" }), 400, "/cents", "wrong_type"),
            (json!({ "line": "NIX" }), 422, "/line", "unknown_reference"),
            (json!({ "line": "a\u{0}" }), 422, "/line", "unknown_reference"),
            (json!({ "line": null }), 422, "/line", "required"),
            (json!({ "line": "STG-1a" }), 422, "/line", "unknown_reference"),
            (json!({ "year": 0 }), 422, "/year", "out_of_range"),
            (json!({ "year": 9999 }), 422, "/year", "out_of_range"),
            (json!({ "year": -1 }), 422, "/year", "out_of_range"),
            (json!({ "year": 4_294_967_296_i64 }), 400, "/year", "wrong_type"),
            (json!({ "type": "geld" }), 400, "/type", "wrong_type"),
            (json!({ "type": "cover" }), 422, "/type", "unknown_word"),
            (json!({ "type": "authority_use", "pay_year": 2024 }), 422, "/type", "unknown_word"),
            (json!({ "pay_year": 2024 }), 422, "/pay_year", "inconsistent"),
            (json!({ "booked_on": "2022-10-18" }), 422, "/booked_on", "out_of_range"),
            (json!({ "booked_on": "2022-02-30" }), 400, "/booked_on", "wrong_type"),
            (json!({ "reason": "x".repeat(2001) }), 422, "/reason", "too_long"),
            (json!({ "reason": "\u{0}" }), 422, "/reason", "control_characters"),
            (json!({ "resolution": "1/1" }), 422, "/resolution", "unknown_reference"),
            (json!({ "resolution": "\u{0}" }), 422, "/resolution", "unknown_reference"),
            (json!({ "state": "effective" }), 400, "/state", "unknown_field"),
            (json!({ "type": "overplan", "resolution": "201/21-HBA" }), 422, "/resolution", "inconsistent"),
        ] {
            let mut body = entry("OG-K2", 2023, "actual", 1);
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let kind = if status == 400 { "malformed" } else { "invalid" };
            let problem = attempt(&finance, DIG, body).await.problem(status, kind);
            let pointer = format!("/entries/0{pointer}");
            let errors = problem["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["pointer"] == pointer && error["code"] == code), "{change}: {problem}");
        }
        for body in [json!({}), json!({ "entries": [] }), json!({ "entries": vec![entry("OG-K2", 2023, "actual", 1); 201] })] {
            finance.post(&format!("{DIG}/entries"), body).await.problem(422, "invalid");
        }
        assert_eq!(entries(&finance, DIG, "").await.len(), before);
        for query in ["", "year=0", "year=9999", "year=x", "year=2023&by=tag", "year=2023&kind=geld", "year=2023&jahr=1"] {
            finance.get(&format!("institutions/offenburg/budget?{query}")).await.problem(400, "malformed");
        }
    }

    async fn two_at_once_never_exceed_a_ceiling(app) {
        let grant = Grant { role: Role::Finance, org_unit: None };
        users::set_role(&app.app, "digital@offenburg.example", "offenburg", &grant, true).unwrap();
        let (one, other) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("digital@offenburg.example").await);
        let ceiling = json!({ "from_year": 2023, "to_year": 2024, "cents": 60_099, "hard": true });
        let lines = [json!({ "key": "A1", "kind": "investive" }), json!({ "key": "B1", "kind": "investive", "group": "B" })];
        let programme = import(&one, file("T-ZUGLEICH", &lines, &[ceiling])).await;
        let path = format!("{programme}/entries");
        let posting = async |client: &Client<'_>, line: &str, year: i32| {
            let mut booked = 0;
            for _ in 0..500 {
                let body = json!({ "entries": [entry(line, year, "appropriation", 100)] });
                let answer = client.post(&path, body).await;
                if answer.status == 201 {
                    booked += 1;
                } else {
                    answer.problem(409, "ceiling_exceeded");
                }
            }
            booked
        };
        let (of_one, of_other) = join(posting(&one, "A1", 2023), posting(&other, "B1", 2024)).await;
        assert_eq!(of_one + of_other, 600, "{of_one} and {of_other}");
        assert!(of_one > 100 && of_other > 100, "{of_one} and {of_other}: they did not run together");
        let plan = one.get(&format!("{programme}/plan")).await.ok(200);
        assert_eq!(plan["ceilings"][0]["headroom_cents"], 99);
    }
}
