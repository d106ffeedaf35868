//! OSCAL documents: catalogs, profiles, mapping collections, component definitions.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Parsed, Stored, short, short_enough, unreadable};
use crate::actions::By;
use crate::app::App;
use crate::catalogue::oscal::{self, Document, Fit, ImportRef, Limits, OscalError};
use crate::domain::catalogue::{Model, SourceKind};
use crate::domain::measure::search_key;
use crate::error::{Error, Result};
use crate::store::Db;
use crate::store::catalogues::controls::{self, Control, Group, Map};
use crate::store::catalogues::sources::{self, Kept};
use crate::store::catalogues::{self, NewCatalogue};

/// Most pairs of a mapping collection; BSI's of 2026 has 1,185.
const MOST_PAIRS: usize = 100_000;

/// Stores what a document that stands for itself has in it.
pub(super) fn store(
    db: &mut Db,
    now: DateTime<Utc>,
    document: &Document,
    sha256: &[u8],
) -> Result<Stored> {
    match document {
        Document::Catalog(_) => {
            let view = document
                .catalogue()
                .ok_or_else(|| Error::bug("a catalog without its view"))?;
            let key = document_key(db, &view.title, &view.last_modified, sha256)?;
            catalogue(db, now, &view, &key, Vec::new(), sha256)
        }
        Document::Profile(_) => Err(Error::bug("a profile that was not resolved")),
        Document::MappingCollection(_) => mapping(document),
        Document::ComponentDefinition(_) => component_definition(document),
    }
}

/// Key of an OSCAL catalogue: what it is called, and the day it was last changed.
fn document_key(db: &mut Db, title: &str, last_modified: &str, sha256: &[u8]) -> Result<String> {
    let day: String = last_modified.chars().take(10).collect();
    let key = format!("{}-{}", slug(title), slug(&day));
    let taken = catalogues::all(db)?.iter().any(|known| known.key == key);
    Ok(if taken {
        format!("{key}-{}", short(sha256))
    } else {
        key
    })
}

/// A title as part of a path: lower-case letters, digits and hyphens.
fn slug(title: &str) -> String {
    let plain = search_key(title);
    let words = plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug: String = words
        .collect::<Vec<_>>()
        .join("-")
        .chars()
        .take(60)
        .collect();
    if slug.is_empty() {
        "catalogue".to_owned()
    } else {
        slug
    }
}

fn catalogue(
    db: &mut Db,
    now: DateTime<Utc>,
    view: &oscal::Catalogue,
    key: &str,
    mut warnings: Vec<String>,
    sha256: &[u8],
) -> Result<Stored> {
    for control in &view.controls {
        short_enough(&control.id)?;
        short_enough(control.alt_identifier.as_deref().unwrap_or_default())?;
    }
    for group in &view.groups {
        short_enough(group.id.as_deref().unwrap_or_default())?;
    }
    let new = NewCatalogue {
        key,
        title: &view.title,
        edition: &view.version,
        sha256,
        model: Model::Oscal,
        series: &slug(&view.title),
    };
    let id = catalogues::add(db, now, &new)?;
    // OSCAL does not ask for ids of groups, and two may share one; a place in the catalogue is always there.
    let named: HashSet<&str> = view.groups.iter().filter_map(|g| g.id.as_deref()).collect();
    let mut taken = HashSet::new();
    let ids: Vec<String> = view
        .groups
        .iter()
        .map(|group| match &group.id {
            Some(id) if taken.insert(id.as_str()) => id.clone(),
            _ => {
                let mut id = format!("#{}", group.position);
                while named.contains(id.as_str()) {
                    id.push('#');
                }
                id
            }
        })
        .collect();
    let group_id = |at: Option<usize>| at.and_then(|at| ids.get(at)).cloned();
    let groups: Vec<Group> = view
        .groups
        .iter()
        .map(|group| Group {
            id: group_id(Some(group.position)).unwrap_or_default(),
            parent_id: group_id(group.parent),
            title: group.title.clone(),
        })
        .collect();
    // A profile may keep a control twice, and a file with defects may have it twice: the first stands.
    let mut seen = HashSet::new();
    let mut repeated = 0_usize;
    let firsts = view.controls.iter().filter(|control| {
        let first = seen.insert(control.id.as_str());
        repeated += usize::from(!first);
        first
    });
    let all: Vec<Control> = firsts
        .map(|control| {
            let parent = control.parent.and_then(|at| view.controls.get(at));
            Ok(Control {
                id: control.id.clone(),
                alt_identifier: control.alt_identifier.clone(),
                group_id: group_id(control.group),
                parent_id: parent.map(|parent| parent.id.clone()),
                title: control.title.clone(),
                statement: control.statement.clone(),
                guidance: control.guidance.clone(),
                modal_verb: control.modal_verb.clone(),
                security_level: control.sec_level.clone(),
                effort_level: control.effort_level.map(|level| level.to_string()),
                withdrawn: control.withdrawn,
                position: crate::store::position(control.position)?,
            })
        })
        .collect::<Result<_>>()?;
    if repeated > 0 {
        warnings.push(format!(
            "{repeated} controls repeat the id of another and are left out"
        ));
    }
    controls::add_groups(db, &id, &groups)?;
    controls::add(db, &id, &all)?;
    let nested = all
        .iter()
        .filter(|control| control.parent_id.is_some())
        .count();
    let with = |verb: &str| {
        let verb = |control: &&Control| control.modal_verb.as_deref() == Some(verb);
        all.iter().filter(verb).count()
    };
    Ok(Stored {
        counts: json!({
            "groups": groups.len(), "controls": all.len(), "top_level": all.len() - nested, "nested": nested,
            "withdrawn": all.iter().filter(|control| control.withdrawn).count(),
            "modal_verbs": { "MUSS": with("MUSS"), "SOLLTE": with("SOLLTE"), "KANN": with("KANN") },
        }),
        catalogue: Some(catalogues::by_id(db, &id)?),
        warnings,
        maps: Vec::new(),
    })
}

