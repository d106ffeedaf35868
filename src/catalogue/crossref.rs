//! BSI's cross table (Kreuzreferenztabelle): which elementary threats a requirement counters, and
//! which of confidentiality, integrity and availability it protects.
//!
//! A sheet per module; its first row holds the module's id, `Name`, `CIA` and the ids of threats,
//! each further row a requirement with an `X` below each threat that it counters.

mod compare;
mod head;

use std::collections::HashSet;

use super::ids::{self, RequirementId};
use super::warnings::Warnings;
use super::workbook::{self, Place, Sheet, WorkbookError};
use head::Head;

/// Why a cross table is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrossError {
    /// The workbook cannot be read.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// A workbook of another kind.
    #[error("no sheet of the workbook is a cross table: {reason}")]
    NoTable {
        /// What the first sheet lacks.
        reason: &'static str,
    },
}

/// A cross table; ids are in the form of the facts: `SYS.1.1.A5` and `G 0.14`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossTable {
    /// Every requirement that has a row, in the order of the file, with or without marks.
    pub requirements: Vec<String>,
    /// Requirement × threat, in the order of the file, each pair once.
    pub pairs: Vec<Pair>,
    /// Requirements that are marked with what they protect, in the order of the file.
    pub values: Vec<Values>,
    /// What was odd, with its place; nothing in it keeps the table from being used.
    pub warnings: Vec<String>,
}

/// A requirement counters a threat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair {
    /// `SYS.1.1.A5`
    pub requirement: String,
    /// `G 0.14`: one blank, no leading zeros.
    pub threat: String,
}

/// What a requirement protects above all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// `SYS.1.1.A5`
    pub requirement: String,
    /// C, Vertraulichkeit.
    pub confidentiality: bool,
    /// I, Integrität.
    pub integrity: bool,
    /// A, Verfügbarkeit.
    pub availability: bool,
}

/// Reads a cross table.
///
/// # Errors
/// A workbook that cannot be read, or of which no sheet is a cross table.
pub fn read(bytes: &[u8]) -> Result<CrossTable, CrossError> {
    let sheets = workbook::read(bytes)?;
    let mut reader = Reader::default();
    let mut rows = Vec::new();
    let mut reason = Err("there is none");
    for sheet in &sheets {
        match Head::read(sheet) {
            Ok(head) => {
                reason = Ok(());
                reader.head(sheet, &head);
                rows.extend(reader.rows(sheet, &head));
            }
            Err(lacking) => {
                reader.warn(sheet, format!("no cross table, {lacking}: left out"));
                reason = reason.or(Err(lacking));
            }
        }
    }
    reason.map_err(|reason| CrossError::NoTable { reason })?;
    Ok(reader.table(rows))
}

/// Whether a sheet looks like one of a cross table.
pub(super) fn is_table(sheet: &Sheet) -> bool {
    Head::read(sheet).is_ok()
}

/// A requirement's row.
struct Row<'a> {
    sheet: &'a Sheet,
    place: Place,
    id: RequirementId,
    /// The requirement belongs to the module of the sheet.
    at_home: bool,
    threats: Vec<u16>,
    values: Option<Values>,
}

#[derive(Default)]
struct Reader {
    warnings: Warnings,
}

impl Reader {
    fn warn(&mut self, sheet: &Sheet, text: impl std::fmt::Display) {
        let name = &sheet.name;
        self.warnings.add(format_args!("sheet `{name}`: {text}"));
    }

    fn warn_at(&mut self, sheet: &Sheet, place: Place, text: impl std::fmt::Display) {
        let name = &sheet.name;
        self.warnings
            .add(format_args!("sheet `{name}`, cell {place}: {text}"));
    }

    /// Notes what is odd about the first row.
    fn head(&mut self, sheet: &Sheet, head: &Head) {
        for (place, text) in &head.unread {
            self.warn_at(
                sheet,
                *place,
                format!("`{text}` heads no known column: left out"),
            );
        }
        for (place, threat) in &head.repeated {
            let threat = ids::threat_id(*threat);
            self.warn_at(sheet, *place, format!("{threat} heads a second column"));
        }
    }

