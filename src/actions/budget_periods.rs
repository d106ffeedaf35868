//! Budget periods (Haushaltsperioden): listing, reading, adding, changing, taking back a draft.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::idempotent::{Answer, Request};
use super::measures::view::etag;
use super::measures::{nullable, present};
use super::{By, Entry, Scope, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget_period::{Kind, State, span};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::budget_periods::{self, BudgetPeriod};
use crate::store::types::stored;
use crate::store::{Db, new_id};

/// A new budget period; it starts as a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetPeriodInput {
    /// One year, or two that follow each other.
    #[schema(example = json!([2022, 2023]))]
    pub years: Vec<i32>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// What is to be changed: a field that is left out stays, `null` empties the remark.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetPeriodPatch {
    /// One year, or two that follow each other; while it is a draft.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub years: Option<Vec<i32>>,
    /// The next state.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub state: Option<State>,
    /// Remark.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// Why; kept in the audit trail.
    pub reason: Option<String>,
}

/// A budget period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BudgetPeriodView {
    /// Id.
    pub id: String,
    /// The years that it covers.
    #[schema(example = json!([2022, 2023]))]
    pub years: Vec<i32>,
    /// Of one year or of two.
    pub kind: Kind,
    /// Where the budget stands.
    pub state: State,
    /// What can come next.
    pub next_states: Vec<State>,
    /// Remark.
    pub note: Option<String>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl From<BudgetPeriod> for BudgetPeriodView {
    fn from(period: BudgetPeriod) -> Self {
        BudgetPeriodView {
            id: period.id,
            years: (period.first_year..=period.last_year).collect(),
            kind: if period.first_year == period.last_year {
                Kind::Single
            } else {
                Kind::Double
            },
            state: period.state,
            next_states: period.state.next().to_vec(),
            note: period.note,
            version: period.version,
            created_at: period.created_at.and_utc(),
            updated_at: period.updated_at.and_utc(),
        }
    }
}

impl BudgetPeriodView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

/// Budget periods by their years.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(app: &App, by: By<'_>, institution: &str) -> Result<Vec<BudgetPeriodView>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::BudgetPeriodRead, &Resource::Institution)?;
        let all = budget_periods::all(db, &scope.institution.id)?;
        Ok(all.into_iter().map(BudgetPeriodView::from).collect())
    })
}

/// One budget period.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<BudgetPeriodView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::BudgetPeriodRead, &Resource::Institution)?;
        budget_periods::get(db, &scope.institution.id, id).map(BudgetPeriodView::from)
    })
}

/// Adds a draft.
///
/// # Errors
/// `invalid`, also for a year that has a budget; `not_found`, `forbidden`, `session_ended`,
/// `idempotency_key_reused`, `already_exists` for a year that somebody else was faster with
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &BudgetPeriodInput,
    key: Option<&str>,
) -> Result<Answer<BudgetPeriodView>> {
    let (first_year, last_year, _) = span("/years", &input.years)?;
    let mut faults = Faults::new();
    faults.optional_text("/note", input.note.as_deref(), 2000);
    faults.finish()?;
    let target = format!("create_budget_period {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::BudgetPeriodWrite, &Resource::Institution)?;
            request.once(db, now, &scope, input, |db| {
                let period = BudgetPeriod {
                    id: new_id(now),
                    institution_id: scope.institution.id.clone(),
                    first_year,
                    last_year,
                    state: State::Draft,
                    note: input.note.clone(),
                    version: 1,
                    created_at: stored(now),
                    updated_at: stored(now),
                };
                require_free_years(db, &period)?;
                budget_periods::insert(db, &period)?;
                let view = BudgetPeriodView::from(period);
                let changed = versions::changes(None, &view)?;
                record(db, &scope, now, &view, changed, None)?;
                Ok(view)
            })
        })
    })
}

/// Changes a budget period over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `illegal_transition` with the legal ones, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    patch: &BudgetPeriodPatch,
) -> Result<BudgetPeriodView> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::BudgetPeriodWrite, &Resource::Institution)?;
        let before = budget_periods::get(db, &scope.institution.id, id)?;
        versions::require(seen, before.version)?;
        let mut after = patch.applied_to(&before)?;
        require_free_years(db, &after)?;
        let before = BudgetPeriodView::from(before);
        let changed = versions::changes(Some(&before), &after.clone().into())?;
        if changed.is_empty() {
            return Ok(before);
        }
        budget_periods::replace(db, now, &mut after)?;
        let after = BudgetPeriodView::from(after);
        record(db, &scope, now, &after, changed, patch.reason.as_deref())?;
        Ok(after)
    })
}

/// Takes back a draft.
///
/// # Errors
/// `stale`, `invalid` for what is more than a draft, `not_found`, `forbidden`, `session_ended`
pub fn delete(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::BudgetPeriodWrite, &Resource::Institution)?;
        let period = budget_periods::get(db, &scope.institution.id, id)?;
        versions::require(seen, period.version)?;
        if period.state != State::Draft {
            return Err(vec![Fault::new("/state", FaultCode::Fixed)].into());
        }
        budget_periods::delete(db, &period)?;
        let deleted = Map::from_iter([("deleted".to_owned(), Value::Bool(true))]);
        record(db, &scope, now, &period.into(), deleted, None)
    })
}

/// Every year of an institution has one budget at most.
fn require_free_years(db: &mut Db, period: &BudgetPeriod) -> Result<()> {
    let mut faults = Faults::new();
    for year in budget_periods::covered(db, period)? {
        faults.push(Fault::new("/years", FaultCode::Duplicate).arg("value", year));
    }
    faults.finish()?;
    Ok(())
}

impl BudgetPeriodPatch {
    fn applied_to(&self, period: &BudgetPeriod) -> Result<BudgetPeriod> {
        let mut after = period.clone();
        let mut faults = Faults::new();
        if let Some(years) = &self.years {
            (after.first_year, after.last_year, _) = span("/years", years)?;
            let same = (after.first_year, after.last_year) == (period.first_year, period.last_year);
            if !same && period.state != State::Draft {
                faults.push(Fault::new("/years", FaultCode::Fixed));
            }
        }
        if let Some(note) = &self.note {
            faults.optional_text("/note", note.as_deref(), 2000);
            after.note.clone_from(note);
        }
        faults.optional_text("/reason", self.reason.as_deref(), 2000);
        faults.finish()?;
        after.state = self.state.unwrap_or(after.state);
        if after.state != period.state && !period.state.next().contains(&after.state) {
            let allowed: Vec<&str> = period.state.next().iter().map(|s| s.as_str()).collect();
            return Err(Error::with(Code::IllegalTransition, "of", "budget-period")
                .arg("from", period.state)
                .arg("to", after.state)
                .arg("allowed", allowed.join(", ")));
        }
        Ok(after)
    }
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    period: &BudgetPeriodView,
    mut changed: Map<String, Value>,
    reason: Option<&str>,
) -> Result<()> {
    // These follow from the state.
    changed.remove("next_states");
    let entry = Entry {
        action: Action::BudgetPeriodWrite,
        entity_kind: "budget_period",
        entity_id: &period.id,
        reason,
        details: json!({ "years": period.years, "changes": changed }),
    };
    scope.record(db, now, &entry)
}
