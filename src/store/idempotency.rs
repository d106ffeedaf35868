//! First answers to requests with an `Idempotency-Key`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::db::Db;
use super::schema::idempotency_keys;
use super::types::stored;
use crate::error::Result;

/// Hash of the request and the answer that was given, if the key was used before.
pub fn find(db: &mut Db, user_id: &str, key: &str) -> Result<Option<(Vec<u8>, String)>> {
    let row = idempotency_keys::table
        .find((user_id, key))
        .select((idempotency_keys::request_hash, idempotency_keys::answer))
        .first(db)
        .optional()?;
    Ok(row)
}

/// Keeps an answer.
pub fn keep(
    db: &mut Db,
    now: DateTime<Utc>,
    user_id: &str,
    key: &str,
    request_hash: &[u8],
    answer: &str,
) -> Result<()> {
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::user_id.eq(user_id),
            idempotency_keys::key.eq(key),
            idempotency_keys::request_hash.eq(request_hash),
            idempotency_keys::answer.eq(answer),
            idempotency_keys::created_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets answers older than `before`.
pub fn forget(db: &mut Db, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(
        idempotency_keys::table.filter(idempotency_keys::created_at.lt(stored(before))),
    )
    .execute(db)?)
}
