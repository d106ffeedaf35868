//! Budget periods: years that no two budgets share, and where a budget stands (DOMAIN BUD-1, BUD-7).

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const PERIODS: &str = "institutions/offenburg/budget-periods";

async fn finance(app: &TestApp) -> Client<'_> {
    app.sign_in("kaemmerei@offenburg.example").await
}

async fn new(client: &Client<'_>, years: &[i32]) -> Value {
    client
        .post(PERIODS, json!({ "years": years }))
        .await
        .ok(201)
}

fn path(period: &Value) -> String {
    format!("{PERIODS}/{}", period["id"].as_str().unwrap())
}

both_engines! {
    async fn from_draft_to_closed(app) {
        let client = finance(app).await;
        let created = client.post(PERIODS, json!({ "years": [2022, 2023], "note": "Doppelhaushalt" })).await;
        let view = created.ok(201);
        assert_eq!((&view["kind"], &view["state"], created.header("etag")), (&json!("double"), &json!("draft"), "\"v1\""));
        let path = path(&view);
        assert_eq!(created.header("location"), format!("/api/v1/{path}"));
        let single = new(&client, &[2021]).await;
        assert_eq!(single["kind"], "single");
        let list = client.get(PERIODS).await.ok(200);
        let years: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|item| &item["years"]).collect();
        assert_eq!(years, [&json!([2021]), &json!([2022, 2023])]);
        let step = |state: &str| json!({ "state": state });
        let illegal = client.send(Method::PATCH, &path, &[("if-match", "*"), ("accept-language", "de")], Some(step("in_force").to_string())).await;
        let problem = illegal.problem(409, "illegal_transition");
        assert!(problem["detail"].as_str().unwrap().contains("„Entwurf“") && problem["detail"].as_str().unwrap().contains("vorläufig, beschlossen"), "{problem}");
        client.patch(&path, "*", step("provisional")).await.ok(200);
        // From here on its years are fixed, and it cannot be taken back.
        for (method, body, pointer) in [(Method::PATCH, Some(json!({ "years": [2022] }).to_string()), "/years"), (Method::DELETE, None, "/state")] {
            let problem = client.send(method, &path, &[("if-match", "*")], body).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!("fixed")));
        }
        for state in ["adopted", "in_force", "closed"] {
            let seen = client.get(&path).await.ok(200);
            assert!(seen["next_states"].as_array().unwrap().contains(&json!(state)), "{seen}");
            client.patch(&path, "*", step(state)).await.ok(200);
        }
        assert_eq!(client.get(&path).await.ok(200)["next_states"], json!([]));
        client.patch(&path, "*", step("draft")).await.problem(409, "illegal_transition");
        let isb = app.sign_in("isb@offenburg.example").await;
        let event = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200)["items"][0].clone();
        assert_eq!(event["details"], json!({ "years": [2022, 2023], "changes": { "state": { "old": "in_force", "new": "closed" } } }));
    }

    async fn no_year_has_two_budgets(app) {
        let client = finance(app).await;
        let period = new(&client, &[2022, 2023]).await;
        for years in [vec![2022], vec![2023, 2024], vec![2021, 2022], vec![2022, 2023]] {
            let problem = client.post(PERIODS, json!({ "years": years })).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/years"), &json!("duplicate")));
        }
        for years in [json!([]), json!([2024, 2026]), json!([2025, 2024]), json!([2024, 2025, 2026]), json!([1989]), json!([2_147_483_647, -2_147_483_648_i64])] {
            client.post(PERIODS, json!({ "years": years })).await.problem(422, "invalid");
        }
        client.post(PERIODS, json!({ "years": ["2024"] })).await.problem(400, "malformed");
        client.post(PERIODS, json!({ "years": [2024], "state": "adopted" })).await.problem(400, "malformed");
        client.post(PERIODS, json!({ "years": [2024], "note": "\u{0}" })).await.problem(422, "invalid");
        let other = new(&client, &[2024]).await;
        client.patch(&path(&other), "*", json!({ "years": [2023, 2024] })).await.problem(422, "invalid");
        // A draft gives its years back.
        client.patch(&path(&period), "*", json!({ "years": [2022] })).await.ok(200);
        client.patch(&path(&other), "*", json!({ "years": [2023, 2024] })).await.ok(200);
        client.send(Method::DELETE, &path(&other), &[], None).await.problem(428, "precondition_required");
        client.send(Method::DELETE, &path(&other), &[("if-match", "\"v1\"")], None).await.problem(412, "stale");
        client.send(Method::DELETE, &path(&other), &[("if-match", "\"v2\"")], None).await.ok(204);
        client.get(&path(&other)).await.problem(404, "not_found");
        new(&client, &[2023, 2024]).await;
        // Another institution has years of its own.
        let stuttgart = app.sign_in("kaemmerei@stuttgart.example").await;
        stuttgart.post("institutions/stuttgart/budget-periods", json!({ "years": [2022, 2023] })).await.ok(201);
        stuttgart.get(&path(&period)).await.problem(404, "not_found");
    }

    async fn of_many_at_once_one_gets_the_year(app) {
        let client = finance(app).await;
        let body = |index: i32| json!({ "years": if index % 2 == 0 { vec![2030, 2031] } else { vec![2031, 2032] } });
        let answers = join_all((0..8).map(|index| client.post(PERIODS, body(index)))).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(created, 1);
        assert!(answers.iter().all(|answer| [201, 409, 422].contains(&answer.status.as_u16())));
        assert_eq!(client.get(PERIODS).await.ok(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn versions_and_repeated_requests(app) {
        let client = finance(app).await;
        let again = [("idempotency-key", "einmal")];
        let body = json!({ "years": [2022] }).to_string();
        let first = client.send(Method::POST, PERIODS, &again, Some(body.clone())).await;
        let second = client.send(Method::POST, PERIODS, &again, Some(body)).await;
        assert_eq!((first.ok(201), "true"), (second.ok(201), second.header("idempotent-replayed")));
        let path = path(&first.json());
        client.send(Method::PATCH, &path, &[], Some("{}".to_owned())).await.problem(428, "precondition_required");
        client.patch(&path, "\"v1\"", json!({ "note": "neu" })).await.ok(200);
        client.patch(&path, "\"v1\"", json!({ "note": null })).await.problem(412, "stale");
        assert_eq!(client.patch(&path, "\"v2\"", json!({ "note": "neu" })).await.header("etag"), "\"v2\"");
        assert_eq!(client.patch(&path, "\"v2\"", json!({ "note": null })).await.ok(200)["note"], Value::Null);
    }

    async fn staff_reads_and_finance_writes(app) {
        let period = new(&finance(app).await, &[2022]).await;
        for (who, reads) in [("isb", true), ("leitung", true), ("it-leitung", true), ("netz", true), ("revision", true), ("admin", false), ("rat", false)] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            for read in [PERIODS, &path(&period)] {
                let answer = client.get(read).await;
                if reads { answer.ok(200); } else { answer.problem(403, "forbidden"); }
            }
            client.post(PERIODS, json!({ "years": [2024] })).await.problem(403, "forbidden");
            client.patch(&path(&period), "*", json!({ "state": "adopted" })).await.problem(403, "forbidden");
            client.send(Method::DELETE, &path(&period), &[("if-match", "*")], None).await.problem(403, "forbidden");
        }
    }
}
