//! Totals that a paper prints, as assertions: beside what they should sum, with a verdict, never mended
//! (DOMAIN SEED-R3).

use serde::{Deserialize, Serialize};

use super::programme::{CentsOverflow, sum};
use super::programme_file::Source;
use super::text_enum;

text_enum! {
    /// How exactly a paper gives a total.
    #[schema(as = PrintedPrecision)]
    Precision {
        /// To the cent, as in a table.
        Exact = "exact",
        /// In thousands of euro ("TEUR"): ±500 EUR.
        Thousand = "thousand",
        /// "rund x,y Mio. EUR": ±50,000 EUR.
        TenthMillion = "tenth_million",
    }
}

impl Precision {
    /// By how many cents a total of this precision may be off and still be the same figure (DOMAIN SEED-R3).
    pub const fn tolerance_cents(self) -> i64 {
        match self {
            Precision::Exact => 0,
            Precision::Thousand => 500 * 100,
            Precision::TenthMillion => 50_000 * 100,
        }
    }
}

text_enum! {
    /// Whether a printed total is what it should sum.
    Verdict {
        /// To the cent, or to the hundredth of a post.
        Exact = "exact",
        /// As near as the precision that it is printed with.
        Rounded = "rounded",
        /// It is not; shown, never mended.
        Differs = "differs",
    }
}

/// The verdict on a difference of so many cents or hundredths, printed less computed.
const fn verdict(difference: i64, tolerance: i64) -> Verdict {
    if difference == 0 {
        Verdict::Exact
    } else if difference.unsigned_abs() <= tolerance.unsigned_abs() {
        Verdict::Rounded
    } else {
        Verdict::Differs
    }
}

/// A figure that a paper adds up beside its table of lines, such as the staff cost in a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrintedPart)]
pub struct Part {
    /// Name as printed.
    pub name: String,
    /// Cents as printed; negative where the paper deducts it.
    pub cents: i64,
    /// Where it stands.
    pub source: Source,
}

/// A total as printed, with what it should sum: groups of the programme, whole programmes, or printed parts.
#[derive(Debug, Clone, Default)]
pub struct PrintedTotal {
    /// Name.
    pub name: String,
    /// Groups of the programme.
    pub groups: Vec<String>,
    /// Programmes as a whole.
    pub programmes: Vec<String>,
    /// Amounts of these programmes in these years, in cents.
    pub of_programmes: Vec<i64>,
    /// Parts as printed.
    pub parts: Vec<Part>,
    /// Years.
    pub years: Vec<i32>,
    /// Cents.
    pub cents: i64,
    /// How exactly it is printed.
    pub precision: Option<Precision>,
}

/// A printed total beside what it should sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TotalCheck {
    /// Name as printed.
    pub name: String,
    /// Groups that it sums.
    pub groups: Vec<String>,
    /// Programmes that it sums as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub programmes: Vec<String>,
    /// Printed parts that it sums.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Years that it sums.
    pub years: Vec<i32>,
    /// How exactly it is printed.
    pub precision: Precision,
    /// As printed, in cents.
    pub printed_cents: i64,
    /// As computed, in cents.
    pub computed_cents: i64,
    /// Printed less computed, in cents.
    pub difference_cents: i64,
    /// Whether they agree.
    pub verdict: Verdict,
}

/// Puts a total beside what it should sum; `of_groups` are the amounts of its groups in its years, in cents.
///
/// # Errors
/// [`CentsOverflow`] when a sum leaves 64 bits.
pub fn check(
    total: PrintedTotal,
    of_groups: impl Iterator<Item = i64>,
) -> Result<TotalCheck, CentsOverflow> {
    let computed_cents = if !total.parts.is_empty() {
        sum(total.parts.iter().map(|part| part.cents))?
    } else if !total.programmes.is_empty() {
        sum(total.of_programmes.iter().copied())?
    } else {
        sum(of_groups)?
    };
    let difference_cents = total
        .cents
        .checked_sub(computed_cents)
        .ok_or(CentsOverflow)?;
    let precision = total.precision.unwrap_or(Precision::Exact);
    Ok(TotalCheck {
        name: total.name,
        groups: total.groups,
        programmes: total.programmes,
        parts: total.parts,
        years: total.years,
        precision,
        printed_cents: total.cents,
        computed_cents,
        difference_cents,
        verdict: verdict(difference_cents, precision.tolerance_cents()),
    })
}

