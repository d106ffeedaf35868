//! The Grundschutz check: the status of requirements (DOMAIN §2.4).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

use super::db::{Db, MultiBackend};
use super::expressions::row_after;
use super::schema::{
    catalogue_requirements, catalogues, measure_details, measure_links, measure_target_objects,
    measures, requirement_checks, target_objects,
};
use super::types::stored;
use crate::domain::access::CheckVisibility;
use crate::domain::catalogue::{Level, parse_reference};
use crate::domain::measure::{Confidentiality, LinkKind, Status};
use crate::domain::requirement_check::{CheckStatus, DispensableKind, Ground, stale_before};
use crate::error::{Code, Error, Result};

/// A check as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = requirement_checks, treat_none_as_null = true)]
pub struct RequirementCheck {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Target object; none: the whole information domain.
    pub target_object_id: Option<String>,
    /// The same, or empty.
    pub target_key: String,
    /// Catalogue.
    pub catalogue_id: String,
    /// Requirement in it.
    pub requirement_id: String,
    /// As it was assessed; which status counts is derived.
    pub status: CheckStatus,
    /// What is met.
    pub description: Option<String>,
    /// What is missing.
    pub missing: Option<String>,
    /// Why it is not met, or need not be.
    pub reason: Option<String>,
    /// Where the evidence lies, as JSON.
    pub evidence: String,
    /// Why it need not be met, as a word.
    pub dispensable_kind: Option<DispensableKind>,
    /// The measure that counters the threats instead.
    pub substitute_measure_id: Option<String>,
    /// Threats that it counters, as JSON.
    pub threats: String,
    /// What the risk is to be looked at for.
    pub risk_review: Option<Ground>,
    /// Last day on which the target object is in use.
    pub risk_review_until: Option<NaiveDate>,
    /// User id of whoever assessed it.
    pub assessor_id: Option<String>,
    /// Whoever was asked.
    pub interviewee: Option<String>,
    /// When it was assessed.
    pub checked_on: Option<NaiveDate>,
    /// User id of the ISB who says that it is dispensable.
    pub approved_by: Option<String>,
    /// Since when (UTC).
    pub approved_at: Option<NaiveDateTime>,
    /// User id of the management that approved it.
    pub second_approved_by: Option<String>,
    /// When (UTC).
    pub second_approved_at: Option<NaiveDateTime>,
    /// Counts changes, from 1.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

/// A requirement that is checked.
#[derive(Debug, Clone, Queryable)]
pub struct Requirement {
    /// Id and key of its catalogue.
    pub catalogue: (String, String),
    /// Id in it.
    pub id: String,
    /// Module.
    pub module_id: String,
    /// Title.
    pub title: String,
    /// Level.
    pub level: Level,
    /// ENTFALLEN.
    pub withdrawn: bool,
    /// Place in the document.
    pub position: i32,
}

/// A measure, as far as a check shows it and sight depends on it.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    /// Reference.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// Class.
    pub confidentiality: Confidentiality,
    /// User id of whoever is responsible.
    pub owner_id: Option<String>,
    /// User id of whoever stands in for them.
    pub deputy_id: Option<String>,
    /// User id of whoever is to check it.
    pub verifier_id: Option<String>,
}

/// A check with what it points to.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// The check.
    pub check: RequirementCheck,
    /// The requirement.
    pub requirement: Requirement,
    /// Key of the target object.
    pub target_object: Option<String>,
    /// The measure that counters the threats instead.
    pub substitute: Option<Named>,
}

/// Which checks a reader may see; none can be asked for without one.
#[derive(Debug, Clone)]
pub struct Sight<'a> {
    /// Institution.
    pub institution_id: &'a str,
    /// Reader.
    pub user_id: &'a str,
    /// What the policy lets them see.
    pub visibility: CheckVisibility,
}

/// What a list is asked for. Everything that is given has to hold.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Just this one.
    pub id: Option<String>,
    /// One requirement, as a link is written.
    pub requirement: Option<String>,
    /// Of this module.
    pub module: Option<String>,
    /// Of one of these levels.
    pub level: Vec<Level>,
    /// One of these statuses counts.
    pub status: Vec<CheckStatus>,
    /// At the target object of this key.
    pub target_object: Option<String>,
    /// Assessed more than twelve months ago, or not.
    pub stale: Option<bool>,
}

/// Place of the last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Id of the catalogue.
    pub catalogue_id: String,
    /// Place of the requirement in it.
    pub position: i32,
    /// Id of the target object, or empty.
    pub target_key: String,
}

