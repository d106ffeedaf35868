//! Files that catalogues were made from or got something from: each is read once and never changes.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::domain::catalogue::SourceKind;
use crate::error::Result;
use crate::store::db::Db;
use crate::store::new_id;
use crate::store::schema::{catalogue_maps, catalogue_requirements, catalogue_sources, catalogues};
use crate::store::types::stored;

/// A file that was imported.
#[derive(Debug, Clone, Queryable)]
pub struct Source {
    /// Id.
    pub id: String,
    /// Catalogue that it made or belongs to; a component definition belongs to none.
    pub catalogue_id: Option<String>,
    /// Kind.
    pub kind: SourceKind,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// Size.
    pub bytes: i32,
    /// What was in it, as JSON.
    pub counts: String,
    /// What was odd, as JSON.
    pub warnings: String,
    /// Defects it was let in with, as JSON.
    pub defects: String,
    /// When (UTC).
    pub imported_at: NaiveDateTime,
    /// What it was called, where that is known.
    pub file_name: Option<String>,
    /// User id of whoever imported it; none: the operator.
    pub imported_by: Option<String>,
}

/// A file that is imported now.
#[derive(Debug)]
pub struct NewSource<'a> {
    /// Catalogue that it made or belongs to.
    pub catalogue_id: Option<&'a str>,
    /// Kind.
    pub kind: SourceKind,
    /// SHA-256 of its bytes.
    pub sha256: &'a [u8],
    /// Size.
    pub bytes: i32,
    /// What was in it, as JSON.
    pub counts: String,
    /// What was odd, as JSON.
    pub warnings: String,
    /// Defects it was let in with, as JSON.
    pub defects: String,
    /// The file itself, where all of it has to be kept.
    pub document: Option<&'a [u8]>,
    /// UUID of the document, by which others refer to it.
    pub document_uuid: Option<&'a str>,
    /// User id; none for the operator.
    pub imported_by: Option<&'a str>,
    /// What the file was called, where that is known.
    pub file_name: Option<&'a str>,
}

/// Adds a file.
///
/// # Errors
/// `already_exists` when the same bytes are there.
pub fn add(db: &mut Db, now: DateTime<Utc>, new: &NewSource<'_>) -> Result<String> {
    let id = new_id(now);
    diesel::insert_into(catalogue_sources::table)
        .values((
            catalogue_sources::id.eq(&id),
            catalogue_sources::catalogue_id.eq(new.catalogue_id),
            catalogue_sources::kind.eq(new.kind),
            catalogue_sources::sha256.eq(new.sha256),
            catalogue_sources::bytes.eq(new.bytes),
            catalogue_sources::counts.eq(&new.counts),
            catalogue_sources::warnings.eq(&new.warnings),
            catalogue_sources::defects.eq(&new.defects),
            catalogue_sources::document.eq(new.document),
            catalogue_sources::document_uuid.eq(new.document_uuid),
            catalogue_sources::imported_by.eq(new.imported_by),
            catalogue_sources::imported_at.eq(stored(now)),
            catalogue_sources::file_name.eq(new.file_name),
        ))
        .execute(db)?;
    Ok(id)
}

type Columns = (
    catalogue_sources::id,
    catalogue_sources::catalogue_id,
    catalogue_sources::kind,
    catalogue_sources::sha256,
    catalogue_sources::bytes,
    catalogue_sources::counts,
    catalogue_sources::warnings,
    catalogue_sources::defects,
    catalogue_sources::imported_at,
    catalogue_sources::file_name,
    catalogue_sources::imported_by,
);

const COLUMNS: Columns = (
    catalogue_sources::id,
    catalogue_sources::catalogue_id,
    catalogue_sources::kind,
    catalogue_sources::sha256,
    catalogue_sources::bytes,
    catalogue_sources::counts,
    catalogue_sources::warnings,
    catalogue_sources::defects,
    catalogue_sources::imported_at,
    catalogue_sources::file_name,
    catalogue_sources::imported_by,
);

