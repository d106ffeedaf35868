//! Cells of a sheet, as text.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::str::FromStr;

use roxmltree::{Document, Node};

use super::package::is;
use super::styles::Styles;

/// Most rows and columns of a sheet, as the format has them.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

/// Place of a cell. Prints as `B7`; sorts row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Counted from 1.
    pub row: u32,
    /// Counted from 1: 2 is `B`.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), self.row)
    }
}

/// How a sheet names a column that is counted from 1: `A`, `Z`, `AA`.
#[must_use]
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column;
    while let Some(rest) = left.checked_sub(1) {
        let letter = u8::try_from(rest % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        left = rest / 26;
    }
    letters.iter().rev().collect()
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is no cell of a sheet");
        let digits = text
            .find(|c: char| c.is_ascii_digit())
            .ok_or_else(refused)?;
        let (letters, digits) = text.split_at(digits);
        let mut column: u32 = 0;
        for letter in letters.bytes().map(|b| b.to_ascii_uppercase()) {
            if !letter.is_ascii_uppercase() || column > COLUMNS {
                return Err(refused());
            }
            column = column * 26 + u32::from(letter - b'A') + 1;
        }
        let row = digits.parse().ok().ok_or_else(refused)?;
        let place = Place { row, column };
        place.exists().then_some(place).ok_or_else(refused)
    }
}

impl Place {
    fn exists(self) -> bool {
        (1..=ROWS).contains(&self.row) && (1..=COLUMNS).contains(&self.column)
    }
}

/// A sheet: the cells that hold something, and nothing of its looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Name on its tab.
    pub name: String,
    pub(super) cells: BTreeMap<Place, Cell>,
}

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it; of a number what is stored, whatever its format shows.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, yes or no, an error.
    Text,
    /// A number, with a decimal point and perhaps an exponent.
    Number,
    /// A day or as much of it as the cell shows, as ISO 8601 has it: `2026-12-31`, `2026-12`, `2026`.
    Day,
}

impl Sheet {
    /// What stands in a cell, exactly; an empty text where there is nothing.
    #[must_use]
    pub fn cell(&self, row: u32, column: u32) -> &str {
        self.cells
            .get(&Place { row, column })
            .map_or("", |cell| cell.text.as_str())
    }

    /// The cells that hold something, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (Place, &str)> {
        self.cells
            .iter()
            .map(|(place, cell)| (*place, cell.text.as_str()))
    }

    /// The cells of a row that hold something.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (Place, &str)> {
        let first = Place { row, column: 0 };
        let last = Place {
            row,
            column: COLUMNS,
        };
        let cells = self.cells.range(first..=last);
        cells.map(|(place, cell)| (*place, cell.text.as_str()))
    }

    /// The cells that hold something, row by row, and what kind of thing it is.
    #[must_use]
    pub fn into_cells(self) -> btree_map::IntoIter<Place, Cell> {
        self.cells.into_iter()
    }

    /// Numbers of the rows that hold something.
    #[must_use]
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|place| place.row).collect();
        rows.dedup();
        rows
    }
}

/// Why a cell cannot be read.
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) reason: String,
}

/// What may still be read of a workbook.
pub(super) struct Budget {
    pub(super) cells: usize,
    pub(super) text: usize,
}

impl Budget {
    fn take(&mut self, text: &str) -> Result<(), String> {
        let cells = self.cells.checked_sub(1);
        let left = self.text.checked_sub(text.len());
        self.cells = cells.ok_or("the workbook holds too many cells before this one")?;
        self.text = left.ok_or("the workbook holds too much text before this cell ends")?;
        Ok(())
    }
}

/// Reads the cells of a sheet's part.
pub(super) fn read(
    document: &Document<'_>,
    strings: &[String],
    styles: &Styles,
    budget: &mut Budget,
) -> Result<BTreeMap<Place, Cell>, Fault> {
    let mut cells = BTreeMap::new();
    // A place that is not given is the next one.
    let mut next = Place { row: 1, column: 1 };
    let rows = document.root_element().children();
    let rows = rows.filter(|node| is(*node, "sheetData"));
    for row in rows.flat_map(|data| data.children().filter(|node| is(*node, "row"))) {
        next.column = 1;
        if let Some(number) = row.attribute("r") {
            next.row = number.parse().ok().ok_or_else(|| Fault {
                place: next,
                reason: format!("`{number}` is no row of a sheet"),
            })?;
        }
        for cell in row.children().filter(|node| is(*node, "c")) {
            let fault = |reason| Fault {
                place: next,
                reason,
            };
            let place = place_of(cell, next).map_err(fault)?;
            let fault = |reason| Fault { place, reason };
            if let Some(cell) = value(cell, strings, styles).map_err(fault)? {
                budget.take(&cell.text).map_err(fault)?;
                if cells.insert(place, cell).is_some() {
                    return Err(fault("the cell occurs twice".to_owned()));
                }
            }
            next.row = place.row;
            next.column = place.column + 1;
        }
        next.row = next.row.saturating_add(1);
    }
    Ok(cells)
}

