//! The order in which measures are to be implemented, and why each stands where it stands (DOMAIN §2.6).
//!
//! What a measure needs comes first: layer 0 waits for nothing, layer 1 for something in layer 0, and so
//! on. Inside a layer one rule after the other decides, until two measures differ. What is not known of a
//! measure never moves it forward. The last rule is the reference, so that no two measures are equal and the
//! order does not depend on the one they come in.

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::NaiveDate;

use super::catalogue::{ImplementationOrder, Level};
use super::dependency::{Dependency, find_cycle};
use super::fault::Faults;
use super::measure::Status;
use super::text_enum;

text_enum! {
    /// Schutzbedarf of a target object, in rising order.
    ProtectionNeed {
        /// Normal.
        Normal = "normal",
        /// Hoch.
        High = "high",
        /// Sehr hoch.
        VeryHigh = "very_high",
    }
}

text_enum! {
    /// What decides on a place (DOMAIN §2.6).
    Rule {
        /// Nothing else could be done in this place: everything waits for it, or it is the only one.
        Only = "only",
        /// It needs a measure of the layer before.
        Dependency = "dependency",
        /// Somebody put it there, with a reason.
        Manual = "manual",
        /// (1) Strongest unmet level: basic, standard, elevated.
        Level = "level",
        /// (2) R1, R2, R3 of the best module.
        ModuleOrder = "module_order",
        /// (3) Schutzbedarf, very high first.
        ProtectionNeed = "protection_need",
        /// (4) Number of target objects that it covers, most first.
        TargetObjects = "target_objects",
        /// (5) Density of gaps in the module, densest first.
        GapDensity = "gap_density",
        /// (6) Cost that arises once, lowest first.
        CostOnce = "cost_once",
        /// (7) Current due date, earliest first.
        Due = "due",
        /// (8) Reference, lowest first.
        Reference = "reference",
    }
}

text_enum! {
    /// Which of the first two rules leads; BSI does not rank them against each other (DOMAIN §2.6).
    Leading {
        /// Level before R1 to R3.
        Level = "level",
        /// R1 to R3 before level.
        ModuleOrder = "module_order",
    }
}

text_enum! {
    /// Where somebody puts a measure by hand: inside its layer, for nothing comes before what it needs.
    ManualPlace {
        /// Before all that the rules place.
        First = "first",
        /// After all that the rules place.
        Last = "last",
    }
}

/// A place given by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manual {
    /// Before or after those that the rules place.
    pub place: ManualPlace,
    /// Order among those with the same place, lowest first.
    pub rank: u32,
}

/// Requirements of a module, or of the part of it that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gaps {
    /// Those that are not met.
    pub unmet: u32,
    /// All that are in scope (DOMAIN MET-9).
    pub in_scope: u32,
}

/// What has to be known of a measure to find its place.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// Id as in [`Dependency`]; no two are the same.
    pub id: &'a str,
    /// Its reference as a number, [`super::measure::reference_seq`]; no two are the same.
    pub reference: i64,
    /// Strongest level (basic before standard before elevated) of the unmet requirements that it fulfils.
    pub level: Option<Level>,
    /// R1, R2 or R3 of the best module that it is tied to.
    pub module_order: Option<ImplementationOrder>,
    /// Highest Schutzbedarf of the target objects that it covers.
    pub protection_need: Option<ProtectionNeed>,
    /// How many target objects it covers.
    pub target_objects: u32,
    /// Gaps of its module; of several modules those of the densest.
    pub gaps: Option<Gaps>,
    /// Material cost that arises once, in cents.
    pub cost_once_cents: Option<i64>,
    /// Current due date.
    pub due: Option<NaiveDate>,
    /// Place given by hand.
    pub manual: Option<Manual>,
}

/// Place of a measure in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// Id of the measure.
    pub id: &'a str,
    /// 1 is to be implemented first.
    pub rank: usize,
    /// How many measures have to be done one after the other before it.
    pub layer: usize,
    /// The one that it has to wait for longest; `None` in layer 0.
    pub waits_for: Option<&'a str>,
    /// Why it does not stand elsewhere.
    pub reason: Reason<'a>,
}

