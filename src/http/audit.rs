//! The audit trail.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use crate::actions::{By, Caller, audit};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::audit::Recorded;
use crate::store::types::from_json;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditParams {
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEventView {
    /// Place in the trail.
    seq: i64,
    /// When.
    at: DateTime<Utc>,
    /// `user`, `operator`, `service` or `anonymous`.
    actor_kind: String,
    /// User id.
    actor_id: Option<String>,
    /// What.
    #[schema(example = "measure.status_changed")]
    action: String,
    /// On what sort of thing.
    #[schema(example = "measure")]
    entity_kind: String,
    /// On which.
    entity_id: String,
    /// Why, in the words of whoever did it.
    reason: Option<String>,
    /// Old and new values, or other facts.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// Request that caused it.
    request_id: Option<String>,
}

impl TryFrom<Recorded> for AuditEventView {
    type Error = Error;

    fn try_from(event: Recorded) -> Result<Self> {
        Ok(AuditEventView {
            seq: event.seq,
            at: event.at.and_utc(),
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            action: event.action,
            entity_kind: event.entity_kind,
            entity_id: event.entity_id,
            reason: event.reason,
            details: from_json(&event.details)?,
            request_id: event.request_id,
        })
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// The events, newest first.
    items: Vec<AuditEventView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// What was written in the institution, by whom and why.
#[utoipa::path(tag = "institution", operation_id = "list_audit_events", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), AuditParams),
    responses((status = 200, description = "A page of events", body = AuditPage), ReadProblems))]
#[get("/institutions/{institution}/audit-events")]
pub async fn list_audit_events(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<AuditParams>,
) -> Result<HttpResponse> {
    let limit = page::limit(params.0.limit)?;
    let before: Option<i64> = page::place(params.0.cursor.as_deref())?;
    let rows = page::rows(limit);
    let found = app
        .blocking(move |app| audit::page(app, By::Caller(&caller), &path, before, rows))
        .await?;
    let (found, next) = page::cut(found, limit, |last| last.seq)?;
    let items: Result<Vec<AuditEventView>> =
        found.into_iter().map(AuditEventView::try_from).collect();
    Ok(HttpResponse::Ok().json(AuditPage {
        items: items?,
        next_cursor: next,
    }))
}
