//! Accounts and roles.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::{Db, both};
use super::schema::{institutions, login_failures, memberships, users};
use super::types::stored;
use crate::domain::access::{Grant, Role};
use crate::error::Result;

/// An account.
#[derive(Debug, Clone, Queryable)]
pub struct User {
    /// Id.
    pub id: String,
    /// Address as given.
    pub email: String,
    /// Address in lower case.
    pub email_key: String,
    /// Name.
    pub display_name: String,
    /// PHC string.
    pub password_hash: String,
    /// `de` or `en`.
    pub locale: String,
    /// May sign in.
    pub active: bool,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
}

/// A new account.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Address.
    pub email: &'a str,
    /// Name.
    pub display_name: &'a str,
    /// PHC string.
    pub password_hash: &'a str,
    /// `de` or `en`.
    pub locale: &'a str,
}

/// How addresses are compared.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Adds an account.
pub fn insert(db: &mut Db, now: DateTime<Utc>, user: &NewUser<'_>) -> Result<String> {
    let id = super::new_id(now);
    diesel::insert_into(users::table)
        .values((
            users::id.eq(&id),
            users::email.eq(user.email),
            users::email_key.eq(email_key(user.email)),
            users::display_name.eq(user.display_name),
            users::password_hash.eq(user.password_hash),
            users::locale.eq(user.locale),
            users::active.eq(true),
            users::created_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(id)
}

/// The account of an address.
pub fn by_email(db: &mut Db, email: &str) -> Result<Option<User>> {
    Ok(users::table
        .filter(users::email_key.eq(email_key(email)))
        .first(db)
        .optional()?)
}

/// The account of an id.
pub fn by_id(db: &mut Db, id: &str) -> Result<Option<User>> {
    Ok(users::table.find(id).first(db).optional()?)
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Account {
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
}

/// Accounts by id, in one statement.
pub fn accounts(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, Account>> {
    let rows: Vec<(String, Account)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, (users::email, users::display_name)))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Ids and accounts by their addresses in lower case, in one statement.
pub fn by_emails(db: &mut Db, emails: &[&str]) -> Result<HashMap<String, (String, Account)>> {
    let keys: Vec<String> = emails.iter().map(|email| email_key(email)).collect();
    let rows: Vec<(String, (String, Account))> = users::table
        .filter(users::email_key.eq_any(keys))
        .select((
            users::email_key,
            (users::id, (users::email, users::display_name)),
        ))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// All accounts by address.
pub fn all(db: &mut Db) -> Result<Vec<User>> {
    Ok(users::table.order(users::email_key).load(db)?)
}

/// Replaces a password hash.
pub fn set_password_hash(db: &mut Db, id: &str, hash: &str) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::password_hash.eq(hash))
        .execute(db)?;
    Ok(())
}

/// Replaces the hash of an active account, if it is still the one that was seen, and locks the account
/// for this transaction. Whether it was.
pub fn confirm_password(db: &mut Db, id: &str, seen: &str, hash: &str) -> Result<bool> {
    let unchanged = users::table
        .find(id)
        .filter(users::active.eq(true))
        .filter(users::password_hash.eq(seen));
    let confirmed = diesel::update(unchanged)
        .set(users::password_hash.eq(hash))
        .execute(db)?;
    Ok(confirmed == 1)
}

/// Lets an account sign in, or not any more.
pub fn set_active(db: &mut Db, id: &str, active: bool) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::active.eq(active))
        .execute(db)?;
    Ok(())
}

