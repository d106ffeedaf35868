//! Deadlines of every kind (DOMAIN §5.7) with the states of §5.2, derived from what is stored and never stored themselves.

use chrono::NaiveDate;

use super::access::Role;
use super::measure::{Confidentiality, Status};
use super::text_enum;

text_enum! {
    /// What a deadline is about (DOMAIN §5.7).
    Kind {
        /// Umsetzung: the measure's due date.
        Implementation = "implementation",
        /// Beginn of an approved measure.
        Start = "start",
        /// Prüfung of what was reported done.
        Verification = "verification",
        /// Wiedervorlage.
        Review = "review",
        /// A requirement is to be checked anew.
        GsCheckRefresh = "gs_check_refresh",
        /// An accepted risk is to be decided anew.
        RiskAcceptance = "risk_acceptance",
        /// An exception is to be decided anew.
        Exception = "exception",
        /// A piece of evidence loses its worth.
        Evidence = "evidence",
        /// Report to the council.
        CouncilReport = "council_report",
        /// Report to the management.
        ManagementReport = "management_report",
        /// IS-Revision.
        IsRevision = "is_revision",
        /// Audit.
        Audit = "audit",
        /// Finding of an audit.
        AuditFinding = "audit_finding",
        /// Adoption of a budget, Nachtrag, Haushaltsreste, Haushaltsanmeldung.
        BudgetMilestone = "budget_milestone",
        /// A post is to be filled.
        PostStart = "post_start",
        /// A law sets the date.
        Legal = "legal",
    }
}

/// One deadline on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Identifies it for ever: the kind and the id of what it is derived from, `implementation:0193…`; what comes again has
    /// its date as well.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// What people call its subject: `M-2022-0007`, the key of a programme's duty.
    pub reference: String,
    /// Title of its subject.
    pub title: String,
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// Class of its subject; it decides what may stand in a mail.
    pub confidentiality: Confidentiality,
    /// Status of the measure, where it is about one.
    pub status: Option<Status>,
    /// The day that counts.
    pub due: NaiveDate,
    /// The first day that was set.
    pub due_original: NaiveDate,
    /// The day in the words of its source.
    pub due_text: Option<String>,
    /// Since when this date binds this person (Europe/Berlin): what lay before is not said any more, except that it is overdue.
    pub since: NaiveDate,
    /// Priority 1, or a basic requirement is linked (DOMAIN §5.5: policy URG).
    pub urgent: bool,
    /// User id of whoever answers for it.
    pub owner: Option<String>,
    /// User id of whoever stands in.
    pub deputy: Option<String>,
    /// The role that answers for it where no person does.
    pub role: Option<Role>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Times that the date was moved.
    pub postponements: u32,
    /// The ISB lets it rest until the end of this day.
    pub paused_until: Option<NaiveDate>,
}

impl Deadline {
    /// The title that may leave the house in a mail (DOMAIN §5.6, §7.4): of what is internal the one for the
    /// public, where there is one; none above that class.
    pub fn title_outside(&self) -> Option<&str> {
        match self.confidentiality {
            Confidentiality::Public => Some(&self.title),
            Confidentiality::Internal => Some(self.title_public.as_ref().unwrap_or(&self.title)),
            Confidentiality::Confidential | Confidentiality::StrictlyConfidential => None,
        }
    }

    /// Days since it should have been met (DOMAIN REM-2); zero or less: days that are left.
    pub fn days_overdue(&self, today: NaiveDate) -> i64 {
        today.signed_duration_since(self.due).num_days()
    }
}
