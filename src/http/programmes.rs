//! Programmes with their plan table.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::extract::{IdempotencyKey, Json, NoQuery, Query};
use super::openapi::{CreateProblems, ReadProblems};
use super::tables::{self, Accepted, FormatParams};
use crate::actions::budget::{Tabular, plan_grid};
use crate::actions::resolutions::ResolutionView;
use crate::actions::{By, Caller, programmes};
use crate::app::App;
use crate::domain::duty::Recurrence;
use crate::domain::measure::{Confidentiality, Precision};
use crate::domain::plan::Plan;
use crate::domain::printed_total::PostTotalCheck;
use crate::domain::programme::{AmountBasis, PostKind};
use crate::domain::programme_file::{Condition, ProgrammeFile, Source};
use crate::error::Result;
use crate::sheet::Grid;
use crate::store::posts::Post;
use crate::store::programmes::{Duty, Programme};

/// A programme in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeSummary {
    /// Key.
    #[schema(example = "OG-2021-DIG")]
    key: String,
    /// Title.
    title: String,
    /// Title for the public, where the other one may not be.
    title_public: Option<String>,
    /// Budget period in words.
    period: String,
    /// Budget years in order.
    years: Vec<i32>,
    /// With or without tax.
    amount_basis: AmountBasis,
    /// Confidentiality class.
    confidentiality: Confidentiality,
    /// When it was imported.
    imported_at: DateTime<Utc>,
}

impl TryFrom<Programme> for ProgrammeSummary {
    type Error = crate::error::Error;

    fn try_from(programme: Programme) -> Result<Self> {
        Ok(ProgrammeSummary {
            years: programme.years()?,
            key: programme.key,
            title: programme.title,
            title_public: programme.title_public,
            period: programme.period,
            amount_basis: programme.amount_basis,
            confidentiality: programme.confidentiality,
            imported_at: programme.imported_at.and_utc(),
        })
    }
}

/// Programmes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeList {
    /// The programmes by key.
    items: Vec<ProgrammeSummary>,
}

/// Posts of one unit and start.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostView {
    /// Id.
    id: String,
    /// Unit.
    org_unit: String,
    /// Pay grade.
    grade: Option<String>,
    /// Hundredths of a full-time post.
    #[schema(example = 250)]
    hundredths: i32,
    /// Of these, to be filled before the budget is adopted.
    early_hundredths: i32,
    /// Kind.
    kind: PostKind,
    /// Start.
    starts_on: Option<NaiveDate>,
    /// Remark.
    note: Option<String>,
}

impl From<Post> for PostView {
    fn from(post: Post) -> Self {
        PostView {
            id: post.id,
            org_unit: post.org_unit,
            grade: post.grade,
            hundredths: post.hundredths,
            early_hundredths: post.early_hundredths,
            kind: post.kind,
            starts_on: post.starts_on,
            note: post.note,
        }
    }
}

/// A reporting duty or deadline.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyView {
    /// Key within the programme.
    #[schema(example = "DL-KN-3")]
    key: String,
    /// What is to be done.
    text: String,
    /// First date: the last day of its period. None where the paper gives none.
    due_on: Option<NaiveDate>,
    /// How exactly it is known.
    precision: Option<Precision>,
    /// How often it comes.
    recurrence: Recurrence,
    /// Last day on which it may come again.
    until_on: Option<NaiveDate>,
    /// Every date up to `until_on`; without one the first alone.
    due_dates: Vec<NaiveDate>,
    /// The paper leaves open when: somebody has to decide.
    needs_decision: bool,
    /// Where it stands.
    source: Source,
}

impl From<Duty> for DutyView {
    fn from(duty: Duty) -> Self {
        let dates = |first| duty.recurrence.dates(first, duty.until_on);
        DutyView {
            due_dates: duty.due_on.map(dates).unwrap_or_default(),
            key: duty.key,
            text: duty.text,
            due_on: duty.due_on,
            precision: duty.precision,
            recurrence: duty.recurrence,
            until_on: duty.until_on,
            needs_decision: duty.needs_decision,
            source: duty.source,
        }
    }
}

/// A programme with what a paper says of it beside its plan table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeView {
    /// What a list shows.
    #[serde(flatten)]
    summary: ProgrammeSummary,
    /// Key of the programme that it is a part of.
    parent: Option<String>,
    /// Keys of its parts.
    parts: Vec<String>,
    /// The sitting that decides it.
    resolution: Option<ResolutionView>,
    /// Posts.
    posts: Vec<PostView>,
    /// Sum of the posts in hundredths.
    posts_hundredths: i64,
    /// Sum of the early ones in hundredths.
    posts_early_hundredths: i64,
    /// Printed numbers of posts, and verdicts.
    post_totals: Vec<PostTotalCheck>,
    /// Conditions under which money or posts are granted.
    conditions: Vec<Condition>,
    /// Reporting duties and deadlines.
    duties: Vec<DutyView>,
}

