//! Filters of lists that people keep for themselves.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::{answer, measure_lists};
use crate::actions::filters::{self, FilterInput, FilterPatch, FilterView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::{Error, Result};

/// Somebody's filters.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilterList {
    /// By name.
    items: Vec<FilterView>,
}

/// The caller's own filters, all of them.
#[utoipa::path(tag = "measure", operation_id = "list_filters", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Filters", body = FilterList), ReadProblems))]
#[get("/institutions/{institution}/filters")]
pub async fn list_filters(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let items = app
        .blocking(move |app| filters::list(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(FilterList { items }))
}

/// Keep a filter. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "measure", operation_id = "create_filter", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = FilterInput,
    responses((status = 201, description = "Kept", body = FilterView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the filter"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/filters")]
pub async fn create_filter(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<FilterInput>,
) -> Result<HttpResponse> {
    readable(Some(&body.0.query))?;
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/filters");
    let created = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            filters::create(app, by, &institution, &body.0, key)
        })
        .await?;
    let filter = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, filter.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", filter.id)))
        .json(filter))
}

/// One of the caller's own filters.
#[utoipa::path(tag = "measure", operation_id = "get_filter", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("filter" = String, Path, description = "Id")),
    responses((status = 200, description = "Filter", body = FilterView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/filters/{filter}")]
pub async fn get_filter(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, filter) = path.into_inner();
    let found = app
        .blocking(move |app| filters::read(app, By::Caller(&caller), &institution, &filter))
        .await?;
    Ok(versioned(found))
}

/// Change a filter.
#[utoipa::path(tag = "measure", operation_id = "update_filter", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("filter" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = FilterPatch,
    responses((status = 200, description = "Filter as it is now", body = FilterView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/filters/{filter}")]
pub async fn update_filter(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<FilterPatch>,
) -> Result<HttpResponse> {
    readable(body.0.query.as_deref())?;
    let (institution, filter) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            filters::update(app, by, &institution, &filter, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

/// Give up a filter.
#[utoipa::path(tag = "measure", operation_id = "delete_filter", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("filter" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    responses((status = 204, description = "Gone"), ChangeProblems))]
#[delete("/institutions/{institution}/filters/{filter}")]
pub async fn delete_filter(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, filter) = path.into_inner();
    app.blocking(move |app| {
        filters::delete(app, By::Caller(&caller), &institution, &filter, &seen.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A filter is what the list itself can read; its complaints are the filter's.
fn readable(query: Option<&str>) -> Result<()> {
    let Some(query) = query else { return Ok(()) };
    measure_lists::check(query).map_err(|error| match error {
        Error::Problem(problem) => {
            let mut faults = problem.faults;
            for fault in &mut faults {
                fault.pointer = "/query".to_owned();
            }
            faults.into()
        }
        other @ Error::Internal { .. } => other,
    })
}

/// A filter with the ETag of its version.
fn versioned(filter: FilterView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, filter.etag()))
        .json(filter)
}
