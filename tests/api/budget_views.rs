//! Views of money: as tables, for security, for what lacks it, and what of it lapses.

use actix_web::http::Method;
use serde_json::{Value, json};
use zinne::actions::budget::{lapsing, security_share, unfunded};
use zinne::actions::{By, Caller};
use zinne::sheet::{Limits, Records};

use crate::budget::{book, entry, file, import};
use crate::budget_postings::JUNE;
use crate::list_counts::{count_statements, statements};
use crate::support::Client;

const OG: &str = "institutions/offenburg";

/// The bytes of an answer.
async fn bytes(client: &Client<'_>, path: &str) -> Vec<u8> {
    let http = awc::Client::builder()
        .timeout(std::time::Duration::from_secs(60))
        .finish();
    let url = format!("{}/api/v1/{path}", client.app.base);
    let mut answer = http
        .get(url)
        .bearer_auth(&client.access)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.body().limit(16 << 20).await.unwrap().to_vec()
}

/// The cells of a file of either kind, without empty ones at the end of a row.
fn cells(file: &[u8]) -> Vec<Vec<String>> {
    let records = Records::open(file, Limits::default()).unwrap();
    let rows = records.map(|record| record.unwrap().cells);
    rows.map(|mut cells| {
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        cells
    })
    .collect()
}

/// As a workbook shows a number of a text with decimals: `1234,50` is 1234,5.
fn number(cell: &str) -> String {
    let digits = |c: char| c.is_ascii_digit() || c == '-';
    match cell.split_once(',') {
        Some((whole, fraction)) if whole.chars().all(digits) && fraction.chars().all(digits) => {
            let fraction = fraction.trim_end_matches('0');
            let sign = if fraction.is_empty() { "" } else { "," };
            format!("{whole}{sign}{fraction}")
        }
        _ => cell.to_owned(),
    }
}

async fn csv(client: &Client<'_>, path: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    let file = bytes(client, &format!("{path}{sign}format=csv")).await;
    String::from_utf8(file).unwrap().replace("\r\n", "\n")
}