/// Gives a role; giving it again changes the unit.
pub fn grant(
    db: &mut Db,
    now: DateTime<Utc>,
    user_id: &str,
    institution_id: &str,
    grant: &Grant,
) -> Result<()> {
    revoke(db, user_id, institution_id, grant.role)?;
    diesel::insert_into(memberships::table)
        .values((
            memberships::user_id.eq(user_id),
            memberships::institution_id.eq(institution_id),
            memberships::role.eq(grant.role),
            memberships::org_unit.eq(grant.org_unit.as_deref()),
            memberships::granted_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes a role away. Whether it was there.
pub fn revoke(db: &mut Db, user_id: &str, institution_id: &str, role: Role) -> Result<bool> {
    let gone = diesel::delete(memberships::table.find((user_id, institution_id, role.as_str())))
        .execute(db)?;
    Ok(gone > 0)
}

/// One role of somebody with the institution it is in.
#[derive(Debug, Queryable)]
pub struct Membership {
    /// Slug of the institution.
    pub institution: String,
    /// Name of the institution.
    pub institution_name: String,
    /// Role.
    pub role: Role,
    /// Unit it is limited to.
    pub org_unit: Option<String>,
}

/// All roles of an account.
pub fn memberships_of(db: &mut Db, user_id: &str) -> Result<Vec<Membership>> {
    let rows = memberships::table
        .inner_join(institutions::table)
        .filter(memberships::user_id.eq(user_id))
        .order((institutions::slug, memberships::role))
        .select((
            institutions::slug,
            institutions::name,
            memberships::role,
            memberships::org_unit,
        ))
        .load(db)?;
    Ok(rows)
}

/// An account of an institution with one of its roles.
#[derive(Debug, Queryable)]
pub struct Member {
    /// User id.
    pub id: String,
    /// Address.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// `de` or `en`.
    pub locale: String,
    /// Role.
    pub role: Role,
    /// Unit it is limited to.
    pub org_unit: Option<String>,
}

/// Active accounts of an institution, one row for each role.
pub fn active_members(db: &mut Db, institution_id: &str) -> Result<Vec<Member>> {
    let rows = memberships::table
        .inner_join(users::table)
        .filter(memberships::institution_id.eq(institution_id))
        .filter(users::active.eq(true))
        .order((users::email_key, memberships::role))
        .select((
            users::id,
            users::email,
            users::display_name,
            users::locale,
            memberships::role,
            memberships::org_unit,
        ))
        .load(db)?;
    Ok(rows)
}

/// Id and roles in an institution of whoever has an address, in one statement; none without a role there.
pub fn roles_by_email(
    db: &mut Db,
    institution_id: &str,
    email: &str,
) -> Result<Option<(String, Vec<Role>)>> {
    let rows: Vec<(String, Role)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::institution_id.eq(institution_id))
        .filter(users::email_key.eq(email_key(email)))
        .order(memberships::role)
        .select((users::id, memberships::role))
        .load(db)?;
    let id = rows.first().map(|(id, _)| id.clone());
    Ok(id.map(|id| (id, rows.into_iter().map(|(_, role)| role).collect())))
}

/// Units that roles of active accounts are limited to, by user id.
pub fn units_of_members(db: &mut Db, institution_id: &str) -> Result<Vec<(String, String)>> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::institution_id.eq(institution_id))
        .filter(memberships::org_unit.is_not_null())
        .filter(users::active.eq(true))
        .select((users::id, memberships::org_unit.assume_not_null()))
        .load(db)?)
}

/// Failures at the sign-in of one address, known or not.
#[derive(Debug, Clone, Queryable)]
pub struct LoginFailures {
    /// SHA-256 of the address in lower case: addresses that do not exist are nobody's business.
    pub account_hash: Vec<u8>,
    /// In a row.
    pub failures: i32,
    /// Until then (UTC) nothing is tried.
    pub locked_until: Option<NaiveDateTime>,
    /// Last one (UTC).
    pub last_at: NaiveDateTime,
}

/// Failures of an address.
pub fn login_failures(db: &mut Db, account_hash: &[u8]) -> Result<Option<LoginFailures>> {
    Ok(login_failures::table
        .find(account_hash)
        .first(db)
        .optional()?)
}

/// Counts a failure and says how many there are now. Counting and reading is one statement, so that
/// parallel guesses do not share a count.
pub fn count_login_failure(db: &mut Db, account_hash: &[u8], now: DateTime<Utc>) -> Result<i32> {
    let row = (
        login_failures::account_hash.eq(account_hash),
        login_failures::failures.eq(1),
        login_failures::last_at.eq(stored(now)),
    );
    let count = both!(db, c => diesel::insert_into(login_failures::table)
        .values(row)
        .on_conflict(login_failures::account_hash)
        .do_update()
        .set((
            login_failures::failures.eq(login_failures::failures + 1),
            login_failures::last_at.eq(stored(now)),
        ))
        .returning(login_failures::failures)
        .get_result(c))?;
    Ok(count)
}

/// Locks an address and starts counting anew.
pub fn lock_login(db: &mut Db, account_hash: &[u8], until: DateTime<Utc>) -> Result<()> {
    diesel::update(login_failures::table.find(account_hash))
        .set((
            login_failures::failures.eq(0),
            login_failures::locked_until.eq(stored(until)),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets the failures of an address.
pub fn clear_login_failures(db: &mut Db, account_hash: &[u8]) -> Result<()> {
    diesel::delete(login_failures::table.find(account_hash)).execute(db)?;
    Ok(())
}

/// Forgets failures that are older than `before`.
pub fn forget_login_failures(db: &mut Db, before: DateTime<Utc>) -> Result<usize> {
    Ok(
        diesel::delete(login_failures::table.filter(login_failures::last_at.lt(stored(before))))
            .execute(db)?,
    )
}
