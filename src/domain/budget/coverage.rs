//! What money is for: how much of it goes to security, and which measures have too little.

use serde::Serialize;

use crate::domain::measure::{Relevance, Status};
use crate::domain::programme::{CentsOverflow, sum};
use crate::domain::text_enum;

text_enum! {
    /// What the money of a line is for, by the measures that it pays for.
    Purpose {
        /// A measure that is directly about information security.
        Direct = "direct",
        /// None of those, but one that serves it among other things.
        Indirect = "indirect",
        /// A directly relevant measure that is to be split first: which part of its money is for security is not known
        /// (DOMAIN MAP-2).
        Unsplit = "unsplit",
        /// No measure of security.
        Other = "other",
    }
}

/// A measure that a line pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidMeasure {
    /// Where it stands.
    pub status: Status,
    /// How near to information security it is.
    pub relevance: Relevance,
    /// It is more than one measure and has to be split.
    pub needs_split: bool,
}

impl PaidMeasure {
    const fn purpose(&self) -> Purpose {
        match (self.relevance, self.needs_split) {
            // No money goes to what was turned down or has been replaced.
            _ if matches!(self.status, Status::Rejected | Status::Replaced) => Purpose::Other,
            (Relevance::Direct, false) => Purpose::Direct,
            (Relevance::Direct, true) => Purpose::Unsplit,
            (Relevance::Indirect, _) => Purpose::Indirect,
            (Relevance::None, _) => Purpose::Other,
        }
    }
}

/// What a line is for: the money of a line counts once, where its measures differ for what is nearest to security. A
/// measure that is to be split leaves the line unsplit, whatever else it pays for.
pub fn purpose(measures: &[PaidMeasure]) -> Purpose {
    let of = |wanted| measures.iter().any(|measure| measure.purpose() == wanted);
    [Purpose::Unsplit, Purpose::Direct, Purpose::Indirect]
        .into_iter()
        .find(|wanted| of(*wanted))
        .unwrap_or(Purpose::Other)
}

/// Money by purpose, in cents; the four make the total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Shares {
    /// Directly for information security.
    #[schema(example = 23_500_000)]
    pub direct_cents: i64,
    /// Serves it among other things.
    #[schema(example = 130_000_000)]
    pub indirect_cents: i64,
    /// Of measures that are to be split first.
    #[schema(example = 57_700_000)]
    pub unsplit_cents: i64,
    /// For other things.
    #[schema(example = 113_625_000)]
    pub other_cents: i64,
    /// All together.
    #[schema(example = 324_825_000)]
    pub total_cents: i64,
}

impl Shares {
    /// Adds the money of a line.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn add(&mut self, purpose: Purpose, cents: i64) -> Result<(), CentsOverflow> {
        let part = match purpose {
            Purpose::Direct => &mut self.direct_cents,
            Purpose::Indirect => &mut self.indirect_cents,
            Purpose::Unsplit => &mut self.unsplit_cents,
            Purpose::Other => &mut self.other_cents,
        };
        *part = sum([*part, cents])?;
        self.total_cents = sum([self.total_cents, cents])?;
        Ok(())
    }

    /// What is directly for security, in per mille of the total, rounded down; none where there is no total.
    pub fn direct_per_mille(&self) -> Option<i64> {
        if self.total_cents <= 0 {
            return None;
        }
        let (direct, total) = (i128::from(self.direct_cents), i128::from(self.total_cents));
        i64::try_from((direct * 1000).div_euclid(total)).ok()
    }
}

text_enum! {
    /// Why a measure counts as unfunded.
    Shortage {
        /// No line pays for it, and nobody has said why none is needed.
        NoLine = "no_line",
        /// It costs more than its shares of its lines may spend in all years together.
        TooLittle = "too_little",
    }
}

/// Whether money has to be there: work has been agreed to and is not over.
pub const fn needs_money(status: Status) -> bool {
    matches!(
        status,
        Status::Approved | Status::InProgress | Status::Blocked
    )
}

