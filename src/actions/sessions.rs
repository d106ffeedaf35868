//! Signing in, staying signed in, signing out.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::Caller;
use crate::app::App;
use crate::auth::password::{HashError, Verdict};
use crate::auth::secret;
use crate::auth::token::Subject;
use crate::domain::access::Role;
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Event, Who};
use crate::store::users::User;
use crate::store::{Db, sessions, users};

/// What somebody gets who signs in.
#[derive(Debug)]
pub struct SignedIn {
    /// JWT.
    pub access_token: String,
    /// Seconds that it lives.
    pub expires_in: i64,
    /// Good for one refresh.
    pub refresh_token: SecretString,
}

/// Signs in with address and password.
///
/// # Errors
/// `bad_credentials`, `account_locked`, `account_disabled` (only after the right password).
pub async fn login(
    app: &Arc<App>,
    email: String,
    password: SecretString,
    request_id: String,
) -> Result<SignedIn> {
    let account_hash = secret::hash(&users::email_key(&email));
    let hash = account_hash.clone();
    // Counted before the password is looked at: parallel guesses do not get around the lock.
    let id = request_id.clone();
    app.blocking(move |app| count_attempt(app, &hash, &id))
        .await?;
    let user = app
        .blocking(move |app| app.store.read(|db| users::by_email(db, &email)))
        .await?;
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let verdict = app
        .passwords
        .verify(password, stored)
        .await
        .map_err(|error| match error {
            HashError::Busy => Error::new(Code::Unavailable).retry_after(10),
            HashError::Failed(_) => Error::internal("password check", error),
        })?;
    let refused = match (&user, &verdict) {
        (Some(user), Verdict::Right | Verdict::RightRehash(_)) if user.active => None,
        (Some(_), Verdict::Right | Verdict::RightRehash(_)) => Some(Code::AccountDisabled),
        _ => Some(Code::BadCredentials),
    };
    app.blocking(move |app| match (user, refused) {
        (Some(user), None) => start(app, &user, &verdict, &account_hash, &request_id),
        (user, code) => {
            refuse(app, user.as_ref().map(|user| user.id.as_str()), &request_id)?;
            Err(Error::new(code.unwrap_or(Code::BadCredentials)))
        }
    })
    .await
}

fn count_attempt(app: &App, account_hash: &[u8], request_id: &str) -> Result<()> {
    let now = app.clock.machine();
    let auth = &app.config.auth;
    let locked_until = app.store.write(|db| {
        // Counting comes first because it locks the row: whoever counts next sees the lock that this one sets.
        let attempts = users::count_login_failure(db, account_hash, now)?;
        let known = users::login_failures(db, account_hash)?;
        if let Some(until) = known
            .and_then(|known| known.locked_until)
            .filter(|until| until.and_utc() > now)
        {
            // Undoes the count: what is tried while the account is locked does not prolong it.
            return Err(locked(until.and_utc(), now));
        }
        if attempts <= auth.failures_before_lock {
            return Ok(None);
        }
        let until = now + TimeDelta::minutes(auth.lock_minutes);
        users::lock_login(db, account_hash, until)?;
        let mut account = hex::encode(account_hash);
        account.truncate(16);
        record(
            db,
            app,
            Who::Anonymous,
            "session.locked",
            &account,
            request_id,
        )?;
        Ok(Some(until))
    })?;
    // Outside the transaction: the lock must be kept.
    locked_until.map_or(Ok(()), |until| Err(locked(until, now)))
}

fn locked(until: DateTime<Utc>, now: DateTime<Utc>) -> Error {
    let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0);
    let minutes = seconds.div_ceil(60).max(1);
    Error::with(Code::AccountLocked, "minutes", minutes).retry_after(seconds + 1)
}

/// Records a refusal. Of accounts that do not exist only the log speaks: anybody could fill the trail with them,
/// and nothing is ever deleted from it.
fn refuse(app: &App, user_id: Option<&str>, request_id: &str) -> Result<()> {
    let Some(user_id) = user_id else {
        tracing::info!("sign-in with an unknown address refused");
        return Ok(());
    };
    app.store.write(|db| {
        record(
            db,
            app,
            Who::User(user_id),
            "session.refused",
            user_id,
            request_id,
        )
    })
}

