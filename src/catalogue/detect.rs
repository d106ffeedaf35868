//! What a file is, by its content: a name says nothing, and an extension less.
//!
//! Nothing is parsed further than it takes to know. Whether the file is a good one of its kind is
//! for its reader to say.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::workbook::Workbook;
use super::{checklist, crossref};
use crate::domain::text_enum;

text_enum! {
    /// Kinds of OSCAL document, by the one key that stands at the root of their JSON.
    OscalModel {
        /// Requirements (controls) in groups.
        Catalog = "catalog",
        /// A choice of controls from catalogues.
        Profile = "profile",
        /// Which controls of one catalogue are those of another.
        MappingCollection = "mapping-collection",
        /// What a product or rule does for controls.
        ComponentDefinition = "component-definition",
        /// How a system meets its controls.
        SystemSecurityPlan = "system-security-plan",
        /// What is to be assessed.
        AssessmentPlan = "assessment-plan",
        /// What an assessment found.
        AssessmentResults = "assessment-results",
        /// What is still to be done.
        PlanOfActionAndMilestones = "plan-of-action-and-milestones",
    }
}

/// Kind of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `DocBook` 5 XML, as the Kompendium: read by [`super::docbook`].
    Docbook,
    /// Cross table as xlsx: read by [`super::crossref`].
    CrossTable,
    /// Checklist of a module as xlsx: read by [`super::checklist`].
    Checklist,
    /// OSCAL as JSON.
    Oscal(OscalModel),
    /// Our own facts, a JSON object per line: read by [`super::facts`].
    Facts,
    /// None of these.
    Unknown {
        /// What it is instead, or why that cannot be said.
        reason: String,
    },
}

impl Kind {
    /// Rank in which files are imported that come together: first what stands alone, then what adds to it, last what
    /// selects from it.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Kind::CrossTable | Kind::Checklist => 1,
            Kind::Oscal(OscalModel::Profile) => 2,
            Kind::Docbook | Kind::Oscal(_) | Kind::Facts | Kind::Unknown { .. } => 0,
        }
    }
}

/// Recognises a file by its content.
#[must_use]
pub fn kind(bytes: &[u8]) -> Kind {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    let recognised = match text.first() {
        _ if bytes.starts_with(b"PK\x03\x04") => workbook(bytes),
        None => Err("the file is empty".to_owned()),
        Some(b'<') => xml(text),
        Some(b'{') => json(text),
        Some(_) => Err("neither XML nor a JSON object nor an xlsx workbook".to_owned()),
    };
    recognised.unwrap_or_else(|reason| Kind::Unknown { reason })
}

/// By the first sheet that is of a kind; most often that is the first of all.
fn workbook(bytes: &[u8]) -> Result<Kind, String> {
    let mut workbook = Workbook::open(bytes).map_err(|error| error.to_string())?;
    for sheet in workbook.sheets() {
        let sheet = sheet.map_err(|error| error.to_string())?;
        if crossref::is_table(&sheet) {
            return Ok(Kind::CrossTable);
        }
        if checklist::is_checklist(&sheet) {
            return Ok(Kind::Checklist);
        }
    }
    Err("an xlsx workbook with neither a cross table nor a checklist".to_owned())
}

/// By the first element alone.
fn xml(text: &[u8]) -> Result<Kind, String> {
    let tag = first_tag(text).ok_or("XML without an element")?;
    let name = tag.split(|b| b.is_ascii_whitespace() || *b == b'/').next();
    let name = name.unwrap_or_default();
    if name.starts_with(b"!") {
        return Err("XML with a document type declaration".to_owned());
    }
    let local = name.rsplit(|b| *b == b':').next().unwrap_or_default();
    let namespace = b"http://docbook.org/ns/docbook";
    let is_docbook = tag.windows(namespace.len()).any(|part| part == namespace);
    if local == b"book" && is_docbook {
        return Ok(Kind::Docbook);
    }
    let shown: String = String::from_utf8_lossy(name).chars().take(80).collect();
    Err(format!(
        "XML whose first element `{shown}` is not a DocBook 5 book"
    ))
}

/// What stands in the first tag, past declarations and comments.
fn first_tag(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = text.trim_ascii_start();
        let end = match text {
            [b'<', b'!', b'-', b'-', ..] => b"-->".as_slice(),
            [b'<', b'?', ..] => b"?>",
            // A DTD is for the reader to refuse; what follows it is not worth finding.
            [b'<', ..] => return until(text.get(1..)?, b">").map(|(tag, _)| tag),
            _ => return None,
        };
        text = until(text, end)?.1;
    }
}

/// What stands before and after the first occurrence of a mark.
fn until<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(mark.len()).position(|part| part == mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// By the keys of the first object, read no further than the first that tells.
fn json(text: &[u8]) -> Result<Kind, String> {
    let mut root = Root::default();
    let read = serde_json::Deserializer::from_slice(text).deserialize_map(&mut root);
    match (root.kind, read) {
        // The parser is stopped within the object, and says so.
        (Some(kind), _) => Ok(kind),
        (None, Ok(())) => Err("JSON without a key of OSCAL or of facts at its root".to_owned()),
        (None, Err(error)) => Err(format!("not JSON: {error}")),
    }
}

#[derive(Default)]
struct Root {
    kind: Option<Kind>,
}

impl<'de> Visitor<'de> for &mut Root {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if let Ok(model) = key.parse() {
                self.kind = Some(Kind::Oscal(model));
                return Ok(());
            }
            if key != "kind" {
                map.next_value::<IgnoredAny>()?;
            } else if map.next_value::<Word>()?.0 {
                self.kind = Some(Kind::Facts);
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Whether a value is the word that the first line of a facts file has.
struct Word(bool);

impl<'de> serde::Deserialize<'de> for Word {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Word(value == "edition"))
    }
}

#[cfg(test)]
mod tests;
