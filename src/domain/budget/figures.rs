//! The figures of a line and year, derived from its entries (DOMAIN §4.2).

use super::entry::{Column, EntryType};
use crate::domain::programme::CentsOverflow;

/// Sums of effective entries in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Appropriation, overplan and financial plan, as the paper's table prints them.
    pub plan: i64,
    /// What may be spent.
    pub authorised: i64,
    /// What of it may not be used for now.
    pub blocked: i64,
    /// Ordered.
    pub committed: i64,
    /// Spent.
    pub actual: i64,
    /// Expected on top of what is spent and committed.
    pub forecast: i64,
}

impl Figures {
    /// Adds entries of one type.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn add(&mut self, entry_type: EntryType, cents: i64) -> Result<(), CentsOverflow> {
        if entry_type.in_plan() {
            add(&mut self.plan, cents)?;
        }
        match entry_type.column() {
            Some(Column::Authorised) => add(&mut self.authorised, cents),
            Some(Column::Blocked) => add(&mut self.blocked, cents),
            Some(Column::Committed) => add(&mut self.committed, cents),
            Some(Column::Actual) => add(&mut self.actual, cents),
            Some(Column::Forecast) => add(&mut self.forecast, cents),
            None => Ok(()),
        }
    }

    /// Adds all figures of another line.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn add_all(&mut self, other: &Figures) -> Result<(), CentsOverflow> {
        add(&mut self.plan, other.plan)?;
        add(&mut self.authorised, other.authorised)?;
        add(&mut self.blocked, other.blocked)?;
        add(&mut self.committed, other.committed)?;
        add(&mut self.actual, other.actual)?;
        add(&mut self.forecast, other.forecast)
    }

    /// What is left: authorised, less blocked, ordered and spent; negative when overspent (DOMAIN BA-2).
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn available(&self) -> Result<i64, CentsOverflow> {
        [self.blocked, self.committed, self.actual]
            .into_iter()
            .try_fold(self.authorised, |left, cents| {
                left.checked_sub(cents).ok_or(CentsOverflow)
            })
    }
}

fn add(sum: &mut i64, cents: i64) -> Result<(), CentsOverflow> {
    *sum = sum.checked_add(cents).ok_or(CentsOverflow)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_type_goes_where_the_rule_book_says() {
        let of = |entry_type: EntryType| {
            let mut figures = Figures::default();
            figures.add(entry_type, 7).unwrap();
            let Figures {
                plan,
                authorised,
                blocked,
                committed,
                actual,
                forecast,
            } = figures;
            [plan, authorised, blocked, committed, actual, forecast]
        };
        for entry_type in EntryType::ALL {
            let expected = match entry_type.as_str() {
                "appropriation" | "overplan" => [7, 7, 0, 0, 0, 0],
                "supplementary" | "extraplan" | "cover" | "carry_in" | "carry_out" | "cut" => {
                    [0, 7, 0, 0, 0, 0]
                }
                "block" | "release" => [0, 0, 7, 0, 0, 0],
                "commitment" | "commitment_release" => [0, 0, 0, 7, 0, 0],
                "actual" | "actual_reversal" => [0, 0, 0, 0, 7, 0],
                "forecast" => [0, 0, 0, 0, 0, 7],
                "financial_plan" => [7, 0, 0, 0, 0, 0],
                "registration" | "commitment_authority" | "authority_use" => [0; 6],
                other => panic!("{other} has no place"),
            };
            assert_eq!(of(*entry_type), expected, "{entry_type}");
        }
    }

    #[test]
    fn overflow_is_an_error() {
        let mut figures = Figures::default();
        figures.add(EntryType::Actual, i64::MAX).unwrap();
        assert_eq!(figures.add(EntryType::Actual, 1), Err(CentsOverflow));
        figures.add(EntryType::Commitment, 2).unwrap();
        assert_eq!(figures.available(), Err(CentsOverflow));
        let other = figures;
        assert_eq!(figures.add_all(&other), Err(CentsOverflow));
    }

    proptest! {
        #[test]
        fn lines_add_up_to_their_sum(
            entries in prop::collection::vec((0..EntryType::ALL.len(), 0usize..4, -1_000_000_000_000i64..1_000_000_000_000), 0..80)
        ) {
            let mut lines = [Figures::default(); 4];
            let mut all = Figures::default();
            for (entry_type, line, cents) in entries {
                lines[line].add(EntryType::ALL[entry_type], cents).unwrap();
                all.add(EntryType::ALL[entry_type], cents).unwrap();
            }
            let mut sum = Figures::default();
            for line in &lines {
                sum.add_all(line).unwrap();
            }
            prop_assert_eq!(sum, all);
            prop_assert_eq!(sum.available().unwrap(), lines.iter().map(|line| line.available().unwrap()).sum::<i64>());
        }
    }
}
