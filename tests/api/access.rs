//! Who gets what answer, over the real API.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::actions::users;
use zinne::domain::access::{Grant, Role};
use zinne::store::schema;

use crate::support::{Answer, Client, Engine, PASSWORD, TestApp};

const CATALOG: &str = include_str!("../samples/catalog.json");

/// A heading of the table and the account that stands for it.
const PEOPLE: [(&str, Option<&str>); 12] = [
    ("nobody", None),
    ("isb", Some("isb@offenburg.example")),
    ("management", Some("leitung@offenburg.example")),
    ("head", Some("it-leitung@offenburg.example")),
    ("responsible", Some("netz@offenburg.example")),
    ("owner", Some("arbeitsplatz@offenburg.example")),
    ("finance", Some("kaemmerei@offenburg.example")),
    ("auditor", Some("revision@offenburg.example")),
    ("admin", Some("admin@offenburg.example")),
    ("council", Some("rat@offenburg.example")),
    ("foreign isb", Some("isb@stuttgart.example")),
    ("foreign adm.", Some("admin@konstanz.example")),
];

/// Every operation of the document for everybody; the answers are the same on both engines.
#[actix_web::test]
async fn everybody_on_every_operation() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let sqlite = table(&app).await;
    insta::assert_snapshot!("everybody_on_every_operation", sqlite);
    if let Some(app) = TestApp::start(Engine::Postgres).await {
        assert_eq!(sqlite, table(&app).await);
    }
}

