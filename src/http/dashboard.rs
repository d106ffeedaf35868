//! The dashboard document.

use actix_web::{HttpResponse, get, web};

use super::extract::{NoQuery, Query};
use super::openapi::ReadProblems;
use crate::actions::dashboard::{self, Dashboard};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Measures by status, overdue by age, budget per year and programme, coverage of modules.
#[utoipa::path(tag = "institution", operation_id = "get_dashboard", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Dashboard", body = Dashboard), ReadProblems))]
#[get("/institutions/{institution}/dashboard")]
pub async fn get_dashboard(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let dashboard = app
        .blocking(move |app| dashboard::read(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(dashboard))
}
