//! Why a document is refused.

use std::fmt;

/// One thing that breaks the grammar.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Defect {
    /// JSON pointer of the place (RFC 6901).
    pub pointer: String,
    /// What is wrong there.
    pub what: String,
}

/// All that breaks the grammar, up to [`Defects::CAP`] entries.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Defects {
    /// The first of them, in the order of the document.
    pub list: Vec<Defect>,
    /// How many there are in all.
    pub total: usize,
}

impl Defects {
    /// Longest list kept: a file of the wrong kind has a defect at every line.
    pub const CAP: usize = 200;

    /// True if there is nothing to complain about.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(super) fn add(&mut self, defect: impl FnOnce() -> Defect) {
        self.total += 1;
        if self.list.len() < Self::CAP {
            self.list.push(defect());
        }
    }
}

impl fmt::Display for Defects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} defect(s)", self.total)?;
        if let Some(first) = self.list.first() {
            write!(f, ", the first at {}: {}", first.pointer, first.what)?;
        }
        Ok(())
    }
}

/// Why a file is not taken as an OSCAL document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OscalError {
    /// More bytes than allowed.
    #[error("the file has {bytes} bytes; {limit} are allowed")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Nested deeper than allowed.
    #[error("line {line}: the file is nested more than {limit} levels deep")]
    TooDeep {
        /// Line, counted from 1.
        line: usize,
        /// What is allowed.
        limit: usize,
    },
    /// More values than allowed: each costs far more memory than its bytes.
    #[error("the file holds more than {limit} values")]
    TooMany {
        /// What is allowed.
        limit: usize,
    },
    /// Not JSON, or an object that names a key twice.
    #[error("line {line}, column {column}: {reason}")]
    Json {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// JSON, but no OSCAL document.
    #[error("the file is not an OSCAL document: {reason}")]
    NotOscal {
        /// What is missing or too much.
        reason: String,
    },
    /// An OSCAL model that zinne does not read.
    #[error(
        "the file is an OSCAL `{model}`; read are `catalog`, `profile`, `mapping-collection` and \
         `component-definition`"
    )]
    Model {
        /// Root key of the document.
        model: String,
    },
    /// No `oscal-version`, or one that is not read.
    #[error("OSCAL version `{found}` is not supported; supported are 1.1.x and 1.2.x")]
    Version {
        /// What the document says; empty if it says nothing.
        found: String,
    },
    /// The document breaks the grammar of its model.
    #[error("the document breaks the OSCAL schema: {0}")]
    Defects(Defects),
}
