//! Values as they stand in cells.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::domain::catalogue::Level;
use crate::domain::measure::{Confidentiality, Origin, Precision, Relevance, Status};
use crate::texts::{Language, label};

fn code<T: std::fmt::Debug>(parsed: Parsed<T>) -> Code {
    parsed.unwrap_err().code
}

#[test]
fn days() {
    for (cell, expected) in [
        ("31.12.2026", "2026-12-31"),
        (" 31.12.26 ", "2026-12-31"),
        ("1.2.2026", "2026-02-01"),
        ("31. 12. 2026", "2026-12-31"),
        ("31. Dezember 2026", "2026-12-31"),
        ("1. März 2026", "2026-03-01"),
        ("31. Dez. 26", "2026-12-31"),
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31 00:00:00", "2026-12-31"),
        ("2026-12-31T00:00:00", "2026-12-31"),
        ("31.12.2026 00:00", "2026-12-31"),
        ("29.02.2024", "2024-02-29"),
        ("01.01.1900", "1900-01-01"),
        ("31.12.2199", "2199-12-31"),
    ] {
        assert_eq!(
            day(cell).map(|day| day.to_string()),
            Ok(expected.to_owned()),
            "{cell}"
        );
    }
    for (cell, expected) in [
        ("12/2026", Code::NotADay),
        ("2026", Code::NotADay),
        ("46387", Code::NotADay),
        ("bald", Code::NotADay),
        ("31/12/2026", Code::NotADay),
        ("12-31-2026", Code::NotADay),
        ("2026-12-31 12:00", Code::NotADay),
        ("31.12.", Code::NotADay),
        ("31.12.026", Code::NotADay),
        ("=31.12.2026", Code::NotADay),
        ("٣١.١٢.٢٠٢٦", Code::NotADay),
        ("31.02.2026", Code::NoSuchDay),
        ("29.02.2023", Code::NoSuchDay),
        ("2026-13-01", Code::NoSuchDay),
        ("00.01.2026", Code::NoSuchDay),
        ("01.01.0000", Code::OutOfRange),
        ("01.01.9999", Code::OutOfRange),
        ("31.12.1899", Code::OutOfRange),
    ] {
        assert_eq!(code(day(cell)), expected, "{cell}");
    }
}

#[test]
fn periods() {
    for (cell, last, precision) in [
        ("31.12.2026", "2026-12-31", Precision::Day),
        ("12/2026", "2026-12-31", Precision::Month),
        ("2/2024", "2024-02-29", Precision::Month),
        ("02.2026", "2026-02-28", Precision::Month),
        ("2026-04", "2026-04-30", Precision::Month),
        ("Dezember 2026", "2026-12-31", Precision::Month),
        ("Mrz 26", "2026-03-31", Precision::Month),
        ("Dez. 26", "2026-12-31", Precision::Month),
        ("Q2 2026", "2026-06-30", Precision::Quarter),
        ("q4/2026", "2026-12-31", Precision::Quarter),
        ("2026-Q1", "2026-03-31", Precision::Quarter),
        ("2. Quartal 2026", "2026-06-30", Precision::Quarter),
        ("III/2026", "2026-09-30", Precision::Quarter),
        ("III. Quartal 2026", "2026-09-30", Precision::Quarter),
        ("H1 2026", "2026-06-30", Precision::Half),
        ("2. Halbjahr 2026", "2026-12-31", Precision::Half),
        ("1. HJ 2026", "2026-06-30", Precision::Half),
        ("2026", "2026-12-31", Precision::Year),
    ] {
        let last: NaiveDate = last.parse().unwrap();
        assert_eq!(period(cell), Ok(Period { last, precision }), "{cell}");
    }
    for (cell, expected) in [
        ("", Code::NotAPeriod),
        ("bald", Code::NotAPeriod),
        ("Q5 2026", Code::NotAPeriod),
        ("Q2", Code::NotAPeriod),
        ("V/2026", Code::NotAPeriod),
        ("3. Halbjahr 2026", Code::NotAPeriod),
        ("12/26", Code::NotAPeriod),
        ("-2026", Code::NotAPeriod),
        ("2026!", Code::NotAPeriod),
        ("46387", Code::NotAPeriod),
        ("Frühherbst 2026", Code::NotAPeriod),
        ("13/2026", Code::NoSuchDay),
        ("0/2026", Code::NoSuchDay),
        ("0000", Code::OutOfRange),
        ("9999", Code::OutOfRange),
    ] {
        assert_eq!(code(period(cell)), expected, "{cell}");
    }
}

