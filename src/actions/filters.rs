//! Filters of lists that people keep for themselves. Nobody else sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::idempotent::{Answer, Request};
use super::measures::view::etag;
use super::{By, Entry, Scope, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::Result;
use crate::store::filters::{self, Keeper, SavedFilter};
use crate::store::types::stored;
use crate::store::{Db, new_id};

/// Filters that one person keeps in one institution.
const MOST: i64 = 100;

/// A new filter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterInput {
    /// Name, 1 to 100 characters; each only once, whatever its case.
    #[schema(example = "Überfällig im FB DigIT")]
    pub name: String,
    /// Query string of the list of measures, without `limit` and `cursor`.
    #[schema(example = "overdue=true&org_unit=FB%20DigIT&sort=priority")]
    pub query: String,
}

/// Changes of a filter; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterPatch {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Query string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// A filter as its keeper sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FilterView {
    /// Id.
    pub id: String,
    /// Name.
    #[schema(example = "Überfällig im FB DigIT")]
    pub name: String,
    /// Query string of the list of measures.
    #[schema(example = "overdue=true&org_unit=FB%20DigIT&sort=priority")]
    pub query: String,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl FilterView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

impl From<SavedFilter> for FilterView {
    fn from(filter: SavedFilter) -> Self {
        FilterView {
            id: filter.id,
            name: filter.name,
            query: filter.query,
            version: filter.version,
            created_at: filter.created_at.and_utc(),
            updated_at: filter.updated_at.and_utc(),
        }
    }
}

/// The caller's filters, by name.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(app: &App, by: By<'_>, institution: &str) -> Result<Vec<FilterView>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = enter(db, app, now, by, institution)?;
        let all = filters::all(db, keeper(&scope)?)?;
        Ok(all.into_iter().map(FilterView::from).collect())
    })
}

/// One of the caller's filters.
///
/// # Errors
/// `not_found`, also for somebody else's; `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<FilterView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = enter(db, app, now, by, institution)?;
        Ok(filters::get(db, keeper(&scope)?, id)?.into())
    })
}

/// Keeps a filter.
///
/// # Errors
/// `invalid`, `already_exists`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &FilterInput,
    key: Option<&str>,
) -> Result<Answer<FilterView>> {
    check(Some(&input.name), Some(&input.query))?;
    let target = format!("create_filter {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = enter(db, app, now, by, institution)?;
            request.once(db, now, &scope, input, |db| {
                let keeper = keeper(&scope)?;
                let mut filter = SavedFilter {
                    id: new_id(now),
                    user_id: keeper.user_id.to_owned(),
                    institution_id: keeper.institution_id.to_owned(),
                    name: String::new(),
                    name_key: String::new(),
                    query: input.query.clone(),
                    version: 1,
                    created_at: stored(now),
                    updated_at: stored(now),
                };
                call(&mut filter, &input.name);
                filters::insert(db, &filter)?;
                record(db, now, &scope, &filter, "created")?;
                // Counted after the event: by then this is the only transaction that writes in the institution.
                if filters::count(db, keeper)? > MOST {
                    let fault = Fault::new("", FaultCode::TooMany).arg("max", MOST);
                    return Err(vec![fault].into());
                }
                Ok(filter.into())
            })
        })
    })
}

/// Changes a filter over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `already_exists`, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    patch: &FilterPatch,
) -> Result<FilterView> {
    check(patch.name.as_deref(), patch.query.as_deref())?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = enter(db, app, now, by, institution)?;
        let mut filter = filters::get(db, keeper(&scope)?, id)?;
        versions::require(seen, filter.version)?;
        let before = (filter.name.clone(), filter.query.clone());
        if let Some(name) = &patch.name {
            call(&mut filter, name);
        }
        if let Some(query) = &patch.query {
            filter.query.clone_from(query);
        }
        if before != (filter.name.clone(), filter.query.clone()) {
            filter.version += 1;
            filter.updated_at = stored(now);
            filters::replace(db, &filter)?;
            record(db, now, &scope, &filter, "changed")?;
        }
        Ok(filter.into())
    })
}

/// Gives up a filter in the version that the caller has seen.
///
/// # Errors
/// `stale`, `not_found`, `forbidden`, `session_ended`
pub fn delete(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = enter(db, app, now, by, institution)?;
        let filter = filters::get(db, keeper(&scope)?, id)?;
        versions::require(seen, filter.version)?;
        filters::delete(db, &filter)?;
        record(db, now, &scope, &filter, "deleted")
    })
}

fn enter(
    db: &mut Db,
    app: &App,
    now: DateTime<Utc>,
    by: By<'_>,
    institution: &str,
) -> Result<Scope> {
    let scope = Scope::enter(db, now, by, institution)?;
    scope.require(app, Action::FilterSave, &Resource::Institution)?;
    Ok(scope)
}

fn keeper(scope: &Scope) -> Result<Keeper<'_>> {
    Ok(Keeper {
        user_id: &scope.person()?.id,
        institution_id: &scope.institution.id,
    })
}

/// Whether the query can be read is for those to say who read lists.
fn check(name: Option<&str>, query: Option<&str>) -> Result<()> {
    let mut faults = Faults::new();
    if let Some(name) = name {
        faults.text("/name", name, 1, 100);
    }
    faults.optional_text("/query", query, 2000);
    Ok(faults.finish()?)
}

fn call(filter: &mut SavedFilter, name: &str) {
    name.trim().clone_into(&mut filter.name);
    filter.name_key = filter.name.to_lowercase();
}

/// The event says that there was one, not what is in it: the trail is read by others.
fn record(
    db: &mut Db,
    now: DateTime<Utc>,
    scope: &Scope,
    filter: &SavedFilter,
    what: &str,
) -> Result<()> {
    let entry = Entry {
        action: Action::FilterSave,
        entity_kind: "filter",
        entity_id: &filter.id,
        reason: None,
        details: json!({ "what": what, "version": filter.version }),
    };
    scope.record(db, now, &entry)
}
