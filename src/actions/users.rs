//! Accounts and roles, from the command line of the server.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{By, Entry, Scope};
use crate::app::App;
use crate::auth::password::{MAX_LENGTH, MIN_LENGTH};
use crate::domain::access::{Action, Actor, Grant, Resource, Role};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Event, Who};
use crate::store::users::{self, NewUser, User};
use crate::store::{Db, sessions};

/// Adds an account.
///
/// # Errors
/// `invalid`, `already_exists`
pub async fn create(
    app: &std::sync::Arc<App>,
    email: String,
    display_name: String,
    locale: String,
    password: SecretString,
) -> Result<()> {
    let mut faults = Faults::new();
    check_email(&mut faults, &email);
    faults.text("/display_name", &display_name, 1, 200);
    if !matches!(locale.as_str(), "de" | "en") {
        faults.push(
            Fault::new("/locale", FaultCode::UnknownWord)
                .arg("value", &locale)
                .arg("known", "de, en"),
        );
    }
    check_password(&mut faults, &password);
    faults.finish()?;
    let password_hash = hash(app, password).await?;
    app.blocking(move |app| {
        let now = app.clock.now();
        app.store.write(|db| {
            operator_may(app)?;
            let new = NewUser {
                email: email.trim(),
                display_name: display_name.trim(),
                password_hash: &password_hash,
                locale: &locale,
            };
            let id = users::insert(db, now, &new)?;
            record(db, app, &id, json!({ "created": email.trim() }))
        })
    })
    .await
}

/// Sets a new password and ends all sessions.
///
/// # Errors
/// `invalid`, `not_found`
pub async fn set_password(
    app: &std::sync::Arc<App>,
    email: String,
    password: SecretString,
) -> Result<()> {
    let mut faults = Faults::new();
    check_password(&mut faults, &password);
    faults.finish()?;
    let password_hash = hash(app, password).await?;
    app.blocking(move |app| {
        let now = app.clock.now();
        app.store.write(|db| {
            operator_may(app)?;
            let user = find(db, &email)?;
            users::set_password_hash(db, &user.id, &password_hash)?;
            users::clear_login_failures(db, &crate::auth::secret::hash(&user.email_key))?;
            sessions::end_all(db, now, &user.id, "password")?;
            record(db, app, &user.id, json!({ "password": "set" }))
        })
    })
    .await
}

/// Lets an account sign in, or not any more; without it, its sessions end at once.
///
/// # Errors
/// `not_found`
pub fn set_active(app: &App, email: &str, active: bool) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        operator_may(app)?;
        let user = find(db, email)?;
        users::set_active(db, &user.id, active)?;
        if !active {
            sessions::end_all(db, now, &user.id, "disabled")?;
        }
        record(db, app, &user.id, json!({ "active": active }))
    })
}

/// Gives or takes a role in an institution.
///
/// # Errors
/// `not_found`; `invalid` for a pair of roles that must not meet in one person (DOMAIN ROL-4, ROL-6)
pub fn set_role(app: &App, email: &str, slug: &str, grant: &Grant, given: bool) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, By::Operator, slug)?;
        scope.require(app, Action::UserManage, &Resource::Institution)?;
        let user = find(db, email)?;
        if given {
            let held = users::memberships_of(db, &user.id)?;
            let here = held
                .iter()
                .filter(|membership| membership.institution == slug)
                .map(|held| held.role);
            if let Some(other) = here
                .into_iter()
                .find(|held| incompatible(*held, grant.role))
            {
                let pair = format!("{} and {}", grant.role, other);
                return Err(
                    vec![Fault::new("/role", FaultCode::NotAssignable).arg("value", pair)].into(),
                );
            }
            users::grant(db, now, &user.id, &scope.institution.id, grant)?;
        } else if !users::revoke(db, &user.id, &scope.institution.id, grant.role)? {
            return Err(Error::new(Code::NotFound));
        }
        let details = json!({ "role": grant.role, "org_unit": grant.org_unit, "given": given });
        let entry = Entry {
            action: Action::UserManage,
            entity_kind: "user",
            entity_id: &user.id,
            reason: None,
            details,
        };
        scope.record(db, now, &entry)
    })
}

/// Roles that one person must not hold in the same institution: technical administration sees no
/// content (ROL-4), auditors do nothing but audit (ROL-6).
const fn incompatible(a: Role, b: Role) -> bool {
    const fn apart(a: Role, b: Role) -> bool {
        matches!(a, Role::Admin | Role::Auditor)
            && !matches!(
                (a, b),
                (Role::Admin, Role::Admin) | (Role::Auditor, Role::Auditor)
            )
    }
    apart(a, b) || apart(b, a)
}

/// An account with its roles: slug, role, unit.
#[derive(Debug)]
pub struct Account {
    /// The account.
    pub user: User,
    /// Slug, role, unit.
    pub roles: Vec<(String, Role, Option<String>)>,
}

/// All accounts with their roles.
///
/// # Errors
/// `unavailable`
pub fn list(app: &App) -> Result<Vec<Account>> {
    app.store.read(|db| {
        operator_may(app)?;
        let mut accounts = Vec::new();
        for user in users::all(db)? {
            let memberships = users::memberships_of(db, &user.id)?;
            let roles = memberships
                .into_iter()
                .map(|held| (held.institution, held.role, held.org_unit))
                .collect();
            accounts.push(Account { user, roles });
        }
        Ok(accounts)
    })
}

fn operator_may(app: &App) -> Result<()> {
    if app
        .policy
        .permits(&Actor::Operator, Action::UserManage, &Resource::Institution)
    {
        Ok(())
    } else {
        Err(Error::with(Code::Forbidden, "action", Action::UserManage))
    }
}

fn find(db: &mut Db, email: &str) -> Result<User> {
    users::by_email(db, email)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// Addresses that mail cannot be sent to are refused when they are stored, not when it matters.
fn check_email(faults: &mut Faults, email: &str) {
    faults.text("/email", email, 3, 254);
    if !crate::mail::is_address(email.trim()) {
        faults.push(Fault::new("/email", FaultCode::NotAnAddress));
    }
}

fn check_password(faults: &mut Faults, password: &SecretString) {
    let length = password.expose_secret().chars().count();
    if length < MIN_LENGTH {
        faults.push(Fault::new("/password", FaultCode::TooShort).arg("min", MIN_LENGTH));
    }
    if length > MAX_LENGTH {
        faults.push(Fault::new("/password", FaultCode::TooLong).arg("max", MAX_LENGTH));
    }
}

async fn hash(app: &App, password: SecretString) -> Result<String> {
    app.passwords
        .hash(password)
        .await
        .map_err(|error| Error::internal("password hash", error))
}

fn record(db: &mut Db, app: &App, user_id: &str, details: Value) -> Result<()> {
    let action = Action::UserManage
        .audit_event()
        .ok_or_else(|| Error::bug("user.manage leaves no event"))?;
    audit::append(
        db,
        &Event {
            at: app.clock.now(),
            institution_id: None,
            actor: Who::Actor(&Actor::Operator),
            action,
            entity_kind: "user",
            entity_id: user_id,
            reason: None,
            details,
            request_id: None,
        },
    )
}
