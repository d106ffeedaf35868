//! Sessions and the principal, read in the same transaction that it guards.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::{Db, both};
use super::institutions::Institution;
use super::schema::{institutions, memberships, refresh_tokens, sessions, users};
use super::types::stored;
use crate::domain::access::{Grant, Person, Role};
use crate::error::{Code, Error, Result};

/// A session.
#[derive(Debug, Clone, Queryable)]
pub struct Session {
    /// Id.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Until (UTC).
    pub expires_at: NaiveDateTime,
    /// Ended (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// `logout`, `reuse`, `disabled`, `password`.
    pub ended_reason: Option<String>,
}

/// Starts a session with its first refresh token.
pub fn start(
    db: &mut Db,
    now: DateTime<Utc>,
    user_id: &str,
    expires_at: DateTime<Utc>,
    refresh_hash: &[u8],
) -> Result<String> {
    let id = super::new_id(now);
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&id),
            sessions::user_id.eq(user_id),
            sessions::created_at.eq(stored(now)),
            sessions::expires_at.eq(stored(expires_at)),
        ))
        .execute(db)?;
    add_refresh_token(db, now, &id, refresh_hash)?;
    Ok(id)
}

/// Adds a refresh token to a session.
pub fn add_refresh_token(
    db: &mut Db,
    now: DateTime<Utc>,
    session_id: &str,
    hash: &[u8],
) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(hash),
            refresh_tokens::session_id.eq(session_id),
            refresh_tokens::issued_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(())
}

/// The session of a refresh token.
pub fn by_refresh_token(db: &mut Db, hash: &[u8]) -> Result<Option<Session>> {
    let row = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::hash.eq(hash))
        .select(sessions::all_columns)
        .first(db)
        .optional()?;
    Ok(row)
}

/// Marks a refresh token as used. `false` if it had been used before: the caller is the second one.
pub fn use_refresh_token(db: &mut Db, now: DateTime<Utc>, hash: &[u8]) -> Result<bool> {
    let fresh = refresh_tokens::table
        .find(hash)
        .filter(refresh_tokens::used_at.is_null());
    let used = diesel::update(fresh)
        .set(refresh_tokens::used_at.eq(stored(now)))
        .execute(db)?;
    Ok(used == 1)
}

/// Ends a session; an ended one stays as it is.
pub fn end(db: &mut Db, now: DateTime<Utc>, session_id: &str, reason: &str) -> Result<bool> {
    let open = sessions::table
        .find(session_id)
        .filter(sessions::ended_at.is_null());
    let ended = diesel::update(open)
        .set((
            sessions::ended_at.eq(stored(now)),
            sessions::ended_reason.eq(reason),
        ))
        .execute(db)?;
    Ok(ended == 1)
}

/// Ends all sessions of an account.
pub fn end_all(db: &mut Db, now: DateTime<Utc>, user_id: &str, reason: &str) -> Result<usize> {
    let open = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null());
    let ended = diesel::update(open)
        .set((
            sessions::ended_at.eq(stored(now)),
            sessions::ended_reason.eq(reason),
        ))
        .execute(db)?;
    Ok(ended)
}

/// Forgets sessions that expired before `before`, with their tokens.
pub fn forget(db: &mut Db, before: DateTime<Utc>) -> Result<usize> {
    Ok(
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(stored(before))))
            .execute(db)?,
    )
}

/// The institution of a slug and the person of a session with their roles in it.
///
/// # Errors
/// `session_ended` when the session or the account is not alive; `not_found` when the institution does
/// not exist or the person has no role in it: the two must not be told apart.
pub fn principal(
    db: &mut Db,
    now: DateTime<Utc>,
    session_id: &str,
    user_id: &str,
    slug: &str,
) -> Result<(Institution, Person)> {
    let query = memberships::table
        .inner_join(users::table.inner_join(sessions::table))
        .inner_join(institutions::table)
        .filter(sessions::id.eq(session_id))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(stored(now)))
        .filter(users::active.eq(true))
        .filter(institutions::slug.eq(slug))
        .order(memberships::role)
        .select((
            institutions::all_columns,
            memberships::role,
            memberships::org_unit,
        ));
    // Asked by every request, so for one engine: diesel has more to do for a connection that stands for two.
    let rows: Vec<(Institution, Role, Option<String>)> = both!(db, conn => query.load(conn))?;
    let Some((institution, ..)) = rows.first() else {
        alive(db, now, session_id, user_id)?;
        return Err(Error::new(Code::NotFound));
    };
    let institution = institution.clone();
    let grants = rows
        .into_iter()
        .map(|(_, role, org_unit)| Grant { role, org_unit })
        .collect();
    Ok((
        institution,
        Person {
            id: user_id.to_owned(),
            grants,
        },
    ))
}

/// Checks that a session is alive and gives its account.
///
/// # Errors
/// `session_ended`
pub fn alive(
    db: &mut Db,
    now: DateTime<Utc>,
    session_id: &str,
    user_id: &str,
) -> Result<super::users::User> {
    sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(session_id))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(stored(now)))
        .filter(users::active.eq(true))
        .select(users::all_columns)
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::SessionEnded))
}
