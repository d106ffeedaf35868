//! Deadlines of every kind: their list, those that are set, completions and pauses.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use crate::actions::deadlines::{
    self, CompletionInput, CompletionView, DeadlineView, ListQuery, PauseInput, PauseView, Place,
    SetDeadlineInput, SetDeadlinePatch, Whose,
};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// What the list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadlineParams {
    /// In one of these states, separated by commas: `due_soon`, `due_today`, `overdue`, `start_missed`, `stalled`, `blocked`,
    /// `verification_overdue`, `review_due`, `check_stale`, `acceptance_expiring`, `acceptance_expired`, `evidence_expiring`,
    /// `evidence_expired`, `over_budget`, `undated`, `unowned`. Measures without a date come with the last three only.
    #[param(example = "overdue,blocked")]
    state: Option<String>,
    /// Of one of these kinds, separated by commas: `implementation`, `start`, `verification`, `review`, `gs_check_refresh`,
    /// `risk_acceptance`, `exception`, `evidence`, `council_report`, `duty`, `management_report`, `is_revision`, `audit`,
    /// `audit_finding`, `budget_milestone`, `post_start`, `legal`.
    #[param(example = "implementation")]
    kind: Option<String>,
    /// Due on or after.
    from: Option<NaiveDate>,
    /// Due on or before.
    to: Option<NaiveDate>,
    /// Only what they answer for, in person or by a role where no person does: an address, or `me`.
    #[param(example = "me")]
    owner: Option<String>,
    /// Only of this unit.
    org_unit: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of deadlines, the earliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlinePage {
    /// The deadlines.
    items: Vec<DeadlineView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Deadlines of every kind in one list, by date; of what the caller may see.
#[utoipa::path(tag = "deadline", operation_id = "list_deadlines", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), DeadlineParams),
    responses((status = 200, description = "A page of deadlines", body = DeadlinePage), ReadProblems))]
#[get("/institutions/{institution}/deadlines")]
pub async fn list_deadlines(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<DeadlineParams>,
) -> Result<HttpResponse> {
    let limit = page::limit(params.0.limit)?;
    let query = read(params.0, limit)?;
    let found = app
        .blocking(move |app| deadlines::list(app, By::Caller(&caller), &path, &query))
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |(place, _)| place.clone())?;
    let items = items.into_iter().map(|(_, deadline)| deadline).collect();
    Ok(HttpResponse::Ok().json(DeadlinePage { items, next_cursor }))
}

fn read(params: DeadlineParams, limit: usize) -> Result<ListQuery> {
    let after: Option<Place> = page::place(params.cursor.as_deref())?;
    if let Some(place) = &after {
        page::day("cursor", Some(place.due))?;
        page::day("cursor", Some(place.stored))?;
        page::text("cursor", Some(place.id.clone()))?;
    }
    let owner = page::text("owner", params.owner)?.map(|owner| match owner.as_str() {
        "me" => Whose::Own,
        _ => Whose::Address(owner),
    });
    Ok(ListQuery {
        states: page::words("state", params.state.as_deref())?,
        kinds: page::words("kind", params.kind.as_deref())?,
        from: page::day("from", params.from)?,
        to: page::day("to", params.to)?,
        owner,
        org_unit: page::text("org_unit", params.org_unit)?,
        after,
        limit: limit + 1,
    })
}

/// Set a deadline that nothing else has. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "deadline", operation_id = "create_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = SetDeadlineInput,
    responses((status = 201, description = "Set", body = DeadlineView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the deadline"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/deadlines")]
pub async fn create_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<SetDeadlineInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            deadlines::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let deadline = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, deadline.etag()?))
        .insert_header((header::LOCATION, deadline.link.clone()))
        .json(deadline))
}

/// One deadline that still runs, of whatever kind.
#[utoipa::path(tag = "deadline", operation_id = "get_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("deadline" = String, Path, description = "Id")),
    responses((status = 200, description = "Deadline", body = DeadlineView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/deadlines/{deadline}")]
pub async fn get_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let found = app
        .blocking(move |app| deadlines::read(app, By::Caller(&caller), &institution, &id))
        .await?;
    tagged(&found)
}

/// Change a deadline that was set.
#[utoipa::path(tag = "deadline", operation_id = "update_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("deadline" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read")),
    request_body = SetDeadlinePatch,
    responses((status = 200, description = "Deadline as it is now", body = DeadlineView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/deadlines/{deadline}")]
pub async fn update_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<SetDeadlinePatch>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            deadlines::update(app, by, &institution, &id, &seen.0, &body.0)
        })
        .await?;
    tagged(&changed)
}

/// Remove a deadline that was set.
#[utoipa::path(tag = "deadline", operation_id = "delete_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("deadline" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read")),
    responses((status = 204, description = "Gone"), ChangeProblems))]
#[delete("/institutions/{institution}/deadlines/{deadline}")]
pub async fn delete_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    app.blocking(move |app| {
        deadlines::remove(app, By::Caller(&caller), &institution, &id, &seen.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Say that the date was met: of a deadline that was set (what comes again moves to its next date), or one date of a
/// programme's duty. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "deadline", operation_id = "complete_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("deadline" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = CompletionInput,
    responses((status = 201, description = "Noted", body = CompletionView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), ChangeProblems))]
#[post("/institutions/{institution}/deadlines/{deadline}/completion")]
pub async fn complete_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<CompletionInput>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let noted = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            deadlines::complete(app, by, &institution, &id, &seen.0, &body.0, key)
        })
        .await?;
    Ok(answer::created(noted.replayed).json(noted.body))
}

/// Let a deadline rest for some days, 14 at most for one date. With `Idempotency-Key`, the same request again gets the first
/// answer.
#[utoipa::path(tag = "deadline", operation_id = "pause_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("deadline" = String, Path, description = "Id"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = PauseInput,
    responses((status = 201, description = "Rests", body = PauseView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/deadlines/{deadline}/pause")]
pub async fn pause_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<PauseInput>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let paused = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            deadlines::pause(app, by, &institution, &id, &body.0, key)
        })
        .await?;
    Ok(answer::created(paused.replayed).json(paused.body))
}

/// Let a deadline rest no more.
#[utoipa::path(tag = "deadline", operation_id = "resume_deadline", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("deadline" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read")),
    responses((status = 204, description = "Goes on"), ChangeProblems))]
#[delete("/institutions/{institution}/deadlines/{deadline}/pause")]
pub async fn resume_deadline(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    app.blocking(move |app| {
        deadlines::resume(app, By::Caller(&caller), &institution, &id, &seen.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn tagged(deadline: &DeadlineView) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, deadline.etag()?))
        .json(deadline))
}
