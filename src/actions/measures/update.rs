//! Changes of a measure's fields.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::create::{check_priority, programme_id};
use super::view::{MeasureView, etag};
use super::{By, DueInput, Scope, assignable, facts, fulfils_basic, stored_links, view, visible};
use crate::actions::Entry;
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::{Confidentiality, LinkKind, Origin, Relevance};
use crate::domain::programme_file::{MAX_LINKS, check_due, check_links};
use crate::error::{Code, Error, Result};
use crate::store::measures::{Link, Measure};
use crate::store::{Db, catalogues, measures, users};

/// Fewest characters of the reason for a new due date once the first one is binding (DOMAIN §5.4).
const REASON_FOR_NEW_DATE: usize = 20;

/// What is to be changed: a field that is left out stays, `null` empties it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurePatch {
    /// Title.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// Title for the public.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub title_public: Option<Option<String>>,
    /// Description.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// What brought it about.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub origin: Option<Origin>,
    /// How near to information security it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub relevance: Option<Relevance>,
    /// Address of whoever is responsible.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// Organisational unit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub org_unit: Option<Option<String>>,
    /// 1 (highest) to 4.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub priority: Option<i32>,
    /// Planned start.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub start_planned: Option<Option<NaiveDate>>,
    /// When it is due. Once approved, a new date needs a reason of at least 20 characters and there is no way back to none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<DueInput>)]
    pub due: Option<Option<DueInput>>,
    /// Requirements, modules or controls that it contributes to, as in a new measure; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub fulfils: Option<Vec<String>>,
    /// Requirements, modules or controls that it has to observe; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub applies: Option<Vec<String>>,
    /// Confidentiality class.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub confidentiality: Option<Confidentiality>,
    /// Programme key.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub programme: Option<Option<String>>,
    /// Remark.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// Why; kept in the audit trail.
    pub reason: Option<String>,
}

/// Refuses `null` for a field that cannot be empty.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Tells `null` from a field that is left out.
fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// Changes a measure over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    seen: &str,
    patch: &MeasurePatch,
) -> Result<MeasureView> {
    check(patch)?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let before = visible(db, app, &scope, measure)?;
        scope.require(
            app,
            Action::MeasureUpdate,
            &Resource::Measure(facts(&before.measure, None, false)),
        )?;
        require_version(&before.measure, seen)?;
        let mut after = before.measure.clone();
        apply(db, app, &scope, &mut after, patch)?;
        // Whoever may change it as it is must also be allowed to as it is going to be: no head pushes a
        // measure into somebody else's unit or out of their own sight.
        scope.require(
            app,
            Action::MeasureUpdate,
            &Resource::Measure(facts(&after, None, false)),
        )?;
        let links = measures::links(db, &after.id)?;
        let mut changes = changes(db, &before.measure, &after)?;
        let relinked = relinked(&links, patch);
        changes.extend(relinked.clone());
        if !relinked.is_empty() {
            scope.require(
                app,
                Action::MeasureLink,
                &Resource::Measure(facts(&before.measure, None, fulfils_basic(&links))),
            )?;
        }
        if !changes.is_empty() {
            // The measure first: its row makes a second writer wait, and then find its version gone.
            measures::replace(db, now, &mut after)?;
            if !relinked.is_empty() {
                change_links(db, &after.id, &links, patch)?;
            }
            let entry = Entry {
                action: Action::MeasureUpdate,
                entity_kind: "measure",
                entity_id: &after.id,
                reason: patch.reason.as_deref(),
                details: json!({ "reference": after.reference, "changes": changes }),
            };
            scope.record(db, now, &entry)?;
        }
        let row = measures::get(db, &scope.institution.id, &after.id)?;
        view(db, app, &scope, row, berlin_day(now))
    })
}

/// Compares the version that the caller has seen with the stored one.
pub(super) fn require_version(measure: &Measure, seen: &str) -> Result<()> {
    let current = etag(measure.version);
    if seen == "*" || seen == current {
        Ok(())
    } else {
        Err(Error::with(Code::Stale, "current", current))
    }
}

