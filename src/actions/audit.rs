//! Reading the audit trail.

use super::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::error::Result;
use crate::store::audit::{self, Recorded};

/// A page of the trail of an institution, newest first.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn page(
    app: &App,
    by: By<'_>,
    institution: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Recorded>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::AuditRead, &Resource::Institution)?;
        audit::page(db, &scope.institution.id, before, limit)
    })
}
