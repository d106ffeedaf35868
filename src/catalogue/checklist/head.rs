//! What stands above the rows of a checklist.

use crate::catalogue::ids::{self, tidy};
use crate::catalogue::workbook::Sheet;
use crate::domain::catalogue::Level;

/// The row that heads the table, with the columns that are read.
pub(super) struct Head {
    pub(super) row: u32,
    pub(super) ids: u32,
    pub(super) titles: u32,
    pub(super) texts: u32,
    pub(super) levels: u32,
    last: u32,
}

impl Head {
    /// Finds the first row with the columns of a checklist.
    pub(super) fn read(sheet: &Sheet) -> Option<Self> {
        let mut ids = sheet.cells().filter(|(_, text)| is(text, "ID-Anforderung"));
        ids.find_map(|(place, _)| {
            let column = |name| {
                let mut cells = sheet.row(place.row).filter(|(_, text)| is(text, name));
                cells.next().map(|(found, _)| found.column)
            };
            Some(Head {
                row: place.row,
                ids: place.column,
                titles: column("Titel")?,
                texts: column("Inhalt")?,
                levels: column("Typ")?,
                last: sheet.row(place.row).last()?.0.column,
            })
        })
    }

    /// `Baustein: ISMS.1 Sicherheitsmanagement`: id and title.
    pub(super) fn module(&self, sheet: &Sheet) -> Option<(String, String)> {
        self.above(sheet, "Baustein:")
            .find_map(ids::module_with_title)
    }

    /// `Kompendium: 2023`
    pub(super) fn edition(&self, sheet: &Sheet) -> Option<String> {
        let mut found = self.above(sheet, "Kompendium:").map(tidy);
        found.find(|edition| !edition.is_empty())
    }

    /// Whether a column of the table is one of the institution's answers if it is not read.
    pub(super) fn is_read(&self, column: u32) -> bool {
        [self.ids, self.titles, self.texts, self.levels].contains(&column)
    }

    /// Last column of the table; what stands right of it are lists to choose from.
    pub(super) fn last_column(&self) -> u32 {
        self.last
    }

    /// What follows a word in the cells above the table.
    fn above<'a>(&self, sheet: &'a Sheet, word: &'static str) -> impl Iterator<Item = &'a str> {
        let row = self.row;
        let cells = sheet.cells().take_while(move |(place, _)| place.row < row);
        cells.filter_map(move |(_, text)| text.trim().strip_prefix(word))
    }
}

/// `Basis`, `Standard`, `Hoch`: the word for the elevated level differs between BSI's files.
pub(super) fn level(word: &str) -> Option<Level> {
    match word.trim().to_lowercase().as_str() {
        "basis" => Some(Level::Basic),
        "standard" => Some(Level::Standard),
        "hoch" | "erhöht" => Some(Level::Elevated),
        _ => None,
    }
}

fn is(text: &str, name: &str) -> bool {
    text.trim() == name
}
