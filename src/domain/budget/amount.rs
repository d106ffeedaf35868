//! Amounts as papers and finance systems print them (DOMAIN SEED-R2).

use crate::domain::fault::{Fault, FaultCode};
use crate::domain::number::{NumberFault, scaled};

/// An amount with the posts that a scan ran into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// Cents.
    pub cents: i64,
    /// Posts that stood right behind it; the reading is to be confirmed by a person (flag `ocr_split`).
    pub posts: Option<Posts>,
}

/// Posts as papers put them, `2xEG13`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posts {
    /// Whole posts.
    pub number: u8,
    /// Pay grade, `EG13`.
    pub grade: String,
}

/// Reads an amount of a paper: `1.994.000`, `111.334,- EUR`, `-0,01`; `444.0001xEG14` is 444.000 and one post EG14.
///
/// # Errors
/// A fault at `pointer`: `wrong_type` for what is no amount, `out_of_range` for one beyond 64 bits of cents.
pub fn read(pointer: &str, text: &str) -> Result<Amount, Fault> {
    let amount = match cents(text) {
        Ok(cents) => Ok(Amount { cents, posts: None }),
        Err(NumberFault::NotANumber) => run_together(text).ok_or(NumberFault::NotANumber),
        Err(fault) => Err(fault),
    };
    amount.map_err(|fault| match fault {
        NumberFault::TooLarge => Fault::new(pointer, FaultCode::OutOfRange)
            .arg("min", i64::MIN)
            .arg("max", i64::MAX),
        NumberFault::NotANumber | NumberFault::TooManyDecimals => {
            Fault::new(pointer, FaultCode::WrongType).arg("value", text.trim())
        }
    })
}

/// Money in cents: `1.234,56 €` is 123456, `111.334,- EUR` is 11133400.
///
/// # Errors
/// [`NumberFault`]
pub fn cents(text: &str) -> Result<i64, NumberFault> {
    let text = text.trim();
    let text = text.strip_prefix('€').unwrap_or(text);
    let text = ["€", "EUR", "Euro"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .unwrap_or(text)
        .trim();
    // No cents: a dash stands for them.
    let whole = [",--", ",-", ",–", ",—"]
        .iter()
        .find_map(|dash| text.strip_suffix(dash))
        .filter(|whole| whole.ends_with(|c: char| c.is_ascii_digit()) && !whole.contains(','));
    scaled(whole.unwrap_or(text), 2)
}

/// An amount whose last group has more than three digits, of which the rest are posts.
fn run_together(text: &str) -> Option<Amount> {
    let (_, last) = text.trim().rsplit_once('.')?;
    let end = text.trim().len() - last.len() + 3;
    let (amount, rest) = text.trim().split_at_checked(end)?;
    let (number, grade) = rest.split_once('x')?;
    let is_grade = grade.strip_prefix("EG").is_some_and(|level| {
        matches!(level.len(), 1 | 2) && level.bytes().all(|byte| byte.is_ascii_digit())
    });
    let number = number.parse().ok().filter(|number| *number > 0)?;
    let cents = cents(amount).ok().filter(|_| is_grade)?;
    Some(Amount {
        cents,
        posts: Some(Posts {
            number,
            grade: grade.to_owned(),
        }),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_of_the_papers() {
        for (text, cents) in [
            ("1.994.000", 199_400_000),
            ("1.994.000 €", 199_400_000),
            ("111.334,- EUR", 11_133_400),
            ("111.334,-- EUR", 11_133_400),
            ("111.334,– €", 11_133_400),
            ("-5,-", -500),
            ("-0,01", -1),
            ("0,00", 0),
            ("334.000", 33_400_000),
            ("1.666.000,50", 166_600_050),
            ("1.130", 113_000),
            ("12", 1_200),
            ("92.233.720.368.547.758,07", i64::MAX),
            ("-92.233.720.368.547.758,08", i64::MIN),
        ] {
            let amount = Amount { cents, posts: None };
            assert_eq!(read("/x", text), Ok(amount), "{text}");
        }
    }

    #[test]
    fn posts_that_ran_into_an_amount_are_split_off() {
        for (text, cents, number, grade) in [
            ("444.0001xEG14", 44_400_000, 1, "EG14"),
            ("497.0002xEG13", 49_700_000, 2, "EG13"),
            ("84.0001xEG12", 8_400_000, 1, "EG12"),
            (" 1.444.00010xEG9 ", 144_400_000, 10, "EG9"),
        ] {
            let posts = Posts {
                number,
                grade: grade.to_owned(),
            };
            let amount = Amount {
                cents,
                posts: Some(posts),
            };
            assert_eq!(read("/x", text), Ok(amount), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        for (text, code) in [
            ("9.223.372.036.854.775.807", FaultCode::OutOfRange),
            ("92.233.720.368.547.758,08", FaultCode::OutOfRange),
            ("444.0001", FaultCode::WrongType),
            ("444.000xEG14", FaultCode::WrongType),
            ("444.0000xEG14", FaultCode::WrongType),
            ("444.0001xA14", FaultCode::WrongType),
            ("444.0001xEG", FaultCode::WrongType),
            ("444.0001xEG144", FaultCode::WrongType),
            ("444.0001xEGä", FaultCode::WrongType),
            ("4441xEG14", FaultCode::WrongType),
            ("44.4.0001xEG14", FaultCode::WrongType),
            ("1.99.000", FaultCode::WrongType),
            ("1,234,-", FaultCode::WrongType),
            ("0,001", FaultCode::WrongType),
            (",-", FaultCode::WrongType),
            ("./.", FaultCode::WrongType),
            ("", FaultCode::WrongType),
            ("ca. 14,5 Mio.", FaultCode::WrongType),
        ] {
            let fault = read("/lines/3/amounts/0", text).expect_err(text);
            assert_eq!(
                (fault.pointer.as_str(), fault.code),
                ("/lines/3/amounts/0", code),
                "{text}"
            );
        }
    }

    /// As papers print it: `1.994.000,00 €`.
    fn printed(cents: i64) -> String {
        let sign = if cents < 0 { "-" } else { "" };
        let mut groups = Vec::new();
        let mut rest = cents.unsigned_abs() / 100;
        while rest >= 1000 {
            groups.push(format!(".{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        let cents = cents.unsigned_abs() % 100;
        format!("{sign}{rest}{},{cents:02} €", groups.concat())
    }

    #[test]
    fn the_test_prints_as_papers_do() {
        assert_eq!(printed(199_400_000), "1.994.000,00 €");
        assert_eq!(printed(-7_400_005), "-74.000,05 €");
        assert_eq!(printed(i64::MIN), "-92.233.720.368.547.758,08 €");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(cents: i64) {
            prop_assert_eq!(read("/x", &printed(cents)), Ok(Amount { cents, posts: None }));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*|[0-9.,xEG€-]{0,20}") {
            let _ = read("/x", &text);
        }
    }
}
