//! Target objects.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const OBJECTS: &str = "institutions/offenburg/target-objects";

fn server(key: &str) -> Value {
    json!({
        "key": key, "name": "Fachverfahrensserver", "kind": "it_system", "number": 12,
        "protection_need": { "confidentiality": "high", "integrity": "normal", "availability": "very_high" },
    })
}

async fn events(client: &Client<'_>) -> Vec<Value> {
    let page = client
        .get("institutions/offenburg/audit-events?limit=50")
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap().clone();
    items
        .into_iter()
        .filter(|event| event["action"] == "target_object.changed")
        .collect()
}

async fn isb(app: &TestApp) -> Client<'_> {
    app.sign_in("isb@offenburg.example").await
}

both_engines! {
    async fn added_read_and_changed(app) {
        let isb = isb(app).await;
        let added = isb.post(OBJECTS, server("S-017")).await;
        let object = added.ok(201);
        assert_eq!(added.header("location"), "/api/v1/institutions/offenburg/target-objects/S-017");
        assert_eq!((&object["number"], &object["protection_need"]["availability"]), (&json!(12), &json!("very_high")));
        let path = format!("{OBJECTS}/S-017");
        let read = isb.get(&path).await;
        assert_eq!((read.ok(200), read.header("etag")), (object, added.header("etag")));

        isb.send(Method::PATCH, &path, &[], Some("{}".to_owned())).await.problem(428, "precondition_required");
        let changed = isb.patch(&path, read.header("etag"), json!({ "number": 13, "note": "einer dazu", "reason": "Zukauf" })).await;
        assert_eq!((&changed.ok(200)["number"], &changed.ok(200)["note"]), (&json!(13), &json!("einer dazu")));
        isb.patch(&path, read.header("etag"), json!({ "number": 14 })).await.problem(412, "stale");
        let same = isb.patch(&path, changed.header("etag"), json!({ "number": 13 })).await;
        assert_eq!(same.header("etag"), changed.header("etag"), "nothing differs");
        let emptied = isb.patch(&path, "*", json!({ "note": null })).await.ok(200);
        assert_eq!(emptied["note"], Value::Null);

        let events = events(&isb).await;
        assert_eq!(events.len(), 3, "{events:?}");
        assert_eq!(events[1]["reason"], "Zukauf");
        assert_eq!(events[1]["details"], json!({ "key": "S-017", "changes": {
            "number": { "old": 12, "new": 13 }, "note": { "old": null, "new": "einer dazu" },
        } }));
    }

    async fn a_key_is_one_object(app) {
        let isb = isb(app).await;
        let again = [("idempotency-key", "einmal")];
        let body = server("S-017").to_string();
        let first = isb.send(Method::POST, OBJECTS, &again, Some(body.clone())).await;
        let second = isb.send(Method::POST, OBJECTS, &again, Some(body)).await;
        assert_eq!((first.ok(201), "true"), (second.ok(201), second.header("idempotent-replayed")));
        let twice = isb.post(OBJECTS, server("S-017")).await.problem(422, "invalid");
        assert_eq!((&twice["errors"][0]["pointer"], &twice["errors"][0]["code"]), (&json!("/key"), &json!("duplicate")));
        let stuttgart = app.sign_in("isb@stuttgart.example").await;
        stuttgart.post("institutions/stuttgart/target-objects", server("S-017")).await.ok(201);
        stuttgart.get(&format!("{OBJECTS}/S-017")).await.problem(404, "not_found");
    }

    async fn faults_have_their_places(app) {
        let isb = isb(app).await;
        let mut body = server("S 17/a");
        body["name"] = json!("  ");
        body["number"] = json!(0);
        let problem = isb.post(OBJECTS, body).await.problem(422, "invalid");
        let pointers: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
        assert_eq!(pointers, ["/key", "/name", "/number"]);
        let mut body = server("S-1");
        body["protection_need"]["integrity"] = json!("enorm");
        isb.post(OBJECTS, body).await.problem(400, "malformed");
        isb.post(OBJECTS, server("S-1")).await.ok(201);
        isb.patch(&format!("{OBJECTS}/S-1"), "*", json!({ "number": 1_000_001 })).await.problem(422, "invalid");
        isb.patch(&format!("{OBJECTS}/S-1"), "*", json!({ "key": "S-2" })).await.problem(400, "malformed");
    }

    async fn pages_by_key(app) {
        let isb = isb(app).await;
        for key in ["b", "A", "ä", "a", "B-10", "B-2"] {
            isb.post(OBJECTS, server(key)).await.ok(201);
        }
        let mut keys = Vec::new();
        let mut path = format!("{OBJECTS}?limit=4");
        loop {
            let page = isb.get(&path).await.ok(200);
            keys.extend(page["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{OBJECTS}?limit=4&cursor={cursor}");
        }
        assert_eq!(keys, ["A", "B-10", "B-2", "a", "b", "ä"]);
        isb.get(&format!("{OBJECTS}?cursor=x")).await.problem(400, "malformed");
        isb.get(&format!("{OBJECTS}?seite=2")).await.problem(400, "malformed");
        isb.get(&format!("{OBJECTS}/%C3%A4")).await.ok(200);
    }

    async fn only_the_isb_keeps_them(app) {
        isb(app).await.post(OBJECTS, server("S-1")).await.ok(201);
        for (who, reads) in [("leitung", true), ("it-leitung", true), ("netz", true), ("revision", true), ("kaemmerei", false), ("admin", false), ("rat", false)] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            client.post(OBJECTS, server("S-2")).await.problem(403, "forbidden");
            client.patch(&format!("{OBJECTS}/S-1"), "*", json!({ "number": 2 })).await.problem(403, "forbidden");
            let expected = if reads { 200 } else { 403 };
            assert_eq!(client.get(OBJECTS).await.status.as_u16(), expected, "{who}");
            assert_eq!(client.get(&format!("{OBJECTS}/S-1")).await.status.as_u16(), expected, "{who}");
        }
    }
}