both_engines! {
    async fn another_institution_is_not_there(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let measure = new_measure(&isb).await;
        for local in ["isb", "leitung", "it-leitung", "netz", "kaemmerei", "revision", "admin", "rat"] {
            let client = app.sign_in(&format!("{local}@stuttgart.example")).await;
            for operation in operations() {
                if !operation.path.contains("{institution}") {
                    continue;
                }
                let there = operation.send(app, Some(&client), "offenburg", &measure, local).await;
                let nowhere = operation.send(app, Some(&client), "nirgendwo", &measure, local).await;
                there.problem(404, "not_found");
                assert_eq!(bare(&there), bare(&nowhere), "{local} {}", operation.id);
            }
        }
    }

    async fn ids_of_another_institution_lead_nowhere(app) {
        let stuttgart = app.sign_in("isb@stuttgart.example").await;
        let all = stuttgart.get("institutions/stuttgart/measures").await.ok(200);
        let offenburg = app.sign_in("isb@offenburg.example").await;
        for measure in all["items"].as_array().unwrap() {
            let path = format!("institutions/offenburg/measures/{}", measure["id"].as_str().unwrap());
            offenburg.get(&path).await.problem(404, "not_found");
            offenburg.patch(&path, "*", json!({ "priority": 1 })).await.problem(404, "not_found");
        }
        for path in ["programmes/STG-2018-SM", "programmes/STG-2018-SM/plan"] {
            offenburg.get(&format!("institutions/offenburg/{path}")).await.problem(404, "not_found");
        }
        let list = offenburg.get("institutions/offenburg/measures?programme=STG-2018-SM").await.ok(200);
        assert_eq!(list["items"], json!([]));
        let new = json!({ "title": "x", "origin": "ad_hoc", "priority": 1, "programme": "STG-2018-SM" });
        offenburg.post("institutions/offenburg/measures", new).await.problem(422, "invalid");
        let new = json!({ "title": "x", "origin": "ad_hoc", "priority": 1, "owner": "netz@stuttgart.example" });
        offenburg.post("institutions/offenburg/measures", new).await.problem(422, "invalid");
    }

    async fn a_role_counts_in_its_institution_only(app) {
        let email = "isb@offenburg.example";
        let grant = Grant { role: Role::Owner, org_unit: None };
        users::set_role(&app.app, email, "stuttgart", &grant, true).unwrap();
        let client = app.sign_in(email).await;
        client.get("institutions/offenburg/dashboard").await.ok(200);
        client.get("institutions/stuttgart/measures").await.ok(200);
        for path in ["dashboard", "audit-events", "reminders/preview", "notifications"] {
            client.get(&format!("institutions/stuttgart/{path}")).await.problem(403, "forbidden");
        }
        let new = json!({ "title": "x", "origin": "ad_hoc", "priority": 1 });
        client.post("institutions/stuttgart/measures", new).await.problem(403, "forbidden");
        client.get("institutions/konstanz").await.problem(404, "not_found");
        let me = client.get("me").await.ok(200);
        let slugs: Vec<&str> = me["institutions"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, ["offenburg", "stuttgart"]);
    }

    async fn a_class_hides_a_measure_everywhere(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let measure = isb.reference_of("offenburg", "OG-I8").await;
        let path = format!("institutions/offenburg/measures/{measure}");
        let mut seen = String::new();
        let mut totals = BTreeSet::new();
        for class in ["public", "internal", "confidential", "strictly_confidential"] {
            isb.patch(&path, "*", json!({ "confidentiality": class })).await.ok(200);
            seen.push_str(&format!("{class}\n"));
            for (name, email) in PEOPLE {
                let Some(email) = email.filter(|email| email.ends_with("offenburg.example")) else { continue };
                let client = app.sign_in(email).await;
                seen.push_str(&format!("  {name:<12} {}\n", sight(&client, &measure, "OG-2021-DIG").await));
                if let Ok(total) = dashboard_total(&client).await {
                    totals.insert((name, total));
                }
            }
        }
        insta::assert_snapshot!("a_class_hides_a_measure_everywhere", seen);
        // Whoever may look at the dashboard sees every class, so nothing ever drops out of its counts.
        assert_eq!(totals.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["auditor", "isb", "management"]);

        // What is out of sight cannot be changed either, and does not say that it is there.
        for email in ["it-leitung@offenburg.example", "arbeitsplatz@offenburg.example"] {
            let client = app.sign_in(email).await;
            client.patch(&path, "*", json!({ "priority": 1 })).await.problem(404, "not_found");
            let step = json!({ "status": "in_progress" }).to_string();
            client.send(Method::POST, &format!("{path}/status"), &[("if-match", "*")], Some(step)).await.problem(404, "not_found");
            let hidden = client.get(&path).await;
            let missing = client.get("institutions/offenburg/measures/M-2022-9999").await;
            assert_eq!(bare(&hidden), bare(&missing));
        }
    }

    async fn sight_follows_responsibility(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let (netz, arbeitsplatz) = (app.sign_in("netz@offenburg.example").await, app.sign_in("arbeitsplatz@offenburg.example").await);
        let path = format!("institutions/offenburg/measures/{}", isb.reference_of("offenburg", "OG-I8").await);
        isb.patch(&path, "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        netz.get(&path).await.ok(200);
        arbeitsplatz.get(&path).await.problem(404, "not_found");
        isb.patch(&path, "*", json!({ "owner": "arbeitsplatz@offenburg.example" })).await.ok(200);
        netz.get(&path).await.problem(404, "not_found");
        arbeitsplatz.get(&path).await.ok(200);
    }

    async fn heads_do_not_reach_beyond_their_sight(app) {
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let path = format!("institutions/offenburg/measures/{}", head.reference_of("offenburg", "OG-I8").await);
        head.patch(&path, "*", json!({ "priority": 1 })).await.ok(200);
        head.patch(&path, "*", json!({ "confidentiality": "confidential" })).await.problem(403, "forbidden");
        let new = json!({ "title": "x", "origin": "ad_hoc", "priority": 1, "confidentiality": "confidential" });
        head.post("institutions/offenburg/measures", new).await.problem(403, "forbidden");
    }

    async fn the_head_of_a_unit_keeps_to_it(app) {
        let email = "it-leitung@offenburg.example";
        let grant = Grant { role: Role::Head, org_unit: Some("Bauamt".to_owned()) };
        users::set_role(&app.app, email, "offenburg", &grant, true).unwrap();
        let (head, isb) = (app.sign_in(email).await, app.sign_in("isb@offenburg.example").await);
        let all = "institutions/offenburg/measures";
        let new = |unit: Option<&str>| json!({ "title": "x", "origin": "ad_hoc", "priority": 1, "org_unit": unit });
        head.post(all, new(Some("FB DigIT"))).await.problem(403, "forbidden");
        head.post(all, new(None)).await.problem(403, "forbidden");
        let own = head.post(all, new(Some("Bauamt"))).await.ok(201);
        let own = format!("{all}/{}", own["reference"].as_str().unwrap());
        head.patch(&own, "*", json!({ "priority": 2 })).await.ok(200);
        head.patch(&own, "*", json!({ "org_unit": "FB DigIT" })).await.problem(403, "forbidden");
        head.patch(&own, "*", json!({ "org_unit": null })).await.problem(403, "forbidden");
        let foreign = format!("{all}/{}", isb.reference_of("offenburg", "OG-I8").await);
        head.get(&foreign).await.ok(200);
        head.patch(&foreign, "*", json!({ "priority": 1 })).await.problem(403, "forbidden");
        head.patch(&foreign, "*", json!({ "org_unit": "Bauamt" })).await.problem(403, "forbidden");
    }

    async fn who_may_not_create_learns_no_names(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        finance.post("institutions/offenburg/programmes", programme("GEHEIM", "strictly_confidential")).await.ok(201);
        for email in ["netz@offenburg.example", "admin@offenburg.example", "rat@offenburg.example", "revision@offenburg.example"] {
            let client = app.sign_in(email).await;
            let base = json!({ "title": "x", "origin": "ad_hoc", "priority": 1 });
            for (field, values) in [("programme", ["GEHEIM", "NICHTS"]), ("owner", ["isb@offenburg.example", "niemand@offenburg.example"])] {
                for value in values {
                    let mut body = base.clone();
                    body[field] = value.into();
                    client.post("institutions/offenburg/measures", body).await.problem(403, "forbidden");
                }
            }
        }
    }

    async fn programmes_are_seen_by_class(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        for class in ["public", "internal", "confidential", "strictly_confidential"] {
            let key = format!("T-{}", class.to_uppercase());
            finance.post("institutions/offenburg/programmes", programme(&key, class)).await.ok(201);
        }
        let mut seen = String::new();
        for (name, email) in PEOPLE {
            let Some(email) = email.filter(|email| email.ends_with("offenburg.example")) else { continue };
            let client = app.sign_in(email).await;
            let list = client.get("institutions/offenburg/programmes").await.ok(200);
            let keys: Vec<&str> = list["items"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
            for class in ["PUBLIC", "INTERNAL", "CONFIDENTIAL", "STRICTLY_CONFIDENTIAL"] {
                let key = format!("T-{class}");
                let expected = if keys.contains(&key.as_str()) { 200 } else { 404 };
                for path in [format!("programmes/{key}"), format!("programmes/{key}/plan")] {
                    let answer = client.get(&format!("institutions/offenburg/{path}")).await;
                    assert_eq!(answer.status.as_u16(), expected, "{name} {path}: {}", answer.text);
                }
            }
            seen.push_str(format!("{name:<12} {}", keys.join(" ")).trim_end());
            seen.push('\n');
        }
        insta::assert_snapshot!("programmes_are_seen_by_class", seen);
    }

    async fn administration_sees_no_content_and_the_council_no_measures(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let all = isb.get("institutions/offenburg/measures?limit=200").await.ok(200);
        let measure = new_measure(&isb).await;
        let mut words: Vec<String> = all["items"].as_array().unwrap().iter().map(|one| one["reference"].as_str().unwrap().to_owned()).collect();
        words.push(measure.clone());
        for (email, more) in [("admin@offenburg.example", vec!["OG-2021", "Digitalisierung", "cents"]), ("rat@offenburg.example", vec![])] {
            let client = app.sign_in(email).await;
            for operation in operations().into_iter().filter(|operation| operation.method == Method::GET && operation.path.contains("{institution}")) {
                let mut body = operation.send(app, Some(&client), "offenburg", &measure, "x").await.json();
                body["instance"] = Value::Null;
                let text = body.to_string();
                for word in words.iter().map(String::as_str).chain(more.iter().copied()) {
                    assert!(!text.contains(word), "{email} reads {word} in {}", operation.id);
                }
            }
        }
    }
}

// ---------------------------------------------------------------- tools

struct Operation {
    id: String,
    method: Method,
    path: String,
}

/// Everything the document lists; signing out comes last.
fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(zinne::http::openapi::document()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            all.push(Operation {
                id: id.to_owned(),
                method,
                path: path.clone(),
            });
        }
    }
    all.sort_by_key(|operation| {
        (
            operation.id == "logout",
            operation.path.clone(),
            operation.id.clone(),
        )
    });
    assert!(all.len() > 20 && all.last().unwrap().id == "logout");
    all
}

