//! What the money is for, for what there is too little of it, and what of it lapses.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use super::tables::{self, Accepted, FormatParams};
use crate::actions::budget::{self, LapsingFunds, SecurityShare, UnfundedMeasures};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::Result;

/// Which year.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct YearParams {
    /// Budget year, 1990 to 2100.
    #[param(example = 2023)]
    year: i32,
    /// `json`, `csv` or `xlsx`; if left out, what `Accept` asks for, else `json`.
    format: Option<String>,
}

/// How much of a year's money goes to lines that pay for measures of security, per programme. Every line counts once, for what
/// is nearest to security among its measures; a directly relevant measure that is to be split leaves its line apart.
#[utoipa::path(tag = "budget", operation_id = "get_security_share", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), YearParams),
    responses((status = 200, description = "Programmes and totals", content(
            (SecurityShare = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/budget/security-share")]
pub async fn get_security_share(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<YearParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let format = tables::wanted(params.0.format.as_deref(), accepted)?;
    let year = page::budget_year(params.0.year)?;
    let institution = path.into_inner();
    let name = institution.clone();
    let shares = app
        .blocking(move |app| budget::security_share(app, By::Caller(&caller), &institution, year))
        .await?;
    tables::answer(&app, &name, shares, format).await
}

/// Measures that were agreed to and are not over, which no line pays for although nobody has said why none is needed, or which
/// cost more than their shares of lines may spend in all years together.
#[utoipa::path(tag = "budget", operation_id = "get_unfunded_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), FormatParams),
    responses((status = 200, description = "Measures", content(
            (UnfundedMeasures = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/budget/unfunded")]
pub async fn get_unfunded_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<FormatParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let format = tables::wanted(params.0.format.as_deref(), accepted)?;
    let institution = path.into_inner();
    let name = institution.clone();
    let unfunded = app
        .blocking(move |app| budget::unfunded(app, By::Caller(&caller), &institution))
        .await?;
    tables::answer(&app, &name, unfunded, format).await
}

/// What is left of consumptive lines that were not declared transferable: it lapses at the end of the year (BUD-9).
#[utoipa::path(tag = "budget", operation_id = "get_lapsing_funds", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), YearParams),
    responses((status = 200, description = "Lines", content(
            (LapsingFunds = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/budget/lapsing")]
pub async fn get_lapsing_funds(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<YearParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let format = tables::wanted(params.0.format.as_deref(), accepted)?;
    let year = page::budget_year(params.0.year)?;
    let institution = path.into_inner();
    let name = institution.clone();
    let lapsing = app
        .blocking(move |app| budget::lapsing(app, By::Caller(&caller), &institution, year))
        .await?;
    tables::answer(&app, &name, lapsing, format).await
}
