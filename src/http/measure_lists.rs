//! Lists of measures and what they hold: filters, order, pages, counts.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{self, Query};
use super::fields::{self, Fields, Sparse};
use super::openapi::ReadProblems;
use super::page;
use crate::actions::measures::view::MeasureSummary;
use crate::actions::measures::{self, ListQuery, MeasureFacets};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::measure::LinkKind;
use crate::error::{FaultCode, Result};
use crate::store::measures::{After, Concerned, Filter, Sort};

/// Which measures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilterParams {
    /// One of these statuses, separated by commas.
    #[param(example = "approved,in_progress")]
    status: Option<String>,
    /// Overdue, or not overdue.
    overdue: Option<bool>,
    /// Due on or after this day.
    due_from: Option<NaiveDate>,
    /// Due on or before this day.
    due_to: Option<NaiveDate>,
    /// Address of whoever is responsible; `me`, or `none` for nobody.
    owner: Option<String>,
    /// Address of whoever stands in for them; `me`, or `none` for nobody.
    deputy: Option<String>,
    /// Address of whoever is to check it; `me`, or `none` for nobody.
    verifier: Option<String>,
    /// Organisational unit.
    org_unit: Option<String>,
    /// Programme key.
    programme: Option<String>,
    /// Linked to this module.
    #[param(example = "SYS.3.2.2")]
    module: Option<String>,
    /// Linked to a module of this layer.
    layer: Option<String>,
    /// Linked to this requirement or control, as a link is written: an id of Edition 2023, or another catalogue's key, a
    /// colon and the id.
    requirement: Option<String>,
    /// Linked to a requirement of one of these levels, separated by commas: `basic`, `standard`, `elevated`.
    #[param(example = "basic")]
    level: Option<String>,
    /// Only links of this kind count: `fulfils` or `applies`.
    link: Option<LinkKind>,
    /// Protects the target object of this key.
    target_object: Option<String>,
    /// One of these priorities, separated by commas.
    priority: Option<String>,
    /// One of these origins, separated by commas.
    #[param(example = "audit")]
    origin: Option<String>,
    /// One of these classes, separated by commas.
    #[param(example = "internal")]
    confidentiality: Option<String>,
    /// All of these are missing, separated by commas: `owner`, `due`, `budget` (neither a line nor a reason for none),
    /// `links` (neither a link nor a reason for none).
    #[param(example = "owner,due")]
    missing: Option<String>,
    /// Has to be split, or not.
    needs_split: Option<bool>,
    /// Words in reference, title or description; case and umlauts do not matter.
    q: Option<String>,
}

impl FilterParams {
    fn filter(self) -> Result<Filter> {
        Ok(Filter {
            status: page::words("status", self.status.as_deref())?,
            overdue: self.overdue,
            due_from: page::day("due_from", self.due_from)?,
            due_to: page::day("due_to", self.due_to)?,
            owner: concerned("owner", self.owner)?,
            deputy: concerned("deputy", self.deputy)?,
            verifier: concerned("verifier", self.verifier)?,
            org_unit: page::text("org_unit", self.org_unit)?,
            programme: page::text("programme", self.programme)?,
            module: page::text("module", self.module)?,
            layer: page::text("layer", self.layer)?,
            requirement: page::text("requirement", self.requirement)?,
            level: page::words("level", self.level.as_deref())?,
            link: self.link,
            target_object: page::text("target_object", self.target_object)?,
            priority: priorities(self.priority.as_deref())?,
            origin: page::words("origin", self.origin.as_deref())?,
            confidentiality: page::words("confidentiality", self.confidentiality.as_deref())?,
            missing: page::words("missing", self.missing.as_deref())?,
            needs_split: self.needs_split,
            text: page::text("q", self.q)?,
        })
    }
}

/// Which part of the list, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// `due` (undated last), `reference`, `priority` (then by due date), `updated`; with `-` in front, the whole order
    /// the other way round.
    #[param(example = "due")]
    sort: Option<String>,
    /// Only these fields of each measure, separated by commas; `id`, `reference` and `version` come anyway. All if left
    /// out.
    #[param(example = "reference,title,due")]
    fields: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Names of [`PageParams`].
const PAGE: [&str; 4] = ["sort", "fields", "limit", "cursor"];

/// Place of a row; tied to the order that it was made for.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    sort: Sort,
    priority: i32,
    due: NaiveDate,
    updated: NaiveDateTime,
    seq: i64,
}

impl Place {
    fn cursor(sort: Sort, after: After) -> Result<String> {
        page::cursor(&Place {
            sort,
            priority: after.priority,
            due: after.due_sort,
            updated: after.updated_at,
            seq: after.reference_seq,
        })
    }

