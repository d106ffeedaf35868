//! The budget of a year: whatever is booked, the report says what the books say, in the same number of statements.

use diesel::connection::set_default_instrumentation;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use serde_json::{Value, json};
use zinne::actions::budget::{Grouping, ReportFilter, report};
use zinne::actions::{By, Caller};
use zinne::domain::budget::EntryType;
use zinne::store::Db;

use crate::list_counts::{Counter, statements};
use crate::support::{Client, TestApp};

const BUDGET: &str = "institutions/offenburg/budget";

async fn rows(client: &Client<'_>, query: &str) -> Vec<Value> {
    let report = client.get(&format!("{BUDGET}?{query}")).await.ok(200);
    report["rows"].as_array().unwrap().clone()
}

/// 10,000 lines in 40 groups of a programme, and 200,000 entries of every type: years 2022 to 2024, drafts among them.
fn fill(app: &TestApp) {
    let types = EntryType::ALL.iter().enumerate();
    let types: Vec<String> = types
        .map(|(k, word)| format!("SELECT {k} AS k, '{word}' AS t"))
        .collect();
    let types = types.join(" UNION ALL ");
    let numbers = |last: u32| {
        format!(
            "n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
        )
    };
    let (groups, lines, entries) = (numbers(40), numbers(10_000), numbers(200_000));
    app.execute(
        &format!(
            "INSERT INTO programmes (id, institution_id, key, title, period, amount_basis, confidentiality, years, double_budgets, imported_at)
                SELECT 'probe', id, 'PROBE', 'Probe', '2023', 'gross', 'internal', '[2023]', '[]', created_at FROM institutions WHERE slug = 'offenburg';
             WITH RECURSIVE {groups} INSERT INTO budget_groups (id, programme_id, key, title, position)
                SELECT 'g' || i, 'probe', 'G' || i, 'Gruppe ' || i, CAST(i AS INTEGER) FROM n;
             WITH RECURSIVE {lines} INSERT INTO budget_lines
                (id, programme_id, group_id, key, printed_position, title, kind, early_contract, position, source, transferable)
                SELECT 'l' || i, 'probe', 'g' || (1 + i % 40), 'L' || i, 'L', 'Zeile ' || i,
                    CASE i % 3 WHEN 0 THEN 'consumptive' WHEN 1 THEN 'investive' ELSE 'mixed' END, 1 = 0, CAST(i AS INTEGER), '', 1 = 0 FROM n;
             WITH RECURSIVE {entries},
                r AS (SELECT i, (i * 1103515245 + 12345) % 2147483648 AS h, (i * 69069 + 1) % 1048583 AS v FROM n)
             INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, pay_year, booked_on, booked_at)
                SELECT 'e' || i, 'probe', 'l' || (1 + (h / 64) % 10000), CAST(2022 + v % 3 AS INTEGER), t,
                    CASE WHEN t IN ('overplan', 'extraplan') AND v % 5 = 0 THEN 'draft' ELSE 'effective' END,
                    (1 + h % 9999999) * (1 - 2 * (v % 7 / 6)),
                    CASE WHEN t IN ('commitment_authority', 'authority_use') THEN 2025 END, '2022-10-17', '2022-10-17 05:00:00'
                FROM r JOIN ({types}) types ON types.k = (h / 4096) % {number};
             ANALYZE;",
            number = EntryType::ALL.len(),
        ),
    );
}

#[derive(Debug, QueryableByName)]
struct Sums {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    authorised: i64,
    #[diesel(sql_type = BigInt)]
    blocked: i64,
    #[diesel(sql_type = BigInt)]
    committed: i64,
    #[diesel(sql_type = BigInt)]
    actual: i64,
    #[diesel(sql_type = BigInt)]
    forecast: i64,
    #[diesel(sql_type = BigInt)]
    plan: i64,
}

