//! REST: one file per resource, handlers of a few lines. What they decide is in `actions`.

pub mod absences;
pub mod address;
pub mod alarms;
pub mod allocations;
pub mod answer;
pub mod audit;
pub mod auth;
pub mod budget;
pub mod budget_entries;
pub mod budget_periods;
pub mod budget_postings;
pub mod budget_reconciliation;
pub mod budget_views;
pub mod calendar_feeds;
pub mod catalogue_files;
pub mod catalogue_imports;
pub mod catalogues;
pub mod checks;
pub mod comments;
pub mod consolidation;
pub mod dashboard;
pub mod deadlines;
pub mod extract;
pub mod fields;
pub mod filters;
pub mod health;
pub mod institutions;
pub mod measure_lists;
pub mod measure_order;
pub mod measure_record;
pub mod measure_sheets;
pub mod measures;
pub mod metrics;
pub mod migrations;
pub mod notifications;
pub mod openapi;
pub mod page;
pub mod posting_rules;
pub mod postponements;
pub mod posts;
pub mod problem;
pub mod programmes;
pub mod reminders;
pub mod resolutions;
pub mod server;
pub mod tables;
pub mod target_objects;
pub mod webhooks;

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// All routes, for either kind of configuration: each worker makes its own, and the document that describes them takes
/// megabytes, so it is put together once and not by every worker.
macro_rules! all_routes {
    ($config:ident, $scope:path) => {{
        $config.service(
            $scope("/api/v1")
                // Routes are tried one after the other: first what is asked most.
                .service(measure_lists::list_measures)
                // Before the measure itself, whose name it would be.
                .service(measure_lists::count_measures)
                .service(measures::create_measure)
                // Before the single measure, or `order` would be one, for every method.
                .service(measure_order::get_measure_order)
                // Before `get_measure`, for which `export` would be a measure, whatever the method.
                .service(measure_sheets::export_measures)
                .service(measure_sheets::import_measures)
                .route(measure_sheets::EXPORT, web::route().to(problem::nowhere))
                .route(measure_sheets::IMPORT, web::route().to(problem::nowhere))
                .route(
                    "/institutions/{institution}/measures/order",
                    web::route().to(problem::nowhere),
                )
                .route(
                    "/institutions/{institution}/measures/facets",
                    web::route().to(problem::nowhere),
                )
                .service(measures::get_measure)
                .service(measure_order::get_measure_dependencies)
                .service(measures::update_measure)
                .service(measures::change_measure_status)
                .service(measure_record::get_measure_history)
                .service(measure_record::list_measure_evidence)
                .service(measure_record::add_measure_evidence)
                .service(measure_record::withdraw_measure_evidence)
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
                .service(budget_entries::list_budget_entries)
                .service(budget_entries::post_budget_entries)
                .service(budget_entries::reverse_budget_entry)
                .service(budget_entries::complete_budget_entry)
                .service(budget_entries::transfer_budget)
                .service(budget_entries::carry_over_budget)
                .service(alarms::list_budget_alarms)
                .service(allocations::get_line_allocations)
                .service(allocations::set_line_allocations)
                .service(budget::get_budget)
                .service(budget_postings::import_budget_postings)
                .service(budget_postings::list_budget_postings)
                .service(budget_postings::get_budget_posting)
                .service(budget_postings::assign_budget_posting)
                .service(posting_rules::list_posting_rules)
                .service(posting_rules::create_posting_rule)
                .service(posting_rules::get_posting_rule)
                .service(posting_rules::delete_posting_rule)
                .service(budget_reconciliation::get_budget_reconciliation)
                .service(budget_views::get_security_share)
                .service(budget_views::get_unfunded_measures)
                .service(budget_views::get_lapsing_funds)
                .service(budget_periods::list_budget_periods)
                .service(budget_periods::create_budget_period)
                .service(budget_periods::get_budget_period)
                .service(budget_periods::update_budget_period)
                .service(budget_periods::delete_budget_period)
                .service(resolutions::list_resolutions)
                .service(resolutions::create_resolution)
                .service(resolutions::get_resolution)
                .service(resolutions::update_resolution)
                .service(posts::list_posts)
                .service(posts::create_post)
                // Before the single post, or `summary` would be one, for every method.
                .service(posts::summarise_posts)
                .route(posts::SUMMARY, web::route().to(problem::nowhere))
                .service(posts::get_post)
                .service(posts::update_post)
                .service(posts::change_post_status)
                .service(consolidation::merge_measures)
                .service(consolidation::replace_measure)
                .service(consolidation::split_measure)
                .service(target_objects::list_target_objects)
                .service(target_objects::create_target_object)
                .service(target_objects::get_target_object)
                .service(target_objects::update_target_object)
                .service(checks::list_checks)
                .service(checks::create_check)
                .service(checks::get_check)
                .service(checks::replace_check)
                .service(checks::approve_check_dispensable)
                .service(postponements::list_postponements)
                .service(postponements::list_measure_postponements)
                .service(postponements::request_measure_postponement)
                .service(postponements::get_measure_postponement)
                .service(postponements::decide_measure_postponement)
                .service(postponements::withdraw_measure_postponement)
                .service(comments::list_measure_comments)
                .service(comments::comment_on_measure)
                .service(filters::list_filters)
                .service(filters::create_filter)
                .service(filters::get_filter)
                .service(filters::update_filter)
                .service(filters::delete_filter)
                .service(dashboard::get_dashboard)
                .service(deadlines::list_deadlines)
                .service(deadlines::create_deadline)
                .service(deadlines::get_deadline)
                .service(deadlines::update_deadline)
                .service(deadlines::delete_deadline)
                .service(deadlines::complete_deadline)
                .service(deadlines::pause_deadline)
                .service(deadlines::resume_deadline)
                .service(absences::list_absences)
                .service(absences::create_absence)
                .service(absences::get_absence)
                .service(absences::delete_absence)
                .service(calendar_feeds::get_calendar_feed)
                .service(calendar_feeds::create_calendar_feed)
                .service(calendar_feeds::delete_calendar_feed)
                .service(reminders::preview_reminders)
                .service(notifications::list_notifications)
                .service(notifications::retry_notification)
                .service(webhooks::list_webhooks)
                .service(webhooks::create_webhook)
                .service(webhooks::get_webhook)
                .service(webhooks::update_webhook)
                .service(webhooks::delete_webhook)
                .service(webhooks::rotate_webhook_secret)
                .service(webhooks::test_webhook)
                .service(webhooks::list_webhook_deliveries)
                .service(webhooks::replay_webhook_delivery)
                .service(audit::list_audit_events),
        );
        $config.service(health::healthz).service(health::readyz);
        $config.service(calendar_feeds::read_calendar);
    }};
}

/// All routes of the API.
pub fn routes(config: &mut web::ServiceConfig) {
    all_routes!(config, web::scope);
}

/// All routes of the API with what describes them.
pub fn described_routes(config: &mut ServiceConfig<'_>) {
    all_routes!(config, scope);
}
