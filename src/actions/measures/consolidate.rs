//! Bringing measures together: several that become one, and one that another stands for (DOMAIN §2.1, step 2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::carry::{Case, OneMeasure, consolidate, placed, refused};
use super::fields::MeasurePatch;
use super::view::MeasureView;
use super::{By, visible};
use crate::actions::idempotent::Answer;
use crate::actions::versions;
use crate::app::App;
use crate::domain::consolidation::{Named, absorbed, may_go_into};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::SuccessionKind;
use crate::domain::measure_state::State;
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::measures::{self, Dossier};

/// Most measures that are brought into one at a time.
const MAX_OTHERS: usize = 50;

/// A measure in the version that was read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenMeasure {
    /// Reference or id.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// ETag that was read.
    #[schema(example = "\"v1\"")]
    pub etag: String,
}

/// Which measures go into one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// Those that become replaced, 1 to 50.
    pub others: Vec<SeenMeasure>,
    /// Why, 1 to 2,000 characters.
    #[schema(example = "Beide trennen dieselben Netze")]
    pub reason: String,
}

/// Which measure stands for another one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplacementInput {
    /// Reference or id of the one that takes over.
    #[schema(example = "M-2022-0007")]
    pub by: String,
    /// Its ETag that was read.
    #[schema(example = "\"v1\"")]
    pub by_etag: String,
    /// Why, 1 to 2,000 characters.
    #[schema(example = "Die neue Firewall deckt es mit ab")]
    pub reason: String,
}

/// Merges others into a measure: they become replaced, and it takes over all that belongs to them.
///
/// # Errors
/// `stale`, `consolidation_over`, `no_successor`, `successor_not_running`, `successor_due_later`, `invalid`, `forbidden`,
/// `not_found`, `session_ended`, `idempotency_key_reused`
pub fn merge(
    app: &App,
    by: By<'_>,
    target: OneMeasure<'_>,
    input: &MergeInput,
    key: Option<&str>,
) -> Result<Answer<MeasureView>> {
    let mut faults = Faults::new();
    if !(1..=MAX_OTHERS).contains(&input.others.len()) {
        let fault = Fault::new("/others", FaultCode::OutOfRange);
        faults.push(fault.arg("min", 1).arg("max", MAX_OTHERS));
    }
    faults.text("/reason", &input.reason, 1, 2000);
    faults.finish()?;
    consolidate(
        app,
        by,
        "merge_measures",
        target,
        input,
        key,
        |db, case, successor| {
            let mut olds: Vec<Dossier> = Vec::with_capacity(input.others.len());
            for (index, other) in input.others.iter().enumerate() {
                let at = (
                    format!("/others/{index}/reference"),
                    format!("/others/{index}/etag"),
                );
                let old = seen(db, case, &other.reference, &other.etag, &at)?;
                let twice = olds.iter().chain([&successor]);
                if twice
                    .into_iter()
                    .any(|one| one.row.measure.id == old.row.measure.id)
                {
                    let fault = Fault::new(at.0, FaultCode::Duplicate);
                    return Err(vec![fault.arg("value", &other.reference)].into());
                }
                olds.push(old);
            }
            case.kind = SuccessionKind::Merged;
            absorb(db, case, successor, olds, "/others")
        },
    )
}

/// Puts another measure in the place of one, which becomes replaced.
///
/// # Errors
/// As [`merge`].
pub fn replace(
    app: &App,
    by: By<'_>,
    target: OneMeasure<'_>,
    input: &ReplacementInput,
    key: Option<&str>,
) -> Result<Answer<MeasureView>> {
    let mut faults = Faults::new();
    faults.text("/reason", &input.reason, 1, 2000);
    faults.finish()?;
    consolidate(
        app,
        by,
        "replace_measure",
        target,
        input,
        key,
        |db, case, old| {
            let at = ("/by".to_owned(), "/by_etag".to_owned());
            let successor = seen(db, case, &input.by, &input.by_etag, &at)?;
            if successor.row.measure.id == old.row.measure.id {
                let fault = Fault::new("/by", FaultCode::Duplicate);
                return Err(vec![fault.arg("value", &input.by)].into());
            }
            case.kind = SuccessionKind::Replaced;
            absorb(db, case, successor, vec![old], "/by")
        },
    )
}

/// A further measure of the request, in the version that the caller has seen; `at` are the places of its name and version.
fn seen(
    db: &mut Db,
    case: &Case<'_, '_>,
    reference: &str,
    etag: &str,
    at: &(String, String),
) -> Result<Dossier> {
    let found = visible(db, case.writing.app, case.writing.scope, reference);
    let row = found.map_err(|error| match error.code() {
        Code::NotFound => {
            vec![Fault::new(&at.0, FaultCode::UnknownReference).arg("value", reference)].into()
        }
        _ => error,
    })?;
    case.require_right(&row.measure)?;
    versions::require(etag, row.measure.version).map_err(|error| {
        let fault = Fault::new(&at.1, FaultCode::Outdated).arg("value", reference);
        error.faults(vec![fault])
    })?;
    measures::dossier(db, row)
}

/// Lets `olds` go into their successor; faults of what that makes of it stand at `place` of the request.
fn absorb(
    db: &mut Db,
    case: &mut Case<'_, '_>,
    mut successor: Dossier,
    olds: Vec<Dossier>,
    place: &str,
) -> Result<()> {
    let before = successor.state()?;
    let states: Vec<(String, State)> = olds
        .iter()
        .map(|old| Ok((old.row.measure.reference.clone(), old.state()?)))
        .collect::<Result<_>>()?;
    let reference = successor.row.measure.reference.clone();
    for (old, state) in &states {
        may_go_into(state, &before).map_err(|refusal| refused(refusal, old, &reference))?;
    }
    let named: Vec<Named<'_>> = states
        .iter()
        .map(|(name, state)| (name.as_str(), state))
        .collect();
    let after = absorbed((&reference, &before), &named);
    let at_place = |error: Error| placed(error, |_| place.to_owned());
    limits(&after).map_err(at_place)?;
    case.change(db, &mut successor, &before, &after)
        .map_err(at_place)?;
    let gone: Vec<&str> = olds.iter().map(|old| old.row.measure.id.as_str()).collect();
    case.carry_allocations(db, &gone, &[&successor.row.measure.id])?;
    for (old, (_, state)) in olds.iter().zip(&states) {
        let (old_id, id) = (&old.row.measure.id, &successor.row.measure.id);
        measures::carry_provenance(db, old_id, id)?;
        case.succeed(db, old_id, id)?;
        case.retire(db, old.clone(), state)?;
    }
    let olds: Vec<(&str, &str)> = olds.iter().map(names).collect();
    let successors = [names(&successor)];
    case.redirect(db, &olds, &successors).map_err(at_place)?;
    case.record(db, &olds, &successors)
}

/// Id and reference.
pub(super) fn names(dossier: &Dossier) -> (&str, &str) {
    (&dossier.row.measure.id, &dossier.row.measure.reference)
}

/// Whether the lists of a measure have become too long for one.
pub(super) fn limits(state: &State) -> Result<()> {
    let lists = MeasurePatch {
        fulfils: Some(state.fulfils.clone()),
        applies: Some(state.applies.clone()),
        budget_lines: Some(state.budget_lines.clone()),
        target_objects: Some(state.target_objects.clone()),
        requires: Some(state.requires.clone()),
        ..MeasurePatch::default()
    };
    Ok(lists.check()?)
}
