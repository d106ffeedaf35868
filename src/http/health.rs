//! Health for whoever runs the service.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::health;
use crate::app::App;

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthView {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: String,
}

/// What has been looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessView {
    /// All of it is well.
    ready: bool,
    /// The database answers.
    database: bool,
    /// Its schema is this program's.
    migrations: bool,
    /// The reminders are not late.
    scheduler: bool,
}

/// Whether the process lives.
#[utoipa::path(tag = "operation", operation_id = "healthz",
    responses((status = 200, description = "The process lives", body = HealthView)))]
#[get("/healthz")]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(HealthView {
        status: "ok".to_owned(),
    })
}

/// Whether requests may come: database, migrations, scheduler.
#[utoipa::path(tag = "operation", operation_id = "readyz",
    responses((status = 200, description = "Requests may come", body = ReadinessView),
        (status = 503, description = "They should not", body = ReadinessView)))]
#[get("/readyz")]
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    let found = app.blocking(|app| Ok(health::readiness(app))).await;
    let found = found.unwrap_or(health::Readiness {
        database: false,
        migrations: false,
        scheduler: false,
    });
    let view = ReadinessView {
        ready: found.ready(),
        database: found.database,
        migrations: found.migrations,
        scheduler: found.scheduler,
    };
    if view.ready {
        HttpResponse::Ok().json(view)
    } else {
        HttpResponse::ServiceUnavailable().json(view)
    }
}
