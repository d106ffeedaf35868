//! An xlsx workbook: from bytes of anyone's making to sheets of text.
//!
//! Only what tables need: names of sheets, texts of cells, and which of them are numbers or days. Every limit is
//! checked before anything is inflated or parsed, and again while it is; nothing outside the file
//! is ever read. Readers made for all of Excel set memory aside for what a file merely announces.

mod error;
mod package;
mod sheet;
mod styles;

use std::collections::BTreeMap;

use roxmltree::Document;

pub use error::WorkbookError;
use package::{Package, Relationship, is};
use sheet::Budget;
pub use sheet::{Cell, Kind, Place, Sheet, column_letters};
use styles::Styles;
pub use styles::plain_number;

/// Most sheets; the official cross table has 111.
const SHEETS: usize = 256;

/// Longest name of a sheet in bytes; Excel allows 31 characters.
const SHEET_NAME: usize = 255;

/// The most that is read of a workbook.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file.
    pub file: usize,
    /// Bytes of a part when inflated.
    pub part: u64,
    /// XML nodes of a part.
    pub nodes: u32,
    /// Cells that hold something.
    pub cells: usize,
    /// Bytes of text in all cells: many cells may share one long text.
    pub text: usize,
}

impl Limits {
    /// For BSI's files: the official cross table has 360 KB, parts of 35 KB and 12,000 cells.
    pub const CATALOGUE: Limits = Limits {
        file: 20 * 1024 * 1024,
        part: 4 * 1024 * 1024,
        nodes: 500_000,
        cells: 200_000,
        text: 16 * 1024 * 1024,
    };

    /// For one sheet with 10,000 rows of 45 cells, each of four nodes.
    pub const TABLE: Limits = Limits {
        file: 20 * 1024 * 1024,
        part: 64 * 1024 * 1024,
        nodes: 2_000_000,
        cells: 500_000,
        text: 32 * 1024 * 1024,
    };
}

/// A workbook whose sheets are read one by one.
pub struct Workbook<'a> {
    package: Package<'a>,
    /// Name and part of each sheet, in the order of the tabs.
    sheets: Vec<(String, String)>,
    strings: Vec<String>,
    styles: Styles,
    budget: Budget,
    nodes: u32,
}

impl<'a> Workbook<'a> {
    /// Reads everything but the sheets of a catalogue's file.
    ///
    /// # Errors
    /// What is no xlsx by its content, is damaged or goes past a limit.
    pub fn open(bytes: &'a [u8]) -> Result<Self, WorkbookError> {
        Self::open_within(bytes, Limits::CATALOGUE)
    }

    /// Reads everything but the sheets.
    ///
    /// # Errors
    /// As [`Workbook::open`].
    pub fn open_within(bytes: &'a [u8], limits: Limits) -> Result<Self, WorkbookError> {
        let nodes = limits.nodes;
        let mut package = Package::open(bytes, limits)?;
        let main = main_part(&mut package)?;
        let related = package.related(&main)?;
        let strings = match related.values().find(|r| r.kind == "sharedStrings") {
            Some(found) => {
                let text = package.required(&found.part)?;
                sheet::shared_strings(&package::parse(&found.part, &text, nodes)?)
            }
            None => Vec::new(),
        };
        let mut styles = match related.values().find(|r| r.kind == "styles") {
            Some(found) => {
                let text = package.required(&found.part)?;
                Styles::read(&package::parse(&found.part, &text, nodes)?)
            }
            None => Styles::default(),
        };
        let text = package.required(&main)?;
        let document = package::parse(&main, &text, nodes)?;
        styles.since_1904 = since_1904(&document);
        let sheets = sheets(&document, &related)?;
        let budget = Budget {
            cells: limits.cells,
            text: limits.text,
        };
        Ok(Workbook {
            package,
            sheets,
            strings,
            styles,
            budget,
            nodes,
        })
    }

    /// Reads the sheets in the order of their tabs.
    ///
    /// # Errors
    /// Each sheet that cannot be read, with the cell where that is known.
    pub fn sheets(&mut self) -> impl Iterator<Item = Result<Sheet, WorkbookError>> {
        let Workbook {
            package,
            sheets,
            strings,
            styles,
            budget,
            nodes,
        } = self;
        sheets.iter().map(|(name, part)| {
            let text = package.required(part)?;
            let document = package::parse(part, &text, *nodes)?;
            match sheet::read(&document, strings, styles, budget) {
                Ok(cells) => Ok(Sheet {
                    name: name.clone(),
                    cells,
                }),
                Err(fault) => Err(WorkbookError::Cell {
                    sheet: name.clone(),
                    place: fault.place,
                    reason: fault.reason,
                }),
            }
        })
    }
}

/// Reads all sheets of a workbook.
///
/// # Errors
/// As [`Workbook::open`] and [`Workbook::sheets`].
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    Workbook::open(bytes)?.sheets().collect()
}

/// The part that everything else is found from.
fn main_part(package: &mut Package<'_>) -> Result<String, WorkbookError> {
    let related = package.related("")?;
    let mut parts = related.into_values();
    let main = parts.find(|found| found.kind == "officeDocument" && !found.external);
    let not_xlsx = |reason| Err(WorkbookError::NotXlsx { reason });
    let Some(main) = main else {
        return not_xlsx("a zip archive without an office document".to_owned());
    };
    if main.part.ends_with(".bin") {
        return not_xlsx(format!("its main part `{}` is binary", main.part));
    }
    Ok(main.part)
}

/// Whether days are counted from 1904, as old programs for the Macintosh did.
fn since_1904(document: &Document<'_>) -> bool {
    let mut properties = document.descendants().filter(|n| is(*n, "workbookPr"));
    let flag = properties.find_map(|node| node.attribute("date1904"));
    matches!(flag, Some("1" | "true" | "on"))
}

/// Name and part of every sheet of cells; charts and dialogs may be sheets too.
fn sheets(
    document: &Document<'_>,
    related: &BTreeMap<String, Relationship>,
) -> Result<Vec<(String, String)>, WorkbookError> {
    let root = document.root_element();
    if !is(root, "workbook") {
        let reason = format!("its main part is a `{}`", root.tag_name().name());
        return Err(WorkbookError::NotXlsx { reason });
    }
    let mut sheets: Vec<(String, String)> = Vec::new();
    for node in root.descendants().filter(|node| is(*node, "sheet")) {
        let sheet = node.attribute("name").unwrap_or_default().to_owned();
        let fault = |sheet, reason| Err(WorkbookError::Sheet { sheet, reason });
        let mut ids = node.attributes().filter(|a| a.name() == "id");
        let Some(found) = ids.find_map(|id| related.get(id.value())) else {
            return fault(sheet, "the workbook does not say which part it is");
        };
        if found.external {
            return fault(sheet, "it lies outside of the file");
        }
        if sheet.len() > SHEET_NAME {
            let start: String = sheet.chars().take(31).collect();
            return fault(start, "its name is too long");
        }
        if sheets.iter().any(|(name, _)| *name == sheet) {
            return fault(sheet, "another sheet has the same name");
        }
        if sheets.len() >= SHEETS {
            return Err(WorkbookError::TooManySheets { limit: SHEETS });
        }
        if found.kind == "worksheet" {
            sheets.push((sheet, found.part.clone()));
        }
    }
    Ok(sheets)
}

#[cfg(test)]
pub(crate) mod tests;
