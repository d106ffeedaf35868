//! The access policy: as a table that an auditor can read, and its separation of duties over the real API.

use std::collections::BTreeMap;

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use zinne::actions::{By, institutions, programmes, reminders, undelivered, users, webhooks};
use zinne::domain::access::{Action, Actor, Grant, MeasureFacts, Person, Policy, Resource, Role};
use zinne::domain::deadline::Kind;
use zinne::domain::holiday::Land;
use zinne::domain::institution::InstitutionKind;
use zinne::domain::measure::{Confidentiality, Status};
use zinne::domain::postponement::Tier;
use zinne::domain::programme_file::ProgrammeFile;
use zinne::store::schema::{self, audit_events};

use crate::support::{Client, Engine, TestApp, approvable, step_body};

const ACCESS: &str = include_str!("../../policies/access.cedar");
const SCHEMA: &str = include_str!("../../policies/access.cedarschema");
const ALL: &str = "institutions/offenburg/measures";

#[test]
fn every_action_stands_in_policy_and_schema() {
    let policy = policy();
    for action in Action::ALL {
        assert!(
            ACCESS.contains(&format!("Action::\"{action}\"")),
            "access.cedar says nothing of {action}"
        );
        assert!(
            SCHEMA.contains(&format!("\"{action}\"")),
            "access.cedarschema does not know {action}"
        );
        assert!(somebody_may(&policy, *action), "nobody may {action}");
    }
    let rules = ACCESS.matches("\npermit (").count() + ACCESS.matches("\nforbid (").count();
    assert_eq!(
        ACCESS.matches("@id(\"").count(),
        rules,
        "every rule has a name"
    );
    for rule in ["ROL-1", "ROL-2", "ROL-3", "ROL-4", "ROL-6"] {
        assert!(
            ACCESS.contains(&format!("@id(\"{rule}:")),
            "{rule} has no rule of its own"
        );
    }
}

#[test]
fn a_faulty_policy_is_refused_with_its_place() {
    let faulty = [
        (
            "unknown action",
            ACCESS.replace("Action::\"audit.read\"", "Action::\"audit.raed\""),
        ),
        (
            "unknown attribute",
            ACCESS.replace("resource.fulfils_basic", "resource.fulfils_bsaic"),
        ),
        (
            "seeing that depends on what lists cannot ask for",
            ACCESS.replace(
                "when { principal.roles.containsAny([\"isb\", \"management\", \"auditor\"]) };\n\n@id(\"measures: heads and owners",
                "when { principal.roles.contains(\"isb\") && resource.status == \"proposed\" };\n\n@id(\"measures: heads and owners",
            ),
        ),
        ("broken syntax", ACCESS.replacen("permit (", "permit ((", 1)),
        (
            "attribute that may be missing",
            ACCESS.replace(
                "resource has org_unit && principal.head_of",
                "principal.head_of",
            ),
        ),
    ];
    for (what, text) in faulty {
        assert_ne!(text, ACCESS, "{what}");
        assert!(Policy::new(&text, SCHEMA).is_err(), "{what} was accepted");
    }
    // Without rules nobody may do anything.
    let empty = Policy::new("", SCHEMA).unwrap();
    assert!(
        Action::ALL
            .iter()
            .all(|action| !somebody_may(&empty, *action))
    );
}

#[test]
fn the_policy_as_tables() {
    let policy = policy();
    insta::assert_snapshot!(
        "policy_of_institution_and_programmes",
        institution_table(&policy)
    );
    insta::assert_snapshot!("policy_of_measures", measure_table(&policy));
    insta::assert_snapshot!("policy_of_steps", step_table(&policy));
}

#[test]
fn a_second_role_gives_no_way_around_the_separation_of_duties() {
    let policy = policy();
    let may = |roles: &[Role], owner: Option<&str>, from, to| {
        let facts = MeasureFacts {
            owner,
            ..measure(from, Some(to))
        };
        policy.permits(
            &person(roles),
            Action::MeasureChangeStatus,
            &Resource::Measure(facts),
        )
    };
    let me = Some("me");
    let (proposed, approved, implemented, verified) = (
        Status::Proposed,
        Status::Approved,
        Status::Implemented,
        Status::Verified,
    );
    for other in Role::ALL.iter().copied() {
        // ROL-1: who did it does not check it. ROL-2: who is to do it does not approve it.
        assert!(
            !may(&[Role::Isb, other], me, implemented, verified),
            "isb and {other}"
        );
        assert!(
            !may(&[Role::Management, other], me, proposed, approved),
            "management and {other}"
        );
        assert!(
            !may(&[Role::Head, other], me, proposed, approved),
            "head and {other}"
        );
        // ROL-3: who checks does not approve, and the other way round.
        assert!(
            !may(&[Role::Isb, other], None, proposed, approved),
            "isb and {other}"
        );
        assert!(
            !may(&[Role::Management, other], None, implemented, verified),
            "management and {other}"
        );
        for to in Status::ALL.iter().copied() {
            for from in Status::ALL.iter().copied() {
                // ROL-4 and ROL-6: administration and auditors do not touch content, whatever else they are.
                for role in [Role::Admin, Role::Auditor] {
                    assert!(
                        !may(&[role, other], me, from, to) && !may(&[role, other], None, from, to),
                        "{role} and {other}"
                    );
                }
            }
        }
    }
}