impl Operation {
    /// Sends what would be a good request of somebody who may.
    async fn send(
        &self,
        app: &TestApp,
        client: Option<&Client<'_>>,
        institution: &str,
        measure: &str,
        unique: &str,
    ) -> Answer {
        let to = if self.method == Method::GET {
            "?to=burgordnung-2026-05-01"
        } else {
            ""
        };
        let values = [
            ("{institution}", institution),
            ("{entry}", "0190163d-8694-739b-aea5-966c26f8ad91"),
            ("{programme}", "OG-2021-DIG"),
            ("{line}", "OG-K1"),
            ("{measure}/migration", "{measure}/migration{to}"),
            ("{catalogue}/migration", "gs-2023/migration{to}"),
            ("{to}", to),
            ("{measure}", measure),
            ("{evidence}", "x"),
            ("{target_object}", "S-017"),
            ("{postponement}", "0190163d-8694-739b-aea5-966c26f8ad91"),
            ("{catalogue}/controls", "burgordnung-2026-05-01/controls"),
            ("{catalogue}", "gs-2023"),
            ("{other}", "gs-2023"),
            ("{control}", "TOR.1"),
            ("{module}", "SYS.3.2.2"),
            ("{requirement}", "SYS.3.2.2.A1"),
        ];
        let filter = match client {
            Some(client) if self.path.contains("{filter}") => own_filter(client, institution).await,
            _ => "x".to_owned(),
        };
        let check = match client {
            Some(client) if self.path.contains("{check}") => first_check(client, institution).await,
            _ => "x".to_owned(),
        };
        let (webhook, delivery) = match client {
            Some(client) if self.path.contains("{webhook}") => {
                a_webhook(app, client, institution).await
            }
            _ => ("x".to_owned(), "x".to_owned()),
        };
        // There is none: nothing was mailed yet.
        let mail = "0190163d-8694-739b-aea5-966c26f8ad91";
        let record = match client {
            Some(client) => self.first_record(client, institution).await,
            None => "x".to_owned(),
        };
        let own = [
            ("{filter}", filter.as_str()),
            ("{check}", check.as_str()),
            ("{post}", record.as_str()),
            ("{resolution}", record.as_str()),
            ("{budget_period}", record.as_str()),
            ("{posting}", record.as_str()),
            ("{webhook}", webhook.as_str()),
            ("{delivery}", delivery.as_str()),
            ("{notification}", mail),
            ("{posting_rule}", record.as_str()),
            ("{deadline}", record.as_str()),
            ("{absence}", record.as_str()),
            ("{secret}", "x"),
        ];
        let path = values
            .iter()
            .chain(&own)
            .fold(self.path.clone(), |path, (name, value)| {
                path.replace(name, value)
            });
        assert!(!path.contains('{'), "{path} needs a value in this test");
        let path = match self.id.as_str() {
            "get_budget" | "get_security_share" | "get_lapsing_funds" => {
                format!("{path}?year=2023")
            }
            "get_budget_reconciliation" => format!("{path}?year=2023&month=1"),
            _ => path,
        };
        let mut headers = Vec::new();
        let versioned = [
            "change_measure_status",
            "confirm_measure_migration",
            "merge_measures",
            "replace_measure",
            "split_measure",
            "decide_measure_postponement",
            "withdraw_measure_postponement",
            "approve_check_dispensable",
            "change_post_status",
            "complete_deadline",
            "rotate_webhook_secret",
        ];
        if [Method::PATCH, Method::PUT, Method::DELETE].contains(&self.method)
            || versioned.contains(&self.id.as_str())
        {
            headers.push(("if-match", "*"));
        }
        let text = |body: Value| match body {
            Value::String(table) => table,
            body => body.to_string(),
        };
        let body = self.body(client, unique).map(text);
        match client {
            Some(client) if self.path != "/api/v1/auth/login" => {
                client
                    .send(self.method.clone(), &path, &headers, body)
                    .await
            }
            _ => app.send(self.method.clone(), &path, &headers, body).await,
        }
    }

