//! New due dates: asked for, decided, taken back (DOMAIN §5.4).

use std::collections::BTreeSet;

use actix_web::http::Method;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zinne::actions::{outbox, reminders, users};
use zinne::domain::access::{Grant, Role};
use zinne::domain::measure::Precision;
use zinne::store::schema;

use crate::support::{Answer, Client, TestApp};

const ALL: &str = "institutions/offenburg/postponements";
const REASON: &str = "Der Lieferant liefert erst im Herbst.";

fn wish(to: &str) -> Value {
    json!({ "to": to, "cause": "supplier", "reason": REASON })
}

/// Path of the measure that came from a key of the programme file.
async fn measure(client: &Client<'_>, key: &str) -> String {
    let reference = client.reference_of("offenburg", key).await;
    format!("institutions/offenburg/measures/{reference}")
}

async fn ask(client: &Client<'_>, measure: &str, to: &str) -> Answer {
    client
        .post(&format!("{measure}/postponements"), wish(to))
        .await
}

/// Asks, and gives the path of the request.
async fn asked(client: &Client<'_>, measure: &str, to: &str) -> String {
    let answer = ask(client, measure, to).await;
    answer.ok(201);
    answer.header("location").to_owned()
}

async fn decide(client: &Client<'_>, request: &str, etag: &str, verdict: &str) -> Answer {
    let body = json!({ "verdict": verdict, "reason": "so ist es" }).to_string();
    client
        .send(
            Method::POST,
            &format!("{request}/decision"),
            &[("if-match", etag)],
            Some(body),
        )
        .await
}

async fn withdraw(client: &Client<'_>, request: &str, etag: &str) -> Answer {
    client
        .send(
            Method::POST,
            &format!("{request}/withdrawal"),
            &[("if-match", etag)],
            None,
        )
        .await
}

/// The newest event of the institution.
async fn last_event(isb: &Client<'_>) -> Value {
    isb.get("institutions/offenburg/audit-events?limit=1")
        .await
        .ok(200)["items"][0]
        .clone()
}

async fn person<'a>(app: &'a TestApp, local: &str) -> Client<'a> {
    app.sign_in(&format!("{local}@offenburg.example")).await
}

/// Changes the date of a measure behind the service's back.
async fn set_due(isb: &Client<'_>, path: &str, day: Option<&str>) {
    let id = isb.get(path).await.ok(200)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let day: Option<chrono::NaiveDate> = day.map(|day| day.parse().unwrap());
    let it = schema::measures::table.find(id);
    let changes = (
        schema::measures::due_current.eq(day),
        schema::measures::due_precision.eq(day.map(|_| Precision::Day)),
    );
    let set = isb
        .app
        .app
        .store
        .write(|db| Ok(diesel::update(it).set(changes).execute(db)?));
    assert_eq!(set.unwrap(), 1);
}

