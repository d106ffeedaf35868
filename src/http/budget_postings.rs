//! Postings of the finance system: files, the list, and the line of one that waits.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::answer;
use super::extract::{IdempotencyKey, Json, NoQuery, PostingsUpload, Query};
use super::openapi::{CreateProblems, ReadProblems};
use super::page;
use crate::actions::budget::postings::{self, Assignment, Order, PostingView, PostingsReport};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::budget::reported::month_number;
use crate::domain::text_enum;
use crate::error::{FaultCode, Result};
use crate::store::finance::PostingFilter;

/// Name of the finance system where none is given: for institutions with one.
const ONLY_SOURCE: &str = "finance";

text_enum! {
    /// What becomes of postings without a line.
    Unmatched {
        /// The file is refused.
        Refuse = "refuse",
        /// They are kept until somebody assigns them.
        Keep = "keep",
    }
}

text_enum! {
    /// Where a posting stands.
    PostingState {
        /// Has a line and an entry.
        Booked = "booked",
        /// Waits for a line.
        Unmatched = "unmatched",
    }
}

/// How a file of postings is taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostingsParams {
    /// Name of the finance system, 1 to 40 characters; ids of postings are its own. `finance` if left out.
    #[param(example = "SAP")]
    source: Option<String>,
    /// Only tell what would be booked; `false` if left out.
    dry_run: Option<bool>,
    /// What becomes of postings without a line: `refuse` (the file, if left out) or `keep`.
    #[param(example = "keep")]
    unmatched: Option<String>,
    /// What the amounts of all rows sum to, in cents; a file that sums to something else is refused.
    #[param(example = 12_345_678)]
    control_total: Option<i64>,
    /// How many rows there are; a file with another number is refused.
    #[param(example = 312)]
    control_count: Option<u32>,
}

/// Which postings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostingListParams {
    /// `booked` or `unmatched`; both if left out.
    state: Option<String>,
    /// Name of the finance system.
    #[param(example = "SAP")]
    source: Option<String>,
    /// Month of the postings, `YYYY-MM`.
    #[param(example = "2023-03")]
    month: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of postings.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostingPage {
    /// The postings, newest first.
    items: Vec<PostingView>,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    currency: String,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Bring postings of the finance system in: CSV or XLSX, which shows in its content, with the columns Buchungsnummer,
/// Buchungsdatum, Betrag, Konto or Haushaltszeile, and if need be Haushaltsjahr, Text, Art (Ist, Obligo), Programm. Each row
/// becomes an entry of the line that it names, else that of a rule for its account, else of the only line that carries the
/// account. A negative amount takes back. All of the file or nothing of it: every faulty cell is named in `errors`. A posting
/// that was reported before is left alone, so that the same file again changes nothing; no `Idempotency-Key` is taken.
#[utoipa::path(tag = "budget", operation_id = "import_budget_postings", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), PostingsParams),
    request_body(content = PostingsUpload, content_type = "application/octet-stream", description = "The file"),
    responses((status = 200, description = "What was booked, or would be", body = PostingsReport), CreateProblems))]
#[post("/institutions/{institution}/budget/postings")]
pub async fn import_budget_postings(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<PostingsParams>,
    file: PostingsUpload,
) -> Result<HttpResponse> {
    let params = params.0;
    let unmatched = params.unmatched.as_deref();
    let unmatched = unmatched.map(|word| page::word("unmatched", word));
    let source = params.source.unwrap_or_else(|| ONLY_SOURCE.to_owned());
    let order = Order {
        source: source.trim().to_owned(),
        dry_run: params.dry_run.unwrap_or(false),
        keep_unmatched: unmatched.transpose()? == Some(Unmatched::Keep),
        control_cents: params.control_total,
        control_count: params.control_count,
    };
    let report = app
        .blocking(move |app| {
            let bytes = &file.0.bytes;
            postings::import(app, By::Caller(&caller), &path, bytes, &order)
        })
        .await?;
    Ok(HttpResponse::Ok().json(report))
}

/// Postings that the finance system has reported, newest first.
#[utoipa::path(tag = "budget", operation_id = "list_budget_postings", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), PostingListParams),
    responses((status = 200, description = "A page of postings", body = PostingPage), ReadProblems))]
#[get("/institutions/{institution}/budget/postings")]
pub async fn list_budget_postings(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<PostingListParams>,
) -> Result<HttpResponse> {
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let before: Option<Uuid> = page::place(params.cursor.as_deref())?;
    let before = before.map(|id| id.to_string());
    let state = params.state.as_deref();
    let state = state.map(|word| page::word::<PostingState>("state", word));
    let state = state.transpose()?;
    let filter = PostingFilter {
        booked: state.map(|state| state == PostingState::Booked),
        source: page::text("source", params.source)?,
        month: params.month.as_deref().map(month).transpose()?,
    };
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| {
            let (by, before) = (By::Caller(&caller), before.as_deref());
            postings::list(app, by, &path, &filter, before, rows)
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
    Ok(HttpResponse::Ok().json(PostingPage {
        items,
        currency: "EUR".to_owned(),
        next_cursor,
    }))
}

/// A month as `YYYY-MM`.
fn month(text: &str) -> Result<i32> {
    let found = text.split_once('-').and_then(|(year, month)| {
        let is_plain = year.len() == 4 && month.len() == 2;
        let (year, month) = (year.parse::<i32>().ok()?, month.parse::<u32>().ok()?);
        let is_month = is_plain && (1900..=2199).contains(&year) && (1..=12).contains(&month);
        is_month.then(|| month_number(year, month))
    });
    found.ok_or_else(|| {
        page::bad("?month", FaultCode::WrongType, |fault| {
            fault.arg("value", text)
        })
    })
}

/// One posting.
#[utoipa::path(tag = "budget", operation_id = "get_budget_posting", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("posting" = String, Path, description = "Id", example = "0190163d-8694-739b-aea5-966c26f8ad91")),
    responses((status = 200, description = "Posting", body = PostingView, headers(("ETag" = String, description = "Of these bytes"))), ReadProblems))]
#[get("/institutions/{institution}/budget/postings/{posting}")]
pub async fn get_budget_posting(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, posting) = path.into_inner();
    let found = app
        .blocking(move |app| postings::get(app, By::Caller(&caller), &institution, &posting))
        .await?;
    answer::resource(&found)
}

/// Say which line a posting belongs to; it is booked there, once.
#[utoipa::path(tag = "budget", operation_id = "assign_budget_posting", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("posting" = String, Path, description = "Id", example = "0190163d-8694-739b-aea5-966c26f8ad91"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = Assignment,
    responses((status = 201, description = "Booked", body = PostingView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/budget/postings/{posting}/assign")]
pub async fn assign_budget_posting(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<Assignment>,
) -> Result<HttpResponse> {
    let (institution, posting) = path.into_inner();
    let answer = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            postings::assign(app, by, &institution, &posting, &body.0, key)
        })
        .await?;
    Ok(answer::created(answer.replayed).json(answer.body))
}
