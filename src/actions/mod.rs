//! Use cases: who, what, allowed, decide, persist, record. One function is one transaction.

pub mod absences;
pub mod audit;
pub mod budget;
pub mod budget_periods;
pub mod calendar_feeds;
pub mod catalogue;
pub mod checks;
pub mod dashboard;
pub mod deadlines;
pub mod filters;
pub mod health;
pub mod housekeeping;
pub mod idempotent;
pub mod institutions;
mod mails;
pub mod measures;
pub mod notifications;
pub mod outbox;
pub mod posts;
pub mod programmes;
pub mod reminders;
pub mod resolutions;
pub mod sessions;
pub mod target_objects;
pub mod undelivered;
pub mod users;
mod versions;
pub mod webhooks;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::auth::token::Subject;
use crate::domain::access::{Action, Actor, Grant, Person, Resource};
use crate::error::{Code, Error, Result};
use crate::store::institutions::Institution;
use crate::store::{
    Db, audit as trail, institutions as stored_institutions, sessions as stored_sessions,
};

/// Who sent a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// User and session of the access token.
    pub subject: Subject,
    /// Id of the request, for the audit trail.
    pub request_id: String,
}

/// On whose behalf a use case runs.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Somebody signed in.
    Caller(&'a Caller),
    /// The command line on the server.
    Operator,
    /// A job of the service.
    Service,
}

/// An institution and who acts in it, as they are in this transaction.
#[derive(Debug)]
pub struct Scope {
    /// The institution.
    pub institution: Institution,
    /// Who acts.
    pub actor: Actor,
    request_id: Option<String>,
}

impl Scope {
    /// Enters an institution: reads the principal in the transaction that it guards.
    ///
    /// # Errors
    /// `session_ended`, or `not_found` for an institution in which the caller has no role.
    pub fn enter(db: &mut Db, now: DateTime<Utc>, by: By<'_>, slug: &str) -> Result<Scope> {
        let caller = match by {
            By::Caller(caller) => caller,
            By::Operator | By::Service => {
                let institution = stored_institutions::by_slug(db, slug)?
                    .ok_or_else(|| Error::new(Code::NotFound))?;
                let actor = if matches!(by, By::Operator) {
                    Actor::Operator
                } else {
                    Actor::Service
                };
                return Ok(Scope {
                    institution,
                    actor,
                    request_id: None,
                });
            }
        };
        let Subject {
            user_id,
            session_id,
        } = &caller.subject;
        let (institution, person) = stored_sessions::principal(db, now, session_id, user_id, slug)?;
        Ok(Scope {
            institution,
            actor: Actor::Person(person),
            request_id: Some(caller.request_id.clone()),
        })
    }

    /// An institution as somebody sees it who does not ask now: the reader of a mail.
    fn reading(institution: Institution, id: &str, grants: &[Grant]) -> Scope {
        let person = Person {
            id: id.to_owned(),
            grants: grants.to_vec(),
        };
        Scope {
            institution,
            actor: Actor::Person(person),
            request_id: None,
        }
    }

    /// Asks the policy.
    ///
    /// # Errors
    /// `forbidden`
    pub fn require(&self, app: &App, action: Action, resource: &Resource<'_>) -> Result<()> {
        if app.policy.permits(&self.actor, action, resource) {
            return Ok(());
        }
        tracing::info!(action = %action, actor = self.actor.id(), institution = self.institution.slug, "refused by policy");
        Err(Error::with(Code::Forbidden, "action", action))
    }

    /// The person who acts.
    ///
    /// # Errors
    /// `forbidden` when it is not a person.
    pub fn person(&self) -> Result<&Person> {
        match &self.actor {
            Actor::Person(person) => Ok(person),
            Actor::Operator | Actor::Service => Err(Error::new(Code::Forbidden)),
        }
    }

    /// Leaves an event in the audit trail of the institution.
    fn record(&self, db: &mut Db, now: DateTime<Utc>, entry: &Entry<'_>) -> Result<()> {
        let action = entry
            .action
            .audit_event()
            .ok_or_else(|| Error::bug("a reading action leaves no event"))?;
        trail::append(
            db,
            &trail::Event {
                at: now,
                institution_id: Some(&self.institution.id),
                actor: trail::Who::Actor(&self.actor),
                action,
                entity_kind: entry.entity_kind,
                entity_id: entry.entity_id,
                reason: entry.reason,
                details: entry.details.clone(),
                request_id: self.request_id.as_deref(),
            },
        )
    }
}

/// What is to be recorded of a write.
struct Entry<'a> {
    action: Action,
    entity_kind: &'a str,
    entity_id: &'a str,
    reason: Option<&'a str>,
    details: serde_json::Value,
}
