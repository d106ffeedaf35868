//! The plan table of a programme as a council paper prints it: groups × years, sums, double budgets,
//! headroom under the ceilings, and the verdict on each printed total (DOMAIN §4.2, SEED-R3).

use std::collections::BTreeMap;

use serde::Serialize;

use super::budget::EntryType;
use super::budget::ceiling::{Ceiling, GroupSum};
use super::printed_total::{self, PrintedTotal, TotalCheck};
use super::programme::{CentsOverflow, EntryFlag, LineKind, sum};

/// Money of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct YearAmount {
    /// Budget year.
    pub year: i32,
    /// Cents.
    pub cents: i64,
}

/// One entry of a line.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlanEntry {
    /// Budget year.
    pub year: i32,
    /// Type of entry.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// Cents.
    pub cents: i64,
    /// What has to be known about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<EntryFlag>,
}

/// One line with its entries.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlanLine {
    /// Key within the programme.
    pub key: String,
    /// Position as printed.
    pub position: String,
    /// Title.
    pub title: String,
    /// What it pays for.
    pub kind: LineKind,
    /// Contract before the budget is adopted.
    pub early_contract: bool,
    /// Remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Entries by year.
    pub entries: Vec<PlanEntry>,
    /// Sum of all years in cents.
    pub total_cents: i64,
    /// References of the measures that it pays for.
    pub measures: Vec<String>,
}

/// A group with its lines and sums.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlanGroup {
    /// Key within the programme.
    pub key: String,
    /// Title.
    pub title: String,
    /// Lines in order.
    pub lines: Vec<PlanLine>,
    /// Sum per year.
    pub sums: Vec<YearAmount>,
    /// Sum of all years in cents.
    pub total_cents: i64,
}

/// Sum of two years that one budget covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DoubleBudget {
    /// First and second year.
    pub years: [i32; 2],
    /// Cents.
    pub cents: i64,
}

/// A ceiling and what is left under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CeilingUse {
    /// Key of the group that it is for; for the programme as a whole if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// First year.
    pub from_year: i32,
    /// Last year.
    pub to_year: i32,
    /// Ceiling in cents.
    pub ceiling_cents: i64,
    /// What counts against it in cents: all authorising entries but carry-overs (DOMAIN BA-1).
    pub authorised_cents: i64,
    /// What is left in cents; negative when exceeded.
    pub headroom_cents: i64,
    /// Refuses what exceeds it.
    pub hard: bool,
}

impl CeilingUse {
    /// How far a ceiling is taken; `key` is that of its group.
    ///
    /// # Errors
    /// [`CentsOverflow`] when a sum leaves 64 bits.
    pub fn new(
        ceiling: &Ceiling,
        key: Option<String>,
        sums: &[GroupSum],
    ) -> Result<Self, CentsOverflow> {
        let authorised_cents = ceiling.used(sums)?;
        Ok(CeilingUse {
            group: key,
            from_year: ceiling.from_year,
            to_year: ceiling.to_year,
            ceiling_cents: ceiling.cents,
            authorised_cents,
            headroom_cents: ceiling
                .cents
                .checked_sub(authorised_cents)
                .ok_or(CentsOverflow)?,
            hard: ceiling.hard,
        })
    }
}

/// The plan table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Plan {
    /// Budget years in order.
    pub years: Vec<i32>,
    /// Groups in order.
    pub groups: Vec<PlanGroup>,
    /// Sum per year over all groups.
    pub sums: Vec<YearAmount>,
    /// Sum over all years in cents.
    pub total_cents: i64,
    /// Part of it that the paper contradicts itself about (flag `conflict`), in cents: without it, the
    /// total is what the other reading of the paper gives. Neither is chosen.
    pub conflict_cents: i64,
    /// Sums of the double budgets.
    pub double_budgets: Vec<DoubleBudget>,
    /// Ceilings and headroom.
    pub ceilings: Vec<CeilingUse>,
    /// Printed totals and verdicts.
    pub printed_totals: Vec<TotalCheck>,
}

/// Builds the table from lines that already carry their entries, in order.
///
/// # Errors
/// [`CentsOverflow`] when a sum leaves 64 bits.
pub fn table(
    years: Vec<i32>,
    groups: Vec<(String, String, Vec<PlanLine>)>,
    double_budgets: &[[i32; 2]],
    ceilings: Vec<CeilingUse>,
    printed: Vec<PrintedTotal>,
) -> Result<Plan, CentsOverflow> {
    let mut plan_groups = Vec::with_capacity(groups.len());
    for (key, title, mut lines) in groups {
        for line in &mut lines {
            line.total_cents = sum(line.entries.iter().map(|entry| entry.cents))?;
        }
        let sums = year_sums(&years, lines.iter().flat_map(|line| &line.entries))?;
        let total_cents = sum(sums.iter().map(|year| year.cents))?;
        plan_groups.push(PlanGroup {
            key,
            title,
            lines,
            sums,
            total_cents,
        });
    }
    let entries = || {
        plan_groups
            .iter()
            .flat_map(|group| &group.lines)
            .flat_map(|line| &line.entries)
    };
    let sums = year_sums(&years, entries())?;
    let total_cents = sum(sums.iter().map(|year| year.cents))?;
    let in_conflict = |entry: &&PlanEntry| entry.flag == Some(EntryFlag::Conflict);
    let conflict_cents = sum(entries().filter(in_conflict).map(|entry| entry.cents))?;
    let double_budgets = double_budgets
        .iter()
        .map(|pair| {
            let cents = sum(sums
                .iter()
                .filter(|year| pair.contains(&year.year))
                .map(|year| year.cents))?;
            Ok(DoubleBudget {
                years: *pair,
                cents,
            })
        })
        .collect::<Result<_, _>>()?;
    let printed_totals = printed
        .into_iter()
        .map(|total| check_total(&plan_groups, total))
        .collect::<Result<_, _>>()?;
    Ok(Plan {
        years,
        sums,
        total_cents,
        conflict_cents,
        double_budgets,
        ceilings,
        printed_totals,
        groups: plan_groups,
    })
}

