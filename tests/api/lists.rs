//! Lists of measures: filters, order, pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use zinne::store::measures::Sort;

use crate::support::{Client, TestApp, approvable};

pub const MEASURES: &str = "institutions/offenburg/measures";

/// Every filter, most of them with several values.
pub const FILTERS: &[(&str, &str)] = &[
    ("status", "approved"),
    ("status", "approved,blocked,proposed"),
    ("status", "replaced"),
    ("overdue", "true"),
    ("overdue", "false"),
    ("due_from", "2022-09-30"),
    ("due_to", "2022-10-17"),
    ("owner", "me"),
    ("owner", "none"),
    ("owner", "NETZ@offenburg.example"),
    ("owner", "nobody@offenburg.example"),
    ("deputy", "me"),
    ("deputy", "none"),
    ("deputy", "netz@offenburg.example"),
    ("verifier", "me"),
    ("verifier", "none"),
    ("verifier", "IT-Leitung@offenburg.example"),
    ("org_unit", "FB DigIT"),
    ("programme", "OG-2021-FB9"),
    ("programme", "STG-2018-SM"),
    ("module", "SYS.3.2.2"),
    ("module", "SYS.1.1"),
    ("layer", "SYS"),
    ("layer", "sys"),
    ("layer", "S%"),
    ("requirement", "NET.1.1.A4"),
    ("requirement", "SYS.1.1"),
    ("level", "basic"),
    ("level", "standard,elevated"),
    ("link", "fulfils"),
    ("link", "applies"),
    ("target_object", "S-001"),
    ("target_object", "S-999"),
    ("priority", "1"),
    ("priority", "2,4"),
    ("origin", "audit"),
    ("origin", "law,risk_analysis"),
    ("confidentiality", "public"),
    ("confidentiality", "confidential,internal"),
    ("missing", "owner"),
    ("missing", "due"),
    ("missing", "budget"),
    ("missing", "links"),
    ("missing", "owner,budget"),
    ("needs_split", "true"),
    ("needs_split", "false"),
    ("q", "mdm"),
    ("q", "einführung"),
];

/// Numbers that look random and are the same in each run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    /// Some filters, each name at most once.
    pub fn filters(&mut self, at_most: usize) -> Vec<(&'static str, &'static str)> {
        let mut some: Vec<(&str, &str)> = Vec::new();
        for _ in 0..=self.below(at_most) {
            let filter = FILTERS[self.below(FILTERS.len())];
            if some.iter().all(|(name, _)| *name != filter.0) {
                some.push(filter);
            }
        }
        some
    }
}

pub fn query_of(filters: &[(&str, &str)]) -> String {
    let parts: Vec<String> = filters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    parts.join("&")
}

pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub async fn list(client: &Client<'_>, query: &str) -> Value {
    client.get(&format!("{MEASURES}?{query}")).await.ok(200)
}

pub fn references(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["reference"].as_str().unwrap().to_owned())
        .collect()
}

/// The measures of a list over all its pages, and how many pages those were.
async fn pages(client: &Client<'_>, query: &str) -> (Vec<String>, usize) {
    let (mut all, mut count, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = list(client, &format!("{query}{cursor}")).await;
        all.extend(references(&page));
        count += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (all, count),
        }
    }
}

