//! Posts in a programme file (DOMAIN §4.3).

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Source;
use super::check::{reference, source};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::post::{MAX_HUNDREDTHS, Status};
use crate::domain::programme::PostKind;

/// Posts of one unit and start.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilePost)]
pub struct Post {
    /// Unit.
    pub org_unit: String,
    /// Key of a line.
    #[serde(default)]
    pub line: Option<String>,
    /// Pay grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// Hundredths of a full-time post.
    pub hundredths: i32,
    /// Of these, to be filled before the budget is adopted.
    #[serde(default)]
    pub early_hundredths: i32,
    /// Kind.
    pub kind: PostKind,
    /// Start.
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    /// Start of the early part.
    #[serde(default)]
    pub early_starts_on: Option<NaiveDate>,
    /// Day on which it falls away (kw).
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// Where it stands; requested if left out.
    #[serde(default)]
    pub status: Option<Status>,
    /// Of the hundredths, filled.
    #[serde(default)]
    pub filled_hundredths: i32,
    /// What it costs in a year, in cents.
    #[serde(default)]
    pub cost_year_cents: Option<i64>,
    /// Year of the Stellenplan that it stands in.
    #[serde(default)]
    pub staffing_plan_year: Option<i32>,
    /// Key of the resolution that grants it.
    #[serde(default)]
    pub resolution: Option<String>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Where it stands.
    pub source: Source,
}

/// Checks the posts of a programme.
pub(super) fn check(
    faults: &mut Faults,
    at: &str,
    posts: &[Post],
    lines: &HashSet<&str>,
    resolutions: &HashSet<&str>,
) {
    for (index, post) in posts.iter().enumerate() {
        let at = format!("{at}/posts/{index}");
        faults.text(&format!("{at}/org_unit"), &post.org_unit, 1, 200);
        faults.optional_text(&format!("{at}/grade"), post.grade.as_deref(), 100);
        faults.optional_text(&format!("{at}/note"), post.note.as_deref(), 2000);
        for (field, day) in [
            ("starts_on", post.starts_on),
            ("early_starts_on", post.early_starts_on),
            ("ends_on", post.ends_on),
        ] {
            if let Some(day) = day {
                faults.day(&format!("{at}/{field}"), day);
            }
        }
        if let Some(line) = &post.line {
            reference(faults, &format!("{at}/line"), line, lines);
        }
        if let Some(key) = &post.resolution {
            reference(faults, &format!("{at}/resolution"), key, resolutions);
        }
        let status = post.status.unwrap_or(Status::Requested);
        let fillable = status.fillable(post.hundredths);
        let mut within = |field: &str, value: i64, min: i64, max: i64| {
            if !(min..=max).contains(&value) {
                let fault = Fault::new(format!("{at}/{field}"), FaultCode::OutOfRange);
                faults.push(fault.arg("min", min).arg("max", max));
            }
        };
        let (hundredths, early) = (post.hundredths.into(), post.early_hundredths.into());
        within("hundredths", hundredths, 1, MAX_HUNDREDTHS.into());
        within("early_hundredths", early, 0, hundredths);
        within(
            "filled_hundredths",
            post.filled_hundredths.into(),
            (*fillable.start()).into(),
            (*fillable.end()).into(),
        );
        if let Some(cents) = post.cost_year_cents {
            within("cost_year_cents", cents, 0, i64::MAX);
        }
        if let Some(year) = post.staffing_plan_year {
            within("staffing_plan_year", year.into(), 1990, 2100);
        }
        if status == Status::Ending && post.ends_on.is_none() {
            faults.push(Fault::new(format!("{at}/ends_on"), FaultCode::Required));
        }
        source(faults, &at, &post.source);
    }
}
