//! What became of a measure: its history, the measure as it stood, and the evidence for it.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, approvable};

const MEASURES: &str = "institutions/offenburg/measures";

async fn created(client: &Client<'_>, more: Value) -> String {
    let mut body = approvable(json!({
        "title": "Netzzonen trennen", "origin": "audit", "priority": 2, "owner": "netz@offenburg.example",
        "org_unit": "FB DigIT", "due": { "day": "2022-12-31" }, "fulfils": ["NET.1.1.A4"],
    }));
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let measure = client.post(MEASURES, body).await.ok(201);
    measure["reference"].as_str().unwrap().to_owned()
}

async fn history(client: &Client<'_>, reference: &str) -> Vec<Value> {
    let page = client
        .get(&format!("{MEASURES}/{reference}/history"))
        .await
        .ok(200);
    page["items"].as_array().unwrap().clone()
}

/// The change of a field in an event.
fn change<'a>(event: &'a Value, field: &str) -> &'a Value {
    let changes = event["changes"].as_array().unwrap();
    let found = changes.iter().find(|change| change["field"] == field);
    found.unwrap_or(&Value::Null)
}

/// A measure without what depends on the day on which it is looked at.
fn timeless(measure: &Value) -> Value {
    let mut measure = measure.clone();
    for field in [
        "overdue",
        "days_overdue",
        "updated_at",
        "status_changed_at",
        "budget",
    ] {
        measure.as_object_mut().unwrap().remove(field);
    }
    measure
}

async fn steps(app: &TestApp, reference: &str, steps: &[(&str, &str)]) {
    for (who, to) in steps {
        let client = app.sign_in(&format!("{who}@offenburg.example")).await;
        client.step(reference, to, Some("so ist es")).await.ok(200);
    }
}

