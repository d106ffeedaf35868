//! Separation of duties and sight where two requests together would get around one rule.

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::actions::{By, notifications, outbox, reminders, users};
use zinne::domain::access::{Grant, Role};
use zinne::domain::measure::Confidentiality;
use zinne::store::notifications::NotificationFilter;
use zinne::store::schema;

use crate::support::{Client, TestApp, approvable};

const MEASURES: &str = "institutions/offenburg/measures";

async fn created(client: &Client<'_>, owner: &str, fulfils: Value) -> String {
    let body = json!({
        "title": "Netzzonen trennen", "origin": "audit", "priority": 2, "org_unit": "FB DigIT",
        "owner": format!("{owner}@offenburg.example"), "due": { "day": "2022-12-31" }, "fulfils": fulfils,
    });
    let measure = client.post(MEASURES, approvable(body)).await.ok(201);
    measure["reference"].as_str().unwrap().to_owned()
}

/// Gives a programme another class, as a later import could.
fn classify(app: &TestApp, key: &str, class: Confidentiality) {
    let programme = schema::programmes::table.filter(schema::programmes::key.eq(key));
    let set = app.app.store.write(|db| {
        Ok(diesel::update(programme)
            .set(schema::programmes::confidentiality.eq(class))
            .execute(db)?)
    });
    assert_eq!(set.unwrap(), 1);
}

