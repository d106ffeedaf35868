//! Posts (Stellen): listing, reading, granted beside filled; entering, changing and steps.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::measures::view::etag;
use super::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::measure::Confidentiality;
use crate::domain::post::{Status, Tally, tally, vacant_since};
use crate::domain::programme::PostKind;
use crate::domain::programme_file::Source;
use crate::error::{Error, Result};
use crate::store::posts::{self, Filter, Row, Within};
use crate::store::types::from_json;

mod input;
mod write;

pub use input::{PostInput, PostPatch, PostStatusInput};
pub use write::{change_status, create, update};

/// A post, or several alike of one unit with one start, in hundredths of a full-time equivalent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PostDetails {
    /// Id.
    pub id: String,
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Unit.
    #[schema(example = "FB DigIT")]
    pub org_unit: String,
    /// Pay grade.
    #[schema(example = "EG 14")]
    pub grade: Option<String>,
    /// Kind.
    pub kind: PostKind,
    /// Where it stands.
    pub status: Status,
    /// What can come next.
    pub next_statuses: Vec<Status>,
    /// Hundredths of a full-time equivalent.
    #[schema(example = 800)]
    pub hundredths: i32,
    /// Of these, to be filled before the budget is adopted.
    #[schema(example = 300)]
    pub early_hundredths: i32,
    /// Of the hundredths, filled.
    pub filled_hundredths: i32,
    /// Start.
    pub starts_on: Option<NaiveDate>,
    /// Start of the early part.
    pub early_starts_on: Option<NaiveDate>,
    /// Since when it is vacant: granted, the start has passed, and not filled.
    pub vacant_since: Option<NaiveDate>,
    /// Day on which it falls away (kw).
    pub ends_on: Option<NaiveDate>,
    /// Year of the Stellenplan that it stands in.
    pub staffing_plan_year: Option<i32>,
    /// What it costs in a year, in cents (EUR).
    pub cost_year_cents: Option<i64>,
    /// Key of the resolution that grants it.
    pub resolution: Option<String>,
    /// Remark.
    pub note: Option<String>,
    /// Where it stands in a paper.
    pub source: Option<Source>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
}

impl PostDetails {
    fn new(row: Row, today: NaiveDate) -> Result<Self> {
        let Row {
            post,
            programme,
            resolution,
        } = row;
        Ok(PostDetails {
            vacant_since: vacant_since(&post.facts(), today),
            source: post.source.as_deref().map(from_json).transpose()?,
            id: post.id,
            programme,
            org_unit: post.org_unit,
            grade: post.grade,
            kind: post.kind,
            status: post.status,
            next_statuses: post.status.next().to_vec(),
            hundredths: post.hundredths,
            early_hundredths: post.early_hundredths,
            filled_hundredths: post.filled_hundredths,
            starts_on: post.starts_on,
            early_starts_on: post.early_starts_on,
            ends_on: post.ends_on,
            staffing_plan_year: post.staffing_plan_year,
            cost_year_cents: post.cost_year_cents,
            resolution: resolution.map(|resolution| resolution.key),
            note: post.note,
            version: post.version,
        })
    }

    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

/// Classes of programmes whose posts the caller sees.
fn classes(app: &App, scope: &Scope) -> Result<Vec<Confidentiality>> {
    Ok(app.policy.visibility(scope.person()?).programmes)
}

fn within<'a>(scope: &'a Scope, classes: &'a [Confidentiality]) -> Within<'a> {
    Within {
        institution_id: &scope.institution.id,
        classes,
    }
}

/// Posts in the order in which they were entered, those after an id first; at most `limit`.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<PostDetails>> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::PostRead, &Resource::Institution)?;
        let classes = classes(app, &scope)?;
        let found = posts::page(db, &within(&scope, &classes), filter, today, after, limit)?;
        let view = |row| PostDetails::new(row, today);
        found.into_iter().map(view).collect()
    })
}

/// One post.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<PostDetails> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::PostRead, &Resource::Institution)?;
        let classes = classes(app, &scope)?;
        PostDetails::new(
            posts::get(db, &within(&scope, &classes), id)?,
            berlin_day(now),
        )
    })
}

/// Posts of one programme and unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitPosts {
    /// Key of the programme.
    #[schema(example = "KN-2017-DO")]
    pub programme: String,
    /// Unit.
    #[schema(example = "IT – Projekte")]
    pub org_unit: String,
    /// Granted beside filled.
    #[serde(flatten)]
    pub tally: Tally,
}

/// Posts granted beside posts filled.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostSummary {
    /// The day that "vacant" is as of.
    pub as_of: NaiveDate,
    /// By programme and unit.
    pub items: Vec<UnitPosts>,
    /// All together.
    pub total: Tally,
}

/// Granted beside filled, per programme and unit.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn summary(app: &App, by: By<'_>, institution: &str) -> Result<PostSummary> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::PostRead, &Resource::Institution)?;
        let classes = classes(app, &scope)?;
        let posts = posts::facts(db, &within(&scope, &classes))?;
        let (each, total) = tally(posts, today).map_err(|cause| Error::internal("posts", cause))?;
        let unit = |((programme, org_unit), tally)| UnitPosts {
            programme,
            org_unit,
            tally,
        };
        Ok(PostSummary {
            as_of: today,
            items: each.into_iter().map(unit).collect(),
            total,
        })
    })
}
