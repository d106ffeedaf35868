//! Checks of requirements by their days.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Text};

use super::{Ask, by_day};
use crate::domain::access::Role;
use crate::domain::measure::LinkKind;
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::row_after;
use crate::store::requirement_checks::only_seen;
use crate::store::schema::{
    catalogue_requirements, catalogues, measure_links, measures, requirement_checks, target_objects,
};

/// Which day of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDay {
    /// When it was made.
    Checked,
    /// Until when its risk is borne.
    RiskReview,
}

/// A check, as far as its deadlines depend on it.
#[derive(Debug, Clone, Queryable)]
pub struct CheckRow {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Key of the catalogue.
    pub catalogue: String,
    /// Requirement.
    pub requirement_id: String,
    /// Its title.
    pub title: String,
    /// Key of the target object.
    pub target_object: Option<String>,
    /// User id of whoever made it.
    pub assessor_id: Option<String>,
    /// When.
    pub checked_on: Option<NaiveDate>,
    /// Until when its risk is borne.
    pub risk_review_until: Option<NaiveDate>,
    /// Counts changes.
    pub version: i32,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

/// Checks in the order of one of their days; those of withdrawn requirements are made no more.
pub fn checks(db: &mut Db, which: CheckDay, ask: &Ask<'_>) -> Result<Vec<CheckRow>> {
    if ask.org_unit.is_some() {
        // A check belongs to no unit.
        return Ok(Vec::new());
    }
    let requirement = catalogue_requirements::catalogue_id
        .eq(requirement_checks::catalogue_id)
        .and(catalogue_requirements::id.eq(requirement_checks::requirement_id));
    let mut query = requirement_checks::table
        .inner_join(catalogues::table)
        .inner_join(catalogue_requirements::table.on(requirement))
        .left_join(target_objects::table)
        .select((
            requirement_checks::id,
            requirement_checks::institution_id,
            catalogues::key,
            requirement_checks::requirement_id,
            catalogue_requirements::title,
            target_objects::key.nullable(),
            requirement_checks::assessor_id,
            requirement_checks::checked_on,
            requirement_checks::risk_review_until,
            requirement_checks::version,
            requirement_checks::updated_at,
        ))
        .into_boxed::<MultiBackend>();
    let id = requirement_checks::id;
    let mut query = match which {
        CheckDay::Checked => by_day!(
            query,
            ask,
            requirement_checks::checked_on.assume_not_null(),
            id
        )
        .filter(requirement_checks::checked_on.is_not_null()),
        CheckDay::RiskReview => by_day!(
            query,
            ask,
            requirement_checks::risk_review_until.assume_not_null(),
            id
        )
        .filter(requirement_checks::risk_review_until.is_not_null()),
    };
    query = query.filter(catalogue_requirements::withdrawn.eq(false));
    if let Some(id) = ask.institution_id {
        query = query.filter(requirement_checks::institution_id.eq(id));
    }
    if let Some(reader) = ask.reader {
        let sight = &reader.checks;
        query = query.filter(requirement_checks::institution_id.eq(sight.institution_id));
        only_seen!(query, sight);
    }
    if let Some(answers) = ask.answers {
        let isb = answers.roles.contains(&Role::Isb);
        let assessor = requirement_checks::assessor_id;
        query = match which {
            CheckDay::Checked if isb => {
                query.filter(assessor.eq(&answers.user_id).or(assessor.is_null()))
            }
            CheckDay::Checked => query.filter(assessor.eq(&answers.user_id)),
            CheckDay::RiskReview if isb => query,
            CheckDay::RiskReview => return Ok(Vec::new()),
        };
    }
    Ok(query.load(db)?)
}
