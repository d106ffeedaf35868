//! Days as they stand in answers that hold many of them.

use chrono::{Datelike as _, NaiveDate};
use serde::ser::{Error as _, Serializer};

/// Writes a day as chrono does, `2022-06-30`, but at once: chrono hands it over letter by letter, and days were a twentieth of
/// what a page of measures takes.
///
/// # Errors
/// Those of the serializer.
pub fn day<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(year) = u32::try_from(day.year()).ok().filter(|year| *year <= 9999) else {
        return serializer.collect_str(day);
    };
    let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
    let two = |number: u32| [digit(number / 10), digit(number)];
    let ([a, b], [c, d]) = (two(year / 100), two(year));
    let ([e, f], [g, h]) = (two(day.month()), two(day.day()));
    let text = [a, b, c, d, b'-', e, f, b'-', g, h];
    serializer.serialize_str(std::str::from_utf8(&text).map_err(S::Error::custom)?)
}

/// Writes a day as [`day`] does, if there is one.
///
/// # Errors
/// Those of the serializer.
pub fn optional_day<S: Serializer>(
    optional: &Option<NaiveDate>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match optional {
        Some(one) => day(one, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_chrono_writes_them() {
        #[derive(serde::Serialize)]
        struct Days {
            #[serde(serialize_with = "day")]
            day: NaiveDate,
            #[serde(serialize_with = "optional_day")]
            optional: Option<NaiveDate>,
            #[serde(serialize_with = "optional_day")]
            none: Option<NaiveDate>,
        }
        let around = |year, ordinal| NaiveDate::from_yo_opt(year, ordinal).unwrap();
        let odd = [-1, 0, 10_000, -262_143, 262_142].map(|year| around(year, 31));
        // Every day of 2023 and 2024, and one of each year that has four digits.
        let every = (1..=731).map(|number| around(2023, 1) + chrono::Days::new(number - 1));
        let years = (1..=9999).map(|year| around(year, 1 + u32::try_from(year).unwrap() % 365));
        for day in odd.into_iter().chain(every).chain(years) {
            let days = Days {
                day,
                optional: Some(day),
                none: None,
            };
            let written = serde_json::to_value(days).unwrap();
            assert_eq!(
                written,
                serde_json::json!({ "day": day, "optional": day, "none": null })
            );
        }
    }
}
