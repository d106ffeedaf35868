//! Measures with everything that belongs to them, in a number of statements that does not depend on how many they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Details, Link, Row};
use crate::domain::measure::{Confidentiality, LinkKind, SuccessionKind};
use crate::domain::measure_state::{Place, State};
use crate::error::{Error, Result};
use crate::store::db::Db;
use crate::store::schema::{
    budget_lines, measure_dependencies, measure_details, measure_lines, measure_places,
    measure_successions, measure_target_objects, measures, programmes, target_objects,
};
use crate::store::users::{self, Account};

/// A measure with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The measure with the names that lists show.
    pub row: Row,
    /// The rest of its fields.
    pub details: Details,
    /// Accounts that it names, by id.
    pub accounts: BTreeMap<String, Account>,
    /// Links to catalogues.
    pub links: Vec<Link>,
    /// Budget lines that pay for it.
    pub lines: Vec<Line>,
    /// Ids and references of the measures that it needs.
    pub requires: Vec<(String, String)>,
    /// Target objects that it protects.
    pub target_objects: Vec<TargetObject>,
    /// Place in the order that was given by hand.
    pub place: Option<Place>,
    /// Measures that it came from.
    pub predecessors: Vec<Succession>,
    /// Measures that it went into.
    pub successors: Vec<Succession>,
}

/// A budget line.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Line {
    /// Id.
    pub id: String,
    /// Key and class of its programme.
    pub programme: (String, Confidentiality),
    /// Key in the programme.
    pub key: String,
}

impl Line {
    /// As the API names it: programme and line.
    pub fn name(&self) -> String {
        format!("{}:{}", self.programme.0, self.key)
    }
}

/// A target object by name.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct TargetObject {
    /// Id.
    pub id: String,
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// That one measure went into another.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Succession {
    /// Reference of the other one.
    pub reference: String,
    /// How.
    pub kind: SuccessionKind,
    /// Why.
    pub reason: String,
    /// When (UTC).
    pub decided_at: NaiveDateTime,
}

impl Dossier {
    /// Of a measure that nothing belongs to.
    pub fn new(row: Row, details: Details) -> Dossier {
        Dossier {
            row,
            details,
            accounts: BTreeMap::new(),
            links: Vec::new(),
            lines: Vec::new(),
            requires: Vec::new(),
            target_objects: Vec::new(),
            place: None,
            predecessors: Vec::new(),
            successors: Vec::new(),
        }
    }

    /// Links of a kind as people write them, in the order they were given.
    pub fn targets(&self, kind: LinkKind) -> Vec<String> {
        let of_kind = self.links.iter().filter(|link| link.kind == kind);
        of_kind.map(Link::reference).collect()
    }

    /// Account by id.
    pub fn account(&self, id: Option<&String>) -> Option<&Account> {
        self.accounts.get(id?)
    }