/// The file with these bytes, if it is there.
pub fn by_hash(db: &mut Db, sha256: &[u8]) -> Result<Option<Source>> {
    Ok(catalogue_sources::table
        .filter(catalogue_sources::sha256.eq(sha256))
        .select(COLUMNS)
        .first(db)
        .optional()?)
}

/// Files of a catalogue, oldest first.
pub fn of_catalogue(db: &mut Db, catalogue_id: &str) -> Result<Vec<Source>> {
    Ok(catalogue_sources::table
        .filter(catalogue_sources::catalogue_id.eq(catalogue_id))
        .order((catalogue_sources::imported_at, catalogue_sources::id))
        .select(COLUMNS)
        .load(db)?)
}

/// All files, each with the key of its catalogue, oldest first, after an id: ids grow with time.
pub fn page(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<(Source, Option<String>)>> {
    let mut query = catalogue_sources::table
        .left_join(catalogues::table)
        .order(catalogue_sources::id)
        .select((COLUMNS, catalogues::key.nullable()))
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(catalogue_sources::id.gt(after));
    }
    Ok(query.load(db)?)
}

/// The newest mapping collection that leads from requirements of a catalogue, if there is one: of the operator, of
/// a user, or with one of these hashes.
pub fn newest_mapping(
    db: &mut Db,
    catalogue_id: &str,
    user_id: Option<&str>,
    hashes: &[Vec<u8>],
) -> Result<Option<Source>> {
    let requirements = catalogue_requirements::table
        .filter(catalogue_requirements::catalogue_id.eq(catalogue_id))
        .select(catalogue_requirements::id);
    let leads_from_there = catalogue_maps::table
        .filter(catalogue_maps::source_id.eq(catalogue_sources::id))
        .filter(catalogue_maps::requirement_id.eq_any(requirements));
    let known = catalogue_sources::sha256.eq_any(hashes.iter().map(Vec::as_slice));
    let of_operator = catalogue_sources::imported_by.is_null();
    let mut query = catalogue_sources::table
        .filter(catalogue_sources::kind.eq(SourceKind::OscalMapping))
        .filter(exists(leads_from_there))
        .order((
            catalogue_sources::imported_at.desc(),
            catalogue_sources::id.desc(),
        ))
        .select(COLUMNS)
        .into_boxed();
    query = match user_id {
        Some(user) => {
            let own = catalogue_sources::imported_by.assume_not_null().eq(user);
            query.filter(of_operator.or(known).or(own))
        }
        None => query.filter(of_operator.or(known)),
    };
    Ok(query.first(db).optional()?)
}

/// Says what a file is called of which that was not known.
pub fn name(db: &mut Db, id: &str, file_name: &str) -> Result<()> {
    diesel::update(catalogue_sources::table.find(id))
        .filter(catalogue_sources::file_name.is_null())
        .set(catalogue_sources::file_name.eq(file_name))
        .execute(db)?;
    Ok(())
}

/// A file that was kept as a whole, without what is in it.
#[derive(Debug, Clone, Queryable)]
pub struct Kept {
    /// Id.
    pub id: String,
    /// UUID of the document.
    pub document_uuid: Option<String>,
    /// What it was called, where that is known.
    pub file_name: Option<String>,
    /// User id of whoever imported it; none: the operator.
    pub imported_by: Option<String>,
}

/// Files of the given kinds that were kept as a whole, oldest first.
pub fn kept(db: &mut Db, kinds: &[SourceKind]) -> Result<Vec<Kept>> {
    Ok(catalogue_sources::table
        .filter(catalogue_sources::kind.eq_any(kinds))
        .filter(catalogue_sources::document.is_not_null())
        .order((catalogue_sources::imported_at, catalogue_sources::id))
        .select((
            catalogue_sources::id,
            catalogue_sources::document_uuid,
            catalogue_sources::file_name,
            catalogue_sources::imported_by,
        ))
        .load(db)?)
}

/// What is in a file that was kept.
pub fn document(db: &mut Db, id: &str) -> Result<Vec<u8>> {
    Ok(catalogue_sources::table
        .find(id)
        .select(catalogue_sources::document.assume_not_null())
        .first(db)?)
}