/// The figures of 2023 as SQL of its own sums them, by an expression on lines (`l`) of a programme (`p`).
fn independent(app: &TestApp, name: &str) -> Vec<Sums> {
    let sum = |types: &str| {
        format!(
            "CAST(coalesce(sum(CASE WHEN e.entry_type IN ({types}) THEN e.cents ELSE 0 END), 0) AS BIGINT)"
        )
    };
    let sql = format!(
        "SELECT {name} AS name, {} AS authorised, {} AS blocked, {} AS committed, {} AS actual, {} AS forecast, {} AS plan
         FROM budget_lines l JOIN programmes p ON p.id = l.programme_id JOIN institutions i ON i.id = p.institution_id
         LEFT JOIN budget_entries e ON e.line_id = l.id AND e.year = 2023 AND e.state = 'effective'
         WHERE i.slug = 'offenburg' GROUP BY {name} ORDER BY {name}",
        sum("'appropriation', 'supplementary', 'overplan', 'extraplan', 'cover', 'carry_in', 'carry_out', 'cut'"),
        sum("'block', 'release'"),
        sum("'commitment', 'commitment_release'"),
        sum("'actual', 'actual_reversal'"),
        sum("'forecast'"),
        sum("'appropriation', 'overplan', 'financial_plan'"),
    );
    let load = |db: &mut Db| {
        Ok(match db {
            Db::Pg(conn) => sql_query(&sql).load(conn)?,
            Db::Sqlite(conn) => sql_query(&sql).load(conn)?,
        })
    };
    app.app.store.read(load).unwrap()
}

#[track_caller]
fn same(row: &Value, sums: &Sums) {
    let figures = json!({
        "plan": sums.plan, "authorised": sums.authorised, "blocked": sums.blocked, "committed": sums.committed, "actual": sums.actual,
        "available": sums.authorised - sums.blocked - sums.committed - sums.actual, "forecast": sums.forecast,
    });
    for (name, cents) in figures.as_object().unwrap() {
        assert_eq!(&row[format!("{name}_cents")], cents, "{name} of {row}");
    }
}

