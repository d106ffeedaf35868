//! Documents at hand, to be found by what a profile says about them.

use super::{Document, ImportRef, Source};

/// Documents with their files.
#[derive(Debug, Default)]
pub struct Shelf {
    items: Vec<(Document, Vec<u8>)>,
}

impl Shelf {
    /// Adds a document and the file it was read from.
    pub fn add(&mut self, document: Document, bytes: Vec<u8>) {
        self.items.push((document, bytes));
    }

    /// The document that an import means: by hash, else by the UUID of the document.
    ///
    /// A file name is no proof, and BSI's files keep theirs through all editions.
    #[must_use]
    pub fn find(&self, import: &ImportRef) -> Option<Source<'_>> {
        let by_hash = || {
            let mut items = self.items.iter();
            items.find(|(_, bytes)| import.agrees_with(bytes) == Some(true))
        };
        let by_uuid = || {
            let uuid = import.resource.as_deref().or_else(|| {
                let urn = import.href.strip_prefix("urn:uuid:");
                urn.filter(|uuid| !uuid.is_empty())
            })?;
            let mut items = self.items.iter();
            items.find(|(document, _)| document.tree().uuid().eq_ignore_ascii_case(uuid))
        };
        let (document, bytes) = by_hash().or_else(by_uuid)?;
        Some(Source {
            document,
            bytes: Some(bytes),
        })
    }
}
