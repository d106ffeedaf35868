//! How old money is that was carried over, and when it may no longer be (DOMAIN BUD-9, BA-10).

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use super::{AlarmPolicy, Code, Hit, Severity};
use crate::domain::budget::cover::is_consumptive;
use crate::domain::programme::{CentsOverflow, LineKind, sum};

/// What moved into a year of a line and out of it, and what was used in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Cents that came from the year before.
    pub carried_in: i64,
    /// Cents that went into the next year, above nothing.
    pub carried_out: i64,
    /// Cents that were ordered or spent.
    pub used: i64,
}

/// Money in a year that was authorised for an earlier one, and is neither used nor carried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// Year that it stands in.
    pub year: i32,
    /// Year that it was authorised for.
    pub origin: i32,
    /// Cents.
    pub cents: i64,
}

/// What is left of carry-overs in each year, oldest first. The oldest money is used first, and of what is left the oldest
/// is carried on first: no paper says which cent it is, and so none looks younger than it may be.
///
/// # Errors
/// [`CentsOverflow`]
pub fn rests(years: &BTreeMap<i32, Moved>) -> Result<Vec<Rest>, CentsOverflow> {
    let mut rests = Vec::new();
    let mut coming: BTreeMap<i32, i64> = BTreeMap::new();
    let mut last = None;
    for (year, moved) in years {
        let before = year.saturating_sub(1);
        let mut here = std::mem::take(&mut coming);
        if last != Some(before) {
            here.clear();
        }
        last = Some(*year);
        let known = sum(here.values().copied())?;
        let unknown = moved.carried_in.checked_sub(known).ok_or(CentsOverflow)?;
        if unknown > 0 {
            let cents = here.entry(before).or_default();
            *cents = sum([*cents, unknown])?;
        }
        take(&mut here, moved.used);
        let carried_on = take(&mut here, moved.carried_out);
        let of_rests = sum(carried_on.values().copied())?;
        coming = carried_on;
        let own = moved
            .carried_out
            .checked_sub(of_rests)
            .ok_or(CentsOverflow)?;
        if own > 0 {
            coming.insert(*year, own);
        }
        rests.extend(here.into_iter().map(|(origin, cents)| Rest {
            year: *year,
            origin,
            cents,
        }));
    }
    Ok(rests)
}

/// Takes up to so many cents from the oldest on; what was taken, by its year.
fn take(from: &mut BTreeMap<i32, i64>, cents: i64) -> BTreeMap<i32, i64> {
    let mut left = cents.max(0);
    let mut taken = BTreeMap::new();
    for (origin, there) in from.iter_mut() {
        let part = left.min(*there);
        if part > 0 {
            *there -= part;
            left -= part;
            taken.insert(*origin, part);
        }
    }
    from.retain(|_, there| *there > 0);
    taken
}

/// The last day on which money of a year may be used.
pub fn limit(policy: &AlarmPolicy, kind: LineKind, origin: i32) -> Option<NaiveDate> {
    let years = if is_consumptive(kind) {
        policy.carry_over_years_consumptive
    } else {
        policy.carry_over_years_investive
    };
    NaiveDate::from_ymd_opt(origin.checked_add(years)?, 12, 31)
}

