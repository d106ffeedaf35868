//! Profile resolution: from a profile and what it imports to a catalog.
//!
//! It follows NIST's specification of profile resolution: select, merge, modify. Where that is
//! silent or leaves a choice: a control whose parent is not selected moves up to the nearest
//! place that is; `with-child-controls` means all descendants; patterns are globs; a missing or
//! circular import is an error, never skipped.

mod alter;
mod custom;
mod merge;
mod modify;
mod parameters;
mod reference;
mod resources;
mod search;
mod select;

use serde_json::{Map, Value, json};

pub use reference::{Hash, ImportRef, Rlink};
pub use search::{Fit, Search};

use sha2::{Digest, Sha256};

use super::document::{Document, Model, Tree, Version};
use super::fields;
use select::{Choice, Selection};

/// An import as the caller has it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The document.
    pub document: &'a Document,
    /// The file it was read from; with it the hashes of the import are checked.
    pub bytes: Option<&'a [u8]>,
    /// It was found by nothing but the name of the file.
    pub by_name: bool,
}

/// What the resolver cannot know: it has neither a clock nor chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// UUID of the catalog that is made.
    pub uuid: String,
    /// When it is made, as OSCAL writes a date and time.
    pub last_modified: String,
}

/// The catalog that a profile stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The catalog.
    pub catalog: Document,
    /// What was odd or had no effect.
    pub warnings: Vec<String>,
}

/// Why a profile cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The document to be resolved is no profile.
    #[error("a `{found}` cannot be resolved, only a profile")]
    NotAProfile {
        /// Root key of the document.
        found: &'static str,
    },
    /// `#…` names no resource of the profile's back matter.
    #[error("import `{href}` of profile {profile}: the back matter has no such resource")]
    NoResource {
        /// UUID of the profile.
        profile: String,
        /// The import as written.
        href: String,
    },
    /// The imported document is not at hand.
    #[error("import of profile {profile} is missing: {import}")]
    Missing {
        /// UUID of the profile.
        profile: String,
        /// The document, named as well as the profile names it.
        import: Box<ImportRef>,
    },
    /// The document at hand is another than the profile names.
    #[error("import of profile {profile} has another hash than named: {import}")]
    Hash {
        /// UUID of the profile.
        profile: String,
        /// The document, named as well as the profile names it.
        import: Box<ImportRef>,
    },
    /// The imported document is neither a catalog nor a profile.
    #[error(
        "import of profile {profile} is a `{found}`, neither a catalog nor a profile: {import}"
    )]
    WrongModel {
        /// UUID of the profile.
        profile: String,
        /// The document.
        import: Box<ImportRef>,
        /// Root key of the document.
        found: &'static str,
    },
    /// A profile imports itself, directly or not.
    #[error("profiles import each other in a circle: {}", .0.join(" → "))]
    Circular(Vec<String>),
    /// More imports or patterns than a sensible profile has.
    #[error("the profile has more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// What is allowed.
        limit: usize,
    },
    /// More than one way of structuring the result.
    #[error("profile {profile}: only one of `flat`, `as-is` and `custom` may be given")]
    Structure {
        /// UUID of the profile.
        profile: String,
    },
}

/// Most documents that one resolution may import, directly or not: each is copied.
pub const MOST_IMPORTS: usize = 32;

/// Most values that one resolution may copy from imports: each may be a catalog of full size.
const MOST_VALUES: usize = 3_000_000;

/// Most warnings that are worth a line each, and most characters of such a line.
const WARNINGS: usize = 200;

/// Values in a value, long texts counted by their length: what a copy of it costs.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(weight).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(weight).sum::<usize>(),
        Value::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

fn bounded(mut warnings: Vec<String>) -> Vec<String> {
    let more = warnings.len().saturating_sub(WARNINGS);
    warnings.truncate(WARNINGS);
    for warning in &mut warnings {
        if let Some((end, _)) = warning.char_indices().nth(WARNINGS) {
            warning.truncate(end);
            warning.push('…');
        }
    }
    if more > 0 {
        warnings.push(format!("and {more} more"));
    }
    warnings
}

/// What a profile imports, as far as it says so properly; none of another document.
#[must_use]
pub fn imports(document: &Document) -> Vec<ImportRef> {
    let Document::Profile(profile) = document else {
        return Vec::new();
    };
    let imports = fields::list(profile.content(), "imports").iter();
    imports
        .filter_map(|import| reference::read(profile, import).ok())
        .take(MOST_IMPORTS)
        .collect()
}

/// Resolves a profile; `find` answers with imports that are at hand.
///
/// # Errors
/// An import that is missing, circular, of another hash or of the wrong model, or more of
/// anything than allowed.
pub fn resolve<'a>(
    profile: &Document,
    find: &dyn Fn(&ImportRef) -> Option<Source<'a>>,
    stamp: &Stamp,
) -> Result<Resolution, ResolveError> {
    let tree = profile.tree();
    if tree.model() != Model::Profile {
        let found = tree.model().key();
        return Err(ResolveError::NotAProfile { found });
    }
    let mut resolver = Resolver {
        find,
        stamp,
        path: Vec::new(),
        imports: 0,
        copied: 0,
        warnings: Vec::new(),
    };
    let content = resolver.profile(tree)?;
    Ok(Resolution {
        catalog: catalog(content, tree.version()),
        warnings: bounded(resolver.warnings),
    })
}

fn catalog(content: Value, version: Version) -> Document {
    let whole = json!({ "catalog": content });
    Document::new(Tree::new(whole, Model::Catalog, version))
}

