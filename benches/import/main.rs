//! The import benchmark: what importing a catalogue costs beside its parts, both in the same run.
//!
//! Prints figures and fails only where something cannot be measured. See docs/PERFORMANCE.md.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a benchmark prints, and stops where it cannot measure"
)]

mod bare;
mod own;
#[path = "../report.rs"]
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::{Parser as _, ValueEnum};
use zinne::actions::catalogue::ImportFile;
use zinne::actions::{By, catalogue};
use zinne::app::App;
use zinne::catalogue::{docbook, oscal};
use zinne::config::Config;

use report::{Row, median, say, table};

/// Compares an import with its parts.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// Only one of the two files.
    #[arg(long)]
    only: Option<Kind>,
    /// Rounds, of which the medians count.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Files of this benchmark's own making although the official ones are there.
    #[arg(long)]
    own: bool,
    /// What the benchmark asks a process of its own: to do one thing once, and to say how much memory it took.
    #[arg(long, hide = true, requires = "only", requires = "file")]
    once: Option<Once>,
    /// The file for that.
    #[arg(long, hide = true)]
    file: Option<PathBuf>,
    /// Imports again and again without measuring, for a profiler.
    #[arg(long, default_value_t = 0)]
    repeat: usize,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The Kompendium as DocBook.
    Xml,
    /// The Kernel of Grundschutz++ as OSCAL.
    Json,
}

/// What is done once in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Once {
    Parse,
    Import,
}

fn main() {
    let arguments = Arguments::parse();
    if let (Some(once), Some(kind), Some(file)) = (arguments.once, arguments.only, &arguments.file)
    {
        return only_once(kind, once, file);
    }
    let kinds = [Kind::Xml, Kind::Json];
    let chosen = kinds
        .into_iter()
        .filter(|kind| arguments.only.is_none_or(|only| only == *kind));
    let rows: Vec<Row> = chosen.flat_map(|kind| compare(kind, &arguments)).collect();
    table(&rows);
}

// ------------------------------------------------------------------ the files

