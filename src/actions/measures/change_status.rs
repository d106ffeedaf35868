//! Steps of a measure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::change::{Kind, Writing, changes};
use super::evidence::EvidenceInput;
use super::names::Names;
use super::view::MeasureView;
use super::{By, Scope, facts, fulfils_basic, view, visible};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::versions;
use crate::app::App;
use crate::domain::access::{Action, MeasureFacts, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::{Status, VerificationMethod};
use crate::domain::measure_step::{Refusal, Step, take};
use crate::error::{Code, Error, Result};
use crate::store::measures::{self, Dossier, Measure, Row};
use crate::store::{Db, audit, evidence};

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusInput {
    /// Where to.
    pub status: Status,
    /// Why; needed for blocked, implemented (what was done), verified (what was found), deferred, rejected and
    /// for sending back. Approving a measure without links: why no module fits.
    #[serde(default)]
    #[schema(example = "MDM ist ausgerollt, alle Geräte sind eingebunden")]
    pub reason: Option<String>,
    /// What holds it up; for blocked.
    #[serde(default)]
    pub blocked_by: Option<String>,
    /// Until when, as far as one knows; for blocked.
    #[serde(default)]
    pub blocked_until: Option<NaiveDate>,
    /// How it was checked; for verified.
    #[serde(default)]
    pub method: Option<VerificationMethod>,
    /// When it is looked at again; for deferred (at most 12 months ahead) and verified (12 months, if left out).
    #[serde(default)]
    pub review_on: Option<NaiveDate>,
    /// What stays open, and why; for deferred and rejected, unless the measure says so already.
    #[serde(default)]
    pub residual_risk: Option<String>,
    /// Evidence that it was done, besides what the measure has already; for implemented.
    #[serde(default)]
    pub evidence: Vec<EvidenceInput>,
}

/// Takes a step over the version that the caller has seen.
///
/// # Errors
/// `stale`, `illegal_transition` with the legal ones, `transition_incomplete` with what is missing, `invalid`,
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
    faults.optional_text("/blocked_by", input.blocked_by.as_deref(), 300);
    faults.optional_text("/residual_risk", input.residual_risk.as_deref(), 2000);
    let today = berlin_day(app.clock.now());
    for (index, piece) in input.evidence.iter().enumerate() {
        piece.check(&mut faults, &format!("/evidence/{index}"), today);
    }
    if !input.evidence.is_empty() && input.status != Status::Implemented {
        faults.push(Fault::new("/evidence", FaultCode::Inconsistent));
    }
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
            let row = visible(db, app, &scope, measure)?;
            // A repeated request has seen a version that its first one has left behind.
            request.once(db, now, &scope, input, |db| {
                versions::require(seen, row.measure.version)?;
                step(db, app, &scope, now, row, input)
            })
        })
    })
}

fn step(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    row: Row,
    input: &StatusInput,
) -> Result<MeasureView> {
    let today = berlin_day(now);
    let mut writing = Writing {
        app,
        scope,
        now,
        names: &mut Names::default(),
    };
    let mut dossier = measures::dossier(db, row)?;
    let before = dossier.state()?;
    let by = writing.email_of(db, &scope.person()?.id)?;
    let step = Step {
        to: Some(input.status),
        by: &by,
        reason: input.reason.as_deref(),
        blocked_by: input.blocked_by.as_deref(),
        blocked_until: input.blocked_until,
        method: input.method,
        review_on: input.review_on,
        residual_risk: input.residual_risk.as_deref(),
        has_evidence: input.evidence.iter().any(|piece| piece.holds_on(today))
            || evidence::any_valid(db, &dossier.row.measure.id, today)?,
    };
    let taken = take(&before, &step, today);
    let after = taken.map_err(|refusal| refused(refusal, before.status, input.status))?;
    require_right(db, app, scope, &dossier, input.status)?;
    let changed = changes(&before, &after)?;
    writing.store(db, Kind::Changed, &mut dossier, &before, &after, &changed)?;
    let measure = &dossier.row.measure;
    for piece in &input.evidence {
        super::evidence::add(db, app, scope, now, measure, piece)?;
    }
    let entry = Entry {
        action: Action::MeasureChangeStatus,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: after.status_reason.as_deref(),
        details: json!({
            "reference": measure.reference, "old": before.status, "new": after.status, "changes": changed,
        }),
    };
    scope.record(db, now, &entry)?;
    let row = measures::get(db, &scope.institution.id, &measure.id)?;
    view(db, app, scope, row, today)
}

fn require_right(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    dossier: &Dossier,
    to: Status,
) -> Result<()> {
    let requested_by = requested_by(db, dossier, to)?;
    let basic = fulfils_basic(&dossier.links);
    let facts = MeasureFacts {
        requested_by: &requested_by,
        ..facts(&dossier.row.measure, Some(to), basic)
    };
    scope.require(app, Action::MeasureChangeStatus, &Resource::Measure(facts))
}

/// Whoever asked for what this step decides (DOMAIN ROL-1, ROL-2): for an approval all who had a hand in what is
/// proposed, from the audit trail, and whoever brought it up; for a check whoever reported it done.
fn requested_by(db: &mut Db, dossier: &Dossier, to: Status) -> Result<Vec<String>> {
    let measure: &Measure = &dossier.row.measure;
    let mut people: Vec<String> = Vec::new();
    if matches!(to, Status::Approved | Status::Verified) {
        let stepped = Action::MeasureChangeStatus
            .audit_event()
            .unwrap_or_default();
        people.extend(audit::last_actor(db, "measure", &measure.id, stepped)?);
    }
    match to {
        Status::Approved => {
            let written = [
                Action::MeasureCreate,
                Action::MeasureUpdate,
                Action::MeasureMigrate,
                Action::MeasureConsolidate,
            ];
            let written: Vec<&str> = written
                .iter()
                .filter_map(|action| action.audit_event())
                .collect();
            // Whoever had a hand in what a measure was made of proposes it, too.
            for id in measures::ancestry(db, &measure.id)? {
                people.extend(audit::actors(db, "measure", &id, &written)?);
            }
            people.extend(dossier.details.initiator_id.clone());
        }
        Status::Verified => people.extend(dossier.details.reported_by.clone()),
        _ => {}
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
        Refusal::Invalid(faults) => faults.into(),
    }
}
