//! Terminverschiebung: who has to approve a new due date of a measure, and what it changes (DOMAIN §5.4).
//!
//! The first due date stays for ever; a new one holds from its approval on.

use chrono::NaiveDate;

use super::calendar::is_period_end;
use super::fault::{Fault, FaultCode, Faults};
use super::measure::{Precision, Status, days_overdue};
use super::text_enum;

text_enum! {
    /// Why a date cannot be kept.
    #[schema(as = PostponementCause)]
    Cause {
        /// Budget: money is missing or not yet released.
        Budget = "budget",
        /// Personal.
        Staff = "staff",
        /// Lieferant.
        Supplier = "supplier",
        /// Abhängigkeit: something that it needs is not ready.
        Dependency = "dependency",
        /// Technik.
        Technology = "technology",
        /// Priorität: something else goes first.
        Priority = "priority",
        /// Sonstiges.
        Other = "other",
    }
}

text_enum! {
    /// Who has to approve, in rising order.
    #[schema(as = PostponementTier)]
    Tier {
        /// Informationssicherheitsbeauftragte.
        Isb = "isb",
        /// Amts- oder IT-Leitung; the ISB is informed.
        Head = "head",
        /// Institutionsleitung.
        Management = "management",
    }
}

text_enum! {
    /// Why more than the ISB's approval is needed.
    #[schema(as = PostponementTierReason)]
    TierReason {
        /// More than 30 days after the original date.
        Over30Days = "over_30_days",
        /// One was approved before.
        Second = "second",
        /// A basic requirement is to be fulfilled by the measure.
        BasicRequirement = "basic_requirement",
        /// More than 180 days after the original date.
        Over180Days = "over_180_days",
        /// Two or more were approved before.
        Third = "third",
    }
}

text_enum! {
    /// What fixed a date so that nobody here may move it.
    FixedBy {
        /// Ratsbeschluss.
        CouncilResolution = "council_resolution",
        /// Gesetz.
        Law = "law",
    }
}

text_enum! {
    /// What was decided on a request.
    #[schema(as = PostponementVerdict)]
    Verdict {
        /// The new date holds.
        Approved = "approved",
        /// The old date stays.
        Refused = "refused",
    }
}

text_enum! {
    /// What became of a request.
    #[schema(as = PostponementState)]
    State {
        /// It waits for a decision.
        Pending = "pending",
        /// The new date holds.
        Approved = "approved",
        /// The old date stays.
        Refused = "refused",
        /// Taken back by whoever asked.
        Withdrawn = "withdrawn",
    }
}

/// Fewest characters of a reason.
pub const MIN_REASON: usize = 20;
/// Most characters of a reason.
pub const MAX_REASON: usize = 2000;
/// Up to so many days in all the ISB decides.
const DAYS_OF_ISB: i64 = 30;
/// Up to so many days in all the head of the unit decides.
const DAYS_OF_HEAD: i64 = 180;

impl TierReason {
    /// The tier that this asks for.
    pub const fn tier(self) -> Tier {
        match self {
            TierReason::Over30Days | TierReason::Second => Tier::Head,
            TierReason::BasicRequirement | TierReason::Over180Days | TierReason::Third => {
                Tier::Management
            }
        }
    }
}

/// What has to be known of a measure to judge a new date for it.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Where it stands.
    pub status: Status,
    /// The first binding date.
    pub due_original: Option<NaiveDate>,
    /// The date that holds today.
    pub due_current: Option<NaiveDate>,
    /// How many postponements of it were approved before.
    pub approved_before: u32,
    /// It is to fulfil a basic requirement, or a whole module.
    pub fulfils_basic: bool,
    /// What fixed the date, if something did.
    pub fixed_by: Option<FixedBy>,
}

/// A request for a new date.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The new date.
    pub to: NaiveDate,
    /// How exactly it is known; it is the last day of the period (DOMAIN SEED-R1).
    pub precision: Precision,
    /// Why, as a word.
    pub cause: Cause,
    /// Why, in a sentence.
    pub reason: &'a str,
}

