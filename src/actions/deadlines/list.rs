//! The one list of all deadlines, and one of them.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::complete::completions_of;
use super::derive::{Depth, Derived, derive};
use super::sources::{self, Place, Query, Scoped, fetch, of_person};
use super::view::{DeadlineView, views};
use crate::actions::measures::sight;
use crate::actions::{By, Scope, budget};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::deadline::{Deadline, Kind, Source, State, UNDATED};
use crate::error::{Code, Error, Result};
use crate::store::deadlines::{Answers, Reader};
use crate::store::requirement_checks::Sight as CheckSight;
use crate::store::{Db, users};

/// Whose deadlines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The reader's.
    Own,
    /// Those of whoever has this address.
    Address(String),
}

/// What a list is asked for, checked. Everything that is given has to hold.
#[derive(Debug, Default, Clone)]
pub struct ListQuery {
    /// In one of these states, if any.
    pub states: Vec<State>,
    /// Of one of these kinds, if any.
    pub kinds: Vec<Kind>,
    /// Due on or after.
    pub from: Option<NaiveDate>,
    /// Due on or before.
    pub to: Option<NaiveDate>,
    /// Only what they answer for, in person or by a role where no person does.
    pub owner: Option<Whose>,
    /// Only of this unit.
    pub org_unit: Option<String>,
    /// Beyond this one.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: usize,
}

/// Deadlines that the caller may see, by date, each with its place for the next page. Measures without a date come only where
/// their state is asked for. Each source is asked for its next rows only, so that the work does not depend on how many there are; what is
/// over budget is found in all that was booked.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`, `sum_out_of_range`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    asked: &ListQuery,
) -> Result<Vec<(Place, DeadlineView)>> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let reader = reader(app, &scope)?;
        let answers = match &asked.owner {
            None => None,
            Some(whose) => match answers(db, &scope, whose)? {
                Some(answers) => Some(answers),
                // Nobody with a role has this address.
                None => return Ok(Vec::new()),
            },
        };
        let found = page(
            db,
            &scope,
            &reader,
            asked,
            answers,
            today,
            Depth::States(&reader),
        )?;
        let places: Vec<Place> = found.iter().map(|one| one.place.clone()).collect();
        let views = views(db, &reader, &scope.institution.slug, found, today)?;
        Ok(places.into_iter().zip(views).collect())
    })
}

fn answers(db: &mut Db, scope: &Scope, whose: &Whose) -> Result<Option<Answers>> {
    match whose {
        Whose::Own => {
            let person = scope.person()?;
            let roles = person.grants.iter().map(|grant| grant.role);
            Ok(Some(of_person(&person.id, roles.collect())))
        }
        Whose::Address(email) => {
            let found = users::roles_by_email(db, &scope.institution.id, email)?;
            Ok(found.map(|(id, roles)| of_person(&id, roles)))
        }
    }
}

/// The next deadlines in the order of all.
///
/// # Errors
/// `sum_out_of_range` where it is asked for what is over budget, or for states, and the books cannot be added up
pub(in crate::actions) fn page(
    db: &mut Db,
    scope: &Scope,
    reader: &Reader<'_>,
    asked: &ListQuery,
    answers: Option<Answers>,
    today: NaiveDate,
    depth: Depth<'_>,
) -> Result<Vec<Derived>> {
    let without_date = [State::OverBudget, State::Undated, State::Unowned];
    let dated = !asked
        .states
        .iter()
        .any(|state| without_date.contains(state));
    let last_day = UNDATED.pred_opt().unwrap_or(UNDATED);
    let over_budget = match &reader.money {
        Some(lines) if asked.states.contains(&State::OverBudget) => {
            budget::over_budget(db, &reader.measures, lines, None)?
        }
        _ => HashSet::new(),
    };
    let query = Query {
        states: asked.states.clone(),
        kinds: asked.kinds.clone(),
        over_budget: over_budget.into_iter().collect(),
        from: asked.from,
        // A window of dates holds nothing that has none.
        to: match asked.to {
            Some(day) => Some(day.min(last_day)),
            None => (dated || asked.from.is_some()).then_some(last_day),
        },
        answers,
        org_unit: asked.org_unit.clone(),
        after: asked.after.clone(),
        limit: asked.limit,
    };
    let scoped = Scoped {
        institution_id: Some(&scope.institution.id),
        reader: Some(reader),
    };
    let mut rows = Vec::new();
    for source in Source::ALL.iter().copied() {
        rows.extend(fetch(db, source, &scoped, &query, today)?);
    }
    // Every source has brought a whole page; the first of all are derived.
    rows.sort_by_cached_key(sources::Row::place);
    rows.dedup_by_key(|row| row.place());
    rows.truncate(asked.limit);
    derive(db, rows, today, depth)
}

/// Deadlines that a reader may see and that are in one of these states, by date, at most `limit`.
///
/// # Errors
/// `forbidden` for those who see none at all
pub(in crate::actions) fn standing(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    states: &[State],
    today: NaiveDate,
    limit: usize,
) -> Result<Vec<Deadline>> {
    let asked = ListQuery {
        states: states.to_vec(),
        limit,
        ..ListQuery::default()
    };
    let reader = reader(app, scope)?;
    let found = page(db, scope, &reader, &asked, None, today, Depth::Deadline)?;
    Ok(found.into_iter().map(|one| one.deadline).collect())
}

/// One deadline that the caller may see and that still runs.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<DeadlineView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        Ok(one(db, app, &scope, id, berlin_day(now))?.1)
    })
}

/// What the caller may see of everything that deadlines are derived from.
///
/// # Errors
/// `forbidden` for those who see none at all
pub(in crate::actions) fn reader<'a>(app: &App, scope: &'a Scope) -> Result<Reader<'a>> {
    let person = scope.person()?;
    let deadlines = app.policy.deadline_visibility(person);
    if deadlines.all.is_empty() && deadlines.money.is_empty() {
        return Err(Error::with(Code::Forbidden, "action", Action::DeadlineRead));
    }
    let posts = Resource::Institution;
    Ok(Reader {
        measures: sight(app, scope)?,
        checks: CheckSight {
            institution_id: &scope.institution.id,
            user_id: &person.id,
            visibility: app.policy.check_visibility(person),
        },
        deadlines,
        posts: app.policy.permits(&scope.actor, Action::PostRead, &posts),
        money: budget::known_lines(app, scope)?,
    })
}

/// One deadline, and how the caller sees it.
///
/// # Errors
/// `not_found`, `forbidden`
pub(super) fn one(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    id: &str,
    today: NaiveDate,
) -> Result<(Deadline, DeadlineView)> {
    let reader = reader(app, scope)?;
    let scoped = Scoped {
        institution_id: Some(&scope.institution.id),
        reader: Some(&reader),
    };
    // PostgreSQL refuses to compare with what it cannot store.
    let storable = !id.contains('\0');
    let rows = if storable {
        sources::by_ids(db, &scoped, &[id])?
    } else {
        Vec::new()
    };
    let mut found = derive(db, rows, today, Depth::States(&reader))?;
    found.truncate(1);
    let deadline = found.first().map(|one| one.deadline.clone());
    let deadline = deadline.ok_or_else(|| Error::new(Code::NotFound))?;
    let mut views = views(db, &reader, &scope.institution.slug, found, today)?;
    let mut view = views.pop().ok_or_else(|| Error::bug("no view"))?;
    if let Some(set) = &mut view.set {
        set.completions = completions_of(db, &deadline)?;
    }
    Ok((deadline, view))
}
