//! The books of a month beside what the finance system reported.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use super::tables::{self, Accepted};
use crate::actions::budget::{self, MonthAsked, MonthView};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::{FaultCode, Result};

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthParams {
    /// Budget year, 1990 to 2100, and the year of the month.
    #[param(example = 2023)]
    year: i32,
    /// Month, 1 to 12.
    #[param(example = 3, minimum = 1, maximum = 12)]
    month: u32,
    /// `json`, `csv` or `xlsx`; if left out, what `Accept` asks for, else `json`.
    #[param(example = "csv")]
    format: Option<String>,
}

/// A month, line by line: what was there, what the finance system reported, what was booked by hand, what is there now;
/// postings that wait for a line, months without any, the last file.
#[utoipa::path(tag = "budget", operation_id = "get_budget_reconciliation", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), MonthParams),
    responses((status = 200, description = "The month", content(
        (MonthView = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/budget/reconciliation")]
pub async fn get_budget_reconciliation(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<MonthParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let params = params.0;
    let format = tables::wanted(params.format.as_deref(), accepted)?;
    let year = page::budget_year(params.year)?;
    if !(1..=12).contains(&params.month) {
        return Err(page::bad("?month", FaultCode::OutOfRange, |fault| {
            fault.arg("min", 1).arg("max", 12)
        }));
    }
    let institution = path.into_inner();
    let asked = MonthAsked {
        year,
        month: params.month,
    };
    let name = institution.clone();
    let month = app
        .blocking(move |app| budget::reconcile(app, By::Caller(&caller), &institution, asked))
        .await?;
    tables::answer(&app, &name, month, format).await
}
