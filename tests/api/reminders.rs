//! Reminders: who gets which mail on which day, once each, whatever happens to the mail server or to us.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use actix_web::http::Method;
use diesel::prelude::*;
use futures_util::future::join_all;
use secrecy::SecretString;
use serde_json::{Value, json};
use zinne::actions::{institutions, outbox, reminders, users};
use zinne::app::App;
use zinne::domain::access::{Grant, Role};
use zinne::domain::holiday::Land;
use zinne::domain::institution::InstitutionKind;
use zinne::mail::{Mailer, Message};
use zinne::store::schema;

use crate::list_counts::{count_statements, multiply, statements};
use crate::support::smtp::{MailServer, header};
use crate::support::{Client, Engine, PASSWORD, TestApp};

/// Mails of the Monday on which the tests begin, 2022-10-17, in all three institutions: digests, escalations, the week of the
/// ISBs, the month of the Kämmereien.
const MONDAY: usize = 31;

/// Those that are sent: the Kämmerei of Stuttgart has nothing to be told.
const SENT: usize = MONDAY - 1;

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

/// Who got what, one line a mail.
fn letters(mails: &[Message]) -> Vec<String> {
    let mut all: Vec<String> = mails
        .iter()
        .map(|mail| format!("{}: {}", mail.to, mail.subject))
        .collect();
    all.sort_unstable();
    all
}

/// All mails to somebody.
#[track_caller]
fn mails_to<'a>(mails: &'a [Message], to: &str) -> Vec<&'a Message> {
    let found: Vec<&Message> = mails.iter().filter(|mail| mail.to == to).collect();
    assert!(!found.is_empty(), "no mail to {to}");
    found
}

/// The mail to somebody whose subject has these words.
#[track_caller]
fn mail_to<'a>(mails: &'a [Message], to: &str, words: &str) -> &'a Message {
    let mut found = mails_to(mails, to)
        .into_iter()
        .filter(|mail| mail.subject.contains(words));
    let mail = found
        .next()
        .unwrap_or_else(|| panic!("no mail to {to} about {words}"));
    assert!(found.next().is_none(), "two mails to {to} about {words}");
    mail
}

/// The mails of Offenburg as the ISB sees them.
async fn notifications(isb: &Client<'_>) -> Vec<Value> {
    let page = isb
        .get("institutions/offenburg/notifications?limit=200")
        .await
        .ok(200);
    page["items"].as_array().unwrap().clone()
}

