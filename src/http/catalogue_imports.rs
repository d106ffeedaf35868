//! Importing official files, and what was imported.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Query, Upload};
use super::openapi::{CreateProblems, ReadProblems};
use super::page;
use crate::actions::catalogue::{self, DefectView, ImportFile, ImportReport};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::catalogue::SourceKind;
use crate::error::{Error, Result};
use crate::store::catalogues::sources::Source;
use crate::store::types::from_json;

/// A file that a catalogue was made from or got something from.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    /// Kind.
    kind: SourceKind,
    /// SHA-256, hexadecimal.
    sha256: String,
    /// Size in bytes.
    bytes: i32,
    /// What was in it.
    counts: serde_json::Value,
    /// What was odd, with its place.
    warnings: Vec<String>,
    /// Defects it was let in with.
    defects: Vec<DefectView>,
    /// What it was called, where that is known.
    file_name: Option<String>,
    /// When it was imported.
    imported_at: DateTime<Utc>,
}

impl TryFrom<Source> for SourceView {
    type Error = Error;

    fn try_from(source: Source) -> Result<Self> {
        Ok(SourceView {
            kind: source.kind,
            sha256: hex::encode(&source.sha256),
            bytes: source.bytes,
            counts: from_json(&source.counts)?,
            warnings: from_json(&source.warnings)?,
            defects: from_json(&source.defects)?,
            file_name: source.file_name,
            imported_at: source.imported_at.and_utc(),
        })
    }
}

/// How a file is taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// Let a file in that breaks the schema of its format; its defects are recorded.
    accept_defects: Option<bool>,
    /// What the file is called: profiles name the files that they import. What it is shows in its content alone.
    #[param(example = "NIST_SP-800-53_rev5_catalog.json")]
    file_name: Option<String>,
}

/// Import an official file: the Kompendium as XML, its cross table or a checklist as xlsx, an OSCAL catalog, profile,
/// mapping collection or component definition as JSON. What it is shows in its content. The same bytes again change
/// nothing (200).
#[utoipa::path(tag = "catalogue", operation_id = "import_catalogue", security(("bearer" = [])),
    params(ImportParams),
    request_body(content = Upload, content_type = "application/octet-stream", description = "The file"),
    responses((status = 201, description = "Imported", body = ImportReport),
        (status = 200, description = "The same bytes were there", body = ImportReport), CreateProblems))]
#[post("/catalogues")]
pub async fn import_catalogue(
    app: web::Data<App>,
    caller: Caller,
    params: Query<ImportParams>,
    file: Upload,
) -> Result<HttpResponse> {
    let accept_defects = params.0.accept_defects.unwrap_or(false);
    let name = page::text("file_name", params.0.file_name)?;
    let report = app
        .blocking(move |app| {
            let file = ImportFile {
                bytes: &file.bytes,
                name: name.as_deref(),
                accept_defects,
            };
            catalogue::import(app, By::Caller(&caller), file)
        })
        .await?;
    Ok(if report.already_there {
        HttpResponse::Ok().json(report)
    } else {
        HttpResponse::Created().json(report)
    })
}

/// An imported file with the catalogue that it made or belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueFileView {
    /// The file.
    #[serde(flatten)]
    source: SourceView,
    /// Key of its catalogue; a mapping or a component definition has none of its own.
    catalogue: Option<String>,
}

/// A page of imported files.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueFilePage {
    /// The files, oldest first.
    items: Vec<CatalogueFileView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// All files that were imported, mappings and component definitions among them.
#[utoipa::path(tag = "catalogue", operation_id = "list_catalogue_files", security(("bearer" = [])), params(FileParams),
    responses((status = 200, description = "A page of files", body = CatalogueFilePage), ReadProblems))]
#[get("/catalogue-files")]
pub async fn list_catalogue_files(
    app: web::Data<App>,
    caller: Caller,
    params: Query<FileParams>,
) -> Result<HttpResponse> {
    let limit = page::limit(params.0.limit)?;
    let after = page::text("cursor", page::place(params.0.cursor.as_deref())?)?;
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| catalogue::files(app, By::Caller(&caller), after.as_deref(), rows))
        .await?;
    let (found, next_cursor) = page::cut(found, limit, |(source, _)| source.id.clone())?;
    let items: Result<Vec<CatalogueFileView>> = found
        .into_iter()
        .map(|(source, catalogue)| {
            Ok(CatalogueFileView {
                source: source.try_into()?,
                catalogue,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(CatalogueFilePage {
        items: items?,
        next_cursor,
    }))
}
