//! What has to be known of all measures in sight to put them in order, in a number of statements that does not depend on
//! how many they are.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Sight, seen_by};
use crate::domain::catalogue::{ImplementationOrder, Level};
use crate::domain::measure::{LinkKind, Status};
use crate::domain::measure_state::Place;
use crate::domain::order::{ProtectionNeed, has_place};
use crate::domain::target_object::Needs;
use crate::error::Result;
use crate::store::db::Db;
use crate::store::schema::{
    catalogue_modules, catalogue_requirements, measure_dependencies, measure_details,
    measure_links, measure_places, measure_target_objects, measures, target_objects,
};

/// A measure that has a place in the order.
#[derive(Debug, Clone, Queryable)]
pub struct Ranked {
    /// Id.
    pub id: String,
    /// Reference.
    pub reference: String,
    /// Number by which references sort.
    pub reference_seq: i64,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Due date.
    pub due: Option<NaiveDate>,
    /// Money that is needed once, in cents.
    pub once_cents: Option<i64>,
}

/// A link of a measure that has a place.
#[derive(Debug, Clone, Queryable)]
pub struct RankedLink {
    /// The measure.
    pub measure_id: String,
    /// Fulfils or applies.
    pub kind: LinkKind,
    /// The catalogue.
    pub catalogue_id: String,
    /// Module; none of a control.
    pub module_id: Option<String>,
    /// Requirement; none of a module as a whole or a control.
    pub requirement_id: Option<String>,
    /// Level of the requirement.
    pub level: Option<Level>,
    /// R1, R2 or R3 of the module.
    pub order: Option<ImplementationOrder>,
}

/// How many requirements of a level a module has, or how many of them are met: catalogue, module, level, number.
pub type LevelCount = (String, String, Level, i64);

fn with_place() -> Vec<Status> {
    let all = Status::ALL.iter().copied();
    all.filter(|status| has_place(*status)).collect()
}

/// The measures in sight that have a place, by their references.
pub fn ranked(db: &mut Db, sight: &Sight<'_>) -> Result<Vec<Ranked>> {
    Ok(measures::table
        .inner_join(measure_details::table)
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(with_place()))
        .order(measures::reference_seq)
        .select((
            measures::id,
            measures::reference,
            measures::reference_seq,
            measures::title,
            measures::status,
            measures::due_current,
            measure_details::once_material_cents,
        ))
        .load(db)?)
}

/// Their links.
pub fn ranked_links(db: &mut Db, sight: &Sight<'_>) -> Result<Vec<RankedLink>> {
    let requirement = catalogue_requirements::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
    let module = catalogue_modules::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::module_id.eq(catalogue_modules::id.nullable()));
    Ok(measure_links::table
        .inner_join(measures::table)
        .left_join(catalogue_requirements::table.on(requirement))
        .left_join(catalogue_modules::table.on(module))
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(with_place()))
        .select((
            measure_links::measure_id,
            measure_links::kind,
            measure_links::catalogue_id,
            measure_links::module_id,
            measure_links::requirement_id,
            catalogue_requirements::level.nullable(),
            catalogue_modules::implementation_order.nullable(),
        ))
        .load(db)?)
}

