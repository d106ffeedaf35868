//! Groups and controls of an OSCAL catalogue, and relations from an older one.

use diesel::prelude::*;

use super::escape_like;
use crate::domain::measure::search_key;
use crate::domain::programme_file::Target;
use crate::error::Result;
use crate::store::db::{Db, both};
use crate::store::position;
use crate::store::schema::{catalogue_controls, catalogue_groups, catalogue_maps};

/// A group, as it is stored and read.
#[derive(Debug, Clone, Queryable)]
pub struct Group {
    /// Id.
    pub id: String,
    /// Id of the group around it.
    pub parent_id: Option<String>,
    /// Title.
    pub title: String,
}

/// A control, as it is stored and read.
#[derive(Debug, Clone, Queryable)]
pub struct Control {
    /// Id of this edition.
    pub id: String,
    /// Key that survives a renumbering.
    pub alt_identifier: Option<String>,
    /// Group around it.
    pub group_id: Option<String>,
    /// Control around it.
    pub parent_id: Option<String>,
    /// Title.
    pub title: String,
    /// Statement.
    pub statement: String,
    /// Guidance.
    pub guidance: String,
    /// MUSS, SOLLTE, KANN.
    pub modal_verb: Option<String>,
    /// `normal-SdT`, `erhöht`.
    pub security_level: Option<String>,
    /// 0 to 5.
    pub effort_level: Option<String>,
    /// No longer in force.
    pub withdrawn: bool,
    /// Place in the catalogue.
    pub position: i32,
}

