//! Mail over SMTP.
//!
//! The conversation is held by lettre's connection, the connections are kept
//! here. lettre's own pool takes back a connection whose send was cut off by a
//! timeout: the late reply would then be read as the answer to the next mail,
//! and that mail be reported as accepted. Here a connection goes back only
//! after a complete reply.

use std::{
    fmt,
    future::Future,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail as MailFrom, Noop, Rcpt, Rset},
    response::{Response, Severity},
};
use secrecy::ExposeSecret as _;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{
    super::{Accepted, SendError, mime::Mail, one_line},
    SettingsError,
    target::{Encryption, Login, Server},
};

/// Connections kept open between mails.
const MAX_IDLE: usize = 4;
/// Shorter than the patience of the servers in use.
const IDLE_FOR: Duration = Duration::from_secs(20);
/// Many servers end a session after about a hundred mails.
const MAILS_PER_CONNECTION: u32 = 50;
/// A whole mail may take this many times the timeout of one step.
const STEPS_PER_MAIL: u32 = 4;
/// Longer replies are cut.
const LONGEST_REPLY: usize = 500;
/// Steps of the conversation, as replies name them.
const SENDER: &str = "MAIL";
const RECIPIENT: &str = "RCPT";
const BODY: &str = "the mail";
/// 5xx replies that speak of the session (authentication or encryption wanted,
/// mechanism or password wrong), not of the mail.
const SESSION_CODES: [u16; 5] = [523, 530, 534, 535, 538];

/// Sends over SMTP; clones share the open connections.
#[derive(Clone)]
pub struct Smtp {
    inner: Arc<Inner>,
}

struct Inner {
    server: Server,
    tls: Option<TlsParameters>,
    timeout: Duration,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    connections: Vec<Connection>,
    /// Closes what nobody uses any more; may have died with its runtime.
    watcher: Option<JoinHandle<()>>,
}

struct Connection {
    smtp: AsyncSmtpConnection,
    mails: u32,
    since: Instant,
}

impl Idle {
    /// The connections to close, and whether none is left to watch.
    fn sort_out(&mut self) -> (Vec<Connection>, bool) {
        let (unused, fresh) = std::mem::take(&mut self.connections)
            .into_iter()
            .partition(|connection| connection.since.elapsed() >= IDLE_FOR);
        self.connections = fresh;
        let finished = self.connections.is_empty();
        if finished {
            self.watcher = None;
        }
        (unused, finished)
    }
}

/// Why a step of the conversation failed.
enum Fault {
    /// The server answered no to a step; the connection is in order.
    Refused {
        step: &'static str,
        code: u16,
        reply: String,
    },
    /// No (understandable) answer; the connection is of no use any more.
    Broken(String),
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("server", &self.inner.server)
            .field("timeout", &self.inner.timeout)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(crate) fn new(
        server: Server,
        ca_file: Option<&Path>,
        timeout: Duration,
    ) -> Result<Self, SettingsError> {
        if timeout.is_zero() {
            return Err(SettingsError::Timeout);
        }
        let tls = match server.encryption {
            Encryption::None => None,
            Encryption::StartTls | Encryption::Implicit => Some(tls(&server.host, ca_file)?),
        };
        let idle = Mutex::default();
        Ok(Self {
            inner: Arc::new(Inner {
                server,
                tls,
                timeout,
                idle,
            }),
        })
    }

    pub(crate) async fn send(&self, mail: &Mail) -> Result<Accepted, SendError> {
        let body_begun = AtomicBool::new(false);
        let limit = self.inner.timeout.saturating_mul(STEPS_PER_MAIL);
        let outcome = timeout(limit, self.exchange(mail, &body_begun)).await;
        let reply = match outcome {
            Ok(result) => return result,
            Err(_elapsed) => format!("no end after {} s", limit.as_secs_f32()),
        };
        Err(SendError {
            permanent: false,
            handed_over: body_begun.load(Ordering::Relaxed),
            reply,
        })
    }

    async fn exchange(&self, mail: &Mail, body_begun: &AtomicBool) -> Result<Accepted, SendError> {
        let mut connection = self.connection().await?;
        let outcome = self
            .inner
            .deliver(&mut connection.smtp, mail, body_begun)
            .await;
        connection.mails += 1;
        match outcome {
            Ok(reply) => {
                self.park(connection);
                Ok(Accepted { reply })
            }
            Err(Fault::Refused { step, code, reply }) => {
                self.reset(connection, code).await;
                Err(SendError {
                    permanent: is_permanent(step, code, &reply),
                    handed_over: false,
                    reply,
                })
            }
            Err(Fault::Broken(reply)) => Err(SendError {
                permanent: false,
                handed_over: body_begun.load(Ordering::Relaxed),
                reply,
            }),
        }
    }

