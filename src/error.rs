//! Errors, free of HTTP.
//!
//! Two sorts only. A [`Problem`] is something the caller can understand and mend: it has a stable
//! code, a kind, arguments for its text (the texts themselves are in `locales/`), and for faulty
//! input the place of each fault. Everything else is [`Error::Internal`]: its cause goes to the log
//! and never to the client. The edge (`http`, `cli`) maps a kind to a status or an exit code in one place.

use crate::domain::budget::Refusal;
use crate::domain::programme::CentsOverflow;
use crate::domain::text_enum;

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

text_enum! {
    /// Stable code of a problem; it is part of the contract (`type` and `code` in problem+json).
    Code {
        /// The body, query or path cannot be read.
        Malformed = "malformed",
        /// The input is readable and breaks a rule.
        Invalid = "invalid",
        /// No valid access token.
        Unauthenticated = "unauthenticated",
        /// Address or password are wrong.
        BadCredentials = "bad_credentials",
        /// Right password, but the account has been disabled.
        AccountDisabled = "account_disabled",
        /// Too many failures on this account.
        AccountLocked = "account_locked",
        /// Too many requests from this address.
        RateLimited = "rate_limited",
        /// The token has expired.
        TokenExpired = "token_expired",
        /// The session has ended.
        SessionEnded = "session_ended",
        /// A refresh token was presented twice; its session has been ended.
        RefreshReused = "refresh_reused",
        /// The policy does not permit the action.
        Forbidden = "forbidden",
        /// No such thing, or none that the caller may know of.
        NotFound = "not_found",
        /// The HTTP method does not fit the path.
        MethodNotAllowed = "method_not_allowed",
        /// If-Match is missing.
        PreconditionRequired = "precondition_required",
        /// If-Match does not name the current version.
        Stale = "stale",
        /// The step is not among those the status allows.
        IllegalTransition = "illegal_transition",
        /// The step is allowed, but something is missing for it.
        TransitionIncomplete = "transition_incomplete",
        /// The measure is finished, rejected or replaced already, so that it is neither merged, replaced nor split.
        ConsolidationOver = "consolidation_over",
        /// The measure that is to take over is neither proposed nor running.
        NoSuccessor = "no_successor",
        /// A running measure would go into one that does not run.
        SuccessorNotRunning = "successor_not_running",
        /// A binding date would give way to a later one.
        SuccessorDueLater = "successor_due_later",
        /// A request for a new date waits already.
        PostponementPending = "postponement_pending",
        /// The request was decided or taken back.
        PostponementClosed = "postponement_closed",
        /// No date binds in the measure's status.
        PostponementNotRunning = "postponement_not_running",
        /// The measure has no date that could be moved.
        PostponementUndated = "postponement_undated",
        /// A resolution or a law fixed the date.
        PostponementFixed = "postponement_fixed",
        /// Another date holds than when the request was made.
        PostponementOvertaken = "postponement_overtaken",
        /// Dispensable for cost, staff or a short remaining life.
        NotAReasonToDispense = "not_a_reason_to_dispense",
        /// Dispensable where the requirement is for a higher protection need, and not in scope.
        ElevatedOutOfScope = "elevated_out_of_scope",
        /// Nothing waits for the approval of the management.
        NothingToApprove = "nothing_to_approve",
        /// The deadline follows what it is derived from: it is neither changed nor met by itself.
        DeadlineDerived = "deadline_derived",
        /// The date was met before.
        DeadlineMet = "deadline_met",
        /// A hard ceiling would be exceeded.
        CeilingExceeded = "ceiling_exceeded",
        /// A commitment of a later year without unused authority for it.
        CommitmentWithoutAuthority = "commitment_without_authority",
        /// Authorities, and commitments of later years, are for investments only.
        AuthorityNotInvestive = "authority_not_investive",
        /// Blocked funds would be used.
        BlockedFunds = "blocked_funds",
        /// Money would move from investment to consumption, or back without a note.
        CrossKindTransfer = "cross_kind_transfer",
        /// The lines do not cover each other.
        OutsideCoverGroup = "outside_cover_group",
        /// An order while the budget is provisional, without a reason that allows it.
        InterimReasonRequired = "interim_reason_required",
        /// What is left of the line lapses at the end of the year.
        NotTransferable = "not_transferable",
        /// The entry was taken back or completed, or is a counter entry itself.
        EntryClosed = "entry_closed",
        /// Only a draft can be completed.
        NotADraft = "not_a_draft",
        /// The posting has a line already.
        PostingBooked = "posting_booked",
        /// The file does not hold what was announced.
        ControlMismatch = "control_mismatch",
        /// A sum of cents leaves 64 bits.
        SumOutOfRange = "sum_out_of_range",
        /// The mail was not given up, so that there is nothing to try again.
        NotificationNotFailed = "notification_not_failed",
        /// The call still waits for its end.
        DeliveryPending = "delivery_pending",
        /// The endpoint is switched off.
        WebhookOff = "webhook_off",
        /// A programme with this key is already there.
        ProgrammeExists = "programme_exists",
        /// Something else with this key is already there.
        AlreadyExists = "already_exists",
        /// The idempotency key was used for another request.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// The body is larger than allowed.
        TooLarge = "too_large",
        /// The body is not JSON.
        UnsupportedMediaType = "unsupported_media_type",
        /// The request did not arrive in time.
        RequestTimeout = "request_timeout",
        /// Database or another part cannot be reached at the moment.
        Unavailable = "unavailable",
        /// An error of the service itself.
        Internal = "internal",
    }
}

