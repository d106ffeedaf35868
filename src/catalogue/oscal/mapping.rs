//! Mapping collections, and what has become of the controls they point to.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::catalogue::Catalogue;
use super::document::Tree;
use super::fields;

/// A mapping collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappingCollection {
    /// UUID of the document.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Version.
    pub version: String,
    /// When it was last changed, as written.
    pub last_modified: String,
    /// `draft`, `complete`, …; that of the provenance.
    pub status: Option<String>,
    /// The mappings, each between two catalogs.
    pub mappings: Vec<Mapping>,
}

/// A mapping between two catalogs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// UUID.
    pub uuid: String,
    /// `draft`, `complete`, …
    pub status: Option<String>,
    /// Where the sources are from.
    pub source: Resource,
    /// Where the targets are from.
    pub target: Resource,
    /// The relations.
    pub maps: Vec<Map>,
}

/// A catalog named by a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// `catalog` or `profile`.
    pub kind: String,
    /// Where it was, as written; never fetched.
    pub href: String,
    /// UUID of the catalog, if the mapping names it.
    pub uuid: Option<String>,
}

/// A relation between sources and targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Map {
    /// UUID.
    pub uuid: String,
    /// How the sources relate to the targets.
    pub relationship: Relation,
    /// Sources, one in BSI's file.
    pub sources: Vec<SourceItem>,
    /// Targets, one in BSI's file.
    pub targets: Vec<TargetItem>,
}

/// A source of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceItem {
    /// Id as written: a sub-requirement (`NET.1.1.A4-UA.1`) is one sentence.
    pub id: String,
    /// Id of the requirement it belongs to (`NET.1.1.A4`).
    pub requirement: String,
}

/// A target of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetItem {
    /// Id as written; it may name another control by now.
    pub id: String,
    /// Key of the control, the only thing to join by.
    pub oscal_uuid: Option<String>,
}

/// How a source relates to its target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub enum Relation {
    /// The same words.
    EqualTo,
    /// The same meaning.
    EquivalentTo,
    /// The target contains more.
    SubsetOf,
    /// The source contains more.
    SupersetOf,
    /// They share something.
    IntersectsWith,
    /// Looked at and found unrelated.
    NoRelationship,
    /// A relation of another namespace.
    Other(String),
}

impl Relation {
    /// The relation of that name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "equal-to" => Self::EqualTo,
            "equivalent-to" => Self::EquivalentTo,
            "subset-of" => Self::SubsetOf,
            "superset-of" => Self::SupersetOf,
            "intersects-with" => Self::IntersectsWith,
            "no-relationship" => Self::NoRelationship,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its name in OSCAL.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::EqualTo => "equal-to",
            Self::EquivalentTo => "equivalent-to",
            Self::SubsetOf => "subset-of",
            Self::SupersetOf => "superset-of",
            Self::IntersectsWith => "intersects-with",
            Self::NoRelationship => "no-relationship",
            Self::Other(name) => name,
        }
    }
}

impl From<Relation> for String {
    fn from(relation: Relation) -> Self {
        relation.name().to_owned()
    }
}

impl MappingCollection {
    /// View of the tree of a mapping collection.
    pub(super) fn view(tree: &Tree) -> Self {
        let content = tree.content();
        let provenance = content.get("provenance").unwrap_or(&Value::Null);
        // One mapping may stand there without a list around it.
        let mappings = match content.get("mappings") {
            Some(Value::Array(list)) => list.iter().map(mapping).collect(),
            Some(single) => vec![mapping(single)],
            None => Vec::new(),
        };
        Self {
            uuid: tree.uuid().to_owned(),
            title: tree.metadata("title").to_owned(),
            version: tree.metadata("version").to_owned(),
            last_modified: tree.metadata("last-modified").to_owned(),
            status: fields::text(provenance, "status").map(str::to_owned),
            mappings,
        }
    }
}