/// A profile stands for a catalogue: that which it selects from catalogues that are here. Nothing is fetched, and
/// no transaction waits for it.
///
/// A name alone finds only files of the operator and of the caller: anybody may give a file any name.
pub(super) fn resolve(app: &App, parsed: Parsed, sha256: &[u8], by: By<'_>) -> Result<Parsed> {
    let (document, defects) = match parsed {
        Parsed::Oscal(document, defects) if matches!(*document, Document::Profile(_)) => {
            (document, defects)
        }
        other => return Ok(other),
    };
    let uuid = uuid::Uuid::from_slice(sha256.get(..16).unwrap_or_default());
    let stamp = oscal::Stamp {
        uuid: uuid
            .map_err(|cause| Error::internal("uuid", cause))?
            .to_string(),
        last_modified: document.tree().metadata("last-modified").to_owned(),
    };
    let imports = Imports::read(app, by, &document)?;
    let find = |import: &ImportRef| imports.find(import);
    let resolved = oscal::resolve(&document, &find, &stamp).map_err(|error| unreadable(&error))?;
    Ok(Parsed::Profile(document, defects, Box::new(resolved)))
}

/// What a profile imports, directly or not, as far as it is here. Only that is read, each document once: there may be
/// many, and each may be large.
#[derive(Default)]
struct Imports {
    documents: Vec<Imported>,
    /// Which of the documents is meant, and whether nothing but its name says so.
    meant: Vec<(ImportRef, usize, bool)>,
}

struct Imported {
    source_id: String,
    document: Document,
    bytes: Vec<u8>,
}

impl Imports {
    fn read(app: &App, by: By<'_>, profile: &Document) -> Result<Imports> {
        let kinds = [SourceKind::OscalCatalog, SourceKind::OscalProfile];
        let kept = app.store.read(|db| sources::kept(db, &kinds))?;
        let mut all = Imports::default();
        let mut open = oscal::imports(profile);
        open.reverse();
        while let Some(import) = open.pop() {
            if all.meant.len() > oscal::MOST_IMPORTS {
                break;
            }
            if all.find(&import).is_some() {
                continue;
            }
            // In the order in which they are resolved: that too stops at what is missing.
            let Some((fit, source_id)) = search(app, by, &kept, &import)? else {
                break;
            };
            let place = all.place(app, source_id)?;
            let document = all.documents.get(place).map(|of| &of.document);
            open.extend(document.into_iter().flat_map(oscal::imports).rev());
            all.meant.push((import, place, fit == Fit::Name));
        }
        Ok(all)
    }

