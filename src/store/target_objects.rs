//! Target objects.

use std::collections::HashMap;

use diesel::prelude::*;

use super::db::Db;
use super::schema::target_objects;
use crate::error::Result;

/// Ids of an institution's target objects by their keys.
pub fn ids(db: &mut Db, institution_id: &str) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = target_objects::table
        .filter(target_objects::institution_id.eq(institution_id))
        .select((target_objects::key, target_objects::id))
        .load(db)?;
    Ok(rows.into_iter().collect())
}