/// A printed number of posts beside what the posts add up to, in hundredths of a full-time equivalent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PostTotalCheck {
    /// Name as printed.
    pub name: String,
    /// Programmes whose posts it sums.
    pub programmes: Vec<String>,
    /// Only those that are filled before the budget is adopted.
    pub early: bool,
    /// As printed.
    #[schema(example = 2190)]
    pub printed_hundredths: i64,
    /// As computed.
    #[schema(example = 2190)]
    pub computed_hundredths: i64,
    /// Printed less computed.
    pub difference_hundredths: i64,
    /// Whether they agree; posts are printed exactly.
    pub verdict: Verdict,
}

impl PostTotalCheck {
    /// Puts a printed number of posts beside the sum of posts, in hundredths.
    pub const fn new(
        name: String,
        programmes: Vec<String>,
        early: bool,
        printed: i64,
        computed: i64,
    ) -> Self {
        let difference = printed.saturating_sub(computed);
        PostTotalCheck {
            name,
            programmes,
            early,
            printed_hundredths: printed,
            computed_hundredths: computed,
            difference_hundredths: difference,
            verdict: verdict(difference, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(cents: i64, precision: Precision) -> PrintedTotal {
        PrintedTotal {
            cents,
            precision: Some(precision),
            ..PrintedTotal::default()
        }
    }

    #[test]
    fn verdicts_at_the_edges_of_the_tolerance() {
        use Precision::{Exact, TenthMillion, Thousand};
        for (precision, difference, verdict) in [
            (Exact, 0, Verdict::Exact),
            (Exact, 1, Verdict::Differs),
            (Exact, -1, Verdict::Differs),
            (Thousand, 0, Verdict::Exact),
            (Thousand, 50_000, Verdict::Rounded),
            (Thousand, -50_000, Verdict::Rounded),
            (Thousand, 50_001, Verdict::Differs),
            (Thousand, -50_001, Verdict::Differs),
            (TenthMillion, 5_000_000, Verdict::Rounded),
            (TenthMillion, -5_000_000, Verdict::Rounded),
            (TenthMillion, 5_000_001, Verdict::Differs),
        ] {
            let computed = 1_000_000_000;
            let checked = check(
                total(computed + difference, precision),
                std::iter::once(computed),
            )
            .unwrap();
            assert_eq!(
                (checked.difference_cents, checked.verdict),
                (difference, verdict),
                "{precision} {difference}"
            );
        }
    }

    #[test]
    fn overflow_is_an_error_and_no_verdict() {
        assert!(check(total(i64::MIN, Precision::Exact), std::iter::once(1)).is_err());
        assert!(check(total(0, Precision::Exact), [i64::MAX, 1].into_iter()).is_err());
    }

    proptest! {
        #[test]
        fn nothing_is_mended(printed in any::<i32>(), parts in prop::collection::vec(any::<i32>(), 1..20)) {
            let computed: i64 = parts.iter().map(|cents| i64::from(*cents)).sum();
            let checked = check(total(printed.into(), Precision::Thousand), parts.into_iter().map(i64::from)).unwrap();
            prop_assert_eq!((checked.printed_cents, checked.computed_cents), (printed.into(), computed));
            prop_assert_eq!(checked.difference_cents, i64::from(printed) - computed);
            prop_assert_eq!(checked.verdict == Verdict::Differs, (i64::from(printed) - computed).abs() > 50_000);
        }
    }
}
