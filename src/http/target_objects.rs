//! Target objects.

use actix_web::http::header;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::target_objects::{
    self, TargetObjectInput, TargetObjectPatch, TargetObjectView,
};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TargetObjectParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of target objects by key.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetObjectPage {
    /// The target objects.
    items: Vec<TargetObjectView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// What measures protect: processes, applications, systems, networks, rooms.
#[utoipa::path(tag = "target_object", operation_id = "list_target_objects", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), TargetObjectParams),
    responses((status = 200, description = "A page of target objects", body = TargetObjectPage), ReadProblems))]
#[get("/institutions/{institution}/target-objects")]
pub async fn list_target_objects(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<TargetObjectParams>,
) -> Result<HttpResponse> {
    let limit = page::limit(params.0.limit)?;
    let after = page::text("cursor", page::place(params.0.cursor.as_deref())?)?;
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            target_objects::list(app, by, &path, after.as_deref(), page::rows(limit))
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.key.clone())?;
    Ok(HttpResponse::Ok().json(TargetObjectPage { items, next_cursor }))
}

/// A new target object. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "target_object", operation_id = "create_target_object", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = TargetObjectInput,
    responses((status = 201, description = "Created", body = TargetObjectView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the target object"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/target-objects")]
pub async fn create_target_object(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<TargetObjectInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/target-objects");
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            target_objects::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let object = created.body;
    let key: String = url::form_urlencoded::byte_serialize(object.key.as_bytes()).collect();
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, object.etag()))
        .insert_header((header::LOCATION, format!("{location}/{key}")))
        .json(object))
}

/// One target object.
#[utoipa::path(tag = "target_object", operation_id = "get_target_object", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("target_object" = String, Path, description = "Key", example = "S-017")),
    responses((status = 200, description = "Target object", body = TargetObjectView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/target-objects/{target_object}")]
pub async fn get_target_object(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, key) = path.into_inner();
    let found = app
        .blocking(move |app| target_objects::read(app, By::Caller(&caller), &institution, &key))
        .await?;
    Ok(versioned(found))
}

/// Change a target object.
#[utoipa::path(tag = "target_object", operation_id = "update_target_object", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("target_object" = String, Path, description = "Key", example = "S-017"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = TargetObjectPatch,
    responses((status = 200, description = "Target object as it is now", body = TargetObjectView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/target-objects/{target_object}")]
pub async fn update_target_object(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<TargetObjectPatch>,
) -> Result<HttpResponse> {
    let (institution, key) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            target_objects::update(app, by, &institution, &key, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

fn versioned(object: TargetObjectView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, object.etag()))
        .json(object)
}
