//! The Grundschutz check (DOMAIN §2.4): listing, reading, making, making anew, approving.

mod view;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::idempotent::{Answer, Request};
use super::measures::view::etag;
use super::{By, Entry, Scope, differences, fields_of, measures as of_measures};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::requirement_check::{
    Assessment, CheckStatus, Dispensable, Refusal, check_threats,
};
use crate::error::{Code, Error, Result};
use crate::store::catalogues::texts;
use crate::store::requirement_checks::{self, After, Filter, Requirement, RequirementCheck, Sight};
use crate::store::types::{stored, to_json};
use crate::store::{Db, measures, new_id, target_objects, users};

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
        require_version(&row.check, seen)?;
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
        require_version(&row.check, seen)?;
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

fn require_version(check: &RequirementCheck, seen: &str) -> Result<()> {
    let current = etag(check.version);
    if seen == "*" || seen == current {
        Ok(())
    } else {
        Err(Error::with(Code::Stale, "current", current))
    }
}

/// The check that an input asks for, before anything was found.
fn unassessed(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    input: &CheckInput,
) -> Result<(RequirementCheck, Requirement)> {
    let mut faults = Faults::new();
    let requirement = requirement_checks::requirement(db, &input.requirement)?;
    let at_fault = match &requirement {
        None => Some(FaultCode::UnknownReference),
        Some(requirement) if requirement.withdrawn => Some(FaultCode::Withdrawn),
        Some(_) => None,
    };
    if let Some(code) = at_fault {
        faults.push(Fault::new("/requirement", code).arg("value", &input.requirement));
    }
    let target = match &input.target_object {
        None => None,
        Some(key) => {
            let found = target_objects::by_key(db, &scope.institution.id, key)?;
            if found.is_none() {
                let fault = Fault::new("/target_object", FaultCode::UnknownReference);
                faults.push(fault.arg("value", key));
            }
            found.map(|object| object.id)
        }
    };
    faults.finish()?;
    let requirement = requirement.ok_or_else(|| Error::bug("a checked requirement is there"))?;
    let check = RequirementCheck {
        id: new_id(now),
        institution_id: scope.institution.id.clone(),
        target_key: target.clone().unwrap_or_default(),
        target_object_id: target,
        catalogue_id: requirement.catalogue.0.clone(),
        requirement_id: requirement.id.clone(),
        status: CheckStatus::Unassessed,
        description: None,
        missing: None,
        reason: None,
        evidence: to_json::<[&str; 0]>(&[])?,
        dispensable_kind: None,
        substitute_measure_id: None,
        threats: to_json::<[&str; 0]>(&[])?,
        risk_review: None,
        risk_review_until: None,
        assessor_id: None,
        interviewee: None,
        checked_on: None,
        approved_by: None,
        approved_at: None,
        second_approved_by: None,
        second_approved_at: None,
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
    };
    Ok((check, requirement))
}

/// What is assessed.
struct Subject<'a> {
    check: &'a RequirementCheck,
    requirement: &'a Requirement,
    target_object: Option<&'a str>,
    /// What was found before.
    before: Option<&'a Assessment>,
}

/// Judges what was found and brings the check in line with it.
fn assess(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    subject: &Subject<'_>,
    input: &Assessment,
    at: &str,
) -> Result<(RequirementCheck, Assessment)> {
    let Subject {
        check,
        requirement,
        before,
        ..
    } = subject;
    let writer = scope.person()?.id.clone();
    let accounts = users::accounts(db, &[&writer])?;
    let writer_email = accounts.get(&writer).map(|account| account.email.as_str());
    let mut found = input.tidy(writer_email.unwrap_or_default(), berlin_day(now));
    found
        .check(requirement.level, at)
        .map_err(|refusal| refused(refusal, requirement, at))?;
    let mut faults = Faults::new();
    let assessor_id = assessor(db, scope, check, &mut found, &mut faults, at)?;
    let substitute = found.dispensable.as_ref();
    let substitute = substitute.filter(|dispensable| dispensable.measure.is_some());
    let substitute_measure_id = match substitute {
        Some(substitute) => measure(db, app, scope, requirement, substitute, &mut faults, at)?,
        None => None,
    };
    faults.finish()?;
    let mut after = RequirementCheck {
        status: found.status,
        description: found.description.clone(),
        missing: found.missing.clone(),
        reason: found.reason.clone(),
        evidence: to_json(&found.evidence)?,
        dispensable_kind: found
            .dispensable
            .as_ref()
            .map(|dispensable| dispensable.kind),
        substitute_measure_id,
        threats: to_json(
            found
                .dispensable
                .as_ref()
                .map_or(&Vec::new(), |dispensable| &dispensable.threats),
        )?,
        risk_review: found.risk_review.map(|review| review.reason),
        risk_review_until: found.risk_review.and_then(|review| review.until),
        assessor_id,
        interviewee: found.interviewee.clone(),
        checked_on: found.checked_on,
        ..(*check).clone()
    };
    // What was approved are these words; others have to be approved again.
    let approved = |found: &Assessment| (found.reason.clone(), found.dispensable.clone());
    if !before.is_some_and(|before| approved(before) == approved(&found))
        || found.dispensable.is_none()
    {
        let by_isb = found.dispensable.is_some().then_some((writer, stored(now)));
        (after.approved_by, after.approved_at) = by_isb.unzip();
        (after.second_approved_by, after.second_approved_at) = (None, None);
    }
    Ok((after, found))
}

