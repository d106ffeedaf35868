//! New measures.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::view::MeasureView;
use super::{By, Scope, assignable, facts, stored_links, view};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::app::App;
use crate::domain::access::{Action, MeasureFacts, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::{Confidentiality, Origin, Precision, Relevance, Status};
use crate::domain::programme_file::{MAX_LINKS, check_due, check_links};
use crate::error::{Code, Result};
use crate::store::measures::{Measure, UNDATED};
use crate::store::types::stored;
use crate::store::{Db, catalogues, measures, new_id, programmes};

/// When a measure is to be done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DueInput {
    /// Last day of the period.
    #[schema(example = "2022-12-31")]
    pub day: NaiveDate,
    /// How exactly it is known; a day if left out.
    #[serde(default = "to_the_day")]
    pub precision: Precision,
    /// In the words of its source.
    #[serde(default)]
    pub text: Option<String>,
}

const fn to_the_day() -> Precision {
    Precision::Day
}

/// A new measure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureInput {
    /// Title, 1 to 300 characters.
    #[schema(example = "Netzzonen im Rathaus trennen")]
    pub title: String,
    /// Title for the public, where the other one may not be.
    #[serde(default)]
    pub title_public: Option<String>,
    /// Description, at most 10,000 characters.
    #[serde(default)]
    pub description: String,
    /// What brought it about.
    pub origin: Origin,
    /// How near to information security it is; direct if left out.
    #[serde(default = "direct")]
    pub relevance: Relevance,
    /// Address of whoever is responsible.
    #[serde(default)]
    #[schema(example = "netz@offenburg.example")]
    pub owner: Option<String>,
    /// Organisational unit.
    #[serde(default)]
    pub org_unit: Option<String>,
    /// 1 (highest) to 4.
    #[schema(minimum = 1, maximum = 4, example = 2)]
    pub priority: i32,
    /// Planned start.
    #[serde(default)]
    pub start_planned: Option<NaiveDate>,
    /// When it is due.
    #[serde(default)]
    pub due: Option<DueInput>,
    /// Requirements, modules or controls that it contributes to: an id of Edition 2023, or the key of another catalogue,
    /// a colon and the id.
    #[serde(default)]
    #[schema(example = json!(["NET.1.1.A4"]))]
    pub fulfils: Vec<String>,
    /// Requirements, modules or controls that it has to observe.
    #[serde(default)]
    pub applies: Vec<String>,
    /// Confidentiality class; internal if left out.
    #[serde(default = "internal")]
    pub confidentiality: Confidentiality,
    /// Programme key.
    #[serde(default)]
    pub programme: Option<String>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

const fn direct() -> Relevance {
    Relevance::Direct
}

const fn internal() -> Confidentiality {
    Confidentiality::Internal
}

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
    check(input)?;
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
                owner: None,
                org_unit: input.org_unit.as_deref(),
                status: Status::Proposed,
                to: None,
                fulfils_basic: false,
                requested_by: &[],
            };
            scope.require(app, Action::MeasureCreate, &Resource::Measure(wanted))?;
            request.once(db, now, &scope, input, |db| {
                add(db, app, &scope, now, input)
            })
        })
    })
}

fn add(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    input: &MeasureInput,
) -> Result<MeasureView> {
    let mut measure = proposed(db, app, scope, now, input)?;
    scope.require(
        app,
        Action::MeasureCreate,
        &Resource::Measure(facts(&measure, None, false)),
    )?;
    let ids: Vec<String> = input
        .fulfils
        .iter()
        .chain(&input.applies)
        .cloned()
        .collect();
    let targets = catalogues::targets(db, &ids)?;
    let mut faults = Faults::new();
    check_links(&mut faults, "/fulfils", &input.fulfils, &targets);
    check_links(&mut faults, "/applies", &input.applies, &targets);
    faults.finish()?;
    (measure.reference, measure.reference_seq) =
        measures::next_reference(db, &scope.institution.id, berlin_day(now).year())?;
    measure.derive();
    measures::insert(db, &measure)?;
    let links = stored_links(&input.fulfils, &input.applies, &targets)?;
    measures::set_links(db, &measure.id, &links)?;
    let entry = Entry {
        action: Action::MeasureCreate,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: None,
        details: json!({ "reference": measure.reference, "input": input }),
    };
    scope.record(db, now, &entry)?;
    let row = measures::get(db, &scope.institution.id, &measure.id)?;
    view(db, app, scope, row, berlin_day(now))
}

