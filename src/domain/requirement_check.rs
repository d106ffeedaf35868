//! The Grundschutz check: how far a requirement is met at a target object or in the whole information domain, what each
//! status must carry, and which status counts (DOMAIN §2.4).

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::Level;
use super::fault::{Fault, FaultCode, Faults};
use super::measure::Status;
use super::text_enum;

mod grounds;

pub use grounds::{Found, refused_grounds};

text_enum! {
    /// How far a requirement is met.
    CheckStatus {
        /// Unbearbeitet: counts as not met.
        Unassessed = "unassessed",
        /// Ja: completely, effectively and appropriately met.
        Yes = "yes",
        /// Teilweise.
        Partial = "partial",
        /// Nein.
        No = "no",
        /// Entbehrlich.
        Dispensable = "dispensable",
    }
}

text_enum! {
    /// Why a requirement need not be met; there is no third reason.
    DispensableKind {
        /// Another measure counters its threats at least as well.
        Substitute = "substitute",
        /// It has no bearing on what the target object is for.
        NotRelevant = "not_relevant",
    }
}

text_enum! {
    /// What makes nothing dispensable, but may be weighed as a risk (DOMAIN MET-3).
    Ground {
        /// Kosten.
        Cost = "cost",
        /// Fehlendes Personal.
        Staff = "staff",
        /// Kurze Restlaufzeit.
        RemainingLife = "remaining_life",
    }
}

/// Why a requirement need not be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckDispensable)]
pub struct Dispensable {
    /// Which of the two reasons.
    pub kind: DispensableKind,
    /// Reference of the measure that counters the threats instead; of a substitute. It counts while it is verified.
    #[serde(default)]
    #[schema(example = "M-2022-0007")]
    pub measure: Option<String>,
    /// Elementary threats that it counters: all that the requirement does, where the catalogue has them.
    #[serde(default)]
    #[schema(example = json!(["G 0.18", "G 0.29"]))]
    pub threats: Vec<String>,
}

/// That the risk of what is not met is to be looked at (DOMAIN MET-3): the way for what cost, staff or a short remaining
/// life stand against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckRiskReview)]
pub struct RiskReview {
    /// What stands against meeting it.
    pub reason: Ground,
    /// Last day on which the target object is in use; needed for `remaining_life`.
    #[serde(default)]
    #[schema(example = "2023-01-31")]
    pub until: Option<NaiveDate>,
}

/// What an assessor found. It is made and replaced as a whole: reasons of one status say nothing about another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckAssessment)]
pub struct Assessment {
    /// How far the requirement is met.
    pub status: CheckStatus,
    /// What is met, and how; for yes and partial.
    #[serde(default)]
    #[schema(example = "Richtlinie liegt vor und ist bekannt gemacht")]
    pub description: Option<String>,
    /// What is missing; for partial.
    #[serde(default)]
    pub missing: Option<String>,
    /// Why it is not met, or need not be; for no and dispensable.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why it need not be met; for dispensable.
    #[serde(default)]
    pub dispensable: Option<Dispensable>,
    /// That the risk is to be looked at; for partial and no of a requirement that is not basic.
    #[serde(default)]
    pub risk_review: Option<RiskReview>,
    /// Where the evidence lies, at most 20; for yes at least one.
    #[serde(default)]
    #[schema(example = json!(["DMS 2022/4711"]))]
    pub evidence: Vec<String>,
    /// Address of whoever assessed it; whoever writes, if left out.
    #[serde(default)]
    #[schema(example = "isb@offenburg.example")]
    pub assessor: Option<String>,
    /// Whoever was asked; for yes.
    #[serde(default)]
    #[schema(example = "Leitung Serverbetrieb")]
    pub interviewee: Option<String>,
    /// When it was assessed; today, if left out.
    #[serde(default)]
    #[schema(example = "2022-10-14")]
    pub checked_on: Option<NaiveDate>,
}

/// Why an assessment cannot stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Dispensable for cost, staff or a short remaining life (DOMAIN MET-3): what was found in the reason.
    NotAReason(Vec<Found>),
    /// Dispensable where the requirement is not in scope in the first place (DOMAIN MET-7).
    Elevated,
    /// These places are at fault.
    Invalid(Vec<Fault>),
}

/// Most references to evidence.
const MOST_EVIDENCE: usize = 20;
/// Most threats that a substitute names; there are 47.
const MOST_THREATS: usize = 100;
/// Longest text, in characters.
const LONGEST: usize = 4000;