    /// Id of the first post, resolution or budget period that somebody sees, whatever the path is about.
    async fn first_record(&self, client: &Client<'_>, institution: &str) -> String {
        let named = [
            "{post}",
            "{resolution}",
            "{budget_period}",
            "{posting}",
            "{posting_rule}",
            "{deadline}",
            "{absence}",
        ];
        let Some(of) = named.iter().find_map(|name| self.path.split_once(name)) else {
            return "x".to_owned();
        };
        let list = of.0.replace("{institution}", institution);
        let all = client.get(list.trim_end_matches('/')).await.json();
        all["items"][0]["id"].as_str().unwrap_or("x").to_owned()
    }

    fn body(&self, client: Option<&Client<'_>>, unique: &str) -> Option<Value> {
        match self.id.as_str() {
            "login" => {
                let email = PEOPLE
                    .iter()
                    .find(|(name, _)| *name == unique)
                    .and_then(|(_, email)| *email);
                Some(
                    json!({ "email": email.unwrap_or("niemand@offenburg.example"), "password": PASSWORD }),
                )
            }
            "refresh" => {
                Some(json!({ "refresh_token": client.map_or("x", |client| &client.refresh) }))
            }
            "create_measure" => Some(
                json!({ "title": "Neu", "origin": "ad_hoc", "priority": 2, "org_unit": "FB DigIT" }),
            ),
            "create_target_object" => Some(json!({
                "key": format!("T-{}", unique.replace([' ', '.'], "-")), "name": "Server", "kind": "it_system",
                "protection_need": { "confidentiality": "normal", "integrity": "high", "availability": "normal" },
            })),
            "create_check" => Some(
                json!({ "requirement": "INF.1.A1", "assessment": { "status": "no", "reason": "fehlt" } }),
            ),
            "replace_check" => Some(dispensable()),
            "update_target_object" => Some(json!({ "number": 2 })),
            "update_measure" => Some(json!({ "priority": 3 })),
            "create_filter" => {
                Some(json!({ "name": format!("Neu {unique}"), "query": "status=approved" }))
            }
            "update_filter" => Some(json!({ "query": "overdue=true" })),
            "change_measure_status" => Some(json!({ "status": "approved" })),
            "add_measure_evidence" => {
                Some(json!({ "kind": "document", "title": "Nachweis", "dated_on": "2022-10-01" }))
            }
            "withdraw_measure_evidence" => Some(json!({ "reason": "falsch" })),
            "request_measure_postponement" => Some(json!({
                "to": "2023-12-31", "cause": "supplier", "reason": "Der Lieferant liefert erst im Herbst.",
            })),
            "decide_measure_postponement" => Some(json!({ "verdict": "refused" })),
            "comment_on_measure" => Some(json!({ "text": "Probe" })),
            "propose_migration" => Some(
                json!({ "to": ["burgordnung-2026-05-01"], "statuses": { "NET.1.1.A4": "yes" } }),
            ),
            "confirm_measure_migration" => Some(json!({
                "links": [{ "kind": "fulfils", "from": "NET.1.1.A4", "to": "burgordnung-2026-05-01:TOR.1" }],
            })),
            "merge_measures" => Some(
                json!({ "others": [{ "reference": "M-2022-9999", "etag": "*" }], "reason": "doppelt" }),
            ),
            "replace_measure" => {
                Some(json!({ "by": "M-2022-9999", "by_etag": "*", "reason": "doppelt" }))
            }
            "split_measure" => {
                let part =
                    json!({ "title": "Teil", "fulfils": [], "applies": [], "budget_lines": [] });
                Some(json!({ "parts": [part, part], "reason": "zu viel" }))
            }
            "import_programme" => Some(programme(
                &format!("T-{}", unique.replace([' ', '.'], "-")),
                "internal",
            )),
            "post_budget_entries" => Some(json!({
                "entries": [{ "line": "OG-K2", "year": 2023, "type": "forecast", "cents": 1 }],
            })),
            "set_line_allocations" => Some(json!({ "allocations": [] })),
            "reverse_budget_entry" => Some(json!({ "reason": "doppelt" })),
            "complete_budget_entry" => Some(json!({ "cover": "Gewerbesteuer" })),
            "transfer_budget" => Some(json!({
                "year": 2023, "reason": "Mehrbedarf", "from": [{ "line": "OG-B1", "cents": 1 }],
                "to": [{ "line": "OG-B2", "cents": 1 }],
            })),
            "carry_over_budget" => Some(json!({ "line": "OG-I9", "from_year": 2022, "cents": 1 })),
            "import_budget_postings" => Some(posting(unique)),
            "assign_budget_posting" => Some(json!({ "programme": "OG-2021-DIG", "line": "OG-K2" })),
            "create_posting_rule" => Some(json!({
                "match": "exact", "pattern": format!("T-{unique}"), "programme": "OG-2021-DIG", "line": "OG-K2",
            })),
            "import_catalogue" => {
                let mut catalog: Value = serde_json::from_str(CATALOG).unwrap();
                catalog["catalog"]["metadata"]["title"] = json!(format!("Burgordnung {unique}"));
                Some(catalog)
            }
            "create_post" => Some(
                json!({ "programme": "OG-2021-DIG", "org_unit": "FB DigIT", "kind": "post", "hundredths": 100 }),
            ),
            "update_post" => Some(json!({ "note": "Probe" })),
            "change_post_status" => Some(json!({ "status": "dropped", "reason": "Probe" })),
            "create_budget_period" => Some(json!({ "years": [2030, 2031] })),
            "update_budget_period" => Some(json!({ "state": "adopted" })),
            "create_resolution" => Some(json!({
                "key": format!("T/{unique}"), "paper": "17/22", "body": "Gemeinderat", "date": "2022-11-21", "public": true,
                "kind": "decision",
            })),
            "update_resolution" => Some(json!({ "outcome": "adopted" })),
            "create_deadline" => Some(
                json!({ "kind": "council_report", "title": format!("Bericht {unique}"), "date": "2022-12-31" }),
            ),
            "update_deadline" => Some(json!({ "note": "Probe" })),
            "complete_deadline" => Some(json!({ "on": "2022-10-17" })),
            "pause_deadline" => Some(
                json!({ "until": "2022-10-20", "reason": "Die Abnahme ist für den 19.10. zugesagt." }),
            ),
            "create_absence" => Some(
                json!({ "deputy": "digital@offenburg.example", "from": "2022-10-20", "until": "2022-10-21" }),
            ),
            "create_webhook" => Some(
                json!({ "url": "https://hooks.example.org/", "events": ["measure.overdue"], "active": false }),
            ),
            "update_webhook" => Some(json!({ "description": "Probe" })),
            "create_calendar_feed"
            | "delete_calendar_feed"
            | "delete_deadline"
            | "resume_deadline"
            | "delete_absence"
            | "rotate_webhook_secret"
            | "test_webhook"
            | "replay_webhook_delivery"
            | "delete_webhook"
            | "retry_notification"
            | "logout"
            | "withdraw_measure_postponement"
            | "delete_filter"
            | "delete_posting_rule"
            | "delete_budget_period"
            | "approve_check_dispensable" => None,
            "import_measures" => Some(json!(format!(
                "Externe Kennung;Titel;Herkunft;Priorität;OE\nT-{unique};Neu;Audit;2;FB DigIT\n"
            ))),
            other => {
                assert_eq!(
                    self.method,
                    Method::GET,
                    "{other} needs a body in this test"
                );
                None
            }
        }
    }
}

