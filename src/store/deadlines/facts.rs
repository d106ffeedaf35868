//! What the deadlines of measures depend on besides their rows, for many measures at once.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::domain::catalogue::Level;
use crate::domain::measure::{LinkKind, Status};
use crate::domain::postponement::State;
use crate::error::Result;
use crate::store::db::Db;
use crate::store::schema::{
    catalogue_requirements, measure_dependencies, measure_links, measures, memberships,
    postponements, users,
};

/// By the ids of measures.
#[derive(Debug, Default)]
pub struct Facts {
    /// Contributes to a basic requirement.
    pub fulfils_basic: HashSet<String>,
    /// How often its date was moved.
    pub postponements: HashMap<String, u32>,
    /// Needs something that is neither implemented nor verified.
    pub waits: HashSet<String>,
}

/// Facts of some measures, in three statements; whether they wait for others is asked only where it is shown.
pub fn facts(db: &mut Db, ids: &[&str], with_waits: bool) -> Result<Facts> {
    let requirement = catalogue_requirements::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
    // A module as a whole: nearly all of them have a basic requirement.
    let whole = measure_links::requirement_id
        .is_null()
        .and(measure_links::module_id.is_not_null());
    let basic = catalogue_requirements::level.nullable().eq(Level::Basic);
    let fulfils_basic: Vec<String> = measure_links::table
        .left_join(catalogue_requirements::table.on(requirement))
        .filter(measure_links::measure_id.eq_any(ids))
        .filter(measure_links::kind.eq(LinkKind::Fulfils))
        .filter(whole.nullable().or(basic))
        .select(measure_links::measure_id)
        .distinct()
        .load(db)?;
    let moved: Vec<(String, i64)> = postponements::table
        .filter(postponements::measure_id.eq_any(ids))
        .filter(postponements::state.eq(State::Approved))
        .group_by(postponements::measure_id)
        .select((postponements::measure_id, diesel::dsl::count_star()))
        .load(db)?;
    let waits: Vec<String> = if with_waits {
        let done: Vec<Status> = Status::done().collect();
        let required = measures::id.eq(measure_dependencies::requires_id);
        measure_dependencies::table
            .inner_join(measures::table.on(required))
            .filter(measure_dependencies::measure_id.eq_any(ids))
            .filter(measures::status.ne_all(done))
            .select(measure_dependencies::measure_id)
            .distinct()
            .load(db)?
    } else {
        Vec::new()
    };
    let count = |(id, times)| (id, u32::try_from(times).unwrap_or(u32::MAX));
    Ok(Facts {
        fulfils_basic: fulfils_basic.into_iter().collect(),
        postponements: moved.into_iter().map(count).collect(),
        waits: waits.into_iter().collect(),
    })
}

/// Of some people those who can act in an institution: active, with a role.
pub fn active_members(
    db: &mut Db,
    institution_id: &str,
    user_ids: &[&str],
) -> Result<HashSet<String>> {
    let found: Vec<String> = memberships::table
        .inner_join(users::table)
        .filter(memberships::institution_id.eq(institution_id))
        .filter(memberships::user_id.eq_any(user_ids))
        .filter(users::active.eq(true))
        .select(memberships::user_id)
        .distinct()
        .load(db)?;
    Ok(found.into_iter().collect())
}
