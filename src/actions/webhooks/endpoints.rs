//! Endpoints: who is called, for what, and with which secret.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::enter;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::measures::view::etag;
use crate::actions::{By, Entry, Scope, versions};
use crate::app::App;
use crate::auth::secret;
use crate::domain::access::Action;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::webhook::{EventType, OLD_SECRET_HOURS, SwitchedOffWhy};
use crate::error::{Code, Error, Result};
use crate::store::types::{from_json, stored, to_json};
use crate::store::webhooks::{self, Endpoint};
use crate::store::{Db, institutions, new_id};
use crate::webhook::guard::Refusal;
use crate::webhook::signature;

/// Endpoints that an institution has at most.
const MOST: i64 = 20;

/// A new endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookInput {
    /// Where it is: https, without user and fragment, at most 2000 characters. Addresses that are not public have to stand in
    /// the settings (`webhooks.allow`).
    #[schema(example = "https://hooks.stadt.example/zinne")]
    pub url: String,
    /// What it is for, at most 300 characters.
    #[serde(default)]
    #[schema(example = "Ticketsystem der IT")]
    pub description: String,
    /// Events that it wants, each once: `measure.overdue`, `measure.status_changed`, `budget.alarm`.
    pub events: Vec<EventType>,
    /// It is called; `true` if left out.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// Changes of an endpoint; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Events that it wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<EventType>>,
    /// It is called. Switching it on forgets why it was switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// An endpoint. Its secret is never shown again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookView {
    /// Id.
    pub id: String,
    /// Where it is.
    #[schema(example = "https://hooks.stadt.example/zinne")]
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Events that it wants.
    pub events: Vec<EventType>,
    /// It is called.
    pub active: bool,
    /// Since when it has answered nothing well; after three days it is switched off.
    pub failing_since: Option<DateTime<Utc>>,
    /// When and why the service switched it off.
    pub switched_off: Option<SwitchedOff>,
    /// Until when the secret before signs as well.
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// When and why an endpoint was switched off by the service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SwitchedOff {
    /// When.
    pub at: DateTime<Utc>,
    /// Why: `gone` (it answered 410), `failing` (no good answer for three days).
    pub why: SwitchedOffWhy,
}

impl WebhookView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

/// An endpoint with a new secret, which is shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NewWebhook {
    /// The endpoint.
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// The secret that signs; null where the request was repeated after another change.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

impl TryFrom<Endpoint> for WebhookView {
    type Error = Error;

    fn try_from(endpoint: Endpoint) -> Result<Self> {
        let switched_off = endpoint.switched_off_at.zip(endpoint.switched_off_why);
        Ok(WebhookView {
            id: endpoint.id,
            url: endpoint.url,
            description: endpoint.description,
            events: from_json(&endpoint.events)?,
            active: endpoint.active,
            failing_since: endpoint.failing_since.map(|at| at.and_utc()),
            switched_off: switched_off.map(|(at, why)| SwitchedOff {
                at: at.and_utc(),
                why,
            }),
            previous_secret_until: endpoint.previous_valid_until.map(|at| at.and_utc()),
            version: endpoint.version,
            created_at: endpoint.created_at.and_utc(),
            updated_at: endpoint.updated_at.and_utc(),
        })
    }
}

/// Endpoints of an institution, the oldest first.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn list(app: &App, by: By<'_>, institution: &str) -> Result<Vec<WebhookView>> {
    app.store.read(|db| {
        let scope = enter(db, app, by, institution, Action::WebhookRead)?;
        let all = webhooks::all(db, &scope.institution.id)?;
        all.into_iter().map(WebhookView::try_from).collect()
    })
}

/// One of them.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<WebhookView> {
    app.store.read(|db| {
        let scope = enter(db, app, by, institution, Action::WebhookRead)?;
        webhooks::get(db, &scope.institution.id, id)?.try_into()
    })
}

