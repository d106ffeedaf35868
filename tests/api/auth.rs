//! Signing in, staying signed in, signing out.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use actix_web::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use zinne::actions::users;
use zinne::auth::password::{Passwords, Verdict};
use zinne::auth::secret::SigningKey;
use zinne::auth::token::{Subject, Tokens};
use zinne::domain::access::{Grant, Role};
use zinne::store::schema::audit_events;

use crate::support::{self, Answer, Client, Engine, NOW, PASSWORD, TestApp};

const ISB: &str = "isb@offenburg.example";
const NOBODY: &str = "niemand@offenburg.example";
const LOGIN: &str = "/api/v1/auth/login";

both_engines! {
    async fn signing_in_and_out(app) {
        let client = app.sign_in(ISB).await;
        let me = client.get("me").await.ok(200);
        assert_eq!(me["email"], ISB);
        assert_eq!(me["institutions"][0]["slug"], "offenburg");
        logout(&client).await.ok(204);
        client.get("me").await.problem(401, "session_ended");
    }

    async fn the_address_counts_whatever_its_case(app) {
        let answer = app.login("  ISB@Offenburg.Example ", PASSWORD).await.ok(200);
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 600);
    }

    async fn a_wrong_password_and_an_unknown_account_look_the_same(app) {
        let wrong = app.login(ISB, "nicht-das-Kennwort").await;
        let unknown = app.login(NOBODY, PASSWORD).await;
        assert_eq!(without_request_id(&wrong), without_request_id(&unknown));
        assert_eq!(header_names(&wrong), header_names(&unknown));
        assert_eq!(wrong.header("www-authenticate"), "Bearer realm=\"zinne\"");
        insta::assert_json_snapshot!("bad_credentials", wrong.problem(401, "bad_credentials"), { ".request_id" => "[id]" });
        assert_eq!(audited(app, "session.refused"), 1, "anybody could fill the trail with accounts that do not exist");
    }

    async fn ten_failures_lock_an_address_whether_it_exists_or_not(app) {
        for email in [ISB, NOBODY] {
            for _ in 0..10 {
                app.login(email, "nicht-das-Kennwort").await.problem(401, "bad_credentials");
            }
            // From here on not even the right password helps, in whatever spelling.
            for (email, password) in [(email.to_owned(), PASSWORD), (email.to_uppercase(), PASSWORD), (email.to_owned(), "x")] {
                let locked = app.login(&email, password).await;
                locked.problem(429, "account_locked");
                assert_eq!(locked.header("retry-after"), "901");
            }
        }
        let (known, unknown) = (app.login(ISB, PASSWORD).await, app.login(NOBODY, PASSWORD).await);
        assert_eq!(without_request_id(&known), without_request_id(&unknown));
        assert_eq!(header_names(&known), header_names(&unknown));
        insta::assert_json_snapshot!("account_locked", known.json(), { ".request_id" => "[id]" });
        app.login("leitung@offenburg.example", PASSWORD).await.ok(200);
        app.login("isb@stuttgart.example", PASSWORD).await.ok(200);

        app.set_now("2022-10-17T05:14:59Z");
        assert_eq!(app.login(ISB, PASSWORD).await.header("retry-after"), "2");
        app.set_now("2022-10-17T05:15:00Z");
        app.login(ISB, PASSWORD).await.ok(200);
        app.login(NOBODY, PASSWORD).await.problem(401, "bad_credentials");
    }

    async fn a_success_forgets_the_failures_before_it(app) {
        for _ in 0..3 {
            for _ in 0..9 {
                app.login(ISB, "nicht-das-Kennwort").await.problem(401, "bad_credentials");
            }
            app.login(ISB, PASSWORD).await.ok(200);
        }
    }

    async fn parallel_guesses_do_not_get_around_the_lock(app) {
        let guesses = (0..20).map(|number| async move { app.login(ISB, &format!("geraten-{number}")).await });
        let answers = join_all(guesses).await;
        let with = |code: &str| answers.iter().filter(|answer| answer.json()["code"] == code).count();
        assert_eq!((with("bad_credentials"), with("account_locked")), (10, 10));
        app.login(ISB, PASSWORD).await.problem(429, "account_locked");
    }

    async fn a_session_outlives_the_lock_of_its_account(app) {
        let client = app.sign_in(ISB).await;
        for _ in 0..11 {
            app.login(ISB, "nicht-das-Kennwort").await;
        }
        app.login(ISB, PASSWORD).await.problem(429, "account_locked");
        client.get("me").await.ok(200);
        refresh(app, &client.refresh).await.ok(200);
    }

    async fn a_disabled_account_is_out_at_once(app) {
        let client = app.sign_in(ISB).await;
        users::set_active(&app.app, ISB, false).unwrap();
        client.get("me").await.problem(401, "session_ended");
        client.get("institutions/offenburg/measures").await.problem(401, "session_ended");
        client.get("catalogues").await.problem(401, "session_ended");
        refresh(app, &client.refresh).await.problem(401, "session_ended");
        // Only whoever knows the password learns that the account is disabled.
        app.login(ISB, "nicht-das-Kennwort").await.problem(401, "bad_credentials");
        app.login(ISB, PASSWORD).await.problem(403, "account_disabled");

        users::set_active(&app.app, ISB, true).unwrap();
        client.get("me").await.problem(401, "session_ended");
        app.sign_in(ISB).await.get("me").await.ok(200);
    }

    async fn roles_change_under_a_living_token(app) {
        let client = app.sign_in(ISB).await;
        let measures = "institutions/offenburg/measures";
        client.get(measures).await.ok(200);
        give(app, Role::Finance, true);
        give(app, Role::Isb, false);
        client.get(measures).await.problem(403, "forbidden");
        client.get("institutions/offenburg/programmes").await.ok(200);
        give(app, Role::Finance, false);
        // Without a role the institution is not there.
        client.get("institutions/offenburg").await.problem(404, "not_found");
        assert_eq!(client.get("me").await.ok(200)["institutions"], json!([]));
        client.get("catalogues").await.problem(403, "forbidden");
        give(app, Role::Isb, true);
        client.get(measures).await.ok(200);
    }

    async fn an_expired_token_is_named_as_such(app) {
        let client = app.sign_in(ISB).await;
        app.set_now("2022-10-17T05:09:59Z");
        client.get("me").await.ok(200);
        app.set_now("2022-10-17T05:10:00Z");
        let answer = client.get("me").await;
        answer.problem(401, "token_expired");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"zinne\"");
        let fresh = refreshed(app, &refresh(app, &client.refresh).await);
        fresh.get("me").await.ok(200);
    }

    async fn a_session_ends_after_its_days(app) {
        let client = app.sign_in(ISB).await;
        app.set_now("2022-10-31T04:59:59Z");
        let client = refreshed(app, &refresh(app, &client.refresh).await);
        client.get("me").await.ok(200);
        app.set_now("2022-10-31T05:00:00Z");
        client.get("me").await.problem(401, "session_ended");
        refresh(app, &client.refresh).await.problem(401, "session_ended");
    }

    async fn whatever_is_no_token_of_ours_is_refused(app) {
        let client = app.sign_in(ISB).await;
        let other = app.sign_in("leitung@offenburg.example").await;
        let (own, others) = (subject(&client.access), subject(&other.access));
        let now = NOW.parse().unwrap();
        let [head, claims, signature] = parts(&client.access);
        let head_of = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let kid = kid(&client.access);
        let other_key = SigningKey::random().unwrap();
        let with_our_id = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        let claims_of_ours: Value = decoded(&claims);
        let signed = |header: &Header| {
            jsonwebtoken::encode(header, &claims_of_ours, &EncodingKey::from_secret(other_key.expose())).unwrap()
        };
        let altered = {
            let mut altered = claims_of_ours.clone();
            altered["sub"] = others.user_id.clone().into();
            head_of(&altered.to_string())
        };
        let flipped = signature.chars().rev().collect::<String>();
        let forged = [
            ("alg none", format!("{}.{claims}.", head_of(r#"{"alg":"none","typ":"JWT"}"#))),
            ("alg none with our key id", format!("{}.{claims}.", head_of(&format!(r#"{{"alg":"none","kid":"{kid}"}}"#)))),
            ("alg None, signature kept", format!("{}.{claims}.{signature}", head_of(r#"{"alg":"None","typ":"JWT"}"#))),
            ("alg RS256", format!("{}.{claims}.{signature}", head_of(&format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#)))),
            ("signature cut off", format!("{head}.{claims}.")),
            ("signature missing", format!("{head}.{claims}")),
            ("signature of something else", format!("{head}.{claims}.{flipped}")),
            ("claims altered", format!("{head}.{altered}.{signature}")),
            ("signed by another key", signed(&Header::new(Algorithm::HS256))),
            ("signed by another key under our id", signed(&with_our_id)),
            ("another algorithm under our id", signed(&Header { alg: Algorithm::HS512, ..with_our_id.clone() })),
            ("from another installation", Tokens::new(&other_key, 10).issue(&own, now).unwrap()),
            ("from the future", app.app.tokens.issue(&own, "2022-10-17T05:01:00Z".parse().unwrap()).unwrap()),
            ("the refresh token", client.refresh.clone()),
            ("garbage", "x".to_owned()),
            ("dots", "..".to_owned()),
            ("long", "a".repeat(4000)),
        ];
        for (what, token) in forged {
            let answer = bearer(app, &format!("Bearer {token}")).await;
            assert_eq!((what, answer.status.as_u16(), &answer.json()["code"]), (what, 401, &json!("unauthenticated")));
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"zinne\"");
        }
        // Rightly signed, but for a session that is not this user's, or not there.
        for (user_id, session_id) in [(&others.user_id, &own.session_id), (&own.user_id, &"-".to_owned()), (&own.user_id, &own.user_id)] {
            let subject = Subject { user_id: user_id.clone(), session_id: session_id.clone() };
            let token = app.app.tokens.issue(&subject, now).unwrap();
            bearer(app, &format!("Bearer {token}")).await.problem(401, "session_ended");
        }
        bearer(app, &format!("bearer {}", client.access)).await.ok(200);
    }

    async fn only_a_bearer_gets_in(app) {
        let client = app.sign_in(ISB).await;
        let missing = app.send(Method::GET, "/api/v1/me", &[], None).await;
        missing.problem(401, "unauthenticated");
        assert_eq!(missing.header("www-authenticate"), "Bearer realm=\"zinne\"");
        insta::assert_json_snapshot!("unauthenticated", missing.json(), { ".request_id" => "[id]" });
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{ISB}:{PASSWORD}"));
        for header in [format!("Basic {basic}"), "Bearer".to_owned(), "Bearer ".to_owned(), client.access.clone(), format!("Token {}", client.access)] {
            bearer(app, &header).await.problem(401, "unauthenticated");
        }
        app.send(Method::GET, &format!("/api/v1/me?access_token={}", client.access), &[], None).await.problem(401, "unauthenticated");
    }

    async fn signing_out_ends_one_session_at_once(app) {
        let (here, there) = (app.sign_in(ISB).await, app.sign_in(ISB).await);
        logout(&here).await.ok(204);
        here.get("me").await.problem(401, "session_ended");
        here.get("institutions/offenburg").await.problem(401, "session_ended");
        refresh(app, &here.refresh).await.problem(401, "session_ended");
        logout(&here).await.problem(401, "session_ended");
        there.get("me").await.ok(200);
        assert_eq!((audited(app, "session.started"), audited(app, "session.ended")), (2, 1));
    }

    async fn a_refresh_token_is_good_once(app) {
        let first = app.sign_in(ISB).await;
        let bystander = app.sign_in(ISB).await;
        let second = refreshed(app, &refresh(app, &first.refresh).await);
        assert_ne!(first.refresh, second.refresh);
        second.get("me").await.ok(200);
        let third = refreshed(app, &refresh(app, &second.refresh).await);

        // Somebody comes with a copy: neither the copy nor the rightful heir is good for anything any more.
        let answer = refresh(app, &first.refresh).await;
        answer.problem(401, "refresh_reused");
        insta::assert_json_snapshot!("refresh_reused", answer.json(), { ".request_id" => "[id]" });
        for client in [&first, &second, &third] {
            client.get("me").await.problem(401, "session_ended");
            refresh(app, &client.refresh).await.problem(401, "session_ended");
        }
        bystander.get("me").await.ok(200);
        assert_eq!(audited(app, "session.ended_by_reuse"), 1);
    }

    async fn a_refresh_token_used_twice_at_once_is_given_up(app) {
        let client = app.sign_in(ISB).await;
        let tries = (0..8).map(|_| refresh(app, &client.refresh));
        let answers = join_all(tries).await;
        let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(good.len(), 1, "{answers:?}");
        refreshed(app, good[0]).get("me").await.problem(401, "session_ended");
        assert_eq!(audited(app, "session.ended_by_reuse"), 1);
    }

    async fn no_refresh_without_a_token_of_ours(app) {
        let client = app.sign_in(ISB).await;
        for token in ["", "x", client.access.as_str(), "\u{0}", "ä"] {
            refresh(app, token).await.problem(401, "session_ended");
        }
    }

    async fn a_new_password_ends_all_sessions(app) {
        let (here, there) = (app.sign_in(ISB).await, app.sign_in(ISB).await);
        let bystander = app.sign_in("leitung@offenburg.example").await;
        for _ in 0..11 {
            app.login(ISB, "nicht-das-Kennwort").await;
        }
        let new = "Neues-Kennwort-2022";
        users::set_password(&app.app, ISB.to_owned(), SecretString::from(new)).await.unwrap();
        for client in [&here, &there] {
            client.get("me").await.problem(401, "session_ended");
            refresh(app, &client.refresh).await.problem(401, "session_ended");
        }
        bystander.get("me").await.ok(200);
        // Whoever sets a password also lifts the lock.
        app.login(ISB, PASSWORD).await.problem(401, "bad_credentials");
        app.login(ISB, new).await.ok(200);
    }

    async fn no_secret_is_stored_or_answered(app) {
        let client = app.sign_in(ISB).await;
        app.login(ISB, "nicht-das-Kennwort").await;
        let next = refreshed(app, &refresh(app, &client.refresh).await);
        refresh(app, &client.refresh).await.problem(401, "refresh_reused");
        let secrets = [PASSWORD, "nicht-das-Kennwort", &client.access, &client.refresh, &next.access, &next.refresh, "$argon2"];
        let again = app.sign_in(ISB).await;
        let mut seen = vec![again.get("me").await.text, again.get("institutions/offenburg/audit-events?limit=200").await.text];
        seen.extend(app.app.store.read(|db| Ok(audit_rows(db))).unwrap());
        seen.push(format!("{:?} {:?} {:?}", app.app, app.app.config, app.app.tokens));
        for text in &seen {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
        let bad = app.send(Method::POST, LOGIN, &[], Some(json!({ "email": ISB, "password": [PASSWORD] }).to_string())).await;
        assert!(!bad.text.contains(PASSWORD), "{}", bad.text);
        let bad = app.send(Method::POST, LOGIN, &[], Some(format!("{{\"email\":\"{ISB}\",\"password\":\"{PASSWORD}"))).await;
        assert!(!bad.text.contains(PASSWORD), "{}", bad.text);
    }
}

#[actix_web::test]
async fn an_address_may_try_so_often_a_minute() {
    let app = TestApp::start_with(Engine::Sqlite, &[("ZINNE_AUTH__ATTEMPTS_PER_MINUTE", "3")])
        .await
        .unwrap();
    let client = app.sign_in(ISB).await;
    let next = refreshed(&app, &refresh(&app, &client.refresh).await);
    for local in ["netz", "digital"] {
        app.login(&format!("{local}@offenburg.example"), "nicht-das-Kennwort")
            .await
            .problem(401, "bad_credentials");
    }
    for forwarded in [None, Some("198.51.100.1"), Some("198.51.100.2")] {
        let headers: Vec<(&str, &str)> = forwarded
            .map(|address| ("x-forwarded-for", address))
            .into_iter()
            .collect();
        let body = json!({ "email": ISB, "password": PASSWORD }).to_string();
        let limited = app.send(Method::POST, LOGIN, &headers, Some(body)).await;
        limited.problem(429, "rate_limited");
        let wait: u64 = limited.header("retry-after").parse().unwrap();
        assert!((1..=21).contains(&wait), "{wait}");
    }
    // Whoever is signed in is not concerned, and stays signed in.
    next.get("me").await.ok(200);
    refresh(&app, &next.refresh).await.ok(200);
}

#[actix_web::test]
async fn bad_bodies_are_answered_with_their_place() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let (long, huge) = ("x".repeat(1025), "x".repeat(2 << 20));
    let login =
        |email: Value, password: Value| json!({ "email": email, "password": password }).to_string();
    let bodies: Vec<(&str, &str, String)> = vec![
        (
            LOGIN,
            "unknown field",
            json!({ "email": ISB, "password": PASSWORD, "remember": true }).to_string(),
        ),
        (LOGIN, "wrong type", login(json!(7), PASSWORD.into())),
        (LOGIN, "null", login(json!(ISB), Value::Null)),
        (LOGIN, "missing field", json!({ "email": ISB }).to_string()),
        (
            LOGIN,
            "field twice",
            format!(r#"{{"email":"{ISB}","email":"{ISB}","password":"x"}}"#),
        ),
        (LOGIN, "empty body", String::new()),
        (LOGIN, "empty object", "{}".to_owned()),
        (LOGIN, "list", "[]".to_owned()),
        (LOGIN, "no json", "email=isb".to_owned()),
        (
            LOGIN,
            "more after the end",
            format!("{}{{}}", login(ISB.into(), PASSWORD.into())),
        ),
        (
            LOGIN,
            "broken UTF-16 escape",
            r#"{"email":"\ud800","password":"x"}"#.to_owned(),
        ),
        (LOGIN, "deep nesting", "[".repeat(100_000)),
        (LOGIN, "empty address", login("".into(), PASSWORD.into())),
        (LOGIN, "blank address", login("   ".into(), PASSWORD.into())),
        (
            LOGIN,
            "overlong address",
            login(
                format!("{}@offenburg.example", "x".repeat(250)).into(),
                PASSWORD.into(),
            ),
        ),
        (
            LOGIN,
            "NUL in address",
            login("isb\u{0}@offenburg.example".into(), PASSWORD.into()),
        ),
        (LOGIN, "NUL in password", login(ISB.into(), "\u{0}".into())),
        (LOGIN, "empty password", login(ISB.into(), "".into())),
        (LOGIN, "overlong password", login(ISB.into(), long.into())),
        (
            LOGIN,
            "body above the limit",
            login(ISB.into(), huge.into()),
        ),
        (
            LOGIN,
            "SQL in address",
            login("' OR 1=1 --".into(), PASSWORD.into()),
        ),
        (
            "/api/v1/auth/login?next=/",
            "parameter",
            login(ISB.into(), PASSWORD.into()),
        ),
        (
            "/api/v1/auth/refresh",
            "unknown field",
            json!({ "refresh_token": "x", "x": 1 }).to_string(),
        ),
        ("/api/v1/auth/refresh", "missing field", "{}".to_owned()),
        (
            "/api/v1/auth/refresh",
            "wrong type",
            json!({ "refresh_token": 1 }).to_string(),
        ),
    ];
    let mut table = String::new();
    for (path, what, body) in bodies {
        let answer = app
            .send(Method::POST, path, &[("accept-language", "en")], Some(body))
            .await;
        table.push_str(&format!(
            "{} {what}: {}\n",
            path.trim_start_matches("/api/v1/auth/"),
            shown(&answer)
        ));
    }
    let latin = app
        .send_bytes(
            Method::POST,
            LOGIN,
            &[],
            Some(b"{\"email\":\"\xe4\",\"password\":\"x\"}".to_vec()),
        )
        .await;
    table.push_str(&format!("login Latin-1: {}\n", shown(&latin)));
    for (what, header) in [
        (
            "form",
            ("content-type", "application/x-www-form-urlencoded"),
        ),
        ("packed", ("content-encoding", "gzip")),
    ] {
        let body = login(ISB.into(), PASSWORD.into());
        let answer = app.send(Method::POST, LOGIN, &[header], Some(body)).await;
        table.push_str(&format!("login {what}: {}\n", shown(&answer)));
    }
    let get = app.send(Method::GET, LOGIN, &[], None).await;
    table.push_str(&format!(
        "login GET: {} allow {}\n",
        shown(&get),
        get.header("allow")
    ));
    insta::assert_snapshot!("bad_login_bodies", table);
}

#[actix_web::test]
async fn problems_speak_the_language_that_is_asked_for() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let mut table = String::new();
    for header in [
        "",
        "de",
        "en",
        "en-GB,en;q=0.9,de;q=0.8",
        "de;q=0.5, en;q=0.6",
        "fr",
        "fr, en;q=0.1",
        "*",
        "en;q=0",
        "nonsense;;q=x",
    ] {
        let headers: Vec<(&str, &str)> = [("accept-language", header)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let answer = app.send(Method::GET, "/api/v1/me", &headers, None).await;
        let title = answer.problem(401, "unauthenticated")["title"]
            .as_str()
            .unwrap()
            .to_owned();
        table.push_str(&format!(
            "{header:<25} {} {title}\n",
            answer.header("content-language")
        ));
    }
    insta::assert_snapshot!("problem_languages", table);
}

/// A cheap check has to wait for an expensive one where only so many run at once, and for none where there is room.
#[actix_web::test]
async fn no_more_password_checks_at_once_than_the_settings_say() {
    // What a check costs stands in the stored hash; this one is right for no password.
    let stored = |memory: u32, passes: u32| {
        format!(
            "$argon2id$v=19$m={memory},t={passes},p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        )
    };
    for (at_once, waits) in [(2, true), (3, false)] {
        let passwords = Passwords::new(8, 1, 1, at_once).unwrap();
        let start = Instant::now();
        let check = |stored: String| {
            let passwords = passwords.clone();
            async move {
                let verdict = passwords
                    .verify(SecretString::from(PASSWORD), Some(stored))
                    .await
                    .unwrap();
                assert_eq!(verdict, Verdict::Wrong);
                start.elapsed()
            }
        };
        let times = join_all([
            check(stored(8192, 60)),
            check(stored(8192, 60)),
            check(stored(8, 1)),
        ])
        .await;
        let (expensive, cheap) = (times[0].min(times[1]), times[2]);
        assert_eq!(
            cheap > expensive / 2,
            waits,
            "{at_once} at once: {cheap:?} and {expensive:?}"
        );
    }
    assert_eq!(support::config([]).auth.hashes_at_once, 2);
}

#[test]
fn settings_and_keys_do_not_print_their_secrets() {
    let settings = [
        (
            "ZINNE_DATABASE_URL",
            "postgres://zinne:datenbank-geheim@localhost/zinne",
        ),
        (
            "ZINNE_SMTP_URL",
            "smtps://zinne:post-geheim@mail.example:465",
        ),
        ("ZINNE_MAIL_FROM", "zinne@stadt.example"),
    ];
    let config = support::config(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains("geheim"), "{shown}");
    let key = SigningKey::random().unwrap();
    let bytes = format!("{:?}", key.expose());
    assert!(!format!("{key:?} {:?}", Tokens::new(&key, 10)).contains(&bytes));
    assert!(!format!("{:?}", SecretString::from(PASSWORD)).contains(PASSWORD));
}

/// The program itself, as talkative as it gets, on the database of a test.
#[actix_web::test]
async fn no_secret_is_ever_logged() {
    let app = TestApp::start(Engine::Sqlite).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut service = Command::new(env!("CARGO_BIN_EXE_zinne"))
        .arg("serve")
        .env("ZINNE_PROFILE", "test")
        .env(
            "ZINNE_DATABASE_URL",
            app.app.config.database_url.expose_secret(),
        )
        .env("ZINNE_DATA_DIR", folder.path())
        .env("ZINNE_LISTEN", "127.0.0.1:0")
        .env("ZINNE_FIXED_NOW", NOW)
        .env("ZINNE_HTTP__WORKERS", "1")
        .env("ZINNE_AUTH__ARGON2_MEMORY_KIB", "8")
        .env("ZINNE_LOG__LEVEL", "trace")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(service.stderr.take().unwrap());
    let mut log = String::new();
    let address = loop {
        let from = log.len();
        assert!(
            lines.read_line(&mut log).unwrap() > 0,
            "it did not start: {log}"
        );
        if let Some((_, rest)) = log[from..].split_once("address=") {
            break rest.split_whitespace().next().unwrap().to_owned();
        }
    };
    let reader = std::thread::spawn(move || {
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        rest
    });
    let http = awc::Client::default();
    let call = |method: Method, path: &str, bearer: String, body: Value| {
        let request = http
            .request(method, format!("http://{address}{path}"))
            .insert_header(("authorization", bearer));
        async move {
            let mut response = request.send_json(&body).await.unwrap();
            let bytes = response.body().await.unwrap();
            (
                response.status().as_u16(),
                serde_json::from_slice::<Value>(&bytes).unwrap_or_default(),
            )
        }
    };
    let (status, tokens) = call(
        Method::POST,
        LOGIN,
        String::new(),
        json!({ "email": ISB, "password": PASSWORD }),
    )
    .await;
    assert_eq!(status, 200, "{tokens}");
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let wrong = "nicht-das-Kennwort";
    let refresh_path = "/api/v1/auth/refresh";
    let calls = [
        (
            401,
            call(
                Method::POST,
                LOGIN,
                String::new(),
                json!({ "email": ISB, "password": wrong }),
            )
            .await
            .0,
        ),
        (
            400,
            call(
                Method::POST,
                LOGIN,
                String::new(),
                json!({ "email": ISB, "password": [wrong] }),
            )
            .await
            .0,
        ),
        (
            401,
            call(
                Method::POST,
                "/api/v1/auth/logout",
                format!("Bearer {}x", text("access_token")),
                Value::Null,
            )
            .await
            .0,
        ),
        (
            200,
            call(
                Method::POST,
                refresh_path,
                String::new(),
                json!({ "refresh_token": text("refresh_token") }),
            )
            .await
            .0,
        ),
        (
            401,
            call(
                Method::POST,
                refresh_path,
                String::new(),
                json!({ "refresh_token": text("refresh_token") }),
            )
            .await
            .0,
        ),
    ];
    assert!(
        calls.iter().all(|(expected, got)| expected == got),
        "{calls:?}"
    );
    service.kill().unwrap();
    service.wait().unwrap();
    log.push_str(&reader.join().unwrap());
    let key = std::fs::read_to_string(folder.path().join("token.key"))
        .unwrap_or_else(|_| "-no key-".to_owned());
    assert!(
        log.contains("/api/v1/auth/login"),
        "the log shows no requests: {log}"
    );
    let [_, _, signature] = parts(&text("access_token"));
    for secret in [
        PASSWORD,
        wrong,
        &signature,
        &text("refresh_token"),
        key.trim(),
        "$argon2",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}

// ---------------------------------------------------------------- tools

async fn logout(client: &Client<'_>) -> Answer {
    client.send(Method::POST, "auth/logout", &[], None).await
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.send(
        Method::POST,
        "/api/v1/auth/refresh",
        &[],
        Some(json!({ "refresh_token": token }).to_string()),
    )
    .await
}

fn refreshed<'a>(app: &'a TestApp, answer: &Answer) -> Client<'a> {
    let body = answer.ok(200);
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Client {
        app,
        access: text("access_token"),
        refresh: text("refresh_token"),
    }
}

async fn bearer(app: &TestApp, header: &str) -> Answer {
    app.send(
        Method::GET,
        "/api/v1/me",
        &[("authorization", header)],
        None,
    )
    .await
}

fn give(app: &TestApp, role: Role, given: bool) {
    let grant = Grant {
        role,
        org_unit: None,
    };
    users::set_role(&app.app, ISB, "offenburg", &grant, given).unwrap();
}

fn without_request_id(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    body
}

fn header_names(answer: &Answer) -> BTreeSet<String> {
    answer
        .headers
        .iter()
        .map(|(name, _)| name.to_string())
        .collect()
}

fn audited(app: &TestApp, action: &str) -> i64 {
    let count = |db: &mut _| {
        Ok(audit_events::table
            .filter(audit_events::action.eq(action))
            .count()
            .get_result(db)
            .unwrap())
    };
    app.app.store.read(count).unwrap()
}

fn audit_rows(db: &mut zinne::store::Db) -> Vec<String> {
    let rows: Vec<(String, String, Option<String>, String)> = audit_events::table
        .select((
            audit_events::action,
            audit_events::entity_id,
            audit_events::reason,
            audit_events::details,
        ))
        .load(db)
        .unwrap();
    assert!(rows.iter().any(|row| row.0 == "session.refused"));
    rows.into_iter().map(|row| format!("{row:?}")).collect()
}

/// `422 invalid /email too_long`
fn shown(answer: &Answer) -> String {
    let body = answer.json();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let errors = errors
        .iter()
        .map(|error| format!(", {} {}", error["pointer"], error["code"].as_str().unwrap()));
    format!(
        "{} {}{}",
        answer.status.as_u16(),
        body["code"].as_str().unwrap(),
        errors.collect::<String>()
    )
}

fn parts(token: &str) -> [String; 3] {
    token
        .split('.')
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn kid(token: &str) -> String {
    decoded(&parts(token)[0])["kid"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn subject(token: &str) -> Subject {
    let claims = decoded(&parts(token)[1]);
    // Nothing but who and until when: what somebody may do is not in a token.
    let names: BTreeSet<&str> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["aud", "exp", "iat", "iss", "sid", "sub"])
    );
    Subject {
        user_id: claims["sub"].as_str().unwrap().to_owned(),
        session_id: claims["sid"].as_str().unwrap().to_owned(),
    }
}
