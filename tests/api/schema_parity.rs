//! Both engines have the same schema, and diesel sees just that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use zinne::app::App;
use zinne::store::Db;

use crate::support;
use crate::support::postgres::Database;

/// Diesel's own list of migrations.
const OWN: &str = "__diesel_schema_migrations";

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    /// A diesel type; for SQLite what it is stored as.
    kind: String,
    nullable: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Table {
    columns: Vec<Column>,
    primary_key: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    indexes: BTreeSet<(String, Vec<String>)>,
    foreign_keys: BTreeSet<(Vec<String>, String, Vec<String>, String)>,
}

type Schema = BTreeMap<String, Table>;

#[test]
fn the_same_migrations_on_both_sides() {
    let names = |engine| {
        migrations(engine)
            .into_iter()
            .map(|path| name_of(&path))
            .collect::<Vec<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for path in migrations("sqlite")
        .into_iter()
        .chain(migrations("postgres"))
    {
        for file in ["up.sql", "down.sql"] {
            assert!(
                path.join(file).is_file(),
                "{} is missing in {}",
                file,
                path.display()
            );
        }
    }
}

#[test]
fn the_same_checks_on_both_sides() {
    let checks = |engine| {
        migrations(engine)
            .iter()
            .flat_map(|path| checks(&read(&path.join("up.sql"))))
            .collect::<Vec<_>>()
    };
    let (sqlite, postgres) = (checks("sqlite"), checks("postgres"));
    assert!(sqlite.len() > 10, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
}

#[test]
fn sqlite_is_what_diesel_sees() {
    let folder = tempfile::tempdir().unwrap();
    let schema = read_sqlite(&mut migrated_sqlite(folder.path()));
    assert_same(&schema_of_diesel(stored_in_sqlite), &only_columns(&schema));
}

#[test]
fn postgres_is_what_diesel_sees() {
    let Some((_database, mut conn)) = migrated_postgres() else {
        return;
    };
    let schema = read_postgres(&mut conn);
    assert_same(&schema_of_diesel(str::to_owned), &only_columns(&schema));
}

#[test]
fn keys_and_indexes_are_the_same_on_both_sides() {
    let Some((_database, mut postgres)) = migrated_postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let sqlite = read_sqlite(&mut migrated_sqlite(folder.path()));
    let mut postgres = read_postgres(&mut postgres);
    for column in postgres.values_mut().flat_map(|table| &mut table.columns) {
        column.kind = stored_in_sqlite(&column.kind);
    }
    assert_same(&sqlite, &postgres);
    let indexes: usize = sqlite.values().map(|table| table.indexes.len()).sum();
    let keys: usize = sqlite.values().map(|table| table.foreign_keys.len()).sum();
    assert!(
        indexes > 10 && keys > 20,
        "the reader sees {indexes} indexes and {keys} foreign keys only"
    );
}

#[test]
fn every_foreign_key_leads_an_index_or_is_read_from_the_other_side_only() {
    let folder = tempfile::tempdir().unwrap();
    let schema = read_sqlite(&mut migrated_sqlite(folder.path()));
    let mut bare = Vec::new();
    for (name, table) in &schema {
        let leads = |columns: &[String]| {
            let keys = table
                .unique
                .iter()
                .chain(table.indexes.iter().map(|(_, columns)| columns));
            keys.chain([&table.primary_key])
                .any(|key| key.starts_with(columns))
        };
        let keys = table
            .foreign_keys
            .iter()
            .filter(|(columns, ..)| !leads(columns));
        bare.extend(keys.map(|(columns, ..)| format!("{name} ({})", columns.join(", "))));
    }
    // Rows of the referenced tables are never deleted, and nothing is asked for by these columns.
    insta::assert_snapshot!("foreign_keys_without_index", bare.join("\n"));
}

#[test]
fn sqlite_tables_are_strict() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = migrated_sqlite(folder.path());
    let loose = sqlite_names(
        &mut conn,
        "SELECT name AS value FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND strict = 0",
    );
    let loose: Vec<String> = loose
        .into_iter()
        .filter(|name| name != OWN && !name.starts_with("sqlite_"))
        .collect();
    assert!(loose.is_empty(), "{loose:?}");
}

#[test]
fn down_undoes_up_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = migrated_sqlite(folder.path());
    let before = read_sqlite(&mut conn);
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    for path in migrations("sqlite").iter().rev() {
        conn.batch_execute(&read(&path.join("down.sql"))).unwrap();
    }
    let left = sqlite_names(
        &mut conn,
        "SELECT name AS value FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    );
    assert_eq!(left, [OWN]);
    for path in migrations("sqlite") {
        conn.batch_execute(&read(&path.join("up.sql"))).unwrap();
    }
    assert_same(&before, &read_sqlite(&mut conn));
}

#[test]
fn down_undoes_up_on_postgres() {
    let Some((_database, mut conn)) = migrated_postgres() else {
        return;
    };
    let before = read_postgres(&mut conn);
    for path in migrations("postgres").iter().rev() {
        conn.batch_execute(&read(&path.join("down.sql"))).unwrap();
    }
    let left = "SELECT relname::text AS value FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
                UNION ALL SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace";
    let mut left = postgres_names(&mut conn, left);
    left.retain(|name| !name.contains(OWN));
    assert!(left.is_empty(), "{left:?}");
    for path in migrations("postgres") {
        conn.batch_execute(&read(&path.join("up.sql"))).unwrap();
    }
    assert_same(&before, &read_postgres(&mut conn));
}

/// Entries as they were before the ledger had more than papers.
const OLD_ENTRIES: &str = "
    INSERT INTO institutions (id, slug, name, kind, closure_days, created_at)
        VALUES ('i', 'i', 'I', 'municipality', '[]', '2022-10-17 05:00:00');
    INSERT INTO programmes (id, institution_id, key, title, period, amount_basis, confidentiality, years, double_budgets, imported_at)
        VALUES ('p', 'i', 'P', 'P', '2023', 'gross', 'public', '[2023]', '[]', '2022-10-17 05:00:00');
    INSERT INTO budget_groups (id, programme_id, key, title, position) VALUES ('g', 'p', 'G', 'G', 0);
    INSERT INTO budget_lines (id, programme_id, group_id, key, printed_position, title, kind, early_contract, position, source)
        VALUES ('l', 'p', 'g', 'L', '1', 'L', 'mixed', 1 = 0, 0, '{}');
    INSERT INTO budget_entries (id, line_id, year, entry_type, cents, flag, booked_at, source)
        VALUES ('e', 'l', 2023, 'overplan', 7, 'inferred', '2022-10-17 05:00:00', '{}');
    INSERT INTO ceilings (id, programme_id, from_year, to_year, cents, hard, source)
        VALUES ('c', 'p', 2023, 2023, 9, 1 = 1, '{}');";

#[test]
fn entries_of_papers_come_into_the_ledger_and_out_again() {
    let folder = tempfile::tempdir().unwrap();
    into_the_ledger_and_out("sqlite", Db::Sqlite(migrated_sqlite(folder.path())));
    if let Some((_database, conn)) = migrated_postgres() {
        into_the_ledger_and_out("postgres", Db::Pg(conn));
    }
}

fn into_the_ledger_and_out(engine: &str, mut db: Db) {
    let mut later = migrations(engine);
    let ledger = later
        .iter()
        .position(|path| name_of(path).ends_with("_budget_ledger"));
    later.drain(..ledger.unwrap());
    let mut entries = |sql: &str, columns: &str| {
        db.batch_execute(sql).unwrap();
        let refused = db.batch_execute("UPDATE budget_entries SET cents = 8");
        let refused = refused.expect_err("changed").to_string();
        assert!(refused.contains("is append-only"), "{refused}");
        let columns: Vec<String> = columns
            .split(' ')
            .map(|column| format!("CAST({column} AS TEXT)"))
            .collect();
        let columns = columns.join(" || ' ' || ");
        let sql = format!("SELECT {columns} AS value FROM budget_entries");
        match &mut db {
            Db::Pg(conn) => postgres_names(conn, &sql),
            Db::Sqlite(conn) => sqlite_names(conn, &sql),
        }
    };
    let all = |file: &str, paths: &mut dyn Iterator<Item = &PathBuf>| {
        let files = paths.map(|path| read(&path.join(file)));
        files.collect::<Vec<_>>().join("\n")
    };
    let (up, down) = (
        all("up.sql", &mut later.iter()),
        all("down.sql", &mut later.iter().rev()),
    );
    let before = entries(
        &format!("{down}{OLD_ENTRIES}"),
        "id line_id entry_type cents flag",
    );
    assert_eq!(before, ["e l overplan 7 inferred"]);
    let there = entries(&up, "id programme_id line_id state cents booked_on");
    assert_eq!(there, ["e p l effective 7 2022-10-17"]);
    assert_eq!(entries(&down, "id line_id entry_type cents flag"), before);
}

/// A programme of before there were steps of posts.
const OLD_ROWS: &str = "
    INSERT INTO institutions (id, slug, name, kind, closure_days, created_at) VALUES ('i', 's', 'S', 'municipality', '[]', '2022-01-01 00:00:00');
    INSERT INTO resolutions (id, institution_id, key, paper, paper_title, body, decided_on, is_public, kind, outcome, source)
        VALUES ('r', 'i', 'k', 'p', 't', 'b', '2022-01-01', TRUE, 'decision', 'open', '{}');
    INSERT INTO programmes (id, institution_id, key, title, period, amount_basis, confidentiality, resolution_id, years, double_budgets, imported_at)
        VALUES ('p', 'i', 'k', 't', 'x', 'gross', 'public', 'r', '[]', '[]', '2022-01-01 00:00:00');
    INSERT INTO posts (id, programme_id, org_unit, hundredths, early_hundredths, kind, position, source) VALUES ('x', 'p', 'u', 250, 50, 'training', 0, '{}');
    INSERT INTO printed_totals (id, programme_id, name, group_keys, years, cents, position, source) VALUES ('t', 'p', 'n', '[\"A\"]', '[2022]', 5, 0, '{}');";
const STORED: &str = "SELECT resolutions.outcome || ' ' || posts.kind || ' ' || printed_totals.name AS value FROM posts
    JOIN programmes ON programmes.id = posts.programme_id JOIN resolutions ON resolutions.id = programmes.resolution_id
    JOIN printed_totals ON printed_totals.programme_id = programmes.id WHERE posts.hundredths = 250";

/// The migrations before the one whose name ends so, and that one.
fn before(engine: &str, name: &str) -> (Vec<PathBuf>, PathBuf) {
    let mut paths = migrations(engine);
    let at = paths.iter().position(|path| name_of(path).ends_with(name));
    paths.truncate(at.unwrap() + 1);
    let last = paths.pop().unwrap();
    (paths, last)
}

/// A table that others lead to is made anew there: neither a row nor a key may get lost, in either direction.
fn rows_survive<C: Connection>(
    conn: &mut C,
    engine: &str,
    stored: impl Fn(&mut C, &str) -> Vec<String>,
) {
    let (before, posts) = before(engine, "posts_and_periods");
    for path in before {
        conn.batch_execute(&read(&path.join("up.sql"))).unwrap();
    }
    conn.batch_execute(OLD_ROWS).unwrap();
    for file in ["up.sql", "down.sql", "up.sql"] {
        let sql = format!("BEGIN; {}; COMMIT;", read(&posts.join(file)));
        conn.batch_execute(&sql).unwrap();
        assert_eq!(stored(conn, STORED), ["open training n"], "{file}");
        conn.batch_execute("DELETE FROM resolutions").unwrap_err();
    }
    let status = "SELECT status || ' ' || version AS value FROM posts";
    assert_eq!(stored(conn, status), ["requested 1"]);
}

#[test]
fn rows_survive_the_migration_of_posts_on_sqlite() {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    rows_survive(&mut conn, "sqlite", sqlite_names);
}

#[test]
fn rows_survive_the_migration_of_posts_on_postgres() {
    let Some(database) = Database::create(None) else {
        return;
    };
    let mut conn = PgConnection::establish(&database.url).unwrap();
    rows_survive(&mut conn, "postgres", postgres_names);
}

/// Mails of before there were kinds of them.
const OLD_MAILS: &str = "
    INSERT INTO institutions (id, slug, name, kind, closure_days, created_at) VALUES ('i', 's', 'S', 'municipality', '[]', '2022-01-01 00:00:00');
    INSERT INTO users (id, email, email_key, display_name, password_hash, locale, active, created_at)
        VALUES ('u', 'u@s.example', 'u@s.example', 'U', '', 'de', 1 = 1, '2022-01-01 00:00:00');
    INSERT INTO outbox (id, institution_id, occurrence_key, recipient_id, kind, day, payload, state, attempts, next_attempt_at, planned_at, finished_at)
        VALUES ('a', 'i', 'ka', 'u', 'digest', '2022-01-03', '{}', 'sent', 2, '2022-01-03 06:00:00', '2022-01-03 06:00:00', '2022-01-03 06:01:00'),
            ('b', 'i', 'kb', 'u', 'digest', '2022-01-04', '{}', 'pending', 0, '2022-01-04 06:00:00', '2022-01-04 06:00:00', NULL);";

/// What was sent stays on record, and what waited under the old rules is dropped: the next run says what holds.
fn mails_come_along<C: Connection>(
    conn: &mut C,
    engine: &str,
    stored: impl Fn(&mut C, &str) -> Vec<String>,
) {
    let (before, reminders) = before(engine, "_reminders");
    for path in before {
        conn.batch_execute(&read(&path.join("up.sql"))).unwrap();
    }
    conn.batch_execute(OLD_MAILS).unwrap();
    let state = "id || ' ' || recipient_id || ' ' || kind || ' ' || state || ' ' || attempts";
    for (file, more) in [
        ("up.sql", " || ' ' || channel"),
        ("down.sql", ""),
        ("up.sql", " || ' ' || channel"),
    ] {
        let sql = format!("BEGIN; {}; COMMIT;", read(&reminders.join(file)));
        conn.batch_execute(&sql).unwrap();
        let rows = stored(
            conn,
            &format!(
                "SELECT {state}{more} AS value FROM outbox WHERE finished_at IS NOT NULL ORDER BY id"
            ),
        );
        let channel = if more.is_empty() { "" } else { " mail" };
        let expected =
            ["a u digest sent 2", "b u digest obsolete 0"].map(|row| format!("{row}{channel}"));
        assert_eq!(rows, expected, "{file}");
        conn.batch_execute("DELETE FROM users").unwrap_err();
    }
}

#[test]
fn mails_come_through_the_migration_of_reminders_on_sqlite() {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    mails_come_along(&mut conn, "sqlite", sqlite_names);
}

#[test]
fn mails_come_through_the_migration_of_reminders_on_postgres() {
    let Some(database) = Database::create(None) else {
        return;
    };
    let mut conn = PgConnection::establish(&database.url).unwrap();
    mails_come_along(&mut conn, "postgres", postgres_names);
}

/// Names the tables that differ, instead of printing both schemas.
#[track_caller]
fn assert_same(left: &Schema, right: &Schema) {
    assert_eq!(
        left.keys().collect::<Vec<_>>(),
        right.keys().collect::<Vec<_>>()
    );
    for (name, table) in left {
        assert_eq!(Some(table), right.get(name), "{name}");
    }
}

fn only_columns(schema: &Schema) -> Schema {
    let bare = |table: &Table| Table {
        columns: table.columns.clone(),
        primary_key: table.primary_key.clone(),
        ..Table::default()
    };
    schema
        .iter()
        .map(|(name, table)| (name.clone(), bare(table)))
        .collect()
}

fn stored_in_sqlite(kind: &str) -> String {
    match kind {
        "Text" | "Timestamp" | "Date" => "TEXT",
        "Bool" | "Integer" | "BigInt" => "INTEGER",
        "Binary" => "BLOB",
        other => panic!("{other} is no type of the schema"),
    }
    .to_owned()
}

// ---------------------------------------------------------------- files

fn migrations(engine: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// The conditions of `CHECK (…)` in the order of the file.
fn checks(sql: &str) -> Vec<String> {
    let condition = |at: usize| {
        let mut depth = 0;
        let end = sql[at..].find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        sql[at..at + end.unwrap()]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    sql.match_indices("CHECK (")
        .map(|(at, word)| condition(at + word.len() - 1))
        .collect()
}

/// Tables, columns and primary keys of `src/store/schema.rs`.
fn schema_of_diesel(kind_of: impl Fn(&str) -> String) -> Schema {
    let text = include_str!("../../src/store/schema.rs");
    let tables = text.split("diesel::table! {").skip(1).map(|block| {
        let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let (name, key) = lines
            .next()
            .unwrap()
            .trim_end_matches(") {")
            .split_once(" (")
            .unwrap();
        let columns = lines.take_while(|line| *line != "}").map(|line| {
            let (name, kind) = line.trim_end_matches(',').split_once(" -> ").unwrap();
            let inner = kind
                .strip_prefix("Nullable<")
                .map(|inner| inner.trim_end_matches('>'));
            Column {
                name: name.to_owned(),
                kind: kind_of(inner.unwrap_or(kind)),
                nullable: inner.is_some(),
            }
        });
        let primary_key = key.split(", ").map(str::to_owned).collect();
        (
            name.to_owned(),
            Table {
                columns: columns.collect(),
                primary_key,
                ..Table::default()
            },
        )
    });
    tables.collect()
}

// ---------------------------------------------------------------- databases

fn migrate(url: &str, folder: &Path) {
    let data_dir = folder.display().to_string();
    let settings = [
        ("ZINNE_PROFILE", "test"),
        ("ZINNE_DATABASE_URL", url),
        ("ZINNE_DATA_DIR", &data_dir),
        ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "8"),
    ];
    let config = support::config(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let app = App::new(config).unwrap();
    let names: Vec<String> = migrations("sqlite")
        .iter()
        .map(|path| name_of(path))
        .collect();
    assert_eq!(app.store.pending_migrations().unwrap().len(), names.len());
    assert_eq!(app.store.migrate().unwrap().len(), names.len());
    assert!(app.store.migrate().unwrap().is_empty());
    assert!(app.store.pending_migrations().unwrap().is_empty());
}

fn migrated_sqlite(folder: &Path) -> SqliteConnection {
    let path = folder.join("parity.db");
    migrate(&format!("sqlite:{}", path.display()), folder);
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}

/// `None` where there is no PostgreSQL, which the set-up says loudly.
fn migrated_postgres() -> Option<(Database, PgConnection)> {
    let database = Database::create(None)?;
    let folder = tempfile::tempdir().unwrap();
    migrate(&database.url, folder.path());
    let conn = PgConnection::establish(&database.url).unwrap();
    Some((database, conn))
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    /// Place in the primary key, from 1; 0 if it is not in it.
    #[diesel(sql_type = BigInt)]
    key: i64,
}

#[derive(QueryableByName)]
struct IndexRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_unique: bool,
    /// Declared by CREATE INDEX, and thus has a name that we gave.
    #[diesel(sql_type = Bool)]
    named: bool,
    /// Separated by commas.
    #[diesel(sql_type = Text)]
    columns: String,
}

#[derive(QueryableByName)]
struct ForeignKeyRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    columns: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    target_columns: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

fn assemble(columns: Vec<ColumnRow>, indexes: Vec<IndexRow>, keys: Vec<ForeignKeyRow>) -> Schema {
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut schema = Schema::new();
    let mut primary: BTreeMap<(String, i64), String> = BTreeMap::new();
    for row in columns {
        if row.key > 0 {
            primary.insert((row.table_name.clone(), row.key), row.name.clone());
        }
        let column = Column {
            name: row.name,
            kind: row.kind,
            nullable: row.nullable && row.key == 0,
        };
        schema
            .entry(row.table_name)
            .or_default()
            .columns
            .push(column);
    }
    for ((table, _), column) in primary {
        schema.get_mut(&table).unwrap().primary_key.push(column);
    }
    for row in indexes {
        let Some(table) = schema.get_mut(&row.table_name) else {
            continue;
        };
        if row.is_unique {
            table.unique.insert(list(&row.columns));
        }
        if row.named {
            table.indexes.insert((row.name, list(&row.columns)));
        }
    }
    for row in keys {
        let Some(table) = schema.get_mut(&row.table_name) else {
            continue;
        };
        table.foreign_keys.insert((
            list(&row.columns),
            row.target,
            list(&row.target_columns),
            row.on_delete,
        ));
    }
    schema
}

fn sqlite_names(conn: &mut SqliteConnection, sql: &str) -> Vec<String> {
    sql_query(sql)
        .load::<Name>(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.value)
        .collect()
}

fn postgres_names(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    sql_query(sql)
        .load::<Name>(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.value)
        .collect()
}

fn read_sqlite(conn: &mut SqliteConnection) -> Schema {
    let tables = format!(
        "FROM sqlite_schema t WHERE t.type = 'table' AND t.name <> '{OWN}' AND t.name NOT LIKE 'sqlite_%'"
    );
    let columns = format!(
        "SELECT t.name AS table_name, c.name, c.type AS kind, c.\"notnull\" = 0 AS nullable, c.pk AS key \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.name IN (SELECT t.name {tables}) ORDER BY t.name, c.cid"
    );
    let indexes = format!(
        "SELECT t.name AS table_name, i.name, i.\"unique\" AS is_unique, i.origin = 'c' AS named, \
         (SELECT group_concat(x.name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x) AS columns \
         FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE i.origin <> 'pk' AND t.name IN (SELECT t.name {tables})"
    );
    let keys = format!(
        "SELECT t.name AS table_name, f.\"table\" AS target, max(f.on_delete) AS on_delete, \
         (SELECT group_concat(x.\"from\") FROM (SELECT \"from\" FROM pragma_foreign_key_list(t.name) WHERE id = f.id ORDER BY seq) x) AS columns, \
         (SELECT group_concat(x.\"to\") FROM (SELECT \"to\" FROM pragma_foreign_key_list(t.name) WHERE id = f.id ORDER BY seq) x) AS target_columns \
         FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.name IN (SELECT t.name {tables}) GROUP BY t.name, f.id, f.\"table\""
    );
    assemble(
        sql_query(columns).load(conn).unwrap(),
        sql_query(indexes).load(conn).unwrap(),
        sql_query(keys).load(conn).unwrap(),
    )
}

fn read_postgres(conn: &mut PgConnection) -> Schema {
    let columns = format!(
        "SELECT r.relname::text AS table_name, a.attname::text AS name, NOT a.attnotnull AS nullable, \
         CASE format_type(a.atttypid, a.atttypmod) WHEN 'text' THEN 'Text' WHEN 'timestamp without time zone' THEN 'Timestamp' \
           WHEN 'date' THEN 'Date' WHEN 'boolean' THEN 'Bool' WHEN 'integer' THEN 'Integer' WHEN 'bigint' THEN 'BigInt' \
           WHEN 'bytea' THEN 'Binary' ELSE format_type(a.atttypid, a.atttypmod) END AS kind, \
         COALESCE((SELECT array_position(p.conkey, a.attnum) FROM pg_constraint p WHERE p.conrelid = r.oid AND p.contype = 'p'), 0)::bigint AS key \
         FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid \
         WHERE r.relnamespace = 'public'::regnamespace AND r.relkind = 'r' AND r.relname <> '{OWN}' AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY r.relname, a.attnum"
    );
    let list = |table: &str, array: &str| {
        format!(
            "(SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest({array}) WITH ORDINALITY AS k(number, place) \
             JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
        )
    };
    let indexes = format!(
        "SELECT r.relname::text AS table_name, x.relname::text AS name, i.indisunique AS is_unique, \
         NOT EXISTS (SELECT 1 FROM pg_constraint p WHERE p.conindid = x.oid AND p.contype = 'u') AS named, {} AS columns \
         FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid \
         WHERE r.relnamespace = 'public'::regnamespace AND NOT i.indisprimary",
        list("r.oid", "i.indkey::int2[]")
    );
    let keys = format!(
        "SELECT r.relname::text AS table_name, o.relname::text AS target, {} AS columns, {} AS target_columns, \
         CASE f.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' ELSE f.confdeltype::text END AS on_delete \
         FROM pg_constraint f JOIN pg_class r ON r.oid = f.conrelid JOIN pg_class o ON o.oid = f.confrelid \
         WHERE f.contype = 'f' AND r.relnamespace = 'public'::regnamespace",
        list("r.oid", "f.conkey"),
        list("o.oid", "f.confkey")
    );
    assemble(
        sql_query(columns).load(conn).unwrap(),
        sql_query(indexes).load(conn).unwrap(),
        sql_query(keys).load(conn).unwrap(),
    )
}
