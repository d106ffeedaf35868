//! Keyset paging: a cursor names the last row that was seen.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::budget::posting::YEARS;
use crate::error::{Code, Error, Fault, FaultCode, Result};

/// Rows in a page, unless asked otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most rows in a page.
pub const MAX_LIMIT: u32 = 200;

/// Checks `?limit=`.
///
/// # Errors
/// `malformed`
pub fn limit(asked: Option<u32>) -> Result<usize> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return usize::try_from(limit).map_err(|cause| Error::internal("limit", cause));
    }
    Err(bad("?limit", FaultCode::OutOfRange, |fault| {
        fault.arg("min", 1).arg("max", MAX_LIMIT)
    }))
}

/// Rows to ask for: one more than a page tells whether there is a next one.
pub fn rows(limit: usize) -> i64 {
    i64::try_from(limit + 1).unwrap_or(i64::MAX)
}

/// Cuts what was found for [`rows`] to a page; with the cursor of the next one, if there is one.
///
/// # Errors
/// `internal`, which does not happen
pub fn cut<T, P: Serialize>(
    mut found: Vec<T>,
    limit: usize,
    place: impl FnOnce(&T) -> P,
) -> Result<(Vec<T>, Option<String>)> {
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| cursor(&place(last))).transpose()?;
    Ok((found, next))
}

/// Writes a cursor.
///
/// # Errors
/// `internal`, which does not happen
pub fn cursor<T: Serialize>(place: &T) -> Result<String> {
    let json = serde_json::to_vec(place).map_err(|cause| Error::internal("cursor", cause))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// Reads `?cursor=`.
///
/// # Errors
/// `malformed`
pub fn place<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let json = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = json.and_then(|json| serde_json::from_slice(&json).ok());
    place.map(Some).ok_or_else(|| {
        bad("?cursor", FaultCode::UnknownReference, |fault| {
            fault.arg("value", cursor)
        })
    })
}

/// A day that a database of either kind can hold; far wider than any due date, so that every filter works.
///
/// # Errors
/// `malformed`
pub fn day(name: &str, day: Option<chrono::NaiveDate>) -> Result<Option<chrono::NaiveDate>> {
    use chrono::Datelike as _;
    if day.is_some_and(|day| !(1..=9999).contains(&day.year())) {
        return Err(bad(&format!("?{name}"), FaultCode::OutOfRange, |fault| {
            fault.arg("min", "0001-01-01").arg("max", "9999-12-31")
        }));
    }
    Ok(day)
}

/// `?year=` of a budget.
///
/// # Errors
/// `malformed`
pub fn budget_year(year: i32) -> Result<i32> {
    if YEARS.contains(&year) {
        return Ok(year);
    }
    Err(bad("?year", FaultCode::OutOfRange, |fault| {
        fault.arg("min", YEARS.start()).arg("max", YEARS.end())
    }))
}

/// A `malformed` with one fault.
pub fn bad(pointer: &str, code: FaultCode, args: impl FnOnce(Fault) -> Fault) -> Error {
    Error::new(Code::Malformed).faults(vec![args(Fault::new(pointer, code))])
}

/// One word of a fixed set, such as `?sort=due`.
///
/// # Errors
/// `malformed`, with the words that are known
pub fn word<T>(name: &str, word: &str) -> Result<T>
where
    T: std::str::FromStr<Err = crate::domain::UnknownWord>,
{
    word.parse().map_err(|error: crate::domain::UnknownWord| {
        let known = error.known.join(", ");
        bad(&format!("?{name}"), FaultCode::UnknownWord, |fault| {
            fault.arg("value", word).arg("known", known)
        })
    })
}

/// Words separated by commas, such as `?status=approved,blocked`.
///
/// # Errors
/// `malformed`
pub fn words<T>(name: &str, text: Option<&str>) -> Result<Vec<T>>
where
    T: std::str::FromStr<Err = crate::domain::UnknownWord>,
{
    parts(text).map(|part| word(name, part)).collect()
}

/// What stands between commas.
pub fn parts(text: Option<&str>) -> impl Iterator<Item = &str> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty())
}

/// Text of a query parameter that goes into a search: not endless, nothing that a database cannot hold.
///
/// # Errors
/// `malformed`
pub fn text(name: &str, text: Option<String>) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let mut faults = crate::domain::fault::Faults::new();
    faults.text(&format!("?{name}"), &text, 0, 200);
    faults
        .finish()
        .map_err(|faults| Error::new(Code::Malformed).faults(faults))?;
    Ok(Some(text))
}
