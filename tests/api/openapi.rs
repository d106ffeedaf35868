//! The contract: the OpenAPI document, its page, and a client made from it.

use std::collections::BTreeSet;
use std::process::Command;

use actix_web::http::Method;
use serde_json::Value;

use crate::support::program::{ran, zinne};
use crate::support::smtp::{python, python_has};
use crate::support::{Engine, PASSWORD, TestApp};

fn document() -> Value {
    serde_json::from_str(&zinne::http::openapi::document().to_pretty_json().unwrap()).unwrap()
}

/// Method, path, operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

#[test]
fn the_document_changes_only_on_purpose() {
    insta::assert_snapshot!(
        "openapi",
        zinne::http::openapi::document().to_pretty_json().unwrap()
    );
}

#[test]
fn every_operation_is_named_tagged_and_tells_its_errors() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    let operations = operations(&document);
    assert!(operations.len() >= 20, "{}", operations.len());
    for (method, path, operation) in &operations {
        let at = format!("{method} {path}");
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{at} has no id"));
        assert!(ids.insert(id), "{id} twice");
        let tag = operation["tags"][0]
            .as_str()
            .unwrap_or_else(|| panic!("{at} has no tag"));
        assert!(tags.contains(tag), "{at}: {tag} is not described");
        assert!(operation["summary"].is_string(), "{at} has no summary");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{at} never succeeds"
        );
        if tag == "operation" {
            continue;
        }
        for status in ["400", "500", "503"] {
            assert!(responses.contains_key(status), "{at} has no {status}");
        }
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| *status >= &"400".to_owned())
        {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{at} {status}");
        }
        let open = ["login", "refresh", "read_calendar"].contains(&id);
        assert_eq!(operation["security"].is_array(), !open, "{at}");
        let changes = ["PATCH", "PUT", "DELETE"].contains(&method.as_str());
        for status in ["412", "428"] {
            assert!(
                !changes || responses.contains_key(status),
                "{at} has no {status}"
            );
        }
    }
}

/// The words of each enum are those on the wire, and no field claims a default that its type forbids.
#[test]
fn words_and_defaults_are_what_the_service_takes() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let words = |name: &str| -> Vec<&str> {
        schemas[name]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap())
            .collect()
    };
    let all: Vec<&str> = zinne::domain::measure::Status::ALL
        .iter()
        .map(|status| status.as_str())
        .collect();
    assert_eq!(words("Status"), all);
    for name in schemas
        .keys()
        .filter(|name| schemas[*name]["enum"].is_array())
    {
        for word in words(name) {
            // `R1` is a word of its own; `InProgress` is a name from the code.
            let from_code =
                word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
            assert!(!from_code, "{name}: {word}");
        }
    }
    let text = document.to_string();
    assert!(
        !text.contains("\"default\":null"),
        "a generated client would send it, and null empties a field"
    );
}

#[actix_web::test]
async fn the_served_document_is_the_printed_one() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let answer = app.send(Method::GET, "/api/openapi.json", &[], None).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let printed = ran(&mut zinne(&["openapi"]));
    assert_eq!(printed.code, Some(0));
    assert_eq!(
        answer.ok(200),
        serde_json::from_str::<Value>(&printed.out).unwrap()
    );
    assert_eq!(answer.json(), document());
}

/// Values of `src` and `href` in a page.
fn references(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["src=\"", "href=\""] {
        for part in html.split(name).skip(1) {
            found.push(part.split('"').next().unwrap().to_owned());
        }
    }
    found
}

#[actix_web::test]
async fn the_documentation_page_loads_nothing_from_outside() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let page = app.send(Method::GET, "/api/docs/", &[], None).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("http"), "{policy}");
    let references = references(&page.text);
    assert!(references.len() >= 3, "{references:?}");
    assert!(
        !page.text.contains("<script>"),
        "its policy forbids scripts in the page"
    );
    for reference in references {
        assert!(!reference.contains("//"), "{reference} is outside");
        let path = format!("/api/docs/{}", reference.trim_start_matches("./"));
        if path.ends_with(".png") {
            continue;
        }
        let asset = app.send(Method::GET, &path, &[], None).await;
        assert_eq!(asset.status.as_u16(), 200, "{path}");
        assert_eq!(asset.header("content-security-policy"), policy, "{path}");
        assert!(!asset.text.contains("@import"), "{path}");
        for outside in ["url(http", "url(//", "url(\"http", "importScripts(\"http"] {
            assert!(!asset.text.contains(outside), "{path} loads {outside}");
        }
    }
    let start = app
        .send(Method::GET, "/api/docs/swagger-initializer.js", &[], None)
        .await;
    assert!(start.text.contains("/api/openapi.json"), "{}", start.text);
    assert!(
        !start.text.contains("http://") && !start.text.contains("https://"),
        "{}",
        start.text
    );
}

#[actix_web::test]
async fn a_client_made_by_a_public_generator_lists_overdue_measures() {
    if !["openapi_python_client", "openapi_spec_validator", "httpx"]
        .iter()
        .all(|module| python_has(module))
    {
        return;
    }
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let mut command = Command::new(python());
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/run.py"))
        .args(["--base-url", &app.base, "--email", "isb@offenburg.example"])
        .args(["--password", PASSWORD, "--institution", "offenburg"]);
    let ran = tokio::task::spawn_blocking(move || ran(&mut command))
        .await
        .unwrap();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.out.trim(), "client: 4 overdue measures", "{ran:?}");
}
