//! The load benchmark: what the service costs beside the bare operation, both in the same run.
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

#[path = "../../tests/api/support/postgres.rs"]
mod postgres;
mod reads;
#[path = "../report.rs"]
mod report;
mod service;
mod sql;
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Parser as _;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use secrecy::SecretString;
use zinne::auth::password::{Passwords, Verdict};

use postgres::Database;
use reads::{BUDGETS, COUNTS, LISTS, budget_path, counts_path, measure_paths, page_paths};
use report::{Row, median, say, table};
use service::{Service, Site, processor_of};
use world::{PASSWORD, PEOPLE};

/// Compares the service with the bare operation.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// Measures in each database.
    #[arg(long, default_value_t = 50_000)]
    measures: usize,
    /// Entries of one year in the budget.
    #[arg(long, default_value_t = 2_000_000)]
    entries: usize,
    /// Only reads whose name holds this.
    #[arg(long, default_value = "", hide_default_value = true)]
    only: String,
    /// Seconds of each run under load.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Pairs of runs: pgbench, then wrk.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Connections of pgbench and of wrk.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Starts of the service.
    #[arg(long, default_value_t = 9)]
    starts: usize,
    /// Only some parts, for whoever works on one: `postgres`, `sqlite`, `login`.
    #[arg(long, value_delimiter = ',', default_value = "postgres,sqlite,login")]
    parts: Vec<String>,
    /// Another build of the program, such as one with symbols for a profile.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_zinne"), hide_default_value = true)]
    program: PathBuf,
    /// Seconds to keep the PostgreSQL database and its service for a look at plans and profiles.
    #[arg(long, default_value_t = 0)]
    hold: u64,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir().unwrap();
    let runtime = actix_web::rt::System::new();
    let wants = |part: &str| arguments.parts.iter().any(|wanted| wanted == part);
    let mut rows = Vec::new();
    if wants("postgres") {
        rows.extend(runtime.block_on(on_postgres(&arguments, folder.path())));
    }
    if wants("sqlite") || wants("login") {
        let (sqlite, login) = (wants("sqlite"), wants("login"));
        rows.extend(runtime.block_on(on_sqlite(&arguments, folder.path(), sqlite, login)));
    }
    table(&rows);
}

// ------------------------------------------------------------------ reading, beside the same SQL in pgbench

async fn on_postgres(arguments: &Arguments, folder: &Path) -> Vec<Row> {
    let database =
        Database::create(None).expect("PostgreSQL is missing; scripts/bench.sh installs it");
    let site = site(arguments, folder, "postgres", |_| database.url.clone());
    say(&format!(
        "PostgreSQL: filling a database with {} measures",
        arguments.measures
    ));
    let references = world::fill(&site.settings, arguments.measures).await;
    let mut admin = PgConnection::establish(&database.url).unwrap();
    say(&format!(
        "  and {} entries in its budget",
        arguments.entries
    ));
    world::book(&mut admin, arguments.entries);
    admin.batch_execute("VACUUM ANALYZE").unwrap();
    let service = Service::start(&site);
    let own = service.settle().as_secs_f64();
    say(&format!(
        "  the service planned and sent the mails of the day in {own:.1} s of processor time"
    ));
    let token = service.sign_in(PEOPLE[0].0);
    let mut log = sql::Log::of(postgres::server_url().unwrap());
    let mut rows = Vec::new();
    let (many, seconds) = (arguments.connections, arguments.seconds);
    let mut reads = vec![(
        "one measure",
        measure_paths(&references),
        "≥ 50 %",
        many,
        seconds,
    )];
    for (name, filters) in LISTS {
        let paths = page_paths(&service, &token, filters);
        reads.push((name, paths, "≥ 60 %", many, seconds));
    }
    // What takes a second each is not asked eight times at once, and for longer.
    for (name, filters) in COUNTS {
        reads.push((name, vec![counts_path(filters)], "≥ 60 %", 2, 3 * seconds));
    }
    for (name, query) in BUDGETS {
        reads.push((name, vec![budget_path(query)], "≥ 60 %", 2, 3 * seconds));
    }
    reads.retain(|(name, ..)| name.contains(&arguments.only));
    for (name, paths, wanted, connections, seconds) in reads {
        // The first times are not like the others: connections, prepared statements, caches.
        for path in paths.iter().chain(&paths).chain(&paths) {
            service.get(path, &token);
        }
        let transactions = log.transactions(|| {
            for path in &paths {
                service.get(path, &token);
            }
        });
        assert_eq!(
            transactions.len(),
            paths.len(),
            "one transaction for each request: {:?}",
            transactions
                .iter()
                .map(sql::Transaction::first)
                .collect::<Vec<_>>()
        );
        let load = Load {
            arguments,
            name,
            wanted,
            scripts: scripts(&site.folder, name, &transactions),
            lua: lua(&site.folder, name, &paths, &token),
            database: &database.url,
            service: &service,
            connections,
            seconds,
        };
        rows.push(load.compare(&transactions[0]));
    }
    if arguments.hold > 0 {
        say(&format!(
            "{}\nhttp://{}\nAuthorization: Bearer {token}",
            database.url, service.address
        ));
        sleep(Duration::from_secs(arguments.hold));
    }
    rows
}

