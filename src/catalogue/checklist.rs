//! BSI's checklists (Checkliste eines Bausteins): the requirements of a module, sentence by
//! sentence, with empty columns for the answers of an institution.
//!
//! Above the table stand `Baustein: ISMS.1 Title` and `Kompendium: 2023`; a row of the table is a
//! sub-requirement. The form gives no number to a sentence and has no column for its modal verb.

mod head;

use std::collections::{HashMap, HashSet};

use super::ids::{self, tidy};
use super::warnings::Warnings;
use super::workbook::{self, Place, Sheet, WorkbookError};
use crate::domain::catalogue::Level;
use head::Head;

/// Why a checklist is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistError {
    /// The workbook cannot be read.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// A workbook of another kind.
    #[error("no sheet of the workbook has the columns of a checklist")]
    NoChecklist,
    /// A checklist is of one module.
    #[error("sheet `{sheet}` is a second checklist")]
    Several {
        /// Name of the sheet.
        sheet: String,
    },
    /// Nothing above the table says whose checklist it is.
    #[error("sheet `{sheet}`: nothing above the table names the module")]
    NoModule {
        /// Name of the sheet.
        sheet: String,
    },
    /// A row lacks what every row must have.
    #[error("sheet `{sheet}`, cell {place}: {reason}")]
    Row {
        /// Name of the sheet.
        sheet: String,
        /// The cell.
        place: Place,
        /// What is wrong with it.
        reason: String,
    },
}

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// `OPS.2.3`
    pub module: String,
    /// Title of the module.
    pub title: String,
    /// Edition of the Kompendium, `2023`.
    pub edition: Option<String>,
    /// In the order of the file.
    pub sub_requirements: Vec<SubRequirement>,
    /// What was odd, with its place; nothing in it keeps the checklist from being used.
    pub warnings: Vec<String>,
}

/// A sentence or two of a requirement that are answered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubRequirement {
    /// `OPS.2.3.A22`, in the form of the facts.
    pub requirement: String,
    /// Counted from 1 within the requirement, as the file prints no number.
    pub number: u16,
    /// Title of the requirement.
    pub title: String,
    /// Level of the requirement; the file says `Basis`, `Standard`, `Hoch`.
    pub level: Level,
    /// What is required; single blanks, line breaks are kept.
    pub text: String,
}

/// Reads a checklist.
///
/// # Errors
/// A workbook that cannot be read, that holds no checklist or several, or a row without
/// requirement, title, level or text.
pub fn read(bytes: &[u8]) -> Result<Checklist, ChecklistError> {
    let sheets = workbook::read(bytes)?;
    let mut found = sheets
        .iter()
        .filter_map(|sheet| Some((sheet, Head::read(sheet)?)));
    let (sheet, head) = found.next().ok_or(ChecklistError::NoChecklist)?;
    if let Some((second, _)) = found.next() {
        let sheet = second.name.clone();
        return Err(ChecklistError::Several { sheet });
    }
    let Some((module, title)) = head.module(sheet) else {
        let sheet = sheet.name.clone();
        return Err(ChecklistError::NoModule { sheet });
    };
    let mut reader = Reader::new(sheet, &head, &module);
    let below = sheet.rows().into_iter().filter(|row| *row > head.row);
    below.into_iter().try_for_each(|row| reader.row(row))?;
    reader.note_answers();
    Ok(Checklist {
        title,
        edition: head.edition(sheet),
        sub_requirements: reader.found,
        warnings: reader.warnings.into_lines(),
        module,
    })
}

/// Whether a sheet looks like a checklist.
pub(super) fn is_checklist(sheet: &Sheet) -> bool {
    Head::read(sheet).is_some()
}

struct Reader<'a> {
    sheet: &'a Sheet,
    head: &'a Head,
    module: &'a str,
    found: Vec<SubRequirement>,
    /// Sub-requirements so far, title and level of each requirement.
    seen: HashMap<String, (u16, String, Level)>,
    texts: HashSet<(String, String)>,
    warnings: Warnings,
}

