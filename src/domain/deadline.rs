//! Deadlines of every kind (DOMAIN §5.7) with the states of §5.2, derived from what is stored and never stored themselves.

use chrono::{Days, Months, NaiveDate};

use super::access::Role;
use super::duty::moved_by;
use super::fault::{Fault, FaultCode};
use super::measure::{Confidentiality, DAYS_TO_VERIFY, Milestone, Status};
use super::measure_state;
use super::text_enum;

text_enum! {
    /// What a deadline is about (DOMAIN §5.7).
    #[schema(as = DeadlineKind)]
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
        /// Report to the council: what comes again in the paper of a programme, or was set.
        CouncilReport = "council_report",
        /// What a paper sets once and is no report: an application, a contract.
        Duty = "duty",
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

text_enum! {
    /// What deadlines are derived from; their ids begin with it.
    Source {
        /// Due date of a measure.
        Implementation = "implementation",
        /// Planned start of a measure.
        Start = "start",
        /// Day on which a measure was reported done.
        Verification = "verification",
        /// Wiedervorlage of a measure.
        Review = "review",
        /// Day of a check.
        GsCheckRefresh = "gs_check_refresh",
        /// Last day of an accepted risk.
        RiskAcceptance = "risk_acceptance",
        /// Last day of a piece of evidence.
        Evidence = "evidence",
        /// First day of a post.
        PostStart = "post_start",
        /// A date that somebody set.
        Set = "set",
        /// A date of a programme's duty.
        Duty = "duty",
    }
}

text_enum! {
    /// How a deadline stands (DOMAIN §5.2); several may hold at once.
    #[schema(as = DeadlineState)]
    State {
        /// Within 30 days, today included.
        DueSoon = "due_soon",
        /// Today.
        DueToday = "due_today",
        /// The day has passed (REM-2).
        Overdue = "overdue",
        /// Approved, and 14 days after its planned start not begun.
        StartMissed = "start_missed",
        /// Stagniert: no progress for more than 60 days.
        Stalled = "stalled",
        /// Blockiert, or something that it needs is not implemented.
        Blocked = "blocked",
        /// What was reported done waits for its check for more than 30 days.
        VerificationOverdue = "verification_overdue",
        /// The day of the Wiedervorlage has come.
        ReviewDue = "review_due",
        /// The check is older than 12 months (§6.1, question 5).
        CheckStale = "check_stale",
        /// An accepted risk or an exception ends within 90 days.
        AcceptanceExpiring = "acceptance_expiring",
        /// An accepted risk or an exception has ended.
        AcceptanceExpired = "acceptance_expired",
        /// A piece of evidence ends within 30 days.
        EvidenceExpiring = "evidence_expiring",
        /// A piece of evidence has ended.
        EvidenceExpired = "evidence_expired",
        /// A line that pays for a running measure is overspent, or more was spent for it than it was given.
        OverBudget = "over_budget",
        /// A running measure without a date.
        Undated = "undated",
        /// A running measure without anybody responsible who can still sign in and has a role.
        Unowned = "unowned",
    }
}

text_enum! {
    /// How often a deadline that was set comes.
    #[schema(as = DeadlineRhythm)]
    Rhythm {
        /// Once.
        Once = "once",
        /// Every month.
        Monthly = "monthly",
        /// Every quarter.
        Quarterly = "quarterly",
        /// Every half-year.
        HalfYearly = "half_yearly",
        /// Every year.
        Yearly = "yearly",
        /// Every second year.
        TwoYearly = "two_yearly",
        /// Every third year, the most for an IS-Revision [DER.3.2.A4].
        ThreeYearly = "three_yearly",
    }
}

text_enum! {
    /// Whether a deadline that was set still runs.
    SetState {
        /// It does.
        Open = "open",
        /// Its last date was met.
        Completed = "completed",
        /// It was set by mistake, or fell away.
        Removed = "removed",
    }
}

/// The earliest day that both databases hold.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Stands for "no date" where deadlines are sorted by their days; it has no state that days give.
pub const UNDATED: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The latest day that is one.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 30) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// How long after the day that is stored a deadline is due. It never goes back when the stored day goes on, so rows in the
/// order of the one are in the order of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// On the day itself.
    None,
    /// So many days later.
    Days(Days),
    /// When so many months have passed: the last day whose counterpart so many months ago is not yet after the stored one.
    Months(Months),
}

impl Lag {
    /// When it is due.
    pub fn due(self, stored: NaiveDate) -> NaiveDate {
        match self {
            Lag::None => stored,
            Lag::Days(days) => stored.checked_add_days(days).unwrap_or(LAST_DAY),
            Lag::Months(months) => {
                let mut due = stored.checked_add_months(months).unwrap_or(LAST_DAY);
                // 29 February is as far from the last 28 February as the day before it.
                while let Some(next) = due.succ_opt()
                    && next
                        .checked_sub_months(months)
                        .is_some_and(|day| day <= stored)
                {
                    due = next;
                }
                due
            }
        }
    }

