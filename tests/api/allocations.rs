//! Shares of lines between measures: fixing, reading, reports by measure and unit, and what becomes of them later.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client};

const DIG: &str = "institutions/offenburg/programmes/OG-2021-DIG";
const SHARES: &str = "institutions/offenburg/programmes/OG-2021-DIG/lines/OG-K1/allocations";
const MEASURES: &str = "institutions/offenburg/measures";

async fn put(client: &Client<'_>, path: &str, etag: &str, body: Value) -> Answer {
    let headers = [("if-match", etag)];
    let body = Some(body.to_string());
    client.send(Method::PUT, path, &headers, body).await
}

/// Fixes shares of OG-K1 in basis points for all years.
async fn fix(finance: &Client<'_>, shares: &[(&str, i64)]) -> Value {
    let row = |(measure, share): &(&str, i64)| json!({ "measure": measure, "share_bp": share });
    let rows: Vec<Value> = shares.iter().map(row).collect();
    let body = json!({ "allocations": rows });
    put(finance, SHARES, "*", body).await.ok(200)
}

/// A measure that OG-K1 pays for as well.
async fn another(isb: &Client<'_>, title: &str, unit: &str) -> String {
    let new = json!({ "title": title, "origin": "audit", "priority": 2, "org_unit": unit, "budget_lines": ["OG-2021-DIG:OG-K1"] });
    let created = isb.post(MEASURES, new).await.ok(201);
    created["reference"].as_str().unwrap().to_owned()
}

/// Key, authorised and actual of the rows that OG-K1 goes into, and of the totals.
async fn report(client: &Client<'_>, year: i32, by: &str) -> Vec<(Value, i64, i64)> {
    let path = format!("institutions/offenburg/budget?year={year}&kind=consumptive&by={by}");
    let report = client.get(&path).await.ok(200);
    let cents = |row: &Value, name: &str| row[name].as_i64().unwrap();
    let both = |row: &Value| (cents(row, "authorised_cents"), cents(row, "actual_cents"));
    let rows = report["rows"].as_array().unwrap();
    for name in [
        "plan",
        "authorised",
        "blocked",
        "committed",
        "actual",
        "available",
        "forecast",
    ] {
        let name = format!("{name}_cents");
        let sum: i64 = rows.iter().map(|row| cents(row, &name)).sum();
        assert_eq!(sum, cents(&report["totals"], &name), "{name} by {by}");
    }
    rows.iter()
        .map(|row| (row["key"].clone(), both(row).0, both(row).1))
        .collect()
}

fn of(rows: &[(Value, i64, i64)], key: &str) -> Option<(i64, i64)> {
    let row = rows.iter().find(|row| row.0 == key);
    row.map(|row| (row.1, row.2))
}

/// Measure and basis points of what is fixed of OG-K1.
async fn fixed(client: &Client<'_>) -> Vec<(String, i64)> {
    let shares = client.get(SHARES).await.ok(200);
    let all = shares["allocations"].as_array().unwrap().iter();
    all.map(|one| {
        (
            one["measure"].as_str().unwrap().to_owned(),
            one["share_bp"].as_i64().unwrap(),
        )
    })
    .collect()
}

/// Old and new shares of the last event of a measure that has some.
async fn last_shares(isb: &Client<'_>, measure: &str) -> Value {
    let history = isb
        .get(&format!("{MEASURES}/{measure}/history"))
        .await
        .ok(200);
    let changes = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|event| event["changes"].as_array().unwrap());
    changes
        .clone()
        .find(|change| change["field"] == "allocations")
        .unwrap()
        .clone()
}

async fn spend(finance: &Client<'_>, cents: i64) {
    let body =
        json!({ "entries": [{ "line": "OG-K1", "year": 2023, "type": "actual", "cents": cents }] });
    finance.post(&format!("{DIG}/entries"), body).await.ok(201);
}

