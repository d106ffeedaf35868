//! Catalogues: the one that comes with the program, and reading them.

use std::collections::HashMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::By;
use crate::app::App;
use crate::catalogue::facts;
use crate::domain::access::{Action, Actor, Grant, Person, Resource};
use crate::domain::catalogue::{BUILT_IN, Fact, Level, SourceKind, TextKind, numbers};
use crate::domain::measure::search_key;
use crate::error::{Code, Error, Result};
use crate::store::catalogues::sources::{self, NewSource, Source};
use crate::store::catalogues::texts;
use crate::store::catalogues::{self, Catalogue, Module, Requirement, RequirementFilter};
use crate::store::types::to_json;
use crate::store::{Db, sessions, users};

mod import;
pub(super) mod migration;
mod reading;

pub use import::{DefectView, ImportFile, ImportReport, import, may_import};
use import::{counts_of_facts, official_hashes};
pub use migration::{
    ControlProposal, MigrationCounts, MigrationEntry, MigrationRelation, MigrationReport,
    ProposalInput, ProposalSource, Proposals, migration, proposals,
};
pub use reading::*;

/// Stores the catalogue that the program brings along, or what a newer program knows more of it: threats and which
/// requirements counter them. Says whether anything was to do.
///
/// # Errors
/// `unavailable`; `internal` when the facts file is broken
pub fn ensure_built_in(app: &App) -> Result<bool> {
    let sha256 = hex::decode(facts::GS_2023_SHA256)
        .map_err(|cause| Error::internal("hash of the facts", cause))?;
    if app
        .store
        .read(|db| sources::by_hash(db, &sha256))?
        .is_some()
    {
        return Ok(false);
    }
    let all =
        facts::parse(facts::GS_2023).map_err(|error| Error::internal("catalogue facts", error))?;
    match store_built_in(app, &all, &sha256) {
        // Another process was at it at the same time; what it stored can be seen now.
        Err(error) if error.code() == Code::AlreadyExists => store_built_in(app, &all, &sha256),
        other => other,
    }
}

fn store_built_in(app: &App, all: &[Fact], sha256: &[u8]) -> Result<bool> {
    let now = app.clock.now();
    app.store.write(|db| {
        if sources::by_hash(db, sha256)?.is_some() {
            return Ok(false);
        }
        let known = catalogues::all(db)?;
        let known = known.into_iter().find(|known| known.key == BUILT_IN);
        let id = match known {
            Some(known) => {
                catalogues::add_threats(db, &known.id, all)?;
                known.id
            }
            None => catalogues::insert(db, now, all, None, sha256)?,
        };
        let source = NewSource {
            catalogue_id: Some(&id),
            kind: SourceKind::Facts,
            sha256,
            bytes: i32::try_from(facts::GS_2023.len())
                .map_err(|cause| Error::internal("size of the facts", cause))?,
            counts: to_json(&counts_of_facts(all))?,
            warnings: "[]".to_owned(),
            defects: "[]".to_owned(),
            document: None,
            document_uuid: None,
            imported_by: None,
            file_name: None,
        };
        sources::add(db, now, &source)?;
        Ok(true)
    })
}

/// Catalogues belong to no institution: whoever may do it in one of theirs may do it.
fn require(db: &mut Db, app: &App, by: By<'_>, action: Action) -> Result<Actor> {
    let actor = match by {
        By::Operator => Actor::Operator,
        By::Service => Actor::Service,
        By::Caller(caller) => {
            let subject = &caller.subject;
            let now = app.clock.now();
            sessions::alive(db, now, &subject.session_id, &subject.user_id)?;
            let held = users::memberships_of(db, &subject.user_id)?;
            let grants = held.into_iter().map(|held| Grant {
                role: held.role,
                org_unit: held.org_unit,
            });
            Actor::Person(Person {
                id: subject.user_id.clone(),
                grants: grants.collect(),
            })
        }
    };
    if app.policy.permits(&actor, action, &Resource::Institution) {
        Ok(actor)
    } else {
        Err(Error::with(Code::Forbidden, "action", action))
    }
}

fn require_reader(db: &mut Db, app: &App, by: By<'_>) -> Result<()> {
    require(db, app, by, Action::CatalogueRead).map(drop)
}

/// All catalogues.
///
/// # Errors
/// `forbidden`, `session_ended`
pub fn list(app: &App, by: By<'_>) -> Result<Vec<Catalogue>> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        catalogues::all(db)
    })
}

/// A catalogue with its layers.
#[derive(Debug)]
pub struct Overview {
    /// The catalogue.
    pub catalogue: Catalogue,
    /// Id and title of each layer.
    pub layers: Vec<(String, String)>,
    /// Active requirements per layer and level.
    pub counts: HashMap<(String, Level), i64>,
    /// Modules per layer.
    pub modules: HashMap<String, i64>,
    /// Files that it was made from or got something from.
    pub sources: Vec<Source>,
}

