//! Posts: steps, versions, who may, lists, granted beside filled (DOMAIN §4.3, BUD-15).

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const POSTS: &str = "institutions/offenburg/posts";

async fn finance(app: &TestApp) -> Client<'_> {
    app.sign_in("kaemmerei@offenburg.example").await
}

fn post(more: Value) -> Value {
    let mut post = json!({
        "programme": "OG-2021-DIG", "org_unit": "FB DigIT", "kind": "post", "hundredths": 100, "grade": "EG 11", "starts_on": "2022-03-01",
        "cost_year_cents": 8_350_000, "staffing_plan_year": 2022,
    });
    let (Value::Object(all), Value::Object(more)) = (&mut post, more) else {
        unreachable!()
    };
    all.extend(more);
    post
}

async fn step(client: &Client<'_>, id: &str, body: Value) -> Answer {
    let path = format!("{POSTS}/{id}");
    let etag = client.get(&path).await.header("etag").to_owned();
    client
        .send(
            Method::POST,
            &format!("{path}/status"),
            &[("if-match", &etag), ("accept-language", "de")],
            Some(body.to_string()),
        )
        .await
}

/// Notes that the council has decided; gives the key of the resolution.
async fn adopted(client: &Client<'_>) -> &'static str {
    let all = client
        .get("institutions/offenburg/resolutions")
        .await
        .ok(200);
    let found = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["key"] == "201/21-GR");
    let path = format!(
        "institutions/offenburg/resolutions/{}",
        found.unwrap()["id"].as_str().unwrap()
    );
    client
        .patch(&path, "*", json!({ "outcome": "adopted" }))
        .await
        .ok(200);
    "201/21-GR"
}

/// A post that is granted; gives its id.
async fn granted(client: &Client<'_>, more: Value) -> String {
    let mut body = post(more);
    body["resolution"] = json!(adopted(client).await);
    let id = id(&client.post(POSTS, body).await.ok(201));
    step(client, &id, json!({ "status": "granted" }))
        .await
        .ok(200);
    id
}

fn id(post: &Value) -> String {
    post["id"].as_str().unwrap().to_owned()
}