/// The rule that parts a measure from the neighbour before it (the first one from the neighbour after it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason<'a> {
    /// The rule.
    pub rule: Rule,
    /// Value of the measure under this rule: a word of the rule's enum, a number, cents, a day, `unmet/in_scope`,
    /// `place rank`. `None` where it is not known, and for `only` and `dependency`.
    pub value: Option<String>,
    /// The neighbour; `None` for `only`.
    pub neighbour: Option<&'a str>,
    /// Value of the neighbour under this rule.
    pub neighbour_value: Option<String>,
}

/// There is no order, because measures need each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("measures need each other: {}", .0.join(" > "))]
pub struct Cyclic<'a>(
    /// The cycle, as [`find_cycle`] gives it.
    pub Vec<&'a str>,
);

/// Whether a measure has a place in the order: it is proposed or work on it is still to be done. The order is part
/// of what is approved (DOMAIN §2.2, `order_rank`), so it covers what is proposed.
pub const fn has_place(status: Status) -> bool {
    matches!(status, Status::Proposed) || status.runs()
}

/// Checks the reason of a place given by hand (DOMAIN §2.6: a manual override needs a reason).
pub fn check_manual_reason(faults: &mut Faults, pointer: &str, reason: &str) {
    faults.text(pointer, reason, 1, 2000);
}

