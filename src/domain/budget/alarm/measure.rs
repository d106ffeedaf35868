//! Whether a measure that was approved has the money that it costs (DOMAIN BA-14).

use std::collections::BTreeMap;

use super::{Code, Hit, Severity};
use crate::domain::programme::{CentsOverflow, sum};

/// What a measure costs, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Once.
    pub once: Option<i64>,
    /// Every year after it is done.
    pub yearly: Option<i64>,
    /// Year in which it is due.
    pub due_year: i32,
}

/// What a measure has: its shares of what is authorised, by year, in cents.
pub type Funded = BTreeMap<i32, i64>;

/// The years in which a measure has less than it costs, with what is missing. What it costs once has to be there by the year
/// in which it is due, in whatever years before; what it costs every year from the year after on, up to the last year that
/// has a budget.
///
/// # Errors
/// [`CentsOverflow`]
pub fn unfunded(
    needs: &Needs,
    funded: &Funded,
    last_budget_year: Option<i32>,
) -> Result<Vec<(i32, Hit)>, CentsOverflow> {
    let mut hits = Vec::new();
    let mut compare = |year: i32, cost: i64, given: i64| {
        let short = cost.checked_sub(given).ok_or(CentsOverflow)?;
        if short > 0 {
            let code = Code::MeasureUnfunded;
            hits.push((
                year,
                Hit::new(code, Severity::Warn, short, "measure_unfunded"),
            ));
        }
        Ok(())
    };
    if let Some(once) = needs.once {
        let given = funded.range(..=needs.due_year).map(|(_, cents)| *cents);
        compare(needs.due_year, once, sum(given)?)?;
    }
    if let (Some(yearly), Some(last)) = (needs.yearly, last_budget_year) {
        for year in needs.due_year.saturating_add(1)..=last {
            compare(year, yearly, funded.get(&year).copied().unwrap_or(0))?;
        }
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_by_the_due_year_and_then_every_year() {
        for (once, yearly, funded, last, expected) in [
            (None, None, vec![], Some(2025), vec![]),
            (Some(0), None, vec![], None, vec![]),
            (Some(100), None, vec![], None, vec![(2023, 100)]),
            (Some(100), None, vec![(2022, 40), (2023, 60)], None, vec![]),
            (
                Some(100),
                None,
                vec![(2022, 40), (2023, 59)],
                None,
                vec![(2023, 1)],
            ),
            // What comes after the due date comes too late.
            (
                Some(100),
                None,
                vec![(2023, 60), (2024, 60)],
                None,
                vec![(2023, 40)],
            ),
            (
                None,
                Some(10),
                vec![(2024, 10)],
                Some(2025),
                vec![(2025, 10)],
            ),
            (None, Some(10), vec![(2023, 10)], Some(2023), vec![]),
            (None, Some(10), vec![], None, vec![]),
            (
                Some(5),
                Some(10),
                vec![(2023, 4), (2024, 9)],
                Some(2024),
                vec![(2023, 1), (2024, 1)],
            ),
        ] {
            let needs = Needs {
                once,
                yearly,
                due_year: 2023,
            };
            let hits = unfunded(&needs, &funded.iter().copied().collect(), last).unwrap();
            let found: Vec<_> = hits.iter().map(|(year, hit)| (*year, hit.cents)).collect();
            assert_eq!(found, expected, "{once:?} {yearly:?} {funded:?} {last:?}");
        }
    }
}
