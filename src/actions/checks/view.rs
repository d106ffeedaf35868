//! Checks as the outside sees them: what was found, and what follows from it now.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::Scope;
use crate::actions::measures::view::{OwnerView, etag};
use crate::app::App;
use crate::domain::access::Visibility;
use crate::domain::catalogue::{self, Level};
use crate::domain::measure::Status;
use crate::domain::requirement_check::{
    Assessment, CheckStatus, Dispensable, Facts, Findings, RiskReview, works_on_it,
};
use crate::error::Result;
use crate::store::Db;
use crate::store::requirement_checks::{self, Named, Requirement, Row};
use crate::store::types::from_json;
use crate::store::users::{self, Account};

/// The check of a requirement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// Id.
    pub id: String,
    /// Requirement.
    #[schema(example = "SYS.3.2.2.A1")]
    pub requirement: String,
    /// Title of the requirement.
    pub title: String,
    /// Module of the requirement.
    #[schema(example = "SYS.3.2.2")]
    pub module: String,
    /// Level of the requirement.
    pub level: Level,
    /// Key of the target object; none: the whole information domain.
    #[schema(example = "S-017")]
    pub target_object: Option<String>,
    /// What was found.
    pub assessment: Assessment,
    /// The status that counts now: "no" for dispensable whose substitute is not verified, or that waits for the
    /// management.
    pub effective_status: CheckStatus,
    /// What somebody should look at.
    pub findings: Findings,
    /// Measures that fulfil the requirement there, as far as the caller may see them.
    pub measures: Vec<FulfillingMeasure>,
    /// The ISB who says that the requirement is dispensable.
    pub approved_by: Option<OwnerView>,
    /// Since when.
    pub approved_at: Option<DateTime<Utc>>,
    /// The management that approved it; needed for a basic requirement.
    pub second_approved_by: Option<OwnerView>,
    /// When.
    pub second_approved_at: Option<DateTime<Utc>>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// A measure that fulfils a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FulfillingMeasure {
    /// Reference.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// Where it stands.
    pub status: Status,
}

impl CheckView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

/// The reference of a requirement.
pub(super) fn reference(requirement: &Requirement) -> String {
    catalogue::reference(&requirement.catalogue.1, &requirement.id)
}

/// What decides which status counts.
pub(super) fn facts(row: &Row, open_measure: bool) -> Facts {
    Facts {
        status: row.check.status,
        level: row.requirement.level,
        substitute: row.substitute.as_ref().map(|substitute| substitute.status),
        second_approval: row.check.second_approved_at.is_some(),
        open_measure,
        checked_on: row.check.checked_on,
    }
}

/// What was found, in the words in which it was sent.
pub(super) fn assessment(db: &mut Db, row: &Row) -> Result<Assessment> {
    let ids: Vec<&str> = row.check.assessor_id.iter().map(String::as_str).collect();
    found(row, &users::accounts(db, &ids)?, row.substitute.as_ref())
}

fn found(
    row: &Row,
    accounts: &HashMap<String, Account>,
    substitute: Option<&Named>,
) -> Result<Assessment> {
    let check = &row.check;
    let threats = from_json(&check.threats)?;
    let assessor = check.assessor_id.as_ref().and_then(|id| accounts.get(id));
    Ok(Assessment {
        status: check.status,
        description: check.description.clone(),
        missing: check.missing.clone(),
        reason: check.reason.clone(),
        dispensable: check.dispensable_kind.map(|kind| Dispensable {
            kind,
            measure: substitute.map(|measure| measure.reference.clone()),
            threats,
        }),
        risk_review: check.risk_review.map(|reason| RiskReview {
            reason,
            until: check.risk_review_until,
        }),
        evidence: from_json(&check.evidence)?,
        assessor: assessor.map(|account| account.email.clone()),
        interviewee: check.interviewee.clone(),
        checked_on: check.checked_on,
    })
}

/// Checks as the caller sees them, in a number of statements that does not depend on how many they are.
pub(super) fn views(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    rows: Vec<Row>,
    today: NaiveDate,
) -> Result<Vec<CheckView>> {
    let person = scope.person()?;
    let classes = app.policy.visibility(person);
    let people = rows.iter().flat_map(|row| {
        let check = &row.check;
        [
            &check.assessor_id,
            &check.approved_by,
            &check.second_approved_by,
        ]
    });
    let people: BTreeSet<&str> = people.flatten().map(String::as_str).collect();
    let accounts = users::accounts(db, &people.into_iter().collect::<Vec<_>>())?;
    let requirements: BTreeSet<&str> = rows
        .iter()
        .map(|row| row.check.requirement_id.as_str())
        .collect();
    let requirements: Vec<&str> = requirements.into_iter().collect();
    let fulfilling = requirement_checks::fulfilling(db, &scope.institution.id, &requirements)?;
    let account = |id: &Option<String>| accounts.get(id.as_ref()?).map(OwnerView::from);
    let views = rows.iter().map(|row| {
        let check = &row.check;
        let here = || {
            fulfilling
                .iter()
                .filter(|f| f.concerns(check))
                .map(|f| &f.measure)
        };
        let open_measure = here().any(|measure| works_on_it(measure.status));
        let (effective_status, findings) = facts(row, open_measure).judge(today);
        let seen = here().filter(|measure| sees(&classes, &person.id, measure));
        let mut measures: Vec<FulfillingMeasure> = seen
            .map(|measure| FulfillingMeasure {
                reference: measure.reference.clone(),
                status: measure.status,
            })
            .collect();
        // One with several target objects comes once for each, one after the other.
        measures.dedup();
        let substitute = row.substitute.as_ref();
        let substitute = substitute.filter(|measure| sees(&classes, &person.id, measure));
        Ok(CheckView {
            id: check.id.clone(),
            requirement: reference(&row.requirement),
            title: row.requirement.title.clone(),
            module: row.requirement.module_id.clone(),
            level: row.requirement.level,
            target_object: row.target_object.clone(),
            assessment: found(row, &accounts, substitute)?,
            effective_status,
            findings,
            measures,
            approved_by: account(&check.approved_by),
            approved_at: check.approved_at.map(|at| at.and_utc()),
            second_approved_by: account(&check.second_approved_by),
            second_approved_at: check.second_approved_at.map(|at| at.and_utc()),
            version: check.version,
            created_at: check.created_at.and_utc(),
            updated_at: check.updated_at.and_utc(),
        })
    });
    views.collect()
}

/// Whether somebody may know of a measure.
fn sees(classes: &Visibility, user_id: &str, measure: &Named) -> bool {
    let class = &measure.confidentiality;
    let people = [&measure.owner_id, &measure.deputy_id, &measure.verifier_id];
    let concerned = people.into_iter().flatten().any(|id| id == user_id);
    classes.all.contains(class) || (concerned && classes.own.contains(class))
}
