//! A document: its whole tree, its model and its version.

use serde_json::Value;

use super::catalogue::Catalogue;
use super::component::ComponentDefinition;
use super::error::{Defects, OscalError};
use super::mapping::MappingCollection;
use super::{fields, json, validate};

/// What a file may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest file.
    pub bytes: usize,
    /// Deepest nesting of objects and lists.
    pub depth: usize,
    /// Most values: lists and objects cost far more memory than their bytes.
    pub values: usize,
}

impl Default for Limits {
    /// Room for NIST SP 800-53 (10 MB), and some 200 MB of memory at the worst.
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            depth: 64,
            values: 1_500_000,
        }
    }
}

/// A model of OSCAL that zinne reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    /// Controls in groups.
    Catalog,
    /// A selection from catalogs and other profiles.
    Profile,
    /// Relations between the controls of two catalogs.
    MappingCollection,
    /// Components and how they implement controls.
    ComponentDefinition,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Catalog,
        Self::Profile,
        Self::MappingCollection,
        Self::ComponentDefinition,
    ];

    /// Root key of a document of this model.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Profile => "profile",
            Self::MappingCollection => "mapping-collection",
            Self::ComponentDefinition => "component-definition",
        }
    }
}

/// Models of OSCAL that are not read but known by name.
const OTHER_MODELS: [&str; 4] = [
    "system-security-plan",
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
];

/// Version of OSCAL, as far as grammars differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 1.1.x
    V1_1,
    /// 1.2.x
    V1_2,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        // What follows the third number belongs to it: `1.1.3.1` is no version, `1.2.0-rc.1` is.
        let mut parts = text.splitn(3, '.');
        let (major, minor, patch) = (parts.next()?, parts.next()?, parts.next()?);
        // A release candidate (`1.2.0-rc1`) has the grammar of its release.
        let patch = patch.split_once('-').map_or(patch, |(number, _)| number);
        let plain = !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit());
        match (major, minor) {
            ("1", "1") if plain => Some(Self::V1_1),
            ("1", "2") if plain => Some(Self::V1_2),
            _ => None,
        }
    }
}

/// The tree of a document: everything that was in the file, known to us or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    whole: Value,
    model: Model,
    version: Version,
}

impl Tree {
    pub(super) const fn new(whole: Value, model: Model, version: Version) -> Self {
        Self {
            whole,
            model,
            version,
        }
    }

    /// The document as in the file, with its root key.
    #[must_use]
    pub const fn whole(&self) -> &Value {
        &self.whole
    }

    /// What stands under the root key.
    #[must_use]
    pub fn content(&self) -> &Value {
        self.whole.get(self.model.key()).unwrap_or(&Value::Null)
    }

    /// Model of the document.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    /// Grammar of the document.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// `oscal-version` as written.
    #[must_use]
    pub fn oscal_version(&self) -> &str {
        self.metadata("oscal-version")
    }

    /// UUID of the document; empty only in a document with that defect.
    #[must_use]
    pub fn uuid(&self) -> &str {
        fields::text(self.content(), "uuid").unwrap_or_default()
    }

    /// A text of the metadata (`title`, `version`, `last-modified`), empty if it is missing.
    #[must_use]
    pub fn metadata(&self, field: &str) -> &str {
        let metadata = self.content().get("metadata").unwrap_or(&Value::Null);
        fields::text(metadata, field).unwrap_or_default()
    }
}

/// A document that zinne reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A catalog.
    Catalog(Tree),
    /// A profile.
    Profile(Tree),
    /// A mapping collection.
    MappingCollection(Tree),
    /// A component definition.
    ComponentDefinition(Tree),
}

impl Document {
    pub(super) fn new(tree: Tree) -> Self {
        match tree.model {
            Model::Catalog => Self::Catalog(tree),
            Model::Profile => Self::Profile(tree),
            Model::MappingCollection => Self::MappingCollection(tree),
            Model::ComponentDefinition => Self::ComponentDefinition(tree),
        }
    }

    /// The tree behind it.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        match self {
            Self::Catalog(tree)
            | Self::Profile(tree)
            | Self::MappingCollection(tree)
            | Self::ComponentDefinition(tree) => tree,
        }
    }

    /// View of a catalog.
    #[must_use]
    pub fn catalogue(&self) -> Option<Catalogue> {
        matches!(self, Self::Catalog(_)).then(|| Catalogue::view(self.tree()))
    }

    /// View of a mapping collection.
    #[must_use]
    pub fn mapping_collection(&self) -> Option<MappingCollection> {
        matches!(self, Self::MappingCollection(_)).then(|| MappingCollection::view(self.tree()))
    }

    /// View of a component definition.
    #[must_use]
    pub fn component_definition(&self) -> Option<ComponentDefinition> {
        matches!(self, Self::ComponentDefinition(_)).then(|| ComponentDefinition::view(self.tree()))
    }
}

/// Reads a document.
///
/// # Errors
/// A file that breaks a limit, is not JSON or not one of the four models, has another version
/// than 1.1.x or 1.2.x, or breaks the grammar: then with every place.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, OscalError> {
    let (document, defects) = read_with_defects(bytes, limits)?;
    if defects.is_empty() {
        Ok(document)
    } else {
        Err(OscalError::Defects(defects))
    }
}

/// Reads a document although it may break the grammar, and says where it does.
///
/// # Errors
/// As [`read`], except for defects.
pub fn read_with_defects(bytes: &[u8], limits: &Limits) -> Result<(Document, Defects), OscalError> {
    let whole = json::parse(bytes, limits)?;
    let model = model(&whole)?;
    let version = version(&whole, model)?;
    let document = Document::new(Tree::new(whole, model, version));
    let defects = validate(document.tree());
    Ok((document, defects))
}

fn model(whole: &Value) -> Result<Model, OscalError> {
    let not_oscal = |reason: String| OscalError::NotOscal { reason };
    let Value::Object(map) = whole else {
        return Err(not_oscal("it holds no object".to_owned()));
    };
    let mut keys = map.keys().filter(|key| *key != "$schema");
    let Some(key) = keys.next() else {
        return Err(not_oscal("its object is empty".to_owned()));
    };
    if let Some(other) = keys.next() {
        let reason = format!("it has more than one root, `{key}` and `{other}`");
        return Err(not_oscal(reason));
    }
    if let Some(model) = Model::ALL.into_iter().find(|model| model.key() == key) {
        return Ok(model);
    }
    if OTHER_MODELS.contains(&key.as_str()) {
        let model = key.clone();
        return Err(OscalError::Model { model });
    }
    Err(not_oscal(format!("`{key}` is no OSCAL model")))
}

fn version(whole: &Value, model: Model) -> Result<Version, OscalError> {
    let pointer = format!("/{}/metadata/oscal-version", model.key());
    let found = whole.pointer(&pointer).and_then(Value::as_str);
    let found = found.unwrap_or_default();
    Version::parse(found).ok_or_else(|| OscalError::Version {
        found: found.to_owned(),
    })
}
