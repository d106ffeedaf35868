//! What was told to an endpoint, and telling it again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::enter;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::{By, Entry};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::calendar::berlin_day;
use crate::domain::webhook::{Event, EventHead, EventType, Test, occurrence_key};
use crate::error::{Code, Error, Result};
use crate::store::new_id;
use crate::store::outbox;
use crate::store::types::{from_json, to_json};
use crate::store::webhooks::{self, Delivery, NewCall};

/// A call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// Id; the header `webhook-id` of every attempt.
    pub id: String,
    /// What it tells.
    pub event: EventType,
    /// When that happened.
    pub happened_at: DateTime<Utc>,
    /// `pending`, `sent`, `failed`, `obsolete`.
    #[schema(example = "sent")]
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// Next attempt, of one that is pending.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Last answer (status, and where it is no good one the beginning of what was said), or why none came.
    #[schema(example = "503 Service Unavailable")]
    pub last_reply: Option<String>,
    /// An attempt may have arrived although no answer came back.
    pub handed_over: bool,
    /// When it was put into the outbox.
    pub planned_at: DateTime<Utc>,
    /// When it was answered well or given up.
    pub finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<Delivery> for DeliveryView {
    type Error = Error;

    fn try_from(call: Delivery) -> Result<Self> {
        let head: EventHead = from_json(&call.payload)?;
        let pending = call.state == "pending";
        Ok(DeliveryView {
            id: call.id,
            event: head.event,
            happened_at: head.timestamp,
            state: call.state,
            attempts: call.attempts,
            next_attempt_at: pending.then(|| call.next_attempt_at.and_utc()),
            last_reply: call.last_reply,
            handed_over: call.handed_over,
            planned_at: call.planned_at.and_utc(),
            finished_at: call.finished_at.map(|at| at.and_utc()),
        })
    }
}

/// Calls of an endpoint, newest first, below `before`.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn deliveries(
    app: &App,
    by: By<'_>,
    institution: &str,
    webhook: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<DeliveryView>> {
    app.store.read(|db| {
        let scope = enter(db, app, by, institution, Action::WebhookRead)?;
        let endpoint = webhooks::get(db, &scope.institution.id, webhook)?;
        let found = webhooks::deliveries(db, &endpoint.id, before, limit)?;
        found.into_iter().map(DeliveryView::try_from).collect()
    })
}

/// Puts a test into the outbox.
///
/// # Errors
/// `webhook_off`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn test(
    app: &App,
    by: By<'_>,
    institution: &str,
    webhook: &str,
    key: Option<&str>,
) -> Result<Answer<DeliveryView>> {
    let target = format!("test_webhook {institution} {webhook}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let (now, machine) = (app.clock.now(), app.clock.machine());
        app.store.write(|db| {
            let scope = enter(db, app, by, institution, Action::WebhookWrite)?;
            let endpoint = webhooks::get(db, &scope.institution.id, webhook)?;
            request.once(db, now, &scope, &(), |db| {
                if !endpoint.active {
                    return Err(Error::new(Code::WebhookOff));
                }
                let body = Event {
                    event: EventType::Test,
                    timestamp: now,
                    data: Test {
                        institution,
                        webhook_id: &endpoint.id,
                    },
                };
                let occurrence_key = occurrence_key(&endpoint.id, EventType::Test, &[&new_id(now)]);
                let call = NewCall {
                    endpoint_id: endpoint.id.clone(),
                    occurrence_key: occurrence_key.clone(),
                    payload: to_json(&body)?,
                };
                let (of, day) = (&scope.institution.id, berlin_day(now));
                webhooks::enqueue(db, now, machine, of, day, &[call])?;
                let put = webhooks::delivery_by_key(db, &occurrence_key)?;
                let entry = Entry {
                    action: Action::WebhookWrite,
                    entity_kind: "webhook",
                    entity_id: &endpoint.id,
                    reason: None,
                    details: json!({ "what": "tested", "delivery": put.id }),
                };
                scope.record(db, now, &entry)?;
                put.try_into()
            })
        })
    })
}

/// Puts a call that is finished, well or not, back into the outbox: the same message with the same id, and all attempts anew.
///
/// # Errors
/// `delivery_pending`, `webhook_off`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn replay(
    app: &App,
    by: By<'_>,
    institution: &str,
    webhook: &str,
    delivery: &str,
    key: Option<&str>,
) -> Result<Answer<DeliveryView>> {
    let target = format!("replay_webhook_delivery {institution} {webhook} {delivery}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let (now, machine) = (app.clock.now(), app.clock.machine());
        app.store.write(|db| {
            let scope = enter(db, app, by, institution, Action::WebhookWrite)?;
            let endpoint = webhooks::get(db, &scope.institution.id, webhook)?;
            let call = webhooks::delivery(db, &endpoint.id, delivery)?;
            request.once(db, now, &scope, &(), |db| {
                if !endpoint.active {
                    return Err(Error::new(Code::WebhookOff));
                }
                let again = ["sent", "failed", "obsolete"];
                if !outbox::put_back(db, machine, &call.id, &again)? {
                    return Err(Error::new(Code::DeliveryPending));
                }
                let entry = Entry {
                    action: Action::WebhookWrite,
                    entity_kind: "webhook",
                    entity_id: &endpoint.id,
                    reason: None,
                    details: json!({ "what": "replayed", "delivery": call.id, "was": call.state }),
                };
                scope.record(db, now, &entry)?;
                webhooks::delivery(db, &endpoint.id, delivery)?.try_into()
            })
        })
    })
}
