//! Reporting duties and deadlines that a paper sets (DOMAIN §1.4).

use chrono::{Datelike as _, Months, NaiveDate};

use super::text_enum;

text_enum! {
    /// How often a duty comes.
    Recurrence {
        /// Once.
        Once = "once",
        /// Every half-year.
        HalfYearly = "half_yearly",
        /// Every year.
        Yearly = "yearly",
    }
}

/// Most dates that are counted up.
pub const MAX_DATES: usize = 100;

impl Recurrence {
    /// Months from one date to the next; none of what comes once.
    const fn months(self) -> Option<u32> {
        match self {
            Recurrence::Once => None,
            Recurrence::HalfYearly => Some(6),
            Recurrence::Yearly => Some(12),
        }
    }

    /// The dates from the first one until a last day, at most [`MAX_DATES`]; without a last day the first alone. A
    /// date at the end of its month stays there: 30 June, 31 December.
    pub fn dates(self, first: NaiveDate, until: Option<NaiveDate>) -> Vec<NaiveDate> {
        let (Some(months), Some(until)) = (self.months(), until) else {
            return vec![first];
        };
        let date = |times: u32| moved_by(first, months.checked_mul(times)?);
        (0..)
            .map_while(date)
            .take_while(|day| *day <= until)
            .take(MAX_DATES)
            .collect()
    }
}

/// A day some months on. One at the end of its month stays at the end of a month: 31 January, 28 February, 31 March (DOMAIN
/// REM-4).
pub(super) fn moved_by(first: NaiveDate, months: u32) -> Option<NaiveDate> {
    let moved = first.checked_add_months(Months::new(months))?;
    if first.succ_opt()?.day() != 1 {
        return Some(moved);
    }
    let next_month = moved.with_day(1)?.checked_add_months(Months::new(1))?;
    next_month.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(recurrence: Recurrence, first: &str, until: Option<&str>) -> Vec<String> {
        let until = until.map(|day| day.parse().unwrap());
        let dates = recurrence.dates(first.parse().unwrap(), until);
        dates.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn dates_of_a_duty() {
        let half = dates(Recurrence::HalfYearly, "2018-06-30", Some("2023-12-31"));
        assert_eq!(half.len(), 12);
        assert_eq!(half[..3], ["2018-06-30", "2018-12-31", "2019-06-30"]);
        assert_eq!(half[11], "2023-12-31");
        let yearly = dates(Recurrence::Yearly, "2018-12-31", Some("2019-12-31"));
        assert_eq!(yearly, ["2018-12-31", "2019-12-31"]);
        assert_eq!(
            dates(Recurrence::Yearly, "2018-10-31", None),
            ["2018-10-31"]
        );
        assert_eq!(
            dates(Recurrence::Once, "2018-10-15", Some("2020-01-01")),
            ["2018-10-15"]
        );
        let leap = dates(Recurrence::Yearly, "2023-02-28", Some("2024-12-31"));
        assert_eq!(leap, ["2023-02-28", "2024-02-29"]);
        let middle = dates(Recurrence::HalfYearly, "2023-01-15", Some("2023-12-31"));
        assert_eq!(middle, ["2023-01-15", "2023-07-15"]);
        let endless = dates(Recurrence::HalfYearly, "1900-01-01", Some("2199-12-31"));
        assert_eq!(endless.len(), MAX_DATES);
    }
}
