//! Which file an import means, among those at hand.

use super::ImportRef;
use super::reference::without_format;

/// By what a file is the one that an import means, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// By nothing but its name, in whichever format, where no hash says otherwise. A name is no proof, and BSI's files
    /// keep theirs through all editions.
    Name,
    /// By the UUID of the document.
    Uuid,
    /// By a hash.
    Hash,
}

impl ImportRef {
    /// By what a file is the one that is meant, if it is.
    #[must_use]
    pub fn fit(&self, uuid: &str, bytes: &[u8], file_name: Option<&str>) -> Option<Fit> {
        let agrees = self.agrees_with(bytes);
        if agrees == Some(true) {
            return Some(Fit::Hash);
        }
        let meant = self.resource.as_deref().or_else(|| {
            let urn = self.href.strip_prefix("urn:uuid:");
            urn.filter(|uuid| !uuid.is_empty())
        });
        if meant.is_some_and(|meant| meant.eq_ignore_ascii_case(uuid)) {
            return Some(Fit::Uuid);
        }
        let name = file_name.map(without_format)?;
        let named = self.file_names().any(|meant| meant == name);
        (named && agrees.is_none()).then_some(Fit::Name)
    }
}

/// Searches files that are shown to it, oldest first: the first by hash, else the first by UUID, else the newest
/// by name.
#[derive(Debug)]
pub struct Search<T> {
    best: Option<(Fit, T)>,
}

impl<T> Search<T> {
    /// Has seen nothing so far.
    #[must_use]
    pub const fn new() -> Self {
        Self { best: None }
    }

    /// Shows a file.
    pub fn offer(&mut self, fit: Option<Fit>, file: T) {
        let Some(fit) = fit else { return };
        let better = self
            .best
            .as_ref()
            .is_none_or(|(best, _)| fit > *best || fit == Fit::Name && *best == Fit::Name);
        if better {
            self.best = Some((fit, file));
        }
    }

    /// The file, and by what it is the one.
    pub fn found(self) -> Option<(Fit, T)> {
        self.best
    }
}

impl<T> Default for Search<T> {
    fn default() -> Self {
        Self::new()
    }
}
