//! Order of ids as people count: `A2` before `A10`.

use std::cmp::Ordering;

/// Compares ids run by run, runs of digits by their number.
///
/// Ids that differ only in leading zeros are ordered as texts, so the order is total.
#[must_use]
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    while !a.is_empty() && !b.is_empty() {
        let (first, second) = (run(a), run(b));
        let order = match (is_number(first), is_number(second)) {
            (true, true) => number(first, second),
            _ => first.cmp(second),
        };
        if order != Ordering::Equal {
            return order;
        }
        a = a.strip_prefix(first).unwrap_or_default();
        b = b.strip_prefix(second).unwrap_or_default();
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

/// The digits, or the other characters, that a text starts with.
fn run(text: &str) -> &str {
    let digits = is_number(text);
    let end = text.find(|c: char| c.is_ascii_digit() != digits);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Compares by value without converting: a number may be longer than any integer.
fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
