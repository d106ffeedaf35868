//! What the service is asked under load.

use crate::service::Service;
use crate::world::{INSTITUTION, PATHS};

/// Paths of single measures.
pub fn measure_paths(references: &[String]) -> Vec<String> {
    let path = |reference| format!("/api/v1/institutions/{INSTITUTION}/measures/{reference}");
    references.iter().map(path).collect()
}

/// Lists that are compared: what they are called and what they ask for.
pub const LISTS: [(&str, &str); 8] = [
    ("a page of 50", ""),
    ("a page by priority", "&sort=priority"),
    ("a page of the last changes", "&sort=-updated"),
    (
        "a page of what is overdue",
        "&overdue=true&owner=netz@offenburg.example",
    ),
    (
        "a page by level status and gap",
        "&level=basic&status=proposed,approved&missing=owner",
    ),
    ("a page by text and unit", "&q=netz&org_unit=FB%20DigIT"),
    (
        "a page by module and date",
        "&module=NET.1.1&due_from=2023-01-01&due_to=2025-12-31&sort=-due",
    ),
    (
        "a page by layer class and priority",
        "&layer=NET&confidentiality=internal&priority=1,2&sort=-priority",
    ),
];

/// Counts that are compared.
pub const COUNTS: [(&str, &str); 2] = [
    ("counts of all", ""),
    (
        "counts by level and status",
        "level=basic&status=approved,in_progress",
    ),
];

/// Sums of a year: what they are called and how they are grouped.
pub const BUDGETS: [(&str, &str); 2] = [
    ("the budget of a year by line", "by=line"),
    ("the budget of a year by measure", "by=measure"),
];

/// Path of the sums of a year.
pub fn budget_path(query: &str) -> String {
    format!("/api/v1/institutions/{INSTITUTION}/budget?year=2023&{query}")
}

/// Path of the counts of a list.
pub fn counts_path(filters: &str) -> String {
    format!("/api/v1/institutions/{INSTITUTION}/measures/facets?{filters}")
}

/// The first pages of a list, each by the cursor of the one before.
pub fn page_paths(service: &Service, token: &str, filters: &str) -> Vec<String> {
    let first = format!("/api/v1/institutions/{INSTITUTION}/measures?limit=50{filters}");
    let mut paths = vec![first.clone()];
    while paths.len() < PATHS {
        let page: serde_json::Value =
            serde_json::from_str(&service.get(paths.last().unwrap(), token)).unwrap();
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        paths.push(format!("{first}&cursor={cursor}"));
    }
    paths
}
