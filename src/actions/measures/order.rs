//! The order in which measures are to be implemented, and what stands in the way of its dates (DOMAIN §2.6, MET-11).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{By, Scope, sight, visible};
use crate::app::App;
use crate::domain::catalogue::Level;
use crate::domain::dependency::{Dependency, Schedule, due_too_early};
use crate::domain::measure::LinkKind;
use crate::domain::measure_state::Place;
use crate::domain::order::{
    Candidate, Gaps, Leading, Manual, ProtectionNeed, Rule, implementation_order,
};
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::measures::order::{self, Neighbour, Ranked, RankedLink};
use crate::store::measures::{Sight, dependencies as all_dependencies};

/// Measures in order, with the warnings about their dates.
#[derive(Debug)]
pub struct Order {
    /// The measures, first to be implemented first.
    pub items: Vec<Ordered>,
    /// Dates that contradict what needs what.
    pub warnings: Vec<Warning>,
}

/// A measure in its place.
#[derive(Debug)]
pub struct Ordered {
    /// The measure.
    pub measure: Ranked,
    /// 1 is to be implemented first.
    pub rank: usize,
    /// How many measures have to be done one after the other before it.
    pub layer: usize,
    /// Reference of the one that it has to wait for longest.
    pub waits_for: Option<String>,
    /// Place that was given by hand.
    pub place: Option<Place>,
    /// Which rule decided.
    pub rule: Rule,
    /// Value of the measure under this rule.
    pub value: Option<String>,
    /// Reference of the measure that it was compared with.
    pub neighbour: Option<String>,
    /// Value of that one.
    pub neighbour_value: Option<String>,
}

/// A measure that is due before one it needs (DOMAIN MET-11).
#[derive(Debug)]
pub struct Warning {
    /// Reference of the measure that has to wait.
    pub measure: String,
    /// When it is due.
    pub due: NaiveDate,
    /// Reference of the measure that it needs.
    pub requires: String,
    /// When that one is due.
    pub required_due: NaiveDate,
    /// Calendar days by which it is due too early.
    pub days: i64,
}

/// The order of all measures that have a place and that the caller sees; what is out of sight counts as absent.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn order(app: &App, by: By<'_>, institution: &str, leading: Leading) -> Result<Order> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let sight = sight(app, &scope)?;
        if sight.visibility.all.is_empty() && sight.visibility.own.is_empty() {
            return Err(Error::with(Code::Forbidden, "action", "measure.read"));
        }
        let facts = Facts::read(db, &sight)?;
        let edges = all_dependencies(db, &scope.institution.id)?;
        facts.in_order(&edges, leading)
    })
}

/// What the rules go by, of all measures in sight.
struct Facts {
    measures: Vec<Ranked>,
    links: HashMap<String, Vec<RankedLink>>,
    objects: HashMap<String, (ProtectionNeed, u32)>,
    places: HashMap<String, Place>,
    requirements: Requirements,
}

impl Facts {
    fn read(db: &mut Db, sight: &Sight<'_>) -> Result<Facts> {
        let mut links: HashMap<String, Vec<RankedLink>> = HashMap::new();
        for link in order::ranked_links(db, sight)? {
            links.entry(link.measure_id.clone()).or_default().push(link);
        }
        Ok(Facts {
            measures: order::ranked(db, sight)?,
            links,
            objects: order::ranked_objects(db, sight)?,
            places: order::ranked_places(db, sight)?,
            requirements: Requirements::read(db, sight)?,
        })
    }