/// What the approval of a new date takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The date that holds now.
    pub from: NaiveDate,
    /// The new date.
    pub to: NaiveDate,
    /// Calendar days between the two.
    pub days: i64,
    /// Calendar days by which the measure is late against its original date, should this be approved.
    pub days_in_all: i64,
    /// 1 for the first postponement of the measure.
    pub number: u32,
    /// Who has to approve.
    pub tier: Tier,
    /// All that asks for more than the ISB; empty if nothing does.
    pub reasons: Vec<TierReason>,
}

/// Why there is nothing to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Only approved, running and blocked measures have a date to be moved: before, it is changed, afterwards it is over.
    NotRunning(Status),
    /// There is no date yet: it is set, not moved.
    Undated,
    /// Not to be moved here: the deviation is recorded and reported to whoever fixed the date.
    Fixed(FixedBy),
    /// Faults of the request.
    Invalid(Vec<Fault>),
}

/// What a request for a new date needs (DOMAIN §5.4). Pointers are `/to` and `/reason`.
///
/// # Errors
/// [`Refusal`], with all faults of the request at once.
pub fn assess(facts: &Facts, request: &Request<'_>, today: NaiveDate) -> Result<Approval, Refusal> {
    let from = movable(facts)?;
    let mut faults = Faults::new();
    faults.text("/reason", request.reason, MIN_REASON, MAX_REASON);
    faults.day("/to", request.to);
    if !is_period_end(request.to, request.precision) {
        faults.push(Fault::new("/to", FaultCode::NotPeriodEnd).arg("precision", request.precision));
    }
    if let Some(fault) = too_early(from, request.to, today) {
        faults.push(fault);
    }
    faults.finish().map_err(Refusal::Invalid)?;
    Ok(judge(facts, from, request.to))
}

/// The date that a postponement would move.
fn movable(facts: &Facts) -> Result<NaiveDate, Refusal> {
    if !facts.status.runs() {
        return Err(Refusal::NotRunning(facts.status));
    }
    let from = facts.due_current.ok_or(Refusal::Undated)?;
    match facts.fixed_by {
        Some(fixed_by) => Err(Refusal::Fixed(fixed_by)),
        None => Ok(from),
    }
}

fn too_early(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Option<Fault> {
    let last_too_early = from.max(today);
    let first = last_too_early.succ_opt().unwrap_or(last_too_early);
    (to <= last_too_early).then(|| {
        Fault::new("/to", FaultCode::OutOfRange)
            .arg("min", first)
            .arg("max", "2199-12-31")
    })
}

/// What an approval would take, whether or not it is still possible.
pub fn judge(facts: &Facts, from: NaiveDate, to: NaiveDate) -> Approval {
    let days = to.signed_duration_since(from).num_days();
    let original = facts.due_original.unwrap_or(from);
    // Should the date have been brought forward in between, going back to the first one is a move all the same.
    let days_in_all = to.signed_duration_since(original).num_days().max(days);
    let reasons: Vec<TierReason> = [
        (TierReason::Over30Days, days_in_all > DAYS_OF_ISB),
        (TierReason::Second, facts.approved_before == 1),
        (TierReason::BasicRequirement, facts.fulfils_basic),
        (TierReason::Over180Days, days_in_all > DAYS_OF_HEAD),
        (TierReason::Third, facts.approved_before >= 2),
    ]
    .into_iter()
    .filter_map(|(reason, holds)| holds.then_some(reason))
    .collect();
    let tier = reasons.iter().map(|reason| reason.tier()).max();
    Approval {
        from,
        to,
        days,
        days_in_all,
        number: facts.approved_before.saturating_add(1),
        tier: tier.unwrap_or(Tier::Isb),
        reasons,
    }
}

/// The same for a request that is closed, with the tier that stands on record. Which links the measure had then is
/// not kept: a basic requirement counts as the reason where no other one leads to that tier.
pub fn judged(facts: &Facts, from: NaiveDate, to: NaiveDate, tier: Tier) -> Approval {
    let with = |fulfils_basic| {
        let facts = Facts {
            fulfils_basic,
            ..facts.clone()
        };
        judge(&facts, from, to)
    };
    let explained = with(false);
    let approval = if explained.tier < tier {
        with(true)
    } else {
        explained
    };
    Approval { tier, ..approval }
}

/// A request that waits for its decision.
#[derive(Debug, Clone)]
pub struct Pending<'a> {
    /// The date that held when it was made.
    pub from: NaiveDate,
    /// The date that is asked for.
    pub to: NaiveDate,
    /// Who asked.
    pub requested_by: &'a str,
}

