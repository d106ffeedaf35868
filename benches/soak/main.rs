//! The soak: `kill -9` at random moments while mails go out, one process on SQLite and three on PostgreSQL, against a real mail
//! server. Every occurrence arrives, none is missing; a twin carries the Message-ID of its brother, says that it is one, and
//! there are no more of them than the kills explain. Fails otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a soak prints, and stops where it cannot go on"
)]

#[path = "../../tests/api/support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "a kit: not every user needs every piece")]
#[path = "../../tests/api/support/smtp.rs"]
mod smtp;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Parser as _;
use diesel::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use zinne::actions::{By, catalogue, institutions, programmes, users};
use zinne::app::App;
use zinne::config::Config;
use zinne::domain::access::{Grant, Role};
use zinne::domain::holiday::Land;
use zinne::domain::institution::InstitutionKind;
use zinne::domain::programme_file::ProgrammeFile;
use zinne::mail::digest::message_id;
use zinne::store::schema::{outbox, users as accounts};

use postgres::{Database, skipped};
use smtp::{MailServer, header};

/// Monday, 07:00 in Berlin.
const NOW: &str = "2022-10-17T05:00:00Z";
const PASSWORD: &str = "Probe-Kennwort-2022";
const SLUG: &str = "offenburg";
const DOMAIN: &str = "test.example";

/// Seconds after which a mail of a process that died goes to another one.
const LEASE: u64 = 5;

