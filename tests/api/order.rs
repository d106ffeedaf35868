//! The order of implementation, its warnings, and what measures need each other.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const MEASURES: &str = "institutions/offenburg/measures";

/// A measure with these fields beside a title; gives its reference.
async fn measure(client: &Client<'_>, title: &str, fields: Value) -> String {
    let mut body = json!({ "title": title, "origin": "audit", "priority": 2 });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post(MEASURES, body).await.ok(201)["reference"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn patch(client: &Client<'_>, reference: &str, body: Value) -> Value {
    let path = format!("{MEASURES}/{reference}");
    client.patch(&path, "*", body).await.ok(200)
}

async fn order(client: &Client<'_>, query: &str) -> Value {
    client
        .get(&format!("{MEASURES}/order{query}"))
        .await
        .ok(200)
}

/// Those of `among` in the order in which they stand, without what came with the world.
fn among(order: &Value, references: &[&String]) -> Vec<String> {
    let items = order["items"].as_array().unwrap().iter();
    items
        .map(|item| item["reference"].as_str().unwrap().to_owned())
        .filter(|reference| references.contains(&reference))
        .collect()
}

fn item<'a>(order: &'a Value, reference: &str) -> &'a Value {
    let items = order["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["reference"] == reference);
    found.unwrap_or_else(|| panic!("{reference} has no place: {order}"))
}

async fn isb(app: &TestApp) -> Client<'_> {
    app.sign_in("isb@offenburg.example").await
}

async fn object(client: &Client<'_>, key: &str, need: &str, number: i32) {
    let body = json!({
        "key": key, "name": key, "kind": "it_system", "number": number,
        "protection_need": { "confidentiality": need, "integrity": "normal", "availability": "normal" },
    });
    client
        .post("institutions/offenburg/target-objects", body)
        .await
        .ok(201);
}

