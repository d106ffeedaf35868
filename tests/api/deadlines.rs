//! Deadlines of every kind: their one list, those that are set, completions, pauses, absences, calendar feeds.

use std::collections::BTreeSet;

use actix_web::http::Method;
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use zinne::actions::{By, Caller, deadlines, users};
use zinne::domain::access::{Grant, Role};
use zinne::domain::deadline::{Kind, State};
use zinne::store::{Db, absences};

use crate::list_counts::{count_statements, statements, words_of};
use crate::support::{Answer, Client, Engine, TestApp, approvable};

const OFFENBURG: &str = "institutions/offenburg";
const DEADLINES: &str = "institutions/offenburg/deadlines";
const MEASURES: &str = "institutions/offenburg/measures";

async fn list(client: &Client<'_>, query: &str) -> Vec<Value> {
    let page = client
        .get(&format!("{DEADLINES}?limit=200&{query}"))
        .await
        .ok(200);
    assert_eq!(page["next_cursor"], Value::Null, "{query}");
    page["items"].as_array().unwrap().clone()
}

/// The whole list, page by page.
async fn paged(client: &Client<'_>, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{DEADLINES}?{query}{cursor}");
        let page = client.get(&path).await.ok(200);
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

fn has(item: &Value, state: &str) -> bool {
    item["states"]
        .as_array()
        .unwrap()
        .iter()
        .any(|word| word == state)
}

async fn send(
    client: &Client<'_>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Value,
) -> Answer {
    client
        .send(method, path, headers, Some(body.to_string()))
        .await
}

async fn set(client: &Client<'_>, body: Value) -> Value {
    client.post(DEADLINES, body).await.ok(201)
}

fn path_of(deadline: &Value) -> String {
    format!("{DEADLINES}/{}", deadline["id"].as_str().unwrap())
}

/// A measure of netz that the management has approved, as its reference and id.
async fn approved(app: &TestApp, due: &str) -> (String, String) {
    let body = json!({
        "title": "Netzzonen trennen", "origin": "audit", "priority": 1, "org_unit": "FB DigIT",
        "owner": "netz@offenburg.example", "due": { "day": due }, "fulfils": ["NET.1.1.A4"],
    });
    let isb = app.sign_in("isb@offenburg.example").await;
    let measure = isb.post(MEASURES, approvable(body)).await.ok(201);
    let reference = measure["reference"].as_str().unwrap().to_owned();
    let management = app.sign_in("leitung@offenburg.example").await;
    management.step(&reference, "approved", None).await.ok(200);
    (reference, measure["id"].as_str().unwrap().to_owned())
}

async fn deadline(client: &Client<'_>, source: &str, id: &str) -> Value {
    client
        .get(&format!("{DEADLINES}/{source}:{id}"))
        .await
        .ok(200)
}

/// One deadline of every source, as far as Offenburg does not have it already.
async fn one_of_each(app: &TestApp) {
    let (isb, netz) = (
        app.sign_in("isb@offenburg.example").await,
        app.sign_in("netz@offenburg.example").await,
    );
    let (reference, _) = approved(app, "2022-11-10").await;
    let (done, _) = approved(app, "2022-12-31").await;
    netz.step(&done, "in_progress", None).await.ok(200);
    netz.step(&done, "implemented", Some("Zonen sind getrennt"))
        .await
        .ok(200);
    let evidence = json!({ "kind": "document", "title": "Zertifikat", "dated_on": "2022-01-01", "valid_until": "2022-11-16" });
    isb.post(&format!("{MEASURES}/{reference}/evidence"), evidence)
        .await
        .ok(201);
    let (deferred, _) = approved(app, "2022-12-31").await;
    app.sign_in("leitung@offenburg.example")
        .await
        .step(&deferred, "deferred", Some("kein Geld"))
        .await
        .ok(200);
    let check = json!({ "requirement": "INF.14.A7", "assessment": {
        "status": "no", "reason": "fehlt", "checked_on": "2021-10-16", "risk_review": { "reason": "remaining_life", "until": "2023-01-15" },
    } });
    isb.post(&format!("{OFFENBURG}/checks"), check)
        .await
        .ok(201);
    set(
        &isb,
        json!({ "kind": "exception", "title": "Alte Firewall", "date": "2023-01-15" }),
    )
    .await;
    set(&isb, json!({ "kind": "management_report", "title": "Quartalsbericht", "date": "2022-12-31", "recurrence": "quarterly" })).await;
}

/// How SQLite would run a statement.
fn plan(app: &TestApp, sql: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let explained = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = app.app.store.read(|db| match db {
        Db::Sqlite(conn) => Ok(explained.load::<Step>(conn)?),
        Db::Pg(_) => Ok(Vec::new()),
    });
    let steps = steps.unwrap().into_iter();
    steps.map(|step| step.detail + "\n").collect()
}

both_engines! {
    async fn one_list_of_all_by_date(app) {
        one_of_each(app).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let all = list(&isb, "").await;
        let kinds: BTreeSet<&str> = all.iter().map(|item| item["kind"].as_str().unwrap()).collect();
        for kind in ["implementation", "start", "verification", "review", "gs_check_refresh", "risk_acceptance", "exception", "evidence",
            "management_report", "duty"] {
            assert!(kinds.contains(kind), "{kind} is missing in {kinds:?}");
        }
        let days: Vec<&str> = all.iter().map(|item| item["due"].as_str().unwrap()).collect();
        assert!(days.is_sorted(), "{days:?}");
        // Page by page the same, whatever the size of a page.
        for limit in [1, 3, 7] {
            assert_eq!(paged(&isb, &format!("limit={limit}")).await, all, "{limit}");
        }
        // Every filter is what one would pick from the whole list.
        for state in State::ALL {
            let found = list(&isb, &format!("state={state}")).await;
            assert!(found.iter().all(|item| has(item, state.as_str())), "{state}");
            let dated: Vec<String> = ids(&found.into_iter().filter(|item| item["due"].is_string()).collect::<Vec<_>>());
            let picked: Vec<Value> = all.iter().filter(|item| has(item, state.as_str())).cloned().collect();
            assert_eq!(dated, ids(&picked), "{state}");
        }
        for kind in Kind::ALL {
            let found = list(&isb, &format!("kind={kind}")).await;
            let picked: Vec<Value> = all.iter().filter(|item| item["kind"] == kind.as_str()).cloned().collect();
            assert_eq!(found, picked, "{kind}");
        }
        for (query, from, to) in [("from=2022-11-10&to=2023-01-15", "2022-11-10", "2023-01-15"), ("to=2021-12-31", "0", "2021-12-31"), ("from=2023-01-15", "2023-01-15", "9")] {
            let found = list(&isb, query).await;
            let picked: Vec<Value> = all.iter().filter(|item| (from..=to).contains(&item["due"].as_str().unwrap())).cloned().collect();
            assert_eq!(found, picked, "{query}");
        }
        let found = list(&isb, "state=overdue,review_due,evidence_expiring&kind=evidence,review,implementation").await;
        let words = ["overdue", "review_due", "evidence_expiring"];
        let picked = all.iter().filter(|item| ["evidence", "review", "implementation"].iter().any(|kind| item["kind"] == *kind) && words.iter().any(|word| has(item, word)));
        assert_eq!(found, picked.cloned().collect::<Vec<_>>());
        let unit = list(&isb, "org_unit=FB%20DigIT").await;
        assert!(!unit.is_empty() && unit.iter().all(|item| item["org_unit"] == "FB DigIT"));
        for query in ["state=late", "kind=x", "owner=%00", "from=x", "cursor=x", "limit=201", "sort=due", "cursor=eyJhIjoxfQ"] {
            isb.get(&format!("{DEADLINES}?{query}")).await.problem(400, "malformed");
        }
        assert_eq!(list(&isb, "owner=niemand@offenburg.example").await, Vec::<Value>::new());
    }

    async fn what_each_kind_says(app) {
        one_of_each(app).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let all = list(&isb, "").await;
        let first = |kind: &str, title: &str| {
            let found = all.iter().find(|item| item["kind"] == kind && item["title"].as_str().unwrap().starts_with(title));
            found.unwrap_or_else(|| panic!("no {kind} {title}")).clone()
        };
        let states = |item: &Value| item["states"].clone();
        let implementation = first("implementation", "Netzzonen");
        assert_eq!((&implementation["due"], states(&implementation)), (&json!("2022-11-10"), json!(["due_soon"])));
        assert_eq!((&implementation["urgent"], &implementation["since"], &implementation["status"]), (&json!(true), &json!("2022-10-17"), &json!("approved")));
        assert_eq!(implementation["owner"]["email"], "netz@offenburg.example");
        let start = first("start", "Netzzonen");
        assert_eq!((&start["due"], states(&start)), (&json!("2022-11-01"), json!(["due_soon"])));
        let verification = first("verification", "Netzzonen");
        assert_eq!((&verification["due"], &verification["role"], &verification["owner"]), (&json!("2022-11-16"), &json!("isb"), &Value::Null));
        let review = first("review", "Netzzonen");
        assert_eq!((&review["due"], &review["status"]), (&json!("2023-06-30"), &json!("deferred")));
        let evidence = first("evidence", "Zertifikat");
        assert_eq!((&evidence["due"], states(&evidence)), (&json!("2022-11-16"), json!(["due_soon", "evidence_expiring"])));
        let check = all.iter().find(|item| item["kind"] == "gs_check_refresh").unwrap();
        assert_eq!((&check["due"], states(check), &check["days_overdue"]), (&json!("2022-10-16"), json!(["overdue", "check_stale"]), &json!(1)));
        assert_eq!((&check["reference"], &check["confidentiality"]), (&json!("INF.14.A7"), &json!("confidential")));
        let risk = all.iter().find(|item| item["kind"] == "risk_acceptance").unwrap();
        assert_eq!((&risk["due"], states(risk)), (&json!("2023-01-15"), json!(["acceptance_expiring"])));
        let exception = first("exception", "Alte Firewall");
        assert_eq!((states(&exception), &exception["confidentiality"]), (json!(["acceptance_expiring"]), &json!("confidential")));
        let duty = all.iter().find(|item| item["kind"] == "duty").unwrap();
        assert_eq!((&duty["due"], &duty["role"]), (&json!("2021-12-31"), &json!("isb")));
        // Whatever is listed can be read by its id, and says the same.
        for item in &all {
            let answer = isb.get(&path_of(item)).await;
            assert_eq!(&answer.ok(200), item);
            assert!(answer.header("etag").len() > 10);
            let link = item["link"].as_str().unwrap();
            isb.get(link).await.ok(200);
        }
        // Konstanz reports every half-year, and has posts from 2018 on.
        let konstanz = app.sign_in("isb@konstanz.example").await;
        let reports = konstanz.get("institutions/konstanz/deadlines?kind=council_report").await.ok(200);
        let reports = reports["items"].as_array().unwrap();
        assert_eq!((reports.len(), &reports[0]["due"], &reports[11]["due"]), (12, &json!("2018-06-30"), &json!("2023-12-31")));
    }

    async fn what_costs_more_than_was_given_for_it_stands_in_the_list(app) {
        let (isb, finance) = (app.sign_in("isb@offenburg.example").await, app.sign_in("kaemmerei@offenburg.example").await);
        assert_eq!(list(&isb, "state=over_budget").await, Vec::<Value>::new());
        // Virus detection has nothing in 2022; an order is enough.
        let entries = "institutions/offenburg/programmes/OG-2021-DIG/entries";
        let order = json!({ "entries": [{ "line": "OG-K2", "year": 2022, "type": "commitment", "cents": 1, "reason": "Lizenz" }] });
        let posted = finance.post(entries, order).await.ok(201);
        let over = list(&isb, "state=over_budget").await;
        let reference = isb.reference_of("offenburg", "OG-K2").await;
        assert_eq!(over.iter().map(|item| &item["reference"]).collect::<Vec<_>>(), [&json!(reference)]);
        assert!(has(&over[0], "over_budget"), "{}", over[0]);
        // The one list says it as well, once, whichever other state it is asked for with, and of nothing else.
        for query in ["", "state=over_budget,overdue,unowned,due_soon"] {
            let all = list(&isb, query).await;
            let found: Vec<&Value> = all.iter().filter(|item| has(item, "over_budget")).collect();
            assert_eq!(found, [&over[0]], "{query}");
            let distinct: BTreeSet<String> = ids(&all).into_iter().collect();
            assert_eq!(distinct.len(), all.len(), "{query}");
        }
        let one = deadline(&isb, "implementation", over[0]["id"].as_str().unwrap().split_once(':').unwrap().1).await;
        assert!(has(&one, "over_budget"), "{one}");
        assert_eq!(list(&isb, "state=over_budget&kind=start").await, Vec::<Value>::new());
        // Page by page the same, also where a measure is found in two of its states, and where it has no date.
        let undated = app.app.store.write(|db| Ok(db.batch_execute(&format!(
            "UPDATE measures SET due_current = NULL, due_precision = NULL, due_sort = '9999-12-31' WHERE reference = '{reference}'"))?));
        undated.unwrap();
        let whole = list(&isb, "state=over_budget,overdue,unowned,due_soon").await;
        assert!(has(whole.last().unwrap(), "over_budget") && whole.last().unwrap()["due"] == Value::Null);
        assert_eq!(paged(&isb, "state=over_budget,overdue,unowned,due_soon&limit=1").await, whole);
        // Whoever is not concerned with a measure is not told of its money; whoever has no share of a line, has no part in its trouble.
        let netz = app.sign_in("netz@offenburg.example").await;
        assert_eq!(list(&netz, "state=over_budget").await, Vec::<Value>::new());
        assert!(!list(&netz, "").await.iter().any(|item| has(item, "over_budget")));
        let (second, _) = approved(app, "2022-12-31").await;
        isb.patch(&format!("{MEASURES}/{second}"), "*", json!({ "budget_lines": ["OG-2021-DIG:OG-K2"] })).await.ok(200);
        let references = async |client: &Client<'_>| -> BTreeSet<String> {
            let found = list(client, "state=over_budget").await.into_iter();
            found.map(|item| item["reference"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(references(&isb).await, BTreeSet::from([reference.clone(), second.clone()]));
        assert_eq!(references(&netz).await, BTreeSet::from([second.clone()]));
        let allocations = "institutions/offenburg/programmes/OG-2021-DIG/lines/OG-K2/allocations";
        let etag = finance.get(allocations).await.header("etag").to_owned();
        let shares = json!({ "allocations": [{ "measure": reference, "share_bp": 10_000 }] });
        send(&finance, Method::PUT, allocations, &[("if-match", &etag)], shares).await.ok(200);
        assert_eq!(references(&isb).await, BTreeSet::from([reference.clone()]));
        assert_eq!(references(&netz).await, BTreeSet::new());
        // Whoever may not know of the programme is not told of it either.
        let hidden = |class: &str| app.app.store.write(|db| {
            Ok(db.batch_execute(&format!("UPDATE programmes SET confidentiality = '{class}' WHERE key = 'OG-2021-DIG'"))?)
        }).unwrap();
        let arbeitsplatz = app.sign_in("arbeitsplatz@offenburg.example").await;
        let told = async |client: &Client<'_>| list(client, "state=over_budget").await.len();
        let before = told(&arbeitsplatz).await;
        hidden("strictly_confidential");
        assert_eq!((before, told(&arbeitsplatz).await, told(&isb).await), (1, 0, 1));
        hidden("internal");
        // It is over when the books say so.
        let entry = posted["entries"][0]["id"].as_str().unwrap();
        finance.post(&format!("{entries}/{entry}/reverse"), json!({ "reason": "storniert" })).await.ok(201);
        assert_eq!(list(&isb, "state=over_budget").await, Vec::<Value>::new());
    }

    async fn nobody_sees_more_than_elsewhere(app) {
        one_of_each(app).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let (reference, id) = approved(app, "2022-11-10").await;
        isb.patch(&format!("{MEASURES}/{reference}"), "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        let secret = set(&isb, json!({ "kind": "audit_finding", "title": "Offener Port", "date": "2022-12-01", "owner": "digital@offenburg.example" })).await;
        let money = set(&app.sign_in("kaemmerei@offenburg.example").await, json!({ "kind": "budget_milestone", "title": "Haushaltsanmeldung", "date": "2023-06-30" })).await;
        let sees = async |local: &str, path: &str| {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            client.get(path).await.status.as_u16()
        };
        let measure = format!("{DEADLINES}/implementation:{id}");
        for (local, of_measure, of_finding, of_money) in [
            ("isb", 200, 200, 200), ("leitung", 200, 200, 200), ("revision", 200, 200, 200),
            ("netz", 200, 404, 200), ("digital", 200, 200, 200), ("arbeitsplatz", 404, 404, 200),
            ("kaemmerei", 404, 404, 200), ("admin", 403, 403, 403), ("rat", 403, 403, 403),
        ] {
            assert_eq!(sees(local, &measure).await, of_measure, "{local} measure");
            assert_eq!(sees(local, &path_of(&secret)).await, of_finding, "{local} finding");
            assert_eq!(sees(local, &path_of(&money)).await, of_money, "{local} money");
        }
        // Lists show what single ones do, and no check to those without a part in it.
        let other = app.sign_in("arbeitsplatz@offenburg.example").await;
        let seen = list(&other, "").await;
        assert!(!ids(&seen).contains(&format!("implementation:{id}")));
        assert!(!seen.iter().any(|item| ["gs_check_refresh", "risk_acceptance", "audit_finding", "exception"].iter().any(|kind| item["kind"] == *kind)));
        let finance = list(&app.sign_in("kaemmerei@offenburg.example").await, "").await;
        assert!(finance.iter().all(|item| ["budget_milestone", "duty", "post_start"].iter().any(|kind| item["kind"] == *kind)), "{finance:?}");
        for item in &seen {
            other.get(&path_of(item)).await.ok(200);
        }
        let stuttgart = app.sign_in("isb@stuttgart.example").await;
        stuttgart.get(&measure.replace("offenburg", "stuttgart")).await.problem(404, "not_found");
        isb.get(&format!("{DEADLINES}/implementation:x%00")).await.problem(404, "not_found");
        for id in ["x", "set:x", "duty:x", "duty:x:2022-01-01", "implementation:"] {
            isb.get(&format!("{DEADLINES}/{id}")).await.problem(404, "not_found");
        }
    }

    async fn own_deadlines_are_those_one_answers_for(app) {
        one_of_each(app).await;
        let (isb, netz) = (app.sign_in("isb@offenburg.example").await, app.sign_in("netz@offenburg.example").await);
        let own = list(&netz, "owner=me").await;
        assert!(!own.is_empty() && own.iter().all(|item| item["owner"]["email"] == "netz@offenburg.example"));
        assert_eq!(own, list(&netz, "owner=Netz@Offenburg.example").await);
        let own = list(&isb, "owner=me").await;
        let mine = |item: &Value| item["owner"]["email"] == "isb@offenburg.example" || (item["owner"].is_null() && item["role"] == "isb");
        assert!(own.iter().all(mine));
        let all = list(&isb, "").await;
        assert_eq!(own, all.into_iter().filter(mine).collect::<Vec<_>>());
        for kind in ["verification", "review", "risk_acceptance", "gs_check_refresh", "management_report", "duty"] {
            assert!(own.iter().any(|item| item["kind"] == kind), "{kind}");
        }
    }

    async fn measures_without_date_or_owner_show_where_they_are_asked_for(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let (_, undated) = approved(app, "2022-11-10").await;
        let (reference, unowned) = approved(app, "2022-11-11").await;
        let (_, closed) = approved(app, "2022-11-12").await;
        isb.patch(&format!("{MEASURES}/{reference}"), "*", json!({ "owner": "arbeitsplatz@offenburg.example" })).await.ok(200);
        // Neither can be made over the API: older programs left such rows.
        let sql = format!(
            "UPDATE measures SET due_current = NULL, due_precision = NULL, due_sort = '9999-12-31' WHERE id = '{undated}'; \
             UPDATE measures SET owner_id = NULL WHERE id = '{unowned}'; \
             UPDATE measures SET owner_id = (SELECT id FROM users WHERE email = 'digital@offenburg.example') WHERE id = '{closed}'");
        app.app.store.write(|db| Ok(db.batch_execute(&sql)?)).unwrap();
        users::set_active(&app.app, "digital@offenburg.example", false).unwrap();
        let id = |of: &str| format!("implementation:{of}");
        let found = list(&isb, "state=undated").await;
        assert_eq!(ids(&found), [id(&undated)]);
        assert_eq!((&found[0]["due"], &found[0]["due_original"], &found[0]["states"]), (&Value::Null, &Value::Null, &json!(["undated"])));
        let found = ids(&list(&isb, "state=unowned").await);
        assert!(found.contains(&id(&unowned)) && found.contains(&id(&closed)) && !found.contains(&id(&undated)), "{found:?}");
        let all = ids(&list(&isb, "").await);
        assert!(all.contains(&id(&unowned)) && !all.contains(&id(&undated)));
        let page = isb.get(&format!("{DEADLINES}?state=undated,overdue&limit=200")).await.ok(200);
        assert_eq!(page["items"].as_array().unwrap().last().unwrap()["id"], id(&undated));
        // Undated ones come last, on the last page, and once.
        let found = ids(&paged(&isb, "state=undated,overdue&limit=2").await);
        assert_eq!(found, ids(page["items"].as_array().unwrap()));
    }

    async fn a_measure_that_waits_or_stands_still(app) {
        let (isb, netz) = (app.sign_in("isb@offenburg.example").await, app.sign_in("netz@offenburg.example").await);
        let (needed, needed_id) = approved(app, "2022-10-01").await;
        let (reference, id) = approved(app, "2022-10-01").await;
        isb.patch(&format!("{MEASURES}/{reference}"), "*", json!({ "requires": [needed] })).await.ok(200);
        assert_eq!(deadline(&isb, "implementation", &id).await["states"], json!(["overdue", "blocked"]));
        let blocked = list(&isb, "state=blocked").await;
        assert!(ids(&blocked).contains(&format!("implementation:{id}")) && blocked.iter().all(|item| has(item, "blocked")));
        netz.step(&needed, "in_progress", None).await.ok(200);
        netz.step(&needed, "implemented", Some("fertig")).await.ok(200);
        assert_eq!(deadline(&isb, "implementation", &id).await["states"], json!(["overdue"]));
        isb.get(&format!("{DEADLINES}/implementation:{needed_id}")).await.problem(404, "not_found");
        netz.step(&reference, "in_progress", None).await.ok(200);
        // 60 days later it is still going, one more and it stands still; an edit is no progress, evidence is.
        app.set_now("2022-12-16T12:00:00Z");
        let isb = app.sign_in("isb@offenburg.example").await;
        assert!(!has(&deadline(&isb, "implementation", &id).await, "stalled"));
        app.set_now("2022-12-16T23:00:00Z");
        let isb = app.sign_in("isb@offenburg.example").await;
        let path = format!("{MEASURES}/{reference}");
        isb.patch(&path, "*", json!({ "description": "mehr Worte" })).await.ok(200);
        isb.post(&format!("{path}/comments"), json!({ "text": "Wie steht es?" })).await.ok(201);
        assert!(has(&deadline(&isb, "implementation", &id).await, "stalled"));
        assert!(ids(&list(&isb, "state=stalled").await).contains(&format!("implementation:{id}")));
        let evidence = json!({ "kind": "document", "title": "Protokoll", "dated_on": "2022-12-16" });
        isb.post(&format!("{path}/evidence"), evidence).await.ok(201);
        assert!(!has(&deadline(&isb, "implementation", &id).await, "stalled"));
        app.set_now("2023-02-16T12:00:00Z");
        let isb = app.sign_in("isb@offenburg.example").await;
        assert!(has(&deadline(&isb, "implementation", &id).await, "stalled"));
        isb.patch(&path, "*", json!({ "progress_percent": 40 })).await.ok(200);
        assert!(!has(&deadline(&isb, "implementation", &id).await, "stalled"));
    }

    async fn since_when_a_date_binds_a_person(app) {
        let (reference, id) = approved(app, "2022-12-31").await;
        let path = format!("{MEASURES}/{reference}");
        let since = async |now: &str| {
            app.set_now(now);
            let isb = app.sign_in("isb@offenburg.example").await;
            let found = deadline(&isb, "implementation", &id).await;
            (found["since"].as_str().unwrap().to_owned(), found["postponements"].clone(), found["due_original"].as_str().unwrap().to_owned())
        };
        let known = |since: &str, times: i32| (since.to_owned(), json!(times), "2022-12-31".to_owned());
        assert_eq!(since("2022-10-18T10:00:00Z").await, known("2022-10-17", 0));
        let isb = app.sign_in("isb@offenburg.example").await;
        isb.patch(&path, "*", json!({ "title": "Anders", "priority": 2 })).await.ok(200);
        assert_eq!(since("2022-10-19T22:30:00Z").await, known("2022-10-17", 0));
        let isb = app.sign_in("isb@offenburg.example").await;
        isb.patch(&path, "*", json!({ "owner": "arbeitsplatz@offenburg.example" })).await.ok(200);
        // Half past midnight in Berlin.
        assert_eq!(since("2022-10-21T10:00:00Z").await, known("2022-10-20", 0));
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "to": "2023-03-31", "cause": "supplier", "reason": "Der Lieferant liefert erst im Frühjahr." });
        let asked = isb.post(&format!("{path}/postponements"), body).await.ok(201);
        assert_eq!(since("2022-10-21T10:01:00Z").await, known("2022-10-20", 0));
        let management = app.sign_in("leitung@offenburg.example").await;
        let decision = format!("{path}/postponements/{}/decision", asked["id"].as_str().unwrap());
        send(&management, Method::POST, &decision, &[("if-match", "*")], json!({ "verdict": "approved" })).await.ok(200);
        assert_eq!(since("2022-10-22T10:00:00Z").await, known("2022-10-21", 1));
    }

    async fn deadlines_are_set_changed_and_removed(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "kind": "council_report", "title": " Sachstand ", "sitting": "2022-12-12", "programme": "OG-2021-DIG",
            "owner": "isb@offenburg.example", "deputy": "digital@offenburg.example", "org_unit": "FB DigIT", "note": "TOP 4" });
        let key = [("idempotency-key", "bericht-1")];
        let made = send(&isb, Method::POST, DEADLINES, &key, body.clone()).await;
        let report = made.ok(201);
        assert_eq!((&report["reference"], &report["title"], &report["due"]), (&json!("F-2022-0001"), &json!("Sachstand"), &json!("2022-11-21")));
        assert_eq!((&report["set"]["sitting"], &report["set"]["programme"], &report["role"]), (&json!("2022-12-12"), &json!("OG-2021-DIG"), &Value::Null));
        let again = send(&isb, Method::POST, DEADLINES, &key, body).await;
        assert_eq!((again.ok(201), again.header("idempotent-replayed")), (report.clone(), "true"));
        let path = made.header("location").to_owned();
        let etag = made.header("etag").to_owned();
        assert_eq!(isb.get(&path).await.header("etag"), etag);
        send(&isb, Method::PATCH, &path, &[], json!({})).await.problem(428, "precondition_required");
        isb.patch(&path, "\"v1\"", json!({ "title": "x" })).await.problem(412, "stale");
        let changed = isb.patch(&path, &etag, json!({ "date": "2022-11-30", "deputy": null, "reason": "Sitzung verlegt" })).await;
        let report = changed.ok(200);
        assert_eq!((&report["due"], &report["due_original"], &report["set"]["sitting"], &report["deputy"]), (&json!("2022-11-30"), &json!("2022-11-21"), &Value::Null, &Value::Null));
        isb.patch(&path, &etag, json!({ "title": "x" })).await.problem(412, "stale");
        isb.send(Method::DELETE, &path, &[], None).await.problem(428, "precondition_required");
        isb.send(Method::DELETE, &path, &[("if-match", changed.header("etag"))], None).await.ok(204);
        isb.get(&path).await.problem(404, "not_found");
        isb.patch(&path, "*", json!({ "title": "x" })).await.problem(404, "not_found");
        assert_eq!(list(&isb, "kind=council_report").await, Vec::<Value>::new());
        // A number is not used again, and each change is in the trail.
        let next = set(&isb, json!({ "kind": "legal", "title": "OZG", "date": "2022-10-29", "shift_to_next_workday": true })).await;
        assert_eq!((&next["reference"], &next["due"], &next["set"]["date"], &next["role"]), (&json!("F-2022-0002"), &json!("2022-10-31"), &json!("2022-10-29"), &json!("isb")));
        let events = isb.get(&format!("{OFFENBURG}/audit-events?limit=200")).await.ok(200);
        let of_deadlines: Vec<&Value> = events["items"].as_array().unwrap().iter().filter(|event| event["action"] == "deadline.changed").collect();
        assert_eq!(of_deadlines.len(), 4);
        assert!(of_deadlines.iter().any(|event| event["reason"] == "Sitzung verlegt" && event["details"]["changes"]["due"]["new"] == "2022-11-30"), "{of_deadlines:?}");
        // What is derived is changed where it comes from.
        let (_, id) = approved(app, "2022-12-31").await;
        for path in [format!("{DEADLINES}/implementation:{id}"), format!("{DEADLINES}/start:{id}")] {
            isb.patch(&path, "*", json!({ "title": "x" })).await.problem(409, "deadline_derived");
            isb.send(Method::DELETE, &path, &[("if-match", "*")], None).await.problem(409, "deadline_derived");
            send(&isb, Method::POST, &format!("{path}/completion"), &[("if-match", "*")], json!({ "on": "2022-10-17" })).await.problem(409, "deadline_derived");
        }
    }

    async fn what_makes_no_deadline(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        for (body, pointer) in [
            (json!({ "kind": "implementation", "title": "x", "date": "2022-12-31" }), "/kind"),
            (json!({ "kind": "audit", "title": "x" }), "/date"),
            (json!({ "kind": "audit", "title": " ", "date": "2022-12-31" }), "/title"),
            (json!({ "kind": "audit", "title": "x", "date": "2200-01-01" }), "/date"),
            (json!({ "kind": "audit", "title": "x", "sitting": "2022-12-31" }), "/sitting"),
            (json!({ "kind": "council_report", "title": "x", "sitting": "2022-12-31", "date": "2022-12-31" }), "/sitting"),
            (json!({ "kind": "council_report", "title": "x", "sitting": "2022-12-31", "recurrence": "yearly" }), "/recurrence"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "until": "2023-12-31" }), "/until"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "recurrence": "yearly", "until": "2022-12-30" }), "/until"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "shift_to_next_workday": true }), "/shift_to_next_workday"),
            (json!({ "kind": "exception", "title": "x", "date": "2023-10-18" }), "/date"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "owner": "rat@offenburg.example" }), "/owner"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "owner": "netz@stuttgart.example" }), "/owner"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "owner": "netz@offenburg.example", "deputy": "NETZ@offenburg.example" }), "/deputy"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "role": "council" }), "/role"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "programme": "STG-2018-SM" }), "/programme"),
            (json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "note": "a\u{0}b" }), "/note"),
        ] {
            let problem = isb.post(DEADLINES, body.clone()).await.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        }
        isb.post(DEADLINES, json!({ "kind": "audit", "title": "x", "date": "2022-12-31", "priority": 1 })).await.problem(400, "malformed");
        isb.post(&format!("{DEADLINES}?x=1"), json!({ "kind": "audit", "title": "x", "date": "2022-12-31" })).await.problem(400, "malformed");
        // Who sets what.
        for (local, kind, status) in [
            ("isb", "budget_milestone", 403), ("kaemmerei", "budget_milestone", 201), ("kaemmerei", "audit", 403),
            ("it-leitung", "council_report", 201), ("it-leitung", "audit", 403), ("netz", "legal", 403), ("leitung", "management_report", 403),
            ("revision", "audit_finding", 403), ("admin", "audit", 403), ("rat", "audit", 403),
        ] {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            let answer = client.post(DEADLINES, json!({ "kind": kind, "title": "x", "date": "2022-12-31" })).await;
            assert_eq!(answer.status.as_u16(), status, "{local} {kind}: {}", answer.text);
        }
    }

    async fn what_comes_again_goes_on_by_its_rule(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "kind": "management_report", "title": "Monatsbericht", "date": "2022-08-31", "recurrence": "monthly", "until": "2022-10-31" });
        let report = set(&isb, body).await;
        let path = path_of(&report);
        assert_eq!((&report["states"], &report["days_overdue"]), (&json!(["overdue"]), &json!(47)));
        let etag = isb.get(&path).await.header("etag").to_owned();
        let completion = format!("{path}/completion");
        let body = json!({ "on": "2022-10-10", "note": "Bericht 8/22" });
        send(&isb, Method::POST, &completion, &[], body.clone()).await.problem(428, "precondition_required");
        send(&isb, Method::POST, &completion, &[("if-match", "\"x\"")], body.clone()).await.problem(412, "stale");
        send(&isb, Method::POST, &completion, &[("if-match", &etag)], json!({ "on": "2022-10-18" })).await.problem(422, "invalid");
        let headers = [("if-match", etag.as_str()), ("idempotency-key", "fertig")];
        let noted = send(&isb, Method::POST, &completion, &headers, body.clone()).await.ok(201);
        assert_eq!((&noted["due"], &noted["days_late"], &noted["next_due"]), (&json!("2022-08-31"), &json!(40), &json!("2022-09-30")));
        let again = send(&isb, Method::POST, &completion, &headers, body.clone()).await;
        assert_eq!((again.ok(201), again.header("idempotent-replayed")), (noted, "true"));
        send(&isb, Method::POST, &completion, &[("if-match", &etag)], body.clone()).await.problem(412, "stale");
        let now = isb.get(&path).await.ok(200);
        assert_eq!((&now["due"], &now["due_original"], &now["set"]["completions"][0]["note"]), (&json!("2022-09-30"), &json!("2022-09-30"), &json!("Bericht 8/22")));
        for next in [json!("2022-10-31"), Value::Null] {
            let noted = send(&isb, Method::POST, &completion, &[("if-match", "*")], json!({ "on": "2022-10-17" })).await.ok(201);
            assert_eq!(noted["next_due"], next);
        }
        isb.get(&path).await.problem(404, "not_found");
        assert_eq!(list(&isb, "kind=management_report").await, Vec::<Value>::new());
    }

    async fn a_date_of_a_duty_is_met_once(app) {
        let isb = app.sign_in("isb@konstanz.example").await;
        let base = "institutions/konstanz/deadlines";
        let reports = isb.get(&format!("{base}?kind=council_report")).await.ok(200);
        let first = reports["items"][0]["id"].as_str().unwrap().to_owned();
        assert!(first.ends_with(":2018-06-30"), "{first}");
        let completion = format!("{base}/{first}/completion");
        for local in ["netz", "leitung"] {
            let client = app.sign_in(&format!("{local}@konstanz.example")).await;
            send(&client, Method::POST, &completion, &[("if-match", "*")], json!({ "on": "2018-06-29" })).await.problem(403, "forbidden");
        }
        let finance = app.sign_in("kaemmerei@konstanz.example").await;
        let noted = send(&finance, Method::POST, &completion, &[("if-match", "*")], json!({ "on": "2018-06-29" })).await.ok(201);
        assert_eq!((&noted["days_late"], &noted["next_due"]), (&json!(0), &Value::Null));
        send(&isb, Method::POST, &completion, &[("if-match", "*")], json!({ "on": "2018-06-29" })).await.problem(404, "not_found");
        let left = isb.get(&format!("{base}?kind=council_report")).await.ok(200);
        assert_eq!((left["items"].as_array().unwrap().len(), &left["items"][0]["due"]), (11, &json!("2018-12-31")));
    }

    async fn who_finishes_what(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let of = async |kind: &str, owner: &str| {
            let body = json!({ "kind": kind, "title": "x", "date": "2022-12-31", "owner": format!("{owner}@offenburg.example"), "confidentiality": "internal" });
            path_of(&set(&isb, body).await)
        };
        let finish = async |local: &str, path: &str| {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            send(&client, Method::POST, &format!("{path}/completion"), &[("if-match", "*")], json!({ "on": "2022-10-17" })).await.status.as_u16()
        };
        // ROL-1: who mends a finding does not say that it is mended.
        let finding = of("audit_finding", "netz").await;
        assert_eq!((finish("netz", &finding).await, finish("arbeitsplatz", &finding).await, finish("isb", &finding).await), (403, 403, 201));
        let own_finding = of("audit_finding", "isb").await;
        assert_eq!(finish("isb", &own_finding).await, 403);
        // ROL-2: nor does anybody decide on their own exception.
        // ROL-3: the ISB prepares one, the management decides.
        for owner in ["isb", "netz"] {
            let exception = of("exception", owner).await;
            assert_eq!((finish("isb", &exception).await, finish(owner, &exception).await, finish("leitung", &exception).await), (403, 403, 201));
        }
        let audit = of("audit", "netz").await;
        assert_eq!((finish("digital", &audit).await, finish("netz", &audit).await), (403, 201));
    }

    async fn a_deadline_rests_for_fourteen_days_in_all(app) {
        let (isb, netz) = (app.sign_in("isb@offenburg.example").await, app.sign_in("netz@offenburg.example").await);
        let (_, id) = approved(app, "2022-10-01").await;
        let path = format!("{DEADLINES}/implementation:{id}");
        let pause = format!("{path}/pause");
        let body = |until: &str| json!({ "until": until, "reason": "Der Dienstleister hat den 21.10. zugesagt." });
        netz.post(&pause, body("2022-10-20")).await.problem(403, "forbidden");
        let short = json!({ "until": "2022-10-20", "reason": "zu kurz" });
        isb.post(&pause, short).await.problem(422, "invalid");
        for until in ["2022-10-17", "2022-11-01", "2021-01-01"] {
            isb.post(&pause, body(until)).await.problem(422, "invalid");
        }
        isb.post(&format!("{DEADLINES}/implementation:x/pause"), body("2022-10-20")).await.problem(404, "not_found");
        let made = isb.post(&pause, body("2022-10-24")).await.ok(201);
        assert_eq!((&made["from"], &made["until"], &made["due"]), (&json!("2022-10-17"), &json!("2022-10-24"), &json!("2022-10-01")));
        let resting = isb.get(&path).await;
        // It rests, and is as overdue as it is.
        assert_eq!((&resting.ok(200)["paused_until"], &resting.ok(200)["states"]), (&json!("2022-10-24"), &json!(["overdue"])));
        assert!(list(&isb, "kind=implementation").await.iter().any(|item| item["paused_until"] == "2022-10-24"));
        // Three days of the first one are used when it is lifted, eleven are left.
        app.set_now("2022-10-20T08:00:00Z");
        let isb = app.sign_in("isb@offenburg.example").await;
        let etag = isb.get(&path).await.header("etag").to_owned();
        isb.send(Method::DELETE, &pause, &[], None).await.problem(428, "precondition_required");
        isb.send(Method::DELETE, &pause, &[("if-match", "\"x\"")], None).await.problem(412, "stale");
        isb.send(Method::DELETE, &pause, &[("if-match", &etag)], None).await.ok(204);
        isb.send(Method::DELETE, &pause, &[("if-match", "*")], None).await.problem(404, "not_found");
        assert_eq!(isb.get(&path).await.ok(200)["paused_until"], Value::Null);
        isb.post(&pause, body("2022-11-01")).await.problem(422, "invalid");
        isb.post(&pause, body("2022-10-31")).await.ok(201);
        app.set_now("2022-11-01T08:00:00Z");
        let isb = app.sign_in("isb@offenburg.example").await;
        assert_eq!(isb.get(&path).await.ok(200)["paused_until"], Value::Null);
        let none_left = isb.post(&pause, body("2022-11-02")).await.problem(422, "invalid");
        assert_eq!(none_left["errors"][0]["code"], "too_many");
        // Another date has days of its own.
        let set = set(&isb, json!({ "kind": "management_report", "title": "x", "date": "2022-10-31", "recurrence": "monthly" })).await;
        let path = path_of(&set);
        isb.post(&format!("{path}/pause"), body("2022-11-15")).await.ok(201);
        send(&isb, Method::POST, &format!("{path}/completion"), &[("if-match", "*")], json!({ "on": "2022-11-01" })).await.ok(201);
        assert_eq!(isb.get(&path).await.ok(200)["paused_until"], Value::Null);
        let events = isb.get(&format!("{OFFENBURG}/audit-events?limit=200")).await.ok(200);
        let paused = events["items"].as_array().unwrap().iter().filter(|event| event["action"] == "deadline.paused").count();
        assert_eq!(paused, 4);
    }

    async fn somebody_stands_in(app) {
        let (isb, netz) = (app.sign_in("isb@offenburg.example").await, app.sign_in("netz@offenburg.example").await);
        let all = format!("{OFFENBURG}/absences");
        let body = json!({ "deputy": "digital@offenburg.example", "from": "2022-10-20", "until": "2022-10-28" });
        let made = send(&netz, Method::POST, &all, &[("idempotency-key", "urlaub")], body.clone()).await;
        let absence = made.ok(201);
        assert_eq!((&absence["person"]["email"], &absence["deputy"]["email"], made.header("etag")), (&json!("netz@offenburg.example"), &json!("digital@offenburg.example"), "\"v1\""));
        let again = send(&netz, Method::POST, &all, &[("idempotency-key", "urlaub")], body.clone()).await;
        assert_eq!((again.ok(201), again.header("idempotent-replayed")), (absence.clone(), "true"));
        for (body, pointer) in [
            (json!({ "deputy": "digital@offenburg.example", "from": "2022-10-28", "until": "2022-10-30" }), "/from"),
            (json!({ "deputy": "netz@offenburg.example", "from": "2022-11-01", "until": "2022-11-02" }), "/deputy"),
            (json!({ "deputy": "netz@stuttgart.example", "from": "2022-11-01", "until": "2022-11-02" }), "/deputy"),
            (json!({ "deputy": "digital@offenburg.example", "from": "2022-11-02", "until": "2022-11-01" }), "/until"),
            (json!({ "deputy": "digital@offenburg.example", "from": "2022-10-01", "until": "2022-10-16" }), "/until"),
            (json!({ "deputy": "digital@offenburg.example", "from": "2022-11-01", "until": "2024-11-01" }), "/until"),
        ] {
            let problem = netz.post(&all, body.clone()).await.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        // The ISB and heads for others, nobody else.
        let of_others = |person: &str, from: &str| json!({ "person": format!("{person}@offenburg.example"), "deputy": "it-leitung@offenburg.example", "from": from, "until": from });
        netz.post(&all, of_others("digital", "2022-11-01")).await.problem(403, "forbidden");
        netz.post(&all, of_others("niemand", "2022-11-01")).await.problem(403, "forbidden");
        isb.post(&all, of_others("niemand", "2022-11-01")).await.problem(422, "invalid");
        isb.post(&all, of_others("digital", "2022-11-01")).await.ok(201);
        app.sign_in("it-leitung@offenburg.example").await.post(&all, json!({ "person": "netz@offenburg.example", "deputy": "digital@offenburg.example", "from": "2022-12-01", "until": "2022-12-02" })).await.ok(201);
        let grant = Grant { role: Role::Head, org_unit: Some("Bauamt".to_owned()) };
        users::set_role(&app.app, "it-leitung@offenburg.example", "offenburg", &grant, true).unwrap();
        app.sign_in("it-leitung@offenburg.example").await.post(&all, json!({ "person": "netz@offenburg.example", "deputy": "digital@offenburg.example", "from": "2023-01-01", "until": "2023-01-02" })).await.problem(403, "forbidden");
        for (local, count) in [("isb", 3), ("leitung", 3), ("netz", 2), ("digital", 3), ("arbeitsplatz", 0), ("rat", 0)] {
            let seen = app.sign_in(&format!("{local}@offenburg.example")).await.get(&all).await.ok(200);
            assert_eq!(seen["items"].as_array().unwrap().len(), count, "{local}");
        }
        let path = format!("{all}/{}", absence["id"].as_str().unwrap());
        app.sign_in("arbeitsplatz@offenburg.example").await.get(&path).await.problem(404, "not_found");
        assert_eq!(isb.get(&path).await.ok(200), absence);
        let page = isb.get(&format!("{all}?limit=2")).await.ok(200);
        let next = isb.get(&format!("{all}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap())).await.ok(200);
        assert_eq!((page["items"].as_array().unwrap().len(), next["items"].as_array().unwrap().len(), &next["next_cursor"]), (2, 1, &Value::Null));
        // What the planner asks for.
        let on = |day: &str| {
            let day = day.parse().unwrap();
            let pairs = app.app.store.read(|db| {
                let institution = zinne::store::institutions::by_slug(db, "offenburg")?.unwrap();
                absences::on(db, &institution.id, day)
            });
            pairs.unwrap().len()
        };
        assert_eq!((on("2022-10-19"), on("2022-10-20"), on("2022-10-28"), on("2022-10-29")), (0, 1, 1, 0));
        users::set_active(&app.app, "digital@offenburg.example", false).unwrap();
        assert_eq!(on("2022-10-20"), 0);
        isb.send(Method::DELETE, &path, &[], None).await.problem(428, "precondition_required");
        isb.send(Method::DELETE, &path, &[("if-match", "\"v2\"")], None).await.problem(412, "stale");
        netz.send(Method::DELETE, &path, &[("if-match", "\"v1\"")], None).await.ok(204);
        netz.get(&path).await.problem(404, "not_found");
    }

    async fn a_calendar_to_subscribe_to(app) {
        let (reference, id) = approved(app, "2022-12-31").await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let (secret_reference, secret_id) = approved(app, "2023-01-31").await;
        isb.patch(&format!("{MEASURES}/{secret_reference}"), "*", json!({ "confidentiality": "confidential", "title": "Offene Ports an der Firewall" })).await.ok(200);
        let (_, foreign) = approved(app, "2022-12-30").await;
        let of_foreign = deadline(&isb, "implementation", &foreign).await["reference"].as_str().unwrap().to_owned();
        isb.patch(&format!("{MEASURES}/{of_foreign}"), "*", json!({ "owner": "arbeitsplatz@offenburg.example" })).await.ok(200);
        let netz = app.sign_in("netz@offenburg.example").await;
        let feed = format!("{OFFENBURG}/calendar-feed");
        netz.get(&feed).await.problem(404, "not_found");
        for local in ["admin", "rat"] {
            let client = app.sign_in(&format!("{local}@offenburg.example")).await;
            client.send(Method::POST, &feed, &[], None).await.problem(403, "forbidden");
        }
        let made = netz.send(Method::POST, &feed, &[], None).await.ok(201);
        let url = made["url"].as_str().unwrap();
        let at = url.strip_prefix("https://zinne.test.example").unwrap().to_owned();
        let kept = netz.get(&feed).await;
        assert!(!kept.text.contains("url") && kept.ok(200)["id"] == made["id"]);
        let get = async |path: &str, headers: &[(&str, &str)]| app.send(Method::GET, path, headers, None).await;
        let answer = get(&at, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("text/calendar; charset=utf-8", "private, max-age=900"));
        let text = answer.text.clone();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.lines().all(|line| line.len() <= 75));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("X-WR-CALNAME:Termine Stadt Offenburg\r\n"), "{unfolded}");
        assert!(unfolded.contains(&format!("SUMMARY:Umsetzung: {reference} Netzzonen trennen\r\n")), "{unfolded}");
        assert!(unfolded.contains(&format!("UID:implementation:{id}@offenburg\r\n")));
        assert!(unfolded.contains("DTSTART;VALUE=DATE:20221231\r\nDTSTAMP") || unfolded.contains("DTSTART;VALUE=DATE:20221231\r\n"));
        // A feed leaves the house: of what is confidential the number alone.
        assert!(unfolded.contains(&format!("SUMMARY:Umsetzung: {secret_reference}\r\n")) && unfolded.contains(&secret_id));
        assert!(!unfolded.contains("Ports") && !unfolded.contains(&foreign) && !unfolded.contains("VALARM"));
        let calendar: icalendar::Calendar = text.parse().unwrap();
        assert!(calendar.components.len() >= 4 && calendar.components.iter().all(|one| one.as_event().is_some()));
        // The same things make the same file, whenever it is read.
        app.set_now("2022-10-17T05:03:00Z");
        let again = get(&at, &[]).await;
        assert_eq!((again.text.as_str(), again.header("etag")), (text.as_str(), answer.header("etag")));
        let unchanged = get(&at, &[("if-none-match", answer.header("etag"))]).await;
        assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
        isb.patch(&format!("{MEASURES}/{reference}"), "*", json!({ "priority": 2 })).await.ok(200);
        assert_ne!(get(&at, &[]).await.header("etag"), answer.header("etag"));
        // Another address ends the first one, and so do a closed account, a lost role and the end of the feed.
        let made = netz.send(Method::POST, &feed, &[], None).await.ok(201);
        get(&at, &[]).await.problem(404, "not_found");
        let at = made["url"].as_str().unwrap().strip_prefix("https://zinne.test.example").unwrap().to_owned();
        assert_eq!(get(&at, &[]).await.status, 200);
        users::set_active(&app.app, "netz@offenburg.example", false).unwrap();
        get(&at, &[]).await.problem(404, "not_found");
        users::set_active(&app.app, "netz@offenburg.example", true).unwrap();
        assert_eq!(get(&at, &[]).await.status, 200);
        let grant = Grant { role: Role::Owner, org_unit: None };
        users::set_role(&app.app, "netz@offenburg.example", "offenburg", &grant, false).unwrap();
        get(&at, &[]).await.problem(404, "not_found");
        users::set_role(&app.app, "netz@offenburg.example", "offenburg", &grant, true).unwrap();
        let netz = app.sign_in("netz@offenburg.example").await;
        netz.send(Method::DELETE, &feed, &[], None).await.problem(428, "precondition_required");
        netz.send(Method::DELETE, &feed, &[("if-match", "\"v1\"")], None).await.problem(412, "stale");
        let etag = netz.get(&feed).await.header("etag").to_owned();
        netz.send(Method::DELETE, &feed, &[("if-match", &etag)], None).await.ok(204);
        get(&at, &[]).await.problem(404, "not_found");
        get("/calendar/x.ics", &[]).await.problem(404, "not_found");
        get("/calendar/x", &[]).await.problem(404, "not_found");
    }

    async fn the_list_takes_the_same_number_of_statements_however_long_it_is(app) {
        count_statements();
        one_of_each(app).await;
        let isb = app.sign_in("isb@offenburg.example").await;
        let subject = app.app.tokens.check(&isb.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let count = |query: &deadlines::ListQuery| {
            let (found, of_list) = statements(|| deadlines::list(&app.app, By::Caller(&caller), "offenburg", query).unwrap());
            (found.len(), of_list)
        };
        let query = |states: &[State], limit| deadlines::ListQuery { states: states.to_vec(), limit, ..deadlines::ListQuery::default() };
        let (some, before) = count(&query(&[], 51));
        assert!(some > 10 && before < 25, "{some} in {before}");
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) \
            INSERT INTO measure_evidence (id, measure_id, kind, title, dated_on, valid_until, confidentiality, added_at) \
            SELECT e.id || '-' || n.i, measure_id, kind, title, dated_on, valid_until, confidentiality, added_at FROM measure_evidence e CROSS JOIN n \
            WHERE valid_until IS NOT NULL";
        app.app.store.write(|db| Ok(db.batch_execute(sql)?)).unwrap();
        for limit in [1, 51, 201] {
            assert_eq!(count(&query(&[], limit)).1, before);
        }
        // Each source is read in its order by an index of its own, also without statistics.
        if app.engine == Engine::Sqlite {
            let listed = words_of(|| assert!(count(&query(&[], 51)).0 > 10));
            let plans = listed.iter().filter(|sql| sql.starts_with("SELECT")).map(|sql| plan(app, sql));
            let plans: String = plans.collect();
            for index in ["measures_running", "measures_to_start", "measures_to_verify", "measure_details_by_review", "measure_evidence_by_end",
                "requirement_checks_by_day", "requirement_checks_by_review", "set_deadlines_open"] {
                assert!(plans.contains(&format!("INDEX {index} (")), "{index} is not used: {plans}");
            }
        }
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let spend = async |lines: &[&str]| {
            let paid = |line: &&str| json!({ "line": line, "year": 2029, "type": "actual", "cents": 1, "reason": "Rechnung" });
            let entries: Vec<Value> = lines.iter().map(paid).collect();
            finance.post("institutions/offenburg/programmes/OG-2021-DIG/entries", json!({ "entries": entries })).await.ok(201);
            count(&query(&[State::OverBudget], 51))
        };
        let (one, more) = (spend(&["OG-K2"]).await, spend(&["OG-I7", "OG-I8"]).await);
        assert!(one.0 < more.0 && one.1 == more.1, "{one:?} {more:?}");
        let narrow = count(&query(&[State::EvidenceExpiring], 51));
        assert_eq!((narrow.0, narrow.1 < before), (51, true));
    }
}
