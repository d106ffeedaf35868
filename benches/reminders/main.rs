//! The benchmark of reminders: what planning a day takes with many deadlines, in time and in memory, beside reading the same
//! rows once with bare SQL.
//!
//! Each step is done once in a process of its own, which says what it took. Prints figures and fails only where
//! something cannot be measured.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a benchmark prints, and stops where it cannot measure"
)]

#[path = "../once.rs"]
mod once;
#[path = "../report.rs"]
#[allow(dead_code, reason = "each step is done once: there is no median")]
mod report;
#[path = "../load/world.rs"]
#[allow(dead_code, reason = "only the measures are wanted")]
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Parser as _, ValueEnum};
use rusqlite::Connection;
use zinne::actions::reminders;
use zinne::app::App;
use zinne::config::Config;

use once::{measured, peak};
use report::{Row, say, table};

/// Planning reads and writes the present day's; the measures have dates on both sides of it.
const FILLED: &str = "2024-03-01T08:00:00Z";

/// Measures what planning takes.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// Numbers of measures.
    #[arg(long, default_values_t = [10_000, 50_000])]
    measures: Vec<usize>,
    /// What a process of its own is asked to do once.
    #[arg(long, hide = true, requires = "folder")]
    once: Option<Once>,
    /// Where its files are.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Once {
    /// Nothing but reading the rows that planning needs.
    Read,
    /// The first day, on which everything is new.
    First,
    /// The next day.
    Next,
    /// Reading the rows again: what has been said is among them now.
    ReadAgain,
    /// The day after that.
    Third,
}

impl Once {
    const fn day(self) -> &'static str {
        match self {
            Once::Read | Once::First => "2024-03-04T07:00:00Z",
            Once::Next => "2024-03-05T07:00:00Z",
            Once::ReadAgain | Once::Third => "2024-03-06T07:00:00Z",
        }
    }
}

fn main() {
    let arguments = Arguments::parse();
    if let (Some(once), Some(folder)) = (arguments.once, &arguments.folder) {
        return only_once(once, folder);
    }
    let lines: Vec<Row> = arguments
        .measures
        .iter()
        .flat_map(|count| all(*count))
        .collect();
    table(&lines);
}

fn all(count: usize) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), FILLED);
    actix_web::rt::System::new().block_on(world::fill(&settings, count));
    say(&format!("{count} measures"));
    let read = measured(Once::Read, folder.path());
    let first = measured(Once::First, folder.path());
    measured(Once::Next, folder.path());
    let again = measured(Once::ReadAgain, folder.path());
    let third = measured(Once::Third, folder.path());
    let line = |what: &str, found: (f64, f64), bare: (f64, f64)| Row {
        what: format!("{count} measures: planning {what}"),
        zinne: format!("{:.2} s, {:.0} MB", found.0, found.1),
        bare: format!("{:.2} s, {:.0} MB", bare.0, bare.1),
        ratio: format!("{:.1}", found.0 / bare.0),
        wanted: "< 150 MB".to_owned(),
    };
    vec![
        line("the first day", first, read),
        line("another day", third, again),
    ]
}

fn settings(folder: &Path, now: &str) -> Vec<(String, String)> {
    let url = format!("sqlite:{}", database(folder).display());
    let mut settings = world::settings(&url, folder);
    settings.retain(|(name, _)| name != "ZINNE_PROFILE");
    settings.push(("ZINNE_PROFILE".to_owned(), "test".to_owned()));
    settings.push(("ZINNE_FIXED_NOW".to_owned(), now.to_owned()));
    settings
}

fn database(folder: &Path) -> PathBuf {
    folder.join("bench.db")
}

fn only_once(once: Once, folder: &Path) {
    if matches!(once, Once::Read | Once::ReadAgain) {
        let begun = Instant::now();
        let rows = read(&database(folder));
        say(&format!(
            "{} {} {rows}",
            begun.elapsed().as_secs_f64(),
            peak()
        ));
        return;
    }
    let config =
        Config::load(None, settings(folder, once.day())).unwrap_or_else(|error| panic!("{error}"));
    let app = App::new(config).unwrap_or_else(|error| panic!("{error}"));
    let begun = Instant::now();
    let brought = reminders::plan_due(&app).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(brought.failed, 0);
    say(&format!("{seconds} {} {}", peak(), brought.mails));
}

/// Reads what planning has to know once: the measures that run, their links, what has been said. Gives the number of cells.
fn read(database: &Path) -> usize {
    let connection = Connection::open(database).unwrap();
    let running = "m.status IN ('approved', 'in_progress', 'blocked')";
    let mut cells = 0;
    for sql in [
        format!("SELECT m.* FROM measures m WHERE {running} ORDER BY m.id"),
        format!(
            "SELECT l.measure_id, l.module_id, l.requirement_id, r.level FROM measures m JOIN measure_links l ON l.measure_id = m.id
             LEFT JOIN catalogue_requirements r ON r.catalogue_id = l.catalogue_id AND r.id = l.requirement_id
             WHERE {running} AND l.kind = 'fulfils'"
        ),
        "SELECT deadline_id, due_on, recipient_id, code FROM reminder_occurrences".to_owned(),
    ] {
        let mut statement = connection.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let value: rusqlite::types::Value = row.get(column).unwrap();
                cells += usize::from(value != rusqlite::types::Value::Null);
            }
        }
    }
    cells
}
