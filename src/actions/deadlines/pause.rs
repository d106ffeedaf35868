//! Pauses: the ISB lets a date rest for some days, with a reason (DOMAIN §5.3).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::list::one;
use super::set::require_seen;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::deadline::{check_pause, paused_days};
use crate::domain::fault::Faults;
use crate::error::{Code, Error, Result};
use crate::store::deadlines::{self, Pause};
use crate::store::types::stored;
use crate::store::{institutions, new_id};

/// A pause.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseInput {
    /// Its last day: tomorrow at the earliest, and 14 days ahead at the latest, less what the same date has rested before.
    #[schema(example = "2022-10-24")]
    pub until: NaiveDate,
    /// Why, 20 to 2,000 characters; kept in the audit trail.
    #[schema(example = "Der Dienstleister hat die Abnahme für den 21.10. zugesagt.")]
    pub reason: String,
}

/// A pause of one date.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PauseView {
    /// Id of the deadline.
    pub deadline: String,
    /// The date that rests.
    #[schema(example = "2022-06-30")]
    pub due: NaiveDate,
    /// First day.
    #[schema(example = "2022-10-17")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2022-10-24")]
    pub until: NaiveDate,
    /// Why.
    pub reason: String,
    /// Since.
    pub paused_at: DateTime<Utc>,
}

/// Lets a deadline rest: no reminders until the end of that day. It stays as overdue as it is. A pause that runs gives way to the
/// new one.
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn pause(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    input: &PauseInput,
    key: Option<&str>,
) -> Result<Answer<PauseView>> {
    let mut faults = Faults::new();
    faults.text("/reason", &input.reason, 20, 2000);
    faults.day("/until", input.until);
    faults.finish()?;
    let target = format!("pause_deadline {institution} {id}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        let today = berlin_day(now);
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            request.once(db, now, &scope, input, |db| {
                let (deadline, _) = one(db, app, &scope, id, today)?;
                scope.require(app, Action::DeadlinePause, &Resource::Institution)?;
                // Two pauses at once could each find the days that are left.
                institutions::lock(db, &scope.institution.id)?;
                let before = deadlines::pauses_of(db, &deadline.id, deadline.due)?;
                let taken = before.iter().map(|pause| {
                    let lifted = pause.lifted_at.map_or(today, |at| berlin_day(at.and_utc()));
                    paused_days(pause.from_day, pause.until_day, Some(lifted))
                });
                check_pause(today, input.until, taken.sum()).map_err(|fault| vec![fault])?;
                let runs = |pause: &&Pause| pause.lifted_at.is_none() && pause.until_day >= today;
                for pause in before.iter().filter(runs) {
                    deadlines::lift(db, now, &pause.id)?;
                }
                let pause = Pause {
                    id: new_id(now),
                    institution_id: scope.institution.id.clone(),
                    deadline_id: deadline.id.clone(),
                    due_on: deadline.due,
                    from_day: today,
                    until_day: input.until,
                    reason: input.reason.trim().to_owned(),
                    paused_by: Some(scope.person()?.id.clone()),
                    paused_at: stored(now),
                    lifted_at: None,
                };
                deadlines::insert_pause(db, &pause)?;
                let entry = Entry {
                    action: Action::DeadlinePause,
                    entity_kind: "deadline",
                    entity_id: &deadline.id,
                    reason: Some(&pause.reason),
                    details: json!({
                        "reference": deadline.reference, "due": deadline.due, "from": today, "until": pause.until_day,
                    }),
                };
                scope.record(db, now, &entry)?;
                Ok(PauseView {
                    deadline: pause.deadline_id,
                    due: pause.due_on,
                    from: pause.from_day,
                    until: pause.until_day,
                    reason: pause.reason,
                    paused_at: pause.paused_at.and_utc(),
                })
            })
        })
    })
}

/// Ends the pause of the deadline that the caller has seen; reminders go on with the next run.
///
/// # Errors
/// `stale`, `forbidden`, `not_found` (also for a deadline that does not rest), `session_ended`
pub fn resume(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let (deadline, view) = one(db, app, &scope, id, berlin_day(now))?;
        scope.require(app, Action::DeadlinePause, &Resource::Institution)?;
        if deadline.paused_until.is_none() {
            return Err(Error::new(Code::NotFound));
        }
        require_seen(&view, seen)?;
        for pause in deadlines::pauses_of(db, &deadline.id, deadline.due)? {
            if pause.lifted_at.is_none() && pause.until_day >= berlin_day(now) {
                deadlines::lift(db, now, &pause.id)?;
            }
        }
        let entry = Entry {
            action: Action::DeadlinePause,
            entity_kind: "deadline",
            entity_id: &deadline.id,
            reason: None,
            details: json!({ "reference": deadline.reference, "due": deadline.due, "lifted": true }),
        };
        scope.record(db, now, &entry)
    })
}
