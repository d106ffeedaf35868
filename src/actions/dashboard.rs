//! The dashboard document: what an ISB looks at first.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::measures::sight;
use super::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::EntryType;
use crate::domain::calendar::berlin_day;
use crate::domain::catalogue::BUILT_IN;
use crate::domain::measure::{Age, Status, days_overdue};
use crate::error::Result;
use crate::store::programmes::YearSum;
use crate::store::{Db, catalogues, measures, outbox, programmes};

/// The dashboard of an institution.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dashboard {
    /// Slug of the institution.
    #[schema(example = "offenburg")]
    pub institution: String,
    /// Day that everything refers to (Europe/Berlin).
    pub as_of: NaiveDate,
    /// Instant of the answer.
    pub generated_at: DateTime<Utc>,
    /// Measures by status.
    pub measures: MeasureCounts,
    /// Overdue measures by age.
    pub overdue: OverdueCounts,
    /// Money per programme and year.
    pub budget: BudgetOverview,
    /// How far measures cover the modules they are tied to.
    pub coverage: Vec<ModuleCoverage>,
    /// Mails.
    pub mails: MailCounts,
}

/// Measures by status.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureCounts {
    /// All.
    pub total: i64,
    /// Each status, those without a measure too.
    pub by_status: Vec<StatusCount>,
}

/// Number of measures in a status.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusCount {
    /// Status.
    pub status: Status,
    /// Number.
    pub count: i64,
}

/// Overdue measures by age.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverdueCounts {
    /// All.
    pub total: i64,
    /// Each age, those without a measure too.
    pub by_age: Vec<AgeCount>,
    /// Days of the one that has been overdue the longest.
    pub max_days: Option<i64>,
}

/// Number of overdue measures of an age.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgeCount {
    /// Days overdue.
    pub days: Age,
    /// Number.
    pub count: i64,
}

/// Money per programme and year.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetOverview {
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// By programme.
    pub programmes: Vec<ProgrammeBudget>,
}

/// Money of a programme.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeBudget {
    /// Key.
    pub programme: String,
    /// Title.
    pub title: String,
    /// By year.
    pub years: Vec<ProgrammeYear>,
}

/// Money of a programme in one year.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeYear {
    /// Year.
    pub year: i32,
    /// Sum of entries that authorise, in cents.
    pub authorised_cents: i64,
    /// Sum of entries that only inform (Finanzplan), in cents.
    pub planned_cents: i64,
    /// Part of both that the paper contradicts itself about, in cents; it is to be decided.
    pub conflict_cents: i64,
}

/// How far measures cover a module.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleCoverage {
    /// Module.
    #[schema(example = "SYS.3.2.2")]
    pub module: String,
    /// Title.
    pub title: String,
    /// Requirements of the module that are not withdrawn.
    pub requirements: i64,
    /// Of these, with a finished measure that contributes.
    pub covered_by_finished: i64,
    /// Of these, with measures that are under way and none that is finished.
    pub covered_by_open: i64,
    /// Finished measures that contribute.
    pub finished_measures: i64,
    /// Measures under way or proposed that contribute.
    pub open_measures: i64,
}

/// Mails by state.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailCounts {
    /// Waiting.
    pub pending: i64,
    /// Taken by the mail server.
    pub sent: i64,
    /// Given up: somebody has not been told.
    pub failed: i64,
}

/// The dashboard, in a constant number of statements on one snapshot.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str) -> Result<Dashboard> {
    let now = app.clock.now();
    let today = berlin_day(now);
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::DashboardRead, &Resource::Institution)?;
        let sight = sight(app, &scope)?;
        let by_status = measures::count_by_status(db, &sight)?;
        let overdue = overdue(measures::overdue_by_due_date(db, &sight, today)?, today);
        Ok(Dashboard {
            institution: scope.institution.slug.clone(),
            as_of: today,
            generated_at: now,
            measures: counts(&by_status),
            overdue,
            budget: budget(db, &sight)?,
            coverage: coverage(db, &sight)?,
            mails: mails(db, &scope.institution.id)?,
        })
    })
}

fn counts(by_status: &[(Status, i64)]) -> MeasureCounts {
    let count = |status: Status| {
        by_status
            .iter()
            .find(|row| row.0 == status)
            .map_or(0, |row| row.1)
    };
    MeasureCounts {
        total: by_status.iter().map(|row| row.1).sum(),
        by_status: Status::ALL
            .iter()
            .map(|status| StatusCount {
                status: *status,
                count: count(*status),
            })
            .collect(),
    }
}

