//! Input that is broken, hostile or late: a clear answer, and nothing stored.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::prelude::*;
use serde_json::{Value, json};
use zinne::actions::users;
use zinne::domain::access::{Grant, Role};
use zinne::store::schema;

use crate::support::{Answer, Client, TestApp};

const MEASURES: &str = "/api/v1/institutions/offenburg/measures";

/// An operation with a body, and a body that it understands but does not carry out twice; `§` is in a text.
struct Place {
    method: Method,
    path: String,
    body: &'static str,
}

fn places(measure: &str) -> Vec<Place> {
    let place = |method: Method, path: &str, body| Place {
        method,
        path: path.to_owned(),
        body,
    };
    vec![
        place(
            Method::POST,
            "/api/v1/auth/login",
            r#"{"email":"x§@offenburg.example","password":"falsch"}"#,
        ),
        place(
            Method::POST,
            "/api/v1/auth/refresh",
            r#"{"refresh_token":"x§"}"#,
        ),
        place(
            Method::POST,
            MEASURES,
            r#"{"title":"x§","origin":"audit","priority":9}"#,
        ),
        place(
            Method::PATCH,
            &format!("{MEASURES}/{measure}"),
            r#"{"title":"x§","priority":9}"#,
        ),
        place(
            Method::POST,
            &format!("{MEASURES}/{measure}/status"),
            r#"{"status":"verified","reason":"x§"}"#,
        ),
        place(
            Method::POST,
            "/api/v1/institutions/offenburg/programmes",
            r#"{"format":"x§","institution":"offenburg","programmes":[]}"#,
        ),
        place(
            Method::POST,
            "/api/v1/institutions/offenburg/programmes/OG-2021-DIG/entries",
            r#"{"entries":[{"line":"x§","year":2023,"type":"actual","cents":0}]}"#,
        ),
        place(
            Method::POST,
            "/api/v1/institutions/offenburg/posts",
            r#"{"org_unit":"x§","programme":"OG-2021-DIG","kind":"post","hundredths":0}"#,
        ),
        place(
            Method::POST,
            "/api/v1/institutions/offenburg/resolutions",
            r#"{"key":"x§","paper":"1","body":"GR","date":"0001-01-01","public":true,"kind":"decision"}"#,
        ),
        place(
            Method::POST,
            "/api/v1/institutions/offenburg/budget-periods",
            r#"{"note":"x§","years":[]}"#,
        ),
        place(
            Method::POST,
            "/api/v1/institutions/offenburg/budget/posting-rules",
            r#"{"match":"exact","pattern":"x§","programme":"OG-2021-DIG","line":"NIX"}"#,
        ),
    ]
}

async fn send(
    client: &Client<'_>,
    place: &Place,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Answer {
    let bearer = format!("Bearer {}", client.access);
    let mut all = vec![("authorization", bearer.as_str()), ("if-match", "*")];
    all.extend_from_slice(headers);
    client
        .app
        .send_bytes(place.method.clone(), &place.path, &all, Some(body))
        .await
}

/// How much is stored, and the measure that the requests are about.
async fn stored(client: &Client<'_>, measure: &str) -> (Vec<i64>, Value) {
    let counts = client.app.app.store.read(|db| {
        Ok(vec![
            schema::programmes::table.count().get_result(db)?,
            schema::measures::table.count().get_result(db)?,
            schema::resolutions::table.count().get_result(db)?,
            schema::measure_links::table.count().get_result(db)?,
            schema::idempotency_keys::table.count().get_result(db)?,
        ])
    });
    (
        counts.unwrap(),
        client.get(&format!("{MEASURES}/{measure}")).await.ok(200),
    )
}

/// Only finance may import programme files; here one client sends to every endpoint.
fn may_import(app: &TestApp) {
    let grant = Grant {
        role: Role::Finance,
        org_unit: None,
    };
    users::set_role(
        &app.app,
        "it-leitung@offenburg.example",
        "offenburg",
        &grant,
        true,
    )
    .unwrap();
}

/// Fails unless it is a problem with one of these statuses.
#[track_caller]
fn refused(answer: &Answer, statuses: &[u16], what: &str) {
    assert!(
        statuses.contains(&answer.status.as_u16()),
        "{what}: {} {}",
        answer.status,
        answer.text
    );
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{what}"
    );
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16(), "{what}");
    for field in ["type", "code", "title", "detail", "instance", "request_id"] {
        assert_ne!(problem[field].as_str().unwrap(), "", "{what}: {field}");
    }
    hardened(answer, what);
}