    /// The last stored day that is due on or before a day.
    pub fn last_stored(self, due: NaiveDate) -> NaiveDate {
        let stored = match self {
            Lag::None => Some(due),
            Lag::Days(days) => due.checked_sub_days(days),
            Lag::Months(months) => {
                let next = due
                    .succ_opt()
                    .and_then(|day| day.checked_sub_months(months));
                next.and_then(|day| day.pred_opt())
            }
        };
        stored.map_or(FIRST_DAY, |day| day.max(FIRST_DAY))
    }
}

impl Source {
    /// From the day that is stored to the day that counts.
    pub const fn lag(self) -> Lag {
        match self {
            Source::Verification => Lag::Days(DAYS_TO_VERIFY),
            Source::GsCheckRefresh => Lag::Months(Months::new(12)),
            _ => Lag::None,
        }
    }

    /// Whether it brings deadlines of a kind.
    pub const fn brings(self, kind: Kind) -> bool {
        match self {
            Source::Implementation => matches!(kind, Kind::Implementation),
            Source::Start => matches!(kind, Kind::Start),
            Source::Verification => matches!(kind, Kind::Verification),
            Source::Review => matches!(kind, Kind::Review),
            Source::GsCheckRefresh => matches!(kind, Kind::GsCheckRefresh),
            Source::RiskAcceptance => matches!(kind, Kind::RiskAcceptance),
            Source::Evidence => matches!(kind, Kind::Evidence),
            Source::PostStart => matches!(kind, Kind::PostStart),
            Source::Set => kind.is_set(),
            Source::Duty => matches!(kind, Kind::CouncilReport | Kind::Duty),
        }
    }
}

impl Kind {
    /// The class of what is set without one (DOMAIN ROL-11): findings and exceptions tell of gaps.
    pub const fn default_class(self) -> Confidentiality {
        match self {
            Kind::AuditFinding | Kind::Exception => Confidentiality::Confidential,
            _ => Confidentiality::Internal,
        }
    }

    /// Who answers for what is set without anybody.
    pub const fn default_role(self) -> Role {
        match self {
            Kind::BudgetMilestone | Kind::PostStart => Role::Finance,
            _ => Role::Isb,
        }
    }

    /// Kinds that finance answers for as well: dates of the budget, and reports whose figures it signs.
    pub const fn of_money(self) -> bool {
        matches!(self, Kind::BudgetMilestone | Kind::CouncilReport)
    }

    /// Kinds that nothing else has, so that somebody sets their dates.
    pub const fn is_set(self) -> bool {
        matches!(
            self,
            Kind::ManagementReport
                | Kind::CouncilReport
                | Kind::IsRevision
                | Kind::Audit
                | Kind::AuditFinding
                | Kind::BudgetMilestone
                | Kind::Exception
                | Kind::Legal
        )
    }
}

impl State {
    /// The days on which a deadline of a kind has to be due to be in this state today; none where days do not decide.
    pub fn span(self, kind: Kind, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let ahead = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(LAST_DAY);
        let ago = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(FIRST_DAY);
        let acceptance = matches!(kind, Kind::RiskAcceptance | Kind::Exception);
        let passed = (FIRST_DAY, ago(1));
        match self {
            State::DueSoon => Some((today, ahead(30))),
            State::DueToday => Some((today, today)),
            State::Overdue => Some(passed),
            State::StartMissed if kind == Kind::Start => Some((FIRST_DAY, ago(15))),
            State::VerificationOverdue if kind == Kind::Verification => Some(passed),
            State::ReviewDue if kind == Kind::Review => Some((FIRST_DAY, today)),
            State::CheckStale if kind == Kind::GsCheckRefresh => Some(passed),
            State::AcceptanceExpiring if acceptance => Some((today, ahead(90))),
            State::AcceptanceExpired if acceptance => Some(passed),
            State::EvidenceExpiring if kind == Kind::Evidence => Some((today, ahead(30))),
            State::EvidenceExpired if kind == Kind::Evidence => Some(passed),
            _ => None,
        }
    }

    /// Whether it is one of measures that something else than a day decides.
    pub const fn of_measures(self) -> bool {
        matches!(
            self,
            State::Stalled | State::Blocked | State::OverBudget | State::Undated | State::Unowned
        )
    }
}

/// Days without progress after which work is at a standstill.
pub const STALLED_AFTER: Days = Days::new(60);

/// What the states of a measure depend on besides its day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Somebody who can act answers for it.
    pub owned: bool,
    /// Something that it needs is neither implemented nor verified.
    pub waits: bool,
    /// A line that pays for it is overspent, or more was spent for it than it was given (BA-2).
    pub over_budget: bool,
    /// Day of the last progress (Europe/Berlin).
    pub last_progress: Option<NaiveDate>,
}

