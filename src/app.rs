//! The one place that wires things.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::auth::password::Passwords;
use crate::auth::secret::SigningKey;
use crate::auth::token::Tokens;
use crate::clock::Clock;
use crate::config::{Config, Profile};
use crate::domain::access::Policy;
use crate::domain::budget::alarm::AlarmPolicy;
use crate::domain::reminder::ReminderPolicy;
use crate::error::{Error, Result};
use crate::mail::Mailer;
use crate::store::Store;
use crate::webhook;

/// Files that are taken in at a time.
const UPLOADS: usize = 2;

const ACCESS: &str = include_str!("../policies/access.cedar");
const ACCESS_SCHEMA: &str = include_str!("../policies/access.cedarschema");
const REMINDERS: &str = include_str!("../policies/reminders.toml");
const BUDGET: &str = include_str!("../policies/budget.toml");

/// Everything a use case needs.
#[derive(Debug)]
pub struct App {
    /// Settings.
    pub config: Config,
    /// Database.
    pub store: Store,
    /// Mail.
    pub mailer: Mailer,
    /// Calls of webhooks.
    pub webhooks: webhook::Client,
    /// Time.
    pub clock: Clock,
    /// Passwords.
    pub passwords: Passwords,
    /// Access tokens.
    pub tokens: Tokens,
    /// Rights.
    pub policy: Policy,
    /// When reminders go out.
    pub reminders: ReminderPolicy,
    /// From when a budget is worth an alarm.
    pub alarms: AlarmPolicy,
    /// Files that may be taken in at a time: a file may cost a few hundred megabytes while it is read.
    pub uploads: Arc<Semaphore>,
    /// Name of this process in leases.
    pub instance: String,
}

/// The program cannot start: one sentence for each fault.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct StartError(pub Vec<String>);

impl App {
    /// Wires the program. Connects to nothing yet, so that it may start before its database.
    ///
    /// # Errors
    /// [`StartError`] with every fault of settings, key file and policies.
    pub fn new(config: Config) -> Result<App, StartError> {
        let mut faults = Vec::new();
        let clock = config.held_now().map_or_else(Clock::system, Clock::held);
        let policies = match policies(&config) {
            Ok(policies) => Some(policies),
            Err(faulty) => {
                faults.extend(faulty);
                None
            }
        };
        if let Err(error) = crate::private::folder(&config.data_dir) {
            faults.push(format!(
                "data folder `{}`: {error}",
                config.data_dir.display()
            ));
        }
        let auth = &config.auth;
        let passwords = note(
            &mut faults,
            Passwords::new(
                auth.argon2_memory_kib,
                auth.argon2_passes,
                auth.argon2_lanes,
                auth.hashes_at_once,
            ),
        );
        let key = if config.profile == Profile::Test {
            SigningKey::random()
        } else {
            SigningKey::load_or_create(&config.token_key_file())
        };
        let key = note(
            &mut faults,
            key.map_err(|error| {
                format!(
                    "token key file `{}`: {error}",
                    config.token_key_file().display()
                )
            }),
        );
        let mailer = note(&mut faults, Mailer::from_settings(&config.mail_settings()));
        let webhooks = note(
            &mut faults,
            webhook::Client::new(&config.webhook_settings()),
        );
        let target = note(&mut faults, config.target());
        let (
            Some(policies),
            Some(passwords),
            Some(key),
            Some(mailer),
            Some(webhooks),
            Some(target),
        ) = (policies, passwords, key, mailer, webhooks, target)
        else {
            return Err(StartError(faults));
        };
        Ok(App {
            store: Store::new(target, &config.limits()),
            tokens: Tokens::new(&key, config.auth.access_minutes),
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            instance: uuid::Uuid::new_v4().to_string(),
            config,
            mailer,
            webhooks,
            clock,
            passwords,
            policy: policies.access,
            reminders: policies.reminders,
            alarms: policies.alarms,
        })
    }
}

impl App {
    /// Runs database work off the thread that answers requests.
    ///
    /// # Errors
    /// What `work` returns; `internal` if it panicked.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&App) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let app = Arc::clone(self);
        // The span goes along, so that what is logged down there carries the request id.
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| work(&app))).await;
        done.map_err(|error| Error::internal("database work did not come to its end", error))?
    }
}

fn note<T, E: ToString>(faults: &mut Vec<String>, result: Result<T, E>) -> Option<T> {
    result.map_err(|error| faults.push(error.to_string())).ok()
}

/// All policies.
#[derive(Debug)]
pub struct Policies {
    /// Rights.
    pub access: Policy,
    /// When reminders go out.
    pub reminders: ReminderPolicy,
    /// From when a budget is worth an alarm.
    pub alarms: AlarmPolicy,
}

/// Reads and checks the policies, from the folder in the settings or those compiled in.
///
/// # Errors
/// A sentence for each fault.
pub fn policies(config: &Config) -> Result<Policies, Vec<String>> {
    let mut faults = Vec::new();
    let mut text = |name: &str, compiled: &str| {
        if config.policy_dir.is_empty() {
            return compiled.to_owned();
        }
        let path = Path::new(&config.policy_dir).join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| {
            faults.push(format!("policy file `{}`: {error}", path.display()));
            compiled.to_owned()
        })
    };
    let (access, schema) = (
        text("access.cedar", ACCESS),
        text("access.cedarschema", ACCESS_SCHEMA),
    );
    let reminders = text("reminders.toml", REMINDERS);
    let alarms = text("budget.toml", BUDGET);
    let policy = note(&mut faults, Policy::new(&access, &schema));
    let reminders = note(
        &mut faults,
        ReminderPolicy::parse(&reminders).map_err(|error| format!("reminder policy: {error}")),
    );
    let alarms = note(
        &mut faults,
        AlarmPolicy::parse(&alarms).map_err(|error| format!("budget policy: {error}")),
    );
    match (policy, reminders, alarms) {
        (Some(access), Some(reminders), Some(alarms)) if faults.is_empty() => Ok(Policies {
            access,
            reminders,
            alarms,
        }),
        _ => Err(faults),
    }
}
