//! Importing a file of the BSI or of NIST: recognised by its content, read outside the database, stored whole or
//! not at all.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{By, require};
use crate::app::App;
use crate::catalogue::docbook::{self, Book};
use crate::catalogue::oscal::{self, Defects, Document, Limits, OscalError};
use crate::domain::access::{Action, Actor};
use crate::domain::catalogue::{Fact, Level, Model, SourceKind, TextKind};
use crate::domain::fault::{Fault, FaultCode};
use crate::domain::measure::search_key;
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::audit::{self, Event, Who};
use crate::store::catalogues::controls::{self, Control, Group, Map};
use crate::store::catalogues::sources::{self, NewSource, Source};
use crate::store::catalogues::texts::{self, NewText};
use crate::store::catalogues::{self, Catalogue, NewCatalogue};
use crate::store::types::{from_json, to_json};

/// A place where a file breaks the grammar of its format.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DefectView {
    /// JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub what: String,
}

/// What a file has brought.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportReport {
    /// Kind of file, recognised by its content.
    pub kind: SourceKind,
    /// Key of the catalogue that it made or belongs to.
    #[schema(example = "gs-2023")]
    pub catalogue: Option<String>,
    /// Title of that catalogue.
    pub title: Option<String>,
    /// Edition of that catalogue.
    pub edition: Option<String>,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub bytes: i32,
    /// The same bytes were imported before; nothing was stored now.
    pub already_there: bool,
    /// What was in the file, by layer, level and kind.
    pub counts: Value,
    /// What was odd, with its place.
    pub warnings: Vec<String>,
    /// Defects it was let in with.
    pub defects: Vec<DefectView>,
}

/// A file that has been read.
enum Parsed {
    Kompendium(Box<Book>),
    Oscal(Box<Document>, Defects),
}

/// Imports a file. The same bytes again change nothing.
///
/// # Errors
/// `invalid` with place and reason when the file cannot be read or breaks its format, `too_large`, `forbidden`,
/// `session_ended`
pub fn import(app: &App, by: By<'_>, bytes: &[u8], accept_defects: bool) -> Result<ImportReport> {
    let now = app.clock.now();
    // Asked first: reading a large file is work that only those may cause who may import it.
    app.store
        .read(|db| require(db, app, by, Action::CatalogueImport))?;
    let limit = app.config.http.upload_limit;
    if bytes.len() > limit {
        return Err(Error::with(Code::TooLarge, "limit", limit));
    }
    let sha256 = Sha256::digest(bytes);
    if let Some(report) = app.store.read(|db| known(db, &sha256))? {
        return Ok(report);
    }
    let parsed = parse(bytes, accept_defects)?;
    app.store.write(|db| {
        let actor = require(db, app, by, Action::CatalogueImport)?;
        if let Some(report) = known(db, &sha256)? {
            return Ok(report);
        }
        let stored = store(db, now, &parsed, &sha256)?;
        let (kind, document, defects) = parsed.file(bytes);
        let catalogue_id = stored
            .catalogue
            .as_ref()
            .map(|catalogue| catalogue.id.as_str());
        let new = NewSource {
            catalogue_id,
            kind,
            sha256: &sha256,
            bytes: i32::try_from(bytes.len())
                .map_err(|cause| Error::internal("size of a file", cause))?,
            counts: to_json(&stored.counts)?,
            warnings: to_json(&stored.warnings)?,
            defects: to_json(&defects)?,
            document,
            document_uuid: parsed.uuid(),
            imported_by: actor.id(),
        };
        let source_id = sources::add(db, now, &new)?;
        controls::add_maps(db, &source_id, &stored.maps)?;
        record(db, now, &actor, &source_id, kind, &stored)?;
        let source = sources::by_hash(db, &sha256)?
            .ok_or_else(|| Error::bug("an imported file is not there"))?;
        report(source, stored.catalogue, false)
    })
}

