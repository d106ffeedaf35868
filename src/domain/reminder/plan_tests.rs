use std::collections::BTreeMap;

use chrono::Days;
use proptest::prelude::*;

use super::super::ladder::Code;
use super::super::people::Person;
use super::*;
use crate::domain::access::{Grant, Role};
use crate::domain::calendar::WorkCalendar;
use crate::domain::deadline::Kind;
use crate::domain::holiday::Land;
use crate::domain::measure::{Confidentiality, Status};

/// The rules as they are shipped.
pub fn policy() -> ReminderPolicy {
    ReminderPolicy::parse(include_str!("../../../policies/reminders.toml")).unwrap()
}

/// A deadline of a measure in progress that has been known for ever.
pub fn deadline(id: &str, due: &str) -> Deadline {
    Deadline {
        id: format!("implementation:{id}"),
        kind: Kind::Implementation,
        reference: format!("M-2026-{id}"),
        title: format!("Titel {id}"),
        title_public: None,
        confidentiality: Confidentiality::Internal,
        status: Some(Status::InProgress),
        due: day(due),
        due_original: day(due),
        due_text: None,
        since: day("2000-01-01"),
        urgent: false,
        owner: Some("owner".to_owned()),
        deputy: None,
        role: None,
        org_unit: None,
        postponements: 0,
        paused_until: None,
    }
}

/// Somebody with roles.
pub fn person(id: &str, roles: &[(Role, Option<&str>)]) -> Person {
    let grant = |(role, unit): &(Role, Option<&str>)| Grant {
        role: *role,
        org_unit: unit.map(str::to_owned),
    };
    Person {
        id: id.to_owned(),
        name: id.to_uppercase(),
        email: format!("{id}@stadt.example"),
        grants: roles.iter().map(grant).collect(),
        bouncing: false,
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn everybody() -> People {
    let people = [
        person("owner", &[(Role::Owner, None)]),
        person("isb", &[(Role::Isb, None)]),
        person("head", &[(Role::Head, None)]),
        person("management", &[(Role::Management, None)]),
    ];
    People::new(people, Vec::new())
}

fn calendar(land: Land, closed: &[&str]) -> WorkCalendar {
    WorkCalendar {
        land,
        closure_days: closed.iter().map(|day| day.parse().unwrap()).collect(),
    }
}

/// What goes out, day by day, as the service would run: on working days on which it is not down.
fn run(
    deadline: impl Fn(NaiveDate) -> Deadline,
    calendar: &WorkCalendar,
    from: NaiveDate,
    days: u64,
    down: impl Fn(NaiveDate) -> bool,
) -> Vec<(NaiveDate, String, String, Vec<String>)> {
    let (policy, people) = (policy(), everybody());
    let mut said = Said::default();
    let mut out = Vec::new();
    for today in (0..days).map(|days| from + Days::new(days)) {
        if calendar.quiet_day(today).is_some() || down(today) {
            continue;
        }
        let deadlines = [deadline(today)];
        for planned in plan(
            &deadlines,
            &people,
            &said.clone(),
            &policy,
            RunDay::new(today, calendar),
        ) {
            let suppressed: Vec<String> = planned
                .reminder
                .suppressed
                .iter()
                .map(|stage| stage.code.to_string())
                .collect();
            let code = planned.reminder.stage.code.to_string();
            for code in suppressed.iter().chain([&code]) {
                let once = SaidOnce {
                    due: deadlines[0].due,
                    recipient: planned.recipient.to_owned(),
                    code: code.clone(),
                };
                said.add(planned.deadline.id.clone(), once);
            }
            out.push((today, planned.recipient.to_owned(), code, suppressed));
        }
    }
    out
}

/// One line a day: `2018-07-30: O3 head+isb; O3(R28) owner`.
fn lines(mails: &[(NaiveDate, String, String, Vec<String>)]) -> Vec<String> {
    let mut days: BTreeMap<NaiveDate, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for (day, recipient, code, suppressed) in mails {
        let left_out = if suppressed.is_empty() {
            String::new()
        } else {
            format!("({})", suppressed.join(","))
        };
        days.entry(*day)
            .or_default()
            .entry(format!("{code}{left_out}"))
            .or_default()
            .push(recipient);
    }
    let line = |(day, codes): (NaiveDate, BTreeMap<String, Vec<&str>>)| {
        let parts: Vec<String> = codes
            .into_iter()
            .map(|(code, to)| format!("{code} {}", to.join("+")))
            .collect();
        format!("{day}: {}", parts.join("; "))
    };
    days.into_iter().map(line).collect()
}

/// Name, due date, urgent, closure days, mails.
type Vector = (
    &'static str,
    &'static str,
    bool,
    &'static [&'static str],
    &'static [&'static str],
);