/// Id of a filter that somebody keeps, if they may.
async fn own_filter(client: &Client<'_>, institution: &str) -> String {
    let path = format!("institutions/{institution}/filters");
    let list = client.get(&path).await.json();
    if let Some(id) = list["items"][0]["id"].as_str() {
        return id.to_owned();
    }
    let body = json!({ "name": "Eigener", "query": "" });
    let made = client.post(&path, body).await.json();
    made["id"].as_str().unwrap_or("x").to_owned()
}

/// Ids of a webhook of its own and of something that was told to it, if somebody may have them.
async fn a_webhook(app: &TestApp, client: &Client<'_>, institution: &str) -> (String, String) {
    let path = format!("institutions/{institution}/webhooks");
    let body = json!({ "url": "https://hooks.example.org/", "events": ["measure.overdue"] });
    let made = client.post(&path, body).await.json();
    let Some(webhook) = made["id"].as_str() else {
        return ("x".to_owned(), "x".to_owned());
    };
    let test = format!("{path}/{webhook}/test");
    let told = client.send(Method::POST, &test, &[], None).await.ok(202);
    let delivery = told["id"].as_str().unwrap().to_owned();
    // Told, as far as the outbox knows.
    let row = schema::outbox::table.find(&delivery);
    let sent = app.app.store.write(|db| {
        Ok(diesel::update(row)
            .set(schema::outbox::state.eq("sent"))
            .execute(db)?)
    });
    assert_eq!(sent.unwrap(), 1);
    (webhook.to_owned(), delivery)
}

