//! The whole life of a measure, by whatever requests: what must hold after each of them.

use actix_web::http::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::support::{Client, approvable, step_body};

const MEASURES: &str = "institutions/offenburg/measures";
const PEOPLE: [&str; 6] = [
    "isb",
    "leitung",
    "it-leitung",
    "netz",
    "digital",
    "arbeitsplatz",
];
const STATUSES: [&str; 9] = [
    "proposed",
    "approved",
    "in_progress",
    "blocked",
    "implemented",
    "verified",
    "deferred",
    "rejected",
    "replaced",
];

/// A request that somebody might send about one measure.
#[derive(Debug, Clone)]
enum Try {
    Step(usize, usize),
    /// The step that leads on from wherever it stands.
    Forward(usize),
    Patch(usize, Value),
    AskForDate(usize, u32),
    DecideOnDate(usize, bool),
    Split(usize),
    Import(usize, String),
}

fn person() -> impl Strategy<Value = usize> {
    0..PEOPLE.len()
}

fn patch() -> impl Strategy<Value = Value> {
    let email = || person().prop_map(|who| json!(format!("{}@offenburg.example", PEOPLE[who])));
    prop_oneof![
        email().prop_map(|email| json!({ "owner": email })),
        email().prop_map(|email| json!({ "deputy": email })),
        email().prop_map(|email| json!({ "verifier": email })),
        Just(json!({ "verifier": null })),
        (1u32..28).prop_map(|day| json!({ "due": { "day": format!("2023-02-{day:02}") } })),
        Just(json!({ "due": null })),
        Just(json!({ "due_fixed_by": null, "priority": 1 })),
        Just(json!({ "fulfils": ["NET.1.1.A16"] })),
    ]
}

fn attempt() -> impl Strategy<Value = Try> {
    prop_oneof![
        4 => (person(), 0..STATUSES.len()).prop_map(|(who, to)| Try::Step(who, to)),
        40 => person().prop_map(Try::Forward),
        10 => (person(), patch()).prop_map(|(who, patch)| Try::Patch(who, patch)),
        3 => (person(), 1u32..28).prop_map(|(who, day)| Try::AskForDate(who, day)),
        5 => (person(), any::<bool>()).prop_map(|(who, yes)| Try::DecideOnDate(who, yes)),
        1 => person().prop_map(Try::Split),
        1 => (person(), "2023-0[1-9]-1[0-9]").prop_map(|(who, day)| Try::Import(who, day)),
    ]
}