    fn after(&self, sort: Sort) -> Result<After> {
        page::day("cursor", Some(self.due))?;
        page::day("cursor", Some(self.updated.date()))?;
        if self.sort != sort {
            return Err(page::bad("?cursor", FaultCode::Inconsistent, |fault| fault));
        }
        Ok(After {
            priority: self.priority,
            due_sort: self.due,
            updated_at: self.updated,
            reference_seq: self.seq,
        })
    }
}

/// Reads the query string of a list.
///
/// # Errors
/// `malformed` with each parameter that is unknown or cannot be read
pub fn read(text: &str) -> Result<(ListQuery, Fields)> {
    let (paging, filter) = split(text);
    let filter: FilterParams = extract::query(&filter)?;
    let paging: PageParams = extract::query(&paging)?;
    let sort = page::word("sort", paging.sort.as_deref().unwrap_or("due"))?;
    let place: Option<Place> = page::place(paging.cursor.as_deref())?;
    let fields = Fields::read(paging.fields.as_deref(), fields::names::<MeasureSummary>)?;
    let query = ListQuery {
        filter: filter.filter()?,
        sort,
        after: place.map(|place| place.after(sort)).transpose()?,
        limit: page::limit(paging.limit)?,
    };
    Ok((query, fields))
}

/// Whether a query string is one of a list and can be kept for later: without a place in it.
///
/// # Errors
/// `malformed` with each parameter that is unknown or cannot be read
pub fn check(text: &str) -> Result<()> {
    let mut names = url::form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name);
    if let Some(name) = names.find(|name| ["limit", "cursor"].contains(&&**name)) {
        return Err(page::bad("?", FaultCode::UnknownField, |fault| {
            fault.arg("value", name)
        }));
    }
    read(text).map(drop)
}

/// The parameters that say which part of the list, and those that say of which list: the latter stand alone
/// where it is counted.
fn split(text: &str) -> (String, String) {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let (paging, filter): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| PAGE.contains(&&**name));
    let written = |pairs: Vec<_>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs).finish()
    };
    (written(paging), written(filter))
}

fn concerned(name: &str, text: Option<String>) -> Result<Option<Concerned>> {
    Ok(page::text(name, text)?.map(|text| match text.as_str() {
        "none" => Concerned::Nobody,
        "me" => Concerned::Reader,
        _ => Concerned::Address(text),
    }))
}

fn priorities(text: Option<&str>) -> Result<Vec<i32>> {
    page::parts(text)
        .map(|part| {
            let number = part.parse().ok().filter(|number| (1..=4).contains(number));
            number.ok_or_else(|| {
                page::bad("?priority", FaultCode::OutOfRange, |fault| {
                    fault.arg("min", 1).arg("max", 4)
                })
            })
        })
        .collect()
}

/// Bytes that a measure of a page takes, as a rule.
const JSON_OF_ONE: usize = 640;

/// A page of measures.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasurePage {
    /// The measures.
    #[schema(value_type = Vec<MeasureSummary>)]
    items: Vec<Sparse<MeasureSummary>>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Measures that the caller may see.
#[utoipa::path(tag = "measure", operation_id = "list_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), FilterParams, PageParams),
    responses((status = 200, description = "A page of measures", body = MeasurePage), ReadProblems))]
#[get("/institutions/{institution}/measures")]
pub async fn list_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (query, fields) = read(request.query_string())?;
    let sort = query.sort;
    // Written by the thread that has the rows at hand; others wait for the one that serves their connection.
    let body = app
        .blocking(move |app| {
            let found = measures::list(app, By::Caller(&caller), &path, &query)?;
            let next = found.next.map(|after| Place::cursor(sort, after));
            let mut items = Vec::with_capacity(found.items.len());
            for measure in found.items {
                items.push(fields.of(measure)?);
            }
            let room = items.len() * JSON_OF_ONE;
            let next_cursor = next.transpose()?;
            answer::json(&MeasurePage { items, next_cursor }, room)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type(header::ContentType::json())
        .body(body))
}

/// How many measures a list holds, by the values of its facets.
///
/// The filters are those of the list. Each `value` is what the filter of the same name takes.
#[utoipa::path(tag = "measure", operation_id = "count_measures", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), FilterParams),
    responses((status = 200, description = "Counts", body = MeasureFacets), ReadProblems))]
#[get("/institutions/{institution}/measures/facets")]
pub async fn count_measures(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<FilterParams>,
) -> Result<HttpResponse> {
    let filter = params.0.filter()?;
    let found = app
        .blocking(move |app| measures::facets(app, By::Caller(&caller), &path, &filter))
        .await?;
    Ok(HttpResponse::Ok().json(found))
}
