//! Types of entries and what each does to the figures of its line and year (DOMAIN §4.2).

use crate::domain::text_enum;

text_enum! {
    /// Type of a budget entry.
    EntryType {
        /// Anmeldung: asked for, authorises nothing.
        Registration = "registration",
        /// Ansatz: authorises.
        Appropriation = "appropriation",
        /// Nachtrag: authorises more or less.
        Supplementary = "supplementary",
        /// Überplanmäßig (üpl): authorises.
        Overplan = "overplan",
        /// Außerplanmäßig (apl): authorises.
        Extraplan = "extraplan",
        /// Deckung: moves authorised money between lines; all entries of a cover sum to nothing.
        Cover = "cover",
        /// Übertragener Haushaltsrest in the new year.
        CarryIn = "carry_in",
        /// The same in the year that it comes from.
        CarryOut = "carry_out",
        /// Kürzung: authorises less.
        Cut = "cut",
        /// Sperre: authorised, and not to be used.
        Block = "block",
        /// Freigabe of what was blocked.
        Release = "release",
        /// Finanzplan: informs, never authorises (DOMAIN BUD-14).
        FinancialPlan = "financial_plan",
        /// Prognose: what is expected to come on top of what is spent and committed.
        Forecast = "forecast",
        /// Verpflichtungsermächtigung (VE): leave to commit money of a later year.
        CommitmentAuthority = "commitment_authority",
        /// The part of a VE that a commitment takes.
        AuthorityUse = "authority_use",
        /// Obligo: ordered, not yet paid.
        Commitment = "commitment",
        /// Abbau of an obligo: paid, or not needed any more.
        CommitmentRelease = "commitment_release",
        /// Ist: spent.
        Actual = "actual",
        /// Storno of an Ist.
        ActualReversal = "actual_reversal",
    }
}

text_enum! {
    /// Whether an entry counts.
    EntryState {
        /// Lacks what it needs (DOMAIN BA-7); not counted anywhere.
        Draft = "draft",
        /// Counts.
        Effective = "effective",
    }
}

text_enum! {
    /// Why money may be ordered while the budget of its year is provisional (DOMAIN BUD-7, § 83 GemO).
    InterimReason {
        /// Rechtlich verpflichtet.
        LegallyObliged = "legally_obliged",
        /// Unaufschiebbar.
        CannotBePostponed = "cannot_be_postponed",
        /// Fortsetzung of what was begun.
        Continuation = "continuation",
        /// The finance system reports the order: a fact, whose reason is not known here. Nobody books with it.
        Reported = "reported",
    }
}

/// The figure that entries of a type add to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What may be spent.
    Authorised,
    /// What of it may not be used for now.
    Blocked,
    /// Ordered.
    Committed,
    /// Spent.
    Actual,
    /// Expected on top.
    Forecast,
}

/// Which amounts a type takes, unless it is a counter entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// More than nothing.
    Positive,
    /// Less than nothing.
    Negative,
    /// Either, never nothing.
    Either,
}

impl EntryType {
    /// The figure that it adds to; none where it only informs or concerns authorities.
    pub const fn column(self) -> Option<Column> {
        match self {
            EntryType::Appropriation
            | EntryType::Supplementary
            | EntryType::Overplan
            | EntryType::Extraplan
            | EntryType::Cover
            | EntryType::CarryIn
            | EntryType::CarryOut
            | EntryType::Cut => Some(Column::Authorised),
            EntryType::Block | EntryType::Release => Some(Column::Blocked),
            EntryType::Commitment | EntryType::CommitmentRelease => Some(Column::Committed),
            EntryType::Actual | EntryType::ActualReversal => Some(Column::Actual),
            EntryType::Forecast => Some(Column::Forecast),
            EntryType::Registration
            | EntryType::FinancialPlan
            | EntryType::CommitmentAuthority
            | EntryType::AuthorityUse => None,
        }
    }

    /// Whether money may be spent on the strength of such an entry.
    pub const fn authorises(self) -> bool {
        matches!(self.column(), Some(Column::Authorised))
    }

    /// Whether plan tables as papers print them sum it.
    pub const fn in_plan(self) -> bool {
        matches!(
            self,
            EntryType::Appropriation | EntryType::Overplan | EntryType::FinancialPlan
        )
    }

    /// Moves money between years.
    pub const fn carries_over(self) -> bool {
        matches!(self, EntryType::CarryIn | EntryType::CarryOut)
    }

    /// Concerns leave to commit money of a later year; only such entries have a year of payment.
    pub const fn of_authority(self) -> bool {
        matches!(
            self,
            EntryType::CommitmentAuthority | EntryType::AuthorityUse
        )
    }

    /// Beyond the plan: needs cover, reason and resolution (DOMAIN BUD-6, BA-7).
    pub const fn beyond_plan(self) -> bool {
        matches!(self, EntryType::Overplan | EntryType::Extraplan)
    }

    /// Which amounts it takes.
    pub const fn sign(self) -> Sign {
        match self {
            EntryType::Supplementary | EntryType::Cover => Sign::Either,
            EntryType::CarryOut
            | EntryType::Cut
            | EntryType::Release
            | EntryType::CommitmentRelease
            | EntryType::ActualReversal => Sign::Negative,
            EntryType::Registration
            | EntryType::Appropriation
            | EntryType::Overplan
            | EntryType::Extraplan
            | EntryType::CarryIn
            | EntryType::Block
            | EntryType::FinancialPlan
            | EntryType::Forecast
            | EntryType::CommitmentAuthority
            | EntryType::AuthorityUse
            | EntryType::Commitment
            | EntryType::Actual => Sign::Positive,
        }
    }

    /// How much of the line's money `cents` of such an entry take away from other uses: orders and payments do,
    /// and so does money that is given to another line or year (DOMAIN BA-9).
    pub const fn takes(self) -> Takes {
        match self {
            EntryType::Commitment
            | EntryType::CommitmentRelease
            | EntryType::Actual
            | EntryType::ActualReversal => Takes::Amount,
            EntryType::Cover | EntryType::CarryIn | EntryType::CarryOut => Takes::Opposite,
            _ => Takes::Nothing,
        }
    }

    /// Type of the entry that takes one of this type back: the same with the opposite amount, but a payment has a
    /// Storno of its own.
    pub const fn counter(self) -> EntryType {
        match self {
            EntryType::Actual => EntryType::ActualReversal,
            EntryType::ActualReversal => EntryType::Actual,
            other => other,
        }
    }
}

/// What an entry takes from the money of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// As much as it says.
    Amount,
    /// Its amount with the opposite sign: what is moved away is taken.
    Opposite,
    /// Nothing.
    Nothing,
}
