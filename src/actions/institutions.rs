//! Institutions.

use serde_json::json;

use super::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::ClosureDay;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::holiday::Land;
use crate::domain::institution::InstitutionKind;
use crate::error::Result;
use crate::store::institutions::{self, Institution};

/// One institution.
///
/// # Errors
/// `not_found`, `forbidden`
pub fn read(app: &App, by: By<'_>, slug: &str) -> Result<Institution> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, slug)?;
        scope.require(app, Action::InstitutionRead, &Resource::Institution)?;
        Ok(scope.institution)
    })
}

/// Adds an institution (operator).
///
/// # Errors
/// `invalid`, `already_exists`
pub fn create(
    app: &App,
    slug: &str,
    name: &str,
    kind: InstitutionKind,
    land: Land,
    closure_days: &[String],
) -> Result<()> {
    let mut faults = Faults::new();
    faults.text("/name", name, 1, 200);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || slug.len() > 50 || !slug.chars().all(plain) {
        faults.push(
            Fault::new("/slug", FaultCode::WrongType)
                .arg("value", "lower-case letters, digits and hyphens"),
        );
    }
    for (index, day) in closure_days.iter().enumerate() {
        if let Err(reason) = day.parse::<ClosureDay>() {
            faults.push(
                Fault::new(format!("/closure_days/{index}"), FaultCode::WrongType)
                    .arg("value", reason),
            );
        }
    }
    faults.finish()?;
    let now = app.clock.now();
    app.store.write(|db| {
        institutions::insert(db, now, slug, name, kind, land, closure_days)?;
        let scope = Scope::enter(db, now, By::Operator, slug)?;
        scope.require(app, Action::InstitutionCreate, &Resource::Institution)?;
        let details = json!({ "slug": slug, "name": name, "kind": kind, "land": land });
        let entry = Entry {
            action: Action::InstitutionCreate,
            entity_kind: "institution",
            entity_id: &scope.institution.id,
            reason: None,
            details,
        };
        scope.record(db, now, &entry)
    })
}
