//! What could not be delivered: seen, told once to whoever can do something, and tried again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use diesel::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use zinne::actions::{outbox, reminders, undelivered, users};
use zinne::app::App;
use zinne::domain::access::{Grant, Role};
use zinne::mail::digest::message_id;
use zinne::mail::{Mailer, Message};
use zinne::store::{institutions, notifications, schema};

use crate::support::smtp::MailServer;
use crate::support::{Client, PASSWORD, TestApp};

const MAILS: &str = "institutions/offenburg/notifications";

/// The service with a mail server of its own.
fn mailing(app: &TestApp, server: &MailServer) -> Arc<App> {
    let mut other = App::new(app.app.config.clone()).unwrap();
    other.clock = app.app.clock.clone();
    let mut settings = other.config.mail_settings();
    settings.url = server.url();
    settings.timeout = Duration::from_secs(5);
    other.mailer = Mailer::from_settings(&settings).unwrap();
    Arc::new(other)
}

/// Somebody whose mails meet with what their address says.
pub async fn add(app: &TestApp, local: &str, role: Role) {
    let email = format!("{local}@offenburg.example");
    let (name, password) = (format!("Person {local}"), SecretString::from(PASSWORD));
    users::create(&app.app, email.clone(), name, "de".to_owned(), password)
        .await
        .unwrap();
    let grant = Grant {
        role,
        org_unit: None,
    };
    users::set_role(&app.app, &email, "offenburg", &grant, true).unwrap();
}

/// Sends until nothing is due; gives how many were accepted.
async fn drain(app: &Arc<App>) -> usize {
    let mut sent = 0;
    loop {
        let round = outbox::deliver(app).await.unwrap();
        if round.leased == 0 {
            return sent;
        }
        sent += round.sent;
    }
}

async fn listed(client: &Client<'_>, query: &str) -> Vec<Value> {
    let page = client.get(&format!("{MAILS}?limit=200&{query}")).await;
    page.ok(200)["items"].as_array().unwrap().clone()
}

/// The mails with this kind, by address.
async fn by_address(client: &Client<'_>, query: &str) -> BTreeMap<String, Value> {
    let all = listed(client, query).await.into_iter();
    all.map(|mail| (mail["to"].as_str().unwrap().to_owned(), mail))
        .collect()
}

async fn retry(client: &Client<'_>, mail: &Value) -> crate::support::Answer {
    let path = format!("{MAILS}/{}/retry", mail["id"].as_str().unwrap());
    client.send(Method::POST, &path, &[], None).await
}

fn bouncing(app: &TestApp) -> Vec<String> {
    let found = app.app.store.read(|db| {
        let institution = institutions::by_slug(db, "offenburg")?.unwrap();
        let ids = notifications::bouncing(db, &institution.id)?;
        let emails = schema::users::table.filter(schema::users::id.eq_any(ids));
        Ok(emails.select(schema::users::email).load(db)?)
    });
    found.unwrap()
}

fn reports(app: &TestApp) -> BTreeMap<String, Message> {
    let all = app.app.mailer.sent().into_iter();
    let reports = all.filter(|mail| mail.subject.contains("zugestellt"));
    reports.map(|mail| (mail.to.clone(), mail)).collect()
}

/// Makes the pending mails of somebody given up, with this reply.
fn give_up(app: &TestApp, local: &str) -> usize {
    let email = format!("{local}@offenburg.example");
    let given_up = app.app.store.write(|db| {
        let user: String = schema::users::table
            .filter(schema::users::email_key.eq(&email))
            .select(schema::users::id)
            .first(db)?;
        let mails = schema::outbox::table
            .filter(schema::outbox::recipient_id.eq(user))
            .filter(schema::outbox::state.eq("pending"));
        Ok(diesel::update(mails)
            .set((
                schema::outbox::state.eq("failed"),
                schema::outbox::attempts.eq(5),
                schema::outbox::last_reply.eq("451 4.3.2 try again later"),
            ))
            .execute(db)?)
    });
    given_up.unwrap()
}

