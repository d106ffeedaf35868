//! Lists of measures.

use chrono::NaiveDate;

use super::view::MeasureSummary;
use super::{By, Scope, sight};
use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::domain::measure::{LinkKind, Status};
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::measures::{self, After, Filter, Row, Sight, Sort};

/// What a list is asked for, checked.
#[derive(Debug)]
pub struct ListQuery {
    /// One of these statuses.
    pub status: Vec<Status>,
    /// Overdue, or not.
    pub overdue: Option<bool>,
    /// Due on or after.
    pub due_from: Option<NaiveDate>,
    /// Due on or before.
    pub due_to: Option<NaiveDate>,
    /// Address, `me` or `none`.
    pub owner: Option<String>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Programme key.
    pub programme: Option<String>,
    /// Module.
    pub module: Option<String>,
    /// Layer.
    pub layer: Option<String>,
    /// Requirement.
    pub requirement: Option<String>,
    /// Kind of link.
    pub link: Option<LinkKind>,
    /// One of these priorities.
    pub priority: Vec<i32>,
    /// Words.
    pub text: Option<String>,
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
        let sight = sight(app, &scope)?;
        if sight.visibility.all.is_empty() && sight.visibility.own.is_empty() {
            return Err(Error::with(Code::Forbidden, "action", "measure.read"));
        }
        // One more than asked for tells whether there is a next page.
        let limit = i64::try_from(query.limit.saturating_add(1)).unwrap_or(i64::MAX);
        let mut rows = rows(db, &sight, query, query.after, today, limit)?;
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let last = rows.last().map(|row| After {
            due: row.measure.due_sort,
            seq: row.measure.reference_seq,
        });
        let ids: Vec<&str> = rows.iter().map(|row| row.measure.id.as_str()).collect();
        let mut modules = measures::modules_of(db, &ids)?;
        let items = rows.into_iter().map(|row| {
            let modules = modules.remove(&row.measure.id).unwrap_or_default();
            MeasureSummary::new(row, modules, &sight.visibility.programmes, today)
        });
        Ok(Page {
            items: items.collect(),
            next: last.filter(|_| more),
        })
    })
}

/// The measures that a list shows, from a place on.
pub(super) fn rows(
    db: &mut Db,
    sight: &Sight<'_>,
    query: &ListQuery,
    after: Option<After>,
    today: NaiveDate,
    limit: i64,
) -> Result<Vec<Row>> {
    let owner = match query.owner.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some("me") => Some(Some(sight.user_id.to_owned())),
        // An address that nobody has matches nothing; it is not an error to look for it.
        Some(email) => {
            let user = crate::store::users::by_email(db, email)?;
            Some(Some(user.map_or_else(String::new, |user| user.id)))
        }
    };
    let filter = Filter {
        status: query.status.clone(),
        overdue: query.overdue.map(|overdue| (overdue, today)),
        due_from: query.due_from,
        due_to: query.due_to,
        owner: owner.as_ref().map(Option::as_deref),
        org_unit: query.org_unit.as_deref(),
        programme: query.programme.as_deref(),
        module: query.module.as_deref(),
        layer: query.layer.as_deref(),
        requirement: query.requirement.as_deref(),
        link_kind: query.link,
        priority: query.priority.clone(),
        text: query.text.as_deref(),
    };
    measures::page(db, sight, &filter, query.sort, after, limit)
}