    fn rows<'a>(&mut self, sheet: &'a Sheet, head: &Head) -> Vec<Row<'a>> {
        let below = sheet.rows().into_iter().filter(|row| *row > head.row);
        let rows: Vec<Row<'_>> = below.filter_map(|row| self.row(sheet, head, row)).collect();
        let used: HashSet<u16> = rows.iter().flat_map(|row| &row.threats).copied().collect();
        if used.is_empty() {
            self.warn(sheet, "no mark in the whole sheet");
            return rows;
        }
        for (column, threat) in &head.threats {
            if !used.contains(threat) {
                let (row, column) = (head.row, *column);
                let threat = ids::threat_id(*threat);
                let text = format!("no mark below {threat}");
                self.warn_at(sheet, Place { row, column }, text);
            }
        }
        rows
    }

    fn row<'a>(&mut self, sheet: &'a Sheet, head: &Head, row: u32) -> Option<Row<'a>> {
        let column = head.ids;
        let place = Place { row, column };
        let written = sheet.cell(row, column);
        if sheet.row(row).all(|(_, text)| text.trim().is_empty()) {
            return None;
        }
        let Some(id) = ids::requirement(written) else {
            self.warn_at(
                sheet,
                place,
                format!("`{written}` is no requirement: row left out"),
            );
            return None;
        };
        if id.to_string() != written {
            self.warn_at(sheet, place, format!("`{written}` is read as {id}"));
        }
        let threats = self.threats(sheet, head, row);
        let values = self.values(sheet, head, row, &id);
        Some(Row {
            sheet,
            place,
            at_home: id.module == head.module,
            id,
            threats,
            values,
        })
    }

    /// The threats that a row marks, once each.
    fn threats(&mut self, sheet: &Sheet, head: &Head, row: u32) -> Vec<u16> {
        let mut marked = Vec::new();
        for (place, mark) in sheet.row(row) {
            let threat = head.threats.get(&place.column);
            match (threat, mark.trim()) {
                (Some(threat), "X" | "x") if marked.contains(threat) => {
                    let threat = ids::threat_id(*threat);
                    self.warn_at(sheet, place, format!("{threat} is marked a second time"));
                }
                (Some(threat), "X" | "x") => marked.push(*threat),
                (Some(_), _) => {
                    self.warn_at(sheet, place, format!("`{mark}` is no mark: left out"));
                }
                (None, mark) if mark.is_empty() || head.names(place.column) => {}
                (None, mark) => {
                    let text = format!("`{mark}` stands below no threat: left out");
                    self.warn_at(sheet, place, text);
                }
            }
        }
        marked
    }

    fn values(
        &mut self,
        sheet: &Sheet,
        head: &Head,
        row: u32,
        id: &RequirementId,
    ) -> Option<Values> {
        let column = head.values?;
        let letters = sheet.cell(row, column).trim();
        if letters.is_empty() {
            return None;
        }
        if letters.chars().any(|letter| !"CIA".contains(letter)) {
            let text = format!("`{letters}` is not made of C, I and A: left out");
            self.warn_at(sheet, Place { row, column }, text);
            return None;
        }
        Some(Values {
            requirement: id.to_string(),
            confidentiality: letters.contains('C'),
            integrity: letters.contains('I'),
            availability: letters.contains('A'),
        })
    }

    /// Joins the rows of all sheets.
    fn table(mut self, rows: Vec<Row<'_>>) -> CrossTable {
        // Ids that stand in the sheet of their module: no misprint elsewhere takes their place.
        let real: HashSet<RequirementId> = rows
            .iter()
            .filter(|row| row.at_home)
            .map(|row| row.id.clone())
            .collect();
        let mut seen = HashSet::new();
        let mut table = CrossTable {
            requirements: Vec::new(),
            pairs: Vec::new(),
            values: Vec::new(),
            warnings: Vec::new(),
        };
        for row in rows {
            let id = &row.id;
            if (!row.at_home && real.contains(id)) || !seen.insert(id.clone()) {
                let text = format!("{id} has another row: this one is left out");
                self.warn_at(row.sheet, row.place, text);
                continue;
            }
            if !row.at_home {
                let text = format!("{id} stands in the sheet of another module");
                self.warn_at(row.sheet, row.place, text);
            }
            let requirement = id.to_string();
            table.pairs.extend(row.threats.iter().map(|threat| Pair {
                requirement: requirement.clone(),
                threat: ids::threat_id(*threat),
            }));
            table.values.extend(row.values);
            table.requirements.push(requirement);
        }
        table.warnings = self.warnings.into_lines();
        table
    }
}

#[cfg(test)]
mod tests;