#[test]
fn visibility_in_lists_is_the_policy_for_single_measures() {
    let policy = policy();
    for roles in 0..1_usize << Role::ALL.len() {
        let roles: Vec<Role> = Role::ALL
            .iter()
            .enumerate()
            .filter(|(bit, _)| roles & (1 << bit) != 0)
            .map(|(_, role)| *role)
            .collect();
        let Actor::Person(who) = person(&roles) else {
            unreachable!()
        };
        let visibility = policy.visibility(&who);
        for class in Confidentiality::ALL.iter().copied() {
            for (owner, listed) in [
                (None, &visibility.all),
                (Some("other"), &visibility.all),
                (Some("me"), &visibility.own),
            ] {
                for status in [Status::Proposed, Status::Verified] {
                    let facts = MeasureFacts {
                        confidentiality: class,
                        owner,
                        ..measure(status, None)
                    };
                    let may = policy.permits(
                        &person(&roles),
                        Action::MeasureRead,
                        &Resource::Measure(facts),
                    );
                    let seen = listed.contains(&class)
                        || (owner == Some("me") && visibility.all.contains(&class));
                    assert_eq!(may, seen, "{roles:?} {class} {owner:?}");
                }
            }
        }
    }
}

/// Runs SQL past the program.
type RunSql = Box<dyn FnMut(&str) -> QueryResult<()>>;

