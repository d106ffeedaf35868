//! The modelling table: the only place that has a module's order and type of target object.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::xml::{self, Warnings};
use super::{DocbookError, heading};
use crate::domain::catalogue::ImplementationOrder;

/// The rows by module id.
pub(super) struct Modelling {
    rows: BTreeMap<String, Row>,
    used: BTreeSet<String>,
}

/// What a row says about its module.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Title as in the table; the heading of the module is what counts.
    pub(super) title: String,
    pub(super) order: ImplementationOrder,
    pub(super) target_type: String,
}

impl Modelling {
    pub(super) fn read<'a>(
        book: Node<'a, 'a>,
        warnings: &mut Warnings,
    ) -> Result<Self, DocbookError> {
        let mut rows = BTreeMap::new();
        let chapters = xml::children(book, "chapter")
            .filter(|chapter| xml::title(*chapter).contains("Modellierung"));
        for (node, cells) in chapters.flat_map(xml::rows) {
            let Some((id, row)) = row(node, &cells)? else {
                continue;
            };
            match rows.entry(id) {
                Entry::Vacant(place) => {
                    place.insert(row);
                }
                Entry::Occupied(first) => {
                    let text = format!("module {} is modelled twice: first row read", first.key());
                    warnings.add(node, text);
                }
            }
        }
        if rows.is_empty() {
            return Err(DocbookError::NoModelling);
        }
        let used = BTreeSet::new();
        Ok(Self { rows, used })
    }

    pub(super) fn take(&mut self, module: &str) -> Option<Row> {
        self.used.insert(module.to_owned());
        self.rows.get(module).cloned()
    }

    /// Modules that were never asked for.
    pub(super) fn unused(&self) -> Vec<&str> {
        let ids = self.rows.keys().filter(|id| !self.used.contains(*id));
        ids.map(String::as_str).collect()
    }
}

/// A row whose first cell names a module; header and other rows are none.
fn row(node: Node<'_, '_>, cells: &[String]) -> Result<Option<(String, Row)>, DocbookError> {
    let mut cells = cells.iter().filter(|cell| !cell.is_empty());
    let Some((first, (id, title))) = cells.next().and_then(|c| Some((c, heading::module(c)?)))
    else {
        return Ok(None);
    };
    let mut cell = |missing| {
        cells.next().ok_or_else(|| DocbookError::ShortRow {
            place: xml::place(node),
            module: first.clone(),
            missing,
        })
    };
    let order = cell("order")?.parse();
    let order = order.map_err(|reason| DocbookError::UnknownOrder {
        place: xml::place(node),
        module: id.clone(),
        reason,
    })?;
    let row = Row {
        title,
        order,
        target_type: cell("type of target object")?.clone(),
    };
    Ok(Some((id, row)))
}