    fn candidate<'a>(&self, measure: &'a Ranked) -> Candidate<'a> {
        let links = self.links.get(&measure.id).map(Vec::as_slice);
        let links = links.unwrap_or_default();
        let fulfils = || links.iter().filter(|link| link.kind == LinkKind::Fulfils);
        let objects = self.objects.get(&measure.id);
        Candidate {
            id: &measure.id,
            reference: measure.reference_seq,
            level: fulfils()
                .filter_map(|link| self.requirements.strongest_unmet(link))
                .min(),
            module_order: links.iter().filter_map(|link| link.order).min(),
            protection_need: objects.map(|(need, _)| *need),
            target_objects: objects.map_or(0, |(_, number)| *number),
            gaps: fulfils()
                .filter_map(|link| self.requirements.gaps(link))
                .max_by(|a, b| denser(*a, *b)),
            cost_once_cents: measure.once_cents,
            due: measure.due,
            manual: self.places.get(&measure.id).map(|place| Manual {
                place: place.place,
                rank: place.number.unsigned_abs(),
            }),
        }
    }

    fn in_order(&self, edges: &[(String, String)], leading: Leading) -> Result<Order> {
        let by_id: HashMap<&str, &Ranked> =
            self.measures.iter().map(|m| (m.id.as_str(), m)).collect();
        let reference = |id: &str| by_id.get(id).map(|measure| measure.reference.clone());
        let edges: Vec<Dependency<'_>> = edges
            .iter()
            .filter(|(a, b)| by_id.contains_key(a.as_str()) && by_id.contains_key(b.as_str()))
            .map(|(measure, requires)| Dependency { measure, requires })
            .collect();
        let candidates: Vec<Candidate<'_>> =
            self.measures.iter().map(|m| self.candidate(m)).collect();
        let places = implementation_order(&candidates, &edges, leading)
            .map_err(|cycle| Error::internal("the order of measures", cycle.to_string()))?;
        let mut items = Vec::with_capacity(places.len());
        for place in places {
            let measure = by_id.get(place.id).copied();
            let measure = measure.ok_or_else(|| Error::bug("a place without a measure"))?;
            let reason = place.reason;
            let neighbour = reason.neighbour.and_then(reference);
            // The number by which references sort is nobody's business.
            let (value, neighbour_value) = match reason.rule {
                Rule::Reference => (Some(measure.reference.clone()), neighbour.clone()),
                _ => (reason.value, reason.neighbour_value),
            };
            items.push(Ordered {
                measure: measure.clone(),
                rank: place.rank,
                layer: place.layer,
                waits_for: place.waits_for.and_then(reference),
                place: self.places.get(place.id).cloned(),
                rule: reason.rule,
                value,
                neighbour,
                neighbour_value,
            });
        }
        let schedules: Vec<Schedule<'_>> = self.measures.iter().map(schedule).collect();
        let warnings = due_too_early(&schedules, &edges);
        let mut warnings: Vec<Warning> = warnings
            .into_iter()
            .filter_map(|warning| {
                Some(Warning {
                    measure: reference(warning.measure)?,
                    due: warning.due,
                    requires: reference(warning.requires)?,
                    required_due: warning.required_due,
                    days: warning.days,
                })
            })
            .collect();
        let seq: HashMap<&str, i64> = self
            .measures
            .iter()
            .map(|m| (m.reference.as_str(), m.reference_seq))
            .collect();
        warnings.sort_by_key(|w| {
            let seq = |text: &str| seq.get(text).copied().unwrap_or_default();
            (seq(&w.measure), seq(&w.requires))
        });
        Ok(Order { items, warnings })
    }
}

fn schedule(measure: &Ranked) -> Schedule<'_> {
    Schedule {
        id: &measure.id,
        status: measure.status,
        due: measure.due,
    }
}

/// Which of two modules is the denser one: `a/b > c/d` exactly if `a·d > c·b`.
fn denser(a: Gaps, b: Gaps) -> std::cmp::Ordering {
    let left = u64::from(a.unmet) * u64::from(b.in_scope);
    let right = u64::from(b.unmet) * u64::from(a.in_scope);
    left.cmp(&right).then(a.in_scope.cmp(&b.in_scope))
}

/// Which requirements there are and which are met. Their own statuses are not stored yet: one is met if a verified
/// measure fulfils it.
struct Requirements {
    /// By catalogue and module: how many of each level, and how many of these are met.
    modules: HashMap<(String, String), HashMap<Level, Gaps>>,
    /// Met ones, by catalogue and requirement.
    met: HashSet<(String, String)>,
}

