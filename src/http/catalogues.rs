//! Catalogues.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::catalogue_imports::SourceView;
use super::extract::{NoQuery, Query};
use super::openapi::ReadProblems;
use super::page;
use crate::actions::catalogue::{self, RequirementDetails, RequirementOrder};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::catalogue::{ImplementationOrder, Level, Model};
use crate::error::{Error, Result};
use crate::store::catalogues::{Catalogue, Module, Requirement, RequirementFilter};
use crate::store::types::from_json;

/// A catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueView {
    /// Key.
    #[schema(example = "gs-2023")]
    key: String,
    /// Title.
    title: String,
    /// Edition.
    #[schema(example = "2023")]
    edition: String,
    /// What it is made of.
    model: Model,
    /// What has the same series is another edition of it.
    #[schema(example = "gs")]
    series: String,
    /// SHA-256 of the facts that it was made from, hexadecimal.
    sha256: String,
    /// When it was stored.
    imported_at: DateTime<Utc>,
}

impl From<Catalogue> for CatalogueView {
    fn from(catalogue: Catalogue) -> Self {
        CatalogueView {
            key: catalogue.key,
            title: catalogue.title,
            edition: catalogue.edition,
            model: catalogue.model,
            series: catalogue.series,
            sha256: hex::encode(&catalogue.sha256),
            imported_at: catalogue.imported_at.and_utc(),
        }
    }
}

/// All catalogues.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueList {
    /// The catalogues.
    items: Vec<CatalogueView>,
}

/// Number of active requirements.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RequirementCounts {
    /// All levels.
    active: i64,
    /// Basis.
    basic: i64,
    /// Standard.
    standard: i64,
    /// Erhöhter Schutzbedarf.
    elevated: i64,
}

impl RequirementCounts {
    fn of(count: impl Fn(Level) -> i64) -> Self {
        let [basic, standard, elevated] =
            [Level::Basic, Level::Standard, Level::Elevated].map(count);
        RequirementCounts {
            active: basic + standard + elevated,
            basic,
            standard,
            elevated,
        }
    }
}

/// A catalogue with its layers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueOverview {
    /// The catalogue.
    #[serde(flatten)]
    catalogue: CatalogueView,
    /// Requirements of the whole catalogue that are not withdrawn.
    requirements: RequirementCounts,
    /// Layers in order.
    layers: Vec<LayerView>,
    /// Files that were imported for it, oldest first.
    sources: Vec<SourceView>,
}

/// A layer (Schicht).
#[derive(Debug, Serialize, ToSchema)]
pub struct LayerView {
    /// Id.
    #[schema(example = "SYS")]
    id: String,
    /// Title.
    title: String,
    /// Number of modules.
    modules: i64,
    /// Requirements that are not withdrawn.
    requirements: RequirementCounts,
}

/// A module (Baustein).
#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleView {
    /// Id.
    #[schema(example = "SYS.3.2.2")]
    id: String,
    /// Layer.
    #[schema(example = "SYS")]
    layer: String,
    /// Title.
    #[schema(example = "Mobile Device Management (MDM)")]
    title: String,
    /// Order of implementation.
    implementation_order: ImplementationOrder,
    /// Type of target object.
    target_type: String,
    /// Role that is responsible in principle.
    responsible_role: Option<String>,
    /// Further responsible roles.
    further_roles: Vec<String>,
    /// Requirements that are not withdrawn.
    requirements: RequirementCounts,
}

impl ModuleView {
    fn new(module: Module, counts: &HashMap<Level, i64>) -> Result<Self> {
        Ok(ModuleView {
            id: module.id,
            layer: module.layer_id,
            title: module.title,
            implementation_order: module.implementation_order,
            target_type: module.target_type,
            responsible_role: module.responsible_role,
            further_roles: from_json(&module.further_roles)?,
            requirements: RequirementCounts::of(|level| {
                counts.get(&level).copied().unwrap_or_default()
            }),
        })
    }
}

/// A section of a module.
#[derive(Debug, Serialize, ToSchema)]
pub struct SectionView {
    /// Heading.
    heading: String,
    /// Text.
    text: String,
}

/// A module with its sections.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleDetailsView {
    /// The module.
    #[serde(flatten)]
    module: ModuleView,
    /// Sections other than the requirements, where the XML was imported.
    sections: Vec<SectionView>,
}

/// Modules in the order of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleList {
    /// The modules.
    items: Vec<ModuleView>,
}