/// Adds groups, each after the one around it.
pub fn add_groups(db: &mut Db, catalogue_id: &str, groups: &[Group]) -> Result<()> {
    let mut rows = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        rows.push((
            catalogue_groups::catalogue_id.eq(catalogue_id),
            catalogue_groups::id.eq(&group.id),
            catalogue_groups::parent_id.eq(group.parent_id.as_deref()),
            catalogue_groups::title.eq(&group.title),
            catalogue_groups::position.eq(position(index)?),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(1000) {
            diesel::insert_into(catalogue_groups::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}

/// Adds controls, each after the one around it.
pub fn add(db: &mut Db, catalogue_id: &str, controls: &[Control]) -> Result<()> {
    let row = |control: &Control| {
        let text = format!("{} {}", control.statement, control.guidance);
        (
            (
                catalogue_controls::catalogue_id.eq(catalogue_id.to_owned()),
                catalogue_controls::id.eq(control.id.clone()),
                catalogue_controls::alt_identifier.eq(control.alt_identifier.clone()),
                catalogue_controls::group_id.eq(control.group_id.clone()),
                catalogue_controls::parent_id.eq(control.parent_id.clone()),
                catalogue_controls::title.eq(control.title.clone()),
                catalogue_controls::title_key.eq(search_key(&control.title)),
                catalogue_controls::statement.eq(control.statement.clone()),
            ),
            (
                catalogue_controls::guidance.eq(control.guidance.clone()),
                catalogue_controls::text_key.eq(search_key(&text)),
                catalogue_controls::modal_verb.eq(control.modal_verb.clone()),
                catalogue_controls::security_level.eq(control.security_level.clone()),
                catalogue_controls::effort_level.eq(control.effort_level.clone()),
                catalogue_controls::withdrawn.eq(control.withdrawn),
                catalogue_controls::position.eq(control.position),
            ),
        )
    };
    // A few at a time: a row holds its texts twice.
    for controls in controls.chunks(200) {
        let rows: Vec<_> = controls.iter().map(row).collect();
        both!(db, c => diesel::insert_into(catalogue_controls::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// Groups of a catalogue in order.
pub fn groups(db: &mut Db, catalogue_id: &str) -> Result<Vec<Group>> {
    Ok(catalogue_groups::table
        .filter(catalogue_groups::catalogue_id.eq(catalogue_id))
        .order(catalogue_groups::position)
        .select((
            catalogue_groups::id,
            catalogue_groups::parent_id,
            catalogue_groups::title,
        ))
        .load(db)?)
}

/// What controls are asked for.
#[derive(Debug, Default)]
pub struct ControlFilter<'a> {
    /// Just this one.
    pub id: Option<&'a str>,
    /// Of one group.
    pub group: Option<&'a str>,
    /// With this modal verb.
    pub modal_verb: Option<&'a str>,
    /// Words in id, title or text.
    pub text: Option<&'a str>,
    /// After this place.
    pub after: Option<i32>,
    /// At most so many.
    pub limit: i64,
}

/// Controls in the order of the catalogue.
pub fn page(db: &mut Db, catalogue_id: &str, filter: &ControlFilter<'_>) -> Result<Vec<Control>> {
    let mut query = catalogue_controls::table
        .filter(catalogue_controls::catalogue_id.eq(catalogue_id))
        .order(catalogue_controls::position)
        .limit(filter.limit)
        .select((
            catalogue_controls::id,
            catalogue_controls::alt_identifier,
            catalogue_controls::group_id,
            catalogue_controls::parent_id,
            catalogue_controls::title,
            catalogue_controls::statement,
            catalogue_controls::guidance,
            catalogue_controls::modal_verb,
            catalogue_controls::security_level,
            catalogue_controls::effort_level,
            catalogue_controls::withdrawn,
            catalogue_controls::position,
        ))
        .into_boxed();
    if let Some(id) = filter.id {
        query = query.filter(catalogue_controls::id.eq(id));
    }
    if let Some(group) = filter.group {
        query = query.filter(catalogue_controls::group_id.eq(group));
    }
    if let Some(verb) = filter.modal_verb {
        query = query.filter(catalogue_controls::modal_verb.eq(verb));
    }
    if let Some(after) = filter.after {
        query = query.filter(catalogue_controls::position.gt(after));
    }
    if let Some(text) = filter.text {
        let words = format!("%{}%", escape_like(&search_key(text)));
        // BSI writes ids in capitals, NIST does not; SQLite takes both for the same.
        let id = |text: String| format!("%{}%", escape_like(&text));
        let (upper, lower) = (id(text.to_uppercase()), id(text.to_lowercase()));
        query = query.filter(
            catalogue_controls::title_key
                .like(words.clone())
                .escape('\\')
                .or(catalogue_controls::text_key.like(words).escape('\\'))
                .or(catalogue_controls::id.like(upper).escape('\\'))
                .or(catalogue_controls::id.like(lower).escape('\\')),
        );
    }
    Ok(query.load(db)?)
}

/// What a link to each of `ids` would point to; unknown ones are left out.
pub fn targets(db: &mut Db, catalogue_id: &str, ids: &[&str]) -> Result<Vec<Target>> {
    let found: Vec<(String, bool, Option<String>)> = catalogue_controls::table
        .filter(catalogue_controls::catalogue_id.eq(catalogue_id))
        .filter(catalogue_controls::id.eq_any(ids.iter().copied()))
        .select((
            catalogue_controls::id,
            catalogue_controls::withdrawn,
            catalogue_controls::alt_identifier,
        ))
        .load(db)?;
    let target = |(id, withdrawn, lasting_key)| Target {
        catalogue: catalogue_id.to_owned(),
        id,
        module: None,
        requirement: None,
        withdrawn,
        basic: false,
        lasting_key,
    };
    Ok(found.into_iter().map(target).collect())
}

/// Id and surviving key of each control that is in force.
pub fn keys(db: &mut Db, catalogue_id: &str) -> Result<Vec<(String, Option<String>)>> {
    Ok(catalogue_controls::table
        .filter(catalogue_controls::catalogue_id.eq(catalogue_id))
        .filter(catalogue_controls::withdrawn.eq(false))
        .order(catalogue_controls::position)
        .select((catalogue_controls::id, catalogue_controls::alt_identifier))
        .load(db)?)
}

/// A relation of a mapping collection, as it is stored and read.
#[derive(Debug, Clone, Queryable)]
pub struct Map {
    /// `subset-of`, …
    pub relationship: String,
    /// `NET.1.1.A4-UA.1`
    pub subrequirement: String,
    /// `NET.1.1.A4`
    pub requirement_id: String,
    /// Id that the collection names; it may name another control by now.
    pub target_id: String,
    /// Key of the control.
    pub target_uuid: Option<String>,
}

/// Adds relations in order.
pub fn add_maps(db: &mut Db, source_id: &str, maps: &[Map]) -> Result<()> {
    let mut rows = Vec::with_capacity(maps.len());
    for (index, map) in maps.iter().enumerate() {
        rows.push((
            catalogue_maps::source_id.eq(source_id),
            catalogue_maps::position.eq(position(index)?),
            catalogue_maps::relationship.eq(&map.relationship),
            catalogue_maps::subrequirement.eq(&map.subrequirement),
            catalogue_maps::requirement_id.eq(&map.requirement_id),
            catalogue_maps::target_id.eq(&map.target_id),
            catalogue_maps::target_uuid.eq(map.target_uuid.as_deref()),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(1000) {
            diesel::insert_into(catalogue_maps::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}

/// Relations of a mapping collection in order.
pub fn maps(db: &mut Db, source_id: &str) -> Result<Vec<Map>> {
    Ok(catalogue_maps::table
        .filter(catalogue_maps::source_id.eq(source_id))
        .order(catalogue_maps::position)
        .select((
            catalogue_maps::relationship,
            catalogue_maps::subrequirement,
            catalogue_maps::requirement_id,
            catalogue_maps::target_id,
            catalogue_maps::target_uuid,
        ))
        .load(db)?)
}
