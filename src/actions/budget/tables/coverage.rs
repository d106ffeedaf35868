//! What money is for, what lacks it, what of it lapses.

use super::Tabular;
use crate::actions::budget::{LapsingFunds, SecurityShare, ShareView, UnfundedMeasures};
use crate::domain::budget::coverage::Shares;
use crate::sheet::grid::text;
use crate::sheet::xlsx::Form;
use crate::sheet::{Cell, Grid};
use crate::texts::{Language, label};

impl Tabular for SecurityShare {
    fn grid(&self) -> Grid {
        let parts = [
            "Sicherheit",
            "mittelbar",
            "noch zu teilen",
            "anderes",
            "gesamt",
        ];
        let of = |what: &str| parts.map(|part| format!("{what} {part}"));
        let (plan, authorised) = (of("Plan"), of("Autorisiert"));
        let per_mille = |what: &str| format!("{what} Sicherheitsanteil (%)");
        let percent = Form::Amount { decimals: 1 };
        let mut grid = Grid::new("Sicherheitsanteil")
            .texts(&[("Programm", 18), ("Bezeichnung", 45)])
            .euros(&plan.each_ref().map(String::as_str))
            .columns(&[(per_mille("Plan").as_str(), 14)], percent)
            .euros(&authorised.each_ref().map(String::as_str))
            .columns(&[(per_mille("Autorisiert").as_str(), 14)], percent);
        let shares = |shares: &Shares, per_mille: Option<i64>| {
            let cents = [
                shares.direct_cents,
                shares.indirect_cents,
                shares.unsplit_cents,
                shares.other_cents,
                shares.total_cents,
            ];
            let share = per_mille.map_or(Cell::Empty, |units| Cell::Amount { units, decimals: 1 });
            cents
                .map(Cell::Euro)
                .into_iter()
                .chain([share])
                .collect::<Vec<Cell>>()
        };
        let mut row = |names: [Option<&str>; 2], of: &ShareView| {
            let cells = names.map(text).into_iter();
            let cells = cells.chain(shares(&of.plan, of.plan_per_mille));
            let cells = cells.chain(shares(&of.authorised, of.authorised_per_mille));
            grid.row(cells.collect());
        };
        for programme in &self.rows {
            row(
                [Some(&programme.programme), Some(&programme.title)],
                &programme.share,
            );
        }
        row([Some("Summe"), None], &self.totals);
        grid
    }

    fn name(&self, institution: &str) -> String {
        format!("sicherheitsanteil-{institution}-{}", self.year)
    }
}

impl Tabular for UnfundedMeasures {
    fn grid(&self) -> Grid {
        let mut grid = Grid::new("Ohne Deckung")
            .texts(&[
                ("Maßnahme", 14),
                ("Titel", 45),
                ("Status", 16),
                ("Organisationseinheit", 24),
                ("Grund", 28),
                ("Haushaltszeilen", 30),
            ])
            .euros(&["Bedarf", "Autorisiert", "Fehlt"]);
        for row in &self.rows {
            let status = label(Language::De, "status", row.status.as_str());
            let shortage = label(Language::De, "shortage", row.shortage.as_str());
            let lines = row.lines.join(", ");
            let names = [
                Some(row.measure.as_str()),
                Some(&row.title),
                Some(&status),
                row.org_unit.as_deref(),
                Some(&shortage),
                Some(&lines),
            ];
            let cents = [row.need_cents, row.authorised_cents, row.missing_cents];
            grid.row(
                names
                    .map(text)
                    .into_iter()
                    .chain(cents.map(Cell::Euro))
                    .collect(),
            );
        }
        let mut sum = vec![Cell::Empty; 8];
        if let Some(first) = sum.first_mut() {
            *first = Cell::Text("Summe".to_owned());
        }
        sum.push(Cell::Euro(self.missing_cents));
        grid.row(sum);
        grid
    }

    fn name(&self, institution: &str) -> String {
        format!("ohne-deckung-{institution}")
    }
}

impl Tabular for LapsingFunds {
    fn grid(&self) -> Grid {
        let mut grid = Grid::new("Verfall")
            .texts(&[
                ("Programm", 18),
                ("Haushaltszeile", 16),
                ("Bezeichnung", 45),
                ("Art", 14),
            ])
            .euros(&["Autorisiert", "Gebunden", "Verfällt"]);
        for row in &self.rows {
            let kind = label(Language::De, "line-kind", row.kind.as_str());
            let names = [
                Some(row.programme.as_str()),
                Some(&row.line),
                Some(&row.title),
                Some(&kind),
            ];
            let cents = [row.authorised_cents, row.committed_cents, row.lapsing_cents];
            grid.row(
                names
                    .map(text)
                    .into_iter()
                    .chain(cents.map(Cell::Euro))
                    .collect(),
            );
        }
        let mut sum = vec![Cell::Text("Summe".to_owned())];
        sum.resize(6, Cell::Empty);
        sum.push(Cell::Euro(self.lapsing_cents));
        grid.row(sum);
        grid
    }

    fn name(&self, institution: &str) -> String {
        format!("verfall-{institution}-{}", self.year)
    }
}
