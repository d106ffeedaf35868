//! Asking for a new due date, deciding on it, taking it back (DOMAIN §5.4).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::change::{Changes, Kind, Writing, changes};
use super::names::Names;
use super::postponements::{PostponementView, count, view};
use super::{By, Scope, facts, fulfils_basic, visible};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::mails;
use crate::app::App;
use crate::domain::access::{Action, MeasureFacts, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::Faults;
use crate::domain::measure::Precision;
use crate::domain::measure_state::State as Measured;
use crate::domain::postponement::{
    self, Cause, DecisionRefusal, Facts, Outcome, Pending, Refusal, State, Tier, Verdict, assess,
    decide,
};
use crate::error::{Code, Error, Result};
use crate::store::measures::{self, Dossier, Row};
use crate::store::postponements::{self, Postponement};
use crate::store::types::stored;
use crate::store::{Db, new_id};

/// A request for a new due date.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostponementInput {
    /// The new date: after today and after the present one, the last day of its period.
    #[schema(example = "2022-12-31")]
    pub to: NaiveDate,
    /// How exactly it is known; a day if left out.
    #[serde(default)]
    pub precision: Option<Precision>,
    /// Why the present date cannot be kept, as a word.
    pub cause: Cause,
    /// The same in a sentence, 20 to 2000 characters.
    #[schema(
        min_length = 20,
        max_length = 2000,
        example = "Der Lieferant liefert die Geräte erst im November"
    )]
    pub reason: String,
}

/// A decision on a request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostponementDecisionInput)]
pub struct DecisionInput {
    /// What is decided.
    pub verdict: Verdict,
    /// Why, at most 2000 characters.
    #[serde(default)]
    #[schema(example = "Die Lieferung ist zugesagt")]
    pub reason: Option<String>,
}

/// Asks for a new due date. Nothing changes until it is approved.
///
/// # Errors
/// `postponement_pending`, `postponement_not_running`, `postponement_undated`, `postponement_fixed`, `invalid`,
/// `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn request_postponement(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    input: &PostponementInput,
    key: Option<&str>,
) -> Result<Answer<PostponementView>> {
    let target = format!("request_measure_postponement {institution} {measure}");
    let request = Request {
        key,
        target: &target,
    };
    let answer = request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            let row = visible(db, app, &scope, measure)?;
            request.once(db, now, &scope, input, |db| {
                ask(db, app, &scope, now, row, input)
            })
        })
    });
    // The database lets one wait for each measure; were it asked before, the same request twice at the same moment
    // could find its twin there and not yet the answer to it.
    answer.map_err(|error| match error.code() {
        Code::AlreadyExists => Error::new(Code::PostponementPending),
        _ => error,
    })
}

fn ask(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    row: Row,
    input: &PostponementInput,
) -> Result<PostponementView> {
    let dossier = measures::dossier(db, row)?;
    let measure = &dossier.row.measure;
    let basic = fulfils_basic(&dossier.links);
    let resource = Resource::Measure(facts(measure, None, basic));
    scope.require(app, Action::MeasureRequestPostponement, &resource)?;
    let asked = postponement::Request {
        to: input.to,
        precision: input.precision.unwrap_or(Precision::Day),
        cause: input.cause,
        reason: &input.reason,
    };
    let approval = assess(&known(db, &dossier)?, &asked, berlin_day(now)).map_err(refused)?;
    let postponement = Postponement {
        id: new_id(now),
        measure_id: measure.id.clone(),
        from_day: approval.from,
        to_day: approval.to,
        to_precision: asked.precision,
        cause: asked.cause,
        reason: asked.reason.trim().to_owned(),
        tier: approval.tier,
        requested_by: scope.person()?.id.clone(),
        requested_at: stored(now),
        state: State::Pending,
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        days_overdue: None,
    };
    postponements::insert(db, &postponement)?;
    let view = view(db, &postponement, measure)?;
    let entry = Entry {
        action: Action::MeasureRequestPostponement,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: Some(&postponement.reason),
        details: json!({ "reference": measure.reference, "postponement": recorded(&view) }),
    };
    scope.record(db, now, &entry)?;
    Ok(view)
}

/// Decides on the request that the caller has seen. An approval moves the due date; the first one stays.
///
/// # Errors
/// `stale`, `postponement_closed`, `postponement_overtaken`, `postponement_not_running`, `postponement_undated`,
/// `postponement_fixed`, `invalid`, `forbidden`, `not_found`, `session_ended`
pub fn decide_postponement(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    id: &str,
    seen: &str,
    input: &DecisionInput,
) -> Result<PostponementView> {
    let mut faults = Faults::new();
    faults.optional_text("/reason", input.reason.as_deref(), 2000);
    faults.finish()?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        let mut postponement = postponements::get(db, &row.measure.id, id)?;
        let mut dossier = measures::dossier(db, row)?;
        let shown = view(db, &postponement, &dossier.row.measure)?;
        let action = Action::MeasureDecidePostponement;
        require_right(app, &scope, action, &dossier, &postponement, shown.tier)?;
        require_open(&shown, seen)?;
        let person = scope.person()?.id.clone();
        let pending = Pending {
            from: postponement.from_day,
            to: postponement.to_day,
            requested_by: &postponement.requested_by,
        };
        let known = known(db, &dossier)?;
        let outcome = decide(&known, &pending, &person, input.verdict, berlin_day(now));
        let (state, days_overdue, changed) = match outcome.map_err(not_decided)? {
            Outcome::Moved { days_overdue, .. } => {
                let changed = move_due(db, app, &scope, now, &mut dossier, &postponement)?;
                (State::Approved, Some(days(days_overdue)?), changed)
            }
            Outcome::Kept => (State::Refused, None, Changes::new()),
        };
        postponement.state = state;
        postponement.tier = shown.tier;
        postponement.decided_by = Some(person);
        postponement.decided_at = Some(stored(now));
        postponement.decision_reason = given(input.reason.as_deref());
        postponement.days_overdue = days_overdue;
        postponements::close(db, &postponement)?;
        mails::decision::tell(db, app, &scope, now, &postponement)?;
        let measure = &dossier.row.measure;
        let view = view(db, &postponement, measure)?;
        let entry = Entry {
            action,
            entity_kind: "measure",
            entity_id: &measure.id,
            reason: postponement.decision_reason.as_deref(),
            details: json!({
                "reference": measure.reference, "postponement": recorded(&view), "changes": changed,
            }),
        };
        scope.record(db, now, &entry)?;
        Ok(view)
    })
}

