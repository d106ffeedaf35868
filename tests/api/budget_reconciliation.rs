//! A month of the books beside what the finance system has reported.

use serde_json::{Value, json};
use zinne::actions::budget::{MonthAsked, reconcile};
use zinne::actions::{By, Caller};

use crate::budget::{book, entry};
use crate::budget_postings::{JUNE, programme, taken};
use crate::list_counts::{count_statements, statements};
use crate::support::Client;

const MONTH: &str = "institutions/offenburg/budget/reconciliation";

async fn month(client: &Client<'_>, year: i32, month: u32) -> Value {
    let path = format!("{MONTH}?year={year}&month={month}");
    client.get(&path).await.ok(200)
}

/// Opening, imported, by hand, closing, later.
fn moves(movement: &Value) -> [i64; 5] {
    ["opening", "imported", "by_hand", "closing", "later"]
        .map(|name| movement[format!("{name}_cents")].as_i64().unwrap())
}

both_engines! {
    async fn a_month_beside_what_was_reported(app) {
        app.set_now(JUNE);
        let (finance, isb) = (app.sign_in("kaemmerei@offenburg.example").await, app.sign_in("isb@offenburg.example").await);
        let programme = programme(&finance).await;
        let empty = month(&isb, 2023, 2).await;
        assert_eq!((&empty["lines"], &empty["last_import"], &empty["months_without_import"]), (&json!([]), &Value::Null, &json!([1, 2])));
        let rows = "1;31.12.2022;2023;44290000;1;;;;\n2;15.01.2023;;44290000;10;;;;\n3;01.03.2023;;44290000;100;;;;\n\
                    4;31.03.2023;;44290000;-0,01;;;;\n5;01.04.2023;;44290000;1000;;;;\n6;31.03.2023;;7.104000;20;;Obligo;;\n\
                    7;31.03.2023;;999;5;;;;\n8;31.03.2023;;999;-2;;Obligo;;\n9;01.04.2023;;999;7;;;;\n10;31.03.2023;2022;44290000;3;;;;\n";
        let report = taken(&finance, rows, "source=SAP&unmatched=keep&control_total=114399").await;
        let by_hand = |day: &str, cents: i64| {
            let mut by_hand = entry("K1", 2023, "actual", cents);
            by_hand["booked_on"] = json!(day);
            by_hand
        };
        book(&finance, &programme, by_hand("2023-02-01", 50)).await;
        let mistaken = book(&finance, &programme, by_hand("2023-03-15", 7)).await;
        let path = format!("{programme}/entries/{}/reverse", mistaken["id"].as_str().unwrap());
        finance.post(&path, json!({ "reason": "doppelt" })).await.ok(201);
        book(&finance, &programme, by_hand("2023-03-31", 33)).await;
        // What was planned or blocked is no business of the finance system's month.
        book(&finance, &programme, entry("K1", 2023, "appropriation", 9_999)).await;
        let march = month(&isb, 2023, 3).await;
        let lines = march["lines"].as_array().unwrap();
        assert_eq!(lines.iter().map(|line| &line["line"]).collect::<Vec<_>>(), ["I1", "K1"]);
        // A counter entry is dated when it is booked: in June, while what it takes back is of March.
        assert_eq!(moves(&lines[1]["actual"]), [1_150, 9_999, 40, 11_189, 99_993]);
        assert_eq!(moves(&lines[1]["commitment"]), [0; 5]);
        assert_eq!(moves(&lines[0]["commitment"]), [0, 2_000, 0, 2_000, 0]);
        assert_eq!(moves(&march["actual"]), [1_150, 9_999, 40, 11_189, 99_993]);
        assert_eq!(march["unmatched"], json!({ "count": 2, "actual_cents": 500, "commitment_cents": -200 }));
        assert_eq!(march["months_without_import"], json!([2]));
        let last = &march["last_import"];
        assert_eq!((&last["sha256"], &last["source"], &last["rows"]), (&report["sha256"], &json!("SAP"), &json!(10)));
        assert_eq!((&last["control_cents"], &last["imported_at"]), (&json!(114_399), &json!("2023-06-01T05:00:00Z")));
        assert_eq!(last["imported_by"]["email"], "kaemmerei@offenburg.example");
        // One month closes where the next one opens.
        for number in 1..6 {
            let (this, next) = (month(&isb, 2023, number).await, month(&isb, 2023, number + 1).await);
            assert_eq!(this["actual"]["closing_cents"], next["actual"]["opening_cents"], "{number}");
        }
        let june = month(&isb, 2023, 6).await;
        let budget = isb.get("institutions/offenburg/budget?year=2023&programme=T-FIBU").await.ok(200);
        assert_eq!(june["actual"]["closing_cents"], budget["totals"]["actual_cents"]);
        assert_eq!(june["commitment"]["closing_cents"], budget["totals"]["committed_cents"]);
        assert_eq!(june["months_without_import"], json!([2, 5, 6]));
        // The file that brought nothing new is not the last one.
        taken(&finance, rows, "source=SAP&unmatched=keep").await;
        assert_eq!(month(&isb, 2023, 3).await["last_import"]["id"], last["id"]);
    }

    async fn a_month_as_a_table(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        programme(&finance).await;
        taken(&finance, "1;01.03.2023;;44290000;1234,56;;;;\n2;31.03.2023;;999;-5;;;;\n", "unmatched=keep").await;
        let answer = finance.get(&format!("{MONTH}?year=2023&month=3&format=csv")).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"abgleich-offenburg-2023-03.csv\"");
        assert_eq!(answer.header("vary"), "Accept");
        insta::assert_snapshot!("a_month_as_a_table", answer.text.replace("\r\n", "\n"));
        let accept = [("accept", "text/csv, application/json;q=0.5")];
        let path = format!("{MONTH}?year=2023&month=3");
        let same = finance.send(actix_web::http::Method::GET, &path, &accept, None).await;
        assert_eq!(same.text, answer.text);
        let json = finance.send(actix_web::http::Method::GET, &format!("{path}&format=json"), &accept, None).await;
        assert_eq!(json.ok(200)["month"], 3);
        for query in ["", "year=2023", "month=3", "year=2023&month=0", "year=2023&month=13", "year=1989&month=1", "year=2023&month=3&format=pdf", "year=2023&month=3&x=1"] {
            finance.get(&format!("{MONTH}?{query}")).await.problem(400, "malformed");
        }
    }

    async fn a_month_takes_the_same_number_of_statements(app) {
        app.set_now(JUNE);
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        programme(&finance).await;
        count_statements();
        let subject = app.app.tokens.check(&finance.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let asked = MonthAsked { year: 2023, month: 3 };
        let of_month = || statements(|| reconcile(&app.app, By::Caller(&caller), "offenburg", asked).unwrap());
        let (before, of_nothing) = of_month();
        assert!(before.lines.is_empty());
        let rows: String = (0..2_000).map(|i| format!("{i};15.03.2023;;;{};;;;{}\n", i + 1, ["K1", "K2", "I1", "I2"][i % 4])).collect();
        taken(&finance, &rows, "").await;
        let (after, of_many) = of_month();
        assert_eq!((after.lines.len(), of_many), (4, of_nothing));
        assert_eq!(after.actual.imported_cents, 2_000 * 2_001 / 2 * 100);
    }
}
