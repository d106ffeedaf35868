//! What a measure needs before it can be done: no cycles, and no date before that of what is needed
//! (DOMAIN §2.6, MET-11).

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::measure::Status;

/// One measure needs another (`requires`). Ids are whatever tells measures apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dependency<'a> {
    /// The measure that has to wait.
    pub measure: &'a str,
    /// The measure that it needs.
    pub requires: &'a str,
}

/// The cycle that `added` would close, if it would (DOMAIN §2.6: refused on write).
///
/// The answer reads like a walk: each id needs the next one, the first and the last are the same, and the
/// first step is one of `added`. A measure that needs itself is the cycle `[a, a]`. With more than one
/// cycle it is the first that the order of the edges leads to. `existing` is without the edges that the
/// same write takes away.
///
/// Looks at each measure and each edge once and keeps its own stack: a chain of any length is fine.
pub fn find_cycle<'a>(
    existing: &[Dependency<'a>],
    added: &[Dependency<'a>],
) -> Option<Vec<&'a str>> {
    let mut needs: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in existing.iter().chain(added) {
        needs.entry(edge.measure).or_default().push(edge.requires);
    }
    let needs_of = |id: &str| needs.get(id).map(Vec::as_slice).unwrap_or_default().iter();
    let mut visited = HashSet::new();
    // Without `added` there is no cycle, so each one passes through the start of an added edge.
    for edge in added {
        if !visited.insert(edge.measure) {
            continue;
        }
        let mut path = vec![(edge.measure, needs_of(edge.measure))];
        let mut on_path = HashSet::from([edge.measure]);
        while let Some((id, rest)) = path.last_mut() {
            let id = *id;
            match rest.next().copied() {
                Some(next) if on_path.contains(next) => {
                    let cycle = path.iter().map(|(id, _)| *id).skip_while(|id| *id != next);
                    return Some(from_added_edge(cycle.collect(), added));
                }
                Some(next) => {
                    if visited.insert(next) {
                        on_path.insert(next);
                        path.push((next, needs_of(next)));
                    }
                }
                None => {
                    on_path.remove(id);
                    path.pop();
                }
            }
        }
    }
    None
}

/// Turns a cycle so that it starts with an edge of `added`, and closes it.
fn from_added_edge<'a>(mut cycle: Vec<&'a str>, added: &[Dependency<'a>]) -> Vec<&'a str> {
    let added: HashSet<_> = added.iter().copied().collect();
    let next = cycle.iter().cycle().skip(1);
    let start = cycle
        .iter()
        .zip(next)
        .position(|(measure, requires)| added.contains(&Dependency { measure, requires }));
    cycle.rotate_left(start.unwrap_or(0));
    cycle.extend(cycle.first().copied());
    cycle
}

/// When a measure is due.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    /// Id as in [`Dependency`].
    pub id: &'a str,
    /// Where it stands.
    pub status: Status,
    /// Current due date.
    pub due: Option<NaiveDate>,
}

/// A measure that is due before one it needs (DOMAIN MET-11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueTooEarly<'a> {
    /// The measure that has to wait.
    pub measure: &'a str,
    /// When it is due.
    pub due: NaiveDate,
    /// The measure that it needs.
    pub requires: &'a str,
    /// When that one is due.
    pub required_due: NaiveDate,
    /// Calendar days by which it is due too early; at least 1.
    pub days: i64,
}

