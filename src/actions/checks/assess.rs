//! What an assessor found: judged by the rules, and turned into what is stored.

use chrono::{DateTime, Utc};

use super::CheckInput;
use crate::actions::{Scope, measures as of_measures};
use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::requirement_check::{
    Assessment, CheckStatus, Dispensable, Refusal, check_threats,
};
use crate::error::{Code, Error, Result};
use crate::store::catalogues::texts;
use crate::store::requirement_checks::{self, Requirement, RequirementCheck};
use crate::store::types::{stored, to_json};
use crate::store::{Db, measures, new_id, target_objects, users};

/// The check that an input asks for, before anything was found.
pub(super) fn unassessed(
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
pub(super) struct Subject<'a> {
    /// The check as it stands.
    pub check: &'a RequirementCheck,
    /// What is checked.
    pub requirement: &'a Requirement,
    /// Key of the target object.
    pub target_object: Option<&'a str>,
    /// What was found before.
    pub before: Option<&'a Assessment>,
}

/// Judges what was found and brings the check in line with it.
pub(super) fn assess(
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
    let dispensable = found.dispensable.as_ref();
    let substitute = dispensable.filter(|dispensable| dispensable.measure.is_some());
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
        dispensable_kind: dispensable.map(|dispensable| dispensable.kind),
        substitute_measure_id,
        threats: to_json(&dispensable.map_or(&[][..], |dispensable| &dispensable.threats))?,
        risk_review: found.risk_review.map(|review| review.reason),
        risk_review_until: found.risk_review.and_then(|review| review.until),
        assessor_id,
        interviewee: found.interviewee.clone(),
        checked_on: found.checked_on,
        ..(*check).clone()
    };
    // What was approved are these words, by somebody who did not assess it; all else has to be approved again.
    let same = |before: &Assessment| {
        before.reason == found.reason && before.dispensable == found.dispensable
    };
    let own = after.second_approved_by.is_some() && after.second_approved_by == after.assessor_id;
    if dispensable.is_none() || own || !before.is_some_and(same) {
        let by_isb = dispensable.map(|_| (writer, stored(now)));
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
