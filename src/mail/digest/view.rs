//! A digest as the templates show it: sorted, bounded, formatted.

use chrono::NaiveDate;
use url::Url;

use super::{super::one_line, Audience, Digest, Item, Locale, RenderError};

/// More rows than this help nobody; the rest is counted.
const MOST_ROWS: usize = 200;

/// What the templates see.
pub(super) struct View {
    pub(super) for_officer: bool,
    pub(super) for_head: bool,
    pub(super) institution: String,
    pub(super) recipient: String,
    pub(super) contact: Option<String>,
    pub(super) as_of: String,
    pub(super) overdue: List,
    pub(super) due_soon: List,
    /// What the rows are, in the singular: measures, or deadlines of other kinds as well.
    pub(super) one: &'static str,
    /// The same in the plural.
    pub(super) many: &'static str,
    /// Days that count as soon.
    pub(super) window: i64,
    /// Among the rows is one without anybody responsible.
    pub(super) some_unowned: bool,
    /// Among the rows is a blocked one.
    pub(super) some_blocked: bool,
    /// The list in the API.
    pub(super) link: String,
    /// Where a person can sign in with a browser.
    pub(super) docs: String,
    pub(super) key: String,
    pub(super) policy: String,
}

/// The rows shown of a list, and how many there are in all.
pub(super) struct List {
    pub(super) rows: Vec<Row>,
    pub(super) total: usize,
    /// Strictly confidential ones, of which nothing else is said.
    pub(super) only_counted: usize,
    pub(super) more: usize,
}

/// One measure.
pub(super) struct Row {
    pub(super) reference: String,
    /// `None`: confidential, nothing but reference, due date and days is set.
    pub(super) title: Option<String>,
    /// What it is, where it is not the work on a measure.
    pub(super) kind: Option<String>,
    pub(super) status: String,
    /// To be said beside the status.
    pub(super) blocked: bool,
    pub(super) owner: Option<String>,
    pub(super) org_unit: Option<String>,
    pub(super) due: String,
    pub(super) due_text: Option<String>,
    /// Only where the date was moved.
    pub(super) due_original: Option<String>,
    /// Days overdue, or days left.
    pub(super) days: i64,
}

impl View {
    pub(super) fn new(digest: &Digest) -> Result<Self, RenderError> {
        let shown = || {
            let all = digest.overdue.iter().chain(&digest.due_soon);
            all.filter(|item| !item.only_counted && item.title.is_some())
        };
        let kinds = digest
            .overdue
            .iter()
            .chain(&digest.due_soon)
            .any(|item| item.kind.is_some());
        let (one, many) = match (digest.locale, kinds) {
            (Locale::De, false) => ("Maßnahme", "Maßnahmen"),
            (Locale::De, true) => ("Frist", "Fristen"),
            (Locale::En, false) => ("measure", "measures"),
            (Locale::En, true) => ("deadline", "deadlines"),
        };
        Ok(Self {
            one,
            many,
            for_officer: digest.audience == Audience::SecurityOfficer,
            for_head: digest.audience == Audience::Head,
            institution: one_line(&digest.institution),
            recipient: one_line(&digest.recipient),
            contact: digest.security_officer.as_deref().and_then(filled),
            as_of: day(digest.locale, digest.as_of),
            overdue: overdue(digest),
            due_soon: due_soon(digest),
            window: digest.due_soon_days,
            some_unowned: shown().any(|item| item.owner.as_deref().and_then(filled).is_none()),
            some_blocked: shown().any(|item| item.blocked),
            link: link(digest)?,
            docs: address(digest, &["api", "docs", ""])?.into(),
            key: one_line(&digest.occurrence_key),
            policy: one_line(&digest.policy_version),
        })
    }
}

/// Longest overdue first.
fn overdue(digest: &Digest) -> List {
    let mut items: Vec<&Item> = digest.overdue.iter().collect();
    items.sort_by(|a, b| {
        let by_days = b.days_overdue.cmp(&a.days_overdue);
        by_days.then_with(|| a.reference.cmp(&b.reference))
    });
    list(&items, |item| row(digest.locale, item, item.days_overdue))
}

/// Next due first.
fn due_soon(digest: &Digest) -> List {
    let mut items: Vec<&Item> = digest.due_soon.iter().collect();
    items.sort_by(|a, b| (a.due, &a.reference).cmp(&(b.due, &b.reference)));
    list(&items, |item| {
        let left = item.due.signed_duration_since(digest.as_of).num_days();
        row(digest.locale, item, left)
    })
}

fn list(items: &[&Item], row: impl Fn(&Item) -> Row) -> List {
    let shown = || items.iter().filter(|item| !item.only_counted);
    List {
        rows: shown().take(MOST_ROWS).map(|item| row(item)).collect(),
        total: items.len(),
        only_counted: items.len() - shown().count(),
        more: shown().count().saturating_sub(MOST_ROWS),
    }
}

fn row(locale: Locale, item: &Item, days: i64) -> Row {
    let bare = Row {
        reference: one_line(&item.reference),
        title: None,
        kind: item.kind.as_deref().and_then(filled),
        status: String::new(),
        blocked: false,
        owner: None,
        org_unit: None,
        due: day(locale, item.due),
        due_text: None,
        due_original: None,
        days,
    };
    let Some(title) = &item.title else {
        return bare;
    };
    let moved = item.due_original != item.due;
    Row {
        title: Some(one_line(title)),
        status: one_line(&item.status),
        blocked: item.blocked && !says_blocked(&item.status),
        owner: item.owner.as_deref().and_then(filled),
        org_unit: item.org_unit.as_deref().and_then(filled),
        due_text: item.due_text.as_deref().and_then(filled),
        due_original: moved.then(|| day(locale, item.due_original)),
        ..bare
    }
}

fn says_blocked(status: &str) -> bool {
    let status = status.to_lowercase();
    status.contains("blockiert") || status.contains("blocked")
}

fn filled(text: &str) -> Option<String> {
    let text = one_line(text);
    (!text.is_empty()).then_some(text)
}

fn day(locale: Locale, date: NaiveDate) -> String {
    let format = match locale {
        Locale::De => "%d.%m.%Y",
        Locale::En => "%-d %B %Y",
    };
    date.format(format).to_string()
}

/// The list in the service; needs a sign-in like everything there.
fn link(digest: &Digest) -> Result<String, RenderError> {
    let institution = &digest.institution_slug;
    let mut url = address(
        digest,
        &["api", "v1", "institutions", institution, "measures"],
    )?;
    url.set_query((!digest.overdue.is_empty()).then_some("overdue=true"));
    Ok(url.into())
}

/// A path of the service.
fn address(digest: &Digest, path: &[&str]) -> Result<Url, RenderError> {
    let fault = || RenderError::BaseUrl(one_line(&digest.base_url));
    let mut url = Url::parse(digest.base_url.trim()).ok().ok_or_else(fault)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fault());
    }
    url.path_segments_mut()
        .ok()
        .ok_or_else(fault)?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}
