//! The grammar of the four models as tables: which fields an object has and what they hold.
//!
//! It follows NIST's metaschema. Where the generated JSON schemas of 1.2 lost a rule or a field
//! of it (see the list in `tests/schema.rs`), the metaschema is followed.

mod common;
mod component;
mod controls;
mod mapping;
mod profile;

use super::document::{Model, Version};
use super::text::Text;

/// An object with a fixed set of fields.
pub(super) struct Object {
    /// What it is called in a message.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) choices: &'static [Choice],
}

impl Object {
    const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            fields,
            choices: &[],
        }
    }

    const fn with(
        name: &'static str,
        fields: &'static [Field],
        choices: &'static [Choice],
    ) -> Self {
        Self {
            name,
            fields,
            choices,
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field of an object.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// First version that has it.
    pub(super) since: Version,
    /// Where its value must be the only one of the document.
    pub(super) declares: Option<Space>,
}

impl Field {
    const fn declares(mut self, space: Space) -> Self {
        self.declares = Some(space);
        self
    }

    const fn since(mut self, version: Version) -> Self {
        self.since = version;
        self
    }
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
        since: Version::V1_1,
        declares: None,
    }
}

const fn may(name: &'static str, kind: Kind) -> Field {
    let mut field = must(name, kind);
    field.required = false;
    field
}

/// What a field holds.
pub(super) enum Kind {
    Text(Text),
    /// A list of at least one text.
    Texts(Text),
    One(&'static Object),
    /// A list of at least one object.
    Many(&'static Object),
    /// An object, or a list of at least one.
    OneOrMany(&'static Object),
    Flag,
    Natural,
    Number,
}

/// Fields that exclude each other. The schemas enforce it from 1.2 on.
pub(super) enum Choice {
    /// At most one of them.
    AtMostOne(&'static [&'static str]),
    /// One of them and no other.
    ExactlyOne(&'static [&'static str]),
}

/// A set of names in which each may be given once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    /// Groups, controls and their parts.
    Nodes,
    Parameters,
    Roles,
    Uuids,
}

/// What stands under the root key of a model.
pub(super) const fn root(model: Model) -> &'static Object {
    match model {
        Model::Catalog => &controls::CATALOG,
        Model::Profile => &profile::PROFILE,
        Model::MappingCollection => &mapping::MAPPING_COLLECTION,
        Model::ComponentDefinition => &component::COMPONENT_DEFINITION,
    }
}
