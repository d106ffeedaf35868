//! `kill -9` while mails go out: nothing is lost, and a twin has the Message-ID of its brother.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use zinne::actions::{By, health, programmes, users};
use zinne::domain::access::{Grant, Role};
use zinne::domain::programme_file::ProgrammeFile;
use zinne::mail::digest::message_id;
use zinne::store::schema;

use crate::support::program::{Running, Stream, ran, zinne};
use crate::support::smtp::{MailServer, header};
use crate::support::{NOW, PASSWORD, TestApp};

const OWNERS: usize = 60;
const PARALLEL: usize = 4;
/// Milliseconds after each start; made up once, so that every run is the same.
const KILLS: [u64; 6] = [350, 620, 90, 480, 1_130, 240];

/// An overdue measure for each of many owners, whose mails the server takes its time for.
async fn many_owners(app: &TestApp) {
    let mut file: Value =
        serde_json::from_str(include_str!("../../programmes/offenburg.json")).unwrap();
    let mut measures = Vec::new();
    for n in 0..OWNERS {
        let email = format!("stall+{n}@offenburg.example");
        let password = SecretString::from(PASSWORD);
        users::create(
            &app.app,
            email.clone(),
            format!("Person {n}"),
            "de".to_owned(),
            password,
        )
        .await
        .unwrap();
        users::set_role(
            &app.app,
            &email,
            "offenburg",
            &Grant {
                role: Role::Owner,
                org_unit: None,
            },
            true,
        )
        .unwrap();
        measures.push(json!({
            "key": format!("KILL-{n}"), "title": format!("Maßnahme {n}"), "origin": "council_resolution",
            "relevance": "none", "org_unit": "FB DigIT", "owner": email, "status": "in_progress", "priority": 3,
            "due": { "day": "2022-09-30", "precision": "day", "text": "30.09.2022", "assumed": true }, "fulfils": [], "applies": [], "lines": [],
            "confidentiality": "internal",
            "source": { "file": "001_18b241b86cf835cc.txt", "line": 1, "text": "Test" },
        }));
    }
    let programmes = file["programmes"].as_array_mut().unwrap();
    programmes.truncate(1);
    let programme = &mut programmes[0];
    programme["key"] = json!("KILL");
    programme["measures"] = Value::Array(measures);
    // They name the other programme as well.
    programme["printed_totals"] = json!([]);
    programme["post_totals"] = json!([]);
    let text = file.to_string();
    let file: ProgrammeFile = zinne::json::parse(text.as_bytes()).unwrap();
    programmes::import(&app.app, By::Operator, "offenburg", &file, None).unwrap();
}

fn state(app: &TestApp, state: &str) -> i64 {
    let states = health::outbox_states(&app.app).unwrap();
    states
        .iter()
        .find(|row| row.0 == state)
        .map_or(0, |row| row.1)
}

/// Mails that a process has taken and not settled.
fn under_way(app: &TestApp) -> i64 {
    let taken = schema::outbox::table.filter(schema::outbox::lease_owner.is_not_null());
    let taken = app.app.store.read(|db| Ok(taken.count().get_result(db)?));
    taken.unwrap()
}

/// A command of the program on the database and with the clock of `app`, mailing to `server`.
pub fn command(app: &TestApp, server: &MailServer, data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = zinne(arguments);
    command.envs([
        ("ZINNE_PROFILE", "test"),
        ("ZINNE_FIXED_NOW", NOW),
        (
            "ZINNE_DATABASE_URL",
            app.app.config.database_url.expose_secret(),
        ),
        ("ZINNE_DATA_DIR", data_dir.to_str().unwrap()),
        ("ZINNE_LISTEN", "127.0.0.1:0"),
        ("ZINNE_SMTP_URL", &server.url()),
        ("ZINNE_MAIL_FROM", "zinne@test.example"),
        ("ZINNE_OUTBOX__TICK_SECONDS", "1"),
        ("ZINNE_OUTBOX__TIMEOUT_SECONDS", "1"),
        ("ZINNE_OUTBOX__LEASE_SECONDS", "5"),
        // A reply that comes late on a busy machine is waited for again soon.
        ("ZINNE_OUTBOX__BACKOFF_SECONDS", "1"),
        ("ZINNE_OUTBOX__MAX_ATTEMPTS", "100"),
        ("ZINNE_OUTBOX__PARALLEL", &PARALLEL.to_string()),
    ]);
    command
}

