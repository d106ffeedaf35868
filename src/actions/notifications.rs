//! Mails that were planned, as those see them who look after them; and trying again what was given up.

use serde_json::json;

use super::idempotent::{Answer, Request};
use super::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::error::{Code, Error, Result};
use crate::store::notifications::{self, Notification, NotificationFilter};
use crate::store::outbox;

/// Mails of an institution, newest first, below `before`.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn page(
    app: &App,
    by: By<'_>,
    institution: &str,
    filter: &NotificationFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Notification>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::NotificationRead, &Resource::Institution)?;
        notifications::page(db, &scope.institution.id, filter, before, limit)
    })
}

/// Puts a mail that was given up back into the outbox: the same Message-ID, and all attempts anew.
///
/// # Errors
/// `notification_not_failed`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn retry(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    key: Option<&str>,
) -> Result<Answer<Notification>> {
    let target = format!("retry_notification {institution} {id}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let (now, machine) = (app.clock.now(), app.clock.machine());
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::NotificationRetry, &Resource::Institution)?;
            let mail = notifications::get(db, &scope.institution.id, id)?;
            let put = request.once(db, now, &scope, &(), |db| {
                if !outbox::put_back(db, machine, &mail.id, &["failed"])? {
                    return Err(Error::with(
                        Code::NotificationNotFailed,
                        "state",
                        &mail.state,
                    ));
                }
                let entry = Entry {
                    action: Action::NotificationRetry,
                    entity_kind: "notification",
                    entity_id: &mail.id,
                    reason: None,
                    details: json!({ "kind": mail.kind, "attempts": mail.attempts, "last_reply": mail.last_reply }),
                };
                scope.record(db, now, &entry)
            })?;
            Ok(Answer {
                body: notifications::get(db, &scope.institution.id, id)?,
                replayed: put.replayed,
            })
        })
    })
}
