//! What tables of measures are compared with.

use diesel::prelude::*;

use super::{Row, Sight, seen_by};
use crate::error::Result;
use crate::store::db::Db;
use crate::store::schema::{measures, programmes, users};

/// What a measure is found by.
#[derive(Debug, Clone, Queryable)]
pub struct Keys {
    /// Id.
    pub id: String,
    /// `M-2022-0007`
    pub reference: String,
    /// Key that the institution or another program gave it.
    pub external_key: Option<String>,
}

/// What all measures are found by that a reader sees.
pub fn keys(db: &mut Db, sight: &Sight<'_>) -> Result<Vec<Keys>> {
    Ok(measures::table
        .filter(seen_by(sight))
        .select((measures::id, measures::reference, measures::external_key))
        .load(db)?)
}

/// Some measures by their ids, in no order; at most a few hundred.
pub fn by_ids(db: &mut Db, ids: &[&str]) -> Result<Vec<Row>> {
    Ok(measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(measures::id.eq_any(ids))
        .select((
            measures::all_columns,
            (users::email, users::display_name).nullable(),
            (programmes::key, programmes::confidentiality).nullable(),
        ))
        .load(db)?)
}
