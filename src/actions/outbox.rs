//! Sending what has been planned: at least once, and a twin only with the same Message-ID.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;

use super::reminders::open_measure;
use super::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::measure::Status;
use crate::domain::reminder::{Capacity, DigestItem, PlannedDigest, still_wanted};
use crate::error::{Error, Result};
use crate::mail::digest::{self, Audience, Digest, Item, Locale};
use crate::mail::{Message, SendError};
use crate::store::outbox::{self, Leased, Notification, Outcome};
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
}

/// Takes mails that are due and sends them, a few at the same time and outside any transaction.
///
/// # Errors
/// `unavailable`
pub async fn deliver(app: &Arc<App>) -> Result<Delivered> {
    let limit = i64::try_from(app.config.outbox.parallel).unwrap_or(1);
    let leased = app.blocking(move |app| lease(app, limit)).await?;
    let count = leased.len();
    let results: Vec<Result<bool>> = futures_util::stream::iter(leased)
        .map(|taken| send_one(app, taken))
        .buffer_unordered(app.config.outbox.parallel)
        .collect()
        .await;
    let mut sent = 0;
    for result in results {
        match result {
            Ok(accepted) => sent += usize::from(accepted),
            // The lease runs out and the mail comes back.
            Err(error) => tracing::error!(cause = error.chain(), "a mail could not be settled"),
        }
    }
    Ok(Delivered {
        leased: count,
        sent,
    })
}

/// A mail that this process may send, with what still holds of it.
struct Taken {
    mail: Leased,
    /// `None`: nobody wants it any more. An error stays with this mail and does not hold up the others.
    digest: Result<Option<PlannedDigest>>,
    /// The ISB whom the reader can ask.
    officer: Option<String>,
}

/// Leases mails and looks at what has changed since they were planned.
fn lease(app: &App, limit: i64) -> Result<Vec<Taken>> {
    let now = app.clock.machine();
    let seconds = i64::try_from(app.config.outbox.lease_seconds).unwrap_or(i64::MAX);
    let until = now + TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::hours(1));
    app.store.write(|db| {
        let leased = outbox::lease(db, now, until, &app.instance, limit)?;
        let mut all = Vec::with_capacity(leased.len());
        for mail in leased {
            let members = users::active_members(db, &mail.institution_id)?;
            let digest = still(db, &mail, &members);
            let officer = members.iter().find(|member| member.role == Role::Isb);
            let officer =
                officer.map(|officer| format!("{} <{}>", officer.display_name, officer.email));
            all.push(Taken {
                mail,
                digest,
                officer,
            });
        }
        Ok(all)
    })
}

/// What of a mail still holds.
fn still(db: &mut Db, mail: &Leased, members: &[Member]) -> Result<Option<PlannedDigest>> {
    let planned: PlannedDigest = from_json(&mail.payload)?;
    let mine = || {
        members
            .iter()
            .filter(|member| member.id == planned.recipient_id)
    };
    let is_isb = mine().any(|member| member.role == Role::Isb);
    let concerned =
        mine().any(|member| matches!(member.role, Role::Isb | Role::Head | Role::Owner));
    if !concerned
        || outbox::is_superseded(db, &mail.institution_id, &planned.recipient_id, planned.day)?
    {
        return Ok(None);
    }
    let items = planned.overdue.iter().chain(&planned.due_soon);
    let references: Vec<&str> = items.map(|item| item.reference.as_str()).collect();
    let now = measures::by_references(db, &mail.institution_id, &references)?;
    let now = now.into_iter().filter_map(open_measure);
    Ok(still_wanted(
        planned,
        &now.map(|open| (open.reference.clone(), open)).collect(),
        is_isb,
    ))
}

async fn send_one(app: &Arc<App>, taken: Taken) -> Result<bool> {
    let Taken {
        mail,
        digest,
        officer,
    } = taken;
    let message = match digest {
        Ok(Some(digest)) => compose(app, &mail, digest, officer),
        Ok(None) => {
            let why = if mail.active {
                "nothing of it holds any more, or its reader has no part in it"
            } else {
                "the account has been disabled"
            };
            settle(app, mail.id, Outcome::Obsolete, why.to_owned()).await?;
            return Ok(false);
        }
        Err(error) => Err(error),
    };
    let message = match message {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(
                mail = mail.id,
                cause = error.chain(),
                "a mail could not be composed"
            );
            settle(
                app,
                mail.id,
                Outcome::Failed,
                "the mail could not be composed".to_owned(),
            )
            .await?;
            return Ok(false);
        }
    };
    match app.mailer.send(&message).await {
        Ok(accepted) => {
            settle(app, mail.id, Outcome::Sent, accepted.reply).await?;
            tracing::info!(
                message_id = message.message_id,
                attempt = mail.attempts + 1,
                "mail sent"
            );
            Ok(true)
        }
        Err(error) => {
            let outcome = after_failure(app, app.clock.machine(), mail.attempts + 1, &error);
            tracing::warn!(
                message_id = message.message_id,
                reply = error.reply,
                ?outcome,
                "mail not sent"
            );
            settle(app, mail.id, outcome, error.reply).await?;
            Ok(false)
        }
    }
}

/// Tries again later, ever more rarely, until it makes no sense any more.
fn after_failure(app: &App, now: DateTime<Utc>, attempts: i32, error: &SendError) -> Outcome {
    let settings = &app.config.outbox;
    if error.permanent || attempts >= settings.max_attempts {
        return Outcome::Failed;
    }
    const LONGEST: u64 = 6 * 60 * 60;
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let seconds = settings
        .backoff_seconds
        .saturating_mul(1 << doublings)
        .min(LONGEST);
    Outcome::Retry(now + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0)))
}

async fn settle(app: &Arc<App>, id: String, outcome: Outcome, reply: String) -> Result<()> {
    app.blocking(move |app| {
        let now = app.clock.machine();
        let mine = app
            .store
            .write(|db| outbox::settle(db, now, &id, &app.instance, &outcome, &reply))?;
        if !mine {
            tracing::warn!(
                mail = id,
                "the lease of a mail had run out before it was settled"
            );
        }
        Ok(())
    })
    .await
}

fn compose(
    app: &App,
    mail: &Leased,
    planned: PlannedDigest,
    officer: Option<String>,
) -> Result<Message> {
    let language = Language::from_tag(&mail.locale);
    let item = |item: DigestItem| Item {
        reference: item.reference,
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
