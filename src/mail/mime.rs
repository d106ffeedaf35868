//! From [`Message`] to the bytes on the wire.
//!
//! Both bodies are quoted-printable, so that a mail is pure ASCII with short
//! lines and passes every relay unchanged. Nothing is taken from the clock or
//! from chance: the boundary comes from the Message-ID.

use lettre::{
    Address,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use sha2::{Digest as _, Sha256};

use super::{Message, one_line};

/// A mail in MIME form with its envelope.
pub(crate) struct Mail {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Vec<u8>,
}

/// Why a message cannot become a mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum MimeError {
    #[error("the {field} address `{value}` is not a mail address")]
    Address { field: &'static str, value: String },
    #[error("the message id `{0}` is not of the form local@domain")]
    MessageId(String),
    #[error("the mail cannot be put together: {0}")]
    Build(#[from] lettre::error::Error),
}

/// No receipts and no out-of-office notes. Not `All`: that would suppress reports of what could not be delivered.
const SUPPRESS: &str = "DR, RN, NRN, OOF, AutoReply";

/// Builds the mail; line breaks and other control characters can only ever be
/// body text, never part of a header or of the envelope.
pub(super) fn build(message: &Message) -> Result<Mail, MimeError> {
    let from = mailbox("sender", &message.from)?;
    let to = recipient(message)?;
    let mut builder = lettre::Message::builder()
        .from(from)
        .to(to)
        .date(message.date.into())
        .message_id(Some(message_id(&message.message_id)?))
        .subject(one_line(&message.subject));
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(mailbox("reply", reply_to)?);
    }
    // RFC 3834, and what Exchange listens to. No `Precedence: bulk`: it is no
    // standard, and some filters count it against a mail.
    builder = builder
        .raw_header(fixed("Auto-Submitted", "auto-generated"))
        .raw_header(fixed("X-Auto-Response-Suppress", SUPPRESS));
    if message.regular
        && let Some(asked) = message.reply_to.as_ref().or(Some(&message.from))
    {
        // RFC 2369. A person decides: deadlines do not end because somebody does not want to hear of them.
        let asked = mailbox("reply", asked)?.email;
        let id = &message.message_id;
        let value = format!("<mailto:{asked}?subject=unsubscribe%20{id}>");
        builder = builder.raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("List-Unsubscribe"),
            value,
        ));
    }
    if message.resent {
        builder = builder.raw_header(fixed("X-Zinne-Resent", "true"));
    }
    let mail = builder.multipart(bodies(message))?;
    Ok(Mail {
        envelope: mail.envelope().clone(),
        bytes: mail.formatted(),
    })
}

fn bodies(message: &Message) -> MultiPart {
    MultiPart::alternative()
        .boundary(boundary(&message.message_id))
        .singlepart(part(ContentType::TEXT_PLAIN, &message.text))
        .singlepart(part(ContentType::TEXT_HTML, &message.html))
}

fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(line_breaks(body))
}

/// A lone carriage return is read as a line end by some servers only.
fn line_breaks(body: &str) -> String {
    body.replace("\r\n", "\n").replace('\r', "\n")
}

fn boundary(message_id: &str) -> String {
    let mut hash = hex::encode(Sha256::digest(message_id.as_bytes()));
    hash.truncate(32);
    // `=_` cannot occur in quoted-printable text.
    format!("=_zinne_{hash}")
}

fn fixed(name: &'static str, value: &'static str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn recipient(message: &Message) -> Result<Mailbox, MimeError> {
    let email = address("recipient", &message.to)?;
    let name = one_line(&message.to_name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), email))
}

pub(super) fn address(field: &'static str, value: &str) -> Result<Address, MimeError> {
    checked(field, value, value.parse().ok())
}

pub(super) fn mailbox(field: &'static str, value: &str) -> Result<Mailbox, MimeError> {
    if let Some((name, email)) = named(value) {
        let name = one_line(name.trim().trim_matches('"'));
        let email = address(field, email)?;
        return Ok(Mailbox::new((!name.is_empty()).then_some(name), email));
    }
    Ok(Mailbox::new(None, address(field, value.trim())?))
}

/// `Name <address>` in its two halves.
fn named(value: &str) -> Option<(&str, &str)> {
    value.trim().strip_suffix('>')?.rsplit_once('<')
}

fn checked(
    field: &'static str,
    value: &str,
    address: Option<Address>,
) -> Result<Address, MimeError> {
    // Non-ASCII addresses need SMTPUTF8 on the whole way; ours never do.
    let plain = value.bytes().all(|b| b.is_ascii_graphic());
    address.filter(|_| plain).ok_or_else(|| MimeError::Address {
        field,
        value: one_line(value),
    })
}

fn message_id(id: &str) -> Result<String, MimeError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let fine = id.len() <= 250
        && id.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && local.bytes().all(allowed)
                && domain.bytes().all(allowed)
        });
    if fine {
        Ok(format!("<{id}>"))
    } else {
        Err(MimeError::MessageId(one_line(id)))
    }
}

#[cfg(test)]
#[path = "mime_tests.rs"]
mod tests;
