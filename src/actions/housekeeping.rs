//! Forgetting what nobody needs any more.

use chrono::TimeDelta;

use crate::app::App;
use crate::error::Result;
use crate::store::{idempotency, sessions, users};

/// Forgets sessions a day after their end of life, answers after a day, failures at the sign-in after a day.
///
/// # Errors
/// `unavailable`
pub fn sweep(app: &App) -> Result<()> {
    let day = TimeDelta::days(1);
    let (now, machine) = (app.clock.now(), app.clock.machine());
    let (sessions, answers, failures) = app.store.write(|db| {
        Ok((
            sessions::forget(db, now - day)?,
            idempotency::forget(db, now - day)?,
            users::forget_login_failures(db, machine - day)?,
        ))
    })?;
    tracing::debug!(sessions, answers, failures, "housekeeping");
    Ok(())
}
