//! The connection that is either SQLite or PostgreSQL, its pool, and how a transaction begins.
//!
//! The only place where the two engines differ in more than their migrations.

use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, QueryResult};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::{Code, Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

mod connection {
    #![expect(missing_docs, reason = "the derive writes public items without a word")]

    use super::{PgConnection, SqliteConnection};

    /// A connection to either engine.
    #[derive(diesel::MultiConnection)]
    pub enum Db {
        /// PostgreSQL 15 or later.
        Pg(PgConnection),
        /// The embedded SQLite.
        Sqlite(SqliteConnection),
    }
}
pub use connection::{Db, MultiBackend};

impl Db {
    /// Whether the engine knows nothing of how many rows there are when it plans a query: SQLite, as long as nobody has it
    /// count them.
    pub(super) const fn plans_without_statistics(&self) -> bool {
        matches!(self, Db::Sqlite(_))
    }
}

/// Compiles a body once for each engine, for what diesel cannot do on the enum
/// (upserts, inserting a `Vec`).
macro_rules! both {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db {
            $crate::store::db::Db::Pg($conn) => $body,
            $crate::store::db::Db::Sqlite($conn) => $body,
        }
    };
}
pub(crate) use both;

/// Which engine, and how to reach it.
#[derive(Debug, Clone)]
pub enum Target {
    /// `postgres://…`
    Postgres(String),
    /// Path of the file.
    Sqlite(String),
}

impl Target {
    /// Reads `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// A sentence that names the accepted forms; it never repeats the URL, which may hold a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Target::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            // Every connection of a pool would have a database in memory of its own.
            Some(path) if path.contains(":memory:") => {
                Err("database url must name a file, not memory".to_owned())
            }
            Some(path) if !path.trim_start_matches("//").is_empty() => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Target::Sqlite(path.to_owned()))
            }
            _ => Err(
                "database url must be `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`"
                    .to_owned(),
            ),
        }
    }

    /// `sqlite` or `postgres`.
    pub const fn engine(&self) -> &'static str {
        match self {
            Target::Postgres(_) => "postgres",
            Target::Sqlite(_) => "sqlite",
        }
    }
}

/// Limits of the database side.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections for reading (SQLite), or for everything (PostgreSQL).
    pub pool_size: u32,
    /// How long a request waits for a connection or a lock.
    pub wait: Duration,
    /// How long one statement may run (PostgreSQL).
    pub statement: Duration,
    /// `synchronous=FULL` instead of `NORMAL` (SQLite).
    pub sqlite_full_sync: bool,
}

/// Opens connections for the pool.
#[derive(Debug)]
pub struct Manager {
    target: Target,
    limits: Limits,
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Db, Self::Error> {
        connect(&self.target, &self.limits).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Db) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Db) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

fn connect(target: &Target, limits: &Limits) -> Result<Db, ConnectionError> {
    let setup =
        |result: QueryResult<()>| result.map_err(ConnectionError::CouldntSetupConfiguration);
    match target {
        Target::Postgres(url) => {
            let mut conn = PgConnection::establish(&with_connect_timeout(url, limits.wait))?;
            setup(conn.batch_execute(&format!(
                "SET TIME ZONE 'UTC'; SET statement_timeout = {}; SET lock_timeout = {}; \
                 SET idle_in_transaction_session_timeout = {};",
                limits.statement.as_millis(),
                limits.wait.as_millis(),
                limits.statement.as_millis() * 2,
            )))?;
            Ok(Db::Pg(conn))
        }
        Target::Sqlite(path) => {
            private(path).map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
            let mut conn = SqliteConnection::establish(path)?;
            let sync = if limits.sqlite_full_sync {
                "FULL"
            } else {
                "NORMAL"
            };
            setup(conn.batch_execute(&format!(
                "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync}; \
                 PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -1024;",
                limits.wait.as_millis(),
            )))?;
            Ok(Db::Sqlite(conn))
        }
    }
}

/// Makes the file, readable by its owner only, if it is not there: it holds the gaps of a city. What
/// SQLite puts beside it gets the same rights.
fn private(path: &str) -> std::io::Result<()> {
    let mut options = crate::private::options();
    options.create(true).append(true).open(path).map(drop)
}

/// libpq waits for ever unless told otherwise.
fn with_connect_timeout(url: &str, wait: Duration) -> String {
    if url.contains("connect_timeout=") {
        return url.to_owned();
    }
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}connect_timeout={}", wait.as_secs().max(2))
}

/// How a transaction is going to use the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Read,
    LookUp,
    Write,
}

