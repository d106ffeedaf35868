//! Views of the budget as tables, with German headings as offices file them.

use super::{
    FiguresView, Grouping, LapsingFunds, MonthView, ReportView, SecurityShare, ShareView,
    UnfundedMeasures,
};
use crate::actions::posts::PostSummary;
use crate::domain::budget::coverage::Shares;
use crate::domain::budget::reported::Movement;
use crate::domain::plan::{Plan, YearAmount};
use crate::domain::post::Tally;
use crate::sheet::grid::text;
use crate::sheet::xlsx::Form;
use crate::sheet::{Cell, Grid};
use crate::texts::{Language, label};

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

/// The plan table as the paper prints it: lines by group, a column for each year; sums, double budgets and what is left
/// under the ceilings below.
pub fn plan_grid(plan: &Plan) -> Grid {
    let years: Vec<String> = plan.years.iter().map(i32::to_string).collect();
    let years: Vec<&str> = years.iter().map(String::as_str).collect();
    let mut grid = Grid::new("Plan")
        .texts(&[
            ("Gruppe", 12),
            ("Position", 10),
            ("Haushaltszeile", 16),
            ("Bezeichnung", 50),
            ("Art", 14),
            ("Hinweis", 20),
        ])
        .euros(&years)
        .euros(&["Summe"]);
    let amounts = |of: &dyn Fn(i32) -> Option<i64>, total: i64| {
        let years = plan.years.iter().map(|year| of(*year));
        let years = years.map(|cents| cents.map_or(Cell::Empty, Cell::Euro));
        years.chain([Cell::Euro(total)]).collect::<Vec<Cell>>()
    };
    let mut row = |names: [Option<&str>; 6], amounts: Vec<Cell>| {
        grid.row(names.map(text).into_iter().chain(amounts).collect());
    };
    let sum_of =
        |sums: &[YearAmount], year: i32| sums.iter().find(|of| of.year == year).map(|of| of.cents);
    for group in &plan.groups {
        for line in &group.lines {
            let of_year = |year| {
                let of_year = line.entries.iter().filter(|entry| entry.year == year);
                let of_year: Vec<i64> = of_year.map(|entry| entry.cents).collect();
                // Within the sum of the line, which is known to fit.
                (!of_year.is_empty()).then(|| {
                    of_year
                        .iter()
                        .fold(0, |sum, cents| cents.saturating_add(sum))
                })
            };
            let kind = label(Language::De, "line-kind", line.kind.as_str());
            let mut flags: Vec<String> = Vec::new();
            for flag in line.entries.iter().filter_map(|entry| entry.flag) {
                let flag = label(Language::De, "entry-flag", flag.as_str());
                if !flags.contains(&flag) {
                    flags.push(flag);
                }
            }
            let flags = flags.join(", ");
            let names = [
                Some(group.key.as_str()),
                Some(&line.position),
                Some(&line.key),
                Some(&line.title),
                Some(&kind),
                Some(&flags),
            ];
            row(names, amounts(&of_year, line.total_cents));
        }
        let title = format!("Summe {}", group.title);
        let names = [
            Some(group.key.as_str()),
            None,
            None,
            Some(&title),
            None,
            None,
        ];
        let of_year = |year| sum_of(&group.sums, year);
        row(names, amounts(&of_year, group.total_cents));
    }
    let mut below = |title: &str, of_year: &dyn Fn(i32) -> Option<i64>, total: i64| {
        let names = [None, None, None, Some(title), None, None];
        row(names, amounts(of_year, total));
    };
    below("Summe", &|year| sum_of(&plan.sums, year), plan.total_cents);
    for double in &plan.double_budgets {
        let [first, second] = double.years;
        below(
            &format!("Doppelhaushalt {first}/{second}"),
            &|_| None,
            double.cents,
        );
    }
    for ceiling in &plan.ceilings {
        let (from, to) = (ceiling.from_year, ceiling.to_year);
        let years = if from == to {
            from.to_string()
        } else {
            format!("{from}–{to}")
        };
        let group = ceiling.group.as_ref();
        let group = group.map_or_else(String::new, |group| format!(" Gruppe {group}"));
        for (what, cents) in [
            ("Obergrenze", ceiling.ceiling_cents),
            ("Spielraum unter der Obergrenze", ceiling.headroom_cents),
        ] {
            let in_year = |year| (from == to && year == from).then_some(cents);
            below(&format!("{what} {years}{group}"), &in_year, cents);
        }
    }
    grid
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