fn year_sums<'a>(
    years: &[i32],
    entries: impl Iterator<Item = &'a PlanEntry>,
) -> Result<Vec<YearAmount>, CentsOverflow> {
    let mut sums: BTreeMap<i32, i64> = years.iter().map(|year| (*year, 0)).collect();
    for entry in entries {
        let cents = sums.entry(entry.year).or_default();
        *cents = cents.checked_add(entry.cents).ok_or(CentsOverflow)?;
    }
    Ok(sums
        .into_iter()
        .map(|(year, cents)| YearAmount { year, cents })
        .collect())
}

fn check_total(groups: &[PlanGroup], total: PrintedTotal) -> Result<TotalCheck, CentsOverflow> {
    let of_groups: Vec<i64> = groups
        .iter()
        .filter(|group| total.groups.contains(&group.key))
        .flat_map(|group| &group.sums)
        .filter(|year| total.years.contains(&year.year))
        .map(|year| year.cents)
        .collect();
    printed_total::check(total, of_groups.into_iter())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::printed_total::Verdict;

    fn line(key: &str, entries: &[(i32, EntryType, i64)]) -> PlanLine {
        PlanLine {
            key: key.to_owned(),
            position: key.to_owned(),
            title: key.to_owned(),
            kind: LineKind::Mixed,
            early_contract: false,
            note: None,
            entries: entries
                .iter()
                .map(|&(year, entry_type, cents)| PlanEntry {
                    year,
                    entry_type,
                    cents,
                    flag: None,
                })
                .collect(),
            total_cents: 0,
            measures: Vec::new(),
        }
    }

    #[test]
    fn a_small_double_budget() {
        use EntryType::{Appropriation, FinancialPlan, Overplan};
        let plan = table(
            vec![2021, 2022, 2023, 2024],
            vec![
                (
                    "A".into(),
                    "A".into(),
                    vec![line(
                        "a",
                        &[(2021, Overplan, 100), (2022, Appropriation, 200)],
                    )],
                ),
                (
                    "B".into(),
                    "B".into(),
                    vec![line(
                        "b",
                        &[(2023, Appropriation, 300), (2024, FinancialPlan, 400)],
                    )],
                ),
            ],
            &[[2022, 2023]],
            Vec::new(),
            vec![
                PrintedTotal {
                    name: "gut".into(),
                    groups: vec!["A".into(), "B".into()],
                    years: vec![2022, 2023],
                    cents: 500,
                    ..PrintedTotal::default()
                },
                PrintedTotal {
                    name: "falsch".into(),
                    groups: vec!["A".into()],
                    years: vec![2022],
                    cents: 201,
                    ..PrintedTotal::default()
                },
            ],
        )
        .unwrap();
        assert_eq!(plan.total_cents, 1000);
        assert_eq!(
            plan.double_budgets,
            [DoubleBudget {
                years: [2022, 2023],
                cents: 500
            }]
        );
        let verdicts: Vec<_> = plan
            .printed_totals
            .iter()
            .map(|total| total.verdict)
            .collect();
        assert_eq!(verdicts, [Verdict::Exact, Verdict::Differs]);
        assert_eq!(
            plan.groups[0].sums[3],
            YearAmount {
                year: 2024,
                cents: 0
            }
        );
    }

    #[test]
    fn overflow_is_an_error() {
        use EntryType::Appropriation;
        let lines = vec![
            line("a", &[(2021, Appropriation, i64::MAX)]),
            line("b", &[(2021, Appropriation, 1)]),
        ];
        assert!(
            table(
                vec![2021],
                vec![("A".into(), "A".into(), lines)],
                &[],
                vec![],
                vec![]
            )
            .is_err()
        );
    }

    proptest! {
        #[test]
        fn groups_and_years_add_up_to_the_same_total(
            cells in prop::collection::vec((0usize..3, 2018i32..2024, 1i64..1_000_000_000), 0..60)
        ) {
            let groups = (0..3).map(|group| {
                let lines = cells.iter().filter(|cell| cell.0 == group)
                    .map(|cell| line("x", &[(cell.1, EntryType::Appropriation, cell.2)])).collect();
                (group.to_string(), group.to_string(), lines)
            }).collect();
            let plan = table((2018..2024).collect(), groups, &[], vec![], vec![]).unwrap();
            let total: i64 = cells.iter().map(|cell| cell.2).sum();
            prop_assert_eq!(plan.total_cents, total);
            prop_assert_eq!(plan.groups.iter().map(|group| group.total_cents).sum::<i64>(), total);
            prop_assert_eq!(plan.sums.iter().map(|year| year.cents).sum::<i64>(), total);
        }
    }
}
