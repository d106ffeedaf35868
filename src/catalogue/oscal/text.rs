//! Kinds of text that OSCAL knows, each with its pattern.

use super::document::Version;
use super::uri;

/// A kind of text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text {
    /// Any text.
    Any,
    /// One line, not empty; 1.1 did not check it.
    Line,
    /// Starts and ends with something visible, on one line.
    Plain,
    /// A name: letters, digits, `.`, `-`, `_`.
    Token,
    /// A UUID of version 4 or 5.
    Uuid,
    /// A day and time with its zone.
    DateTime,
    /// A URI with a scheme.
    Uri,
    /// A URI or a relative reference.
    UriReference,
    /// An address of electronic mail.
    Email,
    /// Bytes in base64.
    Base64,
    /// A namespace; a token in 1.1, a URI in 1.2.
    Namespace,
    /// One of some words.
    OneOf(&'static [&'static str]),
}

impl Text {
    pub(super) fn allows(self, text: &str, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::Line => version < Version::V1_2 || (!text.is_empty() && !text.contains('\n')),
            Self::Plain => is_plain(text),
            Self::Token => is_token(text),
            Self::Uuid => is_uuid(text),
            Self::DateTime => is_date_time(text),
            Self::Uri => uri::is_uri(text),
            Self::UriReference => uri::is_reference(text),
            Self::Email => is_email(text),
            Self::Base64 => is_base64(text),
            Self::Namespace if version < Version::V1_2 => is_token(text),
            Self::Namespace => uri::is_uri(text),
            Self::OneOf(words) => words.contains(&text),
        }
    }

    /// What it should have been, for a message.
    pub(super) fn wanted(self) -> String {
        let words = match self {
            Self::Any => "a text",
            Self::Line => "one line of text",
            Self::Plain => "a text without line breaks and without blanks at its ends",
            Self::Token => "a token (a letter or `_`, then letters, digits, `.`, `-`, `_`)",
            Self::Uuid => "a UUID of version 4 or 5",
            Self::DateTime => "a date and time with time zone",
            Self::Uri => "a URI",
            Self::UriReference => "a URI reference",
            Self::Email => "an e-mail address",
            Self::Base64 => "base64",
            Self::Namespace => "a namespace",
            Self::OneOf(words) => return format!("one of `{}`", words.join("`, `")),
        };
        words.to_owned()
    }
}

/// Line ends as ECMA-262 has them, which JSON schema patterns refer to.
const LINE_ENDS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

fn is_plain(text: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || c == '\u{FEFF}';
    !text.is_empty()
        && !text.starts_with(blank)
        && !text.ends_with(blank)
        && !text.contains(LINE_ENDS)
}

fn is_token(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
        && characters.all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

pub(super) fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => matches!(byte, b'4' | b'5'),
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_base64(text: &str) -> bool {
    let content = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    !content.is_empty() && content.bytes().all(allowed)
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = |part: &str| part.split('.').all(|label| !label.is_empty());
    let host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    dots(local) && local.chars().all(allowed) && dots(domain) && domain.chars().all(host)
}

fn is_date_time(text: &str) -> bool {
    date_time(text).is_some()
}

/// Day, `T`, time, perhaps a fraction, zone.
fn date_time(text: &str) -> Option<()> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let day = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let year: i32 = text.get(..4)?.parse().ok()?;
    let known =
        (1900..3000).contains(&year) && day.format("%Y-%m-%d").to_string() == text.get(..10)?;
    let time = rest.strip_prefix('T')?;
    let zone = time.get(8..)?;
    let zone = match zone.strip_prefix('.') {
        None => zone,
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() < fraction.len()).then_some(rest)?
        }
    };
    (known && is_clock(time.get(..8)?) && is_zone(zone)).then_some(())
}

/// `23:59:59`; no leap second.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.iter().enumerate().all(|(at, byte)| match at {
        2 | 5 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let (hour, minute, second) = (text.get(..2), text.get(3..5), text.get(6..8));
    shape && hour < Some("24") && minute < Some("60") && second < Some("60")
}

/// `Z` or an offset that is in use somewhere.
fn is_zone(text: &str) -> bool {
    const WEST: [&str; 2] = ["03:30", "09:30"];
    const EAST: [&str; 9] = [
        "03:30", "04:30", "05:30", "06:30", "09:30", "10:30", "05:45", "08:45", "12:45",
    ];
    let whole = |offset: &str, last: u8| (0..=last).any(|hour| offset == format!("{hour:02}:00"));
    match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(offset), _) => whole(offset, 12) || WEST.contains(&offset),
        (_, Some(offset)) => whole(offset, 14) || EAST.contains(&offset),
        _ => text == "Z",
    }
}