#[test]
fn numbers() {
    for (cell, cents_expected) in [
        ("0", 0),
        ("1.234,56", 123_456),
        ("1234.56", 123_456),
        ("1,234.56", 123_456),
        ("1 234,56", 123_456),
        ("1\u{A0}234,56 €", 123_456),
        ("€ 12", 1_200),
        ("12 EUR", 1_200),
        ("1.234", 123_400),
        ("1.234.567", 123_456_700),
        ("1,234,567", 123_456_700),
        ("0.5", 50),
        ("0.500", 50),
        ("1234.500", 123_450),
        ("12,5", 1_250),
        ("12,50000", 1_250),
        ("1.5", 150),
        (",5", 50),
        ("-1,00", -100),
        ("−1", -100),
        ("1.234,56-", -123_456),
        ("+3", 300),
        ("92.233.720.368.547.758,07", i64::MAX),
        ("-92233720368547758,08", i64::MIN),
        ("0000012", 1_200),
    ] {
        assert_eq!(cents(cell), Ok(cents_expected), "{cell}");
    }
    for (cell, expected) in [
        ("", Code::NotANumber),
        ("€", Code::NotANumber),
        ("zwölf", Code::NotANumber),
        ("1,2,3", Code::NotANumber),
        ("1.2.3", Code::NotANumber),
        ("12.34,5", Code::NotANumber),
        ("1.234.56", Code::NotANumber),
        ("1,234.56,7", Code::NotANumber),
        ("1 2", Code::NotANumber),
        ("5,", Code::NotANumber),
        ("--5", Code::NotANumber),
        ("-5-", Code::NotANumber),
        ("1e5", Code::NotANumber),
        ("١٢", Code::NotANumber),
        ("NaN", Code::NotANumber),
        ("1,005", Code::TooManyDecimals),
        ("92.233.720.368.547.758,08", Code::TooLarge),
        ("99999999999999999999999999", Code::TooLarge),
    ] {
        assert_eq!(code(cents(cell)), expected, "{cell}");
    }
    assert_eq!(integer("2", 1, 4), Ok(2));
    assert_eq!(integer("2,0", 1, 4), Ok(2));
    for (cell, expected) in [
        ("5", Code::OutOfRange),
        ("-1", Code::OutOfRange),
        ("99999999999999999999999", Code::OutOfRange),
        ("2,5", Code::TooManyDecimals),
        ("hoch", Code::NotANumber),
    ] {
        assert_eq!(code(integer(cell, 1, 4)), expected, "{cell}");
    }
}

#[test]
fn yes_and_no() {
    for (cell, expected) in [
        ("ja", true),
        ("X", true),
        (" Ja ", true),
        ("wahr", true),
        ("1", true),
        ("nein", false),
        ("-", false),
        ("FALSE", false),
    ] {
        assert_eq!(yes_or_no(cell), Ok(expected), "{cell}");
    }
    for cell in ["", "vielleicht", "2"] {
        assert_eq!(code(yes_or_no(cell)), Code::NotYesOrNo, "{cell}");
    }
}

#[test]
fn lists_of_ids() {
    let expected = ["SYS.1.1", "NET.1.1.A4"].map(str::to_owned);
    for cell in [
        "SYS.1.1, NET.1.1.A4",
        "SYS.1.1;NET.1.1.A4;",
        "SYS.1.1\nNET.1.1.A4",
        "SYS.1.1,\r\n NET.1.1.A4\n",
    ] {
        assert_eq!(ids(cell, 2).as_deref(), Ok(&expected[..]), "{cell:?}");
    }
    assert_eq!(ids(" ; ", 2), Ok(Vec::new()));
    assert_eq!(code(ids("a,b,c", 2)), Code::TooManyEntries);
    assert_eq!(code(ids("a\0", 2)), Code::ControlCharacters);
}

