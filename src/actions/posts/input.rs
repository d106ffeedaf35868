//! What a new post, a change and a step of a post are made of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::measures::{nullable, present};
use crate::domain::post::{Refusal, Status, Step, check_step};
use crate::domain::programme::PostKind;
use crate::error::{Code, Error, Result};
use crate::store::posts::{Granting, Post, Row};

/// A new post; it starts as requested.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostInput {
    /// Key of the programme; never changes.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Unit, 1 to 200 characters.
    #[schema(example = "FB DigIT")]
    pub org_unit: String,
    /// Pay grade.
    #[serde(default)]
    #[schema(example = "EG 14")]
    pub grade: Option<String>,
    /// Kind.
    pub kind: PostKind,
    /// Hundredths of a full-time equivalent.
    #[schema(minimum = 1, maximum = 10_000_000, example = 100)]
    pub hundredths: i32,
    /// Of these, to be filled before the budget is adopted.
    #[serde(default)]
    pub early_hundredths: i32,
    /// Start.
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    /// Start of the early part.
    #[serde(default)]
    pub early_starts_on: Option<NaiveDate>,
    /// Day on which it falls away (kw).
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// Year of the Stellenplan that it stands in.
    #[serde(default)]
    pub staffing_plan_year: Option<i32>,
    /// What it costs in a year, in cents (EUR).
    #[serde(default)]
    pub cost_year_cents: Option<i64>,
    /// Key of the resolution that grants it.
    #[serde(default)]
    pub resolution: Option<String>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// What is to be changed: a field that is left out stays, `null` empties it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostPatch {
    /// Unit.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub org_unit: Option<String>,
    /// Pay grade.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub grade: Option<Option<String>>,
    /// Kind; while it is requested.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<PostKind>,
    /// Hundredths of a full-time equivalent; while it is requested.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000_000)]
    pub hundredths: Option<i32>,
    /// Of these, to be filled early; while it is requested.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub early_hundredths: Option<i32>,
    /// Of the hundredths, filled; all of them is a step.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub filled_hundredths: Option<i32>,
    /// Start.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub starts_on: Option<Option<NaiveDate>>,
    /// Start of the early part.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub early_starts_on: Option<Option<NaiveDate>>,
    /// Day on which it falls away (kw).
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub ends_on: Option<Option<NaiveDate>>,
    /// Year of the Stellenplan that it stands in.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i32>)]
    pub staffing_plan_year: Option<Option<i32>>,
    /// What it costs in a year, in cents (EUR).
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    pub cost_year_cents: Option<Option<i64>>,
    /// Key of the resolution that grants it; while it is requested.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub resolution: Option<Option<String>>,
    /// Remark.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// Why; kept in the audit trail.
    pub reason: Option<String>,
}

/// A step of a post.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostStatusInput {
    /// Where to.
    pub status: Status,
    /// Why; needed for dropped.
    #[serde(default)]
    pub reason: Option<String>,
    /// Hundredths that stay filled, where that is not clear from the step: a filled post that is granted or advertised
    /// again (none, if left out), an ending one (as before).
    #[serde(default)]
    pub filled_hundredths: Option<i32>,
    /// Day on which it falls away; for ending, unless the post says so already.
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
}

impl PostInput {
    /// The post as it is requested.
    pub(super) fn post(
        &self,
        id: String,
        programme_id: String,
        position: i32,
        granting: Option<&(String, Granting)>,
    ) -> Post {
        Post {
            id,
            programme_id,
            line_id: None,
            org_unit: self.org_unit.trim().to_owned(),
            grade: self.grade.clone(),
            hundredths: self.hundredths,
            early_hundredths: self.early_hundredths,
            kind: self.kind,
            status: Status::Requested,
            filled_hundredths: 0,
            starts_on: self.starts_on,
            early_starts_on: self.early_starts_on,
            ends_on: self.ends_on,
            staffing_plan_year: self.staffing_plan_year,
            cost_year_cents: self.cost_year_cents,
            resolution_id: granting.map(|(id, _)| id.clone()),
            note: self.note.clone(),
            position,
            source: None,
            version: 1,
        }
    }
}

impl PostPatch {
    /// Writes what is given into a post, but for the resolution, which has to be looked up.
    pub(super) fn apply(&self, post: &mut Post) {
        if let Some(unit) = &self.org_unit {
            unit.trim().clone_into(&mut post.org_unit);
        }
        if let Some(grade) = &self.grade {
            post.grade.clone_from(grade);
        }
        if let Some(note) = &self.note {
            post.note.clone_from(note);
        }
        post.kind = self.kind.unwrap_or(post.kind);
        post.hundredths = self.hundredths.unwrap_or(post.hundredths);
        post.early_hundredths = self.early_hundredths.unwrap_or(post.early_hundredths);
        post.filled_hundredths = self.filled_hundredths.unwrap_or(post.filled_hundredths);
        post.starts_on = self.starts_on.unwrap_or(post.starts_on);
        post.early_starts_on = self.early_starts_on.unwrap_or(post.early_starts_on);
        post.ends_on = self.ends_on.unwrap_or(post.ends_on);
        post.staffing_plan_year = self.staffing_plan_year.unwrap_or(post.staffing_plan_year);
        post.cost_year_cents = self.cost_year_cents.unwrap_or(post.cost_year_cents);
    }
}

impl PostStatusInput {
    /// Takes the step.
    ///
    /// # Errors
    /// `illegal_transition`, `transition_incomplete`
    pub(super) fn apply(&self, row: &mut Row) -> Result<()> {
        let post = &mut row.post;
        let adopted = row
            .resolution
            .as_ref()
            .is_some_and(|granting| granting.outcome.grants());
        post.ends_on = self.ends_on.or(post.ends_on);
        let step = Step {
            from: post.status,
            to: self.status,
            reason: self.reason.as_deref(),
            ends_on: post.ends_on,
            adopted,
        };
        check_step(&step).map_err(|refusal| refused(refusal, &step))?;
        let filled = match self.status {
            Status::Filled => post.hundredths,
            Status::Granted | Status::Advertised if post.status == Status::Filled => 0,
            Status::Requested | Status::Dropped => 0,
            Status::Granted | Status::Advertised | Status::Ending => post.filled_hundredths,
        };
        post.filled_hundredths = self.filled_hundredths.unwrap_or(filled);
        post.status = self.status;
        Ok(())
    }
}

fn refused(refusal: Refusal, step: &Step<'_>) -> Error {
    let (code, name, words) = match refusal {
        Refusal::Illegal => {
            let legal = step.from.next().iter().map(|status| status.as_str());
            (Code::IllegalTransition, "allowed", legal.collect())
        }
        Refusal::Incomplete(missing) => (Code::TransitionIncomplete, "missing", missing),
    };
    let words: Vec<&str> = words;
    Error::with(code, "of", "post")
        .arg("from", step.from)
        .arg("to", step.to)
        .arg(name, words.join(", "))
}
