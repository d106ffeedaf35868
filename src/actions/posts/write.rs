//! Entering and changing posts, and their steps.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{PostDetails, PostInput, PostPatch, PostStatusInput, classes, within};
use crate::actions::idempotent::{Answer, Request};
use crate::actions::{By, Entry, Scope, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::post::{MAX_HUNDREDTHS, Status};
use crate::error::{Code, Error, Result};
use crate::store::posts::{self, Granting, Post, Row};
use crate::store::{Db, new_id, programmes, resolutions};

/// Enters a post.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &PostInput,
    key: Option<&str>,
) -> Result<Answer<PostDetails>> {
    let target = format!("create_post {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::PostWrite, &Resource::Institution)?;
            request.once(db, now, &scope, input, |db| {
                let programme = programme(db, app, &scope, &input.programme)?;
                let granting = granting(db, &scope, input.resolution.as_deref())?;
                let position = posts::next_position(db, &programme)?;
                let post = input.post(new_id(now), programme, position, granting.as_ref());
                check(&post)?;
                posts::insert(db, &post)?;
                let row = Row {
                    post,
                    programme: input.programme.clone(),
                    resolution: granting.map(|(_, granting)| granting),
                };
                let view = PostDetails::new(row, berlin_day(now))?;
                record(db, &scope, now, Action::PostWrite, None, &view, None)?;
                Ok(view)
            })
        })
    })
}

/// Changes a post over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    patch: &PostPatch,
) -> Result<PostDetails> {
    let mut faults = Faults::new();
    faults.optional_text("/reason", patch.reason.as_deref(), 2000);
    faults.finish()?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::PostWrite, &Resource::Institution)?;
        let before = posts::get(db, &within(&scope, &classes(app, &scope)?), id)?;
        versions::require(seen, before.post.version)?;
        let mut after = before.clone();
        patch.apply(&mut after.post);
        if let Some(key) = &patch.resolution {
            let granting = granting(db, &scope, key.as_deref())?;
            after.post.resolution_id = granting.as_ref().map(|(id, _)| id.clone());
            after.resolution = granting.map(|(_, granting)| granting);
        }
        check_fixed(&before.post, &after.post)?;
        check(&after.post)?;
        let reason = patch.reason.as_deref();
        store(db, &scope, now, Action::PostWrite, before, after, reason)
    })
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
    id: &str,
    seen: &str,
    input: &PostStatusInput,
    key: Option<&str>,
) -> Result<Answer<PostDetails>> {
    let mut faults = Faults::new();
    faults.optional_text("/reason", input.reason.as_deref(), 2000);
    faults.finish()?;
    let target = format!("change_post_status {institution} {id} {seen}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::PostChangeStatus, &Resource::Institution)?;
            // A repeated request has seen a version that its first one has left behind.
            request.once(db, now, &scope, input, |db| {
                let before = posts::get(db, &within(&scope, &classes(app, &scope)?), id)?;
                versions::require(seen, before.post.version)?;
                let mut after = before.clone();
                input.apply(&mut after)?;
                check(&after.post)?;
                let reason = input.reason.as_deref();
                let action = Action::PostChangeStatus;
                store(db, &scope, now, action, before, after, reason)
            })
        })
    })
}

/// Id of a programme that the caller sees.
fn programme(db: &mut Db, app: &App, scope: &Scope, key: &str) -> Result<String> {
    let seen = classes(app, scope)?;
    match programmes::by_key(db, &scope.institution.id, key) {
        Ok(programme) if seen.contains(&programme.confidentiality) => Ok(programme.id),
        Err(error) if error.code() != Code::NotFound => Err(error),
        _ => Err(unknown("/programme", key)),
    }
}

/// A resolution of the institution with its id; whoever may write posts sees them all.
fn granting(db: &mut Db, scope: &Scope, key: Option<&str>) -> Result<Option<(String, Granting)>> {
    let Some(key) = key else { return Ok(None) };
    if key.contains('\0') {
        return Err(unknown("/resolution", key));
    }
    let found = resolutions::by_key(db, &scope.institution.id, key)?
        .ok_or_else(|| unknown("/resolution", key))?;
    let granting = Granting {
        key: found.key,
        outcome: found.outcome,
    };
    Ok(Some((found.id, granting)))
}

