//! Measures.

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, approvable, step_body};

const MEASURES: &str = "institutions/offenburg/measures";

fn path(reference: &str) -> String {
    format!("{MEASURES}/{reference}")
}

/// Everything that an approval needs.
fn planned(title: &str) -> Value {
    approvable(json!({
        "title": title, "origin": "audit", "priority": 2, "owner": "netz@offenburg.example", "org_unit": "FB DigIT",
        "due": { "day": "2022-12-31" }, "fulfils": ["NET.1.1.A4"],
    }))
}

async fn created(client: &Client<'_>, body: Value) -> String {
    client.post(MEASURES, body).await.ok(201)["reference"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A step with its answer in English.
async fn step(client: &Client<'_>, reference: &str, status: &str, reason: Option<&str>) -> Answer {
    let body = step_body(status, reason).to_string();
    let headers = [("if-match", "*"), ("accept-language", "en")];
    client
        .send(
            Method::POST,
            &format!("{}/status", path(reference)),
            &headers,
            Some(body),
        )
        .await
}

/// The newest event on a measure.
async fn last_event(client: &Client<'_>, id: &str) -> Value {
    let page = client
        .get("institutions/offenburg/audit-events?limit=20")
        .await
        .ok(200);
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["entity_id"] == id)
        .cloned()
        .unwrap_or_default()
}

#[track_caller]
fn fault(problem: &Value, pointer: &str, code: &str) {
    let errors = problem["errors"].as_array().unwrap();
    let found = errors
        .iter()
        .any(|error| error["pointer"] == pointer && error["code"] == code);
    assert!(found, "no {code} at {pointer}: {problem}");
}

/// The people that take steps.
struct People<'a> {
    isb: Client<'a>,
    leitung: Client<'a>,
    netz: Client<'a>,
}

impl<'a> People<'a> {
    async fn of(app: &'a TestApp) -> People<'a> {
        People {
            isb: app.sign_in("isb@offenburg.example").await,
            leitung: app.sign_in("leitung@offenburg.example").await,
            netz: app.sign_in("netz@offenburg.example").await,
        }
    }

    fn get(&self, name: &str) -> &Client<'a> {
        match name {
            "isb" => &self.isb,
            "leitung" => &self.leitung,
            _ => &self.netz,
        }
    }

    /// A measure that has got as far as this status.
    async fn measure_in(&self, status: &str) -> String {
        let steps: &[(&str, &str)] = match status {
            "proposed" => &[],
            "deferred" => &[("leitung", "deferred")],
            "rejected" => &[("leitung", "rejected")],
            _ => &[
                ("leitung", "approved"),
                ("netz", "in_progress"),
                (
                    "netz",
                    if status == "blocked" {
                        "blocked"
                    } else {
                        "implemented"
                    },
                ),
                ("isb", "verified"),
            ],
        };
        let reference = created(&self.isb, planned(status)).await;
        for (who, to) in steps {
            step(self.get(who), &reference, to, Some("so ist es"))
                .await
                .ok(200);
            if *to == status {
                break;
            }
        }
        reference
    }
}