const VECTORS: &[Vector] = &[
    (
        "Normalfall Dienstag",
        "2026-03-31",
        false,
        &[],
        &[
            "2026-02-27: D30 owner",
            "2026-03-17: D14 owner",
            "2026-03-24: D7 owner",
            "2026-03-30: D1 owner",
            "2026-04-01: O1 owner",
            "2026-04-14: O2 isb+owner",
            "2026-04-28: R28 owner",
            "2026-04-30: O3 head+isb+owner",
            "2026-05-12: R42 owner",
            "2026-05-26: R56 owner",
            "2026-06-01: O4 head+isb+management",
            "2026-06-09: R70 owner",
        ],
    ),
    (
        "Silvester mit Schließtagen",
        "2021-12-31",
        false,
        &["12-24", "12-31"],
        &[
            "2021-12-01: D30 owner",
            "2021-12-17: D14 owner",
            "2021-12-23: D7 owner",
            "2021-12-30: D1 owner",
            "2022-01-03: O1 owner",
            "2022-01-14: O2 isb+owner",
            "2022-01-28: R28 owner",
            "2022-01-31: O3 head+isb+owner",
            "2022-02-11: R42 owner",
            "2022-02-25: R56 owner",
            "2022-03-01: O4 head+isb+management",
            "2022-03-11: R70 owner",
        ],
    ),
    (
        "Halbjahresbericht Konstanz (Samstag)",
        "2018-06-30",
        false,
        &[],
        &[
            "2018-05-30: D30 owner",
            "2018-06-15: D14 owner",
            "2018-06-22: D7 owner",
            "2018-06-29: D1 owner",
            "2018-07-02: O1 owner",
            "2018-07-16: O2 isb+owner",
            "2018-07-30: O3 head+isb; O3(R28) owner",
            "2018-08-13: R42 owner",
            "2018-08-27: R56 owner",
            "2018-08-29: O4 head+isb+management",
            "2018-09-10: R70 owner",
        ],
    ),
    (
        "Basis-Anforderung, dringlich",
        "2026-04-03",
        true,
        &[],
        &[
            "2026-03-04: D30 owner",
            "2026-03-20: D14 owner",
            "2026-03-27: D7 owner",
            "2026-04-02: D1 owner",
            "2026-04-07: O1 owner",
            "2026-04-10: O2 isb+owner",
            "2026-04-17: O3 head+isb+owner",
            "2026-04-24: R21 owner",
            "2026-05-04: O4 head+isb+management; R28 owner",
            "2026-05-08: R35 owner",
            "2026-05-15: R42 owner",
            "2026-05-22: R49 owner",
            "2026-05-29: R56 owner",
            "2026-06-05: R63 owner",
            "2026-06-12: R70 owner",
        ],
    ),
];

/// DOMAIN T12.
#[test]
fn who_hears_what_on_which_day() {
    for (name, due, urgent, closed, expected) in VECTORS {
        let calendar = calendar(Land::BadenWuerttemberg, closed);
        let deadline = |_| Deadline {
            urgent: *urgent,
            ..deadline("1", due)
        };
        let mails = run(
            deadline,
            &calendar,
            day(due) - Days::new(40),
            40 + 74,
            |_| false,
        );
        assert_eq!(lines(&mails), *expected, "{name}");
    }
}

/// DOMAIN T14: after an outage one mail per person, with the highest code.
#[test]
fn what_an_outage_has_missed_goes_out_once() {
    let calendar = calendar(Land::BadenWuerttemberg, &[]);
    let down = |today| (day("2026-04-01")..=day("2026-05-04")).contains(&today);
    let mails = run(
        |_| deadline("1", "2026-03-31"),
        &calendar,
        day("2026-03-30"),
        45,
        down,
    );
    assert_eq!(
        lines(&mails),
        [
            "2026-03-30: D1(D30,D14,D7) owner",
            "2026-05-05: O3 head; O3(O1,O2,R28) owner; O3(O2) isb",
            "2026-05-12: R42 owner",
        ]
    );
}

