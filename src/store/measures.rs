//! Measures, their links and what pays for them.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::db::Db;
use super::expressions::sum_of_cents;
use super::schema::{
    budget_entries, budget_lines, catalogue_controls, catalogue_requirements, catalogue_sources,
    catalogues, measure_dependencies, measure_lines, measure_links, measures, programmes, users,
};
pub use super::sight::{Sight, seen_by};
use crate::domain::budget::{EntryState, EntryType};
use crate::domain::catalogue::{Level, reference};
use crate::domain::measure::{
    Confidentiality, LinkKind, Origin, Precision, Relevance, Status, search_key,
};
use crate::domain::programme_file::Target;
use crate::error::{Code, Error, Result};

mod details;
mod dossier;
mod facets;
mod filter;
pub mod order;
mod page;
pub mod succession;
mod table;
mod write;

pub use details::Details;
pub use dossier::{Dossier, Line, Succession, TargetObject, dossier, dossiers};
pub use facets::{Facets, facets};
pub use filter::{Concerned, Filter};
pub use page::{After, Listed, Sort, page};
pub use succession::{ancestries, ancestry, carry_provenance};
pub use table::{Keys, by_ids, keys};
pub use write::{
    NewLink, Provenance, add_lines, insert, next_reference, note_progress, replace, set_lines,
    set_links, set_place, set_requires, set_target_objects,
};

/// A measure as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = measures)]
pub struct Measure {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// `M-2022-0007`
    pub reference: String,
    /// Number by which references sort.
    pub reference_seq: i64,
    /// Key in the file it came from.
    pub external_key: Option<String>,
    /// Programme.
    pub programme_id: Option<String>,
    /// Title.
    pub title: String,
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// What a search compares.
    pub search_key: String,
    /// Description.
    pub description: String,
    /// What brought it about.
    pub origin: Origin,
    /// How near to information security it is.
    pub relevance: Relevance,
    /// Whoever is responsible.
    pub owner_id: Option<String>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Reason of the last step.
    pub status_reason: Option<String>,
    /// When the last step was taken (UTC).
    pub status_changed_at: NaiveDateTime,
    /// 1 (highest) to 4.
    pub priority: i32,
    /// Planned start.
    pub start_planned: Option<NaiveDate>,
    /// First binding due date; never changes once set.
    pub due_original: Option<NaiveDate>,
    /// Due date.
    pub due_current: Option<NaiveDate>,
    /// Due date to sort by: undated ones last.
    pub due_sort: NaiveDate,
    /// How exactly it is known.
    pub due_precision: Option<Precision>,
    /// In the words of its source.
    pub due_text: Option<String>,
    /// An assumption, not from a paper.
    pub due_assumed: bool,
    /// Day on which the work was reported done.
    pub completed_on: Option<NaiveDate>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Counts changes, from 1.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
    /// Whoever stands in for the one responsible.
    pub deputy_id: Option<String>,
    /// Whoever is to check it; nobody, and it is the ISB.
    pub verifier_id: Option<String>,
}

/// Stands for "no due date" where measures are sorted.
pub const UNDATED: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The column to sort by of a due date: undated ones last.
pub fn due_sort(due: Option<NaiveDate>) -> NaiveDate {
    due.unwrap_or(UNDATED)
}

impl Measure {
    /// Brings the derived columns in line with what they are derived from.
    pub fn derive(&mut self) {
        self.due_sort = due_sort(self.due_current);
        self.search_key = search_key(&format!(
            "{} {} {}",
            self.reference, self.title, self.description
        ));
    }
}

/// A measure with the names of what it points to.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// The measure.
    pub measure: Measure,
    /// Address and name of whoever is responsible.
    pub owner: Option<(String, String)>,
    /// Key and class of the programme; whether the reader may know of it is for the caller to ask.
    pub programme: Option<(String, Confidentiality)>,
}

