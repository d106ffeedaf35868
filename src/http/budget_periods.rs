//! Budget periods.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use crate::actions::budget_periods::{
    self, BudgetPeriodInput, BudgetPeriodPatch, BudgetPeriodView,
};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Budget periods.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetPeriodList {
    /// The budget periods by their years.
    items: Vec<BudgetPeriodView>,
}

/// The years that have a budget, and where it stands.
#[utoipa::path(tag = "programme", operation_id = "list_budget_periods", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Budget periods", body = BudgetPeriodList), ReadProblems))]
#[get("/institutions/{institution}/budget-periods")]
pub async fn list_budget_periods(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let items = app
        .blocking(move |app| budget_periods::list(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(BudgetPeriodList { items }))
}

/// A new draft of a budget. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "programme", operation_id = "create_budget_period", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = BudgetPeriodInput,
    responses((status = 201, description = "Created", body = BudgetPeriodView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the budget period"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/budget-periods")]
pub async fn create_budget_period(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<BudgetPeriodInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/budget-periods");
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            budget_periods::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let period = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, period.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", period.id)))
        .json(period))
}

/// One budget period.
#[utoipa::path(tag = "programme", operation_id = "get_budget_period", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("budget_period" = String, Path, description = "Id")),
    responses((status = 200, description = "Budget period", body = BudgetPeriodView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/budget-periods/{budget_period}")]
pub async fn get_budget_period(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let found = app
        .blocking(move |app| budget_periods::read(app, By::Caller(&caller), &institution, &id))
        .await?;
    Ok(versioned(found))
}

/// Change a budget period: its years while it is a draft, its state by the steps that `next_states` names.
#[utoipa::path(tag = "programme", operation_id = "update_budget_period", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("budget_period" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = BudgetPeriodPatch,
    responses((status = 200, description = "Budget period as it is now", body = BudgetPeriodView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/budget-periods/{budget_period}")]
pub async fn update_budget_period(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<BudgetPeriodPatch>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            budget_periods::update(app, by, &institution, &id, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

/// Take back a draft.
#[utoipa::path(tag = "programme", operation_id = "delete_budget_period", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("budget_period" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    responses((status = 204, description = "Gone"), ChangeProblems))]
#[delete("/institutions/{institution}/budget-periods/{budget_period}")]
pub async fn delete_budget_period(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    app.blocking(move |app| {
        budget_periods::delete(app, By::Caller(&caller), &institution, &id, &seen.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn versioned(period: BudgetPeriodView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, period.etag()))
        .json(period)
}
