//! Moving to a newer catalogue: what is proposed, and what a person confirms.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer;
use super::extract::{IfMatch, Json, NoQuery, Query};
use super::measures::versioned;
use super::openapi::{ChangeProblems, ReadProblems};
use super::page;
use crate::actions::catalogue::{self, MigrationReport, ProposalInput, Proposals};
use crate::actions::measures::view::MeasureView;
use crate::actions::measures::{self, MeasureMigration, MigrationInput};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::error::{Fault, FaultCode, Result};

/// Where to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MigrationParams {
    /// Keys of the OSCAL catalogues that are entered, separated by commas.
    to: String,
    /// SHA-256 of the mapping file, hexadecimal; the newest official one, of the operator or of the caller if left out.
    mapping: Option<String>,
}

impl MigrationParams {
    fn keys(&self) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        for key in self.to.split(',').map(str::trim) {
            if !key.is_empty() {
                keys.extend(page::text("to", Some(key.to_owned()))?);
            }
        }
        few(&keys, "?to")?;
        Ok(keys)
    }
}

/// Most catalogues that one question may be about.
const MOST_CATALOGUES: usize = 20;

fn few(keys: &[String], place: &str) -> Result<()> {
    if (1..=MOST_CATALOGUES).contains(&keys.len()) {
        return Ok(());
    }
    let range = |fault: Fault| fault.arg("min", 1).arg("max", MOST_CATALOGUES);
    Err(page::bad(place, FaultCode::OutOfRange, range))
}

/// What a mapping collection says about moving to other catalogues. A proposal: nothing is changed.
#[utoipa::path(tag = "catalogue", operation_id = "migrate_catalogue", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key of the Kompendium that is left", example = "gs-2023"), MigrationParams),
    responses((status = 200, description = "What the mapping says", body = MigrationReport), ReadProblems))]
#[get("/catalogues/{catalogue}/migration")]
pub async fn migrate_catalogue(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<MigrationParams>,
) -> Result<HttpResponse> {
    let to = params.0.keys()?;
    let mapping = params.0.mapping;
    let report = app
        .blocking(move |app| {
            catalogue::migration(app, By::Caller(&caller), &path, &to, mapping.as_deref())
        })
        .await?;
    Ok(HttpResponse::Ok().json(report))
}

/// What the status of requirements proposes for the controls of other catalogues. It is computed; nothing is stored.
#[utoipa::path(tag = "catalogue", operation_id = "propose_migration", security(("bearer" = [])),
    params(("catalogue" = String, Path, description = "Key of the Kompendium that is left", example = "gs-2023")),
    request_body = ProposalInput,
    responses((status = 200, description = "What a person may confirm", body = Proposals), ChangeProblems))]
#[post("/catalogues/{catalogue}/migration")]
pub async fn propose_migration(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
    body: Json<ProposalInput>,
) -> Result<HttpResponse> {
    few(&body.0.to, "/to")?;
    for key in &body.0.to {
        page::text("to", Some(key.clone()))?;
    }
    let proposals = app
        .blocking(move |app| catalogue::proposals(app, By::Caller(&caller), &path, &body.0))
        .await?;
    Ok(HttpResponse::Ok().json(proposals))
}

/// What the mapping proposes for the links of a measure. Nothing is changed.
#[utoipa::path(tag = "measure", operation_id = "get_measure_migration", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"), MigrationParams),
    responses((status = 200, description = "What the ISB may confirm", body = MeasureMigration), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/migration")]
pub async fn get_measure_migration(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Query<MigrationParams>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let to = params.0.keys()?;
    let mapping = params.0.mapping;
    let proposed = app
        .blocking(move |app| {
            let (by, mapping) = (By::Caller(&caller), mapping.as_deref());
            measures::proposed_migration(app, by, &institution, &measure, &to, mapping)
        })
        .await?;
    answer::resource(&proposed)
}

/// Carry links of a measure over to controls, as the ISB confirms. The old links stay, and so does everything else.
#[utoipa::path(tag = "measure", operation_id = "confirm_measure_migration", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007"),
        ("If-Match" = String, Header, description = "ETag that was read", example = "\"v1\"")),
    request_body = MigrationInput,
    responses((status = 200, description = "Measure as it is now", body = MeasureView, headers(("ETag" = String, description = "For If-Match"))), ChangeProblems))]
#[post("/institutions/{institution}/measures/{measure}/migration")]
pub async fn confirm_measure_migration(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    seen: IfMatch,
    _: Query<NoQuery>,
    body: Json<MigrationInput>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let changed = app
        .blocking(move |app| {
            let by = By::Caller(&caller);
            measures::confirm_migration(app, by, &institution, &measure, &seen.0, &body.0)
        })
        .await?;
    Ok(versioned(changed))
}
