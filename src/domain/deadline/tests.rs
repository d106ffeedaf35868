use proptest::prelude::*;

use super::measure_state::tests::state as measure;
use super::*;
use crate::domain::calendar::berlin_day;
use crate::domain::requirement_check::stale_before;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn deadline(kind: Kind, status: Option<Status>, due: &str) -> Deadline {
    Deadline {
        id: format!("{kind}:1"),
        kind,
        reference: "M-2022-0001".to_owned(),
        title: "Netzzonen trennen".to_owned(),
        title_public: None,
        confidentiality: Confidentiality::Internal,
        status,
        due: day(due),
        due_original: day(due),
        due_text: None,
        since: day("2022-01-01"),
        urgent: false,
        owner: None,
        deputy: None,
        role: None,
        org_unit: None,
        postponements: 0,
        paused_until: None,
    }
}

const OWNED: Circumstances = Circumstances {
    owned: true,
    waits: false,
    over_budget: false,
    last_progress: None,
};

fn words(deadline: &Deadline, more: &Circumstances, today: &str) -> String {
    let states = states(deadline, more, day(today));
    let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    words.join(" ")
}

#[test]
fn every_state_with_its_edges() {
    use Kind::{
        Evidence, GsCheckRefresh, Implementation, Review, RiskAcceptance, Start, Verification,
    };
    let running = Some(Status::InProgress);
    for (kind, status, due, today, expected) in [
        (Implementation, running, "2026-05-30", "2026-04-29", ""),
        (
            Implementation,
            running,
            "2026-05-30",
            "2026-04-30",
            "due_soon",
        ),
        (
            Implementation,
            running,
            "2026-05-30",
            "2026-05-30",
            "due_soon due_today",
        ),
        (
            Implementation,
            running,
            "2026-05-30",
            "2026-05-31",
            "overdue",
        ),
        (
            Implementation,
            Some(Status::Blocked),
            "2026-05-30",
            "2026-05-31",
            "overdue blocked",
        ),
        (
            Implementation,
            Some(Status::Implemented),
            "2026-05-30",
            "2026-05-31",
            "",
        ),
        (
            Implementation,
            Some(Status::Proposed),
            "2026-05-30",
            "2026-05-30",
            "",
        ),
        (
            Start,
            Some(Status::Approved),
            "2026-05-01",
            "2026-05-15",
            "overdue",
        ),
        (
            Start,
            Some(Status::Approved),
            "2026-05-01",
            "2026-05-16",
            "overdue start_missed",
        ),
        (
            Verification,
            Some(Status::Implemented),
            "2026-05-01",
            "2026-05-01",
            "due_soon due_today",
        ),
        (
            Verification,
            Some(Status::Implemented),
            "2026-05-01",
            "2026-05-02",
            "overdue verification_overdue",
        ),
        (
            Review,
            Some(Status::Deferred),
            "2026-05-01",
            "2026-04-30",
            "due_soon",
        ),
        (
            Review,
            Some(Status::Deferred),
            "2026-05-01",
            "2026-05-01",
            "due_soon due_today review_due",
        ),
        (
            Review,
            Some(Status::Deferred),
            "2026-05-01",
            "2026-05-02",
            "overdue review_due",
        ),
        (
            GsCheckRefresh,
            None,
            "2026-05-01",
            "2026-05-02",
            "overdue check_stale",
        ),
        (RiskAcceptance, None, "2026-05-31", "2026-03-01", ""),
        (
            RiskAcceptance,
            None,
            "2026-05-31",
            "2026-03-02",
            "acceptance_expiring",
        ),
        (
            RiskAcceptance,
            None,
            "2026-05-31",
            "2026-06-01",
            "overdue acceptance_expired",
        ),
        (
            Kind::Exception,
            None,
            "2026-05-31",
            "2026-05-01",
            "due_soon acceptance_expiring",
        ),
        (Evidence, None, "2026-05-31", "2026-04-30", ""),
        (
            Evidence,
            None,
            "2026-05-31",
            "2026-05-01",
            "due_soon evidence_expiring",
        ),
        (
            Evidence,
            None,
            "2026-05-31",
            "2026-06-01",
            "overdue evidence_expired",
        ),
        (Kind::Legal, None, "2026-05-31", "2026-06-01", "overdue"),
    ] {
        let found = words(&deadline(kind, status, due), &OWNED, today);
        assert_eq!(found, expected, "{kind} {status:?} {due} {today}");
    }
}