fn place_of(cell: Node<'_, '_>, next: Place) -> Result<Place, String> {
    match cell.attribute("r") {
        Some(place) => place.parse(),
        None if next.exists() => Ok(next),
        None => Err("the cell lies outside of any sheet".to_owned()),
    }
}

/// What a cell holds, of a formula the last result; none where the cell is empty.
fn value(cell: Node<'_, '_>, strings: &[String], styles: &Styles) -> Result<Option<Cell>, String> {
    let child = |name| cell.children().find(|node| is(*node, name));
    let plain = child("v").map(text_of).unwrap_or_default();
    let mut kind = Kind::Text;
    let text = match cell.attribute("t") {
        Some("s") if plain.is_empty() => plain,
        Some("s") => {
            let string = plain
                .trim()
                .parse()
                .ok()
                .and_then(|i: usize| strings.get(i));
            let missing = || format!("there is no shared text `{plain}`");
            string.cloned().ok_or_else(missing)?
        }
        Some("inlineStr") => child("is").map(string).unwrap_or_default(),
        Some("n") | None => {
            let day = styles.day(cell.attribute("s"), &plain);
            kind = day.as_ref().map_or(Kind::Number, |_| Kind::Day);
            day.unwrap_or(plain)
        }
        Some("d") => {
            kind = Kind::Day;
            plain
        }
        Some("str" | "b" | "e") => plain,
        Some(other) => return Err(format!("type `{other}` is not known")),
    };
    Ok((!text.is_empty()).then_some(Cell { text, kind }))
}

/// The texts that cells share.
pub(super) fn shared_strings(document: &Document<'_>) -> Vec<String> {
    let items = document.root_element().children();
    items.filter(|node| is(*node, "si")).map(string).collect()
}

/// A text in one piece or in runs of different looks; how it is pronounced is left out.
fn string(item: Node<'_, '_>) -> String {
    let is_spoken = |node: Node<'_, '_>| node.parent().is_some_and(|run| is(run, "rPh"));
    let pieces = item.descendants().filter(|node| is(*node, "t"));
    let pieces = pieces.filter(|piece| !is_spoken(*piece));
    pieces.map(text_of).collect()
}

fn text_of(node: Node<'_, '_>) -> String {
    let pieces = node.children().filter(Node::is_text);
    unescape(pieces.filter_map(|piece| piece.text()).collect())
}

/// `_x000D_` stands for a character that XML would not keep.
fn unescape(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("_x") {
        plain.push_str(before);
        let code = after.get(..4).filter(|_| after.get(4..5) == Some("_"));
        let hex = code.filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        // PostgreSQL cannot hold U+0000 in a text, so it stays as it is written.
        let character = code.and_then(char::from_u32).filter(|c| *c != '\0');
        if let Some(character) = character {
            plain.push(character);
            rest = after.get(5..).unwrap_or_default();
        } else {
            plain.push_str("_x");
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_printed() {
        for text in ["A1", "Z9", "AA10", "AE90", "XFD1048576"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        assert_eq!("aa3".parse(), Ok(Place { row: 3, column: 27 }));
        let wrong = ["", "A", "1", "A0", "XFE1", "A1048577", "A-1", "Ä1", "A1B"];
        for text in [&wrong[..], &["AAAAAAAAAAAAAAAA1", "A99999999999"]].concat() {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }

    #[test]
    fn escaped_characters_are_read() {
        assert_eq!(unescape("a_x000D_\nb_x005F_x".into()), "a\r\nb_x");
        assert_eq!(unescape("a_x00".into()), "a_x00");
        assert_eq!(unescape("_xD800__xÄÖ_x".into()), "_xD800__xÄÖ_x");
        assert_eq!(unescape("a_x0000__x0009_".into()), "a_x0000_\t");
    }
}