struct Resolver<'f, 'a> {
    find: &'f dyn Fn(&ImportRef) -> Option<Source<'a>>,
    stamp: &'f Stamp,
    /// UUIDs of the profiles that are being resolved, the outermost first.
    path: Vec<String>,
    imports: usize,
    /// Weight of all imports so far.
    copied: usize,
    warnings: Vec<String>,
}

impl Resolver<'_, '_> {
    /// Content of the catalog that the profile stands for.
    fn profile(&mut self, profile: &Tree) -> Result<Value, ResolveError> {
        let uuid = profile.uuid().to_owned();
        let circular = !uuid.is_empty() && self.path.contains(&uuid);
        self.path.push(uuid);
        if circular {
            return Err(ResolveError::Circular(self.path.clone()));
        }
        let content = profile.content();
        let mut selections = Vec::new();
        for import in fields::list(content, "imports") {
            selections.push(self.import(profile, import)?);
        }
        let result = self.build(profile, selections);
        self.path.pop();
        result
    }

    fn import(&mut self, profile: &Tree, import: &Value) -> Result<Selection, ResolveError> {
        self.imports += 1;
        if self.imports > MOST_IMPORTS {
            return Err(ResolveError::TooMany {
                what: "imports",
                limit: MOST_IMPORTS,
            });
        }
        let reference = reference::read(profile, import)?;
        let Some(source) = (self.find)(&reference) else {
            return Err(ResolveError::Missing {
                profile: profile.uuid().to_owned(),
                import: Box::new(reference),
            });
        };
        if let Some(bytes) = source.bytes {
            self.check(profile, &reference, bytes, source.by_name)?;
        }
        let choice = Choice::read(import)?;
        match source.document {
            Document::Catalog(tree) => self.select(tree.content(), &choice, &reference),
            Document::Profile(tree) => {
                let content = self.profile(tree)?;
                self.select(&content, &choice, &reference)
            }
            other => Err(ResolveError::WrongModel {
                profile: profile.uuid().to_owned(),
                import: Box::new(reference),
                found: other.tree().model().key(),
            }),
        }
    }

    fn check(
        &mut self,
        profile: &Tree,
        reference: &ImportRef,
        bytes: &[u8],
        by_name: bool,
    ) -> Result<(), ResolveError> {
        match reference.agrees_with(bytes) {
            Some(true) => {}
            Some(false) => {
                return Err(ResolveError::Hash {
                    profile: profile.uuid().to_owned(),
                    import: Box::new(reference.clone()),
                });
            }
            None => {
                let found = if by_name {
                    "taken by its file name alone"
                } else {
                    "no hash to check it by"
                };
                let sha256 = hex::encode(Sha256::digest(bytes));
                self.warnings.push(format!(
                    "import with SHA-256 {sha256}: {found}: {reference}"
                ));
            }
        }
        Ok(())
    }

    fn select(
        &mut self,
        catalog: &Value,
        choice: &Choice,
        reference: &ImportRef,
    ) -> Result<Selection, ResolveError> {
        self.copied += weight(catalog);
        if self.copied > MOST_VALUES {
            return Err(ResolveError::TooMany {
                what: "values in its imports",
                limit: MOST_VALUES,
            });
        }
        let (selection, unknown) = Selection::make(catalog, choice);
        if let Some(first) = unknown.first() {
            let count = unknown.len();
            let text = format!("{count} selected control(s) are not in {reference}: `{first}`");
            self.warnings.push(text);
        }
        Ok(selection)
    }

    fn build(&mut self, profile: &Tree, selections: Vec<Selection>) -> Result<Value, ResolveError> {
        let content = profile.content();
        let merge = content.get("merge").unwrap_or(&Value::Null);
        let given = ["flat", "custom"]
            .iter()
            .filter(|f| merge.get(**f).is_some());
        let as_is = merge.get("as-is") == Some(&Value::Bool(true));
        if given.count() + usize::from(as_is) > 1 {
            let profile = profile.uuid().to_owned();
            return Err(ResolveError::Structure { profile });
        }
        let (mut body, mut spare) = merge::merge(merge, selections, &mut self.warnings)?;
        let modify = content.get("modify").unwrap_or(&Value::Null);
        modify::modify(&mut body, &mut spare, modify, &mut self.warnings)?;
        parameters::settle(&mut body, spare.parameters);
        Ok(self.finish(profile, body, spare.resources))
    }

    /// Puts head and back matter around the body.
    fn finish(&self, profile: &Tree, mut body: Map<String, Value>, imported: Vec<Value>) -> Value {
        let mut metadata = profile.content().get("metadata").cloned();
        if let Some(Value::Object(metadata)) = &mut metadata {
            self.mark(profile, metadata);
        }
        let own = profile.content().get("back-matter").unwrap_or(&Value::Null);
        let own = fields::list(own, "resources").to_vec();
        let back_matter = resources::used(metadata.as_ref(), &body, own, imported);
        let mut content = Map::new();
        content.insert("uuid".to_owned(), self.stamp.uuid.clone().into());
        content.insert("metadata".to_owned(), metadata.unwrap_or_default());
        content.append(&mut body);
        if !back_matter.is_empty() {
            let resources = json!({ "resources": back_matter });
            content.insert("back-matter".to_owned(), resources);
        }
        Value::Object(content)
    }

    fn mark(&self, profile: &Tree, metadata: &mut Map<String, Value>) {
        metadata.insert(
            "last-modified".to_owned(),
            self.stamp.last_modified.clone().into(),
        );
        let tool = json!({ "name": "resolution-tool", "value": "zinne" });
        let href = format!("urn:uuid:{}", profile.uuid());
        let source = json!({ "href": href, "rel": "source-profile" });
        for (field, item) in [("props", tool), ("links", source)] {
            let list = metadata.entry(field).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.insert(0, item);
            }
        }
    }
}