fn unknown(pointer: &str, key: &str) -> Error {
    vec![Fault::new(pointer, FaultCode::UnknownReference).arg("value", key)].into()
}

fn check(post: &Post) -> Result<()> {
    let mut faults = Faults::new();
    faults.text("/org_unit", &post.org_unit, 1, 200);
    faults.optional_text("/grade", post.grade.as_deref(), 100);
    faults.optional_text("/note", post.note.as_deref(), 2000);
    for (pointer, day) in [
        ("/starts_on", post.starts_on),
        ("/early_starts_on", post.early_starts_on),
        ("/ends_on", post.ends_on),
    ] {
        if let Some(day) = day {
            faults.day(pointer, day);
        }
    }
    let fillable = post.status.fillable(post.hundredths);
    let year = post.staffing_plan_year.unwrap_or(2000);
    for (pointer, value, min, max) in [
        ("/hundredths", post.hundredths, 1, MAX_HUNDREDTHS),
        (
            "/early_hundredths",
            post.early_hundredths,
            0,
            post.hundredths,
        ),
        (
            "/filled_hundredths",
            post.filled_hundredths,
            *fillable.start(),
            *fillable.end(),
        ),
        ("/staffing_plan_year", year, 1990, 2100),
    ] {
        if !(min..=max).contains(&value) {
            let fault = Fault::new(pointer, FaultCode::OutOfRange);
            faults.push(fault.arg("min", min).arg("max", max));
        }
    }
    if post.cost_year_cents.is_some_and(|cents| cents < 0) {
        let fault = Fault::new("/cost_year_cents", FaultCode::OutOfRange);
        faults.push(fault.arg("min", 0).arg("max", i64::MAX));
    }
    if post.status == Status::Ending && post.ends_on.is_none() {
        faults.push(Fault::new("/ends_on", FaultCode::Required));
    }
    faults.finish()?;
    Ok(())
}

/// What was granted stays as it was granted: how much of what kind, and by which resolution.
fn check_fixed(before: &Post, after: &Post) -> Result<()> {
    let mut faults = Faults::new();
    for (pointer, same) in [
        ("/kind", before.kind == after.kind),
        ("/hundredths", before.hundredths == after.hundredths),
        (
            "/early_hundredths",
            before.early_hundredths == after.early_hundredths,
        ),
        ("/resolution", before.resolution_id == after.resolution_id),
    ] {
        if !same && before.status != Status::Requested {
            faults.push(Fault::new(pointer, FaultCode::Fixed));
        }
    }
    faults.finish()?;
    Ok(())
}

/// Stores and records what differs; a change that changes nothing is none.
fn store(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    action: Action,
    before: Row,
    mut after: Row,
    reason: Option<&str>,
) -> Result<PostDetails> {
    let today = berlin_day(now);
    let before = PostDetails::new(before, today)?;
    let view = PostDetails::new(after.clone(), today)?;
    if versions::changes(Some(&before), &view)?.is_empty() {
        return Ok(before);
    }
    posts::replace(db, &mut after.post)?;
    let view = PostDetails::new(after, today)?;
    record(db, scope, now, action, Some(&before), &view, reason)?;
    Ok(view)
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    action: Action,
    before: Option<&PostDetails>,
    after: &PostDetails,
    reason: Option<&str>,
) -> Result<()> {
    let mut changes = versions::changes(before, after)?;
    // These follow from the others and from the calendar.
    changes.retain(|name, _| !["next_statuses", "vacant_since"].contains(&name.as_str()));
    let entry = Entry {
        action,
        entity_kind: "post",
        entity_id: &after.id,
        reason,
        details: json!({ "programme": after.programme, "org_unit": after.org_unit, "changes": changes }),
    };
    scope.record(db, now, &entry)
}
