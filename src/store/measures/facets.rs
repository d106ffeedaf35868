//! How many measures of a list there are for each value of a facet.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Sight;
use super::filter::{Condition, Filter, lacking, late, matching};
use crate::domain::catalogue::Level;
use crate::domain::measure::{Confidentiality, Missing, Status};
use crate::error::Result;
use crate::store::db::Db;
use crate::store::expressions::{distinct_per_key, within};
use crate::store::schema::{
    catalogue_modules, catalogue_requirements, measure_links, measures, programmes, users,
};

/// Counts of a list by the values of its facets.
#[derive(Debug, Default)]
pub struct Facets {
    /// All that match.
    pub total: i64,
    /// By status.
    pub status: BTreeMap<Status, i64>,
    /// By priority.
    pub priority: BTreeMap<i32, i64>,
    /// By class.
    pub confidentiality: BTreeMap<Confidentiality, i64>,
    /// Overdue.
    pub overdue: i64,
    /// By unit, the largest first; none of the measure's is `None`.
    pub org_unit: Vec<(Option<String>, i64)>,
    /// By address and name of whoever is responsible, the largest first; nobody is `None`.
    pub owner: Vec<(Option<(String, String)>, i64)>,
    /// By key and title of the programmes in sight, the largest first.
    pub programme: Vec<((String, String), i64)>,
    /// By level of linked requirements; a measure counts for each level that it is linked to.
    pub level: BTreeMap<Level, i64>,
    /// By layer of linked modules; a measure counts for each layer that it is linked to.
    pub layer: BTreeMap<String, i64>,
    /// By what is missing; a measure counts for each.
    pub missing: BTreeMap<Missing, i64>,
}

/// Counts what a filter finds, `most` values of each facet that has no end of them; the number of statements
/// is always the same.
pub fn facets(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &Filter,
    today: NaiveDate,
    most: i64,
) -> Result<Facets> {
    let found = || matching(sight, filter, today);
    let mut facets = Facets::default();
    by_words(db, found(), &mut facets)?;
    facets.overdue = number(db, Box::new(found().and(late(today))))?;
    for what in [Missing::Budget, Missing::Links] {
        let number = number(db, lacking(found(), sight, what))?;
        facets.missing.insert(what, number);
    }
    facets.org_unit = by_org_unit(db, found(), most)?;
    facets.owner = by_owner(db, found(), most)?;
    facets.programme = by_programme(db, found(), sight)?;
    facets.level = by_level(db, found(), filter)?;
    facets.layer = by_layer(db, found(), filter)?;
    Ok(facets)
}

/// Everything that has few values and stands in the measure itself, in one walk over them.
fn by_words(db: &mut Db, found: Condition<'_>, facets: &mut Facets) -> Result<()> {
    let rows: Vec<(Status, i32, Confidentiality, i64, i64, i64)> = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .group_by((
            measures::status,
            measures::priority,
            measures::confidentiality,
        ))
        .select((
            measures::status,
            measures::priority,
            measures::confidentiality,
            count_star(),
            count(measures::owner_id),
            count(measures::due_current),
        ))
        .load(db)?;
    let (mut unowned, mut undated) = (0, 0);
    for (status, priority, class, number, owned, dated) in rows {
        facets.total += number;
        *facets.status.entry(status).or_default() += number;
        *facets.priority.entry(priority).or_default() += number;
        *facets.confidentiality.entry(class).or_default() += number;
        unowned += number - owned;
        undated += number - dated;
    }
    facets.missing.insert(Missing::Owner, unowned);
    facets.missing.insert(Missing::Due, undated);
    Ok(())
}

fn number(db: &mut Db, found: Condition<'_>) -> Result<i64> {
    let number = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .select(count_star())
        .first(db)?;
    Ok(number)
}

fn by_org_unit(db: &mut Db, found: Condition<'_>, most: i64) -> Result<Vec<(Option<String>, i64)>> {
    let rows = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .group_by(measures::org_unit)
        .select((measures::org_unit, count_star()))
        .order((
            count_star().desc(),
            measures::org_unit.is_null(),
            measures::org_unit,
        ))
        .limit(most)
        .load(db)?;
    Ok(rows)
}

/// Addresses and names with a number each.
type Owners = Vec<(Option<(String, String)>, i64)>;

fn by_owner(db: &mut Db, found: Condition<'_>, most: i64) -> Result<Owners> {
    let email = users::email.nullable();
    let rows = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .group_by((users::email, users::display_name))
        .select(((users::email, users::display_name).nullable(), count_star()))
        .order((count_star().desc(), email.is_null(), email))
        .limit(most)
        .load(db)?;
    Ok(rows)
}

/// Keys and titles with a number each.
type Programmes = Vec<((String, String), i64)>;

fn by_programme(db: &mut Db, found: Condition<'_>, sight: &Sight<'_>) -> Result<Programmes> {
    let rows = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .filter(programmes::confidentiality.eq_any(&sight.visibility.programmes))
        .group_by((programmes::key, programmes::title))
        .select((
            (
                programmes::key.assume_not_null(),
                programmes::title.assume_not_null(),
            ),
            count_star(),
        ))
        .order((count_star().desc(), programmes::key))
        .load(db)?;
    Ok(rows)
}

fn by_level(db: &mut Db, found: Condition<'_>, filter: &Filter) -> Result<BTreeMap<Level, i64>> {
    let found = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .select(measures::id);
    let requirement = catalogue_requirements::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
    let links = measure_links::table
        .inner_join(catalogue_requirements::table.on(requirement))
        .filter(measure_links::kind.eq_any(filter.link_kinds()))
        .filter(within(measure_links::measure_id, found))
        .select((catalogue_requirements::level, measure_links::measure_id))
        .distinct();
    let rows: Vec<(Level, i64)> = distinct_per_key::<Text, _>("level", links).load(db)?;
    Ok(rows.into_iter().collect())
}

fn by_layer(db: &mut Db, found: Condition<'_>, filter: &Filter) -> Result<BTreeMap<String, i64>> {
    let found = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(found)
        .select(measures::id);
    let module = catalogue_modules::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::module_id.eq(catalogue_modules::id.nullable()));
    let links = measure_links::table
        .inner_join(catalogue_modules::table.on(module))
        .filter(measure_links::kind.eq_any(filter.link_kinds()))
        .filter(within(measure_links::measure_id, found))
        .select((catalogue_modules::layer_id, measure_links::measure_id))
        .distinct();
    let rows: Vec<(String, i64)> = distinct_per_key::<Text, _>("layer_id", links).load(db)?;
    Ok(rows.into_iter().collect())
}
