//! Reminders: who gets which mail on which day, once each, whatever happens to the mail server or to us.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use diesel::prelude::*;
use futures_util::future::join_all;
use secrecy::SecretString;
use serde_json::{Value, json};
use zinne::actions::{outbox, reminders, users};
use zinne::app::App;
use zinne::domain::access::{Grant, Role};
use zinne::mail::{Mailer, Message};
use zinne::store::schema;

use crate::support::smtp::{MailServer, header};
use crate::support::{Client, Engine, PASSWORD, TestApp};

/// Everybody who has something overdue or due soon on 2022-10-17.
const CONCERNED: [&str; 9] = [
    "arbeitsplatz@offenburg.example",
    "digital@konstanz.example",
    "isb@konstanz.example",
    "isb@offenburg.example",
    "isb@stuttgart.example",
    "it-leitung@offenburg.example",
    "it-leitung@stuttgart.example",
    "netz@offenburg.example",
    "netz@stuttgart.example",
];

/// Plans what is due; gives how many mails that brings.
fn plan_due(app: &App) -> zinne::error::Result<usize> {
    let planned = reminders::plan_due(app)?;
    assert_eq!(planned.failed, 0);
    Ok(planned.mails)
}

/// Another process on the same database, with the same clock and mailer.
fn another(app: &TestApp) -> App {
    let mut other = App::new(app.app.config.clone()).unwrap();
    other.clock = app.app.clock.clone();
    other.mailer = app.app.mailer.clone();
    assert_ne!(other.instance, app.app.instance);
    other
}

/// The same with a way out of its own.
fn mailing(app: &TestApp, url: &str) -> Arc<App> {
    let mut other = another(app);
    let mut settings = other.config.mail_settings();
    settings.url = url.to_owned();
    settings.timeout = Duration::from_secs(5);
    other.mailer = Mailer::from_settings(&settings).unwrap();
    Arc::new(other)
}

/// Sends until nothing is due; gives how many were taken and how many accepted.
async fn drain(app: &Arc<App>) -> (usize, usize) {
    let (mut leased, mut sent) = (0, 0);
    loop {
        let round = outbox::deliver(app).await.unwrap();
        if round.leased == 0 {
            return (leased, sent);
        }
        leased += round.leased;
        sent += round.sent;
    }
}

fn recipients(mails: &[Message]) -> Vec<&str> {
    let mut all: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    all.sort_unstable();
    all
}

#[track_caller]
fn mail_to<'a>(mails: &'a [Message], to: &str) -> &'a Message {
    mails
        .iter()
        .find(|mail| mail.to == to)
        .unwrap_or_else(|| panic!("no mail to {to}"))
}

/// The mails of Offenburg as the ISB sees them, by address.
async fn notifications(isb: &Client<'_>) -> BTreeMap<String, Value> {
    let page = isb
        .get("institutions/offenburg/notifications?limit=200")
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| (item["to"].as_str().unwrap().to_owned(), item.clone()))
        .collect()
}

async fn add_isb(app: &TestApp, email: &str) {
    let password = SecretString::from(PASSWORD);
    users::create(
        &app.app,
        email.to_owned(),
        "Vertretung".to_owned(),
        "de".to_owned(),
        password,
    )
    .await
    .unwrap();
    users::set_role(
        &app.app,
        email,
        "offenburg",
        &Grant {
            role: Role::Isb,
            org_unit: None,
        },
        true,
    )
    .unwrap();
}

