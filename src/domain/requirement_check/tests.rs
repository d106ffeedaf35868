use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn bare(status: CheckStatus) -> Assessment {
    Assessment {
        status,
        description: None,
        missing: None,
        reason: None,
        dispensable: None,
        risk_review: None,
        evidence: Vec::new(),
        assessor: None,
        interviewee: None,
        checked_on: None,
    }
}

/// An assessment that carries all that its status asks for.
fn complete(status: CheckStatus) -> Assessment {
    let text = || Some("Text".to_owned());
    let some = bare(status);
    let some = match status {
        CheckStatus::Unassessed => some,
        CheckStatus::Yes => Assessment {
            description: text(),
            interviewee: text(),
            evidence: vec!["DMS 2022/4711".to_owned()],
            ..some
        },
        CheckStatus::Partial => Assessment {
            description: text(),
            missing: text(),
            ..some
        },
        CheckStatus::No => Assessment {
            reason: text(),
            ..some
        },
        CheckStatus::Dispensable => Assessment {
            reason: text(),
            dispensable: Some(Dispensable {
                kind: DispensableKind::NotRelevant,
                measure: None,
                threats: Vec::new(),
            }),
            ..some
        },
    };
    some.tidy("isb@offenburg.example", day("2022-10-17"))
}

/// Pointers and codes of what is at fault.
fn faults(assessment: &Assessment, level: Level) -> Vec<String> {
    match assessment.check(level, "") {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(faults)) => faults
            .iter()
            .map(|fault| format!("{} {}", fault.pointer, fault.code))
            .collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_each_status_must_carry() {
    let tidy = |status| bare(status).tidy("isb@offenburg.example", day("2022-10-17"));
    for (status, missing) in [
        (CheckStatus::Unassessed, vec![]),
        (
            CheckStatus::Yes,
            vec!["/description", "/evidence", "/interviewee"],
        ),
        (CheckStatus::Partial, vec!["/description", "/missing"]),
        (CheckStatus::No, vec!["/reason"]),
        (CheckStatus::Dispensable, vec!["/reason", "/dispensable"]),
    ] {
        let expected: Vec<String> = missing.iter().map(|at| format!("{at} required")).collect();
        assert_eq!(faults(&tidy(status), Level::Standard), expected, "{status}");
        assert_eq!(
            faults(&complete(status), Level::Standard),
            [""; 0],
            "{status}"
        );
    }
    let blank = Assessment {
        reason: Some(" \n".to_owned()),
        ..bare(CheckStatus::No)
    };
    let blank = blank.tidy("isb@offenburg.example", day("2022-10-17"));
    assert_eq!(faults(&blank, Level::Standard), ["/reason required"]);
}

#[test]
fn what_says_nothing_in_a_status() {
    let all = Assessment {
        missing: Some("Text".to_owned()),
        dispensable: complete(CheckStatus::Dispensable).dispensable,
        risk_review: Some(RiskReview {
            reason: Ground::Cost,
            until: None,
        }),
        reason: Some("Text".to_owned()),
        ..complete(CheckStatus::Yes)
    };
    for (status, idle) in [
        (
            CheckStatus::Unassessed,
            vec![
                "description",
                "missing",
                "reason",
                "dispensable",
                "risk_review",
                "evidence",
                "interviewee",
                "assessor",
                "checked_on",
            ],
        ),
        (
            CheckStatus::Yes,
            vec!["missing", "reason", "dispensable", "risk_review"],
        ),
        (CheckStatus::Partial, vec!["dispensable"]),
        (CheckStatus::No, vec!["dispensable"]),
        (
            CheckStatus::Dispensable,
            vec!["description", "missing", "risk_review"],
        ),
    ] {
        let expected: Vec<String> = idle
            .iter()
            .map(|name| format!("/{name} inconsistent"))
            .collect();
        let all = Assessment {
            status,
            ..all.clone()
        };
        assert_eq!(faults(&all, Level::Standard), expected, "{status}");
    }
}

#[test]
fn dispensable_has_two_reasons_and_no_third() {
    let with = |reason: &str| Assessment {
        reason: Some(reason.to_owned()),
        ..complete(CheckStatus::Dispensable)
    };
    let refused = with("Zu teuer").check(Level::Standard, "");
    assert!(
        matches!(refused, Err(Refusal::NotAReason(found)) if found.len() == 1 && found[0].words == "teuer")
    );
    // Not met for the same reason is just that.
    let no = Assessment {
        reason: Some("Zu teuer".to_owned()),
        ..complete(CheckStatus::No)
    };
    assert_eq!(no.check(Level::Standard, ""), Ok(()));
    for (level, status, refused) in [
        (Level::Basic, CheckStatus::Dispensable, false),
        (Level::Standard, CheckStatus::Dispensable, false),
        (Level::Elevated, CheckStatus::Dispensable, true),
        (Level::Elevated, CheckStatus::No, false),
        (Level::Elevated, CheckStatus::Yes, false),
    ] {
        let result = complete(status).check(level, "");
        assert_eq!(
            result == Err(Refusal::Elevated),
            refused,
            "{level} {status}: {result:?}"
        );
    }
}

#[test]
fn a_substitute_is_a_measure_and_goes_into_every_threat() {
    let with = |kind, measure: Option<&str>, threats: &[&str]| Assessment {
        dispensable: Some(Dispensable {
            kind,
            measure: measure.map(str::to_owned),
            threats: threats.iter().map(|id| (*id).to_owned()).collect(),
        }),
        ..complete(CheckStatus::Dispensable)
    };
    use DispensableKind::{NotRelevant, Substitute};
    for (assessment, expected) in [
        (with(Substitute, Some("M-2022-0007"), &["G 0.18"]), vec![]),
        (
            with(Substitute, None, &["G 0.18"]),
            vec!["/dispensable/measure required"],
        ),
        (
            with(NotRelevant, Some("M-2022-0007"), &["G 0.18"]),
            vec![
                "/dispensable/measure inconsistent",
                "/dispensable/threats inconsistent",
            ],
        ),
    ] {
        assert_eq!(faults(&assessment, Level::Standard), expected);
    }
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    for (of_requirement, named, expected) in [
        (vec!["G 0.18", "G 0.29"], vec!["G 0.29", "G 0.18"], vec![]),
        (
            vec!["G 0.18", "G 0.29"],
            vec!["G 0.18"],
            vec!["/threats not_addressed"],
        ),
        (
            vec!["G 0.18"],
            vec!["G 0.18", "G 0.1"],
            vec!["/threats/1 unknown_reference"],
        ),
        (vec![], vec![], vec![]),
    ] {
        let mut faults = Faults::new();
        check_threats(&mut faults, "/threats", &ids(&of_requirement), &ids(&named));
        let found = faults.finish().err().unwrap_or_default();
        let found: Vec<String> = found
            .iter()
            .map(|f| format!("{} {}", f.pointer, f.code))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn the_risk_of_a_basic_requirement_is_not_looked_at() {
    let review = |reason, until: Option<&str>| Assessment {
        risk_review: Some(RiskReview {
            reason,
            until: until.map(day),
        }),
        ..complete(CheckStatus::No)
    };
    let until = Some("2023-01-31");
    for (level, assessment, expected) in [
        (
            Level::Standard,
            review(Ground::RemainingLife, until),
            vec![],
        ),
        (
            Level::Standard,
            review(Ground::RemainingLife, None),
            vec!["/risk_review/until required"],
        ),
        (Level::Elevated, review(Ground::Cost, None), vec![]),
        (
            Level::Basic,
            review(Ground::RemainingLife, until),
            vec!["/risk_review inconsistent"],
        ),
    ] {
        assert_eq!(faults(&assessment, level), expected, "{level}");
    }
}

#[test]
fn days_and_lengths() {
    let today = day("2022-10-17");
    let form = |assessment: &Assessment| {
        let mut faults = Faults::new();
        assessment.check_form(&mut faults, "/assessment", today);
        let found = faults.finish().err().unwrap_or_default();
        found
            .iter()
            .map(|f| format!("{} {}", f.pointer, f.code))
            .collect::<Vec<_>>()
    };
    assert_eq!(form(&complete(CheckStatus::Yes)), [""; 0]);
    let bad = Assessment {
        description: Some("x".repeat(4001)),
        evidence: vec![String::new(); 21],
        assessor: Some("a\u{0}".to_owned()),
        checked_on: Some(day("2022-10-18")),
        risk_review: Some(RiskReview {
            reason: Ground::RemainingLife,
            until: Some(day("2022-10-16")),
        }),
        ..bare(CheckStatus::No)
    };
    let found = form(&bad);
    for expected in [
        "/assessment/description too_long",
        "/assessment/evidence too_many",
        "/assessment/evidence/20 required",
        "/assessment/assessor control_characters",
        "/assessment/checked_on out_of_range",
        "/assessment/risk_review/until out_of_range",
    ] {
        assert!(
            found.iter().any(|fault| fault == expected),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn which_status_counts() {
    use CheckStatus::{Dispensable, No, Partial, Unassessed, Yes};
    use Level::{Basic, Standard};
    let verified = Some(Status::Verified);
    for (status, level, substitute, approved, counts) in [
        (Unassessed, Basic, None, false, Unassessed),
        (Yes, Basic, None, false, Yes),
        (Partial, Basic, None, false, Partial),
        (No, Standard, None, false, No),
        // Not relevant: of a basic requirement with the approval of the management only.
        (Dispensable, Standard, None, false, Dispensable),
        (Dispensable, Basic, None, false, No),
        (Dispensable, Basic, None, true, Dispensable),
        // A substitute counts while it is verified.
        (Dispensable, Standard, verified, false, Dispensable),
        (Dispensable, Basic, verified, false, No),
        (Dispensable, Basic, verified, true, Dispensable),
    ] {
        let facts = Facts {
            status,
            level,
            substitute,
            second_approval: approved,
            open_measure: true,
            checked_on: None,
        };
        assert_eq!(facts.judge(day("2022-10-17")).0, counts, "{facts:?}");
    }
    for substitute in Status::ALL.iter().copied() {
        let facts = Facts {
            status: Dispensable,
            level: Standard,
            substitute: Some(substitute),
            second_approval: false,
            open_measure: true,
            checked_on: None,
        };
        let (effective, findings) = facts.judge(day("2022-10-17"));
        let counts = substitute == Status::Verified;
        assert_eq!(
            effective,
            if counts { Dispensable } else { No },
            "{substitute}"
        );
        assert_eq!(findings.substitute_not_verified, !counts, "{substitute}");
    }
}

#[test]
fn what_is_to_be_looked_at() {
    let today = day("2022-10-17");
    let facts = |status, open_measure, checked: &str| Facts {
        status,
        level: Level::Standard,
        substitute: None,
        second_approval: false,
        open_measure,
        checked_on: Some(day(checked)),
    };
    for (facts, without_measure, stale) in [
        (facts(CheckStatus::No, false, "2022-10-17"), true, false),
        (facts(CheckStatus::No, true, "2022-10-17"), false, false),
        (
            facts(CheckStatus::Partial, false, "2022-10-17"),
            true,
            false,
        ),
        (facts(CheckStatus::Yes, false, "2021-10-17"), false, false),
        // T29: older than twelve months.
        (facts(CheckStatus::Yes, false, "2021-10-16"), false, true),
    ] {
        let (_, findings) = facts.judge(today);
        assert_eq!(
            (findings.open_without_measure, findings.stale),
            (without_measure, stale),
            "{facts:?}"
        );
    }
    let open: Vec<Status> = Status::ALL
        .iter()
        .copied()
        .filter(|s| works_on_it(*s))
        .collect();
    use Status::{Approved, Blocked, Implemented, InProgress, Proposed};
    assert_eq!(open, [Proposed, Approved, InProgress, Blocked, Implemented]);
}
