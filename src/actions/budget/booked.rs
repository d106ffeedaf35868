//! What was booked on lines, and what of it falls on the measures that they pay for.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::budget::allocation::{self, Sharer, Shares};
use crate::domain::budget::{EntryType, Figures};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::{self, LineFilter, Payee};
use crate::store::measures::Sight;

/// Sums of effective entries by line, year and type.
pub(super) type Sums = Vec<(String, i32, EntryType, i64)>;

/// The figures of lines in every year, and their parts by measure.
pub(super) struct Booked {
    /// What was booked on the lines.
    pub sums: Sums,
    /// Figures of each line by year.
    pub figures: HashMap<String, BTreeMap<i32, Figures>>,
    /// What each line pays for.
    pub payees: HashMap<String, Vec<Payee>>,
    /// What each measure has of these lines, by year.
    pub of_measures: HashMap<String, BTreeMap<i32, Figures>>,
    /// Ids of the measures that have a share of a line in a year in which it is overspent (BA-2).
    overspent: HashSet<String>,
}

impl Booked {
    /// Reads them in three statements, however much was booked.
    ///
    /// # Errors
    /// `sum_out_of_range`
    pub(super) fn read(db: &mut Db, sight: &Sight<'_>, filter: &LineFilter) -> Result<Booked> {
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
        let mut overspent = HashSet::new();
        for (line, years) in &figures {
            let sharers = payees.get(line).into_iter().flatten().map(Payee::sharer);
            let sharers: Vec<Sharer> = sharers.collect();
            let fixed = fixed.get(line).map(Vec::as_slice).unwrap_or_default();
            for (year, figures) in years {
                let shares = Shares::of_year(&sharers, fixed, *year, figures.authorised);
                let is_overspent = figures.available()? < 0;
                for (measure, part) in shares.split(figures)?.measures {
                    if is_overspent {
                        overspent.insert(measure.clone());
                    }
                    let of_measure = of_measures.entry(measure).or_default();
                    of_measure.entry(*year).or_default().add_all(&part)?;
                }
            }
        }
        Ok(Booked {
            sums,
            figures,
            payees,
            of_measures,
            overspent,
        })
    }
}

/// Ids of the measures that are over budget (DOMAIN §5.2): a line of which they have a share is overspent in a year (BA-2), or
/// more was spent for them in a year than they were given. Only of lines that somebody may know of, and where those are the lines
/// of their own measures, only these measures. `among`: of these only.
///
/// # Errors
/// `sum_out_of_range`
pub(in crate::actions) fn over_budget(
    db: &mut Db,
    sight: &Sight<'_>,
    lines: &LineFilter,
    among: Option<&[&str]>,
) -> Result<HashSet<String>> {
    let filter = LineFilter {
        pays_for: among.map(|ids| ids.iter().copied().map(str::to_owned).collect()),
        ..lines.clone()
    };
    let booked = Booked::read(db, sight, &filter)?;
    let mut over = booked.overspent;
    for (measure, years) in booked.of_measures {
        for figures in years.values() {
            if allocation::over_budget(figures)?.is_some() {
                over.insert(measure.clone());
            }
        }
    }
    let own = lines.own.as_deref();
    let payees = booked.payees.into_values().flatten();
    let wanted: HashSet<&str> = among.unwrap_or_default().iter().copied().collect();
    let is_wanted = |id: &String| among.is_none() || wanted.contains(id.as_str());
    let of_reader = payees.filter(|payee| {
        over.contains(&payee.id) && is_wanted(&payee.id) && payee.concerns(sight, own)
    });
    Ok(of_reader.map(|payee| payee.id).collect())
}
