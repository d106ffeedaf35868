//! Days in Baden-Württemberg: what day it is, and whether anybody is at work (DOMAIN §5.1, REM-6).

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Berlin;

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
    /// A statutory holiday of Baden-Württemberg.
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

/// Why a day is quiet, if it is (DOMAIN REM-6).
pub fn quiet_day(day: NaiveDate, closure_days: &[ClosureDay]) -> Option<QuietDay> {
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return Some(QuietDay::Weekend);
    }
    if let Some(name) = holiday(day) {
        return Some(QuietDay::Holiday(name));
    }
    closure_days
        .iter()
        .any(|closed| closed.month == day.month() && closed.day == day.day())
        .then_some(QuietDay::Closed)
}

/// Name of the statutory holiday of Baden-Württemberg that falls on `day`.
pub fn holiday(day: NaiveDate) -> Option<&'static str> {
    let fixed = match (day.month(), day.day()) {
        (1, 1) => Some("Neujahr"),
        (1, 6) => Some("Erscheinungsfest"),
        (5, 1) => Some("Tag der Arbeit"),
        (10, 3) => Some("Tag der Deutschen Einheit"),
        // A holiday throughout Germany in the year of the 500th anniversary only.
        (10, 31) if day.year() == 2017 => Some("Reformationstag"),
        (11, 1) => Some("Allerheiligen"),
        (12, 25) => Some("Erster Weihnachtstag"),
        (12, 26) => Some("Zweiter Weihnachtstag"),
        _ => None,
    };
    fixed.or_else(|| {
        match day
            .signed_duration_since(easter_sunday(day.year())?)
            .num_days()
        {
            -2 => Some("Karfreitag"),
            1 => Some("Ostermontag"),
            39 => Some("Christi Himmelfahrt"),
            50 => Some("Pfingstmontag"),
            60 => Some("Fronleichnam"),
            _ => None,
        }
    })
}

/// Easter Sunday by the Gregorian computus in the form of Meeus, Jones and Butcher.
pub fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(n / 31).ok()?,
        u32::try_from(n % 31 + 1).ok()?,
    )
}

/// The first working day on or after `day`.
pub fn working_day_from(day: NaiveDate, closure_days: &[ClosureDay]) -> NaiveDate {
    let mut day = day;
    while quiet_day(day, closure_days).is_some() {
        let Some(next) = day.checked_add_days(Days::new(1)) else {
            return day;
        };
        day = next;
    }
    day
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
    fn easter_in_many_years() {
        for (year, sunday) in [
            (1954, "1954-04-18"),
            (1981, "1981-04-19"),
            (2000, "2000-04-23"),
            (2018, "2018-04-01"),
            (2019, "2019-04-21"),
            (2022, "2022-04-17"),
            (2024, "2024-03-31"),
            (2026, "2026-04-05"),
            (2038, "2038-04-25"),
            (2049, "2049-04-18"),
        ] {
            assert_eq!(easter_sunday(year), Some(day(sunday)));
        }
    }

    #[test]
    fn twelve_holidays_a_year_and_thirteen_in_2017() {
        for year in 2018..2040 {
            let all = NaiveDate::from_ymd_opt(year, 1, 1)
                .unwrap()
                .iter_days()
                .take_while(|d| d.year() == year);
            assert_eq!(all.filter(|d| holiday(*d).is_some()).count(), 12, "{year}");
        }
        assert_eq!(holiday(day("2017-10-31")), Some("Reformationstag"));
        assert_eq!(holiday(day("2018-10-31")), None);
    }

    #[test]
    fn quiet_days() {
        let closed: Vec<ClosureDay> = vec!["12-24".parse().unwrap(), "12-31".parse().unwrap()];
        assert_eq!(
            quiet_day(day("2022-10-15"), &closed),
            Some(QuietDay::Weekend)
        );
        assert_eq!(
            quiet_day(day("2026-06-04"), &closed),
            Some(QuietDay::Holiday("Fronleichnam"))
        );
        assert_eq!(
            quiet_day(day("2026-12-24"), &closed),
            Some(QuietDay::Closed)
        );
        assert_eq!(quiet_day(day("2026-12-24"), &[]), None);
        assert_eq!(quiet_day(day("2022-10-17"), &closed), None);
        assert_eq!(
            working_day_from(day("2026-12-24"), &closed),
            day("2026-12-28")
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
