//! Webhooks: signed news for other systems, from the outbox, to nobody whom we may not call.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zinne::actions::{reminders, webhooks};
use zinne::app::App;
use zinne::domain::access::Role;
use zinne::store::schema;

use crate::kill::command;
use crate::list_counts::{count_statements, statements};
use crate::support::program::ran;
use crate::support::receiver::{Receiver, Reply, python_verifies};
use crate::support::smtp::{Certificates, MailServer};
use crate::support::{Answer, Client, NOW, TestApp};
use crate::undelivered::add;

const HOOKS: &str = "institutions/offenburg/webhooks";

/// The receivers of the tests are on this machine, which nobody may call otherwise.
const ALLOWED: &[(&str, &str)] = &[
    ("ZINNE_WEBHOOKS__ALLOW", "127.0.0.1"),
    ("ZINNE_WEBHOOKS__ALLOW_HTTP", "true"),
    ("ZINNE_WEBHOOKS__TIMEOUT_SECONDS", "1"),
];

const EVERYTHING: [&str; 3] = ["measure.overdue", "measure.status_changed", "budget.alarm"];

async fn hook(client: &Client<'_>, url: &str, events: &[&str]) -> Value {
    let body = json!({ "url": url, "description": "Ticketsystem", "events": events });
    client.post(HOOKS, body).await.ok(201)
}

fn path(hook: &Value) -> String {
    format!("{HOOKS}/{}", hook["id"].as_str().unwrap())
}

async fn send(client: &Client<'_>, method: Method, path: &str, etag: Option<&str>) -> Answer {
    let headers: Vec<(&str, &str)> = etag.iter().map(|etag| ("if-match", *etag)).collect();
    client.send(method, path, &headers, None).await
}

/// Asks for a test; gives the delivery.
async fn test(client: &Client<'_>, hook: &Value) -> Value {
    send(client, Method::POST, &format!("{}/test", path(hook)), None)
        .await
        .ok(202)
}

async fn deliveries(client: &Client<'_>, hook: &Value) -> Vec<Value> {
    let page = client
        .get(&format!("{}/deliveries?limit=200", path(hook)))
        .await;
    page.ok(200)["items"].as_array().unwrap().clone()
}

/// Makes calls until nothing is due; gives how many were taken and how many were answered well.
async fn drain(app: &Arc<App>) -> (usize, usize) {
    let (mut leased, mut sent) = (0, 0);
    loop {
        let round = webhooks::deliver(app).await.unwrap();
        if round.leased == 0 {
            return (leased, sent);
        }
        leased += round.leased;
        sent += round.sent;
    }
}

fn plan(app: &TestApp) -> usize {
    let planned = webhooks::plan_due(&app.app).unwrap();
    assert_eq!(planned.failed, 0);
    planned.calls
}

/// Another process on the same database, with these rules for whom it may call.
fn another(app: &TestApp, allow: &[&str], ca: Option<&std::path::Path>) -> Arc<App> {
    let mut config = app.app.config.clone();
    config.webhooks.allow = allow.iter().map(|entry| (*entry).to_owned()).collect();
    config.webhooks.ca_file = ca.map_or_else(String::new, |ca| ca.display().to_string());
    let mut other = App::new(config).unwrap();
    other.clock = app.app.clock.clone();
    other.mailer = app.app.mailer.clone();
    Arc::new(other)
}

