//! Calendars that people subscribe to, by the hashes of their secrets.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::db::Db;
use super::institutions::Institution;
use super::schema::{calendar_feeds, institutions, memberships, users};
use super::users::User;
use crate::domain::access::{Grant, Person, Role};
use crate::error::{Code, Error, Result};

/// A feed as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = calendar_feeds)]
pub struct CalendarFeed {
    /// Id.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// Of which institution.
    pub institution_id: String,
    /// SHA-256 of the secret in its address.
    pub secret_hash: Vec<u8>,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
}

/// Somebody's feed of an institution.
pub fn get(db: &mut Db, user_id: &str, institution_id: &str) -> Result<Option<CalendarFeed>> {
    Ok(calendar_feeds::table
        .filter(calendar_feeds::user_id.eq(user_id))
        .filter(calendar_feeds::institution_id.eq(institution_id))
        .first(db)
        .optional()?)
}

/// Adds one.
///
/// # Errors
/// `already_exists` when somebody was faster
pub fn insert(db: &mut Db, feed: &CalendarFeed) -> Result<()> {
    diesel::insert_into(calendar_feeds::table)
        .values(feed)
        .execute(db)?;
    Ok(())
}

/// Deletes somebody's feed of an institution. Whether there was one.
pub fn delete(db: &mut Db, user_id: &str, institution_id: &str) -> Result<bool> {
    let theirs = calendar_feeds::table
        .filter(calendar_feeds::user_id.eq(user_id))
        .filter(calendar_feeds::institution_id.eq(institution_id));
    Ok(diesel::delete(theirs).execute(db)? > 0)
}

/// The institution, the account and the roles behind a secret.
///
/// # Errors
/// `not_found` for a secret that is none (any more), an account that was closed, and one without a role
pub fn reader(db: &mut Db, secret_hash: &[u8]) -> Result<(Institution, User, Person)> {
    let found: Option<(Institution, User)> = calendar_feeds::table
        .inner_join(institutions::table)
        .inner_join(users::table)
        .filter(calendar_feeds::secret_hash.eq(secret_hash))
        .filter(users::active.eq(true))
        .select((institutions::all_columns, users::all_columns))
        .first(db)
        .optional()?;
    let (institution, user) = found.ok_or_else(|| Error::new(Code::NotFound))?;
    let roles: Vec<(Role, Option<String>)> = memberships::table
        .filter(memberships::user_id.eq(&user.id))
        .filter(memberships::institution_id.eq(&institution.id))
        .select((memberships::role, memberships::org_unit))
        .load(db)?;
    if roles.is_empty() {
        return Err(Error::new(Code::NotFound));
    }
    let grants = roles.into_iter();
    let person = Person {
        id: user.id.clone(),
        grants: grants
            .map(|(role, org_unit)| Grant { role, org_unit })
            .collect(),
    };
    Ok((institution, user, person))
}
