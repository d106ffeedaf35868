//! Sending what has been planned: at least once, and a twin only with the same Message-ID.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;

use super::mails::{self, Composed};
use crate::app::App;
use crate::domain::delivery::RetryPolicy;
use crate::error::{Code, Error, Result};
use crate::mail::SendError;
use crate::store::Db;
use crate::store::outbox::{self, Leased, Outcome, Reply};

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
            Outcome::Retry(_) | Outcome::Wait(_) => self.waiting += 1,
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

async fn send_one(app: &Arc<App>, mail: Leased) -> Result<Outcome> {
    let mail = Arc::new(mail);
    let looked_at = Arc::clone(&mail);
    let composed = app
        .blocking(move |app| mails::compose(app, &looked_at))
        .await;
    let message = match composed {
        Ok(Composed::Mail(message)) => message,
        Ok(Composed::Gone(why)) => {
            return settle(app, &mail.id, Outcome::Obsolete, why.to_owned().into()).await;
        }
        Ok(Composed::NotNow(at)) => {
            let wait = at.signed_duration_since(app.clock.now());
            let outcome = Outcome::Wait(app.clock.machine() + wait);
            return settle(app, &mail.id, outcome, Reply::default()).await;
        }
        Err(error) if error.code() == Code::Internal => return unwritten(app, &mail, &error).await,
        // The lease runs out and the mail comes back.
        Err(error) => return Err(error),
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

/// A mail could not be put together: it is tried again like one that was not accepted, and given up like one.
async fn unwritten(app: &Arc<App>, mail: &Leased, error: &Error) -> Result<Outcome> {
    tracing::error!(
        mail = mail.id,
        cause = error.chain(),
        "a mail could not be composed"
    );
    let failure = SendError {
        permanent: false,
        handed_over: false,
        reply: "the mail could not be composed".to_owned(),
    };
    let outcome = after_failure(app, app.clock.machine(), mail.attempts + 1, &failure);
    settle(app, &mail.id, outcome, failure.reply.into()).await
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
