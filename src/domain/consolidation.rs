//! Maßnahmen konsolidieren: measures that go into one, make room for another, or fall apart (DOMAIN §2.1, step 2).
//!
//! Nothing gets lost on the way, and no date moves: that takes a postponement (DOMAIN §5.4).

use chrono::NaiveDate;

use super::fault::{Fault, FaultCode};
use super::measure::{Cost, Status};
use super::measure_state::State;
use super::measure_step::missing_for_approval;
use super::order::has_place;

/// Why measures may not be brought together or taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The one that is to be replaced is finished, rejected or replaced already.
    Over(Status),
    /// The one that is to take over is not going to be done, or is done already.
    NoSuccessor(Status),
    /// A running one would go into one that does not run.
    NotRunning(Status),
    /// A binding date would give way to a later one, or to none.
    DueLater(NaiveDate),
}

/// Whether a measure may come to its end in others.
///
/// # Errors
/// [`Refusal::Over`]
pub const fn may_end(old: &State) -> Result<(), Refusal> {
    if has_place(old.status) || matches!(old.status, Status::Deferred) {
        Ok(())
    } else {
        Err(Refusal::Over(old.status))
    }
}

/// Whether a measure may go into another one.
///
/// # Errors
/// [`Refusal`]
pub fn may_go_into(old: &State, successor: &State) -> Result<(), Refusal> {
    may_end(old)?;
    if !has_place(successor.status) {
        return Err(Refusal::NoSuccessor(successor.status));
    }
    if old.status.runs() && !successor.status.runs() {
        return Err(Refusal::NotRunning(successor.status));
    }
    // A date binds once it was approved, a deferral or not.
    let binding = old.status.runs() || old.due_original.is_some();
    match old.due.filter(|_| binding) {
        Some(due) if successor.due.is_none_or(|other| other > due) => Err(Refusal::DueLater(due)),
        _ => Ok(()),
    }
}

/// A measure that came to its end in others.
pub fn replaced(old: &State, reason: &str) -> State {
    State {
        status: Status::Replaced,
        status_reason: Some(reason.trim().to_owned()),
        blocked_by: None,
        blocked_until: None,
        review_on: None,
        needs_split: false,
        ..old.clone()
    }
}

/// A measure by its reference.
pub type Named<'a> = (&'a str, &'a State);

/// A measure with all that others bring into it, without doubles. What they cost is not added up: of two estimates
/// nobody knows whether they are for the same thing.
pub fn absorbed(successor: Named<'_>, olds: &[Named<'_>]) -> State {
    let (reference, state) = successor;
    let mut after = state.clone();
    for (_, old) in olds {
        for (list, more) in [
            (&mut after.fulfils, &old.fulfils),
            (&mut after.applies, &old.applies),
            (&mut after.budget_lines, &old.budget_lines),
            (&mut after.target_objects, &old.target_objects),
            (&mut after.requires, &old.requires),
        ] {
            unite(list, more);
        }
        // What it is made of may not be read by more people than before (DOMAIN ROL-11).
        after.confidentiality = after.confidentiality.max(old.confidentiality);
    }
    let gone = |name: &String| name == reference || olds.iter().any(|(old, _)| old == name);
    after.requires.retain(|name| !gone(name));
    let first_dates = olds.iter().filter_map(|(_, old)| old.due_original);
    after.due_original = after.due_original.or_else(|| first_dates.min());
    after
}

fn unite(list: &mut Vec<String>, more: &[String]) {
    for name in more {
        if !list.contains(name) {
            list.push(name.clone());
        }
    }
}

/// What a measure needs, once others stand for what it needed.
pub fn redirected(requires: &[String], olds: &[&str], successors: &[&str]) -> Vec<String> {
    let is_old = |name: &String| olds.contains(&name.as_str());
    let mut after: Vec<String> = requires.iter().filter(|n| !is_old(n)).cloned().collect();
    if after.len() < requires.len() {
        let successors: Vec<String> = successors.iter().map(|&name| name.to_owned()).collect();
        unite(&mut after, &successors);
    }
    after
}