impl Assessment {
    /// Texts without blanks around them, empty ones left out; of a status that says nothing, nobody and no day.
    #[must_use]
    pub fn tidy(&self, writer: &str, today: NaiveDate) -> Assessment {
        let words = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let assessed = self.status != CheckStatus::Unassessed;
        let assessor = words(&self.assessor).or_else(|| assessed.then(|| writer.to_owned()));
        Assessment {
            description: words(&self.description),
            missing: words(&self.missing),
            reason: words(&self.reason),
            evidence: self.evidence.iter().map(|e| e.trim().to_owned()).collect(),
            interviewee: words(&self.interviewee),
            assessor,
            checked_on: self.checked_on.or_else(|| assessed.then_some(today)),
            ..self.clone()
        }
    }

    /// Checks what can be said without the catalogue: lengths, characters, days. Pointers start with `at`.
    pub fn check_form(&self, faults: &mut Faults, at: &str, today: NaiveDate) {
        for (name, text) in [
            ("description", &self.description),
            ("missing", &self.missing),
            ("reason", &self.reason),
        ] {
            faults.optional_text(&format!("{at}/{name}"), text.as_deref(), LONGEST);
        }
        for (name, text) in [
            ("assessor", &self.assessor),
            ("interviewee", &self.interviewee),
        ] {
            faults.optional_text(&format!("{at}/{name}"), text.as_deref(), 300);
        }
        let list = |faults: &mut Faults, name: &str, list: &[String], most: usize, long: usize| {
            if list.len() > most {
                faults
                    .push(Fault::new(format!("{at}/{name}"), FaultCode::TooMany).arg("max", most));
            }
            for (index, text) in list.iter().enumerate() {
                faults.text(&format!("{at}/{name}/{index}"), text, 1, long);
            }
        };
        list(faults, "evidence", &self.evidence, MOST_EVIDENCE, 300);
        if let Some(dispensable) = &self.dispensable {
            let threats = &dispensable.threats;
            list(faults, "dispensable/threats", threats, MOST_THREATS, 20);
            let measure = dispensable.measure.as_deref();
            faults.optional_text(&format!("{at}/dispensable/measure"), measure, 100);
        }
        let mut within = |name: &str, day: Option<NaiveDate>, first: NaiveDate, last: NaiveDate| {
            if day.is_some_and(|day| !(first..=last).contains(&day)) {
                let fault = Fault::new(format!("{at}/{name}"), FaultCode::OutOfRange);
                faults.push(fault.arg("min", first).arg("max", last));
            }
        };
        within("checked_on", self.checked_on, FIRST_DAY, today);
        let until = self.risk_review.and_then(|review| review.until);
        within("risk_review/until", until, today, LAST_DAY);
    }

    /// Checks what the status must carry for a requirement of a level, and what says nothing there (DOMAIN §2.4). Of a
    /// tidy assessment whose form is good; pointers start with `at`.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn check(&self, level: Level, at: &str) -> Result<(), Refusal> {
        use CheckStatus::{Dispensable, No, Partial, Yes};
        if self.status == Dispensable {
            if level == Level::Elevated {
                return Err(Refusal::Elevated);
            }
            let found = refused_grounds(self.reason.as_deref().unwrap_or_default());
            if !found.is_empty() {
                return Err(Refusal::NotAReason(found));
            }
        }
        // The risk of a basic requirement cannot be borne, so there is nothing to look at (DOMAIN MET-5).
        let reviewed: &[CheckStatus] = if level == Level::Basic {
            &[]
        } else {
            &[Partial, No]
        };
        let assessed: &[CheckStatus] = &[Yes, Partial, No, Dispensable];
        // Name, whether it is there, where it is needed, where it may stand.
        let fields: [(&str, bool, &[CheckStatus], &[CheckStatus]); 9] = [
            (
                "description",
                self.description.is_some(),
                &[Yes, Partial],
                &[Yes, Partial, No],
            ),
            (
                "missing",
                self.missing.is_some(),
                &[Partial],
                &[Partial, No],
            ),
            (
                "reason",
                self.reason.is_some(),
                &[No, Dispensable],
                &[Partial, No, Dispensable],
            ),
            (
                "dispensable",
                self.dispensable.is_some(),
                &[Dispensable],
                &[Dispensable],
            ),
            ("risk_review", self.risk_review.is_some(), &[], reviewed),
            ("evidence", !self.evidence.is_empty(), &[Yes], assessed),
            ("interviewee", self.interviewee.is_some(), &[Yes], assessed),
            ("assessor", self.assessor.is_some(), assessed, assessed),
            ("checked_on", self.checked_on.is_some(), assessed, assessed),
        ];
        let mut faults = Vec::new();
        for (name, given, needed, allowed) in fields {
            if !given && needed.contains(&self.status) {
                faults.push(required(format!("{at}/{name}")));
            } else if given && !allowed.contains(&self.status) {
                faults.push(Fault::new(format!("{at}/{name}"), FaultCode::Inconsistent));
            }
        }
        if let Some(dispensable) = &self.dispensable {
            let substitute = dispensable.kind == DispensableKind::Substitute;
            let measure = format!("{at}/dispensable/measure");
            match &dispensable.measure {
                None if substitute => faults.push(required(measure)),
                Some(_) if !substitute => faults.push(Fault::new(measure, FaultCode::Inconsistent)),
                _ => {}
            }
            if !substitute && !dispensable.threats.is_empty() {
                let at = format!("{at}/dispensable/threats");
                faults.push(Fault::new(at, FaultCode::Inconsistent));
            }
        }
        if let Some(RiskReview {
            reason: Ground::RemainingLife,
            until: None,
        }) = self.risk_review
        {
            faults.push(required(format!("{at}/risk_review/until")));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(faults))
        }
    }
}

