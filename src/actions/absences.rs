//! Absences: from when to when somebody else gets the mails as well (DOMAIN REM-11).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::idempotent::{Answer, Request};
use super::measures::view::{OwnerView, etag};
use super::{By, Entry, Scope, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::absences::{self, Absence};
use crate::store::types::stored;
use crate::store::{Db, institutions, new_id, users};

/// Longest absence in days.
const MOST_DAYS: i64 = 366;

/// An absence.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceInput {
    /// Address of whoever is away; the caller, if left out.
    #[serde(default)]
    #[schema(example = "netz@offenburg.example")]
    pub person: Option<String>,
    /// Address of whoever stands in: active, with a role in the institution.
    #[schema(example = "digital@offenburg.example")]
    pub deputy: String,
    /// First day.
    #[schema(example = "2022-10-24")]
    pub from: NaiveDate,
    /// Last day; not in the past, and at most 366 days after the first.
    #[schema(example = "2022-11-04")]
    pub until: NaiveDate,
}

/// An absence as it was entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AbsenceView {
    /// Id.
    pub id: String,
    /// Whoever is away.
    pub person: OwnerView,
    /// Whoever stands in.
    pub deputy: OwnerView,
    /// First day.
    #[schema(example = "2022-10-24")]
    pub from: NaiveDate,
    /// Last day.
    #[schema(example = "2022-11-04")]
    pub until: NaiveDate,
    /// Whoever entered it.
    pub entered_by: Option<OwnerView>,
    /// When.
    pub entered_at: DateTime<Utc>,
}

/// The only version that an absence has.
const VERSION: i32 = 1;

impl AbsenceView {
    /// Strong ETag.
    pub fn etag(&self) -> String {
        etag(VERSION)
    }
}

/// Absences that the caller may see, the latest first: those of everybody, or those in which they have a part.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    before: Option<(NaiveDate, String)>,
    limit: i64,
) -> Result<Vec<AbsenceView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let own = only_own(app, &scope)?;
        let before = before.as_ref().map(|(day, id)| (*day, id.as_str()));
        let found = absences::page(db, &scope.institution.id, own, before, limit)?;
        views(db, found)
    })
}

/// One absence.
///
/// # Errors
/// `not_found`, also for one that the caller may not see; `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<AbsenceView> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let found = visible(db, app, &scope, id)?;
        view(db, found)
    })
}

/// Enters an absence.
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &AbsenceInput,
    key: Option<&str>,
) -> Result<Answer<AbsenceView>> {
    check(input, berlin_day(app.clock.now()))?;
    let target = format!("create_absence {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            request.once(db, now, &scope, input, |db| {
                let members = Members::read(db, &scope)?;
                let caller = scope.person()?.id.clone();
                let person = match &input.person {
                    None => Ok(caller.clone()),
                    Some(email) => members.named("/person", email),
                };
                // Who may not enter absences of others learns no names.
                let named = person.as_deref().unwrap_or_default();
                let units = members.units(named);
                let resource = Resource::Absence {
                    person: named,
                    units,
                };
                scope.require(app, Action::AbsenceWrite, &resource)?;
                let mut faults = Faults::new();
                let mut known =
                    |found: Result<String, Fault>| found.map_err(|fault| faults.push(fault)).ok();
                let person = known(person);
                let deputy = known(members.named("/deputy", &input.deputy));
                if person.is_some() && person == deputy {
                    faults.push(Fault::new("/deputy", FaultCode::Inconsistent));
                }
                // Two at once could each find the days free.
                institutions::lock(db, &scope.institution.id)?;
                if let Some(id) = &person
                    && absences::overlaps(db, &scope.institution.id, id, input.from, input.until)?
                {
                    faults.push(Fault::new("/from", FaultCode::Inconsistent));
                }
                faults.finish()?;
                let (Some(user_id), Some(deputy_id)) = (person, deputy) else {
                    return Err(Error::bug("an absence of nobody"));
                };
                let absence = Absence {
                    id: new_id(now),
                    institution_id: scope.institution.id.clone(),
                    user_id,
                    deputy_id,
                    from_day: input.from,
                    until_day: input.until,
                    entered_by: caller,
                    entered_at: stored(now),
                };
                absences::insert(db, &absence)?;
                record(db, &scope, now, &absence, "created")?;
                view(db, absence)
            })
        })
    })
}

