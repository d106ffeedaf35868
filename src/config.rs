//! Settings: defaults compiled in, then a file, then the environment; every fault reported at once.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::{Table, Value};

use crate::store::Target;

/// Every setting with its default and a comment.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

const PREFIX: &str = "ZINNE_";
/// Read elsewhere or by the tests, and no settings.
const NOT_SETTINGS: &[&str] = &["ZINNE_CONFIG"];

/// What sort of installation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A real one.
    Production,
    /// `zinne demo`.
    Demo,
    /// Automated tests.
    Test,
}

/// The settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// What sort of installation it is.
    pub profile: Profile,
    /// Where the database is; may hold a password.
    pub database_url: SecretString,
    /// Address and port to listen on.
    pub listen: String,
    /// Address under which people reach the service.
    pub public_url: String,
    /// Folder for keys and files.
    pub data_dir: PathBuf,
    /// Where mail goes; may hold a password.
    pub smtp_url: SecretString,
    /// Sender.
    pub mail_from: String,
    /// Own certification authority of the mail server.
    pub smtp_ca_file: String,
    /// Folder with policies instead of those compiled in.
    pub policy_dir: String,
    /// Held clock.
    pub fixed_now: String,
    /// Requests.
    pub http: Http,
    /// Database.
    pub database: Database,
    /// Sign-in.
    pub auth: Auth,
    /// Mails.
    pub outbox: Outbox,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// Logs.
    pub log: Log,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