both_engines! {
    async fn nobody_checks_or_approves_what_they_do_themselves(app) {
        let (isb, management, head) = (client(app, "isb").await, client(app, "leitung").await, client(app, "it-leitung").await);
        let (netz, auditor, other) = (client(app, "netz").await, client(app, "revision").await, client(app, "arbeitsplatz").await);
        let mut told = Told::default();

        let measure = proposed(&isb, "netz").await;
        told.step(&isb, "isb", &measure, "approved").await;
        told.step(&netz, "owner of the measure", &measure, "approved").await;
        told.step(&auditor, "auditor", &measure, "approved").await;
        told.step(&head, "head", &measure, "approved").await;
        told.step(&isb, "isb", &measure, "in_progress").await;
        told.step(&other, "another owner", &measure, "in_progress").await;
        told.step(&head, "head", &measure, "in_progress").await;
        told.step(&netz, "owner of the measure", &measure, "in_progress").await;
        told.step(&isb, "isb", &measure, "implemented").await;
        told.step(&netz, "owner of the measure", &measure, "implemented").await;
        for (who, name) in [(&netz, "owner of the measure"), (&management, "management"), (&head, "head"), (&auditor, "auditor"), (&isb, "isb")] {
            told.step(who, name, &measure, "verified").await;
        }

        let of_head = proposed(&isb, "it-leitung").await;
        told.step(&head, "head who is its owner", &of_head, "approved").await;
        told.step(&management, "management", &of_head, "approved").await;

        let of_isb = proposed(&isb, "isb").await;
        told.step(&isb, "isb who is its owner", &of_isb, "approved").await;
        told.step(&head, "head", &of_isb, "approved").await;
        told.step(&isb, "isb who is its owner", &of_isb, "in_progress").await;
        told.step(&isb, "isb who is its owner", &of_isb, "implemented").await;
        told.step(&isb, "isb who is its owner", &of_isb, "verified").await;
        told.step(&management, "management", &of_isb, "verified").await;
        insta::assert_snapshot!("separation_of_duties", told.0);
    }

    async fn auditors_never_write(app) {
        let auditor = client(app, "revision").await;
        let measure = auditor.reference_of("offenburg", "OG-I3").await;
        let before = everything(app);
        auditor.patch(&format!("{ALL}/{measure}"), "*", json!({ "priority": 1 })).await.problem(403, "forbidden");
        auditor.post(ALL, json!({ "title": "x", "origin": "audit", "priority": 1 })).await.problem(403, "forbidden");
        auditor.step(&measure, "rejected", Some("Grund")).await.problem(403, "forbidden");
        auditor.post("institutions/offenburg/programmes", file("T-REVISION")).await.problem(403, "forbidden");
        let body = json!({ "entries": [{ "line": "OG-K2", "year": 2023, "type": "forecast", "cents": 1 }] });
        auditor.post("institutions/offenburg/programmes/OG-2021-DIG/entries", body).await.problem(403, "forbidden");
        assert_eq!(everything(app), before);
    }

    async fn every_write_leaves_its_event_and_reading_none(app) {
        let (isb, finance) = (client(app, "isb").await, client(app, "kaemmerei").await);
        let measure = proposed(&isb, "netz").await;
        let path = format!("{ALL}/{measure}");
        for action in Action::ALL.iter().copied() {
            let mut before = everything(app);
            match action {
                Action::InstitutionRead => { isb.get("institutions/offenburg").await.ok(200); }
                Action::CatalogueRead => { isb.get("catalogues/gs-2023").await.ok(200); }
                Action::CatalogueImport => {
                    let file = include_str!("../samples/catalog.json");
                    let answer = isb.send(Method::POST, "catalogues", &[], Some(file.to_owned())).await;
                    answer.ok(201);
                }
                Action::ProgrammeRead => { isb.get("institutions/offenburg/programmes/OG-2021-DIG/plan").await.ok(200); }
                Action::BudgetRead => {
                    isb.get("institutions/offenburg/budget?year=2023").await.ok(200);
                    isb.get("institutions/offenburg/programmes/OG-2021-DIG/entries").await.ok(200);
                }
                Action::BudgetReadOwn => { client(app, "netz").await.get("institutions/offenburg/budget?year=2023").await.ok(200); }
                Action::BudgetPost => {
                    let body = json!({ "entries": [{ "line": "OG-K2", "year": 2023, "type": "forecast", "cents": 1 }] });
                    finance.post("institutions/offenburg/programmes/OG-2021-DIG/entries", body).await.ok(201);
                }
                Action::BudgetAllocate => {
                    let path = "institutions/offenburg/programmes/OG-2021-DIG/lines/OG-K1/allocations";
                    let measure = finance.get(path).await.ok(200)["measures"][0]["measure"].clone();
                    let body = json!({ "allocations": [{ "measure": measure, "share_bp": 5000 }] }).to_string();
                    finance.send(Method::PUT, path, &[("if-match", "*")], Some(body)).await.ok(200);
                }
                Action::PostingImport => {
                    let rows = "Buchungsnummer;Datum;Betrag;Konto\n1;02.01.2022;1,00;999\n".to_owned();
                    let path = "institutions/offenburg/budget/postings?unmatched=keep";
                    finance.send(Method::POST, path, &[], Some(rows)).await.ok(200);
                }
                Action::PostingAssign => {
                    let waiting = finance.get("institutions/offenburg/budget/postings?state=unmatched").await.ok(200);
                    let path = format!("institutions/offenburg/budget/postings/{}/assign", waiting["items"][0]["id"].as_str().unwrap());
                    finance.post(&path, json!({ "programme": "OG-2021-DIG", "line": "OG-K2" })).await.ok(201);
                }
                Action::PostingRuleWrite => {
                    let body = json!({ "match": "exact", "pattern": "999", "programme": "OG-2021-DIG", "line": "OG-K2" });
                    finance.post("institutions/offenburg/budget/posting-rules", body).await.ok(201);
                }
                Action::PostRead => { isb.get("institutions/offenburg/posts").await.ok(200); }
                Action::PostWrite => {
                    let body = json!({ "programme": "OG-2021-DIG", "org_unit": "FB DigIT", "kind": "post", "hundredths": 100 });
                    finance.post("institutions/offenburg/posts", body).await.ok(201);
                }
                Action::PostChangeStatus => {
                    let post = finance.get("institutions/offenburg/posts?limit=1").await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
                    let body = json!({ "status": "dropped", "reason": "entfällt" }).to_string();
                    finance.send(Method::POST, &format!("institutions/offenburg/posts/{post}/status"), &[("if-match", "*")], Some(body)).await.ok(200);
                }
                Action::BudgetPeriodRead => { isb.get("institutions/offenburg/budget-periods").await.ok(200); }
                Action::BudgetPeriodWrite => { finance.post("institutions/offenburg/budget-periods", json!({ "years": [2022, 2023] })).await.ok(201); }
                Action::ResolutionRead => { isb.get("institutions/offenburg/resolutions").await.ok(200); }
                Action::ResolutionWrite => {
                    let body = json!({ "key": "17/22-GR", "paper": "17/22", "body": "Gemeinderat", "date": "2022-11-21", "public": true, "kind": "decision" });
                    finance.post("institutions/offenburg/resolutions", body).await.ok(201);
                }
                Action::MeasureRead => { isb.get(&path).await.ok(200); }
                Action::DashboardRead => { isb.get("institutions/offenburg/dashboard").await.ok(200); }
                Action::AuditRead => { isb.get("institutions/offenburg/audit-events").await.ok(200); }
                Action::ReminderRead => {
                    isb.get("institutions/offenburg/reminders/preview").await.ok(200);
                }
                Action::ProgrammeImport => { finance.post("institutions/offenburg/programmes", file("T-IMPORT")).await.ok(201); }
                Action::ProgrammeImportHistory => {
                    let mut file = file("T-HISTORY");
                    file["programmes"][0]["measures"] = json!([done()]);
                    finance.post("institutions/offenburg/programmes", file.clone()).await.problem(403, "forbidden");
                    let file: ProgrammeFile = serde_json::from_value(file).unwrap();
                    programmes::import(&app.app, By::Operator, "offenburg", &file, None).unwrap_or_else(|error| panic!("{error:?}"));
                }
                Action::MeasureCreate => { proposed(&isb, "netz").await; }
                Action::MeasureUpdate => { isb.patch(&path, "*", json!({ "priority": 4 })).await.ok(200); }
                Action::MeasureLink => { isb.patch(&path, "*", json!({ "applies": ["NET.1.1"] })).await.ok(200); }
                Action::MeasureMigrate => {
                    let link = json!({ "kind": "fulfils", "from": "NET.1.1.A4", "to": "burgordnung-2026-05-01:TOR.1" });
                    isb.patch(&path, "*", json!({ "fulfils": ["NET.1.1.A4"] })).await.ok(200);
                    before = everything(app);
                    isb.send(Method::POST, &format!("{path}/migration"), &[("if-match", "*")], Some(json!({ "links": [link] }).to_string())).await.ok(200);
                }
                Action::MeasureChangeStatus => { client(app, "leitung").await.step(&measure, "approved", None).await.ok(200); }
                Action::MeasureReportProgress => { isb.patch(&path, "*", json!({ "progress_percent": 5 })).await.ok(200); }
                Action::MeasureComment => { isb.post(&format!("{path}/comments"), json!({ "text": "Probe" })).await.ok(201); }
                Action::MeasureAddEvidence => { isb.post(&format!("{path}/evidence"), evidence()).await.ok(201); }
                Action::MeasureWithdrawEvidence => {
                    let id = isb.post(&format!("{path}/evidence"), evidence()).await.ok(201)["id"].as_str().unwrap().to_owned();
                    before = everything(app);
                    isb.post(&format!("{path}/evidence/{id}/withdrawal"), json!({ "reason": "falsch" })).await.ok(200);
                }
                Action::MeasureRequestPostponement => { postponement(&isb, &path).await; }
                Action::MeasureWithdrawPostponement => {
                    let waiting = isb.get(&format!("{path}/postponements")).await.ok(200)["items"][0].clone();
                    let at = format!("{path}/postponements/{}", waiting["id"].as_str().unwrap());
                    let etag = isb.get(&at).await.header("etag").to_owned();
                    isb.send(Method::POST, &format!("{at}/withdrawal"), &[("if-match", &etag)], None).await.ok(200);
                }
                Action::MeasureDecidePostponement => {
                    let at = postponement(&isb, &path).await;
                    before = everything(app);
                    let leitung = client(app, "leitung").await;
                    let etag = leitung.get(&at).await.header("etag").to_owned();
                    let body = json!({ "verdict": "approved" }).to_string();
                    leitung.send(Method::POST, &format!("{at}/decision"), &[("if-match", &etag)], Some(body)).await.ok(200);
                }
                Action::MeasureConsolidate => {
                    let (kept, merged) = (proposed(&isb, "netz").await, proposed(&isb, "netz").await);
                    let etag = isb.get(&format!("{ALL}/{merged}")).await.header("etag").to_owned();
                    before = everything(app);
                    let body = json!({ "others": [{ "reference": merged, "etag": etag }], "reason": "dasselbe" }).to_string();
                    isb.send(Method::POST, &format!("{ALL}/{kept}/merge"), &[("if-match", "*")], Some(body)).await.ok(200);
                }
                Action::MeasureImport => {
                    let table = "Externe Kennung;Titel;Herkunft;Priorität;OE\nT-EREIGNIS;Neu;Audit;2;FB DigIT\n";
                    isb.send(Method::POST, &format!("{ALL}/import"), &[], Some(table.to_owned())).await.ok(200);
                }
                Action::MeasureExport => assert_eq!(isb.get(&format!("{ALL}/export")).await.status, 200),
                Action::TargetObjectRead => { isb.get("institutions/offenburg/target-objects").await.ok(200); }
                Action::TargetObjectWrite => {
                    let body = json!({
                        "key": "S-EREIGNIS", "name": "Server", "kind": "it_system",
                        "protection_need": { "confidentiality": "normal", "integrity": "high", "availability": "normal" },
                    });
                    isb.post("institutions/offenburg/target-objects", body).await.ok(201);
                }
                Action::CheckRead => { isb.get("institutions/offenburg/checks").await.ok(200); }
                Action::CheckWrite => { dispensable(&isb, "SYS.3.2.2.A1").await; }
                Action::CheckApproveDispensable => {
                    let at = dispensable(&isb, "NET.1.1.A4").await;
                    before = everything(app);
                    client(app, "leitung").await.send(Method::POST, &format!("{at}/approve"), &[("if-match", "*")], None).await.ok(200);
                }
                Action::FilterSave => {
                    isb.post("institutions/offenburg/filters", json!({ "name": "Meine", "query": "overdue=true" })).await.ok(201);
                }
                Action::DeadlineRead => { isb.get("institutions/offenburg/deadlines").await.ok(200); }
                Action::DeadlineWrite => {
                    let body = json!({ "kind": "audit", "title": "Audit", "date": "2000-01-01" });
                    isb.post("institutions/offenburg/deadlines", body).await.ok(201);
                }
                Action::DeadlinePause | Action::DeadlineComplete => {
                    let first = isb.get("institutions/offenburg/deadlines?kind=audit").await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
                    let (verb, body) = if action == Action::DeadlinePause {
                        ("pause", json!({ "until": "2022-10-20", "reason": "Die Abnahme ist für den 19.10. zugesagt." }))
                    } else {
                        // Its event is the only one; the deadline is there again for the pause.
                        isb.post("institutions/offenburg/deadlines", json!({ "kind": "audit", "title": "Audit", "date": "2000-01-02" })).await.ok(201);
                        before = everything(app);
                        ("completion", json!({ "on": "2022-10-17" }))
                    };
                    isb.send(Method::POST, &format!("institutions/offenburg/deadlines/{first}/{verb}"), &[("if-match", "*")], Some(body.to_string())).await.ok(201);
                }
                Action::AbsenceRead => { isb.get("institutions/offenburg/absences").await.ok(200); }
                Action::AbsenceWrite => {
                    let body = json!({ "deputy": "digital@offenburg.example", "from": "2022-10-20", "until": "2022-10-21" });
                    isb.post("institutions/offenburg/absences", body).await.ok(201);
                }
                Action::CalendarFeedWrite => { isb.send(Method::POST, "institutions/offenburg/calendar-feed", &[], None).await.ok(201); }
                Action::ReminderPlan => assert!(reminders::plan_due(&app.app).unwrap().mails > 0),
                Action::NotificationRead => { isb.get("institutions/offenburg/notifications").await.ok(200); }
                Action::NotificationRetry => {
                    let id = given_up(app, &isb).await;
                    isb.send(Method::POST, &format!("institutions/offenburg/notifications/{id}/retry"), &[], None).await.ok(202);
                }
                Action::NotificationReport => {
                    given_up(app, &isb).await;
                    assert!(undelivered::report_due(&app.app).unwrap() > 0);
                }
                Action::WebhookRead => { isb.get("institutions/offenburg/webhooks").await.ok(200); }
                Action::WebhookWrite => { webhook(&isb).await; }
                Action::WebhookPlan => assert_eq!(webhooks::plan_due(&app.app).unwrap().failed, 0),
                Action::WebhookSwitchOff => {
                    // Nobody answers at an address that we may not call, for days.
                    let change = app.app.store.write(|db| {
                        let since = "2022-10-01T05:00:00".parse::<chrono::NaiveDateTime>().unwrap();
                        let (endpoints, outbox) = (schema::webhook_endpoints::table, schema::outbox::table);
                        diesel::update(endpoints).set((schema::webhook_endpoints::url.eq("https://10.0.0.1/"), schema::webhook_endpoints::failing_since.eq(since))).execute(db)?;
                        let calls = outbox.filter(schema::outbox::channel.eq("webhook"));
                        Ok(diesel::update(calls).set(schema::outbox::next_attempt_at.eq(since)).execute(db)?)
                    });
                    assert!(change.unwrap() > 0);
                    webhooks::deliver(&app.app).await.unwrap();
                }
                Action::InstitutionCreate => institutions::create(&app.app, "lahr", "Stadt Lahr", InstitutionKind::Municipality, Land::BadenWuerttemberg, &[]).unwrap(),
                Action::UserManage => {
                    let grant = Grant { role: Role::Council, org_unit: None };
                    users::set_role(&app.app, "netz@offenburg.example", "offenburg", &grant, true).unwrap();
                }
            }
            let mut after = everything(app);
            // Signing in on the way is recorded as well.
            after.remove("session.started");
            let new: BTreeMap<String, i64> = after
                .into_iter()
                .map(|(event, count)| (event.clone(), count - before.get(&event).copied().unwrap_or(0)))
                .filter(|(_, count)| *count != 0)
                .collect();
            let times = match action {
                // Of three cities, and of the alarms of the one where more was spent than there was.
                Action::ReminderPlan => 4,
                // The one that stays and the one that goes into it.
                Action::MeasureConsolidate => 2,
                _ => 1,
            };
            let mut expected: BTreeMap<String, i64> = action.audit_event().map(|event| (event.to_owned(), times)).into_iter().collect();
            // A measure that is imported is a new one.
            if [Action::ProgrammeImportHistory, Action::MeasureImport].contains(&action) {
                expected.insert("measure.created".to_owned(), 1);
            }
            assert_eq!(new, expected, "{action}");
        }
        // A change that changes nothing is none.
        let before = everything(app);
        isb.patch(&path, "*", json!({ "priority": 4 })).await.ok(200);
        assert_eq!(everything(app), before);
    }

    async fn accounts_leave_events_and_bad_pairs_of_roles_none(app) {
        let before = everything(app)["user.changed"];
        let email = "neu@offenburg.example".to_owned();
        let password = || SecretString::from("Ein-langes-Kennwort");
        users::create(&app.app, email.clone(), "Neu".to_owned(), "de".to_owned(), password()).await.unwrap();
        users::set_password(&app.app, email.clone(), password()).await.unwrap();
        users::set_active(&app.app, &email, false).unwrap();
        users::set_active(&app.app, &email, true).unwrap();
        let grant = |role| Grant { role, org_unit: None };
        users::set_role(&app.app, &email, "offenburg", &grant(Role::Admin), true).unwrap();
        assert_eq!(everything(app)["user.changed"], before + 5);
        // DOMAIN ROL-4, ROL-6: neither administration nor audit goes with anything else.
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::Admin) {
            assert!(users::set_role(&app.app, &email, "offenburg", &grant(role), true).is_err(), "admin and {role}");
            assert!(users::set_role(&app.app, "revision@offenburg.example", "offenburg", &grant(role), true).is_err() || role == Role::Auditor, "auditor and {role}");
        }
        // In another institution the same person may be something else.
        users::set_role(&app.app, &email, "stuttgart", &grant(Role::Isb), true).unwrap();
    }

    async fn the_trail_and_the_books_only_grow(app) {
        let url = app.app.config.database_url.expose_secret();
        let mut run: RunSql = match app.engine {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::establish(url.trim_start_matches("sqlite:")).unwrap();
                Box::new(move |sql| conn.batch_execute(sql))
            }
            Engine::Postgres => {
                let mut conn = PgConnection::establish(url).unwrap();
                Box::new(move |sql| conn.batch_execute(sql))
            }
        };
        let mut attempts = vec![
            "UPDATE audit_events SET action = 'nothing'",
            "UPDATE audit_events SET reason = NULL WHERE seq = 1",
            "DELETE FROM audit_events",
            "DELETE FROM audit_events WHERE seq = (SELECT max(seq) FROM audit_events)",
            "UPDATE budget_entries SET cents = cents + 1",
            "DELETE FROM budget_entries",
        ];
        attempts.extend(match app.engine {
            Engine::Sqlite => vec![
                "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE seq = 1",
                "REPLACE INTO budget_entries SELECT * FROM budget_entries LIMIT 1",
                "INSERT INTO audit_events SELECT * FROM audit_events WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET action = 'nothing'",
            ],
            Engine::Postgres => vec![
                "TRUNCATE audit_events",
                "TRUNCATE budget_entries CASCADE",
                "INSERT INTO budget_entries SELECT * FROM budget_entries LIMIT 1 ON CONFLICT (id) DO UPDATE SET cents = 1",
            ],
        });
        for sql in attempts {
            let refused = run(sql).expect_err(sql).to_string();
            assert!(refused.contains("is append-only"), "{sql}: {refused}");
        }
        let rows = |db: &mut _| Ok(audit_events::table.filter(audit_events::action.eq("nothing")).count().get_result::<i64>(db).unwrap());
        assert_eq!(app.app.store.read(rows).unwrap(), 0);
    }
}

