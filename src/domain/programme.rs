//! Programmes, budget lines and their sums: signed integer cents, never a fraction (DOMAIN §4.2).

use super::budget::EntryType;
use super::text_enum;

text_enum! {
    /// Whether amounts include tax (DOMAIN BUD-4); never converted silently.
    AmountBasis {
        /// Brutto.
        Gross = "gross",
        /// Netto.
        Net = "net",
        /// The paper does not say.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What a line pays for (DOMAIN BUD-2).
    LineKind {
        /// Konsumtiv (Ergebnishaushalt).
        Consumptive = "consumptive",
        /// Investiv (Finanzhaushalt).
        Investive = "investive",
        /// Personal.
        Staff = "staff",
        /// Gemischt: the paper does not split.
        Mixed = "mixed",
        /// Unbestimmt.
        Undetermined = "undetermined",
    }
}

text_enum! {
    /// Type of an entry that a council paper prints.
    PaperEntryType {
        /// Ansatz.
        Appropriation = "appropriation",
        /// Überplanmäßig.
        Overplan = "overplan",
        /// Finanzplan.
        FinancialPlan = "financial_plan",
    }
}

impl From<PaperEntryType> for EntryType {
    fn from(of_paper: PaperEntryType) -> Self {
        match of_paper {
            PaperEntryType::Appropriation => EntryType::Appropriation,
            PaperEntryType::Overplan => EntryType::Overplan,
            PaperEntryType::FinancialPlan => EntryType::FinancialPlan,
        }
    }
}

text_enum! {
    /// What has to be known about a figure before it is relied on.
    EntryFlag {
        /// The year was concluded from the printed totals.
        Inferred = "inferred",
        /// The paper contradicts itself here.
        Conflict = "conflict",
        /// The scan ran amount and post together; they were separated.
        OcrSplit = "ocr_split",
    }
}

text_enum! {
    /// Kind of post (DOMAIN §4.3).
    PostKind {
        /// Planstelle.
        Post = "post",
        /// Ermächtigung outside the Stellenplan.
        Authorisation = "authorisation",
        /// Ausbildung.
        Training = "training",
        /// Befristet.
        Temporary = "temporary",
    }
}

text_enum! {
    /// What a sitting was for.
    ResolutionKind {
        /// Vorberatung.
        Preliminary = "preliminary",
        /// Beschlussfassung.
        Decision = "decision",
        /// Kenntnisnahme.
        Information = "information",
    }
}

text_enum! {
    /// What came of it, as far as the papers show.
    ResolutionOutcome {
        /// Not in the papers.
        Open = "open",
        /// Empfohlen.
        Recommended = "recommended",
        /// Beschlossen.
        Adopted = "adopted",
        /// Zur Kenntnis genommen.
        Noted = "noted",
        /// Abgelehnt.
        Rejected = "rejected",
    }
}

impl ResolutionOutcome {
    /// Whether money may be spent and posts be filled on the strength of it: only of what was decided
    /// (DOMAIN BUD-6, BUD-15). What is open, noted, recommended or rejected grants nothing.
    pub const fn grants(self) -> bool {
        matches!(self, ResolutionOutcome::Adopted)
    }
}

/// A sum of cents left the range of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sum of cents is out of range")]
pub struct CentsOverflow;

/// Sum of cents.
///
/// # Errors
/// [`CentsOverflow`] instead of a wrong figure.
pub fn sum(cents: impl IntoIterator<Item = i64>) -> Result<i64, CentsOverflow> {
    cents.into_iter().try_fold(0_i64, |sum, cents| {
        sum.checked_add(cents).ok_or(CentsOverflow)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_refuse_to_wrap() {
        assert_eq!(sum([1, 2, 3]), Ok(6));
        assert_eq!(sum([i64::MAX, 1]), Err(CentsOverflow));
        assert_eq!(sum([]), Ok(0));
    }
}
