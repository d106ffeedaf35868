//! Comments on measures.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer;
use super::extract::{IdempotencyKey, Json, NoQuery, Query};
use super::openapi::{CreateProblems, ReadProblems};
use super::page;
use crate::actions::measures::{self, CommentInput, CommentView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Which comments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CommentParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of comments.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentPage {
    /// The comments, oldest first.
    items: Vec<CommentView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Comments on a measure.
#[utoipa::path(tag = "measure", operation_id = "list_measure_comments", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"), CommentParams),
    responses((status = 200, description = "A page of comments", body = CommentPage), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/comments")]
pub async fn list_measure_comments(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<CommentParams>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let limit = page::limit(params.0.limit)?;
    let after: Option<Uuid> = page::place(params.0.cursor.as_deref())?;
    let after = after.map(|id| id.to_string());
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::comments_on(app, by, &institution, &measure, after.as_deref(), rows)
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
    Ok(HttpResponse::Ok().json(CommentPage { items, next_cursor }))
}

/// Write a comment; nobody changes or deletes it. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "measure", operation_id = "comment_on_measure", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = CommentInput,
    responses((status = 201, description = "Written", body = CommentView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/measures/{measure}/comments")]
pub async fn comment_on_measure(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<CommentInput>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let written = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::comment(app, by, &institution, &measure, &body.0, key.0.as_deref())
        })
        .await?;
    Ok(answer::created(written.replayed).json(written.body))
}
