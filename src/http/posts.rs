//! Posts.

use actix_web::http::header;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::page;
use super::tables::{self, Accepted, FormatParams};
use crate::actions::posts::{
    self, PostDetails, PostInput, PostPatch, PostStatusInput, PostSummary,
};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;
use crate::store::posts::Filter;

/// Path of the summary below the API.
pub const SUMMARY: &str = "/institutions/{institution}/posts/summary";

/// Filters and page of the list of posts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostParams {
    /// Key of a programme.
    #[param(example = "OG-2021-DIG")]
    programme: Option<String>,
    /// Unit.
    #[param(example = "FB DigIT")]
    org_unit: Option<String>,
    /// One or more of requested, granted, advertised, filled, ending, dropped, separated by commas.
    #[param(example = "granted,advertised")]
    status: Option<String>,
    /// Only posts that are vacant (`true`): granted, the start has passed, not filled. Or only the others (`false`).
    vacant: Option<bool>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of posts in the order in which they were entered.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostPage {
    /// The posts.
    items: Vec<PostDetails>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Posts of the programmes that the caller sees.
#[utoipa::path(tag = "programme", operation_id = "list_posts", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), PostParams),
    responses((status = 200, description = "A page of posts", body = PostPage), ReadProblems))]
#[get("/institutions/{institution}/posts")]
pub async fn list_posts(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<PostParams>,
) -> Result<HttpResponse> {
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let after = page::text("cursor", page::place(params.cursor.as_deref())?)?;
    let filter = Filter {
        programme: page::text("programme", params.programme)?,
        org_unit: page::text("org_unit", params.org_unit)?,
        status: page::words("status", params.status.as_deref())?,
        vacant: params.vacant,
    };
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            posts::list(app, by, &path, &filter, after.as_deref(), page::rows(limit))
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
    Ok(HttpResponse::Ok().json(PostPage { items, next_cursor }))
}

/// Posts granted beside posts filled, per programme and unit.
#[utoipa::path(tag = "programme", operation_id = "summarise_posts", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), FormatParams),
    responses((status = 200, description = "Granted and filled", content(
            (PostSummary = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/posts/summary")]
pub async fn summarise_posts(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<FormatParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let format = tables::wanted(params.0.format.as_deref(), accepted)?;
    let institution = path.into_inner();
    let name = institution.clone();
    let summary = app
        .blocking(move |app| posts::summary(app, By::Caller(&caller), &institution))
        .await?;
    tables::answer(&app, &name, summary, format).await
}

/// A new post, requested at first. With `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "programme", operation_id = "create_post", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = PostInput,
    responses((status = 201, description = "Created", body = PostDetails,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the post"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/posts")]
pub async fn create_post(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<PostInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/posts");
    let created = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            posts::create(app, by, &institution, &body.0, key.0.as_deref())
        })
        .await?;
    let post = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, post.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", post.id)))
        .json(post))
}

/// One post.
#[utoipa::path(tag = "programme", operation_id = "get_post", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("post" = String, Path, description = "Id")),
    responses((status = 200, description = "Post", body = PostDetails, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/posts/{post}")]
pub async fn get_post(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let found = app
        .blocking(move |app| posts::read(app, By::Caller(&caller), &institution, &id))
        .await?;
    Ok(versioned(found))
}

/// Change a post. How much of what kind is fixed once it is granted.
#[utoipa::path(tag = "programme", operation_id = "update_post", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("post" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = PostPatch,
    responses((status = 200, description = "Post as it is now", body = PostDetails, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/posts/{post}")]
pub async fn update_post(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<PostPatch>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            posts::update(app, by, &institution, &id, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

/// Take a step: grant, advertise, fill, let end, drop.
#[utoipa::path(tag = "programme", operation_id = "change_post_status", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("post" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = PostStatusInput,
    responses((status = 200, description = "Post as it is now", body = PostDetails, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/posts/{post}/status")]
pub async fn change_post_status(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<PostStatusInput>,
) -> Result<HttpResponse> {
    let (institution, id) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            posts::change_status(app, by, &institution, &id, &seen.0, &body.0, key)
        })
        .await?;
    let mut response = versioned(changed.body);
    answer::mark(response.headers_mut(), changed.replayed);
    Ok(response)
}

fn versioned(post: PostDetails) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, post.etag()))
        .json(post)
}
