//! What a measure carries beyond what lists sort and filter by (DOMAIN §2.2).

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::domain::measure::{Accompanying, Cost, EstimateQuality, Milestone, VerificationMethod};
use crate::domain::postponement::FixedBy;
use crate::domain::programme_file::Source;
use crate::error::Result;
use crate::store::schema::measure_details;
use crate::store::types::{from_json, to_json};

/// One row for each measure.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = measure_details, primary_key(measure_id), treat_none_as_null = true)]
pub struct Details {
    /// The measure.
    pub measure_id: String,
    /// Whoever brought it up.
    pub initiator_id: Option<String>,
    /// In which capacity.
    pub initiator_role: Option<String>,
    /// Cents.
    pub once_material_cents: Option<i64>,
    /// Tenths of a day.
    pub once_staff_tenth_days: Option<i32>,
    /// Cents a year.
    pub yearly_material_cents: Option<i64>,
    /// Tenths of a day, every year.
    pub yearly_staff_tenth_days: Option<i32>,
    /// How well the cost is known.
    pub estimate_quality: Option<EstimateQuality>,
    /// Why it needs no budget.
    pub no_budget_reason: Option<String>,
    /// Why no module fits.
    pub no_module_reason: Option<String>,
    /// 0 to 100; says nothing of whether it is overdue.
    pub progress_percent: i32,
    /// What stays open, and why.
    pub residual_risk: Option<String>,
    /// What holds it up.
    pub blocked_by: Option<String>,
    /// Until when, as far as one knows.
    pub blocked_until: Option<NaiveDate>,
    /// What was done (Umsetzungserläuterung of A.4).
    pub implementation_description: Option<String>,
    /// Whoever reported it done.
    pub reported_by: Option<String>,
    /// When it was checked.
    pub verified_on: Option<NaiveDate>,
    /// By whom.
    pub verified_by: Option<String>,
    /// How.
    pub verification_method: Option<VerificationMethod>,
    /// With which result.
    pub verification_result: Option<String>,
    /// Wiedervorlage.
    pub review_on: Option<NaiveDate>,
    /// When it was approved.
    pub approved_on: Option<NaiveDate>,
    /// By whom.
    pub approved_by: Option<String>,
    /// What fixed its date so that nobody here may move it.
    pub due_fixed_by: Option<FixedBy>,
    /// It is more than one measure.
    pub needs_split: bool,
    /// JSON list of [`Source`].
    pub sources: String,
    /// JSON list of [`Accompanying`].
    pub accompanying: String,
    /// JSON list of [`Milestone`].
    pub milestones: String,
    /// Remark.
    pub note: Option<String>,
    /// Since when its date binds its owner (Europe/Berlin); none while no date binds.
    pub bound_since: Option<NaiveDate>,
    /// When the work last went on (UTC): the *progress events* of DOMAIN §5.2.
    pub last_progress_at: Option<NaiveDateTime>,
}

impl Details {
    /// Of a measure of which nothing more is known.
    pub fn of(measure_id: &str) -> Details {
        Details {
            measure_id: measure_id.to_owned(),
            initiator_id: None,
            initiator_role: None,
            once_material_cents: None,
            once_staff_tenth_days: None,
            yearly_material_cents: None,
            yearly_staff_tenth_days: None,
            estimate_quality: None,
            no_budget_reason: None,
            no_module_reason: None,
            progress_percent: 0,
            residual_risk: None,
            blocked_by: None,
            blocked_until: None,
            implementation_description: None,
            reported_by: None,
            verified_on: None,
            verified_by: None,
            verification_method: None,
            verification_result: None,
            review_on: None,
            approved_on: None,
            approved_by: None,
            due_fixed_by: None,
            needs_split: false,
            sources: "[]".to_owned(),
            accompanying: "[]".to_owned(),
            milestones: "[]".to_owned(),
            note: None,
            bound_since: None,
            last_progress_at: None,
        }
    }

    /// What it costs.
    pub const fn cost(&self) -> Cost {
        Cost {
            once_material_cents: self.once_material_cents,
            once_staff_tenth_days: self.once_staff_tenth_days,
            yearly_material_cents: self.yearly_material_cents,
            yearly_staff_tenth_days: self.yearly_staff_tenth_days,
            quality: self.estimate_quality,
        }
    }

    /// Sets what it costs.
    pub const fn set_cost(&mut self, cost: &Cost) {
        self.once_material_cents = cost.once_material_cents;
        self.once_staff_tenth_days = cost.once_staff_tenth_days;
        self.yearly_material_cents = cost.yearly_material_cents;
        self.yearly_staff_tenth_days = cost.yearly_staff_tenth_days;
        self.estimate_quality = cost.quality;
    }

    /// Where it stands in papers.
    ///
    /// # Errors
    /// `internal` when a column does not hold what was stored.
    pub fn sources(&self) -> Result<Vec<Source>> {
        from_json(&self.sources)
    }

    /// What goes along with it.
    ///
    /// # Errors
    /// `internal` when a column does not hold what was stored.
    pub fn accompanying(&self) -> Result<Vec<Accompanying>> {
        from_json(&self.accompanying)
    }

    /// Steps on the way.
    ///
    /// # Errors
    /// `internal` when a column does not hold what was stored.
    pub fn milestones(&self) -> Result<Vec<Milestone>> {
        from_json(&self.milestones)
    }

    /// Sets where it stands in papers.
    ///
    /// # Errors
    /// `internal`, which does not happen
    pub fn set_sources(&mut self, sources: &[Source]) -> Result<()> {
        self.sources = to_json(&sources)?;
        Ok(())
    }

    /// Sets what goes along with it.
    ///
    /// # Errors
    /// `internal`, which does not happen
    pub fn set_accompanying(&mut self, accompanying: &[Accompanying]) -> Result<()> {
        self.accompanying = to_json(&accompanying)?;
        Ok(())
    }

    /// Sets the steps on the way.
    ///
    /// # Errors
    /// `internal`, which does not happen
    pub fn set_milestones(&mut self, milestones: &[Milestone]) -> Result<()> {
        self.milestones = to_json(&milestones)?;
        Ok(())
    }
}
