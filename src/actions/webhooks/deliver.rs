//! Calling: at least once, and a twin only with the same `webhook-id`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::actions::outbox::{Delivered, retry_policy, settled};
use crate::actions::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::webhook::{FAILING_DAYS, SwitchedOffWhy};
use crate::error::Result;
use crate::store::Db;
use crate::store::outbox::{self, Outcome, Reply};
use crate::store::types::stored;
use crate::store::webhooks::{self, LeasedCall};
use crate::webhook::{Answer, Call, CallError};

/// Takes calls that are due and makes them, a few at the same time and outside any transaction.
///
/// # Errors
/// `unavailable`
pub async fn deliver(app: &Arc<App>) -> Result<Delivered> {
    let leased = app.blocking(lease).await?;
    let mut delivered = Delivered {
        leased: leased.len(),
        ..Delivered::default()
    };
    let results: Vec<Result<Outcome>> = futures_util::stream::iter(leased)
        .map(|call| call_one(app, call))
        .buffer_unordered(app.config.outbox.parallel)
        .collect()
        .await;
    for result in results {
        match result {
            Ok(outcome) => delivered.count(&outcome),
            // The lease runs out and the call comes back.
            Err(error) => tracing::error!(cause = error.chain(), "a call could not be settled"),
        }
    }
    Ok(delivered)
}

/// Takes calls for this process, for longer than a call may take.
fn lease(app: &App) -> Result<Vec<LeasedCall>> {
    let now = app.clock.machine();
    let limit = i64::try_from(app.config.outbox.parallel).unwrap_or(1);
    let seconds = app.config.outbox.lease_seconds + app.config.webhooks.timeout_seconds;
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let until = now + TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::hours(1));
    app.store
        .write(|db| webhooks::lease(db, now, until, &app.instance, limit))
}

async fn call_one(app: &Arc<App>, call: LeasedCall) -> Result<Outcome> {
    if !call.active {
        let reply = Reply::from("the endpoint is switched off".to_owned());
        return settle(app, call, Outcome::Obsolete, reply, After::Nothing).await;
    }
    let now = app.clock.machine();
    let mut secrets = vec![call.secret.as_str()];
    let valid = call
        .previous_valid_until
        .is_some_and(|until| stored(now) < until);
    secrets.extend(call.previous_secret.as_deref().filter(|_| valid));
    let answered = app
        .webhooks
        .call(&Call {
            url: &call.url,
            id: &call.id,
            timestamp: now.timestamp(),
            body: &call.payload,
            secrets: &secrets,
        })
        .await;
    let (outcome, reply, after) = judge(app, &call, answered);
    match &outcome {
        Outcome::Sent => tracing::info!(
            delivery = call.id,
            webhook = call.endpoint_id,
            "webhook called"
        ),
        other => tracing::warn!(
            delivery = call.id, webhook = call.endpoint_id, reply = reply.text, outcome = ?other,
            "webhook not called"
        ),
    }
    settle(app, call, outcome, reply, after).await
}

/// What follows for the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    Fine,
    /// Its other calls wait until then.
    Failing(DateTime<Utc>),
    Off(SwitchedOffWhy),
}

fn judge(
    app: &App,
    call: &LeasedCall,
    answered: std::result::Result<Answer, CallError>,
) -> (Outcome, Reply, After) {
    let now = app.clock.machine();
    let (reply, asked) = match answered {
        Ok(answer) if (200..300).contains(&answer.status) => {
            return (Outcome::Sent, answer.line.into(), After::Fine);
        }
        Ok(answer) if answer.status == 410 => {
            let off = After::Off(SwitchedOffWhy::Gone);
            return (Outcome::Failed, answer.line.into(), off);
        }
        Ok(answer) => {
            let asked = answer.retry_after.as_deref();
            let asked = asked.and_then(|text| wait_asked_for(text, now));
            (Reply::from(answer.line), asked)
        }
        Err(error) => {
            let reply = Reply {
                text: error.reply,
                handed_over: error.handed_over,
                refused: false,
            };
            (reply, None)
        }
    };
    let policy = retry_policy(app);
    let outcome = policy
        .next(now, call.attempts + 1, asked)
        .map_or(Outcome::Failed, Outcome::Retry);
    let since = call.failing_since.map(|since| since.and_utc());
    let after = if since.is_some_and(|since| now - since >= TimeDelta::days(FAILING_DAYS)) {
        After::Off(SwitchedOffWhy::Failing)
    } else {
        let pause = policy.first_wait().max(asked.unwrap_or_default());
        After::Failing(now + pause.min(TimeDelta::hours(24)))
    };
    (outcome, reply, after)
}

/// `Retry-After`: seconds, or an instant as HTTP writes it (RFC 9110 §10.2.3).
fn wait_asked_for(text: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(TimeDelta::seconds(i64::from(seconds)));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.to_utc() - now).max(TimeDelta::zero()))
}

async fn settle(
    app: &Arc<App>,
    call: LeasedCall,
    outcome: Outcome,
    reply: Reply,
    after: After,
) -> Result<Outcome> {
    let (id, stored) = (call.id.clone(), outcome.clone());
    settled(app, &id, move |app, db| {
        let machine = app.clock.machine();
        let mine = outbox::settle(db, machine, &call.id, &app.instance, &stored, &reply)?;
        if mine {
            note(db, app, &call, after)?;
        }
        Ok(mine)
    })
    .await?;
    Ok(outcome)
}

fn note(db: &mut Db, app: &App, call: &LeasedCall, after: After) -> Result<()> {
    let (now, machine) = (app.clock.now(), app.clock.machine());
    let why = match after {
        After::Nothing => return Ok(()),
        After::Fine => return webhooks::note_answer(db, now, &call.endpoint_id),
        After::Failing(until) => {
            return webhooks::note_failure(db, now, machine, &call.endpoint_id, until);
        }
        After::Off(why) => why,
    };
    let scope = Scope::enter(db, now, By::Service, &call.institution)?;
    scope.require(app, Action::WebhookSwitchOff, &Resource::Institution)?;
    if !webhooks::switch_off(db, now, &call.endpoint_id, why)? {
        return Ok(());
    }
    tracing::error!(webhook = call.endpoint_id, why = %why, "webhook switched off");
    let entry = Entry {
        action: Action::WebhookSwitchOff,
        entity_kind: "webhook",
        entity_id: &call.endpoint_id,
        reason: None,
        details: json!({ "why": why, "delivery": call.id }),
    };
    scope.record(db, now, &entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after() {
        let now: DateTime<Utc> = "2026-03-02T06:00:00Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Mon, 02 Mar 2026 06:10:00 GMT", Some(600)),
            ("Mon, 02 Mar 2026 05:10:00 GMT", Some(0)),
            ("-5", None),
            ("bald", None),
            ("", None),
            ("99999999999999", None),
        ] {
            let asked = wait_asked_for(text, now).map(|wait| wait.num_seconds());
            assert_eq!(asked, seconds, "{text}");
        }
    }
}