    /// All that can change of it.
    ///
    /// # Errors
    /// `internal` when a column does not hold what was stored.
    pub fn state(&self) -> Result<State> {
        let (measure, details) = (&self.row.measure, &self.details);
        let email = |id: &Option<String>| self.account(id.as_ref()).map(|a| a.email.clone());
        Ok(State {
            title: measure.title.clone(),
            title_public: measure.title_public.clone(),
            description: measure.description.clone(),
            external_key: measure.external_key.clone(),
            origin: measure.origin,
            relevance: measure.relevance,
            sources: details.sources()?,
            initiator: email(&details.initiator_id),
            initiator_role: details.initiator_role.clone(),
            owner: email(&measure.owner_id),
            deputy: email(&measure.deputy_id),
            verifier: email(&measure.verifier_id),
            org_unit: measure.org_unit.clone(),
            status: measure.status,
            status_reason: measure.status_reason.clone(),
            priority: measure.priority,
            place: self.place.clone(),
            start_planned: measure.start_planned,
            due: measure.due_current,
            due_precision: measure.due_precision,
            due_text: measure.due_text.clone(),
            due_original: measure.due_original,
            due_assumed: measure.due_assumed,
            due_fixed_by: details.due_fixed_by,
            cost: details.cost(),
            budget_lines: self.lines.iter().map(Line::name).collect(),
            no_budget_reason: details.no_budget_reason.clone(),
            no_module_reason: details.no_module_reason.clone(),
            fulfils: self.targets(LinkKind::Fulfils),
            applies: self.targets(LinkKind::Applies),
            target_objects: self.target_objects.iter().map(|o| o.key.clone()).collect(),
            requires: self.requires.iter().map(|(_, r)| r.clone()).collect(),
            accompanying: details.accompanying()?,
            milestones: details.milestones()?,
            progress_percent: details.progress_percent,
            residual_risk: details.residual_risk.clone(),
            blocked_by: details.blocked_by.clone(),
            blocked_until: details.blocked_until,
            completed_on: measure.completed_on,
            reported_by: email(&details.reported_by),
            implementation_description: details.implementation_description.clone(),
            verified_on: details.verified_on,
            verified_by: email(&details.verified_by),
            verification_method: details.verification_method,
            verification_result: details.verification_result.clone(),
            review_on: details.review_on,
            approved_on: details.approved_on,
            approved_by: email(&details.approved_by),
            needs_split: details.needs_split,
            confidentiality: measure.confidentiality,
            programme: self.row.programme.as_ref().map(|(key, _)| key.clone()),
            note: details.note.clone(),
            replaced_by: self
                .successors
                .iter()
                .map(|s| s.reference.clone())
                .collect(),
        })
    }
}

/// Everything that belongs to one measure.
///
/// # Errors
/// `internal` for a measure without details, which does not happen
pub fn dossier(db: &mut Db, row: Row) -> Result<Dossier> {
    let mut found = dossiers(db, vec![row])?;
    found.pop().ok_or_else(|| Error::bug("no dossier"))
}

/// Everything that belongs to some measures, in their order; at most a few hundred at a time.
///
/// # Errors
/// `internal` for a measure without details, which does not happen
pub fn dossiers(db: &mut Db, rows: Vec<Row>) -> Result<Vec<Dossier>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.measure.id.as_str()).collect();
    let mut details = details_of(db, &ids)?;
    let mut links = super::links_of(db, &ids)?;
    let mut lines = lines_of(db, &ids)?;
    let mut requires = requires_of(db, &ids)?;
    let mut objects = target_objects_of(db, &ids)?;
    let mut related = successions_of(db, &ids)?;
    let named: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| {
            [
                &row.measure.owner_id,
                &row.measure.deputy_id,
                &row.measure.verifier_id,
            ]
        })
        .chain(details.values().flat_map(|(d, _)| {
            [
                &d.initiator_id,
                &d.reported_by,
                &d.verified_by,
                &d.approved_by,
            ]
        }))
        .filter_map(|id| id.as_deref())
        .collect();
    let accounts = users::accounts(db, &named.into_iter().collect::<Vec<_>>())?;
    let mut dossiers = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.measure.id.clone();
        let (details, place) = details
            .remove(&id)
            .ok_or_else(|| Error::bug("a measure without details"))?;
        let (m, d) = (&row.measure, &details);
        let people = [
            &m.owner_id,
            &m.deputy_id,
            &m.verifier_id,
            &d.initiator_id,
            &d.reported_by,
            &d.verified_by,
            &d.approved_by,
        ];
        let accounts = people
            .into_iter()
            .flatten()
            .filter_map(|id| Some((id.clone(), accounts.get(id)?.clone())))
            .collect();
        let related = related.remove(&id).unwrap_or_default();
        dossiers.push(Dossier {
            row,
            details,
            accounts,
            links: links.remove(&id).unwrap_or_default(),
            lines: lines.remove(&id).unwrap_or_default(),
            requires: requires.remove(&id).unwrap_or_default(),
            target_objects: objects.remove(&id).unwrap_or_default(),
            place,
            predecessors: related.predecessors,
            successors: related.successors,
        });
    }
    Ok(dossiers)
}