/// The database. All work goes through [`Store::read`] and [`Store::write`].
#[derive(Clone)]
pub struct Store {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    target: Target,
    limits: Limits,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.target.engine())
            .finish()
    }
}

impl Store {
    /// Prepares the pools. Nothing is connected yet: a service may start before its database.
    pub fn new(target: Target, limits: &Limits) -> Self {
        let pool = |size| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .idle_timeout(Some(Duration::from_secs(300)))
                .connection_timeout(limits.wait)
                .test_on_check_out(false)
                .error_handler(Box::new(LogFailedConnection))
                .build_unchecked(Manager {
                    target: target.clone(),
                    limits: limits.clone(),
                })
        };
        let readers = pool(limits.pool_size);
        // SQLite has one writer: a pool of one is a fair queue, where a lock would be a race.
        let writers = match target {
            Target::Sqlite(_) => pool(1),
            Target::Postgres(_) => readers.clone(),
        };
        Store {
            readers,
            writers,
            target,
            limits: limits.clone(),
        }
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        self.target.engine()
    }

    /// Runs `work` on a consistent snapshot.
    ///
    /// # Errors
    /// What `work` returns; `unavailable` when the database cannot be reached.
    pub fn read<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        transaction(&self.readers, Mode::Read, work)
    }

    /// Runs `work` on a consistent snapshot, for what is found by keys: whatever the key, there is one way to it.
    /// PostgreSQL would plan many such statements anew each time, because a list of keys that it does not know yet looks
    /// longer than the one it gets; that takes longer than to find the rows. Not for what filters find.
    ///
    /// # Errors
    /// What `work` returns; `unavailable` when the database cannot be reached.
    pub fn look_up<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        transaction(&self.readers, Mode::LookUp, work)
    }

    /// Runs `work` in a transaction that is kept if it returns `Ok` and undone otherwise.
    ///
    /// # Errors
    /// What `work` returns; `unavailable` when the database cannot be reached or stays locked.
    pub fn write<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        transaction(&self.writers, Mode::Write, work)
    }

    /// Brings the schema to this program's version.
    ///
    /// # Errors
    /// `unavailable` when the database cannot be reached, `internal` when a migration fails.
    pub fn migrate(&self) -> Result<Vec<String>> {
        let mut conn = checkout(&self.writers)?;
        let lock = |sql: &str, conn: &mut Db| match conn {
            Db::Pg(pg) => pg.batch_execute(sql),
            Db::Sqlite(_) => Ok(()),
        };
        // Several replicas may start at once: one migrates, the others wait.
        // A migration may take longer than a request, and the others have to wait for it.
        lock(
            "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7246911)",
            &mut conn,
        )?;
        let ran = both!(&mut *conn, c => run_migrations(c));
        let (wait, statement) = (
            self.limits.wait.as_millis(),
            self.limits.statement.as_millis(),
        );
        lock(
            &format!(
                "SELECT pg_advisory_unlock(7246911); SET lock_timeout = {wait}; \
                 SET statement_timeout = {statement}"
            ),
            &mut conn,
        )?;
        match ran {
            Ok(names) => Ok(names),
            // SQLite has no such lock: the other one was faster, and all is there.
            Err(_) if both!(&mut *conn, c => pending(c)).is_ok_and(|left| left.is_empty()) => {
                Ok(Vec::new())
            }
            Err(cause) => Err(Error::internal("database migration failed", cause)),
        }
    }

    /// Names of migrations that this program knows and the database lacks.
    ///
    /// # Errors
    /// `unavailable` when the database cannot be reached.
    pub fn pending_migrations(&self) -> Result<Vec<String>> {
        let mut conn = checkout(&self.readers)?;
        let pending = both!(&mut *conn, c => pending(c));
        pending.map_err(|cause| Error::internal("cannot read the list of migrations", cause))
    }
}

type MigrationResult<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The migrations that belong to an engine.
trait Migrations {
    const SOURCE: EmbeddedMigrations;
}
impl Migrations for PgConnection {
    const SOURCE: EmbeddedMigrations = POSTGRES;
}
impl Migrations for SqliteConnection {
    const SOURCE: EmbeddedMigrations = SQLITE;
}