/// The mail of a kind to somebody, as the ISB sees it.
#[track_caller]
fn noted<'a>(notifications: &'a [Value], to: &str, kind: &str) -> &'a Value {
    let is_it = |mail: &&Value| mail["to"] == to && mail["kind"] == kind;
    notifications
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {kind} to {to}"))
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
    async fn at_seven_on_a_working_day_everybody_concerned_gets_their_mail_once(app) {
        app.set_now("2022-10-17T04:59:59Z");
        assert_eq!(plan_due(&app.app).unwrap(), 0, "not before seven");
        app.set_now("2022-10-17T05:00:00Z");
        assert_eq!(plan_due(&app.app).unwrap(), MONDAY);
        assert_eq!(drain(&app.app).await, (MONDAY, SENT));
        insta::assert_snapshot!("monday_morning", letters(&app.app.mailer.sent()).join("\n"));
        for _ in 0..2 {
            assert_eq!(plan_due(&app.app).unwrap(), 0, "the day is done");
            assert_eq!(drain(&app.app).await, (0, 0));
        }
        // Three weeks later nothing has been said twice: every mail is another occurrence, and most days are quiet.
        for day in 18..=31 {
            app.set_now(&format!("2022-10-{day}T06:00:00Z"));
            let planned = plan_due(&app.app).unwrap();
            assert_eq!(drain(&app.app).await, (planned, planned));
        }
        let sent = app.app.mailer.sent();
        let ids: BTreeSet<&str> = sent.iter().map(|mail| mail.message_id.as_str()).collect();
        assert_eq!(sent.len(), ids.len());
        let later = letters(sent.get(SENT..).unwrap()).join("\n");
        insta::assert_snapshot!("the_two_weeks_after", later);
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

    async fn a_missed_run_is_made_up_for(app) {
        app.set_now("2022-10-17T21:30:00Z");
        assert_eq!(plan_due(&app.app).unwrap(), MONDAY, "the same evening");
        let isb = app.sign_in("isb@offenburg.example").await;
        assert_eq!(noted(&notifications(&isb).await, "isb@offenburg.example", "weekly")["day"], "2022-10-17");
        drain(&app.app).await;
        // DOMAIN T14: down for weeks, then one mail a person and measure, with the highest stage; the week's digest once.
        app.set_now("2022-12-05T08:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let sent = app.app.mailer.sent();
        let to_isb = mails_to(sent.get(SENT..).unwrap(), "isb@offenburg.example");
        let of_wlan: Vec<&str> = to_isb.iter().map(|mail| mail.subject.as_str()).filter(|subject| subject.contains("M-2022-0011")).collect();
        assert_eq!(of_wlan, ["[Maßnahmen] überfällig seit 56 Tagen: M-2022-0011"]);
        let wlan = mail_to(sent.get(SENT..).unwrap(), "isb@offenburg.example", "M-2022-0011");
        assert!(wlan.text.contains("(Stufe O3)"), "{}", wlan.text);
        assert_eq!(to_isb.iter().filter(|mail| mail.subject.contains("Woche")).count(), 1);
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
        assert_eq!(planned, MONDAY);
        drain(&app.app).await;
        assert_eq!(app.app.mailer.sent().len(), SENT);
        let isb = app.sign_in("isb@offenburg.example").await;
        let events = isb.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let items = events["items"].as_array().unwrap();
        let planned: Vec<&Value> = items.iter().filter(|event| event["action"] == "reminder.planned").collect();
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0]["actor_kind"], "service");
        assert_eq!(planned[0]["details"]["day"], "2022-10-17");
        assert_eq!(planned[0]["details"]["mails"], notifications(&isb).await.len());
        assert!(planned[0]["details"]["policy"].is_string());
    }

    async fn eight_processes_send_each_mail_once(app) {
        plan_due(&app.app).unwrap();
        let others: Vec<_> = (0..8).map(|_| Arc::new(another(app))).collect();
        let rounds = join_all(others.iter().map(drain)).await;
        assert_eq!(rounds.iter().map(|round| round.1).sum::<usize>(), SENT);
        let mails = app.app.mailer.sent();
        assert_eq!(mails.len(), SENT);
        assert!(mails.iter().all(|mail| !mail.resent));
    }

    async fn the_mails_say_in_german_what_stands_and_what_to_do(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let preview = client.get("institutions/offenburg/reminders/preview").await.ok(200);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        // What was shown before is what was sent, each under the Message-ID of its key.
        let previewed: BTreeSet<(String, String)> = preview["mails"].as_array().unwrap().iter().map(|mail| {
            let key = mail["occurrence_key"].as_str().unwrap();
            (mail["to"].as_str().unwrap().to_owned(), zinne::mail::digest::message_id(key, "test.example"))
        }).collect();
        let sent: BTreeSet<(String, String)> = mails.iter().filter(|mail| mail.to.ends_with("@offenburg.example"))
            .map(|mail| (mail.to.clone(), mail.message_id.clone())).collect();
        assert_eq!(previewed, sent);

        let owner = mail_to(&mails, "netz@offenburg.example", "");
        assert_eq!(owner.subject, "[Maßnahmen] Stadt Offenburg: 1 Maßnahme überfällig");
        assert_eq!((owner.from.as_str(), owner.date), ("zinne <zinne@test.example>", app.app.clock.now()));
        assert!(owner.text.contains("WLAN in der Stadtverwaltung") && !owner.text.contains("MDM"), "only their own");
        assert_eq!(owner.reply_to.as_deref(), Some("isb offenburg <isb@offenburg.example>"));
        assert!(owner.regular && !owner.resent);
        for (name, to, words) in [
            ("digest", "netz@offenburg.example", ""),
            ("single_to_owner", "arbeitsplatz@offenburg.example", "M-2022-0004"),
            ("single_to_isb", "isb@offenburg.example", "M-2022-0003"),
            ("single_to_management", "leitung@offenburg.example", "M-2022-0003"),
            ("week", "isb@offenburg.example", "Woche"),
            ("month", "kaemmerei@offenburg.example", "Haushalt"),
        ] {
            let mail = mail_to(&mails, to, words);
            let key = mail.text.lines().rev().find_map(|line| line.strip_prefix("Kennung: ")).unwrap();
            let text = mail.text.replace(key, "KEY");
            insta::assert_snapshot!(format!("mail_{name}"), format!("{}\n\n{text}", mail.subject));
            for line in mail.text.lines() {
                assert!(line.chars().count() <= 72 || !line.trim().contains(' '), "{line}");
            }
            for outside in ["<img", "src=", "<script", "@import", "url("] {
                assert!(!mail.html.contains(outside), "{name}: {outside}");
            }
        }
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
        for (to, words) in [("isb@offenburg.example", "Woche"), ("netz@offenburg.example", "")] {
            let mail = mail_to(&mails, to, words);
            assert!(mail.text.contains(&reference) && mail.html.contains(&reference));
        }
        for mail in &mails {
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(!part.contains("WLAN"), "{part}");
            }
        }
    }

    async fn where_nobody_can_be_reached_others_hear_and_the_isb_sees_it(app) {
        users::set_active(&app.app, "netz@offenburg.example", false).unwrap();
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        assert!(mails.iter().all(|mail| mail.to != "netz@offenburg.example"));
        let head = mail_to(&mails, "it-leitung@offenburg.example", "Stadt Offenburg");
        assert!(head.text.contains("WLAN in der Stadtverwaltung"), "{}", head.text);
        let week = &mail_to(&mails, "isb@offenburg.example", "Woche").text;
        let (_, unowned) = week.split_once("OHNE VERANTWORTLICHE (4)").unwrap_or_else(|| panic!("{week}"));
        let section = unowned.split("BLOCKIERT").next().unwrap();
        assert!(section.contains("WLAN in der Stadtverwaltung") && section.contains("ohne Verantwortliche"), "{section}");
    }

    async fn whoever_stands_in_hears_as_well(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let away = json!({ "from": "2022-10-17", "until": "2022-10-21", "deputy": "digital@offenburg.example" });
        netz.post("institutions/offenburg/absences", away).await.ok(201);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        for to in ["netz@offenburg.example", "digital@offenburg.example"] {
            assert!(mail_to(&mails, to, "Stadt Offenburg").text.contains("WLAN in der Stadtverwaltung"), "{to}");
        }
    }

    async fn what_rests_is_not_said_and_comes_back(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let reference = isb.reference_of("offenburg", "OG-K1").await;
        let measure = isb.get(&format!("institutions/offenburg/measures/{reference}")).await.ok(200);
        let path = format!("institutions/offenburg/deadlines/implementation:{}/pause", measure["id"].as_str().unwrap());
        let pause = json!({ "until": "2022-10-24", "reason": "die Lieferung ist für diese Woche zugesagt" });
        isb.post(&path, pause).await.ok(201);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let about = |mails: &[Message]| mails.iter().filter(|mail| mail.subject.contains(&reference)).count();
        assert_eq!(about(&app.app.mailer.sent()), 0);
        app.set_now("2022-10-24T06:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        assert_eq!(about(&app.app.mailer.sent()), 0, "to the end of its last day");
        app.set_now("2022-10-25T06:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        assert_eq!(about(&app.app.mailer.sent()), 3, "ISB, head and management, once each");
    }

    async fn an_account_disabled_after_planning_gets_nothing(app) {
        plan_due(&app.app).unwrap();
        users::set_active(&app.app, "netz@offenburg.example", false).unwrap();
        assert_eq!(drain(&app.app).await, (MONDAY, SENT - 1));
        assert!(app.app.mailer.sent().iter().all(|mail| mail.to != "netz@offenburg.example"));
        let isb = app.sign_in("isb@offenburg.example").await;
        let notifications = notifications(&isb).await;
        let mail = noted(&notifications, "netz@offenburg.example", "digest");
        assert_eq!(mail["state"], "obsolete");
        assert_eq!(mail["last_reply"], "the account has been disabled");
        assert!(mail["finished_at"].is_string());
    }

    async fn what_fell_away_is_said_when_it_holds_again(app) {
        let (isb, netz) = (app.sign_in("isb@offenburg.example").await, app.sign_in("netz@offenburg.example").await);
        let wlan = isb.reference_of("offenburg", "OG-I7").await;
        plan_due(&app.app).unwrap();
        netz.step(&wlan, "in_progress", None).await.ok(200);
        netz.step(&wlan, "implemented", Some("steht")).await.ok(200);
        assert_eq!(drain(&app.app).await, (MONDAY, SENT - 1), "DOMAIN T16");
        // Their work is not accepted: it is overdue as before, and has not been said.
        isb.step(&wlan, "in_progress", Some("die Hälfte fehlt")).await.ok(200);
        app.set_now("2022-10-18T06:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let sent = app.app.mailer.sent();
        let mail = mail_to(&sent, "netz@offenburg.example", "");
        assert!(mail.text.contains("WLAN in der Stadtverwaltung") && !mail.resent);
    }

    async fn one_mail_that_cannot_be_written_keeps_none_of_the_others(app) {
        plan_due(&app.app).unwrap();
        for broken in ["netz@stuttgart.example", "netz@offenburg.example"] {
            let user = schema::users::table.filter(schema::users::email_key.eq(broken)).select(schema::users::id);
            let changed = app.app.store.write(|db| {
                let user: String = user.first(db)?;
                let mail = schema::outbox::table.filter(schema::outbox::recipient_id.eq(user));
                // A decision that its mail does not name.
                Ok(diesel::update(mail).set(schema::outbox::kind.eq("decision")).execute(db)?)
            });
            assert_eq!(changed.unwrap(), 1);
        }
        assert_eq!(drain(&app.app).await, (MONDAY, SENT - 2));
        assert_eq!(app.app.mailer.sent().len(), SENT - 2);
        let isb = app.sign_in("isb@offenburg.example").await;
        let notifications = notifications(&isb).await;
        let mail = noted(&notifications, "netz@offenburg.example", "decision");
        assert_eq!((&mail["state"], &mail["last_reply"]), (&json!("pending"), &json!("the mail could not be composed")));
    }

    async fn what_could_not_go_out_on_friday_waits_for_monday(app) {
        app.set_now("2022-10-21T05:00:00Z");
        let friday = plan_due(&app.app).unwrap();
        // The service was down over the evening; on Saturday nobody gets mail.
        app.set_now("2022-10-22T09:00:00Z");
        assert_eq!(drain(&app.app).await, (friday, 0));
        assert_eq!(drain(&app.app).await, (0, 0), "they wait");
        app.set_now("2022-10-24T05:00:00Z");
        let monday = plan_due(&app.app).unwrap();
        assert_eq!(drain(&app.app).await, (friday + monday, friday + monday - 1));
        let sent = app.app.mailer.sent();
        assert!(sent.iter().all(|mail| !mail.resent), "waiting is no attempt");
        let digest = mail_to(&sent, "netz@offenburg.example", "Stadt Offenburg");
        assert!(digest.text.contains("Stand 24.10.2022") && digest.text.contains("seit 14 Tagen"), "{}", digest.text);
    }

    async fn of_a_strictly_confidential_measure_only_its_number_is_told(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let (wlan, mdm) = (client.reference_of("offenburg", "OG-I7").await, client.reference_of("offenburg", "OG-K1").await);
        for reference in [&wlan, &mdm] {
            let path = format!("institutions/offenburg/measures/{reference}");
            client.patch(&path, "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        }
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        for mail in mails.iter().filter(|mail| mail.to.ends_with("@offenburg.example")) {
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(!part.contains("WLAN") && !part.contains(&wlan) && !part.contains("10.10.2022"), "{part}");
                assert!(!part.contains("MDM (kons") && !part.contains(&mdm) && !part.contains("30.06.2022"), "{part}");
            }
        }
        let digest = mail_to(&mails, "netz@offenburg.example", "");
        for part in [&digest.text, &digest.html] {
            assert!(part.contains("1 streng vertrauliche Maßnahme: bitte anmelden."), "{part}");
        }
        let single = mail_to(&mails, "leitung@offenburg.example", "streng");
        assert_eq!(single.subject, "[Maßnahmen] eine streng vertrauliche Frist");
        assert!(single.text.contains("bitte anmelden"), "{}", single.text);
    }

    async fn the_public_title_of_an_internal_measure_is_what_leaves(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let reference = client.reference_of("offenburg", "OG-I7").await;
        let path = format!("institutions/offenburg/measures/{reference}");
        client.patch(&path, "*", json!({ "title_public": "Ausbau der Netze" })).await.ok(200);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        for (to, words) in [("netz@offenburg.example", ""), ("isb@offenburg.example", "Woche")] {
            let text = mail_to(&app.app.mailer.sent(), to, words).text.clone();
            assert!(text.contains("Ausbau der Netze") && !text.contains("WLAN"), "{text}");
        }
    }

    async fn nothing_to_tell_is_told_once_a_week(app) {
        let calm = (InstitutionKind::Municipality, Land::BadenWuerttemberg);
        institutions::create(&app.app, "ruhig", "Ruhige Stadt", calm.0, calm.1, &[]).unwrap();
        let grant = Grant { role: Role::Isb, org_unit: None };
        users::set_role(&app.app, "netz@konstanz.example", "ruhig", &grant, true).unwrap();
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let mails = app.app.mailer.sent();
        let mail = mail_to(&mails, "netz@konstanz.example", "Ruhige Stadt");
        assert_eq!(mail.subject, "[Maßnahmen] Ruhige Stadt: alles in Ordnung");
        let lines: Vec<&str> = mail.text.lines().filter(|line| !line.starts_with("Kennung")).collect();
        insta::assert_snapshot!("mail_heartbeat", lines.join("\n"));
        for day in 18..=21 {
            app.set_now(&format!("2022-10-{day}T06:00:00Z"));
            plan_due(&app.app).unwrap();
            drain(&app.app).await;
        }
        let sent = app.app.mailer.sent();
        assert_eq!(sent.iter().filter(|mail| mail.subject.contains("Ruhige Stadt")).count(), 1);
    }

    async fn nothing_to_tell_is_not_told_where_the_rules_do_not_want_it(app) {
        let (kind, land) = (InstitutionKind::Municipality, Land::BadenWuerttemberg);
        institutions::create(&app.app, "ruhig", "Ruhige Stadt", kind, land, &[]).unwrap();
        let grant = Grant { role: Role::Isb, org_unit: None };
        users::set_role(&app.app, "netz@konstanz.example", "ruhig", &grant, true).unwrap();
        let mut silent = another(app);
        silent.reminders.heartbeat = false;
        let silent = Arc::new(silent);
        plan_due(&silent).unwrap();
        drain(&silent).await;
        let sent = app.app.mailer.sent();
        assert!(!sent.is_empty() && sent.iter().all(|mail| !mail.subject.contains("Ruhige Stadt")));
    }

    async fn an_overspent_line_is_told_at_once_and_once(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let entries = "institutions/offenburg/programmes/OG-2021-DIG/entries";
        // Virus detection has nothing in 2022.
        let paid = json!({ "entries": [{ "line": "OG-K2", "year": 2022, "type": "actual", "cents": 1_234_500, "reason": "Lizenz" }] });
        let posted = finance.post(entries, paid).await.ok(201);
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let alarms = |mails: &[Message]| -> Vec<String> {
            letters(mails).into_iter().filter(|letter| letter.contains("Alarm BA-2")).collect()
        };
        // The line, and the measure that it pays for.
        let told = ["M-2022-0004", "OG-K2"].map(|what| format!("kaemmerei@offenburg.example: [Maßnahmen] Alarm BA-2: {what}"));
        assert_eq!(alarms(&app.app.mailer.sent()), told);
        let revision = app.sign_in("revision@offenburg.example").await;
        let events = revision.get("institutions/offenburg/audit-events?limit=200").await.ok(200);
        let events = events["items"].as_array().unwrap().iter().filter(|event| event["action"] == "reminder.planned");
        let events: Vec<&Value> = events.map(|event| &event["details"]["alarms"]).filter(|count| !count.is_null()).collect();
        assert_eq!(events, [2]);
        let text = mail_to(&app.app.mailer.sent(), "kaemmerei@offenburg.example", "BA-2: OG-K2").text.clone();
        assert!(text.contains("12.345,00 €") && text.contains("§ 28 GemHVO"), "{text}");
        app.set_now("2022-10-18T06:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        assert_eq!(alarms(&app.app.mailer.sent()), told, "once");
        // What is over by the time it would be sent is not sent.
        let entry = posted["entries"][0]["id"].as_str().unwrap();
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        finance.post(&format!("{entries}/{entry}/reverse"), json!({ "reason": "falsch gebucht" })).await.ok(201);
        let paid = json!({ "entries": [{ "line": "OG-I7", "year": 2029, "type": "actual", "cents": 1, "reason": "Rest" }] });
        let posted = finance.post(entries, paid).await.ok(201);
        app.set_now("2022-10-19T06:00:00Z");
        plan_due(&app.app).unwrap();
        let entry = posted["entries"][0]["id"].as_str().unwrap();
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        finance.post(&format!("{entries}/{entry}/reverse"), json!({ "reason": "falsch gebucht" })).await.ok(201);
        drain(&app.app).await;
        assert_eq!(alarms(&app.app.mailer.sent()), told);
        // Nobody was told of it: should it be there again, it is told.
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let paid = json!({ "entries": [{ "line": "OG-I7", "year": 2029, "type": "actual", "cents": 1, "reason": "Rest" }] });
        finance.post(entries, paid).await.ok(201);
        app.set_now("2022-10-20T06:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let sent = app.app.mailer.sent();
        mail_to(&sent, "kaemmerei@offenburg.example", "BA-2: OG-I7");
        assert!(alarms(&sent).len() > told.len());
    }

    async fn a_mail_about_an_alarm_reads_the_lines_of_its_own_alarm_only(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let paid = json!({ "entries": [{ "line": "OG-K2", "year": 2022, "type": "actual", "cents": 1_234_500, "reason": "Lizenz" }] });
        finance.post("institutions/offenburg/programmes/OG-2021-DIG/entries", paid).await.ok(201);
        plan_due(&app.app).unwrap();
        // What another line holds cannot be added up: whoever reads it as well gets nowhere.
        let most = i64::MAX;
        for id in ["x", "y"] {
            app.execute(&format!(
                "INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
                    SELECT '{id}', programme_id, id, 2022, 'actual', 'effective', {most}, '2022-10-17', '2022-10-17 05:00:00' FROM budget_lines WHERE key = 'OG-I7'"
            ));
        }
        finance.get("institutions/offenburg/budget/alarms").await.problem(409, "sum_out_of_range");
        drain(&app.app).await;
        let sent = app.app.mailer.sent();
        for what in ["OG-K2", "M-2022-0004"] {
            mail_to(&sent, "kaemmerei@offenburg.example", &format!("BA-2: {what}"));
        }
    }

    async fn of_many_overspent_lines_twenty_are_mails_and_the_rest_is_one(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let lines = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)";
        app.execute(&format!(
            "{lines} INSERT INTO budget_lines (id, programme_id, group_id, key, printed_position, title, kind, early_contract, position, source, transferable)
                SELECT 'l' || i, l.programme_id, l.group_id, 'L' || i, 'L', 'Zeile', 'mixed', 1 = 0, 1000 + i, '', 1 = 0 FROM n, budget_lines l WHERE l.key = 'OG-K2';
             INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
                SELECT 'a' || id, programme_id, id, 2022, 'actual', 'effective', position, '2022-10-17', '2022-10-17 05:00:00' FROM budget_lines WHERE source = '';"
        ));
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        let sent = app.app.mailer.sent();
        let told = |sent: &[Message]| sent.iter().filter(|mail| mail.subject.contains("Alarm BA-2")).count();
        assert_eq!(told(&sent), 21);
        // The dearest are the single ones.
        for line in 11..=30 {
            mail_to(&sent, "kaemmerei@offenburg.example", &format!("BA-2: L{line}"));
        }
        let keys = |text: &str| -> Vec<String> {
            let keys = text.lines().filter_map(|line| line.trim().strip_prefix("Position:"));
            keys.map(|key| key.trim().to_owned()).collect()
        };
        let expected = |lines: std::ops::RangeInclusive<u32>| -> Vec<String> { lines.rev().map(|line| format!("L{line}")).collect() };
        let rest = &mail_to(&sent, "kaemmerei@offenburg.example", "BA-2: 10 weitere").text;
        assert_eq!(keys(rest), expected(1..=10));
        let list = finance.get("institutions/offenburg/budget/alarms?code=BA-2&limit=200").await.ok(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 30);
        // Everything was told; what comes then is told alone. What is over by then is left out.
        app.execute("INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
            SELECT 'b' || id, programme_id, id, 2023, 'actual', 'effective', position, '2022-10-17', '2022-10-17 05:00:00' FROM budget_lines WHERE source = '';");
        app.set_now("2022-10-18T06:00:00Z");
        plan_due(&app.app).unwrap();
        app.execute("INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at, reverses)
            SELECT 'c' || id, programme_id, line_id, year, entry_type, state, -cents, booked_on, booked_at, id FROM budget_entries WHERE id IN ('bl1', 'bl2', 'bl30')");
        drain(&app.app).await;
        let sent = app.app.mailer.sent();
        assert_eq!(told(&sent), 21 + 19 + 1, "one of the dearest is over");
        let rest = &mail_to(&sent, "kaemmerei@offenburg.example", "BA-2: 8 weitere").text;
        assert_eq!(keys(rest), expected(3..=10));
        app.set_now("2022-10-19T06:00:00Z");
        plan_due(&app.app).unwrap();
        drain(&app.app).await;
        assert_eq!(told(&app.app.mailer.sent()), 21 + 20, "once");
    }

    async fn a_decision_above_the_isb_is_told_to_the_isb_and_to_whoever_asked(app) {
        let netz = app.sign_in("netz@offenburg.example").await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let reference = isb.reference_of("offenburg", "OG-I7").await;
        let path = format!("institutions/offenburg/measures/{reference}/postponements");
        let body = json!({ "to": "2023-01-31", "cause": "supplier", "reason": "der Lieferant liefert erst im Juni" });
        let asked = netz.post(&path, body).await.ok(201);
        assert_eq!(asked["tier"], "head");
        let head = app.sign_in("it-leitung@offenburg.example").await;
        let decision = format!("{path}/{}/decision", asked["id"].as_str().unwrap());
        head.send(Method::POST, &decision, &[("if-match", "*")], Some(json!({ "verdict": "refused", "reason": "zu spät" }).to_string())).await.ok(200);
        drain(&app.app).await;
        let subject = format!("[Maßnahmen] Verschiebung abgelehnt: {reference}");
        let sent = app.app.mailer.sent();
        assert_eq!(letters(&sent), [format!("isb@offenburg.example: {subject}"), format!("netz@offenburg.example: {subject}")]);
        let text = &mail_to(&sent, "netz@offenburg.example", "Verschiebung").text;
        let key = text.lines().rev().find_map(|line| line.strip_prefix("Kennung: ")).unwrap();
        insta::assert_snapshot!("mail_decision", text.replace(key, "KEY"));
    }

    async fn planning_takes_as_many_statements_for_a_thousand_measures_as_for_ten(app) {
        count_statements();
        let planner = another(app);
        let (first, few) = statements(|| plan_due(&planner).unwrap());
        assert_eq!(first, MONDAY);
        multiply(app, 60);
        app.set_now("2022-10-18T05:00:00Z");
        let (second, many) = statements(|| plan_due(&planner).unwrap());
        assert!(second > 0);
        // Whoever would be told of hundreds gets twenty mails, and the rest in the digest (DOMAIN REM-10).
        let isb = app.sign_in("isb@offenburg.example").await;
        let singles = isb.get("institutions/offenburg/notifications?limit=200&kind=single&state=pending").await.ok(200);
        let today = singles["items"].as_array().unwrap().iter();
        let today = today.filter(|mail| mail["day"] == "2022-10-18" && mail["to"] == "isb@offenburg.example").count();
        assert_eq!(today, 20);
        // Some 1,900 more measures are two more pages, a mail more for each that deserves one, and no statement for each measure.
        assert!(many - few < 60 + 3 * second, "{few} statements, then {many} for {second} mails");
    }

    async fn mails_of_a_process_that_died_go_out_after_its_lease(app) {
        plan_due(&app.app).unwrap();
        // A mail server that accepts and says nothing; the process dies while it waits.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = mailing(app, &format!("smtp://{}", silent.local_addr().unwrap()));
        let taken = tokio::time::timeout(Duration::from_millis(500), outbox::deliver(&dead)).await;
        assert!(taken.is_err());
        assert_eq!(drain(&app.app).await, (MONDAY - 4, SENT - 4), "four are the dead one's");
        app.set_now("2022-10-17T05:02:00Z");
        assert_eq!(drain(&app.app).await, (0, 0), "its lease is still good");
        app.set_now("2022-10-17T05:02:01Z");
        assert_eq!(drain(&app.app).await, (4, 4));
        let mails = app.app.mailer.sent();
        assert_eq!(mails.len(), SENT);
        assert_eq!(mails.iter().filter(|mail| mail.resent).count(), 4);
        let planned = "2022-10-17T05:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert!(mails.iter().all(|mail| mail.date == planned), "a twin is a twin to the letter");
    }

    async fn an_absent_mail_server_is_tried_ever_more_rarely_and_then_given_up(app) {
        plan_due(&app.app).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let other = mailing(app, &format!("smtp://127.0.0.1:{port}"));
        let mut now = app.app.clock.now();
        // 5 minutes, 40 minutes, 5 hours 20 minutes; then 40 hours, which end at night: they wait for seven.
        for (attempt, pause) in [(1, 300), (2, 2400), (3, 19_200), (4, 150_900)] {
            assert_eq!(drain(&other).await, (if attempt == 1 { MONDAY } else { SENT }, 0));
            // Signing in anew each time: an access token does not last that long.
            let isb = app.sign_in("isb@offenburg.example").await;
            let seen = notifications(&isb).await;
            let mail = noted(&seen, "isb@offenburg.example", "weekly");
            assert_eq!(mail["state"], "pending");
            assert_eq!(mail["attempts"], attempt);
            assert!(mail["last_reply"].as_str().unwrap().contains("refused"), "{mail}");
            app.app.clock.set(now + chrono::TimeDelta::seconds(pause - 1));
            assert_eq!(drain(&other).await.1, 0, "too early after attempt {attempt}");
            if attempt == 4 {
                // It was looked at before seven, and put off: no attempt, and the server's last words stay.
                let isb = app.sign_in("isb@offenburg.example").await;
                let seen = notifications(&isb).await;
                let mail = noted(&seen, "isb@offenburg.example", "weekly");
                assert_eq!(mail["attempts"], 4);
                assert!(mail["last_reply"].as_str().unwrap().contains("refused"), "{mail}");
            }
            now += chrono::TimeDelta::seconds(pause);
            app.app.clock.set(now);
        }
        assert_eq!(drain(&other).await, (SENT, 0));
        assert_eq!(drain(&other).await, (0, 0));
        let isb = app.sign_in("isb@offenburg.example").await;
        let notifications = notifications(&isb).await;
        let mail = noted(&notifications, "isb@offenburg.example", "weekly");
        assert_eq!(mail["state"], "failed");
        assert_eq!(mail["attempts"], 5);
        assert!(mail["finished_at"].is_string());
        let dashboard = isb.get("institutions/offenburg/dashboard").await.ok(200);
        assert_eq!(dashboard["mails"], json!({ "pending": 0, "sent": 0, "failed": notifications.len() }));
    }

    async fn a_real_mail_server_refuses_delays_and_loses_its_reply(app) {
        let Some(server) = MailServer::start(&[]) else { return };
        for local in ["refuse", "tempfail2", "drop"] {
            add_isb(app, &format!("{local}@offenburg.example")).await;
        }
        // Each has the week of the ISB, a digest and three escalations.
        let planned = plan_due(&app.app).unwrap();
        assert_eq!(planned, MONDAY + 3 * 5);
        let other = mailing(app, &server.url());
        // All to `refuse` are refused, the first two to `tempfail2` put off, of the first to `drop` the reply is lost.
        assert_eq!(drain(&other).await, (planned, planned - 1 - 5 - 2 - 1));
        let isb = app.sign_in("isb@offenburg.example").await;
        let seen = |notifications: &[Value], local: &str| -> Vec<(String, i64, String)> {
            let to = format!("{local}@offenburg.example");
            let mut mails: Vec<_> = notifications.iter().filter(|mail| mail["to"] == to).map(|mail| {
                let reply = mail["last_reply"].as_str().unwrap().split(' ').next().unwrap().to_owned();
                (mail["state"].as_str().unwrap().to_owned(), mail["attempts"].as_i64().unwrap(), reply)
            }).collect();
            mails.sort();
            mails
        };
        let one = |state: &str, attempts: i64, reply: &str| (state.to_owned(), attempts, reply.to_owned());
        let first = notifications(&isb).await;
        assert_eq!(seen(&first, "refuse"), vec![one("failed", 1, "550"); 5]);
        assert_eq!(seen(&first, "tempfail2")[..2], [one("pending", 1, "451"), one("pending", 1, "451")]);
        assert_eq!(seen(&first, "tempfail2")[2..], vec![one("sent", 1, "250"); 3]);
        let lost: Vec<&Value> = first.iter().filter(|mail| mail["handed_over"] == true).collect();
        assert_eq!((lost.len(), &lost[0]["to"], &lost[0]["state"]), (1, &json!("drop@offenburg.example"), &json!("pending")));
        app.set_now("2022-10-17T05:05:00Z");
        assert_eq!(drain(&other).await, (3, 3));
        let isb = app.sign_in("isb@offenburg.example").await;
        let last = notifications(&isb).await;
        assert_eq!(seen(&last, "tempfail2")[3..], [one("sent", 2, "250"), one("sent", 2, "250")]);
        let stored = server.mails();
        assert_eq!(stored.len(), SENT + 5 + 5 + 1, "and one twin");
        let to_drop: Vec<&String> = stored.iter().filter(|mail| mail.contains("X-Envelope-To: drop@")).collect();
        let mut twins: BTreeMap<Option<String>, Vec<&String>> = BTreeMap::new();
        for mail in to_drop {
            twins.entry(header(mail, "Message-ID")).or_default().push(mail);
        }
        twins.retain(|_, mails| mails.len() > 1);
        let twin = twins.into_values().next().unwrap();
        assert_eq!(header(twin[0], "X-Zinne-Resent"), None);
        assert_eq!(header(twin[1], "X-Zinne-Resent").as_deref(), Some("true"));
        assert!(!stored.iter().any(|mail| mail.contains("X-Envelope-To: refuse@")));
    }

    async fn the_preview_shows_what_would_go_out_and_why(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let path = "institutions/offenburg/reminders/preview";
        let view = client.get(path).await.ok(200);
        assert_eq!(view["institution"], "offenburg");
        assert_eq!(view["working_day"], true);
        assert_eq!(view["next_run"], "2022-10-18T05:00:00Z");
        assert_eq!(view["run_done"], false);
        let lines: Vec<String> = view["mails"].as_array().unwrap().iter().flat_map(|mail| {
            let items = mail["items"].as_array().unwrap().iter();
            let items = items.map(|item| format!("  {} {} as {} without {}: {} {}",
                item["code"].as_str().unwrap(), item["reference"].as_str().unwrap(), item["told_as"], item["suppressed"],
                item["kind"].as_str().unwrap(), item["days_overdue"]));
            std::iter::once(format!("{} to {} about {}", mail["kind"].as_str().unwrap(), mail["to"].as_str().unwrap(), mail["total"])).chain(items)
        }).collect();
        insta::assert_snapshot!("preview", lines.join("\n"));
        assert_eq!(drain(&app.app).await, (0, 0), "a preview writes nothing");
        plan_due(&app.app).unwrap();
        let view = client.get(path).await.ok(200);
        assert_eq!((&view["mails"], &view["run_done"]), (&json!([]), &json!(true)), "all of it has been said");

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
        }
        for other in ["netz", "rat"] {
            let client = app.sign_in(&format!("{other}@offenburg.example")).await;
            client.get("institutions/offenburg/notifications").await.problem(403, "forbidden");
        }
    }

    async fn notifications_come_in_pages(app) {
        plan_due(&app.app).unwrap();
        let client = app.sign_in("isb@offenburg.example").await;
        let all = notifications(&client).await.len();
        let mut seen = BTreeSet::new();
        let mut path = "institutions/offenburg/notifications?limit=3".to_owned();
        let mut pages = 0;
        loop {
            let page = client.get(&path).await.ok(200);
            pages += 1;
            seen.extend(page["items"].as_array().unwrap().iter().map(|mail| mail["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("institutions/offenburg/notifications?limit=3&cursor={next}");
        }
        assert_eq!((pages, seen.len()), (all.div_ceil(3), all));
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
    while app.app.mailer.sent().len() < SENT {
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), jobs)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(app.app.mailer.sent().len(), SENT);
}