fn overdue(by_due_date: Vec<(NaiveDate, i64)>, today: NaiveDate) -> OverdueCounts {
    let mut ages: BTreeMap<Age, i64> = Age::ALL.iter().map(|age| (*age, 0)).collect();
    let mut max_days = None;
    for (due, count) in by_due_date {
        if let Some(days) = days_overdue(Status::InProgress, Some(due), today) {
            *ages.entry(Age::of(days)).or_default() += count;
            max_days = max_days.max(Some(days));
        }
    }
    OverdueCounts {
        total: ages.values().sum(),
        by_age: ages
            .into_iter()
            .map(|(days, count)| AgeCount { days, count })
            .collect(),
        max_days,
    }
}

fn budget(db: &mut Db, sight: &measures::Sight<'_>) -> Result<BudgetOverview> {
    let institution_id = sight.institution_id;
    let sums = programmes::budget_by_year(db, institution_id)?;
    let mut all = programmes::all(db, institution_id)?;
    all.retain(|programme| {
        sight
            .visibility
            .programmes
            .contains(&programme.confidentiality)
    });
    let programmes = all.into_iter().map(|programme| {
        let mut years: BTreeMap<i32, ProgrammeYear> = BTreeMap::new();
        for sum in sums.iter().filter(|sum| sum.programme == programme.key) {
            let of_year = years.entry(sum.year).or_insert(ProgrammeYear {
                year: sum.year,
                authorised_cents: 0,
                planned_cents: 0,
                conflict_cents: 0,
            });
            add(of_year, sum);
        }
        ProgrammeBudget {
            programme: programme.key,
            title: programme.title,
            years: years.into_values().collect(),
        }
    });
    Ok(BudgetOverview {
        currency: "EUR".to_owned(),
        programmes: programmes.collect(),
    })
}

fn add(of_year: &mut ProgrammeYear, sum: &YearSum) {
    if sum.entry_type.authorises() {
        of_year.authorised_cents = of_year.authorised_cents.saturating_add(sum.cents);
    } else if sum.entry_type == EntryType::FinancialPlan {
        of_year.planned_cents = of_year.planned_cents.saturating_add(sum.cents);
    }
    if sum.in_conflict {
        of_year.conflict_cents = of_year.conflict_cents.saturating_add(sum.cents);
    }
}

fn coverage(db: &mut Db, sight: &measures::Sight<'_>) -> Result<Vec<ModuleCoverage>> {
    let catalogue = catalogues::by_key(db, BUILT_IN)?;
    let finished: Vec<Status> = Status::done().collect();
    let open: Vec<Status> = Status::running().chain([Status::Proposed]).collect();
    let any: Vec<Status> = open.iter().chain(&finished).copied().collect();
    let by_module = |rows: Vec<(String, i64, i64)>| -> BTreeMap<String, (i64, i64)> {
        rows.into_iter()
            .map(|(module, requirements, measures)| (module, (requirements, measures)))
            .collect()
    };
    let by_finished = by_module(measures::fulfilled_by_module(
        db,
        sight,
        &catalogue.id,
        &finished,
    )?);
    let by_open = by_module(measures::fulfilled_by_module(
        db,
        sight,
        &catalogue.id,
        &open,
    )?);
    let by_any = by_module(measures::fulfilled_by_module(
        db,
        sight,
        &catalogue.id,
        &any,
    )?);
    let mut requirements: BTreeMap<String, i64> = BTreeMap::new();
    for (module, _, count) in catalogues::requirement_counts(db, &catalogue.id)? {
        *requirements.entry(module).or_default() += count;
    }
    let modules = catalogues::modules(db, &catalogue.id, None, None)?;
    let covered = modules.into_iter().filter_map(|module| {
        let (any, _) = by_any.get(&module.id)?;
        let (finished, finished_measures) =
            by_finished.get(&module.id).copied().unwrap_or_default();
        let (_, open_measures) = by_open.get(&module.id).copied().unwrap_or_default();
        Some(ModuleCoverage {
            requirements: requirements.get(&module.id).copied().unwrap_or_default(),
            module: module.id,
            title: module.title,
            covered_by_finished: finished,
            covered_by_open: any - finished,
            finished_measures,
            open_measures,
        })
    });
    Ok(covered.collect())
}

fn mails(db: &mut Db, institution_id: &str) -> Result<MailCounts> {
    let states = outbox::count_by_state(db, Some(institution_id))?;
    let count = |state: &str| {
        states
            .iter()
            .find(|row| row.0 == state)
            .map_or(0, |row| row.1)
    };
    Ok(MailCounts {
        pending: count("pending"),
        sent: count("sent"),
        failed: count("failed"),
    })
}