both_engines! {
    async fn nothing_is_lost_and_twins_are_recognisable(app) {
        let Some(server) = MailServer::start(&["--stall", "0.25"]) else { return };
        many_owners(app).await;
        let data_dir = tempfile::tempdir().unwrap();
        let start = || {
            let mut program =
                Running::start(command(app, &server, data_dir.path(), &["serve"]), Stream::Err);
            program.wait_for("listening");
            program
        };
        let mut in_the_middle = 0;
        for pause in KILLS {
            // Two processes share the work, and one of them dies.
            let (mut program, mut other) = (start(), start());
            std::thread::sleep(Duration::from_millis(pause));
            program.kill();
            in_the_middle += usize::from(under_way(app) > 0);
            other.kill();
        }
        assert!(in_the_middle >= 4, "killed too late to prove anything: {in_the_middle}");
        let mut program = start();
        let begun = Instant::now();
        while state(app, "pending") > 0 {
            assert!(begun.elapsed() < Duration::from_secs(90), "{:?}", health::outbox_states(&app.app));
            std::thread::sleep(Duration::from_millis(50));
        }
        program.terminate();
        assert!(program.ended_within(Duration::from_secs(30)).success());
        let twins = server.mails().len() - everybody_has_got_theirs(app, &server);
        assert!(twins <= 2 * KILLS.len() * PARALLEL, "{twins} twins");
    }

    async fn processes_at_the_same_time_send_nothing_twice(app) {
        let Some(server) = MailServer::start(&["--stall", "0.05"]) else { return };
        many_owners(app).await;
        let data_dir = tempfile::tempdir().unwrap();
        let remind = || command(app, &server, data_dir.path(), &["remind"]);
        let together: Vec<Child> = (0..3).map(|_| {
            let mut one = remind();
            one.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        }).collect();
        let (mut planned, mut sent) = (0, 0);
        for one in together {
            let output = one.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let line = String::from_utf8(output.stdout).unwrap();
            let counts: Vec<i64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
            planned += counts[0];
            sent += counts[1];
        }
        // What nobody wants any more when its turn comes is planned and not sent.
        assert_eq!(planned, sent + state(app, "obsolete"));
        let all = everybody_has_got_theirs(app, &server);
        assert_eq!((all as i64, server.mails().len()), (sent, all), "no twins");
        let again = ran(&mut remind());
        assert_eq!((again.code, again.out.as_str()), (Some(0), "0 planned, 0 sent\n"));
        assert_eq!(server.mails().len(), all);
    }
}

/// Every occurrence has arrived, and copies of one are recognisable. Gives how many there are, whatever was planned.
fn everybody_has_got_theirs(app: &TestApp, server: &MailServer) -> usize {
    assert_eq!((state(app, "pending"), state(app, "failed")), (0, 0));
    let mails = server.mails();
    let mut by_id: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for mail in &mails {
        by_id
            .entry(header(mail, "Message-ID").unwrap())
            .or_default()
            .push(mail);
    }
    let sent = app.app.store.read(|db| {
        let sent = schema::outbox::table.filter(schema::outbox::state.eq("sent"));
        Ok(sent
            .select(schema::outbox::occurrence_key)
            .load::<String>(db)?)
    });
    let sent: BTreeSet<String> = sent
        .unwrap()
        .iter()
        .map(|key| format!("<{}>", message_id(key, "test.example")))
        .collect();
    let arrived: BTreeSet<String> = by_id.keys().cloned().collect();
    assert_eq!(arrived, sent, "everything has arrived");
    let to: BTreeSet<String> = mails
        .iter()
        .map(|mail| header(mail, "X-Envelope-To").unwrap())
        .collect();
    for n in 0..OWNERS {
        let owner = format!("stall+{n}@offenburg.example");
        assert!(to.contains(&owner), "nothing for {owner}");
    }
    for copies in by_id.values() {
        let to = header(copies[0], "X-Envelope-To").unwrap();
        for twin in copies.iter().skip(1) {
            assert_eq!(header(twin, "X-Envelope-To").as_ref(), Some(&to));
            assert_eq!(
                header(twin, "X-Zinne-Resent").as_deref(),
                Some("true"),
                "{to}"
            );
            let body = |mail: &str| mail.split_once("\r\n\r\n").unwrap().1.to_owned();
            assert_eq!(body(twin), body(copies[0]), "{to}: a twin to the letter");
        }
    }
    by_id.len()
}
