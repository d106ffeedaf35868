//! Shares of lines between measures.

use actix_web::http::header;
use actix_web::{HttpResponse, get, put, web};

use super::extract::{IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, ReadProblems};
use crate::actions::budget::{self, AllocationsView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::budget::request::Allocations;
use crate::error::Result;

/// How a line is shared between the measures that it pays for, and what each has in every year.
#[utoipa::path(tag = "budget", operation_id = "get_line_allocations", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"),
        ("line" = String, Path, description = "Key", example = "OG-K1")),
    responses((status = 200, description = "Shares", body = AllocationsView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/programmes/{programme}/lines/{line}/allocations")]
pub async fn get_line_allocations(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, programme, line) = path.into_inner();
    let found = app
        .blocking(move |app| {
            budget::allocations(app, By::Caller(&caller), &institution, &programme, &line)
        })
        .await?;
    Ok(versioned(found))
}

/// Fix how a line is shared, as a whole: for each measure either basis points or cents, for one year or for all that have
/// none of their own. Without any, the measures share in equal parts.
#[utoipa::path(tag = "budget", operation_id = "set_line_allocations", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"),
        ("line" = String, Path, description = "Key", example = "OG-K1"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = Allocations,
    responses((status = 200, description = "Shares as they are now", body = AllocationsView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[put("/institutions/{institution}/programmes/{programme}/lines/{line}/allocations")]
pub async fn set_line_allocations(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<Allocations>,
) -> Result<HttpResponse> {
    let (institution, programme, line) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let (by, line) = (By::Caller(&caller), (programme.as_str(), line.as_str()));
            budget::allocate(app, by, &institution, line, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

/// Shares with the ETag of their version.
fn versioned(shares: AllocationsView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, shares.etag()))
        .json(shares)
}
