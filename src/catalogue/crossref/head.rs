//! First row of a sheet of the cross table.

use std::collections::BTreeMap;

use crate::catalogue::ids;
use crate::catalogue::workbook::{Place, Sheet};

/// What the columns of a sheet are.
pub(super) struct Head {
    pub(super) row: u32,
    pub(super) module: String,
    /// Column of the requirements' ids, headed by the id of the module.
    pub(super) ids: u32,
    titles: Option<u32>,
    /// Column of C, I and A.
    pub(super) values: Option<u32>,
    /// Threat of each further column.
    pub(super) threats: BTreeMap<u32, u16>,
    /// Cells of the first row that say none of this.
    pub(super) unread: Vec<(Place, String)>,
    /// Threats that head more than one column.
    pub(super) repeated: Vec<(Place, u16)>,
}

impl Head {
    /// Reads the first row that holds anything; says what is missing from a cross table.
    pub(super) fn read(sheet: &Sheet) -> Result<Self, &'static str> {
        let row = sheet.cells().next().map(|(place, _)| place.row);
        let row = row.ok_or("it is empty")?;
        let mut module = None;
        let mut head = Head {
            row,
            module: String::new(),
            ids: 0,
            titles: None,
            values: None,
            threats: BTreeMap::new(),
            unread: Vec::new(),
            repeated: Vec::new(),
        };
        for (place, text) in sheet.row(row) {
            if let Some(threat) = ids::threat(text) {
                head.threat(place, threat);
            } else if let Some(id) = ids::module(text).filter(|_| module.is_none()) {
                module = Some((id, place.column));
            } else {
                head.word(place, text);
            }
        }
        let (module, column) = module.ok_or("the first row names no module")?;
        if head.threats.is_empty() {
            return Err("the first row names no threat");
        }
        (head.module, head.ids) = (module, column);
        Ok(head)
    }

    /// Whether a column holds ids, titles or what is protected.
    pub(super) fn names(&self, column: u32) -> bool {
        self.ids == column || self.titles == Some(column) || self.values == Some(column)
    }

    fn threat(&mut self, place: Place, threat: u16) {
        if self.threats.values().any(|other| *other == threat) {
            self.repeated.push((place, threat));
        }
        self.threats.insert(place.column, threat);
    }

    fn word(&mut self, place: Place, text: &str) {
        match text.trim() {
            "Name" if self.titles.is_none() => self.titles = Some(place.column),
            "CIA" if self.values.is_none() => self.values = Some(place.column),
            "" => {}
            other => self.unread.push((place, other.to_owned())),
        }
    }
}
