//! How many measures a list holds, by the values of its facets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::list_sight;
use super::{By, Scope};
use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::error::Result;
use crate::store::measures::{self, Filter};

/// Values of one facet that are told one by one.
const MOST: usize = 50;

/// How many measures there are with one value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacetValue {
    /// What the filter of the same name takes; null: those that have none.
    #[schema(example = "in_progress")]
    pub value: Option<String>,
    /// What people call it, where that is something else.
    pub name: Option<String>,
    /// Measures.
    #[schema(example = 7)]
    pub count: i64,
}

/// Counts by the values of one facet, the largest first where there is no end of values.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Facet {
    /// At most the 50 largest.
    pub values: Vec<FacetValue>,
    /// Measures with other values.
    pub others: i64,
}

/// Counts of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MeasureFacets {
    /// Measures in the list.
    #[schema(example = 23)]
    pub total: i64,
    /// By status.
    pub status: Facet,
    /// By priority.
    pub priority: Facet,
    /// Overdue or not.
    pub overdue: Facet,
    /// By organisational unit.
    pub org_unit: Facet,
    /// By whoever is responsible.
    pub owner: Facet,
    /// By programme; one out of sight counts as none.
    pub programme: Facet,
    /// By level of linked requirements; a measure counts for each of them.
    pub level: Facet,
    /// By layer of linked modules; a measure counts for each of them.
    pub layer: Facet,
    /// By class.
    pub confidentiality: Facet,
    /// By what is missing; a measure counts for each.
    pub missing: Facet,
}

/// Counts the measures that the caller may see and that a filter finds.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn facets(app: &App, by: By<'_>, institution: &str, filter: &Filter) -> Result<MeasureFacets> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let sight = list_sight(app, &scope)?;
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let found = measures::facets(db, &sight, filter, berlin_day(now), most)?;
        Ok(MeasureFacets::from(found))
    })
}

impl From<measures::Facets> for MeasureFacets {
    fn from(found: measures::Facets) -> Self {
        let total = found.total;
        let seen: i64 = found.programme.iter().map(|(_, count)| count).sum();
        let mut programmes: Vec<FacetValue> = found
            .programme
            .into_iter()
            .map(|((key, title), count)| value(Some(key), Some(title), count))
            .collect();
        if seen < total {
            programmes.push(value(None, None, total - seen));
        }
        let overdue = [(true, found.overdue), (false, total - found.overdue)];
        let owners = found.owner.into_iter().map(|(owner, count)| {
            let (email, name) = owner.unzip();
            value(email, name, count)
        });
        let units = found.org_unit.into_iter();
        MeasureFacets {
            total,
            status: words(found.status),
            priority: words(found.priority),
            overdue: words(overdue.into_iter().filter(|(_, count)| *count > 0)),
            org_unit: rest_of(
                total,
                units
                    .map(|(unit, count)| value(unit, None, count))
                    .collect(),
            ),
            owner: rest_of(total, owners.collect()),
            programme: largest(programmes),
            level: words(found.level),
            layer: largest(words(found.layer).values),
            confidentiality: words(found.confidentiality),
            missing: words(found.missing),
        }
    }
}

const fn value(value: Option<String>, name: Option<String>, count: i64) -> FacetValue {
    FacetValue { value, name, count }
}

/// Of a fixed set of words.
fn words<W: ToString>(counts: impl IntoIterator<Item = (W, i64)>) -> Facet {
    let values = counts.into_iter();
    Facet {
        values: values
            .map(|(word, count)| value(Some(word.to_string()), None, count))
            .collect(),
        others: 0,
    }
}

/// The largest ones, of which the rest to the total is counted.
fn rest_of(total: i64, values: Vec<FacetValue>) -> Facet {
    let told: i64 = values.iter().map(|value| value.count).sum();
    Facet {
        others: total - told,
        values,
    }
}

/// The largest of all.
fn largest(mut values: Vec<FacetValue>) -> Facet {
    values.sort_by_key(|value| std::cmp::Reverse(value.count));
    let others = values.split_off(values.len().min(MOST));
    Facet {
        others: others.iter().map(|value| value.count).sum(),
        values,
    }
}
