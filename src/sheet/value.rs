//! What stands in a cell, as Germans write it: days, periods, numbers, words.
//!
//! Each parser takes the text of one cell that is not empty; blanks around it do not count.

mod period;
pub(super) mod words;

pub use period::{Period, day, period};
pub use words::{Words, word};

use super::Code;
use crate::domain::budget::amount;
use crate::domain::fault::Args;
use crate::domain::number::{self, NumberFault};

/// Why a cell is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFault {
    /// What is wrong.
    pub code: Code,
    /// Values for the text.
    pub args: Args,
}

impl ValueFault {
    /// A fault without arguments.
    pub fn new(code: Code) -> Self {
        ValueFault {
            code,
            args: Args::new(),
        }
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// A fault that shows what was read, or the start of it.
    pub(super) fn shows(code: Code, text: &str) -> Self {
        let shown: String = text.trim().chars().take(60).collect();
        ValueFault::new(code).arg("value", shown)
    }
}

/// Result of a parser.
pub type Parsed<T> = Result<T, ValueFault>;

/// Text of at most `max` characters, exactly; line ends become LF. Control characters are refused as
/// everywhere else (PostgreSQL cannot store NUL; mail headers break on CR).
///
/// # Errors
/// `too_long`, `control_characters`
pub fn text(cell: &str, max: usize) -> Parsed<String> {
    let text = cell.replace("\r\n", "\n");
    if text.chars().count() > max {
        return Err(ValueFault::new(Code::TooLong).arg("max", max));
    }
    let is_bad = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(is_bad) {
        return Err(ValueFault::new(Code::ControlCharacters));
    }
    Ok(text)
}

/// A whole number from `min` to `max`.
///
/// # Errors
/// `not_a_number`, `too_many_decimals`, `out_of_range`
pub fn integer(cell: &str, min: i32, max: i32) -> Parsed<i32> {
    let out_of_range = || {
        ValueFault::new(Code::OutOfRange)
            .arg("min", min)
            .arg("max", max)
    };
    let number = match scaled(cell, 0) {
        Err(fault) if fault.code == Code::TooLarge => return Err(out_of_range()),
        number => number?,
    };
    let number = i32::try_from(number).ok();
    number
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(out_of_range)
}

/// Money in cents: `1.234,56 €` is 123456.
///
/// # Errors
/// `not_a_number`, `too_many_decimals`, `too_large`
pub fn cents(cell: &str) -> Parsed<i64> {
    amount::cents(cell).map_err(|fault| refused(fault, cell, 2))
}

/// Money that is not owed, in cents, at most `max` of them.
///
/// # Errors
/// As [`cents`], and `out_of_range`
pub fn amount(cell: &str, max: i64) -> Parsed<i64> {
    let cents = cents(cell)?;
    let euros = ValueFault::new(Code::OutOfRange).arg("min", 0);
    let is_within = (0..=max).contains(&cents);
    is_within
        .then_some(cents)
        .ok_or_else(|| euros.arg("max", decimal(max, 2, ',')))
}

/// Days of work of a person, in tenths, at most `max` of them: `12,5 PT` is 125.
///
/// # Errors
/// `not_a_number`, `too_many_decimals`, `too_large`, `out_of_range`
pub fn person_days(cell: &str, max: i32) -> Parsed<i32> {
    let text = cell.trim();
    let text = text.strip_suffix("PT").unwrap_or(text);
    let tenths = i32::try_from(scaled(text, 1)?).ok();
    let days = ValueFault::new(Code::OutOfRange).arg("min", 0);
    tenths
        .filter(|tenths| (0..=max).contains(tenths))
        .ok_or_else(|| days.arg("max", decimal(max.into(), 1, ',')))
}

/// From 0 to 100, with or without the sign.
///
/// # Errors
/// `not_a_number`, `too_many_decimals`, `out_of_range`
pub fn percent(cell: &str) -> Parsed<i32> {
    let text = cell.trim();
    integer(text.strip_suffix('%').unwrap_or(text), 0, 100)
}

/// Units with so many decimals as people write them: 123456 with 2 decimals is `1234,56`.
pub fn decimal(units: i64, decimals: u8, sign: char) -> String {
    let decimals = usize::from(decimals);
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = decimals + 1);
    let minus = if units < 0 { "-" } else { "" };
    match digits.split_at_checked(digits.len() - decimals) {
        Some((whole, "")) => format!("{minus}{whole}"),
        Some((whole, fraction)) => format!("{minus}{whole}{sign}{fraction}"),
        None => digits,
    }
}

/// A number with at most so many decimals, in units of the last of them: `1,5` with 2 decimals is 150.
///
/// # Errors
/// `not_a_number`, `too_many_decimals`, `too_large`
pub fn scaled(cell: &str, decimals: u32) -> Parsed<i64> {
    number::scaled(cell, decimals).map_err(|fault| refused(fault, cell, decimals))
}

/// A refused number, as it stands in the cell.
fn refused(fault: NumberFault, cell: &str, decimals: u32) -> ValueFault {
    match fault {
        NumberFault::NotANumber => ValueFault::shows(Code::NotANumber, cell),
        NumberFault::TooManyDecimals => {
            ValueFault::shows(Code::TooManyDecimals, cell).arg("max", decimals)
        }
        NumberFault::TooLarge => ValueFault::shows(Code::TooLarge, cell),
    }
}

/// Yes or no: `ja`, `nein`, `x` and the like.
///
/// # Errors
/// `not_yes_or_no`
pub fn yes_or_no(cell: &str) -> Parsed<bool> {
    match cell.trim().to_lowercase().as_str() {
        "ja" | "j" | "x" | "yes" | "y" | "wahr" | "true" | "1" | "✓" | "✔" | "☒" | "☑" => {
            Ok(true)
        }
        "nein" | "n" | "no" | "falsch" | "false" | "0" | "-" | "–" | "☐" => Ok(false),
        _ => Err(ValueFault::shows(Code::NotYesOrNo, cell)),
    }
}

/// Ids, separated by comma, semicolon or line break, at most `max` of them.
///
/// # Errors
/// `too_many_entries`, and `control_characters` in one of them
pub fn ids(cell: &str, max: usize) -> Parsed<Vec<String>> {
    let pieces = cell.split([',', ';', '\n', '\r']).map(str::trim);
    let ids: Vec<String> = pieces
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    if ids.len() > max {
        return Err(ValueFault::new(Code::TooManyEntries).arg("max", max));
    }
    if ids.iter().any(|id| id.contains(char::is_control)) {
        return Err(ValueFault::new(Code::ControlCharacters));
    }
    Ok(ids)
}

/// Ids as [`ids`] reads them.
pub fn joined(ids: &[String]) -> String {
    ids.join(", ")
}

#[cfg(test)]
mod tests;