/// What a decision changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `to` becomes the current date; the original one stays. Whoever decides needs a role of the tier.
    Moved {
        /// As things stand today: the tier may have risen since the request, by a new link or another approval.
        approval: Approval,
        /// Days by which the old date had been missed; they stay in the history (DOMAIN K7).
        days_overdue: i64,
    },
    /// Nothing changes.
    Kept,
}

/// Why a request may not be decided like that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionRefusal {
    /// Nobody decides on their own request (DOMAIN ROL-2).
    OwnRequest,
    /// Another date holds than when it was asked for; it has to be asked for again.
    Overtaken,
    /// It can no longer be approved.
    Refused(Refusal),
}

/// Decides on a request (DOMAIN §5.4). Everything is looked at again, for time has passed since; a request that can
/// no longer be approved can still be refused.
///
/// # Errors
/// [`DecisionRefusal`]
pub fn decide(
    facts: &Facts,
    pending: &Pending<'_>,
    decided_by: &str,
    verdict: Verdict,
    today: NaiveDate,
) -> Result<Outcome, DecisionRefusal> {
    if decided_by == pending.requested_by {
        return Err(DecisionRefusal::OwnRequest);
    }
    if verdict == Verdict::Refused {
        return Ok(Outcome::Kept);
    }
    let from = movable(facts).map_err(DecisionRefusal::Refused)?;
    if from != pending.from {
        return Err(DecisionRefusal::Overtaken);
    }
    if let Some(fault) = too_early(from, pending.to, today) {
        return Err(DecisionRefusal::Refused(Refusal::Invalid(vec![fault])));
    }
    Ok(Outcome::Moved {
        approval: judge(facts, from, pending.to),
        days_overdue: days_overdue(facts.status, Some(from), today).unwrap_or(0),
    })
}

