//! Why a document is refused.

use roxmltree::TextPos;

use crate::domain::UnknownWord;

/// Why a document is refused; a place is `line:column`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocbookError {
    /// The text is not XML.
    #[error("not well-formed XML: {}", in_backticks(.0))]
    Xml(roxmltree::Error),
    /// A DTD could define entities, which may reach for files or grow without end.
    #[error("a document type declaration is not allowed")]
    Dtd,
    /// More nodes than any edition has by far.
    #[error("more than {limit} XML nodes")]
    TooLarge {
        /// The most that is read.
        limit: u32,
    },
    /// Elements in elements in elements.
    #[error("{place}: elements are nested more than {limit} deep")]
    TooDeep {
        /// First element that is too deep.
        place: TextPos,
        /// The most that is read.
        limit: u16,
    },
    /// More than any element of this kind has by far.
    #[error("an element has more than {limit} attributes")]
    TooManyAttributes {
        /// The most that is read.
        limit: usize,
    },
    /// Another kind of document.
    #[error("{place}: the document is a `{found}`, not a DocBook 5 book")]
    NotDocbook {
        /// The root element.
        place: TextPos,
        /// Its name.
        found: String,
    },
    /// Without the table there is no order and no type of target object.
    #[error("no chapter about modelling holds a table of modules")]
    NoModelling,
    /// A row of the modelling table is cut short.
    #[error("{place}: the row of `{module}` in the modelling table lacks its {missing}")]
    ShortRow {
        /// The row.
        place: TextPos,
        /// First cell of the row.
        module: String,
        /// What is not there.
        missing: &'static str,
    },
    /// A row of the modelling table has an order that does not exist.
    #[error("{place}: order of module {module}: {reason}")]
    UnknownOrder {
        /// The row.
        place: TextPos,
        /// Id of the module.
        module: String,
        /// What was found and what is allowed.
        reason: UnknownWord,
    },
    /// No chapter holds modules.
    #[error("no chapter holds modules")]
    NoLayers,
    /// A module is not in the modelling table.
    #[error("{place}: module {module} is not in the modelling table")]
    NotModelled {
        /// The module's section.
        place: TextPos,
        /// Id of the module.
        module: String,
    },
    /// A requirement stands outside the sections that give the level.
    #[error("{place}: requirement {id} stands in no section that gives its level")]
    NoLevel {
        /// The requirement's section.
        place: TextPos,
        /// Id of the requirement.
        id: String,
    },
    /// A requirement's heading is only an id.
    #[error("{place}: requirement {id} has no title")]
    NoTitle {
        /// The requirement's section.
        place: TextPos,
        /// Id of the requirement.
        id: String,
    },
}

impl From<roxmltree::Error> for DocbookError {
    fn from(error: roxmltree::Error) -> Self {
        match error {
            roxmltree::Error::DtdDetected => Self::Dtd,
            roxmltree::Error::NodesLimitReached => Self::TooLarge {
                limit: super::xml::NODES,
            },
            other => Self::Xml(other),
        }
    }
}

fn in_backticks(error: &roxmltree::Error) -> String {
    error.to_string().replace('\'', "`")
}