/// A link with what its target is called.
#[derive(Debug, Clone, Queryable)]
pub struct Link {
    /// Id, key and edition of the catalogue.
    pub catalogue: (String, String, String),
    /// Requirement, module or control.
    pub target: String,
    /// Fulfils or applies.
    pub kind: LinkKind,
    /// Module; none of a control.
    pub module_id: Option<String>,
    /// Requirement; none of a module as a whole or a control.
    pub requirement_id: Option<String>,
    /// Title and level of the requirement.
    pub requirement: Option<(String, Level)>,
    /// Title of the control.
    pub control: Option<String>,
    /// What it was carried over from, of which catalogue's key.
    pub migrated_from: (Option<String>, Option<String>),
    /// SHA-256 of the mapping by which it was carried over.
    pub mapping: Option<Vec<u8>>,
    /// Name of whoever confirmed that, and when (UTC).
    pub confirmed: (Option<String>, Option<NaiveDateTime>),
}

impl Link {
    /// As people write it: the id, with the key of another catalogue than the one that comes along.
    pub fn reference(&self) -> String {
        reference(&self.catalogue.1, &self.target)
    }
}

/// One measure of an institution by reference or id.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, institution_id: &str, reference_or_id: &str) -> Result<Row> {
    measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(measures::institution_id.eq(institution_id))
        .filter(
            measures::reference
                .eq(reference_or_id)
                .or(measures::id.eq(reference_or_id)),
        )
        .select((
            measures::all_columns,
            (users::email, users::display_name).nullable(),
            (programmes::key, programmes::confidentiality).nullable(),
        ))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Links of one measure in the order they were given.
pub fn links(db: &mut Db, measure_id: &str) -> Result<Vec<Link>> {
    Ok(links_of(db, &[measure_id])?
        .remove(measure_id)
        .unwrap_or_default())
}

/// Links of some measures in the order they were given.
pub fn links_of(db: &mut Db, measure_ids: &[&str]) -> Result<HashMap<String, Vec<Link>>> {
    let older = diesel::alias!(catalogues as older);
    let requirement = catalogue_requirements::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
    let control = catalogue_controls::catalogue_id
        .eq(measure_links::catalogue_id)
        .and(measure_links::control_id.eq(catalogue_controls::id.nullable()));
    let from = older.field(catalogues::id).nullable();
    let mapping = catalogue_sources::id.nullable();
    let rows: Vec<(String, Link)> = measure_links::table
        .inner_join(catalogues::table.on(catalogues::id.eq(measure_links::catalogue_id)))
        .left_join(catalogue_requirements::table.on(requirement))
        .left_join(catalogue_controls::table.on(control))
        .left_join(older.on(measure_links::migrated_from_catalogue_id.eq(from)))
        .left_join(catalogue_sources::table.on(measure_links::mapping_source_id.eq(mapping)))
        .left_join(users::table.on(measure_links::confirmed_by.eq(users::id.nullable())))
        .filter(measure_links::measure_id.eq_any(measure_ids))
        .order((measure_links::kind.desc(), measure_links::position))
        .select((
            measure_links::measure_id,
            (
                (catalogues::id, catalogues::key, catalogues::edition),
                measure_links::target,
                measure_links::kind,
                measure_links::module_id,
                measure_links::requirement_id,
                (catalogue_requirements::title, catalogue_requirements::level).nullable(),
                catalogue_controls::title.nullable(),
                (
                    older.field(catalogues::key).nullable(),
                    measure_links::migrated_from,
                ),
                catalogue_sources::sha256.nullable(),
                (users::display_name.nullable(), measure_links::confirmed_at),
            ),
        ))
        .load(db)?;
    let mut links: HashMap<String, Vec<Link>> = HashMap::new();
    for (measure, link) in rows {
        links.entry(measure).or_default().push(link);
    }
    Ok(links)
}

