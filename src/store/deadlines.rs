//! What deadlines are derived from.

use std::collections::HashSet;

use diesel::prelude::*;

use super::db::Db;
use super::measures::Measure;
use super::schema::{catalogue_requirements, measure_links, measures};
use crate::domain::catalogue::Level;
use crate::domain::measure::{LinkKind, Status};
use crate::error::Result;

/// A measure with what its deadlines depend on.
#[derive(Debug, Clone)]
pub struct MeasureFacts {
    /// The measure.
    pub measure: Measure,
    /// A basic requirement is linked as one that it fulfils.
    pub fulfils_basic: bool,
}

/// Measures that somebody may have to be reminded of, by id above `after`, at most `limit`.
pub fn running_measures(
    db: &mut Db,
    institution_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<MeasureFacts>> {
    let running: Vec<Status> = Status::running().collect();
    let found: Vec<Measure> = measures::table
        .filter(measures::institution_id.eq(institution_id))
        .filter(measures::status.eq_any(running))
        .filter(measures::id.gt(after))
        .order(measures::id)
        .limit(limit)
        .load(db)?;
    facts(db, found)
}

/// The measures of these ids, as they are now.
pub fn measures_by_id(db: &mut Db, ids: &[&str]) -> Result<Vec<MeasureFacts>> {
    let found = super::measures::by_ids(db, ids)?;
    facts(db, found.into_iter().map(|row| row.measure).collect())
}

fn facts(db: &mut Db, found: Vec<Measure>) -> Result<Vec<MeasureFacts>> {
    let ids: Vec<&str> = found.iter().map(|measure| measure.id.as_str()).collect();
    let requirement = catalogue_requirements::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
    let links: Vec<(String, Option<String>, Option<String>, Option<Level>)> = measure_links::table
        .left_join(catalogue_requirements::table.on(requirement))
        .filter(measure_links::measure_id.eq_any(&ids))
        .filter(measure_links::kind.eq(LinkKind::Fulfils))
        .select((
            measure_links::measure_id,
            measure_links::module_id,
            measure_links::requirement_id,
            catalogue_requirements::level.nullable(),
        ))
        .load(db)?;
    let basic: HashSet<String> = links
        .into_iter()
        .filter(|(_, module, requirement, level)| match requirement {
            Some(_) => *level == Some(Level::Basic),
            // A module as a whole: nearly all of them have a basic requirement.
            None => module.is_some(),
        })
        .map(|(measure, ..)| measure)
        .collect();
    let with = |measure: Measure| MeasureFacts {
        fulfils_basic: basic.contains(&measure.id),
        measure,
    };
    Ok(found.into_iter().map(with).collect())
}