/// Arguments for pgbench: the scripts and the values of their variables.
fn scripts(folder: &Path, name: &str, transactions: &[sql::Transaction]) -> Vec<String> {
    let mut arguments = Vec::new();
    for (number, transaction) in transactions.iter().enumerate() {
        let path = folder.join(format!("{}-{number}.sql", name.replace(' ', "-")));
        let script = transaction.script(&format!("t{number}"));
        fs::write(&path, script.text).unwrap();
        arguments.extend(["-f".to_owned(), path.display().to_string()]);
        for (variable, value) in script.variables {
            arguments.extend(["-D".to_owned(), format!("{variable}={value}")]);
        }
    }
    arguments
}

/// What wrk sends: the same paths in turn, written once, so that the client takes as little as pgbench does.
fn lua(folder: &Path, name: &str, paths: &[String], token: &str) -> PathBuf {
    let list: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
    let script = format!(
        "local paths = {{ {} }}\nlocal at = 0\nlocal written = {{}}\nwrk.headers[\"Authorization\"] = \"Bearer {token}\"\n\
         function init()\n  for i, path in ipairs(paths) do written[i] = wrk.format(\"GET\", path) end\nend\n\
         function request()\n  at = at % #paths + 1\n  return written[at]\nend\n",
        list.join(", ")
    );
    let path = folder.join(format!("{}.lua", name.replace(' ', "-")));
    fs::write(&path, script).unwrap();
    path
}

struct Load<'a> {
    arguments: &'a Arguments,
    name: &'a str,
    wanted: &'a str,
    scripts: Vec<String>,
    connections: usize,
    seconds: u64,
    lua: PathBuf,
    database: &'a str,
    service: &'a Service,
}

impl Load<'_> {
    fn compare(&self, transaction: &sql::Transaction) -> Row {
        let rounds = self.arguments.rounds;
        let (connections, seconds) = (self.connections, self.seconds);
        say(&format!(
            "{}: {} statements in a transaction, {} of them not kept prepared; {rounds} × {seconds} s, {connections} connections",
            self.name,
            transaction.statements.len(),
            transaction.unprepared,
        ));
        self.pgbench(1);
        self.wrk(1);
        let (mut bare, mut zinne) = (Vec::new(), Vec::new());
        for round in 1..=rounds {
            bare.push(self.pgbench(seconds));
            let processor = self.service.processor();
            zinne.push(self.wrk(seconds));
            let cores = (self.service.processor() - processor).as_secs_f64() / seconds as f64;
            say(&format!(
                "  round {round}: pgbench {:.0}/s, zinne {:.0}/s ({cores:.2} cores of its own), {:.0} %",
                bare[round - 1],
                zinne[round - 1],
                100.0 * zinne[round - 1] / bare[round - 1]
            ));
        }
        // The two runs of a round see the same machine, which may be another one in the next round.
        let ratios = zinne.iter().zip(&bare).map(|(zinne, bare)| zinne / bare);
        let ratio = median(ratios.collect());
        let (zinne, bare) = (median(zinne), median(bare));
        Row {
            what: format!("reading {}, beside the same SQL in pgbench", self.name),
            zinne: format!("{zinne:.0}/s"),
            bare: format!("{bare:.0}/s"),
            ratio: format!("{:.0} %", 100.0 * ratio),
            wanted: self.wanted.to_owned(),
        }
    }

    fn pgbench(&self, seconds: u64) -> f64 {
        let mut command = Command::new("pgbench");
        let threads = self.connections.min(2).to_string();
        command.args(["-n", "-M", "prepared", "-j", &threads]);
        command.args([
            "-c",
            &self.connections.to_string(),
            "-T",
            &seconds.to_string(),
        ]);
        let output = run(command.args(&self.scripts).arg(self.database));
        number_after(&output, "\ntps = ")
    }

    fn wrk(&self, seconds: u64) -> f64 {
        let mut command = Command::new("wrk");
        command.args([
            &format!("-t{}", self.connections.min(2)),
            &format!("-c{}", self.connections),
            &format!("-d{seconds}s"),
            // What takes long is measured too.
            "--timeout=30s",
        ]);
        command
            .arg("-s")
            .arg(&self.lua)
            .arg(format!("http://{}", self.service.address));
        let output = run(&mut command);
        for trouble in ["Non-2xx", "Socket errors"] {
            assert!(!output.contains(trouble), "{output}");
        }
        number_after(&output, "Requests/sec:")
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; scripts/bench.sh installs what is missing")
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{error}");
    text
}