both_engines! {
    async fn every_view_is_a_table_as_well(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        book(&finance, &format!("{OG}/programmes/OG-2021-DIG"), entry("OG-K2", 2023, "forecast", 12_345)).await;
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        for (path, name) in [
            ("budget?year=2023", "haushalt-offenburg-2023"), ("budget?year=2023&by=line", "haushalt-offenburg-2023"),
            ("budget?year=2023&by=measure", "haushalt-offenburg-2023"), ("budget?year=2023&by=kind", "haushalt-offenburg-2023"),
            ("programmes/OG-2021-DIG/plan", "plan-offenburg-OG-2021-DIG"), ("posts/summary", "stellen-offenburg-2022-10-17"),
            ("budget/reconciliation?year=2022&month=10", "abgleich-offenburg-2022-10"),
            ("budget/security-share?year=2023", "sicherheitsanteil-offenburg-2023"), ("budget/unfunded", "ohne-deckung-offenburg"),
            ("budget/lapsing?year=2023", "verfall-offenburg-2023"),
        ] {
            let path = format!("{OG}/{path}");
            let sign = if path.contains('?') { '&' } else { '?' };
            let plain = isb.get(&path).await;
            assert_eq!((plain.ok(200).is_object(), plain.header("vary")), (true, "Accept"), "{path}");
            assert_eq!(isb.get(&format!("{path}{sign}format=json")).await.text, plain.text);
            let text = isb.get(&format!("{path}{sign}format=csv")).await;
            assert_eq!(text.header("content-type"), "text/csv; charset=utf-8; header=present", "{path}");
            assert_eq!(text.header("content-disposition"), format!("attachment; filename=\"{name}.csv\""));
            assert!(text.text.starts_with('\u{FEFF}'));
            let accepted = isb.send(Method::GET, &path, &[("accept", "text/csv")], None).await;
            assert_eq!(accepted.text, text.text, "{path}");
            let workbook = bytes(&isb, &format!("{path}{sign}format=xlsx")).await;
            let of_text: Vec<Vec<String>> = cells(text.text.as_bytes()).into_iter().map(|row| row.iter().map(|cell| number(cell)).collect()).collect();
            assert!(of_text.len() > 1, "{path}");
            assert_eq!(cells(&workbook), of_text, "{path}");
            let http = awc::Client::default();
            let url = format!("{}/api/v1/{path}", app.base);
            let answer = http.get(url).bearer_auth(&isb.access).insert_header(("accept", format!("{sheet}, */*;q=0.1"))).send().await.unwrap();
            assert_eq!(answer.headers().get("content-type").unwrap(), sheet, "{path}");
            isb.get(&format!("{path}{sign}format=pdf")).await.problem(400, "malformed");
            isb.get(&format!("{path}{sign}form=csv")).await.problem(400, "malformed");
        }
        insta::assert_snapshot!("budget_by_group", csv(&isb, &format!("{OG}/budget?year=2023&by=group")).await);
        insta::assert_snapshot!("posts", csv(&isb, &format!("{OG}/posts/summary")).await);
        insta::assert_snapshot!("security_share", csv(&isb, &format!("{OG}/budget/security-share?year=2023")).await);
        insta::assert_snapshot!("unfunded", csv(&isb, &format!("{OG}/budget/unfunded")).await);
        insta::assert_snapshot!("lapsing", csv(&isb, &format!("{OG}/budget/lapsing?year=2023")).await);
    }

    async fn plan_tables_as_the_papers_print_them(app) {
        for (institution, programme) in [("stuttgart", "STG-2018-SM"), ("offenburg", "OG-2021-DIG"), ("konstanz", "KN-2017-DO")] {
            let isb = app.sign_in(&format!("isb@{institution}.example")).await;
            let table = csv(&isb, &format!("institutions/{institution}/programmes/{programme}/plan")).await;
            insta::assert_snapshot!(format!("plan_{institution}"), table);
        }
        // What a spreadsheet program would take for a formula has an apostrophe before it.
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let mut risky = file("T-FORMEL", &[json!({ "key": "A1", "kind": "investive" })], &[]);
        risky["programmes"][0]["lines"][0]["title"] = json!("=HYPERLINK(\"https://x.example\")");
        let programme = import(&finance, risky).await;
        let table = csv(&finance, &format!("{programme}/plan")).await;
        assert!(table.contains(";\"'=HYPERLINK(\"\"https://x.example\"\")\";"), "{table}");
    }

    // What can be identified as security money in Offenburg's paper: MDM, virus scanning, MDM of FB 9.3; the collective line apart.
    async fn the_share_of_security(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let collective = isb.reference_of("offenburg", "OG-I9").await;
        let path = format!("{OG}/measures/{collective}");
        assert_eq!(isb.get(&path).await.ok(200)["needs_split"], true);
        let (mut direct, mut unsplit, mut total) = (0, 0, 0);
        for year in 2021..=2025 {
            let share = isb.get(&format!("{OG}/budget/security-share?year={year}")).await.ok(200);
            let plan = &share["totals"]["plan"];
            let of = |name: &str| plan[format!("{name}_cents")].as_i64().unwrap();
            direct += of("direct");
            unsplit += of("unsplit");
            total += of("total");
            assert_eq!(of("direct") + of("indirect") + of("unsplit") + of("other"), of("total"));
            let rows = share["rows"].as_array().unwrap();
            assert_eq!(rows.iter().map(|row| row["plan"]["direct_cents"].as_i64().unwrap()).sum::<i64>(), of("direct"));
            let budget = isb.get(&format!("{OG}/budget?year={year}")).await.ok(200);
            assert_eq!(budget["totals"]["plan_cents"], of("total"));
            let per_mille = &share["totals"]["authorised_per_mille"];
            assert_eq!(per_mille.is_null(), budget["totals"]["authorised_cents"] == 0, "{year}");
        }
        assert_eq!((direct, unsplit), (47_700_000, 253_800_000));
        assert!(total > 1_000_000_000);
        // Once it is split no more, its money is for security.
        isb.patch(&path, "*", json!({ "needs_split": false })).await.ok(200);
        let share = isb.get(&format!("{OG}/budget/security-share?year=2023")).await.ok(200);
        assert_eq!(share["totals"]["plan"]["unsplit_cents"], 0);
        for query in ["", "year=1989", "year=2101", "year=x", "year=2023&by=line"] {
            isb.get(&format!("{OG}/budget/security-share?{query}")).await.problem(400, "malformed");
        }
    }

    async fn measures_without_enough_money(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let unfunded = async || isb.get(&format!("{OG}/budget/unfunded")).await.ok(200);
        let of = |list: &Value, reference: &str| list["rows"].as_array().unwrap().iter().find(|row| row["measure"] == reference).cloned();
        let all = unfunded().await;
        let training = isb.reference_of("offenburg", "OG-P2").await;
        let row = of(&all, &training).unwrap();
        assert_eq!((&row["shortage"], &row["lines"], &row["status"]), (&json!("no_line"), &json!([]), &json!("in_progress")));
        // What is proposed or verified needs no money now.
        for key in ["OG-I3", "OG-P1"] {
            assert!(of(&all, &isb.reference_of("offenburg", key).await).is_none(), "{key}");
        }
        let patch = async |reference: &str, body: Value| isb.patch(&format!("{OG}/measures/{reference}"), "*", body).await.ok(200);
        patch(&training, json!({ "no_budget_reason": "Eigenleistung" })).await;
        assert!(of(&unfunded().await, &training).is_none());
        let wlan = isb.reference_of("offenburg", "OG-I8").await;
        assert!(of(&unfunded().await, &wlan).is_none());
        let budget = isb.get(&format!("{OG}/budget?year=2023&by=line&programme=OG-2021-DIG")).await.ok(200);
        assert!(budget["rows"].as_array().unwrap().iter().any(|row| row["key"] == "OG-I8"));
        let cost = |once: i64, yearly: i64| json!({ "cost": {
            "once_material_cents": once, "once_staff_tenth_days": 0, "yearly_material_cents": yearly, "yearly_staff_tenth_days": 0, "quality": "offer",
        } });
        let mut authorised = 0;
        for year in 2021..=2025 {
            let budget = isb.get(&format!("{OG}/budget?year={year}&by=line&programme=OG-2021-DIG")).await.ok(200);
            let rows = budget["rows"].as_array().unwrap();
            authorised += rows.iter().find(|row| row["key"] == "OG-I8").unwrap()["authorised_cents"].as_i64().unwrap();
        }
        patch(&wlan, cost(authorised - 100, 100)).await;
        assert!(of(&unfunded().await, &wlan).is_none(), "just enough");
        patch(&wlan, cost(authorised - 100, 101)).await;
        let row = of(&unfunded().await, &wlan).unwrap();
        let expected = (json!("too_little"), json!(["OG-2021-DIG:OG-I8"]), json!(authorised + 1), json!(authorised), json!(1));
        assert_eq!((row["shortage"].clone(), row["lines"].clone(), row["need_cents"].clone(), row["authorised_cents"].clone(), row["missing_cents"].clone()), expected);
        // Whoever shares a line has a part of it.
        patch(&wlan, cost(authorised, 0)).await;
        assert!(of(&unfunded().await, &wlan).is_none());
        let second = json!({ "title": "WLAN-Messung", "origin": "audit", "priority": 2, "relevance": "direct", "budget_lines": ["OG-2021-DIG:OG-I8"] });
        isb.post(&format!("{OG}/measures"), second).await.ok(201);
        let row = of(&unfunded().await, &wlan).unwrap();
        assert_eq!(row["authorised_cents"].as_i64().unwrap() + row["missing_cents"].as_i64().unwrap(), authorised);
        assert!((row["missing_cents"].as_i64().unwrap() - authorised / 2).abs() <= 5, "{row}");
    }

    async fn what_lapses_at_the_end_of_the_year(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let source = json!({ "file": "probe.txt", "line": 1, "text": "100" });
        let amounts = json!([{ "year": 2023, "type": "appropriation", "cents": 10_000, "source": source }]);
        let line = |key: &str, kind: &str, transferable: bool| json!({ "key": key, "kind": kind, "amounts": amounts, "transferable": transferable });
        let lines = [
            line("K1", "consumptive", false), line("K2", "consumptive", true), line("I1", "investive", false), line("P1", "staff", false),
            line("K3", "consumptive", false), line("M1", "mixed", false),
        ];
        let programme = import(&finance, file("T-VERFALL", &lines, &[])).await;
        book(&finance, &programme, entry("K1", 2023, "block", 1_000)).await;
        book(&finance, &programme, entry("K1", 2023, "commitment", 2_000)).await;
        book(&finance, &programme, entry("K1", 2023, "actual", 3_000)).await;
        book(&finance, &programme, entry("K3", 2023, "actual", 10_000)).await;
        let lapsing = async |client: &Client<'_>, year: i32| client.get(&format!("{OG}/budget/lapsing?year={year}")).await.ok(200);
        let all = lapsing(&finance, 2023).await;
        let own: Vec<(&Value, &Value)> = all["rows"].as_array().unwrap().iter().filter(|row| row["programme"] == "T-VERFALL").map(|row| (&row["line"], &row["lapsing_cents"])).collect();
        assert_eq!(own, [(&json!("K1"), &json!(4_000)), (&json!("P1"), &json!(10_000))]);
        let sum: i64 = all["rows"].as_array().unwrap().iter().map(|row| row["lapsing_cents"].as_i64().unwrap()).sum();
        assert_eq!(all["lapsing_cents"], sum);
        // What lapses is what cannot be carried over, line by line.
        for row in all["rows"].as_array().unwrap() {
            let (programme, line) = (row["programme"].as_str().unwrap(), &row["line"]);
            let body = json!({ "line": line, "from_year": 2023, "cents": 1 });
            finance.post(&format!("{OG}/programmes/{programme}/carry-overs"), body).await.problem(409, "not_transferable");
        }
        assert!(!lapsing(&finance, 2022).await["rows"].as_array().unwrap().iter().any(|row| row["programme"] == "T-VERFALL"));
    }

    async fn who_sees_which_view(app) {
        for (who, of_measures, of_lines) in [
            ("isb", true, Some(2)), ("leitung", true, Some(2)), ("revision", true, Some(2)), ("kaemmerei", false, Some(2)), ("it-leitung", false, Some(2)),
            ("netz", false, None), ("arbeitsplatz", false, None), ("admin", false, Some(0)), ("rat", false, Some(0)),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            for path in ["budget/security-share?year=2023", "budget/unfunded"] {
                let answer = client.get(&format!("{OG}/{path}")).await;
                if of_measures { answer.ok(200); } else { answer.problem(403, "forbidden"); }
                assert_eq!(client.get(&format!("{OG}/{path}&format=csv").replace("unfunded&", "unfunded?")).await.status, answer.status);
            }
            let answer = client.get(&format!("{OG}/budget/lapsing?year=2023")).await;
            let keys = |answer: &Value| answer["rows"].as_array().unwrap().iter().map(|row| row["line"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
            match of_lines {
                Some(0) => { answer.problem(403, "forbidden"); }
                Some(least) => assert!(keys(&answer.ok(200)).len() >= least, "{who}: {}", answer.text),
                // Whoever does the work sees the lines of their own measures.
                None => {
                    let budget = client.get(&format!("{OG}/budget?year=2023&by=line")).await.ok(200);
                    let own: Vec<&str> = budget["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
                    let lapsing = keys(&answer.ok(200));
                    assert!(lapsing.iter().all(|key| own.contains(&key.as_str())), "{who}: {lapsing:?} {own:?}");
                }
            }
        }
    }

    async fn views_take_the_same_number_of_statements(app) {
        let (isb, finance) = (app.sign_in("isb@offenburg.example").await, app.sign_in("kaemmerei@offenburg.example").await);
        count_statements();
        let subject = app.app.tokens.check(&isb.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let by = By::Caller(&caller);
        let counted = || [
            statements(|| security_share(&app.app, by, "offenburg", 2023).unwrap()).1, statements(|| unfunded(&app.app, by, "offenburg").unwrap()).1,
            statements(|| lapsing(&app.app, by, "offenburg", 2023).unwrap()).1,
        ];
        let before = counted();
        let lines: Vec<Value> = (0..150).map(|i| json!({ "key": format!("L{i}"), "kind": "consumptive" })).collect();
        let programme = import(&finance, file("T-VIELE", &lines, &[])).await;
        for i in 0..20 {
            book(&finance, &programme, entry(&format!("L{i}"), 2023, "appropriation", 100)).await;
            let new = json!({ "title": "x", "origin": "audit", "priority": 2, "relevance": "direct", "budget_lines": [format!("T-VIELE:L{i}")] });
            isb.post(&format!("{OG}/measures"), new).await.ok(201);
        }
        assert_eq!(counted(), before);
        assert!(before.iter().all(|number| *number < 20), "{before:?}");
    }
}
