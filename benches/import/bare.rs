//! The rows of an import, put into an empty database by nothing but SQL.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection as Sqlite, Transaction, params_from_iter};

/// Tables that an import writes to, each after those that it refers to.
const TABLES: [&str; 12] = [
    "catalogues",
    "catalogue_layers",
    "catalogue_modules",
    "catalogue_requirements",
    "catalogue_threats",
    "catalogue_requirement_threats",
    "catalogue_texts",
    "catalogue_groups",
    "catalogue_controls",
    "catalogue_sources",
    "catalogue_maps",
    "audit_events",
];

/// All rows of a database.
pub struct Rows(Vec<Table>);

struct Table {
    insert: String,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    pub fn of(path: &Path) -> Self {
        let database = Sqlite::open(path).unwrap();
        let tables = TABLES.map(|name| Table::of(&database, name));
        let rows = Self(
            tables
                .into_iter()
                .filter(|table| !table.rows.is_empty())
                .collect(),
        );
        assert_eq!(rows.len(), count_all(&database), "rows of every table");
        rows
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(|table| table.rows.len()).sum()
    }

    pub fn tables(&self) -> usize {
        self.0.len()
    }
}

impl Table {
    fn of(database: &Sqlite, name: &str) -> Self {
        // In the order in which they were inserted: what others refer to comes first.
        let mut select = database
            .prepare(&format!("SELECT * FROM {name} ORDER BY rowid"))
            .unwrap();
        let columns: Vec<String> = select
            .column_names()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let row = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|at| row.get(at)).collect();
        let rows = select.query_map([], row).unwrap();
        Self {
            rows: rows.map(Result::unwrap).collect(),
            insert: format!(
                "INSERT INTO {name} ({}) VALUES ({})",
                columns.join(", "),
                vec!["?"; columns.len()].join(", ")
            ),
        }
    }

    fn insert(&self, transaction: &Transaction<'_>) {
        let mut insert = transaction.prepare(&self.insert).unwrap();
        for row in &self.rows {
            insert.execute(params_from_iter(row)).unwrap();
        }
    }
}

/// Rows of all tables but that of the migrations.
fn count_all(database: &Sqlite) -> usize {
    let mut names = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let count = |name: String| {
        let count = format!("SELECT count(*) FROM {name}");
        database
            .query_row(&count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let all: i64 = names.map(|name| count(name.unwrap())).sum();
    usize::try_from(all).unwrap()
}

/// A connection that is set up as the product does it.
pub struct Connection(Sqlite);

impl Connection {
    pub fn open(path: &Path, full_sync: bool) -> Self {
        let database = Sqlite::open(path).unwrap();
        let sync = if full_sync { "FULL" } else { "NORMAL" };
        database
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync}; PRAGMA foreign_keys = ON; \
                 PRAGMA trusted_schema = OFF; PRAGMA cache_size = -1024;"
            ))
            .unwrap();
        Self(database)
    }

    /// Inserts all rows in one transaction.
    pub fn fill(&mut self, rows: &Rows) {
        let transaction = self.0.transaction().unwrap();
        for table in &rows.0 {
            table.insert(&transaction);
        }
        transaction.commit().unwrap();
    }
}