#[test]
fn a_date_is_met_until_midnight_in_berlin() {
    for (due, last, first) in [
        ("2026-03-29", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
        ("2026-10-25", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
        ("2021-12-31", "2021-12-31T22:59:59Z", "2021-12-31T23:00:00Z"),
        ("2028-02-29", "2028-02-29T22:59:59Z", "2028-02-29T23:00:00Z"),
    ] {
        let deadline = deadline(Kind::Implementation, Some(Status::Approved), due);
        let late = |at: &str| {
            let today = berlin_day(at.parse().unwrap());
            states(&deadline, &OWNED, today).contains(&State::Overdue)
        };
        assert_eq!((late(last), late(first)), (false, true), "{due}");
    }
}

#[test]
fn what_else_a_measure_depends_on() {
    let progress = |status, last: &str| {
        let more = Circumstances {
            last_progress: Some(day(last)),
            ..OWNED
        };
        words(
            &deadline(Kind::Implementation, Some(status), "2027-01-01"),
            &more,
            "2026-05-30",
        )
    };
    assert_eq!(progress(Status::InProgress, "2026-03-31"), "");
    assert_eq!(progress(Status::InProgress, "2026-03-30"), "stalled");
    assert_eq!(progress(Status::Approved, "2026-03-30"), "");
    let waits = Circumstances {
        waits: true,
        ..OWNED
    };
    let late = deadline(Kind::Implementation, Some(Status::Approved), "2026-05-29");
    assert_eq!(words(&late, &waits, "2026-05-30"), "overdue blocked");
    let dear = Circumstances {
        over_budget: true,
        ..OWNED
    };
    assert_eq!(words(&late, &dear, "2026-05-30"), "overdue over_budget");
    let verified = deadline(Kind::Implementation, Some(Status::Verified), "2026-05-29");
    assert_eq!(words(&verified, &dear, "2026-05-30"), "");
    let mut bare = deadline(Kind::Implementation, Some(Status::Approved), "2026-05-29");
    bare.due = UNDATED;
    let nobody = Circumstances {
        owned: false,
        ..OWNED
    };
    assert_eq!(words(&bare, &nobody, "2026-05-30"), "undated unowned");
    // They say something of the measure; its other deadlines do not say it again.
    let start = deadline(Kind::Start, Some(Status::Approved), "2027-01-01");
    let all = Circumstances {
        owned: false,
        waits: true,
        over_budget: true,
        last_progress: Some(day("2020-01-01")),
    };
    assert_eq!(words(&start, &all, "2026-05-30"), "");
}

#[test]
fn what_binds_anew_and_what_is_progress() {
    use measure_state::State as Measure;
    let running = Measure {
        status: Status::InProgress,
        progress_percent: 20,
        ..measure()
    };
    let milestone = |done: Option<&str>| Milestone {
        title: "Ausschreibung".to_owned(),
        due: None,
        done_on: done.map(day),
    };
    let with = |change: &dyn Fn(&mut Measure)| {
        let mut after = running.clone();
        change(&mut after);
        after
    };
    let started = Measure {
        status: Status::Approved,
        ..measure()
    };
    for (name, before, after, binds, progress) in [
        ("approval", measure(), started.clone(), true, true),
        ("nothing", running.clone(), running.clone(), false, false),
        ("begun", started, running.clone(), false, true),
        (
            "title",
            running.clone(),
            with(&|m| m.title = "anders".to_owned()),
            false,
            false,
        ),
        (
            "owner",
            running.clone(),
            with(&|m| m.owner = None),
            true,
            false,
        ),
        (
            "date",
            running.clone(),
            with(&|m| m.due = Some(day("2023-12-31"))),
            true,
            true,
        ),
        (
            "more",
            running.clone(),
            with(&|m| m.progress_percent = 21),
            false,
            true,
        ),
        (
            "less",
            running.clone(),
            with(&|m| m.progress_percent = 19),
            false,
            false,
        ),
        (
            "milestone",
            running.clone(),
            with(&|m| m.milestones = vec![milestone(None)]),
            false,
            false,
        ),
        (
            "reached",
            running.clone(),
            with(&|m| m.milestones = vec![milestone(Some("2022-10-01"))]),
            false,
            true,
        ),
        (
            "sent back",
            with(&|m| m.status = Status::Implemented),
            running.clone(),
            true,
            true,
        ),
        (
            "date of a proposal",
            measure(),
            Measure {
                due: Some(day("2025-01-31")),
                ..measure()
            },
            false,
            false,
        ),
    ] {
        let found = (binds_anew(&before, &after), is_progress(&before, &after));
        assert_eq!(found, (binds, progress), "{name}");
    }
}

#[test]
fn dates_that_come_again() {
    let next = |rhythm: Rhythm, first: &str, scheduled: &str| {
        rhythm
            .next(day(first), day(scheduled), None)
            .map(|day| day.to_string())
    };
    for (rhythm, first, scheduled, expected) in [
        (Rhythm::Monthly, "2026-01-31", "2026-01-31", "2026-02-28"),
        (Rhythm::Monthly, "2026-01-31", "2026-02-28", "2026-03-31"),
        (Rhythm::Monthly, "2026-01-30", "2026-02-28", "2026-03-30"),
        (Rhythm::Quarterly, "2026-11-30", "2026-11-30", "2027-02-28"),
        (Rhythm::HalfYearly, "2018-06-30", "2018-06-30", "2018-12-31"),
        (Rhythm::Yearly, "2024-02-29", "2024-02-29", "2025-02-28"),
        (Rhythm::Yearly, "2024-02-29", "2027-02-28", "2028-02-29"),
        (Rhythm::TwoYearly, "2026-05-04", "2026-05-04", "2028-05-04"),
        (
            Rhythm::ThreeYearly,
            "2026-05-04",
            "2029-05-04",
            "2032-05-04",
        ),
    ] {
        let found = next(rhythm, first, scheduled);
        assert_eq!(
            found.as_deref(),
            Some(expected),
            "{rhythm} {first} {scheduled}"
        );
    }
    assert_eq!(next(Rhythm::Once, "2026-05-04", "2026-05-04"), None);
    let last = Rhythm::Yearly.next(
        day("2026-05-04"),
        day("2026-05-04"),
        Some(day("2027-05-03")),
    );
    assert_eq!(last, None);
    assert_eq!(submission_day(day("2026-06-22")), day("2026-06-01"));
}

#[test]
fn fourteen_days_of_rest_and_no_more() {
    let today = day("2026-05-04");
    let may = |until: &str, taken| check_pause(today, day(until), taken).is_ok();
    assert!(may("2026-05-05", 0) && may("2026-05-18", 0));
    assert!(!may("2026-05-04", 0) && !may("2026-05-19", 0));
    assert!(may("2026-05-08", 10) && !may("2026-05-09", 10));
    assert_eq!(
        check_pause(today, day("2026-05-05"), 14).unwrap_err().code,
        FaultCode::TooMany
    );
    assert_eq!(paused_days(today, day("2026-05-18"), None), 14);
    assert_eq!(
        paused_days(today, day("2026-05-18"), Some(day("2026-05-07"))),
        3
    );
    assert_eq!(
        paused_days(today, day("2026-05-08"), Some(day("2026-06-07"))),
        4
    );
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0u64..60_000).prop_map(|days| day("1950-01-01") + Days::new(days))
}

proptest! {
    #[test]
    fn stored_days_and_due_days_are_in_the_same_order(stored in any_day(), due in any_day()) {
        for lag in [Lag::None, Source::Verification.lag(), Source::GsCheckRefresh.lag()] {
            prop_assert!(lag.due(stored) <= lag.due(stored.succ_opt().unwrap()));
            let last = lag.last_stored(due);
            prop_assert!(lag.due(last) <= due && due < lag.due(last.succ_opt().unwrap()));
        }
    }

    #[test]
    fn a_check_is_stale_when_its_deadline_has_passed(checked in any_day(), days in 300u64..430) {
        let today = checked + Days::new(days);
        let passed = Source::GsCheckRefresh.lag().due(checked) < today;
        prop_assert_eq!(passed, checked < stale_before(today));
    }

    #[test]
    fn dates_go_on_from_the_first_one(first in any_day(), rhythm in 1usize..7, steps in 1usize..20) {
        let rhythm = Rhythm::ALL[rhythm];
        let mut scheduled = first;
        for _ in 0..steps {
            let next = rhythm.next(first, scheduled, None).unwrap();
            prop_assert!(next > scheduled);
            scheduled = next;
        }
        let months = rhythm.months().unwrap() * u32::try_from(steps).unwrap();
        prop_assert_eq!(Some(scheduled), moved_by(first, months));
    }
}

#[test]
fn every_kind_has_a_source() {
    for kind in Kind::ALL {
        let sources = Source::ALL
            .iter()
            .filter(|source| source.brings(*kind))
            .count();
        let expected = if *kind == Kind::CouncilReport { 2 } else { 1 };
        assert_eq!(sources, expected, "{kind}");
    }
}
