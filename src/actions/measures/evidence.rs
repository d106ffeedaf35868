//! Evidence that a measure is implemented: named, not stored.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::view::OwnerView;
use super::{By, Scope, classes_seen, facts, visible};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::{Confidentiality, EvidenceKind};
use crate::error::{Error, Result};
use crate::store::evidence::{self, Evidence};
use crate::store::measures::{self, Measure};
use crate::store::types::stored;
use crate::store::{Db, new_id, users};

/// Most pieces of evidence of one measure.
const MOST: i64 = 200;

/// A piece of evidence.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceInput {
    /// What it is.
    pub kind: EvidenceKind,
    /// Title, 1 to 300 characters.
    #[schema(example = "Abnahmeprotokoll Zonenmanagement")]
    pub title: String,
    /// Where it lies; the file itself stays there.
    #[serde(default)]
    #[schema(example = "DMS 2022/4711")]
    pub location: Option<String>,
    /// SHA-256 of the file, 64 hexadecimal digits.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Of which day it is; not in the future.
    #[schema(example = "2022-10-14")]
    pub dated_on: NaiveDate,
    /// Last day on which it holds.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    /// Class; confidential if left out (DOMAIN ROL-11).
    #[serde(default = "confidential")]
    pub confidentiality: Confidentiality,
}

const fn confidential() -> Confidentiality {
    Confidentiality::Confidential
}

/// A piece of evidence that is there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// Id.
    pub id: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Title.
    pub title: String,
    /// Where it lies.
    pub location: Option<String>,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: Option<String>,
    /// Of which day it is.
    pub dated_on: NaiveDate,
    /// Last day on which it holds.
    pub valid_until: Option<NaiveDate>,
    /// Neither withdrawn nor past its last day.
    pub valid: bool,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Whoever named it.
    pub added_by: Option<OwnerView>,
    /// When.
    pub added_at: DateTime<Utc>,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// By whom.
    pub withdrawn_by: Option<OwnerView>,
    /// Why.
    pub withdrawn_reason: Option<String>,
}

/// Why a piece of evidence no longer counts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalInput {
    /// Why, 1 to 2,000 characters.
    #[schema(example = "Falsche Fassung")]
    pub reason: String,
}

impl EvidenceInput {
    /// Whether it holds on a day.
    pub(super) fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_until.is_none_or(|last| last >= day)
    }

    /// Checks the input; pointers start with `at`.
    pub(super) fn check(&self, faults: &mut Faults, at: &str, today: NaiveDate) {
        faults.text(&format!("{at}/title"), &self.title, 1, 300);
        if let Some(location) = &self.location {
            faults.text(&format!("{at}/location"), location, 1, 1000);
        }
        if let Some(sha256) = &self.sha256
            && (sha256.len() != 64 || !sha256.chars().all(|c| c.is_ascii_hexdigit()))
        {
            faults.push(
                Fault::new(format!("{at}/sha256"), FaultCode::WrongType).arg("value", sha256),
            );
        }
        faults.day(&format!("{at}/dated_on"), self.dated_on);
        if self.dated_on > today {
            let fault = Fault::new(format!("{at}/dated_on"), FaultCode::OutOfRange);
            faults.push(fault.arg("min", "1900-01-01").arg("max", today));
        }
        if let Some(day) = self.valid_until {
            faults.day(&format!("{at}/valid_until"), day);
            if day < self.dated_on {
                faults.push(Fault::new(
                    format!("{at}/valid_until"),
                    FaultCode::Inconsistent,
                ));
            }
        }
    }
}

/// Names a piece of evidence for a measure.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn add_evidence(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    input: &EvidenceInput,
    key: Option<&str>,
) -> Result<Answer<EvidenceView>> {
    let mut faults = Faults::new();
    input.check(&mut faults, "", berlin_day(app.clock.now()));
    faults.finish()?;
    let target = format!("add_measure_evidence {institution} {measure}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            let row = visible(db, app, &scope, measure)?;
            request.once(db, now, &scope, input, |db| {
                let id = add(db, app, &scope, now, &row.measure, input)?;
                let all = views(db, &row.measure.id, Confidentiality::ALL, berlin_day(now))?;
                let added = all.into_iter().find(|view| view.id == id);
                added.ok_or_else(|| Error::bug("evidence that was just added"))
            })
        })
    })
}