fn record(
    db: &mut Db,
    now: DateTime<Utc>,
    actor: &Actor,
    source_id: &str,
    kind: SourceKind,
    stored: &Stored,
) -> Result<()> {
    let action = Action::CatalogueImport
        .audit_event()
        .ok_or_else(|| Error::bug("catalogue.import leaves no event"))?;
    audit::append(
        db,
        &Event {
            at: now,
            institution_id: None,
            actor: Who::Actor(actor),
            action,
            entity_kind: "catalogue_source",
            entity_id: source_id,
            reason: None,
            details: json!({
                "kind": kind,
                "catalogue": stored.catalogue.as_ref().map(|catalogue| &catalogue.key),
                "counts": stored.counts,
            }),
            request_id: None,
        },
    )
}

fn known(db: &mut Db, sha256: &[u8]) -> Result<Option<ImportReport>> {
    let Some(source) = sources::by_hash(db, sha256)? else {
        return Ok(None);
    };
    let catalogue = match &source.catalogue_id {
        Some(id) => Some(catalogues::by_id(db, id)?),
        None => None,
    };
    report(source, catalogue, true).map(Some)
}

fn report(
    source: Source,
    catalogue: Option<Catalogue>,
    already_there: bool,
) -> Result<ImportReport> {
    let (key, title, edition) = match catalogue {
        Some(catalogue) => (
            Some(catalogue.key),
            Some(catalogue.title),
            Some(catalogue.edition),
        ),
        None => (None, None, None),
    };
    Ok(ImportReport {
        kind: source.kind,
        catalogue: key,
        title,
        edition,
        sha256: source
            .sha256
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        bytes: source.bytes,
        already_there,
        counts: from_json(&source.counts)?,
        warnings: from_json(&source.warnings)?,
        defects: from_json(&source.defects)?,
    })
}

impl Parsed {
    /// Kind, what of the file is kept, and the defects it is let in with.
    fn file<'a>(&self, bytes: &'a [u8]) -> (SourceKind, Option<&'a [u8]>, Vec<DefectView>) {
        match self {
            Parsed::Kompendium(_) => (SourceKind::Kompendium, None, Vec::new()),
            Parsed::Oscal(document, defects) => {
                let kind = match **document {
                    Document::Catalog(_) => SourceKind::OscalCatalog,
                    Document::Profile(_) => SourceKind::OscalProfile,
                    Document::MappingCollection(_) => SourceKind::OscalMapping,
                    Document::ComponentDefinition(_) => SourceKind::OscalComponentDefinition,
                };
                let defects = defects.list.iter().map(|defect| DefectView {
                    pointer: defect.pointer.clone(),
                    what: defect.what.clone(),
                });
                // OSCAL is kept whole: profiles resolve against it, and nothing of it may get lost.
                (kind, Some(bytes), defects.collect())
            }
        }
    }

    fn uuid(&self) -> Option<&str> {
        match self {
            Parsed::Kompendium(_) => None,
            Parsed::Oscal(document, _) => Some(document.tree().uuid()),
        }
    }
}

/// A file that cannot be read, in the words of its reader.
fn unreadable(error: &dyn std::fmt::Display) -> Error {
    let fault = Fault::new("", FaultCode::Unreadable).arg("value", error);
    Error::new(Code::Invalid).faults(vec![fault])
}

fn parse(bytes: &[u8], accept_defects: bool) -> Result<Parsed> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => {
            let xml = std::str::from_utf8(text).map_err(|error| unreadable(&error))?;
            let book = docbook::read(xml).map_err(|error| unreadable(&error))?;
            Ok(Parsed::Kompendium(Box::new(book)))
        }
        Some(b'{') => {
            let read = oscal::read_with_defects(text, &Limits::default());
            let (document, defects) = read.map_err(|error| unreadable(&error))?;
            if defects.is_empty() || accept_defects {
                return Ok(Parsed::Oscal(Box::new(document), defects));
            }
            let faults = defects.list.iter().map(|defect| {
                Fault::new(&defect.pointer, FaultCode::Schema).arg("value", &defect.what)
            });
            Err(Error::new(Code::Invalid).faults(faults.collect()))
        }
        _ => Err(unreadable(
            &"it is neither the XML of the Kompendium nor an OSCAL document",
        )),
    }
}