async fn send(people: &[Client<'_>], reference: &str, attempt: &Try) -> u16 {
    let at = format!("{MEASURES}/{reference}");
    let post = async |who: usize, path: String, etag: &str, body: Value| {
        let headers = [("if-match", etag)];
        people[who]
            .send(Method::POST, &path, &headers, Some(body.to_string()))
            .await
            .status
            .as_u16()
    };
    match attempt {
        Try::Step(who, to) => {
            let body = step_body(STATUSES[*to], Some("so ist es"));
            post(*who, format!("{at}/status"), "*", body).await
        }
        Try::Forward(who) => {
            let now = people[0].get(&at).await.ok(200);
            let to = match now["status"].as_str().unwrap() {
                "proposed" => "approved",
                "approved" | "blocked" => "in_progress",
                "in_progress" => "implemented",
                "implemented" => "verified",
                "deferred" => "proposed",
                _ => return 409,
            };
            post(
                *who,
                format!("{at}/status"),
                "*",
                step_body(to, Some("so ist es")),
            )
            .await
        }
        Try::Patch(who, patch) => people[*who]
            .patch(&at, "*", patch.clone())
            .await
            .status
            .as_u16(),
        Try::AskForDate(who, day) => {
            let body = json!({ "to": format!("2023-11-{day:02}"), "cause": "staff", "reason": "Es fehlt Personal für den Umbau" });
            people[*who]
                .post(&format!("{at}/postponements"), body)
                .await
                .status
                .as_u16()
        }
        Try::DecideOnDate(who, approved) => {
            let all = people[0].get(&format!("{at}/postponements")).await.ok(200);
            let Some(id) = all["items"][0]["id"].as_str() else {
                return 404;
            };
            let path = format!("{at}/postponements/{id}");
            let etag = people[*who].get(&path).await.header("etag").to_owned();
            let verdict = if *approved { "approved" } else { "refused" };
            post(
                *who,
                format!("{path}/decision"),
                &etag,
                json!({ "verdict": verdict }),
            )
            .await
        }
        Try::Split(who) => {
            let part = json!({ "title": "Teil", "fulfils": ["NET.1.1.A4", "NET.1.1.A16"], "applies": [], "budget_lines": [] });
            post(
                *who,
                format!("{at}/split"),
                "*",
                json!({ "parts": [part, part], "reason": "zu groß" }),
            )
            .await
        }
        Try::Import(who, day) => {
            let table = format!("Kennung;Fällig\n{reference};{day}\n");
            people[*who]
                .send(
                    Method::POST,
                    &format!("{MEASURES}/import"),
                    &[],
                    Some(table),
                )
                .await
                .status
                .as_u16()
        }
    }
}

both_engines! {
    async fn nothing_is_verified_by_whoever_did_it_and_no_request_moves_the_first_date(app) {
        let mut people = Vec::new();
        for who in PEOPLE {
            people.push(app.sign_in(&format!("{who}@offenburg.example")).await);
        }
        let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), seed);
        let lives = prop::collection::vec(attempt(), 60);
        let (mut verified, mut moved) = (0, 0);
        for _ in 0..12 {
            let tries = lives.new_tree(&mut runner).unwrap().current();
            let mut body = approvable(json!({
                "title": "Leben", "origin": "audit", "priority": 2, "owner": "netz@offenburg.example", "org_unit": "FB DigIT",
                "due": { "day": "2022-12-31" }, "fulfils": ["NET.1.1.A4"],
            }));
            body["deputy"] = json!("digital@offenburg.example");
            let mut before = people[0].post(MEASURES, body).await.ok(201);
            let reference = before["reference"].as_str().unwrap().to_owned();
            for attempt in &tries {
                let status = send(&people, &reference, attempt).await;
                assert!(status < 500, "{attempt:?}: {status}");
                let after = people[0].get(&format!("{MEASURES}/{reference}")).await.ok(200);
                let told = || format!("{attempt:?}: {status}\nbefore {before}\nafter {after}");
                let original = &before["due"]["original"];
                if !original.is_null() {
                    assert_eq!(&after["due"]["original"], original, "{}", told());
                    let by_decision = matches!(attempt, Try::DecideOnDate(..));
                    assert!(by_decision || after["due"]["day"] == before["due"]["day"], "{}", told());
                }
                if after["status"] == "verified" && before["status"] != "verified" {
                    let checker = after["verified_by"]["email"].as_str().unwrap();
                    for who in ["owner", "deputy", "reported_by"] {
                        assert_ne!(after[who]["email"], checker, "{}", told());
                    }
                    assert_eq!(before["status"], "implemented", "{}", told());
                    verified += 1;
                }
                if status >= 400 {
                    assert_eq!(after, before, "a refusal changes nothing: {}", told());
                }
                if after["due"]["day"] != before["due"]["day"] {
                    moved += 1;
                }
                before = after;
            }
        }
        // Otherwise the walk would show nothing.
        assert!(verified > 0 && moved > 0, "{verified} verified, {moved} moved");
    }

    async fn whatever_stands_in_a_field_is_stored_whole_or_refused(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let new = json!({ "title": "x", "origin": "audit", "priority": 1 });
        let with = |more: &Value| {
            let mut body = new.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let long = "x".repeat(1_000_000);
        let there = isb.post(MEASURES, new.clone()).await.ok(201);
        let at = format!("{MEASURES}/{}", there["reference"].as_str().unwrap());
        let list = |name: &str, value: &str| json!({ name: [value] });
        let mut bad = vec![
            json!({ "cost": { "once_material_cents": -1 } }),
            json!({ "cost": { "yearly_material_cents": i64::MAX } }),
            json!({ "cost": { "yearly_material_cents": 9_223_372_036_854_775_808_u64 } }),
            json!({ "cost": { "once_staff_tenth_days": 2_147_483_648_u64 } }),
            json!({ "cost": { "once_staff_tenth_days": 0.5 } }),
            json!({ "cost": { "money": 1 } }),
            json!({ "milestones": [{ "title": "x", "due": "0000-01-01" }] }),
            json!({ "milestones": [{ "title": "x", "done_on": "9999-12-31" }] }),
            json!({ "milestones": [{ "title": "\u{0}" }] }),
            json!({ "milestones": vec![json!({ "title": "x" }); 101] }),
            json!({ "accompanying": [{ "kind": "party", "text": "x" }] }),
            json!({ "sources": [{ "file": "x", "line": -1, "text": "" }] }),
            json!({ "place": { "place": "first", "number": 0, "reason": "x" } }),
            json!({ "place": { "place": "first", "number": 1, "reason": "" } }),
            json!({ "start_planned": "0000-12-31" }),
            json!({ "due": { "day": "9999-12-31" } }),
            json!({ "due_fixed_by": "mayor" }),
            json!({ "external_key": "" }),
            json!({ "initiator": "\u{0}" }),
            json!({ "requires": vec!["M-2022-0001"; 101] }),
            json!({ "unknown": 1 }),
        ];
        for name in ["requires", "budget_lines", "target_objects", "fulfils"] {
            for value in ["\u{0}", "", "M-0000-0000", "\u{202e}", "'; DROP TABLE measures", long.get(..200_000).unwrap()] {
                bad.push(list(name, value));
            }
        }
        for name in ["external_key", "initiator_role", "no_budget_reason", "no_module_reason", "residual_risk", "note", "org_unit"] {
            for value in ["\u{0}", "\u{1b}[31m", long.get(..200_000).unwrap()] {
                bad.push(json!({ name: value }));
            }
        }
        for body in &bad {
            for answer in [isb.post(MEASURES, with(body)).await, isb.patch(&at, "*", body.clone()).await] {
                let status = answer.status.as_u16();
                let text: String = body.to_string().chars().take(120).collect();
                assert!([400, 413, 422].contains(&status), "{status} for {text}: {}", answer.text);
                assert_eq!(answer.json()["status"], status, "{text}");
            }
        }
        // A megabyte, half a character, a name twice, depth without end.
        let raw: [(&str, Vec<u8>); 4] = [
            ("a megabyte", format!(r#"{{"title":"{long}{long}","origin":"audit","priority":1}}"#).into_bytes()),
            ("half a character", b"{\"title\":\"\xc3\",\"origin\":\"audit\",\"priority\":1}".to_vec()),
            ("a name twice", br#"{"title":"a","title":"b","origin":"audit","priority":1}"#.to_vec()),
            ("depth", format!(r#"{{"title":"x","milestones":{}{}}}"#, "[".repeat(5000), "]".repeat(5000)).into_bytes()),
        ];
        for (what, body) in raw {
            let answer = isb.send_bytes(Method::POST, MEASURES, &[], Some(body)).await;
            assert!([400, 413].contains(&answer.status.as_u16()), "{what}: {}", answer.status);
        }
        assert_eq!(isb.get(&at).await.ok(200), there);
        // What can be stored comes back as it was.
        for text in ["🏰 Zinne 👩‍💻", "עברית العربية \u{202b}rtl\u{202c}", "a\nb\tc", "ﷺ", "Ä".repeat(2000).as_str()] {
            let patch = json!({ "note": text, "residual_risk": text, "milestones": [{ "title": text.chars().take(300).collect::<String>() }] });
            let stored = isb.patch(&at, "*", patch.clone()).await.ok(200);
            for field in ["note", "residual_risk"] {
                assert_eq!(stored[field], patch[field], "{text}");
            }
            assert_eq!(stored["milestones"][0]["title"], patch["milestones"][0]["title"]);
        }
    }
}
