//! What a mail says, from the data as it is when it is sent.

use chrono::{DateTime, NaiveDate, Utc};

use super::Scope;
use super::reminders::people;
use crate::app::App;
use crate::domain::access::Role;
use crate::domain::calendar::{WorkCalendar, berlin_day};
use crate::domain::measure::Confidentiality;
use crate::domain::postponement::State;
use crate::domain::reminder::people::{People, Person};
use crate::domain::reminder::{Turn, next_run, turn};
use crate::error::{Error, Result};
use crate::mail::Message;
use crate::mail::digest::{self, Rendered};
use crate::mail::notice::Row;
use crate::store::measures::Measure;
use crate::store::outbox::{Leased, MailKind};
use crate::store::postponements::Postponement;
use crate::store::{institutions, occurrences};
use crate::texts::{self, Language};

pub(super) mod decision;
mod finance;
mod reminder;
mod undelivered;
mod weekly;

/// A mail that was taken from the outbox, looked at once more.
pub(super) enum Composed {
    /// To be sent.
    Mail(Box<Message>),
    /// Nobody wants it any more, and why.
    Gone(&'static str),
    /// It is not the time for it: nobody gets reminders on a quiet day or at night.
    NotNow(DateTime<Utc>),
}

/// What a mail goes by.
struct Mail<'a> {
    app: &'a App,
    leased: &'a Leased,
    recipient: &'a Person,
    people: &'a People,
    calendar: &'a WorkCalendar,
    /// The institution as the recipient sees it.
    scope: Scope,
    today: NaiveDate,
    language: Language,
}

/// The body of a mail, or why nobody wants it.
type Body = std::result::Result<Rendered, &'static str>;

/// Puts a mail together. What of it does not hold any more is left out, and forgotten if it was never sent: should it hold
/// again, it is said again.
///
/// # Errors
/// `unavailable`; `internal`, when it cannot be put together: trying again would not help
pub(super) fn compose(app: &App, leased: &Leased) -> Result<Composed> {
    if !leased.active {
        return Ok(Composed::Gone("the account has been disabled"));
    }
    let now = app.clock.now();
    let mut gone = Vec::new();
    let composed = app.store.read(|db| {
        let institution = institutions::by_slug(db, &leased.institution)?
            .ok_or_else(|| Error::bug("a mail without institution"))?;
        let calendar = institution.calendar()?;
        if waits_for_work(leased.kind)
            && !matches!(turn(now, &app.reminders, &calendar), Turn::Run(_))
        {
            return Ok(Composed::NotNow(next_run(now, &app.reminders, &calendar)));
        }
        let today = berlin_day(now);
        let people = people(db, &leased.institution_id, today)?;
        let Some(recipient) = people.get(&leased.recipient_id) else {
            return Ok(Composed::Gone("its reader has no part in it any more"));
        };
        let mail = Mail {
            app,
            leased,
            recipient,
            people: &people,
            calendar: &calendar,
            scope: Scope::reading(institution, &recipient.id, &recipient.grants),
            today,
            language: Language::from_tag(&leased.locale),
        };
        let body = match leased.kind {
            MailKind::Digest => reminder::digest(db, &mail, &mut gone)?,
            MailKind::Single => reminder::single(db, &mail, &mut gone)?,
            MailKind::Weekly => weekly::compose(db, &mail)?,
            MailKind::Finance => finance::compose(db, &mail)?,
            MailKind::Alarm => finance::alarm(db, &mail, &mut gone)?,
            MailKind::Decision => decision::compose(db, &mail)?,
            MailKind::Undelivered => undelivered::compose(db, &mail)?,
        };
        Ok(match body {
            Ok(rendered) => Composed::Mail(Box::new(mail.message(rendered))),
            Err(why) => Composed::Gone(why),
        })
    })?;
    if leased.attempts == 0 && !gone.is_empty() {
        let keys: Vec<&str> = gone.iter().map(String::as_str).collect();
        let forget = match leased.kind {
            MailKind::Alarm => occurrences::forget_alarms,
            _ => occurrences::forget,
        };
        app.store.write(|db| forget(db, &keys))?;
    }
    Ok(composed)
}

/// Whether a mail keeps to working hours. What tells of something that has just happened does not.
const fn waits_for_work(kind: MailKind) -> bool {
    match kind {
        MailKind::Digest
        | MailKind::Single
        | MailKind::Weekly
        | MailKind::Finance
        | MailKind::Alarm => true,
        MailKind::Undelivered | MailKind::Decision => false,
    }
}

impl Mail<'_> {
    fn message(&self, rendered: Rendered) -> Message {
        let (app, leased) = (self.app, self.leased);
        Message {
            message_id: digest::message_id(&leased.occurrence_key, &app.config.mail_domain()),
            from: app.config.mail_from.clone(),
            reply_to: self.officer(),
            to: leased.email.clone(),
            to_name: leased.display_name.clone(),
            // The same at every attempt: a twin carries the date of its planning.
            date: leased.planned_at.and_utc(),
            resent: leased.handed_over,
            subject: rendered.subject,
            text: rendered.text,
            html: rendered.html,
            regular: matches!(
                leased.kind,
                MailKind::Digest | MailKind::Weekly | MailKind::Finance
            ),
        }
    }

    /// The ISB whom the reader can ask: `Name <address>`.
    fn officer(&self) -> Option<String> {
        let isb = self.people.with(Role::Isb).next()?;
        Some(format!("{} <{}>", isb.name, isb.email))
    }

    /// A sentence of `locales/*/mails.ftl`.
    fn say(&self, id: &str, args: &[(&'static str, String)]) -> String {
        texts::text(self.language, &format!("mail-{id}"), &args.to_vec())
    }

    /// A name and a value, for a row.
    fn fact(&self, name: &str, value: impl Into<String>) -> (String, String) {
        (self.say(name, &[]), value.into())
    }

    /// The date until now, and the one that was asked for: the one from now on only where it was agreed to.
    fn dates(&self, moved: &Postponement) -> [(String, String); 2] {
        let to = match moved.state {
            State::Approved => "fact-to",
            _ => "fact-asked",
        };
        [
            self.fact("fact-from", self.day(moved.from_day)),
            self.fact(to, self.day(moved.to_day)),
        ]
    }

    /// A measure as it may leave the house: of what is confidential its reference alone, of what is strictly confidential
    /// not even that (DOMAIN §5.6, §7.4).
    fn named(&self, measure: &Measure, facts: Vec<(String, String)>) -> Row {
        if measure.confidentiality == Confidentiality::StrictlyConfidential {
            return Row {
                reference: self.say("secret", &[]),
                ..Row::default()
            };
        }
        let title = measure
            .confidentiality
            .title_outside(&measure.title, measure.title_public.as_deref());
        Row {
            reference: measure.reference.clone(),
            title: title.map(str::to_owned),
            facts,
        }
    }

    fn day(&self, day: NaiveDate) -> String {
        texts::day(self.language, day)
    }

    /// An address of the service; everything there needs a sign-in.
    fn address(&self, path: &str) -> String {
        format!(
            "{}/{path}",
            self.app.config.public_url.trim_end_matches('/')
        )
    }

    /// An address of the API below the institution.
    fn api(&self, path: &str) -> String {
        self.address(&format!(
            "api/v1/institutions/{}/{path}",
            self.leased.institution
        ))
    }
}

/// The templates failed: trying again would not help.
fn unwritten(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("mail", error)
}
