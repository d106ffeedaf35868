//! What imported files have brought: threats, controls, differences, migration.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{NoQuery, Query};
use super::openapi::ReadProblems;
use super::page;
use crate::actions::catalogue::{self, CatalogueDiff};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::store::catalogues::controls::{Control, ControlFilter, Group};
use crate::store::catalogues::texts::Threat;

/// An elementary threat (elementare Gefährdung).
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreatView {
    /// Id.
    #[schema(example = "G 0.14")]
    id: String,
    /// Title.
    title: String,
    /// Number of requirements that counter it.
    requirements: i64,
}

impl From<Threat> for ThreatView {
    fn from(threat: Threat) -> Self {
        ThreatView {
            id: threat.id,
            title: threat.title,
            requirements: threat.requirements,
        }
    }
}

/// Threats of a catalogue in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreatList {
    /// The threats.
    items: Vec<ThreatView>,
}

/// Elementary threats of a catalogue.
#[utoipa::path(tag = "catalogue", operation_id = "list_threats", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key", example = "gs-2023")),
    responses((status = 200, description = "Threats", body = ThreatList), ReadProblems))]
#[get("/catalogues/{catalogue}/threats")]
pub async fn list_threats(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| catalogue::threats(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(ThreatList {
        items: found.into_iter().map(ThreatView::from).collect(),
    }))
}

/// A group of controls.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// Id.
    #[schema(example = "ARCH.2")]
    id: String,
    /// Group around it.
    parent: Option<String>,
    /// Title.
    title: String,
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        GroupView {
            id: group.id,
            parent: group.parent_id,
            title: group.title,
        }
    }
}

/// Groups of a catalogue, each before those in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    items: Vec<GroupView>,
}

/// Groups of an OSCAL catalogue.
#[utoipa::path(tag = "catalogue", operation_id = "list_groups", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key")),
    responses((status = 200, description = "Groups", body = GroupList), ReadProblems))]
#[get("/catalogues/{catalogue}/groups")]
pub async fn list_groups(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| catalogue::groups(app, By::Caller(&caller), &path))
        .await?;
    Ok(HttpResponse::Ok().json(GroupList {
        items: found.into_iter().map(GroupView::from).collect(),
    }))
}

/// A control of an OSCAL catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlView {
    /// Id of this edition; a later one may number anew.
    #[schema(example = "ARCH.2.1")]
    id: String,
    /// Key that survives a renumbering.
    alt_identifier: Option<String>,
    /// Group around it.
    group: Option<String>,
    /// Control around it.
    parent: Option<String>,
    /// Title.
    title: String,
    /// Statement; parameters stand as values, or as labels in brackets.
    statement: String,
    /// Guidance.
    guidance: String,
    /// MUSS, SOLLTE or KANN.
    modal_verb: Option<String>,
    /// Security level.
    security_level: Option<String>,
    /// Effort, 0 (not rated) to 5.
    effort_level: Option<String>,
    /// No longer in force.
    withdrawn: bool,
}

impl From<Control> for ControlView {
    fn from(control: Control) -> Self {
        ControlView {
            id: control.id,
            alt_identifier: control.alt_identifier,
            group: control.group_id,
            parent: control.parent_id,
            title: control.title,
            statement: control.statement,
            guidance: control.guidance,
            modal_verb: control.modal_verb,
            security_level: control.security_level,
            effort_level: control.effort_level,
            withdrawn: control.withdrawn,
        }
    }
}

/// Which controls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ControlParams {
    /// Directly in this group.
    group: Option<String>,
    /// With this modal verb: MUSS, SOLLTE or KANN.
    modal_verb: Option<String>,
    /// Words in id, title or text; case and umlauts do not matter.
    q: Option<String>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of controls.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlPage {
    /// The controls in the order of the catalogue.
    items: Vec<ControlView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// Controls of an OSCAL catalogue.
#[utoipa::path(tag = "catalogue", operation_id = "list_controls", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key"), ControlParams),
    responses((status = 200, description = "A page of controls", body = ControlPage), ReadProblems))]
#[get("/catalogues/{catalogue}/controls")]
pub async fn list_controls(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<ControlParams>,
) -> Result<HttpResponse> {
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let after: Option<i32> = page::place(params.cursor.as_deref())?;
    let group = page::text("group", params.group)?;
    let modal_verb = page::text("modal_verb", params.modal_verb)?;
    let text = page::text("q", params.q)?;
    let found = app
        .blocking(move |app| {
            let filter = ControlFilter {
                id: None,
                group: group.as_deref(),
                modal_verb: modal_verb.as_deref(),
                text: text.as_deref(),
                after,
                limit: page::rows(limit),
            };
            catalogue::controls(app, By::Caller(&caller), &path, &filter)
        })
        .await?;
    let (found, next) = page::cut(found, limit, |last| last.position)?;
    Ok(HttpResponse::Ok().json(ControlPage {
        items: found.into_iter().map(ControlView::from).collect(),
        next_cursor: next,
    }))
}

/// One control.
#[utoipa::path(tag = "catalogue", operation_id = "get_control", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key"),
        ("control" = String, Path, description = "Id", example = "ARCH.2.1")),
    responses((status = 200, description = "Control", body = ControlView), ReadProblems))]
#[get("/catalogues/{catalogue}/controls/{control}")]
pub async fn get_control(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (key, id) = path.into_inner();
    let found = app
        .blocking(move |app| {
            let filter = ControlFilter {
                id: Some(&id),
                limit: 1,
                ..ControlFilter::default()
            };
            catalogue::controls(app, By::Caller(&caller), &key, &filter)
        })
        .await?;
    let control = found.into_iter().next();
    let control = control.ok_or_else(|| Error::new(Code::NotFound))?;
    answer::resource(&ControlView::from(control))
}

/// What changed from one catalogue to another.
#[utoipa::path(tag = "catalogue", operation_id = "diff_catalogues", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key of the older one"),
        ("other" = String, Path, description = "Key of the newer one")),
    responses((status = 200, description = "Differences", body = CatalogueDiff), ReadProblems))]
#[get("/catalogues/{catalogue}/diff/{other}")]
pub async fn diff_catalogues(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (older, newer) = path.into_inner();
    let diff = app
        .blocking(move |app| catalogue::diff(app, By::Caller(&caller), &older, &newer))
        .await?;
    Ok(HttpResponse::Ok().json(diff))
}
