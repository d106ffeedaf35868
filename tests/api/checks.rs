//! The Grundschutz check: what each status must carry, who may do what, and which status counts.

use actix_web::http::Method;
use serde_json::{Value, json};
use zinne::actions::checks as actions;
use zinne::actions::{By, Caller, users};
use zinne::domain::access::{Grant, Role};
use zinne::store::requirement_checks::Filter;

use crate::list_counts::{count_statements, statements};
use crate::support::{Answer, Client, TestApp, approvable};

const CHECKS: &str = "institutions/offenburg/checks";
const MEASURES: &str = "institutions/offenburg/measures";
/// A basic requirement that counters `G 0.18` and `G 0.29`, a standard one that counters `G 0.18`, an elevated one.
const BASIC: &str = "NET.1.2.A2";
const STANDARD: &str = "SYS.2.1.A9";
const ELEVATED: &str = "SYS.1.1.A27";

async fn person<'a>(app: &'a TestApp, local: &str) -> Client<'a> {
    app.sign_in(&format!("{local}@offenburg.example")).await
}

fn check(requirement: &str, assessment: Value) -> Value {
    json!({ "requirement": requirement, "assessment": assessment })
}

fn yes() -> Value {
    json!({
        "status": "yes", "description": "Richtlinie ist in Kraft", "evidence": ["DMS 2022/4711"],
        "interviewee": "Leitung Serverbetrieb", "checked_on": "2022-10-14",
    })
}

fn no() -> Value {
    json!({ "status": "no", "reason": "Die Richtlinie fehlt" })
}

fn not_relevant() -> Value {
    json!({ "status": "dispensable", "reason": "Es gibt keine mobilen Geräte", "dispensable": { "kind": "not_relevant" } })
}

fn substitute(measure: &str, threats: &[&str]) -> Value {
    json!({
        "status": "dispensable", "reason": "Die Schleuse begegnet derselben Gefährdung mindestens ebenso gut",
        "dispensable": { "kind": "substitute", "measure": measure, "threats": threats },
    })
}

async fn put(client: &Client<'_>, id: &str, etag: &str, assessment: Value) -> Answer {
    let path = format!("{CHECKS}/{id}");
    client
        .send(
            Method::PUT,
            &path,
            &[("if-match", etag)],
            Some(assessment.to_string()),
        )
        .await
}

async fn approve(client: &Client<'_>, id: &str, etag: &str) -> Answer {
    let path = format!("{CHECKS}/{id}/approve");
    client
        .send(Method::POST, &path, &[("if-match", etag)], None)
        .await
}

fn id_of(check: &Value) -> String {
    check["id"].as_str().unwrap().to_owned()
}

/// Requirements of a list, with their target object if they have one.
async fn listed(client: &Client<'_>, query: &str) -> Vec<String> {
    let page = client
        .get(&format!("{CHECKS}?limit=200&{query}"))
        .await
        .ok(200);
    let name = |item: &Value| match item["target_object"].as_str() {
        Some(object) => format!("{} {object}", item["requirement"].as_str().unwrap()),
        None => item["requirement"].as_str().unwrap().to_owned(),
    };
    page["items"].as_array().unwrap().iter().map(name).collect()
}

fn places(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors
        .map(|error| format!("{} {}", text(&error["pointer"]), text(&error["code"])))
        .collect()
}

/// A measure of netz that is approved or further; gives its reference.
async fn measure(app: &TestApp, fulfils: &[&str], steps: &[&str]) -> String {
    let isb = person(app, "isb").await;
    let body = approvable(json!({
        "title": "Schleuse", "origin": "gs_check", "priority": 2, "owner": "netz@offenburg.example", "org_unit": "FB DigIT",
        "due": { "day": "2023-06-30" }, "fulfils": fulfils, "applies": ["NET.1.1"],
    }));
    let made = isb.post(MEASURES, body).await.ok(201);
    let reference = made["reference"].as_str().unwrap().to_owned();
    for step in steps {
        take(app, &reference, step).await;
    }
    reference
}