/// A requirement (Anforderung): facts only, no text of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementView {
    /// Id.
    #[schema(example = "SYS.3.2.2.A1")]
    id: String,
    /// Module.
    #[schema(example = "SYS.3.2.2")]
    module: String,
    /// Title.
    title: String,
    /// Level.
    level: Level,
    /// Roles that take precedence over the module's.
    roles: Vec<String>,
    /// ENTFALLEN: the number is kept, the requirement is gone.
    withdrawn: bool,
}

impl TryFrom<Requirement> for RequirementView {
    type Error = Error;

    fn try_from(requirement: Requirement) -> Result<Self> {
        Ok(RequirementView {
            id: requirement.id,
            module: requirement.module_id,
            title: requirement.title,
            level: requirement.level,
            roles: from_json(&requirement.roles)?,
            withdrawn: requirement.withdrawn,
        })
    }
}

/// What a requirement protects.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoalsView {
    /// Vertraulichkeit.
    confidentiality: bool,
    /// Integrität.
    integrity: bool,
    /// Verfügbarkeit.
    availability: bool,
}

/// A requirement with what imported files say of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementDetailsView {
    /// The facts.
    #[serde(flatten)]
    requirement: RequirementView,
    /// Text, where the XML was imported.
    text: Option<String>,
    /// Sentences, where the checklist of the module was imported.
    sentences: Vec<String>,
    /// Elementary threats that it counters, from the cross table.
    #[schema(example = json!(["G 0.14"]))]
    threats: Vec<String>,
    /// What it protects, where the cross table was imported.
    goals: Option<GoalsView>,
}

impl RequirementDetailsView {
    fn new(requirement: RequirementView, details: RequirementDetails) -> Self {
        let goals = |(confidentiality, integrity, availability)| GoalsView {
            confidentiality,
            integrity,
            availability,
        };
        RequirementDetailsView {
            requirement,
            text: details.text,
            sentences: details.sentences,
            threats: details.threats,
            goals: details.goals.map(goals),
        }
    }
}

/// A page of requirements.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementPage {
    /// The requirements, in a search the best match first.
    items: Vec<RequirementView>,
    /// For the next page, if there is one.
    next_cursor: Option<String>,
}

/// All catalogues.
#[utoipa::path(tag = "catalogue", operation_id = "list_catalogues", security(("bearer" = [])),
    responses((status = 200, description = "Catalogues", body = CatalogueList), ReadProblems))]
#[get("/catalogues")]
pub async fn list_catalogues(
    app: web::Data<App>,
    caller: Caller,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| catalogue::list(app, By::Caller(&caller)))
        .await?;
    Ok(HttpResponse::Ok().json(CatalogueList {
        items: found.into_iter().map(CatalogueView::from).collect(),
    }))
}

/// A catalogue with its layers and counts.
#[utoipa::path(tag = "catalogue", operation_id = "get_catalogue", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key", example = "gs-2023")),
    responses((status = 200, description = "Catalogue", body = CatalogueOverview), ReadProblems))]
#[get("/catalogues/{catalogue}")]
pub async fn get_catalogue(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| catalogue::overview(app, By::Caller(&caller), &path))
        .await?;
    let sources: Result<Vec<SourceView>> = found
        .sources
        .into_iter()
        .map(SourceView::try_from)
        .collect();
    let layers: Vec<LayerView> = found
        .layers
        .into_iter()
        .map(|(id, title)| LayerView {
            modules: found.modules.get(&id).copied().unwrap_or_default(),
            requirements: RequirementCounts::of(|level| {
                found
                    .counts
                    .get(&(id.clone(), level))
                    .copied()
                    .unwrap_or_default()
            }),
            id,
            title,
        })
        .collect();
    let sum = |count: fn(&RequirementCounts) -> i64| {
        layers.iter().map(|layer| count(&layer.requirements)).sum()
    };
    let requirements = RequirementCounts {
        active: sum(|counts| counts.active),
        basic: sum(|counts| counts.basic),
        standard: sum(|counts| counts.standard),
        elevated: sum(|counts| counts.elevated),
    };
    answer::resource(&CatalogueOverview {
        catalogue: found.catalogue.into(),
        requirements,
        layers,
        sources: sources?,
    })
}

/// Which modules.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ModuleParams {
    /// Of this layer.
    #[param(example = "SYS")]
    layer: Option<String>,
}

/// Modules of a catalogue.
#[utoipa::path(tag = "catalogue", operation_id = "list_modules", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key", example = "gs-2023"), ModuleParams),
    responses((status = 200, description = "Modules", body = ModuleList), ReadProblems))]
