//! What day it is, and whether anybody is at work (DOMAIN §5.1, REM-6).

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Berlin;

use super::holiday::{Land, holiday};
use super::measure::Precision;

/// The calendar day in Europe/Berlin at an instant (DOMAIN REM-1).
pub fn berlin_day(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Berlin).date_naive()
}

/// The instant at which a Berlin clock shows `time` on `day`.
///
/// The hour that a clock change skips or doubles is at night; should `time` lie there, the later
/// reading is taken.
pub fn berlin_instant(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = day.and_time(time);
    let zoned = Berlin.from_local_datetime(&local).latest().or_else(|| {
        Berlin
            .from_local_datetime(&(local + chrono::TimeDelta::hours(1)))
            .latest()
    });
    zoned.map_or_else(|| local.and_utc(), |zoned| zoned.with_timezone(&Utc))
}

/// Why nobody is at work on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuietDay {
    /// Saturday or Sunday.
    Weekend,
    /// A statutory holiday.
    Holiday(&'static str),
    /// A day on which the institution is closed.
    Closed,
}

/// A yearly closure day of an institution, `MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosureDay {
    month: u32,
    day: u32,
}

impl std::str::FromStr for ClosureDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // 2000 was a leap year: 29 February is a day that can be closed.
        let day = NaiveDate::parse_from_str(&format!("2000-{text}"), "%Y-%m-%d")
            .ok()
            .filter(|_| text.len() == 5)
            .ok_or_else(|| format!("`{text}` is not a closure day of the form `MM-DD`"))?;
        Ok(ClosureDay {
            month: day.month(),
            day: day.day(),
        })
    }
}

/// When an institution is at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    /// Where it is.
    pub land: Land,
    /// Days on which it is closed every year.
    pub closure_days: Vec<ClosureDay>,
}

impl WorkCalendar {
    /// Why a day is quiet, if it is (DOMAIN REM-6).
    pub fn quiet_day(&self, day: NaiveDate) -> Option<QuietDay> {
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            return Some(QuietDay::Weekend);
        }
        if let Some(name) = holiday(day, self.land) {
            return Some(QuietDay::Holiday(name));
        }
        self.closure_days
            .iter()
            .any(|closed| closed.month == day.month() && closed.day == day.day())
            .then_some(QuietDay::Closed)
    }

    /// The first working day on or after `day`.
    pub fn working_day_from(&self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        while self.quiet_day(day).is_some() {
            let Some(next) = day.checked_add_days(Days::new(1)) else {
                return day;
            };
            day = next;
        }
        day
    }

    /// The last working day on or before `day`.
    pub fn working_day_until(&self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        while self.quiet_day(day).is_some() {
            let Some(before) = day.checked_sub_days(Days::new(1)) else {
                return day;
            };
            day = before;
        }
        day
    }
}

/// Whether `day` is the last day of a period of the given precision (DOMAIN SEED-R1).
///
/// A season has no calendar bounds; its last day is the last of a month.
pub fn is_period_end(day: NaiveDate, precision: Precision) -> bool {
    let last_of_month = day
        .succ_opt()
        .is_none_or(|next| next.month() != day.month());
    match precision {
        Precision::Day => true,
        Precision::Month | Precision::Season => last_of_month,
        Precision::Quarter => last_of_month && day.month().is_multiple_of(3),
        Precision::Half => last_of_month && day.month().is_multiple_of(6),
        Precision::Year => last_of_month && day.month() == 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_days() {
        let calendar = |land, closed: &[&str]| WorkCalendar {
            land,
            closure_days: closed.iter().map(|day| day.parse().unwrap()).collect(),
        };
        let konstanz = calendar(Land::BadenWuerttemberg, &["12-24", "12-31"]);
        let open = calendar(Land::BadenWuerttemberg, &[]);
        let bremen = calendar(Land::Bremen, &["12-24"]);
        let fronleichnam = Some(QuietDay::Holiday("Fronleichnam"));
        for (calendar, text, expected) in [
            (&konstanz, "2022-10-15", Some(QuietDay::Weekend)),
            (&konstanz, "2026-06-04", fronleichnam),
            (&bremen, "2026-06-04", None),
            (
                &bremen,
                "2022-10-31",
                Some(QuietDay::Holiday("Reformationstag")),
            ),
            (&konstanz, "2022-10-31", None),
            (&konstanz, "2026-12-24", Some(QuietDay::Closed)),
            (&open, "2026-12-24", None),
            (&konstanz, "2022-10-17", None),
        ] {
            assert_eq!(calendar.quiet_day(day(text)), expected, "{text}");
        }
        assert_eq!(
            konstanz.working_day_from(day("2026-12-24")),
            day("2026-12-28")
        );
        assert_eq!(
            bremen.working_day_from(day("2022-10-29")),
            day("2022-11-01")
        );
        assert!("13-01".parse::<ClosureDay>().is_err());
        assert!("1-1".parse::<ClosureDay>().is_err());
        assert!("02-29".parse::<ClosureDay>().is_ok());
    }

    #[test]
    fn the_day_changes_at_midnight_in_berlin() {
        for (instant, expected) in [
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
            ("2021-12-31T23:00:00Z", "2022-01-01"),
        ] {
            assert_eq!(
                berlin_day(instant.parse().unwrap()),
                day(expected),
                "{instant}"
            );
        }
    }

    #[test]
    fn seven_in_the_morning_in_summer_and_winter() {
        let seven = NaiveTime::from_hms_opt(7, 0, 0).unwrap();
        assert_eq!(
            berlin_instant(day("2022-10-17"), seven).to_rfc3339(),
            "2022-10-17T05:00:00+00:00"
        );
        assert_eq!(
            berlin_instant(day("2022-12-01"), seven).to_rfc3339(),
            "2022-12-01T06:00:00+00:00"
        );
        let skipped = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        assert_eq!(
            berlin_instant(day("2026-03-29"), skipped).to_rfc3339(),
            "2026-03-29T01:30:00+00:00"
        );
    }

    #[test]
    fn period_ends() {
        for (text, precision, expected) in [
            ("2022-06-30", Precision::Half, true),
            ("2022-06-29", Precision::Half, false),
            ("2022-09-30", Precision::Half, false),
            ("2022-09-30", Precision::Quarter, true),
            ("2024-02-29", Precision::Month, true),
            ("2024-02-28", Precision::Month, false),
            ("2024-12-31", Precision::Year, true),
            ("2024-11-30", Precision::Year, false),
            ("2018-10-31", Precision::Season, true),
            ("2018-10-12", Precision::Day, true),
        ] {
            assert_eq!(
                is_period_end(day(text), precision),
                expected,
                "{text} {precision}"
            );
        }
    }
}