/// What links to these references would look like, as far as they are known.
pub fn links_to(db: &mut Db, references: &[String]) -> Result<HashMap<String, Link>> {
    let targets = super::catalogues::targets(db, references)?;
    let ids: Vec<&str> = targets.values().map(|target| target.id.as_str()).collect();
    let requirements: Vec<((String, String), (String, Level))> = catalogue_requirements::table
        .filter(catalogue_requirements::id.eq_any(&ids))
        .select((
            (
                catalogue_requirements::catalogue_id,
                catalogue_requirements::id,
            ),
            (catalogue_requirements::title, catalogue_requirements::level),
        ))
        .load(db)?;
    let controls: Vec<((String, String), String)> = catalogue_controls::table
        .filter(catalogue_controls::id.eq_any(&ids))
        .select((
            (catalogue_controls::catalogue_id, catalogue_controls::id),
            catalogue_controls::title,
        ))
        .load(db)?;
    let requirements: HashMap<_, _> = requirements.into_iter().collect();
    let controls: HashMap<_, _> = controls.into_iter().collect();
    let catalogues = super::catalogues::all(db)?;
    let link = |target: &Target| {
        let catalogue = catalogues.iter().find(|c| c.id == target.catalogue)?;
        let key = (target.catalogue.clone(), target.id.clone());
        Some(Link {
            catalogue: (
                catalogue.id.clone(),
                catalogue.key.clone(),
                catalogue.edition.clone(),
            ),
            target: target.id.clone(),
            kind: LinkKind::Fulfils,
            module_id: target.module.clone(),
            requirement_id: target.requirement.clone(),
            requirement: requirements.get(&key).cloned(),
            control: controls.get(&key).cloned(),
            migrated_from: (None, None),
            mapping: None,
            confirmed: (None, None),
        })
    };
    Ok(targets
        .iter()
        .filter_map(|(reference, target)| Some((reference.clone(), link(target)?)))
        .collect())
}

/// What plan tables show of the lines that pay for a measure, as far as their programmes are of one of `classes`: line,
/// year, type, cents.
pub fn budget_of(
    db: &mut Db,
    measure_id: &str,
    classes: &[Confidentiality],
) -> Result<Vec<(String, i32, EntryType, i64)>> {
    let lines = budget_lines::table.inner_join(budget_entries::table);
    let shown = EntryType::ALL.iter().filter(|known| known.in_plan());
    let mut rows: Vec<(String, i32, EntryType, i64)> = measure_lines::table
        .inner_join(lines.inner_join(programmes::table))
        .filter(measure_lines::measure_id.eq(measure_id))
        .filter(programmes::confidentiality.eq_any(classes))
        .filter(budget_entries::entry_type.eq_any(shown))
        .filter(budget_entries::state.eq(EntryState::Effective))
        .group_by((
            budget_entries::year,
            budget_lines::key,
            budget_entries::entry_type,
            // Lines of two programmes may have the same key.
            budget_entries::line_id,
        ))
        .order((
            budget_entries::year,
            budget_lines::key,
            budget_entries::entry_type,
        ))
        .select((
            budget_lines::key,
            budget_entries::year,
            budget_entries::entry_type,
            sum_of_cents(budget_entries::cents),
        ))
        .load(db)?;
    // What was taken back altogether is not in the table.
    rows.retain(|(.., cents)| *cents != 0);
    Ok(rows)
}

/// Keys of the files that the measures of an institution came from.
pub fn external_keys(db: &mut Db, institution_id: &str) -> Result<HashSet<String>> {
    let rows: Vec<Option<String>> = measures::table
        .filter(measures::institution_id.eq(institution_id))
        .filter(measures::external_key.is_not_null())
        .select(measures::external_key)
        .load(db)?;
    Ok(rows.into_iter().flatten().collect())
}

/// Open, dated measures of an institution, for the reminders.
pub fn open_and_dated(db: &mut Db, institution_id: &str, until: NaiveDate) -> Result<Vec<Measure>> {
    let running: Vec<Status> = Status::running().collect();
    let rows = measures::table
        .filter(measures::institution_id.eq(institution_id))
        .filter(measures::status.eq_any(running))
        .filter(measures::due_current.le(until))
        .order((measures::due_sort, measures::reference_seq))
        .load(db)?;
    Ok(rows)
}