/// What sort of problem it is; the edge maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unreadable input.
    Malformed,
    /// Readable input that breaks a rule.
    Invalid,
    /// Not signed in.
    Unauthenticated,
    /// Signed in, not allowed.
    Forbidden,
    /// Not there.
    NotFound,
    /// Method does not fit.
    MethodNotAllowed,
    /// Does not fit the present state.
    Conflict,
    /// Version precondition missing.
    PreconditionRequired,
    /// Version precondition failed.
    Stale,
    /// Body too large.
    TooLarge,
    /// Wrong media type.
    UnsupportedMediaType,
    /// Slow client.
    RequestTimeout,
    /// Too many attempts.
    TooMany,
    /// Try again later.
    Unavailable,
    /// A fault of the service.
    Internal,
}

impl Code {
    /// The sort of problem that a code stands for.
    pub const fn kind(self) -> Kind {
        match self {
            Code::Malformed => Kind::Malformed,
            Code::Invalid
            | Code::IdempotencyKeyReused
            | Code::NotAReasonToDispense
            | Code::ControlMismatch
            | Code::ElevatedOutOfScope => Kind::Invalid,
            Code::Unauthenticated
            | Code::BadCredentials
            | Code::TokenExpired
            | Code::SessionEnded
            | Code::RefreshReused => Kind::Unauthenticated,
            Code::Forbidden | Code::AccountDisabled => Kind::Forbidden,
            Code::NotFound => Kind::NotFound,
            Code::MethodNotAllowed => Kind::MethodNotAllowed,
            Code::IllegalTransition
            | Code::TransitionIncomplete
            | Code::ConsolidationOver
            | Code::NoSuccessor
            | Code::SuccessorNotRunning
            | Code::SuccessorDueLater
            | Code::PostponementPending
            | Code::PostponementClosed
            | Code::PostponementNotRunning
            | Code::PostponementUndated
            | Code::PostponementFixed
            | Code::PostponementOvertaken
            | Code::NothingToApprove
            | Code::DeadlineDerived
            | Code::DeadlineMet
            | Code::CeilingExceeded
            | Code::CommitmentWithoutAuthority
            | Code::AuthorityNotInvestive
            | Code::BlockedFunds
            | Code::CrossKindTransfer
            | Code::OutsideCoverGroup
            | Code::NotTransferable
            | Code::InterimReasonRequired
            | Code::EntryClosed
            | Code::NotADraft
            | Code::PostingBooked
            | Code::SumOutOfRange
            | Code::NotificationNotFailed
            | Code::DeliveryPending
            | Code::WebhookOff
            | Code::ProgrammeExists
            | Code::AlreadyExists => Kind::Conflict,
            Code::PreconditionRequired => Kind::PreconditionRequired,
            Code::Stale => Kind::Stale,
            Code::TooLarge => Kind::TooLarge,
            Code::UnsupportedMediaType => Kind::UnsupportedMediaType,
            Code::RequestTimeout => Kind::RequestTimeout,
            Code::AccountLocked | Code::RateLimited => Kind::TooMany,
            Code::Unavailable => Kind::Unavailable,
            Code::Internal => Kind::Internal,
        }
    }
}

pub use crate::domain::fault::{Args, CellFault, Fault, FaultCode};

