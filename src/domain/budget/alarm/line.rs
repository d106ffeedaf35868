//! What the figures of a line and year are worth an alarm for.

use chrono::{Datelike, NaiveDate};

use super::{AlarmPolicy, Code, Hit, Severity};
use crate::domain::budget::Figures;
use crate::domain::budget::cover::lapses;
use crate::domain::programme::{CentsOverflow, LineKind, sum};

/// A line in a year.
#[derive(Debug, Clone, Copy)]
pub struct LineYear<'a> {
    /// What it pays for.
    pub kind: LineKind,
    /// What is left of it may go into the next year.
    pub transferable: bool,
    /// Budget year.
    pub year: i32,
    /// Its figures.
    pub figures: &'a Figures,
}

/// BA-2, BA-3, BA-4, BA-5 and BA-9 of a line and year.
///
/// # Errors
/// [`CentsOverflow`]
pub fn of_line(
    policy: &AlarmPolicy,
    today: NaiveDate,
    line: &LineYear<'_>,
) -> Result<Vec<Hit>, CentsOverflow> {
    let figures = line.figures;
    let used = sum([figures.committed, figures.actual])?;
    let available = figures.available()?;
    let usable = sum([available, used])?;
    let mut hits = Vec::new();
    if available < 0 {
        let over = available.checked_neg().ok_or(CentsOverflow)?;
        hits.push(Hit::new(Code::Overspent, Severity::Red, over, "overspent"));
        let of_blocked = over.min(figures.blocked);
        if of_blocked > 0 {
            let code = Code::BlockedFunds;
            hits.push(Hit::new(code, Severity::Red, of_blocked, "blocked_funds"));
        }
    }
    let expected = figures
        .forecast
        .checked_sub(available)
        .ok_or(CentsOverflow)?;
    if figures.forecast != 0 && expected > 0 {
        let code = Code::OverspendForecast;
        hits.push(Hit::new(
            code,
            Severity::Amber,
            expected,
            "overspend_forecast",
        ));
    }
    if usable > 0 && available >= 0 && per_mille(used, usable) >= policy.near_limit_per_mille {
        hits.push(Hit::new(
            Code::NearLimit,
            Severity::Info,
            available,
            "near_limit",
        ));
    }
    let slow = usable > 0 && per_mille(used, usable) < policy.slow_outflow_per_mille;
    if slow && lapses(line.kind, line.transferable) && line.year == today.year() {
        let (month, day) = policy.slow_outflow_from;
        let since = NaiveDate::from_ymd_opt(line.year, month, day);
        if since.is_some_and(|since| since <= today) {
            hits.push(Hit {
                since,
                until: NaiveDate::from_ymd_opt(line.year, 12, 31),
                ..Hit::new(Code::SlowOutflow, Severity::Warn, available, "slow_outflow")
            });
        }
    }
    Ok(hits)
}

/// A part of a whole above nothing, in whole per mille, rounded down; what is beyond all counts as all.
fn per_mille(part: i64, whole: i64) -> u16 {
    let per_mille = i128::from(part) * 1000 / i128::from(whole).max(1);
    u16::try_from(per_mille.clamp(0, 1000)).unwrap_or(1000)
}

/// BA-11: an investment of so many planned cents, of which no measure has an estimate of what it costs every year.
pub fn without_recurring_cost(
    policy: &AlarmPolicy,
    kind: LineKind,
    planned: i64,
    estimated: bool,
) -> Option<Hit> {
    let matters = kind == LineKind::Investive && planned >= policy.recurring_cost_from_cents;
    (matters && !estimated).then(|| {
        let code = Code::RecurringCostMissing;
        Hit::new(code, Severity::Info, planned, "recurring_cost_missing")
    })
}

#[cfg(test)]
mod tests {
    use super::super::policy::policy;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn figures(
        authorised: i64,
        blocked: i64,
        committed: i64,
        actual: i64,
        forecast: i64,
    ) -> Figures {
        Figures {
            plan: 0,
            authorised,
            blocked,
            committed,
            actual,
            forecast,
        }
    }

