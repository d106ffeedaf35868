//! Writing measures.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{Details, Measure};
use crate::domain::measure::{LinkKind, reference, reference_seq};
use crate::domain::measure_state::Place;
use crate::domain::programme_file::Target;
use crate::error::{Code, Error, Result};
use crate::store::db::{Db, both};
use crate::store::position;
use crate::store::schema::{
    measure_counters, measure_details, measure_lines, measure_links, measure_places, measures,
};
use crate::store::types::stored;

/// Takes the next number of a year: gapless, because it is taken in the transaction that uses it.
pub fn next_reference(db: &mut Db, institution_id: &str, year: i32) -> Result<(String, i64)> {
    let row = (
        measure_counters::institution_id.eq(institution_id),
        measure_counters::year.eq(year),
        measure_counters::last_number.eq(1),
    );
    let number = both!(db, c => diesel::insert_into(measure_counters::table)
        .values(row)
        .on_conflict((measure_counters::institution_id, measure_counters::year))
        .do_update()
        .set(measure_counters::last_number.eq(measure_counters::last_number + 1))
        .returning(measure_counters::last_number)
        .get_result::<i32>(c))?;
    Ok((reference(year, number), reference_seq(year, number)))
}

/// Adds a measure.
pub fn insert(db: &mut Db, measure: &Measure, details: &Details) -> Result<()> {
    diesel::insert_into(measures::table)
        .values(measure)
        .execute(db)?;
    diesel::insert_into(measure_details::table)
        .values(details)
        .execute(db)?;
    Ok(())
}

/// A link that is to be stored.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Fulfils or applies.
    pub kind: LinkKind,
    /// Where it leads.
    pub target: Target,
    /// What it was carried over from; a link that stays keeps what it has.
    pub provenance: Option<Provenance>,
}

/// What a link was carried over from, and who confirmed it (DOMAIN GPP-7).
#[derive(Debug, Clone, Queryable)]
pub struct Provenance {
    /// Id of the older catalogue.
    pub catalogue_id: Option<String>,
    /// Requirement or module in it.
    pub target: Option<String>,
    /// Mapping that relates the two; none: assigned by hand.
    pub mapping_source_id: Option<String>,
    /// User id.
    pub confirmed_by: Option<String>,
    /// When (UTC).
    pub confirmed_at: Option<NaiveDateTime>,
}