impl From<&Row> for After {
    fn from(row: &Row) -> Self {
        After {
            catalogue_id: row.check.catalogue_id.clone(),
            position: row.requirement.position,
            target_key: row.check.target_key.clone(),
        }
    }
}

/// Narrows a boxed query for checks to those that a reader sees.
macro_rules! only_seen {
    ($query:ident, $sight:ident) => {
        if !$sight.visibility.all {
            let concerned = measures::owner_id
                .eq($sight.user_id)
                .or(measures::deputy_id.eq($sight.user_id))
                .or(measures::verifier_id.eq($sight.user_id));
            let own = $sight.visibility.own.into_sql::<Bool>().and(concerned);
            let seen = measure_links::table
                .inner_join(measures::table)
                .filter(measure_links::catalogue_id.eq(requirement_checks::catalogue_id))
                .filter(
                    measure_links::requirement_id.eq(requirement_checks::requirement_id.nullable()),
                )
                .filter(measure_links::kind.eq(LinkKind::Fulfils))
                .filter(measures::institution_id.eq($sight.institution_id))
                .filter(own.or(measures::org_unit.eq_any(&$sight.visibility.units)));
            $query = $query.filter(exists(seen));
        }
    };
}
pub(super) use only_seen;

/// Checks in the order of the catalogue, the whole information domain before its target objects.
pub fn page(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &Filter,
    today: NaiveDate,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Row>> {
    let substitutes = diesel::alias!(measures as substitutes);
    let requirement = catalogue_requirements::catalogue_id
        .eq(requirement_checks::catalogue_id)
        .and(catalogue_requirements::id.eq(requirement_checks::requirement_id));
    let substitute = substitutes.field(measures::id).nullable();
    let mut query = requirement_checks::table
        .inner_join(catalogues::table)
        .inner_join(catalogue_requirements::table.on(requirement))
        .left_join(target_objects::table)
        .left_join(substitutes.on(requirement_checks::substitute_measure_id.eq(substitute)))
        .filter(requirement_checks::institution_id.eq(sight.institution_id))
        .order((
            catalogue_requirements::catalogue_id,
            catalogue_requirements::position,
            requirement_checks::target_key,
        ))
        .limit(limit)
        .select((
            requirement_checks::all_columns,
            (
                (catalogues::id, catalogues::key),
                catalogue_requirements::id,
                catalogue_requirements::module_id,
                catalogue_requirements::title,
                catalogue_requirements::level,
                catalogue_requirements::withdrawn,
                catalogue_requirements::position,
            ),
            target_objects::key.nullable(),
            substitutes
                .fields((
                    measures::reference,
                    measures::status,
                    measures::confidentiality,
                    measures::owner_id,
                    measures::deputy_id,
                    measures::verifier_id,
                ))
                .nullable(),
        ))
        .into_boxed::<MultiBackend>();
    only_seen!(query, sight);
    if let Some(id) = &filter.id {
        query = query.filter(requirement_checks::id.eq(id));
    }
    if let Some(requirement) = &filter.requirement {
        let (catalogue, id) = parse_reference(requirement);
        query = query.filter(catalogues::key.eq(catalogue));
        query = query.filter(requirement_checks::requirement_id.eq(id));
    }
    if let Some(module) = &filter.module {
        query = query.filter(catalogue_requirements::module_id.eq(module));
    }
    if !filter.level.is_empty() {
        query = query.filter(catalogue_requirements::level.eq_any(&filter.level));
    }
    if let Some(key) = &filter.target_object {
        query = query.filter(target_objects::key.eq(key));
    }
    if let Some(stale) = filter.stale {
        let first = stale_before(today);
        let checked_on = requirement_checks::checked_on;
        query = if stale {
            query.filter(checked_on.lt(first))
        } else {
            query.filter(checked_on.is_null().or(checked_on.ge(first)))
        };
    }
    if !filter.status.is_empty() {
        // As `Facts::judge` has it; a test compares the two.
        let dispensable = || requirement_checks::status.eq(CheckStatus::Dispensable);
        let holds = || {
            let substitute = substitutes.field(measures::status).nullable();
            let approved = catalogue_requirements::level
                .ne(Level::Basic)
                .or(requirement_checks::second_approved_at.is_not_null());
            requirement_checks::dispensable_kind
                .eq(DispensableKind::NotRelevant)
                .or(substitute.eq(Status::Verified))
                .and(approved)
        };
        let asked = |status| filter.status.contains(&status).into_sql::<Bool>();
        let others = filter
            .status
            .iter()
            .filter(|status| **status != CheckStatus::Dispensable);
        let counts = requirement_checks::status
            .eq_any(others.collect::<Vec<_>>())
            .or(asked(CheckStatus::Dispensable)
                .and(dispensable())
                .and(holds()))
            .or(asked(CheckStatus::No).and(dispensable()).and(not(holds())));
        query = query.filter(counts);
    }
    if let Some(after) = after {
        query = query.filter(row_after(
            (
                catalogue_requirements::catalogue_id,
                catalogue_requirements::position,
                requirement_checks::target_key,
            ),
            (
                after.catalogue_id.as_str().into_sql::<Text>(),
                after.position.into_sql::<Integer>(),
                after.target_key.as_str().into_sql::<Text>(),
            ),
        ));
    }
    Ok(query.load(db)?)
}

/// A check that a reader may see.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, sight: &Sight<'_>, id: &str) -> Result<Row> {
    let only = Filter {
        id: Some(id.to_owned()),
        ..Filter::default()
    };
    let mut found = page(db, sight, &only, NaiveDate::MIN, None, 1)?;
    found.pop().ok_or_else(|| Error::new(Code::NotFound))
}