    /// An open connection that still answers, or a new one.
    async fn connection(&self) -> Result<Connection, SendError> {
        while let Some(mut connection) = self.inner.take_idle() {
            let alive = self.inner.step("NOOP", connection.smtp.command(Noop)).await;
            if alive.is_ok() {
                return Ok(connection);
            }
        }
        let smtp = self.inner.connect().await?;
        Ok(Connection {
            smtp,
            mails: 0,
            since: Instant::now(),
        })
    }

    /// After a refusal the conversation goes on, unless the server left (421).
    async fn reset(&self, mut connection: Connection, code: u16) {
        if code == 421 {
            return;
        }
        let reset = self.inner.step("RSET", connection.smtp.command(Rset)).await;
        if reset.is_ok() {
            self.park(connection);
        }
    }

    fn park(&self, mut connection: Connection) {
        let mut idle = self.inner.idle();
        if connection.mails >= MAILS_PER_CONNECTION || idle.connections.len() >= MAX_IDLE {
            drop(idle);
            tokio::spawn(quit(connection));
            return;
        }
        connection.since = Instant::now();
        idle.connections.push(connection);
        if idle.watcher.as_ref().is_none_or(JoinHandle::is_finished) {
            idle.watcher = Some(tokio::spawn(close_unused(Arc::clone(&self.inner))));
        }
    }
}

impl Inner {
    fn idle(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle().connections.pop()
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let mut smtp = self.open().await?;
        if self.server.encryption == Encryption::StartTls {
            self.start_tls(&mut smtp).await?;
        }
        if let Some(login) = &self.server.login {
            self.sign_in(&mut smtp, login).await?;
        }
        Ok(smtp)
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let Server {
            host,
            port,
            hello,
            encryption,
            ..
        } = &self.server;
        let tls = self
            .tls
            .clone()
            .filter(|_| *encryption == Encryption::Implicit);
        let address = (host.as_str(), *port);
        let opening =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), hello, tls, None);
        self.step("connection", opening)
            .await
            .map_err(|fault| SendError::temporary(format!("{host}:{port}: {}", fault.into_text())))
    }

    async fn start_tls(&self, smtp: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(tls) = self.tls.clone().filter(|_| smtp.can_starttls()) else {
            return Err(SendError::temporary(
                "the mail server does not offer starttls, which is required",
            ));
        };
        self.step("STARTTLS", smtp.starttls(tls, &self.server.hello))
            .await
            .map_err(|fault| SendError::temporary(fault.into_text()))
    }

    async fn sign_in(
        &self,
        smtp: &mut AsyncSmtpConnection,
        login: &Login,
    ) -> Result<(), SendError> {
        let secret = login.password.expose_secret().to_owned();
        let credentials = Credentials::new(login.user.clone(), secret);
        let signed_in = self
            .step("AUTH", smtp.auth(DEFAULT_MECHANISMS, &credentials))
            .await;
        match signed_in {
            Ok(_) => Ok(()),
            // The server's own words could repeat what it was sent.
            Err(Fault::Refused { code, .. }) => Err(SendError::temporary(format!(
                "{code} the mail server refused user or password"
            ))),
            Err(Fault::Broken(cause)) => Err(SendError::temporary(cause)),
        }
    }

    async fn deliver(
        &self,
        smtp: &mut AsyncSmtpConnection,
        mail: &Mail,
        body_begun: &AtomicBool,
    ) -> Result<String, Fault> {
        let from = mail.envelope.from().cloned();
        self.step(SENDER, smtp.command(MailFrom::new(from, Vec::new())))
            .await?;
        for to in mail.envelope.to() {
            self.step(RECIPIENT, smtp.command(Rcpt::new(to.clone(), Vec::new())))
                .await?;
        }
        self.step("DATA", smtp.command(Data)).await?;
        body_begun.store(true, Ordering::Relaxed);
        // A server that scans mails answers late, and whoever does not wait makes a twin: this step may take
        // all the time that the whole mail has (RFC 5321 4.5.3.2.6 would give it ten minutes).
        let response = smtp.message(&mail.bytes).await;
        let response = response.map_err(|error| Fault::from_error(BODY, &error))?;
        if response.code().severity == Severity::PositiveCompletion {
            Ok(text_of(&response))
        } else {
            Err(Fault::Broken(format!(
                "unexpected reply: {}",
                text_of(&response)
            )))
        }
    }

    /// lettre bounds only the TCP connect; every other wait is bounded here.
    async fn step<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Fault> {
        match timeout(self.timeout, work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(Fault::from_error(name, &error)),
            Err(_elapsed) => Err(Fault::Broken(format!(
                "no answer to {name} within {} s",
                self.timeout.as_secs_f32()
            ))),
        }
    }
}

impl Fault {
    fn from_error(step: &'static str, error: &Error) -> Self {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        match error.status() {
            Some(code) => Self::Refused {
                step,
                code: code.into(),
                reply: shorten(&format!("{code} {}", cause.unwrap_or_default())),
            },
            None => Self::Broken(shorten(&format!(
                "{step} failed: {}",
                cause.unwrap_or_else(|| error.to_string())
            ))),
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Refused { reply, .. } => reply,
            Self::Broken(cause) => cause,
        }
    }
}