pub struct Http {
    /// Threads; 0: one per core.
    pub workers: usize,
    /// Bytes.
    pub body_limit: usize,
    /// Bytes.
    pub upload_limit: usize,
    /// Seconds for head and body each.
    pub request_seconds: u64,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<String>,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
pub struct Database {
    /// Connections.
    pub pool_size: u32,
    /// Milliseconds.
    pub wait_ms: u64,
    /// Milliseconds.
    pub statement_ms: u64,
    /// Bring the schema up to date.
    pub migrate_at_start: bool,
    /// Wait for the disk.
    pub sqlite_full_sync: bool,
}

/// `[auth]`
#[derive(Debug, Clone, Deserialize)]
pub struct Auth {
    /// Minutes.
    pub access_minutes: i64,
    /// Days.
    pub session_days: i64,
    /// File with the signing key.
    pub token_key_file: String,
    /// KiB.
    pub argon2_memory_kib: u32,
    /// Passes.
    pub argon2_passes: u32,
    /// Lanes.
    pub argon2_lanes: u32,
    /// Hashes at the same time.
    pub hashes_at_once: usize,
    /// Per address.
    pub attempts_per_minute: u32,
    /// In a row.
    pub failures_before_lock: i32,
    /// Minutes.
    pub lock_minutes: i64,
}

/// `[outbox]`
#[derive(Debug, Clone, Deserialize)]
pub struct Outbox {
    /// Seconds.
    pub tick_seconds: u64,
    /// Seconds.
    pub lease_seconds: u64,
    /// Attempts.
    pub max_attempts: i32,
    /// Seconds.
    pub backoff_seconds: u64,
    /// Mails at the same time.
    pub parallel: usize,
    /// Seconds.
    pub timeout_seconds: u64,
}

/// `[webhooks]`
#[derive(Debug, Clone, Deserialize)]
pub struct Webhooks {
    /// Networks and names that may be called although they are not public.
    pub allow: Vec<String>,
    /// Those may be called without TLS, too.
    pub allow_http: bool,
    /// Own certification authority of the receivers.
    pub ca_file: String,
    /// Seconds.
    pub timeout_seconds: u64,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// `text` or `json`.
    pub format: String,
    /// Level or directives.
    pub level: String,
}

/// All that is wrong with the settings, a sentence each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads the settings: defaults, then `file`, then `environment` (pairs of name and value).
    ///
    /// # Errors
    /// [`ConfigError`] with every fault.
    pub fn load(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut faults = Vec::new();
        let mut settings: Table = toml::from_str(DEFAULTS)
            .map_err(|error| ConfigError(vec![format!("defaults: {error}")]))?;
        if let Some(text) = file {
            match toml::from_str::<Table>(text) {
                Ok(table) => overlay(&mut settings, table, "", &mut faults),
                Err(error) => {
                    faults.push(format!("settings file: {}", error.to_string().trim_end()))
                }
            }
        }
        for (name, text) in environment {
            if let Some(key) = name.strip_prefix(PREFIX)
                && !key.starts_with("TEST_")
                && !NOT_SETTINGS.contains(&name.as_str())
            {
                from_environment(&mut settings, &name, key, text, &mut faults);
            }
        }
        let config: Config = match settings.try_into() {
            Ok(config) => config,
            Err(error) => {
                faults.push(format!("settings: {}", error.message()));
                return Err(ConfigError(faults));
            }
        };
        config.validate(&mut faults);
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError(faults))
        }
    }

    fn validate(&self, faults: &mut Vec<String>) {
        let mut need = |right: bool, sentence: &str| {
            if !right {
                faults.push(sentence.to_owned());
            }
        };
        need(
            self.listen.parse::<SocketAddr>().is_ok(),
            "`listen` must be an address with a port, such as `127.0.0.1:8080`",
        );
        let public = url::Url::parse(&self.public_url);
        need(
            public.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
            "`public_url` must be an http or https address",
        );
        need(
            self.fixed_now.is_empty() || self.held_now().is_some(),
            "`fixed_now` must be an instant such as `2022-10-17T05:00:00Z`",
        );
        need(
            self.fixed_now.is_empty() || self.profile != Profile::Production,
            "`fixed_now` is allowed only where `profile` is `demo` or `test`",
        );
        need(
            (1024..=64 << 20).contains(&self.http.body_limit),
            "`http.body_limit` must be between 1024 and 67108864 bytes",
        );
        need(
            (1 << 20..=256 << 20).contains(&self.http.upload_limit),
            "`http.upload_limit` must be between 1048576 and 268435456 bytes",
        );
        need(
            (1..=300).contains(&self.http.request_seconds),
            "`http.request_seconds` must be between 1 and 300",
        );
        need(
            self.http.workers <= 256,
            "`http.workers` must be at most 256",
        );
        need(
            self.http
                .trusted_proxies
                .iter()
                .all(|proxy| proxy.parse::<IpAddr>().is_ok()),
            "`http.trusted_proxies` must be IP addresses",
        );
        need(
            (1..=200).contains(&self.database.pool_size),
            "`database.pool_size` must be between 1 and 200",
        );
        need(
            (100..=60_000).contains(&self.database.wait_ms),
            "`database.wait_ms` must be between 100 and 60000",
        );
        need(
            (100..=600_000).contains(&self.database.statement_ms),
            "`database.statement_ms` must be between 100 and 600000",
        );
        need(
            (1..=60).contains(&self.auth.access_minutes),
            "`auth.access_minutes` must be between 1 and 60",
        );
        need(
            (1..=90).contains(&self.auth.session_days),
            "`auth.session_days` must be between 1 and 90",
        );
        let least = if self.profile == Profile::Test {
            8
        } else {
            19_456
        };
        need(
            (least..=1 << 20).contains(&self.auth.argon2_memory_kib),
            "`auth.argon2_memory_kib` must be between 19456 and 1048576 (RFC 9106, OWASP)",
        );
        need(
            (1..=20).contains(&self.auth.argon2_passes),
            "`auth.argon2_passes` must be between 1 and 20",
        );
        need(
            (1..=16).contains(&self.auth.argon2_lanes),
            "`auth.argon2_lanes` must be between 1 and 16",
        );
        need(
            self.auth.argon2_memory_kib >= 8 * self.auth.argon2_lanes,
            "`auth.argon2_memory_kib` must be at least eight times `auth.argon2_lanes`",
        );
        need(
            (1..=16).contains(&self.auth.hashes_at_once),
            "`auth.hashes_at_once` must be between 1 and 16",
        );
        need(
            (1..=100_000).contains(&self.auth.attempts_per_minute),
            "`auth.attempts_per_minute` must be between 1 and 100000",
        );
        need(
            (3..=100).contains(&self.auth.failures_before_lock),
            "`auth.failures_before_lock` must be between 3 and 100",
        );
        need(
            (1..=1440).contains(&self.auth.lock_minutes),
            "`auth.lock_minutes` must be between 1 and 1440",
        );
        need(
            (1..=3600).contains(&self.outbox.tick_seconds),
            "`outbox.tick_seconds` must be between 1 and 3600",
        );
        need(
            (1..=120).contains(&self.outbox.timeout_seconds),
            "`outbox.timeout_seconds` must be between 1 and 120",
        );
        need(
            self.outbox.lease_seconds > 4 * self.outbox.timeout_seconds
                && self.outbox.lease_seconds <= 3600,
            "`outbox.lease_seconds` must be more than four times `outbox.timeout_seconds` and at most 3600",
        );
        need(
            (1..=100).contains(&self.outbox.max_attempts),
            "`outbox.max_attempts` must be between 1 and 100",
        );
        need(
            (1..=21_600).contains(&self.outbox.backoff_seconds),
            "`outbox.backoff_seconds` must be between 1 and 21600",
        );
        need(
            (1..=64).contains(&self.outbox.parallel),
            "`outbox.parallel` must be between 1 and 64",
        );
        need(
            (1..=60).contains(&self.webhooks.timeout_seconds),
            "`webhooks.timeout_seconds` must be between 1 and 60",
        );
        if let Err(error) = crate::webhook::Client::new(&self.webhook_settings()) {
            need(false, &format!("`webhooks`: {error}"));
        }
        need(
            matches!(self.log.format.as_str(), "text" | "json"),
            "`log.format` must be `text` or `json`",
        );
        need(
            tracing_subscriber::EnvFilter::try_new(&self.log.level).is_ok(),
            "`log.level` must be a level such as `info`, or directives such as `zinne=debug`",
        );
        if let Err(sentence) = self.target() {
            need(false, &format!("`database_url`: {sentence}"));
        }
        if let Err(error) = crate::mail::Mailer::from_settings(&self.mail_settings()) {
            need(false, &format!("`smtp_url`: {error}"));
        }
        let domain = crate::mail::sender_domain(&self.mail_from);
        need(
            domain.is_some(),
            "`mail_from` must be an address such as `zinne <zinne@stadt.example>`",
        );
        need(
            self.profile != Profile::Production
                || !self.smtp_url.expose_secret().starts_with("smtp")
                || domain.as_deref() != Some("localhost"),
            "`mail_from` must be an address of yours where `smtp_url` is set; mail from `localhost` is refused elsewhere",
        );
    }

    /// The database.
    ///
    /// # Errors
    /// A sentence that does not repeat the URL.
    pub fn target(&self) -> Result<Target, String> {
        Target::parse(self.database_url.expose_secret())
    }

    /// Limits of the database side.
    pub fn limits(&self) -> crate::store::Limits {
        crate::store::Limits {
            pool_size: self.database.pool_size,
            wait: Duration::from_millis(self.database.wait_ms),
            statement: Duration::from_millis(self.database.statement_ms),
            sqlite_full_sync: self.database.sqlite_full_sync,
        }
    }

    /// Where mail goes.
    pub fn mail_settings(&self) -> crate::mail::MailSettings {
        let url = self.smtp_url.expose_secret();
        let files = || format!("file:{}", self.data_dir.join("mail").display());
        crate::mail::MailSettings {
            url: if url.is_empty() {
                files()
            } else {
                url.to_owned()
            },
            ca_file: (!self.smtp_ca_file.is_empty()).then(|| PathBuf::from(&self.smtp_ca_file)),
            timeout: Duration::from_secs(self.outbox.timeout_seconds),
        }
    }

    /// How webhooks are called.
    pub fn webhook_settings(&self) -> crate::webhook::Settings {
        let settings = &self.webhooks;
        crate::webhook::Settings {
            allow: settings.allow.clone(),
            allow_http: settings.allow_http,
            ca_file: (!settings.ca_file.is_empty()).then(|| PathBuf::from(&settings.ca_file)),
            timeout: Duration::from_secs(settings.timeout_seconds),
        }
    }

    /// The instant at which the clock is held.
    pub fn held_now(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(&self.fixed_now)
            .ok()
            .map(|instant| instant.to_utc())
    }

    /// File with the key that signs access tokens.
    pub fn token_key_file(&self) -> PathBuf {
        if self.auth.token_key_file.is_empty() {
            self.data_dir.join("token.key")
        } else {
            PathBuf::from(&self.auth.token_key_file)
        }
    }

    /// Domain of the sender, for Message-IDs.
    pub fn mail_domain(&self) -> String {
        crate::mail::sender_domain(&self.mail_from).unwrap_or_else(|| "localhost".to_owned())
    }
}

