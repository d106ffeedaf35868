//! Webhooks: who gets signed news of an institution, what they get, and how the calls go out.

mod deliver;
mod deliveries;
mod endpoints;
mod events;

pub use deliver::deliver;
pub use deliveries::{DeliveryView, deliveries, replay, test};
pub use endpoints::{
    NewWebhook, SwitchedOff, WebhookInput, WebhookPatch, WebhookView, create, delete, list, read,
    rotate_secret, update,
};
pub(super) use events::status_changed;
pub use events::{Planned, plan_due};

use super::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::error::Result;
use crate::store::Db;

/// Name of the job in the list of runs.
const JOB: &str = "webhooks";

/// Enters an institution to do something with its webhooks.
fn enter(db: &mut Db, app: &App, by: By<'_>, institution: &str, action: Action) -> Result<Scope> {
    let scope = Scope::enter(db, app.clock.now(), by, institution)?;
    scope.require(app, action, &Resource::Institution)?;
    Ok(scope)
}
