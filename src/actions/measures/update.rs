//! Changes of a measure's fields.

use serde_json::json;

use super::change::{Changes, Kind, Writing, changes};
use super::fields::MeasurePatch;
use super::names::Names;
use super::view::MeasureView;
use super::{By, Scope, facts, fulfils_basic, view, visible};
use crate::actions::{Entry, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure_state::State;
use crate::domain::measure_step::missing_for_approval;
use crate::error::Result;
use crate::store::measures::{Dossier, Measure};
use crate::store::{Db, measures};

/// Fields that whoever does the work keeps up to date.
const PROGRESS: &[&str] = &["progress_percent", "milestones", "accompanying"];

/// Changes a measure over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    seen: &str,
    patch: &MeasurePatch,
) -> Result<MeasureView> {
    patch.check()?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        let mut writing = Writing {
            app,
            scope: &scope,
            now,
            names: &mut Names::default(),
        };
        let id = row.measure.id.clone();
        let dossier = measures::dossier(db, row)?;
        change(db, &mut writing, dossier, patch, |measure| {
            versions::require(seen, measure.version)
        })?;
        let row = measures::get(db, &scope.institution.id, &id)?;
        view(db, app, &scope, row, berlin_day(now))
    })
}

/// Changes the fields of a measure and leaves its event; nothing where nothing differs. Tells what differs.
///
/// # Errors
/// `forbidden`, what `version` says, `invalid`
pub(super) fn change(
    db: &mut Db,
    writing: &mut Writing<'_>,
    mut dossier: Dossier,
    patch: &MeasurePatch,
    version: impl FnOnce(&Measure) -> Result<()>,
) -> Result<Changes> {
    let (app, scope, now) = (writing.app, writing.scope, writing.now);
    let before = dossier.state()?;
    let mut after = patch.applied_to(&before);
    if patch.budget_lines.is_some() {
        keep_hidden_lines(app, scope, &dossier, &mut after)?;
    }
    let changed = changes(&before, &after)?;
    let action = action_for(&changed);
    let measure = &dossier.row.measure;
    let basic = fulfils_basic(&dossier.links);
    let resource = Resource::Measure(facts(measure, None, basic));
    scope.require(app, action, &resource)?;
    if changed.contains_key("fulfils") || changed.contains_key("applies") {
        scope.require(app, Action::MeasureLink, &resource)?;
    }
    version(measure)?;
    if changed.is_empty() {
        return Ok(changed);
    }
    check_fixed(&before, &after, &changed)?;
    writing.store(db, Kind::Changed, &mut dossier, &before, &after, &changed)?;
    // Whoever may change it as it is must also be allowed to as it is going to be: no head pushes a measure into
    // somebody else's unit or out of their own sight.
    let measure = &dossier.row.measure;
    let resource = Resource::Measure(facts(measure, None, basic));
    scope.require(app, action, &resource)?;
    let entry = Entry {
        action,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: patch.reason.as_deref(),
        details: json!({ "reference": measure.reference, "changes": changed }),
    };
    scope.record(db, now, &entry)?;
    Ok(changed)
}

/// Progress may be reported by those who do the work; all other fields are the ledger's.
fn action_for(changed: &Changes) -> Action {
    let progress = |name: &String| PROGRESS.contains(&name.as_str());
    if !changed.is_empty() && changed.keys().all(progress) {
        Action::MeasureReportProgress
    } else {
        Action::MeasureUpdate
    }
}

/// Lines of programmes that the caller does not see stay, whatever list they send.
fn keep_hidden_lines(app: &App, scope: &Scope, dossier: &Dossier, after: &mut State) -> Result<()> {
    let classes = app.policy.visibility(scope.person()?).programmes;
    let hidden = dossier
        .lines
        .iter()
        .filter(|line| !classes.contains(&line.programme.1));
    let mut names: Vec<String> = hidden.map(measures::Line::name).collect();
    let given = std::mem::take(&mut after.budget_lines);
    names.extend(
        given
            .into_iter()
            .filter(|name| !names.contains(name))
            .collect::<Vec<_>>(),
    );
    names.sort();
    after.budget_lines = names;
    Ok(())
}

/// What a change may not touch in the measure's status.
fn check_fixed(before: &State, after: &State, changed: &Changes) -> Result<()> {
    let mut faults = Faults::new();
    let mut fixed = |names: &[&str], pointer: &str| {
        if names.iter().any(|name| changed.contains_key(*name)) {
            faults.push(Fault::new(pointer, FaultCode::Fixed));
        }
    };
    // DOMAIN §5.4: once approved, a due date changes by a postponement and in no other way.
    if before.due_original.is_some() {
        fixed(&["due", "due_precision", "due_text"], "/due");
    }
    if before.status.finished() {
        // Or else a checker who did the work would hand it over first and check it then (DOMAIN ROL-1).
        fixed(&["owner"], "/owner");
        fixed(&["deputy"], "/deputy");
    }
    if before.status.needs_plan() {
        // What was decided on stays known; an older measure that never had it is left alone.
        let had = missing_for_approval(before);
        let lost = missing_for_approval(after);
        for name in lost.into_iter().filter(|name| !had.contains(name)) {
            let pointer = if name == "links" { "fulfils" } else { name };
            faults.push(Fault::new(format!("/{pointer}"), FaultCode::Required));
        }
    }
    faults.finish()?;
    Ok(())
}
