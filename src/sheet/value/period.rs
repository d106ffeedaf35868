//! Days and periods.

use chrono::{Datelike, NaiveDate};

use super::{Code, Parsed, ValueFault};
use crate::domain::measure::{Precision, search_key};

/// A day, or a period by its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Last day.
    pub last: NaiveDate,
    /// How exactly it is known; never a season, which has no calendar bounds.
    pub precision: Precision,
}

/// A day: `31.12.2026`, `31.12.26` (always of this century), `31. Dezember 2026`, `2026-12-31`.
/// Midnight may follow, as some programs write it.
///
/// # Errors
/// `not_a_day`, `no_such_day`, `out_of_range`
pub fn day(cell: &str) -> Parsed<NaiveDate> {
    match period(cell) {
        Ok(Period {
            last,
            precision: Precision::Day,
        }) => Ok(last),
        Err(fault) if fault.code != Code::NotAPeriod => Err(fault),
        _ => Err(ValueFault::shows(Code::NotADay, cell)),
    }
}

/// A day as [`day`] has it, or a period: `12/2026`, `2026-12`, `Dezember 2026`, `Q2 2026`, `2. Quartal 2026`,
/// `II/2026`, `1. Halbjahr 2026`, `H1 2026`, `2026`.
///
/// # Errors
/// `not_a_period`, `no_such_day`, `out_of_range`
pub fn period(cell: &str) -> Parsed<Period> {
    let not_a_period = || ValueFault::shows(Code::NotAPeriod, cell);
    let text = without_midnight(cell.trim());
    let Shape {
        year,
        month,
        day,
        precision,
    } = shape(text).ok_or_else(not_a_period)?;
    if !(1900..=2199).contains(&year) {
        let fault = ValueFault::new(Code::OutOfRange);
        return Err(fault.arg("min", "01.01.1900").arg("max", "31.12.2199"));
    }
    let found = match day {
        Some(day) => NaiveDate::from_ymd_opt(year, month, day),
        None => last_of_month(year, month),
    };
    let last = found.ok_or_else(|| ValueFault::shows(Code::NoSuchDay, cell))?;
    Ok(Period { last, precision })
}

/// What a text says, not yet known to be in the calendar.
struct Shape {
    year: i32,
    /// Last month of the period.
    month: u32,
    day: Option<u32>,
    precision: Precision,
}

fn without_midnight(text: &str) -> &str {
    let ends = [" 00:00:00", "T00:00:00Z", "T00:00:00", " 00:00"];
    ends.iter()
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(text)
}

fn shape(text: &str) -> Option<Shape> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '\u{A0}' | '.' | '/' | '-');
    if !text.starts_with(char::is_alphanumeric) || !text.chars().all(is_part) {
        return None;
    }
    let parts = parts(&search_key(text));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let of_day = |y: &str, month: Option<u32>, d: &str| {
        Some(Shape {
            year: year(y)?,
            month: month?,
            day: Some(short(d)?),
            precision: Precision::Day,
        })
    };
    let of_period = |y: &str, month: Option<u32>, precision| {
        Some(Shape {
            year: full_year(y)?,
            month: month?,
            day: None,
            precision,
        })
    };
    let is_iso = text.contains('-') && !text.contains(['.', '/', ' ']);
    match parts.as_slice() {
        [y, m, d] if is_iso && full_year(y).is_some() && m.len() == 2 && d.len() == 2 => {
            of_day(y, short(m), d)
        }
        [d, m, y]
            if short(m).is_some()
                && text.matches('.').count() == 2
                && !text.contains(['/', '-']) =>
        {
            of_day(y, short(m), d)
        }
        [d, m, y] if month_by_name(m).is_some() => of_day(y, month_by_name(m), d),
        [y] => of_period(y, Some(12), Precision::Year),
        [m, y] if month_by_name(m).is_some() => {
            let month = month_by_name(m);
            Some(Shape {
                day: None,
                precision: Precision::Month,
                ..of_day(y, month, "1")?
            })
        }
        [m, y] | [y, m] if short(m).is_some() => of_period(y, short(m), Precision::Month),
        [q, y] | [y, q] if roman(q).is_some() => of_period(y, end(roman(q), 3), Precision::Quarter),
        [unit, n, y] | [n, unit, y] | [y, unit, n] | [y, n, unit]
            if is_quarter(unit) && full_year(y).is_some() =>
        {
            let quarter = short(n)
                .or_else(|| roman(n))
                .filter(|n| (1..=4).contains(n));
            of_period(y, end(quarter, 3), Precision::Quarter)
        }
        [unit, n, y] | [n, unit, y] | [y, unit, n] | [y, n, unit]
            if is_half(unit) && full_year(y).is_some() =>
        {
            let half = short(n)
                .or_else(|| roman(n))
                .filter(|n| (1..=2).contains(n));
            of_period(y, end(half, 6), Precision::Half)
        }
        _ => None,
    }
}

/// Runs of digits and runs of letters: `q2 2026` has three.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = None;
    for c in text.chars() {
        let kind = c.is_alphanumeric().then(|| c.is_ascii_digit());
        match parts.last_mut() {
            Some(part) if kind.is_some() && kind == before => part.push(c),
            _ if kind.is_some() => parts.push(c.to_string()),
            _ => {}
        }
        before = kind;
    }
    parts
}

/// A number of one or two digits.
fn short(text: &str) -> Option<u32> {
    let is_short = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_short.then(|| text.parse().ok()).flatten()
}

fn full_year(text: &str) -> Option<i32> {
    let is_full = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    is_full.then(|| text.parse().ok()).flatten()
}

/// A year of four digits or of two: nothing in a ledger of measures is of the last century.
fn year(text: &str) -> Option<i32> {
    let of_two = |text: &str| {
        let year = short(text).filter(|_| text.len() == 2)?;
        i32::try_from(2000 + year).ok()
    };
    full_year(text).or_else(|| of_two(text))
}

fn roman(text: &str) -> Option<u32> {
    match text {
        "i" => Some(1),
        "ii" => Some(2),
        "iii" => Some(3),
        "iv" => Some(4),
        _ => None,
    }
}

fn is_quarter(unit: &str) -> bool {
    matches!(unit, "q" | "qu" | "quartal" | "quarter")
}

fn is_half(unit: &str) -> bool {
    matches!(unit, "h" | "hj" | "halbjahr")
}

/// Last month of the n-th part of a year in parts of so many months.
fn end(part: Option<u32>, months: u32) -> Option<u32> {
    part.map(|part| part * months)
}

/// A month by its German or English name, or its first three letters.
fn month_by_name(text: &str) -> Option<u32> {
    let number = match text {
        "januar" | "jaenner" | "january" | "jan" => 1,
        "februar" | "february" | "feb" => 2,
        "maerz" | "march" | "maer" | "mrz" | "mar" => 3,
        "april" | "apr" => 4,
        "mai" | "may" => 5,
        "juni" | "june" | "jun" => 6,
        "juli" | "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "oktober" | "october" | "okt" | "oct" => 10,
        "november" | "nov" => 11,
        "dezember" | "december" | "dez" | "dec" => 12,
        _ => return None,
    };
    Some(number)
}

fn last_of_month(year: i32, month: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let days = first.num_days_in_month();
    first.with_day(u32::from(days))
}