/// Takes a step as whoever takes it.
async fn take(app: &TestApp, measure: &str, step: &str) {
    let who = match step {
        "approved" | "rejected" => "leitung",
        "verified" | "reopened" => "isb",
        _ => "netz",
    };
    let status = if step == "reopened" {
        "in_progress"
    } else {
        step
    };
    person(app, who)
        .await
        .step(measure, status, Some("Feststellung der Begehung"))
        .await
        .ok(200);
}

const TO_VERIFIED: [&str; 4] = ["approved", "in_progress", "implemented", "verified"];

async fn object(isb: &Client<'_>, key: &str) {
    let body = json!({
        "key": key, "name": "Server", "kind": "it_system",
        "protection_need": { "confidentiality": "normal", "integrity": "high", "availability": "normal" },
    });
    isb.post("institutions/offenburg/target-objects", body)
        .await
        .ok(201);
}

both_engines! {
    /// DOMAIN T5, MET-3.
    async fn t5_cost_and_remaining_life_do_not_dispense(app) {
        let isb = person(app, "isb").await;
        let mut attempt = not_relevant();
        for (reason, words) in [
            ("Kosten/Restlaufzeit", "`Kosten`, `Restlaufzeit`"),
            ("Der Server wird in drei Monaten abgelöst", "`wird … abgelöst`"),
            ("Dafür ist kein Budget da", "`Budget`"),
            ("Es besteht Personalmangel", "`Personalmangel`"),
        ] {
            attempt["reason"] = json!(reason);
            let problem = isb.post(CHECKS, check(STANDARD, attempt.clone())).await.problem(422, "not_a_reason_to_dispense");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(words) && detail.contains("`no` mit `risk_review`") && detail.contains("`until`"), "{detail}");
            assert_eq!(places(&problem), ["/assessment/reason inconsistent"]);
        }
        let english = [("accept-language", "en")];
        attempt["reason"] = json!("End of life in three months, too expensive");
        let problem = isb.send(Method::POST, CHECKS, &english, Some(check(STANDARD, attempt.clone()).to_string())).await;
        let problem = problem.problem(422, "not_a_reason_to_dispense");
        assert!(problem["detail"].as_str().unwrap().contains("`no` with a `risk_review`"), "{problem}");
        assert_eq!(listed(&isb, "").await, [""; 0], "nothing is stored");

        // The way that is offered: not met, and the risk of the remaining life is looked at.
        let offered = json!({
            "status": "no", "reason": "Zu teuer für die Restlaufzeit", "risk_review": { "reason": "remaining_life", "until": "2023-01-17" },
        });
        let made = isb.post(CHECKS, check(STANDARD, offered)).await.ok(201);
        assert_eq!(made["assessment"]["risk_review"], json!({ "reason": "remaining_life", "until": "2023-01-17" }));
        assert_eq!((&made["effective_status"], &made["findings"]["open_without_measure"]), (&json!("no"), &json!(true)));
        let read = isb.get(&format!("{CHECKS}/{}", id_of(&made))).await.ok(200);
        assert_eq!(read, made);
        // What stands may not be turned into it afterwards either.
        let refused = put(&isb, &id_of(&made), "*", attempt.clone()).await.problem(422, "not_a_reason_to_dispense");
        assert_eq!(places(&refused), ["/reason inconsistent"]);

        // The risk of a basic requirement cannot be borne, so that way is not offered there.
        let problem = isb.post(CHECKS, check(BASIC, attempt)).await.problem(422, "not_a_reason_to_dispense");
        assert!(!problem["detail"].as_str().unwrap().contains("risk_review"), "{problem}");
        let mut basic = no();
        basic["risk_review"] = json!({ "reason": "cost" });
        let problem = isb.post(CHECKS, check(BASIC, basic)).await.problem(422, "invalid");
        assert_eq!(places(&problem), ["/assessment/risk_review inconsistent"]);
    }

    /// DOMAIN T6, §2.4.
    async fn t6_a_reopened_substitute_falls_back_to_no(app) {
        let isb = person(app, "isb").await;
        let reference = measure(app, &[], &TO_VERIFIED).await;
        let made = isb.post(CHECKS, check(STANDARD, substitute(&reference, &["G 0.18"]))).await.ok(201);
        let path = format!("{CHECKS}/{}", id_of(&made));
        assert_eq!((&made["effective_status"], &made["findings"]["substitute_not_verified"]), (&json!("dispensable"), &json!(false)));
        assert_eq!(made["approved_by"]["email"], "isb@offenburg.example");
        assert_eq!(listed(&isb, "status=dispensable").await, [STANDARD]);

        take(app, &reference, "reopened").await;
        let fallen = isb.get(&path).await.ok(200);
        assert_eq!((&fallen["effective_status"], &fallen["findings"]["substitute_not_verified"]), (&json!("no"), &json!(true)));
        assert_eq!(fallen["findings"]["open_without_measure"], json!(true));
        // What was found stands as it was; only what counts is another.
        assert_eq!((&fallen["assessment"], &fallen["version"]), (&made["assessment"], &made["version"]));
        assert_eq!(listed(&isb, "status=no").await, [STANDARD]);
        assert_eq!(listed(&isb, "status=dispensable").await, [""; 0]);

        take(app, &reference, "implemented").await;
        assert_eq!(isb.get(&path).await.ok(200)["effective_status"], "no", "done is not verified");
        take(app, &reference, "verified").await;
        assert_eq!(isb.get(&path).await.ok(200)["effective_status"], "dispensable");
    }

    async fn a_substitute_goes_into_every_threat(app) {
        let isb = person(app, "isb").await;
        let reference = measure(app, &[], &[]).await;
        for (body, expected) in [
            (substitute(&reference, &["G 0.18"]), vec!["/assessment/dispensable/threats not_addressed"]),
            (substitute(&reference, &["G 0.18", "G 0.29", "G 0.1"]), vec!["/assessment/dispensable/threats/2 unknown_reference"]),
            (substitute("M-2022-9999", &["G 0.18", "G 0.29"]), vec!["/assessment/dispensable/measure unknown_reference"]),
        ] {
            let problem = isb.post(CHECKS, check(BASIC, body)).await.problem(422, "invalid");
            assert_eq!(places(&problem), expected);
        }
        // A measure of another institution is none.
        let stuttgart = app.sign_in("isb@stuttgart.example").await;
        let foreign = stuttgart.get("institutions/stuttgart/measures?limit=1").await.ok(200)["items"][0]["reference"].clone();
        let own = isb.get(MEASURES).await.ok(200).to_string();
        if !own.contains(&format!("\"{}\"", foreign.as_str().unwrap())) {
            isb.post(CHECKS, check(BASIC, substitute(foreign.as_str().unwrap(), &["G 0.18", "G 0.29"]))).await.problem(422, "invalid");
        }
        // One that is not verified may be named; it does not count yet.
        let made = isb.post(CHECKS, check(STANDARD, substitute(&reference, &["G 0.18"]))).await.ok(201);
        assert_eq!(made["effective_status"], "no");
    }

    /// DOMAIN MET-5, ROL-8, ROL-2.
    async fn a_basic_requirement_needs_the_management_as_well(app) {
        let (isb, management) = (person(app, "isb").await, person(app, "leitung").await);
        let made = isb.post(CHECKS, check(BASIC, not_relevant())).await.ok(201);
        let id = id_of(&made);
        assert_eq!((&made["effective_status"], &made["findings"]["approval_pending"]), (&json!("no"), &json!(true)));
        assert_eq!(listed(&isb, "status=no").await, [BASIC]);
        isb.send(Method::POST, &format!("{CHECKS}/{id}/approve"), &[], None).await.problem(428, "precondition_required");
        approve(&isb, &id, "*").await.problem(403, "forbidden");
        approve(&management, &id, "\"v9\"").await.problem(412, "stale");
        let approved = approve(&management, &id, "\"v1\"").await;
        let body = approved.ok(200);
        assert_eq!((&body["effective_status"], &body["second_approved_by"]["email"]), (&json!("dispensable"), &json!("leitung@offenburg.example")));
        assert_eq!(listed(&isb, "status=dispensable").await, [BASIC]);
        approve(&management, &id, "*").await.problem(409, "nothing_to_approve");

        // Checked again with the same reason, the approval stands; with another one it has to be given again.
        let mut again = not_relevant();
        again["checked_on"] = json!("2022-10-10");
        let same = put(&isb, &id, approved.header("etag"), again.clone()).await.ok(200);
        assert_eq!((&same["effective_status"], &same["version"]), (&json!("dispensable"), &json!(3)));
        again["assessor"] = json!("leitung@offenburg.example");
        let own = put(&isb, &id, "*", again.clone()).await.ok(200);
        assert_eq!((&own["effective_status"], &own["second_approved_by"]), (&json!("no"), &Value::Null), "who approved does not assess");
        again["assessor"] = json!("isb@offenburg.example");
        put(&isb, &id, "*", again.clone()).await.ok(200);
        approve(&management, &id, "*").await.ok(200);
        again["reason"] = json!("Mobile Geräte sind untersagt");
        let other = put(&isb, &id, "*", again).await.ok(200);
        assert_eq!((&other["effective_status"], &other["second_approved_by"]), (&json!("no"), &Value::Null));

        // Who says so or assessed it does not approve it, whatever other role they have.
        let grant = Grant { role: Role::Management, org_unit: None };
        users::set_role(&app.app, "isb@offenburg.example", "offenburg", &grant, true).unwrap();
        approve(&isb, &id, "*").await.problem(403, "forbidden");
        let mut assessed = not_relevant();
        assessed["assessor"] = json!("leitung@offenburg.example");
        put(&isb, &id, "*", assessed).await.ok(200);
        approve(&management, &id, "*").await.problem(403, "forbidden");

        // A standard requirement does not ask for it.
        let standard = isb.post(CHECKS, check(STANDARD, not_relevant())).await.ok(201);
        assert_eq!(standard["effective_status"], "dispensable");
        approve(&management, &id_of(&standard), "*").await.problem(409, "nothing_to_approve");
    }

    /// DOMAIN MET-7.
    async fn what_is_not_in_scope_is_not_dispensable(app) {
        let isb = person(app, "isb").await;
        isb.post(CHECKS, check(ELEVATED, not_relevant())).await.problem(422, "elevated_out_of_scope");
        isb.post(CHECKS, check(ELEVATED, no())).await.ok(201);
    }

    async fn each_status_carries_what_it_must(app) {
        let isb = person(app, "isb").await;
        for (status, expected) in [
            ("yes", vec!["description required", "evidence required", "interviewee required"]),
            ("partial", vec!["description required", "missing required"]),
            ("no", vec!["reason required"]),
            ("dispensable", vec!["reason required", "dispensable required"]),
        ] {
            let problem = isb.post(CHECKS, check(STANDARD, json!({ "status": status }))).await.problem(422, "invalid");
            let expected: Vec<String> = expected.iter().map(|place| format!("/assessment/{place}")).collect();
            assert_eq!(places(&problem), expected, "{status}");
        }
        let made = isb.post(CHECKS, check(STANDARD, yes())).await.ok(201);
        assert_eq!((&made["effective_status"], &made["assessment"]["assessor"]), (&json!("yes"), &json!("isb@offenburg.example")));
        let id = id_of(&made);
        let partial = json!({ "status": "partial", "description": "Entwurf", "missing": "Freigabe" });
        let replaced = put(&isb, &id, "\"v1\"", partial).await.ok(200);
        assert_eq!((&replaced["assessment"]["evidence"], &replaced["assessment"]["checked_on"]), (&json!([]), &json!("2022-10-17")));
        let emptied = put(&isb, &id, "*", json!({ "status": "unassessed" })).await.ok(200);
        assert_eq!((&emptied["effective_status"], &emptied["assessment"]["assessor"]), (&json!("unassessed"), &Value::Null));
    }

    /// DOMAIN §2.4, row yes; ROL-1.
    async fn who_implemented_does_not_assess(app) {
        let isb = person(app, "isb").await;
        measure(app, &[STANDARD], &TO_VERIFIED).await;
        let by = |assessor: &str| {
            let mut assessment = yes();
            assessment["assessor"] = json!(format!("{assessor}@offenburg.example"));
            check(STANDARD, assessment)
        };
        // Responsible and deputy.
        for local in ["netz", "digital"] {
            let problem = isb.post(CHECKS, by(local)).await.problem(422, "invalid");
            assert_eq!(places(&problem), ["/assessment/assessor not_assignable"]);
        }
        let problem = isb.post(CHECKS, by("niemand")).await.problem(422, "invalid");
        assert_eq!(places(&problem), ["/assessment/assessor unknown_reference"]);
        isb.post(CHECKS, by("Revision")).await.ok(201);
    }

    async fn a_gap_without_a_measure_is_shown_and_not_refused(app) {
        let isb = person(app, "isb").await;
        object(&isb, "S-1").await;
        object(&isb, "S-2").await;
        let mut ids = Vec::new();
        for object in [None, Some("S-1"), Some("S-2")] {
            let mut body = check(BASIC, no());
            body["target_object"] = json!(object);
            let made = isb.post(CHECKS, body).await.ok(201);
            assert_eq!(made["findings"]["open_without_measure"], json!(true));
            ids.push(id_of(&made));
        }
        let reference = measure(app, &[BASIC], &["approved"]).await;
        isb.patch(&format!("{MEASURES}/{reference}"), "*", json!({ "target_objects": ["S-1"] })).await.ok(200);
        // A measure for one target object is none for another.
        for (id, without) in ids.iter().zip([false, false, true]) {
            let read = isb.get(&format!("{CHECKS}/{id}")).await.ok(200);
            assert_eq!(read["findings"]["open_without_measure"], json!(without), "{read}");
            let measures = if without { json!([]) } else { json!([{ "reference": reference, "status": "approved" }]) };
            assert_eq!(read["measures"], measures);
        }
        // Nobody works on it any more, done or given up.
        take(app, &reference, "rejected").await;
        assert_eq!(isb.get(&format!("{CHECKS}/{}", ids[0])).await.ok(200)["findings"]["open_without_measure"], json!(true));
    }

    async fn one_check_for_each_requirement_and_object(app) {
        let isb = person(app, "isb").await;
        object(&isb, "S-1").await;
        let again = [("idempotency-key", "einmal")];
        let body = check(STANDARD, no()).to_string();
        let first = isb.send(Method::POST, CHECKS, &again, Some(body.clone())).await;
        let second = isb.send(Method::POST, CHECKS, &again, Some(body.clone())).await;
        assert_eq!((first.ok(201), "true"), (second.ok(201), second.header("idempotent-replayed")));
        assert_eq!(first.header("location"), format!("/api/v1/{CHECKS}/{}", id_of(&first.json())));
        isb.send(Method::POST, CHECKS, &[], Some(body)).await.problem(409, "already_exists");
        let mut at_object = check(STANDARD, no());
        at_object["target_object"] = json!("S-1");
        isb.post(CHECKS, at_object.clone()).await.ok(201);
        isb.post(CHECKS, at_object).await.problem(409, "already_exists");
        assert_eq!(listed(&isb, "").await, [STANDARD.to_owned(), format!("{STANDARD} S-1")]);
        assert_eq!(listed(&isb, "target_object=S-1").await, [format!("{STANDARD} S-1")]);

        // Another institution has its own, and does not see this one.
        let stuttgart = app.sign_in("isb@stuttgart.example").await;
        stuttgart.post("institutions/stuttgart/checks", check(STANDARD, no())).await.ok(201);
        let id = id_of(&first.json());
        stuttgart.get(&format!("institutions/stuttgart/checks/{id}")).await.problem(404, "not_found");
        stuttgart.get(&format!("{CHECKS}/{id}")).await.problem(404, "not_found");
    }

    async fn changes_go_over_the_version_that_was_seen_and_leave_their_events(app) {
        let isb = person(app, "isb").await;
        let made = isb.post(CHECKS, check(STANDARD, no())).await;
        let id = id_of(&made.ok(201));
        isb.send(Method::PUT, &format!("{CHECKS}/{id}"), &[], Some(no().to_string())).await.problem(428, "precondition_required");
        let changed = put(&isb, &id, made.header("etag"), yes()).await;
        assert_eq!((changed.ok(200)["version"].as_i64(), changed.header("etag")), (Some(2), "\"v2\""));
        put(&isb, &id, made.header("etag"), no()).await.problem(412, "stale");
        let same = put(&isb, &id, "*", yes()).await;
        assert_eq!(same.header("etag"), changed.header("etag"), "nothing differs");
        put(&isb, "0190163d-8694-739b-aea5-966c26f8ad91", "*", yes()).await.problem(404, "not_found");

        let trail = isb.get("institutions/offenburg/audit-events?limit=50").await.ok(200);
        let events: Vec<&Value> = trail["items"].as_array().unwrap().iter().filter(|event| event["action"] == "check.changed").collect();
        assert_eq!(events.len(), 2, "{events:?}");
        let details = &events[0]["details"];
        assert_eq!((&details["requirement"], &details["target_object"]), (&json!(STANDARD), &Value::Null));
        assert_eq!(details["changes"]["status"], json!({ "old": "no", "new": "yes" }));
        assert_eq!(details["changes"]["reason"], json!({ "old": "Die Richtlinie fehlt", "new": null }));
    }

    async fn bad_input(app) {
        let isb = person(app, "isb").await;
        for (body, code) in [
            (check("SYS.9.9.9.A1", no()), "/requirement unknown_reference"),
            (check("ORP.1.A5", no()), "/requirement withdrawn"),
            (check("nirgends:SYS.2.1.A9", no()), "/requirement unknown_reference"),
            (check("a\u{0}", no()), "/requirement control_characters"),
            (json!({ "requirement": STANDARD, "target_object": "S-9", "assessment": no() }), "/target_object unknown_reference"),
            (json!({ "requirement": STANDARD, "target_object": "\u{0}", "assessment": no() }), "/target_object control_characters"),
            (check(STANDARD, json!({ "status": "no", "reason": "a\u{0}" })), "/assessment/reason control_characters"),
            (check(STANDARD, json!({ "status": "no", "reason": "a", "checked_on": "2022-10-18" })), "/assessment/checked_on out_of_range"),
            (check(STANDARD, json!({ "status": "no", "reason": "a", "risk_review": { "reason": "remaining_life" } })), "/assessment/risk_review/until required"),
            (check(STANDARD, substitute("\u{0}", &["G 0.18"])), "/assessment/dispensable/measure control_characters"),
        ] {
            let problem = isb.post(CHECKS, body).await.problem(422, "invalid");
            assert_eq!(places(&problem), [code]);
        }
        for body in [
            json!({ "requirement": STANDARD }),
            check(STANDARD, json!({ "status": "vielleicht" })),
            check(STANDARD, json!({ "status": "no", "reason": "a", "grund": "b" })),
            check(STANDARD, json!({ "status": "dispensable", "reason": "a", "dispensable": { "kind": "cost" } })),
        ] {
            isb.post(CHECKS, body).await.problem(400, "malformed");
        }
        for query in [
            "limit=0", "limit=201", "cursor=x", "status=ja", "level=hoch", "stale=alt", "seite=2", "module=%00", "requirement=%00",
            "target_object=%00", "cursor=WyJhIiwxLG51bGxd",
        ] {
            isb.get(&format!("{CHECKS}?{query}")).await.problem(400, "malformed");
        }
    }

    /// DOMAIN §7.2: the ISB writes, management and auditors read, heads and owners what they have to do with.
    async fn who_sees_and_writes_checks(app) {
        let isb = person(app, "isb").await;
        measure(app, &[BASIC], &[]).await;
        let linked = id_of(&isb.post(CHECKS, check(BASIC, no())).await.ok(201));
        let other = id_of(&isb.post(CHECKS, check(STANDARD, no())).await.ok(201));
        for (who, seen) in [
            ("isb", Some(vec![BASIC, STANDARD])), ("leitung", Some(vec![BASIC, STANDARD])), ("revision", Some(vec![BASIC, STANDARD])),
            ("it-leitung", Some(vec![BASIC, STANDARD])), ("netz", Some(vec![BASIC])), ("digital", Some(vec![BASIC])), ("arbeitsplatz", Some(vec![])),
            ("kaemmerei", None), ("admin", None), ("rat", None),
        ] {
            let client = person(app, who).await;
            match &seen {
                Some(seen) => {
                    let mut found = listed(&client, "").await;
                    found.sort_by_key(|id| *id != BASIC);
                    assert_eq!(found, *seen, "{who}");
                }
                None => { client.get(CHECKS).await.problem(403, "forbidden"); }
            }
            for (id, requirement) in [(&linked, BASIC), (&other, STANDARD)] {
                let expected = match &seen {
                    Some(seen) if seen.contains(&requirement) => 200,
                    Some(_) => 404,
                    None => 403,
                };
                assert_eq!(client.get(&format!("{CHECKS}/{id}")).await.status.as_u16(), expected, "{who} {requirement}");
            }
            if who != "isb" {
                client.post(CHECKS, check(ELEVATED, no())).await.problem(403, "forbidden");
                put(&client, &linked, "*", yes()).await.problem(403, "forbidden");
            }
        }
        // The head of a unit: what a measure of the unit fulfils.
        for (unit, expected) in [("FB DigIT", vec![BASIC]), ("Bauamt", vec![])] {
            let grant = Grant { role: Role::Head, org_unit: Some(unit.to_owned()) };
            users::set_role(&app.app, "it-leitung@offenburg.example", "offenburg", &grant, true).unwrap();
            assert_eq!(listed(&person(app, "it-leitung").await, "").await, expected, "{unit}");
        }
    }

    async fn a_measure_out_of_sight_is_not_named(app) {
        let isb = person(app, "isb").await;
        measure(app, &[STANDARD], &[]).await;
        let secret = measure(app, &[STANDARD], &TO_VERIFIED).await;
        let made = isb.post(CHECKS, check(STANDARD, substitute(&secret, &["G 0.18"]))).await.ok(201);
        let path = format!("{CHECKS}/{}", id_of(&made));
        assert!(made.to_string().contains(&secret));
        isb.patch(&format!("{MEASURES}/{secret}"), "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        let head = person(app, "it-leitung").await;
        let seen = head.get(&path).await.ok(200);
        assert!(!seen.to_string().contains(&secret), "{seen}");
        assert_eq!(seen["effective_status"], "dispensable");
    }

    async fn filters_agree_with_what_is_shown(app) {
        let isb = person(app, "isb").await;
        let (open, verified) = (measure(app, &[], &[]).await, measure(app, &[], &TO_VERIFIED).await);
        app.set_now("2021-01-04T08:00:00Z");
        let isb_then = person(app, "isb").await;
        isb_then.post(CHECKS, check("SYS.1.1.A10", no())).await.ok(201);
        app.set_now(crate::support::NOW);
        for (requirement, assessment) in [
            ("NET.3.2.A18", json!({ "status": "unassessed" })),
            ("APP.3.1.A1", yes()),
            ("SYS.1.1.A5", json!({ "status": "partial", "description": "a", "missing": "b" })),
            (ELEVATED, no()),
            (BASIC, not_relevant()),
            (STANDARD, substitute(&open, &["G 0.18"])),
            ("INF.1.A1", substitute(&verified, &["G 0.1", "G 0.18", "G 0.44"])),
        ] {
            isb.post(CHECKS, check(requirement, assessment)).await.ok(201);
        }
        object(&isb, "S-1").await;
        let mut at_object = check(STANDARD, substitute(&verified, &["G 0.18"]));
        at_object["target_object"] = json!("S-1");
        isb.post(CHECKS, at_object).await.ok(201);
        let all = isb.get(&format!("{CHECKS}?limit=200")).await.ok(200);
        let all = all["items"].as_array().unwrap();
        let expected = |fits: &dyn Fn(&Value) -> bool| -> Vec<Value> { all.iter().filter(|item| fits(item)).cloned().collect() };
        let status = |words: &'static [&str]| move |item: &Value| words.iter().any(|word| item["effective_status"] == *word);
        let cases: Vec<(&str, Vec<Value>)> = vec![
            ("status=unassessed", expected(&status(&["unassessed"]))),
            ("status=yes", expected(&status(&["yes"]))),
            ("status=partial,yes", expected(&status(&["partial", "yes"]))),
            ("status=no", expected(&status(&["no"]))),
            ("status=dispensable", expected(&status(&["dispensable"]))),
            ("status=no,dispensable", expected(&status(&["no", "dispensable"]))),
            ("level=basic", expected(&|item| item["level"] == "basic")),
            ("level=standard,elevated", expected(&|item| item["level"] != "basic")),
            ("module=SYS.1.1", expected(&|item| item["module"] == "SYS.1.1")),
            ("requirement=SYS.2.1.A9", expected(&|item| item["requirement"] == STANDARD)),
            ("requirement=gs-2023:SYS.2.1.A9&target_object=S-1", expected(&|item| item["target_object"] == "S-1")),
            ("stale=true", expected(&|item| item["findings"]["stale"] == true)),
            ("stale=false", expected(&|item| item["findings"]["stale"] == false)),
            ("module=SYS.9", Vec::new()),
        ];
        for (query, expected) in cases {
            let page = isb.get(&format!("{CHECKS}?limit=200&{query}")).await.ok(200);
            assert_eq!(page["items"].as_array().unwrap(), &expected, "{query}");
            assert!(!expected.is_empty() || query == "module=SYS.9", "{query} finds nothing");
        }
    }

    async fn pages_in_the_order_of_the_catalogue_with_as_many_statements_whatever_is_there(app) {
        count_statements();
        let isb = person(app, "isb").await;
        let subject = app.app.tokens.check(&isb.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        object(&isb, "S-1").await;
        isb.post(CHECKS, check("INF.1.A1", no())).await.ok(201);
        let list = |limit| actions::list(&app.app, By::Caller(&caller), "offenburg", &Filter::default(), None, limit).unwrap();
        let (_, few) = statements(|| list(50));
        measure(app, &[STANDARD, BASIC], &TO_VERIFIED).await;
        for requirement in ["SYS.1.1.A10", "SYS.1.1.A5", STANDARD, BASIC, "NET.1.1.A4", "APP.3.1.A1", "ISMS.1.A1"] {
            for object in [Some("S-1"), None] {
                let mut body = check(requirement, no());
                body["target_object"] = json!(object);
                isb.post(CHECKS, body).await.ok(201);
            }
        }
        let (found, many) = statements(|| list(50));
        assert_eq!((found.items.len(), many), (15, few));
        let mut paged = Vec::new();
        let mut path = format!("{CHECKS}?limit=4");
        loop {
            let page = isb.get(&path).await.ok(200);
            paged.extend(page["items"].as_array().unwrap().iter().map(id_of));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{CHECKS}?limit=4&cursor={cursor}");
        }
        assert_eq!(paged, found.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>());
        let order = [
            "ISMS.1.A1", "ISMS.1.A1 S-1", "APP.3.1.A1", "APP.3.1.A1 S-1", "SYS.1.1.A5", "SYS.1.1.A5 S-1", "SYS.1.1.A10", "SYS.1.1.A10 S-1",
            STANDARD, "SYS.2.1.A9 S-1", "NET.1.1.A4", "NET.1.1.A4 S-1", BASIC, "NET.1.2.A2 S-1", "INF.1.A1",
        ];
        assert_eq!(listed(&isb, "").await, order);
    }
}