/// What has been stored.
struct Stored {
    catalogue: Option<Catalogue>,
    counts: Value,
    warnings: Vec<String>,
    maps: Vec<Map>,
}

fn store(db: &mut Db, now: DateTime<Utc>, parsed: &Parsed, sha256: &[u8]) -> Result<Stored> {
    match parsed {
        Parsed::Kompendium(book) => kompendium(db, now, book, sha256),
        Parsed::Oscal(document, _) => match &**document {
            Document::Catalog(_) => {
                let view = document
                    .catalogue()
                    .ok_or_else(|| Error::bug("a catalog without its view"))?;
                let key = document_key(db, &view.title, &view.last_modified, sha256)?;
                oscal_catalogue(db, now, &view, &key, Vec::new(), sha256)
            }
            Document::Profile(_) => profile(db, now, document, sha256),
            Document::MappingCollection(_) => mapping(document),
            Document::ComponentDefinition(_) => component_definition(document),
        },
    }
}

/// A print of the Kompendium. Where its facts are those of the catalogue that is there, it brings the texts; where
/// they differ it is another version, and neither takes the other's place.
fn kompendium(db: &mut Db, now: DateTime<Utc>, book: &Book, sha256: &[u8]) -> Result<Stored> {
    let Some(Fact::Edition { key, .. }) = book.facts.first() else {
        return Err(Error::bug("facts of a book do not start with an edition"));
    };
    let new_texts = book_texts(book);
    let there = catalogues::all(db)?
        .into_iter()
        .find(|known| known.key == *key);
    let same = match &there {
        Some(known) => {
            let facts = catalogues::facts(db, &known.id)?;
            book.facts.get(1..) == Some(facts.as_slice())
                && (!texts::there(db, &known.id)? || texts::are(db, &known.id, &new_texts)?)
        }
        None => false,
    };
    let catalogue = match there {
        Some(known) if same => known,
        other => {
            let key = match other {
                Some(_) => format!("{key}-{}", short(sha256)),
                None => key.clone(),
            };
            let id = catalogues::insert(db, now, &book.facts, Some(&key), sha256)?;
            catalogues::by_id(db, &id)?
        }
    };
    if !texts::there(db, &catalogue.id)? {
        texts::add(db, &catalogue.id, &new_texts)?;
    }
    if texts::threats(db, &catalogue.id)?.is_empty() {
        let threats = book
            .threats
            .iter()
            .map(|threat| (threat.id.as_str(), threat.title.as_str()));
        texts::add_threats(db, &catalogue.id, &threats.collect::<Vec<_>>())?;
    }
    Ok(Stored {
        catalogue: Some(catalogue),
        counts: book_counts(book),
        warnings: book.warnings.clone(),
        maps: Vec::new(),
    })
}

fn short(sha256: &[u8]) -> String {
    sha256
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn book_texts(book: &Book) -> Vec<NewText<'_>> {
    let text = |kind, id, heading, text| NewText {
        kind,
        id,
        position: 0,
        heading,
        text,
    };
    let mut all: Vec<NewText<'_>> = Vec::new();
    all.extend(
        book.texts
            .iter()
            .map(|of| text(TextKind::Requirement, &of.id, "", &of.text)),
    );
    for module in &book.module_texts {
        for (position, section) in module.sections.iter().enumerate() {
            all.push(NewText {
                position,
                ..text(
                    TextKind::Module,
                    &module.id,
                    &section.heading,
                    &section.text,
                )
            });
        }
    }
    all.extend(
        book.threats
            .iter()
            .map(|of| text(TextKind::Threat, &of.id, &of.title, &of.text)),
    );
    all.extend(
        book.roles
            .iter()
            .map(|of| text(TextKind::Role, &of.title, "", &of.text)),
    );
    all.extend(
        book.glossary
            .iter()
            .map(|of| text(TextKind::Term, &of.term, "", &of.text)),
    );
    all
}

