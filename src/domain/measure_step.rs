//! Steps of a measure: where they lead, what they ask for and what they change (DOMAIN §2.2, §2.3). Who may take
//! them is the policy's business.

use chrono::{Months, NaiveDate};

use super::fault::{Fault, FaultCode};
use super::measure::{Status, VerificationMethod};
use super::measure_state::State;

/// Longest time for which a measure may be deferred, and after which one that was checked is looked at again
/// unless somebody says otherwise (DOMAIN §2.3, §5.7).
const REVIEW_AFTER: Months = Months::new(12);

/// A step as somebody wants to take it.
#[derive(Debug, Clone, Default)]
pub struct Step<'a> {
    /// Where to.
    pub to: Option<Status>,
    /// Address of whoever takes it.
    pub by: &'a str,
    /// Why; for `implemented` what was done, for `verified` what was found.
    pub reason: Option<&'a str>,
    /// What holds it up; for `blocked`.
    pub blocked_by: Option<&'a str>,
    /// Until when, as far as one knows; for `blocked`.
    pub blocked_until: Option<NaiveDate>,
    /// How it was checked; for `verified`.
    pub method: Option<VerificationMethod>,
    /// When it is looked at again; for `verified` and `deferred`.
    pub review_on: Option<NaiveDate>,
    /// What stays open, and why; for `deferred` and `rejected`, unless the measure says so already.
    pub residual_risk: Option<&'a str>,
    /// Evidence is there that holds today; for `implemented`.
    pub has_evidence: bool,
}

/// Why a step may not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The status does not lead there; these it leads to.
    Illegal(&'static [Status]),
    /// These are missing, by the names of the API's fields.
    Missing(Vec<&'static str>),
    /// These do not fit.
    Invalid(Vec<Fault>),
}

/// What is missing for an approval (DOMAIN §2.2, column G): all that a plan needs so that it can be decided on. A
/// verifier is not among it, for without one the ISB checks; nor is a place in the order, which the rules give.
pub fn missing_for_approval(state: &State) -> Vec<&'static str> {
    let linked = !state.fulfils.is_empty() || !state.applies.is_empty();
    let needs = [
        ("initiator", state.initiator.is_some()),
        ("owner", state.owner.is_some()),
        ("deputy", state.deputy.is_some()),
        ("org_unit", state.org_unit.is_some()),
        ("start_planned", state.start_planned.is_some()),
        ("due", state.due.is_some()),
        ("links", linked || state.no_module_reason.is_some()),
        ("cost", state.cost.is_complete()),
        (
            "budget_lines",
            !state.budget_lines.is_empty() || state.no_budget_reason.is_some(),
        ),
    ];
    absent(&needs)
}

