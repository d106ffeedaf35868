//! Resolutions: who sees which, pages, and the outcome that is filled in later.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const RESOLUTIONS: &str = "institutions/offenburg/resolutions";

async fn finance(app: &TestApp) -> Client<'_> {
    app.sign_in("kaemmerei@offenburg.example").await
}

fn resolution(key: &str, date: &str, public: bool) -> Value {
    json!({ "key": key, "paper": "17/22", "paper_title": "Probe", "body": "Gemeinderat", "date": date, "public": public, "kind": "decision" })
}

both_engines! {
    async fn the_outcome_is_filled_in_later(app) {
        let client = finance(app).await;
        let created = client.post(RESOLUTIONS, resolution("17/22-GR", "2022-11-21", true)).await;
        let view = created.ok(201);
        assert_eq!((&view["outcome"], &view["source"], created.header("etag")), (&json!("open"), &Value::Null, "\"v1\""));
        let path = format!("{RESOLUTIONS}/{}", view["id"].as_str().unwrap());
        assert_eq!(created.header("location"), format!("/api/v1/{path}"));
        client.send(Method::PATCH, &path, &[], Some("{}".to_owned())).await.problem(428, "precondition_required");
        let changed = client.patch(&path, "\"v1\"", json!({ "outcome": "adopted", "reason": "Niederschrift liegt vor" })).await;
        assert_eq!((&changed.ok(200)["outcome"], changed.header("etag")), (&json!("adopted"), "\"v2\""));
        client.patch(&path, "\"v1\"", json!({ "outcome": "rejected" })).await.problem(412, "stale");
        assert_eq!(client.patch(&path, "\"v2\"", json!({ "outcome": "adopted" })).await.header("etag"), "\"v2\"");
        let isb = app.sign_in("isb@offenburg.example").await;
        let event = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200)["items"][0].clone();
        assert_eq!((&event["action"], &event["reason"]), (&json!("resolution.changed"), &json!("Niederschrift liegt vor")));
        assert_eq!(event["details"], json!({ "key": "17/22-GR", "changes": { "outcome": { "old": "open", "new": "adopted" } } }));
        // It is the same that a programme shows.
        let all = client.get(RESOLUTIONS).await.ok(200);
        let of_paper = all["items"].as_array().unwrap().iter().find(|item| item["key"] == "201/21-GR").unwrap().clone();
        assert_eq!(of_paper["source"]["line"], 31);
        client.patch(&format!("{RESOLUTIONS}/{}", of_paper["id"].as_str().unwrap()), "*", json!({ "outcome": "rejected" })).await.ok(200);
        let programme = client.get("institutions/offenburg/programmes/OG-2021-DIG").await.ok(200);
        assert_eq!(programme["resolution"]["outcome"], "rejected");
    }

    async fn a_key_is_one_resolution(app) {
        let client = finance(app).await;
        let again = [("idempotency-key", "einmal")];
        let body = resolution("17/22-GR", "2022-11-21", true).to_string();
        let first = client.send(Method::POST, RESOLUTIONS, &again, Some(body.clone())).await;
        let second = client.send(Method::POST, RESOLUTIONS, &again, Some(body)).await;
        assert_eq!((first.ok(201), "true"), (second.ok(201), second.header("idempotent-replayed")));
        for (change, pointer, code) in [
            (json!({}), "/key", "duplicate"), (json!({ "key": " " }), "/key", "required"), (json!({ "key": "x".repeat(101) }), "/key", "too_long"),
            (json!({ "key": "neu", "paper": "\u{0}" }), "/paper", "control_characters"), (json!({ "key": "neu", "body": "" }), "/body", "required"),
            (json!({ "key": "neu", "date": "0022-11-21" }), "/date", "out_of_range"), (json!({ "key": "neu", "paper_title": "x".repeat(501) }), "/paper_title", "too_long"),
            (json!({ "key": "neu", "source": { "file": "", "line": 1, "text": "" } }), "/source/file", "required"),
        ] {
            let mut body = resolution("17/22-GR", "2022-11-21", true);
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let problem = client.post(RESOLUTIONS, body).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!(code)), "{change}");
        }
        let mut body = resolution("neu", "2022-11-21", true);
        body["outcome"] = json!("vertagt");
        client.post(RESOLUTIONS, body).await.problem(400, "malformed");
        let path = format!("{RESOLUTIONS}/{}", first.json()["id"].as_str().unwrap());
        client.patch(&path, "*", json!({ "key": "anders" })).await.problem(400, "malformed");
        client.patch(&path, "*", json!({ "body": null })).await.problem(400, "malformed");
        client.patch(&path, "*", json!({ "body": " " })).await.problem(422, "invalid");
        client.get(&format!("{RESOLUTIONS}/%00")).await.problem(404, "not_found");
    }

    async fn the_newest_first_in_pages(app) {
        let client = finance(app).await;
        for (key, date) in [("a", "2022-11-21"), ("b", "2023-01-30"), ("c", "2022-11-21"), ("d", "2020-02-03"), ("e", "2022-11-21")] {
            client.post(RESOLUTIONS, resolution(key, date, true)).await.ok(201);
        }
        for limit in [1, 2, 3, 200] {
            let (mut keys, mut path) = (Vec::new(), format!("{RESOLUTIONS}?limit={limit}"));
            loop {
                let page = client.get(&path).await.ok(200);
                keys.extend(page["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_owned()));
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("{RESOLUTIONS}?limit={limit}&cursor={cursor}");
            }
            assert_eq!(keys, ["b", "e", "c", "a", "201/21-GR", "201/21-HBA", "d"], "{limit}");
        }
        for query in ["cursor=x", "seite=2", "limit=0"] {
            client.get(&format!("{RESOLUTIONS}?{query}")).await.problem(400, "malformed");
        }
    }

    async fn the_council_sees_public_sittings_only(app) {
        let client = finance(app).await;
        let secret = client.post(RESOLUTIONS, resolution("17/22-VFA", "2022-11-07", false)).await.ok(201)["id"].as_str().unwrap().to_owned();
        let public = client.post(RESOLUTIONS, resolution("17/22-GR", "2022-11-21", true)).await.ok(201)["id"].as_str().unwrap().to_owned();
        for (who, sees) in [("isb", 4), ("leitung", 4), ("it-leitung", 4), ("netz", 4), ("kaemmerei", 4), ("revision", 4), ("rat", 3), ("admin", 0)] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let list = client.get(&format!("{RESOLUTIONS}?limit=200")).await;
            if sees == 0 {
                list.problem(403, "forbidden");
            } else {
                assert_eq!(list.ok(200)["items"].as_array().unwrap().len(), sees, "{who}");
            }
            for (id, seen) in [(&secret, sees == 4), (&public, sees > 0)] {
                let one = client.get(&format!("{RESOLUTIONS}/{id}")).await;
                if seen { one.ok(200); } else { one.problem(404, "not_found"); }
            }
            if who != "kaemmerei" {
                client.post(RESOLUTIONS, resolution("x", "2022-11-21", true)).await.problem(403, "forbidden");
                let (status, code) = if sees == 0 { (404, "not_found") } else { (403, "forbidden") };
                client.patch(&format!("{RESOLUTIONS}/{public}"), "*", json!({ "outcome": "adopted" })).await.problem(status, code);
            }
        }
        let foreign = app.sign_in("kaemmerei@stuttgart.example").await;
        foreign.get(&format!("institutions/stuttgart/resolutions/{public}")).await.problem(404, "not_found");
        foreign.get(&format!("{RESOLUTIONS}/{public}")).await.problem(404, "not_found");
        // The preliminary sitting of Konstanz was not public.
        let council = app.sign_in("rat@konstanz.example").await;
        let keys = council.get("institutions/konstanz/resolutions").await.ok(200)["items"].clone();
        assert_eq!(keys.as_array().unwrap().iter().map(|item| &item["key"]).collect::<Vec<_>>(), ["2017/230-KT"]);
    }
}
