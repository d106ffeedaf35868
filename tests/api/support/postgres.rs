//! A PostgreSQL server for the tests: the one named by `TEST_DATABASE_URL`, or one of our own that
//! is started once per test process and ends with it, however the process ends.
#![allow(
    clippy::panic,
    clippy::print_stderr,
    reason = "a test set-up may stop the run and says why"
)]

use std::env;
use std::fs;
use std::io;
use std::mem::ManuallyDrop;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tempfile::TempDir;

const OLDEST: u32 = 15;
const START_LIMIT: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 5;

/// Makes and runs a server in the working directory until standard input closes, which the system
/// does for us when the test process is gone; then stops it and deletes the directory.
const WATCHDOG: &str = r#"
programs=$1
shift
{
    "$programs/initdb" --pgdata=data --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C --no-sync &&
        "$programs/postgres" -D data "$@"
    : >stopped
} >server.log 2>&1 </dev/null &
stop() {
    trap '' TERM
    tries=0
    while [ ! -e stopped ] && [ "$tries" -lt 150 ]; do
        signal=QUIT
        [ "$tries" -lt 100 ] || signal=KILL
        pid=
        [ ! -e data/postmaster.pid ] || read -r pid <data/postmaster.pid
        [ -z "$pid" ] || kill -s "$signal" "${pid#-}"
        tries=$((tries + 1))
        sleep 0.1
    done
    directory=$PWD
    cd /
    rm -rf "$directory"
    exit 0
}
trap '' INT HUP
trap stop TERM
while read -r _; do :; done
stop
"#;

struct Server {
    url: String,
    /// Its standard input is the pipe that keeps the server alive.
    _watchdog: Option<Child>,
}

/// Says that something could not be tested. Straight to standard error: what a passing test prints is not shown.
pub fn skipped(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}

/// A database of its own; dropped with this.
pub struct Database {
    /// Its URL.
    pub url: String,
    name: String,
}

impl Database {
    /// An empty one, or a copy of `template`. `None` where PostgreSQL is missing.
    pub fn create(template: Option<&str>) -> Option<Database> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // One copy at a time: PostgreSQL refuses to copy a database that is being copied.
        static COPYING: Mutex<()> = Mutex::new(());
        let server = server_url()?;
        // A server that is not ours may hold what an earlier run of the same process id has left.
        let name = format!(
            "zinne_{}_{}",
            uuid::Uuid::new_v4().simple(),
            NUMBER.fetch_add(1, Ordering::SeqCst)
        );
        let template =
            template.map_or_else(String::new, |template| format!(" TEMPLATE {template}"));
        let _one = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
        run(server, &format!("CREATE DATABASE {name}{template}"));
        let mut url = url::Url::parse(server).unwrap_or_else(|error| panic!("{error}"));
        url.set_path(&name);
        Some(Database {
            url: url.to_string(),
            name,
        })
    }

    #[allow(dead_code, reason = "the load benchmark needs no template")]
    /// Closes it to everybody and keeps it as a template until the server ends.
    pub fn into_template(self) -> String {
        let database = ManuallyDrop::new(self);
        let name = database.name.clone();
        if let Some(server) = server_url() {
            run(
                server,
                &format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                ),
            );
        }
        name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A hundred of them would fill a small disk. A test that fails must not fail twice.
        if let Some(mut admin) =
            server_url().and_then(|server| PgConnection::establish(server).ok())
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

fn run(server: &str, sql: &str) {
    let ran = PgConnection::establish(server)
        .map_err(|error| error.to_string())
        .and_then(|mut admin| admin.batch_execute(sql).map_err(|error| error.to_string()));
    if let Err(why) = ran {
        panic!("PostgreSQL for the tests: {why}");
    }
}

/// A maintenance URL with the right to create databases, or `None` where PostgreSQL is missing.
pub fn server_url() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Option<Server>, String>> = OnceLock::new();
    match SERVER.get_or_init(find_or_start) {
        Ok(server) => server.as_ref().map(|server| server.url.as_str()),
        Err(why) => panic!("PostgreSQL for the tests: {why}"),
    }
}

fn find_or_start() -> Result<Option<Server>, String> {
    if let Some(url) = env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty())
    {
        return Ok(Some(Server {
            url,
            _watchdog: None,
        }));
    }
    let Some(programs) = newest_programs() else {
        let missing = format!(
            "no initdb and postgres of version {OLDEST} or newer in PATH or below /usr/lib/postgresql, and TEST_DATABASE_URL is not set"
        );
        if env::var("ZINNE_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1") {
            return Err(missing);
        }
        skipped(&format!("PostgreSQL tests: {missing}"));
        return Ok(None);
    };
    start(&programs).map(Some)
}