// ---------------------------------------------------------------- tables

fn policy() -> Policy {
    Policy::new(ACCESS, SCHEMA).unwrap_or_else(|error| panic!("{error}"))
}

fn person(roles: &[Role]) -> Actor {
    let grants = roles.iter().map(|role| Grant {
        role: *role,
        org_unit: Some("mine".to_owned()).filter(|_| *role == Role::Head),
    });
    Actor::Person(Person {
        id: "me".to_owned(),
        grants: grants.collect(),
    })
}

fn measure(status: Status, to: Option<Status>) -> MeasureFacts<'static> {
    MeasureFacts {
        owner: Some("other"),
        org_unit: Some("mine"),
        status,
        to,
        ..MeasureFacts::PROPOSED
    }
}

fn somebody_may(policy: &Policy, action: Action) -> bool {
    let actors = Role::ALL
        .iter()
        .map(|role| person(&[*role]))
        .chain([Actor::Operator, Actor::Service]);
    let me = ["me".to_owned()];
    let resources = |to| {
        [
            Resource::Institution,
            Resource::Programme {
                confidentiality: Confidentiality::Public,
            },
            Resource::CheckInSight {
                concerned: None,
                unit: None,
            },
            Resource::Check { requested_by: &[] },
            Resource::Resolution { public: true },
            Resource::DeadlineInSight {
                confidentiality: Confidentiality::Public,
                of_money: false,
                concerned: None,
            },
            Resource::Deadline {
                kind: Kind::Audit,
                implementers: [None, None],
                org_unit: None,
            },
            Resource::Absence {
                person: "me",
                units: &[],
            },
            Resource::Measure(measure(Status::Proposed, to)),
            Resource::Measure(MeasureFacts {
                tier: Some(Tier::Isb),
                requested_by: if to.is_some() { &me } else { &[] },
                ..measure(Status::Proposed, to)
            }),
        ]
    };
    actors.into_iter().any(|actor| {
        [None, Some(Status::Approved)]
            .into_iter()
            .flat_map(resources)
            .any(|resource| policy.permits(&actor, action, &resource))
    })
}