impl Requirements {
    fn read(db: &mut Db, sight: &Sight<'_>) -> Result<Requirements> {
        let mut modules: HashMap<(String, String), HashMap<Level, Gaps>> = HashMap::new();
        for (catalogue, module, level, number) in order::requirements_by_level(db)? {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let gaps = Gaps {
                unmet: number,
                in_scope: number,
            };
            let levels = modules.entry((catalogue, module)).or_default();
            levels.insert(level, gaps);
        }
        let mut met = HashSet::new();
        for (catalogue, module, requirement, level) in order::met_requirements(db, sight)? {
            let levels = modules.entry((catalogue.clone(), module)).or_default();
            if let Some(gaps) = levels.get_mut(&level) {
                gaps.unmet = gaps.unmet.saturating_sub(1);
            }
            met.insert((catalogue, requirement));
        }
        Ok(Requirements { modules, met })
    }

    fn levels(&self, link: &RankedLink) -> Option<&HashMap<Level, Gaps>> {
        let module = link.module_id.clone()?;
        self.modules.get(&(link.catalogue_id.clone(), module))
    }

    /// The strongest level of what a link leads to and what is not met; a link to a module as a whole stands for all that
    /// is in scope.
    fn strongest_unmet(&self, link: &RankedLink) -> Option<Level> {
        if let Some(requirement) = &link.requirement_id {
            let met = (link.catalogue_id.clone(), requirement.clone());
            return link.level.filter(|_| !self.met.contains(&met));
        }
        let levels = self.levels(link)?;
        let unmet = |level: &Level| levels.get(level).is_some_and(|gaps| gaps.unmet > 0);
        [Level::Basic, Level::Standard].into_iter().find(unmet)
    }

    /// Gaps of the module that a link leads to: basic and standard requirements (DOMAIN MET-7, MET-9).
    fn gaps(&self, link: &RankedLink) -> Option<Gaps> {
        let levels = self.levels(link)?;
        let in_scope = levels
            .iter()
            .filter(|(level, _)| **level != Level::Elevated);
        let none = Gaps {
            unmet: 0,
            in_scope: 0,
        };
        let sum = in_scope.fold(none, |sum, (_, gaps)| Gaps {
            unmet: sum.unmet.saturating_add(gaps.unmet),
            in_scope: sum.in_scope.saturating_add(gaps.in_scope),
        });
        (sum.in_scope > 0).then_some(sum)
    }
}

/// What a measure needs and what needs it.
#[derive(Debug)]
pub struct Dependencies {
    /// What it needs.
    pub requires: Vec<Related>,
    /// What needs it.
    pub required_by: Vec<Related>,
}

/// A measure at the other end of a dependency.
#[derive(Debug)]
pub struct Related {
    /// The measure.
    pub measure: Neighbour,
    /// Of the two the one that has to wait is due before the one it needs.
    pub due_too_early: bool,
}

/// What a measure needs and what needs it, as far as the caller sees it.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn dependencies(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
) -> Result<Dependencies> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let sight = sight(app, &scope)?;
        let own = Neighbour {
            id: measure.id,
            reference: measure.reference,
            title: measure.title,
            status: measure.status,
            due: measure.due_current,
        };
        let requires = order::required_by(db, &sight, &own.id)?.into_iter();
        let required_by = order::dependents_of(db, &sight, &own.id)?.into_iter();
        Ok(Dependencies {
            requires: requires
                .map(|other| Related {
                    due_too_early: too_early(&own, &other),
                    measure: other,
                })
                .collect(),
            required_by: required_by
                .map(|other| Related {
                    due_too_early: too_early(&other, &own),
                    measure: other,
                })
                .collect(),
        })
    })
}

fn too_early(measure: &Neighbour, requires: &Neighbour) -> bool {
    let schedule = |one: &Neighbour| (one.status, one.due);
    let ((status, due), (required_status, required_due)) = (schedule(measure), schedule(requires));
    let of = |id, status, due| Schedule { id, status, due };
    let schedules = [
        of("measure", status, due),
        of("requires", required_status, required_due),
    ];
    let edge = Dependency {
        measure: "measure",
        requires: "requires",
    };
    !due_too_early(&schedules, &[edge]).is_empty()
}