both_engines! {
    async fn every_change_of_every_field_is_there_and_each_day_can_be_looked_at(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let other = created(&isb, json!({ "title": "zuerst" })).await;
        let reference = created(&isb, json!({})).await;
        let at = format!("{MEASURES}/{reference}");
        let mut stood = vec![("2022-10-17", isb.get(&at).await.ok(200))];
        let patches = [
            ("2022-10-18T08:00:00Z", "2022-10-18", json!({ "priority": 1, "title": "Netzzonen", "reason": "Beratung" })),
            ("2022-10-19T08:00:00Z", "2022-10-19", json!({
                "owner": "arbeitsplatz@offenburg.example", "verifier": "it-leitung@offenburg.example", "requires": [other],
                "fulfils": ["NET.1.1.A5", "SYS.3.2.2"], "applies": ["NET.1.1.A4"], "programme": "OG-2021-DIG",
                "budget_lines": ["OG-2021-DIG:OG-K1"], "no_budget_reason": null,
            })),
            ("2022-10-20T08:00:00Z", "2022-10-20", json!({
                "cost": { "once_material_cents": 12_345, "once_staff_tenth_days": 5, "yearly_material_cents": 1, "yearly_staff_tenth_days": 0, "quality": "offer" },
                "milestones": [{ "title": "Ausschreibung", "due": "2022-11-30" }], "progress_percent": 10,
                "place": { "place": "first", "number": 1, "reason": "Vertrag läuft aus" }, "fulfils": ["NET.1.1.A5"],
                "accompanying": [{ "kind": "training", "text": "Schulung" }], "due": { "day": "2022-12-31", "precision": "year" },
                "residual_risk": "bis Jahresende offen", "external_key": "X-1", "confidentiality": "public", "needs_split": true,
            })),
        ];
        for (now, day, patch) in patches {
            app.set_now(now);
            let isb = app.sign_in("isb@offenburg.example").await;
            let changed = isb.patch(&at, "*", patch).await.ok(200);
            assert_eq!(isb.get(&at).await.ok(200), changed);
            stood.push((day, changed));
        }
        for (now, day, who, to) in [
            ("2022-10-21T08:00:00Z", "2022-10-21", "leitung", "approved"),
            ("2022-10-22T08:00:00Z", "2022-10-22", "arbeitsplatz", "in_progress"),
            ("2022-10-23T08:00:00Z", "2022-10-23", "arbeitsplatz", "blocked"),
            ("2022-10-24T08:00:00Z", "2022-10-24", "digital", "in_progress"),
            ("2022-10-25T08:00:00Z", "2022-10-25", "arbeitsplatz", "implemented"),
            ("2022-10-26T08:00:00Z", "2022-10-26", "isb", "verified"),
            ("2022-10-27T08:00:00Z", "2022-10-27", "isb", "in_progress"),
        ] {
            app.set_now(now);
            steps(app, &reference, &[(who, to)]).await;
            let isb = app.sign_in("isb@offenburg.example").await;
            stood.push((day, isb.get(&at).await.ok(200)));
        }
        let isb = app.sign_in("isb@offenburg.example").await;
        for (day, expected) in &stood {
            let then = isb.get(&format!("{at}?as_of={day}")).await;
            assert_eq!(then.header("etag"), "", "the past cannot be changed");
            assert_eq!(timeless(&then.ok(200)), timeless(expected), "{day}");
        }
        // Overdue is asked for the day that is looked at.
        assert_eq!(isb.get(&format!("{at}?as_of=2022-10-22T09:00:00Z")).await.ok(200)["overdue"], false);
        isb.get(&format!("{at}?as_of=2022-10-16")).await.problem(404, "not_found");
        for bad in ["2022-10-28", "2099-01-01T00:00:00Z", "gestern", "", "2022-13-01"] {
            isb.get(&format!("{at}?as_of={bad}")).await.problem(400, "malformed");
        }
        let events = history(&isb, &reference).await;
        assert_eq!(events.len(), 12);
        let (newest, oldest) = (&events[0], &events[11]);
        assert_eq!((&newest["action"], &change(newest, "status")["new"]), (&json!("measure.status_changed"), &json!("in_progress")));
        assert_eq!(newest["actor"]["email"], "isb@offenburg.example");
        assert_eq!(oldest["action"], "measure.created");
        // Before it was made there was nothing, not the values of a blank form.
        let first = oldest["changes"].as_array().unwrap();
        assert!(first.iter().all(|change| change["old"].is_null() && !change["new"].is_null()), "{first:?}");
        assert_eq!(change(oldest, "origin")["new"], "audit");
        assert_eq!(change(oldest, "status")["new"], "proposed");
        assert_eq!(change(oldest, "title")["new"], "Netzzonen trennen");
        let beratung = &events[10];
        assert_eq!((&beratung["reason"], change(beratung, "priority")), (&json!("Beratung"), &json!({ "field": "priority", "old": 2, "new": 1 })));
        assert_eq!(change(&events[9], "owner")["old"], "netz@offenburg.example");
        // Page by page.
        let mut paged = Vec::new();
        let mut next = format!("{at}/history?limit=5");
        loop {
            let page = isb.get(&next).await.ok(200);
            paged.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{at}/history?limit=5&cursor={cursor}");
        }
        assert_eq!(paged, events);
        // Whoever does not see the measure sees no history of it; the council sees neither.
        for who in ["kaemmerei", "admin", "rat"] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            for path in [format!("{at}/history"), format!("{at}?as_of=2022-10-20"), format!("{at}/evidence")] {
                client.get(&path).await.problem(404, "not_found");
            }
        }
    }

    async fn a_class_that_was_higher_hides_what_was(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let reference = created(&isb, json!({ "confidentiality": "confidential", "title": "Lücke in der Firewall" })).await;
        let at = format!("{MEASURES}/{reference}");
        app.set_now("2022-10-19T08:00:00Z");
        let isb = app.sign_in("isb@offenburg.example").await;
        isb.patch(&at, "*", json!({ "confidentiality": "internal", "title": "Netz" })).await.ok(200);
        let head = app.sign_in("it-leitung@offenburg.example").await;
        head.get(&at).await.ok(200);
        head.get(&format!("{at}?as_of=2022-10-20")).await.problem(400, "malformed");
        head.get(&format!("{at}?as_of=2022-10-19")).await.ok(200);
        head.get(&format!("{at}?as_of=2022-10-18")).await.problem(404, "not_found");
        let text = head.get(&format!("{at}/history")).await.text;
        assert!(!text.contains("Firewall"), "{text}");
        let isb = app.sign_in("isb@offenburg.example").await;
        assert_eq!(isb.get(&format!("{at}?as_of=2022-10-18")).await.ok(200)["title"], "Lücke in der Firewall");
        assert!(isb.get(&format!("{at}/history")).await.text.contains("Firewall"));
    }

    async fn evidence_is_named_and_taken_back_but_never_lost(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let netz = app.sign_in("netz@offenburg.example").await;
        let reference = created(&isb, json!({})).await;
        let at = format!("{MEASURES}/{reference}");
        let evidence = format!("{at}/evidence");
        let piece = |title: &str| json!({
            "kind": "document", "title": title, "location": "DMS 4711", "sha256": "AB".repeat(32), "dated_on": "2022-10-01",
        });
        steps(app, &reference, &[("leitung", "approved"), ("netz", "in_progress")]).await;
        let body = json!({ "status": "implemented", "reason": "fertig" });
        let send = async |client: &Client<'_>, path: &str, body: &Value| {
            client.send(Method::POST, path, &[("if-match", "*"), ("accept-language", "en")], Some(body.to_string())).await
        };
        let status = format!("{at}/status");
        let problem = send(&netz, &status, &body).await.problem(409, "transition_incomplete");
        assert!(problem["detail"].as_str().unwrap().contains("`evidence`"), "{problem}");
        // What has run out or was withdrawn is none.
        let mut old = piece("Altes Zertifikat");
        old["valid_until"] = json!("2022-10-16");
        netz.post(&evidence, old).await.ok(201);
        let added = netz.post(&evidence, piece("Abnahme")).await.ok(201);
        assert_eq!((&added["valid"], &added["sha256"]), (&json!(true), &json!("ab".repeat(32))));
        let withdrawal = format!("{evidence}/{}/withdrawal", added["id"].as_str().unwrap());
        let withdrawn = netz.post(&withdrawal, json!({ "reason": "falsche Fassung" })).await.ok(200);
        assert_eq!((&withdrawn["valid"], &withdrawn["withdrawn_reason"]), (&json!(false), &json!("falsche Fassung")));
        netz.post(&withdrawal, json!({ "reason": "noch einmal" })).await.problem(404, "not_found");
        send(&netz, &status, &body).await.problem(409, "transition_incomplete");
        let again = netz.send(Method::POST, &evidence, &[("idempotency-key", "e1")], Some(piece("Abnahme 2").to_string())).await.ok(201);
        let twice = netz.send(Method::POST, &evidence, &[("idempotency-key", "e1")], Some(piece("Abnahme 2").to_string())).await;
        assert_eq!((twice.ok(201), twice.header("idempotent-replayed")), (again.clone(), "true"));
        send(&netz, &status, &body).await.ok(200);
        // Reported done: whoever did it does not take the evidence back any more; the ISB may.
        let last = format!("{evidence}/{}/withdrawal", again["id"].as_str().unwrap());
        netz.post(&last, json!({ "reason": "weg damit" })).await.problem(403, "forbidden");
        let all = isb.get(&evidence).await.ok(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 3);
        // Evidence is confidential by default: a head who sees the measure does not see it.
        let head = app.sign_in("it-leitung@offenburg.example").await;
        assert_eq!(head.get(&evidence).await.ok(200)["items"], json!([]));
        head.post(&last, json!({ "reason": "nicht zu sehen" })).await.problem(404, "not_found");
        assert!(!head.get(&format!("{at}/history")).await.text.contains("Abnahme"));
        for (who, code) in [("leitung", "forbidden"), ("revision", "forbidden"), ("arbeitsplatz", "forbidden")] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            client.post(&evidence, piece("x")).await.problem(403, code);
        }
        for (change, pointer) in [
            (json!({ "title": "" }), "/title"), (json!({ "sha256": "zz" }), "/sha256"), (json!({ "dated_on": "2022-10-18" }), "/dated_on"),
            (json!({ "valid_until": "2022-09-30" }), "/valid_until"), (json!({ "dated_on": "0000-01-01" }), "/dated_on"),
            (json!({ "valid_until": "9999-12-31" }), "/valid_until"), (json!({ "location": "a\u{0}" }), "/location"),
        ] {
            let mut bad = piece("x");
            bad.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let problem = netz.post(&evidence, bad).await.problem(422, "invalid");
            assert!(problem["errors"].as_array().unwrap().iter().any(|error| error["pointer"] == pointer), "{problem}");
        }
        let idle = json!({ "status": "verified", "reason": "gut", "method": "sample", "evidence": [piece("x")] });
        send(&isb, &status, &idle).await.problem(422, "invalid");
        assert_eq!(isb.get(&evidence).await.ok(200), all);
    }

    async fn progress_is_reported_by_whoever_does_the_work(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let reference = created(&isb, json!({})).await;
        let at = format!("{MEASURES}/{reference}");
        let progress = json!({ "progress_percent": 40, "milestones": [{ "title": "Bestellt", "done_on": "2022-10-10" }] });
        for (who, may) in [("netz", true), ("digital", true), ("arbeitsplatz", false), ("leitung", false), ("revision", false)] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            let mut patch = progress.clone();
            patch["progress_percent"] = json!(who.len());
            let answer = client.patch(&at, "*", patch).await;
            if may {
                assert_eq!(answer.ok(200)["progress_percent"], who.len());
                // All other fields are the ledger's.
                client.patch(&at, "*", json!({ "progress_percent": 50, "title": "x" })).await.problem(403, "forbidden");
                client.patch(&at, "*", json!({ "note": "x" })).await.problem(403, "forbidden");
            } else {
                answer.problem(403, "forbidden");
            }
        }
        let event = &history(&isb, &reference).await[0];
        assert_eq!(event["action"], "measure.progress_reported");
        isb.patch(&at, "*", json!({ "progress_percent": 101 })).await.problem(422, "invalid");
        isb.patch(&at, "*", json!({ "progress_percent": -1 })).await.problem(422, "invalid");
    }

    async fn deputies_are_bound_like_those_they_stand_in_for(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        // A deputy sees the measure in every class and does the work.
        let secret = created(&isb, json!({ "confidentiality": "confidential" })).await;
        let digital = app.sign_in("digital@offenburg.example").await;
        digital.get(&format!("{MEASURES}/{secret}")).await.ok(200);
        let listed = digital.get(&format!("{MEASURES}?limit=200")).await.text;
        assert!(listed.contains(&secret));
        steps(app, &secret, &[("leitung", "approved"), ("digital", "in_progress"), ("digital", "implemented")]).await;
        digital.step(&secret, "verified", Some("selbst")).await.problem(403, "forbidden");
        // The ISB as deputy does not check either (T7), and a named verifier does.
        let with_isb = created(&isb, json!({ "deputy": "isb@offenburg.example", "verifier": "arbeitsplatz@offenburg.example" })).await;
        steps(app, &with_isb, &[("leitung", "approved"), ("netz", "in_progress"), ("netz", "implemented")]).await;
        isb.step(&with_isb, "verified", Some("selbst")).await.problem(403, "forbidden");
        let netz = app.sign_in("netz@offenburg.example").await;
        netz.step(&with_isb, "verified", Some("selbst")).await.problem(403, "forbidden");
        steps(app, &with_isb, &[("arbeitsplatz", "verified")]).await;
        // A head who is deputy approves nothing of it; whoever brought it up does not approve it either.
        let of_head = created(&isb, json!({ "deputy": "it-leitung@offenburg.example" })).await;
        let head = app.sign_in("it-leitung@offenburg.example").await;
        head.step(&of_head, "approved", None).await.problem(403, "forbidden");
        let by_head = created(&isb, json!({ "initiator": "it-leitung@offenburg.example" })).await;
        head.step(&by_head, "approved", None).await.problem(403, "forbidden");
        let body = json!({ "owner": "netz@offenburg.example", "deputy": "netz@offenburg.example" });
        isb.patch(&format!("{MEASURES}/{of_head}"), "*", body).await.problem(422, "invalid");
        for verifier in ["netz", "it-leitung"] {
            let body = json!({ "verifier": format!("{verifier}@offenburg.example") });
            isb.patch(&format!("{MEASURES}/{of_head}"), "*", body).await.problem(422, "invalid");
        }
    }
}