both_engines! {
    async fn a_request_comes_back_with_all_its_fields(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let path = measure(&netz, "OG-I8").await;
        let body = json!({ "to": "2025-03-31", "precision": "quarter", "cause": "dependency", "reason": format!(" {REASON}\n") });
        let answer = netz.post(&format!("{path}/postponements"), body).await;
        let made = answer.ok(201);
        for (field, expected) in [
            ("measure", json!(path.rsplit('/').next().unwrap())),
            ("from", json!("2024-12-31")), ("to", json!("2025-03-31")), ("to_precision", json!("quarter")),
            ("days", json!(90)), ("days_in_all", json!(90)), ("number", json!(1)),
            ("tier", json!("head")), ("tier_reasons", json!(["over_30_days"])),
            ("cause", json!("dependency")), ("reason", json!(REASON)),
            ("requested_by", json!({ "email": "netz@offenburg.example", "name": "netz offenburg" })),
            ("requested_at", json!("2022-10-17T05:00:00Z")),
            ("state", json!("pending")), ("decided_by", json!(null)), ("decided_at", json!(null)),
            ("decision_reason", json!(null)), ("days_overdue", json!(null)),
        ] {
            assert_eq!(made[field], expected, "{field}");
        }
        let read = isb.get(answer.header("location")).await;
        assert_eq!(read.ok(200), made);
        let etag = read.header("etag");
        assert!(etag.len() > 3 && etag.starts_with('"'), "{etag}");
        assert_eq!(etag, answer.header("etag"));
        for list in [format!("{path}/postponements"), ALL.to_owned(), format!("{ALL}?state=pending")] {
            assert_eq!(isb.get(&list).await.ok(200)["items"], json!([made]), "{list}");
        }
        let event = last_event(&isb).await;
        assert_eq!((&event["action"], &event["reason"]), (&json!("measure.postponement_requested"), &json!(REASON)));
        assert_eq!((&event["details"]["postponement"]["id"], &event["details"]["changes"]), (&made["id"], &Value::Null));
        // Nothing has moved.
        assert_eq!(isb.get(&path).await.ok(200)["due"]["day"], "2024-12-31");
    }

    /// T18.
    async fn a_late_approval_keeps_the_first_date_and_the_days_overdue(app) {
        app.set_now("2022-10-20T05:00:00Z");
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let path = measure(&netz, "OG-I7").await;
        let before = isb.get(&path).await;
        assert_eq!(before.ok(200)["days_overdue"], 10);
        let request = asked(&netz, &path, "2022-11-05").await;
        let seen = isb.get(&request).await.header("etag").to_owned();
        let answer = decide(&isb, &request, &seen, "approved").await;
        let decided = answer.ok(200);
        for (field, expected) in [
            ("state", json!("approved")), ("tier", json!("isb")), ("tier_reasons", json!([])), ("days_overdue", json!(10)),
            ("decided_by", json!({ "email": "isb@offenburg.example", "name": "isb offenburg" })),
            ("decided_at", json!("2022-10-20T05:00:00Z")), ("decision_reason", json!("so ist es")), ("number", json!(1)),
        ] {
            assert_eq!(decided[field], expected, "{field}");
        }
        assert_ne!(answer.header("etag"), seen);
        assert_eq!(isb.get(&request).await.header("etag"), answer.header("etag"));
        let after = isb.get(&path).await;
        let moved = after.ok(200);
        assert_eq!(moved["due"], json!({
            "day": "2022-11-05", "precision": "day", "text": null, "original": "2022-10-10", "assumed": false,
        }));
        assert_eq!((&moved["overdue"], moved["version"].as_i64()), (&json!(false), before.json()["version"].as_i64().map(|v| v + 1)));
        assert_ne!(before.header("etag"), after.header("etag"));
        let event = last_event(&isb).await;
        assert_eq!((&event["action"], &event["entity_kind"]), (&json!("measure.postponement_decided"), &json!("measure")));
        assert_eq!((&event["entity_id"], &event["reason"]), (&moved["id"], &json!("so ist es")));
        assert_eq!(event["details"]["changes"], json!({
            "due": { "old": "2022-10-10", "new": "2022-11-05" },
            "due_text": { "old": "Annahme der Beispieldaten", "new": null },
            "due_assumed": { "old": true, "new": false },
        }));
        let kept = &event["details"]["postponement"];
        assert_eq!((&kept["id"], &kept["days_overdue"], &kept["state"]), (&decided["id"], &json!(10), &json!("approved")));
    }

    async fn a_refusal_changes_nothing(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let path = measure(&netz, "OG-I8").await;
        let before = isb.get(&path).await.ok(200);
        let request = asked(&netz, &path, "2025-01-30").await;
        let refused = decide(&isb, &request, "*", "refused").await.ok(200);
        assert_eq!((&refused["state"], &refused["days_overdue"]), (&json!("refused"), &Value::Null));
        assert_eq!(isb.get(&path).await.ok(200), before);
        assert_eq!(last_event(&isb).await["details"]["changes"], json!({}));
        for again in ["approved", "refused"] {
            decide(&isb, &request, "*", again).await.problem(409, "postponement_closed");
        }
        withdraw(&netz, &request, "*").await.problem(409, "postponement_closed");
        // It does not count: the next one is the first again.
        assert_eq!(ask(&netz, &path, "2025-01-30").await.ok(201)["number"], 1);
    }

    /// T17.
    async fn nobody_decides_on_their_own_request(app) {
        let (isb, head) = (person(app, "isb").await, person(app, "it-leitung").await);
        let path = measure(&isb, "OG-I4").await;
        for (who, other) in [(&isb, &head), (&head, &isb)] {
            let request = asked(who, &path, "2023-01-30").await;
            for verdict in ["approved", "refused"] {
                decide(who, &request, "*", verdict).await.problem(403, "forbidden");
            }
            decide(other, &request, "*", "refused").await.ok(200);
        }
        // Not even with a role in which they could decide on anybody else's.
        for role in [Role::Management, Role::Isb] {
            users::set_role(&app.app, "digital@offenburg.example", "offenburg", &Grant { role, org_unit: None }, true).unwrap();
            let digital = person(app, "digital").await;
            let request = asked(&digital, &path, "2023-01-30").await;
            decide(&digital, &request, "*", "approved").await.problem(403, "forbidden");
            decide(&head, &request, "*", "refused").await.ok(200);
        }
    }

    async fn who_decides_in_which_tier(app) {
        let netz = person(app, "netz").await;
        let plain = measure(&netz, "OG-I8").await;
        let basic = measure(&netz, "OG-P4").await;
        let mut people = Vec::new();
        for local in ["isb", "it-leitung", "leitung", "netz", "arbeitsplatz", "revision"] {
            people.push((local, person(app, local).await));
        }
        for (path, to, tier, reasons, may) in [
            (&plain, "2025-01-01", "isb", json!([]), &["isb", "it-leitung", "leitung"][..]),
            (&plain, "2025-01-30", "isb", json!([]), &["isb", "it-leitung", "leitung"]),
            (&plain, "2025-01-31", "head", json!(["over_30_days"]), &["it-leitung", "leitung"]),
            (&plain, "2025-06-29", "head", json!(["over_30_days"]), &["it-leitung", "leitung"]),
            (&plain, "2025-06-30", "management", json!(["over_30_days", "over_180_days"]), &["leitung"]),
            (&basic, "2024-01-01", "management", json!(["basic_requirement"]), &["leitung"]),
        ] {
            for (local, client) in &people {
                let made = ask(&netz, path, to).await;
                let view = made.ok(201);
                assert_eq!((&view["tier"], &view["tier_reasons"]), (&json!(tier), &reasons), "{to}");
                let request = made.header("location");
                let answer = decide(client, request, "*", "refused").await;
                if may.contains(local) {
                    let closed = answer.ok(200);
                    assert_eq!((&closed["tier"], &closed["tier_reasons"]), (&json!(tier), &reasons), "{to}");
                } else {
                    answer.problem(403, "forbidden");
                    decide(client, request, "*", "approved").await.problem(403, "forbidden");
                    withdraw(&netz, request, "*").await.ok(200);
                }
            }
        }
    }

    async fn the_second_and_the_third_need_more(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let (head, lead) = (person(app, "it-leitung").await, person(app, "leitung").await);
        let path = measure(&netz, "OG-F4").await;
        let mut requests = Vec::new();
        for (to, number, tier, reasons, who, not) in [
            ("2024-01-01", 1, "isb", json!([]), &isb, None),
            ("2024-01-02", 2, "head", json!(["second"]), &head, Some(&isb)),
            ("2024-01-03", 3, "management", json!(["third"]), &lead, Some(&head)),
            ("2024-01-04", 4, "management", json!(["third"]), &lead, Some(&isb)),
        ] {
            let request = asked(&netz, &path, to).await;
            let view = netz.get(&request).await.ok(200);
            assert_eq!((&view["number"], &view["tier"], &view["tier_reasons"]), (&json!(number), &json!(tier), &reasons));
            assert_eq!((&view["days"], &view["days_in_all"]), (&json!(1), &json!(number)));
            if let Some(not) = not {
                decide(not, &request, "*", "approved").await.problem(403, "forbidden");
            }
            decide(who, &request, "*", "approved").await.ok(200);
            requests.push((number, tier, request));
        }
        // What was decided stays as it was.
        for (number, tier, request) in requests {
            let view = netz.get(&request).await.ok(200);
            assert_eq!((&view["number"], &view["tier"]), (&json!(number), &json!(tier)));
        }
        let listed = netz.get(&format!("{path}/postponements")).await.ok(200);
        let days: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|one| one["to"].as_str().unwrap()).collect();
        assert_eq!(days, ["2024-01-04", "2024-01-03", "2024-01-02", "2024-01-01"], "newest first");
        assert_eq!(netz.get(&path).await.ok(200)["due"]["original"], "2023-12-31");
    }

    async fn who_works_towards_a_date_does_not_decide_on_it(app) {
        let (isb, head, lead) = (person(app, "isb").await, person(app, "it-leitung").await, person(app, "leitung").await);
        let own = measure(&isb, "OG-F2").await;
        let request = asked(&isb, &own, "2023-02-28").await;
        decide(&head, &request, "*", "approved").await.problem(403, "forbidden");
        decide(&lead, &request, "*", "approved").await.ok(200);
        // Standing in is enough.
        let path = measure(&isb, "OG-I8").await;
        isb.patch(&path, "*", json!({ "deputy": "it-leitung@offenburg.example" })).await.ok(200);
        let request = asked(&isb, &path, "2025-02-28").await;
        decide(&head, &request, "*", "approved").await.problem(403, "forbidden");
        isb.patch(&path, "*", json!({ "deputy": "digital@offenburg.example" })).await.ok(200);
        decide(&head, &request, "*", "approved").await.ok(200);
    }

    async fn the_head_of_another_unit_has_no_say(app) {
        let grant = Grant { role: Role::Head, org_unit: Some("Bauamt".to_owned()) };
        users::set_role(&app.app, "it-leitung@offenburg.example", "offenburg", &grant, true).unwrap();
        let (netz, head) = (person(app, "netz").await, person(app, "it-leitung").await);
        let path = measure(&netz, "OG-I8").await;
        ask(&head, &path, "2025-01-30").await.problem(403, "forbidden");
        let request = asked(&netz, &path, "2025-01-30").await;
        decide(&head, &request, "*", "approved").await.problem(403, "forbidden");
    }

    async fn who_may_ask_and_who_may_take_back(app) {
        let isb = person(app, "isb").await;
        let path = measure(&isb, "OG-I8").await;
        isb.patch(&path, "*", json!({ "deputy": "digital@offenburg.example" })).await.ok(200);
        for (local, status) in [
            ("isb", 201), ("it-leitung", 201), ("netz", 201), ("digital", 201),
            ("leitung", 403), ("arbeitsplatz", 403), ("revision", 403), ("kaemmerei", 404), ("admin", 404), ("rat", 404),
        ] {
            let client = person(app, local).await;
            let answer = ask(&client, &path, "2025-01-30").await;
            assert_eq!(answer.status.as_u16(), status, "{local}: {}", answer.text);
            if status != 201 {
                continue;
            }
            let request = answer.header("location");
            let other = person(app, if local == "isb" { "netz" } else { "isb" }).await;
            withdraw(&other, request, "*").await.problem(403, "forbidden");
            withdraw(&person(app, "leitung").await, request, "*").await.problem(403, "forbidden");
            let seen = answer.header("etag");
            let withdrawn = withdraw(&client, request, seen).await.ok(200);
            assert_eq!((&withdrawn["state"], &withdrawn["decided_by"]), (&json!("withdrawn"), &withdrawn["requested_by"]), "{local}");
            withdraw(&client, request, seen).await.problem(412, "stale");
            decide(&person(app, "leitung").await, request, "*", "approved").await.problem(409, "postponement_closed");
        }
        let event = last_event(&isb).await;
        assert_eq!((&event["action"], &event["details"]["postponement"]["state"]), (&json!("measure.postponement_withdrawn"), &json!("withdrawn")));
    }

    async fn one_request_at_a_time(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let path = measure(&netz, "OG-I8").await;
        let tries = join_all((0..6).map(|number| {
            let client = if number % 2 == 0 { &netz } else { &isb };
            ask(client, &path, "2025-01-30")
        })).await;
        let made = tries.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1);
        for refused in tries.iter().filter(|answer| answer.status != 201) {
            refused.problem(409, "postponement_pending");
        }
        // Of one measure; another one has its own.
        ask(&netz, &measure(&netz, "OG-F4").await, "2024-01-30").await.ok(201);
    }

    async fn a_request_that_comes_twice_is_taken_once(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let path = format!("{}/postponements", measure(&netz, "OG-I8").await);
        let send = async |to: &str| {
            netz.send(Method::POST, &path, &[("idempotency-key", "einmal")], Some(wish(to).to_string())).await
        };
        let both = join_all([send("2025-01-30"), send("2025-01-30")]).await;
        assert_eq!(both[0].ok(201), both[1].ok(201));
        let again = send("2025-01-30").await;
        assert_eq!((again.ok(201), again.header("idempotent-replayed")), (both[0].json(), "true"));
        assert_eq!(again.header("etag"), both[0].header("etag"));
        send("2025-01-29").await.problem(422, "idempotency_key_reused");
        // The first answer stays the answer, whatever has become of the request.
        decide(&isb, again.header("location"), "*", "refused").await.ok(200);
        assert_eq!(send("2025-01-30").await.ok(201)["state"], "pending");
        assert_eq!(netz.get(&path).await.ok(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn one_decides_on_what_one_has_seen(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let (head, lead) = (person(app, "it-leitung").await, person(app, "leitung").await);
        let path = measure(&netz, "OG-I8").await;
        let request = asked(&netz, &path, "2025-01-30").await;
        let seen = head.get(&request).await.header("etag").to_owned();
        let body = Some(json!({ "verdict": "approved" }).to_string());
        isb.send(Method::POST, &format!("{request}/decision"), &[], body).await.problem(428, "precondition_required");
        isb.send(Method::POST, &format!("{request}/withdrawal"), &[], None).await.problem(428, "precondition_required");
        decide(&isb, &request, "\"v1\"", "approved").await.problem(412, "stale");
        // A new link to a basic requirement makes it the management's, which the old look did not show.
        isb.patch(&path, "*", json!({ "fulfils": ["NET.1.1.A4"] })).await.ok(200);
        decide(&isb, &request, &seen, "approved").await.problem(403, "forbidden");
        decide(&head, &request, &seen, "approved").await.problem(403, "forbidden");
        decide(&lead, &request, &seen, "approved").await.problem(412, "stale");
        let now = lead.get(&request).await;
        assert_eq!((&now.ok(200)["tier"], &now.json()["tier_reasons"]), (&json!("management"), &json!(["basic_requirement"])));
        let both = join_all(["approved", "refused"].map(|verdict| decide(&lead, &request, now.header("etag"), verdict))).await;
        let taken: Vec<u16> = both.iter().map(|answer| answer.status.as_u16()).filter(|status| *status == 200).collect();
        assert_eq!(taken, [200], "{both:?}");
        // The link goes, the record stays.
        isb.patch(&path, "*", json!({ "fulfils": [], "no_module_reason": "es passt kein Baustein" })).await.ok(200);
        let kept = lead.get(&request).await.ok(200);
        assert_eq!((&kept["tier"], &kept["tier_reasons"]), (&json!("management"), &json!(["basic_requirement"])));
    }

    async fn what_cannot_be_postponed_says_why(app) {
        let (isb, digital) = (person(app, "isb").await, person(app, "digital").await);
        let german = async |key: &str| {
            let path = format!("{}/postponements", measure(&isb, key).await);
            isb.send(Method::POST, &path, &[("accept-language", "de")], Some(wish("2025-01-30").to_string())).await
        };
        let done = german("OG-I5").await.problem(409, "postponement_not_running");
        assert!(done["detail"].as_str().unwrap().contains("„umgesetzt“"), "{done}");
        german("OG-I3").await.problem(409, "postponement_not_running");
        for (by, word) in [("law", "Gesetz"), ("council_resolution", "Beschluss")] {
            isb.patch(&measure(&isb, "OG-I4").await, "*", json!({ "due_fixed_by": by })).await.ok(200);
            let fixed = german("OG-I4").await.problem(409, "postponement_fixed");
            assert!(fixed["detail"].as_str().unwrap().contains(word), "{fixed}");
        }
        set_due(&isb, &measure(&isb, "OG-I2").await, None).await;
        german("OG-I2").await.problem(409, "postponement_undated");
        assert_eq!(isb.get(ALL).await.ok(200)["items"], json!([]));
        ask(&digital, &measure(&isb, "OG-P6").await, "2023-07-31").await.ok(201);
    }

    async fn what_has_changed_since_can_only_be_refused(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let moved = measure(&netz, "OG-I8").await;
        let fixed = measure(&netz, "OG-F4").await;
        let done = measure(&netz, "OG-I7").await;
        let mut requests = Vec::new();
        for (path, to) in [(&moved, "2025-01-30"), (&fixed, "2024-01-30"), (&done, "2022-10-31")] {
            requests.push(asked(&netz, path, to).await);
        }
        set_due(&isb, &moved, Some("2025-01-01")).await;
        isb.patch(&fixed, "*", json!({ "due_fixed_by": "law" })).await.ok(200);
        let later = json!({ "status": "deferred", "reason": "im nächsten Jahr", "residual_risk": "bleibt", "review_on": "2023-03-01" });
        let step = format!("{done}/status");
        person(app, "leitung").await.send(Method::POST, &step, &[("if-match", "*")], Some(later.to_string())).await.ok(200);
        let codes = ["postponement_overtaken", "postponement_fixed", "postponement_not_running"];
        for (request, code) in requests.iter().zip(codes) {
            decide(&isb, request, "*", "approved").await.problem(409, code);
        }
        for request in &requests {
            decide(&isb, request, "*", "refused").await.ok(200);
        }
        // Nor is a date approved that has gone by meanwhile.
        let path = measure(&isb, "OG-F3").await;
        let request = asked(&isb, &path, "2022-11-15").await;
        app.set_now("2022-11-15T05:00:00Z");
        let problem = decide(&person(app, "leitung").await, &request, "*", "approved").await.problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/to"), &json!("out_of_range")));
    }

    async fn out_of_sight_is_not_there(app) {
        let (isb, netz, other) = (person(app, "isb").await, person(app, "netz").await, person(app, "arbeitsplatz").await);
        let path = measure(&netz, "OG-I8").await;
        let request = asked(&netz, &path, "2025-01-30").await;
        other.get(&request).await.ok(200);
        isb.patch(&path, "*", json!({ "confidentiality": "confidential" })).await.ok(200);
        for place in [&request, &format!("{path}/postponements")] {
            other.get(place).await.problem(404, "not_found");
            netz.get(place).await.ok(200);
        }
        ask(&other, &path, "2025-01-30").await.problem(404, "not_found");
        decide(&other, &request, "*", "approved").await.problem(404, "not_found");
        withdraw(&other, &request, "*").await.problem(404, "not_found");
        decide(&person(app, "it-leitung").await, &request, "*", "approved").await.problem(404, "not_found");
        for (local, seen) in [("arbeitsplatz", 0), ("it-leitung", 0), ("netz", 1), ("isb", 1), ("leitung", 1), ("revision", 1)] {
            let list = person(app, local).await.get(ALL).await.ok(200);
            assert_eq!(list["items"].as_array().unwrap().len(), seen, "{local}");
        }
        for local in ["kaemmerei", "admin", "rat"] {
            person(app, local).await.get(ALL).await.problem(403, "forbidden");
        }
        app.sign_in("isb@stuttgart.example").await.get(ALL).await.problem(404, "not_found");
        // A request is found at its own measure only.
        let id = request.rsplit('/').next().unwrap();
        let elsewhere = format!("{}/postponements/{id}", measure(&netz, "OG-F4").await);
        isb.get(&elsewhere).await.problem(404, "not_found");
        decide(&isb, &elsewhere, "*", "approved").await.problem(404, "not_found");
    }

    async fn what_waits_is_paged(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let mut made = Vec::new();
        for (key, to) in [("OG-I8", "2025-01-30"), ("OG-F4", "2024-01-30"), ("OG-P4", "2024-01-30"), ("OG-I7", "2022-10-31")] {
            made.push(asked(&netz, &measure(&netz, key).await, to).await);
        }
        decide(&isb, &made.pop().unwrap(), "*", "refused").await.ok(200);
        made.reverse();
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = isb.get(&format!("{ALL}?state=pending&limit=2{next}")).await.ok(200);
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let expected: Vec<&str> = made.iter().map(|request| request.rsplit('/').next().unwrap()).collect();
        assert_eq!(seen, expected);
        for (state, count) in [("refused", 1), ("pending,refused", 4), ("approved", 0), ("", 4)] {
            let page = isb.get(&format!("{ALL}?state={state}")).await.ok(200);
            assert_eq!(page["items"].as_array().unwrap().len(), count, "{state}");
        }
        for query in ["state=open", "limit=0", "limit=201", "cursor=x", "cursor=ImFcdTAwMDAi", "measure=x"] {
            isb.get(&format!("{ALL}?{query}")).await.problem(400, "malformed");
        }
    }

    async fn bad_requests_and_decisions(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let measure = measure(&netz, "OG-I8").await;
        let path = format!("{measure}/postponements");
        for (field, value, pointer, code) in [
            ("reason", json!("zu kurz"), "/reason", "too_short"),
            ("reason", json!("   "), "/reason", "required"),
            ("reason", json!("x".repeat(2001)), "/reason", "too_long"),
            ("reason", json!(format!("{REASON}\u{0}")), "/reason", "control_characters"),
            ("to", json!("2024-12-31"), "/to", "out_of_range"),
            ("to", json!("2022-10-17"), "/to", "out_of_range"),
            ("to", json!("1066-10-14"), "/to", "out_of_range"),
            ("to", json!("9999-12-31"), "/to", "out_of_range"),
            ("to", json!("+262142-12-31"), "/to", "out_of_range"),
            ("precision", json!("month"), "/to", "not_period_end"),
        ] {
            let mut body = wish("2025-01-30");
            body[field] = value;
            let problem = netz.post(&path, body).await.problem(422, "invalid");
            let errors = problem["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["pointer"] == pointer && error["code"] == code), "{problem}");
        }
        for (field, value) in [
            ("tier", json!("isb")), ("to", json!("2025-02-30")), ("to", json!(20250130)), ("to", Value::Null), ("cause", json!("laziness")),
            ("cause", Value::Null), ("precision", json!("week")), ("reason", Value::Null),
        ] {
            let mut body = wish("2025-01-30");
            body[field] = value;
            netz.post(&path, body).await.problem(400, "malformed");
        }
        netz.post(&format!("{path}?x=1"), wish("2025-01-30")).await.problem(400, "malformed");
        netz.post("institutions/offenburg/measures/M-2022-9999/postponements", wish("2025-01-30")).await.problem(404, "not_found");
        let request = asked(&netz, &measure, "2025-01-30").await;
        for body in [json!({}), json!({ "verdict": "withdrawn" }), json!({ "verdict": "approved", "to": "2025-01-01" }), json!({ "verdict": "approved", "reason": 1 })] {
            isb.send(Method::POST, &format!("{request}/decision"), &[("if-match", "*")], Some(body.to_string())).await.problem(400, "malformed");
        }
        for reason in ["x".repeat(2001), "a\u{0}".to_owned()] {
            let body = json!({ "verdict": "approved", "reason": reason }).to_string();
            isb.send(Method::POST, &format!("{request}/decision"), &[("if-match", "*")], Some(body)).await.problem(422, "invalid");
        }
        for id in ["x", "0190163d-8694-739b-aea5-966c26f8ad91", "..%2F..", "%27%20OR%201=1"] {
            isb.get(&format!("{path}/{id}")).await.problem(404, "not_found");
        }
        assert_eq!(isb.get(&request).await.ok(200)["state"], "pending");
    }

    async fn nothing_planned_keeps_the_old_date(app) {
        let (isb, netz) = (person(app, "isb").await, person(app, "netz").await);
        let path = measure(&netz, "OG-I7").await;
        let reference = path.rsplit('/').next().unwrap();
        let request = asked(&netz, &path, "2022-11-09").await;
        reminders::plan_due(&app.app).unwrap();
        decide(&isb, &request, "*", "approved").await.ok(200);
        while outbox::deliver(&app.app).await.unwrap().leased > 0 {}
        let sent = app.app.mailer.sent();
        let about: Vec<&str> = sent.iter().filter(|mail| mail.to.ends_with("@offenburg.example") && mail.text.contains(reference)).map(|mail| mail.subject.as_str()).collect();
        // Not as overdue any more; the week of the ISB tells of the postponement, and whoever asked hears what was decided.
        let week = "[Maßnahmen] Woche der Informationssicherheit, Stadt Offenburg: überfällig 9";
        let decision = format!("[Maßnahmen] Verschiebung genehmigt: {reference}");
        assert_eq!(BTreeSet::from_iter(about), BTreeSet::from([week, &decision]));
        let told: Vec<&str> = sent.iter().filter(|mail| mail.subject == decision).map(|mail| mail.to.as_str()).collect();
        assert_eq!(told, ["netz@offenburg.example"]);
        // The next run goes by the new date.
        app.set_now("2022-10-18T05:00:00Z");
        let preview = person(app, "isb").await.get("institutions/offenburg/reminders/preview").await.ok(200);
        let mails = preview["mails"].as_array().unwrap().iter();
        let items: Vec<Value> = mails.flat_map(|mail| mail["items"].as_array().unwrap().clone()).filter(|item| item["reference"] == reference).collect();
        assert_eq!(items.len(), 1, "{preview}");
        assert_eq!((&items[0]["code"], &items[0]["due"]), (&json!("A"), &json!("2022-11-09")));
    }
}
