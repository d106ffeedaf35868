//! What tests start from: a service with three institutions, their people and programmes, on either engine.

#![allow(dead_code, reason = "a kit: not every test needs every piece")]

pub mod postgres;
pub mod program;
pub mod receiver;
pub mod smtp;
mod world;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use zinne::app::App;
use zinne::clock::Clock;
use zinne::config::Config;
use zinne::http::server::{self, Shared};
use zinne::mail::Mailer;

pub use postgres::skipped;
pub use world::{Engine, PASSWORD};

/// Monday, 07:00 in Berlin.
pub const NOW: &str = "2022-10-17T05:00:00Z";

/// Writes a test once and runs it on both engines.
///
/// `both_engines! { async fn name(app) { … } }`; `app` is a `&TestApp`. With settings:
/// `both_engines! { with SETTINGS; async fn name(app) { … } }`.
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {
        both_engines! { with &[]; $($(#[$meta])* async fn $name($app) $body)+ }
    };
    (with $settings:expr; $($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs what its file imports")]
            use super::*;

            async fn run($app: &$crate::support::TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                let engine = $crate::support::Engine::Sqlite;
                let app = $crate::support::TestApp::start_with(engine, $settings).await.unwrap();
                run(&app).await;
            }

            #[actix_web::test]
            async fn postgres() {
                let engine = $crate::support::Engine::Postgres;
                if let Some(app) = $crate::support::TestApp::start_with(engine, $settings).await {
                    run(&app).await;
                }
            }
        }
    )+};
}

/// A step with all that it asks for.
pub fn step_body(status: &str, reason: Option<&str>) -> Value {
    let mut body = json!({ "status": status, "reason": reason });
    let more = match status {
        "blocked" => {
            json!({ "blocked_by": "Lieferung der Firewalls", "blocked_until": "2022-12-01" })
        }
        "implemented" => {
            json!({ "evidence": [{ "kind": "record", "title": "Abnahme", "dated_on": "2022-10-14" }] })
        }
        "verified" => json!({ "method": "sample" }),
        "deferred" => {
            json!({ "review_on": "2023-06-30", "residual_risk": "bleibt bis dahin offen" })
        }
        "rejected" => json!({ "residual_risk": "wird getragen" }),
        _ => json!({}),
    };
    merge(&mut body, more);
    body
}

/// A new measure with all that its approval asks for, unless it says otherwise itself.
pub fn approvable(mut measure: Value) -> Value {
    let own = measure.clone();
    let plan = json!({
        "deputy": "digital@offenburg.example", "start_planned": "2022-11-01", "no_budget_reason": "Eigenleistung",
        "cost": {
            "once_material_cents": 0, "once_staff_tenth_days": 50, "yearly_material_cents": 0,
            "yearly_staff_tenth_days": 0, "quality": "rough",
        },
    });
    merge(&mut measure, plan);
    merge(&mut measure, own);
    measure
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// A running service with a clock that stands still and a mailer that remembers.
pub struct TestApp {
    pub app: Arc<App>,
    pub base: String,
    pub engine: Engine,
    server: ServerHandle,
    http: awc::Client,
    /// Kept for as long as it is used.
    database: Option<postgres::Database>,
    _folder: TempDir,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: awc::http::header::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{} is no json: {}", self.status, self.text))
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless it is a problem of this status and code; gives the document.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:zinne:problem:{code}"));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem
    }

    /// Fails unless it has this status; gives the document.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }
}

impl TestApp {
    /// Runs SQL past the program, for as long as it takes.
    pub fn execute(&self, sql: &str) {
        let limit = match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => "SET LOCAL statement_timeout = 0;",
        };
        self.app
            .store
            .write(|db| Ok(db.batch_execute(&format!("{limit}{sql}"))?))
            .unwrap();
    }

    /// Starts the service on a database of its own. `None`: PostgreSQL is not there (said loudly; fails where all is required).
    pub async fn start(engine: Engine) -> Option<TestApp> {
        TestApp::start_with(engine, &[]).await
    }

    /// The same with further settings, such as `("ZINNE_AUTH__LOCK_MINUTES", "1")`.
    pub async fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Option<TestApp> {
        let folder = tempfile::tempdir().unwrap();
        let (url, database) = world::fresh_database(engine, folder.path())?;
        let app = world::app(&url, folder.path(), settings);
        let mut app = TestApp::serve(app, engine, folder);
        app.database = database;
        Some(app)
    }

    /// Serves an application that is already there; `folder` is deleted in the end.
    pub fn serve(app: App, engine: Engine, folder: TempDir) -> TestApp {
        let app = Arc::new(app);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = server::start(Shared::new(Arc::clone(&app)).unwrap(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let http = awc::Client::builder()
            .timeout(std::time::Duration::from_secs(30))
            .finish();
        TestApp {
            app,
            base,
            engine,
            server: handle,
            http,
            database: None,
            _folder: folder,
        }
    }

    /// Moves the clock.
    pub fn set_now(&self, now: &str) {
        self.app.clock.set(now.parse::<DateTime<Utc>>().unwrap());
    }

    /// Signs in somebody of the world, such as `isb@offenburg.example`.
    pub async fn sign_in(&self, email: &str) -> Client<'_> {
        let answer = self.login(email, PASSWORD).await;
        let body = answer.ok(200);
        Client {
            app: self,
            access: body["access_token"].as_str().unwrap().to_owned(),
            refresh: body["refresh_token"].as_str().unwrap().to_owned(),
        }
    }

    /// Tries to sign in.
    pub async fn login(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.send(
            Method::POST,
            "/api/v1/auth/login",
            &[],
            Some(body.to_string()),
        )
        .await
    }

    /// Sends a request without signing in.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        self.send_bytes(method, path, headers, body.map(String::into_bytes))
            .await
    }

    /// The same with a body that need not be text.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if body.is_some() {
            request = request.insert_header(("content-type", "application/json"));
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        let mut response = match body {
            Some(body) => request.send_body(body).await,
            None => request.send().await,
        }
        .unwrap_or_else(|error| panic!("{path}: {error}"));
        let text = response.body().limit(64 << 20).await.unwrap();
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: String::from_utf8(text.to_vec()).unwrap(),
        }
    }
}

