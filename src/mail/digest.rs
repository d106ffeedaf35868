//! The digest: one mail per person and run with everything overdue and due soon.
//!
//! Texts are in `templates/digest/<language>/`; this module sorts, bounds and
//! formats what they show. A digest never carries anything but what [`Item`]
//! holds, and of a confidential measure only its reference and dates.

pub(super) mod layout;
mod view;

use askama::Template;
use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::one_line;
use view::View;

/// Language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

impl Locale {
    /// From a language tag such as `en-GB`; German for everything but English.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let language = tag.trim().split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("en") {
            Self::En
        } else {
            Self::De
        }
    }
}

/// In which role somebody gets the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The information security officer: everything in the institution.
    SecurityOfficer,
    /// Somebody responsible for measures, or standing in: the own ones.
    Owner,
    /// Somebody who leads those responsible.
    Head,
}

/// What one person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Language of the texts.
    pub locale: Locale,
    /// Role of the recipient.
    pub audience: Audience,
    /// The institution's name.
    pub institution: String,
    /// The recipient's display name; may be empty.
    pub recipient: String,
    /// The day all figures refer to.
    pub as_of: NaiveDate,
    /// Overdue measures, in any order.
    pub overdue: Vec<Item>,
    /// Measures due soon, in any order.
    pub due_soon: Vec<Item>,
    /// Address of the service, `http://` or `https://`.
    pub base_url: String,
    /// The institution in addresses of the service.
    pub institution_slug: String,
    /// Whom an owner can ask: `Name <address>`.
    pub security_officer: Option<String>,
    /// What makes this mail unique.
    pub occurrence_key: String,
    /// Version of the reminder rules.
    pub policy_version: String,
    /// How many days ahead something counts as due soon.
    pub due_soon_days: i64,
}

/// One measure in a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `M-2022-0007`.
    pub reference: String,
    /// Strictly confidential: only counted.
    pub only_counted: bool,
    /// `None` where the measure is confidential: then only reference and due
    /// date are shown.
    pub title: Option<String>,
    /// What it is, in the recipient's language, where it is not the work on a measure.
    pub kind: Option<String>,
    /// Status, in the recipient's language.
    pub status: String,
    /// Display name of the person responsible.
    pub owner: Option<String>,
    /// Organisational unit responsible.
    pub org_unit: Option<String>,
    /// The day that counts now.
    pub due: NaiveDate,
    /// How the due date was put where it is no exact day: `2. Quartal 2022`.
    pub due_text: Option<String>,
    /// The first day that was set.
    pub due_original: NaiveDate,
    /// Days since [`Item::due`]; not read for measures due soon.
    pub days_overdue: i64,
    /// The measure is blocked.
    pub blocked: bool,
}

/// A digest ready to be mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Subject line.
    pub subject: String,
    /// Plain text, 72 columns.
    pub text: String,
    /// HTML without any outside asset.
    pub html: String,
}

/// A digest cannot be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// Links could not be made.
    #[error("`{0}` is no http or https address to link to")]
    BaseUrl(String),
    /// A template failed.
    #[error("the digest template failed: {0}")]
    Template(#[from] askama::Error),
}

/// Subject, text and HTML of a digest.
///
/// # Errors
/// The base address is not one of a web service.
pub fn render(digest: &Digest) -> Result<Rendered, RenderError> {
    let view = View::new(digest)?;
    let (subject, text, html) = match digest.locale {
        Locale::De => (
            SubjectDe { view: &view }.render()?,
            TextDe { view: &view }.render()?,
            HtmlDe { view: &view }.render()?,
        ),
        Locale::En => (
            SubjectEn { view: &view }.render()?,
            TextEn { view: &view }.render()?,
            HtmlEn { view: &view }.render()?,
        ),
    };
    Ok(Rendered {
        subject: one_line(&subject),
        text: layout::fill(&text),
        html,
    })
}

/// The Message-ID (without angle brackets) of an occurrence: always the same
/// for the same key, so that a twin can be recognised.
#[must_use]
pub fn message_id(occurrence_key: &str, domain: &str) -> String {
    let mut hash = hex::encode(Sha256::digest(occurrence_key.as_bytes()));
    hash.truncate(32);
    format!("zinne.{hash}@{}", host_name(domain))
}

/// What of a domain may stand in a Message-ID.
fn host_name(domain: &str) -> String {
    let name: String = domain
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match name.trim_matches('.') {
        "" => "zinne.invalid".to_owned(),
        name => name.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "digest/de/subject.txt")]
struct SubjectDe<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "digest/de/body.txt")]
struct TextDe<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "digest/de/body.html")]
struct HtmlDe<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "digest/en/subject.txt")]
struct SubjectEn<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "digest/en/body.txt")]
struct TextEn<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "digest/en/body.html")]
struct HtmlEn<'a> {
    view: &'a View,
}

#[cfg(test)]
#[path = "digest/tests.rs"]
mod tests;