/// The official file, or one of about its size and shape, made in a folder; says which.
fn file(kind: Kind, own: bool, folder: &Path) -> PathBuf {
    let official = match kind {
        Kind::Xml => "bsi-kompendium-2023/XML_Kompendium_2023.xml",
        Kind::Json => {
            "bsi-gspp/2026-07-30/control_layer/Grundschutz++/sources/catalogs/Kernel/\
             BSI-Stand-der-Technik-Kernel-catalog.json"
        }
    };
    let data = std::env::var_os("ZINNE_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = data.join(official);
    let missing = !path.exists();
    if !own && !missing {
        say(&format!("{kind:?}: {official}"));
        return path;
    }
    let why = if missing {
        format!("{} is missing", path.display())
    } else {
        "as asked for".to_owned()
    };
    say(&format!(
        "{kind:?}: a generated file of about the official size and shape; {why}"
    ));
    let text = match kind {
        Kind::Xml => own::kompendium(),
        Kind::Json => own::catalog(),
    };
    let path = folder.join("generated");
    fs::write(&path, text).unwrap();
    path
}

// ------------------------------------------------------------------ what is measured

/// Nothing but the parser.
fn parse(kind: Kind, bytes: &[u8]) {
    match kind {
        Kind::Xml => {
            let text = std::str::from_utf8(bytes).unwrap();
            drop(roxmltree::Document::parse(text).unwrap());
        }
        Kind::Json => drop(serde_json::from_slice::<serde_json::Value>(bytes).unwrap()),
    }
}

/// The reader of the catalogue, without a database.
fn read(kind: Kind, bytes: &[u8]) {
    match kind {
        Kind::Xml => drop(docbook::read(std::str::from_utf8(bytes).unwrap()).unwrap()),
        Kind::Json => {
            let read = oscal::read_with_defects(bytes, &oscal::Limits::default());
            drop(read.unwrap());
        }
    }
}

/// The whole import.
fn import(app: &App, bytes: &[u8]) {
    let file = ImportFile {
        bytes,
        name: None,
        accept_defects: true,
    };
    let report =
        catalogue::import(app, By::Operator, file).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(!report.already_there);
}

/// The product on a database, both pools connected.
fn app(database: &Path, folder: &Path) -> App {
    let settings = [
        ("ZINNE_PROFILE", "production".to_owned()),
        (
            "ZINNE_DATABASE_URL",
            format!("sqlite:{}", database.display()),
        ),
        ("ZINNE_DATA_DIR", folder.join("data").display().to_string()),
        ("ZINNE_LOG__LEVEL", "warn".to_owned()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, settings).unwrap_or_else(|error| panic!("{error}"));
    let app = App::new(config).unwrap_or_else(|error| panic!("{error}"));
    app.store.migrate().unwrap();
    app.store.read(|_| Ok(())).unwrap();
    app
}

/// An empty database with all tables: made once, copied for each round.
struct Empty {
    folder: tempfile::TempDir,
}

impl Empty {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(app(&folder.path().join("empty.db"), folder.path()));
        Self { folder }
    }

    /// A copy that nothing has been done to.
    fn copy(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(format!("{name}.db"));
        for rest in ["db-wal", "db-shm"] {
            let _ = fs::remove_file(path.with_extension(rest));
        }
        fs::copy(self.folder.path().join("empty.db"), &path).unwrap();
        path
    }

    fn app(&self, name: &str) -> App {
        app(&self.copy(name), self.folder.path())
    }
}

fn compare(kind: Kind, arguments: &Arguments) -> Vec<Row> {
    let empty = Empty::new();
    let file = file(kind, arguments.own, empty.folder.path());
    let bytes = fs::read(&file).unwrap();
    for _ in 0..arguments.repeat {
        import(&empty.app("again"), &bytes);
    }
    import(&empty.app("imported"), &bytes);
    let rows = bare::Rows::of(&empty.folder.path().join("imported.db"));
    say(&format!(
        "  {:.2} MB, {} rows in {} tables",
        bytes.len() as f64 / 1e6,
        rows.len(),
        rows.tables()
    ));
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for _ in 0..arguments.rounds {
        let app = empty.app("import");
        let full_sync = app.config.limits().sqlite_full_sync;
        let mut insert = bare::Connection::open(&empty.copy("insert"), full_sync);
        let round = [
            cost(|| parse(kind, &bytes)),
            cost(|| read(kind, &bytes)),
            cost(|| insert.fill(&rows)),
            cost(|| import(&app, &bytes)),
        ];
        for (all, one) in costs.iter_mut().zip(round) {
            all.push(one);
        }
    }
    let of = |which: fn(&Cost) -> f64| {
        costs
            .each_ref()
            .map(|all| median(all.iter().map(which).collect()))
    };
    let mut lines = comparisons(kind, "", of(|cost| cost.time), arguments.rounds);
    let processor = of(|cost| cost.processor);
    lines.extend(comparisons(
        kind,
        ", processor time",
        processor,
        arguments.rounds,
    ));
    let all = memory(kind, Once::Import, &file);
    let bare = memory(kind, Once::Parse, &file);
    lines.push(Row {
        what: format!("{kind:?}: peak of memory, beside the parser alone"),
        zinne: format!("{all:.1} MB"),
        bare: format!("{bare:.1} MB"),
        ratio: format!("{:.2}", all / bare),
        wanted: "< 120 MB".to_owned(),
    });
    lines
}

/// An import beside its parts, by the medians of parser, reader, bulk insert and import.
fn comparisons(kind: Kind, of: &str, medians: [f64; 4], rounds: usize) -> Vec<Row> {
    let [parse, read, insert, import] = medians;
    say(&format!(
        "  medians of {rounds}{of}: parser {:.1} ms, reader {:.1} ms, bulk insert {:.1} ms, import {:.1} ms",
        1e3 * parse,
        1e3 * read,
        1e3 * insert,
        1e3 * import
    ));
    let row = |what: &str, zinne: f64, bare: f64, wanted: &str| Row {
        what: format!("{kind:?}: {what}{of}"),
        zinne: format!("{:.1} ms", 1e3 * zinne),
        bare: format!("{:.1} ms", 1e3 * bare),
        ratio: format!("{:.2}", zinne / bare),
        wanted: wanted.to_owned(),
    };
    let (least, own) = (parse + insert, read + insert);
    vec![
        row("reading, beside the parser alone", read, parse, ""),
        row(
            "importing, beside parser and bulk insert",
            import,
            least,
            "≤ 1.5",
        ),
        row(
            "importing, beside reader and bulk insert",
            import,
            own,
            "≤ 1.5",
        ),
    ]
}

/// What something takes, in seconds: by the clock, and of this thread on a processor. Other programs on the machine
/// change the first more than the second, which leaves out waiting for the disk.
struct Cost {
    time: f64,
    processor: f64,
}

fn cost(work: impl FnOnce()) -> Cost {
    let (begun, before) = (Instant::now(), processor());
    work();
    Cost {
        time: begun.elapsed().as_secs_f64(),
        processor: processor() - before,
    }
}

fn processor() -> f64 {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").expect("measured on Linux only");
    let nanoseconds = spent.split_whitespace().next().unwrap();
    nanoseconds.parse::<f64>().unwrap() / 1e9
}

// ------------------------------------------------------------------ memory, in a process that does nothing else

fn memory(kind: Kind, once: Once, file: &Path) -> f64 {
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--only", &word(&kind), "--once", &word(&once), "--file"]);
    command.arg(file);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().parse::<f64>().unwrap() / 1e6
}

/// Does one thing and prints the most memory that the process had meanwhile, in bytes.
fn only_once(kind: Kind, once: Once, file: &Path) {
    let empty = Empty::new();
    let app = empty.app("import");
    let bytes = fs::read(file).unwrap();
    // A start hashes a password, which takes more than most imports.
    fs::write("/proc/self/clear_refs", "5").expect("memory is measured on Linux only");
    match once {
        Once::Parse => parse(kind, &bytes),
        Once::Import => import(&app, &bytes),
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = peak
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    say(&(kib * 1024).to_string());
}