fn run_migrations<C, B>(conn: &mut C) -> MigrationResult<Vec<String>>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B> + Migrations,
{
    let ran = conn.run_pending_migrations(C::SOURCE)?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

fn pending<C, B>(conn: &mut C) -> MigrationResult<Vec<String>>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B> + Migrations,
{
    let pending = conn.pending_migrations(C::SOURCE)?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

fn checkout(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>> {
    pool.get().map_err(|cause| {
        tracing::error!(cause = %cause, "no database connection");
        Error::new(Code::Unavailable).retry_after(5)
    })
}

fn transaction<T>(
    pool: &Pool<Manager>,
    mode: Mode,
    work: impl FnOnce(&mut Db) -> Result<T>,
) -> Result<T> {
    let mut conn = begun(pool, mode)?;
    match work(&mut conn) {
        Ok(value) => {
            both!(&mut *conn, c => AnsiTransactionManager::commit_transaction(c))?;
            Ok(value)
        }
        Err(error) => {
            if let Err(cause) =
                both!(&mut *conn, c => AnsiTransactionManager::rollback_transaction(c))
            {
                tracing::warn!(cause = %cause, "rollback failed; the connection is given up");
            }
            Err(error)
        }
    }
}

/// A connection with an open transaction. A pooled connection may have died while it was idle
/// (server restart); nothing has happened on it yet, so another one is tried.
fn begun(pool: &Pool<Manager>, mode: Mode) -> Result<PooledConnection<Manager>> {
    let mut last = None;
    for _ in 0..=pool.max_size() {
        let mut conn = checkout(pool)?;
        match begin(&mut conn, mode) {
            Ok(()) => return Ok(conn),
            Err(error) if conn.is_broken() || is_connection_loss(&error) => last = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(last.map_or_else(|| Error::new(Code::Unavailable), Error::from))
}

fn begin(conn: &mut Db, mode: Mode) -> QueryResult<()> {
    match (conn, mode) {
        (Db::Sqlite(c), Mode::Read | Mode::LookUp) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")
        }
        // Plain BEGIN would take the write lock too late and lose read-modify-writes to "database is locked".
        (Db::Sqlite(c), Mode::Write) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
        }
        (Db::Pg(c), Mode::Read) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        ),
        (Db::Pg(c), Mode::LookUp) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
             SET LOCAL plan_cache_mode = force_generic_plan",
        ),
        (Db::Pg(c), Mode::Write) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
    }
}

fn is_connection_loss(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    matches!(
        error,
        Diesel::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _
        )
    ) || matches!(error, Diesel::DatabaseError(DatabaseErrorKind::Unknown, info)
            if [
                "terminating connection",
                "server closed the connection",
                "the database system is",
                "Verbindung wird abgebrochen",
                "Verbindung abgebrochen",
                "breche Verbindung ab",
                "das Datenbanksystem",
            ]
            .iter()
            .any(|part| info.message().contains(part)))
}

#[derive(Debug)]
struct LogFailedConnection;

impl diesel::r2d2::HandleError<diesel::r2d2::Error> for LogFailedConnection {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::debug!(cause = %error, "database connection failed");
    }
}

impl From<diesel::result::Error> for Error {
    /// Errors by kind, never by the name of a constraint: names differ between the engines.
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        // PostgreSQL has no kind of its own for these; its words may be German.
        let busy = |text: &str| {
            [
                "database is locked",
                "timeout",
                "Zeitüberschreitung",
                "deadlock",
                "Verklemmung",
            ]
            .iter()
            .any(|part| text.contains(part))
        };
        let disk_full = |text: &str| {
            ["disk is full", "No space left", "kein Speicherplatz"]
                .iter()
                .any(|part| text.contains(part))
        };
        // SQLite's sum, and PostgreSQL's cast of one.
        let overflow = |text: &str| {
            text.contains("integer overflow")
                || (text.contains("bigint")
                    && ["out of range", "außerhalb des gültigen Bereichs"]
                        .iter()
                        .any(|part| text.contains(part)))
        };
        match &error {
            Diesel::NotFound => Error::new(Code::NotFound),
            Diesel::DatabaseError(Kind::UniqueViolation, _) => Error::new(Code::AlreadyExists),
            Diesel::DatabaseError(Kind::SerializationFailure, _) => {
                Error::new(Code::Unavailable).retry_after(1)
            }
            Diesel::DatabaseError(_, info) if overflow(info.message()) => {
                Error::new(Code::SumOutOfRange)
            }
            Diesel::DatabaseError(_, info) if busy(info.message()) => {
                tracing::warn!(cause = %error, "database busy");
                Error::new(Code::Unavailable).retry_after(2)
            }
            _ if is_connection_loss(&error) => {
                tracing::error!(cause = %error, "database connection lost");
                Error::new(Code::Unavailable).retry_after(5)
            }
            Diesel::DatabaseError(_, info) if disk_full(info.message()) => {
                tracing::error!(cause = %error, "disk full");
                Error::new(Code::Unavailable).retry_after(60)
            }
            _ => Error::internal("database statement failed", error),
        }
    }
}