/// A column for each role; the head is one of the unit `mine`.
fn heading(first: &str) -> String {
    let roles: String = Role::ALL
        .iter()
        .map(|role| format!(" {role:>10}"))
        .collect();
    format!("{first:<42}{roles}")
}

fn row(name: &str, cell: impl Fn(Role) -> String) -> String {
    let cells: String = Role::ALL
        .iter()
        .map(|role| format!(" {:>10}", cell(*role)))
        .collect();
    format!("\n{name:<42}{cells}")
}

fn yes(permitted: bool) -> String {
    if permitted { "yes" } else { "." }.to_owned()
}

/// Id of a mail of Offenburg that is given up from now on.
async fn given_up(app: &TestApp, isb: &Client<'_>) -> String {
    let all = isb
        .get("institutions/offenburg/notifications")
        .await
        .ok(200);
    let id = all["items"][0]["id"].as_str().unwrap().to_owned();
    let mail = schema::outbox::table.find(&id);
    let changed = app.app.store.write(|db| {
        Ok(diesel::update(mail)
            .set(schema::outbox::state.eq("failed"))
            .execute(db)?)
    });
    assert_eq!(changed.unwrap(), 1);
    id
}

async fn webhook(isb: &Client<'_>) {
    let events = ["measure.overdue", "budget.alarm"];
    let body = json!({ "url": "https://hooks.example.org/", "events": events });
    isb.post("institutions/offenburg/webhooks", body)
        .await
        .ok(201);
}

