//! Statutory holidays of the sixteen Länder (DOMAIN REM-6), as their laws on holidays have them for the whole Land.
//!
//! Holidays of single municipalities are closure days of the institution: Mariä Himmelfahrt in parts of Bavaria,
//! Fronleichnam in parts of Saxony and Thuringia, the Friedensfest in Augsburg.

use chrono::{Datelike, NaiveDate, Weekday};

use super::text_enum;

text_enum! {
    /// A Land, by ISO 3166-2:DE.
    Land {
        /// Baden-Württemberg.
        BadenWuerttemberg = "BW",
        /// Bayern.
        Bavaria = "BY",
        /// Berlin.
        Berlin = "BE",
        /// Brandenburg.
        Brandenburg = "BB",
        /// Bremen.
        Bremen = "HB",
        /// Hamburg.
        Hamburg = "HH",
        /// Hessen.
        Hesse = "HE",
        /// Mecklenburg-Vorpommern.
        MecklenburgWesternPomerania = "MV",
        /// Niedersachsen.
        LowerSaxony = "NI",
        /// Nordrhein-Westfalen.
        NorthRhineWestphalia = "NW",
        /// Rheinland-Pfalz.
        RhinelandPalatinate = "RP",
        /// Saarland.
        Saarland = "SL",
        /// Sachsen.
        Saxony = "SN",
        /// Sachsen-Anhalt.
        SaxonyAnhalt = "ST",
        /// Schleswig-Holstein.
        SchleswigHolstein = "SH",
        /// Thüringen.
        Thuringia = "TH",
    }
}

use Land::{
    BadenWuerttemberg as BW, Bavaria as BY, Berlin as BE, Brandenburg as BB, Bremen as HB,
    Hamburg as HH, Hesse as HE, LowerSaxony as NI, MecklenburgWesternPomerania as MV,
    NorthRhineWestphalia as NW, RhinelandPalatinate as RP, Saarland as SL, Saxony as SN,
    SaxonyAnhalt as ST, SchleswigHolstein as SH, Thuringia as TH,
};

/// Name of the statutory holiday of a Land that falls on `day`, in its laws of 2017 and later.
pub fn holiday(day: NaiveDate, land: Land) -> Option<&'static str> {
    fixed(day, land).or_else(|| movable(day, land))
}

/// Holidays with a date.
fn fixed(day: NaiveDate, land: Land) -> Option<&'static str> {
    let year = day.year();
    let (name, is_one) = match (day.month(), day.day()) {
        (1, 1) => ("Neujahr", true),
        (1, 6) if land == BW => ("Erscheinungsfest", true),
        (1, 6) => ("Heilige Drei Könige", matches!(land, BY | ST)),
        (3, 8) => {
            let since = match land {
                BE => 2019,
                MV => 2023,
                _ => return None,
            };
            ("Internationaler Frauentag", year >= since)
        }
        (5, 1) => ("Tag der Arbeit", true),
        // 75 and 80 years after the end of the war, once each.
        (5, 8) => (
            "Tag der Befreiung",
            land == BE && matches!(year, 2020 | 2025),
        ),
        // 75 years after the uprising, once.
        (6, 17) => ("Jahrestag des Volksaufstands", land == BE && year == 2028),
        (8, 15) => ("Mariä Himmelfahrt", land == SL),
        (9, 20) => ("Weltkindertag", land == TH && year >= 2019),
        (10, 3) => ("Tag der Deutschen Einheit", true),
        (10, 31) => {
            let always = matches!(land, BB | MV | SN | ST | TH);
            let in_the_north = matches!(land, HB | HH | NI | SH) && year >= 2018;
            // A holiday throughout Germany in the year of the 500th anniversary only.
            ("Reformationstag", always || in_the_north || year == 2017)
        }
        (11, 1) => ("Allerheiligen", matches!(land, BW | BY | NW | RP | SL)),
        (12, 25) => ("Erster Weihnachtstag", true),
        (12, 26) => ("Zweiter Weihnachtstag", true),
        _ => return None,
    };
    is_one.then_some(name)
}

