//! Mails that have been planned and not yet (or finally) sent, and which day's planning is done.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::db::{Db, both};
use super::schema::{institutions, job_runs, outbox, users};
use super::types::stored;
use crate::domain::text_enum;
use crate::error::Result;

text_enum! {
    /// By which way something leaves the house.
    Channel {
        /// A mail to a person.
        Mail = "mail",
        /// A call of a webhook.
        Webhook = "webhook",
    }
}

text_enum! {
    /// What a mail is.
    MailKind {
        /// What one person is told on a day, in one mail.
        Digest = "digest",
        /// One deadline that is worth a mail of its own.
        Single = "single",
        /// The week of the ISB.
        Weekly = "weekly",
        /// The month of the Kämmerei.
        Finance = "finance",
        /// An alarm of a budget that cannot wait for the month's end.
        Alarm = "alarm",
        /// Mails that were given up.
        Undelivered = "undelivered",
        /// A decision that somebody above the ISB has taken.
        Decision = "decision",
    }
}

/// Claims a day's planning of an institution for this transaction. `false` when it has been done.
pub fn claim_run(
    db: &mut Db,
    now: DateTime<Utc>,
    job: &str,
    institution_id: &str,
    day: NaiveDate,
) -> Result<bool> {
    let row = (
        job_runs::job.eq(job),
        job_runs::institution_id.eq(institution_id),
        job_runs::day.eq(day),
        job_runs::ran_at.eq(stored(now)),
        job_runs::planned.eq(0),
    );
    let added = both!(db, c => diesel::insert_into(job_runs::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added == 1)
}

/// Notes how many mails a day's planning has brought.
pub fn finish_run(
    db: &mut Db,
    job: &str,
    institution_id: &str,
    day: NaiveDate,
    planned: i32,
) -> Result<()> {
    diesel::update(job_runs::table.find((job, institution_id, day)))
        .set(job_runs::planned.eq(planned))
        .execute(db)?;
    Ok(())
}

/// Whether a day's planning of an institution is done.
pub fn has_run(db: &mut Db, job: &str, institution_id: &str, day: NaiveDate) -> Result<bool> {
    let run = job_runs::table.find((job, institution_id, day));
    Ok(diesel::select(diesel::dsl::exists(run)).get_result(db)?)
}

/// Days that have been planned since `from`, with the institution.
pub fn runs_since(db: &mut Db, job: &str, from: NaiveDate) -> Result<HashSet<(String, NaiveDate)>> {
    let rows: Vec<(String, NaiveDate)> = job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::day.ge(from))
        .select((job_runs::institution_id, job_runs::day))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewMail<'a> {
    /// Id in the outbox.
    pub id: &'a str,
    /// Names it for ever.
    pub key: &'a str,
    /// User id of whom.
    pub recipient_id: &'a str,
    /// What it is.
    pub kind: MailKind,
    /// The day it is about.
    pub day: NaiveDate,
    /// What it needs to know beside what is stored, as JSON.
    pub payload: &'a str,
}

/// Puts a mail into the outbox, to be sent from `ready` on. `false` when it is already there: it never is there twice.
pub fn enqueue(
    db: &mut Db,
    now: DateTime<Utc>,
    ready: DateTime<Utc>,
    institution_id: &str,
    mail: &NewMail<'_>,
) -> Result<bool> {
    let row = (
        outbox::id.eq(mail.id),
        outbox::institution_id.eq(institution_id),
        outbox::occurrence_key.eq(mail.key),
        outbox::channel.eq(Channel::Mail),
        outbox::recipient_id.eq(mail.recipient_id),
        outbox::kind.eq(mail.kind),
        outbox::day.eq(mail.day),
        outbox::payload.eq(mail.payload),
        outbox::state.eq("pending"),
        outbox::attempts.eq(0),
        outbox::next_attempt_at.eq(stored(ready)),
        outbox::planned_at.eq(stored(now)),
    );
    let added = both!(db, c => diesel::insert_into(outbox::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added == 1)
}

/// Id of the mail with this key. One that nobody wanted any more before it was ever sent waits again.
pub fn revive(db: &mut Db, ready: DateTime<Utc>, key: &str) -> Result<String> {
    let id: String = outbox::table
        .filter(outbox::occurrence_key.eq(key))
        .select(outbox::id)
        .first(db)?;
    put_back(db, ready, &id, &["obsolete"])?;
    Ok(id)
}

/// A mail that this process may send now.
#[derive(Debug, Clone, Queryable)]
pub struct Leased {
    /// Id in the outbox.
    pub id: String,
    /// Identifies the occurrence.
    pub occurrence_key: String,
    /// What it is.
    pub kind: MailKind,
    /// The day it is about.
    pub day: NaiveDate,
    /// User id of the recipient.
    pub recipient_id: String,
    /// What it needs to know beside what is stored, as JSON.
    pub payload: String,
    /// Attempts before this one.
    pub attempts: i32,
    /// When it was planned (UTC).
    pub planned_at: NaiveDateTime,
    /// Address.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// `de` or `en`.
    pub locale: String,
    /// The account may still sign in.
    pub active: bool,
    /// Slug of the institution.
    pub institution: String,
    /// Name of the institution.
    pub institution_name: String,
    /// Id of the institution.
    pub institution_id: String,
    /// An earlier attempt may have arrived although no reply came back.
    pub handed_over: bool,
}

/// Takes up to `limit` mails that are due for this process until `until`.
pub fn lease(
    db: &mut Db,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    owner: &str,
    limit: i64,
) -> Result<Vec<Leased>> {
    let won = claim(db, Channel::Mail, now, until, owner, limit)?;
    let rows = outbox::table
        .inner_join(users::table)
        .inner_join(institutions::table)
        .filter(outbox::id.eq_any(&won))
        .order(outbox::id)
        .select((
            outbox::id,
            outbox::occurrence_key,
            outbox::kind,
            outbox::day,
            users::id,
            outbox::payload,
            outbox::attempts - 1,
            outbox::planned_at,
            users::email,
            users::display_name,
            users::locale,
            users::active,
            institutions::slug,
            institutions::name,
            institutions::id,
            outbox::handed_over,
        ))
        .load(db)?;
    Ok(rows)
}

/// Claims what is due on a channel: the ids that are this process's until `until`.
///
/// Each is claimed by its own conditional update, so that of several processes one gets it, on either engine. Where a lease
/// ran out, nobody knows whether that attempt arrived.
pub(super) fn claim(
    db: &mut Db,
    channel: Channel,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    owner: &str,
    limit: i64,
) -> Result<Vec<String>> {
    let free = outbox::leased_until
        .is_null()
        .or(outbox::leased_until.lt(stored(now)));
    let due: Vec<String> = outbox::table
        .filter(outbox::state.eq("pending"))
        .filter(outbox::channel.eq(channel))
        .filter(outbox::next_attempt_at.le(stored(now)))
        .filter(free)
        .order((outbox::next_attempt_at, outbox::id))
        .limit(limit)
        .select(outbox::id)
        .load(db)?;
    let mut won = Vec::with_capacity(due.len());
    for id in due {
        let claimed = diesel::update(
            outbox::table
                .find(&id)
                .filter(outbox::state.eq("pending"))
                .filter(outbox::next_attempt_at.le(stored(now)))
                .filter(free),
        )
        .set((
            outbox::leased_until.eq(stored(until)),
            outbox::lease_owner.eq(owner),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::handed_over.eq(outbox::handed_over.or(outbox::leased_until.is_not_null())),
        ))
        .execute(db)?;
        if claimed == 1 {
            won.push(id);
        }
    }
    Ok(won)
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it.
    Sent,
    /// Try again then.
    Retry(DateTime<Utc>),
    /// It is not the time for it; try then. No attempt was made.
    Wait(DateTime<Utc>),
    /// Given up; shows on the dashboard.
    Failed,
    /// Nobody wants it any more.
    Obsolete,
}

/// What came back from an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The last words of the other side, or why there were none.
    pub text: String,
    /// It may have arrived although no reply came back.
    pub handed_over: bool,
    /// The mail server refused it for good.
    pub refused: bool,
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Reply {
            text,
            ..Reply::default()
        }
    }
}

