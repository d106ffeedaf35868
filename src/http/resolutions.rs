//! Resolutions.

use actix_web::http::header;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::resolutions::{self, ResolutionInput, ResolutionPatch, ResolutionView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResolutionParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of resolutions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolutionPage {
    /// The resolutions.
    items: Vec<ResolutionView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Resolutions, newest first; the council sees those of public sittings.
#[utoipa::path(tag = "programme", operation_id = "list_resolutions", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ResolutionParams),
    responses((status = 200, description = "A page of resolutions", body = ResolutionPage), ReadProblems))]
#[get("/institutions/{institution}/resolutions")]
pub async fn list_resolutions(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<ResolutionParams>,
) -> Result<HttpResponse> {
    let limit = page::limit(params.0.limit)?;
    let before: Option<(NaiveDate, String)> = page::place(params.0.cursor.as_deref())?;
    let before = match before {
        Some((day, id)) => page::day("cursor", Some(day))?.zip(page::text("cursor", Some(id))?),
        None => None,
    };
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            resolutions::list(app, by, &path, before, page::rows(limit))
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| (last.date, last.id.clone()))?;
    Ok(HttpResponse::Ok().json(ResolutionPage { items, next_cursor }))
}

/// A new resolution. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "programme", operation_id = "create_resolution", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = ResolutionInput,
    responses((status = 201, description = "Created", body = ResolutionView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the resolution"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/resolutions")]
pub async fn create_resolution(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<ResolutionInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/resolutions");
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            resolutions::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let resolution = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, resolution.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", resolution.id)))
        .json(resolution))
}

/// One resolution.
#[utoipa::path(tag = "programme", operation_id = "get_resolution", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("resolution" = String, Path, description = "Id")),
    responses((status = 200, description = "Resolution", body = ResolutionView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/resolutions/{resolution}")]
pub async fn get_resolution(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let found = app
        .blocking(move |app| resolutions::read(app, By::Caller(&caller), &institution, &id))
        .await?;
    Ok(versioned(found))
}

/// Change a resolution, such as what came of it.
#[utoipa::path(tag = "programme", operation_id = "update_resolution", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("resolution" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = ResolutionPatch,
    responses((status = 200, description = "Resolution as it is now", body = ResolutionView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/resolutions/{resolution}")]
pub async fn update_resolution(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<ResolutionPatch>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            resolutions::update(app, by, &institution, &id, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

fn versioned(resolution: ResolutionView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, resolution.etag()))
        .json(resolution)
}
