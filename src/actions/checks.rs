//! The Grundschutz check (DOMAIN §2.4): listing, reading, making, making anew, approving.

mod assess;
mod view;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::idempotent::{Answer, Request};
use super::{By, Entry, Scope, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::Faults;
use crate::domain::requirement_check::Assessment;
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::requirement_checks::{self, After, Filter, Sight};
use crate::store::types::stored;
use assess::{Subject, assess, unassessed};

pub use view::{CheckView, FulfillingMeasure};

/// A new check.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// Requirement, with the key of another catalogue than the one that comes along before it; never changes.
    #[schema(example = "SYS.3.2.2.A1")]
    pub requirement: String,
    /// Key of the target object, or of the group that stands for like ones; left out, it is the whole information
    /// domain. Never changes.
    #[serde(default)]
    #[schema(example = "S-017")]
    pub target_object: Option<String>,
    /// What was found.
    pub assessment: Assessment,
}

/// A page of checks.
#[derive(Debug)]
pub struct Page {
    /// The checks.
    pub items: Vec<CheckView>,
    /// Where the next page starts, if there is one.
    pub next: Option<After>,
}

/// A page of the checks that the caller may see.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    filter: &Filter,
    after: Option<&After>,
    limit: usize,
) -> Result<Page> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let sight = sight(app, &scope)?;
        // One more than asked for tells whether there is a next page.
        let rows = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        let mut found = requirement_checks::page(db, &sight, filter, today, after, rows)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(After::from);
        let items = view::views(db, app, &scope, found, today)?;
        Ok(Page { items, next })
    })
}

/// One check.
///
/// # Errors
/// `not_found` (also for what the caller may not see), `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<CheckView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        shown(db, app, &scope, now, id)
    })
}

/// Checks a requirement for the first time.
///
/// # Errors
/// `invalid`, `not_a_reason_to_dispense`, `elevated_out_of_scope`, `already_exists`, `not_found`, `forbidden`,
/// `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &CheckInput,
    key: Option<&str>,
) -> Result<Answer<CheckView>> {
    let mut faults = Faults::new();
    faults.text("/requirement", &input.requirement, 1, 200);
    faults.optional_text("/target_object", input.target_object.as_deref(), 100);
    let today = berlin_day(app.clock.now());
    input
        .assessment
        .check_form(&mut faults, "/assessment", today);
    faults.finish()?;
    let target = format!("create_check {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::CheckWrite, &Resource::Institution)?;
            request.once(db, now, &scope, input, |db| {
                let (check, requirement) = unassessed(db, &scope, now, input)?;
                let subject = Subject {
                    check: &check,
                    requirement: &requirement,
                    target_object: input.target_object.as_deref(),
                    before: None,
                };
                let (check, found) = assess(
                    db,
                    app,
                    &scope,
                    now,
                    &subject,
                    &input.assessment,
                    "/assessment",
                )?;
                requirement_checks::insert(db, &check)?;
                record(db, &scope, now, &subject, &found)?;
                shown(db, app, &scope, now, &check.id)
            })
        })
    })
}

/// Checks a requirement anew, over the version that the caller has seen. What was found before is replaced as a whole.
///
/// # Errors
/// `stale`, `invalid`, `not_a_reason_to_dispense`, `elevated_out_of_scope`, `not_found`, `forbidden`, `session_ended`
pub fn replace(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    assessment: &Assessment,
) -> Result<CheckView> {
    let now = app.clock.now();
    let mut faults = Faults::new();
    assessment.check_form(&mut faults, "", berlin_day(now));
    faults.finish()?;
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::CheckWrite, &Resource::Institution)?;
        let row = requirement_checks::get(db, &sight(app, &scope)?, id)?;
        versions::require(seen, row.check.version)?;
        let before = view::assessment(db, &row)?;
        let subject = Subject {
            check: &row.check,
            requirement: &row.requirement,
            target_object: row.target_object.as_deref(),
            before: Some(&before),
        };
        let (mut after, found) = assess(db, app, &scope, now, &subject, assessment, "")?;
        if found != before {
            requirement_checks::replace(db, now, &mut after)?;
            record(db, &scope, now, &subject, &found)?;
        }
        shown(db, app, &scope, now, id)
    })
}

/// Approves, as the management, that a basic requirement is dispensable (DOMAIN MET-5): before that it does not count.
///
/// # Errors
/// `stale`, `nothing_to_approve`, `not_found`, `forbidden`, `session_ended`
pub fn approve_dispensable(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
) -> Result<CheckView> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = requirement_checks::get(db, &sight(app, &scope)?, id)?;
        let people = [&row.check.approved_by, &row.check.assessor_id];
        let requested_by: Vec<&str> = people.into_iter().flatten().map(String::as_str).collect();
        let resource = Resource::Check { requested_by: &requested_by };
        scope.require(app, Action::CheckApproveDispensable, &resource)?;
        versions::require(seen, row.check.version)?;
        if !view::facts(&row, false).awaits_second_approval() {
            return Err(Error::new(Code::NothingToApprove));
        }
        let mut check = row.check.clone();
        check.second_approved_by = Some(scope.person()?.id.clone());
        check.second_approved_at = Some(stored(now));
        requirement_checks::replace(db, now, &mut check)?;
        let entry = Entry {
            action: Action::CheckApproveDispensable,
            entity_kind: "requirement_check",
            entity_id: &check.id,
            reason: None,
            details: json!({ "requirement": view::reference(&row.requirement), "target_object": row.target_object }),
        };
        scope.record(db, now, &entry)?;
        shown(db, app, &scope, now, id)
    })
}

/// What the caller sees; whoever would see nothing, whatever there is, is told so.
fn sight<'a>(app: &App, scope: &'a Scope) -> Result<Sight<'a>> {
    let person = scope.person()?;
    let visibility = app.policy.check_visibility(person);
    if !visibility.all && !visibility.own && visibility.units.is_empty() {
        return Err(Error::with(Code::Forbidden, "action", Action::CheckRead));
    }
    Ok(Sight {
        institution_id: &scope.institution.id,
        user_id: &person.id,
        visibility,
    })
}

fn shown(db: &mut Db, app: &App, scope: &Scope, now: DateTime<Utc>, id: &str) -> Result<CheckView> {
    let row = requirement_checks::get(db, &sight(app, scope)?, id)?;
    let mut views = view::views(db, app, scope, vec![row], berlin_day(now))?;
    views.pop().ok_or_else(|| Error::bug("no view"))
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    subject: &Subject<'_>,
    found: &Assessment,
) -> Result<()> {
    let entry = Entry {
        action: Action::CheckWrite,
        entity_kind: "requirement_check",
        entity_id: &subject.check.id,
        reason: None,
        details: json!({
            "requirement": view::reference(subject.requirement), "target_object": subject.target_object,
            "changes": versions::changes(subject.before, found)?,
        }),
    };
    scope.record(db, now, &entry)
}