/// One catalogue with its layers and counts.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn overview(app: &App, by: By<'_>, key: &str) -> Result<Overview> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        let layers = catalogues::layers(db, &catalogue.id)?;
        let modules_of_all = catalogues::modules(db, &catalogue.id, None, None)?;
        let layer_of: HashMap<&str, &str> = modules_of_all
            .iter()
            .map(|module| (module.id.as_str(), module.layer_id.as_str()))
            .collect();
        let mut counts = HashMap::new();
        for (module, level, count) in catalogues::requirement_counts(db, &catalogue.id)? {
            if let Some(layer) = layer_of.get(module.as_str()) {
                *counts.entry(((*layer).to_owned(), level)).or_default() += count;
            }
        }
        let mut modules = HashMap::new();
        for module in &modules_of_all {
            *modules.entry(module.layer_id.clone()).or_default() += 1;
        }
        let sources = sources::of_catalogue(db, &catalogue.id)?;
        Ok(Overview {
            catalogue,
            sources,
            layers,
            counts,
            modules,
        })
    })
}

/// A module with the number of its active requirements per level.
pub type ModuleWithCounts = (Module, HashMap<Level, i64>);

/// Modules of a catalogue by id, of one layer or of all.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn modules(
    app: &App,
    by: By<'_>,
    key: &str,
    layer: Option<&str>,
) -> Result<Vec<ModuleWithCounts>> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        let found = counted_modules(db, &catalogue.id, layer, None)?;
        if found.is_empty() {
            return Err(Error::new(Code::NotFound));
        }
        Ok(found)
    })
}

/// One module with what it says besides its requirements: heading and text of each section.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn module(
    app: &App,
    by: By<'_>,
    key: &str,
    id: &str,
) -> Result<(ModuleWithCounts, Vec<(String, String)>)> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        let found = counted_modules(db, &catalogue.id, None, Some(id))?;
        let module = found.into_iter().next();
        let module = module.ok_or_else(|| Error::new(Code::NotFound))?;
        let texts = texts::of(db, &catalogue.id, TextKind::Module, id)?;
        Ok((module, texts))
    })
}

fn counted_modules(
    db: &mut Db,
    catalogue_id: &str,
    layer: Option<&str>,
    module: Option<&str>,
) -> Result<Vec<ModuleWithCounts>> {
    let places: HashMap<String, usize> = catalogues::layers(db, catalogue_id)?
        .into_iter()
        .enumerate()
        .map(|(place, (id, _))| (id, place))
        .collect();
    let mut modules = catalogues::modules(db, catalogue_id, layer, module)?;
    modules.sort_by_key(|module| (places.get(&module.layer_id).copied(), numbers(&module.id)));
    let mut counts: HashMap<String, HashMap<Level, i64>> = HashMap::new();
    for (module, level, count) in catalogues::requirement_counts(db, catalogue_id)? {
        counts.entry(module).or_default().insert(level, count);
    }
    let counted = modules.into_iter().map(|module| {
        let of = counts.remove(&module.id).unwrap_or_default();
        (module, of)
    });
    Ok(counted.collect())
}

/// Place of a requirement in an answer: how well it fits, its layer, the numbers of its id, its place in the document.
pub type Found = (u8, i32, Vec<u32>, i32);

/// Order of requirements that fit a search equally well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequirementOrder {
    /// By id, A2 before A10.
    #[default]
    Id,
    /// As in the document, where a module's requirements stand by level.
    Document,
}

/// Requirements of a catalogue; those that fit the words of a search best stand first.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn requirements(
    app: &App,
    by: By<'_>,
    key: &str,
    filter: &RequirementFilter<'_>,
    order: RequirementOrder,
    after: Option<&Found>,
    rows: usize,
) -> Result<Vec<(Found, Requirement)>> {
    // All that fit at once: a catalogue has a few thousand requirements, and the best may stand last.
    let all = app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        catalogues::requirements(db, &catalogue.id, filter)
    })?;
    let words = filter
        .text
        .map(|text| (text.to_uppercase(), search_key(text)));
    let placed = all.into_iter().map(|requirement| {
        let fit = words.as_ref().map_or(0, |words| rank(&requirement, words));
        let numbers = match order {
            RequirementOrder::Id => numbers(&requirement.id),
            RequirementOrder::Document => Vec::new(),
        };
        let place = (
            fit,
            requirement.layer_position,
            numbers,
            requirement.position,
        );
        (place, requirement)
    });
    let mut found: Vec<(Found, Requirement)> = placed
        .filter(|(place, _)| after.is_none_or(|after| place > after))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.truncate(rows);
    Ok(found)
}

/// How well a requirement fits the words of a search, as in an id and as in a text: its id before its title, its title
/// before its text.
fn rank(requirement: &Requirement, (wanted, words): &(String, String)) -> u8 {
    let (id, title) = (requirement.id.as_str(), search_key(&requirement.title));
    if id == wanted {
        0
    } else if id.starts_with(wanted) {
        1
    } else if id.contains(wanted) {
        2
    } else if title.starts_with(words) {
        3
    } else if title.contains(words) {
        4
    } else {
        5
    }
}

/// One requirement with what is known of it.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn requirement(
    app: &App,
    by: By<'_>,
    key: &str,
    id: &str,
) -> Result<(Requirement, RequirementDetails)> {
    let filter = RequirementFilter {
        id: Some(id),
        ..RequirementFilter::default()
    };
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let catalogue = catalogues::by_key(db, key)?;
        let found = catalogues::requirements(db, &catalogue.id, &filter)?;
        let requirement = found.into_iter().next();
        let requirement = requirement.ok_or_else(|| Error::new(Code::NotFound))?;
        let details = requirement_details(db, &catalogue.id, id)?;
        Ok((requirement, details))
    })
}