/// Lays a file over the defaults; keys and types have to be those of the defaults.
fn overlay(settings: &mut Table, given: Table, at: &str, faults: &mut Vec<String>) {
    for (key, value) in given {
        let name = format!("{at}{key}");
        match (settings.get_mut(&key), value) {
            (Some(Value::Table(section)), Value::Table(given)) => {
                overlay(section, given, &format!("{name}."), faults)
            }
            (Some(known), value) if known.same_type(&value) => *known = value,
            (Some(known), value) => {
                faults.push(format!(
                    "`{name}` must be of type {}, not {}",
                    known.type_str(),
                    value.type_str()
                ));
            }
            (None, _) => faults.push(format!("`{name}` is not a setting")),
        }
    }
}

fn from_environment(
    settings: &mut Table,
    name: &str,
    key: &str,
    text: String,
    faults: &mut Vec<String>,
) {
    let path = key.to_lowercase();
    let known = match path.split_once("__") {
        Some((section, key)) => settings
            .get_mut(section)
            .and_then(Value::as_table_mut)
            .and_then(|t| t.get_mut(key)),
        None => settings.get_mut(&path),
    };
    let Some(known) = known else {
        faults.push(format!("`{name}` does not name a setting"));
        return;
    };
    let value = match known {
        Value::String(_) => Some(Value::String(text)),
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(_) => Some(Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect(),
        )),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    };
    match value {
        Some(value) => *known = value,
        None => faults.push(format!("`{name}` must be of type {}", known.type_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: Option<&str>, environment: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(file, environment).map_err(|error| error.0)
    }

    #[test]
    fn the_defaults_are_right() {
        let config = load(None, &[]).unwrap();
        assert_eq!(config.profile, Profile::Production);
        assert_eq!(
            config.token_key_file(),
            PathBuf::from("zinne-data/token.key")
        );
    }

    #[test]
    fn the_environment_beats_the_file() {
        let config = load(
            Some("listen = \"127.0.0.1:1\"\n[auth]\nlock_minutes = 5"),
            &[
                ("ZINNE_LISTEN", "127.0.0.1:2"),
                ("ZINNE_HTTP__TRUSTED_PROXIES", "10.0.0.1, ::1"),
                ("PATH", "x"),
            ],
        )
        .unwrap();
        assert_eq!(config.listen, "127.0.0.1:2");
        assert_eq!(config.auth.lock_minutes, 5);
        assert_eq!(config.http.trusted_proxies, ["10.0.0.1", "::1"]);
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let faults = load(
            Some("lissen = 1\nlisten = 5\n[auth]\naccess_minutes = 0\n[nothing]\na = 1"),
            &[
                ("ZINNE_AUTH__LOCK_MINUTES", "ten"),
                ("ZINNE_TYPO", "x"),
                ("ZINNE_DATABASE_URL", "mysql://user:geheim@host/db"),
                ("ZINNE_FIXED_NOW", "2022-10-17T05:00:00Z"),
                ("ZINNE_SMTP_URL", "http://user:geheim@host"),
                ("ZINNE_WEBHOOKS__ALLOW", "10.0.0.0/8, 10.0.0.0/99"),
            ],
        )
        .unwrap_err();
        assert_eq!(faults.len(), 10, "{faults:#?}");
        for part in [
            "`lissen`",
            "`listen` must be of type",
            "`nothing`",
            "`ZINNE_TYPO`",
            "`ZINNE_AUTH__LOCK_MINUTES`",
            "access_minutes",
            "database_url",
            "smtp_url",
            "fixed_now",
            "`10.0.0.0/99` is neither a network",
        ] {
            assert!(
                faults.iter().any(|fault| fault.contains(part)),
                "{part} in {faults:#?}"
            );
        }
        assert!(
            !faults.join(" ").contains("geheim"),
            "a password must not be printed"
        );
    }

    #[test]
    fn secrets_do_not_print() {
        let config = load(
            None,
            &[("ZINNE_DATABASE_URL", "postgres://zinne:geheim@db/zinne")],
        )
        .unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn containers_are_started_with_settings_that_there_are() {
        let files = [
            include_str!("../docker-compose.yml"),
            include_str!("../Dockerfile"),
        ];
        let mut names = Vec::new();
        for word in files.iter().flat_map(|file| file.split([' ', '\n'])) {
            let name = word.split([':', '=']).next().unwrap_or_default();
            if name.starts_with(PREFIX) && name.len() < word.len() {
                names.push(name);
            }
        }
        assert!(names.len() > 8, "{names:?}");
        for name in names {
            let setting = Config::load(None, [(name.to_owned(), "\u{0}".to_owned())]);
            let faults = setting.err().map_or_else(Vec::new, |error| error.0);
            assert!(
                !faults
                    .iter()
                    .any(|fault| fault.contains("is not a setting")),
                "{name}: {faults:?}"
            );
        }
    }
}