/// Puts measures in order (DOMAIN §2.6). Dependencies on measures that are not among the candidates do not count:
/// those are done, or nobody is going to do them.
///
/// # Errors
/// [`Cyclic`] if candidates need each other; such edges are refused when they are written.
pub fn implementation_order<'a>(
    candidates: &[Candidate<'a>],
    dependencies: &[Dependency<'a>],
    leading: Leading,
) -> Result<Vec<Place<'a>>, Cyclic<'a>> {
    let layers = layers(candidates, dependencies)?;
    let layer_of = |id: &str| layers.get(id).copied().unwrap_or_default();
    let rules = rules(leading);
    let mut sorted: Vec<(usize, &Candidate)> = candidates
        .iter()
        .map(|candidate| (layer_of(candidate.id), candidate))
        .collect();
    sorted.sort_by(|(layer_a, a), (layer_b, b)| {
        let decision = || deciding_rule(&rules, a, b).map(|(_, ordering)| ordering);
        layer_a
            .cmp(layer_b)
            .then_with(|| decision().unwrap_or(Ordering::Equal))
    });
    let waits_for = last_required(&sorted, dependencies);
    let before = std::iter::once(None).chain(sorted.iter().map(Some));
    let after = sorted.iter().skip(1).map(Some).chain([None]);
    let places = sorted.iter().zip(before).zip(after).zip(1..);
    Ok(places
        .map(|((((layer, candidate), before), after), rank)| Place {
            id: candidate.id,
            rank,
            layer: *layer,
            waits_for: waits_for.get(candidate.id).copied(),
            reason: reason(&rules, (*layer, candidate), before, after),
        })
        .collect())
}

/// The layer of each candidate: 0, or one more than the highest layer of what it needs.
fn layers<'a>(
    candidates: &[Candidate<'a>],
    dependencies: &[Dependency<'a>],
) -> Result<HashMap<&'a str, usize>, Cyclic<'a>> {
    let mut open_needs: HashMap<&str, usize> = candidates
        .iter()
        .map(|candidate| (candidate.id, 0))
        .collect();
    let among: Vec<Dependency> = dependencies
        .iter()
        .filter(|edge| {
            open_needs.contains_key(edge.measure) && open_needs.contains_key(edge.requires)
        })
        .copied()
        .collect();
    let mut dependents: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &among {
        *open_needs.entry(edge.measure).or_default() += 1;
        dependents
            .entry(edge.requires)
            .or_default()
            .push(edge.measure);
    }
    let mut layers = HashMap::with_capacity(open_needs.len());
    let mut ready: Vec<&str> = open_needs
        .iter()
        .filter(|(_, open)| **open == 0)
        .map(|(id, _)| *id)
        .collect();
    let mut layer = 0;
    while !ready.is_empty() {
        let mut next = Vec::new();
        for id in ready {
            layers.insert(id, layer);
            for dependent in dependents.get(id).into_iter().flatten() {
                let open = open_needs.entry(dependent).or_default();
                *open = open.saturating_sub(1);
                if *open == 0 {
                    next.push(*dependent);
                }
            }
        }
        ready = next;
        layer += 1;
    }
    if layers.len() < open_needs.len() {
        return Err(Cyclic(find_cycle(&[], &among).unwrap_or_default()));
    }
    Ok(layers)
}

/// For each measure that needs another the one of those that comes last.
fn last_required<'a>(
    sorted: &[(usize, &Candidate<'a>)],
    dependencies: &[Dependency<'a>],
) -> HashMap<&'a str, &'a str> {
    let ranks: HashMap<&str, usize> = sorted
        .iter()
        .zip(1..)
        .map(|((_, candidate), rank)| (candidate.id, rank))
        .collect();
    let mut last: HashMap<&str, (usize, &str)> = HashMap::new();
    for edge in dependencies {
        let Some(rank) = ranks.get(edge.requires) else {
            continue;
        };
        let latest = last.entry(edge.measure).or_default();
        *latest = (*latest).max((*rank, edge.requires));
    }
    last.into_iter()
        .map(|(measure, (_, requires))| (measure, requires))
        .collect()
}

const fn rules(leading: Leading) -> [Rule; 9] {
    let [first, second] = match leading {
        Leading::Level => [Rule::Level, Rule::ModuleOrder],
        Leading::ModuleOrder => [Rule::ModuleOrder, Rule::Level],
    };
    [
        Rule::Manual,
        first,
        second,
        Rule::ProtectionNeed,
        Rule::TargetObjects,
        Rule::GapDensity,
        Rule::CostOnce,
        Rule::Due,
        Rule::Reference,
    ]
}

/// The first rule under which two measures differ, and how.
fn deciding_rule(rules: &[Rule], a: &Candidate, b: &Candidate) -> Option<(Rule, Ordering)> {
    rules
        .iter()
        .map(|rule| (*rule, compare(*rule, a, b)))
        .find(|(_, ordering)| ordering.is_ne())
}

/// How two measures stand to each other under one rule; less comes first.
fn compare(rule: Rule, a: &Candidate, b: &Candidate) -> Ordering {
    match rule {
        // Not about two measures, but about layers.
        Rule::Only | Rule::Dependency => Ordering::Equal,
        Rule::Manual => manual_key(a.manual).cmp(&manual_key(b.manual)),
        Rule::Level => known_first(a.level, b.level),
        Rule::ModuleOrder => known_first(a.module_order, b.module_order),
        // Here the highest comes first, and `None` is the lowest.
        Rule::ProtectionNeed => b.protection_need.cmp(&a.protection_need),
        Rule::TargetObjects => b.target_objects.cmp(&a.target_objects),
        Rule::GapDensity => by_density(a.gaps, b.gaps),
        Rule::CostOnce => known_first(a.cost_once_cents, b.cost_once_cents),
        Rule::Due => known_first(a.due, b.due),
        Rule::Reference => (a.reference, a.id).cmp(&(b.reference, b.id)),
    }
}

fn known_first<T: Ord>(a: Option<T>, b: Option<T>) -> Ordering {
    a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(&b))
}

const fn manual_key(manual: Option<Manual>) -> (u8, u32) {
    match manual {
        Some(Manual {
            place: ManualPlace::First,
            rank,
        }) => (0, rank),
        None => (1, 0),
        Some(Manual {
            place: ManualPlace::Last,
            rank,
        }) => (2, rank),
    }
}

/// Densest first: `a/b > c/d` exactly if `a·d > c·b`. Of a module with nothing in scope no density is known.
fn by_density(a: Option<Gaps>, b: Option<Gaps>) -> Ordering {
    let known = |gaps: Option<Gaps>| gaps.filter(|gaps| gaps.in_scope > 0);
    match (known(a), known(b)) {
        (Some(a), Some(b)) => {
            let a_over_b = u64::from(a.unmet) * u64::from(b.in_scope);
            let b_over_a = u64::from(b.unmet) * u64::from(a.in_scope);
            b_over_a.cmp(&a_over_b)
        }
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

fn value(rule: Rule, candidate: &Candidate) -> Option<String> {
    match rule {
        Rule::Only | Rule::Dependency => None,
        Rule::Manual => candidate
            .manual
            .map(|manual| format!("{} {}", manual.place, manual.rank)),
        Rule::Level => candidate.level.map(|level| level.to_string()),
        Rule::ModuleOrder => candidate.module_order.map(|order| order.to_string()),
        Rule::ProtectionNeed => candidate.protection_need.map(|need| need.to_string()),
        Rule::TargetObjects => Some(candidate.target_objects.to_string()),
        Rule::GapDensity => candidate
            .gaps
            .map(|gaps| format!("{}/{}", gaps.unmet, gaps.in_scope)),
        Rule::CostOnce => candidate.cost_once_cents.map(|cents| cents.to_string()),
        Rule::Due => candidate.due.map(|day| day.to_string()),
        Rule::Reference => Some(candidate.reference.to_string()),
    }
}

fn reason<'a>(
    rules: &[Rule],
    (layer, candidate): (usize, &Candidate<'a>),
    before: Option<&(usize, &Candidate<'a>)>,
    after: Option<&(usize, &Candidate<'a>)>,
) -> Reason<'a> {
    let same_layer = |other: &&(usize, &Candidate<'a>)| other.0 == layer;
    match (before, before.or(after).filter(same_layer)) {
        (_, Some((_, neighbour))) => {
            let decided = deciding_rule(rules, candidate, neighbour);
            let rule = decided.map_or(Rule::Reference, |(rule, _)| rule);
            Reason {
                rule,
                value: value(rule, candidate),
                neighbour: Some(neighbour.id),
                neighbour_value: value(rule, neighbour),
            }
        }
        (Some((_, neighbour)), None) => Reason {
            rule: Rule::Dependency,
            value: None,
            neighbour: Some(neighbour.id),
            neighbour_value: None,
        },
        (None, None) => Reason {
            rule: Rule::Only,
            value: None,
            neighbour: None,
            neighbour_value: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(id: &str, reference: i64) -> Candidate<'_> {
        Candidate {
            id,
            reference,
            level: Some(Level::Standard),
            module_order: Some(ImplementationOrder::R2),
            protection_need: Some(ProtectionNeed::High),
            target_objects: 5,
            gaps: Some(Gaps {
                unmet: 2,
                in_scope: 4,
            }),
            cost_once_cents: Some(10_000),
            due: "2022-06-30".parse().ok(),
            manual: None,
        }
    }

    fn ids(
        candidates: &[Candidate<'_>],
        dependencies: &[(&str, &str)],
        leading: Leading,
    ) -> Vec<String> {
        let dependencies: Vec<Dependency> = dependencies
            .iter()
            .map(|(measure, requires)| Dependency { measure, requires })
            .collect();
        implementation_order(candidates, &dependencies, leading)
            .unwrap()
            .iter()
            .map(|place| place.id.to_owned())
            .collect()
    }

    /// Two measures that differ in one thing only; `late` has the lower reference, so that without the rule
    /// it would come first.
    #[test]
    fn each_rule_alone_decides_and_says_so() {
        type Change = fn(&mut Candidate<'_>);
        type Value = Option<&'static str>;
        let table: &[(Rule, Change, Change, Value, Value)] = &[
            (
                Rule::Level,
                |c| c.level = Some(Level::Basic),
                |_| {},
                Some("basic"),
                Some("standard"),
            ),
            (
                Rule::Level,
                |_| {},
                |c| c.level = Some(Level::Elevated),
                Some("standard"),
                Some("elevated"),
            ),
            (
                Rule::Level,
                |_| {},
                |c| c.level = None,
                Some("standard"),
                None,
            ),
            (
                Rule::ModuleOrder,
                |c| c.module_order = Some(ImplementationOrder::R1),
                |_| {},
                Some("R1"),
                Some("R2"),
            ),
            (
                Rule::ModuleOrder,
                |_| {},
                |c| c.module_order = Some(ImplementationOrder::R3),
                Some("R2"),
                Some("R3"),
            ),
            (
                Rule::ModuleOrder,
                |_| {},
                |c| c.module_order = None,
                Some("R2"),
                None,
            ),
            (
                Rule::ProtectionNeed,
                |c| c.protection_need = Some(ProtectionNeed::VeryHigh),
                |_| {},
                Some("very_high"),
                Some("high"),
            ),
            (
                Rule::ProtectionNeed,
                |c| c.protection_need = Some(ProtectionNeed::Normal),
                |c| c.protection_need = None,
                Some("normal"),
                None,
            ),
            (
                Rule::TargetObjects,
                |c| c.target_objects = 12,
                |_| {},
                Some("12"),
                Some("5"),
            ),
            (
                Rule::GapDensity,
                |c| {
                    c.gaps = Some(Gaps {
                        unmet: 2,
                        in_scope: 3,
                    })
                },
                |c| {
                    c.gaps = Some(Gaps {
                        unmet: 60,
                        in_scope: 100,
                    })
                },
                Some("2/3"),
                Some("60/100"),
            ),
            (
                Rule::GapDensity,
                |c| {
                    c.gaps = Some(Gaps {
                        unmet: 0,
                        in_scope: 3,
                    })
                },
                |c| {
                    c.gaps = Some(Gaps {
                        unmet: 0,
                        in_scope: 0,
                    })
                },
                Some("0/3"),
                Some("0/0"),
            ),
            (
                Rule::GapDensity,
                |_| {},
                |c| c.gaps = None,
                Some("2/4"),
                None,
            ),
            (
                Rule::CostOnce,
                |c| c.cost_once_cents = Some(0),
                |_| {},
                Some("0"),
                Some("10000"),
            ),
            (
                Rule::CostOnce,
                |_| {},
                |c| c.cost_once_cents = None,
                Some("10000"),
                None,
            ),
            (
                Rule::Due,
                |c| c.due = "2021-12-31".parse().ok(),
                |_| {},
                Some("2021-12-31"),
                Some("2022-06-30"),
            ),
            (
                Rule::Due,
                |_| {},
                |c| c.due = None,
                Some("2022-06-30"),
                None,
            ),
            (
                Rule::Manual,
                |c| {
                    c.manual = Some(Manual {
                        place: ManualPlace::First,
                        rank: 7,
                    })
                },
                |_| {},
                Some("first 7"),
                None,
            ),
            (
                Rule::Manual,
                |_| {},
                |c| {
                    c.manual = Some(Manual {
                        place: ManualPlace::Last,
                        rank: 1,
                    })
                },
                None,
                Some("last 1"),
            ),
            (
                Rule::Reference,
                |c| c.reference = 0,
                |_| {},
                Some("0"),
                Some("1"),
            ),
        ];
        for (rule, make_early, make_late, early_value, late_value) in table {
            let (mut early, mut late) = (plain("early", 2), plain("late", 1));
            make_early(&mut early);
            make_late(&mut late);
            let places = implementation_order(&[late, early], &[], Leading::Level).unwrap();
            let (early_value, late_value) = (
                early_value.map(str::to_owned),
                late_value.map(str::to_owned),
            );
            assert_eq!(
                places,
                [
                    Place {
                        id: "early",
                        rank: 1,
                        layer: 0,
                        waits_for: None,
                        reason: Reason {
                            rule: *rule,
                            value: early_value.clone(),
                            neighbour: Some("late"),
                            neighbour_value: late_value.clone(),
                        },
                    },
                    Place {
                        id: "late",
                        rank: 2,
                        layer: 0,
                        waits_for: None,
                        reason: Reason {
                            rule: *rule,
                            value: late_value,
                            neighbour: Some("early"),
                            neighbour_value: early_value,
                        },
                    },
                ],
                "{rule}"
            );
        }
    }

    #[test]
    fn which_of_level_and_module_order_leads_is_configurable() {
        let basic_r3 = Candidate {
            level: Some(Level::Basic),
            module_order: Some(ImplementationOrder::R3),
            ..plain("basic R3", 1)
        };
        let standard_r1 = Candidate {
            module_order: Some(ImplementationOrder::R1),
            ..plain("standard R1", 2)
        };
        for (leading, expected) in [
            (Leading::Level, ["basic R3", "standard R1"]),
            (Leading::ModuleOrder, ["standard R1", "basic R3"]),
        ] {
            let both = [standard_r1.clone(), basic_r3.clone()];
            assert_eq!(ids(&both, &[], leading), expected, "{leading}");
        }
    }

    #[test]
    fn what_is_needed_comes_first_however_weak_it_is() {
        let basic = Candidate {
            level: Some(Level::Basic),
            manual: Some(Manual {
                place: ManualPlace::First,
                rank: 1,
            }),
            ..plain("basic", 1)
        };
        let weak = Candidate {
            level: None,
            ..plain("weak", 2)
        };
        let other = plain("other", 3);
        let edge = Dependency {
            measure: "basic",
            requires: "weak",
        };
        // `gone` is done already and holds nobody up.
        let done = Dependency {
            measure: "other",
            requires: "gone",
        };
        let places =
            implementation_order(&[basic, weak, other], &[edge, edge, done], Leading::Level)
                .unwrap();
        let told: Vec<_> = places
            .iter()
            .map(|p| (p.id, p.rank, p.layer, p.waits_for, p.reason.rule))
            .collect();
        assert_eq!(
            told,
            [
                ("other", 1, 0, None, Rule::Level),
                ("weak", 2, 0, None, Rule::Level),
                ("basic", 3, 1, Some("weak"), Rule::Dependency),
            ]
        );
    }

    #[test]
    fn none_one_and_a_chain() {
        assert_eq!(implementation_order(&[], &[], Leading::Level), Ok(vec![]));
        let edge = |measure, requires| Dependency { measure, requires };
        let places = implementation_order(
            &[plain("a", 1), plain("b", 2), plain("c", 3)],
            &[edge("a", "b"), edge("b", "c"), edge("a", "c")],
            Leading::Level,
        )
        .unwrap();
        let told: Vec<_> = places
            .iter()
            .map(|p| {
                (
                    p.id,
                    p.layer,
                    p.waits_for,
                    p.reason.rule,
                    p.reason.neighbour,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("c", 0, None, Rule::Only, None),
                ("b", 1, Some("c"), Rule::Dependency, Some("c")),
                ("a", 2, Some("b"), Rule::Dependency, Some("b")),
            ]
        );
    }

    #[test]
    fn a_cycle_has_no_order() {
        let edge = |measure, requires| Dependency { measure, requires };
        let error = implementation_order(
            &[plain("a", 1), plain("b", 2), plain("c", 3)],
            &[edge("a", "b"), edge("b", "a"), edge("c", "a")],
            Leading::Level,
        )
        .unwrap_err();
        assert_eq!(error, Cyclic(vec!["a", "b", "a"]));
        assert_eq!(error.to_string(), "measures need each other: a > b > a");
    }

    #[test]
    fn who_has_a_place() {
        let placed: Vec<Status> = Status::ALL
            .iter()
            .copied()
            .filter(|status| has_place(*status))
            .collect();
        assert_eq!(
            placed,
            [
                Status::Proposed,
                Status::Approved,
                Status::InProgress,
                Status::Blocked
            ]
        );
    }

    #[test]
    fn a_manual_place_needs_a_reason() {
        for (reason, ok) in [("", false), (" \n", false), ("Weisung", true)] {
            let mut faults = Faults::new();
            check_manual_reason(&mut faults, "/order_reason", reason);
            assert_eq!(faults.is_empty(), ok, "{reason:?}");
        }
    }

    #[test]
    fn fifty_thousand_measures_in_one_chain_and_in_one_layer() {
        let names: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
        let many: Vec<Candidate> = names.iter().zip(1..).map(|(id, n)| plain(id, n)).collect();
        let chain: Vec<Dependency> = names
            .windows(2)
            .map(|pair| Dependency {
                measure: &pair[0],
                requires: &pair[1],
            })
            .collect();
        let places = implementation_order(&many, &chain, Leading::Level).unwrap();
        assert_eq!(places[0].id, "49999");
        assert_eq!(places[49_999].layer, 49_999);
        let places = implementation_order(&many, &[], Leading::Level).unwrap();
        assert_eq!(places[49_999].id, "49999");
    }

    fn word<T: Copy + std::fmt::Debug + 'static>(
        all: &'static [T],
    ) -> impl Strategy<Value = Option<T>> {
        prop::option::of(prop::sample::select(all))
    }

    /// Few values, so that every rule gets its turn.
    fn candidates() -> impl Strategy<Value = Vec<Candidate<'static>>> {
        const NAMES: [&str; 12] = ["l", "k", "j", "i", "h", "g", "f", "e", "d", "c", "b", "a"];
        let gaps = (0u32..4, 0u32..4).prop_map(|(unmet, in_scope)| Gaps { unmet, in_scope });
        let manual = prop::option::weighted(
            0.2,
            (prop::sample::select(ManualPlace::ALL), 0u32..2)
                .prop_map(|(place, rank)| Manual { place, rank }),
        );
        let facts = (
            word(Level::ALL),
            word(ImplementationOrder::ALL),
            word(ProtectionNeed::ALL),
            0u32..2,
            prop::option::of(gaps),
            prop::option::of(0i64..2),
            prop::option::of(0u64..2),
            manual,
        );
        prop::collection::vec(facts, 0..12).prop_map(|all| {
            let facts = all.into_iter().zip(NAMES).zip(1..);
            facts
                .map(|((facts, id), reference)| Candidate {
                    id,
                    reference,
                    level: facts.0,
                    module_order: facts.1,
                    protection_need: facts.2,
                    target_objects: facts.3,
                    gaps: facts.4,
                    cost_once_cents: facts.5,
                    due: facts.6.map(|days| NaiveDate::MIN + chrono::Days::new(days)),
                    manual: facts.7,
                })
                .collect()
        })
    }

    /// Candidates with edges from later to earlier ones, which make no cycle.
    fn plans() -> impl Strategy<Value = (Vec<Candidate<'static>>, Vec<Dependency<'static>>)> {
        (
            candidates(),
            prop::collection::vec((0usize..12, 0usize..12), 0..16),
        )
            .prop_map(|(candidates, pairs)| {
                let id = |n: usize| candidates.get(n).map(|c| c.id);
                let edges = pairs
                    .into_iter()
                    .map(|(a, b)| (a.max(b), a.min(b)))
                    .filter(|(a, b)| a != b)
                    .filter_map(|(a, b)| {
                        Some(Dependency {
                            measure: id(a)?,
                            requires: id(b)?,
                        })
                    })
                    .collect();
                (candidates, edges)
            })
    }

    fn shuffled_plans() -> impl Strategy<
        Value = (
            Vec<Candidate<'static>>,
            Vec<Dependency<'static>>,
            Vec<Candidate<'static>>,
            Vec<Dependency<'static>>,
        ),
    > {
        plans().prop_flat_map(|(candidates, edges)| {
            (
                Just(candidates.clone()),
                Just(edges.clone()),
                Just(candidates).prop_shuffle(),
                Just(edges).prop_shuffle(),
            )
        })
    }

    /// §2.6 (1) to (8) written down once more as one number each, lowest first.
    fn keys(c: &Candidate<'_>) -> [i64; 9] {
        const LAST: i64 = 1_000_000;
        let place = |place: Option<usize>| place.map_or(LAST, |n| i64::try_from(n).unwrap());
        let density = c
            .gaps
            .filter(|gaps| gaps.in_scope > 0)
            // 12 divides by all denominators that are drawn.
            .map_or(LAST, |gaps| -i64::from(gaps.unmet * 12 / gaps.in_scope));
        let manual = c.manual.map_or(0, |manual| match manual.place {
            ManualPlace::First => -100 + i64::from(manual.rank),
            ManualPlace::Last => 100 + i64::from(manual.rank),
        });
        [
            manual,
            place(c.level.map(|l| l as usize)),
            place(c.module_order.map(|r| r as usize)),
            c.protection_need.map_or(LAST, |need| -(need as i64)),
            -i64::from(c.target_objects),
            density,
            c.cost_once_cents.unwrap_or(LAST),
            c.due.map_or(LAST, |due| (due - NaiveDate::MIN).num_days()),
            c.reference,
        ]
    }

    /// Length of the longest way down from a measure.
    fn depth(id: &str, edges: &[Dependency<'_>]) -> usize {
        let needed = edges.iter().filter(|edge| edge.measure == id);
        needed
            .map(|edge| 1 + depth(edge.requires, edges))
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_the_order_of_the_input(
            (candidates, edges, other_candidates, other_edges) in shuffled_plans()
        ) {
            prop_assert_eq!(
                implementation_order(&candidates, &edges, Leading::Level),
                implementation_order(&other_candidates, &other_edges, Leading::Level)
            );
        }

        #[test]
        fn it_is_the_order_of_the_rule_book((candidates, edges) in plans()) {
            let places = implementation_order(&candidates, &edges, Leading::Level).unwrap();
            let mut expected = candidates.clone();
            expected.sort_by_key(|c| (depth(c.id, &edges), keys(c)));
            let expected: Vec<&str> = expected.iter().map(|c| c.id).collect();
            let ids: Vec<&str> = places.iter().map(|place| place.id).collect();
            prop_assert_eq!(ids, expected);
            let ranks: Vec<usize> = places.iter().map(|place| place.rank).collect();
            prop_assert_eq!(ranks, (1..=candidates.len()).collect::<Vec<_>>());
        }

        #[test]
        fn nothing_stands_before_what_it_needs((candidates, edges) in plans()) {
            let places = implementation_order(&candidates, &edges, Leading::ModuleOrder).unwrap();
            let place = |id| places.iter().find(|place| place.id == id).unwrap();
            for edge in &edges {
                prop_assert!(place(edge.requires).rank < place(edge.measure).rank);
                prop_assert!(place(edge.requires).layer < place(edge.measure).layer);
            }
            for at in &places {
                prop_assert_eq!(at.waits_for.is_some(), at.layer > 0);
                if let Some(id) = at.waits_for {
                    let edge = Dependency { measure: at.id, requires: id };
                    prop_assert!(edges.contains(&edge));
                    prop_assert_eq!(place(id).layer + 1, at.layer);
                }
            }
        }

        #[test]
        fn the_reason_is_the_first_rule_that_tells_two_neighbours_apart((candidates, edges) in plans()) {
            let order = rules(Leading::Level);
            let places = implementation_order(&candidates, &edges, Leading::Level).unwrap();
            let facts = |id| candidates.iter().find(|c| c.id == id).unwrap();
            for pair in places.windows(2) {
                let (before, at) = (&pair[0], &pair[1]);
                prop_assert_eq!(at.reason.neighbour, Some(before.id));
                if before.layer != at.layer {
                    prop_assert_eq!(at.reason.rule, Rule::Dependency);
                    continue;
                }
                let (a, b) = (keys(facts(before.id)), keys(facts(at.id)));
                let first = (0..9).find(|n| a[*n] != b[*n]).unwrap();
                prop_assert!(a[first] < b[first]);
                prop_assert_eq!(at.reason.rule, order[first]);
            }
        }
    }
}