both_engines! {
    async fn the_life_of_a_post(app) {
        let client = finance(app).await;
        let created = client.post(POSTS, post(json!({ "hundredths": 250, "early_hundredths": 100 }))).await;
        let view = created.ok(201);
        assert_eq!((created.header("etag"), &view["status"], &view["version"]), ("\"v1\"", &json!("requested"), &json!(1)));
        assert_eq!(created.header("location"), format!("/api/v1/{POSTS}/{}", id(&view)));
        assert_eq!(view["next_statuses"], json!(["granted", "dropped"]));
        let id = id(&view);
        let path = format!("{POSTS}/{id}");
        // Nothing is granted without a resolution, nor on one that is still open.
        let missing = step(&client, &id, json!({ "status": "granted" })).await.problem(409, "transition_incomplete");
        assert!(missing["detail"].as_str().unwrap().contains("bewilligt") && missing["detail"].as_str().unwrap().contains("gefasster Beschluss"), "{missing}");
        client.patch(&path, "\"v1\"", json!({ "resolution": "201/21-GR" })).await.ok(200);
        step(&client, &id, json!({ "status": "granted" })).await.problem(409, "transition_incomplete");
        adopted(&client).await;
        let granted = step(&client, &id, json!({ "status": "granted" })).await;
        assert_eq!((&granted.ok(200)["status"], granted.header("etag")), (&json!("granted"), "\"v3\""));
        // What was granted stays as it was granted; how far it is filled changes.
        for (change, pointer) in [(json!({ "hundredths": 300 }), "/hundredths"), (json!({ "kind": "temporary" }), "/kind"), (json!({ "resolution": null }), "/resolution")] {
            let problem = client.patch(&path, "*", change).await.problem(422, "invalid");
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!(pointer), &json!("fixed")));
        }
        step(&client, &id, json!({ "status": "advertised" })).await.ok(200);
        let partly = client.patch(&path, "*", json!({ "filled_hundredths": 150, "grade": "EG 12", "org_unit": " FB 10 " })).await.ok(200);
        assert_eq!((&partly["filled_hundredths"], &partly["grade"], &partly["org_unit"]), (&json!(150), &json!("EG 12"), &json!("FB 10")));
        assert_eq!(partly["vacant_since"], "2022-03-01");
        client.patch(&path, "*", json!({ "filled_hundredths": 250 })).await.problem(422, "invalid");
        let filled = step(&client, &id, json!({ "status": "filled" })).await.ok(200);
        assert_eq!((&filled["filled_hundredths"], &filled["vacant_since"]), (&json!(250), &Value::Null));
        let illegal = step(&client, &id, json!({ "status": "dropped", "reason": "x" })).await.problem(409, "illegal_transition");
        assert!(illegal["detail"].as_str().unwrap().contains("„besetzt“") && illegal["detail"].as_str().unwrap().contains("kw"), "{illegal}");
        step(&client, &id, json!({ "status": "ending" })).await.problem(409, "transition_incomplete");
        let ending = step(&client, &id, json!({ "status": "ending", "ends_on": "2024-12-31" })).await.ok(200);
        assert_eq!((&ending["ends_on"], &ending["filled_hundredths"]), (&json!("2024-12-31"), &json!(250)));
        step(&client, &id, json!({ "status": "dropped" })).await.problem(409, "transition_incomplete");
        let dropped = step(&client, &id, json!({ "status": "dropped", "reason": "kw-Vermerk vollzogen" })).await.ok(200);
        assert_eq!((&dropped["filled_hundredths"], &dropped["next_statuses"]), (&json!(0), &json!([])));
        // Every step stands in the trail with old and new value.
        let isb = app.sign_in("isb@offenburg.example").await;
        let events = isb.get("institutions/offenburg/audit-events?limit=1").await.ok(200);
        let event = &events["items"][0];
        assert_eq!((&event["action"], &event["entity_id"], &event["reason"]), (&json!("post.status_changed"), &json!(id), &json!("kw-Vermerk vollzogen")));
        assert_eq!(event["details"]["changes"]["status"], json!({ "old": "ending", "new": "dropped" }));
    }

    async fn versions_and_repeated_requests(app) {
        let client = finance(app).await;
        let again = [("idempotency-key", "einmal")];
        let body = post(json!({})).to_string();
        let first = client.send(Method::POST, POSTS, &again, Some(body.clone())).await;
        let second = client.send(Method::POST, POSTS, &again, Some(body)).await;
        assert_eq!((first.ok(201), "true"), (second.ok(201), second.header("idempotent-replayed")));
        let path = format!("{POSTS}/{}", id(&first.json()));
        client.send(Method::PATCH, &path, &[], Some("{}".to_owned())).await.problem(428, "precondition_required");
        client.send(Method::POST, &format!("{path}/status"), &[], Some(json!({ "status": "dropped" }).to_string())).await.problem(428, "precondition_required");
        client.patch(&path, "\"v1\"", json!({ "note": "neu" })).await.ok(200);
        client.patch(&path, "\"v1\"", json!({ "note": "anders" })).await.problem(412, "stale");
        let unchanged = client.patch(&path, "\"v2\"", json!({ "note": "neu" })).await;
        assert_eq!((unchanged.ok(200)["version"].clone(), unchanged.header("etag")), (json!(2), "\"v2\""));
        // The same step again gets the first answer, though its version is gone.
        let step = json!({ "status": "dropped", "reason": "Antrag zurückgezogen" }).to_string();
        let headers = [("if-match", "\"v2\""), ("idempotency-key", "schritt")];
        let first = client.send(Method::POST, &format!("{path}/status"), &headers, Some(step.clone())).await;
        let second = client.send(Method::POST, &format!("{path}/status"), &headers, Some(step)).await;
        assert_eq!((first.ok(200), "true"), (second.ok(200), second.header("idempotent-replayed")));
        client.send(Method::POST, &format!("{path}/status"), &[("if-match", "\"v2\"")], Some(json!({ "status": "dropped" }).to_string())).await.problem(412, "stale");
    }

    async fn faults_have_their_places(app) {
        let client = finance(app).await;
        let before = client.get(&format!("{POSTS}?limit=200")).await.ok(200);
        for (change, pointer, code) in [
            (json!({ "programme": "STG-2018-SM" }), "/programme", "unknown_reference"),
            (json!({ "programme": "\u{0}" }), "/programme", "unknown_reference"),
            (json!({ "resolution": "288/2018-GR" }), "/resolution", "unknown_reference"),
            (json!({ "resolution": "\u{0}" }), "/resolution", "unknown_reference"),
            (json!({ "org_unit": "  " }), "/org_unit", "required"),
            (json!({ "org_unit": "\u{0}" }), "/org_unit", "control_characters"),
            (json!({ "grade": "x".repeat(101) }), "/grade", "too_long"),
            (json!({ "note": "x".repeat(2001) }), "/note", "too_long"),
            (json!({ "hundredths": 0 }), "/hundredths", "out_of_range"),
            (json!({ "hundredths": 10_000_001 }), "/hundredths", "out_of_range"),
            (json!({ "hundredths": -2_147_483_648 }), "/hundredths", "out_of_range"),
            (json!({ "early_hundredths": 101 }), "/early_hundredths", "out_of_range"),
            (json!({ "early_hundredths": -1 }), "/early_hundredths", "out_of_range"),
            (json!({ "starts_on": "0001-01-01" }), "/starts_on", "out_of_range"),
            (json!({ "ends_on": "9999-01-01" }), "/ends_on", "out_of_range"),
            (json!({ "staffing_plan_year": 1800 }), "/staffing_plan_year", "out_of_range"),
            (json!({ "cost_year_cents": -1 }), "/cost_year_cents", "out_of_range"),
        ] {
            let problem = client.post(POSTS, post(change.clone())).await.problem(422, "invalid");
            assert!(problem["errors"].as_array().unwrap().iter().any(|error| error["pointer"] == pointer && error["code"] == code), "{change}: {problem}");
        }
        for change in [json!({ "kind": "stelle" }), json!({ "hundredths": 10.5 }), json!({ "hundredths": "100" }), json!({ "status": "granted" }), json!({ "starts_on": "01.03.2022" }), json!({ "cost_year_cents": 1e30 })] {
            client.post(POSTS, post(change)).await.problem(400, "malformed");
        }
        for query in ["status=besetzt", "vacant=ja", "limit=0", "limit=201", "cursor=x", "seite=2", "org_unit=%00"] {
            client.get(&format!("{POSTS}?{query}")).await.problem(400, "malformed");
        }
        client.get(&format!("{POSTS}/%00")).await.problem(404, "not_found");
        client.get(&format!("{POSTS}/nirgends")).await.problem(404, "not_found");
        assert_eq!(client.get(&format!("{POSTS}?limit=200")).await.ok(200), before);
    }

    async fn lists_by_programme_unit_status_and_vacancy(app) {
        let client = finance(app).await;
        let ids = async |query: &str| -> Vec<String> {
            let (mut all, mut path) = (Vec::new(), format!("{POSTS}?limit=5&{query}"));
            loop {
                let page = client.get(&path).await.ok(200);
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= 5);
                all.extend(items.iter().map(id));
                let Some(cursor) = page["next_cursor"].as_str() else { return all };
                path = format!("{POSTS}?limit=5&{query}&cursor={cursor}");
            }
        };
        let all = ids("").await;
        assert_eq!(all.len(), 12);
        assert!(all.is_sorted(), "{all:?}");
        assert_eq!(ids("programme=OG-2021-DIG").await.len(), 11);
        assert_eq!(ids("programme=OG-2021-FB9").await.len(), 1);
        assert_eq!(ids("org_unit=FB%20DigIT").await.len(), 3);
        assert_eq!(ids("status=requested").await, all);
        assert_eq!(ids("programme=STG-2018-SM").await.len(), 0);
        let started = granted(&client, json!({})).await;
        let future = granted(&client, json!({ "starts_on": "2022-10-17" })).await;
        let undated = granted(&client, json!({ "starts_on": null })).await;
        let early = granted(&client, json!({ "starts_on": "2023-01-01", "early_hundredths": 50, "early_starts_on": "2022-10-01" })).await;
        let filled = granted(&client, json!({})).await;
        step(&client, &filled, json!({ "status": "filled" })).await.ok(200);
        assert_eq!(ids("vacant=true").await, [started.clone(), early.clone()]);
        let others = ids("vacant=false").await;
        assert_eq!(others.len(), 15);
        assert!([&future, &undated, &filled].iter().all(|id| others.contains(id)));
        assert_eq!(ids("status=granted,filled&vacant=false").await, [future, undated, filled]);
        // A start is over at the end of its day, in Berlin.
        let since = async |now: &str| -> Vec<Value> {
            app.set_now(now);
            let client = finance(app).await;
            let page = client.get(&format!("{POSTS}?vacant=true")).await.ok(200);
            page["items"].as_array().unwrap().iter().map(|post| post["vacant_since"].clone()).collect()
        };
        assert_eq!(since("2022-10-17T21:59:59Z").await, ["2022-03-01", "2022-10-01"]);
        assert_eq!(since("2022-10-17T22:00:00Z").await, ["2022-03-01", "2022-10-17", "2022-10-01"]);
    }

    async fn granted_beside_filled(app) {
        let client = finance(app).await;
        let of = |summary: &Value| -> BTreeMap<(String, String), Vec<i64>> {
            summary["items"].as_array().unwrap().iter().map(|item| {
                let word = |name: &str| item[name].as_str().unwrap().to_owned();
                ((word("programme"), word("org_unit")), numbers(item))
            }).collect()
        };
        let summary = client.get(&format!("{POSTS}/summary")).await.ok(200);
        // Before the council has decided everything is requested: 21,90 and 3,60, together 25,50.
        assert_eq!(numbers(&summary["total"]), [2550, 0, 0, 0, 0, 0]);
        assert_eq!(summary["as_of"], "2022-10-17");
        let first = granted(&client, json!({ "hundredths": 250 })).await;
        let second = granted(&client, json!({ "hundredths": 100, "starts_on": "2023-01-01" })).await;
        client.patch(&format!("{POSTS}/{first}"), "*", json!({ "filled_hundredths": 50 })).await.ok(200);
        step(&client, &second, json!({ "status": "filled" })).await.ok(200);
        let summary = client.get(&format!("{POSTS}/summary")).await.ok(200);
        let unit = &of(&summary)[&("OG-2021-DIG".to_owned(), "FB DigIT".to_owned())];
        assert_eq!(*unit, [1050, 350, 150, 200, 200, 16_700_000]);
        let mut sums = vec![0; 6];
        for unit in of(&summary).values() {
            sums.iter_mut().zip(unit).for_each(|(sum, number)| *sum += number);
        }
        assert_eq!(sums, numbers(&summary["total"]));
        assert_eq!(sums, [2550, 350, 150, 200, 200, 16_700_000]);
        client.get(&format!("{POSTS}/summary?programme=x")).await.problem(400, "malformed");
        client.send(Method::PATCH, &format!("{POSTS}/summary"), &[("if-match", "*")], Some("{}".to_owned())).await.problem(405, "method_not_allowed");
    }

    async fn who_reads_and_who_writes(app) {
        let finance = finance(app).await;
        let post_id = id(&finance.post(POSTS, post(json!({}))).await.ok(201));
        let path = format!("{POSTS}/{post_id}");
        for (who, reads) in [("isb", true), ("leitung", true), ("it-leitung", true), ("revision", true), ("netz", false), ("admin", false), ("rat", false)] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            for read in [POSTS, &path, &format!("{POSTS}/summary")] {
                let answer = client.get(read).await;
                if reads { answer.ok(200); } else { answer.problem(403, "forbidden"); }
            }
            client.post(POSTS, post(json!({}))).await.problem(403, "forbidden");
            client.patch(&path, "*", json!({ "note": "x" })).await.problem(403, "forbidden");
            client.send(Method::POST, &format!("{path}/status"), &[("if-match", "*")], Some(json!({ "status": "dropped", "reason": "x" }).to_string())).await.problem(403, "forbidden");
        }
        // Another institution's finance does not even learn that it is there.
        let foreign = app.sign_in("kaemmerei@stuttgart.example").await;
        foreign.get(&path).await.problem(404, "not_found");
        foreign.get(&format!("institutions/stuttgart/posts/{post_id}")).await.problem(404, "not_found");
        foreign.patch(&format!("institutions/stuttgart/posts/{post_id}"), "*", json!({ "note": "x" })).await.problem(404, "not_found");
    }

    async fn posts_of_a_programme_out_of_sight_are_not_there(app) {
        let finance = finance(app).await;
        let programme = json!({ "key": "GEHEIM", "title": "GEHEIM", "period": "2023", "amount_basis": "gross", "confidentiality": "confidential", "years": [2023] });
        let file = json!({ "format": "zinne-programme/1", "institution": "offenburg", "programmes": [programme] });
        finance.post("institutions/offenburg/programmes", file).await.ok(201);
        let id = id(&finance.post(POSTS, post(json!({ "programme": "GEHEIM", "hundredths": 7 }))).await.ok(201));
        let head = app.sign_in("it-leitung@offenburg.example").await;
        head.get(&format!("{POSTS}/{id}")).await.problem(404, "not_found");
        assert_eq!(head.get(&format!("{POSTS}?programme=GEHEIM")).await.ok(200)["items"], json!([]));
        let requested = async |client: &Client<'_>| client.get(&format!("{POSTS}/summary")).await.ok(200)["total"]["requested_hundredths"].clone();
        assert_eq!((requested(&head).await, requested(&finance).await), (json!(2550), json!(2557)));
    }

    async fn a_file_may_say_where_a_post_stands(app) {
        let finance = finance(app).await;
        let source = json!({ "file": "probe.txt", "line": 1, "text": "1,0" });
        let file = |post: Value| {
            let mut all = json!({ "org_unit": "Amt", "hundredths": 100, "kind": "temporary", "source": source });
            all.as_object_mut().unwrap().extend(post.as_object().unwrap().clone());
            let programme = json!({ "key": "T-1", "title": "T", "period": "2023", "amount_basis": "gross", "confidentiality": "internal", "years": [2023], "posts": [all] });
            let paper = json!({ "key": "1/23", "title": "P", "body": "Amt", "date": "2023-01-01", "file": "probe.txt" });
            let resolution = json!({ "key": "1/23-GR", "paper": "1/23", "body": "GR", "date": "2023-01-02", "public": true, "kind": "decision", "outcome": "adopted", "source": source });
            json!({ "format": "zinne-programme/1", "institution": "offenburg", "papers": [paper], "resolutions": [resolution], "programmes": [programme] })
        };
        for (post, pointer) in [
            (json!({ "status": "filled", "filled_hundredths": 99 }), "filled_hundredths"), (json!({ "filled_hundredths": 1 }), "filled_hundredths"),
            (json!({ "status": "ending" }), "ends_on"), (json!({ "resolution": "2/23-GR" }), "resolution"), (json!({ "cost_year_cents": -1 }), "cost_year_cents"),
            (json!({ "staffing_plan_year": 3000 }), "staffing_plan_year"), (json!({ "early_starts_on": "0001-01-01" }), "early_starts_on"),
        ] {
            let problem = finance.post("institutions/offenburg/programmes", file(post)).await.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], format!("/programmes/0/posts/0/{pointer}"));
        }
        let whole = json!({ "status": "ending", "filled_hundredths": 40, "ends_on": "2024-06-30", "cost_year_cents": 5, "staffing_plan_year": 2023, "resolution": "1/23-GR", "early_starts_on": "2022-12-01", "early_hundredths": 10 });
        finance.post("institutions/offenburg/programmes", file(whole.clone())).await.ok(201);
        let found = finance.get(&format!("{POSTS}?programme=T-1")).await.ok(200)["items"][0].clone();
        for (name, value) in whole.as_object().unwrap() {
            assert_eq!(&found[name], value, "{name}");
        }
        assert_eq!((&found["kind"], &found["source"]), (&json!("temporary"), &source));
    }
}

/// Requested, granted, filled, unfilled, vacant, cost.
fn numbers(tally: &Value) -> Vec<i64> {
    [
        "requested_hundredths",
        "granted_hundredths",
        "filled_hundredths",
        "unfilled_hundredths",
        "vacant_hundredths",
        "granted_cost_year_cents",
    ]
    .map(|name| tally[name].as_i64().unwrap())
    .to_vec()
}
