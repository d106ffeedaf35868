//! The ledger of a programme, page by page.

use super::view::{self, EntryView};
use crate::actions::{By, Scope, programmes};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::error::Result;
use crate::store::budget::{self, EntryFilter};

/// Entries of a programme, newest first, beyond `before`.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn entries(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    filter: &EntryFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<EntryView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::BudgetRead, &Resource::Institution)?;
        let programme = programmes::visible(db, app, &scope, programme)?;
        let found = budget::page(db, &programme.id, filter, before, limit)?;
        view::entries(db, found)
    })
}