#[get("/catalogues/{catalogue}/modules")]
pub async fn list_modules(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<ModuleParams>,
) -> Result<HttpResponse> {
    let layer = page::text("layer", params.0.layer)?;
    let found = app
        .blocking(move |app| catalogue::modules(app, By::Caller(&caller), &path, layer.as_deref()))
        .await?;
    let items: Result<Vec<ModuleView>> = found
        .into_iter()
        .map(|(module, counts)| ModuleView::new(module, &counts))
        .collect();
    Ok(HttpResponse::Ok().json(ModuleList { items: items? }))
}

/// One module.
#[utoipa::path(tag = "catalogue", operation_id = "get_module", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key", example = "gs-2023"),
        ("module" = String, Path, description = "Id", example = "SYS.3.2.2")),
    responses((status = 200, description = "Module", body = ModuleDetailsView), ReadProblems))]
#[get("/catalogues/{catalogue}/modules/{module}")]
pub async fn get_module(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (key, module) = path.into_inner();
    let ((module, counts), texts) = app
        .blocking(move |app| catalogue::module(app, By::Caller(&caller), &key, &module))
        .await?;
    let section = |(heading, text)| SectionView { heading, text };
    answer::resource(&ModuleDetailsView {
        module: ModuleView::new(module, &counts)?,
        sections: texts.into_iter().map(section).collect(),
    })
}

/// Which requirements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequirementParams {
    /// Of this module.
    #[param(example = "SYS.3.2.2")]
    module: Option<String>,
    /// Of this layer.
    layer: Option<String>,
    /// Of this level.
    level: Option<Level>,
    /// Withdrawn ones only (`true`) or active ones only (`false`).
    withdrawn: Option<bool>,
    /// Countering this elementary threat.
    #[param(example = "G 0.14")]
    threat: Option<String>,
    /// For which this role is responsible: named in the requirement, or the module's where it names none.
    role: Option<String>,
    /// Words in id, title or text, the best match first (ids before titles before texts); case and umlauts do not
    /// matter.
    q: Option<String>,
    /// By id (A2 before A10; what is meant if left out) or as in the document, where levels and not numbers come first.
    #[param(inline)]
    sort: Option<RequirementOrder>,
    /// Rows in a page, 1 to 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Requirements of a catalogue.
#[utoipa::path(tag = "catalogue", operation_id = "list_requirements", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key", example = "gs-2023"), RequirementParams),
    responses((status = 200, description = "A page of requirements", body = RequirementPage), ReadProblems))]
#[get("/catalogues/{catalogue}/requirements")]
pub async fn list_requirements(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<RequirementParams>,
) -> Result<HttpResponse> {
    let params = params.0;
    let limit = page::limit(params.limit)?;
    let after: Option<catalogue::Found> = page::place(params.cursor.as_deref())?;
    let (threat, role) = (
        page::text("threat", params.threat)?,
        page::text("role", params.role)?,
    );
    let (module, layer) = (
        page::text("module", params.module)?,
        page::text("layer", params.layer)?,
    );
    let text = page::text("q", params.q)?;
    let (level, withdrawn) = (params.level, params.withdrawn);
    let sort = params.sort.unwrap_or_default();
    let found = app
        .blocking(move |app| {
            let filter = RequirementFilter {
                id: None,
                module: module.as_deref(),
                layer: layer.as_deref(),
                level,
                withdrawn,
                threat: threat.as_deref(),
                role: role.as_deref(),
                text: text.as_deref(),
            };
            let by = By::Caller(&caller);
            catalogue::requirements(app, by, &path, &filter, sort, after.as_ref(), limit + 1)
        })
        .await?;
    let (found, next) = page::cut(found, limit, |(place, _)| place.clone())?;
    let items: Result<Vec<RequirementView>> = found
        .into_iter()
        .map(|(_, requirement)| RequirementView::try_from(requirement))
        .collect();
    Ok(HttpResponse::Ok().json(RequirementPage {
        items: items?,
        next_cursor: next,
    }))
}

/// One requirement.
#[utoipa::path(tag = "catalogue", operation_id = "get_requirement", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key", example = "gs-2023"),
        ("requirement" = String, Path, description = "Id", example = "SYS.3.2.2.A1")),
    responses((status = 200, description = "Requirement", body = RequirementDetailsView), ReadProblems))]
#[get("/catalogues/{catalogue}/requirements/{requirement}")]
pub async fn get_requirement(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (key, id) = path.into_inner();
    let (requirement, details) = app
        .blocking(move |app| catalogue::requirement(app, By::Caller(&caller), &key, &id))
        .await?;
    answer::resource(&RequirementDetailsView::new(
        RequirementView::try_from(requirement)?,
        details,
    ))
}