both_engines! {
    async fn what_is_refused_for_good_is_told_once_to_isb_and_administration(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        add(app, "refuse", Role::Isb).await;
        reminders::plan_due(&app.app).unwrap();
        let other = mailing(app, &server);
        drain(&other).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let failed = listed(&isb, "state=failed").await;
        assert!(!failed.is_empty());
        for mail in &failed {
            assert_eq!((&mail["to"], &mail["attempts"], &mail["last_reply"]), (&json!("refuse@offenburg.example"), &json!(1), &json!("550 5.1.1 mailbox unknown")));
            assert_eq!((&mail["reported_at"], &mail["handed_over"], &mail["next_attempt_at"]), (&Value::Null, &json!(false), &Value::Null));
        }
        assert_eq!(bouncing(app), ["refuse@offenburg.example"]);

        assert_eq!(undelivered::report_due(&app.app).unwrap(), 3, "both ISBs and the administration");
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 0, "once");
        // Into memory, to look at them; one to the very address that refuses mail fails again, and is not reported.
        drain(&app.app).await;
        let reports = reports(app);
        assert_eq!(reports.keys().collect::<Vec<_>>(), ["admin@offenburg.example", "isb@offenburg.example", "refuse@offenburg.example"]);
        let mail = &reports["admin@offenburg.example"];
        for part in [&mail.text, &mail.html] {
            for mail in &failed {
                let key = mail["occurrence_key"].as_str().unwrap();
                assert!(part.contains(&message_id(key, "test.example")), "{part}");
            }
            for shown in ["Person refuse", "refuse@offenburg.example", "550 5.1.1 mailbox unknown", "notifications?state=failed"] {
                assert!(part.contains(shown), "no {shown}: {part}");
            }
            for hidden in ["M-2022-", "M-2021-", "MDM", "WLAN", "Virenerkennung"] {
                assert!(!part.contains(hidden), "{hidden}: {part}");
            }
        }
        let now = listed(&isb, "state=failed").await;
        assert!(now.iter().all(|mail| mail["reported_at"] == "2022-10-17T05:00:00Z"));
        app.set_now("2022-10-18T05:00:00Z");
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 0);
        let isb = app.sign_in("isb@offenburg.example").await;
        let events = isb.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let events: Vec<&Value> = events["items"].as_array().unwrap().iter().filter(|event| event["action"] == "notification.reported").collect();
        assert_eq!(events.len(), 1);
        assert_eq!((&events[0]["actor_kind"], &events[0]["details"]["mails"]), (&json!("service"), &json!(3)));
    }

    async fn a_report_that_fails_is_not_reported(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        add(app, "refuse", Role::Admin).await;
        reminders::plan_due(&app.app).unwrap();
        assert!(give_up(app, "netz") > 0);
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 3);
        let other = mailing(app, &server);
        drain(&other).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let failed = by_address(&isb, "state=failed&kind=undelivered").await;
        assert_eq!(failed.keys().collect::<Vec<_>>(), ["refuse@offenburg.example"]);
        app.set_now("2022-10-18T05:00:00Z");
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 0);
    }

    async fn one_report_a_day_and_none_on_a_quiet_one(app) {
        app.set_now("2022-10-21T05:00:00Z");
        reminders::plan_due(&app.app).unwrap();
        let (netz, isb) = (give_up(app, "netz"), give_up(app, "isb"));
        assert!(netz > 0 && isb > 0);
        // Already out of date before the report goes out: it is left out.
        let put_back = app.app.store.write(|db| {
            let mails = schema::outbox::table.filter(schema::outbox::state.eq("failed"));
            Ok(diesel::update(mails).set(schema::outbox::reported_at.eq(None::<chrono::NaiveDateTime>)).execute(db)?)
        });
        assert_eq!(put_back.unwrap(), netz + isb);
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 2);
        // Another one on the same day waits, over the weekend as well.
        assert!(give_up(app, "arbeitsplatz") > 0);
        for quiet in ["2022-10-21T15:00:00Z", "2022-10-22T09:00:00Z", "2022-10-23T09:00:00Z", "2022-10-24T04:59:00Z"] {
            app.set_now(quiet);
            assert_eq!(undelivered::report_due(&app.app).unwrap(), 0, "{quiet}");
        }
        app.set_now("2022-10-24T05:00:00Z");
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 2);
    }

    async fn what_was_given_up_is_tried_again_with_the_same_message_id(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        reminders::plan_due(&app.app).unwrap();
        assert!(give_up(app, "netz") > 0);
        let isb = app.sign_in("isb@offenburg.example").await;
        let mail = listed(&isb, "state=failed").await.remove(0);
        for local in ["leitung", "it-leitung", "netz", "kaemmerei", "revision", "rat"] {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            retry(&client, &mail).await.problem(403, "forbidden");
        }
        let foreign = app.sign_in("isb@stuttgart.example").await;
        let path = format!("institutions/stuttgart/notifications/{}/retry", mail["id"].as_str().unwrap());
        foreign.send(Method::POST, &path, &[], None).await.problem(404, "not_found");
        let admin = app.sign_in("admin@offenburg.example").await;
        let seen = listed(&admin, "state=failed").await;
        assert_eq!(seen[0], mail, "the administration sees addresses and replies, too");
        let put = retry(&admin, &mail).await.ok(202);
        assert_eq!((&put["state"], &put["attempts"], &put["finished_at"]), (&json!("pending"), &json!(0), &Value::Null));
        let problem = retry(&isb, &mail).await.problem(409, "notification_not_failed");
        assert!(problem["detail"].as_str().unwrap().contains("pending"), "{problem}");
        let other = mailing(app, &server);
        assert!(drain(&other).await > 0);
        let id = message_id(mail["occurrence_key"].as_str().unwrap(), "test.example");
        let arrived = server.mails().into_iter().filter(|mail| mail.contains(&format!("Message-ID: <{id}>"))).count();
        assert_eq!(arrived, 1);
        let events = isb.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let events: Vec<&Value> = events["items"].as_array().unwrap().iter().filter(|event| event["action"] == "notification.retried").collect();
        assert_eq!((events.len(), &events[0]["entity_id"]), (1, &mail["id"]));
        let path = format!("{MAILS}/{}/retry", "0190163d-8694-739b-aea5-966c26f8ad91");
        isb.send(Method::POST, &path, &[], None).await.problem(404, "not_found");
        // The same request again is no other attempt.
        assert!(give_up(app, "arbeitsplatz") == 0, "all is sent");
    }

    async fn a_request_that_comes_twice_puts_back_once(app) {
        reminders::plan_due(&app.app).unwrap();
        assert!(give_up(app, "netz") > 0);
        let isb = app.sign_in("isb@offenburg.example").await;
        let mail = listed(&isb, "state=failed").await.remove(0);
        let path = format!("{MAILS}/{}/retry", mail["id"].as_str().unwrap());
        let send = || isb.send(Method::POST, &path, &[("idempotency-key", "k-1")], None);
        let (first, again) = (send().await, send().await);
        assert_eq!((first.ok(202), again.header("idempotent-replayed")), (again.ok(202), "true"));
    }

    async fn an_address_that_takes_mail_again_bounces_no_longer(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        add(app, "refuse", Role::Isb).await;
        reminders::plan_due(&app.app).unwrap();
        drain(&mailing(app, &server)).await;
        assert_eq!(bouncing(app), ["refuse@offenburg.example"]);
        let isb = app.sign_in("isb@offenburg.example").await;
        for mail in listed(&isb, "state=failed").await {
            retry(&isb, &mail).await.ok(202);
        }
        assert!(bouncing(app).is_empty(), "it is tried");
        // This mailer takes everything.
        drain(&app.app).await;
        assert!(bouncing(app).is_empty());
        // What is given up after 4xx replies says nothing of the address.
        app.set_now("2022-10-18T05:00:00Z");
        reminders::plan_due(&app.app).unwrap();
        give_up(app, "isb");
        assert!(bouncing(app).is_empty());
    }

    async fn a_lost_reply_is_told_as_such(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        add(app, "drop", Role::Isb).await;
        add(app, "tempfail2", Role::Isb).await;
        reminders::plan_due(&app.app).unwrap();
        let other = mailing(app, &server);
        drain(&other).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let waiting = by_address(&isb, "state=pending").await;
        let told = |local: &str| {
            let mail = &waiting[&format!("{local}@offenburg.example")];
            (mail["handed_over"].clone(), mail["next_attempt_at"].clone())
        };
        assert_eq!(told("drop"), (json!(true), json!("2022-10-17T05:05:00Z")));
        assert_eq!(told("tempfail2"), (json!(false), json!("2022-10-17T05:05:00Z")));
        app.set_now("2022-10-17T05:05:00Z");
        drain(&other).await;
        app.set_now("2022-10-17T05:45:00Z");
        drain(&other).await;
        let mails = server.mails();
        let marked = |to: &str| {
            let of = mails.iter().filter(|mail| mail.contains(&format!("X-Envelope-To: {to}@")));
            of.map(|mail| mail.contains("X-Zinne-Resent: true")).collect::<Vec<_>>()
        };
        // Once per mail without, once with; a refusal leaves no doubt, so that what follows it is no twin.
        let dropped = marked("drop");
        assert!(dropped.len() >= 2 && dropped.contains(&true) && dropped.contains(&false));
        assert!(!marked("tempfail2").is_empty() && !marked("tempfail2").contains(&true));
    }

    async fn mails_are_listed_by_state_and_kind(app) {
        reminders::plan_due(&app.app).unwrap();
        let isb = app.sign_in("isb@offenburg.example").await;
        let all = listed(&isb, "").await.len();
        assert!(all > 0);
        assert_eq!(listed(&isb, "state=pending").await.len(), all);
        assert_eq!(listed(&isb, "state=sent,failed").await.len(), 0);
        assert_eq!(listed(&isb, "state=pending,sent&kind=digest,single,weekly,finance").await.len(), all);
        assert_eq!(listed(&isb, "kind=undelivered").await.len(), 0);
        for query in ["state=gone", "kind=event", "state=pending,x", "status=sent"] {
            isb.get(&format!("{MAILS}?{query}")).await.problem(400, "malformed");
        }
    }

    async fn a_webhook_that_was_switched_off_is_told_with_them(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "url": "https://hooks.example.org/in?key=geheim", "description": "Ticketsystem", "events": ["budget.alarm"] });
        let hook = isb.post("institutions/offenburg/webhooks", body).await.ok(201);
        let off = app.app.store.write(|db| {
            zinne::store::webhooks::switch_off(db, app.app.clock.now(), hook["id"].as_str().unwrap(), zinne::domain::webhook::SwitchedOffWhy::Failing)
        });
        assert!(off.unwrap());
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 2);
        drain(&app.app).await;
        let mails = reports(app);
        let text = &mails["admin@offenburg.example"].text;
        for shown in ["https://hooks.example.org", "Ticketsystem", "drei Tagen"] {
            assert!(text.contains(shown), "no {shown}: {text}");
        }
        assert!(!text.contains("geheim"));
        app.set_now("2022-10-18T05:00:00Z");
        assert_eq!(undelivered::report_due(&app.app).unwrap(), 0);
    }
}
