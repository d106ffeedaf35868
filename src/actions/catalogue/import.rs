//! Importing a file of the BSI or of NIST: recognised by its content, read outside the database, stored whole or
//! not at all.

use std::collections::HashSet;

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
    /// A profile with the catalog that it stands for.
    Profile(Box<Document>, Defects, Box<oscal::Resolution>),
}

/// SHA-256 of official prints of the Kompendium, line ends as LF. Anybody's file may become a version of its own;
/// only these, or a file of the operator, give the catalogue that all institutions share its texts.
const OFFICIAL_PRINTS: [&str; 1] =
    ["5054dae91629d62d6e81632fd0afae4f2e13f32931364b14dd8b39dffbb9ff3c"];

/// Longest id, key or title that is looked up by; PostgreSQL indexes no more than 2,704 bytes.
const LONGEST_ID: usize = 255;

/// Most pairs of a mapping collection; BSI's of 2026 has 1,185.
const MOST_PAIRS: usize = 100_000;

/// Imports a file. The same bytes again change nothing.
///
/// # Errors
/// `invalid` with place and reason when the file cannot be read or breaks its format, `too_large`, `forbidden`,
/// `session_ended`
pub fn import(app: &App, by: By<'_>, bytes: &[u8], accept_defects: bool) -> Result<ImportReport> {
    let now = app.clock.now();
    // Asked first: reading a large file is work that only those may cause who may import it.
    may_import(app, by)?;
    let limit = app.config.http.upload_limit;
    if bytes.len() > limit {
        return Err(Error::with(Code::TooLarge, "limit", limit));
    }
    let sha256 = Sha256::digest(bytes);
    if let Some(report) = app.store.read(|db| known(db, &sha256))? {
        return Ok(report);
    }
    let parsed = resolve(app, parse(bytes, accept_defects)?, &sha256)?;
    let attempt = || write(app, by, now, bytes, &sha256, &parsed);
    match attempt() {
        // Somebody else was importing at the same time; what they stored can be seen now.
        Err(error) if error.code() == Code::AlreadyExists => attempt(),
        other => other,
    }
}

/// Whether the caller may import at all, asked before a file is taken from them.
///
/// # Errors
/// `forbidden`, `session_ended`
pub fn may_import(app: &App, by: By<'_>) -> Result<()> {
    app.store
        .read(|db| require(db, app, by, Action::CatalogueImport).map(drop))
}

fn write(
    app: &App,
    by: By<'_>,
    now: DateTime<Utc>,
    bytes: &[u8],
    sha256: &[u8],
    parsed: &Parsed,
) -> Result<ImportReport> {
    app.store.write(|db| {
        let actor = require(db, app, by, Action::CatalogueImport)?;
        if let Some(report) = known(db, sha256)? {
            return Ok(report);
        }
        let trusted = matches!(actor, Actor::Operator) || is_official(bytes);
        let stored = store(db, now, parsed, sha256, trusted)?;
        let (kind, document, defects) = parsed.file(bytes);
        let catalogue_id = stored
            .catalogue
            .as_ref()
            .map(|catalogue| catalogue.id.as_str());
        let new = NewSource {
            catalogue_id,
            kind,
            sha256,
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
        let source = sources::by_hash(db, sha256)?
            .ok_or_else(|| Error::bug("an imported file is not there"))?;
        let report = report(source, stored.catalogue, false)?;
        record(db, now, by, &actor, &source_id, &report)?;
        Ok(report)
    })
}

fn is_official(bytes: &[u8]) -> bool {
    let mut hash = Sha256::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => {
                hash.update(line);
                hash.update(b"\n");
            }
            None => hash.update(line),
        }
    }
    let hash = hex::encode(hash.finalize());
    OFFICIAL_PRINTS.contains(&hash.as_str())
}

fn record(
    db: &mut Db,
    now: DateTime<Utc>,
    by: By<'_>,
    actor: &Actor,
    source_id: &str,
    report: &ImportReport,
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
                "kind": report.kind, "catalogue": report.catalogue, "sha256": report.sha256,
                "counts": report.counts, "defects": report.defects.len(),
            }),
            request_id: match by {
                By::Caller(caller) => Some(&caller.request_id),
                By::Operator | By::Service => None,
            },
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
        sha256: hex::encode(&source.sha256),
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
            Parsed::Oscal(document, defects) | Parsed::Profile(document, defects, _) => {
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
            Parsed::Oscal(document, _) | Parsed::Profile(document, ..) => {
                Some(document.tree().uuid())
            }
        }
    }
}

