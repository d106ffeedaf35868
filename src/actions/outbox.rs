//! Sending what has been planned: at least once, and a twin only with the same Message-ID.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;

use super::reminders::open_measure;
use super::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::calendar::berlin_day;
use crate::domain::delivery::RetryPolicy;
use crate::domain::measure::{Confidentiality, Status};
use crate::domain::reminder::{Capacity, DigestItem, PlannedDigest, still_wanted};
use crate::error::{Error, Result};
use crate::mail::digest::{self, Audience, Digest, Item, Locale};
use crate::mail::{Message, SendError};
use crate::store::outbox::{self, Leased, Notification, Outcome, Reply};
use crate::store::types::from_json;
use crate::store::users::{self, Member};
use crate::store::{Db, measures};
use crate::texts::{self, Language};

/// What a round of sending has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Mails that were taken from the outbox.
    pub leased: usize,
    /// Of these, accepted by the mail server.
    pub sent: usize,
    /// To be tried again.
    pub waiting: usize,
    /// Given up.
    pub failed: usize,
    /// Nobody wants them any more.
    pub obsolete: usize,
}

impl Delivered {
    /// Counts what became of an attempt.
    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Sent => self.sent += 1,
            Outcome::Retry(_) => self.waiting += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Obsolete => self.obsolete += 1,
        }
    }

    /// Whether another round makes sense: there was something to take, and some of it was dealt with.
    pub fn goes_on(&self) -> bool {
        self.sent + self.waiting + self.failed + self.obsolete > 0
    }
}

impl std::ops::AddAssign for Delivered {
    fn add_assign(&mut self, other: Self) {
        self.leased += other.leased;
        self.sent += other.sent;
        self.waiting += other.waiting;
        self.failed += other.failed;
        self.obsolete += other.obsolete;
    }
}

/// Takes mails that are due and sends them, a few at the same time and outside any transaction.
///
/// # Errors
/// `unavailable`
pub async fn deliver(app: &Arc<App>) -> Result<Delivered> {
    let limit = i64::try_from(app.config.outbox.parallel).unwrap_or(1);
    let leased = app.blocking(move |app| lease(app, limit)).await?;
    let mut delivered = Delivered {
        leased: leased.len(),
        ..Delivered::default()
    };
    let results: Vec<Result<Outcome>> = futures_util::stream::iter(leased)
        .map(|mail| send_one(app, mail))
        .buffer_unordered(app.config.outbox.parallel)
        .collect()
        .await;
    for result in results {
        match result {
            Ok(outcome) => delivered.count(&outcome),
            // The lease runs out and the mail comes back.
            Err(error) => tracing::error!(cause = error.chain(), "a mail could not be settled"),
        }
    }
    Ok(delivered)
}

/// Takes mails for this process. A transaction of its own: what follows may fail for one mail and must not
/// give up the others.
fn lease(app: &App, limit: i64) -> Result<Vec<Leased>> {
    let now = app.clock.machine();
    let seconds = i64::try_from(app.config.outbox.lease_seconds).unwrap_or(i64::MAX);
    let until = now + TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::hours(1));
    app.store
        .write(|db| outbox::lease(db, now, until, &app.instance, limit))
}

/// What of a mail still holds, and the ISB whom its reader can ask.
struct Current {
    digest: PlannedDigest,
    officer: Option<String>,
}

/// Looks at what has changed since a mail was planned; `Err` says why nobody wants it any more.
fn current(
    app: &App,
    mail: &Leased,
    planned: PlannedDigest,
) -> Result<std::result::Result<Current, &'static str>> {
    if !mail.active {
        return Ok(Err("the account has been disabled"));
    }
    // A digest shows a whole day's state: the next run says all that still holds, at its proper time.
    if planned.day < berlin_day(app.clock.now()) {
        return Ok(Err("its day is over; the next run says what still holds"));
    }
    app.store.read(|db| {
        let members = users::active_members(db, &mail.institution_id)?;
        let of_reader = |member: &&Member| member.id == planned.recipient_id;
        let roles = || members.iter().filter(of_reader).map(|member| member.role);
        if !roles().any(|role| matches!(role, Role::Isb | Role::Head | Role::Owner)) {
            return Ok(Err("its reader has no part in it any more"));
        }
        let is_isb = roles().any(|role| role == Role::Isb);
        let items = planned.overdue.iter().chain(&planned.due_soon);
        let references: Vec<&str> = items.map(|item| item.reference.as_str()).collect();
        let now = measures::by_references(db, &mail.institution_id, &references)?;
        let now = now.into_iter().filter_map(open_measure);
        let now = now.map(|open| (open.reference.clone(), open)).collect();
        let Some(digest) = still_wanted(planned, &now, is_isb) else {
            return Ok(Err("nothing of it holds any more"));
        };
        let officer = members.iter().find(|member| member.role == Role::Isb);
        let officer = officer.map(|isb| format!("{} <{}>", isb.display_name, isb.email));
        Ok(Ok(Current { digest, officer }))
    })
}