/// Takes back the request that the caller has seen and made.
///
/// # Errors
/// `stale`, `postponement_closed`, `forbidden`, `not_found`, `session_ended`
pub fn withdraw_postponement(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    id: &str,
    seen: &str,
) -> Result<PostponementView> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        let mut postponement = postponements::get(db, &row.measure.id, id)?;
        let dossier = measures::dossier(db, row)?;
        let measure = &dossier.row.measure;
        let shown = view(db, &postponement, measure)?;
        let action = Action::MeasureWithdrawPostponement;
        require_right(app, &scope, action, &dossier, &postponement, shown.tier)?;
        require_open(&shown, seen)?;
        postponement.state = State::Withdrawn;
        postponement.tier = shown.tier;
        postponement.decided_by = Some(scope.person()?.id.clone());
        postponement.decided_at = Some(stored(now));
        postponements::close(db, &postponement)?;
        let view = view(db, &postponement, measure)?;
        let entry = Entry {
            action,
            entity_kind: "measure",
            entity_id: &measure.id,
            reason: None,
            details: json!({ "reference": measure.reference, "postponement": recorded(&view) }),
        };
        scope.record(db, now, &entry)?;
        Ok(view)
    })
}

/// Brings a measure to its new date; gives what differs. The first date is not touched.
fn move_due(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    dossier: &mut Dossier,
    postponement: &Postponement,
) -> Result<Changes> {
    let before = dossier.state()?;
    let after = Measured {
        due: Some(postponement.to_day),
        due_precision: Some(postponement.to_precision),
        due_text: None,
        due_assumed: false,
        ..before.clone()
    };
    let changed = changes(&before, &after)?;
    let mut writing = Writing {
        app,
        scope,
        now,
        names: &mut Names::default(),
    };
    writing.store(db, Kind::Changed, dossier, &before, &after, &changed)?;
    Ok(changed)
}

/// What the rules have to know of a measure.
fn known(db: &mut Db, dossier: &Dossier) -> Result<Facts> {
    let measure = &dossier.row.measure;
    // A part of a measure that was split goes on where that one stood: a split gives no postponement for free.
    let family = measures::ancestry(db, &measure.id)?;
    let family: Vec<&str> = family.iter().map(String::as_str).collect();
    let approved = postponements::approved(db, &family)?;
    Ok(Facts {
        status: measure.status,
        due_original: measure.due_original,
        due_current: measure.due_current,
        approved_before: count(approved.len())?,
        fulfils_basic: fulfils_basic(&dossier.links),
        fixed_by: dossier.details.due_fixed_by,
    })
}

fn require_right(
    app: &App,
    scope: &Scope,
    action: Action,
    dossier: &Dossier,
    postponement: &Postponement,
    tier: Tier,
) -> Result<()> {
    let facts = MeasureFacts {
        tier: Some(tier),
        requested_by: std::slice::from_ref(&postponement.requested_by),
        ..facts(&dossier.row.measure, None, fulfils_basic(&dossier.links))
    };
    scope.require(app, action, &Resource::Measure(facts))
}

/// Refuses what the caller has seen differently, and what is over.
fn require_open(shown: &PostponementView, seen: &str) -> Result<()> {
    let current = shown.etag()?;
    if seen != "*" && seen != current {
        return Err(Error::with(Code::Stale, "current", current));
    }
    if shown.state != State::Pending {
        return Err(Error::new(Code::PostponementClosed));
    }
    Ok(())
}

/// What the audit trail keeps; the reasons stand beside it.
fn recorded(view: &PostponementView) -> Value {
    json!({
        "id": view.id, "state": view.state, "from": view.from, "to": view.to, "to_precision": view.to_precision,
        "days": view.days, "days_in_all": view.days_in_all, "number": view.number,
        "tier": view.tier, "tier_reasons": view.tier_reasons, "cause": view.cause, "days_overdue": view.days_overdue,
    })
}

fn given(reason: Option<&str>) -> Option<String> {
    let reason = reason.map(str::trim).filter(|text| !text.is_empty());
    reason.map(str::to_owned)
}

fn days(days: i64) -> Result<i32> {
    i32::try_from(days).map_err(|cause| Error::internal("days overdue", cause))
}

fn not_decided(refusal: DecisionRefusal) -> Error {
    match refusal {
        DecisionRefusal::OwnRequest => {
            Error::with(Code::Forbidden, "action", Action::MeasureDecidePostponement)
        }
        DecisionRefusal::Overtaken => Error::new(Code::PostponementOvertaken),
        DecisionRefusal::Refused(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NotRunning(status) => Error::with(Code::PostponementNotRunning, "status", status),
        Refusal::Undated => Error::new(Code::PostponementUndated),
        Refusal::Fixed(by) => Error::with(Code::PostponementFixed, "fixed_by", by),
        Refusal::Invalid(faults) => faults.into(),
    }
}