#[test]
fn whoever_is_told_late_hears_the_rest_only() {
    let calendar = calendar(Land::BadenWuerttemberg, &[]);
    let since = |since: &'static str| {
        move |_| Deadline {
            since: day(since),
            ..deadline("1", "2026-03-31")
        }
    };
    let from = day("2026-03-10");
    let mails = run(
        since("2026-03-20"),
        &calendar,
        day("2026-03-20"),
        14,
        |_| false,
    );
    assert_eq!(
        lines(&mails),
        [
            "2026-03-20: A owner",
            "2026-03-24: D7 owner",
            "2026-03-30: D1 owner",
            "2026-04-01: O1 owner"
        ]
    );
    let mails = run(since("2026-03-01"), &calendar, from, 10, |_| false);
    assert_eq!(
        lines(&mails),
        ["2026-03-17: D14 owner"],
        "30 days are enough for the first stage"
    );
    // Long overdue when it came: the highest stage at once, repetitions that were missed are not counted up.
    let mails = run(since("2026-10-01"), &calendar, day("2026-10-01"), 1, |_| {
        false
    });
    assert_eq!(
        lines(&mails),
        ["2026-10-01: O4 management; O4(O2,O3) isb; O4(O3) head; R182(O1,O2,O3) owner"]
    );
}

#[test]
fn what_was_over_before_it_came_is_history_unless_it_is_work() {
    let calendar = calendar(Land::BadenWuerttemberg, &[]);
    let report = |_| Deadline {
        kind: Kind::CouncilReport,
        status: None,
        since: day("2026-04-02"),
        ..deadline("1", "2026-03-31")
    };
    assert_eq!(
        run(report, &calendar, day("2026-04-02"), 100, |_| false),
        []
    );
    let known = |today| Deadline {
        since: day("2026-03-31"),
        ..report(today)
    };
    assert_eq!(
        lines(&run(known, &calendar, day("2026-04-02"), 2, |_| false)),
        ["2026-04-02: O1 owner"]
    );
}

#[test]
fn a_pause_holds_back_and_loses_nothing() {
    let calendar = calendar(Land::BadenWuerttemberg, &[]);
    let paused = |today| Deadline {
        paused_until: (day("2026-04-10")..=day("2026-04-20"))
            .contains(&today)
            .then(|| day("2026-04-20")),
        ..deadline("1", "2026-03-31")
    };
    let mails = run(paused, &calendar, day("2026-04-02"), 20, |_| false);
    assert_eq!(
        lines(&mails),
        [
            "2026-04-02: O1(D30,D14,D7,D1) owner",
            "2026-04-21: O2 isb+owner"
        ]
    );
}

#[test]
fn another_date_is_another_deadline() {
    let calendar = calendar(Land::BadenWuerttemberg, &[]);
    let moved = |today| {
        if today < day("2026-04-08") {
            return deadline("1", "2026-03-31");
        }
        Deadline {
            since: day("2026-04-08"),
            due: day("2026-04-20"),
            ..deadline("1", "2026-03-31")
        }
    };
    let mails = run(moved, &calendar, day("2026-03-30"), 25, |_| false);
    assert_eq!(
        lines(&mails),
        [
            "2026-03-30: D1(D30,D14,D7) owner",
            "2026-04-01: O1 owner",
            "2026-04-08: A owner",
            "2026-04-13: D7 owner",
            "2026-04-17: D1 owner",
            "2026-04-21: O1 owner",
        ]
    );
}

#[test]
fn what_was_planned_is_looked_at_again() {
    let (policy, people) = (policy(), everybody());
    let today = day("2026-04-14");
    let said = |code: &str, recipient: &str| SaidOnce {
        due: day("2026-03-31"),
        code: code.to_owned(),
        recipient: recipient.to_owned(),
    };
    let holds = |deadline: &Deadline, said: &SaidOnce| {
        still_told(deadline, said, &people, &policy, today).is_some()
    };
    let open = deadline("1", "2026-03-31");
    assert!(
        holds(&open, &said("O2", "owner"))
            && holds(&open, &said("O2", "isb"))
            && holds(&open, &said("R42", "owner"))
    );
    let moved = Deadline {
        due: day("2026-12-31"),
        ..open.clone()
    };
    let paused = Deadline {
        paused_until: Some(today),
        ..open.clone()
    };
    let reassigned = Deadline {
        owner: Some("isb".to_owned()),
        ..open.clone()
    };
    for gone in [&moved, &paused, &reassigned] {
        assert!(!holds(gone, &said("O2", "owner")), "{gone:?}");
    }
    assert!(!holds(&open, &said("O2", "head")), "not for heads");
    assert!(!holds(&open, &said("R42", "isb")), "not for the ISB");
    assert!(!holds(&open, &said("O2", "nobody")));
    let rested = Deadline {
        paused_until: today.pred_opt(),
        ..open
    };
    assert!(holds(&rested, &said("O2", "owner")));
}

