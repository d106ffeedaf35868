//! Measures.

use actix_web::http::header;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::measures::view::{MeasureSummary, MeasureView};
use crate::actions::measures::{self, ListQuery, MeasureInput, MeasurePatch, StatusInput};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::measure::LinkKind;
use crate::error::{FaultCode, Result};
use crate::store::measures::{After, Sort};

/// Filters, order and page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MeasureParams {
    /// One of these statuses, separated by commas.
    #[param(example = "approved,in_progress")]
    status: Option<String>,
    /// Overdue, or not overdue.
    overdue: Option<bool>,
    /// Due on or after this day.
    due_from: Option<NaiveDate>,
    /// Due on or before this day.
    due_to: Option<NaiveDate>,
    /// Address of whoever is responsible; `me`, or `none` for nobody.
    owner: Option<String>,
    /// Organisational unit.
    org_unit: Option<String>,
    /// Programme key.
    programme: Option<String>,
    /// Linked to this module.
    #[param(example = "SYS.3.2.2")]
    module: Option<String>,
    /// Linked to a module of this layer.
    layer: Option<String>,
    /// Linked to this requirement or control, as a link is written: an id of Edition 2023, or another catalogue's key, a
    /// colon and the id.
    requirement: Option<String>,
    /// Only links of this kind count: `fulfils` or `applies`.
    link: Option<LinkKind>,
    /// One of these priorities, separated by commas.
    priority: Option<String>,
    /// Words in reference, title or description; case and umlauts do not matter.
    q: Option<String>,
    /// `due` (undated last), `-due`, `reference`, `-reference`.
    #[param(example = "due")]
    sort: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Place of a row; tied to the order that it was made for.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    sort: String,
    due: NaiveDate,
    seq: i64,
}

impl MeasureParams {
    pub(super) fn query(self) -> Result<(ListQuery, String)> {
        let name = self.sort.unwrap_or_else(|| "due".to_owned());
        let sort = match name.as_str() {
            "due" => Sort::Due,
            "-due" => Sort::DueDescending,
            "reference" => Sort::Reference,
            "-reference" => Sort::ReferenceDescending,
            _ => {
                let known = "due, -due, reference, -reference";
                return Err(page::bad("?sort", FaultCode::UnknownWord, |f| {
                    f.arg("value", &name).arg("known", known)
                }));
            }
        };
        let place: Option<Place> = page::place(self.cursor.as_deref())?;
        page::day("cursor", place.as_ref().map(|place| place.due))?;
        if place.as_ref().is_some_and(|place| place.sort != name) {
            return Err(page::bad("?cursor", FaultCode::Inconsistent, |fault| fault));
        }
        let query = ListQuery {
            status: page::words("status", self.status.as_deref())?,
            overdue: self.overdue,
            due_from: page::day("due_from", self.due_from)?,
            due_to: page::day("due_to", self.due_to)?,
            owner: page::text("owner", self.owner)?,
            org_unit: page::text("org_unit", self.org_unit)?,
            programme: page::text("programme", self.programme)?,
            module: page::text("module", self.module)?,
            layer: page::text("layer", self.layer)?,
            requirement: page::text("requirement", self.requirement)?,
            link: self.link,
            priority: priorities(self.priority.as_deref())?,
            text: page::text("q", self.q)?,
            sort,
            after: place.map(|place| After {
                due: place.due,
                seq: place.seq,
            }),
            limit: page::limit(self.limit)?,
        };
        Ok((query, name))
    }
}

fn priorities(text: Option<&str>) -> Result<Vec<i32>> {
    let parts = text
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let number = part.parse().ok().filter(|number| (1..=4).contains(number));
            number.ok_or_else(|| {
                page::bad("?priority", FaultCode::OutOfRange, |fault| {
                    fault.arg("min", 1).arg("max", 4)
                })
            })
        })
        .collect()
}

/// A page of measures.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasurePage {
    /// The measures.
    items: Vec<MeasureSummary>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Measures that the caller may see.
#[utoipa::path(tag = "measure", operation_id = "list_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), MeasureParams),
    responses((status = 200, description = "A page of measures", body = MeasurePage), ReadProblems))]
#[get("/institutions/{institution}/measures")]
pub async fn list_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<MeasureParams>,
) -> Result<HttpResponse> {
    let (query, sort) = params.0.query()?;
    let found = app
        .blocking(move |app| measures::list(app, By::Caller(&caller), &path, &query))
        .await?;
    let next = found.next.map(|after| {
        page::cursor(&Place {
            sort,
            due: after.due,
            seq: after.seq,
        })
    });
    Ok(HttpResponse::Ok().json(MeasurePage {
        items: found.items,
        next_cursor: next.transpose()?,
    }))
}

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
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007")),
    responses((status = 200, description = "Measure", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}")]
pub async fn get_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let found = app
        .blocking(move |app| measures::read(app, By::Caller(&caller), &institution, &measure))
        .await?;
    Ok(versioned(found))
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
