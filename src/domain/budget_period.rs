//! Budget periods: the years that one budget covers, and where that budget stands (DOMAIN BUD-1, BUD-7).

use super::fault::{Fault, FaultCode, Faults};
use super::text_enum;

text_enum! {
    /// How many years one budget covers (DOMAIN BUD-1).
    #[schema(as = BudgetPeriodKind)]
    Kind {
        /// Einzelhaushalt.
        Single = "single",
        /// Doppelhaushalt.
        Double = "double",
    }
}

text_enum! {
    /// Where a budget stands.
    #[schema(as = BudgetPeriodState)]
    State {
        /// Entwurf.
        Draft = "draft",
        /// Vorläufige Haushaltsführung: the year has begun and no budget is in force (DOMAIN BUD-7).
        Provisional = "provisional",
        /// Beschlossen.
        Adopted = "adopted",
        /// In Kraft.
        InForce = "in_force",
        /// Abgeschlossen.
        Closed = "closed",
    }
}

impl State {
    /// Where a step may lead from here.
    pub const fn next(self) -> &'static [State] {
        match self {
            State::Draft => &[State::Provisional, State::Adopted],
            State::Provisional => &[State::Adopted, State::InForce],
            State::Adopted => &[State::Provisional, State::InForce],
            State::InForce => &[State::Closed],
            State::Closed => &[],
        }
    }
}

/// Earliest and latest year of a budget.
const YEARS: (i32, i32) = (1990, 2100);

/// First and last year and what that makes: one year, or two that follow each other.
///
/// # Errors
/// The fault at `pointer`
pub fn span(pointer: &str, years: &[i32]) -> Result<(i32, i32, Kind), Vec<Fault>> {
    let mut faults = Faults::new();
    let found = match *years {
        [year] => Some((year, year, Kind::Single)),
        [first, second] if second == first.saturating_add(1) => Some((first, second, Kind::Double)),
        _ => {
            faults.push(Fault::new(pointer, FaultCode::Inconsistent));
            None
        }
    };
    if years.iter().any(|year| !(YEARS.0..=YEARS.1).contains(year)) {
        let fault = Fault::new(pointer, FaultCode::OutOfRange);
        faults.push(fault.arg("min", YEARS.0).arg("max", YEARS.1));
    }
    faults.finish()?;
    found.ok_or_else(|| vec![Fault::new(pointer, FaultCode::Inconsistent)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_as_a_table() {
        use State::{Adopted, Closed, Draft, InForce, Provisional};
        let legal = [
            (Draft, Provisional),
            (Draft, Adopted),
            (Provisional, Adopted),
            (Provisional, InForce),
            (Adopted, Provisional),
            (Adopted, InForce),
            (InForce, Closed),
        ];
        for from in State::ALL.iter().copied() {
            for to in State::ALL.iter().copied() {
                assert_eq!(
                    from.next().contains(&to),
                    legal.contains(&(from, to)),
                    "{from} to {to}"
                );
            }
        }
    }

    #[test]
    fn one_year_or_two_in_a_row() {
        for (years, found) in [
            (vec![2022], Some((2022, 2022, Kind::Single))),
            (vec![2022, 2023], Some((2022, 2023, Kind::Double))),
            (vec![], None),
            (vec![2023, 2022], None),
            (vec![2022, 2022], None),
            (vec![2022, 2024], None),
            (vec![2022, 2023, 2024], None),
            (vec![1989], None),
            (vec![2100, 2101], None),
            (vec![i32::MAX, i32::MIN], None),
        ] {
            assert_eq!(span("/years", &years).ok(), found, "{years:?}");
        }
    }
}
