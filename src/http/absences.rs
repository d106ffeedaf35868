//! Absences.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::absences::{self, AbsenceInput, AbsenceView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AbsenceParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of absences, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsencePage {
    /// The absences.
    items: Vec<AbsenceView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Absences, the latest first: those of everybody for ISB, management and heads, else those in which the caller has a part.
#[utoipa::path(tag = "deadline", operation_id = "list_absences", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), AbsenceParams),
    responses((status = 200, description = "A page of absences", body = AbsencePage), ReadProblems))]
#[get("/institutions/{institution}/absences")]
pub async fn list_absences(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<AbsenceParams>,
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
            absences::list(app, by, &path, before, page::rows(limit))
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| (last.until, last.id.clone()))?;
    Ok(HttpResponse::Ok().json(AbsencePage { items, next_cursor }))
}

/// Enter an absence: for oneself, as the ISB for everybody, as a head for one's unit. With `Idempotency-Key`, the same request
/// again gets the first answer.
#[utoipa::path(tag = "deadline", operation_id = "create_absence", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = AbsenceInput,
    responses((status = 201, description = "Entered", body = AbsenceView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the absence"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/absences")]
pub async fn create_absence(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<AbsenceInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/absences");
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            absences::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let absence = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, absence.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", absence.id)))
        .json(absence))
}

/// One absence.
#[utoipa::path(tag = "deadline", operation_id = "get_absence", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("absence" = String, Path, description = "Id")),
    responses((status = 200, description = "Absence", body = AbsenceView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/absences/{absence}")]
pub async fn get_absence(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let found = app
        .blocking(move |app| absences::read(app, By::Caller(&caller), &institution, &id))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, found.etag()))
        .json(found))
}

/// Delete an absence.
#[utoipa::path(tag = "deadline", operation_id = "delete_absence", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("absence" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    responses((status = 204, description = "Gone"), ChangeProblems))]
#[delete("/institutions/{institution}/absences/{absence}")]
pub async fn delete_absence(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    app.blocking(move |app| absences::delete(app, By::Caller(&caller), &institution, &id, &seen.0))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