both_engines! {
    async fn nobody_approves_what_they_created(app) {
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let measure = created(&head, "netz", json!(["NET.1.1.A4"])).await;
        head.step(&measure, "approved", None).await.problem(403, "forbidden");
        app.sign_in("leitung@offenburg.example").await.step(&measure, "approved", None).await.ok(200);
    }

    async fn nobody_checks_what_they_reported_done(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let measure = created(&isb, "isb", json!(["NET.1.1.A4"])).await;
        app.sign_in("leitung@offenburg.example").await.step(&measure, "approved", None).await.ok(200);
        isb.step(&measure, "in_progress", None).await.ok(200);
        isb.step(&measure, "implemented", Some("ist getrennt")).await.ok(200);
        let path = format!("{MEASURES}/{measure}");
        // Handing it over afterwards is refused; even if it were done behind our back, the reporter stays the reporter.
        let netz: String = app.app.store.read(|db| {
            let netz = schema::users::table.filter(schema::users::email_key.eq("netz@offenburg.example"));
            Ok(netz.select(schema::users::id).first(db)?)
        }).unwrap();
        isb.patch(&path, "*", json!({ "owner": "netz@offenburg.example" })).await.problem(422, "invalid");
        app.app.store.write(|db| {
            let it = schema::measures::table.filter(schema::measures::reference.eq(&measure));
            Ok(diesel::update(it).set(schema::measures::owner_id.eq(&netz)).execute(db)?)
        }).unwrap();
        isb.step(&measure, "verified", Some("Stichprobe")).await.problem(403, "forbidden");
    }

    async fn a_head_cannot_unlink_a_basic_requirement_and_then_defer(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let head = app.sign_in("it-leitung@offenburg.example").await;
        for target in ["NET.1.1.A4", "NET.1.1"] {
            let measure = created(&isb, "netz", json!([target])).await;
            head.step(&measure, "approved", None).await.ok(200);
            let path = format!("{MEASURES}/{measure}");
            head.patch(&path, "*", json!({ "fulfils": [] })).await.problem(403, "forbidden");
            head.step(&measure, "deferred", Some("kein Personal")).await.problem(403, "forbidden");
            let links = head.get(&path).await.ok(200)["links"].as_array().unwrap().len();
            assert_eq!(links, 1, "{target}");
        }
        let standard = created(&isb, "netz", json!(["NET.1.1.A22"])).await;
        head.step(&standard, "approved", None).await.ok(200);
        head.step(&standard, "deferred", Some("kein Personal")).await.ok(200);
    }

    async fn a_head_cannot_unlink_what_is_only_proposed_and_then_defer(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let measure = created(&isb, "netz", json!(["NET.1.1.A4"])).await;
        let path = format!("{MEASURES}/{measure}");
        head.patch(&path, "*", json!({ "fulfils": [] })).await.problem(403, "forbidden");
        head.step(&measure, "deferred", Some("kein Personal")).await.problem(403, "forbidden");
        let standard = created(&isb, "netz", json!(["NET.1.1.A22"])).await;
        head.patch(&format!("{MEASURES}/{standard}"), "*", json!({ "fulfils": ["NET.1.1.A23"] })).await.ok(200);
    }

    async fn nobody_approves_what_they_had_a_hand_in(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let lead = app.sign_in("leitung@offenburg.example").await;
        let measure = created(&isb, "netz", json!(["NET.1.1.A22"])).await;
        head.patch(&format!("{MEASURES}/{measure}"), "*", json!({ "title": "etwas ganz anderes" })).await.ok(200);
        // A change by somebody else afterwards does not wash it clean.
        isb.patch(&format!("{MEASURES}/{measure}"), "*", json!({ "priority": 1 })).await.ok(200);
        head.step(&measure, "approved", None).await.problem(403, "forbidden");
        lead.step(&measure, "approved", None).await.ok(200);
        let again = created(&isb, "netz", json!(["NET.1.1.A22"])).await;
        lead.step(&again, "deferred", Some("nächstes Jahr")).await.ok(200);
        lead.step(&again, "proposed", Some("doch jetzt")).await.ok(200);
        lead.step(&again, "approved", None).await.problem(403, "forbidden");
        head.step(&again, "approved", None).await.ok(200);
    }

    async fn nobody_rejects_what_they_are_to_do(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let grant = Grant { role: Role::Owner, org_unit: None };
        users::set_role(&app.app, "leitung@offenburg.example", "offenburg", &grant, true).unwrap();
        let lead = app.sign_in("leitung@offenburg.example").await;
        let measure = created(&isb, "leitung", json!(["NET.1.1.A22"])).await;
        app.sign_in("it-leitung@offenburg.example").await.step(&measure, "approved", None).await.ok(200);
        lead.step(&measure, "rejected", Some("keine Lust")).await.problem(403, "forbidden");
        lead.step(&measure, "blocked", Some("keine Zeit")).await.ok(200);
        lead.step(&measure, "rejected", Some("keine Lust")).await.problem(403, "forbidden");
    }

    async fn an_isb_imports_no_money_whatever_other_role_they_have(app) {
        let grant = Grant { role: Role::Finance, org_unit: None };
        users::set_role(&app.app, "isb@offenburg.example", "offenburg", &grant, true).unwrap();
        let isb = app.sign_in("isb@offenburg.example").await;
        let file: Value = serde_json::from_str(include_str!("../../programmes/offenburg.json")).unwrap();
        isb.post("institutions/offenburg/programmes", file).await.problem(403, "forbidden");
    }

    async fn what_an_import_brings_has_an_event_of_its_own(app) {
        let events = app.app.store.read(|db| {
            let created = schema::audit_events::table.filter(schema::audit_events::action.eq("measure.created"));
            Ok(created.count().get_result::<i64>(db)?)
        });
        assert_eq!(events.unwrap(), 42);
    }

    async fn a_head_does_not_move_the_date_of_their_own_measure(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let measure = created(&isb, "it-leitung", json!(["NET.1.1.A22"])).await;
        app.sign_in("leitung@offenburg.example").await.step(&measure, "approved", None).await.ok(200);
        let later = json!({ "due": { "day": "2023-06-30" }, "reason": "der Lieferant liefert erst im Juni" });
        head.patch(&format!("{MEASURES}/{measure}"), "*", later.clone()).await.problem(403, "forbidden");
        head.step(&measure, "deferred", Some("später")).await.problem(403, "forbidden");
        // Nor does anybody else by a change of the field: a date moves by a postponement (DOMAIN §5.4).
        isb.patch(&format!("{MEASURES}/{measure}"), "*", later).await.problem(422, "invalid");
    }

    async fn money_of_a_confidential_programme_stays_there(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let owner = app.sign_in("arbeitsplatz@offenburg.example").await;
        let measure = isb.reference_of("offenburg", "OG-K1").await;
        let path = format!("{MEASURES}/{measure}");
        assert_eq!(owner.get(&path).await.ok(200)["programme"], "OG-2021-DIG");
        classify(app, "OG-2021-DIG", Confidentiality::Confidential);
        let seen = owner.get(&path).await.ok(200);
        assert_eq!((&seen["programme"], &seen["budget"]["years"]), (&Value::Null, &json!([])));
        let listed = owner.get(&format!("{MEASURES}?programme=OG-2021-DIG")).await.ok(200);
        assert_eq!(listed["items"], json!([]));
        let full = isb.get(&path).await.ok(200);
        assert_eq!(full["programme"], "OG-2021-DIG");
        assert!(!full["budget"]["years"].as_array().unwrap().is_empty());
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let body = json!({ "title": "x", "origin": "audit", "priority": 2, "programme": "OG-2021-DIG" });
        let hidden = head.post(MEASURES, body).await.problem(422, "invalid");
        let body = json!({ "title": "x", "origin": "audit", "priority": 2, "programme": "OG-2021-XXX" });
        let missing = head.post(MEASURES, body).await.problem(422, "invalid");
        assert_eq!(hidden["errors"][0]["code"], missing["errors"][0]["code"]);
    }

    async fn what_is_done_between_planning_and_sending_is_not_mailed(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let owner = app.sign_in("arbeitsplatz@offenburg.example").await;
        let netz = app.sign_in("netz@offenburg.example").await;
        reminders::plan_due(&app.app).unwrap();
        let done = isb.reference_of("offenburg", "OG-K2").await;
        owner.step(&done, "implemented", Some("ausgetauscht")).await.ok(200);
        let only = isb.reference_of("offenburg", "OG-I7").await;
        netz.step(&only, "in_progress", None).await.ok(200);
        netz.step(&only, "implemented", Some("steht")).await.ok(200);
        let secret = isb.reference_of("offenburg", "OG-K1").await;
        let path = format!("{MEASURES}/{secret}");
        isb.patch(&path, "*", json!({ "confidentiality": "confidential" })).await.ok(200);
        while outbox::deliver(&app.app).await.unwrap().leased > 0 {}
        let sent = app.app.mailer.sent();
        let week = sent.iter().find(|mail| mail.to == "isb@offenburg.example" && mail.subject.contains("Woche")).unwrap();
        assert!(week.text.contains(&secret), "{}", week.text);
        for mail in sent.iter().filter(|mail| mail.to.ends_with("@offenburg.example")) {
            assert!(!mail.text.contains("Einführung MDM (konsumtiv)") || !mail.text.contains(&secret), "{}", mail.text);
            assert!(!mail.text.contains(&done) && !mail.text.contains("Virenerkennung"), "{}", mail.text);
        }
        assert!(!sent.iter().any(|mail| mail.to == "netz@offenburg.example"), "nothing of it was left");
        let states = notifications::page(&app.app, By::Caller(&caller(&isb)), "offenburg", &NotificationFilter::default(), None, 50).unwrap();
        let state = states.iter().find(|mail| mail.email == "netz@offenburg.example").unwrap();
        assert_eq!(state.state, "obsolete");
    }

    async fn an_instant_out_of_range_or_a_forged_cursor_is_refused(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        for at in ["%2B262142-12-31T23:30:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            let path = format!("institutions/offenburg/reminders/preview?at={at}");
            isb.send(Method::GET, &path, &[], None).await.problem(400, "malformed");
        }
        // base64url of a JSON string with NUL in it
        isb.get("institutions/offenburg/notifications?cursor=ImFcdTAwMDAi").await.problem(400, "malformed");
    }

    async fn a_blank_unit_is_none(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "title": "x", "origin": "audit", "priority": 2, "org_unit": "  " });
        let problem = isb.post(MEASURES, body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/org_unit");
        let body = json!({ "title": "x", "origin": "audit", "priority": 2, "org_unit": " FB 9 " });
        assert_eq!(isb.post(MEASURES, body).await.ok(201)["org_unit"], "FB 9");
    }
}

/// The caller behind a client, for use cases that are called directly.
fn caller(client: &Client<'_>) -> zinne::actions::Caller {
    let subject = client
        .app
        .app
        .tokens
        .check(&client.access, client.app.app.clock.now())
        .unwrap();
    zinne::actions::Caller {
        subject,
        request_id: String::new(),
    }
}
