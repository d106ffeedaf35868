//! Mail: how a reminder is written ([`digest`]) and how it leaves the house
//! ([`transport`]).
//!
//! Nothing here knows who gets a mail or when; the caller hands over a finished
//! [`Message`] and learns whether it was accepted. The same [`Message`] always
//! becomes the same bytes, so that a twin sent after a crash can be recognised
//! by its Message-ID and compared.

pub mod digest;
mod mime;
pub mod notice;
pub mod transport;

use std::{fmt, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};

pub use transport::SettingsError;
use transport::{File, Memory, Smtp, target::Target};

/// One mail to one person, complete but not yet in MIME form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `local@domain`, without angle brackets; the same for every attempt.
    pub message_id: String,
    /// Sender: `address` or `Name <address>`.
    pub from: String,
    /// Where an answer goes: `address` or `Name <address>`.
    pub reply_to: Option<String>,
    /// The recipient's address alone.
    pub to: String,
    /// The recipient's display name; may be empty.
    pub to_name: String,
    /// The Date header: when the mail was planned, not when it was sent.
    pub date: DateTime<Utc>,
    /// An earlier attempt may already have arrived.
    pub resent: bool,
    /// Subject line.
    pub subject: String,
    /// Plain text body.
    pub text: String,
    /// HTML body.
    pub html: String,
    /// Comes regularly: readers are told how they can ask to be left alone (RFC 2369).
    pub regular: bool,
}

/// Where mails go and how.
#[derive(Clone)]
pub struct MailSettings {
    /// One of
    /// - `smtps://user:password@host[:465]`: TLS from the first byte;
    /// - `smtp+starttls://user:password@host[:587]`: STARTTLS, or no mail;
    /// - `smtp://host[:25]`: the same, except that `localhost` and loopback
    ///   addresses are spoken to in plain text, as is any host where
    ///   `?tls=none` says so (an internal relay); never with a password;
    /// - `file:DIR`: one `.eml` file per mail, DIR taken literally.
    ///
    /// User and password are percent-encoded. `?ehlo=name` replaces the host
    /// name given at EHLO.
    pub url: String,
    /// Certificates (PEM) trusted in addition to the public ones.
    pub ca_file: Option<PathBuf>,
    /// For each step of the conversation; a whole mail gets four times as long.
    pub timeout: Duration,
}

impl fmt::Debug for MailSettings {
    /// Leaves out the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailSettings")
            .field("ca_file", &self.ca_file)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The way out. Clones share connections and memory.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// To a mail server.
    Smtp(Smtp),
    /// Into a folder.
    File(File),
    /// Into memory, for tests.
    Memory(Memory),
}

impl Mailer {
    /// Reads the settings; touches neither network nor mail folder.
    ///
    /// # Errors
    /// Says what is wrong with the address or the CA file, never quoting the
    /// address itself.
    pub fn from_settings(settings: &MailSettings) -> Result<Self, SettingsError> {
        match Target::parse(&settings.url)? {
            Target::File(dir) => Ok(Self::File(File::new(dir))),
            Target::Smtp(server) => Ok(Self::Smtp(Smtp::new(
                server,
                settings.ca_file.as_deref(),
                settings.timeout,
            )?)),
        }
    }

    /// A mailer that only remembers, for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// What a memory mailer has accepted so far; empty for the others.
    #[must_use]
    pub fn sent(&self) -> Vec<Message> {
        match self {
            Self::Memory(memory) => memory.sent(),
            Self::Smtp(_) | Self::File(_) => Vec::new(),
        }
    }

    /// Hands one mail over.
    ///
    /// # Errors
    /// The mail was not accepted, or nobody knows ([`SendError::handed_over`]).
    pub async fn send(&self, message: &Message) -> Result<Accepted, SendError> {
        let mail = mime::build(message).map_err(SendError::unsendable)?;
        match self {
            Self::Smtp(smtp) => smtp.send(&mail).await,
            Self::File(file) => file.send(&message.message_id, mail.bytes).await,
            Self::Memory(memory) => Ok(memory.send(message)),
        }
    }

    /// `smtp`, `file` or `memory`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::File(_) => "file",
            Self::Memory(_) => "memory",
        }
    }
}

/// The mail is now somebody else's to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The server's reply, or where the file is; one line.
    pub reply: String,
}

/// The mail was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reply}")]
pub struct SendError {
    /// Trying again cannot help: the server refused this mail or its recipient
    /// with a 5xx reply, or it cannot be put into MIME form. A refused sign-in,
    /// greeting or sender is not permanent: it is about the settings and hits
    /// every mail alike.
    pub permanent: bool,
    /// The server may have the mail: contact was lost after its last byte could
    /// have been on the way. The next attempt may make a twin.
    pub handed_over: bool,
    /// The server's last reply or the cause, in one line, without credentials.
    pub reply: String,
}

