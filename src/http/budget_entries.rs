//! The ledger of a programme: entries, counter entries, transfers, carry-overs.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer;
use super::extract::{IdempotencyKey, Json, NoQuery, Query};
use super::openapi::{CreateProblems, ReadProblems};
use super::page;
use crate::actions::budget::{self, EntryView, PostedView};
use crate::actions::idempotent::Answer;
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::budget::request::{CarryOver, Completion, Posting, Reversal, Transfer};
use crate::error::Result;
use crate::store::budget::EntryFilter;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntryParams {
    /// Key of a line.
    #[param(example = "OG-K2")]
    line: Option<String>,
    /// Budget year.
    #[param(example = 2023)]
    year: Option<i32>,
    /// Types, separated by commas.
    #[serde(rename = "type")]
    #[param(example = "commitment,actual")]
    entry_type: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryPage {
    /// The entries, newest first.
    items: Vec<EntryView>,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    currency: String,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Why an entry is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, example = "doppelt gebucht")]
    reason: String,
}

fn posted(answer: Answer<PostedView>) -> HttpResponse {
    answer::created(answer.replayed).json(answer.body)
}

/// Entries of a programme, newest first.
#[utoipa::path(tag = "budget", operation_id = "list_budget_entries", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"), EntryParams),
    responses((status = 200, description = "A page of entries", body = EntryPage), ReadProblems))]
#[get("/institutions/{institution}/programmes/{programme}/entries")]
pub async fn list_budget_entries(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<EntryParams>,
) -> Result<HttpResponse> {
    let (institution, programme) = path.into_inner();
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let before: Option<Uuid> = page::place(params.cursor.as_deref())?;
    let before = before.map(|id| id.to_string());
    let filter = EntryFilter {
        line: page::text("line", params.line)?,
        year: params.year,
        entry_type: page::words("type", params.entry_type.as_deref())?,
    };
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            let before = before.as_deref();
            budget::entries(app, by, &institution, &programme, &filter, before, rows)
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
    Ok(HttpResponse::Ok().json(EntryPage {
        items,
        currency: "EUR".to_owned(),
        next_cursor,
    }))
}

/// Book entries, all of them or none; together with them others can be taken back, so that an amount moves to another
/// year. Over- and extra-plan money without cover, reason and an adopted decision stays a draft and counts nowhere.
#[utoipa::path(tag = "budget", operation_id = "post_budget_entries", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = Posting,
    responses((status = 201, description = "Booked", body = PostedView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/programmes/{programme}/entries")]
pub async fn post_budget_entries(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<Posting>,
) -> Result<HttpResponse> {
    let (institution, programme) = path.into_inner();
    let answer = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            budget::post(app, by, &institution, &programme, &body.0, key)
        })
        .await?;
    Ok(posted(answer))
}

/// Take an entry back, once, by a counter entry; of a pair all of it.
#[utoipa::path(tag = "budget", operation_id = "reverse_budget_entry", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"),
        ("entry" = String, Path, description = "Id", example = "0190163d-8694-739b-aea5-966c26f8ad91"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = ReasonInput,
    responses((status = 201, description = "Taken back", body = PostedView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/programmes/{programme}/entries/{entry}/reverse")]
pub async fn reverse_budget_entry(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<ReasonInput>,
) -> Result<HttpResponse> {
    let (institution, programme, entry) = path.into_inner();
    let reason = body.0.reason;
    let answer = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            let reversal = Reversal { entry, reason };
            budget::reverse(app, by, &institution, &programme, &reversal, key)
        })
        .await?;
    Ok(posted(answer))
}

/// Complete a draft: an entry that counts takes its place, the draft stays as it is.
#[utoipa::path(tag = "budget", operation_id = "complete_budget_entry", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"),
        ("entry" = String, Path, description = "Id", example = "0190163d-8694-739b-aea5-966c26f8ad91"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = Completion,
    responses((status = 201, description = "Completed", body = PostedView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/programmes/{programme}/entries/{entry}/complete")]
pub async fn complete_budget_entry(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<Completion>,
) -> Result<HttpResponse> {
    let (institution, programme, entry) = path.into_inner();
    let answer = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            budget::complete(app, by, &institution, &programme, &entry, &body.0, key)
        })
        .await?;
    Ok(posted(answer))
}

/// Move money of a year between lines of one cover group (Deckung); what is given and what is got is the same.
#[utoipa::path(tag = "budget", operation_id = "transfer_budget", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = Transfer,
    responses((status = 201, description = "Moved", body = PostedView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/programmes/{programme}/transfers")]
pub async fn transfer_budget(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<Transfer>,
) -> Result<HttpResponse> {
    let (institution, programme) = path.into_inner();
    let answer = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            budget::transfer(app, by, &institution, &programme, &body.0, key)
        })
        .await?;
    Ok(posted(answer))
}

/// Carry what is left of a line over into the next year (Haushaltsrest).
#[utoipa::path(tag = "budget", operation_id = "carry_over_budget", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "stuttgart"),
        ("programme" = String, Path, description = "Key", example = "STG-2018-SM"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = CarryOver,
    responses((status = 201, description = "Carried over", body = PostedView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/programmes/{programme}/carry-overs")]
pub async fn carry_over_budget(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<CarryOver>,
) -> Result<HttpResponse> {
    let (institution, programme) = path.into_inner();
    let answer = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            budget::carry_over(app, by, &institution, &programme, &body.0, key)
        })
        .await?;
    Ok(posted(answer))
}
