//! What a profile says about a document that it imports.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use md5::Md5;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::{ResolveError, Tree};
use crate::catalogue::oscal::fields;

/// An import, with all by which its document can be found and proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportRef {
    /// As written, a place or `#` and the UUID of a resource.
    pub href: String,
    /// UUID of the resource in the back matter.
    pub resource: Option<String>,
    /// Title of the resource.
    pub title: Option<String>,
    /// Places of the document, never fetched, and their hashes.
    pub rlinks: Vec<Rlink>,
}

/// A place of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rlink {
    /// As written.
    pub href: String,
    /// Media type.
    pub media_type: Option<String>,
    /// Hashes of the file.
    pub hashes: Vec<Hash>,
}

/// A hash of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hash {
    /// `SHA-256`, `MD5`, …
    pub algorithm: String,
    /// Hexadecimal digits.
    pub value: String,
}

impl Hash {
    /// Whether the file has this hash; none if the algorithm is not known.
    #[must_use]
    pub fn agrees_with(&self, bytes: &[u8]) -> Option<bool> {
        self.agrees(bytes, &mut HashMap::new())
    }

    /// As [`Self::agrees_with`]; each algorithm reads the file once, however many hashes there are.
    fn agrees(&self, bytes: &[u8], done: &mut HashMap<String, Option<String>>) -> Option<bool> {
        let algorithm = self.algorithm.to_ascii_uppercase();
        let found = match done.entry(algorithm) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(place) => {
                let found = digest(place.key(), bytes);
                place.insert(found)
            }
        };
        let found = found.as_ref()?;
        Some(found.eq_ignore_ascii_case(&self.value))
    }
}

impl ImportRef {
    /// Names of the files that the places end with, without the format: NIST's JSON names the XML of the same document.
    pub(super) fn file_names(&self) -> impl Iterator<Item = &str> {
        let own = (!self.href.starts_with('#')).then_some(self.href.as_str());
        let places = own
            .into_iter()
            .chain(self.rlinks.iter().map(|rlink| rlink.href.as_str()));
        let names = places.filter_map(|place| {
            let path = place.split(['?', '#']).next()?;
            path.rsplit(['/', '\\']).next()
        });
        names.map(without_format).filter(|name| !name.is_empty())
    }

    /// Whether the file is the one meant; none if there is no hash that could tell.
    ///
    /// The places are alternatives, perhaps in other formats: the file need be only one of them.
    #[must_use]
    pub fn agrees_with(&self, bytes: &[u8]) -> Option<bool> {
        let mut done = HashMap::new();
        let verdicts: Vec<Option<bool>> = self
            .rlinks
            .iter()
            .map(|rlink| {
                let hashes = rlink.hashes.iter();
                let known = hashes.filter_map(|hash| hash.agrees(bytes, &mut done));
                known.reduce(|all, one| all && one)
            })
            .collect();
        if verdicts.contains(&Some(true)) {
            return Some(true);
        }
        // A place without a hash may be where the file is from.
        let told = !verdicts.is_empty() && !verdicts.contains(&None);
        told.then_some(false)
    }
}

/// The name of a file without what says in which of OSCAL's formats it is.
pub(super) fn without_format(name: &str) -> &str {
    let formats = [".json", ".xml", ".yaml", ".yml"];
    let stem = formats.iter().find_map(|format| name.strip_suffix(format));
    let stem = stem.unwrap_or(name);
    stem.strip_suffix("-min").unwrap_or(stem)
}

impl fmt::Display for ImportRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.href)?;
        if let Some(title) = &self.title {
            write!(f, " ({title})")?;
        }
        for rlink in &self.rlinks {
            write!(f, ", file `{}`", rlink.href)?;
            for hash in &rlink.hashes {
                write!(f, " with {} {}", hash.algorithm, hash.value)?;
            }
        }
        Ok(())
    }
}

/// Hexadecimal digest by an algorithm, in capitals, of OSCAL's list, or MD5, which BSI uses.
fn digest(algorithm: &str, bytes: &[u8]) -> Option<String> {
    Some(match algorithm {
        "SHA-224" => hex::encode(Sha224::digest(bytes)),
        "SHA-256" => hex::encode(Sha256::digest(bytes)),
        "SHA-384" => hex::encode(Sha384::digest(bytes)),
        "SHA-512" => hex::encode(Sha512::digest(bytes)),
        "MD5" => hex::encode(Md5::digest(bytes)),
        _ => return None,
    })
}

/// Reads an import of a profile.
///
/// # Errors
/// An import that names a resource which the profile does not have.
pub(super) fn read(profile: &Tree, import: &Value) -> Result<ImportRef, ResolveError> {
    let href = fields::owned(import, "href");
    let Some(uuid) = href.strip_prefix('#') else {
        let rlinks = Vec::new();
        return Ok(ImportRef {
            href,
            resource: None,
            title: None,
            rlinks,
        });
    };
    let back_matter = profile.content().get("back-matter");
    let resources = back_matter.map_or(&[][..], |matter| fields::list(matter, "resources"));
    let resource = resources
        .iter()
        .find(|resource| fields::text(resource, "uuid") == Some(uuid));
    let Some(resource) = resource else {
        let profile = profile.uuid().to_owned();
        return Err(ResolveError::NoResource { profile, href });
    };
    Ok(ImportRef {
        resource: Some(uuid.to_owned()),
        title: fields::text(resource, "title").map(str::to_owned),
        rlinks: fields::list(resource, "rlinks").iter().map(rlink).collect(),
        href,
    })
}

fn rlink(rlink: &Value) -> Rlink {
    let hashes = fields::list(rlink, "hashes").iter();
    Rlink {
        href: fields::owned(rlink, "href"),
        media_type: fields::text(rlink, "media-type").map(str::to_owned),
        hashes: hashes
            .map(|hash| Hash {
                algorithm: fields::owned(hash, "algorithm"),
                value: fields::owned(hash, "value"),
            })
            .collect(),
    }
}