fn institution_table(policy: &Policy) -> String {
    let mut table = heading("on the institution");
    table.push_str(&format!(" {:>10} {:>10}", "operator", "service"));
    for action in Action::ALL.iter().copied() {
        let on_measures = action.as_str().starts_with("measure.")
            && ![Action::MeasureImport, Action::MeasureExport].contains(&action);
        let elsewhere = [
            Action::ProgrammeRead,
            Action::CheckRead,
            Action::CheckApproveDispensable,
            Action::ResolutionRead,
            Action::DeadlineRead,
            Action::DeadlineWrite,
            Action::DeadlineComplete,
            Action::AbsenceWrite,
        ];
        if on_measures || elsewhere.contains(&action) {
            continue;
        }
        table.push_str(&row(action.as_str(), |role| {
            yes(policy.permits(&person(&[role]), action, &Resource::Institution))
        }));
        for actor in [Actor::Operator, Actor::Service] {
            table.push_str(&format!(
                " {:>10}",
                yes(policy.permits(&actor, action, &Resource::Institution))
            ));
        }
    }
    for class in Confidentiality::ALL.iter().copied() {
        let resource = Resource::Programme {
            confidentiality: class,
        };
        table.push_str(&row(&format!("programme.read, {class}"), |role| {
            yes(policy.permits(&person(&[role]), Action::ProgrammeRead, &resource))
        }));
    }
    for (what, concerned, unit) in [
        ("any", Some("other"), Some("theirs")),
        ("of the own unit", None, Some("mine")),
        ("own", Some("me"), None),
    ] {
        let resource = Resource::CheckInSight { concerned, unit };
        table.push_str(&row(&format!("check.read, {what}"), |role| {
            yes(policy.permits(&person(&[role]), Action::CheckRead, &resource))
        }));
    }
    for (what, requested_by) in [("of somebody else", "other"), ("own", "me")] {
        let resource = Resource::Check {
            requested_by: &[requested_by],
        };
        let action = Action::CheckApproveDispensable;
        table.push_str(&row(&format!("{action}, {what}"), |role| {
            yes(policy.permits(&person(&[role]), action, &resource))
        }));
    }
    for (name, public) in [("public sitting", true), ("closed sitting", false)] {
        let resource = Resource::Resolution { public };
        table.push_str(&row(&format!("resolution.read, {name}"), |role| {
            yes(policy.permits(&person(&[role]), Action::ResolutionRead, &resource))
        }));
    }
    deadline_rows(policy, &mut table);
    table
}

