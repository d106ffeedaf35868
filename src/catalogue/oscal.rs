//! OSCAL 1.1 and 1.2 as JSON: from bytes to documents, views and comparisons.
//!
//! [`read`] checks a file against the grammar of its model and keeps its whole tree, so that an
//! export loses nothing. Views ([`Catalogue`], [`MappingCollection`], [`ComponentDefinition`])
//! take from the tree what the domain works with; [`resolve`] makes a catalogue from a profile.
//! Nothing here touches a file, a database or the network.

pub mod catalogue;
pub mod component;
pub mod diff;
mod document;
mod error;
mod fields;
mod grammar;
mod json;
pub mod mapping;
pub mod migration;
pub mod order;
pub mod profile;
mod prose;
mod text;
mod uri;
mod validate;

pub use catalogue::Catalogue;
pub use component::ComponentDefinition;
pub use diff::{Diff, diff};
pub use document::{Document, Limits, Model, Tree, Version, read, read_with_defects};
pub use error::{Defect, Defects, OscalError};
pub use mapping::{MappingCollection, join};
pub use migration::{combine, effective, propose};
pub use profile::{
    Fit, ImportRef, MOST_IMPORTS, Resolution, ResolveError, Search, Stamp, imports, resolve,
};
pub use validate::validate;

#[cfg(test)]
mod tests;
