//! Faults of input: where (JSON pointer), what (code) and the values for the text.

use super::text_enum;

/// Named values for a text in `locales/`.
pub type Args = Vec<(&'static str, String)>;

text_enum! {
    /// What is wrong with a place of the input.
    FaultCode {
        /// A value must be given.
        Required = "required",
        /// Longer than allowed.
        TooLong = "too_long",
        /// There would be more of them than allowed.
        TooMany = "too_many",
        /// Shorter than needed.
        TooShort = "too_short",
        /// Holds control characters, NUL among them.
        ControlCharacters = "control_characters",
        /// Not a mail address that mail can be sent to.
        NotAnAddress = "not_an_address",
        /// No URL that can be called.
        NotAUrl = "not_a_url",
        /// An address that is not public and that the settings do not allow.
        PrivateTarget = "private_target",
        /// Outside the allowed range.
        OutOfRange = "out_of_range",
        /// Not one of the known words.
        UnknownWord = "unknown_word",
        /// A field or parameter that does not exist.
        UnknownField = "unknown_field",
        /// Not of the expected type or form.
        WrongType = "wrong_type",
        /// Names something that is not there.
        UnknownReference = "unknown_reference",
        /// Names a requirement that has been withdrawn (ENTFALLEN).
        Withdrawn = "withdrawn",
        /// Stands twice where it may stand once.
        Duplicate = "duplicate",
        /// A date that does not fit its precision: it must be the last day of the period.
        NotPeriodEnd = "not_period_end",
        /// Does not fit another field.
        Inconsistent = "inconsistent",
        /// A file that its reader cannot read.
        Unreadable = "unreadable",
        /// A place where a file breaks the grammar of its format.
        Schema = "schema",
        /// A hard ceiling would be exceeded.
        CeilingExceeded = "ceiling_exceeded",
        /// The person cannot be given this task.
        NotAssignable = "not_assignable",
        /// Measures would need each other.
        Cycle = "cycle",
        /// Not allowed to be changed in this status.
        Fixed = "fixed",
        /// Belongs to a measure that is taken apart, and to none of its parts.
        NotCarried = "not_carried",
        /// Not the present version.
        Outdated = "outdated",
        /// An elementary threat that a substitute does not go into.
        NotAddressed = "not_addressed",
        /// Shares of a line that are more than the line together.
        OverAllocated = "over_allocated",
        /// A resolution that is open, or that the council refused, where an adopted one is needed.
        NotAdopted = "not_adopted",
    }
}

/// One faulty place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) of the place, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong.
    pub code: FaultCode,
    /// Values for the text.
    pub args: Args,
}

impl Fault {
    /// A fault without arguments.
    pub fn new(pointer: impl Into<String>, code: FaultCode) -> Self {
        Fault {
            pointer: pointer.into(),
            code,
            args: Vec::new(),
        }
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// A faulty place of a table: a cell, a row, or the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// JSON pointer by the row's number and the heading, `/rows/17/Fällig`; empty for the file as a whole.
    pub pointer: String,
    /// Name of the cell in a spreadsheet, `F17`.
    pub cell: Option<String>,
    /// Stable word.
    pub code: String,
    /// Id of the text in `locales/`.
    pub text_id: String,
    /// Values for the text.
    pub args: Args,
}

/// Collects faults, so that a caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

/// More faults than these help nobody, and each one is text that somebody has to write.
pub const MOST_FAULTS: usize = 100;

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; beyond a hundred nothing more is noted.
    pub fn push(&mut self, fault: Fault) {
        if self.0.len() < MOST_FAULTS {
            self.0.push(fault);
        }
    }

    /// Text of one line or more: trimmed length in characters within `min..=max`, no control
    /// characters except line feed and tab (PostgreSQL cannot store NUL; mail headers break on CR).
    pub fn text(&mut self, pointer: &str, value: &str, min: usize, max: usize) {
        let length = value.trim().chars().count();
        if length < min {
            let code = if length == 0 {
                FaultCode::Required
            } else {
                FaultCode::TooShort
            };
            self.push(Fault::new(pointer, code).arg("min", min));
        }
        if value.chars().count() > max {
            self.push(Fault::new(pointer, FaultCode::TooLong).arg("max", max));
        }
        if value
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.push(Fault::new(pointer, FaultCode::ControlCharacters));
        }
    }

    /// Text that may be absent.
    pub fn optional_text(&mut self, pointer: &str, value: Option<&str>, max: usize) {
        if let Some(value) = value {
            self.text(pointer, value, 0, max);
        }
    }

    /// A day that a database of either kind and a calendar can hold: years 1900 to 2199.
    pub fn day(&mut self, pointer: &str, day: chrono::NaiveDate) {
        use chrono::Datelike;
        if !(1900..=2199).contains(&day.year()) {
            self.push(
                Fault::new(pointer, FaultCode::OutOfRange)
                    .arg("min", "1900-01-01")
                    .arg("max", "2199-12-31"),
            );
        }
    }

    /// All faults, or nothing to complain of.
    ///
    /// # Errors
    /// The collected faults, if there are any.
    pub fn finish(self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
