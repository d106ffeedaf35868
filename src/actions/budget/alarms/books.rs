//! What alarms are found in: figures of the lines in sight in every year, and their shares by measure.

use std::collections::{BTreeMap, HashMap};

use crate::domain::budget::allocation::{Sharer, Shares};
use crate::domain::budget::ceiling::GroupSum;
use crate::domain::budget::{EntryType, Figures};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::alarms::{Costs, costs, last_budget_year};
use crate::store::budget::{self, LineFilter, Payee, ReportLine};
use crate::store::measures::Sight;

/// Sums of effective entries by line, year and type.
pub(in crate::actions::budget) type Sums = Vec<(String, i32, EntryType, i64)>;

/// The books of all budgets in sight.
pub(in crate::actions::budget) struct Books {
    /// The lines by programme, group and place.
    pub lines: Vec<ReportLine>,
    /// What was booked on them.
    pub sums: Sums,
    /// Figures of each line by year.
    pub figures: HashMap<String, BTreeMap<i32, Figures>>,
    /// What each measure has of its lines, by year.
    pub of_measures: HashMap<String, BTreeMap<i32, Figures>>,
    /// Ids of the measures that each line pays for and that are neither rejected nor replaced.
    pub payees: HashMap<String, Vec<String>>,
    /// What measures cost, by id.
    pub costs: HashMap<String, Costs>,
    /// The last year that has a budget.
    pub last_budget_year: Option<i32>,
    /// Places of the lines by their ids.
    places: HashMap<String, usize>,
}

impl Books {
    /// Reads them in the same number of statements, however much was booked.
    ///
    /// # Errors
    /// `sum_out_of_range`
    pub(in crate::actions::budget) fn read(
        db: &mut Db,
        sight: &Sight<'_>,
        filter: &LineFilter,
    ) -> Result<Books> {
        let lines = budget::report_lines(db, sight, filter)?;
        let sums = budget::sums_of_all_years(db, sight, filter)?;
        let mut figures: HashMap<String, BTreeMap<i32, Figures>> = HashMap::new();
        for (line, year, entry_type, cents) in &sums {
            let of_line = figures.entry(line.clone()).or_default();
            of_line.entry(*year).or_default().add(*entry_type, *cents)?;
        }
        let mut payees: HashMap<String, Vec<Payee>> = HashMap::new();
        for payee in budget::paid_for(db, sight, filter)? {
            payees.entry(payee.line_id.clone()).or_default().push(payee);
        }
        let fixed = budget::fixed_shares(db, sight, filter)?;
        let mut of_measures: HashMap<String, BTreeMap<i32, Figures>> = HashMap::new();
        for (line, years) in &figures {
            let sharers = payees.get(line).into_iter().flatten().map(Payee::sharer);
            let sharers: Vec<Sharer> = sharers.collect();
            let fixed = fixed.get(line).map(Vec::as_slice).unwrap_or_default();
            for (year, figures) in years {
                let shares = Shares::of_year(&sharers, fixed, *year, figures.authorised);
                for (measure, part) in shares.split(figures)?.measures {
                    let of_measure = of_measures.entry(measure).or_default();
                    of_measure.entry(*year).or_default().add_all(&part)?;
                }
            }
        }
        let places = lines.iter().enumerate();
        let places = places.map(|(place, line)| (line.id.clone(), place));
        let counting = |all: Vec<Payee>| {
            let counting = all.into_iter().filter(|payee| payee.sharer().counts);
            counting.map(|payee| payee.id).collect()
        };
        Ok(Books {
            payees: payees
                .into_iter()
                .map(|(line, all)| (line, counting(all)))
                .collect(),
            costs: costs(db, sight.institution_id)?,
            last_budget_year: last_budget_year(db, sight.institution_id)?,
            places: places.collect(),
            lines,
            sums,
            figures,
            of_measures,
        })
    }

    /// A line by its id.
    pub(in crate::actions::budget) fn line(&self, id: &str) -> Option<&ReportLine> {
        self.lines.get(*self.places.get(id)?)
    }

    /// What ceilings of a programme are compared with.
    pub(super) fn group_sums(&self, programme: &str) -> Vec<GroupSum> {
        let groups: HashMap<&str, &str> = self
            .lines
            .iter()
            .filter(|line| line.programme.0 == programme)
            .map(|line| (line.id.as_str(), line.group_id.as_str()))
            .collect();
        let sum = |(line, year, entry_type, cents): &(String, i32, EntryType, i64)| {
            Some(GroupSum {
                group: (*groups.get(line.as_str())?).to_owned(),
                year: *year,
                entry_type: *entry_type,
                cents: *cents,
            })
        };
        self.sums.iter().filter_map(sum).collect()
    }
}