fn check(patch: &MeasurePatch) -> Result<()> {
    let mut faults = Faults::new();
    if let Some(title) = &patch.title {
        faults.text("/title", title, 1, 300);
    }
    let inner = |field: &Option<Option<String>>| field.clone().flatten();
    faults.optional_text("/title_public", inner(&patch.title_public).as_deref(), 300);
    faults.optional_text("/description", patch.description.as_deref(), 10_000);
    if let Some(unit) = inner(&patch.org_unit) {
        faults.text("/org_unit", &unit, 1, 200);
    }
    faults.optional_text("/note", inner(&patch.note).as_deref(), 2000);
    faults.optional_text("/reason", patch.reason.as_deref(), 2000);
    if let Some(priority) = patch.priority {
        check_priority(&mut faults, priority);
    }
    if let Some(Some(day)) = patch.start_planned {
        faults.day("/start_planned", day);
    }
    if let Some(Some(due)) = &patch.due {
        check_due(
            &mut faults,
            "/due",
            due.day,
            due.precision,
            due.text.as_deref(),
        );
    }
    for (pointer, ids) in [("/fulfils", &patch.fulfils), ("/applies", &patch.applies)] {
        if ids.as_ref().is_some_and(|ids| ids.len() > MAX_LINKS) {
            faults.push(Fault::new(pointer, FaultCode::TooLong).arg("max", MAX_LINKS));
        }
    }
    faults.finish()?;
    Ok(())
}

fn apply(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    measure: &mut Measure,
    patch: &MeasurePatch,
) -> Result<()> {
    fn set<T: Clone>(field: &mut T, new: &Option<T>) {
        if let Some(new) = new {
            field.clone_from(new);
        }
    }
    let title = patch.title.as_ref().map(|title| title.trim().to_owned());
    set(&mut measure.title, &title);
    set(&mut measure.title_public, &patch.title_public);
    set(&mut measure.description, &patch.description);
    set(&mut measure.origin, &patch.origin);
    set(&mut measure.relevance, &patch.relevance);
    let trimmed = |unit: &Option<String>| unit.as_deref().map(|unit| unit.trim().to_owned());
    set(&mut measure.org_unit, &patch.org_unit.as_ref().map(trimmed));
    set(&mut measure.priority, &patch.priority);
    set(&mut measure.start_planned, &patch.start_planned);
    set(&mut measure.confidentiality, &patch.confidentiality);
    set(&mut measure.note, &patch.note);
    let institution_id = measure.institution_id.clone();
    if let Some(owner) = &patch.owner {
        let owner_id = owner
            .as_ref()
            .map(|email| assignable(db, &institution_id, email))
            .transpose()?;
        // Or else a checker who did the work would hand it over first and check it then (DOMAIN ROL-1).
        if measure.status.finished() && owner_id != measure.owner_id {
            return Err(vec![Fault::new("/owner", FaultCode::Fixed)].into());
        }
        measure.owner_id = owner_id;
    }
    if let Some(programme) = &patch.programme {
        measure.programme_id = programme
            .as_ref()
            .map(|key| programme_id(db, app, scope, key))
            .transpose()?;
    }
    if let Some(due) = &patch.due {
        apply_due(measure, due.as_ref(), patch.reason.as_deref())?;
    }
    let mut faults = Faults::new();
    if measure.status.needs_plan() {
        for (pointer, there) in [
            ("/owner", measure.owner_id.is_some()),
            ("/org_unit", measure.org_unit.is_some()),
            ("/due", measure.due_current.is_some()),
        ] {
            if !there {
                faults.push(Fault::new(pointer, FaultCode::Required));
            }
        }
    }
    faults.finish()?;
    Ok(())
}

