//! A measure as a row of a table, and what a row changes of a measure.

use super::fields::{DueInput, MeasurePatch};
use crate::domain::measure::{Confidentiality, Cost, Precision, Status};
use crate::domain::measure_state::State;
use crate::error::Result;
use crate::sheet::{Code, Field, Given, Row, value};
use crate::store::measures::{Dossier, Line, Measure};
use crate::store::users::email_key;

/// A measure's fields without what its reader may not know: programmes of other classes than these and their lines.
pub(super) fn shown(dossier: &Dossier, programmes: &[Confidentiality]) -> Result<State> {
    let mut state = dossier.state()?;
    let seen = dossier.row.programme.as_ref();
    let seen = seen.filter(|(_, class)| programmes.contains(class));
    state.programme = seen.map(|(key, _)| key.clone());
    let lines = dossier.lines.iter();
    let lines = lines.filter(|line| programmes.contains(&line.programme.1));
    state.budget_lines = lines.map(Line::name).collect();
    Ok(state)
}

/// The row that an export has of a measure.
pub(super) fn row_of(measure: &Measure, state: State) -> Row {
    let cost = state.cost;
    Row {
        number: 0,
        reference: Some(Some(measure.reference.clone())),
        external_key: Some(state.external_key),
        title: Some(state.title),
        title_public: Some(state.title_public),
        description: Some(state.description),
        status: Some(Some(state.status)),
        priority: Some(Some(state.priority)),
        initiator: Some(state.initiator),
        initiator_role: Some(state.initiator_role),
        owner: Some(state.owner),
        deputy: Some(state.deputy),
        verifier: Some(state.verifier),
        org_unit: Some(state.org_unit),
        start_planned: Some(state.start_planned),
        due: Some(state.due),
        due_precision: Some(state.due_precision),
        due_text: Some(state.due_text),
        due_fixed_by: Some(state.due_fixed_by),
        due_original: Some(state.due_original),
        once_material_cents: Some(cost.once_material_cents),
        once_staff_tenth_days: Some(cost.once_staff_tenth_days),
        yearly_material_cents: Some(cost.yearly_material_cents),
        yearly_staff_tenth_days: Some(cost.yearly_staff_tenth_days),
        estimate_quality: Some(cost.quality),
        budget_lines: Some(state.budget_lines),
        no_budget_reason: Some(state.no_budget_reason),
        fulfils: Some(state.fulfils),
        applies: Some(state.applies),
        no_module_reason: Some(state.no_module_reason),
        target_objects: Some(state.target_objects),
        requires: Some(state.requires),
        programme: Some(state.programme),
        confidentiality: Some(Some(state.confidentiality)),
        origin: Some(Some(state.origin)),
        relevance: Some(Some(state.relevance)),
        progress_percent: Some(Some(state.progress_percent)),
        residual_risk: Some(state.residual_risk),
        needs_split: Some(state.needs_split),
        approved_on: Some(state.approved_on),
        completed_on: Some(state.completed_on),
        verified_on: Some(state.verified_on),
        note: Some(state.note),
        version: Some(Some(measure.version)),
        reason: None,
    }
}

/// What a row changes of a measure that its reader sees like this; a field that says the same in other words (blanks
/// around it, case of an address) is not among it.
pub(super) fn patch_of(row: &Row, before: &State) -> MeasurePatch {
    let title = row.title.as_ref();
    let description = row.description.as_ref();
    MeasurePatch {
        title: title
            .filter(|new| new.trim() != before.title.trim())
            .cloned(),
        title_public: text(&row.title_public, before.title_public.as_ref()),
        description: description
            .filter(|new| **new != before.description)
            .cloned(),
        external_key: name(&row.external_key, before.external_key.as_ref()),
        origin: differing(row.origin, before.origin),
        relevance: differing(row.relevance, before.relevance),
        initiator: person(&row.initiator, before.initiator.as_ref()),
        initiator_role: name(&row.initiator_role, before.initiator_role.as_ref()),
        owner: person(&row.owner, before.owner.as_ref()),
        deputy: person(&row.deputy, before.deputy.as_ref()),
        verifier: person(&row.verifier, before.verifier.as_ref()),
        org_unit: name(&row.org_unit, before.org_unit.as_ref()),
        priority: differing(row.priority, before.priority),
        start_planned: row.start_planned.filter(|new| *new != before.start_planned),
        due: due(row, before),
        due_fixed_by: row.due_fixed_by.filter(|new| *new != before.due_fixed_by),
        cost: cost(row, before.cost),
        budget_lines: list(row.budget_lines.as_ref(), &before.budget_lines),
        no_budget_reason: name(&row.no_budget_reason, before.no_budget_reason.as_ref()),
        no_module_reason: name(&row.no_module_reason, before.no_module_reason.as_ref()),
        fulfils: list(row.fulfils.as_ref(), &before.fulfils),
        applies: list(row.applies.as_ref(), &before.applies),
        target_objects: list(row.target_objects.as_ref(), &before.target_objects),
        requires: list(row.requires.as_ref(), &before.requires),
        progress_percent: differing(row.progress_percent, before.progress_percent),
        residual_risk: name(&row.residual_risk, before.residual_risk.as_ref()),
        needs_split: row.needs_split.filter(|new| *new != before.needs_split),
        confidentiality: differing(row.confidentiality, before.confidentiality),
        programme: name(&row.programme, before.programme.as_ref()),
        note: text(&row.note, before.note.as_ref()),
        reason: row.reason.clone().flatten(),
        ..MeasurePatch::default()
    }
}

/// Text that counts to the last blank; none and an empty one are the same cell.
fn text(given: &Given<String>, before: Option<&String>) -> Given<String> {
    let before = before.filter(|text| !text.is_empty());
    given.clone().filter(|new| new.as_ref() != before)
}

