//! Alarms of the budgets: each appears when its time has come, goes when it was seen to, and is shown to whom it concerns.

use actix_web::http::Method;
use serde_json::{Value, json};
use zinne::actions::budget::{AlarmFilter, alarms};
use zinne::actions::{By, Caller};

use crate::budget::{decide, file, import};
use crate::list_counts::{count_statements, statements};
use crate::support::{Client, TestApp, approvable};

const ALARMS: &str = "institutions/offenburg/budget/alarms";
const DIG: &str = "institutions/offenburg/programmes/OG-2021-DIG";
const MEASURES: &str = "institutions/offenburg/measures";
const PERIODS: &str = "institutions/offenburg/budget-periods";

async fn list(client: &Client<'_>, query: &str) -> Vec<Value> {
    let page = client
        .get(&format!("{ALARMS}?limit=200&{query}"))
        .await
        .ok(200);
    assert_eq!(
        (&page["currency"], &page["policy"]),
        (&json!("EUR"), &json!("2026-11"))
    );
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

/// Place (line, measure, programme, whichever is the closest), cents and severity of the alarms of a check.
async fn of(client: &Client<'_>, code: &str, query: &str) -> Vec<(String, i64, String)> {
    let found = list(client, &format!("code={code}&{query}")).await;
    let text = |alarm: &Value, name: &str| alarm[name].as_str().map(str::to_owned);
    let row = |alarm: &Value| {
        assert_eq!(alarm["code"], code);
        let place = ["line", "measure", "programme"]
            .iter()
            .find_map(|name| text(alarm, name));
        (
            place.unwrap(),
            alarm["cents"].as_i64().unwrap(),
            text(alarm, "severity").unwrap(),
        )
    };
    found.iter().map(row).collect()
}

fn row(place: &str, cents: i64, severity: &str) -> (String, i64, String) {
    (place.to_owned(), cents, severity.to_owned())
}

fn entry(line: &str, year: i32, entry_type: &str, cents: i64) -> Value {
    json!({ "line": line, "year": year, "type": entry_type, "cents": cents, "reason": "Grund" })
}

/// Books an entry; gives the path of it.
async fn book(client: &Client<'_>, programme: &str, entry: Value) -> String {
    let posted = client
        .post(
            &format!("{programme}/entries"),
            json!({ "entries": [entry] }),
        )
        .await
        .ok(201);
    format!(
        "{programme}/entries/{}",
        posted["entries"][0]["id"].as_str().unwrap()
    )
}

async fn back(client: &Client<'_>, entry: &str) {
    client
        .post(&format!("{entry}/reverse"), json!({ "reason": "zurück" }))
        .await
        .ok(201);
}

/// An entry that no request would get past the checks.
fn smuggled(
    id: &str,
    line: &str,
    year: i32,
    entry_type: &str,
    cents: i64,
    pair: &str,
    pay_year: Option<i32>,
) -> String {
    let pay_year = pay_year.map_or_else(|| "NULL".to_owned(), |year| year.to_string());
    format!(
        "INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, pay_year, booked_on, booked_at, pair_id)
            SELECT '{id}', programme_id, id, {year}, '{entry_type}', 'effective', {cents}, {pay_year}, '2022-10-17', '2022-10-17 05:00:00', {pair}
            FROM budget_lines WHERE key = '{line}';"
    )
}

async fn finance<'a>(app: &'a TestApp) -> Client<'a> {
    app.sign_in("kaemmerei@offenburg.example").await
}