/// Holidays that go with Easter, and the day of prayer that goes with the end of the church's year.
fn movable(day: NaiveDate, land: Land) -> Option<&'static str> {
    let easter = easter_sunday(day.year())?;
    let (name, is_one) = match day.signed_duration_since(easter).num_days() {
        -2 => ("Karfreitag", true),
        0 => ("Ostersonntag", land == BB),
        1 => ("Ostermontag", true),
        39 => ("Christi Himmelfahrt", true),
        49 => ("Pfingstsonntag", land == BB),
        50 => ("Pfingstmontag", true),
        60 => ("Fronleichnam", matches!(land, BW | BY | HE | NW | RP | SL)),
        // The Wednesday before 23 November.
        _ if day.month() == 11 && (16..=22).contains(&day.day()) => (
            "Buß- und Bettag",
            land == SN && day.weekday() == Weekday::Wed,
        ),
        _ => return None,
    };
    is_one.then_some(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(year: i32) -> impl Iterator<Item = NaiveDate> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        first.iter_days().take_while(move |day| day.year() == year)
    }

    fn of(land: Land, year: i32) -> Vec<String> {
        let all = days(year).filter(|day| holiday(*day, land).is_some());
        all.map(|day| day.format("%m-%d").to_string()).collect()
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

    /// Good Friday, Easter Monday, Ascension, Whit Monday and Corpus Christi as the Land publishes them.
    #[test]
    fn baden_wuerttemberg_from_2017_to_2035() {
        for (year, movable) in [
            (2017, ["04-14", "04-17", "05-25", "06-05", "06-15"]),
            (2018, ["03-30", "04-02", "05-10", "05-21", "05-31"]),
            (2019, ["04-19", "04-22", "05-30", "06-10", "06-20"]),
            (2020, ["04-10", "04-13", "05-21", "06-01", "06-11"]),
            (2021, ["04-02", "04-05", "05-13", "05-24", "06-03"]),
            (2022, ["04-15", "04-18", "05-26", "06-06", "06-16"]),
            (2023, ["04-07", "04-10", "05-18", "05-29", "06-08"]),
            (2024, ["03-29", "04-01", "05-09", "05-20", "05-30"]),
            (2025, ["04-18", "04-21", "05-29", "06-09", "06-19"]),
            (2026, ["04-03", "04-06", "05-14", "05-25", "06-04"]),
            (2027, ["03-26", "03-29", "05-06", "05-17", "05-27"]),
            (2028, ["04-14", "04-17", "05-25", "06-05", "06-15"]),
            (2029, ["03-30", "04-02", "05-10", "05-21", "05-31"]),
            (2030, ["04-19", "04-22", "05-30", "06-10", "06-20"]),
            (2031, ["04-11", "04-14", "05-22", "06-02", "06-12"]),
            (2032, ["03-26", "03-29", "05-06", "05-17", "05-27"]),
            (2033, ["04-15", "04-18", "05-26", "06-06", "06-16"]),
            (2034, ["04-07", "04-10", "05-18", "05-29", "06-08"]),
            (2035, ["03-23", "03-26", "05-03", "05-14", "05-24"]),
        ] {
            let mut expected = vec![
                "01-01", "01-06", "05-01", "10-03", "11-01", "12-25", "12-26",
            ];
            expected.extend(movable);
            if year == 2017 {
                expected.push("10-31");
            }
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(of(BW, year), expected, "{year}");
        }
    }

    #[test]
    fn twelve_holidays_a_year_in_baden_wuerttemberg_and_thirteen_in_2017() {
        for year in 2018..2040 {
            assert_eq!(of(BW, year).len(), 12, "{year}");
        }
        assert_eq!(of(BW, 2017).len(), 13);
        assert_eq!(holiday(day("2017-10-31"), BW), Some("Reformationstag"));
        assert_eq!(holiday(day("2018-10-31"), BW), None);
    }

    /// Number of holidays as the Länder publish them; Brandenburg counts two Sundays.
    #[test]
    fn how_many_each_land_has() {
        for (land, in_2018, in_2026) in [
            (BW, 12, 12),
            (BY, 12, 12),
            (BE, 9, 10),
            (BB, 12, 12),
            (HB, 10, 10),
            (HH, 10, 10),
            (HE, 10, 10),
            (MV, 10, 11),
            (NI, 10, 10),
            (NW, 11, 11),
            (RP, 11, 11),
            (SL, 12, 12),
            (SN, 11, 11),
            (ST, 11, 11),
            (SH, 10, 10),
            (TH, 10, 11),
        ] {
            assert_eq!(
                (of(land, 2018).len(), of(land, 2026).len()),
                (in_2018, in_2026),
                "{land}"
            );
        }
    }

    #[test]
    fn all_of_2026() {
        let everywhere = [
            "01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26",
        ];
        for (land, more) in [
            (BW, &["01-06", "06-04", "11-01"][..]),
            (BY, &["01-06", "06-04", "11-01"]),
            (BE, &["03-08"]),
            (BB, &["04-05", "05-24", "10-31"]),
            (HB, &["10-31"]),
            (HH, &["10-31"]),
            (HE, &["06-04"]),
            (MV, &["03-08", "10-31"]),
            (NI, &["10-31"]),
            (NW, &["06-04", "11-01"]),
            (RP, &["06-04", "11-01"]),
            (SL, &["06-04", "08-15", "11-01"]),
            (SN, &["10-31", "11-18"]),
            (ST, &["01-06", "10-31"]),
            (SH, &["10-31"]),
            (TH, &["09-20", "10-31"]),
        ] {
            let mut expected: Vec<&str> = everywhere.iter().chain(more).copied().collect();
            expected.sort_unstable();
            assert_eq!(of(land, 2026), expected, "{land}");
        }
    }

    #[test]
    fn days_that_were_holidays_once() {
        for (text, land, name) in [
            ("2020-05-08", BE, Some("Tag der Befreiung")),
            ("2021-05-08", BE, None),
            ("2025-05-08", BE, Some("Tag der Befreiung")),
            ("2025-05-08", BB, None),
            ("2028-06-17", BE, Some("Jahrestag des Volksaufstands")),
            ("2018-03-08", BE, None),
            ("2019-03-08", BE, Some("Internationaler Frauentag")),
            ("2022-03-08", MV, None),
            ("2017-10-31", HE, Some("Reformationstag")),
            ("2017-10-31", HH, Some("Reformationstag")),
            ("2018-09-20", TH, None),
        ] {
            assert_eq!(holiday(day(text), land), name, "{text} {land}");
        }
    }

    #[test]
    fn the_day_of_prayer_is_the_wednesday_before_23_november() {
        for (year, date) in [
            (2017, "11-22"),
            (2022, "11-16"),
            (2023, "11-22"),
            (2024, "11-20"),
            (2027, "11-17"),
        ] {
            assert_eq!(
                holiday(day(&format!("{year}-{date}")), SN),
                Some("Buß- und Bettag")
            );
            assert_eq!(
                of(SN, year)
                    .iter()
                    .filter(|day| day.starts_with("11"))
                    .count(),
                1
            );
        }
    }
}