/// Deletes an absence; from then on nobody stands in.
///
/// # Errors
/// `stale`, `forbidden`, `not_found`, `session_ended`
pub fn delete(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let absence = visible(db, app, &scope, id)?;
        let members = Members::read(db, &scope)?;
        let resource = Resource::Absence {
            person: &absence.user_id,
            units: members.units(&absence.user_id),
        };
        scope.require(app, Action::AbsenceWrite, &resource)?;
        versions::require(seen, VERSION)?;
        absences::delete(db, &absence.id)?;
        record(db, &scope, now, &absence, "deleted")
    })
}

fn check(input: &AbsenceInput, today: NaiveDate) -> Result<()> {
    let mut faults = Faults::new();
    faults.day("/from", input.from);
    faults.day("/until", input.until);
    faults.finish()?;
    let mut faults = Faults::new();
    let days = input.until.signed_duration_since(input.from).num_days();
    if input.until < today || !(0..=MOST_DAYS).contains(&days) {
        let first = input.from.max(today);
        let last = input.from + chrono::TimeDelta::days(MOST_DAYS);
        let fault = Fault::new("/until", FaultCode::OutOfRange);
        faults.push(fault.arg("min", first).arg("max", last.max(first)));
    }
    Ok(faults.finish()?)
}

/// Whose absences the caller sees, unless those of everybody.
fn only_own<'a>(app: &App, scope: &'a Scope) -> Result<Option<&'a str>> {
    let action = Action::AbsenceRead;
    let all = app
        .policy
        .permits(&scope.actor, action, &Resource::Institution);
    let person = scope.person()?;
    Ok((!all).then_some(person.id.as_str()))
}

fn visible(db: &mut Db, app: &App, scope: &Scope, id: &str) -> Result<Absence> {
    let absence = absences::get(db, &scope.institution.id, id)?;
    let has_part = |id: &str| absence.user_id == id || absence.deputy_id == id;
    match only_own(app, scope)? {
        Some(own) if !has_part(own) => Err(Error::new(Code::NotFound)),
        _ => Ok(absence),
    }
}

/// Active accounts of the institution.
struct Members {
    by_email: BTreeMap<String, String>,
    units: BTreeMap<String, Vec<String>>,
}

impl Members {
    fn read(db: &mut Db, scope: &Scope) -> Result<Members> {
        let mut members = Members {
            by_email: BTreeMap::new(),
            units: BTreeMap::new(),
        };
        for member in users::active_members(db, &scope.institution.id)? {
            let key = users::email_key(&member.email);
            members.by_email.insert(key, member.id);
        }
        for (user_id, unit) in users::units_of_members(db, &scope.institution.id)? {
            members.units.entry(user_id).or_default().push(unit);
        }
        Ok(members)
    }

    fn named(&self, pointer: &str, email: &str) -> Result<String, Fault> {
        let found = self.by_email.get(&users::email_key(email)).cloned();
        found.ok_or_else(|| Fault::new(pointer, FaultCode::NotAssignable).arg("value", email))
    }

    fn units(&self, user_id: &str) -> &[String] {
        self.units.get(user_id).map_or(&[], Vec::as_slice)
    }
}

fn view(db: &mut Db, absence: Absence) -> Result<AbsenceView> {
    let mut views = views(db, vec![absence])?;
    views.pop().ok_or_else(|| Error::bug("no view"))
}

fn views(db: &mut Db, found: Vec<Absence>) -> Result<Vec<AbsenceView>> {
    let people = found
        .iter()
        .flat_map(|one| [&one.user_id, &one.deputy_id, &one.entered_by]);
    let people: BTreeSet<&str> = people.map(String::as_str).collect();
    let accounts = users::accounts(db, &people.into_iter().collect::<Vec<_>>())?;
    let account = |id: &String| accounts.get(id).map(OwnerView::from);
    let known = |id: &String| account(id).ok_or_else(|| Error::bug("an absence of nobody"));
    let view = |one: Absence| {
        Ok(AbsenceView {
            person: known(&one.user_id)?,
            deputy: known(&one.deputy_id)?,
            entered_by: account(&one.entered_by),
            id: one.id,
            from: one.from_day,
            until: one.until_day,
            entered_at: one.entered_at.and_utc(),
        })
    };
    found.into_iter().map(view).collect()
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    absence: &Absence,
    what: &str,
) -> Result<()> {
    let entry = Entry {
        action: Action::AbsenceWrite,
        entity_kind: "absence",
        entity_id: &absence.id,
        reason: None,
        details: json!({
            "what": what, "person": absence.user_id, "deputy": absence.deputy_id, "from": absence.from_day,
            "until": absence.until_day,
        }),
    };
    scope.record(db, now, &entry)
}