#[track_caller]
fn hardened(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
        "{what}: {policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert_ne!(answer.header("permissions-policy"), "", "{what}");
    assert_ne!(answer.header("x-request-id"), "", "{what}");
    assert_eq!(answer.header("server"), "", "{what}");
}

/// Sends bytes as they are and reads until the other side closes or nothing comes for a while.
fn raw(base: &str, bytes: &[u8], patience: Duration) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.write_all(bytes).unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(read) = stream.read(&mut buffer) {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

both_engines! {
    async fn bodies_that_cannot_be_read(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let measure = client.reference_of("offenburg", "OG-K1").await;
        let before = stored(&client, &measure).await;
        for place in places(&measure) {
            let good = place.body;
            let with = |text: &[u8]| {
                let (head, tail) = good.split_once('§').unwrap();
                [head.as_bytes(), text, tail.as_bytes()].concat()
            };
            let first = good.split_once(':').unwrap().0.strip_prefix('{').unwrap();
            let bodies: Vec<(&str, Vec<u8>)> = vec![
                ("nothing", Vec::new()),
                ("blanks", b" \n".to_vec()),
                ("null", b"null".to_vec()),
                ("a list", format!("[{good}]").into_bytes()),
                ("a text", b"\"x\"".to_vec()),
                ("a number", b"1e999".to_vec()),
                ("truncated", good.as_bytes()[..good.len() - 1].to_vec()),
                ("truncated in a character", with(b"\xc3")),
                ("trailing garbage", format!("{good} x").into_bytes()),
                ("two documents", format!("{good}{good}").into_bytes()),
                ("trailing NUL", format!("{good}\0").into_bytes()),
                ("byte order mark", format!("\u{feff}{good}").into_bytes()),
                ("comment", format!("/* */{good}").into_bytes()),
                ("lone high surrogate", with(br"\ud83d")),
                ("lone low surrogate", with(br"\ude00")),
                ("surrogates reversed", with(br"\ude00\ud83d")),
                ("unknown escape", with(br"\x00")),
                ("short escape", with(br"\u12")),
                ("invalid UTF-8", with(b"\xff\xfe")),
                ("overlong UTF-8", with(b"\xc0\x80")),
                ("surrogate in UTF-8", with(b"\xed\xa0\x80")),
                ("line feed in a text", with(b"\n")),
                ("NUL in a text", with(b"\0")),
                ("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect()),
                ("duplicate key", good.replacen('{', &format!("{{{first}:\"y\","), 1).into_bytes()),
                ("unknown field", good.replacen('{', "{\"__proto__\":{},", 1).into_bytes()),
                ("deep lists", "[".repeat(100_000).into_bytes()),
                ("deep objects", r#"{"a":"#.repeat(100_000).into_bytes()),
                ("deep in a field", format!("{{{first}:{}{}}}", "[".repeat(5000), "]".repeat(5000)).into_bytes()),
                ("wrong type", format!("{{{first}:{{}}}}").into_bytes()),
            ];
            for (name, body) in bodies {
                let answer = send(&client, &place, &[], body).await;
                refused(&answer, &[400], &format!("{name} to {} {}", place.method, place.path));
                answer.problem(400, "malformed");
            }
        }
        assert_eq!(stored(&client, &measure).await, before);
    }

    async fn bodies_of_another_kind_or_size(app) {
        may_import(app);
        let client = app.sign_in("it-leitung@offenburg.example").await;
        let measure = client.reference_of("offenburg", "OG-K1").await;
        let before = stored(&client, &measure).await;
        let limit = app.app.config.http.body_limit;
        for place in places(&measure) {
            let body = place.body.as_bytes().to_vec();
            for kind in ["", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                "application/json-patch+json", "application/jsonx", "text/json", "*/*"] {
                let answer = send(&client, &place, &[("content-type", kind)], body.clone()).await;
                refused(&answer, &[415], kind);
                answer.problem(415, "unsupported_media_type");
            }
            for encoding in ["gzip", "br", "deflate", "zstd", "x"] {
                let answer = send(&client, &place, &[("content-encoding", encoding)], body.clone()).await;
                answer.problem(415, "unsupported_media_type");
            }
            // Parameters and case of the media type do not matter.
            let answer = send(&client, &place, &[("content-type", "Application/JSON; charset=utf-8")], body.clone()).await;
            assert_ne!(answer.status.as_u16(), 415);
            // A text of nearly a megabyte is read and refused for its length; one byte over the limit is not read.
            let padding = limit - place.body.len() + "§".len();
            let full = place.body.replace('§', &"x".repeat(padding)).into_bytes();
            assert_eq!(full.len(), limit);
            let answer = send(&client, &place, &[], full).await;
            refused(&answer, &[400, 401, 422], "full");
            let over = place.body.replace('§', &"x".repeat(padding + 1)).into_bytes();
            let answer = send(&client, &place, &[], over).await;
            refused(&answer, &[413], "over");
            answer.problem(413, "too_large");
        }
        assert_eq!(stored(&client, &measure).await, before);
    }

    async fn methods_of_the_clients_own_invention(app) {
        let figures = async || {
            let all = app.send(Method::GET, "/metrics", &[], None).await;
            assert_eq!(all.status.as_u16(), 200);
            assert!(all.header("content-type").starts_with("text/plain"));
            all.text
        };
        for name in ["BREW", "PROPFIND", "TRACE", "CONNECTED", "GETT"] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            for path in ["/healthz", "/api/v1/me"] {
                let answer = app.send(method.clone(), path, &[], None).await;
                answer.problem(405, "method_not_allowed");
                assert_eq!(answer.header("allow"), "GET, HEAD");
            }
            app.send(method, "/nowhere", &[], None).await.problem(404, "not_found");
            assert!(!figures().await.contains(name), "{name} is counted by its name");
        }
        let client = app.sign_in("isb@offenburg.example").await;
        let listed = client.get(MEASURES).await;
        let head = client.send(Method::HEAD, MEASURES, &[], None).await;
        assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
        assert_eq!(head.header("content-type"), listed.header("content-type"));
        assert_eq!(app.send(Method::HEAD, "/healthz", &[], None).await.status.as_u16(), 200);
        app.send(Method::HEAD, "/api/v1/me", &[], None).await;
        let figures = figures().await;
        assert!(figures.contains("zinne_http_requests_total{"), "{figures}");
        assert!(figures.contains("endpoint=\"/api/v1/institutions/{institution}/measures\",method=\"GET\",status=\"200\""), "{figures}");
        assert!(figures.contains("zinne_outbox_mails{state=\"pending\"} 0"), "{figures}");
    }

    async fn lists_longer_than_any_paper(app) {
        may_import(app);
        let client = app.sign_in("it-leitung@offenburg.example").await;
        let source = json!({ "file": "f", "line": 1, "text": "t" });
        let file = |change: &dyn Fn(&mut Value)| {
            let mut file = json!({
                "format": "zinne-programme/1", "institution": "offenburg",
                "programmes": [{
                    "key": "LONG", "title": "x", "period": "2022", "amount_basis": "gross", "confidentiality": "internal", "years": [2022],
                    "double_budgets": [], "groups": [], "ceilings": [], "lines": [], "posts": [], "printed_totals": [], "measures": [],
                }],
            });
            change(&mut file["programmes"][0]);
            file
        };
        let path = "institutions/offenburg/programmes";
        let groups = |count: usize| -> Vec<Value> { (0..count).map(|n| json!({ "key": n.to_string(), "title": "g" })).collect() };
        let too_many = client.post(path, file(&|p| p["groups"] = groups(14_000).into())).await.problem(422, "invalid");
        assert_eq!(too_many["errors"], json!([{ "pointer": "/programmes/0/groups", "code": "too_long", "detail": too_many["errors"][0]["detail"] }]));
        let links = client.post(path, file(&|p| p["measures"] = json!([{
            "key": "M", "title": "x", "origin": "audit", "relevance": "direct", "status": "proposed", "priority": 1, "confidentiality": "internal",
            "fulfils": vec![""; 200_000], "applies": [], "lines": [], "source": source,
        }]))).await.problem(422, "invalid");
        assert_eq!(links["errors"].as_array().unwrap().len(), 1);
        assert_eq!(links["errors"][0]["pointer"], "/programmes/0/measures/0/fulfils");
        let unknown = client.post(path, file(&|p| p["measures"] = json!([{
            "key": "M", "title": "x", "origin": "audit", "relevance": "direct", "status": "proposed", "priority": 1, "confidentiality": "internal",
            "fulfils": (0..400).map(|n| format!("X.{n}")).collect::<Vec<_>>(), "applies": [], "lines": [], "source": source,
        }]))).await.problem(422, "invalid");
        assert_eq!(unknown["errors"].as_array().unwrap().len(), 100, "as many as help somebody");
        let twice = json!([{ "name": "n", "groups": ["0", "0"], "years": [2022, 2022], "cents": 1, "source": source }]);
        let twice = client.post(path, file(&|p| { p["groups"] = groups(1).into(); p["printed_totals"] = twice.clone(); })).await.problem(422, "invalid");
        assert_eq!(twice["errors"].as_array().unwrap().len(), 2, "{twice}");
        client.post(path, file(&|p| p["groups"] = groups(1000).into())).await.ok(201);
    }

    async fn texts_that_are_hard_to_store(app) {
        may_import(app);
        let client = app.sign_in("it-leitung@offenburg.example").await;
        let measure = client.reference_of("offenburg", "OG-K1").await;
        let before = stored(&client, &measure).await;
        for place in places(&measure) {
            for escape in ["\\u0000", "a\\u0000b", "\\u001b[31m", "\\r\\nBcc: x@y.example", "\\u0007", "\\u009b"] {
                let answer = send(&client, &place, &[], place.body.replace('§', escape).into_bytes()).await;
                refused(&answer, &[400, 401, 422], &format!("{escape} to {} {}", place.method, place.path));
            }
            for text in ["😀", "👩‍👩‍👧‍👦", "\u{202e}txt.exe", "عربي", "Z̸͖a̷", "\u{feff}", "\u{10ffff}", "' OR 1=1 --", "<script>", "${jndi:x}", "../../x"] {
                let answer = send(&client, &place, &[], place.body.replace('§', text).into_bytes()).await;
                assert!(answer.status.is_client_error(), "{text} to {}: {}", place.path, answer.text);
            }
        }
        assert_eq!(stored(&client, &measure).await, before);
        // What is text comes back as it was.
        for text in ["😀👩‍👩‍👧‍👦", "\u{202e}gnp.exe", "عربي", "Z̸͖a̷", "\u{10ffff}", "' OR 1=1 --", "<script>alert(1)</script>", "=HYPERLINK(\"x\")", "a\\b\"c"] {
            let body = json!({ "title": text, "description": text, "note": text, "org_unit": text, "origin": "audit", "priority": 1 });
            let made = client.post(MEASURES, body).await.ok(201);
            let read = client.get(&format!("{MEASURES}/{}", made["reference"].as_str().unwrap())).await.ok(200);
            for field in ["title", "description", "note", "org_unit"] {
                assert_eq!(read[field], text, "{field}");
            }
            let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            let found = client.get(&format!("{MEASURES}?q={query}")).await.ok(200);
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{text}");
        }
    }

    async fn numbers_and_days_out_of_range(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let measure = client.reference_of("offenburg", "OG-I3").await;
        let before = stored(&client, &measure).await;
        let mut values: Vec<(&str, &str, u16)> = Vec::new();
        for number in ["0", "-1", "5", "2147483647", "-2147483648"] {
            values.push(("priority", number, 422));
        }
        for number in ["2147483648", "-9223372036854775809", "1e2", "1.0", "1.5", "1e400", "\"1\"", "true", "[1]", "01", "+1", "0x1", "NaN", "-"] {
            values.push(("priority", number, 400));
        }
        for day in ["0000-01-01", "0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "-0001-12-31"] {
            values.push(("day", day, 422));
        }
        for day in ["", "2022-02-30", "2022-13-01", "2022-00-10", "31.12.2022", "2022-12-31T00:00:00Z", "heute", "99999999999-01-01", "2022-12"] {
            values.push(("day", day, 400));
        }
        for (field, value, status) in values {
            let patch = match field {
                "priority" => vec![format!(r#"{{"priority":{value}}}"#)],
                _ => vec![format!(r#"{{"start_planned":"{value}"}}"#), format!(r#"{{"due":{{"day":"{value}"}}}}"#)],
            };
            for patch in patch {
                let create = patch.replacen('{', r#"{"title":"x","origin":"audit","#, 1);
                let create = if field == "priority" { create } else { create.replacen('{', r#"{"priority":1,"#, 1) };
                let change = Place { method: Method::PATCH, path: format!("{MEASURES}/{measure}"), body: "" };
                let add = Place { method: Method::POST, path: MEASURES.to_owned(), body: "" };
                for (place, body) in [(&change, &patch), (&add, &create)] {
                    let answer = send(&client, place, &[], body.clone().into_bytes()).await;
                    refused(&answer, &[status], body);
                }
            }
        }
        assert_eq!(stored(&client, &measure).await, before);
    }

    async fn paths_that_lead_nowhere(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let long = "x".repeat(3000);
        let parts = [
            "%00", "a%00b", "M-2022-0001%00", "%ff", "%c0%ae", "%ed%a0%80", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", ".", "%20", "%0d%0a", "%F0%9F%98%80",
            "'%20OR%20'1'='1", "%25", "%25%30%30", "%", "%zz", "*", "-1", "0", "null", "a;b", "a%5cb", &long,
        ];
        for part in parts {
            for place in [
                format!("institutions/{part}"), format!("institutions/{part}/measures"), format!("institutions/{part}/dashboard"),
                format!("institutions/{part}/programmes"), format!("institutions/{part}/audit-events"), format!("institutions/offenburg/measures/{part}"),
                format!("institutions/offenburg/programmes/{part}"), format!("institutions/offenburg/programmes/{part}/plan"),
                format!("catalogues/{part}"), format!("catalogues/{part}/modules"), format!("catalogues/gs-2023/modules/{part}"),
                format!("catalogues/gs-2023/requirements/{part}"), format!("catalogues/gs-2023/controls/{part}"), format!("catalogues/gs-2023/diff/{part}"),
                format!("catalogues/{part}/groups"), format!("catalogues/{part}/threats"), format!("catalogues/gs-2023/migration?to={part}"),
                format!("institutions/offenburg/{part}"),
            ] {
                let answer = client.get(&place).await;
                refused(&answer, &[400, 404], &place);
            }
            let fields = r#"{"title":"x","origin":"audit","priority":1}"#;
            for (method, path, body) in [
                (Method::PATCH, format!("{MEASURES}/{part}"), fields),
                (Method::POST, format!("{MEASURES}/{part}/status"), r#"{"status":"approved"}"#),
                (Method::POST, format!("/api/v1/institutions/{part}/measures"), fields),
            ] {
                let place = Place { method, path, body };
                let answer = send(&client, &place, &[], body.as_bytes().to_vec()).await;
                refused(&answer, &[400, 404], &place.path);
            }
        }
        for path in ["/", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/API/v1/me", "/api/v1/me/", "//api/v1/me", "/api/v1//me", "/.env", "/index.php",
            "/api/v1/institutions", "/api/v1/institutions/offenburg/", "/api/v1/institutions/offenburg/measures/", "/api/v1/../../etc/passwd", "/api/docs/../../x"] {
            let answer = app.send(Method::GET, path, &[], None).await;
            refused(&answer, &[404], path);
        }
    }

    async fn methods_that_a_path_does_not_have(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let document = app.send(Method::GET, "/api/openapi.json", &[], None).await.ok(200);
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 20);
        for (template, item) in paths {
            let mut path = template.clone();
            for (name, value) in [
                ("{institution}", "offenburg"), ("{measure}", "M-2022-0001"), ("{programme}", "OG-2021-DIG"), ("{catalogue}", "gs-2023"),
                ("{module}", "SYS.3.2.2"), ("{requirement}", "SYS.3.2.2.A1"), ("{control}", "TOR.1"), ("{other}", "gs-2023"),
                ("{evidence}", "x"),
                ("{entry}", "0190163d-8694-739b-aea5-966c26f8ad91"),
                ("{line}", "OG-K1"),
                ("{filter}", "x"),
                ("{check}", "x"),
                ("{postponement}", "0190163d-8694-739b-aea5-966c26f8ad91"),
                ("{target_object}", "S-017"),
                ("{post}", "x"),
                ("{resolution}", "x"),
                ("{budget_period}", "x"),
                ("{posting}", "x"),
                ("{posting_rule}", "x"),
                ("{deadline}", "x"),
                ("{absence}", "x"),
                ("{secret}", "x"),
                ("{webhook}", "x"),
                ("{delivery}", "x"),
                ("{notification}", "x"),
            ] {
                path = path.replace(name, value);
            }
            assert!(!path.contains('{'), "{path}");
            let there = |method: &str| item.get(method.to_lowercase()).is_some();
            let expected: Vec<&str> = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"].into_iter().filter(|method| there(method) || (*method == "HEAD" && there("GET"))).collect();
            for method in ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY"] {
                if there(method) {
                    continue;
                }
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let answer = client.send(method.clone(), &path, &[], None).await;
                refused(&answer, &[405], &format!("{method} {path}"));
                answer.problem(405, "method_not_allowed");
                let allow: Vec<&str> = answer.header("allow").split(", ").collect();
                assert_eq!(allow, expected, "{method} {path}");
            }
        }
    }

    async fn every_answer_is_hardened(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        for (path, status) in [
            ("/healthz", 200), ("/readyz", 200), ("/api/openapi.json", 200), ("/api/docs/", 200), ("/api/v1/me", 200), (MEASURES, 200),
            ("/api/v1/catalogues", 200), ("/nichts", 404), ("/api/v1/me?x=1", 400),
        ] {
            let answer = client.get(path).await;
            assert_eq!(answer.status.as_u16(), status, "{path}");
            hardened(&answer, path);
        }
        hardened(&client.post(MEASURES, json!({ "title": "x", "origin": "audit", "priority": 1 })).await, "201");
        hardened(&app.send(Method::GET, "/api/v1/me", &[], None).await, "401");
        hardened(&app.send(Method::DELETE, "/api/v1/me", &[], None).await, "405");
        let docs = app.send(Method::GET, "/api/docs/", &[], None).await;
        assert!(!docs.text.contains("http://") && !docs.text.contains("https://"), "{}", docs.text);
        assert!(!docs.header("content-security-policy").contains("http"));
        // Whatever is accepted, and however: it is JSON.
        for accept in ["text/html", "application/xml", "image/*;q=1", "x", ""] {
            let answer = client.send(Method::GET, MEASURES, &[("accept", accept)], None).await;
            assert_eq!(answer.header("content-type"), "application/json", "{accept}");
            let missing = client.send(Method::GET, "/nichts", &[("accept", accept)], None).await;
            missing.problem(404, "not_found");
        }
        // The id of a request is ours; nobody writes into the log or the answer with it.
        let answer = client.send(Method::GET, "/api/v1/me", &[("x-request-id", "<b>")], None).await;
        assert_ne!(answer.header("x-request-id"), "<b>");
    }

    async fn a_slow_client_is_not_waited_for(app) {
        let app = TestApp::start_with(app.engine, &[("ZINNE_HTTP__REQUEST_SECONDS", "1")]).await.unwrap();
        let client = app.sign_in("isb@offenburg.example").await;
        let measure = client.reference_of("offenburg", "OG-K1").await;
        let before = stored(&client, &measure).await;
        // All at the same time: each waits for its second.
        let (base, access) = (app.base.as_str(), client.access.as_str());
        std::thread::scope(|scope| {
            for place in places(&measure) {
                scope.spawn(move || {
                    let half = place.body.split_once('§').unwrap().0;
                    let (method, path, length) = (&place.method, &place.path, place.body.len());
                    let request = format!(
                        "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {access}\r\nif-match: *\r\nconnection: close\r\n\
                         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{half}"
                    );
                    let started = Instant::now();
                    let answer = raw(base, request.as_bytes(), Duration::from_secs(3));
                    assert!(answer.starts_with("HTTP/1.1 408 "), "{method} {path}: {answer}");
                    assert!(answer.contains("urn:zinne:problem:request_timeout"), "{answer}");
                    assert!(started.elapsed() >= Duration::from_secs(1));
                });
            }
        });
        let answer = raw(&app.base, b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-ty", Duration::from_secs(3));
        assert!(answer.starts_with("HTTP/1.1 408 ") || answer.is_empty(), "{answer}");
        assert_eq!(stored(&client, &measure).await, before);
    }

    async fn what_is_hardly_http(app) {
        // The server starts to listen with the first request that is waited for.
        app.send(Method::GET, "/healthz", &[], None).await.ok(200);
        let short = Duration::from_secs(3);
        for (request, status) in [
            ("GET / HTTP/9.9\r\n\r\n", "400"), ("\r\n\r\nx y z\r\n\r\n", "400"), ("GET /healthz HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", "400"),
            ("POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", "400"),
            ("POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}", "400"),
            ("POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
            ("POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", "400"),
        ] {
            let answer = raw(&app.base, request.as_bytes(), short);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        }
        // A body that breaks off, and headers without end.
        raw(&app.base, b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{", Duration::from_millis(50));
        let endless = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "x".repeat(300_000));
        let answer = raw(&app.base, endless.as_bytes(), short);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        app.send(Method::GET, "/healthz", &[], None).await.ok(200);
    }
}
