//! Alarms of a budget as data (DOMAIN §4.4): what is worth a look, with its place and its amount. What must not happen is
//! refused when it is booked; alarms say what happened all the same, or is about to.

mod carried;
mod line;
mod measure;
mod policy;

pub use carried::{Moved, Rest, limit, of_rest, rests};
pub use line::{LineYear, of_line, without_recurring_cost};
pub use measure::{Funded, Needs, unfunded};
pub use policy::AlarmPolicy;

use chrono::NaiveDate;

use crate::domain::text_enum;

text_enum! {
    /// The check that an alarm comes from.
    #[schema(as = AlarmCode)]
    Code {
        /// A ceiling is exceeded.
        CeilingExceeded = "BA-1",
        /// More is ordered and spent than may be.
        Overspent = "BA-2",
        /// More will be, as far as one expects.
        OverspendForecast = "BA-3",
        /// Nearly all is ordered or spent.
        NearLimit = "BA-4",
        /// Little is, and the rest lapses at the end of the year.
        SlowOutflow = "BA-5",
        /// More is committed of a later year than there was authority for.
        CommitmentWithoutAuthority = "BA-6",
        /// Over- or extra-plan money that does not count yet.
        OverplanIncomplete = "BA-7",
        /// A commitment while the budget was provisional.
        Interim = "BA-8",
        /// Blocked funds were used.
        BlockedFunds = "BA-9",
        /// A carry-over comes to its limit.
        RestExpiry = "BA-10",
        /// An investment without an estimate of what it costs every year.
        RecurringCostMissing = "BA-11",
        /// Money moved from investment to consumption.
        CrossKindTransfer = "BA-12",
        /// A printed total is not what it should sum.
        PrintedMismatch = "BA-13",
        /// A measure was approved that has less money than it costs.
        MeasureUnfunded = "BA-14",
    }
}

impl Code {
    /// Name of the check in the rule book.
    pub const fn name(self) -> &'static str {
        match self {
            Code::CeilingExceeded => "ceiling_exceeded",
            Code::Overspent => "overspent",
            Code::OverspendForecast => "overspend_forecast",
            Code::NearLimit => "near_limit",
            Code::SlowOutflow => "slow_outflow",
            Code::CommitmentWithoutAuthority => "commitment_without_authority",
            Code::OverplanIncomplete => "uepl_incomplete",
            Code::Interim => "interim",
            Code::BlockedFunds => "blocked_funds",
            Code::RestExpiry => "rest_expiry",
            Code::RecurringCostMissing => "folgekosten_missing",
            Code::CrossKindTransfer => "cross_kind_transfer",
            Code::PrintedMismatch => "printed_mismatch",
            Code::MeasureUnfunded => "measure_unfunded",
        }
    }
}

text_enum! {
    /// How much an alarm matters, the worst first.
    #[schema(as = AlarmSeverity)]
    Severity {
        /// A rule is broken, or money is gone.
        Red = "red",
        /// It will be, unless somebody acts.
        Amber = "amber",
        /// Somebody has to see to it.
        Warn = "warn",
        /// Good to know.
        Info = "info",
    }
}

/// Sentences that alarms are told with, each `alarm-{name}` in `locales/`.
pub const SENTENCES: &[&str] = &[
    "ceiling_exceeded",
    "overspent",
    "over_budget",
    "overspend_forecast",
    "near_limit",
    "slow_outflow",
    "commitment_without_authority",
    "uepl_incomplete",
    "uepl_complete",
    "interim",
    "blocked_funds",
    "rest_expiry",
    "rest_expired",
    "recurring_cost_missing",
    "cross_kind_transfer",
    "printed_mismatch",
    "measure_unfunded",
];

/// What a rule has found, wherever that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The check.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Cents that it is about.
    pub cents: i64,
    /// Name of its sentence in `locales/`, `alarm-{sentence}`.
    pub sentence: &'static str,
    /// First day of the alarm, where there is one.
    pub since: Option<NaiveDate>,
    /// Day by which something has to be done, where there is one.
    pub until: Option<NaiveDate>,
}

impl Hit {
    /// Something that holds whatever the day.
    pub const fn new(code: Code, severity: Severity, cents: i64, sentence: &'static str) -> Self {
        Hit {
            code,
            severity,
            cents,
            sentence,
            since: None,
            until: None,
        }
    }
}