#[test]
fn the_most_overdue_ones_get_mails_of_their_own() {
    let mut singles = Singles::new(2);
    let left: Vec<_> = [(30, "a"), (14, "b"), (60, "c"), (30, "d"), (90, "e")]
        .into_iter()
        .filter_map(|(days, name)| singles.take(days, name))
        .collect();
    assert_eq!(left, ["b", "d", "a"]);
    assert_eq!(singles.into_kept().collect::<Vec<_>>(), ["e", "c"]);
}

#[test]
fn the_key_is_the_same_for_the_same_occurrence_only() {
    let due = day("2026-03-31");
    let key = occurrence_key("implementation:1", due, "O2", "a");
    assert_eq!(key, occurrence_key("implementation:1", due, "O2", "a"));
    assert_eq!(key.len(), 32);
    for other in [
        occurrence_key("implementation:2", due, "O2", "a"),
        occurrence_key("implementation:1", due - Days::new(1), "O2", "a"),
        occurrence_key("implementation:1", due, "O3", "a"),
        occurrence_key("implementation:1", due, "O2", "b"),
        mail_key("digest", "implementation:1", "a", due),
    ] {
        assert_ne!(key, other);
    }
}

/// When a stage goes out if nothing is in its way (DOMAIN REM-7).
fn proper_day(code: &Code<'_>, days: i64, due: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
    let planned = due + chrono::TimeDelta::days(days);
    match code {
        Code::Step(code) if code.starts_with('D') => calendar.working_day_until(planned),
        _ => calendar.working_day_from(planned),
    }
}

proptest! {
    /// Whatever the due date, the Land and the outages: no stage is lost, none is said twice, none too early, and none on a
    /// quiet day. The dates take in changes of the clock, 29 February, Fronleichnam and New Year.
    #[test]
    fn no_stage_is_lost_and_none_is_said_twice(
        due in 0_u64..4000,
        land in proptest::sample::select(Land::ALL),
        urgent: bool,
        outages in proptest::collection::vec((0_u64..140, 1_u64..30), 0..4),
    ) {
        let due = day("2019-12-20") + Days::new(due);
        let from = due - Days::new(45);
        let calendar = calendar(land, &["12-24", "12-31"]);
        let down = |today: NaiveDate| {
            outages.iter().any(|(start, length)| {
                let start = from + Days::new(*start);
                (start..start + Days::new(*length)).contains(&today)
            })
        };
        let deadline = |_| Deadline { due, due_original: due, urgent, ..deadline("1", "2026-03-31") };
        let mails = run(deadline, &calendar, from, 160, down);

        let mut told: BTreeMap<(&str, &str), NaiveDate> = BTreeMap::new();
        for (day, recipient, code, suppressed) in &mails {
            prop_assert!(calendar.quiet_day(*day).is_none() && !down(*day));
            for code in suppressed.iter().chain([code]) {
                prop_assert!(told.insert((recipient, code), *day).is_none(), "{recipient} was told {code} twice");
            }
        }
        let policy = policy();
        let ladder = policy.ladder(Kind::Implementation, urgent).unwrap();
        let last = from + Days::new(159);
        let mut days = (0..160).map(|days| last - Days::new(days));
        let last_run = days.find(|day| calendar.quiet_day(*day).is_none() && !down(*day));
        let Some(last_run) = last_run else { return Ok(()) };
        for (recipient, capacity) in [
            ("owner", Capacity::Owner), ("isb", Capacity::Isb), ("head", Capacity::Head), ("management", Capacity::Management),
        ] {
            let reached = ladder.reached(
                Term { due, since: day("2000-01-01") }, &BTreeSet::from([capacity]), RunDay::new(last_run, &calendar),
            );
            for stage in reached {
                let code = stage.code.to_string();
                let said = told.get(&(recipient, code.as_str()));
                let proper = proper_day(&stage.code, stage.days, due, &calendar);
                // Where the first run found several repetitions missed, only the last one is kept.
                if said.is_none() {
                    let first = mails.iter().find(|mail| mail.1 == recipient).map(|mail| mail.0);
                    prop_assert!(matches!(stage.code, Code::Repeat(_)) && first > Some(proper), "{recipient} never heard {code}");
                    continue;
                }
                prop_assert!(said.is_some_and(|day| *day >= proper), "{recipient} heard {code} too early");
                if outages.is_empty() {
                    prop_assert_eq!(said, Some(&proper), "{} {}", recipient, code);
                }
            }
        }
    }
}
