//! Alarms of the budgets.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use super::problem::language;
use crate::actions::budget::{self, Alarm, AlarmFilter, AlarmKey};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::budget::alarm::{Code, Severity};
use crate::error::Result;
use crate::texts::Language;

/// Which alarms.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlarmParams {
    /// Budget year; alarms of no year in particular are of every year.
    #[param(example = 2023)]
    year: Option<i32>,
    /// Checks, separated by commas: `BA-1` to `BA-14`.
    #[param(example = "BA-2,BA-3")]
    code: Option<String>,
    /// Key of a programme.
    #[param(example = "OG-2021-DIG")]
    programme: Option<String>,
    /// `red`, `amber`, `warn` or `info`, separated by commas.
    #[param(example = "red,amber")]
    severity: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An alarm of a budget.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmView {
    /// The check.
    code: Code,
    /// Its name.
    #[schema(example = "overspent")]
    name: &'static str,
    /// How much it matters.
    severity: Severity,
    /// Cents that it is about.
    #[schema(example = 1)]
    cents: i64,
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    programme: Option<String>,
    /// Key of the group.
    group: Option<String>,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    line: Option<String>,
    /// Reference of the measure.
    measure: Option<String>,
    /// Budget year, or the first of several.
    #[schema(example = 2022)]
    year: Option<i32>,
    /// The last of several.
    to_year: Option<i32>,
    /// Id of the entry.
    entry: Option<String>,
    /// Name of the printed total.
    total: Option<String>,
    /// First day of the alarm, where there is one.
    since: Option<NaiveDate>,
    /// Day by which something has to be done, where there is one.
    until: Option<NaiveDate>,
    /// In words, by Accept-Language.
    #[schema(
        example = "0,01 € mehr gebunden und ausgegeben als verfügbar; Bericht an Gemeinderat prüfen (§ 28 GemHVO)"
    )]
    text: String,
}

impl AlarmView {
    fn new(language: Language, alarm: Alarm) -> Self {
        let text = alarm.sentence(language);
        let (hit, place) = (alarm.hit, alarm.place);
        AlarmView {
            code: hit.code,
            name: hit.code.name(),
            severity: hit.severity,
            cents: hit.cents,
            programme: place.programme,
            group: place.group,
            line: place.line,
            measure: place.measure,
            year: place.year,
            to_year: place.to_year,
            entry: place.entry,
            total: place.total,
            since: hit.since,
            until: hit.until,
            text,
        }
    }
}

/// A page of alarms.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmPage {
    /// The alarms, the worst first, then by check and place.
    items: Vec<AlarmView>,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    currency: String,
    /// Version of the thresholds.
    #[schema(example = "2026-11")]
    policy: String,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// What is worth a look in the budgets, as the books stand now: whoever reads budgets sees all alarms, heads and owners
/// those of the lines and measures that concern them.
#[utoipa::path(tag = "budget", operation_id = "list_budget_alarms", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), AlarmParams),
    responses((status = 200, description = "A page of alarms", body = AlarmPage), ReadProblems))]
#[get("/institutions/{institution}/budget/alarms")]
pub async fn list_budget_alarms(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<AlarmParams>,
) -> Result<HttpResponse> {
    let language = language(&request);
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let after: Option<AlarmKey> = page::place(params.cursor.as_deref())?;
    let filter = AlarmFilter {
        year: params.year.map(page::budget_year).transpose()?,
        code: page::words("code", params.code.as_deref())?,
        programme: page::text("programme", params.programme)?,
        severity: page::words("severity", params.severity.as_deref())?,
    };
    let found = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            budget::alarms(app, by, &path, &filter, after.as_ref(), limit + 1)
        })
        .await?;
    let (items, next_cursor) = page::cut(found, limit, Alarm::key)?;
    Ok(HttpResponse::Ok().json(AlarmPage {
        items: items
            .into_iter()
            .map(|alarm| AlarmView::new(language, alarm))
            .collect(),
        currency: "EUR".to_owned(),
        policy: app.alarms.version.clone(),
        next_cursor,
    }))
}
