//! Merging, replacing and splitting measures.

use actix_web::{HttpResponse, post, web};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::measures::versioned;
use super::openapi::ChangeProblems;
use crate::actions::idempotent::Answer;
use crate::actions::measures::view::MeasureView;
use crate::actions::measures::{self, MergeInput, OneMeasure, ReplacementInput, SplitInput};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Merge others into a measure: they become replaced. Links, budget lines, target objects and dependencies in both
/// directions are carried along; a running measure goes only into one that runs and is not due later.
#[utoipa::path(tag = "measure", operation_id = "merge_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id of the one that stays", example = "M-2022-0007"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = MergeInput,
    responses((status = 200, description = "Measure as it is now", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/merge")]
pub async fn merge_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<MergeInput>,
) -> Result<HttpResponse> {
    let merged = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::merge(app, by, target(&path, &seen), &body.0, key.0.as_deref())
        })
        .await?;
    Ok(answered(merged))
}

/// Put another measure in the place of one, which becomes replaced; what belongs to it is carried along as in a merge.
#[utoipa::path(tag = "measure", operation_id = "replace_measure", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id of the one that is replaced", example = "M-2022-0007"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = ReplacementInput,
    responses((status = 200, description = "Measure as it is now: replaced", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/replacement")]
pub async fn replace_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<ReplacementInput>,
) -> Result<HttpResponse> {
    let replaced = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::replace(app, by, target(&path, &seen), &body.0, key.0.as_deref())
        })
        .await?;
    Ok(answered(replaced))
}

/// Take a measure apart: it becomes replaced by new ones, its `successors`, which have its status, approval and dates.
/// Evidence and comments stay with it.
#[utoipa::path(tag = "measure", operation_id = "split_measure", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = SplitInput,
    responses((status = 200, description = "Measure as it is now: replaced", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/split")]
pub async fn split_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<SplitInput>,
) -> Result<HttpResponse> {
    let split = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::split(app, by, target(&path, &seen), &body.0, key.0.as_deref())
        })
        .await?;
    Ok(answered(split))
}

fn target<'a>(path: &'a (String, String), seen: &'a IfMatch) -> OneMeasure<'a> {
    OneMeasure {
        institution: &path.0,
        measure: &path.1,
        seen: &seen.0,
    }
}

fn answered(answer: Answer<MeasureView>) -> HttpResponse {
    let mut response = versioned(answer.body);
    answer::mark(response.headers_mut(), answer.replayed);
    response
}
