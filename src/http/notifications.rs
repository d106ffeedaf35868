//! What was mailed, and what could not be.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::extract::{IdempotencyKey, NoQuery, Query};
use super::openapi::{CreateProblems, ReadProblems};
use super::{answer, page};
use crate::actions::{By, Caller, notifications};
use crate::app::App;
use crate::error::Result;
use crate::store::notifications::{Notification, NotificationFilter};
use crate::store::outbox::MailKind;

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationParams {
    /// States, separated by commas: `pending`, `sent`, `failed`, `obsolete`.
    #[param(example = "failed")]
    state: Option<String>,
    /// Kinds, separated by commas: `digest`, `single`, `weekly`, `finance`, `undelivered`, `decision`.
    #[param(example = "digest,single")]
    kind: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationView {
    /// Id.
    id: String,
    /// What it is.
    kind: MailKind,
    /// Identifies the occurrence; the Message-ID is made of it.
    occurrence_key: String,
    /// Day of the run.
    day: NaiveDate,
    /// Address.
    to: String,
    /// `pending`, `sent`, `failed`, `obsolete`.
    #[schema(example = "sent")]
    state: String,
    /// Attempts so far; those before it was put back do not count.
    attempts: i32,
    /// Next attempt, of one that is pending.
    next_attempt_at: Option<DateTime<Utc>>,
    /// Last reply of the mail server, or why it could not be reached.
    last_reply: Option<String>,
    /// An attempt may have arrived although no reply came back: the next one carries the same Message-ID and says so.
    handed_over: bool,
    /// When it was planned.
    planned_at: DateTime<Utc>,
    /// When it was sent or given up.
    finished_at: Option<DateTime<Utc>>,
    /// When ISB and administration were told that it was given up.
    reported_at: Option<DateTime<Utc>>,
}

impl From<Notification> for NotificationView {
    fn from(mail: Notification) -> Self {
        let pending = mail.state == "pending";
        NotificationView {
            id: mail.id,
            kind: mail.kind,
            occurrence_key: mail.occurrence_key,
            day: mail.day,
            to: mail.email,
            state: mail.state,
            attempts: mail.attempts,
            next_attempt_at: pending.then(|| mail.next_attempt_at.and_utc()),
            last_reply: mail.last_reply,
            handed_over: mail.handed_over,
            planned_at: mail.planned_at.and_utc(),
            finished_at: mail.finished_at.map(|at| at.and_utc()),
            reported_at: mail.reported_at.map(|at| at.and_utc()),
        }
    }
}

/// A page of mails.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPage {
    /// The mails, newest first.
    items: Vec<NotificationView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Mails that were planned, with attempts and replies.
#[utoipa::path(tag = "reminder", operation_id = "list_notifications", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), NotificationParams),
    responses((status = 200, description = "A page of mails", body = NotificationPage), ReadProblems))]
#[get("/institutions/{institution}/notifications")]
pub async fn list_notifications(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<NotificationParams>,
) -> Result<HttpResponse> {
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let before: Option<Uuid> = page::place(params.cursor.as_deref())?;
    let before = before.map(|id| id.to_string());
    let filter = NotificationFilter {
        states: page::words("state", params.state.as_deref())?,
        kinds: page::words("kind", params.kind.as_deref())?,
    };
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            notifications::page(app, by, &path, &filter, before.as_deref(), rows)
        })
        .await?;
    let (found, next_cursor) = page::cut(found, limit, |last| last.id.clone())?;
    let items = found.into_iter().map(NotificationView::from).collect();
    Ok(HttpResponse::Ok().json(NotificationPage { items, next_cursor }))
}

/// Try a mail again that was given up: the same Message-ID, and all attempts anew. With `Idempotency-Key`, the same request
/// again gets the answer of the first one, as the mail is now.
#[utoipa::path(tag = "reminder", operation_id = "retry_notification", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), ("notification" = String, Path, description = "Id"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    responses((status = 202, description = "In the outbox", body = NotificationView,
        headers(("Idempotent-Replayed" = bool, description = "`true` where an earlier request got this answer"))), CreateProblems))]
#[post("/institutions/{institution}/notifications/{notification}/retry")]
pub async fn retry_notification(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, notification) = path.into_inner();
    let put = app
        .blocking(move |app| {
            let (by, key) = (By::Caller(&caller), key.0.as_deref());
            notifications::retry(app, by, &institution, &notification, key)
        })
        .await?;
    let mut response = HttpResponse::Accepted().json(NotificationView::from(put.body));
    answer::mark(response.headers_mut(), put.replayed);
    Ok(response)
}