both_engines! {
    // BA-2, BA-9, BA-3, BA-4
    async fn figures_of_a_line_raise_alarms_and_take_them_back(app) {
        let (money, isb) = (finance(app).await, app.sign_in("isb@offenburg.example").await);
        let antivirus = isb.reference_of("offenburg", "OG-K2").await;
        // OG-K2 has nothing in 2022: a cent is too much, for the line and for its measure.
        assert_eq!(of(&isb, "BA-2", "").await, []);
        let cent = book(&money, DIG, entry("OG-K2", 2022, "actual", 1)).await;
        assert_eq!(of(&isb, "BA-2", "year=2022").await, [row(&antivirus, 1, "red"), row("OG-K2", 1, "red")]);
        let line = &list(&isb, "code=BA-2&severity=red").await[1];
        assert_eq!((&line["name"], &line["group"], &line["year"], &line["since"]), (&json!("overspent"), &json!("K"), &json!(2022), &Value::Null));
        assert_eq!(line["text"], "0,01 € mehr gebunden und ausgegeben als verfügbar; Bericht an Gemeinderat prüfen (§ 28 GemHVO)");
        let path = format!("{ALARMS}?code=BA-2&limit=1");
        let english = isb.send(Method::GET, &path, &[("accept-language", "en")], None).await.ok(200);
        let text = english["items"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("€0.01 more were spent for M-2022-"), "{text}");
        assert_eq!(of(&isb, "BA-2", "year=2023").await, []);
        assert_eq!(of(&isb, "BA-2", "severity=amber").await, []);
        assert_eq!(of(&isb, "BA-2", "programme=OG-2021-FB9").await, []);
        back(&money, &cent).await;
        assert_eq!(of(&isb, "BA-2", "").await, []);
        // Blocked after it was spent.
        let spent = book(&money, DIG, entry("OG-K2", 2023, "actual", 3_400_000)).await;
        assert_eq!(of(&isb, "BA-4", "").await, [row("OG-K2", 100_000, "info")]);
        let block = book(&money, DIG, entry("OG-K2", 2023, "block", 500_000)).await;
        assert_eq!(of(&isb, "BA-9", "").await, [row("OG-K2", 400_000, "red")]);
        assert_eq!(of(&isb, "BA-2", "").await, [row("OG-K2", 400_000, "red")]);
        assert_eq!(of(&isb, "BA-4", "").await, []);
        back(&money, &block).await;
        assert_eq!((of(&isb, "BA-9", "").await, of(&isb, "BA-2", "").await), (vec![], vec![]));
        back(&money, &spent).await;
        assert_eq!(of(&isb, "BA-4", "").await, []);
        // What is expected on top.
        let forecast = book(&money, DIG, entry("OG-K2", 2023, "forecast", 3_500_001)).await;
        assert_eq!(of(&isb, "BA-3", "").await, [row("OG-K2", 1, "amber")]);
        back(&money, &forecast).await;
        assert_eq!(of(&isb, "BA-3", "").await, []);
    }

    async fn money_that_lapses_is_told_late_in_its_year(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let found = list(&isb, "code=BA-5").await;
        let b1 = found.iter().find(|alarm| alarm["line"] == "OG-B1").unwrap();
        assert_eq!((&b1["cents"], &b1["since"], &b1["until"]), (&json!(21_315_000), &json!("2022-09-30"), &json!("2022-12-31")));
        assert_eq!(b1["text"], "213.150,00 € sind noch nicht gebunden und verfallen am 31.12.2022");
        let half = book(&finance(app).await, DIG, entry("OG-B1", 2022, "commitment", 10_657_500)).await;
        assert!(!of(&isb, "BA-5", "").await.iter().any(|alarm| alarm.0 == "OG-B1"));
        back(&finance(app).await, &half).await;
        assert!(of(&isb, "BA-5", "").await.iter().any(|alarm| alarm.0 == "OG-B1"));
        app.set_now("2022-09-29T21:59:59Z");
        assert_eq!(of(&app.sign_in("isb@offenburg.example").await, "BA-5", "").await, []);
        app.set_now("2023-01-01T05:00:00Z");
        assert_eq!(of(&app.sign_in("isb@offenburg.example").await, "BA-5", "").await, []);
    }

    // BA-1, BA-13
    async fn ceilings_and_printed_totals(app) {
        let (money, isb) = (finance(app).await, app.sign_in("isb@offenburg.example").await);
        let source = json!({ "file": "probe.txt", "line": 1, "text": "100" });
        let amounts = json!([{ "year": 2023, "type": "appropriation", "cents": 100, "source": source }]);
        let ceiling = json!({ "from_year": 2023, "to_year": 2024, "cents": 120, "hard": false, "group": "A" });
        let lines = [json!({ "key": "A1", "kind": "mixed", "amounts": amounts })];
        let mut paper = file("T-ALARM", &lines, &[ceiling]);
        paper["programmes"][0]["printed_totals"] = json!([{ "name": "Summe A", "groups": ["A"], "years": [2023], "cents": 150, "source": source }]);
        let before = of(&isb, "BA-13", "").await;
        let programme = import(&money, paper).await;
        assert_eq!(of(&isb, "BA-13", "programme=T-ALARM").await, [row("T-ALARM", 50, "warn")]);
        let total = &list(&isb, "code=BA-13&programme=T-ALARM").await[0];
        assert_eq!((&total["total"], &total["year"]), (&json!("Summe A"), &json!(2023)));
        assert_eq!(total["text"], "`Summe A` ist mit 1,50 € gedruckt; gerechnet sind es 1,00 €");
        assert_eq!(of(&isb, "BA-1", "").await, []);
        let more = book(&money, &programme, entry("A1", 2023, "appropriation", 50)).await;
        assert_eq!(of(&isb, "BA-13", "").await, before);
        assert_eq!(of(&isb, "BA-1", "").await, [row("T-ALARM", 30, "amber")]);
        let over = &list(&isb, "code=BA-1&year=2024").await[0];
        assert_eq!((&over["group"], &over["year"], &over["to_year"]), (&json!("A"), &json!(2023), &json!(2024)));
        assert_eq!(over["text"], "Die Obergrenze von 1,20 € ist um 0,30 € überschritten");
        assert_eq!(of(&isb, "BA-1", "year=2025").await, []);
        back(&money, &more).await;
        assert_eq!(of(&isb, "BA-1", "").await, []);
    }

    // BA-6 and BA-12 are refused; what was smuggled past the checks is shown.
    async fn what_got_past_its_check_is_shown(app) {
        let (money, isb) = (finance(app).await, app.sign_in("isb@offenburg.example").await);
        let order = json!({ "line": "OG-I7", "year": 2024, "type": "commitment", "cents": 7 });
        money.post(&format!("{DIG}/entries"), json!({ "entries": [order] })).await.problem(409, "commitment_without_authority");
        let cover = json!({ "year": 2023, "reason": "x", "from": [{ "line": "OG-I9", "cents": 5 }], "to": [{ "line": "OG-K2", "cents": 5 }] });
        money.post(&format!("{DIG}/transfers"), cover).await.problem(409, "cross_kind_transfer");
        assert_eq!((of(&isb, "BA-6", "").await, of(&isb, "BA-12", "").await), (vec![], vec![]));
        app.execute(&smuggled("u1", "OG-I7", 2022, "authority_use", 7, "NULL", Some(2024)));
        assert_eq!(of(&isb, "BA-6", "year=2024").await, [row("OG-I7", 7, "warn")]);
        let grant = json!({ "line": "OG-I7", "year": 2022, "type": "commitment_authority", "cents": 7, "pay_year": 2024 });
        book(&money, DIG, grant).await;
        assert_eq!(of(&isb, "BA-6", "").await, []);
        let pair = [smuggled("c1", "OG-I9", 2023, "cover", -5, "'c'", None), smuggled("c2", "OG-K2", 2023, "cover", 5, "'c'", None)];
        app.execute(&pair.concat());
        assert_eq!(of(&isb, "BA-12", "").await, [row("OG-K2", 5, "warn")]);
        back(&money, &format!("{DIG}/entries/c1")).await;
        assert_eq!(of(&isb, "BA-12", "").await, []);
    }

    // BA-7
    async fn money_beyond_the_plan_that_does_not_count(app) {
        let (money, isb) = (finance(app).await, app.sign_in("isb@offenburg.example").await);
        let new = json!({ "line": "OG-K2", "year": 2021, "type": "overplan", "cents": 500, "reason": "unabweisbar", "resolution": "201/21-GR" });
        let draft = book(&money, DIG, new).await;
        let found = list(&isb, "code=BA-7").await;
        assert_eq!((found.len(), &found[0]["line"], &found[0]["cents"], &found[0]["since"]), (1, &json!("OG-K2"), &json!(500), &json!("2022-10-17")));
        assert_eq!(format!("{DIG}/entries/{}", found[0]["entry"].as_str().unwrap()), draft);
        assert_eq!(found[0]["text"], "Über- oder außerplanmäßige 5,00 € zählen nicht; es fehlt: Deckung, gefasster Beschluss");
        decide(&money, "201/21-GR", "adopted").await;
        let text = list(&isb, "code=BA-7").await[0]["text"].clone();
        assert_eq!(text, "Über- oder außerplanmäßige 5,00 € zählen nicht; es fehlt: Deckung");
        money.post(&format!("{draft}/complete"), json!({ "cover": "Gewerbesteuer" })).await.ok(201);
        assert_eq!(list(&isb, "code=BA-7").await, Vec::<Value>::new());
        // A draft that is taken back is none.
        let draft = book(&money, DIG, entry("OG-K2", 2021, "extraplan", 5)).await;
        assert_eq!(of(&isb, "BA-7", "").await, [row("OG-K2", 5, "warn")]);
        back(&money, &draft).await;
        assert_eq!(of(&isb, "BA-7", "").await, []);
    }

    // BA-8
    async fn orders_while_the_budget_is_provisional(app) {
        let (money, isb) = (finance(app).await, app.sign_in("isb@offenburg.example").await);
        let order = |reason: Option<&str>| {
            let mut order = entry("OG-K2", 2022, "commitment", 9);
            if let Some(reason) = reason {
                order["interim_reason"] = json!(reason);
            }
            json!({ "entries": [order] })
        };
        let path = format!("{DIG}/entries");
        // Without a provisional budget there is nothing to give a reason for.
        let problem = money.post(&path, order(Some("continuation"))).await.problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/entries/0/interim_reason"), &json!("inconsistent")));
        let period = money.post(PERIODS, json!({ "years": [2022, 2023] })).await.ok(201)["id"].as_str().unwrap().to_owned();
        let step = async |state: &str| money.patch(&format!("{PERIODS}/{period}"), "*", json!({ "state": state })).await.ok(200);
        step("provisional").await;
        let problem = money.post(&path, order(None)).await.problem(409, "interim_reason_required");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("2022") && detail.contains("`OG-K2`") && detail.contains("unaufschiebbar"), "{detail}");
        money.post(&path, order(Some("weil"))).await.problem(400, "malformed");
        money.post(&path, order(Some("reported"))).await.problem(409, "interim_reason_required");
        assert_eq!(of(&isb, "BA-8", "").await, []);
        let posted = money.post(&path, order(Some("cannot_be_postponed"))).await.ok(201)["entries"][0].clone();
        assert_eq!(posted["interim_reason"], "cannot_be_postponed");
        assert_eq!(of(&isb, "BA-8", "").await, [row("OG-K2", 9, "warn")]);
        let text = list(&isb, "code=BA-8").await[0]["text"].clone();
        assert_eq!(text, "0,09 € wurden während der vorläufigen Haushaltsführung gebunden: unaufschiebbar");
        // What was ordered goes back, and other entries, without a reason.
        book(&money, DIG, entry("OG-K2", 2022, "commitment_release", -9)).await;
        back(&money, &format!("{DIG}/entries/{}", posted["id"].as_str().unwrap())).await;
        assert_eq!(of(&isb, "BA-8", "").await, []);
        money.post(&path, order(Some("legally_obliged"))).await.ok(201);
        assert_eq!(of(&isb, "BA-8", "").await.len(), 1);
        // What the finance system reports is booked without one, at once or when somebody knows the line.
        let file = "Buchungsnummer;Datum;Betrag;Konto;Haushaltszeile;Art\n1;02.03.2022;1,00;999;OG-K2;Obligo\n2;02.03.2022;1,00;999;OG-K2;Ist\n3;02.03.2022;2,00;999;;Obligo\n";
        let path_of = |rest: &str| format!("institutions/offenburg/budget/postings{rest}");
        let taken = money.send(Method::POST, &path_of("?unmatched=keep"), &[], Some(file.to_owned())).await.ok(200);
        assert_eq!(of(&isb, "BA-8", "").await.len(), 2, "{taken}");
        let waiting = money.get(&path_of("?state=unmatched")).await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
        money.post(&path_of(&format!("/{waiting}/assign")), json!({ "programme": "OG-2021-DIG", "line": "OG-K2" })).await.ok(201);
        let texts: Vec<String> = list(&isb, "code=BA-8").await.iter().map(|row| row["text"].to_string()).collect();
        assert_eq!(texts.iter().filter(|text| text.contains("vom Finanzwesen gemeldet")).count(), 2, "{texts:?}");
        step("in_force").await;
        assert_eq!(of(&isb, "BA-8", "").await, []);
        money.post(&path, order(None)).await.ok(201);
    }

    // BA-10
    async fn carry_overs_come_to_their_limit(app) {
        let carry = json!({ "line": "OG-I9", "from_year": 2022, "cents": 3_000_000 });
        finance(app).await.post(&format!("{DIG}/carry-overs"), carry).await.ok(201);
        for (now, severity) in [
            ("2022-10-17", None), ("2024-10-01", None), ("2024-10-02", Some("warn")), ("2024-12-01", Some("amber")), ("2025-01-01", Some("red")),
        ] {
            app.set_now(&format!("{now}T05:00:00Z"));
            let found = of(&app.sign_in("isb@offenburg.example").await, "BA-10", "").await;
            let expected: Vec<_> = severity.map(|severity| row("OG-I9", 3_000_000, severity)).into_iter().collect();
            assert_eq!(found, expected, "{now}");
        }
        let isb = app.sign_in("isb@offenburg.example").await;
        let found = list(&isb, "code=BA-10").await;
        assert_eq!((&found[0]["since"], &found[0]["until"], &found[0]["year"]), (&json!("2024-10-02"), &json!("2024-12-31"), &json!(2023)));
        assert_eq!(found[0]["text"], "Haushaltsrest aus 2022: 30.000,00 € waren bis 31.12.2024 zu verwenden");
        book(&finance(app).await, DIG, entry("OG-I9", 2023, "actual", 1_000_000)).await;
        assert_eq!(of(&isb, "BA-10", "").await, [row("OG-I9", 2_000_000, "red")]);
        book(&finance(app).await, DIG, entry("OG-I9", 2023, "actual", 2_000_000)).await;
        assert_eq!(of(&isb, "BA-10", "").await, []);
    }

    // BA-11, BA-14
    async fn what_measures_cost_and_what_they_have(app) {
        let (money, isb) = (finance(app).await, app.sign_in("isb@offenburg.example").await);
        let wlan = isb.reference_of("offenburg", "OG-I8").await;
        let has_line = async || of(&isb, "BA-11", "").await.contains(&row("OG-I8", 12_100_000, "info"));
        assert!(has_line().await);
        let cost = json!({ "cost": { "yearly_material_cents": 1, "quality": "rough" } });
        isb.patch(&format!("{MEASURES}/{wlan}"), "*", cost).await.ok(200);
        assert!(!has_line().await);
        // A measure that is approved, and costs more than its share.
        let body = approvable(json!({
            "title": "Virenschutz am Gateway", "origin": "audit", "priority": 2, "owner": "netz@offenburg.example", "org_unit": "FB DigIT",
            "initiator": "isb@offenburg.example", "no_budget_reason": null, "budget_lines": ["OG-2021-DIG:OG-K2"],
            "fulfils": ["OPS.1.1.4.A3"], "due": { "day": "2023-06-30", "precision": "day" },
            "cost": {
                "once_material_cents": 2_000_000, "once_staff_tenth_days": 0, "yearly_material_cents": 100, "yearly_staff_tenth_days": 0,
                "quality": "rough",
            },
        }));
        let created = isb.post(MEASURES, body).await.ok(201);
        let new = created["reference"].as_str().unwrap().to_owned();
        assert_eq!(of(&isb, "BA-14", "").await, [], "a proposal needs no money yet");
        app.sign_in("leitung@offenburg.example").await.step(&new, "approved", None).await.ok(200);
        // Half of 35,000 € in 2023 is its own: 2,500 € are missing.
        assert_eq!(of(&isb, "BA-14", "year=2023").await, [row(&new, 250_000, "warn")]);
        assert_eq!(of(&isb, "BA-14", "year=2024").await, []);
        money.post(PERIODS, json!({ "years": [2024] })).await.ok(201);
        assert_eq!(of(&isb, "BA-14", "year=2024").await, [row(&new, 100, "warn")]);
        let shares = format!("{DIG}/lines/OG-K2/allocations");
        let body = json!({ "allocations": [{ "measure": new, "cents": 2_000_000 }, { "measure": new, "year": 2024, "share_bp": 5000 }] }).to_string();
        money.send(Method::PUT, &shares, &[("if-match", "*")], Some(body)).await.ok(200);
        assert_eq!(of(&isb, "BA-14", "year=2023").await, []);
        book(&money, DIG, entry("OG-K2", 2024, "appropriation", 200)).await;
        assert_eq!(of(&isb, "BA-14", "").await, []);
    }

    async fn everybody_sees_what_concerns_them(app) {
        let money = finance(app).await;
        book(&money, DIG, entry("OG-K2", 2022, "actual", 1)).await;
        book(&money, DIG, entry("OG-I8", 2022, "actual", 2)).await;
        for (who, lines, measures) in [
            ("isb", Some(2), 2), ("leitung", Some(2), 2), ("kaemmerei", Some(2), 2), ("revision", Some(2), 2), ("it-leitung", Some(2), 2),
            ("netz", Some(1), 1), ("arbeitsplatz", Some(1), 1), ("admin", None, 0), ("rat", None, 0),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let Some(lines) = lines else {
                client.get(ALARMS).await.problem(403, "forbidden");
                continue;
            };
            let found = list(&client, "code=BA-2").await;
            let with = |name: &str| found.iter().filter(|alarm| !alarm[name].is_null()).count();
            assert_eq!((with("line"), with("measure")), (lines, measures), "{who}: {found:?}");
        }
        // A head of all units sees every line, and no measure above internal.
        let isb = app.sign_in("isb@offenburg.example").await;
        let wlan = isb.reference_of("offenburg", "OG-I8").await;
        isb.patch(&format!("{MEASURES}/{wlan}"), "*", json!({ "confidentiality": "confidential" })).await.ok(200);
        let named = async |who: &str| {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            list(&client, "code=BA-2").await.iter().filter(|alarm| alarm["measure"] == wlan).count()
        };
        assert_eq!((named("it-leitung").await, named("kaemmerei").await, named("netz").await), (0, 1, 1));
        let netz = app.sign_in("netz@offenburg.example").await;
        assert!(list(&netz, "").await.iter().all(|alarm| alarm["code"] != "BA-1" && alarm["code"] != "BA-13"));
        money.get("institutions/stuttgart/budget/alarms").await.problem(404, "not_found");
        for query in ["year=0", "year=x", "code=BA-15", "code=ba-1", "severity=rot", "limit=0", "limit=201", "cursor=x", "jahr=2023"] {
            money.get(&format!("{ALARMS}?{query}")).await.problem(400, "malformed");
        }
        money.get(&format!("{ALARMS}?programme=%00")).await.problem(400, "malformed");
        assert_eq!(list(&money, "programme=NIX").await, Vec::<Value>::new());
    }

    async fn alarms_come_in_pages_and_in_the_same_number_of_statements(app) {
        let money = finance(app).await;
        let all = list(&money, "").await;
        assert!(all.len() > 15, "{}", all.len());
        let rank = |alarm: &Value| ["red", "amber", "warn", "info"].iter().position(|known| alarm["severity"] == **known).unwrap();
        assert!(all.is_sorted_by_key(rank));
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = money.get(&format!("{ALARMS}?limit=7{cursor}")).await.ok(200);
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, all);
        count_statements();
        let count = async |who: &str| {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let subject = app.app.tokens.check(&client.access, app.app.clock.now()).unwrap();
            let caller = Caller { subject, request_id: "test".to_owned() };
            let (found, statements) = statements(|| alarms(&app.app, By::Caller(&caller), "offenburg", &AlarmFilter::default(), None, 1_000_000).unwrap());
            (found.len(), statements)
        };
        let (before, owners) = (count("kaemmerei").await, count("netz").await);
        assert!(before.1 <= 18 && owners.1 <= 14, "{before:?} {owners:?}");
        // Two hundred lines that are overspent, with a draft each.
        let lines = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)";
        app.execute(&format!(
            "{lines} INSERT INTO budget_lines (id, programme_id, group_id, key, printed_position, title, kind, early_contract, position, source, transferable)
                SELECT 'l' || i, l.programme_id, l.group_id, 'L' || i, 'L', 'Zeile', 'mixed', 1 = 0, 1000 + i, '', 1 = 0 FROM n, budget_lines l WHERE l.key = 'OG-K2';
             INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
                SELECT 'a' || id, programme_id, id, 2022, 'actual', 'effective', 1, '2022-10-17', '2022-10-17 05:00:00' FROM budget_lines WHERE source = '';
             INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
                SELECT 'd' || id, programme_id, id, 2022, 'overplan', 'draft', 1, '2022-10-17', '2022-10-17 05:00:00' FROM budget_lines WHERE source = '';
             INSERT INTO measure_lines (measure_id, line_id)
                SELECT m.id, l.id FROM measures m JOIN measure_lines k ON k.measure_id = m.id JOIN budget_lines o ON o.id = k.line_id AND o.key = 'OG-I8', budget_lines l WHERE l.source = '';"
        ));
        let after = count("kaemmerei").await;
        assert_eq!((after.0, after.1), (before.0 + 401, before.1));
        assert_eq!(count("netz").await.1, owners.1);
    }
}
