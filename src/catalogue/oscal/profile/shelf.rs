//! Documents at hand, to be found by what a profile says about them.

use super::reference::without_format;
use super::{Document, ImportRef, Source};

/// Documents with their files.
#[derive(Debug, Default)]
pub struct Shelf {
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    document: Document,
    bytes: Vec<u8>,
    file_name: Option<String>,
}

impl Shelf {
    /// Adds a document and the file it was read from, with its name where that is known; later ones are newer.
    pub fn add(&mut self, document: Document, bytes: Vec<u8>, file_name: Option<String>) {
        self.items.push(Item {
            document,
            bytes,
            file_name,
        });
    }

    /// The document that an import means: by hash, else by the UUID of the document, else, where no hash says
    /// otherwise, the newest file of that name, in whichever format.
    ///
    /// A file name is no proof, and BSI's files keep theirs through all editions: [`Source::by_name`] tells.
    #[must_use]
    pub fn find(&self, import: &ImportRef) -> Option<Source<'_>> {
        let by_hash = || {
            let mut items = self.items.iter();
            items.find(|item| import.agrees_with(&item.bytes) == Some(true))
        };
        let by_uuid = || {
            let uuid = import.resource.as_deref().or_else(|| {
                let urn = import.href.strip_prefix("urn:uuid:");
                urn.filter(|uuid| !uuid.is_empty())
            })?;
            let mut items = self.items.iter();
            items.find(|item| item.document.tree().uuid().eq_ignore_ascii_case(uuid))
        };
        let by_name = || {
            let names: Vec<&str> = import.file_names().collect();
            let mut items = self.items.iter().rev();
            items.find(|item| {
                let name = item.file_name.as_deref().map(without_format);
                name.is_some_and(|name| names.contains(&name))
                    && import.agrees_with(&item.bytes).is_none()
            })
        };
        let proven = by_hash().or_else(by_uuid);
        let item = proven.or_else(by_name)?;
        Some(Source {
            document: &item.document,
            bytes: Some(&item.bytes),
            by_name: proven.is_none(),
        })
    }
}
