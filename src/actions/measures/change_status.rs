//! Steps of a measure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::update::require_version;
use super::view::MeasureView;
use super::{By, Scope, facts, fulfils_basic, view, visible};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::app::App;
use crate::domain::access::{Action, MeasureFacts, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::Faults;
use crate::domain::measure::{self, Completion, Refusal, Snapshot, Status};
use crate::error::{Code, Error, Result};
use crate::store::measures::{self, Measure};
use crate::store::types::stored;
use crate::store::{Db, audit};

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusInput {
    /// Where to.
    pub status: Status,
    /// Why; needed for blocked, implemented (what was done), verified (how it was checked), deferred, rejected and
    /// for sending back.
    #[serde(default)]
    #[schema(example = "MDM ist ausgerollt, alle Geräte sind eingebunden")]
    pub reason: Option<String>,
}

/// Takes a step over the version that the caller has seen.
///
/// # Errors
/// `stale`, `illegal_transition` with the legal ones, `transition_incomplete` with what is missing,
/// `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn change_status(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    seen: &str,
    input: &StatusInput,
    key: Option<&str>,
) -> Result<Answer<MeasureView>> {
    let mut faults = Faults::new();
    faults.optional_text("/reason", input.reason.as_deref(), 2000);
    faults.finish()?;
    let target = format!("change_measure_status {institution} {measure} {seen}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            let measure = visible(db, app, &scope, measure)?.measure;
            // A repeated request has seen a version that its first one has left behind.
            request.once(db, now, &scope, input, |db| {
                require_version(&measure, seen)?;
                step(db, app, &scope, now, measure, input)
            })
        })
    })
}

fn step(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    mut measure: Measure,
    input: &StatusInput,
) -> Result<MeasureView> {
    let today = berlin_day(now);
    let reason = input.reason.as_deref().map(str::trim);
    let links = measures::links(db, &measure.id)?;
    let snapshot = Snapshot {
        status: measure.status,
        has_owner: measure.owner_id.is_some(),
        has_org_unit: measure.org_unit.is_some(),
        has_due: measure.due_current.is_some(),
        has_links: !links.is_empty(),
    };
    let change = measure::change_status(&snapshot, input.status, reason, today)
        .map_err(|refusal| refused(refusal, measure.status, input.status))?;
    let requested_by = requested_by(db, &measure, input.status)?;
    let facts = MeasureFacts {
        requested_by: &requested_by,
        ..facts(&measure, Some(input.status), fulfils_basic(&links))
    };
    scope.require(app, Action::MeasureChangeStatus, &Resource::Measure(facts))?;
    measure.status = change.to;
    measure.status_reason = reason.map(str::to_owned);
    measure.status_changed_at = stored(now);
    match change.completed_on {
        Completion::Keep => {}
        Completion::Set(day) => measure.completed_on = Some(day),
        Completion::Clear => measure.completed_on = None,
    }
    if change.fixes_due_date && measure.due_original.is_none() {
        measure.due_original = measure.due_current;
    }
    measures::replace(db, now, &mut measure)?;
    let entry = Entry {
        action: Action::MeasureChangeStatus,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason,
        details: json!({ "reference": measure.reference, "old": change.from, "new": change.to }),
    };
    scope.record(db, now, &entry)?;
    let row = measures::get(db, &scope.institution.id, &measure.id)?;
    view(db, app, scope, row, today)
}

/// Whoever asked for what this step decides, from the audit trail (DOMAIN ROL-1, ROL-2): for an approval all
/// who had a hand in what is proposed, for a check whoever reported it done.
fn requested_by(db: &mut Db, measure: &Measure, to: Status) -> Result<Vec<String>> {
    let stepped = Action::MeasureChangeStatus
        .audit_event()
        .unwrap_or_default();
    let mut people: Vec<String> = Vec::new();
    if matches!(to, Status::Approved | Status::Verified) {
        people.extend(audit::last_actor(db, "measure", &measure.id, stepped)?);
    }
    if to == Status::Approved {
        let written = [
            Action::MeasureCreate,
            Action::MeasureUpdate,
            Action::MeasureMigrate,
        ];
        let written: Vec<&str> = written
            .iter()
            .filter_map(|action| action.audit_event())
            .collect();
        people.extend(audit::actors(db, "measure", &measure.id, &written)?);
    }
    Ok(people)
}

fn refused(refusal: Refusal, from: Status, to: Status) -> Error {
    match refusal {
        Refusal::Illegal(allowed) => {
            let allowed: Vec<&str> = allowed.iter().map(|status| status.as_str()).collect();
            Error::with(Code::IllegalTransition, "from", from)
                .arg("to", to)
                .arg("allowed", allowed.join(", "))
        }
        Refusal::Missing(missing) => {
            Error::with(Code::TransitionIncomplete, "to", to).arg("missing", missing.join(", "))
        }
    }
}
