//! Target objects (Zielobjekte): listing, reading, adding, changing.

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
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::target_object::{Needs, TargetKind, check_key, check_number};
use crate::error::{Code, Error, Result};
use crate::store::target_objects::{self, TargetObject};
use crate::store::types::stored;
use crate::store::{Db, new_id};

/// A new target object.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetObjectInput {
    /// Key by which measures name it, 1 to 100 letters, digits, hyphens, underscores and points; never changes.
    #[schema(example = "S-017")]
    pub key: String,
    /// Name, 1 to 200 characters.
    #[schema(example = "Fachverfahrensserver")]
    pub name: String,
    /// Kind.
    pub kind: TargetKind,
    /// Schutzbedarf.
    pub protection_need: Needs,
    /// How many like objects it stands for; 1 if left out.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1_000_000, example = 12)]
    pub number: i32,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

const fn one() -> i32 {
    1
}

/// What is to be changed: a field that is left out stays, `null` empties the remark.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetObjectPatch {
    /// Name.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Kind.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<TargetKind>,
    /// Schutzbedarf; all three.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub protection_need: Option<Needs>,
    /// How many like objects it stands for.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 1, maximum = 1_000_000)]
    pub number: Option<i32>,
    /// Remark.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// Why; kept in the audit trail.
    pub reason: Option<String>,
}

/// A target object.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TargetObjectView {
    /// Key.
    #[schema(example = "S-017")]
    pub key: String,
    /// Name.
    #[schema(example = "Fachverfahrensserver")]
    pub name: String,
    /// Kind.
    pub kind: TargetKind,
    /// Schutzbedarf.
    pub protection_need: Needs,
    /// How many like objects it stands for.
    #[schema(example = 12)]
    pub number: i32,
    /// Remark.
    pub note: Option<String>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl From<TargetObject> for TargetObjectView {
    fn from(object: TargetObject) -> Self {
        TargetObjectView {
            protection_need: object.needs(),
            key: object.key,
            name: object.name,
            kind: object.kind,
            number: object.number,
            note: object.note,
            version: object.version,
            created_at: object.created_at.and_utc(),
            updated_at: object.updated_at.and_utc(),
        }
    }
}

impl TargetObjectView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

/// Target objects by key, those after a key first; at most `limit`.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<TargetObjectView>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::TargetObjectRead, &Resource::Institution)?;
        let found = target_objects::page(db, &scope.institution.id, after, limit)?;
        Ok(found.into_iter().map(TargetObjectView::from).collect())
    })
}

/// One target object.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, key: &str) -> Result<TargetObjectView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::TargetObjectRead, &Resource::Institution)?;
        get(db, &scope, key).map(TargetObjectView::from)
    })
}

/// Adds a target object.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &TargetObjectInput,
    key: Option<&str>,
) -> Result<Answer<TargetObjectView>> {
    let mut faults = Faults::new();
    check_key(&mut faults, "/key", &input.key);
    check(
        &mut faults,
        &input.name,
        input.number,
        input.note.as_deref(),
    );
    faults.finish()?;
    let target = format!("create_target_object {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::TargetObjectWrite, &Resource::Institution)?;
            request.once(db, now, &scope, input, |db| {
                let object = new_object(&scope, now, input);
                if target_objects::by_key(db, &scope.institution.id, &object.key)?.is_some() {
                    let fault = Fault::new("/key", FaultCode::Duplicate).arg("value", &object.key);
                    return Err(vec![fault].into());
                }
                target_objects::insert(db, &object)?;
                record(db, &scope, now, None, &object, None)?;
                Ok(object.into())
            })
        })
    })
}

/// Changes a target object over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    key: &str,
    seen: &str,
    patch: &TargetObjectPatch,
) -> Result<TargetObjectView> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::TargetObjectWrite, &Resource::Institution)?;
        let before = get(db, &scope, key)?;
        versions::require(seen, before.version)?;
        let mut after = patch.applied_to(&before);
        let mut faults = Faults::new();
        check(
            &mut faults,
            &after.name,
            after.number,
            after.note.as_deref(),
        );
        faults.optional_text("/reason", patch.reason.as_deref(), 2000);
        faults.finish()?;
        if changes(Some(&before), &after)?.is_empty() {
            return Ok(before.into());
        }
        target_objects::replace(db, now, &mut after)?;
        let reason = patch.reason.as_deref();
        record(db, &scope, now, Some(&before), &after, reason)?;
        Ok(after.into())
    })
}

fn get(db: &mut Db, scope: &Scope, key: &str) -> Result<TargetObject> {
    target_objects::by_key(db, &scope.institution.id, key)?
        .ok_or_else(|| Error::new(Code::NotFound))
}

fn check(faults: &mut Faults, name: &str, number: i32, note: Option<&str>) {
    faults.text("/name", name, 1, 200);
    check_number(faults, "/number", number);
    faults.optional_text("/note", note, 2000);
}

fn new_object(scope: &Scope, now: DateTime<Utc>, input: &TargetObjectInput) -> TargetObject {
    TargetObject {
        id: new_id(now),
        institution_id: scope.institution.id.clone(),
        key: input.key.clone(),
        name: input.name.trim().to_owned(),
        kind: input.kind,
        need_confidentiality: input.protection_need.confidentiality,
        need_integrity: input.protection_need.integrity,
        need_availability: input.protection_need.availability,
        number: input.number,
        note: input.note.clone(),
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
    }
}

impl TargetObjectPatch {
    fn applied_to(&self, object: &TargetObject) -> TargetObject {
        let mut after = object.clone();
        if let Some(name) = &self.name {
            after.name = name.trim().to_owned();
        }
        if let Some(needs) = self.protection_need {
            after.need_confidentiality = needs.confidentiality;
            after.need_integrity = needs.integrity;
            after.need_availability = needs.availability;
        }
        after.kind = self.kind.unwrap_or(after.kind);
        after.number = self.number.unwrap_or(after.number);
        if let Some(note) = &self.note {
            after.note.clone_from(note);
        }
        after
    }
}

/// Old and new value of every field that differs; of a new object all.
fn changes(before: Option<&TargetObject>, after: &TargetObject) -> Result<Map<String, Value>> {
    let view = |object: &TargetObject| TargetObjectView::from(object.clone());
    versions::changes(before.map(view).as_ref(), &view(after))
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    before: Option<&TargetObject>,
    after: &TargetObject,
    reason: Option<&str>,
) -> Result<()> {
    let entry = Entry {
        action: Action::TargetObjectWrite,
        entity_kind: "target_object",
        entity_id: &after.id,
        reason,
        details: json!({ "key": after.key, "changes": changes(before, after)? }),
    };
    scope.record(db, now, &entry)
}
