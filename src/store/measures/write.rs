//! Writing measures.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Measure;
use crate::domain::measure::{LinkKind, reference, reference_seq};
use crate::domain::programme_file::Target;
use crate::error::{Code, Error, Result};
use crate::store::db::{Db, both};
use crate::store::position;
use crate::store::schema::{measure_counters, measure_lines, measure_links, measures};
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
pub fn insert(db: &mut Db, measure: &Measure) -> Result<()> {
    diesel::insert_into(measures::table)
        .values(measure)
        .execute(db)?;
    Ok(())
}

/// Replaces the links of a measure.
pub fn set_links(
    db: &mut Db,
    measure_id: &str,
    catalogue_id: &str,
    links: &[(LinkKind, String, Target)],
) -> Result<()> {
    diesel::delete(measure_links::table.filter(measure_links::measure_id.eq(measure_id)))
        .execute(db)?;
    let mut rows = Vec::with_capacity(links.len());
    for (index, (kind, target, facts)) in links.iter().enumerate() {
        rows.push((
            measure_links::measure_id.eq(measure_id),
            measure_links::catalogue_id.eq(catalogue_id),
            measure_links::target.eq(target),
            measure_links::kind.eq(*kind),
            measure_links::module_id.eq(&facts.module),
            measure_links::requirement_id.eq(facts.requirement.as_deref()),
            measure_links::position.eq(position(index)?),
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

/// Stores a changed measure over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster.
pub fn replace(db: &mut Db, now: DateTime<Utc>, measure: &mut Measure) -> Result<()> {
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
        measures::note.eq(measure.note.as_deref()),
        measures::version.eq(measure.version),
        measures::updated_at.eq(measure.updated_at),
    ))
    .execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}
