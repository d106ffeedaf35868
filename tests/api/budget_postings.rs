//! Postings of the finance system: taken once, matched or kept, booked as facts.

use actix_web::http::Method;
use futures_util::future::join;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use zinne::actions::budget::postings::{Order, import as take};
use zinne::actions::users;
use zinne::actions::{By, Caller};
use zinne::domain::access::{Grant, Role};

use crate::budget::{book, entries, entry, figures, file, import};
use crate::list_counts::{count_statements, statements};
use crate::support::{Answer, Client, Engine, TestApp};

const POSTINGS: &str = "institutions/offenburg/budget/postings";
const RULES: &str = "institutions/offenburg/budget/posting-rules";
/// When all of it happens; before anybody signs in, for their tokens are good for minutes.
pub const JUNE: &str = "2023-06-01T05:00:00Z";
const HEAD: &str =
    "Buchungsnummer;Buchungsdatum;Haushaltsjahr;Konto;Betrag;Text;Art;Programm;Haushaltszeile\n";

/// Sends a file with these rows.
pub async fn send(client: &Client<'_>, rows: &str, query: &str, language: &str) -> Answer {
    let headers = [
        ("content-type", "application/octet-stream"),
        ("accept-language", language),
    ];
    let body = Some(format!("{HEAD}{rows}").into_bytes());
    let path = format!("{POSTINGS}?{query}");
    client.send_bytes(Method::POST, &path, &headers, body).await
}

/// Takes a file for good.
pub async fn taken(client: &Client<'_>, rows: &str, query: &str) -> Value {
    send(client, rows, query, "de").await.ok(200)
}

/// Booked, unmatched, unchanged.
fn counts(report: &Value) -> [i64; 3] {
    ["booked", "unmatched", "unchanged"].map(|name| report[name].as_i64().unwrap())
}

/// Pointer, cell and code of each fault.
#[track_caller]
fn faults(answer: &Answer) -> Vec<(String, String, String)> {
    let problem = answer.problem(422, "invalid");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            (
                text(&error["pointer"]),
                text(&error["cell"]),
                text(&error["code"]),
            )
        })
        .collect()
}

#[track_caller]
fn refused(answer: &Answer, expected: &[(&str, &str, &str)]) {
    let expected: Vec<(String, String, String)> = expected
        .iter()
        .map(|(pointer, cell, code)| {
            (
                (*pointer).to_owned(),
                (*cell).to_owned(),
                (*code).to_owned(),
            )
        })
        .collect();
    assert_eq!(faults(answer), expected, "{}", answer.text);
}

/// A programme whose lines carry accounts.
pub async fn programme(finance: &Client<'_>) -> String {
    let lines = [
        json!({ "key": "K1", "kind": "consumptive", "profit_centre": "1007410", "account": "44290000" }),
        json!({ "key": "K2", "kind": "consumptive", "profit_centre": "1007410" }),
        json!({ "key": "I1", "kind": "investive", "investment_order": "7.104000" }),
        json!({ "key": "I2", "kind": "investive" }),
    ];
    import(finance, file("T-FIBU", &lines, &[])).await
}

async fn waiting(client: &Client<'_>) -> Vec<Value> {
    let page = client
        .get(&format!("{POSTINGS}?state=unmatched&limit=200"))
        .await
        .ok(200);
    assert_eq!(page["currency"], "EUR");
    page["items"].as_array().unwrap().clone()
}

async fn events(app: &TestApp) -> Vec<Value> {
    let isb = app.sign_in("isb@offenburg.example").await;
    let page = isb
        .get("institutions/offenburg/audit-events?limit=200")
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap().iter();
    let of_postings = |event: &&Value| event["action"].as_str().unwrap().starts_with("posting");
    items.filter(of_postings).cloned().collect()
}