fn check(input: &MeasureInput) -> Result<()> {
    let mut faults = Faults::new();
    faults.text("/title", &input.title, 1, 300);
    faults.optional_text("/title_public", input.title_public.as_deref(), 300);
    faults.text("/description", &input.description, 0, 10_000);
    if let Some(unit) = &input.org_unit {
        faults.text("/org_unit", unit, 1, 200);
    }
    faults.optional_text("/note", input.note.as_deref(), 2000);
    check_priority(&mut faults, input.priority);
    if let Some(day) = input.start_planned {
        faults.day("/start_planned", day);
    }
    if let Some(due) = &input.due {
        check_due(
            &mut faults,
            "/due",
            due.day,
            due.precision,
            due.text.as_deref(),
        );
    }
    for (pointer, ids) in [("/fulfils", &input.fulfils), ("/applies", &input.applies)] {
        if ids.len() > MAX_LINKS {
            faults.push(Fault::new(pointer, FaultCode::TooLong).arg("max", MAX_LINKS));
        }
    }
    faults.finish()?;
    Ok(())
}

pub(super) fn check_priority(faults: &mut Faults, priority: i32) {
    if !(1..=4).contains(&priority) {
        faults.push(
            Fault::new("/priority", FaultCode::OutOfRange)
                .arg("min", 1)
                .arg("max", 4),
        );
    }
}

fn proposed(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    input: &MeasureInput,
) -> Result<Measure> {
    let institution_id = scope.institution.id.clone();
    let owner_id = input
        .owner
        .as_ref()
        .map(|email| assignable(db, &institution_id, email))
        .transpose()?;
    let programme_id = input
        .programme
        .as_ref()
        .map(|key| programme_id(db, app, scope, key))
        .transpose()?;
    let due = input.due.as_ref();
    Ok(Measure {
        id: new_id(now),
        institution_id,
        reference: String::new(),
        reference_seq: 0,
        external_key: None,
        programme_id,
        title: input.title.trim().to_owned(),
        title_public: input.title_public.clone(),
        search_key: String::new(),
        description: input.description.clone(),
        origin: input.origin,
        relevance: input.relevance,
        owner_id,
        org_unit: input.org_unit.as_deref().map(|unit| unit.trim().to_owned()),
        status: Status::Proposed,
        status_reason: None,
        status_changed_at: stored(now),
        priority: input.priority,
        start_planned: input.start_planned,
        due_original: None,
        due_current: due.map(|due| due.day),
        due_sort: UNDATED,
        due_precision: due.map(|due| due.precision),
        due_text: due.and_then(|due| due.text.clone()),
        due_assumed: false,
        completed_on: None,
        confidentiality: input.confidentiality,
        note: input.note.clone(),
        source: None,
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
    })
}

/// Id of a programme that the caller may see; one out of sight is none.
pub(super) fn programme_id(db: &mut Db, app: &App, scope: &Scope, key: &str) -> Result<String> {
    let classes = app.policy.visibility(scope.person()?).programmes;
    match programmes::by_key(db, &scope.institution.id, key) {
        Ok(programme) if classes.contains(&programme.confidentiality) => Ok(programme.id),
        Err(error) if error.code() != Code::NotFound => Err(error),
        _ => Err(
            vec![Fault::new("/programme", FaultCode::UnknownReference).arg("value", key)].into(),
        ),
    }
}