/// Adds an endpoint, with a secret of its own.
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &WebhookInput,
    key: Option<&str>,
) -> Result<Answer<NewWebhook>> {
    let (url, events) = (Some(input.url.as_str()), Some(input.events.as_slice()));
    check(app, url, Some(&input.description), events)?;
    let target = format!("create_webhook {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = enter(db, app, by, institution, Action::WebhookWrite)?;
            // One after the other, so that they can be counted.
            institutions::lock(db, &scope.institution.id)?;
            let answer = request.once(db, now, &scope, input, |db| {
                if webhooks::count(db, &scope.institution.id)? >= MOST {
                    let fault = Fault::new("", FaultCode::TooMany).arg("max", MOST);
                    return Err(vec![fault].into());
                }
                let endpoint = Endpoint {
                    id: new_id(now),
                    institution_id: scope.institution.id.clone(),
                    url: input.url.clone(),
                    description: input.description.trim().to_owned(),
                    events: to_json(&input.events)?,
                    secret: new_secret()?,
                    previous_secret: None,
                    previous_valid_until: None,
                    active: input.active,
                    failing_since: None,
                    switched_off_at: None,
                    switched_off_why: None,
                    reported_at: None,
                    version: 1,
                    created_by: scope.person()?.id.clone(),
                    created_at: stored(now),
                    updated_at: stored(now),
                };
                webhooks::insert(db, &endpoint)?;
                let details = json!({ "what": "created", "new": told(app, &endpoint)? });
                record(db, now, &scope, &endpoint.id, details)?;
                WebhookView::try_from(endpoint)
            })?;
            with_secret(db, &scope, answer)
        })
    })
}

/// Changes an endpoint over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `forbidden`, `not_found`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    patch: &WebhookPatch,
) -> Result<WebhookView> {
    let description = patch.description.as_deref();
    check(
        app,
        patch.url.as_deref(),
        description,
        patch.events.as_deref(),
    )?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = enter(db, app, by, institution, Action::WebhookWrite)?;
        let before = webhooks::get(db, &scope.institution.id, id)?;
        versions::require(seen, before.version)?;
        let mut after = before.clone();
        if let Some(url) = &patch.url {
            after.url.clone_from(url);
        }
        if let Some(description) = description {
            description.trim().clone_into(&mut after.description);
        }
        if let Some(events) = &patch.events {
            after.events = to_json(events)?;
        }
        if let Some(active) = patch.active {
            after.active = active;
            if active {
                after.failing_since = None;
                after.switched_off_at = None;
                after.switched_off_why = None;
                after.reported_at = None;
            }
        }
        let fields = |endpoint: &Endpoint| {
            (
                endpoint.url.clone(),
                endpoint.description.clone(),
                endpoint.events.clone(),
                endpoint.active,
                endpoint.failing_since,
            )
        };
        if fields(&before) != fields(&after) {
            after.version += 1;
            after.updated_at = stored(now);
            webhooks::replace(db, &after)?;
            let details = json!({
                "what": "changed", "old": told(app, &before)?, "new": told(app, &after)?,
                "url_changed": before.url != after.url,
            });
            record(db, now, &scope, id, details)?;
        }
        after.try_into()
    })
}

/// Deletes an endpoint in the version that the caller has seen, with what was to be told to it and what was.
///
/// # Errors
/// `stale`, `forbidden`, `not_found`, `session_ended`
pub fn delete(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = enter(db, app, by, institution, Action::WebhookWrite)?;
        let endpoint = webhooks::get(db, &scope.institution.id, id)?;
        versions::require(seen, endpoint.version)?;
        let calls = webhooks::delete(db, &endpoint)?;
        let details =
            json!({ "what": "deleted", "old": told(app, &endpoint)?, "deliveries": calls });
        record(db, now, &scope, id, details)
    })
}