fn absent(needs: &[(&'static str, bool)]) -> Vec<&'static str> {
    let absent = needs.iter().filter(|(_, present)| !present);
    absent.map(|(name, _)| *name).collect()
}

/// Whether a step needs a reason in words.
const fn needs_reason(from: Status, to: Status) -> bool {
    matches!(
        to,
        Status::Blocked
            | Status::Deferred
            | Status::Rejected
            | Status::Implemented
            | Status::Verified
    ) || matches!(
        from,
        Status::Implemented | Status::Verified | Status::Deferred
    )
}

/// The measure after a step (DOMAIN §2.3).
///
/// # Errors
/// [`Refusal`] with the legal steps, with what is missing, or with what does not fit.
pub fn take(state: &State, step: &Step<'_>, today: NaiveDate) -> Result<State, Refusal> {
    let from = state.status;
    let legal = from.next();
    let to = step.to.filter(|to| legal.contains(to));
    let to = to.ok_or(Refusal::Illegal(legal))?;
    let reason = step.reason.map(str::trim).filter(|text| !text.is_empty());
    let words = |text: Option<&str>| {
        text.map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
    };
    let mut after = State {
        status: to,
        status_reason: reason.map(str::to_owned),
        residual_risk: words(step.residual_risk).or_else(|| state.residual_risk.clone()),
        blocked_by: words(step.blocked_by),
        blocked_until: step.blocked_until,
        ..state.clone()
    };
    let approves = from == Status::Proposed && to == Status::Approved;
    if approves && state.fulfils.is_empty() && state.applies.is_empty() {
        // A measure for which no module fits says so in words instead (DOMAIN §2.2, MAP-4).
        after.no_module_reason = after.no_module_reason.or_else(|| words(reason));
    }
    let missing = missing(&after, step, from, approves);
    if !missing.is_empty() {
        return Err(Refusal::Missing(missing));
    }
    let faults = faults(step, to, today);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    carry_out(&mut after, step, from, approves, today);
    Ok(after)
}

fn missing(after: &State, step: &Step<'_>, from: Status, approves: bool) -> Vec<&'static str> {
    let to = after.status;
    let mut missing = if approves {
        missing_for_approval(after)
    } else if to.needs_plan() {
        absent(&[
            ("owner", after.owner.is_some()),
            ("org_unit", after.org_unit.is_some()),
            ("due", after.due.is_some()),
        ])
    } else {
        Vec::new()
    };
    let reason = after.status_reason.is_some() || !needs_reason(from, to);
    missing.extend(absent(&[("reason", reason)]));
    missing.extend(match to {
        Status::Blocked => absent(&[
            ("blocked_by", after.blocked_by.is_some()),
            ("blocked_until", after.blocked_until.is_some()),
        ]),
        Status::Implemented => absent(&[("evidence", step.has_evidence)]),
        Status::Verified => absent(&[("method", step.method.is_some())]),
        Status::Deferred => absent(&[
            ("review_on", step.review_on.is_some()),
            ("residual_risk", after.residual_risk.is_some()),
        ]),
        Status::Rejected => absent(&[("residual_risk", after.residual_risk.is_some())]),
        Status::Proposed | Status::Approved | Status::InProgress | Status::Replaced => Vec::new(),
    });
    missing
}

fn faults(step: &Step<'_>, to: Status, today: NaiveDate) -> Vec<Fault> {
    // Whoever sends it means something by it that this step would lose.
    let idle = [
        (
            "/blocked_by",
            step.blocked_by.is_some(),
            to == Status::Blocked,
        ),
        (
            "/blocked_until",
            step.blocked_until.is_some(),
            to == Status::Blocked,
        ),
        ("/method", step.method.is_some(), to == Status::Verified),
        (
            "/review_on",
            step.review_on.is_some(),
            matches!(to, Status::Verified | Status::Deferred),
        ),
        (
            "/residual_risk",
            step.residual_risk.is_some(),
            matches!(to, Status::Deferred | Status::Rejected),
        ),
    ];
    let idle = idle.into_iter().filter(|(_, given, used)| *given && !used);
    let mut faults: Vec<Fault> = idle
        .map(|(pointer, ..)| Fault::new(pointer, FaultCode::Inconsistent))
        .collect();
    let mut within = |pointer, day: Option<NaiveDate>, first: NaiveDate, last: NaiveDate| {
        if day.is_some_and(|day| !(first..=last).contains(&day)) {
            let fault = Fault::new(pointer, FaultCode::OutOfRange);
            faults.push(fault.arg("min", first).arg("max", last));
        }
    };
    let tomorrow = today.succ_opt().unwrap_or(today);
    let last_day = NaiveDate::from_ymd_opt(2199, 12, 31).unwrap_or(NaiveDate::MAX);
    within("/blocked_until", step.blocked_until, today, last_day);
    let last_review = if to == Status::Deferred {
        today + REVIEW_AFTER
    } else {
        last_day
    };
    within("/review_on", step.review_on, tomorrow, last_review);
    faults
}

fn carry_out(after: &mut State, step: &Step<'_>, from: Status, approves: bool, today: NaiveDate) {
    let by = || Some(step.by.to_owned());
    if from == Status::Verified || after.status != Status::Verified {
        (after.verified_on, after.verified_by) = (None, None);
        (after.verification_method, after.verification_result) = (None, None);
    }
    match after.status {
        Status::Verified => {
            (after.verified_on, after.verified_by) = (Some(today), by());
            after.verification_method = step.method;
            after.verification_result.clone_from(&after.status_reason);
        }
        Status::Implemented => {
            (after.completed_on, after.reported_by) = (Some(today), by());
            after
                .implementation_description
                .clone_from(&after.status_reason);
            after.progress_percent = 100;
        }
        _ => (after.completed_on, after.reported_by) = (None, None),
    }
    after.review_on = match after.status {
        Status::Deferred => step.review_on,
        Status::Verified => step.review_on.or(Some(today + REVIEW_AFTER)),
        _ => None,
    };
    if approves {
        (after.approved_on, after.approved_by) = (Some(today), by());
        // What is current now is the original date for ever (DOMAIN §5.4).
        after.due_original = after.due_original.or(after.due);
    }
    if after.status == Status::Proposed {
        (after.approved_on, after.approved_by) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::measure::{Cost, EstimateQuality};
    use crate::domain::measure_state::tests::state;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn today() -> NaiveDate {
        day("2022-10-17")
    }

    fn complete(status: Status) -> State {
        State {
            status,
            initiator: Some("isb@offenburg.example".to_owned()),
            deputy: Some("arbeitsplatz@offenburg.example".to_owned()),
            org_unit: Some("IT".to_owned()),
            start_planned: Some(day("2022-11-01")),
            cost: Cost {
                once_material_cents: Some(0),
                once_staff_tenth_days: Some(50),
                yearly_material_cents: Some(0),
                yearly_staff_tenth_days: Some(0),
                quality: Some(EstimateQuality::Rough),
            },
            no_budget_reason: Some("Eigenleistung".to_owned()),
            residual_risk: Some("bis dahin offen".to_owned()),
            ..state()
        }
    }

    /// A step with all that it may need.
    fn step(to: Status) -> Step<'static> {
        let blocks = to == Status::Blocked;
        let reviews = matches!(to, Status::Deferred | Status::Verified);
        Step {
            to: Some(to),
            by: "wer@offenburg.example",
            reason: Some("Grund"),
            blocked_by: blocks.then_some("Lieferant"),
            blocked_until: blocks.then(|| day("2022-12-01")),
            method: (to == Status::Verified).then_some(VerificationMethod::Sample),
            review_on: reviews.then(|| day("2023-06-30")),
            residual_risk: None,
            has_evidence: true,
        }
    }

    #[test]
    fn every_step_is_legal_or_answered_with_the_legal_ones() {
        for from in Status::ALL.iter().copied() {
            for to in Status::ALL.iter().copied() {
                let result = take(&complete(from), &step(to), today());
                if from.next().contains(&to) {
                    let after =
                        result.unwrap_or_else(|refusal| panic!("{from} to {to}: {refusal:?}"));
                    assert_eq!(after.status, to);
                    assert_eq!(after.status_reason.as_deref(), Some("Grund"));
                } else {
                    assert_eq!(result, Err(Refusal::Illegal(from.next())), "{from} to {to}");
                }
            }
        }
    }

    #[test]
    fn what_each_step_asks_for() {
        use Status::{
            Approved, Blocked, Deferred, Implemented, InProgress, Proposed, Rejected, Verified,
        };
        let bare = |status| State {
            status,
            owner: None,
            due: None,
            fulfils: Vec::new(),
            ..state()
        };
        let plan = ["owner", "org_unit", "due"];
        for (from, to, missing) in [
            (
                Proposed,
                Approved,
                &[
                    "initiator",
                    "owner",
                    "deputy",
                    "org_unit",
                    "start_planned",
                    "due",
                    "links",
                    "cost",
                    "budget_lines",
                ][..],
            ),
            (
                Proposed,
                Deferred,
                &["reason", "review_on", "residual_risk"],
            ),
            (Proposed, Rejected, &["reason", "residual_risk"]),
            (Approved, InProgress, &plan),
            (
                InProgress,
                Blocked,
                &[
                    "owner",
                    "org_unit",
                    "due",
                    "reason",
                    "blocked_by",
                    "blocked_until",
                ],
            ),
            (Blocked, InProgress, &plan),
            (
                InProgress,
                Implemented,
                &["owner", "org_unit", "due", "reason", "evidence"],
            ),
            (
                Implemented,
                Verified,
                &["owner", "org_unit", "due", "reason", "method"],
            ),
            (
                Implemented,
                InProgress,
                &["owner", "org_unit", "due", "reason"],
            ),
            (
                Verified,
                InProgress,
                &["owner", "org_unit", "due", "reason"],
            ),
            (Deferred, Proposed, &["reason"]),
        ] {
            let nothing = Step {
                to: Some(to),
                reason: Some("  "),
                ..Step::default()
            };
            let refusal = take(&bare(from), &nothing, today());
            assert_eq!(
                refusal,
                Err(Refusal::Missing(missing.to_vec())),
                "{from} to {to}"
            );
        }
    }

    #[test]
    fn a_measure_without_a_module_says_why() {
        let unlinked = State {
            fulfils: Vec::new(),
            ..complete(Status::Proposed)
        };
        let approve = |state: &State, reason| {
            take(
                state,
                &Step {
                    reason,
                    ..step(Status::Approved)
                },
                today(),
            )
        };
        assert_eq!(
            approve(&unlinked, None),
            Err(Refusal::Missing(vec!["links"]))
        );
        let after = approve(&unlinked, Some("kein Baustein passt")).unwrap();
        assert_eq!(
            after.no_module_reason.as_deref(),
            Some("kein Baustein passt")
        );
        let said = State {
            no_module_reason: Some("kein Baustein".to_owned()),
            ..unlinked
        };
        assert!(approve(&said, None).is_ok());
        let linked = approve(&complete(Status::Proposed), Some("gut")).unwrap();
        assert_eq!(linked.no_module_reason, None);
    }

    #[test]
    fn what_does_not_belong_to_a_step_is_refused() {
        let whole = Step {
            blocked_by: Some("x"),
            blocked_until: Some(today()),
            method: Some(VerificationMethod::Document),
            review_on: Some(day("2023-01-01")),
            residual_risk: Some("x"),
            ..step(Status::InProgress)
        };
        let Err(Refusal::Invalid(faults)) = take(&complete(Status::Approved), &whole, today())
        else {
            panic!("accepted");
        };
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/blocked_by",
                "/blocked_until",
                "/method",
                "/review_on",
                "/residual_risk"
            ]
        );
    }

    #[test]
    fn days_of_a_step() {
        for (to, from, blocked_until, review_on, good) in [
            (Status::Blocked, Status::InProgress, "2022-10-17", "", true),
            (Status::Blocked, Status::InProgress, "2022-10-16", "", false),
            (Status::Deferred, Status::InProgress, "", "2022-10-18", true),
            (
                Status::Deferred,
                Status::InProgress,
                "",
                "2022-10-17",
                false,
            ),
            (Status::Deferred, Status::InProgress, "", "2023-10-17", true),
            (
                Status::Deferred,
                Status::InProgress,
                "",
                "2023-10-18",
                false,
            ),
            (
                Status::Verified,
                Status::Implemented,
                "",
                "2025-10-17",
                true,
            ),
            (
                Status::Verified,
                Status::Implemented,
                "",
                "2200-01-01",
                false,
            ),
        ] {
            let step = Step {
                blocked_until: blocked_until.parse().ok(),
                review_on: review_on.parse().ok(),
                ..step(to)
            };
            let taken = take(&complete(from), &step, today());
            assert_eq!(
                taken.is_ok(),
                good,
                "{to} {blocked_until} {review_on}: {taken:?}"
            );
        }
    }

    #[test]
    fn what_a_step_leaves_behind() {
        let take = |state: &State, to| take(state, &step(to), today()).unwrap();
        let approved = take(&complete(Status::Proposed), Status::Approved);
        let by = Some("wer@offenburg.example".to_owned());
        assert_eq!(
            (approved.approved_on, &approved.approved_by),
            (Some(today()), &by)
        );
        assert_eq!(approved.due_original, approved.due);
        let working = take(&approved, Status::InProgress);
        let blocked = take(&working, Status::Blocked);
        assert_eq!(blocked.blocked_by.as_deref(), Some("Lieferant"));
        assert_eq!(blocked.blocked_until, Some(day("2022-12-01")));
        let again = take(&blocked, Status::InProgress);
        assert_eq!((&again.blocked_by, again.blocked_until), (&None, None));
        let done = take(&again, Status::Implemented);
        assert_eq!((done.completed_on, &done.reported_by), (Some(today()), &by));
        assert_eq!(done.implementation_description.as_deref(), Some("Grund"));
        let checked = take(&done, Status::Verified);
        assert_eq!(
            (checked.completed_on, checked.verified_on),
            (Some(today()), Some(today()))
        );
        assert_eq!(
            checked.verification_method,
            Some(VerificationMethod::Sample)
        );
        assert_eq!(checked.review_on, Some(day("2023-06-30")));
        let reopened = take(&checked, Status::InProgress);
        assert_eq!(
            (
                reopened.completed_on,
                reopened.verified_on,
                reopened.review_on
            ),
            (None, None, None)
        );
        assert_eq!(reopened.verification_method, None);
        // A deferral opens the decision again, but not the date.
        let deferred = take(&reopened, Status::Deferred);
        let proposed = take(&deferred, Status::Proposed);
        assert_eq!(
            (proposed.approved_on, proposed.due_original),
            (None, approved.due_original)
        );
        let later = State {
            due: Some(day("2029-12-31")),
            ..proposed
        };
        assert_eq!(
            take(&later, Status::Approved).due_original,
            approved.due_original
        );
        let no_date = Step {
            review_on: None,
            ..step(Status::Verified)
        };
        let checked = super::take(&done, &no_date, today()).unwrap();
        assert_eq!(checked.review_on, Some(day("2023-10-17")));
    }

    proptest! {
        #[test]
        fn nothing_is_verified_without_having_been_implemented_and_no_step_moves_a_date(
            steps in prop::collection::vec(0usize..9, 0..40)
        ) {
            let mut state = complete(Status::Proposed);
            for index in steps {
                if let Ok(after) = take(&state, &step(Status::ALL[index]), today()) {
                    prop_assert!(after.status != Status::Verified || state.status == Status::Implemented);
                    prop_assert_eq!(after.due, state.due);
                    if state.due_original.is_some() {
                        prop_assert_eq!(after.due_original, state.due_original);
                    }
                    prop_assert_eq!(after.verified_on.is_some(), after.status == Status::Verified);
                    prop_assert_eq!(after.completed_on.is_some(), after.status.finished());
                    prop_assert_eq!(after.blocked_by.is_some(), after.status == Status::Blocked);
                    state = after;
                }
            }
        }
    }
}
