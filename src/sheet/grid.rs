//! A table that is small enough to be held as a whole: the views of the budget, for instance.

use std::io;

use super::xlsx::{Column, Form};
use super::{Cell, Format, Table};

/// A table with its headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Name of the sheet in a workbook, at most 31 characters.
    pub name: &'static str,
    columns: Vec<(String, Form, u32)>,
    rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// A table without columns and rows.
    pub const fn new(name: &'static str) -> Self {
        Grid {
            name,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Adds columns of text, each with its heading and its width in characters.
    #[must_use]
    pub fn texts(self, headings: &[(&str, u32)]) -> Self {
        self.columns(headings, Form::Text)
    }

    /// Adds columns of euros; a workbook keeps fifteen digits of an amount, text all of them.
    #[must_use]
    pub fn euros(self, headings: &[&str]) -> Self {
        let headings: Vec<(&str, u32)> = headings.iter().map(|&heading| (heading, 18)).collect();
        self.columns(&headings, Form::Euro)
    }

    /// Adds columns of one form, each with its heading and its width in characters.
    #[must_use]
    pub fn columns(mut self, headings: &[(&str, u32)], form: Form) -> Self {
        let columns = headings.iter().copied();
        self.columns
            .extend(columns.map(|(heading, width)| (heading.to_owned(), form, width)));
        self
    }

    /// Adds a row; cells at its end may be left out.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The file.
    ///
    /// # Errors
    /// Where a temporary file cannot be written, or a text is longer than a workbook takes (32,767 characters).
    pub fn file(&self, format: Format) -> io::Result<Vec<u8>> {
        let columns = self.columns.iter();
        let columns: Vec<Column<'_>> = columns
            .map(|(heading, form, width)| Column {
                heading,
                form: *form,
                width: *width,
            })
            .collect();
        let mut table = Table::new(format, Vec::new(), self.name, &columns)?;
        for row in &self.rows {
            table.write(row)?;
        }
        table.finish()
    }
}

/// A cell with text; nothing where there is none.
pub fn text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Limits, Records};

    fn grid() -> Grid {
        let mut grid = Grid::new("Probe")
            .texts(&[("Zeile", 12)])
            .euros(&["Plan", "Ist"]);
        grid.row(vec![
            text(Some("=1+1")),
            Cell::Euro(199_400_000),
            Cell::Euro(-1),
        ]);
        grid.row(vec![
            text(None),
            Cell::Empty,
            Cell::Euro(12_345_678_901_234),
        ]);
        grid
    }

    #[test]
    fn text_has_a_mark_semicolons_and_commas_and_no_formulas() {
        let file = String::from_utf8(grid().file(Format::Csv).unwrap()).unwrap();
        let expected = "\u{FEFF}Zeile;Plan;Ist\r\n'=1+1;1994000,00;-0,01\r\n;;123456789012,34\r\n";
        assert_eq!(file, expected);
    }

    #[test]
    fn workbooks_hold_numbers_with_the_sign_of_the_currency() {
        let file = grid().file(Format::Xlsx).unwrap();
        let records = Records::open(&file, Limits::default()).unwrap();
        let cells: Vec<Vec<String>> = records.map(|record| record.unwrap().cells).collect();
        assert_eq!(cells[1], ["'=1+1", "1994000", "-0,01"]);
        assert_eq!(cells[2], ["", "", "123456789012,34"]);
        // What is inside is packed; unpacked, the styles name the format.
        let mut archive = zip_entry(&file, "xl/styles.xml");
        archive.retain(|c| c != '\\');
        assert!(archive.contains("#,##0.00 €"), "{archive}");
    }

    fn zip_entry(file: &[u8], name: &str) -> String {
        use std::io::Read as _;
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }
}
