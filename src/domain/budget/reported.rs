//! Postings as the finance system reports them (DOMAIN BUD-17): it leads, the ledger follows.

use chrono::{Datelike, NaiveDate};

use super::EntryType;
use crate::domain::text_enum;

mod matching;
mod reconciliation;

pub use matching::{Accounts, Found, Known, Rule};
pub use reconciliation::{Movement, missing_months, month_bounds, month_number};

/// Most characters of a posting's id.
pub const MAX_ID: usize = 100;
/// Most characters of an account.
pub const MAX_ACCOUNT: usize = 100;
/// Most characters of a posting's text.
pub const MAX_TEXT: usize = 500;

text_enum! {
    /// What a posting reports.
    ReportedKind {
        /// Ist: paid.
        Actual = "actual",
        /// Obligo: ordered.
        Commitment = "commitment",
    }
}

text_enum! {
    /// How the account of a rule is compared.
    MatchKind {
        /// The whole account.
        Exact = "exact",
        /// Its beginning; of several the longest holds.
        Prefix = "prefix",
    }
}

text_enum! {
    /// How the line of a posting was found.
    MatchedBy {
        /// The posting names it.
        LineKey = "line_key",
        /// A rule for the whole account.
        ExactRule = "exact_rule",
        /// A rule for its beginning.
        PrefixRule = "prefix_rule",
        /// Exactly one line carries the account as its profit centre, account or investment order.
        LineAccount = "line_account",
        /// Somebody said so.
        Person = "person",
    }
}

text_enum! {
    /// Why no line was found.
    NoLine {
        /// Neither a rule nor a line knows the account.
        UnknownAccount = "unknown_account",
        /// Several lines carry the account, and no rule says which.
        AmbiguousAccount = "ambiguous_account",
    }
}

/// A posting as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Its id in the finance system.
    pub posting_id: String,
    /// What it reports.
    pub kind: ReportedKind,
    /// Day of the posting.
    pub posted_on: NaiveDate,
    /// Budget year; of a commitment the year in which it is to be paid.
    pub year: i32,
    /// Account: cost centre, profit centre, Sachkonto or investment order, whatever the lines carry.
    pub account: Option<String>,
    /// Key of the programme, where the file names one.
    pub programme: Option<String>,
    /// Key of the line, where the file names one.
    pub line: Option<String>,
    /// Cents, never 0; less than nothing takes something back.
    pub cents: i64,
    /// What it is for.
    pub text: String,
}

impl ReportedKind {
    /// The type of the entry that books it: a negative amount takes back (DOMAIN §4.2, IST_STORNO and OBLIGO_ABBAU).
    pub const fn entry_type(self, cents: i64) -> EntryType {
        match (self, cents < 0) {
            (ReportedKind::Actual, false) => EntryType::Actual,
            (ReportedKind::Actual, true) => EntryType::ActualReversal,
            (ReportedKind::Commitment, false) => EntryType::Commitment,
            (ReportedKind::Commitment, true) => EntryType::CommitmentRelease,
        }
    }
}

/// Whether an order is for a later year than the one it is placed in, and so needs an authority (DOMAIN BA-6).
pub fn is_of_later_year(entry_type: EntryType, year: i32, booked_on: NaiveDate) -> bool {
    entry_type == EntryType::Commitment && year > booked_on.year()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::budget::Figures;
    use crate::domain::budget::entry::Sign;

    #[test]
    fn negative_amounts_take_back_and_every_type_takes_its_sign() {
        for (kind, cents, expected) in [
            (ReportedKind::Actual, 1, EntryType::Actual),
            (ReportedKind::Actual, -1, EntryType::ActualReversal),
            (ReportedKind::Commitment, 1, EntryType::Commitment),
            (ReportedKind::Commitment, -1, EntryType::CommitmentRelease),
        ] {
            let found = kind.entry_type(cents);
            assert_eq!(found, expected);
            let sign = if cents < 0 {
                Sign::Negative
            } else {
                Sign::Positive
            };
            assert_eq!(found.sign(), sign);
            let mut figures = Figures::default();
            figures.add(found, cents).unwrap();
            assert_eq!(figures.actual + figures.committed, cents);
        }
    }

    #[test]
    fn only_orders_of_a_later_year_need_an_authority() {
        let day = NaiveDate::from_ymd_opt(2021, 12, 31).unwrap();
        assert!(is_of_later_year(EntryType::Commitment, 2022, day));
        assert!(!is_of_later_year(EntryType::Commitment, 2021, day));
        assert!(!is_of_later_year(EntryType::CommitmentRelease, 2022, day));
        assert!(!is_of_later_year(EntryType::Actual, 2022, day));
    }
}
