//! REST: one file per resource, handlers of a few lines. What they decide is in `actions`.

pub mod address;
pub mod answer;
pub mod audit;
pub mod auth;
pub mod catalogue_files;
pub mod catalogue_imports;
pub mod catalogues;
pub mod consolidation;
pub mod dashboard;
pub mod extract;
pub mod health;
pub mod institutions;
pub mod measure_order;
pub mod measures;
pub mod metrics;
pub mod migrations;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod programmes;
pub mod reminders;
pub mod server;
pub mod target_objects;

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// All routes of the API.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/api/v1")
            .service(auth::login)
            .service(auth::refresh)
            .service(auth::logout)
            .service(auth::me)
            .service(catalogues::list_catalogues)
            .service(catalogue_imports::import_catalogue)
            .service(catalogue_imports::list_catalogue_files)
            .service(catalogues::get_catalogue)
            .service(catalogues::list_modules)
            .service(catalogues::get_module)
            .service(catalogues::list_requirements)
            .service(catalogues::get_requirement)
            .service(catalogue_files::list_threats)
            .service(catalogue_files::list_groups)
            .service(catalogue_files::list_controls)
            .service(catalogue_files::get_control)
            .service(catalogue_files::diff_catalogues)
            .service(migrations::migrate_catalogue)
            .service(migrations::propose_migration)
            .service(migrations::get_measure_migration)
            .service(migrations::confirm_measure_migration)
            .service(institutions::get_institution)
            .service(programmes::list_programmes)
            .service(programmes::import_programme)
            .service(programmes::get_programme)
            .service(programmes::get_programme_plan)
            .service(measures::list_measures)
            .service(measures::create_measure)
            // Before the single measure, or `order` would be one, for every method.
            .service(measure_order::get_measure_order)
            .route(
                "/institutions/{institution}/measures/order",
                web::route().to(problem::nowhere),
            )
            .service(measures::get_measure)
            .service(measure_order::get_measure_dependencies)
            .service(measures::update_measure)
            .service(measures::change_measure_status)
            .service(consolidation::merge_measures)
            .service(consolidation::replace_measure)
            .service(consolidation::split_measure)
            .service(target_objects::list_target_objects)
            .service(target_objects::create_target_object)
            .service(target_objects::get_target_object)
            .service(target_objects::update_target_object)
            .service(dashboard::get_dashboard)
            .service(reminders::preview_reminders)
            .service(reminders::list_notifications)
            .service(audit::list_audit_events),
    );
    config.service(health::healthz).service(health::readyz);
}
