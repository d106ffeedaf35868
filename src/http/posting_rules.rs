//! Which accounts of the finance system belong to which line.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use crate::actions::budget::postings::{self, RuleInput, RuleView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Rules for accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostingRuleList {
    /// By kind and pattern.
    items: Vec<RuleView>,
}

/// Rules for accounts, all of them.
#[utoipa::path(tag = "budget", operation_id = "list_posting_rules", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Rules", body = PostingRuleList), ReadProblems))]
#[get("/institutions/{institution}/budget/posting-rules")]
pub async fn list_posting_rules(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let items = app
        .blocking(move |app| postings::list_rules(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(PostingRuleList { items }))
}

/// Set a rule: postings on this account, or on accounts that begin so, belong to this line. The whole account comes before a
/// beginning, a longer beginning before a shorter one. A rule is not changed; delete it and set another one.
#[utoipa::path(tag = "budget", operation_id = "create_posting_rule", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = RuleInput,
    responses((status = 201, description = "Set", body = RuleView,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the rule"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/budget/posting-rules")]
pub async fn create_posting_rule(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<RuleInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/budget/posting-rules");
    let created = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            postings::set_rule(app, by, &institution, &body.0, key)
        })
        .await?;
    let rule = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, rule.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", rule.id)))
        .json(rule))
}

/// One rule.
#[utoipa::path(tag = "budget", operation_id = "get_posting_rule", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("posting_rule" = String, Path, description = "Id")),
    responses((status = 200, description = "Rule", body = RuleView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/budget/posting-rules/{posting_rule}")]
pub async fn get_posting_rule(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, rule) = path.into_inner();
    let found = app
        .blocking(move |app| postings::read_rule(app, By::Caller(&caller), &institution, &rule))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, found.etag()))
        .json(found))
}

/// Give up a rule. What was booked by it stays.
#[utoipa::path(tag = "budget", operation_id = "delete_posting_rule", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("posting_rule" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    responses((status = 204, description = "Gone"), ChangeProblems))]
#[delete("/institutions/{institution}/budget/posting-rules/{posting_rule}")]
pub async fn delete_posting_rule(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, rule) = path.into_inner();
    app.blocking(move |app| {
        postings::delete_rule(app, By::Caller(&caller), &institution, &rule, &seen.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