/// Gives an endpoint another secret over the version that the caller has seen; the one before signs as well for a day, so that
/// the receiver can change over without losing a call.
///
/// # Errors
/// `stale`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn rotate_secret(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    key: Option<&str>,
) -> Result<Answer<NewWebhook>> {
    let target = format!("rotate_webhook_secret {institution} {id} {seen}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let (now, machine) = (app.clock.now(), app.clock.machine());
        app.store.write(|db| {
            let scope = enter(db, app, by, institution, Action::WebhookWrite)?;
            let mut endpoint = webhooks::get(db, &scope.institution.id, id)?;
            let answer = request.once(db, now, &scope, &(), |db| {
                versions::require(seen, endpoint.version)?;
                let until = stored(machine + TimeDelta::hours(OLD_SECRET_HOURS));
                let before = std::mem::replace(&mut endpoint.secret, new_secret()?);
                endpoint.previous_secret = Some(before);
                endpoint.previous_valid_until = Some(until);
                endpoint.version += 1;
                endpoint.updated_at = stored(now);
                webhooks::replace(db, &endpoint)?;
                let until = until.and_utc();
                let details = json!({ "what": "secret_rotated", "previous_until": until });
                record(db, now, &scope, id, details)?;
                WebhookView::try_from(endpoint)
            })?;
            with_secret(db, &scope, answer)
        })
    })
}

/// The answer is kept for repeated requests without the secret; that is read again, as long as it is still the one.
fn with_secret(
    db: &mut Db,
    scope: &Scope,
    answer: Answer<WebhookView>,
) -> Result<Answer<NewWebhook>> {
    let webhook = answer.body;
    let now = match webhooks::get(db, &scope.institution.id, &webhook.id) {
        Ok(endpoint) => Some(endpoint),
        Err(error) if error.code() == Code::NotFound => None,
        Err(error) => return Err(error),
    };
    let same = now.filter(|endpoint| endpoint.version == webhook.version);
    Ok(Answer {
        body: NewWebhook {
            webhook,
            secret: same.map(|endpoint| endpoint.secret),
        },
        replayed: answer.replayed,
    })
}

fn new_secret() -> Result<String> {
    let bytes = secret::random_key();
    let bytes = bytes.map_err(|cause| Error::internal("secret of a webhook", cause))?;
    Ok(signature::secret(bytes.expose_secret()))
}

fn check(
    app: &App,
    url: Option<&str>,
    description: Option<&str>,
    events: Option<&[EventType]>,
) -> Result<()> {
    let mut faults = Faults::new();
    if let Some(url) = url {
        faults.text("/url", url, 1, 2000);
        match app.webhooks.target(url) {
            Ok(_) => {}
            Err(Refusal::Url(_)) => faults.push(Fault::new("/url", FaultCode::NotAUrl)),
            Err(Refusal::Private(ip) | Refusal::Plain(ip)) => {
                let fault = Fault::new("/url", FaultCode::PrivateTarget);
                faults.push(fault.arg("value", ip));
            }
        }
    }
    faults.optional_text("/description", description, 300);
    if let Some(events) = events {
        if events.is_empty() {
            faults.push(Fault::new("/events", FaultCode::Required));
        }
        for (place, event) in events.iter().enumerate() {
            let pointer = format!("/events/{place}");
            if !event.is_subscribed() {
                let known = EventType::ALL.iter().filter(|event| event.is_subscribed());
                let known: Vec<&str> = known.map(|event| event.as_str()).collect();
                let fault = Fault::new(pointer, FaultCode::UnknownWord).arg("value", event);
                faults.push(fault.arg("known", known.join(", ")));
            } else if events.iter().take(place).any(|other| other == event) {
                faults.push(Fault::new(pointer, FaultCode::Duplicate).arg("value", event));
            }
        }
    }
    Ok(faults.finish()?)
}

/// What the trail tells of an endpoint: no secret, and of its address no path, for that may be one.
fn told(app: &App, endpoint: &Endpoint) -> Result<Value> {
    let origin = app.webhooks.target(&endpoint.url).ok();
    let events: Vec<EventType> = from_json(&endpoint.events)?;
    Ok(json!({
        "origin": origin.map(|target| target.origin), "description": endpoint.description, "events": events,
        "active": endpoint.active,
    }))
}

fn record(db: &mut Db, now: DateTime<Utc>, scope: &Scope, id: &str, details: Value) -> Result<()> {
    let entry = Entry {
        action: Action::WebhookWrite,
        entity_kind: "webhook",
        entity_id: id,
        reason: None,
        details,
    };
    scope.record(db, now, &entry)
}