/// What is wrong with the parts of a measure: each link, line and target object has to be in one of them, each says what
/// it costs if the whole does, and none lacks what was decided on.
pub fn faults_of_parts(whole: &State, parts: &[State]) -> Vec<Fault> {
    let lists: [fn(&State) -> &Vec<String>; 4] = [
        |state| &state.fulfils,
        |state| &state.applies,
        |state| &state.budget_lines,
        |state| &state.target_objects,
    ];
    let mut faults = Vec::new();
    for list in lists {
        let carried = |name: &String| parts.iter().any(|part| list(part).contains(name));
        let lost = list(whole).iter().filter(|name| !carried(name));
        faults.extend(lost.map(|name| not_carried(name)));
    }
    let had = missing_for_approval(whole);
    for (index, part) in parts.iter().enumerate() {
        let required =
            |name: &str| Fault::new(format!("/parts/{index}/{name}"), FaultCode::Required);
        if whole.status.needs_plan() {
            let lost = missing_for_approval(part).into_iter();
            let lost = lost.filter(|name| !had.contains(name) && *name != "cost");
            faults
                .extend(lost.map(|name| required(if name == "links" { "fulfils" } else { name })));
        }
        let costs = whole.cost != Cost::default();
        let incomplete = whole.cost.is_complete() && !part.cost.is_complete();
        if costs && (incomplete || part.cost == Cost::default()) {
            faults.push(required("cost"));
        }
    }
    faults
}