/// Deadlines that were set, by class and kind, and absences.
fn deadline_rows(policy: &Policy, table: &mut String) {
    for (what, of_money, concerned) in [
        ("any", false, None),
        ("of money", true, None),
        ("own", false, Some("me")),
    ] {
        for class in [Confidentiality::Internal, Confidentiality::Confidential] {
            let resource = Resource::DeadlineInSight {
                confidentiality: class,
                of_money,
                concerned,
            };
            table.push_str(&row(&format!("deadline.read, {what}, {class}"), |role| {
                yes(policy.permits(&person(&[role]), Action::DeadlineRead, &resource))
            }));
        }
    }
    for action in [Action::DeadlineWrite, Action::DeadlineComplete] {
        for kind in Kind::ALL
            .iter()
            .filter(|kind| kind.is_set() || **kind == Kind::Duty)
        {
            for (what, owner) in [("", "other"), (", own", "me")] {
                let resource = Resource::Deadline {
                    kind: *kind,
                    implementers: [Some(owner), None],
                    org_unit: Some("mine"),
                };
                let cells = |role| yes(policy.permits(&person(&[role]), action, &resource));
                if owner == "other" || action == Action::DeadlineComplete {
                    table.push_str(&row(&format!("{action}, {kind}{what}"), cells));
                }
            }
        }
    }
    let mine = ["mine".to_owned()];
    let nobody: [String; 0] = [];
    for (what, person_id, units) in [
        ("own", "me", &nobody[..]),
        ("of the own unit", "other", &mine[..]),
        ("of others", "other", &nobody[..]),
    ] {
        let resource = Resource::Absence {
            person: person_id,
            units,
        };
        table.push_str(&row(&format!("absence.write, {what}"), |role| {
            yes(policy.permits(&person(&[role]), Action::AbsenceWrite, &resource))
        }));
    }
}

/// Whose measure: somebody else's in a foreign unit, in one's own unit, one's own in a foreign unit, both.
const RELATIONS: [(&str, &str, &str); 4] = [
    ("f", "other", "theirs"),
    ("u", "other", "mine"),
    ("o", "me", "theirs"),
    ("b", "me", "mine"),
];

fn relations(policy: &Policy, role: Role, action: Action, facts: &MeasureFacts<'static>) -> String {
    let permitted = RELATIONS.iter().filter(|(_, owner, unit)| {
        let facts = MeasureFacts {
            owner: Some(owner),
            org_unit: Some(unit),
            ..facts.clone()
        };
        policy.permits(&person(&[role]), action, &Resource::Measure(facts))
    });
    match permitted
        .map(|(letter, ..)| *letter)
        .collect::<String>()
        .as_str()
    {
        "" => ".",
        "fuob" => "all",
        "ub" => "unit",
        "ob" => "own",
        "u" => "unit/own",
        "fu" => "not own",
        "uob" => "unit+own",
        other => panic!("{role} {action}: {other} needs a word"),
    }
    .to_owned()
}

