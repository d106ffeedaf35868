//! The benchmark of tables: what bringing measures in and taking them out takes, in time and in memory.
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

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Parser as _, ValueEnum};
use secrecy::SecretString;
use zinne::actions::measures::{self, ListQuery};
use zinne::actions::{By, Caller, catalogue, institutions, sessions, users};
use zinne::app::App;
use zinne::config::Config;
use zinne::domain::access::{Grant, Role};
use zinne::domain::holiday::Land;
use zinne::domain::institution::InstitutionKind;
use zinne::sheet::{Format, Limits, Records, rows};
use zinne::store::measures::{Filter, Sort};

use once::{measured, peak};
use report::{Row, say, table};

const TOWN: &str = "ort";
const ISB: &str = "isb@ort.example";
const PASSWORD: &str = "Probe-Kennwort-2022";

/// Measures what tables take.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// Numbers of rows.
    #[arg(long, default_values_t = [10_000, 20_000])]
    rows: Vec<usize>,
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
    /// Nothing but the reader of the format.
    Parse,
    Import,
    Export,
    Again,
    ExportWorkbook,
    AgainWorkbook,
}

fn main() {
    let arguments = Arguments::parse();
    if let (Some(once), Some(folder)) = (arguments.once, &arguments.folder) {
        return only_once(once, folder);
    }
    let lines: Vec<Row> = arguments.rows.iter().flat_map(|rows| all(*rows)).collect();
    table(&lines);
}

fn all(rows: usize) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), rows);
    let bytes = fs::metadata(folder.path().join("new.csv")).unwrap().len();
    say(&format!("{rows} rows, {:.1} MB", bytes as f64 / 1e6));
    let parse = measured(Once::Parse, folder.path());
    let steps = [
        (Once::Import, "importing new measures", "< 200 MB"),
        (Once::Export, "exporting as CSV", "< 200 MB"),
        (Once::Again, "importing that again", "< 200 MB"),
        (Once::ExportWorkbook, "exporting as XLSX", "< 200 MB"),
        (Once::AgainWorkbook, "importing that again", ""),
    ];
    let line = |(once, what, wanted): (Once, &str, &str)| {
        let found = measured(once, folder.path());
        Row {
            what: format!("{rows} rows: {what}"),
            zinne: format!("{:.2} s, {:.0} MB", found.0, found.1),
            bare: format!("{:.2} s, {:.0} MB", parse.0, parse.1),
            ratio: format!("{:.1}", found.0 / parse.0),
            wanted: wanted.to_owned(),
        }
    };
    steps.into_iter().map(line).collect()
}

/// A town with an ISB, and a table of new measures.
fn prepare(folder: &Path, rows: usize) {
    let app = Arc::new(app(folder));
    app.store.migrate().unwrap();
    catalogue::ensure_built_in(&app).unwrap();
    institutions::create(
        &app,
        TOWN,
        "Ort",
        InstitutionKind::Municipality,
        Land::BadenWuerttemberg,
        &[],
    )
    .unwrap();
    let password = SecretString::from(PASSWORD);
    let made = users::create(
        &app,
        ISB.to_owned(),
        "ISB".to_owned(),
        "de".to_owned(),
        password,
    );
    actix_web::rt::System::new().block_on(made).unwrap();
    let grant = Grant {
        role: Role::Isb,
        org_unit: None,
    };
    users::set_role(&app, ISB, TOWN, &grant, true).unwrap();
    let mut text = "Externe Kennung;Titel;Beschreibung;Herkunft;Prio;Verantwortlich;OE;Fällig;Einmalkosten;Erfüllt\n".to_owned();
    for number in 0..rows {
        let description = "Die Zonen werden getrennt, die Übergänge geprüft. ".repeat(4);
        text.push_str(&format!(
            "T-{number};Maßnahme {number};{description};Audit;2;{ISB};IT;31.12.2026;1.234,56;\"NET.1.1.A4, NET.1.1\"\n"
        ));
    }
    fs::write(folder.join("new.csv"), text).unwrap();
}

fn app(folder: &Path) -> App {
    let settings = [
        ("ZINNE_PROFILE", "production".to_owned()),
        (
            "ZINNE_DATABASE_URL",
            format!("sqlite:{}", folder.join("bench.db").display()),
        ),
        ("ZINNE_DATA_DIR", folder.join("data").display().to_string()),
        ("ZINNE_LOG__LEVEL", "warn".to_owned()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, settings).unwrap_or_else(|error| panic!("{error}"));
    App::new(config).unwrap_or_else(|error| panic!("{error}"))
}

fn only_once(once: Once, folder: &Path) {
    let path = |name: &str| folder.join(name);
    let app = Arc::new(app(folder));
    let caller = (once != Once::Parse).then(|| signed_in(&app));
    let begun = Instant::now();
    let run = |name: &str, created: bool| {
        let bytes = fs::read(path(name)).unwrap();
        let by = By::Caller(caller.as_ref().unwrap());
        let report = measures::import(&app, by, TOWN, &bytes, false).unwrap();
        assert_eq!((report.created > 0, report.updated), (created, 0));
    };
    let take = |name: &str, format| {
        let by = By::Caller(caller.as_ref().unwrap());
        let filters = serde_json::json!({});
        let table = measures::export(&app, by, TOWN, &everything(), format, &filters).unwrap();
        let mut bytes = Vec::new();
        let mut file = table.file;
        file.read_to_end(&mut bytes).unwrap();
        fs::write(path(name), bytes).unwrap();
    };
    match once {
        Once::Parse => {
            let bytes = fs::read(path("new.csv")).unwrap();
            let records = Records::open(&bytes, Limits::default()).unwrap();
            assert!(rows(records).unwrap().all(|row| row.is_ok()));
        }
        Once::Import => run("new.csv", true),
        Once::Export => take("all.csv", Format::Csv),
        Once::Again => run("all.csv", false),
        Once::ExportWorkbook => take("all.xlsx", Format::Xlsx),
        Once::AgainWorkbook => run("all.xlsx", false),
    }
    let seconds = begun.elapsed().as_secs_f64();
    say(&format!("{seconds} {}", peak()));
}

fn signed_in(app: &Arc<App>) -> Caller {
    let (email, password) = (ISB.to_owned(), SecretString::from(PASSWORD));
    let signed = sessions::login(app, email, password, "bench".to_owned());
    let signed = actix_web::rt::System::new().block_on(signed).unwrap();
    Caller {
        subject: app
            .tokens
            .check(&signed.access_token, app.clock.now())
            .unwrap(),
        request_id: "bench".to_owned(),
    }
}

fn everything() -> ListQuery {
    ListQuery {
        filter: Filter::default(),
        sort: Sort::Reference,
        after: None,
        limit: 1,
    }
}
