//! Numbers as Germans write them, for every table and paper that is read.

/// Why a text is not the number that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// No number, or one whose groups are not of three digits.
    #[error("not a number")]
    NotANumber,
    /// More decimals than there are.
    #[error("too many decimals")]
    TooManyDecimals,
    /// Beyond 64 bits.
    #[error("too large")]
    TooLarge,
}

/// A number with at most so many decimals, in units of the last of them: `1,5` with 2 decimals is 150.
///
/// Points or blanks between groups of three, a decimal comma; or a decimal point where it can be nothing
/// else (`1234.56`, `0.5`, `1,234.56`). `1.234` is more than a thousand, as everywhere in Germany. The minus
/// may stand behind, as SAP prints it.
///
/// # Errors
/// [`NumberFault`]
pub fn scaled(text: &str, decimals: u32) -> Result<i64, NumberFault> {
    let (negative, digits) = sign(text.trim());
    let plain = without_blanks(digits).ok_or(NumberFault::NotANumber)?;
    let (whole, fraction) = split(&plain).ok_or(NumberFault::NotANumber)?;
    let fraction = fraction.trim_end_matches('0');
    let missing = usize::try_from(decimals)
        .ok()
        .and_then(|most| most.checked_sub(fraction.len()))
        .ok_or(NumberFault::TooManyDecimals)?;
    let sign = if negative { "-" } else { "" };
    let digits = format!("{sign}{whole}{fraction}{}", "0".repeat(missing));
    digits.parse().ok().ok_or(NumberFault::TooLarge)
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