/// Proposals since before `until` that nobody has decided on, the oldest first.
pub fn undecided(
    db: &mut Db,
    sight: &Sight<'_>,
    until: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Measure>> {
    Ok(measures::table
        .filter(seen_by(sight))
        .filter(measures::status.eq(Status::Proposed))
        .filter(measures::created_at.lt(until))
        .order((measures::created_at, measures::id))
        .limit(limit)
        .load(db)?)
}

/// Measures of an institution by their references.
pub fn by_references(
    db: &mut Db,
    institution_id: &str,
    references: &[&str],
) -> Result<Vec<Measure>> {
    let mut found = Vec::with_capacity(references.len());
    // Bounded by what one statement may bind.
    for references in references.chunks(500) {
        let rows: Vec<Measure> = measures::table
            .filter(measures::institution_id.eq(institution_id))
            .filter(measures::reference.eq_any(references))
            .load(db)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Ids of the measures that a reader sees, by their references.
pub fn ids_by_reference(
    db: &mut Db,
    sight: &Sight<'_>,
    references: &[&str],
) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    for references in references.chunks(500) {
        let rows: Vec<(String, String)> = measures::table
            .filter(seen_by(sight))
            .filter(measures::reference.eq_any(references))
            .select((measures::reference, measures::id))
            .load(db)?;
        found.extend(rows);
    }
    Ok(found)
}

/// References of measures by their ids.
pub fn references_by_id(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(500) {
        let rows: Vec<(String, String)> = measures::table
            .filter(measures::id.eq_any(ids))
            .select((measures::id, measures::reference))
            .load(db)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Id of the measure that has a key of the institution or another program.
pub fn id_by_external_key(
    db: &mut Db,
    institution_id: &str,
    external_key: &str,
) -> Result<Option<String>> {
    Ok(measures::table
        .filter(measures::institution_id.eq(institution_id))
        .filter(measures::external_key.eq(external_key))
        .select(measures::id)
        .first(db)
        .optional()?)
}

/// Which measure of an institution needs which: ids.
pub fn dependencies(db: &mut Db, institution_id: &str) -> Result<Vec<(String, String)>> {
    Ok(measure_dependencies::table
        .inner_join(measures::table.on(measures::id.eq(measure_dependencies::measure_id)))
        .filter(measures::institution_id.eq(institution_id))
        .order((
            measure_dependencies::measure_id,
            measure_dependencies::requires_id,
        ))
        .select((
            measure_dependencies::measure_id,
            measure_dependencies::requires_id,
        ))
        .load(db)?)
}

/// Budget lines of an institution, as far as their programmes are of one of `classes`.
pub fn all_lines(
    db: &mut Db,
    institution_id: &str,
    classes: &[Confidentiality],
) -> Result<Vec<Line>> {
    Ok(budget_lines::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::confidentiality.eq_any(classes))
        .select((
            budget_lines::id,
            (programmes::key, programmes::confidentiality),
            budget_lines::key,
        ))
        .load(db)?)
}

/// Number of measures per status.
pub fn count_by_status(db: &mut Db, sight: &Sight<'_>) -> Result<Vec<(Status, i64)>> {
    let rows = measures::table
        .filter(seen_by(sight))
        .group_by(measures::status)
        .select((measures::status, diesel::dsl::count_star()))
        .load(db)?;
    Ok(rows)
}

/// Overdue measures per due date.
pub fn overdue_by_due_date(
    db: &mut Db,
    sight: &Sight<'_>,
    today: NaiveDate,
) -> Result<Vec<(NaiveDate, i64)>> {
    let running: Vec<Status> = Status::running().collect();
    let rows = measures::table
        .filter(seen_by(sight))
        .filter(measures::status.eq_any(running))
        .filter(measures::due_sort.lt(today))
        .group_by(measures::due_sort)
        .select((measures::due_sort, diesel::dsl::count_star()))
        .load(db)?;
    Ok(rows)
}

/// Per module: requirements that measures in one of `statuses` contribute to, and how many measures those are.
pub fn fulfilled_by_module(
    db: &mut Db,
    sight: &Sight<'_>,
    catalogue_id: &str,
    statuses: &[Status],
) -> Result<Vec<(String, i64, i64)>> {
    use diesel::dsl::count;
    let rows = measure_links::table
        .inner_join(measures::table)
        .filter(seen_by(sight))
        .filter(measure_links::catalogue_id.eq(catalogue_id))
        .filter(measure_links::kind.eq(LinkKind::Fulfils))
        .filter(measure_links::module_id.is_not_null())
        .filter(measures::status.eq_any(statuses))
        .group_by(measure_links::module_id)
        .select((
            measure_links::module_id.assume_not_null(),
            count(measure_links::requirement_id).aggregate_distinct(),
            count(measure_links::measure_id).aggregate_distinct(),
        ))
        .load(db)?;
    Ok(rows)
}