/// A file that cannot be read, in the words of its reader.
fn unreadable(error: &dyn std::fmt::Display) -> Error {
    // A file may say anything, at any length; its reader may repeat it.
    let error: String = error.to_string().chars().take(300).collect();
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

fn store(
    db: &mut Db,
    now: DateTime<Utc>,
    parsed: &Parsed,
    sha256: &[u8],
    trusted: bool,
) -> Result<Stored> {
    match parsed {
        Parsed::Kompendium(book) => kompendium(db, now, book, sha256, trusted),
        Parsed::Profile(document, _, resolved) => profile(db, now, document, resolved, sha256),
        Parsed::Oscal(document, _) => match &**document {
            Document::Catalog(_) => {
                let view = document
                    .catalogue()
                    .ok_or_else(|| Error::bug("a catalog without its view"))?;
                let key = document_key(db, &view.title, &view.last_modified, sha256)?;
                oscal_catalogue(db, now, &view, &key, Vec::new(), sha256)
            }
            Document::Profile(_) => Err(Error::bug("a profile that was not resolved")),
            Document::MappingCollection(_) => mapping(document),
            Document::ComponentDefinition(_) => component_definition(document),
        },
    }
}

/// A print of the Kompendium. Where its facts are those of the catalogue that is there, it brings the texts; where
/// they differ it is another version, and neither takes the other's place.
fn kompendium(
    db: &mut Db,
    now: DateTime<Utc>,
    book: &Book,
    sha256: &[u8],
    trusted: bool,
) -> Result<Stored> {
    let Some(Fact::Edition { key, edition, .. }) = book.facts.first() else {
        return Err(Error::bug("facts of a book do not start with an edition"));
    };
    let new_texts = book_texts(book);
    for text in &new_texts {
        short_enough(text.id)?;
    }
    let mut all = catalogues::all(db)?;
    all.sort_by_key(|known| known.key != *key);
    let mut same = None;
    for known in &all {
        if known.model != Model::Kompendium || known.edition != *edition {
            continue;
        }
        let facts = catalogues::facts(db, &known.id)?;
        if book.facts.get(1..) != Some(facts.as_slice()) {
            continue;
        }
        let fits = if texts::there(db, &known.id)? {
            texts::are(db, &known.id, &new_texts)?
        } else {
            trusted
        };
        if fits {
            same = Some(known.clone());
            break;
        }
    }
    let catalogue = match same {
        Some(known) => known,
        None => {
            let key = if all.iter().any(|known| known.key == *key) {
                format!("{key}-{}", short(sha256))
            } else {
                key.clone()
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
    hex::encode(sha256.get(..4).unwrap_or_default())
}

fn short_enough(id: &str) -> Result<()> {
    if id.len() <= LONGEST_ID {
        return Ok(());
    }
    let start: String = id.chars().take(40).collect();
    Err(unreadable(&format_args!(
        "`{start}…` is longer than {LONGEST_ID} bytes"
    )))
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

fn oscal_catalogue(
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
fn resolve(app: &App, parsed: Parsed, sha256: &[u8]) -> Result<Parsed> {
    let (document, defects) = match parsed {
        Parsed::Oscal(document, defects) if matches!(*document, Document::Profile(_)) => {
            (document, defects)
        }
        other => return Ok(other),
    };
    let kinds = [SourceKind::OscalCatalog, SourceKind::OscalProfile];
    let mut shelf = oscal::Shelf::default();
    for bytes in app.store.read(|db| sources::documents(db, &kinds))? {
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
    let resolved = oscal::resolve(&document, &|import| shelf.find(import), &stamp)
        .map_err(|error| unreadable(&error))?;
    Ok(Parsed::Profile(document, defects, Box::new(resolved)))
}

fn profile(
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
    oscal_catalogue(db, now, &view, &key, warnings, sha256)
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