/// Id of the first check that somebody sees.
async fn first_check(client: &Client<'_>, institution: &str) -> String {
    let path = format!("institutions/{institution}/checks");
    let list = client.get(&path).await.json();
    list["items"][0]["id"].as_str().unwrap_or("x").to_owned()
}

/// A file with one posting.
fn posting(id: &str) -> Value {
    json!(format!(
        "Buchungsnummer;Datum;Betrag;Haushaltszeile\n{id};02.01.2022;1,00;OG-K2\n"
    ))
}

fn dispensable() -> Value {
    json!({ "status": "dispensable", "reason": "gibt es nicht", "dispensable": { "kind": "not_relevant" } })
}

fn programme(key: &str, class: &str) -> Value {
    json!({
        "format": "zinne-programme/1",
        "institution": "offenburg",
        "programmes": [{ "key": key, "title": key, "period": "2023", "amount_basis": "gross", "confidentiality": class, "years": [2023] }],
    })
}

/// A measure that is ready to be approved, with netz responsible.
async fn new_measure(isb: &Client<'_>) -> String {
    let body = json!({
        "title": "Probe", "origin": "ad_hoc", "priority": 2, "owner": "netz@offenburg.example", "org_unit": "FB DigIT",
        "due": { "day": "2023-06-30" }, "fulfils": ["NET.1.1.A4"], "deputy": "digital@offenburg.example",
        "start_planned": "2023-01-01", "no_budget_reason": "Eigenleistung",
        "cost": {
            "once_material_cents": 0, "once_staff_tenth_days": 50, "yearly_material_cents": 0, "yearly_staff_tenth_days": 0,
            "quality": "rough",
        },
        "due": { "day": "2023-06-30" }, "fulfils": ["NET.1.1.A4"], "deputy": "arbeitsplatz@offenburg.example",
        "start_planned": "2022-11-01", "budget_lines": ["OG-2021-DIG:OG-K1"], "cost": { "once_material_cents": 100_000,
            "once_staff_tenth_days": 10, "yearly_material_cents": 0, "yearly_staff_tenth_days": 0, "quality": "rough" },
    });
    isb.post("institutions/offenburg/measures", body)
        .await
        .ok(201)["reference"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn table(app: &TestApp) -> String {
    let isb = app.sign_in("isb@offenburg.example").await;
    isb.post("catalogues", serde_json::from_str(CATALOG).unwrap())
        .await
        .ok(201);
    let object = json!({
        "key": "S-017", "name": "Server", "kind": "it_system",
        "protection_need": { "confidentiality": "normal", "integrity": "high", "availability": "normal" },
    });
    isb.post("institutions/offenburg/target-objects", object)
        .await
        .ok(201);
    // The one that everybody's measure fulfils.
    let check = json!({ "requirement": "NET.1.1.A4", "assessment": dispensable() });
    isb.post("institutions/offenburg/checks", check)
        .await
        .ok(201);
    let finance = app.sign_in("kaemmerei@offenburg.example").await;
    let period = json!({ "years": [2020] });
    finance
        .post("institutions/offenburg/budget-periods", period)
        .await
        .ok(201);
    let waits = "Buchungsnummer;Datum;Betrag;Konto\nwartet;02.01.2022;1,00;999\n";
    let path = "institutions/offenburg/budget/postings?unmatched=keep";
    let waits = finance.send(Method::POST, path, &[], Some(waits.to_owned()));
    waits.await.ok(200);
    let rule =
        json!({ "match": "prefix", "pattern": "7", "programme": "OG-2021-DIG", "line": "OG-K2" });
    finance
        .post("institutions/offenburg/budget/posting-rules", rule)
        .await
        .ok(201);
    // The earliest of all, and enough of them for those who finish one.
    for _ in 0..PEOPLE.len() {
        let legal = json!({ "kind": "legal", "title": "Frist", "date": "2000-01-01", "org_unit": "FB DigIT" });
        isb.post("institutions/offenburg/deadlines", legal)
            .await
            .ok(201);
    }
    let operations = operations();
    let mut cells: BTreeMap<(usize, usize), String> = BTreeMap::new();
    for (column, (name, email)) in PEOPLE.iter().enumerate() {
        let measure = new_measure(&isb).await;
        let client = match email {
            Some(email) => Some(app.sign_in(email).await),
            None => None,
        };
        for (row, operation) in operations.iter().enumerate() {
            let answer = operation
                .send(app, client.as_ref(), "offenburg", &measure, name)
                .await;
            if answer.status.is_client_error() {
                // Every refusal is a document with the words for it.
                let body = answer.json();
                answer.problem(answer.status.as_u16(), body["code"].as_str().unwrap());
            }
            cells.insert((row, column), answer.status.as_u16().to_string());
        }
    }
    let mut table = format!("{:<23}", "");
    for (name, _) in PEOPLE {
        table.push_str(&format!(" {name:>12}"));
    }
    for (row, operation) in operations.iter().enumerate() {
        table.push_str(&format!("\n{:<23}", operation.id));
        for column in 0..PEOPLE.len() {
            table.push_str(&format!(" {:>12}", cells[&(row, column)]));
        }
    }
    table
}

/// The answer without what must differ.
fn bare(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["instance"] = Value::Null;
    body["request_id"] = Value::Null;
    body
}

/// `200, listed, found, planned`: where somebody comes across a measure.
async fn sight(client: &Client<'_>, measure: &str, programme: &str) -> String {
    let mut seen = vec![
        client
            .get(&format!("institutions/offenburg/measures/{measure}"))
            .await
            .status
            .as_u16()
            .to_string(),
    ];
    for (query, word) in [
        ("limit=200", "listed"),
        ("limit=200&owner=netz@offenburg.example", "by owner"),
        ("limit=200&programme=OG-2021-DIG", "by programme"),
    ] {
        let answer = client
            .get(&format!("institutions/offenburg/measures?{query}"))
            .await;
        if answer.status == 200
            && answer.json()["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|item| item["reference"] == measure)
        {
            seen.push(word.to_owned());
        }
    }
    let plan = client
        .get(&format!(
            "institutions/offenburg/programmes/{programme}/plan"
        ))
        .await;
    if plan.text.contains(&format!("\"{measure}\"")) {
        seen.push("in the plan".to_owned());
    }
    seen.join(", ")
}

async fn dashboard_total(client: &Client<'_>) -> Result<i64, u16> {
    let answer = client.get("institutions/offenburg/dashboard").await;
    if answer.status == 200 {
        Ok(answer.json()["measures"]["total"].as_i64().unwrap())
    } else {
        Err(answer.status.as_u16())
    }
}
