//! Measures.

use actix_web::http::header;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::fields::{self, Fields};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::measures::view::{MeasureSummary, MeasureView};
use crate::actions::measures::{self, AsOf, MeasureInput, MeasurePatch, StatusInput};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::{FaultCode, Result};

/// A new measure, proposed. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "measure", operation_id = "create_measure", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = MeasureInput,
    responses((status = 201, description = "Created", body = MeasureView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the measure"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/measures")]
pub async fn create_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<MeasureInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/measures");
    let created = app
        .blocking(move |app| {
            measures::create(
                app,
                By::Caller(&caller),
                &institution,
                &body.0,
                key.0.as_deref(),
            )
        })
        .await?;
    let measure = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, measure.etag()))
        .insert_header((
            header::LOCATION,
            format!("{location}/{}", measure.summary.reference),
        ))
        .json(measure))
}

/// One measure, by reference or id.
#[utoipa::path(tag = "measure", operation_id = "get_measure", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"), MeasureReadParams),
    responses((status = 200, description = "Measure", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}")]
pub async fn get_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<MeasureReadParams>,
) -> Result<HttpResponse> {
    let fields = Fields::read(params.0.fields.as_deref(), || {
        let names = [
            fields::names::<MeasureSummary>(),
            fields::names::<MeasureView>(),
        ];
        names.concat()
    })?;
    let (institution, measure) = path.into_inner();
    let Some(text) = params.0.as_of else {
        let found = app
            .blocking(move |app| measures::read(app, By::Caller(&caller), &institution, &measure))
            .await?;
        let etag = found.etag();
        return Ok(HttpResponse::Ok()
            .insert_header((header::ETAG, etag))
            .json(fields.of(found)?));
    };
    let as_of: Option<AsOf> = text.parse().ok();
    let as_of = as_of.ok_or_else(|| {
        page::bad("?as_of", FaultCode::WrongType, |fault| {
            fault.arg("value", &text)
        })
    })?;
    let found = app
        .blocking(move |app| {
            measures::read_as_of(app, By::Caller(&caller), &institution, &measure, as_of)
        })
        .await?;
    // Nobody may change the past: there is no ETag to change it with.
    Ok(HttpResponse::Ok().json(fields.of(found)?))
}

/// What of a measure is asked for, and of when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MeasureReadParams {
    /// Only these top-level fields, separated by commas; id, reference and version always.
    #[param(example = "reference,title,due")]
    fields: Option<String>,
    /// An instant (RFC 3339), or a day: its end in Berlin. Not in the future.
    #[param(example = "2022-10-14")]
    as_of: Option<String>,
}

/// Change fields of a measure.
#[utoipa::path(tag = "measure", operation_id = "update_measure", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = MeasurePatch,
    responses((status = 200, description = "Measure as it is now", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/measures/{measure}")]
pub async fn update_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<MeasurePatch>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            measures::update(
                app,
                By::Caller(&caller),
                &institution,
                &measure,
                &seen.0,
                &body.0,
            )
        })
        .await?;
    Ok(versioned(changed))
}

/// Take a step: approve, start, block, report done, verify, …
#[utoipa::path(tag = "measure", operation_id = "change_measure_status", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = StatusInput,
    responses((status = 200, description = "Measure as it is now", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/status")]
pub async fn change_measure_status(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<StatusInput>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            measures::change_status(
                app,
                By::Caller(&caller),
                &institution,
                &measure,
                &seen.0,
                &body.0,
                key.0.as_deref(),
            )
        })
        .await?;
    let mut response = versioned(changed.body);
    answer::mark(response.headers_mut(), changed.replayed);
    Ok(response)
}

/// A measure with the ETag of its version.
pub(super) fn versioned(measure: MeasureView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, measure.etag()))
        .json(measure)
}