/// Adds a piece of evidence with its event; gives its id.
pub(super) fn add(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    measure: &Measure,
    input: &EvidenceInput,
) -> Result<String> {
    let resource = Resource::Measure(facts(measure, None, false));
    scope.require(app, Action::MeasureAddEvidence, &resource)?;
    if evidence::count(db, &measure.id)? >= MOST {
        let fault = Fault::new("/evidence", FaultCode::TooLong);
        return Err(vec![fault.arg("max", MOST)].into());
    }
    let sha256 = input.sha256.as_ref().map(hex::decode).transpose();
    let new = Evidence {
        id: new_id(now),
        measure_id: measure.id.clone(),
        kind: input.kind,
        title: input.title.trim().to_owned(),
        location: input.location.clone(),
        sha256: sha256.map_err(|cause| Error::internal("checked digits", cause))?,
        dated_on: input.dated_on,
        valid_until: input.valid_until,
        confidentiality: input.confidentiality,
        added_by: Some(scope.person()?.id.clone()),
        added_at: stored(now),
        withdrawn_by: None,
        withdrawn_at: None,
        withdrawn_reason: None,
    };
    evidence::insert(db, &new)?;
    measures::note_progress(db, now, &measure.id)?;
    // Its title may be of a higher class than the measure; whoever may see it finds it by its id.
    let entry = Entry {
        action: Action::MeasureAddEvidence,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: None,
        details: json!({ "reference": measure.reference, "evidence": new.id, "kind": new.kind }),
    };
    scope.record(db, now, &entry)?;
    Ok(new.id)
}

/// Evidence of a measure, as far as the caller may see its class.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn list_evidence(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
) -> Result<Vec<EvidenceView>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let classes = classes_seen(app, &scope, &measure)?;
        views(db, &measure.id, &classes, berlin_day(now))
    })
}

/// Takes a piece of evidence back; it stays on record.
///
/// # Errors
/// `invalid`, `not_found` (also for one that was withdrawn before), `forbidden`, `session_ended`
pub fn withdraw_evidence(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    id: &str,
    input: &WithdrawalInput,
) -> Result<EvidenceView> {
    let mut faults = Faults::new();
    faults.text("/reason", &input.reason, 1, 2000);
    faults.finish()?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let classes = classes_seen(app, &scope, &measure)?;
        let seen = evidence::of_measure(db, &measure.id, &classes)?;
        if !seen.iter().any(|piece| piece.id == id) {
            return Err(Error::new(crate::error::Code::NotFound));
        }
        let resource = Resource::Measure(facts(&measure, None, false));
        scope.require(app, Action::MeasureWithdrawEvidence, &resource)?;
        let reason = input.reason.trim();
        evidence::withdraw(db, now, &measure.id, id, &scope.person()?.id, reason)?;
        let entry = Entry {
            action: Action::MeasureWithdrawEvidence,
            entity_kind: "measure",
            entity_id: &measure.id,
            reason: Some(reason),
            details: json!({ "reference": measure.reference, "evidence": id }),
        };
        scope.record(db, now, &entry)?;
        let all = views(db, &measure.id, &classes, berlin_day(now))?;
        let found = all.into_iter().find(|view| view.id == id);
        found.ok_or_else(|| Error::bug("evidence that was just withdrawn"))
    })
}

fn views(
    db: &mut Db,
    measure_id: &str,
    classes: &[Confidentiality],
    today: NaiveDate,
) -> Result<Vec<EvidenceView>> {
    let found = evidence::of_measure(db, measure_id, classes)?;
    let people = found.iter().flat_map(|e| [&e.added_by, &e.withdrawn_by]);
    let ids: Vec<&str> = people.filter_map(|id| id.as_deref()).collect();
    let accounts = users::accounts(db, &ids)?;
    let account = |id: Option<String>| accounts.get(&id?).map(OwnerView::from);
    let view = |piece: Evidence| EvidenceView {
        id: piece.id,
        kind: piece.kind,
        title: piece.title,
        location: piece.location,
        sha256: piece.sha256.map(hex::encode),
        dated_on: piece.dated_on,
        valid_until: piece.valid_until,
        valid: piece.withdrawn_at.is_none() && piece.valid_until.is_none_or(|day| day >= today),
        confidentiality: piece.confidentiality,
        added_by: account(piece.added_by),
        added_at: piece.added_at.and_utc(),
        withdrawn_at: piece.withdrawn_at.map(|at| at.and_utc()),
        withdrawn_by: account(piece.withdrawn_by),
        withdrawn_reason: piece.withdrawn_reason,
    };
    Ok(found.into_iter().map(view).collect())
}
