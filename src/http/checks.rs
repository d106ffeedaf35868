//! The Grundschutz check: the status of requirements.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::checks::{self, CheckInput, CheckView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::requirement_check::Assessment;
use crate::error::Result;
use crate::store::requirement_checks::{After, Filter};

/// Which checks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckParams {
    /// Of one module.
    #[param(example = "SYS.3.2.2")]
    module: Option<String>,
    /// One of these statuses counts, separated by commas: `no` finds those that have fallen back to it as well.
    #[param(example = "no,partial")]
    status: Option<String>,
    /// At the target object of this key.
    #[param(example = "S-017")]
    target_object: Option<String>,
    /// Of one requirement.
    #[param(example = "SYS.3.2.2.A1")]
    requirement: Option<String>,
    /// Of requirements of one of these levels, separated by commas.
    #[param(example = "basic")]
    level: Option<String>,
    /// Assessed more than twelve months ago, or not.
    stale: Option<bool>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Catalogue, place in it, target object of the last row.
type Place = (Uuid, i32, Option<Uuid>);

impl CheckParams {
    fn read(self) -> Result<(Filter, Option<After>, usize)> {
        let place: Option<Place> = page::place(self.cursor.as_deref())?;
        let after = place.map(|(catalogue, position, object)| After {
            catalogue_id: catalogue.to_string(),
            position,
            target_key: object.map(|id| id.to_string()).unwrap_or_default(),
        });
        let filter = Filter {
            id: None,
            requirement: page::text("requirement", self.requirement)?,
            module: page::text("module", self.module)?,
            level: page::words("level", self.level.as_deref())?,
            status: page::words("status", self.status.as_deref())?,
            target_object: page::text("target_object", self.target_object)?,
            stale: self.stale,
        };
        Ok((filter, after, page::limit(self.limit)?))
    }
}

/// A page of checks in the order of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckPage {
    /// The checks.
    items: Vec<CheckView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// How far requirements are met, as far as the caller may see it.
#[utoipa::path(tag = "check", operation_id = "list_checks", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), CheckParams),
    responses((status = 200, description = "A page of checks", body = CheckPage), ReadProblems))]
#[get("/institutions/{institution}/checks")]
pub async fn list_checks(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<CheckParams>,
) -> Result<HttpResponse> {
    let (filter, after, limit) = params.0.read()?;
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            checks::list(app, by, &path, &filter, after.as_ref(), limit)
        })
        .await?;
    let next_cursor = found.next.map(|after| {
        let object = Some(after.target_key).filter(|key| !key.is_empty());
        page::cursor(&(after.catalogue_id, after.position, object))
    });
    Ok(HttpResponse::Ok().json(CheckPage {
        items: found.items,
        next_cursor: next_cursor.transpose()?,
    }))
}

/// Check a requirement for the first time. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "check", operation_id = "create_check", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = CheckInput,
    responses((status = 201, description = "Checked", body = CheckView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the check"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/checks")]
pub async fn create_check(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<CheckInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/checks");
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            checks::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let check = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, check.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", check.id)))
        .json(check))
}

/// One check.
#[utoipa::path(tag = "check", operation_id = "get_check", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("check" = String, Path, description = "Id")),
    responses((status = 200, description = "Check", body = CheckView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/checks/{check}")]
pub async fn get_check(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, check) = path.into_inner();
    let found = app
        .blocking(move |app| checks::read(app, By::Caller(&caller), &institution, &check))
        .await?;
    Ok(versioned(found))
}

/// Check a requirement anew. What was found before is replaced as a whole; a field that is left out is empty.
#[utoipa::path(tag = "check", operation_id = "replace_check", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("check" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = Assessment,
    responses((status = 200, description = "Check as it is now", body = CheckView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[put("/institutions/{institution}/checks/{check}")]
pub async fn replace_check(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<Assessment>,
) -> Result<HttpResponse> {
    let (institution, check) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            checks::replace(app, by, &institution, &check, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

/// Approve, as the management, that a basic requirement is dispensable.
#[utoipa::path(tag = "check", operation_id = "approve_check_dispensable", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("check" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    responses((status = 200, description = "Check as it is now", body = CheckView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/checks/{check}/approve")]
pub async fn approve_check_dispensable(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, check) = path.into_inner();
    let approved = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            checks::approve_dispensable(app, by, &institution, &check, &seen.0)
        })
        .await?;
    Ok(versioned(approved))
}

/// A check with the ETag of its version.
fn versioned(check: CheckView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, check.etag()))
        .json(check)
}