both_engines! {
    async fn a_step_or_an_import_that_comes_twice_is_taken_once(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let measure = netz.reference_of("offenburg", "OG-I8").await;
        let path = format!("institutions/offenburg/measures/{measure}");
        let seen = netz.get(&path).await.header("etag").to_owned();
        let step = async |status: &str, key: &str| {
            let headers = [("if-match", seen.as_str()), ("idempotency-key", key)];
            let body = json!({ "status": status }).to_string();
            netz.send(Method::POST, &format!("{path}/status"), &headers, Some(body)).await
        };
        let first = step("in_progress", "step-1").await;
        let again = step("in_progress", "step-1").await;
        assert_eq!((first.ok(200), first.header("idempotent-replayed")), (again.ok(200), ""));
        assert_eq!((again.header("idempotent-replayed"), again.header("etag")), ("true", first.header("etag")));
        step("in_progress", "step-2").await.problem(412, "stale");
        step("blocked", "step-1").await.problem(422, "idempotency_key_reused");

        let finance = app.sign_in("kaemmerei@konstanz.example").await;
        let file = json!({
            "format": "zinne-programme/1", "institution": "konstanz",
            "programmes": [{
                "key": "ZWEIMAL", "title": "x", "period": "2022", "amount_basis": "gross", "confidentiality": "internal", "years": [2022],
                "double_budgets": [], "groups": [], "ceilings": [], "lines": [], "posts": [], "printed_totals": [], "measures": [],
            }],
        });
        let import = async |key: &str, file: &Value| {
            let path = "institutions/konstanz/programmes";
            finance.send(Method::POST, path, &[("idempotency-key", key)], Some(file.to_string())).await
        };
        let first = import("import-1", &file).await;
        let again = import("import-1", &file).await;
        assert_eq!((first.ok(201), again.header("idempotent-replayed")), (again.ok(201), "true"));
        import("import-2", &file).await.problem(409, "programme_exists");
    }

    async fn every_single_resource_has_an_etag(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let measure = client.reference_of("offenburg", "OG-K1").await;
        let measure = format!("institutions/offenburg/measures/{measure}");
        for path in ["me", "institutions/offenburg", "institutions/offenburg/programmes/OG-2021-DIG", "institutions/offenburg/programmes/OG-2021-DIG/plan",
            "catalogues/gs-2023", "catalogues/gs-2023/modules/SYS.3.2.2", "catalogues/gs-2023/requirements/SYS.3.2.2.A1", &measure] {
            let (one, two) = (client.get(path).await, client.get(path).await);
            let etag = one.header("etag");
            assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 3, "{path}: {etag}");
            assert_eq!(etag, two.header("etag"), "{path}");
        }
    }

    async fn overdue_measures_of_offenburg(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let page = client.get("institutions/offenburg/measures?overdue=true").await.ok(200);
        let keys: Vec<&str> = page["items"].as_array().unwrap().iter().map(|m| m["external_key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["OG-K1", "OG-P3", "OG-K2", "OG-I7"]);
    }

    async fn a_new_measure_comes_back_with_all_its_fields(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let body = json!({
            "title": "  Netzzonen im Rathaus trennen ", "title_public": "Netz", "description": "Zeile 1\nZeile 2\t– ä😀",
            "origin": "gs_check", "relevance": "indirect", "owner": "Netz@OFFENBURG.example", "org_unit": "FB DigIT",
            "priority": 1, "start_planned": "2022-11-01",
            "due": { "day": "2023-03-31", "precision": "quarter", "text": "1. Quartal 2023" },
            "fulfils": ["NET.1.1.A4", "NET.3.2"], "applies": ["NET.1.1.A4", "CON.3.A1"],
            "confidentiality": "confidential", "programme": "OG-2021-DIG", "note": "siehe Netzplan",
        });
        let answer = client.post(MEASURES, body).await;
        let made = answer.ok(201);
        let reference = made["reference"].as_str().unwrap();
        assert_eq!(answer.header("etag"), "\"v1\"");
        assert_eq!(answer.header("location"), format!("/api/v1/institutions/offenburg/measures/{reference}"));
        for (field, expected) in [
            ("title", json!("Netzzonen im Rathaus trennen")),
            ("title_public", json!("Netz")),
            ("description", json!("Zeile 1\nZeile 2\t– ä😀")),
            ("origin", json!("gs_check")),
            ("relevance", json!("indirect")),
            ("org_unit", json!("FB DigIT")),
            ("priority", json!(1)),
            ("start_planned", json!("2022-11-01")),
            ("due", json!({ "day": "2023-03-31", "precision": "quarter", "text": "1. Quartal 2023", "original": null, "assumed": false })),
            ("confidentiality", json!("confidential")),
            ("programme", json!("OG-2021-DIG")),
            ("note", json!("siehe Netzplan")),
            ("status", json!("proposed")),
            ("next_statuses", json!(["approved", "deferred", "rejected"])),
            ("modules", json!(["CON.3", "NET.1.1", "NET.3.2"])),
            ("version", json!(1)),
            ("overdue", json!(false)),
            ("budget", json!({ "currency": "EUR", "years": [] })),
            ("source", json!(null)),
            ("created_at", json!("2022-10-17T05:00:00Z")),
        ] {
            assert_eq!(made[field], expected, "{field}");
        }
        assert_eq!(made["owner"]["email"], "netz@offenburg.example");
        let links: Vec<(&str, &str)> = made["links"].as_array().unwrap().iter()
            .map(|link| (link["kind"].as_str().unwrap(), link["target"].as_str().unwrap())).collect();
        assert_eq!(links, [("fulfils", "NET.1.1.A4"), ("fulfils", "NET.3.2"), ("applies", "NET.1.1.A4"), ("applies", "CON.3.A1")]);
        assert_eq!((&made["links"][0]["level"], &made["links"][1]["level"]), (&json!("basic"), &json!(null)));
        // By reference, by id, and at its location: the same.
        for place in [path(reference), path(made["id"].as_str().unwrap()), answer.header("location").to_owned()] {
            let read = client.get(&place).await;
            assert_eq!(read.ok(200), made, "{place}");
            assert_eq!(read.header("etag"), "\"v1\"");
        }
        let event = last_event(&client, made["id"].as_str().unwrap()).await;
        assert_eq!((event["action"].as_str(), event["actor_kind"].as_str()), (Some("measure.created"), Some("user")), "{event}");
        assert_eq!(event["details"]["reference"], reference);
        assert_eq!(event["request_id"], answer.header("x-request-id"));
    }

    async fn a_new_measure_needs_three_fields_only(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let made = client.post(MEASURES, json!({ "title": "x", "origin": "law", "priority": 4 })).await.ok(201);
        for (field, expected) in [
            ("relevance", json!("direct")), ("confidentiality", json!("internal")), ("description", json!("")),
            ("owner", json!(null)), ("due", json!(null)), ("links", json!([])), ("programme", json!(null)),
        ] {
            assert_eq!(made[field], expected, "{field}");
        }
        let problem = client.post(MEASURES, json!({})).await.problem(400, "malformed");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
    }

    async fn references_are_gapless(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let number = |reference: &str| reference.strip_prefix("M-2022-").unwrap().parse::<u32>().unwrap();
        let first = number(&created(&client, planned("a")).await);
        // What is refused takes no number.
        let mut broken = planned("b");
        broken["fulfils"] = json!(["NET.9.9.A1"]);
        client.post(MEASURES, broken).await.problem(422, "invalid");
        assert_eq!(number(&created(&client, planned("c")).await), first + 1);
        // A new year starts with 1, and its day is Berlin's.
        app.set_now("2022-12-31T23:00:00Z");
        let client = app.sign_in("isb@offenburg.example").await;
        assert_eq!(created(&client, planned("d")).await, "M-2023-0001");
    }

    async fn faults_of_a_new_measure_are_all_named(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let before = client.get("institutions/offenburg/audit-events?limit=1").await.ok(200);
        let long = |length: usize| "ä".repeat(length);
        let problem = client.post(MEASURES, json!({
            "title": " \t", "title_public": long(301), "description": long(10_001), "origin": "audit", "priority": 5,
            "org_unit": long(201), "note": "a\u{0}b", "start_planned": "1899-12-31",
            "due": { "day": "2023-03-30", "precision": "month", "text": long(201) },
        })).await.problem(422, "invalid");
        for (pointer, code) in [
            ("/title", "required"), ("/title_public", "too_long"), ("/description", "too_long"), ("/org_unit", "too_long"),
            ("/note", "control_characters"), ("/priority", "out_of_range"), ("/start_planned", "out_of_range"),
            ("/due/day", "not_period_end"), ("/due/text", "too_long"),
        ] {
            fault(&problem, pointer, code);
        }
        for (change, pointer, code) in [
            (json!({ "fulfils": ["NET.1.1.A4", "NET.1.1.A999"] }), "/fulfils/1", "unknown_reference"),
            (json!({ "fulfils": ["net.1.1.a4"] }), "/fulfils/0", "unknown_reference"),
            (json!({ "fulfils": [""] }), "/fulfils/0", "unknown_reference"),
            (json!({ "fulfils": ["a\u{0}"] }), "/fulfils/0", "unknown_reference"),
            (json!({ "fulfils": ["NET.1.1.A4", "NET.1.1.A4"] }), "/fulfils/1", "duplicate"),
            (json!({ "applies": ["NET.1.1", "NET.1.1"] }), "/applies/1", "duplicate"),
            (json!({ "applies": ["ORP.1.A5"] }), "/applies/0", "withdrawn"),
            (json!({ "fulfils": vec!["NET.1.1.A4"; 501] }), "/fulfils", "too_long"),
            (json!({ "owner": "niemand@offenburg.example" }), "/owner", "not_assignable"),
            (json!({ "owner": "kaemmerei@offenburg.example" }), "/owner", "not_assignable"),
            (json!({ "owner": "netz@stuttgart.example" }), "/owner", "not_assignable"),
            (json!({ "owner": "" }), "/owner", "not_assignable"),
            (json!({ "owner": "netz@offenburg.example\u{0}" }), "/owner", "not_assignable"),
            (json!({ "programme": "STG-2018-SM" }), "/programme", "unknown_reference"),
            (json!({ "programme": "a\u{0}" }), "/programme", "unknown_reference"),
        ] {
            let mut body = planned("x");
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let problem = client.post(MEASURES, body).await.problem(422, "invalid");
            fault(&problem, pointer, code);
        }
        let after = client.get("institutions/offenburg/audit-events?limit=1").await.ok(200);
        assert_eq!(before, after);
    }

    async fn a_patch_tells_absent_from_null_from_a_value(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let mut body = planned("Alt");
        body["note"] = json!("Notiz");
        body["start_planned"] = json!("2022-11-01");
        body["applies"] = json!(["CON.3.A1"]);
        let reference = created(&client, body).await;
        let at = path(&reference);
        app.set_now("2022-10-17T05:01:00Z");
        let patch = json!({ "title": "Neu", "note": null, "priority": 1, "due": { "day": "2023-12-31", "precision": "year" }, "reason": "Beratung" });
        let answer = client.patch(&at, "\"v1\"", patch).await;
        let changed = answer.ok(200);
        assert_eq!(answer.header("etag"), "\"v2\"");
        for (field, expected) in [
            ("title", json!("Neu")), ("note", json!(null)), ("start_planned", json!("2022-11-01")), ("priority", json!(1)),
            ("org_unit", json!("FB DigIT")), ("version", json!(2)), ("updated_at", json!("2022-10-17T05:01:00Z")),
            ("created_at", json!("2022-10-17T05:00:00Z")),
        ] {
            assert_eq!(changed[field], expected, "{field}");
        }
        assert_eq!(changed["links"].as_array().unwrap().len(), 2);
        assert_eq!(client.get(&at).await.ok(200), changed);
        let event = last_event(&client, changed["id"].as_str().unwrap()).await;
        assert_eq!((&event["action"], &event["reason"]), (&json!("measure.updated"), &json!("Beratung")));
        assert_eq!(event["details"]["changes"], json!({
            "title": { "old": "Alt", "new": "Neu" }, "note": { "old": "Notiz", "new": null }, "priority": { "old": 2, "new": 1 },
            "due": { "old": "2022-12-31", "new": "2023-12-31" }, "due_precision": { "old": "day", "new": "year" },
        }));
        // Everything that may be empty is emptied.
        let nulls = json!({
            "title_public": null, "owner": null, "org_unit": null, "start_planned": null, "due": null, "programme": null,
            "fulfils": [], "applies": [],
        });
        let emptied = client.patch(&at, "\"v2\"", nulls).await.ok(200);
        for field in ["title_public", "owner", "org_unit", "start_planned", "due", "programme"] {
            assert_eq!(emptied[field], json!(null), "{field}");
        }
        assert_eq!(emptied["links"], json!([]));
        let event = last_event(&client, changed["id"].as_str().unwrap()).await;
        assert_eq!(event["details"]["changes"]["owner"], json!({ "old": "netz@offenburg.example", "new": null }));
        assert_eq!(event["details"]["changes"]["fulfils"], json!({ "old": ["NET.1.1.A4"], "new": [] }));
        // What may not be empty is not emptied silently.
        for field in ["title", "description", "origin", "relevance", "priority", "fulfils", "applies", "confidentiality"] {
            let mut patch = serde_json::Map::new();
            patch.insert(field.to_owned(), Value::Null);
            let problem = client.patch(&at, "\"v3\"", patch.into()).await.problem(400, "malformed");
            fault(&problem, &format!("/{field}"), "wrong_type");
        }
        assert_eq!(client.get(&at).await.ok(200), emptied);
    }

    async fn a_patch_without_effect_leaves_no_trace(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = created(&client, planned("Gleich")).await;
        let at = path(&reference);
        let before = client.get(&at).await.ok(200);
        let event = last_event(&client, before["id"].as_str().unwrap()).await;
        app.set_now("2022-10-17T05:02:00Z");
        let mut same = planned("Gleich");
        same["reason"] = json!("nur so");
        same["note"] = json!(null);
        for patch in [json!({}), same, json!({ "title": " Gleich\n" })] {
            let answer = client.patch(&at, "\"v1\"", patch).await;
            assert_eq!(answer.header("etag"), "\"v1\"", "{}", answer.text);
            assert_eq!(answer.ok(200), before);
        }
        assert_eq!(last_event(&client, before["id"].as_str().unwrap()).await, event);
    }

    async fn a_change_names_the_version_it_is_made_from(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = created(&client, planned("Version")).await;
        let at = path(&reference);
        let title = |title: &str| Some(json!({ "title": title }).to_string());
        let status = Some(json!({ "status": "deferred", "reason": "später" }).to_string());
        for (method, place, body) in
            [(Method::PATCH, at.clone(), title("a")), (Method::POST, format!("{at}/status"), status)]
        {
            client.send(method.clone(), &place, &[], body.clone()).await.problem(428, "precondition_required");
            client.send(method.clone(), &place, &[("if-match", " ")], body.clone()).await.problem(428, "precondition_required");
            for seen in ["\"v2\"", "\"v0\"", "v1", "W/\"v1\"", "\"\"", "x"] {
                let answer = client.send(method.clone(), &place, &[("if-match", seen)], body.clone()).await;
                let problem = answer.problem(412, "stale");
                assert!(problem["detail"].as_str().unwrap().contains("\"v1\""), "{problem}");
            }
        }
        assert_eq!(client.patch(&at, "\"v1\"", json!({ "title": "b" })).await.ok(200)["version"], 2);
        client.patch(&at, "\"v1\"", json!({ "title": "c" })).await.problem(412, "stale");
        assert_eq!(client.patch(&at, "*", json!({ "title": "d" })).await.ok(200)["version"], 3);
        assert_eq!(client.get(&at).await.ok(200)["title"], "d");
        for missing in [path("M-2022-9999"), path("m-2022-0001"), "institutions/stuttgart/measures/M-2022-0001".to_owned()] {
            client.patch(&missing, "*", json!({ "title": "x" })).await.problem(404, "not_found");
        }
    }

    async fn a_due_date_binds_once_it_is_approved(app) {
        let people = People::of(app).await;
        let client = &people.isb;
        let reference = created(client, planned("Termin")).await;
        let at = path(&reference);
        // Before the approval a date moves freely.
        let moved = client.patch(&at, "*", json!({ "due": { "day": "2023-01-31" } })).await.ok(200);
        assert_eq!(moved["due"]["original"], json!(null));
        let approved = step(&people.leitung, &reference, "approved", None).await.ok(200);
        assert_eq!(approved["due"]["original"], "2023-01-31");
        // From then on only a postponement moves it (DOMAIN §5.4): not by a reason, not by other words.
        for due in [
            json!({ "day": "2023-02-28" }), json!({ "day": "2022-12-31" }), json!({ "day": "2023-01-31", "text": "Ende Januar" }),
            json!({ "day": "2023-01-31", "precision": "month" }),
        ] {
            let patch = json!({ "due": due, "reason": "Der Lieferant liefert erst im Herbst" });
            fault(&client.patch(&at, "*", patch).await.problem(422, "invalid"), "/due", "fixed");
        }
        let problem = client.patch(&at, "*", json!({ "due": null })).await.problem(422, "invalid");
        fault(&problem, "/due", "fixed");
        client.patch(&at, "*", json!({ "due": { "day": "2023-01-31" }, "note": "derselbe Tag ist kein neuer" })).await.ok(200);
        // Put off, taken up, approved again: still the first date, and no way to change it in between.
        step(&people.leitung, &reference, "deferred", Some("kein Personal")).await.ok(200);
        step(client, &reference, "proposed", Some("Personal ist da")).await.ok(200);
        let patch = json!({ "due": { "day": "2024-01-31" } });
        fault(&client.patch(&at, "*", patch).await.problem(422, "invalid"), "/due", "fixed");
        let again = step(&people.leitung, &reference, "approved", None).await.ok(200);
        assert_eq!((&again["due"]["day"], &again["due"]["original"]), (&json!("2023-01-31"), &json!("2023-01-31")));
        // What was decided on may change, not vanish.
        let nulls = json!({
            "owner": null, "deputy": null, "org_unit": null, "start_planned": null, "no_budget_reason": null, "cost": {},
            "fulfils": [], "initiator": null,
        });
        let problem = client.patch(&at, "*", nulls).await.problem(422, "invalid");
        for pointer in ["/owner", "/deputy", "/org_unit", "/start_planned", "/budget_lines", "/cost", "/fulfils", "/initiator"] {
            fault(&problem, pointer, "required");
        }
        client.patch(&at, "*", json!({ "owner": "arbeitsplatz@offenburg.example" })).await.ok(200);
        client.patch(&at, "*", json!({ "owner": "netz@offenburg.example" })).await.ok(200);
    }

    async fn links_are_replaced_as_a_whole(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = created(&client, planned("Verweise")).await;
        let at = path(&reference);
        let changed = client.patch(&at, "*", json!({ "fulfils": ["SYS.3.2.2", "SYS.3.2.2.A1"], "applies": ["NET.1.1.A4"] })).await.ok(200);
        let targets: Vec<&str> = changed["links"].as_array().unwrap().iter().map(|link| link["target"].as_str().unwrap()).collect();
        assert_eq!(targets, ["SYS.3.2.2", "SYS.3.2.2.A1", "NET.1.1.A4"]);
        assert_eq!(changed["modules"], json!(["NET.1.1", "SYS.3.2.2"]));
        for (patch, pointer, code) in [
            (json!({ "fulfils": ["SYS.3.2.2.A99"] }), "/fulfils/0", "unknown_reference"),
            (json!({ "applies": ["CON.3.A1", "ORP.1.A5"] }), "/applies/1", "withdrawn"),
            (json!({ "applies": ["CON.3.A1", "CON.3.A1"], "title": "halb" }), "/applies/1", "duplicate"),
            (json!({ "fulfils": vec!["CON.3.A1"; 501] }), "/fulfils", "too_long"),
            (json!({ "owner": "revision@offenburg.example" }), "/owner", "not_assignable"),
            (json!({ "programme": "gibt es nicht" }), "/programme", "unknown_reference"),
            (json!({ "due": { "day": "2022-11-15", "precision": "half" } }), "/due/day", "not_period_end"),
            (json!({ "title": "" }), "/title", "required"),
            (json!({ "priority": 0 }), "/priority", "out_of_range"),
        ] {
            fault(&client.patch(&at, "*", patch).await.problem(422, "invalid"), pointer, code);
        }
        assert_eq!(client.get(&at).await.ok(200), changed);
    }

    async fn every_step_is_taken_or_answered_with_the_legal_ones(app) {
        let people = People::of(app).await;
        let legal: [(&str, &[(&str, &str)]); 8] = [
            ("proposed", &[("approved", "leitung"), ("deferred", "leitung"), ("rejected", "leitung")]),
            ("approved", &[("in_progress", "netz"), ("blocked", "netz"), ("deferred", "leitung"), ("rejected", "leitung")]),
            ("in_progress", &[("blocked", "netz"), ("implemented", "netz"), ("deferred", "leitung"), ("rejected", "leitung")]),
            ("blocked", &[("approved", "netz"), ("in_progress", "netz"), ("deferred", "leitung"), ("rejected", "leitung")]),
            ("implemented", &[("in_progress", "isb"), ("verified", "isb")]),
            ("verified", &[("in_progress", "isb")]),
            ("deferred", &[("proposed", "isb"), ("rejected", "leitung")]),
            ("rejected", &[]),
        ];
        let all = ["proposed", "approved", "in_progress", "blocked", "implemented", "verified", "deferred", "rejected", "replaced"];
        for (from, steps) in legal {
            let stays = people.measure_in(from).await;
            let before = people.isb.get(&path(&stays)).await.ok(200);
            let next: Vec<&str> = steps.iter().map(|(to, _)| *to).collect();
            assert_eq!(before["next_statuses"], json!(next), "{from}");
            for to in all.into_iter().filter(|to| !next.contains(to)) {
                let problem = step(&people.isb, &stays, to, Some("egal")).await.problem(409, "illegal_transition");
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains(&format!("from `{from}` to `{to}`")), "{detail}");
                assert!(next.iter().all(|next| detail.contains(&format!("`{next}`"))), "{detail}");
            }
            assert_eq!(people.isb.get(&path(&stays)).await.ok(200), before);
            for (to, who) in steps {
                let reference = people.measure_in(from).await;
                let before = people.isb.get(&path(&reference)).await.ok(200);
                let after = step(people.get(who), &reference, to, Some("weil")).await.ok(200);
                assert_eq!(after["status"], *to, "{from}");
                assert_eq!(after["status_reason"], "weil");
                assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|version| version + 1));
                let completed = match *to {
                    "implemented" | "verified" => json!("2022-10-17"),
                    _ => json!(null),
                };
                assert_eq!(after["completed_on"], completed, "{from} to {to}");
                let event = last_event(&people.isb, after["id"].as_str().unwrap()).await;
                assert_eq!((&event["action"], &event["reason"]), (&json!("measure.status_changed"), &json!("weil")));
                assert_eq!((&event["details"]["old"], &event["details"]["new"]), (&json!(from), &json!(to)));
            }
        }
    }

    async fn an_incomplete_step_names_what_is_missing(app) {
        let people = People::of(app).await;
        let bare = created(&people.isb, json!({ "title": "leer", "origin": "audit", "priority": 2 })).await;
        let problem = step(&people.leitung, &bare, "approved", None).await.problem(409, "transition_incomplete");
        let detail = problem["detail"].as_str().unwrap();
        for field in ["owner", "org_unit", "due", "links"] {
            assert!(detail.contains(&format!("`{field}`")), "{detail}");
        }
        for (from, to, who) in [
            ("approved", "blocked", "netz"), ("approved", "deferred", "leitung"), ("approved", "rejected", "leitung"),
            ("in_progress", "implemented", "netz"), ("implemented", "verified", "isb"), ("implemented", "in_progress", "isb"),
            ("verified", "in_progress", "isb"), ("deferred", "proposed", "isb"),
        ] {
            let reference = people.measure_in(from).await;
            for reason in [None, Some(" \n")] {
                let problem = step(people.get(who), &reference, to, reason).await.problem(409, "transition_incomplete");
                assert!(problem["detail"].as_str().unwrap().contains("`reason`"), "{problem}");
            }
        }
        // No module fits: said in words instead (DOMAIN §2.2).
        let mut body = planned("ohne Baustein");
        body["fulfils"] = json!([]);
        let reference = created(&people.isb, body).await;
        let problem = step(&people.leitung, &reference, "approved", None).await.problem(409, "transition_incomplete");
        assert!(problem["detail"].as_str().unwrap().contains("`links`"), "{problem}");
        step(&people.leitung, &reference, "approved", Some("kein Baustein passt")).await.ok(200);
        fault(&step(&people.netz, &reference, "blocked", Some("\u{0}")).await.problem(422, "invalid"), "/reason", "control_characters");
        fault(&step(&people.netz, &reference, "blocked", Some(&"x".repeat(2001))).await.problem(422, "invalid"), "/reason", "too_long");
        step(&people.netz, &reference, "done", None).await.problem(400, "malformed");
    }

    async fn duties_are_separate(app) {
        let people = People::of(app).await;
        let mut others = Vec::new();
        for name in ["it-leitung", "arbeitsplatz", "revision", "kaemmerei", "admin", "rat"] {
            others.push((name, app.sign_in(&format!("{name}@offenburg.example")).await));
        }
        let other = |name: &str| &others.iter().find(|(other, _)| *other == name).unwrap().1;
        let reference = created(&people.isb, planned("Trennung")).await;
        let refused = async |client: &Client<'_>, reference: &str, to: &str| {
            step(client, reference, to, Some("ich")).await.problem(403, "forbidden");
        };
        let unseen = async |reference: &str, to: &str| {
            for name in ["kaemmerei", "admin", "rat"] {
                step(other(name), reference, to, Some("ich")).await.problem(404, "not_found");
            }
        };
        // Approval: head or management, neither the ISB nor the owner.
        unseen(&reference, "approved").await;
        for client in [&people.isb, &people.netz, other("arbeitsplatz"), other("revision")] {
            refused(client, &reference, "approved").await;
        }
        step(other("it-leitung"), &reference, "approved", None).await.ok(200);
        // Work: only the owner.
        for client in [&people.isb, &people.leitung, other("it-leitung"), other("arbeitsplatz"), other("revision")] {
            refused(client, &reference, "in_progress").await;
        }
        step(&people.netz, &reference, "in_progress", None).await.ok(200);
        for client in [&people.isb, &people.leitung, other("it-leitung"), other("arbeitsplatz")] {
            refused(client, &reference, "implemented").await;
        }
        step(&people.netz, &reference, "implemented", Some("gebaut")).await.ok(200);
        // Check: only the ISB, not the owner, not the management.
        for client in [&people.netz, &people.leitung, other("it-leitung"), other("arbeitsplatz"), other("revision")] {
            refused(client, &reference, "verified").await;
        }
        let verified = step(&people.isb, &reference, "verified", Some("Stichprobe")).await.ok(200);
        assert_eq!(verified["status"], "verified");
        // The head does not approve what is theirs to do.
        let mut own = planned("eigene");
        own["owner"] = json!("it-leitung@offenburg.example");
        let reference = created(&people.isb, own).await;
        refused(other("it-leitung"), &reference, "approved").await;
        // A basic requirement is put off by the management only; rejection always.
        refused(other("it-leitung"), &reference, "deferred").await;
        refused(other("it-leitung"), &reference, "rejected").await;
        let mut small = planned("klein");
        small["fulfils"] = json!(["NET.1.1.A16"]);
        let small = created(&people.isb, small).await;
        step(other("it-leitung"), &small, "deferred", Some("später")).await.ok(200);
        // The ISB as owner: somebody else has to check, also when the measure changes hands after the report.
        let mut own = planned("vom ISB");
        own["owner"] = json!("isb@offenburg.example");
        let reference = created(&people.isb, own).await;
        step(&people.leitung, &reference, "approved", None).await.ok(200);
        step(&people.isb, &reference, "in_progress", None).await.ok(200);
        step(&people.isb, &reference, "implemented", Some("selbst gemacht")).await.ok(200);
        refused(&people.isb, &reference, "verified").await;
        let handed_over = people.isb.patch(&path(&reference), "*", json!({ "owner": "netz@offenburg.example" })).await;
        fault(&handed_over.problem(422, "invalid"), "/owner", "fixed");
        refused(&people.isb, &reference, "verified").await;
    }

    async fn what_is_out_of_sight_does_not_exist(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let mut secret = planned("Lücke in der Firewall");
        secret["confidentiality"] = json!("confidential");
        let reference = created(&isb, secret).await;
        for (who, may_see) in [
            ("leitung", true), ("revision", true), ("netz", true), ("arbeitsplatz", false), ("it-leitung", false),
            ("kaemmerei", false), ("admin", false), ("rat", false),
        ] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let answer = client.get(&path(&reference)).await;
            let found = client.get(&format!("{MEASURES}?q=firewall&limit=200")).await;
            let listed = found.text.contains(&reference);
            assert_eq!(listed, may_see, "{who}");
            if may_see {
                answer.ok(200);
            } else {
                answer.problem(404, "not_found");
                client.patch(&path(&reference), "*", json!({ "title": "x" })).await.problem(404, "not_found");
            }
        }
        // Nobody pushes a measure into sight or out of it without the right to: heads change up to internal.
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let mut body = planned("x");
        body["confidentiality"] = json!("confidential");
        head.post(MEASURES, body).await.problem(403, "forbidden");
        let open = created(&head, planned("offen")).await;
        head.patch(&path(&open), "*", json!({ "confidentiality": "confidential" })).await.problem(403, "forbidden");
        for who in ["netz", "leitung", "revision"] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            client.patch(&path(&open), "*", json!({ "title": "x" })).await.problem(403, "forbidden");
            client.post(MEASURES, planned("x")).await.problem(403, "forbidden");
        }
        let foreign = app.sign_in("isb@stuttgart.example").await;
        foreign.get(&path(&open)).await.problem(404, "not_found");
        foreign.post(MEASURES, planned("x")).await.problem(404, "not_found");
        foreign.get(MEASURES).await.problem(404, "not_found");
    }

    async fn the_same_request_again_gets_the_first_answer(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let post = async |client: &Client<'_>, key: &str, body: Value| {
            client.send(Method::POST, MEASURES, &[("idempotency-key", key)], Some(body.to_string())).await
        };
        let first = post(&client, "k1", planned("einmal")).await;
        let made = first.ok(201);
        assert_eq!(first.header("idempotent-replayed"), "");
        let reference = made["reference"].as_str().unwrap();
        client.patch(&path(reference), "*", json!({ "title": "geändert" })).await.ok(200);
        let again = post(&client, "k1", planned("einmal")).await;
        assert_eq!(again.ok(201), made);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.header("etag"), "\"v1\"");
        assert_eq!(again.header("location"), first.header("location"));
        post(&client, "k1", planned("etwas anderes")).await.problem(422, "idempotency_key_reused");
        assert_ne!(post(&client, "k2", planned("einmal")).await.ok(201)["reference"], reference);
        // A key belongs to whoever used it.
        let head = app.sign_in("it-leitung@offenburg.example").await;
        assert_ne!(post(&head, "k1", planned("einmal")).await.ok(201)["reference"], reference);
        // What was refused is not kept.
        let mut broken = planned("kaputt");
        broken["priority"] = json!(9);
        post(&client, "k3", broken.clone()).await.problem(422, "invalid");
        broken["priority"] = json!(1);
        post(&client, "k3", broken).await.ok(201);
        for (key, code) in [("", "required"), (&"k".repeat(256)[..], "too_long")] {
            fault(&post(&client, key, planned("x")).await.problem(422, "invalid"), "Idempotency-Key", code);
        }
        client.send(Method::POST, MEASURES, &[("idempotency-key", "ä")], Some(planned("x").to_string())).await.problem(400, "malformed");
    }

    async fn parallel_requests_with_one_key_make_one_measure(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let body = planned("gleichzeitig").to_string();
        let headers = [("idempotency-key", "parallel")];
        let requests = (0..6).map(|_| client.send(Method::POST, MEASURES, &headers, Some(body.clone())));
        let answers = join_all(requests).await;
        let first = answers[0].ok(201);
        assert!(answers.iter().all(|answer| answer.ok(201) == first));
        assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replayed") == "true").count(), 5);
        let found = client.get(&format!("{MEASURES}?q=gleichzeitig")).await.ok(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    }

    async fn of_parallel_changes_of_one_version_one_wins(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = created(&client, planned("umkämpft")).await;
        let at = path(&reference);
        let answers = join_all((0..32).map(|n| client.patch(&at, "\"v1\"", json!({ "title": format!("Titel {n}") })))).await;
        let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.problem(412, "stale");
        }
        assert_eq!(client.get(&at).await.ok(200), won[0].ok(200));
        let page = client.get("institutions/offenburg/audit-events?limit=50").await.ok(200);
        let events = page["items"].as_array().unwrap().iter().filter(|event| event["action"] == "measure.updated");
        assert_eq!(events.count(), 1);
    }

    async fn parallel_creations_are_numbered_without_gaps(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let first = created(&client, planned("davor")).await;
        let number = |reference: &str| reference.strip_prefix("M-2022-").unwrap().parse::<u32>().unwrap();
        let answers = join_all((0..32).map(|n| client.post(MEASURES, planned(&format!("parallel {n}"))))).await;
        let mut numbers: Vec<u32> =
            answers.iter().map(|answer| number(answer.ok(201)["reference"].as_str().unwrap())).collect();
        numbers.sort_unstable();
        let expected: Vec<u32> = (number(&first) + 1..=number(&first) + 32).collect();
        assert_eq!(numbers, expected);
    }
}