both_engines! {
    async fn t34_a_cycle_is_refused(app) {
        let isb = isb(app).await;
        let a = measure(&isb, "a", json!({})).await;
        let b = measure(&isb, "b", json!({ "requires": [a] })).await;
        let c = measure(&isb, "c", json!({ "requires": [b] })).await;
        for (requires, cycle) in [(&a, vec![&a, &a]), (&b, vec![&a, &b, &a]), (&c, vec![&a, &c, &b, &a])] {
            let path = format!("{MEASURES}/{a}");
            let body = json!({ "requires": [requires] }).to_string();
            let headers = [("if-match", "*"), ("accept-language", "en")];
            let answer = isb.send(Method::PATCH, &path, &headers, Some(body)).await;
            let problem = answer.problem(422, "invalid");
            let errors = &problem["errors"][0];
            assert_eq!((&errors["pointer"], &errors["code"]), (&json!("/requires"), &json!("cycle")), "{problem}");
            let words: Vec<&str> = cycle.into_iter().map(String::as_str).collect();
            let detail = errors["detail"].as_str().unwrap();
            assert_eq!(detail, format!("the measures would need each other: {}", words.join(" → ")));
        }
        assert_eq!(isb.get(&format!("{MEASURES}/{a}")).await.ok(200)["requires"], json!([]));
        let before = order(&isb, "").await;
        patch(&isb, &c, json!({ "requires": [] })).await;
        patch(&isb, &a, json!({ "requires": [c] })).await;
        let after = order(&isb, "").await;
        assert_eq!(among(&before, &[&a, &b, &c]), [a.clone(), b.clone(), c.clone()]);
        assert_eq!(among(&after, &[&a, &b, &c]), [c, a, b]);
    }

    async fn what_is_needed_comes_first_and_the_rest_by_the_rules(app) {
        let isb = isb(app).await;
        object(&isb, "eins", "very_high", 1).await;
        object(&isb, "viele", "normal", 500).await;
        // Nearly equal; each next one loses to the one before by a later rule.
        let elevated = measure(&isb, "elevated", json!({ "fulfils": ["NET.1.1.A29"] })).await;
        let unknown = measure(&isb, "unknown", json!({})).await;
        let late = measure(&isb, "late", json!({ "fulfils": ["NET.1.1.A4"], "due": { "day": "2023-06-30" } })).await;
        let soon = measure(&isb, "soon", json!({ "fulfils": ["NET.1.1.A4"], "due": { "day": "2023-03-31" } })).await;
        let cheap = measure(&isb, "cheap", json!({ "fulfils": ["NET.1.1.A4"], "cost": { "once_material_cents": 100 } })).await;
        let many = measure(&isb, "many", json!({ "fulfils": ["NET.1.1.A4"], "target_objects": ["viele"] })).await;
        let needed = measure(&isb, "needed", json!({ "fulfils": ["NET.1.1.A4"], "target_objects": ["eins"] })).await;
        let waits = measure(&isb, "waits", json!({ "fulfils": ["NET.1.1.A4"], "target_objects": ["eins", "viele"], "requires": [unknown] })).await;
        let all = [&elevated, &unknown, &late, &soon, &cheap, &many, &needed, &waits];
        let found = order(&isb, "").await;
        let expected = [&needed, &many, &cheap, &soon, &late, &elevated, &unknown, &waits];
        assert_eq!(among(&found, &all), expected.map(Clone::clone));

        let waiting = item(&found, &waits);
        assert_eq!((&waiting["layer"], &waiting["waits_for"]), (&json!(1), &json!(unknown)));
        // All of the same module, so that R1 to R3 and the gaps say nothing, and neighbours differ by one rule.
        for (reference, rule) in [(&many, "protection_need"), (&cheap, "protection_need"), (&soon, "cost_once"), (&late, "due")] {
            let items = found["items"].as_array().unwrap();
            let index = items.iter().position(|one| one["reference"] == **reference).unwrap();
            let reason = &items[index]["reason"];
            assert_eq!(reason["neighbour"], items[index - 1]["reference"], "{reason}");
            if among(&found, &all).contains(&reason["neighbour"].as_str().unwrap().to_owned()) {
                assert_eq!(reason["rule"], rule, "{reason}");
            }
        }
        // The same twice, to the byte, and in English.
        let path = format!("{MEASURES}/order");
        let (first, second) = (isb.get(&path).await, isb.get(&path).await);
        assert_eq!((&first.text, first.header("etag")), (&second.text, second.header("etag")));
        assert_eq!(first.header("content-language"), "de");
        let english = isb.send(Method::GET, &path, &[("accept-language", "en")], None).await;
        assert_eq!(english.header("content-language"), "en");
        let (german, english) = (first.json(), english.ok(200));
        let text = |order: &Value| item(order, &late)["reason"]["text"].as_str().unwrap().to_owned();
        assert!(text(&german).starts_with("Termin: 2023-06-30; bei "), "{}", text(&german));
        assert!(text(&english).starts_with("due date: 2023-06-30; of "), "{}", text(&english));

        let ranks: Vec<u64> = found["items"].as_array().unwrap().iter().map(|one| one["rank"].as_u64().unwrap()).collect();
        assert_eq!(ranks, (1..=u64::try_from(ranks.len()).unwrap()).collect::<Vec<_>>());
        order(&isb, "?leading=module_order").await;
        isb.get(&format!("{MEASURES}/order?leading=mood")).await.problem(400, "malformed");
    }

    async fn level_and_module_order_lead_in_turn(app) {
        let isb = isb(app).await;
        let requirements = "catalogues/gs-2023/requirements/NET.1.1.A4";
        assert_eq!(isb.get(requirements).await.ok(200)["level"], "basic");
        // ISMS.1 is R1, NET.1.1 is R2.
        let standard_r1 = measure(&isb, "x", json!({ "fulfils": ["ISMS.1.A10"] })).await;
        let basic_r2 = measure(&isb, "y", json!({ "fulfils": ["NET.1.1.A4"] })).await;
        let both = [&standard_r1, &basic_r2];
        assert_eq!(among(&order(&isb, "").await, &both), [basic_r2.clone(), standard_r1.clone()]);
        assert_eq!(among(&order(&isb, "?leading=level").await, &both), [basic_r2.clone(), standard_r1.clone()]);
        assert_eq!(among(&order(&isb, "?leading=module_order").await, &both), [standard_r1.clone(), basic_r2.clone()]);
    }

    async fn a_place_by_hand_wins_inside_its_layer(app) {
        let isb = isb(app).await;
        let a = measure(&isb, "a", json!({ "fulfils": ["NET.1.1.A4"] })).await;
        let b = measure(&isb, "b", json!({})).await;
        let c = measure(&isb, "c", json!({ "requires": [a] })).await;
        let all = [&a, &b, &c];
        assert_eq!(among(&order(&isb, "").await, &all), [a.clone(), b.clone(), c.clone()]);
        let first = |reason: &str| json!({ "place": { "place": "first", "number": 1, "reason": reason } });
        isb.patch(&format!("{MEASURES}/{b}"), "*", first(" ")).await.problem(422, "invalid");
        patch(&isb, &b, first("Der Vertrag läuft aus")).await;
        patch(&isb, &c, first("Die Leitung will es so")).await;
        let found = order(&isb, "").await;
        assert_eq!(among(&found, &all), [b.clone(), a.clone(), c.clone()], "c waits for a, whatever its place");
        assert_eq!(item(&found, &b)["rank"], 1);
        assert_eq!(item(&found, &b)["reason"]["text"], "Von Hand eingeordnet (am Anfang, 1): Der Vertrag läuft aus");
        assert_eq!(item(&found, &b)["place"]["reason"], "Der Vertrag läuft aus");
        let second = &found["items"][1]["reason"];
        assert_eq!((&second["rule"], &second["neighbour"], &second["value"]), (&json!("manual"), &json!(b), &Value::Null));
        assert!(second["text"].as_str().unwrap().starts_with("Nach den Regeln eingeordnet; "), "{second}");
        assert_eq!((&item(&found, &c)["layer"], &item(&found, &c)["waits_for"]), (&json!(1), &json!(a)));
    }

    async fn met11_due_before_what_it_needs(app) {
        let isb = isb(app).await;
        let first = measure(&isb, "first", json!({ "due": { "day": "2023-06-30" } })).await;
        let early = measure(&isb, "early", json!({ "due": { "day": "2023-06-20" }, "requires": [first] })).await;
        let good = measure(&isb, "good", json!({ "due": { "day": "2023-06-30" }, "requires": [first, early] })).await;
        let found = order(&isb, "").await;
        assert_eq!(found["warnings"], json!([{
            "measure": early, "due": "2023-06-20", "requires": first, "required_due": "2023-06-30", "days": 10,
            "text": format!("{early} ist am 2023-06-20 fällig, {first} aber, die dafür gebraucht wird, erst am 2023-06-30"),
        }]));
        let both = isb.get(&format!("{MEASURES}/{early}/dependencies")).await.ok(200);
        assert_eq!(both, json!({
            "requires": [{ "reference": first, "title": "first", "status": "proposed", "due": "2023-06-30", "due_too_early": true }],
            "required_by": [{ "reference": good, "title": "good", "status": "proposed", "due": "2023-06-30", "due_too_early": false }],
        }));
        let both = isb.get(&format!("{MEASURES}/{first}/dependencies")).await.ok(200);
        let told: Vec<(&Value, &Value)> = both["required_by"].as_array().unwrap().iter().map(|one| (&one["reference"], &one["due_too_early"])).collect();
        assert_eq!(told, [(&json!(early), &json!(true)), (&json!(good), &json!(false))]);
        patch(&isb, &early, json!({ "due": { "day": "2023-07-31" } })).await;
        let warnings = order(&isb, "").await["warnings"].clone();
        assert_eq!(warnings[0]["measure"], json!(good), "now it is early that comes too late: {warnings}");
    }

    async fn what_is_out_of_sight_is_absent(app) {
        let isb = isb(app).await;
        let first = measure(&isb, "first", json!({ "due": { "day": "2023-06-30" } })).await;
        let hidden = measure(&isb, "hidden", json!({ "requires": [first], "confidentiality": "confidential", "due": { "day": "2023-08-31" } })).await;
        let last = measure(&isb, "last", json!({ "requires": [hidden], "due": { "day": "2023-07-31" } })).await;
        let all = order(&isb, "").await;
        assert_eq!((&item(&all, &last)["layer"], &item(&all, &last)["waits_for"]), (&json!(2), &json!(hidden)));
        assert_eq!(all["warnings"].as_array().unwrap().len(), 1);

        let netz = app.sign_in("netz@offenburg.example").await;
        let seen = order(&netz, "").await;
        assert!(!seen.to_string().contains(&hidden), "{seen}");
        assert_eq!((&item(&seen, &last)["layer"], &item(&seen, &last)["waits_for"]), (&json!(0), &Value::Null));
        assert_eq!(seen["warnings"], json!([]));
        netz.get(&format!("{MEASURES}/{hidden}/dependencies")).await.problem(404, "not_found");
        let both = netz.get(&format!("{MEASURES}/{last}/dependencies")).await.ok(200);
        assert_eq!(both, json!({ "requires": [], "required_by": [] }));
        for who in ["kaemmerei", "admin", "rat"] {
            let client = app.sign_in(&format!("{who}@offenburg.example")).await;
            client.get(&format!("{MEASURES}/order")).await.problem(403, "forbidden");
        }
        let foreign = app.sign_in("isb@stuttgart.example").await;
        foreign.get(&format!("{MEASURES}/order")).await.problem(404, "not_found");
        foreign.get(&format!("institutions/stuttgart/measures/{last}/dependencies")).await.problem(404, "not_found");
    }
}
