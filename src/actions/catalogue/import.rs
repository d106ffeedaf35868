//! Importing a file of the BSI or of NIST: recognised by its content, read outside the database, stored whole or
//! not at all.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{By, require};
use crate::app::App;
use crate::catalogue::checklist::{self, Checklist};
use crate::catalogue::crossref::{self, CrossTable};
use crate::catalogue::detect::{self, Kind};
use crate::catalogue::docbook::{self, Book};
use crate::catalogue::oscal::{self, Defects, Document, Limits};
use crate::domain::access::{Action, Actor};
use crate::domain::catalogue::SourceKind;
use crate::domain::fault::{Fault, FaultCode};
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::audit::{self, Event, Who};
use crate::store::catalogues::controls::{self, Map};
use crate::store::catalogues::sources::{self, NewSource, Source};
use crate::store::catalogues::{self, Catalogue};
use crate::store::types::{from_json, to_json};

mod documents;
mod kompendium;
mod workbooks;

pub(super) use kompendium::counts_of_facts;

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
    CrossTable(CrossTable),
    Checklist(Checklist),
    Oscal(Box<Document>, Defects),
    /// A profile with the catalog that it stands for.
    Profile(Box<Document>, Defects, Box<oscal::Resolution>),
}

/// SHA-256 of official files: the Kompendium, line ends as LF, its cross table, and the mapping to Grundschutz++.
/// Anybody's file may become a version of its own; only these, or a file of the operator, say something for all
/// institutions.
const OFFICIAL_FILES: [&str; 3] = [
    "5054dae91629d62d6e81632fd0afae4f2e13f32931364b14dd8b39dffbb9ff3c",
    "5d17da2fe8a1128f90c810f13645f79ad282c74ff1277faf77b485b9f9e8779c",
    "df7ea11261ace956a3ebb440f60928851a4815f5545775ac9b24e4d3d22f267f",
];

/// Hashes of official files.
pub(super) fn official_hashes() -> Vec<Vec<u8>> {
    let hashes = OFFICIAL_FILES.iter().map(hex::decode);
    hashes.filter_map(std::result::Result::ok).collect()
}

/// Longest id, key or title that is looked up by; PostgreSQL indexes no more than 2,704 bytes.
const LONGEST_ID: usize = 255;

/// A file to be imported.
#[derive(Debug, Clone, Copy)]
pub struct ImportFile<'a> {
    /// What is in it.
    pub bytes: &'a [u8],
    /// What it is called, where that is known: profiles name the files that they import. What it is shows in its
    /// content alone.
    pub name: Option<&'a str>,
    /// Let it in though it breaks the schema of its format.
    pub accept_defects: bool,
}

/// Imports a file. The same bytes again change nothing.
///
/// # Errors
/// `invalid` with place and reason when the file cannot be read or breaks its format, `too_large`, `forbidden`,
/// `session_ended`
pub fn import(app: &App, by: By<'_>, file: ImportFile<'_>) -> Result<ImportReport> {
    let bytes = file.bytes;
    let now = app.clock.now();
    // Asked first: reading a large file is work that only those may cause who may import it.
    may_import(app, by)?;
    let limit = app.config.http.upload_limit;
    if bytes.len() > limit {
        return Err(Error::with(Code::TooLarge, "limit", limit));
    }
    let sha256 = Sha256::digest(bytes);
    if let Some(report) = app.store.read(|db| known(db, &sha256))? {
        if let Some(name) = file.name {
            app.store.write(|db| call(db, app, by, &sha256, name))?;
        }
        return Ok(report);
    }
    let parsed = parse(bytes, file.accept_defects)?;
    let parsed = documents::resolve(app, parsed, &sha256, by)?;
    let attempt = || write(app, by, now, file, &sha256, &parsed);
    match attempt() {
        // Somebody else was importing at the same time; what they stored can be seen now.
        Err(error) if error.code() == Code::AlreadyExists => attempt(),
        other => other,
    }
}