/// A requirement by its reference, `SYS.3.2.2.A1`.
pub fn requirement(db: &mut Db, reference: &str) -> Result<Option<Requirement>> {
    let (catalogue, id) = parse_reference(reference);
    Ok(catalogue_requirements::table
        .inner_join(catalogues::table.on(catalogues::id.eq(catalogue_requirements::catalogue_id)))
        .filter(catalogues::key.eq(catalogue))
        .filter(catalogue_requirements::id.eq(id))
        .select((
            (catalogues::id, catalogues::key),
            catalogue_requirements::id,
            catalogue_requirements::module_id,
            catalogue_requirements::title,
            catalogue_requirements::level,
            catalogue_requirements::withdrawn,
            catalogue_requirements::position,
        ))
        .first(db)
        .optional()?)
}

/// A measure that fulfils a requirement, at one target object of those it names, if it names any.
#[derive(Debug, Clone, Queryable)]
pub struct Fulfilling {
    /// Catalogue.
    pub catalogue_id: String,
    /// Requirement.
    pub requirement_id: String,
    /// Target object, by its id.
    pub target_object_id: Option<String>,
    /// The measure.
    pub measure: Named,
    /// User id of whoever reported it done.
    pub reported_by: Option<String>,
}

impl Fulfilling {
    /// Whether it is about what a check is about: a measure without target objects is for all of them, and a check of
    /// the whole information domain asks for all measures.
    pub fn concerns(&self, check: &RequirementCheck) -> bool {
        let objects = (&self.target_object_id, &check.target_object_id);
        let here = match objects {
            (Some(of_measure), Some(of_check)) => of_measure == of_check,
            _ => true,
        };
        here && self.catalogue_id == check.catalogue_id
            && self.requirement_id == check.requirement_id
    }
}

/// Measures that fulfil some requirements, by reference; those with several target objects once for each.
pub fn fulfilling(
    db: &mut Db,
    institution_id: &str,
    requirement_ids: &[&str],
) -> Result<Vec<Fulfilling>> {
    let details = measure_details::measure_id.eq(measures::id);
    let objects = measure_target_objects::measure_id.eq(measures::id);
    Ok(measure_links::table
        .inner_join(measures::table)
        .left_join(measure_details::table.on(details))
        .left_join(measure_target_objects::table.on(objects))
        .filter(measure_links::requirement_id.eq_any(requirement_ids))
        .filter(measure_links::kind.eq(LinkKind::Fulfils))
        .filter(measures::institution_id.eq(institution_id))
        .order(measures::reference_seq)
        .select((
            measure_links::catalogue_id,
            measure_links::requirement_id.assume_not_null(),
            measure_target_objects::target_object_id.nullable(),
            (
                measures::reference,
                measures::status,
                measures::confidentiality,
                measures::owner_id,
                measures::deputy_id,
                measures::verifier_id,
            ),
            measure_details::reported_by.nullable(),
        ))
        .load(db)?)
}

/// Adds a check.
///
/// # Errors
/// `already_exists` for a requirement that is checked at this target object
pub fn insert(db: &mut Db, check: &RequirementCheck) -> Result<()> {
    diesel::insert_into(requirement_checks::table)
        .values(check)
        .execute(db)?;
    Ok(())
}

/// Stores a changed check over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn replace(db: &mut Db, now: DateTime<Utc>, check: &mut RequirementCheck) -> Result<()> {
    let seen = check.version;
    check.version = seen.saturating_add(1);
    check.updated_at = stored(now);
    let row = requirement_checks::table
        .find(check.id.clone())
        .filter(requirement_checks::version.eq(seen));
    let changed = diesel::update(row).set(&*check).execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}