/// Measures that the papers do not have: unowned, undated, of other layers, with characters that mean something elsewhere.
pub async fn add_oddities(client: &Client<'_>) {
    add_target_object(client.app);
    for body in [
        json!({ "title": "Größe der Straße prüfen", "origin": "audit", "priority": 1 }),
        json!({ "title": "100 % Abdeckung", "origin": "audit", "priority": 4, "due": { "day": "2022-10-17" } }),
        json!({ "title": "a_b", "description": "SYS_3", "origin": "audit", "priority": 2, "org_unit": "FB 9" }),
        json!({ "title": "Pfad C:\\temp", "origin": "law", "priority": 3, "fulfils": ["SYS.1.1"], "due": { "day": "2022-06-30" } }),
        json!({ "title": "AEPFEL und Öl", "origin": "law", "priority": 3, "applies": ["SYS.1.1.A1"], "owner": "isb@offenburg.example" }),
        json!({ "title": "GROẞ", "origin": "law", "priority": 2, "fulfils": ["NET.1.1.A4"], "applies": ["CON.3.A1"] }),
        json!({ "title": "Rundum", "origin": "risk_analysis", "priority": 1, "owner": "netz@offenburg.example", "deputy": "isb@offenburg.example",
            "verifier": "it-leitung@offenburg.example", "target_objects": ["S-001"], "confidentiality": "confidential", "needs_split": true,
            "no_budget_reason": "Eigenleistung der Abteilung", "no_module_reason": "kein Baustein passt dazu" }),
        json!({ "title": "Halb", "origin": "law", "priority": 2, "deputy": "netz@offenburg.example", "verifier": "isb@offenburg.example",
            "budget_lines": ["OG-2021-DIG:OG-K1"], "confidentiality": "public", "due": { "day": "2023-01-31" } }),
    ] {
        client.post(MEASURES, body).await.ok(201);
    }
}

/// A target object, as nobody needs more of it than a key.
fn add_target_object(app: &TestApp) {
    let sql = "INSERT INTO target_objects SELECT 'object-1', id, 'S-001', 'Firewall', 'it_system', 'high', 'high', 'normal', 1, NULL, 1, created_at, created_at
        FROM institutions WHERE slug = 'offenburg'";
    app.app
        .store
        .write(|db| Ok(db.batch_execute(sql)?))
        .unwrap();
}

/// Every measure with its details, by reference.
pub async fn everything(client: &Client<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for reference in references(&list(client, "limit=200&sort=reference").await) {
        all.push(client.get(&format!("{MEASURES}/{reference}")).await.ok(200));
    }
    all
}

fn fold(text: &str) -> String {
    let text = text.to_lowercase();
    text.replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue")
        .replace('ß', "ss")
}

/// What a filter means, said once more in the simplest way.
fn matches(measure: &Value, filter: &[(&str, &str)]) -> bool {
    let text = |field: &str| measure[field].as_str().unwrap_or_default();
    let due = measure["due"]["day"].as_str();
    let kind = filter
        .iter()
        .find(|(name, _)| *name == "link")
        .map(|(_, kind)| *kind);
    let linked = |test: &dyn Fn(&Value) -> bool| {
        let links = measure["links"].as_array().unwrap();
        links
            .iter()
            .any(|link| kind.is_none_or(|kind| link["kind"] == kind) && test(link))
    };
    filter.iter().all(|(name, value)| match *name {
        "status" => value.split(',').any(|status| text("status") == status),
        "priority" => value
            .split(',')
            .any(|priority| measure["priority"].as_i64() == priority.parse().ok()),
        "overdue" => {
            let late = ["approved", "in_progress", "blocked"].contains(&text("status"))
                && due.is_some_and(|due| due < "2022-10-17");
            late.to_string() == *value
        }
        "due_from" => due.is_some_and(|due| due >= *value),
        "due_to" => due.is_some_and(|due| due <= *value),
        "owner" | "deputy" | "verifier" => match *value {
            "none" => measure[*name].is_null(),
            "me" => measure[*name]["email"] == "isb@offenburg.example",
            email => measure[*name]["email"] == *email.to_lowercase(),
        },
        "org_unit" => text("org_unit") == *value,
        "programme" => text("programme") == *value,
        "module" => linked(&|link| link["module"] == *value),
        "layer" => {
            linked(&|link| link["module"].as_str().unwrap().split('.').next() == Some(*value))
        }
        "requirement" => {
            linked(&|link| link["target"] == *value && link["target"] != link["module"])
        }
        "level" => linked(&|link| {
            link["level"]
                .as_str()
                .is_some_and(|level| value.split(',').any(|one| one == level))
        }),
        "link" => linked(&|_| true),
        "target_object" => measure["target_objects"]
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key == value),
        "origin" | "confidentiality" => value.split(',').any(|word| text(name) == word),
        "needs_split" => measure["needs_split"].as_bool() == value.parse().ok(),
        "missing" => value.split(',').all(|what| match what {
            "owner" => measure["owner"].is_null(),
            "due" => measure["due"].is_null(),
            "budget" => {
                measure["budget_lines"] == json!([]) && measure["no_budget_reason"].is_null()
            }
            _ => measure["links"] == json!([]) && measure["no_module_reason"].is_null(),
        }),
        "q" => fold(&format!(
            "{} {} {}",
            text("reference"),
            text("title"),
            text("description")
        ))
        .contains(&fold(value)),
        other => panic!("{other}"),
    })
}

