//! Deadlines that nothing else has: setting, changing and removing them.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::list::{one, reader};
use super::sources::id_in;
use super::view::DeadlineView;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::measures::{nullable, present};
use crate::actions::{By, Entry, Scope, programmes, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::calendar::berlin_day;
use crate::domain::deadline::{Deadline, Kind, Rhythm, SetState, Source, submission_day};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::Confidentiality;
use crate::error::{Code, Error, Result};
use crate::store::deadlines::{self, SetDeadline};
use crate::store::types::stored;
use crate::store::{Db, institutions, new_id, users};

/// Deadlines of one institution that run.
const MOST: i64 = 5000;

/// A deadline that is set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDeadlineInput {
    /// What it is about: one of `management_report`, `council_report`, `is_revision`, `audit`, `audit_finding`,
    /// `budget_milestone`, `exception`, `legal`. It never changes.
    #[schema(example = "council_report")]
    pub kind: Kind,
    /// Title, 1 to 300 characters.
    #[schema(example = "Sachstandsbericht IT-Sicherheit")]
    pub title: String,
    /// Title for the public, where the other one may not be.
    #[serde(default)]
    pub title_public: Option<String>,
    /// Last day in time; of what comes again the first one. An exception lasts 12 months at most.
    #[serde(default)]
    #[schema(example = "2022-12-31")]
    pub date: Option<NaiveDate>,
    /// Instead of `date`, for a report to the council: the sitting; its paper is due 21 days before.
    #[serde(default)]
    pub sitting: Option<NaiveDate>,
    /// How often it comes; once, if left out.
    #[serde(default = "once")]
    pub recurrence: Rhythm,
    /// Last day on which it may come again.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// A date that is no working day moves to the next one; for what the law sets.
    #[serde(default)]
    pub shift_to_next_workday: bool,
    /// Address of whoever answers for it.
    #[serde(default)]
    #[schema(example = "isb@offenburg.example")]
    pub owner: Option<String>,
    /// Address of whoever stands in for them.
    #[serde(default)]
    pub deputy: Option<String>,
    /// The role that answers for it where no person does; the ISB, or finance for dates of the budget, if both are left out.
    #[serde(default)]
    pub role: Option<Role>,
    /// Unit.
    #[serde(default)]
    pub org_unit: Option<String>,
    /// Key of the programme that it belongs to.
    #[serde(default)]
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Class; confidential for findings and exceptions, internal for all else, if left out.
    #[serde(default)]
    pub confidentiality: Option<Confidentiality>,
    /// Remark, at most 2,000 characters.
    #[serde(default)]
    pub note: Option<String>,
}

const fn once() -> Rhythm {
    Rhythm::Once
}

/// Changes of a deadline that was set; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDeadlinePatch {
    /// Title.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// Title for the public.
    #[serde(default, deserialize_with = "nullable")]
    pub title_public: Option<Option<String>>,
    /// Last day in time. What comes again is counted from it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub date: Option<NaiveDate>,
    /// The sitting before which the paper is due.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub sitting: Option<NaiveDate>,
    /// How often it comes, counted from the present date.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub recurrence: Option<Rhythm>,
    /// Last day on which it may come again.
    #[serde(default, deserialize_with = "nullable")]
    pub until: Option<Option<NaiveDate>>,
    /// A date that is no working day moves to the next one.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub shift_to_next_workday: Option<bool>,
    /// Address of whoever answers for it.
    #[serde(default, deserialize_with = "nullable")]
    pub owner: Option<Option<String>>,
    /// Address of whoever stands in for them.
    #[serde(default, deserialize_with = "nullable")]
    pub deputy: Option<Option<String>>,
    /// The role that answers for it where no person does.
    #[serde(default, deserialize_with = "nullable")]
    pub role: Option<Option<Role>>,
    /// Unit.
    #[serde(default, deserialize_with = "nullable")]
    pub org_unit: Option<Option<String>>,
    /// Key of the programme that it belongs to.
    #[serde(default, deserialize_with = "nullable")]
    pub programme: Option<Option<String>>,
    /// Class.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub confidentiality: Option<Confidentiality>,
    /// Remark.
    #[serde(default, deserialize_with = "nullable")]
    pub note: Option<Option<String>>,
    /// Why; kept in the audit trail.
    #[serde(default)]
    pub reason: Option<String>,
}

