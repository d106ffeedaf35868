//! The database goes away while the service runs: clear answers, no panic, and it recovers by itself.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use zinne::app::App;

use crate::support::{Engine, TestApp, held};

/// A cable between service and database that can be pulled.
#[derive(Clone)]
struct Cable {
    port: u16,
    pulled: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    fn to(target: String) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cable = Cable {
            port: listener.local_addr().unwrap().port(),
            pulled: Arc::default(),
            ends: Arc::default(),
        };
        let this = cable.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let mut ends = this.ends.lock().unwrap();
                // Whoever comes while it is pulled is hung up on.
                if !this.pulled.load(Ordering::SeqCst)
                    && let Ok(far) = TcpStream::connect(&target)
                {
                    carry(near.try_clone().unwrap(), far.try_clone().unwrap());
                    carry(far.try_clone().unwrap(), near.try_clone().unwrap());
                    ends.extend([near, far]);
                }
            }
        });
        cable
    }

    fn pull(&self) {
        let mut ends = self.ends.lock().unwrap();
        self.pulled.store(true, Ordering::SeqCst);
        for end in ends.drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn plug_in(&self) {
        self.pulled.store(false, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

async fn health(app: &TestApp, path: &str) -> u16 {
    app.send(Method::GET, path, &[], None).await.status.as_u16()
}

#[actix_web::test]
async fn postgres_goes_away_and_comes_back() {
    let Some(direct) = TestApp::start(Engine::Postgres).await else {
        return;
    };
    let mut url = url::Url::parse(direct.app.config.database_url.expose_secret()).unwrap();
    let cable = Cable::to(format!(
        "{}:{}",
        url.host_str().unwrap(),
        url.port().unwrap_or(5432)
    ));
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(cable.port)).unwrap();
    let mut config = direct.app.config.clone();
    config.database_url = SecretString::from(url.to_string());
    config.database.wait_ms = 400;
    let mut app = App::new(config).unwrap();
    held(&mut app);
    let app = TestApp::serve(app, Engine::Postgres, tempfile::tempdir().unwrap());
    let client = app.sign_in("isb@offenburg.example").await;
    client.get("me").await.ok(200);
    assert_eq!(health(&app, "/readyz").await, 200);

    cable.pull();
    for _ in 0..3 {
        let begun = Instant::now();
        let answer = client.get("institutions/offenburg/measures").await;
        answer.problem(503, "unavailable");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
        let body = answer.text.to_lowercase();
        assert!(
            ["postgres", "sql", "127.0.0.1", "libpq"]
                .iter()
                .all(|word| !body.contains(word)),
            "{body}"
        );
    }
    app.login("isb@offenburg.example", "x")
        .await
        .problem(503, "unavailable");
    assert_eq!(health(&app, "/healthz").await, 200, "the process lives");
    let readiness = app.send(Method::GET, "/readyz", &[], None).await;
    assert_eq!(readiness.status.as_u16(), 503);
    let none =
        json!({ "ready": false, "database": false, "migrations": false, "scheduler": false });
    assert_eq!(readiness.json(), none);
    assert!(
        zinne::actions::reminders::plan_due(&app.app).is_err(),
        "the jobs see it, too, and go on"
    );

    cable.plug_in();
    let begun = Instant::now();
    while client
        .get("institutions/offenburg/measures")
        .await
        .status
        .as_u16()
        != 200
    {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "it does not recover"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(health(&app, "/readyz").await, 200);
}

#[actix_web::test]
async fn a_restarted_postgres_is_not_even_noticed() {
    let Some(app) = TestApp::start(Engine::Postgres).await else {
        return;
    };
    let client = app.sign_in("isb@offenburg.example").await;
    // Several connections in the pool, all of which die while they are idle.
    let together = (0..6).map(|_| client.get("institutions/offenburg/measures"));
    futures_util::future::join_all(together).await;
    let url = app.app.config.database_url.expose_secret();
    let mut admin = PgConnection::establish(url).unwrap();
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    admin.batch_execute(end).unwrap();
    client.get("institutions/offenburg/measures").await.ok(200);
    app.sign_in("isb@offenburg.example").await;
}

#[actix_web::test]
async fn a_file_that_another_program_writes_to_can_still_be_read() {
    let app = TestApp::start_with(Engine::Sqlite, &[("ZINNE_DATABASE__WAIT_MS", "300")])
        .await
        .unwrap();
    let client = app.sign_in("isb@offenburg.example").await;
    let path = app
        .app
        .config
        .database_url
        .expose_secret()
        .trim_start_matches("sqlite:");
    let mut other = SqliteConnection::establish(path).unwrap();
    other
        .batch_execute("BEGIN EXCLUSIVE; UPDATE users SET locale = 'de';")
        .unwrap();

    let begun = Instant::now();
    let refused = client
        .post(
            "institutions/offenburg/measures",
            json!({ "title": "Neu", "origin": "audit", "priority": 2 }),
        )
        .await;
    refused.problem(503, "unavailable");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    let waited = begun.elapsed();
    assert!(
        (Duration::from_millis(250)..Duration::from_secs(3)).contains(&waited),
        "{waited:?}"
    );
    client.get("institutions/offenburg/measures").await.ok(200);
    client.get("institutions/offenburg/dashboard").await.ok(200);
    assert_eq!(health(&app, "/readyz").await, 200);

    other.batch_execute("ROLLBACK").unwrap();
    client
        .post(
            "institutions/offenburg/measures",
            json!({ "title": "Neu", "origin": "audit", "priority": 2 }),
        )
        .await
        .ok(201);
}

#[actix_web::test]
async fn a_file_that_is_no_database_any_more_is_told_without_its_cause() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let client = app.sign_in("isb@offenburg.example").await;
    let path = app
        .app
        .config
        .database_url
        .expose_secret()
        .trim_start_matches("sqlite:")
        .to_owned();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{ending}"));
    }
    std::fs::write(
        &path,
        "this is no database, and it is long enough to be looked at as one".repeat(200),
    )
    .unwrap();
    // What is open goes on with the file that it has; the next process finds what is there now.
    let after = App::new(app.app.config.clone()).unwrap();
    let after = TestApp::serve(after, Engine::Sqlite, tempfile::tempdir().unwrap());
    for path in ["/api/v1/me", "/api/v1/institutions/offenburg/measures"] {
        let bearer = format!("Bearer {}", client.access);
        let answer = after
            .send(Method::GET, path, &[("authorization", &bearer)], None)
            .await;
        assert!(
            [401, 500, 503].contains(&answer.status.as_u16()),
            "{}",
            answer.text
        );
        assert!(
            !answer.text.contains("malformed database") && !answer.text.contains(".db"),
            "{}",
            answer.text
        );
    }
    let login = after.login("isb@offenburg.example", "x").await;
    assert!(
        [500, 503].contains(&login.status.as_u16()),
        "{}",
        login.text
    );
    assert_eq!(health(&after, "/healthz").await, 200);
    assert_eq!(health(&after, "/readyz").await, 503);
}

#[actix_web::test]
async fn a_full_disk_refuses_writes_loses_nothing_and_heals() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let isb = app.sign_in("isb@offenburg.example").await;
    // The one writer may not take a page more: SQLite says what it says when the disk is full.
    let limit = |pages: &str| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        let set = app.app.store.write(|db| match db {
            zinne::store::Db::Sqlite(conn) => Ok(conn.batch_execute(&sql)?),
            zinne::store::Db::Pg(_) => unreachable!(),
        });
        set.unwrap();
    };
    limit("1");
    let body = json!({ "title": "x".repeat(300), "description": "x".repeat(10_000), "origin": "audit", "priority": 1 });
    let path = "institutions/offenburg/measures";
    let mut made = 0;
    let refused = loop {
        let answer = isb.post(path, body.clone()).await;
        if answer.status.as_u16() != 201 {
            break answer;
        }
        made += 1;
        assert!(made < 100, "the disk is not full");
    };
    refused.problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), "60");
    isb.get(path).await.ok(200);
    let newest = async || {
        let page = isb
            .get(&format!("{path}?sort=-reference&limit=1"))
            .await
            .ok(200);
        page["items"][0]["reference"].as_str().unwrap().to_owned()
    };
    let before = newest().await;
    isb.post(path, body.clone())
        .await
        .problem(503, "unavailable");
    assert_eq!(
        newest().await,
        before,
        "nothing half, and no number used up"
    );
    limit("1000000");
    let next = isb.post(path, body).await.ok(201);
    let number = |reference: &str| reference[7..].parse::<i32>().unwrap();
    assert_eq!(
        number(next["reference"].as_str().unwrap()),
        number(&before) + 1
    );
}
