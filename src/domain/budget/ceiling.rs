//! Ceilings: how much may be authorised in a span of years (DOMAIN BA-1).
//!
//! What counts: appropriation, supplementary, over- and extra-plan, cover and cut. Carry-overs do not, unless the
//! ceiling says so: the council fixed appropriations, and money that is carried over counted in its first year.

use super::{Change, EntryType, Refusal};
use crate::domain::programme::{CentsOverflow, sum};

/// A ceiling as decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceiling {
    /// Id of the group that it is for; the programme as a whole if none.
    pub group: Option<String>,
    /// First year.
    pub from_year: i32,
    /// Last year.
    pub to_year: i32,
    /// Cents.
    pub cents: i64,
    /// Refuses what exceeds it.
    pub hard: bool,
    /// Carry-overs count as well.
    pub counts_carry_overs: bool,
}

/// Sum of effective entries of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSum {
    /// Id of the group.
    pub group: String,
    /// Budget year.
    pub year: i32,
    /// Type of entry.
    pub entry_type: EntryType,
    /// Cents.
    pub cents: i64,
}

impl Ceiling {
    fn counts(&self, group: &str, year: i32, entry_type: EntryType) -> bool {
        self.group.as_deref().is_none_or(|own| own == group)
            && (self.from_year..=self.to_year).contains(&year)
            && entry_type.authorises()
            && (self.counts_carry_overs || !entry_type.carries_over())
    }

    /// How much of it is taken, in cents.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn used(&self, sums: &[GroupSum]) -> Result<i64, CentsOverflow> {
        let counted = sums
            .iter()
            .filter(|sum| self.counts(&sum.group, sum.year, sum.entry_type));
        sum(counted.map(|sum| sum.cents))
    }

    fn added(&self, changes: &[Change<'_>]) -> Result<i64, CentsOverflow> {
        let counted = changes.iter().filter(|change| {
            change
                .line
                .is_some_and(|line| self.counts(line.group_id, change.year, change.entry_type))
        });
        sum(counted.map(|change| change.cents))
    }
}

/// Refuses what would exceed a hard ceiling. What lowers its use, or leaves it, passes even where it is exceeded
/// already: otherwise nothing could be mended.
///
/// # Errors
/// [`Refusal::CeilingExceeded`], [`Refusal::SumOutOfRange`]
pub fn check(
    ceilings: &[Ceiling],
    sums: &[GroupSum],
    changes: &[Change<'_>],
) -> Result<(), Refusal> {
    for ceiling in ceilings.iter().filter(|ceiling| ceiling.hard) {
        let added = ceiling.added(changes)?;
        let used = sum([ceiling.used(sums)?, added])?;
        if added > 0 && used > ceiling.cents {
            return Err(Refusal::CeilingExceeded {
                over: used.checked_sub(ceiling.cents).ok_or(CentsOverflow)?,
                ceiling: ceiling.cents,
                from_year: ceiling.from_year,
                to_year: ceiling.to_year,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::budget::Line;
    use crate::domain::programme::LineKind;

    fn ceiling(group: Option<&str>, cents: i64) -> Ceiling {
        Ceiling {
            group: group.map(str::to_owned),
            from_year: 2018,
            to_year: 2018,
            cents,
            hard: true,
            counts_carry_overs: false,
        }
    }

    fn change(year: i32, entry_type: EntryType, cents: i64) -> Change<'static> {
        Change {
            line: Some(Line {
                id: "l",
                key: "STG-1b",
                group_id: "1",
                kind: LineKind::Mixed,
            }),
            year,
            entry_type,
            cents,
        }
    }

    fn booked(cents: i64) -> Vec<GroupSum> {
        vec![GroupSum {
            group: "1".to_owned(),
            year: 2018,
            entry_type: EntryType::Appropriation,
            cents,
        }]
    }

    #[test]
    fn stuttgart_has_no_room_for_1b_in_2018() {
        let moved = [
            change(2019, EntryType::Appropriation, -8_000_000),
            change(2018, EntryType::Appropriation, 8_000_000),
        ];
        let refused = check(&[ceiling(None, 200_000_000)], &booked(199_400_000), &moved);
        let expected = Refusal::CeilingExceeded {
            over: 7_400_000,
            ceiling: 200_000_000,
            from_year: 2018,
            to_year: 2018,
        };
        assert_eq!(refused, Err(expected));
    }

    #[test]
    fn what_counts_and_what_does_not() {
        use EntryType::*;
        for entry_type in EntryType::ALL.iter().copied() {
            let counts = matches!(
                entry_type,
                Appropriation | Supplementary | Overplan | Extraplan | Cover | Cut
            );
            let refused = |ceiling: &Ceiling, year| {
                check(
                    std::slice::from_ref(ceiling),
                    &booked(100),
                    &[change(year, entry_type, 1)],
                )
                .is_err()
            };
            assert_eq!(refused(&ceiling(None, 100), 2018), counts, "{entry_type}");
            assert!(!refused(&ceiling(None, 101), 2018), "{entry_type}");
            assert!(!refused(&ceiling(None, 100), 2019), "{entry_type}");
            assert_eq!(refused(&ceiling(Some("1"), 100), 2018), counts);
            assert!(!refused(&ceiling(Some("2"), 100), 2018), "{entry_type}");
            let soft = Ceiling {
                hard: false,
                ..ceiling(None, 100)
            };
            assert!(!refused(&soft, 2018), "{entry_type}");
            let with_carry_overs = Ceiling {
                counts_carry_overs: true,
                ..ceiling(None, 100)
            };
            let counts = counts || entry_type.carries_over();
            assert_eq!(refused(&with_carry_overs, 2018), counts, "{entry_type}");
        }
    }

    #[test]
    fn what_lowers_an_exceeded_ceiling_passes() {
        let ceilings = [ceiling(None, 100)];
        for cents in [-1, -50] {
            let lowers = [change(2018, EntryType::Cut, cents)];
            assert_eq!(check(&ceilings, &booked(200), &lowers), Ok(()));
        }
        let even = [
            change(2018, EntryType::Cover, -20),
            change(2018, EntryType::Cover, 20),
        ];
        assert_eq!(check(&ceilings, &booked(200), &even), Ok(()));
        let overflow = [change(2018, EntryType::Appropriation, i64::MAX)];
        assert_eq!(
            check(&ceilings, &booked(200), &overflow),
            Err(Refusal::SumOutOfRange)
        );
    }
}
