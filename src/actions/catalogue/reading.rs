//! Reading what imported files have brought: sources, texts, threats, controls, differences, migration.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::{By, require_reader};
use crate::app::App;
use crate::domain::catalogue::{Model, TextKind};
use crate::error::Result;
use crate::store::Db;
use crate::store::catalogues::controls::{self, Control, ControlFilter, Group};
use crate::store::catalogues::sources::{self, Source};
use crate::store::catalogues::texts::{self, Goals, Threat};
use crate::store::catalogues::{self, Catalogue};

/// All files that were imported, each with the key of the catalogue that it made or belongs to.
///
/// # Errors
/// `forbidden`, `session_ended`
pub fn files(
    app: &App,
    by: By<'_>,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<(Source, Option<String>)>> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        sources::page(db, after, rows)
    })
}

/// Elementary threats of a catalogue.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn threats(app: &App, by: By<'_>, key: &str) -> Result<Vec<Threat>> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        texts::threats(db, &catalogue.id)
    })
}

/// What is known of a requirement besides its facts.
#[derive(Debug)]
pub struct RequirementDetails {
    /// Its text, where the XML was imported.
    pub text: Option<String>,
    /// Its sentences, where its checklist was imported.
    pub sentences: Vec<String>,
    /// Threats that it counters.
    pub threats: Vec<String>,
    /// What it protects, where the cross table was imported.
    pub goals: Option<Goals>,
}

pub(super) fn requirement_details(
    db: &mut Db,
    catalogue_id: &str,
    id: &str,
) -> Result<RequirementDetails> {
    let texts_of = texts::of(db, catalogue_id, TextKind::Requirement, id)?;
    Ok(RequirementDetails {
        text: texts_of.into_iter().next().map(|(_, text)| text),
        sentences: texts::sentences_of(db, catalogue_id, id)?,
        threats: texts::threats_of(db, catalogue_id, id)?,
        goals: texts::goals_of(db, catalogue_id, id)?,
    })
}

/// Groups of an OSCAL catalogue.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn groups(app: &App, by: By<'_>, key: &str) -> Result<Vec<Group>> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        controls::groups(db, &catalogue.id)
    })
}

/// Controls of an OSCAL catalogue.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn controls(
    app: &App,
    by: By<'_>,
    key: &str,
    filter: &ControlFilter<'_>,
) -> Result<Vec<Control>> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        controls::page(db, &catalogue.id, filter)
    })
}

/// What changed between two catalogues.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct CatalogueDiff {
    /// Ids that only the newer one has.
    pub added: Vec<String>,
    /// Ids that only the older one has.
    pub removed: Vec<String>,
    /// The same under another id.
    pub renamed: Vec<DiffPair>,
    /// Title or text reads otherwise.
    pub text_changed: Vec<DiffPair>,
    /// Level, modal verb, security or effort level differ, or it has been withdrawn.
    pub level_changed: Vec<DiffPair>,
}

/// The same item in both catalogues.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiffPair {
    /// Id in the older one.
    pub old: String,
    /// Id in the newer one.
    pub new: String,
}

/// An item of a catalogue as it is compared.
struct Comparable {
    id: String,
    /// What stays the same when the id does not.
    key: String,
    words: String,
    level: String,
}

/// Compares two catalogues of the same model: requirements by id, controls by their key.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`; `invalid` for catalogues of different models
pub fn diff(app: &App, by: By<'_>, older: &str, newer: &str) -> Result<CatalogueDiff> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let (older, newer) = (
            catalogues::by_key(db, older)?,
            catalogues::by_key(db, newer)?,
        );
        if older.model != newer.model {
            let fault = crate::error::Fault::new("?other", crate::error::FaultCode::Inconsistent);
            return Err(vec![fault].into());
        }
        // Facts without texts beside facts with texts: the texts have not changed, they are not known.
        let with_texts = texts::there(db, &older.id)? && texts::there(db, &newer.id)?;
        Ok(compare(
            &comparables(db, &older, with_texts)?,
            &comparables(db, &newer, with_texts)?,
        ))
    })
}

fn comparables(db: &mut Db, catalogue: &Catalogue, with_texts: bool) -> Result<Vec<Comparable>> {
    if catalogue.model == Model::Oscal {
        let every = ControlFilter {
            limit: i64::MAX,
            ..ControlFilter::default()
        };
        let all = controls::page(db, &catalogue.id, &every)?;
        let item = |control: Control| Comparable {
            key: match control.alt_identifier {
                Some(key) => format!("key {key}"),
                None => format!("id {}", control.id),
            },
            words: [control.title, control.statement, control.guidance].join("\n"),
            level: format!(
                "{:?} {:?} {:?} {}",
                control.modal_verb, control.security_level, control.effort_level, control.withdrawn
            ),
            id: control.id,
        };
        return Ok(all.into_iter().map(item).collect());
    }
    let every = catalogues::RequirementFilter::default();
    let mut bodies = if with_texts {
        texts::all(db, &catalogue.id, TextKind::Requirement)?
    } else {
        HashMap::new()
    };
    let all = catalogues::requirements(db, &catalogue.id, &every)?;
    let item = |requirement: catalogues::Requirement| Comparable {
        key: requirement.id.clone(),
        words: format!(
            "{}\n{}",
            requirement.title,
            bodies.remove(&requirement.id).unwrap_or_default()
        ),
        level: format!("{} {}", requirement.level, requirement.withdrawn),
        id: requirement.id,
    };
    Ok(all.into_iter().map(item).collect())
}

fn compare(older: &[Comparable], newer: &[Comparable]) -> CatalogueDiff {
    // Nothing keeps a file from giving one key twice.
    let mut before: HashMap<&str, Vec<&Comparable>> = HashMap::new();
    for item in older {
        before.entry(&item.key).or_default().push(item);
    }
    let mut diff = CatalogueDiff::default();
    for item in newer {
        let left = before.get_mut(item.key.as_str());
        let Some(old) = left.and_then(|left| {
            let same_id = left.iter().position(|old| old.id == item.id);
            (!left.is_empty()).then(|| left.remove(same_id.unwrap_or(0)))
        }) else {
            diff.added.push(item.id.clone());
            continue;
        };
        let pair = || DiffPair {
            old: old.id.clone(),
            new: item.id.clone(),
        };
        if old.id != item.id {
            diff.renamed.push(pair());
        }
        if old.words != item.words {
            diff.text_changed.push(pair());
        }
        if old.level != item.level {
            diff.level_changed.push(pair());
        }
    }
    let left: HashSet<&str> = before.values().flatten().map(|item| &*item.id).collect();
    let gone = older.iter().filter(|item| left.contains(&*item.id));
    diff.removed = gone.map(|item| item.id.clone()).collect();
    diff
}