/// The dependencies whose dates contradict them (DOMAIN MET-11), each once, by ids.
///
/// Only measures that are still to be done are compared: what is done is there already, and the date of a
/// measure that was deferred, rejected or replaced says nothing. The same day is no contradiction, for a
/// date is the last day of its period.
pub fn due_too_early<'a>(
    measures: &[Schedule<'a>],
    dependencies: &[Dependency<'a>],
) -> Vec<DueTooEarly<'a>> {
    let due: HashMap<&str, NaiveDate> = measures
        .iter()
        .filter(|measure| measure.status == Status::Proposed || measure.status.runs())
        .filter_map(|measure| Some((measure.id, measure.due?)))
        .collect();
    let warnings: BTreeSet<DueTooEarly> = dependencies
        .iter()
        .filter_map(|edge| {
            let (due, required_due) = (*due.get(edge.measure)?, *due.get(edge.requires)?);
            let days = required_due.signed_duration_since(due).num_days();
            (days > 0).then_some(DueTooEarly {
                measure: edge.measure,
                due,
                requires: edge.requires,
                required_due,
                days,
            })
        })
        .collect();
    warnings.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edges<'a>(text: &'a str) -> Vec<Dependency<'a>> {
        text.split_whitespace()
            .map(|edge| edge.split_once('>').unwrap())
            .map(|(measure, requires)| Dependency { measure, requires })
            .collect()
    }

    #[test]
    fn cycles_are_named_from_the_added_edge_on() {
        for (existing, added, cycle) in [
            // T34: A requires B requires A.
            ("a>b", "b>a", "b a b"),
            ("", "a>a", "a a"),
            ("", "a>b b>a", "a b a"),
            ("a>b b>c c>d", "d>b", "d b c d"),
            ("a>b b>c x>a c>y", "c>a", "c a b c"),
            // Entered from outside the cycle: the walk starts on the cycle all the same.
            ("b>c c>b2", "a>b b2>b", "b2 b c b2"),
            // The second of two added edges closes it.
            ("a>b", "x>y b>a", "b a b"),
        ] {
            let expected: Vec<&str> = cycle.split(' ').collect();
            assert_eq!(
                find_cycle(&edges(existing), &edges(added)),
                Some(expected),
                "{existing} and {added}"
            );
        }
    }

    #[test]
    fn no_cycle() {
        for (existing, added) in [
            ("", ""),
            ("a>b b>c", ""),
            ("a>b b>c", "a>c"),
            ("a>b", "a>b a>b"),
            // A diamond: two ways to the same measure.
            ("a>b a>c b>d", "c>d"),
            ("a>b c>d", "b>c"),
        ] {
            assert_eq!(
                find_cycle(&edges(existing), &edges(added)),
                None,
                "{existing} and {added}"
            );
        }
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let ids: Vec<String> = (0..200_000).map(|n| n.to_string()).collect();
        let chain: Vec<Dependency> = ids
            .windows(2)
            .map(|pair| Dependency {
                measure: &pair[0],
                requires: &pair[1],
            })
            .collect();
        assert_eq!(find_cycle(&[], &chain), None);
        let closing = Dependency {
            measure: ids.last().unwrap(),
            requires: "0",
        };
        let cycle = find_cycle(&chain, &[closing]).unwrap();
        assert_eq!(cycle.len(), ids.len() + 1);
        assert_eq!(&cycle[..2], &["199999", "0"]);
    }

    #[test]
    fn due_before_what_is_needed() {
        let schedule = |id, status, due: &str| Schedule {
            id,
            status,
            due: due.parse().ok(),
        };
        let approved = Status::Approved;
        for (status, due, required_status, required_due, days) in [
            (approved, "2022-06-30", approved, "2022-07-01", Some(1)),
            (approved, "2022-06-30", approved, "2022-06-30", None),
            (approved, "2022-07-01", approved, "2022-06-30", None),
            (
                Status::Proposed,
                "2022-01-31",
                Status::Blocked,
                "2022-03-31",
                Some(59),
            ),
            (
                Status::InProgress,
                "2022-01-31",
                Status::Proposed,
                "2022-02-01",
                Some(1),
            ),
            (
                approved,
                "2022-01-31",
                Status::Implemented,
                "2022-03-31",
                None,
            ),
            (approved, "2022-01-31", Status::Verified, "2022-03-31", None),
            (approved, "2022-01-31", Status::Deferred, "2022-03-31", None),
            (approved, "2022-01-31", Status::Rejected, "2022-03-31", None),
            (approved, "2022-01-31", Status::Replaced, "2022-03-31", None),
            (
                Status::Implemented,
                "2022-01-31",
                approved,
                "2022-03-31",
                None,
            ),
            (approved, "", approved, "2022-03-31", None),
            (approved, "2022-01-31", approved, "", None),
        ] {
            let measures = [
                schedule("a", status, due),
                schedule("b", required_status, required_due),
            ];
            let warnings = due_too_early(&measures, &edges("a>b a>b"));
            assert_eq!(
                warnings.first().map(|warning| warning.days),
                days,
                "{status} {due} needs {required_status} {required_due}"
            );
            assert!(warnings.len() <= 1);
        }
        assert_eq!(due_too_early(&[], &edges("a>b")), []);
    }

    /// Whether `from` leads to `to` in at least one step, by the closure of the relation.
    fn leads_to(edges: &[(u8, u8)], from: u8, to: u8) -> bool {
        let mut reached = HashSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for (_, next) in edges.iter().filter(|edge| edge.0 == at) {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        reached.contains(&to)
    }

    proptest! {
        #[test]
        fn a_cycle_is_found_exactly_if_there_is_one_and_it_is_a_real_one(
            pairs in prop::collection::vec((0u8..8, 0u8..8), 0..20),
            added in prop::collection::vec((0u8..8, 0u8..8), 0..4),
        ) {
            // What is stored never has a cycle: edges lead to smaller numbers.
            let stored: Vec<(u8, u8)> = pairs.into_iter().filter(|(a, b)| a > b).collect();
            let all: Vec<(u8, u8)> = stored.iter().chain(&added).copied().collect();
            let names: Vec<String> = (0..8).map(|n| n.to_string()).collect();
            let named = |pairs: &[(u8, u8)]| -> Vec<Dependency> {
                pairs.iter().map(|(a, b)| Dependency {
                    measure: &names[usize::from(*a)],
                    requires: &names[usize::from(*b)],
                }).collect()
            };
            let cyclic = (0..8).any(|n| leads_to(&all, n, n));
            let cycle = find_cycle(&named(&stored), &named(&added));
            prop_assert_eq!(cycle.is_some(), cyclic);
            if let Some(cycle) = cycle {
                let steps: Vec<(u8, u8)> = cycle
                    .windows(2)
                    .map(|step| (step[0].parse().unwrap(), step[1].parse().unwrap()))
                    .collect();
                prop_assert!(steps.iter().all(|step| all.contains(step)));
                prop_assert!(added.contains(&steps[0]));
                prop_assert_eq!(cycle.first(), cycle.last());
                let once: HashSet<&str> = cycle.iter().copied().collect();
                prop_assert_eq!(once.len(), steps.len());
            }
        }
    }
}
