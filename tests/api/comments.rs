//! Comments on measures.

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::store::schema::measure_comments;

use crate::support::Client;

async fn comments(client: &Client<'_>, key: &str) -> String {
    let reference = client.reference_of("offenburg", key).await;
    format!("institutions/offenburg/measures/{reference}/comments")
}

both_engines! {
    async fn a_comment_stands_with_its_author_and_in_the_trail(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let path = comments(&netz, "OG-I8").await;
        assert_eq!(netz.get(&path).await.ok(200), json!({ "items": [], "next_cursor": null }));
        let written = netz.post(&path, json!({ "text": " Ausschreibung läuft\nbis März ä😀 " })).await.ok(201);
        assert_eq!(written["text"], "Ausschreibung läuft\nbis März ä😀");
        assert_eq!(written["author"], json!({ "email": "netz@offenburg.example", "name": "netz offenburg" }));
        assert_eq!(written["written_at"], "2022-10-17T05:00:00Z");
        let listed = isb.get(&path).await.ok(200);
        assert_eq!(listed["items"], json!([written]));
        let events = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200);
        let event = &events["items"][0];
        assert_eq!((&event["action"], &event["entity_kind"]), (&json!("measure.commented"), &json!("measure")));
        assert_eq!(event["details"]["comment"], written["id"]);
        assert!(!event.to_string().contains("Ausschreibung"), "the text stands in one place: {event}");
    }

    async fn comments_are_paged_oldest_first(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let path = comments(&netz, "OG-I8").await;
        for number in 1..=5 {
            netz.post(&path, json!({ "text": number.to_string() })).await.ok(201);
        }
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = netz.get(&format!("{path}?limit=2{next}")).await.ok(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned()));
            // What comes in between shows up at the end and nowhere else.
            if next.is_empty() {
                netz.post(&path, json!({ "text": "6" })).await.ok(201);
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, ["1", "2", "3", "4", "5", "6"]);
        for query in ["limit=0", "limit=201", "cursor=x", "cursor=ImFcdTAwMDAi", "after=1"] {
            netz.get(&format!("{path}?{query}")).await.problem(400, "malformed");
        }
    }

    async fn a_comment_that_comes_twice_is_written_once(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let path = comments(&netz, "OG-I8").await;
        let send = async |text: &str| {
            let body = json!({ "text": text }).to_string();
            netz.send(Method::POST, &path, &[("idempotency-key", "k")], Some(body)).await
        };
        let (first, again) = (send("einmal").await, send("einmal").await);
        assert_eq!((first.ok(201), again.header("idempotent-replayed")), (again.ok(201), "true"));
        send("zweimal").await.problem(422, "idempotency_key_reused");
        assert_eq!(netz.get(&path).await.ok(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn who_may_comment(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let path = comments(&isb, "OG-I8").await;
        for (local, status) in [
            ("isb", 201), ("leitung", 201), ("it-leitung", 201), ("netz", 201), ("arbeitsplatz", 201),
            ("revision", 403), ("kaemmerei", 404), ("admin", 404), ("rat", 404),
        ] {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            let answer = client.post(&path, json!({ "text": local })).await;
            assert_eq!(answer.status.as_u16(), status, "{local}: {}", answer.text);
            let reads = client.get(&path).await.status.as_u16();
            assert_eq!(reads, if status == 404 { 404 } else { 200 }, "{local}");
        }
        app.sign_in("isb@stuttgart.example").await.get(&path).await.problem(404, "not_found");
    }

    async fn out_of_sight_is_not_there(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let path = comments(&isb, "OG-I8").await;
        let measure = path.trim_end_matches("/comments");
        isb.patch(measure, "*", json!({ "confidentiality": "confidential" })).await.ok(200);
        let other = app.sign_in("arbeitsplatz@offenburg.example").await;
        other.get(&path).await.problem(404, "not_found");
        other.post(&path, json!({ "text": "x" })).await.problem(404, "not_found");
        app.sign_in("netz@offenburg.example").await.post(&path, json!({ "text": "x" })).await.ok(201);
    }

    async fn bad_comments(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let path = comments(&netz, "OG-I8").await;
        for (text, code) in [
            ("", "required"), (" \n\t ", "required"), (&"x".repeat(5001), "too_long"), ("a\u{0}b", "control_characters"), ("a\rb", "control_characters"),
        ] {
            let problem = netz.post(&path, json!({ "text": text })).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/text"), &json!(code)), "{problem}");
        }
        for body in [json!({}), json!({ "text": null }), json!({ "text": "x", "author": "isb" }), json!([])] {
            netz.post(&path, body).await.problem(400, "malformed");
        }
        netz.post(&path, json!({ "text": "ä".repeat(5000) })).await.ok(201);
    }

    async fn not_even_the_database_changes_a_comment(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let path = comments(&netz, "OG-I8").await;
        let written = netz.post(&path, json!({ "text": "so war es" })).await.ok(201);
        let changed = app.app.store.write(|db| {
            Ok(diesel::update(measure_comments::table).set(measure_comments::text.eq("anders")).execute(db)?)
        });
        let deleted = app.app.store.write(|db| Ok(diesel::delete(measure_comments::table).execute(db)?));
        assert!(changed.is_err() && deleted.is_err());
        assert_eq!(netz.get(&path).await.ok(200)["items"], Value::Array(vec![written]));
    }
}
