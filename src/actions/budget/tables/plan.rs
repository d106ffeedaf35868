//! The plan table of a programme.

use crate::domain::plan::{Plan, YearAmount};
use crate::sheet::grid::text;
use crate::sheet::{Cell, Grid};
use crate::texts::{Language, label};

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