async fn send_one(app: &Arc<App>, mail: Leased) -> Result<Outcome> {
    let planned: PlannedDigest = match from_json(&mail.payload) {
        Ok(planned) => planned,
        Err(error) => return unreadable(app, mail.id, &error).await,
    };
    let mail = Arc::new(mail);
    let looked_at = Arc::clone(&mail);
    let current = match app
        .blocking(move |app| current(app, &looked_at, planned))
        .await?
    {
        Ok(current) => current,
        Err(why) => return settle(app, &mail.id, Outcome::Obsolete, why.to_owned().into()).await,
    };
    let message = match compose(app, &mail, current) {
        Ok(message) => message,
        Err(error) => return unreadable(app, mail.id.clone(), &error).await,
    };
    match app.mailer.send(&message).await {
        Ok(accepted) => {
            tracing::info!(
                message_id = message.message_id,
                attempt = mail.attempts + 1,
                "mail sent"
            );
            settle(app, &mail.id, Outcome::Sent, accepted.reply.into()).await
        }
        Err(error) => {
            let outcome = after_failure(app, app.clock.machine(), mail.attempts + 1, &error);
            tracing::warn!(
                message_id = message.message_id,
                reply = error.reply,
                ?outcome,
                "mail not sent"
            );
            let reply = Reply {
                text: error.reply,
                handed_over: error.handed_over,
                refused: error.permanent,
            };
            settle(app, &mail.id, outcome, reply).await
        }
    }
}

/// Gives up a mail that cannot be put together; trying again would not help.
async fn unreadable(app: &Arc<App>, id: String, error: &Error) -> Result<Outcome> {
    tracing::error!(
        mail = id,
        cause = error.chain(),
        "a mail could not be composed"
    );
    let why = "the mail could not be composed".to_owned();
    settle(app, &id, Outcome::Failed, why.into()).await
}

/// Tries again later, ever more rarely, until it makes no sense any more.
fn after_failure(app: &App, now: DateTime<Utc>, attempts: i32, error: &SendError) -> Outcome {
    if error.permanent {
        return Outcome::Failed;
    }
    let next = retry_policy(app).next(now, attempts, None);
    next.map_or(Outcome::Failed, Outcome::Retry)
}

/// How often, and when, something is tried again.
pub(super) fn retry_policy(app: &App) -> RetryPolicy {
    RetryPolicy {
        attempts: app.config.outbox.max_attempts,
        first_wait_seconds: app.config.outbox.backoff_seconds,
    }
}

/// Times that the outcome of an attempt is tried to be stored, a second apart.
const SETTLING: u32 = 5;

/// Stores what became of an attempt.
async fn settle(app: &Arc<App>, id: &str, outcome: Outcome, reply: Reply) -> Result<Outcome> {
    let (mail, stored) = (id.to_owned(), outcome.clone());
    settled(app, id, move |app, db| {
        let now = app.clock.machine();
        outbox::settle(db, now, &mail, &app.instance, &stored, &reply)
    })
    .await?;
    Ok(outcome)
}

/// Stores what became of an attempt by `work`, which says whether the lease was still this process's. A database that is
/// busy for a moment must not make a twin.
pub(super) async fn settled(
    app: &Arc<App>,
    id: &str,
    work: impl Fn(&App, &mut Db) -> Result<bool> + Send + Sync + 'static,
) -> Result<()> {
    let work = Arc::new(work);
    let mut tries = 1;
    loop {
        let (id, work) = (id.to_owned(), Arc::clone(&work));
        let stored = app.blocking(move |app| {
            if !app.store.write(|db| work(app, db))? {
                tracing::warn!(
                    id,
                    "the lease of a mail or call had run out before it was settled"
                );
            }
            Ok(())
        });
        match stored.await {
            Ok(()) => return Ok(()),
            Err(error) if tries == SETTLING => return Err(error),
            Err(error) => tracing::warn!(
                cause = error.chain(),
                tries,
                "an attempt is not settled yet"
            ),
        }
        tries += 1;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

fn compose(app: &App, mail: &Leased, current: Current) -> Result<Message> {
    let Current {
        digest: planned,
        officer,
    } = current;
    let language = Language::from_tag(&mail.locale);
    let item = |item: DigestItem| Item {
        reference: item.reference,
        only_counted: item.confidentiality == Confidentiality::StrictlyConfidential,
        title: item.title,
        status: texts::label(language, "status", item.status.as_str()),
        owner: item.owner,
        org_unit: item.org_unit,
        due: item.due,
        due_text: item.due_text,
        due_original: item.due_original,
        days_overdue: item.days_overdue,
        blocked: item.status == Status::Blocked,
    };
    let rendered = digest::render(&Digest {
        locale: Locale::from_tag(&mail.locale),
        audience: match planned.capacity {
            Capacity::Isb => Audience::SecurityOfficer,
            Capacity::Owner => Audience::Owner,
        },
        institution: mail.institution_name.clone(),
        recipient: mail.display_name.clone(),
        as_of: planned.day,
        overdue: planned.overdue.into_iter().map(item).collect(),
        due_soon: planned.due_soon.into_iter().map(item).collect(),
        base_url: app.config.public_url.clone(),
        institution_slug: mail.institution.clone(),
        security_officer: officer.clone(),
        occurrence_key: mail.occurrence_key.clone(),
        policy_version: app.reminders.version.clone(),
        due_soon_days: app.reminders.due_soon_days,
    })
    .map_err(|error| Error::internal("digest", error))?;
    Ok(Message {
        message_id: digest::message_id(&mail.occurrence_key, &app.config.mail_domain()),
        from: app.config.mail_from.clone(),
        reply_to: officer,
        to: mail.email.clone(),
        to_name: mail.display_name.clone(),
        // The same at every attempt: a twin carries the date of its planning.
        date: mail.planned_at.and_utc(),
        resent: mail.attempts > 0,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
    })
}

/// Mails of an institution, newest first.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn page(
    app: &App,
    by: By<'_>,
    institution: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Notification>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::ReminderRead, &Resource::Institution)?;
        outbox::page(db, &scope.institution.id, before, limit)
    })
}
