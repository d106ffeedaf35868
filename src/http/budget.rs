//! The budget of a year: derived figures, summed as asked.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer;
use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use crate::actions::budget::{self, Grouping, ReportFilter, ReportView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Which figures, and how they are summed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BudgetParams {
    /// Budget year, 1990 to 2100.
    #[param(example = 2023)]
    year: i32,
    /// Key of a programme.
    programme: Option<String>,
    /// What lines pay for: `consumptive`, `investive`, `staff`, `mixed` or `undetermined`.
    kind: Option<String>,
    /// What the rows stand for: `programme` (if left out), `group`, `line`, `measure`, `org_unit` or `kind`.
    by: Option<String>,
}

/// What was planned, authorised, blocked, ordered and spent in a year, and what is left.
#[utoipa::path(tag = "budget", operation_id = "get_budget", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), BudgetParams),
    responses((status = 200, description = "Rows and totals", body = ReportView), ReadProblems))]
#[get("/institutions/{institution}/budget")]
pub async fn get_budget(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<BudgetParams>,
) -> Result<HttpResponse> {
    let params = params.0;
    let by = params.by.as_deref().map(|by| page::word("by", by));
    let kind = params.kind.as_deref().map(|kind| page::word("kind", kind));
    let asked = ReportFilter {
        year: page::budget_year(params.year)?,
        programme: page::text("programme", params.programme)?,
        kind: kind.transpose()?,
        by: by.transpose()?.unwrap_or(Grouping::Programme),
    };
    let report: ReportView = app
        .blocking(move |app| budget::report(app, By::Caller(&caller), &path, &asked))
        .await?;
    answer::resource(&report)
}
