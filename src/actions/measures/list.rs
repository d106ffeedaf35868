//! Lists of measures.

use super::view::MeasureSummary;
use super::{By, Scope, sight};
use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::error::{Code, Error, Result};
use crate::store::measures::{self, After, Filter, Sight, Sort};

/// What a list is asked for, checked.
#[derive(Debug)]
pub struct ListQuery {
    /// Which measures.
    pub filter: Filter,
    /// Order.
    pub sort: Sort,
    /// After this row.
    pub after: Option<After>,
    /// At most so many.
    pub limit: usize,
}

/// A page of measures.
#[derive(Debug)]
pub struct Page {
    /// The rows.
    pub items: Vec<MeasureSummary>,
    /// Where the next page starts, if there is one.
    pub next: Option<After>,
}

/// A page of the measures that the caller may see.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(app: &App, by: By<'_>, institution: &str, query: &ListQuery) -> Result<Page> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let sight = list_sight(app, &scope)?;
        // One more than asked for tells whether there is a next page.
        let limit = i64::try_from(query.limit.saturating_add(1)).unwrap_or(i64::MAX);
        let (filter, sort, after) = (&query.filter, query.sort, query.after);
        let mut rows = measures::page(db, &sight, filter, today, sort, after, limit)?;
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let last = rows.last().map(|(listed, _)| listed.place());
        let items = rows.into_iter().map(|(listed, modules)| {
            MeasureSummary::new(listed, modules, &sight.visibility.programmes, today)
        });
        Ok(Page {
            items: items.collect(),
            next: last.filter(|_| more),
        })
    })
}

/// What the caller sees in a list; whoever would see nothing, whatever there is, is told so.
pub(super) fn list_sight<'a>(app: &App, scope: &'a Scope) -> Result<Sight<'a>> {
    let sight = sight(app, scope)?;
    if sight.visibility.all.is_empty() && sight.visibility.own.is_empty() {
        return Err(Error::with(Code::Forbidden, "action", "measure.read"));
    }
    Ok(sight)
}