    /// Place of a document, read unless it has been.
    fn place(&mut self, app: &App, source_id: &str) -> Result<usize> {
        let mut documents = self.documents.iter();
        if let Some(place) = documents.position(|known| known.source_id == source_id) {
            return Ok(place);
        }
        let bytes = app.store.read(|db| sources::document(db, source_id))?;
        let (document, _) = oscal::read_with_defects(&bytes, &Limits::default())
            .map_err(|error: OscalError| Error::internal("an imported document", error))?;
        self.documents.push(Imported {
            source_id: source_id.to_owned(),
            document,
            bytes,
        });
        Ok(self.documents.len() - 1)
    }

    fn find(&self, import: &ImportRef) -> Option<oscal::profile::Source<'_>> {
        let (_, place, by_name) = self.meant.iter().find(|(meant, ..)| meant == import)?;
        let imported = self.documents.get(*place)?;
        Some(oscal::profile::Source {
            document: &imported.document,
            bytes: Some(&imported.bytes),
            by_name: *by_name,
        })
    }
}

/// The file that an import means, if it is here. One after the other is looked at, and none is kept.
fn search<'a>(
    app: &App,
    by: By<'_>,
    kept: &'a [Kept],
    import: &ImportRef,
) -> Result<Option<(Fit, &'a str)>> {
    let caller = match by {
        By::Caller(caller) => Some(caller.subject.user_id.as_str()),
        By::Operator | By::Service => None,
    };
    let mut search = oscal::Search::new();
    for file in kept {
        let bytes = app.store.read(|db| sources::document(db, &file.id))?;
        let believed = file.imported_by.is_none() || file.imported_by.as_deref() == caller;
        let name = file.file_name.as_deref().filter(|_| believed);
        let uuid = file.document_uuid.as_deref().unwrap_or_default();
        search.offer(import.fit(uuid, &bytes, name), file.id.as_str());
    }
    Ok(search.found())
}

pub(super) fn profile(
    db: &mut Db,
    now: DateTime<Utc>,
    document: &Document,
    resolved: &oscal::Resolution,
    sha256: &[u8],
) -> Result<Stored> {
    let view = resolved
        .catalog
        .catalogue()
        .ok_or_else(|| Error::bug("a resolved profile is no catalog"))?;
    let title = document.tree().metadata("title");
    let last_modified = document.tree().metadata("last-modified");
    let key = document_key(db, title, last_modified, sha256)?;
    let warnings = resolved.warnings.clone();
    catalogue(db, now, &view, &key, warnings, sha256)
}

fn mapping(document: &Document) -> Result<Stored> {
    let collection = document
        .mapping_collection()
        .ok_or_else(|| Error::bug("a mapping collection without its view"))?;
    let pairs = collection.mappings.iter().flat_map(|mapping| &mapping.maps);
    let pairs = pairs.map(|map| map.sources.len().saturating_mul(map.targets.len()));
    if pairs.fold(0, usize::saturating_add) > MOST_PAIRS {
        return Err(unreadable(&format_args!(
            "the mapping has more than {MOST_PAIRS} pairs"
        )));
    }
    let mut maps = Vec::new();
    for map in collection.mappings.iter().flat_map(|mapping| &mapping.maps) {
        for source in &map.sources {
            short_enough(&source.requirement)?;
            for target in &map.targets {
                maps.push(Map {
                    relationship: map.relationship.name().to_owned(),
                    subrequirement: source.id.clone(),
                    requirement_id: source.requirement.clone(),
                    target_id: target.id.clone(),
                    target_uuid: target.oscal_uuid.clone(),
                });
            }
        }
    }
    let distinct = |of: &dyn Fn(&Map) -> &str| maps.iter().map(of).collect::<HashSet<_>>().len();
    Ok(Stored {
        counts: json!({
            "maps": maps.len(), "sources": distinct(&|map| &map.subrequirement),
            "requirements": distinct(&|map| &map.requirement_id),
            "targets": distinct(&|map| map.target_uuid.as_deref().unwrap_or(&map.target_id)),
            "status": collection.status,
        }),
        catalogue: None,
        warnings: Vec::new(),
        maps,
    })
}

fn component_definition(document: &Document) -> Result<Stored> {
    let definition = document
        .component_definition()
        .ok_or_else(|| Error::bug("a component definition without its view"))?;
    let implementations = definition
        .components
        .iter()
        .flat_map(|component| &component.implementations);
    Ok(Stored {
        counts: json!({
            "components": definition.components.len(),
            "requirements": implementations.map(|implementation| implementation.requirements.len()).sum::<usize>(),
        }),
        catalogue: None,
        warnings: Vec::new(),
        maps: Vec::new(),
    })
}
