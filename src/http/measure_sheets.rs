//! Tables of measures: taking them out, bringing them in.

use std::fs::File;
use std::future::{Ready, ready};
use std::io::{self, Read as _};

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, get, post, web};
use futures_util::stream::{Stream, try_unfold};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::extract::{Query, TableUpload};
use super::measure_lists::{self, FilterParams, PageParams};
use super::openapi::{CreateProblems, ReadProblems};
use super::page;
use crate::actions::measures::{self, ImportReport, ListQuery};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::fault::Fault;
use crate::error::{Code, Error, FaultCode, Result};
use crate::sheet::Format;

/// Path of tables that are taken out.
pub const EXPORT: &str = "/institutions/{institution}/measures/export";
/// Path of tables that are brought in.
pub const IMPORT: &str = "/institutions/{institution}/measures/import";

/// Bytes of a file that are sent at a time.
const PIECE: usize = 64 * 1024;

/// The filters and the order of a list without its pages, and the kind of the file.
#[derive(Debug)]
pub struct ExportParams {
    format: Format,
    query: ListQuery,
    /// As they were given.
    filters: Value,
}

/// The kind of the file, which a list does not have.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "for the OpenAPI document")]
struct FormatParams {
    /// `csv` (semicolons, UTF-8 with a mark) if left out.
    #[param(inline)]
    format: Option<Format>,
}

/// Parameters of a list that a table does not have.
const OF_PAGES: [&str; 3] = ["limit", "cursor", "fields"];

impl IntoParams for ExportParams {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = FormatParams::into_params(&place);
        let of_list = FilterParams::into_params(&place).into_iter();
        let of_list = of_list.chain(PageParams::into_params(&place));
        all.extend(of_list.filter(|parameter| !OF_PAGES.contains(&parameter.name.as_str())));
        all
    }
}

impl FromRequest for ExportParams {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(export_params(request.query_string()))
    }
}

fn export_params(text: &str) -> Result<ExportParams> {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let (formats, of_list): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name == "format");
    if let Some((name, _)) = of_list.iter().find(|(name, _)| OF_PAGES.contains(&&**name)) {
        let fault = Fault::new(format!("?{name}"), FaultCode::UnknownField).arg("value", name);
        return Err(Error::new(Code::Malformed).faults(vec![fault]));
    }
    let mut words = Vec::new();
    for (_, word) in &formats {
        words.extend(page::words::<Format>("format", Some(word))?);
    }
    if words.len() > 1 {
        return Err(page::bad("?format", FaultCode::Duplicate, |fault| {
            fault.arg("value", "format")
        }));
    }
    let format = words.first().copied();
    let filters: Map<String, Value> = of_list
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_ref().into()))
        .collect();
    let rest = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&of_list)
        .finish();
    Ok(ExportParams {
        format: format.unwrap_or(Format::Csv),
        query: measure_lists::read(&rest)?.0,
        filters: Value::Object(filters),
    })
}

/// Measures that the caller may see, as a table: CSV (semicolons, UTF-8 with a mark) or XLSX. What a spreadsheet would
/// take for a formula has an apostrophe before it. Each export is recorded in the audit trail.
#[utoipa::path(tag = "measure", operation_id = "export_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ExportParams),
    responses((status = 200, description = "The table", content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("Content-Disposition" = String, description = "Name of the file"))), ReadProblems))]
#[get("/institutions/{institution}/measures/export")]
pub async fn export_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: ExportParams,
) -> Result<HttpResponse> {
    let format = params.format;
    let table = app
        .blocking(move |app| {
            let (query, filters) = (&params.query, &params.filters);
            measures::export(app, By::Caller(&caller), &path, query, format, filters)
        })
        .await?;
    let name = format!("attachment; filename=\"{}\"", table.name);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type(format.media_type())
        .body(SizedStream::new(table.bytes, pieces(table.file))))
}

/// A file piece by piece, read off the thread that answers requests.
fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    try_unfold(file, |mut file| async move {
        let read = web::block(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            io::Result::Ok((piece, file))
        });
        let (piece, file) = read.await.map_err(io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    })
}

/// How a table is taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// Only tell what would change; `false` if left out.
    dry_run: Option<bool>,
}

/// Bring a table of measures in: CSV or XLSX, which shows in its content. Each row is the measure of its reference, else
/// the one of its external key, else a new one; columns that are not there and measures that are not there stay as they
/// are. All of the file or nothing of it: every faulty cell is named in `errors`. The same file again changes nothing, so
/// it needs no `Idempotency-Key`, and none is taken.
#[utoipa::path(tag = "measure", operation_id = "import_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ImportParams),
    request_body(content = TableUpload, content_type = "application/octet-stream", description = "The file"),
    responses((status = 200, description = "What has changed, or would change", body = ImportReport), CreateProblems))]
#[post("/institutions/{institution}/measures/import")]
pub async fn import_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<ImportParams>,
    file: TableUpload,
) -> Result<HttpResponse> {
    let dry_run = params.0.dry_run.unwrap_or(false);
    let report = app
        .blocking(move |app| {
            let bytes = &file.0.bytes;
            measures::import(app, By::Caller(&caller), &path, bytes, dry_run)
        })
        .await?;
    Ok(HttpResponse::Ok().json(report))
}
