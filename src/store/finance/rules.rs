//! Which accounts belong to which line.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::domain::budget::reported::MatchKind;
use crate::error::{Code, Error, Result};
use crate::store::db::Db;
use crate::store::new_id;
use crate::store::schema::{budget_lines, posting_rules, programmes};
use crate::store::types::stored;

/// A rule with the keys of its line's programme and its line.
#[derive(Debug, Clone, Queryable)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// How the account is compared.
    pub kind: MatchKind,
    /// Account, or its beginning.
    pub pattern: String,
    /// Line.
    pub line_id: String,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Keys of programme and line.
    pub line: (String, String),
}

/// Rules of an institution, by kind and pattern.
pub fn rules(db: &mut Db, institution_id: &str) -> Result<Vec<Rule>> {
    let rows = posting_rules::table
        .inner_join(budget_lines::table.inner_join(programmes::table))
        .filter(posting_rules::institution_id.eq(institution_id))
        .order((posting_rules::kind, posting_rules::pattern))
        .select((
            posting_rules::id,
            posting_rules::kind,
            posting_rules::pattern,
            posting_rules::line_id,
            posting_rules::created_at,
            (programmes::key, budget_lines::key),
        ))
        .load(db)?;
    Ok(rows)
}

/// One rule of an institution.
///
/// # Errors
/// `not_found`
pub fn rule(db: &mut Db, institution_id: &str, id: &str) -> Result<Rule> {
    posting_rules::table
        .inner_join(budget_lines::table.inner_join(programmes::table))
        .filter(posting_rules::institution_id.eq(institution_id))
        .filter(posting_rules::id.eq(id))
        .select((
            posting_rules::id,
            posting_rules::kind,
            posting_rules::pattern,
            posting_rules::line_id,
            posting_rules::created_at,
            (programmes::key, budget_lines::key),
        ))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Adds a rule and gives its id.
///
/// # Errors
/// `already_exists` where the pattern has a rule of this kind
pub fn insert_rule(
    db: &mut Db,
    now: DateTime<Utc>,
    institution_id: &str,
    kind: MatchKind,
    pattern: &str,
    line_id: &str,
) -> Result<String> {
    let id = new_id(now);
    diesel::insert_into(posting_rules::table)
        .values((
            posting_rules::id.eq(&id),
            posting_rules::institution_id.eq(institution_id),
            posting_rules::kind.eq(kind),
            posting_rules::pattern.eq(pattern),
            posting_rules::line_id.eq(line_id),
            posting_rules::created_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(id)
}

/// How many rules an institution has.
pub fn count_rules(db: &mut Db, institution_id: &str) -> Result<i64> {
    let number = posting_rules::table
        .filter(posting_rules::institution_id.eq(institution_id))
        .count()
        .get_result(db)?;
    Ok(number)
}

/// Deletes a rule.
///
/// # Errors
/// `stale` when somebody was faster
pub fn delete_rule(db: &mut Db, id: &str) -> Result<()> {
    if diesel::delete(posting_rules::table.find(id)).execute(db)? == 0 {
        return Err(Error::new(Code::Stale));
    }
    Ok(())
}
