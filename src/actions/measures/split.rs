//! Taking a measure apart (DOMAIN §2.1, step 2).

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::By;
use super::carry::{Case, OneMeasure, consolidate, placed, refused};
use super::change::{Kind, changes};
use super::consolidate::names;
use super::fields::MeasurePatch;
use super::view::MeasureView;
use crate::actions::idempotent::Answer;
use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::domain::consolidation::{faults_of_parts, may_end};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::Cost;
use crate::domain::measure_state::State;
use crate::error::Result;
use crate::store::measures::{self, Dossier};
use crate::store::types::stored;
use crate::store::{Db, new_id};

/// Most parts of a measure.
const MAX_PARTS: usize = 20;
/// What belongs to a measure and is written for a part even where it is the same as in the whole.
const OWN_ROWS: [&str; 5] = [
    "fulfils",
    "budget_lines",
    "target_objects",
    "requires",
    "place",
];

/// What becomes of a measure that is more than one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitInput {
    /// The parts, 2 to 20. Each link, budget line and target object of the measure has to be in at least one of them.
    pub parts: Vec<PartInput>,
    /// Why, 1 to 2,000 characters.
    #[schema(example = "Zwei Vorhaben mit eigenen Verantwortlichen")]
    pub reason: String,
}

/// A part; what it does not say it has from the whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartInput {
    /// Title, 1 to 300 characters.
    #[schema(example = "Firewall des Rathauses erneuern")]
    pub title: String,
    /// Description, at most 10,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Requirements, modules or controls that it contributes to.
    #[schema(example = json!(["NET.3.2.A1"]))]
    pub fulfils: Vec<String>,
    /// Requirements, modules or controls that it has to observe.
    pub applies: Vec<String>,
    /// Budget lines that pay for it.
    #[schema(example = json!(["OG-2021-DIG:OG-K1"]))]
    pub budget_lines: Vec<String>,
    /// Keys of target objects that it protects; all of the whole, if left out.
    #[serde(default)]
    pub target_objects: Option<Vec<String>>,
    /// Address of whoever is responsible.
    #[serde(default)]
    pub owner: Option<String>,
    /// Address of whoever stands in for them.
    #[serde(default)]
    pub deputy: Option<String>,
    /// Organisational unit.
    #[serde(default)]
    pub org_unit: Option<String>,
    /// 1 (highest) to 4.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 4)]
    pub priority: Option<i32>,
    /// What it costs; needed if the whole says what it costs, for no part costs as much.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// Why it needs no budget.
    #[serde(default)]
    pub no_budget_reason: Option<String>,
    /// Why no module fits.
    #[serde(default)]
    pub no_module_reason: Option<String>,
}

impl PartInput {
    /// What parts it from the whole.
    fn patch(&self) -> MeasurePatch {
        let part = self.clone();
        MeasurePatch {
            title: Some(part.title),
            description: part.description,
            fulfils: Some(part.fulfils),
            applies: Some(part.applies),
            budget_lines: Some(part.budget_lines),
            target_objects: part.target_objects,
            owner: part.owner.map(Some),
            deputy: part.deputy.map(Some),
            org_unit: part.org_unit.map(Some),
            priority: part.priority,
            cost: Some(part.cost.unwrap_or_default()),
            no_budget_reason: part.no_budget_reason.map(Some),
            no_module_reason: part.no_module_reason.map(Some),
            // No two measures have the same.
            external_key: Some(None),
            needs_split: Some(false),
            ..MeasurePatch::default()
        }
    }
}

/// Takes a measure apart: it becomes replaced by new ones that have its status, its approval and its dates.
///
/// # Errors
/// `stale`, `consolidation_over`, `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn split(
    app: &App,
    by: By<'_>,
    target: OneMeasure<'_>,
    input: &SplitInput,
    key: Option<&str>,
) -> Result<Answer<MeasureView>> {
    let patches: Vec<MeasurePatch> = input.parts.iter().map(PartInput::patch).collect();
    check(input, &patches)?;
    consolidate(
        app,
        by,
        "split_measure",
        target,
        input,
        key,
        |db, case, whole| {
            let before = whole.state()?;
            let reference = &whole.row.measure.reference;
            may_end(&before).map_err(|refusal| refused(refusal, reference, reference))?;
            let states: Vec<State> = patches
                .iter()
                .map(|patch| patch.applied_to(&before))
                .collect();
            let faults = faults_of_parts(&before, &states);
            if !faults.is_empty() {
                return Err(faults.into());
            }
            let mut parts = Vec::with_capacity(states.len());
            for (index, state) in states.iter().enumerate() {
                let part = add(db, case, &whole, &before, state);
                let at = |pointer: &str| format!("/parts/{index}{pointer}");
                parts.push(part.map_err(|error| placed(error, at))?);
            }
            let ids: Vec<&str> = parts.iter().map(|part| names(part).0).collect();
            case.carry_allocations(db, &[&whole.row.measure.id], &ids)?;
            case.retire(db, whole.clone(), &before)?;
            let olds = [names(&whole)];
            let successors: Vec<(&str, &str)> = parts.iter().map(names).collect();
            let redirected = case.redirect(db, &olds, &successors);
            redirected.map_err(|error| placed(error, |_| "/parts".to_owned()))?;
            case.record(db, &olds, &successors)
        },
    )
}

fn check(input: &SplitInput, patches: &[MeasurePatch]) -> Result<()> {
    let mut faults = Faults::new();
    if !(2..=MAX_PARTS).contains(&patches.len()) {
        let fault = Fault::new("/parts", FaultCode::OutOfRange);
        faults.push(fault.arg("min", 2).arg("max", MAX_PARTS));
    }
    faults.text("/reason", &input.reason, 1, 2000);
    for (index, patch) in patches.iter().enumerate().take(MAX_PARTS) {
        for mut fault in patch.check().err().into_iter().flatten() {
            fault.pointer = format!("/parts/{index}{}", fault.pointer);
            faults.push(fault);
        }
    }
    faults.finish()?;
    Ok(())
}

/// Adds a part: the whole with another id, and what parts it from the whole. People whose accounts were closed since stay
/// what they were, for nobody looks up a name that does not change.
fn add(
    db: &mut Db,
    case: &mut Case<'_, '_>,
    whole: &Dossier,
    before: &State,
    after: &State,
) -> Result<Dossier> {
    let (scope, now) = (case.writing.scope, case.writing.now);
    let mut part = whole.clone();
    let year = berlin_day(now).year();
    let measure = &mut part.row.measure;
    (measure.reference, measure.reference_seq) =
        measures::next_reference(db, &scope.institution.id, year)?;
    (measure.id, measure.version) = (new_id(now), 1);
    (measure.created_at, measure.updated_at) = (stored(now), stored(now));
    part.details.measure_id.clone_from(&measure.id);
    let mut changed = changes(before, after)?;
    for name in OWN_ROWS {
        changed.entry(name).or_insert(Value::Null);
    }
    let writing = &mut case.writing;
    writing.store(db, Kind::New, &mut part, before, after, &changed)?;
    let (id, whole_id) = (&part.row.measure.id, &whole.row.measure.id);
    measures::carry_provenance(db, whole_id, id)?;
    case.succeed(db, whole_id, id)?;
    case.touch(id, None);
    Ok(part)
}
