//! Views of the budget as tables, with German headings as offices file them.

use super::MonthView;
use crate::domain::budget::reported::Movement;
use crate::sheet::grid::text;
use crate::sheet::{Cell, Grid};

/// What reads as a table beside its JSON.
pub trait Tabular {
    /// The table.
    fn grid(&self) -> Grid;
    /// What its file may be called, without the ending.
    fn name(&self, institution: &str) -> String;
}

fn movement(of: &Movement) -> [Cell; 5] {
    [
        of.opening_cents,
        of.imported_cents,
        of.by_hand_cents,
        of.closing_cents,
        of.later_cents,
    ]
    .map(Cell::Euro)
}

impl Tabular for MonthView {
    fn grid(&self) -> Grid {
        let mut grid = Grid::new("Abgleich")
            .texts(&[("Programm", 18), ("Haushaltszeile", 18)])
            .euros(&[
                "Ist Anfangsbestand",
                "Ist gemeldet",
                "Ist von Hand",
                "Ist Endbestand",
                "Ist später",
                "Obligo Anfangsbestand",
                "Obligo gemeldet",
                "Obligo von Hand",
                "Obligo Endbestand",
                "Obligo später",
            ]);
        let mut row = |names: [Option<&str>; 2], actual: &Movement, commitment: &Movement| {
            let cells = names.map(text).into_iter();
            let cells = cells.chain(movement(actual)).chain(movement(commitment));
            grid.row(cells.collect());
        };
        for line in &self.lines {
            let names = [Some(line.programme.as_str()), Some(line.line.as_str())];
            row(names, &line.actual, &line.commitment);
        }
        row([Some("Summe"), None], &self.actual, &self.commitment);
        let waiting = |cents| Movement {
            imported_cents: cents,
            ..Movement::default()
        };
        let number = format!("{} Buchungen", self.unmatched.count);
        row(
            [Some("Ohne Haushaltszeile"), Some(&number)],
            &waiting(self.unmatched.actual_cents),
            &waiting(self.unmatched.commitment_cents),
        );
        if !self.months_without_import.is_empty() {
            let months: Vec<String> = self
                .months_without_import
                .iter()
                .map(u32::to_string)
                .collect();
            let months = months.join(", ");
            grid.row(
                [Some("Monate ohne Meldung"), Some(months.as_str())]
                    .map(text)
                    .to_vec(),
            );
        }
        grid
    }

    fn name(&self, institution: &str) -> String {
        format!("abgleich-{institution}-{}-{:02}", self.year, self.month)
    }
}
