//! Institutions.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::extract::{NoQuery, Query};
use super::openapi::ReadProblems;
use crate::actions::{By, Caller, institutions};
use crate::app::App;
use crate::domain::holiday::Land;
use crate::domain::institution::InstitutionKind;
use crate::error::Result;

/// An institution.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstitutionView {
    /// Name in paths.
    #[schema(example = "offenburg")]
    slug: String,
    /// Name.
    #[schema(example = "Stadt Offenburg")]
    name: String,
    /// Kind.
    kind: InstitutionKind,
    /// Land whose statutory holidays count, by ISO 3166-2:DE.
    #[schema(example = "BW")]
    land: Land,
}

/// One institution.
#[utoipa::path(tag = "institution", operation_id = "get_institution", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg")),
    responses((status = 200, description = "Institution", body = InstitutionView), ReadProblems))]
#[get("/institutions/{institution}")]
pub async fn get_institution(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let found = app
        .blocking(move |app| institutions::read(app, By::Caller(&caller), &path))
        .await?;
    answer::resource(&InstitutionView {
        slug: found.slug,
        name: found.name,
        kind: found.kind,
        land: found.land,
    })
}
