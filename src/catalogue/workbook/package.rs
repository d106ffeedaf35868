//! The archive that a workbook is: parts by name, none inflated past the limits.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _};

use roxmltree::{Document, Node, ParsingOptions};
use zip::ZipArchive;

use super::{Limits, WorkbookError};

/// Most parts of an archive; the official cross table has 342.
pub(super) const PARTS: usize = 2_000;

/// Most that all parts have when inflated; the official cross table has 1.6 MB.
pub(super) const TOTAL: u64 = 64 * 1024 * 1024;

/// Most times a part may be larger than its compressed form; those of official files have 22.
pub(super) const RATIO: u64 = 200;

/// Most `=` after one `<`. The XML parser compares each attribute of an element with each other,
/// so a part that is one element with attributes only would keep it busy for minutes.
const ATTRIBUTES: usize = 1_000;

/// An archive whose directory keeps to the limits.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Index by name; names of parts do not differ by case alone.
    names: HashMap<String, usize>,
    limits: Limits,
    /// Bytes inflated so far. A part that is read twice counts twice: it is work twice.
    inflated: u64,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, WorkbookError> {
        if bytes.len() > limits.file {
            return Err(WorkbookError::FileTooLarge { limit: limits.file });
        }
        if let Some(reason) = foreign(bytes) {
            let reason = reason.to_owned();
            return Err(WorkbookError::NotXlsx { reason });
        }
        if entries(bytes) > PARTS {
            return Err(WorkbookError::TooManyParts { limit: PARTS });
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(archive_error)?;
        let mut package = Package {
            archive,
            names: HashMap::new(),
            limits,
            inflated: 0,
        };
        package.check_directory()?;
        Ok(package)
    }

    /// Limits on what the directory declares; [`Self::text`] holds each part to it.
    fn check_directory(&mut self) -> Result<(), WorkbookError> {
        if self.archive.has_duplicate_names() {
            return Err(WorkbookError::RepeatedPart);
        }
        let mut total: u64 = 0;
        for index in 0..self.archive.len() {
            let file = self.archive.by_index_raw(index).map_err(archive_error)?;
            let part = file.name().map_err(archive_error)?.into_owned();
            let (size, packed) = (file.size(), file.compressed_size());
            let limit = self.limits.part;
            if size > limit {
                return Err(WorkbookError::PartTooLarge { part, limit });
            }
            if size / RATIO > packed {
                return Err(WorkbookError::Bomb { part, limit: RATIO });
            }
            total = total.saturating_add(size);
            if self.names.insert(part.to_lowercase(), index).is_some() {
                return Err(WorkbookError::RepeatedPart);
            }
        }
        if total > TOTAL {
            return Err(WorkbookError::TooLarge { limit: TOTAL });
        }
        Ok(())
    }

    /// The text of a part, or none where there is no such part.
    pub(super) fn text(&mut self, part: &str) -> Result<Option<String>, WorkbookError> {
        let Some(index) = self.names.get(&part.to_lowercase()) else {
            return Ok(None);
        };
        let fault = |reason: String| WorkbookError::Part {
            part: part.to_owned(),
            reason,
        };
        let file = self.archive.by_index(*index).map_err(archive_error)?;
        let declared = file.size();
        let mut bytes = Vec::new();
        // The directory may lie: one byte more than it says is enough to know.
        file.take(declared.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| fault(error.to_string()))?;
        let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if read != declared {
            return Err(fault(format!("not the {declared} bytes that it declares")));
        }
        self.inflated = self.inflated.saturating_add(read);
        if self.inflated > TOTAL {
            return Err(WorkbookError::TooLarge { limit: TOTAL });
        }
        let text = String::from_utf8(bytes).map_err(|error| fault(error.to_string()))?;
        Ok(Some(text))
    }

    /// The text of a part that has to be there.
    pub(super) fn required(&mut self, part: &str) -> Result<String, WorkbookError> {
        self.text(part)?.ok_or_else(|| WorkbookError::MissingPart {
            part: part.to_owned(),
        })
    }

    /// The parts that a part refers to, by the id that it uses for them; in order, so that a file with two of a kind
    /// is read the same way every time.
    pub(super) fn related(
        &mut self,
        part: &str,
    ) -> Result<BTreeMap<String, Relationship>, WorkbookError> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let rels = join(folder, &format!("_rels/{name}.rels"));
        let Some(text) = self.text(&rels)? else {
            return Ok(BTreeMap::new());
        };
        let document = parse(&rels, &text, self.limits.nodes)?;
        let nodes = document.descendants().filter(|n| is(*n, "Relationship"));
        let related = nodes.map(|node| {
            let attribute = |name| node.attribute(name).unwrap_or_default();
            let kind = attribute("Type").rsplit('/').next().unwrap_or_default();
            let relationship = Relationship {
                kind: kind.to_owned(),
                part: join(folder, attribute("Target")),
                external: attribute("TargetMode") == "External",
            };
            (attribute("Id").to_owned(), relationship)
        });
        Ok(related.collect())
    }
}

/// What a part refers to.
pub(super) struct Relationship {
    /// Last word of the type, `worksheet`: what stands before it differs between writers.
    pub(super) kind: String,
    /// Name in the archive.
    pub(super) part: String,
    /// Outside the archive, where nothing is ever read.
    pub(super) external: bool,
}

/// What a file is that is no archive.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") {
        None
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        Some("an OLE file, so an old xls or protected by a password")
    } else {
        Some("not a zip archive")
    }
}

/// No fewer than the entries of the directory, known before it is read into memory.
fn entries(bytes: &[u8]) -> usize {
    let headers = bytes.windows(4).filter(|four| *four == b"PK\x01\x02");
    headers.take(PARTS + 1).count()
}

fn archive_error(error: zip::result::ZipError) -> WorkbookError {
    let reason = error.to_string();
    WorkbookError::Archive { reason }
}

/// Name of a part that is given relative to a folder.
fn join(folder: &str, target: &str) -> String {
    let (base, target) = match target.strip_prefix('/') {
        Some(absolute) => ("", absolute),
        None => (folder, target),
    };
    let mut names: Vec<&str> = Vec::new();
    for name in base.split('/').chain(target.split('/')) {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

/// The XML of a part; a DTD, and with it every entity, is refused.
pub(super) fn parse<'a>(
    part: &str,
    text: &'a str,
    nodes: u32,
) -> Result<Document<'a>, WorkbookError> {
    let fault = |reason: String| WorkbookError::Part {
        part: part.to_owned(),
        reason,
    };
    if let Some(most) = text.split('<').map(|tag| tag.matches('=').count()).max()
        && most > ATTRIBUTES
    {
        let reason = format!("more than {ATTRIBUTES} `=` after one `<`");
        return Err(fault(reason));
    }
    let options = ParsingOptions {
        nodes_limit: nodes,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
        .map_err(|error| fault(format!("not well-formed XML: {error}").replace('\'', "`")))
}

/// An element by its local name: prefixes and namespaces differ between writers.
pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn names_of_parts_are_found_from_their_folder() {
        assert_eq!(
            join("xl", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml"
        );
        assert_eq!(join("xl", "/xl/a.xml"), "xl/a.xml");
        assert_eq!(join("xl/worksheets", "../a.xml"), "xl/a.xml");
        assert_eq!(join("", "./xl/../../../a.xml"), "a.xml");
    }
}
