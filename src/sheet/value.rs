//! What stands in a cell, as Germans write it: days, periods, numbers, words.
//!
//! Each parser takes the text of one cell that is not empty; blanks around it do not count.

mod period;
pub(super) mod words;

pub use period::{Period, day, period};
pub use words::{Words, word};

use super::Code;
use crate::domain::fault::Args;

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
    fn shows(code: Code, text: &str) -> Self {
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
    let text = cell.trim();
    let text = text.strip_prefix('€').unwrap_or(text);
    let text = ["€", "EUR", "Euro"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .unwrap_or(text);
    scaled(text, 2).map_err(|mut fault| {
        // As it stands in the cell, with its unit.
        if let Some((_, shown)) = fault.args.iter_mut().find(|(name, _)| *name == "value") {
            *shown = cell.trim().chars().take(60).collect();
        }
        fault
    })
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
/// Points or blanks between groups of three, a decimal comma; or a decimal point where it can be nothing
/// else (`1234.56`, `0.5`, `1,234.56`). `1.234` is more than a thousand, as everywhere in Germany. The minus
/// may stand behind, as SAP prints it.
///
/// # Errors
/// `not_a_number`, `too_many_decimals`, `too_large`
pub fn scaled(cell: &str, decimals: u32) -> Parsed<i64> {
    let fault = |code| ValueFault::shows(code, cell);
    let (negative, digits) = sign(cell.trim());
    let plain: String = without_blanks(digits).ok_or_else(|| fault(Code::NotANumber))?;
    let (whole, fraction) = split(&plain).ok_or_else(|| fault(Code::NotANumber))?;
    let fraction = fraction.trim_end_matches('0');
    let missing = usize::try_from(decimals)
        .ok()
        .and_then(|most| most.checked_sub(fraction.len()))
        .ok_or_else(|| fault(Code::TooManyDecimals).arg("max", decimals))?;
    let sign = if negative { "-" } else { "" };
    let digits = format!("{sign}{whole}{fraction}{}", "0".repeat(missing));
    digits.parse().ok().ok_or_else(|| fault(Code::TooLarge))
}

/// Whether a minus stands before or behind, and what is left.
fn sign(text: &str) -> (bool, &str) {
    let minus = |c| matches!(c, '-' | '−' | '–');
    if let Some(rest) = text.strip_prefix('+') {
        (false, rest)
    } else if let Some(rest) = text.strip_prefix(minus) {
        (true, rest)
    } else if let Some(rest) = text.strip_suffix(minus) {
        (true, rest)
    } else {
        (false, text)
    }
}

/// Blanks may stand between groups of three digits only: `1 234` is a number, `1 2` is not.
fn without_blanks(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = text.split(['.', ',']).next().unwrap_or_default();
    if whole.contains(char::is_whitespace) && !is_grouped(whole, char::is_whitespace) {
        return None;
    }
    let rest = text.get(whole.len()..).unwrap_or_default();
    let whole: String = whole.split(char::is_whitespace).collect();
    Some(format!("{whole}{rest}"))
}

/// Digits before and behind the decimal sign, without the signs between groups.
fn split(text: &str) -> Option<(String, String)> {
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let decimal = match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) if point > comma => Some('.'),
        (Some(_), Some(_)) => Some(','),
        (None, Some(_)) if commas == 1 => Some(','),
        (Some(_), None) if points == 1 && !is_grouped(text, |c| c == '.') => Some('.'),
        _ => None,
    };
    let (whole, fraction) = match decimal {
        Some(decimal) => text.rsplit_once(decimal)?,
        None => (text, ""),
    };
    let group = if whole.contains('.') { '.' } else { ',' };
    if whole.contains(group) && !is_grouped(whole, |c| c == group) {
        return None;
    }
    let whole: String = whole.split(group).collect();
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let any = !whole.is_empty() || !fraction.is_empty();
    // `5,` is a slip, `,5` is how some write a half.
    let ends = decimal.is_none() || !fraction.is_empty();
    (any && ends && is_digits(&whole) && is_digits(fraction)).then(|| (whole, fraction.to_owned()))
}

/// Whether a number stands in groups of three: one to three digits, not a zero first, then three each.
fn is_grouped(text: &str, separates: impl Fn(char) -> bool) -> bool {
    let mut groups = text.split(separates);
    let first = groups.next().unwrap_or_default();
    let is_first = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let mut groups = groups.peekable();
    is_first && groups.peek().is_some() && groups.all(|group| group.len() == 3)
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