fn book_counts(book: &Book) -> Value {
    let mut layers: Vec<(String, [usize; 5])> = Vec::new();
    for fact in &book.facts {
        match (fact, layers.last_mut()) {
            (Fact::Layer { id, .. }, _) => layers.push((id.clone(), [0; 5])),
            (Fact::Module { .. }, Some((_, [modules, ..]))) => *modules += 1,
            (
                Fact::Requirement {
                    level, withdrawn, ..
                },
                Some((_, counts)),
            ) => {
                let [_, basic, standard, elevated, gone] = counts;
                let count = match level {
                    _ if *withdrawn => gone,
                    Level::Basic => basic,
                    Level::Standard => standard,
                    Level::Elevated => elevated,
                };
                *count += 1;
            }
            _ => {}
        }
    }
    let row = |[modules, basic, standard, elevated, withdrawn]: [usize; 5]| {
        json!({
            "modules": modules, "basic": basic, "standard": standard, "elevated": elevated,
            "active": basic + standard + elevated, "withdrawn": withdrawn,
        })
    };
    let mut all = [0; 5];
    for (_, counts) in &layers {
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let by_layer: serde_json::Map<String, Value> = layers
        .into_iter()
        .map(|(id, counts)| (id, row(counts)))
        .collect();
    json!({
        "layers": by_layer, "all": row(all), "threats": book.threats.len(), "roles": book.roles.len(),
        "terms": book.glossary.len(), "texts": book.texts.iter().filter(|text| !text.text.is_empty()).count(),
    })
}

/// Key of an OSCAL catalogue: what it is called, and the day it was last changed.
fn document_key(db: &mut Db, title: &str, last_modified: &str, sha256: &[u8]) -> Result<String> {
    let day: String = last_modified.chars().take(10).collect();
    let key = format!("{}-{day}", slug(title));
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

fn oscal_catalogue(
    db: &mut Db,
    now: DateTime<Utc>,
    view: &oscal::Catalogue,
    key: &str,
    warnings: Vec<String>,
    sha256: &[u8],
) -> Result<Stored> {
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
    let mut taken = std::collections::HashSet::new();
    let ids: Vec<String> = view
        .groups
        .iter()
        .map(|group| match &group.id {
            Some(id) if taken.insert(id.clone()) => id.clone(),
            _ => format!("#{}", group.position),
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
    let all: Vec<Control> = view
        .controls
        .iter()
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

/// A profile stands for a catalogue: that which it selects from catalogues that are here. Nothing is fetched.
fn profile(db: &mut Db, now: DateTime<Utc>, document: &Document, sha256: &[u8]) -> Result<Stored> {
    let mut shelf = oscal::Shelf::default();
    for bytes in sources::documents(db, &[SourceKind::OscalCatalog, SourceKind::OscalProfile])? {
        let (document, _) = oscal::read_with_defects(&bytes, &Limits::default())
            .map_err(|error: OscalError| Error::internal("an imported document", error))?;
        shelf.add(document, bytes);
    }
    let uuid = uuid::Uuid::from_slice(sha256.get(..16).unwrap_or_default());
    let stamp = oscal::Stamp {
        uuid: uuid
            .map_err(|cause| Error::internal("uuid", cause))?
            .to_string(),
        last_modified: document.tree().metadata("last-modified").to_owned(),
    };
    let resolved = oscal::resolve(document, &|import| shelf.find(import), &stamp)
        .map_err(|error| unreadable(&error))?;
    let view = resolved
        .catalog
        .catalogue()
        .ok_or_else(|| Error::bug("a resolved profile is no catalog"))?;
    let title = document.tree().metadata("title");
    let key = document_key(db, title, &stamp.last_modified, sha256)?;
    oscal_catalogue(db, now, &view, &key, resolved.warnings, sha256)
}

fn mapping(document: &Document) -> Result<Stored> {
    let collection = document
        .mapping_collection()
        .ok_or_else(|| Error::bug("a mapping collection without its view"))?;
    let mut maps = Vec::new();
    for map in collection.mappings.iter().flat_map(|mapping| &mapping.maps) {
        for source in &map.sources {
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
    let distinct = |of: &dyn Fn(&Map) -> &str| {
        maps.iter()
            .map(of)
            .collect::<std::collections::HashSet<_>>()
            .len()
    };
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