/// Whether this mail or its recipient is refused for good. What is said of the sender, of relaying or of a
/// policy (enhanced code X.7.X, RFC 3463) is about the settings, hits every mail alike and can be mended.
fn is_permanent(step: &str, code: u16, reply: &str) -> bool {
    let enhanced = reply.split_whitespace().nth(1).unwrap_or_default();
    match step {
        RECIPIENT => (550..554).contains(&code) && !enhanced.starts_with("5.7."),
        "DATA" | BODY => (500..600).contains(&code) && !SESSION_CODES.contains(&code),
        _ => false,
    }
}

fn text_of(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    shorten(&format!("{} {}", response.code(), lines.join(" ")))
}

fn shorten(text: &str) -> String {
    one_line(text).chars().take(LONGEST_REPLY).collect()
}

/// Ends once nothing is idle, so that the last mail of the day leaves no open
/// connection behind.
async fn close_unused(inner: Arc<Inner>) {
    loop {
        sleep(IDLE_FOR).await;
        let (unused, finished) = inner.idle().sort_out();
        for connection in unused {
            tokio::spawn(quit(connection));
        }
        if finished {
            return;
        }
    }
}

/// A polite goodbye that waits for nobody.
async fn quit(mut connection: Connection) {
    let _ = timeout(Duration::from_secs(2), connection.smtp.quit()).await;
}

fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, SettingsError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        builder = builder.add_root_certificate(own_ca(path)?);
        // An unusable root shows only here.
        return builder.build_rustls().map_err(|_error| content(path));
    }
    builder.build_rustls().map_err(SettingsError::Tls)
}

fn own_ca(path: &Path) -> Result<Certificate, SettingsError> {
    let pem = std::fs::read(path).map_err(|source| SettingsError::CaFile {
        path: path.to_owned(),
        source,
    })?;
    // A file without any certificate would otherwise add nothing, silently.
    let marker = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(marker.len()).any(|window| window == marker) {
        return Err(content(path));
    }
    Certificate::from_pem(&pem).map_err(|_error| content(path))
}

fn content(path: &Path) -> SettingsError {
    SettingsError::CaContent {
        path: path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{MailSettings, Mailer};
    use super::*;

    fn settings(url: &str, ca: Option<&Path>) -> MailSettings {
        MailSettings {
            url: url.into(),
            ca_file: ca.map(Path::to_owned),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn settings_need_no_runtime_and_hide_the_password() {
        let settings = settings("smtps://u:geheim@mail.example", None);
        let mailer = Mailer::from_settings(&settings).unwrap();
        assert_eq!(mailer.kind(), "smtp");
        assert!(!format!("{mailer:?} {settings:?}").contains("geheim"));
    }

    #[test]
    fn a_ca_file_must_hold_a_certificate() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let url = "smtps://mail.example";
        let error = Mailer::from_settings(&settings(url, Some(&path))).unwrap_err();
        assert!(matches!(error, SettingsError::CaFile { .. }), "{error}");
        for bad in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            std::fs::write(&path, bad).unwrap();
            let error = Mailer::from_settings(&settings(url, Some(&path))).unwrap_err();
            assert!(
                matches!(error, SettingsError::CaContent { .. }),
                "{bad}: {error}"
            );
        }
    }

    #[test]
    fn no_time_is_refused() {
        let settings = MailSettings {
            timeout: Duration::ZERO,
            ..settings("smtp://localhost", None)
        };
        let error = Mailer::from_settings(&settings).unwrap_err();
        assert!(matches!(error, SettingsError::Timeout));
    }

    #[test]
    fn only_refusals_of_the_mail_or_its_recipient_are_permanent() {
        for (step, reply, permanent) in [
            (RECIPIENT, "550 5.1.1 mailbox unknown", true),
            (RECIPIENT, "550 no such user", true),
            (RECIPIENT, "553 5.1.3 bad address", true),
            (RECIPIENT, "550 5.7.1 relaying denied", false),
            (RECIPIENT, "554 relay access denied", false),
            (RECIPIENT, "530 authentication required", false),
            (RECIPIENT, "451 4.3.2 later", false),
            (SENDER, "550 5.7.60 cannot send as this sender", false),
            (SENDER, "553 sender refused", false),
            (BODY, "554 5.7.1 looks like spam", true),
            (BODY, "552 too large", true),
            (BODY, "452 4.3.1 disk full", false),
            ("DATA", "554 no valid recipients", true),
            ("AUTH", "535 wrong password", false),
        ] {
            let code = reply[..3].parse().unwrap();
            assert_eq!(
                is_permanent(step, code, reply),
                permanent,
                "{step}: {reply}"
            );
        }
    }

    #[test]
    fn replies_are_one_short_line() {
        assert_eq!(shorten("550 a\r\n b\u{0}c"), "550 a b c");
        assert_eq!(shorten(&"x".repeat(9_000)).len(), LONGEST_REPLY);
    }
}
