//! Texts of a catalogue: what its requirements, modules, threats, roles and terms say.
//!
//! Every text is plain text of one fixed form, so that it can be compared, searched and printed:
//!
//! - Paragraphs, lists and tables are parted by one empty line; a text neither starts nor ends
//!   with white space.
//! - White space within a paragraph, forced line breaks too, is one blank.
//! - A list item starts with `- `, in a numbered list with `1. `, `2. `, …; what follows in the
//!   item, a nested list or a second paragraph, is indented by two blanks. Nothing in a list is
//!   an empty line.
//! - A table row is one line, its cells are parted by ` | `; header rows are rows as well.
//! - Emphasis is dropped, a link is its words.
//! - The heading of the text is not part of it; the heading of a part of it is a paragraph.

/// What a requirement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementText {
    /// `SYS.3.2.2.A1`
    pub id: String,
    /// Its body; of a withdrawn one whatever stands there.
    pub text: String,
}

/// What a module says besides its requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleText {
    /// `SYS.3.2.2`
    pub id: String,
    /// Its sections in the order of the document, each without the sections in it.
    pub sections: Vec<ModuleSection>,
}

/// A section of a module that is no requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSection {
    /// Sections around it: 1 for `Beschreibung`, 2 for `Einleitung` in it; 0 for what stands in
    /// the module before its first section.
    pub depth: u8,
    /// Heading as printed.
    pub heading: String,
    /// May be empty, where the section only holds others.
    pub text: String,
}

/// Elementare Gefährdung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threat {
    /// `G 0.14`: one blank after the letter, no leading zeros in the number.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it is and examples of it.
    pub text: String,
}

/// A role of the catalogue, not of this product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleText {
    /// As requirements and modules name it.
    pub title: String,
    /// What it does.
    pub text: String,
}

/// An entry of the glossary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub term: String,
    /// What it means.
    pub text: String,
}