/// Whether a measure was reported done by its original date, whatever dates came after (DOMAIN K9). `None` without
/// an original date.
pub fn kept_original_date(
    completed_on: NaiveDate,
    due_original: Option<NaiveDate>,
) -> Option<bool> {
    due_original.map(|due| completed_on <= due)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REASON: &str = "Der Lieferant liefert erst im Herbst.";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn after(day: NaiveDate, days: u64) -> NaiveDate {
        day + chrono::Days::new(days)
    }

    fn due() -> NaiveDate {
        day("2022-06-30")
    }

    fn facts() -> Facts {
        Facts {
            status: Status::InProgress,
            due_original: Some(due()),
            due_current: Some(due()),
            approved_before: 0,
            fulfils_basic: false,
            fixed_by: None,
        }
    }

    fn request(to: NaiveDate) -> Request<'static> {
        Request {
            to,
            precision: Precision::Day,
            cause: Cause::Supplier,
            reason: REASON,
        }
    }

    #[test]
    fn tiers() {
        use TierReason::{BasicRequirement, Over30Days, Over180Days, Second, Third};
        // Days moved before, approved before, basic, further days.
        for (moved, approved_before, fulfils_basic, days, tier, reasons) in [
            (0, 0, false, 1, Tier::Isb, &[][..]),
            (0, 0, false, 30, Tier::Isb, &[]),
            (0, 0, false, 31, Tier::Head, &[Over30Days]),
            (0, 0, false, 180, Tier::Head, &[Over30Days]),
            (
                0,
                0,
                false,
                181,
                Tier::Management,
                &[Over30Days, Over180Days],
            ),
            (1, 1, false, 1, Tier::Head, &[Second]),
            (29, 1, false, 1, Tier::Head, &[Second]),
            (30, 1, false, 1, Tier::Head, &[Over30Days, Second]),
            (179, 1, false, 1, Tier::Head, &[Over30Days, Second]),
            (
                180,
                1,
                false,
                1,
                Tier::Management,
                &[Over30Days, Second, Over180Days],
            ),
            (2, 2, false, 1, Tier::Management, &[Third]),
            (2, 7, false, 1, Tier::Management, &[Third]),
            (0, 0, true, 1, Tier::Management, &[BasicRequirement]),
            (1, 1, true, 1, Tier::Management, &[Second, BasicRequirement]),
            // Moved without a postponement, in an import for instance: counted against the original date.
            (31, 0, false, 1, Tier::Head, &[Over30Days]),
        ] {
            let from = after(due(), moved);
            let facts = Facts {
                due_current: Some(from),
                approved_before,
                fulfils_basic,
                ..facts()
            };
            let to = after(from, days);
            let approval = assess(&facts, &request(to), due()).unwrap();
            assert_eq!(
                approval,
                Approval {
                    from,
                    to,
                    days: days as i64,
                    days_in_all: (moved + days) as i64,
                    number: approved_before + 1,
                    tier,
                    reasons: reasons.to_vec(),
                },
                "{moved} {approved_before} {fulfils_basic} {days}"
            );
        }
    }

    #[test]
    fn what_is_closed_keeps_the_tier_on_record() {
        use TierReason::{BasicRequirement, Over30Days};
        let unlinked = facts();
        let linked = Facts {
            fulfils_basic: true,
            ..facts()
        };
        for (facts, days, tier, reasons) in [
            (&unlinked, 9, Tier::Isb, &[][..]),
            (&linked, 9, Tier::Isb, &[]),
            (&linked, 31, Tier::Head, &[Over30Days]),
            (&unlinked, 9, Tier::Management, &[BasicRequirement]),
            (
                &unlinked,
                31,
                Tier::Management,
                &[Over30Days, BasicRequirement],
            ),
        ] {
            let approval = judged(facts, due(), after(due(), days), tier);
            assert_eq!(
                (approval.tier, approval.reasons.as_slice()),
                (tier, reasons)
            );
            assert_eq!((approval.days, approval.number), (days as i64, 1));
        }
    }

    #[test]
    fn a_date_that_was_brought_forward_gives_no_days_for_free() {
        let facts = Facts {
            due_current: Some(day("2022-03-31")),
            ..facts()
        };
        let approval = assess(&facts, &request(due()), day("2022-03-01")).unwrap();
        assert_eq!((approval.days_in_all, approval.tier), (91, Tier::Head));
    }

    #[test]
    fn without_an_original_date_the_current_one_counts() {
        let facts = Facts {
            due_original: None,
            ..facts()
        };
        let approval = assess(&facts, &request(after(due(), 31)), due()).unwrap();
        assert_eq!((approval.days_in_all, approval.tier), (31, Tier::Head));
    }

    #[test]
    fn only_running_measures_with_a_date_of_our_own_are_postponed() {
        let to = after(due(), 1);
        for status in Status::ALL.iter().copied() {
            let facts = Facts { status, ..facts() };
            let refusal = assess(&facts, &request(to), due()).err();
            let expected = (!status.runs()).then_some(Refusal::NotRunning(status));
            assert_eq!(refusal, expected, "{status}");
        }
        let undated = Facts {
            due_current: None,
            ..facts()
        };
        assert_eq!(assess(&undated, &request(to), due()), Err(Refusal::Undated));
        for fixed_by in FixedBy::ALL.iter().copied() {
            let fixed = Facts {
                fixed_by: Some(fixed_by),
                ..facts()
            };
            assert_eq!(
                assess(&fixed, &request(to), due()),
                Err(Refusal::Fixed(fixed_by))
            );
        }
    }

    #[test]
    fn the_fault_names_the_first_day_that_would_do() {
        for (today, first) in [("2022-05-01", "2022-07-01"), ("2022-07-10", "2022-07-11")] {
            let Err(Refusal::Invalid(faults)) = assess(&facts(), &request(due()), day(today))
            else {
                panic!("not refused");
            };
            assert_eq!(
                faults[0].args,
                [("min", first.to_owned()), ("max", "2199-12-31".to_owned())]
            );
        }
    }

    #[test]
    fn faults_of_a_request() {
        use FaultCode::{ControlCharacters, NotPeriodEnd, OutOfRange, Required, TooLong, TooShort};
        let long = "x".repeat(MAX_REASON + 1);
        for (to, precision, reason, today, expected) in [
            ("2022-07-01", Precision::Day, REASON, "2022-06-30", &[][..]),
            // Not after the date that holds, not after today.
            (
                "2022-06-30",
                Precision::Day,
                REASON,
                "2022-05-01",
                &[("/to", OutOfRange)],
            ),
            (
                "2022-06-29",
                Precision::Day,
                REASON,
                "2022-05-01",
                &[("/to", OutOfRange)],
            ),
            (
                "2022-07-10",
                Precision::Day,
                REASON,
                "2022-07-10",
                &[("/to", OutOfRange)],
            ),
            ("2022-07-11", Precision::Day, REASON, "2022-07-10", &[]),
            (
                "2022-09-29",
                Precision::Quarter,
                REASON,
                "2022-05-01",
                &[("/to", NotPeriodEnd)],
            ),
            ("2022-09-30", Precision::Quarter, REASON, "2022-05-01", &[]),
            (
                "2200-01-01",
                Precision::Day,
                REASON,
                "2022-05-01",
                &[("/to", OutOfRange)],
            ),
            (
                "2022-07-01",
                Precision::Day,
                "1234567890123456789",
                "2022-05-01",
                &[("/reason", TooShort)],
            ),
            (
                "2022-07-01",
                Precision::Day,
                "12345678901234567890",
                "2022-05-01",
                &[],
            ),
            (
                "2022-07-01",
                Precision::Day,
                "ä😀345678901234567890",
                "2022-05-01",
                &[],
            ),
            (
                "2022-07-01",
                Precision::Day,
                "  1234567890123456789\n\n",
                "2022-05-01",
                &[("/reason", TooShort)],
            ),
            (
                "2022-07-01",
                Precision::Day,
                "                        ",
                "2022-05-01",
                &[("/reason", Required)],
            ),
            (
                "2022-07-01",
                Precision::Day,
                &long,
                "2022-05-01",
                &[("/reason", TooLong)],
            ),
            (
                "2022-07-01",
                Precision::Day,
                "12345678901234567890\0",
                "2022-05-01",
                &[("/reason", ControlCharacters)],
            ),
            (
                "2022-06-29",
                Precision::Month,
                "kurz",
                "2022-05-01",
                &[
                    ("/reason", TooShort),
                    ("/to", NotPeriodEnd),
                    ("/to", OutOfRange),
                ],
            ),
        ] {
            let request = Request {
                to: day(to),
                precision,
                cause: Cause::Other,
                reason,
            };
            let faults = match assess(&facts(), &request, day(today)) {
                Ok(_) => Vec::new(),
                Err(Refusal::Invalid(faults)) => faults,
                Err(other) => panic!("{other:?}"),
            };
            let found: Vec<_> = faults
                .iter()
                .map(|fault| (fault.pointer.as_str(), fault.code))
                .collect();
            assert_eq!(found, expected, "{to} {precision} {reason:?} {today}");
        }
    }

    fn pending(to: NaiveDate) -> Pending<'static> {
        Pending {
            from: due(),
            to,
            requested_by: "owner",
        }
    }

    /// T17.
    #[test]
    fn nobody_decides_on_their_own_request() {
        for verdict in Verdict::ALL.iter().copied() {
            assert_eq!(
                decide(&facts(), &pending(after(due(), 9)), "owner", verdict, due()),
                Err(DecisionRefusal::OwnRequest)
            );
        }
    }

    /// T18.
    #[test]
    fn a_late_approval_keeps_the_original_date_and_the_days_overdue() {
        let today = after(due(), 10);
        let to = after(due(), 25);
        let outcome = decide(&facts(), &pending(to), "isb", Verdict::Approved, today).unwrap();
        let Outcome::Moved {
            approval,
            days_overdue,
        } = outcome
        else {
            panic!("kept");
        };
        assert_eq!((approval.from, approval.to), (due(), to));
        assert_eq!((approval.tier, days_overdue), (Tier::Isb, 10));
        // Done within the new date and still late by the original one.
        assert_eq!(kept_original_date(to, facts().due_original), Some(false));
        assert_eq!(kept_original_date(due(), facts().due_original), Some(true));
        assert_eq!(kept_original_date(due(), None), None);
    }

    #[test]
    fn an_approval_is_judged_by_the_day_of_the_decision() {
        let to = after(due(), 20);
        let approve =
            |facts: &Facts, today| decide(facts, &pending(to), "isb", Verdict::Approved, today);
        let linked = Facts {
            fulfils_basic: true,
            ..facts()
        };
        assert!(matches!(
            approve(&linked, due()),
            Ok(Outcome::Moved { approval, days_overdue: 0 }) if approval.tier == Tier::Management
        ));
        let moved = Facts {
            due_current: Some(after(due(), 5)),
            approved_before: 1,
            ..facts()
        };
        assert_eq!(approve(&moved, due()), Err(DecisionRefusal::Overtaken));
        let done = Facts {
            status: Status::Implemented,
            ..facts()
        };
        assert_eq!(
            approve(&done, due()),
            Err(DecisionRefusal::Refused(Refusal::NotRunning(
                Status::Implemented
            )))
        );
        assert!(matches!(
            approve(&facts(), to),
            Err(DecisionRefusal::Refused(Refusal::Invalid(_)))
        ));
        // Whatever became of it, it can be refused and thus be closed.
        for facts in [facts(), linked, moved, done] {
            assert_eq!(
                decide(&facts, &pending(to), "isb", Verdict::Refused, to),
                Ok(Outcome::Kept)
            );
        }
    }

    fn any_facts() -> impl Strategy<Value = Facts> {
        (
            prop::sample::select(Status::ALL),
            0u64..400,
            0u32..5,
            any::<bool>(),
        )
            .prop_map(|(status, moved, approved_before, fulfils_basic)| Facts {
                status,
                due_current: Some(after(due(), moved)),
                approved_before,
                fulfils_basic,
                ..facts()
            })
    }

    proptest! {
        #[test]
        fn a_later_date_never_needs_less(facts in any_facts(), a in 1u64..800, b in 1u64..800) {
            let from = facts.due_current.unwrap();
            let tier = |days| assess(&facts, &request(after(from, days)), due()).map(|approval| approval.tier);
            if let (Ok(nearer), Ok(farther)) = (tier(a.min(b)), tier(a.max(b))) {
                prop_assert!(nearer <= farther);
            }
        }

        #[test]
        fn small_steps_do_not_get_round_the_higher_tiers(steps in prop::collection::vec(1u64..400, 1..6)) {
            let mut facts = facts();
            for (step, before) in steps.into_iter().zip(0u32..) {
                let from = facts.due_current.unwrap();
                let approval = assess(&facts, &request(after(from, step)), from).unwrap();
                let in_all = (approval.to - due()).num_days();
                prop_assert_eq!(approval.tier == Tier::Isb, before == 0 && in_all <= 30);
                prop_assert_eq!(approval.tier == Tier::Management, before >= 2 || in_all > 180);
                facts.due_current = Some(approval.to);
                facts.approved_before += 1;
            }
        }

        #[test]
        fn an_approved_date_lies_ahead(facts in any_facts(), to in 0u64..800, today in 0u64..800) {
            let (to, today) = (after(due(), to), after(due(), today));
            let pending = Pending { from: facts.due_current.unwrap(), ..pending(to) };
            if let Ok(Outcome::Moved { approval, .. }) = decide(&facts, &pending, "head", Verdict::Approved, today) {
                prop_assert!(approval.to > today && approval.to > approval.from);
                prop_assert!(facts.status.runs());
            }
        }
    }
}