/// What a measure lacks: its need and what its shares of lines may spend in cents, none where no line pays for it.
pub fn shortage(
    need_cents: i64,
    authorised_cents: Option<i64>,
    has_reason: bool,
) -> Option<Shortage> {
    match authorised_cents {
        None if has_reason => None,
        None => Some(Shortage::NoLine),
        Some(authorised) => (need_cents > authorised).then_some(Shortage::TooLittle),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measure(status: Status, relevance: Relevance, needs_split: bool) -> PaidMeasure {
        PaidMeasure {
            status,
            relevance,
            needs_split,
        }
    }

    #[test]
    fn a_line_is_for_what_is_nearest_to_security() {
        let running = |relevance, split| measure(Status::InProgress, relevance, split);
        let (direct, indirect) = (
            running(Relevance::Direct, false),
            running(Relevance::Indirect, false),
        );
        let (unsplit, none) = (
            running(Relevance::Direct, true),
            running(Relevance::None, false),
        );
        for (measures, expected) in [
            (vec![], Purpose::Other),
            (vec![none], Purpose::Other),
            (vec![none, indirect], Purpose::Indirect),
            (vec![indirect, direct], Purpose::Direct),
            (vec![direct, unsplit], Purpose::Unsplit),
            (vec![running(Relevance::Indirect, true)], Purpose::Indirect),
            (
                vec![measure(Status::Rejected, Relevance::Direct, false)],
                Purpose::Other,
            ),
            (
                vec![measure(Status::Replaced, Relevance::Direct, true), indirect],
                Purpose::Indirect,
            ),
            (
                vec![measure(Status::Verified, Relevance::Direct, false)],
                Purpose::Direct,
            ),
        ] {
            assert_eq!(purpose(&measures), expected, "{measures:?}");
        }
    }

    #[test]
    fn shares_are_rounded_down_and_never_of_nothing() {
        let of = |direct, other| {
            let mut shares = Shares::default();
            shares.add(Purpose::Direct, direct).unwrap();
            shares.add(Purpose::Other, other).unwrap();
            shares.direct_per_mille()
        };
        assert_eq!(of(0, 0), None);
        assert_eq!(of(-5, 2), None);
        assert_eq!(of(1, 2), Some(333));
        assert_eq!(of(1_834, 1), Some(999));
        assert_eq!(of(i64::MAX - 1, 1), Some(999));
        assert_eq!(of(0, 7), Some(0));
        let mut shares = Shares::default();
        shares.add(Purpose::Direct, i64::MAX).unwrap();
        assert_eq!(shares.add(Purpose::Other, 1), Err(CentsOverflow));
    }

    #[test]
    fn what_a_measure_lacks() {
        for (need, authorised, has_reason, expected) in [
            (0, None, false, Some(Shortage::NoLine)),
            (5, None, true, None),
            (5, Some(5), false, None),
            (6, Some(5), false, Some(Shortage::TooLittle)),
            (6, Some(5), true, Some(Shortage::TooLittle)),
            (0, Some(0), false, None),
            (0, Some(-1), false, Some(Shortage::TooLittle)),
        ] {
            assert_eq!(
                shortage(need, authorised, has_reason),
                expected,
                "{need} {authorised:?}"
            );
        }
        let running: Vec<&Status> = Status::ALL
            .iter()
            .filter(|status| needs_money(**status))
            .collect();
        assert_eq!(
            running,
            [&Status::Approved, &Status::InProgress, &Status::Blocked]
        );
    }

    proptest! {
        #[test]
        fn the_parts_make_the_total(lines in prop::collection::vec((0..4usize, -1_000_000_000i64..1_000_000_000), 0..40)) {
            let mut shares = Shares::default();
            for (purpose, cents) in &lines {
                shares.add(Purpose::ALL[*purpose], *cents).unwrap();
            }
            let parts = shares.direct_cents + shares.indirect_cents + shares.unsplit_cents + shares.other_cents;
            prop_assert_eq!(parts, shares.total_cents);
            prop_assert_eq!(parts, lines.iter().map(|(_, cents)| cents).sum::<i64>());
        }
    }
}