both_engines! {
    async fn at_seven_on_a_working_day_everybody_concerned_gets_one_mail(app) {
        app.set_now("2022-10-17T04:59:59Z");
        assert_eq!(plan_due(&app.app).unwrap(), 0, "not before seven");
        app.set_now("2022-10-17T05:00:00Z");
        assert_eq!(plan_due(&app.app).unwrap(), CONCERNED.len());
        assert_eq!(drain(&app.app).await, (9, 9));
        assert_eq!(recipients(&app.app.mailer.sent()), CONCERNED);
        for _ in 0..2 {
            assert_eq!(plan_due(&app.app).unwrap(), 0, "the day is done");
            assert_eq!(drain(&app.app).await, (0, 0));
        }
        app.set_now("2022-10-18T05:00:00Z");
        assert_eq!(plan_due(&app.app).unwrap(), CONCERNED.len());
        drain(&app.app).await;
        let ids: BTreeSet<_> = app.app.mailer.sent().into_iter().map(|mail| mail.message_id).collect();
        assert_eq!(ids.len(), 18, "another day is another occurrence");
    }

    async fn nobody_is_written_to_on_a_quiet_day(app) {
        for (quiet, why) in [
            ("2022-10-15T10:00:00Z", "Saturday"),
            ("2022-10-16T10:00:00Z", "Sunday"),
            ("2022-11-01T10:00:00Z", "Allerheiligen"),
            ("2023-06-08T10:00:00Z", "Fronleichnam"),
            ("2024-12-24T10:00:00Z", "closed"),
            ("2024-12-31T10:00:00Z", "closed"),
        ] {
            app.set_now(quiet);
            assert_eq!(plan_due(&app.app).unwrap(), 0, "{quiet}: {why}");
        }
        // Seven in Berlin is another hour in winter.
        app.set_now("2022-11-02T05:59:59Z");
        assert_eq!(plan_due(&app.app).unwrap(), 0);
        app.set_now("2022-11-02T06:00:00Z");
        assert!(plan_due(&app.app).unwrap() > 0);
    }

    async fn a_missed_run_is_made_up_for_the_same_day(app) {
        app.set_now("2022-10-17T21:30:00Z");
        assert_eq!(plan_due(&app.app).unwrap(), CONCERNED.len());
        let isb = app.sign_in("isb@offenburg.example").await;
        let mails = notifications(&isb).await;
        assert_eq!(mails["isb@offenburg.example"]["day"], "2022-10-17");
    }

    async fn eight_planners_at_once_plan_each_occurrence_once(app) {
        let start = Arc::new(Barrier::new(8));
        let planners: Vec<_> = (0..8).map(|_| {
            let (other, start) = (another(app), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                plan_due(&other).unwrap()
            })
        }).collect();
        let planned: usize = planners.into_iter().map(|planner| planner.join().unwrap()).sum();
        assert_eq!(planned, 9);
        drain(&app.app).await;
        assert_eq!(recipients(&app.app.mailer.sent()), CONCERNED);
        let isb = app.sign_in("isb@offenburg.example").await;
        let events = isb.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let items = events["items"].as_array().unwrap();
        let planned: Vec<&Value> = items.iter().filter(|event| event["action"] == "reminder.planned").collect();
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0]["actor_kind"], "service");
        assert_eq!(planned[0]["details"]["day"], "2022-10-17");
        assert_eq!(planned[0]["details"]["mails"], 4);
        assert!(planned[0]["details"]["policy"].is_string());
    }

    async fn eight_processes_send_each_mail_once(app) {
        plan_due(&app.app).unwrap();
        let others: Vec<_> = (0..8).map(|_| Arc::new(another(app))).collect();
        let rounds = join_all(others.iter().map(drain)).await;
        assert_eq!(rounds.iter().map(|round| round.1).sum::<usize>(), 9);
        let mails = app.app.mailer.sent();
        assert_eq!(recipients(&mails), CONCERNED);
        assert!(mails.iter().all(|mail| !mail.resent));
    }

    async fn the_mail_says_in_german_what_is_overdue_and_what_to_do(app) {
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        let isb = mail_to(&mails, "isb@offenburg.example");
        assert_eq!(isb.subject, "[zinne] Stadt Offenburg: 4 Maßnahmen überfällig, 1 bald fällig");
        assert_eq!(isb.from, "zinne <zinne@test.example>");
        assert_eq!(isb.date, app.app.clock.now());
        let texts = ["Einführung MDM (konsumtiv)", "Aktualisierung der Virenerkennungslösung", "seit 109 Tagen", "BALD FÄLLIG (1)",
            "https://zinne.test.example/api/v1/institutions/offenburg/measures?overdue=true"];
        for text in texts {
            assert!(isb.text.contains(text), "no {text}: {}", isb.text);
        }
        let owner = mail_to(&mails, "netz@offenburg.example");
        assert_eq!(owner.subject, "[zinne] Stadt Offenburg: 1 Maßnahme überfällig");
        assert!(owner.text.contains("WLAN in der Stadtverwaltung") && !owner.text.contains("MDM"), "only their own");
        assert_eq!(owner.reply_to.as_deref(), Some("isb offenburg <isb@offenburg.example>"));
        // The same question gives the same Message-ID, before and after it was sent.
        let client = app.sign_in("isb@offenburg.example").await;
        let preview = client.get("institutions/offenburg/reminders/preview").await.ok(200);
        for previewed in preview["mails"].as_array().unwrap() {
            let mail = mail_to(&mails, previewed["to"].as_str().unwrap());
            let key = previewed["occurrence_key"].as_str().unwrap();
            assert_eq!(mail.message_id, zinne::mail::digest::message_id(key, "test.example"));
            assert!(mail.text.contains(key));
        }
        let text = isb.text.replace(isb.text.lines().rev().find_map(|line| line.strip_prefix("Kennung: ")).unwrap(), "KEY");
        insta::assert_snapshot!("isb_digest", text);
    }

    async fn a_confidential_title_stays_inside(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = client.reference_of("offenburg", "OG-I7").await;
        let path = format!("institutions/offenburg/measures/{reference}");
        let etag = client.get(&path).await.header("etag").to_owned();
        client.patch(&path, &etag, json!({ "confidentiality": "confidential" })).await.ok(200);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        for to in ["isb@offenburg.example", "netz@offenburg.example"] {
            let mail = mail_to(&mails, to);
            assert!(mail.text.contains(&reference) && mail.html.contains(&reference));
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(!part.contains("WLAN"), "{part}");
            }
        }
    }

    async fn measures_of_somebody_who_left_show_up_at_the_isb_without_anybody(app) {
        users::set_active(&app.app, "netz@offenburg.example", false).unwrap();
        assert_eq!(plan_due(&app.app).unwrap(), 8);
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        assert!(!recipients(&mails).contains(&"netz@offenburg.example"));
        let text = &mail_to(&mails, "isb@offenburg.example").text;
        let (_, after) = text.split_once("WLAN in der Stadtverwaltung").unwrap();
        let entry = after.split("\n\n").next().unwrap();
        assert!(entry.contains("ohne Verantwortliche"), "{entry}");
        assert_eq!(text.matches("ohne Verantwortliche").count(), 1);
    }

    async fn an_account_disabled_after_planning_gets_nothing(app) {
        plan_due(&app.app).unwrap();
        users::set_active(&app.app, "netz@offenburg.example", false).unwrap();
        assert_eq!(drain(&app.app).await, (9, 8));
        assert!(!recipients(&app.app.mailer.sent()).contains(&"netz@offenburg.example"));
        let isb = app.sign_in("isb@offenburg.example").await;
        let mail = notifications(&isb).await.remove("netz@offenburg.example").unwrap();
        assert_eq!(mail["state"], "obsolete");
        assert_eq!(mail["last_reply"], "the account has been disabled");
        assert!(mail["finished_at"].is_string());
    }

    async fn one_mail_that_cannot_be_read_keeps_none_of_the_others(app) {
        plan_due(&app.app).unwrap();
        for broken in ["netz@stuttgart.example", "arbeitsplatz@offenburg.example"] {
            let user = schema::users::table.filter(schema::users::email_key.eq(broken)).select(schema::users::id);
            let changed = app.app.store.write(|db| {
                let user: String = user.first(db)?;
                let mail = schema::outbox::table.filter(schema::outbox::recipient_id.eq(user));
                Ok(diesel::update(mail).set(schema::outbox::payload.eq("{")).execute(db)?)
            });
            assert_eq!(changed.unwrap(), 1);
        }
        assert_eq!(drain(&app.app).await, (9, 7));
        assert_eq!(app.app.mailer.sent().len(), 7);
        let isb = app.sign_in("isb@offenburg.example").await;
        let mail = notifications(&isb).await.remove("arbeitsplatz@offenburg.example").unwrap();
        assert_eq!((&mail["state"], &mail["last_reply"]), (&json!("failed"), &json!("the mail could not be composed")));
    }

    async fn a_digest_whose_day_is_over_is_not_sent(app) {
        app.set_now("2022-10-21T05:00:00Z");
        plan_due(&app.app).unwrap();
        // The service was down over the evening; on Saturday nobody gets mail, on Monday only Monday's.
        app.set_now("2022-10-22T09:00:00Z");
        assert_eq!(drain(&app.app).await, (9, 0));
        app.set_now("2022-10-24T05:00:00Z");
        assert_eq!(plan_due(&app.app).unwrap(), 9);
        assert_eq!(drain(&app.app).await, (9, 9));
        assert!(app.app.mailer.sent().iter().all(|mail| mail.text.contains("Stand 24.10.2022")));
    }

    async fn of_a_strictly_confidential_measure_only_its_number_is_told(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = client.reference_of("offenburg", "OG-I7").await;
        let path = format!("institutions/offenburg/measures/{reference}");
        client.patch(&path, "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        for to in ["isb@offenburg.example", "netz@offenburg.example"] {
            let mail = mail_to(&mails, to);
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(!part.contains("WLAN") && !part.contains(&reference) && !part.contains("10.10.2022"), "{part}");
            }
            for part in [&mail.text, &mail.html] {
                assert!(part.contains("1 streng vertrauliche Maßnahme: bitte anmelden."), "{part}");
            }
        }
        assert!(mail_to(&mails, "isb@offenburg.example").subject.contains("4 Maßnahmen überfällig"));
    }

    async fn the_public_title_of_an_internal_measure_is_what_leaves(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = client.reference_of("offenburg", "OG-I7").await;
        let path = format!("institutions/offenburg/measures/{reference}");
        client.patch(&path, "*", json!({ "title_public": "Ausbau der Netze" })).await.ok(200);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let text = mail_to(&app.app.mailer.sent(), "netz@offenburg.example").text.clone();
        assert!(text.contains("Ausbau der Netze") && !text.contains("WLAN"), "{text}");
    }

    async fn mails_of_a_process_that_died_go_out_after_its_lease(app) {
        plan_due(&app.app).unwrap();
        // A mail server that accepts and says nothing; the process dies while it waits.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = mailing(app, &format!("smtp://{}", silent.local_addr().unwrap()));
        let taken = tokio::time::timeout(Duration::from_millis(500), outbox::deliver(&dead)).await;
        assert!(taken.is_err());
        assert_eq!(drain(&app.app).await, (5, 5), "four are the dead one's");
        app.set_now("2022-10-17T05:02:00Z");
        assert_eq!(drain(&app.app).await, (0, 0), "its lease is still good");
        app.set_now("2022-10-17T05:02:01Z");
        assert_eq!(drain(&app.app).await, (4, 4));
        let mails = app.app.mailer.sent();
        assert_eq!(recipients(&mails), CONCERNED);
        assert_eq!(mails.iter().filter(|mail| mail.resent).count(), 4);
        let planned = "2022-10-17T05:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert!(mails.iter().all(|mail| mail.date == planned), "a twin is a twin to the letter");
    }

    async fn an_absent_mail_server_is_tried_ever_more_rarely_and_then_given_up(app) {
        plan_due(&app.app).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let other = mailing(app, &format!("smtp://127.0.0.1:{port}"));
        let mut now = app.app.clock.now();
        for (attempt, pause) in [(1, 900), (2, 1800), (3, 3600), (4, 7200)] {
            assert_eq!(drain(&other).await, (9, 0));
            // Signing in anew each time: an access token does not last that long.
            let isb = app.sign_in("isb@offenburg.example").await;
            let mail = notifications(&isb).await.remove("isb@offenburg.example").unwrap();
            assert_eq!(mail["state"], "pending");
            assert_eq!(mail["attempts"], attempt);
            assert!(mail["last_reply"].as_str().unwrap().contains("refused"), "{mail}");
            app.app.clock.set(now + chrono::TimeDelta::seconds(pause - 1));
            assert_eq!(drain(&other).await, (0, 0), "too early after attempt {attempt}");
            now += chrono::TimeDelta::seconds(pause);
            app.app.clock.set(now);
        }
        assert_eq!(drain(&other).await, (9, 0));
        assert_eq!(drain(&other).await, (0, 0));
        let isb = app.sign_in("isb@offenburg.example").await;
        let mail = notifications(&isb).await.remove("isb@offenburg.example").unwrap();
        assert_eq!(mail["state"], "failed");
        assert_eq!(mail["attempts"], 5);
        assert!(mail["finished_at"].is_string());
        let dashboard = isb.get("institutions/offenburg/dashboard").await.ok(200);
        assert_eq!(dashboard["mails"], json!({ "pending": 0, "sent": 0, "failed": 4 }));
    }

    async fn a_real_mail_server_refuses_delays_and_loses_its_reply(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        for local in ["refuse", "tempfail2", "drop"] {
            add_isb(app, &format!("{local}@offenburg.example")).await;
        }
        assert_eq!(plan_due(&app.app).unwrap(), 12);
        let other = mailing(app, &server.url());
        assert_eq!(drain(&other).await, (12, 9));
        let isb = app.sign_in("isb@offenburg.example").await;
        let mails = notifications(&isb).await;
        let seen = |local: &str| {
            let mail = &mails[&format!("{local}@offenburg.example")];
            (mail["state"].as_str().unwrap().to_owned(), mail["attempts"].as_i64().unwrap(), mail["last_reply"].as_str().unwrap().to_owned())
        };
        assert_eq!(seen("refuse"), ("failed".into(), 1, "550 5.1.1 mailbox unknown".into()));
        assert_eq!(seen("tempfail2"), ("pending".into(), 1, "451 4.3.2 try again later".into()));
        assert_eq!(seen("drop").0, "pending");
        assert!(seen("isb").2.starts_with("250 "));
        let dashboard = isb.get("institutions/offenburg/dashboard").await.ok(200);
        assert_eq!(dashboard["mails"], json!({ "pending": 2, "sent": 4, "failed": 1 }));
        app.set_now("2022-10-17T05:15:00Z");
        assert_eq!(drain(&other).await, (2, 1));
        app.set_now("2022-10-17T05:45:00Z");
        assert_eq!(drain(&other).await, (1, 1));
        let stored = server.mails();
        assert_eq!(stored.len(), 12, "eleven mails and one twin");
        let dropped: Vec<&String> = stored.iter().filter(|mail| mail.contains("X-Envelope-To: drop@")).collect();
        assert_eq!(dropped.len(), 2);
        assert_eq!(header(dropped[0], "Message-ID"), header(dropped[1], "Message-ID"));
        assert_eq!(header(dropped[0], "X-Zinne-Resent"), None);
        assert_eq!(header(dropped[1], "X-Zinne-Resent").as_deref(), Some("true"));
        assert!(!stored.iter().any(|mail| mail.contains("refuse@offenburg.example")));
    }

    async fn the_preview_shows_what_would_go_out_and_what_has(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let path = "institutions/offenburg/reminders/preview";
        let view = client.get(path).await.ok(200);
        assert_eq!(view["institution"], "offenburg");
        assert_eq!(view["working_day"], true);
        assert_eq!(view["next_run"], "2022-10-18T05:00:00Z");
        assert_eq!(view["run_done"], false);
        let mails = view["mails"].as_array().unwrap();
        let counts: BTreeMap<&str, (usize, usize)> = mails.iter().map(|mail| {
            let count = |list: &str| mail[list].as_array().unwrap().len();
            (mail["to"].as_str().unwrap(), (count("overdue"), count("due_soon")))
        }).collect();
        assert_eq!(counts, BTreeMap::from([
            ("arbeitsplatz@offenburg.example", (2, 1)),
            ("isb@offenburg.example", (4, 1)),
            ("it-leitung@offenburg.example", (1, 0)),
            ("netz@offenburg.example", (1, 0)),
        ]));
        let states = |view: &Value| -> BTreeSet<String> {
            view["mails"].as_array().unwrap().iter().map(|mail| mail["outbox"].as_str().unwrap_or("none").to_owned()).collect()
        };
        assert_eq!(states(&view), BTreeSet::from(["none".to_owned()]));
        assert_eq!(drain(&app.app).await, (0, 0), "a preview writes nothing");
        plan_due(&app.app).unwrap();
        assert_eq!(states(&client.get(path).await.ok(200)), BTreeSet::from(["pending".to_owned()]));
        drain(&app.app).await;
        let view = client.get(path).await.ok(200);
        assert_eq!(states(&view), BTreeSet::from(["sent".to_owned()]));
        assert_eq!(view["run_done"], true, "what comes up now waits for the next run");

        let quiet = client.get(&format!("{path}?at=2022-11-01T08:00:00Z")).await.ok(200);
        assert_eq!((&quiet["quiet"], &quiet["working_day"]), (&json!("Allerheiligen"), &json!(false)));
        assert_eq!(quiet["next_run"], "2022-11-02T06:00:00Z");
        assert_eq!(quiet["mails"], json!([]));
        let early = client.get(&format!("{path}?at=2022-10-18T06:59:59%2B02:00")).await.ok(200);
        assert_eq!((&early["too_early"], &early["mails"]), (&json!(true), &json!([])));
        client.get(&format!("{path}?at=morgen")).await.problem(400, "malformed");
        client.get("institutions/stuttgart/reminders/preview").await.problem(404, "not_found");
        for other in ["netz", "rat", "admin"] {
            let client = app.sign_in(&format!("{other}@offenburg.example")).await;
            client.get(path).await.problem(403, "forbidden");
            client.get("institutions/offenburg/notifications").await.problem(403, "forbidden");
        }
    }

    async fn notifications_come_in_pages(app) {
        plan_due(&app.app).unwrap();
        let client = app.sign_in("isb@offenburg.example").await;
        let mut seen = BTreeSet::new();
        let mut path = "institutions/offenburg/notifications?limit=3".to_owned();
        let mut pages = 0;
        loop {
            let page = client.get(&path).await.ok(200);
            pages += 1;
            seen.extend(page["items"].as_array().unwrap().iter().map(|mail| mail["to"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("institutions/offenburg/notifications?limit=3&cursor={next}");
        }
        assert_eq!((pages, seen.len()), (2, 4));
        client.get("institutions/offenburg/notifications?cursor=x").await.problem(400, "malformed");
    }

    async fn readiness_tells_when_the_planning_is_late(app) {
        let ready = async |now: &str| {
            app.set_now(now);
            let answer = app.send(actix_web::http::Method::GET, "/readyz", &[], None).await;
            let view = answer.json();
            assert_eq!(answer.status.as_u16() == 200, view["ready"] == true);
            assert_eq!((&view["database"], &view["migrations"]), (&json!(true), &json!(true)));
            view["scheduler"] == true
        };
        assert!(ready("2022-10-18T05:29:59Z").await);
        assert!(!ready("2022-10-18T05:30:00Z").await, "half an hour late");
        plan_due(&app.app).unwrap();
        assert!(ready("2022-10-18T05:30:00Z").await);
        assert!(ready("2022-10-22T09:00:00Z").await, "Saturday");
        assert!(!ready("2022-10-24T09:00:00Z").await);
    }
}

#[actix_web::test]
async fn the_jobs_of_a_service_plan_send_and_stop_when_told() {
    let app = TestApp::start_with(Engine::Sqlite, &[("ZINNE_OUTBOX__TICK_SECONDS", "1")])
        .await
        .unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let jobs = actix_web::rt::spawn(zinne::jobs::run(Arc::clone(&app.app), stopped));
    let begun = std::time::Instant::now();
    while app.app.mailer.sent().len() < CONCERNED.len() {
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), jobs)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(recipients(&app.app.mailer.sent()), CONCERNED);
}