impl SendError {
    fn unsendable(fault: mime::MimeError) -> Self {
        Self {
            permanent: true,
            handed_over: false,
            reply: fault.to_string(),
        }
    }

    fn temporary(reply: impl Into<String>) -> Self {
        Self {
            permanent: false,
            handed_over: false,
            reply: reply.into(),
        }
    }
}

/// Control characters and invisible ones that turn the reading direction become
/// blanks, runs of blanks one: what is left fits into a header or a table cell
/// and reads as it is written.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace() || turns_direction(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether something is a bare mail address that mail can be sent to.
#[must_use]
pub fn is_address(text: &str) -> bool {
    mime::address("", text).is_ok()
}

/// Domain of a sender such as `zinne <zinne@stadt.example>`, for Message-IDs; `None` if no mail could be sent
/// from it.
#[must_use]
pub fn sender_domain(sender: &str) -> Option<String> {
    let mailbox = mime::mailbox("", sender).ok()?;
    Some(mailbox.email.domain().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            message_id: digest::message_id("key", "offenburg.example"),
            from: "zinne@offenburg.example".into(),
            reply_to: None,
            to: "anna@offenburg.example".into(),
            to_name: String::new(),
            date: DateTime::UNIX_EPOCH,
            resent: false,
            subject: "Maßnahmen".into(),
            text: "Text\n".into(),
            html: "<p>Text</p>\n".into(),
            regular: false,
        }
    }

    fn settings(url: String) -> MailSettings {
        MailSettings {
            url,
            ca_file: None,
            timeout: Duration::from_secs(1),
        }
    }

    #[tokio::test]
    async fn memory_is_shared_by_clones() {
        let mailer = Mailer::memory();
        mailer.clone().send(&message()).await.unwrap();
        assert_eq!(mailer.kind(), "memory");
        assert_eq!(mailer.sent(), [message()]);
    }

    #[tokio::test]
    async fn a_mail_without_a_usable_address_is_refused_by_every_way_out() {
        let bad = Message {
            to: "niemand".into(),
            ..message()
        };
        let dir = tempfile::tempdir().unwrap();
        let folder = settings(format!("file:{}", dir.path().display()));
        for mailer in [Mailer::memory(), Mailer::from_settings(&folder).unwrap()] {
            let error = mailer.send(&bad).await.unwrap_err();
            assert!(error.permanent && !error.handed_over);
            assert_eq!(
                error.to_string(),
                "the recipient address `niemand` is not a mail address"
            );
            assert!(mailer.sent().is_empty());
        }
    }

    #[tokio::test]
    async fn a_folder_gets_one_file_per_message_id() {
        let dir = tempfile::tempdir().unwrap();
        let folder = settings(format!("file:{}/mail", dir.path().display()));
        let mailer = Mailer::from_settings(&folder).unwrap();
        assert_eq!(mailer.kind(), "file");
        for resent in [false, true] {
            let mail = Message {
                resent,
                ..message()
            };
            mailer.send(&mail).await.unwrap();
        }
        let files: Vec<_> = std::fs::read_dir(dir.path().join("mail"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1);
        let name = format!("{}.eml", message().message_id);
        assert!(files[0].ends_with(&name));
        let mail = std::fs::read_to_string(&files[0]).unwrap();
        assert!(mail.contains("X-Zinne-Resent: true\r\n"));
    }

    #[test]
    fn what_is_accepted_as_an_address_can_be_sent_to() {
        for (text, right) in [
            ("anna@offenburg.example", true),
            ("anna+zinne@offenburg.example", true),
            ("anna", false),
            ("\"a b\"@offenburg.example", false),
            ("anna@stadt-köln.example", false),
            ("Anna <anna@offenburg.example>", false),
            ("anna@offenburg.example\r\nBcc: x@y.example", false),
        ] {
            assert_eq!(is_address(text), right, "{text}");
            let mail = Message {
                to: text.into(),
                ..message()
            };
            assert_eq!(mime::build(&mail).is_ok(), right, "{text}");
        }
        for (text, domain) in [
            ("zinne <zinne@stadt.example>", Some("stadt.example")),
            ("zinne@stadt.example", Some("stadt.example")),
            ("zinne <zinne@stadt-köln.example>", None),
            ("zinne", None),
        ] {
            assert_eq!(sender_domain(text).as_deref(), domain, "{text}");
        }
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line(" a\r\n\tb\u{2028}c\u{0}\u{202e}d "), "a b c d");
    }
}