fn measure_table(policy: &Policy) -> String {
    let mut table = String::from(
        "all: every measure; unit: of the own unit; own: who is responsible for it; unit+own: either;\n\
         not own: every one of somebody else; unit/own: of the own unit and somebody else's\n\n",
    );
    table.push_str(&heading("on measures"));
    for action in [
        Action::MeasureRead,
        Action::MeasureCreate,
        Action::MeasureUpdate,
        Action::MeasureLink,
    ] {
        for class in Confidentiality::ALL.iter().copied() {
            let facts = MeasureFacts {
                confidentiality: class,
                ..measure(Status::Proposed, None)
            };
            table.push_str(&row(&format!("{action}, {class}"), |role| {
                relations(policy, role, action, &facts)
            }));
        }
    }
    for status in [Status::Approved, Status::Implemented] {
        for action in [
            Action::MeasureUpdate,
            Action::MeasureLink,
            Action::MeasureMigrate,
            Action::MeasureReportProgress,
            Action::MeasureComment,
            Action::MeasureAddEvidence,
            Action::MeasureWithdrawEvidence,
            Action::MeasureRequestPostponement,
            Action::MeasureConsolidate,
        ] {
            table.push_str(&row(&format!("{action}, {status}"), |role| {
                relations(policy, role, action, &measure(status, None))
            }));
        }
    }
    for tier in Tier::ALL.iter().copied() {
        let facts = MeasureFacts {
            tier: Some(tier),
            ..measure(Status::Approved, None)
        };
        let action = Action::MeasureDecidePostponement;
        table.push_str(&row(&format!("{action}, {tier}"), |role| {
            relations(policy, role, action, &facts)
        }));
    }
    table
}

fn step_table(policy: &Policy) -> String {
    let mut table = heading("steps that the state machine knows");
    for from in Status::ALL.iter().copied() {
        for to in from.next().iter().copied() {
            let cells = |name: &str, basic| {
                let facts = MeasureFacts {
                    fulfils_basic: basic,
                    ..measure(from, Some(to))
                };
                row(name, |role| {
                    relations(policy, role, Action::MeasureChangeStatus, &facts)
                })
            };
            let name = format!("{from} to {to}");
            table.push_str(&cells(&name, false));
            if cells(&name, true) != cells(&name, false) {
                table.push_str(&cells(&format!("{name}, basic requirement"), true));
            }
        }
    }
    table
}

// ---------------------------------------------------------------- tools

async fn client<'a>(app: &'a TestApp, local: &str) -> Client<'a> {
    app.sign_in(&format!("{local}@offenburg.example")).await
}

fn evidence() -> Value {
    json!({ "kind": "document", "title": "Nachweis", "dated_on": "2022-10-01" })
}

/// A check that says that a requirement is dispensable; gives its path.
async fn dispensable(isb: &Client<'_>, requirement: &str) -> String {
    let assessment = json!({ "status": "dispensable", "reason": "gibt es nicht", "dispensable": { "kind": "not_relevant" } });
    let body = json!({ "requirement": requirement, "assessment": assessment });
    let made = isb
        .post("institutions/offenburg/checks", body)
        .await
        .ok(201);
    format!(
        "institutions/offenburg/checks/{}",
        made["id"].as_str().unwrap()
    )
}

/// A request for a new date; gives its path.
async fn postponement(isb: &Client<'_>, measure: &str) -> String {
    let body = json!({ "to": "2023-07-31", "cause": "supplier", "reason": "Der Lieferant liefert erst im Juli" });
    let at = format!("{measure}/postponements");
    let id = isb.post(&at, body).await.ok(201)["id"].clone();
    format!("{at}/{}", id.as_str().unwrap())
}

/// A measure that is ready to be approved.
async fn proposed(isb: &Client<'_>, owner: &str) -> String {
    let body = json!({
        "title": "Probe", "origin": "ad_hoc", "priority": 2, "owner": format!("{owner}@offenburg.example"), "org_unit": "FB DigIT",
        "due": { "day": "2023-06-30" }, "fulfils": ["NET.1.1.A4"],
    });
    isb.post(ALL, approvable(body)).await.ok(201)["reference"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What everybody was told, in order.
#[derive(Default)]
struct Told(String);

impl Told {
    async fn step(&mut self, client: &Client<'_>, who: &str, measure: &str, to: &str) {
        let body = step_body(to, Some("Nachweis liegt bei")).to_string();
        let answer = client
            .send(
                Method::POST,
                &format!("{ALL}/{measure}/status"),
                &[("if-match", "*")],
                Some(body),
            )
            .await;
        let word = if answer.status == 200 {
            "done".to_owned()
        } else {
            answer.json()["code"].as_str().unwrap().to_owned()
        };
        self.0.push_str(&format!(
            "{who:<22} {to:<12} {} {word}\n",
            answer.status.as_u16()
        ));
    }
}

fn file(key: &str) -> Value {
    json!({
        "format": "zinne-programme/1",
        "institution": "offenburg",
        "programmes": [{ "key": key, "title": key, "period": "2023", "amount_basis": "gross", "confidentiality": "internal", "years": [2023] }],
    })
}

/// A measure of a programme file that is done already.
fn done() -> Value {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/programmes/offenburg.json"
    ))
    .unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let measures = file["programmes"][0]["measures"].as_array().unwrap();
    let mut found = measures
        .iter()
        .find(|measure| measure["status"] == "verified")
        .unwrap()
        .clone();
    found["key"] = "T-P1".into();
    found["lines"] = json!([]);
    found
}

/// Number of events by name, of all institutions and none.
fn everything(app: &TestApp) -> BTreeMap<String, i64> {
    let count = |db: &mut _| {
        let rows: Vec<String> = audit_events::table
            .select(audit_events::action)
            .load(db)
            .unwrap();
        let mut counts = BTreeMap::new();
        for row in rows {
            *counts.entry(row).or_insert(0) += 1;
        }
        Ok(counts)
    };
    app.app.store.read(count).unwrap()
}