/// Says what a file is called that was imported without a name: for whoever imported it, and for the operator.
fn call(db: &mut Db, app: &App, by: By<'_>, sha256: &[u8], name: &str) -> Result<()> {
    let actor = require(db, app, by, Action::CatalogueImport)?;
    let Some(source) = sources::by_hash(db, sha256)? else {
        return Ok(());
    };
    if matches!(actor, Actor::Operator) || source.imported_by.as_deref() == actor.id() {
        sources::name(db, &source.id, name)?;
    }
    Ok(())
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
    file: ImportFile<'_>,
    sha256: &[u8],
    parsed: &Parsed,
) -> Result<ImportReport> {
    let bytes = file.bytes;
    app.store.write(|db| {
        let actor = require(db, app, by, Action::CatalogueImport)?;
        if let Some(report) = known(db, sha256)? {
            return Ok(report);
        }
        let trust = Trust {
            for_all: matches!(actor, Actor::Operator) || is_official(bytes, sha256),
            user_id: actor.id(),
        };
        let stored = store(db, now, parsed, sha256, trust)?;
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
            file_name: file.name,
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

fn is_official(bytes: &[u8], sha256: &[u8]) -> bool {
    let is_one = |hash: &[u8]| OFFICIAL_FILES.contains(&hex::encode(hash).as_str());
    if is_one(sha256) {
        return true;
    }
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
    is_one(&hash.finalize())
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
            Parsed::CrossTable(_) => (SourceKind::CrossTable, None, Vec::new()),
            Parsed::Checklist(_) => (SourceKind::Checklist, None, Vec::new()),
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
            Parsed::Kompendium(_) | Parsed::CrossTable(_) | Parsed::Checklist(_) => None,
            Parsed::Oscal(document, _) | Parsed::Profile(document, ..) => {
                Some(document.tree().uuid())
            }
        }
    }
}

/// A file that cannot be read, in the words of its reader.
fn unreadable(error: &dyn std::fmt::Display) -> Error {
    unfit(vec![error.to_string()])
}

/// A file that cannot be taken, for each of these reasons.
fn unfit(reasons: Vec<String>) -> Error {
    // A file may say anything, at any length; its reader may repeat it.
    let faults = reasons.into_iter().map(|reason| {
        let reason: String = reason.chars().take(300).collect();
        Fault::new("", FaultCode::Unreadable).arg("value", reason)
    });
    Error::new(Code::Invalid).faults(faults.collect())
}

fn parse(bytes: &[u8], accept_defects: bool) -> Result<Parsed> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match detect::kind(bytes) {
        Kind::Docbook => {
            let xml = std::str::from_utf8(text).map_err(|error| unreadable(&error))?;
            let book = docbook::read(xml).map_err(|error| unreadable(&error))?;
            Ok(Parsed::Kompendium(Box::new(book)))
        }
        Kind::CrossTable => {
            let table = crossref::read(bytes).map_err(|error| unreadable(&error))?;
            Ok(Parsed::CrossTable(table))
        }
        Kind::Checklist => {
            let list = checklist::read(bytes).map_err(|error| unreadable(&error))?;
            Ok(Parsed::Checklist(list))
        }
        Kind::Oscal(_) => {
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
        Kind::Facts => Err(unreadable(
            &"it is a facts file; the facts of Edition 2023 come with the program",
        )),
        Kind::Unknown { reason } => Err(unreadable(&reason)),
    }
}

/// What has been stored.
struct Stored {
    catalogue: Option<Catalogue>,
    counts: Value,
    warnings: Vec<String>,
    maps: Vec<Map>,
}

/// How far a file is to be believed.
#[derive(Clone, Copy)]
struct Trust<'a> {
    /// It may say something for all institutions.
    for_all: bool,
    /// Who brings it; none: the operator.
    user_id: Option<&'a str>,
}

fn store(
    db: &mut Db,
    now: DateTime<Utc>,
    parsed: &Parsed,
    sha256: &[u8],
    trust: Trust<'_>,
) -> Result<Stored> {
    match parsed {
        Parsed::Kompendium(book) => kompendium::store(db, now, book, sha256, trust.for_all),
        Parsed::CrossTable(table) => workbooks::cross_table(db, table, trust),
        Parsed::Checklist(list) => workbooks::checklist(db, list, trust),
        Parsed::Profile(document, _, resolved) => {
            documents::profile(db, now, document, resolved, sha256)
        }
        Parsed::Oscal(document, _) => documents::store(db, now, document, sha256),
    }
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
