//! Requests for new due dates of measures.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::measures::{
    self, DecisionInput, PostponementInput, PostponementQuery, PostponementView,
};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostponementParams {
    /// In one of these states, separated by commas; `pending` is what waits for a decision.
    #[param(example = "pending")]
    state: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PostponementParams {
    fn query(self) -> Result<(PostponementQuery, usize)> {
        let limit = page::limit(self.limit)?;
        let before: Option<Uuid> = page::place(self.cursor.as_deref())?;
        let query = PostponementQuery {
            states: page::words("state", self.state.as_deref())?,
            before: before.map(|id| id.to_string()),
            limit: page::rows(limit),
        };
        Ok((query, limit))
    }
}

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostponementPage {
    /// The requests, newest first.
    items: Vec<PostponementView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

impl PostponementPage {
    fn new(found: Vec<PostponementView>, limit: usize) -> Result<Self> {
        let (items, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
        Ok(PostponementPage { items, next_cursor })
    }
}

/// Requests for new due dates of the measures that the caller may see.
#[utoipa::path(tag = "measure", operation_id = "list_postponements", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), PostponementParams),
    responses((status = 200, description = "A page of requests", body = PostponementPage), ReadProblems))]
#[get("/institutions/{institution}/postponements")]
pub async fn list_postponements(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<PostponementParams>,
) -> Result<HttpResponse> {
    let (query, limit) = params.0.query()?;
    let found = app
        .blocking(move |app| measures::list_postponements(app, By::Caller(&caller), &path, &query))
        .await?;
    Ok(HttpResponse::Ok().json(PostponementPage::new(found, limit)?))
}

/// Requests for new due dates of one measure.
#[utoipa::path(tag = "measure", operation_id = "list_measure_postponements", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"), PostponementParams),
    responses((status = 200, description = "A page of requests", body = PostponementPage), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/postponements")]
pub async fn list_measure_postponements(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<PostponementParams>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let (query, limit) = params.0.query()?;
    let found = app
        .blocking(move |app| {
            measures::postponements_of(app, By::Caller(&caller), &institution, &measure, &query)
        })
        .await?;
    Ok(HttpResponse::Ok().json(PostponementPage::new(found, limit)?))
}

/// Ask for a new due date. It holds once it is approved. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "measure", operation_id = "request_measure_postponement", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = PostponementInput,
    responses((status = 201, description = "Asked for", body = PostponementView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the request"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/measures/{measure}/postponements")]
pub async fn request_measure_postponement(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<PostponementInput>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/measures");
    let made = app
        .blocking(move |app| {
            measures::request_postponement(
                app,
                By::Caller(&caller),
                &institution,
                &measure,
                &body.0,
                key.0.as_deref(),
            )
        })
        .await?;
    let request = made.body;
    let location = format!(
        "{location}/{}/postponements/{}",
        request.measure, request.id
    );
    Ok(answer::created(made.replayed)
        .insert_header((header::ETAG, request.etag()?))
        .insert_header((header::LOCATION, location))
        .json(request))
}

/// One request for a new due date.
#[utoipa::path(tag = "measure", operation_id = "get_measure_postponement", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("postponement" = String, Path, description = "Id")),
    responses((status = 200, description = "Request", body = PostponementView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/postponements/{postponement}")]
pub async fn get_measure_postponement(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, measure, id) = path.into_inner();
    let found = app
        .blocking(move |app| {
            measures::read_postponement(app, By::Caller(&caller), &institution, &measure, &id)
        })
        .await?;
    versioned(&found)
}

/// Approve or refuse a request for a new due date.
#[utoipa::path(tag = "measure", operation_id = "decide_measure_postponement", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("postponement" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag of the request that was read")),
    request_body = DecisionInput,
    responses((status = 200, description = "Request as it is now", body = PostponementView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/postponements/{postponement}/decision")]
pub async fn decide_measure_postponement(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<DecisionInput>,
) -> Result<HttpResponse> {
    let (institution, measure, id) = path.into_inner();
    let decided = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::decide_postponement(app, by, &institution, &measure, &id, &seen.0, &body.0)
        })
        .await?;
    versioned(&decided)
}

/// Take back one's own request for a new due date.
#[utoipa::path(tag = "measure", operation_id = "withdraw_measure_postponement", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("postponement" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag of the request that was read")),
    responses((status = 200, description = "Request as it is now", body = PostponementView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/postponements/{postponement}/withdrawal")]
pub async fn withdraw_measure_postponement(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, measure, id) = path.into_inner();
    let withdrawn = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::withdraw_postponement(app, by, &institution, &measure, &id, &seen.0)
        })
        .await?;
    versioned(&withdrawn)
}

/// A request with its ETag.
fn versioned(request: &PostponementView) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, request.etag()?))
        .json(request))
}