impl<'a> Reader<'a> {
    fn new(sheet: &'a Sheet, head: &'a Head, module: &'a str) -> Self {
        Reader {
            sheet,
            head,
            module,
            found: Vec::new(),
            seen: HashMap::new(),
            texts: HashSet::new(),
            warnings: Warnings::default(),
        }
    }

    fn row(&mut self, row: u32) -> Result<(), ChecklistError> {
        let head = self.head;
        let columns = [head.ids, head.titles, head.texts, head.levels];
        let cells = columns.map(|column| self.sheet.cell(row, column));
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let [id, title, text, level] = cells;
        let place = |column| Place { row, column };
        let Some(requirement) = ids::requirement(id) else {
            return self.fault(place(head.ids), format!("`{id}` is no requirement"));
        };
        let Some(level) = head::level(level) else {
            return self.fault(place(head.levels), format!("`{level}` is no level"));
        };
        let (title, text) = (tidy(title), lines(text));
        for (missing, column) in [(&title, head.titles), (&text, head.texts)] {
            if missing.is_empty() {
                return self.fault(place(column), "the cell is empty".to_owned());
            }
        }
        let place = place(head.ids);
        if requirement.module != self.module {
            let text = format!("`{id}` is of another module: left out");
            self.warn(place, text);
            return Ok(());
        }
        let requirement = requirement.to_string();
        if requirement != id {
            self.warn(place, format!("`{id}` is read as {requirement}"));
        }
        let number = self.number(place, &requirement, &title, level);
        if !self.texts.insert((requirement.clone(), text.clone())) {
            self.warn(place, format!("{requirement} has the same text before"));
        }
        self.found.push(SubRequirement {
            requirement,
            number,
            title,
            level,
            text,
        });
        Ok(())
    }

    /// Number of the next sub-requirement; notes where it differs from those before.
    fn number(&mut self, place: Place, requirement: &str, title: &str, level: Level) -> u16 {
        let Some(before) = self.seen.get_mut(requirement) else {
            let first = (1, title.to_owned(), level);
            self.seen.insert(requirement.to_owned(), first);
            return 1;
        };
        before.0 = before.0.saturating_add(1);
        let number = before.0;
        let differs = (before.1 != title, before.2 != level);
        for (differs, what) in [(differs.0, "title"), (differs.1, "level")] {
            if differs {
                self.warn(place, format!("{requirement} has another {what} before"));
            }
        }
        let last = self.found.last();
        if last.is_some_and(|last| last.requirement != requirement) {
            self.warn(place, format!("{requirement} is torn apart by other rows"));
        }
        number
    }

    /// A form that an institution has filled in is read for its requirements alone.
    fn note_answers(&mut self) {
        let (row, last) = (self.head.row, self.head.last_column());
        let cells = self.sheet.cells().filter(|(place, text)| {
            let of_answers = place.row > row && !self.head.is_read(place.column);
            of_answers && place.column <= last && !text.trim().is_empty()
        });
        let answers = cells.count();
        if answers > 0 {
            let name = &self.sheet.name;
            let text = format!("sheet `{name}`: {answers} cells with answers are not read");
            self.warnings.add(text);
        }
    }

    fn warn(&mut self, place: Place, text: impl std::fmt::Display) {
        let name = &self.sheet.name;
        self.warnings
            .add(format_args!("sheet `{name}`, cell {place}: {text}"));
    }

    fn fault(&self, place: Place, reason: String) -> Result<(), ChecklistError> {
        Err(ChecklistError::Row {
            sheet: self.sheet.name.clone(),
            place,
            reason,
        })
    }
}

/// A text with single blanks, without empty lines.
fn lines(text: &str) -> String {
    let lines = text.lines().map(tidy).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
