//! Number formats: which numbers of a sheet are days.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use roxmltree::Document;

use super::package::is;

/// How much of a day a number format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// The day itself.
    Day,
    /// Month and year.
    Month,
    /// The year only.
    Year,
}

/// What has to be known to tell a day from a number.
#[derive(Debug, Default)]
pub(super) struct Styles {
    /// By the number that cells use for their format.
    grains: Vec<Option<Grain>>,
    /// Days are counted from 1904 instead of 1900.
    pub(super) since_1904: bool,
}

impl Styles {
    /// Reads the formats of cells from the part with the styles.
    pub(super) fn read(document: &Document<'_>) -> Styles {
        let root = document.root_element();
        let own = root.descendants().filter(|node| is(*node, "numFmt"));
        let own: HashMap<&str, &str> = own
            .filter_map(|node| Some((node.attribute("numFmtId")?, node.attribute("formatCode")?)))
            .collect();
        let formats = root.children().filter(|node| is(*node, "cellXfs"));
        let formats = formats.flat_map(|all| all.children().filter(|node| is(*node, "xf")));
        let grains = formats.map(|format| {
            let id = format.attribute("numFmtId")?;
            match own.get(id) {
                Some(code) => grain(code),
                None => built_in(id.parse().ok()?),
            }
        });
        Styles {
            grains: grains.collect(),
            since_1904: false,
        }
    }

    /// The day that a number stands for, as ISO 8601 has it and as exactly as its format shows it:
    /// `2026-12-31`, `2026-12`, `2026`. None where the number is no day.
    pub(super) fn day(&self, format: Option<&str>, number: &str) -> Option<String> {
        let format: usize = format?.parse().ok()?;
        let grain = self.grains.get(format).copied().flatten()?;
        let day = serial_day(&plain_number(number)?, self.since_1904)?;
        let pattern = match grain {
            Grain::Day => "%Y-%m-%d",
            Grain::Month => "%Y-%m",
            Grain::Year => "%Y",
        };
        Some(day.format(pattern).to_string())
    }
}

/// What the formats show that need no code in the file (ECMA-376 §18.8.30).
fn built_in(id: u32) -> Option<Grain> {
    match id {
        14..=16 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Some(Grain::Day),
        17 => Some(Grain::Month),
        _ => None,
    }
}

/// What a format code shows, `dd\.mm\.yyyy`; texts, colours and languages in it do not count.
fn grain(code: &str) -> Option<Grain> {
    let mut letters = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // `[h]` are hours that go on after 24: a duration.
                if inside.eq_ignore_ascii_case("h") || inside.eq_ignore_ascii_case("hh") {
                    letters.push('h');
                }
            }
            // The next character stands for itself, for its width or fills the cell.
            '\\' | '_' | '*' => {
                chars.next();
            }
            // What follows is for other numbers.
            ';' => break,
            c => letters.push(c.to_ascii_lowercase()),
        }
    }
    if letters.contains("general") {
        return None;
    }
    let has = |letter| letters.contains(letter);
    match (has('y'), has('d'), has('m')) {
        (_, true, _) => Some(Grain::Day),
        (true, false, true) => Some(Grain::Month),
        (true, false, false) => Some(Grain::Year),
        // A month without hours or seconds: with them, `m` are minutes.
        (false, false, true) if !has('h') && !has('s') => Some(Grain::Day),
        _ => None,
    }
}

/// The day that a serial number counts to; the time of day is left out.
fn serial_day(number: &str, since_1904: bool) -> Option<NaiveDate> {
    let whole = number.split_once('.').map_or(number, |(whole, _)| whole);
    let serial: u64 = whole.parse().ok()?;
    let (year, month, day) = match (since_1904, serial) {
        (true, _) => (1904, 1, 1),
        // The system of 1900 has a 29 February in that year. 0 is a time without a day.
        (false, 0 | 60) => return None,
        (false, ..60) => (1899, 12, 31),
        (false, _) => (1899, 12, 30),
    };
    let first = NaiveDate::from_ymd_opt(year, month, day)?;
    // The last day that the format has: 31 December 9999.
    first
        .checked_add_days(Days::new(serial))
        .filter(|_| serial <= 2_958_465)
}