fn not_carried(name: &str) -> Fault {
    Fault::new("/parts", FaultCode::NotCarried).arg("value", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measure::{Confidentiality, EstimateQuality};
    use crate::domain::measure_state::tests::state;

    fn words(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn of(status: Status, due: &str, approved: bool) -> State {
        let due = due.parse().ok();
        State {
            status,
            due,
            due_original: due.filter(|_| approved),
            ..state()
        }
    }

    #[test]
    fn what_may_go_into_what() {
        use Refusal::{DueLater, NoSuccessor, NotRunning, Over};
        use Status::{Approved, Blocked, Deferred, InProgress, Proposed};
        let (june, july) = ("2022-06-30", "2022-07-31");
        let later = june.parse().map(DueLater).unwrap();
        for (old, successor, expected) in [
            (of(Proposed, june, false), of(Proposed, july, false), Ok(())),
            (
                of(Proposed, june, false),
                of(InProgress, july, true),
                Ok(()),
            ),
            (of(Approved, june, true), of(InProgress, june, true), Ok(())),
            (of(Blocked, july, true), of(Approved, june, true), Ok(())),
            (of(Approved, "", true), of(Approved, "", true), Ok(())),
            (
                of(Approved, june, true),
                of(Approved, july, true),
                Err(later),
            ),
            (of(Approved, june, true), of(Approved, "", true), Err(later)),
            (
                of(InProgress, june, false),
                of(Approved, july, true),
                Err(later),
            ),
            (
                of(Approved, june, true),
                of(Proposed, june, false),
                Err(NotRunning(Proposed)),
            ),
            // A deferral keeps the date that was approved once.
            (of(Deferred, june, true), of(Proposed, june, false), Ok(())),
            (
                of(Deferred, june, true),
                of(Proposed, july, false),
                Err(later),
            ),
            (of(Deferred, june, false), of(Proposed, july, false), Ok(())),
            (
                of(Proposed, june, false),
                of(Deferred, june, true),
                Err(NoSuccessor(Deferred)),
            ),
        ] {
            let what = format!(
                "{} {:?} into {} {:?}",
                old.status, old.due, successor.status, successor.due
            );
            assert_eq!(may_go_into(&old, &successor), expected, "{what}");
        }
        for status in [
            Status::Implemented,
            Status::Verified,
            Status::Rejected,
            Status::Replaced,
        ] {
            let (good, bad) = (of(Proposed, june, false), of(status, june, true));
            assert_eq!(may_go_into(&bad, &good), Err(Over(status)));
            assert_eq!(may_go_into(&good, &bad), Err(NoSuccessor(status)));
            assert_eq!(may_end(&bad), Err(Over(status)));
        }
    }

    #[test]
    fn all_is_carried_along_without_doubles() {
        let old = State {
            fulfils: words(&["NET.1.1.A4", "NET.1.1.A5"]),
            applies: words(&["ISMS.1"]),
            budget_lines: words(&["P:1", "P:2"]),
            target_objects: words(&["S-1"]),
            requires: words(&["M-1", "M-3", "M-4", "M-9"]),
            confidentiality: Confidentiality::Confidential,
            due_original: "2022-06-30".parse().ok(),
            ..state()
        };
        let successor = State {
            budget_lines: words(&["P:2"]),
            requires: words(&["M-3", "M-2"]),
            ..state()
        };
        let after = absorbed(("M-1", &successor), &[("M-2", &old), ("M-3", &state())]);
        let expected = State {
            fulfils: words(&["NET.1.1.A4", "NET.1.1.A5"]),
            applies: words(&["ISMS.1"]),
            budget_lines: words(&["P:2", "P:1"]),
            target_objects: words(&["S-1"]),
            requires: words(&["M-4", "M-9"]),
            confidentiality: Confidentiality::Confidential,
            due_original: "2022-06-30".parse().ok(),
            ..successor.clone()
        };
        assert_eq!(after, expected);
        let bound = State {
            due_original: "2022-12-31".parse().ok(),
            ..successor
        };
        assert_eq!(
            absorbed(("M-1", &bound), &[("M-2", &old)]).due_original,
            bound.due_original
        );
    }

    #[test]
    fn a_replaced_measure_keeps_what_it_was() {
        let old = State {
            status: Status::Blocked,
            blocked_by: Some("Lieferant".to_owned()),
            blocked_until: "2022-12-31".parse().ok(),
            needs_split: true,
            ..state()
        };
        let after = replaced(&old, " doppelt ");
        let expected = State {
            status: Status::Replaced,
            status_reason: Some("doppelt".to_owned()),
            ..state()
        };
        assert_eq!(after, expected);
    }

    #[test]
    fn dependencies_lead_to_the_successors() {
        for (requires, expected) in [
            (&["M-1", "M-5"][..], &["M-5", "M-8", "M-9"][..]),
            (&["M-1", "M-2", "M-9"], &["M-9", "M-8"]),
            (&["M-5"], &["M-5"]),
            (&[], &[]),
        ] {
            let after = redirected(&words(requires), &["M-1", "M-2"], &["M-8", "M-9"]);
            assert_eq!(after, words(expected), "{requires:?}");
        }
    }

    #[test]
    fn parts_have_to_make_up_the_whole() {
        let whole = State {
            fulfils: words(&["A", "B"]),
            applies: words(&["C"]),
            budget_lines: words(&["P:1"]),
            target_objects: words(&["S-1"]),
            status: Status::Approved,
            ..state()
        };
        let part = |fulfils: &[&str]| State {
            fulfils: words(fulfils),
            ..whole.clone()
        };
        let told = |whole: &State, parts: &[State]| -> Vec<String> {
            let faults = faults_of_parts(whole, parts).into_iter();
            let words = faults.map(|f| match f.args.first() {
                Some((_, value)) => format!("{} {value}", f.pointer),
                None => f.pointer,
            });
            words.collect()
        };
        assert!(told(&whole, &[part(&["A"]), part(&["B"])]).is_empty());
        assert_eq!(told(&whole, &[part(&["A"]), part(&["A"])]), ["/parts B"]);
        // To observe is not to fulfil.
        let moved = State {
            applies: words(&["C", "B"]),
            ..part(&["A"])
        };
        assert_eq!(told(&whole, &[moved, part(&["A"])]), ["/parts B"]);
        let bare = State {
            fulfils: Vec::new(),
            applies: Vec::new(),
            budget_lines: Vec::new(),
            target_objects: Vec::new(),
            ..whole.clone()
        };
        assert_eq!(
            told(&whole, &[bare.clone(), bare]),
            [
                "/parts A",
                "/parts B",
                "/parts C",
                "/parts P:1",
                "/parts S-1",
                "/parts/0/fulfils",
                "/parts/0/budget_lines",
                "/parts/1/fulfils",
                "/parts/1/budget_lines"
            ]
        );
        let costly = State {
            cost: Cost {
                once_material_cents: Some(1),
                once_staff_tenth_days: Some(0),
                yearly_material_cents: Some(0),
                yearly_staff_tenth_days: Some(0),
                quality: Some(EstimateQuality::Rough),
            },
            ..whole.clone()
        };
        let some = State {
            cost: Cost {
                once_material_cents: Some(1),
                ..Cost::default()
            },
            ..whole.clone()
        };
        let parts = [costly.clone(), some.clone(), whole.clone()];
        assert_eq!(told(&costly, &parts), ["/parts/1/cost", "/parts/2/cost"]);
        assert_eq!(told(&some, &parts), ["/parts/2/cost"]);
    }
}
