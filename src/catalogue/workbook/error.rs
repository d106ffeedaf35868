//! Why a workbook is refused.

use super::Place;

/// Why a workbook is refused; a place is a part of the archive, or a sheet and a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// Another kind of file.
    #[error("not an xlsx workbook: {reason}")]
    NotXlsx {
        /// What is found instead, or what is not there.
        reason: String,
    },
    /// Larger than any file of this kind by far.
    #[error("the file is larger than {limit} bytes")]
    FileTooLarge {
        /// The most that is read.
        limit: usize,
    },
    /// The archive itself cannot be read.
    #[error("the archive is damaged: {reason}")]
    Archive {
        /// What is wrong with it.
        reason: String,
    },
    /// More parts than any file of this kind has by far.
    #[error("the archive holds more than {limit} parts")]
    TooManyParts {
        /// The most that are read.
        limit: usize,
    },
    /// Two parts under one name: which one is meant depends on the program that reads.
    #[error("the archive holds two parts of the same name")]
    RepeatedPart,
    /// A part inflates to more than is read.
    #[error("part `{part}` is larger than {limit} bytes")]
    PartTooLarge {
        /// Name in the archive.
        part: String,
        /// The most that is read.
        limit: u64,
    },
    /// A part inflates like a bomb.
    #[error("part `{part}` is compressed more than {limit} times")]
    Bomb {
        /// Name in the archive.
        part: String,
        /// The most that is read.
        limit: u64,
    },
    /// The parts inflate to more than is read.
    #[error("the parts are larger than {limit} bytes together")]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },
    /// A part that the workbook refers to is not there.
    #[error("part `{part}` is missing")]
    MissingPart {
        /// Name in the archive.
        part: String,
    },
    /// A part cannot be read.
    #[error("part `{part}`: {reason}")]
    Part {
        /// Name in the archive.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More sheets than any file of this kind has by far.
    #[error("the workbook holds more than {limit} sheets")]
    TooManySheets {
        /// The most that are read.
        limit: usize,
    },
    /// A sheet cannot be found.
    #[error("sheet `{sheet}`: {reason}")]
    Sheet {
        /// Name of the sheet.
        sheet: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A cell cannot be read.
    #[error("sheet `{sheet}`, cell {place}: {reason}")]
    Cell {
        /// Name of the sheet.
        sheet: String,
        /// The cell.
        place: Place,
        /// What is wrong with it.
        reason: String,
    },
}
