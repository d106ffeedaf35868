//! What is wrong with a file, and in which cell.

use crate::catalogue::workbook::column_letters;
use crate::domain::fault::{self, Args, CellFault};
use crate::domain::text_enum;

text_enum! {
    /// What is wrong; the sentences are the messages `sheet-{code}` in `locales/`.
    Code {
        // -- the file
        /// The file cannot be read: `value`.
        Unreadable = "unreadable",
        /// Nothing in it.
        NoRows = "no_rows",
        /// UTF-16 instead of UTF-8.
        Utf16 = "utf16",
        /// Bytes that are not UTF-8.
        NotUtf8 = "not_utf8",
        /// A quoted cell that never ends.
        UnclosedQuote = "unclosed_quote",
        /// Something between the quote that ends a cell and the next separator.
        TextAfterQuote = "text_after_quote",
        /// More than `max` rows.
        TooManyRows = "too_many_rows",
        /// More than `max` cells in a row.
        TooManyColumns = "too_many_columns",
        /// More than `max` bytes in a cell.
        CellTooLarge = "cell_too_large",
        // -- the headings
        /// No column is called `value`; there are `known`.
        UnknownHeading = "unknown_heading",
        /// The column of `value` stands in column `first` already.
        DuplicateHeading = "duplicate_heading",
        /// None of the columns `known` is there.
        MissingHeading = "missing_heading",
        /// A cell with something in it, in a column without a heading.
        NoHeading = "no_heading",
        // -- a cell
        /// A value must be given.
        Required = "required",
        /// More than `max` characters.
        TooLong = "too_long",
        /// Holds control characters, NUL among them.
        ControlCharacters = "control_characters",
        /// `value` is no date.
        NotADay = "not_a_day",
        /// `value` is neither a date nor a month, quarter, half or year.
        NotAPeriod = "not_a_period",
        /// `value` looks like a date that no calendar has.
        NoSuchDay = "no_such_day",
        /// `value` is no number.
        NotANumber = "not_a_number",
        /// `value` has more than `max` decimals.
        TooManyDecimals = "too_many_decimals",
        /// `value` is larger than can be counted.
        TooLarge = "too_large",
        /// Not from `min` to `max`.
        OutOfRange = "out_of_range",
        /// `value` means neither yes nor no.
        NotYesOrNo = "not_yes_or_no",
        /// `value` is not among `known`.
        UnknownWord = "unknown_word",
        /// More than `max` entries.
        TooManyEntries = "too_many_entries",
        /// `value` in a column that rows of the kind `record` do not have.
        NotOfRecord = "not_of_record",
        /// No row of this file is called `value`.
        UnknownRow = "unknown_row",
        /// No row of the kind `record`.
        MissingRecord = "missing_record",
        /// A second row of the kind `record`.
        SecondRecord = "second_record",
        // -- two cells
        /// The date says `given` by its form, the precision says `precision`.
        OtherPrecision = "other_precision",
        /// The date is not the last day of its period: `precision`.
        NotPeriodEnd = "not_period_end",
        /// A precision without a date.
        PrecisionWithoutDue = "precision_without_due",
        /// Words of a source without a date.
        TextWithoutDue = "text_without_due",
        // -- postings of the finance system
        /// An amount of nothing.
        Zero = "zero",
        /// No line is called `value`.
        UnknownLine = "unknown_line",
        /// Several lines are called `value`: `known`.
        AmbiguousLine = "ambiguous_line",
        /// Neither a rule nor a line knows the account `value`.
        UnknownAccount = "unknown_account",
        /// Several lines carry the account `value`: `known`.
        AmbiguousAccount = "ambiguous_account",
        /// The posting stands in row `first` already.
        DuplicatePosting = "duplicate_posting",
        /// The posting was reported before with `was` here.
        PostingDiffers = "posting_differs",
        /// The books refuse this row; the problem says why.
        Refused = "refused",
        // -- what is there already
        /// The measure stands in row `first` already.
        DuplicateRow = "duplicate_row",
        /// The file was made from version `value`, the measure is at version `current`.
        StaleVersion = "stale_version",
        /// Steps are taken one by one, not by a table.
        StepsOnly = "steps_only",
        /// A new measure that is not proposed.
        NotProposed = "not_proposed",
        /// A column that follows from steps.
        ReadOnly = "read_only",
        /// The policy does not permit this row.
        NotPermitted = "not_permitted",
    }
}

impl Code {
    /// Id of the message in `locales/`.
    pub fn text_id(self) -> String {
        format!("sheet-{self}")
    }
}

/// A faulty place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Number of the row as a spreadsheet program shows it, from 1; none where it is the whole file.
    pub row: Option<u32>,
    /// Number of the column, from 1; none where it is the whole row.
    pub column: Option<u32>,
    /// Heading of the column as it stands in the file, where it is known.
    pub heading: Option<String>,
    /// What is wrong.
    pub code: Code,
    /// Values for the text.
    pub args: Args,
}

impl Fault {
    /// A fault of the file as a whole.
    pub fn of_file(code: Code) -> Self {
        Fault {
            row: None,
            column: None,
            heading: None,
            code,
            args: Args::new(),
        }
    }

    /// A fault of a row as a whole.
    pub fn of_row(row: u32, code: Code) -> Self {
        Fault {
            row: Some(row),
            ..Fault::of_file(code)
        }
    }

    /// A fault of a cell; its column is counted from 0, as it is found in a record.
    pub fn of_cell(row: u32, index: usize, code: Code) -> Self {
        Fault {
            row: Some(row),
            column: u32::try_from(index).ok().and_then(|i| i.checked_add(1)),
            ..Fault::of_file(code)
        }
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Letters of the column, `C`.
    pub fn column_letters(&self) -> Option<String> {
        self.column.map(column_letters)
    }

    /// JSON pointer by the row's number and the heading, `/rows/7/Titel`; empty for the file as a whole.
    pub fn pointer(&self) -> String {
        let Some(row) = self.row else {
            return String::new();
        };
        let column = self.heading.clone().filter(|heading| !heading.is_empty());
        match column.or_else(|| self.column_letters()) {
            Some(column) => format!(
                "/rows/{row}/{}",
                column.replace('~', "~0").replace('/', "~1")
            ),
            None => format!("/rows/{row}"),
        }
    }

    /// Name of the cell, `C7`.
    pub fn cell(&self) -> Option<String> {
        let row = self.row?;
        self.column_letters()
            .map(|letters| format!("{letters}{row}"))
    }
}

impl Fault {
    /// What a rule of the ledger says of this place.
    #[must_use]
    pub fn with_rule(&self, rule: fault::Fault) -> CellFault {
        CellFault {
            code: rule.code.to_string(),
            text_id: format!("fault-{}", rule.code),
            args: rule.args,
            ..CellFault::from(self.clone())
        }
    }
}

impl From<Fault> for CellFault {
    fn from(fault: Fault) -> Self {
        CellFault {
            pointer: fault.pointer(),
            cell: fault.cell(),
            code: fault.code.to_string(),
            text_id: fault.code.text_id(),
            args: fault.args,
        }
    }
}
