//! The ledger of a budget: types of entries, derived figures, and the checks that refuse an entry
//! (DOMAIN §4.2, §4.4). Cents in signed 64 bits; a sum beyond them is an error, never a wrong figure.

pub mod alarm;
pub mod allocation;
pub mod amount;
pub mod authority;
pub mod blocked;
pub mod ceiling;
pub mod cover;
pub mod coverage;
pub mod entry;
pub mod figures;
pub mod posting;
pub mod reported;
pub mod request;

pub use entry::{EntryState, EntryType, InterimReason};
pub use figures::Figures;

use super::programme::{CentsOverflow, LineKind};

/// An entry as the checks see it: it counts, and it is about to be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// Line; none of an authority of the programme as a whole.
    pub line: Option<Line<'a>>,
    /// Budget year.
    pub year: i32,
    /// Type of entry.
    pub entry_type: EntryType,
    /// Signed cents.
    pub cents: i64,
}

/// What the checks know of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Id.
    pub id: &'a str,
    /// Key within the programme, for the words of a refusal.
    pub key: &'a str,
    /// Group that it belongs to.
    pub group_id: &'a str,
    /// What it pays for.
    pub kind: LineKind,
}

/// Why entries are refused although each is sound in itself: they do not fit what is booked or planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A hard ceiling would be exceeded (DOMAIN BA-1).
    CeilingExceeded {
        /// Cents above it.
        over: i64,
        /// The ceiling in cents.
        ceiling: i64,
        /// First year that it holds for.
        from_year: i32,
        /// Last year that it holds for.
        to_year: i32,
    },
    /// A commitment of a later year without unused authority for it (DOMAIN BA-6).
    CommitmentWithoutAuthority {
        /// Key of the line; none where the authority of the programme as a whole is short.
        line: Option<String>,
        /// Year of payment.
        year: i32,
        /// Cents that are missing.
        short: i64,
    },
    /// There are authorities for investments only (DOMAIN BUD-5, BA-6).
    AuthorityNotInvestive {
        /// Key of the line.
        line: String,
    },
    /// Blocked funds would be used (DOMAIN BA-9).
    BlockedFunds {
        /// Key of the line.
        line: String,
        /// Budget year.
        year: i32,
        /// Cents of the blocked funds that would be used.
        over: i64,
    },
    /// From investive to consumptive, or the other way round without a note (DOMAIN BA-12).
    CrossKindTransfer {
        /// Key of the line that gives.
        from: String,
        /// Key of the line that receives.
        to: String,
    },
    /// The lines do not cover each other (DOMAIN BUD-8).
    OutsideCoverGroup {
        /// Key of the line that gives.
        from: String,
        /// Key of the line that receives.
        to: String,
    },
    /// Consumptive money lapses at the end of its year (DOMAIN BUD-9).
    NotTransferable {
        /// Key of the line.
        line: String,
    },
    /// A commitment while the budget of its year is provisional, without a reason that allows it (DOMAIN BUD-7, BA-8).
    InterimReasonRequired {
        /// Key of the line.
        line: String,
        /// Budget year.
        year: i32,
    },
    /// A sum leaves 64 bits.
    SumOutOfRange,
}

impl From<CentsOverflow> for Refusal {
    fn from(_: CentsOverflow) -> Self {
        Refusal::SumOutOfRange
    }
}
