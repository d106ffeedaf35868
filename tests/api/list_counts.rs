//! What lists cost and count: statements, facets, sparse answers.

use std::cell::{Cell, RefCell};

use diesel::connection::{
    Instrumentation, InstrumentationEvent, SimpleConnection as _, set_default_instrumentation,
};
use serde_json::{Value, json};
use zinne::actions::{By, Caller, measures, posts, programmes, resolutions};
use zinne::http::measure_lists;
use zinne::store::measures::Sort;
use zinne::store::posts::Filter;

use crate::lists::{
    Dice, FILTERS, MEASURES, add_oddities, encoded, everything, list, query_of, references,
};
use crate::support::TestApp;

thread_local! {
    /// Statements that this thread has sent: actions that a test calls itself run on its own thread.
    static STATEMENTS: Cell<usize> = const { Cell::new(0) };
    /// Their words, where somebody wants to know.
    static WORDS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Counts the statements of the thread that sends them.
pub struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            STATEMENTS.set(STATEMENTS.get() + 1);
            WORDS.with_borrow_mut(|words| {
                words
                    .iter_mut()
                    .for_each(|words| words.push(query.to_string()))
            });
        }
    }
}

/// Counts the statements of this thread from now on.
pub fn count_statements() {
    set_default_instrumentation(|| Some(Box::new(Counter))).unwrap();
}

/// What `work` gives, and how many statements it took.
pub fn statements<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = STATEMENTS.get();
    let result = work();
    (result, STATEMENTS.get() - before)
}

/// The statements that `work` sends on this thread, without their values.
pub fn words_of(work: impl FnOnce()) -> Vec<String> {
    WORDS.set(Some(Vec::new()));
    work();
    let words = WORDS.take().unwrap_or_default();
    let bare = |sql: String| sql.split(" -- binds").next().unwrap_or_default().to_owned();
    words.into_iter().map(bare).collect()
}

/// Repeats every measure of Offenburg so many times, with details and links.
pub fn multiply(app: &TestApp, times: usize) {
    let same = "institution_id, programme_id, title, title_public, search_key, description, origin, relevance, owner_id, org_unit, status, \
        status_reason, status_changed_at, priority, start_planned, due_original, due_current, due_sort, due_precision, due_text, due_assumed, \
        completed_on, confidentiality, version, created_at, updated_at, deputy_id, verifier_id";
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})"
    );
    let of_offenburg = "JOIN institutions ON institutions.id = m.institution_id AND institutions.slug = 'offenburg'";
    let sql = format!(
        "{numbers} INSERT INTO measures (id, reference, reference_seq, {same}) \
            SELECT m.id || '-' || n.i, m.reference || '-' || n.i, m.reference_seq + 1000000 * n.i, {} FROM measures m {of_offenburg} CROSS JOIN n;
         {numbers} INSERT INTO measure_details (measure_id, progress_percent, needs_split, sources, accompanying, milestones) \
            SELECT m.id || '-' || n.i, 0, needs_split, '[]', '[]', '[]' FROM measure_details d JOIN measures m ON m.id = d.measure_id {of_offenburg} CROSS JOIN n \
            WHERE length(m.id) = 36;
         {numbers} INSERT INTO measure_links (measure_id, catalogue_id, target, kind, module_id, requirement_id, control_id, position) \
            SELECT m.id || '-' || n.i, catalogue_id, target, l.kind, module_id, requirement_id, control_id, position \
            FROM measure_links l JOIN measures m ON m.id = l.measure_id {of_offenburg} CROSS JOIN n WHERE length(m.id) = 36;",
        same.split(", ").map(|column| format!("m.{column}")).collect::<Vec<_>>().join(", ")
    );
    app.app
        .store
        .write(|db| {
            db.batch_execute(&sql)?;
            // As a database in use does it by itself.
            Ok(db.batch_execute("ANALYZE")?)
        })
        .unwrap();
}

/// Number of measures that a list has on all its pages together (at most 200 here).
async fn number(client: &crate::support::Client<'_>, query: &str) -> i64 {
    let page = list(client, &format!("limit=200&{query}")).await;
    assert_eq!(page["next_cursor"], Value::Null);
    i64::try_from(references(&page).len()).unwrap()
}