/// Kills the program while it mails.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// People with something overdue.
    #[arg(long, default_value_t = 500)]
    mails: usize,
    /// Kills on each engine.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// Where the random moments begin; another one each time if left out.
    #[arg(long)]
    seed: Option<u64>,
    /// Mails that each process sends at the same time.
    #[arg(long, default_value_t = 4)]
    parallel: usize,
    /// Processes on PostgreSQL.
    #[arg(long, default_value_t = 3)]
    processes: usize,
    /// Seconds that the mail server takes for each mail.
    #[arg(long, default_value_t = 0.2)]
    stall: f64,
    /// Only some engines: `sqlite`, `postgres`.
    #[arg(long, value_delimiter = ',', default_value = "sqlite,postgres")]
    engines: Vec<String>,
    /// Another build of the program.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_zinne"), hide_default_value = true)]
    program: PathBuf,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| {
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        high ^ low
    });
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let wants = |engine: &str| arguments.engines.iter().any(|wanted| wanted == engine);
    let mut good = true;
    if wants("sqlite") {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("soak.db").display());
        good &= soak(&arguments, "SQLite", &url, 1, folder.path(), &mut chance);
    }
    if wants("postgres") {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(None).expect("PostgreSQL is missing");
        let (url, processes) = (&database.url, arguments.processes);
        good &= soak(
            &arguments,
            "PostgreSQL",
            url,
            processes,
            folder.path(),
            &mut chance,
        );
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Random numbers that a seed decides on (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}

/// One engine; whether all is well.
fn soak(
    arguments: &Arguments,
    engine: &str,
    url: &str,
    processes: usize,
    folder: &Path,
    chance: &mut Chance,
) -> bool {
    let stall = arguments.stall.to_string();
    let server = MailServer::start(&["--stall", &stall])
        .expect("aiosmtpd is missing; scripts/test-tools.sh installs it");
    let settings = settings(arguments, url, folder, &server);
    let app = seeded(&settings, arguments.mails);
    println!(
        "{engine}: {processes} at a time, {} people",
        arguments.mails
    );
    let begun = Instant::now();
    let start = || Process::start(&arguments.program, &settings, folder);
    let mut running: Vec<Process> = (0..processes).map(|_| start()).collect();
    let (mut kills, mut in_the_middle, mut pause) = (0, 0, 500);
    while kills < arguments.kills {
        let (settled, pending) = progress(&app);
        if settled > 0 && pending == 0 {
            println!("  all mails were out after {kills} kills: try fewer, or a longer --stall");
            break;
        }
        // The moments are random; how far apart they are follows from how much is left to send.
        let (sent_share, kill_share) = (
            settled * arguments.kills,
            kills * (settled + pending).max(arguments.mails),
        );
        pause = if sent_share > kill_share {
            pause * 4 / 5
        } else {
            pause * 5 / 4
        };
        pause = pause.clamp(20, 2_000);
        sleep(Duration::from_millis(chance.below(2 * pause)));
        let victim = usize::try_from(chance.below(processes as u64)).unwrap();
        let busy = under_way(&app) > 0;
        running[victim].kill();
        kills += 1;
        in_the_middle += usize::from(busy);
        running[victim] = start();
    }
    let limit = Duration::from_secs(120) + Duration::from_secs(arguments.mails as u64);
    let last = Instant::now();
    loop {
        let (settled, pending) = progress(&app);
        if settled > 0 && pending == 0 {
            break;
        }
        if last.elapsed() > limit {
            println!("  {pending} mails are still waiting after {limit:?}");
            break;
        }
        sleep(Duration::from_millis(100));
    }
    drop(running);
    let told = Told::of(&app, &server);
    told.verdict(arguments, kills, in_the_middle, begun.elapsed())
}

/// What the outbox holds in the end, beside what has arrived.
struct Told {
    /// State of each mail by its Message-ID.
    occurrences: BTreeMap<String, String>,
    /// Owners for whom nothing was planned.
    forgotten: usize,
    /// What arrived, by Message-ID, in order: whom it was for and whether it says that it is a twin.
    arrived: BTreeMap<String, Vec<(String, bool)>>,
}

impl Told {
    fn of(app: &App, server: &MailServer) -> Told {
        let rows: Vec<(String, String, String)> = app
            .store
            .read(|db| {
                Ok(outbox::table
                    .inner_join(accounts::table)
                    .select((outbox::occurrence_key, outbox::state, accounts::email))
                    .load(db)?)
            })
            .unwrap();
        let planned: BTreeSet<&str> = rows.iter().map(|(.., email)| email.as_str()).collect();
        let owners: Vec<String> = app
            .store
            .read(|db| Ok(accounts::table.select(accounts::email).load(db)?))
            .unwrap();
        let owners = owners.iter().filter(|email| email.starts_with("stall+"));
        let forgotten = owners
            .filter(|email| !planned.contains(email.as_str()))
            .count();
        let mut arrived: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for mail in server.mails() {
            let id = header(&mail, "Message-ID").unwrap();
            let to = header(&mail, "X-Envelope-To").unwrap();
            let resent = header(&mail, "X-Zinne-Resent").is_some();
            let id = id.trim_matches(['<', '>']).to_owned();
            arrived.entry(id).or_default().push((to, resent));
        }
        let occurrences = rows
            .into_iter()
            .map(|(key, state, _)| (message_id(&key, DOMAIN), state))
            .collect();
        Told {
            occurrences,
            forgotten,
            arrived,
        }
    }

    fn verdict(
        &self,
        arguments: &Arguments,
        kills: usize,
        in_the_middle: usize,
        took: Duration,
    ) -> bool {
        let missing = self
            .occurrences
            .keys()
            .filter(|id| !self.arrived.contains_key(*id));
        let missing = missing.count() + self.forgotten;
        let unsent = self
            .occurrences
            .values()
            .filter(|state| *state != "sent")
            .count();
        let unknown = self
            .arrived
            .keys()
            .filter(|id| !self.occurrences.contains_key(*id));
        let unknown = unknown.count();
        let copies: usize = self.arrived.values().map(Vec::len).sum();
        let twins = copies - self.arrived.len();
        // Of mails with the same id all go to the same person, and all but the first say what they are.
        let same = |copies: &Vec<(String, bool)>| {
            copies.iter().all(|(to, _)| *to == copies[0].0)
                && copies.iter().skip(1).all(|(_, resent)| *resent)
        };
        let unlike = self.arrived.values().filter(|copies| !same(copies)).count();
        let explained = kills * arguments.parallel;
        println!(
            "  kills {kills} ({in_the_middle} while mails were under way), {:.0} s",
            took.as_secs_f64()
        );
        println!("  occurrences {}", self.occurrences.len());
        println!("  arrived     {}", self.arrived.len());
        println!("  missing     {missing} (must be 0)");
        println!("  twins       {twins} (at most {explained}: kills × mails at a time)");
        let faults = [
            (missing > 0, "something is missing"),
            (
                unsent > 0,
                "something was given up, dropped or is still waiting",
            ),
            (unknown > 0, "something arrived that nobody planned"),
            (
                unlike > 0,
                "a twin does not say that it is one, or is not for the same person",
            ),
            (
                twins > explained,
                "there are more twins than the kills explain",
            ),
            (kills < arguments.kills, "too few kills"),
            (
                in_the_middle * 2 < kills,
                "most kills came while nothing was under way",
            ),
        ];
        for (_, what) in faults.iter().filter(|(is, _)| *is) {
            println!("  FAILED: {what}");
        }
        faults.iter().all(|(is, _)| !is)
    }
}

/// Mails that are settled, and those that wait.
fn progress(app: &App) -> (usize, usize) {
    let states: Vec<(String, i64)> = app
        .store
        .read(|db| {
            Ok(outbox::table
                .group_by(outbox::state)
                .select((outbox::state, diesel::dsl::count_star()))
                .load(db)?)
        })
        .unwrap();
    let count = |wanted: bool| {
        let of = states
            .iter()
            .filter(|(state, _)| (state == "pending") == wanted);
        of.map(|(_, count)| usize::try_from(*count).unwrap()).sum()
    };
    (count(false), count(true))
}

/// Mails that a process has taken and not settled.
fn under_way(app: &App) -> i64 {
    let taken = outbox::table.filter(outbox::lease_owner.is_not_null());
    app.store
        .read(|db| Ok(taken.count().get_result(db)?))
        .unwrap()
}

fn settings(
    arguments: &Arguments,
    url: &str,
    folder: &Path,
    server: &MailServer,
) -> Vec<(String, String)> {
    let data_dir = folder.join("data").display().to_string();
    let (lease, parallel) = (LEASE.to_string(), arguments.parallel.to_string());
    let smtp = server.url();
    let pairs = [
        ("ZINNE_PROFILE", "test"),
        ("ZINNE_FIXED_NOW", NOW),
        ("ZINNE_DATABASE_URL", url),
        ("ZINNE_DATA_DIR", &data_dir),
        ("ZINNE_LISTEN", "127.0.0.1:0"),
        ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "8"),
        ("ZINNE_SMTP_URL", &smtp),
        ("ZINNE_MAIL_FROM", "zinne@test.example"),
        ("ZINNE_OUTBOX__TICK_SECONDS", "1"),
        ("ZINNE_OUTBOX__TIMEOUT_SECONDS", "1"),
        ("ZINNE_OUTBOX__LEASE_SECONDS", &lease),
        // A reply that comes late on a busy machine is waited for again soon.
        ("ZINNE_OUTBOX__BACKOFF_SECONDS", "1"),
        ("ZINNE_OUTBOX__MAX_ATTEMPTS", "100"),
        ("ZINNE_OUTBOX__PARALLEL", &parallel),
    ];
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// A database with an overdue measure for each of many owners.
fn seeded(settings: &[(String, String)], owners: usize) -> App {
    let config = Config::load(None, settings.iter().cloned()).unwrap();
    let app = Arc::new(App::new(config).unwrap());
    app.store.migrate().unwrap();
    catalogue::ensure_built_in(&app).unwrap();
    let (land, kind) = (Land::BadenWuerttemberg, InstitutionKind::Municipality);
    institutions::create(&app, SLUG, "Stadt Offenburg", kind, land, &[]).unwrap();
    let names: Vec<String> = (0..owners)
        .map(|n| format!("stall+{n}@{SLUG}.example"))
        .collect();
    actix_web::rt::System::new().block_on(async {
        for (local, role) in [("isb", Role::Isb), ("admin", Role::Admin)] {
            person(&app, &format!("{local}@{SLUG}.example"), role).await;
        }
        for email in &names {
            person(&app, email, Role::Owner).await;
        }
    });
    let measures: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(n, email)| {
            json!({
                "key": format!("SOAK-{n}"), "title": format!("Maßnahme {n}"), "origin": "council_resolution",
                "relevance": "none", "org_unit": "FB DigIT", "owner": email, "status": "in_progress", "priority": 3,
                "due": { "day": "2022-09-30", "precision": "day", "text": "30.09.2022", "assumed": true },
                "fulfils": [], "applies": [], "lines": [], "confidentiality": "internal",
                "source": { "file": "soak.txt", "line": 1, "text": "Probe" },
            })
        })
        .collect();
    let file = json!({
        "format": "zinne-programme/1", "institution": SLUG,
        "programmes": [{
            "key": "SOAK", "title": "Dauerprobe", "period": "2022", "amount_basis": "gross",
            "confidentiality": "internal", "years": [2022], "measures": measures,
        }],
    });
    let file: ProgrammeFile = zinne::json::parse(file.to_string().as_bytes()).unwrap();
    programmes::import(&app, By::Operator, SLUG, &file, None).unwrap();
    Arc::into_inner(app).expect("nobody else holds it")
}

async fn person(app: &Arc<App>, email: &str, role: Role) {
    let (name, password) = (email.to_owned(), SecretString::from(PASSWORD));
    users::create(app, email.to_owned(), name, "de".to_owned(), password)
        .await
        .unwrap();
    let grant = Grant {
        role,
        org_unit: None,
    };
    users::set_role(app, email, SLUG, &grant, true).unwrap();
}

/// `zinne serve`; killed with it.
struct Process(Child);

impl Process {
    fn start(program: &Path, settings: &[(String, String)], folder: &Path) -> Process {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(folder.join("serve.log"))
            .unwrap();
        let mut command = Command::new(program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZINNE_")) {
            command.env_remove(name);
        }
        command
            .arg("serve")
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        Process(command.spawn().unwrap())
    }

    /// `kill -9`.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