/// The directory of the newest `initdb` and `postgres` that are new enough.
fn newest_programs() -> Option<PathBuf> {
    let in_path = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    let of_debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    in_path
        .into_iter()
        .chain(of_debian)
        .filter(|directory| directory.join("initdb").is_file())
        .filter_map(|directory| Some((version(&directory.join("postgres"))?, directory)))
        .filter(|(version, _)| *version >= OLDEST)
        .max_by_key(|(version, _)| *version)
        .map(|(_, directory)| directory)
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian …)`.
fn version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split_whitespace().nth(2)?;
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// PostgreSQL refuses to run as root; then it runs as this user.
#[derive(Clone, Copy)]
struct Unprivileged {
    uid: u32,
    gid: u32,
}

impl Unprivileged {
    fn needed() -> Result<Option<Self>, String> {
        if id(&["-u"]) != Some(0) {
            return Ok(None);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                let uid = id(&["-u", name])?;
                let gid = id(&["-g", name])?;
                Some(Some(Self { uid, gid }))
            })
            .ok_or_else(|| {
                "it refuses to run as root, and there is no user postgres or nobody".to_owned()
            })
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

enum Trouble {
    /// Another program took the port between our look at it and the start.
    PortTaken(u16),
    Other(String),
}

fn start(programs: &Path) -> Result<Server, String> {
    let user = Unprivileged::needed()?;
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match start_once(programs, user) {
            Ok(server) => return Ok(server),
            Err(Trouble::PortTaken(port)) => last = format!("port {port} was taken meanwhile"),
            Err(Trouble::Other(why)) => return Err(why),
        }
    }
    Err(last)
}

fn start_once(programs: &Path, user: Option<Unprivileged>) -> Result<Server, Trouble> {
    let directory = directory_for(user).map_err(Trouble::Other)?;
    let port = free_port().map_err(|error| Trouble::Other(format!("no free port: {error}")))?;
    let watchdog = launch(programs, directory.path(), user, port).map_err(Trouble::Other)?;
    // From here on the watchdog deletes it.
    let directory = directory.keep();
    if let Err(trouble) = wait_until_ready(&directory, port) {
        end(watchdog);
        return Err(trouble);
    }
    Ok(Server {
        // The one test that wants TLS says so.
        url: format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable"),
        _watchdog: Some(watchdog),
    })
}

fn directory_for(user: Option<Unprivileged>) -> Result<TempDir, String> {
    let mut base = env::temp_dir();
    // The other user has to get there and to delete the directory in the end.
    let open_to_all = |mode: u32| mode & 0o003 == 0o003;
    if user.is_some() && !fs::metadata(&base).is_ok_and(|base| open_to_all(base.mode())) {
        base = PathBuf::from("/tmp");
    }
    let directory = tempfile::Builder::new()
        .prefix("zinne-postgres-")
        .tempdir_in(&base)
        .map_err(|error| format!("no temporary directory in {}: {error}", base.display()))?;
    if let Some(user) = user {
        chown(directory.path(), Some(user.uid), Some(user.gid))
            .map_err(|error| format!("cannot hand over {}: {error}", directory.path().display()))?;
    }
    Ok(directory)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// In a process group of its own, so that Ctrl-C ends the tests and not the one who cleans up.
fn launch(
    programs: &Path,
    directory: &Path,
    user: Option<Unprivileged>,
    port: u16,
) -> Result<Child, String> {
    let sockets = format!("unix_socket_directories={}", directory.display());
    let mut watchdog = Command::new("sh");
    if let Some(user) = user {
        watchdog.uid(user.uid).gid(user.gid);
    }
    watchdog
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(programs)
        .args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        "max_connections=300",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        &sockets,
    ] {
        watchdog.args(["-c", setting]);
    }
    watchdog
        .current_dir(directory)
        .env("LC_ALL", "C")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("sh does not start: {error}"))
}

fn wait_until_ready(directory: &Path, port: u16) -> Result<(), Trouble> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let started = Instant::now();
    while started.elapsed() < START_LIMIT {
        if directory.join("stopped").exists() {
            let log = server_log(directory);
            return Err(if log.contains("Address already in use") {
                Trouble::PortTaken(port)
            } else {
                Trouble::Other(format!("the server stopped at its start:\n{log}"))
            });
        }
        if says_ready(directory)
            && TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
        {
            return Ok(());
        }
        sleep(Duration::from_millis(20));
    }
    let limit = START_LIMIT.as_secs();
    let log = server_log(directory);
    Err(Trouble::Other(format!(
        "not ready within {limit} s:\n{log}"
    )))
}

/// The eighth line of `postmaster.pid` is what `pg_ctl --wait` looks at, too.
fn says_ready(directory: &Path) -> bool {
    fs::read_to_string(directory.join("data/postmaster.pid")).is_ok_and(|text| {
        text.lines()
            .nth(7)
            .is_some_and(|status| status.trim() == "ready")
    })
}

fn server_log(directory: &Path) -> String {
    fs::read_to_string(directory.join("server.log")).unwrap_or_default()
}

fn end(mut watchdog: Child) {
    drop(watchdog.stdin.take());
    let _ = watchdog.wait();
}