/// A number as sheets store it, without an exponent: `1.5E+2` is `150`. None where it is no number.
#[must_use]
pub fn plain_number(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |t| ("-", t));
    let (mantissa, exponent) = text.split_once(['E', 'e']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let exponent: i32 = exponent.parse().ok()?;
    // Numbers of sheets go to 308, but nothing that is counted here does.
    if !(-40..=40).contains(&exponent) {
        return None;
    }
    let places = usize::try_from(exponent.unsigned_abs()).ok()?;
    let (whole, fraction) = if exponent < 0 {
        let padded = format!("{}{whole}", "0".repeat(places));
        let (kept, moved) = padded.split_at(padded.len().checked_sub(places)?);
        (kept.to_owned(), format!("{moved}{fraction}"))
    } else {
        let padded = format!("{fraction}{}", "0".repeat(places));
        let (moved, kept) = padded.split_at(places);
        (format!("{whole}{moved}"), kept.to_owned())
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    Some(match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_show_a_day() {
        for (code, expected) in [
            ("dd\\.mm\\.yyyy", Some(Grain::Day)),
            ("yyyy\\-mm\\-dd;@", Some(Grain::Day)),
            ("[$-407]d/\\ mmmm\\ yyyy;@", Some(Grain::Day)),
            ("DD.MM.YY hh:mm", Some(Grain::Day)),
            ("mmmm", Some(Grain::Day)),
            ("[$-407]mmm/\\ yy;@", Some(Grain::Month)),
            ("mm/yyyy", Some(Grain::Month)),
            ("yyyy", Some(Grain::Year)),
            ("hh:mm", None),
            ("mm:ss.0", None),
            ("[h]:mm", None),
            ("General", None),
            ("0.00", None),
            ("@", None),
            ("0\\ \"Tage dauernd\"", None),
            ("#,##0.00\\ [$€-407];[Red]-#,##0.00\\ [$€-407]", None),
            ("0.0_d", None),
            ("0;dd", None),
            ("\"nie zu", None),
            ("", None),
        ] {
            assert_eq!(grain(code), expected, "{code}");
        }
        assert_eq!(built_in(14), Some(Grain::Day));
        assert_eq!(built_in(17), Some(Grain::Month));
        assert_eq!(
            (built_in(0), built_in(20), built_in(49)),
            (None, None, None)
        );
    }

    #[test]
    fn serial_numbers_of_both_systems() {
        for (number, since_1904, expected) in [
            ("1", false, Some("1900-01-01")),
            ("59", false, Some("1900-02-28")),
            ("60", false, None),
            ("61", false, Some("1900-03-01")),
            ("46387", false, Some("2026-12-31")),
            ("46387.75", false, Some("2026-12-31")),
            ("2958465", false, Some("9999-12-31")),
            ("2958466", false, None),
            ("0", false, None),
            ("0.5", false, None),
            ("-1", false, None),
            ("0", true, Some("1904-01-01")),
            ("44925", true, Some("2026-12-31")),
            ("99999999999999999999", true, None),
        ] {
            let day = serial_day(number, since_1904).map(|day| day.to_string());
            assert_eq!(day.as_deref(), expected, "{number} {since_1904}");
        }
    }

    #[test]
    fn numbers_without_exponents() {
        for (text, expected) in [
            ("0", Some("0")),
            ("150", Some("150")),
            ("-1.50", Some("-1.5")),
            ("1.5E+2", Some("150")),
            ("1.2345E2", Some("123.45")),
            ("1E-3", Some("0.001")),
            ("12.5e-1", Some("1.25")),
            (".5", Some("0.5")),
            ("4.6387E4", Some("46387")),
            ("", None),
            (".", None),
            ("E5", None),
            ("1E400", None),
            ("1E", None),
            ("--1", None),
            ("1,5", None),
            ("NaN", None),
        ] {
            assert_eq!(plain_number(text).as_deref(), expected, "{text}");
        }
    }
}