both_engines! {
    async fn the_budget_is_what_sql_sums(app) {
        set_default_instrumentation(|| Some(Box::new(Counter))).unwrap();
        let client = app.sign_in("isb@offenburg.example").await;
        let subject = app.app.tokens.check(&client.access, app.app.clock.now()).unwrap();
        let caller = Caller { subject, request_id: "test".to_owned() };
        let counts = || {
            let count = |by: &Grouping| {
                let asked = ReportFilter { year: 2023, programme: None, kind: None, by: *by };
                statements(|| report(&app.app, By::Caller(&caller), "offenburg", &asked).unwrap()).1
            };
            Grouping::ALL.iter().map(count).collect::<Vec<_>>()
        };
        let before = counts();
        assert_eq!(before, [5, 5, 5, 7, 7, 5], "by programme, group, line, measure, unit, kind");
        fill(app);
        assert_eq!(counts(), before);

        let whole = &independent(app, "i.slug")[0];
        for by in Grouping::ALL {
            let report = client.get(&format!("{BUDGET}?year=2023&by={by}")).await.ok(200);
            same(&report["totals"], whole);
        }
        for (by, name) in [("programme", "p.key"), ("kind", "l.kind"), ("line", "l.key")] {
            let found = rows(&client, &format!("year=2023&by={by}")).await;
            let expected = independent(app, name);
            assert_eq!(found.len(), expected.len(), "{by}");
            let mut found: Vec<&Value> = found.iter().collect();
            found.sort_by_key(|row| row["key"].as_str().unwrap());
            for (row, sums) in found.into_iter().zip(&expected) {
                assert_eq!(row["key"], sums.name);
                same(row, sums);
            }
        }
        let groups = rows(&client, "year=2023&by=group&programme=PROBE").await;
        assert_eq!(groups.len(), 40);
        let sum = |name: &str| groups.iter().map(|row| row[name].as_i64().unwrap()).sum::<i64>();
        let programme = &rows(&client, "year=2023&programme=PROBE").await[0];
        for name in ["authorised_cents", "available_cents", "forecast_cents"] {
            assert_eq!(sum(name), programme[name], "{name}");
        }
    }

    async fn rows_by_measure_and_unit(app) {
        let isb = app.sign_in("isb@offenburg.example").await;
        let mdm = isb.reference_of("offenburg", "OG-K1").await;
        let by_measure = rows(&isb, "year=2023&by=measure&programme=OG-2021-DIG").await;
        let row = by_measure.iter().find(|row| row["key"] == mdm).unwrap();
        assert_eq!((&row["authorised_cents"], &row["programme"]), (&json!(5_500_000), &Value::Null));
        assert_eq!(by_measure.len(), 13);
        // A second measure on the same line: they share it, and the rows add up to the totals.
        let new = json!({ "title": "Zweite", "origin": "audit", "priority": 2, "org_unit": "Bauamt", "budget_lines": ["OG-2021-DIG:OG-K1"] });
        let second = isb.post("institutions/offenburg/measures", new).await.ok(201)["reference"].clone();
        let report = isb.get(&format!("{BUDGET}?year=2023&by=measure&programme=OG-2021-DIG")).await.ok(200);
        let found = report["rows"].as_array().unwrap();
        let sum: i64 = found.iter().map(|row| row["authorised_cents"].as_i64().unwrap()).sum();
        assert_eq!((found.len(), &report["totals"]["authorised_cents"]), (14, &json!(sum)));
        assert_eq!((&found[13]["key"], &found[13]["authorised_cents"]), (&second, &json!(2_750_000)));
        assert_eq!(report["totals"]["authorised_cents"], 110_525_000 + 141_800_000);
        let units = rows(&isb, "year=2023&by=org_unit&programme=OG-2021-DIG").await;
        assert_eq!((&units[0]["key"], &units[0]["authorised_cents"]), (&json!("Bauamt"), &json!(2_750_000)));
        let kinds = rows(&isb, "year=2023&by=kind").await;
        let shown: Vec<(&Value, &Value)> = kinds.iter().map(|row| (&row["key"], &row["authorised_cents"])).collect();
        assert_eq!(shown, [(&json!("consumptive"), &json!(110_525_000)), (&json!("investive"), &json!(141_800_000 + 72_500_000))]);
        let groups = rows(&isb, "year=2023&by=group&kind=consumptive").await;
        assert!(groups.iter().all(|row| row["programme"] == "OG-2021-DIG"));
        // Whoever sees no measures sees the money, and no names.
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let found = rows(&finance, "year=2023&by=measure").await;
        assert_eq!((found.len(), &found[0]["key"]), (1, &Value::Null));
        assert_eq!(found[0]["authorised_cents"], 110_525_000 + 141_800_000 + 72_500_000);
        assert_eq!(rows(&finance, "year=2023&programme=NIX").await, Vec::<Value>::new());
    }

    async fn a_sum_beyond_64_bits_is_an_error(app) {
        let finance = app.sign_in("kaemmerei@offenburg.example").await;
        let add = |id: &str, entry_type: &str| format!(
            "INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
                SELECT '{id}', programme_id, id, 2023, '{entry_type}', 'effective', 9223372036854775807, '2022-10-17', '2022-10-17 05:00:00'
                FROM budget_lines WHERE key = 'OG-K2';"
        );
        app.execute(&add("a", "actual"));
        // One line and type fits, authorised less spent does not.
        app.execute(&add("b", "commitment"));
        finance.get(&format!("{BUDGET}?year=2023")).await.problem(409, "sum_out_of_range");
        finance.get(&format!("{BUDGET}?year=2022")).await.ok(200);
        // Nor does the sum of the database.
        app.execute(&add("c", "actual"));
        finance.get(&format!("{BUDGET}?year=2023")).await.problem(409, "sum_out_of_range");
        let body = json!({ "entries": [{ "line": "OG-K2", "year": 2023, "type": "actual", "cents": 1 }] });
        finance.post("institutions/offenburg/programmes/OG-2021-DIG/entries", body).await.problem(409, "sum_out_of_range");
    }
}
