//! That a date was met: of a deadline that was set, or of a programme's duty.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::list::one;
use super::set::{require_seen, stored_of};
use super::sources::id_in;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::measures::view::OwnerView;
use crate::actions::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::deadline::{Deadline, SetState, Source};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::deadlines::{self, Completion};
use crate::store::types::stored;
use crate::store::{Db, new_id, users};

/// Dates of a deadline that are shown.
const SHOWN: i64 = 100;

/// That a date was met.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletionInput {
    /// When it was met, today at the latest.
    #[schema(example = "2022-10-14")]
    pub on: NaiveDate,
    /// Remark, at most 2,000 characters: the number of the paper, where the report lies.
    #[serde(default)]
    #[schema(example = "Vorlage 203/22")]
    pub note: Option<String>,
}

/// A date that was met.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CompletionView {
    /// Id.
    pub id: String,
    /// Id of the deadline.
    pub deadline: String,
    /// The date.
    #[schema(example = "2022-12-31")]
    pub due: NaiveDate,
    /// When it was met.
    #[schema(example = "2022-10-14")]
    pub on: NaiveDate,
    /// Days that it was late; zero where it was in time.
    #[schema(example = 0)]
    pub days_late: i64,
    /// Remark.
    pub note: Option<String>,
    /// Whoever says so.
    pub by: Option<OwnerView>,
    /// When they said so.
    pub recorded_at: DateTime<Utc>,
    /// When the deadline is due next; null where that was its last date, or it is an older one.
    pub next_due: Option<NaiveDate>,
}

/// Notes that the date which the caller has seen was met. What comes again moves to its next date, by its rule and not from the
/// day of completion (DOMAIN REM-4).
///
/// # Errors
/// `stale`, `deadline_derived`, `deadline_met`, `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn complete(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    input: &CompletionInput,
    key: Option<&str>,
) -> Result<Answer<CompletionView>> {
    let mut faults = Faults::new();
    faults.optional_text("/note", input.note.as_deref(), 2000);
    faults.day("/on", input.on);
    let today = berlin_day(app.clock.now());
    if input.on > today {
        let fault = Fault::new("/on", FaultCode::OutOfRange);
        faults.push(fault.arg("min", "1900-01-01").arg("max", today));
    }
    faults.finish()?;
    let target = format!("complete_deadline {institution} {id} {seen}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            // A repeated request finds the deadline at its next date, or not at all.
            request.once(db, now, &scope, input, |db| {
                let (deadline, view) = one(db, app, &scope, id, berlin_day(now))?;
                let resource = Resource::Deadline {
                    kind: deadline.kind,
                    implementers: [deadline.owner.as_deref(), deadline.deputy.as_deref()],
                    org_unit: deadline.org_unit.as_deref(),
                };
                scope.require(app, Action::DeadlineComplete, &resource)?;
                require_seen(&view, seen)?;
                met(db, &scope, now, &deadline, input)
            })
        })
    })
}

fn met(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    deadline: &Deadline,
    input: &CompletionInput,
) -> Result<CompletionView> {
    let note = input
        .note
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let completion = Completion {
        id: new_id(now),
        institution_id: scope.institution.id.clone(),
        due_on: deadline.due,
        completed_on: input.on,
        note: note.map(str::to_owned),
        completed_by: Some(scope.person()?.id.clone()),
        recorded_at: stored(now),
    };
    let twice = |error: Error| match error.code() {
        Code::AlreadyExists => Error::new(Code::DeadlineMet),
        _ => error,
    };
    let mut next_due = None;
    if let Some(duty) = id_in(Source::Duty, &deadline.id) {
        let duty = duty.split(':').next().unwrap_or(duty);
        deadlines::complete_duty(db, duty, &completion).map_err(twice)?;
    } else {
        let mut set = stored_of(db, scope, deadline)?;
        deadlines::complete(db, &set.id, &completion).map_err(twice)?;
        match set
            .rhythm
            .next(set.first_on, set.scheduled_on, set.until_on)
        {
            Some(day) => {
                set.scheduled_on = day;
                set.due_on = if set.shift_to_next_workday {
                    scope.institution.calendar()?.working_day_from(day)
                } else {
                    day
                };
                set.due_original = set.due_on;
                set.bound_since = berlin_day(now);
                next_due = Some(set.due_on);
            }
            None => set.state = SetState::Completed,
        }
        set.updated_at = stored(now);
        deadlines::replace_set(db, &mut set)?;
    }
    let entry = Entry {
        action: Action::DeadlineComplete,
        entity_kind: "deadline",
        entity_id: &deadline.id,
        reason: completion.note.as_deref(),
        details: json!({
            "reference": deadline.reference, "kind": deadline.kind, "due": deadline.due, "on": input.on, "next_due": next_due,
        }),
    };
    scope.record(db, now, &entry)?;
    let mut views = views(db, &deadline.id, vec![completion])?;
    let mut view = views.pop().ok_or_else(|| Error::bug("no view"))?;
    view.next_due = next_due;
    Ok(view)
}

/// Dates of a deadline that were met.
pub(super) fn completions_of(db: &mut Db, deadline: &Deadline) -> Result<Vec<CompletionView>> {
    let Some(id) = id_in(Source::Set, &deadline.id) else {
        return Ok(Vec::new());
    };
    let found = deadlines::completions(db, id, SHOWN)?;
    views(db, &deadline.id, found)
}

fn views(db: &mut Db, deadline_id: &str, found: Vec<Completion>) -> Result<Vec<CompletionView>> {
    let people: Vec<&str> = found
        .iter()
        .filter_map(|one| one.completed_by.as_deref())
        .collect();
    let accounts = users::accounts(db, &people)?;
    let view = |one: Completion| CompletionView {
        by: one
            .completed_by
            .and_then(|id| accounts.get(&id).map(OwnerView::from)),
        id: one.id,
        deadline: deadline_id.to_owned(),
        due: one.due_on,
        on: one.completed_on,
        days_late: one
            .completed_on
            .signed_duration_since(one.due_on)
            .num_days()
            .max(0),
        note: one.note,
        recorded_at: one.recorded_at.and_utc(),
        next_due: None,
    };
    Ok(found.into_iter().map(view).collect())
}