fn mapping(mapping: &Value) -> Mapping {
    Mapping {
        uuid: fields::owned(mapping, "uuid"),
        status: fields::text(mapping, "status").map(str::to_owned),
        source: resource(mapping.get("source-resource")),
        target: resource(mapping.get("target-resource")),
        maps: fields::list(mapping, "maps").iter().map(map).collect(),
    }
}

fn resource(resource: Option<&Value>) -> Resource {
    let resource = resource.unwrap_or(&Value::Null);
    Resource {
        kind: fields::owned(resource, "type"),
        href: fields::owned(resource, "href"),
        uuid: fields::prop(resource, "catalog_uuid").map(str::to_owned),
    }
}

fn map(map: &Value) -> Map {
    let targets = fields::list(map, "targets");
    // The key of a map that has one target is that of the target.
    let single = fields::prop(map, "oscal_uuid").filter(|_| targets.len() == 1);
    Map {
        uuid: fields::owned(map, "uuid"),
        relationship: Relation::parse(fields::text(map, "relationship").unwrap_or_default()),
        sources: fields::list(map, "sources").iter().map(source).collect(),
        targets: targets.iter().map(|item| target(item, single)).collect(),
    }
}

fn source(item: &Value) -> SourceItem {
    let id = fields::owned(item, "id-ref");
    let requirement = id
        .split_once("-UA")
        .map_or(id.as_str(), |(before, _)| before);
    SourceItem {
        requirement: requirement.to_owned(),
        id,
    }
}

fn target(item: &Value, single: Option<&str>) -> TargetItem {
    let key = fields::prop(item, "oscal_uuid").or(single);
    TargetItem {
        id: fields::owned(item, "id-ref"),
        oscal_uuid: key.map(str::to_owned),
    }
}

/// What has become of the targets of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// One entry for each target of each map, in the order of the mapping.
    pub entries: Vec<Entry>,
}

impl Report {
    /// How many entries have that fate.
    pub fn count(&self, is: impl Fn(&Fate) -> bool) -> usize {
        self.entries.iter().filter(|entry| is(&entry.fate)).count()
    }
}

/// What has become of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// UUID of the map.
    pub map: String,
    /// Place of the map in its mapping.
    pub map_position: usize,
    /// Id that the map names.
    pub target: String,
    /// Where the control is now.
    pub fate: Fate,
}

/// Where the control of a target is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// The control still has the id that the map names.
    Right {
        /// Its id.
        id: String,
    },
    /// The control has another id by now.
    Moved {
        /// The id it has now.
        id: String,
    },
    /// No catalogue has a control of that key.
    Gone,
    /// The map names no key, and an id alone proves nothing.
    NoKey,
}

impl Fate {
    /// Id of the control as it is now.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Right { id } | Self::Moved { id } => Some(id),
            Self::Gone | Self::NoKey => None,
        }
    }
}

/// Joins the targets of a mapping with catalogues as they are now, by key, never by id
/// (DOMAIN GPP-4).
#[must_use]
pub fn join(mapping: &Mapping, catalogues: &[Catalogue]) -> Report {
    let mut current: HashMap<&str, &str> = HashMap::new();
    for control in catalogues.iter().flat_map(|catalogue| &catalogue.controls) {
        if let Some(key) = &control.alt_identifier {
            current.entry(key).or_insert(&control.id);
        }
    }
    let fate = |target: &TargetItem| {
        let Some(key) = &target.oscal_uuid else {
            return Fate::NoKey;
        };
        match current.get(key.as_str()) {
            Some(id) if *id == target.id => Fate::Right {
                id: target.id.clone(),
            },
            Some(id) => Fate::Moved {
                id: (*id).to_owned(),
            },
            None => Fate::Gone,
        }
    };
    let entries = mapping
        .maps
        .iter()
        .enumerate()
        .flat_map(|(at, map)| map.targets.iter().map(move |target| (at, map, target)));
    Report {
        entries: entries
            .map(|(map_position, map, target)| Entry {
                map: map.uuid.clone(),
                map_position,
                target: target.id.clone(),
                fate: fate(target),
            })
            .collect(),
    }
}