both_engines! {
    async fn lists_and_counts_take_the_same_number_of_statements_whatever_is_asked(app) {
        count_statements();
        let client = app.sign_in("isb@offenburg.example").await;
        add_oddities(&client).await;
        let subject = app.app.tokens.check(&client.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let mut dice = Dice(7);
        let mut queries: Vec<String> = FILTERS.iter().map(|filter| query_of(&[*filter])).collect();
        queries.push(String::new());
        // One of each name together, then whatever comes.
        let mut every = FILTERS.to_vec();
        every.dedup_by_key(|(name, _)| *name);
        queries.push(query_of(&every));
        queries.extend((0..60).map(|_| query_of(&dice.filters(8))));
        let measure = || {
            for (index, query) in queries.iter().enumerate() {
                let sort = Sort::ALL[index % Sort::ALL.len()];
                let (query, _) = measure_lists::read(&format!("{query}&sort={sort}")).unwrap();
                let (page, of_list) = statements(|| measures::list(&app.app, By::Caller(&caller), "offenburg", &query).unwrap());
                assert!(page.items.len() <= 50);
                let (_, of_counts) = statements(|| measures::facets(&app.app, By::Caller(&caller), "offenburg", &query.filter).unwrap());
                assert_eq!((of_list, of_counts), (4, 12), "{query:?}");
            }
        };
        measure();
        multiply(app, 70);
        let counted = client.get(&format!("{MEASURES}/facets")).await.ok(200);
        assert_eq!(counted["total"], 31 * 71);
        measure();
        for sort in Sort::ALL {
            for limit in [1, 200] {
                let (query, _) = measure_lists::read(&format!("limit={limit}&sort={sort}")).unwrap();
                let (page, of_list) = statements(|| measures::list(&app.app, By::Caller(&caller), "offenburg", &query).unwrap());
                assert_eq!((page.items.len(), of_list), (limit, 4));
            }
        }
    }

    async fn posts_and_programmes_take_the_same_number_of_statements_however_many_there_are(app) {
        set_default_instrumentation(|| Some(Box::new(Counter))).unwrap();
        let client = app.sign_in("kaemmerei@offenburg.example").await;
        let subject = app.app.tokens.check(&client.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let by = || By::Caller(&caller);
        let filter = Filter { vacant: Some(false), ..Filter::default() };
        let count = |posts: i64| {
            let (summary, of_summary) = statements(|| posts::summary(&app.app, by(), "offenburg").unwrap());
            assert_eq!(summary.total.requested_hundredths, posts);
            let (_, of_list) = statements(|| posts::list(&app.app, by(), "offenburg", &filter, None, 201).unwrap());
            let (_, of_programme) = statements(|| programmes::read(&app.app, by(), "offenburg", "OG-2021-DIG").unwrap());
            let (_, of_plan) = statements(|| programmes::plan(&app.app, by(), "offenburg", "OG-2021-DIG").unwrap());
            let (_, of_resolutions) = statements(|| resolutions::list(&app.app, by(), "offenburg", None, 201).unwrap());
            [of_summary, of_list, of_programme, of_plan, of_resolutions]
        };
        let before = count(2550);
        assert!(before.iter().all(|statements| (2..20).contains(statements)), "{before:?}");
        let columns = "programme_id, org_unit, hundredths, early_hundredths, kind, status, filled_hundredths, starts_on, source, position, version";
        let sql = format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO posts (id, {columns}) \
            SELECT p.id || '-' || n.i, {} FROM posts p JOIN programmes ON programmes.id = p.programme_id AND programmes.key LIKE 'OG-%' CROSS JOIN n",
            columns.split(", ").map(|column| format!("p.{column}")).collect::<Vec<_>>().join(", "));
        app.app.store.write(|db| Ok(db.batch_execute(&sql)?)).unwrap();
        assert_eq!(count(2550 * 201), before);
    }

    async fn a_facet_counts_what_the_list_finds(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        add_oddities(&isb).await;
        let mut dice = Dice(3);
        for (email, rounds) in [("isb@offenburg.example", 12), ("netz@offenburg.example", 4), ("it-leitung@offenburg.example", 2)] {
            let client = app.sign_in(email).await;
            for round in 0..rounds {
                let filters = if round == 0 { Vec::new() } else { dice.filters(3) };
                let query = query_of(&filters);
                let counted = client.get(&format!("{MEASURES}/facets?{query}")).await.ok(200);
                let total = number(&client, &query).await;
                assert_eq!(counted["total"], total, "{query}");
                for (name, facet) in counted.as_object().unwrap().iter().filter(|(name, _)| *name != "total") {
                    let values = facet["values"].as_array().unwrap();
                    assert_eq!(facet["others"], 0, "{name}");
                    let sum: i64 = values.iter().map(|value| value["count"].as_i64().unwrap()).sum();
                    if !["level", "layer", "missing"].contains(&name.as_str()) {
                        assert_eq!(sum, total, "{email} {query} {name}: {facet}");
                    }
                    if filters.iter().any(|(other, _)| other == name) {
                        continue;
                    }
                    for value in values {
                        let Some(word) = value["value"].as_str() else { continue };
                        let found = number(&client, &format!("{query}&{name}={}", encoded(word))).await;
                        assert_eq!(value["count"], found, "{email} {query} {name}={word}");
                    }
                }
            }
        }
        // Whoever may not list measures may not count them.
        app.sign_in("rat@offenburg.example").await.get(&format!("{MEASURES}/facets")).await.problem(403, "forbidden");
    }

    async fn a_facet_without_end_tells_its_largest_values(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        for n in 0..60 {
            let body = json!({ "title": "x", "origin": "audit", "priority": 3, "org_unit": format!("Amt {n:02}") });
            isb.post(MEASURES, body).await.ok(201);
        }
        let counted = isb.get(&format!("{MEASURES}/facets?q=x&origin=audit")).await.ok(200);
        let units = counted["org_unit"]["values"].as_array().unwrap();
        assert_eq!((units.len(), &counted["org_unit"]["others"], &counted["total"]), (50, &json!(10), &json!(60)));
        assert_eq!(units[0], json!({ "value": "Amt 00", "name": null, "count": 1 }));
        let nothing = isb.get(&format!("{MEASURES}/facets?q=gibt-es-nicht")).await.ok(200);
        assert_eq!((&nothing["total"], &nothing["owner"]), (&json!(0), &json!({ "values": [], "others": 0 })));
    }

    async fn a_programme_out_of_sight_is_not_counted(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let programme = json!({ "key": "GEHEIM", "title": "GEHEIM", "period": "2023", "amount_basis": "gross",
            "confidentiality": "confidential", "years": [2023] });
        let file = json!({ "format": "zinne-programme/1", "institution": "offenburg", "programmes": [programme] });
        finance.post("institutions/offenburg/programmes", file).await.ok(201);
        let isb = app.sign_in("isb@offenburg.example").await;
        let new = json!({ "title": "offen", "origin": "audit", "priority": 1, "programme": "GEHEIM", "owner": "netz@offenburg.example" });
        isb.post(MEASURES, new).await.ok(201);
        let netz = app.sign_in("netz@offenburg.example").await;
        let seen = isb.get(&format!("{MEASURES}/facets?q=offen&origin=audit")).await.ok(200);
        assert_eq!(seen["programme"]["values"][0], json!({ "value": "GEHEIM", "name": "GEHEIM", "count": 1 }));
        let hidden = netz.get(&format!("{MEASURES}/facets?q=offen&origin=audit")).await.ok(200);
        assert_eq!(hidden["programme"]["values"], json!([{ "value": null, "name": null, "count": 1 }]));
    }

    async fn answers_hold_the_fields_that_were_named(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let page = list(&client, "fields=title,%20due&limit=2").await;
        let keys = |measure: &Value| measure.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(keys(item), ["id", "reference", "title", "due", "version"]);
        }
        assert!(page["next_cursor"].is_string());
        // The fields that are known are those that are there.
        let (whole, one) = (list(&client, "limit=1").await, everything(&client).await.remove(0));
        let path = format!("{MEASURES}/{}", one["reference"].as_str().unwrap());
        for (path, whole) in [(MEASURES, &whole["items"][0]), (&path, &one)] {
            let problem = client.get(&format!("{path}?fields=name")).await.problem(400, "malformed");
            let detail = problem["errors"][0].to_string();
            for name in keys(whole) {
                assert!(detail.contains(&name), "{name} is not known: {detail}");
                client.get(&format!("{path}?fields={name}")).await.ok(200);
            }
        }
        let answer = client.get(&format!("{path}?fields=status")).await;
        assert_eq!(keys(&answer.ok(200)), ["id", "reference", "status", "version"]);
        assert_eq!(answer.ok(200)["status"], one["status"]);
        assert_eq!(answer.header("etag"), client.get(&path).await.header("etag"));
        assert_eq!(client.get(&format!("{path}?fields=")).await.ok(200), one);
    }
}
