//! Comments on measures; the database lets nobody change or delete one.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::db::{Db, MultiBackend};
use super::schema::{measure_comments, users};
use super::users::Account;
use crate::error::Result;

/// A comment.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = measure_comments)]
pub struct Comment {
    /// Id; ids sort by time.
    pub id: String,
    /// Measure.
    pub measure_id: String,
    /// User id of whoever wrote it.
    pub author_id: Option<String>,
    /// What they wrote.
    pub text: String,
    /// When (UTC).
    pub written_at: NaiveDateTime,
}

/// Adds a comment.
pub fn insert(db: &mut Db, comment: &Comment) -> Result<()> {
    diesel::insert_into(measure_comments::table)
        .values(comment)
        .execute(db)?;
    Ok(())
}

/// Comments on a measure with their authors, oldest first, beyond `after` (exclusive).
pub fn page(
    db: &mut Db,
    measure_id: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<(Comment, Option<Account>)>> {
    let mut query = measure_comments::table
        .left_join(users::table)
        .filter(measure_comments::measure_id.eq(measure_id))
        .select((
            measure_comments::all_columns,
            (users::email, users::display_name).nullable(),
        ))
        .order(measure_comments::id)
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(measure_comments::id.gt(after));
    }
    Ok(query.load(db)?)
}
