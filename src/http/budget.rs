//! The budget of a year: derived figures, summed as asked.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use super::tables::{self, Accepted};
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
    /// `json`, `csv` or `xlsx`; if left out, what `Accept` asks for, else `json`.
    format: Option<String>,
}

/// What was planned, authorised, blocked, ordered and spent in a year, and what is left.
#[utoipa::path(tag = "budget", operation_id = "get_budget", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), BudgetParams),
    responses((status = 200, description = "Rows and totals", content(
            (ReportView = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/budget")]
pub async fn get_budget(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<BudgetParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let params = params.0;
    let format = tables::wanted(params.format.as_deref(), accepted)?;
    let by = params.by.as_deref().map(|by| page::word("by", by));
    let kind = params.kind.as_deref().map(|kind| page::word("kind", kind));
    let asked = ReportFilter {
        year: page::budget_year(params.year)?,
        programme: page::text("programme", params.programme)?,
        kind: kind.transpose()?,
        by: by.transpose()?.unwrap_or(Grouping::Programme),
    };
    let institution = path.into_inner();
    let name = institution.clone();
    let report: ReportView = app
        .blocking(move |app| budget::report(app, By::Caller(&caller), &institution, &asked))
        .await?;
    tables::answer(&app, &name, report, format).await
}
