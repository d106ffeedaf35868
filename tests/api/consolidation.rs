//! Merging, replacing and splitting measures.

use std::collections::BTreeSet;

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::store::schema;

use crate::support::{Answer, Client, TestApp, approvable};

const MEASURES: &str = "institutions/offenburg/measures";

fn path(reference: &str) -> String {
    format!("{MEASURES}/{reference}")
}

async fn isb(app: &TestApp) -> Client<'_> {
    app.sign_in("isb@offenburg.example").await
}

/// A proposed measure with these fields beside a title; gives its reference.
async fn measure(client: &Client<'_>, title: &str, fields: Value) -> String {
    let mut body =
        json!({ "title": title, "origin": "audit", "priority": 2, "due": { "day": "2023-06-30" } });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post(MEASURES, body).await.ok(201)["reference"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn get(client: &Client<'_>, reference: &str) -> Value {
    client.get(&path(reference)).await.ok(200)
}

async fn etag(client: &Client<'_>, reference: &str) -> String {
    client.get(&path(reference)).await.header("etag").to_owned()
}

async fn post(client: &Client<'_>, reference: &str, verb: &str, seen: &str, body: Value) -> Answer {
    let headers = [("if-match", seen), ("accept-language", "en")];
    let path = format!("{}/{verb}", path(reference));
    client
        .send(Method::POST, &path, &headers, Some(body.to_string()))
        .await
}

/// Merges these into a measure, all in their present versions.
async fn merge(client: &Client<'_>, into: &str, others: &[&String]) -> Answer {
    let mut seen = Vec::new();
    for other in others {
        seen.push(json!({ "reference": other, "etag": etag(client, other).await }));
    }
    let version = etag(client, into).await;
    let body = json!({ "others": seen, "reason": "doppelt" });
    post(client, into, "merge", &version, body).await
}

async fn replace(client: &Client<'_>, old: &str, by: &str) -> Answer {
    let (seen, by_etag) = (etag(client, old).await, etag(client, by).await);
    let body = json!({ "by": by, "by_etag": by_etag, "reason": "überholt" });
    post(client, old, "replacement", &seen, body).await
}

async fn split(client: &Client<'_>, whole: &str, parts: Vec<Value>) -> Answer {
    let seen = etag(client, whole).await;
    let body = json!({ "parts": parts, "reason": "zwei Vorhaben" });
    post(client, whole, "split", &seen, body).await
}

fn part(title: &str, fulfils: &[&str], applies: &[&str], lines: &[&str]) -> Value {
    json!({ "title": title, "fulfils": fulfils, "applies": applies, "budget_lines": lines })
}

fn links(measure: &Value, kind: &str) -> BTreeSet<String> {
    let links = measure["links"].as_array().unwrap().iter();
    links
        .filter(|link| link["kind"] == kind)
        .map(|link| link["target"].as_str().unwrap().to_owned())
        .collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Events of consolidation, newest first.
async fn events(client: &Client<'_>) -> Vec<Value> {
    let page = client
        .get("institutions/offenburg/audit-events?limit=100")
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap().clone();
    items
        .into_iter()
        .filter(|event| event["action"] == "measure.consolidated")
        .collect()
}

/// Everything that a consolidation writes, to see that nothing was written.
fn everything(app: &TestApp) -> String {
    app.app
        .store
        .read(|db| {
            let versions: Vec<(String, i32)> = schema::measures::table
                .order(schema::measures::id)
                .select((schema::measures::id, schema::measures::version))
                .load(db)?;
            let links: i64 = schema::measure_links::table.count().get_result(db)?;
            let lines: i64 = schema::measure_lines::table.count().get_result(db)?;
            let needs: i64 = schema::measure_dependencies::table.count().get_result(db)?;
            let objects: i64 = schema::measure_target_objects::table
                .count()
                .get_result(db)?;
            let successions: i64 = schema::measure_successions::table.count().get_result(db)?;
            let events: i64 = schema::audit_events::table
                .filter(schema::audit_events::action.like("measure.%"))
                .count()
                .get_result(db)?;
            let numbers: Vec<i32> = schema::measure_counters::table
                .order(schema::measure_counters::institution_id)
                .select(schema::measure_counters::last_number)
                .load(db)?;
            Ok(format!(
                "{versions:?} {links} {lines} {needs} {objects} {successions} {events} {numbers:?}"
            ))
        })
        .unwrap()
}

async fn object(client: &Client<'_>, key: &str) {
    let body = json!({
        "key": key, "name": key, "kind": "it_system",
        "protection_need": { "confidentiality": "high", "integrity": "normal", "availability": "normal" },
    });
    client
        .post("institutions/offenburg/target-objects", body)
        .await
        .ok(201);
}

#[track_caller]
fn fault(answer: &Answer, pointer: &str, code: &str) {
    let problem = answer.problem(422, "invalid");
    let found = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .any(|error| error["pointer"] == pointer && error["code"] == code);
    assert!(found, "no {code} at {pointer}: {problem}");
}

both_engines! {
    async fn a_merge_carries_everything_along(app) {
        let isb = isb(app).await;
        for key in ["S-1", "S-2"] {
            object(&isb, key).await;
        }
        let base = measure(&isb, "Grundlage", json!({})).await;
        let stays = measure(&isb, "bleibt", json!({
            "fulfils": ["NET.1.1.A4"], "budget_lines": ["OG-2021-DIG:OG-K1"], "target_objects": ["S-1"],
        })).await;
        let one = measure(&isb, "eins", json!({
            "fulfils": ["NET.1.1.A4", "NET.1.1.A5"], "applies": ["ISMS.1.A10"], "requires": [stays, base],
            "budget_lines": ["OG-2021-DIG:OG-K1", "OG-2021-DIG:OG-K2"], "target_objects": ["S-1", "S-2"],
        })).await;
        let two = measure(&isb, "zwei", json!({ "applies": ["NET.1.1.A4"], "requires": [one], "confidentiality": "confidential" })).await;
        let waits = measure(&isb, "wartet", json!({ "requires": [one, two, base] })).await;

        let merged = merge(&isb, &stays, &[&one, &two]).await;
        let now = merged.ok(200);
        assert_eq!((now["reference"].as_str(), merged.header("etag")), (Some(stays.as_str()), etag(&isb, &stays).await.as_str()));
        assert_eq!(links(&now, "fulfils"), set(&["NET.1.1.A4", "NET.1.1.A5"]));
        assert_eq!(links(&now, "applies"), set(&["ISMS.1.A10", "NET.1.1.A4"]));
        assert_eq!(now["budget_lines"], json!(["OG-2021-DIG:OG-K1", "OG-2021-DIG:OG-K2"]));
        assert_eq!(now["target_objects"], json!(["S-1", "S-2"]));
        assert_eq!((&now["requires"], &now["status"]), (&json!([base]), &json!("proposed")));
        assert_eq!(now["confidentiality"], "confidential", "it holds what only some may read");
        assert_eq!(get(&isb, &waits).await["requires"], json!([base, stays]));
        let from: Vec<&Value> = now["predecessors"].as_array().unwrap().iter().map(|one| &one["reference"]).collect();
        assert_eq!(from, [&json!(one), &json!(two)]);
        for old in [&one, &two] {
            let old = get(&isb, old).await;
            assert_eq!((&old["status"], &old["status_reason"]), (&json!("replaced"), &json!("doppelt")));
            let to = &old["successors"][0];
            assert_eq!((&to["reference"], &to["kind"], &to["reason"]), (&json!(stays), &json!("merged"), &json!("doppelt")));
            assert_eq!(old["next_statuses"], json!([]));
        }
        assert_eq!(links(&get(&isb, &one).await, "fulfils"), set(&["NET.1.1.A4", "NET.1.1.A5"]), "the old one stays legible");

        // An event for each that was touched, with what differs: the history of each is made of these.
        let events = events(&isb).await;
        let of = |reference: &String| events.iter().find(|event| event["details"]["reference"] == json!(reference)).unwrap();
        assert_eq!(events.len(), 4);
        assert!(events.iter().all(|event| event["reason"] == "doppelt"));
        assert_eq!(of(&stays)["details"]["from"], json!([one, two]));
        assert_eq!(of(&stays)["details"]["changes"]["budget_lines"], json!({
            "old": ["OG-2021-DIG:OG-K1"], "new": ["OG-2021-DIG:OG-K1", "OG-2021-DIG:OG-K2"],
        }));
        let changes = &of(&one)["details"]["changes"];
        assert_eq!(changes["replaced_by"], json!({ "old": [], "new": [stays] }));
        assert_eq!(changes["status"], json!({ "old": "proposed", "new": "replaced" }));
        assert_eq!(changes.as_object().unwrap().len(), 3, "{changes}");
        assert_eq!(of(&waits)["details"]["changes"], json!({ "requires": { "old": [base, one, two], "new": [base, stays] } }));
    }

    async fn a_merge_that_would_close_a_cycle_changes_nothing(app) {
        let isb = isb(app).await;
        let stays = measure(&isb, "bleibt", json!({})).await;
        let between = measure(&isb, "dazwischen", json!({ "requires": [stays] })).await;
        let other = measure(&isb, "anders", json!({ "requires": [between] })).await;
        let before = everything(app);
        let refused = merge(&isb, &stays, &[&other]).await;
        fault(&refused, "/others", "cycle");
        assert_eq!(everything(app), before);
        // Without the one between it is none.
        merge(&isb, &between, &[&stays]).await.ok(200);
        assert_eq!(get(&isb, &between).await["requires"], json!([]));
        assert_eq!(get(&isb, &other).await["requires"], json!([between]));
    }

    async fn a_stale_etag_of_one_changes_nothing(app) {
        let isb = isb(app).await;
        let stays = measure(&isb, "bleibt", json!({})).await;
        let (one, two) = (measure(&isb, "eins", json!({})).await, measure(&isb, "zwei", json!({})).await);
        let (seen, old) = (etag(&isb, &one).await, etag(&isb, &two).await);
        isb.patch(&path(&two), "*", json!({ "priority": 1 })).await.ok(200);
        let before = everything(app);
        let body = |two: &str, etag: &str| json!({
            "others": [{ "reference": one, "etag": seen }, { "reference": two, "etag": etag }], "reason": "doppelt",
        });
        let stale = post(&isb, &stays, "merge", &etag(&isb, &stays).await, body(&two, &old)).await.problem(412, "stale");
        assert_eq!((&stale["errors"][0]["pointer"], &stale["errors"][0]["code"]), (&json!("/others/1/etag"), &json!("outdated")));
        post(&isb, &stays, "merge", "\"v7\"", body(&two, "*")).await.problem(412, "stale");
        fault(&post(&isb, &stays, "merge", "*", body("M-2022-9999", "*")).await, "/others/1/reference", "unknown_reference");
        fault(&post(&isb, &stays, "merge", "*", body(&one, "*")).await, "/others/1/reference", "duplicate");
        fault(&post(&isb, &stays, "merge", "*", body(&stays, "*")).await, "/others/1/reference", "duplicate");
        fault(&post(&isb, &stays, "merge", "*", json!({ "others": [], "reason": " " })).await, "/others", "out_of_range");
        let by = json!({ "by": two, "by_etag": old, "reason": "x" });
        post(&isb, &one, "replacement", &seen, by).await.problem(412, "stale");
        let path = format!("{}/merge", path(&stays));
        isb.post(&path, body(&two, "*")).await.problem(428, "precondition_required");
        assert_eq!(everything(app), before);
        post(&isb, &stays, "merge", "*", body(&two, "*")).await.ok(200);
    }

    async fn a_running_measure_keeps_its_date(app) {
        let isb = isb(app).await;
        // Approved both; F4 is due on 2023-12-31, I8 a year later.
        let (early, late) = (isb.reference_of("offenburg", "OG-F4").await, isb.reference_of("offenburg", "OG-I8").await);
        let proposed = measure(&isb, "neu", json!({ "due": { "day": "2023-01-31" } })).await;
        let done = isb.reference_of("offenburg", "OG-I6").await;
        let before = everything(app);
        for answer in [merge(&isb, &late, &[&early]).await, replace(&isb, &early, &late).await] {
            let problem = answer.problem(409, "successor_due_later");
            assert!(problem["detail"].as_str().unwrap().contains("due on 2023-12-31"), "{problem}");
        }
        for answer in [merge(&isb, &proposed, &[&early]).await, replace(&isb, &early, &proposed).await] {
            answer.problem(409, "successor_not_running");
        }
        let problem = merge(&isb, &early, &[&done]).await.problem(409, "consolidation_over");
        assert_eq!(problem["detail"], format!("measure {done} is `implemented` and can neither be merged nor replaced nor split"));
        replace(&isb, &early, &done).await.problem(409, "no_successor");
        merge(&isb, &done, &[&proposed]).await.problem(409, "no_successor");
        split(&isb, &done, vec![part("a", &[], &[], &[]), part("b", &[], &[], &[])]).await.problem(409, "consolidation_over");
        assert_eq!(everything(app), before);

        let old = get(&isb, &early).await;
        merge(&isb, &early, &[&late, &proposed]).await.ok(200);
        let now = get(&isb, &early).await;
        for field in ["status", "due", "approved_on", "approved_by", "owner", "start_planned"] {
            assert_eq!(now[field], old[field], "{field}");
        }
        assert_eq!(now["budget_lines"], json!(["OG-2021-DIG:OG-I8", "OG-2021-FB9:OG-F4"]));
        assert!(links(&now, "applies").is_superset(&links(&get(&isb, &late).await, "applies")));
        merge(&isb, &early, &[&late]).await.problem(409, "consolidation_over");
        let step = isb.step(&late, "in_progress", None).await;
        step.problem(409, "illegal_transition");
    }

    async fn a_replacement_stands_for_the_old_one(app) {
        let isb = isb(app).await;
        let old = measure(&isb, "alt", json!({ "fulfils": ["NET.1.1.A4"], "budget_lines": ["OG-2021-DIG:OG-K1"] })).await;
        let new = measure(&isb, "neu", json!({ "requires": [old] })).await;
        let waits = measure(&isb, "wartet", json!({ "requires": [old] })).await;
        let answer = replace(&isb, &old, &new).await.ok(200);
        assert_eq!((&answer["reference"], &answer["status"]), (&json!(old), &json!("replaced")));
        let to = &answer["successors"][0];
        assert_eq!((&to["reference"], &to["kind"]), (&json!(new), &json!("replaced")));
        let new = get(&isb, &new).await;
        assert_eq!((links(&new, "fulfils"), &new["requires"]), (set(&["NET.1.1.A4"]), &json!([])));
        assert_eq!(new["budget_lines"], json!(["OG-2021-DIG:OG-K1"]));
        assert_eq!(get(&isb, &waits).await["requires"], json!([new["reference"]]));
        let reference = new["reference"].as_str().unwrap();
        fault(&replace(&isb, reference, reference).await, "/by", "duplicate");
    }

    async fn a_split_loses_nothing_and_moves_nothing(app) {
        let isb = isb(app).await;
        object(&isb, "S-1").await;
        let whole = isb.reference_of("offenburg", "OG-B2").await;
        let base = measure(&isb, "Grundlage", json!({})).await;
        isb.patch(&path(&whole), "*", json!({
            "needs_split": true, "requires": [base], "target_objects": ["S-1"], "applies": ["ISMS.1.A10"],
            "place": { "place": "first", "number": 1, "reason": "eilt" },
        })).await.ok(200);
        let waits = measure(&isb, "wartet", json!({ "requires": [whole] })).await;
        let before = get(&isb, &whole).await;
        let line = "OG-2021-DIG:OG-B2";

        let answer = split(&isb, &whole, vec![
            part("Erster Teil", &["OPS.1.1.1.A4"], &[], &[line]),
            json!({ "title": "Zweiter Teil", "description": "der Rest", "fulfils": [], "applies": ["ISMS.1.A10"], "budget_lines": [line],
                "target_objects": [], "owner": "netz@offenburg.example", "org_unit": "Bauamt", "priority": 1 }),
        ]).await.ok(200);
        assert_eq!((&answer["status"], &answer["needs_split"]), (&json!("replaced"), &json!(false)));
        let parts: Vec<String> = answer["successors"].as_array().unwrap().iter().map(|one| one["reference"].as_str().unwrap().to_owned()).collect();
        assert_eq!(parts.len(), 2);
        let (first, second) = (get(&isb, &parts[0]).await, get(&isb, &parts[1]).await);
        for part in [&first, &second] {
            for field in [
                "status", "due", "start_planned", "approved_on", "approved_by", "programme", "origin", "sources", "confidentiality", "place",
                "requires", "budget_lines", "status_changed_at", "progress_percent", "deputy", "initiator", "relevance", "cost",
            ] {
                assert_eq!(part[field], before[field], "{field}");
            }
            assert_eq!((&part["needs_split"], &part["external_key"], &part["version"]), (&json!(false), &Value::Null, &json!(1)));
            assert_eq!(part["predecessors"][0]["reference"], json!(whole));
        }
        assert_eq!((links(&first, "fulfils"), links(&first, "applies")), (set(&["OPS.1.1.1.A4"]), set(&[])));
        assert_eq!((links(&second, "fulfils"), links(&second, "applies")), (set(&[]), set(&["ISMS.1.A10"])));
        assert_eq!((&first["target_objects"], &second["target_objects"]), (&json!(["S-1"]), &json!([])));
        assert_eq!((&first["owner"], &first["description"], &first["priority"]), (&before["owner"], &before["description"], &before["priority"]));
        assert_eq!(second["owner"]["email"], "netz@offenburg.example");
        assert_eq!((&second["description"], &second["org_unit"], &second["priority"]), (&json!("der Rest"), &json!("Bauamt"), &json!(1)));
        assert_eq!(get(&isb, &waits).await["requires"], json!(parts));

        let events = events(&isb).await;
        assert_eq!(events.len(), 4);
        let made = events.iter().find(|event| event["details"]["reference"] == json!(parts[1])).unwrap();
        assert_eq!(made["details"]["changes"]["title"], json!({ "old": null, "new": "Zweiter Teil" }));
        assert_eq!(made["details"]["changes"]["status"], json!({ "old": null, "new": before["status"] }));
        let old = events.iter().find(|event| event["details"]["reference"] == json!(whole)).unwrap();
        assert_eq!(old["details"]["changes"]["replaced_by"]["new"], json!(parts));
        split(&isb, &whole, vec![part("a", &[], &[], &[]), part("b", &[], &[], &[])]).await.problem(409, "consolidation_over");
    }

    async fn what_no_part_has_is_named_and_nothing_is_split(app) {
        let isb = isb(app).await;
        let whole = measure(&isb, "alles", json!({
            "fulfils": ["NET.1.1.A4", "NET.1.1.A5"], "applies": ["ISMS.1.A10"], "budget_lines": ["OG-2021-DIG:OG-K1"],
            "cost": { "once_material_cents": 100 },
        })).await;
        let cost = json!({ "once_material_cents": 50 });
        let costly = |mut part: Value| { part["cost"] = cost.clone(); part };
        let before = everything(app);
        let lost = split(&isb, &whole, vec![costly(part("a", &["NET.1.1.A4"], &[], &[])), part("b", &[], &["NET.1.1.A5"], &[])]).await;
        let problem = lost.problem(422, "invalid");
        let told: Vec<(&str, &str)> = problem["errors"].as_array().unwrap().iter()
            .map(|error| (error["pointer"].as_str().unwrap(), error["detail"].as_str().unwrap())).collect();
        assert_eq!(told[..3], [
            ("/parts", "`NET.1.1.A5` is in none of the parts"),
            ("/parts", "`ISMS.1.A10` is in none of the parts"),
            ("/parts", "`OG-2021-DIG:OG-K1` is in none of the parts"),
        ]);
        assert_eq!(told[3].0, "/parts/1/cost");
        let good = |title: &str| costly(part(title, &["NET.1.1.A4", "NET.1.1.A5"], &["ISMS.1.A10"], &["OG-2021-DIG:OG-K1"]));
        fault(&split(&isb, &whole, vec![good("a")]).await, "/parts", "out_of_range");
        fault(&split(&isb, &whole, vec![good("a"), good(" ")]).await, "/parts/1/title", "required");
        // A fault that shows only when the second part is written takes the first one back with it.
        for (field, value, pointer, code) in [
            ("owner", json!("niemand@offenburg.example"), "/parts/1/owner", "not_assignable"),
            ("fulfils", json!(["NET.9.A1"]), "/parts/1/fulfils/0", "unknown_reference"),
            ("budget_lines", json!(["OG-2021-DIG:NIX"]), "/parts/1/budget_lines/0", "unknown_reference"),
            ("target_objects", json!(["NIX"]), "/parts/1/target_objects/0", "unknown_reference"),
        ] {
            let mut bad = good("b");
            bad[field] = value;
            fault(&split(&isb, &whole, vec![good("a"), bad]).await, pointer, code);
        }
        assert_eq!(everything(app), before);
        split(&isb, &whole, vec![good("a"), good("b")]).await.ok(200);
    }

    async fn a_request_that_comes_twice_is_carried_out_once(app) {
        let isb = isb(app).await;
        let whole = measure(&isb, "alles", json!({})).await;
        let seen = etag(&isb, &whole).await;
        let body = json!({ "parts": [part("a", &[], &[], &[]), part("b", &[], &[], &[])], "reason": "zwei" }).to_string();
        let headers = [("if-match", seen.as_str()), ("idempotency-key", "teilen")];
        let target = format!("{}/split", path(&whole));
        let first = isb.send(Method::POST, &target, &headers, Some(body.clone())).await;
        let before = everything(app);
        let again = isb.send(Method::POST, &target, &headers, Some(body)).await;
        assert_eq!((first.ok(200), again.header("idempotent-replayed")), (again.ok(200), "true"));
        assert_eq!(everything(app), before);
    }

    async fn only_the_isb_consolidates(app) {
        let isb = isb(app).await;
        let (one, two) = (measure(&isb, "eins", json!({ "org_unit": "FB DigIT" })).await, measure(&isb, "zwei", json!({})).await);
        let hidden = measure(&isb, "geheim", json!({ "confidentiality": "confidential" })).await;
        let before = everything(app);
        let merging = json!({ "others": [{ "reference": two, "etag": "*" }], "reason": "x" });
        let replacing = json!({ "by": two, "by_etag": "*", "reason": "x" });
        let splitting = json!({ "parts": [part("a", &[], &[], &[]), part("b", &[], &[], &[])], "reason": "x" });
        for (verb, body) in [("merge", &merging), ("replacement", &replacing), ("split", &splitting)] {
            for who in ["leitung", "it-leitung", "revision"] {
                let client = app.sign_in(&format!("{who}@offenburg.example")).await;
                post(&client, &one, verb, "*", body.clone()).await.problem(403, "forbidden");
            }
            let head = app.sign_in("it-leitung@offenburg.example").await;
            post(&head, &hidden, verb, "*", body.clone()).await.problem(404, "not_found");
            let foreign = app.sign_in("isb@stuttgart.example").await;
            post(&foreign, &one, verb, "*", body.clone()).await.problem(404, "not_found");
        }
        assert_eq!(everything(app), before);
    }

    async fn whoever_wrote_a_part_of_it_does_not_approve_it(app) {
        let (isb, head) = (isb(app).await, app.sign_in("it-leitung@offenburg.example").await);
        let plan = json!({
            "owner": "netz@offenburg.example", "deputy": "arbeitsplatz@offenburg.example", "org_unit": "FB DigIT", "fulfils": ["NET.1.1.A4"],
            "start_planned": "2023-01-01", "no_budget_reason": "Eigenleistung", "initiator": "isb@offenburg.example",
            "cost": { "once_material_cents": 0, "once_staff_tenth_days": 50, "yearly_material_cents": 0, "yearly_staff_tenth_days": 0, "quality": "rough" },
        });
        let stays = measure(&isb, "bleibt", plan.clone()).await;
        let mut own = plan;
        own["fulfils"] = json!([]);
        let other = measure(&head, "anders", own).await;
        merge(&isb, &stays, &[&other]).await.ok(200);
        head.step(&stays, "approved", None).await.problem(403, "forbidden");
        let leitung = app.sign_in("leitung@offenburg.example").await;
        leitung.step(&stays, "approved", None).await.ok(200);
    }

    async fn a_split_gives_no_postponement_for_free(app) {
        let isb = isb(app).await;
        let leitung = app.sign_in("leitung@offenburg.example").await;
        let netz = app.sign_in("netz@offenburg.example").await;
        let body = approvable(json!({
            "title": "Netze", "origin": "audit", "priority": 2, "owner": "netz@offenburg.example", "org_unit": "FB DigIT",
            "due": { "day": "2022-12-31" }, "fulfils": ["NET.1.1.A16", "NET.1.1.A22"],
        }));
        let reference = isb.post(MEASURES, body).await.ok(201)["reference"].as_str().unwrap().to_owned();
        leitung.step(&reference, "approved", None).await.ok(200);
        let ask = async |reference: &str, to: &str| {
            let body = json!({ "to": to, "cause": "staff", "reason": "Es fehlt Personal für den Umbau" });
            let asked = netz.post(&format!("{}/postponements", path(reference)), body).await.ok(201);
            format!("{}/postponements/{}", path(reference), asked["id"].as_str().unwrap())
        };
        let decide = async |client: &Client<'_>, at: &str| {
            let etag = client.get(at).await.header("etag").to_owned();
            let body = json!({ "verdict": "approved" }).to_string();
            client.send(Method::POST, &format!("{at}/decision"), &[("if-match", &etag)], Some(body)).await
        };
        let cost = json!({
            "once_material_cents": 0, "once_staff_tenth_days": 25, "yearly_material_cents": 0, "yearly_staff_tenth_days": 0, "quality": "rough",
        });
        let part = |target: &str| json!({ "title": target, "fulfils": [target], "applies": [], "budget_lines": [], "cost": cost });
        let split = json!({ "parts": [part("NET.1.1.A16"), part("NET.1.1.A22")], "reason": "zwei Gewerke" });
        let first = ask(&reference, "2023-01-10").await;
        let before = get(&isb, &reference).await;
        post(&isb, &reference, "split", "*", split.clone()).await.problem(409, "postponement_pending");
        assert_eq!(get(&isb, &reference).await, before);
        decide(&isb, &first).await.ok(200);
        post(&isb, &reference, "split", "*", split).await.ok(200);
        let parts = get(&isb, &reference).await["successors"].clone();
        let part = parts[0]["reference"].as_str().unwrap();
        let stands = get(&isb, part).await;
        assert_eq!((&stands["due"]["original"], &stands["due"]["day"]), (&json!("2022-12-31"), &json!("2023-01-10")));
        // The second one is for the head of the unit, though it is the first of this part.
        let second = ask(part, "2023-01-20").await;
        decide(&isb, &second).await.problem(403, "forbidden");
        decide(&leitung, &second).await.ok(200);
    }
}