impl From<&SetDeadlineInput> for SetDeadlinePatch {
    fn from(input: &SetDeadlineInput) -> Self {
        let input = input.clone();
        SetDeadlinePatch {
            title: Some(input.title),
            title_public: Some(input.title_public),
            date: input.date,
            sitting: input.sitting,
            recurrence: Some(input.recurrence),
            until: Some(input.until),
            shift_to_next_workday: Some(input.shift_to_next_workday),
            owner: Some(input.owner),
            deputy: Some(input.deputy),
            role: Some(input.role),
            org_unit: Some(input.org_unit),
            programme: Some(input.programme),
            confidentiality: input.confidentiality,
            note: Some(input.note),
            reason: None,
        }
    }
}

/// Sets a deadline.
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &SetDeadlineInput,
    key: Option<&str>,
) -> Result<Answer<DeadlineView>> {
    if !input.kind.is_set() {
        let known = Kind::ALL.iter().filter(|kind| kind.is_set());
        let known: Vec<&str> = known.map(|kind| kind.as_str()).collect();
        let fault = Fault::new("/kind", FaultCode::UnknownWord).arg("value", input.kind);
        return Err(vec![fault.arg("known", known.join(", "))].into());
    }
    if input.date.is_none() && input.sitting.is_none() {
        let fault = Fault::new("/date", FaultCode::Required);
        return Err(vec![fault.arg("min", 1)].into());
    }
    let target = format!("create_deadline {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            request.once(db, now, &scope, input, |db| {
                reader(app, &scope)?;
                // Numbered and counted one after the other.
                institutions::lock(db, &scope.institution.id)?;
                let mut set = blank(db, &scope, now, input.kind)?;
                let patch = SetDeadlinePatch::from(input);
                change(db, app, &scope, now, &mut set, &patch)?;
                set.due_original = set.due_on;
                set.bound_since = berlin_day(now);
                require(app, &scope, &set)?;
                if deadlines::count_open(db, &scope.institution.id)? >= MOST {
                    let fault = Fault::new("", FaultCode::TooMany);
                    return Err(vec![fault.arg("max", MOST)].into());
                }
                deadlines::insert_set(db, &set)?;
                let after = shown(db, app, &scope, &set.id, now)?;
                record(db, &scope, now, None, &after, None)?;
                Ok(after)
            })
        })
    })
}

/// Changes a deadline that was set, over what the caller has seen.
///
/// # Errors
/// `stale`, `deadline_derived`, `invalid`, `forbidden`, `not_found`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    patch: &SetDeadlinePatch,
) -> Result<DeadlineView> {
    let mut faults = Faults::new();
    faults.optional_text("/reason", patch.reason.as_deref(), 2000);
    faults.finish()?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let (before, mut set) = found(db, app, &scope, id, now)?;
        require(app, &scope, &set)?;
        require_seen(&before, seen)?;
        let (due, owner) = (set.due_on, set.owner_id.clone());
        change(db, app, &scope, now, &mut set, patch)?;
        // Whoever may write it as it was need not be allowed to make it what it is to be.
        require(app, &scope, &set)?;
        if set.due_on != due || set.owner_id != owner {
            set.bound_since = berlin_day(now);
        }
        set.updated_at = stored(now);
        deadlines::replace_set(db, &mut set)?;
        let after = shown(db, app, &scope, &set.id, now)?;
        let changed = versions::changes(Some(&before), &after)?;
        if !changed.is_empty() {
            record(
                db,
                &scope,
                now,
                Some(&before),
                &after,
                patch.reason.as_deref(),
            )?;
        }
        Ok(after)
    })
}

/// Removes a deadline that was set; the dates of it that were met stay on record.
///
/// # Errors
/// `stale`, `deadline_derived`, `forbidden`, `not_found`, `session_ended`
pub fn remove(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let (before, mut set) = found(db, app, &scope, id, now)?;
        require(app, &scope, &set)?;
        require_seen(&before, seen)?;
        set.state = SetState::Removed;
        set.updated_at = stored(now);
        deadlines::replace_set(db, &mut set)?;
        let entry = Entry {
            action: Action::DeadlineWrite,
            entity_kind: "deadline",
            entity_id: &before.id,
            reason: None,
            details: json!({ "reference": set.reference, "kind": set.kind, "removed": true }),
        };
        scope.record(db, now, &entry)
    })
}