fn start(
    app: &App,
    user: &User,
    verdict: &Verdict,
    account_hash: &[u8],
    request_id: &str,
) -> Result<SignedIn> {
    let now = app.clock.now();
    let refresh_token = new_refresh_token()?;
    let session_id = app.store.write(|db| {
        // The account may have been disabled, or its password changed, while the password was checked. The
        // row is written even where nothing changes, so that whoever does that waits for us, or we for them.
        let hash = match verdict {
            Verdict::RightRehash(hash) => hash,
            Verdict::Right | Verdict::Wrong => &user.password_hash,
        };
        if !users::confirm_password(db, &user.id, &user.password_hash, hash)? {
            return Err(Error::new(Code::BadCredentials));
        }
        users::clear_login_failures(db, account_hash)?;
        let expires_at = now + TimeDelta::days(app.config.auth.session_days);
        let hash = secret::hash(refresh_token.expose_secret());
        let session_id = sessions::start(db, now, &user.id, expires_at, &hash)?;
        record(
            db,
            app,
            Who::User(&user.id),
            "session.started",
            &session_id,
            request_id,
        )?;
        Ok(session_id)
    })?;
    signed_in(
        app,
        Subject {
            user_id: user.id.clone(),
            session_id,
        },
        refresh_token,
    )
}

/// Changes a refresh token for a new one and a new access token. A token that comes back a second time
/// has been copied: its session ends.
///
/// # Errors
/// `session_ended`, `refresh_reused`
pub fn refresh(app: &App, token: &SecretString, request_id: &str) -> Result<SignedIn> {
    let now = app.clock.now();
    let hash = secret::hash(token.expose_secret());
    let next = new_refresh_token()?;
    let subject = app.store.write(|db| {
        let session =
            sessions::by_refresh_token(db, &hash)?.ok_or_else(|| Error::new(Code::SessionEnded))?;
        sessions::alive(db, now, &session.id, &session.user_id)?;
        if !sessions::use_refresh_token(db, now, &hash)? {
            // Of several copies that come at the same moment, one ends the session and is recorded.
            if sessions::end(db, now, &session.id, "reuse")? {
                record(
                    db,
                    app,
                    Who::User(&session.user_id),
                    "session.ended_by_reuse",
                    &session.id,
                    request_id,
                )?;
            }
            return Ok(None);
        }
        sessions::add_refresh_token(db, now, &session.id, &secret::hash(next.expose_secret()))?;
        Ok(Some(Subject {
            user_id: session.user_id,
            session_id: session.id,
        }))
    })?;
    // Outside the transaction: ending the session must be kept.
    let subject = subject.ok_or_else(|| Error::new(Code::RefreshReused))?;
    signed_in(app, subject, next)
}

/// Ends the caller's session at once.
///
/// # Errors
/// `session_ended`
pub fn logout(app: &App, caller: &Caller) -> Result<()> {
    let now = app.clock.now();
    let Subject {
        user_id,
        session_id,
    } = &caller.subject;
    app.store.write(|db| {
        sessions::alive(db, now, session_id, user_id)?;
        sessions::end(db, now, session_id, "logout")?;
        record(
            db,
            app,
            Who::User(user_id),
            "session.ended",
            session_id,
            &caller.request_id,
        )
    })
}

/// Slug and name of an institution, and the roles there, each with the unit it is limited to.
pub type InstitutionRoles = (String, String, Vec<(Role, Option<String>)>);

/// Who somebody is.
#[derive(Debug)]
pub struct Me {
    /// Account.
    pub user: User,
    /// Roles per institution: slug, name, roles with their unit.
    pub institutions: Vec<InstitutionRoles>,
}

/// The caller's account and roles.
///
/// # Errors
/// `session_ended`
pub fn me(app: &App, caller: &Caller) -> Result<Me> {
    let now = app.clock.now();
    app.store.read(|db| {
        let user = sessions::alive(db, now, &caller.subject.session_id, &caller.subject.user_id)?;
        let mut institutions: Vec<InstitutionRoles> = Vec::new();
        for membership in users::memberships_of(db, &user.id)? {
            let role = (membership.role, membership.org_unit);
            match institutions.last_mut() {
                Some(last) if last.0 == membership.institution => last.2.push(role),
                _ => institutions.push((
                    membership.institution,
                    membership.institution_name,
                    vec![role],
                )),
            }
        }
        Ok(Me { user, institutions })
    })
}

fn new_refresh_token() -> Result<SecretString> {
    secret::random_token().map_err(|error| Error::internal("random bytes", error))
}

fn signed_in(app: &App, subject: Subject, refresh_token: SecretString) -> Result<SignedIn> {
    let issued = app.tokens.issue(&subject, app.clock.now());
    let access_token = issued.map_err(|error| Error::internal("access token", error))?;
    Ok(SignedIn {
        access_token,
        expires_in: app.tokens.lifetime_seconds(),
        refresh_token,
    })
}

fn record(
    db: &mut Db,
    app: &App,
    actor: Who<'_>,
    action: &str,
    entity_id: &str,
    request_id: &str,
) -> Result<()> {
    audit::append(
        db,
        &Event {
            at: app.clock.now(),
            institution_id: None,
            actor,
            action,
            entity_kind: "session",
            entity_id,
            reason: None,
            details: json!({}),
            request_id: Some(request_id),
        },
    )
}
