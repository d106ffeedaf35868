//! What is on record of a measure: its history and the evidence for it.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, Json, NoQuery, Query};
use super::openapi::{CreateProblems, ReadProblems};
use super::page;
use crate::actions::measures::{self, EvidenceInput, EvidenceView, HistoryView, WithdrawalInput};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryPage {
    /// The events, newest first.
    items: Vec<HistoryView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Every change of every field of a measure: who, when, why, old and new.
#[utoipa::path(tag = "measure", operation_id = "get_measure_history", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"), HistoryParams),
    responses((status = 200, description = "A page of events", body = HistoryPage), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/history")]
pub async fn get_measure_history(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<HistoryParams>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let limit = page::limit(params.0.limit)?;
    let before: Option<i64> = page::place(params.0.cursor.as_deref())?;
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| {
            measures::history(
                app,
                By::Caller(&caller),
                &institution,
                &measure,
                before,
                rows,
            )
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.seq)?;
    Ok(HttpResponse::Ok().json(HistoryPage { items, next_cursor }))
}

/// Evidence for a measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceList {
    /// In the order it was named; what was withdrawn too.
    items: Vec<EvidenceView>,
}

/// Evidence for a measure, as far as the caller may see its class.
#[utoipa::path(tag = "measure", operation_id = "list_measure_evidence", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007")),
    responses((status = 200, description = "The evidence", body = EvidenceList), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/evidence")]
pub async fn list_measure_evidence(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let items = app
        .blocking(move |app| {
            measures::list_evidence(app, By::Caller(&caller), &institution, &measure)
        })
        .await?;
    Ok(HttpResponse::Ok().json(EvidenceList { items }))
}

/// Name a piece of evidence: what it is, where it lies and its hash; the file itself stays where it is.
#[utoipa::path(tag = "measure", operation_id = "add_measure_evidence", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = EvidenceInput,
    responses((status = 201, description = "Named", body = EvidenceView), CreateProblems))]
#[post("/institutions/{institution}/measures/{measure}/evidence")]
pub async fn add_measure_evidence(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<EvidenceInput>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let added = app
        .blocking(move |app| {
            measures::add_evidence(
                app,
                By::Caller(&caller),
                &institution,
                &measure,
                &body.0,
                key.0.as_deref(),
            )
        })
        .await?;
    Ok(answer::created(added.replayed).json(added.body))
}

/// Take a piece of evidence back; it stays on record.
#[utoipa::path(tag = "measure", operation_id = "withdraw_measure_evidence", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("evidence" = String, Path, description = "Id")),
    request_body = WithdrawalInput,
    responses((status = 200, description = "As it is now", body = EvidenceView), CreateProblems))]
#[post("/institutions/{institution}/measures/{measure}/evidence/{evidence}/withdrawal")]
pub async fn withdraw_measure_evidence(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    _: Query<NoQuery>,
    body: Json<WithdrawalInput>,
) -> Result<HttpResponse> {
    let (institution, measure, evidence) = path.into_inner();
    let withdrawn = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::withdraw_evidence(app, by, &institution, &measure, &evidence, &body.0)
        })
        .await?;
    Ok(HttpResponse::Ok().json(withdrawn))
}