/// Replaces the links of a measure.
pub fn set_links(db: &mut Db, measure_id: &str, links: &[NewLink]) -> Result<()> {
    type Key = (LinkKind, String, String);
    let of_measure = measure_links::table.filter(measure_links::measure_id.eq(measure_id));
    let before: Vec<(Key, Provenance)> = of_measure
        .select((
            (
                measure_links::kind,
                measure_links::catalogue_id,
                measure_links::target,
            ),
            (
                measure_links::migrated_from_catalogue_id,
                measure_links::migrated_from,
                measure_links::mapping_source_id,
                measure_links::confirmed_by,
                measure_links::confirmed_at,
            ),
        ))
        .load(db)?;
    let before: HashMap<Key, Provenance> = before.into_iter().collect();
    diesel::delete(of_measure).execute(db)?;
    let mut rows = Vec::with_capacity(links.len());
    for (index, link) in links.iter().enumerate() {
        let target = &link.target;
        let key = (link.kind, target.catalogue.clone(), target.id.clone());
        let from = link.provenance.as_ref().or_else(|| before.get(&key));
        rows.push((
            measure_links::measure_id.eq(measure_id),
            measure_links::catalogue_id.eq(&target.catalogue),
            measure_links::target.eq(&target.id),
            measure_links::kind.eq(link.kind),
            measure_links::module_id.eq(target.module.as_deref()),
            measure_links::requirement_id.eq(target.requirement.as_deref()),
            measure_links::control_id.eq(target.module.is_none().then_some(target.id.as_str())),
            measure_links::position.eq(position(index)?),
            measure_links::migrated_from_catalogue_id
                .eq(from.and_then(|from| from.catalogue_id.as_deref())),
            measure_links::migrated_from.eq(from.and_then(|from| from.target.as_deref())),
            measure_links::mapping_source_id
                .eq(from.and_then(|from| from.mapping_source_id.as_deref())),
            measure_links::confirmed_by.eq(from.and_then(|from| from.confirmed_by.as_deref())),
            measure_links::confirmed_at.eq(from.and_then(|from| from.confirmed_at)),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(1000) {
            diesel::insert_into(measure_links::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}

/// Ties a measure to the lines that pay for it.
pub fn add_lines(db: &mut Db, measure_id: &str, line_ids: &[&str]) -> Result<()> {
    let row = |line: &&str| {
        (
            measure_lines::measure_id.eq(measure_id.to_owned()),
            measure_lines::line_id.eq((*line).to_owned()),
        )
    };
    let rows: Vec<_> = line_ids.iter().map(row).collect();
    both!(db, c => diesel::insert_into(measure_lines::table).values(&rows).execute(c))?;
    Ok(())
}

/// Ties a measure to these lines and no others. Those that stay are left alone, for shares may hang on them.
pub fn set_lines(db: &mut Db, measure_id: &str, line_ids: &[&str]) -> Result<()> {
    let of_measure = measure_lines::table.filter(measure_lines::measure_id.eq(measure_id));
    let there: Vec<String> = of_measure.select(measure_lines::line_id).load(db)?;
    let gone = measure_lines::table
        .filter(measure_lines::measure_id.eq(measure_id))
        .filter(measure_lines::line_id.ne_all(line_ids));
    diesel::delete(gone).execute(db)?;
    let is_new = |line: &&&str| !there.iter().any(|known| known == **line);
    let new: Vec<&str> = line_ids.iter().filter(is_new).copied().collect();
    add_lines(db, measure_id, &new)
}

/// Says which measures this one needs, and no others.
pub fn set_requires(db: &mut Db, measure_id: &str, required: &[&str]) -> Result<()> {
    use crate::store::schema::measure_dependencies as needs;
    diesel::delete(needs::table.filter(needs::measure_id.eq(measure_id))).execute(db)?;
    let row = |id: &&str| {
        (
            needs::measure_id.eq(measure_id.to_owned()),
            needs::requires_id.eq((*id).to_owned()),
        )
    };
    let rows: Vec<_> = required.iter().map(row).collect();
    both!(db, c => diesel::insert_into(needs::table).values(&rows).execute(c))?;
    Ok(())
}

/// Says which target objects a measure protects, and no others.
pub fn set_target_objects(db: &mut Db, measure_id: &str, object_ids: &[&str]) -> Result<()> {
    use crate::store::schema::measure_target_objects as protects;
    diesel::delete(protects::table.filter(protects::measure_id.eq(measure_id))).execute(db)?;
    let row = |id: &&str| {
        (
            protects::measure_id.eq(measure_id.to_owned()),
            protects::target_object_id.eq((*id).to_owned()),
        )
    };
    let rows: Vec<_> = object_ids.iter().map(row).collect();
    both!(db, c => diesel::insert_into(protects::table).values(&rows).execute(c))?;
    Ok(())
}

/// Gives a measure a place in the order of implementation by hand, or takes it away.
pub fn set_place(db: &mut Db, measure_id: &str, place: Option<&Place>) -> Result<()> {
    diesel::delete(measure_places::table.find(measure_id)).execute(db)?;
    if let Some(place) = place {
        diesel::insert_into(measure_places::table)
            .values((
                measure_places::measure_id.eq(measure_id),
                measure_places::place.eq(place.place),
                measure_places::number.eq(place.number),
                measure_places::reason.eq(&place.reason),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Stores a changed measure over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster.
pub fn replace(
    db: &mut Db,
    now: DateTime<Utc>,
    measure: &mut Measure,
    details: &Details,
) -> Result<()> {
    let seen = measure.version;
    measure.version = seen.saturating_add(1);
    measure.updated_at = stored(now);
    measure.derive();
    let changed = diesel::update(
        measures::table
            .find(&measure.id)
            .filter(measures::version.eq(seen)),
    )
    .set((
        measures::programme_id.eq(measure.programme_id.as_deref()),
        (
            measures::title.eq(&measure.title),
            measures::title_public.eq(measure.title_public.as_deref()),
            measures::search_key.eq(&measure.search_key),
            measures::description.eq(&measure.description),
        ),
        measures::origin.eq(measure.origin),
        measures::relevance.eq(measure.relevance),
        measures::owner_id.eq(measure.owner_id.as_deref()),
        measures::org_unit.eq(measure.org_unit.as_deref()),
        measures::status.eq(measure.status),
        measures::status_reason.eq(measure.status_reason.as_deref()),
        measures::status_changed_at.eq(measure.status_changed_at),
        measures::priority.eq(measure.priority),
        measures::start_planned.eq(measure.start_planned),
        (
            measures::due_original.eq(measure.due_original),
            measures::due_current.eq(measure.due_current),
            measures::due_sort.eq(measure.due_sort),
            measures::due_precision.eq(measure.due_precision),
            measures::due_text.eq(measure.due_text.as_deref()),
            measures::due_assumed.eq(measure.due_assumed),
        ),
        measures::completed_on.eq(measure.completed_on),
        measures::confidentiality.eq(measure.confidentiality),
        measures::external_key.eq(measure.external_key.as_deref()),
        measures::deputy_id.eq(measure.deputy_id.as_deref()),
        measures::verifier_id.eq(measure.verifier_id.as_deref()),
        measures::version.eq(measure.version),
        measures::updated_at.eq(measure.updated_at),
    ))
    .execute(db)?;
    if changed != 1 {
        return Err(Error::new(Code::Stale));
    }
    diesel::update(measure_details::table.find(&measure.id))
        .set(details)
        .execute(db)?;
    Ok(())
}

/// Notes that the work on a measure went on, without another version of the measure.
pub fn note_progress(db: &mut Db, now: DateTime<Utc>, measure_id: &str) -> Result<()> {
    diesel::update(measure_details::table.find(measure_id))
        .set(measure_details::last_progress_at.eq(stored(now)))
        .execute(db)?;
    Ok(())
}