/// A deadline that was set, as the caller sees it and as it is stored.
fn found(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(DeadlineView, SetDeadline)> {
    let (deadline, view) = one(db, app, scope, id, berlin_day(now))?;
    let set = stored_of(db, scope, &deadline)?;
    Ok((view, set))
}

/// The row of a deadline that was set.
///
/// # Errors
/// `deadline_derived` for one that follows something else
pub(super) fn stored_of(db: &mut Db, scope: &Scope, deadline: &Deadline) -> Result<SetDeadline> {
    let id = id_in(Source::Set, &deadline.id).ok_or_else(|| Error::new(Code::DeadlineDerived))?;
    deadlines::set_deadline(db, &scope.institution.id, id)
}

/// Refuses what the caller has seen differently.
pub(super) fn require_seen(shown: &DeadlineView, seen: &str) -> Result<()> {
    let current = shown.etag()?;
    if seen == "*" || seen == current {
        Ok(())
    } else {
        Err(Error::with(Code::Stale, "current", current))
    }
}

fn require(app: &App, scope: &Scope, set: &SetDeadline) -> Result<()> {
    let resource = Resource::Deadline {
        kind: set.kind,
        implementers: [set.owner_id.as_deref(), set.deputy_id.as_deref()],
        org_unit: set.org_unit.as_deref(),
    };
    scope.require(app, Action::DeadlineWrite, &resource)
}

/// As it is after a write, whoever may see it then.
fn shown(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    id: &str,
    now: DateTime<Utc>,
) -> Result<DeadlineView> {
    Ok(one(
        db,
        app,
        scope,
        &format!("{}:{id}", Source::Set),
        berlin_day(now),
    )?
    .1)
}

fn blank(db: &mut Db, scope: &Scope, now: DateTime<Utc>, kind: Kind) -> Result<SetDeadline> {
    let today = berlin_day(now);
    let year = today.year();
    let number = deadlines::next_number(db, &scope.institution.id, year)?;
    Ok(SetDeadline {
        id: new_id(now),
        institution_id: scope.institution.id.clone(),
        year,
        number,
        reference: format!("F-{year:04}-{number:04}"),
        kind,
        title: String::new(),
        title_public: None,
        confidentiality: kind.default_class(),
        first_on: today,
        rhythm: Rhythm::Once,
        until_on: None,
        scheduled_on: today,
        shift_to_next_workday: false,
        due_on: today,
        due_original: today,
        sitting_on: None,
        owner_id: None,
        deputy_id: None,
        role: None,
        org_unit: None,
        programme_id: None,
        note: None,
        state: SetState::Open,
        bound_since: today,
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
    })
}

/// Applies a change and checks what comes of it. Names that do not change are not looked up.
fn change(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    set: &mut SetDeadline,
    patch: &SetDeadlinePatch,
) -> Result<()> {
    let mut faults = Faults::new();
    let trimmed = |text: &Option<String>| {
        let text = text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    if let Some(title) = &patch.title {
        title.trim().clone_into(&mut set.title);
    }
    for (field, new) in [
        (&mut set.title_public, &patch.title_public),
        (&mut set.org_unit, &patch.org_unit),
        (&mut set.note, &patch.note),
    ] {
        if let Some(new) = new {
            *field = trimmed(new);
        }
    }
    set.confidentiality = patch.confidentiality.unwrap_or(set.confidentiality);
    dates(&mut faults, set, patch, berlin_day(now));
    set.role = patch.role.unwrap_or(set.role);
    if set.role == Some(Role::Council) {
        faults.push(Fault::new("/role", FaultCode::Inconsistent));
    }
    people(db, scope, &mut faults, set, patch)?;
    if set.owner_id.is_none() && set.role.is_none() {
        set.role = Some(set.kind.default_role());
    }
    match &patch.programme {
        None => {}
        Some(None) => set.programme_id = None,
        Some(Some(key)) => match programmes::visible(db, app, scope, key) {
            Ok(programme) => set.programme_id = Some(programme.id),
            Err(error) if error.code() == Code::NotFound => {
                let fault = Fault::new("/programme", FaultCode::UnknownReference);
                faults.push(fault.arg("value", key));
            }
            Err(error) => return Err(error),
        },
    }
    faults.text("/title", &set.title, 1, 300);
    faults.optional_text("/title_public", set.title_public.as_deref(), 300);
    faults.optional_text("/org_unit", set.org_unit.as_deref(), 200);
    faults.optional_text("/note", set.note.as_deref(), 2000);
    faults.finish()?;
    let calendar = scope.institution.calendar()?;
    set.due_on = if set.shift_to_next_workday {
        calendar.working_day_from(set.scheduled_on)
    } else {
        set.scheduled_on
    };
    Ok(())
}

fn dates(faults: &mut Faults, set: &mut SetDeadline, patch: &SetDeadlinePatch, today: NaiveDate) {
    if let Some(day) = patch.date {
        faults.day("/date", day);
        (set.scheduled_on, set.first_on, set.sitting_on) = (day, day, None);
    }
    if let Some(sitting) = patch.sitting {
        faults.day("/sitting", sitting);
        let day = submission_day(sitting);
        (set.scheduled_on, set.first_on, set.sitting_on) = (day, day, Some(sitting));
        if patch.date.is_some() || set.kind != Kind::CouncilReport {
            faults.push(Fault::new("/sitting", FaultCode::Inconsistent));
        }
    }
    if let Some(rhythm) = patch.recurrence.filter(|rhythm| *rhythm != set.rhythm) {
        set.rhythm = rhythm;
        set.first_on = set.scheduled_on;
    }
    set.until_on = patch.until.unwrap_or(set.until_on);
    set.shift_to_next_workday = patch
        .shift_to_next_workday
        .unwrap_or(set.shift_to_next_workday);
    // Sittings follow no rule, and what does not come again has no end.
    if set.sitting_on.is_some() && set.rhythm != Rhythm::Once {
        faults.push(Fault::new("/recurrence", FaultCode::Inconsistent));
    }
    if let Some(day) = set.until_on {
        faults.day("/until", day);
        if set.rhythm == Rhythm::Once || day < set.scheduled_on {
            faults.push(Fault::new("/until", FaultCode::Inconsistent));
        }
    }
    if set.shift_to_next_workday && set.kind != Kind::Legal {
        faults.push(Fault::new(
            "/shift_to_next_workday",
            FaultCode::Inconsistent,
        ));
    }
    let last = today.checked_add_months(Months::new(12)).unwrap_or(today);
    if set.kind == Kind::Exception && patch.date.is_some_and(|day| day > last) {
        let fault = Fault::new("/date", FaultCode::OutOfRange);
        faults.push(fault.arg("min", "1900-01-01").arg("max", last));
    }
}

fn people(
    db: &mut Db,
    scope: &Scope,
    faults: &mut Faults,
    set: &mut SetDeadline,
    patch: &SetDeadlinePatch,
) -> Result<()> {
    let named = [
        ("/owner", &patch.owner, &mut set.owner_id),
        ("/deputy", &patch.deputy, &mut set.deputy_id),
    ];
    let mut workers = None;
    for (pointer, email, id) in named {
        *id = match email {
            None => continue,
            Some(None) => None,
            Some(Some(email)) => {
                if workers.is_none() {
                    workers = Some(assignable(db, scope)?);
                }
                let found = workers
                    .as_ref()
                    .and_then(|all| all.get(&users::email_key(email)));
                if found.is_none() {
                    faults.push(Fault::new(pointer, FaultCode::NotAssignable).arg("value", email));
                }
                found.cloned()
            }
        };
    }
    if set.deputy_id.is_some() && set.deputy_id == set.owner_id {
        faults.push(Fault::new("/deputy", FaultCode::Inconsistent));
    }
    Ok(())
}

/// Ids of those who can be given a deadline, by address in lower case: active, with a role that does more than read.
fn assignable(db: &mut Db, scope: &Scope) -> Result<HashMap<String, String>> {
    let members = users::active_members(db, &scope.institution.id)?.into_iter();
    let works = |role: Role| {
        matches!(
            role,
            Role::Isb | Role::Management | Role::Head | Role::Owner | Role::Finance
        )
    };
    Ok(members
        .filter(|member| works(member.role))
        .map(|member| (users::email_key(&member.email), member.id))
        .collect())
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    before: Option<&DeadlineView>,
    after: &DeadlineView,
    reason: Option<&str>,
) -> Result<()> {
    let mut changes = versions::changes(before, after)?;
    // What follows from the day of the change is none of it.
    for derived in [
        "states",
        "days_overdue",
        "link",
        "paused_until",
        "status",
        "urgent",
        "id",
    ] {
        changes.remove(derived);
    }
    let entry = Entry {
        action: Action::DeadlineWrite,
        entity_kind: "deadline",
        entity_id: &after.id,
        reason,
        details: json!({ "reference": after.reference, "kind": after.kind, "changes": Value::Object(changes) }),
    };
    scope.record(db, now, &entry)
}