#[test]
fn texts() {
    assert_eq!(text(" a\r\nb\tc ", 10), Ok(" a\nb\tc ".to_owned()));
    assert_eq!(code(text("ä\0", 10)), Code::ControlCharacters);
    assert_eq!(code(text("a\rb", 10)), Code::ControlCharacters);
    assert_eq!(code(text("äöü", 2)), Code::TooLong);
}

#[test]
fn words_in_german_in_english_and_as_the_api_has_them() {
    for (cell, expected) in [
        ("in Umsetzung", Status::InProgress),
        ("In Progress", Status::InProgress),
        ("in_progress", Status::InProgress),
        ("GEPRÜFT", Status::Verified),
        ("geprueft", Status::Verified),
        (" genehmigt ", Status::Approved),
    ] {
        assert_eq!(word(cell), Ok(expected), "{cell}");
    }
    assert_eq!(word("H"), Ok(Level::Elevated));
    let fault = word::<Relevance>("sehr").unwrap_err();
    assert_eq!(fault.code, Code::UnknownWord);
    let args = [
        ("value", "sehr".to_owned()),
        ("known", "direkt, mittelbar, keine".to_owned()),
    ];
    assert_eq!(fault.args, args);
    assert_eq!(code(word::<Status>("")), Code::UnknownWord);
}

/// The names in cells are those that people read elsewhere, and no name means two things.
#[test]
fn names_are_the_labels() {
    fn check<T: Words + std::fmt::Debug>(kind: &str, all: &[T]) {
        assert_eq!(T::NAMES.len(), all.len(), "{kind}");
        for value in all {
            assert_eq!(
                value.german(),
                label(Language::De, kind, &value.to_string())
            );
            let english = label(Language::En, kind, &value.to_string());
            let others = T::NAMES.iter().find(|(of, _, _)| of == value).unwrap().2;
            for name in others.iter().chain([&value.german(), &english.as_str()]) {
                assert_eq!(word(name), Ok(*value), "{name}");
            }
        }
    }
    check("status", Status::ALL);
    check("origin", Origin::ALL);
    check("relevance", Relevance::ALL);
    check("confidentiality", Confidentiality::ALL);
    check("precision", Precision::ALL);
    check("level", Level::ALL);
}

/// Cents as a program prints them, by a way of its own.
fn german_money(cents: i64) -> String {
    let (euros, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let digits: Vec<char> = euros.to_string().chars().rev().collect();
    let groups: Vec<String> = digits.chunks(3).map(|g| g.iter().collect()).collect();
    let euros: String = groups.join(".").chars().rev().collect();
    format!("{}{euros},{rest:02}", if cents < 0 { "-" } else { "" })
}

proptest! {
    #[test]
    fn money_comes_back(amount in any::<i64>()) {
        let printed = german_money(amount);
        prop_assert_eq!(cents(&printed), Ok(amount), "{}", printed);
        prop_assert_eq!(scaled(&amount.to_string(), 0), Ok(amount));
    }

    #[test]
    fn days_come_back(days in 0..109_572_i64) {
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
        let written = first + chrono::TimeDelta::days(days);
        for form in ["%d.%m.%Y", "%Y-%m-%d", "%-d.%-m.%Y"] {
            prop_assert_eq!(day(&written.format(form).to_string()), Ok(written));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(cell in "\\PC*|[0-9.,/ QHIV€-]{0,12}|[0-9]{1,4}[./ -]{1,2}[0-9a-zA-Zä]{0,9}[./ -]{0,2}[0-9]{0,4}") {
        let _ = day(&cell);
        let _ = cents(&cell);
        let _ = yes_or_no(&cell);
        let _ = word::<Status>(&cell);
        let _ = text(&cell, 5);
        let _ = ids(&cell, 5);
        if let Ok(period) = period(&cell) {
            prop_assert!(crate::domain::calendar::is_period_end(period.last, period.precision));
        }
    }
}