/// BA-10 of what is left of a carry-over, once its limit is near or over.
pub fn of_rest(policy: &AlarmPolicy, today: NaiveDate, kind: LineKind, rest: &Rest) -> Option<Hit> {
    let until = limit(policy, kind, rest.origin)?;
    let days = until.signed_duration_since(today).num_days();
    let (severity, sentence) = if days < 0 {
        (Severity::Red, "rest_expired")
    } else if days <= policy.carry_over_second_days {
        (Severity::Amber, "rest_expiry")
    } else if days <= policy.carry_over_first_days {
        (Severity::Warn, "rest_expiry")
    } else {
        return None;
    };
    let first = TimeDelta::try_days(policy.carry_over_first_days)?;
    Some(Hit {
        since: until.checked_sub_signed(first),
        until: Some(until),
        ..Hit::new(Code::RestExpiry, severity, rest.cents, sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::super::policy::policy;
    use super::*;

    fn of(years: &[(i32, i64, i64, i64)]) -> Vec<(i32, i32, i64)> {
        let moved = |(year, carried_in, carried_out, used): &(i32, i64, i64, i64)| {
            let moved = Moved {
                carried_in: *carried_in,
                carried_out: *carried_out,
                used: *used,
            };
            (*year, moved)
        };
        let years = years.iter().map(moved).collect();
        let rests = rests(&years).unwrap();
        rests
            .iter()
            .map(|rest| (rest.year, rest.origin, rest.cents))
            .collect()
    }

    #[test]
    fn money_keeps_the_year_that_it_was_authorised_for() {
        for (years, expected) in [
            (
                vec![(2018, 0, 30, 0), (2019, 30, 0, 0)],
                vec![(2019, 2018, 30)],
            ),
            // Used, all or in part.
            (
                vec![(2018, 0, 30, 0), (2019, 30, 0, 10)],
                vec![(2019, 2018, 20)],
            ),
            (vec![(2018, 0, 30, 0), (2019, 30, 0, 70)], vec![]),
            // Carried on, with money of the year itself.
            (
                vec![(2018, 0, 30, 0), (2019, 30, 50, 0), (2020, 50, 0, 0)],
                vec![(2020, 2018, 30), (2020, 2019, 20)],
            ),
            (
                vec![(2018, 0, 30, 0), (2019, 30, 50, 10), (2020, 50, 0, 25)],
                vec![(2020, 2019, 25)],
            ),
            // Carried on in part: the oldest goes on first.
            (
                vec![(2018, 0, 30, 0), (2019, 30, 10, 0), (2020, 10, 0, 0)],
                vec![(2019, 2018, 20), (2020, 2018, 10)],
            ),
            // What came from nowhere is of the year before.
            (vec![(2019, 30, 0, 0)], vec![(2019, 2018, 30)]),
            (
                vec![(2017, 0, 30, 0), (2019, 30, 0, 0)],
                vec![(2019, 2018, 30)],
            ),
            // Taken back.
            (vec![(2018, 0, 0, 0), (2019, 0, 0, 0)], vec![]),
        ] {
            assert_eq!(of(&years), expected, "{years:?}");
        }
    }

    #[test]
    fn ninety_and_thirty_days_before_and_after() {
        let policy = policy();
        let rest = Rest {
            year: 2019,
            origin: 2018,
            cents: 7,
        };
        for (today, severity) in [
            ("2020-10-01", None),
            ("2020-10-02", Some(Severity::Warn)),
            ("2020-11-30", Some(Severity::Warn)),
            ("2020-12-01", Some(Severity::Amber)),
            ("2020-12-31", Some(Severity::Amber)),
            ("2021-01-01", Some(Severity::Red)),
            ("2030-01-01", Some(Severity::Red)),
        ] {
            for kind in LineKind::ALL {
                let hit = of_rest(&policy, today.parse().unwrap(), *kind, &rest);
                assert_eq!(hit.as_ref().map(|hit| hit.severity), severity, "{today}");
                assert!(hit.is_none_or(|hit| hit.cents == 7
                    && hit.until == "2020-12-31".parse().ok()
                    && hit.since == "2020-10-02".parse().ok()));
            }
        }
        let shorter = AlarmPolicy {
            carry_over_years_consumptive: 1,
            ..policy
        };
        let end = |kind| limit(&shorter, kind, 2018);
        assert_eq!(
            end(LineKind::Consumptive),
            NaiveDate::from_ymd_opt(2019, 12, 31)
        );
        assert_eq!(
            end(LineKind::Investive),
            NaiveDate::from_ymd_opt(2020, 12, 31)
        );
    }
}