fn by_measure<T>(rows: Vec<(String, T)>) -> HashMap<String, Vec<T>> {
    let mut found: HashMap<String, Vec<T>> = HashMap::new();
    for (measure, value) in rows {
        found.entry(measure).or_default().push(value);
    }
    found
}

fn lines_of(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, Vec<Line>>> {
    let rows = measure_lines::table
        .inner_join(budget_lines::table.inner_join(programmes::table))
        .filter(measure_lines::measure_id.eq_any(ids))
        .order((programmes::key, budget_lines::key))
        .select((
            measure_lines::measure_id,
            (
                budget_lines::id,
                (programmes::key, programmes::confidentiality),
                budget_lines::key,
            ),
        ))
        .load(db)?;
    Ok(by_measure(rows))
}

fn requires_of(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, Vec<(String, String)>>> {
    let rows = measure_dependencies::table
        .inner_join(measures::table.on(measures::id.eq(measure_dependencies::requires_id)))
        .filter(measure_dependencies::measure_id.eq_any(ids))
        .order(measures::reference_seq)
        .select((
            measure_dependencies::measure_id,
            (measures::id, measures::reference),
        ))
        .load(db)?;
    Ok(by_measure(rows))
}

fn target_objects_of(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, Vec<TargetObject>>> {
    let rows = measure_target_objects::table
        .inner_join(target_objects::table)
        .filter(measure_target_objects::measure_id.eq_any(ids))
        .order(target_objects::key)
        .select((
            measure_target_objects::measure_id,
            (
                target_objects::id,
                target_objects::key,
                target_objects::name,
            ),
        ))
        .load(db)?;
    Ok(by_measure(rows))
}

/// Details and place by the measure's id.
fn details_of(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, (Details, Option<Place>)>> {
    let place = measure_places::measure_id.eq(measure_details::measure_id);
    let rows: Vec<(Details, Option<(_, i32, String)>)> = measure_details::table
        .left_join(measure_places::table.on(place))
        .filter(measure_details::measure_id.eq_any(ids))
        .select((
            measure_details::all_columns,
            (
                measure_places::place,
                measure_places::number,
                measure_places::reason,
            )
                .nullable(),
        ))
        .load(db)?;
    let details = rows.into_iter().map(|(details, place)| {
        let place = place.map(|(place, number, reason)| Place {
            place,
            number,
            reason,
        });
        (details.measure_id.clone(), (details, place))
    });
    Ok(details.collect())
}

/// What a measure came from and what it went into.
#[derive(Default)]
struct Related {
    predecessors: Vec<Succession>,
    successors: Vec<Succession>,
}

fn successions_of(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, Related>> {
    let (old, new) = diesel::alias!(measures as old, measures as new);
    let (predecessor, successor) = (
        measure_successions::predecessor_id,
        measure_successions::successor_id,
    );
    let rows: Vec<(String, String, Succession, String)> = measure_successions::table
        .inner_join(old.on(old.field(measures::id).eq(predecessor)))
        .inner_join(new.on(new.field(measures::id).eq(successor)))
        .filter(predecessor.eq_any(ids).or(successor.eq_any(ids)))
        .order((
            old.field(measures::reference_seq),
            new.field(measures::reference_seq),
        ))
        .select((
            predecessor,
            successor,
            (
                old.field(measures::reference),
                measure_successions::kind,
                measure_successions::reason,
                measure_successions::decided_at,
            ),
            new.field(measures::reference),
        ))
        .load(db)?;
    let mut related: HashMap<String, Related> = HashMap::new();
    for (predecessor, successor, from, reference) in rows {
        let into = Succession {
            reference,
            ..from.clone()
        };
        let of_successor = related.entry(successor).or_default();
        of_successor.predecessors.push(from);
        let of_predecessor = related.entry(predecessor).or_default();
        of_predecessor.successors.push(into);
    }
    Ok(related)
}
