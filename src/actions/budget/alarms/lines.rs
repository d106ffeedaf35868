//! Alarms of lines and of the measures that they pay for: BA-2 to BA-5, BA-9 to BA-11, BA-14.

use std::collections::BTreeMap;

use super::books::Books;
use super::{Alarm, Place, Rules};
use crate::domain::budget::alarm::{
    self, Code, Funded, Hit, LineYear, Moved, Needs, Severity, of_line, of_rest, rests,
};
use crate::domain::budget::allocation::over_budget;
use crate::domain::budget::{EntryType, Figures};
use crate::domain::measure::Status;
use crate::domain::programme::{CentsOverflow, sum};
use crate::error::Result;
use crate::store::budget::ReportLine;
use crate::store::budget::alarms::Costs;

/// All of them.
///
/// # Errors
/// `sum_out_of_range`
pub(super) fn find(rules: &Rules<'_>, books: &Books) -> Result<Vec<Alarm>> {
    let moved = moved(books)?;
    let none = BTreeMap::new();
    let mut found = Vec::new();
    for line in &books.lines {
        let years = books.figures.get(&line.id).unwrap_or(&none);
        for (year, figures) in years {
            let of_year = LineYear {
                kind: line.kind,
                transferable: line.transferable,
                year: *year,
                figures,
            };
            for hit in of_line(rules.policy, rules.today, &of_year)? {
                found.push(Alarm::new(hit, Place::of_line(line, Some(*year))));
            }
        }
        if let Some(moved) = moved.get(line.id.as_str()) {
            found.extend(carried(rules, line, moved)?);
        }
        let planned = sum(years.values().map(|figures| figures.plan))?;
        let estimated = estimated(books, line);
        let hit = alarm::without_recurring_cost(rules.policy, line.kind, planned, estimated);
        found.extend(hit.map(|hit| Alarm::new(hit, Place::of_line(line, None))));
    }
    for costs in books.costs.values().filter(|costs| rules.names(costs)) {
        found.extend(of_measure(books, costs)?);
    }
    Ok(found)
}

/// What was carried over into and out of the years of the lines that have carry-overs.
fn moved(books: &Books) -> Result<BTreeMap<&str, BTreeMap<i32, Moved>>> {
    let mut moved: BTreeMap<&str, BTreeMap<i32, Moved>> = BTreeMap::new();
    for (line, year, entry_type, cents) in &books.sums {
        if !entry_type.carries_over() {
            continue;
        }
        let place = moved
            .entry(line.as_str())
            .or_default()
            .entry(*year)
            .or_default();
        match entry_type {
            EntryType::CarryIn => place.carried_in = *cents,
            _ => place.carried_out = cents.checked_neg().ok_or(CentsOverflow)?,
        }
    }
    for (line, years) in &mut moved {
        for (year, place) in years {
            let figures = books.figures.get(*line).and_then(|years| years.get(year));
            let figures = figures.copied().unwrap_or_default();
            place.used = sum([figures.committed, figures.actual])?;
        }
    }
    Ok(moved)
}

/// BA-10
fn carried(
    rules: &Rules<'_>,
    line: &ReportLine,
    moved: &BTreeMap<i32, Moved>,
) -> Result<Vec<Alarm>> {
    let rests = rests(moved)?.into_iter();
    let alarm = rests.filter_map(|rest| {
        let hit = of_rest(rules.policy, rules.today, line.kind, &rest)?;
        let place = Place::of_line(line, Some(rest.year));
        Some(Alarm::new(hit, place).arg("origin", rest.origin))
    });
    Ok(alarm.collect())
}

/// Whether a measure of a line has an estimate of what it costs every year.
fn estimated(books: &Books, line: &ReportLine) -> bool {
    let payees = books.payees.get(&line.id).into_iter().flatten();
    let mut costs = payees.filter_map(|id| books.costs.get(id));
    costs.any(|costs| costs.yearly.is_some() || costs.yearly_staff.is_some())
}

/// BA-14, and that more was spent for a measure than it was given.
fn of_measure(books: &Books, costs: &Costs) -> Result<Vec<Alarm>> {
    let none = BTreeMap::<i32, Figures>::new();
    let years = books.of_measures.get(&costs.id).unwrap_or(&none);
    let place = |year: i32| Place {
        programme: costs.programme.as_ref().map(|(key, _)| key.clone()),
        measure: Some(costs.reference.clone()),
        year: Some(year),
        ..Place::default()
    };
    let mut found = Vec::new();
    for (year, figures) in years {
        if let Some(over) = over_budget(figures)? {
            let hit = Hit::new(Code::Overspent, Severity::Red, over, "over_budget");
            found.push(Alarm::new(hit, place(*year)));
        }
    }
    let approved = matches!(
        costs.status,
        Status::Approved | Status::InProgress | Status::Blocked
    );
    if let Some(due) = costs
        .due
        .filter(|_| approved && costs.no_budget_reason.is_none())
    {
        let needs = Needs {
            once: costs.once,
            yearly: costs.yearly,
            due_year: chrono::Datelike::year(&due),
        };
        let funded: Funded = years
            .iter()
            .map(|(year, figures)| (*year, figures.authorised))
            .collect();
        for (year, hit) in alarm::unfunded(&needs, &funded, books.last_budget_year)? {
            found.push(Alarm::new(hit, place(year)));
        }
    }
    Ok(found)
}