/// Somebody who is signed in.
pub struct Client<'a> {
    pub app: &'a TestApp,
    pub access: String,
    pub refresh: String,
}

impl Client<'_> {
    /// Sends a request; paths that do not start with `/` are below `/api/v1/`.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        self.send_bytes(method, path, headers, body.map(String::into_bytes))
            .await
    }

    /// The same with a body that need not be text.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/v1/{path}")
        };
        let bearer = format!("Bearer {}", self.access);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        self.app.send_bytes(method, &path, &all, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body.to_string()))
            .await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send(
            Method::PATCH,
            path,
            &[("if-match", etag)],
            Some(body.to_string()),
        )
        .await
    }

    /// Takes a step of a measure of Offenburg, over its present version.
    pub async fn step(&self, measure: &str, status: &str, reason: Option<&str>) -> Answer {
        let path = format!("institutions/offenburg/measures/{measure}");
        let etag = self.get(&path).await.header("etag").to_owned();
        let body = step_body(status, reason);
        self.send(
            Method::POST,
            &format!("{path}/status"),
            &[("if-match", &etag)],
            Some(body.to_string()),
        )
        .await
    }

    /// The reference of the measure that came from this key of a programme file.
    pub async fn reference_of(&self, institution: &str, key: &str) -> String {
        let all = self
            .get(&format!("institutions/{institution}/measures?limit=200"))
            .await
            .ok(200);
        let items = all["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["external_key"] == key);
        found.unwrap_or_else(|| panic!("no measure {key}"))["reference"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Builds an application for tests that do not need the server.
pub fn held(app: &mut App) {
    app.clock = Clock::manual(NOW.parse().unwrap());
    app.mailer = Mailer::memory();
}

/// Settings for tests.
pub fn config(settings: impl IntoIterator<Item = (String, String)>) -> Config {
    Config::load(None, settings).unwrap_or_else(|error| panic!("{error}"))
}

/// An xlsx workbook of one sheet with these rows; an empty cell is not written.
pub fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut writer = rust_xlsxwriter::Workbook::new();
    let sheet = writer.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells.iter()).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    writer.save_to_buffer().unwrap()
}

/// Folder of the official files; nothing of them is in this project.
pub fn official_files() -> std::path::PathBuf {
    std::env::var_os("ZINNE_TEST_DATA").map_or_else(
        || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        std::path::PathBuf::from,
    )
}