both_engines! {
    async fn filters_find_what_a_search_by_hand_finds(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        add_oddities(&client).await;
        let mut all = everything(&client).await;
        assert_eq!(all.len(), 23 + 8);
        for filter in FILTERS.iter().filter(|(_, value)| !["replaced", "nobody@offenburg.example", "STG-2018-SM", "sys", "S%", "SYS.1.1", "S-999"].contains(value)) {
            assert!(all.iter().any(|measure| matches(measure, &[*filter])), "nothing to find for {filter:?}");
        }
        all.sort_by_key(|measure| {
            let due = measure["due"]["day"].as_str().unwrap_or("9999-12-31").to_owned();
            (due, measure["reference"].as_str().unwrap().to_owned())
        });
        let mut combinations = Vec::new();
        for (index, first) in FILTERS.iter().enumerate() {
            let others = FILTERS.iter().skip(index + 1).filter(|second| second.0 != first.0);
            combinations.extend(others.map(|second| vec![*first, *second]));
            combinations.push(vec![*first]);
        }
        let mut dice = Dice(1);
        combinations.extend((0..200).map(|_| dice.filters(4)));
        for filter in combinations {
            let found = list(&client, &format!("limit=200&{}", query_of(&filter))).await;
            let expected: Vec<&str> = all.iter().filter(|measure| matches(measure, &filter))
                .map(|measure| measure["reference"].as_str().unwrap()).collect();
            assert_eq!(references(&found), expected, "{filter:?}");
        }
        let together = "status=in_progress&overdue=true&due_from=2022-01-01&due_to=2022-12-31&owner=arbeitsplatz%40offenburg.example\
            &org_unit=FB%20DigIT&programme=OG-2021-DIG&module=SYS.3.2.2&layer=SYS&requirement=SYS.3.2.2.A1&link=fulfils&priority=1&q=MDM";
        assert_eq!(list(&client, together).await["items"][0]["external_key"], "OG-K1");
        // Empty lists of words are no filter.
        assert_eq!(references(&list(&client, "limit=200&status=&priority=&q=&level=&missing=&origin=&confidentiality=&fields=").await).len(), all.len());
    }

    async fn searches_ignore_case_and_umlauts_and_know_no_wildcards(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        add_oddities(&client).await;
        let all = everything(&client).await;
        for (q, title) in [
            ("GRÖSSE", "Größe der Straße prüfen"), ("strasse", "Größe der Straße prüfen"), ("PRÜFEN", "Größe der Straße prüfen"),
            ("äpfel", "AEPFEL und Öl"), ("öl", "AEPFEL und Öl"), ("groß", "GROẞ"), ("100 %", "100 % Abdeckung"),
            ("a_b", "a_b"), ("sys_3", "a_b"), ("c:\\TEMP", "Pfad C:\\temp"), ("\\", "Pfad C:\\temp"),
        ] {
            let found = list(&client, &format!("limit=200&q={}", encoded(q))).await;
            let expected: Vec<&str> = all.iter().filter(|measure| matches(measure, &[("q", q)]))
                .map(|measure| measure["reference"].as_str().unwrap()).collect();
            let mut got = references(&found);
            got.sort();
            assert_eq!(got, expected, "{q}");
            assert!(found["items"].as_array().unwrap().iter().any(|item| item["title"] == title), "{q}");
        }
        for nothing in ["%", "_", "\\", "a%b", "%%", "gr__e"] {
            let found = list(&client, &format!("limit=200&q={}", encoded(nothing))).await;
            for item in found["items"].as_array().unwrap() {
                let reference = item["reference"].as_str().unwrap();
                let measure = all.iter().find(|measure| measure["reference"] == reference).unwrap();
                assert!(matches(measure, &[("q", nothing)]), "{nothing} finds {reference}");
            }
        }
        let own = all[0]["reference"].as_str().unwrap().to_lowercase();
        assert_eq!(references(&list(&client, &format!("q={own}")).await).len(), 1);
    }

    async fn pages_show_each_row_once_in_every_order(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        add_oddities(&client).await;
        for (minute, reference) in references(&list(&client, "limit=3").await).iter().enumerate() {
            app.set_now(&format!("2022-10-17T05:0{minute}:00.00{minute}Z"));
            let client = app.sign_in("isb@offenburg.example").await;
            client.patch(&format!("{MEASURES}/{reference}"), "*", json!({ "note": "geändert" })).await.ok(200);
        }
        let all = everything(&client).await;
        let key = |measure: &Value| {
            let due = measure["due"]["day"].as_str().unwrap_or("9999-12-31").to_owned();
            (due, measure["reference"].as_str().unwrap().to_owned())
        };
        let mut by_due: Vec<(String, String)> = all.iter().map(key).collect();
        by_due.sort();
        let by_due: Vec<String> = by_due.into_iter().map(|(_, reference)| reference).collect();
        let by_reference: Vec<String> = all.iter().map(|measure| key(measure).1).collect();
        let mut by_priority = all.clone();
        by_priority.sort_by_key(|measure| (measure["priority"].as_i64(), key(measure)));
        let by_priority: Vec<String> = by_priority.iter().map(|measure| key(measure).1).collect();
        let mut by_change = all.clone();
        by_change.sort_by_key(|measure| (measure["updated_at"].as_str().unwrap().to_owned(), key(measure).1));
        let by_change: Vec<String> = by_change.iter().map(|measure| key(measure).1).collect();
        assert!(by_change != by_reference, "the order of changes is to be told from that of references");
        let backwards = |list: &[String]| list.iter().rev().cloned().collect::<Vec<_>>();
        for (sort, expected) in [
            ("due", by_due.clone()), ("-due", backwards(&by_due)),
            ("reference", by_reference.clone()), ("-reference", backwards(&by_reference)),
            ("priority", by_priority.clone()), ("-priority", backwards(&by_priority)),
            ("updated", by_change.clone()), ("-updated", backwards(&by_change)),
        ] {
            for limit in [1, 7, 31, 200] {
                let (got, count) = pages(&client, &format!("sort={sort}&limit={limit}")).await;
                assert_eq!(got, expected, "{sort} {limit}");
                assert_eq!(count, all.len().div_ceil(limit), "{sort} {limit}");
            }
        }
        assert_eq!(references(&list(&client, "limit=200").await), by_due);
        assert_eq!(references(&client.get(MEASURES).await.ok(200)), by_due);
        let (late, _) = pages(&client, "overdue=true&limit=1").await;
        assert_eq!(late.len(), 4);
    }

    async fn pages_are_stable_while_rows_come_in(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let before = references(&list(&client, "limit=200").await);
        for sort in Sort::ALL {
            let (mut seen, mut cursor, mut days) = (Vec::new(), String::new(), (1..29).cycle());
            loop {
                let page = list(&client, &format!("sort={sort}&limit=5{cursor}")).await;
                seen.extend(references(&page));
                for month in ["2020-01", "2022-12", "2099-06"] {
                    let day = format!("{month}-{:02}", days.next().unwrap());
                    let body = json!({ "title": "dazwischen", "origin": "ad_hoc", "priority": 2, "due": { "day": day } });
                    if seen.len() < 20 {
                        client.post(MEASURES, body).await.ok(201);
                    }
                }
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let mut unique = seen.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), seen.len(), "{sort}");
            assert!(before.iter().all(|reference| seen.contains(reference)), "{sort}");
        }
    }

    async fn queries_are_refused_with_the_parameter(app) {
        let client = app.sign_in("isb@offenburg.example").await;
        let cursor = |sort: &str, due: &str| {
            let place = json!({ "sort": sort, "priority": 1, "due": due, "updated": "2022-01-01T00:00:00", "seq": 1 });
            URL_SAFE_NO_PAD.encode(place.to_string())
        };
        let of_older_program = URL_SAFE_NO_PAD.encode(json!({ "sort": "due", "due": "2022-01-01", "seq": 1 }).to_string());
        let of_no_year = cursor("due", "2022-01-01");
        let of_no_year = String::from_utf8(URL_SAFE_NO_PAD.decode(of_no_year).unwrap()).unwrap();
        let of_no_year = URL_SAFE_NO_PAD.encode(of_no_year.replace("2022-01-01T", "+99999-01-01T"));
        let of_other_sort = list(&client, "sort=due&limit=1").await["next_cursor"].as_str().unwrap().to_owned();
        let of_audit = client.get("institutions/offenburg/audit-events?limit=1").await.ok(200)["next_cursor"].as_str().unwrap().to_owned();
        let long = "x".repeat(201);
        for (query, pointer) in [
            ("limit=0", "?limit"), ("limit=201", "?limit"), ("limit=-1", "?limit"), ("limit=", "?limit"), ("limit=1.5", "?limit"),
            ("limit=4294967296", "?limit"), ("limit=zehn", "?limit"), ("limit=1&limit=2", "?"), ("status=approved&status=blocked", "?"),
            ("x=1", "?x"), ("Limit=1", "?Limit"), ("offset=3", "?offset"), ("overdue=ja", "?overdue"), ("overdue=1", "?overdue"),
            ("status=done", "?status"), ("status=approved,done", "?status"), ("priority=0", "?priority"), ("priority=5", "?priority"),
            ("priority=1,x", "?priority"), ("link=all", "?link"), ("sort=title", "?sort"), ("sort=", "?sort"), ("sort=+due", "?sort"),
            ("due_from=2022-13-01", "?due_from"), ("due_to=31.12.2022", "?due_to"), ("due_from=-9999-01-01", "?due_from"),
            ("due_to=%2B99999-01-01", "?due_to"), ("q=a%00b", "?q"), ("owner=%00", "?owner"), ("org_unit=%01", "?org_unit"),
            ("programme=%00", "?programme"), ("module=%00", "?module"), ("layer=%00", "?layer"), ("requirement=%00", "?requirement"),
            (&format!("q={long}")[..], "?q"),
            ("cursor=", "?cursor"), ("cursor=x", "?cursor"), ("cursor=%ff", "?cursor"), ("cursor=bnVsbA", "?cursor"), ("cursor=e30", "?cursor"),
            (&format!("sort=-due&cursor={of_other_sort}")[..], "?cursor"), (&format!("cursor={of_audit}")[..], "?cursor"),
            (&format!("cursor={}", cursor("-due", "2022-01-01"))[..], "?cursor"),
            (&format!("cursor={}", cursor("due", "-9999-01-01"))[..], "?cursor"),
            (&format!("cursor={}", cursor("due", "+99999-01-01"))[..], "?cursor"),
            (&format!("cursor={of_other_sort}&cursor={of_other_sort}")[..], "?"),
            (&format!("cursor={of_older_program}")[..], "?cursor"), (&format!("cursor={of_no_year}")[..], "?cursor"),
            (&format!("sort=priority&cursor={of_other_sort}")[..], "?cursor"), (&format!("sort=updated&cursor={}", cursor("-updated", "2022-01-01"))[..], "?cursor"),
            ("level=hoch", "?level"), ("missing=title", "?missing"), ("origin=x", "?origin"), ("confidentiality=secret", "?confidentiality"),
            ("needs_split=ja", "?needs_split"), ("deputy=%00", "?deputy"), ("verifier=%00", "?verifier"), ("target_object=%00", "?target_object"),
            ("sort=due,reference", "?sort"), ("fields=name", "?fields"), ("fields=title,Title", "?fields"), ("fields=description", "?fields"),
            ("fields=title&fields=due", "?"),
        ] {
            let problem = client.get(&format!("{MEASURES}?{query}")).await.problem(400, "malformed");
            let found = problem["errors"][0]["pointer"].as_str().unwrap();
            assert!(found.starts_with(pointer), "{query}: {problem}");
        }
        // Extremes that are fine.
        for query in ["due_from=0001-01-01&due_to=9999-12-31", "limit=1", "limit=200", &format!("cursor={}", cursor("due", "9999-12-31"))] {
            list(&client, query).await;
        }
        // Other resources take no parameters, or only theirs.
        for place in [
            "institutions/offenburg?x=1", "institutions/offenburg/dashboard?limit=1", "institutions/offenburg/programmes?limit=1",
            "institutions/offenburg/measures/M-2022-0001?limit=1", "institutions/offenburg/measures/facets?limit=1",
            "institutions/offenburg/measures/facets?sort=due", "institutions/offenburg/measures/M-2022-0001?fields=name", "institutions/offenburg/audit-events?sort=due", "catalogues?x",
            "catalogues/gs-2023/modules?limit=3", "catalogues/gs-2023/requirements?sort=title", "me?x=1",
        ] {
            client.get(place).await.problem(400, "malformed");
        }
    }

    async fn a_measure_is_overdue_from_midnight_in_berlin(app) {
        // OG-F3 is due on 2022-10-31, in winter time; the measure made here on 2022-07-31, in summer time.
        let isb = app.sign_in("isb@offenburg.example").await;
        let body = json!({ "title": "Sommer", "origin": "audit", "priority": 1, "owner": "netz@offenburg.example", "org_unit": "IT",
            "due": { "day": "2022-07-31", "precision": "month" }, "fulfils": ["NET.1.1"] });
        let summer = isb.post(MEASURES, approvable(body)).await.ok(201)["reference"].as_str().unwrap().to_owned();
        app.sign_in("leitung@offenburg.example").await.step(&summer, "approved", None).await.ok(200);
        let winter = isb.reference_of("offenburg", "OG-F3").await;
        for (now, reference, overdue, days) in [
            ("2022-10-31T22:59:59Z", &winter, false, json!(null)), ("2022-10-31T23:00:00Z", &winter, true, json!(1)),
            ("2022-11-01T22:59:59Z", &winter, true, json!(1)), ("2022-11-01T23:00:00Z", &winter, true, json!(2)),
            ("2022-07-31T21:59:59Z", &summer, false, json!(null)), ("2022-07-31T22:00:00Z", &summer, true, json!(1)),
        ] {
            app.set_now(now);
            let client = app.sign_in("isb@offenburg.example").await;
            let late = list(&client, "limit=200&overdue=true").await;
            let in_time = list(&client, "limit=200&overdue=false").await;
            assert_eq!(references(&late).contains(reference), overdue, "{now}");
            assert_eq!(references(&in_time).contains(reference), !overdue, "{now}");
            let one = client.get(&format!("{MEASURES}/{reference}")).await.ok(200);
            assert_eq!((&one["overdue"], &one["days_overdue"]), (&json!(overdue), &days), "{now}");
        }
    }
}
