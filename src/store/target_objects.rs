//! Target objects.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::{Db, MultiBackend};
use super::schema::target_objects;
use super::types::stored;
use crate::domain::order::ProtectionNeed;
use crate::domain::target_object::{Needs, TargetKind};
use crate::error::{Code, Error, Result};

/// A target object as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = target_objects)]
pub struct TargetObject {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Key; never changes.
    pub key: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: TargetKind,
    /// Schutzbedarf, Vertraulichkeit.
    pub need_confidentiality: ProtectionNeed,
    /// Schutzbedarf, Integrität.
    pub need_integrity: ProtectionNeed,
    /// Schutzbedarf, Verfügbarkeit.
    pub need_availability: ProtectionNeed,
    /// How many like objects it stands for.
    pub number: i32,
    /// Remark.
    pub note: Option<String>,
    /// Counts changes, from 1.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
}

impl TargetObject {
    /// Schutzbedarf.
    pub const fn needs(&self) -> Needs {
        Needs {
            confidentiality: self.need_confidentiality,
            integrity: self.need_integrity,
            availability: self.need_availability,
        }
    }
}

/// Ids of an institution's target objects by their keys.
pub fn ids(db: &mut Db, institution_id: &str) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = target_objects::table
        .filter(target_objects::institution_id.eq(institution_id))
        .select((target_objects::key, target_objects::id))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Target objects of an institution by key, those after a key first.
pub fn page(
    db: &mut Db,
    institution_id: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<TargetObject>> {
    let mut query = target_objects::table
        .filter(target_objects::institution_id.eq(institution_id))
        .order(target_objects::key)
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(target_objects::key.gt(after));
    }
    Ok(query.load(db)?)
}

/// A target object of an institution by its key.
pub fn by_key(db: &mut Db, institution_id: &str, key: &str) -> Result<Option<TargetObject>> {
    Ok(target_objects::table
        .filter(target_objects::institution_id.eq(institution_id))
        .filter(target_objects::key.eq(key))
        .first(db)
        .optional()?)
}

/// Adds a target object.
///
/// # Errors
/// `already_exists` for a key that somebody else was faster with
pub fn insert(db: &mut Db, object: &TargetObject) -> Result<()> {
    diesel::insert_into(target_objects::table)
        .values(object)
        .execute(db)?;
    Ok(())
}

/// Stores a changed target object over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn replace(db: &mut Db, now: DateTime<Utc>, object: &mut TargetObject) -> Result<()> {
    let seen = object.version;
    object.version = seen.saturating_add(1);
    object.updated_at = stored(now);
    let row = target_objects::table
        .find(&object.id)
        .filter(target_objects::version.eq(seen));
    let changed = diesel::update(row)
        .set((
            target_objects::name.eq(&object.name),
            target_objects::kind.eq(object.kind),
            target_objects::need_confidentiality.eq(object.need_confidentiality),
            target_objects::need_integrity.eq(object.need_integrity),
            target_objects::need_availability.eq(object.need_availability),
            target_objects::number.eq(object.number),
            target_objects::note.eq(object.note.as_deref()),
            target_objects::version.eq(object.version),
            target_objects::updated_at.eq(object.updated_at),
        ))
        .execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}