fn apply_due(measure: &mut Measure, due: Option<&DueInput>, reason: Option<&str>) -> Result<()> {
    let unchanged = due.is_some_and(|due| {
        measure.due_current == Some(due.day)
            && measure.due_precision == Some(due.precision)
            && measure.due_text == due.text
    });
    if unchanged {
        return Ok(());
    }
    if measure.status.finished() {
        return Err(vec![Fault::new("/due", FaultCode::Fixed)].into());
    }
    let moved = measure.due_current != due.map(|due| due.day);
    let long_enough =
        reason.is_some_and(|reason| reason.trim().chars().count() >= REASON_FOR_NEW_DATE);
    if measure.due_original.is_some() && moved && !long_enough {
        return Err(vec![
            Fault::new("/reason", FaultCode::TooShort).arg("min", REASON_FOR_NEW_DATE),
        ]
        .into());
    }
    measure.due_current = due.map(|due| due.day);
    measure.due_precision = due.map(|due| due.precision);
    measure.due_text = due.and_then(|due| due.text.clone());
    measure.due_assumed = false;
    Ok(())
}

/// Old and new value of every field that differs.
fn changes(db: &mut Db, before: &Measure, after: &Measure) -> Result<Map<String, Value>> {
    let mut changes = Map::new();
    let mut note = |field: &str, old: Value, new: Value| {
        if old != new {
            changes.insert(field.to_owned(), json!({ "old": old, "new": new }));
        }
    };
    note("title", json!(before.title), json!(after.title));
    note(
        "title_public",
        json!(before.title_public),
        json!(after.title_public),
    );
    note(
        "description",
        json!(before.description),
        json!(after.description),
    );
    note("origin", json!(before.origin), json!(after.origin));
    note("relevance", json!(before.relevance), json!(after.relevance));
    note("org_unit", json!(before.org_unit), json!(after.org_unit));
    note("priority", json!(before.priority), json!(after.priority));
    note(
        "start_planned",
        json!(before.start_planned),
        json!(after.start_planned),
    );
    note("due", json!(before.due_current), json!(after.due_current));
    note(
        "due_precision",
        json!(before.due_precision),
        json!(after.due_precision),
    );
    note("due_text", json!(before.due_text), json!(after.due_text));
    note(
        "confidentiality",
        json!(before.confidentiality),
        json!(after.confidentiality),
    );
    note(
        "programme",
        json!(before.programme_id),
        json!(after.programme_id),
    );
    note("note", json!(before.note), json!(after.note));
    if before.owner_id != after.owner_id {
        let mut email = |id: &Option<String>| -> Result<Option<String>> {
            let Some(id) = id else { return Ok(None) };
            Ok(users::by_id(db, id)?.map(|user| user.email))
        };
        let (old, new) = (email(&before.owner_id)?, email(&after.owner_id)?);
        note("owner", json!(old), json!(new));
    }
    Ok(changes)
}

/// Targets of a kind that a measure has.
fn targets_of(links: &[Link], kind: LinkKind) -> Vec<String> {
    let of_kind = links.iter().filter(|link| link.kind == kind);
    of_kind.map(Link::reference).collect()
}

/// Old and new links of each kind that differs.
fn relinked(links: &[Link], patch: &MeasurePatch) -> Map<String, Value> {
    let mut changes = Map::new();
    let kinds = [
        ("fulfils", LinkKind::Fulfils, &patch.fulfils),
        ("applies", LinkKind::Applies, &patch.applies),
    ];
    for (field, kind, new) in kinds {
        let old = targets_of(links, kind);
        if let Some(new) = new.as_ref().filter(|new| **new != old) {
            changes.insert(field.to_owned(), json!({ "old": old, "new": new }));
        }
    }
    changes
}

fn change_links(db: &mut Db, measure_id: &str, links: &[Link], patch: &MeasurePatch) -> Result<()> {
    let kept =
        |new: &Option<Vec<String>>, kind| new.clone().unwrap_or_else(|| targets_of(links, kind));
    let fulfils = kept(&patch.fulfils, LinkKind::Fulfils);
    let applies = kept(&patch.applies, LinkKind::Applies);
    let ids: Vec<String> = fulfils.iter().chain(&applies).cloned().collect();
    let targets = catalogues::targets(db, &ids)?;
    let mut faults = Faults::new();
    check_links(&mut faults, "/fulfils", &fulfils, &targets);
    check_links(&mut faults, "/applies", &applies, &targets);
    faults.finish()?;
    let stored = stored_links(&fulfils, &applies, &targets)?;
    measures::set_links(db, measure_id, &stored)
}
