//! The command line. Exit codes: 0 done, 1 failed, 2 wrong usage. Errors are one clear sentence each on
//! standard error.

mod admin;
mod demo;
mod files;
mod remind;
mod serve;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::app::{App, StartError};
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::texts::{self, Language};
use files::{CatalogueCommand, ProgrammeCommand};

/// The security-measure ledger of German municipalities.
#[derive(Debug, Parser)]
#[command(name = "zinne", version, about, max_term_width = 100)]
struct Arguments {
    /// Settings file (TOML); environment variables ZINNE_… override it.
    #[arg(long, global = true, env = "ZINNE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service.
    Serve,
    /// Load three real city programmes into an embedded database and run the service on them.
    Demo {
        /// Folder for database, mails and accounts.
        #[arg(long, default_value = "zinne-demo")]
        data_dir: PathBuf,
        /// Address and port to listen on.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// Bring the database's schema up to date and store the catalogue that comes along.
    Migrate,
    /// Check settings, policies and key file; report every fault at once.
    CheckConfig,
    /// Accounts and roles.
    #[command(subcommand)]
    User(admin::UserCommand),
    /// Institutions.
    #[command(subcommand)]
    Institution(admin::InstitutionCommand),
    /// Catalogues.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Programmes.
    #[command(subcommand)]
    Programme(ProgrammeCommand),
    /// Plan and send the reminders that are due now, or show who would get what.
    Remind(remind::RemindArguments),
    /// Print the OpenAPI document.
    Openapi,
}

/// Why a command failed.
#[derive(Debug)]
enum Failure {
    Config(ConfigError),
    Start(StartError),
    Action(Error),
    Text(String),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Config(error)
    }
}
impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Failure::Start(error)
    }
}
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Action(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Config(error) => write!(f, "{error}"),
            Failure::Start(error) => write!(f, "{error}"),
            Failure::Text(text) => f.write_str(text),
            Failure::Action(Error::Problem(problem)) => {
                let (_, detail) = texts::problem(Language::En, problem.code, &problem.args);
                f.write_str(&detail)?;
                for fault in &problem.faults {
                    let place = match fault.pointer.as_str() {
                        "" => String::new(),
                        pointer => format!("{pointer}: "),
                    };
                    let text = texts::fault(Language::En, fault.code, &fault.args);
                    write!(f, "\n{place}{text}")?;
                }
                for fault in &problem.cells {
                    let place = match &fault.cell {
                        Some(cell) => format!("{cell} ({}): ", fault.pointer),
                        None => String::new(),
                    };
                    let text = texts::text(Language::En, &fault.text_id, &fault.args);
                    write!(f, "\n{place}{text}")?;
                }
                Ok(())
            }
            Failure::Action(error) => f.write_str(&error.chain()),
        }
    }
}

type Outcome = Result<(), Failure>;

/// Runs a command.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors, and clap knows where they belong.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.to_string().lines() {
                let _ = writeln!(std::io::stderr(), "error: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: Arguments) -> Outcome {
    let config = || load(arguments.config.as_deref());
    match arguments.command {
        Command::Openapi => files::openapi(),
        Command::Catalogue(CatalogueCommand::Facts {
            xml,
            cross_table,
            out,
        }) => files::catalogue_facts(&xml, &cross_table, out.as_deref()),
        Command::Catalogue(CatalogueCommand::Import(command)) => {
            files::catalogue_import(&up_to_date(config()?)?, &command)
        }
        Command::Demo { data_dir, listen } => demo::run(&data_dir, &listen),
        Command::CheckConfig => check_config(config()?),
        Command::Serve => serve::run(started(config()?)?),
        Command::Migrate => migrate(&started(config()?)?),
        Command::User(command) => admin::user(&up_to_date(config()?)?, command),
        Command::Institution(command) => admin::institution(&up_to_date(config()?)?, command),
        Command::Programme(ProgrammeCommand::Import { file }) => {
            files::programme_import(&up_to_date(config()?)?, &file)
        }
        Command::Programme(ProgrammeCommand::Table { file, out }) => {
            files::programme_table(&file, out.as_deref())
        }
        Command::Remind(command) => {
            let app = started(config()?)?;
            // It may be a dry run, which writes nothing.
            require_schema(&app)?;
            remind::run(&app, &command)
        }
    }
}

fn load(file: Option<&std::path::Path>) -> Result<Config, Failure> {
    let text = match file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            Failure::Text(format!("settings file `{}`: {error}", path.display()))
        })?),
        None => None,
    };
    Ok(Config::load(text.as_deref(), std::env::vars())?)
}

fn started(config: Config) -> Result<Arc<App>, Failure> {
    logging(&config);
    Ok(Arc::new(App::new(config)?))
}

fn up_to_date(config: Config) -> Result<Arc<App>, Failure> {
    let app = started(config)?;
    bring_up_to_date(&app)?;
    Ok(app)
}

/// Brings schema and built-in catalogue up to date, if that is left to this program.
fn bring_up_to_date(app: &Arc<App>) -> Outcome {
    if !app.config.database.migrate_at_start {
        return require_schema(app);
    }
    for name in app.store.migrate()? {
        tracing::info!(migration = name, "migrated");
    }
    crate::actions::catalogue::ensure_built_in(app)?;
    Ok(())
}

fn require_schema(app: &Arc<App>) -> Outcome {
    if app.store.pending_migrations()?.is_empty() {
        return Ok(());
    }
    Err(Failure::Text(
        "the database's schema is not this program's; run `zinne migrate`".to_owned(),
    ))
}

/// Logs go to standard error; a second call (tests) changes nothing.
fn logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _ = if config.log.format == "json" {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_ansi(false).try_init()
    };
}

fn check_config(config: Config) -> Outcome {
    let engine = config
        .target()
        .map(|target| target.engine())
        .unwrap_or_default();
    let app = App::new(config)?;
    say(&format!(
        "settings, policies and key are right: database {engine}, mail {}",
        app.mailer.kind()
    ));
    Ok(())
}

fn migrate(app: &Arc<App>) -> Outcome {
    for name in app.store.migrate()? {
        say(&format!("migrated {name}"));
    }
    if crate::actions::catalogue::ensure_built_in(app)? {
        say("stored the catalogue gs-2023");
    }
    say("the database is up to date");
    Ok(())
}

/// Runs asynchronous work to its end.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

/// Prints a line; whoever closed the pipe does not want it.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
