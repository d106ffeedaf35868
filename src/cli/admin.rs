//! `zinne user` and `zinne institution`: what the operator of the server does.

use std::io::Read as _;
use std::sync::Arc;

use clap::Subcommand;
use secrecy::{ExposeSecret, SecretString};

use super::{Failure, Outcome, block_on, say};
use crate::actions::{institutions, users};
use crate::app::App;
use crate::auth::secret;
use crate::domain::access::{Grant, Role};
use crate::domain::holiday::Land;
use crate::domain::institution::InstitutionKind;
use crate::error::Error;

/// Accounts and roles.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account; without --password-stdin a password is made and printed once.
    Add {
        /// Address.
        email: String,
        /// Name.
        #[arg(long)]
        name: String,
        /// Language of mails: de or en.
        #[arg(long, default_value = "de")]
        locale: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a new password and end all sessions.
    Password {
        /// Address.
        email: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a role in an institution.
    Grant {
        /// Address.
        email: String,
        /// Role.
        role: Role,
        /// Slug of the institution.
        #[arg(long)]
        institution: String,
        /// Organisational unit that the role is limited to.
        #[arg(long)]
        org_unit: Option<String>,
    },
    /// Take a role away.
    Revoke {
        /// Address.
        email: String,
        /// Role.
        role: Role,
        /// Slug of the institution.
        #[arg(long)]
        institution: String,
    },
    /// Let nobody sign in with this account any more; its sessions end at once.
    Disable {
        /// Address.
        email: String,
    },
    /// Let the account sign in again.
    Enable {
        /// Address.
        email: String,
    },
    /// All accounts with their roles.
    List,
}

/// Institutions.
#[derive(Debug, Subcommand)]
pub enum InstitutionCommand {
    /// Add an institution.
    Add {
        /// Name in paths: lower-case letters, digits, hyphens.
        slug: String,
        /// Name.
        #[arg(long)]
        name: String,
        /// municipality or district.
        #[arg(long, default_value = "municipality")]
        kind: InstitutionKind,
        /// Land whose statutory holidays count: BW, BY, BE, BB, HB, HH, HE, MV, NI, NW, RP, SL, SN, ST, SH or TH.
        #[arg(long, default_value = "BW")]
        land: Land,
        /// Day on which it is closed every year, MM-DD; may be given several times.
        #[arg(long = "closed")]
        closure_days: Vec<String>,
    },
}

/// Runs `zinne institution …`.
pub fn institution(app: &Arc<App>, command: InstitutionCommand) -> Outcome {
    let InstitutionCommand::Add {
        slug,
        name,
        kind,
        land,
        closure_days,
    } = command;
    institutions::create(app, &slug, &name, kind, land, &closure_days)?;
    say(&format!("added {slug}"));
    Ok(())
}

/// Runs `zinne user …`.
pub fn user(app: &Arc<App>, command: UserCommand) -> Outcome {
    match command {
        UserCommand::Add {
            email,
            name,
            locale,
            password_stdin,
        } => {
            let password = password(password_stdin)?;
            block_on(users::create(
                app,
                email.clone(),
                name,
                locale,
                password.clone(),
            ))?;
            say(&format!("added {email}"));
            show(&password, password_stdin);
        }
        UserCommand::Password {
            email,
            password_stdin,
        } => {
            let password = password(password_stdin)?;
            block_on(users::set_password(app, email.clone(), password.clone()))?;
            say(&format!("set the password of {email}"));
            show(&password, password_stdin);
        }
        UserCommand::Grant {
            email,
            role,
            institution,
            org_unit,
        } => {
            users::set_role(app, &email, &institution, &Grant { role, org_unit }, true)?;
            say(&format!("{email} is {role} in {institution}"));
        }
        UserCommand::Revoke {
            email,
            role,
            institution,
        } => {
            users::set_role(
                app,
                &email,
                &institution,
                &Grant {
                    role,
                    org_unit: None,
                },
                false,
            )?;
            say(&format!("{email} is no longer {role} in {institution}"));
        }
        UserCommand::Disable { email } => {
            users::set_active(app, &email, false)?;
            say(&format!("disabled {email}"));
        }
        UserCommand::Enable { email } => {
            users::set_active(app, &email, true)?;
            say(&format!("enabled {email}"));
        }
        UserCommand::List => {
            for account in users::list(app)? {
                let role = |(slug, role, unit): &(String, Role, Option<String>)| match unit {
                    Some(unit) => format!("{role}@{slug} ({unit})"),
                    None => format!("{role}@{slug}"),
                };
                let roles: Vec<String> = account.roles.iter().map(role).collect();
                let state = if account.user.active {
                    "active"
                } else {
                    "disabled"
                };
                say(&format!(
                    "{}\t{}\t{state}\t{}",
                    account.user.email,
                    account.user.display_name,
                    roles.join(", ")
                ));
            }
        }
    }
    Ok(())
}

fn password(from_stdin: bool) -> Result<SecretString, Failure> {
    if !from_stdin {
        return Ok(secret::random_token().map_err(|error| Error::internal("random bytes", error))?);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Text(format!("cannot read the password: {error}")))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

fn show(password: &SecretString, given: bool) {
    if !given {
        say(&format!("password: {}", password.expose_secret()));
    }
}
