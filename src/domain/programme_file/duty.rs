//! Conditions and reporting duties in a programme file (DOMAIN §1.1–1.4).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::check::{check_due, source, unique};
use super::{Programme, Source};
use crate::domain::duty::Recurrence;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::Precision;

/// A condition under which money or posts are granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub source: Source,
}

/// A deadline or reporting duty.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileDuty)]
pub struct Duty {
    /// Key within the programme.
    pub key: String,
    /// What is to be done.
    pub text: String,
    /// First date, the last day of its period; none where the paper gives none.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// How exactly it is known.
    #[serde(default)]
    pub precision: Option<Precision>,
    /// How often it comes.
    pub recurrence: Recurrence,
    /// Last day on which it may come again.
    #[serde(default)]
    pub until_on: Option<NaiveDate>,
    /// The paper leaves open when: somebody has to decide.
    #[serde(default)]
    pub needs_decision: bool,
    /// Where it stands.
    pub source: Source,
}

/// Checks conditions and duties of a programme.
pub(super) fn check(faults: &mut Faults, at: &str, programme: &Programme) {
    for (index, condition) in programme.conditions.iter().enumerate() {
        let at = format!("{at}/conditions/{index}");
        faults.text(&format!("{at}/text"), &condition.text, 1, 2000);
        source(faults, &at, &condition.source);
    }
    let keys = programme.duties.iter().map(|duty| &duty.key);
    unique(faults, &format!("{at}/duties"), keys);
    for (index, duty) in programme.duties.iter().enumerate() {
        let at = format!("{at}/duties/{index}");
        faults.text(&format!("{at}/text"), &duty.text, 1, 2000);
        match (duty.due_on, duty.precision) {
            (Some(day), Some(precision)) => {
                let mut of_due = Faults::new();
                check_due(&mut of_due, &at, day, precision, None);
                // The day stands in the duty itself, not in an object of its own.
                for mut fault in of_due.finish().err().into_iter().flatten() {
                    fault.pointer = format!("{at}/due_on");
                    faults.push(fault);
                }
            }
            (None, None) if duty.needs_decision => {}
            (None, None) => faults.push(Fault::new(format!("{at}/due_on"), FaultCode::Required)),
            _ => faults.push(Fault::new(
                format!("{at}/precision"),
                FaultCode::Inconsistent,
            )),
        }
        if let Some(until) = duty.until_on {
            faults.day(&format!("{at}/until_on"), until);
            let fits = duty.due_on.is_some_and(|first| first <= until);
            if !fits || duty.recurrence == Recurrence::Once {
                faults.push(Fault::new(
                    format!("{at}/until_on"),
                    FaultCode::Inconsistent,
                ));
            }
        }
        source(faults, &at, &duty.source);
    }
}