/// Something the caller can understand and mend.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Stable code.
    pub code: Code,
    /// Values for the text.
    pub args: Args,
    /// Each faulty place of the input.
    pub faults: Vec<Fault>,
    /// Each faulty cell of a table.
    pub cells: Vec<CellFault>,
    /// Seconds after which another try makes sense.
    pub retry_after: Option<u64>,
}

/// The error of every use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's to mend.
    #[error("{}", .0.code)]
    Problem(Box<Problem>),
    /// Ours to mend: logged, never sent.
    #[error("{context}")]
    Internal {
        /// What was being done.
        context: String,
        /// Why it failed.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl Error {
    /// A problem without arguments.
    pub fn new(code: Code) -> Self {
        Error::Problem(Box::new(Problem {
            code,
            args: Vec::new(),
            faults: Vec::new(),
            cells: Vec::new(),
            retry_after: None,
        }))
    }

    /// A problem with one argument for its text.
    pub fn with(code: Code, name: &'static str, value: impl ToString) -> Self {
        Error::new(code).arg(name, value)
    }

    /// Adds an argument for the text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Error::Problem(problem) = &mut self {
            problem.args.push((name, value.to_string()));
        }
        self
    }

    /// Adds the faulty places.
    #[must_use]
    pub fn faults(mut self, faults: Vec<Fault>) -> Self {
        if let Error::Problem(problem) = &mut self {
            problem.faults = faults;
        }
        self
    }

    /// Names the faulty places as whoever sent the input knows them.
    #[must_use]
    pub fn at(mut self, place: impl Fn(&str) -> String) -> Self {
        if let Error::Problem(problem) = &mut self {
            for fault in &mut problem.faults {
                fault.pointer = place(&fault.pointer);
            }
        }
        self
    }

    /// Adds the faulty cells of a table.
    #[must_use]
    pub fn cells(mut self, cells: Vec<CellFault>) -> Self {
        if let Error::Problem(problem) = &mut self {
            problem.cells = cells;
        }
        self
    }

    /// Says when another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Error::Problem(problem) = &mut self {
            problem.retry_after = Some(seconds);
        }
        self
    }

    /// A fault of the service with its cause.
    pub fn internal(
        context: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Error::Internal {
            context: context.into(),
            source: Some(source.into()),
        }
    }

    /// A fault of the service that has no deeper cause.
    pub fn bug(context: impl Into<String>) -> Self {
        Error::Internal {
            context: context.into(),
            source: None,
        }
    }

    /// The code that the outside sees.
    pub fn code(&self) -> Code {
        match self {
            Error::Problem(problem) => problem.code,
            Error::Internal { .. } => Code::Internal,
        }
    }

    /// The causes in one line, for the log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl From<Vec<Fault>> for Error {
    fn from(faults: Vec<Fault>) -> Self {
        Error::new(Code::Invalid).faults(faults)
    }
}

impl From<CentsOverflow> for Error {
    fn from(_: CentsOverflow) -> Self {
        Error::new(Code::SumOutOfRange)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CeilingExceeded {
                over,
                ceiling,
                from_year,
                to_year,
            } => {
                let years = if from_year == to_year {
                    from_year.to_string()
                } else {
                    format!("{from_year}–{to_year}")
                };
                Error::with(Code::CeilingExceeded, "over_cents", over)
                    .arg("ceiling_cents", ceiling)
                    .arg("years", years)
            }
            Refusal::CommitmentWithoutAuthority { line, year, short } => {
                let error = Error::with(Code::CommitmentWithoutAuthority, "short_cents", short);
                let error = error.arg("year", year);
                match line {
                    Some(line) => error.arg("line", line),
                    None => error,
                }
            }
            Refusal::AuthorityNotInvestive { line } => {
                Error::with(Code::AuthorityNotInvestive, "line", line)
            }
            Refusal::BlockedFunds { line, year, over } => {
                Error::with(Code::BlockedFunds, "over_cents", over)
                    .arg("line", line)
                    .arg("year", year)
            }
            Refusal::CrossKindTransfer { from, to } => {
                Error::with(Code::CrossKindTransfer, "giver", from).arg("receiver", to)
            }
            Refusal::OutsideCoverGroup { from, to } => {
                Error::with(Code::OutsideCoverGroup, "giver", from).arg("receiver", to)
            }
            Refusal::NotTransferable { line } => Error::with(Code::NotTransferable, "line", line),
            Refusal::InterimReasonRequired { line, year } => {
                Error::with(Code::InterimReasonRequired, "line", line).arg("year", year)
            }
            Refusal::SumOutOfRange => Error::new(Code::SumOutOfRange),
        }
    }
}
