//! Views of the budget as tables, with German headings as offices file them.

use super::{FiguresView, Grouping, MonthView, ReportView};
use crate::actions::posts::PostSummary;
use crate::domain::budget::reported::Movement;
use crate::domain::post::Tally;
use crate::sheet::grid::text;
use crate::sheet::xlsx::Form;
use crate::sheet::{Cell, Grid};
use crate::texts::{Language, label};

mod coverage;
mod plan;

pub use plan::plan_grid;

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
        let number = format!("Buchungen: {}", self.unmatched.count);
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

impl Tabular for ReportView {
    fn grid(&self) -> Grid {
        let mut grid = Grid::new("Haushalt")
            .texts(&[
                ("Programm", 18),
                (heading_of(self.by), 24),
                ("Bezeichnung", 45),
            ])
            .euros(&[
                "Plan",
                "Autorisiert",
                "Gesperrt",
                "Gebunden",
                "Ausgegeben",
                "Verfügbar",
                "Prognose",
            ]);
        let mut row = |names: [Option<&str>; 3], figures: &FiguresView| {
            let cells = names.map(text).into_iter();
            let amounts = [
                figures.plan_cents,
                figures.authorised_cents,
                figures.blocked_cents,
                figures.committed_cents,
                figures.actual_cents,
                figures.available_cents,
                figures.forecast_cents,
            ];
            grid.row(cells.chain(amounts.map(Cell::Euro)).collect());
        };
        for line in &self.rows {
            let key = line.key.as_deref().map(|key| match self.by {
                Grouping::Kind => label(Language::De, "line-kind", key),
                _ => key.to_owned(),
            });
            let names = [
                line.programme.as_deref(),
                key.as_deref(),
                line.title.as_deref(),
            ];
            row(names, &line.figures);
        }
        row([Some("Summe"), None, None], &self.totals);
        grid
    }

    fn name(&self, institution: &str) -> String {
        format!("haushalt-{institution}-{}", self.year)
    }
}

const fn heading_of(by: Grouping) -> &'static str {
    match by {
        Grouping::Programme => "Schlüssel",
        Grouping::Group => "Gruppe",
        Grouping::Line => "Haushaltszeile",
        Grouping::Measure => "Maßnahme",
        Grouping::OrgUnit => "Organisationseinheit",
        Grouping::Kind => "Art",
    }
}

impl Tabular for PostSummary {
    fn grid(&self) -> Grid {
        let hundredths = Form::Amount { decimals: 2 };
        let mut grid = Grid::new("Stellen")
            .texts(&[("Programm", 18), ("Organisationseinheit", 30)])
            .columns(
                &[
                    ("Beantragt (VzÄ)", 16),
                    ("Bewilligt (VzÄ)", 16),
                    ("Besetzt (VzÄ)", 16),
                    ("Unbesetzt (VzÄ)", 16),
                    ("Vakant (VzÄ)", 16),
                ],
                hundredths,
            )
            .euros(&["Kosten im Jahr (bewilligt)"]);
        let mut row = |names: [Option<&str>; 2], tally: &Tally| {
            let posts = [
                tally.requested_hundredths,
                tally.granted_hundredths,
                tally.filled_hundredths,
                tally.unfilled_hundredths,
                tally.vacant_hundredths,
            ];
            let posts = posts.map(|units| Cell::Amount { units, decimals: 2 });
            let cells = names.map(text).into_iter().chain(posts);
            let cost = Cell::Euro(tally.granted_cost_year_cents);
            grid.row(cells.chain([cost]).collect());
        };
        for unit in &self.items {
            row([Some(&unit.programme), Some(&unit.org_unit)], &unit.tally);
        }
        row([Some("Summe"), None], &self.total);
        grid
    }

    fn name(&self, institution: &str) -> String {
        format!("stellen-{institution}-{}", self.as_of)
    }
}