/// Text around which blanks do not count.
fn name(given: &Given<String>, before: Option<&String>) -> Given<String> {
    let before = before.map(|text| text.trim()).filter(|t| !t.is_empty());
    given.clone().filter(|new| new.as_deref() != before)
}

/// The address of an account, in whatever case.
fn person(given: &Given<String>, before: Option<&String>) -> Given<String> {
    let key = |email: &String| email_key(email);
    let before = before.map(key);
    given.clone().filter(|new| new.as_ref().map(key) != before)
}

/// A value that is always there; an empty cell is looked at by [`faults`].
fn differing<T: PartialEq>(given: Given<T>, before: T) -> Option<T> {
    given.flatten().filter(|new| *new != before)
}

/// A list as it comes back out of a cell.
fn list(given: Option<&Vec<String>>, before: &[String]) -> Option<Vec<String>> {
    let before = value::ids(&value::joined(before), usize::MAX).unwrap_or_default();
    given.filter(|new| **new != before).cloned()
}

/// Columns that the file does not have stay as they are.
fn cost(row: &Row, before: Cost) -> Option<Cost> {
    let after = Cost {
        once_material_cents: row
            .once_material_cents
            .unwrap_or(before.once_material_cents),
        once_staff_tenth_days: row
            .once_staff_tenth_days
            .unwrap_or(before.once_staff_tenth_days),
        yearly_material_cents: row
            .yearly_material_cents
            .unwrap_or(before.yearly_material_cents),
        yearly_staff_tenth_days: row
            .yearly_staff_tenth_days
            .unwrap_or(before.yearly_staff_tenth_days),
        quality: row.estimate_quality.unwrap_or(before.quality),
    };
    Some(after).filter(|after| *after != before)
}

/// The due date of three columns, each of which the file may lack. A day without a precision keeps the one that is
/// there; another day is meant to the day.
fn due(row: &Row, before: &State) -> Option<Option<DueInput>> {
    let day = row.due.unwrap_or(before.due);
    let text = row.due_text.clone().unwrap_or(before.due_text.clone());
    let kept = before.due_precision.filter(|_| day == before.due);
    let precision = row.due_precision.flatten().or(kept);
    let is_same = day == before.due
        && text == before.due_text
        && (precision == before.due_precision || day.is_none());
    if is_same {
        return None;
    }
    Some(day.map(|day| DueInput {
        day,
        precision: precision.unwrap_or(Precision::Day),
        text,
    }))
}

/// What a row may not say of a measure, or of a new one (`None`), whatever the rules of the ledger say.
pub(super) fn faults(row: &Row, measure: Option<&State>) -> Vec<(Field, Code)> {
    let mut found = Vec::new();
    let mut note = |field, code| found.push((field, code));
    // Cells that are empty where something has to stand; a column that is not there is missed in a new measure only.
    let is_missing = |there: Option<bool>| there.map_or(measure.is_none(), |filled| !filled);
    if measure.is_none() && row.title.is_none() {
        note(Field::Title, Code::Required);
    }
    for (field, filled) in [
        (Field::Priority, row.priority.map(|v| v.is_some())),
        (Field::Origin, row.origin.map(|v| v.is_some())),
    ] {
        if is_missing(filled) {
            note(field, Code::Required);
        }
    }
    // A new measure has a default for these.
    for (field, emptied) in [
        (Field::Relevance, row.relevance == Some(None)),
        (Field::Confidentiality, row.confidentiality == Some(None)),
        (Field::ProgressPercent, row.progress_percent == Some(None)),
    ] {
        if emptied && measure.is_some() {
            note(field, Code::Required);
        }
    }
    let was_due = measure.and_then(|state| state.due);
    if row.due.unwrap_or(was_due).is_none() {
        if row.due_precision.flatten().is_some() {
            note(Field::DuePrecision, Code::PrecisionWithoutDue);
        }
        let had = measure.and_then(|state| state.due_text.as_ref());
        if row.due_text.iter().flatten().any(|text| Some(text) != had) {
            note(Field::DueText, Code::TextWithoutDue);
        }
    }
    let status = row.status.flatten();
    match measure {
        Some(state) if status.is_some_and(|status| status != state.status) => {
            note(Field::Status, Code::StepsOnly);
        }
        None if status.is_some_and(|status| status != Status::Proposed) => {
            note(Field::Status, Code::NotProposed);
        }
        _ => {}
    }
    for (field, given, before) in [
        (
            Field::DueOriginal,
            row.due_original,
            measure.and_then(|state| state.due_original),
        ),
        (
            Field::ApprovedOn,
            row.approved_on,
            measure.and_then(|state| state.approved_on),
        ),
        (
            Field::CompletedOn,
            row.completed_on,
            measure.and_then(|state| state.completed_on),
        ),
        (
            Field::VerifiedOn,
            row.verified_on,
            measure.and_then(|state| state.verified_on),
        ),
    ] {
        if given.is_some_and(|given| given != before) {
            note(field, Code::ReadOnly);
        }
    }
    found
}

/// The column that a pointer of the API leads to.
pub(super) fn field_of(pointer: &str) -> Option<Field> {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let (first, second) = (parts.next()?, parts.next());
    Some(match (first, second) {
        ("due", Some("precision")) => Field::DuePrecision,
        ("due", Some("text")) => Field::DueText,
        ("cost", Some("once_staff_tenth_days")) => Field::OnceStaff,
        ("cost", Some("yearly_material_cents")) => Field::YearlyMaterial,
        ("cost", Some("yearly_staff_tenth_days")) => Field::YearlyStaff,
        ("cost", Some("quality")) => Field::EstimateQuality,
        ("cost", _) => Field::OnceMaterial,
        _ => first.parse().ok()?,
    })
}
