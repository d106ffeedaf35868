//! Filters that people keep for themselves.

use actix_web::http::Method;
use serde_json::json;

use crate::lists::list;
use crate::support::Client;

const FILTERS: &str = "institutions/offenburg/filters";

async fn keep(client: &Client<'_>, name: &str, query: &str) -> serde_json::Value {
    let body = json!({ "name": name, "query": query });
    client.post(FILTERS, body).await.ok(201)
}

async fn delete(client: &Client<'_>, path: &str, etag: Option<&str>) -> crate::support::Answer {
    let headers: Vec<(&str, &str)> = etag.iter().map(|etag| ("if-match", *etag)).collect();
    client.send(Method::DELETE, path, &headers, None).await
}

both_engines! {
    async fn a_filter_is_kept_changed_used_and_given_up(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        assert_eq!(isb.get(FILTERS).await.ok(200), json!({ "items": [] }));
        let body = json!({ "name": " Überfällig ", "query": "overdue=true&org_unit=FB%20DigIT&sort=-priority&fields=title" });
        let made = isb.post(FILTERS, body).await;
        let filter = made.ok(201);
        assert_eq!((&filter["name"], &filter["version"], made.header("etag")), (&json!("Überfällig"), &json!(1), "\"v1\""));
        let path = made.header("location").to_owned();
        assert_eq!(isb.get(&path).await.ok(200), filter);
        keep(&isb, "alles", "").await;
        let all = isb.get(FILTERS).await.ok(200);
        let names: Vec<&str> = all["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["alles", "Überfällig"]);
        list(&isb, filter["query"].as_str().unwrap()).await;

        isb.send(Method::PATCH, &path, &[], Some("{}".to_owned())).await.problem(428, "precondition_required");
        isb.patch(&path, "\"v2\"", json!({ "name": "x" })).await.problem(412, "stale");
        let changed = isb.patch(&path, "\"v1\"", json!({ "query": "overdue=false" })).await;
        assert_eq!((changed.ok(200)["query"].as_str(), changed.header("etag")), (Some("overdue=false"), "\"v2\""));
        // Nothing else, nothing new.
        assert_eq!(isb.patch(&path, "*", json!({ "name": "Überfällig" })).await.ok(200)["version"], 2);
        // A name is still its own, in whatever case.
        assert_eq!(isb.patch(&path, "*", json!({ "name": "ÜBERFÄLLIG" })).await.ok(200)["version"], 3);

        delete(&isb, &path, None).await.problem(428, "precondition_required");
        delete(&isb, &path, Some("\"v1\"")).await.problem(412, "stale");
        delete(&isb, &path, Some("\"v3\"")).await.ok(204);
        isb.get(&path).await.problem(404, "not_found");
        delete(&isb, &path, Some("*")).await.problem(404, "not_found");

        let events = isb.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let saved: Vec<_> = events["items"].as_array().unwrap().iter().filter(|event| event["action"] == "filter.saved").collect();
        assert_eq!(saved.len(), 5);
        assert!(!saved.iter().any(|event| event.to_string().contains("overdue")), "the trail tells what somebody looks for");
    }

    async fn a_filter_is_what_the_list_can_read(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let path = format!("{FILTERS}/{}", keep(&isb, "x", "").await["id"].as_str().unwrap());
        let long = format!("q=a&{}", "&".repeat(2000));
        for query in [
            "status=done", "limit=5", "cursor=x", "x=1", "?status=approved", "overdue=ja", "sort=title", "fields=name", "status=approved&status=blocked",
            "due_from=morgen", "priority=7", "missing=x", "q=%00", &long,
        ] {
            for answer in [isb.post(FILTERS, json!({ "name": "neu", "query": query })).await, isb.patch(&path, "*", json!({ "query": query })).await] {
                let problem = answer.problem(422, "invalid");
                assert_eq!(problem["errors"][0]["pointer"], "/query", "{query}: {problem}");
            }
        }
        for name in ["", "  ", "a\u{0}b", &"x".repeat(101)] {
            let problem = isb.post(FILTERS, json!({ "name": name, "query": "" })).await.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "/name");
        }
        isb.post(FILTERS, json!({ "name": "X", "query": "" })).await.problem(409, "already_exists");
        keep(&isb, "y", "").await;
        isb.patch(&path, "*", json!({ "name": "Y" })).await.problem(409, "already_exists");
        isb.post(FILTERS, json!({ "name": "z", "query": "", "user": "x" })).await.problem(400, "malformed");
        isb.get(&format!("{FILTERS}?limit=1")).await.problem(400, "malformed");
    }

    async fn nobody_else_sees_a_filter(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let path = format!("{FILTERS}/{}", keep(&isb, "Meins", "owner=me").await["id"].as_str().unwrap());
        let netz = app.sign_in("netz@offenburg.example").await;
        assert_eq!(netz.get(FILTERS).await.ok(200)["items"], json!([]));
        netz.get(&path).await.problem(404, "not_found");
        netz.patch(&path, "*", json!({ "name": "x" })).await.problem(404, "not_found");
        delete(&netz, &path, Some("*")).await.problem(404, "not_found");
        keep(&netz, "Meins", "owner=me").await;
        for email in ["kaemmerei@offenburg.example", "admin@offenburg.example", "rat@offenburg.example"] {
            app.sign_in(email).await.get(FILTERS).await.problem(403, "forbidden");
        }
        app.sign_in("isb@stuttgart.example").await.get(FILTERS).await.problem(404, "not_found");
    }

    async fn a_request_that_comes_twice_keeps_one_filter(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "name": "Einmal", "query": "q=mdm" }).to_string();
        let send = || isb.send(Method::POST, FILTERS, &[("idempotency-key", "k-1")], Some(body.clone()));
        let (first, again) = (send().await, send().await);
        assert_eq!((first.ok(201), again.header("idempotent-replayed")), (again.ok(201), "true"));
        let other = json!({ "name": "Anders", "query": "" }).to_string();
        isb.send(Method::POST, FILTERS, &[("idempotency-key", "k-1")], Some(other)).await.problem(422, "idempotency_key_reused");
        assert_eq!(isb.get(FILTERS).await.ok(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn nobody_keeps_more_than_a_hundred(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        for n in 0..100 {
            keep(&isb, &format!("Nr. {n}"), "").await;
        }
        let problem = isb.post(FILTERS, json!({ "name": "zu viel", "query": "" })).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], "too_many");
        keep(&app.sign_in("netz@offenburg.example").await, "noch einer", "").await;
        assert_eq!(isb.get(FILTERS).await.ok(200)["items"].as_array().unwrap().len(), 100);
    }
}