/// Id of whoever assessed it: somebody of the institution, and for "yes" nobody who implemented a measure that fulfils
/// the requirement there (DOMAIN §2.4, ROL-1).
fn assessor(
    db: &mut Db,
    scope: &Scope,
    check: &RequirementCheck,
    found: &mut Assessment,
    faults: &mut Faults,
    at: &str,
) -> Result<Option<String>> {
    let Some(email) = &found.assessor else {
        return Ok(None);
    };
    let key = users::email_key(email);
    let members = users::active_members(db, &scope.institution.id)?;
    let member = members
        .into_iter()
        .find(|member| users::email_key(&member.email) == key);
    let Some(member) = member else {
        let fault = Fault::new(format!("{at}/assessor"), FaultCode::UnknownReference);
        faults.push(fault.arg("value", email));
        return Ok(None);
    };
    if found.status == CheckStatus::Yes {
        let fulfilling =
            requirement_checks::fulfilling(db, &scope.institution.id, &[&check.requirement_id])?;
        let implemented = fulfilling
            .iter()
            .filter(|f| f.concerns(check) && f.measure.status.needs_plan());
        let mut people =
            implemented.flat_map(|f| [&f.measure.owner_id, &f.measure.deputy_id, &f.reported_by]);
        if people.any(|id| id.as_deref() == Some(member.id.as_str())) {
            let fault = Fault::new(format!("{at}/assessor"), FaultCode::NotAssignable);
            faults.push(fault.arg("value", email));
        }
    }
    found.assessor = Some(member.email);
    Ok(Some(member.id))
}

/// Id of the measure that counters the threats instead; it goes into all that the requirement counters.
fn measure(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    requirement: &Requirement,
    substitute: &Dispensable,
    faults: &mut Faults,
    at: &str,
) -> Result<Option<String>> {
    let threats = texts::threats_of(db, &requirement.catalogue.0, &requirement.id)?;
    check_threats(
        faults,
        &format!("{at}/dispensable/threats"),
        &threats,
        &substitute.threats,
    );
    let reference = substitute.measure.as_deref().unwrap_or_default();
    let mut ids = measures::ids_by_reference(db, &of_measures::sight(app, scope)?, &[reference])?;
    let id = ids.remove(reference);
    if id.is_none() {
        let fault = Fault::new(
            format!("{at}/dispensable/measure"),
            FaultCode::UnknownReference,
        );
        faults.push(fault.arg("value", reference));
    }
    Ok(id)
}

fn refused(refusal: Refusal, requirement: &Requirement, at: &str) -> Error {
    match refusal {
        Refusal::NotAReason(found) => {
            let mut grounds: Vec<&str> = found.iter().map(|found| found.ground.as_str()).collect();
            grounds.dedup();
            let words: Vec<&str> = found.iter().map(|found| found.words.as_str()).collect();
            let faults = vec![Fault::new(format!("{at}/reason"), FaultCode::Inconsistent)];
            Error::with(Code::NotAReasonToDispense, "found", words.join(", "))
                .arg("grounds", grounds.join(", "))
                .arg("level", requirement.level)
                .faults(faults)
        }
        Refusal::Elevated => Error::new(Code::ElevatedOutOfScope),
        Refusal::Invalid(faults) => faults.into(),
    }
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    subject: &Subject<'_>,
    found: &Assessment,
) -> Result<()> {
    let before = subject.before.map(fields_of).transpose()?;
    let entry = Entry {
        action: Action::CheckWrite,
        entity_kind: "requirement_check",
        entity_id: &subject.check.id,
        reason: None,
        details: json!({
            "requirement": view::reference(subject.requirement), "target_object": subject.target_object,
            "changes": differences(before, fields_of(found)?),
        }),
    };
    scope.record(db, now, &entry)
}
