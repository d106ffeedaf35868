//! Who gets signed news of an institution, and what was told to them.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::extract::{IdempotencyKey, IfMatch, Json, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, ReadProblems};
use super::{answer, page};
use crate::actions::webhooks::{
    self, DeliveryView, NewWebhook, WebhookInput, WebhookPatch, WebhookView,
};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Endpoints.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// The oldest first.
    items: Vec<WebhookView>,
}

/// Endpoints of webhooks, all of them; at most twenty.
#[utoipa::path(tag = "webhook", operation_id = "list_webhooks", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Endpoints", body = WebhookList), ReadProblems))]
#[get("/institutions/{institution}/webhooks")]
pub async fn list_webhooks(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let items = app
        .blocking(move |app| webhooks::list(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(WebhookList { items }))
}

/// Add an endpoint. Its secret is in this answer and nowhere else. Calls are signed by Standard Webhooks
/// (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature`. With `Idempotency-Key`, the same request
/// again gets the first answer.
#[utoipa::path(tag = "webhook", operation_id = "create_webhook", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = WebhookInput,
    responses((status = 201, description = "Added", body = NewWebhook,
        headers(("ETag" = String, description = "For If-Match"), ("Location" = String, description = "Path of the endpoint"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/webhooks")]
pub async fn create_webhook(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<WebhookInput>,
) -> Result<HttpResponse> {
    let institution = path.into_inner();
    let location = format!("/api/v1/institutions/{institution}/webhooks");
    let created = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            webhooks::create(app, by, &institution, &body.0, key)
        })
        .await?;
    let new = created.body;
    Ok(answer::created(created.replayed)
        .insert_header((header::ETAG, new.webhook.etag()))
        .insert_header((header::LOCATION, format!("{location}/{}", new.webhook.id)))
        .json(new))
}

/// One endpoint.
#[utoipa::path(tag = "webhook", operation_id = "get_webhook", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id")),
    responses((status = 200, description = "Endpoint", body = WebhookView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/webhooks/{webhook}")]
pub async fn get_webhook(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, webhook) = path.into_inner();
    let found = app
        .blocking(move |app| webhooks::read(app, By::Caller(&caller), &institution, &webhook))
        .await?;
    Ok(versioned(found))
}

/// Change an endpoint; switch it off, or on again.
#[utoipa::path(tag = "webhook", operation_id = "update_webhook", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = WebhookPatch,
    responses((status = 200, description = "Endpoint as it is now", body = WebhookView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[patch("/institutions/{institution}/webhooks/{webhook}")]
pub async fn update_webhook(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<WebhookPatch>,
) -> Result<HttpResponse> {
    let (institution, webhook) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            webhooks::update(app, by, &institution, &webhook, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}

/// Delete an endpoint, with what was told to it and what was still to be told.
#[utoipa::path(tag = "webhook", operation_id = "delete_webhook", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    responses((status = 204, description = "Gone"), ChangeProblems))]
#[delete("/institutions/{institution}/webhooks/{webhook}")]
pub async fn delete_webhook(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, webhook) = path.into_inner();
    app.blocking(move |app| {
        webhooks::delete(app, By::Caller(&caller), &institution, &webhook, &seen.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Give an endpoint another secret, which is in this answer and nowhere else. For 24 hours the one before signs as well. With
/// `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "webhook", operation_id = "rotate_webhook_secret", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    responses((status = 200, description = "Endpoint with its new secret", body = NewWebhook,
        headers(("ETag" = String, description = "For If-Match"),
            ("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), ChangeProblems))]
#[post("/institutions/{institution}/webhooks/{webhook}/secret")]
pub async fn rotate_webhook_secret(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    key: IdempotencyKey,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, webhook) = path.into_inner();
    let rotated = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            webhooks::rotate_secret(app, by, &institution, &webhook, &seen.0, key)
        })
        .await?;
    let new = rotated.body;
    let mut response = HttpResponse::Ok()
        .insert_header((header::ETAG, new.webhook.etag()))
        .json(new);
    answer::mark(response.headers_mut(), rotated.replayed);
    Ok(response)
}

/// Try an endpoint: `webhook.test` goes out with the next look at the outbox. With `Idempotency-Key`, the same request again
/// gets the first answer.
#[utoipa::path(tag = "webhook", operation_id = "test_webhook", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    responses((status = 202, description = "In the outbox", body = DeliveryView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/webhooks/{webhook}/test")]
pub async fn test_webhook(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, webhook) = path.into_inner();
    let put = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            webhooks::test(app, by, &institution, &webhook, key)
        })
        .await?;
    let mut response = HttpResponse::Accepted().json(put.body);
    answer::mark(response.headers_mut(), put.replayed);
    Ok(response)
}

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryPage {
    /// The calls, newest first.
    items: Vec<DeliveryView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// What was told to an endpoint and what is to be told, with attempts and answers.
#[utoipa::path(tag = "webhook", operation_id = "list_webhook_deliveries", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id"),
        DeliveryParams),
    responses((status = 200, description = "A page of calls", body = DeliveryPage), ReadProblems))]
#[get("/institutions/{institution}/webhooks/{webhook}/deliveries")]
pub async fn list_webhook_deliveries(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<DeliveryParams>,
) -> Result<HttpResponse> {
    let (institution, webhook) = path.into_inner();
    let limit = page::limit(params.0.limit)?;
    let before: Option<Uuid> = page::place(params.0.cursor.as_deref())?;
    let before = before.map(|id| id.to_string());
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            webhooks::deliveries(app, by, &institution, &webhook, before.as_deref(), rows)
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
    Ok(HttpResponse::Ok().json(DeliveryPage { items, next_cursor }))
}

/// Tell an endpoint once more what it was told, or what could not be told: the same body with the same `webhook-id`. With
/// `Idempotency-Key`, the same request again gets the first answer.
#[utoipa::path(tag = "webhook", operation_id = "replay_webhook_delivery", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("webhook" = String, Path, description = "Id"),
        ("delivery" = String, Path, description = "Id"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    responses((status = 202, description = "In the outbox", body = DeliveryView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/webhooks/{webhook}/deliveries/{delivery}/replay")]
pub async fn replay_webhook_delivery(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, webhook, delivery) = path.into_inner();
    let put = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            webhooks::replay(app, by, &institution, &webhook, &delivery, key)
        })
        .await?;
    let mut response = HttpResponse::Accepted().json(put.body);
    answer::mark(response.headers_mut(), put.replayed);
    Ok(response)
}

/// An endpoint with the ETag of its version.
fn versioned(webhook: WebhookView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, webhook.etag()))
        .json(webhook)
}