/// How a deadline stands on a day, in the order of the words. Blocked and overdue hold side by side (DOMAIN §5.2).
pub fn states(deadline: &Deadline, more: &Circumstances, today: NaiveDate) -> Vec<State> {
    let of_measure = deadline.kind == Kind::Implementation;
    let runs = deadline.status.is_none_or(Status::runs);
    let dated = deadline.due != UNDATED && (runs || !of_measure);
    let by_day = |state: &State| {
        let span = state.span(deadline.kind, today);
        dated && span.is_some_and(|(first, last)| (first..=last).contains(&deadline.due))
    };
    let stalled = || {
        let last = more
            .last_progress
            .and_then(|day| day.checked_add_days(STALLED_AFTER));
        deadline.status == Some(Status::InProgress) && last.is_some_and(|last| today > last)
    };
    let holds = |state: &State| match state {
        State::Stalled => of_measure && stalled(),
        State::Blocked => {
            of_measure && runs && (more.waits || deadline.status == Some(Status::Blocked))
        }
        State::OverBudget => of_measure && runs && more.over_budget,
        State::Undated => of_measure && runs && deadline.due == UNDATED,
        State::Unowned => of_measure && runs && !more.owned,
        state => by_day(state),
    };
    State::ALL.iter().copied().filter(holds).collect()
}

/// Whether a change makes the date of a measure bind its owner anew: it starts to run, or another date or person is named
/// while it does.
pub fn binds_anew(before: &measure_state::State, after: &measure_state::State) -> bool {
    after.status.runs()
        && (!before.status.runs() || before.due != after.due || before.owner != after.owner)
}

/// Whether a change is a *progress event* (DOMAIN §5.2): a step, more progress, a milestone that is reached, another date of
/// a measure that runs (those are approved), and no mere edit.
pub fn is_progress(before: &measure_state::State, after: &measure_state::State) -> bool {
    let reached = |state: &measure_state::State| -> usize {
        let done = |milestone: &&Milestone| milestone.done_on.is_some();
        state.milestones.iter().filter(done).count()
    };
    before.status != after.status
        || after.progress_percent > before.progress_percent
        || reached(after) > reached(before)
        || (before.status.runs() && before.due != after.due)
}

impl Rhythm {
    const fn months(self) -> Option<u32> {
        match self {
            Rhythm::Once => None,
            Rhythm::Monthly => Some(1),
            Rhythm::Quarterly => Some(3),
            Rhythm::HalfYearly => Some(6),
            Rhythm::Yearly => Some(12),
            Rhythm::TwoYearly => Some(24),
            Rhythm::ThreeYearly => Some(36),
        }
    }

    /// The date after one that was scheduled, by the same rule from the first date on (DOMAIN REM-4): late or early completion
    /// moves nothing, and the end of a month stays the end of a month. None after `until`.
    pub fn next(
        self,
        first: NaiveDate,
        scheduled: NaiveDate,
        until: Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let months = self.months()?;
        let dates = (1..).map_while(|times: u32| moved_by(first, months.checked_mul(times)?));
        let mut later = dates.skip_while(|day| *day <= scheduled);
        later
            .next()
            .filter(|day| until.is_none_or(|last| *day <= last))
    }
}

/// Days before a sitting by which a paper has to be handed in (Vorlagenfrist).
const DAYS_BEFORE_SITTING: Days = Days::new(21);

/// The day by which a paper for a sitting has to be handed in.
pub fn submission_day(sitting: NaiveDate) -> NaiveDate {
    sitting
        .checked_sub_days(DAYS_BEFORE_SITTING)
        .unwrap_or(FIRST_DAY)
}

/// Most days that one date of a deadline may rest, all pauses together (DOMAIN §5.3).
pub const MOST_PAUSED: u64 = 14;

/// Days of a pause that have gone by or are still to come: one that was lifted counts until then.
pub fn paused_days(from: NaiveDate, until: NaiveDate, lifted: Option<NaiveDate>) -> u64 {
    let end = lifted.map_or(until, |day| day.min(until));
    u64::try_from(end.signed_duration_since(from).num_days()).unwrap_or(0)
}

/// Checks the last day of a pause that begins today, after so many days of earlier ones.
///
/// # Errors
/// What is wrong with it.
pub fn check_pause(today: NaiveDate, until: NaiveDate, taken: u64) -> Result<(), Fault> {
    let left = MOST_PAUSED.saturating_sub(taken);
    let last = today.checked_add_days(Days::new(left)).unwrap_or(today);
    if left == 0 {
        return Err(Fault::new("/until", FaultCode::TooMany).arg("max", MOST_PAUSED));
    }
    if until <= today || until > last {
        let first = today.succ_opt().unwrap_or(today);
        let fault = Fault::new("/until", FaultCode::OutOfRange);
        return Err(fault.arg("min", first).arg("max", last));
    }
    Ok(())
}

/// One deadline on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Identifies it for ever: the [`Source`] and the id of what it is derived from, `implementation:0193…`; a duty, of which
    /// several dates are open at once, has the date as well.
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
    /// The title that may leave the house, by the class.
    pub fn title_outside(&self) -> Option<&str> {
        self.confidentiality
            .title_outside(&self.title, self.title_public.as_deref())
    }

    /// Days since it should have been met (DOMAIN REM-2); zero or less: days that are left.
    pub fn days_overdue(&self, today: NaiveDate) -> i64 {
        today.signed_duration_since(self.due).num_days()
    }
}

#[cfg(test)]
mod tests;
