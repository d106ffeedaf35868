//! Calendars that people subscribe to: their own deadlines, behind an address that nobody can guess.

use chrono::{DateTime, Days, Months, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::deadlines::{Depth, ListQuery, of_person, page, reader};
use super::{By, Entry, Scope};
use crate::app::App;
use crate::auth::secret;
use crate::domain::access::{Action, Actor, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::deadline::Rhythm;
use crate::domain::measure::Confidentiality;
use crate::error::{Code, Error, Result};
use crate::ics;
use crate::store::calendar_feeds::{self, CalendarFeed};
use crate::store::types::stored;
use crate::store::{Db, new_id};
use crate::texts::{self, Language};

/// Most entries of a calendar; the earliest are in it.
const MOST: usize = 1000;
/// How far it goes back: what is overdue longer is in the list, and no date any more.
const BACK: Days = Days::new(366);
/// How far it goes ahead.
const AHEAD: Months = Months::new(24);

/// That there is a feed; its address is shown once only, when it is made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CalendarFeedView {
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Id; it changes with the address.
    pub id: String,
}

/// A new feed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewCalendarFeedView {
    /// The address to subscribe to. Whoever knows it reads the calendar; it is shown this once.
    #[schema(example = "https://zinne.offenburg.example/calendar/3yX…Q.ics")]
    pub url: String,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Id.
    pub id: String,
}

impl CalendarFeedView {
    /// Strong ETag.
    pub fn etag(&self) -> String {
        let mut hash = hex::encode(secret::hash(&self.id));
        hash.truncate(32);
        format!("\"{hash}\"")
    }
}

impl From<CalendarFeed> for CalendarFeedView {
    fn from(feed: CalendarFeed) -> Self {
        CalendarFeedView {
            created_at: feed.created_at.and_utc(),
            id: feed.id,
        }
    }
}

/// The caller's feed.
///
/// # Errors
/// `not_found` without one; `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str) -> Result<CalendarFeedView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = enter(db, app, now, by, institution)?;
        Ok(own(db, &scope)?.into())
    })
}

/// Makes the caller's feed. An earlier one ends: its address leads nowhere from then on. A repeated request makes another
/// address, for the first one is kept nowhere.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn create(app: &App, by: By<'_>, institution: &str) -> Result<NewCalendarFeedView> {
    let secret = secret::random_token();
    let secret: SecretString = secret.map_err(|error| Error::internal("random bytes", error))?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = enter(db, app, now, by, institution)?;
        let feed = CalendarFeed {
            id: new_id(now),
            user_id: scope.person()?.id.clone(),
            institution_id: scope.institution.id.clone(),
            secret_hash: secret::hash(secret.expose_secret()),
            created_at: stored(now),
        };
        let replaced = calendar_feeds::delete(db, &feed.user_id, &feed.institution_id)?;
        calendar_feeds::insert(db, &feed)?;
        record(
            db,
            &scope,
            now,
            &feed,
            if replaced { "replaced" } else { "created" },
        )?;
        let public = app.config.public_url.trim_end_matches('/');
        Ok(NewCalendarFeedView {
            url: format!("{public}/calendar/{}.ics", secret.expose_secret()),
            created_at: feed.created_at.and_utc(),
            id: feed.id,
        })
    })
}

/// Ends the caller's feed.
///
/// # Errors
/// `stale`, `forbidden`, `not_found`, `session_ended`
pub fn delete(app: &App, by: By<'_>, institution: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = enter(db, app, now, by, institution)?;
        let feed = own(db, &scope)?;
        let current = CalendarFeedView::from(feed.clone()).etag();
        if seen != "*" && seen != current {
            return Err(Error::with(Code::Stale, "current", current));
        }
        calendar_feeds::delete(db, &feed.user_id, &feed.institution_id)?;
        record(db, &scope, now, &feed, "deleted")
    })
}

/// The calendar behind a secret: what its owner answers for and may see now. A feed leaves the house like a mail, so it holds no
/// title that a mail may not.
///
/// # Errors
/// `not_found` for a secret that is none (any more), a closed account, and one that sees no deadlines (any more)
pub fn calendar(app: &App, secret: &str) -> Result<String> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let (institution, user, person) = calendar_feeds::reader(db, &secret::hash(secret))?;
        let answers = of_person(&person.id, person.grants.iter().map(|g| g.role).collect());
        let scope = Scope {
            institution,
            actor: Actor::Person(person),
            request_id: None,
        };
        let reader = reader(app, &scope).map_err(|error| match error.code() {
            Code::Forbidden => Error::new(Code::NotFound),
            _ => error,
        })?;
        let asked = ListQuery {
            from: today.checked_sub_days(BACK),
            to: today.checked_add_months(AHEAD),
            limit: MOST,
            ..ListQuery::default()
        };
        let found = page(
            db,
            &scope,
            &reader,
            &asked,
            Some(answers),
            today,
            Depth::Deadline,
        )?;
        let language = Language::from_tag(&user.locale);
        let entries = found.iter().map(|one| {
            let deadline = &one.deadline;
            let kind = texts::label(language, "deadline", deadline.kind.as_str());
            let title = deadline.title_outside().unwrap_or_default();
            // Of what is strictly confidential not even the number leaves the house.
            let reference = match deadline.confidentiality {
                Confidentiality::StrictlyConfidential => "",
                _ => deadline.reference.as_str(),
            };
            let comes_again = one
                .set
                .as_ref()
                .filter(|set| set.deadline.rhythm != Rhythm::Once);
            let uid = match comes_again {
                // Each date is an entry of its own; a single one moves.
                Some(_) => format!("{}:{}", deadline.id, deadline.due),
                None => deadline.id.clone(),
            };
            ics::Entry {
                uid: format!("{uid}@{}", scope.institution.slug),
                sequence: u32::try_from(one.version).unwrap_or(0),
                changed_at: one.changed_at.and_utc(),
                day: deadline.due,
                summary: format!("{kind}: {reference} {title}")
                    .trim_end_matches([':', ' '])
                    .to_owned(),
                category: kind,
            }
        });
        let entries: Vec<ics::Entry> = entries.collect();
        let name = vec![("institution", scope.institution.name.clone())];
        Ok(ics::write(
            &texts::text(language, "calendar-name", &name),
            &entries,
        ))
    })
}

fn enter(
    db: &mut Db,
    app: &App,
    now: DateTime<Utc>,
    by: By<'_>,
    institution: &str,
) -> Result<Scope> {
    let scope = Scope::enter(db, now, by, institution)?;
    scope.require(app, Action::CalendarFeedWrite, &Resource::Institution)?;
    Ok(scope)
}

fn own(db: &mut Db, scope: &Scope) -> Result<CalendarFeed> {
    let found = calendar_feeds::get(db, &scope.person()?.id, &scope.institution.id)?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    feed: &CalendarFeed,
    what: &str,
) -> Result<()> {
    let entry = Entry {
        action: Action::CalendarFeedWrite,
        entity_kind: "calendar_feed",
        entity_id: &feed.id,
        reason: None,
        details: json!({ "what": what }),
    };
    scope.record(db, now, &entry)
}