/// The plan table of a programme.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanView {
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    programme: String,
    /// Title of the programme.
    title: String,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    currency: String,
    /// The table.
    #[serde(flatten)]
    plan: Plan,
}

/// What an import has brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// Keys of the programmes.
    programmes: Vec<String>,
    /// Number of budget lines.
    lines: usize,
    /// References of the measures.
    measures: Vec<ImportedMeasure>,
}

/// A measure that an import has brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedMeasure {
    /// Key in the file.
    key: String,
    /// Reference.
    reference: String,
}

/// Programmes that the caller may see.
#[utoipa::path(tag = "programme", operation_id = "list_programmes", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Programmes", body = ProgrammeList), ReadProblems))]
#[get("/institutions/{institution}/programmes")]
pub async fn list_programmes(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| programmes::list(app, By::Caller(&caller), &path))
        .await?;
    let items: Result<Vec<ProgrammeSummary>> =
        found.into_iter().map(ProgrammeSummary::try_from).collect();
    Ok(HttpResponse::Ok().json(ProgrammeList { items: items? }))
}

/// Import a programme file, as a whole or not at all. Measures have to be proposed: steps that were taken
/// before zinne are the operator's to import.
#[utoipa::path(tag = "programme", operation_id = "import_programme", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 255 characters; kept for a day")),
    request_body = ProgrammeFile,
    responses((status = 201, description = "Imported", body = ImportView), CreateProblems))]
#[post("/institutions/{institution}/programmes")]
pub async fn import_programme(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    key: IdempotencyKey,
    _: Query<NoQuery>,
    body: Json<ProgrammeFile>,
) -> Result<HttpResponse> {
    let location = format!("/api/v1/institutions/{path}/programmes");
    let imported = app
        .blocking(move |app| {
            programmes::import(app, By::Caller(&caller), &path, &body.0, key.0.as_deref())
        })
        .await?;
    let measure = |(key, reference)| ImportedMeasure { key, reference };
    let (imported, replayed) = (imported.body, imported.replayed);
    Ok(answer::created(replayed)
        .insert_header((header::LOCATION, location))
        .json(ImportView {
            programmes: imported.programmes,
            lines: imported.lines,
            measures: imported.references.into_iter().map(measure).collect(),
        }))
}

/// One programme with resolution, posts, conditions and duties.
#[utoipa::path(tag = "programme", operation_id = "get_programme", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG")),
    responses((status = 200, description = "Programme", body = ProgrammeView), ReadProblems))]
#[get("/institutions/{institution}/programmes/{programme}")]
pub async fn get_programme(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, key) = path.into_inner();
    let found = app
        .blocking(move |app| programmes::read(app, By::Caller(&caller), &institution, &key))
        .await?;
    let sum = |of: fn(&Post) -> i32| found.posts.iter().map(|post| i64::from(of(post))).sum();
    answer::resource(&ProgrammeView {
        posts_hundredths: sum(|post| post.hundredths),
        posts_early_hundredths: sum(|post| post.early_hundredths),
        summary: found.programme.try_into()?,
        parent: found.parent,
        parts: found.parts,
        resolution: found.resolution.map(ResolutionView::try_from).transpose()?,
        posts: found.posts.into_iter().map(PostView::from).collect(),
        post_totals: found.post_totals,
        conditions: found.conditions,
        duties: found.duties.into_iter().map(DutyView::from).collect(),
    })
}

/// The plan table as the council paper prints it: groups, years, sums, double budgets, headroom, printed totals.
#[utoipa::path(tag = "programme", operation_id = "get_programme_plan", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("programme" = String, Path, description = "Key", example = "OG-2021-DIG"), FormatParams),
    responses((status = 200, description = "Plan table", content(
            (PlanView = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadProblems))]
#[get("/institutions/{institution}/programmes/{programme}/plan")]
pub async fn get_programme_plan(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<FormatParams>,
    accepted: Accepted,
) -> Result<HttpResponse> {
    let format = tables::wanted(params.0.format.as_deref(), accepted)?;
    let (institution, key) = path.into_inner();
    let name = institution.clone();
    let (programme, plan) = app
        .blocking(move |app| programmes::plan(app, By::Caller(&caller), &institution, &key))
        .await?;
    let view = PlanView {
        programme: programme.key,
        title: programme.title,
        currency: "EUR".to_owned(),
        plan,
    };
    tables::answer(&app, &name, view, format).await
}

impl Tabular for PlanView {
    fn grid(&self) -> Grid {
        plan_grid(&self.plan)
    }

    fn name(&self, institution: &str) -> String {
        // A key may hold what no file name does.
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let key: String = self.programme.chars().map(plain).collect();
        format!("plan-{institution}-{key}")
    }
}
