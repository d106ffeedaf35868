//! An xlsx workbook: from bytes of anyone's making to sheets of text.
//!
//! Only what the readers of BSI's files need: names of sheets and texts of cells. Every limit is
//! checked before anything is inflated or parsed, and again while it is; nothing outside the file
//! is ever read. Readers made for all of Excel set memory aside for what a file merely announces.

mod error;
mod package;
mod sheet;

use std::collections::BTreeMap;

pub use error::WorkbookError;
use package::{Package, Relationship, is};
use sheet::Budget;
pub use sheet::{Place, Sheet};

/// Most sheets; the official cross table has 111.
const SHEETS: usize = 256;

/// Longest name of a sheet in bytes; Excel allows 31 characters.
const SHEET_NAME: usize = 255;

/// Most cells that hold something; the official cross table has 12,000.
const CELLS: usize = 200_000;

/// Most bytes of text in all cells: many cells may share one long text.
const TEXT: usize = 16 * 1024 * 1024;

/// A workbook whose sheets are read one by one.
pub struct Workbook<'a> {
    package: Package<'a>,
    /// Name and part of each sheet, in the order of the tabs.
    sheets: Vec<(String, String)>,
    strings: Vec<String>,
    budget: Budget,
}

impl<'a> Workbook<'a> {
    /// Reads everything but the sheets.
    ///
    /// # Errors
    /// What is no xlsx by its content, is damaged or goes past a limit.
    pub fn open(bytes: &'a [u8]) -> Result<Self, WorkbookError> {
        let mut package = Package::open(bytes)?;
        let main = main_part(&mut package)?;
        let related = package.related(&main)?;
        let strings = match related.values().find(|r| r.kind == "sharedStrings") {
            Some(found) => {
                let text = package.required(&found.part)?;
                sheet::shared_strings(&package::parse(&found.part, &text)?)
            }
            None => Vec::new(),
        };
        let sheets = sheets(&mut package, &main, &related)?;
        let budget = Budget {
            cells: CELLS,
            text: TEXT,
        };
        Ok(Workbook {
            package,
            sheets,
            strings,
            budget,
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
            budget,
        } = self;
        sheets.iter().map(|(name, part)| {
            let text = package.required(part)?;
            let document = package::parse(part, &text)?;
            match sheet::read(&document, strings, budget) {
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

/// Name and part of every sheet of cells; charts and dialogs may be sheets too.
fn sheets(
    package: &mut Package<'_>,
    main: &str,
    related: &BTreeMap<String, Relationship>,
) -> Result<Vec<(String, String)>, WorkbookError> {
    let text = package.required(main)?;
    let document = package::parse(main, &text)?;
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