/// Records what became of an attempt. `false` when the lease had run out and somebody else has it now.
pub fn settle(
    db: &mut Db,
    now: DateTime<Utc>,
    id: &str,
    owner: &str,
    outcome: &Outcome,
    reply: &Reply,
) -> Result<bool> {
    let (state, next, finished) = match outcome {
        Outcome::Sent => ("sent", None, Some(now)),
        Outcome::Retry(at) | Outcome::Wait(at) => ("pending", Some(*at), None),
        Outcome::Failed => ("failed", None, Some(now)),
        Outcome::Obsolete => ("obsolete", None, Some(now)),
    };
    let handed_over = reply.handed_over.into_sql::<Bool>();
    let mine = outbox::table
        .find(id)
        .filter(outbox::lease_owner.eq(owner))
        .filter(outbox::state.eq("pending"));
    let waits = matches!(outcome, Outcome::Wait(_));
    // No attempt was made: the last words of the mail server are still those of the one before.
    let last_reply = (!waits).then(|| outbox::last_reply.eq(&reply.text));
    let settled = diesel::update(mine)
        .set((
            outbox::state.eq(state),
            outbox::attempts.eq(outbox::attempts - i32::from(waits)),
            outbox::next_attempt_at.eq(stored(next.unwrap_or(now))),
            outbox::finished_at.eq(finished.map(stored)),
            outbox::leased_until.eq(None::<NaiveDateTime>),
            outbox::lease_owner.eq(None::<String>),
            last_reply,
            outbox::handed_over.eq(outbox::handed_over.or(handed_over)),
            outbox::refused.eq(reply.refused),
        ))
        .execute(db)?;
    Ok(settled == 1)
}

/// Puts something that is in one of these states back: pending, with all attempts anew. What is known of earlier ones, that
/// one may have arrived, stays. `false` when it is in none of these states.
pub fn put_back(db: &mut Db, now: DateTime<Utc>, id: &str, states: &[&str]) -> Result<bool> {
    let row = outbox::table.find(id).filter(outbox::state.eq_any(states));
    let changed = diesel::update(row)
        .set((
            outbox::state.eq("pending"),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(stored(now)),
            outbox::finished_at.eq(None::<NaiveDateTime>),
            outbox::reported_at.eq(None::<NaiveDateTime>),
            outbox::refused.eq(false),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Number of mails per state, of one institution or of all.
pub fn count_by_state(db: &mut Db, institution_id: Option<&str>) -> Result<Vec<(String, i64)>> {
    let rows = match institution_id {
        Some(id) => outbox::table
            .filter(outbox::institution_id.eq(id))
            .filter(outbox::channel.eq(Channel::Mail))
            .group_by(outbox::state)
            .select((outbox::state, diesel::dsl::count_star()))
            .load(db)?,
        None => outbox::table
            .filter(outbox::channel.eq(Channel::Mail))
            .group_by(outbox::state)
            .select((outbox::state, diesel::dsl::count_star()))
            .load(db)?,
    };
    Ok(rows)
}
