//! What alarms are found in: figures of the lines in sight in every year, and their shares by measure.

use std::collections::{BTreeMap, HashMap};

use crate::actions::budget::booked::{Booked, Sums};
use crate::domain::budget::ceiling::GroupSum;
use crate::domain::budget::{EntryType, Figures};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::alarms::{Costs, costs, last_budget_year};
use crate::store::budget::{self, LineFilter, Payee, ReportLine};
use crate::store::measures::Sight;

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
        let booked = Booked::read(db, sight, filter)?;
        let places = lines.iter().enumerate();
        let places = places.map(|(place, line)| (line.id.clone(), place));
        let counting = |all: Vec<Payee>| {
            let counting = all.into_iter().filter(Payee::counts);
            counting.map(|payee| payee.id).collect()
        };
        Ok(Books {
            payees: booked
                .payees
                .into_iter()
                .map(|(line, all)| (line, counting(all)))
                .collect(),
            costs: costs(db, sight.institution_id)?,
            last_budget_year: last_budget_year(db, sight.institution_id)?,
            places: places.collect(),
            lines,
            sums: booked.sums,
            figures: booked.figures,
            of_measures: booked.of_measures,
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