fn required(pointer: String) -> Fault {
    Fault::new(pointer, FaultCode::Required).arg("min", 1)
}

const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2199, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Checks that a substitute goes into every elementary threat that the requirement counters (DOMAIN §2.4, MET-4). Where
/// the catalogue names none, there is nothing to go into, and the words of the reason have to do.
pub fn check_threats(faults: &mut Faults, at: &str, of_requirement: &[String], named: &[String]) {
    for (index, threat) in named.iter().enumerate() {
        if !of_requirement.contains(threat) {
            let fault = Fault::new(format!("{at}/{index}"), FaultCode::UnknownReference);
            faults.push(fault.arg("value", threat));
        }
    }
    for threat in of_requirement
        .iter()
        .filter(|threat| !named.contains(threat))
    {
        faults.push(Fault::new(at, FaultCode::NotAddressed).arg("value", threat));
    }
}

/// Checks older than this day are no longer good (DOMAIN §6.1, question 5: twelve months).
#[must_use]
pub fn stale_before(today: NaiveDate) -> NaiveDate {
    today - Months::new(12)
}

/// Whether a measure still works on what is not met (DOMAIN §2.1): the work is not checked, and nobody gave it up.
#[must_use]
pub const fn works_on_it(status: Status) -> bool {
    status.runs() || matches!(status, Status::Proposed | Status::Implemented)
}

/// What decides which status counts.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// As it was assessed.
    pub status: CheckStatus,
    /// Level of the requirement.
    pub level: Level,
    /// Where the substitute stands, if there is one.
    pub substitute: Option<Status>,
    /// The management approved it.
    pub second_approval: bool,
    /// A measure that fulfils the requirement here still works on it.
    pub open_measure: bool,
    /// When it was assessed.
    pub checked_on: Option<NaiveDate>,
}

/// What somebody should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CheckFindings)]
pub struct Findings {
    /// Not met, or only in part, and no measure works on it. A basic requirement always needs one; others need one or a
    /// decision on the risk, which is not kept here yet.
    pub open_without_measure: bool,
    /// Dispensable for a substitute that is not verified: it does not count.
    pub substitute_not_verified: bool,
    /// Dispensable and basic, and the management has not approved it: it does not count.
    pub approval_pending: bool,
    /// Assessed more than twelve months ago.
    pub stale: bool,
}

impl Facts {
    /// The status that counts, and what is to be looked at. Derived whenever it is read, so that a substitute that is
    /// reopened takes the requirement with it at once (DOMAIN §2.4, T6).
    #[must_use]
    pub fn judge(&self, today: NaiveDate) -> (CheckStatus, Findings) {
        let dispensable = self.status == CheckStatus::Dispensable;
        let substitute_not_verified = dispensable
            && self
                .substitute
                .is_some_and(|status| status != Status::Verified);
        let approval_pending = self.awaits_second_approval();
        let effective = if substitute_not_verified || approval_pending {
            CheckStatus::No
        } else {
            self.status
        };
        let open = matches!(effective, CheckStatus::Partial | CheckStatus::No);
        let findings = Findings {
            open_without_measure: open && !self.open_measure,
            substitute_not_verified,
            approval_pending,
            stale: self.checked_on.is_some_and(|day| day < stale_before(today)),
        };
        (effective, findings)
    }

    /// Whether the management has still to approve that a basic requirement is dispensable (DOMAIN MET-5, ROL-8).
    #[must_use]
    pub fn awaits_second_approval(&self) -> bool {
        let dispensable = self.status == CheckStatus::Dispensable;
        dispensable && self.level == Level::Basic && !self.second_approval
    }
}

#[cfg(test)]
mod tests;