fn number_after(text: &str, mark: &str) -> f64 {
    let (_, rest) = text
        .split_once(mark)
        .unwrap_or_else(|| panic!("no `{mark}` in {text}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

// ------------------------------------------------------------------ start, memory, logins

async fn on_sqlite(arguments: &Arguments, folder: &Path, sqlite: bool, login: bool) -> Vec<Row> {
    let file = |folder: &Path| folder.join("load.db");
    let site = site(arguments, folder, "sqlite", |folder| {
        format!("sqlite:{}", file(folder).display())
    });
    say(&format!(
        "SQLite: filling a database with {} measures",
        arguments.measures
    ));
    let references = world::fill(&site.settings, arguments.measures).await;
    say(&format!(
        "  {} MB",
        fs::metadata(file(&site.folder)).unwrap().len() / 1_000_000
    ));
    let mut rows = Vec::new();
    if sqlite {
        rows.extend(starts(arguments, &site, &references));
        rows.extend(memory(arguments, &site, &references));
    }
    if login {
        rows.extend(logins(&site).await);
    }
    rows
}

fn starts(arguments: &Arguments, site: &Site, references: &[String]) -> Vec<Row> {
    let token = Service::start(site).sign_in(PEOPLE[0].0);
    let path = &measure_paths(references)[0];
    let (mut alive, mut read) = (Vec::new(), Vec::new());
    for _ in 0..arguments.starts {
        let mut service = Service::spawn(site);
        alive.push(service.answers("/healthz", None).as_secs_f64());
        // The token is of the first start: the key has stayed.
        read.push(service.answers(path, Some(&token)).as_secs_f64());
    }
    let row = |what: &str, times: Vec<f64>| {
        let most = times.iter().copied().fold(0.0, f64::max);
        Row {
            what: format!("{what}, from the start of the process"),
            zinne: format!(
                "{:.0} ms (at most {:.0})",
                1000.0 * median(times),
                1000.0 * most
            ),
            bare: String::new(),
            ratio: String::new(),
            wanted: "≤ 500 ms".to_owned(),
        }
    };
    vec![row("first answer", alive), row("first measure read", read)]
}

fn memory(arguments: &Arguments, site: &Site, references: &[String]) -> Vec<Row> {
    let service = Service::start(site);
    service.settle();
    let mut rows = Vec::new();
    let mut note = |when: &str| {
        sleep(Duration::from_secs(5));
        rows.push(Row {
            what: format!("memory, idle for 5 s {when}"),
            zinne: format!("{:.1} MB", service.memory("VmRSS") as f64 * 1024.0 / 1e6),
            bare: String::new(),
            ratio: String::new(),
            wanted: "< 40 MB".to_owned(),
        });
    };
    note("after the start");
    let token = service.sign_in(PEOPLE[0].0);
    let paths = measure_paths(references);
    let pages = page_paths(&service, &token, "");
    for number in 0..100 {
        service.get(&paths[number % paths.len()], &token);
        service.get(&pages[number % pages.len()], &token);
    }
    note("after a login and 200 requests");
    let load = Load {
        arguments,
        name: "page",
        wanted: "",
        scripts: Vec::new(),
        lua: lua(&site.folder, "page", &pages, &token),
        database: "",
        service: &service,
        connections: arguments.connections,
        seconds: arguments.seconds,
    };
    let seconds = arguments.seconds;
    let pages = load.wrk(seconds);
    note(&format!(
        "after {seconds} s of pages at {pages:.0}/s on {} connections",
        arguments.connections
    ));
    rows
}

async fn logins(site: &Site) -> Vec<Row> {
    const TIMES: usize = 10;
    let auth = zinne::config::Config::load(None, site.settings.clone())
        .unwrap()
        .auth;
    let at_once = auth.hashes_at_once;
    let cost = f64::from(auth.argon2_memory_kib) * 1024.0 / 1e6;
    let passwords = Passwords::new(
        auth.argon2_memory_kib,
        auth.argon2_passes,
        auth.argon2_lanes,
        at_once,
    )
    .unwrap();
    let password = || SecretString::from(PASSWORD);
    let hash = passwords.hash(password()).await.unwrap();
    let service = Service::start(site);
    service.settle();
    service.sign_in(PEOPLE[0].0);
    say(&format!(
        "logins: {TIMES} one after the other, then {} at once",
        PEOPLE.len()
    ));
    let (mut bare, mut zinne) = (Vec::new(), Vec::new());
    let mut bare_processor = Duration::ZERO;
    for _ in 0..TIMES {
        let (begun, processor) = (Instant::now(), processor_of("self"));
        let verdict = passwords
            .verify(password(), Some(hash.clone()))
            .await
            .unwrap();
        bare.push(begun.elapsed().as_secs_f64());
        bare_processor += processor_of("self") - processor;
        assert_eq!(verdict, Verdict::Right);
        let begun = Instant::now();
        service.sign_in(PEOPLE[0].0);
        zinne.push(begun.elapsed().as_secs_f64());
    }
    let (zinne, bare) = (median(zinne), median(bare));
    let bare_processor = bare_processor.as_secs_f64() / TIMES as f64;
    let before = service.memory("VmRSS");
    let processor = service.processor();
    service.forget_peak();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for (local, _) in PEOPLE {
            scope.spawn(|| service.sign_in(local));
        }
    });
    let took = begun.elapsed().as_secs_f64();
    let processor = (service.processor() - processor).as_secs_f64();
    let risen = service.memory("VmHWM").saturating_sub(before) as f64 * 1024.0 / 1e6;
    let many = PEOPLE.len() as f64;
    let turns = many / at_once as f64;
    vec![
        Row {
            what: "a login, beside the bare argon2id check".to_owned(),
            zinne: format!("{:.1} ms", 1000.0 * zinne),
            bare: format!("{:.1} ms", 1000.0 * bare),
            ratio: format!("{:.2}", zinne / bare),
            wanted: "about 1".to_owned(),
        },
        Row {
            what: format!("{many} logins at once, beside {turns} bare checks in turn"),
            zinne: format!("{:.0} ms", 1000.0 * took),
            bare: format!("{:.0} ms", 1000.0 * turns * bare),
            ratio: format!("{:.2}", took / (turns * bare)),
            wanted: "≥ 1".to_owned(),
        },
        Row {
            what: format!("… processor time, beside {many} bare checks"),
            zinne: format!("{:.0} ms", 1000.0 * processor),
            bare: format!("{:.0} ms", 1000.0 * many * bare_processor),
            ratio: format!("{:.2}", processor / (many * bare_processor)),
            wanted: "about 1".to_owned(),
        },
        Row {
            what: "… peak of memory above idle, beside one hash".to_owned(),
            zinne: format!("{risen:.1} MB"),
            bare: format!("{cost:.1} MB"),
            ratio: format!("{:.2}", risen / cost),
            wanted: format!("≤ {at_once} and a little"),
        },
    ]
}

// ------------------------------------------------------------------ helpers

fn site(
    arguments: &Arguments,
    folder: &Path,
    name: &str,
    database: impl FnOnce(&Path) -> String,
) -> Site {
    let folder = folder.join(name);
    fs::create_dir(&folder).unwrap();
    Site {
        program: arguments.program.clone(),
        settings: world::settings(&database(&folder), &folder),
        folder,
    }
}
