//! Alarms of lines and of the measures that they pay for: BA-2 to BA-5, BA-9 to BA-11, BA-14.

use std::collections::{BTreeMap, HashMap};

use super::books::Books;
use super::{Alarm, Place, Rules};
use crate::actions::budget::booked::Booked;
use crate::domain::budget::alarm::{
    self, Code, Funded, Hit, LineYear, Moved, Needs, Severity, of_line, of_rest, rests,
};
use crate::domain::budget::allocation::over_budget;
use crate::domain::budget::{EntryType, Figures};
use crate::domain::measure::Status;
use crate::domain::programme::{CentsOverflow, sum};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::alarms::{Costs, costs_of};
use crate::store::budget::{self, LineFilter, ReportLine};

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
        found.extend(by_year(rules, line, years)?);
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

/// BA-2 alone, of lines and of the measures that they pay for; of measures nothing is read but of those that it is found for.
///
/// # Errors
/// `sum_out_of_range`
pub(super) fn overspent(db: &mut Db, rules: &Rules<'_>, filter: &LineFilter) -> Result<Vec<Alarm>> {
    let booked = Booked::read(db, rules.sight, filter)?;
    let none = BTreeMap::new();
    let mut found = Vec::new();
    for line in budget::report_lines(db, rules.sight, filter)? {
        let years = booked.figures.get(&line.id).unwrap_or(&none);
        found.extend(by_year(rules, &line, years)?);
    }
    found.retain(|alarm| alarm.hit.code == Code::Overspent);
    let mut over: HashMap<&str, Vec<(i32, Hit)>> = HashMap::new();
    for (measure, years) in &booked.of_measures {
        let hits = more_than_given(years)?;
        if !hits.is_empty() {
            over.insert(measure, hits);
        }
    }
    let ids: Vec<&str> = over.keys().copied().collect();
    for costs in costs_of(db, rules.sight.institution_id, &ids)? {
        let hits = over.remove(costs.id.as_str()).unwrap_or_default();
        if rules.names(&costs) {
            let alarm = |(year, hit)| Alarm::new(hit, Place::of_measure(&costs, year));
            found.extend(hits.into_iter().map(alarm));
        }
    }
    Ok(found)
}

/// Alarms of a line that are found in a year alone.
fn by_year(
    rules: &Rules<'_>,
    line: &ReportLine,
    years: &BTreeMap<i32, Figures>,
) -> Result<Vec<Alarm>> {
    let mut found = Vec::new();
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
    Ok(found)
}

/// BA-2 of a measure: the years in which more was spent for it than it was given.
fn more_than_given(years: &BTreeMap<i32, Figures>) -> Result<Vec<(i32, Hit)>> {
    let mut hits = Vec::new();
    for (year, figures) in years {
        if let Some(over) = over_budget(figures)? {
            let hit = Hit::new(Code::Overspent, Severity::Red, over, "over_budget");
            hits.push((*year, hit));
        }
    }
    Ok(hits)
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
    let alarm = |(year, hit)| Alarm::new(hit, Place::of_measure(costs, year));
    let mut found: Vec<Alarm> = more_than_given(years)?.into_iter().map(alarm).collect();
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
        let unfunded = alarm::unfunded(&needs, &funded, books.last_budget_year)?;
        found.extend(unfunded.into_iter().map(alarm));
    }
    Ok(found)
}