    fn hits(
        figures: &Figures,
        kind: LineKind,
        transferable: bool,
        today: &str,
    ) -> Vec<(&'static str, i64)> {
        let line = LineYear {
            kind,
            transferable,
            year: 2023,
            figures,
        };
        let hits = of_line(&policy(), day(today), &line).unwrap();
        hits.iter()
            .map(|hit| (hit.code.as_str(), hit.cents))
            .collect()
    }

    #[test]
    fn the_rules_as_a_table() {
        for (figures, expected) in [
            (figures(100, 0, 0, 0, 0), vec![]),
            (figures(0, 0, 0, 0, 0), vec![]),
            // Nothing was ever authorised, a cent was spent.
            (figures(0, 0, 0, 1, 0), vec![("BA-2", 1)]),
            (figures(100, 0, 40, 60, 0), vec![("BA-4", 0)]),
            (figures(100, 0, 40, 61, 0), vec![("BA-2", 1)]),
            // Blocked after it was spent.
            (figures(100, 50, 0, 90, 0), vec![("BA-2", 40), ("BA-9", 40)]),
            (
                figures(100, 10, 0, 130, 0),
                vec![("BA-2", 40), ("BA-9", 10)],
            ),
            (figures(100, 10, 0, 80, 0), vec![]),
            (figures(100, 10, 0, 81, 0), vec![("BA-4", 9)]),
            // A forecast comes on top of what is spent and ordered.
            (figures(100, 0, 10, 10, 80), vec![]),
            (figures(100, 0, 10, 10, 81), vec![("BA-3", 1)]),
            (figures(100, 30, 10, 10, 51), vec![("BA-3", 1)]),
            (figures(100, 0, 0, 101, 1), vec![("BA-2", 1), ("BA-3", 2)]),
            // Without one there is nothing to expect.
            (figures(100, 0, 0, 101, 0), vec![("BA-2", 1)]),
            (figures(1000, 0, 0, 899, 0), vec![]),
            (figures(1000, 0, 0, 900, 0), vec![("BA-4", 100)]),
            (figures(i64::MAX, 0, 0, i64::MAX, 0), vec![("BA-4", 0)]),
        ] {
            let found = hits(&figures, LineKind::Investive, false, "2023-12-31");
            assert_eq!(found, expected, "{figures:?}");
        }
        let overflow = figures(i64::MIN, 0, 1, 0, 0);
        let line = LineYear {
            kind: LineKind::Mixed,
            transferable: false,
            year: 2023,
            figures: &overflow,
        };
        assert_eq!(
            of_line(&policy(), day("2023-01-01"), &line),
            Err(CentsOverflow)
        );
    }

    #[test]
    fn slow_outflow_is_for_what_lapses_and_late_in_the_year() {
        use LineKind::*;
        for (kind, transferable, today, used, alarm) in [
            (Consumptive, false, "2023-09-29", 0, false),
            (Consumptive, false, "2023-09-30", 0, true),
            (Consumptive, false, "2023-12-31", 49, true),
            (Consumptive, false, "2023-12-31", 50, false),
            (Consumptive, false, "2024-01-01", 0, false),
            (Consumptive, false, "2022-12-31", 0, false),
            (Consumptive, true, "2023-10-01", 0, false),
            (Staff, false, "2023-10-01", 0, true),
            (Investive, false, "2023-10-01", 0, false),
            (Mixed, false, "2023-10-01", 0, false),
        ] {
            let found = hits(&figures(100, 0, 0, used, 0), kind, transferable, today);
            let expected: Vec<_> = alarm.then_some(("BA-5", 100 - used)).into_iter().collect();
            assert_eq!(found, expected, "{kind} {transferable} {today} {used}");
        }
    }

    #[test]
    fn investments_need_an_estimate_of_what_follows() {
        for (kind, planned, estimated, alarm) in [
            (LineKind::Investive, 999_999, false, false),
            (LineKind::Investive, 1_000_000, false, true),
            (LineKind::Investive, 1_000_000, true, false),
            (LineKind::Consumptive, 1_000_000, false, false),
            (LineKind::Mixed, 1_000_000, false, false),
        ] {
            let hit = without_recurring_cost(&policy(), kind, planned, estimated);
            assert_eq!(hit.map(|hit| hit.cents), alarm.then_some(planned));
        }
    }
}
