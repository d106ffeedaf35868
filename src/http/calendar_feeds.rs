//! Calendar feeds: one's own secret address, and the calendar behind it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use sha2::{Digest as _, Sha256};

use super::address::Limiter;
use super::extract::{IfMatch, NoQuery, Query};
use super::openapi::{ChangeProblems, CreateProblems, FeedProblems, ReadProblems};
use crate::actions::calendar_feeds::{self, CalendarFeedView, NewCalendarFeedView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Where calendars are; what follows is a secret, which no log may hold.
pub const PATH: &str = "/calendar/";

/// The caller's own calendar feed, without its address, which is shown once only.
#[utoipa::path(tag = "deadline", operation_id = "get_calendar_feed", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "There is one", body = CalendarFeedView, headers(("ETag" = String, description = "For If-Match"))), ReadProblems))]
#[get("/institutions/{institution}/calendar-feed")]
pub async fn get_calendar_feed(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| calendar_feeds::read(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, found.etag()))
        .json(found))
}

/// Make a calendar feed of one's own deadlines; the address of an earlier one leads nowhere from then on. There is no
/// `Idempotency-Key`: the address is kept nowhere, so no answer can be given twice.
#[utoipa::path(tag = "deadline", operation_id = "create_calendar_feed", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 201, description = "Made; the address is shown this once", body = NewCalendarFeedView), CreateProblems))]
#[post("/institutions/{institution}/calendar-feed")]
pub async fn create_calendar_feed(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let made = app
        .blocking(move |app| calendar_feeds::create(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Created().json(made))
}

/// End one's calendar feed.
#[utoipa::path(tag = "deadline", operation_id = "delete_calendar_feed", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("If-Match" = String, Header, description = "ETag that was read")),
    responses((status = 204, description = "Ended"), ChangeProblems))]
#[delete("/institutions/{institution}/calendar-feed")]
pub async fn delete_calendar_feed(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    seen: IfMatch,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    app.blocking(move |app| calendar_feeds::delete(app, By::Caller(&caller), &path, &seen.0))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A calendar (RFC 5545) with the deadlines of whoever the secret belongs to, as they are now. Needs no token.
#[utoipa::path(tag = "deadline", operation_id = "read_calendar",
    params(("secret" = String, Path, description = "Secret"),
        ("If-None-Match" = Option<String>, Header, description = "ETag of the calendar that one has")),
    responses((status = 200, description = "Calendar", body = String, content_type = "text/calendar",
            headers(("ETag" = String, description = "Of this calendar"))),
        (status = 304, description = "Unchanged"), FeedProblems))]
#[get("/calendar/{secret}.ics")]
pub async fn read_calendar(
    request: HttpRequest,
    app: web::Data<App>,
    limiter: web::Data<Limiter>,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    limiter.count_feed(&request)?;
    let text = app
        .blocking(move |app| calendar_feeds::calendar(app, &path))
        .await?;
    let mut hash = hex::encode(Sha256::digest(&text));
    hash.truncate(32);
    let etag = format!("\"{hash}\"");
    let known = request.headers().get(header::IF_NONE_MATCH);
    let known = known
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let unchanged = known
        .split(',')
        .any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut answer = if unchanged {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, "private, max-age=900"));
    if unchanged {
        return Ok(answer.finish());
    }
    Ok(answer
        .content_type("text/calendar; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "inline; filename=\"zinne.ics\"",
        ))
        .body(text))
}