fn after(minutes: i64) -> DateTime<Utc> {
    NOW.parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

async fn events_of(client: &Client<'_>, action: &str) -> Vec<Value> {
    let events = client
        .get("institutions/offenburg/audit-events?limit=200")
        .await
        .ok(200);
    let events = events["items"].as_array().unwrap();
    let of = events.iter().filter(|event| event["action"] == action);
    of.cloned().collect()
}

both_engines! { with ALLOWED;
    async fn an_endpoint_is_made_changed_and_deleted_and_its_secret_is_shown_once(app) {
        let admin = app.sign_in("admin@offenburg.example").await;
        assert_eq!(admin.get(HOOKS).await.ok(200), json!({ "items": [] }));
        let body = json!({ "url": "https://hooks.example.org/in?key=geheim", "description": " Tickets ", "events": ["measure.overdue"] });
        let made = admin.post(HOOKS, body).await;
        let hook = made.ok(201);
        let path = made.header("location").to_owned();
        assert_eq!((&hook["description"], &hook["active"], &hook["version"]), (&json!("Tickets"), &json!(true), &json!(1)));
        assert_eq!(made.header("etag"), "\"v1\"");
        let secret = hook["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44, "{secret}");

        // An ISB sees what an administrator made, without the secret.
        let isb = app.sign_in("isb@offenburg.example").await;
        let seen = isb.get(&path).await;
        assert_eq!(seen.header("etag"), "\"v1\"");
        let mut bare = hook.clone();
        bare.as_object_mut().unwrap().remove("secret");
        assert_eq!(seen.ok(200), bare);
        assert_eq!(isb.get(HOOKS).await.ok(200)["items"], json!([bare]));

        isb.send(Method::PATCH, &path, &[], Some("{}".to_owned())).await.problem(428, "precondition_required");
        isb.patch(&path, "\"v2\"", json!({ "active": false })).await.problem(412, "stale");
        assert_eq!(isb.patch(&path, "\"v1\"", json!({ "description": "Tickets" })).await.ok(200)["version"], 1, "nothing else, nothing new");
        let patch = json!({ "active": false, "events": ["budget.alarm", "measure.overdue"], "url": "https://hooks.example.org/other" });
        let changed = isb.patch(&path, "\"v1\"", patch).await.ok(200);
        assert_eq!((&changed["active"], &changed["version"]), (&json!(false), &json!(2)));
        assert_eq!(changed["events"], json!(["budget.alarm", "measure.overdue"]));

        send(&isb, Method::POST, &format!("{path}/secret"), None).await.problem(428, "precondition_required");
        send(&isb, Method::POST, &format!("{path}/secret"), Some("\"v1\"")).await.problem(412, "stale");
        let rotated = send(&isb, Method::POST, &format!("{path}/secret"), Some("\"v2\"")).await.ok(200);
        let other = rotated["secret"].as_str().unwrap().to_owned();
        assert!(other != secret && rotated["previous_secret_until"] == "2022-10-18T05:00:00Z", "{rotated}");

        send(&isb, Method::DELETE, &path, None).await.problem(428, "precondition_required");
        send(&isb, Method::DELETE, &path, Some("\"v2\"")).await.problem(412, "stale");
        send(&isb, Method::DELETE, &path, Some("\"v3\"")).await.ok(204);
        isb.get(&path).await.problem(404, "not_found");

        let events = events_of(&isb, "webhook.changed").await;
        let what: Vec<&str> = events.iter().rev().map(|event| event["details"]["what"].as_str().unwrap()).collect();
        assert_eq!(what, ["created", "changed", "secret_rotated", "deleted"]);
        let text = json!(events).to_string();
        for hidden in [secret.as_str(), &other, "whsec_", "geheim", "/other"] {
            assert!(!text.contains(hidden), "the trail tells {hidden}");
        }
        assert!(text.contains("https://hooks.example.org\""));
    }

    async fn a_request_that_comes_twice_makes_one_endpoint_and_one_secret(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let post = async |path: &str, key: &str, etag: Option<&str>, body: Option<&Value>| {
            let mut headers = vec![("idempotency-key", key)];
            headers.extend(etag.map(|etag| ("if-match", etag)));
            isb.send(Method::POST, path, &headers, body.map(Value::to_string)).await
        };
        let body = json!({ "url": "https://hooks.example.org/", "events": ["measure.overdue"] });
        let first = post(HOOKS, "k-1", None, Some(&body)).await;
        let again = post(HOOKS, "k-1", None, Some(&body)).await;
        assert_eq!((first.ok(201), again.header("idempotent-replayed")), (again.ok(201), "true"));
        let path = first.header("location");
        let secret = format!("{path}/secret");
        let rotated = post(&secret, "k-2", Some("\"v1\""), None).await;
        let again = post(&secret, "k-2", Some("\"v1\""), None).await;
        assert_eq!((rotated.ok(200), again.header("idempotent-replayed")), (again.ok(200), "true"));
        assert_ne!(rotated.ok(200)["secret"], first.ok(201)["secret"]);
        // The first answer's secret is not the present one any more, and is nowhere to be had.
        assert_eq!(post(HOOKS, "k-1", None, Some(&body)).await.ok(201)["secret"], Value::Null);
        let one = post(&format!("{path}/test"), "k-3", None, None).await.ok(202);
        assert_eq!(one, post(&format!("{path}/test"), "k-3", None, None).await.ok(202));
        post(&secret, "k-3", Some("*"), None).await.problem(422, "idempotency_key_reused");
        assert_eq!(isb.get(HOOKS).await.ok(200)["items"].as_array().unwrap().len(), 1);
        let kept = app.app.store.read(|db| Ok(schema::idempotency_keys::table.select(schema::idempotency_keys::answer).load::<String>(db)?));
        assert!(kept.unwrap().iter().all(|answer| !answer.contains("whsec_")));
    }

    async fn what_is_no_endpoint_is_refused_with_its_place(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let good = json!({ "url": "https://hooks.example.org/", "events": ["measure.overdue"] });
        let path = isb.post(HOOKS, good.clone()).await.header("location").to_owned();
        let long = format!("https://hooks.example.org/{}", "x".repeat(2000));
        for (field, value, place, code) in [
            ("url", json!("hooks.example.org"), "/url", "not_a_url"),
            ("url", json!("ftp://hooks.example.org/"), "/url", "not_a_url"),
            ("url", json!("https://user:word@hooks.example.org/"), "/url", "not_a_url"),
            ("url", json!("https://hooks.example.org/#x"), "/url", "not_a_url"),
            ("url", json!("http://8.8.8.8/"), "/url", "private_target"),
            ("url", json!("https://10.0.0.1/"), "/url", "private_target"),
            ("url", json!("https://[::1]/"), "/url", "private_target"),
            ("url", json!("https://169.254.169.254/"), "/url", "private_target"),
            ("url", json!("https://0x7f000002/"), "/url", "private_target"),
            ("url", json!(long), "/url", "too_long"),
            ("description", json!("x".repeat(301)), "/description", "too_long"),
            ("description", json!("a\u{0}"), "/description", "control_characters"),
            ("events", json!([]), "/events", "required"),
            ("events", json!(["measure.overdue", "measure.overdue"]), "/events/1", "duplicate"),
            ("events", json!(["webhook.test"]), "/events/0", "unknown_word"),
        ] {
            let mut new = good.clone();
            new[field] = value.clone();
            for answer in [isb.post(HOOKS, new).await, isb.patch(&path, "*", json!({ field: value })).await] {
                let problem = answer.problem(422, "invalid");
                let fault = &problem["errors"][0];
                assert_eq!((fault["pointer"].as_str(), fault["code"].as_str()), (Some(place), Some(code)), "{value}: {problem}");
            }
        }
        for body in [json!({ "url": "https://a.example/" }), json!({ "url": "https://a.example/", "events": ["x"] }),
            json!({ "url": "https://a.example/", "events": ["budget.alarm"], "secret": "whsec_x" })] {
            isb.post(HOOKS, body).await.problem(400, "malformed");
        }
        isb.get(&format!("{HOOKS}?limit=1")).await.problem(400, "malformed");
        isb.get(&format!("{path}/deliveries?cursor=x")).await.problem(400, "malformed");
        isb.get(&format!("{path}/deliveries?limit=0")).await.problem(400, "malformed");
        for _ in 1..20 {
            isb.post(HOOKS, good.clone()).await.ok(201);
        }
        assert_eq!(isb.post(HOOKS, good).await.problem(422, "invalid")["errors"][0]["code"], "too_many");
    }

    async fn endpoints_are_the_isbs_and_the_administrations_in_their_institution(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, "https://hooks.example.org/", &EVERYTHING).await;
        let delivery = test(&isb, &hook).await;
        let path = path(&hook);
        let replay = format!("{path}/deliveries/{}/replay", delivery["id"].as_str().unwrap());
        for local in ["leitung", "it-leitung", "netz", "kaemmerei", "revision", "rat"] {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            for reading in [HOOKS, &path, &format!("{path}/deliveries")] {
                client.get(reading).await.problem(403, "forbidden");
            }
            client.post(HOOKS, json!({ "url": "https://a.example/", "events": ["budget.alarm"] })).await.problem(403, "forbidden");
            client.patch(&path, "*", json!({ "active": false })).await.problem(403, "forbidden");
            for writing in [format!("{path}/secret"), format!("{path}/test"), replay.clone()] {
                send(&client, Method::POST, &writing, Some("*")).await.problem(403, "forbidden");
            }
            send(&client, Method::DELETE, &path, Some("*")).await.problem(403, "forbidden");
        }
        let foreign = app.sign_in("isb@stuttgart.example").await;
        foreign.get(HOOKS).await.problem(404, "not_found");
        let theirs = path.replace("offenburg", "stuttgart");
        foreign.get(&theirs).await.problem(404, "not_found");
        foreign.get(&format!("{theirs}/deliveries")).await.problem(404, "not_found");
        send(&foreign, Method::POST, &format!("{theirs}/test"), None).await.problem(404, "not_found");
        send(&foreign, Method::POST, &replay.replace("offenburg", "stuttgart"), None).await.problem(404, "not_found");
        // A delivery is found at its own endpoint only.
        let other = hook_at(&isb).await;
        let wrong = format!("{}/deliveries/{}/replay", crate::webhooks::path(&other), delivery["id"].as_str().unwrap());
        send(&isb, Method::POST, &wrong, None).await.problem(404, "not_found");
    }

    async fn a_call_is_signed_by_both_secrets_for_a_day(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &["measure.overdue"]).await;
        let first = hook["secret"].as_str().unwrap();
        let delivery = test(&isb, &hook).await;
        assert_eq!((&delivery["state"], &delivery["event"], &delivery["attempts"]), (&json!("pending"), &json!("webhook.test"), &json!(0)));
        assert_eq!(drain(&app.app).await, (1, 1));
        let call = receiver.take().remove(0);
        assert_eq!(call.line, "POST /in?key=geheim HTTP/1.1");
        assert_eq!(call.headers["content-type"], "application/json");
        assert_eq!(call.headers["host"], format!("127.0.0.1:{}", receiver.port));
        assert_eq!(call.id(), delivery["id"]);
        assert_eq!(call.headers["webhook-timestamp"], app.app.clock.machine().timestamp().to_string());
        let data = json!({ "institution": "offenburg", "webhook_id": hook["id"] });
        assert_eq!(call.json(), json!({ "type": "webhook.test", "timestamp": "2022-10-17T05:00:00Z", "data": data }));
        assert!(python_verifies(&call, &[first]));

        let rotated = send(&isb, Method::POST, &format!("{}/secret", path(&hook)), Some("*")).await.ok(200);
        let second = rotated["secret"].as_str().unwrap();
        test(&isb, &hook).await;
        app.set_now("2022-10-18T04:59:59Z");
        drain(&app.app).await;
        assert!(python_verifies(&receiver.take()[0], &[second, first]));
        let isb = app.sign_in("isb@offenburg.example").await;
        test(&isb, &hook).await;
        app.set_now("2022-10-18T05:00:00Z");
        drain(&app.app).await;
        assert!(python_verifies(&receiver.take()[0], &[second]));
        let listed = deliveries(&isb, &hook).await;
        assert_eq!(listed.len(), 3);
        for one in listed {
            assert_eq!((&one["state"], &one["attempts"], &one["last_reply"]), (&json!("sent"), &json!(1), &json!("204 No Content")));
            assert!(one["finished_at"].is_string() && one["next_attempt_at"].is_null());
        }
    }

    async fn a_step_is_told_with_it_and_only_to_whoever_asked(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let listening = hook(&isb, &receiver.url(), &["measure.status_changed"]).await;
        let deaf = hook(&isb, &receiver.url(), &["measure.overdue", "budget.alarm"]).await;
        let off = hook(&isb, &receiver.url(), &EVERYTHING).await;
        isb.patch(&path(&off), "*", json!({ "active": false })).await.ok(200);
        let netz = app.sign_in("netz@offenburg.example").await;
        let measure = isb.reference_of("offenburg", "OG-I7").await;
        let before = isb.get(&format!("institutions/offenburg/measures/{measure}")).await.ok(200);
        netz.step(&measure, "in_progress", None).await.ok(200);
        // A step that is refused is not told.
        netz.step(&measure, "verified", Some("x")).await;
        // Nor is any other change.
        isb.patch(&format!("institutions/offenburg/measures/{measure}"), "*", json!({ "priority": 1 })).await.ok(200);
        assert_eq!(drain(&app.app).await, (1, 1));
        let call = receiver.take().remove(0);
        let data = json!({
            "institution": "offenburg", "measure_id": before["id"], "reference": measure, "old_status": before["status"],
            "status": "in_progress", "due": before["due"]["day"], "version": before["version"].as_i64().unwrap() + 1,
        });
        assert_eq!(call.json(), json!({ "type": "measure.status_changed", "timestamp": "2022-10-17T05:00:00Z", "data": data }));
        assert_eq!((deliveries(&isb, &listening).await.len(), deliveries(&isb, &deaf).await.len(), deliveries(&isb, &off).await.len()), (1, 0, 0));
        // Of what is strictly confidential nothing leaves the house.
        isb.patch(&format!("institutions/offenburg/measures/{measure}"), "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        netz.step(&measure, "blocked", Some("Lieferung")).await.ok(200);
        assert_eq!(drain(&app.app).await, (0, 0));
    }

    async fn what_is_overdue_and_alarming_is_told_once_and_without_titles(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let secret = isb.reference_of("offenburg", "OG-I8").await;
        isb.patch(&format!("institutions/offenburg/measures/{secret}"), "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        assert_eq!(plan(app), 0);
        let runs = app.app.store.read(|db| Ok(schema::job_runs::table.filter(schema::job_runs::job.eq("webhooks")).count().get_result::<i64>(db)?));
        assert_eq!(runs.unwrap(), 0, "where nobody listens, nothing is done");
        let hook = hook(&isb, &receiver.url(), &["measure.overdue", "budget.alarm"]).await;
        let planned = plan(app);
        assert_eq!(plan(app), 0, "the day is done");
        assert_eq!(drain(&app.app).await, (planned, planned));
        let calls = receiver.take();
        let (overdue, alarms): (Vec<_>, Vec<_>) = calls.iter().map(|call| call.json()).partition(|body| body["type"] == "measure.overdue");
        let list = isb.get("institutions/offenburg/measures?overdue=true&limit=200").await.ok(200);
        let listed = list["items"].as_array().unwrap().iter().filter(|one| one["reference"] != secret);
        let listed: BTreeSet<(&str, &str, i64)> = listed.map(|one| (one["reference"].as_str().unwrap(), one["due"]["day"].as_str().unwrap(),
            one["days_overdue"].as_i64().unwrap())).collect();
        let told: BTreeSet<(&str, &str, i64)> = overdue.iter().map(|body| (body["data"]["reference"].as_str().unwrap(),
            body["data"]["due"].as_str().unwrap(), body["data"]["days_overdue"].as_i64().unwrap())).collect();
        assert!(!told.is_empty());
        assert_eq!(told, listed);
        let seen = isb.get("institutions/offenburg/budget/alarms?limit=200").await.ok(200);
        let seen = seen["items"].as_array().unwrap();
        assert!(!alarms.is_empty() && alarms.len() <= seen.len(), "{} of {}", alarms.len(), seen.len());
        for alarm in &alarms {
            let data = &alarm["data"];
            let same = |one: &&Value| ["code", "severity", "programme", "line", "year"].iter().all(|name| one[*name] == data[*name]);
            assert!(seen.iter().any(|one| same(&one)), "{alarm}");
        }
        let text: String = calls.iter().map(|call| call.body.as_str()).collect();
        for hidden in ["MDM", "WLAN", "Virenerkennung", "cents", "title", secret.as_str()] {
            assert!(!text.contains(hidden), "a call tells {hidden}");
        }
        // The next day tells what is new: a measure with another date, and no more.
        app.set_now("2022-10-18T05:00:00Z");
        assert_eq!(plan(app), 0);
        let moved = overdue[0]["data"]["measure_id"].as_str().unwrap().to_owned();
        let due: chrono::NaiveDate = "2022-10-17".parse().unwrap();
        let changed = app.app.store.write(|db| Ok(diesel::update(schema::measures::table.find(&moved)).set(schema::measures::due_current.eq(due)).execute(db)?));
        assert_eq!(changed.unwrap(), 1);
        app.set_now("2022-10-19T05:00:00Z");
        assert_eq!(plan(app), 1);
        drain(&app.app).await;
        let call = receiver.take().remove(0).json();
        assert_eq!((&call["data"]["measure_id"], &call["data"]["days_overdue"]), (&json!(moved), &json!(2)));
        let isb = app.sign_in("isb@offenburg.example").await;
        let events = events_of(&isb, "webhook.planned").await;
        assert_eq!(events.len(), 3);
        assert_eq!((&events[0]["actor_kind"], &events[0]["details"]), (&json!("service"), &json!({ "day": "2022-10-19", "measure.overdue": 1, "budget.alarm": 0 })));
        assert_eq!(deliveries(&isb, &hook).await.len(), planned + 1);
    }

    async fn one_run_from_a_timer_does_all_that_the_service_does(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        let receiver = Receiver::start();
        add(app, "refuse", Role::Isb).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        hook(&isb, &receiver.url(), &EVERYTHING).await;
        let folder = tempfile::tempdir().unwrap();
        let remind = || ran(command(app, &server, folder.path(), &["remind"]).envs(ALLOWED.iter().copied()));
        let first = remind();
        let calls = receiver.take().len();
        assert!(calls > 0 && first.out.ends_with(&format!("; {calls} calls planned, {calls} made\n")), "{} {}", first.out, first.err);
        assert!(first.err.contains("mails were given up"), "{}", first.err);
        let failed = isb.get("institutions/offenburg/notifications?state=failed&limit=200").await.ok(200);
        let failed = failed["items"].as_array().unwrap();
        let reported = failed.iter().filter(|mail| mail["reported_at"] != Value::Null).count();
        assert!(reported > 0, "{failed:?}");
        let told = isb.get("institutions/offenburg/notifications?kind=undelivered&state=sent").await.ok(200);
        assert_eq!(told["items"].as_array().unwrap().len(), 2, "the ISB and the administration; the third refuses this one too");
        let again = remind();
        assert_eq!((again.code, again.out.as_str(), receiver.take().len()), (Some(0), "0 planned, 0 sent\n", 0), "{}", again.err);
    }

    async fn one_run_from_a_timer_says_which_calls_were_refused_and_reports_an_endpoint_that_is_gone(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        let receiver = Receiver::start();
        receiver.answer(std::iter::repeat_with(|| Reply::Status(410, "")).take(50));
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        let folder = tempfile::tempdir().unwrap();
        let ran = ran(command(app, &server, folder.path(), &["remind"]).envs(ALLOWED.iter().copied()));
        assert_eq!(ran.code, Some(1));
        assert!(ran.err.contains("calls of webhooks were not accepted"), "{}", ran.err);
        assert_eq!(isb.get(&path(&hook)).await.ok(200)["active"], false);
        let told = isb.get("institutions/offenburg/notifications?kind=undelivered&state=sent").await.ok(200);
        assert_eq!(told["items"].as_array().unwrap().len(), 2, "the ISB and the administration, in the same run");
    }

    async fn planning_takes_the_same_number_of_statements_however_much_is_overdue(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        hook(&isb, "https://hooks.example.org/", &["measure.overdue"]).await;
        count_statements();
        // Connections that count.
        let other = another(app, &[], None);
        let plan = || {
            let (planned, count) = statements(|| webhooks::plan_due(&other).unwrap());
            assert_eq!(planned.failed, 0);
            count
        };
        plan();
        app.set_now("2022-10-18T05:00:00Z");
        let few = plan();
        app.app.store.write(|db| {
            use schema::measures::dsl;
            let due: chrono::NaiveDate = "2022-10-01".parse().unwrap();
            let all = dsl::measures.filter(dsl::due_current.is_not_null());
            Ok(diesel::update(all).set((dsl::status.eq("approved"), dsl::due_current.eq(due))).execute(db)?)
        }).unwrap();
        app.set_now("2022-10-19T05:00:00Z");
        let many = plan();
        assert_eq!(few, many);
        assert!(few < 20, "{few} statements");
    }

    async fn who_is_not_there_is_tried_again_with_the_same_id_and_then_given_up(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        let made = test(&isb, &hook).await;
        receiver.answer([
            Reply::Status(500, ""),
            Reply::Status(302, "Location: http://127.0.0.1:1/\r\n"),
            Reply::HangUp,
            Reply::Stall(Duration::from_millis(1_500)),
            Reply::Raw("HTTP/1.1 503 Later\r\nContent-Length: 9\r\n\r\nbitte\u{7}gehn".to_owned()),
        ]);
        let expected = [
            ("pending", "500 Internal Server Error", false, Some(5)),
            ("pending", "302 Found", false, Some(45)),
            ("pending", "no answer: ", true, Some(365)),
            ("pending", "no end after 1 s", true, Some(365 + 2400)),
            ("failed", "503 Service Unavailable: bitte geh", true, None),
        ];
        for (attempt, (state, reply, handed_over, next)) in (1..).zip(expected) {
            assert_eq!(drain(&app.app).await, (1, 0), "attempt {attempt}");
            let isb = app.sign_in("isb@offenburg.example").await;
            let call = deliveries(&isb, &hook).await.remove(0);
            assert_eq!((&call["state"], &call["attempts"], &call["handed_over"]), (&json!(state), &json!(attempt), &json!(handed_over)), "{call}");
            assert!(call["last_reply"].as_str().unwrap().starts_with(reply), "{call}");
            assert_eq!(isb.get(&path(&hook)).await.ok(200)["failing_since"], "2022-10-17T05:00:00Z");
            if let Some(minutes) = next {
                app.app.clock.set(after(minutes) - TimeDelta::seconds(1));
                assert_eq!(drain(&app.app).await, (0, 0), "too early after attempt {attempt}");
                app.app.clock.set(after(minutes));
            }
        }
        assert_eq!(drain(&app.app).await, (0, 0));
        let calls = receiver.take();
        assert_eq!(calls.len(), 5, "redirects are not followed");
        assert!(calls.iter().all(|call| call.id() == made["id"] && call.body == calls[0].body));
        // Every attempt has a time of its own, which is signed with it.
        let secret = hook["secret"].as_str().unwrap();
        assert!(calls.iter().all(|call| python_verifies(call, &[secret])));
        let times: BTreeSet<&str> = calls.iter().map(|call| call.headers["webhook-timestamp"].as_str()).collect();
        assert_eq!(times.len(), 5);

        // Told once more, and well answered: it fails no longer.
        let isb = app.sign_in("isb@offenburg.example").await;
        let replay = format!("{}/deliveries/{}/replay", path(&hook), made["id"].as_str().unwrap());
        let again = send(&isb, Method::POST, &replay, None).await.ok(202);
        assert_eq!((&again["state"], &again["attempts"]), (&json!("pending"), &json!(0)));
        send(&isb, Method::POST, &replay, None).await.problem(409, "delivery_pending");
        assert_eq!(drain(&app.app).await, (1, 1));
        assert_eq!(receiver.take()[0].id(), made["id"]);
        assert_eq!(isb.get(&path(&hook)).await.ok(200)["failing_since"], Value::Null);
        // What was well answered may be told again, too.
        send(&isb, Method::POST, &replay, None).await.ok(202);
        assert_eq!(drain(&app.app).await, (1, 1));
        let what: Vec<Value> = events_of(&isb, "webhook.changed").await.into_iter().map(|event| event["details"]["what"].clone()).collect();
        assert_eq!(what, ["replayed", "replayed", "tested", "created"]);
    }

    async fn who_asks_to_be_left_alone_is_and_so_are_its_other_calls(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        test(&isb, &hook).await;
        receiver.answer([Reply::Status(429, "Retry-After: 1200\r\n")]);
        assert_eq!(drain(&app.app).await, (1, 0));
        test(&isb, &hook).await;
        let at = |call: &Value| call["next_attempt_at"].as_str().unwrap().to_owned();
        let calls = deliveries(&isb, &hook).await;
        assert_eq!(at(&calls[1]), "2022-10-17T05:20:00Z");
        // One that comes meanwhile tries its luck, and makes all wait again.
        receiver.answer([Reply::Status(503, "Retry-After: Mon, 17 Oct 2022 05:50:00 GMT\r\n")]);
        assert_eq!(drain(&app.app).await, (1, 0));
        let calls = deliveries(&isb, &hook).await;
        assert_eq!((at(&calls[0]), at(&calls[1])), ("2022-10-17T05:50:00Z".to_owned(), "2022-10-17T05:50:00Z".to_owned()));
        assert_eq!((&calls[0]["attempts"], &calls[1]["attempts"]), (&json!(1), &json!(1)), "waiting is no attempt");
        app.app.clock.set(after(50));
        assert_eq!(drain(&app.app).await, (2, 2));
    }

    async fn an_endpoint_that_is_gone_or_fails_for_days_is_switched_off(app) {
        let receiver = Receiver::start();
        let admin = app.sign_in("admin@offenburg.example").await;
        let hook = hook(&admin, &receiver.url(), &EVERYTHING).await;
        test(&admin, &hook).await;
        let waiting = test(&admin, &hook).await;
        receiver.answer([Reply::Status(410, ""), Reply::Status(410, "")]);
        drain(&app.app).await;
        let off = admin.get(&path(&hook)).await.ok(200);
        assert_eq!((&off["active"], &off["switched_off"]), (&json!(false), &json!({ "at": "2022-10-17T05:00:00Z", "why": "gone" })));
        let isb = app.sign_in("isb@offenburg.example").await;
        assert_eq!(isb.get(HOOKS).await.ok(200)["items"][0]["switched_off"]["why"], "gone");
        let events = events_of(&isb, "webhook.switched_off").await;
        assert_eq!(events.len(), 1);
        assert_eq!((&events[0]["actor_kind"], &events[0]["details"]["why"]), (&json!("service"), &json!("gone")));
        send(&isb, Method::POST, &format!("{}/test", path(&hook)), None).await.problem(409, "webhook_off");
        let replay = format!("{}/deliveries/{}/replay", path(&hook), waiting["id"].as_str().unwrap());
        send(&isb, Method::POST, &replay, None).await.problem(409, "webhook_off");

        // Switched on again, it begins anew; and what goes wrong for three days ends it again.
        let on = isb.patch(&path(&hook), "*", json!({ "active": true })).await.ok(200);
        assert_eq!((&on["active"], &on["switched_off"], &on["failing_since"]), (&json!(true), &Value::Null, &Value::Null));
        for (hours, active) in [(0, true), (71, true), (72, false)] {
            app.app.clock.set(after(60 * hours));
            let isb = app.sign_in("isb@offenburg.example").await;
            test(&isb, &hook).await;
            receiver.answer((0..4).map(|_| Reply::Status(500, "")));
            drain(&app.app).await;
            assert_eq!(isb.get(&path(&hook)).await.ok(200)["active"], active, "after {hours} hours");
        }
        let isb = app.sign_in("isb@offenburg.example").await;
        assert_eq!(isb.get(&path(&hook)).await.ok(200)["switched_off"]["why"], "failing");
        // What still waits is dropped when its time comes, and nobody is called.
        receiver.take();
        app.app.clock.set(after(60 * 24 * 6));
        assert_eq!(drain(&app.app).await.1, 0);
        assert!(receiver.take().is_empty());
        let isb = app.sign_in("isb@offenburg.example").await;
        let calls = deliveries(&isb, &hook).await;
        assert!(calls.iter().all(|call| call["state"] != "pending"));
        assert!(calls.iter().any(|call| call["last_reply"] == "the endpoint is switched off" && call["state"] == "obsolete"));
    }

    async fn whom_we_may_not_call_hears_nothing_at_any_attempt(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let literal = hook(&isb, &receiver.url(), &EVERYTHING).await;
        let named = hook(&isb, &format!("http://localhost:{}/", receiver.port), &EVERYTHING).await;
        for hook in [&literal, &named] {
            test(&isb, hook).await;
        }
        // Since then, the settings have become stricter.
        let strict = another(app, &["10.1.0.0/16"], None);
        assert_eq!(drain(&strict).await, (2, 0));
        assert_eq!((receiver.connections(), receiver.received().len()), (0, 0));
        for hook in [&literal, &named] {
            let call = deliveries(&isb, hook).await.remove(0);
            let reply = call["last_reply"].as_str().unwrap();
            assert!(reply.contains("is not a public address and not allowed"), "{reply}");
            assert_eq!((&call["state"], &call["handed_over"]), (&json!("pending"), &json!(false)));
        }
        // By its name it may be called whatever that stands for.
        let by_name = another(app, &["localhost"], None);
        app.app.clock.set(after(5));
        assert_eq!(drain(&by_name).await, (2, 1));
        assert_eq!(receiver.received().len(), 1);
    }

    async fn by_tls_only_whom_a_known_authority_vouches_for(app) {
        let certificates = Certificates::issue();
        let receiver = Receiver::start_tls(certificates.path("ca.pem").parent().unwrap());
        let isb = app.sign_in("isb@offenburg.example").await;
        let url = format!("https://localhost:{}/in", receiver.port);
        let hook = hook(&isb, &url, &EVERYTHING).await;
        let (stranger, friend) = (another(app, &["localhost", "127.0.0.1"], None), another(app, &["localhost", "127.0.0.1"], Some(&certificates.path("ca.pem"))));
        test(&isb, &hook).await;
        assert_eq!(drain(&stranger).await, (1, 0));
        let reply = deliveries(&isb, &hook).await[0]["last_reply"].as_str().unwrap().to_owned();
        assert!(reply.contains("tls: invalid peer certificate"), "{reply}");
        assert!(receiver.received().is_empty());
        app.app.clock.set(after(5));
        assert_eq!(drain(&friend).await, (1, 1));
        assert_eq!(receiver.received()[0].headers["host"], format!("localhost:{}", receiver.port));
        // The certificate is for the name, and not for the address.
        let isb = app.sign_in("isb@offenburg.example").await;
        isb.patch(&path(&hook), "*", json!({ "url": url.replace("localhost", "127.0.0.1") })).await.ok(200);
        test(&isb, &hook).await;
        assert_eq!(drain(&friend).await, (1, 0));
    }

    async fn answers_without_end_are_left(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        let body = "x".repeat(100_000);
        let head = "y".repeat(100_000);
        receiver.answer([
            Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{body}")),
            Reply::Raw(format!("HTTP/1.1 200 OK\r\nX-Long: {head}\r\nContent-Length: 0\r\n\r\n")),
            Reply::Raw("SSH-2.0-OpenSSH_9.2\r\n".to_owned()),
        ]);
        let begun = Instant::now();
        for (sent, state) in [(1, "sent"), (0, "pending"), (0, "pending")] {
            test(&isb, &hook).await;
            assert_eq!(drain(&app.app).await, (1, sent));
            let call = deliveries(&isb, &hook).await.remove(0);
            assert_eq!(call["state"], state, "{call}");
            assert!(call["last_reply"].as_str().unwrap().chars().count() <= 200);
        }
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    async fn eight_processes_make_each_call_once(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        for _ in 0..20 {
            test(&isb, &hook).await;
        }
        let others: Vec<_> = (0..8).map(|_| another(app, &["127.0.0.1"], None)).collect();
        let rounds = join_all(others.iter().map(drain)).await;
        assert_eq!(rounds.iter().map(|round| round.1).sum::<usize>(), 20);
        let ids: BTreeSet<String> = receiver.received().iter().map(|call| call.id().to_owned()).collect();
        assert_eq!((ids.len(), receiver.received().len()), (20, 20));
        // Calls come in pages.
        let mut page = isb.get(&format!("{}/deliveries?limit=8", path(&hook))).await.ok(200);
        let mut seen: Vec<String> = Vec::new();
        loop {
            seen.extend(page["items"].as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            page = isb.get(&format!("{}/deliveries?limit=8&cursor={next}", path(&hook))).await.ok(200);
        }
        assert_eq!(seen.len(), 20);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), ids);
    }

    async fn a_call_of_a_process_that_died_is_made_again_with_the_same_id(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        test(&isb, &hook).await;
        receiver.answer([Reply::Stall(Duration::from_secs(5))]);
        let dead = another(app, &["127.0.0.1"], None);
        let taken = tokio::time::timeout(Duration::from_millis(500), webhooks::deliver(&dead)).await;
        assert!(taken.is_err());
        assert_eq!(drain(&app.app).await, (0, 0), "its lease is still good");
        app.app.clock.set(after(3));
        assert_eq!(drain(&app.app).await, (1, 1));
        let calls = receiver.received();
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].id(), &calls[0].body), (calls[1].id(), &calls[1].body));
        assert_eq!(deliveries(&isb, &hook).await[0]["handed_over"], true);
    }

    async fn mails_and_calls_do_not_count_as_each_other(app) {
        let receiver = Receiver::start();
        let isb = app.sign_in("isb@offenburg.example").await;
        let hook = hook(&isb, &receiver.url(), &EVERYTHING).await;
        test(&isb, &hook).await;
        let before = isb.get("institutions/offenburg/dashboard").await.ok(200);
        assert_eq!(before["mails"], json!({ "pending": 0, "sent": 0, "failed": 0 }));
        assert_eq!(isb.get("institutions/offenburg/notifications").await.ok(200)["items"], json!([]));
        reminders::plan_due(&app.app).unwrap();
        assert_eq!(drain(&app.app).await, (1, 1));
        assert!(app.app.mailer.sent().is_empty());
        // Gone with it is what was told to it.
        send(&isb, Method::DELETE, &path(&hook), Some("*")).await.ok(204);
        let left = app.app.store.read(|db| Ok(schema::outbox::table.filter(schema::outbox::channel.eq("webhook")).count().get_result::<i64>(db)?));
        assert_eq!(left.unwrap(), 0);
    }
}

/// Another endpoint.
async fn hook_at(client: &Client<'_>) -> Value {
    hook(client, "https://hooks.example.org/", &EVERYTHING).await
}