/// Requirements that are met, as far as a verified measure in sight fulfils them: catalogue, module, requirement, level.
pub fn met_requirements(
    db: &mut Db,
    sight: &Sight<'_>,
) -> Result<HashSet<(String, String, String, Level)>> {
    let requirement = catalogue_requirements::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
    let rows: Vec<(String, String, String, Level)> = measure_links::table
        .inner_join(measures::table)
        .inner_join(catalogue_requirements::table.on(requirement))
        .filter(seen_by(sight))
        .filter(measures::status.eq(Status::Verified))
        .filter(measure_links::kind.eq(LinkKind::Fulfils))
        .filter(catalogue_requirements::withdrawn.eq(false))
        .select((
            catalogue_requirements::catalogue_id,
            catalogue_requirements::module_id,
            catalogue_requirements::id,
            catalogue_requirements::level,
        ))
        .distinct()
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Requirements of every module and level that are not withdrawn.
pub fn requirements_by_level(db: &mut Db) -> Result<Vec<LevelCount>> {
    Ok(catalogue_requirements::table
        .filter(catalogue_requirements::withdrawn.eq(false))
        .group_by((
            catalogue_requirements::catalogue_id,
            catalogue_requirements::module_id,
            catalogue_requirements::level,
        ))
        .select((
            catalogue_requirements::catalogue_id,
            catalogue_requirements::module_id,
            catalogue_requirements::level,
            diesel::dsl::count_star(),
        ))
        .load(db)?)
}

/// For each measure the highest Schutzbedarf of its target objects, and how many those are; a group counts with its
/// number.
pub fn ranked_objects(
    db: &mut Db,
    sight: &Sight<'_>,
) -> Result<HashMap<String, (ProtectionNeed, u32)>> {
    type Row = (
        String,
        (ProtectionNeed, ProtectionNeed, ProtectionNeed),
        i32,
    );
    let rows: Vec<Row> = measure_target_objects::table
        .inner_join(measures::table)
        .inner_join(target_objects::table)
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(with_place()))
        .select((
            measure_target_objects::measure_id,
            (
                target_objects::need_confidentiality,
                target_objects::need_integrity,
                target_objects::need_availability,
            ),
            target_objects::number,
        ))
        .load(db)?;
    let mut found: HashMap<String, (ProtectionNeed, u32)> = HashMap::new();
    for (measure, (confidentiality, integrity, availability), number) in rows {
        let needs = Needs {
            confidentiality,
            integrity,
            availability,
        };
        let entry = found.entry(measure).or_insert((needs.highest(), 0));
        entry.0 = entry.0.max(needs.highest());
        entry.1 = entry.1.saturating_add(number.unsigned_abs());
    }
    Ok(found)
}

/// Places that were given by hand.
pub fn ranked_places(db: &mut Db, sight: &Sight<'_>) -> Result<HashMap<String, Place>> {
    let rows: Vec<(String, _, i32, String)> = measure_places::table
        .inner_join(measures::table)
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(with_place()))
        .select(measure_places::all_columns)
        .load(db)?;
    let places = rows.into_iter().map(|(measure, place, number, reason)| {
        let place = Place {
            place,
            number,
            reason,
        };
        (measure, place)
    });
    Ok(places.collect())
}

/// A measure that another one needs, or that needs it.
#[derive(Debug, Clone, Queryable)]
pub struct Neighbour {
    /// Id.
    pub id: String,
    /// Reference.
    pub reference: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Due date.
    pub due: Option<NaiveDate>,
}

/// What a measure needs, as far as the reader sees it, by reference.
pub fn required_by(db: &mut Db, sight: &Sight<'_>, measure_id: &str) -> Result<Vec<Neighbour>> {
    let needed = measure_dependencies::table
        .filter(measure_dependencies::measure_id.eq(measure_id))
        .select(measure_dependencies::requires_id);
    Ok(measures::table
        .filter(seen_by(sight))
        .filter(measures::id.eq_any(needed))
        .order(measures::reference_seq)
        .select((
            measures::id,
            measures::reference,
            measures::title,
            measures::status,
            measures::due_current,
        ))
        .load(db)?)
}

/// What needs a measure, as far as the reader sees it, by reference.
pub fn dependents_of(db: &mut Db, sight: &Sight<'_>, measure_id: &str) -> Result<Vec<Neighbour>> {
    let waiting = measure_dependencies::table
        .filter(measure_dependencies::requires_id.eq(measure_id))
        .select(measure_dependencies::measure_id);
    Ok(measures::table
        .filter(seen_by(sight))
        .filter(measures::id.eq_any(waiting))
        .order(measures::reference_seq)
        .select((
            measures::id,
            measures::reference,
            measures::title,
            measures::status,
            measures::due_current,
        ))
        .load(db)?)
}