both_engines! {
    async fn a_file_is_booked_line_by_line(app) {
        app.set_now(JUNE);
        let (finance, isb) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let programme = programme(&finance).await;
        let rule = json!({ "match": "prefix", "pattern": "7.1", "programme": "T-FIBU", "line": "I2" });
        finance.post(RULES, rule).await.ok(201);
        let exact = json!({ "match": "exact", "pattern": "7.104000", "programme": "T-FIBU", "line": "I1" });
        finance.post(RULES, exact).await.ok(201);
        let rows = "1;02.01.2023;;44290000;1.234,56 €;\"Rechnung; \"\"Netz\"\"\";;;\n\
                    2;2023-02-28;;7.104000;100;;Obligo;;\n\
                    3;31.3.23;;7.105;50,-;Lieferung;Ist;;\n\
                    4;31.03.2023;;;-0,01;Storno;Ist;T-FIBU;K1\n\
                    5;31.03.2023;;7.104000;-40,00;;Obligo;;\n\
                    6;31.03.2023;2022;;7;Vorjahr;;;K2\n";
        let query = "source=SAP&control_total=135155&control_count=6";
        let report = taken(&finance, rows, query).await;
        assert_eq!((counts(&report), &report["rows"]), ([6, 0, 0], &json!(6)));
        assert_eq!((&report["actual_cents"], &report["commitment_cents"]), (&json!(129_155), &json!(6_000)));
        let matched: Vec<(&Value, &Value)> = report["results"].as_array().unwrap().iter().map(|one| (&one["line"], &one["matched_by"])).collect();
        let expected = [
            ("K1", "line_account"), ("I1", "exact_rule"), ("I2", "prefix_rule"), ("K1", "line_key"), ("I1", "exact_rule"), ("K2", "line_key"),
        ];
        let expected: Vec<(Value, Value)> = expected.iter().map(|(line, by)| (json!(line), json!(by))).collect();
        assert_eq!(matched, expected.iter().map(|(line, by)| (line, by)).collect::<Vec<_>>());
        assert_eq!(report["results"][0]["row"], 2);
        // Actuals are facts: nothing was authorised, and available goes below nothing (BA-2).
        assert_eq!(figures(&isb, "offenburg", 2023, "K1").await, [0, 0, 0, 123_455, -123_455]);
        assert_eq!(figures(&isb, "offenburg", 2023, "I1").await, [0, 0, 6_000, 0, -6_000]);
        assert_eq!(figures(&isb, "offenburg", 2023, "I2").await, [0, 0, 0, 5_000, -5_000]);
        assert_eq!(figures(&isb, "offenburg", 2022, "K2").await, [0, 0, 0, 700, -700]);
        let booked = entries(&isb, &programme, "").await;
        let shown = |entry: &Value| json!([entry["type"], entry["cents"], entry["booked_on"], entry["reason"], entry["booked_by"]["name"]]);
        let by = "kaemmerei offenburg";
        assert_eq!(booked.iter().rev().map(shown).collect::<Vec<_>>(), [
            json!(["actual", 123_456, "2023-01-02", "Rechnung; \"Netz\"", by]), json!(["commitment", 10_000, "2023-02-28", null, by]),
            json!(["actual", 5_000, "2023-03-31", "Lieferung", by]), json!(["actual_reversal", -1, "2023-03-31", "Storno", by]),
            json!(["commitment_release", -4_000, "2023-03-31", null, by]), json!(["actual", 700, "2023-03-31", "Vorjahr", by]),
        ]);
        // The trail names file, rows and sums; the postings name their entries.
        let event = &events(app).await[0];
        assert_eq!(event["action"], "posting.imported");
        let details = &event["details"];
        assert_eq!((&details["sha256"], &details["source"]), (&report["sha256"], &json!("SAP")));
        assert_eq!((&details["rows"], &details["actual_cents"], &details["control_cents"]), (&json!(6), &json!(129_155), &json!(135_155)));
        let page = isb.get(&format!("{POSTINGS}?state=booked&source=SAP&month=2023-03")).await.ok(200);
        let of_march = page["items"].as_array().unwrap();
        let ids: Vec<&Value> = of_march.iter().map(|one| &one["posting_id"]).collect();
        assert_eq!(ids, ["6", "5", "4", "3"]);
        assert_eq!((&of_march[0]["entry"], &of_march[0]["line"], &of_march[0]["row"]), (&booked[0]["id"], &json!("K2"), &json!(7)));
        assert_eq!(isb.get(&format!("{POSTINGS}/{}", of_march[0]["id"].as_str().unwrap())).await.ok(200), of_march[0]);
        // Again the same: nothing is booked, and nothing is recorded.
        let again = taken(&finance, rows, query).await;
        assert_eq!(counts(&again), [0, 0, 6]);
        assert_eq!(entries(&isb, &programme, "").await.len(), 6);
        assert_eq!(events(app).await.len(), 3);
        // Ids are those of one finance system.
        assert_eq!(counts(&taken(&finance, rows, "source=anders").await), [6, 0, 0]);
        assert_eq!(counts(&taken(&finance, "1;02.01.2023;;;1;;;;K1\n", "").await), [1, 0, 0]);
    }

    async fn a_dry_run_leaves_nothing(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let programme = programme(&finance).await;
        let rows = "1;02.01.2023;;44290000;5;;;;\n2;02.01.2023;;999;6;;;;\n";
        refused(&send(&finance, rows, "dry_run=true", "de").await, &[("/rows/3/Konto", "D3", "unknown_account")]);
        let report = taken(&finance, rows, "dry_run=true&unmatched=keep").await;
        assert_eq!((counts(&report), &report["dry_run"]), ([1, 1, 0], &json!(true)));
        assert_eq!(report["results"][1]["no_line"], "unknown_account");
        assert_eq!((entries(&finance, &programme, "").await.len(), waiting(&finance).await.len()), (0, 0));
        assert!(events(app).await.is_empty());
        assert_eq!(counts(&taken(&finance, rows, "unmatched=keep").await), [1, 1, 0]);
        assert_eq!((entries(&finance, &programme, "").await.len(), waiting(&finance).await.len()), (1, 1));
    }

    async fn the_same_id_with_other_content_is_refused(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let programme = programme(&finance).await;
        taken(&finance, "1;02.01.2023;;44290000;5;Text;;;\n2;02.01.2023;;999;5;;;;\n", "unmatched=keep").await;
        for (row, pointer, cell) in [
            ("1;03.01.2023;;44290000;5;Text;;;", "/rows/2/Buchungsdatum", "B2"),
            ("1;02.01.2023;2022;44290000;5;Text;;;", "/rows/2/Haushaltsjahr", "C2"),
            ("1;02.01.2023;;44290001;5;Text;;;", "/rows/2/Konto", "D2"),
            ("1;02.01.2023;;44290000;5,01;Text;;;", "/rows/2/Betrag", "E2"),
            ("1;02.01.2023;;44290000;5;Anderer;;;", "/rows/2/Text", "F2"),
            ("1;02.01.2023;;44290000;5;Text;Obligo;;", "/rows/2/Art", "G2"),
            ("1;02.01.2023;;44290000;5;Text;;;K2", "/rows/2/Haushaltszeile", "I2"),
            ("2;02.01.2023;;999;-5;;;;", "/rows/2/Betrag", "E2"),
        ] {
            refused(&send(&finance, row, "unmatched=keep", "de").await, &[(pointer, cell, "posting_differs")]);
        }
        let answer = send(&finance, "1;02.01.2023;;44290000;6;Text;;;", "", "de").await;
        let detail = answer.json()["errors"][0]["detail"].clone();
        assert_eq!(detail, "Diese Buchung wurde schon gemeldet, und zwar mit „5,00“; eine Berichtigung hat eine eigene Buchungsnummer");
        let answer = send(&finance, "1;02.01.2023;;44290000;6;Text;;;", "", "en").await;
        assert!(answer.json()["errors"][0]["detail"].as_str().unwrap().starts_with("this posting was reported before, with “5,00”"));
        // A correction is a posting of its own; the same again may name its line.
        let rows = "1;02.01.2023;;44290000;5;Text;Ist;;K1\n3;02.01.2023;;44290000;1;Mehr;;;\n";
        assert_eq!(counts(&taken(&finance, rows, "").await), [1, 0, 1]);
        assert_eq!(entries(&finance, &programme, "").await.len(), 2);
    }

    async fn what_is_faulty_leaves_nothing(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let programme = programme(&finance).await;
        let good: String = (0..2_500).map(|i| format!("{i};02.01.2023;;44290000;5;;;;\n")).collect();
        let huge = "90.071.992.547.409,91";
        let sum: String = (0..1_030).map(|i| format!("h{i};02.01.2023;;44290000;{huge};;;;\n")).collect();
        for (last, expected) in [
            ("x;02.01.2023;;44290000;zwei;;;;", vec![("/rows/2502/Betrag", "E2502", "not_a_number")]),
            ("x;02.01.2023;;44290000;9.223.372.036.854.775.807;;;;", vec![("/rows/2502/Betrag", "E2502", "too_large")]),
            ("x;02.01.2023;;44290000;90.071.992.547.409,92;;;;", vec![("/rows/2502/Betrag", "E2502", "out_of_range")]),
            ("x;02.01.2023;;44290000;0,00;;;;", vec![("/rows/2502/Betrag", "E2502", "zero")]),
            ("x;02.06.2023;;44290000;1;;;;", vec![("/rows/2502/Buchungsdatum", "B2502", "out_of_range")]),
            ("x;31.02.2023;2101;44290000;1;;Geld;;", vec![
                ("/rows/2502/Buchungsdatum", "B2502", "no_such_day"), ("/rows/2502/Haushaltsjahr", "C2502", "out_of_range"),
                ("/rows/2502/Art", "G2502", "unknown_word"),
            ]),
            // Twice in the file, however far apart.
            ("7;02.01.2023;;44290000;5;;;;", vec![("/rows/2502/Buchungsnummer", "A2502", "duplicate_posting")]),
            ("2499;02.01.2023;;44290000;5;;;;", vec![("/rows/2502/Buchungsnummer", "A2502", "duplicate_posting")]),
            ("x;02.01.2023;;999;5;;;;", vec![("/rows/2502/Konto", "D2502", "unknown_account")]),
            ("x;02.01.2023;;1007410;5;;;;", vec![("/rows/2502/Konto", "D2502", "ambiguous_account")]),
            ("x;02.01.2023;;1007410;5;;;;K9", vec![("/rows/2502/Haushaltszeile", "I2502", "unknown_line")]),
            ("x;02.01.2023;;1007410;5;;;OG-2021-DIG;K1", vec![("/rows/2502/Haushaltszeile", "I2502", "unknown_line")]),
            ("x;\"02.01.2023;;1007410;5;;;;", vec![("/rows/2502/B", "B2502", "unclosed_quote")]),
        ] {
            refused(&send(&finance, &format!("{good}{last}"), "", "de").await, &expected);
        }
        // Whoever keeps what has no line still refuses a line that is not there.
        refused(&send(&finance, "x;02.01.2023;;1;5;;;;K9", "unmatched=keep", "de").await, &[("/rows/2/Haushaltszeile", "I2", "unknown_line")]);
        send(&finance, &sum, "", "de").await.problem(409, "sum_out_of_range");
        refused(&send(&finance, "", "", "de").await, &[("", "", "no_rows")]);
        let headless = finance.send_bytes(Method::POST, POSTINGS, &[], Some(b"Datum;Betrag\n".to_vec())).await;
        assert_eq!(faults(&headless).iter().map(|(_, _, code)| code.as_str()).collect::<Vec<_>>(), ["missing_heading"; 2]);
        finance.send_bytes(Method::POST, POSTINGS, &[], Some(Vec::new())).await.problem(422, "invalid");
        let problem = send(&finance, "1;02.01.2023;;44290000;5;;;;", "control_total=499", "de").await.problem(422, "control_mismatch");
        let detail = "Die Datei enthält 1 Zeilen über zusammen 500 Cent; angekündigt sind 1 Zeilen über 499 Cent";
        assert_eq!(problem["detail"], detail);
        send(&finance, "1;02.01.2023;;44290000;5;;;;", "control_count=2", "en").await.problem(422, "control_mismatch");
        for query in ["source=", "unmatched=wegwerfen", "dry_run=ja", "control_total=1,5", "control_count=-1", "x=1", &format!("source={}", "x".repeat(41))] {
            send(&finance, "", query, "de").await.problem(400, "malformed");
        }
        for query in ["state=x", "month=2023-13", "month=2023", "month=0000-01", "limit=0", "cursor=x", "y=1"] {
            finance.get(&format!("{POSTINGS}?{query}")).await.problem(400, "malformed");
        }
        assert_eq!(entries(&finance, &programme, "").await.len(), 0);
        assert!(events(app).await.is_empty());
        // What a spreadsheet program cannot spoil: the smallest and the largest amounts.
        let rows = format!("1;02.01.2023;;44290000;-0,01;;;;\n2;02.01.2023;;44290000;{huge};;;;\n3;02.01.2023;;44290000;-{huge};;;;\n");
        taken(&finance, &rows, "control_total=-1").await;
        assert_eq!(figures(&finance, "offenburg", 2023, "K1").await[3], -1);
    }

    async fn what_has_no_line_waits_and_is_assigned_once(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let programme = programme(&finance).await;
        let rows = "1;02.01.2023;;1007410;5;Miete;;;\n2;02.01.2023;;999;6;;;;\n3;02.01.2023;;;7;;;;\n";
        let report = taken(&finance, rows, "source=SAP&unmatched=keep").await;
        assert_eq!(counts(&report), [0, 3, 0]);
        let why: Vec<&Value> = report["results"].as_array().unwrap().iter().map(|one| &one["no_line"]).collect();
        assert_eq!(why, ["ambiguous_account", "unknown_account", "unknown_account"]);
        let waits = waiting(&finance).await;
        assert_eq!(waits.iter().map(|one| &one["posting_id"]).collect::<Vec<_>>(), ["3", "2", "1"]);
        assert_eq!((&waits[2]["line"], &waits[2]["entry"], &waits[2]["matched_by"]), (&Value::Null, &Value::Null, &Value::Null));
        let path = format!("{POSTINGS}/{}/assign", waits[2]["id"].as_str().unwrap());
        let to = |programme: &str, line: &str| json!({ "programme": programme, "line": line });
        for (body, pointer) in [(to("T-FIBU", "K9"), "/line"), (to("NIX", "K1"), "/programme"), (to("T-FIBU", "a\u{0}"), "/line")] {
            let problem = finance.post(&path, body).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!("unknown_reference")));
        }
        finance.post(&path, json!({ "line": "K1" })).await.problem(400, "malformed");
        for id in ["x", "0190163d-8694-739b-aea5-966c26f8ad91"] {
            finance.post(&format!("{POSTINGS}/{id}/assign"), to("T-FIBU", "K1")).await.problem(404, "not_found");
            finance.get(&format!("{POSTINGS}/{id}")).await.problem(404, "not_found");
        }
        let key = [("idempotency-key", "z-1")];
        let body = Some(to("T-FIBU", "K2").to_string());
        let booked = finance.send(Method::POST, &path, &key, body.clone()).await.ok(201);
        assert_eq!((&booked["line"], &booked["matched_by"], &booked["programme"]), (&json!("K2"), &json!("person"), &json!("T-FIBU")));
        let again = finance.send(Method::POST, &path, &key, body).await;
        assert_eq!((again.ok(201), again.header("idempotent-replayed")), (booked.clone(), "true"));
        finance.post(&path, to("T-FIBU", "K1")).await.problem(409, "posting_booked");
        let list = entries(&finance, &programme, "").await;
        assert_eq!((list.len(), &list[0]["id"], &list[0]["cents"], &list[0]["reason"]), (1, &booked["entry"], &json!(500), &json!("Miete")));
        let event = &events(app).await[0];
        assert_eq!((&event["action"], &event["details"]["line"]), (&json!("posting.assigned"), &json!({ "old": null, "new": "T-FIBU:K2" })));
        // The same file again changes nothing, whoever has said which line it is.
        assert_eq!(counts(&taken(&finance, rows, "source=SAP").await), [0, 0, 3]);
        // The books may refuse: blocked funds stay blocked, and the posting waits.
        book(&finance, &programme, entry("K1", 2023, "appropriation", 600)).await;
        book(&finance, &programme, entry("K1", 2023, "block", 1)).await;
        let path = format!("{POSTINGS}/{}/assign", waits[1]["id"].as_str().unwrap());
        finance.post(&path, to("T-FIBU", "K1")).await.problem(409, "blocked_funds");
        assert_eq!(waiting(&finance).await.len(), 2);
        // Two at once: one books.
        let (one, other) = join(finance.post(&path, to("T-FIBU", "K2")), finance.post(&path, to("T-FIBU", "I1"))).await;
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        assert_eq!(entries(&finance, &programme, "type=actual").await.len(), 2);
    }

    async fn reported_facts_go_through_the_books(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let programme = programme(&finance).await;
        book(&finance, &programme, entry("K1", 2023, "appropriation", 1_000)).await;
        book(&finance, &programme, entry("K1", 2023, "block", 300)).await;
        // Blocked funds stay out of reach, whatever row it is; and nothing of the file is booked.
        let answer = send(&finance, "1;02.01.2023;;44290000;4;;;;\n2;03.01.2023;;44290000;3,01;;;;\n", "", "de").await;
        let problem = answer.problem(409, "blocked_funds");
        assert!(problem["detail"].as_str().unwrap().contains("1 Cent der gesperrten Mittel von `K1`"), "{problem}");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/rows/2"), &json!("refused")));
        assert_eq!(entries(&finance, &programme, "type=actual").await.len(), 0);
        // An order that becomes a payment takes nothing more, in whatever order the rows come, and however far apart.
        taken(&finance, "b;02.01.2023;;44290000;7;;Obligo;;\n", "").await;
        let filler: String = (0..1_500).map(|i| format!("f{i};02.01.2023;;7.104000;1;;;;\n")).collect();
        let rows = format!("z;02.02.2023;;44290000;7;;Ist;;\n{filler}a;02.02.2023;;44290000;-7;;Obligo;;\n");
        taken(&finance, &rows, "").await;
        assert_eq!(figures(&finance, "offenburg", 2023, "K1").await, [1_000, 300, 0, 700, 0]);
        assert_eq!(figures(&finance, "offenburg", 2023, "I1").await[3], 150_000);
        // Orders of a later year take from authorities, and there are none for consumption (BA-6).
        let problem = send(&finance, "v;02.02.2023;;44290000;1;;;;\nw;02.02.2023;2024;7.104000;5;;Obligo;;\n", "", "de").await;
        let problem = problem.problem(409, "commitment_without_authority");
        assert_eq!(problem["errors"][0]["pointer"], "/rows/3");
        send(&finance, "w;02.02.2023;2024;44290000;5;;Obligo;;\n", "", "de").await.problem(409, "authority_not_investive");
        let authority = json!({ "year": 2023, "type": "commitment_authority", "cents": 500, "pay_year": 2024, "line": "I1" });
        book(&finance, &programme, authority).await;
        taken(&finance, "w;02.02.2023;2024;7.104000;5;;Obligo;;\n", "").await;
        let used = entries(&finance, &programme, "type=authority_use").await;
        assert_eq!((&used[0]["cents"], &used[0]["line"], &used[0]["pay_year"]), (&json!(500), &json!("I1"), &json!(2024)));
    }

    async fn two_files_at_once_book_once(app) {
        app.set_now(JUNE);
        let grant = Grant { role: Role::Finance, org_unit: None };
        users::set_role(&app.app, "digital@offenburg.example", "offenburg", &grant, true).unwrap();
        let (one, other) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("digital@offenburg.example").await);
        let programme = programme(&one).await;
        for round in 0..5 {
            let rows: String = (0..300).map(|i| format!("{round}-{i};02.01.2023;;44290000;5;;;;\n")).collect();
            let (first, second) = join(send(&one, &rows, "", "de"), send(&other, &rows, "", "de")).await;
            // The place for a second file may be taken while the first one is read.
            let reports: Vec<[i64; 3]> = [&first, &second].iter().filter(|answer| answer.status != 503).map(|answer| counts(&answer.ok(200))).collect();
            assert!(!reports.is_empty());
            assert_eq!(reports.iter().map(|counts| counts[0]).sum::<i64>(), 300, "{reports:?}");
        }
        assert_eq!(figures(&one, "offenburg", 2023, "K1").await[3], 5 * 300 * 500);
        let page = one.get(&format!("{programme}/entries?limit=1")).await.ok(200);
        assert!(page["next_cursor"].is_string());
    }

    async fn rules_are_set_and_given_up(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        programme(&finance).await;
        let rule = |kind: &str, pattern: &str, line: &str| json!({ "match": kind, "pattern": pattern, "programme": "T-FIBU", "line": line });
        let answer = finance.post(RULES, rule("prefix", " 7.1 ", "I1")).await;
        let set = answer.ok(201);
        assert_eq!((&set["pattern"], &set["line"], answer.header("etag")), (&json!("7.1"), &json!("I1"), "\"v1\""));
        finance.post(RULES, rule("prefix", "7.1", "I2")).await.problem(409, "already_exists");
        finance.post(RULES, rule("exact", "7.1", "I2")).await.ok(201);
        for (body, pointer, code) in [
            (rule("prefix", " ", "I1"), "/pattern", "required"), (rule("prefix", &"x".repeat(101), "I1"), "/pattern", "too_long"),
            (rule("prefix", "a\u{0}", "I1"), "/pattern", "control_characters"), (rule("prefix", "9", "I9"), "/line", "unknown_reference"),
            (json!({ "match": "prefix", "pattern": "9", "programme": "STG-2018-SM", "line": "STG-1a" }), "/programme", "unknown_reference"),
        ] {
            let problem = finance.post(RULES, body).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!(code)));
        }
        finance.post(RULES, rule("ungefähr", "9", "I1")).await.problem(400, "malformed");
        let list = finance.get(RULES).await.ok(200);
        let shown: Vec<(&Value, &Value)> = list["items"].as_array().unwrap().iter().map(|one| (&one["match"], &one["line"])).collect();
        assert_eq!(shown, [(&json!("exact"), &json!("I2")), (&json!("prefix"), &json!("I1"))]);
        let path = format!("{RULES}/{}", set["id"].as_str().unwrap());
        let read = finance.get(&path).await;
        assert_eq!(read.ok(200), set);
        finance.send(Method::DELETE, &path, &[], None).await.problem(428, "precondition_required");
        finance.send(Method::DELETE, &path, &[("if-match", "\"v2\"")], None).await.problem(412, "stale");
        finance.send(Method::DELETE, &path, &[("if-match", read.header("etag"))], None).await.ok(204);
        finance.get(&path).await.problem(404, "not_found");
        let trail = events(app).await;
        assert_eq!((&trail[0]["action"], &trail[0]["details"]["old"]["line"], &trail[0]["details"]["new"]), (&json!("posting_rule.changed"), &json!("I1"), &Value::Null));
        assert_eq!(trail[2]["details"]["new"]["pattern"], "7.1");
    }

    async fn who_reports_and_who_reads(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        programme(&finance).await;
        taken(&finance, "w;02.01.2023;;999;5;;;;\n", "unmatched=keep").await;
        let id = waiting(&finance).await[0]["id"].as_str().unwrap().to_owned();
        let rule = json!({ "match": "exact", "pattern": "x", "programme": "T-FIBU", "line": "K1" });
        let set = finance.post(RULES, rule.clone()).await.ok(201)["id"].as_str().unwrap().to_owned();
        for (who, writes, reads) in [
            ("isb", false, true), ("leitung", false, true), ("revision", false, true), ("it-leitung", false, false), ("netz", false, false),
            ("admin", false, false), ("rat", false, false), ("kaemmerei", true, true),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let row = format!("{who};02.01.2023;;44290000;5;;;;\n");
            let new = json!({ "match": "exact", "pattern": who, "programme": "T-FIBU", "line": "K1" });
            let written = [
                send(&client, &row, "", "de").await, client.post(RULES, new).await,
                client.post(&format!("{POSTINGS}/{id}/assign"), json!({ "programme": "T-FIBU", "line": "K1" })).await,
                client.send(Method::DELETE, &format!("{RULES}/{set}"), &[("if-match", "*")], None).await,
            ];
            for answer in written {
                if writes { assert!(answer.status.is_success(), "{who}: {}", answer.text); } else { answer.problem(403, "forbidden"); }
            }
            for path in [POSTINGS, RULES, &format!("{POSTINGS}/{id}"), "institutions/offenburg/budget/reconciliation?year=2023&month=1"] {
                let answer = client.get(path).await;
                if reads { answer.ok(200); } else { answer.problem(403, "forbidden"); }
            }
        }
        // What belongs to another institution is not there.
        let stranger = app.sign_in("kaemmerei@stuttgart.example").await;
        stranger.get(&format!("institutions/stuttgart/budget/postings/{id}")).await.problem(404, "not_found");
        stranger.get(POSTINGS).await.problem(404, "not_found");
        assert_eq!(stranger.get("institutions/stuttgart/budget/postings").await.ok(200)["items"], json!([]));
        // Whoever keeps the ledger of measures reports no money, whatever other role they are given.
        let grant = Grant { role: Role::Finance, org_unit: None };
        users::set_role(&app.app, "isb@offenburg.example", "offenburg", &grant, true).unwrap();
        let isb = app.sign_in("isb@offenburg.example").await;
        send(&isb, "i;02.01.2023;;44290000;5;;;;\n", "", "de").await.problem(403, "forbidden");
    }

    // Whatever is reported: what the lines have is what the rows say.
    async fn sums_of_entries_are_sums_of_rows(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        programme(&finance).await;
        let row = (0..4usize, prop::bool::ANY, -50_000_000i64..50_000_000, 1..29u32, 1..6u32);
        let rows = prop::collection::vec(row.prop_filter("nothing", |(_, _, cents, ..)| *cents != 0), 1..60);
        let mut runner = TestRunner::deterministic();
        let (mut actual, mut committed, mut number) = ([0i64; 4], [0i64; 4], 0);
        for _ in 0..12 {
            let rows = rows.new_tree(&mut runner).unwrap().current();
            let mut text = String::new();
            for (line, is_order, cents, day, month) in &rows {
                number += 1;
                let sign = if *cents < 0 { "-" } else { "" };
                let (euros, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
                let (line_key, kind) = (["K1", "K2", "I1", "I2"][*line], if *is_order { "Obligo" } else { "Ist" });
                text.push_str(&format!("{number};{day:02}.{month:02}.2023;;;{sign}{euros},{rest:02};;{kind};;{line_key}\n"));
                if *month == 6 && *day > 1 { unreachable!("months end with May") }
                let of = if *is_order { &mut committed } else { &mut actual };
                of[*line] += cents;
            }
            let report = taken(&finance, &text, "").await;
            assert_eq!(counts(&report)[0], i64::try_from(rows.len()).unwrap());
        }
        for (line, key) in ["K1", "K2", "I1", "I2"].iter().enumerate() {
            let [_, _, of_orders, of_payments, _] = figures(&finance, "offenburg", 2023, key).await;
            assert_eq!((of_orders, of_payments), (committed[line], actual[line]), "{key}");
        }
        let month = finance.get("institutions/offenburg/budget/reconciliation?year=2023&month=5").await.ok(200);
        assert_eq!(month["actual"]["closing_cents"], actual.iter().sum::<i64>());
        assert_eq!(month["commitment"]["closing_cents"], committed.iter().sum::<i64>());
        assert_eq!((&month["actual"]["by_hand_cents"], &month["commitment"]["by_hand_cents"]), (&json!(0), &json!(0)));
    }

    async fn statements_grow_with_thousands_of_rows_only(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        programme(&finance).await;
        count_statements();
        let subject = app.app.tokens.check(&finance.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let order = Order { source: "SAP".to_owned(), dry_run: false, keep_unmatched: true, control_cents: None, control_count: None };
        let of = |first: usize, number: usize| {
            let rows: String = (first..first + number).map(|i| {
                let account = ["44290000", "7.104000", "999", "1007410"][i % 4];
                format!("{i};{:02}.0{}.2023;;{account};{},{:02};Rechnung {i};;;\n", 1 + i % 28, 1 + i % 5, 1 + i % 977, i % 100)
            }).collect();
            let file = format!("{HEAD}{rows}");
            let (report, number_of_statements) = statements(|| take(&app.app, By::Caller(&caller), "offenburg", file.as_bytes(), &order).unwrap());
            assert_eq!((report.rows, report.results.len()), (number, number.min(1_000)));
            (number_of_statements, report)
        };
        let (of_ten, _) = of(0, 10);
        let (of_thousand, _) = of(10, 1_000);
        // Ten thousand rows: ten times what is looked up and written for a thousand, and no more.
        let (of_ten_thousand, report) = of(2_000, 10_000);
        assert_eq!((report.booked, report.unmatched, report.results_left_out), (5_000, 5_000, 9_000));
        // SQLite, which is in the same process, gets each row in a statement of its own: an entry and a posting at most.
        let rows = if app.engine == Engine::Sqlite { 2 * 1_000 } else { 4 };
        assert!(of_thousand <= of_ten + rows, "{of_ten} {of_thousand}");
        assert!(of_ten_thousand <= 10 * of_thousand, "{of_thousand} {of_ten_thousand}");
        let again = of(2_000, 10_000);
        assert_eq!(again.1.unchanged, 10_000);
    }
}
