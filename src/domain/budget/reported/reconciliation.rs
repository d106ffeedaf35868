//! The books of a month beside what the finance system has reported for it (DOMAIN BUD-17).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::programme::{CentsOverflow, sum};

/// How a figure of a line moves in a month, in cents. Opening, imported and by hand make the closing balance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Movement {
    /// What is dated before the month.
    #[schema(example = 1_200_000)]
    pub opening_cents: i64,
    /// What the finance system reported for the month.
    #[schema(example = 800_000)]
    pub imported_cents: i64,
    /// What is dated in the month and was booked by hand.
    #[schema(example = 0)]
    pub by_hand_cents: i64,
    /// What is dated up to the end of the month.
    #[schema(example = 2_000_000)]
    pub closing_cents: i64,
    /// What is dated later.
    #[schema(example = 0)]
    pub later_cents: i64,
}

impl Movement {
    /// Adds all figures of another line.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn add_all(&mut self, other: &Movement) -> Result<(), CentsOverflow> {
        *self = Movement {
            opening_cents: sum([self.opening_cents, other.opening_cents])?,
            imported_cents: sum([self.imported_cents, other.imported_cents])?,
            by_hand_cents: sum([self.by_hand_cents, other.by_hand_cents])?,
            closing_cents: sum([self.closing_cents, other.closing_cents])?,
            later_cents: sum([self.later_cents, other.later_cents])?,
        };
        Ok(())
    }

    /// From what is dated before, in and after a month, and what of the month was reported.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn new(
        opening: i64,
        in_month: i64,
        imported: i64,
        later: i64,
    ) -> Result<Self, CentsOverflow> {
        Ok(Movement {
            opening_cents: opening,
            imported_cents: imported,
            by_hand_cents: in_month.checked_sub(imported).ok_or(CentsOverflow)?,
            closing_cents: sum([opening, in_month])?,
            later_cents: later,
        })
    }
}

/// First day of a month (1 to 12) and of the next one; none for what is no month.
pub fn month_bounds(year: i32, month: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    Some((first, next))
}

/// A month as one number, `202303`: months compare as numbers do.
pub fn month_number(year: i32, month: u32) -> i32 {
    // Twelve at most.
    year.saturating_mul(100)
        .saturating_add(i32::try_from(month).unwrap_or(i32::MAX))
}

/// Months of a year up to this one, of which nothing was reported.
pub fn missing_months(reported: &BTreeSet<i32>, year: i32, month: u32) -> Vec<u32> {
    let months = 1..=month.min(12);
    months
        .filter(|month| !reported.contains(&month_number(year, *month)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn months_and_their_gaps() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(
            month_bounds(2024, 2),
            Some((day(2024, 2, 1), day(2024, 3, 1)))
        );
        assert_eq!(
            month_bounds(2024, 12),
            Some((day(2024, 12, 1), day(2025, 1, 1)))
        );
        assert_eq!(month_bounds(2024, 0), None);
        assert_eq!(month_bounds(2024, 13), None);
        assert_eq!(month_number(2023, 3), 202_303);
        let reported = BTreeSet::from([202_212, 202_301, 202_303, 202_306]);
        assert_eq!(missing_months(&reported, 2023, 5), [2, 4, 5]);
        assert_eq!(missing_months(&reported, 2023, 1), Vec::<u32>::new());
        assert_eq!(missing_months(&BTreeSet::new(), 2023, 3), [1, 2, 3]);
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(Movement::new(i64::MAX, 1, 0, 0), Err(CentsOverflow));
        assert_eq!(Movement::new(0, i64::MIN, 1, 0), Err(CentsOverflow));
        let mut sum = Movement::new(i64::MAX, 0, 0, 0).unwrap();
        assert_eq!(sum.add_all(&sum.clone()), Err(CentsOverflow));
    }

    proptest! {
        #[test]
        fn opening_and_movements_make_the_closing_balance(
            opening in -1_000_000_000_000i64..1_000_000_000_000, in_month in -1_000_000_000_000i64..1_000_000_000_000,
            imported in -1_000_000_000_000i64..1_000_000_000_000, later in -5i64..5,
        ) {
            let movement = Movement::new(opening, in_month, imported, later).unwrap();
            prop_assert_eq!(movement.opening_cents + movement.imported_cents + movement.by_hand_cents, movement.closing_cents);
            let mut twice = movement;
            twice.add_all(&movement).unwrap();
            prop_assert_eq!(twice.closing_cents, 2 * movement.closing_cents);
        }
    }
}
