//! Guard against formulas: what comes from a measure never runs in somebody's spreadsheet program.
//!
//! A text that a program could take for a formula gets an apostrophe before it (OWASP, CSV injection),
//! in workbooks too: they are saved as CSV later. Reading takes the apostrophe away again, and
//! exactly that one: text with an apostrophe of its own before a formula has got another one.

use std::borrow::Cow;

/// What programs start a formula with, in the widths that they take for the same, and what some of
/// them drop before they look.
const STARTS: &[char] = &[
    '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−',
];

/// Quotes that may be lost, or be there for nothing else but to hide what follows.
const QUOTES: &[char] = &[
    '\'', '"', '`', '´', '‘', '’', '‚', '“', '”', '„', '«', '»', '‹', '›', '＇', '＂',
];

/// The text as it may stand in a cell.
pub fn protect(text: &str) -> Cow<'_, str> {
    if is_risky(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that stands in a cell; undoes [`protect`].
pub fn unprotect(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_risky(text) => text,
        _ => cell,
    }
}

/// Whether a formula starts here, behind any quotes and blanks. An apostrophe more or less before the
/// text changes nothing about it: that is why the guard can be undone.
fn is_risky(text: &str) -> bool {
    let hides = |c: char| QUOTES.contains(&c) || is_blank(c);
    let first = text.chars().find(|c| STARTS.contains(c) || !hides(*c));
    first.is_some_and(|c| STARTS.contains(&c))
}

/// Blanks, seen or not: zero-width ones, marks of direction and byte order, control characters.
fn is_blank(c: char) -> bool {
    let unseen = matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    c.is_whitespace() || c.is_control() || unseen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_guarded_and_text_is_left_alone() {
        for risky in [
            "=1+1",
            "=HYPERLINK(\"http://x\";\"y\")",
            "+49 781",
            "-2",
            "- erster Punkt",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\tnur eingerückt",
            " =1",
            "\u{A0}=1",
            "\u{FEFF}=1",
            "\u{200B}=1",
            "\0=1",
            "\"=1",
            "\" '=1",
            "'=1",
            "''=1",
            "„=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "﹦1",
            "−1",
        ] {
            assert_eq!(protect(risky), format!("'{risky}"), "{risky:?}");
            assert_eq!(unprotect(&protect(risky)), risky);
        }
        for harmless in [
            "",
            "Netz",
            "a=b",
            "'Netz'",
            "'",
            "\"Netz\" - neu",
            "1-2",
            "31.12.2026",
            " Netz",
            "ä@b",
            "%=1",
            "(-1)",
        ] {
            assert_eq!(protect(harmless), harmless);
            assert_eq!(unprotect(harmless), harmless);
        }
    }

    proptest! {
        #[test]
        fn the_guard_is_undone_exactly(text in any::<String>(), starts in "[='\"\\t\\r\\n ＝@+\u{A0}-]{0,4}") {
            let text = format!("{starts}{text}");
            let cell = protect(&text);
            prop_assert_eq!(unprotect(&cell), text.as_str());
            prop_assert!(!cell.starts_with(STARTS));
        }

        /// Nothing that somebody types and that is no formula is changed.
        #[test]
        fn nothing_else_is_touched(text in "[a-zA-Z0-9äöü(%].{0,20}") {
            prop_assert_eq!(protect(&text), text.as_str());
            prop_assert_eq!(unprotect(&text), text.as_str());
        }
    }
}