both_engines! {
    async fn parts_add_up_to_the_line(app) {
        let (finance, isb) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let mdm = isb.reference_of("offenburg", "OG-K1").await;
        let first = finance.get(SHARES).await;
        let before = first.ok(200);
        assert_eq!((first.header("etag"), &before["allocations"], &before["version"]), ("\"v1\"", &json!([]), &json!(1)));
        let (second, third) = (another(&isb, "Zweite", "Bauamt").await, another(&isb, "Dritte", "Bauamt").await);
        spend(&finance, 1_000_001).await;
        // Nothing is fixed: equal parts, the odd cents to the lower references.
        let rows = report(&isb, 2023, "measure").await;
        assert_eq!(of(&rows, &mdm), Some((1_833_334, 333_334)));
        assert_eq!(of(&rows, &second), Some((1_833_333, 333_334)));
        assert_eq!(of(&rows, &third), Some((1_833_333, 333_333)));
        assert_eq!(rows.iter().filter(|row| row.0.is_null()).count(), 0);
        // Fixed shares; what is left is allocated to nobody.
        let shares = fix(&finance, &[(&mdm, 5000), (&second, 3333)]).await;
        let of_2023 = shares["years"].as_array().unwrap().iter().find(|year| year["year"] == 2023).unwrap();
        assert_eq!(of_2023, &json!({ "year": 2023, "authorised_cents": 5_500_000, "not_allocated_cents": 916_850, "parts": [
            { "measure": mdm, "authorised_cents": 2_750_000, "actual_cents": 500_001 },
            { "measure": second, "authorised_cents": 1_833_150, "actual_cents": 333_300 },
        ]}));
        let rows = report(&isb, 2023, "measure").await;
        assert_eq!((of(&rows, &mdm), of(&rows, &third)), (Some((2_750_000, 500_001)), None));
        let rest = rows.last().unwrap();
        assert_eq!((&rest.0, rest.1, rest.2), (&Value::Null, 916_850, 166_700));
        assert_eq!(of(&report(&isb, 2023, "org_unit").await, "Bauamt"), Some((1_833_150, 333_300)));
        // A year of its own, in cents: what was spent follows in proportion.
        let body = json!({ "reason": "Bescheid der Kämmerei", "allocations": [
            { "measure": second, "share_bp": 10_000 }, { "measure": third, "year": 2023, "cents": 4_400_000 },
        ]});
        put(&finance, SHARES, "*", body).await.ok(200);
        let rows = report(&isb, 2023, "measure").await;
        assert_eq!((of(&rows, &third), of(&rows, &second)), (Some((4_400_000, 800_001)), None));
        assert_eq!((rows.last().unwrap().1, rows.last().unwrap().2), (1_100_000, 200_000));
        assert_eq!(of(&report(&isb, 2021, "measure").await, &second), Some((5_500_000, 0)));
        // What was fixed stands in the history of each measure, and the trail has who and why.
        assert_eq!(last_shares(&isb, &mdm).await, json!({ "field": "allocations", "new": [],
            "old": [{ "line": "OG-2021-DIG:OG-K1", "year": null, "share_bp": 5000, "cents": null }] }));
        assert_eq!(last_shares(&isb, &third).await["new"], json!([{ "line": "OG-2021-DIG:OG-K1", "year": 2023, "share_bp": null, "cents": 4_400_000 }]));
        let event = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200)["items"][0].clone();
        assert_eq!((&event["action"], &event["reason"]), (&json!("budget.allocated"), &json!("Bescheid der Kämmerei")));
        // The measure as it stood knows nothing of shares, and is there all the same.
        isb.get(&format!("{MEASURES}/{mdm}?as_of=2022-10-17")).await.ok(200);
        // Whoever sees no measures sees the money in one row.
        assert_eq!(report(&finance, 2023, "measure").await, [(Value::Null, 110_525_000, 1_000_001)]);
    }

    async fn shares_are_fixed_over_the_version_that_was_seen(app) {
        let (finance, isb) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let mdm = isb.reference_of("offenburg", "OG-K1").await;
        let body = |share: i64| json!({ "allocations": [{ "measure": mdm, "share_bp": share }] });
        finance.send(Method::PUT, SHARES, &[], Some(body(1).to_string())).await.problem(428, "precondition_required");
        let first = put(&finance, SHARES, "\"v1\"", body(1)).await;
        first.ok(200);
        assert_eq!(first.header("etag"), "\"v2\"");
        put(&finance, SHARES, "\"v1\"", body(2)).await.problem(412, "stale");
        // The same again changes nothing and leaves no event.
        let events = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200)["items"][0]["seq"].clone();
        assert_eq!(put(&finance, SHARES, "\"v2\"", body(1)).await.header("etag"), "\"v2\"");
        assert_eq!(isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200)["items"][0]["seq"], events);
        for (body, status, pointer, code) in [
            (json!({ "allocations": [{ "measure": mdm, "share_bp": 10_001 }] }), 422, "/allocations/0/share_bp", "out_of_range"),
            (json!({ "allocations": [{ "measure": mdm, "share_bp": 0 }] }), 422, "/allocations/0/share_bp", "out_of_range"),
            (json!({ "allocations": [{ "measure": mdm, "share_bp": 1, "cents": 1 }] }), 422, "/allocations/0/cents", "inconsistent"),
            (json!({ "allocations": [{ "measure": mdm }] }), 422, "/allocations/0/share_bp", "required"),
            (json!({ "allocations": [{ "measure": mdm, "share_bp": 1.5 }] }), 400, "/allocations/0/share_bp", "wrong_type"),
            (json!({ "allocations": [{ "measure": mdm, "cents": 9_007_199_254_740_992_i64 }] }), 422, "/allocations/0/cents", "out_of_range"),
            (json!({ "allocations": [{ "measure": mdm, "year": 1, "cents": 1 }] }), 422, "/allocations/0/year", "out_of_range"),
            (json!({ "allocations": [{ "measure": mdm, "cents": 1 }, { "measure": mdm, "cents": 2 }] }), 422, "/allocations/1/measure", "duplicate"),
            (json!({ "allocations": [{ "measure": "M-2022-9999", "cents": 1 }] }), 422, "/allocations/0/measure", "unknown_reference"),
            (json!({ "allocations": [{ "measure": "\u{0}", "cents": 1 }] }), 422, "/allocations/0/measure", "control_characters"),
            (json!({ "allocations": [], "reason": "x".repeat(2001) }), 422, "/reason", "too_long"),
            (json!({ "allocations": vec![json!({ "measure": mdm, "cents": 1 }); 201] }), 422, "/allocations", "too_many"),
            (json!({ "allocations": [], "grund": "" }), 400, "/grund", "unknown_field"),
        ] {
            let kind = if status == 400 { "malformed" } else { "invalid" };
            let problem = put(&finance, SHARES, "*", body.clone()).await.problem(status, kind);
            let errors = problem["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["pointer"] == pointer && error["code"] == code), "{body}: {problem}");
        }
        // A measure that the line does not pay for has no share of it.
        let other = isb.reference_of("offenburg", "OG-I8").await;
        let foreign = json!({ "allocations": [{ "measure": other, "share_bp": 1 }] });
        put(&finance, SHARES, "*", foreign).await.problem(422, "invalid");
        let second = another(&isb, "Zweite", "Bauamt").await;
        let both = json!({ "allocations": [{ "measure": mdm, "share_bp": 6000 }, { "measure": second, "share_bp": 4001 }] });
        let problem = put(&finance, SHARES, "*", both).await.problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/allocations/1/share_bp"), &json!("over_allocated")));
        let mixed = json!({ "allocations": [{ "measure": mdm, "share_bp": 6000 }, { "measure": second, "cents": 4001 }] });
        put(&finance, SHARES, "*", mixed).await.problem(422, "invalid");
        assert_eq!(fixed(&isb).await, [(mdm, 1)]);
        for path in ["programmes/OG-2021-DIG/lines/NIX", "programmes/OG-2021-DIG/lines/STG-1a", "programmes/NIX/lines/OG-K1", "programmes/OG-2021-FB9/lines/OG-K1"] {
            finance.get(&format!("institutions/offenburg/{path}/allocations")).await.problem(404, "not_found");
            put(&finance, &format!("institutions/offenburg/{path}/allocations"), "*", json!({ "allocations": [] })).await.problem(404, "not_found");
        }
    }

    async fn finance_fixes_shares_and_those_who_read_budgets_see_them(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let mdm = isb.reference_of("offenburg", "OG-K1").await;
        for (who, reads, writes) in [
            ("isb", true, false), ("leitung", true, false), ("kaemmerei", true, true), ("revision", true, false),
            ("it-leitung", false, false), ("netz", false, false), ("admin", false, false), ("rat", false, false),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let answer = client.get(SHARES).await;
            if reads { answer.ok(200); } else { answer.problem(403, "forbidden"); }
            let body = json!({ "allocations": [{ "measure": mdm, "share_bp": 7000 }] });
            let answer = put(&client, SHARES, "*", body).await;
            if writes { answer.ok(200); } else { answer.problem(403, "forbidden"); }
        }
        // Finance knows what it pays for by number, and by title up to internal.
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let title = async |client: &Client<'_>| client.get(SHARES).await.ok(200)["measures"][0]["title"].clone();
        assert_eq!(title(&finance).await, "Einführung MDM (konsumtiv)");
        isb.patch(&format!("{MEASURES}/{mdm}"), "*", json!({ "confidentiality": "confidential" })).await.ok(200);
        assert_eq!((title(&finance).await, title(&isb).await), (Value::Null, json!("Einführung MDM (konsumtiv)")));
        assert_eq!(finance.get(SHARES).await.ok(200)["measures"][0]["measure"], json!(mdm));
    }

    async fn shares_go_along_when_measures_are_consolidated(app) {
        let (finance, isb) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let mdm = isb.reference_of("offenburg", "OG-K1").await;
        let (second, third) = (another(&isb, "Zweite", "Bauamt").await, another(&isb, "Dritte", "Bauamt").await);
        fix(&finance, &[(&mdm, 5000), (&second, 2001), (&third, 2998)]).await;
        let consolidate = async |measure: &str, what: &str, body: Value| {
            let path = format!("{MEASURES}/{measure}/{what}");
            isb.send(Method::POST, &path, &[("if-match", "*")], Some(body.to_string())).await.ok(200)
        };
        consolidate(&second, "merge", json!({ "others": [{ "reference": third, "etag": "*" }], "reason": "doppelt" })).await;
        assert_eq!(fixed(&isb).await, [(mdm.clone(), 5000), (second.clone(), 4999)]);
        assert_eq!(last_shares(&isb, &third).await["new"], json!([]));
        assert_eq!(last_shares(&isb, &second).await["new"][0]["share_bp"], 4999);
        // Two parts have what the whole had, the odd basis point goes to the first.
        let part = |title: &str| json!({ "title": title, "fulfils": [], "applies": [], "budget_lines": ["OG-2021-DIG:OG-K1"] });
        let whole = consolidate(&second, "split", json!({ "parts": [part("A"), part("B")], "reason": "zwei Vorhaben" })).await;
        let parts: Vec<String> = whole["successors"].as_array().unwrap().iter().map(|one| one["reference"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fixed(&isb).await, [(mdm.clone(), 5000), (parts[0].clone(), 2500), (parts[1].clone(), 2499)]);
        let before = report(&isb, 2023, "measure").await;
        assert_eq!((of(&before, &parts[0]), of(&before, &second)), (Some((1_375_000, 0)), None));
        // One that another stands for leaves its share to it.
        consolidate(&parts[1], "replacement", json!({ "by": parts[0], "by_etag": "*", "reason": "mit abgedeckt" })).await;
        assert_eq!(fixed(&isb).await, [(mdm.clone(), 5000), (parts[0].clone(), 4999)]);
        // A line that no longer pays for a measure takes its share back; other fields leave it alone.
        let path = format!("{MEASURES}/{}", parts[0]);
        isb.patch(&path, "*", json!({ "budget_lines": ["OG-2021-DIG:OG-K1", "OG-2021-DIG:OG-K2"] })).await.ok(200);
        assert_eq!(fixed(&isb).await.len(), 2);
        isb.patch(&path, "*", json!({ "budget_lines": ["OG-2021-DIG:OG-K2"] })).await.ok(200);
        assert_eq!(fixed(&isb).await, [(mdm, 5000)]);
        assert_eq!(last_shares(&isb, &parts[0]).await["new"], json!([]));
        // Replaced measures keep their lines, and share in nothing.
        fix(&finance, &[]).await;
        let rows = report(&isb, 2023, "measure").await;
        assert_eq!((of(&rows, &second), of(&rows, &third)), (None, None));
    }
}
