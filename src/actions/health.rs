//! Is the service fit to answer?

use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::domain::reminder::{Turn, turn};
use crate::error::Result;
use crate::store::{institutions, outbox};

use super::reminders::JOB;

/// What has been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The database answers.
    pub database: bool,
    /// Its schema is this program's.
    pub migrations: bool,
    /// The reminders of today are planned, or it is not yet (half an hour past) their time.
    pub scheduler: bool,
}

impl Readiness {
    /// Whether requests may come.
    pub const fn ready(&self) -> bool {
        self.database && self.migrations && self.scheduler
    }
}

/// Looks at database, schema and scheduler.
pub fn readiness(app: &App) -> Readiness {
    let migrations = match app.store.pending_migrations() {
        Ok(pending) => pending.is_empty(),
        Err(_) => {
            return Readiness {
                database: false,
                migrations: false,
                scheduler: false,
            };
        }
    };
    let scheduler = migrations && scheduler_in_time(app).unwrap_or(false);
    Readiness {
        database: true,
        migrations,
        scheduler,
    }
}

fn scheduler_in_time(app: &App) -> Result<bool> {
    let then = app.clock.now() - chrono::TimeDelta::minutes(30);
    app.store.read(|db| {
        let planned = outbox::runs_since(db, JOB, berlin_day(then))?;
        for institution in institutions::all(db)? {
            // Planning is due from half an hour ago on; an institution added since has not missed anything.
            if institution.created_at.and_utc() > then {
                continue;
            }
            if let Turn::Run(day) = turn(then, &app.reminders, &institution.calendar()?)
                && !planned.contains(&(institution.id.clone(), day))
            {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// Number of mails in the outbox by state, over all institutions.
///
/// # Errors
/// `unavailable`
pub fn outbox_states(app: &App) -> Result<Vec<(String, i64)>> {
    let found = app.store.read(|db| outbox::count_by_state(db, None))?;
    let count = |state: &str| {
        found
            .iter()
            .find(|row| row.0 == state)
            .map_or(0, |row| row.1)
    };
    Ok(["pending", "sent", "failed", "obsolete"]
        .map(|state| (state.to_owned(), count(state)))
        .into())
}
