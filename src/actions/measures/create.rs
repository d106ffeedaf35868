//! New measures.

use chrono::{DateTime, Datelike, Utc};
use serde_json::json;

use super::change::{Kind, Writing, changes, first_changes};
use super::fields::{MeasureInput, MeasurePatch};
use super::names::Names;
use super::view::MeasureView;
use super::{By, Scope, facts, view};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::app::App;
use crate::domain::access::{Action, MeasureFacts, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::measure::{Confidentiality, Origin, Relevance, Status};
use crate::error::Result;
use crate::store::measures::{Details, Dossier, Measure, Row, UNDATED};
use crate::store::types::stored;
use crate::store::{Db, measures, new_id};

/// Creates a measure, proposed.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &MeasureInput,
    key: Option<&str>,
) -> Result<Answer<MeasureView>> {
    let patch = MeasurePatch::from(input);
    patch.check()?;
    let target = format!("create_measure {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            // Asked before any name is looked up: whoever may not create learns nothing of accounts and programmes.
            let wanted = MeasureFacts {
                confidentiality: input.confidentiality,
                org_unit: input.org_unit.as_deref(),
                ..MeasureFacts::PROPOSED
            };
            scope.require(app, Action::MeasureCreate, &Resource::Measure(wanted))?;
            request.once(db, now, &scope, input, |db| {
                let mut writing = Writing {
                    app,
                    scope: &scope,
                    now,
                    names: &mut Names::default(),
                };
                let id = add(db, &mut writing, &patch)?.id;
                let row = measures::get(db, &scope.institution.id, &id)?;
                view(db, app, &scope, row, berlin_day(now))
            })
        })
    })
}

/// Adds a measure with its links and its event.
///
/// # Errors
/// `invalid`, `forbidden`
pub(super) fn add(db: &mut Db, writing: &mut Writing<'_>, patch: &MeasurePatch) -> Result<Measure> {
    let (app, scope, now) = (writing.app, writing.scope, writing.now);
    let mut dossier = blank(scope, now);
    let before = dossier.state()?;
    let mut after = patch.applied_to(&before);
    if after.initiator.is_none() {
        after.initiator = Some(writing.email_of(db, &scope.person()?.id)?);
    }
    let changed = changes(&before, &after)?;
    // The number last but before the row: a fault leaves no gap, for the whole transaction goes back.
    let year = berlin_day(now).year();
    let (reference, seq) = measures::next_reference(db, &scope.institution.id, year)?;
    (
        dossier.row.measure.reference,
        dossier.row.measure.reference_seq,
    ) = (reference, seq);
    writing.store(db, Kind::New, &mut dossier, &before, &after, &changed)?;
    let measure = &dossier.row.measure;
    let resource = Resource::Measure(facts(measure, None, false));
    scope.require(app, Action::MeasureCreate, &resource)?;
    let entry = Entry {
        action: Action::MeasureCreate,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: patch.reason.as_deref(),
        details: json!({ "reference": measure.reference, "changes": first_changes(&after)? }),
    };
    scope.record(db, now, &entry)?;
    Ok(dossier.row.measure)
}

/// A measure of which nothing is known yet.
pub(super) fn blank(scope: &Scope, now: DateTime<Utc>) -> Dossier {
    let id = new_id(now);
    let details = Details::of(&id);
    let measure = Measure {
        id,
        institution_id: scope.institution.id.clone(),
        reference: String::new(),
        reference_seq: 0,
        external_key: None,
        programme_id: None,
        title: String::new(),
        title_public: None,
        search_key: String::new(),
        description: String::new(),
        origin: Origin::AdHoc,
        relevance: Relevance::Direct,
        owner_id: None,
        org_unit: None,
        status: Status::Proposed,
        status_reason: None,
        status_changed_at: stored(now),
        priority: 4,
        start_planned: None,
        due_original: None,
        due_current: None,
        due_sort: UNDATED,
        due_precision: None,
        due_text: None,
        due_assumed: false,
        completed_on: None,
        confidentiality: Confidentiality::Internal,
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
        deputy_id: None,
        verifier_id: None,
    };
    let row = Row {
        measure,
        owner: None,
        programme: None,
    };
    Dossier::new(row, details)
}
